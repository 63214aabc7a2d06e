//! A page that a person had read again: a new reading beside the old one, in one transaction with
//! what he said of it.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::ask::current_outcome;
use super::look::bad_column;
use super::questions::add_decision_as;
use super::record::{NewPage, Place};
use super::{
    Act, Answer, Fault, NewDecision, Original, OutcomeId, PageId, QuestionId, RunId, RunInfo,
    Store, StoreError, Subject, UNDO, audit, leases, rivals,
};
use crate::digest::Digest;
use crate::form::FieldId;
use crate::pipeline::{Hints, PageOutcome};

/// What was read, and by which word.
#[derive(Clone, Copy, Debug)]
pub struct Rereading<'a> {
    pub original: &'a Original,
    pub pixels: &'a Digest,
    pub outcome: &'a PageOutcome,
    pub hints: &'a Hints,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaired<T = OutcomeId> {
    Done(T),
    /// The question was given to somebody else, or the lease was used already.
    TakenBack,
    /// Somebody answered meanwhile, or the page was read again.
    Meanwhile,
}

impl Store {
    /// A person says that the page as a whole needs a hand, whatever is asked about it: the question
    /// about the page, opened where there is none. Nobody's word on its fields is touched.
    pub fn ask_about_page(
        &mut self,
        act: &Act,
        page: PageId,
    ) -> Result<Repaired<QuestionId>, StoreError> {
        self.write(|tx| {
            let readable = tx
                .prepare_cached(include_str!("sql/original.sql"))?
                .exists([page])?;
            if !readable {
                return Ok(Repaired::Meanwhile);
            }
            if let Some(question) = page_question(tx, page)? {
                return Ok(Repaired::Done(question));
            }
            let hold = NewDecision {
                page,
                subject: Subject::Page,
                answer: Answer::Hold,
                act: act.clone(),
                why: String::new(),
                raises: Vec::new(),
            };
            add_decision_as(tx, &hold, "")?;
            let asked = page_question(tx, page)?;
            Ok(asked.map_or(Repaired::Meanwhile, Repaired::Done))
        })
    }

    /// Records a page that a person had read again, as his answer to `question`: under `lease`, or
    /// without one (from a terminal) while the question is open. A key that he typed is his decision.
    /// Where he laid the page anew, fields that people answered before are asked again, because they
    /// were answered from pictures of other places; their words stay in the books.
    pub fn repair_page(
        &mut self,
        info: &RunInfo,
        (question, lease): (QuestionId, Option<&str>),
        new: &Rereading<'_>,
    ) -> Result<Repaired, StoreError> {
        let album = self.put_album(new.outcome)?;
        let run = self.begin_run(info.clone());
        let origin = &new.original.origin;
        let again = NewPage {
            origin,
            pixels: new.pixels,
            outcome: new.outcome,
            info,
        };
        self.write(|tx| {
            if let Some(refused) = claim(tx, question, lease)? {
                return Ok(refused);
            }
            let page = new.original.page;
            let row = run.row(tx)?;
            // Before a key is typed: cards that share the old one stop asking.
            rivals::rechecked(tx, &[page], || {
                say_what_was_typed(tx, (page, new.hints), &run.act())?;
                if new.hints.lays() {
                    take_back(tx, page, &run.act())?;
                }
                let_go(tx, (page, question), &run.act())?;
                again.insert(tx, row, &Place::Again(page), &album)
            })?;
            let outcome = current_outcome(tx, page)?;
            keep_hints(tx, outcome, new.hints)?;
            finish(tx, row, info)?;
            let subject = format!("page {page} outcome {outcome} {}", said(new.hints));
            audit::note(tx, &run.act(), "page.repair", &subject)?;
            Ok(Repaired::Done(outcome))
        })
    }
}

/// Ends the lease under which the question is answered; why it is not to be answered any more.
pub(super) fn claim<T>(
    tx: &Connection,
    question: QuestionId,
    lease: Option<&str>,
) -> Result<Option<Repaired<T>>, Fault> {
    Ok(match lease {
        Some(token) => match leases::end(tx, token)? {
            None => Some(Repaired::TakenBack),
            Some(false) => Some(Repaired::Meanwhile),
            Some(true) => None,
        },
        None if !is_open(tx, question)? => Some(Repaired::Meanwhile),
        None => None,
    })
}

