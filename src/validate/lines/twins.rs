//! Characters that print does not tell apart: O and 0, I, l and 1.
//!
//! Both engines read the O of many typefaces as 0 and are sure of it (of 55 printed codes that begin with
//! two letters 5 were read so, at scores above 0.98, alike by both). So the form decides: of the
//! readings that differ by such characters only the one that its length, pattern and check digit allow is
//! the answer; where they allow several, a person is asked.

use super::super::parse::{self, Parsed, Setting};
use crate::doubt::Reason;
use crate::form::{Field, LineZone, ValueKind};

const TWINS: [&str; 2] = ["O0", "I1l"];

/// Readings that are tried at most: what has more such characters is asked.
const MOST: usize = 4096;

/// A reading with what the form says of such characters.
pub(super) struct Settled {
    pub(super) parsed: Parsed,
    /// The form allows another reading that looks the same.
    pub(super) open: bool,
}

/// Codes only: in names, addresses and sentences the neighbors tell letters from digits.
pub(super) fn settle(field: &Field, zone: &LineZone, text: &str, setting: &Setting) -> Settled {
    let own = parse::parse(field, text, setting);
    let settled = |parsed, open| Settled { parsed, open };
    if !zone.printed || !matches!(field.value, ValueKind::Code { .. }) {
        return settled(own, false);
    }
    let Some(others) = others(zone, text) else {
        return settled(own, true);
    };
    let mut allowed = others
        .iter()
        .map(|t| parse::parse(field, t, setting))
        .filter(Parsed::is_valid);
    // A number that may be a My Number fits the form: a letter for one of its digits would hide it.
    let fits = own
        .doubts
        .iter()
        .all(|d| d.reason == Reason::MynumberSuspect);
    match (fits, allowed.next(), allowed.next()) {
        (_, None, _) => settled(own, false),
        (false, Some(only), None) => settled(only, false),
        _ => settled(own, true),
    }
}

/// The other texts that look like this one; `None` where they are too many.
fn others(zone: &LineZone, text: &str) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    for c in text.chars() {
        let group = TWINS.iter().find(|group| group.contains(c));
        let alike: Vec<char> = match group {
            Some(group) => group
                .chars()
                .filter(|d| *d == c || zone.charset.contains(*d))
                .collect(),
            None => vec![c],
        };
        if all.len() * alike.len() > MOST {
            return None;
        }
        all = all
            .iter()
            .flat_map(|start| alike.iter().map(move |d| format!("{start}{d}")))
            .collect();
    }
    all.retain(|t| t != text);
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::form::Zone;
    use crate::validate::fixtures;

    #[track_caller]
    fn check(charset: &str, pattern: Option<&str>, text: &str, expected: (&str, bool)) {
        let value = ValueKind::Code {
            length: vec![9],
            pattern: pattern.map(|p| regex::Regex::new(p).expect("a pattern")),
            check: None,
        };
        let charset = Charset::named(charset).expect("a charset");
        let field = fixtures::line(value, true, charset);
        let Zone::Line(zone) = &field.zone else {
            panic!("a line zone")
        };
        let found = settle(&field, zone, text, &fixtures::setting());
        assert_eq!(
            (found.parsed.value.as_str(), found.open),
            expected,
            "{text}"
        );
    }

    #[test]
    fn the_pattern_tells_letters_from_digits() {
        let pattern = Some(r"^[A-Z]{2}\d{7}$");
        check("alnum", pattern, "0A4247077", ("OA4247077", false));
        check("alnum", pattern, "KO63969O8", ("KO6396908", false));
        check("alnum", pattern, "1L0271263", ("IL0271263", false));
        check("alnum", pattern, "OA4247077", ("OA4247077", false));
    }

    #[test]
    fn without_one_what_looks_the_same_is_open() {
        check("alnum", None, "0A4247077", ("0A4247077", true));
        check("alnum", None, "KA6396958", ("KA6396958", false));
        // Digits only: there is no letter to be taken for one.
        check("digits", None, "104247077", ("104247077", false));
    }

    #[test]
    fn a_letter_does_not_hide_what_may_be_a_my_number() {
        let value = ValueKind::Code {
            length: vec![12],
            pattern: None,
            check: None,
        };
        let field = fixtures::line(value, true, Charset::Alnum);
        let Zone::Line(zone) = &field.zone else {
            panic!("a line zone")
        };
        // Its only twin is one 0, so that one other reading is left.
        let text = "222222222250";
        let found = settle(&field, zone, text, &fixtures::setting());
        assert_eq!((found.parsed.value.as_str(), found.open), (text, true));
        assert_eq!(found.parsed.doubts, [Reason::MynumberSuspect.into()]);
    }

    #[test]
    fn a_wrong_length_is_wrong_either_way() {
        check("alnum", None, "0A42", ("0A42", false));
    }

    #[test]
    fn too_many_readings_are_open() {
        check("alnum", None, "0000000000000", ("0000000000000", true));
    }
}
