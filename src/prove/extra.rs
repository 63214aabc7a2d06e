//! Does the page print what the form does not?
//!
//! An edition with a question more shows all print of the one before. What people add is no proof
//! of it: remarks, stamps, seals, postmarks. But nobody draws two boxes of one size, their sides
//! straight along the paper's, nor a frame of 40 mm so, nor writes letters of 3 mm for 40 mm on a
//! line that is straight to a quarter of a millimetre. So dark cells away from the form's print and
//! answers are searched for
//! - rectangles of 3.5 to 15 mm whose four sides are drawn: one as dark as print and bare inside,
//!   or two that are equal to a cell, one of them bare inside;
//! - one rectangle of 40 mm or more;
//! - rows and columns of letters of 1.75 to 3.25 mm, 40 mm long or more, with sharp edges;
//!
//! A single word more is not seen. Seals have one frame, the insides of a QR code's corners are not
//! bare, print that shows through is pale. Of 119 made pages with remarks, stamps and show-through
//! none was taken for more print; small and very even handwriting of 40 mm beside the questions
//! would be.

use super::print::{BARE, Print, Seen};
use super::windows::{self, Face};
use crate::raster::{Component, Components, Ink};

/// From this darkness on a cell of the page is a line.
const DARK: u8 = 70;
/// And as dark as print, as a share of this page's ordinary print: what shows through is paler.
const AS_PRINT: f64 = 0.6;
/// Sides of a box, cells; least sides of a frame.
const SIDES: std::ops::RangeInclusive<usize> = 14..=60;
const FRAME: (usize, usize) = (160, 20);
/// A frame is no longer than this share of the paper: more is its edge or a fold.
const MOST_FRAME: f64 = 0.95;
/// Paper is bare so far outside a frame, cells: its lines are thinner than a millimetre.
const ROUND: usize = 6;
/// Share of each side that is drawn: one bit a pixel leaves gaps.
const DRAWN: f64 = 0.85;
/// Share of the inside that is dark, at most: of an empty box, and of a ticked one.
const EMPTY: f64 = 0.1;
const MARKED: f64 = 0.5;
/// Print reaches so far, cells: paper bends.
const REACH: usize = 2;

/// Letters: height and least length of a row, cells; longest row, as a share of the paper.
const LETTERS: std::ops::RangeInclusive<u32> = 7..=13;
const ROW: u32 = 160;
const MOST_ROW: f64 = 0.9;
/// Letters keep so far from the paper's edge, cells; a shadow of the lid is as long and as even as a
/// row of them, and lies along it.
const RIM: usize = 8;
/// Gap between two letters of a row, at most, cells.
const GAP: usize = 12;
/// Share of a row that is dark: 0.26 to 0.36 on the made pages; show-through and dirt reach 0.2.
const INKED: std::ops::RangeInclusive<f64> = 0.23..=0.6;
/// A row's edge goes from a tenth to half of its ink within so many cells; handwriting takes 2 to 5.
const EDGE: usize = 1;

/// Whether boxes, a frame or a row of letters stand where the form prints nothing.
pub(super) fn has_print(print: &Print, seen: &Seen) -> bool {
    let face = Face::of(print, seen);
    let level = windows::level(&face, seen);
    let lines = free(print, seen, DARK.min(level / 2));
    let letters = free(print, seen, level / 2);
    // A box filled to overflowing is a ring of ink round the form's own print.
    let own = print.hidden.iter().zip(&print.near);
    let taken: Vec<bool> = own.map(|(hidden, near)| *hidden || *near >= BARE).collect();
    let grid = |dark| Grid {
        width: print.width,
        height: print.height,
        dark,
        taken: &taken,
    };
    let dark = free(print, seen, (AS_PRINT * f64::from(level)) as u8);
    grid(&dark).boxes().iter().any(|b| b.empty)
        || is_form(&grid(&lines).boxes())
        || has_letters(&letters, print.width)
}

/// Two equal boxes or one large frame.
fn is_form(found: &[Found]) -> bool {
    let alike = |a: &Found, b: &Found| a.w.abs_diff(b.w) <= 1 && a.h.abs_diff(b.h) <= 1;
    let apart = |a: &Found, b: &Found| a.x.abs_diff(b.x) + a.y.abs_diff(b.y) > 8;
    found.iter().enumerate().any(|(i, a)| {
        let pair = |b: &Found| (a.empty || b.empty) && alike(a, b) && apart(a, b);
        a.w >= FRAME.0 || found[..i].iter().any(pair)
    })
}

