//! Finds the scans below what a user named: folders recursively, in natural order.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    pub path: PathBuf,
    /// The path below the parent of the input as typed, `/` between the parts; bytes that are not
    /// UTF-8 stand as `\xNN`. Unique in one discovery.
    pub name: String,
}

/// Something below an input that is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub path: PathBuf,
    pub name: String,
    pub reason: SkipReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// A link found inside a folder; never followed.
    Symlink,
    /// A pipe, socket or device; never opened.
    Special,
    Hidden,
    /// A list, a setting or system junk, by its name: what offices and scanners leave beside scans.
    Sidecar,
    /// An archive, a document, a shortcut, half a download, by its name: scans may be in it or behind it.
    NotAScan,
    /// The same file below two inputs.
    GivenTwice,
    /// The folder or file cannot be looked at; an operator must know.
    Unreadable(String),
}

impl SkipReason {
    /// The stable code, as reported.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Symlink => "symlink",
            Self::Special => "special_file",
            Self::Hidden => "hidden",
            Self::Sidecar => "sidecar",
            Self::NotAScan => "not_a_scan",
            Self::GivenTwice => "given_twice",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// Names that scanners, offices and operating systems leave beside scans.
const JUNK_NAMES: &[&str] = &["thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"];
const SIDECARS: &[&str] = &[
    "bat", "cfg", "csv", "db", "exe", "htm", "html", "idx", "ini", "json", "lock", "log", "md",
    "mp4", "sha256", "svg", "toml", "tsv", "txt", "xls", "xlsm", "xlsx", "xml", "yaml", "yml",
];
const NO_SCANS: &[&str] = &[
    "7z",
    "bak",
    "crdownload",
    "dat",
    "doc",
    "docm",
    "docx",
    "filepart",
    "lnk",
    "part",
    "ppt",
    "pptx",
    "tmp",
    "url",
    "zip",
];

/// Folders below an input deeper than this are not entered.
const MAX_DEPTH: usize = 128;

/// Lists the files of `inputs` (files or folders) in natural order (2 before 10), and what was left
/// alone. An input itself may be a link; what lies below is not followed.
pub fn discover(inputs: &[PathBuf]) -> (Vec<SourceFile>, Vec<Skipped>) {
    let mut walk = Walk::default();
    for input in inputs {
        walk.input(input);
    }
    (walk.files, walk.skipped)
}

#[derive(Default)]
struct Walk {
    files: Vec<SourceFile>,
    skipped: Vec<Skipped>,
    names: HashSet<String>,
    seen: HashSet<PathBuf>,
}

impl Walk {
    fn input(&mut self, input: &Path) {
        let base = base_name(input);
        match fs::metadata(input) {
            Err(e) => self.skip(input, base, SkipReason::Unreadable(e.to_string())),
            Ok(kind) if kind.is_dir() => self.folder(input, &base),
            Ok(kind) if kind.is_file() => {
                // A link that was named by hand is resolved here, so that reading need not follow.
                let path = if input.is_symlink() {
                    fs::canonicalize(input)
                } else {
                    Ok(input.into())
                };
                self.file(&path.unwrap_or_else(|_| input.into()), base);
            }
            Ok(_) => self.skip(input, base, SkipReason::Special),
        }
    }

    fn folder(&mut self, folder: &Path, base: &str) {
        // A typed link to a folder is walked as the folder that it names.
        let root = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let typed = |path: &Path| folder.join(path.strip_prefix(&root).unwrap_or(path));
        let walk = WalkDir::new(&root)
            .follow_links(false)
            .max_depth(MAX_DEPTH)
            .sort_by(natural);
        let mut entries = walk.into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => {
                    let path = e.path().map_or_else(|| folder.to_owned(), typed);
                    let name = name_below(base, &root, e.path().unwrap_or(&root));
                    self.skip(&path, name, SkipReason::Unreadable(io_words(&e)));
                    continue;
                }
            };
            if entry.depth() == 0 {
                continue;
            }
            let name = name_below(base, &root, entry.path());
            let path = typed(entry.path());
            match skip_reason(&entry) {
                Some(reason) => {
                    if entry.file_type().is_dir() {
                        entries.skip_current_dir();
                    }
                    self.skip(&path, name, reason);
                }
                None if entry.file_type().is_dir() => {}
                None => self.file(&path, name),
            }
        }
    }

    fn file(&mut self, path: &Path, name: String) {
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !self.seen.insert(identity) {
            self.skip(path, name, SkipReason::GivenTwice);
            return;
        }
        let name = self.unique(&name);
        self.files.push(SourceFile {
            path: path.to_owned(),
            name,
        });
    }

    fn skip(&mut self, path: &Path, name: String, reason: SkipReason) {
        self.skipped.push(Skipped {
            path: path.to_owned(),
            name,
            reason,
        });
    }

    /// Two inputs `a/in` and `b/in` would give equal names.
    fn unique(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut count = 2;
        while self.names.contains(&free) {
            free = format!("{name} ({count})");
            count += 1;
        }
        self.names.insert(free.clone());
        free
    }
}

fn natural(a: &DirEntry, b: &DirEntry) -> std::cmp::Ordering {
    let (left, right) = (a.file_name(), b.file_name());
    natord::compare(&left.to_string_lossy(), &right.to_string_lossy()).then_with(|| left.cmp(right))
}

