//! What was stored of why a file, a page or a field was not taken, in words for a person.
//!
//! The journey and the decoders write one English sentence; it is kept as it is, and put into Japanese
//! where it is shown. `tests/it/documents.rs` looks at every sentence that the journey can write.

use super::error::japanese;
use crate::doubt::{Doubt, Reason};
use crate::lang::Lang;

/// What was stored of an error, `code: sentence`, or of a rejection, in words for a person; a code
/// stands behind. Words that are neither are given back as they are.
pub fn told(detail: &str, lang: Lang) -> String {
    let known = detail
        .split_once(": ")
        .and_then(|(code, words)| Some((code, words, japanese(code)?)));
    match (known, lang) {
        (Some((code, _, words)), Lang::Ja) => format!("{words}（{code}）"),
        (Some((code, words, _)), Lang::En) => format!("{words} ({code})"),
        (None, Lang::Ja) => nearest(detail)
            .or_else(|| SENTENCES.iter().find_map(|(en, ja)| put(detail, en, ja)))
            .unwrap_or_else(|| detail.to_owned()),
        (None, Lang::En) => detail.to_owned(),
    }
}

/// What was stored beside a doubt's reason, in words for a person. A rule of the form has a message in
/// each language; only his is told.
pub fn detail_of(doubt: &Doubt, lang: Lang) -> Option<String> {
    let detail = doubt.detail.as_deref()?;
    let own = match (doubt.reason, lang) {
        (Reason::Required | Reason::CrossField, Lang::Ja) => messages(detail).0,
        (Reason::Required | Reason::CrossField, Lang::En) => messages(detail).1,
        _ => detail,
    };
    Some(told(own, lang))
}

/// A rule's message in Japanese and in English, as it was stored: `Japanese / English`, or one for both.
fn messages(stored: &str) -> (&str, &str) {
    let is_japanese = |text: &str| text.chars().any(|c| c >= '\u{3000}');
    let mut cuts = stored.match_indices(" / ");
    let two = cuts.find_map(|(at, between)| {
        let (ja, en) = (&stored[..at], &stored[at + between.len()..]);
        (is_japanese(ja) && !is_japanese(en)).then_some((ja, en))
    });
    two.unwrap_or((stored, stored))
}

/// Of a page that no form fits: the form that came nearest, and what spoke against it.
fn nearest(detail: &str) -> Option<String> {
    let said = detail.strip_prefix("no form of the library fits; nearest ")?;
    let (name, why) = said.split_once(": ")?;
    let why = told(why, Lang::Ja);
    Some(format!("合う帳票がありません。最も近いのは {name}：{why}"))
}

/// Sentences in both languages; `{}` is a number, in the same order in both.
const SENTENCES: &[(&str, &str)] = &[
    (
        "too little of the form's print is on the page",
        "帳票の印刷がほとんど見つかりません",
    ),
    (
        "the form that was named is not found on the page",
        "指定された帳票がページに見つかりません",
    ),
    ("no form of the library fits", "合う帳票がありません"),
    (
        "print of {} square mm is missing or another",
        "帳票の印刷のうち {} 平方 mm が無いか、違っています",
    ),
    (
        "some words of the page are not those of the form",
        "帳票の文字と違うところがあります",
    ),
    (
        "too little of the form's print can be told on the page",
        "帳票の印刷が読み取れるほど写っていません",
    ),
    (
        "the page has print that the form does not have",
        "帳票にない印刷があります",
    ),
    (
        "the page lacks boxes that the form has",
        "帳票にある枠がありません",
    ),
    (
        "two forms, or one form two ways round, fit equally well",
        "二つの帳票（または向き）が同じ程度に合います",
    ),
    ("no print and no writing", "印刷も記入もありません"),
    ("too few printed marks", "位置合わせの印が足りません"),
    ("the page's layout is another", "帳票の配置が違います"),
    ("the form has no picture", "帳票の見本画像がありません"),
    (
        "the form has no anchors",
        "帳票に位置合わせの印がありません",
    ),
    (
        "three marks, and no print that proves them",
        "印が三つだけで、印刷で確かめられません",
    ),
    (
        "the page is bent more than its print tells",
        "ページの曲がりが大きすぎます",
    ),
    (
        "three corners lie on one line",
        "三つの隅が一直線に並んでいます",
    ),
    (
        "anchors are off by {} mm, at most {} mm",
        "位置合わせの印が平均 {} mm、最大 {} mm ずれています",
    ),
    (
        "the print does not fit the form ({})",
        "印刷が帳票に合いません（一致度 {}）",
    ),
    (
        "no scanner makes such a scale",
        "スキャナーではありえない縮尺です",
    ),
    (
        "no scanner makes such a stretch",
        "スキャナーではありえない伸び縮みです",
    ),
    (
        "no scanner makes such a shear",
        "スキャナーではありえないゆがみです",
    ),
    (
        "no scanner makes such a perspective",
        "スキャナーではありえない遠近のゆがみです",
    ),
    (
        "no scanner makes such a flat page of a tilted sheet",
        "傾いた用紙としてはありえない平らさです",
    ),
    ("{} x {} px", "{} × {} 画素"),
    ("page {}", "ページ番号 {}"),
    (
        "there is no such form, edition or side here",
        "指定された帳票・版・面がありません",
    ),
    (
        "corners need the form and the side that they are of",
        "四隅には帳票と面の指定が必要です",
    ),
    (
        "the corners cross, lie on one line or lie outside the picture",
        "四隅が交わっているか、一直線か、画像の外です",
    ),
    (
        "a page is turned by 0, 90, 180 or 270 degrees",
        "向きは 0、90、180、270 度のどれかです",
    ),
    (
        "internal: the program failed on this page",
        "このページの処理が失敗しました",
    ),
    (
        crate::engine::models::HOW_TO_INSTALL,
        "担当: pip download --no-deps rapidocr==3.10.0 のあと hagaki model install rapidocr-3.10.0-py3-none-any.whl",
    ),
    ("lunisolar", "旧暦の日付です"),
    ("kana", "ひらがなだけです"),
];

