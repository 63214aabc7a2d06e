//! Names of people, held against the surnames and given names that exist.
//!
//! By the ink alone look-alikes pass however sure both readers are (貫 for 貴, 波 for 渡), for both see
//! the same strokes; which of them is a name, only a list knows. Let `i(x)` be what the readers leave to
//! a text (the product over its characters) and `p(x)` how often people are called so. A text `x` that
//! is a known surname and a known given name has the share
//!
//!   i(x) p(x) / sum of i(y) p(y) over every text y
//!
//! (Bayes), `p` being the sum over all places where the surname may end of `f(surname) g(given name)`.
//! `f` is what the list counts; the given names of the list are equally likely, in kana the likelier the more
//! ways there are to write them. A quarter of both is left to names that no list holds: to each of their
//! lengths its share, and every character of them is one of 600 equally likely ones. Both are estimates; with
//! two fifths and one of 150 the accepted are 11 % fewer, with as many wrong ones among them (made names in
//! kanji, `models/README.md`).
//!
//! Where a side holds a name in both spellings, what is certain in one is evidence for the other ([`pair`]).
//!
//! Names in kana (furigana) have fewer look-alikes, and a field of kana may hold something else. So what is on
//! no list but as likely as a listed one has to be is left to the ink, where kanji are asked.
//!
//! The sum over all texts factors into its parts, since the boxes are independent, so nothing has to be
//! listed but the names themselves.

mod pair;

use std::ops::Range;

use super::search::{BLANK, Slot, UNREADABLE};
use crate::charset::{hiragana, is_hiragana, katakana, large_kana, small_kana};
use crate::form::FieldLists;
use crate::lists::{Counted, Lexicon, NamePart, Names, Node, Spelling};
use pair::Pair;
pub(super) use pair::{heard, pairs};

/// What is known of names that no list holds, and what they are good for.
struct Custom {
    /// Share of people whose surname (or given name) no list holds.
    unlisted: f64,
    /// A character of such a name is one of so many equally likely ones.
    characters: f64,
    /// How long they are: share of one, two, ... characters. Longer ones are taken for none.
    family: [f64; 6],
    given: [f64; 6],
    /// Whether one that is likely enough may be as it is written.
    pass: bool,
}

/// The list of surnames covers 79 % of people.
static WRITTEN: Custom = Custom {
    unlisted: 0.25,
    characters: 600.0,
    family: [0.06, 0.80, 0.12, 0.01, 0.005, 0.0],
    given: [0.15, 0.60, 0.22, 0.01, 0.005, 0.0],
    pass: false,
};

/// Of the people whose surname is not among the 1,500 most frequent ones of the list 16 % bear the reading of one
/// that is. Lengths are those of the list, by people, and of its given names; their kana are as uneven as 42 and
/// 47 equally likely ones.
static KANA: Custom = Custom {
    unlisted: 0.18,
    characters: 45.0,
    family: [0.002, 0.07, 0.47, 0.43, 0.02, 0.002],
    given: [0.002, 0.06, 0.47, 0.39, 0.07, 0.02],
    pass: true,
};

/// What the ink leaves to the other size of a kana that may be small: of 69 made small ones 5 look large.
const OTHER_SIZE: f64 = 0.1;
/// What the ink leaves to a beginning at least, for it to be followed.
const NEGLIGIBLE: f64 = 1e-12;
/// A reader that leaves less than this to a rejection does not mean it: what tells one character from
/// the next is then all that counts. With more, a name is not vouched for.
const EARNEST: f64 = 0.2;

/// From here on the ink is sure enough for a list to vouch for it. Of 480 rows of boxes with one box
/// struck out, written over or shared by two (made names) two pass: one that reads right, and one that
/// passes without a list as well (重 under 左).
const READABLE: f64 = 0.8;

/// The known name that is likeliest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Likeliest {
    /// Surname and given name without a space between them.
    pub(super) text: String,
    /// Its share of all texts, 0 to 1.
    pub(super) share: f64,
}

