//! What depends only on a side of a form: worked out once, shared by all pages and workers.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use image::GrayImage;

use super::patches::{COARSE, FINE};
use super::{check, choose, fields, mask};
use crate::form::{Blank, Field, Side, Zone};
use crate::geom::{Mm, Rect, Size};
use crate::raster::Pattern;

/// Print this near to a field is its own; print this near speaks for a field that has none; and
/// the most that one piece covers, mm.
const OWN: f64 = 1.0;
const NEAR: f64 = 4.0;
const PIECE: f64 = 22.0;

/// A piece that is as much like itself half a millimetre away does not tell that direction:
/// text falls to 0.4, a line stays above 0.95.
const BLUNT: i64 = 2;
const ALIKE: f64 = 0.8;

/// A piece of the blank picture that is looked for on pages.
pub(super) struct Patch {
    pub(super) area: Rect<Mm>,
    pub(super) coarse: Option<Pattern>,
    pub(super) fine: Option<Pattern>,
}

/// What of the form's print a page is expected to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Print {
    Whole,
    /// The scanner dropped the frames' color.
    WithoutFrames,
}

/// The print round one field.
pub(super) struct FieldPrint {
    pub(super) area: Rect<Mm>,
    pub(super) whole: Option<Pattern>,
    pub(super) pieces: Vec<Piece>,
}

/// A part of it, and in which directions its place can be told: a single line says nothing of
/// where along it one is.
pub(super) struct Piece {
    pub(super) area: Rect<Mm>,
    pub(super) pattern: Pattern,
    pub(super) across: bool,
    pub(super) down: bool,
}

impl FieldPrint {
    pub(super) fn is_there(&self) -> bool {
        self.whole.is_some()
    }
}

/// The patterns of one side.
pub(super) struct Prepared {
    pub(super) patches: Vec<Patch>,
    /// Printed tiles that are compared with the page in the end.
    pub(super) tiles: Vec<(Rect<Mm>, Pattern)>,
    /// In the order of the side's fields.
    pub(super) fields: Vec<FieldPrint>,
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
pub(super) fn of(side: &Side, print: Print) -> Option<Arc<Prepared>> {
    let blank = side.blank.as_ref()?;
    let mut hidden = mask::answers(side);
    if print == Print::WithoutFrames {
        hidden.extend(mask::frames(side));
    }
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
        let field = |field: &Field| field_print((side, blank), field, hidden);
        Self {
            patches: chosen.into_iter().map(patch).collect(),
            tiles: check::printed_tiles(side, blank, hidden),
            fields: side.fields.iter().map(field).collect(),
        }
    }
}

/// The field's own print (its frames and words): a neighbour's must not speak for a question that
/// has moved. Where it has none, and for areas that are only a place, the print near to it.
fn field_print(at: (&Side, &Blank), field: &Field, hidden: &[Rect<Mm>]) -> FieldPrint {
    let has_own = match field.zone {
        Zone::Marks(_) | Zone::Grid(_) | Zone::Comb(_) | Zone::Rank(_) => true,
        Zone::Line(_) | Zone::Barcode(_) | Zone::Ink(_) | Zone::Picture(_) => false,
    };
    let own = has_own.then(|| print_within(at, field, (OWN, hidden)));
    own.filter(|p| p.is_there() && !p.pieces.is_empty())
        .unwrap_or_else(|| print_within(at, field, (NEAR, hidden)))
}

/// The print within `margin` of a field, whole and in pieces of at most [`PIECE`].
fn print_within(
    (side, blank): (&Side, &Blank),
    field: &Field,
    (margin, hidden): (f64, &[Rect<Mm>]),
) -> FieldPrint {
    let paper = Rect::new(0.0, 0.0, side.size.w, side.size.h);
    let zone = field.zone.area().unwrap_or(paper);
    let area = zone.inflate(margin).intersection(paper).unwrap_or(paper);
    let (nx, ny) = ((area.w / PIECE).ceil(), (area.h / PIECE).ceil());
    let (w, h) = (area.w / nx, area.h / ny);
    let piece = |i: u32| {
        let (x, y) = (i % nx as u32, i / nx as u32);
        let part = Rect::new(area.x + f64::from(x) * w, area.y + f64::from(y) * h, w, h);
        piece_of(blank, part, hidden)
    };
    FieldPrint {
        area,
        whole: pattern(blank, area, fields::WIDE, hidden),
        pieces: (0..(nx * ny) as u32).filter_map(piece).collect(),
    }
}

/// A piece whose place can be told in one direction at least.
fn piece_of(blank: &Blank, area: Rect<Mm>, hidden: &[Rect<Mm>]) -> Option<Piece> {
    let pattern = pattern(blank, area, fields::FINE, hidden)?;
    let around = mask::cut_blank(
        blank,
        area.inflate(BLUNT as f64 / fields::FINE),
        fields::FINE,
    );
    let alike = |dx: i64, dy: i64| {
        let score = |s: i64| pattern.score(&around, BLUNT + s * dx, BLUNT + s * dy);
        score(1).unwrap_or(0.0).max(score(-1).unwrap_or(0.0))
    };
    let (across, down) = (alike(BLUNT, 0) < ALIKE, alike(0, BLUNT) < ALIKE);
    (across || down).then_some(Piece {
        area,
        pattern,
        across,
        down,
    })
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
