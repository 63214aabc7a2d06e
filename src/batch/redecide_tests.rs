//! Judging again changes what the rules change, and nothing else.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;
use crate::books::Books;
use crate::calendar::Day;
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{CrossMeans, FieldId, Form, Zone};
use crate::geom::Rect;
use crate::pipeline::{FieldRecord, PageOutcome};
use crate::read::{Content, Crop, MarkMeasures, MarkState, OptionReading, Reading, TextReading};
use crate::store::fixtures::*;
use crate::store::{Answer, AnswerStatus, Bucket, Purpose, QuestionFilter, QuestionRow, Timestamp};

const FIELDS: [&str; 3] = ["wish", "phone", "name"];

/// The form, with what a cross means in `wish`.
fn library(cross: CrossMeans) -> Library {
    changed(|form| {
        for field in &mut form.sides[0].fields {
            if let Zone::Marks(zone) = &mut field.zone {
                zone.cross_means = cross;
            }
        }
    })
}

fn changed(change: impl FnOnce(&mut Form)) -> Library {
    let mut new = Form::clone(&form(&FIELDS).forms()[0]);
    change(&mut new);
    Library::new(vec![Arc::new(new)])
}

/// What stands in one box.
#[derive(Clone, Copy, Debug)]
struct Ink(MarkState, f64);

const CLEAR: Ink = Ink(MarkState::Tick, 1.0);
const EMPTY: Ink = Ink(MarkState::Empty, 0.01);
const CROSS: Ink = Ink(MarkState::Crossed, 0.9);

fn marks(ink: [Ink; 2]) -> Content {
    let option = |(value, Ink(state, relative)): (&str, Ink)| OptionReading {
        value: value.into(),
        state,
        selected: Confidence::new(relative),
        kinds: Vec::new(),
        measures: MarkMeasures {
            relative,
            box_share: relative / 3.0,
            ..MarkMeasures::default()
        },
    };
    Content::Marks {
        options: ["yes", "no"].into_iter().zip(ink).map(option).collect(),
    }
}

fn text(text: &str, score: f64) -> Content {
    let reading = |engine: &str| TextReading {
        engine: engine.into(),
        text: text.into(),
        score,
        confidence: None,
        alternatives: vec![("別".into(), score / 7.0)],
        alphabet_doubt: false,
        ink_share: if text.is_empty() { 0.0 } else { 0.1 },
        listed: Vec::new(),
        shaped: Vec::new(),
        characters: Vec::new(),
    };
    Content::Text {
        readings: vec![reading("a"), reading("b")],
    }
}

/// A card as the journey would record it: judged by `library`.
fn judged_card(library: &Library, key: &str, contents: [Content; 3]) -> PageOutcome {
    let readings: Vec<Reading> = FIELDS
        .iter()
        .zip(contents)
        .map(|(id, content)| Reading {
            field: FieldId((*id).into()),
            engine: "marks-0".into(),
            content,
            doubts: Vec::new(),
            crop_area: Rect::new(0.0, 0.0, 1.0, 1.0),
        })
        .collect();
    let mut outcome = card(key, &[]);
    let record = record_of(&mut outcome);
    let context = Context {
        today: Day::new(2024, 5, 1).unwrap(),
        key: Some(key).filter(|k| !k.is_empty()),
    };
    let side = &library.forms()[0].sides[0];
    let judged = pipeline::judge(side, &readings, (&[], &record.margin), &context);
    record.doubts = judged.doubts;
    let pairs = readings.into_iter().zip(judged.verdicts);
    record.fields = pairs
        .map(|(reading, verdict)| FieldRecord {
            crop: Crop {
                png: format!("picture of {}", reading.field).into_bytes(),
            },
            reading,
            verdict,
        })
        .collect();
    outcome
}

fn wish(library: &Library, key: &str, ink: [Ink; 2]) -> PageOutcome {
    let contents = [marks(ink), text("090-1234-5678", 0.95), text("", 0.0)];
    judged_card(library, key, contents)
}

struct Nobody;

