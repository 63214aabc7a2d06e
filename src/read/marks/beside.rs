//! Writing beside a question that touches none of its options: the number of a choice written
//! instead of a mark, a remark that changes what a mark means (domain 4).

use crate::doubt::{Doubt, Reason};
use crate::geom::{Mm, Rect};
use crate::read::margin;
use crate::register::Registered;

use super::places;
use super::plane::{PX_PER_MM, Plane, PxRect, blank_darkness, darkness};
use super::slot::{FieldSlots, Slot};
use super::stroke::{Stroke, pieces, pieces_from};
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

/// Pencil as pale as this is still ink near an option; farther off, where the other side shows through
/// as well, only what is called ink everywhere.
const PALE: f32 = 0.09;

/// Ink this near to an option's box or word belongs to a mark of it, in mm.
const TOUCHES: f64 = 0.4;

/// Writing that touches no option.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Beside {
    /// Some of it stands away from all options.
    pub(super) far: bool,
    /// Area in mm2 of what stands within 3.5 mm of an option, one an option, each piece at the
    /// nearest: a number, a remark, or a part of a broken circle.
    pub(super) near: Vec<f64>,
}

impl Beside {
    /// The doubt that writing away from all options makes.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.far.then(|| Reason::MarginNote.into())
    }
}

/// Looks for such writing; `None` where the empty form is not known.
pub(super) fn look(page: &Registered<'_>, slots: &FieldSlots) -> Option<Beside> {
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
    let px = |r: Rect<Mm>| Some(added.px_of(r.intersection(area)?, area));
    let own: Vec<Rect<Mm>> = slots.slots.iter().map(Slot::extent).collect();
    let touched: Vec<PxRect> = own.iter().filter_map(|r| px(r.inflate(TOUCHES))).collect();
    let reached: Vec<PxRect> = own
        .iter()
        .filter_map(|r| px(r.inflate(ZONE_REACH)))
        .collect();
    let keys = page.side.key.iter().filter_map(|k| k.zone);
    let others: Vec<PxRect> = places(page.side)
        .into_iter()
        .chain(keys)
        .chain(margin::printed(page.side))
        .filter(|z| !own.iter().any(|o| o.contains(z.center())))
        .filter_map(|z| px(z.inflate(ZONE_REACH)))
        .collect();
    let mut found = Beside {
        far: false,
        near: vec![0.0; own.len()],
    };
    let free = |s: &Stroke| {
        let encloses = |r: &PxRect| {
            let (x, y) = r.center();
            s.bounds.contains(x, y)
        };
        let marks = meets(s, &others) || meets(s, &touched) || touched.iter().any(encloses);
        is_writing(s, &added) && !marks
    };
    let dark = pieces(&added);
    found.far = dark.iter().any(|s| free(s) && !meets(s, &reached));
    for stroke in pieces_from(&added, PALE).iter().filter(|s| free(s)) {
        if let (true, Some(i)) = (meets(stroke, &reached), nearest(stroke, &touched)) {
            found.near[i] += stroke.pixels.len() as f64 / (PX_PER_MM * PX_PER_MM);
        }
    }
    Some(found)
}

fn meets(stroke: &Stroke, places: &[PxRect]) -> bool {
    let at = |(x, y): &(u16, u16)| places.iter().any(|z| z.contains((*x).into(), (*y).into()));
    stroke.pixels.iter().any(at)
}

/// The place whose middle lies nearest to the stroke's.
fn nearest(stroke: &Stroke, places: &[PxRect]) -> Option<usize> {
    let (x, y) = stroke.bounds.center();
    let gap = |r: &PxRect| {
        let across = x.clamp(r.x0, r.x1).abs_diff(x);
        let down = y.clamp(r.y0, r.y1).abs_diff(y);
        across * across + down * down
    };
    (0..places.len()).min_by_key(|i| gap(&places[*i]))
}

/// Long and dark enough for a digit, and no line through the whole of what was looked at.
fn is_writing(stroke: &Stroke, plane: &Plane) -> bool {
    let b = stroke.bounds;
    let (w, h) = (b.x1 - b.x0, b.y1 - b.y0);
    let long = w.max(h) as f64 >= LEAST_LENGTH * PX_PER_MM;
    let inked = stroke.pixels.len() as f64 >= LEAST_AREA * PX_PER_MM * PX_PER_MM;
    long && inked && 10 * h < 9 * plane.h && 10 * w < 9 * plane.w
}
