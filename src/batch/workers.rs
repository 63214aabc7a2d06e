//! The threads that decode and read pages. Each has a decoding process of its own; nothing else
//! outlasts a page.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;
use std::time::Instant;

use super::{BatchError, Reader};
use crate::digest::Digest;
use crate::engine::EngineError;
use crate::ingest::{self, Decoder, Document};
use crate::pipeline::{self, Hints, PageOutcome};
use crate::scan::{Origin, Region, Scan};

/// Pages under way for each worker: one in hand, one waiting, so that no worker idles.
const PAGES_A_WORKER: usize = 2;

pub(super) struct Job {
    pub(super) ticket: u64,
    pub(super) document: Arc<Document>,
    pub(super) origin: Origin,
    /// What a person said of it, on a page that is read again.
    pub(super) hints: Hints,
    /// The part of the picture that is read; `None` for the whole.
    pub(super) region: Option<Region>,
}

pub(super) struct Result {
    pub(super) outcome: std::result::Result<PageOutcome, BatchError>,
    /// Second identity of the page.
    pub(super) pixels: Digest,
    pub(super) ms: f64,
}

pub(super) struct Pool {
    jobs: Sender<Job>,
    results: Receiver<(u64, Result)>,
    room: usize,
}

impl Pool {
    pub(super) fn start<'s>(scope: &'s Scope<'s, '_>, reader: &Reader<'s>) -> Self {
        let (jobs, waiting) = channel::<Job>();
        let (out, results) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..reader.jobs.max(1) {
            let (waiting, out, reader) = (waiting.clone(), out.clone(), *reader);
            scope.spawn(move || work(&waiting, &out, &reader));
        }
        Self {
            jobs,
            results,
            room: reader.jobs.max(1) * PAGES_A_WORKER,
        }
    }

    /// How many pages may be under way.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    pub(super) fn send(&self, job: Job) {
        // A closed channel means that every worker is gone; `receive` says so.
        let _ = self.jobs.send(job);
    }

    /// Waits for a page; `None` when no worker is left.
    pub(super) fn receive(&self) -> Option<(u64, Result)> {
        self.results.recv().ok()
    }
}

fn work(waiting: &Mutex<Receiver<Job>>, out: &Sender<(u64, Result)>, reader: &Reader<'_>) {
    let mut decoder = Decoder::new(reader.decoding, reader.limits);
    loop {
        let job = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = job else { return };
        let begin = Instant::now();
        let (outcome, pixels) = whatever_happens(&job, || read(&job, reader, &mut decoder));
        let result = Result {
            outcome,
            pixels,
            ms: begin.elapsed().as_secs_f64() * 1000.0,
        };
        if out.send((job.ticket, result)).is_err() {
            return;
        }
    }
}

/// What a page turned out to be, and its second identity.
type Told = (std::result::Result<PageOutcome, BatchError>, Digest);

/// A worker that fell over a page would leave the run waiting for it: the page is rejected instead, and
/// the worker goes on.
fn whatever_happens(job: &Job, read: impl FnOnce() -> Told) -> Told {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| (Ok(fallen()), place_digest(job)))
}

fn read(job: &Job, reader: &Reader<'_>, decoder: &mut Decoder) -> Told {
    match decoder.page(&job.document, job.origin.page) {
        Ok(Ok(page)) => {
            let picture = match job.region {
                Some(region) => region.cut(&page.picture),
                None => page.picture,
            };
            let pixels = ingest::pixel_digest(&picture);
            let scan = Scan::new(job.origin.clone(), picture, page.resolution);
            (
                read_scan(&scan, &job.hints, reader).map_err(Into::into),
                pixels,
            )
        }
        Ok(Err(why)) => {
            let detail = format!("{}: {why}", why.code());
            (Ok(pipeline::undecodable(detail)), place_digest(job))
        }
        Err(broken) => (Err(broken.into()), place_digest(job)),
    }
}

/// Identity of a page without pixels.
fn place_digest(job: &Job) -> Digest {
    let place = job.origin.page.to_le_bytes();
    Digest::of_parts([job.origin.file_sha256.to_string().as_bytes(), &place])
}

/// A fault of the program on one page loses no other page: it becomes a rejection.
pub(super) fn read_scan(
    scan: &Scan,
    hints: &Hints,
    reader: &Reader<'_>,
) -> std::result::Result<PageOutcome, EngineError> {
    let with = (reader.engines, &reader.settings);
    let whole = || pipeline::process_page_with(scan, hints, reader.library, with);
    catch_unwind(AssertUnwindSafe(whole)).unwrap_or_else(|_| Ok(fallen()))
}

fn fallen() -> PageOutcome {
    pipeline::undecodable("internal: the program failed on this page")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{Limits, open_bytes};

    #[test]
    fn a_fault_of_the_program_anywhere_on_a_page_rejects_that_page() {
        let mut png = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_luma8(9, 9)
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        let document = open_bytes(png.into_inner(), &Limits::default()).unwrap();
        let job = Job {
            ticket: 1,
            origin: Origin {
                file: "a.png".into(),
                file_sha256: document.sha256(),
                page: 0,
            },
            document: Arc::new(document),
            hints: Hints::default(),
            region: None,
        };
        let (outcome, pixels) = whatever_happens(&job, || panic!("of a decoder"));
        assert!(outcome.unwrap().is_unreadable());
        assert_eq!(pixels, place_digest(&job));
    }
}
