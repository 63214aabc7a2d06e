//! Check digits of office barcodes and of the numbers people write (domain rules, not geometry).
//!
//! The checked text is the number with its check digit where its rule puts it: last, except for
//! the corporate number (first) and Codabar modulus 16 (before the stop character; start and stop
//! letters take part). A failing check is never mended: it becomes a question.
//!
//! Sources: JIS X 0503 (modulus 16, modulus 43), Ministry ordinance 85 of 2014 art. 5 (My Number),
//! Ministry of Finance ordinance 70 art. 2 (corporate number), the health ministry's rules for
//! insurer numbers, JIS X 0402 annex (municipality codes). The rule for the resident code is not
//! published in full; it is the commonly used one and callers should only warn on it.

use super::types::CheckDigit;

/// Weights from the right of the base digits; My Number and resident code.
const WEIGHTS_2_TO_7: [u32; 6] = [2, 3, 4, 5, 6, 7];
/// Values of Codabar characters under modulus 16.
const CODABAR: &str = "0123456789-$:/.+ABCD";
/// Values of Code 39 characters under modulus 43.
const CODE39: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

/// Whether `text`, check digit included, obeys the rule. Text with a character that the rule does
/// not know, or of a length it does not allow, does not.
pub fn verify(check: &CheckDigit, text: &str) -> bool {
    let Some((base, given)) = split(check, text) else {
        return false;
    };
    compute(check, &base) == Some(given)
}

/// The check digit for `base` (the text without it). `None` when `base` holds a character that the
/// rule does not know or has the wrong length.
pub fn compute(check: &CheckDigit, base: &str) -> Option<char> {
    match check {
        CheckDigit::M16 => return modulus_16(base),
        CheckDigit::M43 => return modulus_43(base),
        _ => {}
    }
    let digits = digits(base)?;
    if !length_is_right(check, digits.len()) {
        return None;
    }
    match check {
        CheckDigit::M10W3 => digit(complement(weighted(&digits, &[3, 1], |p| p), 10)),
        CheckDigit::M10W2Split | CheckDigit::Insurer => digit(complement(
            weighted(&digits, &[2, 1], |p| p / 10 + p % 10),
            10,
        )),
        CheckDigit::M10W2Lump => digit(complement(weighted(&digits, &[2, 1], |p| p), 10)),
        CheckDigit::SevenDr => digit(remainder(&digits, 7)),
        CheckDigit::SevenDsr { zero } => digit(subtracted(&digits, 7, *zero)),
        CheckDigit::NineDr => digit(remainder(&digits, 9)),
        CheckDigit::NineDsr { zero } => digit(subtracted(&digits, 9, *zero)),
        CheckDigit::M11 {
            weights,
            map0,
            map1,
        } => modulus_11(&digits, weights, *map0, *map1),
        CheckDigit::MyNumber | CheckDigit::ResidentCode => {
            modulus_11(&digits, &WEIGHTS_2_TO_7, '0', '0')
        }
        CheckDigit::Corporate => digit(9 - weighted(&digits, &[1, 2], |p| p) % 9),
        CheckDigit::Municipality => {
            digit((11 - weighted(&digits, &[2, 3, 4, 5, 6], |p| p) % 11) % 10)
        }
        CheckDigit::M16 | CheckDigit::M43 => None,
    }
}

/// Base and check character of a full text.
fn split(check: &CheckDigit, text: &str) -> Option<(String, char)> {
    let mut chars: Vec<char> = text.chars().collect();
    let at = match check {
        CheckDigit::Corporate => 0,
        CheckDigit::M16 => chars.len().checked_sub(2)?,
        _ => chars.len().checked_sub(1)?,
    };
    if at >= chars.len() {
        return None;
    }
    let given = chars.remove(at);
    Some((chars.into_iter().collect(), given))
}

/// Base lengths that a rule allows.
fn length_is_right(check: &CheckDigit, base: usize) -> bool {
    match check {
        CheckDigit::MyNumber => base == 11,
        CheckDigit::Corporate => base == 12,
        CheckDigit::ResidentCode => base == 10,
        CheckDigit::Municipality => base == 5,
        // National health insurance 6, recipients of public funds 7, all others 8.
        CheckDigit::Insurer => (5..=7).contains(&base),
        _ => base >= 1,
    }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars()
        .map(|c| {
            if c.is_ascii_digit() {
                c.to_digit(10)
            } else {
                None
            }
        })
        .collect()
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, 10)
}

