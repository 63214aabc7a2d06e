//! House numbers behind a town: `15-2-16`, `三丁目4番5号`, `12番地の3`.
//!
//! A line of thousands of characters leaves each of them room to be another one (`2` and `a`, `番` and `香`). A house
//! number has few characters in few orders, so where the ink may be one, it is judged among those: what a reader
//! gives to any other character counts as seldom as such a character stands there.

use std::sync::LazyLock;

use regex::Regex;

use super::super::fuse::{self, Pool};
use super::super::search::{self, BLANK, Slot, UNREADABLE};
use crate::charset::{Charset, is_dash, is_hiragana, is_katakana};
use crate::read::CellReading;

/// How often what may be a house number is something else by one of its characters: a letter, kana, a kanji that
/// numbers lots (`3-B`, `2番地イ`, `乙5`); own estimate, on the cautious side.
const OTHER: f64 = 0.02;
const LOTS: &str = "甲乙丙東西南北上中下左右内外本新条線区割組室";
/// The same of characters that no address has there.
const NEVER: f64 = 0.001;
/// From here on a network has an opinion.
const DECIDED: f64 = 0.5;
const NUMERALS: &str = "二三四五六七八九十";

/// A level stroke is a hyphen between numbers, and the kanji one elsewhere.
static HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    let digits = "[0-9]{1,4}";
    let number = format!("(?:{digits}|[-{NUMERALS}]{{1,3}})");
    let unit = format!("{number}(?:丁目|番地[のノ]?|番[のノ]?|[のノ])");
    let plain =
        format!("{digits}(?:-{digits}){{0,3}}|[{NUMERALS}]{{1,3}}(?:-[{NUMERALS}]{{1,3}}){{0,3}}");
    let last = format!("{number}(?:丁目|番地|番|号)");
    let house = format!("^(?:{unit}){{0,3}}(?:{plain}|{last})$");
    Regex::new(&house).expect("a pattern")
});

/// A house number and how sure its characters are.
pub(super) struct House {
    pub(super) text: String,
    pub(super) sure: f64,
}

/// The house number that the last characters of a line are; `None` where they are rather none, and where the two
/// readers of a character are decided for different ones.
pub(super) fn read(cells: &[CellReading]) -> Option<House> {
    let cells: Vec<CellReading> = cells.iter().map(folded).collect();
    if cells.is_empty() || cells.iter().any(contradicted) {
        return None;
    }
    let slots: Vec<Slot> = cells.iter().map(slot).collect();
    let (strings, rest) = search::best_strings(&slots);
    let weigh = |(text, p): (String, f64)| {
        let is_own = text.chars().all(|c| own(c).is_some());
        let weight = if is_own { weight(&text) } else { 1.0 };
        (text, p * weight)
    };
    let weighed: Vec<(String, f64)> = strings.into_iter().map(weigh).collect();
    let total = rest + weighed.iter().map(|(_, w)| w).sum::<f64>();
    let (text, most) = weighed.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    HOUSE.is_match(&text).then(|| House {
        text: spelled(&text),
        sure: most / total,
    })
}

/// What such an end of an address weighs, were all as probable by the ink.
pub(super) fn weight(tail: &str) -> f64 {
    let folded: String = tail.chars().map(|c| own(c).unwrap_or(c)).collect();
    if HOUSE.is_match(&folded) { 1.0 } else { OTHER }
}

/// Whether a house number may begin so.
pub(super) fn may_begin(c: char) -> bool {
    c.is_ascii_digit() || NUMERALS.contains(c) || is_dash(c)
}

/// Whether the number begins before what was read behind a town: a network sees a digit in the town's last
/// character, or nothing stands before the first hyphen. The line recognizer has lost it.
pub(super) fn begins_within(town: &[CellReading], tail: &[char]) -> bool {
    let of_network = |cell: &CellReading| cell.alternatives.first().copied();
    let digit = town.last().and_then(of_network);
    let is_digit = digit.is_some_and(|(c, p)| c.is_ascii_digit() && p >= DECIDED);
    let separated =
        matches!(tail, [first, second, ..] if is_dash(*first) && second.is_ascii_digit());
    !tail.is_empty() && (is_digit || separated)
}

/// A character of a house number, level strokes being one.
fn own(c: char) -> Option<char> {
    if is_dash(c) {
        return Some('-');
    }
    let known = c.is_ascii_digit() || NUMERALS.contains(c) || "丁目番地号のノ".contains(c);
    known.then_some(c)
}

/// How often a character stands in what may be a house number, against one that house numbers have.
fn share_of(c: char) -> f64 {
    let other = c.is_ascii_alphabetic() || is_hiragana(c) || is_katakana(c) || LOTS.contains(c);
    match c {
        BLANK | UNREADABLE => 1.0,
        c if own(c).is_some() => 1.0,
        _ if other => OTHER,
        _ => NEVER,
    }
}

/// What a character may be, what house numbers do not have as seldom as it stands in what may be one.
fn slot(cell: &CellReading) -> Slot {
    let said = pool(cell).slot(cell).into_iter();
    let mut slot: Slot = said.map(|(c, p)| (c, p * share_of(c))).collect();
    let total: f64 = slot.iter().map(|(_, p)| p).sum();
    for (_, p) in &mut slot {
        *p /= total.max(f64::MIN_POSITIVE);
    }
    slot
}

