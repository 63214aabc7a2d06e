//! Whose card it is: held against the mailing list, and against what a person types.

use std::fs;

use serde_json::Value;

use crate::journey::content;
use crate::program::{self, Campaign, Said};

/// The key on the second sample card.
const KEY: &str = "6234049861";
/// Another one, of another person.
const OTHER: &str = "1234567897";

/// That card, read while the mailing list said this.
fn read_with(list: &str) -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    write(&campaign, list);
    let card = program::samples().join("vaccine-intent/0002_answer.jpg");
    let said = campaign.hagaki(&["run", &card.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    campaign
}

fn write(campaign: &Campaign, list: &str) {
    fs::write(campaign.root().join("recipients.csv"), list).unwrap();
}

fn asked(campaign: &Campaign) -> Vec<Value> {
    let list = campaign.hagaki(&["--json", "review", "list"]).out;
    let all = list.lines().map(|l| serde_json::from_str(l).unwrap());
    all.collect()
}

/// The questions about the key, with their first reason.
fn about_key(campaign: &Campaign) -> Vec<(String, String)> {
    let all = asked(campaign).into_iter();
    let key = all.filter(|q| q["reason"].as_str().unwrap().starts_with("KEY_"));
    key.map(|q| {
        (
            q["id"].to_string(),
            q["reason"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

fn set(campaign: &Campaign, lang: &str, (id, typed): (&str, &str), more: &[&str]) -> Said {
    let mut args = vec!["--lang", lang, "review", "set", id, typed, "--by", "sato"];
    args.extend(more);
    campaign.hagaki(&args)
}

fn key(campaign: &Campaign) -> Option<String> {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    db.query_row("SELECT key FROM page", [], |r| r.get(0))
        .unwrap()
}

#[test]
fn a_key_that_the_mailing_list_does_not_hold_is_asked() {
    // A list without anybody says nothing, and one that holds the key does not object.
    for list in [
        "key,name\n",
        "key,name\n,\n",
        &format!("name,key\nx,{KEY}\n"),
    ] {
        assert_eq!(about_key(&read_with(list)), [], "{list}");
    }
    // As an office may have written it.
    let wide: String = KEY
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap())
        .collect();
    assert_eq!(about_key(&read_with(&format!("key\n{wide}\n"))), []);

    let campaign = read_with(&format!("key,name\n{OTHER},x\n"));
    let [(id, reason)] = &about_key(&campaign)[..] else {
        panic!("one question about the key");
    };
    assert_eq!(reason, "KEY_UNKNOWN");
    assert_eq!(key(&campaign).as_deref(), Some(KEY));
    // Typed once more it is as unknown as before; only who says that it is right may keep it.
    let said = set(&campaign, "en", (id, KEY), &[]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("not on the mailing list"), "{}", said.err);
    let said = set(&campaign, "ja", (id, KEY), &[]);
    assert!(
        said.err.contains("発送対象者にない番号です"),
        "{}",
        said.err
    );
    assert_eq!(set(&campaign, "en", (id, "@hold"), &[]).code, 0);
    assert_eq!(key(&campaign).as_deref(), Some(KEY));
    assert_eq!(set(&campaign, "en", (id, "@accept"), &[]).code, 0);
    assert_eq!(key(&campaign).as_deref(), Some(KEY));
    assert_eq!(about_key(&campaign), []);
    // He may say another instead.
    assert_eq!(set(&campaign, "en", (id, OTHER), &[]).code, 0);
    assert_eq!(key(&campaign).as_deref(), Some(OTHER));
}

#[test]
fn judged_again_the_list_of_today_counts() {
    let campaign = read_with("key\n");
    let redecide = || {
        let said = campaign.hagaki(&["run", "--redecide"]);
        assert_eq!(said.code, 0, "{}", said.err);
    };
    let database = campaign.root().join("hagaki.db");
    let before = content(&database);
    redecide();
    assert_eq!(content(&database), before);
    write(&campaign, &format!("key\n{OTHER}\n"));
    redecide();
    assert_eq!(about_key(&campaign).len(), 1);
    let before = content(&database);
    redecide();
    assert_eq!(content(&database), before);
    write(&campaign, &format!("key\n{OTHER}\n{KEY}\n"));
    redecide();
    assert_eq!(about_key(&campaign), []);
}

#[test]
fn a_typed_key_that_is_none_is_refused_until_insisted_on() {
    let campaign = read_with(&format!("key\n{OTHER}\n"));
    let (id, _) = about_key(&campaign).remove(0);
    for (typed, en, ja) in [
        ("abc", "The format is wrong", "形式が違います"),
        ("=cmd", "The format is wrong", "形式が違います"),
        ("123456789", "The format is wrong", "形式が違います"),
        (
            "1234567891",
            "check digit is wrong",
            "チェックデジットが合いません",
        ),
        (
            "１２３４５６７８９２",
            "check digit is wrong",
            "チェックデジットが合いません",
        ),
        (
            "1234567806",
            "not on the mailing list",
            "発送対象者にない番号です",
        ),
    ] {
        for (lang, words) in [("en", en), ("ja", ja)] {
            let said = set(&campaign, lang, (&id, typed), &[]);
            assert_eq!(said.code, 2, "{typed}: {}", said.err);
            assert!(said.err.contains(words), "{typed}: {}", said.err);
            assert!(said.err.contains("--insist"), "{}", said.err);
        }
        assert_eq!(key(&campaign).as_deref(), Some(KEY), "{typed}");
    }
    let wide = " １２３４５６７８９７ ";
    assert_eq!(set(&campaign, "en", (&id, wide), &[]).code, 0);
    assert_eq!(key(&campaign).as_deref(), Some(OTHER));
    let insisted = set(&campaign, "en", (&id, "1234567891"), &["--insist"]);
    assert_eq!(insisted.code, 0, "{}", insisted.err);
    assert_eq!(key(&campaign).as_deref(), Some("1234567891"));
}

#[test]
fn a_page_is_read_again_under_no_key_that_is_none() {
    let campaign = read_with(&format!("key\n{KEY}\n{OTHER}\n"));
    let id = match asked(&campaign).first() {
        Some(question) => question["id"].to_string(),
        None => "0002_answer.jpg[0]".to_owned(),
    };
    let again = |typed: &str, more: &[&str]| {
        let all = [&["--key", typed][..], more].concat();
        set(&campaign, "en", (&id, "@read-again"), &all)
    };
    let said = again("1234567891", &[]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("check digit is wrong"), "{}", said.err);
    assert_eq!(key(&campaign).as_deref(), Some(KEY));
    let said = again("１２３４５６７８９７", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(key(&campaign).as_deref(), Some(OTHER));
    // What it was read again with stays with it.
    let before = content(&campaign.root().join("hagaki.db"));
    assert_eq!(campaign.hagaki(&["run", "--redecide"]).code, 0);
    assert_eq!(content(&campaign.root().join("hagaki.db")), before);
}
