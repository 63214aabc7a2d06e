//! The shape of the ink at one option: how far round it goes, which lines run through it, whether
//! it is a cross, how thick it is, what it encloses.
//!
//! Every measure looks at all strokes that may be the option's own together, not at one connected
//! piece: a circle is broken where it crosses print, a cross is two strokes, a double line is two
//! strokes. All of them are shares from 0 to 1, so that they mean the same at every size; own
//! design. They fail where a neighbour's ink lies on top, which `own` tells.

use super::plane::{PX_PER_MM, PxRect};

/// Directions from the middle in which an outline is looked for.
const SPOKES: usize = 72;

/// An outline runs at most this far outside of what it goes round, in mm: people stay within 3.
const REACH: f64 = 3.5;

/// A direction counts as passed where ink lies in it or within this many spokes (5 degrees) of it:
/// pen strokes have pores, and print hides up to 0.5 mm of them.
const GAP: usize = 1;

/// Slopes of the lines looked for: a strike-out is drawn within 9 degrees of level.
const SLOPES: [f64; 7] = [-0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15];

/// Two lines are two when they lie this far apart, in px (0.5 mm).
const APART: usize = 4;

/// A set of ink pixels of the field's picture.
pub(super) type Pixels = Vec<(usize, usize)>;

/// How far round `r` the ink goes, and which share of it lies well inside instead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Outline {
    pub(super) round: f64,
    pub(super) inside: f64,
}

/// The outline of `r` that the ink forms.
pub(super) fn outline(ink: &Pixels, r: PxRect) -> Outline {
    let (cx, cy) = ((r.x0 + r.x1) as f64 / 2.0, (r.y0 + r.y1) as f64 / 2.0);
    let (rx, ry) = ((r.x1 - r.x0) as f64 / 2.0, (r.y1 - r.y0) as f64 / 2.0);
    let mut hit = [false; SPOKES];
    let (mut inside, mut near) = (0usize, 0usize);
    for &(x, y) in ink {
        let (dx, dy) = (x as f64 + 0.5 - cx, y as f64 + 0.5 - cy);
        if (dx.abs() - rx).max(dy.abs() - ry) > REACH * PX_PER_MM {
            continue;
        }
        near += 1;
        let (nx, ny) = (dx / rx, dy / ry);
        let rho = (nx * nx + ny * ny).sqrt();
        if rho < 0.6 {
            inside += 1;
        } else if rho >= 0.8 {
            let turn = ny.atan2(nx) / std::f64::consts::TAU + 0.5;
            hit[((turn * SPOKES as f64) as usize).min(SPOKES - 1)] = true;
        }
    }
    let passed = |i: usize| (0..=2 * GAP).any(|d| hit[(i + SPOKES + d - GAP) % SPOKES]);
    Outline {
        round: (0..SPOKES).filter(|i| passed(*i)).count() as f64 / SPOKES as f64,
        inside: share(inside, near),
    }
}

/// Level lines through `r`: how much of its width the fullest one covers, and the fullest one
/// that is clearly another line.
pub(super) fn lines(ink: &Pixels, r: PxRect) -> (f64, f64) {
    let mut best = (0.0, 0.0);
    for slope in SLOPES {
        let found = lines_at(ink, r, slope);
        if found.0 + found.1 > best.0 + best.1 {
            best = found;
        }
    }
    best
}

fn lines_at(ink: &Pixels, r: PxRect, slope: f64) -> (f64, f64) {
    let (w, h) = (r.x1 - r.x0, r.y1 - r.y0);
    let middle = (r.x0 + r.x1) as f64 / 2.0;
    let mut on = vec![false; w * h];
    for &(x, y) in ink {
        let level = y as f64 - slope * (x as f64 - middle);
        let row = level.round() - r.y0 as f64;
        if x >= r.x0 && x < r.x1 && row >= 0.0 && (row as usize) < h {
            on[row as usize * w + x - r.x0] = true;
        }
    }
    // A row with its neighbours: a line is 3 px thick and not quite straight.
    let cover = |row: usize| {
        let rows = row.saturating_sub(1)..(row + 2).min(h);
        let covered = |x: &usize| rows.clone().any(|y| on[y * w + x]);
        share((0..w).filter(covered).count(), w)
    };
    let rows: Vec<f64> = (0..h).map(cover).collect();
    let first = argmax(&rows, |_| true);
    let valley = |row: usize| {
        let (a, b) = (row.min(first), row.max(first));
        rows[a..=b].iter().copied().fold(f64::MAX, f64::min)
    };
    let other = |row: usize| row.abs_diff(first) >= APART && valley(row) < 0.6 * rows[row];
    let second = argmax(&rows, other);
    let second = if other(second) { rows[second] } else { 0.0 };
    (rows[first], second)
}

