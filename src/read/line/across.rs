//! Writing that lies across the upper or lower edge of its zone. Cut off there, a character keeps most of its
//! shape and reads as another one (日 as 口, 7 as 1); so the zone is made as high as the writing, and where
//! that cannot be, because it runs on or is another field's, a person is asked.

use image::{GrayImage, Luma, imageops};

use crate::form::LineZone;
use crate::geom::{Mm, Rect};
use crate::raster::{Piece, Pieces, pieces};
use crate::register::Registered;

use super::edges::{CUT, OPEN, PAPER_EDGE, SMALLEST, Span, others, place_of, shares, spans};
use super::{PRINT_MARGIN, SPECK, without_print};

/// How far beyond the edges is looked at, in mm, and in heights of the zone.
const BEYOND: f64 = 4.0;
const BEYOND_HEIGHTS: f64 = 0.6;
/// A dot or a roof that no stroke joins to the rest of its character stands no farther off than this, in heights
/// of the writing.
const PART_GAP: f64 = 0.15;
/// Paper that stays beyond writing that crosses an edge, in mm.
const PAPER: f64 = 0.3;

/// A zone made as high as its writing (as wide, where it is a column).
pub(super) struct Heightened {
    pub(super) area: Rect<Mm>,
    /// Its cut without the form's print, and without what stands beyond the zone and is not the line's.
    pub(super) gray: GrayImage,
    /// Some of the writing may be missing still, or another field's.
    pub(super) doubted: bool,
}

/// The zone with the whole of the writing that crosses its upper or lower edge. `None` where nothing does, and
/// where the empty form is not known: ink at an edge may then be the form's.
///
/// `extent` is the writing inside the zone: left, top, right, bottom in pixels of the zone's cut at `scale`
/// pixels a mm. Ink is darker than `threshold`.
pub(super) fn heightened(
    page: &Registered<'_>,
    zone: &LineZone,
    extent: [u32; 4],
    (scale, threshold): (f64, u8),
) -> Option<Heightened> {
    let [x0, y0, x1, y1] = extent.map(f64::from);
    let (along, across, height) = if zone.vertical {
        ((y0, y1), (x0, x1), zone.area.w * scale)
    } else {
        ((x0, x1), (y0, y1), zone.area.h * scale)
    };
    let near = (PART_GAP * (across.1 - across.0)).max(OPEN * scale);
    if across.0 > near && height - across.1 > near {
        return None;
    }
    let wide = widened(page, zone);
    let blank = page.cut_blank(wide, scale)?;
    let cut = page.cut(wide, scale).gray;
    let gray = without_print(&cut, &blank, threshold, PRINT_MARGIN * scale);
    let begin = scale
        * if zone.vertical {
            zone.area.x - wide.x
        } else {
            zone.area.y - wide.y
        };
    let line = Line {
        vertical: zone.vertical,
        edges: (begin, begin + height),
        along,
        height: across.1 - across.0,
        near,
        per_mm: scale,
    };
    let mask: Vec<bool> = gray.pixels().map(|p| p[0] < threshold).collect();
    let found = pieces(&mask, gray.width() as usize);
    let others = others(page, zone);
    let elsewhere = |piece: &Piece| {
        let center = place_of(piece, wide, scale).center();
        others.iter().any(|o| o.contains(center))
    };
    line.heightened(gray, &found, elsewhere, wide)
}

/// The zone and what lies above and below it, as far as there is paper.
fn widened(page: &Registered<'_>, zone: &LineZone) -> Rect<Mm> {
    let (a, side) = (zone.area, page.side.size);
    let reach = |start: f64, length: f64, paper: f64| {
        let beyond = BEYOND.min(BEYOND_HEIGHTS * length);
        let from = (start - beyond).max(PAPER_EDGE).min(start);
        let to = (start + length + beyond)
            .min(paper - PAPER_EDGE)
            .max(start + length);
        (from, to - from)
    };
    if zone.vertical {
        let (x, w) = reach(a.x, a.w, side.w);
        Rect::new(x, a.y, w, a.h)
    } else {
        let (y, h) = reach(a.y, a.h, side.h);
        Rect::new(a.x, y, a.w, h)
    }
}

