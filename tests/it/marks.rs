//! Marks of every kind under every wear, through the program: a small run of what
//! `scripts/marks-at-volume.sh` does at volume.

use std::fs;
use std::path::{Path, PathBuf};

use hagaki::ingest::{self, Limits};
use serde_json::Value;

use crate::program::Campaign;

/// What the run must reach: 315 marks of 19 kinds under 9 wears, asked and wrong at most.
const ASKED_NEEDLESSLY: u64 = 4;
const WRONG: u64 = 1;

fn form() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms/mark-sheet")
}

/// A campaign that holds the mark sheet with its blank picture.
fn campaign() -> Campaign {
    let campaign = Campaign::new(&[]);
    let folder = campaign.root().join("forms/mark-sheet");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(form().join("form.toml"), folder.join("form.toml")).unwrap();
    let said = campaign.hagaki(&["form", "draw", &folder.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    campaign
}

/// Makes `cards` sheets, reads them and returns the score.
fn score(campaign: &Campaign, cards: &str, kinds: &str, wears: &str) -> Value {
    let made = campaign.beside(&format!("made-{kinds}-{wears}"));
    let folder = made.to_string_lossy().into_owned();
    let form = form().to_string_lossy().into_owned();
    let said = campaign.hagaki(&[
        "synth", &form, "-n", cards, "--seed", "3", "--marks", kinds, "--wear", wears, "-o",
        &folder,
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = campaign.hagaki(&["run", &folder]);
    assert!(said.code <= 1, "{}", said.err);
    let truth = made.join("truth.csv");
    let said = campaign.hagaki(&["score", "--json", "--notes", &truth.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are the point")]
fn every_kind_of_mark_under_every_wear_holds_its_floor() {
    let score = score(&campaign(), "9", "all", "all");
    let total = |name: &str| score["total"][name].as_u64().unwrap();
    let (fields, asked, wrong) = (total("fields"), total("asked_needlessly"), total("wrong"));
    eprintln!("{fields} marks: needlessly asked {asked}, silently wrong {wrong}");
    assert_eq!((fields, total("missing")), (315, 0));
    let notes = score["notes"].as_array().unwrap();
    // 19 kinds, 9 wears, consent.
    assert_eq!(notes.len(), 29, "{notes:?}");
    assert!(asked <= ASKED_NEEDLESSLY, "asked {asked}: {score:#}");
    assert!(wrong <= WRONG, "wrong {wrong}: {score:#}");
}

/// A pen's stroke is two rows high there: what somebody consents to is asked, the rest is read.
#[test]
fn consent_on_a_fax_in_standard_mode_is_asked() {
    let campaign = campaign();
    score(&campaign, "6", "tick", "fax");
    let said = campaign.hagaki(&["export", "--profile", "long"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let (mut consents, mut others) = (Vec::new(), Vec::new());
    for row in said.out.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [file, _, field, value, review] = cells[..] else {
            panic!("{row}");
        };
        let scan = campaign.root().parent().unwrap().join(file);
        let document = ingest::open(&scan, &Limits::default()).unwrap();
        let resolution = document.page(0).unwrap().resolution.unwrap();
        if resolution.y.get() < 100.0 {
            let number: u32 = field[1..].parse().unwrap();
            let asked = review == "1";
            match number {
                1..=6 | 13 => consents.push((value.to_owned(), asked)),
                _ => others.push((value.to_owned(), asked)),
            }
        }
    }
    assert!(!consents.is_empty());
    assert!(consents.iter().all(|(_, asked)| *asked), "{consents:?}");
    assert!(others.iter().any(|(_, asked)| !asked), "{others:?}");
}

#[test]
fn the_same_seed_makes_the_same_pages_and_an_unknown_name_is_refused() {
    let campaign = Campaign::new(&[]);
    let form = form().to_string_lossy().into_owned();
    let make = |name: &str, wear: &str| {
        let dir = campaign.beside(name);
        let dir = dir.to_string_lossy().into_owned();
        let args = [
            "synth", &form, "-n", "1", "--marks", "tick", "--wear", wear, "-o", &dir,
        ];
        (campaign.hagaki(&args), dir)
    };
    let (first, a) = make("a", "fax");
    let (second, b) = make("b", "fax");
    assert_eq!((first.code, second.code), (0, 0), "{}", first.err);
    let page = |dir: &str| fs::read(Path::new(dir).join("00001.tif")).unwrap();
    assert_eq!(page(&a), page(&b));
    let (refused, _) = make("c", "wet");
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("wet"), "{}", refused.err);
}
