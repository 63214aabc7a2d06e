//! Many pages: files in, pages to workers, results recorded in the order of the input.
//!
//! One thread (the caller's) opens files, asks the store what is already known, and records. The
//! workers decode and read; they see neither files' names on disk nor the store. Results wait in a
//! small buffer until their turn, so the database is the same whatever the number of workers, and
//! memory is flat: at most a few pages a worker are under way.

mod one;
mod redecide;
mod source;
mod step;
mod workers;
mod young;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::engine::{EngineError, Engines};
use crate::form::Library;
use crate::ingest::{Decoder, DecoderError, Decoding, Document, Limits, Skipped, SourceFile};
use crate::pipeline::{PageOutcome, Settings};
use crate::scan::Origin;
use crate::store::{BlobKind, NewFile, PageId, Quarantine, Recorded, Run, Store, StoreError};

pub use one::{decode_again, read_again, read_parts};
pub use redecide::{RedecidedPage, Redecisions, Watcher, redecide};
use source::Source;
use step::Step;
use workers::{Job, Pool, Result as PageResult};

/// What reads the pages; the same for the whole run.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub library: &'a Library,
    pub engines: &'a Engines,
    pub settings: Settings,
    pub limits: Limits,
    pub decoding: &'a Decoding,
    /// Workers; at least one.
    pub jobs: usize,
}

/// What came in and what is done again.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub files: Vec<SourceFile>,
    pub skipped: Vec<Skipped>,
    /// Files and folders that could not be looked at: each is a quarantined file.
    pub blocked: Vec<Skipped>,
    /// Read known pages again.
    pub reread: bool,
}

/// A page that was recorded.
pub struct PageEvent<'a> {
    pub origin: &'a Origin,
    pub recorded: Recorded,
    /// `None` for a copy of a known file, which is not read.
    pub outcome: Option<&'a PageOutcome>,
    /// Wall time of decoding and reading on one core.
    pub ms: f64,
}

/// Who wants to know how it goes.
pub trait Observer {
    /// A file was opened: it adds this many pages to what was expected of it (one).
    fn more_pages(&mut self, _pages: u64) {}
    /// A page or a whole file was settled without reading.
    fn passed(&mut self, _pages: u64) {}
    fn page(&mut self, _event: &PageEvent<'_>) {}
    fn quarantined(&mut self, _name: &str, _code: &str, _detail: &str) {}
    /// The rest of a file of an earlier run cannot be read any more.
    fn lost(&mut self, _name: &str, _code: &str, _detail: &str) {}
    /// A file is still being written, and left for the next run.
    fn left(&mut self, _name: &str) {}
}

/// What this run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub files: u64,
    pub files_known: u64,
    pub files_quarantined: u64,
    /// Not scans by their name, links, pipes: left alone.
    pub files_skipped: u64,
    /// Still being written: left for the next run.
    pub files_left: u64,
    pub pages_recorded: u64,
    pub pages_known: u64,
    /// Recorded as rejected because their file could not deliver them.
    pub pages_unreadable: u64,
    pub interrupted: bool,
}

/// The run had to stop. Every recorded page is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Decoder(#[from] DecoderError),
    #[error("a worker ended without a result")]
    WorkerLost,
}

/// Reads and records everything of `input`. `stop` ends the run after the pages under way.
///
/// # Errors
/// When the store, an engine or the decoding process breaks.
pub fn run(
    input: &Input,
    reader: &Reader<'_>,
    (store, run): (&mut Store, &mut Run),
    observer: &mut dyn Observer,
    stop: &AtomicBool,
) -> Result<Tally, BatchError> {
    let decoder = Decoder::new(reader.decoding, reader.limits);
    let source = Source::new(input, decoder, store)?;
    std::thread::scope(|scope| {
        let pool = Pool::start(scope, reader);
        let mut batch = Batch {
            source,
            steps: VecDeque::new(),
            done: BTreeMap::new(),
            under_way: 0,
            tally: Tally {
                files_skipped: input.skipped.len() as u64,
                ..Tally::default()
            },
        };
        batch.go((store, run), &pool, observer, stop)?;
        Ok(batch.tally)
    })
}

struct Batch<'a> {
    source: Source<'a>,
    /// What is to be recorded, in the order of the input.
    steps: VecDeque<Step>,
    /// Pages that were read before their turn.
    done: BTreeMap<u64, PageResult>,
    under_way: usize,
    tally: Tally,
}

