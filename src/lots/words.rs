//! Alarms in words: what jumped, where, and what to do next.

use std::collections::BTreeSet;

use super::{Alarm, GlassAlarm, HeaderAlarm, LotAlarm, Measure};
use crate::lang::{Lang, shown};
use crate::restore::Along;
use crate::store::{KeyCount, LotRow, Printed};

/// More lines than this help nobody at a terminal; JSON holds all.
const MOST_LINES: usize = 20;

/// One line an alarm, then one line a kind of next step. Empty without alarms.
pub fn lines(alarms: &[Alarm], lang: Lang) -> Vec<String> {
    let mut out: Vec<String> = alarms
        .iter()
        .take(MOST_LINES)
        .map(|alarm| match alarm {
            Alarm::Lot(alarm) => of_lot(alarm, lang),
            Alarm::Header(alarm) => of_header(alarm, lang),
            Alarm::SameKey(key) => of_key(key, lang),
            Alarm::Glass(alarm) => of_glass(alarm, lang),
        })
        .collect();
    if alarms.len() > MOST_LINES {
        let more = alarms.len() - MOST_LINES;
        out.push(match lang {
            Lang::Ja => format!("ほか {more} 件（hagaki status --json）"),
            Lang::En => format!("{more} more (hagaki status --json)"),
        });
    }
    let steps: BTreeSet<(u8, &str)> = alarms.iter().map(|a| next_step(a, lang)).collect();
    out.extend(steps.into_iter().map(|(_, step)| format!("→ {step}")));
    out
}

fn of_lot(alarm: &LotAlarm, lang: Lang) -> String {
    let lots = place(&alarm.lots, lang);
    let form = alarm.printed.as_ref().map(printed).unwrap_or_default();
    let what = what(&alarm.measure, lang);
    let (now, before) = (
        amount(&alarm.measure, alarm.now),
        amount(&alarm.measure, alarm.before),
    );
    let (pages, earlier) = (alarm.pages, alarm.pages_before);
    match lang {
        Lang::Ja => format!("{lots}{form} {what} {before}（{earlier} 件）→ {now}（{pages} 件）"),
        Lang::En => {
            format!("{lots}{form} {what}: {before} (of {earlier}) before, now {now} (of {pages})")
        }
    }
}

fn of_header(alarm: &HeaderAlarm, lang: Lang) -> String {
    let lot = place(std::slice::from_ref(&alarm.lot), lang);
    let HeaderAlarm {
        expected,
        least,
        most,
        file,
        page,
        ..
    } = alarm;
    let file = shown(file);
    let found = match (least == most, lang) {
        (true, _) => least.to_string(),
        (false, Lang::Ja) => format!("{least}～{most}"),
        (false, Lang::En) => format!("{least} to {most}"),
    };
    match lang {
        Lang::Ja => format!(
            "{lot} 見出しの枚数は {expected} 枚、読み取ったカードは {found} 枚です。束は保留です（見出し {file}[{page}]）"
        ),
        Lang::En => format!(
            "{lot}: the batch header says {expected} cards, {found} came in; the batch is on hold (header {file}[{page}])"
        ),
    }
}

/// The lot, or the first and last of several.
fn place(lots: &[LotRow], lang: Lang) -> String {
    let one = |lot: &LotRow| {
        let folder = if lot.folder.is_empty() {
            "."
        } else {
            &lot.folder
        };
        let header = lot
            .header
            .as_deref()
            .map(|h| format!(" {h}"))
            .unwrap_or_default();
        format!("{} {}{header}", lot.received, shown(folder))
    };
    match (lots, lang) {
        ([], _) => String::new(),
        ([only], Lang::Ja) => format!("束 {}", one(only)),
        ([only], Lang::En) => format!("lot {}", one(only)),
        ([first, .., last], Lang::Ja) => format!("束 {} ～ {}", one(first), one(last)),
        ([first, .., last], Lang::En) => format!("lots {} to {}", one(first), one(last)),
    }
}

fn printed(p: &Printed) -> String {
    format!(" {} ({}) {}", p.form, p.edition, p.side)
}

fn what(measure: &Measure, lang: Lang) -> String {
    match (measure, lang) {
        (Measure::Rejected, Lang::Ja) => "読取不可".into(),
        (Measure::Rejected, Lang::En) => "rejected".into(),
        (Measure::Residual, Lang::Ja) => "位置合わせの残差".into(),
        (Measure::Residual, Lang::En) => "registration residual".into(),
        (Measure::ScaleX, Lang::Ja) => "横の縮尺".into(),
        (Measure::ScaleX, Lang::En) => "scale across".into(),
        (Measure::ScaleY, Lang::Ja) => "縦の縮尺".into(),
        (Measure::ScaleY, Lang::En) => "scale down".into(),
        (Measure::ShiftX { field }, Lang::Ja) => format!("{field} の横ずれ"),
        (Measure::ShiftX { field }, Lang::En) => format!("{field}, moved across"),
        (Measure::ShiftY { field }, Lang::Ja) => format!("{field} の縦ずれ"),
        (Measure::ShiftY { field }, Lang::En) => format!("{field}, moved down"),
        (Measure::Answer { field, value }, _) => format!("{field} = {value}"),
        (Measure::Blank { field }, Lang::Ja) => format!("{field} 無記入"),
        (Measure::Blank { field }, Lang::En) => format!("{field}, blank"),
        (Measure::Question { field }, Lang::Ja) => format!("{field} 確認待ち"),
        (Measure::Question { field }, Lang::En) => format!("{field}, questions"),
    }
}

