//! The chain of directories of a TIFF file: walked in safe code, once, with loops found and the
//! number of pages bounded before any decoder sees the file.

use std::collections::HashSet;

use crate::ingest::{IngestError, Limits};

/// `NewSubfileType`; its bit 0 marks a thumbnail of another page.
const SUBFILE_TYPE: u16 = 254;
const THUMBNAIL: u32 = 1;
/// So many times a file's length away no part of it was ever written that is missing alone.
const FAR: u64 = 4;

/// The pages that a file names.
pub(super) struct Chain {
    /// Of the directories that are there, in the order of the file.
    pub(super) offsets: Vec<u64>,
    /// The last of them leads to one that is not in the file, or is cut off before it says where it
    /// leads: at least one page more was there.
    pub(super) cut: bool,
}

/// The directories that are pages.
pub(super) fn pages(bytes: &[u8], limits: &Limits) -> Result<Chain, IngestError> {
    let file = Layout::of(bytes).ok_or(IngestError::NotAPicture)?;
    let mut seen = HashSet::new();
    let mut pages = Vec::new();
    let mut thumbnails = Vec::new();
    let mut offset = file.first(bytes);
    let cut = loop {
        let Some(at) = offset else { break true };
        if at == 0 || !seen.insert(at) {
            break false;
        }
        let Some(directory) = file.directory(bytes, at) else {
            // A directory begins on a word boundary (TIFF 6.0, section 2), though not every writer keeps to
            // it. What leads off one and far out of the file is a damaged number, no page that was there.
            let first = pages.is_empty() && thumbnails.is_empty();
            break first || at % 2 == 0 || at / FAR < bytes.len() as u64;
        };
        if directory.thumbnail {
            thumbnails.push(at);
        } else {
            pages.push(at);
        }
        if pages.len() + thumbnails.len() > limits.pages as usize {
            return Err(IngestError::TooManyPages {
                limit: limits.pages,
            });
        }
        offset = directory.next;
    };
    // A file of nothing but "thumbnails" is wrongly tagged, not empty.
    let offsets = if pages.is_empty() { thumbnails } else { pages };
    if offsets.is_empty() && cut {
        return Err(IngestError::truncated("no page's directory is in the file"));
    }
    Ok(Chain { offsets, cut })
}

/// Byte order and width of the offsets.
#[derive(Clone, Copy)]
struct Layout {
    big_endian: bool,
    big_tiff: bool,
}

struct Directory {
    next: Option<u64>,
    thumbnail: bool,
}

