//! Postal codes: seven digits.

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};
use crate::lists::Places;

/// Accepts `〒624-0853`, full width and any hyphen; the value is the seven digits.
pub(super) fn parse(text: &str) -> Parsed {
    let narrow = fold::digits(text);
    let bare: String = narrow
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '〒'))
        .collect();
    if !bare.chars().all(|c| c.is_ascii_digit()) {
        return Parsed::doubtful("", Reason::Pattern);
    }
    match bare.len() {
        7 => Parsed::valid(bare),
        n => Parsed::doubtful(bare, Doubt::with(Reason::Length, n.to_string())),
    }
}

/// A code that no place has is a question.
pub(super) fn known(parsed: Parsed, places: Option<&Places>) -> Parsed {
    match places {
        Some(places) if parsed.is_valid() && !places.knows(&parsed.value) => {
            parsed.and(Reason::ZipUnknown)
        }
        _ => parsed,
    }
}

/// `624-0853`, for people.
pub fn shown(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..)) {
        (Some(area), Some(rest)) if digits.len() == 7 => format!("{area}-{rest}"),
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_digits_however_written() {
        for text in [
            "6240853",
            "624-0853",
            "〒６２４−０８５３",
            "〒 624 0853",
            "六二四〇八五三",
        ] {
            assert_eq!(parse(text), Parsed::valid("6240853"), "`{text}`");
        }
        assert_eq!(parse("624-085").doubts[0].reason, Reason::Length);
        assert_eq!(parse("624-O853").doubts[0].reason, Reason::Pattern);
        assert_eq!(shown("6240853"), "624-0853");
        assert_eq!(shown("62"), "62");
    }
}
