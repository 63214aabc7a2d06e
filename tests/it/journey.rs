//! The whole journey on the samples: every page in one bucket, the same whoever does the work.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::program::{self, Campaign};

/// Columns that hold time or the length of work; everything else must not differ.
const TIMES: &[&str] = &[
    "started_at",
    "finished_at",
    "at",
    "created_at",
    "prev",
    "hash",
];

/// Every row of every table, without the columns that hold time.
pub(crate) fn content(database: &Path) -> Vec<String> {
    let db = Connection::open(database).unwrap();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = db
        .prepare(names)
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut lines = Vec::new();
    for table in tables {
        let mut all = db
            .prepare(&format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"))
            .unwrap();
        let columns: Vec<String> = all.column_names().map(ToOwned::to_owned).collect();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let mut line = table.clone();
            for (i, column) in columns.iter().enumerate() {
                if !TIMES.contains(&column.as_str()) {
                    let value: Value = row.get(i).unwrap();
                    write!(line, " {column}={value:?}").unwrap();
                }
            }
            lines.push(line);
        }
    }
    lines
}

/// The rows of these tables.
pub(crate) fn rows_of(database: &Path, tables: &[&str]) -> Vec<String> {
    let mine = |line: &String| tables.iter().any(|t| line.split(' ').next() == Some(t));
    content(database).into_iter().filter(mine).collect()
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let sample = program::samples()
        .join("resident-survey")
        .to_string_lossy()
        .into_owned();
    let contents: Vec<Vec<String>> = ["1", "2"]
        .iter()
        .map(|jobs| {
            let campaign = Campaign::new(&["resident-survey"]);
            let said = campaign.hagaki(&["run", "--jobs", jobs, &sample]);
            assert_eq!(said.code, 0, "{}", said.err);
            content(&campaign.root().join("hagaki.db"))
        })
        .collect();
    assert!(contents[0].len() > 20);
    for (one, two) in contents[0].iter().zip(&contents[1]) {
        assert_eq!(one, two);
    }
    assert_eq!(contents[0].len(), contents[1].len());
}

#[test]
fn running_twice_changes_nothing() {
    let campaign = Campaign::new(&["resident-survey"]);
    let sample = program::samples()
        .join("resident-survey")
        .to_string_lossy()
        .into_owned();
    assert_eq!(campaign.hagaki(&["run", &sample]).code, 0);
    let before = content(&campaign.root().join("hagaki.db"));
    assert_eq!(campaign.hagaki(&["run", &sample]).code, 0);
    assert_eq!(before, content(&campaign.root().join("hagaki.db")));
}

/// Pages that are recorded.
#[cfg(unix)]
fn recorded(root: &Path) -> usize {
    let database = root.join("hagaki.db");
    if database.exists() {
        rows_of(&database, &["pages"]).len()
    } else {
        0
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_loses_nothing_and_ends_the_same() {
    let sample = program::samples()
        .join("resident-survey")
        .to_string_lossy()
        .into_owned();
    let whole = Campaign::new(&["resident-survey"]);
    assert_eq!(whole.hagaki(&["run", &sample]).code, 0);
    let pages = |root: &Path| -> Vec<String> {
        let lines = content(&root.join("hagaki.db"));
        lines
            .into_iter()
            .filter(|l| l.starts_with("readings") || l.starts_with("pages"))
            .collect()
    };
    let all = pages(&whole.root()).len();
    let killed = Campaign::new(&["resident-survey"]);
    // Every page that is recorded prints its line; killed within the next one, and the ones after.
    for lines in [1, 1, 2] {
        let before = recorded(&killed.root());
        let mut run = killed.command(&["run", "--json", "--jobs", "2", &sample]);
        program::killed_after(&mut run, lines);
        let (after, of) = (recorded(&killed.root()), recorded(&whole.root()));
        assert!(before + lines <= after && after < of, "{after} of {of}");
        assert!(pages(&killed.root()).len() < all);
    }
    assert_eq!(killed.hagaki(&["run", &sample]).code, 0);
    assert_eq!(pages(&whole.root()), pages(&killed.root()));
}

#[test]
fn every_page_ends_in_one_bucket_and_every_line_says_so() {
    let campaign = Campaign::new(&[
        "vaccine-intent",
        "benefit-application",
        "resident-survey",
        "batch-header",
    ]);
    let samples = program::samples().to_string_lossy().into_owned();
    let said = campaign.hagaki(&["run", "--json", &samples]);
    assert_eq!(
        said.code, 1,
        "the samples hold files that nobody can read: {}",
        said.err
    );
    let known = ["read", "review", "rejected", "duplicate", "separator"];
    let mut lines = 0;
    for line in said.out.lines() {
        let page: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(known.contains(&page["outcome"].as_str().unwrap()), "{line}");
        for name in [
            "file", "page", "sha256", "form", "edition", "side", "key", "fields", "ms",
        ] {
            assert!(page.get(name).is_some(), "{name} is missing in {line}");
        }
        lines += 1;
    }
    let db = Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let count = |sql: &str| db.query_row(sql, [], |r| r.get::<_, u32>(0)).unwrap();
    assert_eq!(lines, count("SELECT count(*) FROM pages"));
    assert_eq!(
        lines,
        count("SELECT sum(pages) FROM files WHERE status = 'read'")
    );
    let sheet = fs::read_to_string(campaign.root().join("report/contact-sheet.html")).unwrap();
    assert!(sheet.contains("data:image/png;base64,"));
}

/// What the program prints it reads: each side by its form, under its recipient's key, where it was drawn.
#[test]
fn printed_cards_are_read_back_under_their_keys() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let beside = campaign.beside("print");
    let (keys, cards) = (beside.join("keys.txt"), beside.join("cards.pdf"));
    fs::write(&keys, "1234567897\n0000000018\n").unwrap();
    let form = campaign.root().join("forms/vaccine-intent");
    let [form, keys, cards] = [&form, &keys, &cards].map(|path| path.to_string_lossy());
    let said = campaign.hagaki(&["form", "print", &form, "--keys", &keys, "-o", &cards]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = campaign.hagaki(&["run", "--json", "-q", &cards]);
    assert_eq!(said.code, 0, "{}", said.err);
    let pages: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<_> = pages.iter().map(|p| (&p["side"], &p["key"])).collect();
    let (first, second) = (&"1234567897".into(), &"0000000018".into());
    let (address, answer) = (&"address".into(), &"answer".into());
    let wanted = [
        (address, first),
        (answer, first),
        (address, second),
        (answer, second),
    ];
    assert_eq!(seen, wanted, "{}", said.out);
}
