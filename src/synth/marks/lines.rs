//! The shapes of marks as lines of a pen, in mm on the paper.

use std::f64::consts::TAU;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Marker;
use crate::geom::{Mm, Point, Rect};
use crate::synth::hand::between;
use crate::synth::nib::{Press, corners};
use crate::synth::strokes;

/// One line of the pen.
#[derive(Clone, Debug)]
pub struct Line {
    pub points: Vec<Point<Mm>>,
    pub press: Press,
}

impl Line {
    pub(super) fn steady(points: Vec<Point<Mm>>) -> Self {
        Self {
            points,
            press: Press::STEADY,
        }
    }

    pub(super) fn flicked(points: Vec<Point<Mm>>, flick: f64) -> Self {
        Self {
            points,
            press: Press::flicked(flick),
        }
    }
}

pub(super) fn at(r: Rect<Mm>, u: f64, v: f64) -> Point<Mm> {
    Point::new(r.x + u * r.w, r.y + v * r.h)
}

fn beside(rng: &mut ChaCha8Rng, value: f64, by: f64) -> f64 {
    value + between(rng, -by, by)
}

/// A box as the hand aims at it: larger or smaller, and a little off.
fn aimed(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Rect<Mm> {
    let miss = 0.05 + 0.09 * m.haste;
    let (w, h) = (cell.w * m.scale, cell.h * m.scale);
    let c = cell.center();
    let (dx, dy) = (between(rng, -miss, miss), between(rng, -miss, miss));
    Rect::new(
        c.x - w / 2.0 + dx * cell.w,
        c.y - h / 2.0 + dy * cell.h,
        w,
        h,
    )
}

/// A short tick: down to a vertex in the lower half, up to about the box's corner.
pub fn tick(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = aimed(cell, m, rng);
    let tip = (between(rng, 0.78, 1.1), between(rng, -0.1, 0.25));
    tick_to(r, at(r, tip.0, tip.1), m, rng)
}

/// A tick with a tail of 5 to 8 mm beyond its vertex, up and right.
pub fn long_tick(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = aimed(cell, m, rng);
    let (length, rise) = (
        between(rng, 5.0, 8.0),
        between(rng, 22.0, 62.0).to_radians(),
    );
    let from = at(r, 0.42, 0.85);
    let tip = Point::new(from.x + length * rise.cos(), from.y - length * rise.sin());
    tick_to(r, tip, m, rng)
}

fn tick_to(r: Rect<Mm>, tip: Point<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let vertex = at(r, between(rng, 0.3, 0.52), between(rng, 0.72, 1.0));
    let start = at(r, between(rng, 0.0, 0.22), between(rng, 0.32, 0.62));
    let flick = 0.15 + 0.45 * m.haste;
    let bend = between(rng, -0.08, 0.12);
    let middle = Point::new(
        f64::midpoint(vertex.x, tip.x) + bend * (tip.y - vertex.y).abs(),
        f64::midpoint(vertex.y, tip.y) + bend * (tip.x - vertex.x).abs(),
    );
    let points = if rng.random_bool(0.6) {
        vec![start, vertex, vertex, middle, tip]
    } else {
        vec![start, vertex, middle, tip]
    };
    // A left hand ticks the other way, seldom.
    let points = if rng.random_bool(0.03) {
        let c = r.center().x;
        points
            .iter()
            .map(|p| Point::new(2.0 * c - p.x, p.y))
            .collect()
    } else {
        points
    };
    vec![Line::flicked(points, flick)]
}

/// The box filled: by a zigzag, by a spiral, or row by row until no paper shows.
pub fn fill(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = aimed(cell, m, rng);
    let over = between(rng, -0.1, 0.06 + 0.1 * m.haste);
    let r = r.inflate(over * r.w.min(r.h));
    match rng.random_range(0..11) {
        // To and fro across the sides, as pencils fill bubbles in a row.
        10 => {
            let over = between(rng, 0.2, 1.2);
            let wide = Rect::new(r.x - over, r.y, r.w + 2.0 * over, r.h);
            vec![zigzag(wide, between(rng, 0.5, 0.9), m, rng)]
        }
        0..5 => vec![zigzag(r, between(rng, 0.55, 1.25), m, rng)],
        5..8 => vec![spiral(r, between(rng, 0.7, 1.2), m, rng)],
        8 => {
            let first = zigzag(r, between(rng, 0.9, 1.5), m, rng);
            vec![first, zigzag(r, between(rng, 0.9, 1.5), m, rng)]
        }
        // Half a heart: most of the box, not all.
        _ => {
            let (u, v) = (between(rng, 0.65, 0.9), between(rng, 0.6, 0.9));
            let part = Rect::new(
                r.x + between(rng, 0.0, 1.0 - u) * r.w,
                r.y + between(rng, 0.0, 1.0 - v) * r.h,
                r.w * u,
                r.h * v,
            );
            vec![zigzag(part, between(rng, 0.6, 1.0), m, rng)]
        }
    }
}

/// Hatching to and fro; `spacing` in widths of the pen.
pub(super) fn zigzag(r: Rect<Mm>, spacing: f64, m: &Marker, rng: &mut ChaCha8Rng) -> Line {
    let (s, c) = between(rng, -50.0, 50.0).to_radians().sin_cos();
    let middle = r.center();
    let (reach_u, reach_v) = (
        f64::midpoint(r.w * c.abs(), r.h * s.abs()),
        f64::midpoint(r.w * s.abs(), r.h * c.abs()),
    );
    let step = (m.nib.width * spacing).max(0.15);
    let rows = ((2.0 * reach_v / step).ceil() as u32).clamp(4, 60);
    let ragged = 0.04 + 0.1 * m.haste;
    let mut points = Vec::new();
    for row in 0..=rows {
        let v = -1.0 + 2.0 * f64::from(row) / f64::from(rows);
        // Rounded corners: the hatching of a square stays nearly square.
        let room = (1.0 - v.abs().powi(4)).max(0.05).powf(0.35);
        let side = if row % 2 == 0 { -1.0 } else { 1.0 };
        let u = side * room * (1.0 + between(rng, -ragged, ragged)) * reach_u;
        let v = v * reach_v * (1.0 + between(rng, -0.03, 0.03));
        let (x, y) = (u * c - v * s, u * s + v * c);
        let x = x.clamp(-r.w * 0.56, r.w * 0.56);
        let y = y.clamp(-r.h * 0.56, r.h * 0.56);
        points.push(Point::new(middle.x + x, middle.y + y));
    }
    let points = if rng.random_bool(0.4) {
        corners(&points)
    } else {
        points
    };
    Line::steady(points)
}

/// Round and round from the rim inwards.
fn spiral(r: Rect<Mm>, spacing: f64, m: &Marker, rng: &mut ChaCha8Rng) -> Line {
    let middle = r.center();
    let (a, b) = (r.w * 0.47, r.h * 0.47);
    let turns = (a.min(b) / (m.nib.width * spacing)).clamp(2.0, 14.0);
    let start = between(rng, 0.0, TAU);
    let steps = (turns * 14.0) as u32;
    let points = (0..=steps).map(|i| {
        let along = f64::from(i) / f64::from(steps);
        let angle = start + TAU * turns * along;
        let radius = (1.0 - along) * (1.0 + between(rng, -0.07, 0.07));
        Point::new(
            middle.x + a * radius * angle.cos(),
            middle.y + b * radius * angle.sin(),
        )
    });
    Line::steady(points.collect())
}

/// A small circle in the box.
pub fn small_ring(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = aimed(cell, m, rng);
    let size = between(rng, 0.5, 0.86);
    let inner = r.inflate(-0.5 * (1.0 - size) * r.w.min(r.h));
    let extent = between(rng, 0.86, 1.25);
    vec![round(
        inner,
        Turn {
            extent,
            power: 2.0,
            growth: 0.0,
        },
        m,
        rng,
    )]
}

/// How an outline goes round.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Turns: 1 closes it.
    pub extent: f64,
    /// 2 an ellipse; more is nearer to a rectangle.
    pub power: f64,
    /// How much wider it grows in a turn.
    pub growth: f64,
}