fn argmax(rows: &[f64], allowed: impl Fn(usize) -> bool) -> usize {
    let better = |best: usize, i: usize| {
        if allowed(i) && (!allowed(best) || rows[i] > rows[best]) {
            i
        } else {
            best
        }
    };
    (0..rows.len()).fold(0, better)
}

/// How much of a cross the ink is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cross {
    /// Stations that the emptier of the two diagonals passes, 0 to 1.
    pub(super) both: f64,
    /// Share of the ink on a diagonal.
    pub(super) on: f64,
    /// Sides that a cross leaves free, 0 to 1.
    pub(super) free: f64,
}

/// Measures both diagonals of the ink's own bounds: five stations on each, and the middle of each
/// side. Ink smaller than half of `least` px each way is no cross.
pub(super) fn cross(ink: &Pixels, least: usize) -> Cross {
    let Some(b) = bounds(ink) else {
        return Cross::default();
    };
    let (w, h) = ((b.x1 - b.x0) as f64, (b.y1 - b.y0) as f64);
    if w.min(h) < 0.5 * least as f64 {
        return Cross::default();
    }
    let (mut falling, mut rising) = ([false; 5], [false; 5]);
    let (mut sides, mut on) = ([0usize; 4], 0usize);
    for &(x, y) in ink {
        let u = 2.0 * (x as f64 + 0.5 - b.x0 as f64) / w - 1.0;
        let v = 2.0 * (y as f64 + 0.5 - b.y0 as f64) / h - 1.0;
        let station = ((f64::midpoint(u, 1.0) * 5.0) as usize).min(4);
        if (u - v).abs() < 0.4 {
            falling[station] = true;
            on += 1;
        } else if (u + v).abs() < 0.4 {
            rising[station] = true;
            on += 1;
        }
        if u.abs().max(v.abs()) > 0.6 && u.abs().min(v.abs()) < 0.3 {
            let side = if u.abs() > v.abs() {
                usize::from(u > 0.0)
            } else {
                2 + usize::from(v > 0.0)
            };
            sides[side] += 1;
        }
    }
    let free = |n: &&usize| (**n as f64) < 0.05 * ink.len() as f64;
    let passed = |d: [bool; 5]| d.iter().filter(|s| **s).count();
    Cross {
        both: passed(falling).min(passed(rising)) as f64 / 5.0,
        on: share(on, ink.len()),
        free: sides.iter().filter(free).count() as f64 / 4.0,
    }
}

/// What the ink encloses in and round `r`, against the area of `r`: a small circle encloses paper,
/// a tick does not.
pub(super) fn holes(ink: &Pixels, r: PxRect) -> f64 {
    let grid = Grid::of(ink, r);
    let mut open = vec![false; grid.on.len()];
    let mut stack: Vec<usize> = grid.edge().filter(|i| !grid.on[*i]).collect();
    for i in &stack {
        open[*i] = true;
    }
    while let Some(i) = stack.pop() {
        for n in grid.beside(i) {
            if !open[n] && !grid.on[n] {
                open[n] = true;
                stack.push(n);
            }
        }
    }
    let held = (0..open.len())
        .filter(|i| !open[*i] && !grid.on[*i])
        .count();
    share(held, r.area()).min(1.0)
}

/// Mean width of the strokes in mm: twice the area over the length of the edge.
pub(super) fn thickness(ink: &Pixels, r: PxRect) -> f64 {
    let grid = Grid::of(ink, r);
    let inked: Vec<usize> = (0..grid.on.len()).filter(|i| grid.on[*i]).collect();
    let at_edge = |i: &&usize| grid.beside(**i).any(|n| !grid.on[n]);
    let edge = inked.iter().filter(at_edge).count();
    if edge == 0 {
        return 0.0;
    }
    2.0 * inked.len() as f64 / edge as f64 / PX_PER_MM
}

