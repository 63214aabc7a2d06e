//! Readings become values or questions. Pure: the day is given.
//!
//! Each field is decided alone, by its zone and kind of value; dates then take their era, and
//! ditto signs their answer, from another field where the form says so; then postal codes are held
//! against addresses, and what a person repeats of the mailing list against that; last, the side's
//! rules across fields and `required`.
//! Every doubt makes a question: an accepted verdict carries none. The same parsers serve the
//! machine's readings and the answers that people type ([`parse::parse`]).

pub mod fold;
pub mod parse;
pub mod search;
pub mod era;
pub mod date;
pub mod age;
pub mod phone;
pub mod postal;
mod places;
pub mod bank;
pub mod mynumber;
mod number;
mod code;
mod words;
mod names;
mod options;
pub mod choice;
mod ditto;
mod boxes;
mod fuse;
mod small;
mod lines;
mod rank;
pub mod presence;
pub mod rules;
mod fits;
pub mod key;
mod ledger;
pub mod leaning;
#[cfg(test)]
mod fixtures;

use std::borrow::Cow;

use serde::Serialize;

use crate::calendar::Day;
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, FieldId, Learnt, Side, ValueKind, Zone};
use crate::read::{Content, Reading};

pub use fits::fits;
pub use ledger::contradicts;
use parse::{EraGiven, Setting};

/// What the machine says of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub field: FieldId,
    pub status: Status,
    /// The canonical value: a choice's option value; several joined with `|`, ranks with `>`;
    /// a date as the form's format says; digits of a phone or postal code; text as read. Empty
    /// for blank. Under question: the best proposal, perhaps empty.
    pub value: String,
    pub confidence: Confidence,
    pub doubts: Vec<Doubt>,
}

/// A field is never anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The machine vouches for the value.
    Accepted,
    /// The machine vouches that nothing was answered.
    Blank,
    /// A person must answer.
    Question,
    /// The form's rules make the field meaningless here.
    NotApplicable,
}

/// What the outside world says: passed in, so that the same input gives the same result.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The day the card was received (or scanned).
    pub today: Day,
    /// The key of the page, for checks against it.
    pub key: Option<&'a str>,
}

impl Verdict {
    /// Accepts `value` when there is no doubt and the confidence reaches the field's target;
    /// otherwise asks, with `value` as the proposal. An empty value is an answer left blank.
    pub fn decide(
        field: &Field,
        value: String,
        confidence: Confidence,
        doubts: Vec<Doubt>,
    ) -> Self {
        Self::decide_from(field, value, (confidence, target_confidence(field)), doubts)
    }

    /// The same with another least confidence than the field's target; what was learnt counts more
    /// than both.
    fn decide_from(
        field: &Field,
        value: String,
        (confidence, least): (Confidence, f64),
        doubts: Vec<Doubt>,
    ) -> Self {
        let mut doubts = doubts;
        if doubts.is_empty() && !accepts(field, confidence, least) {
            doubts.push(Reason::LowConf.into());
        }
        let status = match (doubts.is_empty(), value.is_empty()) {
            (false, _) => Status::Question,
            (true, true) => Status::Blank,
            (true, false) => Status::Accepted,
        };
        Self {
            field: field.id.clone(),
            status,
            value,
            confidence,
            doubts,
        }
    }

    /// A question with a proposal.
    pub fn question(
        field: &Field,
        value: String,
        confidence: Confidence,
        doubts: Vec<Doubt>,
    ) -> Self {
        Self {
            field: field.id.clone(),
            status: Status::Question,
            value,
            confidence,
            doubts,
        }
    }

    /// Adds a reason once and turns the verdict into a question.
    pub fn ask(&mut self, doubt: Doubt) {
        self.status = Status::Question;
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }
}

/// The confidence from which the form's own target accepts this field, whatever was learnt.
pub fn own_threshold(field: &Field) -> f64 {
    match &field.zone {
        Zone::Comb(_) | Zone::Rank(_) => boxes::least_confidence(field),
        _ => target_confidence(field),
    }
}

/// What the field's target error leaves of certainty: an accepted answer that is no surer than this errs
/// as often as the target allows. Boxes are accepted from less ([`own_threshold`]), and what was learnt
/// counts more than either (`accepts`).
pub fn target_confidence(field: &Field) -> f64 {
    1.0 - field.target_error
}

/// Whether the field accepts an answer as sure as this: by what was learnt, else from `least` on. Of the
/// field only what fits the reading's engine is left ([`as_learnt`]).
fn accepts(field: &Field, confidence: Confidence, least: f64) -> bool {
    confidence.get() >= field.learnt.first().map_or(least, |l| l.accept_from)
}

