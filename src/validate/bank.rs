//! Bank accounts: seven digits, and how a Japan Post Bank symbol and number become one.

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};

const LENGTH: usize = 7;
/// Japan Post Bank.
pub const YUCHO: &str = "9900";

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

/// The account behind a Japan Post Bank symbol (記号) and number (番号).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YuchoAccount {
    /// Three digits.
    pub branch: String,
    /// 1 ordinary, 2 current.
    pub kind: char,
    /// Seven digits.
    pub number: String,
}

/// Converts a symbol of five digits (perhaps with a re-issue digit behind, `10530-2`) and a number
/// of up to eight. `None`: a person must look (wrong lengths, or an ordinary number that does not
/// end in 1).
pub fn yucho(symbol: &str, number: &str) -> Option<YuchoAccount> {
    let parts = fold::digits(symbol);
    let symbol = parts.split('-').next()?.trim();
    let number: String = fold::digits(number).chars().filter(|c| *c != ' ').collect();
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if symbol.len() != 5 || !all_digits(symbol) || !all_digits(&number) {
        return None;
    }
    let branch = &symbol[1..3];
    match symbol.as_bytes()[0] {
        b'1' if number.len() <= 8 => {
            let account = number.strip_suffix('1').filter(|n| !n.is_empty())?;
            Some(YuchoAccount {
                branch: format!("{branch}8"),
                kind: '1',
                number: format!("{account:0>7}"),
            })
        }
        b'0' if number.len() <= 6 => Some(YuchoAccount {
            branch: format!("{branch}9"),
            kind: '2',
            number: format!("{number:0>7}"),
        }),
        _ => None,
    }
}

/// First kana of a Japan Post Bank branch name, for branch search: 0 to 9.
pub const YUCHO_BRANCH_KANA: [char; 10] =
    ['セ', 'イ', 'ニ', 'サ', 'ヨ', 'コ', 'ロ', 'ナ', 'ハ', 'キ'];

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

    #[test]
    fn japan_post_bank_symbols_become_accounts() {
        let made = |branch: &str, kind, number: &str| {
            Some(YuchoAccount {
                branch: branch.into(),
                kind,
                number: number.into(),
            })
        };
        assert_eq!(yucho("10530", "12345671"), made("058", '1', "1234567"));
        assert_eq!(yucho("10530-2", "12345671"), made("058", '1', "1234567"));
        assert_eq!(yucho("１０５３０", "11"), made("058", '1', "0000001"));
        assert_eq!(yucho("00530", "12345"), made("059", '2', "0012345"));
        for (symbol, number) in [
            ("10530", "12345672"),
            ("20530", "1"),
            ("1053", "11"),
            ("10530", ""),
            ("00530", "1234567"),
            ("10530", "1"),
        ] {
            assert_eq!(yucho(symbol, number), None, "{symbol} {number}");
        }
    }
}
