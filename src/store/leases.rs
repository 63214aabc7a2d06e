//! Who sits before which question. A question is given to one desk at a time; it is taken back when
//! nothing happens at the desk for a while. A word that comes late still counts as long as nobody
//! else was given the question and nobody answered it.
//!
//! A desk is one window of one person, so two windows of one person never show the same question.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::entries::speak_all;
use super::{
    Act, DecisionId, Fault, Kind, May, NewDecision, PageId, QuestionId, Spoken, Store, StoreError,
    Timestamp, audit,
};
use crate::doubt::Reason;

/// The remark of the decision that takes another one back: its question waits like one that nobody
/// answered yet, and not like one that a person put on hold.
pub const UNDO: &str = "undo";

/// One window of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    pub id: String,
    pub who: String,
}

/// From when until when a question is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub now: Timestamp,
    pub until: Timestamp,
}

/// Which questions a desk wants; every part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub form: Option<String>,
    pub field: Option<String>,
    pub reason: Option<Reason>,
    pub kind: Option<Kind>,
    /// What people put on hold, instead of what nobody answered yet.
    pub held: bool,
    /// What the person's roles let him answer.
    pub may: May,
}

/// A question given to a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub question: QuestionId,
    pub desk: Desk,
    /// What held of the question when it was given.
    pub decision: Option<DecisionId>,
}

/// What became of a word on a leased question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    Done(Vec<Spoken>),
    /// The question was given to somebody else, or the lease was used already.
    TakenBack,
    /// Somebody answered meanwhile by another way, or the page was read again.
    Meanwhile,
}

/// How many questions wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// All that are open, held ones included.
    pub open: u64,
    pub held: u64,
    /// Before somebody else at this moment.
    pub elsewhere: u64,
    /// For other people: they need another role, or this person spoke already.
    pub others: u64,
}

impl Store {
    /// Gives the desk the next question that waits and that nobody has before him. `token` is
    /// 32 random hex digits: who knows it may answer.
    pub fn lease_next(
        &mut self,
        (desk, token): (&Desk, &str),
        wanted: &Wanted,
        term: &Term,
    ) -> Result<Option<QuestionId>, StoreError> {
        self.write(|tx| {
            renew(tx, desk, term)?;
            let found: Option<QuestionId> = tx
                .prepare_cached(include_str!("sql/next_question.sql"))?
                .query_row(
                    named_params! {
                        ":kind": wanted.kind.map(Kind::name), ":field": wanted.field,
                        ":form": wanted.form, ":reason": wanted.reason.map(Reason::code),
                        ":held": wanted.held, ":undo": UNDO, ":now": term.now,
                        ":first": wanted.may.first, ":verify": wanted.may.verify,
                        ":who": desk.who,
                    },
                    |r| r.get(0),
                )
                .optional()?;
            if let Some(question) = found {
                give(tx, (desk, token), question, term)?;
            }
            Ok(found)
        })
    }

