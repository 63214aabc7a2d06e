//! What depends only on a side of a form: worked out once, shared by all pages and workers.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use image::GrayImage;

use super::patches::{COARSE, FINE};
use super::{check, choose, mask};
use crate::form::{Blank, Side};
use crate::geom::{Mm, Rect, Size};
use crate::raster::Pattern;

/// A piece of the blank picture that is looked for on pages.
pub(super) struct Patch {
    pub(super) area: Rect<Mm>,
    pub(super) coarse: Option<Pattern>,
    pub(super) fine: Option<Pattern>,
}

/// The patterns of one side.
pub(super) struct Prepared {
    pub(super) patches: Vec<Patch>,
    /// Printed tiles that are compared with the page in the end.
    pub(super) tiles: Vec<(Rect<Mm>, Pattern)>,
}

/// One prepared side. A weak pointer keeps the picture's address from being used again, so it is
/// as good as a name; the same picture with other answer areas is another side.
struct Made {
    blank: Weak<GrayImage>,
    size: Size,
    hidden: Vec<Rect<Mm>>,
    prepared: Arc<Prepared>,
}

static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());

/// The side's patterns; `None` when there is no blank picture.
pub(super) fn of(side: &Side) -> Option<Arc<Prepared>> {
    let blank = side.blank.as_ref()?;
    let hidden = mask::answers(side);
    let known = |list: &[Made]| {
        let same = list.iter().find(|m| {
            std::ptr::eq(m.blank.as_ptr(), Arc::as_ptr(&blank.gray))
                && m.size == side.size
                && m.hidden == hidden
        });
        same.map(|m| Arc::clone(&m.prepared))
    };
    if let Some(found) = known(&MADE.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Some(found);
    }
    let prepared = Arc::new(Prepared::new(side, blank, &hidden));
    let mut list = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|m| m.blank.strong_count() > 0);
    list.push(Made {
        blank: Arc::downgrade(&blank.gray),
        size: side.size,
        hidden,
        prepared: Arc::clone(&prepared),
    });
    Some(prepared)
}

impl Prepared {
    fn new(side: &Side, blank: &Blank, hidden: &[Rect<Mm>]) -> Self {
        let patch = |area: Rect<Mm>| Patch {
            area,
            coarse: pattern(blank, area, COARSE, hidden),
            fine: pattern(blank, area, FINE, hidden),
        };
        let chosen = choose::choose(side, blank, hidden);
        Self {
            patches: chosen.into_iter().map(patch).collect(),
            tiles: check::printed_tiles(side, blank, hidden),
        }
    }
}

/// A piece of the blank without the answers; `None` when nothing is printed there.
pub(super) fn pattern(
    blank: &Blank,
    area: Rect<Mm>,
    px_per_mm: f64,
    hidden: &[Rect<Mm>],
) -> Option<Pattern> {
    let picture = mask::cut_blank(blank, area, px_per_mm);
    let open = mask::open(hidden, area, px_per_mm, picture.dimensions());
    Pattern::new(&picture, open)
}
