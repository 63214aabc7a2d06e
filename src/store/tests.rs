//! What is kept stays kept, whole, once, and as it was said.

/// Killed at any moment, out of room, locked out.
mod crash;

use proptest::prelude::*;

use super::fixtures::*;
use super::*;
use crate::digest::Digest;
use crate::doubt::Reason;
use crate::pipeline::PageOutcome;

fn bucket(store: &Store, page: PageId) -> Bucket {
    store.page(page).unwrap().bucket
}

fn answer(store: &Store, page: PageId, field: &str) -> (AnswerStatus, Option<String>) {
    let all = store.answers(page).unwrap();
    let row = all.into_iter().find(|a| a.field == field).unwrap();
    (row.status, row.value)
}

fn open(store: &Store) -> Vec<QuestionRow> {
    store.questions(&QuestionFilter::default()).unwrap()
}

#[test]
fn recording_twice_is_recording_once() {
    let (_dir, mut store) = store();
    let pages = [
        card("1", &[("wish", "yes")]),
        rejected(Reason::UnknownForm),
        separator(),
    ];
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "in/a.tif", &pages);
    store.finish_run(&run, &at("2024-05-01T13:00:00Z")).unwrap();
    let before = dump(&store, &[]);

    let mut again = begin(&store, false);
    let recorded = record_all(&mut store, &mut again, "in/a.tif", &pages);
    store
        .finish_run(&again, &at("2024-06-01T13:00:00Z"))
        .unwrap();
    assert!(recorded.iter().all(|r| matches!(r, Recorded::Known(_))));
    assert_eq!(again.id(), None);
    assert_eq!(dump(&store, &[]), before);
}

#[test]
fn a_page_is_kept_with_everything_that_was_read() {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    let fields = [("wish", "yes"), ("name", "?佐藤")];
    let page = record_all(&mut store, &mut run, "in/a.tif", &[card("42", &fields)])[0].page();
    let row = store.page(page).unwrap();
    assert_eq!((row.bucket, row.questions_open), (Bucket::Review, 1));
    assert_eq!(
        (row.key.as_deref(), row.form.as_deref()),
        (Some("42"), Some("wish"))
    );
    assert_eq!(
        answer(&store, page, "wish"),
        (AnswerStatus::Accepted, Some("yes".into()))
    );
    assert_eq!(answer(&store, page, "name"), (AnswerStatus::Question, None));

    let question = store.question(open(&store)[0].id).unwrap();
    assert_eq!(question.proposal.as_deref(), Some("佐藤"));
    assert_eq!(question.reason, Reason::MultiMark);
    assert_eq!(
        question.subject,
        Subject::Field(crate::form::FieldId("name".into()))
    );
    let picture = store.picture(&question.picture.unwrap()).unwrap();
    assert_eq!(picture, "picture of ?佐藤".as_bytes());
    let file = store.png_file(&picture).unwrap();
    assert!(file.starts_with(dir.path().join("store")));
    assert_eq!(fs::read(file).unwrap(), picture);
    let codes: i64 = store
        .db
        .query_row("SELECT count(*) FROM barcodes", [], |r| r.get(0))
        .unwrap();
    assert_eq!(codes, 1);
}

#[test]
fn the_same_picture_twice_is_a_duplicate() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let pages = [card("1", &[("wish", "yes")]), card("1", &[("wish", "yes")])];
    let new = |name| NewFile {
        name,
        sha256: Digest::of(b"two"),
        bytes: 1,
        pages: 2,
    };
    store.record_file(&mut run, &new("in/two.tif")).unwrap();
    let pixels = Digest::of(b"same");
    let place = |page| crate::scan::Origin {
        page,
        ..origin("two", 0)
    };
    let place = |page| crate::scan::Origin {
        file: "in/two.tif".into(),
        ..place(page)
    };
    let first = store
        .record_page(&mut run, &place(0), &pixels, &pages[0])
        .unwrap()
        .page();
    let second = store
        .record_page(&mut run, &place(1), &pixels, &pages[1])
        .unwrap();
    assert!(matches!(second, Recorded::Duplicate { original, .. } if original == first));
    assert_eq!(bucket(&store, second.page()), Bucket::Duplicate);
    assert!(open(&store).is_empty());

    // The same file under another name: known without being read.
    assert!(matches!(
        store
            .known_file("in/copy.tif", &Digest::of(b"two"))
            .unwrap(),
        KnownFile::CopyOf { pages: 2, .. }
    ));
    let copies = store.record_copy(&mut run, &new("in/copy.tif")).unwrap();
    assert_eq!(copies.len(), 2);
    assert!(
        copies
            .iter()
            .all(|c| matches!(c, Recorded::Duplicate { original, .. } if *original == first))
    );
    let before = dump(&store, &[]);
    let known = store.record_copy(&mut run, &new("in/copy.tif")).unwrap();
    assert!(known.iter().all(|c| matches!(c, Recorded::Known(_))));
    assert!(
        store
            .known_file("in/copy.tif", &Digest::of(b"two"))
            .unwrap()
            .is_complete(2)
    );
    assert_eq!(dump(&store, &[]), before);
}

