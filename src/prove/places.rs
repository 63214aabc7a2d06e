//! Where print is away, and what else is there.
//!
//! Correction tape, a torn corner and a folded edge leave nothing: bare paper all round each printed
//! cell for 0.75 mm. Another form's print leaves other strokes there. Of 60 made pages with tape or
//! fluid 0.54 and more of the print in such a place has bare paper round it; of 200 places where
//! another character stands, a fax that lost half of it among them, at most 0.15.

use super::print::{INK, Print, SCALE, Seen};
use super::windows::{SIDE, STEP, Window, cells};
use crate::geom::{Mm, Rect};

/// Windows at most so many apart are one place: of another word, some characters are alike.
const NEAR: usize = 3;
/// Bare paper reaches so far round a printed cell, cells.
const ROUND: usize = 3;
/// Darkness of bare paper, as a share of this page's ordinary print.
const PAPER: f64 = 0.35;
/// Share of the print in a place that has bare paper round it, from which on nothing stands there.
const EMPTY: f64 = 0.35;
/// Tape is 4 to 6 mm wide and as long as an answer; windows reach a little further, and what stands
/// at its edge is hurt as well.
const TAPE: (f64, f64) = (14.0, 46.0);
/// Print that one piece of tape covers, square mm: a line of twelve characters.
const TAPE_PRINT: f64 = 30.0;
/// An answer, or a word to be marked, stands within this, cells.
const BESIDE: usize = 8;
/// A torn or folded corner: the sum of the distances to its two edges, mm.
const CORNER: f64 = 25.0;
/// A box's frame is at most so far outside of it, cells.
const FRAME: usize = 2;
/// Share of a window's print, from which on it is what people mark.
const OF_ANSWERS: f64 = 0.8;

/// Windows that hang together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Square mm of print.
    pub(super) print: f64,
    /// Share of it that has bare paper round it.
    empty: f64,
    /// Longer and shorter side, mm.
    size: (f64, f64),
    beside_answer: bool,
    in_corner: bool,
}

impl Place {
    fn of(windows: &[Window], (print, bare): (&Print, &[bool])) -> Self {
        let span = |of: fn(&Window) -> usize| {
            let low = windows.iter().map(of).min().unwrap_or(0);
            let high = windows.iter().map(of).max().unwrap_or(low);
            ((high - low) * STEP + SIDE) as f64 / SCALE
        };
        let (w, h) = (span(|w| w.at.0), span(|w| w.at.1));
        let (mut printed, mut empty) = (0u32, 0u32);
        for window in windows {
            for i in cells(print.size(), window.at, 0).filter(|i| is_printed(print, *i)) {
                printed += 1;
                empty += u32::from(bare[i]);
            }
        }
        let beside = |w: &Window| cells(print.size(), w.at, BESIDE).any(|i| print.asked[i]);
        let covered: u32 = windows.iter().map(|w| w.print).sum();
        Self {
            // Four windows share a cell.
            print: f64::from(covered) / (4.0 * SCALE * SCALE),
            empty: f64::from(empty) / f64::from(printed.max(1)),
            size: (w.max(h), w.min(h)),
            beside_answer: windows.iter().any(beside),
            in_corner: windows.iter().all(|w| in_corner(print, w.at)),
        }
    }

    fn is_empty(&self) -> bool {
        self.empty >= EMPTY
    }

    /// A corner is folded or torn off there.
    pub(super) fn is_lost_corner(&self) -> bool {
        self.is_empty() && self.in_corner
    }

    /// Tape or fluid lies there, over an answer or beside it.
    pub(super) fn is_taped(&self) -> bool {
        self.is_empty()
            && self.beside_answer
            && self.print <= TAPE_PRINT
            && self.size.0 <= TAPE.1
            && self.size.1 <= TAPE.0
    }
}

/// Whether nearly all print of a window is what people mark or write in, its frames among it.
pub(super) fn is_of_answers(print: &Print, window: &Window) -> bool {
    let (width, height) = print.size();
    let near = |at: usize, most: usize| at.saturating_sub(FRAME)..(at + FRAME + 1).min(most);
    let is_asked = |i: &usize| {
        let columns = near(i % width, width);
        near(i / width, height).any(|y| columns.clone().any(|x| print.asked[y * width + x]))
    };
    let printed = cells((width, height), window.at, 0).filter(|i| is_printed(print, *i));
    let (asked, others): (Vec<_>, Vec<_>) = printed.partition(is_asked);
    asked.len() as f64 >= OF_ANSWERS * (asked.len() + others.len()) as f64
}

/// Where the windows are on the form.
pub(super) fn area(windows: &[Window]) -> Rect<Mm> {
    let of = |w: &Window| {
        let mm = |at: usize| (at * STEP) as f64 / SCALE;
        let side = SIDE as f64 / SCALE;
        Rect::new(mm(w.at.0), mm(w.at.1), side, side)
    };
    let all = windows.iter().map(of).reduce(Rect::union);
    all.unwrap_or_else(|| Rect::new(0.0, 0.0, 0.0, 0.0))
}

fn is_printed(print: &Print, i: usize) -> bool {
    print.dark[i] >= INK && !print.hidden[i]
}

fn in_corner(print: &Print, at: (usize, usize)) -> bool {
    let from = |at: usize, most: usize| {
        let middle = (at * STEP + STEP) as f64;
        middle.min(most as f64 - middle) / SCALE
    };
    from(at.0, print.width) + from(at.1, print.height) < CORNER
}

/// Groups of windows of which each is near another. `level` is the darkness of ordinary print.
pub(super) fn places(away: &[Window], (print, seen): (&Print, &Seen), level: u8) -> Vec<Place> {
    let bare = bare(away, (print, seen), PAPER * f64::from(level));
    let mut left: Vec<Window> = away.to_vec();
    let mut out = Vec::new();
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut next = 0;
        while next < group.len() {
            let at = group[next].at;
            let touches =
                |w: &Window| at.0.abs_diff(w.at.0) <= NEAR && at.1.abs_diff(w.at.1) <= NEAR;
            group.extend(left.extract_if(.., |w| touches(w)));
            next += 1;
        }
        out.push(Place::of(&group, (print, &bare)));
    }
    out
}

/// The printed cells of the windows that have bare paper round them.
fn bare(away: &[Window], (print, seen): (&Print, &Seen), paper: f64) -> Vec<bool> {
    let (width, height) = (print.width, print.height);
    let dark = |i: usize| f64::from(seen.dark[i]) >= paper;
    let around = |at: usize, most: usize| at.saturating_sub(ROUND)..(at + ROUND + 1).min(most);
    let mut out = vec![false; print.dark.len()];
    for window in away {
        for i in cells(print.size(), window.at, 0).filter(|i| is_printed(print, *i)) {
            let columns = around(i % width, width);
            let mut rows = around(i / width, height);
            out[i] = !rows.any(|y| columns.clone().any(|x| dark(y * width + x)));
        }
    }
    out
}
