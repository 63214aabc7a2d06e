//! From text to a value, by the field's kind. One parser for the machine's readings and for what
//! people type.

use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{Era, Field, ValueKind};

use super::search::{BLANK, UNREADABLE};
use super::{bank, code, date, mynumber, number, options, phone, postal, words};

/// A value in its canonical form, and why it is not simply true. Without doubts it is valid; with
/// doubts `value` is the best suggestion, perhaps empty. An empty valid value is a blank answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub value: String,
    pub doubts: Vec<Doubt>,
}

impl Parsed {
    pub fn valid(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            doubts: Vec::new(),
        }
    }

    pub fn doubtful(value: impl Into<String>, doubt: impl Into<Doubt>) -> Self {
        Self {
            value: value.into(),
            doubts: vec![doubt.into()],
        }
    }

    pub fn is_valid(&self) -> bool {
        self.doubts.is_empty()
    }

    /// The same with one more reason.
    #[must_use]
    pub fn and(mut self, doubt: impl Into<Doubt>) -> Self {
        let doubt = doubt.into();
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
        self
    }
}

/// What parsing depends on besides the text.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The day the card was received.
    pub today: Day,
    pub era: EraGiven,
}

/// What the form's separate era field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraGiven {
    /// The form has no era field for this date.
    NotAsked,
    Given(Era),
    /// Blank, or a question itself.
    Open,
}

/// Parses an answer as typed by a person or read from a line. Control characters, which come with what is pasted,
/// are no part of it; line breaks and tabs are space.
pub fn parse(field: &Field, text: &str, setting: &Setting) -> Parsed {
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = text.chars().filter(is_text).collect();
    let text = text.trim();
    if text.is_empty() {
        return Parsed::valid("");
    }
    match words::stands_for_something_else(text) {
        Some(reason) if !options::is_answer(field, text, reason) => Parsed::doubtful("", reason),
        _ => mynumber::guard(field, text, by_kind(field, text, setting)),
    }
}

fn by_kind(field: &Field, text: &str, setting: &Setting) -> Parsed {
    match &field.value {
        ValueKind::Choice => options::choice(field, text),
        ValueKind::Multiple => options::multiple(field, text),
        ValueKind::Rank => options::rank(field, text),
        ValueKind::Number { min, max } => number::parse(text, *min, *max),
        ValueKind::Code {
            length,
            pattern,
            check,
        } => code::parse(text, length, pattern.as_ref(), check.as_ref()),
        ValueKind::Postal => postal::known(postal::parse(text), field.lists.places.as_deref()),
        ValueKind::Phone { area } => phone::parse(text, area.as_deref(), setting.today),
        ValueKind::Date(kind) => date::parse(text, kind, setting),
        ValueKind::Kana => words::kana(text),
        ValueKind::Name => words::name(text),
        ValueKind::BankAccount => bank::account(text),
        ValueKind::Address
        | ValueKind::Text
        | ValueKind::Free
        | ValueKind::Presence
        | ValueKind::Barcode => Parsed::valid(text),
    }
}

/// Parses the characters of a row of boxes; [`BLANK`] stands for an empty box. Blank boxes before
/// and after are left out; one between characters is a doubt, never a shift, but for the one between a
/// surname and a given name. Dates are read by position.
pub fn parse_boxes(field: &Field, boxes: &str, setting: &Setting) -> Parsed {
    if boxes.contains(UNREADABLE) {
        return Parsed::doubtful("", Reason::LowConf);
    }
    let written = boxes.trim_matches(BLANK);
    if written.is_empty() {
        return Parsed::valid("");
    }
    if let ValueKind::Date(kind) = &field.value {
        return date::parse_boxes(boxes, kind, setting);
    }
    let separated_words = matches!(field.value, ValueKind::Kana | ValueKind::Name)
        && written.matches(BLANK).count() == 1;
    if !written.contains(BLANK) {
        return parse(field, written, setting);
    }
    if separated_words {
        return parse(field, &written.replace(BLANK, "\u{3000}"), setting);
    }
    let joined: String = written.chars().filter(|c| *c != BLANK).collect();
    parse(field, &joined, setting).and(Reason::BoxCount)
}

/// The share of random wrong strings of the right length that [`parse`] would find valid: what a
/// constraint can tell. Own estimates, rounded towards 1 (no help).
pub fn pass_rate(field: &Field) -> f64 {
    use crate::form::CheckDigit;
    let places = field.lists.places.as_ref();
    match &field.value {
        // Codes that exist lie side by side: of misread ones 35 to 45 % exist too.
        ValueKind::Postal if places.is_some() => 0.4,
        ValueKind::Code {
            check: Some(CheckDigit::M16),
            ..
        } => 1.0 / 16.0,
        ValueKind::Code {
            check: Some(CheckDigit::M43),
            ..
        } => 1.0 / 43.0,
        // The remainders of 7 and 9 leave every second to third wrong digit unseen at worst.
        ValueKind::Code {
            check: Some(CheckDigit::SevenDr | CheckDigit::SevenDsr { .. }),
            ..
        } => 1.0 / 7.0,
        ValueKind::Code { check: Some(_), .. } => 0.1,
        // A wrong month or day digit is out of range about every second time.
        ValueKind::Date(_) => 0.6,
        // Only the first digits are bound.
        ValueKind::Phone { .. } => 0.9,
        _ => 1.0,
    }
}