#[test]
fn two_blank_backs_are_two_pages() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let sha256 = Digest::of(b"in/a.tif");
    let file = NewFile {
        name: "in/a.tif",
        sha256,
        bytes: 1,
        pages: 2,
    };
    store.record_file(&mut run, &file).unwrap();
    for page in 0..2 {
        let blank = rejected(Reason::BlankPage);
        let white = Digest::of(b"white");
        let got = store
            .record_page(&mut run, &origin("in/a.tif", page), &white, &blank)
            .unwrap();
        assert_eq!(bucket(&store, got.page()), Bucket::Rejected);
    }
}

#[test]
fn a_page_needs_its_file() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let page = card("1", &[]);
    let got = store.record_page(&mut run, &origin("nowhere", 0), &Digest::of(b""), &page);
    assert!(matches!(got, Err(StoreError::NoSuch { what: "file", .. })));
    assert_eq!(run.id(), None);
}

#[test]
fn reading_again_adds_beside_and_leaves_peoples_words() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let old = card("1", &[("wish", "?yes"), ("phone", "?07"), ("name", "佐藤")]);
    let page = record_all(&mut store, &mut run, "in/a.tif", &[old])[0].page();
    store
        .decide(&[says(page, "wish", Answer::Value("no".into()))])
        .unwrap();

    let mut again = begin(&store, true);
    let new = card(
        "1",
        &[("wish", "?yes"), ("phone", "0773"), ("name", "?佐藤")],
    );
    let recorded = record_all(&mut store, &mut again, "in/a.tif", &[new]);
    assert_eq!(recorded, [Recorded::Reread(page)]);
    assert_eq!(
        answer(&store, page, "wish"),
        (AnswerStatus::Decided, Some("no".into()))
    );
    assert_eq!(
        answer(&store, page, "phone"),
        (AnswerStatus::Accepted, Some("0773".into()))
    );
    assert_eq!(answer(&store, page, "name"), (AnswerStatus::Question, None));
    let fields: Vec<String> = open(&store)
        .iter()
        .map(|q| q.subject.field().into())
        .collect();
    assert_eq!(fields, ["name"]);
    let readings = store.readings(page).unwrap();
    assert_eq!(readings.iter().filter(|r| r.current).count(), 3);
    assert_eq!(readings.len(), 6);
}

#[test]
fn the_latest_decision_holds_and_hold_opens_again() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let page = record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "?yes")])])[0].page();
    let say = |store: &mut Store, answer| store.decide(&[says(page, "wish", answer)]).unwrap();
    say(&mut store, Answer::Value("yes".into()));
    assert_eq!(
        (bucket(&store, page), open(&store).len()),
        (Bucket::Read, 0)
    );
    say(&mut store, Answer::Hold);
    assert_eq!(answer(&store, page, "wish"), (AnswerStatus::Question, None));
    assert_eq!(
        (bucket(&store, page), open(&store).len()),
        (Bucket::Review, 1)
    );
    say(&mut store, Answer::Illegible);
    assert_eq!(
        answer(&store, page, "wish"),
        (AnswerStatus::Illegible, None)
    );
    say(&mut store, Answer::Blank);
    assert_eq!(
        answer(&store, page, "wish"),
        (AnswerStatus::Decided, Some(String::new()))
    );
    assert!(open(&store).is_empty());
    let decisions: i64 = store
        .db
        .query_row("SELECT count(*) FROM decisions", [], |r| r.get(0))
        .unwrap();
    assert_eq!(decisions, 4);
}