/// A row or column of letters.
fn has_letters(free: &[bool], width: usize) -> bool {
    let height = free.len() / width.max(1);
    let turned: Vec<bool> = (0..width)
        .flat_map(|x| (0..height).map(move |y| free[y * width + x]))
        .collect();
    has_row(free, width) || has_row(&turned, height)
}

fn has_row(free: &[bool], width: usize) -> bool {
    let closed = Ink {
        width,
        height: free.len() / width.max(1),
        dark: closed(free, width),
    };
    let long = (ROW..=(MOST_ROW * width as f64) as u32, LETTERS);
    let lowest = closed.height.saturating_sub(RIM) as u32;
    let all = Components::find(&closed).list;
    all.iter()
        .filter(|c| long.0.contains(&c.width()) && long.1.contains(&c.height()))
        .filter(|c| c.y0 >= RIM as u32 && c.y1 <= lowest)
        .any(|c| is_row(c, free, width))
}

/// Gaps between the letters of a row filled.
fn closed(free: &[bool], width: usize) -> Vec<u8> {
    let height = free.len() / width.max(1);
    let three = |y: usize| y.saturating_sub(1)..(y + 2).min(height);
    let mut tall = vec![false; free.len()];
    for y in 0..height {
        let row = y * width..(y + 1) * width;
        for (x, cell) in tall[row.clone()].iter_mut().enumerate() {
            *cell = three(y).any(|y| free[y * width + x]);
        }
        fill_gaps(&mut tall[row]);
    }
    (0..free.len())
        .map(|i| u8::from(three(i / width).all(|y| tall[y * width + i % width])))
        .collect()
}

fn fill_gaps(row: &mut [bool]) {
    let mut last: Option<usize> = None;
    for x in 0..row.len() {
        if row[x] {
            if let Some(from) = last.filter(|from| x - from <= GAP + 1) {
                row[from..x].fill(true);
            }
            last = Some(x);
        }
    }
}

fn is_row(found: &Component, free: &[bool], width: usize) -> bool {
    let columns = found.x0 as usize..found.x1 as usize;
    let ink = |y: u32| {
        let row = y as usize * width;
        let cells = &free[row + columns.start..row + columns.end];
        cells.iter().filter(|dark| **dark).count()
    };
    let profile: Vec<usize> = (found.y0..found.y1).map(ink).collect();
    let area = f64::from(found.width() * found.height());
    let inked = profile.iter().sum::<usize>() as f64 / area;
    let mut highest = profile.clone();
    highest.sort_unstable_by(|a, b| b.cmp(a));
    let full = highest[..3.min(highest.len())].iter().sum::<usize>() as f64 / 3.0;
    let edge = |rows: &mut dyn Iterator<Item = usize>| {
        let rows: Vec<usize> = rows.collect();
        let from = |share: f64| rows.iter().position(|ink| *ink as f64 >= share * full);
        from(0.5).unwrap_or(usize::MAX) - from(0.1).unwrap_or(0)
    };
    INKED.contains(&inked)
        && edge(&mut profile.iter().copied()) <= EDGE
        && edge(&mut profile.iter().rev().copied()) <= EDGE
}

/// Dark cells of the page where the form has neither print nor answers.
fn free(print: &Print, seen: &Seen, dark: u8) -> Vec<bool> {
    let (w, h) = (print.width, print.height);
    let mut out = vec![false; w * h];
    for y in REACH..h.saturating_sub(REACH) {
        for x in REACH..w.saturating_sub(REACH) {
            let i = y * w + x;
            if seen.dark[i] < dark || print.hidden[i] || !seen.on_paper[i] {
                continue;
            }
            let around = [i - w * (REACH - 1), i + w * (REACH - 1), i - 1, i + 1];
            out[i] = around.iter().all(|j| print.near[*j] < BARE);
        }
    }
    out
}

/// A box: its top-left cell and its sides.
struct Found {
    x: usize,
    y: usize,
    w: usize,
    h: usize,
    empty: bool,
}

struct Grid<'a> {
    width: usize,
    height: usize,
    dark: &'a [bool],
    /// The form's own print and answers: no box is bare there.
    taken: &'a [bool],
}

