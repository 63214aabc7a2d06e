//! How the paper is bent against a plane: a smooth field of small shifts.
//!
//! What is left of the anchors after the affine or projective fit is smoothed by a thin-plate
//! spline (Duchon 1977; Bookstein 1989) with a ridge: at a spacing of 13 mm the ridge passes
//! waves of 100 mm by 99 %, of 50 mm by 92 %, and halves the anchors' own noise. The same matrix
//! tells how far each anchor is off where the others put it (leave one out: weight over the
//! diagonal of the inverse, Dubrule 1983), which drops false anchors and is the residual that is
//! reported. Refused when the anchors are few, when it explains nothing, or when it would strain
//! the paper more than a feeder or a curl does: then a printed block has moved, and no bend may
//! hide it. Kept as shifts at the corners of a grid, bilinear between them (0.01 mm).

use std::sync::Arc;

use super::fit::Pair;
use crate::geom::{Mm, Point, Px, Size, Transform};

/// Fewer anchors bend nothing.
const LEAST: usize = 12;
/// Below this the page is flat, mm: what anchors are exact to.
const FLAT_RMS: f64 = 0.05;
const FLAT_MAX: f64 = 0.15;
/// The spline's ridge, with distances in units of [`UNIT`] mm.
const RIDGE: f64 = 0.01;
const UNIT: f64 = 100.0;
/// Spacing of the grid, mm.
const STEP: f64 = 5.0;

/// What is believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// An anchor farther from where the others put it is false, mm.
    pub(super) tolerance: f64,
    /// Most of the shift, mm.
    pub(super) shift: f64,
    /// Most of its change a mm.
    pub(super) strain: f64,
}

impl Limits {
    /// Paper against a plane: a curl of 2 mm over 100 mm changes by 0.06 at its steepest.
    pub(super) const PAPER: Self = Self {
        tolerance: 0.4,
        shift: 3.0,
        strain: 0.07,
    };
    /// A photo's perspective against an affine plane.
    pub(super) const ROUGH: Self = Self {
        tolerance: 0.4,
        shift: 10.0,
        strain: 0.25,
    };
}

/// Shifts on paper, mm; none for a flat page.
#[derive(Clone, Debug, Default)]
pub struct Bend(Option<Arc<Grid>>);

#[derive(Debug)]
struct Grid {
    columns: usize,
    rows: usize,
    shifts: Vec<(f64, f64)>,
}

/// A bend with what speaks for it.
pub(super) struct Bent {
    pub(super) bend: Bend,
    pub(super) kept: Vec<Pair>,
    /// How far each kept anchor is from where the others put it, mm.
    pub(super) misses: Vec<f64>,
}

impl Bend {
    /// The bend that moves each point of a side of this size by `shift`, mm.
    pub(super) fn of(size: Size, shift: impl Fn(Point<Mm>) -> (f64, f64)) -> Self {
        Self(Some(Arc::new(Grid::of(size, shift))))
    }

    pub fn is_flat(&self) -> bool {
        self.0.is_none()
    }

    /// Where a point of the form lies on the flattened paper.
    pub fn apply(&self, p: Point<Mm>) -> Point<Mm> {
        let Some(grid) = &self.0 else { return p };
        let (dx, dy) = grid.at(p);
        Point::new(p.x + dx, p.y + dy)
    }

    /// The largest shift, mm.
    pub fn most(&self) -> f64 {
        let shifts = self.0.iter().flat_map(|g| &g.shifts);
        shifts.map(|(x, y)| x.hypot(*y)).fold(0.0, f64::max)
    }
}

impl Grid {
    fn of(size: Size, shift: impl Fn(Point<Mm>) -> (f64, f64)) -> Self {
        let count = |mm: f64| (mm / STEP).ceil().max(1.0) as usize + 1;
        let (columns, rows) = (count(size.w), count(size.h));
        let at = |i: usize| Point::new((i % columns) as f64 * STEP, (i / columns) as f64 * STEP);
        Self {
            columns,
            rows,
            shifts: (0..columns * rows).map(|i| shift(at(i))).collect(),
        }
    }

