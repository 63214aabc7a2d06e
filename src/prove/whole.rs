//! Is the form's print all there, as it is printed?
//!
//! People add ink to a page and never take print away. So every window of print ([`super::windows`])
//! that no answer can hide must look like the blank, as well as this page's windows of the same kind
//! do on the whole. Kinds are lines by their width, and text by the darkness of its strokes: one bit a
//! pixel leaves crumbs of small print and hair lines, and nothing missing of a title. A window that is less than 0.55 as alike as
//! its kind's median is away; where the kind is uneven (its upper half tells: wrong windows are in
//! the lower), three standard deviations are left, and a kind that is no more alike than chance is
//! not judged. Windows with much more ink than their print are written over and say nothing.
//!
//! What may be away: as much as 1.5 square mm, and more on pages whose print is uneven, at most 6;
//! besides one compact bare place beside an answer, as correction tape leaves, and what a folded or
//! torn corner takes. A word of two characters that is another has 2.5 square mm, a question 20 and
//! more.
//!
//! On 119 made pages of twenty forms (plain, one bit, fax, copy, JPEG, taped, stamped) 0.0 is away
//! on most, at most 2.6 on 118; of forms that differ by a row, 7 and more.

use super::print::{INK, Print, SCALE, Seen};
use super::windows::{self, Face, SIDE, STEP, Window};

/// A window less alike than this share of the typical one is away. Between 0.5 and 0.6 the made
/// pages sort alike; another word's windows are at 0.2 to 0.5.
const AWAY: f64 = 0.55;
/// Ink against the typical window's from which on a window is written over.
const OVERWRITTEN: f64 = 1.5;
/// Print that may be away on an even page, square mm; how much more where the tenth least alike of
/// the windows is as unlike as that; and at most.
const ALLOWED: f64 = 1.5;
const ALLOWED_UNEVEN: f64 = 12.0;
const ALLOWED_MOST: f64 = 6.0;
/// Pages whose typical window is less alike prove nothing: a fax reaches 0.7, other words 0.4.
const LEAST_TYPICAL: f64 = 0.45;
/// More of the windows than this written over prove nothing either.
const MOST_OVERWRITTEN: f64 = 0.5;
/// Fewer windows than this are no print.
const LEAST_WINDOWS: usize = 8;
/// Share of a window's print that is line, from which on it is judged among lines.
const LINE: f64 = 0.5;
/// Kinds of lines end below these sums of darkness across them: 0.23 and 0.32 mm of black.
const WIDTHS: [u32; 2] = [240, 330];
/// Kinds of text end below these mean darknesses of its printed cells: 2.7 mm letters have 161, a
/// title 194.
const DARKNESSES: [u32; 3] = [150, 165, 185];
/// Standard deviations of a kind that are left to it.
const DEVIATIONS: f64 = 3.0;
/// From the median to the upper quartile, in standard deviations.
const QUARTILE: f64 = 0.67;
/// Other characters in their place are this much alike by chance: a kind that falls below is not
/// judged; print that may be so, as a share, where other sides rival with this one and where none
/// does. Of a fax that is another edition's, a quarter of the print and more is not judged.
const CHANCE: f64 = 0.25;
const MOST_UNJUDGED: f64 = 0.1;
const MOST_UNJUDGED_ALONE: f64 = 0.6;
/// Tape is 4 to 6 mm wide and covers an answer's length: its windows reach a little further.
const TAPE: (f64, f64) = (10.6, 46.0);
/// Print that one piece of tape covers, square mm: a third of a comb's frame.
const TAPE_PRINT: f64 = 20.0;
/// Ink left there, against the typical window's: print at the tape's edge.
const BARE: f64 = 0.45;
/// An answer stands beside it within this, cells.
const BESIDE: usize = 4;
/// Windows at most so many apart are one place: of another word, some characters are alike.
const NEAR: usize = 3;
/// A torn or folded corner: the sum of the distances to its two edges, mm.
const CORNER: f64 = 25.0;

