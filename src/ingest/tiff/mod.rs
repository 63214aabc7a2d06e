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

/// The pages of a TIFF file.
pub(super) struct Directories {
    offsets: Vec<u64>,
}

impl Directories {
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, IngestError> {
        Ok(Self {
            offsets: chain::page_offsets(bytes, limits)?,
        })
    }

    pub(super) fn len(&self) -> u32 {
        self.offsets.len() as u32
    }

    pub(super) fn page(
        &self,
        bytes: &[u8],
        page: u32,
        limits: &Limits,
    ) -> Result<DecodedPage, IngestError> {
        let offset = self
            .offsets
            .get(page as usize)
            .ok_or(IngestError::NoSuchPage { page })?;
        decode(bytes, *offset, limits)
    }
}

/// A page by the pure-Rust decoder, whatever the build uses.
#[cfg(test)]
pub(super) fn portable_page(
    bytes: &[u8],
    page: usize,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    portable::decode(bytes, chain::page_offsets(bytes, limits)?[page], limits)
}
