//! A lower group never imports a higher one, and the journey touches no file, clock or database.

use std::fs;
use std::path::{Path, PathBuf};

/// The groups of `lib.rs`, lowest first. Modules of one group may use each other.
const GROUPS: &[&[&str]] = &[
    &["geom", "charset", "raster", "stats", "linear"],
    &[
        "lang",
        "digest",
        "scan",
        "doubt",
        "rejection",
        "confidence",
        "calendar",
        "lists",
    ],
    &["form"],
    &["engine"],
    &["restore"],
    &["normalize"],
    &["identify"],
    &["register"],
    &["prove"],
    &["learn"],
    &["read"],
    &["validate"],
    &["pipeline"],
    &["ingest"],
    &["store"],
    &["lots"],
    &[
        "audit",
        "calibrate",
        "books",
        "people",
        "review",
        "export",
        "score",
        "batch",
    ],
    &["report", "synth", "web"],
    &["cli"],
];

/// Modules that are pure, and words that a pure module does not hold.
const PURE: &[&str] = &[
    "geom",
    "raster",
    "stats",
    "linear",
    "lists",
    "restore",
    "normalize",
    "identify",
    "register",
    "prove",
    "learn",
    "read",
    "validate",
    "pipeline",
];
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "rusqlite::",
    "SystemTime",
    "std::net",
    "Instant::now",
];

fn group_of(module: &str) -> Option<usize> {
    GROUPS.iter().position(|g| g.contains(&module))
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test_file(&path) {
            out.push(path);
        }
    }
}

/// A file of unit tests, which may use anything.
fn is_test_file(path: &Path) -> bool {
    let stem = path.file_stem().unwrap().to_string_lossy();
    stem == "tests" || stem.ends_with("_tests")
}

/// The module a source file belongs to: the first part of its path below `src`.
fn module_of(path: &Path, src: &Path) -> String {
    let rest = path.strip_prefix(src).unwrap();
    rest.components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .into()
}

/// The text without the items under `#[cfg(test)]`, which may use anything. Relies on rustfmt: an item
/// ends in its first line, or with a brace as far in as it begins.
pub(crate) fn without_tests(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let item = lines.find(|l| !l.trim_start().starts_with("#["));
        let end = format!("{indent}}}");
        if item.is_some_and(|l| l.ends_with('{')) {
            lines.find(|l| *l == end);
        }
    }
    kept
}

fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("crate::").skip(1) {
        let name: String = part
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        if !name.is_empty() {
            found.push(name);
        }
    }
    found
}

#[test]
fn no_module_imports_a_higher_group() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    for file in files {
        let module = module_of(&file, &src);
        let Some(own) = group_of(&module) else {
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for name in imports(&without_tests(&text)) {
            if group_of(&name).is_some_and(|g| g > own) {
                faults.push(format!("{} imports `{name}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_journey_touches_no_file_clock_or_database() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    for file in files
        .iter()
        .filter(|f| PURE.contains(&module_of(f, &src).as_str()))
    {
        let text = fs::read_to_string(file).unwrap();
        for word in IMPURE_WORDS {
            if without_tests(&text).contains(word) {
                faults.push(format!("{} holds `{word}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_the_items_of_tests_are_left_out() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nuse b;\n#[cfg(test)]\nmod drawn {\n    fn c() {\n    }\n}\nuse d;\n";
    assert_eq!(without_tests(text), "use a;\nuse b;\nuse d;\n");
}

#[test]
fn every_module_has_a_group() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for line in lib.lines().filter_map(|l| l.strip_prefix("pub mod ")) {
        let name = line.trim_end_matches(';');
        assert!(
            group_of(name).is_some(),
            "`{name}` has no place in the layer table"
        );
    }
}