/// What a page lacks of a side's print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lack {
    /// Print that is away beside tape and corners, square mm.
    pub(super) away: f64,
    /// What may be.
    pub(super) allowed: f64,
    /// Correlation of the typical window, 0 to 1.
    pub(super) typical: f64,
    /// Share of the windows that are written over.
    overwritten: f64,
    /// Share of the print that the page shows too badly to judge.
    unjudged: f64,
}

impl Lack {
    /// Whether the page shows this print; `alone`: a barcode speaks for the side already, or no
    /// other side is nearly as likely.
    pub(super) fn stands(&self, alone: bool) -> bool {
        let unjudged = if alone {
            MOST_UNJUDGED_ALONE
        } else {
            MOST_UNJUDGED
        };
        self.away <= self.allowed
            && self.typical >= LEAST_TYPICAL
            && self.overwritten <= MOST_OVERWRITTEN
            && self.unjudged <= unjudged
    }

    /// Whether the page shows the frame of this print but certainly not all of it.
    pub(super) fn is_another(&self) -> bool {
        self.typical >= 0.8 && self.away > 2.0 * self.allowed + 3.0
    }
}

/// Compares a page with the print that it should show; `None` when there is too little of it.
pub(super) fn lack(print: &Print, seen: &Seen) -> Option<Lack> {
    let face = Face::of(print, seen);
    let level = windows::level(&face, seen);
    let all = windows::compare(&face, seen, level);
    if all.len() < LEAST_WINDOWS {
        return None;
    }
    let usual = quantile(all.iter().map(|w| w.ink), 0.5).max(0.001);
    let clean = all.iter().filter(|w| w.ink < OVERWRITTEN * usual);
    let clean: Vec<(Window, usize)> = clean.map(|w| (*w, kind(print, w))).collect();
    let typical = Typical::of(&clean);
    let away: Vec<Window> = clean
        .iter()
        .filter(|(w, kind)| w.like < typical.least[*kind])
        .map(|(w, _)| *w)
        .collect();
    let printed = |windows: &mut dyn Iterator<Item = &(Window, usize)>| -> f64 {
        windows.map(|(w, _)| f64::from(w.print)).sum()
    };
    let mut unjudged = clean
        .iter()
        .filter(|(_, kind)| typical.least[*kind] < CHANCE);
    Some(Lack {
        away: counted(&away, (print, usual)),
        allowed: (ALLOWED + ALLOWED_UNEVEN * (1.0 - typical.tenth)).min(ALLOWED_MOST),
        typical: typical.all,
        overwritten: 1.0 - clean.len() as f64 / all.len() as f64,
        unjudged: printed(&mut unjudged) / printed(&mut clean.iter()).max(1.0),
    })
}

/// Lines are the first kinds, from thin to thick; text follows from pale to dark.
const OF_LINES: usize = WIDTHS.len() + 1;
const KINDS: usize = OF_LINES + DARKNESSES.len() + 1;

fn kind(print: &Print, window: &Window) -> usize {
    let open = |i: &usize| !print.hidden[*i] && print.dark[*i] >= INK;
    let (mut count, mut lines, mut dark, mut width) = (0u32, 0u32, 0u32, 0u32);
    for i in cells(print, window.at, 0).filter(open) {
        count += 1;
        dark += u32::from(print.dark[i]);
        if print.line[i] {
            lines += 1;
            width += across(print, i);
        }
    }
    let from = |value: u32, limits: &[u32]| limits.iter().filter(|most| value >= **most).count();
    if f64::from(lines) >= LINE * f64::from(count) {
        from(width / lines.max(1), &WIDTHS)
    } else {
        OF_LINES + from(dark / count.max(1), &DARKNESSES)
    }
}

