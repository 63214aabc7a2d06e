//! Which patches of the blank picture are looked for on a page.
//!
//! Patches are chosen where the blank has print in two directions (the smaller eigenvalue of the
//! structure tensor, as in Shi and Tomasi 1994), spread over the side, outside the places where
//! people write, and unlike their own neighbourhood.

use image::GrayImage;

use super::mask;
use super::patches::{COARSE, COARSE_RANGE, PATCH};
use crate::form::{Blank, Side};
use crate::geom::{Mm, Rect};
use crate::raster::Pattern;

/// Cells of the side, about this wide, hold one patch each.
const CELL: f64 = 13.0;
/// At most about so many cells on a side.
const MOST_CELLS: f64 = 84.0;

/// Well-spread patches of the blank, in reading order of their cells.
pub(super) fn choose(side: &Side, blank: &Blank, hidden: &[Rect<Mm>]) -> Vec<Rect<Mm>> {
    let size = side.size;
    let whole = Rect::new(0.0, 0.0, size.w, size.h);
    let picture = mask::cut_blank(blank, whole, COARSE);
    let strength = Strength::of(
        &picture,
        mask::open(hidden, whole, COARSE, picture.dimensions()),
    );
    let cell = CELL.max((size.w * size.h / MOST_CELLS).sqrt());
    let nx = (size.w / cell).round().max(3.0);
    let ny = (size.h / cell).round().max(3.0);
    let mut best: Vec<(f64, Rect<Mm>)> = Vec::new();
    for j in 0..ny as u32 {
        for i in 0..nx as u32 {
            let cell = Rect::new(
                f64::from(i) * size.w / nx,
                f64::from(j) * size.h / ny,
                size.w / nx,
                size.h / ny,
            );
            best.extend(strength.best_in(cell, whole));
        }
    }
    let top = best.iter().map(|b| b.0).fold(0.0, f64::max);
    best.retain(|b| b.0 > 0.02 * top && unique(&picture, b.1, hidden));
    best.into_iter().map(|b| b.1).collect()
}

/// Whether the patch is unlike its surroundings in the blank itself.
fn unique(picture: &GrayImage, area: Rect<Mm>, hidden: &[Rect<Mm>]) -> bool {
    let at = (
        (area.x * COARSE).round() as i64,
        (area.y * COARSE).round() as i64,
    );
    let side = (PATCH * COARSE) as u32;
    let view = image::imageops::crop_imm(picture, at.0 as u32, at.1 as u32, side, side).to_image();
    let open = mask::open(hidden, area, COARSE, view.dimensions());
    let Some(pattern) = Pattern::new(&view, open) else {
        return false;
    };
    pattern
        .search(picture, at, COARSE_RANGE)
        .is_some_and(|p| p.runner_up < 0.85)
}

/// Gradient products in millimetre blocks.
struct Strength {
    columns: usize,
    rows: usize,
    blocks: Vec<[f64; 3]>,
}

impl Strength {
    fn of(picture: &GrayImage, open: impl Fn(u32, u32) -> bool) -> Self {
        let per_block = COARSE as u32;
        let (columns, rows) = (picture.width() / per_block, picture.height() / per_block);
        let mut blocks = vec![[0.0; 3]; (columns * rows) as usize];
        for y in 1..picture.height().saturating_sub(1) {
            for x in 1..picture.width().saturating_sub(1) {
                let at = |x: u32, y: u32| f64::from(picture.get_pixel(x, y)[0]);
                let (gx, gy) = (at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1));
                let (bx, by) = (x / per_block, y / per_block);
                if (gx.abs() + gy.abs() > 8.0) && bx < columns && by < rows && open(x, y) {
                    let b = &mut blocks[(by * columns + bx) as usize];
                    b[0] += gx * gx;
                    b[1] += gx * gy;
                    b[2] += gy * gy;
                }
            }
        }
        Self {
            columns: columns as usize,
            rows: rows as usize,
            blocks,
        }
    }

    /// The strongest patch whose middle lies in `cell`.
    fn best_in(&self, cell: Rect<Mm>, whole: Rect<Mm>) -> Option<(f64, Rect<Mm>)> {
        let mut best: Option<(f64, Rect<Mm>)> = None;
        let span = |from: f64, size: f64| (from.ceil() as i64..(from + size) as i64).step_by(2);
        for my in span(cell.y, cell.h) {
            for mx in span(cell.x, cell.w) {
                let half = PATCH / 2.0;
                let area = Rect::new(mx as f64 - half, my as f64 - half, PATCH, PATCH);
                let inside = area.x >= 0.0
                    && area.y >= 0.0
                    && area.right() <= whole.w
                    && area.bottom() <= whole.h;
                if inside {
                    let value = self.weaker_direction(area);
                    if value > 0.0 && best.is_none_or(|b| value > b.0) {
                        best = Some((value, area));
                    }
                }
            }
        }
        best
    }

    fn weaker_direction(&self, area: Rect<Mm>) -> f64 {
        let mut t = [0.0; 3];
        for y in area.y as usize..(area.bottom() as usize).min(self.rows) {
            for x in area.x as usize..(area.right() as usize).min(self.columns) {
                let b = self.blocks[y * self.columns + x];
                t = [t[0] + b[0], t[1] + b[1], t[2] + b[2]];
            }
        }
        let half = f64::midpoint(t[0], t[2]);
        let root = ((t[0] - t[2]).powi(2) / 4.0 + t[1] * t[1]).sqrt();
        half - root
    }
}
