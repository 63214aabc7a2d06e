//! Places on the paper: rectangles and points must lie on their side.

use crate::geom::{Mm, Point, Rect, Size};

use crate::form::fault::Faults;
use crate::form::raw::{At, Pair, Quad};

/// A place may stick out of the paper by this much: rounding in the file, in mm.
const SLACK: f64 = 0.01;
/// The largest and smallest side of a paper, in mm: A3 and a ticket.
pub(super) const LARGEST: f64 = 500.0;
pub(super) const SMALLEST: f64 = 20.0;

/// The side that places are measured on.
#[derive(Clone, Copy)]
pub(super) struct Page {
    /// `None`: the size itself is at fault, so no place is called outside.
    pub size: Option<Size>,
}

impl Page {
    pub(super) fn rect(self, quad: &At<Quad>, faults: &mut Faults<'_>) -> Option<Rect<Mm>> {
        let [x, y, w, h] = quad.value;
        let rect = Rect::new(x, y, w, h);
        if !quad.value.iter().all(|v| v.is_finite()) || w <= 0.0 || h <= 0.0 {
            let message = format!("{} has no area", show(rect));
            faults.add_hint(
                &quad.span,
                message,
                "write [left, top, width, height] in mm",
            );
            return None;
        }
        if let Some(fault) = self.outside(rect) {
            faults.add_hint(&quad.span, fault.0, fault.1);
            return None;
        }
        Some(rect)
    }

    /// Why a rectangle is not on the side, and a hint.
    pub(super) fn outside(self, rect: Rect<Mm>) -> Option<(String, String)> {
        let size = self.size?;
        let inside = rect.x >= -SLACK
            && rect.y >= -SLACK
            && rect.right() <= size.w + SLACK
            && rect.bottom() <= size.h + SLACK;
        (!inside).then(|| {
            let message = format!(
                "{} lies outside the side of {} x {} mm",
                show(rect),
                size.w,
                size.h
            );
            let hint = format!(
                "it reaches from ({}, {}) to ({}, {})",
                number(rect.x),
                number(rect.y),
                number(rect.right()),
                number(rect.bottom())
            );
            (message, hint)
        })
    }

    pub(super) fn point(self, pair: &At<Pair>, faults: &mut Faults<'_>) -> Option<Point<Mm>> {
        let [x, y] = pair.value;
        if !x.is_finite() || !y.is_finite() {
            faults.add(&pair.span, "a point is [x, y] in mm");
            return None;
        }
        if let Some(size) = self.size {
            let on = |v: f64, end: f64| v >= -SLACK && v <= end + SLACK;
            if !on(x, size.w) || !on(y, size.h) {
                let message = format!(
                    "({}, {}) lies outside the side of {} x {} mm",
                    number(x),
                    number(y),
                    size.w,
                    size.h
                );
                faults.add(&pair.span, message);
                return None;
            }
        }
        Some(Point::new(x, y))
    }
}

/// A length in mm within `range`.
pub(super) fn length(
    raw: &At<f64>,
    range: std::ops::RangeInclusive<f64>,
    faults: &mut Faults<'_>,
) -> Option<f64> {
    if range.contains(&raw.value) {
        return Some(raw.value);
    }
    let message = format!(
        "{} mm is not between {} and {} mm",
        raw.value,
        range.start(),
        range.end()
    );
    faults.add(&raw.span, message);
    None
}

fn show(rect: Rect<Mm>) -> String {
    let [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map(number);
    format!("[{x}, {y}, {w}, {h}]")
}

/// Without the digits that binary fractions add.
pub(super) fn number(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    format!("{rounded}")
}
