//! Is the form's print all there, as it is printed?
//!
//! People add ink to a page and seldom take print away. So every window of print
//! ([`super::windows`]) that no answer can hide must look like the blank, as well as this page's
//! windows of the same weight do ([`super::expect`]). A window with more ink than its print and all
//! of that print under it is written over ([`super::bare`]) and says nothing. What is away is looked at place by
//! place ([`super::places`]): other strokes in print's stead are another form, from 1.5 square mm on,
//! at most 6 on pages whose print is uneven; a word of two characters that is another has 2.5 square
//! mm, a question 20 and more. Where a fax or a copy fills the strokes of a word that somebody ringed, struck or
//! filled, nothing tells whether it is the form's: where no side rivals with this one, the question is doubted
//! and not the page. Words are looked at one by one besides ([`super::words`]), and where no side rivals the page
//! is refused for its words by that alone, unless it shows them too unevenly. A place with nothing in it may be a piece of correction tape beside an
//! answer, or a folded or torn corner. People tape more than one answer, and an edition may print
//! less than another: where other sides rival with this one, one piece is forgiven, else
//! [`MOST_TAPED`].

use std::collections::BTreeSet;

use super::bare::{Bare, Writing};
use super::expect::{self, Expected, quantile};
use super::places::{Place, area, is_of_answers, places};
use super::print::{Print, Seen};
use super::runs;
use super::windows::{self, Face, Window};
use super::words;
use crate::geom::{Mm, Rect};

/// Ink against the typical window's from which on a window is written over.
const OVERWRITTEN: f64 = 1.5;
/// Ink against the typical window's, and print under it against that window's, from which on it is
/// written on: a part of a scribble or of a filled word.
const MARKED: f64 = 1.2;
const COVERED: f64 = 0.85;
/// Ink against the typical window's below which nothing is printed there.
const BARE: f64 = 0.35;
/// Ink of the typical window from which on the page's strokes are thicker than the print's.
const THICK: f64 = 1.15;
/// Less ink than this, all of it on the print, is a part of the print.
const PARTLY: f64 = 0.8;
/// A stretch of text less alike than this, as a share of the usual, is other words. Of 77 made pages
/// under their own form the least is 0.84; other words of the same length in the same place have
/// 0.38 to 0.68.
const LEAST_STRETCH: f64 = 0.76;
/// Print that may be another on an even page, square mm; how much more where the tenth least alike
/// of the windows is as unlike as that; and at most.
const ALLOWED: f64 = 1.5;
const ALLOWED_UNEVEN: f64 = 12.0;
const ALLOWED_MOST: f64 = 6.0;
/// So many times as much where no side rivals with this one: what a seal, fluid and a hand's remark leave
/// of print in one place.
const ALLOWED_ALONE: f64 = 1.5;
/// Print under all pieces of tape where no side rivals with this one, square mm: six options' words.
const MOST_TAPED: f64 = 40.0;
/// Pages whose typical window is less alike prove nothing: a fax reaches 0.7, other words 0.4.
const LEAST_TYPICAL: f64 = 0.45;
/// The typical window against the tenth most alike: a bad page is bad all over, and other words in
/// the same frame are unlike where the frame is as sharp as can be. Of 370 pages under their own
/// form the least is 0.79; other words have 0.45 to 0.6.
const LEAST_EVEN: f64 = 0.7;
/// The tenth least alike of the windows of text against the typical one, where sides rival: other words in
/// the same boxes are a group that stands off, also where a blurred page lets each of them pass. Of 100
/// pages under their own form none comes nearer to the limit than 0.07; a blurred page with one row of
/// other words is 0.06 beyond it.
const TAIL: f64 = 0.08;
const TAIL_UNEVEN: f64 = 2.0;
/// More of the windows than this written over prove nothing either.
const MOST_OVERWRITTEN: f64 = 0.5;
/// Fewer windows than this are no print.
const LEAST_WINDOWS: usize = 8;
/// Print that the page shows too badly to judge, as a share, where other sides rival with this one
/// and where none does. Of a fax that is another edition's, a quarter of the print and more is not
/// judged; a fax that lost hair lines and small print shows a third of its own.
const MOST_UNJUDGED: f64 = 0.1;
const MOST_UNJUDGED_ALONE: f64 = 0.75;

/// Share of the windows of text that may be such words under ink.
const MOST_UNREADABLE: f64 = 0.25;

