//! Files to decoded pages: what a scanner wrote, as upright pixels with a believable resolution.
//!
//! A file is read once; its digest is computed over the bytes that are decoded. Its kind is told by
//! its content. Pages are decoded one at a time, so a file of 10,000 pages needs no more memory
//! than its bytes and one page. Sizes are checked before anything is allocated, every decoder runs
//! behind one door that turns a panic into a rejected page, and a picture that is cut off is an
//! error, never a page with grey rows.

mod discover;
mod door;
mod error;
mod jpeg;
mod kind;
mod limits;
mod pdf;
mod pixels;
mod resolution;
mod still;
mod tiff;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub use discover::{SkipReason, Skipped, SourceFile, discover};
pub use error::IngestError;
pub use kind::Kind;
pub use limits::Limits;

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
}

/// Reads and opens a file. Links, pipes and devices are refused without opening them.
pub fn open(path: &Path, limits: &Limits) -> Result<Document, IngestError> {
    open_bytes(read(path, limits)?, limits)
}

/// Opens a file that is already in memory.
pub fn open_bytes(bytes: Vec<u8>, limits: &Limits) -> Result<Document, IngestError> {
    let kind = Kind::of(&bytes)?;
    let sha256 = Digest::of(&bytes);
    let bytes = Arc::new(bytes);
    let pages = behind_door(|| match kind {
        Kind::Tiff => tiff::Directories::read(&bytes, limits).map(Pages::Tiff),
        Kind::Jbig2 => still::jbig2_pages(&bytes).map(|n| Pages::Jbig2(n as u32)),
        Kind::Pdf => pdf::PdfFile::open(&bytes, limits).map(|f| Pages::Pdf(Box::new(f))),
        Kind::Jpeg | Kind::Png | Kind::Bmp | Kind::Jpeg2000 => Ok(Pages::One),
    })?;
    let document = Document {
        bytes,
        sha256,
        kind,
        limits: *limits,
        pages,
    };
    match document.page_count() {
        0 => Err(IngestError::NoPages),
        n if n > limits.pages => Err(IngestError::TooManyPages {
            limit: limits.pages,
        }),
        _ => Ok(document),
    }
}

impl Document {
    pub fn page_count(&self) -> u32 {
        match &self.pages {
            Pages::One => 1,
            Pages::Tiff(directories) => directories.len(),
            Pages::Jbig2(n) => *n,
            Pages::Pdf(file) => file.page_count(),
        }
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

    /// Decodes a page, counted from 0. Another page of the file may still be readable when this one
    /// is not.
    pub fn page(&self, page: u32) -> Result<DecodedPage, IngestError> {
        if page >= self.page_count() {
            return Err(IngestError::NoSuchPage { page });
        }
        let (bytes, limits) = (self.bytes.as_slice(), &self.limits);
        behind_door(|| match (&self.pages, self.kind) {
            (Pages::Tiff(directories), _) => directories.page(bytes, page, limits),
            (Pages::Pdf(file), _) => file.page(page, limits),
            (Pages::Jbig2(_), _) => still::jbig2(bytes, page as usize, limits),
            (Pages::One, Kind::Jpeg) => jpeg::decode(bytes, limits),
            (Pages::One, Kind::Png) => still::png(bytes, limits),
            (Pages::One, Kind::Bmp) => still::bmp(bytes, limits),
            (Pages::One, _) => still::jpeg2000(bytes, limits),
        })
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

fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, IngestError> {
    if !fs::symlink_metadata(path)
        .map_err(IngestError::Io)?
        .is_file()
    {
        return Err(IngestError::NotAFile);
    }
    let mut file = File::open(path).map_err(IngestError::Io)?;
    let before = file.metadata().map_err(IngestError::Io)?;
    if before.len() > limits.file_bytes {
        return Err(IngestError::FileTooLarge {
            limit: limits.file_bytes,
        });
    }
    let mut bytes = Vec::new();
    // The head decides first: a film named `.tif` is not read to its end.
    (&mut file)
        .take(kind::HEAD as u64)
        .read_to_end(&mut bytes)
        .map_err(IngestError::Io)?;
    Kind::of(&bytes)?;
    bytes.reserve_exact((before.len() as usize + 1).saturating_sub(bytes.len()));
    (&mut file)
        .take(limits.file_bytes)
        .read_to_end(&mut bytes)
        .map_err(IngestError::Io)?;
    let after = file.metadata().map_err(IngestError::Io)?;
    let settled = after.len() == before.len() && bytes.len() as u64 == before.len();
    if settled && after.modified().ok() == before.modified().ok() {
        Ok(bytes)
    } else {
        Err(IngestError::StillBeingWritten)
    }
}

#[cfg(test)]
mod tests;
