//! What was learnt as a picture: for each group what each target costs, and how reliable it is.
//!
//! Left, the risk-coverage curve: the share of fields that people are asked against the error of the
//! rest, as observed (dots) and at most (line), with the form's own target dashed and what holds at
//! each target ringed. Right, the reliability diagram: said against seen, both as errors. The errors
//! are on logarithmic axes from 1e-5 to 1: what matters lies near 0.

use std::fmt::Write as _;

use super::{Calibration, Lesson};
use crate::lang::Lang;

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 46.0;
const GAP: f64 = 90.0;
/// Height of a group with its words.
const ROW: f64 = HEIGHT + 100.0;
/// Decades of error shown.
const DECADES: f64 = 5.0;

const STYLE: &str = "text{font:12px 'Noto Sans JP','Yu Gothic UI',sans-serif;fill:#222}\
.a{stroke:#888;fill:none}.g{stroke:#ddd}.t{stroke:#a33;stroke-dasharray:5 4}\
.l{stroke:#125;fill:none;stroke-width:1.5}.d{fill:#125}.r{stroke:#a33;fill:none;stroke-width:2}";

/// An SVG file.
pub fn svg(calibration: &Calibration, lang: Lang) -> String {
    let height = ROW * calibration.groups.len().max(1) as f64 + 20.0;
    let width = LEFT + 2.0 * WIDTH + GAP + 30.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><style>{STYLE}</style>\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    );
    for (at, lesson) in calibration.groups.iter().enumerate() {
        let y = TOP + ROW * at as f64;
        heading(&mut out, lesson, y);
        risk_panel(&mut out, lesson, (LEFT, y), lang);
        reliability_panel(&mut out, lesson, (LEFT + WIDTH + GAP, y), lang);
    }
    out.push_str("</svg>\n");
    out
}

fn heading(out: &mut String, lesson: &Lesson, y: f64) {
    let name = format!(
        "{} [{}] {}",
        lesson.form,
        lesson.kind,
        lesson.fields.join(", ")
    );
    let short: String = name.chars().take(110).collect();
    text(out, (LEFT, y - 22.0), "start", &short);
}

/// Height of an error in a panel, as a share: 0 at 1, 1 at the smallest shown.
fn depth(error: f64) -> f64 {
    (-error.max(1e-9).log10() / DECADES).clamp(0.0, 1.0)
}

fn frame(out: &mut String, (x, y): (f64, f64), (across, up): (&str, &str)) {
    for decade in 0..=5 {
        let line = y + HEIGHT * f64::from(decade) / DECADES;
        let _ = write!(
            out,
            "<line class=\"g\" x1=\"{x}\" x2=\"{}\" y1=\"{line}\" y2=\"{line}\"/>",
            x + WIDTH
        );
        let percent = 100.0 / 10_f64.powi(decade);
        text(out, (x - 6.0, line + 4.0), "end", &format!("{percent}%"));
    }
    let _ = write!(
        out,
        "<rect class=\"a\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"
    );
    text(out, (x + WIDTH / 2.0, y + HEIGHT + 34.0), "middle", across);
    text(out, (x, y - 6.0), "start", up);
}

fn risk_panel(out: &mut String, lesson: &Lesson, (x, y): (f64, f64), lang: Lang) {
    let words = match lang {
        Lang::Ja => ("人への質問の割合", "自動確定の誤り: 観測（点）と上限（線）"),
        Lang::En => (
            "share of fields asked",
            "error of accepted: observed (dots), at most (line)",
        ),
    };
    frame(out, (x, y), words);
    for tenth in [0, 25, 50, 75, 100] {
        let place = x + WIDTH * f64::from(tenth) / 100.0;
        text(
            out,
            (place, y + HEIGHT + 16.0),
            "middle",
            &format!("{tenth}%"),
        );
    }
    let target = y + HEIGHT * depth(lesson.own.target);
    let _ = write!(
        out,
        "<line class=\"t\" x1=\"{x}\" x2=\"{}\" y1=\"{target:.1}\" y2=\"{target:.1}\"/>",
        x + WIDTH
    );
    let asked = |accepted: u64| 1.0 - accepted as f64 / lesson.read.max(1) as f64;
    let known = || lesson.curve.iter().filter(|(_, r)| r.known > 0);
    let place =
        |accepted: u64, error: f64| (x + WIDTH * asked(accepted), y + HEIGHT * depth(error));
    let bound: Vec<(f64, f64)> = known().map(|(_, r)| place(r.accepted, r.at_most)).collect();
    polyline(out, &bound);
    for (_, risk) in known() {
        dot(out, "d", place(risk.accepted, risk.observed), 3.0);
    }
    for plan in lesson.targets.iter().chain([&lesson.own]) {
        if plan.standing == super::risk::Standing::Proven {
            dot(out, "r", place(plan.risk.accepted, plan.risk.at_most), 6.0);
        }
    }
}

fn reliability_panel(out: &mut String, lesson: &Lesson, (x, y): (f64, f64), lang: Lang) {
    let words = match lang {
        Lang::Ja => ("確信度の言う誤り", "実際の誤り（縦線は 95 % の範囲）"),
        Lang::En => ("error as said", "error as seen (bars: 95 % on each side)"),
    };
    frame(out, (x, y), words);
    for decade in 0..=5 {
        let place = x + WIDTH * (1.0 - f64::from(decade) / DECADES);
        let percent = 100.0 / 10_f64.powi(decade);
        text(
            out,
            (place, y + HEIGHT + 16.0),
            "middle",
            &format!("{percent}%"),
        );
    }
    let across = |error: f64| x + WIDTH * (1.0 - depth(error));
    let down = |error: f64| y + HEIGHT * depth(error);
    let _ = write!(
        out,
        "<line class=\"t\" x1=\"{x}\" y1=\"{}\" x2=\"{}\" y2=\"{y}\"/>",
        y + HEIGHT,
        x + WIDTH
    );
    for bin in &lesson.reliability.bins {
        let place = across(1.0 - bin.said);
        let (top, bottom) = (down(1.0 - bin.at_least), down(1.0 - bin.at_most));
        let _ = write!(
            out,
            "<line class=\"l\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>"
        );
        dot(out, "d", (place, down(1.0 - bin.seen)), 4.0);
    }
}

fn polyline(out: &mut String, points: &[(f64, f64)]) {
    let list: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    let _ = write!(out, "<polyline class=\"l\" points=\"{}\"/>", list.join(" "));
}

fn dot(out: &mut String, class: &str, (x, y): (f64, f64), radius: f64) {
    let _ = write!(
        out,
        "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"
    );
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    let plain = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{plain}</text>"
    );
}
