//! Skew by projection profiles.
//!
//! Lower edges of ink (base lines, ruled lines) are projected along an angle, right edges (frames,
//! stems, and the base lines of a page that lies on its side) across it. At the right angle the
//! profile is sharp: the score is the sum of squared counts of both, as in Postl's method (US
//! 4,723,297) and leptonica's `skew.c`, but on edge points with positions below a pixel, which
//! costs a few thousand additions an angle. Half-degree steps over 20 degrees either way, then a
//! finer round round the best two, then each axis by itself, weighted by how well the parts of the
//! page agree. Exact to about 0.02 degrees on a page with several printed lines; a page without
//! lines (score less than 1.12 times the usual) has skew 0.

use image::GrayImage;

use super::Levels;
use crate::raster::{Components, Ink, correlate::parabola};

/// Widest skew looked for. Cards in a feeder reach 8 degrees, hand-laid pages 15.
const WIDEST: f64 = 20.0;
/// Points an angle costs at most in the coarse and the fine rounds.
const COARSE_POINTS: usize = 6_000;
const FINE_POINTS: usize = 40_000;
/// Best score against the median of the coarse round: lines reach 1.5 and more, noise 1.05.
const LEAST_PEAK: f64 = 1.12;
/// An axis takes part in the last round when its profile is this much sharper than a degree off.
const LEAST_GAIN: f64 = 1.1;
/// No axis is known better than this, in degrees; and this is how well one is known whose parts say
/// nothing for themselves.
const FINEST: f64 = 0.02;
const NO_PARTS: f64 = 0.2;
/// Bins of the last round in pixels, and the share of a peak's height that counts as its foot.
const SUMMIT_BIN: f64 = 2.0;
const SUMMIT_FOOT: f64 = 0.2;
/// Points that a half of the page needs to say anything.
const PART_POINTS: usize = 300;

/// Edge points in pixels, the second coordinate exact below a pixel for lower edges, the first
/// for right edges.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    lower: Points,
    right: Points,
}

/// Points, and a rectangle that holds them all.
#[derive(Clone, Debug, Default)]
struct Points {
    at: Vec<(f32, f32)>,
    low: (f32, f32),
    high: (f32, f32),
}

impl Points {
    fn new(at: Vec<(f32, f32)>) -> Self {
        let ends = |a: (f32, f32), v: f32| (a.0.min(v), a.1.max(v));
        let start = (f32::MAX, f32::MIN);
        let x = at.iter().fold(start, |a, p| ends(a, p.0));
        let y = at.iter().fold(start, |a, p| ends(a, p.1));
        Self {
            at,
            low: (x.0, y.0),
            high: (x.1, y.1),
        }
    }

    fn len(&self) -> usize {
        self.at.len()
    }

    /// Least and largest `a x + b y` of the rectangle.
    fn ends_along(&self, (a, b): (f32, f32)) -> (f32, f32) {
        let (x, y) = (
            (a * self.low.0, a * self.high.0),
            (b * self.low.1, b * self.high.1),
        );
        (x.0.min(x.1) + y.0.min(y.1), x.0.max(x.1) + y.0.max(y.1))
    }
}

impl Edges {
    pub(super) fn collect(
        gray: &GrayImage,
        ink: &Ink,
        found: &Components,
        backing: &[bool],
        levels: Levels,
    ) -> Self {
        let (w, h) = (ink.width, ink.height);
        let raw = gray.as_raw();
        let middle = f64::midpoint(levels.paper, levels.ink) as f32;
        let near = near_backing(found, backing, (w, h));
        let (mut lower, mut right) = (Vec::new(), Vec::new());
        for run in &found.runs {
            let part = &found.list[run.owner as usize];
            if backing[run.owner as usize] || part.area < 6 {
                continue;
            }
            let row = run.y as usize * w;
            if run.y as usize + 1 < h {
                for x in run.x0 as usize..run.x1 as usize {
                    if ink.dark[row + w + x] == 0 && !near(x, run.y as usize) {
                        let above = raw[(row + x).saturating_sub(w)];
                        let past = crossing([above, raw[row + x], raw[row + w + x]], middle);
                        lower.push((x as f32, run.y as f32 + past));
                    }
                }
            }
            let last = run.x1 as usize - 1;
            if last + 1 < w && !near(last, run.y as usize) {
                let before = raw[(row + last).saturating_sub(1)];
                let past = crossing([before, raw[row + last], raw[row + last + 1]], middle);
                right.push((last as f32 + past, run.y as f32));
            }
        }
        Self {
            lower: Points::new(lower),
            right: Points::new(right),
        }
    }

    /// With y multiplied: pixels that are not square.
    pub(super) fn stretched(self, aspect: f64) -> Self {
        if (aspect - 1.0).abs() <= 1e-3 {
            return self;
        }
        let stretched = |points: Points| {
            let at = points.at.into_iter();
            Points::new(at.map(|(x, y)| (x, y * aspect as f32)).collect())
        };
        Self {
            lower: stretched(self.lower),
            right: stretched(self.right),
        }
    }

