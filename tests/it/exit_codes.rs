//! Every exit code of the contract, through the binary.

use std::fs;
use std::time::{Duration, Instant};

use crate::program::{self, Campaign};

fn one_sample() -> String {
    program::samples()
        .join("resident-survey")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn a_run_whose_books_balance_ends_with_0() {
    let campaign = Campaign::new(&["resident-survey"]);
    let said = campaign.hagaki(&["run", &one_sample()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let status = campaign.hagaki(&["status"]);
    assert_eq!(status.code, 0, "{}", status.err);
}

#[test]
fn an_unreadable_file_ends_with_1_and_the_rest_is_read() {
    let campaign = Campaign::new(&["resident-survey"]);
    let folder = campaign.beside("scans");
    program::copy_files(&program::samples().join("resident-survey"), &folder);
    fs::write(folder.join("cut.jpg"), [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]).unwrap();
    let said = campaign.hagaki(&["run", &folder.to_string_lossy()]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("cut.jpg"), "{}", said.err);
    let again = campaign.hagaki(&["status", "--json"]);
    assert_eq!(again.code, 0, "{}", again.err);
}

#[test]
fn wrong_use_ends_with_2() {
    let campaign = Campaign::new(&["resident-survey"]);
    for args in [
        &["run", "--no-such-flag"][..],
        &["run", "/no/such/folder"],
        &["frobnicate"],
    ] {
        let said = campaign.hagaki(args);
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
        assert!(!said.err.is_empty() && said.out.is_empty());
    }
    let nowhere = program::said(program::program().args(["--campaign", "/", "status"]));
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("hagaki init"), "{}", nowhere.err);
}

#[test]
fn an_invalid_form_ends_with_3_and_says_every_fault() {
    let campaign = Campaign::new(&["resident-survey"]);
    let file = campaign.root().join("forms/resident-survey/form.toml");
    let text = fs::read_to_string(&file).unwrap();
    let broken =
        text.replacen("edition = ", "editoin = ", 1) + "\n[[rule]]\nwhen = 'nobody == \"x\"'\n";
    fs::write(&file, broken).unwrap();
    for args in [&["run"][..], &["form", "check"]] {
        let said = campaign.hagaki(args);
        assert_eq!(said.code, 3, "{args:?}: {}", said.err);
        assert!(said.err.contains("form.toml:"), "{}", said.err);
        assert!(
            said.err.contains("editoin") || said.err.contains("edition"),
            "{}",
            said.err
        );
    }
    assert!(
        !campaign.root().join("hagaki.db").exists(),
        "nothing was done"
    );
}

#[test]
fn a_store_that_cannot_be_used_ends_with_4() {
    let campaign = Campaign::new(&["resident-survey"]);
    assert_eq!(campaign.hagaki(&["run", &one_sample()]).code, 0);
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    db.pragma_update(None, "user_version", 9999).unwrap();
    drop(db);
    let said = campaign.hagaki(&["status"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("newer"), "{}", said.err);
}

#[test]
fn books_that_do_not_balance_end_with_5() {
    let campaign = Campaign::new(&["resident-survey"]);
    assert_eq!(campaign.hagaki(&["run", &one_sample()]).code, 0);
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    // A file that claims more pages than were recorded: what a lost page would look like.
    db.execute(
        "UPDATE files SET pages = pages + 1 WHERE id = (SELECT min(id) FROM files)",
        [],
    )
    .unwrap();
    drop(db);
    let said = campaign.hagaki(&["status"]);
    assert_eq!(said.code, 5, "{}{}", said.out, said.err);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_130_and_goes_on_later() {
    let campaign = Campaign::new(&["resident-survey"]);
    let folder = campaign.beside("scans");
    for copy in 0..12 {
        let to = folder.join(format!("{copy}"));
        fs::create_dir_all(&to).unwrap();
        program::copy_files(&program::samples().join("resident-survey"), &to);
    }
    let folder = folder.to_string_lossy().into_owned();
    let mut child = campaign
        .command(&["run", "--jobs", "1", &folder])
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while !campaign.root().join("hagaki.db").exists() && begin.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130));
    let rest = campaign.hagaki(&["run", &folder]);
    assert_eq!(rest.code, 0, "{}", rest.err);
}
