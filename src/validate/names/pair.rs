//! A name as it is written and the same person's in kana.
//!
//! That one is read as the other says more than either alone: networks and line recognizer see other strokes, and
//! look-alikes seldom sound alike. What is certain in one spelling is evidence for the other; it confirms a listed name
//! that is read so, and contradicts nobody, for names may be read in more ways than a list knows.

use std::sync::Arc;

use super::super::{Status, Verdict};
use super::frequency;
use crate::charset::{bare, katakana, large_kana};
use crate::form::Field;
use crate::lists::{Counterpart, Names, Spelling};

/// Both spellings. With `r(x)` the readings that the list knows of `x`, kana `y` have the chance [`READ`]` / |r(x)|`
/// where they are one of these, and for the rest that which they have with anybody.
pub(super) struct Pair<'a> {
    written: &'a Names,
    /// What the counterpart says, in katakana where it is the kana.
    text: String,
    /// Whether that is the kana.
    is_kana: bool,
    kana: &'a Names,
}

/// Share of people whose name is read as the list says: it has one reading of each surname.
const READ: f64 = 0.8;

/// Share of the unlisted names that the ink may be which sound like the listed one: kanji that share a part look alike
/// and are often read alike (泰 and 恭, 紀 and 起, 坂 and 阪). With none, 9 of 362 unlisted made names (seeds 21
/// and 22) are taken for listed ones; with this or more none is, and of 710 of seeds 21 to 24 neither.
const ALIKE: f64 = 0.1;

impl<'a> Pair<'a> {
    pub(super) fn of(own: &'a Names, other: &'a Counterpart) -> Self {
        let is_kana = other.names.spelling() == Spelling::Kana;
        let text = other.text.chars();
        Self {
            written: if is_kana { own } else { &other.names },
            kana: if is_kana { &other.names } else { own },
            text: if is_kana {
                text.map(katakana).collect()
            } else {
                text.collect()
            },
            is_kana,
        }
    }

    /// How much likelier a text is for what the counterpart says; 1 for as likely as before.
    pub(super) fn lift(&self, text: &str) -> f64 {
        let (written, kana) = self.both(text);
        let known = readings(self.written, written);
        if known.is_empty() {
            return 1.0 - ALIKE + ALIKE * READ / self.expected(kana);
        }
        let read_so = known.iter().filter(|r| sounds(r) == sounds(kana)).count();
        if read_so == 0 {
            return 1.0 - READ;
        }
        let share = READ * read_so as f64 / known.len() as f64;
        1.0 - READ + share / self.expected(kana)
    }

    /// How often people are called so in kana, whatever they write.
    fn expected(&self, kana: &str) -> f64 {
        frequency(kana, self.kana).max(f64::MIN_POSITIVE)
    }

    pub(super) fn is_known(&self, text: &str) -> bool {
        let (written, kana) = self.both(text);
        readings(self.written, written)
            .iter()
            .any(|r| sounds(r) == sounds(kana))
    }

    fn both<'b>(&'b self, text: &'b str) -> (&'b str, &'b str) {
        if self.is_kana {
            (text, &self.text)
        } else {
            (&self.text, text)
        }
    }
}

/// Fields that hold one person's name: the first name as it is written of a side belongs to its first in kana.
pub(in crate::validate) fn pairs(fields: &[&Field]) -> Vec<(usize, usize)> {
    let of = |spelling: Spelling| {
        let spelled = move |i: &usize| {
            let names = fields[*i].lists.names.as_deref();
            names.is_some_and(|names| names.spelling() == spelling)
        };
        (0..fields.len()).filter(spelled)
    };
    of(Spelling::Written).zip(of(Spelling::Kana)).collect()
}

/// A field that is asked about, with what its person wrote in the other spelling, if that is certain.
pub(in crate::validate) fn heard(
    fields: &[&Field],
    verdicts: &[Verdict],
    (own, other): (usize, usize),
) -> Option<Field> {
    let names = fields[other].lists.names.as_ref()?;
    let asked = verdicts[own].status == Status::Question;
    if !asked || verdicts[other].status != Status::Accepted {
        return None;
    }
    let mut field = fields[own].clone();
    field.lists.counterpart = Some(Counterpart {
        text: bare(&verdicts[other].value),
        names: Arc::clone(names),
    });
    Some(field)
}

/// How a name as it is written may be read, surname and given name together.
fn readings(names: &Names, text: &str) -> Vec<String> {
    let ends = text.char_indices().map(|(end, _)| end).skip(1);
    let of = |end: usize| {
        let (family, given) = text.split_at(end);
        let family = names.family().readings(family);
        family.flat_map(move |f| {
            names
                .given()
                .readings(given)
                .map(move |g| format!("{f}{g}"))
        })
    };
    ends.flat_map(of).collect()
}

/// What is one sound: kana of either size, and voiced ones as unvoiced (山崎 is やまざき or やまさき).
fn sounds(text: &str) -> String {
    let unvoiced = |c: char| {
        let pairs =
            "ガカギキグクゲケゴコザサジシズスゼセゾソダタヂシヅスデテドトバハビヒブフベヘボホ";
        let at = pairs.chars().step_by(2).position(|voiced| voiced == c);
        at.and_then(|at| pairs.chars().nth(2 * at + 1)).unwrap_or(c)
    };
    text.chars().map(large_kana).map(unvoiced).collect()
}
