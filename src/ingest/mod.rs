//! Files to decoded pages: what a scanner wrote, as upright pixels with a believable resolution.
//!
//! A file is read once; its digest is computed over the bytes that are decoded. Its kind is told by
//! its content. Pages are decoded one at a time, so a file of 10,000 pages needs no more memory
//! than its bytes and one page. Sizes are checked before anything is allocated, every decoder runs
//! behind one door that turns a panic into a rejected page, and a picture that is cut off is an
//! error, never a page with grey rows. A run decodes in processes that may die ([`Decoder`]).

pub mod apart;
mod discover;
mod door;
mod error;
mod installed;
mod jpeg;
mod kind;
mod limits;
pub mod names;
mod pdf;
mod pixels;
pub mod postal;
mod resolution;
mod still;
mod tiff;
mod told;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub use apart::{Decoder, DecoderError, Decoding};
pub use discover::{SkipReason, Skipped, SourceFile, discover};
pub use error::IngestError;
pub use installed::ListError;
pub use kind::Kind;
pub use limits::Limits;
pub use told::{detail_of, told};

use door::behind_door;

use crate::digest::Digest;
use crate::scan::{Picture, Resolution};

/// A decoded page.
#[derive(Clone, Debug)]
pub struct DecodedPage {
    pub picture: Picture,
    /// Only when credible: 50 to 1300 dpi and no placeholder.
    pub resolution: Option<Resolution>,
}

/// An open file: its bytes, its digest and its pages. May be shared between threads.
pub struct Document {
    bytes: Arc<Vec<u8>>,
    sha256: Digest,
    kind: Kind,
    limits: Limits,
    pages: Pages,
}

enum Pages {
    One,
    Tiff(tiff::Directories),
    Jbig2(u32),
    Pdf(Box<pdf::PdfFile>),
    /// Counted by another process, which decodes them.
    Apart(u32),
}

impl Pages {
    fn open(kind: Kind, bytes: &Arc<Vec<u8>>, limits: &Limits) -> Result<Self, IngestError> {
        behind_door(|| match kind {
            Kind::Tiff => tiff::Directories::read(bytes, limits).map(Self::Tiff),
            Kind::Jbig2 => still::jbig2_pages(bytes).map(|n| Self::Jbig2(n as u32)),
            Kind::Pdf => pdf::PdfFile::open(bytes, limits).map(|f| Self::Pdf(Box::new(f))),
            Kind::Jpeg | Kind::Png | Kind::Bmp | Kind::WebP | Kind::Jpeg2000 => Ok(Self::One),
        })
    }

    fn count(&self) -> u32 {
        match self {
            Self::One => 1,
            Self::Tiff(directories) => directories.len(),
            Self::Jbig2(n) | Self::Apart(n) => *n,
            Self::Pdf(file) => file.page_count(),
        }
    }

    fn decode(
        &self,
        kind: Kind,
        bytes: &Arc<Vec<u8>>,
        page: u32,
        limits: &Limits,
    ) -> Result<DecodedPage, IngestError> {
        if page >= self.count() {
            return Err(IngestError::NoSuchPage { page });
        }
        if let Self::Apart(_) = self {
            return Self::open(kind, bytes, limits)?.decode(kind, bytes, page, limits);
        }
        behind_door(|| match (self, kind) {
            (Self::Tiff(directories), _) => directories.page(bytes, page, limits),
            (Self::Pdf(file), _) => file.page(page, limits),
            (Self::Jbig2(_), _) => still::jbig2(bytes, page as usize, limits),
            (_, Kind::Jpeg) => jpeg::decode(bytes, limits),
            (_, Kind::Png) => still::png(bytes, limits),
            (_, Kind::Bmp) => still::bmp(bytes, limits),
            (_, Kind::WebP) => still::webp(bytes, limits),
            _ => still::jpeg2000(bytes, limits),
        })
    }
}

/// A file that is not opened, with its bytes where they could be read: they are kept all the same.
#[derive(Debug)]
pub struct Refused {
    pub why: IngestError,
    pub bytes: Option<Arc<Vec<u8>>>,
}

impl From<IngestError> for Refused {
    fn from(why: IngestError) -> Self {
        Self { why, bytes: None }
    }
}

/// What is no picture by its first bytes is read, and kept, up to so many: no scan of a card is larger,
/// and a film that is named `.tif` is not read to its end.
const STRANGE_BYTES: u64 = 32 << 20;

