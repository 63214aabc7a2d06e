//! The ways in which scanners, copiers and fax machines wear a page.
//!
//! A [`Degradation`] is one office's machine: [`Degradation::scan`] lays a composed sheet on it (in
//! the geometry that a [`Wear`] says) and returns the picture as the machine would deliver it, with
//! its resolution and the true map from the paper to its pixels. `light` holds what happens to grey
//! levels, `bits` what happens to one bit a pixel. Pens follow the machine
//! ([`Degradation::marker`]): what a threshold loses is on no picture, and no truth speaks of it.

mod bits;
mod light;
mod picture;

use std::str::FromStr;

use image::imageops::grayscale;
use image::{GrayImage, RgbImage};
use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::hand::between;
use super::marks::Marker;
use super::nib::Nib;
use super::wear::{Mode, Wear};
use crate::geom::{Dpi, Mm, Px, Rect, Size, Transform};
use crate::scan::Resolution;

pub use picture::{Format, Pixels, Scanned};

/// One way of being scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Degradation {
    /// Grey at 300 dpi, as it should be.
    Clean,
    /// Color at 200 dpi, out of focus.
    Blur,
    /// A clean scan of a hard pencil held lightly.
    Faint,
    /// Sharpened by the scanner and stored as JPEG of quality 40 to 60: rings round every stroke.
    Jpeg,
    /// One bit a pixel by a hard or a local threshold, stored as G4.
    Bilevel,
    /// A photocopy: hard contrast, lines fatter or thinner, specks, dark edges.
    Copy,
    /// A fax of 204 x 98 or 204 x 196 dots an inch with rows lost.
    Fax,
    /// Show-through, dirt, and a streak of the scanner's glass.
    Dirty,
    /// A form printed in red, scanned in color; marks and barcodes are black.
    RedForm,
}

impl Degradation {
    pub const ALL: [Self; 9] = [
        Self::Clean,
        Self::Blur,
        Self::Faint,
        Self::Jpeg,
        Self::Bilevel,
        Self::Copy,
        Self::Fax,
        Self::Dirty,
        Self::RedForm,
    ];