    fn at(&self, p: Point<Mm>) -> (f64, f64) {
        let split = |v: f64, most: usize| {
            let v = (v / STEP).clamp(0.0, most as f64 - 1.0);
            let i = (v as usize).min(most - 2);
            (i, v - i as f64)
        };
        let ((i, s), (j, t)) = (split(p.x, self.columns), split(p.y, self.rows));
        let at = |i: usize, j: usize| self.shifts[j * self.columns + i];
        let (a, b, c, d) = (at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1));
        let mix = |a: f64, b: f64, c: f64, d: f64| {
            (a * (1.0 - s) + b * s) * (1.0 - t) + (c * (1.0 - s) + d * s) * t
        };
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    }

    fn is_within(&self, limits: Limits) -> bool {
        let steep =
            |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) > limits.strain * STEP;
        (0..self.rows).all(|j| {
            (0..self.columns).all(|i| {
                let here = self.shifts[j * self.columns + i];
                let right =
                    i + 1 < self.columns && steep(here, self.shifts[j * self.columns + i + 1]);
                let below =
                    j + 1 < self.rows && steep(here, self.shifts[(j + 1) * self.columns + i]);
                !right && !below && here.0.hypot(here.1) <= limits.shift
            })
        })
    }
}

/// The bend that brings `base` to the anchors, without those that contradict the others; `None`
/// when there is none to be trusted. A page that is flat has a flat bend.
pub(super) fn fit(
    base: &Transform<Mm, Px>,
    pairs: &[Pair],
    size: Size,
    limits: Limits,
) -> Option<Bent> {
    let back = base.inverse()?;
    let mut kept = pairs.to_vec();
    loop {
        if kept.len() < LEAST {
            return None;
        }
        let shifts: Vec<(f64, f64)> = kept
            .iter()
            .map(|p| {
                let seen = back.apply(p.px);
                (seen.x - p.mm.x, seen.y - p.mm.y)
            })
            .collect();
        let spline = Spline::fit(&kept, &shifts)?;
        let false_ones = spline.false_ones(&kept, limits.tolerance);
        if false_ones.iter().any(|f| *f) {
            let mut which = false_ones.iter();
            kept.retain(|_| !which.next().copied().unwrap_or(false));
            continue;
        }
        let lengths = || shifts.iter().map(|(x, y)| x.hypot(*y));
        let rms = (lengths().map(|d| d * d).sum::<f64>() / kept.len() as f64).sqrt();
        if rms < FLAT_RMS && lengths().fold(0.0, f64::max) < FLAT_MAX {
            return Some(Bent {
                bend: Bend::default(),
                misses: lengths().collect(),
                kept,
            });
        }
        let grid = Grid::of(size, |p| spline.at(p.x, p.y));
        return grid.is_within(limits).then(|| Bent {
            bend: Bend(Some(Arc::new(grid))),
            misses: spline.misses.clone(),
            kept,
        });
    }
}

/// A thin-plate spline of both shifts.
struct Spline {
    knots: Vec<(f64, f64)>,
    /// Of each knot, then of 1, x and y.
    weights: Vec<(f64, f64)>,
    misses: Vec<f64>,
}

impl Spline {
    fn fit(pairs: &[Pair], shifts: &[(f64, f64)]) -> Option<Self> {
        let knots: Vec<(f64, f64)> = pairs
            .iter()
            .map(|p| (p.mm.x / UNIT, p.mm.y / UNIT))
            .collect();
        let n = knots.len();
        let size = n + 3;
        let mut m = vec![0.0; size * size];
        for (i, a) in knots.iter().enumerate() {
            for (j, b) in knots.iter().enumerate() {
                m[i * size + j] = if i == j { RIDGE } else { plate(*a, *b) };
            }
            for (k, v) in [1.0, a.0, a.1].into_iter().enumerate() {
                m[i * size + n + k] = v;
                m[(n + k) * size + i] = v;
            }
        }
        let inverse = inverse(m, size)?;
        let weigh = |i: usize| {
            let row = &inverse[i * size..i * size + n];
            row.iter()
                .zip(shifts)
                .fold((0.0, 0.0), |(x, y), (v, s)| (x + v * s.0, y + v * s.1))
        };
        let weights: Vec<(f64, f64)> = (0..size).map(weigh).collect();
        let misses = (0..n)
            .map(|i| weights[i].0.hypot(weights[i].1) / inverse[i * size + i].abs().max(1e-12))
            .collect();
        Some(Self {
            knots,
            weights,
            misses,
        })
    }

