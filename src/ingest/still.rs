//! PNG, BMP and WebP by the `image` crate, JPEG 2000 and JBIG2 files by hayro's decoders.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageError};

use super::pixels::{self, Layout};
use super::{DecodedPage, IngestError, Limits, resolution};
use crate::scan::{Picture, Resolution};

pub(super) fn png(bytes: &[u8], limits: &Limits) -> Result<DecodedPage, IngestError> {
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), bounds(limits)).map_err(failure)?;
    let bilevel = decoder.original_color_type() == ExtendedColorType::L1;
    Ok(DecodedPage {
        picture: decoded(decoder, bilevel, limits)?,
        resolution: png_resolution(bytes),
    })
}

pub(super) fn bmp(bytes: &[u8], limits: &Limits) -> Result<DecodedPage, IngestError> {
    let mut decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(failure)?;
    decoder.set_limits(bounds(limits)).map_err(failure)?;
    let little = |at: usize| {
        bytes
            .get(at..at + 4)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_le_bytes)
    };
    let resolution = little(38)
        .zip(little(42))
        .and_then(|(x, y)| resolution::from_metre(x, y));
    let bilevel = bytes.get(28..30) == Some(&[1, 0]);
    Ok(DecodedPage {
        picture: decoded(decoder, bilevel, limits)?,
        resolution,
    })
}

/// WebP carries no resolution that anybody writes; of a moving picture the first frame counts.
pub(super) fn webp(bytes: &[u8], limits: &Limits) -> Result<DecodedPage, IngestError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(failure)?;
    decoder.set_limits(bounds(limits)).map_err(failure)?;
    Ok(DecodedPage {
        picture: decoded(decoder, false, limits)?,
        resolution: None,
    })
}

fn bounds(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.side_pixels);
    bounds.max_image_height = Some(limits.side_pixels);
    bounds.max_alloc = Some(limits.decode_bytes);
    bounds
}

fn decoded(
    decoder: impl ImageDecoder,
    bilevel: bool,
    limits: &Limits,
) -> Result<Picture, IngestError> {
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    // The decoder's samples, then the 8-bit copies made of them.
    let held = u64::from(color.bytes_per_pixel()) + 4;
    limits.check(u64::from(width), u64::from(height), held)?;
    let image = DynamicImage::from_decoder(decoder).map_err(failure)?;
    let size = (width, height);
    match color {
        ColorType::L8 => {
            pixels::gray_picture(width, height, image.into_luma8().into_raw(), bilevel)
        }
        ColorType::L16 => pixels::picture(size, image.into_luma8().into_raw(), Layout::Gray),
        ColorType::La8 | ColorType::La16 => {
            pixels::picture(size, image.into_luma_alpha8().into_raw(), Layout::GrayAlpha)
        }
        ColorType::Rgba8 | ColorType::Rgba16 => {
            pixels::picture(size, image.into_rgba8().into_raw(), Layout::Rgba)
        }
        _ => {
            let mut picture = pixels::picture(size, image.into_rgb8().into_raw(), Layout::Rgb)?;
            picture.bilevel = bilevel && picture.color.is_none();
            Ok(picture)
        }
    }
}

fn failure(error: ImageError) -> IngestError {
    match error {
        ImageError::Limits(_) => IngestError::TooMuchData,
        ImageError::Unsupported(e) => IngestError::Unsupported {
            kind: e.to_string(),
        },
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            IngestError::truncated(e)
        }
        other => IngestError::damaged(other),
    }
}

/// The `pHYs` chunk, when its unit is the metre.
fn png_resolution(bytes: &[u8]) -> Option<Resolution> {
    let word = |at: usize| {
        bytes
            .get(at..at + 4)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_be_bytes)
    };
    let mut at = 8_usize;
    loop {
        let length = word(at)? as usize;
        match bytes.get(at + 4..at + 8)? {
            b"pHYs" if bytes.get(at + 16) == Some(&1) => {
                return resolution::from_metre(word(at + 8)?, word(at + 12)?);
            }
            b"IDAT" | b"IEND" => return None,
            _ => at = at.checked_add(length)?.checked_add(12)?,
        }
    }
}

pub(super) fn jpeg2000(bytes: &[u8], limits: &Limits) -> Result<DecodedPage, IngestError> {
    Ok(DecodedPage {
        picture: jpeg2000_picture(bytes, limits)?,
        resolution: None,
    })
}

/// Bytes a pixel and component that hayro-jpeg2000 holds: f32 coefficients, samples and the copy.
const JP2_BYTES_PER_SAMPLE: u64 = 9;

