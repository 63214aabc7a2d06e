//! What a person's word takes the ground from, through the store: eras, ditto signs, the mailing list.

use std::sync::Arc;

use super::*;
use crate::export::{Profile, Request, Sent, export};
use crate::form::{Form, FormId, ValueKind};
use crate::lists::Recipients;
use crate::read::{Content, TextReading};
use crate::review::{Reply, ReviewError, answer, desk, set};
use crate::store::fixtures::*;
use crate::store::{May, PageId, QuestionFilter, QuestionId};

fn changed(fields: &[&str], change: impl FnOnce(&mut Form)) -> Library {
    let mut new = Form::clone(&form(fields).forms()[0]);
    change(&mut new);
    Library::new(vec![Arc::new(new)])
}

/// A birth date that stands under an era.
fn eras() -> Library {
    changed(&["era", "born", "memo"], |form| {
        if let ValueKind::Date(kind) = &mut form.sides[0].fields[1].value {
            kind.era_field = Some(FieldId("era".into()));
        }
    })
}

fn cards(fields: &[(&str, &str)]) -> (tempfile::TempDir, Store) {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "a", &[card("1", fields)]);
    (dir, store)
}

fn reply(question: i64, typed: &str) -> Reply {
    Reply {
        question: QuestionId(question),
        answer: answer(typed),
        act: act("sato"),
        why: String::new(),
        insist: false,
        today: "2024-05-01".parse().unwrap(),
        may: May::default(),
    }
}

fn say(store: &mut Store, library: &Library, question: i64, typed: &str) {
    set(store, library, &reply(question, typed)).unwrap();
}

fn is_refused(store: &mut Store, library: &Library, question: i64, typed: &str) -> bool {
    let refused = set(store, library, &reply(question, typed));
    matches!(refused, Err(ReviewError::Invalid { .. }))
}

fn open(store: &Store) -> Vec<(i64, String, &'static str)> {
    let all = store.questions(&QuestionFilter::default()).unwrap();
    all.into_iter()
        .map(|q| (q.id.0, q.subject.field().to_owned(), q.reason.code()))
        .collect()
}

fn exported(store: &mut Store, library: &Library, dir: &std::path::Path) -> Sent {
    let request = Request {
        form: FormId("wish".into()),
        profile: Profile::named("utf8").unwrap(),
        delta: false,
        act: act("clerk"),
        day: "2024-05-01".parse().unwrap(),
        program: "hagaki 0".into(),
    };
    export(store, library, dir, &request).unwrap()
}

#[test]
fn a_corrected_era_asks_about_the_date_that_was_read_under_it() {
    let fields = [("era", "?H"), ("born", "1998-10-10"), ("memo", "")];
    let (dir, mut store) = cards(&fields);
    let library = eras();
    say(&mut store, &library, 1, "S");
    assert_eq!(open(&store), [(2, "born".into(), "CROSS_FIELD")]);
    // Nothing leaves with a day that nobody vouches for.
    let sent = exported(&mut store, &library, dir.path());
    assert_eq!(sent.path, None);
    // The era as it was: the date stands again.
    say(&mut store, &library, 1, "H");
    assert_eq!(open(&store), []);
    say(&mut store, &library, 1, "S");
    let (born, ..) = open(&store)[0];
    say(&mut store, &library, born, "10.10.10");
    assert_eq!(open(&store), []);
    let answers = store.answers(PageId(1)).unwrap();
    assert_eq!(answers[1].value.as_deref(), Some("1935-10-10"));
    assert_eq!(store.audit_break().unwrap(), None);
}

#[test]
fn an_era_that_contradicts_a_person_s_date_must_be_said_twice() {
    let fields = [("era", "?H"), ("born", "?1998-10-10"), ("memo", "")];
    let (_dir, mut store) = cards(&fields);
    let library = eras();
    say(&mut store, &library, 2, "1998-10-10");
    assert!(is_refused(&mut store, &library, 1, "S"));
    say(&mut store, &library, 1, "H");
    // And a date that contradicts the era.
    assert!(is_refused(&mut store, &library, 2, "1935-10-10"));
    assert_eq!(open(&store), []);
}

