//! Pages laid by hand from a terminal: what only a person knows, and nothing that he did not say.

use std::fs;
use std::path::Path;

use image::imageops;
use image::{GrayImage, Luma};
use serde_json::Value;

use crate::program::{self, Campaign};
use hagaki::ingest::{self, Limits};
use hagaki::synth::write;

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

/// Pixels an inch of the pictures of [`side_by_side`].
const GLASS_DPI: f64 = 240.0;

/// Two cards as a flatbed at 240 dpi sees them: both of one size, apart by a finger.
pub(crate) fn side_by_side(names: [&str; 2]) -> GrayImage {
    let [left, right] =
        names.map(|name| at_glass(&program::samples().join("vaccine-intent").join(name)));
    laid(&left, &right)
}

/// A scanned card at the glass's resolution.
fn at_glass(path: &Path) -> GrayImage {
    let page = ingest::open(path, &Limits::default())
        .unwrap()
        .page(0)
        .unwrap();
    let scale = GLASS_DPI / page.resolution.unwrap().x.get();
    let gray = page.picture.gray;
    let side = |px: u32| (f64::from(px) * scale).round() as u32;
    let (w, h) = (side(gray.width()), side(gray.height()));
    imageops::resize(&gray, w, h, imageops::FilterType::Triangle)
}

/// Two pictures on one glass.
fn laid(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let width = left.width() + right.width() + 200;
    let height = left.height().max(right.height()) + 200;
    let mut glass = GrayImage::from_pixel(width, height, Luma([225]));
    imageops::replace(&mut glass, left, LEFT.0.into(), LEFT.1.into());
    imageops::replace(&mut glass, right, (left.width() + 140).into(), 100);
    glass
}

/// A folder with that picture, as a scanner writes it.
pub(crate) fn on_glass(campaign: &Campaign, picture: &GrayImage) -> String {
    let folder = campaign.beside("glass");
    let dpi = hagaki::geom::Dpi::new(GLASS_DPI).unwrap();
    let png = write::png(write::Pixels::Gray(picture), dpi).unwrap();
    fs::write(folder.join("two.png"), png).unwrap();
    folder.to_string_lossy().into_owned()
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
    read_as(campaign, &[&["@read-again"], more].concat())
}