impl Turn {
    /// Closed mostly, open from 60 % of the way, a spiral, or with ends that overlap.
    pub fn any(rng: &mut ChaCha8Rng) -> Self {
        let power = between(rng, 2.0, 3.2);
        let (extent, growth) = match rng.random_range(0..100) {
            0..52 => (between(rng, 0.97, 1.08), 0.0),
            52..74 => (between(rng, 0.62, 0.97), 0.0),
            74..88 => (between(rng, 1.08, 1.35), between(rng, -0.06, 0.12)),
            _ => (between(rng, 1.4, 2.1), between(rng, -0.08, 0.14)),
        };
        Self {
            extent,
            power,
            growth,
        }
    }
}

/// An outline along a superellipse in `r`, warped as a hand does it.
pub fn round(r: Rect<Mm>, turn: Turn, m: &Marker, rng: &mut ChaCha8Rng) -> Line {
    let middle = r.center();
    let start = between(rng, -0.2, 0.65) * TAU;
    let way = if rng.random_bool(0.8) { -1.0 } else { 1.0 };
    let tilt = between(rng, -5.0, 5.0).to_radians();
    let warp: Vec<(f64, f64)> = (2..5)
        .map(|k| {
            (
                between(rng, 0.0, 0.05) * 2.0 / f64::from(k),
                between(rng, 0.0, TAU),
            )
        })
        .collect();
    let steps = (turn.extent * 22.0).ceil().max(6.0) as u32;
    let (ts, tc) = tilt.sin_cos();
    let points = (0..=steps).map(|i| {
        let turned = turn.extent * f64::from(i) / f64::from(steps);
        let angle = start + way * TAU * turned;
        let wobble: f64 = warp
            .iter()
            .zip(2..)
            .map(|((size, phase), k)| size * (f64::from(k) * angle + phase).sin())
            .sum();
        let (s, c) = angle.sin_cos();
        let power = 2.0 / turn.power;
        let radius = 1.0 + wobble + turn.growth * turned;
        let u = r.w / 2.0 * radius * c.abs().powf(power) * c.signum();
        let v = r.h / 2.0 * radius * s.abs().powf(power) * s.signum();
        Point::new(middle.x + u * tc - v * ts, middle.y + u * ts + v * tc)
    });
    Line::flicked(points.collect(), 0.06 + 0.14 * m.haste)
}

