use super::*;
use crate::review::{QuestionFilter, list};
use crate::store::fixtures::*;
use crate::store::{AnswerStatus, Bucket, Kind, PageId};

fn desk(id: &str, who: &str) -> Desk {
    Desk {
        id: format!("{id:0>32}"),
        who: who.into(),
    }
}

fn token(n: u32) -> String {
    format!("{n:032x}")
}

/// Three cards with two questions each.
fn cards() -> (tempfile::TempDir, Store, Library) {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    let pages: Vec<_> = (1..=3)
        .map(|n| card(&n.to_string(), &[("wish", "?yes"), ("phone", "?0773")]))
        .collect();
    record_all(&mut store, &mut run, "a", &pages);
    (dir, store, form(&["wish", "phone"]))
}

fn reply(question: QuestionId, typed: &str, who: &str) -> Reply {
    Reply {
        question,
        answer: crate::review::answer(typed),
        act: act(who),
        why: String::new(),
        insist: false,
        today: "2024-05-01".parse().unwrap(),
        may: crate::store::May::default(),
    }
}

fn take(store: &mut Store, desk: &Desk, n: u32, now: &str) -> Option<QuestionId> {
    next(store, (desk, &token(n)), &Wanted::default(), at(now)).unwrap()
}

/// A word that is taken.
fn say(
    (store, library): (&mut Store, &Library),
    n: u32,
    (question, typed, who): (QuestionId, &str, &str),
) {
    answer(store, library, &token(n), &reply(question, typed, who)).unwrap();
}

#[test]
fn no_question_is_given_twice_and_one_field_follows_another() {
    let (_dir, mut store, _) = cards();
    let (left, right) = (desk("1", "sato"), desk("2", "sato"));
    let mut given: Vec<QuestionId> = Vec::new();
    for n in 0..6 {
        let who = if n % 2 == 0 { &left } else { &right };
        given.push(take(&mut store, who, n, NOON).unwrap());
    }
    assert_eq!(take(&mut store, &left, 9, NOON), None);
    let fields: Vec<String> = given
        .iter()
        .map(|id| store.question(*id).unwrap().subject.field().to_owned())
        .collect();
    assert_eq!(fields, ["phone", "phone", "phone", "wish", "wish", "wish"]);
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), 6);
}

#[test]
fn what_lies_idle_goes_to_another_and_the_late_word_is_refused() {
    let (_dir, mut store, library) = cards();
    let (slow, quick) = (desk("1", "sato"), desk("2", "tanaka"));
    let first = take(&mut store, &slow, 1, NOON).unwrap();
    assert_ne!(
        take(&mut store, &quick, 2, "2024-05-01T12:04:59Z"),
        Some(first)
    );
    store.end_leases(&quick).unwrap();
    assert_eq!(
        take(&mut store, &quick, 3, "2024-05-01T12:05:00Z"),
        Some(first)
    );
    let late = answer(
        &mut store,
        &library,
        &token(1),
        &reply(first, "0312345678", "sato"),
    );
    assert!(matches!(late, Err(ReviewError::TakenBack)), "{late:?}");
    let word = reply(first, "0312345678", "tanaka");
    answer(&mut store, &library, &token(3), &word).unwrap();
    let again = answer(&mut store, &library, &token(3), &word);
    assert!(matches!(again, Err(ReviewError::TakenBack)), "{again:?}");
    assert_eq!(decisions_of(&store), 1);
}

#[test]
fn a_late_word_counts_while_nobody_else_has_the_question() {
    let (_dir, mut store, library) = cards();
    let slow = desk("1", "sato");
    let first = take(&mut store, &slow, 1, NOON).unwrap();
    say((&mut store, &library), 1, (first, "0312345678", "sato"));
    assert_eq!(decisions_of(&store), 1);
}

#[test]
fn a_sign_of_life_keeps_the_question() {
    let (_dir, mut store, _) = cards();
    let (slow, quick) = (desk("1", "sato"), desk("2", "tanaka"));
    let first = take(&mut store, &slow, 1, NOON).unwrap();
    let sign = term(at("2024-05-01T12:04:00Z"));
    store.renew_leases(&slow, &sign).unwrap();
    assert_ne!(
        take(&mut store, &quick, 2, "2024-05-01T12:08:00Z"),
        Some(first)
    );
}

