//! Print that is not on the page: cells that the form prints and that are paper there.
//!
//! Writing over a text adds ink and takes none away; other words in its place leave paper where these
//! have strokes. So what tells the two is how much of the print is bare at the one shift that leaves
//! least of it bare, against what is usual on the page, which blurs and loses print of its own.

use super::expect::quantile;
use super::print::INK;
use super::windows::{Face, PLAY, SHIFTS, TYPICAL, UNIT, Window, cells, in_units};
use super::words::{Shown, Word};

/// A cell as pale as this share of its print is paper: a thin line between two cells shows half.
const PAPER: f64 = 0.4;
/// Print that may be bare beyond what is usual, as a share, of a stretch of text and of one window. Of 603
/// stretches of 72 made mark sheets with circles, strokes and seals through them nine in ten have 0.01
/// more, the most 0.1: that page is refused. The barest stretch of a page with other words has 0.2 to 0.9,
/// on three pages less, and two of 231 strangers were taken for a known form at 0.12.
const OF_STRETCH: f64 = 0.08;
const OF_WINDOW: f64 = 0.05;
/// Where more of the print than this is usually bare, nothing can be said of it.
const MOST_USUAL: f64 = 0.25;
/// Where no other side rivals: print that may be bare beyond what is usual, as a share of what other
/// words under the same ink would leave bare by chance. A stretch of text alone spoke against 60 of 1,098
/// made mark sheets of all wears, underlined, ringed and struck words of faxes and thresholded copies nearly
/// all; half of them are read with it. Of 72 such pages of an edition with one other word 11 instead of 10.
const OF_CHANCE: f64 = 0.2;
/// Ink against the usual from which on there may be writing.
const MORE_INK: f64 = 1.1;
/// Darkness of bare paper, as a share of the page's ordinary print, and how far round a cell it is looked for,
/// cells.
const EMPTY: f64 = 0.35;
const ROUND: usize = 3;
/// So many stretches of so many windows tell what is usual.
const SAMPLED: usize = 60;
const LONG: usize = 5;

/// A page against the print that it should show, cell by cell.
#[derive(Clone, Copy)]
pub(super) struct Bare<'a> {
    face: &'a Face,
    dark: &'a [u8],
    level: u8,
}

impl<'a> Bare<'a> {
    /// `level`: darkness of ordinary print on the page.
    pub(super) fn of(face: &'a Face, (dark, level): (&'a [u8], u8)) -> Self {
        Self { face, dark, level }
    }

    /// What the page shows of a word; `None` where it is off the paper.
    pub(super) fn shown(&self, word: &Word) -> Option<Shown> {
        let open = |i: &usize| self.face.open[*i];
        let printed: Vec<usize> = word.cells.iter().copied().filter(open).collect();
        let columns = word.columns.clone();
        let rows = word.rows.clone().map(|y| y * self.face.width);
        let within = rows.flat_map(|row| columns.clone().map(move |x| row + x));
        let within: Vec<usize> = within.filter(open).collect();
        let empty = printed.iter().filter(|i| self.is_empty_round(**i)).count();
        (!printed.is_empty()).then(|| Shown {
            print: printed.len(),
            weight: self.weight(&printed),
            bare: self.share(&printed),
            empty: empty as f64 / printed.len() as f64,
            dark: self.dark_share(&within),
        })
    }

    /// Mean darkness of printed cells on the print.
    fn weight(&self, printed: &[usize]) -> f64 {
        let dark: f64 = printed.iter().map(|i| f64::from(self.face.dark[*i])).sum();
        dark / printed.len().max(1) as f64
    }

    /// Whether there is nothing but paper round a cell.
    fn is_empty_round(&self, i: usize) -> bool {
        let (width, height) = (self.face.width, self.face.height);
        let around = |at: usize, most: usize| at.saturating_sub(ROUND)..(at + ROUND + 1).min(most);
        let columns = around(i % width, width);
        let is_paper = |i: usize| f64::from(self.dark[i]) < EMPTY * f64::from(self.level);
        around(i / width, height).all(|y| columns.clone().all(|x| is_paper(y * width + x)))
    }

    /// Share of the cells that are dark on the page.
    fn dark_share(&self, cells: &[usize]) -> f64 {
        let is_dark =
            |i: &&usize| 2 * u32::from(in_units(self.dark[**i], self.level)) > UNIT as u32;
        cells.iter().filter(is_dark).count() as f64 / cells.len().max(1) as f64
    }

    /// Share of these printed cells, by their darkness, that is paper on the page, at the best shift.
    fn share(&self, printed: &[usize]) -> f64 {
        let weight = |i: usize| u32::from(self.face.dark[i]);
        let is_bare = |i: usize, shift: usize| {
            let seen = moved(i, shift, self.face).map_or(0, |j| in_units(self.dark[j], self.level));
            f64::from(seen) < PAPER * f64::from(in_units(self.face.dark[i], TYPICAL))
        };
        let bare = |shift: usize| -> u32 {
            let bare = printed.iter().filter(|i| is_bare(**i, shift));
            bare.map(|i| weight(*i)).sum()
        };
        let all: u32 = printed.iter().map(|i| weight(*i)).sum();
        let least = (0..SHIFTS).map(bare).min().unwrap_or(0);
        f64::from(least) / f64::from(all.max(1))
    }
}

