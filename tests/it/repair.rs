//! Pages laid by hand from a terminal: what only a person knows, and nothing that he did not say.

use std::fs;

use image::imageops;
use image::{GrayImage, Luma};

use crate::program::{self, Campaign};
use hagaki::ingest::{self, Limits};

/// Where the first of two cards lies on the glass.
const LEFT: (u32, u32) = (60, 90);

/// That card's corners in its own picture, measured by eye, clockwise.
const CARD: [(u32, u32); 4] = [(5, 29), (950, 9), (980, 1405), (35, 1426)];

/// The same on the glass.
pub(crate) fn corners() -> [(u32, u32); 4] {
    CARD.map(|(x, y)| (LEFT.0 + x, LEFT.1 + y))
}

/// Two cards side by side on one glass: no scanner cuts them apart, and the machine takes neither.
pub(crate) fn two_cards() -> GrayImage {
    let card = |name: &str| {
        let path = program::samples().join("vaccine-intent").join(name);
        let file = ingest::open(&path, &Limits::default()).unwrap();
        file.page(0).unwrap().picture.gray
    };
    let (left, right) = (card("0001_answer.jpg"), card("0002_answer.jpg"));
    let (w, h) = left.dimensions();
    let mut glass = GrayImage::from_pixel(2 * w + 200, h + 200, Luma([225]));
    imageops::replace(&mut glass, &left, LEFT.0.into(), LEFT.1.into());
    imageops::replace(&mut glass, &right, (w + 140).into(), 100);
    glass
}

/// The folder of that picture, and the corners as shares of it.
fn scanned(campaign: &Campaign) -> (String, String) {
    let glass = two_cards();
    let folder = campaign.beside("glass");
    glass.save(folder.join("two.png")).unwrap();
    let (w, h) = (f64::from(glass.width()), f64::from(glass.height()));
    let share = |(x, y): (u32, u32)| format!("{:.4},{:.4}", f64::from(x) / w, f64::from(y) / h);
    (
        folder.to_string_lossy().into_owned(),
        corners().map(share).join(" "),
    )
}

fn value(campaign: &Campaign, field: &str) -> String {
    let rows = campaign.hagaki(&["export", "--profile", "long"]).out;
    let start = format!("glass/two.png,0,{field},");
    let row = rows.lines().find_map(|l| l.strip_prefix(&start));
    row.unwrap().split(',').next().unwrap().to_owned()
}

/// Has the page that waits read again, as these arguments say.
fn read_again(campaign: &Campaign, more: &[&str]) -> program::Said {
    let list = campaign.hagaki(&["--json", "review", "list"]).out;
    let page = list.lines().find(|l| l.contains("\"@page\"")).unwrap();
    let page: serde_json::Value = serde_json::from_str(page).unwrap();
    let id = page["id"].to_string();
    let mut args = vec!["--lang", "en", "review", "set", &id, "@read-again"];
    args.extend(more);
    campaign.hagaki(&args)
}

#[test]
fn a_page_is_laid_by_its_corners_and_stays_laid() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let (scans, corners) = scanned(&campaign);
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    let set = |more: &[&str]| read_again(&campaign, more);
    let form = ["--form", "vaccine-intent", "--side", "answer"];
    for foul in [
        &[][..],
        &["--turn", "45"],
        &["--form", "nothing"],
        &[
            "--form",
            "vaccine-intent",
            "--side",
            "answer",
            "--corners",
            "0,0 1,1 1,0 0,1",
        ],
        &[
            "--form",
            "vaccine-intent",
            "--side",
            "answer",
            "--corners",
            "0,0 1,1",
        ],
        &["--form", "vaccine-intent", "--corners", &corners],
    ] {
        let said = set(foul);
        assert_eq!(said.code, 2, "{foul:?}: {}", said.err);
    }
    // The form alone does not cut two cards apart.
    let said = set(&form);
    assert_eq!(said.code, 1, "{}", said.err);
    let said = set(&[&form[..], &["--corners", &corners]].concat());
    assert_eq!(said.code, 0, "{}", said.err);

    let truth = program::samples().join("vaccine-intent/truth.csv");
    let truth = fs::read_to_string(truth).unwrap();
    let true_of = |field: &str| {
        let start = format!("vaccine-intent/0001_answer.jpg,0,{field},");
        let row = truth.lines().find_map(|l| l.strip_prefix(&start)).unwrap();
        row.split(',').nth(1).unwrap().to_owned()
    };
    for field in ["wish", "transport", "phone", "reply_date"] {
        assert_eq!(value(&campaign, field), true_of(field), "{field}");
    }
    // The other card's barcode is in the picture; it is not this card's key.
    let key = "SELECT coalesce(key, '-') || ' ' || bucket FROM page";
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let found: String = db.query_row(key, [], |r| r.get(0)).unwrap();
    assert_eq!(found, "- review");
    let who = "SELECT count(*) FROM audit WHERE what = 'page.repair'";
    let repairs: i64 = db.query_row(who, [], |r| r.get(0)).unwrap();
    assert_eq!(repairs, 2);
    // Today's program reads it where the person said it lies.
    assert_eq!(campaign.hagaki(&["run", "--reread", &scans]).code, 0);
    let found: String = db.query_row(key, [], |r| r.get(0)).unwrap();
    assert_eq!(found, "- review");
    assert_eq!(value(&campaign, "phone"), true_of("phone"));
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

#[test]
fn corners_beside_the_card_ask_about_everything() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let (scans, _) = scanned(&campaign);
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    // Both cards as if they were one: nothing there can be proved.
    let said = campaign.hagaki(&[
        "review",
        "set",
        "1",
        "@read-again",
        "--form",
        "vaccine-intent",
        "--side",
        "answer",
        "--corners",
        "0.1,0.1 0.9,0.1 0.9,0.9 0.1,0.9",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let settled = "SELECT count(*) FROM answer WHERE status <> 'question'";
    let settled: i64 = db.query_row(settled, [], |r| r.get(0)).unwrap();
    assert_eq!(settled, 0);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}
