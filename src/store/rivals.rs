//! Cards with one key: the later one asks while their answers differ or are not settled. Equal ones
//! are merged at export without a word. Whatever a person says of one of them, or another reading
//! finds, may make the others ask or stop asking.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use super::ask::{current_outcome, insert_question, is_decided, questions_open, supersede};
use super::repair::is_held;
use super::{Fault, PageId, Subject};
use crate::doubt::{Doubt, Reason};

/// Why the page asks on account of its key; `None` when no earlier card contradicts it.
pub(super) fn doubt(db: &Connection, page: PageId) -> Result<Option<Doubt>, Fault> {
    let rivals = rivals(db, page)?;
    let earlier: Vec<PageId> = rivals.into_iter().filter(|other| *other < page).collect();
    if earlier.is_empty() {
        return Ok(None);
    }
    let ours = answers(db, page)?;
    for other in earlier {
        let theirs = answers(db, other)?;
        if !(theirs.iter().all(|(_, value)| value.is_some()) && ours == theirs) {
            let detail = format!("page {other}");
            return Ok(Some(Doubt::with(Reason::KeyDuplicate, detail)));
        }
    }
    Ok(None)
}

/// Makes a change to these pages; they and the cards that share a key with them, before or after it,
/// ask then what there is to ask.
pub(super) fn rechecked<T>(
    tx: &Connection,
    pages: &[PageId],
    change: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let own: BTreeSet<PageId> = pages.iter().copied().collect();
    let mut all = own.clone();
    for page in &own {
        all.extend(rivals(tx, *page)?);
    }
    let done = change()?;
    for page in &own {
        all.extend(rivals(tx, *page)?);
    }
    for page in all {
        ask_or_stop(tx, page)?;
    }
    Ok(done)
}

fn ask_or_stop(tx: &Connection, page: PageId) -> Result<(), Fault> {
    let wanted = doubt(tx, page)?;
    let open = questions_open(tx, page)?;
    let asked = open
        .iter()
        .find(|(_, subject, _)| *subject == Subject::Page);
    let (question, doubts) = match asked {
        Some((id, _, json)) => (Some(*id), serde_json::from_str(json).unwrap_or_default()),
        None => (None, Vec::<Doubt>::new()),
    };
    let about_key = |d: &Doubt| d.reason == Reason::KeyDuplicate;
    if wanted.is_some() == doubts.iter().any(about_key) {
        return Ok(());
    }
    if let Some(id) = question {
        // What a person put on hold waits for a person.
        if wanted.is_none() && is_held(tx, page, id)? {
            return Ok(());
        }
        supersede(tx, id)?;
    }
    let rest = doubts.into_iter().filter(|d| !about_key(d));
    let doubts: Vec<Doubt> = rest.chain(wanted).collect();
    if !doubts.is_empty() && !is_decided(tx, page, &Subject::Page)? {
        let place = (page, current_outcome(tx, page)?);
        insert_question(tx, place, &Subject::Page, &doubts)?;
    }
    Ok(())
}

/// Other replies that count under the page's form, side and key, in the order of recording; none for a
/// page that does not count itself.
fn rivals(db: &Connection, page: PageId) -> Result<Vec<PageId>, Fault> {
    type Place = (
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let place: Option<Place> = db
        .prepare_cached(
            "SELECT form, side, key, role FROM page
             WHERE page_id = ?1 AND bucket IN ('read', 'review')",
        )?
        .query_row([page], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .optional()?;
    let Some((Some(form), Some(side), Some(key), Some(role))) = place else {
        return Ok(Vec::new());
    };
    if role != "reply" {
        return Ok(Vec::new());
    }
    let mut same = db.prepare_cached(include_str!("sql/pages_with_key.sql"))?;
    let others = same.query_map((form, side, key, page), |r| r.get(0))?;
    Ok(others.collect::<Result<_, _>>()?)
}

/// What holds of the page's fields; `None` while open, and for what nobody can read.
fn answers(db: &Connection, page: PageId) -> Result<Vec<(String, Option<String>)>, Fault> {
    let mut list =
        db.prepare_cached("SELECT field, value FROM answer WHERE page_id = ?1 ORDER BY position")?;
    let all = list.query_map([page], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(all.collect::<Result<_, _>>()?)
}
