//! TIFF: the chain of pages in safe code, the pixels by libtiff (feature `libtiff`) or, without it,
//! by the `tiff` crate, which reads the common kinds.

mod chain;

#[cfg(feature = "libtiff")]
mod decode;
#[cfg(feature = "libtiff")]
mod ffi;
#[cfg(feature = "libtiff")]
mod samples;
// Compiled for tests in every build, so that the fallback cannot rot.
#[cfg(any(test, not(feature = "libtiff")))]
mod portable;

#[cfg(feature = "libtiff")]
use decode::decode;
#[cfg(not(feature = "libtiff"))]
use portable::decode;

use super::{DecodedPage, IngestError, Limits};

/// The pages of a TIFF file. What was lost of a file that is cut off is one page more, which cannot be
/// decoded: how many there were nobody can tell.
pub(super) struct Directories {
    chain: chain::Chain,
}

impl Directories {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, IngestError> {
        Ok(Self {
            chain: chain::pages(bytes, limits)?,
        })
    }

    pub(super) fn len(&self) -> u32 {
        self.chain.offsets.len() as u32 + u32::from(self.chain.cut)
    }

    pub(super) fn page(
        &self,
        bytes: &[u8],
        page: u32,
        limits: &Limits,
    ) -> Result<DecodedPage, IngestError> {
        match self.chain.offsets.get(page as usize) {
            Some(offset) => decode(bytes, *offset, limits),
            None if page < self.len() => Err(IngestError::truncated(
                "this page, and whatever came after it, is not in the file",
            )),
            None => Err(IngestError::NoSuchPage { page }),
        }
    }
}

/// A page by the pure-Rust decoder, whatever the build uses.
#[cfg(test)]
pub(super) fn portable_page(
    bytes: &[u8],
    page: usize,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    portable::decode(bytes, chain::pages(bytes, limits)?.offsets[page], limits)
}
