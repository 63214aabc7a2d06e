//! The files that came in: what is known of them, what could not be read.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, named_params};

use super::look::parsed;
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
    CopyOf {
        original: FileId,
        /// How many it was said to hold.
        pages: u32,
    },
}

/// A file of which pages are not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedFile {
    pub name: String,
    pub sha256: Digest,
    pub missing: u64,
    /// No run went to its end since that should have read them: they wait for the next one. Else they
    /// are lost.
    pub waits: bool,
}

impl KnownFile {
    /// Nothing is left to do with the file, which holds so many pages by today's count; none where it
    /// cannot be read.
    pub fn is_complete(&self, held: u32) -> bool {
        match self {
            Self::Read {
                pages, recorded, ..
            } => recorded.len() >= held.max(*pages) as usize,
            Self::Quarantined(_) => held == 0,
            Self::New | Self::CopyOf { .. } => false,
        }
    }
}

impl Store {
    /// What is known of the content `sha256` under `name`.
    pub fn known_file(&self, name: &str, sha256: &Digest) -> Result<KnownFile, StoreError> {
        self.read(|db| known_file(db, name, sha256))
    }

    /// Files of which pages are not recorded: of a run that is under way, or was ended before its time.
    pub fn unfinished_files(&self) -> Result<Vec<UnfinishedFile>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/unfinished_files.sql"))?;
            let rows = all.query_map([], |r| {
                Ok(UnfinishedFile {
                    name: r.get("name")?,
                    sha256: parsed(r, "sha256")?,
                    missing: r.get::<_, u32>("missing")?.into(),
                    waits: r.get("waits")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Records that a file is there, before its pages. Known: changes nothing, unless it was in
    /// quarantine and now decodes, or holds more pages than were found in it before.
    pub fn record_file(&mut self, run: &mut Run, file: &NewFile<'_>) -> Result<FileId, StoreError> {
        let as_it_stands = |db: &Connection| {
            Ok(match known_file(db, file.name, &file.sha256)? {
                KnownFile::Read {
                    file: id, pages, ..
                } => Some((id, pages >= file.pages)),
                _ => None,
            })
        };
        if let Some((id, true)) = self.read(as_it_stands)? {
            return Ok(id);
        }
        let (id, run_id) = self.write(|tx| {
            let known = as_it_stands(tx)?;
            if let Some((id, true)) = known {
                return Ok((id, None));
            }
            let run_id = run.row(tx)?;
            if let Some((id, _)) = known {
                let more = "UPDATE files SET pages = ?2, run_id = ?3 WHERE id = ?1";
                tx.execute(more, (id, file.pages, run_id))?;
                audit::note(tx, &run.act(), "file.grow", &format!("file {id}"))?;
                return Ok((id, Some(run_id)));
            }
            Ok((insert_read(tx, run, run_id, file)?, Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(id)
    }

    /// Records that a file could not be read. Known: changes nothing; a file that was read before
    /// stays read. What was known by its name alone gets its digest once its bytes can be read.
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
            let id = put_in_quarantine(tx, run_id, file)?;
            audit::note(tx, &run.act(), "file.quarantine", &format!("file {id}"))?;
            Ok((id, Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(id)
    }

    /// Names behind which nothing could be looked at, neither a file's bytes nor a folder.
    pub fn unseen(&self) -> Result<Vec<String>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/unseen.sql"))?;
            let names = all.query_map([SEEN_AGAIN], |r| r.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// Records that what stands behind that name can be looked at again.
    pub fn seen_again(&mut self, run: &mut Run, name: &str) -> Result<(), StoreError> {
        let run_id = self.write(|tx| {
            let Some(id) = unreadable_before(tx, name, None)? else {
                return Ok(None);
            };
            let run_id = run.row(tx)?;
            tx.execute(
                "UPDATE files SET reason = ?2 WHERE id = ?1",
                (id, SEEN_AGAIN),
            )?;
            audit::note(tx, &run.act(), "file.recover", &format!("file {id}"))?;
            Ok(Some(run_id))
        })?;
        run.keep(run_id);
        Ok(())
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

/// The `reason` of what could not be looked at once and can be now: nothing is unreadable any more.
const SEEN_AGAIN: &str = "SEEN_AGAIN";

fn put_in_quarantine(
    tx: &Connection,
    run_id: RunId,
    file: &Quarantine<'_>,
) -> Result<FileId, Fault> {
    let sha256 = file.sha256.map(|d| d.to_string());
    let bytes = file.bytes.map(|b| b as i64);
    if let Some(id) = unreadable_before(tx, file.name, file.sha256.as_ref())? {
        tx.prepare_cached(include_str!("sql/quarantine_again.sql"))?
            .execute(named_params! {
                ":id": id, ":run": run_id, ":sha256": sha256, ":bytes": bytes,
                ":reason": file.reason.code(), ":detail": file.detail,
            })?;
        return Ok(id);
    }
    // No two empty files are the same card.
    let copy_of = match &file.sha256 {
        Some(sha256) if file.bytes != Some(0) => {
            original_of(tx, (file.name, "quarantined"), sha256)?
        }
        _ => None,
    };
    tx.prepare_cached(include_str!("sql/insert_file.sql"))?
        .execute(named_params! {
            ":run": run_id, ":name": file.name, ":sha256": sha256, ":bytes": bytes,
            ":pages": 0, ":status": "quarantined", ":copy_of": copy_of,
            ":reason": file.reason.code(), ":detail": file.detail,
        })?;
    Ok(FileId(tx.last_insert_rowid()))
}

/// Adds a file that decodes; one that was in quarantine is taken out of it.
fn insert_read(
    tx: &Connection,
    run: &Run,
    run_id: RunId,
    file: &NewFile<'_>,
) -> Result<FileId, Fault> {
    let copy_of = original_of(tx, (file.name, "read"), &file.sha256)?;
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
        None => match original_of(db, (name, "read"), sha256)? {
            Some(original) => copy_of(db, original)?,
            None => KnownFile::New,
        },
    })
}

/// A copy of that file, when every page of it is recorded.
fn copy_of(db: &Connection, original: FileId) -> Result<KnownFile, Fault> {
    let (pages, recorded): (u32, u32) = db
        .prepare_cached(
            "SELECT pages, (SELECT count(*) FROM pages WHERE file_id = ?1 AND part = 0)
             FROM files WHERE id = ?1",
        )?
        .query_row([original], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(if pages == recorded {
        KnownFile::CopyOf { original, pages }
    } else {
        KnownFile::New
    })
}

/// The row that already says what became of an unreadable file, and knows its bytes where they are
/// known.
fn settled(db: &Connection, file: &Quarantine<'_>) -> Result<Option<FileId>, Fault> {
    if let Some(sha256) = &file.sha256
        && let KnownFile::Read { file, .. } = known_file(db, file.name, sha256)?
    {
        return Ok(Some(file));
    }
    let Some(id) = unreadable_before(db, file.name, file.sha256.as_ref())? else {
        return Ok(None);
    };
    let (knows_bytes, reason): (bool, String) = db
        .prepare_cached("SELECT sha256 IS NOT NULL, reason FROM files WHERE id = ?1")?
        .query_row([id], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let as_it_is = knows_bytes == file.sha256.is_some() && reason != SEEN_AGAIN;
    Ok(as_it_is.then_some(id))
}

/// The first file of the same bytes and that status under another name.
fn original_of(
    db: &Connection,
    (name, status): (&str, &str),
    sha256: &Digest,
) -> Result<Option<FileId>, Fault> {
    let found = db
        .prepare_cached(include_str!("sql/original_of_file.sql"))?
        .query_row((sha256.to_string(), name, status), |r| r.get(0))
        .optional()?;
    Ok(found)
}

/// The quarantined file of that name: with the same bytes, else with none known.
fn unreadable_before(
    db: &Connection,
    name: &str,
    sha256: Option<&Digest>,
) -> Result<Option<FileId>, Fault> {
    let found = db
        .prepare_cached(include_str!("sql/quarantined_before.sql"))?
        .query_row((sha256.map(ToString::to_string), name, SEEN_AGAIN), |r| {
            r.get(0)
        })
        .optional()?;
    Ok(found)
}
