//! Whether writing runs out of its zone at an end of the line. What is cut off at the edge reads well up to there, surely
//! and by every engine, so the ink itself has to tell.

use crate::form::LineZone;
use crate::geom::{Mm, Rect};
use crate::raster::{Piece, Pieces, pieces};
use crate::read::margin;
use crate::register::Registered;

use super::{PRINT_MARGIN, SPECK, without_print};

/// How far beyond both ends of the zone is looked at, in mm: a name's wide space and some of what
/// follows, in the usual sizes of print. And how near to the paper's edge, where scanners leave shadows.
const BEYOND: f64 = 6.0;
pub(super) const PAPER_EDGE: f64 = 1.0;
/// A piece of ink is cut in two where this much of it lies inside and beyond, in mm2 (half of a dash's
/// pen is less), and it reaches farther out than registration leaves open, in mm.
pub(super) const CUT: f64 = 0.12;
pub(super) const OPEN: f64 = 0.3;
/// The next character stands no farther off than this, in heights of the writing: names have a wide
/// space in the middle. Where the empty form is not known, its own print stands as near as that.
const GAP: f64 = 1.5;
const NARROW_GAP: f64 = 0.5;
/// It is no smaller than this, in the same measure: a dot of three (氵).
pub(super) const SMALLEST: f64 = 0.15;
/// A printed line is thinner than this across and longer than `RULE_LENGTH`, in mm.
const RULE_WIDTH: f64 = 0.8;
const RULE_LENGTH: f64 = 6.0;

/// From where to where, in pixels.
pub(super) type Span = (f64, f64);

/// Whether ink goes on beyond the zone where `extent` (left, top, right, bottom of the writing in
/// pixels of the zone's cut at `scale` pixels a mm) comes near to an end of the line.
///
/// A piece of ink across an end tells, and so does a whole character beyond it that is no other zone's.
/// Where the empty form is not known, what looks like its lines and frames does not count, nor what stands
/// before the zone, where labels are; a unit that it prints close behind writing that fills the zone is
/// asked about.
pub(super) fn run_out(
    page: &Registered<'_>,
    zone: &LineZone,
    extent: [u32; 4],
    (scale, threshold): (f64, u8),
) -> bool {
    let [x0, y0, x1, y1] = extent.map(f64::from);
    let area = zone.area;
    let (along, across, length) = if zone.vertical {
        ((y0, y1), (x0, x1), area.h * scale)
    } else {
        ((x0, x1), (y0, y1), area.w * scale)
    };
    let known = page.side.blank.is_some();
    let gap = if known { GAP } else { NARROW_GAP } * (across.1 - across.0);
    if along.0 > gap && length - along.1 > gap {
        return false;
    }
    let wide = widened(page, zone);
    let cut = page.cut(wide, scale).gray;
    let gray = match page.cut_blank(wide, scale) {
        Some(blank) => without_print(&cut, &blank, threshold, PRINT_MARGIN * scale),
        None => cut,
    };
    let begin = if zone.vertical {
        (area.y - wide.y) * scale
    } else {
        (area.x - wide.x) * scale
    };
    let line = Line {
        vertical: zone.vertical,
        known,
        ends: (begin, begin + length),
        along: (begin + along.0, begin + along.1),
        across,
        gap,
        per_mm: scale,
    };
    let mask: Vec<bool> = gray.pixels().map(|p| p[0] < threshold).collect();
    let found = pieces(&mask, gray.width() as usize);
    let shares = shares(&found, gray.width() as usize, zone.vertical, line.ends);
    let others = others(page, zone);
    let elsewhere = |piece: &Piece| {
        let center = place_of(piece, wide, scale).center();
        others.iter().any(|o| o.contains(center))
    };
    let whole = if zone.vertical {
        gray.width()
    } else {
        gray.height()
    };
    found.all.iter().zip(shares).any(|(piece, share)| {
        let own = known || !line.is_form(piece, f64::from(whole));
        own && (line.is_cut(piece, share)
            || (share.0 < share.1 && line.is_next(piece) && !elsewhere(piece)))
    })
}

