//! Rules across the fields of a side, and `required`.
//!
//! Conditions have three values: a field under question has no value yet, so a condition over it
//! may be unknown, and an unknown condition asks for nothing. The rules are applied again when
//! people have decided ([`findings`] takes any values).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Status, Verdict, age, date};
use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{AgeRule, Condition, FieldId, Rule, Side, ValueKind};
use crate::lang::Text;

/// What is known of a field's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Answered; not empty.
    Value(&'a str),
    Blank,
    /// Under question.
    Open,
}

/// What the rules say of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub field: FieldId,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A person must look.
    Ask(Doubt),
    /// Blank, and rightly so.
    NotApplicable,
}

/// Applies the side's rules and `required` to the verdicts of a card that was received on that day.
pub(super) fn apply(side: &Side, verdicts: &mut [Verdict], received: Day) {
    let known: BTreeMap<FieldId, (Status, String)> = verdicts
        .iter()
        .map(|v| (v.field.clone(), (v.status, v.value.clone())))
        .collect();
    let look = |id: &FieldId| match known.get(id) {
        Some((Status::Accepted, value)) => Known::Value(value),
        Some((Status::Blank | Status::NotApplicable, _)) => Known::Blank,
        Some((Status::Question, _)) | None => Known::Open,
    };
    for Finding { field, what } in findings(side, &look, received) {
        let Some(verdict) = verdicts.iter_mut().find(|v| v.field == field) else {
            continue;
        };
        match what {
            What::Ask(doubt) => verdict.ask(doubt),
            What::NotApplicable if verdict.status == Status::Blank => {
                verdict.status = Status::NotApplicable;
            }
            What::NotApplicable => {}
        }
    }
}

/// What the side's rules and `required` say about these answers of a card that was received on that
/// day, in the order of the form.
pub fn findings<'a>(
    side: &Side,
    look: &impl Fn(&FieldId) -> Known<'a>,
    received: Day,
) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    for rule in &side.rules {
        let applies = rule
            .when
            .as_ref()
            .map_or(Some(true), |c| holds(side, c, look));
        if applies == Some(true) {
            findings_of(side, rule, look, &mut out);
            out.extend(rule.age.iter().flat_map(|age| {
                let reason = check_age(side, age, (look, received));
                let ask = reason.map(|reason| What::Ask(doubt(reason, &rule.message)));
                let both = [&age.written, &age.born].map(Clone::clone);
                let found = move |what: What| {
                    both.map(|field| Finding {
                        field,
                        what: what.clone(),
                    })
                };
                ask.map(found).into_iter().flatten()
            }));
        }
    }
    for field in side.fields.iter().filter(|f| f.required) {
        let excused = out.contains(&Finding {
            field: field.id.clone(),
            what: What::NotApplicable,
        });
        if look(&field.id) == Known::Blank && !excused {
            out.push(Finding {
                field: field.id.clone(),
                what: What::Ask(Reason::Required.into()),
            });
        }
    }
    let mut unique: Vec<Finding> = Vec::new();
    for finding in out {
        if !unique.contains(&finding) {
            unique.push(finding);
        }
    }
    unique
}

fn findings_of<'a>(
    side: &Side,
    rule: &Rule,
    look: &impl Fn(&FieldId) -> Known<'a>,
    out: &mut Vec<Finding>,
) {
    let mut add = |id: &FieldId, what| {
        out.push(Finding {
            field: id.clone(),
            what,
        });
    };
    for id in &rule.require {
        if look(id) == Known::Blank {
            add(id, What::Ask(doubt(Reason::Required, &rule.message)));
        }
    }
    for id in &rule.forbid {
        match look(id) {
            Known::Value(_) => add(id, What::Ask(doubt(Reason::CrossField, &rule.message))),
            Known::Blank => add(id, What::NotApplicable),
            Known::Open => {}
        }
    }
    if let Some(assert) = &rule.assert
        && holds(side, assert, look) == Some(false)
    {
        for id in named_in(assert) {
            add(id, What::Ask(doubt(Reason::CrossField, &rule.message)));
        }
    }
}

