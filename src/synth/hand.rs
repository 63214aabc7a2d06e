//! A hand with a pen: strokes become ink on paper.
//!
//! The model is kept apart from every reader: a stroke's points are bent by a random affine map
//! (slant, turn, aspect) and by slow drift, joined by a Catmull-Rom curve and drawn as a row of
//! discs whose width follows pressure (thin at both ends). Pencil leaves grain.

use image::{GrayImage, Luma};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::strokes;
use crate::geom::{Mm, Point, Rect};

/// What the person holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Ink colour on paper, 0 to 255.
    pub rgb: [u8; 3],
    /// Width in mm.
    pub width: f64,
    /// How opaque the ink is, 0 to 1: pencil is pale.
    pub strength: f64,
    /// Share of a pencil line that stays white, 0 to 1.
    pub grain: f64,
}

impl Pen {
    /// Ball-pens mostly; some felt pens and pencils, a few of them faint.
    pub fn any(rng: &mut ChaCha8Rng) -> Self {
        match rng.random_range(0..100) {
            0..50 => Self {
                rgb: [25, 25, 30],
                width: between(rng, 0.35, 0.6),
                strength: 1.0,
                grain: 0.0,
            },
            50..68 => Self {
                rgb: [30, 40, 120],
                width: between(rng, 0.35, 0.6),
                strength: 0.95,
                grain: 0.0,
            },
            68..78 => Self {
                rgb: [15, 15, 15],
                width: between(rng, 0.7, 1.0),
                strength: 1.0,
                grain: 0.0,
            },
            78..94 => Self::pencil(rng, 0.6, 0.85),
            _ => Self::pencil(rng, 0.3, 0.45),
        }
    }

    fn pencil(rng: &mut ChaCha8Rng, low: f64, high: f64) -> Self {
        let strength = between(rng, low, high);
        Self {
            rgb: [60, 60, 64],
            width: between(rng, 0.4, 0.7),
            strength,
            grain: 0.25,
        }
    }
}

/// A person's way of writing, the same over a whole card.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    pub pen: Pen,
    /// Shear, as a share of the height.
    slant: f64,
    /// Height of a character in its box, 0 to 1.
    size: f64,
    /// Drift of points in shares of a character.
    wobble: f64,
    haste: f64,
}

impl Hand {
    pub fn any(rng: &mut ChaCha8Rng) -> Self {
        Self {
            pen: Pen::any(rng),
            slant: between(rng, -0.12, 0.22),
            size: between(rng, 0.58, 0.82),
            wobble: between(rng, 0.008, 0.03),
            haste: between(rng, 0.0, 1.0),
        }
    }
}

/// Ink of one colour on a sheet: coverage 0 to 255 at a fixed scale.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub ink: GrayImage,
    pub px_per_mm: f64,
}

impl Sheet {
    pub fn new(size: crate::geom::Size, px_per_mm: f64) -> Self {
        let side = |mm: f64| (mm * px_per_mm).round() as u32;
        Self {
            ink: GrayImage::new(side(size.w), side(size.h)),
            px_per_mm,
        }
    }

    /// Draws a curve through `points` (mm).
    pub fn stroke(&mut self, points: &[Point<Mm>], pen: Pen, rng: &mut ChaCha8Rng) {
        let curve = smooth(points);
        let count = curve.len().max(2) - 1;
        let pressure = between(rng, 0.85, 1.15);
        for (i, p) in curve.iter().enumerate() {
            let along = i as f64 / count as f64;
            let ends = (8.0 * along.min(1.0 - along)).min(1.0);
            let width = pen.width * pressure * (0.7 + 0.3 * ends);
            self.disc(*p, width / 2.0, pen, rng);
        }
    }

    fn disc(&mut self, at: Point<Mm>, radius: f64, pen: Pen, rng: &mut ChaCha8Rng) {
        let (cx, cy, r) = (
            at.x * self.px_per_mm,
            at.y * self.px_per_mm,
            radius * self.px_per_mm,
        );
        let (w, h) = (i64::from(self.ink.width()), i64::from(self.ink.height()));
        let reach = r.ceil() as i64 + 1;
        for y in (cy as i64 - reach).max(0)..(cy as i64 + reach + 1).min(h) {
            for x in (cx as i64 - reach).max(0)..(cx as i64 + reach + 1).min(w) {
                let d = (x as f64 - cx).hypot(y as f64 - cy);
                let cover = (r + 0.5 - d).clamp(0.0, 1.0) * pen.strength;
                if cover <= 0.0 || (pen.grain > 0.0 && rng.random_bool(pen.grain * 0.5)) {
                    continue;
                }
                let pixel = self.ink.get_pixel_mut(x as u32, y as u32);
                *pixel = Luma([pixel[0].max((255.0 * cover) as u8)]);
            }
        }
    }