pub(super) fn jpeg2000_picture(bytes: &[u8], limits: &Limits) -> Result<Picture, IngestError> {
    use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
    let settings = DecodeSettings {
        strict: true,
        ..DecodeSettings::default()
    };
    let image = Image::new(bytes, &settings)
        .or_else(|_| Image::new(bytes, &DecodeSettings::default()))
        .map_err(IngestError::damaged)?;
    let colors = match image.color_space() {
        ColorSpace::Icc { num_channels, .. } | ColorSpace::Unknown { num_channels } => {
            *num_channels
        }
        known => known.num_channels(),
    };
    let channels = usize::from(colors) + usize::from(image.has_alpha());
    let size = (image.width(), image.height());
    limits.check(
        size.0.into(),
        size.1.into(),
        JP2_BYTES_PER_SAMPLE * channels as u64,
    )?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(IngestError::damaged)?;
    let samples = decoded.data_u8();
    match (colors, image.has_alpha()) {
        (1, false) => pixels::picture(size, samples, Layout::Gray),
        (1, true) => pixels::picture(size, samples, Layout::GrayAlpha),
        (3, false) => pixels::picture(size, samples, Layout::Rgb),
        (3, true) => pixels::picture(size, samples, Layout::Rgba),
        (4, false) => pixels::picture(size, samples, Layout::Cmyk),
        (4, true) => {
            let inks = samples
                .chunks_exact(5)
                .flat_map(|p| [p[0], p[1], p[2], p[3]])
                .collect();
            pixels::picture(size, inks, Layout::Cmyk)
        }
        _ => Err(IngestError::Unsupported {
            kind: format!("JPEG 2000 with {channels} channels"),
        }),
    }
}

/// Number of pages of a JBIG2 file.
pub(super) fn jbig2_pages(bytes: &[u8]) -> Result<usize, IngestError> {
    let settings = hayro_jbig2::DecodeSettings::default();
    Ok(hayro_jbig2::File::new(bytes, &settings)
        .map_err(IngestError::damaged)?
        .page_count())
}

pub(super) fn jbig2(
    bytes: &[u8],
    page: usize,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    let settings = hayro_jbig2::DecodeSettings::default();
    let file = hayro_jbig2::File::new(bytes, &settings).map_err(IngestError::damaged)?;
    let page = file.page(page).ok_or(IngestError::NoPages)?;
    let picture = jbig2_picture(&page, limits)?;
    Ok(DecodedPage {
        picture,
        resolution: None,
    })
}

pub(super) fn jbig2_picture(
    page: &hayro_jbig2::Page<'_>,
    limits: &Limits,
) -> Result<Picture, IngestError> {
    let (width, height) = (page.width(), page.height());
    limits.check(width.into(), height.into(), 2)?;
    let mut sink = Bits {
        pixels: Vec::with_capacity(width as usize * height as usize),
    };
    page.decode(&mut sink).map_err(IngestError::damaged)?;
    if sink.pixels.len() != width as usize * height as usize {
        return Err(IngestError::truncated("rows are missing"));
    }
    pixels::gray_picture(width, height, sink.pixels, true)
}

struct Bits {
    pixels: Vec<u8>,
}

impl hayro_jbig2::Decoder for Bits {
    fn push_pixel(&mut self, black: bool) {
        self.pixels.push(if black { 0 } else { 255 });
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        let end = self.pixels.len() + chunk_count as usize * 8;
        self.pixels.resize(end, if black { 0 } else { 255 });
    }

    fn next_line(&mut self) {}
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageFormat, Luma, RgbaImage};

    use super::*;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_png_a_bmp_and_a_webp_give_the_same_grey() {
        let drawn = GrayImage::from_fn(40, 30, |x, y| Luma([(x * 5 + y) as u8]));
        let image = DynamicImage::ImageLuma8(drawn.clone());
        let from_png = png(&written(&image, ImageFormat::Png), &Limits::default()).unwrap();
        let from_bmp = bmp(&written(&image, ImageFormat::Bmp), &Limits::default()).unwrap();
        assert_eq!(from_png.picture.gray, drawn);
        assert_eq!(from_bmp.picture.gray, drawn);
        let bytes = written(&image, ImageFormat::WebP);
        let from_webp = webp(&bytes, &Limits::default()).unwrap();
        assert_eq!(from_webp.picture.gray, drawn);
        assert!(webp(&bytes[..bytes.len() / 2], &Limits::default()).is_err());
    }

    #[test]
    fn transparent_paper_is_white() {
        let clear =
            DynamicImage::ImageRgba8(RgbaImage::from_pixel(5, 5, image::Rgba([0, 0, 0, 0])));
        let page = png(&written(&clear, ImageFormat::Png), &Limits::default()).unwrap();
        assert!(page.picture.gray.pixels().all(|p| p.0 == [255]));
    }

    #[test]
    fn a_cut_png_is_an_error() {
        let drawn = GrayImage::from_fn(200, 200, |x, y| Luma([(x * 7 + y * 13) as u8]));
        let bytes = written(&DynamicImage::ImageLuma8(drawn), ImageFormat::Png);
        for part in [20, 50, 90] {
            assert!(
                png(&bytes[..bytes.len() * part / 100], &Limits::default()).is_err(),
                "{part} %"
            );
        }
    }

    #[test]
    fn the_physical_size_of_a_png_is_read() {
        let mut bytes = written(
            &DynamicImage::ImageLuma8(GrayImage::new(4, 4)),
            ImageFormat::Png,
        );
        let chunk = [
            0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1, 0, 0, 0, 0,
        ];
        bytes.splice(33..33, chunk);
        assert!((png_resolution(&bytes).unwrap().x.get() - 300.0).abs() < 0.1);
    }
}
