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
use crate::lists::{Counterpart, NamePart, Names, Spelling};

/// Both spellings. With `r(x)` the readings that the list knows of `x`, kana `y` have the chance [`READ`]` / |r(x)|`
/// where they are one of these, and for the rest that which they have with anybody.
pub(super) struct Pair<'a> {
    written: &'a Names,
    /// What the counterpart says, in katakana where it is the kana.
    text: String,
    /// Whether that is the kana.
    is_kana: bool,
    kana: &'a Names,
    part: NamePart,
}

/// Share of people whose name is read as the list says: it has one reading of each surname.
const READ: f64 = 0.8;

/// Share of the unlisted names that the ink may be which sound like the listed one: kanji that share a part look alike
/// and are often read alike (泰 and 恭, 紀 and 起, 坂 and 阪). With none, 9 of 362 unlisted made names (seeds 21
/// and 22) are taken for listed ones; with this or more none is, and of 710 of seeds 21 to 24 neither.
const ALIKE: f64 = 0.1;

impl<'a> Pair<'a> {
    pub(super) fn of(own: &'a Names, other: &'a Counterpart, part: NamePart) -> Self {
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
            part,
        }
    }

    /// How much likelier a text is for what the counterpart says; 1 for as likely as before.
    pub(super) fn lift(&self, text: &str) -> f64 {
        let (written, kana) = self.both(text);
        let known = self.readings(written);
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
        frequency(kana, self.kana, self.part).max(f64::MIN_POSITIVE)
    }

    pub(super) fn is_known(&self, text: &str) -> bool {
        let (written, kana) = self.both(text);
        let known = self.readings(written);
        known.iter().any(|r| sounds(r) == sounds(kana))
    }

    /// How a name as it is written may be read.
    fn readings(&self, text: &str) -> Vec<String> {
        let (family, given) = (self.written.family(), self.written.given());
        match self.part {
            NamePart::Family => family.readings(text).map(str::to_owned).collect(),
            NamePart::Given => given.readings(text).map(str::to_owned).collect(),
            NamePart::Whole => {
                let ends = text.char_indices().map(|(end, _)| end).skip(1);
                let of = |end: usize| {
                    let (surname, name) = text.split_at(end);
                    let both = move |f| given.readings(name).map(move |g| format!("{f}{g}"));
                    family.readings(surname).flat_map(both)
                };
                ends.flat_map(of).collect()
            }
        }
    }

    fn both<'b>(&'b self, text: &'b str) -> (&'b str, &'b str) {
        if self.is_kana {
            (text, &self.text)
        } else {
            (&self.text, text)
        }
    }
}

/// Fields that hold one person's name: the first name as it is written of a side belongs to its first in kana,
/// and so do surnames and given names that have fields of their own.
pub(in crate::validate) fn pairs(fields: &[&Field]) -> Vec<(usize, usize)> {
    let parts = [NamePart::Whole, NamePart::Family, NamePart::Given];
    let of = |spelling: Spelling, part: NamePart| {
        let is_so = move |i: &usize| {
            let lists = &fields[*i].lists;
            let spelled = lists.names.as_deref().map(Names::spelling);
            spelled == Some(spelling) && lists.part == part
        };
        (0..fields.len()).filter(is_so)
    };
    let each = parts.into_iter();
    each.flat_map(|part| of(Spelling::Written, part).zip(of(Spelling::Kana, part)))
        .collect()
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
