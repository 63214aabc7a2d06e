//! Whether printed outlines stand where the form says, and how far they are off.
//!
//! The darkness across each edge of a box is averaged along the edge: a printed line is a peak
//! against the paper outside it, writing inside the box does not matter, and a text line seldom
//! runs along a whole edge at the right place.

use image::GrayImage;

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
/// Darker lines are no likelier edges: for one alone, and for two that agree.
const PLAIN: f64 = 0.5;
const VISIBLE: f64 = 0.2;

/// Opposite edges of one outline are off by the same, mm.
const ALIKE: f64 = 0.7;
/// Two lines that are off by the same, within this, are two edges of one box, mm.
const SAME: f64 = 0.3;

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

    /// How far to the right both upright edges are: line widths cancel.
    pub(super) fn across(&self) -> Option<f64> {
        middle(self.left, self.right)
    }

    /// How far down both level edges are.
    pub(super) fn down(&self) -> Option<f64> {
        middle(self.top, self.bottom)
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

fn middle(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let (a, b) = (a?, b?);
    ((a - b).abs() < ALIKE).then_some(f64::midpoint(a, b))
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
    let all = page.side.fields.iter().flat_map(outlines);
    all.filter_map(|outline| Some((outline.area.center(), offset(page, &outline)?)))
        .collect()
}

/// How far an outline is off, mm; `None` unless all its edges are seen and agree.
pub(super) fn offset(page: &Registered<'_>, outline: &Outline) -> Option<(f64, f64)> {
    let found = find(page, outline, REACH);
    Some((found.across()?, found.down()?))
}

/// How far an outline may be off to the right and down, within `reach` mm: by every two lines that may be
/// its opposite edges, a neighbor's edges among them. Down by every line where only a line below is printed.
pub(super) fn may_be_off(
    page: &Registered<'_>,
    outline: &Outline,
    reach: f64,
) -> (Vec<f64>, Vec<f64>) {
    let view = View::round(page, outline, reach);
    let lines = |side| view.lines(side, reach, share_of(outline.shape));
    if outline.shape == OutlineShape::Below {
        let below = lines(Side::Bottom).iter().map(|l| l.off).collect();
        return (Vec::new(), below);
    }
    let both = |one: Side, other: Side| {
        let (one, other) = (lines(one), lines(other));
        let middles = alike(&one, &other, ALIKE).map(|(a, b)| f64::midpoint(a.off, b.off));
        middles.collect::<Vec<f64>>()
    };
    (both(Side::Left, Side::Right), both(Side::Top, Side::Bottom))
}

/// Share of an edge's length, in its middle, along which a line is looked for.
fn share_of(shape: OutlineShape) -> f64 {
    match shape {
        OutlineShape::Frame | OutlineShape::Below => 0.75,
        // The flattest parts of a bubble run along its box.
        OutlineShape::Bubble => 0.3,
    }
}

/// Looks for the edges of `outline` within `reach` mm, and no farther than to its own middle: there a
/// neighbor's begin.
pub(super) fn find(page: &Registered<'_>, outline: &Outline, reach: f64) -> Found {
    let view = View::round(page, outline, reach);
    let share = share_of(outline.shape);
    let lines = |side: Side| {
        let own = 0.45 * side.across(outline.area);
        view.lines(side, reach.min(own), share)
    };
    if outline.shape == OutlineShape::Below {
        return Found {
            bottom: best(&lines(Side::Bottom)),
            expected: 1,
            ..Found::default()
        };
    }
    let (left, right) = opposite(&lines(Side::Left), &lines(Side::Right));
    let (top, bottom) = opposite(&lines(Side::Top), &lines(Side::Bottom));
    Found {
        left,
        right,
        top,
        bottom,
        expected: 4,
    }
}

/// A line that may be an edge.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// How far it is from where the edge should be, mm, positive to the right and down.
    off: f64,
    /// Darkness against the paper outside it.
    dark: f64,
}

impl Line {
    /// Dark and near is better; what is darker than `enough` is not better still.
    fn worth(&self, enough: f64) -> f64 {
        self.dark.min(enough) - 0.15 * self.off.abs()
    }
}

fn best(lines: &[Line]) -> Option<f64> {
    let worth = |line: &&Line| line.worth(PLAIN);
    let best = lines.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
    best.map(|line| line.off)
}

/// Two opposite edges: the two best lines that are off alike, for a neighbor's line may be nearer than
/// one's own, and of those the nearer ones, for strokes of a printed letter are alike as well; else the
/// best of each.
fn opposite(a: &[Line], b: &[Line]) -> (Option<f64>, Option<f64>) {
    let worth = |(one, other): &(&Line, &Line)| one.worth(VISIBLE) + other.worth(VISIBLE);
    match alike(a, b, SAME).max_by(|x, y| worth(x).total_cmp(&worth(y))) {
        Some((one, other)) => (Some(one.off), Some(other.off)),
        None => (best(a), best(b)),
    }
}

/// Every two lines that are off alike, within so many mm.
fn alike<'a>(
    a: &'a [Line],
    b: &'a [Line],
    within: f64,
) -> impl Iterator<Item = (&'a Line, &'a Line)> {
    let pairs = a
        .iter()
        .flat_map(|one| b.iter().map(move |other| (one, other)));
    pairs.filter(move |(one, other)| (one.off - other.off).abs() <= within)
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    fn is_upright(self) -> bool {
        matches!(self, Self::Left | Self::Right)
    }

    /// From this edge to the opposite one.
    fn across(self, area: Rect<Mm>) -> f64 {
        if self.is_upright() { area.w } else { area.h }
    }
}