/// What a list of names says of a row of characters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// The best of each place is a known name and nothing else is likely.
    Vouched(Likeliest),
    /// Nobody is known to be called so, and whoever is would have written it otherwise.
    AsWritten,
    /// Another name is likelier than the ink's own reading.
    Rather(String),
    /// The reading is no known name, or not sure enough.
    Nothing,
}

/// Holds the ink's own reading (the best of each slot) against the field's list of names; `None` where it has
/// none. `least`: how sure a name must be to be vouched for.
pub(super) fn held_against(slots: &[Slot], lists: &FieldLists, least: f64) -> Option<Said> {
    let names = lists.names.as_deref()?;
    let custom = custom(names);
    let Some(row) = Row::of(slots, names.spelling()) else {
        return Some(Said::Nothing);
    };
    let mut weighed = row.weigh(names, (custom, lists.part));
    let heard = lists
        .counterpart
        .as_ref()
        .map(|other| Pair::of(names, other, lists.part));
    if let Some(heard) = &heard {
        weighed.lift(&row.own, |text| heard.lift(text));
    }
    let own = weighed.own();
    let is_heard = |name: &Likeliest| heard.as_ref().is_some_and(|h| h.is_known(&name.text));
    let said = match weighed.likeliest() {
        Some(name) if large(&name.text) == large(&row.own) => {
            let readable = row.sure >= READABLE || is_heard(&name);
            if readable && !row.rejected && name.share >= least {
                Said::Vouched(row.respelled(&name))
            } else {
                Said::Nothing
            }
        }
        Some(name) if is_heard(&name) && !row.rejected && name.share >= least => {
            Said::Vouched(row.respelled(&name))
        }
        _ if custom.pass && own >= least => Said::AsWritten,
        Some(name) if name.share >= 0.5 => Said::Rather(row.respelled(&name).text),
        _ => Said::Nothing,
    };
    Some(said)
}

fn custom(names: &Names) -> &'static Custom {
    match names.spelling() {
        Spelling::Written => &WRITTEN,
        Spelling::Kana => &KANA,
    }
}

/// How often people are called so in kana.
fn frequency(text: &str, names: &Names, part: NamePart) -> f64 {
    let slots: Vec<Slot> = text.chars().map(|c| vec![(c, 1.0)]).collect();
    let row = Row::of(&slots, Spelling::Kana);
    row.map_or(0.0, |row| row.weigh(names, (custom(names), part)).own)
}

/// `text` with `name`'s characters in place of its own, its spaces where they are; the name alone where it has
/// another number of characters.
pub(super) fn in_place(text: &str, name: &str) -> String {
    let written = text.chars().filter(|c| !c.is_whitespace()).count();
    if written != name.chars().count() {
        return name.to_owned();
    }
    let mut letters = name.chars();
    let placed = text.chars().map(|c| {
        if c.is_whitespace() {
            c
        } else {
            letters.next().unwrap_or(c)
        }
    });
    placed.collect()
}

fn large(text: &str) -> String {
    text.chars().map(large_kana).collect()
}

/// What one place of a name may hold: characters with their share of what is a character at all,
/// best first; nothing for a gap.
type Letters = Vec<(char, f64)>;

/// A row of characters, with at most one gap.
struct Row {
    /// As the list spells them.
    letters: Vec<Letters>,
    /// The best of each place, as the list spells it, what the ink leaves to each, and which are hiragana.
    own: String,
    each: Vec<f64>,
    hiragana: Vec<bool>,
    /// How sure the ink is of that.
    sure: f64,
    /// Where the given name begins, if a gap says so.
    gap: Option<usize>,
    /// Whether a reader is in earnest about one of them being no single character.
    rejected: bool,
}

/// What ink and list say together.
#[derive(Default)]
struct Weighed {
    /// The known names that the ink may be, each with its weight.
    known: Vec<(String, f64)>,
    /// The weight of the row's own text, be it listed or not.
    own: f64,
    /// The sum over every text.
    all: f64,
}

