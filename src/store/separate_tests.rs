//! Pictures of several cards, separated and put together again.

use super::*;
use crate::books::Books;
use crate::doubt::Reason;
use crate::store::fixtures::*;
use crate::store::{Bucket, PageRow, Purpose, QuestionFilter, QuestionState};

fn info(who: &str) -> RunInfo {
    RunInfo {
        program: "hagaki 0".into(),
        who: who.into(),
        at: at(NOON),
        received: "2024-05-01".parse().unwrap(),
        purpose: Purpose::Reread,
    }
}

fn half(left: bool) -> Region {
    let from = if left { 0.0 } else { 0.5 };
    Region::new([from, 0.0], [from + 0.5, 1.0]).unwrap()
}

fn separate(
    store: &mut Store,
    (page, question, lease): (i64, i64, Option<&str>),
    outcomes: &[PageOutcome; 2],
) -> Repaired<Vec<PageId>> {
    let original = store.original(PageId(page)).unwrap().unwrap();
    let pixels = [Digest::of(b"left"), Digest::of(b"right")];
    let hints = Hints::default();
    let parts = [0, 1].map(|at| NewPart {
        region: half(at == 0),
        pixels: &pixels[at],
        outcome: &outcomes[at],
        hints: &hints,
    });
    let by = (QuestionId(question), lease);
    store
        .separate_page(&info("sato"), by, (&original, &parts))
        .unwrap()
}

fn rejecting() -> (tempfile::TempDir, Store) {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
    (dir, store)
}

fn pages(store: &Store) -> Vec<(String, Bucket)> {
    let all = store.pages().unwrap().into_iter();
    all.map(|PageRow { file, bucket, .. }| (file, bucket))
        .collect()
}

fn balanced(store: &Store) {
    assert_eq!(Books::of(store).unwrap().balances(), Ok(()));
    assert_eq!(store.audit_break().unwrap(), None);
}

fn two_cards() -> [PageOutcome; 2] {
    let phone = [("wish", "yes"), ("phone", "?0773")];
    [card("1", &phone), rejected(Reason::RegResidual)]
}

#[test]
fn every_part_is_a_page_of_its_own_in_one_bucket() {
    let (_dir, mut store) = rejecting();
    let done = separate(&mut store, (1, 1, None), &two_cards());
    assert_eq!(done, Repaired::Done(vec![PageId(2), PageId(3)]));
    let wanted = [
        ("a".to_owned(), Bucket::Separated),
        ("a#1".to_owned(), Bucket::Review),
        ("a#2".to_owned(), Bucket::Rejected),
    ];
    assert_eq!(pages(&store), wanted);
    let old = store.question(QuestionId(1)).unwrap();
    assert_eq!(old.state, QuestionState::Superseded);
    let asked = store.questions(&QuestionFilter::default()).unwrap();
    let asked: Vec<_> = asked.iter().map(|q| (q.page_id, q.reason)).collect();
    assert_eq!(
        asked,
        [
            (PageId(2), Reason::MultiMark),
            (PageId(3), Reason::RegResidual)
        ]
    );
    // The whole is read again by nobody, the parts where they lie, on the whole's day.
    assert!(store.original(PageId(1)).unwrap().is_none());
    let part = store.original(PageId(3)).unwrap().unwrap();
    assert_eq!((part.region, part.origin.page), (Some(half(false)), 0));
    assert_eq!(part.received, "2024-05-01".parse().unwrap());
    let books = Books::of(&store).unwrap();
    assert_eq!(
        (books.files.pages_declared, books.files.parts_declared),
        (1, 2)
    );
    assert_eq!(books.difference, 0);
    assert!(
        books
            .table(crate::lang::Lang::En)
            .contains("cards out of them")
    );
    let said = store.audit().unwrap();
    let said = said.iter().find(|row| row.what == "page.separate").unwrap();
    assert_eq!(
        (said.who.as_str(), said.subject.as_str()),
        ("sato", "page 1 into 2 3")
    );
    balanced(&store);
    // The question is gone, and with it the right to do it again.
    assert!(store.question(QuestionId(1)).unwrap().state != QuestionState::Open);
}

