//! Today's rules over what was measured before, through the binary.

use std::fs;

use crate::journey::content;
use crate::program::{self, Campaign, Said};

fn form_text(campaign: &Campaign) -> (std::path::PathBuf, String) {
    let file = campaign.root().join("forms/resident-survey/form.toml");
    let text = fs::read_to_string(&file).unwrap();
    (file, text)
}

fn questions(campaign: &Campaign) -> usize {
    let said = campaign.hagaki(&["--json", "review", "list"]);
    said.out.lines().count()
}

fn redecide(campaign: &Campaign, more: &[&str]) -> Said {
    let mut args = vec!["run", "--redecide"];
    args.extend(more);
    campaign.hagaki(&args)
}

#[test]
fn an_unchanged_program_and_form_change_nothing() {
    let campaign = program::read_survey();
    let database = campaign.root().join("hagaki.db");
    let before = content(&database);
    let said = redecide(&campaign, &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("0 with another result"), "{}", said.err);
    assert_eq!(content(&database), before);
}

#[test]
fn another_target_asks_and_the_old_one_settles_again() {
    let campaign = program::read_survey();
    let (file, text) = form_text(&campaign);
    let (before, database) = (questions(&campaign), campaign.root().join("hagaki.db"));
    let export = |kind: &str| campaign.hagaki(&["export", "--profile", "utf8", kind]);
    assert_eq!(export("--full").code, 0);

    // Hardly anything is sure enough: less clear districts become questions.
    let strict = text.replacen(
        "id = \"district\"",
        "id = \"district\"\ntarget_error = 0.0000000001",
        1,
    );
    fs::write(&file, &strict).unwrap();
    let said = redecide(&campaign, &["--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert!(lines.len() >= 2, "{}", said.out);
    for line in &lines {
        assert_eq!(line["outcome"], "review");
        let fields = line["fields"].as_array().unwrap();
        let district = fields.iter().find(|f| f["id"] == "district").unwrap();
        assert_eq!(district["status"], "question");
        assert_eq!(district["doubts"][0]["reason"], "LOW_CONF");
    }
    assert_eq!(questions(&campaign), before + lines.len());
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    let after = content(&database);
    assert_eq!(redecide(&campaign, &[]).code, 0);
    assert_eq!(content(&database), after, "a second time changes nothing");
    // What was sent and is now open is taken back.
    let db = rusqlite::Connection::open(&database).unwrap();
    let sent: u32 = db
        .query_row("SELECT count(*) FROM exported_rows", [], |r| r.get(0))
        .unwrap();
    assert_eq!(export("--delta").code, 0);
    let again: u32 = db
        .query_row("SELECT count(*) FROM exported_rows", [], |r| r.get(0))
        .unwrap();
    assert_eq!(again > sent, sent > 0, "{sent} {again}");

    // The old text back: the old verdicts hold, and three generations of readings stand side by side.
    fs::write(&file, &text).unwrap();
    assert_eq!(redecide(&campaign, &["resident-survey"]).code, 0);
    assert_eq!(questions(&campaign), before);
    let generations: u32 = db
        .query_row(
            "SELECT max(n) FROM (SELECT count(*) AS n FROM outcomes GROUP BY page_id)",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(generations, 3);
    let why: (u32, u32) = db
        .query_row("SELECT count(*), sum(redecide) FROM runs", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .unwrap();
    assert_eq!(why, (3, 2));
}

#[test]
fn a_form_that_is_gone_is_for_an_operator_to_see() {
    let campaign = program::read_survey();
    let (file, text) = form_text(&campaign);
    let later = text.replacen("edition = 1", "edition = 99", 1);
    assert_ne!(later, text);
    fs::write(&file, later).unwrap();
    let before = content(&campaign.root().join("hagaki.db"));
    let said = redecide(&campaign, &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("--reread"), "{}", said.err);
    assert_eq!(content(&campaign.root().join("hagaki.db")), before);
}

#[test]
fn wrong_use_is_said() {
    let campaign = program::read_survey();
    for args in [
        &["--reread"][..],
        &["--received", "2026-01-01"],
        &["nowhere/0001.tif"],
        &["--form", "no-such-form"],
    ] {
        let said = redecide(&campaign, args);
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
    }
    assert_eq!(
        campaign.hagaki(&["run", "--form", "resident-survey"]).code,
        2
    );
    let empty = Campaign::new(&["resident-survey"]);
    assert_eq!(redecide(&empty, &[]).code, 2);
}
