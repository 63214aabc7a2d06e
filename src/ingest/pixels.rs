//! From a decoder's samples to a [`Picture`]: luminance, alpha over white, CMYK, orientation.

use image::{GrayImage, RgbImage, imageops};

use super::{IngestError, Limits};
use crate::scan::Picture;

/// How decoded 8-bit samples stand beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// 255 is full ink.
    Cmyk,
    /// 0 is full ink, as Adobe writes JPEG.
    InvertedCmyk,
}

impl Layout {
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk | Self::InvertedCmyk => 4,
        }
    }

    /// Bytes a pixel at the peak: samples, grey and color together.
    pub(super) fn bytes_per_pixel(self) -> u64 {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 3,
            // RGB samples become the color picture without a copy.
            Self::Rgb => 4,
            Self::Rgba | Self::Cmyk | Self::InvertedCmyk => 8,
        }
    }
}

/// A color picture whose sampled pixels are grey but for this share is kept as grey only. A seal of
/// 10 mm on A4 colors 0.04 % of the pixels; a grey sheet scanned in color stays below 0.001 %.
const COLORED_SHARE: f64 = 0.000_05;
/// Difference of the largest and the smallest channel from which a pixel counts as colored; JPEG
/// noise on grey paper stays below 24.
const COLORED_SPREAD: u8 = 32;
/// Every n-th pixel of every n-th row is looked at.
const SAMPLE_STEP: usize = 3;

/// Makes the picture of `width` x `height` from `samples`.
pub(super) fn picture(
    (width, height): (u32, u32),
    samples: Vec<u8>,
    layout: Layout,
) -> Result<Picture, IngestError> {
    let wanted = width as usize * height as usize * layout.channels();
    if samples.len() != wanted {
        return Err(IngestError::truncated(format!(
            "{} of {wanted} bytes",
            samples.len()
        )));
    }
    let rgb = match layout {
        Layout::Gray => return gray_picture(width, height, samples, false),
        Layout::GrayAlpha => {
            let gray = samples
                .chunks_exact(2)
                .map(|p| over_white(p[0], p[1]))
                .collect();
            return gray_picture(width, height, gray, false);
        }
        Layout::Rgb => samples,
        Layout::Rgba => pack(&samples, |p| [0, 1, 2].map(|c| over_white(p[c], p[3]))),
        Layout::Cmyk => pack(&samples, |p| [0, 1, 2].map(|c| mul(!p[c], !p[3]))),
        Layout::InvertedCmyk => pack(&samples, |p| [0, 1, 2].map(|c| mul(p[c], p[3]))),
    };
    let gray = rgb
        .chunks_exact(3)
        .map(|p| luma(p[0], p[1], p[2]))
        .collect();
    let mut picture = gray_picture(width, height, gray, false)?;
    if has_color(&rgb, width as usize) {
        picture.color = RgbImage::from_raw(width, height, rgb);
    }
    Ok(picture)
}

/// Makes a picture without color; `gray` is row by row, 0 black.
pub(super) fn gray_picture(
    width: u32,
    height: u32,
    gray: Vec<u8>,
    bilevel: bool,
) -> Result<Picture, IngestError> {
    GrayImage::from_raw(width, height, gray)
        .map(|gray| Picture {
            gray,
            color: None,
            bilevel,
        })
        .ok_or(IngestError::NoPixels)
}

/// Checks the size for a layout.
pub(super) fn check(limits: &Limits, size: (u32, u32), layout: Layout) -> Result<(), IngestError> {
    limits.check(
        u64::from(size.0),
        u64::from(size.1),
        layout.bytes_per_pixel(),
    )
}

fn pack(samples: &[u8], convert: impl Fn(&[u8]) -> [u8; 3]) -> Vec<u8> {
    let mut out = Vec::with_capacity(samples.len() / 4 * 3);
    for pixel in samples.chunks_exact(4) {
        out.extend_from_slice(&convert(pixel));
    }
    out
}

/// Rec. 601 luminance in 16-bit fixed point; white stays 255.
pub(super) fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 0x8000) >> 16) as u8
}

/// `value` seen through `alpha` on white paper.
pub(super) fn over_white(value: u8, alpha: u8) -> u8 {
    255 - mul(!value, alpha)
}

