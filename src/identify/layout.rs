//! Layout matches with the sketch of each side made once and shared by all workers.

use std::sync::Arc;

use crate::form::Form;
use crate::form::kept::Kept;
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

static SKETCHES: Kept<Form, Vec<Option<Sketch>>> = Kept::new();

/// `None` when the paper cannot hold the side that way round, or the side shows nothing to match.
pub(super) fn find(
    page: &Upright<'_>,
    form: &Arc<Form>,
    side: usize,
    turn: QuarterTurn,
) -> Option<Found> {
    let sketches = SKETCHES.get(form, || form.sides.iter().map(Sketch::of).collect());
    let sketch = sketches.get(side)?.as_ref()?;
    let found = match_sketch(page, sketch, &form.sides[side], turn)?;
    Some(Found {
        transform: found.transform,
        score: found.score,
    })
}