#[test]
fn a_hold_on_what_nobody_asked_is_a_question() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let page = record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "yes")])])[0].page();
    store
        .decide(&[
            says(page, "wish", Answer::Hold),
            says_of_page(page, Answer::Hold),
        ])
        .unwrap();
    let reasons: Vec<Reason> = open(&store).iter().map(|q| q.reason).collect();
    assert_eq!(reasons, [Reason::ManualHold; 2]);
    store
        .decide(&[
            says(page, "wish", Answer::Blank),
            says_of_page(page, Answer::Accept),
        ])
        .unwrap();
    assert!(open(&store).is_empty());
    let nothing = store.decide(&[says(page, "other", Answer::Blank)]);
    assert!(matches!(
        nothing,
        Err(StoreError::NoSuch { what: "field", .. })
    ));
}

#[test]
fn a_page_set_aside_asks_nothing_until_it_is_taken_back() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let page = record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "?yes")])])[0].page();
    store
        .decide(&[says_of_page(page, Answer::Returned)])
        .unwrap();
    assert_eq!(
        (bucket(&store, page), open(&store).len()),
        (Bucket::SetAside, 0)
    );
    store.decide(&[says_of_page(page, Answer::Accept)]).unwrap();
    assert_eq!(
        (bucket(&store, page), open(&store).len()),
        (Bucket::Review, 1)
    );
}

#[test]
fn the_same_key_with_other_answers_is_a_question_and_with_equal_ones_is_not() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let yes = || card("7", &[("wish", "yes")]);
    let pages = record_all(
        &mut store,
        &mut run,
        "a",
        &[yes(), yes(), card("7", &[("wish", "no")])],
    );
    let open = open(&store);
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].page_id, open[0].reason),
        (pages[2].page(), Reason::KeyDuplicate)
    );
    assert_eq!(
        open[0].doubts[0].detail,
        Some(format!("page {}", pages[0].page()))
    );
}

#[test]
fn cards_of_one_key_ask_only_while_they_differ() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let pages = [
        card("7", &[("wish", "?yes")]),
        card("7", &[("wish", "yes")]),
    ];
    let pages = record_all(&mut store, &mut run, "a", &pages);
    let (first, second) = (pages[0].page(), pages[1].page());
    let asked = |store: &Store| -> Vec<(PageId, Reason)> {
        let all = open(store).into_iter();
        all.map(|q| (q.page_id, q.reason)).collect()
    };
    let differ = (second, Reason::KeyDuplicate);
    assert_eq!(asked(&store), [(first, Reason::MultiMark), differ]);
    let mut say = |page, subject: &str, answer: &str| {
        let word = match subject {
            "key" => NewDecision {
                subject: Subject::Key,
                ..says(page, "wish", Answer::Value(answer.into()))
            },
            field => says(page, field, Answer::Value(answer.into())),
        };
        store.decide(&[word]).unwrap();
        asked(&store)
    };
    // As soon as both say the same, nobody need look at the second.
    assert_eq!(say(first, "wish", "yes"), []);
    assert_eq!(say(second, "wish", "no"), [differ]);
    // It is another person's card.
    assert_eq!(say(first, "key", "8"), []);
    assert_eq!(say(first, "key", "7"), [differ]);
}

#[test]
fn doubts_of_the_key_and_of_the_page_are_questions_of_their_own() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let mut page = card("", &[("wish", "yes")]);
    record_of(&mut page).key.doubts = vec![Reason::KeyUnreadable.into()];
    record_of(&mut page).doubts = vec![Reason::KeyUnreadable.into(), Reason::MarginNote.into()];
    let page = record_all(&mut store, &mut run, "a", &[page])[0].page();
    let kinds: Vec<(Kind, Reason)> = open(&store)
        .iter()
        .map(|q| (q.subject.kind(), q.reason))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::Page, Reason::MarginNote),
            (Kind::Key, Reason::KeyUnreadable)
        ]
    );
    let key = NewDecision {
        subject: Subject::Key,
        answer: Answer::Value("0012".into()),
        ..says(page, "", Answer::Hold)
    };
    store
        .decide(&[key, says_of_page(page, Answer::Accept)])
        .unwrap();
    let row = store.page(page).unwrap();
    assert_eq!(
        (row.bucket, row.key.as_deref()),
        (Bucket::Read, Some("0012"))
    );
}

