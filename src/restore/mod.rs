//! Before anything is measured: what the light and the glass did to the picture is taken back.
//!
//! Two faults that no later stage can tell from print or writing: light that falls off across the page
//! (a photo, a book's fold, a lid that stood open), and a streak along the whole page (a grain of dust
//! on the glass of a feeder). Both are known by what nothing on the paper does, a smooth surface over the
//! whole page and a line from edge to edge, and are left alone where that is not certain. The picture
//! that the office keeps is the file; only what is read is restored.

mod shading;
mod streak;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::scan::Scan;

/// A scan as an evenly lit, clean glass would have shown it.
#[derive(Clone, Debug)]
pub struct Restored<'a> {
    /// The scan itself where nothing was to be done.
    pub scan: Cow<'a, Scan>,
    /// What was wiped: the glass wants cleaning there.
    pub streaks: Vec<GlassStreak>,
}

/// Where a grain of dust drew its line, in the picture as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlassStreak {
    pub along: Along,
    /// From the left edge, or from the top, in mm.
    pub at_mm: f64,
}

/// Which way a streak runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// From top to bottom, as a feeder draws it.
    Columns,
    /// From left to right, of a picture that was turned.
    Rows,
}

/// Takes back what the light and the glass did to a scan.
pub fn restore(scan: &Scan) -> Restored<'_> {
    let per_mm = scan.resolution.map(|r| r.x.px_per_mm());
    let found = streak::find(&scan.picture.gray, per_mm);
    // One bit a pixel has no light to fall off.
    let shading = (!scan.picture.bilevel)
        .then(|| shading::measure(&scan.picture.gray))
        .flatten();
    if found.all.is_empty() && shading.is_none() {
        return Restored {
            scan: Cow::Borrowed(scan),
            streaks: Vec::new(),
        };
    }
    let mut picture = scan.picture.clone();
    for streak in &found.all {
        streak.wipe(&mut picture);
    }
    if let Some(shading) = shading {
        shading.even(&mut picture);
    }
    Restored {
        scan: Cow::Owned(Scan {
            origin: scan.origin.clone(),
            picture,
            resolution: scan.resolution,
            half_rows: scan.half_rows,
        }),
        streaks: found.places(),
    }
}

#[cfg(test)]
mod tests;
