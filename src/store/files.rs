//! The files that came in: what is known of them, what could not be read.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::record::{Recorded, Run};
use super::{Fault, FileId, RunId, Store, StoreError, audit};
use crate::digest::Digest;
use crate::doubt::Reason;

/// A file that decoded.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// As in [`crate::scan::Origin::file`].
    pub name: &'a str,
    pub sha256: Digest,
    pub bytes: u64,
    /// How many pages it says it holds: each must be recorded.
    pub pages: u32,
}

/// A file that could not be read.
#[derive(Clone, Copy, Debug)]
pub struct Quarantine<'a> {
    pub name: &'a str,
    /// `None` when not even its bytes could be read.
    pub sha256: Option<Digest>,
    pub bytes: Option<u64>,
    pub reason: Reason,
    /// For an operator.
    pub detail: &'a str,
}

/// What the store knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownFile {
    New,
    /// Recorded under this name, `pages` of them already; not all there when a run was killed.
    Read {
        file: FileId,
        pages: u32,
        recorded: BTreeSet<u32>,
    },
    Quarantined(FileId),
    /// The same bytes were wholly read under another name: nothing to read, see
    /// [`Store::record_copy`].
    CopyOf(FileId),
}

impl KnownFile {
    /// Nothing is left to do with the file.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Read {
                pages, recorded, ..
            } => recorded.len() == *pages as usize,
            Self::Quarantined(_) => true,
            Self::New | Self::CopyOf(_) => false,
        }
    }
}

impl Store {
    /// What is known of the content `sha256` under `name`.
    pub fn known_file(&self, name: &str, sha256: &Digest) -> Result<KnownFile, StoreError> {
        self.read(|db| known_file(db, name, sha256))
    }

