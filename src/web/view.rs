//! What a question looks like: rows of the store and a form's field become words and keys.

use askama::Template;

use super::alternatives::{Other, candidates, others};
use super::kinds::named;
use super::pages::Frame;
use super::shape::{Shape, any_line, key_shape, line_shape, page_shape, shape, value_on_enter};
use super::words::Words;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, Form, FormId, Library};
use crate::ingest::detail_of;
use crate::lang::Lang;
use crate::review::{Shown, field_of, takes};
use crate::store::{
    AnswerStatus, Entry, May, OutcomeId, QuestionRow, QuestionState, Step, Store, StoreError,
    Subject, Waiting,
};

/// A page with a stage for questions.
#[derive(Template)]
#[template(path = "review.html")]
pub(super) struct Page<'a> {
    pub(super) f: Frame,
    pub(super) wanted: &'a str,
    /// Under what name the window keeps the numbers of its last answers: of this campaign and person.
    pub(super) memory: String,
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
    /// What is said in place of what may be a My Number and he has not uncovered; else empty.
    covered: &'static str,
    /// What is said of the whole card, where something on it is painted over for him; else empty.
    painted: &'static str,
    frame: Option<Outline>,
    /// What the picture is: of the `field`, of the `page`, or of the page for its `key`.
    shows: &'static str,
    /// Where the key stands on its side, as shares of its width and height.
    at: String,
    can_illegible: bool,
    /// Whether this person may lay the page by hand.
    can_repair: bool,
    notice: String,
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
    /// What waits of what was wanted, whoever has it.
    pub(super) left: u64,
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

/// Where the field lies on its side, in millimetres.
struct Outline {
    width: f64,
    height: f64,
    x: f64,
    y: f64,
    w: f64,
    h: f64,
}

/// Why a question is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits.
    Asked,
    /// Its answer was taken back.
    Undone,
    /// It is answered, and looked at again.
    LookedAt,
}

/// A question as it is shown: with its lease, in a language.
pub(super) struct Asked<'a> {
    pub(super) lease: String,
    pub(super) lang: Lang,
    pub(super) waiting: u64,
    pub(super) who: &'a str,
    pub(super) may: May,
    pub(super) turn: Turn,
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
        let recorded = match asked.turn {
            Turn::LookedAt => recorded(store, (row, asked.who))?,
            Turn::Asked | Turn::Undone => None,
        };
        let start = start(store, (row, &asked), recorded.as_ref())?;
        let looked_at = asked.turn == Turn::LookedAt;
        let entry = match (&row.subject, field) {
            (Subject::Field(_), Some(field)) => shape(field, shown, (&start, looked_at), w),
            (Subject::Field(_), None) => line_shape(any_line(), &start, value_on_enter(&start)),
            (Subject::Key, _) => key_shape(row, &start),
            (Subject::Page, _) => page_shape(row, recorded.as_ref(), w),
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
            reasons: row
                .doubts
                .iter()
                .map(|d| why(d, &shown.options, asked.lang))
                .collect(),
            alternatives: match entry.kind {
                "line" if !shown.differing.is_empty() => entered(&shown.differing),
                "line" => {
                    let named = proposal(row).into_iter().chain(candidates(&row.doubts));
                    others(named, &shown.alternatives, &start)
                }
                _ => Vec::new(),
            },
            proposal: proposal(row).unwrap_or_default(),
            has_picture: row.picture.is_some(),
            covered: if row.covered { w.covered } else { "" },
            painted: painted(store, (page.outcome, asked.who), w)?,
            frame: page
                .picture
                .and_then(|_| frame(form_of(asked.library, row)?, field?)),
            shows: row.subject.kind().name(),
            at: key_place(asked.library, row).unwrap_or_default(),
            can_illegible: takes(row).contains(&"illegible"),
            can_repair: asked.may.first,
            notice: notice(asked.turn, recorded.as_ref(), &entry, w),
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

fn painted(
    store: &Store,
    (outcome, who): (OutcomeId, &str),
    w: &'static Words,
) -> Result<&'static str, StoreError> {
    let covers = store.covers(outcome, Some(who))?;
    Ok(if covers.is_empty() { "" } else { w.painted })
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
pub(super) fn proposal(row: &QuestionRow) -> Option<String> {
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
    match &entry.value {
        Some(value) => named(value, &shown.options),
        None => answer_name(&entry.answer, w).to_owned(),
    }
}

/// An answer that is no value.
fn answer_name(answer: &str, w: &'static Words) -> &'static str {
    match answer {
        "blank" => w.blank,
        "hold" => w.hold,
        "accept" => w.page_right,
        "attachment" => w.attachment,
        "blank_page" => w.blank_page,
        "returned" => w.returned,
        "duplicate" => w.duplicate,
        _ => w.illegible,
    }
}

/// What is said above the question; of an answered one what was answered, where the field below does
/// not show it.
fn notice(turn: Turn, recorded: Option<&Entry>, entry: &Shape, w: &'static Words) -> String {
    match (turn, recorded) {
        (Turn::Asked, _) => String::new(),
        (Turn::Undone, _) => w.undone.to_owned(),
        (Turn::LookedAt, None) => w.was_answered.to_owned(),
        (Turn::LookedAt, Some(word)) => {
            let name = match &word.value {
                None => answer_name(&word.answer, w).to_owned(),
                Some(_) if entry.kind == "line" => return w.was_answered.to_owned(),
                Some(value) => entry.labels(value),
            };
            w.was_answered_so.replace("{}", &name)
        }
    }
}

/// The word that holds of an answered question; of what several people enter only his own.
fn recorded(store: &Store, (row, who): (&QuestionRow, &str)) -> Result<Option<Entry>, StoreError> {
    let last = store.last_word(row.id)?;
    if row.step == Step::Plain || row.state != QuestionState::Open {
        return Ok(last);
    }
    let held = last.filter(|word| word.answer == "hold" && word.who.as_deref() == Some(who));
    Ok(held.or(store.own_entry(row.id, who)?))
}

/// What stands in the field at first.
fn start(
    store: &Store,
    (row, asked): (&QuestionRow, &Asked<'_>),
    recorded: Option<&Entry>,
) -> Result<String, StoreError> {
    match (recorded, asked.turn) {
        // What was recorded, and never what the machine reads instead of it.
        (Some(word), _) => Ok(value_of(word, row)),
        (None, Turn::LookedAt) => Ok(String::new()),
        (None, _) => {
            let answered = answered(store, (row, asked.who))?;
            Ok(answered.or_else(|| proposal(row)).unwrap_or_default())
        }
    }
}

/// What stands in the field for a recorded word.
fn value_of(word: &Entry, row: &QuestionRow) -> String {
    let value = match word.answer.as_str() {
        "accept" => proposal(row),
        _ => word.value.clone(),
    };
    value.unwrap_or_default()
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

/// `options`: the values to choose from with what is printed beside them, where the field has some.
pub(super) fn why(doubt: &Doubt, options: &[(String, String)], lang: Lang) -> Why {
    // The step says it better than the policy's name; how to install a reader is for whoever runs the
    // program, and stands at the terminal.
    let silent = [Reason::ByPolicy, Reason::NoEngine];
    let detail = detail_of(doubt, lang).filter(|_| !silent.contains(&doubt.reason));
    Why {
        text: doubt.reason.message(lang),
        detail: detail.map(|d| match doubt.reason {
            Reason::MultiMark => named(&d, options),
            _ => d,
        }),
    }
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