/// What a page lacks of a side's print.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lack {
    /// Print that is another, or away where neither tape nor a corner explains it, square mm.
    pub(super) away: f64,
    /// Print under the largest piece of tape and under all others.
    taped: (f64, f64),
    /// What may be away.
    pub(super) allowed: f64,
    /// Correlation of the typical window, 0 to 1, and that against the tenth most alike.
    pub(super) typical: f64,
    even: f64,
    /// The typical window of text less the tenth least alike, what is bare or written on left out.
    tail: f64,
    /// Share of the windows that are written over.
    overwritten: f64,
    /// Whether there are other words: by stretches of text or by single words where sides rival; where none does
    /// by single words, and by stretches of text on pages that do not show their words evenly.
    other_words: (bool, bool),
    /// Words of answers under ink that may be other words, where no side rivals with this one.
    pub(super) unreadable: Vec<Rect<Mm>>,
    /// Share of the windows of text that they are.
    unreadable_share: f64,
    /// Share of the print that the page shows too badly to judge.
    unjudged: f64,
}

impl Lack {
    /// What speaks against the page showing this print, if anything; `alone`: a barcode speaks for the side
    /// already, or no other side is nearly as likely.
    pub(super) fn against(&self, alone: bool) -> Option<String> {
        let unjudged = if alone {
            MOST_UNJUDGED_ALONE
        } else {
            MOST_UNJUDGED
        };
        let more = if alone && self.taped.0 + self.taped.1 <= MOST_TAPED {
            0.0
        } else {
            self.taped.1
        };
        let (lone, other_words) = if alone {
            let too_many = self.unreadable_share > MOST_UNREADABLE;
            (ALLOWED_ALONE, self.other_words.1 || too_many)
        } else {
            (1.0, self.other_words.0)
        };
        let away = self.away + more;
        if away > lone * self.allowed {
            Some(format!(
                "print of {away:.0} square mm is missing or another"
            ))
        } else if other_words
            || self.even < LEAST_EVEN
            || !alone && self.tail > TAIL + TAIL_UNEVEN * (1.0 - self.typical)
        {
            Some("some words of the page are not those of the form".to_owned())
        } else if self.typical < LEAST_TYPICAL
            || self.overwritten > MOST_OVERWRITTEN
            || self.unjudged > unjudged
        {
            Some("too little of the form's print can be told on the page".to_owned())
        } else {
            None
        }
    }

    /// Whether the page shows the frame of this print but certainly not all of it.
    pub(super) fn is_another(&self) -> bool {
        self.typical >= 0.8 && self.away > 2.0 * self.allowed + 3.0
    }
}

/// Compares a page with the print that it should show; `None` when there is too little of it.
pub(super) fn lack(print: &Print, seen: &Seen) -> Option<Lack> {
    let mut face = Face::of(print, seen);
    let level = windows::level(&face, seen);
    let mut all = windows::compare(&face, seen, level);
    if all.len() < LEAST_WINDOWS {
        return None;
    }
    let ink = quantile(all.iter().map(|w| w.ink), 0.5);
    if ink > THICK {
        face.thicken(&print.near, ink);
        all = windows::again(&all, &face, (&seen.dark, level));
    }
    let usual = Usual::of(&all);
    let expected = expect::expected(print, &all);
    let all: Vec<(Window, Expected)> = all.into_iter().zip(expected).collect();
    let clean: Vec<(Window, Expected)> = all
        .iter()
        .filter(|(w, _)| !usual.is_written_over(w))
        .copied()
        .collect();
    let text = |(w, e): &&(Window, Expected)| e.least > 0.0 && !e.is_line && !usual.is_part(w);
    let text: Vec<(Window, Expected)> = all.iter().filter(text).copied().collect();
    let of_text: Vec<Window> = text.iter().map(|(w, _)| *w).collect();
    let page = Bare::of(&face, (&seen.dark, level));
    let writing = Writing::over(&of_text, page);
    let is_on = |w: &Window| usual.is_written_on(w) || writing.is_over(std::slice::from_ref(w));
    let away = |(w, e): &&(Window, Expected)| w.like < e.least && !is_on(w);
    let away: Vec<Window> = clean.iter().filter(away).map(|(w, _)| *w).collect();
    let (away, taped) = counted(&places(&away, (print, seen), level));
    let [tenth, typical, best] = likes_of_text(&clean);
    let judged = |(w, e): &&(Window, Expected)| {
        e.least > 0.0 && !e.is_line && w.ink >= BARE * usual.ink && !is_on(w)
    };
    let judged: Vec<f64> = clean.iter().filter(judged).map(|(w, _)| w.like).collect();
    let tail = if judged.len() < LEAST_WINDOWS {
        0.0
    } else {
        typical - quantile(judged.into_iter(), 0.1)
    };
    let strange = Strange::among(&text, print, (&writing, &page));
    Some(Lack {
        away,
        taped,
        allowed: (ALLOWED + ALLOWED_UNEVEN * (1.0 - tenth)).min(ALLOWED_MOST),
        typical,
        even: typical / best.max(0.001),
        tail,
        overwritten: 1.0 - clean.len() as f64 / all.len() as f64,
        other_words: strange.other_words,
        unreadable: strange.unreadable,
        unreadable_share: strange.unreadable_share,
        unjudged: unjudged(&clean),
    })
}

