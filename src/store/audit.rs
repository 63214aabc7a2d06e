//! Who did what: a chain in which each row's hash covers the row and the hash before it, so that
//! a row that is changed, taken out or put in breaks the chain. Holds no field value.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;

use super::{Act, Fault, Store, StoreError};
use crate::digest::Digest;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    pub seq: i64,
    pub at: String,
    pub who: String,
    /// `run.begin`, `file.quarantine`, `decision`, `export`, ...
    pub what: String,
    /// What it was done to: `page 12 field`, `export 3`, ...
    pub subject: String,
    pub hash: String,
}

/// The hash before the first row.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let own = Self {
            seq: row.get("seq")?,
            at: row.get("at")?,
            who: row.get("who")?,
            what: row.get("what")?,
            subject: row.get("subject")?,
            hash: row.get("hash")?,
        };
        Ok((own, row.get("prev")?))
    }

    fn digest(&self, prev: &str) -> String {
        let seq = self.seq.to_string();
        let parts = [prev, &seq, &self.at, &self.who, &self.what, &self.subject];
        Digest::of_parts(parts.map(str::as_bytes)).to_string()
    }
}

/// Adds a row; called inside the transaction of what it tells of.
pub(super) fn note(db: &Connection, act: &Act, what: &str, subject: &str) -> Result<(), Fault> {
    let last = db
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)))
        .optional()?;
    let (seq, prev) = last.map_or((1, GENESIS.to_owned()), |(seq, hash)| (seq + 1, hash));
    let mut row = AuditRow {
        seq,
        at: act.at.to_string(),
        who: act.who.clone(),
        what: what.to_owned(),
        subject: subject.to_owned(),
        hash: String::new(),
    };
    row.hash = row.digest(&prev);
    db.prepare_cached(
        "INSERT INTO audit (seq, at, who, what, subject, prev, hash)
         VALUES (:seq, :at, :who, :what, :subject, :prev, :hash)",
    )?
    .execute(named_params! {
        ":seq": row.seq, ":at": row.at, ":who": row.who, ":what": row.what,
        ":subject": row.subject, ":prev": prev, ":hash": row.hash,
    })?;
    Ok(())
}

impl Store {
    /// Everything that was done, oldest first.
    pub fn audit(&self) -> Result<Vec<AuditRow>, StoreError> {
        Ok(self.chain()?.into_iter().map(|(row, _)| row).collect())
    }

    /// The sequence number of the first row at which the chain breaks; `None` when it holds.
    pub fn audit_break(&self) -> Result<Option<i64>, StoreError> {
        let mut prev = GENESIS.to_owned();
        for (at, (row, says)) in self.chain()?.into_iter().enumerate() {
            if row.seq != at as i64 + 1 || says != prev || row.hash != row.digest(&prev) {
                return Ok(Some(row.seq));
            }
            prev = row.hash;
        }
        Ok(None)
    }

    fn chain(&self) -> Result<Vec<(AuditRow, String)>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare("SELECT * FROM audit ORDER BY seq")?;
            let rows = all
                .query_map([], AuditRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }
}
