//! Lists that an office brings, each kept as one table of text in a data root. Nothing is ever
//! downloaded here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    #[error("`{path}` cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{path}` is no such list")]
    NoList { path: PathBuf },
    #[error("`{path}` cannot be written")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

pub(super) type Archive = zip::ZipArchive<io::BufReader<fs::File>>;

/// The archive that a file is; `None` when it is none.
pub(super) fn archive(file: &Path) -> Option<Archive> {
    let file = fs::File::open(file).ok()?;
    zip::ZipArchive::new(io::BufReader::new(file)).ok()
}

/// Keeps a table below a data root, beside a notice that says whence it is; whole or not at all.
pub(super) fn keep(
    root: &Path,
    table: &str,
    notice: &str,
    text: &str,
) -> Result<PathBuf, ListError> {
    let path = root.join(table);
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)?;
        fs::write(folder.join("NOTICE.hagaki"), notice)?;
        let partial = path.with_extension("partial");
        fs::write(&partial, text)?;
        fs::rename(&partial, &path)
    };
    let written = write();
    written.map_err(|source| ListError::Write {
        path: path.clone(),
        source,
    })?;
    Ok(path)
}

/// The list in the first root that has it, as `read` makes it of its table; `read` gives `None` for what
/// is no such table.
pub(super) fn find<T>(
    roots: &[PathBuf],
    table: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ListError> {
    let mut places = roots.iter().map(|root| root.join(table));
    let Some(path) = places.find(|p| p.is_file()) else {
        return Ok(None);
    };
    match fs::read_to_string(&path) {
        Ok(text) => read(&text).map(Some).ok_or(ListError::NoList { path }),
        Err(source) => Err(ListError::Read { path, source }),
    }
}
