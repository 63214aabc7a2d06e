//! Is the form's print all there?
//!
//! People add ink to a page and never take print away, so what a blank shows and no answer can
//! hide must be dark on the page. Tiles of 7 mm are compared: the share of a tile's printed cells
//! that are dark on the page, at the best of 25 shifts of up to half a millimetre (paper bends).
//! Text, small print and lines are judged apart, each against what the page's tiles keep on the whole: faint
//! scans keep less everywhere, and one bit a pixel may lose hair lines altogether. A tile that
//! keeps far less than the others is missing. Print that is away and another
//! form leave tiles missing; writing, stamps and dirt do not. Left out are tiles off
//! the paper and in a corner, where cards are folded and torn.

use crate::prove::print::{INK, Print, SCALE, Seen};

/// Side of a tile, cells.
const TILE: usize = 28;
/// Shifts that are tried, cells.
const PLAY: i64 = 2;
/// A tile with fewer printed cells says nothing: 1.5 square mm.
const LEAST_CELLS: usize = 24;
/// A tile that keeps less than this share of what the page's tiles keep is missing: text, and
/// lines, of which one bit a pixel loses parts where they fall between two rows.
const LEAST_KEPT: f64 = 0.6;
const LEAST_KEPT_LINES: f64 = 0.3;
/// What half of the tiles must keep of their text; other words in the same place keep 0.4.
const LEAST_TEXT: f64 = 0.55;
/// Cells of thinner strokes are small print, and small print that a page keeps less of is not
/// judged: 2.7 mm letters at 200 dpi in one bit a pixel come out in crumbs.
const BOLD: u8 = 140;
const LEAST_SMALL: f64 = 0.75;
/// Lines that a page keeps less of are not judged.
const LEAST_LINES: f64 = 0.7;
/// Fewer tiles have no typical one.
const LEAST_TILES: usize = 4;
/// A torn or folded corner: the sum of the distances to its two edges, mm.
const CORNER: f64 = 25.0;

/// What a page lacks of a side's print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lack {
    /// Print in missing tiles that is not on the page, square mm.
    pub(super) missing: f64,
    /// All print that was looked for, square mm.
    pub(super) print: f64,
    /// Median share of its text that a tile keeps, 0 to 1.
    pub(super) kept: f64,
}

/// Print that scanners lose apart from other print.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    /// Thin strokes: explanations in small letters.
    Small,
    Line,
}

impl Kind {
    fn of(print: &Print, i: usize) -> Self {
        match (print.line[i], print.dark[i] < BOLD) {
            (true, _) => Self::Line,
            (false, true) => Self::Small,
            (false, false) => Self::Text,
        }
    }
}

/// A tile's print of one kind.
struct Tile {
    cells: usize,
    kept: f64,
    in_corner: bool,
}

/// Compares a page with the print that it should show.
pub(super) fn lack(print: &Print, seen: &Seen) -> Lack {
    let least = least_dark(print, seen);
    let text = tiles((print, seen), Kind::Text, least);
    let small = tiles((print, seen), Kind::Small, least);
    let lines = tiles((print, seen), Kind::Line, least);
    let (kept, fine, drawn) = (typical(&text), typical(&small), typical(&lines));
    let mut missing = missing(&text, LEAST_KEPT * kept.unwrap_or(1.0));
    if kept.is_some_and(|kept| kept < LEAST_TEXT) {
        missing = text.iter().map(|t| t.cells as f64).sum();
    }
    if let Some(drawn) = drawn.filter(|d| *d >= LEAST_LINES) {
        missing += self::missing(&lines, LEAST_KEPT_LINES * drawn);
    }
    if let Some(fine) = fine.filter(|f| *f >= LEAST_SMALL) {
        missing += self::missing(&small, LEAST_KEPT * fine);
    }
    let cells: usize = text
        .iter()
        .chain(&small)
        .chain(&lines)
        .map(|t| t.cells)
        .sum();
    Lack {
        missing: missing / (SCALE * SCALE),
        print: cells as f64 / (SCALE * SCALE),
        kept: kept.unwrap_or(1.0),
    }
}

fn tiles((print, seen): (&Print, &Seen), kind: Kind, least: u8) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for top in (0..print.height).step_by(TILE) {
        for left in (0..print.width).step_by(TILE) {
            let cells = printed((print, seen), kind, (left, top));
            if cells.len() >= LEAST_CELLS {
                tiles.push(Tile {
                    kept: kept(&cells, (print, seen), least),
                    cells: cells.len(),
                    in_corner: in_corner(print, left, top),
                });
            }
        }
    }
    tiles
}

