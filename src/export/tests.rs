//! What leaves is finished, proved, numbered, and the same bytes again.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::calendar::Day;
use crate::form::{FormId, Library};
use crate::pipeline::PageOutcome;
use crate::store::fixtures::*;
use crate::store::{Answer, ExportSeq, PageId, Store};

struct Campaign {
    dir: tempfile::TempDir,
    store: Store,
    library: Library,
}

impl Campaign {
    fn with(pages: &[PageOutcome]) -> (Self, Vec<PageId>) {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        let recorded = record_all(&mut store, &mut run, "in/a.tif", pages);
        let pages = recorded
            .into_iter()
            .map(crate::store::Recorded::page)
            .collect();
        (
            Self {
                dir,
                store,
                library: form(&["wish", "phone", "name"]),
            },
            pages,
        )
    }

    fn export(&mut self, profile: &str, delta: bool) -> Sent {
        let request = Request {
            form: FormId("wish".into()),
            profile: Profile::named(profile).unwrap(),
            delta,
            act: act("clerk"),
            day: Day::new(2024, 5, 1).unwrap(),
            program: "hagaki 0".into(),
        };
        export(&mut self.store, &self.library, self.dir.path(), &request).unwrap()
    }

    fn decide(&mut self, page: PageId, field: &str, value: &str) {
        self.store
            .decide(&[says(page, field, Answer::Value(value.into()))])
            .unwrap();
    }
}

fn text(sent: &Sent) -> String {
    String::from_utf8(fs::read(sent.path.as_ref().unwrap()).unwrap()).unwrap()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn said<'a>(wish: &'a str, phone: &'a str, name: &'a str) -> [(&'static str, &'a str); 3] {
    [("wish", wish), ("phone", phone), ("name", name)]
}

