//! One field's ink: what is on the page, what was expected, what was added.

use image::RgbImage;

use crate::geom::{Mm, Rect};
use crate::register::Registered;

use super::expect::{Empty, Sample, empties, quantile};
use super::plane::{PX_PER_MM, Plane, PxRect, blank_darkness, darkness};
use super::slot::{FieldSlots, RING, Slot};
use super::subtract::{added, added_to_form, best_shift, gone, under_print, weight};
use crate::form::BoxShape;

/// Ink that somebody drew along a printed outline lies this near to it, in px (0.5 mm).
const AROUND_FRAME: usize = 4;

/// How far one field may have moved against the registration, in px each way (0.5 mm).
const REACH: i32 = 4;

/// Share of a box's size that is left out on each side when its inside is measured: the outline
/// with its misregistration.
pub(super) const RIM: f64 = 0.15;

/// Paper this far round a box tells its tint, in px (0.75 mm), and no tint is darker than this: a
/// mark that covers the surroundings is no tint.
const AROUND: usize = 6;
const MOST_TINT: f64 = 0.15;

/// The working pictures of one field.
pub(super) struct FieldInk {
    pub(super) area: Rect<Mm>,
    /// How far the field's print lies from where registration put it, in px.
    pub(super) shift: (i32, i32),
    /// Smoothed darkness that the empty form does not explain; 0 where nothing is known.
    pub(super) added: Plane,
    /// Darkness as it stands.
    pub(super) dark: Plane,
    /// Frames in pixels, one a slot.
    pub(super) frames: Vec<PxRect>,
    /// The word (or the box again) in pixels.
    pub(super) words: Vec<PxRect>,
    /// Mean darkness inside the empty box, one a slot.
    pub(super) empty: Vec<f64>,
    /// Ink that lies under the form's own print, pixel by pixel; empty where only the boxes are
    /// known and no stroke can be followed from one to the next.
    pub(super) hidden: Vec<bool>,
    /// Print that is not on the page although the form has it, and the form's print; empty where
    /// only the boxes are known.
    pub(super) gone: Vec<(bool, bool)>,
    /// How dark the paper is where an option's frame and what stands in it are printed, against the form's
    /// own print there, one a slot; 0 where nothing is printed or the form is not known.
    pub(super) weights: Vec<f64>,
    /// The same paper in colour, where the blank form is known and the scan has colour.
    pub(super) color: Option<RgbImage>,
}

impl FieldInk {
    /// Share of the form's print in `r` that is not on the page.
    pub(super) fn missing(&self, r: PxRect) -> f64 {
        if self.gone.is_empty() {
            return 0.0;
        }
        let r = r.clipped(self.dark.w, self.dark.h);
        let (mut print, mut gone) = (0usize, 0usize);
        for y in r.y0..r.y1 {
            for at in &self.gone[y * self.dark.w + r.x0..y * self.dark.w + r.x1] {
                gone += usize::from(at.0);
                print += usize::from(at.1);
            }
        }
        gone as f64 / print.max(1) as f64
    }

    /// Mean darkness inside the box of slot `i`, against the paper right round it.
    pub(super) fn inside(&self, i: usize) -> f64 {
        self.dark.mean(self.frames[i].shrunk(RIM)) - self.tint(i)
    }

    /// How much darker the inside is than an empty box.
    pub(super) fn added_inside(&self, i: usize) -> f64 {
        self.inside(i) - self.empty[i]
    }

    /// Tint of the paper round the box: what its lightest fifth shows.
    fn tint(&self, i: usize) -> f64 {
        let round = self.frames[i]
            .grown(AROUND)
            .clipped(self.dark.w, self.dark.h);
        let outside = (round.y0..round.y1)
            .flat_map(|y| (round.x0..round.x1).map(move |x| (x, y)))
            .filter(|(x, y)| !self.frames[i].contains(*x, *y))
            .map(|(x, y)| f64::from(self.dark.at(x, y)));
        quantile(outside.collect(), 0.2).min(MOST_TINT)
    }

    /// Tint of the paper on the darkest of the box's four sides. Like [`Self::tint`], but a mark that
    /// covers one side whole counts as well.
    pub(super) fn tint_beside(&self, i: usize) -> f64 {
        let f = self.frames[i];
        let above = f.y0.saturating_sub(AROUND);
        let left = f.x0.saturating_sub(AROUND);
        let sides = [
            PxRect {
                x0: left,
                x1: f.x0,
                ..f
            },
            PxRect {
                x0: f.x1,
                x1: f.x1 + AROUND,
                ..f
            },
            PxRect {
                y0: above,
                y1: f.y0,
                ..f
            },
            PxRect {
                y0: f.y1,
                y1: f.y1 + AROUND,
                ..f
            },
        ];
        let lightest = |side: PxRect| {
            let side = side.clipped(self.dark.w, self.dark.h);
            let pixels = (side.y0..side.y1).flat_map(|y| (side.x0..side.x1).map(move |x| (x, y)));
            quantile(
                pixels.map(|(x, y)| f64::from(self.dark.at(x, y))).collect(),
                0.2,
            )
        };
        sides.map(lightest).into_iter().fold(0.0, f64::max)
    }
}

/// Cuts out every field and subtracts the empty form.
pub(super) fn inks(page: &Registered<'_>, fields: &[FieldSlots]) -> Vec<Option<FieldInk>> {
    if page.side.blank.is_some() {
        return fields.iter().map(|f| against_blank(page, f)).collect();
    }
    let raw: Vec<Option<FieldInk>> = fields.iter().map(|f| raw_ink(page, f)).collect();
    against_each_other(fields, raw)
}

