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
//! `f` is what the list counts; the given names of the list are equally likely. A quarter of both is
//! left to names that no list holds: to each of their lengths its share, and every character of them is
//! one of 600 equally likely ones. Both are estimates; with two fifths and one of 150 the accepted are 11 %
//! fewer, with as many wrong ones among them (made names, `models/README.md`).
//!
//! The sum over all texts factors into its parts, since the boxes are independent, so nothing has to be
//! listed but the names themselves.

use super::search::{BLANK, Slot, UNREADABLE};
use crate::lists::{Lexicon, Names, Node};

/// Share of people whose surname (or given name) no list holds: the list of surnames covers 79 %.
const UNLISTED: f64 = 0.25;
/// A character of an unlisted name is one of so many equally likely ones.
const CHARACTERS: f64 = 600.0;
/// How long unlisted names are: share of one, two, ... characters. Longer ones are taken for none.
const FAMILY_LENGTHS: [f64; 5] = [0.06, 0.80, 0.12, 0.01, 0.005];
const GIVEN_LENGTHS: [f64; 5] = [0.15, 0.60, 0.22, 0.01, 0.005];
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
    /// Another name is likelier than the ink's own reading.
    Rather(String),
    /// The reading is no known name, or not sure enough.
    Nothing,
}

/// Holds the ink's own reading (the best of each slot) against the names. `least`: how sure a name
/// must be to be vouched for.
pub(super) fn held_against(slots: &[Slot], names: &Names, least: f64) -> Said {
    let Some(row) = Row::of(slots) else {
        return Said::Nothing;
    };
    let own = row.own();
    match row.likeliest(names) {
        Some(name) if name.text == own => {
            let readable = row.certainty() >= READABLE && !row.rejected;
            if readable && name.share >= least {
                Said::Vouched(name)
            } else {
                Said::Nothing
            }
        }
        Some(name) if name.share >= 0.5 => Said::Rather(name.text),
        _ => Said::Nothing,
    }
}

/// What one place of a name may hold: characters with their share of what is a character at all,
/// best first; nothing for a gap.
type Letters = Vec<(char, f64)>;

/// A row of characters, with at most one gap.
struct Row {
    letters: Vec<Letters>,
    /// Where the given name begins, if a gap says so.
    gap: Option<usize>,
    /// Whether a reader is in earnest about one of them being no single character.
    rejected: bool,
}

impl Row {
    /// `None` when nothing is written, a place is no character at all, or there are several gaps.
    fn of(slots: &[Slot]) -> Option<Self> {
        let is_blank = |slot: &Slot| slot.first().is_none_or(|(c, _)| *c == BLANK);
        let from = slots.iter().position(|s| !is_blank(s))?;
        let to = slots.iter().rposition(|s| !is_blank(s))?;
        let (mut letters, mut gap, mut rejected) = (Vec::new(), None, false);
        for slot in &slots[from..=to] {
            if is_blank(slot) {
                if gap.is_some_and(|at| at < letters.len()) {
                    return None;
                }
                gap = Some(letters.len());
                continue;
            }
            let refused = slot.iter().find(|(c, _)| *c == UNREADABLE);
            rejected |= refused.is_some_and(|(_, p)| *p >= EARNEST);
            letters.push(lettered(slot)?);
        }
        Some(Self {
            letters,
            gap,
            rejected,
        })
    }

    /// The best of each place.
    fn own(&self) -> String {
        self.letters.iter().map(|l| l[0].0).collect()
    }

    /// How sure the ink is of that.
    fn certainty(&self) -> f64 {
        self.letters.iter().map(|l| l[0].1).product()
    }

