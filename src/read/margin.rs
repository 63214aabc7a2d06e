//! Ink outside every zone: remarks beside the choices, answers written where none was asked.

use crate::form::{PrintItem, Side, Zone};
use crate::geom::{Mm, Rect};
use crate::read::MarginInk;
use crate::register::Registered;

use super::marks::plane::{PX_PER_MM, PxRect, blank_darkness, darkness};
use super::marks::stroke::{Stroke, pieces};
use super::marks::subtract::{added, best_shift};

/// Ink this near to a zone belongs to it, in mm: tails of ticks, circles round words.
const ZONE_REACH: f64 = 4.0;

/// The paper's edge, where scanners leave shadows, in mm.
const EDGE: f64 = 4.0;

/// Print is looked for this far from its place, in px: farther than at a mark, because nothing is
/// refined locally over the whole page (0.75 mm).
const FORGIVEN: usize = 6;
const REACH: i32 = 6;

/// Smaller pieces are dust, in mm2 of ink.
const DUST: f64 = 0.3;

/// From here on somebody wrote something (domain 4: 25 mm2 or 8 pieces), in mm2 and pieces.
const NOTE_AREA: f64 = 25.0;
const NOTE_PIECES: u32 = 8;

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
    let mut extra = added(&dark, &blank.shifted(dx, dy).dilated(FORGIVEN));
    for zone in taken(side) {
        if let Some(zone) = zone.inflate(ZONE_REACH).intersection(area) {
            extra.erase(extra.px_of(zone, area));
        }
    }
    summary(pieces(&extra), area)
}

fn summary(mut found: Vec<Stroke>, area: Rect<Mm>) -> MarginInk {
    let mm2 = |s: &Stroke| s.pixels.len() as f64 / (PX_PER_MM * PX_PER_MM);
    found.retain(|s| mm2(s) >= DUST);
    found.sort_by_key(|s| std::cmp::Reverse(s.pixels.len()));
    MarginInk {
        area_mm2: found.iter().map(mm2).sum(),
        pieces: found.len() as u32,
        where_: found
            .iter()
            .take(SHOWN)
            .map(|s| mm_of(s.bounds, area))
            .collect(),
    }
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
fn taken(side: &Side) -> Vec<Rect<Mm>> {
    let zones = side.fields.iter().filter_map(|f| match &f.zone {
        Zone::Picture(r) => Some(*r),
        zone => zone.area(),
    });
    let key = side.key.iter().filter_map(|k| k.zone);
    let printed = side.print.iter().filter_map(|p| match p {
        PrintItem::Barcode { rect, .. } => Some(*rect),
        _ => None,
    });
    zones.chain(key).chain(printed).collect()
}