/// The smallest rectangle that holds the ink.
pub(super) fn bounds(ink: &Pixels) -> Option<PxRect> {
    let one = |&(x, y): &(usize, usize)| PxRect {
        x0: x,
        y0: y,
        x1: x + 1,
        y1: y + 1,
    };
    ink.iter().map(one).reduce(PxRect::union)
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The ink in a rectangle as a small picture.
struct Grid {
    w: usize,
    h: usize,
    on: Vec<bool>,
}

impl Grid {
    fn of(ink: &Pixels, r: PxRect) -> Self {
        let (w, h) = (r.x1 - r.x0, r.y1 - r.y0);
        let mut on = vec![false; w * h];
        for &(x, y) in ink {
            if r.contains(x, y) {
                on[(y - r.y0) * w + x - r.x0] = true;
            }
        }
        Self { w, h, on }
    }

    fn edge(&self) -> impl Iterator<Item = usize> {
        let (w, h) = (self.w, self.h);
        (0..w * h).filter(move |i| i % w == 0 || i % w == w - 1 || *i < w || *i >= w * (h - 1))
    }

    /// The four neighbours that lie in the picture.
    fn beside(&self, i: usize) -> impl Iterator<Item = usize> {
        let (w, n) = (self.w, self.on.len());
        let left = (!i.is_multiple_of(w)).then(|| i - 1);
        let right = (i % w + 1 < w).then_some(i + 1);
        let up = (i >= w).then(|| i - w);
        let down = (i + w < n).then_some(i + w);
        [left, right, up, down].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: PxRect = PxRect {
        x0: 60,
        y0: 60,
        x1: 140,
        y1: 92,
    };

    fn draw(points: impl Iterator<Item = (f64, f64)>) -> Pixels {
        let thick =
            |(x, y): (f64, f64)| (0..9).map(move |i| ((x as usize) + i % 3, (y as usize) + i / 3));
        let mut all: Pixels = points.flat_map(thick).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn ring(from: f64, to: f64) -> Pixels {
        draw((0..600).map(move |i| {
            let a = (from + (to - from) * f64::from(i) / 600.0) * std::f64::consts::TAU;
            (100.0 + 52.0 * a.cos(), 76.0 + 28.0 * a.sin())
        }))
    }

    fn line(from: (f64, f64), to: (f64, f64)) -> Pixels {
        draw((0..400).map(move |i| {
            let t = f64::from(i) / 400.0;
            (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
        }))
    }

    #[test]
    fn a_broken_circle_goes_as_far_round_as_its_parts_together() {
        let whole = outline(&ring(0.0, 1.0), WORD);
        assert!(whole.round > 0.99 && whole.inside < 0.01, "{whole:?}");
        let mut parts = ring(0.0, 0.4);
        parts.extend(ring(0.5, 0.9));
        let got = outline(&parts, WORD).round;
        assert!((0.78..0.9).contains(&got), "{got}");
    }

    #[test]
    fn two_lines_are_told_from_one_and_from_a_fill() {
        let one = line((55.0, 74.0), (145.0, 78.0));
        let (first, second) = lines(&one, WORD);
        assert!(first > 0.95 && second < 0.4, "{first} {second}");
        let mut two = one;
        two.extend(line((55.0, 82.0), (145.0, 86.0)));
        let (first, second) = lines(&two, WORD);
        assert!(first > 0.95 && second > 0.9, "{first} {second}");
        let full: Pixels = (60..140)
            .flat_map(|x| (60..92).map(move |y| (x, y)))
            .collect();
        let (first, second) = lines(&full, WORD);
        assert!(first > 0.95 && second < 0.1, "{first} {second}");
    }

    #[test]
    fn a_cross_passes_both_diagonals_and_a_tick_does_not() {
        let mut both = line((60.0, 60.0), (90.0, 90.0));
        both.extend(line((90.0, 60.0), (60.0, 90.0)));
        let got = cross(&both, 32);
        assert!(got.both > 0.99 && got.on > 0.7 && got.free > 0.7, "{got:?}");
        let mut tick = line((60.0, 75.0), (68.0, 90.0));
        tick.extend(line((68.0, 90.0), (90.0, 60.0)));
        assert!(cross(&tick, 32).both < 0.7);
    }

    #[test]
    fn a_small_circle_encloses_paper() {
        let r = PxRect {
            x0: 30,
            y0: 30,
            x1: 170,
            y1: 130,
        };
        assert!(holes(&ring(0.0, 1.0), r) > 0.2);
        assert!(holes(&ring(0.0, 0.8), r) < 0.01);
        let width = thickness(&ring(0.0, 1.0), r);
        assert!((0.2..0.5).contains(&width), "{width}");
    }
}
