//! The My Number guard: a personal number on a card changes the legal class of everything that
//! holds it, so 12 digits with a valid check digit are brought before a person, in whatever answer they
//! stand. One in eleven numbers of 12 digits passes by chance.
//!
//! An answer of which the form says what its digits are is not asked about: the form's own words, a barcode
//! of the form's own `pattern` (what the office printed), and a code with its own check digit that it
//! passes. Otherwise each such number of 12 digits would be asked on one card in eleven for nothing; a My
//! Number written in its place passes another check digit once in ten. A `length` or a `pattern` of a
//! written code says no more than that there are 12 digits, which a My Number has too.

use super::fold;
use super::parse::Parsed;
use crate::doubt::Reason;
use crate::form::{CheckDigit, Field, ValueKind, Zone, checks};

const LENGTH: usize = 12;

/// Whether the text holds 12 digits that may be one: as one number, or as neighboring numbers with only
/// blanks or hyphens between. What stands beside them is no part of them.
pub fn is_suspect(text: &str) -> bool {
    let joint = |c: char| matches!(c, ' ' | '-');
    fold::digits(text)
        .split(|c: char| !c.is_ascii_digit() && !joint(c))
        .any(|row| {
            let groups: Vec<&str> = row.split(joint).filter(|g| !g.is_empty()).collect();
            (0..groups.len()).any(|from| begins_with_one(&groups[from..]))
        })
}

/// Whether the first groups are 12 digits that may be a My Number.
fn begins_with_one(groups: &[&str]) -> bool {
    let mut joined = String::new();
    for group in groups {
        joined.push_str(group);
        if joined.len() >= LENGTH {
            break;
        }
    }
    joined.len() == LENGTH && checks::verify(&CheckDigit::MyNumber, &joined)
}

/// Asks about an answer that may hold a My Number.
pub(super) fn guard(field: &Field, text: &str, parsed: Parsed) -> Parsed {
    // A valid value holds all that the text says, without the signs that are no digits of it (`+81`).
    let suspect = is_suspect(&parsed.value) || (!parsed.is_valid() && is_suspect(text));
    if suspect && !is_declared(field, &parsed) {
        parsed.and(Reason::MynumberSuspect)
    } else {
        parsed
    }
}

/// Whether the form says what the answer's digits are.
fn is_declared(field: &Field, parsed: &Parsed) -> bool {
    match (&field.value, &field.zone) {
        (ValueKind::Choice | ValueKind::Multiple | ValueKind::Rank | ValueKind::Presence, _) => {
            true
        }
        (_, Zone::Barcode(zone)) => zone.pattern.is_some(),
        (ValueKind::Code { check: Some(_), .. }, _) => parsed.is_valid(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::charset::Charset;
    use crate::form::BarcodeZone;
    use crate::geom::Rect;
    use crate::validate::fixtures;
    use crate::validate::parse::parse;

    #[test]
    fn only_twelve_digits_with_a_valid_check_digit_are_suspect() {
        for text in [
            "983205673214",
            "番号は1234-5678-9018です",
            "９８３２ ０５６７ ３２１４",
            "北吸1044 983205673214",
            "983205673214 北吸1044",
            "2024 983205673214",
            "983205673214 2024",
            "1044 9832-0567-3214",
            "12345 983205673214-6",
            "9 8 3 2 0 5 6 7 3 2 1 4",
        ] {
            assert!(is_suspect(text), "`{text}`");
        }
        for text in [
            "983205673215",
            "9832056732140",
            "98320567321",
            "090-1234-5678",
            "1983205673214",
            "2024 9832056732140",
            "9832.0567.3215",
            "",
        ] {
            assert!(!is_suspect(text), "`{text}`");
        }
    }

    #[track_caller]
    fn check(field: &Field, text: &str, suspect: bool) {
        let parsed = parse(field, text, &fixtures::setting());
        let said = parsed.doubts.contains(&Reason::MynumberSuspect.into());
        assert_eq!(said, suspect, "{:?} `{text}`: {parsed:?}", field.value);
    }

    fn code(pattern: Option<&str>, check: Option<CheckDigit>) -> ValueKind {
        ValueKind::Code {
            length: vec![12],
            pattern: pattern.map(|p| regex::Regex::new(p).expect("a pattern")),
            check,
        }
    }

    #[test]
    fn no_kind_of_written_answer_lets_one_pass() {
        let number = ValueKind::Number {
            min: None,
            max: None,
        };
        let phone = ValueKind::Phone { area: None };
        for value in [
            code(None, None),
            code(Some(r"^\d{12}$"), None),
            number,
            phone,
            ValueKind::Postal,
            ValueKind::BankAccount,
            ValueKind::Name,
            ValueKind::Kana,
            ValueKind::Address,
            ValueKind::Text,
            ValueKind::Free,
            ValueKind::Barcode,
        ] {
            let field = fixtures::line(value, false, Charset::Any);
            check(&field, "983205673214", true);
            check(&field, "983205673215", false);
        }
        // What a telephone number has in front of it is none of its digits.
        let phone = fixtures::line(ValueKind::Phone { area: None }, false, Charset::Any);
        for n in 0..100 {
            check(&phone, &format!("+81 90-1234-56{n:02}"), false);
        }
    }

    #[test]
    fn digits_of_which_the_form_says_what_they_are_are_not_asked_about() {
        let line = |value| fixtures::line(value, false, Charset::Any);
        let own = || Some(CheckDigit::M10W2Split);
        check(
            &line(code(None, Some(CheckDigit::MyNumber))),
            "983205673214",
            false,
        );
        // Both a My Number and a number of that check digit.
        let both = (0..100_000_u64)
            .map(|n| format!("{:012}", 983_205_600_000 + n))
            .find(|t| checks::verify(&CheckDigit::M10W2Split, t) && is_suspect(t))
            .expect("one in 110 is");
        check(&line(code(None, own())), &both, false);
        // It is no such number, so the form does not say what it is.
        check(&line(code(None, own())), "983205673214", true);
        let barcode = |pattern: Option<&str>| {
            let zone = BarcodeZone {
                zone: Rect::new(0.0, 0.0, 40.0, 8.0),
                symbologies: BTreeSet::new(),
                pattern: pattern.map(|p| regex::Regex::new(p).expect("a pattern")),
            };
            fixtures::field(Zone::Barcode(zone), ValueKind::Barcode)
        };
        check(&barcode(Some(r"^\d{12}$")), "983205673214", false);
        check(&barcode(None), "983205673214", true);
    }
}
