//! Registration by patches of the blank picture.
//!
//! Patches are chosen where the blank has print in two directions (the smaller eigenvalue of the
//! structure tensor, as in Shi and Tomasi 1994), spread over the side, outside the places where
//! people write, and unlike their own neighbourhood. The page is levelled by the coarse match;
//! each patch is found by normalized correlation within 4 mm at 2 pixels a millimetre; a consensus
//! of three patches each votes out the false ones; then each is measured again at 5 pixels a
//! millimetre below a pixel, and an affine transform (a projective one where it pays) is fitted.
//! Good to about 0.03 mm; fails when fewer than five patches agree.

use image::GrayImage;

use super::fit::{Pair, affine, miss, robust_affine, shape};
use super::mask;
use crate::form::{Blank, Side};
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::{Pattern, sample_gray};

/// Side of a patch, mm.
const PATCH: f64 = 9.0;
/// First and second resolution, px a mm.
const COARSE: f64 = 2.0;
const FINE: f64 = 5.0;
/// Search ranges in pixels of those: 4 mm and 0.8 mm.
const COARSE_RANGE: i64 = 8;
const FINE_RANGE: i64 = 4;
/// Cells of the side, about this wide, hold one patch each.
const CELL: f64 = 20.0;
/// A patch is found when it correlates this well: half of what a clean print reaches, above what
/// writing reaches by chance.
const LEAST_SCORE: f64 = 0.45;
/// Agreement of coarse positions with a consensus, mm: paper bends by 0.3 mm.
const CONSENSUS: f64 = 0.7;
/// Fine positions farther off the fit are left out, mm.
const TOLERANCE: f64 = 0.45;
/// Patches that must agree, and their share of those that the blank offers.
const LEAST: usize = 5;
const LEAST_SHARE: f64 = 0.4;

/// Patches that were tried, and where those that agree were found (original pixels).
pub(super) struct Matched {
    pub(super) tried: usize,
    pub(super) pairs: Vec<Pair>,
}

/// Finds the side's patches from a coarse transform; `None` when too few agree.
pub(super) fn find(
    page: &Upright<'_>,
    side: &Side,
    blank: &Blank,
    coarse: &Transform<Mm, Px>,
) -> Option<Matched> {
    let hidden = mask::answers(side);
    let patches = choose(side, blank, &hidden);
    let first = locate(page, side, coarse, (blank, &patches, &hidden, COARSE_RANGE));
    let (near, _) = consensus(&first)?;
    // A print at 95 % is 7 mm off at the ends of an A4 page: the consensus of the middle brings
    // the rest within reach.
    let second = locate(
        page,
        side,
        &near,
        (blank, &patches, &hidden, COARSE_RANGE / 2),
    );
    let (near, _) = consensus(&second)?;
    let pairs = refine(page, blank, &near, (&patches, &hidden));
    let least = LEAST.max((LEAST_SHARE * patches.len() as f64) as usize);
    let (_, kept) = robust_affine(&pairs, TOLERANCE, least)?;
    Some(Matched {
        tried: patches.len(),
        pairs: kept,
    })
}

/// Finds the patches on the page levelled by `coarse`, within a range of pixels.
fn locate(
    page: &Upright<'_>,
    side: &Side,
    coarse: &Transform<Mm, Px>,
    (blank, patches, hidden, range): (&Blank, &[Rect<Mm>], &[Rect<Mm>], i64),
) -> Vec<Pair> {
    let edge = 5.0;
    let whole = Rect::new(
        -edge,
        -edge,
        side.size.w + 2.0 * edge,
        side.size.h + 2.0 * edge,
    );
    let small = page.tiny.shrink(coarse);
    let (leveled, _) = sample_gray(&page.tiny.gray, &small, whole, COARSE);
    let find = |area: &Rect<Mm>| {
        let pattern = pattern(blank, *area, COARSE, hidden)?;
        let at = (
            ((area.x - whole.x) * COARSE).round(),
            ((area.y - whole.y) * COARSE).round(),
        );
        let peak = pattern.search(&leveled, (at.0 as i64, at.1 as i64), range)?;
        let snapped = (
            whole.x + at.0 / COARSE - area.x,
            whole.y + at.1 / COARSE - area.y,
        );
        let m = area.center();
        let seen = Point::new(
            m.x + snapped.0 + peak.dx / COARSE,
            m.y + snapped.1 + peak.dy / COARSE,
        );
        (peak.score > LEAST_SCORE).then(|| Pair {
            mm: m,
            px: coarse.apply(seen),
        })
    };
    patches.iter().filter_map(find).collect()
}

