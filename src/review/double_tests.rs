//! Fields that more than one person must look at: who may speak, what he sees, what comes of it.

use super::desk::{self, back, next, undo};
use super::*;
use crate::doubt::Doubt;
use crate::store::fixtures::*;
use crate::store::{AnswerStatus, Desk, Wanted};

const MEMO: &str = "0332345678";

/// Who speaks first, and who after him.
const REVIEWER: May = May {
    first: true,
    verify: false,
};
const VERIFIER: May = May {
    first: false,
    verify: true,
};

fn token(n: u32) -> String {
    format!("{n:032x}")
}

fn desk_of(who: &str) -> Desk {
    Desk {
        id: format!("{who:0>32}"),
        who: who.into(),
    }
}

/// One card whose telephone number the machine reads as 0773123456, under a policy.
fn card_under(policy: &str) -> (tempfile::TempDir, Store, Library) {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    let mut page = card("1", &[("phone", "?0773123456")]);
    let verdict = &mut record_of(&mut page).fields[0].verdict;
    verdict.doubts.push(Doubt::with(Reason::ByPolicy, policy));
    record_all(&mut store, &mut run, "a", &[page]);
    (dir, store, form(&["phone"]))
}

fn reply(typed: &str, who: &str, may: May) -> Reply {
    Reply {
        question: QuestionId(1),
        answer: answer(typed),
        act: act(who),
        why: String::new(),
        insist: false,
        today: "2024-05-01".parse().unwrap(),
        may,
    }
}

fn say(
    store: &mut Store,
    library: &Library,
    typed: &str,
    who: &str,
) -> Result<Spoken, ReviewError> {
    set(store, library, &reply(typed, who, May::default()))
}

fn phone(store: &Store) -> (AnswerStatus, Option<String>, Option<String>) {
    let row = store.answers(PageId(1)).unwrap().remove(0);
    (row.status, row.value, row.decided_by)
}

fn is_open(store: &Store) -> bool {
    store.question(QuestionId(1)).unwrap().state == QuestionState::Open
}

fn same_person(said: &Result<Spoken, ReviewError>) {
    let refused = matches!(said, Err(ReviewError::Store(StoreError::SamePerson { .. })));
    assert!(refused, "{said:?}");
}

#[test]
fn two_blind_words_that_agree_decide() {
    let (_dir, mut store, library) = card_under("double_blind");
    let first = say(&mut store, &library, "０３-3234-5678", "sato").unwrap();
    assert_eq!(first, Spoken::Entered);
    assert_eq!(phone(&store).0, AnswerStatus::Question);
    let second = say(&mut store, &library, MEMO, "tanaka").unwrap();
    assert!(matches!(second, Spoken::Decided(_)), "{second:?}");
    let decided = (
        AnswerStatus::Decided,
        Some(MEMO.into()),
        Some("tanaka".into()),
    );
    assert_eq!(phone(&store), decided);
    assert_eq!(store.audit_break().unwrap(), None);
}

#[test]
fn nobody_speaks_twice_and_a_difference_goes_to_a_third() {
    let (_dir, mut store, library) = card_under("double_blind");
    say(&mut store, &library, MEMO, "sato").unwrap();
    // He may correct himself while nobody spoke after him, which is still one word.
    assert_eq!(
        say(&mut store, &library, "0311112222", "sato").unwrap(),
        Spoken::Entered
    );
    assert_eq!(
        say(&mut store, &library, MEMO, "tanaka").unwrap(),
        Spoken::Entered
    );
    assert!(is_open(&store));
    same_person(&say(&mut store, &library, MEMO, "sato"));
    let shown = look(&store, &library, store.question(QuestionId(1)).unwrap()).unwrap();
    let words: Vec<_> = shown
        .differing
        .iter()
        .map(|e| e.value.clone().unwrap())
        .collect();
    assert_eq!(words, ["0311112222", MEMO]);
    assert_eq!(
        (shown.question.proposal, shown.alternatives.len()),
        (None, 0)
    );
    let third = say(&mut store, &library, "0399998888", "suzuki").unwrap();
    assert!(matches!(third, Spoken::Decided(_)));
    assert_eq!(phone(&store).2.as_deref(), Some("suzuki"));
    // What was settled is not upset by one of the two.
    for who in ["sato", "tanaka"] {
        same_person(&say(&mut store, &library, MEMO, who));
    }
    assert_eq!(phone(&store).1.as_deref(), Some("0399998888"));
}

