//! What is wrong with a form, in Japanese. A fault is one English sentence with its names, numbers and
//! places in it; that is what programs get (`--json`), and it is put into Japanese where people are told.
//!
//! A sentence that is not in the table, as the TOML reader's own, is told as it is.

use regex::Regex;

use crate::lang::Lang;

/// The sentence in words for a person.
pub(super) fn told(sentence: &str, lang: Lang) -> String {
    let known = match lang {
        Lang::En => None,
        Lang::Ja => SENTENCES
            .iter()
            .find_map(|(en, ja)| put(sentence, (en, ja))),
    };
    known.unwrap_or_else(|| sentence.to_owned())
}

/// The Japanese sentence with what stands in the English one at `{}`; what stands at `{~}` is a sentence
/// itself.
fn put(sentence: &str, (english, japanese): (&str, &str)) -> Option<String> {
    let parts: Vec<String> = english
        .replace("{~}", "{}")
        .split("{}")
        .map(regex::escape)
        .collect();
    let pattern = Regex::new(&format!("(?s)^{}$", parts.join("(.+?)"))).ok()?;
    let found = pattern.captures(sentence)?;
    let mut said = found.iter().skip(1).flatten().map(|part| part.as_str());
    let mut out = String::new();
    let mut rest = japanese;
    while let Some(at) = rest.find("{}").into_iter().chain(rest.find("{~}")).min() {
        out.push_str(&rest[..at]);
        let part = said.next()?;
        let itself = rest[at..].starts_with("{~}");
        out.push_str(&if itself {
            told(part, Lang::Ja)
        } else {
            part.to_owned()
        });
        rest = &rest[at + if itself { 3 } else { 2 }..];
    }
    out.push_str(rest);
    Some(out)
}

