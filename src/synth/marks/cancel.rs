//! The shapes of what takes a mark back, or is none: double lines, scrawls, underlines, slips.

use std::f64::consts::TAU;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Marker;
use super::lines::{Line, at, bowed, zigzag};
use crate::geom::{Mm, Point, Rect};
use crate::synth::hand::between;

/// A double line through `area`, now and then a single one.
pub(super) fn strike(area: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let single = rng.random_bool(0.12);
    let gap = between(rng, 0.7, 1.5).min(0.45 * area.h);
    let tilt = between(rng, -0.06, 0.06) * area.w;
    let middle = area.center().y + between(rng, -0.1, 0.1) * area.h;
    let rows: &[f64] = if single { &[0.0] } else { &[-0.5, 0.5] };
    let one = |row: &f64| {
        let y = middle + row * gap + between(rng, -0.12, 0.12);
        let from = Point::new(area.x - between(rng, 0.2, 1.4), y + tilt);
        let to = Point::new(area.right() + between(rng, 0.2, 1.4), y - tilt);
        let turned = bowed(from, to, rng);
        Line::flicked(turned, 0.04 + 0.15 * m.haste)
    };
    rows.iter().map(one).collect()
}

/// A heavy scrawl that leaves `area` on every side.
pub(super) fn scribble(area: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let r = area.inflate(between(rng, 0.7, 1.4));
    let count = rng.random_range(2..4);
    (0..count)
        .map(|i| {
            if i % 2 == 0 {
                zigzag(r, between(rng, 1.1, 2.0), m, rng)
            } else {
                loops(r, rng)
            }
        })
        .collect()
}

/// Loops from left to right, as people make a word unreadable.
fn loops(r: Rect<Mm>, rng: &mut ChaCha8Rng) -> Line {
    let turns = (r.w / between(rng, 0.8, 1.4)).clamp(3.0, 16.0);
    let steps = (turns * 10.0) as u32;
    let points = (0..=steps).map(|i| {
        let along = f64::from(i) / f64::from(steps);
        let angle = TAU * turns * along;
        let x = r.x + r.w * along + 0.5 * angle.cos();
        let y = r.center().y + 0.5 * r.h * (1.0 + between(rng, -0.15, 0.1)) * angle.sin();
        Point::new(x, y)
    });
    Line::steady(points.collect())
}

/// One line under `word`, seldom two or a wave.
pub(super) fn underline(word: Rect<Mm>, m: &Marker, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let y = word.bottom() + between(rng, -0.3, 0.7);
    let slope = between(rng, -0.3, 0.3);
    let (from, to) = (
        word.x + between(rng, -0.8, 0.6),
        word.right() + between(rng, -0.6, 1.0),
    );
    let style = rng.random_range(0..10);
    if style == 0 {
        let steps = ((to - from) / 0.6).ceil().max(4.0) as u32;
        let points = (0..=steps).map(|i| {
            let x = from + (to - from) * f64::from(i) / f64::from(steps);
            Point::new(x, y + 0.35 * f64::from(i).sin())
        });
        return vec![Line::steady(points.collect())];
    }
    let count = if style == 1 { 2 } else { 1 };
    let one = |k: i32| {
        let y = y + 0.8 * f64::from(k);
        let turned = bowed(Point::new(from, y + slope), Point::new(to, y - slope), rng);
        Line::flicked(turned, 0.1 + 0.2 * m.haste)
    };
    (0..count).map(one).collect()
}

/// A slip of the pen near `area`: a dash, a hook, a dot.
pub(super) fn slip(area: Rect<Mm>, rng: &mut ChaCha8Rng) -> Vec<Line> {
    let near = area.inflate(3.0);
    let from = at(near, rng.random(), rng.random());
    let length = match rng.random_range(0..4) {
        0 => between(rng, 0.1, 0.6),
        _ => between(rng, 1.5, 9.0),
    };
    let turn = between(rng, 0.0, TAU);
    let to = Point::new(from.x + length * turn.cos(), from.y + length * turn.sin());
    vec![Line::flicked(bowed(from, to, rng), 0.5)]
}