    pub(super) fn skew_cw_degrees(&self) -> f64 {
        if self.lower.len() + self.right.len() < 60 {
            return 0.0;
        }
        let coarse = self.thinned(COARSE_POINTS);
        let steps = (2.0 * WIDEST / 0.5) as usize;
        let angles: Vec<f64> = (0..=steps).map(|i| 0.5 * i as f64 - WIDEST).collect();
        let scores: Vec<f64> = angles.iter().map(|&a| coarse.sharpness(a, 4.0)).collect();
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        if sorted[steps] < LEAST_PEAK * sorted[steps / 2] {
            return 0.0;
        }
        let fine = self.thinned(FINE_POINTS);
        let (first, second) = two_peaks(&scores);
        let a = fine.refine(angles[first], 0.1, 2.0);
        let b = fine.refine(angles[second], 0.1, 2.0);
        fine.both_axes(if b.1 > a.1 { b.0 } else { a.0 })
    }

    /// The turn that levels both axes best: feeders shear and bend a page by up to 0.2 degrees, so
    /// base lines and stems stand at different angles, and each axis counts by how well the parts
    /// of the page agree on it (inverse variance) and how far its lines stand out.
    fn both_axes(self, degrees: f64) -> f64 {
        let (lower, right) = (
            Self {
                lower: self.lower,
                right: Points::default(),
            },
            Self {
                lower: Points::default(),
                right: self.right,
            },
        );
        let (mut sum, mut weights) = (0.0, 0.0);
        for axis in [lower, right] {
            if axis.gain(degrees) >= LEAST_GAIN {
                let near = axis.refine(degrees, 0.03, 1.0).0;
                let at = axis.summit(near);
                let evidence = (axis.gain(at) - 1.0).max(0.0).sqrt();
                let weight = evidence / (axis.variance(at) + FINEST * FINEST);
                sum += weight * at;
                weights += weight;
            }
        }
        if weights > 0.0 {
            sum / weights
        } else {
            degrees
        }
    }

    /// Sharpness against that of a degree off either way.
    fn gain(&self, degrees: f64) -> f64 {
        let off = self.sharpness(degrees - 1.0, 2.0) + self.sharpness(degrees + 1.0, 2.0);
        self.sharpness(degrees, 2.0) / (0.5 * off).max(1.0)
    }

    /// Mean square distance, in square degrees, from `degrees` of what the four halves of the page
    /// say for themselves; `NO_PARTS` when fewer than two say anything.
    fn variance(&self, degrees: f64) -> f64 {
        let angles: Vec<f64> = self
            .halves()
            .into_iter()
            .filter(|half| half.lower.len() + half.right.len() >= PART_POINTS)
            .map(|half| half.summit(degrees))
            .collect();
        if angles.len() < 2 {
            return NO_PARTS * NO_PARTS;
        }
        let squares: f64 = angles.iter().map(|a| (a - degrees).powi(2)).sum();
        squares / angles.len() as f64
    }

    /// Left, right, upper and lower half of the points.
    fn halves(&self) -> [Self; 4] {
        let points = self.lower.len() + self.right.len();
        let all = || self.lower.at.iter().chain(&self.right.at);
        let mean = |f: &dyn Fn(&(f32, f32)) -> f32| {
            all().map(|p| f64::from(f(p))).sum::<f64>() as f32 / points.max(1) as f32
        };
        let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
        let part = |keep: &dyn Fn(&(f32, f32)) -> bool| {
            let of = |v: &Points| Points::new(v.at.iter().copied().filter(|p| keep(p)).collect());
            Self {
                lower: of(&self.lower),
                right: of(&self.right),
            }
            .thinned(COARSE_POINTS)
        };
        [
            part(&|p| p.0 < mx),
            part(&|p| p.0 >= mx),
            part(&|p| p.1 < my),
            part(&|p| p.1 >= my),
        ]
    }

    fn thinned(&self, most: usize) -> Self {
        let step = (self.lower.len() + self.right.len()).div_ceil(most).max(1);
        // A step that shares no factor with row lengths, so that no line is left out.
        let step = if step > 1 { step | 1 } else { 1 };
        let thin = |v: &Points| Points::new(v.at.iter().copied().step_by(step).collect());
        Self {
            lower: thin(&self.lower),
            right: thin(&self.right),
        }
    }

    /// The best of eleven angles round `middle`, refined by a parabola, and its score.
    fn refine(&self, middle: f64, step: f64, bin: f64) -> (f64, f64) {
        let scores: Vec<f64> = (-6..=6)
            .map(|i| self.sharpness(middle + step * f64::from(i), bin))
            .collect();
        let (at, &score) = scores[1..12]
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or((5, &0.0), |(i, s)| (i, s));
        let shift = parabola(scores[at], scores[at + 1], scores[at + 2]);
        (middle + step * (at as f64 - 5.0 + shift), score)
    }

