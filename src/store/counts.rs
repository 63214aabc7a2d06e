//! What there is how many of, for the books.

use rusqlite::Connection;
use serde::Serialize;

use super::{Fault, Store, StoreError};

/// How many of each kind, in a fixed order.
pub type Counted = Vec<(String, u64)>;

/// The files that came in, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    pub read: u64,
    /// The same bytes under another name, readable or not.
    pub copies: u64,
    /// Could not be read, and no later file of that name could.
    pub quarantined: u64,
    /// Could not be read, but a later file of that name could, or what could not be looked at can be now.
    pub replaced: u64,
    /// Pages that the readable files say they hold.
    pub pages_declared: u64,
    /// Cards that people separated out of a picture of several: pages beside the files' own.
    pub parts_declared: u64,
    /// Pages that were recorded.
    pub pages_recorded: u64,
}

impl Store {
    pub fn count_files(&self) -> Result<FileCounts, StoreError> {
        self.read(|db| {
            let counts = db.query_row(include_str!("sql/count_files.sql"), [], |r| {
                Ok(FileCounts {
                    read: r.get::<_, u32>("read")?.into(),
                    copies: r.get::<_, u32>("copies")?.into(),
                    quarantined: r.get::<_, u32>("quarantined")?.into(),
                    replaced: r.get::<_, u32>("replaced")?.into(),
                    pages_declared: r.get::<_, u32>("pages_declared")?.into(),
                    parts_declared: r.get::<_, u32>("parts_declared")?.into(),
                    pages_recorded: r.get::<_, u32>("pages_recorded")?.into(),
                })
            })?;
            Ok(counts)
        })
    }

    /// Pages by bucket.
    pub fn count_pages(&self) -> Result<Counted, StoreError> {
        self.read(|db| {
            counted(
                db,
                "SELECT bucket, count(*) FROM page GROUP BY bucket ORDER BY 1",
            )
        })
    }

    /// Rejected pages by reason.
    pub fn count_rejections(&self) -> Result<Counted, StoreError> {
        self.read(|db| counted(db, include_str!("sql/count_rejections.sql")))
    }

    /// Quarantined files by reason.
    pub fn count_quarantine(&self) -> Result<Counted, StoreError> {
        self.read(|db| counted(db, include_str!("sql/count_quarantine.sql")))
    }

    /// Fields of the pages that count, by status.
    pub fn count_fields(&self) -> Result<Counted, StoreError> {
        self.read(|db| counted(db, include_str!("sql/count_fields.sql")))
    }

    /// Open questions by kind (`field`, `key`, `page`).
    pub fn count_questions(&self) -> Result<Counted, StoreError> {
        self.read(|db| {
            counted(
                db,
                "SELECT kind, count(*) FROM questions WHERE state = 'open' GROUP BY 1",
            )
        })
    }

    /// Open questions by reason.
    pub fn count_reasons(&self) -> Result<Counted, StoreError> {
        self.read(|db| {
            counted(
                db,
                "SELECT reason, count(*) FROM questions WHERE state = 'open' GROUP BY 1",
            )
        })
    }

    /// Pages by form.
    pub fn count_forms(&self) -> Result<Counted, StoreError> {
        self.read(|db| {
            counted(
                db,
                "SELECT form, count(*) FROM page WHERE form IS NOT NULL GROUP BY 1",
            )
        })
    }

    /// Rows that were ever exported, by form.
    pub fn count_exported(&self) -> Result<Counted, StoreError> {
        self.read(|db| counted(db, include_str!("sql/count_exported.sql")))
    }
}

fn counted(db: &Connection, sql: &str) -> Result<Counted, Fault> {
    let mut all = db.prepare_cached(sql)?;
    let rows = all.query_map([], |r| Ok((r.get(0)?, r.get::<_, u32>(1)?.into())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
