//! Pages as they stand in the store, and what they say once they are judged again without pixels.
//!
//! The raw measures are copied beside the new verdicts as they were read, with the pictures' digests
//! and the engines' names; only what the rules make of them is new.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde_json::json;

use super::ask::{self, current_outcome};
use super::look::{bad_column, doubts, parsed};
use super::record::{Recorded, Run};
use super::rows::status_name;
use super::{Fault, OutcomeId, PageId, RunId, Store, StoreError, Subject, rivals};
use crate::calendar::Day;
use crate::confidence::Confidence;
use crate::digest::Digest;
use crate::doubt::Doubt;
use crate::form::{FieldId, FormId, Role};
use crate::geom::Rect;
use crate::pipeline::Judgement;
use crate::read::{Content, MarginInk, Reading};
use crate::scan::Origin;
use crate::validate::{Status, Verdict};

/// A page that was read, with what the latest journey made of it.
#[derive(Clone, Debug)]
pub struct StoredPage {
    pub id: PageId,
    pub outcome: OutcomeId,
    pub origin: Origin,
    /// As what it was read.
    pub form: FormId,
    pub edition: u32,
    pub form_digest: Digest,
    pub side: String,
    pub role: Role,
    /// As read from the barcode, unless a person said another.
    pub key: Option<String>,
    /// About the page and its key.
    pub doubts: Vec<Doubt>,
    pub margin: MarginInk,
    pub received: Day,
    /// In the order of the form; `None` where they, or the margin, were stored in words that this program
    /// does not know.
    pub readings: Option<Vec<Reading>>,
    /// One a reading.
    pub verdicts: Vec<Verdict>,
}