/// Says that of the page that waits.
fn read_as(campaign: &Campaign, said: &[&str]) -> program::Said {
    let list = campaign.hagaki(&["--json", "review", "list"]).out;
    let page = list.lines().find(|l| l.contains("\"@page\"")).unwrap();
    let page: serde_json::Value = serde_json::from_str(page).unwrap();
    let id = page["id"].to_string();
    let mut args = vec!["--lang", "en", "review", "set", &id];
    args.extend(said);
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

    let true_of = |field: &str| true_of("0001_answer.jpg", field);
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

/// What the samples' truth says of a card's field.
pub(crate) fn true_of(card: &str, field: &str) -> String {
    let truth = program::samples().join("vaccine-intent/truth.csv");
    let truth = fs::read_to_string(truth).unwrap();
    let start = format!("vaccine-intent/{card},0,{field},");
    let row = truth.lines().find_map(|l| l.strip_prefix(&start)).unwrap();
    row.split(',').nth(1).unwrap().to_owned()
}

/// Every field that is not asked about is as the truth says, on both cards; how many those are.
pub(crate) fn both_are_right(campaign: &Campaign, parts: [&str; 2]) -> [usize; 2] {
    let rows = campaign.hagaki(&["export", "--profile", "long"]).out;
    let cards = ["0001_answer.jpg", "0002_answer.jpg"];
    [0, 1].map(|at| {
        let start = format!("glass/two.png#{},0,", parts[at]);
        let own = rows.lines().filter_map(|l| l.strip_prefix(&start));
        let settled: Vec<&str> = own.filter(|l| l.ends_with(",0")).collect();
        for row in &settled {
            let (field, value) = row.split_once(',').unwrap();
            let value = value.strip_suffix(",0").unwrap().trim_matches('"');
            assert_eq!(value, true_of(cards[at], field), "{field} of {}", cards[at]);
        }
        settled.len()
    })
}

fn buckets(campaign: &Campaign) -> Vec<String> {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let mut all = db
        .prepare("SELECT file || ' ' || bucket FROM page ORDER BY page_id")
        .unwrap();
    let rows = all.query_map([], |r| r.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A campaign with that picture, which was rejected, and its folder.
fn two_rejected() -> (Campaign, String) {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let glass = side_by_side(["0001_answer.jpg", "0002_answer.jpg"]);
    let scans = on_glass(&campaign, &glass);
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    assert_eq!(buckets(&campaign), ["glass/two.png rejected"]);
    (campaign, scans)
}

/// The questions about a page as a whole that say so.
fn suspects(campaign: &Campaign) -> Vec<String> {
    let said = campaign.hagaki(&["--json", "review", "list"]);
    let rows = said.out.lines().map(|l| serde_json::from_str(l).unwrap());
    rows.filter(|row: &Value| row.to_string().contains("DOUBLE_FEED_SUSPECT"))
        .map(|row| row["id"].to_string())
        .collect()
}

#[test]
fn a_second_card_without_a_key_is_noticed_and_not_lost() {
    let lines = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lines");
    let card = |name: &str| at_glass(&lines.join("cards").join(name));
    let campaign = Campaign::new(&[]);
    let form = campaign.root().join("forms/made-lines");
    fs::create_dir_all(&form).unwrap();
    let toml = lines.join("forms/made-lines/form.toml");
    fs::copy(toml, form.join("form.toml")).unwrap();
    let (one, two) = (card("077-00000.jpg"), card("077-00003.jpg"));

    // One card and as much bare glass: nothing to be asked about.
    let bare = GrayImage::from_pixel(two.width(), two.height(), Luma([225]));
    let scans = on_glass(&campaign, &laid(&one, &bare));
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    assert_eq!(suspects(&campaign), [""; 0]);

    let scans = on_glass(&campaign, &laid(&one, &two));
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    let asked = suspects(&campaign);
    assert_eq!(asked.len(), 1, "{asked:?}");
    let halves = ["--part", "0,0 0.5,1", "--part", "0.5,0 1,1"];
    let separate = ["review", "set", &asked[0], "@separate"];
    let said = campaign.hagaki(&[&separate[..], &halves[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let made = buckets(&campaign);
    assert_eq!(made[1], "glass/two.png separated");
    for (row, part) in made[2..].iter().zip(["#1 ", "#2 "]) {
        assert!(row.starts_with(&format!("glass/two.png{part}re")), "{row}");
    }
    assert_eq!((made.len(), suspects(&campaign).len()), (4, 0));
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

#[test]
fn what_is_no_part_of_a_picture_separates_nothing() {
    let (campaign, _) = two_rejected();
    let halves = ["--part", "0,0 0.5,1", "--part", "0.5,0 1,1"];
    let form = [&halves[..], &["--form", "nothing"]].concat();
    for foul in [
        &[][..],
        &halves[..2],
        &["--part", "0,0 0.5,1", "--part", "0.1,0 0.6,1"],
        &["--part", "0,0 0.5,1", "--part", "0.5,0 1.2,1"],
        &["--part", "0,0 0.5,1", "--part", "0.5,0 1"],
        &form,
    ] {
        let said = read_as(&campaign, &[&["@separate"], foul].concat());
        assert_eq!(said.code, 2, "{foul:?}: {}", said.err);
    }
    assert_eq!(read_as(&campaign, &["@rejoin"]).code, 2);
    assert_eq!(buckets(&campaign), ["glass/two.png rejected"]);
}

#[test]
fn two_cards_in_one_picture_are_separated_and_each_is_read() {
    let (campaign, scans) = two_rejected();
    let set =
        |more: &[&str]| campaign.hagaki(&[&["--lang", "en", "review", "set", "1"], more].concat());
    let halves = ["--part", "0,0 0.5,1", "--part", "0.5,0 1,1"];
    let original = |campaign: &Campaign| {
        let stored = walkdir::WalkDir::new(campaign.root().join("store")).into_iter();
        let mut kept = stored.map(|e| e.unwrap().into_path());
        let path = kept.find(|p| p.extension().is_some_and(|e| e == "orig"));
        fs::read(path.unwrap()).unwrap()
    };
    let before = original(&campaign);
    let said = set(&[&["@separate"], &halves[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let made = buckets(&campaign);
    assert_eq!(made[0], "glass/two.png separated");
    for (row, part) in made[1..].iter().zip(["glass/two.png#1", "glass/two.png#2"]) {
        assert!(
            [format!("{part} read"), format!("{part} review")].contains(row),
            "{row}"
        );
    }
    assert_eq!(original(&campaign), before);
    let settled = both_are_right(&campaign, ["1", "2"]);
    assert!(settled.iter().all(|n| *n >= 2), "{settled:?}");
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // The same files again are nothing new; today's program reads the parts, and not the whole.
    let rows = |campaign: &Campaign| campaign.hagaki(&["export", "--profile", "long"]).out;
    let first = rows(&campaign);
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    assert_eq!(campaign.hagaki(&["run", "--reread", &scans]).code, 0);
    assert_eq!(rows(&campaign), first);
    assert_eq!(buckets(&campaign), made);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // Separated by mistake: one picture again, and once more in two.
    let said = set(&["@rejoin"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let wanted = [
        "glass/two.png rejected",
        "glass/two.png#1 set_aside",
        "glass/two.png#2 set_aside",
    ];
    assert_eq!(buckets(&campaign), wanted);
    assert_eq!(set(&["@rejoin"]).code, 2);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    assert_eq!(
        read_as(&campaign, &[&["@separate"], &halves[..]].concat()).code,
        0
    );
    assert_eq!(both_are_right(&campaign, ["3", "4"]), settled);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    assert_eq!(campaign.hagaki(&["audit", "verify"]).code, 0);
}

#[test]
fn a_second_card_beside_the_one_that_was_read_is_asked_about() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    // Without a resolution one of the two is taken for the whole picture.
    let glass = side_by_side(["0002_answer.jpg", "0006_answer.jpg"]);
    let folder = campaign.beside("glass");
    glass.save(folder.join("two.png")).unwrap();
    let scans = folder.to_string_lossy().into_owned();
    assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
    assert_eq!(buckets(&campaign), ["glass/two.png review"]);
    let list = campaign.hagaki(&["--json", "review", "list"]).out;
    let page = list.lines().find(|l| l.contains("\"@page\"")).unwrap();
    assert!(page.contains("DOUBLE_FEED_SUSPECT"), "{page}");
    // A page that was read is separated as well: what it asked gives way to what its parts ask.
    let halves = ["@separate", "--part", "0,0 0.5,1", "--part", "0.5,0 1,1"];
    read_as(&campaign, &halves);
    let made = buckets(&campaign);
    assert_eq!(
        (made.len(), made[0].as_str()),
        (3, "glass/two.png separated")
    );
    let rows = campaign.hagaki(&["export", "--profile", "long"]).out;
    assert!(!rows.contains("glass/two.png,0,"), "{rows}");
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

/// The open questions: number and subject.
fn asked(campaign: &Campaign) -> Vec<(String, String)> {
    let said = campaign.hagaki(&["--json", "review", "list"]);
    let rows = said.out.lines().map(|l| serde_json::from_str(l).unwrap());
    rows.map(|row: Value| {
        (
            row["id"].to_string(),
            row["subject"].as_str().unwrap().into(),
        )
    })
    .collect()
}

#[test]
fn a_person_who_sees_two_cards_says_so_from_any_question_and_from_none() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let glass = side_by_side(["0002_answer.jpg", "0006_answer.jpg"]);
    let folder = campaign.beside("glass");
    glass.save(folder.join("two.png")).unwrap();
    assert_eq!(campaign.hagaki(&["run", &folder.to_string_lossy()]).code, 0);
    let set = |id: &str, more: &[&str]| {
        let said = campaign.hagaki(&[&["--lang", "en", "review", "set", id], more].concat());
        assert_eq!(campaign.hagaki(&["status"]).code, 0);
        said
    };
    let long = || campaign.hagaki(&["export", "--profile", "long"]).out;
    let subjects = || -> Vec<String> { asked(&campaign).into_iter().map(|q| q.1).collect() };
    // The machine noticed, and somebody overlooked it: only fields are left to ask about.
    let (page, fields): (Vec<_>, Vec<_>) =
        asked(&campaign).into_iter().partition(|q| q.1 == "@page");
    assert_eq!(set(&page[0].0, &["@accept"]).code, 0);
    let field = fields[0].0.as_str();
    let said = set(field, &["@page"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(subjects().contains(&"@page".to_owned()));
    assert_eq!(set("glass/two.png[0]", &["@accept"]).code, 0);
    for (id, foul) in [
        (field, &["@separate", "--part", "0,0 0.5,1"][..]),
        (field, &["@read-again"]),
        ("glass/none.png[0]", &["@page"]),
        ("glass/two.png[0]", &["@illegible"]),
    ] {
        assert_eq!(set(id, foul).code, 2, "{id} {foul:?}");
    }
    assert!(
        !subjects().contains(&"@page".to_owned()),
        "nothing was changed"
    );
    // Everything is answered before somebody sees it.
    for (id, _) in &fields {
        assert_eq!(set(id, &["@illegible"]).code, 0);
    }
    assert_eq!(buckets(&campaign), ["glass/two.png read"]);
    // Another person's word is written over only by who says so.
    let other = ["@blank", "--by", "tanaka"];
    let said = set(field, &other);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--over"), "{}", said.err);
    let said = set(field, &[&other[..], &["--over"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let before = long();
    let halves = ["@separate", "--part", "0,0 0.5,1", "--part", "0.5,0 1,1"];
    set(field, &halves);
    let made = buckets(&campaign);
    assert_eq!(
        (made.len(), made[0].as_str()),
        (3, "glass/two.png separated")
    );
    assert!(!long().contains("glass/two.png,0,"));
    // One card after all: back by its place, with every word that was said of it.
    let said = set("glass/two.png[0]", &["@rejoin"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(subjects(), ["@page"]);
    assert_eq!(set("glass/two.png[0]", &["@accept"]).code, 0);
    assert_eq!(long(), before);
    // A page that nobody asks about any more is still taken out.
    assert_eq!(buckets(&campaign)[0], "glass/two.png read");
    assert_eq!(set(field, &["@attachment"]).code, 0);
    assert_eq!(buckets(&campaign)[0], "glass/two.png set_aside");
    assert_eq!(campaign.hagaki(&["audit", "verify"]).code, 0);
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