/// What a page usually shows of its text.
pub(super) struct Writing<'a> {
    page: Bare<'a>,
    ink: f64,
    bare: f64,
}

impl<'a> Writing<'a> {
    /// `text`: the page's windows of text.
    pub(super) fn over(text: &[Window], page: Bare<'a>) -> Self {
        let step = (text.len() / LONG).div_ceil(SAMPLED).max(1);
        let some = text.chunks_exact(LONG).step_by(step);
        let share = |run: &[Window]| page.share(&printed(run, page.face));
        Self {
            ink: quantile(text.iter().map(|w| w.ink), 0.5),
            bare: quantile(some.map(share), 0.5),
            page,
        }
    }

    /// Whether windows side by side show all their print, and more ink than usual.
    pub(super) fn is_over(&self, windows: &[Window]) -> bool {
        let most = match windows.len() {
            1 => OF_WINDOW,
            _ => OF_STRETCH,
        };
        self.is_inked(windows) && self.bare <= MOST_USUAL && self.share(windows) <= self.bare + most
    }

    /// The same of a page that no other side is likely to be: as much of the print as writing hides, on
    /// pages too that lose much of their print.
    pub(super) fn is_over_alone(&self, windows: &[Window]) -> bool {
        let by_chance = (1.0 - self.dark_share(windows) - self.bare).max(0.0);
        self.is_over(windows)
            || self.is_inked(windows) && self.share(windows) <= self.bare + OF_CHANCE * by_chance
    }

    /// Whether there is more ink than usual.
    pub(super) fn is_inked(&self, windows: &[Window]) -> bool {
        let ink: f64 = windows.iter().map(|w| w.ink).sum();
        ink >= MORE_INK * self.ink * windows.len() as f64
    }

    /// Share of the cells of the windows that are dark on the page.
    fn dark_share(&self, windows: &[Window]) -> f64 {
        let open = &self.page.face.open;
        self.page
            .dark_share(&all_cells(windows, self.page.face, |i| open[i]))
    }

    /// Share of the print in these windows that is paper on the page, at the best shift.
    fn share(&self, windows: &[Window]) -> f64 {
        self.page.share(&printed(windows, self.page.face))
    }
}

/// The printed cells of the windows, each once.
fn printed(windows: &[Window], face: &Face) -> Vec<usize> {
    all_cells(windows, face, |i| face.open[i] && face.dark[i] >= INK)
}

