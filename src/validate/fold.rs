//! The few character maps that parsers need: width, hyphens, digits, blanks.
//!
//! A folded text is for reading numbers and for comparing, never for storing or exporting: a stored name
//! is never normalised. Bare NFC or NFKC is not used anywhere, because both change the CJK compatibility
//! ideographs (U+F929, U+FA10-FA2D) that stand in people's names: U+FA19 becomes U+795E, and the letter
//! goes out with a stranger's name. The maps below are tables for that reason.

/// Hyphen-like signs that people and recognizers put for a hyphen or a long mark.
const HYPHENS: &str = "-‐‑‒–—―−－─━ｰー~〜～";

/// Full-width ASCII and the ideographic space to half width; everything else stays.
pub fn narrow(text: &str) -> String {
    text.chars().map(narrow_char).collect()
}

fn narrow_char(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Whether `c` may stand for a hyphen or a long mark.
pub fn is_hyphen(c: char) -> bool {
    HYPHENS.contains(c)
}

/// [`narrow`], with every hyphen-like sign as `-`.
pub fn narrow_hyphens(text: &str) -> String {
    text.chars()
        .map(|c| if is_hyphen(c) { '-' } else { narrow_char(c) })
        .collect()
}

/// The value of a digit in any of its forms: ASCII, full-width, kanji (〇 to 九), circled.
/// Letters that look like digits are not digits.
pub fn digit_of(c: char) -> Option<u8> {
    let kanji = "〇一二三四五六七八九".chars().position(|k| k == c);
    let value = match c {
        '0'..='9' => c as u32 - '0' as u32,
        '０'..='９' => c as u32 - '０' as u32,
        '①'..='⑨' => c as u32 - '①' as u32 + 1,
        '⓪' => 0,
        _ => u32::try_from(kanji?).ok()?,
    };
    u8::try_from(value).ok()
}

/// [`narrow_hyphens`], with digits of all forms as ASCII.
pub fn digits(text: &str) -> String {
    let to_ascii = |c| digit_of(c).map_or(c, |d| char::from(b'0' + d));
    text.chars()
        .map(to_ascii)
        .map(|c| if is_hyphen(c) { '-' } else { narrow_char(c) })
        .collect()
}

/// The text without blanks, but for one where a blank parts two digits: `3 月 1 5` is no 15.
pub fn without_blanks(text: &str) -> String {
    let digit = |c: char| digit_of(c).is_some() || matches!(c, '十' | '元');
    let (mut out, mut blank) = (String::new(), false);
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && digit(c) && out.ends_with(digit) {
            out.push(' ');
        }
        out.push(c);
        blank = false;
    }
    out
}

/// The number a run of kanji digits means, with or without 十: 十 = 10, 二十三 = 23, 二〇 = 20,
/// 二〇二四 = 2024. `None` for an empty or impossible run.
pub fn kanji_number(run: &[char]) -> Option<u32> {
    if run.is_empty() || run.len() > 4 {
        return None;
    }
    let Some(ten) = run.iter().position(|&c| c == '十') else {
        return run
            .iter()
            .try_fold(0, |n, &c| Some(n * 10 + u32::from(digit_of(c)?)));
    };
    let part = |run: &[char], none: u32| match run {
        [] => Some(none),
        [c] => digit_of(*c).filter(|d| *d > 0).map(u32::from),
        _ => None,
    };
    Some(part(&run[..ten], 1)? * 10 + part(&run[ten + 1..], 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(fold: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
        for (written, key) in cases {
            assert_eq!(fold(written), *key, "`{written}`");
        }
    }

    #[test]
    fn digits_of_all_forms_become_ascii_and_letters_stay() {
        check(
            digits,
            &[
                ("０９０", "090"),
                ("二〇二四", "2024"),
                ("①②", "12"),
                ("Ol", "Ol"),
                ("1−2", "1-2"),
            ],
        );
    }

    #[test]
    fn compatibility_ideographs_are_never_touched() {
        let name = "\u{FA19}田\u{FA1B}";
        assert_eq!(narrow(name), name);
        assert_eq!(narrow_hyphens(name), name);
        assert_eq!(digits(name), name);
    }

    #[test]
    fn kanji_numbers() {
        let n = |s: &str| kanji_number(&s.chars().collect::<Vec<_>>());
        assert_eq!(n("十"), Some(10));
        assert_eq!(n("二十"), Some(20));
        assert_eq!(n("二十三"), Some(23));
        assert_eq!(n("〇一"), Some(1));
        assert_eq!(n("二〇二四"), Some(2024));
        assert_eq!(n("十十"), None);
        assert_eq!(n(""), None);
    }

    #[test]
    fn a_blank_stays_only_between_two_digits() {
        check(
            without_blanks,
            &[
                (" 令和 6 年 2 月 29 日 ", "令和6年2月29日"),
                ("2011 1  15", "2011 1 15"),
                ("元\u{3000}5 十 二", "元 5 十 二"),
                ("1, 234 円", "1,234円"),
            ],
        );
    }

    proptest! {
        #[test]
        fn folding_never_panics_and_is_stable(text in "\\PC{0,40}") {
            for fold in [digits, narrow, narrow_hyphens, without_blanks] {
                let once = fold(&text);
                prop_assert_eq!(fold(&once), once);
            }
        }
    }
}