fn skip_reason(entry: &DirEntry) -> Option<SkipReason> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        return Some(SkipReason::Symlink);
    }
    let name = entry.file_name().to_string_lossy();
    // `..name` is odd but visible to no convention; only a single dot hides.
    if name.starts_with('.') && !name.starts_with("..") {
        return Some(SkipReason::Hidden);
    }
    if kind.is_dir() {
        return None;
    }
    if !kind.is_file() {
        return Some(SkipReason::Special);
    }
    by_name(&name)
}

fn by_name(name: &str) -> Option<SkipReason> {
    let lower = name.to_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, e)| e);
    if JUNK_NAMES.contains(&lower.as_str()) || SIDECARS.contains(&extension) {
        return Some(SkipReason::Sidecar);
    }
    NO_SCANS
        .contains(&extension)
        .then_some(SkipReason::NotAScan)
}

fn io_words(error: &walkdir::Error) -> String {
    error
        .io_error()
        .map_or_else(|| "a loop of folders".to_owned(), ToString::to_string)
}

/// The last part of an input; of `.` or `..`, the folder that it stands for.
fn base_name(input: &Path) -> String {
    let own = input.file_name().map(|n| escaped(n.as_ref()));
    own.or_else(|| {
        fs::canonicalize(input)
            .ok()?
            .file_name()
            .map(|n| escaped(n.as_ref()))
    })
    .unwrap_or_default()
}

fn name_below(base: &str, root: &Path, path: &Path) -> String {
    let mut name = base.to_owned();
    for part in path.strip_prefix(root).unwrap_or(path).components() {
        if !name.is_empty() {
            name.push('/');
        }
        name.push_str(&escaped(part.as_os_str().as_ref()));
    }
    name
}

/// The name as text: valid UTF-8 unchanged, other bytes as `\xNN`.
fn escaped(name: &Path) -> String {
    #[cfg(unix)]
    {
        use std::fmt::Write as _;
        use std::os::unix::ffi::OsStrExt;
        let mut out = String::new();
        for chunk in name.as_os_str().as_bytes().utf8_chunks() {
            out.push_str(chunk.valid());
            for byte in chunk.invalid() {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
        out
    }
    #[cfg(not(unix))]
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(dir: &Path, names: &[&str]) {
        for name in names {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
    }

    fn names(found: &[SourceFile]) -> Vec<&str> {
        found.iter().map(|f| f.name.as_str()).collect()
    }

    #[test]
    fn natural_order_and_names_below_the_parent() {
        let dir = tempfile::tempdir().unwrap();
        touch(
            dir.path(),
            &[
                "scans/p10.tif",
                "scans/p2.tif",
                "scans/b/1.png",
                "scans/line\nfeed.png",
            ],
        );
        let (files, skipped) = discover(&[dir.path().join("scans")]);
        assert_eq!(
            names(&files),
            [
                "scans/b/1.png",
                "scans/line\nfeed.png",
                "scans/p2.tif",
                "scans/p10.tif"
            ]
        );
        assert_eq!(skipped, []);
        let (single, _) = discover(&[dir.path().join("scans/p2.tif")]);
        assert_eq!(names(&single), ["p2.tif"]);
    }

    #[test]
    fn junk_is_counted_and_not_read_and_what_may_hold_scans_is_told_from_it() {
        let dir = tempfile::tempdir().unwrap();
        touch(
            dir.path(),
            &[
                "in/Thumbs.db",
                "in/.DS_Store",
                "in/INDEX.CSV",
                "in/Scans.ZIP",
                "in/a.tif",
                "in/card.dat",
                "in/..odd.png",
            ],
        );
        let (files, skipped) = discover(&[dir.path().join("in")]);
        assert_eq!(names(&files), ["in/..odd.png", "in/a.tif"]);
        let codes: Vec<_> = skipped.iter().map(|s| s.reason.code()).collect();
        let wanted = ["hidden", "sidecar", "not_a_scan", "sidecar", "not_a_scan"];
        assert_eq!(codes, wanted, "{skipped:?}");
    }

    #[test]
    fn a_missing_input_is_unreadable_and_a_second_naming_is_skipped() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), &["in/a.tif", "other/in/a.tif"]);
        let inputs = ["in", "in/a.tif", "gone", "other/in"].map(|i| dir.path().join(i));
        let (files, skipped) = discover(&inputs);
        assert_eq!(names(&files), ["in/a.tif", "in/a.tif (2)"]);
        let codes: Vec<_> = skipped.iter().map(|s| s.reason.code()).collect();
        assert_eq!(codes, ["given_twice", "unreadable"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_odd_bytes_survive() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), &["in/a.tif"]);
        let inside = dir.path().join("in");
        std::os::unix::fs::symlink("/etc/passwd", inside.join("link.png")).unwrap();
        std::os::unix::fs::symlink("..", inside.join("up")).unwrap();
        fs::write(
            inside.join(std::ffi::OsStr::from_bytes(b"\xff\xfe.png")),
            b"x",
        )
        .unwrap();
        let (files, skipped) = discover(std::slice::from_ref(&inside));
        assert_eq!(names(&files), ["in/a.tif", "in/\\xff\\xfe.png"]);
        assert!(skipped.iter().all(|s| s.reason == SkipReason::Symlink) && skipped.len() == 2);
        // A link to a folder that was named by hand is entered.
        let typed = dir.path().join("typed");
        std::os::unix::fs::symlink(&inside, &typed).unwrap();
        assert_eq!(names(&discover(&[typed]).0)[0], "typed/a.tif");
    }
}
