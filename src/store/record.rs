//! Recording pages: one transaction each, idempotent, pictures first.

use rusqlite::{Connection, OptionalExtension};

use super::album::Album;
use super::rows::{
    Kept, add_barcodes, add_duplicate, add_outcome, add_page, add_reading, barcodes,
};
use super::{
    Act, BlobKind, Fault, FileId, OutcomeId, PageId, RunId, Store, StoreError, Timestamp, ask,
    audit, lots, rivals,
};
use crate::calendar::Day;
use crate::digest::Digest;
use crate::form::Role;
use crate::pipeline::PageOutcome;
use crate::scan::Origin;

/// A call of the program that may record something.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// Name and version.
    pub program: String,
    pub who: String,
    pub at: Timestamp,
    /// The day the cards were received.
    pub received: Day,
    pub purpose: Purpose,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Pages that are not known yet.
    Read,
    /// Known pages are read again: new readings beside the old ones.
    Reread,
    /// What was read is judged again, without pixels: new verdicts beside the old ones.
    Redecide,
}

/// A run; has a row only once it recorded something new.
#[derive(Debug)]
pub struct Run {
    info: RunInfo,
    id: Option<RunId>,
}

impl Run {
    /// `None` while nothing new was recorded.
    pub fn id(&self) -> Option<RunId> {
        self.id
    }

    pub(super) fn info(&self) -> &RunInfo {
        &self.info
    }

    pub(super) fn act(&self) -> Act {
        Act {
            who: self.info.who.clone(),
            at: self.info.at.clone(),
        }
    }

    /// The run's row, made when there is none; [`Self::keep`] it after the commit.
    pub(super) fn row(&self, tx: &Connection) -> Result<RunId, Fault> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        tx.execute(
            "INSERT INTO runs (program, who, reread, redecide, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                &self.info.program,
                &self.info.who,
                self.info.purpose == Purpose::Reread,
                self.info.purpose == Purpose::Redecide,
                &self.info.at,
            ),
        )?;
        let id = RunId(tx.last_insert_rowid());
        audit::note(tx, &self.act(), "run.begin", &format!("run {id}"))?;
        Ok(id)
    }

    pub(super) fn keep(&mut self, id: Option<RunId>) {
        self.id = id.or(self.id);
    }
}

/// What recording a page did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    New(PageId),
    /// Nothing was changed.
    Known(PageId),
    /// A known page was read again.
    Reread(PageId),
    /// A known page's readings were judged again, with another result.
    Redecided(PageId),
    /// The same picture as `original`.
    Duplicate {
        page: PageId,
        original: PageId,
    },
}

impl Recorded {
    pub fn page(self) -> PageId {
        match self {
            Self::New(page)
            | Self::Known(page)
            | Self::Reread(page)
            | Self::Redecided(page)
            | Self::Duplicate { page, .. } => page,
        }
    }
}

impl Store {
    /// Begins a run; writes nothing yet.
    pub fn begin_run(&self, info: RunInfo) -> Run {
        Run { info, id: None }
    }

    /// Ends a run. Writes nothing when nothing new was recorded.
    pub fn finish_run(&mut self, run: &Run, at: &Timestamp) -> Result<(), StoreError> {
        let Some(id) = run.id else { return Ok(()) };
        let act = Act {
            who: run.info.who.clone(),
            at: at.clone(),
        };
        self.write(|tx| {
            tx.execute("UPDATE runs SET finished_at = ?2 WHERE id = ?1", (id, at))?;
            audit::note(tx, &act, "run.finish", &format!("run {id}"))
        })
    }

    /// The page of that file, name and position; `None` where it or its file was not recorded.
    pub(super) fn place_of(&self, origin: &Origin) -> Result<Option<PageId>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT p.id FROM pages p JOIN files f ON f.id = p.file_id
                 WHERE f.sha256 = ?1 AND f.name = ?2 AND p.page = ?3 AND p.part = 0",
            )?;
            let digest = origin.file_sha256.to_string();
            let found = one.query_row((digest, &origin.file, origin.page), |r| r.get(0));
            Ok(found.optional()?)
        })
    }

    /// Records one page in one transaction; its file was recorded before. `pixels` is the digest of
    /// the decoded picture. Pages must come in the
    /// order of the input, so that ids do not depend on the number of workers.
    pub fn record_page(
        &mut self,
        run: &mut Run,
        origin: &Origin,
        pixels: &Digest,
        outcome: &PageOutcome,
    ) -> Result<Recorded, StoreError> {
        let info = run.info.clone();
        let new = NewPage {
            origin,
            pixels,
            outcome,
            info: &info,
        };
        if let Place::Known(page) = self.read(|db| new.place(db))? {
            return Ok(Recorded::Known(page));
        }
        let album = self.put_album(outcome)?;
        let (recorded, run_id) = self.write(|tx| {
            let place = new.place(tx)?;
            if let Place::Known(page) = place {
                return Ok((Recorded::Known(page), None));
            }
            let run_id = run.row(tx)?;
            Ok((new.insert(tx, run_id, &place, &album)?, Some(run_id)))
        })?;
        run.keep(run_id);
        Ok(recorded)
    }

    pub(super) fn put_album(&self, outcome: &PageOutcome) -> Result<Kept, StoreError> {
        let Album { bytes, members } =
            Album::of(outcome).map_err(|e| StoreError::io(&self.path, e))?;
        let album = bytes
            .map(|b| self.blobs.put(&b, BlobKind::Album))
            .transpose()?;
        Ok(Kept { album, members })
    }
}

/// A page about to be recorded.
pub(super) struct NewPage<'a> {
    pub(super) origin: &'a Origin,
    pub(super) pixels: &'a Digest,
    pub(super) outcome: &'a PageOutcome,
    pub(super) info: &'a RunInfo,
}

