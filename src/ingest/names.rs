//! Surnames and given names as the wheel of the Python package `japanese-personal-name-dataset`
//! holds them: surnames with the people who bear them, given names by their readings.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::installed::{self, Archive, ListError, archive};
use crate::lists::Names;

/// The package's tables hold a megabyte of text.
const MOST_CSV: u64 = 16 << 20;
/// Name, people, reading, Latin letters.
const FAMILY: &str = "last_name_org.csv";
/// Reading, Latin letters, names.
const GIVEN: [&str; 2] = ["first_name_man_org.csv", "first_name_woman_org.csv"];
const TABLE: &str = "lists/names/names.tsv";
const NOTICE: &str = "Surnames and given names of japanese-personal-name-dataset (PyPI), Copyright (c) 2020\nshuheilocale, MIT License. Brought by a person; shortened to the names and the people who bear a surname.\n";

/// Whether a file is an archive that holds names.
pub fn is_list(file: &Path) -> bool {
    archive(file).is_some_and(|zip| member(&zip, FAMILY).is_some())
}

/// Reads the names.
///
/// # Errors
/// When the file cannot be read or holds none.
pub fn read(file: &Path) -> Result<Names, ListError> {
    let none = || ListError::NoList {
        path: file.to_owned(),
    };
    let mut zip = archive(file).ok_or_else(none)?;
    let names = from_archive(&mut zip).filter(|names| !names.is_empty());
    names.ok_or_else(none)
}

/// Keeps the names in a data root.
///
/// # Errors
/// When they cannot be written.
pub fn install(names: &Names, root: &Path) -> Result<PathBuf, ListError> {
    installed::keep(root, TABLE, NOTICE, &names.table())
}

/// The names in the first root that has them.
///
/// # Errors
/// When they are there and cannot be read.
pub fn find(roots: &[PathBuf]) -> Result<Option<Names>, ListError> {
    installed::find(roots, TABLE, |table| {
        Some(Names::from_table(table)).filter(|names| !names.is_empty())
    })
}

fn member(zip: &Archive, table: &str) -> Option<String> {
    let named = |name: &&str| name.rsplit('/').next() == Some(table);
    zip.file_names().find(named).map(str::to_owned)
}

fn from_archive(zip: &mut Archive) -> Option<Names> {
    let bears = |row: Vec<String>| Some((row.first()?.clone(), row.get(1)?.parse().ok()?));
    let family: Vec<(String, u32)> = rows(zip, FAMILY)?.into_iter().filter_map(bears).collect();
    let mut given = Vec::new();
    for table in GIVEN {
        for row in rows(zip, table)? {
            given.extend(row.first().into_iter().flat_map(|kana| in_kana(kana)));
            given.extend(row.into_iter().skip(2));
        }
    }
    Some(Names::new(family, given))
}

/// Many given names are written in kana, and the package names those by their reading alone.
fn in_kana(reading: &str) -> [String; 2] {
    let katakana = |c: char| match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    };
    [reading.to_owned(), reading.chars().map(katakana).collect()]
}

fn rows(zip: &mut Archive, table: &str) -> Option<Vec<Vec<String>>> {
    let name = member(zip, table)?;
    let entry = zip.by_name(&name).ok()?;
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(entry.take(MOST_CSV));
    let cells = |row: csv::StringRecord| row.iter().map(|c| c.trim().to_owned()).collect();
    rows.records().map(|row| row.ok().map(cells)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    fn wheel(folder: &Path, tables: &[(&str, &str)]) -> PathBuf {
        let file = folder.join("names.whl");
        let mut zip = zip::ZipWriter::new(fs::File::create(&file).unwrap());
        for (name, text) in tables {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("package/dataset/{name}"), options)
                .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    #[test]
    fn the_packages_tables_are_read_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = wheel(
            dir.path(),
            &[
                (
                    FAMILY,
                    "佐藤,1887000,さとう,satou\n渡辺,1070000,わたなべ,watanabe\n",
                ),
                (GIVEN[0], "きよし,kiyoshi,清,潔\n"),
                (GIVEN[1], "はな,hana,花\n"),
            ],
        );
        assert!(is_list(&file));
        let names = read(&file).unwrap();
        assert_eq!((names.family().len(), names.given().len()), (2, 7));
        for name in ["清", "花", "はな", "ハナ", "キヨシ"] {
            assert!(names.given().contains(name), "`{name}`");
        }
        install(&names, dir.path()).unwrap();
        let found = find(&[dir.path().to_owned()]).unwrap().unwrap();
        assert_eq!(found.table(), names.table());
    }

    #[test]
    fn what_holds_no_names_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let empty = wheel(dir.path(), &[(FAMILY, ""), (GIVEN[0], ""), (GIVEN[1], "")]);
        assert!(matches!(read(&empty), Err(ListError::NoList { .. })));
        let half = wheel(dir.path(), &[(FAMILY, "佐藤,1,さとう,satou\n")]);
        assert!(matches!(read(&half), Err(ListError::NoList { .. })));
        assert!(!is_list(&dir.path().join("none.whl")));
        assert!(find(&[dir.path().to_owned()]).unwrap().is_none());
        fs::create_dir_all(dir.path().join("lists/names")).unwrap();
        fs::write(dir.path().join(TABLE), "cut").unwrap();
        assert!(matches!(
            find(&[dir.path().to_owned()]),
            Err(ListError::NoList { .. })
        ));
    }
}
