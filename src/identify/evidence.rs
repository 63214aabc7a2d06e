//! What a symbol proves: which text fits a pattern, and how far a reader is believed.

use regex::{Captures, Regex};

use crate::engine::Barcode;
use crate::form::{CheckDigit, Symbology};

/// Shortest key that the second reader may deliver without a check digit.
const LEAST_LENGTH: usize = 6;

/// The ways in which a symbol's text may be meant. Codabar readers of other makers deliver the
/// start and stop letters in lower case or not at all, and patterns are written for them.
pub(crate) fn spellings(barcode: &Barcode) -> Vec<String> {
    let text = &barcode.text;
    if barcode.symbology != Symbology::Codabar {
        return vec![text.clone()];
    }
    let inner = text.trim_start_matches(is_guard).trim_end_matches(is_guard);
    vec![text.clone(), text.to_ascii_lowercase(), inner.to_owned()]
}

/// A start or stop letter of Codabar.
pub(crate) fn is_guard(c: char) -> bool {
    matches!(c, 'A'..='D')
}

/// The named group `key` of the first spelling that the pattern fits, else the whole match; and
/// the text that a check digit stands in (the group `checked` when the pattern has one).
pub fn captures(pattern: &Regex, barcode: &Barcode) -> Option<(String, String)> {
    spellings(barcode).iter().find_map(|text| {
        let found = pattern.captures(text)?;
        let whole = found.get(0).map_or("", |m| m.as_str());
        let key = named(&found, "key").unwrap_or(whole);
        let checked = named(&found, "checked").unwrap_or(key);
        Some((key.to_owned(), checked.to_owned()))
    })
}

fn named<'t>(found: &Captures<'t>, group: &str) -> Option<&'t str> {
    found.name(group).map(|m| m.as_str())
}

/// Whether the reader that delivered the symbol is believed. zxing-cpp is; rxing misreads codes
/// without a check digit, so its word counts only with a check digit, or with a pattern that a
/// text with one character more or less does not fit, and for Code 39 and ITF only with a check.
pub fn is_proven(barcode: &Barcode, pattern: Option<&Regex>, check: Option<&CheckDigit>) -> bool {
    if barcode.reader != "rxing" {
        return true;
    }
    let Some(pattern) = pattern else { return false };
    if check.is_some() {
        return true;
    }
    let weak = matches!(barcode.symbology, Symbology::Code39 | Symbology::Itf);
    !weak && has_fixed_length(pattern, barcode)
}

/// The pattern gives the same key for no text in which a character of the key is lost or doubled.
fn has_fixed_length(pattern: &Regex, barcode: &Barcode) -> bool {
    let Some((key, _)) = captures(pattern, barcode) else {
        return false;
    };
    let Some(start) = barcode.text.find(&key) else {
        return false;
    };
    if key.chars().count() < LEAST_LENGTH {
        return false;
    }
    key.char_indices().all(|(at, c)| {
        let (before, after) = barcode.text.split_at(start + at);
        let lost = format!("{before}{}", &after[c.len_utf8()..]);
        let doubled = format!("{before}{c}{after}");
        [lost, doubled].into_iter().all(|text| {
            let changed = Barcode {
                text,
                ..barcode.clone()
            };
            captures(pattern, &changed).is_none()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Point;

    fn barcode(symbology: Symbology, text: &str, reader: &'static str) -> Barcode {
        Barcode {
            symbology,
            text: text.into(),
            corners: [Point::new(0.0, 0.0); 4],
            reader,
        }
    }

    #[test]
    fn start_and_stop_letters_may_be_asked_for_in_any_way() {
        let found = barcode(Symbology::Codabar, "A1234567890A", "zxing-cpp");
        for pattern in [
            r"^A?(?<key>\d{10})A?$",
            r"^a(?<key>\d{10})a$",
            r"^(?<key>\d{10})$",
        ] {
            let pattern = Regex::new(pattern).unwrap();
            assert_eq!(captures(&pattern, &found).unwrap().0, "1234567890");
        }
        let pattern = Regex::new(r"^b(?<key>\d{10})b$").unwrap();
        assert_eq!(captures(&pattern, &found), None);
    }

    #[test]
    fn the_second_reader_is_believed_only_with_more_proof() {
        struct Case(
            Symbology,
            &'static str,
            &'static str,
            Option<CheckDigit>,
            bool,
        );
        let ten = r"^A?(?<key>\d{10})A?$";
        let cases = [
            Case(Symbology::Codabar, "A1234567890A", ten, None, true),
            Case(
                Symbology::Codabar,
                "A1234567890A",
                r"^A(?<key>\d+)A$",
                None,
                false,
            ),
            Case(
                Symbology::Codabar,
                "A12345A",
                r"^A(?<key>\d{5})A$",
                None,
                false,
            ),
            Case(Symbology::Code39, "1234567890", ten, None, false),
            Case(Symbology::Itf, "1234567890", ten, None, false),
            Case(
                Symbology::Code39,
                "1234567890",
                ten,
                Some(CheckDigit::M43),
                true,
            ),
        ];
        for Case(symbology, text, pattern, check, proven) in cases {
            let pattern = Regex::new(pattern).unwrap();
            let second = barcode(symbology, text, "rxing");
            assert_eq!(
                is_proven(&second, Some(&pattern), check.as_ref()),
                proven,
                "{text}"
            );
            assert!(is_proven(
                &barcode(symbology, text, "zxing-cpp"),
                None,
                None
            ));
            assert!(!is_proven(&second, None, check.as_ref()));
        }
    }
}