impl Layout {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self {
                big_endian: false,
                big_tiff: false,
            }),
            b"MM\0*" => Some(Self {
                big_endian: true,
                big_tiff: false,
            }),
            b"II+\0" => Some(Self {
                big_endian: false,
                big_tiff: true,
            }),
            b"MM\0+" => Some(Self {
                big_endian: true,
                big_tiff: true,
            }),
            _ => None,
        }
    }

    fn first(self, bytes: &[u8]) -> Option<u64> {
        if self.big_tiff {
            self.number(bytes, 8, 8)
        } else {
            self.number(bytes, 4, 4)
        }
    }

    /// The unsigned number of `size` bytes at `at`.
    fn number(self, bytes: &[u8], at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let raw = bytes.get(at..at.checked_add(size)?)?;
        let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.big_endian {
            raw.iter().fold(0, fold)
        } else {
            raw.iter().rev().fold(0, fold)
        })
    }

    /// `None` when the directory does not lie within the file. One that is cut off behind its
    /// entries counts: its page may still be whole. What comes after it is not known.
    fn directory(self, bytes: &[u8], at: u64) -> Option<Directory> {
        let (count_size, entry_size, offset_size) = if self.big_tiff {
            (8, 20, 8)
        } else {
            (2, 12, 4)
        };
        let count = self.number(bytes, at, count_size)?;
        let entries = at.checked_add(count_size as u64)?;
        let end = entries.checked_add(count.checked_mul(entry_size)?)?;
        if count == 0 || end > bytes.len() as u64 {
            return None;
        }
        let value_at = entry_size - offset_size as u64;
        let thumbnail = (0..count).map(|i| entries + i * entry_size).any(|entry| {
            self.number(bytes, entry, 2) == Some(u64::from(SUBFILE_TYPE))
                && self.number(bytes, entry + 2, 2) == Some(4)
                && self
                    .number(bytes, entry + value_at, 4)
                    .is_some_and(|v| v as u32 & THUMBNAIL != 0)
        });
        Some(Directory {
            next: self.number(bytes, end, offset_size),
            thumbnail,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A little-endian file of directories with one entry each; `next[i]` is the index that
    /// directory `i` names as its next, `tags[i]` its subfile type.
    fn chain(next: &[Option<usize>], tags: &[u32]) -> Vec<u8> {
        let at = |i: usize| (8 + i * 18) as u32;
        let mut out = b"II*\0\x08\0\0\0".to_vec();
        for (link, tag) in next.iter().zip(tags) {
            out.extend_from_slice(&[1, 0, 254, 0, 4, 0, 1, 0, 0, 0]);
            out.extend_from_slice(&tag.to_le_bytes());
            out.extend_from_slice(&link.map_or(0, at).to_le_bytes());
        }
        out
    }

    /// The pages that are there, and whether one more was.
    fn found(bytes: &[u8]) -> (usize, bool) {
        let chain = pages(bytes, &Limits::default()).unwrap();
        (chain.offsets.len(), chain.cut)
    }

    fn count(bytes: &[u8]) -> usize {
        let (count, cut) = found(bytes);
        assert!(!cut);
        count
    }

    #[test]
    fn loops_end_and_thumbnails_are_no_pages() {
        assert_eq!(count(&chain(&[Some(1), Some(2), None], &[0, 0, 0])), 3);
        assert_eq!(count(&chain(&[Some(0)], &[0])), 1);
        assert_eq!(count(&chain(&[Some(1), Some(0)], &[0, 0])), 2);
        assert_eq!(count(&chain(&[Some(1), None], &[0, 1])), 1);
        assert_eq!(count(&chain(&[None], &[1])), 1);
    }

    #[test]
    fn a_directory_outside_the_file_is_a_page_that_is_missing() {
        let whole = chain(&[Some(1), Some(2), None], &[0, 0, 0]);
        assert_eq!(found(&whole), (3, false));
        // Cut within the third directory, at its start, and within the second one's next pointer.
        for (length, pages) in [(8 + 36 + 5, 2), (8 + 36, 2), (8 + 34, 2), (8 + 18, 1)] {
            assert_eq!(found(&whole[..length]), (pages, true), "{length} bytes");
        }
        // Where no directory can begin none is missing.
        let mut damaged = whole;
        damaged[8 + 14] = 0x69;
        damaged[8 + 15] = 0x68; // at 26,729
        assert_eq!(found(&damaged), (1, false));
    }

    #[test]
    fn a_file_whose_first_directory_is_missing_is_cut_off() {
        let whole = chain(&[Some(1), None], &[0, 0]);
        for bytes in [
            &whole[..6],
            &whole[..8],
            &whole[..12],
            b"II*\0\xf0\xff\xff\x7f",
            b"MM\0+\0\x08\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            let error = pages(bytes, &Limits::default()).err().unwrap();
            assert_eq!(error.code(), "truncated", "{bytes:?}");
        }
    }

    #[test]
    fn too_many_pages_are_refused() {
        let limits = Limits {
            pages: 2,
            ..Limits::default()
        };
        let file = chain(&[Some(1), Some(2), None], &[0, 0, 0]);
        assert_eq!(
            pages(&file, &limits).err().unwrap().code(),
            "too_many_pages"
        );
    }
}