/// Sum of digit times weight, weights cycled from the right, each product folded first.
fn weighted(digits: &[u32], weights: &[u32], fold: impl Fn(u32) -> u32) -> u32 {
    digits
        .iter()
        .rev()
        .zip(weights.iter().cycle())
        .map(|(d, w)| fold(d * w))
        .sum()
}

fn complement(sum: u32, modulus: u32) -> u32 {
    (modulus - sum % modulus) % modulus
}

/// The whole number modulo `m`, digit by digit: parcel numbers overflow no integer here.
fn remainder(digits: &[u32], m: u32) -> u32 {
    digits.iter().fold(0, |r, d| (r * 10 + d) % m)
}

fn subtracted(digits: &[u32], m: u32, zero: u8) -> u32 {
    match remainder(digits, m) {
        0 => u32::from(zero),
        r => m - r,
    }
}

fn modulus_11(digits: &[u32], weights: &[u32], map0: char, map1: char) -> Option<char> {
    if weights.is_empty() {
        return None;
    }
    match weighted(digits, weights, |p| p) % 11 {
        0 => Some(map0),
        1 => Some(map1),
        r => digit(11 - r),
    }
}

fn value_in(alphabet: &str, c: char) -> Option<u32> {
    alphabet
        .chars()
        .position(|a| a == c)
        .and_then(|i| u32::try_from(i).ok())
}

/// Start and stop letters included; at least one character between them.
fn modulus_16(base: &str) -> Option<char> {
    let chars: Vec<char> = base.chars().collect();
    let is_stop = |c: &char| matches!(c, 'A'..='D');
    let inner = chars.get(1..chars.len().checked_sub(1)?)?;
    let framed = chars.first().is_some_and(is_stop) && chars.last().is_some_and(is_stop);
    if !framed || inner.is_empty() || inner.iter().any(is_stop) {
        return None;
    }
    let sum = chars
        .iter()
        .map(|c| value_in(CODABAR, *c))
        .sum::<Option<u32>>()?;
    CODABAR.chars().nth(complement(sum, 16) as usize)
}

