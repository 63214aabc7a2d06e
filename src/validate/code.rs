//! Codes: digits or letters of a fixed length, perhaps with a check digit.

use regex::Regex;

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};
use crate::form::{CheckDigit, checks};

/// Length, pattern and check digit. Space of any kind is left out; hyphens too, where only that gives the
/// length the form asks. A failing check is a question, never mended.
pub(super) fn parse(
    text: &str,
    length: &[usize],
    pattern: Option<&Regex>,
    check: Option<&CheckDigit>,
) -> Parsed {
    let folded = fold::narrow(text);
    let narrow: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = |s: &str| length.is_empty() || length.contains(&s.chars().count());
    let matches = |s: &str| pattern.is_none_or(|p| p.is_match(s));
    let bare: String = narrow.chars().filter(|c| !fold::is_hyphen(*c)).collect();
    let value = match (
        fits(&narrow) && matches(&narrow),
        fits(&bare) && matches(&bare),
    ) {
        (false, true) => bare,
        _ => narrow,
    };
    if !fits(&value) {
        let detail = value.chars().count().to_string();
        return Parsed::doubtful(value, Doubt::with(Reason::Length, detail));
    }
    if !matches(&value) {
        return Parsed::doubtful(value, Reason::Pattern);
    }
    if check.is_some_and(|c| !checks::verify(c, &value)) {
        return Parsed::doubtful(value, Reason::CheckDigit);
    }
    Parsed::valid(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        text: &str,
        length: &[usize],
        check: Option<&CheckDigit>,
        expected: Result<&str, Reason>,
    ) {
        let parsed = parse(text, length, None, check);
        match expected {
            Ok(value) => assert_eq!(parsed, Parsed::valid(value), "`{text}`"),
            Err(reason) => assert_eq!(parsed.doubts[0].reason, reason, "`{text}`"),
        }
    }

    #[test]
    fn length_and_check_digit() {
        check("１２３４", &[4], None, Ok("1234"));
        check("12-34", &[4], None, Ok("1234"));
        check("12-34", &[5], None, Ok("12-34"));
        check("12\n\t34 ", &[4], None, Ok("1234"));
        check("123", &[4, 5], None, Err(Reason::Length));
        check(
            "123456782",
            &[9],
            Some(&CheckDigit::M10W2Split),
            Ok("123456782"),
        );
        check(
            "123456784",
            &[9],
            Some(&CheckDigit::M10W2Split),
            Err(Reason::CheckDigit),
        );
        check(
            "7000012050002",
            &[13],
            Some(&CheckDigit::Corporate),
            Ok("7000012050002"),
        );
        check(
            "262021",
            &[6],
            Some(&CheckDigit::Municipality),
            Ok("262021"),
        );
        check("33120015", &[8], Some(&CheckDigit::Insurer), Ok("33120015"));
    }

    #[test]
    fn a_pattern_decides_over_hyphens() {
        let pattern = Regex::new(r"^\d{3}-\d{4}$").expect("a pattern");
        assert_eq!(
            parse("624-0853", &[], Some(&pattern), None),
            Parsed::valid("624-0853")
        );
        let broken = parse("6240853", &[], Some(&pattern), None);
        assert_eq!(broken.doubts[0].reason, Reason::Pattern);
    }
}
