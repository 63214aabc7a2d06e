//! Registration by patches of the blank picture.
//!
//! The page is levelled by a coarse match; each patch is found by normalized correlation within
//! 4 mm at 2 pixels a millimetre, and a consensus votes out the false ones. From there the page is
//! grown: patches within 2 mm of where the others put them join, so that a photo's perspective and
//! a curl are followed outwards ([`bend`](super::bend)). Then each patch is measured again at 5
//! pixels a millimetre below a pixel. Good to about 0.03 mm a patch; fails when fewer than two
//! fifths of the patches agree.

use super::bend::{self, Bend, Limits};
use super::consensus::consensus;
use super::fit::{self, Pair, robust_affine};
use super::prepared::{Patch, Prepared};
use super::view::Lay;
use crate::form::Side;
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::normalize::Upright;

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
/// Agreement of coarse positions with a consensus, mm.
const CONSENSUS: f64 = 0.7;
/// A found patch farther than this from where the others put it is false, mm: while the page is
/// grown at 2 pixels a millimetre, and in the end.
const GROWING: f64 = 0.8;
const FALSE: f64 = Limits::PAPER.tolerance;
/// A patch that is seen this plainly, and farther than this from where the page as laid has it, says
/// that the page is not as laid there: score, and mm (twice what half a pixel is at 2 a mm).
const STRAY_SCORE: f64 = 0.6;
const STRAY: f64 = 0.5;
/// Rounds of growing.
const ROUNDS: usize = 3;
/// Fine positions farther off a plane are left out where there are too few for a bend, mm.
const TOLERANCE: f64 = 0.45;
/// Patches that must agree, their share of those that the blank offers, and of those that were
/// found at first.
const LEAST: usize = 5;
const LEAST_SHARE: f64 = 0.4;
const LEAST_CONSENSUS: f64 = 0.3;
/// A projective fit must leave this share of the affine one's residual, and more pairs than this.
const PROJECTIVE_GAIN: f64 = 0.7;
const PROJECTIVE_PAIRS: usize = 8;

/// Where the form lies, and the patches that say so.
pub(super) struct Matched {
    pub(super) tried: usize,
    pub(super) lay: Lay,
    /// How far each patch that agrees is from where the others put it, mm.
    pub(super) misses: Vec<f64>,
}

/// Finds the side's patches from a coarse transform; `None` when too few agree.
pub(super) fn find(
    page: &Upright<'_>,
    side: &Side,
    prepared: &Prepared,
    coarse: &Transform<Mm, Px>,
) -> Option<Matched> {
    by_consensus(page, side, prepared, coarse).or_else(|| {
        // The paper's border has told a perspective that no affine consensus can.
        let told = !coarse.is_affine();
        told.then(|| settle(page, side, prepared, Lay::flat(*coarse)))?
    })
}

fn by_consensus(
    page: &Upright<'_>,
    side: &Side,
    prepared: &Prepared,
    coarse: &Transform<Mm, Px>,
) -> Option<Matched> {
    let patches = &prepared.patches;
    let first = locate(page, side, &Lay::flat(*coarse), (patches, COARSE_RANGE));
    let least = LEAST.max((LEAST_CONSENSUS * first.len() as f64) as usize);
    let (near, _) = consensus(&first, CONSENSUS, least)?;
    settle(page, side, prepared, Lay::flat(near))
}

/// Follows the page from a transform that is right somewhere; `None` when too few patches agree.
pub(super) fn settle(
    page: &Upright<'_>,
    side: &Side,
    prepared: &Prepared,
    mut lay: Lay,
) -> Option<Matched> {
    let patches = &prepared.patches;
    let mut seen = 0;
    for _ in 0..ROUNDS {
        let found = locate(page, side, &lay, (patches, COARSE_RANGE / 2));
        let Some((near, misses)) = smooth(side, &found, GROWING) else {
            // Too few for a bend: a plane.
            let (near, _) = consensus(&found, CONSENSUS, LEAST)?;
            lay = Lay::flat(near);
            continue;
        };
        lay = near;
        if misses.len() <= seen {
            break;
        }
        seen = misses.len();
    }
    let pairs = refine(page, &lay, patches);
    let least = LEAST.max((LEAST_SHARE * patches.len() as f64) as usize);
    let matched = smooth(side, &pairs, FALSE).or_else(|| flat(&pairs))?;
    (matched.1.len() >= least).then_some(Matched {
        tried: patches.len(),
        lay: matched.0,
        misses: matched.1,
    })
}

