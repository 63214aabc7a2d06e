//! Names, kana and the words that people write instead of an answer. A value keeps what was
//! written, character by character.

use super::fold;
use super::parse::Parsed;
use crate::charset::bare;
use crate::doubt::{Doubt, Reason};

const NONE: &[&str] = &[
    "なし",
    "ナシ",
    "無",
    "無し",
    "無シ",
    "特になし",
    "特に無し",
    "特になし。",
    "該当なし",
    "ありません",
    "/",
    "／",
    "-",
    "—",
    "ー",
    "―",
    "×",
    "✕",
];
const DITTO: &[&str] = &[
    "〃", "〟", "々", "同上", "左同", "同左", "同右", "″", "\"", "''", "”", "↓", "→", "←", "〳",
    "〱", "々々", "〃〃",
];

/// A written word or sign that is not the answer itself: "none" or "as above".
pub(super) fn stands_for_something_else(text: &str) -> Option<Reason> {
    match bare(text).as_str() {
        t if NONE.contains(&t) => Some(Reason::NoneStated),
        t if DITTO.contains(&t) => Some(Reason::Ditto),
        _ => None,
    }
}

fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ')
}

fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ヽ' | 'ヾ' | 'ｦ'..='ｯ' | 'ｱ'..='ﾝ')
}

/// Belongs to both scripts.
fn is_kana_sign(c: char) -> bool {
    c.is_whitespace() || "ー・･ｰﾞﾟ゛゜".contains(c)
}

/// Kana of one script.
pub(super) fn kana(text: &str) -> Parsed {
    let foreign = text
        .chars()
        .find(|&c| !is_hiragana(c) && !is_katakana(c) && !is_kana_sign(c));
    let both = text.chars().any(is_hiragana) && text.chars().any(is_katakana);
    if foreign.is_some() || both {
        Parsed::doubtful(text, Reason::KanaMixed)
    } else {
        Parsed::valid(text)
    }
}

/// A name: no digits and no sentence; all in kana is unusual for the kanji field and asked.
pub(super) fn name(text: &str) -> Parsed {
    let odd = |c: char| {
        c.is_ascii_digit()
            || fold::narrow(&c.to_string())
                .chars()
                .any(|n| n.is_ascii_digit())
    };
    let proxy = ["(代)", "（代）", "代理", "代筆"]
        .iter()
        .any(|w| text.contains(w));
    if proxy || text.chars().any(odd) || "。、!?！？".chars().any(|c| text.contains(c)) {
        return Parsed::doubtful(text, Reason::Pattern);
    }
    let kana_only = text.chars().all(|c| is_hiragana(c) || is_kana_sign(c));
    if kana_only {
        Parsed::doubtful(text, Doubt::with(Reason::Pattern, "kana"))
    } else {
        Parsed::valid(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_ditto_are_no_answers() {
        for text in ["なし", "無", "特になし", "/", " 無 し "] {
            assert_eq!(
                stands_for_something_else(text),
                Some(Reason::NoneStated),
                "`{text}`"
            );
        }
        for text in ["〃", "同上", "々", "左同"] {
            assert_eq!(
                stands_for_something_else(text),
                Some(Reason::Ditto),
                "`{text}`"
            );
        }
        for text in ["梨", "佐々木", "無量"] {
            assert_eq!(stands_for_something_else(text), None, "`{text}`");
        }
    }

    #[test]
    fn kana_keeps_what_was_written() {
        for text in ["ヤマダ　タロウ", "やまだ たろう", "ﾔﾏﾀﾞ", "ローラ"] {
            assert_eq!(kana(text), Parsed::valid(text), "`{text}`");
        }
        for text in ["ヤマダ太郎", "やまだタロウ", "ヤマダ1", "YAMADA"] {
            let parsed = kana(text);
            assert_eq!(parsed.doubts[0].reason, Reason::KanaMixed, "`{text}`");
            assert_eq!(parsed.value, text);
        }
    }

    #[test]
    fn names_are_never_normalised() {
        let name_as_written = "\u{FA19}田 﨑子\u{E0100}";
        assert_eq!(name(name_as_written), Parsed::valid(name_as_written));
        assert_eq!(name("グエン・ヴァン"), Parsed::valid("グエン・ヴァン"));
        for text in [
            "山田3",
            "やまだ たろう",
            "山田（代）長男",
            "山田。",
            "983205673214",
        ] {
            assert!(!name(text).is_valid(), "`{text}`");
        }
    }
}