#[test]
fn an_unreadable_file_is_counted_once_and_recovers() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let lost = Quarantine {
        name: "in/x.tif",
        sha256: None,
        bytes: None,
        reason: Reason::Unreadable,
        detail: "permission denied",
    };
    let id = store.quarantine_file(&mut run, &lost).unwrap();
    assert_eq!(store.quarantine_file(&mut run, &lost).unwrap(), id);
    assert_eq!(store.count_files().unwrap().quarantined, 1);
    record_all(&mut store, &mut run, "in/x.tif", &[card("1", &[])]);
    let files = store.count_files().unwrap();
    assert_eq!((files.quarantined, files.read, files.replaced), (0, 1, 0));

    // A cut file that came again whole: other bytes, same name.
    let cut = Quarantine {
        sha256: Some(Digest::of(b"cut")),
        name: "in/y.tif",
        ..lost
    };
    store.quarantine_file(&mut run, &cut).unwrap();
    assert_eq!(
        store.count_quarantine().unwrap(),
        [("UNREADABLE".to_owned(), 1)]
    );
    record_all(&mut store, &mut run, "in/y.tif", &[card("2", &[])]);
    let files = store.count_files().unwrap();
    assert_eq!((files.quarantined, files.replaced), (0, 1));
    // What was read stays read.
    let read = Quarantine {
        sha256: Some(Digest::of(b"in/y.tif")),
        name: "in/y.tif",
        ..lost
    };
    store.quarantine_file(&mut run, &read).unwrap();
    assert_eq!(store.count_files().unwrap(), files);
}

/// A file that nobody could read.
fn bad<'a>(name: &'a str, content: &[u8]) -> Quarantine<'a> {
    Quarantine {
        name,
        sha256: Some(Digest::of(content)),
        bytes: Some(content.len() as u64),
        reason: Reason::Unreadable,
        detail: "",
    }
}

#[test]
fn lost_files_stay_in_the_books_when_their_names_come_again() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let counted = |store: &Store| {
        let files = store.count_files().unwrap();
        (files.quarantined, files.replaced, files.copies, files.read)
    };
    for day in [[b"".as_slice(), b"cut 1"], [b"", b"cut 2"]] {
        for (name, content) in ["in/1.jpg", "in/2.tif"].into_iter().zip(day) {
            store
                .quarantine_file(&mut run, &bad(name, content))
                .unwrap();
        }
    }
    assert_eq!(counted(&store), (3, 0, 0, 0));
    record_all(&mut store, &mut run, "in/1.jpg", &[card("1", &[])]);
    record_all(&mut store, &mut run, "in/2.tif", &[card("2", &[])]);
    assert_eq!(counted(&store), (0, 3, 0, 2));
}

#[test]
fn a_bad_file_under_a_second_name_is_a_copy_and_two_empty_files_are_two() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    for name in ["in/a.tif", "in/bad/a.tif"] {
        store.quarantine_file(&mut run, &bad(name, b"cut")).unwrap();
    }
    let files = store.count_files().unwrap();
    assert_eq!((files.quarantined, files.copies), (1, 1));
    for name in ["in/b.jpg", "in/c.jpg"] {
        store.quarantine_file(&mut run, &bad(name, b"")).unwrap();
    }
    let files = store.count_files().unwrap();
    assert_eq!((files.quarantined, files.copies), (3, 1));
    let reasons = store.count_quarantine().unwrap();
    assert_eq!(reasons, [("UNREADABLE".to_owned(), 3)]);
    let before = dump(&store, &[]);
    store
        .quarantine_file(&mut run, &bad("in/bad/a.tif", b"cut"))
        .unwrap();
    assert_eq!(dump(&store, &[]), before);
}

#[test]
fn a_bad_file_that_was_known_by_its_name_alone_gets_its_digest() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let blind = Quarantine {
        sha256: None,
        bytes: None,
        ..bad("in/a.tif", b"")
    };
    let id = store.quarantine_file(&mut run, &blind).unwrap();
    let seen = bad("in/a.tif", b"cut");
    assert_eq!(store.quarantine_file(&mut run, &seen).unwrap(), id);
    // From now on another content is another file.
    let other = bad("in/a.tif", b"cut otherwise");
    assert_ne!(store.quarantine_file(&mut run, &other).unwrap(), id);
    assert_eq!(store.count_files().unwrap().quarantined, 2);
}