/// What both readers say with level strokes as one.
fn folded(cell: &CellReading) -> CellReading {
    let fold = |said: &[(char, f64)]| {
        let mut all: Vec<(char, f64)> = Vec::new();
        for (c, p) in said {
            let c = own(*c).unwrap_or(*c);
            match all.iter_mut().find(|(known, _)| *known == c) {
                Some((_, sum)) => *sum += p,
                None => all.push((c, *p)),
            }
        }
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all
    };
    CellReading {
        alternatives: fold(&cell.alternatives),
        witness: fold(&cell.witness),
        ..cell.clone()
    }
}

/// Whether the readers are decided for different characters that may stand there.
fn contradicted(cell: &CellReading) -> bool {
    let plausible = |said: &[(char, f64)]| -> Vec<(char, f64)> {
        let known = said.iter().filter(|(c, _)| share_of(*c) > NEVER);
        known.copied().collect()
    };
    fuse::contradicted(&CellReading {
        alternatives: plausible(&cell.alternatives),
        witness: plausible(&cell.witness),
        ..cell.clone()
    })
}

/// Digits are told as everywhere, the others as text.
fn pool(cell: &CellReading) -> &'static Pool {
    let likeliest = |said: &[(char, f64)]| said.iter().copied().find(|(c, _)| own(*c).is_some());
    let first = likeliest(&cell.alternatives).or(likeliest(&cell.witness));
    if first.is_some_and(|(c, _)| c.is_ascii_digit()) {
        Pool::of_lone_digits()
    } else {
        Pool::of(&Charset::Jis2)
    }
}

/// With the kanji one where a number stands.
fn spelled(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_number =
        |c: Option<&char>| c.is_some_and(|c| c.is_ascii_digit() || NUMERALS.contains(*c));
    let one = |(k, c): (usize, &char)| {
        let between = k > 0 && is_number(chars.get(k - 1)) && is_number(chars.get(k + 1));
        if *c == '-' && !between { '一' } else { *c }
    };
    chars.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::fixtures;

    /// What network and line recognizer say of a character.
    type Said<'a> = (&'a [(char, f64)], &'a [(char, f64)]);

    fn cell((network, line): Said<'_>) -> CellReading {
        CellReading {
            alternatives: network.to_vec(),
            witness: line.to_vec(),
            reject: 1.0 - network.iter().map(|(_, p)| p).sum::<f64>(),
            blank: 0.0,
            ..fixtures::cells("1", 1.0).remove(0)
        }
    }

    /// Both readers are sure.
    fn cells(text: &str) -> Vec<CellReading> {
        let sure = |c: char| cell((&[(c, 0.999)], &[(c, 0.999)]));
        text.chars().map(sure).collect()
    }

    fn text(cells: &[CellReading]) -> Option<String> {
        read(cells).map(|house| house.text)
    }

    #[test]
    fn house_numbers_are_known_by_their_form() {
        for (written, expected) in [
            ("15-2-16", Some("15-2-16")),
            ("15ー2－16", Some("15-2-16")),
            ("3丁目4番5号", Some("3丁目4番5号")),
            ("ー丁目4-5", Some("一丁目4-5")),
            ("二十一番地", Some("二十一番地")),
            ("三-五-二", Some("三-五-二")),
            ("14番地の25", Some("14番地の25")),
            ("12の3", Some("12の3")),
            ("1", Some("1")),
            ("", None),
            ("15-", None),
            ("-15", None),
            ("15--2", None),
            ("12345", None),
            ("丁目3", None),
            ("15-2ハイツ", None),
            ("東町1", None),
        ] {
            assert_eq!(text(&cells(written)).as_deref(), expected, "`{written}`");
        }
    }

    #[test]
    fn a_character_that_no_house_number_has_counts_little_and_not_nothing() {
        let with = |said: Said<'_>| {
            let mut all = cells("15-2-16");
            all[3] = cell(said);
            read(&all)
        };
        let rather = |said: Said<'_>| with(said).map_or(0.0, |house| house.sure);
        let two = [('2', 0.6), ('a', 0.4)];
        assert!((0.95..0.995).contains(&rather((&two, &two))));
        // Rather a letter by both: no house number at all.
        let letter = [('B', 0.99), ('8', 0.01)];
        assert!(rather((&letter, &letter)) < 0.9);
        assert!(with((&[('B', 1.0)], &[('B', 1.0)])).is_none());
        // Both are decided, for different characters that may stand there; for one that may not, it is none.
        assert!(with((&[('2', 0.97)], &[('7', 0.9)])).is_none());
        assert!(with((&[('8', 0.97)], &[('B', 0.9)])).is_none());
        assert!(rather((&[('2', 0.999)], &[('/', 0.9), ('2', 0.1)])) > 0.995);
    }

    #[test]
    fn a_number_that_began_before_it_was_read_is_noticed() {
        let chars = |text: &str| -> Vec<char> { text.chars().collect() };
        for (town, tail, expected) in [
            ("東町", "15-2", false),
            ("東町", "-15-2", true),
            ("東町", "ー丁目2", false),
            ("東6", "24-11", true),
            ("東6", "", false),
            ("", "24-11", false),
        ] {
            let noticed = begins_within(&cells(town), &chars(tail));
            assert_eq!(noticed, expected, "`{town}` `{tail}`");
        }
    }

    #[test]
    fn what_is_rejected_or_empty_is_no_house_number() {
        let mut all = cells("15-2");
        all[1] = cell((&[], &[('5', 0.9)]));
        all[1].reject = 1.0;
        assert!(read(&all).is_none_or(|house| house.sure < 0.9));
        assert!(read(&[]).is_none());
    }
}