#[test]
fn a_part_that_was_lost_shows_in_the_books() {
    let (dir, mut store) = rejecting();
    separate(&mut store, (1, 1, None), &two_cards());
    let other = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
    other
        .execute_batch(
            "PRAGMA foreign_keys = OFF; DELETE FROM questions WHERE page_id = 3;
             DELETE FROM outcomes WHERE page_id = 3; DELETE FROM pages WHERE id = 3",
        )
        .unwrap();
    let books = Books::of(&store).unwrap();
    assert_eq!(books.difference, 1);
    assert!(books.balances().is_err());
}

#[test]
fn a_lease_separates_once() {
    let (_dir, mut store) = rejecting();
    let token = lease(&mut store);
    let unknown = "3".repeat(32);
    let original = store.original(PageId(1)).unwrap().unwrap();
    let taken = separate(&mut store, (1, 1, Some(&unknown)), &two_cards());
    assert_eq!(taken, Repaired::TakenBack);
    let done = separate(&mut store, (1, 1, Some(&token)), &two_cards());
    assert!(matches!(done, Repaired::Done(_)));
    let info = info("sato");
    let again = store.separate_page(&info, (QuestionId(1), Some(&token)), (&original, &[]));
    assert_eq!(again.unwrap(), Repaired::TakenBack);
    let again = store.separate_page(&info, (QuestionId(1), None), (&original, &[]));
    assert_eq!(again.unwrap(), Repaired::Meanwhile);
    assert_eq!(pages(&store).len(), 3);
    balanced(&store);
}

#[test]
fn a_separation_is_taken_back_while_nobody_else_spoke_of_its_parts() {
    let (_dir, mut store) = rejecting();
    separate(&mut store, (1, 1, None), &two_cards());
    let Repaired::Done(question) = store.rejoin_page(&info("sato"), PageId(1)).unwrap() else {
        panic!("not taken back");
    };
    let wanted = [Bucket::Rejected, Bucket::SetAside, Bucket::SetAside];
    let buckets: Vec<Bucket> = pages(&store).into_iter().map(|(_, b)| b).collect();
    assert_eq!(buckets, wanted);
    let asked = store.questions(&QuestionFilter::default()).unwrap();
    assert_eq!((asked.len(), asked[0].id), (1, question));
    balanced(&store);
    let again = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
    assert_eq!(again, Repaired::Meanwhile);
    // Separated once more, the new parts are counted on; a word of another keeps them.
    let cards = [card("1", &[("wish", "?yes")]), card("2", &[("wish", "no")])];
    separate(&mut store, (1, question.0, None), &cards);
    assert_eq!(pages(&store)[3].0, "a#3");
    let no = NewDecision {
        act: act("tanaka"),
        ..says(PageId(4), "wish", Answer::Value("no".into()))
    };
    store.decide(&[no]).unwrap();
    let kept = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
    assert_eq!(kept, Repaired::Meanwhile);
    assert_eq!(store.page(PageId(4)).unwrap().bucket, Bucket::Read);
    balanced(&store);
}

#[test]
fn a_part_is_separated_again_and_read_again_where_it_lies() {
    let (_dir, mut store) = rejecting();
    let both = [rejected(Reason::UnknownForm), card("1", &[("wish", "yes")])];
    separate(&mut store, (1, 1, None), &both);
    let cards = [card("2", &[("wish", "yes")]), card("3", &[("wish", "no")])];
    let done = separate(&mut store, (2, 2, None), &cards);
    assert_eq!(done, Repaired::Done(vec![PageId(4), PageId(5)]));
    assert_eq!(store.page(PageId(5)).unwrap().file, "a#4");
    balanced(&store);
    let parts = store.parts_at(&origin("a", 0)).unwrap();
    let parts: Vec<PageId> = parts.iter().map(|part| part.page).collect();
    assert_eq!(parts, [3, 4, 5].map(PageId));
    assert!(store.parts_at(&origin("b", 0)).unwrap().is_empty());
    let mut run = begin(&store, true);
    let (pixels, read) = (Digest::of(b"p"), card("1", &[("wish", "no")]));
    let place = origin("a", 0);
    store
        .reread_part(&mut run, (PageId(3), &place), (&pixels, &read))
        .unwrap();
    let answers = store.answers(PageId(3)).unwrap();
    assert_eq!(answers[0].value.as_deref(), Some("no"));
    assert_eq!(store.readings(PageId(3)).unwrap().len(), 2);
    balanced(&store);
    // A part that was separated keeps the whole from being put together again.
    let whole = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
    assert_eq!(whole, Repaired::Meanwhile);
}