/// The open question about a page as a whole.
pub(super) fn page_question(tx: &Connection, page: PageId) -> Result<Option<QuestionId>, Fault> {
    let mut one = tx.prepare_cached(
        "SELECT id FROM questions WHERE page_id = ?1 AND kind = 'page' AND state = 'open'",
    )?;
    Ok(one.query_row([page], |r| r.get(0)).optional()?)
}

pub(super) fn keep_hints(tx: &Connection, outcome: OutcomeId, hints: &Hints) -> Result<(), Fault> {
    let hints = serde_json::to_string(hints).map_err(|e| bad_column("hints", e))?;
    tx.prepare_cached("UPDATE outcomes SET hints = ?2 WHERE id = ?1")?
        .execute((outcome, hints))?;
    Ok(())
}

/// A person's own run is over with what he did.
pub(super) fn finish(tx: &Connection, run: RunId, info: &RunInfo) -> Result<(), Fault> {
    tx.execute(
        "UPDATE runs SET finished_at = ?2 WHERE id = ?1",
        (run, &info.at),
    )?;
    Ok(())
}

fn is_open(tx: &Connection, question: QuestionId) -> Result<bool, Fault> {
    let mut one = tx.prepare_cached("SELECT 1 FROM questions WHERE id = ?1 AND state = 'open'")?;
    Ok(one.exists([question])?)
}

/// A person's key is a decision before the page is read by it, so that nobody is asked for it.
fn say_what_was_typed(
    tx: &Connection,
    (page, hints): (PageId, &Hints),
    act: &Act,
) -> Result<(), Fault> {
    let Some(key) = &hints.key else { return Ok(()) };
    let decision = NewDecision {
        page,
        subject: Subject::Key,
        answer: Answer::Value(key.clone()),
        act: act.clone(),
        why: String::new(),
        raises: Vec::new(),
    };
    add_decision_as(tx, &decision, "")?;
    Ok(())
}