impl Watcher for Nobody {
    fn settled(&mut self, _changed: Option<&RedecidedPage<'_>>) {}
}

fn redecide_all(store: &mut Store, library: &Library) -> Redecisions {
    let pages: Vec<PageId> = ids(store);
    redecide_some(store, library, &pages)
}

fn ids(store: &Store) -> Vec<PageId> {
    let all = store.read_pages(None).unwrap();
    all.into_iter().map(|(page, _)| page).collect()
}

fn redecide_some(store: &mut Store, library: &Library, pages: &[PageId]) -> Redecisions {
    let mut run = begin_for(store, Purpose::Redecide);
    let both = (&mut *store, &mut run);
    let done = redecide(pages, library, both, &mut Nobody, &AtomicBool::new(false)).unwrap();
    let later: Timestamp = at("2024-06-01T00:00:00Z");
    store.finish_run(&run, &later).unwrap();
    assert_eq!(run.id().is_some(), done.changed > 0);
    Books::of(store).unwrap().balances().unwrap();
    assert_eq!(store.audit_break().unwrap(), None);
    done
}

fn open(store: &Store) -> Vec<QuestionRow> {
    store.questions(&QuestionFilter::default()).unwrap()
}

fn answer(store: &Store, page: PageId, field: &str) -> (AnswerStatus, Option<String>) {
    let all = store.answers(page).unwrap();
    let row = all.into_iter().find(|a| a.field == field).unwrap();
    (row.status, row.value)
}

fn record(store: &mut Store, pages: &[PageOutcome]) -> Vec<PageId> {
    let mut run = begin(store, false);
    let recorded = record_all(store, &mut run, "in/a.tif", pages);
    recorded.into_iter().map(Recorded::page).collect()
}

#[test]
fn another_rule_closes_a_question_and_the_old_reading_stays() {
    let (_dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    let page = record(&mut store, &[wish(&ask, "1", [CROSS, EMPTY])])[0];
    assert_eq!(open(&store)[0].reason, Reason::XMark);

    let done = redecide_all(&mut store, &library(CrossMeans::Selected));
    assert_eq!((done.pages, done.changed), (1, 1));
    let yes = (AnswerStatus::Accepted, Some("yes".to_owned()));
    assert_eq!(answer(&store, page, "wish"), yes);
    assert!(open(&store).is_empty());
    assert_eq!(store.page(page).unwrap().bucket, Bucket::Read);

    let readings = store.readings(page).unwrap();
    assert_eq!(readings.len(), 6);
    let (old, new) = readings.split_at(3);
    for (old, new) in old.iter().zip(new) {
        assert_eq!((&old.raw, &old.engine), (&new.raw, &new.engine));
        assert_eq!(old.crop, new.crop);
        assert_eq!((old.current, new.current), (false, true));
        assert!(store.picture(&new.crop.unwrap()).is_ok());
    }
    assert_eq!(old[0].status, AnswerStatus::Question);
    let rows = dump(&store, &[]);
    assert!(rows.contains("reread=0"), "{rows}");
    assert!(rows.contains("redecide=1"), "{rows}");
    assert!(rows.contains(&format!("redecided_from={}", old[0].outcome)));
    // A second time nothing is left to change; a third rule is judged from the same measures.
    let before = dump(&store, &[]);
    assert_eq!(
        redecide_all(&mut store, &library(CrossMeans::Selected)).changed,
        0
    );
    assert_eq!(dump(&store, &[]), before);
    redecide_all(&mut store, &library(CrossMeans::No));
    assert_eq!(answer(&store, page, "wish").0, AnswerStatus::Blank);
    let from = format!("redecided_from={}", old[0].outcome);
    assert_eq!(dump(&store, &[]).matches(&from).count(), 2);
}

#[test]
fn another_rule_opens_a_question_and_what_was_open_keeps_its_number() {
    let (_dir, mut store) = store();
    let lax = library(CrossMeans::Selected);
    let contents = [marks([CROSS, EMPTY]), text("12", 0.95), text("", 0.0)];
    let page = record(&mut store, &[judged_card(&lax, "1", contents)])[0];
    let phone = open(&store);
    assert_eq!(phone.len(), 1);

    redecide_all(&mut store, &library(CrossMeans::Ask));
    assert_eq!(answer(&store, page, "wish").0, AnswerStatus::Question);
    let now = open(&store);
    assert_eq!(now.len(), 2);
    assert_eq!(now[0].id, phone[0].id);
    assert_eq!(now[1].reason, Reason::XMark);
}

#[test]
fn what_a_person_said_holds() {
    let (_dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    let inks = [
        [CROSS, EMPTY],
        [CLEAR, EMPTY],
        [CROSS, EMPTY],
        [CROSS, EMPTY],
    ];
    let cards: Vec<PageOutcome> = (0..4)
        .map(|n| wish(&ask, &n.to_string(), inks[n]))
        .collect();
    let pages = record(&mut store, &cards);
    let no = || Answer::Value("no".into());
    store
        .decide(&[
            says(pages[0], "wish", no()),
            says(pages[1], "wish", no()),
            says(pages[2], "wish", Answer::Hold),
            says_of_page(pages[3], Answer::Returned),
        ])
        .unwrap();
    redecide_all(&mut store, &library(CrossMeans::Selected));
    let decided = (AnswerStatus::Decided, Some("no".to_owned()));
    assert_eq!(answer(&store, pages[0], "wish"), decided);
    assert_eq!(answer(&store, pages[1], "wish"), decided);
    // On hold it stays, though the machine is sure now.
    assert_eq!(answer(&store, pages[2], "wish").0, AnswerStatus::Question);
    let reasons: Vec<Reason> = open(&store).iter().map(|q| q.reason).collect();
    assert_eq!(reasons, [Reason::ManualHold]);

    // And the other way: no question where somebody answered, none on a page that is set aside.
    redecide_all(&mut store, &library(CrossMeans::Ask));
    assert_eq!(answer(&store, pages[0], "wish"), decided);
    assert_eq!(open(&store).len(), 1);
    assert_eq!(store.page(pages[3]).unwrap().bucket, Bucket::SetAside);
    // Taken back, it asks.
    store
        .decide(&[says_of_page(pages[3], Answer::Accept)])
        .unwrap();
    let open: Vec<PageId> = open(&store).iter().map(|q| q.page_id).collect();
    assert_eq!(open, [pages[2], pages[3]]);
    Books::of(&store).unwrap().balances().unwrap();
}

#[test]
fn reading_again_leaves_hold_and_set_aside_in_balance_too() {
    let (_dir, mut store) = store();
    let card_of = |wish: &str| [card("1", &[("wish", wish)]), card("2", &[("wish", wish)])];
    let pages = record(&mut store, &card_of("?yes"));
    store
        .decide(&[
            says(pages[0], "wish", Answer::Hold),
            says_of_page(pages[1], Answer::Returned),
        ])
        .unwrap();
    for wish in ["yes", "?no"] {
        let mut again = begin(&store, true);
        record_all(&mut store, &mut again, "in/a.tif", &card_of(wish));
        Books::of(&store).unwrap().balances().unwrap();
        assert_eq!(open(&store).len(), 1, "{wish}");
    }
}

#[test]
fn the_later_of_two_cards_asks_as_long_as_they_differ() {
    let (_dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    let cards = [
        wish(&ask, "7", [CROSS, EMPTY]),
        wish(&ask, "7", [CLEAR, EMPTY]),
    ];
    let pages = record(&mut store, &cards);
    let asking = |store: &Store| -> Vec<(PageId, Reason)> {
        open(store).iter().map(|q| (q.page_id, q.reason)).collect()
    };
    let both = [(pages[0], Reason::XMark), (pages[1], Reason::KeyDuplicate)];
    assert_eq!(asking(&store), both);
    // The first card's cross means yes: both say the same.
    redecide_all(&mut store, &library(CrossMeans::Selected));
    assert_eq!(asking(&store), []);
    // It means no: they differ again, and the later one asks.
    redecide_all(&mut store, &library(CrossMeans::No));
    assert_eq!(asking(&store), [(pages[1], Reason::KeyDuplicate)]);
}

#[test]
fn a_form_that_asks_other_things_judges_nothing() {
    let (_dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    record(&mut store, &[wish(&ask, "1", [CROSS, EMPTY])]);
    let before = dump(&store, &[]);
    let selected = |form: &mut Form| {
        if let Zone::Marks(zone) = &mut form.sides[0].fields[0].zone {
            zone.cross_means = CrossMeans::Selected;
        }
    };
    let others = [
        changed(|form| {
            selected(form);
            form.edition = 2;
        }),
        changed(|form| {
            selected(form);
            form.sides[0].fields.pop();
        }),
        changed(|form| {
            selected(form);
            if let Zone::Marks(zone) = &mut form.sides[0].fields[0].zone {
                zone.options.reverse();
            }
        }),
        Library::new(Vec::new()),
    ];
    for other in &others {
        let done = redecide_all(&mut store, other);
        assert_eq!((done.changed, done.without_form), (0, 1));
        assert_eq!(dump(&store, &[]), before);
    }
}

#[test]
fn measures_of_another_program_are_left() {
    let (dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    record(&mut store, &[wish(&ask, "1", [CROSS, EMPTY])]);
    let db = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
    db.execute_batch(
        "DROP TRIGGER readings_stay; UPDATE readings SET raw = '{\"content\":{\"kind\":\"runes\"}}'",
    )
    .unwrap();
    let done = redecide_all(&mut store, &library(CrossMeans::Selected));
    assert_eq!((done.changed, done.without_measures), (0, 1));
}

#[test]
fn a_note_in_the_margin_is_judged_again_and_the_barcode_is_not() {
    let (_dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    let mut page = wish(&ask, "", [CLEAR, EMPTY]);
    record_of(&mut page).doubts = vec![
        Doubt::new(Reason::KeyUnreadable),
        Doubt::new(Reason::MarginNote),
    ];
    record_of(&mut page).margin.pieces = 2;
    record(&mut store, &[page]);
    redecide_all(&mut store, &ask);
    let reasons: Vec<Reason> = open(&store).iter().map(|q| q.reason).collect();
    assert_eq!(reasons, [Reason::KeyUnreadable]);
}

#[test]
fn a_page_whose_margin_cannot_be_understood_is_left_alone() {
    let (dir, mut store) = store();
    let ask = library(CrossMeans::Ask);
    let mut page = wish(&ask, "12", [CLEAR, EMPTY]);
    record_of(&mut page).doubts = vec![Doubt::new(Reason::MarginNote)];
    record_of(&mut page).margin.pieces = 2;
    record(&mut store, &[page]);
    let other = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
    other
        .execute_batch("UPDATE outcomes SET margin = '{\"pieces\": \"two\"}'")
        .unwrap();
    let done = redecide_all(&mut store, &ask);
    assert_eq!((done.changed, done.without_measures), (0, 1));
    let reasons: Vec<Reason> = open(&store).iter().map(|q| q.reason).collect();
    assert_eq!(reasons, [Reason::MarginNote]);
}

#[test]
fn stopped_between_two_pages_it_goes_on_and_ends_the_same() {
    let ask = library(CrossMeans::Ask);
    let new = library(CrossMeans::Selected);
    let cards: Vec<PageOutcome> = (0..6)
        .map(|n| wish(&ask, &n.to_string(), [CROSS, EMPTY]))
        .collect();
    let but = ["runs", "audit", "outcomes.run_id"];
    let said = |store: &Store| {
        dump(store, &but)
            .replace("runs:\n", "")
            .replace("audit:\n", "")
    };
    let (_dir, mut straight) = store();
    record(&mut straight, &cards);
    redecide_all(&mut straight, &new);

    let (_dir, mut store) = store();
    let pages = record(&mut store, &cards);
    assert_eq!(redecide_some(&mut store, &new, &pages[..2]).changed, 2);
    let mut run = begin_for(&store, Purpose::Redecide);
    let both = (&mut store, &mut run);
    let stopped = redecide(&pages, &new, both, &mut Nobody, &AtomicBool::new(true)).unwrap();
    assert!(stopped.interrupted && stopped.pages == 0);
    assert_eq!(redecide_all(&mut store, &new).changed, 4);
    assert_eq!(said(&store), said(&straight));
}

fn any_ink() -> impl Strategy<Value = Ink> {
    let state = prop_oneof![
        Just(MarkState::Empty),
        Just(MarkState::Tick),
        Just(MarkState::Filled),
        Just(MarkState::Circled),
        Just(MarkState::Crossed),
        Just(MarkState::Struck),
        Just(MarkState::Ghost),
        Just(MarkState::Foreign),
    ];
    (state, 0.0..1.2_f64).prop_map(|(state, relative)| Ink(state, relative))
}

fn any_card() -> impl Strategy<Value = (u8, [Ink; 2], String, f64)> {
    let phone = prop_oneof!["0[1-9][0-9]{8}", "[0-9]{0,5}", ""];
    (0..4_u8, [any_ink(), any_ink()], phone, 0.0..1.0_f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_unchanged_program_changes_nothing(
        stack in proptest::collection::vec(any_card(), 1..8),
        decided in proptest::collection::vec((0_usize..8, 0_usize..4), 0..5),
    ) {
        let (_dir, mut store) = store();
        let ask = library(CrossMeans::Ask);
        let cards: Vec<PageOutcome> = stack
            .iter()
            .map(|(key, ink, phone, score)| {
                let contents = [marks(*ink), text(phone, *score), text("佐藤", *score)];
                judged_card(&ask, &key.to_string(), contents)
            })
            .collect();
        let pages = record(&mut store, &cards);
        for (page, what) in decided {
            let page = pages[page % pages.len()];
            let decision = match what {
                0 => says(page, "wish", Answer::Value("no".into())),
                1 => says(page, "phone", Answer::Hold),
                2 => says_of_page(page, Answer::Returned),
                _ => says_of_page(page, Answer::Accept),
            };
            store.decide(&[decision]).unwrap();
        }
        let before = dump(&store, &[]);
        prop_assert_eq!(redecide_all(&mut store, &ask).changed, 0);
        prop_assert_eq!(&dump(&store, &[]), &before);
        // There and back again: what holds is what held, and again nothing is left to change.
        let held = |store: &Store| -> Vec<_> {
            pages.iter().flat_map(|p| store.answers(*p).unwrap())
                .map(|a| (a.page_id, a.field, a.status, a.value)).collect()
        };
        let answers = held(&store);
        redecide_all(&mut store, &library(CrossMeans::Selected));
        redecide_all(&mut store, &ask);
        prop_assert_eq!(held(&store), answers);
        let after = dump(&store, &[]);
        prop_assert_eq!(redecide_all(&mut store, &ask).changed, 0);
        prop_assert_eq!(dump(&store, &[]), after);
    }
}

#[test]
fn a_remark_on_the_side_asks_about_its_legal_choices_only() {
    use crate::read::MarginInk;
    use crate::validate::Status;
    for (consent, written, wanted) in [
        (true, 30.0, Status::Question),
        (true, 3.0, Status::Accepted),
        (false, 30.0, Status::Accepted),
    ] {
        let library = changed(|form| {
            form.sides[0].margin_notes = true;
            form.sides[0].fields[0].consent = consent;
        });
        let side = &library.forms()[0].sides[0];
        let wish = Reading {
            field: FieldId(FIELDS[0].into()),
            engine: "marks-0".into(),
            content: marks([CLEAR, EMPTY]),
            doubts: Vec::new(),
            crop_area: Rect::new(0.0, 0.0, 1.0, 1.0),
        };
        let margin = MarginInk {
            area_mm2: written,
            ..MarginInk::default()
        };
        let context = Context {
            today: Day::new(2024, 5, 1).unwrap(),
            key: None,
        };
        let judged = pipeline::judge(side, &[wish], (&[], &margin), &context);
        assert_eq!(judged.verdicts[0].status, wanted, "{consent} {written}");
        assert_eq!(judged.doubts.is_empty(), written < 10.0);
    }
}
