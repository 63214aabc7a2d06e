//! Layout matches with the sketch of each side made once and shared by all workers.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::form::Form;
use crate::geom::{Mm, Px, QuarterTurn, Transform};
use crate::normalize::Upright;
use crate::normalize::layout::{Sketch, match_sketch};

/// How well a side fits, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) transform: Transform<Mm, Px>,
    /// 0 to 1.
    pub(super) score: f64,
}

type Sketches = Arc<Vec<Option<Sketch>>>;

/// Sketches of forms that are still in use. A weak pointer keeps the address from being used
/// again, so it is as good as a name.
static MADE: Mutex<Vec<(Weak<Form>, Sketches)>> = Mutex::new(Vec::new());

/// `None` when the paper cannot hold the side that way round, or the side shows nothing to match.
pub(super) fn find(
    page: &Upright<'_>,
    form: &Arc<Form>,
    side: usize,
    turn: QuarterTurn,
) -> Option<Found> {
    let sketches = sketches(form);
    let sketch = sketches.get(side)?.as_ref()?;
    let found = match_sketch(page, sketch, &form.sides[side], turn)?;
    Some(Found {
        transform: found.transform,
        score: found.score,
    })
}

fn sketches(form: &Arc<Form>) -> Sketches {
    let known = |list: &[(Weak<Form>, Sketches)]| {
        let same = list
            .iter()
            .find(|(f, _)| std::ptr::eq(f.as_ptr(), Arc::as_ptr(form)));
        same.map(|(_, sketches)| Arc::clone(sketches))
    };
    if let Some(sketches) = known(&MADE.lock().unwrap_or_else(PoisonError::into_inner)) {
        return sketches;
    }
    let made: Sketches = Arc::new(form.sides.iter().map(Sketch::of).collect());
    let mut list = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|(form, _)| form.strong_count() > 0);
    list.push((Arc::downgrade(form), Arc::clone(&made)));
    made
}
