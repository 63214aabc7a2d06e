//! Whether printed outlines stand where the form says, and how far they are off.
//!
//! The darkness across each edge of a box is averaged along the edge: a printed line is a peak
//! against the paper outside it, writing inside the box does not matter, and a text line seldom
//! runs along a whole edge at the right place.

use super::Registered;
use crate::geom::{Mm, Point, Rect};
use crate::normalize::outline::{Outline, OutlineShape, outlines};

/// Resolution of the cut-outs, px a mm. On photos coarser than 60 dpi it follows the page's own: a
/// line's blur would be taken for what lies beside it.
const SCALE: f64 = 6.0;
const COARSE: f64 = 2.4;
const OVERSAMPLED: f64 = 1.5;
/// How far an edge is looked for, mm.
pub(super) const REACH: f64 = 1.5;
/// Darkness of a line against the paper beside it: a hair line in light grey at 300 dpi.
const LEAST_DARK: f64 = 0.10;

/// Opposite edges of one outline are off by the same, mm.
const ALIKE: f64 = 0.7;

/// How far the edges of one outline are from where they should be, mm; `None` where no edge is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub(super) left: Option<f64>,
    pub(super) right: Option<f64>,
    pub(super) top: Option<f64>,
    pub(super) bottom: Option<f64>,
    /// Edges that should be there.
    pub(super) expected: usize,
}

impl Found {
    pub(super) fn near(&self, tolerance: f64) -> usize {
        self.upright(tolerance) + self.level(tolerance)
    }

    /// Left and right edges within `tolerance` mm.
    pub(super) fn upright(&self, tolerance: f64) -> usize {
        count([self.left, self.right], tolerance)
    }

    /// Upper and lower edges within `tolerance` mm.
    pub(super) fn level(&self, tolerance: f64) -> usize {
        count([self.top, self.bottom], tolerance)
    }
}

fn count(edges: [Option<f64>; 2], tolerance: f64) -> usize {
    edges
        .iter()
        .flatten()
        .filter(|d| d.abs() <= tolerance)
        .count()
}

/// The outlines of the side that are found, by their middles, and how far each is off, mm.
pub(crate) fn offsets(page: &Registered<'_>) -> Vec<(Point<Mm>, (f64, f64))> {
    let middle = |a: Option<f64>, b: Option<f64>| {
        let (a, b) = (a?, b?);
        ((a - b).abs() < ALIKE).then_some(f64::midpoint(a, b))
    };
    let all = page.side.fields.iter().flat_map(outlines);
    all.filter_map(|outline| {
        let found = find(page, &outline, REACH);
        let off = (
            middle(found.left, found.right)?,
            middle(found.top, found.bottom)?,
        );
        Some((outline.area.center(), off))
    })
    .collect()
}

/// Looks for the edges of `outline` within `reach` mm.
pub(super) fn find(page: &Registered<'_>, outline: &Outline, reach: f64) -> Found {
    let margin = reach + 0.6;
    let own = page.native_px_per_mm();
    let scale = if own < COARSE {
        OVERSAMPLED * own
    } else {
        SCALE
    };
    let cut = page.cut(outline.area.inflate(margin), scale);
    let view = View {
        scale,
        cut: &cut.gray,
        page,
        area: outline.area,
        margin,
    };
    match outline.shape {
        OutlineShape::Frame => Found {
            left: view.edge(Side::Left, reach, 0.75),
            right: view.edge(Side::Right, reach, 0.75),
            top: view.edge(Side::Top, reach, 0.75),
            bottom: view.edge(Side::Bottom, reach, 0.75),
            expected: 4,
        },
        // The flattest parts of a bubble run along its box.
        OutlineShape::Bubble => Found {
            left: view.edge(Side::Left, reach, 0.3),
            right: view.edge(Side::Right, reach, 0.3),
            top: view.edge(Side::Top, reach, 0.3),
            bottom: view.edge(Side::Bottom, reach, 0.3),
            expected: 4,
        },
        OutlineShape::Below => Found {
            bottom: view.edge(Side::Bottom, reach, 0.75),
            expected: 1,
            ..Found::default()
        },
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

struct View<'a> {
    scale: f64,
    cut: &'a image::GrayImage,
    page: &'a Registered<'a>,
    area: Rect<Mm>,
    margin: f64,
}

impl View<'_> {
    /// Offset of the peak nearest to the expected edge, mm, positive to the right and down.
    fn edge(&self, side: Side, reach: f64, share: f64) -> Option<f64> {
        let upright = matches!(side, Side::Left | Side::Right);
        let (length, across) = if upright {
            (self.area.h, self.area.w)
        } else {
            (self.area.w, self.area.h)
        };
        let at = self.margin
            + if matches!(side, Side::Right | Side::Bottom) {
                across
            } else {
                0.0
            };
        // A neighbour's edge is not this one.
        let reach = reach.min(0.45 * across);
        let steps = (reach * self.scale).floor() as i32;
        let from = ((self.margin + length * (1.0 - share) / 2.0) * self.scale) as u32;
        let to = ((self.margin + length * (1.0 + share) / 2.0) * self.scale) as u32;
        let middle = at * self.scale - 0.5;
        let outward = if matches!(side, Side::Left | Side::Top) {
            -1
        } else {
            1
        };
        let profile: Vec<f64> = (-steps - 3..=steps + 3)
            .map(|i| self.mean(middle + f64::from(i), (from, to), upright))
            .collect();
        let n = profile.len();
        let mut best: Option<(f64, f64)> = None;
        for i in 1..n - 1 {
            let offset = i as i32 - steps - 3;
            let v = profile[i];
            if offset.abs() > steps || v < profile[i - 1] || v < profile[i + 1] {
                continue;
            }
            // Bare paper within half a millimetre outside.
            let beside = |k: i32| {
                profile
                    .get((i as i32 + outward * k).max(0) as usize)
                    .copied()
            };
            let outside = (2..=4).filter_map(beside).fold(1.0, f64::min);
            if v - outside < LEAST_DARK {
                continue;
            }
            let fine = crate::raster::correlate::parabola(profile[i - 1], v, profile[i + 1]);
            let mm = (f64::from(offset) + fine) / self.scale;
            // Prefer dark and near.
            let worth = (v - outside).min(0.5) - 0.15 * mm.abs();
            if best.is_none_or(|b| worth > b.1) {
                best = Some((mm, worth));
            }
        }
        best.map(|b| b.0)
    }

    /// Mean darkness along a row or column of the cut-out at a place between pixels.
    fn mean(&self, at: f64, (from, to): (u32, u32), upright: bool) -> f64 {
        let (w, h) = self.cut.dimensions();
        let (most, length) = if upright { (w, h) } else { (h, w) };
        let place = at.clamp(0.0, f64::from(most) - 1.001);
        let (i, f) = (place as u32, place.fract());
        let to = to.min(length).max(from + 1);
        let mut sum = 0.0;
        for k in from..to.min(length) {
            let get = |v: u32| {
                let v = v.min(most - 1);
                let p = if upright {
                    self.cut.get_pixel(v, k)
                } else {
                    self.cut.get_pixel(k, v)
                };
                f64::from(p[0])
            };
            sum += self
                .page
                .levels
                .darkness(get(i) * (1.0 - f) + get(i + 1) * f)
                .clamp(0.0, 1.0);
        }
        sum / f64::from(to - from)
    }
}
