//! Fields that more than one person must look at. What a person says where he must not see another's
//! word is an entry; it becomes a decision once two words agree, or a third person has decided.
//!
//! - `double`: the machine's reading is the first word, a person who does not see it the second.
//! - `double_blind`: two persons, neither of whom sees the other's word or the machine's.
//!
//! The store itself enforces it, so that no way of answering can go round it.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;

use super::questions::add_decision_as;
use super::{
    Act, Answer, DecisionId, Fault, NewDecision, PageId, QuestionId, Role, Store, StoreError,
    Subject, UNDO, audit, rivals,
};
use crate::form::Policy;

/// The remark of a decision that a second word made by agreeing with the first.
pub const AGREED: &str = "agreed";

/// What is wanted of whom next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// One person's word, with the machine's in sight.
    Plain,
    /// A word from somebody who sees no other.
    Blind,
    /// Two words differ: a third person sees both and decides.
    Settle,
}

impl Step {
    pub(super) fn of(policy: Policy, entries: u32, is_open: bool) -> Self {
        let needed = match policy {
            Policy::Auto | Policy::Single => return Self::Plain,
            Policy::Double => 1,
            Policy::DoubleBlind => 2,
        };
        if is_open && entries < needed {
            Self::Blind
        } else {
            Self::Settle
        }
    }
}

/// What a person's roles let him answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct May {
    /// Where nobody spoke yet.
    pub first: bool,
    /// After another person.
    pub verify: bool,
}

impl Default for May {
    fn default() -> Self {
        Self {
            first: true,
            verify: true,
        }
    }
}

impl May {
    pub fn of(roles: &[Role]) -> Self {
        Self {
            first: roles.contains(&Role::Reviewer),
            verify: roles.contains(&Role::Verifier),
        }
    }
}

/// What became of a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    Decided(DecisionId),
    /// It waits for another person's word.
    Entered,
}

/// One of the words that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Who said it; `None` for the machine.
    #[serde(skip)]
    pub who: Option<String>,
    /// `value`, `blank` or `illegible`; of a decision whatever its subject takes.
    pub answer: String,
    pub value: Option<String>,
}

impl Entry {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            who: row.get("who")?,
            answer: row.get("answer")?,
            value: row.get("value")?,
        })
    }

    fn says(&self, answer: &Answer) -> bool {
        let value = match answer {
            Answer::Value(text) => Some(text),
            _ => None,
        };
        self.answer == answer.name() && self.value.as_ref() == value
    }
}

/// The question that a word on a subject would answer.
struct Asked {
    id: QuestionId,
    policy: Policy,
    entries: u32,
    is_open: bool,
}

impl Store {
    /// The words that a third person decides between; empty while nobody may see them.
    pub fn differing(&self, question: QuestionId) -> Result<Vec<Entry>, StoreError> {
        self.read(|db| {
            let asked = db
                .prepare_cached("SELECT id, policy, entries, state FROM questions WHERE id = ?1")?
                .query_row([question], Asked::from_row)
                .optional()?;
            let Some(asked) = asked.filter(|a| a.step() == Step::Settle) else {
                return Ok(Vec::new());
            };
            words(db, &asked)
        })
    }

    /// Whether somebody spoke about it and another person must look.
    pub fn is_spoken_about(&self, question: QuestionId) -> Result<bool, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT 1 FROM questions WHERE id = ?1 AND policy IN ('double', 'double_blind')
                 AND (entries > 0 OR state = 'answered')",
            )?;
            Ok(one.exists([question])?)
        })
    }

    /// The last word that this person entered and that nobody has spoken after.
    pub fn own_entry(&self, question: QuestionId, who: &str) -> Result<Option<Entry>, StoreError> {
        self.read(|db| {
            let last = live(db, question)?.pop();
            Ok(last.filter(|entry| entry.who.as_deref() == Some(who)))
        })
    }

    /// The decision that holds of a question, a hold included; `None` where nobody decided, or the
    /// decision was taken back.
    pub fn last_word(&self, question: QuestionId) -> Result<Option<Entry>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT d.who, d.answer, d.value FROM questions q
                 JOIN decisions d ON d.id = q.decision_id
                 WHERE q.id = ?1 AND d.why <> ?2",
            )?;
            Ok(one
                .query_row((question, UNDO), Entry::from_row)
                .optional()?)
        })
    }
}

impl Asked {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            policy: super::look::parsed(row, "policy")?,
            entries: row.get("entries")?,
            is_open: row.get_ref("state")?.as_str()? == "open",
        })
    }

    fn step(&self) -> Step {
        Step::of(self.policy, self.entries, self.is_open)
    }
}

/// Takes a person's words, all or none.
pub(super) fn speak_all(tx: &Connection, words: &[NewDecision]) -> Result<Vec<Spoken>, Fault> {
    let pages: Vec<PageId> = words.iter().map(|word| word.page).collect();
    rivals::rechecked(tx, &pages, || words.iter().map(|w| speak(tx, w)).collect())
}