    /// The name in commands and in the truth's `note`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Blur => "blur",
            Self::Faint => "faint",
            Self::Jpeg => "jpeg",
            Self::Bilevel => "bilevel",
            Self::Copy => "copy",
            Self::Fax => "fax",
            Self::Dirty => "dirty",
            Self::RedForm => "red-form",
        }
    }

    /// Whether a mark may be gone altogether afterwards.
    pub fn loses_ink(self) -> bool {
        matches!(self, Self::Bilevel | Self::Fax | Self::Copy)
    }

    /// Somebody with a pen whose ink this machine keeps.
    pub fn marker(self, rng: &mut ChaCha8Rng) -> Marker {
        let weakest = match self {
            Self::Bilevel | Self::Fax => 0.82,
            Self::Copy => 0.68,
            _ => 0.4,
        };
        let marker = Marker::any(weakest, rng);
        if self == Self::Faint {
            marker.with(Nib::faint_pencil(rng))
        } else {
            marker
        }
    }

    /// How the paper lies on the machine.
    pub fn wear(self, rng: &mut ChaCha8Rng) -> Wear {
        let (mode, dpi): (Mode, &[f64]) = match self {
            Self::Clean => (Mode::Gray, &[300.0]),
            Self::Blur => (Mode::Color, &[200.0]),
            Self::Faint | Self::Copy => (Mode::Gray, &[200.0, 300.0]),
            Self::Jpeg | Self::RedForm | Self::Dirty => (Mode::Color, &[200.0, 240.0, 300.0]),
            Self::Bilevel => (Mode::Bilevel, &[200.0, 300.0, 400.0]),
            Self::Fax => (Mode::Bilevel, &[204.0]),
        };
        let dpi = dpi.choose(rng).copied().and_then(Dpi::new);
        let wear = Wear::any(rng, mode);
        Wear {
            dpi: dpi.unwrap_or(wear.dpi),
            ..wear
        }
    }

    /// Scans `sheet` as this machine does.
    pub fn scan(self, sheet: &Sheet<'_>, wear: &Wear, rng: &mut ChaCha8Rng) -> Scanned {
        let geometry = light::Geometry::of(wear, sheet.size);
        if wear.mode == Mode::Color {
            return self.in_color(sheet, (wear, &geometry), rng);
        }
        let gray = geometry.lay(&grayscale(sheet.paper), sheet.px_per_mm);
        self.in_gray(gray, (wear, &geometry), rng)
    }

    fn in_color(
        self,
        sheet: &Sheet<'_>,
        (wear, geometry): (&Wear, &light::Geometry),
        rng: &mut ChaCha8Rng,
    ) -> Scanned {
        let mut paper = sheet.paper.clone();
        if self == Self::Dirty {
            light::show_through(&mut paper, sheet.back, rng);
        }
        let mut color = geometry.lay_color(&paper, sheet.px_per_mm);
        let mut streaks = Vec::new();
        let quality = match self {
            Self::Blur => {
                color = image::imageops::fast_blur(&color, between(rng, 0.8, 1.5) as f32);
                rng.random_range(75..92)
            }
            Self::Jpeg => {
                color = light::sharpened(&color, between(rng, 0.5, 1.2));
                rng.random_range(40..61)
            }
            Self::Dirty => {
                light::specks(&mut color, wear, rng);
                streaks = light::streaks(&mut color, rng);
                rng.random_range(70..88)
            }
            _ => rng.random_range(70..90),
        };
        light::noise(&mut color, wear.noise, rng);
        Scanned {
            pixels: Pixels::Color(color),
            resolution: Resolution::square(wear.dpi),
            format: Format::Jpeg { quality },
            to_px: geometry.to_px,
            streaks,
        }
    }

    fn in_gray(
        self,
        mut gray: GrayImage,
        (wear, geometry): (&Wear, &light::Geometry),
        rng: &mut ChaCha8Rng,
    ) -> Scanned {
        let square = Resolution::square(wear.dpi);
        let done = |pixels, format| Scanned {
            pixels,
            resolution: square,
            format,
            to_px: geometry.to_px,
            streaks: Vec::new(),
        };
        match self {
            Self::Bilevel => {
                light::noise(&mut gray, between(rng, 3.0, 11.0), rng);
                let bits = bits::threshold(&gray, rng);
                done(Pixels::Bits(bits), Format::G4)
            }
            Self::Fax => {
                let gray = image::imageops::fast_blur(&gray, 0.7);
                bits::fax(&gray, geometry.to_px, rng)
            }
            Self::Copy => {
                let mut gray = light::copied(&gray, wear.dpi, rng);
                light::noise(&mut gray, wear.noise, rng);
                let quality = rng.random_range(65..88);
                done(Pixels::Gray(gray), Format::Jpeg { quality })
            }
            _ => {
                light::noise(&mut gray, wear.noise, rng);
                done(Pixels::Gray(gray), Format::Png)
            }
        }
    }
}

/// The name of no degradation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no way of being scanned")]
pub struct UnknownDegradation(String);

impl FromStr for Degradation {
    type Err = UnknownDegradation;

    fn from_str(name: &str) -> Result<Self, UnknownDegradation> {
        let found = Self::ALL.into_iter().find(|d| d.name() == name);
        found.ok_or_else(|| UnknownDegradation(name.to_owned()))
    }
}

/// One side of paper with everything on it.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Bare paper at `inks::PAPER`.
    pub paper: &'a RgbImage,
    pub px_per_mm: f64,
    pub size: Size,
    /// What is printed on the other side, as it shows through; same size.
    pub back: &'a GrayImage,
}

/// Where `place` lies on the picture.
pub fn on_picture(to_px: &Transform<Mm, Px>, place: Rect<Mm>) -> Rect<Px> {
    to_px.bounds(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_degradations_agree() {
        for one in Degradation::ALL {
            assert_eq!(one.name().parse(), Ok(one));
        }
        assert!("wet".parse::<Degradation>().is_err());
    }
}
