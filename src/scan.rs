//! One picture of one side of paper, as it came from a file.

use image::imageops::crop_imm;
use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::geom::Dpi;

/// Where a page came from. Identity is `file_sha256` and `page`, never the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The path as reported to people and in exports: below the parent of the input as typed,
    /// with `/` between the parts.
    pub file: String,
    pub file_sha256: Digest,
    /// Position in the file, from 0.
    pub page: u32,
}

/// Pixels of a page as stored in the file, after the file's own orientation tag.
///
/// `gray` is 8-bit luminance, 0 black, 255 white; always there. `color` is kept when the file has
/// colour, for red drop-out, seals and the crops shown to people; same size as `gray`.
#[derive(Clone, Debug)]
pub struct Picture {
    pub gray: GrayImage,
    pub color: Option<RgbImage>,
    /// The file holds one bit a pixel: no grey levels to measure.
    pub bilevel: bool,
}

/// A resolution of the two axes; fax files differ (204 x 98).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    pub x: Dpi,
    pub y: Dpi,
}

impl Resolution {
    pub fn square(dpi: Dpi) -> Self {
        Self { x: dpi, y: dpi }
    }
}

/// A card is at least this share of the picture each way: a postcard on an A3 glass is 0.24 of it.
const LEAST_SIDE: f64 = 0.05;

/// A part of a picture, as shares of its width and height: one card of several on one glass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Region {
    /// `None` for what is no part of a picture, or too small to be a card.
    pub fn new([left, top]: [f64; 2], [right, bottom]: [f64; 2]) -> Option<Self> {
        let within = |from: f64, to: f64| from >= 0.0 && to <= 1.0 && to - from >= LEAST_SIDE;
        (within(left, right) && within(top, bottom)).then_some(Self {
            left,
            top,
            right,
            bottom,
        })
    }

    /// A part of this part, as a part of the whole.
    #[must_use]
    pub fn within(self, part: Self) -> Self {
        let (w, h) = (self.right - self.left, self.bottom - self.top);
        Self {
            left: self.left + part.left * w,
            top: self.top + part.top * h,
            right: self.left + part.right * w,
            bottom: self.top + part.bottom * h,
        }
    }

    /// How much of the smaller of the two lies in the other, 0 to 1.
    pub fn shared_with(self, other: Self) -> f64 {
        let area = |r: Self| (r.right - r.left).max(0.0) * (r.bottom - r.top).max(0.0);
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        area(both) / area(self).min(area(other))
    }

    /// Those pixels alone, at least one each way.
    pub fn cut(self, picture: &Picture) -> Picture {
        let (width, height) = picture.gray.dimensions();
        let at = |share: f64, whole: u32| (share * f64::from(whole)).round() as u32;
        let (x, y) = (at(self.left, width), at(self.top, height));
        let w = at(self.right, width).saturating_sub(x).max(1);
        let h = at(self.bottom, height).saturating_sub(y).max(1);
        let color = picture.color.as_ref();
        Picture {
            gray: crop_imm(&picture.gray, x, y, w, h).to_image(),
            color: color.map(|c| crop_imm(c, x, y, w, h).to_image()),
            bilevel: picture.bilevel,
        }
    }
}

/// A decoded page.
#[derive(Clone, Debug)]
pub struct Scan {
    pub origin: Origin,
    pub picture: Picture,
    /// From the file's tags, when credible (50-1300 dpi and not a placeholder of 72 or 96).
    pub resolution: Option<Resolution>,
}

impl Scan {
    pub fn width(&self) -> u32 {
        self.picture.gray.width()
    }

    pub fn height(&self) -> u32 {
        self.picture.gray.height()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(left: f64, top: f64, right: f64, bottom: f64) -> Option<Region> {
        Region::new([left, top], [right, bottom])
    }

    #[test]
    fn a_region_lies_in_the_picture_and_holds_a_card() {
        assert!(region(0.0, 0.0, 1.0, 1.0).is_some());
        for (l, t, r, b) in [
            (-0.1, 0.0, 0.5, 1.0),
            (0.5, 0.0, 1.1, 1.0),
            (0.5, 0.0, 0.5, 1.0),
            (0.6, 0.0, 0.4, 1.0),
            (0.0, 0.0, 0.01, 1.0),
            (0.0, f64::NAN, 1.0, 1.0),
            (0.0, 0.0, 1.0, f64::INFINITY),
        ] {
            assert_eq!(region(l, t, r, b), None, "{l} {t} {r} {b}");
        }
    }

    #[test]
    fn regions_that_hold_the_same_card_are_known() {
        let left = region(0.0, 0.0, 0.5, 1.0).unwrap();
        let right = region(0.5, 0.0, 1.0, 1.0).unwrap();
        let whole = region(0.0, 0.0, 1.0, 1.0).unwrap();
        assert!(left.shared_with(right) < 1e-9);
        assert!((left.shared_with(whole) - 1.0).abs() < 1e-9);
        assert!((left.shared_with(left) - 1.0).abs() < 1e-9);
    }

    proptest! {
        /// Halves hold every pixel of the picture, each once, in gray and in color.
        #[test]
        fn two_halves_are_the_whole(w in 2u32..60, h in 2u32..60, at in 0.1f64..0.9, upright: bool) {
            let gray = GrayImage::from_fn(w, h, |x, y| image::Luma([(x * 7 + y * 13) as u8]));
            let color = RgbImage::from_fn(w, h, |x, y| image::Rgb([x as u8, y as u8, 0]));
            let whole = Picture { gray, color: Some(color), bilevel: false };
            let (first, second) = if upright {
                (region(0.0, 0.0, at, 1.0), region(at, 0.0, 1.0, 1.0))
            } else {
                (region(0.0, 0.0, 1.0, at), region(0.0, at, 1.0, 1.0))
            };
            let parts = [first, second].map(|r| r.unwrap().cut(&whole));
            prop_assume!(parts.iter().all(|p| p.gray.width() > 1 && p.gray.height() > 1));
            let mut seen: Vec<u8> = parts.iter().flat_map(|p| p.gray.as_raw().clone()).collect();
            let mut all = whole.gray.as_raw().clone();
            seen.sort_unstable();
            all.sort_unstable();
            prop_assert_eq!(seen, all);
            for part in parts {
                prop_assert_eq!(part.color.unwrap().dimensions(), part.gray.dimensions());
            }
        }

        /// A part of a part is where it is seen.
        #[test]
        fn a_part_of_a_part_is_the_same_pixels(at in 0.2f64..0.8, then in 0.2f64..0.8) {
            let gray = GrayImage::from_fn(400, 300, |x, y| image::Luma([(x * 3 + y * 5) as u8]));
            let whole = Picture { gray, color: None, bilevel: true };
            let outer = region(at / 2.0, 0.1, 1.0, 0.9).unwrap();
            let inner = region(0.0, 0.0, then, 1.0).unwrap();
            let (one, two) = (outer.within(inner).cut(&whole), inner.cut(&outer.cut(&whole)));
            let (a, b) = (one.gray.dimensions(), two.gray.dimensions());
            prop_assert!(a.0.abs_diff(b.0) <= 1 && a.1 == b.1);
            prop_assert_eq!(one.gray.get_pixel(0, 0), two.gray.get_pixel(0, 0));
        }
    }
}