#[test]
fn what_could_not_be_looked_at_is_over_when_it_can_be_and_counts_again_when_it_cannot() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let locked = Quarantine {
        sha256: None,
        bytes: None,
        ..bad("in/locked", b"")
    };
    let counted = |store: &Store| {
        let files = store.count_files().unwrap();
        (files.quarantined, files.replaced)
    };
    store.quarantine_file(&mut run, &locked).unwrap();
    assert_eq!(store.unseen().unwrap(), ["in/locked"]);
    store.seen_again(&mut run, "in/locked").unwrap();
    assert_eq!(store.unseen().unwrap(), [""; 0]);
    assert_eq!(counted(&store), (0, 1));
    assert_eq!(store.count_quarantine().unwrap(), []);
    store.quarantine_file(&mut run, &locked).unwrap();
    assert_eq!(counted(&store), (1, 0));
    store.seen_again(&mut run, "in/locked").unwrap();
    // A broken file of that name later is one of its own.
    store
        .quarantine_file(&mut run, &bad("in/locked", b"cut"))
        .unwrap();
    assert_eq!(counted(&store), (1, 1));
}

#[test]
fn a_file_that_turns_out_to_hold_more_pages_says_so() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "in/a.tif", &[card("1", &[])]);
    let sha256 = Digest::of(b"in/a.tif");
    let known = store.known_file("in/a.tif", &sha256).unwrap();
    assert!(known.is_complete(1) && !known.is_complete(2));
    let longer = NewFile {
        name: "in/a.tif",
        sha256,
        bytes: 8,
        pages: 2,
    };
    store.record_file(&mut run, &longer).unwrap();
    let left = store.unfinished_files().unwrap();
    assert_eq!((left.len(), left[0].missing, left[0].waits), (1, 1, true));
    let fewer = NewFile { pages: 1, ..longer };
    store.record_file(&mut run, &fewer).unwrap();
    assert_eq!(store.unfinished_files().unwrap(), left);
}

#[test]
fn a_copy_of_a_half_recorded_file_is_read_where_the_original_ends() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let sha256 = Digest::of(b"two");
    let file = |name| NewFile {
        name,
        sha256,
        bytes: 1,
        pages: 2,
    };
    let place = |name: &str, page| crate::scan::Origin {
        file: name.into(),
        file_sha256: sha256,
        page,
    };
    store.record_file(&mut run, &file("a")).unwrap();
    let page = |n: u8| (card(&n.to_string(), &[("wish", "yes")]), Digest::of(&[n]));
    let (first, pixels) = page(0);
    let first = store
        .record_page(&mut run, &place("a", 0), &pixels, &first)
        .unwrap()
        .page();

    // The run was cut; the original is gone, its copy is there.
    assert_eq!(store.known_file("b", &sha256).unwrap(), KnownFile::New);
    store.record_file(&mut run, &file("b")).unwrap();
    let (again, pixels) = page(0);
    let again = store
        .record_page(&mut run, &place("b", 0), &pixels, &again)
        .unwrap();
    assert!(matches!(again, Recorded::Duplicate { original, .. } if original == first));
    let (second, pixels) = page(1);
    let second = store
        .record_page(&mut run, &place("b", 1), &pixels, &second)
        .unwrap();
    assert!(matches!(second, Recorded::New(_)));
    // And when the original comes back, its rest is what the copy already gave.
    let (second_again, pixels) = page(1);
    let last = store
        .record_page(&mut run, &place("a", 1), &pixels, &second_again)
        .unwrap();
    assert!(matches!(last, Recorded::Duplicate { original, .. } if original == second.page()));
}

#[test]
fn what_was_said_cannot_be_changed() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let page = record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "?yes")])])[0].page();
    store.decide(&[says(page, "wish", Answer::Blank)]).unwrap();
    for change in [
        "UPDATE readings SET value = 'no'",
        "UPDATE decisions SET value = 'no'",
        "UPDATE audit SET who = 'other'",
        "DELETE FROM audit WHERE seq = 1",
    ] {
        assert!(store.db.execute_batch(change).is_err(), "{change}");
    }
    assert_eq!(store.audit_break().unwrap(), None);
    store
        .db
        .execute_batch("DROP TRIGGER audit_stays; UPDATE audit SET who = 'x' WHERE seq = 2")
        .unwrap();
    assert_eq!(store.audit_break().unwrap(), Some(2));
}

#[test]
fn the_audit_tells_who_did_what_without_values() {
    let (_dir, mut store) = store();
    let mut run = begin(&store, false);
    let fields = [("wish", "?secret-proposal")];
    let page = record_all(&mut store, &mut run, "a", &[card("k-1", &fields)])[0].page();
    store
        .decide(&[says(page, "wish", Answer::Value("secret-answer".into()))])
        .unwrap();
    let audit = store.audit().unwrap();
    let what: Vec<(&str, &str)> = audit.iter().map(|a| (&a.what[..], &a.who[..])).collect();
    assert_eq!(what, [("run.begin", "op"), ("decision", "sato")]);
    assert!(!format!("{audit:?}").contains("secret"));
}

