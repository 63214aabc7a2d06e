//! How much a file may ask for; checked before anything is allocated.

use serde::{Deserialize, Serialize};

use super::IngestError;

/// Bounds for one file. The defaults read an A3 page at 600 dpi (70 megapixels) with room to spare
/// and refuse every decompression bomb.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a file.
    pub file_bytes: u64,
    /// Pixels of a page.
    pub page_pixels: u64,
    /// Longest side of a page in pixels.
    pub side_pixels: u32,
    /// Pages of a file.
    pub pages: u32,
    /// Bytes that one decode may hold at once besides the file: samples, grey and color.
    pub decode_bytes: u64,
    /// Seconds of processor time for opening a file and for each of its pages, in a process of its
    /// own; larger files get more ([`Decoder`](super::Decoder)). A page of the shared decode cases
    /// takes 0.02 s at the mean (339 files, unoptimized build).
    pub decode_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            page_pixels: 120_000_000,
            side_pixels: 70_000,
            pages: 20_000,
            decode_bytes: 640 << 20,
            decode_seconds: 4,
        }
    }
}

impl Limits {
    /// Accepts the size of a page whose decoder holds `bytes_per_pixel` at its peak.
    pub(super) fn check(
        &self,
        width: u64,
        height: u64,
        bytes_per_pixel: u64,
    ) -> Result<(), IngestError> {
        if width == 0 || height == 0 {
            return Err(IngestError::NoPixels);
        }
        let pixels = width.saturating_mul(height);
        let side = u64::from(self.side_pixels);
        let fits = width <= side
            && height <= side
            && pixels <= self.page_pixels
            && pixels.saturating_mul(bytes_per_pixel) <= self.decode_bytes;
        if fits {
            Ok(())
        } else {
            Err(IngestError::TooLarge { width, height })
        }
    }

    /// Accepts a working buffer of `bytes`.
    #[cfg(feature = "libtiff")]
    pub(super) fn check_bytes(&self, bytes: u64) -> Result<(), IngestError> {
        if bytes <= self.decode_bytes {
            Ok(())
        } else {
            Err(IngestError::TooMuchData)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_a3_page_at_600_dpi_fits_and_a_bomb_does_not() {
        let limits = Limits::default();
        assert!(limits.check(7016, 9921, 8).is_ok());
        assert!(matches!(
            limits.check(100_000, 100_000, 1),
            Err(IngestError::TooLarge { .. })
        ));
        assert!(matches!(
            limits.check(u64::MAX, 2, 4),
            Err(IngestError::TooLarge { .. })
        ));
        assert!(matches!(limits.check(0, 7, 1), Err(IngestError::NoPixels)));
    }
}
