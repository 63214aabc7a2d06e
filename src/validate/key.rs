//! The key of a page as a person types it: by the pattern and the check digit that its barcode must fit,
//! and against the mailing list.
//!
//! What stands below a barcode is not what a reader delivers: the start and stop letters are missing, or
//! the check digit, or the digits stand in groups. So the text counts as any symbol that it may stand
//! for, and by itself as the key alone. Nothing is mended: a digit that is wrong is a doubt.

use regex::Regex;

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};
use crate::engine::Barcode;
use crate::form::checks::verify;
use crate::form::{CheckDigit, Key, Side, Symbology};
use crate::geom::Point;
use crate::identify::{is_guard, spellings};

/// Start and stop letters of Codabar.
const GUARDS: [char; 4] = ['A', 'B', 'C', 'D'];

/// What is meant by `typed`: the key itself where it is in order. Under a doubt the value is the key as
/// far as the pattern names one.
pub fn parse(key: &Key, typed: &str) -> Parsed {
    let text = plain(typed);
    if text.is_empty() {
        return Parsed::valid("");
    }
    let parsed = variants(&text)
        .iter()
        .find_map(|text| symbol(key, text).or_else(|| alone(key, text)))
        .unwrap_or_else(|| Parsed::doubtful("", Reason::Pattern));
    match &key.listed {
        Some(listed) if !parsed.value.is_empty() && !listed.holds(&parsed.value) => {
            parsed.and(Reason::KeyUnknown)
        }
        _ => parsed,
    }
}

/// A key as it is kept where its form says nothing of it: half width, without blanks around it.
pub fn plain(typed: &str) -> String {
    fold::narrow(typed).trim().to_owned()
}

/// Nobody on the campaign's mailing list has this key.
pub fn unknown(side: &Side, key: Option<&str>) -> Option<Doubt> {
    let listed = side.key.as_ref()?.listed.as_ref()?;
    (!listed.holds(key?)).then(|| Reason::KeyUnknown.into())
}

/// The ways in which the same characters are typed, likeliest first.
fn variants(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let joined = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let hyphens = fold::narrow_hyphens(text);
    for one in [text.to_owned(), joined(text), joined(&hyphens)] {
        for cased in [one.clone(), one.to_ascii_uppercase()] {
            if !all.contains(&cased) {
                all.push(cased);
            }
        }
    }
    all
}

/// The text as a whole symbol; `None` where the pattern fits none that it may be.
fn symbol(key: &Key, text: &str) -> Option<Parsed> {
    let said: Vec<(String, bool)> = symbols(key, text)
        .iter()
        .filter_map(|symbol| said(key, symbol))
        .collect();
    let (value, _) = said.first()?.clone();
    // Modulus 16 counts the letters: where several would do and not all make the digit right, those on
    // the paper must be typed.
    Some(if said.iter().all(|(_, good)| *good) {
        Parsed::valid(value)
    } else {
        Parsed::doubtful(value, Reason::KeyCheckFail)
    })
}

/// The symbols that the text may stand for.
fn symbols(key: &Key, text: &str) -> Vec<Barcode> {
    let of = |symbology: Symbology, text: String| Barcode {
        symbology,
        text,
        corners: [Point::new(0.0, 0.0); 4],
        reader: "typed",
    };
    let codabar = key.symbologies.contains(&Symbology::Codabar);
    let mut all: Vec<Barcode> = Vec::new();
    if codabar {
        let whole = text.starts_with(is_guard) && text.ends_with(is_guard);
        let framed = |first: char| GUARDS.map(|last| format!("{first}{text}{last}"));
        let texts = if whole && text.chars().count() > 2 {
            vec![text.to_owned()]
        } else {
            GUARDS.into_iter().flat_map(framed).collect()
        };
        all.extend(texts.into_iter().map(|t| of(Symbology::Codabar, t)));
    }
    let other = key.symbologies.iter().find(|s| **s != Symbology::Codabar);
    // No other symbol has the letters that modulus 16 counts.
    if let Some(other) = other.filter(|_| !(codabar && key.check == Some(CheckDigit::M16))) {
        all.push(of(*other, text.to_owned()));
    }
    all
}