/// What people said of fields that lay elsewhere.
fn take_back(tx: &Connection, page: PageId, act: &Act) -> Result<(), Fault> {
    let fields: Vec<String> = tx
        .prepare_cached(include_str!("sql/decided_fields.sql"))?
        .query_map([page], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    for field in fields {
        put_hold(tx, (page, &Subject::Field(FieldId(field))), act)?;
    }
    Ok(())
}

/// Who answers the question about the page by reading it again takes it off hold: from now on it asks
/// what its reading asks.
fn let_go(tx: &Connection, (page, question): (PageId, QuestionId), act: &Act) -> Result<(), Fault> {
    if is_held(tx, page, question.0)? {
        put_hold(tx, (page, &Subject::Page), act)?;
    }
    Ok(())
}

/// Whether the question is about the page and a person put the page on hold.
pub(super) fn is_held(tx: &Connection, page: PageId, question: i64) -> Result<bool, Fault> {
    let mut one = tx.prepare_cached(include_str!("sql/is_page_held.sql"))?;
    Ok(one.exists((page, question))?)
}

/// A decision that takes the one before it back.
fn put_hold(tx: &Connection, (page, subject): (PageId, &Subject), act: &Act) -> Result<(), Fault> {
    let (kind, field) = (subject.kind().name(), subject.field());
    tx.prepare_cached(include_str!("sql/insert_decision.sql"))?
        .execute(named_params! {
            ":page": page, ":kind": kind, ":field": field, ":answer": Answer::Hold.name(),
            ":value": None::<String>, ":who": act.who, ":at": act.at, ":why": UNDO,
        })?;
    let id = tx.last_insert_rowid();
    let subject = format!("decision {id} page {page} {kind} {field}");
    audit::note(tx, act, "decision", &subject)
}

/// How the page was laid; the audit holds no answer, so of a key only that it was typed.
fn said(hints: &Hints) -> String {
    let mut all = Vec::new();
    let named = [("form", &hints.form), ("side", &hints.side)];
    let given = named
        .into_iter()
        .filter_map(|(what, name)| Some((what, name.as_ref()?)));
    all.extend(given.map(|(what, name)| format!("{what} {name}")));
    all.extend(hints.edition.map(|n| format!("edition {n}")));
    all.extend(hints.turn.map(|degrees| format!("turn {degrees}")));
    all.extend(hints.corners.map(|_| "corners".to_owned()));
    all.extend(hints.key.as_ref().map(|_| "key".to_owned()));
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Books;
    use crate::doubt::Reason;
    use crate::store::fixtures::*;
    use crate::store::{AnswerStatus, Bucket, Purpose, QuestionFilter, QuestionState};

    fn info() -> RunInfo {
        RunInfo {
            program: "hagaki 0".into(),
            who: "sato".into(),
            at: at(NOON),
            received: "2024-05-01".parse().unwrap(),
            purpose: Purpose::Reread,
        }
    }

    fn laid() -> Hints {
        Hints {
            form: Some("wish".into()),
            turn: Some(180),
            ..Hints::default()
        }
    }

    fn repair(
        store: &mut Store,
        (question, lease): (i64, Option<&str>),
        (outcome, hints): (&PageOutcome, &Hints),
    ) -> Repaired {
        let original = store.original(PageId(1)).unwrap().unwrap();
        let new = Rereading {
            original: &original,
            pixels: &Digest::of(b"p"),
            outcome,
            hints,
        };
        store
            .repair_page(&info(), (QuestionId(question), lease), &new)
            .unwrap()
    }

    fn open(store: &Store) -> Vec<(i64, String, &'static str)> {
        let all = store.questions(&QuestionFilter::default()).unwrap();
        all.into_iter()
            .map(|q| (q.id.0, q.subject.field().to_owned(), q.reason.code()))
            .collect()
    }

    fn balanced(store: &Store) {
        assert_eq!(Books::of(store).unwrap().balances(), Ok(()));
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn a_rejected_page_becomes_a_card_whose_fields_are_asked() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
        let read = card("", &[("wish", "yes"), ("phone", "?0773")]);
        let hints = Hints {
            key: Some("7".into()),
            ..laid()
        };
        assert!(matches!(
            repair(&mut store, (1, None), (&read, &hints)),
            Repaired::Done(_)
        ));
        let page = store.page(PageId(1)).unwrap();
        assert_eq!(
            (page.bucket, page.key.as_deref()),
            (Bucket::Review, Some("7"))
        );
        assert_eq!(open(&store), [(2, "phone".into(), "MULTI_MARK")]);
        // The old journey is still there, and what was said of the new one.
        let outcomes: i64 = store
            .db
            .query_row("SELECT count(*) FROM outcomes WHERE page_id = 1", [], |r| {
                r.get(0)
            })
            .unwrap();
        assert_eq!(outcomes, 2);
        assert_eq!(store.original(PageId(1)).unwrap().unwrap().hints, hints);
        let said = store.audit().unwrap();
        let said = said.iter().find(|row| row.what == "page.repair").unwrap();
        assert_eq!(said.who, "sato");
        assert_eq!(said.subject, "page 1 outcome 2 form wish turn 180 key");
        balanced(&store);
        // The question is gone, and with it the right to do it again.
        let again = repair(&mut store, (1, None), (&read, &hints));
        assert_eq!(again, Repaired::Meanwhile);
    }

    #[test]
    fn a_page_that_is_rejected_again_waits_again() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
        let other = rejected(Reason::RegResidual);
        repair(&mut store, (1, None), (&other, &laid()));
        assert_eq!(open(&store), [(2, String::new(), "REG_RESIDUAL")]);
        assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Rejected);
        balanced(&store);
    }

    #[test]
    fn what_was_answered_from_another_place_is_asked_again() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let page = card("1", &[("wish", "?yes"), ("phone", "?0773"), ("memo", "x")]);
        record_all(&mut store, &mut run, "a", &[page]);
        let field = |name: &str| Subject::Field(FieldId(name.into()));
        let no = says(PageId(1), "wish", Answer::Value("no".into()));
        let hold = says_of_page(PageId(1), Answer::Hold);
        store.decide(&[no, hold]).unwrap();
        let asked = store.questions(&QuestionFilter::default()).unwrap();
        let page_question = asked.iter().find(|q| q.subject == Subject::Page).unwrap();
        let read = card("1", &[("wish", "yes"), ("phone", "0773")]);
        let done = repair(&mut store, (page_question.id.0, None), (&read, &laid()));
        assert!(matches!(done, Repaired::Done(_)));
        let answers = store.answers(PageId(1)).unwrap();
        assert_eq!(answers[0].status, AnswerStatus::Question);
        assert_eq!(answers[1].status, AnswerStatus::Accepted);
        let asked = store.questions(&QuestionFilter::default()).unwrap();
        assert!(
            asked.iter().any(|q| q.subject == field("wish")),
            "{asked:?}"
        );
        balanced(&store);
    }

    #[test]
    fn a_key_alone_leaves_people_s_answers_alone() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let page = card("", &[("wish", "?yes")]);
        record_all(&mut store, &mut run, "a", &[page]);
        let no = says(PageId(1), "wish", Answer::Value("no".into()));
        let hold = says_of_page(PageId(1), Answer::Hold);
        store.decide(&[no, hold]).unwrap();
        let hints = Hints {
            key: Some("9".into()),
            ..Hints::default()
        };
        let read = card("", &[("wish", "?yes")]);
        repair(&mut store, (2, None), (&read, &hints));
        let answers = store.answers(PageId(1)).unwrap();
        assert_eq!(answers[0].value.as_deref(), Some("no"));
        assert_eq!(store.page(PageId(1)).unwrap().key.as_deref(), Some("9"));
        balanced(&store);
    }

    #[test]
    fn a_lease_counts_once_and_only_while_its_question_stands() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
        let token = lease(&mut store);
        let read = card("1", &[("wish", "yes")]);
        let unknown = "3".repeat(32);
        let mut with = |token: &str| repair(&mut store, (1, Some(token)), (&read, &laid()));
        assert_eq!(with(&unknown), Repaired::TakenBack);
        assert!(matches!(with(&token), Repaired::Done(_)));
        assert_eq!(with(&token), Repaired::TakenBack);
        let old = store.question(QuestionId(1)).unwrap();
        assert_eq!(old.state, QuestionState::Superseded);
        assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Read);
        balanced(&store);
    }

    #[test]
    fn what_a_person_said_of_a_page_outlives_a_later_reading() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
        let read = card("1", &[("wish", "yes")]);
        repair(&mut store, (1, None), (&read, &laid()));
        let mut run = begin(&store, true);
        let digest = Digest::of(b"p");
        store
            .record_page(&mut run, &origin("a", 0), &digest, &read)
            .unwrap();
        assert_eq!(store.original(PageId(1)).unwrap().unwrap().hints, laid());
    }

    #[test]
    fn a_page_that_a_person_asked_about_waits_until_somebody_laid_it() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let page = card("1", &[("wish", "yes"), ("phone", "0773")]);
        record_all(&mut store, &mut run, "a", std::slice::from_ref(&page));
        assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Read);
        let asked = store.ask_about_page(&act("sato"), PageId(1)).unwrap();
        assert_eq!(asked, Repaired::Done(QuestionId(1)));
        assert_eq!(open(&store), [(1, String::new(), "MANUAL_HOLD")]);
        balanced(&store);
        // Another reading of the scans does not forget it.
        let mut run = begin(&store, true);
        let pixels = Digest::of(b"p");
        store
            .record_page(&mut run, &origin("a", 0), &pixels, &page)
            .unwrap();
        let waits = open(&store);
        assert_eq!((waits.len(), waits[0].2), (1, "MANUAL_HOLD"));
        // Laid by hand it asks what its reading asks, and nothing else.
        let read = card("1", &[("wish", "?yes"), ("phone", "0773")]);
        let done = repair(&mut store, (waits[0].0, None), (&read, &laid()));
        assert!(matches!(done, Repaired::Done(_)));
        let asked: Vec<_> = open(&store).into_iter().map(|q| q.1).collect();
        assert_eq!(asked, ["wish"]);
        balanced(&store);
        let gone = store.ask_about_page(&act("sato"), PageId(9)).unwrap();
        assert_eq!(gone, Repaired::Meanwhile);
    }
}