    /// The worst of each neighbourhood: a false anchor makes its neighbours look false.
    fn false_ones(&self, pairs: &[Pair], tolerance: f64) -> Vec<bool> {
        let worst_near = |i: usize| {
            let near = |j: &usize| pairs[i].mm.distance(pairs[*j].mm) < 30.0;
            let others = (0..pairs.len()).filter(near);
            others.map(|j| self.misses[j]).fold(0.0, f64::max)
        };
        (0..pairs.len())
            .map(|i| self.misses[i] > tolerance && self.misses[i] >= worst_near(i))
            .collect()
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let n = self.knots.len();
        let p = (x / UNIT, y / UNIT);
        let plane = [1.0, p.0, p.1].into_iter();
        let values = self.knots.iter().map(|k| plate(p, *k)).chain(plane);
        values
            .zip(&self.weights[..n + 3])
            .fold((0.0, 0.0), |(x, y), (v, w)| (x + v * w.0, y + v * w.1))
    }
}

/// `r^2 ln r^2`.
fn plate(a: (f64, f64), b: (f64, f64)) -> f64 {
    let r2 = (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2);
    if r2 < 1e-18 { 0.0 } else { r2 * r2.ln() }
}

/// Gauss and Jordan with pivoting; `None` when singular.
fn inverse(mut m: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        out[i * n + i] = 1.0;
    }
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| m[a * n + k].abs().total_cmp(&m[b * n + k].abs()))?;
        if m[pivot * n + k].abs() < 1e-12 {
            return None;
        }
        for c in 0..n {
            m.swap(k * n + c, pivot * n + c);
            out.swap(k * n + c, pivot * n + c);
        }
        let f = 1.0 / m[k * n + k];
        for c in 0..n {
            m[k * n + c] *= f;
            out[k * n + c] *= f;
        }
        let (row, unit) = (
            m[k * n..(k + 1) * n].to_vec(),
            out[k * n..(k + 1) * n].to_vec(),
        );
        for i in (0..n).filter(|i| *i != k) {
            let f = m[i * n + k];
            if f.abs() > 0.0 {
                for c in k..n {
                    m[i * n + c] -= f * row[c];
                }
                for (v, u) in out[i * n..(i + 1) * n].iter_mut().zip(&unit) {
                    *v -= f * u;
                }
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { w: 100.0, h: 148.0 };

    fn base() -> Transform<Mm, Px> {
        Transform::affine(11.8, -0.2, 30.0, 0.2, 11.8, 12.0)
    }

    /// Anchors every 13 mm on a page bent by `bend`, with a little noise.
    fn anchors(bend: impl Fn(Point<Mm>) -> (f64, f64)) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for i in 0..77u32 {
            let (x, y) = (8.0 + 13.0 * f64::from(i % 7), 8.0 + 13.0 * f64::from(i / 7));
            let mm = Point::new(x, y);
            let (dx, dy) = bend(mm);
            let noise = (f64::from(i * 29 % 17) - 8.0) * 0.003;
            let px = base().apply(Point::new(x + dx + noise, y + dy - noise));
            pairs.push(Pair { mm, px });
        }
        pairs
    }

    fn curl(p: Point<Mm>) -> (f64, f64) {
        let wave = (p.y / 148.0 * std::f64::consts::PI).sin();
        (0.3 * wave * p.x / 100.0, 1.6 * wave)
    }

    #[test]
    fn a_curl_is_followed_and_a_false_anchor_is_not() {
        let mut pairs = anchors(curl);
        pairs[30].px.x += 25.0;
        pairs[51].px.y -= 12.0;
        let bent = fit(&base(), &pairs, SIZE, Limits::PAPER).expect("a curl");
        assert_eq!(bent.kept.len(), 75);
        for (x, y) in [(5.0, 5.0), (50.0, 74.0), (90.0, 140.0), (20.0, 100.0)] {
            let p = Point::new(x, y);
            let (dx, dy) = curl(p);
            let off = bent.bend.apply(p).distance(Point::new(x + dx, y + dy));
            assert!(off < 0.1, "{p:?}: {off:.3}");
        }
    }

    #[test]
    fn a_flat_page_stays_flat() {
        let bent = fit(&base(), &anchors(|_| (0.0, 0.0)), SIZE, Limits::PAPER).expect("flat");
        assert!(bent.bend.is_flat());
    }

    #[test]
    fn a_block_that_was_printed_lower_is_no_bend() {
        let moved = |p: Point<Mm>| {
            let block = p.y > 55.0 && p.y < 95.0;
            (0.0, if block { 2.5 } else { 0.0 })
        };
        if let Some(bent) = fit(&base(), &anchors(moved), SIZE, Limits::PAPER) {
            // Either the block or the rest was dropped: never half of the way.
            assert!(bent.bend.most() < 0.3, "{:.2}", bent.bend.most());
        }
    }
}