impl Grid<'_> {
    fn at(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.width + x]
    }

    /// Boxes by their top edge: a row of dark cells with one that begins a left and one that
    /// begins a right edge.
    fn boxes(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for y in 1..self.height.saturating_sub(*SIDES.start()) {
            let mut from = 0;
            for x in 0..=self.width {
                if x < self.width && self.at(x, y) {
                    continue;
                }
                // The last row of a thick line only.
                let below = x > from && self.row(y + 1, from, x - 1) >= DRAWN;
                let long = FRAME.0..(MOST_FRAME * self.width as f64) as usize;
                if SIDES.contains(&(x - from)) && !below {
                    found.extend(self.below_edge((from, x - 1), y, SIDES));
                } else if long.contains(&(x - from)) && !below {
                    let frame = self.below_edge((from, x - 1), y, FRAME.1..=self.height);
                    found.extend(frame.filter(|f| self.is_bare_round(f)));
                }
                from = x + 1;
            }
        }
        found
    }

    /// The box under a top edge from `x0` to `x1`, of one of the given heights.
    fn below_edge(
        &self,
        (x0, x1): (usize, usize),
        y: usize,
        heights: std::ops::RangeInclusive<usize>,
    ) -> Option<Found> {
        let most = (y + heights.end()).min(self.height - 2);
        (y + heights.start()..most).find_map(|bottom| {
            if self.row(bottom, x0, x1) < DRAWN {
                return None;
            }
            let sides = self.column(x0, y, bottom).min(self.column(x1, y, bottom));
            let closed = sides >= DRAWN;
            let (dark, full) = self.inside(x0, x1, y, bottom);
            (closed && dark <= MARKED).then_some(Found {
                empty: full <= EMPTY,
                x: x0,
                y,
                w: x1 - x0,
                h: bottom - y,
            })
        })
    }

    /// Whether there is paper outside each side of a frame: beside a shadow along the paper's edge
    /// there is none.
    fn is_bare_round(&self, frame: &Found) -> bool {
        let (x1, y1) = (frame.x + frame.w, frame.y + frame.h);
        let inside = frame.x >= ROUND
            && frame.y >= ROUND
            && x1 + ROUND < self.width
            && y1 + ROUND < self.height;
        inside
            && self.row(frame.y - ROUND, frame.x, x1) <= MARKED
            && self.row(y1 + ROUND, frame.x, x1) <= MARKED
            && self.column(frame.x - ROUND, frame.y, y1) <= MARKED
            && self.column(x1 + ROUND, frame.y, y1) <= MARKED
    }

    /// Share of a row that is dark.
    fn row(&self, y: usize, x0: usize, x1: usize) -> f64 {
        let dark = (x0..=x1).filter(|x| self.at(*x, y)).count();
        dark as f64 / (x1 - x0 + 1) as f64
    }

    /// Share of a column that is dark, give or take a cell.
    fn column(&self, x: usize, y0: usize, y1: usize) -> f64 {
        let near = |y: usize| {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(self.width - 1));
            (left..=right).any(|x| self.at(x, y))
        };
        let dark = (y0..=y1).filter(|y| near(*y)).count();
        dark as f64 / (y1 - y0 + 1) as f64
    }

    /// Shares of the inside that are dark, and that are dark or the form's own.
    fn inside(&self, x0: usize, x1: usize, y0: usize, y1: usize) -> (f64, f64) {
        let (columns, rows) = (x0 + 2..=x1 - 2, y0 + 2..=y1 - 2);
        let area = columns.clone().count() * rows.clone().count();
        let (mut dark, mut full) = (0, 0);
        for i in rows.flat_map(|y| columns.clone().map(move |x| y * self.width + x)) {
            dark += u32::from(self.dark[i]);
            full += u32::from(self.dark[i] || self.taken[i]);
        }
        let share = |count: u32| f64::from(count) / area.max(1) as f64;
        (share(dark), share(full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bare form and a page with what `draw` draws.
    fn page(draw: &dyn Fn(usize, usize) -> bool) -> (Print, Seen) {
        let (width, height) = (200, 160);
        let print = Print {
            width,
            height,
            dark: vec![0; width * height],
            near: vec![0; width * height],
            line: vec![false; width * height],
            hidden: vec![false; width * height],
            asked: vec![false; width * height],
            words: Vec::new(),
        };
        let cells = (0..width * height).map(|i| (i % width, i / width));
        let seen = Seen {
            dark: cells
                .map(|(x, y)| if draw(x, y) { 200 } else { 0 })
                .collect(),
            on_paper: vec![true; width * height],
        };
        (print, seen)
    }

    fn frame(at: (usize, usize), size: (usize, usize)) -> impl Fn(usize, usize) -> bool {
        move |x, y| {
            let (x, y) = (x.wrapping_sub(at.0), y.wrapping_sub(at.1));
            let (w, h) = size;
            x <= w && y <= h && (x == 0 || y == 0 || x == w || y == h)
        }
    }

    #[test]
    fn two_equal_empty_boxes_are_print() {
        let (one, two) = (frame((20, 30), (16, 16)), frame((90, 31), (16, 17)));
        let (print, seen) = page(&|x, y| one(x, y) || two(x, y));
        assert!(has_print(&print, &seen));
    }

    #[test]
    fn one_empty_box_is_print_if_it_is_as_dark() {
        let one = frame((20, 30), (16, 16));
        let (mut print, mut seen) = page(&one);
        assert!(has_print(&print, &seen));
        // Shown through from the back of a form that has print of its own.
        print.near[100 * 200..130 * 200].fill(200);
        for i in (104 * 200..126 * 200).step_by(3) {
            print.dark[i] = 200;
            seen.dark[i] = 200;
        }
        assert!(has_print(&print, &seen));
        for v in &mut seen.dark[..100 * 200] {
            *v = *v / 5 * 2;
        }
        assert!(!has_print(&print, &seen));
        // A seal has a name in it.
        let name = |x: usize, y: usize| (25..32).contains(&x) && (34..42).contains(&y);
        let (print, seen) = page(&|x, y| one(x, y) || name(x, y) && x.is_multiple_of(2));
        assert!(!has_print(&print, &seen));
    }

    #[test]
    fn a_form_box_filled_to_overflowing_and_writing_are_not() {
        let (one, two) = (frame((20, 30), (16, 16)), frame((90, 31), (16, 17)));
        let (mut print, seen) = page(&|x, y| one(x, y) || two(x, y));
        for y in 32..46 {
            print.hidden[y * 200 + 22..y * 200 + 34].fill(true);
            print.hidden[y * 200 + 92..y * 200 + 104].fill(true);
        }
        assert!(!has_print(&print, &seen));
        // Filled squares, and a slanting stroke.
        let filled = |x: usize, y: usize| {
            ((20..40).contains(&x) || (60..80).contains(&x)) && (30..50).contains(&y)
        };
        let (print, seen) = page(&|x, y| filled(x, y) || (x + 3 * y).is_multiple_of(100));
        assert!(!has_print(&print, &seen));
    }

    #[test]
    fn the_forms_own_boxes_and_answers_do_not_count() {
        let (one, two) = (frame((20, 30), (16, 16)), frame((90, 31), (16, 17)));
        let (mut print, seen) = page(&|x, y| one(x, y) || two(x, y));
        print.hidden.fill(true);
        assert!(!has_print(&print, &seen));
        print.hidden.fill(false);
        print.near.fill(255);
        assert!(!has_print(&print, &seen));
    }

    /// A row of marks, each 10 cells wide, of two strokes across and two down.
    fn letters(at: (usize, usize), count: usize, rise: usize) -> impl Fn(usize, usize) -> bool {
        move |x, y| {
            let letter = x.wrapping_sub(at.0) / 11;
            let up = rise * ((letter * 7) % 5);
            let (x, y) = (x.wrapping_sub(at.0), y.wrapping_sub(at.1 + up));
            letter < count
                && y < 10
                && x % 11 < 9
                && (y.is_multiple_of(9) || x % 11 == 1 + letter % 3 || x % 11 == 7)
        }
    }

    #[test]
    fn a_row_or_column_of_small_letters_is_print_and_handwriting_is_not() {
        let row = letters((14, 40), 16, 0);
        let (print, seen) = page(&row);
        assert!(has_print(&print, &seen));
        let (print, seen) = page(&|x, y| row(y + 20, x));
        assert!(!has_print(&print, &seen), "too short for a column");
        // The shadow of the scanner's lid is no row of letters.
        let edge = letters((14, 3), 16, 0);
        let (print, seen) = page(&edge);
        assert!(!has_print(&print, &seen), "at the paper's edge");
        for (count, rise) in [(12, 0), (16, 2)] {
            let row = letters((14, 40), count, rise);
            let (print, seen) = page(&row);
            assert!(!has_print(&print, &seen), "{count} {rise}");
        }
    }

    #[test]
    fn a_frame_of_40_mm_is_print() {
        let one = frame((14, 30), (170, 40));
        let (print, seen) = page(&one);
        assert!(has_print(&print, &seen));
        let (print, seen) = page(&|x, y| one(x, y) && x > 20);
        assert!(!has_print(&print, &seen));
        // The inner edge of a shadow round the paper.
        let (print, seen) =
            page(&|x, y| one(x, y) || !(15..=183).contains(&x) || y <= 30 || y > 70);
        assert!(!has_print(&print, &seen));
    }
}