/// Takes a person's word, by the policy of the question that it answers.
fn speak(tx: &Connection, word: &NewDecision) -> Result<Spoken, Fault> {
    let Some(asked) = asked(tx, word)? else {
        return Ok(Spoken::Decided(add_decision_as(tx, word, &word.why)?));
    };
    let own = live(tx, asked.id)?;
    let at = own
        .iter()
        .position(|entry| entry.who.as_deref() == Some(&word.act.who));
    if word.why == UNDO || word.answer == Answer::Hold {
        let id = add_decision_as(tx, word, &word.why)?;
        if word.why == UNDO && at.is_some() {
            withdraw(tx, &asked, &word.act)?;
        }
        return Ok(Spoken::Decided(id));
    }
    let is_last = at.is_some_and(|at| at + 1 == own.len());
    match (asked.step(), at) {
        // He answers anew what nobody has spoken after.
        _ if asked.is_open && is_last => enter(tx, &asked, word),
        (Step::Blind, None) => enter(tx, &asked, word),
        (Step::Plain | Step::Settle, None) => {
            Ok(Spoken::Decided(add_decision_as(tx, word, &word.why)?))
        }
        (_, Some(_)) => Err(StoreError::SamePerson { id: asked.id }.into()),
    }
}

/// The question about a field that several people must look at, if the word is about one.
fn asked(tx: &Connection, word: &NewDecision) -> Result<Option<Asked>, Fault> {
    let Subject::Field(field) = &word.subject else {
        return Ok(None);
    };
    let found = tx
        .prepare_cached(
            "SELECT id, policy, entries, state FROM questions
             WHERE page_id = ?1 AND kind = 'field' AND field = ?2 AND state <> 'superseded'
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row((word.page, &field.0), Asked::from_row)
        .optional()?;
    Ok(found.filter(|asked| matches!(asked.policy, Policy::Double | Policy::DoubleBlind)))
}

/// Keeps the word, and makes a decision of it where it agrees with another.
fn enter(tx: &Connection, asked: &Asked, word: &NewDecision) -> Result<Spoken, Fault> {
    let value = match &word.answer {
        Answer::Value(text) => Some(text),
        _ => None,
    };
    put(tx, asked, &word.act, (word.answer.name(), value))?;
    let others = words(tx, asked)?.into_iter();
    let mut others = others.filter(|entry| entry.who.as_deref() != Some(&word.act.who));
    if others.any(|entry| entry.says(&word.answer)) {
        return Ok(Spoken::Decided(add_decision_as(tx, word, AGREED)?));
    }
    Ok(Spoken::Entered)
}

fn withdraw(tx: &Connection, asked: &Asked, act: &Act) -> Result<(), Fault> {
    put(tx, asked, act, ("withdrawn", None))
}

/// Adds an entry and counts anew those that stand.
fn put(
    tx: &Connection,
    asked: &Asked,
    act: &Act,
    (answer, value): (&str, Option<&String>),
) -> Result<(), Fault> {
    tx.prepare_cached(
        "INSERT INTO entries (question_id, answer, value, who, at)
         VALUES (:question, :answer, :value, :who, :at)",
    )?
    .execute(named_params! {
        ":question": asked.id, ":answer": answer, ":value": value, ":who": act.who, ":at": act.at,
    })?;
    let count = live(tx, asked.id)?.len() as i64;
    tx.prepare_cached("UPDATE questions SET entries = ?2 WHERE id = ?1")?
        .execute((asked.id, count))?;
    let what = match answer {
        "withdrawn" => "entry.withdrawn",
        _ => "entry",
    };
    audit::note(tx, act, what, &format!("question {}", asked.id))
}

/// The entries that stand, oldest first: of each person the latest, unless he withdrew it.
fn live(db: &rusqlite::Connection, question: QuestionId) -> Result<Vec<Entry>, Fault> {
    let mut all = db.prepare_cached(include_str!("sql/live_entries.sql"))?;
    let rows = all.query_map([question], Entry::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same, after the machine's own word where that counts as the first.
fn words(db: &rusqlite::Connection, asked: &Asked) -> Result<Vec<Entry>, Fault> {
    let mut words = Vec::new();
    if asked.policy == Policy::Double {
        let machine: Option<String> = db
            .prepare_cached(
                "SELECT r.value FROM questions q
                 JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
                 WHERE q.id = ?1",
            )?
            .query_row([asked.id], |r| r.get(0))
            .optional()?;
        words.extend(machine.map(|value| Entry {
            who: None,
            answer: if value.is_empty() { "blank" } else { "value" }.to_owned(),
            value: (!value.is_empty()).then_some(value),
        }));
    }
    words.extend(live(db, asked.id)?);
    Ok(words)
}
