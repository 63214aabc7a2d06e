//! The chain of directories of a TIFF file: walked in safe code, once, with loops found and the
//! number of pages bounded before any decoder sees the file.

use std::collections::HashSet;

use crate::ingest::{IngestError, Limits};

/// `NewSubfileType`; its bit 0 marks a thumbnail of another page.
const SUBFILE_TYPE: u16 = 254;
const THUMBNAIL: u32 = 1;

/// Offsets of the directories that are pages, in the order of the file.
pub(super) fn page_offsets(bytes: &[u8], limits: &Limits) -> Result<Vec<u64>, IngestError> {
    let file = Layout::of(bytes).ok_or(IngestError::NotAPicture)?;
    let mut seen = HashSet::new();
    let mut pages = Vec::new();
    let mut thumbnails = Vec::new();
    let mut offset = file.first(bytes);
    while let Some(at) = offset.filter(|at| *at != 0) {
        if !seen.insert(at) {
            break;
        }
        let Some(directory) = file.directory(bytes, at) else {
            break;
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
    }
    // A file of nothing but "thumbnails" is wrongly tagged, not empty.
    Ok(if pages.is_empty() { thumbnails } else { pages })
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
    /// entries counts, as the last: its page may still be whole.
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

    fn count(bytes: &[u8]) -> usize {
        page_offsets(bytes, &Limits::default()).unwrap().len()
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
    fn a_directory_outside_the_file_ends_the_chain() {
        assert_eq!(count(b"II*\0\xf0\xff\xff\x7f"), 0);
        assert_eq!(count(b"MM\0+\0\x08\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), 0);
    }

    #[test]
    fn too_many_pages_are_refused() {
        let limits = Limits {
            pages: 2,
            ..Limits::default()
        };
        let file = chain(&[Some(1), Some(2), None], &[0, 0, 0]);
        assert_eq!(
            page_offsets(&file, &limits).unwrap_err().code(),
            "too_many_pages"
        );
    }
}