impl From<Part> for Weighed {
    fn from(part: Part) -> Self {
        Self {
            known: part.listed,
            own: part.own,
            all: part.all,
        }
    }
}

impl Weighed {
    /// Adds what a row may be whose surname ends at one place.
    fn add(&mut self, family: &Part, given: &Part) {
        self.all += family.all * given.all;
        self.own += family.own * given.own;
        for (surname, p) in &family.listed {
            for (name, q) in &given.listed {
                add(&mut self.known, format!("{surname}{name}"), p * q);
            }
        }
    }

    /// Weighs each text anew.
    fn lift(&mut self, own: &str, lift: impl Fn(&str) -> f64) {
        let listed: f64 = self.known.iter().map(|(_, weight)| weight).sum();
        let mut all = (self.all - listed).max(0.0) * lift("");
        for (text, weight) in &mut self.known {
            *weight *= lift(text);
            all += *weight;
        }
        self.own *= lift(own);
        self.all = all;
    }

    fn own(&self) -> f64 {
        self.own / self.all.max(f64::MIN_POSITIVE)
    }

    fn likeliest(self) -> Option<Likeliest> {
        let all = self.all.max(f64::MIN_POSITIVE);
        let best = self.known.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        best.map(|(text, weight)| Likeliest {
            text,
            share: weight / all,
        })
    }
}

impl Row {
    /// `None` when nothing is written, a place is no character at all, or there are several gaps.
    fn of(slots: &[Slot], spelling: Spelling) -> Option<Self> {
        let is_blank = |slot: &Slot| slot.first().is_none_or(|(c, _)| *c == BLANK);
        let from = slots.iter().position(|s| !is_blank(s))?;
        let to = slots.iter().rposition(|s| !is_blank(s))?;
        let (mut written, mut gap, mut rejected) = (Vec::new(), None, false);
        for slot in &slots[from..=to] {
            if is_blank(slot) {
                if gap.is_some_and(|at| at < written.len()) {
                    return None;
                }
                gap = Some(written.len());
                continue;
            }
            let refused = slot.iter().find(|(c, _)| *c == UNREADABLE);
            rejected |= refused.is_some_and(|(_, p)| *p >= EARNEST);
            written.push(lettered(slot)?);
        }
        let hiragana = written.iter().map(|l| is_hiragana(l[0].0)).collect();
        if spelling == Spelling::Kana {
            written.iter_mut().for_each(in_katakana);
        }
        let each: Vec<f64> = written.iter().map(|l| l[0].1).collect();
        Some(Self {
            own: written.iter().map(|l| l[0].0).collect(),
            sure: each.iter().product(),
            each,
            hiragana,
            letters: match spelling {
                Spelling::Written => written,
                Spelling::Kana => written.into_iter().map(of_either_size).collect(),
            },
            gap,
            rejected,
        })
    }

    /// A name of the list in the row's own script.
    fn respelled(&self, name: &Likeliest) -> Likeliest {
        let each = name.text.chars().zip(&self.hiragana);
        let text = each.map(|(c, is_own)| if *is_own { hiragana(c) } else { c });
        Likeliest {
            text: text.collect(),
            share: name.share,
        }
    }

    fn weigh(&self, names: &Names, (custom, of): (&Custom, NamePart)) -> Weighed {
        let whole = 0..self.letters.len();
        let family = |range| Part::of(&self.part(range), names.family(), (custom, &custom.family));
        let given = |range| Part::of(&self.part(range), names.given(), (custom, &custom.given));
        match of {
            NamePart::Family => family(whole).into(),
            NamePart::Given => given(whole).into(),
            NamePart::Whole => {
                let mut weighed = Weighed::default();
                let ends = 1..whole.end;
                for end in ends.filter(|end| self.gap.is_none_or(|gap| gap == *end)) {
                    weighed.add(&family(0..end), &given(end..whole.end));
                }
                weighed
            }
        }
    }

