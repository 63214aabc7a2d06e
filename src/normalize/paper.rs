//! Where the paper is: dark areas that touch the picture's edge are the scanner's backing.

use crate::geom::{Px, Rect};
use crate::raster::{Components, Ink};

/// A backing area covers at least this share of the picture (a wedge of 1 mm along a card).
const BACKING_AREA: f64 = 0.002;
/// A line or column of pixels is off the paper when this share of it is backing.
const OFF_PAPER: f64 = 0.5;
/// Smaller areas are dirt, in pixels at 150 dpi (0.1 mm2).
const SPECK: u32 = 3;

/// Marks the components that belong to the backing or to black borders.
pub(super) fn backing(found: &Components, ink: &Ink) -> Vec<bool> {
    let (w, h) = (ink.width as u32, ink.height as u32);
    let least = (BACKING_AREA * f64::from(w) * f64::from(h)) as u32;
    let touches =
        |c: &crate::raster::Component| c.x0 <= 1 || c.y0 <= 1 || c.x1 + 1 >= w || c.y1 + 1 >= h;
    // A long thin shadow of the paper's edge counts as well.
    let long = |c: &crate::raster::Component| {
        let edge = c.x1 <= w / 50 || c.y1 <= h / 50 || c.x0 >= w - w / 50 || c.y0 >= h - h / 50;
        edge && (c.width() > w / 4 || c.height() > h / 4)
    };
    found
        .list
        .iter()
        .map(|c| touches(c) && (c.area >= least || long(c)))
        .collect()
}

/// The paper's upright rectangle in pixels of the picture that was searched.
pub(super) fn rectangle(found: &Components, backing: &[bool], ink: &Ink) -> Rect<Px> {
    let (mut columns, mut rows) = (vec![0i32; ink.width + 1], vec![0u32; ink.height]);
    for run in found.runs.iter().filter(|r| backing[r.owner as usize]) {
        columns[run.x0 as usize] += 1;
        columns[run.x1 as usize] -= 1;
        rows[run.y as usize] += run.x1 - run.x0;
    }
    let mut height = 0;
    let columns: Vec<u32> = columns[..ink.width]
        .iter()
        .map(|d| {
            height += d;
            height.max(0) as u32
        })
        .collect();
    let (x0, x1) = bare(&columns, ink.height);
    let (y0, y1) = bare(&rows, ink.width);
    Rect::new(x0 as f64, y0 as f64, (x1 - x0) as f64, (y1 - y0) as f64)
}

/// First and one past the last line that is mostly paper; everything when none is.
fn bare(dark: &[u32], length: usize) -> (usize, usize) {
    let limit = (OFF_PAPER * length as f64) as u32;
    let first = dark.iter().position(|&d| d < limit);
    let last = dark.iter().rposition(|&d| d < limit);
    match (first, last) {
        (Some(a), Some(b)) if b > a => (a, b + 1),
        _ => (0, dark.len()),
    }
}

/// Ink on the paper, in pixels, without specks.
pub(super) fn ink_area(found: &Components, backing: &[bool]) -> f64 {
    let own = found
        .list
        .iter()
        .zip(backing)
        .filter(|(c, b)| !**b && c.area >= SPECK);
    own.map(|(c, _)| f64::from(c.area)).sum()
}