/// The median of what the tiles keep; `None` where there are too few.
fn typical(tiles: &[Tile]) -> Option<f64> {
    let mut shares: Vec<f64> = tiles.iter().map(|t| t.kept).collect();
    shares.sort_by(f64::total_cmp);
    (shares.len() >= LEAST_TILES).then(|| shares[shares.len() / 2])
}

/// Cells that are not there in the tiles that keep less than `least`.
fn missing(tiles: &[Tile], least: f64) -> f64 {
    let lost = tiles.iter().filter(|t| t.kept < least && !t.in_corner);
    lost.map(|t| (1.0 - t.kept) * t.cells as f64).sum()
}

/// How dark a cell of the page is against what is printed there: 128 is as dark as the blank.
pub(super) fn against(seen: u8, print: u8) -> u8 {
    (128 * u32::from(seen) / u32::from(print.max(1))).min(255) as u8
}

/// From which darkness on, against the blank's, a cell of the page counts as print: half of what
/// this page's print has.
fn least_dark(print: &Print, seen: &Seen) -> u8 {
    let mut counts = [0u32; 256];
    for ((dark, hidden), v) in print.dark.iter().zip(&print.hidden).zip(&seen.dark) {
        if *dark >= INK && !hidden {
            counts[usize::from(against(*v, *dark))] += 1;
        }
    }
    let total: u32 = counts.iter().sum();
    let mut below = 0;
    let typical = counts.iter().position(|c| {
        below += c;
        5 * below > 3 * total
    });
    (typical.unwrap_or(0) as u8 / 2).clamp(25, 64)
}

fn printed(
    (print, seen): (&Print, &Seen),
    kind: Kind,
    (left, top): (usize, usize),
) -> Vec<(i64, i64, u8)> {
    let mut cells = Vec::new();
    for y in top..(top + TILE).min(print.height) {
        for x in left..(left + TILE).min(print.width) {
            let i = y * print.width + x;
            let is_print = print.dark[i] >= INK && Kind::of(print, i) == kind;
            if is_print && !print.hidden[i] && seen.on_paper[i] {
                cells.push((x as i64, y as i64, print.dark[i]));
            }
        }
    }
    cells
}

/// Share of the cells that are dark on the page, at the best shift.
fn kept(cells: &[(i64, i64, u8)], (print, seen): (&Print, &Seen), least: u8) -> f64 {
    let (w, h) = (print.width as i64, print.height as i64);
    let mut best = 0usize;
    for dy in -PLAY..=PLAY {
        for dx in -PLAY..=PLAY {
            let dark = cells.iter().filter(|(x, y, print)| {
                let (x, y) = ((x + dx).clamp(0, w - 1), (y + dy).clamp(0, h - 1));
                against(seen.dark[(y * w + x) as usize], *print) >= least
            });
            best = best.max(dark.count());
        }
    }
    best as f64 / cells.len() as f64
}

fn in_corner(print: &Print, left: usize, top: usize) -> bool {
    let from = |at: usize, most: usize| {
        let middle = at as f64 + TILE as f64 / 2.0;
        middle.min(most as f64 - middle) / SCALE
    };
    from(left, print.width) + from(top, print.height) < CORNER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{print, seen, strokes};

    #[test]
    fn a_page_that_shows_all_print_lacks_nothing_however_faint_or_written_on() {
        let form = strokes(1);
        let blank = print(&form);
        let written = |x: usize, y: usize| form(x, y) || (x / 3 + y / 2).is_multiple_of(9);
        for dark in [60, 120, 250] {
            assert!(lack(&blank, &seen(dark, &form)).missing < 0.1, "{dark}");
            assert!(lack(&blank, &seen(dark, &written)).missing < 0.1, "{dark}");
        }
    }

    #[test]
    fn print_that_is_away_or_another_is_missing() {
        let (form, other) = (strokes(1), strokes(5));
        let blank = print(&form);
        let away = |x: usize, y: usize| form(x, y) && !(100..180).contains(&x);
        for page in [&away as &dyn Fn(usize, usize) -> bool, &other] {
            assert!(lack(&blank, &seen(230, page)).missing > 20.0);
        }
    }

    #[test]
    fn a_lost_corner_is_forgiven() {
        let form = strokes(1);
        let torn = |x: usize, y: usize| form(x, y) && x + y > 70;
        assert!(lack(&print(&form), &seen(230, &torn)).missing < 0.1);
    }
}