/// What is wrong with a written age; `None` while one of the two is blank or under question.
fn check_age<'a>(
    side: &Side,
    rule: &AgeRule,
    (look, received): (&impl Fn(&FieldId) -> Known<'a>, Day),
) -> Option<Reason> {
    let (Known::Value(written), Known::Value(born)) = (look(&rule.written), look(&rule.born))
    else {
        return None;
    };
    let field = side.fields.iter().find(|f| f.id == rule.born)?;
    let ValueKind::Date(kind) = &field.value else {
        return None;
    };
    let born = date::day_of(born, kind.format)?;
    age::check_written(written.parse().ok()?, born, received)
}

fn doubt(reason: Reason, message: &Text) -> Doubt {
    match (message.ja.as_str(), message.en.as_str()) {
        ("", "") => Doubt::new(reason),
        (ja, en) if en.is_empty() || ja == en => Doubt::with(reason, ja),
        ("", en) => Doubt::with(reason, en),
        (ja, en) => Doubt::with(reason, format!("{ja} / {en}")),
    }
}

/// The fields a condition names, each once.
fn named_in(condition: &Condition) -> Vec<&FieldId> {
    let mut out = match condition {
        Condition::Equals(id, _)
        | Condition::Differs(id, _)
        | Condition::Less(id, _)
        | Condition::LessOrEqual(id, _)
        | Condition::Greater(id, _)
        | Condition::GreaterOrEqual(id, _)
        | Condition::Contains(id, _)
        | Condition::Blank(id) => vec![id],
        Condition::SameAs(a, b) => vec![a, b],
        Condition::Not(inner) => named_in(inner),
        Condition::And(all) | Condition::Or(all) => all.iter().flat_map(named_in).collect(),
    };
    out.sort();
    out.dedup();
    out
}

/// Whether a condition holds; `None` when a field under question decides it.
pub fn holds<'a>(
    side: &Side,
    condition: &Condition,
    look: &impl Fn(&FieldId) -> Known<'a>,
) -> Option<bool> {
    let ordered = |id: &FieldId, other: &str, accept: fn(Ordering) -> bool| match look(id) {
        Known::Value(value) => Some(compare(side, id, value, other).is_some_and(accept)),
        Known::Blank => Some(false),
        Known::Open => None,
    };
    match condition {
        Condition::Equals(id, other) => equals(look(id), other),
        Condition::Differs(id, other) => equals(look(id), other).map(|b| !b),
        Condition::Less(id, other) => ordered(id, other, Ordering::is_lt),
        Condition::LessOrEqual(id, other) => ordered(id, other, Ordering::is_le),
        Condition::Greater(id, other) => ordered(id, other, Ordering::is_gt),
        Condition::GreaterOrEqual(id, other) => ordered(id, other, Ordering::is_ge),
        Condition::SameAs(a, b) => match (look(a), look(b)) {
            (Known::Open, _) | (_, Known::Open) => None,
            (a, b) => Some(a == b),
        },
        Condition::Contains(id, option) => match look(id) {
            Known::Value(value) => Some(value.split(['|', '>']).any(|v| v == option)),
            Known::Blank => Some(false),
            Known::Open => None,
        },
        Condition::Blank(id) => match look(id) {
            Known::Open => None,
            known => Some(known == Known::Blank),
        },
        Condition::Not(inner) => holds(side, inner, look).map(|b| !b),
        Condition::And(all) => every(all.iter().map(|c| holds(side, c, look))),
        Condition::Or(all) => {
            every(all.iter().map(|c| holds(side, c, look).map(|b| !b))).map(|b| !b)
        }
    }
}

fn equals(known: Known<'_>, other: &str) -> Option<bool> {
    match known {
        Known::Value(value) => Some(value == other),
        Known::Blank => Some(other.is_empty()),
        Known::Open => None,
    }
}

/// True when all are true, false when one is false, unknown otherwise.
fn every(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for one in all {
        match one {
            Some(false) => return Some(false),
            Some(true) => {}
            None => open = true,
        }
    }
    (!open).then_some(true)
}

/// Dates as days, numbers as numbers, anything else as text. `None` when the two cannot be
/// compared.
fn compare(side: &Side, id: &FieldId, value: &str, other: &str) -> Option<Ordering> {
    let kind = side.fields.iter().find(|f| &f.id == id).map(|f| &f.value);
    if let Some(ValueKind::Date(kind)) = kind {
        let day = date::day_of(value, kind.format)?;
        let other = date::day_of(other, crate::form::DateFormat::Iso)?;
        return Some(day.cmp(&other));
    }
    match (value.parse::<f64>(), other.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.partial_cmp(&b),
        _ => Some(value.cmp(other)),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
