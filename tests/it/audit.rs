//! `hagaki audit log|verify|sample`, through the binary.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::program::{self, Campaign, Said};

fn lines(said: &Said) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap();
    said.out.lines().map(parse).collect()
}

/// What the machine accepted, by page and field.
fn accepted(campaign: &Campaign) -> BTreeMap<(i64, String), String> {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let mut all = db
        .prepare(
            "SELECT page_id, field, machine_value FROM answer
             WHERE machine_status IN ('accepted', 'blank')",
        )
        .unwrap();
    let rows = all
        .query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn answer(campaign: &Campaign, id: &str, value: &str, by: &str) -> Said {
    let value = if value.is_empty() { "@blank" } else { value };
    campaign.hagaki(&["review", "set", id, value, "--by", by, "--insist"])
}

/// Nine more questions, which do not say what the machine reads.
fn draw_nine(campaign: &Campaign) -> Vec<Value> {
    let before = lines(&campaign.hagaki(&["--json", "review", "list"])).len();
    let said = campaign.hagaki(&["--json", "audit", "sample", "-n", "9", "--seed", "5"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let row = &lines(&said)[0];
    assert_eq!((&row["size"], &row["seed"]), (&9.into(), &5.into()));
    assert_eq!(row["population"], accepted(campaign).len());
    let asked = lines(&campaign.hagaki(&["--json", "review", "list"]));
    assert_eq!(asked.len(), before + 9);
    let drawn: Vec<Value> = asked.into_iter().filter(|q| q["step"] == "blind").collect();
    assert_eq!(drawn.len(), 9);
    drawn
}

/// The report of the only sample, which ends with that code.
fn report(campaign: &Campaign, code: i32) -> Value {
    let said = campaign.hagaki(&["--json", "audit", "sample", "--report"]);
    assert_eq!(said.code, code, "{}", said.err);
    lines(&said).remove(0)
}

/// How much of what the only sample was drawn from goes to people now.
fn returned(campaign: &Campaign) -> Value {
    let send_back = |id: &str| campaign.hagaki(&["--json", "audit", "sample", "--return", id]);
    assert_eq!(send_back("2").code, 2, "there is no such sample");
    let said = send_back("1");
    assert_eq!(said.code, 0, "{}", said.err);
    lines(&said)[0]["returned"].clone()
}

#[test]
fn accepted_fields_are_keyed_blind() {
    let campaign = program::read_survey();
    for question in &draw_nine(&campaign) {
        assert_eq!(question["proposal"], Value::Null);
        let id = question["id"].to_string();
        let shown = campaign.hagaki(&["--json", "review", "show", &id]);
        assert_eq!(lines(&shown)[0]["alternatives"], serde_json::json!([]));
    }
    assert_eq!(report(&campaign, 0)["total"]["open"], 9);
    let none = campaign.hagaki(&["audit", "sample", "--return", "1"]);
    assert_eq!(none.code, 2, "without an error nothing is returned");
}

#[test]
fn errors_among_accepted_fields_are_counted_and_put_right() {
    let campaign = program::read_survey();
    let machine = accepted(&campaign);
    let drawn = draw_nine(&campaign);
    let report = |code| report(&campaign, code);
    // Eight are read as the machine does, one otherwise, by two persons.
    for (at, question) in drawn.iter().enumerate() {
        let id = question["id"].to_string();
        let place = (
            question["page_id"].as_i64().unwrap(),
            question["subject"].as_str().unwrap().to_owned(),
        );
        let value = if at == 0 {
            "otherwise"
        } else {
            &machine[&place]
        };
        let said = answer(&campaign, &id, value, "sato");
        assert_eq!(said.code, 0, "{}", said.err);
    }
    let now = report(1);
    assert_eq!(
        (&now["total"]["differing"], &now["total"]["wrong"]),
        (&1.into(), &0.into())
    );
    let id = drawn[0]["id"].to_string();
    assert_eq!(answer(&campaign, &id, "otherwise", "sato").code, 0);
    assert_eq!(report(1)["total"]["differing"], 1, "one person is one word");
    assert_eq!(answer(&campaign, &id, "otherwise", "ito").code, 0);
    let now = report(1);
    assert_eq!(
        (&now["total"]["checked"], &now["total"]["wrong"]),
        (&9.into(), &1.into())
    );
    // 1 of 9, 95 %: 42.9 %.
    assert!(
        (now["total"]["at_most"].as_f64().unwrap() - 0.4291).abs() < 1e-3,
        "{now}"
    );

    for (lang, words) in [("ja", "誤り率"), ("en", "Clopper")] {
        let said = campaign.hagaki(&["--lang", lang, "audit", "sample", "--report"]);
        assert!(said.out.contains(words), "{}", said.out);
        assert!(!said.out.contains("otherwise"), "{}", said.out);
    }
    // The decision corrects the row, and all of it stands in the chain.
    let exported = campaign.hagaki(&["export", "--profile", "long"]);
    assert_eq!(
        exported.out.matches(",otherwise,0").count(),
        1,
        "{}",
        exported.out
    );
    assert_eq!(returned(&campaign), machine.len() - 9);
    let log = campaign.hagaki(&["audit", "log"]);
    assert!(log.out.starts_with("seq,at,who,what,subject,hash\n"));
    for what in [",sample,", ",sample.return,", ",entry,", ",decision,"] {
        assert!(log.out.contains(what), "{what}: {}", log.out);
    }
    assert!(!log.out.contains("otherwise"));
}

#[test]
fn the_plan_says_how_many_and_nothing_is_drawn_twice() {
    let campaign = program::read_survey();
    let population = accepted(&campaign).len() as u64;
    let said = campaign.hagaki(&["--json", "audit", "sample"]);
    let size = lines(&said)[0]["size"].as_u64().unwrap();
    assert!(size > 1 && size < population, "{size} of {population}");
    let said = campaign.hagaki(&["--json", "audit", "sample", "-n", "100000"]);
    assert_eq!(lines(&said)[0]["size"], population - size);
    let said = campaign.hagaki(&["audit", "sample"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    let said = campaign.hagaki(&["audit", "sample", "--form", "other"]);
    assert_eq!(said.code, 2);
}

#[test]
fn a_chain_that_was_touched_does_not_hold() {
    let campaign = program::read_survey();
    let verify = |more: &[&str]| {
        let mut args = vec!["--json", "audit", "verify"];
        args.extend(more);
        let said = campaign.hagaki(&args);
        (said.code, lines(&said).remove(0))
    };
    let (code, said) = verify(&[]);
    assert_eq!((code, &said["holds"]), (0, &true.into()));
    let noted = said["last"].as_str().unwrap().to_owned();
    assert_eq!(campaign.hagaki(&["audit", "sample", "-n", "2"]).code, 0);
    assert_eq!(verify(&["--holds", &noted]).0, 0);
    assert_eq!(verify(&["--holds", "00"]).0, 1);

    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    db.execute_batch("DROP TRIGGER audit_stays; UPDATE audit SET who = 'nobody' WHERE seq = 2;")
        .unwrap();
    let (code, said) = verify(&[]);
    assert_eq!((code, &said["broken_at"]), (1, &2.into()));
}

#[test]
fn a_campaign_without_pages_has_nothing_to_check() {
    let campaign = Campaign::new(&["resident-survey"]);
    for args in [
        &["audit", "log"][..],
        &["audit", "verify"],
        &["audit", "sample"],
        &["audit", "sample", "--report"],
    ] {
        let said = campaign.hagaki(args);
        assert!(
            said.code == 2 || said.code == 4,
            "{args:?}: {} {}",
            said.code,
            said.err
        );
        assert!(!campaign.root().join("hagaki.db").exists());
    }
}