/// The key that the symbol holds, and whether its check digit is right. A pattern that may stand anywhere
/// in a symbol must not cut the typed characters short.
fn said(key: &Key, symbol: &Barcode) -> Option<(String, bool)> {
    let found = spellings(symbol).into_iter().find_map(|text| {
        let found = key.pattern.captures(&text)?;
        let whole = found.get(0)?;
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        if [before, after]
            .into_iter()
            .flatten()
            .any(char::is_alphanumeric)
        {
            return None;
        }
        let named = |group: &str| found.name(group).map(|m| m.as_str());
        let value = named("key").unwrap_or(whole.as_str());
        let checked = named("checked").unwrap_or(value);
        Some((value.to_owned(), checked.to_owned()))
    });
    let (value, checked) = found?;
    let good = key.check.as_ref().is_none_or(|check| match check {
        CheckDigit::M16 => verify(check, &symbol.text),
        _ => verify(check, &checked),
    });
    Some((value, good))
}

/// The text as the key alone, where the symbol holds more: an address on the web around it, say, or its
/// check digit.
fn alone(key: &Key, text: &str) -> Option<Parsed> {
    let pattern = key.pattern.as_str();
    if !group(pattern)?.is_match(text) {
        return None;
    }
    let Some(check) = &key.check else {
        return Some(Parsed::valid(text));
    };
    let elsewhere = *check == CheckDigit::M16 || pattern.contains("<checked>");
    let good = if elsewhere {
        // Without the digit only the list can vouch for it.
        key.listed.is_some()
    } else {
        verify(check, text)
    };
    Some(if good {
        Parsed::valid(text)
    } else {
        Parsed::doubtful(text, Reason::KeyCheckFail)
    })
}