/// Reads and opens a file. Links, pipes and devices are refused without opening them.
pub fn open(path: &Path, limits: &Limits) -> Result<Document, IngestError> {
    take_in(path, limits).map_err(|refused| refused.why)
}

/// The same, with the bytes of a file that is refused.
fn take_in(path: &Path, limits: &Limits) -> Result<Document, Refused> {
    Document::unopened(read(path, limits)?, limits)?.opened_or_refused()
}

/// Opens a file that is already in memory.
pub fn open_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Document, IngestError> {
    Document::unopened(bytes, limits)?.opened()
}

impl Document {
    /// Knows its kind and digest, and of its pages nothing yet.
    fn unopened(bytes: Vec<u8>, limits: &Limits) -> Result<Self, IngestError> {
        Ok(Self {
            kind: Kind::of(&bytes)?,
            sha256: Digest::of(&bytes),
            bytes: Arc::new(bytes),
            limits: *limits,
            pages: Pages::Apart(0),
        })
    }

    fn opened(mut self) -> Result<Self, IngestError> {
        self.pages = Pages::open(self.kind, &self.bytes, &self.limits)?;
        self.bounded()
    }

    fn opened_or_refused(self) -> Result<Self, Refused> {
        let bytes = Arc::clone(&self.bytes);
        self.opened().map_err(|why| Refused {
            why,
            bytes: Some(bytes),
        })
    }

    /// With pages that another process has counted.
    #[cfg(unix)]
    fn counted(mut self, pages: u32) -> Result<Self, IngestError> {
        self.pages = Pages::Apart(pages);
        self.bounded()
    }

    fn bounded(self) -> Result<Self, IngestError> {
        match self.page_count() {
            0 => Err(IngestError::NoPages),
            n if n > self.limits.pages => Err(IngestError::TooManyPages {
                limit: self.limits.pages,
            }),
            _ => Ok(self),
        }
    }

    pub fn page_count(&self) -> u32 {
        self.pages.count()
    }

    /// Of the file's bytes.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Decodes a page, counted from 0, in this process. Another page of the file may still be
    /// readable when this one is not.
    pub fn page(&self, page: u32) -> Result<DecodedPage, IngestError> {
        self.pages
            .decode(self.kind, &self.bytes, page, &self.limits)
    }
}

/// The second identity of a page: the digest of its decoded pixels, the same for a picture that was
/// only saved again in another lossless file.
pub fn pixel_digest(picture: &Picture) -> Digest {
    let (width, height) = picture.gray.dimensions();
    let color = picture
        .color
        .as_ref()
        .map_or(&[][..], |c| c.as_raw().as_slice());
    Digest::of_parts([
        &width.to_le_bytes()[..],
        &height.to_le_bytes()[..],
        picture.gray.as_raw(),
        color,
    ])
}

fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, Refused> {
    if !fs::symlink_metadata(path)
        .map_err(IngestError::Io)?
        .is_file()
    {
        return Err(IngestError::NotAFile.into());
    }
    let mut file = File::open(path).map_err(IngestError::Io)?;
    let before = file.metadata().map_err(IngestError::Io)?;
    if before.len() > limits.file_bytes {
        return Err(Refused::from(IngestError::FileTooLarge {
            limit: limits.file_bytes,
        }));
    }
    let mut bytes = Vec::new();
    // The head decides first.
    (&mut file)
        .take(kind::HEAD as u64)
        .read_to_end(&mut bytes)
        .map_err(IngestError::Io)?;
    let strange = Kind::of(&bytes).err();
    if before.len() > STRANGE_BYTES
        && let Some(why) = strange
    {
        return Err(why.into());
    }
    bytes.reserve_exact((before.len() as usize + 1).saturating_sub(bytes.len()));
    (&mut file)
        .take(limits.file_bytes)
        .read_to_end(&mut bytes)
        .map_err(IngestError::Io)?;
    let after = file.metadata().map_err(IngestError::Io)?;
    let settled = after.len() == before.len() && bytes.len() as u64 == before.len();
    if !settled || after.modified().ok() != before.modified().ok() {
        return Err(IngestError::StillBeingWritten.into());
    }
    match strange {
        None => Ok(bytes),
        Some(why) => Err(Refused {
            why,
            bytes: Some(Arc::new(bytes)),
        }),
    }
}

#[cfg(test)]
mod tests;