/// In both languages, with the same gaps in the same order; of two that fit, the first counts.
const SENTENCES: &[(&str, &str)] = &[
    // Files and folders.
    ("there is no form here", "ここに帳票がありません"),
    (
        "a form is a folder with a `form.toml`; see `hagaki init`",
        "帳票は `form.toml` のあるフォルダーです（`hagaki init`）",
    ),
    (
        "edition {} of `{}` is also in {}",
        "{} 版の `{}` は {} にもあります",
    ),
    (
        "count `edition` up for a changed form, and keep the old one beside it",
        "変えた帳票は `edition` を増やし、元の帳票と並べてください",
    ),
    (
        "the blank picture `{}` cannot be read: {}",
        "白紙の画像 `{}` を読めません: {}",
    ),
    ("the blank picture `{}` {~}", "白紙の画像 `{}` は{~}"),
    (
        "is no PNG that can be used: {}",
        "使える PNG ではありません: {}",
    ),
    (
        "of {} x {} pixels does not have the proportions of {} x {} mm",
        "{} x {} 画素で、{} x {} mm と縦横の比が違います",
    ),
    (
        "has only {} pixels a millimetre; at least 2 are needed",
        "1 mm あたり {} 画素しかありません。2 画素以上が必要です",
    ),
    (
        "cannot be read: a ring of links",
        "読めません: リンクが循環しています",
    ),
    ("cannot be read: {}", "読めません: {}"),
    // The text itself.
    ("missing field `{}`", "`{}` がありません"),
    (
        "unknown field `{}`, expected one of {}",
        "`{}` という項目はありません。使えるもの: {}",
    ),
    (
        "unknown field `{}`, expected {}",
        "`{}` という項目はありません。使えるもの: {}",
    ),
    ("unknown field `{}`", "`{}` という項目はありません"),
    (
        "unknown variant `{}`, expected one of {}",
        "`{}` という値はありません。使えるもの: {}",
    ),
    (
        "unknown variant `{}`, expected {}",
        "`{}` という値はありません。使えるもの: {}",
    ),
    ("unknown variant `{}`", "`{}` という値はありません"),
    (
        "invalid type: {}, expected {~}",
        "{} は使えません。必要なもの: {~}",
    ),
    (
        "invalid value: {}, expected {~}",
        "{} は使えません。必要なもの: {~}",
    ),
    (
        "invalid length {}, expected {~}",
        "長さ {} は使えません。必要なもの: {~}",
    ),
    (
        "a string or { ja = \"...\", en = \"...\" }",
        "文字列か { ja = \"...\", en = \"...\" }",
    ),
    (
        "a charset's name or { only = \"...\" }",
        "文字種の名前か { only = \"...\" }",
    ),
    (
        "a check digit's name or { kind = ... }",
        "チェックデジットの名前か { kind = ... }",
    ),
    ("a length or a list of lengths", "桁数か桁数の並び"),
    ("a length is not negative", "桁数は負になりません"),
    (
        "a string of characters or a list of strings, one a column",
        "文字の並び、または列ごとの文字列の並び",
    ),
    (
        "`{}` is not a policy",
        "`{}` という確認方法（policy）はありません",
    ),
    ("did you mean `{}`?", "もしかして `{}`"),
    ("exactly one of {}", "次のうちどれか一つ: {}"),
    (
        "one of {}, or { only = \"...\" }",
        "次のどれか: {}、または { only = \"...\" }",
    ),
    ("one of {}", "次のどれか: {}"),
    // The form and its sides.
    (
        "a form needs at least one side",
        "帳票には面が一つ以上必要です",
    ),
    ("add a `[[side]]`", "`[[side]]` を書いてください"),
    ("a side is a table", "面（`[[side]]`）はテーブルで書きます"),
    (
        "`{}` is no name for a form",
        "`{}` は帳票の名前に使えません",
    ),
    (
        "small letters, digits and hyphens, beginning with a letter or digit",
        "英小文字・数字・ハイフン。先頭は英字か数字",
    ),
    ("editions count from 1", "版（edition）は 1 から数えます"),
    ("write 1", "1 と書いてください"),
    ("`{}` is no name for a side", "`{}` は面の名前に使えません"),
    (
        "letters, digits, hyphens and underscores",
        "英字・数字・ハイフン・下線",
    ),
    ("there are two sides `{}`", "面 `{}` が二つあります"),
    (
        "a side of {} x {} mm is not between {} and {} mm",
        "{} x {} mm の面は {} から {} mm の範囲にありません",
    ),
    (
        "write [width, height] in mm: a postcard is [100, 148]",
        "[幅, 高さ] を mm で。はがきは [100, 148]",
    ),
    ("`{}` is not a file name", "`{}` はファイル名ではありません"),
    (
        "the picture lies beside the form file: write its name without a folder",
        "画像は帳票ファイルと同じ場所に置き、フォルダーを付けずに名前だけ書いてください",
    ),
    (
        "`anchors` and `marks` exclude each other",
        "`anchors` と `marks` は一緒に使えません",
    ),
    (
        "nothing on this side says where it lies: no blank picture and no marks",
        "この面の位置を決めるものがありません（白紙の画像も印もありません）",
    ),
    (
        "put `{}` beside the form file (`hagaki form draw` makes one from `[[side.print]]`), or list `marks`",
        "`{}` を帳票ファイルの横に置く（`[[side.print]]` から hagaki form draw で作れます）か、`marks` を書いてください",
    ),
    (
        "a bar has a `size` (its width) and a `height`",
        "棒（bar）には `size`（幅）と `height` が必要です",
    ),
    (
        "only a bar has a `height`",
        "`height` は棒（bar）だけのものです",
    ),
    (
        "{} marks do not fix a page",
        "印が {} 個では位置が決まりません",
    ),
    (
        "list at least three, not on one line",
        "一直線上にない三つ以上を書いてください",
    ),
    (
        "at least one stands {} mm off the line of the others",
        "ほかの印を結ぶ線から {} mm 以上離れた印が必要です",
    ),
    ("the marks stand on one line", "印が一直線に並んでいます"),
    // Places.
    ("box {}: {~}", "枠 {}: {~}"),
    ("boxes {} and {} overlap", "枠 {} と {} が重なっています"),
    ("{} has no area", "{} には面積がありません"),
    (
        "write [left, top, width, height] in mm",
        "[左, 上, 幅, 高さ] を mm で書いてください",
    ),
    (
        "{} lies outside the side of {} x {} mm",
        "{} は {} x {} mm の面からはみ出しています",
    ),
    (
        "it reaches from ({}) to ({})",
        "({}) から ({}) まであります",
    ),
    ("a point is [x, y] in mm", "点は [x, y]（mm）です"),
    (
        "{} mm is not between {} and {} mm",
        "{} mm は {} から {} mm の範囲にありません",
    ),
    // What is printed.
    (
        "one thing is printed at a time",
        "一つの `[[side.print]]` に書けるのは一つです",
    ),
    (
        "give each its own `[[side.print]]`",
        "それぞれに `[[side.print]]` を書いてください",
    ),
    (
        "a `[[side.print]]` is a text, line, box, barcode or postal_frame",
        "`[[side.print]]` は text、line、box、barcode、postal_frame のどれかです",
    ),
    ("`{}` cannot be drawn", "`{}` は描けません"),
    ("a barcode says something", "バーコードの中身が空です"),
    // Fields.
    (
        "`{}` lies on the boxes of `{}`",
        "`{}` が `{}` の枠に重なっています",
    ),
    (
        "`{}` is no name for a field",
        "`{}` は項目の名前に使えません",
    ),
    (
        "1 to 64 characters, no comma, quote or control",
        "1〜64 文字。カンマ、引用符、制御文字は使えません",
    ),
    ("there are two fields `{}`", "項目 `{}` が二つあります"),
    (
        "field ids are unique in the whole form",
        "項目の id は帳票全体で一つだけにしてください",
    ),
    (
        "a target error of {} is not possible",
        "目標の誤り率 {} は使えません",
    ),
    (
        "a share above 0 and at most 0.5: 0.001 is 1 in 1,000",
        "0 より大きく 0.5 以下の割合で。0.001 は 1,000 件に 1 件",
    ),
    (
        "only a `line` can be read by a list of words",
        "`words` は `line` だけに使えます",
    ),
    (
        "only a `line` or a `comb` can repeat the mailing list",
        "`recipient` は `line` か `comb` だけに使えます",
    ),
    (
        "a legal choice that was corrected is always a question",
        "意思表示（consent）の訂正は必ず人が確認します",
    ),
    (
        "only a choice by `marks` can be a legal choice",
        "意思表示（consent）にできるのは `marks` の選択だけです",
    ),
    (
        "`{}` has no marks to consent by",
        "`{}` には意思表示のための `marks` がありません",
    ),
    (
        "the era's field stands on the same side",
        "元号の項目は同じ面に置いてください",
    ),
    (
        "there is no field `{}` before this one",
        "これより前に項目 `{}` はありません",
    ),
    (
        "there is no field `{}` here",
        "ここに項目 `{}` はありません",
    ),
    ("there is no field `{}`", "項目 `{}` はありません"),
    (
        "its options are eras (M T S H R, or 明治 大正 昭和 平成 令和), each once",
        "選択肢は元号（M T S H R、または 明治 大正 昭和 平成 令和）で、それぞれ一度だけ",
    ),
    (
        "`{}` is no choice of eras",
        "`{}` は元号を選ぶ項目ではありません",
    ),
    (
        "`{}` is not written, so nobody writes 同上 there",
        "`{}` は手書きの項目ではないため「同上」は書かれません",
    ),
    (
        "`ditto_from` goes with `line` or `comb`",
        "`ditto_from` は `line` か `comb` に使います",
    ),
    (
        "it names a field above it on the same side",
        "同じ面の、上にある項目を指定してください",
    ),
    (
        "`{}` holds another kind of answer",
        "`{}` は別の種類の答えの項目です",
    ),
    (
        "both fields have the same `value`",
        "二つの項目の `value` を同じにしてください",
    ),
    // How a field is answered.
    (
        "`{}` does not say where it is answered",
        "`{}` の記入場所がありません",
    ),
    (
        "`{}` has {}: one is allowed",
        "`{}` に {} があります。一つだけにしてください",
    ),
    ("there is no option to mark", "印を付ける選択肢がありません"),
    (
        "at most {} of {} options is not possible",
        "{} 個まで（選択肢は {} 個）という指定はできません",
    ),
    (
        "at least {} and at most {} exclude each other",
        "{} 個以上と {} 個以下は両立しません",
    ),
    (
        "option `{}` is nowhere on the paper",
        "選択肢 `{}` の場所がありません",
    ),
    (
        "give it a `box` to mark or a `word` to circle",
        "印を付ける `box` か、丸で囲む `word` を書いてください",
    ),
    (
        "`{}` is no value for an option",
        "`{}` は選択肢の値に使えません",
    ),
    (
        "not empty, without {} and control characters",
        "空でなく、{} と制御文字を含まない値で",
    ),
    ("there are two options `{}`", "選択肢 `{}` が二つあります"),
    (
        "option `{}` lies on option `{}`",
        "選択肢 `{}` が選択肢 `{}` に重なっています",
    ),
    (
        "a grid says where its bubbles are in one way",
        "マークの場所の書き方は一通りだけにしてください",
    ),
    (
        "`first`, `step`, `pitch` and `columns`, or `columns_at`",
        "`first`・`step`・`pitch`・`columns`、または `columns_at`",
    ),
    (
        "every column has one bubble for each of its values",
        "どの列にも、値の数だけマークが必要です",
    ),
    (
        "{} columns of {} bubbles are not possible",
        "{} 列 × {} 個のマークは使えません",
    ),
    ("{} columns are not possible", "{} 列は使えません"),
    (
        "a column's values are at least one character, none twice",
        "列の値は一文字以上で、同じ文字は一度だけです",
    ),
    (
        "values for {} columns, and {} columns",
        "値は {} 列分、列は {} 列です",
    ),
    (
        "a grid with `first` needs `step`, from value to value",
        "`first` を使うときは `step`（値から次の値まで）が必要です",
    ),
    (
        "a grid of several columns needs `pitch`, from column to column",
        "列がいくつもあるときは `pitch`（列から次の列まで）が必要です",
    ),
    (
        "a comb says where its cells are in one way",
        "マスの場所の書き方は一通りだけにしてください",
    ),
    (
        "`cells`, `first` and `pitch`, or `cells_at`",
        "`cells`・`first`・`pitch`、または `cells_at`",
    ),
    ("a comb has at least one cell", "マスが一つもありません"),
    (
        "a comb with `first` needs `cells`, how many there are",
        "`first` を使うときは `cells`（マスの数）が必要です",
    ),
    ("{} cells are not possible", "{} マスは使えません"),
    (
        "cells of {} mm every {} mm overlap",
        "幅 {} mm のマスを {} mm おきに置くと重なります",
    ),
    (
        "`pitch` is from cell to cell, at least a cell's width",
        "`pitch` はマスから次のマスまでで、マスの幅以上です",
    ),
    (
        "{} options cannot be ranked",
        "{} 個の選択肢に順位は付けられません",
    ),
    (
        "ranks up to {} are not possible with {} options",
        "{} 位までの順位は、{} 個の選択肢では付けられません",
    ),
    // What an answer must be.
    ("an answer is of one kind", "答えの種類は一つだけです"),
    ("`{}` cannot hold a `{}`", "`{}` に `{}` は書けません"),
    (
        "`min` is greater than `max`",
        "`min` が `max` より大きくなっています",
    ),
    (
        "a code has at least one character",
        "コードは一文字以上です",
    ),
    (
        "{} characters do not fit into {} boxes",
        "{} 文字は {} マスに入りません",
    ),
    ("`{}` is no area code", "`{}` は市外局番ではありません"),
    (
        "2 to 5 digits, the first a 0: \"0773\"",
        "0 で始まる 2〜5 桁: \"0773\"",
    ),
    (
        "`latest` is before `earliest`",
        "`latest` が `earliest` より前です",
    ),
    ("`{}` is no day", "`{}` は日付ではありません"),
    ("write \"YYYY-MM-DD\"", "\"YYYY-MM-DD\" と書いてください"),
    (
        "put the part that is the key into {}",
        "番号にあたる部分を {} で囲んでください",
    ),
    (
        "the pattern has no group `{}`",
        "パターンにグループ `{}` がありません",
    ),
    ("the pattern cannot be used: {}", "パターンを使えません: {}"),
    (
        "name at least one symbology",
        "バーコードの種類を一つ以上書いてください",
    ),
    (
        "there is no symbology `{}`",
        "バーコードの種類 `{}` はありません",
    ),
    ("there is no charset `{}`", "文字種 `{}` はありません"),
    (
        "a charset has at least one character",
        "文字種には一文字以上が必要です",
    ),
    (
        "`m11` needs its weights and its maps",
        "`m11` には `weights`、`map0`、`map1` が必要です",
    ),
    ("the office says which: {}", "発行元の決まりに合わせて: {}"),
    (
        "there is no check digit `{}`",
        "チェックデジット `{}` はありません",
    ),
    (
        "`{}` takes no weights and maps",
        "`{}` に weights と map は使えません",
    ),
    (
        "`{}` does not write a remainder of 0 as {}",
        "`{}` では余り 0 を {} と書きません",
    ),
    ("`m11` takes no `zero`", "`m11` に `zero` は使えません"),
    (
        "write `map0` and `map1`",
        "`map0` と `map1` を書いてください",
    ),
    (
        "`m11` needs `weights`, `map0` and `map1`",
        "`m11` には `weights`、`map0`、`map1` が必要です",
    ),
    // Rules.
    ("this rule asks for nothing", "この規則は何も求めていません"),
    (
        "add `require`, `forbid`, `assert` or `age`",
        "`require`、`forbid`、`assert`、`age` のどれかを書いてください",
    ),
    (
        "a rule holds between the fields of one side",
        "規則に書けるのは一つの面の項目だけです",
    ),
    ("`{}` is not a number", "`{}` は数の項目ではありません"),
    ("`{}` is not a date", "`{}` は日付の項目ではありません"),
    ("for example: {}", "例: {}"),
    ("`{}` holds one value", "`{}` の値は一つだけです"),
    ("compare it with `==`", "`==` で比べてください"),
    ("`{}` has no option `{}`", "`{}` に選択肢 `{}` はありません"),
    (
        "`=` is not a comparison; write `==`",
        "`=` では比べられません。`==` と書いてください",
    ),
    ("write `{}`", "`{}` と書いてください"),
    ("the closing {} is missing", "閉じる {} がありません"),
    ("extra {}, expected nothing", "余分な {} があります"),
    ("{~} is not expected here", "ここに {~} は書けません"),
    (
        "expected {~}, found {~}",
        "{~} が必要ですが、{~} があります",
    ),
    ("a quoted value or a number", "引用符で囲んだ値か数"),
    ("a quoted value", "引用符で囲んだ値"),
    ("a field", "項目"),
    ("the end", "文の終わり"),
    ("a condition nested less deeply", "入れ子の浅い条件"),
    ("a comparison ({})", "比較（{}）"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_found_and_none_hides_another() {
        for (english, japanese) in SENTENCES {
            let gaps = |text: &str| text.matches("{}").count() + text.matches("{~}").count();
            assert_eq!(gaps(english), gaps(japanese), "{english}");
            let filled = |text: &str| text.replace("{}", "7").replace("{~}", "7");
            assert_eq!(told(&filled(english), Lang::Ja), filled(japanese));
            assert_eq!(told(&filled(english), Lang::En), filled(english));
        }
    }

    #[test]
    fn a_sentence_within_a_sentence_is_told_too() {
        assert_eq!(
            told("expected a field, found the end", Lang::Ja),
            "項目 が必要ですが、文の終わり があります"
        );
        assert_eq!(
            told(
                "box 3: [1, 2, 3, 4] lies outside the side of 100 x 148 mm",
                Lang::Ja
            ),
            "枠 3: [1, 2, 3, 4] は 100 x 148 mm の面からはみ出しています"
        );
        assert_eq!(told("trailing characters", Lang::Ja), "trailing characters");
    }
}