    /// Records that a file is there, before its pages. Known: changes nothing, unless it was in
    /// quarantine and now decodes.
    pub fn record_file(&mut self, run: &mut Run, file: &NewFile<'_>) -> Result<FileId, StoreError> {
        let known = self.read(|db| known_file(db, file.name, &file.sha256))?;
        if let KnownFile::Read { file, .. } = known {
            return Ok(file);
        }
        let (id, run_id) = self.write(|tx| {
            if let KnownFile::Read { file, .. } = known_file(tx, file.name, &file.sha256)? {
                return Ok((file, None));
            }
            let run_id = run.row(tx)?;
            Ok((insert_read(tx, run, run_id, file)?, Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(id)
    }

    /// Records that a file could not be read. Known: changes nothing; a file that was read before
    /// stays read.
    pub fn quarantine_file(
        &mut self,
        run: &mut Run,
        file: &Quarantine<'_>,
    ) -> Result<FileId, StoreError> {
        if let Some(id) = self.read(|db| settled(db, file))? {
            return Ok(id);
        }
        let (id, run_id) = self.write(|tx| {
            if let Some(id) = settled(tx, file)? {
                return Ok((id, None));
            }
            let run_id = run.row(tx)?;
            tx.prepare_cached(include_str!("sql/insert_file.sql"))?.execute(named_params! {
                ":run": run_id, ":name": file.name,
                ":sha256": file.sha256.map(|d| d.to_string()),
                ":bytes": file.bytes.map(|b| b as i64), ":pages": 0, ":status": "quarantined",
                ":copy_of": None::<FileId>, ":reason": file.reason.code(), ":detail": file.detail,
            })?;
            let id = FileId(tx.last_insert_rowid());
            audit::note(tx, &run.act(), "file.quarantine", &format!("file {id}"))?;
            Ok((id, Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(id)
    }

    /// Records the same bytes under another name: each page is a duplicate of the original's.
    pub fn record_copy(
        &mut self,
        run: &mut Run,
        file: &NewFile<'_>,
    ) -> Result<Vec<Recorded>, StoreError> {
        let id = self.record_file(run, file)?;
        let (recorded, run_id) = self.write(|tx| {
            let mut recorded = Vec::new();
            let mut run_id = None;
            for page in 0..file.pages {
                let place = super::record::place_of_copy(tx, id, page)?;
                if let Some(Recorded::Duplicate { original, .. }) = place {
                    let row = run.row(tx)?;
                    run_id = Some(row);
                    let page_id = super::rows::add_duplicate(tx, row, (id, page, None), original)?;
                    super::lots::assign(tx, run.info(), (page_id, file.name), None)?;
                    recorded.push(Recorded::Duplicate {
                        page: page_id,
                        original,
                    });
                } else {
                    recorded.extend(place);
                }
            }
            Ok((recorded, run_id))
        })?;
        run.keep(run_id);
        Ok(recorded)
    }
}

/// Adds a file that decodes; one that was in quarantine is taken out of it.
fn insert_read(
    tx: &Connection,
    run: &Run,
    run_id: RunId,
    file: &NewFile<'_>,
) -> Result<FileId, Fault> {
    let copy_of = original_of(tx, file.name, &file.sha256)?;
    let sha256 = file.sha256.to_string();
    if let Some(id) = unreadable_before(tx, file.name, Some(&file.sha256))? {
        tx.prepare_cached(include_str!("sql/recover_file.sql"))?
            .execute(named_params! {
                ":id": id, ":run": run_id, ":sha256": sha256, ":bytes": file.bytes as i64,
                ":pages": file.pages, ":copy_of": copy_of,
            })?;
        audit::note(tx, &run.act(), "file.recover", &format!("file {id}"))?;
        return Ok(id);
    }
    tx.prepare_cached(include_str!("sql/insert_file.sql"))?
        .execute(named_params! {
            ":run": run_id, ":name": file.name, ":sha256": sha256, ":bytes": file.bytes as i64,
            ":pages": file.pages, ":status": "read", ":copy_of": copy_of,
            ":reason": None::<&str>, ":detail": None::<&str>,
        })?;
    Ok(FileId(tx.last_insert_rowid()))
}

fn known_file(db: &Connection, name: &str, sha256: &Digest) -> Result<KnownFile, Fault> {
    let found = db
        .prepare_cached("SELECT id, status, pages FROM files WHERE sha256 = ?1 AND name = ?2")?
        .query_row((sha256.to_string(), name), |r| {
            Ok((
                r.get("id")?,
                r.get::<_, String>("status")?,
                r.get::<_, u32>("pages")?,
            ))
        })
        .optional()?;
    Ok(match found {
        Some((file, status, pages)) if status == "read" => {
            let mut all = db.prepare_cached("SELECT page FROM pages WHERE file_id = ?1")?;
            let recorded = all
                .query_map([file], |r| r.get(0))?
                .collect::<Result<_, _>>()?;
            KnownFile::Read {
                file,
                pages,
                recorded,
            }
        }
        Some((file, ..)) => KnownFile::Quarantined(file),
        None => match original_of(db, name, sha256)? {
            Some(original) if is_whole(db, original)? => KnownFile::CopyOf(original),
            _ => KnownFile::New,
        },
    })
}

/// Every page of the file is recorded.
fn is_whole(db: &Connection, file: FileId) -> Result<bool, Fault> {
    let whole = db
        .prepare_cached(
            "SELECT pages = (SELECT count(*) FROM pages WHERE file_id = ?1 AND part = 0) FROM files WHERE id = ?1",
        )?
        .query_row([file], |r| r.get(0))?;
    Ok(whole)
}

/// The row that already says what became of an unreadable file.
fn settled(db: &Connection, file: &Quarantine<'_>) -> Result<Option<FileId>, Fault> {
    if let Some(sha256) = &file.sha256
        && let KnownFile::Read { file, .. } = known_file(db, file.name, sha256)?
    {
        return Ok(Some(file));
    }
    unreadable_before(db, file.name, file.sha256.as_ref())
}

/// The first file of the same bytes under another name.
fn original_of(db: &Connection, name: &str, sha256: &Digest) -> Result<Option<FileId>, Fault> {
    let found = db
        .prepare_cached(include_str!("sql/original_of_file.sql"))?
        .query_row((sha256.to_string(), name), |r| r.get(0))
        .optional()?;
    Ok(found)
}

/// The quarantined file of that name: with the same bytes, or with none known.
fn unreadable_before(
    db: &Connection,
    name: &str,
    sha256: Option<&Digest>,
) -> Result<Option<FileId>, Fault> {
    let found = db
        .prepare_cached(include_str!("sql/quarantined_before.sql"))?
        .query_row((sha256.map(ToString::to_string), name), |r| r.get(0))
        .optional()?;
    Ok(found)
}