/// Decides every reading of one side, then applies the side's rules across fields.
pub fn validate(side: &Side, readings: &[Reading], context: &Context<'_>) -> Vec<Verdict> {
    let pairs: Vec<(Cow<'_, Field>, &Reading)> = readings
        .iter()
        .filter_map(|r| {
            let field = side.fields.iter().find(|f| f.id == r.field)?;
            Some((as_learnt(field, r), r))
        })
        .collect();
    let plain = |era| Setting {
        today: context.today,
        era,
    };
    let mut verdicts: Vec<Verdict> = pairs
        .iter()
        .map(|(f, r)| decide(f, r, &plain(EraGiven::NotAsked), context))
        .collect();
    for (i, (field, reading)) in pairs.iter().enumerate() {
        if let Some(era_field) = era_field(field) {
            let era = era_given(&verdicts, era_field);
            verdicts[i] = decide(field, reading, &plain(era), context);
        }
    }
    let fields: Vec<&Field> = pairs.iter().map(|(field, _)| &**field).collect();
    for (written, kana) in names::pairs(&fields) {
        for (own, other) in [(written, kana), (kana, written)] {
            let heard = names::heard(&fields, &verdicts, (own, other));
            if let Some(field) = heard {
                verdicts[own] = decide(&field, pairs[own].1, &plain(EraGiven::NotAsked), context);
            }
        }
    }
    let setting = plain(EraGiven::NotAsked);
    for (code, address) in places::pairs(&fields) {
        let said = [code, address].map(|i| places::said(fields[i], pairs[i].1, &verdicts[i]));
        for (own, other) in [(code, &said[1]), (address, &said[0])] {
            if let Some(field) = places::heard(fields[own], &verdicts[own], other) {
                verdicts[own] = decide(&field, pairs[own].1, &setting, context);
            }
        }
    }
    ditto::resolve(&fields, &mut verdicts);
    places::resolve(&fields, &mut verdicts);
    ledger::resolve(&fields, &mut verdicts, context);
    rules::apply(side, &mut verdicts, context.today);
    verdicts
}

/// Whether a ditto sign was read, and not an answer of the field's own.
pub fn is_ditto(field: &Field, reading: &Reading, today: Day) -> bool {
    let setting = Setting {
        today,
        era: EraGiven::NotAsked,
    };
    let context = Context { today, key: None };
    let verdict = decide(field, reading, &setting, &context);
    verdict.doubts.iter().any(|d| d.reason == Reason::Ditto)
}

fn era_field(field: &Field) -> Option<&FieldId> {
    match &field.value {
        ValueKind::Date(kind) => kind.era_field.as_ref(),
        _ => None,
    }
}

fn era_given(verdicts: &[Verdict], id: &FieldId) -> EraGiven {
    verdicts
        .iter()
        .find(|v| &v.field == id && v.status == Status::Accepted)
        .and_then(|v| era::named(&v.value))
        .map_or(EraGiven::Open, EraGiven::Given)
}

/// The field with what was learnt of the reading's engine and of no other.
fn as_learnt<'a>(field: &'a Field, reading: &Reading) -> Cow<'a, Field> {
    if field.learnt.is_empty() {
        return Cow::Borrowed(field);
    }
    let learnt = field.learnt_of(&reading.engine).map(|accept_from| Learnt {
        engine: None,
        accept_from,
    });
    Cow::Owned(Field {
        learnt: learnt.into_iter().collect(),
        ..field.clone()
    })
}

/// Decides one field by what was read in it.
fn decide(field: &Field, reading: &Reading, setting: &Setting, context: &Context<'_>) -> Verdict {
    match (&reading.content, &field.zone) {
        (Content::Marks { .. } | Content::Grid { .. }, _) => {
            choice::decide(field, reading, setting)
        }
        (Content::Cells { cells }, _) => boxes::decide(field, reading, cells, setting),
        (Content::Ranks { cells }, Zone::Rank(zone)) => rank::decide(field, zone, reading, cells),
        (Content::Text { .. }, Zone::Line(zone)) => {
            lines::decide(field, zone, reading, setting, context)
        }
        (Content::Barcode { text }, Zone::Barcode(zone)) => {
            presence::barcode(field, zone, reading, (text.as_deref(), setting))
        }
        (Content::Ink { present, .. }, _) => presence::ink(field, reading, *present),
        (Content::Picture { ink_share }, _) => presence::picture(field, reading, *ink_share),
        // No engine for this zone, or a reading that does not belong to it.
        _ => {
            let mut doubts = reading.doubts.clone();
            if doubts.is_empty() {
                doubts.push(Reason::NoEngine.into());
            }
            Verdict::question(field, String::new(), Confidence::NONE, doubts)
        }
    }
}

#[cfg(test)]
mod tests;