/// Words that may not be the form's; see [`Lack`].
struct Strange {
    other_words: (bool, bool),
    unreadable: Vec<Rect<Mm>>,
    unreadable_share: f64,
}

impl Strange {
    /// `text`: the windows of text that can be judged.
    fn among(
        text: &[(Window, Expected)],
        print: &Print,
        (writing, page): (&Writing<'_>, &Bare<'_>),
    ) -> Self {
        let unlike = runs::unlike(text, LEAST_STRETCH);
        let unlike: Vec<&Vec<Window>> = unlike.iter().filter(|run| !writing.is_over(run)).collect();
        let is_answer =
            |run: &[Window]| writing.is_inked(run) && run.iter().all(|w| is_of_answers(print, w));
        let left = unlike.iter().filter(|run| !writing.is_over_alone(run));
        let (answers, others): (Vec<&[Window]>, Vec<&[Window]>) = left
            .map(|run| run.as_slice())
            .partition(|run| is_answer(run));
        let by_words = words::has_another(&print.words, page);
        let under_ink: BTreeSet<_> = answers.concat().iter().map(|w| w.at).collect();
        Self {
            other_words: (
                !unlike.is_empty() || by_words == Some(true),
                by_words.unwrap_or(!others.is_empty()),
            ),
            unreadable: answers.iter().map(|run| area(run)).collect(),
            unreadable_share: under_ink.len() as f64 / text.len().max(1) as f64,
        }
    }
}

/// What the page's windows usually show.
struct Usual {
    ink: f64,
    shown: f64,
    own: f64,
}

impl Usual {
    fn of(all: &[Window]) -> Self {
        let median = |of: fn(&Window) -> f64| quantile(all.iter().map(of), 0.5);
        Self {
            ink: median(|w| w.ink).max(0.001),
            shown: median(|w| w.shown),
            own: median(|w| w.own),
        }
    }

    /// Another character may have twice the ink, but not all of this one under it.
    fn is_written_over(&self, w: &Window) -> bool {
        w.ink >= OVERWRITTEN * self.ink && self.is_under(w)
    }

    fn is_written_on(&self, w: &Window) -> bool {
        w.ink > MARKED * self.ink && self.is_under(w)
    }

    fn is_under(&self, w: &Window) -> bool {
        w.shown >= COVERED * self.shown
    }

    /// Whether nothing is there but a part of the print: tape has an edge.
    fn is_part(&self, w: &Window) -> bool {
        w.ink < BARE * self.ink || w.ink < PARTLY * self.ink && w.own >= COVERED * self.own
    }
}

/// Print that is away, and print under the largest piece of tape and under the others, square mm.
fn counted(places: &[Place]) -> (f64, (f64, f64)) {
    let (mut away, mut largest, mut taped) = (0.0, 0.0f64, 0.0);
    for place in places.iter().filter(|p| !p.is_lost_corner()) {
        if place.is_taped() {
            largest = largest.max(place.print);
            taped += place.print;
        } else {
            away += place.print;
        }
    }
    (away, (largest, taped - largest))
}

/// How alike the windows of text are: the tenth least, the median and the tenth most; of all
/// windows, where there is hardly any text.
fn likes_of_text(clean: &[(Window, Expected)]) -> [f64; 3] {
    let text = clean.iter().filter(|(_, e)| !e.is_line);
    let mut likes: Vec<f64> = text.map(|(w, _)| w.like).collect();
    if likes.len() < LEAST_WINDOWS {
        likes = clean.iter().map(|(w, _)| w.like).collect();
    }
    [0.1, 0.5, 0.9].map(|share| quantile(likes.iter().copied(), share))
}

fn unjudged(windows: &[(Window, Expected)]) -> f64 {
    let (mut all, mut out) = (0.0, 0.0);
    for (window, expected) in windows {
        all += f64::from(window.print);
        if expected.least <= 0.0 {
            out += f64::from(window.print);
        }
    }
    out / f64::max(all, 1.0)
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
            blank.asked[y * SIZE.0 + 90..y * SIZE.0 + 170].fill(true);
        }
        for dark in [60, 120, 250] {
            let lack = lack(&blank, &seen(dark, page)).expect("print");
            assert_eq!(lack.against(false).is_none(), stands, "{dark}: {lack:?}");
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