fn amount(measure: &Measure, value: f64) -> String {
    match measure {
        Measure::Residual | Measure::ShiftX { .. } | Measure::ShiftY { .. } => {
            format!("{value:.2} mm")
        }
        _ => format!("{:.1} %", 100.0 * value),
    }
}

fn of_key(key: &KeyCount, lang: Lang) -> String {
    let KeyCount {
        form,
        side,
        pages,
        file,
        page,
        ..
    } = key;
    let file = shown(file);
    match lang {
        Lang::Ja => {
            format!("{form} {side}: 同じ番号が {pages} 枚にあります（最初は {file}[{page}]）")
        }
        Lang::En => {
            format!("{form} {side}: {pages} cards carry one key (the first is {file}[{page}])")
        }
    }
}

fn of_glass(alarm: &GlassAlarm, lang: Lang) -> String {
    let lot = place(std::slice::from_ref(&alarm.lot), lang);
    let GlassAlarm {
        at_mm,
        pages,
        first,
        last,
        ..
    } = alarm;
    let (first, last) = (
        format!("{}[{}]", shown(&first.file), first.page),
        format!("{}[{}]", shown(&last.file), last.page),
    );
    match (alarm.along, lang) {
        (Along::Columns, Lang::Ja) => format!(
            "{lot} 上端から下端まで続く線（画像の左から {at_mm:.0} mm）が {pages} ページにあります（{first} ～ {last}）"
        ),
        (Along::Rows, Lang::Ja) => format!(
            "{lot} 左端から右端まで続く線（画像の上から {at_mm:.0} mm）が {pages} ページにあります（{first} ～ {last}）"
        ),
        (Along::Columns, Lang::En) => format!(
            "{lot} a line from top to bottom, {at_mm:.0} mm from the picture's left, on {pages} pages ({first} to {last})"
        ),
        (Along::Rows, Lang::En) => format!(
            "{lot} a line from left to right, {at_mm:.0} mm from the picture's top, on {pages} pages ({first} to {last})"
        ),
    }
}

/// What to do, and its place among the steps.
fn next_step(alarm: &Alarm, lang: Lang) -> (u8, &'static str) {
    let (rank, ja, en) = match alarm {
        Alarm::Header(_) => (
            0,
            "束の枚数を数え直し、2枚重なって送られたカードや読み取り漏れを探してください。抜けたカードは見出し票から束ごと読み取り直し、済んだ見出し（または数え間違いの見出し）を除くと束の保留が解けます: hagaki review set 'ファイル[ページ]' @attachment",
            "count the batch again, and look for cards that were fed together or left out. Scan the batch again with its header on top; the hold ends once the old header, or one that was miscounted, is set aside: hagaki review set 'FILE[PAGE]' @attachment",
        ),
        Alarm::Lot(lot) if lot.measure == Measure::Rejected => (
            1,
            "読取不可のページを確認シートで見てください。別の帳票や新しい版なら forms/ に加え、hagaki run --reread",
            "look at the rejected pages in the contact sheet; another form or a new edition goes into forms/, then: hagaki run --reread",
        ),
        Alarm::Lot(_) => (
            2,
            "その束のカードを帳票と重ねて見てください: hagaki form preview forms/帳票 --scan 画像。印刷がずれていれば版（edition）を分けて hagaki run --reread。出力はそれまで待ってください",
            "lay a card of the lot on the form: hagaki form preview forms/FORM --scan FILE. A print that moved gets an edition of its own, then: hagaki run --reread; export after that",
        ),
        Alarm::SameKey(_) => (
            3,
            "そのカードのバーコードを見てください。受取人の番号でないものを読んでいるなら、帳票の [side.key] の pattern を直し、hagaki run --reread",
            "look at the barcodes of these cards; where it is not the recipient's, mend `pattern` in the form's [side.key], then: hagaki run --reread",
        ),
        Alarm::Glass(_) => (
            4,
            "スキャナーの読み取りガラスを清掃してください（折り目も同じ線になります）。線は消してから読んでいます。回答に重なっていたカードは、読み直すならもう一度スキャンを",
            "clean the scanner's glass (a fold in the paper draws the same line). The line was taken away before reading; scan a card again where it ran through an answer",
        ),
    };
    let step = match lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    (rank, step)
}
