//! What a campaign keeps: one SQLite file, and originals and pictures beside it by content hash.
//!
//! A page is recorded in one transaction. Readings, decisions, exports and the audit are only
//! added to. Nothing here reads a clock: moments and names are passed in, so the same input gives
//! the same content; `docs/schema.md` lists the columns that hold time. A call that finds nothing
//! new writes nothing at all, not even a row for itself.
//!
//! Two programs may have the same store open: each change is an immediate transaction that looks
//! again at what it is about to add.

mod album;
mod alone;
mod ask;
mod audit;
mod blobs;
mod calibrations;
mod counts;
mod covers;
mod entries;
mod error;
mod exports;
mod files;
mod groups;
mod headers;
mod ids;
mod leases;
mod look;
mod lots;
mod migrate;
mod original;
mod people;
mod progress;
mod questions;
mod record;
mod redecide;
mod rejoin;
mod repair;
mod rivals;
mod rows;
mod samples;
mod separate;
mod views;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use alone::Alone;
pub use audit::AuditRow;
pub(crate) use blobs::write_new;
pub use blobs::{BlobKind, Blobs};
pub use calibrations::{CalibrationRow, Cause, FieldWord, GroupRow};
pub use counts::{Counted, FileCounts};
pub use covers::{Covers, Shows};
pub use entries::{AGREED, Entry, May, Spoken, Step};
pub use error::StoreError;
pub use exports::{ExportKind, ExportRow, LastExport, NewExport, Operation, RowMark};
pub use files::{KnownFile, NewFile, Quarantine, UnfinishedFile};
pub use groups::{Group, GroupField};
pub use headers::{HeaderCount, LotCards};
pub use ids::{
    Act, CalibrationId, DecisionId, ExportSeq, FileId, LotId, OutcomeId, PageId, QuestionId,
    ReadingId, RunId, SampleId, Timestamp,
};
pub use leases::{Desk, Lease, Settled, Term, UNDO, Waiting, Wanted};
pub use look::{AnswerRow, AnswerStatus, Bucket, PageRow, Picture, ReadingRow};
pub use lots::{FieldCount, KeyCount, LotFit, LotRow, LotShift, Printed, StreakedPage};
pub use original::Original;
pub use people::{Change, Person, Role};
pub use progress::{PersonRow, WaitingRow};
pub use questions::{
    Answer, Kind, NewDecision, QuestionFilter, QuestionRow, QuestionState, Subject,
};
pub use record::{Purpose, Recorded, Run, RunInfo};
pub use redecide::StoredPage;
pub use repair::{Repaired, Rereading};
pub use samples::{Finding, SampleRow, SampledField, Scope};
pub use separate::{NewPart, PartToRead};
pub(crate) use views::free_name;

/// The database's name in the campaign folder.
pub const DATABASE: &str = "hagaki.db";

/// How long a write waits for another program's write.
pub const BUSY: Duration = Duration::from_secs(5);

/// A campaign's store, open.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    blobs: Blobs,
    /// Changes are kept together, each undone by itself when it fails: see [`Store::together`].
    together: bool,
}

