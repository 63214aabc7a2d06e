//! Lots that are unlike the ones before them, through the binary.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::program::{self, Campaign};

/// Cards of a lot, put into the store as a run would have: every third of `turn` says no.
fn put_lot(database: &Path, folder: &str, (cards, noes): (u32, u32)) {
    let db = Connection::open(database).unwrap();
    db.execute_batch(
        "INSERT OR IGNORE INTO runs (id, program, who, reread, started_at)
         VALUES (1000, 'hagaki 0', 'op', 0, '2026-11-01T00:00:00Z')",
    )
    .unwrap();
    db.execute(
        "INSERT INTO lots (received, folder) VALUES ('2026-11-01', ?1)",
        [folder],
    )
    .unwrap();
    let lot = db.last_insert_rowid();
    for card in 0..cards {
        let sha = format!("{lot:032x}{card:032x}");
        db.execute(
            "INSERT INTO files (run_id, name, sha256, bytes, pages, status)
             VALUES (1000, ?1, ?2, 1, 1, 'read')",
            (format!("{folder}/{card}.tif"), &sha),
        )
        .unwrap();
        db.execute(
            "INSERT INTO pages (file_id, page, pixel_sha256, lot_id) VALUES (?1, 0, ?2, ?3)",
            (db.last_insert_rowid(), &sha, lot),
        )
        .unwrap();
        db.execute(
            "INSERT INTO outcomes (page_id, run_id, received, current, outcome, form, edition,
                                   form_digest, side, role, registration, doubts)
             VALUES (?1, 1000, '2026-11-01', 1, 'read', 'resident-survey', 1, ?2, 'answer',
                     'reply', '{\"residual_rms_mm\":0.1,\"scale_x\":1.0,\"scale_y\":1.0}', '[]')",
            (db.last_insert_rowid(), &sha),
        )
        .unwrap();
        let value = if card < noes { "no" } else { "yes" };
        db.execute(
            "INSERT INTO readings (outcome_id, position, field, engine, raw, status, value,
                                   confidence, doubts)
             VALUES (?1, 0, 'stay', 'marks-1', '{\"content\":{\"kind\":\"marks\",\"options\":[]}}',
                     'accepted', ?2, 1.0, '[]')",
            (db.last_insert_rowid(), value),
        )
        .unwrap();
    }
}

/// A campaign whose store is there and empty.
fn campaign() -> (Campaign, std::path::PathBuf) {
    let campaign = Campaign::new(&["resident-survey"]);
    assert_eq!(campaign.hagaki(&["run"]).code, 0);
    let database = campaign.root().join("hagaki.db");
    (campaign, database)
}

fn alarms(campaign: &Campaign) -> Vec<serde_json::Value> {
    let said = campaign.hagaki(&["status", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let books: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    books["alarms"].as_array().unwrap().clone()
}

#[test]
fn a_jump_of_the_answers_stands_in_the_books_in_both_languages() {
    let (campaign, database) = campaign();
    put_lot(&database, "in/1", (300, 60));
    put_lot(&database, "in/2", (300, 66));
    assert!(alarms(&campaign).is_empty());
    put_lot(&database, "in/3", (300, 120));
    let all = alarms(&campaign);
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0]["alarm"], "lot");
    assert_eq!(all[0]["measure"], "answer");
    assert_eq!(all[0]["field"], "stay");
    assert_eq!(all[0]["lots"][0]["folder"], "in/3");
    for (lang, words) in [
        ("ja", ["警告", "束 2026-11-01 in/3"]),
        ("en", ["Alarms", "lot 2026-11-01 in/3"]),
    ] {
        let said = campaign.hagaki(&["--lang", lang, "status"]);
        assert_eq!(said.code, 0);
        for word in words {
            assert!(said.out.contains(word), "{word}: {}", said.out);
        }
        assert!(said.out.contains("hagaki run --reread"), "{}", said.out);
    }
}

#[test]
fn a_run_that_brings_an_unlike_lot_ends_with_1_and_the_next_one_with_0() {
    let (campaign, database) = campaign();
    put_lot(&database, "in/1", (200, 40));
    let folder = campaign.beside("unreadable");
    for n in 0..120_u8 {
        let small = image::GrayImage::from_pixel(8, 8, image::Luma([n]));
        small.save(folder.join(format!("{n}.png"))).unwrap();
    }
    let folder = folder.to_string_lossy().into_owned();
    let said = campaign.hagaki(&["run", &folder]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("alarms"), "{}", said.err);
    assert!(
        said.out.contains("lot ") && said.out.contains("rejected"),
        "{}",
        said.out
    );
    let sheet = fs::read_to_string(campaign.root().join("report/contact-sheet.html")).unwrap();
    assert!(sheet.contains("<h2>Alarms</h2>"));
    assert_eq!(alarms(&campaign)[0]["measure"], "rejected");
    // Nothing new: what is known is said, and the run is fine.
    let again = campaign.hagaki(&["run", &folder]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.out.contains("Alarms"));
}