/// a x b / 255, rounded.
pub(super) fn mul(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

fn has_color(rgb: &[u8], width: usize) -> bool {
    let (mut colored, mut seen) = (0_u64, 0_u64);
    for row in rgb.chunks_exact(width * 3).step_by(SAMPLE_STEP) {
        for p in row.chunks_exact(3).step_by(SAMPLE_STEP) {
            let spread = p[0].max(p[1]).max(p[2]) - p[0].min(p[1]).min(p[2]);
            colored += u64::from(spread >= COLORED_SPREAD);
            seen += 1;
        }
    }
    colored as f64 > seen as f64 * COLORED_SHARE
}

/// Applies a TIFF or EXIF orientation (1 to 8; anything else is upright).
pub(super) fn orient(picture: Picture, orientation: u16) -> Picture {
    let Picture {
        gray,
        color,
        bilevel,
    } = picture;
    let gray = turned(gray, orientation);
    Picture {
        gray,
        color: color.map(|c| turned(c, orientation)),
        bilevel,
    }
}

/// Whether an orientation swaps width and height.
pub(super) fn swaps_axes(orientation: u16) -> bool {
    (5..=8).contains(&orientation)
}

type Buffer<P> = image::ImageBuffer<P, Vec<u8>>;

fn turned<P: image::Pixel<Subpixel = u8> + 'static>(
    mut image: Buffer<P>,
    orientation: u16,
) -> Buffer<P> {
    match orientation {
        2 => imageops::flip_horizontal_in_place(&mut image),
        3 => imageops::rotate180_in_place(&mut image),
        4 => imageops::flip_vertical_in_place(&mut image),
        5 => {
            image = imageops::rotate90(&image);
            imageops::flip_horizontal_in_place(&mut image);
        }
        6 => image = imageops::rotate90(&image),
        7 => {
            image = imageops::rotate270(&image);
            imageops::flip_horizontal_in_place(&mut image);
        }
        8 => image = imageops::rotate270(&image),
        _ => {}
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_stays_white_and_transparent_is_paper() {
        assert_eq!((luma(255, 255, 255), luma(0, 0, 0)), (255, 0));
        assert_eq!(
            (over_white(0, 0), over_white(0, 255), over_white(255, 9)),
            (255, 0, 255)
        );
    }

    #[test]
    fn cmyk_black_is_black_either_way() {
        let one = |samples: [u8; 4], layout| {
            picture((1, 1), samples.to_vec(), layout).unwrap().gray[(0, 0)].0[0]
        };
        assert_eq!(one([0, 0, 0, 255], Layout::Cmyk), 0);
        assert_eq!(one([0, 0, 0, 0], Layout::Cmyk), 255);
        assert_eq!(one([255, 255, 255, 0], Layout::InvertedCmyk), 0);
    }

    #[test]
    fn grey_in_color_clothes_is_kept_as_grey() {
        let grey: Vec<u8> = (0..64 * 64)
            .flat_map(|i| [i as u8, i as u8, (i as u8).saturating_add(9)])
            .collect();
        assert!(
            picture((64, 64), grey.clone(), Layout::Rgb)
                .unwrap()
                .color
                .is_none()
        );
        let mut red = grey;
        red[0..3].copy_from_slice(&[220, 30, 40]);
        assert!(picture((64, 64), red, Layout::Rgb).unwrap().color.is_some());
    }

    /// What each orientation makes of the rows 1 2 3 / 4 5 6 (TIFF 6.0, tag 274).
    #[test]
    fn the_eight_orientations() {
        let expected: [(u16, &[u8], u32); 8] = [
            (1, &[1, 2, 3, 4, 5, 6], 3),
            (2, &[3, 2, 1, 6, 5, 4], 3),
            (3, &[6, 5, 4, 3, 2, 1], 3),
            (4, &[4, 5, 6, 1, 2, 3], 3),
            (5, &[1, 4, 2, 5, 3, 6], 2),
            (6, &[4, 1, 5, 2, 6, 3], 2),
            (7, &[6, 3, 5, 2, 4, 1], 2),
            (8, &[3, 6, 2, 5, 1, 4], 2),
        ];
        for (orientation, pixels, width) in expected {
            let upright = orient(
                gray_picture(3, 2, vec![1, 2, 3, 4, 5, 6], false).unwrap(),
                orientation,
            );
            assert_eq!(
                upright.gray.as_raw().as_slice(),
                pixels,
                "orientation {orientation}"
            );
            assert_eq!(upright.gray.width(), width);
        }
    }

    #[test]
    fn too_few_samples_are_a_cut_picture() {
        assert_eq!(
            picture((4, 4), vec![0; 15], Layout::Gray)
                .unwrap_err()
                .code(),
            "truncated"
        );
    }
}