#[test]
fn what_people_said_of_the_whole_is_asked_again_of_the_cards_in_it() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let read = card("1", &[("wish", "?yes"), ("phone", "0773"), ("memo", "?x")]);
    record_all(&mut store, &mut run, "a", &[read]);
    let no = says(PageId(1), "wish", Answer::Value("no".into()));
    let mended = says(PageId(1), "phone", Answer::Value("0774".into()));
    store.decide(&[no, mended]).unwrap();
    // Nobody asked about the page; who sees two cards in it does.
    let asked = store.ask_about_page(&act("sato"), PageId(1)).unwrap();
    let Repaired::Done(question) = asked else {
        panic!("{asked:?}");
    };
    let again = store.ask_about_page(&act("tanaka"), PageId(1)).unwrap();
    assert_eq!(again, Repaired::Done(question));
    assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Review);
    // On the first card the machine is sure by now; the second is of no form that it knows.
    let cards = [
        card("1", &[("wish", "yes"), ("phone", "0773"), ("memo", "?x")]),
        rejected(Reason::UnknownForm),
    ];
    let done = separate(&mut store, (1, question.0, None), &cards);
    assert_eq!(done, Repaired::Done(vec![PageId(2), PageId(3)]));
    let asked = store.questions(&QuestionFilter::default()).unwrap();
    let asked: Vec<_> = asked
        .iter()
        .map(|q| (q.page_id.0, q.subject.field().to_owned(), q.reason))
        .collect();
    let wanted = [
        (2, "memo".to_owned(), Reason::MultiMark),
        (2, "wish".to_owned(), Reason::ManualHold),
        (2, "phone".to_owned(), Reason::ManualHold),
        (3, String::new(), Reason::UnknownForm),
    ];
    assert_eq!(asked, wanted);
    let words: Vec<_> = store.answers(PageId(2)).unwrap();
    let words: Vec<_> = words.iter().map(|a| a.value.as_deref()).collect();
    assert_eq!(words, [None; 3], "nothing leaves before a person looked");
    balanced(&store);
    // One card after all: it stands as it was read, and so do people's words.
    let Repaired::Done(question) = store.rejoin_page(&info("sato"), PageId(1)).unwrap() else {
        panic!("not taken back");
    };
    let page = store.page(PageId(1)).unwrap();
    assert_eq!(
        (page.bucket, page.key.as_deref()),
        (Bucket::Review, Some("1"))
    );
    let words: Vec<_> = store.answers(PageId(1)).unwrap();
    let words: Vec<_> = words.iter().map(|a| a.value.as_deref()).collect();
    assert_eq!(words, [Some("no"), Some("0774"), None]);
    let open = store.questions(&QuestionFilter::default()).unwrap();
    let open: Vec<_> = open.iter().map(|q| q.subject.field()).collect();
    assert_eq!(open, ["memo", ""]);
    balanced(&store);
    let right = says_of_page(PageId(1), Answer::Accept);
    store.decide(&[right]).unwrap();
    assert_eq!(
        store.question(question).unwrap().state,
        QuestionState::Answered
    );
    balanced(&store);
}

#[test]
fn a_card_that_shares_no_key_any_more_stops_asking() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let pages = [card("1", &[("wish", "yes")]), card("1", &[("wish", "no")])];
    record_all(&mut store, &mut run, "a", &pages);
    let open = |store: &Store| -> Vec<(i64, Reason)> {
        let all = store.questions(&QuestionFilter::default()).unwrap();
        all.iter().map(|q| (q.page_id.0, q.reason)).collect()
    };
    let differ = (2, Reason::KeyDuplicate);
    assert_eq!(open(&store), [differ]);
    let asked = store.ask_about_page(&act("sato"), PageId(1)).unwrap();
    let Repaired::Done(question) = asked else {
        panic!("{asked:?}");
    };
    let cards = ["5", "6"].map(|key| card(key, &[("wish", "yes")]));
    separate(&mut store, (1, question.0, None), &cards);
    assert_eq!(open(&store), []);
    store.rejoin_page(&info("sato"), PageId(1)).unwrap();
    let mut again = open(&store);
    again.sort_by_key(|asked| asked.0);
    assert_eq!(again, [(1, Reason::ManualHold), differ]);
    balanced(&store);
}
