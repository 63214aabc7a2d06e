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
    program::age(&folder.join("cut.jpg"));
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
    // A file that claims more pages than were recorded, after a run that ended: what a lost page would
    // look like.
    db.execute(
        "UPDATE files SET pages = pages + 1 WHERE id = (SELECT min(id) FROM files)",
        [],
    )
    .unwrap();
    drop(db);
    let said = campaign.hagaki(&["status"]);
    assert_eq!(said.code, 5, "{}{}", said.out, said.err);
    for words in ["0001.jpg", "hint:", "hagaki run"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    let run = campaign.hagaki(&["run", &one_sample()]);
    assert_eq!(run.code, 5, "{}", run.err);
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

/// One kind of wrong use or broken surroundings, and what each language says of it.
struct Trouble {
    args: &'static [&'static str],
    code: i32,
    ja: &'static str,
    en: &'static str,
}

#[track_caller]
fn told(campaign: &Campaign, trouble: &Trouble) {
    for (lang, words) in [("ja", trouble.ja), ("en", trouble.en)] {
        let args = [&["--lang", lang][..], trouble.args].concat();
        let said = campaign.hagaki(&args);
        assert_eq!(said.code, trouble.code, "{args:?}: {}", said.err);
        assert!(said.err.contains(words), "{args:?}: {}", said.err);
        assert!(said.out.is_empty(), "{args:?}: {}", said.out);
        let japanese = said.err.chars().any(|c| ('ぁ'..='ん').contains(&c));
        assert_eq!(japanese, lang == "ja", "{args:?}: {}", said.err);
    }
}

#[test]
fn wrong_use_is_told_in_both_languages() {
    let campaign = Campaign::new(&["resident-survey"]);
    let troubles = [
        (
            &["run", "--no-such-flag"][..],
            "--no-such-flag",
            "--no-such-flag",
        ),
        (&["runn"], "もしかして: run", "similar"),
        (&["review", "set", "5"], "足りません", "VALUE"),
        (&["--jobs", "none", "run"], "使えません", "none"),
        (
            &["export", "--full", "--resend", "3"],
            "一緒に使えません",
            "cannot be used",
        ),
        (&["run", "/no/such/folder"], "見つかりません", "not there"),
        (
            &["run", "--received", "yesterday"],
            "日付ではありません",
            "not a day",
        ),
        (
            &["status"],
            "まだ何も読み取っていません",
            "nothing was read",
        ),
        (&["review", "list"], "次に: hagaki run", "hint: hagaki run"),
        (&["export"], "次に: hagaki run", "hint: hagaki run"),
        (&["export", "--profile", "excle"], "utf8bom", "utf8bom"),
        (&["form", "draw", "nowhere"], "内蔵の帳票", "ready forms"),
        (&["score", "/no/truth.csv"], "読めません", "cannot be read"),
    ];
    for (args, ja, en) in troubles {
        told(
            &campaign,
            &Trouble {
                args,
                code: 2,
                ja,
                en,
            },
        );
    }
}

#[test]
fn a_campaign_that_cannot_be_used_is_told_in_both_languages() {
    let campaign = Campaign::new(&["resident-survey"]);
    let config = campaign.root().join("hagaki.toml");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(&config, "nmae = 3\n").unwrap();
    let trouble = |code, ja, en| Trouble {
        args: &["run"],
        code,
        ja,
        en,
    };
    told(&campaign, &trouble(3, "設定ファイル", "hagaki.toml"));
    fs::write(&config, before).unwrap();

    fs::write(
        campaign.root().join("hagaki.db"),
        "not a database at all, but text ".repeat(99),
    )
    .unwrap();
    told(&campaign, &trouble(4, "壊れています", "damaged"));
    fs::remove_file(campaign.root().join("hagaki.db")).unwrap();

    assert_eq!(campaign.hagaki(&["run", &one_card(&campaign)]).code, 0);
    let lock = fs::File::open(campaign.root().join("hagaki.lock")).unwrap();
    lock.lock().unwrap();
    told(
        &campaign,
        &trouble(4, "別の読み取りが実行中", "another run"),
    );
    drop(lock);

    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    db.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let unseen = program::samples().join("blank");
    let unseen = unseen.to_string_lossy();
    let busy = campaign.hagaki(&["run", "--lang", "ja", &unseen]);
    assert_eq!(busy.code, 4, "{}", busy.err);
    assert!(busy.err.contains("使用中です"), "{}", busy.err);
    db.execute_batch("ROLLBACK").unwrap();
    db.pragma_update(None, "user_version", 9999).unwrap();
    drop(db);
    told(&campaign, &trouble(4, "新しい版", "newer"));

    fs::remove_dir_all(campaign.root().join("forms/resident-survey")).unwrap();
    told(&campaign, &trouble(3, "帳票", "form"));
}

