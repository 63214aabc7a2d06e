//! Counts and amounts.

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};

/// What people write round a number.
const UNITS: &[&str] = &["円", "人", "名", "枚", "個", "回", "歳", "才", "世帯"];

/// Signs of a range, which [`fold::digits`] takes for hyphens.
const RANGE: [char; 3] = ['〜', '～', '~'];

/// Digits with thousands commas, perhaps a currency sign before or a unit behind. The value is the
/// plain decimal number without leading zeros. A range (`3〜4`, `3〜`) is no number, and neither are
/// two with a blank between.
pub(super) fn parse(text: &str, min: Option<i64>, max: Option<i64>) -> Parsed {
    let Some(number) = written(text) else {
        return Parsed::doubtful("", Reason::Pattern);
    };
    let value = number.to_string();
    let low = min.is_some_and(|m| number < m);
    let high = max.is_some_and(|m| number > m);
    if low || high {
        let bounds = format!("{}..{}", shown(min), shown(max));
        return Parsed::doubtful(value, Doubt::with(Reason::Range, bounds));
    }
    Parsed::valid(value)
}

/// The number that a text says.
fn written(text: &str) -> Option<i64> {
    if text.contains(RANGE) {
        return None;
    }
    let digit = |c| fold::digit_of(c).map_or(c, |d| char::from(b'0' + d));
    let plain: String = text.chars().map(digit).collect();
    let plain = fold::without_blanks(&fold::narrow(&plain));
    let bare = plain
        .trim_start_matches(['¥', '\\', '￥', '金'])
        .trim_end_matches(fold::is_hyphen);
    let bare = UNITS
        .iter()
        .find_map(|u| bare.strip_suffix(u))
        .unwrap_or(bare);
    // Of all that looks like a hyphen only a minus is a sign.
    let unsigned = bare.strip_prefix(['-', '−']);
    let number: i64 = without_commas(unsigned.unwrap_or(bare))?.parse().ok()?;
    Some(if unsigned.is_some() { -number } else { number })
}

fn shown(bound: Option<i64>) -> String {
    bound.map(|b| b.to_string()).unwrap_or_default()
}

/// `1,234` and `1234`; a comma anywhere else is no thousands comma.
fn without_commas(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split([',', '、']).collect();
    let digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let grouped =
        groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    (groups.iter().all(digits) && grouped).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let ok = [
            ("12", "12"),
            ("０１２", "12"),
            ("¥1,234", "1234"),
            ("3人", "3"),
            ("1,234円", "1234"),
            ("¥1,000-", "1000"),
            ("十", ""),
            ("三", "3"),
            ("-5", "-5"),
            ("－５", "-5"),
            ("−5", "-5"),
            ("¥ 1, 234 円", "1234"),
            ("１,０００ー", "1000"),
            (" 3 人 ", "3"),
        ];
        for (text, value) in ok {
            assert_eq!(parse(text, None, None).value, value, "`{text}`");
        }
        for text in ["1,23", "O1", "12a", "", "99999999999999999999"] {
            assert!(!parse(text, None, None).is_valid(), "`{text}`");
        }
        assert!(parse("5", Some(1), Some(5)).is_valid());
        let low = parse("0", Some(1), Some(5));
        assert_eq!(
            (low.value.as_str(), low.doubts[0].reason),
            ("0", Reason::Range)
        );
        assert_eq!(parse("6", Some(1), Some(5)).doubts[0].reason, Reason::Range);
    }

    #[test]
    fn a_range_and_two_numbers_are_no_number() {
        let odd = [
            "3〜4",
            "〜3",
            "～3",
            "~3",
            "3〜",
            "3～",
            "3~",
            "¥3〜",
            "3〜人",
            "1 2",
            "1　2",
            "1 000",
            "三 四",
            "3人 2人",
            "ー3",
            "―3",
            "1-2",
            "3ー4",
        ];
        for text in odd {
            let parsed = parse(text, None, None);
            assert_eq!(parsed, Parsed::doubtful("", Reason::Pattern), "`{text}`");
        }
    }
}