/// Two lines across each other; some hands do not lift the pen between them.
pub fn cross(cell: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = aimed(cell, m, rng);
    let size = between(rng, 0.62, 1.15);
    let r = r.inflate(-0.5 * (1.0 - size) * r.w.min(r.h));
    let mut p = |u: f64, v: f64| {
        let (u, v) = (beside(rng, u, 0.12), beside(rng, v, 0.12));
        at(r, u, v)
    };
    let (a, b) = (p(0.05, 0.05), p(0.95, 0.95));
    let (c, d) = (p(0.95, 0.05), p(0.05, 0.95));
    let flick = 0.1 + 0.3 * m.haste;
    if rng.random_bool(0.15 * m.haste) {
        return vec![Line::flicked(vec![a, b, b, c, c, d], flick)];
    }
    vec![
        Line::flicked(bowed(a, b, rng), flick),
        Line::flicked(bowed(c, d, rng), flick),
    ]
}

/// A line that is not quite straight.
pub fn bowed(a: Point<Mm>, b: Point<Mm>, rng: &mut ChaCha8Rng) -> Vec<Point<Mm>> {
    let bow = between(rng, -0.05, 0.05);
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let middle = Point::new(
        f64::midpoint(a.x, b.x) - bow * dy,
        f64::midpoint(a.y, b.y) + bow * dx,
    );
    vec![a, middle, b]
}

/// `text` in `area` from left to right, one character a square.
pub fn letters(text: &str, area: Rect<Mm>, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let count = text.chars().count().max(1) as f64;
    let size = area.h.min(area.w / count);
    let mut lines = Vec::new();
    for (c, i) in text.chars().zip(0..) {
        let ways = strokes::shapes(c);
        if ways.is_empty() {
            continue;
        }
        let way = &ways[rng.random_range(0..ways.len())];
        let cell = Rect::new(area.x + size * f64::from(i), area.y, size, size);
        let cell = cell.inflate(-between(rng, 0.04, 0.14) * size);
        for stroke in way {
            let points = stroke
                .iter()
                .map(|(u, v)| at(cell, beside(rng, *u, 0.02), beside(rng, *v, 0.02)));
            lines.push(Line::flicked(points.collect(), 0.1));
        }
    }
    lines
}
