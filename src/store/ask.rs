//! Which questions a page asks once it was read, or its readings were judged again.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, named_params};
use serde_json::json;

use super::{
    Answer, DecisionId, Fault, OutcomeId, PageId, Store, StoreError, Subject, rivals, rows, samples,
};
use crate::doubt::{Doubt, Reason};
use crate::form::FieldId;
use crate::pipeline::PageOutcome;
use crate::validate::{Status, Verdict};

/// Opens the questions of a fresh outcome, which is the page's current one and whose readings are
/// recorded; those of an earlier one give way to them.
pub(super) fn ask(
    tx: &Connection,
    page: PageId,
    outcome: OutcomeId,
    what: &PageOutcome,
) -> Result<(), Fault> {
    let asked = match what {
        PageOutcome::Read(record) => {
            let verdicts: Vec<&Verdict> = record.fields.iter().map(|f| &f.verdict).collect();
            about_page(tx, page, (&rows::page_doubts(record), &verdicts))?
        }
        PageOutcome::Rejected(rejected) => {
            let why = &rejected.rejection;
            vec![(
                Subject::Page,
                vec![Doubt::with(why.reason, why.detail.clone())],
            )]
        }
        PageOutcome::Separator { .. } => Vec::new(),
    };
    put(tx, (page, outcome), asked, &|_| false)
}

/// The same for readings that were judged again. A question whose subject `stands` as it was
/// judged before keeps its number.
pub(super) fn ask_again(
    tx: &Connection,
    (page, outcome): (PageId, OutcomeId),
    (doubts, verdicts): (&[Doubt], &[Verdict]),
    stands: &dyn Fn(&Subject) -> bool,
) -> Result<(), Fault> {
    let doubts: Vec<&Doubt> = doubts.iter().collect();
    let verdicts: Vec<&Verdict> = verdicts.iter().collect();
    let asked = about_page(tx, page, (&doubts, &verdicts))?;
    put(tx, (page, outcome), asked, stands)
}

/// Opens what a person's word on a field or the key raises about other fields; what an earlier word on
/// the same raised, and this one does not, is asked no more. Nobody's word is touched: only what the
/// machine settled is asked.
pub(super) fn raise(
    tx: &Connection,
    (page, decision): (PageId, DecisionId),
    own: &Subject,
    raises: &[(FieldId, Doubt)],
) -> Result<(), Fault> {
    let mut asked: BTreeMap<&FieldId, Vec<Doubt>> = BTreeMap::new();
    for (field, doubt) in raises {
        asked.entry(field).or_default().push(doubt.clone());
    }
    for (question, about) in raised_before(tx, page, own)? {
        if !asked.contains_key(&about) {
            supersede(tx, question)?;
        }
    }
    let place = (page, current_outcome(tx, page)?);
    for (field, doubts) in asked {
        let subject = Subject::Field(field.clone());
        let settled = tx
            .prepare_cached(include_str!("sql/is_settled.sql"))?
            .exists((page, &field.0))?;
        if settled && !is_decided(tx, page, &subject)? {
            insert_question(tx, place, &subject, &doubts)?;
            let question = tx.last_insert_rowid();
            tx.prepare_cached("UPDATE questions SET raised_by = ?2 WHERE id = ?1")?
                .execute((question, decision))?;
        }
    }
    Ok(())
}

impl Store {
    /// The fields that an earlier word on this field or the key asked about, while nobody answered.
    pub fn raised_by(&self, page: PageId, own: &Subject) -> Result<Vec<FieldId>, StoreError> {
        self.read(|db| {
            let all = raised_before(db, page, own)?.into_iter();
            Ok(all.map(|(_, about)| about).collect())
        })
    }
}

