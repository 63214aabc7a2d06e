//! A separation taken back: the picture is one page again, as it was read before.

use rusqlite::{Connection, named_params};

use super::ask::{current_outcome, insert_question};
use super::questions::add_decision_as;
use super::redecide::stand_again;
use super::repair::{finish, page_question};
use super::separate::parts_now;
use super::{
    Act, Answer, Fault, NewDecision, OutcomeId, PageId, QuestionId, Repaired, RunId, RunInfo,
    Store, StoreError, Subject, audit, rivals,
};
use crate::doubt::{Doubt, Reason};

/// The remark of the decisions that take parts out of the answers again.
const REJOINED: &str = "rejoined";

impl Store {
    /// Takes a separation back: its parts count no more, and the page stands as before, with a
    /// question about it. Only while nobody but `info.who` said anything of the parts.
    pub fn rejoin_page(
        &mut self,
        info: &RunInfo,
        page: PageId,
    ) -> Result<Repaired<QuestionId>, StoreError> {
        let run = self.begin_run(info.clone());
        self.write(|tx| {
            let parts = parts_now(tx, page)?;
            if parts.is_empty() || is_used(tx, &parts, &info.who)? {
                return Ok(Repaired::Meanwhile);
            }
            let row = run.row(tx)?;
            let mut all = parts.clone();
            all.push(page);
            rivals::rechecked(tx, &all, || {
                for part in &parts {
                    set_aside(tx, *part, &run.act())?;
                }
                restore(tx, page, row)
            })?;
            let question = match page_question(tx, page)? {
                Some(question) => question,
                None => ask(tx, page)?,
            };
            finish(tx, row, info)?;
            audit::note(tx, &run.act(), "page.rejoin", &format!("page {page}"))?;
            Ok(Repaired::Done(question))
        })
    }
}

/// What was read of the picture while it was one page stands again, in a journey of its own.
fn restore(tx: &Connection, page: PageId, run: RunId) -> Result<(), Fault> {
    let (old, read): (OutcomeId, bool) = tx
        .prepare_cached(
            "SELECT id, outcome = 'read' FROM outcomes
             WHERE page_id = ?1 AND parts IS NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row([page], |r| Ok((r.get(0)?, r.get(1)?)))?;
    tx.execute("UPDATE outcomes SET current = 0 WHERE page_id = ?1", [page])?;
    if read {
        return stand_again(tx, page, (old, run));
    }
    tx.prepare_cached(include_str!("sql/rejoin_outcome.sql"))?
        .execute(named_params! { ":outcome": old, ":run": run })?;
    Ok(())
}

fn ask(tx: &Connection, page: PageId) -> Result<QuestionId, Fault> {
    let place = (page, current_outcome(tx, page)?);
    insert_question(tx, place, &Subject::Page, &[Doubt::new(Reason::ManualHold)])?;
    Ok(QuestionId(tx.last_insert_rowid()))
}

/// Whether a part was separated itself, or somebody else spoke about one.
fn is_used(db: &Connection, parts: &[PageId], who: &str) -> Result<bool, Fault> {
    let mut one = db.prepare_cached(
        "SELECT 1 FROM decisions WHERE page_id = ?1 AND who <> ?2
         UNION ALL SELECT 1 FROM entries e JOIN questions q ON q.id = e.question_id
         WHERE q.page_id = ?1 AND e.who <> ?2
         UNION ALL SELECT 1 FROM outcomes
         WHERE page_id = ?1 AND current = 1 AND parts IS NOT NULL",
    )?;
    for part in parts {
        if one.exists((part, who))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The whole picture holds the card again.
fn set_aside(tx: &Connection, part: PageId, act: &Act) -> Result<(), Fault> {
    let word = NewDecision {
        page: part,
        subject: Subject::Page,
        answer: Answer::Duplicate,
        act: act.clone(),
        why: String::new(),
        raises: Vec::new(),
    };
    add_decision_as(tx, &word, REJOINED)?;
    Ok(())
}
