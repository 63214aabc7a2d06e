//! Writing beside a question that touches none of its options: the number of a choice written
//! instead of a mark, a remark that changes what a mark means.

use crate::doubt::{Doubt, Reason};
use crate::form::Side;
use crate::geom::{Mm, Point, Rect};
use crate::read::margin;
use crate::register::Registered;

use super::places;
use super::plane::{PX_PER_MM, Plane, PxRect, blank_darkness, darkness};
use super::slot::{FieldSlots, Slot};
use super::stroke::{INK, Stroke, joined, pieces_from};
use super::subtract::{added_to_form, best_shift};

/// How far beside and above or below a question its writing may stand, in mm.
const BESIDE: f64 = 14.0;
const ABOVE: f64 = 4.0;

/// How much more above and below is looked at where something was found, in mm: the ring round a
/// neighbor's word is known for one only where it is seen whole.
const RINGS: f64 = 6.0;

/// Ink this near to a zone is that zone's business, in mm: circles and tails.
const ZONE_REACH: f64 = 3.5;

/// The smallest writing: a digit 1 of 2.5 mm by a fine pen covers 0.8 mm2, by a hard pencil of which the scanner
/// keeps the middle of the stroke half of that; a speck is shorter.
const LEAST_AREA: f64 = 0.8;
const THINNEST_AREA: f64 = 0.4;
const LEAST_LENGTH: f64 = 1.8;

/// Print may be off by this much more than at a mark, in px: nothing is refined out here.
const FORGIVEN: usize = 2;
const REACH: i32 = 4;

/// Pencil as pale as this is still ink near an option. Farther off, where the other side shows through
/// as well, writing is as dark as what is called ink everywhere or, in a question that looks blank,
/// at least this share as dark as the page's answers.
const PALE: f32 = 0.09;
const OF_THE_PEN: f64 = 0.4;

/// Pieces this near to each other are one, in px (0.5 mm): grain breaks a pencil stroke.
const JOINED: usize = 4;

/// Writing belongs to the question whose option or other zone is nearest to it, and to every one that
/// is hardly farther, in mm.
const TIE: f64 = 0.5;

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
    /// The same of what stands farther off, in ink of this page's pen.
    pub(super) apart: Vec<f64>,
}

impl Beside {
    fn is_nothing(&self) -> bool {
        let mut areas = self.near.iter().chain(&self.apart);
        !self.far && areas.all(|area| *area <= 0.0)
    }

    /// The doubt that writing away from all options makes.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.far.then(|| Reason::MarginNote.into())
    }
}

/// Looks for such writing by a pen this dark; `None` where the empty form is not known.
pub(super) fn look(page: &Registered<'_>, slots: &FieldSlots, pen: Option<f64>) -> Option<Beside> {
    let found = within(page, slots, (pen, ABOVE))?;
    if found.is_nothing() {
        return Some(found);
    }
    within(page, slots, (pen, ABOVE + RINGS))
}

/// What of the paper so much above and below the question, mm, is such writing.
fn within(
    page: &Registered<'_>,
    slots: &FieldSlots,
    (pen, above): (Option<f64>, f64),
) -> Option<Beside> {
    let size = page.side.size;
    let paper = Rect::new(0.0, 0.0, size.w, size.h).inflate(-margin::EDGE);
    let whole = slots.area(page.side, 0.0)?;
    let own = wider(whole, ABOVE).intersection(paper)?;
    let area = wider(whole, above).intersection(paper)?;
    let blank = blank_darkness(page, area)?;
    let local = Registered {
        to_px: page.refined(whole).0,
        ..page.clone()
    };
    let dark = darkness(&local, area, false);
    let (dx, dy) = best_shift(&dark, &blank, dark.whole(), REACH);
    let added = added_to_form(&dark, &blank.shifted(dx, dy).dilated(FORGIVEN)).smoothed();
    let places = Places::of(page.side, slots, (&added, area));
    let own = [added.px_of(own, area)];
    let apart = |from: f32, area: f64| {
        let mut all = pieces_from(&added, from);
        all.retain(|s| !s.is_streak());
        all.retain(|s| meets(s, &own) && places.leave_free(s) && !meets(s, &places.reached));
        let mut all = joined(all, JOINED);
        all.retain(|s| is_writing(s, &added, area));
        all
    };
    let near = |s: &&Stroke| {
        is_writing(s, &added, THINNEST_AREA) && places.leave_free(s) && meets(s, &places.reached)
    };
    let count = places.own.len();
    let mut found = Beside {
        far: !apart(INK, LEAST_AREA).is_empty(),
        near: vec![0.0; count],
        apart: vec![0.0; count],
    };
    for stroke in pieces_from(&added, PALE).iter().filter(near) {
        add(&mut found.near, stroke, &places.touched);
    }
    for stroke in apart(faintest(pen), THINNEST_AREA) {
        add(&mut found.apart, &stroke, &places.touched);
    }
    Some(found)
}

