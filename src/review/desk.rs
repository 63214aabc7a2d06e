//! Questions for several people at once: each is given to one desk, answered once, and may be
//! taken back by whoever answered it last.

use super::{Reply, ReviewError, decisions};
use crate::form::Library;
use crate::store::{
    Act, Answer, Desk, NewDecision, QuestionId, Settled, Spoken, Store, StoreError, Subject, Term,
    Timestamp, UNDO, Wanted,
};

/// After so many seconds without a sign from the desk its questions go to others. A doubtful number
/// takes five seconds, a telephone call about one a few minutes.
pub const LEASE_SECONDS: i64 = 300;

/// From now on for the usual time.
pub fn term(now: Timestamp) -> Term {
    Term {
        until: now.plus_seconds(LEASE_SECONDS),
        now,
    }
}

/// Gives the desk the next question that waits.
pub fn next(
    store: &mut Store,
    (desk, token): (&Desk, &str),
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Option<QuestionId>, StoreError> {
    store.lease_next((desk, token), wanted, &term(now))
}

/// Records a desk's word on the question it has under `token`, by the rules of [`super::set`].
/// What the rules refuse leaves the question with the desk.
pub fn answer(
    store: &mut Store,
    library: &Library,
    token: &str,
    reply: &Reply,
) -> Result<Spoken, ReviewError> {
    let lease = store.lease(token)?.ok_or(ReviewError::TakenBack)?;
    if lease.question != reply.question || lease.desk.who != reply.act.who {
        return Err(ReviewError::TakenBack);
    }
    let decisions = decisions(store, library, reply)?;
    match store.decide_leased(token, &decisions)? {
        Settled::Done(spoken) => Ok(spoken[0]),
        Settled::TakenBack => Err(ReviewError::TakenBack),
        Settled::Meanwhile => Err(ReviewError::Meanwhile),
    }
}

/// Gives the desk a question that its person answered last, to answer it anew.
pub fn back(
    store: &mut Store,
    (desk, token): (&Desk, &str),
    question: QuestionId,
    now: Timestamp,
) -> Result<(), ReviewError> {
    let given = store.lease_own((desk, token), question, &term(now))?;
    given.map(|_| ()).ok_or(ReviewError::Meanwhile)
}

/// Takes the last word on a question back: it is open again, and the desk has it under `token`.
/// Nothing is erased; the word that takes back stands after the word that was taken back.
pub fn undo(
    store: &mut Store,
    (desk, token): (&Desk, &str),
    question: QuestionId,
    now: Timestamp,
) -> Result<(), ReviewError> {
    back(store, (desk, token), question, now.clone())?;
    let lease = store.lease(token)?.ok_or(ReviewError::TakenBack)?;
    let row = store.question(question)?;
    let act = Act {
        who: desk.who.clone(),
        at: now.clone(),
    };
    let word = |page, subject: &Subject, answer| NewDecision {
        page,
        subject: subject.clone(),
        answer,
        act: act.clone(),
        why: UNDO.to_owned(),
        raises: Vec::new(),
    };
    // The cards that this word took out of the answers are back in.
    let with = lease
        .decision
        .map_or(Ok(Vec::new()), |d| store.set_aside_with(d))?;
    let rivals = with
        .into_iter()
        .map(|page| word(page, &Subject::Page, Answer::Accept));
    let mut words = vec![word(row.page_id, &row.subject, Answer::Hold)];
    words.extend(rivals);
    match store.decide_leased(token, &words)? {
        Settled::Done(_) => {}
        Settled::TakenBack => return Err(ReviewError::TakenBack),
        Settled::Meanwhile => return Err(ReviewError::Meanwhile),
    }
    back(store, (desk, token), question, now)
}

#[cfg(test)]
mod tests;