    fn likeliest(&self, names: &Names) -> Option<Likeliest> {
        let mut known: Vec<(String, f64)> = Vec::new();
        let mut all = 0.0;
        let ends = 1..self.letters.len();
        for end in ends.filter(|end| self.gap.is_none_or(|gap| gap == *end)) {
            let (family, given) = self.letters.split_at(end);
            let family = Part::of(family, names.family(), FAMILY_LENGTHS, |name| {
                names.share(name)
            });
            let alike = 1.0 / names.given().len().max(1) as f64;
            let given = Part::of(given, names.given(), GIVEN_LENGTHS, |_| alike);
            all += family.all * given.all;
            for (surname, p) in &family.listed {
                for (name, q) in &given.listed {
                    add(&mut known, format!("{surname}{name}"), p * q);
                }
            }
        }
        let (text, weight) = known.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Likeliest {
            text,
            share: weight / all,
        })
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

fn add(known: &mut Vec<(String, f64)>, text: String, weight: f64) {
    match known.iter_mut().find(|(other, _)| *other == text) {
        Some((_, sum)) => *sum += weight,
        None => known.push((text, weight)),
    }
}

/// What a surname or a given name may be.
struct Part {
    /// Names of the list with what ink and list say together.
    listed: Vec<(String, f64)>,
    /// The sum over everything, listed or not.
    all: f64,
}

impl Part {
    fn of(
        letters: &[Letters],
        list: &Lexicon,
        lengths: [f64; 5],
        share: impl Fn(&str) -> f64,
    ) -> Self {
        let length = lengths.get(letters.len() - 1).copied().unwrap_or(0.0);
        let outside = UNLISTED * length / CHARACTERS.powi(letters.len() as i32);
        let mut found = Vec::new();
        walk(list, (list.root(), letters), String::new(), 1.0, &mut found);
        // What the ink leaves to all texts of this length adds up to 1.
        let mut all = outside;
        let listed = found.into_iter().map(|(name, ink)| {
            let known = ink * (1.0 - UNLISTED) * share(&name);
            all += known;
            (name, known + ink * outside)
        });
        Self {
            listed: listed.collect(),
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
mod tests {
    use super::*;

    fn names() -> Names {
        let family = [("渡辺", 1000), ("佐藤", 2000), ("林", 500), ("小林", 1000)];
        let family = family.map(|(name, n)| (name.to_owned(), n));
        let given = ["清", "貴也", "大和", "和", "一郎"];
        Names::new(family, given.map(str::to_owned))
    }

    /// Each place: the best character and others, with what they have.
    fn row(places: &[&[(char, f64)]]) -> Vec<Slot> {
        places.iter().map(|p| p.to_vec()).collect()
    }

    fn sure(text: &str) -> Vec<Slot> {
        text.chars().map(|c| vec![(c, 0.999)]).collect()
    }

    #[test]
    fn a_known_name_is_vouched_for_and_another_is_not() {
        let said = |text: &str| held_against(&sure(text), &names(), 0.995);
        for text in ["渡辺清", "佐藤貴也", "小林大和", "林一郎", "  渡辺 清 "] {
            assert!(
                matches!(said(text), Said::Vouched(_)),
                "`{text}`: {:?}",
                said(text)
            );
        }
        for text in ["波辺清", "渡辺某", "渡辺", "清", "", "渡 辺 清", "大和小林"] {
            assert_eq!(said(text), Said::Nothing, "`{text}`");
        }
    }

    #[test]
    fn the_list_tells_look_alikes_apart_that_the_ink_does_not() {
        let thick = row(&[
            &[('波', 0.97), ('渡', 0.003)],
            &[('辺', 0.99)],
            &[('清', 0.99)],
        ]);
        let said = held_against(&thick, &names(), 0.995);
        assert_eq!(said, Said::Rather("渡辺清".into()));
        // What neither reader has thought of is not proposed, and not vouched for.
        let unseen = row(&[
            &[('佐', 0.99)],
            &[('藤', 0.99)],
            &[('貫', 0.99)],
            &[('也', 0.99)],
        ]);
        assert_eq!(held_against(&unseen, &names(), 0.995), Said::Nothing);
    }

    #[test]
    fn a_gap_says_where_the_given_name_begins() {
        let one_way = held_against(&sure("小林 大和"), &names(), 0.995);
        assert!(matches!(one_way, Said::Vouched(_)), "{one_way:?}");
        assert_eq!(
            held_against(&sure("小 林大和"), &names(), 0.995),
            Said::Nothing
        );
    }

    #[test]
    fn a_list_does_not_vouch_for_what_can_hardly_be_read() {
        let with = |last: &[(char, f64)]| {
            let places = row(&[&[('佐', 0.99)], &[('藤', 0.99)], &[('和', 0.99)]]);
            let mut slots = places;
            slots[2] = last.to_vec();
            held_against(&slots, &names(), 0.995)
        };
        assert!(matches!(
            with(&[('和', 0.85), (UNREADABLE, 0.15)]),
            Said::Vouched(_)
        ));
        assert_eq!(with(&[('和', 0.7), (UNREADABLE, 0.3)]), Said::Nothing);
        assert_eq!(
            with(&[('和', 0.5), ('知', 0.4), ('私', 0.1)]),
            Said::Nothing
        );
        assert_eq!(with(&[(UNREADABLE, 1.0)]), Said::Nothing);
    }

    #[test]
    fn two_names_that_the_ink_does_not_tell_apart_are_asked() {
        let either = row(&[
            &[('佐', 0.99)],
            &[('藤', 0.99)],
            &[('和', 0.9), ('清', 0.1)],
        ]);
        assert_eq!(held_against(&either, &names(), 0.995), Said::Nothing);
    }
}