/// Where a page belongs among those that are there.
pub(super) enum Place {
    New(FileId),
    Known(PageId),
    Again(PageId),
    Duplicate(FileId, PageId),
}

impl NewPage<'_> {
    fn place(&self, db: &Connection) -> Result<Place, Fault> {
        let file = file_of(db, self.origin)?;
        if let Some(page) = find_page(db, file, self.origin.page)? {
            let again = self.info.purpose == Purpose::Reread && !is_duplicate(db, page)?;
            return Ok(if again {
                Place::Again(page)
            } else {
                Place::Known(page)
            });
        }
        if let Some(original) = find_original(db, file, self.origin.page)? {
            return Ok(Place::Duplicate(file, original));
        }
        // Only cards: two blank backs or two separator sheets may well have the same pixels.
        let card = matches!(self.outcome, PageOutcome::Read(r) if r.role == Role::Reply);
        match if card {
            find_pixels(db, self.pixels)?
        } else {
            None
        } {
            Some(original) => Ok(Place::Duplicate(file, original)),
            None => Ok(Place::New(file)),
        }
    }

    pub(super) fn insert(
        &self,
        tx: &Connection,
        run: RunId,
        place: &Place,
        kept: &Kept,
    ) -> Result<Recorded, Fault> {
        let recorded = match *place {
            Place::Known(page) => return Ok(Recorded::Known(page)),
            Place::Duplicate(file, original) => {
                let page = (file, self.origin.page, Some(self.pixels));
                let page = add_duplicate(tx, run, page, original)?;
                lots::assign(tx, self.info, (page, &self.origin.file), None)?;
                return Ok(Recorded::Duplicate { page, original });
            }
            Place::New(file) => {
                let page = add_page(tx, (file, self.origin.page, Some(self.pixels)))?;
                lots::assign(tx, self.info, (page, &self.origin.file), Some(self.outcome))?;
                Recorded::New(page)
            }
            Place::Again(page) => Recorded::Reread(page),
        };
        self.add_journey(tx, (run, recorded), kept)?;
        Ok(recorded)
    }

    /// What the page turned out to be, under a page that is there; what it was before counts no more.
    pub(super) fn add_journey(
        &self,
        tx: &Connection,
        (run, recorded): (RunId, Recorded),
        kept: &Kept,
    ) -> Result<OutcomeId, Fault> {
        let page = recorded.page();
        rivals::rechecked(tx, &[page], || {
            if let Recorded::Reread(_) = recorded {
                tx.execute("UPDATE outcomes SET current = 0 WHERE page_id = ?1", [page])?;
            }
            self.add_outcome(tx, (run, recorded), kept)
        })
    }

    fn add_outcome(
        &self,
        tx: &Connection,
        (run, recorded): (RunId, Recorded),
        kept: &Kept,
    ) -> Result<OutcomeId, Fault> {
        let page = recorded.page();
        let received = self.info.received;
        let outcome = add_outcome(tx, page, (run, received), (self.outcome, kept))?;
        if let Recorded::Reread(_) = recorded {
            // Where the page lies does not change with the program.
            tx.prepare_cached(include_str!("sql/keep_hints.sql"))?
                .execute((page, outcome))?;
        }
        add_barcodes(tx, outcome, barcodes(self.outcome))?;
        if let PageOutcome::Read(record) = self.outcome {
            for (position, field) in record.fields.iter().enumerate() {
                add_reading(tx, outcome, position, (field, kept.members[position]))?;
            }
        }
        ask::ask(tx, page, outcome, self.outcome)?;
        Ok(outcome)
    }
}

fn file_of(db: &Connection, origin: &Origin) -> Result<FileId, Fault> {
    let found = db
        .prepare_cached("SELECT id FROM files WHERE sha256 = ?1 AND name = ?2")?
        .query_row((origin.file_sha256.to_string(), &origin.file), |r| r.get(0))
        .optional()?;
    let missing = || StoreError::NoSuch {
        what: "file",
        id: origin.file.clone(),
    };
    Ok(found.ok_or_else(missing)?)
}

fn find_page(db: &Connection, file: FileId, page: u32) -> rusqlite::Result<Option<PageId>> {
    db.prepare_cached("SELECT id FROM pages WHERE file_id = ?1 AND page = ?2 AND part = 0")?
        .query_row((file, page), |r| r.get(0))
        .optional()
}

fn is_duplicate(db: &Connection, page: PageId) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT outcome = 'duplicate' FROM outcomes WHERE page_id = ?1 AND current = 1",
    )?
    .query_row([page], |r| r.get(0))
}

/// The same page of the file whose copy this file is.
fn find_original(db: &Connection, copy: FileId, page: u32) -> rusqlite::Result<Option<PageId>> {
    db.prepare_cached(include_str!("sql/original_of_page.sql"))?
        .query_row((copy, page), |r| r.get(0))
        .optional()
}

/// The first card with those pixels.
fn find_pixels(db: &Connection, pixels: &Digest) -> rusqlite::Result<Option<PageId>> {
    db.prepare_cached(include_str!("sql/card_with_pixels.sql"))?
        .query_row([pixels.to_string()], |r| r.get(0))
        .optional()
}

/// What recording page `page` of the copied file `copy` would do; `None` while its original is
/// not recorded.
pub(super) fn place_of_copy(
    db: &Connection,
    copy: FileId,
    page: u32,
) -> Result<Option<Recorded>, Fault> {
    if let Some(page) = find_page(db, copy, page)? {
        return Ok(Some(Recorded::Known(page)));
    }
    let original = find_original(db, copy, page)?;
    Ok(original.map(|original| Recorded::Duplicate {
        page: original,
        original,
    }))
}
