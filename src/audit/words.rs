//! A check as a table for people.

use std::fmt::Write as _;

use super::{CHANCE, Part, Report, Shown};
use crate::lang::Lang;
use crate::store::{SampleRow, Scope};

/// The check's heading, a line a kind and a field, the sum, and what it proves.
pub fn table(report: &Report, lang: Lang) -> String {
    let mut out = heading(report, lang);
    let columns = match lang {
        Lang::Ja => [
            "抽出",
            "確認",
            "誤り",
            "不一致",
            "未回答",
            "誤り率%",
            "上限%",
        ],
        Lang::En => [
            "drawn", "checked", "wrong", "differ", "open", "error%", "at most%",
        ],
    };
    let _ = writeln!(
        out,
        "  {:<28} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9}",
        "", columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]
    );
    for part in report.kinds.iter().chain(&report.fields) {
        line(&mut out, &name(part), &part.shown);
    }
    let total = match lang {
        Lang::Ja => "合計",
        Lang::En => "total",
    };
    line(&mut out, total, &report.total);
    out.push_str(&proof(&report.total, lang));
    out
}

/// What was drawn, in one line.
pub fn drawn(row: &SampleRow, lang: Lang) -> String {
    let scope = scope(row, lang);
    match lang {
        Lang::Ja => format!(
            "抜き取り {}: 自動確定の {} 項目から {} 項目（{scope}、乱数の種 {}）",
            row.id, row.population, row.size, row.seed
        ),
        Lang::En => format!(
            "sample {}: {} of {} accepted fields ({scope}, seed {})",
            row.id, row.size, row.population, row.seed
        ),
    }
}

fn scope(row: &SampleRow, lang: Lang) -> String {
    let Scope { form, field, lot } = Scope {
        form: row.form.clone(),
        field: row.field.clone(),
        lot: row.lot,
    };
    let lot = lot.map(|id| match lang {
        Lang::Ja => format!("ロット {id}"),
        Lang::En => format!("lot {id}"),
    });
    let parts: Vec<String> = [form, field, lot].into_iter().flatten().collect();
    if parts.is_empty() {
        return match lang {
            Lang::Ja => "全体".to_owned(),
            Lang::En => "all".to_owned(),
        };
    }
    parts.join(", ")
}

fn heading(report: &Report, lang: Lang) -> String {
    let mut out = format!(
        "{}, {} {}\n",
        drawn(&report.sample, lang),
        report.sample.who,
        report.sample.at
    );
    if report.withdrawn > 0 {
        let n = report.withdrawn;
        let _ = match lang {
            Lang::Ja => writeln!(out, "  {n} 項目はページごと対象外になりました"),
            Lang::En => writeln!(out, "  {n} fields were withdrawn with their pages"),
        };
    }
    out
}

fn name(part: &Part) -> String {
    if part.field.is_empty() {
        let kind = if part.kind.is_empty() { "?" } else { part.kind };
        return format!("[{kind}]");
    }
    format!("{} {}", part.form, part.field)
}

fn line(out: &mut String, name: &str, s: &Shown) {
    let percent = |share: f64| match s.checked {
        0 => "-".to_owned(),
        _ => format!("{:.2}", 100.0 * share),
    };
    let _ = writeln!(
        out,
        "  {name:<28} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9}",
        s.drawn,
        s.checked,
        s.wrong,
        s.differing,
        s.open,
        percent(s.error),
        percent(s.at_most)
    );
}

fn proof(s: &Shown, lang: Lang) -> String {
    let sure = 100.0 * (1.0 - CHANCE);
    let (wrong, checked, most) = (s.wrong + s.differing, s.checked, 100.0 * s.at_most);
    match lang {
        _ if checked == 0 && lang == Lang::Ja => "  まだ何も証明していません\n".to_owned(),
        _ if checked == 0 => "  nothing is proved yet\n".to_owned(),
        Lang::Ja => format!(
            "  {checked} 項目中の誤りは {wrong} 件。誤り率は {sure:.0} % の信頼度で {most:.3} % 以下（クロッパー・ピアソン）\n"
        ),
        Lang::En => format!(
            "  {wrong} of {checked} wrong: with {sure:.0} % confidence at most {most:.3} % (Clopper and Pearson)\n"
        ),
    }
}
