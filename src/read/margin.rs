//! Ink outside every zone: remarks beside the choices, answers written where none was asked.

use std::collections::BTreeMap;

use crate::form::{Align, PrintItem, Side};
use crate::geom::{Mm, Rect};
use crate::read::MarginInk;
use crate::register::Registered;

use super::marks::plane::{PX_PER_MM, Plane, PxRect, blank_darkness, darkness};
use super::marks::stroke::{Stroke, pieces};
use super::marks::subtract::{added_to_form, best_shift};

/// Ink this near to a zone belongs to it, in mm: tails of ticks, circles round words.
const ZONE_REACH: f64 = 4.0;

/// The paper's edge, where scanners leave shadows, in mm.
pub(super) const EDGE: f64 = 4.0;

/// Print is looked for this far from its place, in px: farther than at a mark, because nothing is
/// refined locally over the whole page (0.75 mm).
const FORGIVEN: usize = 6;
const REACH: i32 = 6;

/// What lies along the edge of what is looked at, so shallow and so long, in mm, and inked over such a
/// share of its length right there, is the end of a broader shadow: nobody writes just there.
const SHALLOW: f64 = 3.0;
const LONG: f64 = 10.0;
const SOLID: f64 = 0.6;

/// Where the paper lies askew the shadow is a wedge: as shallow on the whole, at its deep end this deep, in
/// mm, and bounded by the paper's other side of the edge, a straight line, to so much, in mm.
const WEDGE: f64 = 6.0;
const STRAIGHT: f64 = 0.5;

/// Smaller pieces are dust, in mm2 of ink, and so are shorter ones, in mm: a speck on the glass is
/// up to 0.8 mm long, a comma 1 mm.
const DUST: f64 = 0.3;
const SPECK: f64 = 1.0;

/// Pieces this near to each other are one, in px (0.6 mm): grain breaks a pencil stroke.
const JOINED: usize = 5;

/// From here on somebody wrote something: a word of two characters. In mm2 and pieces.
const NOTE_AREA: f64 = 25.0;
const NOTE_PIECES: u32 = 8;

/// How wide a text printed for each recipient may be, in its own size: 30 digits.
const PRINTED: f64 = 18.0;

/// How many pieces are shown.
const SHOWN: usize = 6;

/// Whether it is enough to be a remark.
pub fn is_note(margin: &MarginInk) -> bool {
    margin.area_mm2 >= NOTE_AREA || margin.pieces >= NOTE_PIECES
}

/// Ink outside all zones of the side. Without a picture of the blank form nobody knows what is
/// printed there, and nothing is reported.
pub fn read(page: &Registered<'_>) -> MarginInk {
    let side = page.side;
    let area = Rect::<Mm>::new(0.0, 0.0, side.size.w, side.size.h).inflate(-EDGE);
    let Some(blank) = blank_darkness(page, area).filter(|_| side.margin_notes) else {
        return MarginInk::default();
    };
    let dark = darkness(page, area, false);
    let (dx, dy) = best_shift(&dark, &blank, dark.whole(), REACH);
    let mut extra = added_to_form(&dark, &blank.shifted(dx, dy).dilated(FORGIVEN));
    for zone in taken(side) {
        if let Some(zone) = zone.inflate(ZONE_REACH).intersection(area) {
            extra.erase(extra.px_of(zone, area));
        }
    }
    summary(written(&extra), area)
}

/// The pieces of ink that a person may have written, and not the scanner.
fn written(extra: &Plane) -> Vec<Stroke> {
    let mut found = pieces(extra);
    found.retain(|s| !s.is_streak() && !is_shadow(s, extra.whole()));
    found
}

/// Whether the ink is the end of a shadow that the scanner left along the paper's edge.
fn is_shadow(stroke: &Stroke, whole: PxRect) -> bool {
    let at = |(x, y): &(u16, u16)| (usize::from(*x), usize::from(*y));
    let lies = |place: &dyn Fn((usize, usize)) -> (usize, usize)| {
        Shadow::of(stroke.pixels.iter().map(|pixel| place(at(pixel)))).is_one()
    };
    lies(&|(x, y)| (x, y - whole.y0))
        || lies(&|(x, y)| (x, whole.y1 - 1 - y))
        || lies(&|(x, y)| (y, x - whole.x0))
        || lies(&|(x, y)| (y, whole.x1 - 1 - x))
}

/// Ink as it lies along an edge, in px.
struct Shadow {
    /// How deep it reaches at each place along the edge where there is any.
    depths: BTreeMap<usize, usize>,
    /// At how many places it reaches the edge itself.
    touches: usize,
}

impl Shadow {
    /// Of places along the edge and distances from it.
    fn of(pixels: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut shadow = Self {
            depths: BTreeMap::new(),
            touches: 0,
        };
        for (along, off) in pixels {
            let depth = shadow.depths.entry(along).or_default();
            *depth = (*depth).max(off + 1);
            shadow.touches += usize::from(off == 0);
        }
        shadow
    }

    fn is_one(&self) -> bool {
        let long = self.depths.len() as f64;
        let deepest = self.depths.values().max().copied().unwrap_or(0) as f64;
        let reached = self.depths.values().sum::<usize>() as f64;
        long >= LONG * PX_PER_MM
            && self.touches as f64 >= SOLID * long
            && (deepest <= SHALLOW * PX_PER_MM
                || deepest <= WEDGE * PX_PER_MM
                    && reached <= SHALLOW * PX_PER_MM * long
                    && self.unevenness() <= STRAIGHT * PX_PER_MM)
    }