#[test]
fn only_finished_rows_leave_and_the_rest_is_counted() {
    let pages = [
        card("0001", &said("yes", "09012345678", "佐\"藤")),
        card("0002", &said("?yes", "", "")),
        card("0003", &said("no", "", "")),
        card("0003", &said("yes", "", "")),
        card("0004", &said("no", "", "-1")),
        card("0004", &said("no", "", "-1")),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    // A person says that both cards of 0003 count: the exporter still will not send two rows.
    campaign
        .store
        .decide(&[says_of_page(pages[3], Answer::Accept)])
        .unwrap();
    let sent = campaign.export("utf8", false);
    assert_eq!(
        text(&sent),
        "\"key\",\"wish\",\"phone\",\"name\",\"file\",\"page\"\r\n\
         \"0001\",\"yes\",\"09012345678\",\"佐\"\"藤\",\"in/a.tif\",\"0\"\r\n\
         \"0004\",\"no\",\"\",\"-1\",\"in/a.tif\",\"4\"\r\n"
    );
    let withheld: Vec<_> = sent.withheld.clone().into_iter().collect();
    assert_eq!(
        withheld,
        [(Withheld::Question, 1), (Withheld::KeyDuplicate, 1)]
    );
    let path = sent.path.unwrap();
    assert_eq!(name(&path), "wish_full_20240501_001.csv");
    let manifest = fs::read_to_string(path.with_extension("csv.manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["rows"], 2);
    assert_eq!(manifest["merged"], 1);
    assert_eq!(
        manifest["choices"]["wish"],
        serde_json::json!({ "yes": 1, "no": 1 })
    );
    assert_eq!(
        (&manifest["key_total"], &manifest["formulas"]),
        (&5.into(), &1.into())
    );
    let bytes = fs::read(&path).unwrap();
    assert_eq!(
        manifest["sha256"],
        crate::digest::Digest::of(&bytes).to_string()
    );
}

/// As [`card`], of another edition of the form.
fn card_of_edition(edition: u32, key: &str, fields: &[(&str, &str)]) -> PageOutcome {
    let mut outcome = card(key, fields);
    record_of(&mut outcome).edition = edition;
    outcome
}

#[test]
fn a_card_whose_edition_is_gone_is_withheld_and_not_deleted() {
    let pages = [
        card("0001", &said("yes", "", "")),
        card_of_edition(2, "0002", &said("no", "", "")),
        card_of_edition(2, "0003", &said("?no", "", "")),
    ];
    let (mut campaign, _) = Campaign::with(&pages);
    let both: Vec<_> = [1, 2]
        .into_iter()
        .map(|edition| {
            let mut form = (*campaign.library.forms()[0]).clone();
            form.edition = edition;
            std::sync::Arc::new(form)
        })
        .collect();
    let (first, both) = (campaign.library.clone(), Library::new(both));
    let waiting = |sent: &Sent| sent.withheld.clone().into_iter().collect::<Vec<_>>();

    campaign.library = both;
    let sent = campaign.export("utf8", true);
    assert_eq!(
        (sent.rows, waiting(&sent)),
        (2, vec![(Withheld::Question, 1)])
    );

    campaign.library = first;
    let sent = campaign.export("utf8", false);
    assert!(!text(&sent).contains("0002"), "{}", text(&sent));
    assert_eq!(
        (sent.rows, waiting(&sent)),
        (1, vec![(Withheld::EditionUnknown, 2)])
    );
    assert!(sent.withheld.keys().all(|why| why.wants_an_operator()));
    let sent = campaign.export("utf8", true);
    assert_eq!(sent.rows, 0);
    assert!(!text(&sent).contains("\"D\""), "{}", text(&sent));

    campaign.library = Library::new(Vec::new());
    let sent = campaign.export("utf8", false);
    assert_eq!(sent.rows, 0);
    assert!(sent.withheld_list.is_some());
    assert_eq!(waiting(&sent), [(Withheld::EditionUnknown, 3)]);
}

#[test]
fn two_sides_make_one_row_and_one_alone_waits() {
    let front = |key: &str| card(key, &[("wish", "yes"), ("phone", "")]);
    let pages = [
        front("1"),
        back("2", "鈴木"),
        front("3"),
        back("1", "佐藤"),
        front("2"),
    ];
    let (mut campaign, _) = Campaign::with(&pages);
    campaign.library = two_sided(&["wish", "phone"], &["name"]);
    let sent = campaign.export("utf8", false);
    assert_eq!(
        text(&sent).lines().skip(1).collect::<Vec<_>>(),
        [
            "\"1\",\"yes\",\"\",\"佐藤\",\"in/a.tif;in/a.tif\",\"0;3\"",
            "\"2\",\"yes\",\"\",\"鈴木\",\"in/a.tif;in/a.tif\",\"1;4\"",
        ]
    );
    assert_eq!(sent.withheld[&Withheld::SideMissing], 1);
}

fn back(key: &str, name: &str) -> PageOutcome {
    let mut page = card(key, &[("name", name)]);
    record_of(&mut page).side = "back".into();
    page
}

/// Both sides ask, and each names the recipient.
fn keyed() -> Library {
    let both = two_sided(&["wish"], &["name"]);
    let mut form = crate::form::Form::clone(&both.forms()[0]);
    for side in &mut form.sides {
        side.key = Some(crate::identify::tests::codabar_key(None));
    }
    Library::new(vec![std::sync::Arc::new(form)])
}

fn json(sent: &Sent) -> serde_json::Value {
    let path = sent.path.as_ref().unwrap();
    let text = fs::read_to_string(path.with_extension("csv.manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn cards_that_nobody_is_asked_about_are_listed_even_where_no_row_leaves() {
    let pages = [
        card("1", &[("wish", "yes")]),
        card("2", &[("wish", "?yes")]),
        back("2", "鈴木"),
        card("", &[("wish", "no")]),
    ];
    let (mut campaign, _) = Campaign::with(&pages);
    campaign.library = keyed();
    for delta in [false, true] {
        let sent = campaign.export("utf8", delta);
        assert_eq!((sent.rows, text(&sent).lines().count()), (0, 1));
        let manifest = json(&sent);
        assert_eq!(
            (&manifest["rows"], &manifest["withheld"]),
            (
                &0.into(),
                &serde_json::json!({ "question": 1, "no_key": 1, "side_missing": 1 })
            )
        );
        let list = sent.withheld_list.unwrap();
        assert!(name(&list).ends_with("_withheld.csv"), "{}", name(&list));
        assert_eq!(
            fs::read_to_string(list).unwrap(),
            "\u{FEFF}\"key\",\"file\",\"page\",\"reason\"\r\n\
             \"1\",\"in/a.tif\",\"0\",\"SIDE_MISSING\"\r\n\
             \"\",\"in/a.tif\",\"3\",\"KEY_UNREADABLE\"\r\n"
        );
    }
}

#[test]
fn cards_that_only_wait_for_an_answer_make_no_file() {
    let (mut campaign, _) = Campaign::with(&[card("1", &said("?yes", "", ""))]);
    let sent = campaign.export("utf8", false);
    assert!(sent.path.is_none() && sent.withheld_list.is_none());
    assert_eq!(sent.withheld[&Withheld::Question], 1);
}

#[test]
fn a_side_that_asks_nothing_and_names_nobody_is_no_card_that_waits() {
    let (mut campaign, _) = Campaign::with(&[card("", &[("wish", "yes")]), back("", "")]);
    campaign.library = two_sided(&["wish"], &[]);
    let sent = campaign.export("utf8", false);
    assert_eq!((sent.rows, sent.withheld.len()), (1, 0));
}

#[test]
fn the_books_count_what_an_export_withholds() {
    let pages = [
        card("1", &[("wish", "yes")]),
        card("2", &[("wish", "?yes")]),
        back("2", "鈴木"),
        card("3", &[("wish", "yes")]),
        card("3", &[("wish", "no")]),
        back("4", "佐藤"),
        card("5", &[("wish", "yes")]),
        card("5", &[("wish", "yes")]),
        back("5", "佐藤"),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    campaign.library = keyed();
    campaign
        .store
        .decide(&[says_of_page(pages[4], Answer::Accept)])
        .unwrap();
    let sent = campaign.export("utf8", false);
    assert_eq!(sent.rows, 1);
    assert_eq!(
        withheld(&campaign.store, &campaign.library).unwrap(),
        sent.withheld
    );
    let books = crate::books::Books::with_cards(&campaign.store, &campaign.library).unwrap();
    assert_eq!(
        books.withheld,
        [(Withheld::KeyDuplicate, 1), (Withheld::SideMissing, 2)]
    );
    let table = books.table(crate::lang::Lang::En);
    let wanted = [
        "Cards withheld",
        "SIDE_MISSING",
        "scan the other side",
        "@duplicate",
    ];
    for words in wanted {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert!(books.table(crate::lang::Lang::Ja).contains("保留のカード"));
}

/// A header that names three cards, and two cards.
fn short_batch(count: &str) -> Vec<PageOutcome> {
    let mut header = card("BATCH-20240501-001", &[("count", count)]);
    record_of(&mut header).role = crate::form::Role::BatchHeader;
    record_of(&mut header).form = FormId("batch-header".into());
    let cards = ["1", "2"].map(|key| card(key, &said("yes", "", "")));
    [vec![header], cards.to_vec()].concat()
}

#[test]
fn a_batch_that_lacks_a_card_is_held_until_the_count_agrees_or_its_header_is_set_aside() {
    let (mut campaign, pages) = Campaign::with(&short_batch("3"));
    let sent = campaign.export("utf8", false);
    assert_eq!((sent.rows, sent.withheld[&Withheld::Batch]), (0, 2));
    let list = fs::read_to_string(sent.withheld_list.unwrap()).unwrap();
    assert_eq!(list.matches("BATCH_COUNT").count(), 2, "{list}");
    let mut run = begin(&campaign.store, false);
    let late = [card("3", &said("yes", "", ""))];
    record_all(&mut campaign.store, &mut run, "in/late.tif", &late);
    assert_eq!(campaign.export("utf8", false).rows, 3);

    let (mut campaign, header) = (Campaign::with(&short_batch("3")).0, pages[0]);
    let aside = says_of_page(header, Answer::Attachment);
    campaign.store.decide(&[aside]).unwrap();
    assert_eq!(campaign.export("utf8", false).rows, 2);
}

#[test]
fn a_count_that_is_still_asked_holds_nothing_and_the_answer_counts() {
    let (mut campaign, pages) = Campaign::with(&short_batch("?3"));
    assert_eq!(campaign.export("utf8", false).rows, 2);
    campaign.decide(pages[0], "count", "4");
    assert_eq!(campaign.export("utf8", false).withheld[&Withheld::Batch], 2);
    campaign.decide(pages[0], "count", "2");
    assert_eq!(campaign.export("utf8", false).rows, 2);
}

#[test]
fn a_choice_that_nobody_can_read_is_counted_under_its_token() {
    let pages = [
        card("1", &said("?yes", "", "")),
        card("2", &said("", "", "")),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    let illegible = says(pages[0], "wish", Answer::Illegible);
    campaign.store.decide(&[illegible]).unwrap();
    let manifest = json(&campaign.export("utf8", false));
    assert_eq!(
        manifest["choices"]["wish"],
        serde_json::json!({ "●": 1, "": 1 })
    );
}

#[test]
fn a_fixed_system_gets_one_line_a_value() {
    let mut page = card("1", &said("yes", "", ""));
    record_of(&mut page).fields[2].verdict.value = "見本\r\n一\n二".into();
    let (mut campaign, _) = Campaign::with(&[page]);
    let sent = campaign.export("cp932", false);
    let bytes = fs::read(sent.path.as_ref().unwrap()).unwrap();
    let back = encoding_rs::SHIFT_JIS.decode(&bytes).0;
    assert!(back.contains("\"見本 一 二\""), "{back}");
    assert_eq!(json(&sent)["line_breaks_joined"], 1);
    let sent = campaign.export("utf8", false);
    assert!(text(&sent).contains("\"見本\r\n一\n二\""));
    assert_eq!(json(&sent)["line_breaks_joined"], 0);
}

#[test]
fn an_illegible_field_leaves_as_its_token_and_a_hold_never() {
    let pages = [card("1", &said("?yes", "?1", "?x"))];
    let (mut campaign, pages) = Campaign::with(&pages);
    campaign.decide(pages[0], "wish", "no");
    campaign
        .store
        .decide(&[says(pages[0], "phone", Answer::Illegible)])
        .unwrap();
    campaign
        .store
        .decide(&[says(pages[0], "name", Answer::Hold)])
        .unwrap();
    assert!(campaign.export("utf8", false).path.is_none());
    campaign
        .store
        .decide(&[says(pages[0], "name", Answer::Blank)])
        .unwrap();
    let sent = campaign.export("utf8", false);
    assert!(
        text(&sent).contains("\"1\",\"no\",\"●\",\"\","),
        "{}",
        text(&sent)
    );
}

#[test]
fn cp932_never_replaces_and_lists_what_it_lacks() {
    let pages = [
        card("1", &said("yes", "", "髙﨑〜")),
        card("2", &said("no", "", "𠮷野")),
    ];
    let (mut campaign, _) = Campaign::with(&pages);
    let sent = campaign.export("cp932", false);
    let bytes = fs::read(sent.path.as_ref().unwrap()).unwrap();
    let (back, _, broken) = encoding_rs::SHIFT_JIS.decode(&bytes);
    assert!(!broken && back.contains("髙﨑～") && !back.contains("&#") && !back.contains("\"2\""));
    assert_eq!(sent.withheld[&Withheld::Unmappable], 1);
    let list = sent.unmappable.unwrap();
    assert_eq!(name(&list), "wish_full_20240501_001_unmappable.csv");
    let list = fs::read_to_string(list).unwrap();
    assert!(
        list.contains("\"2\",\"in/a.tif\",\"1\",\"name\",\"U+20BB7\""),
        "{list}"
    );
}

#[test]
fn a_spreadsheet_gets_no_formula_and_a_system_gets_it_as_it_is() {
    let pages = [card("1", &said("yes", "", "=1+1"))];
    let (mut campaign, _) = Campaign::with(&pages);
    let sent = campaign.export("excel", false);
    assert_eq!(sent.formulas, 0);
    let excel = text(&sent);
    assert!(
        excel.starts_with('\u{FEFF}') && excel.contains("\"'=1+1\""),
        "{excel}"
    );
    let sent = campaign.export("utf8", false);
    assert_eq!(sent.formulas, 1);
    assert!(text(&sent).contains("\"=1+1\""));
}

#[test]
fn a_delta_holds_what_changed_since_and_nothing_twice() {
    let pages = [
        card("1", &said("yes", "", "")),
        card("2", &said("?no", "", "")),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    let rows = |sent: &Sent| -> Vec<String> {
        let text = text(sent);
        text.lines()
            .skip(1)
            .map(|l| l.replace("\"in/a.tif\",", ""))
            .collect()
    };
    let first = campaign.export("utf8", true);
    assert_eq!(rows(&first), ["\"1\",\"yes\",\"\",\"\",\"0\",\"A\",\"1\""]);
    assert!(campaign.export("utf8", true).path.is_none());
    // Another system has its own deltas.
    assert_eq!(campaign.export("cp932", true).rows, 1);

    campaign.decide(pages[1], "wish", "no");
    campaign.decide(pages[0], "wish", "no");
    let second = campaign.export("utf8", true);
    assert_eq!(
        rows(&second),
        [
            "\"1\",\"no\",\"\",\"\",\"0\",\"U\",\"2\"",
            "\"2\",\"no\",\"\",\"\",\"1\",\"A\",\"1\""
        ]
    );
    // A person finds that the first was an enclosure: the ledger must drop it.
    campaign
        .store
        .decide(&[says_of_page(pages[0], Answer::Attachment)])
        .unwrap();
    let third = text(&campaign.export("utf8", true));
    assert!(
        third.ends_with("\r\n\"1\",\"\",\"\",\"\",\"\",\"\",\"D\",\"3\"\r\n"),
        "{third}"
    );
    assert!(campaign.export("utf8", true).path.is_none());
    // It comes back.
    campaign
        .store
        .decide(&[says_of_page(pages[0], Answer::Accept)])
        .unwrap();
    let fourth = campaign.export("utf8", true);
    assert_eq!(rows(&fourth), ["\"1\",\"no\",\"\",\"\",\"0\",\"A\",\"4\""]);
}

#[test]
fn a_row_that_waits_again_is_not_gone() {
    let pages = [card("1", &said("yes", "", ""))];
    let (mut campaign, pages) = Campaign::with(&pages);
    campaign.export("utf8", true);
    campaign
        .store
        .decide(&[says(pages[0], "wish", Answer::Hold)])
        .unwrap();
    // Nobody had asked about this field before the hold.
    let sent = campaign.export("utf8", true);
    assert!(sent.path.is_none(), "{}", text(&sent));
    assert_eq!(sent.withheld[&Withheld::Question], 1);
}

#[test]
fn a_resend_is_the_same_bytes_under_a_new_name() {
    let pages = [
        card("1", &said("yes", "", "")),
        card("2", &said("no", "", "")),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    let first = campaign.export("cp932", false);
    let bytes = fs::read(first.path.unwrap()).unwrap();
    campaign.decide(pages[0], "wish", "no");
    let day = Day::new(2024, 6, 2).unwrap();
    let clerk = act("clerk");
    let dir = campaign.dir.path().to_owned();
    let again = resend(&mut campaign.store, &dir, ExportSeq(1), (&clerk, day)).unwrap();
    let path = again.path.unwrap();
    assert_eq!(name(&path), "wish_resend_20240602_002.csv");
    assert_eq!((fs::read(path).unwrap(), again.rows), (bytes, 2));
    // Sending again is no news: what changed since is still new.
    assert_eq!(campaign.export("cp932", true).rows, 1);
    assert!(resend(&mut campaign.store, &dir, ExportSeq(9), (&clerk, day)).is_err());
}

#[test]
fn a_file_that_is_in_the_way_is_not_overwritten() {
    let pages = [card("1", &said("yes", "", ""))];
    let (mut campaign, _) = Campaign::with(&pages);
    let folder = campaign.dir.path().join("export");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("wish_full_20240501_001.csv"), "theirs").unwrap();
    let request = Request {
        form: FormId("wish".into()),
        profile: Profile::named("utf8").unwrap(),
        delta: false,
        act: act("clerk"),
        day: Day::new(2024, 5, 1).unwrap(),
        program: "hagaki 0".into(),
    };
    let dir = campaign.dir.path().to_owned();
    let got = export(&mut campaign.store, &campaign.library, &dir, &request);
    assert!(
        matches!(
            got,
            Err(ExportError::Unwritten {
                seq: ExportSeq(1),
                ..
            })
        ),
        "{got:?}"
    );
    let theirs = fs::read_to_string(folder.join("wish_full_20240501_001.csv")).unwrap();
    assert_eq!(theirs, "theirs");
    let again = resend(
        &mut campaign.store,
        &dir,
        ExportSeq(1),
        (&act("c"), request.day),
    )
    .unwrap();
    assert_eq!(again.rows, 1);
}

#[test]
fn the_long_form_shows_questions_and_duplicates() {
    let pages = [
        card("1", &said("?yes", "07,73", "")),
        rejected(crate::doubt::Reason::BlankPage),
    ];
    let (mut campaign, pages) = Campaign::with(&pages);
    let copy = crate::store::NewFile {
        name: "in/b.tif",
        sha256: crate::digest::Digest::of(b"in/a.tif"),
        bytes: 9,
        pages: 2,
    };
    let mut run = begin(&campaign.store, false);
    campaign.store.record_copy(&mut run, &copy).unwrap();
    let mut out = Vec::new();
    assert_eq!(write_long(&campaign.store, &mut out).unwrap(), 6);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text,
        "file,page,field,value,review\n\
         in/a.tif,0,wish,yes,1\nin/a.tif,0,phone,\"07,73\",0\nin/a.tif,0,name,,0\n\
         in/b.tif,0,wish,yes,1\nin/b.tif,0,phone,\"07,73\",0\nin/b.tif,0,name,,0\n"
    );
    campaign.decide(pages[0], "wish", "no");
    let rows = long_rows(&campaign.store).unwrap();
    assert_eq!((rows[0].value.as_str(), rows[0].review), ("no", 0));
}

#[test]
fn the_long_form_says_nothing_of_what_may_be_a_my_number_until_it_is_answered() {
    let (mut campaign, pages) = Campaign::with(&[suspect("1", "983205673214")]);
    let written = |campaign: &Campaign| {
        let mut out = Vec::new();
        write_long(&campaign.store, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(written(&campaign).contains("in/a.tif,0,phone,,1\nin/a.tif,0,memo,ink,1\n"));
    assert_eq!(long_rows(&campaign.store).unwrap()[0].value, "983205673214");
    campaign.decide(pages[0], "phone", "0773");
    assert!(written(&campaign).contains("in/a.tif,0,phone,0773,0\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_goes_out_comes_in(values in proptest::collection::vec("[ -~あ-ん亜\r\n\",]{0,8}", 1..6)) {
        let pages: Vec<PageOutcome> = (0..)
            .zip(&values)
            .map(|(n, value): (usize, &String)| {
                let mut page = card(&n.to_string(), &said("yes", "", ""));
                record_of(&mut page).fields[2].verdict.value.clone_from(value);
                page
            })
            .collect();
        let (mut campaign, _) = Campaign::with(&pages);
        for profile in ["utf8", "cp932"] {
            let sent = campaign.export(profile, false);
            let bytes = fs::read(sent.path.unwrap()).unwrap();
            let text = match profile {
                "utf8" => String::from_utf8(bytes).unwrap(),
                _ => encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned(),
            };
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let back: Vec<String> = reader.records().map(|r| r.unwrap()[3].to_owned()).collect();
            let wanted: Vec<String> = values
                .iter()
                .map(|value| match profile {
                    "utf8" => value.clone(),
                    _ => value.replace("\r\n", " ").replace(['\r', '\n'], " "),
                })
                .collect();
            prop_assert_eq!(&back, &wanted);
        }
    }
}