#[test]
fn what_was_answered_by_another_way_is_not_overwritten() {
    let (_dir, mut store, library) = cards();
    let mine = desk("1", "sato");
    let first = take(&mut store, &mine, 1, NOON).unwrap();
    crate::review::set(&mut store, &library, &reply(first, "0312345678", "chief")).unwrap();
    let late = answer(
        &mut store,
        &library,
        &token(1),
        &reply(first, "0399999999", "sato"),
    );
    assert!(matches!(late, Err(ReviewError::Meanwhile)), "{late:?}");
    let page = store.question(first).unwrap().page_id;
    let phone = store.answers(page).unwrap().remove(1);
    assert_eq!(phone.value.as_deref(), Some("0312345678"));
    assert_eq!(phone.decided_by.as_deref(), Some("chief"));
}

#[test]
fn nobody_answers_with_another_s_lease_or_for_another_question() {
    let (_dir, mut store, library) = cards();
    let first = take(&mut store, &desk("1", "sato"), 1, NOON).unwrap();
    let second = take(&mut store, &desk("1", "sato"), 2, NOON).unwrap();
    for (token, word) in [
        (token(1), reply(first, "0312345678", "tanaka")),
        (token(1), reply(second, "0312345678", "sato")),
        (token(7), reply(first, "0312345678", "sato")),
    ] {
        let wrong = answer(&mut store, &library, &token, &word);
        assert!(matches!(wrong, Err(ReviewError::TakenBack)), "{wrong:?}");
    }
    assert_eq!(decisions_of(&store), 0);
    // What the rules refuse stays with the desk.
    let wrong = answer(&mut store, &library, &token(1), &reply(first, "12", "sato"));
    assert!(
        matches!(wrong, Err(ReviewError::Invalid { .. })),
        "{wrong:?}"
    );
    say((&mut store, &library), 1, (first, "0312345678", "sato"));
}

#[test]
fn undo_opens_the_question_and_erases_nothing() {
    let (_dir, mut store, library) = cards();
    let mine = desk("1", "sato");
    let first = take(&mut store, &mine, 1, NOON).unwrap();
    say((&mut store, &library), 1, (first, "0312345678", "sato"));
    let other = undo(
        &mut store,
        (&desk("2", "tanaka"), &token(2)),
        first,
        at(NOON),
    );
    assert!(matches!(other, Err(ReviewError::Meanwhile)), "{other:?}");
    undo(&mut store, (&mine, &token(3)), first, at(NOON)).unwrap();
    let page = store.question(first).unwrap().page_id;
    let phone = |store: &Store| store.answers(page).unwrap().remove(1);
    assert_eq!(phone(&store).status, AnswerStatus::Question);
    assert_eq!(decisions_of(&store), 2);
    // It waits like any other once the desk is left, and not like one on hold.
    store.end_leases(&mine).unwrap();
    assert_eq!(take(&mut store, &desk("2", "tanaka"), 4, NOON), Some(first));
    say((&mut store, &library), 4, (first, "@blank", "tanaka"));
    assert_eq!(phone(&store).value.as_deref(), Some(""));
    let gone = undo(&mut store, (&mine, &token(5)), first, at(NOON));
    assert!(matches!(gone, Err(ReviewError::Meanwhile)), "{gone:?}");
}

#[test]
fn looking_back_changes_nothing_until_an_answer_is_given() {
    let (_dir, mut store, library) = cards();
    let mine = desk("1", "sato");
    let first = take(&mut store, &mine, 1, NOON).unwrap();
    say((&mut store, &library), 1, (first, "0312345678", "sato"));
    back(&mut store, (&mine, &token(2)), first, at(NOON)).unwrap();
    assert_eq!(decisions_of(&store), 1);
    let stolen = back(&mut store, (&desk("2", "sato"), &token(3)), first, at(NOON));
    assert!(matches!(stolen, Err(ReviewError::Meanwhile)), "{stolen:?}");
    say((&mut store, &library), 2, (first, "@illegible", "sato"));
    assert_eq!(decisions_of(&store), 2);
}

#[test]
fn undo_of_a_choice_between_two_cards_brings_both_back() {
    let (_dir, mut store) = store();
    let library = form(&["wish"]);
    let mut run = begin(&store, false);
    let cards = [card("7", &[("wish", "yes")]), card("7", &[("wish", "no")])];
    let pages: Vec<PageId> = record_all(&mut store, &mut run, "a", &cards)
        .into_iter()
        .map(crate::store::Recorded::page)
        .collect();
    let mine = desk("1", "sato");
    let asked = take(&mut store, &mine, 1, NOON).unwrap();
    say((&mut store, &library), 1, (asked, "@accept", "sato"));
    let bucket = |store: &Store, page: PageId| store.page(page).unwrap().bucket;
    assert_eq!(bucket(&store, pages[0]), Bucket::SetAside);
    undo(&mut store, (&mine, &token(2)), asked, at(NOON)).unwrap();
    assert_eq!(bucket(&store, pages[0]), Bucket::Read);
    assert_eq!(bucket(&store, pages[1]), Bucket::Review);
}