    /// How far the depths lie from a straight line: the root mean square of what linear regression
    /// leaves, in px.
    fn unevenness(&self) -> f64 {
        let n = self.depths.len() as f64;
        let places = || self.depths.iter().map(|(x, y)| (*x as f64, *y as f64));
        let mean = |of: fn((f64, f64)) -> f64| places().map(of).sum::<f64>() / n;
        let (x0, y0) = (mean(|p| p.0), mean(|p| p.1));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in places() {
            xx += (x - x0) * (x - x0);
            xy += (x - x0) * (y - y0);
            yy += (y - y0) * (y - y0);
        }
        ((yy - xy * xy / xx.max(1.0)).max(0.0) / n).sqrt()
    }
}

fn summary(mut found: Vec<Stroke>, area: Rect<Mm>) -> MarginInk {
    let mm2 = |s: &Stroke| s.pixels.len() as f64 / (PX_PER_MM * PX_PER_MM);
    let long = |s: &Stroke| {
        let b = s.bounds;
        (b.x1 - b.x0).max(b.y1 - b.y0) as f64 >= SPECK * PX_PER_MM
    };
    found.retain(|s| mm2(s) >= DUST && long(s));
    found.sort_by_key(|s| std::cmp::Reverse(s.pixels.len()));
    MarginInk {
        area_mm2: found.iter().map(mm2).sum(),
        pieces: groups(&found),
        where_: found
            .iter()
            .take(SHOWN)
            .map(|s| mm_of(s.bounds, area))
            .collect(),
    }
}

/// How many pieces there are when those that nearly touch count as one.
fn groups(found: &[Stroke]) -> u32 {
    let mut joined: Vec<PxRect> = Vec::new();
    for stroke in found {
        let mut whole = stroke.bounds;
        while let Some(i) = joined.iter().position(|g| meets(whole.grown(JOINED), *g)) {
            whole = whole.union(joined.swap_remove(i));
        }
        joined.push(whole);
    }
    joined.len() as u32
}

fn meets(a: PxRect, b: PxRect) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}

fn mm_of(r: PxRect, area: Rect<Mm>) -> Rect<Mm> {
    let mm = |px: usize| px as f64 / PX_PER_MM;
    Rect::new(
        area.x + mm(r.x0),
        area.y + mm(r.y0),
        mm(r.x1 - r.x0),
        mm(r.y1 - r.y0),
    )
}

/// Where ink is expected: zones, the key and what is printed for each recipient.
pub(super) fn taken(side: &Side) -> Vec<Rect<Mm>> {
    let zones = side.fields.iter().filter_map(|f| f.zone.area());
    let key = side.key.iter().filter_map(|k| k.zone);
    zones.chain(key).chain(printed(side)).collect()
}

/// What is printed for each recipient, which no blank form shows.
pub(super) fn printed(side: &Side) -> Vec<Rect<Mm>> {
    let place = |item: &PrintItem| match item {
        PrintItem::Barcode { rect, .. } => Some(*rect),
        PrintItem::Text {
            at,
            text,
            size,
            align,
            ..
        } if text.contains('{') => {
            let w = PRINTED * size;
            let left = match align {
                Align::Left => 0.0,
                Align::Center => w / 2.0,
                Align::Right => w,
            };
            Some(Rect::new(at.x - left, at.y, w, *size))
        }
        _ => None,
    };
    side.print.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect<Mm> = Rect::new(0.0, 0.0, 60.0, 60.0);

    /// Whether a page with nothing but this ink, mm, is left with any in its margin.
    #[track_caller]
    fn is_left(ink: &[[f64; 4]], left: bool) {
        let side = (60.0 * PX_PER_MM) as usize;
        let mut plane = Plane::filled(side, side, 0.0);
        for [x, y, w, h] in ink {
            let r = plane.px_of(Rect::new(*x, *y, *w, *h), AREA);
            for y in r.y0..r.y1 {
                plane.v[y * side + r.x0..y * side + r.x1].fill(0.8);
            }
        }
        assert_eq!(summary(written(&plane), AREA).pieces > 0, left, "{ink:?}");
    }

    #[test]
    fn what_the_scanner_drew_is_no_remark() {
        is_left(&[[0.0, 0.0, 30.0, 1.5]], false);
        is_left(&[[58.5, 20.0, 1.5, 40.0]], false);
        let wedge: Vec<_> = (0..20).map(|k| f64::from(k) / 5.0).collect();
        let wedge = wedge
            .iter()
            .map(|deep| [60.0 - deep, 10.0 + 10.0 * deep, *deep, 2.0]);
        is_left(&wedge.collect::<Vec<_>>(), false);
        is_left(&[[20.0, 5.0, 0.5, 40.0]], false);
        is_left(&[[20.0, 5.0, 0.4, 20.0], [20.2, 25.0, 0.4, 20.0]], false);
    }

    #[test]
    fn what_a_person_wrote_is_one() {
        is_left(&[[20.0, 20.0, 0.5, 3.0]], true);
        is_left(&[[20.0, 20.0, 6.0, 0.5], [23.0, 20.0, 0.5, 6.0]], true);
        // Letters that reach the edge of what is looked at, and a block there.
        is_left(&[[20.0, 0.0, 0.5, 4.0], [20.0, 2.0, 4.0, 0.5]], true);
        is_left(&[[0.0, 0.0, 30.0, 6.0]], true);
        // A line along the edge with letters on it.
        let letters = (0..10).map(|k| [10.0 + 2.0 * f64::from(k), 0.0, 0.5, 5.0]);
        is_left(
            &letters.chain([[10.0, 0.0, 20.0, 0.4]]).collect::<Vec<_>>(),
            true,
        );
    }
}
