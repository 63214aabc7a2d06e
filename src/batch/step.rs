//! What a run has to record next, in order.

use std::sync::Arc;

use crate::digest::Digest;
use crate::doubt::Reason;
use crate::ingest::{Document, IngestError, Refused, SkipReason, Skipped};
use crate::pipeline::Hints;
use crate::scan::{Origin, Region};
use crate::store::{BlobKind, PageId, Store, StoreError};

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
    /// A file of an earlier run follows, from the store.
    Resumed,
    /// A file of an earlier run whose rest cannot be read any more.
    Lost {
        name: String,
        code: &'static str,
        detail: String,
    },
    /// A file that is still being written, left for the next run.
    Waiting { name: String },
    /// What could not be looked at once can be now.
    SeenAgain { name: String },
    Quarantine {
        name: String,
        /// Digest and length, where its bytes could be read.
        content: Option<(Digest, u64)>,
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

/// The file's bytes are kept first, so that what nobody could read is not lost with its name.
pub(super) fn quarantine(name: &str, refused: Refused, store: &Store) -> Result<Step, StoreError> {
    let why = refused.why;
    if matches!(why, IngestError::StillBeingWritten) {
        return Ok(Step::Waiting {
            name: name.to_owned(),
        });
    }
    let content = match refused.bytes {
        Some(bytes) => {
            let sha256 = store.blobs().put(&bytes, BlobKind::Original)?;
            Some((sha256, bytes.len() as u64))
        }
        None => None,
    };
    Ok(Step::Quarantine {
        name: name.to_owned(),
        content,
        reason: Reason::Unreadable,
        code: why.code(),
        detail: format!("{}: {why}", why.code()),
    })
}

/// A file or folder that could not be looked at.
pub(super) fn blocked(skipped: &Skipped) -> Step {
    let detail = match &skipped.reason {
        SkipReason::Unreadable(why) => why.clone(),
        other => other.code().to_owned(),
    };
    let code = skipped.reason.code();
    Step::Quarantine {
        name: skipped.name.clone(),
        content: None,
        reason: Reason::Unreadable,
        code,
        detail,
    }
}

/// The books will not balance, and name the file.
pub(super) fn lost(name: &str, why: &IngestError) -> Step {
    Step::Lost {
        name: name.to_owned(),
        code: why.code(),
        detail: format!("{}: {why}", why.code()),
    }
}
