//! Ink or no ink: signatures, seals and the pictures of free text.

use crate::confidence::Confidence;
use crate::form::{InkKind, InkZone};
use crate::geom::{Mm, Rect};
use crate::read::Content;
use crate::register::Registered;

use super::marks::plane::{PX_PER_MM, Plane, blank_darkness, darkness};
use super::marks::stroke::{Stroke, pieces};
use super::marks::subtract::{added, best_shift};

/// Name and version, for provenance.
pub(super) const ENGINE: &str = "ink-1";

/// How far a zone may have moved against the registration, in px each way (0.5 mm).
const REACH: i32 = 4;

/// Without a blank form, a piece this long against the zone, this thin (mm) and this near to the
/// zone's edge (mm) is its printed frame.
const LINE_SPAN: f64 = 0.3;
const LINE_THICK: f64 = 1.0;
const LINE_NEAR: f64 = 3.0;

/// Pieces no longer than this are dirt on the glass, in mm: the sdaps scans hold forty dots of up
/// to 0.8 mm in one empty box.
const DUST: f64 = 1.2;

/// Share of a zone that ink covers at which it is as likely there as not, and how fast it becomes
/// sure in the logarithm: a signature of two characters in a 60 x 12 mm zone covers 0.02, specks of
/// a dirty scan less than 0.0005.
const EVEN_SIGNATURE: f64 = 0.003;
/// A seal covers a tenth of its square or more even when faint.
const EVEN_SEAL: f64 = 0.015;
const STEEP: f64 = 6.0;

/// How much redder than green and blue a pixel of a seal is, 0 to 255.
const RED: i16 = 50;

/// Signature or seal.
pub(super) fn presence(page: &Registered<'_>, zone: &InkZone) -> Content {
    let share = added_share(page, zone.area);
    let red_share = red_share(page, zone.area);
    let (measure, even) = match zone.kind {
        InkKind::Signature => (share, EVEN_SIGNATURE),
        InkKind::Seal => (share.max(red_share), EVEN_SEAL),
    };
    let present = Confidence::new(1.0 / (1.0 + (even / measure.max(1e-9)).powf(STEEP)));
    Content::Ink {
        present,
        share,
        red_share,
    }
}

/// Free text: only whether there is any.
pub(super) fn picture(page: &Registered<'_>, area: Rect<Mm>) -> Content {
    Content::Picture {
        ink_share: added_share(page, area),
    }
}

/// Share of the area covered with ink that the form did not bring.
fn added_share(page: &Registered<'_>, area: Rect<Mm>) -> f64 {
    let page = &Registered {
        to_px: page.refined(area).0,
        ..page.clone()
    };
    let dark = darkness(page, area, false);
    let known = blank_darkness(page, area);
    let extra = match &known {
        Some(blank) => {
            let (dx, dy) = best_shift(&dark, blank, dark.whole(), REACH);
            added(&dark, &blank.shifted(dx, dy))
        }
        None => dark,
    };
    let ink: usize = pieces(&extra)
        .iter()
        .filter(|s| !is_dust(s) && (known.is_some() || !is_line(s, &extra)))
        .map(|s| s.pixels.len())
        .sum();
    ink as f64 / extra.v.len() as f64
}

/// A dot: no stroke of a word is as short.
fn is_dust(stroke: &Stroke) -> bool {
    let b = stroke.bounds;
    ((b.x1 - b.x0).max(b.y1 - b.y0) as f64) < DUST * PX_PER_MM
}

/// A long thin piece along the edge: the zone's printed frame, or what of it reaches in.
fn is_line(stroke: &Stroke, plane: &Plane) -> bool {
    let b = stroke.bounds;
    let (w, h) = ((b.x1 - b.x0) as f64, (b.y1 - b.y0) as f64);
    let long = w > LINE_SPAN * plane.w as f64 || h > LINE_SPAN * plane.h as f64;
    let thick = stroke.pixels.len() as f64 / w.max(h) / PX_PER_MM;
    let near = (LINE_NEAR * PX_PER_MM) as usize;
    let at_edge = b.x1 < near || b.y1 < near || b.x0 + near > plane.w || b.y0 + near > plane.h;
    let round = w > 0.9 * plane.w as f64 && h > 0.9 * plane.h as f64;
    long && thick < LINE_THICK && (at_edge || round)
}

/// Share of the area that is red; 0 for scans without colour.
fn red_share(page: &Registered<'_>, area: Rect<Mm>) -> f64 {
    let Some(color) = page.cut_color(area, PX_PER_MM / 2.0) else {
        return 0.0;
    };
    let red = |p: &&image::Rgb<u8>| i16::from(p.0[0]) - i16::from(p.0[1].max(p.0[2])) > RED;
    color.pixels().filter(red).count() as f64 / f64::from(color.width() * color.height())
}
