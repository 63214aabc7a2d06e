//! Bank accounts: seven digits.

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};

const LENGTH: usize = 7;

/// An account number: up to seven digits; fewer are padded with zeros in front as a suggestion.
pub(super) fn account(text: &str) -> Parsed {
    let narrow = fold::digits(text);
    let digits: String = narrow.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return Parsed::doubtful("", Reason::Pattern);
    }
    match digits.len() {
        LENGTH => Parsed::valid(digits),
        1..LENGTH => {
            let detail = digits.len().to_string();
            Parsed::doubtful(
                format!("{digits:0>7}"),
                Doubt::with(Reason::ZeroPadded, detail),
            )
        }
        n => Parsed::doubtful(digits, Doubt::with(Reason::Length, n.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_padded_only_as_a_suggestion() {
        assert_eq!(account("1234567"), Parsed::valid("1234567"));
        assert_eq!(account("１２３ 4567"), Parsed::valid("1234567"));
        let short = account("12345");
        assert_eq!(
            (short.value.as_str(), short.doubts[0].reason),
            ("0012345", Reason::ZeroPadded)
        );
        assert_eq!(account("12345678").doubts[0].reason, Reason::Length);
        assert_eq!(account("12a").doubts[0].reason, Reason::Pattern);
    }
}
