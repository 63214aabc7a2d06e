//! The bend of a page whose blank is not known, as the printed boxes of its fields show it.
//!
//! Corner marks lay a plane; paper that curls or slips in the feeder leaves it by half a millimeter and
//! more between them, and boxes that stand closer than a centimeter are then taken for each other. How
//! far the boxes are off their places is smoothed and held against each other as printed patches are
//! ([`super::bend`]); what is found is looked at once more from there, where the edges are near.

use super::Registered;
use super::bend::{self, Bend, Limits};
use super::edges;
use super::fit::Pair;
use crate::geom::Point;
use crate::normalize::outline::{Outline, outlines};

/// Boxes looked at to tell whether a page is flat, and at most to follow a bent one: the spline costs
/// their cube.
const GLANCE: usize = 60;
const MOST: usize = 160;
/// A box is in place when it is no farther off than this, mm; so many of those looked at, as a share, are
/// on a flat page, and so many more must be with the bend than without.
const IN_PLACE: f64 = 0.15;
const FLAT: f64 = 0.85;
const BETTER: f64 = 0.1;
/// Share of the boxes that must agree with the bend; writing hides some of them. Fewer may at first, when
/// many lie farther off than their edges are looked for: then most must in the end.
const LEAST_KEPT: f64 = 0.35;
const LEAST_AT_FIRST: f64 = 0.2;
const LEAST_IN_THE_END: f64 = 0.65;
/// How often it is looked at, each time from where the time before ended.
const ROUNDS: usize = 2;

/// The bend that the boxes show; `None` for a flat page, and where too few of them agree.
pub(super) fn bend_of(flat: &Registered<'_>) -> Option<Bend> {
    let all: Vec<Outline> = flat.side.fields.iter().flat_map(outlines).collect();
    let in_place = in_place(flat, &all);
    if in_place >= FLAT {
        return None;
    }
    let some: Vec<Outline> = every(&all, MOST).collect();
    let mut page = flat.clone();
    let mut least = LEAST_AT_FIRST;
    for _ in 0..ROUNDS {
        let pairs: Vec<Pair> = some.iter().filter_map(|o| seen(&page, o)).collect();
        let bent = bend::fit(&flat.to_px, &pairs, flat.side.size, Limits::PAPER)?;
        let kept = bent.kept.len() as f64 / some.len() as f64;
        if kept < least {
            return None;
        }
        least = if kept < LEAST_KEPT {
            LEAST_IN_THE_END
        } else {
            LEAST_KEPT
        };
        page.local.bend = bent.bend;
    }
    (self::in_place(&page, &all) >= in_place + BETTER).then_some(page.local.bend)
}

/// At most `most` boxes, evenly over the side.
fn every(all: &[Outline], most: usize) -> impl Iterator<Item = Outline> {
    let step = all.len().div_ceil(most).max(1);
    all.iter().copied().step_by(step)
}

/// Share of the boxes that are seen that stand in place; 1 where none is seen.
fn in_place(page: &Registered<'_>, all: &[Outline]) -> f64 {
    let seen: Vec<(f64, f64)> = every(all, GLANCE)
        .filter_map(|o| edges::offset(page, &o))
        .collect();
    let near = seen.iter().filter(|(dx, dy)| dx.hypot(*dy) <= IN_PLACE);
    if seen.is_empty() {
        1.0
    } else {
        near.count() as f64 / seen.len() as f64
    }
}

/// Where a box lies on the page, when its edges are seen.
fn seen(page: &Registered<'_>, outline: &Outline) -> Option<Pair> {
    let (dx, dy) = edges::offset(page, outline)?;
    let mm = outline.area.center();
    let laid = page.local.bend.apply(mm);
    let px = page.to_px.apply(Point::new(laid.x + dx, laid.y + dy));
    Some(Pair { mm, px })
}