#[test]
fn a_blind_word_is_held_against_the_machine_s() {
    let (_dir, mut store, library) = card_under("double");
    let agreed = say(&mut store, &library, "0773123456", "sato").unwrap();
    assert!(matches!(agreed, Spoken::Decided(_)));
    assert_eq!(phone(&store).2.as_deref(), Some("sato"));

    let (_dir, mut store, library) = card_under("double");
    assert_eq!(
        say(&mut store, &library, "@illegible", "sato").unwrap(),
        Spoken::Entered
    );
    let shown = look(&store, &library, store.question(QuestionId(1)).unwrap()).unwrap();
    let words: Vec<_> = shown.differing.iter().map(|e| e.value.clone()).collect();
    assert_eq!(words, [Some("0773123456".to_owned()), None]);
    let settled = say(&mut store, &library, "0773123456", "tanaka").unwrap();
    assert!(matches!(settled, Spoken::Decided(_)));
}

#[test]
fn nothing_of_the_machine_s_word_is_seen_before_the_last_word() {
    for policy in ["double", "double_blind"] {
        let (_dir, mut store, library) = card_under(policy);
        for who in ["", "sato"] {
            if !who.is_empty() {
                say(&mut store, &library, MEMO, who).unwrap();
            }
            let shown = look(&store, &library, store.question(QuestionId(1)).unwrap()).unwrap();
            if policy == "double" && who == "sato" {
                continue;
            }
            let text = serde_json::to_string(&shown).unwrap();
            for secret in ["0773123456", MEMO, "MULTI_MARK", "0.5"] {
                assert!(!text.contains(secret), "{policy} {who}: {text}");
            }
        }
        assert_eq!(store.group_fields().unwrap(), []);
    }
    let (_dir, store, library) = card_under("single");
    let shown = look(&store, &library, store.question(QuestionId(1)).unwrap()).unwrap();
    assert_eq!(shown.question.proposal.as_deref(), Some("0773123456"));
}

#[test]
fn roles_say_who_speaks_first_and_who_after() {
    let (_dir, mut store, library) = card_under("double_blind");
    let mut speak = |who: &str, may| set(&mut store, &library, &reply(MEMO, who, may));
    assert!(matches!(
        speak("tanaka", VERIFIER),
        Err(ReviewError::NotHis)
    ));
    assert_eq!(speak("sato", REVIEWER).unwrap(), Spoken::Entered);
    assert!(matches!(
        speak("suzuki", REVIEWER),
        Err(ReviewError::NotHis)
    ));
    assert!(matches!(
        speak("tanaka", VERIFIER).unwrap(),
        Spoken::Decided(_)
    ));
}

#[test]
fn the_queue_gives_a_question_to_nobody_twice_and_to_the_right_role() {
    let (_dir, mut store, library) = card_under("double_blind");
    let mut n = 0;
    let mut take = |store: &mut Store, who: &str, may: May| {
        n += 1;
        let wanted = Wanted {
            may,
            ..Wanted::default()
        };
        let desk = desk_of(who);
        let given = next(store, (&desk, &token(n)), &wanted, at(NOON)).unwrap();
        given.map(|_| token(n))
    };
    assert_eq!(take(&mut store, "tanaka", VERIFIER), None);
    let lease = take(&mut store, "sato", REVIEWER).unwrap();
    desk::answer(&mut store, &library, &lease, &reply(MEMO, "sato", REVIEWER)).unwrap();
    for (who, may) in [("sato", May::default()), ("suzuki", REVIEWER)] {
        assert_eq!(take(&mut store, who, may), None, "{who}");
        let wanted = Wanted {
            may,
            ..Wanted::default()
        };
        let waiting = store
            .count_waiting(&desk_of(who), &wanted, &at(NOON))
            .unwrap();
        assert_eq!((waiting.open, waiting.others), (1, 1), "{who}");
    }
    let lease = take(&mut store, "tanaka", VERIFIER).unwrap();
    // Meanwhile he who spoke first speaks again, elsewhere: what was given no longer stands.
    say(&mut store, &library, "@hold", "sato").unwrap();
    let late = desk::answer(
        &mut store,
        &library,
        &lease,
        &reply(MEMO, "tanaka", VERIFIER),
    );
    assert!(matches!(late, Err(ReviewError::Meanwhile)), "{late:?}");
}

