//! Whether scanner, copier or camera can have laid the form onto the page like that.
//!
//! Anchors that agree are no proof by themselves: four of them fit any projective transform. A
//! feeder stretches and shears a little, a copier scales, a camera tilts. How far a camera may
//! tilt the page depends on what else says so: where the paper's own border is seen, a transform
//! that lays the side's corners onto it may be as steep as a sheet on a table is photographed.

use super::{fit, refuse};
use crate::form::Side;
use crate::geom::{Mm, Point, Px, QuarterTurn, Rect, Transform};
use crate::normalize::Upright;
use crate::normalize::layout::{by_border, scales};
use crate::rejection::Rejection;

/// Scale against the page's resolution, where the file says one.
const SCALE_RANGE: (f64, f64) = (0.88, 1.12);
/// Difference of the two scales: feeders stretch by 2 %, prints by another 1 %.
const MOST_ANISOTROPY: f64 = 0.04;
/// Feeders shear a page by 0.3 degrees; three marks prove nothing else, so they get less.
const MOST_SHEAR: f64 = 1.0;
const MOST_SHEAR_OF_THREE: f64 = 0.5;
/// Change of scale over the side in a photo, and how far its sides lean at its middle, degrees.
const MOST_PERSPECTIVE: f64 = 0.25;
const MOST_LEAN: f64 = 12.0;
/// The same where the paper's own border says it: 45 degrees from half a metre.
const MOST_PERSPECTIVE_SEEN: f64 = 0.8;
const MOST_LEAN_SEEN: f64 = 20.0;
/// A border that is found a pixel off at each corner shows less change of scale than this.
const TILTED: f64 = 0.04;
/// How far the side's corners may be from the paper's, as a share of the diagonal (6 mm on a
/// postcard): the print's place on its sheet, a curled edge.
const MOST_OFF_BORDER: f64 = 0.035;

/// The shape of a transform that `kept` anchors agree on; `hand` is where a person laid the side.
///
/// # Errors
/// What nothing makes of a page.
pub(super) fn plausible(
    at: (&Upright<'_>, &Side, QuarterTurn),
    to_px: &Transform<Mm, Px>,
    (kept, hand): (usize, Option<&Transform<Mm, Px>>),
) -> Result<fit::Shape, Rejection> {
    let (page, side, turn) = at;
    let middle = Point::new(side.size.w / 2.0, side.size.h / 2.0);
    let scales = scales(page, side, turn);
    let shape = fit::shape(to_px, middle, scales[0]);
    // A person's corners say as much as the paper's own border.
    let seen = is_on_border(at, to_px) || hand.is_some_and(|laid| is_near(side, laid, to_px));
    let by_any = scales.iter().any(|unit| {
        let s = fit::shape(to_px, middle, *unit);
        let mean = (s.scale_x * s.scale_y).sqrt();
        mean > SCALE_RANGE.0 && mean < SCALE_RANGE.1
    });
    if page.scan.resolution.is_some() && !by_any && !seen {
        return Err(no_scanner("scale"));
    }
    let wrong = if to_px.is_affine() && kept <= 3 && is_tilted(at) {
        Some("flat page of a tilted sheet")
    } else if to_px.is_affine() {
        flat(&shape, kept, seen)
    } else {
        tilted(&shape, to_px, side, seen)
    };
    wrong.map_or(Ok(shape), |why| Err(no_scanner(why)))
}

fn no_scanner(why: &str) -> Rejection {
    refuse(format!("no scanner makes such a {why}"))
}

fn flat(shape: &fit::Shape, kept: usize, seen: bool) -> Option<&'static str> {
    let most_shear = if kept <= 3 {
        MOST_SHEAR_OF_THREE
    } else {
        MOST_SHEAR
    };
    if !seen && (shape.scale_x / shape.scale_y - 1.0).abs() > MOST_ANISOTROPY {
        Some("stretch")
    } else if shape.shear_degrees.abs() > most_shear {
        Some("shear")
    } else {
        None
    }
}

fn tilted(
    shape: &fit::Shape,
    to_px: &Transform<Mm, Px>,
    side: &Side,
    seen: bool,
) -> Option<&'static str> {
    let perspective = perspective(to_px, side);
    let (most, lean) = if seen {
        (MOST_PERSPECTIVE_SEEN, MOST_LEAN_SEEN)
    } else {
        (MOST_PERSPECTIVE, MOST_LEAN)
    };
    (perspective > most || shape.shear_degrees.abs() > lean).then_some("perspective")
}

/// Change of scale over the side, as a share.
fn perspective(to_px: &Transform<Mm, Px>, side: &Side) -> f64 {
    let corners = Rect::new(0.0, 0.0, side.size.w, side.size.h).corners();
    let local = corners.map(|c| to_px.scale_at(c));
    let (low, high) = local
        .iter()
        .fold((f64::MAX, 0.0f64), |(l, h), s| (l.min(*s), h.max(*s)));
    high / low - 1.0
}

/// Whether the paper's own border shows perspective: three marks cannot, and fit it all the same.
fn is_tilted((page, side, turn): (&Upright<'_>, &Side, QuarterTurn)) -> bool {
    by_border(page, side, turn).is_some_and(|laid| perspective(&laid, side) > TILTED)
}

/// Whether the side's corners lie on those of the paper as the picture shows them: then the border
/// says what a camera did.
fn is_on_border(
    (page, side, turn): (&Upright<'_>, &Side, QuarterTurn),
    to_px: &Transform<Mm, Px>,
) -> bool {
    by_border(page, side, turn).is_some_and(|laid| is_near(side, &laid, to_px))
}

/// Whether two transforms lay the side's corners about alike.
fn is_near(side: &Side, laid: &Transform<Mm, Px>, to_px: &Transform<Mm, Px>) -> bool {
    let corners = Rect::new(0.0, 0.0, side.size.w, side.size.h).corners();
    let off = |c: Point<Mm>| laid.apply(c).distance(to_px.apply(c)) / laid.scale_at(c);
    let most = MOST_OFF_BORDER * side.size.w.hypot(side.size.h);
    corners.into_iter().all(|c| off(c) < most)
}