fn modulus_43(base: &str) -> Option<char> {
    if base.is_empty() {
        return None;
    }
    let sum = base
        .chars()
        .map(|c| value_in(CODE39, c))
        .sum::<Option<u32>>()?;
    CODE39.chars().nth((sum % 43) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn m11(map0: char, map1: char) -> CheckDigit {
        CheckDigit::M11 {
            weights: WEIGHTS_2_TO_7.to_vec(),
            map0,
            map1,
        }
    }

    #[track_caller]
    fn check(rule: &CheckDigit, base: &str, expected: char) {
        assert_eq!(compute(rule, base), Some(expected), "{rule:?} of {base}");
    }

    #[test]
    fn published_examples_come_out() {
        struct Case(CheckDigit, &'static str, char);
        let data = "12345678";
        let cases = [
            Case(CheckDigit::M10W3, data, '4'),
            Case(CheckDigit::M10W2Split, data, '2'),
            Case(CheckDigit::M10W2Lump, data, '4'),
            Case(CheckDigit::SevenDr, data, '2'),
            Case(CheckDigit::SevenDsr { zero: 7 }, data, '5'),
            Case(CheckDigit::NineDr, data, '0'),
            Case(CheckDigit::NineDsr { zero: 9 }, data, '9'),
            Case(CheckDigit::NineDsr { zero: 0 }, data, '0'),
            Case(m11('0', '0'), data, '5'),
            Case(CheckDigit::M16, "A12345678A", ':'),
            Case(CheckDigit::M16, "A37859B", '+'),
            Case(CheckDigit::M43, data, '-'),
            Case(CheckDigit::M43, "CODE39", 'W'),
            // Parcels: a courier's example and one of the post office.
            Case(CheckDigit::SevenDr, "99991234567", '0'),
            Case(CheckDigit::SevenDsr { zero: 7 }, "99991234567", '7'),
            Case(CheckDigit::SevenDsr { zero: 0 }, "99991234567", '0'),
            Case(CheckDigit::SevenDr, "40554842488", '6'),
            // JAN.
            Case(CheckDigit::M10W3, "490123456789", '4'),
        ];
        for Case(rule, base, expected) in cases {
            check(&rule, base, expected);
        }
    }

    #[test]
    fn numbers_longer_than_any_integer_do_not_overflow() {
        // 10^39 + 1: 10 mod 7 = 3, order 6, so 10^39 = 10^3 = 6; with 1 that is 0 modulo 7.
        let long = format!("1{}1", "0".repeat(38));
        check(&CheckDigit::SevenDr, &long, '0');
        check(&CheckDigit::NineDr, &long, '2');
    }

    #[test]
    fn remainders_of_zero_and_one_follow_the_offices_table() {
        // 6 x 2 = 12: remainder 1. 0: remainder 0.
        check(&m11('1', 'X'), "6", 'X');
        check(&m11('1', '0'), "6", '0');
        check(&m11('1', '0'), "0", '1');
        assert!(verify(&m11('0', 'X'), "6X"));
        assert!(!verify(&m11('0', 'X'), "60"));
    }

    #[test]
    fn official_numbers_verify_and_one_wrong_digit_does_not() {
        struct Case(CheckDigit, &'static str);
        let cases = [
            Case(CheckDigit::MyNumber, "983205673214"),
            Case(CheckDigit::MyNumber, "123456789018"),
            Case(CheckDigit::Corporate, "7000012050002"),
            Case(CheckDigit::Insurer, "33120015"),
            Case(CheckDigit::Insurer, "01130012"),
            Case(CheckDigit::Municipality, "131016"),
            Case(CheckDigit::Municipality, "011002"),
            Case(CheckDigit::Municipality, "011011"),
            Case(CheckDigit::Municipality, "271004"),
        ];
        for Case(rule, text) in cases {
            assert!(verify(&rule, text), "{rule:?} of {text}");
            for (at, c) in text.char_indices() {
                let other = char::from_digit((c.to_digit(10).unwrap() + 1) % 10, 10).unwrap();
                let mut wrong: Vec<char> = text.chars().collect();
                wrong[at] = other;
                let wrong: String = wrong.into_iter().collect();
                assert!(!verify(&rule, &wrong), "{rule:?} of {wrong}");
            }
        }
    }

    #[test]
    fn the_resident_code_uses_the_common_rule() {
        // 1234567890 from the right: 0x2 9x3 8x4 7x5 6x6 5x7 4x2 3x3 2x4 1x5 = 195, 8 modulo 11.
        check(&CheckDigit::ResidentCode, "1234567890", '3');
        assert!(verify(&CheckDigit::ResidentCode, "12345678903"));
    }

    #[test]
    fn codabar_with_its_start_and_stop_verifies() {
        assert!(verify(&CheckDigit::M16, "A12345678:A"));
        assert!(verify(&CheckDigit::M16, "A37859+B"));
        // A sum that is a multiple of 16 gives 0, not A.
        check(&CheckDigit::M16, "A88A", '0');
        assert!(verify(&CheckDigit::M16, "A880A"));
    }

    #[test]
    fn what_the_rule_does_not_know_never_verifies() {
        let rules = [
            CheckDigit::M10W3,
            CheckDigit::SevenDr,
            CheckDigit::M43,
            CheckDigit::M16,
        ];
        for rule in rules {
            for text in ["", "0", "あ", "１２３４", "12 34x", "-", "aa"] {
                assert!(!verify(&rule, text), "{rule:?} of {text:?}");
            }
        }
        assert!(!verify(&CheckDigit::MyNumber, "12345678901"));
        assert!(!verify(&CheckDigit::Corporate, "700001205000"));
        assert!(!verify(&CheckDigit::M16, "123456789"));
    }

    proptest! {
        #[test]
        fn every_computed_digit_verifies(base in "[0-9]{1,40}") {
            let rules = [
                CheckDigit::M10W3,
                CheckDigit::M10W2Split,
                CheckDigit::M10W2Lump,
                CheckDigit::SevenDr,
                CheckDigit::SevenDsr { zero: 0 },
                CheckDigit::NineDr,
                CheckDigit::NineDsr { zero: 9 },
                m11('0', 'X'),
                CheckDigit::M43,
            ];
            for rule in rules {
                let digit = compute(&rule, &base).expect("digits only");
                prop_assert!(verify(&rule, &format!("{base}{digit}")), "{:?}", rule);
            }
        }
    }
}