    /// Writes one character into `cell`; `false` when nobody knows how it is written.
    pub fn character(
        &mut self,
        c: char,
        cell: Rect<Mm>,
        hand: &Hand,
        rng: &mut ChaCha8Rng,
    ) -> bool {
        let ways = strokes::shapes(c);
        if ways.is_empty() {
            return false;
        }
        let shape = &ways[rng.random_range(0..ways.len())];
        let height = cell.h * hand.size * between(rng, 0.9, 1.08);
        let aspect = if c.is_ascii_digit() {
            between(rng, 0.62, 0.85)
        } else {
            between(rng, 0.85, 1.02)
        };
        let width = (height * aspect).min(cell.w * 0.9);
        let turn = between(rng, -6.0, 6.0).to_radians();
        let slant = hand.slant + between(rng, -0.04, 0.04);
        let middle = cell.center();
        let (dx, dy) = (
            between(rng, -0.08, 0.08) * cell.w,
            between(rng, -0.06, 0.06) * cell.h,
        );
        for stroke in shape {
            let (sx, sy) = (between(rng, -1.0, 1.0), between(rng, -1.0, 1.0));
            let points: Vec<Point<Mm>> = stroke
                .iter()
                .map(|(x, y)| {
                    let wobble = hand.wobble * (1.0 + hand.haste);
                    let u = x - 0.5 + between(rng, -wobble, wobble) + sx * wobble;
                    let v = y - 0.5 + between(rng, -wobble, wobble) + sy * wobble;
                    let (u, v) = ((u - v * slant) * width, v * height);
                    let (s, c) = turn.sin_cos();
                    Point::new(middle.x + dx + u * c - v * s, middle.y + dy + u * s + v * c)
                })
                .collect();
            self.stroke(&points, hand.pen, rng);
        }
        true
    }

    /// Writes `text` along `area`, from left to right.
    pub fn line(&mut self, text: &str, area: Rect<Mm>, hand: &Hand, rng: &mut ChaCha8Rng) {
        let count = text.chars().count().max(1) as f64;
        let height = (area.h * 0.85).min(area.w / count);
        let pitch = height * between(rng, 0.95, 1.05);
        let mut x = area.x + between(rng, 0.5, 2.0);
        let y = area.center().y - height / 2.0;
        for c in text.chars() {
            if c != ' ' && c != '　' {
                self.character(
                    c,
                    Rect::new(x, y + between(rng, -0.04, 0.04) * height, height, height),
                    hand,
                    rng,
                );
            }
            x += pitch.min((area.right() - x).max(0.0));
        }
    }

    /// A tick whose vertex lies in `cell`; its tail often leaves the box.
    pub fn tick(&mut self, cell: Rect<Mm>, hand: &Hand, rng: &mut ChaCha8Rng) {
        let tail = if hand.haste > 0.6 {
            between(rng, 0.5, 1.3)
        } else {
            between(rng, 0.1, 0.5)
        };
        let vertex = (between(rng, 0.35, 0.5), between(rng, 0.75, 0.95));
        let points = [
            (between(rng, 0.05, 0.2), between(rng, 0.4, 0.55)),
            vertex,
            (vertex.0 + 0.35 + 0.4 * tail, vertex.1 - 0.6 - 0.5 * tail),
        ];
        self.inside(cell, &points, hand, rng);
    }

    pub fn cross(&mut self, cell: Rect<Mm>, hand: &Hand, rng: &mut ChaCha8Rng) {
        let mut p = |x: f64, y: f64| (x + between(rng, -0.08, 0.08), y + between(rng, -0.08, 0.08));
        let (a, b) = ([p(0.1, 0.1), p(0.9, 0.9)], [p(0.9, 0.1), p(0.1, 0.9)]);
        self.inside(cell, &a, hand, rng);
        self.inside(cell, &b, hand, rng);
    }