/// The cells of the windows that `is_one` of, each once.
fn all_cells(windows: &[Window], face: &Face, is_one: impl Fn(usize) -> bool) -> Vec<usize> {
    let size = (face.width, face.height);
    let mut all: Vec<usize> = windows
        .iter()
        .flat_map(|w| cells(size, w.at, 0))
        .filter(|i| is_one(*i))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The cell of the page that is compared with a cell of the print.
fn moved(i: usize, shift: usize, face: &Face) -> Option<usize> {
    let (x, y) = (i % face.width, i / face.width);
    let (dx, dy) = (shift % (2 * PLAY + 1), shift / (2 * PLAY + 1));
    let x = (x + dx).checked_sub(PLAY).filter(|x| *x < face.width)?;
    let y = (y + dy).checked_sub(PLAY).filter(|y| *y < face.height)?;
    Some(y * face.width + x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{SIZE, letters, print, seen};
    use crate::prove::windows::{compare, level};

    /// Of the stretches in an area on which `draw` is drawn, the share that is written over.
    fn written(draw: &dyn Fn(usize, usize) -> bool) -> f64 {
        shares(draw).0
    }

    /// The same where sides rival with this one, and where none does.
    fn shares(draw: &dyn Fn(usize, usize) -> bool) -> (f64, f64) {
        let form = print(&letters(1));
        let page = seen(200, draw);
        let face = Face::of(&form, &page);
        let level = level(&face, &page);
        let all = compare(&face, &page, level);
        let page = Writing::over(&all, Bare::of(&face, (&page.dark, level)));
        let area = |w: &&Window| (6..30).contains(&w.at.0) && (8..14).contains(&w.at.1);
        let there: Vec<Window> = all.iter().filter(area).copied().collect();
        let share = |is_over: &dyn Fn(&[Window]) -> bool| {
            let over = there.chunks_exact(LONG).filter(|run| is_over(run));
            over.count() as f64 / (there.len() / LONG) as f64
        };
        (
            share(&|run| page.is_over(run)),
            share(&|run| page.is_over_alone(run)),
        )
    }

    #[test]
    fn a_pen_over_the_text_is_told_from_other_text() {
        let (form, other) = (letters(1), letters(5));
        let area = |x: usize, y: usize| (30..SIZE.0 - 40).contains(&x) && (50..110).contains(&y);
        let pen = |x: usize, y: usize| area(x, y) && (x + 3 * y) % 17 < 5;
        assert!(written(&form) < 0.1);
        assert!(written(&|x, y| form(x, y) || pen(x, y)) > 0.9);
        let another = |x: usize, y: usize| if area(x, y) { other(x, y) } else { form(x, y) };
        assert!(written(&another) < 0.1);
        assert!(written(&|x, y| another(x, y) || pen(x, y)) < 0.5);
    }

    #[test]
    fn a_fax_that_lost_print_is_seen_under_a_pen_where_no_side_rivals() {
        let (form, other) = (letters(1), letters(5));
        let lost = |x: usize, y: usize| (x * 31 + y * 17) % 10 < 3;
        let fax = |x: usize, y: usize| form(x, y) && !lost(x, y);
        let area = |x: usize, y: usize| (30..SIZE.0 - 40).contains(&x) && (50..110).contains(&y);
        let pen = |x: usize, y: usize| area(x, y) && (x + 3 * y) % 17 < 5;
        let (rivals, alone) = shares(&|x, y| fax(x, y) || pen(x, y));
        assert!(rivals < 0.1, "{rivals}");
        assert!(alone > 0.9, "{alone}");
        let letters = |x: usize, y: usize| if area(x, y) { other(x, y) } else { form(x, y) };
        let another = |x: usize, y: usize| letters(x, y) && !lost(x, y);
        let (_, alone) = shares(&|x, y| another(x, y) || pen(x, y));
        assert!(alone < 0.3, "{alone}");
    }
}
