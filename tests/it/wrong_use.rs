//! What people do to a campaign that nobody meant: a scanner's name used again, an old edition taken away,
//! a folder made twice, an option in the wrong place. Nothing is hit that was not meant, nothing leaves
//! that was not proved, and somebody is told.

use std::fs;
use std::path::Path;

use hagaki::store::Store;

use crate::program::{self, Campaign, Said};

fn sample(name: &str) -> std::path::PathBuf {
    program::samples().join(name)
}

/// Reads one sample as a file of the inbox.
fn read(campaign: &Campaign, from: &str, name: &str) {
    fs::copy(sample(from), campaign.root().join("inbox").join(name)).unwrap();
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 0, "{}", said.err);
}

/// The files that an export left.
fn exported(campaign: &Campaign) -> Vec<String> {
    let Ok(folder) = fs::read_dir(campaign.root().join("export")) else {
        return Vec::new();
    };
    let csv = |path: &Path| path.extension().is_some_and(|e| e == "csv");
    let files = folder.map(|entry| entry.unwrap().path());
    let all = files.filter(|path| csv(path) && !path.to_string_lossy().contains("_withheld"));
    all.flat_map(|path| {
        let text = fs::read_to_string(path).unwrap();
        let rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        rows
    })
    .collect()
}

#[track_caller]
fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "{} {}", said.out, said.err);
    for word in words {
        assert!(said.err.contains(word), "`{word}`: {}", said.err);
    }
}

