//! Writing beside a question that touches none of its options: the number of a choice written
//! instead of a mark, a remark that changes what a mark means (domain 4).

use crate::doubt::{Doubt, Reason};
use crate::form::{Side, Zone};
use crate::geom::{Mm, Rect};
use crate::register::Registered;

use super::plane::{PX_PER_MM, Plane, blank_darkness, darkness};
use super::slot::FieldSlots;
use super::stroke::{Stroke, pieces};
use super::subtract::{added_to_form, best_shift};

/// How far beside and above or below a question its writing may stand, in mm.
const BESIDE: f64 = 14.0;
const ABOVE: f64 = 4.0;

/// Ink this near to a zone is that zone's business, in mm: circles and tails.
const ZONE_REACH: f64 = 3.5;

/// The smallest writing: a digit 1 of 2.5 mm by a fine pen covers 0.8 mm2; a speck is shorter.
const LEAST_AREA: f64 = 0.8;
const LEAST_LENGTH: f64 = 1.8;

/// Print may be off by this much more than at a mark, in px: nothing is refined out here.
const FORGIVEN: usize = 2;
const REACH: i32 = 4;

/// The doubt that such writing makes; none where the empty form is not known.
pub(super) fn doubt(page: &Registered<'_>, slots: &FieldSlots) -> Option<Doubt> {
    let paper = Rect::new(0.0, 0.0, page.side.size.w, page.side.size.h).inflate(-ABOVE);
    let whole = slots.area(page.side, 0.0)?;
    let wide = Rect::new(
        whole.x - BESIDE,
        whole.y - ABOVE,
        whole.w + 2.0 * BESIDE,
        whole.h + 2.0 * ABOVE,
    );
    let area = wide.intersection(paper)?;
    let blank = blank_darkness(page, area)?;
    let local = Registered {
        to_px: page.refined(whole).0,
        ..page.clone()
    };
    let dark = darkness(&local, area, false);
    let (dx, dy) = best_shift(&dark, &blank, dark.whole(), REACH);
    let added = added_to_form(&dark, &blank.shifted(dx, dy).dilated(FORGIVEN)).smoothed();
    let taken: Vec<_> = zones(page.side)
        .into_iter()
        .filter_map(|z| z.inflate(ZONE_REACH).intersection(area))
        .map(|z| added.px_of(z, area))
        .collect();
    let free = |s: &Stroke| {
        let at = |(x, y): &(u16, u16)| taken.iter().any(|z| z.contains((*x).into(), (*y).into()));
        !s.pixels.iter().any(at)
    };
    let written = |s: &Stroke| is_writing(s, &added) && free(s);
    pieces(&added)
        .iter()
        .any(written)
        .then(|| Reason::MarginNote.into())
}

/// Long and dark enough for a digit, and no line through the whole of what was looked at.
fn is_writing(stroke: &Stroke, plane: &Plane) -> bool {
    let b = stroke.bounds;
    let (w, h) = (b.x1 - b.x0, b.y1 - b.y0);
    let long = w.max(h) as f64 >= LEAST_LENGTH * PX_PER_MM;
    let inked = stroke.pixels.len() as f64 >= LEAST_AREA * PX_PER_MM * PX_PER_MM;
    long && inked && 10 * h < 9 * plane.h && 10 * w < 9 * plane.w
}

/// Everything on the side that people write in or at, option by option.
fn zones(side: &Side) -> Vec<Rect<Mm>> {
    let of = |zone: &Zone| -> Vec<Rect<Mm>> {
        match zone {
            Zone::Marks(z) => {
                let places = z.options.iter().flat_map(|o| [o.boxed, o.word]);
                places.flatten().collect()
            }
            Zone::Picture(r) => vec![*r],
            other => other.area().into_iter().collect(),
        }
    };
    let keys = side.key.iter().filter_map(|k| k.zone);
    side.fields
        .iter()
        .flat_map(|f| of(&f.zone))
        .chain(keys)
        .chain(super::super::margin::printed(side))
        .collect()
}