/// Measures every patch again near where `near` puts it.
fn refine(
    page: &Upright<'_>,
    blank: &Blank,
    near: &Transform<Mm, Px>,
    (patches, hidden): (&[Rect<Mm>], &[Rect<Mm>]),
) -> Vec<Pair> {
    let fine = page.reduced.shrink(near);
    let margin = (FINE_RANGE + 1) as f64 / FINE;
    let measure = |area: &Rect<Mm>| {
        let pattern = pattern(blank, *area, FINE, hidden)?;
        let (cut, inside) = sample_gray(&page.reduced.gray, &fine, area.inflate(margin), FINE);
        let start = FINE_RANGE + 1;
        let peak = pattern.search(&cut, (start, start), FINE_RANGE)?;
        let m = area.center();
        let seen = Point::new(m.x + peak.dx / FINE, m.y + peak.dy / FINE);
        let good = inside > 0.9 && peak.score > LEAST_SCORE;
        good.then(|| Pair {
            mm: m,
            px: near.apply(seen),
        })
    };
    patches.iter().filter_map(measure).collect()
}

fn pattern(blank: &Blank, area: Rect<Mm>, scale: f64, hidden: &[Rect<Mm>]) -> Option<Pattern> {
    let picture = mask::cut_blank(blank, area, scale);
    Pattern::new(
        &picture,
        mask::open(hidden, area, scale, picture.dimensions()),
    )
}

/// The affine transform of three patches that most others agree with, refitted on all of them,
/// and how many those are.
fn consensus(pairs: &[Pair]) -> Option<(Transform<Mm, Px>, usize)> {
    let n = pairs.len();
    let mut best: (usize, f64, Vec<Pair>) = (0, f64::MAX, Vec::new());
    for i in 0..n {
        for j in i + 1..n {
            for k in j + 1..n {
                let Some(fit) = affine(&[pairs[i], pairs[j], pairs[k]]) else {
                    continue;
                };
                let form = shape(&fit, pairs[i].mm, (1.0, 1.0));
                let ratio = form.scale_x / form.scale_y;
                if form.shear_degrees.abs() > 2.5 || !(0.93..1.075).contains(&ratio) {
                    continue;
                }
                let kept: Vec<Pair> = pairs
                    .iter()
                    .copied()
                    .filter(|p| miss(&fit, p) < CONSENSUS)
                    .collect();
                let cost: f64 = kept.iter().map(|p| miss(&fit, p)).sum();
                if kept.len() > best.0 || (kept.len() == best.0 && cost < best.1) {
                    best = (kept.len(), cost, kept);
                }
            }
        }
    }
    (best.0 >= LEAST).then(|| Some((affine(&best.2)?, best.0)))?
}

/// Well-spread patches of the blank, in reading order of their cells.
pub(super) fn choose(side: &Side, blank: &Blank, hidden: &[Rect<Mm>]) -> Vec<Rect<Mm>> {
    let size = side.size;
    let whole = Rect::new(0.0, 0.0, size.w, size.h);
    let picture = mask::cut_blank(blank, whole, COARSE);
    let strength = Strength::of(
        &picture,
        mask::open(hidden, whole, COARSE, picture.dimensions()),
    );
    let nx = (size.w / CELL).round().clamp(3.0, 7.0);
    let ny = (size.h / CELL).round().clamp(3.0, 9.0);
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
