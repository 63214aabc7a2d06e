//! PDF: a page that is one full-page picture gives that picture's own pixels, decoded natively;
//! any other page is drawn by hayro at the resolution of its largest picture.
//!
//! Taking the stream costs 4 to 25 ms an A4 page against 55 to 110 ms for drawing it, and no pixel
//! is resampled. hayro's parser repairs cross-reference tables and opens files that only an owner's
//! password protects; it runs no action, script or link, and opens no other file. A file without an end
//! is repaired too, to the pages that are there: it counts one page more, which cannot be decoded.

mod color;
mod filters;
mod guard;
mod picture;
mod render;
mod walk;

use std::sync::Arc;

use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::{DecodedPage, IngestError, Limits, pixels, resolution};
use walk::{Placed, Walk};

/// Share of the page that a picture must cover to stand for the page.
const FULL_PAGE: f64 = 0.9;
/// How far a picture may reach over the page's edge before it must be cropped, as a share of the
/// page's side.
const OVERHANG: f64 = 0.02;
/// A damaged picture of at least this share of a drawn page rejects the page.
const LARGE_PART: f64 = 0.1;

/// An open PDF.
pub(super) struct PdfFile {
    pdf: Pdf,
    /// Without an end: at least one page more may have been there.
    cut: bool,
}

impl PdfFile {
    pub(super) fn open(bytes: &Arc<Vec<u8>>, limits: &Limits) -> Result<Self, IngestError> {
        guard::refuse_bombs(bytes)?;
        let pdf = Pdf::new(Arc::clone(bytes)).map_err(|e| match e {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => IngestError::Encrypted,
            LoadPdfError::Decryption(e) => IngestError::Unsupported {
                kind: format!("encrypted PDF ({e:?}):"),
            },
            LoadPdfError::Invalid => IngestError::damaged("no readable PDF structure"),
        })?;
        if pdf.pages().len() > limits.pages as usize {
            return Err(IngestError::TooManyPages {
                limit: limits.pages,
            });
        }
        let cut = has_no_end(bytes);
        if cut && pdf.pages().is_empty() {
            return Err(IngestError::truncated("no page is in the file"));
        }
        Ok(Self { pdf, cut })
    }

    pub(super) fn page_count(&self) -> u32 {
        self.pdf.pages().len() as u32 + u32::from(self.cut)
    }

    pub(super) fn page(&self, number: u32, limits: &Limits) -> Result<DecodedPage, IngestError> {
        let Some(page) = self.pdf.pages().get(number as usize) else {
            return Err(if number < self.page_count() {
                IngestError::truncated("the file ends before its trailer; pages may be missing")
            } else {
                IngestError::NoSuchPage { page: number }
            });
        };
        let walk = Walk::over(page)?;
        if let Some(decoded) = whole_picture(page, &walk, limits)? {
            return Ok(decoded);
        }
        for placed in &walk.images {
            verify(placed, page, limits)?;
        }
        render::draw(page, &walk, limits)
    }
}

/// Whether neither a trailer nor the place of a cross-reference table comes after the last object, as
/// one of them does in every file that was written to its end, however it was changed later: in each of
/// the 136 PDFs of the shared decode cases and the samples that open at all.
fn has_no_end(bytes: &[u8]) -> bool {
    let last_object = bytes.windows(6).rposition(|w| w == b"endobj");
    let behind = &bytes[last_object.unwrap_or(0)..];
    let holds = |word: &[u8]| behind.windows(word.len()).any(|w| w == word);
    !holds(b"startxref") && !holds(b"trailer")
}

/// Width and height of the page in points, as displayed.
fn page_size(page: &Page<'_>) -> (f64, f64) {
    let (width, height) = page.render_dimensions();
    (f64::from(width), f64::from(height))
}

/// The picture of a page that is nothing but that picture.
fn whole_picture(
    page: &Page<'_>,
    walk: &Walk<'_>,
    limits: &Limits,
) -> Result<Option<DecodedPage>, IngestError> {
    let [placed] = walk.images.as_slice() else {
        return Ok(None);
    };
    if walk.painted || placed.veiled {
        return Ok(None);
    }
    let Some(orientation) = placed.orientation() else {
        return Ok(None);
    };
    let (width, height) = page_size(page);
    let (left, top, right, bottom) = placed.bounds();
    let inside =
        (right.min(width) - left.max(0.0)).max(0.0) * (bottom.min(height) - top.max(0.0)).max(0.0);
    let (dx, dy) = (width * OVERHANG, height * OVERHANG);
    let fits = left >= -dx && top >= -dy && right <= width + dx && bottom <= height + dy;
    if inside < width * height * FULL_PAGE || !fits {
        return Ok(None);
    }
    let Some(picture) = picture::decode(&placed.stream, placed.ink_is_black, limits)? else {
        return Ok(None);
    };
    let picture = pixels::orient(picture, orientation);
    let unit = walk.user_unit / 72.0;
    let (inches_x, inches_y) = ((right - left) * unit, (bottom - top) * unit);
    let resolution = resolution::credible(
        f64::from(picture.gray.width()) / inches_x,
        f64::from(picture.gray.height()) / inches_y,
    );
    Ok(Some(DecodedPage {
        picture,
        resolution,
    }))
}

/// Decodes a picture of a page that is going to be drawn: hayro would allocate whatever the file
/// says, and draw what is left of a cut picture without a word.
fn verify(placed: &Placed<'_>, page: &Page<'_>, limits: &Limits) -> Result<(), IngestError> {
    let (width, height) = page_size(page);
    let (left, top, right, bottom) = placed.bounds();
    let share = (right - left) * (bottom - top) / (width * height);
    for stream in std::iter::once(placed.stream.clone()).chain(picture::masks(&placed.stream)) {
        match picture::decode(&stream, true, limits) {
            Err(e @ (IngestError::TooLarge { .. } | IngestError::TooMuchData)) => return Err(e),
            Err(e) if share >= LARGE_PART => return Err(e),
            _ => {}
        }
    }
    Ok(())
}
