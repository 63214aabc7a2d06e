//! Candidates for printed marks among a page's connected ink, measured on grey levels.

use crate::form::{AnchorMark, MarkKind};
use crate::geom::{Point, Px, QuarterTurn};
use crate::normalize::Upright;
use crate::raster::Component;

/// Widths and heights against the expected, after the slant is taken off.
const SIZE_RANGE: (f64, f64) = (0.72, 1.38);
/// Candidates a mark at most: on a page full of filled bubbles the true mark is among the first.
const MOST: usize = 40;

/// A place that looks like a mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// In original pixels.
    pub(super) at: Point<Px>,
    /// How unlike a mark it is: 0 as drawn, 1 barely accepted.
    pub(super) oddness: f64,
}

/// Candidates for each mark, the likeliest first; `per_mm` is in reduced pixels.
pub(super) fn spots(
    page: &Upright<'_>,
    marks: &[AnchorMark],
    turn: QuarterTurn,
    per_mm: f64,
) -> Vec<Vec<Spot>> {
    let mut known: Vec<(Sought, Vec<Spot>)> = Vec::new();
    let mut out = Vec::new();
    for mark in marks {
        let sought = Sought::of(mark, turn, per_mm);
        let old = known.iter().find(|(s, _)| s.is_like(&sought));
        let list = if let Some((_, list)) = old {
            list.clone()
        } else {
            let list = sought.spots(page);
            known.push((sought, list.clone()));
            list
        };
        out.push(list);
    }
    out
}

/// What is looked for: a mark as it lies on the page, in reduced pixels.
struct Sought {
    kind: MarkKind,
    w: f64,
    h: f64,
}

impl Sought {
    fn of(mark: &AnchorMark, turn: QuarterTurn, per_mm: f64) -> Self {
        let (w, h) = (mark.size * per_mm, mark.height * per_mm);
        let kind = turned(mark.kind, turn);
        if turn.swaps_sides() {
            Self { kind, w: h, h: w }
        } else {
            Self { kind, w, h }
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        self.kind == other.kind && near(self.w, other.w) && near(self.h, other.h)
    }
}

/// The kind as it appears on a page that lies turned.
fn turned(kind: MarkKind, turn: QuarterTurn) -> MarkKind {
    use MarkKind::{LBottomLeft, LBottomRight, LTopLeft, LTopRight};
    let round = [LTopLeft, LTopRight, LBottomRight, LBottomLeft];
    let steps = (turn.degrees() / 90) as usize;
    round
        .iter()
        .position(|k| *k == kind)
        .map_or(kind, |i| round[(i + steps) % 4])
}

impl Sought {
    fn spots(&self, page: &Upright<'_>) -> Vec<Spot> {
        let outer = self.slanted(page.skew_cw_degrees);
        let candidates = page.found.list.iter().zip(&page.backing);
        let mut list: Vec<(f64, Component)> = candidates
            .filter(|(_, backing)| !**backing)
            .filter_map(|(c, _)| Some((self.oddness(c, outer)?, *c)))
            .collect();
        list.sort_by(|a, b| a.0.total_cmp(&b.0));
        let measured = list.iter().take(MOST).filter_map(|(odd, c)| {
            let at = match self.kind {
                MarkKind::Square | MarkKind::Bar | MarkKind::Disc | MarkKind::Cross => {
                    center(page, c)
                }
                _ => corner(page, c, self.kind)?,
            };
            Some(Spot {
                at: page.reduced.grow(at),
                oddness: *odd,
            })
        });
        measured.collect()
    }

    /// The upright box round the slanted mark.
    fn slanted(&self, degrees: f64) -> (f64, f64) {
        let (sin, cos) = degrees.to_radians().sin_cos();
        match self.kind {
            MarkKind::Disc => (self.w, self.h),
            _ => (
                self.w * cos + self.h * sin.abs(),
                self.h * cos + self.w * sin.abs(),
            ),
        }
    }

