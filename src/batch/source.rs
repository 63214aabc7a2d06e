//! The input as a stream of steps in order: files, their pages, what could not be opened.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{BatchError, Input, Reader};
use crate::doubt::Reason;
use crate::ingest::{Decoder, Document, IngestError, SkipReason, Skipped, SourceFile};
use crate::pipeline::Hints;
use crate::scan::{Origin, Region};
use crate::store::{KnownFile, PageId, Store, StoreError};

/// What is to be recorded next.
pub(super) enum Step {
    /// A new file; its pages follow.
    File {
        name: String,
        document: Arc<Document>,
    },
    /// The bytes of a known file under another name: recorded, not read.
    Copy {
        name: String,
        document: Arc<Document>,
    },
    /// A file all of whose pages are recorded.
    Known { pages: u32 },
    /// A page of an unfinished file that is recorded already.
    KnownPage,
    Quarantine {
        name: String,
        reason: Reason,
        code: &'static str,
        detail: String,
    },
    Page {
        ticket: u64,
        document: Arc<Document>,
        origin: Origin,
        said: Box<Said>,
    },
}

/// What a person said of a page that is read again.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) hints: Hints,
    /// The page that is this part of the picture.
    pub(super) part: Option<(PageId, Region)>,
}

pub(super) struct Source<'a> {
    files: std::slice::Iter<'a, SourceFile>,
    reread: bool,
    decoder: Decoder,
    ready: VecDeque<Step>,
    tickets: u64,
}

impl<'a> Source<'a> {
    pub(super) fn new(input: &'a Input, reader: &Reader<'_>) -> Self {
        Self {
            files: input.files.iter(),
            reread: input.reread,
            decoder: Decoder::new(reader.decoding, reader.limits),
            ready: input.blocked.iter().map(blocked).collect(),
            tickets: 0,
        }
    }

    /// The next step; `None` at the end of the input.
    pub(super) fn next(&mut self, store: &Store) -> Result<Option<Step>, BatchError> {
        if self.ready.is_empty()
            && let Some(file) = self.files.next()
        {
            self.open(file, store)?;
        }
        Ok(self.ready.pop_front())
    }

    fn open(&mut self, file: &SourceFile, store: &Store) -> Result<(), BatchError> {
        match self.decoder.open(&file.path)? {
            Ok(document) => Ok(self.pages_of(&file.name, Arc::new(document), store)?),
            Err(why) => {
                self.ready.push_back(quarantine(&file.name, &why));
                Ok(())
            }
        }
    }

    fn pages_of(
        &mut self,
        name: &str,
        document: Arc<Document>,
        store: &Store,
    ) -> Result<(), StoreError> {
        let known = store.known_file(name, &document.sha256())?;
        if known.is_complete() && !self.reread {
            self.ready.push_back(Step::Known {
                pages: document.page_count(),
            });
            return Ok(());
        }
        if matches!(known, KnownFile::CopyOf(_)) {
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
        let recorded = match &known {
            KnownFile::Read { recorded, .. } if !self.reread => recorded.clone(),
            _ => std::collections::BTreeSet::new(),
        };
        for page in 0..document.page_count() {
            if recorded.contains(&page) {
                self.ready.push_back(Step::KnownPage);
                continue;
            }
            let origin = Origin {
                file: name.to_owned(),
                file_sha256: document.sha256(),
                page,
            };
            if !self.reread {
                self.page((&document, &origin), Said::default());
                continue;
            }
            let parts = store.parts_at(&origin)?;
            if parts.is_empty() {
                let hints = store.hints(&origin)?;
                self.page((&document, &origin), Said { hints, part: None });
            }
            for part in parts {
                let said = Said {
                    hints: part.hints,
                    part: Some((part.page, part.region)),
                };
                self.page((&document, &origin), said);
            }
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

fn quarantine(name: &str, why: &IngestError) -> Step {
    Step::Quarantine {
        name: name.to_owned(),
        reason: Reason::Unreadable,
        code: why.code(),
        detail: format!("{}: {why}", why.code()),
    }
}

fn blocked(skipped: &Skipped) -> Step {
    let detail = match &skipped.reason {
        SkipReason::Unreadable(why) => why.clone(),
        other => other.code().to_owned(),
    };
    let code = skipped.reason.code();
    Step::Quarantine {
        name: skipped.name.clone(),
        reason: Reason::Unreadable,
        code,
        detail,
    }
}