/// What the group `key` of a pattern fits, alone and whole.
fn group(pattern: &str) -> Option<Regex> {
    let start = ["(?<key>", "(?P<key>"]
        .iter()
        .find_map(|open| Some(pattern.find(open)? + open.len()))?;
    let rest = &pattern[start..];
    let (mut depth, mut classes, mut escaped) = (1, 0, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => classes += 1,
            ']' if classes > 0 => classes -= 1,
            '(' if classes == 0 => depth += 1,
            ')' if classes == 0 => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Regex::new(&format!("^(?:{})$", &rest[..at])).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::lists::Recipients;

    fn key(pattern: &str, check: Option<CheckDigit>, symbology: Symbology) -> Key {
        Key {
            zone: None,
            symbologies: BTreeSet::from([symbology]),
            pattern: Regex::new(pattern).unwrap(),
            check,
            required: true,
            record: Vec::new(),
            listed: None,
        }
    }

    fn listed(key: Key, keys: &[&str]) -> Key {
        let rows = keys.iter().map(|k| ((*k).to_owned(), Vec::new()));
        Key {
            listed: Recipients::new(Vec::new(), rows).keys(),
            ..key
        }
    }

    /// The value that is kept, or the first doubt.
    #[track_caller]
    fn check(key: &Key, cases: &[(&str, Result<&str, Reason>)]) {
        for (typed, wanted) in cases {
            let parsed = parse(key, typed);
            let got = match parsed.doubts.first() {
                None => Ok(parsed.value.as_str()),
                Some(doubt) => Err(doubt.reason),
            };
            assert_eq!(got, *wanted, "{typed:?}");
        }
    }

    #[test]
    fn a_typed_key_must_be_one_and_its_check_digit_right() {
        let luhn = Some(CheckDigit::M10W2Split);
        let key = key(r"^A?(?<key>\d{10})A?$", luhn, Symbology::Codabar);
        check(
            &key,
            &[
                ("1234567897", Ok("1234567897")),
                (" 1234567897\u{3000}", Ok("1234567897")),
                ("１２３４５６７８９７", Ok("1234567897")),
                ("A1234567897A", Ok("1234567897")),
                ("a1234567897a", Ok("1234567897")),
                ("12345 67897", Ok("1234567897")),
                ("", Ok("")),
                ("1234567891", Err(Reason::KeyCheckFail)),
                ("１２３４５６７８９２", Err(Reason::KeyCheckFail)),
                ("abc", Err(Reason::Pattern)),
                ("=cmd", Err(Reason::Pattern)),
                ("123456783", Err(Reason::Pattern)),
                ("12345678971", Err(Reason::Pattern)),
            ],
        );
    }

    #[test]
    fn a_pattern_that_may_stand_anywhere_cuts_nothing_short() {
        let anywhere = key(r"id=(?<key>\d{10})", None, Symbology::Qr);
        check(
            &anywhere,
            &[
                ("https://example.jp/a?id=0000000001", Ok("0000000001")),
                ("https://example.jp/a?id=00000000012", Err(Reason::Pattern)),
                ("0000000001", Ok("0000000001")),
                ("00000000012", Err(Reason::Pattern)),
            ],
        );
        let bare = key(r"(?<key>\d{4})", None, Symbology::Codabar);
        check(
            &bare,
            &[("1234", Ok("1234")), ("12345", Err(Reason::Pattern))],
        );
        let code39 = key(r"^(?<key>[A-Z]{2}[)(\d]{3})$", None, Symbology::Code39);
        check(
            &code39,
            &[("ab123", Ok("AB123")), ("ab12", Err(Reason::Pattern))],
        );
    }

    #[test]
    fn modulus_16_counts_letters_that_are_not_typed() {
        let pattern = r"^A(?<key>\d{8})[0-9$:/.+-]A$";
        let m16 = key(pattern, Some(CheckDigit::M16), Symbology::Codabar);
        check(
            &m16,
            &[
                ("A12345678:A", Ok("12345678")),
                ("a12345678:a", Ok("12345678")),
                ("12345678:", Ok("12345678")),
                ("12345679:", Err(Reason::KeyCheckFail)),
                ("A12345679:A", Err(Reason::KeyCheckFail)),
                // Without its check digit nothing vouches for it.
                ("12345678", Err(Reason::KeyCheckFail)),
                ("1234567", Err(Reason::Pattern)),
            ],
        );
        // Several letters would do, and they make other digits.
        let pattern = r"^[A-D](?<key>\d{8})[0-9$:/.+-][A-D]$";
        let any = key(pattern, Some(CheckDigit::M16), Symbology::Codabar);
        check(
            &any,
            &[
                ("A12345678:A", Ok("12345678")),
                ("12345678:", Err(Reason::KeyCheckFail)),
            ],
        );
    }

    #[test]
    fn a_check_digit_beside_the_key_is_wanted_unless_the_list_vouches() {
        let pattern = r"^A(?<checked>(?<key>\d{8})\d)A$";
        let apart = key(pattern, Some(CheckDigit::M10W3), Symbology::Codabar);
        check(
            &apart,
            &[
                ("123456784", Ok("12345678")),
                ("123456785", Err(Reason::KeyCheckFail)),
                ("12345678", Err(Reason::KeyCheckFail)),
            ],
        );
        let apart = listed(apart, &["12345678"]);
        check(
            &apart,
            &[
                ("123456784", Ok("12345678")),
                ("12345678", Ok("12345678")),
                ("12345679", Err(Reason::KeyUnknown)),
            ],
        );
    }

    #[test]
    fn who_is_on_no_list_is_a_doubt_and_an_empty_list_says_nothing() {
        let four = key(r"^(?<key>\d{4})$", None, Symbology::Code128);
        let some = listed(four.clone(), &["1234"]);
        check(
            &some,
            &[("1234", Ok("1234")), ("1235", Err(Reason::KeyUnknown))],
        );
        assert_eq!(parse(&some, "1235").value, "1235");
        check(&listed(four, &[]), &[("1235", Ok("1235"))]);
    }
}
