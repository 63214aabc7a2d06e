//! What was learnt, as a table for people.

use std::fmt::Write as _;

use super::risk::{ASK_ALL, Plan, Standing};
use super::{Calibration, Lesson, Shift};
use crate::lang::Lang;

/// Every group: what each target comes to, and how far its confidences are what they say.
pub fn table(calibration: &Calibration, lang: Lang) -> String {
    let mut out = String::new();
    for lesson in &calibration.groups {
        group(&mut out, lesson, lang);
    }
    for shift in &calibration.shifts {
        let _ = writeln!(out, "{}", shift_line(shift, lang));
    }
    if calibration.pages_left > 0 {
        let n = calibration.pages_left;
        let _ = match lang {
            Lang::Ja => writeln!(out, "{n} ページは測定値から判定できないため除きました"),
            Lang::En => writeln!(
                out,
                "{n} pages were left out: they cannot be judged from their measures"
            ),
        };
    }
    out.push_str(match (lang, calibration.groups.iter().any(|l| l.checked > 0)) {
        (Lang::Ja, false) => "自動確定の項目を人が確かめた記録がまだないため、精度は未証明です。安全側のしきい値を使います。次に: hagaki audit sample\n",
        (Lang::En, false) => "no accepted field was checked yet, so the promise is unproven; conservative thresholds stay. Next: hagaki audit sample\n",
        (_, true) => "",
    });
    out
}

/// A lot that is unlike the others, in one line.
pub fn shift_line(shift: &Shift, lang: Lang) -> String {
    let (lot, kind, form) = (shift.lot, &shift.kind, &shift.form);
    let distance = shift.distance.distance;
    match lang {
        Lang::Ja => format!(
            "ロット {lot}: {form} の {kind} の確信度が学習時と違います（コルモゴロフ・スミルノフ距離 {distance:.2}）。筆記具やスキャナーを確認してください"
        ),
        Lang::En => format!(
            "lot {lot}: {form} {kind} is read with other confidence than what was learnt from (Kolmogorov-Smirnov distance {distance:.2}); another pen or scanner?"
        ),
    }
}

fn group(out: &mut String, lesson: &Lesson, lang: Lang) {
    let (kind, form, fields) = (lesson.kind, &lesson.form, lesson.fields.join(", "));
    let _ = writeln!(out, "{form} [{kind}] {fields}\n  {}", lesson.engine);
    let (read, known, checked) = (lesson.read, lesson.known, lesson.checked);
    let _ = match lang {
        Lang::Ja => write!(
            out,
            "  {read} 項目、正解の分かるもの {known}（うち自動確定の抜き取り {checked}）"
        ),
        Lang::En => write!(
            out,
            "  {read} fields, {known} known, {checked} of them checks of accepted ones"
        ),
    };
    let of = |ece: Option<f64>| ece.map_or("-".to_owned(), |e| format!("{e:.4}"));
    let (raw, mapped) = (
        of(lesson.reliability.ece),
        of(lesson.reliability.ece_mapped),
    );
    let _ = match lang {
        Lang::Ja => writeln!(out, "、較正誤差 ECE {raw}（単調回帰後 {mapped}）"),
        Lang::En => writeln!(out, "; calibration error (ECE) {raw}, isotonic {mapped}"),
    };
    let columns = match lang {
        Lang::Ja => ["目標%", "しきい値", "誤り%", "上限%", "質問", ""],
        Lang::En => [
            "target%",
            "accept from",
            "error%",
            "at most%",
            "questions",
            "",
        ],
    };
    let [target, from, error, most, asked, standing] = columns;
    let _ = writeln!(
        out,
        "  {target:>8} {from:>12} {error:>9} {most:>9} {asked:>9}  {standing}"
    );
    line(out, &lesson.own, "*", lang);
    let own = lesson.own.target;
    for plan in lesson
        .targets
        .iter()
        .filter(|p| p.target.total_cmp(&own).is_ne())
    {
        line(out, plan, " ", lang);
    }
    out.push('\n');
}

fn line(out: &mut String, plan: &Plan, mark: &str, lang: Lang) {
    let Plan {
        target,
        accept_from,
        standing,
        risk,
        asked,
    } = plan;
    let from = if *accept_from >= ASK_ALL {
        match lang {
            Lang::Ja => "すべて質問".to_owned(),
            Lang::En => "ask all".to_owned(),
        }
    } else {
        format!("{accept_from}")
    };
    let known = |share: f64| match risk.known {
        0 => "-".to_owned(),
        _ => format!("{:.3}", 100.0 * share),
    };
    let _ = writeln!(
        out,
        " {mark}{:>8} {from:>12} {:>9} {:>9} {asked:>9}  {}",
        100.0 * target,
        known(risk.observed),
        known(risk.at_most),
        said(standing, lang)
    );
}

fn said(standing: &Standing, lang: Lang) -> String {
    match (standing, lang) {
        (Standing::Proven, Lang::Ja) => "証明済み".to_owned(),
        (Standing::Proven, Lang::En) => "proven".to_owned(),
        (Standing::Missed, Lang::Ja) => "未達: 回答が目標を否定しています".to_owned(),
        (Standing::Missed, Lang::En) => "MISSED: the answers contradict it".to_owned(),
        (Standing::Unproven { checks: Some(n) }, Lang::Ja) => {
            format!("未証明: 誤りなしの抜き取りがあと {n} 必要")
        }
        (Standing::Unproven { checks: Some(n) }, Lang::En) => {
            format!("unproven: {n} more checks without an error")
        }
        (Standing::Unproven { checks: None }, Lang::Ja) => {
            "未証明: この確認済みの誤りでは抜き取りを増やしても証明できません".to_owned()
        }
        (Standing::Unproven { checks: None }, Lang::En) => {
            "unproven: no number of checks proves it with the errors among the answers".to_owned()
        }
    }
}