    fn part(&self, range: Range<usize>) -> OwnPart<'_> {
        let count = range.len();
        OwnPart {
            letters: &self.letters[range.clone()],
            text: self.own.chars().skip(range.start).take(count).collect(),
            ink: self.each[range].iter().product(),
        }
    }
}

/// The characters of a slot; `None` when it has none.
fn lettered(slot: &Slot) -> Option<Letters> {
    let is_letter = |c: char| c != BLANK && c != UNREADABLE;
    let all: f64 = slot
        .iter()
        .filter(|(c, _)| is_letter(*c))
        .map(|(_, p)| p)
        .sum();
    let letters = slot.iter().filter(|(c, _)| is_letter(*c));
    let letters: Letters = letters.map(|(c, p)| (*c, p / all)).collect();
    (!letters.is_empty() && all > 0.0).then_some(letters)
}

/// Both scripts as one; names have no small か and け.
fn in_katakana(letters: &mut Letters) {
    let mut out = Letters::new();
    for (c, p) in letters.drain(..) {
        let c = match katakana(c) {
            'ヵ' => 'カ',
            'ヶ' => 'ケ',
            other => other,
        };
        match out.iter_mut().find(|(other, _)| *other == c) {
            Some((_, sum)) => *sum += p,
            None => out.push((c, p)),
        }
    }
    *letters = out;
}

/// Each kana in its other size as well: no reader of single boxes tells them apart.
fn of_either_size(letters: Letters) -> Letters {
    let mut out = letters.clone();
    for (c, p) in letters {
        let other = if large_kana(c) == c {
            small_kana(c)
        } else {
            large_kana(c)
        };
        if out.iter().all(|(known, _)| *known != other) {
            out.push((other, OTHER_SIZE * p));
        }
    }
    out
}

fn add(known: &mut Vec<(String, f64)>, text: String, weight: f64) {
    match known.iter_mut().find(|(other, _)| *other == text) {
        Some((_, sum)) => *sum += weight,
        None => known.push((text, weight)),
    }
}

/// A stretch of a row that may be a surname or a given name.
struct OwnPart<'a> {
    letters: &'a [Letters],
    /// The best of each place, and the ink's product for it.
    text: String,
    ink: f64,
}

/// What a surname or a given name may be.
struct Part {
    /// Names of the list with what ink and list say together.
    listed: Vec<(String, f64)>,
    /// The same of the row's own text, be it listed or not.
    own: f64,
    /// The sum over everything, listed or not.
    all: f64,
}

impl Part {
    fn of(part: &OwnPart<'_>, known: &Counted, (custom, lengths): (&Custom, &[f64; 6])) -> Self {
        let count = part.letters.len();
        let length = lengths.get(count - 1).copied().unwrap_or(0.0);
        let outside = custom.unlisted * length / custom.characters.powi(count as i32);
        let mut found = Vec::new();
        let list = known.names();
        walk(
            list,
            (list.root(), part.letters),
            String::new(),
            1.0,
            &mut found,
        );
        // What the ink leaves to all texts of this length adds up to 1.
        let (mut all, mut own) = (outside, part.ink * outside);
        let listed = found.into_iter().map(|(name, ink)| {
            let listed = ink * (1.0 - custom.unlisted) * known.share(&name);
            all += listed;
            if name == part.text {
                own += listed;
            }
            (name, listed + ink * outside)
        });
        Self {
            listed: listed.collect(),
            own,
            all,
        }
    }
}

/// Collects the words of a list that the letters may be, with the ink's product.
fn walk(
    list: &Lexicon,
    (node, letters): (Node, &[Letters]),
    text: String,
    ink: f64,
    found: &mut Vec<(String, f64)>,
) {
    let Some((first, rest)) = letters.split_first() else {
        if list.is_word(node) {
            found.push((text, ink));
        }
        return;
    };
    for (c, p) in first.iter().filter(|(_, p)| ink * p >= NEGLIGIBLE) {
        if let Some(next) = list.child(node, *c) {
            walk(list, (next, rest), format!("{text}{c}"), ink * p, found);
        }
    }
}

#[cfg(test)]
mod tests;
