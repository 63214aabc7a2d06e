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

use crate::scan::{Picture, Scan};

/// The scan as an evenly lit, clean glass would have shown it; the scan itself where nothing is to be
/// done.
pub fn restore(scan: &Scan) -> Cow<'_, Scan> {
    match restored(scan) {
        Some(picture) => Cow::Owned(Scan {
            origin: scan.origin.clone(),
            picture,
            resolution: scan.resolution,
            half_rows: scan.half_rows,
        }),
        None => Cow::Borrowed(scan),
    }
}

fn restored(scan: &Scan) -> Option<Picture> {
    let per_mm = scan.resolution.map(|r| r.x.px_per_mm());
    let streaks = streak::find(&scan.picture.gray, per_mm);
    // One bit a pixel has no light to fall off.
    let shading = (!scan.picture.bilevel)
        .then(|| shading::measure(&scan.picture.gray))
        .flatten();
    if streaks.is_empty() && shading.is_none() {
        return None;
    }
    let mut picture = scan.picture.clone();
    for streak in &streaks {
        streak.wipe(&mut picture);
    }
    if let Some(shading) = shading {
        shading.even(&mut picture);
    }
    Some(picture)
}

#[cfg(test)]
mod tests;
