//! Which of two sides is on the page: decided where their print differs, and nowhere else.
//!
//! Both sides are laid onto the page by their own transforms. Windows ([`super::windows`]) in which
//! the two prints are unlike each other are looked at: a page that shows the first side is more
//! like the first print there than like the second. Where only one prints, the page shows that
//! print or does not, whatever else is written there. An edition with a question added wins by that
//! question's print and loses by its absence; a row moved by a millimetre or another word count
//! both ways. Not decided when the two differ by less than 1.5 square millimetres of print.

use super::expect::quantile;
use super::print::{Print, SCALE, Seen};
use super::windows::{self, Face, Window};
use crate::geom::{Mm, Point, Transform};

/// Windows of the two prints that are more alike than this do not differ.
const ALIKE: f64 = 0.85;
/// Less print than this, cells of all windows, proves nothing; four windows share a cell.
const LEAST_PRINT: u32 = 4 * 24;
/// By so much must the page be more like the winner's print, as shares of what print reaches on
/// this page. A clean scan gives 0.5 for another word and 1.0 for a question, a fat copy 0.25.
const LEAD: f64 = 0.2;
/// What print reaches at least, where the two have no print in common.
const LEAST_TYPICAL: f64 = 0.5;
/// A window with fewer printed cells is bare.
const BARE: u32 = 12;
/// Transforms that differ by less than this all over the side are one, mm.
const SAME_FRAME: f64 = 0.3;

/// What the duel says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Winner {
    First,
    Second,
    Nobody,
}

/// Compares two sides on the page as seen through the first one's transform. `across` leads from
/// the first side's paper to the second's.
pub(super) fn duel(
    (first, second): (&Print, &Print),
    seen: &Seen,
    across: &Transform<Mm, Mm>,
) -> Winner {
    let identity = Transform::scale(1.0);
    let across = if same_frame((first, second), across) {
        &identity
    } else {
        across
    };
    let (one, two) = faces((first, second), seen, across);
    let mut places = windows::printed(&one);
    places.extend(windows::printed(&two));
    places.sort_unstable();
    places.dedup();
    let between = windows::compare_at(&places, &one, (&two.dark, windows::TYPICAL));
    let (same, unlike): (Vec<_>, Vec<_>) = between.iter().partition(|w| w.like >= ALIKE);
    let level = windows::level(&one, seen).max(windows::level(&two, seen));
    let on_page = |face: &Face, at: &[&Window]| {
        let at: Vec<_> = at.iter().map(|w| w.at).collect();
        windows::compare_at(&at, face, (&seen.dark, level))
    };
    let typical = quantile(on_page(&one, &same).iter().map(|w| w.like), 0.5).max(LEAST_TYPICAL);
    judge(&on_page(&one, &unlike), &on_page(&two, &unlike), typical)
}

/// Whether the two transforms differ by no more than they are uncertain: then the blanks
/// themselves say better how they lie on each other.
fn same_frame((first, second): (&Print, &Print), across: &Transform<Mm, Mm>) -> bool {
    let (w, h) = (first.width as f64 / SCALE, first.height as f64 / SCALE);
    let alike = first.size() == second.size();
    let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(x, y)| Point::new(x, y));
    alike
        && corners
            .iter()
            .all(|c| across.apply(*c).distance(*c) < SAME_FRAME)
}

/// Both prints on the first one's grid; where either may be answered, neither is compared.
fn faces(
    (first, second): (&Print, &Print),
    seen: &Seen,
    across: &Transform<Mm, Mm>,
) -> (Face, Face) {
    let mut one = Face::of(first, seen);
    let mut dark = Vec::with_capacity(one.dark.len());
    for y in 0..first.height {
        for x in 0..first.width {
            let at = Point::new((x as f64 + 0.5) / SCALE, (y as f64 + 0.5) / SCALE);
            let there = cell(second, across.apply(at));
            dark.push(there.map_or(0, |i| second.dark[i]));
            one.open[y * first.width + x] &= !there.is_some_and(|i| second.hidden[i]);
        }
    }
    let two = Face {
        dark,
        open: one.open.clone(),
        ..one
    };
    (one, two)
}

/// The cell of a side at a place on its paper; `None` off it.
fn cell(print: &Print, at: Point<Mm>) -> Option<usize> {
    let (x, y) = ((at.x * SCALE).floor(), (at.y * SCALE).floor());
    let inside = x >= 0.0 && y >= 0.0 && x < print.width as f64 && y < print.height as f64;
    inside.then(|| y as usize * print.width + x as usize)
}

/// `one` and `two`: the windows in which the prints differ, against the page.
fn judge(one: &[Window], two: &[Window], typical: f64) -> Winner {
    let (mut lead, mut print) = (0.0, 0);
    for (one, two) in one.iter().zip(two) {
        let shown = |w: &Window| (w.like / typical).clamp(0.0, 1.0);
        let evidence = match (one.print >= BARE, two.print >= BARE) {
            (true, true) => shown(one) - shown(two),
            // Nothing of the other's own to see: it stands by the absence of this print.
            (true, false) => 2.0 * shown(one) - 1.0,
            (false, true) => 1.0 - 2.0 * shown(two),
            (false, false) => continue,
        };
        let weight = one.print.max(two.print);
        lead += evidence * f64::from(weight);
        print += weight;
    }
    let lead = lead / f64::from(print.max(1));
    if print < LEAST_PRINT || lead.abs() < LEAD {
        Winner::Nobody
    } else if lead > 0.0 {
        Winner::First
    } else {
        Winner::Second
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{letters, print, seen};

    type Paint<'a> = &'a dyn Fn(usize, usize) -> bool;

    #[track_caller]
    fn check((first, second, page): (Paint<'_>, Paint<'_>, Paint<'_>), winner: Winner) {
        let sides = (&print(first), &print(second));
        for dark in [70, 140, 250] {
            let found = duel(sides, &seen(dark, page), &Transform::scale(1.0));
            assert_eq!(found, winner, "{dark}");
        }
    }

    #[test]
    fn the_difference_decides_and_nothing_else() {
        let form = letters(1);
        let less = |x: usize, y: usize| form(x, y) && !((90..150).contains(&x) && y > 150);
        let moved = |x: usize, y: usize| match y {
            100..160 => form(x, y - 12),
            _ => form(x, y),
        };
        check((&form, &less, &form), Winner::First);
        check((&form, &less, &less), Winner::Second);
        check((&less, &form, &less), Winner::First);
        check((&form, &moved, &form), Winner::First);
        check((&form, &moved, &moved), Winner::Second);
        // Writing where the question more would be.
        let note = |x: usize, y: usize| less(x, y) || (y > 160 && (x + 2 * y) % 23 < 2);
        check((&less, &form, &note), Winner::First);
    }

    #[test]
    fn equal_prints_are_not_decided() {
        let form = letters(1);
        check((&form, &form, &form), Winner::Nobody);
    }
}
