//! One page once more, for a person who waits for it: the same decoding process under the same
//! bounds, the same journey.

use super::{BatchError, Reader, workers};
use crate::digest::Digest;
use crate::ingest::{self, DecodedPage, Decoder, Decoding, IngestError, Limits};
use crate::pipeline::{Hints, PageOutcome};
use crate::scan::{Region, Scan};
use crate::store::Original;

/// A page's own picture.
///
/// # Errors
/// The outer one when the decoding process cannot be used, the inner one for the file.
pub fn decode_again(
    original: &Original,
    (decoding, limits): (&Decoding, Limits),
) -> Result<Result<Scan, IngestError>, BatchError> {
    let page = decoded(original, (decoding, limits))?;
    Ok(page.map(|page| scan_of(original, page)))
}

fn decoded(
    original: &Original,
    (decoding, limits): (&Decoding, Limits),
) -> Result<Result<DecodedPage, IngestError>, BatchError> {
    let mut decoder = Decoder::new(decoding, limits);
    let document = match decoder.open(&original.path)? {
        Ok(document) => document,
        Err(why) => return Ok(Err(why)),
    };
    let page = decoder.page(&document, original.origin.page)?;
    Ok(page.map(|page| DecodedPage {
        picture: match original.region {
            Some(region) => region.cut(&page.picture),
            None => page.picture,
        },
        ..page
    }))
}

fn scan_of(original: &Original, page: DecodedPage) -> Scan {
    Scan::new(original.origin.clone(), page.picture, page.resolution)
}

/// What the page says when it is read as a person says, and the digest of its pixels.
///
/// # Errors
/// As [`decode_again`], and when an engine breaks.
pub fn read_again(
    original: &Original,
    hints: &Hints,
    reader: &Reader<'_>,
) -> Result<Result<(PageOutcome, Digest), IngestError>, BatchError> {
    let page = match decoded(original, (reader.decoding, reader.limits))? {
        Ok(page) => page,
        Err(why) => return Ok(Err(why)),
    };
    let pixels = ingest::pixel_digest(&page.picture);
    let scan = scan_of(original, page);
    Ok(Ok((workers::read_scan(&scan, hints, reader)?, pixels)))
}

/// The same of each part of the page's own picture.
///
/// # Errors
/// As [`read_again`].
pub fn read_parts(
    original: &Original,
    parts: &[(Region, Hints)],
    reader: &Reader<'_>,
) -> Result<Result<Vec<(PageOutcome, Digest)>, IngestError>, BatchError> {
    let whole = match decoded(original, (reader.decoding, reader.limits))? {
        Ok(page) => page,
        Err(why) => return Ok(Err(why)),
    };
    let read = |(region, hints): &(Region, Hints)| {
        let part = DecodedPage {
            picture: region.cut(&whole.picture),
            ..whole
        };
        let pixels = ingest::pixel_digest(&part.picture);
        let scan = scan_of(original, part);
        Ok((workers::read_scan(&scan, hints, reader)?, pixels))
    };
    let all: Result<Vec<_>, BatchError> = parts.iter().map(read).collect();
    Ok(Ok(all?))
}