#[test]
fn an_entry_is_looked_at_again_and_taken_back_by_its_own_person_only() {
    let (_dir, mut store, library) = card_under("double_blind");
    say(&mut store, &library, MEMO, "sato").unwrap();
    let question = QuestionId(1);
    let (sato, tanaka) = (desk_of("sato"), desk_of("tanaka"));
    assert_eq!(
        store
            .own_entry(question, "sato")
            .unwrap()
            .unwrap()
            .value
            .as_deref(),
        Some(MEMO)
    );
    assert_eq!(store.own_entry(question, "tanaka").unwrap(), None);
    let mended = set(&mut store, &library, &reply("0345678901", "sato", REVIEWER));
    assert_eq!(mended.unwrap(), Spoken::Entered);
    let stolen = back(&mut store, (&tanaka, &token(1)), question, at(NOON));
    assert!(matches!(stolen, Err(ReviewError::Meanwhile)), "{stolen:?}");
    undo(&mut store, (&sato, &token(2)), question, at(NOON)).unwrap();
    store.end_leases(&sato).unwrap();
    assert_eq!(store.own_entry(question, "sato").unwrap(), None);
    // The two others' words count now, and he is neither.
    say(&mut store, &library, "0311112222", "tanaka").unwrap();
    assert_eq!(say(&mut store, &library, "0311112222", "sato").unwrap(), {
        let id = store.question(question).unwrap();
        assert_eq!(id.state, QuestionState::Answered);
        Spoken::Decided(crate::store::DecisionId(2))
    });
    // Taking the second word back leaves the first.
    undo(&mut store, (&sato, &token(3)), question, at(NOON)).unwrap();
    store.end_leases(&sato).unwrap();
    assert!(is_open(&store));
    assert!(matches!(
        say(&mut store, &library, "0311112222", "suzuki").unwrap(),
        Spoken::Decided(_)
    ));
}

#[test]
fn a_confirmed_screen_cannot_go_round_it() {
    let (_dir, mut store, library) = card_under("double_blind");
    let mine = desk_of("sato");
    let wanted = Wanted::default();
    next(&mut store, (&mine, &token(1)), &wanted, at(NOON))
        .unwrap()
        .unwrap();
    let word = (&act("sato"), "2024-05-01".parse().unwrap());
    let done = group::confirm(&mut store, &library, (&mine, &[token(1)]), word).unwrap();
    assert_eq!((done.done.len(), done.refused.len()), (0, 1));
    assert!(is_open(&store));
    assert_eq!(store.own_entry(QuestionId(1), "sato").unwrap(), None);
}

#[test]
fn who_looks_after_others_lays_no_page() {
    let (_dir, mut store, library) = card_under("double_blind");
    say(&mut store, &library, MEMO, "sato").unwrap();
    // The question is his to answer by now; its page is not his to lay.
    let asked = repair::ask(&mut store, &reply("@page", "kanri", VERIFIER));
    assert!(matches!(asked, Err(ReviewError::NotHis)), "{asked:?}");
    let hints = Hints {
        turn: Some(180),
        ..Hints::default()
    };
    let begun = repair::begin(&store, &library, (&reply("", "kanri", VERIFIER), &hints));
    let refused = matches!(begun, Err(repair::RepairError::Review(ReviewError::NotHis)));
    assert!(refused, "{begun:?}");
    repair::ask(&mut store, &reply("@page", "sato", REVIEWER)).unwrap();
}
