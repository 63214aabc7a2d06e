//! Handwritten lines on made cards: alone, and with the lists that an office has.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hagaki::engine::barcodes::Readers;
use hagaki::engine::{Engines, characters};
use hagaki::export::LongRow;
use hagaki::form::Library;
use hagaki::ingest::postal;
use hagaki::lists::Recipients;
use hagaki::score::score;

use crate::lines;
use crate::pages::{rows_of, say, truth};
use crate::program::{Campaign, program, said};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lines")
}

/// Right, needlessly asked, silently wrong.
fn measure(library: &Library, engines: &Engines) -> [u64; 3] {
    let truth = truth(&folder(), "cards");
    let mut files: Vec<&str> = truth.iter().map(|t| t.file.as_str()).collect();
    files.dedup();
    let mut rows: Vec<LongRow> = files
        .iter()
        .flat_map(|f| rows_of(&folder().join(f), f, library, engines))
        .collect();
    // The truth holds no spaces; people set them between surname and given name.
    for row in &mut rows {
        row.value.retain(|c| !c.is_whitespace());
    }
    let score = score(&truth, &rows, 1);
    say(&score.table());
    [
        score.total.right,
        score.total.asked_needlessly,
        score.total.wrong,
    ]
}

fn people() -> Recipients {
    let text = fs::read_to_string(folder().join("recipients.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let columns = rows.headers().unwrap().iter().skip(1).map(str::to_owned);
    let columns = columns.collect();
    let row = |row: csv::StringRecord| {
        let cells = row.iter().skip(1).map(str::to_owned).collect();
        (row[0].to_owned(), cells)
    };
    Recipients::new(columns, rows.records().map(|r| row(r.unwrap())))
}

#[test]
fn lines_are_read_or_asked_and_lists_read_more() {
    let Some(line_engine) = lines::engine() else {
        return;
    };
    let engines = Engines {
        barcodes: Box::new(Readers),
        characters: characters::networks().unwrap(),
        lines: Some(Box::new(line_engine)),
        print: None,
    };
    let library = Library::load(&folder().join("forms")).unwrap();
    let [right, needless, wrong] = measure(&library, &engines);
    assert_eq!(wrong, 0, "without lists");
    assert!(right >= 49 && needless <= 34, "{right} right, {needless}");

    let places = postal::read(&folder().join("utf_ken_all.csv")).unwrap();
    let listed = library.listed((Some(&Arc::new(places)), None), &people());
    let [right, needless, wrong] = measure(&listed, &engines);
    assert_eq!(wrong, 0, "with lists");
    assert!(right >= 67 && needless <= 21, "{right} right, {needless}");
}

#[test]
fn postal_codes_are_installed_and_listed() {
    let campaign = Campaign::new(&["benefit-application"]);
    let list = folder().join("utf_ken_all.csv");
    let listed = |campaign: &Campaign| campaign.hagaki(&["model", "list", "--lang", "en"]).out;
    assert!(listed(&campaign).contains("postal  absent"));
    let said = campaign.hagaki(&["model", "install", &list.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(listed(&campaign).contains("postal  installed"));
    let broken = campaign.beside("x").join("a.csv");
    fs::write(&broken, "a,b\n").unwrap();
    let said = campaign.hagaki(&["model", "install", &broken.to_string_lossy()]);
    assert_eq!(said.code, 3, "{}", said.err);
    // A damaged list stops a run before anything is done.
    let kept = campaign.root().join("lists/postal/postal.tsv");
    fs::write(&kept, "cut").unwrap();
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("hagaki model install"), "{}", said.err);
}

#[test]
fn a_mailing_list_that_lacks_the_column_is_refused() {
    let campaign = Campaign::new(&[]);
    let form = campaign.root().join("forms/made-lines");
    fs::create_dir_all(&form).unwrap();
    let toml = folder().join("forms/made-lines/form.toml");
    fs::copy(toml, form.join("form.toml")).unwrap();
    let list = campaign.root().join("recipients.csv");
    for (text, code, words) in [
        ("key,kana\n1,x\n", 3, "no column `name`"),
        ("name,kana\nsecret,x\n", 3, "no column `key`"),
        ("key,name\n1,secret,3\n", 3, "another number of columns"),
        ("key,name\n", 0, ""),
    ] {
        fs::write(&list, text).unwrap();
        let said = campaign.hagaki(&["run", "--lang", "en"]);
        assert_eq!(said.code, code, "{text}: {}", said.err);
        assert!(said.err.contains(words), "{text}: {}", said.err);
        assert!(!said.err.contains("secret"), "{}", said.err);
    }
    // Outside a campaign the command still works.
    assert_eq!(said(program().args(["model", "list"])).code, 0);
}
