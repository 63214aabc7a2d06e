//! Decoding in a process that may die.
//!
//! Whatever a file holds, three things must not happen: a run that stands still, a machine without
//! memory, a batch that ends with a decoder's crash and ends there again the next night. No limit
//! inside a decoder can promise that, so the decoders work in a process of the same program, one
//! for each worker. The kernel bounds its processor time and memory ([`Decoder`] sets both before
//! each page), the worker bounds the wall time, and whatever happens to it costs one page: the next
//! page gets a new process. It is given the file's bytes and gives pixels back, and opens no file
//! itself.
//!
//! Processor time and not wall time decides, so that a loaded machine refuses no page that an idle
//! one reads. Bytes and pixels pass through a socket pair: 0.2 ms for a grey postcard at 300 dpi,
//! 1.4 ms for a grey A4 page (best of 30).

#[cfg(unix)]
mod budget;
#[cfg(unix)]
mod child;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod wire;

use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::Arc;

use super::{DecodedPage, Document, IngestError, Limits, Refused};

#[cfg(unix)]
pub use serve::serve;

/// The first argument of a process that decodes.
pub const ARGUMENT: &str = "__decode";

/// Where files are decoded.
#[derive(Clone, Debug)]
pub enum Decoding {
    /// In this process: for tests and tools that may die themselves.
    Here,
    /// In processes of this program, which calls [`serve`] when its first argument is [`ARGUMENT`].
    Apart(PathBuf),
}

/// The decoding process cannot be used: the machine is broken, not a file.
#[derive(Debug, thiserror::Error)]
#[error("the decoding process `{}` cannot be used: {why}", program.display())]
pub struct DecoderError {
    program: PathBuf,
    why: String,
}

/// Decodes pages one at a time; each worker has its own.
pub struct Decoder {
    limits: Limits,
    #[cfg(unix)]
    apart: Option<child::Child>,
}

#[cfg(unix)]
impl Decoder {
    pub fn new(decoding: &Decoding, limits: Limits) -> Self {
        let apart = match decoding {
            Decoding::Here => None,
            Decoding::Apart(program) => Some(child::Child::new(program)),
        };
        Self { limits, apart }
    }

    /// Reads and opens a file, like [`open`](super::open), and gives the bytes of one that is refused.
    ///
    /// # Errors
    /// The outer one when the decoding process cannot be used, the inner one for the file.
    pub fn take_in(&mut self, path: &Path) -> Result<Result<Document, Refused>, DecoderError> {
        let Some(child) = &mut self.apart else {
            return Ok(super::take_in(path, &self.limits));
        };
        let unopened = super::read(path, &self.limits)
            .and_then(|bytes| Ok(Document::unopened(bytes, &self.limits)?));
        let document = match unopened {
            Ok(document) => document,
            Err(refused) => return Ok(Err(refused)),
        };
        if document.kind.is_counted_here() {
            return Ok(document.opened_or_refused());
        }
        let bytes = Arc::clone(&document.bytes);
        let counted = child.count(&document)?.and_then(|n| document.counted(n));
        Ok(counted.map_err(|why| Refused {
            why,
            bytes: Some(bytes),
        }))
    }

    /// Decodes a page, like [`Document::page`].
    ///
    /// # Errors
    /// The outer one when the decoding process cannot be used, the inner one for the page.
    pub fn page(
        &mut self,
        document: &Document,
        page: u32,
    ) -> Result<Result<DecodedPage, IngestError>, DecoderError> {
        match &mut self.apart {
            None => Ok(document.page(page)),
            Some(child) => child.page(document, page),
        }
    }
}

/// Where processes cannot be bounded, pages are decoded in this one.
#[cfg(not(unix))]
impl Decoder {
    pub fn new(_: &Decoding, limits: Limits) -> Self {
        Self { limits }
    }

    pub fn take_in(&mut self, path: &Path) -> Result<Result<Document, Refused>, DecoderError> {
        Ok(super::take_in(path, &self.limits))
    }

    pub fn page(
        &mut self,
        document: &Document,
        page: u32,
    ) -> Result<Result<DecodedPage, IngestError>, DecoderError> {
        Ok(document.page(page))
    }
}

impl Decoder {
    /// Reads and opens a file, like [`open`](super::open).
    ///
    /// # Errors
    /// The outer one when the decoding process cannot be used, the inner one for the file.
    pub fn open(&mut self, path: &Path) -> Result<Result<Document, IngestError>, DecoderError> {
        Ok(self.take_in(path)?.map_err(|refused| refused.why))
    }
}
