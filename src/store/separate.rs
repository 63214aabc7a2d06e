//! A picture of several cards, separated: each card is a page of its own, which the journey reads and
//! people answer as any other. The picture stays as it is, under all of them.

use rusqlite::{Connection, Row, named_params};
use serde_json::json;

use super::ask::current_outcome;
use super::original::{json as json_column, who_read};
use super::questions::add_decision_as;
use super::record::{NewPage, Recorded};
use super::repair::{claim, finish, keep_hints};
use super::rows::Kept;
use super::{
    Act, Answer, Fault, NewDecision, Original, OutcomeId, PageId, QuestionId, Repaired, Run, RunId,
    RunInfo, Store, StoreError, Subject, UNDO, audit, rivals,
};
use crate::digest::Digest;
use crate::pipeline::{Hints, PageOutcome};
use crate::scan::{Origin, Region};

/// One card of several, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct NewPart<'a> {
    /// Of the picture in the file.
    pub region: Region,
    pub pixels: &'a Digest,
    pub outcome: &'a PageOutcome,
    pub hints: &'a Hints,
}

/// A part that is read again, where it lies.
#[derive(Clone, Debug)]
pub struct PartToRead {
    pub page: PageId,
    pub region: Region,
    pub hints: Hints,
}

impl Store {
    /// Makes a page of every part, as a person's answer to `question`: leases as in
    /// [`Store::repair_page`]. The page itself asks nothing any more and counts as separated.
    pub fn separate_page(
        &mut self,
        info: &RunInfo,
        (question, lease): (QuestionId, Option<&str>),
        (original, parts): (&Original, &[NewPart<'_>]),
    ) -> Result<Repaired<Vec<PageId>>, StoreError> {
        let albums = parts.iter().map(|part| self.put_album(part.outcome));
        let albums: Vec<Kept> = albums.collect::<Result<_, _>>()?;
        let run = self.begin_run(info.clone());
        self.write(|tx| {
            if let Some(refused) = claim(tx, question, lease)? {
                return Ok(refused);
            }
            let row = run.row(tx)?;
            let whole = (original.page, current_outcome(tx, original.page)?);
            rivals::rechecked(tx, &[original.page], || {
                close(tx, (original.page, row), parts.len())
            })?;
            let mut pages = Vec::new();
            for (part, kept) in parts.iter().zip(&albums) {
                let page = add_part(tx, (row, info), original, (part, kept))?;
                ask_anew(tx, whole, page, &run.act())?;
                pages.push(page);
            }
            finish(tx, row, info)?;
            let named: Vec<String> = pages.iter().map(ToString::to_string).collect();
            let subject = format!("page {} into {}", original.page, named.join(" "));
            audit::note(tx, &run.act(), "page.separate", &subject)?;
            Ok(Repaired::Done(pages))
        })
    }

    /// The parts that a page is separated into; none where it is not.
    pub fn parts_of(&self, page: PageId) -> Result<Vec<PageId>, StoreError> {
        self.read(|db| parts_now(db, page))
    }

    /// Who separated the page, where it is.
    pub fn separated_by(&self, page: PageId) -> Result<Option<String>, StoreError> {
        self.read(|db| who_read(db, page, "parts"))
    }

    /// What is to be read at the place of a page that was separated; empty where it was not.
    pub fn parts_at(&self, origin: &Origin) -> Result<Vec<PartToRead>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/parts_to_read.sql"))?;
            let file = (origin.file_sha256.to_string(), &origin.file, origin.page);
            let rows = all.query_map(file, PartToRead::from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Puts another reading of a part beside the old one.
    pub fn reread_part(
        &mut self,
        run: &mut Run,
        (page, origin): (PageId, &Origin),
        (pixels, outcome): (&Digest, &PageOutcome),
    ) -> Result<Recorded, StoreError> {
        let info = run.info().clone();
        let kept = self.put_album(outcome)?;
        let again = NewPage {
            origin,
            pixels,
            outcome,
            info: &info,
        };
        let recorded = Recorded::Reread(page);
        let row = self.write(|tx| {
            let row = run.row(tx)?;
            again.add_journey(tx, (row, recorded), &kept)?;
            Ok(row)
        })?;
        run.keep(Some(row));
        Ok(recorded)
    }
}

impl PartToRead {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let whole = || rusqlite::Error::InvalidQuery;
        Ok(Self {
            page: row.get("id")?,
            region: json_column(row, "region")?.ok_or_else(whole)?,
            hints: json_column(row, "hints")?.unwrap_or_default(),
        })
    }
}

/// The page asks nothing any more; its journey so far stays in the books.
fn close(tx: &Connection, (page, run): (PageId, RunId), parts: usize) -> Result<(), Fault> {
    let old = current_outcome(tx, page)?;
    tx.execute("UPDATE outcomes SET current = 0 WHERE id = ?1", [old])?;
    tx.prepare_cached(include_str!("sql/separate_outcome.sql"))?
        .execute(named_params! { ":outcome": old, ":run": run, ":parts": parts as i64 })?;
    tx.execute(
        "UPDATE questions SET state = 'superseded' WHERE page_id = ?1 AND state = 'open'",
        [page],
    )?;
    Ok(())
}

fn add_part(
    tx: &Connection,
    (run, info): (RunId, &RunInfo),
    original: &Original,
    (part, kept): (&NewPart<'_>, &Kept),
) -> Result<PageId, Fault> {
    tx.prepare_cached(include_str!("sql/insert_part.sql"))?
        .execute(named_params! {
            ":page": original.page, ":region": json!(part.region).to_string(),
            ":pixels": part.pixels.to_string(),
        })?;
    let page = PageId(tx.last_insert_rowid());
    let new = NewPage {
        origin: &original.origin,
        pixels: part.pixels,
        outcome: part.outcome,
        info,
    };
    let outcome: OutcomeId = new.add_journey(tx, (run, Recorded::New(page)), kept)?;
    keep_hints(tx, outcome, part.hints)?;
    Ok(page)
}

/// What people said of the whole is asked again of every card that it may be about: nobody knows of
/// which it was said. Their words stay in the books.
fn ask_anew(
    tx: &Connection,
    (whole, outcome): (PageId, OutcomeId),
    part: PageId,
    act: &Act,
) -> Result<(), Fault> {
    let said: Vec<Subject> = tx
        .prepare_cached(include_str!("sql/said_of_whole.sql"))?
        .query_map(
            named_params! { ":whole": whole, ":outcome": outcome, ":part": part },
            Subject::from_row,
        )?
        .collect::<Result<_, _>>()?;
    for subject in said {
        let hold = NewDecision {
            page: part,
            subject,
            answer: Answer::Hold,
            act: act.clone(),
            why: String::new(),
            raises: Vec::new(),
        };
        add_decision_as(tx, &hold, UNDO)?;
    }
    Ok(())
}

pub(super) fn parts_now(db: &Connection, page: PageId) -> Result<Vec<PageId>, Fault> {
    let mut all = db.prepare_cached(include_str!("sql/parts_now.sql"))?;
    let rows = all.query_map([page], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
#[path = "separate_tests.rs"]
mod tests;