    /// How unlike the mark a component is; `None` when it cannot be one.
    fn oddness(&self, c: &Component, outer: (f64, f64)) -> Option<f64> {
        let (w, h) = (
            f64::from(c.width()) / outer.0,
            f64::from(c.height()) / outer.1,
        );
        // Ink grows by up to a reduced pixel at each edge.
        let grow = 1.5 / outer.0.min(outer.1);
        let fits = |v: f64| v > SIZE_RANGE.0 && v < SIZE_RANGE.1 + grow;
        if !fits(w) || !fits(h) || w.max(h) > 1.3 * w.min(h) + grow {
            return None;
        }
        let slack = outer.0 * outer.1 / (self.w * self.h);
        let (good, shape) = build(c, self.kind, slack);
        let off = (w - 1.0).abs() + (h - 1.0).abs() + (w - h).abs();
        good.then_some(off / 3.0 + shape)
    }
}

/// Whether a component is built like the mark, and how unlike it is; `slack`: how much larger the
/// upright box round the slanted mark is.
fn build(c: &Component, kind: MarkKind, slack: f64) -> (bool, f64) {
    // Centre of gravity against the box, -1 to 1.
    let gx = 2.0 * (c.cx - f64::from(c.x0) + 0.5) / f64::from(c.width()) - 1.0;
    let gy = 2.0 * (c.cy - f64::from(c.y0) + 0.5) / f64::from(c.height()) - 1.0;
    let solid = c.fill() * slack;
    let central = gx.abs() < 0.15 && gy.abs() < 0.15;
    match kind {
        MarkKind::Square | MarkKind::Bar => (solid > 0.75 && central, 1.0 - solid.min(1.0)),
        // A ring is a disc with a hole.
        MarkKind::Disc => (c.fill() > 0.2 && c.fill() < 0.95 && central, 0.0),
        MarkKind::Cross => (c.fill() < 0.55 && central, 0.0),
        MarkKind::LTopLeft => (gx < -0.1 && gy < -0.1 && c.fill() < 0.75, 0.0),
        MarkKind::LTopRight => (gx > 0.1 && gy < -0.1 && c.fill() < 0.75, 0.0),
        MarkKind::LBottomLeft => (gx < -0.1 && gy > 0.1 && c.fill() < 0.75, 0.0),
        MarkKind::LBottomRight => (gx > 0.1 && gy > 0.1 && c.fill() < 0.75, 0.0),
    }
}

/// Centre of darkness in the component's box and a pixel and a half round it.
fn center(page: &Upright<'_>, c: &Component) -> Point<Px> {
    let gray = &page.reduced.gray;
    let (x0, y0) = (c.x0.saturating_sub(2), c.y0.saturating_sub(2));
    let (x1, y1) = ((c.x1 + 2).min(gray.width()), (c.y1 + 2).min(gray.height()));
    let (mut sum, mut sx, mut sy) = (0.0, 0.0, 0.0);
    for y in y0..y1 {
        for x in x0..x1 {
            let dark = page
                .levels
                .darkness(f64::from(gray.get_pixel(x, y)[0]))
                .clamp(0.0, 1.0);
            // Paper grain adds up over the margin.
            let dark = if dark < 0.12 { 0.0 } else { dark };
            sum += dark;
            sx += dark * f64::from(x);
            sy += dark * f64::from(y);
        }
    }
    if sum > 0.0 {
        Point::new(sx / sum, sy / sum)
    } else {
        Point::new(c.cx, c.cy)
    }
}

/// Where the outer edges of an L cross: `x = a + b y` and `y = d + e x`, each fitted to edge
/// points of an arm between a quarter and nine tenths of its length.
fn corner(page: &Upright<'_>, c: &Component, kind: MarkKind) -> Option<Point<Px>> {
    let left = matches!(kind, MarkKind::LTopLeft | MarkKind::LBottomLeft);
    let top = matches!(kind, MarkKind::LTopLeft | MarkKind::LTopRight);
    let along = |from: u32, to: u32, forward: bool| {
        let n = f64::from(to - from);
        let (a, b) = if forward { (0.25, 0.9) } else { (0.1, 0.75) };
        (f64::from(from) + a * n) as u32..(f64::from(from) + b * n) as u32
    };
    let upright: Vec<(f64, f64)> = along(c.y0, c.y1, top)
        .filter_map(|y| Some((f64::from(y), edge(page, c, y, left, true)?)))
        .collect();
    let level: Vec<(f64, f64)> = along(c.x0, c.x1, left)
        .filter_map(|x| Some((f64::from(x), edge(page, c, x, top, false)?)))
        .collect();
    let (a, b) = line(&upright)?;
    let (d, e) = line(&level)?;
    // x = a + b (d + e x)
    let x = (a + b * d) / (1.0 - b * e);
    Some(Point::new(x, d + e * x))
}

/// The first crossing into ink from the outer side, along row or column `at`.
fn edge(page: &Upright<'_>, c: &Component, at: u32, first: bool, row: bool) -> Option<f64> {
    let gray = &page.reduced.gray;
    let (low, high, most) = if row {
        (c.x0, c.x1, gray.width())
    } else {
        (c.y0, c.y1, gray.height())
    };
    let (low, high) = (low.saturating_sub(2), (high + 2).min(most));
    let dark = |v: u32| {
        let p = if row {
            gray.get_pixel(v, at)
        } else {
            gray.get_pixel(at, v)
        };
        page.levels.darkness(f64::from(p[0]))
    };
    let inner = (f64::from(high - low) * 0.4) as u32;
    let steps: Vec<u32> = if first {
        (low..low + inner).collect()
    } else {
        (high - inner..high).rev().collect()
    };
    let deepest = steps.iter().map(|v| dark(*v)).fold(0.0, f64::max);
    let middle = 0.5 * deepest;
    if deepest < 0.2 {
        return None;
    }
    steps.windows(2).find_map(|p| {
        let (outer, inner) = (dark(p[0]), dark(p[1]));
        (outer < middle && inner >= middle).then(|| {
            let t = (middle - outer) / (inner - outer);
            f64::from(p[0]) + t * (f64::from(p[1]) - f64::from(p[0]))
        })
    })
}

/// A line `v = a + b u` through the points, without the third that lies farthest off.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let mut kept = points.to_vec();
    for round in 0..4 {
        let n = kept.len() as f64;
        if kept.len() < 4 {
            return None;
        }
        let (mu, mv) = (
            kept.iter().map(|p| p.0).sum::<f64>() / n,
            kept.iter().map(|p| p.1).sum::<f64>() / n,
        );
        let uu: f64 = kept.iter().map(|p| (p.0 - mu).powi(2)).sum();
        let uv: f64 = kept.iter().map(|p| (p.0 - mu) * (p.1 - mv)).sum();
        let b = uv / uu;
        let a = mv - b * mu;
        if round == 3 {
            return Some((a, b));
        }
        let off = |p: &(f64, f64)| (p.1 - a - b * p.0).abs();
        kept.sort_by(|p, q| off(p).total_cmp(&off(q)));
        kept.truncate((kept.len() * 7 / 8).max(4));
    }
    None
}
