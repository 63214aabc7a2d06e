//! What a file is, by its first bytes; the extension is not asked.

use super::IngestError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tiff,
    Jpeg,
    Png,
    Bmp,
    WebP,
    Jpeg2000,
    Jbig2,
    Pdf,
}

/// How far from the start of a file the header of a PDF may stand (junk from mail gateways).
const PDF_HEADER_WITHIN: usize = 1024;

/// Bytes that [`Kind::of`] looks at.
pub(super) const HEAD: usize = PDF_HEADER_WITHIN + 8;

const MAGIC: &[(&[u8], Kind)] = &[
    (b"II*\0", Kind::Tiff),
    (b"MM\0*", Kind::Tiff),
    (b"II+\0", Kind::Tiff),
    (b"MM\0+", Kind::Tiff),
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"BM", Kind::Bmp),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind::Jpeg2000),
    (b"\xff\x4f\xff\x51", Kind::Jpeg2000),
    (b"\x97JB2\r\n\x1a\n", Kind::Jbig2),
];

/// Pictures that are recognized and refused by name.
const REFUSED: &[(&[u8], usize, &str)] = &[
    (b"GIF8", 0, "GIF"),
    (b"ftypheic", 4, "HEIC"),
    (b"ftypavif", 4, "AVIF"),
    (b"8BPS", 0, "Photoshop"),
    (b"AT&TFORM", 0, "DjVu"),
];

impl Kind {
    /// Whether the pages are counted by safe code that reads each byte at most once; the others are
    /// parsed where a fault does no harm.
    #[cfg(unix)]
    pub(super) fn is_counted_here(self) -> bool {
        !matches!(self, Self::Pdf | Self::Jbig2)
    }

    /// The kind of a file that begins with `head`.
    pub fn of(head: &[u8]) -> Result<Self, IngestError> {
        if head.is_empty() {
            return Err(IngestError::Empty);
        }
        if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Ok(*kind);
        }
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            return Ok(Self::WebP);
        }
        let refused = REFUSED
            .iter()
            .find(|(magic, at, _)| head.get(*at..).is_some_and(|h| h.starts_with(magic)));
        if let Some((_, _, name)) = refused {
            return Err(IngestError::Unsupported {
                kind: (*name).to_owned(),
            });
        }
        let start = &head[..head.len().min(HEAD)];
        if start.windows(5).any(|w| w == b"%PDF-") {
            Ok(Self::Pdf)
        } else {
            Err(IngestError::NotAPicture)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let code = |head: &[u8]| Kind::of(head).map_err(|e| e.code());
        assert_eq!(code(b"II*\0\x08\0\0\0"), Ok(Kind::Tiff));
        assert_eq!(code(b"\0junk\n%PDF-1.4"), Ok(Kind::Pdf));
        assert_eq!(code(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(code(b"GIF89a"), Err("unsupported"));
        assert_eq!(code(b"RIFF....WEBPVP8 "), Ok(Kind::WebP));
        assert_eq!(code(b"RIFF....WAVEfmt "), Err("not_a_picture"));
        assert_eq!(code(b"<html>"), Err("not_a_picture"));
        assert_eq!(code(b"I"), Err("not_a_picture"));
        assert_eq!(code(b""), Err("empty"));
    }
}