    /// Gives the desk a question that its person answered last, to look at it again; `None` when
    /// somebody else has it or spoke after him.
    pub fn lease_own(
        &mut self,
        (desk, token): (&Desk, &str),
        question: QuestionId,
        term: &Term,
    ) -> Result<Option<QuestionId>, StoreError> {
        self.write(|tx| {
            let own = tx
                .prepare_cached(
                    "SELECT 1 FROM questions q LEFT JOIN decisions d ON d.id = q.decision_id
                     WHERE q.id = ?1 AND q.state <> 'superseded'
                       -- His word is the last one: a decision, or an entry that still waits.
                       AND (d.who = ?2 OR q.state = 'open' AND q.entries > 0 AND
                            (SELECT e.who FROM entries e WHERE e.question_id = q.id
                             ORDER BY e.id DESC LIMIT 1) = ?2)
                       AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.question_id = q.id
                                       AND l.until > ?3 AND l.desk <> ?4)",
                )?
                .exists((question, &desk.who, &term.now, &desk.id))?;
            if !own {
                return Ok(None);
            }
            renew(tx, desk, term)?;
            give(tx, (desk, token), question, term)?;
            Ok(Some(question))
        })
    }

    /// Gives the desk that very question; `None` when it does not wait, or another person has it. In
    /// another window of his own it is taken away.
    pub fn lease_this(
        &mut self,
        (desk, token): (&Desk, &str),
        question: QuestionId,
        term: &Term,
    ) -> Result<Option<QuestionId>, StoreError> {
        self.write(|tx| {
            let free = tx
                .prepare_cached(
                    "SELECT 1 FROM questions q WHERE q.id = ?1 AND q.state = 'open'
                     AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.question_id = q.id
                                     AND l.until > ?2 AND l.who <> ?3)",
                )?
                .exists((question, &term.now, &desk.who))?;
            if !free {
                return Ok(None);
            }
            renew(tx, desk, term)?;
            give(tx, (desk, token), question, term)?;
            Ok(Some(question))
        })
    }

    /// Whether a person may say something of the page of that question: it waits and nobody else has it
    /// before him, or the last word on it is his.
    pub fn is_at_hand(
        &self,
        who: &str,
        question: QuestionId,
        now: &Timestamp,
    ) -> Result<bool, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT 1 FROM questions q LEFT JOIN decisions d ON d.id = q.decision_id
                 WHERE q.id = ?1 AND (q.state = 'open' OR q.state = 'answered' AND d.who = ?2)
                 AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.question_id = q.id
                                 AND l.until > ?3 AND l.who <> ?2)",
            )?;
            Ok(one.exists((question, who, now))?)
        })
    }

    /// What is given under that token.
    pub fn lease(&self, token: &str) -> Result<Option<Lease>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT question_id, desk, who, decision_id FROM leases WHERE token = ?1",
            )?;
            let found = one.query_row([token], |r| {
                Ok(Lease {
                    question: r.get(0)?,
                    desk: Desk {
                        id: r.get(1)?,
                        who: r.get(2)?,
                    },
                    decision: r.get(3)?,
                })
            });
            Ok(found.optional()?)
        })
    }

    /// Records a word on the question of that token, and ends the lease. Nothing is kept unless
    /// what held when the question was given holds still.
    pub fn decide_leased(
        &mut self,
        token: &str,
        decisions: &[NewDecision],
    ) -> Result<Settled, StoreError> {
        self.write(|tx| settle(tx, token, decisions))
    }

    /// Something happens at the desk: what it has stays its own for another term.
    pub fn renew_leases(&mut self, desk: &Desk, term: &Term) -> Result<(), StoreError> {
        self.write(|tx| renew(tx, desk, term))
    }

    /// Takes back everything that the desk has.
    pub fn end_leases(&mut self, desk: &Desk) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "DELETE FROM leases WHERE desk = ?1 AND who = ?2",
                (&desk.id, &desk.who),
            )?;
            Ok(())
        })
    }

    /// Notes that somebody looked at a whole page.
    pub fn note_page_seen(&mut self, act: &Act, page: PageId) -> Result<(), StoreError> {
        self.write(|tx| audit::note(tx, act, "review.page", &format!("page {page}")))
    }

    pub fn count_waiting(
        &self,
        desk: &Desk,
        wanted: &Wanted,
        now: &Timestamp,
    ) -> Result<Waiting, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(include_str!("sql/count_waiting.sql"))?;
            let counts = one.query_row(
                named_params! {
                    ":kind": wanted.kind.map(Kind::name), ":field": wanted.field,
                    ":form": wanted.form, ":reason": wanted.reason.map(Reason::code),
                    ":undo": UNDO, ":now": now, ":desk": desk.id,
                    ":first": wanted.may.first, ":verify": wanted.may.verify, ":who": desk.who,
                },
                |r| {
                    Ok(Waiting {
                        open: r.get::<_, u32>(0)?.into(),
                        held: r.get::<_, u32>(1)?.into(),
                        elsewhere: r.get::<_, u32>(2)?.into(),
                        others: r.get::<_, u32>(3)?.into(),
                    })
                },
            )?;
            Ok(counts)
        })
    }

    /// How many questions are open, held ones included: asked with every answer, so it looks at
    /// nothing else.
    pub fn count_open(&self, wanted: &Wanted) -> Result<u64, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(include_str!("sql/count_open.sql"))?;
            let count: u32 = one.query_row(
                named_params! {
                    ":kind": wanted.kind.map(Kind::name), ":field": wanted.field,
                    ":form": wanted.form, ":reason": wanted.reason.map(Reason::code),
                },
                |r| r.get(0),
            )?;
            Ok(count.into())
        })
    }

    /// How many questions wait of what is wanted: those on hold only where they are wanted.
    pub fn count_wanted(&self, wanted: &Wanted) -> Result<u64, StoreError> {
        let held = self.count_held(wanted)?;
        if wanted.held {
            return Ok(held);
        }
        Ok(self.count_open(wanted)?.saturating_sub(held))
    }

    fn count_held(&self, wanted: &Wanted) -> Result<u64, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(include_str!("sql/count_held.sql"))?;
            let count: u32 = one.query_row(
                named_params! {
                    ":kind": wanted.kind.map(Kind::name), ":field": wanted.field,
                    ":form": wanted.form, ":reason": wanted.reason.map(Reason::code),
                    ":undo": UNDO,
                },
                |r| r.get(0),
            )?;
            Ok(count.into())
        })
    }

    /// Pages that were set aside together with that decision, by the same word.
    pub fn set_aside_with(&self, decision: DecisionId) -> Result<Vec<PageId>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/set_aside_with.sql"))?;
            let rows = all.query_map([decision], |r| r.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

pub(super) fn settle(
    tx: &Connection,
    token: &str,
    decisions: &[NewDecision],
) -> Result<Settled, Fault> {
    match end(tx, token)? {
        None => Ok(Settled::TakenBack),
        Some(false) => Ok(Settled::Meanwhile),
        Some(true) => Ok(Settled::Done(speak_all(tx, decisions)?)),
    }
}

/// Ends a lease: whether what held when the question was given holds still; `None` without one.
pub(super) fn end(tx: &Connection, token: &str) -> Result<Option<bool>, Fault> {
    let stands = stands(tx, token)?;
    tx.prepare_cached("DELETE FROM leases WHERE token = ?1")?
        .execute([token])?;
    Ok(stands)
}

pub(super) fn renew(tx: &Connection, desk: &Desk, term: &Term) -> Result<(), Fault> {
    tx.prepare_cached("UPDATE leases SET until = ?3 WHERE desk = ?1 AND who = ?2 AND until < ?3")?
        .execute((&desk.id, &desk.who, &term.until))?;
    // What ran out and was answered by another way is of no use to anybody.
    tx.prepare_cached(
        "DELETE FROM leases WHERE until <= ?1
         AND EXISTS (SELECT 1 FROM questions q
                     WHERE q.id = leases.question_id AND q.state <> 'open')",
    )?
    .execute([&term.now])?;
    Ok(())
}

pub(super) fn give(
    tx: &Connection,
    (desk, token): (&Desk, &str),
    question: QuestionId,
    term: &Term,
) -> Result<(), Fault> {
    tx.prepare_cached(include_str!("sql/put_lease.sql"))?
        .execute(named_params! {
            ":token": token, ":desk": desk.id, ":who": desk.who, ":until": term.until,
            ":question": question,
        })?;
    let act = Act {
        who: desk.who.clone(),
        at: term.now.clone(),
    };
    audit::note(tx, &act, "review.show", &format!("question {question}"))
}

/// Whether what held when the question was given holds still; `None` without a lease.
fn stands(tx: &Connection, token: &str) -> Result<Option<bool>, Fault> {
    let found = tx
        .prepare_cached(
            "SELECT q.state <> 'superseded' AND q.decision_id IS l.decision_id
                    AND q.entries = l.entries
             FROM leases l JOIN questions q ON q.id = l.question_id WHERE l.token = ?1",
        )?
        .query_row([token], |r| r.get(0))
        .optional()?;
    Ok(found)
}
