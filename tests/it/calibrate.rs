//! `hagaki calibrate`, through the binary.

use std::fs;

use serde_json::Value;

use crate::journey::content;
use crate::program::{self, Campaign};

fn read_survey(target: &str) -> Campaign {
    let campaign = Campaign::new(&["resident-survey"]);
    let file = campaign.root().join("forms/resident-survey/form.toml");
    let text = fs::read_to_string(&file).unwrap();
    let field = format!("[[side.field]]\ntarget_error = {target}\n");
    fs::write(&file, text.replace("[[side.field]]\n", &field)).unwrap();
    let sample = program::samples().join("resident-survey");
    let said = campaign.hagaki(&["run", &sample.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    campaign
}

fn json(campaign: &Campaign, code: i32, args: &[&str]) -> Vec<Value> {
    let mut all = vec!["--json"];
    all.extend(args);
    let said = campaign.hagaki(&all);
    assert_eq!(said.code, code, "{args:?}: {}", said.err);
    let parse = |line| serde_json::from_str(line).unwrap();
    said.out.lines().map(parse).collect()
}

fn questions(campaign: &Campaign) -> usize {
    json(campaign, 0, &["review", "list"]).len()
}

/// Draws every accepted district and has two people say what it is: as the machine, or blank.
fn check_districts(campaign: &Campaign, rightly: bool) -> usize {
    json(
        campaign,
        0,
        &["audit", "sample", "--field", "district", "-n", "99"],
    );
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let mut all = db
        .prepare(
            "SELECT q.id, r.value FROM questions q
             JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
             WHERE q.state = 'open' AND q.policy = 'double'",
        )
        .unwrap();
    let rows = all.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    let drawn: Vec<(i64, String)> = rows.collect::<Result<_, _>>().unwrap();
    for (id, machine) in &drawn {
        let says = if rightly { machine } else { "@blank" };
        let people: &[&str] = if rightly { &["sato"] } else { &["sato", "ito"] };
        for by in people {
            // Where the machine read a blank, the first word agrees with it and decides.
            let set = ["review", "set", &id.to_string(), says, "--by", by, "--over"];
            let said = campaign.hagaki(&set);
            assert_eq!(said.code, 0, "{}", said.err);
        }
    }
    drawn.len()
}

fn districts(learnt: &Value) -> &Value {
    let groups = learnt["groups"].as_array().unwrap();
    let holds = |g: &&Value| g["fields"].as_array().unwrap().contains(&"district".into());
    groups.iter().find(holds).unwrap()
}

#[test]
fn without_decisions_the_promise_is_unproven_and_nothing_changes() {
    let campaign = read_survey("0.001");
    let database = campaign.root().join("hagaki.db");
    let before = content(&database);
    let learnt = &json(&campaign, 0, &["calibrate"])[0];
    for group in learnt["groups"].as_array().unwrap() {
        assert_eq!(group["own"]["standing"], "unproven", "{group}");
        assert_eq!(group["checked"], 0);
    }
    for (lang, words) in [("ja", "未証明"), ("en", "the promise is unproven")] {
        let said = campaign.hagaki(&["--lang", lang, "calibrate"]);
        assert!(said.out.contains(words), "{}", said.out);
    }
    for (lang, words) in [("ja", "未証明"), ("en", "unproven; cautious")] {
        let said = campaign.hagaki(&["--lang", lang, "status"]);
        assert!(said.out.contains(words), "{}", said.out);
    }
    let plot = fs::read_to_string(campaign.root().join("report/calibration.svg")).unwrap();
    assert!(plot.starts_with("<svg") && plot.contains("resident-survey"));
    assert_eq!(content(&database), before);

    // Applied, it changes no threshold.
    assert_eq!(campaign.hagaki(&["calibrate", "--apply"]).code, 0);
    let open = questions(&campaign);
    let said = campaign.hagaki(&["run", "--redecide"]);
    assert!(said.err.contains("0 with another result"), "{}", said.err);
    assert_eq!(questions(&campaign), open);
}

#[test]
fn checks_without_an_error_prove_what_they_can() {
    let campaign = read_survey("0.45");
    let checked = check_districts(&campaign, true);
    assert!(checked >= 7, "{checked}");
    let learnt = &json(&campaign, 0, &["calibrate", "--each-field"])[0];
    let group = districts(learnt);
    assert_eq!(group["own"]["standing"], "proven", "{group}");
    assert_eq!(
        (&group["own"]["wrong"], &group["checked"]),
        (&0.into(), &checked.into())
    );
    assert!(group["own"]["at_most"].as_f64().unwrap() <= 0.45);
    // Drawn from that field alone, they prove nothing of others that would share its threshold.
    let pooled = &json(&campaign, 0, &["calibrate"])[0];
    let group = districts(pooled);
    assert!(group["fields"].as_array().unwrap().len() > 1, "{group}");
    assert_eq!(group["checked"], 0);
    let group = districts(learnt);
    // One in a thousand is not proved by so few, and the table says how many it takes.
    let strict = &group["targets"][1];
    assert_eq!(
        (&strict["target"], &strict["standing"]),
        (&0.001.into(), &"unproven".into())
    );
    assert_eq!(strict["checks"], 3_688 - checked as u64);
    assert_eq!(
        json(&campaign, 0, &["calibrate", "--each-field", "--apply"]).len(),
        1
    );
    assert_eq!(campaign.hagaki(&["audit", "verify"]).code, 0);
    let said = campaign.hagaki(&["--lang", "en", "status"]);
    assert!(
        said.out.contains("proven for groups of fields: "),
        "{}",
        said.out
    );
}

#[test]
fn a_target_that_the_answers_contradict_is_missed_and_asks_more_once_applied() {
    let campaign = read_survey("0.001");
    let checked = check_districts(&campaign, false);
    assert!(checked >= 5, "{checked}");
    let learnt = &json(&campaign, 1, &["calibrate", "--each-field"])[0];
    assert_eq!(districts(learnt)["own"]["standing"], "missed");
    let before = questions(&campaign);
    // All choices together: the others are asked from now on, too.
    json(&campaign, 1, &["calibrate", "--apply"]);
    assert_eq!(questions(&campaign), before, "only --redecide judges again");
    assert_eq!(campaign.hagaki(&["run", "--redecide"]).code, 0);
    assert!(questions(&campaign) > before);
    assert_eq!(campaign.hagaki(&["calibrate", "--withdraw"]).code, 0);
    assert_eq!(campaign.hagaki(&["run", "--redecide"]).code, 0);
    assert_eq!(questions(&campaign), before);
    let log = campaign.hagaki(&["audit", "log"]);
    assert_eq!(log.out.matches(",calibrate,").count(), 2);
}

#[test]
fn wrong_use_of_calibrate_is_said() {
    let campaign = Campaign::new(&["resident-survey"]);
    assert_eq!(campaign.hagaki(&["calibrate"]).code, 2);
    assert_eq!(
        campaign
            .hagaki(&["calibrate", "--withdraw", "--apply"])
            .code,
        2
    );
}

#[test]
fn a_score_is_told_by_field_kind_and_engine_with_its_curve_and_pictures() {
    let campaign = read_survey("0.001");
    let truth = program::samples().join("resident-survey/truth.csv");
    let args = ["--json", "score", &truth.to_string_lossy(), "--details"];
    let said = campaign.hagaki(&args);
    assert_eq!(said.code, 0, "{}", said.err);
    let score: Value = serde_json::from_str(&said.out).unwrap();
    let details = &score["details"];
    let sum = |part: &str| -> u64 {
        let lines = details[part].as_array().unwrap();
        lines.iter().map(|l| l["fields"].as_u64().unwrap()).sum()
    };
    assert_eq!(score["total"]["fields"], sum("fields"));
    assert_eq!(score["total"]["fields"], sum("kinds"));
    assert_eq!(score["total"]["fields"], sum("engines"));
    let curve = details["curve"].as_array().unwrap();
    assert!(
        curve
            .windows(2)
            .all(|w| w[0]["fields"].as_u64() <= w[1]["fields"].as_u64())
    );
    assert_eq!(curve.last().unwrap()["fields"], score["total"]["fields"]);
    let sheet = fs::read_to_string(campaign.root().join("report/confusions.html")).unwrap();
    assert!(sheet.contains("<h1>Confusions</h1>"));
    // A CSV tells no confidence, so there is no curve.
    let csv = campaign
        .beside("out")
        .join("long.csv")
        .to_string_lossy()
        .into_owned();
    assert_eq!(
        campaign
            .hagaki(&["export", "--profile", "long", "-o", &csv])
            .code,
        0
    );
    let said = campaign.hagaki(&["score", &truth.to_string_lossy(), &csv, "--details"]);
    assert!(
        said.out.contains("district") && !said.out.contains("coverage"),
        "{}",
        said.out
    );
}
