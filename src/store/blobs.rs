//! Originals, pictures and exported files by content hash: `store/ab/abcdef....orig`.
//!
//! A file is written beside its place, flushed, and renamed: it is whole or it is not there. It is
//! put down before the row that names it commits, so a row never names a file that is missing.
//! Putting the same bytes twice writes once, so workers may put pictures before their page's turn
//! to be recorded has come.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::StoreError;
use crate::digest::Digest;

/// What a kept file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// A scanner's file as it came.
    Original,
    /// The pictures of one page, see `store::album`.
    Album,
    /// One picture, taken out of its album for a program that shows files.
    Png,
    /// An exported table.
    Csv,
}

impl BlobKind {
    fn extension(self) -> &'static str {
        match self {
            Self::Original => "orig",
            Self::Album => "zip",
            Self::Png => "png",
            Self::Csv => "csv",
        }
    }
}

/// The folder of kept files; cheap to clone, safe to share between workers.
#[derive(Clone, Debug)]
pub struct Blobs {
    root: PathBuf,
    /// Held shared while anyone may write; whoever gets it alone may sweep.
    _lock: Option<Arc<File>>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Blobs {
    pub(super) fn open(campaign: &Path) -> Result<Self, StoreError> {
        let root = campaign.join("store");
        let waiting = root.join("tmp");
        fs::create_dir_all(&waiting).map_err(|e| StoreError::io(&waiting, e))?;
        let path = waiting.join("lock");
        let lock = File::create(&path).map_err(|e| StoreError::io(&path, e))?;
        if lock.try_lock().is_ok() {
            sweep(&waiting)?;
            let _ = lock.unlock();
        }
        // A file system without locks only loses the sweeping.
        let lock = lock.try_lock_shared().is_ok().then(|| Arc::new(lock));
        Ok(Self { root, _lock: lock })
    }

    pub(super) fn open_read_only(campaign: &Path) -> Self {
        Self {
            root: campaign.join("store"),
            _lock: None,
        }
    }

    /// Where the bytes of that digest lie, or would lie.
    pub fn path(&self, digest: &Digest, kind: BlobKind) -> PathBuf {
        let hex = digest.to_string();
        self.root
            .join(&hex[..2])
            .join(format!("{hex}.{}", kind.extension()))
    }

    pub fn read(&self, digest: &Digest, kind: BlobKind) -> Result<Vec<u8>, StoreError> {
        let path = self.path(digest, kind);
        fs::read(&path).map_err(|e| StoreError::io(&path, e))
    }

    /// Keeps `bytes`.
    pub fn put(&self, bytes: &[u8], kind: BlobKind) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        let place = self.path(&digest, kind);
        if !place.exists() {
            self.write(&place, |out| out.write_all(bytes))?;
            place.parent().map_or(Ok(()), flush_folder)?;
        }
        Ok(digest)
    }

    fn write(
        &self,
        place: &Path,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let waiting = self
            .root
            .join("tmp")
            .join(format!("{}-{number}", std::process::id()));
        let written = write_whole(&waiting, place, fill);
        if written.is_err() {
            let _ = fs::remove_file(&waiting);
        }
        written.map_err(|e| StoreError::io(place, e))
    }
}

/// Fills `waiting`, flushes it, and moves it to `place`.
fn write_whole(
    waiting: &Path,
    place: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = File::create(waiting)?;
    fill(&mut out)?;
    out.sync_data()?;
    drop(out);
    fs::rename(waiting, place)
}

/// Writes `bytes` to `place` so that it is whole or absent; `place` must not exist yet.
pub(crate) fn write_new(place: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if place.exists() {
        let there = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(StoreError::io(place, there));
    }
    let waiting = place.with_extension("tmp");
    let written = write_whole(&waiting, place, |out| out.write_all(bytes));
    if written.is_err() {
        let _ = fs::remove_file(&waiting);
    }
    written.map_err(|e| StoreError::io(place, e))?;
    place.parent().map_or(Ok(()), flush_folder)
}

/// Removes what a killed run left half written.
fn sweep(waiting: &Path) -> Result<(), StoreError> {
    let entries = fs::read_dir(waiting).map_err(|e| StoreError::io(waiting, e))?;
    for entry in entries.flatten() {
        if entry.file_name() != "lock" {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Makes the names in a folder survive a power cut.
#[cfg(unix)]
fn flush_folder(folder: &Path) -> Result<(), StoreError> {
    let flushed = File::open(folder).and_then(|f| f.sync_all());
    flushed.map_err(|e| StoreError::io(folder, e))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other platform can fail")]
fn flush_folder(_folder: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_are_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let digest = blobs.put(b"card", BlobKind::Png).unwrap();
        let place = blobs.path(&digest, BlobKind::Png);
        let first = fs::metadata(&place).unwrap().modified().unwrap();
        assert_eq!(blobs.put(b"card", BlobKind::Png).unwrap(), digest);
        assert_eq!(fs::metadata(&place).unwrap().modified().unwrap(), first);
        assert_eq!(blobs.read(&digest, BlobKind::Png).unwrap(), b"card");
        let hex = digest.to_string();
        assert!(place.ends_with(format!("store/{}/{hex}.png", &hex[..2])));
    }

    #[test]
    fn leftovers_are_swept_only_when_nobody_writes() {
        let dir = tempfile::tempdir().unwrap();
        let first = Blobs::open(dir.path()).unwrap();
        let leftover = dir.path().join("store/tmp/1-1");
        fs::write(&leftover, b"half").unwrap();
        let second = Blobs::open(dir.path()).unwrap();
        assert!(leftover.exists());
        drop((first, second));
        Blobs::open(dir.path()).unwrap();
        assert!(!leftover.exists());
    }
}
