//! Whether the words on the page are the form's, each for itself.
//!
//! Whatever is written over a word leaves all of its print dark. Another word in its place leaves paper where
//! this one has strokes: beyond what the page loses of its print everywhere, as much of the print is bare as
//! the share of paper there says, for strokes of two words meet by chance. So what is bare of a word, as a
//! share of what chance would leave bare, is near 0 for the form's own words, 0.5 to 0.9 for others, on blurred pages
//! and copies too, and little scattered where the page shows print of that weight evenly.
//!
//! Of 194 made mark sheets of all marks and wears the barest word of two characters and more has 0.35, but on
//! faxes and copies that lose print in places; of 72 on which one option's word is another that word has 0.51
//! at least.

use std::ops::Range;

use super::bare::Bare;
use super::expect::quantile;
use super::print::INK;

/// Letters no farther apart than this are one word, cells across and down.
const GAP: (usize, usize) = (5, 2);
/// Longer stretches of text are looked at in parts, cells.
const LONG: usize = 36;
/// Less print says nothing, cells: two strokes of a letter.
const LEAST: usize = 30;
/// Fewer words than this do not tell what is usual.
const LEAST_WORDS: usize = 12;
/// Less paper there, as a share, and chance leaves nothing bare.
const LEAST_CHANCE: f64 = 0.1;
/// Of a page that usually loses more of its print nothing can be said.
const MOST_USUAL: f64 = 0.5;
/// The page shows print of a weight evenly where nine words in ten of it have no more bare, as a share of chance.
const EVEN: f64 = 0.3;
/// So many words are of one weight: a fax loses hair lines and grey letters first.
const ALIKE: usize = 30;
/// From here on it is another word: one of two characters, so many printed cells, and any.
const ANOTHER: f64 = 0.42;
const OF_TWO: usize = 100;
const ANOTHER_CHARACTER: f64 = 0.65;
/// Of its print no more has bare paper all round: tape, fluid or a folded corner leaves nothing there.
const MOST_EMPTY: f64 = 0.15;

/// A word, or a part of a long text, on a print.
pub(crate) struct Word {
    /// Its printed cells.
    pub(super) cells: Vec<usize>,
    /// The smallest rectangle round them.
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
}

/// What the page shows of a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// Printed cells, and their mean darkness on the print.
    pub(super) print: usize,
    pub(super) weight: f64,
    /// Share of the print that is paper on the page, at the best shift.
    pub(super) bare: f64,
    /// Share of it with bare paper all round.
    pub(super) empty: f64,
    /// Share of the word's rectangle that is dark on the page.
    pub(super) dark: f64,
}

/// The words of a print, `dark` the darkness of its cells, of those that `is_text`.
pub(super) fn words(dark: &[u8], width: usize, is_text: impl Fn(usize) -> bool) -> Vec<Word> {
    let height = dark.len() / width.max(1);
    let is_open = |i: usize| dark[i] >= INK && is_text(i);
    let mut open: Vec<bool> = (0..dark.len()).map(is_open).collect();
    let mut out = Vec::new();
    for first in 0..open.len() {
        if !std::mem::take(&mut open[first]) {
            continue;
        }
        let mut cells = vec![first];
        let mut next = 0;
        while let Some(i) = cells.get(next) {
            let around = |at: usize, gap: usize, most: usize| {
                at.saturating_sub(gap)..(at + gap + 1).min(most)
            };
            let columns = around(i % width, GAP.0, width);
            for y in around(i / width, GAP.1, height) {
                let row = columns.clone().map(|x| y * width + x);
                cells.extend(row.filter(|j| std::mem::take(&mut open[*j])));
            }
            next += 1;
        }
        out.extend(parts(cells, width));
    }
    out
}

/// A text in parts that are not too long.
fn parts(cells: Vec<usize>, width: usize) -> impl Iterator<Item = Word> {
    let columns = span(cells.iter().map(|i| i % width));
    let count = columns.len().div_ceil(LONG).max(1);
    let part_of = move |i: usize| (i % width - columns.start) * count / columns.len().max(1);
    (0..count).filter_map(move |part| {
        let cells: Vec<usize> = cells
            .iter()
            .copied()
            .filter(|i| part_of(*i) == part)
            .collect();
        (cells.len() >= LEAST).then(|| Word {
            columns: span(cells.iter().map(|i| i % width)),
            rows: span(cells.iter().map(|i| i / width)),
            cells,
        })
    })
}

