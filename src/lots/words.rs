//! Alarms in words: what jumped, where, and what to do next.

use std::collections::BTreeSet;

use super::{Alarm, LotAlarm, Measure};
use crate::lang::Lang;
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
            Alarm::SameKey(key) => of_key(key, lang),
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
        format!("{} {folder}{header}", lot.received)
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
    match lang {
        Lang::Ja => {
            format!("{form} {side}: 同じ番号が {pages} 枚にあります（最初は {file}[{page}]）")
        }
        Lang::En => {
            format!("{form} {side}: {pages} cards carry one key (the first is {file}[{page}])")
        }
    }
}

/// What to do, and its place among the steps.
fn next_step(alarm: &Alarm, lang: Lang) -> (u8, &'static str) {
    let lot = match alarm {
        Alarm::SameKey(_) => {
            return (
                2,
                match lang {
                    Lang::Ja => {
                        "そのカードのバーコードを見てください。受取人の番号でないものを読んでいるなら、帳票の [side.key] の pattern を直し、hagaki run --reread"
                    }
                    Lang::En => {
                        "look at the barcodes of these cards; where it is not the recipient's, mend `pattern` in the form's [side.key], then: hagaki run --reread"
                    }
                },
            );
        }
        Alarm::Lot(lot) => lot,
    };
    match (&lot.measure, lang) {
        (Measure::Rejected, Lang::Ja) => (
            0,
            "読取不可のページを確認シートで見てください。別の帳票や新しい版なら forms/ に加え、hagaki run --reread",
        ),
        (Measure::Rejected, Lang::En) => (
            0,
            "look at the rejected pages in the contact sheet; another form or a new edition goes into forms/, then: hagaki run --reread",
        ),
        (_, Lang::Ja) => (
            1,
            "その束のカードを帳票と重ねて見てください: hagaki form preview forms/帳票 --scan 画像。印刷がずれていれば版（edition）を分けて hagaki run --reread。出力はそれまで待ってください",
        ),
        (_, Lang::En) => (
            1,
            "lay a card of the lot on the form: hagaki form preview forms/FORM --scan FILE. A print that moved gets an edition of its own, then: hagaki run --reread; export after that",
        ),
    }
}