/// Darkness across a line, the same wherever it lies between the cells.
fn across(print: &Print, i: usize) -> u32 {
    let at = |i: Option<usize>| {
        i.and_then(|i| print.dark.get(i))
            .map_or(0, |v| u32::from(*v))
    };
    let three = |step: usize| at(i.checked_sub(step)) + at(Some(i)) + at(Some(i + step));
    three(1).min(three(print.width))
}

/// What the page's windows look like on the whole.
struct Typical {
    all: f64,
    /// The tenth least alike.
    tenth: f64,
    /// A window of that kind is away below this; 0 where the kind is not judged.
    least: [f64; KINDS],
}

impl Typical {
    fn of(clean: &[(Window, usize)]) -> Self {
        let of_text = clean
            .iter()
            .filter(|(_, kind)| *kind >= OF_LINES)
            .map(|(w, _)| w.like);
        let mut text: Vec<f64> = of_text.collect();
        if text.len() < LEAST_WINDOWS {
            text = clean.iter().map(|(w, _)| w.like).collect();
        }
        let all = quantile(text.iter().copied(), 0.5);
        let least = std::array::from_fn(|kind| {
            let of_kind = || {
                clean
                    .iter()
                    .filter(|(_, k)| *k == kind)
                    .map(|(w, _)| w.like)
            };
            if of_kind().count() < LEAST_WINDOWS {
                return AWAY * all;
            }
            let (median, upper) = (quantile(of_kind(), 0.5), quantile(of_kind(), 0.75));
            let deviation = (upper - median) / QUARTILE;
            let least = (AWAY * median).min(median - DEVIATIONS * deviation);
            if least < CHANCE { 0.0 } else { least }
        });
        Self {
            all,
            tenth: quantile(text.into_iter(), 0.1),
            least,
        }
    }
}

fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    let at = (share * all.len() as f64) as usize;
    all.get(at.min(all.len().max(1) - 1))
        .copied()
        .unwrap_or(0.0)
}

/// The cells of a window.
fn cells(print: &Print, at: (usize, usize), around: usize) -> impl Iterator<Item = usize> {
    let span = |at: usize, most: usize| {
        let from = at * STEP;
        from.saturating_sub(around)..(from + SIDE + around).min(most)
    };
    let (columns, width) = (span(at.0, print.width), print.width);
    span(at.1, print.height).flat_map(move |y| columns.clone().map(move |x| y * width + x))
}

/// Windows that hang together.
#[derive(Clone, Copy)]
struct Place {
    /// Square mm of print.
    print: f64,
    /// Ink left, against the typical window's.
    ink: f64,
    /// Of its windows, first and last column and row.
    columns: (usize, usize),
    rows: (usize, usize),
    beside_answer: bool,
    in_corner: bool,
}

impl Place {
    fn of(windows: &[Window], (print, usual): (&Print, f64)) -> Self {
        let printed: f64 = windows.iter().map(|w| f64::from(w.print)).sum();
        let ink: f64 = windows
            .iter()
            .map(|w| f64::from(w.print) * w.ink / usual)
            .sum();
        let span = |of: fn(&Window) -> usize| {
            let low = windows.iter().map(of).min().unwrap_or(0);
            (low, windows.iter().map(of).max().unwrap_or(low))
        };
        let beside = |w: &Window| cells(print, w.at, BESIDE).any(|i| print.hidden[i]);
        Self {
            // Four windows share a cell.
            print: printed / (4.0 * SCALE * SCALE),
            ink: ink / printed.max(1.0),
            columns: span(|w| w.at.0),
            rows: span(|w| w.at.1),
            beside_answer: windows.iter().any(beside),
            in_corner: windows.iter().all(|w| in_corner(print, w.at)),
        }
    }

    fn is_bare(&self) -> bool {
        self.ink < BARE
    }