/// The line in the widened cut, in pixels.
struct Line {
    vertical: bool,
    /// Upper and lower edge of the zone.
    edges: Span,
    /// The writing inside it, and its height.
    along: Span,
    height: f64,
    /// How far from an edge a part of a character may stand.
    near: f64,
    per_mm: f64,
}

impl Line {
    fn heightened(
        &self,
        mut gray: GrayImage,
        found: &Pieces,
        elsewhere: impl Fn(&Piece) -> bool,
        wide: Rect<Mm>,
    ) -> Option<Heightened> {
        let (columns, rows) = gray.dimensions();
        let whole = f64::from(if self.vertical { columns } else { rows });
        let (mut reach, mut doubted) = (self.edges, false);
        let mut own = vec![false; found.all.len()];
        for (k, (inside, beyond)) in shares(found, columns as usize, !self.vertical, self.edges)
            .into_iter()
            .enumerate()
        {
            let piece = &found.all[k];
            let (_, across) = spans(piece, self.vertical);
            let crosses = inside > 0 && self.crosses(across, beyond);
            if !crosses && (inside > 0 || !self.is_part(piece)) {
                continue;
            }
            if elsewhere(piece) {
                // A neighbor's stroke is read with the line, as far as it comes in.
                doubted |= inside as f64 >= CUT * self.per_mm * self.per_mm;
                continue;
            }
            own[k] = true;
            doubted |= across.0 < 1.0 || across.1 > whole - 1.0;
            reach = (reach.0.min(across.0), reach.1.max(across.1));
        }
        if reach == self.edges && !doubted {
            return None;
        }
        for (i, label) in found.labels.iter().enumerate().filter(|(_, l)| **l > 0) {
            let (x, y) = (i as u32 % columns, i as u32 / columns);
            let place = f64::from(if self.vertical { x } else { y }) + 0.5;
            let outside = place < self.edges.0 || place > self.edges.1;
            if outside && !own[*label as usize - 1] {
                gray.put_pixel(x, y, Luma([255]));
            }
        }
        let paper = PAPER * self.per_mm;
        let from = if reach.0 < self.edges.0 {
            (reach.0 - paper).max(0.0)
        } else {
            self.edges.0
        };
        let to = if reach.1 > self.edges.1 {
            (reach.1 + paper).min(whole)
        } else {
            self.edges.1
        };
        let kept = (from.round(), to.round());
        Some(self.cut(&gray, kept, wide, doubted))
    }

    /// The rows (columns) of the widened cut that are kept.
    fn cut(&self, gray: &GrayImage, (from, to): Span, wide: Rect<Mm>, doubted: bool) -> Heightened {
        let (start, length) = (from as u32, (to - from) as u32);
        let (w, h) = gray.dimensions();
        let (start_mm, length_mm) = (from / self.per_mm, (to - from) / self.per_mm);
        let (kept, area) = if self.vertical {
            let kept = imageops::crop_imm(gray, start, 0, length, h);
            let area = Rect::new(wide.x + start_mm, wide.y, length_mm, wide.h);
            (kept, area)
        } else {
            let kept = imageops::crop_imm(gray, 0, start, w, length);
            let area = Rect::new(wide.x, wide.y + start_mm, wide.w, length_mm);
            (kept, area)
        };
        Heightened {
            area,
            gray: kept.to_image(),
            doubted,
        }
    }

    /// Whether so much of a piece lies beyond an edge that registration does not explain it.
    fn crosses(&self, across: Span, beyond: usize) -> bool {
        let reach = (self.edges.0 - across.0).max(across.1 - self.edges.1);
        reach >= OPEN * self.per_mm && beyond as f64 >= CUT * self.per_mm * self.per_mm
    }

    /// A part of a character, wholly beyond the edge and close to it.
    fn is_part(&self, piece: &Piece) -> bool {
        let (along, across) = spans(piece, self.vertical);
        let size = (along.1 - along.0).max(across.1 - across.0);
        let middle = f64::midpoint(along.0, along.1);
        let gap = (self.edges.0 - across.1).max(across.0 - self.edges.1);
        gap <= self.near
            && piece.area as f64 >= SPECK * self.per_mm * self.per_mm
            && size >= SMALLEST * self.height
            && (self.along.0..=self.along.1).contains(&middle)
    }
}