/// The zone and what lies beyond its ends, as far as there is paper.
pub(super) fn widened(page: &Registered<'_>, zone: &LineZone) -> Rect<Mm> {
    let a = zone.area;
    let side = page.side.size;
    let reach = |start: f64, end: f64, paper: f64| {
        let from = (start - BEYOND).max(PAPER_EDGE).min(start);
        let to = (end + BEYOND).min(paper - PAPER_EDGE).max(end);
        (from, to - from)
    };
    if zone.vertical {
        let (y, h) = reach(a.y, a.bottom(), side.h);
        Rect::new(a.x, y, a.w, h)
    } else {
        let (x, w) = reach(a.x, a.right(), side.w);
        Rect::new(x, a.y, w, a.h)
    }
}

/// The place on the form of a piece in the cut of `wide`.
pub(super) fn place_of(piece: &Piece, wide: Rect<Mm>, scale: f64) -> Rect<Mm> {
    Rect::new(
        wide.x + piece.x0 as f64 / scale,
        wide.y + piece.y0 as f64 / scale,
        (piece.x1 - piece.x0) as f64 / scale,
        (piece.y1 - piece.y0) as f64 / scale,
    )
}

/// Each piece's pixels between two bounds along x (along y where `rows`) and beyond them, in a picture `width`
/// pixels wide.
pub(super) fn shares(
    found: &Pieces,
    width: usize,
    rows: bool,
    bounds: Span,
) -> Vec<(usize, usize)> {
    let mut shares = vec![(0, 0); found.all.len()];
    for (i, label) in found.labels.iter().enumerate().filter(|(_, l)| **l > 0) {
        let place = if rows { i / width } else { i % width } as f64 + 0.5;
        let share = &mut shares[*label as usize - 1];
        if place < bounds.0 || place > bounds.1 {
            share.1 += 1;
        } else {
            share.0 += 1;
        }
    }
    shares
}

/// A piece along its line and across it.
pub(super) fn spans(piece: &Piece, vertical: bool) -> (Span, Span) {
    let x = (piece.x0 as f64, piece.x1 as f64);
    let y = (piece.y0 as f64, piece.y1 as f64);
    if vertical { (y, x) } else { (x, y) }
}

/// Where ink beside this zone belongs to something else. What overlaps with the zone does not count:
/// it is the zone itself, or the place where the same line is printed.
pub(super) fn others(page: &Registered<'_>, zone: &LineZone) -> Vec<Rect<Mm>> {
    let mut others = margin::taken(page.side);
    others.retain(|o| o.intersection(zone.area).is_none());
    others
}

/// The line in the widened cut, in pixels.
struct Line {
    vertical: bool,
    /// The empty form is.
    known: bool,
    /// Both ends of the zone.
    ends: Span,
    /// The writing inside it.
    along: Span,
    across: Span,
    gap: f64,
    per_mm: f64,
}

impl Line {
    fn is_cut(&self, piece: &Piece, (within, beyond): (usize, usize)) -> bool {
        let (along, _) = spans(piece, self.vertical);
        let reach = (self.ends.0 - along.0).max(along.1 - self.ends.1);
        let enough = CUT * self.per_mm * self.per_mm;
        reach >= OPEN * self.per_mm && within.min(beyond) as f64 >= enough
    }

    /// A character beyond an end that goes on where the writing stops.
    fn is_next(&self, piece: &Piece) -> bool {
        let (along, across) = spans(piece, self.vertical);
        let size = (along.1 - along.0).max(across.1 - across.0);
        let middle = f64::midpoint(across.0, across.1);
        let height = self.across.1 - self.across.0;
        let after = along.1 > self.ends.1 && along.0 - self.along.1 <= self.gap;
        let before = self.known && along.0 < self.ends.0 && self.along.0 - along.1 <= self.gap;
        (after || before)
            && piece.area as f64 >= SPECK * self.per_mm * self.per_mm
            && size >= SMALLEST * height
            && (self.across.0..=self.across.1).contains(&middle)
    }

    /// What the form itself has printed across the end: a ruled line, or a frame as high as the zone.
    fn is_form(&self, piece: &Piece, whole: f64) -> bool {
        let (along, across) = spans(piece, self.vertical);
        let thin = across.1 - across.0 <= RULE_WIDTH * self.per_mm;
        let long = along.1 - along.0 >= RULE_LENGTH * self.per_mm;
        (thin && long) || across.1 - across.0 >= whole
    }
}