#[test]
fn a_form_has_a_view_with_a_typed_column_a_field() {
    let (_dir, mut store) = store();
    let library = form(&["wish", "age", "Page", "it's \"so\""]);
    store.refresh_views(&library).unwrap();
    let mut run = begin(&store, false);
    let fields = [
        ("wish", "?yes"),
        ("age", "64"),
        ("Page", "p"),
        ("it's \"so\"", ""),
    ];
    let page = record_all(&mut store, &mut run, "a", &[card("0012", &fields)])[0].page();
    let sql = "SELECT key, wish, age + 1, typeof(age), Page_2, \"it's \"\"so\"\"\", page, \
               questions_open FROM answers_wish";
    let row = |store: &Store| {
        store.db.query_row(sql, [], |r| {
            let texts: [Option<String>; 5] =
                [r.get(0)?, r.get(1)?, r.get(3)?, r.get(4)?, r.get(5)?];
            let numbers: [i64; 3] = [r.get(2)?, r.get(6)?, r.get(7)?];
            Ok((texts.map(Option::unwrap_or_default), numbers))
        })
    };
    let wanted = |wish: &str| ["0012", wish, "integer", "p", ""].map(str::to_owned);
    assert_eq!(row(&store).unwrap(), (wanted(""), [65, 0, 1]));
    store
        .decide(&[says(page, "wish", Answer::Value("no".into()))])
        .unwrap();
    assert_eq!(row(&store).unwrap(), (wanted("no"), [65, 0, 0]));

    // Renewing what is as it should be changes nothing; another form of the form does.
    let version = |store: &Store| -> i64 {
        store
            .db
            .pragma_query_value(None, "schema_version", |r| r.get(0))
            .unwrap()
    };
    let before = version(&store);
    store.refresh_views(&library).unwrap();
    assert_eq!(version(&store), before);
    store.refresh_views(&form(&["wish"])).unwrap();
    assert_ne!(version(&store), before);
}

/// What a page may turn out to be, for the property below.
fn any_page() -> impl Strategy<Value = PageOutcome> {
    let says = prop_oneof!["", "yes", "no", r"\?[a-c]"];
    let fields = proptest::collection::vec(says, 1..4);
    prop_oneof![
        (0..5_u8, fields).prop_map(|(key, says)| {
            let names = ["wish", "phone", "name"];
            let fields: Vec<(&str, &str)> = names
                .into_iter()
                .zip(says.iter().map(String::as_str))
                .collect();
            card(&key.to_string(), &fields)
        }),
        Just(rejected(Reason::RegResidual)),
        Just(separator()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_stack_twice_is_any_stack_once(
        pages in proptest::collection::vec(any_page(), 1..8),
        cut in 0_usize..8,
    ) {
        let (_dir, mut store) = store();
        // The first run is cut short, the second goes through, the third finds nothing new.
        let mut run = begin(&store, false);
        let sha256 = Digest::of(b"in/a.tif");
        let count = u32::try_from(pages.len()).unwrap();
        let file = NewFile { name: "in/a.tif", sha256, bytes: 9, pages: count };
        store.record_file(&mut run, &file).unwrap();
        for (page, outcome) in (0..).zip(&pages).take(cut) {
            let pixels = Digest::of(format!("in/a.tif {page}").as_bytes());
            store.record_page(&mut run, &origin("in/a.tif", page), &pixels, outcome).unwrap();
        }
        let mut second = begin(&store, false);
        record_all(&mut store, &mut second, "in/a.tif", &pages);
        let whole = dump(&store, &[]);
        let mut third = begin(&store, false);
        record_all(&mut store, &mut third, "in/a.tif", &pages);
        prop_assert_eq!(dump(&store, &[]), whole);

        let (_other, mut straight) = fixtures::store();
        let mut run = begin(&straight, false);
        record_all(&mut straight, &mut run, "in/a.tif", &pages);
        let but = ["runs", "audit", "outcomes.run_id"];
        prop_assert_eq!(dump(&straight, &but).replace("runs:\n", "").replace("audit:\n", ""),
            dump(&store, &but).replace("runs:\n", "").replace("audit:\n", ""));
    }
}