/// The sentence in the other language, when it is of that form.
fn put(detail: &str, english: &str, other: &str) -> Option<String> {
    let mut numbers = Vec::new();
    let mut rest = detail;
    let mut parts = english.split("{}");
    rest = rest.strip_prefix(parts.next()?)?;
    for part in parts {
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if number.is_empty() {
            return None;
        }
        numbers.push(number);
        rest = after.strip_prefix(part)?;
    }
    if !rest.is_empty() {
        return None;
    }
    let mut out = String::new();
    let mut numbers = numbers.into_iter();
    for (at, part) in other.split("{}").enumerate() {
        if at > 0 {
            out.push_str(numbers.next()?);
        }
        out.push_str(part);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::IngestError;

    #[test]
    fn what_was_stored_is_told_in_both_languages() {
        let slow = IngestError::TooSlow { seconds: 4 };
        let stored = format!("{}: {slow}", slow.code());
        let said = told(&stored, Lang::Ja);
        assert_eq!(
            said,
            "展開に時間がかかりすぎるため打ち切りました（too_slow）"
        );
        let said = told(&stored, Lang::En);
        assert!(said.starts_with("decoding took longer") && said.ends_with("(too_slow)"));
        assert_eq!(told("a: b", Lang::Ja), "a: b");
    }

    #[test]
    fn a_rule_s_message_is_told_in_one_language() {
        for (reason, stored, ja, en) in [
            (
                Reason::CrossField,
                "同意には署名が必要です / Consent needs a signature",
                "同意には署名が必要です",
                "Consent needs a signature",
            ),
            (
                Reason::Required,
                "A / B のどちらか / one of A / B",
                "A / B のどちらか",
                "one of A / B",
            ),
            (Reason::Required, "必要です", "必要です", "必要です"),
            (Reason::Required, "a / b", "a / b", "a / b"),
            // A value is no message.
            (
                Reason::Disagree,
                "山田 / Yamada",
                "山田 / Yamada",
                "山田 / Yamada",
            ),
        ] {
            let doubt = Doubt::with(reason, stored);
            assert_eq!(detail_of(&doubt, Lang::Ja).as_deref(), Some(ja));
            assert_eq!(detail_of(&doubt, Lang::En).as_deref(), Some(en));
        }
        assert_eq!(detail_of(&Doubt::new(Reason::Required), Lang::Ja), None);
    }

    #[test]
    fn the_nearest_form_is_told_with_what_spoke_against_it() {
        let stored = "no form of the library fits; nearest survey 2 front: \
                      print of 41 square mm is missing or another";
        assert_eq!(
            told(stored, Lang::Ja),
            "合う帳票がありません。最も近いのは survey 2 front：\
             帳票の印刷のうち 41 平方 mm が無いか、違っています"
        );
        assert_eq!(told(stored, Lang::En), stored);
        let alone = "no form of the library fits";
        assert_eq!(told(alone, Lang::Ja), "合う帳票がありません");
    }

    #[test]
    fn numbers_stand_in_the_sentence_of_either_language() {
        for (said, wanted) in [
            (
                "anchors are off by 1.25 mm, at most 3.40 mm",
                "位置合わせの印が平均 1.25 mm、最大 3.40 mm ずれています",
            ),
            (
                "the print does not fit the form (0.31)",
                "印刷が帳票に合いません（一致度 0.31）",
            ),
            (
                "the print does not fit the form (-0.02)",
                "印刷が帳票に合いません（一致度 -0.02）",
            ),
            ("120 x 90 px", "120 × 90 画素"),
            ("page 7", "ページ番号 7"),
            // Not quite: as it is.
            ("page", "page"),
            ("page x", "page x"),
            ("120 x 90 px more", "120 x 90 px more"),
            ("08011112222", "08011112222"),
        ] {
            assert_eq!(told(said, Lang::Ja), wanted);
            assert_eq!(told(said, Lang::En), said);
        }
    }

    #[test]
    fn every_sentence_has_its_numbers_in_both_languages() {
        for (en, ja) in SENTENCES {
            assert_eq!(en.matches("{}").count(), ja.matches("{}").count(), "{en}");
            let filled = en.replace("{}", "1");
            assert_eq!(told(&filled, Lang::Ja), ja.replace("{}", "1"));
        }
    }
}
