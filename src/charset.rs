//! Which characters an answer may hold.

use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A named set of characters, or a list given by the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charset {
    Digits,
    /// A-Z.
    Upper,
    /// A-Z, a-z.
    Latin,
    /// Digits and A-Z.
    Alnum,
    Hiragana,
    /// Katakana with the long mark.
    Katakana,
    /// Hiragana and katakana.
    Kana,
    /// Kana, digits, Latin letters and JIS X 0208 level 1 kanji.
    Jis1,
    /// `Jis1` with level 2 kanji.
    Jis2,
    /// Printable ASCII.
    Ascii,
    Any,
    Only(BTreeSet<char>),
}

impl Charset {
    /// The set of that name in a form file: `digits`, `upper`, `latin`, `alnum`, `hiragana`,
    /// `katakana`, `kana`, `jis1`, `jis2`, `ascii`, `any`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "digits" => Self::Digits,
            "upper" => Self::Upper,
            "latin" => Self::Latin,
            "alnum" => Self::Alnum,
            "hiragana" => Self::Hiragana,
            "katakana" => Self::Katakana,
            "kana" => Self::Kana,
            "jis1" => Self::Jis1,
            "jis2" => Self::Jis2,
            "ascii" => Self::Ascii,
            "any" => Self::Any,
            _ => return None,
        })
    }

    pub fn contains(&self, c: char) -> bool {
        match self {
            Self::Digits => c.is_ascii_digit(),
            Self::Upper => c.is_ascii_uppercase(),
            Self::Latin => c.is_ascii_alphabetic(),
            Self::Alnum => c.is_ascii_digit() || c.is_ascii_uppercase(),
            Self::Hiragana => is_hiragana(c) || c == 'ー',
            Self::Katakana => is_katakana(c),
            Self::Kana => is_hiragana(c) || is_katakana(c),
            Self::Jis1 => is_form_text(c) || kanji(0xB0..=0xCF).contains(&c),
            Self::Jis2 => {
                is_form_text(c)
                    || kanji(0xB0..=0xCF).contains(&c)
                    || kanji(0xD0..=0xF4).contains(&c)
            }
            Self::Ascii => (' '..='~').contains(&c),
            Self::Any => true,
            Self::Only(set) => set.contains(&c),
        }
    }
}

const SMALL: &str = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
const LARGE: &str = "あいうえおつやゆよわアイウエオツヤユヨワ";

/// The large kana of a small one, any other character as it is.
pub fn large_kana(c: char) -> char {
    exchanged(c, SMALL, LARGE)
}

/// The small kana of a large one, any other character as it is.
pub fn small_kana(c: char) -> char {
    exchanged(c, LARGE, SMALL)
}

/// The katakana of a hiragana; any other character is itself.
pub fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + KATAKANA).unwrap_or(c),
        _ => c,
    }
}

/// The hiragana of a katakana; any other character is itself.
pub fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(c as u32 - KATAKANA).unwrap_or(c),
        _ => c,
    }
}

/// How far katakana lie behind hiragana.
const KATAKANA: u32 = 0x60;

/// Characters of several scripts that handwriting does not tell apart.
const ALIKE: &[&str] = &[
    "-ー一－",
    "二ニ",
    "八ハ",
    "口ロ",
    "力カ",
    "工エ",
    "卜ト",
    "夕タ",
    "へヘ",
    "べベ",
    "ぺペ",
    "三ミ",
    "ノ丿",
    "ケヶ",
];

/// The characters that only their neighbors tell from this one, itself among them; empty for one
/// that is told alone.
pub fn alike(c: char) -> &'static str {
    ALIKE
        .iter()
        .find(|group| group.contains(c))
        .copied()
        .unwrap_or("")
}

/// A level stroke: a hyphen, a long vowel mark, the kanji one.
pub fn is_dash(c: char) -> bool {
    alike('-').contains(c)
}

/// Without spaces, which engines and people set as they like.
pub fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn exchanged(c: char, from: &str, into: &str) -> char {
    from.chars()
        .zip(into.chars())
        .find(|(known, _)| *known == c)
        .map_or(c, |(_, other)| other)
}

pub fn is_hiragana(c: char) -> bool {
    ('ぁ'..='ゖ').contains(&c)
}

pub fn is_katakana(c: char) -> bool {
    ('ァ'..='ヶ').contains(&c) || c == 'ー'
}

/// What stands beside kanji on a form line.
fn is_form_text(c: char) -> bool {
    is_hiragana(c)
        || is_katakana(c)
        || c.is_ascii_alphanumeric()
        || "々〆〇・ー-－ 　()（）/.〒、。".contains(c)
}

/// The JIS X 0208 characters of the given EUC-JP lead bytes (level 1: B0-CF, level 2: D0-F4).
fn kanji(leads: std::ops::RangeInclusive<u8>) -> &'static BTreeSet<char> {
    static LEVEL1: OnceLock<BTreeSet<char>> = OnceLock::new();
    static LEVEL2: OnceLock<BTreeSet<char>> = OnceLock::new();
    let cell = if *leads.start() == 0xB0 {
        &LEVEL1
    } else {
        &LEVEL2
    };
    cell.get_or_init(|| {
        let pairs = leads.flat_map(|hi| (0xA1..=0xFE).map(move |lo| [hi, lo]));
        pairs
            .filter_map(|pair| {
                let text = encoding_rs::EUC_JP
                    .decode_without_bom_handling_and_without_replacement(&pair)?;
                text.chars().next()
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kanji_levels_have_their_published_sizes() {
        assert_eq!(kanji(0xB0..=0xCF).len(), 2965);
        assert_eq!(kanji(0xD0..=0xF4).len(), 3390);
    }

    #[test]
    fn sets_hold_what_their_names_say() {
        struct Case(&'static str, &'static str, &'static str);
        let cases = [
            Case("digits", "0123456789", "Oa０"),
            Case("hiragana", "あんゃー", "アa"),
            Case("katakana", "アンャーヴ", "あ-"),
            Case("jis1", "亜山ア1", "弌"),
            Case("jis2", "亜弌", "髙"),
        ];
        for Case(name, inside, outside) in cases {
            let set = Charset::named(name).expect("known name");
            assert!(inside.chars().all(|c| set.contains(c)), "{name}");
            assert!(!outside.chars().any(|c| set.contains(c)), "{name}");
        }
        assert_eq!(Charset::named("emoji"), None);
    }
}