impl Batch<'_> {
    fn go(
        &mut self,
        (store, run): (&mut Store, &mut Run),
        pool: &Pool,
        observer: &mut dyn Observer,
        stop: &AtomicBool,
    ) -> Result<(), BatchError> {
        let mut exhausted = false;
        loop {
            while !exhausted && self.under_way < pool.room() {
                if stop.load(Ordering::Relaxed) {
                    self.tally.interrupted = true;
                    exhausted = true;
                    break;
                }
                match self.source.next(store)? {
                    Some(step) => self.take(step, pool, observer),
                    None => exhausted = true,
                }
            }
            self.record_ready((store, run), observer)?;
            if exhausted && self.steps.is_empty() {
                if self.tally.interrupted || !self.source.look_again(store, stop)? {
                    return Ok(());
                }
                exhausted = false;
                continue;
            }
            if self.under_way > 0 {
                let (ticket, result) = pool.receive().ok_or(BatchError::WorkerLost)?;
                self.under_way -= 1;
                self.done.insert(ticket, result);
            }
        }
    }

    fn take(&mut self, step: Step, pool: &Pool, observer: &mut dyn Observer) {
        match &step {
            Step::File { document, .. } | Step::Copy { document, .. } => {
                observer.more_pages(u64::from(document.page_count()).saturating_sub(1));
            }
            Step::Page {
                ticket,
                document,
                origin,
                said,
            } => {
                pool.send(Job {
                    ticket: *ticket,
                    document: document.clone(),
                    origin: origin.clone(),
                    hints: said.hints.clone(),
                    region: said.part.map(|(_, region)| region),
                });
                self.under_way += 1;
            }
            Step::Resumed => observer.more_pages(1),
            Step::Known { .. }
            | Step::KnownPage
            | Step::Lost { .. }
            | Step::Waiting { .. }
            | Step::SeenAgain { .. }
            | Step::Quarantine { .. } => {}
        }
        self.steps.push_back(step);
    }

    /// Records from the front of the queue as far as results are there.
    fn record_ready(
        &mut self,
        (store, run): (&mut Store, &mut Run),
        observer: &mut dyn Observer,
    ) -> Result<(), BatchError> {
        while let Some(step) = self.steps.front() {
            if let Step::Page { ticket, .. } = step
                && !self.done.contains_key(ticket)
            {
                return Ok(());
            }
            if let Some(step) = self.steps.pop_front() {
                self.record(step, (store, run), observer)?;
            }
        }
        Ok(())
    }

    fn record(
        &mut self,
        step: Step,
        (store, run): (&mut Store, &mut Run),
        observer: &mut dyn Observer,
    ) -> Result<(), BatchError> {
        match step {
            Step::File { name, document } => {
                store.blobs().put(document.bytes(), BlobKind::Original)?;
                store.record_file(run, &new_file(&name, &document))?;
                self.tally.files += 1;
            }
            Step::Copy { name, document } => {
                self.tally.files += 1;
                let pages = store.record_copy(run, &new_file(&name, &document))?;
                self.tally.pages_recorded += pages.len() as u64;
                report_copy(&name, &document, pages, observer);
            }
            Step::Known { pages } => {
                self.tally.files_known += 1;
                self.tally.pages_known += u64::from(pages);
                observer.more_pages(u64::from(pages).saturating_sub(1));
                observer.passed(u64::from(pages.max(1)));
            }
            Step::KnownPage => {
                self.tally.pages_known += 1;
                observer.passed(1);
            }
            Step::Resumed => {}
            Step::Lost { name, code, detail } => observer.lost(&name, code, &detail),
            Step::Waiting { name } => {
                self.tally.files_left += 1;
                observer.left(&name);
                observer.passed(1);
            }
            Step::SeenAgain { name } => store.seen_again(run, &name)?,
            Step::Quarantine {
                name,
                content,
                reason,
                code,
                detail,
            } => {
                let (sha256, bytes) = content.unzip();
                let file = Quarantine {
                    name: &name,
                    sha256,
                    bytes,
                    reason,
                    detail: &detail,
                };
                self.record_quarantine((&file, code), (store, run), observer)?;
            }
            Step::Page {
                ticket,
                origin,
                said,
                ..
            } => {
                let result = self.done.remove(&ticket).ok_or(BatchError::WorkerLost)?;
                let part = said.part.map(|(page, _)| page);
                self.record_page((&origin, part, result), (store, run), observer)?;
            }
        }
        Ok(())
    }

    fn record_quarantine(
        &mut self,
        (file, code): (&Quarantine<'_>, &str),
        (store, run): (&mut Store, &mut Run),
        observer: &mut dyn Observer,
    ) -> Result<(), BatchError> {
        store.quarantine_file(run, file)?;
        self.tally.files_quarantined += 1;
        observer.quarantined(file.name, code, file.detail);
        observer.passed(1);
        Ok(())
    }

    fn record_page(
        &mut self,
        (origin, part, result): (&Origin, Option<PageId>, PageResult),
        (store, run): (&mut Store, &mut Run),
        observer: &mut dyn Observer,
    ) -> Result<(), BatchError> {
        let outcome = result.outcome?;
        let recorded = match part {
            Some(page) => store.reread_part(run, (page, origin), (&result.pixels, &outcome))?,
            None => store.record_page(run, origin, &result.pixels, &outcome)?,
        };
        self.tally.pages_recorded += 1;
        self.tally.pages_unreadable += u64::from(outcome.is_unreadable());
        observer.page(&PageEvent {
            origin,
            recorded,
            outcome: Some(&outcome),
            ms: result.ms,
        });
        Ok(())
    }
}

/// The pages of a copy, in order.
fn report_copy(name: &str, document: &Document, pages: Vec<Recorded>, observer: &mut dyn Observer) {
    let file_sha256 = document.sha256();
    for (recorded, page) in pages.into_iter().zip(0..) {
        let origin = Origin {
            file: name.to_owned(),
            file_sha256,
            page,
        };
        observer.page(&PageEvent {
            origin: &origin,
            recorded,
            outcome: None,
            ms: 0.0,
        });
    }
}

fn new_file<'a>(name: &'a str, document: &Document) -> NewFile<'a> {
    NewFile {
        name,
        sha256: document.sha256(),
        bytes: document.bytes().len() as u64,
        pages: document.page_count(),
    }
}
