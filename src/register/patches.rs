//! Registration by patches of the blank picture.
//!
//! The page is levelled by the coarse match; each patch is found by normalized correlation within
//! 4 mm at 2 pixels a millimetre; a consensus of three patches each votes out the false ones; then
//! each is measured again at 5 pixels a millimetre below a pixel, and an affine transform (a
//! projective one where it pays) is fitted. Good to about 0.03 mm; fails when fewer than five
//! patches agree.

use super::consensus::consensus;
use super::fit::{Pair, robust_affine};
use super::prepared::{Patch, Prepared};
use crate::form::Side;
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::sample_gray;

/// Side of a patch, mm.
pub(super) const PATCH: f64 = 9.0;
/// First and second resolution, px a mm.
pub(super) const COARSE: f64 = 2.0;
pub(super) const FINE: f64 = 5.0;
/// Search ranges in pixels of those: 4 mm and 0.8 mm.
pub(super) const COARSE_RANGE: i64 = 8;
const FINE_RANGE: i64 = 4;
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
    prepared: &Prepared,
    coarse: &Transform<Mm, Px>,
) -> Option<Matched> {
    let patches = &prepared.patches;
    let first = locate(page, side, coarse, (patches, COARSE_RANGE));
    let (near, _) = consensus(&first, CONSENSUS, LEAST)?;
    // A print at 95 % is 7 mm off at the ends of an A4 page: the consensus of the middle brings
    // the rest within reach.
    let second = locate(page, side, &near, (patches, COARSE_RANGE / 2));
    let (near, _) = consensus(&second, CONSENSUS, LEAST)?;
    let pairs = refine(page, &near, patches);
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
    (patches, range): (&[Patch], i64),
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
    let find = |patch: &Patch| {
        let area = patch.area;
        let at = (
            ((area.x - whole.x) * COARSE).round(),
            ((area.y - whole.y) * COARSE).round(),
        );
        let pattern = patch.coarse.as_ref()?;
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
fn refine(page: &Upright<'_>, near: &Transform<Mm, Px>, patches: &[Patch]) -> Vec<Pair> {
    let fine = page.reduced.shrink(near);
    let margin = (FINE_RANGE + 1) as f64 / FINE;
    let measure = |patch: &Patch| {
        let pattern = patch.fine.as_ref()?;
        let around = patch.area.inflate(margin);
        let (cut, inside) = sample_gray(&page.reduced.gray, &fine, around, FINE);
        let start = FINE_RANGE + 1;
        let peak = pattern.search(&cut, (start, start), FINE_RANGE)?;
        let m = patch.area.center();
        let seen = Point::new(m.x + peak.dx / FINE, m.y + peak.dy / FINE);
        let good = inside > 0.9 && peak.score > LEAST_SCORE;
        good.then(|| Pair {
            mm: m,
            px: near.apply(seen),
        })
    };
    patches.iter().filter_map(measure).collect()
}