#[test]
fn a_place_that_two_cards_share_touches_neither() {
    let campaign = Campaign::new(&["resident-survey"]);
    read(&campaign, "resident-survey/0001.jpg", "card.jpg");
    read(&campaign, "resident-survey/0004.png", "card.jpg");
    let buckets = || {
        let pages = Store::open(&campaign.root()).unwrap().pages().unwrap();
        pages.iter().map(|p| (p.id, p.bucket)).collect::<Vec<_>>()
    };
    let before = buckets();
    assert_eq!(before.len(), 2);
    let place = "inbox/card.jpg[0]";
    for (lang, words) in [("en", "the place of 2 pages"), ("ja", "2 枚あります")] {
        let said = campaign.hagaki(&["--lang", lang, "review", "set", place, "@returned"]);
        refused(&said, &[words, "hagaki review show"]);
    }
    assert_eq!(buckets(), before);

    let second = format!("page:{}", before[1].0);
    let said = campaign.hagaki(&["review", "set", &second, "@returned"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(buckets()[0], before[0]);
    assert_ne!(buckets()[1], before[1]);
}

/// Counts the edition of a form up in place, as nobody should.
fn raise_edition(campaign: &Campaign, form: &str, (from, to): (u32, u32)) {
    let file = campaign.root().join("forms").join(form).join("form.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (old, new) = (format!("edition = {from}"), format!("edition = {to}"));
    assert!(text.contains(&old), "{text}");
    fs::write(&file, text.replacen(&old, &new, 1)).unwrap();
}

#[test]
fn a_card_of_an_edition_that_is_gone_stays_in_the_house() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    read(&campaign, "vaccine-intent/0001_address.jpg", "a.jpg");
    let said = campaign.hagaki(&["export"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(exported(&campaign), [""; 0]);

    raise_edition(&campaign, "vaccine-intent", (3, 4));
    for (lang, words) in [("en", "beside the new one"), ("ja", "新しい版と並べて")] {
        let said = campaign.hagaki(&["--lang", lang, "export"]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
    }
    assert_eq!(exported(&campaign), [""; 0]);
}

#[test]
fn an_answer_that_no_form_can_check_is_refused_and_its_card_waits() {
    let campaign = Campaign::new(&["resident-survey", "vaccine-intent"]);
    read(&campaign, "resident-survey/0002.jpg", "b.jpg");
    let (forms, away) = (campaign.root().join("forms"), campaign.beside("away"));
    let (own, away) = (forms.join("resident-survey"), away.join("resident-survey"));
    fs::rename(&own, &away).unwrap();
    refused(
        &campaign.hagaki(&["review", "set", "1", "banana"]),
        &["edition", "beside the new one", "--insist"],
    );
    let said = campaign.hagaki(&["export"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("resident-survey"), "{}", said.err);
    assert_eq!(exported(&campaign), [""; 0]);
    // The folder is back: nothing was lost.
    fs::rename(&away, &own).unwrap();
    refused(&campaign.hagaki(&["review", "set", "1", "banana"]), &[]);
    assert_eq!(campaign.hagaki(&["export"]).code, 0);
}

fn init(dir: &Path, more: &[&str]) -> Said {
    let dir = dir.to_string_lossy();
    program::said(program::program().args([&["init", &*dir][..], more].concat()))
}

#[test]
fn a_campaign_is_made_around_what_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("c");
    let form = ["--form", "resident-survey"];
    fs::create_dir_all(&dir).unwrap();
    let list = "key,name\r\n1,x\r\n";
    fs::write(dir.join("recipients.csv"), list).unwrap();
    let said = init(&dir, &form);
    assert_eq!(said.code, 0, "{}", said.err);
    let kept = || fs::read_to_string(dir.join("recipients.csv")).unwrap();
    assert_eq!(kept(), list);

    // Half-made: the settings come last.
    fs::remove_file(dir.join("hagaki.toml")).unwrap();
    let toml = dir.join("forms/resident-survey/form.toml");
    let whole = fs::read(&toml).unwrap();
    fs::write(&toml, &whole[..whole.len() / 2]).unwrap();
    let said = init(&dir, &form);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!((fs::read(&toml).unwrap(), kept()), (whole, list.to_owned()));

    fs::remove_file(dir.join("hagaki.toml")).unwrap();
    fs::write(&toml, "edition = 9").unwrap();
    refused(
        &init(&dir, &form),
        &["resident-survey", "form.toml", "hint"],
    );
    assert!(!dir.join("hagaki.toml").exists());
    assert_eq!(fs::read_to_string(&toml).unwrap(), "edition = 9");
}

#[test]
fn an_option_that_would_say_nothing_is_refused() {
    let campaign = program::read_survey();
    for args in [
        &["export", "-o", "x.csv"][..],
        &["export", "--profile", "cp932", "-o", "x.csv"],
        &["export", "--profile", "long", "--form", "resident-survey"],
        &["export", "--profile", "long", "--delta"],
        &["export", "--profile", "long", "--resend", "1"],
        &["review", "set", "1", "yes", "--turn", "90"],
        &["review", "set", "1", "@page", "--key", "1"],
        &["review", "set", "1", "@read-again", "--part", "0,0 1,1"],
        &["review", "list", "--form", "nope"],
        &["export", "--form", "nope"],
        &["export", "--resend", "99"],
    ] {
        refused(&campaign.hagaki(args), &["hint"]);
    }
    assert!(exported(&campaign).is_empty() && !campaign.root().join("x.csv").exists());
    let said = campaign.hagaki(&["review", "list", "--form", "resident-survey"]);
    assert_eq!(said.code, 0, "{}", said.err);

    let config = campaign.root().join("hagaki.toml");
    fs::write(&config, "[export]\nprofile = \"utf7\"\n").unwrap();
    let said = campaign.hagaki(&["export"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("hagaki.toml"), "{}", said.err);
    assert_eq!(campaign.hagaki(&["export", "--profile", "utf7"]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_campaign_that_may_not_be_written_to_can_be_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let campaign = program::read_survey();
    let root = campaign.root();
    let allow = |file: u32, folder: u32| {
        for (path, mode) in [(root.join("hagaki.db"), file), (root.clone(), folder)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o444, 0o555);
    let said = [&["status"][..], &["review", "list"], &["audit", "log"]].map(|args| {
        let said = campaign.hagaki(args);
        (said.code, said.out.lines().count() > 1, said.err)
    });
    let writing = campaign.hagaki(&["review", "set", "1", "@hold"]).code;
    allow(0o644, 0o755);
    for (code, told, err) in said {
        assert!(code == 0 && told, "{code}: {err}");
    }
    assert_eq!(writing, 4);
}

#[cfg(unix)]
#[test]
fn a_files_name_does_nothing_to_the_terminal() {
    let campaign = Campaign::new(&["resident-survey"]);
    let name = "a\u{1b}[2J\nerror.png";
    read(&campaign, "blank/white.png", name);
    let said = campaign.hagaki(&["review", "list"]);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
    assert!(
        said.out.contains("a\\u{1b}[2J\\nerror.png[0]"),
        "{}",
        said.out
    );
    assert!(!said.out.contains('\u{1b}'));
    fs::write(campaign.root().join("inbox/b\u{1b}[2J.tif"), "no picture").unwrap();
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("b\\u{1b}[2J.tif"), "{}", said.err);
    assert!(!said.err.contains('\u{1b}'));
}

/// Each takes its number when its turn has come.
#[test]
fn exports_that_meet_queue() {
    let campaign = Campaign::new(&["resident-survey"]);
    read(&campaign, "resident-survey/0004.png", "card.png");
    let open = campaign.hagaki(&["--json", "review", "list"]).out;
    for line in open.lines() {
        let question: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = question["id"].to_string();
        let said = campaign.hagaki(&["review", "set", &id, "@illegible"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }
    let begun = [(); 4].map(|()| {
        let mut command = campaign.command(&["export"]);
        let quiet = std::process::Stdio::null;
        command.stdout(quiet()).stderr(quiet()).spawn().unwrap()
    });
    for mut child in begun {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let all = Store::open(&campaign.root()).unwrap().exports().unwrap();
    let numbers: Vec<i64> = all.iter().map(|e| e.seq.0).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}
