//! One picture of one side of paper, as it came from a file.

use image::{GrayImage, RgbImage};

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
