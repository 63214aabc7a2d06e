//! A key as a person says it, held against its form and the mailing list: one wrong digit would file a
//! card under somebody else.

use super::{Reply, ReviewError, recheck::side_of};
use crate::doubt::Doubt;
use crate::form::{Key, Library, Role, Side};
use crate::pipeline::{Hints, PageOutcome};
use crate::store::{Answer, Original, QuestionRow};
use crate::validate::key::{parse, plain};
use crate::validate::parse::Parsed;

/// The typed key as it is kept; without one the card has none.
pub(super) fn checked(
    library: &Library,
    question: &QuestionRow,
    (typed, insist): (&str, bool),
) -> Result<Answer, ReviewError> {
    let side = side_of(library, question);
    let kept = settle(side.and_then(|s| s.key.as_ref()), (typed, insist))?;
    Ok(kept.map_or(Answer::Blank, Answer::Value))
}

/// Words on a key that type none: the key that stands is right, or there is none; the latter only where
/// the form can do without.
pub(super) fn untyped(
    library: &Library,
    question: &QuestionRow,
    word: &Answer,
) -> Result<Answer, ReviewError> {
    let key = question.key.as_ref().filter(|key| !key.is_empty());
    if let (Answer::Accept, Some(key)) = (word, key) {
        // As a value, so that the page keeps it.
        return Ok(Answer::Value(key.clone()));
    }
    let form = question.form.as_deref();
    let form = form.and_then(|form| library.find(form, question.edition));
    let mut sides = form.iter().flat_map(|form| &form.sides);
    if sides.any(|side| side.key.as_ref().is_some_and(|key| key.required)) {
        return Err(ReviewError::KeyWanted);
    }
    Ok(word.clone())
}

/// What is said of a page that is to be read again, with the key as it is kept. The page may be any of
/// the sides that are named, else what it was read as, else any reply.
pub(super) fn hinted(
    library: &Library,
    (question, original): (&QuestionRow, &Original),
    (reply, hints): (&Reply, &Hints),
) -> Result<Hints, ReviewError> {
    let Some(typed) = hints.key.as_ref().filter(|_| !is_old(original, hints)) else {
        return Ok(hints.clone());
    };
    let named = hints.named(library).ok().flatten();
    let sides: Vec<&Side> = if let Some(named) = &named {
        named
            .sides
            .iter()
            .map(|at| &named.form.sides[*at])
            .collect()
    } else if let Some(side) = side_of(library, question) {
        vec![side]
    } else {
        let replies = library.sides().filter(|(form, _)| form.role == Role::Reply);
        replies.map(|(_, side)| side).collect()
    };
    let keys: Vec<&Key> = sides.iter().filter_map(|s| s.key.as_ref()).collect();
    let fits = keys.iter().find(|key| parse(key, typed).is_valid());
    let key = settle(fits.or(keys.first()).copied(), (typed, reply.insist))?;
    Ok(Hints {
        key,
        ..hints.clone()
    })
}

/// Whether somebody said the same key of this page before, and it was taken.
fn is_old(original: &Original, hints: &Hints) -> bool {
    original.hints.key == hints.key
}

/// What is wrong with the typed key now that the page was read: as which side is known only then.
pub(super) fn against(
    library: &Library,
    (original, hints): (&Original, &Hints),
    outcome: &PageOutcome,
) -> Vec<Doubt> {
    let (Some(typed), PageOutcome::Read(record)) = (&hints.key, outcome) else {
        return Vec::new();
    };
    if is_old(original, hints) {
        return Vec::new();
    }
    let form = library.find(&record.form.0, Some(record.edition));
    let side = form.and_then(|f| f.sides.iter().find(|s| s.id == record.side));
    let key = side.and_then(|s| s.key.as_ref());
    key.map_or_else(Vec::new, |key| parse(key, typed).doubts)
}

fn settle(key: Option<&Key>, (typed, insist): (&str, bool)) -> Result<Option<String>, ReviewError> {
    let parsed = key.map_or_else(|| Parsed::valid(plain(typed)), |key| parse(key, typed));
    if !parsed.is_valid() && !insist {
        return Err(ReviewError::Invalid {
            doubts: parsed.doubts,
            suggestion: None,
        });
    }
    let value = if parsed.value.is_empty() {
        plain(typed)
    } else {
        parsed.value
    };
    Ok(Some(value).filter(|v| !v.is_empty()))
}
