//! The input as a stream of steps in order: files, their pages, what could not be opened.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use super::step::{self, Said, Step};
use super::young::{LEFT_ALONE, LOOK_EVERY, Look, Mark, Young};
use super::{BatchError, Input};
use crate::digest::Digest;
use crate::ingest::{Decoder, DecoderError, Document, IngestError, Refused, SourceFile};
use crate::scan::Origin;
use crate::store::{BlobKind, KnownFile, Store, StoreError, UnfinishedFile};

pub(super) struct Source<'a> {
    files: std::slice::Iter<'a, SourceFile>,
    reread: bool,
    decoder: Decoder,
    ready: VecDeque<Step>,
    tickets: u64,
    /// Of earlier runs, of which pages are missing: not in the input by their names, so first.
    kept: VecDeque<UnfinishedFile>,
    /// The same whose names are in the input: those are left whose content is another by now.
    renewed: VecDeque<UnfinishedFile>,
    /// Names behind which nothing could be looked at in earlier runs.
    unseen: Vec<String>,
    young: Vec<Young<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        input: &'a Input,
        decoder: Decoder,
        store: &Store,
    ) -> Result<Self, StoreError> {
        let names: HashSet<&str> = input.files.iter().map(|f| f.name.as_str()).collect();
        let unfinished = store.unfinished_files()?.into_iter();
        let (renewed, kept) = unfinished.partition(|f| names.contains(f.name.as_str()));
        let mut unseen = store.unseen()?;
        unseen.retain(|name| input.blocked.iter().all(|b| b.name != *name));
        Ok(Self {
            files: input.files.iter(),
            reread: input.reread,
            decoder,
            ready: input.blocked.iter().map(step::blocked).collect(),
            tickets: 0,
            kept,
            renewed,
            unseen,
            young: Vec::new(),
        })
    }

    /// The next step; `None` when nothing is left but what [`Self::look_again`] looks at.
    pub(super) fn next(&mut self, store: &Store) -> Result<Option<Step>, BatchError> {
        while self.ready.is_empty() {
            if let Some(file) = self.kept.pop_front() {
                self.resume(&file, store)?;
            } else if let Some(file) = self.files.next() {
                self.open(file, store, Haste::Young)?;
            } else if let Some(file) = self.renewed.pop_front() {
                self.resume(&file, store)?;
            } else {
                break;
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Looks once more at the files that were young and cut off, and waits until each is whole or left
    /// alone, or time is up. Whether there were any.
    pub(super) fn look_again(
        &mut self,
        store: &Store,
        stop: &AtomicBool,
    ) -> Result<bool, BatchError> {
        let any = !self.young.is_empty();
        let until = Instant::now() + LEFT_ALONE;
        while !self.young.is_empty() && !stop.load(Ordering::Relaxed) {
            let late = Instant::now() >= until;
            for mut young in std::mem::take(&mut self.young) {
                let file = young.file;
                let mark = Mark::of(&file.path);
                match young.look(mark, now()) {
                    // Moved or renamed by who wrote it: under its new name the next run finds it.
                    _ if mark.is_none() => self.leave(file),
                    Look::Wait if !late => self.young.push(young),
                    Look::Again if !late => {
                        if !self.open(file, store, Haste::Writing)? {
                            self.young.push(young);
                        }
                    }
                    Look::Wait | Look::Again if young.is_being_written() => self.leave(file),
                    Look::Wait | Look::Again | Look::AsItIs => {
                        self.open(file, store, Haste::None)?;
                    }
                }
            }
            if !self.young.is_empty() {
                std::thread::sleep(LOOK_EVERY);
            }
        }
        Ok(any)
    }

    fn leave(&mut self, file: &SourceFile) {
        self.ready.push_back(Step::Waiting {
            name: file.name.clone(),
        });
    }

    /// Whether there are steps for the file, or it waits among the young ones. `false` only for one
    /// that is being written and is not whole yet.
    fn open(
        &mut self,
        file: &'a SourceFile,
        store: &Store,
        haste: Haste,
    ) -> Result<bool, BatchError> {
        let mark = Mark::of(&file.path);
        let taken = self.decoder.take_in(&file.path)?;
        let (sha256, held) = match &taken {
            Ok(document) => (Some(document.sha256()), document.page_count()),
            Err(refused) => (refused.bytes.as_ref().map(|b| Digest::of(b)), 0),
        };
        let known = match &sha256 {
            Some(sha256) => store.known_file(&file.name, sha256)?,
            None => KnownFile::New,
        };
        let may_grow = match haste {
            Haste::Young => mark.is_some_and(|m| m.is_young(now())),
            Haste::Writing => true,
            Haste::None => false,
        };
        if may_grow && !known.is_complete(held) && self.is_cut_off(&taken)? {
            if haste == Haste::Young {
                self.young.push(Young::new(file, mark));
            }
            return Ok(haste == Haste::Young);
        }
        if sha256.is_some() {
            self.see(&file.name, &known);
        }
        match taken {
            Ok(document) => {
                let seen = |f: &UnfinishedFile| f.name == file.name && Some(f.sha256) == sha256;
                self.renewed.retain(|f| !seen(f));
                let reread = self.reread;
                self.pages_of((&file.name, &known), Arc::new(document), store, reread)?;
            }
            Err(refused) => {
                let step = step::quarantine(&file.name, refused, store)?;
                self.ready.push_back(step);
            }
        }
        Ok(true)
    }

    /// Whether more bytes could make more of the file. Its last page tells: what is cut off lacks its
    /// end.
    fn is_cut_off(&mut self, taken: &Result<Document, Refused>) -> Result<bool, DecoderError> {
        Ok(match taken {
            Err(refused) => refused.why.may_be_unfinished(),
            Ok(document) => {
                let last = document.page_count().saturating_sub(1);
                let page = self.decoder.page(document, last)?;
                page.is_err_and(|why| why.may_be_unfinished())
            }
        })
    }

    /// The rest of a file of an earlier run, from the store: whoever ended that run may have taken the
    /// file out of the input since.
    fn resume(&mut self, file: &UnfinishedFile, store: &Store) -> Result<(), BatchError> {
        let path = store.blobs().path(&file.sha256, BlobKind::Original);
        let document = match self.decoder.open(&path)? {
            Ok(document) if document.sha256() == file.sha256 => document,
            Ok(_) => {
                let detail = "the original in the store is another file by now".to_owned();
                self.ready
                    .push_back(step::lost(&file.name, &IngestError::Damaged { detail }));
                return Ok(());
            }
            Err(why) => {
                self.ready.push_back(step::lost(&file.name, &why));
                return Ok(());
            }
        };
        self.ready.push_back(Step::Resumed);
        let known = store.known_file(&file.name, &file.sha256)?;
        self.pages_of((&file.name, &known), Arc::new(document), store, false)?;
        Ok(())
    }

    /// What stands behind a name was looked at: that it once could not be is over.
    fn see(&mut self, name: &str, known: &KnownFile) {
        let told = matches!(known, KnownFile::Read { .. } | KnownFile::Quarantined(_));
        let is_over = |unseen: &String| {
            // A file that is new takes its row over itself.
            (unseen == name && told)
                || name
                    .strip_prefix(unseen.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let over: Vec<String> = self.unseen.extract_if(.., |u| is_over(u)).collect();
        self.ready
            .extend(over.into_iter().map(|name| Step::SeenAgain { name }));
    }

    fn pages_of(
        &mut self,
        (name, known): (&str, &KnownFile),
        document: Arc<Document>,
        store: &Store,
        reread: bool,
    ) -> Result<(), StoreError> {
        let held = document.page_count();
        if known.is_complete(held) && !reread {
            self.ready.push_back(Step::Known { pages: held });
            return Ok(());
        }
        if matches!(known, KnownFile::CopyOf { pages, .. } if *pages >= held) {
            self.ready.push_back(Step::Copy {
                name: name.to_owned(),
                document,
            });
            return Ok(());
        }
        let file = Step::File {
            name: name.to_owned(),
            document: document.clone(),
        };
        self.ready.push_back(file);
        let recorded = match known {
            KnownFile::Read { recorded, .. } if !reread => recorded.clone(),
            _ => std::collections::BTreeSet::new(),
        };
        for page in 0..held {
            if recorded.contains(&page) {
                self.ready.push_back(Step::KnownPage);
                continue;
            }
            let origin = Origin {
                file: name.to_owned(),
                file_sha256: document.sha256(),
                page,
            };
            if reread {
                self.page_again((&document, &origin), store)?;
            } else {
                self.page((&document, &origin), Said::default());
            }
        }
        Ok(())
    }

    /// A page with what a person said of it; of a picture of several cards, each.
    fn page_again(
        &mut self,
        (document, origin): (&Arc<Document>, &Origin),
        store: &Store,
    ) -> Result<(), StoreError> {
        let parts = store.parts_at(origin)?;
        if parts.is_empty() {
            let hints = store.hints(origin)?;
            self.page((document, origin), Said { hints, part: None });
        }
        for part in parts {
            let said = Said {
                hints: part.hints,
                part: Some((part.page, part.region)),
            };
            self.page((document, origin), said);
        }
        Ok(())
    }

    fn page(&mut self, (document, origin): (&Arc<Document>, &Origin), said: Said) {
        self.tickets += 1;
        self.ready.push_back(Step::Page {
            ticket: self.tickets,
            document: document.clone(),
            origin: origin.clone(),
            said: Box::new(said),
        });
    }
}

/// How a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Haste {
    /// For the first time: it may be young.
    Young,
    /// It was written to since.
    Writing,
    /// For the last time.
    None,
}

/// The file system's time, against which a file's own is held; no result depends on it but whether a cut
/// file is looked at once more.
#[expect(
    clippy::disallowed_methods,
    reason = "the age of a file is not passed in"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
