//! Words on a page's key that type none.

use super::ReviewError;
use crate::form::Library;
use crate::store::{Answer, QuestionRow};

/// The key that stands is right, or there is none; the latter only where the form can do without.
pub(super) fn checked(
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
