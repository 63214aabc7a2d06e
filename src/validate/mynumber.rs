//! The My Number guard: a personal number on a card changes the legal class of everything that
//! holds it, so any run of 12 digits with a valid check digit is brought before a person. One in
//! ten runs of 12 digits passes by chance.

use super::fold;
use super::parse::Parsed;
use crate::doubt::Reason;
use crate::form::{CheckDigit, checks};

const LENGTH: usize = 12;

/// Whether the text holds a run of exactly 12 digits (blanks and hyphens aside) that may be one.
pub fn is_suspect(text: &str) -> bool {
    let narrow = fold::digits(text);
    let mut run = String::new();
    let mut suspect = false;
    for c in narrow.chars().chain(std::iter::once('\n')) {
        match c {
            '0'..='9' => run.push(c),
            ' ' | '-' if !run.is_empty() => {}
            _ => {
                suspect |= run.len() == LENGTH && checks::verify(&CheckDigit::MyNumber, &run);
                run.clear();
            }
        }
    }
    suspect
}

/// Text as it stands, unless it may hold a My Number.
pub(super) fn guard(text: &str) -> Parsed {
    if is_suspect(text) {
        Parsed::doubtful(text, Reason::MynumberSuspect)
    } else {
        Parsed::valid(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_twelve_digits_with_a_valid_check_digit_are_suspect() {
        for text in [
            "983205673214",
            "番号は1234-5678-9018です",
            "９８３２ ０５６７ ３２１４",
        ] {
            assert!(is_suspect(text), "`{text}`");
        }
        for text in [
            "983205673215",
            "9832056732140",
            "98320567321",
            "090-1234-5678",
            "",
        ] {
            assert!(!is_suspect(text), "`{text}`");
        }
    }
}
