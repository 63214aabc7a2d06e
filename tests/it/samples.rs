//! Accuracy floors of the made samples: right at least, asked at most, silently wrong at most.

use std::fs;

use serde::Deserialize;

use crate::program::{self, Campaign};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floor {
    /// The ready forms that the set is read with.
    forms: Vec<String>,
    /// Fields accepted with the true value.
    right: u64,
    /// Fields asked about although the machine had no need to.
    asked: u64,
    /// Fields accepted with a false value.
    wrong: u64,
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are the point")]
fn every_sample_set_holds_its_floor() {
    let mut sets = 0;
    for entry in fs::read_dir(program::samples()).unwrap() {
        let dir = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(dir.join("floor.toml")) else {
            continue;
        };
        let floor: Floor = toml::from_str(&text).unwrap();
        let forms: Vec<&str> = floor.forms.iter().map(String::as_str).collect();
        let campaign = Campaign::new(&forms);
        let run = campaign.hagaki(&["run", &dir.to_string_lossy()]);
        assert!(run.code <= 1, "{}: {}", dir.display(), run.err);
        let truth = dir.join("truth.csv");
        let said = campaign.hagaki(&["score", "--json", &truth.to_string_lossy()]);
        assert_eq!(said.code, 0, "{}", said.err);
        let score: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let total = |name: &str| score["total"][name].as_u64().unwrap();
        let (right, asked, wrong) = (total("right"), total("asked_needlessly"), total("wrong"));
        let name = dir.file_name().unwrap().to_string_lossy().into_owned();
        eprintln!("{name}: right {right}, needlessly asked {asked}, silently wrong {wrong}");
        assert!(
            right >= floor.right,
            "{name}: right {right} < {}",
            floor.right
        );
        assert!(
            asked <= floor.asked,
            "{name}: asked {asked} > {}",
            floor.asked
        );
        assert!(
            wrong <= floor.wrong,
            "{name}: wrong {wrong} > {}\n{}",
            floor.wrong,
            said.out
        );
        if right > floor.right || asked < floor.asked {
            eprintln!("{name}: better than its floor; raise it");
        }
        sets += 1;
    }
    assert!(sets >= 3, "only {sets} sample sets");
}