fn span(places: impl Iterator<Item = usize> + Clone) -> Range<usize> {
    let from = places.clone().min().unwrap_or(0);
    from..places.max().map_or(from, |last| last + 1)
}

/// Whether one of the form's words is another on the page; `None` where the page tells too little of its
/// words, or shows most of them too unevenly.
pub(super) fn has_another(words: &[Word], page: &Bare<'_>) -> Option<bool> {
    let mut shown: Vec<Shown> = words.iter().filter_map(|word| page.shown(word)).collect();
    shown.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    let judged: Vec<bool> = (0..shown.len())
        .filter_map(|at| is_another(&shown, at))
        .collect();
    let enough = judged.len() >= LEAST_WORDS.max(shown.len() / 2);
    enough.then(|| judged.contains(&true))
}

/// Whether the word at `at` is another, against those of its weight; `shown` is in the order of weight. `None` where
/// the page loses too much of such print, or loses it here and there.
fn is_another(shown: &[Shown], at: usize) -> Option<bool> {
    let from = at
        .saturating_sub(ALIKE / 2)
        .min(shown.len().saturating_sub(ALIKE));
    let alike = &shown[from..(from + ALIKE).min(shown.len())];
    let usual = quantile(alike.iter().map(|word| word.bare), 0.5);
    let of_chance = |word: &Shown| match 1.0 - word.dark - usual {
        chance if chance >= LEAST_CHANCE => (word.bare - usual) / chance,
        _ => 0.0,
    };
    if usual > MOST_USUAL || quantile(alike.iter().map(of_chance), 0.9) > EVEN {
        return None;
    }
    let word = &shown[at];
    let least = if word.print >= OF_TWO {
        ANOTHER
    } else {
        ANOTHER_CHARACTER
    };
    Some(word.empty <= MOST_EMPTY && of_chance(word) >= least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::print::drawn::{SIZE, letters, print, seen};
    use crate::prove::windows::{Face, level};

    /// A form of words of three characters, far apart.
    fn form(seed: usize) -> impl Fn(usize, usize) -> bool {
        let letters = letters(seed);
        move |x, y| x % 52 < 37 && y % 30 < 15 && letters(x, y)
    }

    fn judged(dark: u8, draw: &dyn Fn(usize, usize) -> bool) -> Option<bool> {
        let (form, page) = (print(&form(1)), seen(dark, draw));
        let face = Face::of(&form, &page);
        let level = level(&face, &page);
        has_another(&form.words, &Bare::of(&face, (&page.dark, level)))
    }

    #[test]
    fn a_form_is_taken_apart_into_its_words() {
        let form = print(&form(1));
        let (across, down) = (SIZE.0.div_ceil(52), SIZE.1.div_ceil(30));
        assert!(form.words.len() > across * down / 2, "{}", form.words.len());
        assert!(
            form.words
                .iter()
                .all(|w| w.columns.len() <= LONG && w.rows.len() <= 15)
        );
        // A row of letters without a gap is looked at in parts.
        let row = |x: usize, y: usize| y < 11 && letters(1)(x, y);
        let parts = words(&print(&row).dark, SIZE.0, |_| true);
        assert!(parts.len() >= SIZE.0 / LONG && parts.iter().all(|w| w.columns.len() <= LONG));
    }

    #[test]
    fn another_word_is_told_from_writing_over_the_forms_own() {
        let (own, other) = (form(1), form(5));
        let word = |x: usize, y: usize| (104..141).contains(&x) && (60..75).contains(&y);
        let pen = |x: usize, y: usize| (100..150).contains(&x) && (x + 2 * y) % 11 < 3;
        for dark in [60, 120, 250] {
            assert_eq!(judged(dark, &own), Some(false));
            assert_eq!(judged(dark, &|x, y| own(x, y) || pen(x, y)), Some(false));
            let swapped = |x: usize, y: usize| if word(x, y) { other(x, y) } else { own(x, y) };
            assert_eq!(judged(dark, &swapped), Some(true));
            // Tape leaves nothing.
            assert_eq!(judged(dark, &|x, y| own(x, y) && !word(x, y)), Some(false));
        }
    }

    #[test]
    fn a_page_that_loses_print_in_places_says_nothing() {
        let own = form(1);
        let lost = |x: usize, y: usize| x < SIZE.0 / 3 && (x * 31 + y * 17) % 10 < 7;
        assert_eq!(judged(200, &|x, y| own(x, y) && !lost(x, y)), None);
        assert_eq!(judged(200, &|_, _| false), None);
    }
}