    /// Both under one piece of tape.
    fn and(self, other: Self) -> Self {
        let join = |a: (usize, usize), b: (usize, usize)| (a.0.min(b.0), a.1.max(b.1));
        Self {
            print: self.print + other.print,
            columns: join(self.columns, other.columns),
            rows: join(self.rows, other.rows),
            ..self
        }
    }

    fn fits_tape(&self) -> bool {
        let long = |(low, high): (usize, usize)| ((high - low) * STEP + SIDE) as f64 / SCALE;
        let (w, h) = (long(self.columns), long(self.rows));
        self.print <= TAPE_PRINT && w.min(h) <= TAPE.0 && w.max(h) <= TAPE.1
    }
}

/// Print that is away beside tape and corners, square mm.
fn counted(away: &[Window], print: (&Print, f64)) -> f64 {
    let mut places = places(away, print);
    places.retain(|p| !(p.is_bare() && p.in_corner));
    places.sort_by(|a, b| b.print.total_cmp(&a.print));
    let mut tape: Option<Place> = None;
    let mut sum = 0.0;
    for place in places {
        let covered = tape.map_or(place, |tape| tape.and(place));
        if place.is_bare() && place.beside_answer && covered.fits_tape() {
            tape = Some(covered);
        } else {
            sum += place.print;
        }
    }
    sum
}

fn in_corner(print: &Print, at: (usize, usize)) -> bool {
    let from = |at: usize, most: usize| {
        let middle = (at * STEP + STEP) as f64;
        middle.min(most as f64 - middle) / SCALE
    };
    from(at.0, print.width) + from(at.1, print.height) < CORNER
}

/// Groups of windows of which each touches another.
fn places(away: &[Window], print: (&Print, f64)) -> Vec<Place> {
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
        out.push(Place::of(&group, print));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{SIZE, letters, print, seen};

    type Paint<'a> = &'a dyn Fn(usize, usize) -> bool;

    #[track_caller]
    fn check(page: Paint<'_>, stands: bool) {
        let mut blank = print(&letters(1));
        // An answer's place in the middle.
        for y in 100..124 {
            blank.hidden[y * SIZE.0 + 90..y * SIZE.0 + 170].fill(true);
        }
        for dark in [60, 120, 250] {
            let lack = lack(&blank, &seen(dark, page)).expect("print");
            assert_eq!(lack.stands(false), stands, "{dark}: {lack:?}");
        }
    }

    #[test]
    fn a_page_that_shows_all_print_stands_however_faint_or_written_on() {
        let form = letters(1);
        check(&form, true);
        // A remark of thick strokes over a part of it.
        let over = |x: usize, y: usize| (30..150).contains(&x) && (20..44).contains(&y);
        check(
            &|x, y| form(x, y) || (over(x, y) && (x + 2 * y) % 19 < 4),
            true,
        );
    }

    #[test]
    fn print_that_is_away_moved_or_another_does_not() {
        let (form, other) = (letters(1), letters(5));
        check(&|x, y| form(x, y) && !(100..180).contains(&x), false);
        let moved = |x: usize, y: usize| match y {
            140..190 => form(x, y - 12),
            _ => form(x, y),
        };
        check(&moved, false);
        check(&other, false);
        // Two characters of other strokes.
        let word = |x: usize, y: usize| (39..65).contains(&x) && (45..60).contains(&y);
        check(
            &|x, y| if word(x, y) { other(x, y) } else { form(x, y) },
            false,
        );
    }

    #[test]
    fn tape_beside_an_answer_and_a_lost_corner_are_forgiven() {
        let form = letters(1);
        let under = |x: usize, y: usize| (100..180).contains(&x) && (92..112).contains(&y);
        check(&|x, y| form(x, y) && !under(x, y), true);
        check(&|x, y| form(x, y) && x + y > 60, true);
        // The same tape far from any answer.
        let away = |x: usize, y: usize| (100..180).contains(&x) && (22..42).contains(&y);
        check(&|x, y| form(x, y) && !away(x, y), false);
    }
}