impl Store {
    /// Pages that were read, each with its file's name, in the order of recording.
    pub fn read_pages(&self, form: Option<&str>) -> Result<Vec<(PageId, String)>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/read_pages.sql"))?;
            let rows = all.query_map([form], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A page that was read; `None` when it counts as something else by now.
    pub fn stored_page(&self, id: PageId) -> Result<Option<StoredPage>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(include_str!("sql/stored_page.sql"))?;
            let Some(mut page) = one.query_row([id], from_row).optional()? else {
                return Ok(None);
            };
            let mut all = db
                .prepare_cached("SELECT * FROM readings WHERE outcome_id = ?1 ORDER BY position")?;
            let mut rows = all.query([page.outcome])?;
            while let Some(row) = rows.next()? {
                page.verdicts.push(verdict(row)?);
                match (reading(row)?, &mut page.readings) {
                    (Some(one), Some(all)) => all.push(one),
                    _ => page.readings = None,
                }
            }
            Ok(Some(page))
        })
    }

    /// Puts a new judgement beside the old one, in one transaction. Changes nothing when the page
    /// was read or judged by another program meanwhile.
    pub fn redecide_page(
        &mut self,
        run: &mut Run,
        page: &StoredPage,
        (form_digest, judged): (&Digest, &Judgement),
    ) -> Result<Recorded, StoreError> {
        let (recorded, run_id) = self.write(|tx| {
            if current_outcome(tx, page.id)? != page.outcome {
                return Ok((Recorded::Known(page.id), None));
            }
            let run_id = run.row(tx)?;
            tx.execute(
                "UPDATE outcomes SET current = 0 WHERE id = ?1",
                [page.outcome],
            )?;
            tx.prepare_cached(include_str!("sql/redecide_outcome.sql"))?
                .execute(named_params! {
                    ":outcome": page.outcome, ":run": run_id,
                    ":form_digest": form_digest.to_string(),
                    ":received": page.received.to_string(),
                    ":doubts": json!(judged.doubts).to_string(),
                })?;
            let outcome = OutcomeId(tx.last_insert_rowid());
            tx.prepare_cached(include_str!("sql/copy_barcodes.sql"))?
                .execute((page.outcome, outcome))?;
            add_verdicts(tx, (page.outcome, outcome), &judged.verdicts)?;
            let stands = |subject: &Subject| page.stands(subject, judged);
            let said = (&judged.doubts[..], &judged.verdicts[..]);
            rivals::rechecked(tx, &[page.id], || {
                ask::ask_again(tx, (page.id, outcome), said, &stands)
            })?;
            Ok((Recorded::Redecided(page.id), Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(recorded)
    }
}

impl StoredPage {
    /// Whether the judgement says something new.
    pub fn differs_from(&self, judged: &Judgement) -> bool {
        self.verdicts != judged.verdicts || self.doubts != judged.doubts
    }

    fn stands(&self, subject: &Subject, judged: &Judgement) -> bool {
        match subject {
            Subject::Field(id) => {
                let of = |all: &[Verdict]| all.iter().find(|v| v.field == *id).cloned();
                of(&self.verdicts) == of(&judged.verdicts)
            }
            Subject::Key | Subject::Page => true,
        }
    }
}

/// An earlier outcome of a page that was read stands again, with its verdicts and what they ask.
pub(super) fn stand_again(
    tx: &Connection,
    page: PageId,
    (old, run): (OutcomeId, RunId),
) -> Result<(), Fault> {
    let (form_digest, received, about): (String, String, String) = tx
        .prepare_cached("SELECT form_digest, received, doubts FROM outcomes WHERE id = ?1")?
        .query_row([old], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    tx.prepare_cached(include_str!("sql/redecide_outcome.sql"))?
        .execute(named_params! {
            ":outcome": old, ":run": run, ":form_digest": form_digest,
            ":received": received, ":doubts": about,
        })?;
    let outcome = OutcomeId(tx.last_insert_rowid());
    tx.prepare_cached(include_str!("sql/copy_barcodes.sql"))?
        .execute((old, outcome))?;
    let verdicts: Vec<Verdict> = tx
        .prepare_cached("SELECT * FROM readings WHERE outcome_id = ?1 ORDER BY position")?
        .query_map([old], verdict)?
        .collect::<Result<_, _>>()?;
    add_verdicts(tx, (old, outcome), &verdicts)?;
    let about: Vec<Doubt> = serde_json::from_str(&about).map_err(|e| bad_column("doubts", e))?;
    ask::ask_again(tx, (page, outcome), (&about, &verdicts), &|_| false)
}

/// The readings of an outcome again, as they stand, under new verdicts.
fn add_verdicts(
    tx: &Connection,
    (old, new): (OutcomeId, OutcomeId),
    verdicts: &[Verdict],
) -> Result<(), Fault> {
    let mut insert = tx.prepare_cached(include_str!("sql/redecide_reading.sql"))?;
    for verdict in verdicts {
        insert.execute(named_params! {
            ":old": old, ":new": new, ":field": verdict.field.0,
            ":status": status_name(verdict.status), ":value": verdict.value,
            ":confidence": verdict.confidence.get(),
            ":doubts": json!(verdict.doubts).to_string(),
        })?;
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredPage> {
    let margin: Option<String> = row.get("margin")?;
    let margin = margin.map(|json| serde_json::from_str(&json)).transpose();
    // A measure like the others: without it the page cannot be judged again.
    let readings = margin.is_ok().then(Vec::new);
    let role: String = row.get("role")?;
    Ok(StoredPage {
        id: row.get("page_id")?,
        outcome: row.get("outcome_id")?,
        origin: Origin {
            file: row.get("file")?,
            file_sha256: parsed(row, "sha256")?,
            page: row.get("page")?,
        },
        form: FormId(row.get("form")?),
        edition: row.get("edition")?,
        form_digest: parsed(row, "form_digest")?,
        side: row.get("side")?,
        role: if role == "reply" {
            Role::Reply
        } else {
            Role::BatchHeader
        },
        key: row.get("key_now")?,
        doubts: doubts(row, "doubts")?,
        margin: margin.ok().flatten().unwrap_or_default(),
        received: parsed(row, "received")?,
        readings,
        verdicts: Vec::new(),
    })
}

fn verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    let status: String = row.get("status")?;
    Ok(Verdict {
        field: FieldId(row.get("field")?),
        status: match status.as_str() {
            "accepted" => Status::Accepted,
            "blank" => Status::Blank,
            "not_applicable" => Status::NotApplicable,
            _ => Status::Question,
        },
        value: row.get("value")?,
        confidence: Confidence::new(row.get("confidence")?),
        doubts: doubts(row, "doubts")?,
    })
}

/// `None` for measures that this program cannot read.
fn reading(row: &Row<'_>) -> rusqlite::Result<Option<Reading>> {
    #[derive(serde::Deserialize)]
    struct Raw {
        content: Content,
        doubts: Vec<Doubt>,
    }
    let raw: Option<Raw> = serde_json::from_str(row.get_ref("raw")?.as_str()?).ok();
    let (field, engine) = (FieldId(row.get("field")?), row.get("engine")?);
    Ok(raw.map(|raw| Reading {
        field,
        engine,
        content: raw.content,
        doubts: raw.doubts,
        // Where it lies is the form's to say; nothing here cuts a picture.
        crop_area: Rect::new(0.0, 0.0, 1.0, 1.0),
    }))
}