#[test]
fn an_era_that_nobody_can_read_leaves_no_date() {
    let fields = [("era", "H"), ("born", "1998-10-10"), ("memo", "")];
    let (_dir, mut store) = cards(&fields);
    let library = eras();
    // A random check, say, has it asked.
    let word = says(PageId(1), "era", Answer::Hold);
    store.decide(&[word]).unwrap();
    let (era, ..) = open(&store)[0];
    say(&mut store, &library, era, "@hold");
    assert_eq!(open(&store).len(), 1);
    say(&mut store, &library, era, "@illegible");
    let asked: Vec<_> = open(&store).into_iter().map(|q| (q.1, q.2)).collect();
    assert_eq!(asked, [("born".to_owned(), "CROSS_FIELD")]);
}

#[test]
fn an_error_that_a_random_check_finds_asks_about_what_leans_on_it() {
    let fields = [("era", "H"), ("born", "1998-10-10"), ("memo", "")];
    let (_dir, mut store) = cards(&fields);
    let library = eras();
    let scope = crate::store::Scope {
        field: Some("era".into()),
        ..crate::store::Scope::default()
    };
    store
        .draw_sample(&act("kanri"), (&scope, None), |all| all)
        .unwrap();
    let (era, ..) = open(&store)[0];
    // The machine's word is the first, his the second; a third person decides.
    say(&mut store, &library, era, "S");
    let mut third = reply(era, "S");
    third.act = act("ito");
    set(&mut store, &library, &third).unwrap();
    let asked: Vec<_> = open(&store).into_iter().map(|q| (q.1, q.2)).collect();
    assert_eq!(asked, [("born".to_owned(), "CROSS_FIELD")]);
}

#[test]
fn a_ditto_sign_is_asked_when_the_line_above_changes() {
    let library = changed(&["name", "memo"], |form| {
        form.sides[0].fields[1].ditto_from = Some(FieldId("name".into()));
    });
    for (sign, wanted) in [("〃", vec!["memo"]), ("東町", vec![])] {
        let (_dir, mut store) = store();
        let mut page = card("1", &[("name", "?東町"), ("memo", "東町")]);
        record_of(&mut page).fields[1].reading.content = Content::Text {
            readings: vec![TextReading {
                engine: "test".into(),
                text: sign.into(),
                score: 0.99,
                confidence: None,
                alternatives: Vec::new(),
                alphabet_doubt: false,
                ink_share: 0.1,
                listed: Vec::new(),
                shaped: Vec::new(),
                characters: Vec::new(),
            }],
        };
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[page]);
        say(&mut store, &library, 1, "西町");
        let asked: Vec<_> = open(&store).into_iter().map(|q| q.1).collect();
        assert_eq!(asked, wanted, "{sign}");
    }
}

#[test]
fn a_typed_key_holds_the_answers_against_the_list() {
    let people = Recipients::new(
        vec!["name".into()],
        [("7", "山田太郎"), ("8", "佐藤花子")].map(|(k, n)| (k.to_owned(), vec![n.to_owned()])),
    );
    let library = changed(&["name"], |form| {
        form.sides[0].fields[0].lists.column = people.column("name");
    });
    let (_dir, mut store) = store();
    let mut page = card("", &[("name", "山田 太郎")]);
    record_of(&mut page).key.doubts = vec![Reason::KeyUnreadable.into()];
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "a", &[page]);
    say(&mut store, &library, 1, "8");
    assert_eq!(open(&store), [(2, "name".into(), "LEDGER_MISMATCH")]);
    // The right key takes the question back.
    say(&mut store, &library, 1, "7");
    assert_eq!(open(&store), []);
    say(&mut store, &library, 1, "8");
    assert_eq!(open(&store).len(), 1);
    let token = "2".repeat(32);
    desk::undo(&mut store, (&sato(), &token), QuestionId(1), at(NOON)).unwrap();
    assert_eq!(open(&store), [(1, String::new(), "KEY_UNREADABLE")]);
    assert_eq!(store.audit_break().unwrap(), None);
}