#[test]
fn dust_on_the_glass_is_said_once_it_stands_on_five_pages() {
    let campaign = Campaign::new(&["resident-survey"]);
    let folder = campaign.beside("dusty");
    // Cards of no form will do: the line is on the glass.
    let put = |n: u32| {
        let card = image::GrayImage::from_fn(787, 1165, |x, y| {
            let writing = y > 100 && y < 1000 && y % 80 < 30 && (x + y / 3) % 31 < 4;
            let level = if writing && x > 80 + 5 * n && x < 700 {
                40
            } else {
                240
            };
            image::Luma([if (400..402).contains(&x) {
                level.min(90)
            } else {
                level
            }])
        });
        card.save(folder.join(format!("{n}.png"))).unwrap();
    };
    (1..=4).for_each(put);
    let path = folder.to_string_lossy().into_owned();
    assert_eq!(campaign.hagaki(&["run", &path]).code, 0);
    assert!(alarms(&campaign).is_empty());
    put(5);
    let said = campaign.hagaki(&["run", &path]);
    assert_eq!(said.code, 1, "{}", said.err);
    let all = alarms(&campaign);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(
        (&all[0]["alarm"], &all[0]["along"]),
        (&"glass".into(), &"columns".into())
    );
    assert_eq!(
        (&all[0]["pages"], &all[0]["last"]["page"]),
        (&5.into(), &0.into())
    );
    // Without a resolution the shorter side is a postcard's.
    let at = all[0]["at_mm"].as_f64().unwrap();
    assert!((at - 401.0 / 7.87).abs() < 0.5, "{at}");
    for (lang, words) in [
        ("ja", ["左から 51 mm", "清掃"]),
        ("en", ["51 mm from", "clean the scanner"]),
    ] {
        let said = campaign.hagaki(&["--lang", lang, "status"]);
        for word in words {
            assert!(said.out.contains(word), "{word}: {}", said.out);
        }
    }
    assert_eq!(campaign.hagaki(&["run", &path]).code, 0);
}

/// How the machine did on one question of a made lot, against the truth.
#[derive(Debug, Default)]
struct Score {
    right: u32,
    asked: u32,
    wrong: u32,
}

/// Draws cards of `form`, reads them by the campaign's form, and scores `satisfaction`.
fn score(campaign: &Campaign, (name, form): (&str, &Path), n: u32, seed: &str) -> Score {
    let out = campaign.beside(name);
    let (path, form) = (out.to_string_lossy(), form.to_string_lossy());
    let n = n.to_string();
    let made = campaign.hagaki(&["synth", &form, "-n", &n, "--seed", seed, "-o", &path]);
    assert_eq!(made.code, 0, "{}", made.err);
    let mut truth = std::collections::BTreeMap::new();
    let mut lines = csv::Reader::from_path(out.join("truth.csv")).unwrap();
    for line in lines.records() {
        let line = line.unwrap();
        if &line[2] == "satisfaction" {
            let file = line[0].rsplit('/').next().unwrap().to_owned();
            truth.insert((file, line[1].to_owned()), line[4].to_owned());
        }
    }
    let said = campaign.hagaki(&["run", "--json", &path]);
    assert!(said.code <= 1, "{}", said.err);
    let mut score = Score::default();
    for line in said.out.lines() {
        let page: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = page["file"].as_str().unwrap().rsplit('/').next().unwrap();
        let place = (file.to_owned(), page["page"].to_string());
        let Some(right) = truth.get(&place) else {
            continue;
        };
        let fields = page["fields"].as_array().unwrap();
        let field = fields.iter().find(|f| f["id"] == "satisfaction");
        match field {
            Some(f) if f["status"] != "question" => {
                let good = f["value"] == right.as_str();
                score.right += u32::from(good);
                score.wrong += u32::from(!good);
            }
            _ => score.asked += 1,
        }
    }
    score
}

/// The form of the second print: the block of one question 2.5 mm lower.
fn moved(campaign: &Campaign) -> std::path::PathBuf {
    let to = campaign.beside("moved-form");
    program::copy_files(&campaign.root().join("forms/resident-survey"), &to);
    let text = fs::read_to_string(to.join("form.toml")).unwrap();
    let mut lower = text.clone();
    for (from, to) in [
        ("at = [8, 63]", "at = [8, 65.5]"),
        (", 67.5, 5, 5]", ", 70, 5, 5]"),
        ("at = [12.5, 72.9]", "at = [12.5, 75.4]"),
        ("at = [68.5, 72.9]", "at = [68.5, 75.4]"),
    ] {
        assert!(lower.contains(from), "{from}");
        lower = lower.replace(from, to);
    }
    fs::write(to.join("form.toml"), lower).unwrap();
    to
}

#[test]
fn a_reprint_with_a_question_2_5_mm_lower_is_not_read_as_if_nothing_were() {
    let campaign = Campaign::new(&["resident-survey"]);
    let forms = campaign.root().join("forms/resident-survey");
    let first = score(&campaign, ("first", &forms), 16, "5");
    assert!(first.wrong == 0 && first.right >= 12, "{first:?}");
    let second = score(&campaign, ("second", &moved(&campaign)), 16, "6");
    // Asked about, or followed to where it stands now: not read in the wrong place.
    assert!(second.wrong <= 1, "{second:?}");
    assert!(
        second.asked > first.asked || second.right >= 12,
        "{second:?}"
    );
}