/// A folder with these samples, in this order.
fn folder_of(campaign: &Campaign, samples: &[&str]) -> String {
    let folder = campaign.beside("folder");
    for (n, sample) in samples.iter().enumerate() {
        let name = sample.rsplit('/').next().unwrap();
        let from = program::samples().join(sample);
        fs::copy(from, folder.join(format!("{n}-{name}"))).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

#[test]
fn a_card_without_its_other_side_ends_an_export_with_1_and_is_listed() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let folder = folder_of(&campaign, &["vaccine-intent/0002_address.jpg"]);
    assert_eq!(campaign.hagaki(&["run", &folder]).code, 0);
    for (n, lang, words) in [
        (1, "ja", ["片面がありません", "もう片方の面を読み取って"]),
        (
            2,
            "en",
            ["The other side is missing", "scan the other side"],
        ),
    ] {
        let status = campaign.hagaki(&["--lang", lang, "status"]);
        assert_eq!(status.code, 0, "{}", status.err);
        let said = campaign.hagaki(&["--lang", lang, "export"]);
        assert_eq!(said.code, 1, "{}", said.err);
        for words in words {
            assert!(status.out.contains(words), "{words}: {}", status.out);
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
        let lists = fs::read_dir(campaign.root().join("export")).unwrap();
        let lists = lists.map(|e| e.unwrap().path());
        let lists: Vec<_> = lists
            .filter(|p| p.to_string_lossy().ends_with("_withheld.csv"))
            .collect();
        assert_eq!(lists.len(), n, "{lists:?}");
        let list = fs::read_to_string(&lists[0]).unwrap();
        assert!(
            list.contains("0-0002_address.jpg\",\"0\",\"SIDE_MISSING\""),
            "{list}"
        );
    }
}

#[test]
fn a_batch_that_does_not_hold_what_its_header_says_ends_with_1_and_is_held() {
    let campaign = Campaign::new(&["batch-header", "resident-survey"]);
    let samples = ["batch-header/0001.jpg", "resident-survey/0004.png"];
    let folder = folder_of(&campaign, &samples);
    let said = campaign.hagaki(&["run", &folder]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    for (lang, words) in [
        ("ja", "見出しの枚数は 52373 枚、読み取ったカードは 1 枚"),
        ("en", "says 52373 cards, 1 came in"),
    ] {
        let status = campaign.hagaki(&["--lang", lang, "status"]);
        assert_eq!(status.code, 0, "{}", status.err);
        assert!(status.out.contains(words), "{words}: {}", status.out);
    }
    let open = campaign.hagaki(&["--json", "review", "list", "--form", "resident-survey"]);
    for line in open.out.lines() {
        let question: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = question["id"].to_string();
        let said = campaign.hagaki(&["review", "set", &id, "@blank", "--by", "sato"]);
        assert_eq!(said.code, 0, "{}", said.err);
    }
    let held = campaign.hagaki(&["export"]);
    assert_eq!(held.code, 1, "{}", held.err);
    assert!(held.err.contains("withheld: 1"), "{}", held.err);
    let header = "folder/0-0001.jpg[0]";
    let said = campaign.hagaki(&["review", "set", header, "@attachment", "--by", "sato"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let freed = campaign.hagaki(&["export"]);
    assert_eq!(freed.code, 0, "{}", freed.err);
    assert!(
        freed.out.contains("resident-survey: 1 rows"),
        "{}",
        freed.out
    );
}

#[test]
fn a_key_that_the_form_wants_is_not_waved_through_in_either_language() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let folder = folder_of(&campaign, &["vaccine-intent/0002_answer.jpg"]);
    assert_eq!(campaign.hagaki(&["run", &folder]).code, 0);
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    // As where the barcode is torn off.
    db.execute_batch(
        "UPDATE outcomes SET key = NULL;
         INSERT INTO questions (page_id, outcome_id, kind, field, reason, doubts, state, policy)
         SELECT page_id, id, 'key', '', 'KEY_UNREADABLE', '[{\"reason\":\"KEY_UNREADABLE\"}]',
                'open', 'auto' FROM outcomes;",
    )
    .unwrap();
    let id = db.last_insert_rowid().to_string();
    for (args, ja, en) in [
        (
            ["review", "set", &id, "@accept"],
            "番号が必要です",
            "wants a key",
        ),
        (
            ["review", "set", &id, "@blank"],
            "番号を入力して",
            "type the key",
        ),
    ] {
        let trouble = |lang, words: &str| {
            let said = campaign.hagaki(&[&["--lang", lang][..], &args].concat());
            assert_eq!(said.code, 2, "{}", said.err);
            assert!(said.err.contains(words), "{words}: {}", said.err);
        };
        trouble("ja", ja);
        trouble("en", en);
    }
}

/// A folder with one card, which is read in a second.
fn one_card(campaign: &Campaign) -> String {
    let folder = campaign.beside("card");
    let card = program::samples().join("resident-survey/0004.png");
    fs::copy(card, folder.join("0004.png")).unwrap();
    folder.to_string_lossy().into_owned()
}

#[test]
fn an_unreadable_file_is_told_in_both_languages() {
    let campaign = Campaign::new(&["resident-survey"]);
    let folder = campaign.beside("scans");
    for (lang, words) in [
        ("ja", "読み取れる画像・PDFではありません（not_a_picture）"),
        ("en", "(not_a_picture)"),
    ] {
        let file = folder.join(format!("{lang}.tif"));
        fs::write(&file, format!("text {lang}")).unwrap();
        program::age(&file);
        let said = campaign.hagaki(&["run", &folder.to_string_lossy(), "--lang", lang]);
        assert_eq!(said.code, 1, "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
    }
}

#[test]
fn a_place_that_cannot_be_written_ends_with_4_and_is_told_in_both_languages() {
    let campaign = Campaign::new(&["resident-survey"]);
    // A file where a folder is needed: for the superuser permissions do not count.
    let file = campaign.beside("place").join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("campaign").to_string_lossy().into_owned();
    for (lang, words) in [("ja", "書き込めません"), ("en", "cannot be written")] {
        let said = program::said(program::program().args(["init", &below, "--lang", lang]));
        assert_eq!(said.code, 4, "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
        fs::create_dir_all(campaign.root().join("hagaki.lock")).unwrap();
        let said = campaign.hagaki(&["run", "--lang", lang]);
        assert_eq!(said.code, 4, "{}", said.err);
        assert!(said.err.contains(words), "{}", said.err);
    }
}

/// Whoever reads may stop reading: nothing panics, and what was to be done is done.
#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let campaign = Campaign::new(&["resident-survey"]);
    let closed = |args: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = campaign.command(args);
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        command.status().unwrap().code()
    };
    assert_eq!(closed(&["--json", "run", &one_sample()]), Some(0));
    let said = campaign.hagaki(&["--json", "review", "list"]);
    assert!(said.out.lines().count() > 1, "{}", said.err);
    for args in [
        &["review", "list"][..],
        &["--json", "review", "list"],
        &["review", "show", "1"],
        &["status"],
        &["export", "--profile", "long"],
        &["form", "schema"],
        &["completions", "bash"],
        &["people", "list"],
    ] {
        assert_eq!(closed(args), Some(0), "{args:?}");
    }
}