/// A plane and a bend that the patches agree on.
fn smooth(side: &Side, pairs: &[Pair], tolerance: f64) -> Option<(Lay, Vec<f64>)> {
    let limit = |limits: Limits| Limits {
        tolerance,
        ..limits
    };
    let rough = bend::fit(&fit::affine(pairs)?, pairs, side.size, limit(Limits::ROUGH))?;
    let to_px = plane(&rough.kept)?;
    let bent = bend::fit(&to_px, &rough.kept, side.size, limit(Limits::PAPER))?;
    let lay = Lay {
        to_px,
        bend: bent.bend,
    };
    Some((lay, bent.misses))
}

/// Too few patches for a bend.
fn flat(pairs: &[Pair]) -> Option<(Lay, Vec<f64>)> {
    let (_, kept) = robust_affine(pairs, TOLERANCE, LEAST)?;
    let to_px = plane(&kept)?;
    let misses = kept.iter().map(|p| fit::miss(&to_px, p)).collect();
    Some((Lay::flat(to_px), misses))
}

/// An affine fit, or a projective one where that pays.
fn plane(pairs: &[Pair]) -> Option<Transform<Mm, Px>> {
    let affine = fit::affine(pairs)?;
    let rms = fit::residual(&affine, pairs).rms;
    if pairs.len() >= PROJECTIVE_PAIRS
        && rms > 0.1
        && let Some(tilted) = fit::projective(pairs)
        && fit::residual(&tilted, pairs).rms < PROJECTIVE_GAIN * rms
    {
        return Some(tilted);
    }
    Some(affine)
}

/// Finds the patches on the page laid flat by `lay`, within a range of pixels.
fn locate(page: &Upright<'_>, side: &Side, lay: &Lay, range: (&[Patch], i64)) -> Vec<Pair> {
    locate_from(page, side, lay, range, LEAST_SCORE)
}

fn locate_from(
    page: &Upright<'_>,
    side: &Side,
    lay: &Lay,
    (patches, range): (&[Patch], i64),
    least: f64,
) -> Vec<Pair> {
    let edge = 5.0;
    let whole = Rect::new(
        -edge,
        -edge,
        side.size.w + 2.0 * edge,
        side.size.h + 2.0 * edge,
    );
    let middle = Point::new(side.size.w / 2.0, side.size.h / 2.0);
    let (leveled, _) = lay.cut(lay.small(page, middle), whole, COARSE);
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
        (peak.score > least).then(|| Pair {
            mm: m,
            px: lay.place(seen),
        })
    };
    patches.iter().filter_map(find).collect()
}

/// The middles of patches that are plainly seen elsewhere, within 2 mm, than `lay` puts them: a bump
/// that is narrower than the patches lie apart, of which no bend tells.
pub(super) fn strays(
    page: &Upright<'_>,
    side: &Side,
    prepared: &Prepared,
    lay: &Lay,
) -> Vec<Point<Mm>> {
    let range = (prepared.patches.as_slice(), COARSE_RANGE / 2);
    let found = locate_from(page, side, lay, range, STRAY_SCORE);
    let off = |p: &Pair| lay.place(p.mm).distance(p.px) / lay.to_px.scale_at(p.mm).max(1e-9);
    let strays = found.iter().filter(|p| off(p) > STRAY);
    strays.map(|p| p.mm).collect()
}

/// Measures every patch again near where `lay` puts it.
fn refine(page: &Upright<'_>, lay: &Lay, patches: &[Patch]) -> Vec<Pair> {
    let margin = (FINE_RANGE + 1) as f64 / FINE;
    let measure = |patch: &Patch| {
        let pattern = patch.fine.as_ref()?;
        let (cut, inside) = lay.cut(&page.reduced, patch.area.inflate(margin), FINE);
        let start = FINE_RANGE + 1;
        let peak = pattern.search(&cut, (start, start), FINE_RANGE)?;
        let m = patch.area.center();
        let seen = Point::new(m.x + peak.dx / FINE, m.y + peak.dy / FINE);
        let good = inside > 0.9 && peak.score > LEAST_SCORE;
        good.then(|| Pair {
            mm: m,
            px: lay.place(seen),
        })
    };
    patches.iter().filter_map(measure).collect()
}

/// The bend that the patches see on a page laid by its printed marks; flat when they are too few
/// to tell.
pub(super) fn bend_of(
    page: &Upright<'_>,
    side: &Side,
    prepared: &Prepared,
    to_px: &Transform<Mm, Px>,
) -> Option<(Bend, Vec<f64>)> {
    let found = settle(page, side, prepared, Lay::flat(*to_px))?;
    // The same places, told from the marks' plane.
    let places = prepared.patches.iter().map(|p| p.area.center());
    let pairs: Vec<Pair> = places
        .map(|mm| Pair {
            mm,
            px: found.lay.place(mm),
        })
        .collect();
    let bent = bend::fit(to_px, &pairs, side.size, Limits::PAPER)?;
    Some((bent.bend, found.misses))
}
