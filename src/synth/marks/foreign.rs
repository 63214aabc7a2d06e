//! Ink that is no answer: seals, receipt stamps, postmarks, smudges.

use std::f64::consts::TAU;

use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::lines::{self, Line};
use crate::geom::{Mm, Point, Rect};
use crate::synth::hand::between;
use crate::synth::inks::Inks;
use crate::synth::nib::{Nib, Press};

/// Ink pads of offices: red, blue, black.
const PADS: [[u8; 3]; 3] = [[200, 52, 60], [52, 66, 150], [40, 40, 44]];

/// What specks and fingers leave.
const DIRT: [u8; 3] = [112, 104, 92];

/// Names on seals.
const NAMES: [&str; 5] = ["山田", "佐藤", "田中", "鈴木", "木"];

/// A round receipt stamp of 20 to 30 mm with a date, a postmark with its waves, or a seal, over
/// `at`.
pub fn stamp(inks: &mut Inks, at: Point<Mm>, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..10) {
        0..4 => receipt(inks, at, rng),
        4..7 => postmark(inks, at, rng),
        _ => {
            let size = between(rng, 8.0, 12.0);
            seal(inks, at, size, rng);
        }
    }
}

fn pad(rng: &mut ChaCha8Rng) -> Nib {
    Nib {
        rgb: *PADS.choose(rng).unwrap_or(&PADS[0]),
        width: between(rng, 0.25, 0.55),
        strength: between(rng, 0.45, 0.95),
        tooth: between(rng, 0.2, 0.8),
        skips: 0.0,
    }
}

fn ink(inks: &mut Inks, lines: &[Line], nib: Nib, rng: &mut ChaCha8Rng) {
    for line in lines {
        inks.line(&line.points, (nib, line.press), rng);
    }
}

fn circle(at: Point<Mm>, radius: f64) -> Line {
    let points = (0..=40).map(|i| {
        let (s, c) = (TAU * f64::from(i) / 40.0).sin_cos();
        Point::new(at.x + radius * c, at.y + radius * s)
    });
    Line {
        points: points.collect(),
        press: Press::STEADY,
    }
}

fn receipt(inks: &mut Inks, at: Point<Mm>, rng: &mut ChaCha8Rng) {
    let (nib, radius) = (pad(rng), between(rng, 10.0, 15.0));
    let mut all = vec![circle(at, radius)];
    for side in [-0.33, 0.33] {
        let y = at.y + side * radius;
        let half = radius * 0.94;
        all.push(Line {
            points: vec![Point::new(at.x - half, y), Point::new(at.x + half, y)],
            press: Press::STEADY,
        });
    }
    let date = format!(
        "8{:02}{:02}",
        rng.random_range(1..13),
        rng.random_range(1..29)
    );
    let row = Rect::new(
        at.x - 0.75 * radius,
        at.y - 0.22 * radius,
        1.5 * radius,
        0.44 * radius,
    );
    all.extend(lines::letters(&date, row, rng));
    ink(inks, &all, nib, rng);
}

fn postmark(inks: &mut Inks, at: Point<Mm>, rng: &mut ChaCha8Rng) {
    let nib = Nib {
        rgb: PADS[2],
        ..pad(rng)
    };
    let (length, phase) = (between(rng, 18.0, 40.0), between(rng, 0.0, TAU));
    let rows = rng.random_range(4..7);
    let mut all = Vec::new();
    for row in 0..rows {
        let y = at.y + 3.2 * (f64::from(row) - f64::from(rows) / 2.0);
        let points = (0..=30).map(|i| {
            let along = f64::from(i) / 30.0;
            let wave = 1.1 * (TAU * along * length / 9.0 + phase).sin();
            Point::new(at.x + length * (along - 0.5), y + wave)
        });
        all.push(Line {
            points: points.collect(),
            press: Press::STEADY,
        });
    }
    ink(inks, &all, nib, rng);
}

/// A personal seal of `size` mm: a red ring with one or two characters in it.
pub fn seal(inks: &mut Inks, at: Point<Mm>, size: f64, rng: &mut ChaCha8Rng) {
    // A small seal has fine lines.
    let nib = Nib::vermilion(rng).wider(0.3 + 0.06 * size);
    let name = NAMES.choose(rng).copied().unwrap_or(NAMES[0]);
    let mut all = vec![circle(at, size / 2.0)];
    let count = name.chars().count() as f64;
    let cell = 0.66 * size / count;
    for (c, i) in name.chars().zip(0..) {
        let y = at.y - 0.33 * size + cell * f64::from(i);
        let area = Rect::new(at.x - 0.33 * size, y, 0.66 * size, cell);
        all.extend(lines::letters(c.encode_utf8(&mut [0; 4]), area, rng));
    }
    ink(inks, &all, nib, rng);
}

/// Specks, a smear or a finger's mark about `area`.
pub fn dirt(inks: &mut Inks, area: Rect<Mm>, rng: &mut ChaCha8Rng) {
    let near = area.inflate(2.5);
    for _ in 0..rng.random_range(1..6) {
        let at = Point::new(
            near.x + rng.random::<f64>() * near.w,
            near.y + rng.random::<f64>() * near.h,
        );
        let smear = rng.random_bool(0.3);
        let (width, strength, length) = if smear {
            (between(rng, 1.5, 4.5), between(rng, 0.06, 0.22), 3.0)
        } else {
            (between(rng, 0.15, 0.7), between(rng, 0.3, 0.85), 0.15)
        };
        let nib = Nib {
            rgb: DIRT,
            width,
            strength,
            tooth: 0.5,
            skips: 0.0,
        };
        let to = Point::new(
            at.x + between(rng, -length, length),
            at.y + between(rng, -0.5, 0.5),
        );
        inks.line(&[at, to], (nib, Press::STEADY), rng);
    }
}
