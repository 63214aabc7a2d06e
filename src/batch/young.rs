//! Files that somebody may still be writing: young, and cut off. They are looked at once more when
//! everything else is recorded, so that half a card is never taken for a broken one.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::ingest::SourceFile;

/// A file that was not written to for so long is left alone: scanners and copies over an office's
/// network write several times a second, and a stall of some seconds is the longest that was seen.
/// Waiting longer would hold up the books for a file that is merely broken.
pub(super) const LEFT_ALONE: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What tells that a file was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    bytes: u64,
    modified: SystemTime,
}

impl Mark {
    /// `None` for what is gone, or is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = std::fs::symlink_metadata(path).ok()?;
        Some(Self {
            bytes: meta.len(),
            modified: meta.modified().ok().filter(|_| meta.is_file())?,
        })
    }

    /// Written to lately; the clock of the computer that wrote it may be a little ahead.
    pub(super) fn is_young(self, now: SystemTime) -> bool {
        let age = now.duration_since(self.modified);
        age.unwrap_or_else(|ahead| ahead.duration()) < LEFT_ALONE
    }
}

/// A file that is looked at once more.
pub(super) struct Young<'a> {
    pub(super) file: &'a SourceFile,
    /// As it was when it was looked at.
    mark: Option<Mark>,
    written_to: bool,
}

/// What is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Wait,
    /// It was written to: it may be whole now.
    Again,
    /// Nobody writes to it: it is what it is.
    AsItIs,
}

impl<'a> Young<'a> {
    pub(super) fn new(file: &'a SourceFile, mark: Option<Mark>) -> Self {
        Self {
            file,
            mark,
            written_to: false,
        }
    }

    /// With the file as it is now.
    pub(super) fn look(&mut self, mark: Option<Mark>, now: SystemTime) -> Look {
        if mark != self.mark {
            self.mark = mark;
            self.written_to = true;
            return Look::Again;
        }
        match mark {
            Some(mark) if mark.is_young(now) => Look::Wait,
            _ => Look::AsItIs,
        }
    }

    /// Time is up: whether it is left for the next run.
    pub(super) fn is_being_written(&self) -> bool {
        self.written_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_waited_for_until_it_was_left_alone() {
        let file = SourceFile {
            path: "a.jpg".into(),
            name: "a.jpg".into(),
        };
        let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let after = |seconds| begin + Duration::from_secs(seconds);
        let mark = |bytes, modified| Some(Mark { bytes, modified });
        let half = mark(9, begin);
        let mut young = Young::new(&file, half);
        assert_eq!(young.look(half, after(1)), Look::Wait);
        assert!(!young.is_being_written());
        let more = mark(12, after(2));
        assert_eq!(young.look(more, after(2)), Look::Again);
        assert_eq!(young.look(more, after(6)), Look::Wait);
        assert!(young.is_being_written());
        assert_eq!(young.look(more, after(7)), Look::AsItIs);
        // Gone: looked at once more, then told as it is.
        assert_eq!(young.look(None, after(7)), Look::Again);
        assert_eq!(young.look(None, after(7)), Look::AsItIs);
    }

    #[test]
    fn a_clock_that_is_ahead_makes_no_file_young_for_ever() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (ahead, young) in [(0, true), (2, true), (60, false)] {
            let modified = now + Duration::from_secs(ahead);
            assert_eq!(Mark { bytes: 1, modified }.is_young(now), young, "{ahead}");
        }
        let modified = now - LEFT_ALONE;
        assert!(!Mark { bytes: 1, modified }.is_young(now));
    }
}
