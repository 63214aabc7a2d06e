//! Surnames and given names as the wheel of the Python package `japanese-personal-name-dataset`
//! holds them: surnames with the people who bear them and a reading, given names by their readings.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::installed::{self, Archive, ListError, archive};
use crate::charset::katakana;
use crate::lists::{Name, NameLists, Names, Spelling};

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
pub fn read(file: &Path) -> Result<NameLists, ListError> {
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
pub fn install(names: &NameLists, root: &Path) -> Result<PathBuf, ListError> {
    installed::keep(root, TABLE, NOTICE, &names.table())
}

/// The names in the first root that has them.
///
/// # Errors
/// When they are there and cannot be read.
pub fn find(roots: &[PathBuf]) -> Result<Option<NameLists>, ListError> {
    installed::find(roots, TABLE, |table| {
        Some(NameLists::from_table(table)).filter(|names| !names.is_empty())
    })
}

fn member(zip: &Archive, table: &str) -> Option<String> {
    let named = |name: &&str| name.rsplit('/').next() == Some(table);
    zip.file_names().find(named).map(str::to_owned)
}

fn from_archive(zip: &mut Archive) -> Option<NameLists> {
    let surnames = rows(zip, FAMILY)?;
    let borne = |column: usize, sound: Option<usize>| {
        let of = move |row: &Vec<String>| {
            let cell = |at: usize| row.get(at).filter(|name| !name.is_empty()).cloned();
            Some(Name {
                name: cell(column)?,
                count: row.get(1)?.parse().ok()?,
                readings: sound.and_then(cell).into_iter().collect(),
            })
        };
        surnames.iter().filter_map(of)
    };
    let (mut given, mut sounds) = (Vec::new(), Vec::new());
    for table in GIVEN {
        for row in rows(zip, table)? {
            let sound = row.first().filter(|sound| !sound.is_empty());
            let readings: Vec<String> = sound.cloned().into_iter().collect();
            // How many people bear one as it is written the package does not say.
            let written = |name: String| Name {
                name,
                count: 1,
                readings: readings.clone(),
            };
            // Many given names are written in kana, and the package names those by their reading alone.
            if let Some(sound) = sound {
                given.push(written(sound.clone()));
                given.push(written(sound.chars().map(katakana).collect()));
                // What parents like the sound of they write in many ways.
                let spellings = u32::try_from(row.len().saturating_sub(2)).unwrap_or(u32::MAX);
                sounds.push(Name::counted(sound.clone(), spellings.max(1)));
            }
            given.extend(row.iter().skip(2).cloned().map(written));
        }
    }
    Some(NameLists {
        written: Arc::new(Names::new(
            Spelling::Written,
            borne(0, Some(2)),
            once(given),
        )),
        kana: Arc::new(Names::new(Spelling::Kana, borne(2, None), sounds)),
    })
}

/// Names that count once, however many readings they come with.
fn once(mut names: Vec<Name>) -> Vec<Name> {
    names.sort_by(|a, b| a.name.cmp(&b.name));
    for i in 1..names.len() {
        if names[i].name == names[i - 1].name {
            names[i].count = 0;
        }
    }
    names
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
        assert_eq!(
            (
                names.written.family().names().len(),
                names.written.given().names().len()
            ),
            (2, 7)
        );
        for name in ["清", "花", "はな", "ハナ", "キヨシ"] {
            assert!(names.written.given().names().contains(name), "`{name}`");
        }
        let kana = &names.kana;
        assert!(
            kana.family().names().contains("ワタナベ") && kana.given().names().contains("ハナ")
        );
        let read = names.written.given().readings("清");
        assert_eq!(read.collect::<Vec<_>>(), ["キヨシ"]);
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
