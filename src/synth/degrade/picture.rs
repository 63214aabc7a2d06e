//! A scanned side as a machine delivers it.

use std::io;

use image::{GrayImage, RgbImage};

use crate::geom::{Mm, Px, Rect, Transform};
use crate::ingest::{self, Limits};
use crate::scan::{Origin, Resolution, Scan};
use crate::synth::write;

/// Pixels of one side.
#[derive(Clone, Debug)]
pub enum Pixels {
    Color(RgbImage),
    Gray(GrayImage),
    /// 0 or 255.
    Bits(GrayImage),
}

/// How the machine stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg { quality: i32 },
    G4,
}

/// What comes out of the machine, with what only its maker knows.
#[derive(Clone, Debug)]
pub struct Scanned {
    pub pixels: Pixels,
    pub resolution: Resolution,
    pub format: Format,
    /// The truth that registration must find.
    pub to_px: Transform<Mm, Px>,
    /// Ranges of x that a streak covers, in px.
    pub streaks: Vec<(u32, u32)>,
}

impl Scanned {
    /// Whether a streak runs through `place`.
    pub fn is_streaked(&self, place: Rect<Mm>) -> bool {
        let r = self.to_px.bounds(place);
        let crosses =
            |(from, to): &(u32, u32)| f64::from(*to) > r.x && f64::from(*from) < r.right();
        self.streaks.iter().any(crosses)
    }

    /// The picture in grey.
    pub(in crate::synth) fn gray(&self) -> GrayImage {
        match &self.pixels {
            Pixels::Color(i) => image::imageops::grayscale(i),
            Pixels::Gray(i) | Pixels::Bits(i) => i.clone(),
        }
    }

    /// The file's bytes and its extension.
    pub fn file(&self) -> io::Result<(Vec<u8>, &'static str)> {
        let dpi = self.resolution.x;
        let pixels = match &self.pixels {
            Pixels::Color(i) => write::Pixels::Color(i),
            Pixels::Gray(i) | Pixels::Bits(i) => write::Pixels::Gray(i),
        };
        Ok(match (self.format, &self.pixels) {
            (Format::G4, Pixels::Bits(i) | Pixels::Gray(i)) => {
                (write::tiff_g4(&[(i, self.resolution)]), "tif")
            }
            (Format::Jpeg { quality }, _) => (write::jpeg(pixels, dpi, quality)?, "jpg"),
            (Format::Png | Format::G4, _) => (write::png(pixels, dpi)?, "png"),
        })
    }

    /// The page as the reader gets it out of the file, what the format does to it included, and
    /// the true map from the paper to its pixels.
    pub fn scan(&self) -> io::Result<(Scan, Transform<Mm, Px>)> {
        let (bytes, _) = self.file()?;
        let document = ingest::open_bytes(bytes, &Limits::default()).map_err(io::Error::other)?;
        let page = document.page(0).map_err(io::Error::other)?;
        let origin = Origin {
            file: String::new(),
            file_sha256: document.sha256(),
            page: 0,
        };
        let to_px = self.to_px.then(&page.picture.to_scan(page.resolution));
        Ok((Scan::new(origin, page.picture, page.resolution), to_px))
    }
}
