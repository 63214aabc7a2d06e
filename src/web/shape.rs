//! How a question is answered: a line to type in, or choices of one key each.

use super::alternatives::percent;
use super::field::{Entry as Way, Line, OPTION_KEYS, Script, entry, option_keys};
use super::view::proposal;
use super::words::Words;
use crate::doubt::Reason;
use crate::form::Field;
use crate::review::{Shown, takes};
use crate::store::{Entry, QuestionRow};

/// One thing that a key does.
pub(super) struct Choice {
    pub(super) key: String,
    pub(super) answer: &'static str,
    pub(super) value: String,
    pub(super) label: String,
    /// What the machine thinks of it, in percent.
    pub(super) weight: Option<String>,
    /// The machine proposes it.
    pub(super) proposed: bool,
    /// It is chosen: ticked so far, or by the recorded answer.
    pub(super) on: bool,
}

/// How it is answered.
pub(super) struct Shape {
    /// `one`, `many`, `ranked` or `line`.
    pub(super) kind: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) value: String,
    pub(super) script: &'static str,
    pub(super) input_mode: &'static str,
    pub(super) lang: &'static str,
    pub(super) full: usize,
    /// The answer that Enter gives while nothing was changed: `value` or `accept`; empty where
    /// Enter alone answers nothing.
    pub(super) enter: &'static str,
}

/// `looked_at`: `start` was recorded, so it is shown as chosen.
pub(super) fn shape(
    field: &Field,
    shown: &Shown,
    (start, looked_at): (&str, bool),
    w: &'static Words,
) -> Shape {
    let enter = value_on_enter(start);
    let kind = match entry(field) {
        Way::One | Way::Presence => "one",
        Way::Many => "many",
        Way::Ranked => "ranked",
        Way::Line(line) => return line_shape(line, start, enter),
    };
    let mut choices = match entry(field) {
        Way::Presence => vec![choice("1", "value", ("present", w.present))],
        _ => options(shown),
    };
    let proposal = proposal(&shown.question).unwrap_or_default();
    for choice in &mut choices {
        let is_in = |text: &str| parts(kind, text).contains(&choice.value.as_str());
        // The order of ranks is drawn by itself.
        let proposed = kind != "ranked" && is_in(&proposal);
        let on = is_in(start) && (kind == "many" || looked_at);
        (choice.proposed, choice.on) = (proposed, on);
    }
    optioned(kind, choices, (start, enter))
}

/// The options that a value of the kind names.
fn parts<'v>(kind: &str, value: &'v str) -> Vec<&'v str> {
    match kind {
        "many" => value.split('|').collect(),
        "ranked" => value.split('>').collect(),
        _ => vec![value],
    }
}

impl Shape {
    /// A value as its choices are labelled.
    pub(super) fn labels(&self, value: &str) -> String {
        let label = |part: &str| {
            let choice = self.choices.iter().find(|c| c.value == part);
            choice.map_or_else(|| part.to_owned(), |c| c.label.clone())
        };
        let all = parts(self.kind, value).into_iter().map(label);
        let between = if self.kind == "ranked" { " > " } else { "・" };
        all.collect::<Vec<_>>().join(between)
    }
}

/// Enter alone never answers where nothing stands: a blank has a key of its own.
pub(super) fn value_on_enter(start: &str) -> &'static str {
    if start.is_empty() { "" } else { "value" }
}

fn optioned(
    kind: &'static str,
    choices: Vec<Choice>,
    (value, enter): (&str, &'static str),
) -> Shape {
    Shape {
        kind,
        choices,
        value: value.to_owned(),
        script: "",
        input_mode: "",
        lang: "",
        full: 0,
        enter,
    }
}

pub(super) fn any_line() -> Line {
    Line {
        script: Script::Japanese,
        full: None,
    }
}

pub(super) fn line_shape(line: Line, value: &str, enter: &'static str) -> Shape {
    Shape {
        kind: "line",
        choices: Vec::new(),
        value: value.to_owned(),
        script: line.script.name(),
        input_mode: line.script.input_mode(),
        lang: line.script.lang(),
        full: line.full.unwrap_or(0),
        enter,
    }
}

/// Enter on an untouched key says that it is right as it was read.
pub(super) fn key_shape(row: &QuestionRow, start: &str) -> Shape {
    let line = Line {
        script: Script::Latin,
        full: None,
    };
    let enter = if row.key.is_some() { "accept" } else { "" };
    line_shape(line, start, enter)
}

pub(super) fn page_shape(row: &QuestionRow, recorded: Option<&Entry>, w: &'static Words) -> Shape {
    let labels = [
        ("attachment", w.attachment),
        ("blank_page", w.blank_page),
        ("returned", w.returned),
        ("duplicate", w.duplicate),
    ];
    let takes = takes(row);
    let keyed = labels.into_iter().zip(OPTION_KEYS.chars());
    let mut choices: Vec<Choice> = keyed
        .map(|((answer, label), key)| choice(&key.to_string(), answer, ("", label)))
        .collect();
    let accepts = takes.contains(&"accept");
    if accepts {
        let right = Choice {
            proposed: true,
            ..choice("Enter", "accept", ("", w.page_right))
        };
        choices.insert(0, right);
    }
    for choice in &mut choices {
        choice.on = recorded.is_some_and(|word| word.answer == choice.answer);
    }
    let enter = if accepts { "accept" } else { "" };
    optioned("one", choices, ("", enter))
}

fn choice(key: &str, answer: &'static str, (value, label): (&str, &str)) -> Choice {
    Choice {
        key: key.to_owned(),
        answer,
        value: value.to_owned(),
        label: label.to_owned(),
        weight: None,
        proposed: false,
        on: false,
    }
}

fn options(shown: &Shown) -> Vec<Choice> {
    let name = |(value, label): &(String, String)| match label.as_str() {
        "" => value.clone(),
        _ => label.clone(),
    };
    let names: Vec<String> = shown.options.iter().map(name).collect();
    let keys = option_keys(&names);
    let weighs = says_weights(&shown.question);
    let one = |(((value, _), name), key): ((&(String, String), &String), String)| {
        let weight = shown.alternatives.iter().find(|a| &a.text == value);
        Choice {
            weight: weight.filter(|_| weighs).map(|a| percent(a.weight)),
            ..choice(&key, "value", (value, name))
        }
    };
    let named = shown.options.iter().zip(&names);
    named.zip(keys).map(one).collect()
}

/// Whether it helps to say how much ink speaks for each option. Beside a proposal, or where something
/// was struck out, the figure contradicts what the picture and the proposal say.
fn says_weights(row: &QuestionRow) -> bool {
    let struck = [Reason::Corrected, Reason::Struck];
    proposal(row).is_none() && !row.doubts.iter().any(|d| struck.contains(&d.reason))
}