impl Store {
    /// Opens the store in the campaign folder `dir`, which exists; makes or upgrades the database
    /// where needed.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_waiting(dir, BUSY)
    }

    /// The same with another patience for other writers.
    pub fn open_waiting(dir: &Path, busy: Duration) -> Result<Self, StoreError> {
        let path = dir.join(DATABASE);
        if !dir.is_dir() {
            return Err(StoreError::Missing { path });
        }
        refuse_read_only(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = connect(&path, flags, busy).map_err(|e| StoreError::sql(&path, e))?;
        let mut store = Self {
            db,
            blobs: Blobs::open(dir)?,
            path,
            together: false,
        };
        if store.checked_version()? < Some(migrate::KNOWN) {
            store.set_journal()?;
            migrate::migrate(&mut store.db).map_err(|e| StoreError::sql(&store.path, e))?;
        }
        Ok(store)
    }

    /// Opens an existing store to look only.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(DATABASE);
        if !path.is_file() {
            return Err(StoreError::Missing { path });
        }
        let db = connect_to_look(&path)?;
        let store = Self {
            db,
            blobs: Blobs::open_read_only(dir),
            path,
            together: false,
        };
        match store.checked_version()? {
            Some(version) if version == migrate::KNOWN => Ok(store),
            // Too old to be read as it is: the next writing command upgrades it.
            Some(_) | None => Err(StoreError::Missing { path: store.path }),
        }
    }

    /// The database's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The campaign's folder.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The kept files: pictures may be put by any worker, ahead of their page's turn.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Runs several looks at one moment's state, whatever others write meanwhile.
    pub fn steady<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.db.is_autocommit() {
            // Among changes that are kept together: nobody else writes meanwhile.
            return look(self);
        }
        let moment = self.db.unchecked_transaction().map_err(|e| self.sql(e))?;
        let seen = look(self)?;
        moment.commit().map_err(|e| self.sql(e))?;
        Ok(seen)
    }

    /// `None` for an empty database.
    fn checked_version(&self) -> Result<Option<i64>, StoreError> {
        let path = self.path.clone();
        match migrate::header(&self.db).map_err(|e| StoreError::sql(&path, e))? {
            migrate::Header::Empty => Ok(None),
            migrate::Header::Foreign => Err(StoreError::Damaged { path, source: None }),
            migrate::Header::Ours(found) if found > migrate::KNOWN => Err(StoreError::TooNew {
                path,
                found,
                known: migrate::KNOWN,
            }),
            migrate::Header::Ours(found) => Ok(Some(found)),
        }
    }

    /// Stored in the file itself, so once is enough.
    fn set_journal(&self) -> Result<(), StoreError> {
        let set = self
            .db
            .pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        set.map_err(|e| self.sql(e))
    }

    fn sql(&self, source: rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, source)
    }

    /// Runs `changes`, and keeps all that they wrote in one transaction: the disk is waited for once.
    /// A change that fails leaves the others alone. What they report may be passed on only when this
    /// returns well; else nothing of it was kept.
    pub fn together<T>(&mut self, changes: impl FnOnce(&mut Self) -> T) -> Result<T, StoreError> {
        self.together = true;
        let done = changes(self);
        self.together = false;
        if !self.db.is_autocommit() {
            let kept = self.db.execute_batch("COMMIT");
            if let Err(e) = kept {
                let _ = self.db.execute_batch("ROLLBACK");
                return Err(self.sql(e));
            }
        }
        Ok(done)
    }

    /// Runs `change` in one immediate transaction, or in its own part of one; nothing is kept when it
    /// fails.
    fn write<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let path = &self.path;
        let fault = |e| StoreError::sql(path, e);
        if self.together {
            if self.db.is_autocommit() {
                self.db.execute_batch("BEGIN IMMEDIATE").map_err(fault)?;
            }
            // Rolled back when it is dropped, whatever happens to `change`.
            let part = self.db.savepoint().map_err(fault)?;
            let done = change(&part).map_err(|e| e.at(path))?;
            part.commit().map_err(fault)?;
            return Ok(done);
        }
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fault)?;
        let done = change(&tx).map_err(|e| e.at(path))?;
        tx.commit().map_err(fault)?;
        Ok(done)
    }

    fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        look(&self.db).map_err(|e| e.at(&self.path))
    }
}

/// What a statement's caller can meet; becomes a [`StoreError`] once the path is known.
#[derive(Debug)]
enum Fault {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl Fault {
    fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Sql(e) => StoreError::sql(path, e),
            Self::Store(e) => e,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(e: rusqlite::Error) -> Self {
        Self::Sql(e)
    }
}

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        Self::Store(e)
    }
}

fn connect(path: &Path, flags: OpenFlags, busy: Duration) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(busy)?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Temporary tables hold people's answers too: never in a folder that is not ours.
    db.pragma_update(None, "temp_store", "memory")?;
    // Else SQLite plans nearly every statement anew for each value that is bound to it: 45 % of the
    // time that an answer takes on the review page.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// A reader shares a small file beside the database with the writers. Where that can neither be opened
/// nor made, and no writer left its journal, nobody writes here: then the database alone is read.
fn connect_to_look(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = |path: &Path, flags: OpenFlags| -> rusqlite::Result<Connection> {
        let db = connect(path, flags, BUSY)?;
        // The first look is what fails, not the opening.
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(db)
    };
    let journal = path.with_file_name(format!("{DATABASE}-wal"));
    match open(path, flags).map_err(|e| StoreError::sql(path, e)) {
        Err(StoreError::ReadOnly { .. }) if !journal.exists() => {
            let name = path.to_string_lossy();
            let name = name
                .replace('%', "%25")
                .replace('?', "%3f")
                .replace('#', "%23");
            let uri = format!("file:{name}?immutable=1");
            open(Path::new(&uri), flags | OpenFlags::SQLITE_OPEN_URI)
                .map_err(|e| StoreError::sql(path, e))
        }
        opened => opened,
    }
}

/// SQLite opens what it may not write to and fails at the first write; say so at the door.
fn refuse_read_only(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(meta) if meta.permissions().readonly() => Err(StoreError::ReadOnly {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
