//! What a question looks like: rows of the store and a form's field become words and keys.

use askama::Template;

use super::alternatives::{Other, others, percent};
use super::field::{Entry as Way, Line, OPTION_KEYS, Script, entry};
use super::pages::Frame;
use super::words::Words;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, Form, FormId, Library};
use crate::ingest::told;
use crate::lang::Lang;
use crate::review::{Shown, field_of, takes};
use crate::store::{
    AnswerStatus, Entry, May, QuestionRow, QuestionState, Step, Store, StoreError, Subject, Waiting,
};

/// A page with a stage for questions.
#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct Page<'a> {
    pub(super) f: Frame,
    pub(super) wanted: &'a str,
}

/// One question.
#[derive(Template)]
#[template(path = "question.html")]
pub(super) struct Question {
    w: &'static Words,
    lease: String,
    id: i64,
    waiting: u64,
    title: String,
    form: String,
    place: String,
    reasons: Vec<Why>,
    entry: Shape,
    proposal: String,
    alternatives: Vec<Other>,
    has_picture: bool,
    frame: Option<Outline>,
    /// What the picture is: of the `field`, of the `page`, or of the page for its `key`.
    shows: &'static str,
    /// Where the key stands on its side, as shares of its width and height.
    at: String,
    can_illegible: bool,
    /// Whether this person may lay the page by hand.
    can_repair: bool,
    notice: &'static str,
    /// What is said of the step, where several people look; else empty.
    step: &'static str,
    /// The words that differ, where this is to be settled.
    /// What the mailing list says of the recipient.
    record: Vec<(String, String)>,
    differing: Vec<String>,
}

/// No question.
#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done {
    pub(super) w: &'static Words,
    pub(super) waiting: Waiting,
    pub(super) held_shown: bool,
}

/// Words that an answer gets back.
#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct Notice {
    pub(super) w: &'static Words,
    pub(super) text: &'static str,
    pub(super) details: Vec<String>,
    pub(super) suggestion: Option<String>,
    pub(super) can_insist: bool,
}

pub(super) struct Why {
    pub(super) text: &'static str,
    pub(super) detail: Option<String>,
}

/// One thing that a key does.
struct Choice {
    key: String,
    answer: &'static str,
    value: String,
    label: String,
    /// What the machine thinks of it, in percent.
    weight: Option<String>,
    proposed: bool,
}

/// Where the field lies on its side, in millimetres.
struct Outline {
    width: f64,
    height: f64,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// How it is answered.
struct Shape {
    /// `one`, `many`, `ranked` or `line`.
    kind: &'static str,
    choices: Vec<Choice>,
    value: String,
    script: &'static str,
    input_mode: &'static str,
    lang: &'static str,
    full: usize,
    /// The answer that Enter gives while nothing was changed: `value` or `accept`; empty where
    /// Enter alone answers nothing.
    enter: &'static str,
}

/// A question as it is shown: with its lease, in a language.
pub(super) struct Asked<'a> {
    pub(super) lease: String,
    pub(super) lang: Lang,
    pub(super) waiting: u64,
    pub(super) who: &'a str,
    pub(super) may: May,
    pub(super) notice: &'static str,
    pub(super) library: &'a Library,
}

impl Question {
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn of(store: &Store, shown: &Shown, asked: Asked<'_>) -> Result<Self, StoreError> {
        let row = &shown.question;
        let field = field_of(asked.library, row);
        let w = Words::of(asked.lang);
        let page = store.page(row.page_id)?;
        let answered = answered(store, (row, asked.who))?;
        let start = answered.or_else(|| proposal(row)).unwrap_or_default();
        let entry = match (&row.subject, field) {
            (Subject::Field(_), Some(field)) => shape(field, shown, &start, w),
            (Subject::Field(_), None) => line_shape(any_line(), &start, value_on_enter(&start)),
            (Subject::Key, _) => key_shape(row, &start),
            (Subject::Page, _) => page_shape(row, w),
        };
        Ok(Self {
            w,
            lease: asked.lease,
            id: row.id.0,
            waiting: asked.waiting,
            title: title(row, shown, asked.lang),
            form: form_of(asked.library, row)
                .map_or_else(String::new, |f| f.title.get(asked.lang).to_owned()),
            place: format!("{} [{}]", row.file, row.page),
            reasons: row.doubts.iter().map(|d| why(d, asked.lang)).collect(),
            alternatives: match entry.kind {
                "line" if !shown.differing.is_empty() => entered(&shown.differing),
                "line" => others(&shown.alternatives, &start),
                _ => Vec::new(),
            },
            proposal: proposal(row).unwrap_or_default(),
            has_picture: row.picture.is_some(),
            frame: page
                .picture
                .and_then(|_| frame(form_of(asked.library, row)?, field?)),
            shows: row.subject.kind().name(),
            at: key_place(asked.library, row).unwrap_or_default(),
            can_illegible: takes(row).contains(&"illegible"),
            can_repair: asked.may.first,
            notice: asked.notice,
            step: match (row.step, row.state) {
                (Step::Blind, _) => w.blind_step,
                (Step::Settle, QuestionState::Open) => w.settle_step,
                _ => "",
            },
            record: shown.record.clone(),
            differing: shown.differing.iter().map(|e| said(e, shown, w)).collect(),
            entry,
        })
    }
}

fn title(row: &QuestionRow, shown: &Shown, lang: Lang) -> String {
    let w = Words::of(lang);
    match (&row.subject, &shown.label) {
        (Subject::Field(_), Some(label)) => label.get(lang).to_owned(),
        (Subject::Field(id), None) => id.0.clone(),
        (Subject::Key, _) => w.key_label.to_owned(),
        (Subject::Page, _) => w.page_label.to_owned(),
    }
}

