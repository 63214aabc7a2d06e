//! What a run leaves to the next one: pages of an ended run, files that are still being written, and
//! what it does not read.

use std::fs;
use std::io::Cursor;

use hagaki::ingest::{self, Limits};
use serde_json::Value;
use tiff::encoder::{Compression, TiffEncoder, colortype};

use crate::program::{self, Campaign};

const PAGES: u32 = 5;

/// Five cards in one file.
fn many_pages() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)
        .unwrap()
        .with_compression(Compression::Lzw);
    for name in ["0001.jpg", "0002.jpg", "0004.png", "0006.jpg", "0007.jpg"] {
        let file = program::samples().join("resident-survey").join(name);
        let card = ingest::open(&file, &Limits::default()).unwrap();
        let scan = card.page(0).unwrap().picture.gray;
        let (width, height) = scan.dimensions();
        encoder
            .write_image::<colortype::Gray8>(width, height, scan.as_raw())
            .unwrap();
    }
    out.into_inner()
}

fn books(campaign: &Campaign) -> Value {
    serde_json::from_str(&campaign.hagaki(&["status", "--json"]).out).unwrap()
}

/// A campaign whose run on one file of many pages was killed after the second.
fn killed() -> Campaign {
    let campaign = Campaign::new(&["resident-survey"]);
    fs::write(campaign.root().join("inbox/multi.tif"), many_pages()).unwrap();
    let mut run = campaign.command(&["run", "--json", "--jobs", "1"]);
    program::killed_after(&mut run, 2);
    campaign
}

#[cfg(unix)]
#[test]
fn the_rest_of_a_killed_run_is_read_when_its_file_is_gone() {
    let campaign = killed();
    let now = campaign.hagaki(&["status"]);
    assert_eq!(now.code, 0, "{}{}", now.out, now.err);
    assert!(now.out.contains("waiting to be read"), "{}", now.out);
    assert!(now.err.contains("hagaki run"), "{}", now.err);
    let waiting = books(&campaign)["pages_waiting"].as_u64().unwrap();
    assert!(0 < waiting && waiting < u64::from(PAGES), "{waiting}");

    fs::remove_file(campaign.root().join("inbox/multi.tif")).unwrap();
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let books = books(&campaign);
    assert_eq!(books["files"]["pages_recorded"], PAGES, "{books}");
    assert_eq!(books["pages_waiting"], 0, "{books}");
}

#[cfg(unix)]
#[test]
fn the_rest_of_a_killed_run_is_read_when_its_file_was_moved() {
    let campaign = killed();
    let done = campaign.root().join("inbox/done");
    fs::create_dir(&done).unwrap();
    let file = campaign.root().join("inbox/multi.tif");
    fs::rename(file, done.join("multi.tif")).unwrap();
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let books = books(&campaign);
    assert_eq!(books["files"]["pages_recorded"], 2 * PAGES, "{books}");
    assert_eq!(books["files"]["copies"], 1, "{books}");
}

#[cfg(unix)]
#[test]
fn a_rest_that_nobody_can_read_any_more_is_named_and_ends_with_5() {
    let campaign = killed();
    fs::remove_file(campaign.root().join("inbox/multi.tif")).unwrap();
    let hex = hagaki::digest::Digest::of(&many_pages()).to_string();
    let kept = campaign
        .root()
        .join(format!("store/{}/{hex}.orig", &hex[..2]));
    fs::remove_file(kept).unwrap();
    for (lang, hint) in [("en", "back into the inbox"), ("ja", "inbox に戻して")] {
        let said = campaign.hagaki(&["run", "--lang", lang]);
        assert_eq!(said.code, 5, "{}", said.err);
        assert!(said.err.contains("inbox/multi.tif"), "{}", said.err);
        assert!(said.err.contains(hint), "{}", said.err);
    }
    fs::write(campaign.root().join("inbox/multi.tif"), many_pages()).unwrap();
    assert_eq!(campaign.hagaki(&["run"]).code, 0);
}

/// The pages behind the cut are one page that nobody can read, and are told.
#[test]
fn a_cut_file_of_many_pages_is_never_read_without_a_word() {
    let campaign = Campaign::new(&["resident-survey"]);
    let file = campaign.root().join("inbox/multi.tif");
    let whole = many_pages();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    program::age(&file);
    let said = campaign.hagaki(&["run"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("inbox/multi.tif"), "{}", said.err);
    assert!(said.err.contains("truncated"), "{}", said.err);
    let status = campaign.hagaki(&["status"]);
    assert!(status.out.contains("UNREADABLE"), "{}", status.out);
}

/// The half is seen before the first page is recorded; then the rest comes.
#[test]
fn a_file_that_is_still_being_written_is_read_when_it_is_whole() {
    let campaign = Campaign::new(&["resident-survey"]);
    let samples = program::samples().join("resident-survey");
    let inbox = campaign.root().join("inbox");
    fs::copy(samples.join("0004.png"), inbox.join("1.png")).unwrap();
    let whole = fs::read(samples.join("0001.jpg")).unwrap();
    fs::write(inbox.join("2.jpg"), &whole[..whole.len() / 2]).unwrap();
    let mut run = campaign.command(&["run", "--json", "--jobs", "1"]);
    let (mut child, lines) = program::after_lines(&mut run, 1);
    fs::write(inbox.join("2.jpg"), &whole).unwrap();
    assert_eq!(lines.map_while(Result::ok).count(), 1);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let books = books(&campaign);
    assert_eq!(books["files"]["pages_recorded"], 2, "{books}");
    assert_eq!(books["rejections"], serde_json::json!([]), "{books}");
}

#[cfg(unix)]
#[test]
fn what_stands_among_the_scans_and_is_not_read_is_told() {
    let campaign = Campaign::new(&["resident-survey"]);
    let inbox = campaign.root().join("inbox");
    for name in ["index.csv", "Thumbs.db", ".hidden.jpg"] {
        fs::write(inbox.join(name), "x").unwrap();
    }
    let quiet = campaign.hagaki(&["run"]);
    assert_eq!(quiet.code, 0, "{}", quiet.err);
    assert!(!quiet.err.contains("not read"), "{}", quiet.err);

    fs::write(inbox.join("scans.zip"), "x").unwrap();
    fs::write(inbox.join("card.dat"), "x").unwrap();
    std::os::unix::fs::symlink(campaign.beside("scanner"), inbox.join("scanner")).unwrap();
    for (args, link) in [
        (&["run"][..], "links were not followed"),
        (&["run", "--json"], "links were not followed"),
        (&["run", "--lang", "ja"], "リンクの先は読んでいません"),
    ] {
        let said = campaign.hagaki(args);
        assert_eq!(said.code, 1, "{}", said.err);
        for words in [link, "inbox/scanner", "inbox/card.dat", "2"] {
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
    }
}