    /// The middle of the peak near `degrees`: the centre of gravity of all but its foot, on a grid of
    /// a hundredth of a degree. A bent page has no single peak, and its middle is what levels it.
    fn summit(&self, degrees: f64) -> f64 {
        let around: Vec<(f64, f64)> = (-15..=15)
            .map(|i| degrees + 0.01 * f64::from(i))
            .map(|a| (a, self.sharpness(a, SUMMIT_BIN)))
            .collect();
        let top = around.iter().map(|p| p.1).fold(0.0, f64::max);
        let foot = around.iter().map(|p| p.1).fold(top, f64::min);
        let cut = foot + SUMMIT_FOOT * (top - foot);
        let weight = |score: f64| (score - cut).max(0.0);
        let sum: f64 = around.iter().map(|p| weight(p.1)).sum();
        let moment: f64 = around.iter().map(|p| weight(p.1) * (p.0 - degrees)).sum();
        if sum > 0.0 {
            degrees + moment / sum
        } else {
            degrees
        }
    }

    /// Sum of squared counts of both profiles, bins `bin` pixels wide.
    fn sharpness(&self, degrees_cw: f64, bin: f64) -> f64 {
        let (sin, cos) = degrees_cw.to_radians().sin_cos();
        // Two cells a bin.
        let (sin, cos) = ((2.0 * sin / bin) as f32, (2.0 * cos / bin) as f32);
        profile(&self.lower, (-sin, cos)) + profile(&self.right, (cos, sin))
    }
}

/// Where the grey level crosses `middle` on its way out of the ink: the last pixel of ink is in
/// the middle of the three, and 0 is its centre. The local threshold may have let in a pixel that
/// is lighter than `middle`, so that the crossing lies before it.
fn crossing([before, here, next]: [u8; 3], middle: f32) -> f32 {
    let (a, b, c) = (f32::from(before), f32::from(here), f32::from(next));
    let (from, a, b) = if b > middle {
        (-1.0, a, b)
    } else {
        (0.0, b, c)
    };
    if b - a < 1.0 {
        0.5
    } else {
        from + ((middle - a) / (b - a)).clamp(0.0, 1.0)
    }
}

/// Whether a pixel lies close to the backing: the paper's own edge must not vote.
fn near_backing(
    found: &Components,
    backing: &[bool],
    (w, h): (usize, usize),
) -> impl Fn(usize, usize) -> bool + use<> {
    const CELL: usize = 8;
    let (columns, rows) = (w.div_ceil(CELL), h.div_ceil(CELL));
    let mut cells = vec![false; columns * rows];
    for run in found.runs.iter().filter(|r| backing[r.owner as usize]) {
        for c in run.x0 as usize / CELL..=(run.x1 as usize - 1) / CELL {
            cells[run.y as usize / CELL * columns + c] = true;
        }
    }
    let any = cells.iter().any(|c| *c);
    move |x, y| any && cells[y / CELL * columns + x / CELL]
}

/// Sum of squared counts of the points' `a x + b y`, in cells of one.
fn profile(points: &Points, (a, b): (f32, f32)) -> f64 {
    let (low, high) = points.ends_along((a, b));
    if points.at.is_empty() || high - low > 1e6 {
        return 0.0;
    }
    let cells = (high - low) as usize + 8;
    // Points of one line fall into one cell, and an addition would wait for the one before it: every
    // second one is counted apart.
    let mut counts = [vec![0f32; cells], vec![0f32; cells]];
    let [even, odd] = &mut counts;
    let count = |cells: &mut [f32], &(x, y): &(f32, f32)| {
        let v = a * x + b * y - low + 3.0;
        let i = v as i32;
        let f = v - i as f32;
        if let Some([here, next]) = cells[i as usize..].first_chunk_mut::<2>() {
            *here += 1.0 - f;
            *next += f;
        }
    };
    let pairs = points.at.chunks_exact(2);
    for last in pairs.remainder() {
        count(even, last);
    }
    for pair in pairs {
        count(even, &pair[0]);
        count(odd, &pair[1]);
    }
    for (even, odd) in even.iter_mut().zip(odd) {
        *even += *odd;
    }
    // Smoothed, or the sum of squares would favor angles that put lines on the middle of a bin.
    let smooth = even
        .windows(4)
        .map(|b| f64::from(b[0] + 2.0 * (b[1] + b[2]) + b[3]) / 6.0);
    smooth.map(|b| b * b).sum()
}

/// The best angle and the best one at least two degrees away.
fn two_peaks(scores: &[f64]) -> (usize, usize) {
    let best = |skip: &dyn Fn(usize) -> bool| {
        let rest = scores.iter().enumerate().filter(|(i, _)| !skip(*i));
        rest.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i)
    };
    let first = best(&|_| false);
    (first, best(&|i| i.abs_diff(first) < 4))
}