fn form_of<'a>(library: &'a Library, row: &QuestionRow) -> Option<&'a Form> {
    let id = FormId(row.form.clone()?);
    let mut forms = library.forms().iter();
    forms
        .find(|f| f.id == id && Some(f.edition) == row.edition)
        .map(|f| &**f)
}

/// What the machine says, where it says something.
fn proposal(row: &QuestionRow) -> Option<String> {
    let said = match row.subject {
        Subject::Field(_) => row.proposal.clone(),
        Subject::Key => row.key.clone(),
        Subject::Page => None,
    };
    said.filter(|text| !text.is_empty())
}

/// The words that differ, to be taken over by a key.
fn entered(differing: &[Entry]) -> Vec<Other> {
    let values = differing.iter().filter_map(|entry| entry.value.clone());
    let other = |text| Other {
        text,
        weight: String::new(),
        whole: true,
    };
    values.map(other).collect()
}

/// A word of somebody else, as it stands on the form.
fn said(entry: &Entry, shown: &Shown, w: &'static Words) -> String {
    match (entry.answer.as_str(), &entry.value) {
        (_, Some(value)) => super::kinds::named(value, &shown.options),
        ("blank", None) => w.blank.to_owned(),
        _ => w.illegible.to_owned(),
    }
}

/// What a person answered before; of what he entered only his own.
fn answered(store: &Store, (row, who): (&QuestionRow, &str)) -> Result<Option<String>, StoreError> {
    let Subject::Field(id) = &row.subject else {
        return Ok(None);
    };
    if row.step != Step::Plain && row.state == QuestionState::Open {
        return Ok(store.own_entry(row.id, who)?.and_then(|entry| entry.value));
    }
    let all = store.answers(row.page_id)?;
    let own = all.into_iter().find(|a| a.field == id.0);
    Ok(own
        .filter(|a| a.status == AnswerStatus::Decided)
        .and_then(|a| a.value))
}

pub(super) fn why(doubt: &Doubt, lang: Lang) -> Why {
    // The step says it better than the policy's name; how to install a reader is for whoever runs the
    // program, and stands at the terminal.
    let silent = [Reason::ByPolicy, Reason::NoEngine];
    let detail = doubt.detail.as_deref();
    let detail = detail.filter(|_| !silent.contains(&doubt.reason));
    Why {
        text: doubt.reason.message(lang),
        detail: detail.map(|d| told(d, lang)),
    }
}

fn shape(field: &Field, shown: &Shown, start: &str, w: &'static Words) -> Shape {
    let enter = value_on_enter(start);
    match entry(field) {
        Way::One => optioned("one", options(shown, &[start]), (start, enter)),
        Way::Many => {
            let chosen: Vec<&str> = start.split('|').collect();
            optioned("many", options(shown, &chosen), (start, enter))
        }
        Way::Ranked => optioned("ranked", options(shown, &[]), (start, enter)),
        Way::Presence => {
            let present = Choice {
                proposed: start == "present",
                ..choice("1", "value", ("present", w.present))
            };
            optioned("one", vec![present], (start, enter))
        }
        Way::Line(line) => line_shape(line, start, enter),
    }
}

/// Enter alone never answers where nothing stands: a blank has a key of its own.
fn value_on_enter(start: &str) -> &'static str {
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

fn any_line() -> Line {
    Line {
        script: Script::Japanese,
        full: None,
    }
}

fn line_shape(line: Line, value: &str, enter: &'static str) -> Shape {
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
fn key_shape(row: &QuestionRow, start: &str) -> Shape {
    let line = Line {
        script: Script::Latin,
        full: None,
    };
    let enter = if row.key.is_some() { "accept" } else { "" };
    line_shape(line, start, enter)
}

fn page_shape(row: &QuestionRow, w: &'static Words) -> Shape {
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
    }
}

fn options(shown: &Shown, chosen: &[&str]) -> Vec<Choice> {
    let keys = OPTION_KEYS.chars().map(String::from);
    let keys = keys.chain(std::iter::repeat(String::new()));
    let one = |((value, label), key): (&(String, String), String)| {
        let name = if label.is_empty() { value } else { label };
        let weight = shown.alternatives.iter().find(|a| &a.text == value);
        Choice {
            weight: weight.map(|a| percent(a.weight)),
            proposed: chosen.contains(&value.as_str()),
            ..choice(&key, "value", (value, name))
        }
    };
    shown.options.iter().zip(keys).map(one).collect()
}

/// The middle of the zone where the key is printed.
fn key_place(library: &Library, row: &QuestionRow) -> Option<String> {
    let sides = &form_of(library, row)?.sides;
    let side = sides.iter().find(|s| Some(&s.id) == row.side.as_ref())?;
    let middle = side.key.as_ref()?.zone?.center();
    Some(format!(
        "{:.3} {:.3}",
        middle.x / side.size.w,
        middle.y / side.size.h
    ))
}

/// White round the field, so that its frame hides nothing.
const FRAME_MARGIN_MM: f64 = 1.5;

fn frame(form: &Form, field: &Field) -> Option<Outline> {
    let (side, _) = form.field(&field.id)?;
    let area = field.zone.area()?.inflate(FRAME_MARGIN_MM);
    Some(Outline {
        width: side.size.w,
        height: side.size.h,
        x: area.x,
        y: area.y,
        w: area.w,
        h: area.h,
    })
}
