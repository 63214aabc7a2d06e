//! What several targets share.

use hagaki::ingest::{self, Limits};

/// Bounds that keep one input fast; the kernel's bounds on a run's decoding process are not here,
/// so that a leak or an endless loop is found.
fn limits() -> Limits {
    Limits {
        page_pixels: 2_000_000,
        decode_bytes: 64 << 20,
        pages: 50,
        ..Limits::default()
    }
}

/// Opens and decodes every page; a page has the size that was allowed.
pub fn decode_all(bytes: &[u8]) {
    let limits = limits();
    let Ok(document) = ingest::open_bytes(bytes.to_vec(), &limits) else {
        return;
    };
    assert!((1..=limits.pages).contains(&document.page_count()));
    for number in 0..document.page_count().min(5) {
        let Ok(page) = document.page(number) else {
            continue;
        };
        let (width, height) = page.picture.gray.dimensions();
        assert!(width > 0 && height > 0);
        assert!(u64::from(width) * u64::from(height) <= limits.page_pixels);
        let color = page.picture.color.as_ref().map(|c| c.dimensions());
        assert!(color.is_none_or(|c| c == (width, height)));
    }
}
