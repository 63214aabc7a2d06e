//! What a page to be laid by hand looks like, and what it said when it was read again.

use std::fmt::Write as _;

use askama::Template;

use super::kinds::label;
use super::pages::Frame;
use super::view::{Why, why};
use super::words::Words;
use crate::form::{FieldId, Form, Library, Side};
use crate::lang::Lang;
use crate::review::repair::Sheet;
use crate::review::{options, takes};
use crate::store::{
    AnswerRow, AnswerStatus, Original, PageId, PageRow, QuestionFilter, QuestionRow, Store,
    StoreError, Waiting,
};

#[derive(Template)]
#[template(path = "repair.html")]
pub(super) struct Page<'a> {
    pub(super) f: Frame,
    pub(super) wanted: &'a str,
}

/// No page waits.
#[derive(Template)]
#[template(path = "repair-done.html")]
pub(super) struct Done {
    pub(super) w: &'static Words,
    pub(super) waiting: Waiting,
}

/// One page.
#[derive(Template)]
#[template(path = "repair-page.html")]
pub(super) struct Laid {
    pub(super) w: &'static Words,
    pub(super) lease: String,
    pub(super) waiting: u64,
    pub(super) notice: &'static str,
    /// Something on the picture is painted over for this person.
    pub(super) painted: bool,
    /// The page that this was separated out of, where this person may put it together again.
    pub(super) whole: Option<i64>,
    id: i64,
    page: i64,
    place: String,
    reasons: Vec<Why>,
    sides: Vec<Choice>,
    /// What the page is, if no card: key, answer, label.
    aside: Vec<(&'static str, &'static str, &'static str)>,
    /// Of the picture in the file; 0 where it cannot be decoded.
    width: u32,
    height: u32,
    /// Where its paper seems to be, as eight shares.
    corners: String,
    /// What was said of it before.
    turn: String,
    key: String,
    accepts: bool,
}

/// A side that the page may be.
struct Choice {
    form: String,
    edition: u32,
    side: String,
    label: String,
    width: f64,
    height: f64,
    /// `x,y,w,h` in millimetres, separated by blanks.
    fields: String,
    chosen: bool,
}

impl Laid {
    pub(super) fn of(
        (row, original): (&QuestionRow, &Original),
        library: &Library,
        sheet: Option<&Sheet>,
        lang: Lang,
    ) -> Self {
        let w = Words::of(lang);
        let said = &original.hints;
        let known = (
            said.form.as_ref().or(row.form.as_ref()),
            said.edition.or(row.edition),
            said.side.as_ref().or(row.side.as_ref()),
        );
        let all = || {
            library
                .forms()
                .iter()
                .flat_map(|f| f.sides.iter().map(move |s| (f, s)))
        };
        let alone = all().count() == 1;
        let choice = |(form, side): (&std::sync::Arc<Form>, &Side)| {
            let named = known.0.is_some_and(|id| *id == form.id.0)
                && known.1.is_none_or(|edition| edition == form.edition)
                && known.2.is_none_or(|id| *id == side.id);
            choice((form, side), (named || alone, lang))
        };
        let takes = takes(row);
        Self {
            w,
            lease: String::new(),
            waiting: 0,
            notice: "",
            painted: false,
            whole: None,
            id: row.id.0,
            page: row.page_id.0,
            place: format!("{} [{}]", row.file, row.page),
            reasons: row.doubts.iter().map(|d| why(d, &[], lang)).collect(),
            sides: all().map(choice).collect(),
            aside: vec![
                ("E", "attachment", w.attachment),
                ("B", "blank_page", w.blank_page),
                ("M", "returned", w.returned),
                ("D", "duplicate", w.duplicate),
            ],
            width: sheet.map_or(0, |s| s.width),
            height: sheet.map_or(0, |s| s.height),
            corners: sheet.map_or_else(String::new, |s| shares(&s.corners)),
            turn: said.turn.map_or_else(String::new, |t| t.to_string()),
            key: said.key.clone().unwrap_or_default(),
            accepts: takes.contains(&"accept"),
        }
    }
}

fn choice((form, side): (&Form, &Side), (chosen, lang): (bool, Lang)) -> Choice {
    let mut fields = String::new();
    for area in side.fields.iter().filter_map(|f| f.zone.area()) {
        let _ = write!(
            fields,
            "{:.1},{:.1},{:.1},{:.1} ",
            area.x, area.y, area.w, area.h
        );
    }
    let title = form.title.get(lang);
    let name = if title.is_empty() { &form.id.0 } else { title };
    let several = form.sides.len() > 1;
    // In front, because a narrow list cuts off what is behind.
    let which = if several {
        format!("{} · ", side.id)
    } else {
        String::new()
    };
    Choice {
        form: form.id.0.clone(),
        edition: form.edition,
        side: side.id.clone(),
        label: format!("{which}{name} ({})", form.edition),
        width: side.size.w,
        height: side.size.h,
        fields: fields.trim_end().to_owned(),
        chosen,
    }
}

fn shares(corners: &[[f64; 2]; 4]) -> String {
    let all: Vec<String> = corners
        .iter()
        .flatten()
        .map(|v| format!("{v:.5}"))
        .collect();
    all.join(" ")
}

/// A value as it stands on the form.
fn shown(library: &Library, (page, answer): (&PageRow, &AnswerRow), w: &'static Words) -> String {
    let Some(value) = answer.value.as_deref().filter(|v| !v.is_empty()) else {
        return w.blank.to_owned();
    };
    let id = FieldId(answer.field.clone());
    let form = page.form.as_deref();
    let form = form.and_then(|form| library.find(form, page.edition));
    let field = form.and_then(|form| form.field(&id));
    let options = field.map_or_else(Vec::new, |(_, field)| options(field));
    super::kinds::named(value, &options)
}

/// What the page says now.
#[derive(Template)]
#[template(path = "repair-result.html")]
pub(super) struct Result {
    w: &'static Words,
    page: i64,
    place: String,
    form: String,
    key: String,
    lines: Vec<Line>,
    asked: usize,
    waiting: u64,
}

/// A field with what is known of it. Where a person is to be asked nothing is shown of what the
/// machine read: some fields are to be entered by who has not seen it.
struct Line {
    label: String,
    value: String,
    asked: bool,
}

impl Result {
    pub(super) fn of(
        store: &Store,
        library: &Library,
        (page, lang): (PageId, Lang),
    ) -> std::result::Result<Self, StoreError> {
        let w = Words::of(lang);
        let row = store.page(page)?;
        let form = row.form.clone().unwrap_or_default();
        let filter = QuestionFilter {
            page: Some(page),
            ..QuestionFilter::default()
        };
        let asked = store.questions(&filter)?.len();
        let line = |answer: AnswerRow| Line {
            label: label(library, &form, &answer.field, lang),
            asked: answer.status == AnswerStatus::Question,
            value: match answer.status {
                AnswerStatus::Question => w.asked_now.to_owned(),
                AnswerStatus::Illegible => w.illegible.to_owned(),
                AnswerStatus::NotApplicable => "–".to_owned(),
                _ => shown(library, (&row, &answer), w),
            },
        };
        let pages = crate::store::Wanted {
            kind: Some(crate::store::Kind::Page),
            ..crate::store::Wanted::default()
        };
        Ok(Self {
            w,
            page: page.0,
            place: format!("{} [{}]", row.file, row.page),
            form: super::kinds::form_title(library, &form, lang),
            key: row.key.clone().unwrap_or_else(|| "–".to_owned()),
            lines: store.answers(page)?.into_iter().map(line).collect(),
            asked,
            waiting: store.count_wanted(&pages)?,
        })
    }
}