/// The question with what stands beside it, and so much above and below it, mm.
fn wider(whole: Rect<Mm>, above: f64) -> Rect<Mm> {
    let (w, h) = (whole.w + 2.0 * BESIDE, whole.h + 2.0 * above);
    Rect::new(whole.x - BESIDE, whole.y - above, w, h)
}

/// Where marks, print and other questions have their ink.
struct Places {
    area: Rect<Mm>,
    own: Vec<Rect<Mm>>,
    others: Vec<Rect<Mm>>,
    /// The question's options with what touches them, and with what stands near them.
    touched: Vec<PxRect>,
    reached: Vec<PxRect>,
    others_touched: Vec<PxRect>,
    /// What is printed for each recipient.
    printed: Vec<PxRect>,
}

impl Places {
    fn of(side: &Side, slots: &FieldSlots, (added, area): (&Plane, Rect<Mm>)) -> Self {
        let px = |zones: &[Rect<Mm>], by: f64| -> Vec<PxRect> {
            let cut = |r: &Rect<Mm>| Some(added.px_of(r.inflate(by).intersection(area)?, area));
            zones.iter().filter_map(cut).collect()
        };
        let own: Vec<Rect<Mm>> = slots.slots.iter().map(Slot::extent).collect();
        let is_own = |z: &Rect<Mm>| own.iter().any(|o| o.contains(z.center()));
        let others: Vec<Rect<Mm>> = places(side).into_iter().filter(|z| !is_own(z)).collect();
        let keys = side.key.iter().filter_map(|k| k.zone);
        let printed: Vec<Rect<Mm>> = keys.chain(margin::printed(side)).collect();
        Self {
            area,
            touched: px(&own, TOUCHES),
            reached: px(&own, ZONE_REACH),
            others_touched: px(&others, TOUCHES),
            printed: px(&printed, ZONE_REACH),
            own,
            others,
        }
    }

    /// Whether the stroke is no mark of any option, no print, and nearest to this question.
    fn leave_free(&self, stroke: &Stroke) -> bool {
        let (x, y) = stroke.bounds.center();
        let mm = |px: usize| px as f64 / PX_PER_MM;
        let at = Point::new(self.area.x + mm(x), self.area.y + mm(y));
        let mut marked = self.touched.iter().chain(&self.others_touched);
        let encloses = |r: &PxRect| {
            let (x, y) = r.center();
            stroke.bounds.contains(x, y)
        };
        !meets(stroke, &self.printed)
            && !meets(stroke, &self.touched)
            && !meets(stroke, &self.others_touched)
            && !marked.any(encloses)
            && nearest_gap(at, &self.own) <= nearest_gap(at, &self.others) + TIE
    }
}

/// How dark writing is at least where the page's answers are as dark as `pen`.
fn faintest(pen: Option<f64>) -> f32 {
    pen.map_or(INK, |pen| ((OF_THE_PEN * pen) as f32).clamp(PALE, INK))
}

/// How far the nearest of `places` is, in mm; 0 inside it.
fn nearest_gap(at: Point<Mm>, places: &[Rect<Mm>]) -> f64 {
    let gap = |r: &Rect<Mm>| {
        let across = (r.x - at.x).max(at.x - r.right()).max(0.0);
        let down = (r.y - at.y).max(at.y - r.bottom()).max(0.0);
        across * across + down * down
    };
    // Squares: each of thousands of pixels meets every place of the page.
    let nearest = places.iter().map(gap).fold(f64::INFINITY, f64::min);
    nearest.sqrt()
}

/// Adds the stroke's area in mm2 to the place nearest to it.
fn add(areas: &mut [f64], stroke: &Stroke, places: &[PxRect]) {
    if let Some(i) = nearest(stroke, places) {
        areas[i] += stroke.pixels.len() as f64 / (PX_PER_MM * PX_PER_MM);
    }
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

/// Long enough for a digit, of so much ink, mm2, and no line through the whole of what was looked at.
fn is_writing(stroke: &Stroke, plane: &Plane, area: f64) -> bool {
    let b = stroke.bounds;
    let (w, h) = (b.x1 - b.x0, b.y1 - b.y0);
    let long = w.max(h) as f64 >= LEAST_LENGTH * PX_PER_MM;
    let inked = stroke.pixels.len() as f64 >= area * PX_PER_MM * PX_PER_MM;
    long && inked && !stroke.is_streak() && 10 * h < 9 * plane.h && 10 * w < 9 * plane.w
}