    /// An outline round `area`; `extent` of 1.0 closes it.
    pub fn ring(&mut self, area: Rect<Mm>, extent: f64, hand: &Hand, rng: &mut ChaCha8Rng) {
        let start = between(rng, 0.0, std::f64::consts::TAU);
        let (rx, ry) = (
            area.w / 2.0 * between(rng, 0.95, 1.1),
            area.h / 2.0 * between(rng, 0.95, 1.15),
        );
        let (cx, cy) = (
            area.center().x + between(rng, -0.05, 0.05) * area.w,
            area.center().y + between(rng, -0.08, 0.08) * area.h,
        );
        let steps = 16;
        let points: Vec<Point<Mm>> = (0..=steps)
            .map(|i| {
                let angle =
                    start - std::f64::consts::TAU * extent * f64::from(i) / f64::from(steps);
                let drift = 1.0 + between(rng, -0.03, 0.03);
                Point::new(cx + rx * drift * angle.cos(), cy + ry * drift * angle.sin())
            })
            .collect();
        self.stroke(&points, hand.pen, rng);
    }

    /// Fills a box or bubble with a quick zigzag.
    pub fn fill(&mut self, cell: Rect<Mm>, hand: &Hand, rng: &mut ChaCha8Rng) {
        let rows = ((cell.h / (hand.pen.width * 0.8)).ceil() as u32).max(4);
        let points: Vec<(f64, f64)> = (0..=rows)
            .map(|i| {
                let edge = if i % 2 == 0 { 0.12 } else { 0.88 };
                (
                    edge + between(rng, -0.06, 0.06),
                    0.1 + 0.8 * f64::from(i) / f64::from(rows),
                )
            })
            .collect();
        self.inside(cell, &points, hand, rng);
    }

    /// Two lines through `area`: what cancels a word or a mark.
    pub fn strike(&mut self, area: Rect<Mm>, hand: &Hand, rng: &mut ChaCha8Rng) {
        for y in [0.4, 0.62] {
            let y = y + between(rng, -0.05, 0.05);
            self.inside(
                area,
                &[(-0.1, y), (0.5, y + 0.02), (1.1, y - 0.03)],
                hand,
                rng,
            );
        }
    }

    fn inside(&mut self, r: Rect<Mm>, unit: &[(f64, f64)], hand: &Hand, rng: &mut ChaCha8Rng) {
        let points: Vec<Point<Mm>> = unit
            .iter()
            .map(|(x, y)| Point::new(r.x + x * r.w, r.y + y * r.h))
            .collect();
        self.stroke(&points, hand.pen, rng);
    }
}

/// A Catmull-Rom curve through `points`, sampled every 0.08 mm or closer.
pub(super) fn smooth(points: &[Point<Mm>]) -> Vec<Point<Mm>> {
    let mut curve = Vec::new();
    for i in 0..points.len().saturating_sub(1) {
        let at = |k: isize| points[(i as isize + k).clamp(0, points.len() as isize - 1) as usize];
        let (p0, p1, p2, p3) = (at(-1), at(0), at(1), at(2));
        let steps = ((p1.distance(p2) / 0.08).ceil() as u32).clamp(1, 2000);
        for s in 0..steps {
            let t = f64::from(s) / f64::from(steps);
            let spline = |a: f64, b: f64, c: f64, d: f64| {
                let (t2, t3) = (t * t, t * t * t);
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t2
                    + (3.0 * b - a - 3.0 * c + d) * t3)
            };
            curve.push(Point::new(
                spline(p0.x, p1.x, p2.x, p3.x),
                spline(p0.y, p1.y, p2.y, p3.y),
            ));
        }
    }
    curve.extend(points.last());
    curve
}

/// A number between `low` and `high`.
pub fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Size;
    use crate::synth::card_rng;

    #[test]
    fn a_character_stays_near_its_box() {
        let mut rng = card_rng(1, 0);
        for c in "0123456789アン山".chars() {
            let mut sheet = Sheet::new(Size { w: 20.0, h: 20.0 }, 12.0);
            let hand = Hand::any(&mut rng);
            assert!(sheet.character(c, Rect::new(6.0, 6.0, 8.0, 8.0), &hand, &mut rng));
            let inked = sheet.ink.enumerate_pixels().filter(|(_, _, p)| p[0] > 64);
            let all: Vec<_> = inked.map(|(x, y, _)| (x, y)).collect();
            assert!(all.len() > 30, "{c}: {} px", all.len());
            let outside = all
                .iter()
                .filter(|(x, y)| *x < 48 || *y < 48 || *x > 192 || *y > 192);
            assert!(outside.count() * 10 < all.len(), "{c} leaves its box");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_ink() {
        let draw = || {
            let mut rng = card_rng(7, 3);
            let mut sheet = Sheet::new(Size { w: 10.0, h: 10.0 }, 12.0);
            let hand = Hand::any(&mut rng);
            sheet.tick(Rect::new(3.0, 3.0, 4.0, 4.0), &hand, &mut rng);
            sheet.ink.into_raw()
        };
        assert_eq!(draw(), draw());
    }
}
