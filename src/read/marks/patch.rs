//! The paper at one option as the mark network sees it.
//!
//! A window of 25.6 x 12.8 mm round box and word (larger, and coarser, where those are long), cut
//! where registration and the field's own shift put it: the page, the empty form, what the form
//! does not explain, how red it is, and where this option's box, its word and all other zones are.
//! Nothing is thresholded: a faint pencil and its paper are for the network to tell apart.

use crate::geom::{Mm, Rect};
use crate::register::Registered;

use super::field::FieldInk;
use super::plane::{PX_PER_MM, Plane, blank_darkness_at, darkness_at};
use super::slot::Slot;
use super::subtract::added_to_form;

/// Size of a patch in pixels, and its planes as the network takes them.
pub(super) const COLUMNS: usize = 128;
pub(super) const ROWS: usize = 64;
pub(super) const PLANES: usize = 7;

/// Pixels of one plane.
const AREA: usize = COLUMNS * ROWS;

/// Pixels a millimetre where box and word are short, and how much paper round them is seen at
/// least, in mm: a circle round a word runs up to 3 mm outside it.
const FINEST: f64 = 5.0;
const AROUND: f64 = 4.0;

/// Darkness that fills a byte.
const DARKEST: f32 = 1.2;

/// Mean added darkness over 0.6 mm from which somebody may have drawn. On 90 made cards of every
/// wear 83 in 100 empty options stay below, and no mark that can be seen at all.
const TOUCHED: f32 = 0.02;

/// How far round box and word ink is this option's business, in mm.
const NEAR: f64 = 3.5;

/// Which of the option's own places a pixel lies in.
const BOX: u8 = 1;
const WORD: u8 = 2;
const OTHER: u8 = 4;

/// One option's paper: bytes, so that training and reading see the same numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Page, empty form, added ink, redness: row by row, one plane after the other.
    tones: Vec<u8>,
    places: Vec<u8>,
    /// The darkest 0.6 mm of added ink on box and word or within 3.5 mm of them, 0 to 1.
    peak: f32,
}

impl Patch {
    /// All bytes: four planes of tones and one of places (1 the box, 2 the word, 4 other zones).
    pub fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.tones.iter().chain(&self.places).copied()
    }

    /// Whether anything at all may have been drawn at the option.
    pub fn is_touched(&self) -> bool {
        self.peak >= TOUCHED
    }

    /// The seven planes as the network takes them, 0 to 1.
    pub(super) fn planes(&self) -> impl Iterator<Item = f32> + '_ {
        let tones = self.tones.iter().map(|t| f32::from(*t) / 255.0);
        let place = |bit: u8| {
            let on = move |p: &u8| f32::from(u8::from(p & bit != 0));
            self.places.iter().map(on)
        };
        tones
            .chain(place(BOX))
            .chain(place(WORD))
            .chain(place(OTHER))
    }
}

/// The window round an option, and its pixels a millimetre.
fn window(extent: Rect<Mm>) -> (Rect<Mm>, f64) {
    let fits = |pixels: usize, mm: f64| pixels as f64 / (mm + 2.0 * AROUND);
    let scale = FINEST
        .min(fits(COLUMNS, extent.w))
        .min(fits(ROWS, extent.h));
    let (w, h) = (COLUMNS as f64 / scale, ROWS as f64 / scale);
    let c = extent.center();
    (Rect::new(c.x - w / 2.0, c.y - h / 2.0, w, h), scale)
}

/// Cuts the option's window out; `None` where the side has no blank picture.
pub(super) fn patch(
    page: &Registered<'_>,
    ink: &FieldInk,
    slot: &Slot,
    zones: &[Rect<Mm>],
) -> Option<Patch> {
    let (area, scale) = window(slot.extent());
    let (fine, coarse) = (2.0 * scale, (COLUMNS, ROWS));
    let page = &ink.aligned(page);
    let dark = darkness_at(page, area, fine, false);
    let blank = blank_darkness_at(page, area, fine)?;
    let added = added_to_form(&dark, &blank);
    let red = redness(page, area, fine, (dark.w, dark.h));
    let added = halved(&added, coarse);
    let view = Window { area, scale };
    let near = view.pixels(slot.extent().inflate(NEAR));
    let peak = peak(&added, near);
    let mut tones = Vec::with_capacity(4 * AREA);
    for plane in [
        halved(&dark, coarse),
        halved(&blank, coarse),
        added,
        halved(&red, coarse),
    ] {
        let byte = |v: &f32| (v / DARKEST * 255.0).round().clamp(0.0, 255.0) as u8;
        tones.extend(plane.v.iter().map(byte));
    }
    let mut places = vec![0u8; AREA];
    for zone in zones {
        view.paint(&mut places, *zone, OTHER);
    }
    for own in [Some(slot.frame), slot.word].into_iter().flatten() {
        view.clear(&mut places, own, OTHER);
    }
    if slot.boxed {
        view.paint(&mut places, slot.frame, BOX);
    }
    if let Some(word) = slot.word {
        view.paint(&mut places, word, WORD);
    }
    Some(Patch {
        tones,
        places,
        peak,
    })
}