#[test]
fn held_questions_are_given_only_to_who_asks_for_them() {
    let (_dir, mut store, library) = cards();
    let mine = desk("1", "sato");
    let first = take(&mut store, &mine, 1, NOON).unwrap();
    say((&mut store, &library), 1, (first, "@hold", "sato"));
    let held = Wanted {
        held: true,
        ..Wanted::default()
    };
    let waiting = store
        .count_waiting(&mine, &Wanted::default(), &at(NOON))
        .unwrap();
    assert_eq!((waiting.open, waiting.held), (6, 1));
    assert_eq!(store.count_open(&Wanted::default()).unwrap(), 6);
    assert_eq!(store.count_wanted(&Wanted::default()).unwrap(), 5);
    assert_eq!(store.count_wanted(&held).unwrap(), 1);
    let mut rest = Vec::new();
    while let Some(id) = take(&mut store, &mine, 10 + rest.len() as u32, NOON) {
        rest.push(id);
    }
    assert_eq!(rest.len(), 5);
    assert!(!rest.contains(&first));
    let given = next(&mut store, (&mine, &token(99)), &held, at(NOON)).unwrap();
    assert_eq!(given, Some(first));
}

#[test]
fn what_others_hold_counts_only_where_it_is_wanted() {
    let (_dir, mut store, _) = cards();
    let (mine, other) = (desk("1", "sato"), desk("2", "ito"));
    let of = |kind| Wanted {
        kind: Some(kind),
        ..Wanted::default()
    };
    let given = next(&mut store, (&other, &token(1)), &of(Kind::Field), at(NOON)).unwrap();
    assert!(given.is_some());
    let elsewhere = |desk: &Desk, wanted: &Wanted| {
        let waiting = store.count_waiting(desk, wanted, &at(NOON)).unwrap();
        waiting.elsewhere
    };
    assert_eq!(elsewhere(&mine, &Wanted::default()), 1);
    assert_eq!(elsewhere(&mine, &of(Kind::Field)), 1);
    assert_eq!(elsewhere(&mine, &of(Kind::Page)), 0);
    assert_eq!(elsewhere(&other, &Wanted::default()), 0);
}

#[test]
fn a_filter_gives_only_what_fits() {
    let (_dir, mut store, _) = cards();
    let mine = desk("1", "sato");
    let mut count = |wanted: Wanted| {
        let mut n = 0;
        while next(&mut store, (&mine, &token(n)), &wanted, at(NOON))
            .unwrap()
            .is_some()
        {
            n += 1;
        }
        store.end_leases(&mine).unwrap();
        n
    };
    let field = |f: &str| Wanted {
        field: Some(f.into()),
        ..Wanted::default()
    };
    assert_eq!(count(field("wish")), 3);
    assert_eq!(count(field("age")), 0);
    let form = |f: &str| Wanted {
        form: Some(f.into()),
        ..Wanted::default()
    };
    assert_eq!((count(form("wish")), count(form("other"))), (6, 0));
    let kind = Wanted {
        kind: Some(Kind::Page),
        ..Wanted::default()
    };
    assert_eq!(count(kind), 0);
}

#[test]
fn who_saw_and_who_decided_is_in_the_chain() {
    let (_dir, mut store, library) = cards();
    let mine = desk("1", "sato");
    let first = take(&mut store, &mine, 1, NOON).unwrap();
    say((&mut store, &library), 1, (first, "0312345678", "sato"));
    store.note_page_seen(&act("sato"), PageId(1)).unwrap();
    let said: Vec<(String, String)> = store
        .audit()
        .unwrap()
        .into_iter()
        .filter(|row| row.who == "sato")
        .map(|row| (row.what, row.subject))
        .collect();
    let of = |what: &str, subject: &str| (what.to_owned(), subject.to_owned());
    assert_eq!(
        said,
        [
            of("review.show", &format!("question {first}")),
            of("decision", "decision 1 page 1 field phone"),
            of("review.page", "page 1"),
        ]
    );
    assert_eq!(store.audit_break().unwrap(), None);
}

fn decisions_of(store: &Store) -> usize {
    let rows = store.audit().unwrap();
    assert!(list(store, &QuestionFilter::default()).is_ok());
    rows.iter().filter(|row| row.what == "decision").count()
}