/// The page round an outline.
struct View<'a> {
    /// px a mm.
    scale: f64,
    cut: GrayImage,
    page: &'a Registered<'a>,
    area: Rect<Mm>,
    /// What is seen beyond `area` on each side, mm.
    margin: f64,
}

impl<'a> View<'a> {
    /// With room to find its edges within `reach` mm.
    fn round(page: &'a Registered<'a>, outline: &Outline, reach: f64) -> Self {
        let margin = reach + 0.6;
        let own = page.native_px_per_mm();
        let scale = if own < COARSE {
            OVERSAMPLED * own
        } else {
            SCALE
        };
        Self {
            scale,
            cut: page.cut(outline.area.inflate(margin), scale).gray,
            page,
            area: outline.area,
            margin,
        }
    }

    /// Lines within `reach` of the expected edge, looked for along the middle `share` of its length.
    fn lines(&self, side: Side, reach: f64, share: f64) -> Vec<Line> {
        let upright = side.is_upright();
        let across = side.across(self.area);
        let length = if upright { self.area.h } else { self.area.w };
        let at = self.margin
            + if matches!(side, Side::Right | Side::Bottom) {
                across
            } else {
                0.0
            };
        let steps = (reach * self.scale).floor() as i32;
        let from = ((self.margin + length * (1.0 - share) / 2.0) * self.scale) as u32;
        let to = ((self.margin + length * (1.0 + share) / 2.0) * self.scale) as u32;
        let middle = at * self.scale - 0.5;
        let outward = if matches!(side, Side::Left | Side::Top) {
            -1
        } else {
            1
        };
        let places = (-steps - 3..=steps + 3).map(|i| middle + f64::from(i));
        let profile = self.profile(places, (from, to), upright);
        let n = profile.len();
        let mut lines = Vec::new();
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
            lines.push(Line {
                off: (f64::from(offset) + fine) / self.scale,
                dark: v - outside,
            });
        }
        lines
    }

    /// Mean darkness along rows or columns of the cut-out at places between pixels.
    fn profile(
        &self,
        places: impl Iterator<Item = f64>,
        (from, to): (u32, u32),
        upright: bool,
    ) -> Vec<f64> {
        let (w, h) = self.cut.dimensions();
        let (most, length) = if upright { (w, h) } else { (h, w) };
        let places: Vec<(usize, usize, f64)> = places
            .map(|at| {
                let place = at.clamp(0.0, f64::from(most) - 1.001);
                let first = place as u32;
                let next = (first + 1).min(most - 1);
                (first as usize, next as usize, place.fract())
            })
            .collect();
        let to = to.min(length).max(from + 1);
        let along = from as usize..(to.min(length) as usize).max(from as usize);
        let (raw, w) = (self.cut.as_raw(), w as usize);
        let levels = self.page.levels;
        let dark = |(a, b): (u8, u8), f: f64| {
            let between = f64::from(a) * (1.0 - f) + f64::from(b) * f;
            levels.darkness(between).clamp(0.0, 1.0)
        };
        let mut sums = vec![0.0; places.len()];
        if upright {
            for row in raw.chunks_exact(w).take(along.end).skip(along.start) {
                for (sum, &(i, j, f)) in sums.iter_mut().zip(&places) {
                    *sum += dark((row[i], row[j]), f);
                }
            }
        } else {
            let part = |row: usize| &raw[row * w..][along.clone()];
            for (sum, &(i, j, f)) in sums.iter_mut().zip(&places) {
                let between = part(i).iter().zip(part(j));
                *sum = between.map(|(a, b)| dark((*a, *b), f)).sum();
            }
        }
        for sum in &mut sums {
            *sum /= f64::from(to - from);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(all: &[(f64, f64)]) -> Vec<Line> {
        let line = |(off, dark): &(f64, f64)| Line {
            off: *off,
            dark: *dark,
        };
        all.iter().map(line).collect()
    }

    #[test]
    fn edges_that_are_off_alike_are_the_box_s_own() {
        // The next box begins nearer to the expected right edge than this one ends.
        let (left, right) = (lines(&[(-0.6, 0.4)]), lines(&[(-0.6, 0.4), (0.25, 0.4)]));
        assert_eq!(opposite(&left, &right), (Some(-0.6), Some(-0.6)));
        // Strokes of a letter are alike and darker, and lie farther off.
        let (top, bottom) = (
            lines(&[(0.02, 0.15), (-1.3, 0.6)]),
            lines(&[(0.05, 0.15), (-1.35, 0.6)]),
        );
        assert_eq!(opposite(&top, &bottom), (Some(0.02), Some(0.05)));
        // What agrees with nothing stands for itself.
        let (left, right) = (lines(&[(0.9, 0.4)]), lines(&[(-0.8, 0.2), (0.1, 0.4)]));
        assert_eq!(opposite(&left, &right), (Some(0.9), Some(0.1)));
        assert_eq!(opposite(&[], &right), (None, Some(0.1)));
    }
}