/// Open questions that an earlier word on this field or the key raised, with the fields that they are about.
fn raised_before(
    tx: &Connection,
    page: PageId,
    own: &Subject,
) -> Result<Vec<(i64, FieldId)>, Fault> {
    let mut list = tx.prepare_cached(
        "SELECT q.id, q.field FROM questions q JOIN decisions d ON d.id = q.raised_by
         WHERE q.page_id = ?1 AND q.state = 'open' AND d.kind = ?2 AND d.field = ?3",
    )?;
    let own = (page, own.kind().name(), own.field());
    let rows = list.query_map(own, |r| Ok((r.get(0)?, FieldId(r.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the open questions of a page those that are asked now. What a person decided is not asked
/// again; what a person put on hold stays open; a page that was set aside asks nothing until it is
/// taken back.
fn put(
    tx: &Connection,
    place: (PageId, OutcomeId),
    mut asked: Asked,
    stands: &dyn Fn(&Subject) -> bool,
) -> Result<(), Fault> {
    let (page, outcome) = place;
    for held in held(tx, page, outcome)? {
        if asked.iter().all(|(subject, _)| *subject != held) {
            asked.push((held, vec![Doubt::new(Reason::ManualHold)]));
        }
    }
    samples::still_checked(tx, place, &mut asked)?;
    let aside = set_aside_by(tx, page)?;
    if aside.is_some() {
        // What slept while the page was set aside gives way to what would be asked now.
        tx.prepare_cached(include_str!("sql/supersede_sleeping.sql"))?
            .execute([page])?;
    }
    let open = questions_open(tx, page)?;
    let stays = |subject: &Subject, json: &str| {
        let now = asked.iter().find(|(s, _)| s == subject);
        let written = now.map(|(_, doubts)| json!(doubts).to_string());
        written.as_deref() == Some(json) && stands(subject) && aside.is_none()
    };
    let mut kept: Vec<&Subject> = Vec::new();
    for (id, subject, json) in &open {
        if stays(subject, json) {
            kept.push(subject);
        } else {
            supersede(tx, *id)?;
        }
    }
    for (subject, doubts) in &asked {
        if kept.contains(&subject) || is_decided(tx, page, subject)? {
            continue;
        }
        insert_question(tx, place, subject, doubts)?;
    }
    if let Some(decision) = aside {
        tx.prepare_cached(include_str!("sql/close_page_questions.sql"))?
            .execute(named_params! { ":page": page, ":decision": decision })?;
    }
    Ok(())
}

pub(super) fn supersede(tx: &Connection, question: i64) -> Result<(), Fault> {
    tx.prepare_cached("UPDATE questions SET state = 'superseded' WHERE id = ?1")?
        .execute([question])?;
    Ok(())
}

/// The open questions of a page: number, subject, doubts as stored.
pub(super) fn questions_open(
    db: &Connection,
    page: PageId,
) -> Result<Vec<(i64, Subject, String)>, Fault> {
    let mut list = db.prepare_cached(
        "SELECT id, kind, field, doubts FROM questions
         WHERE page_id = ?1 AND state = 'open' ORDER BY id",
    )?;
    let rows = list.query_map([page], |r| {
        Ok((r.get("id")?, Subject::from_row(r)?, r.get("doubts")?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The subjects of a page that a person put on hold; fields only where the outcome has them.
fn held(db: &Connection, page: PageId, outcome: OutcomeId) -> Result<Vec<Subject>, Fault> {
    let mut list = db.prepare_cached(include_str!("sql/held_subjects.sql"))?;
    let rows = list.query_map((page, outcome), Subject::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The decision that took the page out of the answers, while it holds.
pub(super) fn set_aside_by(db: &Connection, page: PageId) -> Result<Option<DecisionId>, Fault> {
    let latest: Option<(DecisionId, String)> = db
        .prepare_cached(
            "SELECT id, answer FROM decisions WHERE page_id = ?1 AND kind = 'page'
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row([page], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let aside = |name: &str| {
        [
            Answer::Attachment,
            Answer::BlankPage,
            Answer::Returned,
            Answer::Duplicate,
        ]
        .iter()
        .any(|a| a.name() == name)
    };
    Ok(latest.filter(|(_, answer)| aside(answer)).map(|(id, _)| id))
}

pub(super) fn insert_question(
    tx: &Connection,
    (page, outcome): (PageId, OutcomeId),
    subject: &Subject,
    doubts: &[Doubt],
) -> Result<(), Fault> {
    let reason = doubts.first().map_or(Reason::LowConf, |d| d.reason);
    let policy = doubts.iter().find(|d| d.reason == Reason::ByPolicy);
    let policy = policy.and_then(|d| d.detail.as_deref());
    tx.prepare_cached(include_str!("sql/insert_question.sql"))?
        .execute(named_params! {
            ":page": page, ":outcome": outcome, ":kind": subject.kind().name(),
            ":field": subject.field(), ":reason": reason.code(),
            ":doubts": json!(doubts).to_string(), ":policy": policy.unwrap_or("auto"),
        })?;
    Ok(())
}

pub(super) fn current_outcome(tx: &Connection, page: PageId) -> Result<OutcomeId, Fault> {
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
pub(super) fn check_subject(tx: &Connection, page: PageId, subject: &Subject) -> Result<(), Fault> {
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

/// Subjects with their doubts.
type Asked = Vec<(Subject, Vec<Doubt>)>;

/// What there is to ask about a page that was read, its current outcome being recorded.
fn about_page(
    db: &Connection,
    page: PageId,
    (doubts, verdicts): (&[&Doubt], &[&Verdict]),
) -> Result<Asked, Fault> {
    let is_key =
        |d: &Doubt| d.reason.code().starts_with("KEY_") && d.reason != Reason::KeyDuplicate;
    let all = doubts.iter().map(|d| (*d).clone());
    let (key, mut whole): (Vec<Doubt>, Vec<Doubt>) = all.partition(is_key);
    whole.extend(rivals::doubt(db, page)?);
    let mut asked: Asked = Vec::new();
    for (subject, doubts) in [(Subject::Page, whole), (Subject::Key, key)] {
        if !doubts.is_empty() {
            asked.push((subject, doubts));
        }
    }
    let open = verdicts.iter().filter(|v| v.status == Status::Question);
    asked.extend(open.map(|v| (Subject::Field(v.field.clone()), v.doubts.clone())));
    Ok(asked)
}

/// A person's word holds, whatever a later reading says.
pub(super) fn is_decided(db: &Connection, page: PageId, subject: &Subject) -> Result<bool, Fault> {
    let latest: Option<String> = db
        .prepare_cached(include_str!("sql/latest_answer.sql"))?
        .query_row((page, subject.kind().name(), subject.field()), |r| r.get(0))
        .optional()?;
    Ok(latest.is_some_and(|answer| answer != Answer::Hold.name()))
}
