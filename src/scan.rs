//! One picture of one side of paper, as it came from a file.

use image::imageops::crop_imm;
use image::{GrayImage, ImageBuffer, Pixel, RgbImage};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::geom::{Dpi, Px, Transform};

/// A page that would be larger with square pixels keeps its own: a fax of A3 has 16 million.
const MOST_PIXELS: u64 = 64_000_000;

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

impl Picture {
    /// How often each column and each row of the file stands in a [`Scan`].
    fn repeats(&self, resolution: Option<Resolution>) -> (u32, u32) {
        let (across, down) = resolution.map_or((1, 1), Resolution::repeats);
        let (w, h) = self.gray.dimensions();
        let pixels = u64::from(w) * u64::from(h) * u64::from(across) * u64::from(down);
        if pixels > MOST_PIXELS {
            (1, 1)
        } else {
            (across, down)
        }
    }

    /// From the file's pixels to those of its [`Scan`].
    pub fn to_scan(&self, resolution: Option<Resolution>) -> Transform<Px, Px> {
        let (across, down) = self.repeats(resolution);
        let (across, down) = (f64::from(across), f64::from(down));
        // The middle of a pixel becomes the middle of its copies.
        let shift = |times: f64| (times - 1.0) / 2.0;
        Transform::affine(across, 0.0, shift(across), 0.0, down, shift(down))
    }

    fn repeated(self, repeats: (u32, u32)) -> Self {
        if repeats == (1, 1) {
            return self;
        }
        Self {
            gray: repeated(&self.gray, repeats),
            color: self.color.map(|color| repeated(&color, repeats)),
            bilevel: self.bilevel,
        }
    }
}

fn repeated<P>(
    picture: &ImageBuffer<P, Vec<u8>>,
    (across, down): (u32, u32),
) -> ImageBuffer<P, Vec<u8>>
where
    P: Pixel<Subpixel = u8>,
{
    let (w, h) = picture.dimensions();
    ImageBuffer::from_fn(across * w, down * h, |x, y| {
        *picture.get_pixel(x / across, y / down)
    })
}

/// A resolution of the two axes; fax files differ (204 x 98, 204 x 196).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    pub x: Dpi,
    pub y: Dpi,
}

impl Resolution {
    pub fn square(dpi: Dpi) -> Self {
        Self { x: dpi, y: dpi }
    }

    /// How often each column and each row must stand to make pixels about square.
    fn repeats(self) -> (u32, u32) {
        let times = |longer: Dpi, shorter: Dpi| (longer.get() / shorter.get()).round().max(1.0);
        (times(self.y, self.x) as u32, times(self.x, self.y) as u32)
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

/// A decoded page. Its pixels are about square ([`Scan::new`]).
#[derive(Clone, Debug)]
pub struct Scan {
    pub origin: Origin,
    pub picture: Picture,
    /// From the file's tags, when credible (50-1300 dpi and not a placeholder of 72 or 96).
    pub resolution: Option<Resolution>,
    /// Each row, or each column, stands more than once: the file holds half of them, as a fax in standard
    /// mode does.
    pub half_rows: bool,
}

impl Scan {
    /// A page of a file. A fax in standard mode holds half as many rows as a fine one (ITU-T T.4:
    /// 3.85 and 7.7 lines a mm): there each row stands twice, as fax machines print it. No level is
    /// made up. A page of such flat pixels showed no form its own shape: 21 of 21 made ones were
    /// refused, and none with its rows twice.
    pub fn new(origin: Origin, picture: Picture, resolution: Option<Resolution>) -> Self {
        let repeats = picture.repeats(resolution);
        let dpi = |dpi: Dpi, times: u32| Dpi::new(dpi.get() * f64::from(times)).unwrap_or(dpi);
        Self {
            origin,
            half_rows: repeats != (1, 1),
            picture: picture.repeated(repeats),
            resolution: resolution.map(|r| Resolution {
                x: dpi(r.x, repeats.0),
                y: dpi(r.y, repeats.1),
            }),
        }
    }

    pub fn width(&self) -> u32 {
        self.picture.gray.width()
    }

    pub fn height(&self) -> u32 {
        self.picture.gray.height()
    }
}

/// A drawn page as if it had been scanned, for tests.
#[cfg(test)]
pub(crate) fn drawn(gray: GrayImage, dpi: Option<f64>) -> Scan {
    Scan {
        half_rows: false,
        origin: Origin {
            file: "drawn".into(),
            file_sha256: Digest::of(b""),
            page: 0,
        },
        picture: Picture {
            gray,
            color: None,
            bilevel: false,
        },
        resolution: dpi.and_then(Dpi::new).map(Resolution::square),
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;
    use crate::geom::Point;

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

    fn scanned(size: (u32, u32), x: f64, y: f64) -> (Scan, Transform<Px, Px>) {
        let picture = Picture {
            gray: GrayImage::from_fn(size.0, size.1, |x, y| Luma([(16 * y + x) as u8])),
            color: None,
            bilevel: false,
        };
        let origin = Origin {
            file: "drawn".into(),
            file_sha256: Digest::of(b""),
            page: 0,
        };
        let resolution = Dpi::new(x)
            .zip(Dpi::new(y))
            .map(|(x, y)| Resolution { x, y });
        let map = picture.to_scan(resolution);
        (Scan::new(origin, picture, resolution), map)
    }

    #[test]
    fn a_fax_in_standard_mode_has_every_row_twice() {
        for (x, y, size) in [
            (204.0, 98.0, (8, 12)),
            (98.0, 204.0, (16, 6)),
            (204.0, 196.0, (8, 6)),
            (300.0, 300.0, (8, 6)),
            (200.0, 100.0, (8, 12)),
            (250.0, 100.0, (8, 18)),
        ] {
            let (scan, map) = scanned((8, 6), x, y);
            assert_eq!((scan.width(), scan.height()), size, "{x} {y}");
            assert_eq!(scan.half_rows, size != (8, 6), "{x} {y}");
            let dpi = scan.resolution.expect("as it was told");
            assert!((dpi.x.get() / dpi.y.get() - 1.0).abs() < 0.25, "{dpi:?}");
            // A pixel of the file and the middle of its copies show the same.
            let at = map.apply(Point::new(5.0, 4.0));
            for near in [at.x.floor(), at.x.ceil()] {
                let seen = scan.picture.gray.get_pixel(near as u32, at.y.ceil() as u32);
                assert_eq!(seen[0], 16 * 4 + 5, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_giant_keeps_its_pixels() {
        let (scan, _) = scanned((8000, 5000), 204.0, 98.0);
        assert_eq!((scan.width(), scan.height()), (8000, 5000));
        assert!(scan.resolution.is_some_and(|r| r.y.get() < 100.0));
    }
}
