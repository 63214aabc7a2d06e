//! The same word on many questions of one field: a person looks at the crops of cards that the
//! machine reads alike, takes out the wrong ones and confirms the rest.

use super::{Reply, ReviewError, decisions};
use crate::calendar::Day;
use crate::form::Library;
use crate::store::{Act, Answer, Desk, May, NewDecision, QuestionId, QuestionRow, Settled, Store};

/// What became of the questions of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmed {
    pub done: Vec<QuestionId>,
    /// The form's rules refuse what the machine read; each waits to be looked at by itself.
    pub refused: Vec<QuestionId>,
    /// Somebody else has them, or answered meanwhile.
    pub gone: usize,
}

/// Confirms what the machine proposed for the questions under these leases, all in one transaction.
pub fn confirm(
    store: &mut Store,
    library: &Library,
    (desk, tokens): (&Desk, &[String]),
    (act, today): (&Act, Day),
) -> Result<Confirmed, ReviewError> {
    let mut confirmed = Confirmed::default();
    let mut words: Vec<(String, Vec<NewDecision>)> = Vec::new();
    let mut asked: Vec<QuestionId> = Vec::new();
    for token in tokens {
        let Some(lease) = store.lease(token)?.filter(|l| l.desk == *desk) else {
            confirmed.gone += 1;
            continue;
        };
        let row = store.question(lease.question)?;
        match accepted(store, library, &row, (act, today)) {
            Ok(decisions) => {
                words.push((token.clone(), decisions));
                asked.push(row.id);
            }
            Err(ReviewError::Superseded(_)) => confirmed.gone += 1,
            Err(ReviewError::Store(e)) => return Err(e.into()),
            Err(_) => confirmed.refused.push(row.id),
        }
    }
    for (settled, question) in store.decide_group(&words)?.into_iter().zip(asked) {
        match settled {
            Settled::Done(_) => confirmed.done.push(question),
            Settled::TakenBack | Settled::Meanwhile => confirmed.gone += 1,
        }
    }
    Ok(confirmed)
}

/// The proposal as a person's word, by the rules for typed answers.
fn accepted(
    store: &Store,
    library: &Library,
    row: &QuestionRow,
    (act, today): (&Act, Day),
) -> Result<Vec<NewDecision>, ReviewError> {
    // Where the machine's word is not to be seen there is nothing to confirm.
    let Some(proposal) = row.proposal.clone() else {
        return Err(ReviewError::NotHis);
    };
    let reply = Reply {
        question: row.id,
        answer: Answer::Value(proposal),
        act: act.clone(),
        why: String::new(),
        insist: false,
        today,
        may: May {
            first: true,
            verify: false,
        },
    };
    decisions(store, library, &reply)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::desk::term;
    use crate::store::Group;
    use crate::store::fixtures::*;

    fn desk(id: &str) -> Desk {
        Desk {
            id: format!("{id:0>32}"),
            who: "sato".into(),
        }
    }

    fn group(but: &[QuestionId]) -> Group {
        Group {
            form: "wish".into(),
            field: "phone".into(),
            but: but.to_vec(),
        }
    }

    fn tokens(from: u32, n: u32) -> Vec<String> {
        (from..from + n).map(|n| format!("{n:032x}")).collect()
    }

    /// Two hundred cards of three telephone numbers, one of them no number, one card settled.
    fn cards() -> (tempfile::TempDir, Store, Library) {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        let says = |n: usize| match n {
            0 => "0312345678",
            n if n % 10 == 0 => "?12",
            n if n % 3 == 0 => "?0312345678",
            _ => "?0773123456",
        };
        let pages: Vec<_> = (0..200)
            .map(|n| card(&n.to_string(), &[("phone", says(n))]))
            .collect();
        record_all(&mut store, &mut run, "a", &pages);
        (dir, store, form(&["phone"]))
    }

    #[test]
    fn a_screen_shows_what_is_alike_and_confirms_all_but_the_wrong_ones() {
        let (_dir, mut store, library) = cards();
        let mine = desk("1");
        let now = term(at(NOON));
        let given = store
            .lease_group((&mine, &tokens(0, 60)), &group(&[]), &now)
            .unwrap();
        assert_eq!(given.len(), 60);
        for (question, _) in &given {
            let row = store.question(*question).unwrap();
            assert_eq!(row.proposal.as_deref(), Some("0773123456"));
        }
        let other = store
            .lease_group((&desk("2"), &tokens(100, 60)), &group(&[]), &now)
            .unwrap();
        assert!(other.iter().all(|o| !given.contains(o)));

        let keep: Vec<String> = given[3..].iter().map(|(_, t)| t.clone()).collect();
        let word = (&act("sato"), "2024-05-01".parse().unwrap());
        // What one desk has, another one does not confirm.
        let stolen = confirm(&mut store, &library, (&desk("2"), &keep), word).unwrap();
        assert_eq!((stolen.done.len(), stolen.gone), (0, 57));
        let confirmed = confirm(&mut store, &library, (&mine, &keep), word).unwrap();
        assert_eq!((confirmed.done.len(), confirmed.gone), (57, 0));
        let again = confirm(&mut store, &library, (&mine, &keep), word).unwrap();
        assert_eq!((again.done.len(), again.gone), (0, 57));

        // The wrong ones go back to the queue and do not come again on this screen.
        store.end_leases(&mine).unwrap();
        let wrong: Vec<QuestionId> = given[..3].iter().map(|(q, _)| *q).collect();
        let next = store
            .lease_group((&mine, &tokens(200, 200)), &group(&wrong), &now)
            .unwrap();
        assert!(next.iter().all(|(q, _)| !wrong.contains(q)));
        for question in wrong {
            assert_eq!(
                store.question(question).unwrap().state,
                crate::store::QuestionState::Open
            );
        }
    }

    #[test]
    fn what_the_rules_refuse_is_left_for_a_look_of_its_own() {
        let (_dir, mut store, library) = cards();
        let mine = desk("1");
        let all = tokens(0, 200);
        let given = store
            .lease_group((&mine, &all), &group(&[]), &term(at(NOON)))
            .unwrap();
        let open: Vec<String> = given.iter().map(|(_, t)| t.clone()).collect();
        let word = (&act("sato"), "2024-05-01".parse().unwrap());
        let confirmed = confirm(&mut store, &library, (&mine, &open), word).unwrap();
        assert_eq!(confirmed.refused.len(), 19);
        assert_eq!(confirmed.done.len(), given.len() - 19);
        assert_eq!(store.audit_break().unwrap(), None);
        let fields = store.group_fields().unwrap();
        assert_eq!((fields[0].waiting, fields[0].kinds), (19, 1));
    }
}