#[derive(Clone, Copy)]
struct Window {
    area: Rect<Mm>,
    scale: f64,
}

impl Window {
    /// Columns and rows whose middles lie in `r`.
    fn pixels(self, r: Rect<Mm>) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let at = |mm: f64, from: f64, most: usize| {
            let px = ((mm - from) * self.scale).round();
            px.clamp(0.0, most as f64) as usize
        };
        let x = at(r.x, self.area.x, COLUMNS)..at(r.right(), self.area.x, COLUMNS);
        let y = at(r.y, self.area.y, ROWS)..at(r.bottom(), self.area.y, ROWS);
        (x, y)
    }

    fn each(self, places: &mut [u8], r: Rect<Mm>, change: impl Fn(&mut u8)) {
        let (x, y) = self.pixels(r);
        for row in places.chunks_exact_mut(COLUMNS).take(y.end).skip(y.start) {
            row[x.clone()].iter_mut().for_each(&change);
        }
    }

    fn paint(self, places: &mut [u8], r: Rect<Mm>, bit: u8) {
        self.each(places, r, |p| *p |= bit);
    }

    fn clear(self, places: &mut [u8], r: Rect<Mm>, bit: u8) {
        self.each(places, r, |p| *p &= !bit);
    }
}

/// Means of 2 x 2; paper where the finer picture ends.
fn halved(fine: &Plane, (w, h): (usize, usize)) -> Plane {
    let at = |x: usize, y: usize| {
        if x < fine.w && y < fine.h {
            fine.at(x, y)
        } else {
            0.0
        }
    };
    let mut out = Plane::filled(w, h, 0.0);
    for (i, v) in out.v.iter_mut().enumerate() {
        let (x, y) = (2 * (i % w), 2 * (i / w));
        *v = (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
    }
    out
}

/// Red above the other two colours, 0 to 1; 0 where the scan has no colour.
fn redness(page: &Registered<'_>, area: Rect<Mm>, fine: f64, (w, h): (usize, usize)) -> Plane {
    let mut out = Plane::filled(w, h, 0.0);
    if let Some(color) = page.cut_color(area, fine) {
        let red = |p: &image::Rgb<u8>| f32::from(p.0[0].saturating_sub(p.0[1].max(p.0[2]))) / 255.0;
        for (v, p) in out.v.iter_mut().zip(color.pixels()) {
            *v = red(p);
        }
    }
    out
}

/// The largest mean of 3 x 3 pixels.
fn peak(added: &Plane, (x, y): (std::ops::Range<usize>, std::ops::Range<usize>)) -> f32 {
    let smooth = added.smoothed();
    let row = |y: usize| &smooth.v[y * smooth.w..(y + 1) * smooth.w];
    let darkest = |y: usize| row(y)[x.clone()].iter().copied().fold(0.0, f32::max);
    y.into_iter().map(darkest).fold(0.0, f32::max)
}

impl FieldInk {
    /// The page with the field's own correction and the shift that its print asked for.
    fn aligned<'p>(&self, page: &Registered<'p>) -> Registered<'p> {
        let mm = |px: i32| f64::from(px) / PX_PER_MM;
        let (dx, dy) = (mm(self.shift.0), mm(self.shift.1));
        let shift = crate::geom::Transform::<Mm, Mm>::affine(1.0, 0.0, dx, 0.0, 1.0, dy);
        Registered {
            to_px: shift.then(&page.refined(self.area).0),
            ..page.clone()
        }
    }
}
