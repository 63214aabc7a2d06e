//! Whether the boxes of a field stand elsewhere than the form says: a reprint that moved a row, on a
//! form without a picture of its blank.
//!
//! All boxes of the field, moved alike, are looked for from 2 to 6 mm above, below, left and right of
//! their places. Where the form has other boxes nothing is looked for: a neighbor's row would speak
//! for one that marks hide. Boxes that are plainly there, and more plainly than in place, have
//! moved. Exact to what an edge is (0.1 mm); a row that moved by just its neighbor's distance is not
//! seen so: the answers of the lot tell (`lots`).

use super::Registered;
use super::fields::{Shift, Sighting};
use crate::geom::{Mm, Point, Rect};
use crate::normalize::outline::{self, Outline};

/// From where and how far, in steps of a mm; half a step and a little more is looked round each. What
/// is nearer, the search in place sees.
const STEPS: std::ops::RangeInclusive<i32> = 2..=6;
const REACH: f64 = 0.7;
/// A place this near to a box of the form is explained by it, for a page may be off by as much, mm.
const EXPLAINED: f64 = 1.5;
/// Boxes looked at, evenly over the field, and the fewest of a field that may be looked for: half.
const MOST: usize = 6;
/// Edges that must be there, as a share, and how many more than in place.
const PLAINLY: f64 = 0.6;
const MORE: f64 = 0.3;

/// How far the boxes `own` have moved, when they have; `in_place` is the share of their edges that
/// stands where the form says.
pub(super) fn outlines(page: &Registered<'_>, own: &[Outline], in_place: f64) -> Option<Shift> {
    let fields = page.side.fields.iter();
    let known: Vec<Point<Mm>> = fields
        .flat_map(outline::outlines)
        .map(|o| o.area.center())
        .collect();
    let steps = STEPS.flat_map(|s| [-s, s]).map(f64::from);
    let tries = steps.flat_map(|s| [(0.0, s), (s, 0.0)]);
    let found = tries.filter_map(|by| at(page, (own, &known), by));
    let best = found.max_by(|a, b| a.score.total_cmp(&b.score))?;
    (best.score >= PLAINLY && best.score >= in_place + MORE).then_some(best)
}

/// What is seen of the boxes moved `by`; `None` where the form has most of them.
fn at(
    page: &Registered<'_>,
    (own, known): (&[Outline], &[Point<Mm>]),
    by: (f64, f64),
) -> Option<Shift> {
    let moved = own.iter().map(|o| Outline {
        area: Rect::new(o.area.x + by.0, o.area.y + by.1, o.area.w, o.area.h),
        ..*o
    });
    let is_free = |o: &Outline| {
        let middle = o.area.center();
        known.iter().all(|k| k.distance(middle) >= EXPLAINED)
    };
    let free: Vec<Outline> = moved.filter(is_free).collect();
    if 2 * free.len() < own.len() {
        return None;
    }
    let step = free.len().div_ceil(MOST).max(1);
    let seen = Sighting::of(page, free.iter().step_by(step), REACH);
    Some(seen.shift().from(by))
}