fn raw_ink(page: &Registered<'_>, field: &FieldSlots) -> Option<FieldInk> {
    let area = field.area(page.side, RING)?;
    let page = &Registered {
        to_px: page.refined(area).0,
        ..page.clone()
    };
    let drop_color = field.slots.iter().any(|s| s.shape == BoxShape::Unseen);
    let dark = darkness(page, area, drop_color);
    let frames: Vec<PxRect> = field
        .slots
        .iter()
        .map(|s| dark.px_of(s.frame, area))
        .collect();
    let words = field
        .slots
        .iter()
        .map(|s| dark.px_of(s.word.unwrap_or(s.frame), area))
        .collect();
    let added = Plane::filled(dark.w, dark.h, 0.0);
    let empty = vec![0.0; frames.len()];
    let weights = empty.clone();
    Some(FieldInk {
        area,
        shift: (0, 0),
        added,
        dark,
        frames,
        words,
        empty,
        hidden: Vec::new(),
        gone: Vec::new(),
        weights,
        color: None,
    })
}

fn against_blank(page: &Registered<'_>, field: &FieldSlots) -> Option<FieldInk> {
    let mut ink = raw_ink(page, field)?;
    let blank = blank_darkness(page, ink.area)?;
    let (dx, dy) = best_shift(&ink.dark, &blank, ink.dark.whole(), REACH);
    let blank = blank.shifted(dx, dy);
    for frame in ink.frames.iter_mut().chain(&mut ink.words) {
        *frame = frame.moved(dx, dy, (blank.w, blank.h));
    }
    ink.shift = (dx, dy);
    ink.empty = ink
        .frames
        .iter()
        .map(|f| blank.mean(f.shrunk(RIM)))
        .collect();
    ink.added = added_to_form(&ink.dark, &blank).smoothed();
    ink.hidden = under_print(&ink.dark, &blank);
    ink.gone = gone(&ink.dark, &blank);
    let at = |f: &PxRect| f.grown(AROUND_FRAME).clipped(blank.w, blank.h);
    ink.weights = ink
        .frames
        .iter()
        .map(|f| weight(&ink.dark, &blank, at(f)))
        .collect();
    ink.color = Registered {
        to_px: page.refined(ink.area).0,
        ..page.clone()
    }
    .cut_color(ink.area, PX_PER_MM);
    Some(ink)
}

/// Without a blank: the page's own boxes tell what an empty one looks like.
fn against_each_other(
    fields: &[FieldSlots],
    mut inks: Vec<Option<FieldInk>>,
) -> Vec<Option<FieldInk>> {
    let mut places = Vec::new();
    let mut samples = Vec::new();
    for (f, (field, ink)) in fields.iter().zip(&inks).enumerate() {
        let Some(ink) = ink else { continue };
        for (i, slot) in field.slots.iter().enumerate() {
            places.push((f, i));
            samples.push(sample(slot, ink, i));
        }
    }
    let empty = empties(&samples);
    let patches: Vec<Plane> = samples.into_iter().map(|s| s.patch).collect();
    for (((f, i), patch), empty) in places.into_iter().zip(&patches).zip(empty) {
        if let Some(ink) = &mut inks[f] {
            subtract(ink, (&fields[f].slots[i], i), patch, empty.as_ref());
        }
    }
    inks
}

fn near_px(slot: &Slot, ink: &FieldInk) -> PxRect {
    ink.dark.px_of(slot.near(), ink.area)
}

fn sample<'a>(slot: &'a Slot, ink: &FieldInk, i: usize) -> Sample<'a> {
    let r = near_px(slot, ink);
    Sample {
        value: &slot.value,
        patch: ink.dark.part(r),
        inside: ink.inside(i),
    }
}

/// Writes the added ink of one box into the field's picture.
fn subtract(ink: &mut FieldInk, (slot, i): (&Slot, usize), patch: &Plane, empty: Option<&Empty>) {
    let r = near_px(slot, ink);
    let picture = empty.and_then(|e| e.picture.as_ref());
    let extra = match picture {
        Some(p) => {
            let p = resized(p, patch.w, patch.h);
            let (dx, dy) = best_shift(patch, &p, patch.whole(), REACH - 1);
            added(patch, &p.shifted(dx, dy)).smoothed()
        }
        None => inside_only(patch),
    };
    ink.empty[i] = empty.map_or(0.0, |e| e.inside);
    for y in 0..extra.h {
        for x in 0..extra.w {
            let at = (r.y0 + y) * ink.added.w + r.x0 + x;
            ink.added.v[at] = ink.added.v[at].max(extra.at(x, y));
        }
    }
}

/// Cropped or padded with paper to the size wanted (a pixel or two of rounding).
fn resized(p: &Plane, w: usize, h: usize) -> Plane {
    let mut out = Plane::filled(w, h, 0.0);
    for y in 0..h.min(p.h) {
        for x in 0..w.min(p.w) {
            out.v[y * w + x] = p.at(x, y);
        }
    }
    out
}

/// Nothing is known of the empty box: its outline is taken to lie in the rim, the rest is paper.
fn inside_only(patch: &Plane) -> Plane {
    let near = (0.8 * PX_PER_MM) as usize;
    let whole = PxRect {
        x0: 0,
        y0: 0,
        x1: patch.w,
        y1: patch.h,
    };
    let frame = PxRect {
        x0: near.min(patch.w / 3),
        y0: near.min(patch.h / 3),
        x1: patch.w - near.min(patch.w / 3),
        y1: patch.h - near.min(patch.h / 3),
    };
    let inner = frame.shrunk(RIM);
    let mut out = Plane::filled(patch.w, patch.h, 0.0);
    for y in whole.y0..whole.y1 {
        for x in whole.x0..whole.x1 {
            if inner.contains(x, y) {
                out.v[y * patch.w + x] = patch.at(x, y);
            }
        }
    }
    out.smoothed()
}
