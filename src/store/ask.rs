//! Which questions a fresh reading of a page asks.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use serde_json::json;

use super::{Answer, Fault, OutcomeId, PageId, StoreError, Subject, rows};
use crate::doubt::{Doubt, Reason};
use crate::form::Role;
use crate::pipeline::{PageOutcome, PageRecord};
use crate::validate::Status;

/// Opens the questions of a fresh outcome; those of an earlier one give way to them.
pub(super) fn ask(
    tx: &Transaction<'_>,
    page: PageId,
    outcome: OutcomeId,
    what: &PageOutcome,
) -> Result<(), Fault> {
    tx.prepare_cached(
        "UPDATE questions SET state = 'superseded' WHERE page_id = ?1 AND state = 'open'",
    )?
    .execute([page])?;
    let asked = match what {
        PageOutcome::Read(record) => about_record(tx, page, record)?,
        PageOutcome::Rejected(rejected) => {
            let why = &rejected.rejection;
            vec![(
                Subject::Page,
                vec![Doubt::with(why.reason, why.detail.clone())],
            )]
        }
        PageOutcome::Separator { .. } => Vec::new(),
    };
    for (subject, doubts) in asked {
        if !is_decided(tx, page, &subject)? {
            insert_question(tx, (page, outcome), &subject, &doubts)?;
        }
    }
    Ok(())
}

pub(super) fn insert_question(
    tx: &Transaction<'_>,
    (page, outcome): (PageId, OutcomeId),
    subject: &Subject,
    doubts: &[Doubt],
) -> Result<(), Fault> {
    let reason = doubts.first().map_or(Reason::LowConf, |d| d.reason);
    tx.prepare_cached(include_str!("sql/insert_question.sql"))?
        .execute(named_params! {
            ":page": page, ":outcome": outcome, ":kind": subject.kind().name(),
            ":field": subject.field(), ":reason": reason.code(),
            ":doubts": json!(doubts).to_string(),
        })?;
    Ok(())
}

pub(super) fn current_outcome(tx: &Transaction<'_>, page: PageId) -> Result<OutcomeId, Fault> {
    let found = tx
        .prepare_cached("SELECT id FROM outcomes WHERE page_id = ?1 AND current = 1")?
        .query_row([page], |r| r.get(0))
        .optional()?;
    let missing = || StoreError::NoSuch {
        what: "page",
        id: page.to_string(),
    };
    Ok(found.ok_or_else(missing)?)
}

/// Only what was read can be decided.
pub(super) fn check_subject(
    tx: &Transaction<'_>,
    page: PageId,
    subject: &Subject,
) -> Result<(), Fault> {
    let outcome = current_outcome(tx, page)?;
    let Subject::Field(id) = subject else {
        return Ok(());
    };
    let there = tx
        .prepare_cached("SELECT 1 FROM readings WHERE outcome_id = ?1 AND field = ?2")?
        .exists((outcome, &id.0))?;
    let missing = || StoreError::NoSuch {
        what: "field",
        id: id.0.clone(),
    };
    if there { Ok(()) } else { Err(missing().into()) }
}

type Asked = Vec<(Subject, Vec<Doubt>)>;

fn about_record(db: &Connection, page: PageId, record: &PageRecord) -> Result<Asked, Fault> {
    let is_key =
        |d: &Doubt| d.reason.code().starts_with("KEY_") && d.reason != Reason::KeyDuplicate;
    let all = rows::page_doubts(record).into_iter().cloned();
    let (key, mut whole): (Vec<Doubt>, Vec<Doubt>) = all.partition(is_key);
    if let Some(other) = contradicted(db, page, record)? {
        whole.push(Doubt::with(Reason::KeyDuplicate, format!("page {other}")));
    }
    let mut asked: Asked = Vec::new();
    for (subject, doubts) in [(Subject::Page, whole), (Subject::Key, key)] {
        if !doubts.is_empty() {
            asked.push((subject, doubts));
        }
    }
    let open = record
        .fields
        .iter()
        .map(|f| &f.verdict)
        .filter(|v| v.status == Status::Question);
    asked.extend(open.map(|v| (Subject::Field(v.field.clone()), v.doubts.clone())));
    Ok(asked)
}

/// The earlier page with the same key whose answers differ, or are not settled; equal ones are
/// merged at export without a word.
fn contradicted(
    db: &Connection,
    page: PageId,
    record: &PageRecord,
) -> Result<Option<PageId>, Fault> {
    let Some(key) = record
        .key
        .key
        .as_deref()
        .filter(|_| record.role == Role::Reply)
    else {
        return Ok(None);
    };
    let mut same = db.prepare_cached(include_str!("sql/pages_with_key.sql"))?;
    let others = same.query_map((&record.form.0, &record.side, key, page), |r| r.get(0))?;
    let others: Vec<PageId> = others.collect::<Result<_, _>>()?;
    for other in others {
        if !same_answers(db, other, record)? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

fn same_answers(db: &Connection, other: PageId, record: &PageRecord) -> Result<bool, Fault> {
    let mut list =
        db.prepare_cached("SELECT field, value FROM answer WHERE page_id = ?1 ORDER BY position")?;
    let theirs = list.query_map([other], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let theirs: Vec<(String, Option<String>)> = theirs.collect::<Result<_, _>>()?;
    let ours = record.fields.iter().map(|f| {
        let settled = f.verdict.status != Status::Question;
        (
            f.verdict.field.0.clone(),
            settled.then(|| f.verdict.value.clone()),
        )
    });
    Ok(theirs.iter().all(|(_, v)| v.is_some()) && ours.eq(theirs.iter().cloned()))
}

/// A person's word holds, whatever a later reading says.
fn is_decided(db: &Connection, page: PageId, subject: &Subject) -> Result<bool, Fault> {
    let latest: Option<String> = db
        .prepare_cached(include_str!("sql/latest_answer.sql"))?
        .query_row((page, subject.kind().name(), subject.field()), |r| r.get(0))
        .optional()?;
    Ok(latest.is_some_and(|answer| answer != Answer::Hold.name()))
}
