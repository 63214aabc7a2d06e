//! Marks drawn apart from `synth::marks`.

use hagaki::form::MarkZone;
use hagaki::geom::{Mm, Point, Rect, Size};
use hagaki::read::MarkState;
use hagaki::synth::fill::Filled;
use hagaki::synth::hand::{Hand, Pen, between};
use hagaki::synth::marks::question::OptionTruth;
use rand::Rng;
use rand_chacha::ChaCha8Rng as R;

type P = Point<Mm>;

struct Drawer<'a> {
    filled: &'a mut Filled,
    zone: &'a MarkZone,
    hand: &'a Hand,
    labels: Vec<MarkState>,
    written: Vec<Rect<Mm>>,
}

/// Marks one question by one of the things that people do.
pub(crate) fn mark(
    filled: &mut Filled,
    zone: &MarkZone,
    hand: &Hand,
    rng: &mut R,
) -> Vec<OptionTruth> {
    let n = zone.options.len();
    let mut d = Drawer {
        filled,
        zone,
        hand,
        labels: vec![MarkState::Empty; n],
        written: Vec::new(),
    };
    let a = rng.random_range(0..n);
    let b = (a + rng.random_range(1..n)) % n;
    match rng.random_range(0..100) {
        0..10 => {}
        10..42 => d.plain(a, rng),
        42..48 => d.circle(a, rng),
        48..54 => d.crosses(a, rng),
        54..62 => {
            d.plain(b, rng);
            d.strike(b, rng);
            d.plain(a, rng);
        }
        62..65 => d.strike(a, rng),
        65..72 => {
            d.plain(b, rng);
            d.scribble(b, rng);
            d.plain(a, rng);
        }
        72..78 => {
            d.ghost(b, rng);
            if rng.random_bool(0.7) {
                d.plain(a, rng);
            }
        }
        78..84 => d.tail(a, b, rng),
        84..87 => {
            d.plain(a, rng);
            d.plain(b, rng);
        }
        87..94 => d.foreign(a, rng),
        94..96 => d.circle_two(a, rng),
        _ => {
            d.foreign(b, rng);
            d.plain(a, rng);
        }
    }
    let near = |i: usize| {
        let reach = d.extent(i).inflate(3.5);
        let part = |t: &Rect<Mm>| reach.intersection(t.inflate(-0.3));
        d.written.iter().filter_map(part).any(|p| p.area() >= 2.0)
    };
    let truth = |i: usize| OptionTruth {
        state: d.labels[i],
        selected: false,
        written: near(i),
    };
    (0..n).map(truth).collect()
}

impl Drawer<'_> {
    fn pen(&self, rng: &mut R) -> Pen {
        let mut pen = self.hand.pen;
        pen.width *= between(rng, 0.85, 1.15);
        pen
    }

    fn stroke(&mut self, points: &[P], rng: &mut R) {
        let pen = self.pen(rng);
        self.filled.pen.stroke(points, pen, rng);
    }

    fn cell(&self, i: usize) -> Rect<Mm> {
        let o = &self.zone.options[i];
        o.boxed
            .or(o.word)
            .unwrap_or_else(|| Rect::new(0.0, 0.0, 1.0, 1.0))
    }

    fn extent(&self, i: usize) -> Rect<Mm> {
        let o = &self.zone.options[i];
        o.word.map_or(self.cell(i), |w| w.union(self.cell(i)))
    }

    /// An ordinary answer; a word alone is circled.
    fn plain(&mut self, i: usize, rng: &mut R) {
        if self.zone.options[i].boxed.is_none() {
            return self.circle(i, rng);
        }
        match rng.random_range(0..20) {
            0..9 => self.tick(i, rng),
            9..12 => self.small_ring(i, rng),
            12..17 => self.fill(i, rng),
            17..19 => self.circle(i, rng),
            _ => self.dot_or_dash(i, rng),
        }
    }

    fn tick(&mut self, i: usize, rng: &mut R) {
        let r = self.cell(i);
        let k = between(rng, 0.7, 1.3);
        let v = jitter(
            at(r, between(rng, 0.3, 0.55), between(rng, 0.65, 1.05)),
            0.1,
            rng,
        );
        let up = between(rng, 0.3, 0.9) * k;
        let start = Point::new(
            v.x - between(rng, 0.15, 0.5) * r.w * k,
            v.y - up * 0.6 * r.h,
        );
        let long = if rng.random_bool(0.25) {
            between(rng, 1.2, 2.4)
        } else {
            between(rng, 0.6, 1.2)
        };
        let end = Point::new(
            v.x + between(rng, 0.35, 1.0) * r.w * long,
            v.y - between(rng, 0.5, 1.0) * r.h * long,
        );
        if rng.random_bool(0.12) {
            // A single slanting stroke.
            self.stroke(&[end, v], rng);
        } else {
            self.stroke(&[start, v, end], rng);
        }
        self.labels[i] = MarkState::Tick;
    }

    fn dot_or_dash(&mut self, i: usize, rng: &mut R) {
        let c = jitter(self.cell(i).center(), 0.3, rng);
        let l = between(rng, 0.3, 0.8);
        self.stroke(
            &[Point::new(c.x - l, c.y + l), Point::new(c.x + l, c.y - l)],
            rng,
        );
        self.labels[i] = MarkState::Tick;
    }

    fn small_ring(&mut self, i: usize, rng: &mut R) {
        let r = self.cell(i);
        let k = between(rng, 0.5, 1.0);
        let c = jitter(r.center(), 0.3, rng);
        let extent = between(rng, 0.85, 1.2);
        let ring = Rect::new(c.x - r.w * k / 2.0, c.y - r.h * k / 2.0, r.w * k, r.h * k);
        self.ring(ring, extent, rng);
        self.labels[i] = MarkState::Tick;
    }

    fn fill(&mut self, i: usize, rng: &mut R) {
        let r = self.cell(i);
        let over = between(rng, -0.15, 0.12);
        self.zigzag(r.inflate(over * r.w), between(rng, 0.75, 1.3), rng);
        self.labels[i] = MarkState::Filled;
    }

    fn zigzag(&mut self, r: Rect<Mm>, density: f64, rng: &mut R) {
        let pen = self.pen(rng);
        let rows = ((r.h / (pen.width * density)).ceil() as u32).max(3);
        let slant = between(rng, -0.3, 0.3);
        let points: Vec<P> = (0..=rows)
            .map(|k| {
                let x = if k % 2 == 0 { 0.05 } else { 0.95 } + between(rng, -0.08, 0.08);
                let y = f64::from(k) / f64::from(rows) + slant * (x - 0.5);
                at(r, x, y.clamp(-0.1, 1.1))
            })
            .collect();
        self.filled.pen.stroke(&points, pen, rng);
    }

    fn ring(&mut self, r: Rect<Mm>, extent: f64, rng: &mut R) {
        let start = between(rng, 0.0, std::f64::consts::TAU);
        let way = if rng.random_bool(0.8) { -1.0 } else { 1.0 };
        let steps = 20u32.max((20.0 * extent) as u32);
        let grow = between(rng, -0.12, 0.15);
        let points: Vec<P> = (0..=steps)
            .map(|k| {
                let t = f64::from(k) / f64::from(steps);
                let angle = start + way * std::f64::consts::TAU * extent * t;
                let k = 1.0 + grow * t + between(rng, -0.03, 0.03);
                let c = r.center();
                Point::new(
                    c.x + r.w / 2.0 * k * angle.cos(),
                    c.y + r.h / 2.0 * k * angle.sin(),
                )
            })
            .collect();
        self.stroke(&points, rng);
    }

    fn circle(&mut self, i: usize, rng: &mut R) {
        let o = &self.zone.options[i];
        let r = match (o.word, o.boxed, rng.random_range(0..10)) {
            (Some(w), Some(b), 0..3) => w.union(b),
            (_, Some(b), 8..10) => b,
            (Some(w), _, _) => w,
            _ => self.cell(i),
        };
        let (dx, dy) = (between(rng, 0.4, 2.4), between(rng, 0.2, 2.0));
        let c = jitter(r.center(), 0.5, rng);
        let ring = Rect::new(
            c.x - r.w / 2.0 - dx,
            c.y - r.h / 2.0 - dy,
            r.w + 2.0 * dx,
            r.h + 2.0 * dy,
        );
        let extent = match rng.random_range(0..10) {
            0..2 => between(rng, 0.65, 0.9),
            2..8 => between(rng, 0.9, 1.12),
            _ => between(rng, 1.2, 2.1),
        };
        self.ring(ring, extent, rng);
        self.labels[i] = MarkState::Circled;
    }

    fn circle_two(&mut self, i: usize, rng: &mut R) {
        let n = self.zone.options.len();
        let (a, b) = if i + 1 < n { (i, i + 1) } else { (i - 1, i) };
        let r = self
            .extent(a)
            .union(self.extent(b))
            .inflate(between(rng, 0.5, 2.0));
        self.ring(r, between(rng, 0.9, 1.1), rng);
        self.labels[a] = MarkState::Circled;
        self.labels[b] = MarkState::Circled;
    }

    fn crosses(&mut self, i: usize, rng: &mut R) {
        let all = rng.random_bool(0.25);
        for k in 0..self.zone.options.len() {
            if self.zone.options[k].boxed.is_none() || !(all || k == i) {
                continue;
            }
            let r = self
                .cell(k)
                .inflate(between(rng, -0.25, 0.12) * self.cell(k).w);
            let mut corner = |x: f64, y: f64| jitter(at(r, x, y), 0.12 * r.w, rng);
            let (a, b) = (
                [corner(0.0, 0.0), corner(1.0, 1.0)],
                [corner(1.0, 0.0), corner(0.0, 1.0)],
            );
            self.stroke(&a, rng);
            self.stroke(&b, rng);
            self.labels[k] = MarkState::Crossed;
        }
    }

    fn strike(&mut self, i: usize, rng: &mut R) {
        let o = &self.zone.options[i];
        let r = match (o.word, o.boxed, rng.random_range(0..3)) {
            (Some(w), Some(b), 0) => w.union(b),
            (_, Some(b), 1) => b.inflate(0.8),
            (Some(w), _, _) => w,
            (None, _, _) => self.cell(i).inflate(0.8),
        };
        let lines = if rng.random_bool(0.75) { 2 } else { 1 };
        let tilt = between(rng, -0.08, 0.08) * r.w;
        let filled = self.labels[i] == MarkState::Filled;
        let least = if filled { 1.2 } else { 0.0 };
        let mut over = || least + between(rng, 0.0, 2.0);
        let (left, right) = (over(), over());
        let middle = r.center().y + between(rng, -0.3, 0.3);
        let apart = between(rng, 0.7, 1.4);
        for k in 0..lines {
            let y = middle + (f64::from(k) - f64::from(lines - 1) / 2.0) * apart;
            let bend = between(rng, -0.2, 0.2);
            let points = [
                Point::new(r.x - left, y + tilt / 2.0),
                Point::new(r.center().x, y + bend),
                Point::new(r.right() + right, y - tilt / 2.0),
            ];
            self.stroke(&points, rng);
        }
        self.labels[i] = MarkState::Struck;
    }

    fn scribble(&mut self, i: usize, rng: &mut R) {
        let r = if rng.random_bool(0.6) {
            self.cell(i)
        } else {
            self.extent(i)
        };
        let least = if self.labels[i] == MarkState::Filled {
            1.0
        } else {
            0.3
        };
        for _ in 0..rng.random_range(1..=2) {
            self.zigzag(
                r.inflate(between(rng, least, least + 1.1)),
                between(rng, 0.9, 2.2),
                rng,
            );
        }
        self.labels[i] = MarkState::ScribbledOut;
    }

    /// A mark that was rubbed out: pale, smeared, partly gone.
    fn ghost(&mut self, i: usize, rng: &mut R) {
        let pen = Pen {
            rgb: [120, 120, 124],
            width: between(rng, 0.5, 1.1),
            strength: between(rng, 0.12, 0.38),
            grain: between(rng, 0.2, 0.5),
        };
        let mut hand = *self.hand;
        hand.pen = pen;
        let mut inner = Drawer {
            filled: self.filled,
            zone: self.zone,
            hand: &hand,
            labels: vec![MarkState::Empty; self.zone.options.len()],
            written: Vec::new(),
        };
        inner.plain(i, rng);
        self.labels[i] = MarkState::Ghost;
    }

    /// A tick at `a` whose tail runs through `b`, where they lie side by side.
    fn tail(&mut self, a: usize, b: usize, rng: &mut R) {
        let (from, to) = (self.cell(a), self.extent(b));
        if self.zone.options[a].boxed.is_none() || to.center().x < from.center().x {
            return self.plain(a, rng);
        }
        let v = jitter(at(from, 0.45, 0.85), 0.1 * from.w, rng);
        let reach = between(rng, 0.2, 1.0);
        let end = Point::new(to.x + reach * to.w, to.y + between(rng, -0.3, 0.7) * to.h);
        let start = jitter(at(from, 0.1, 0.4), 0.1 * from.w, rng);
        let bend = Point::new(
            f64::midpoint(v.x, end.x),
            f64::midpoint(v.y, end.y) - between(rng, 0.0, 1.0),
        );
        self.stroke(&[start, v, bend, end], rng);
        self.labels[a] = MarkState::Tick;
        for k in a + 1..self.zone.options.len() {
            let e = self.cell(k);
            if k == b || e.x < end.x {
                self.labels[k] = MarkState::Overflow;
            }
        }
    }

    /// Ink at the option that is no mark: an underline, a tick or note on the word, a stamp.
    fn foreign(&mut self, i: usize, rng: &mut R) {
        let o = &self.zone.options[i];
        let word = o.word;
        let r = self.extent(i);
        match (word, rng.random_range(0..4)) {
            (Some(w), 0) => {
                let y = w.bottom() + between(rng, 0.0, 0.9);
                let tilt = between(rng, -0.3, 0.3);
                self.stroke(&[Point::new(w.x, y), Point::new(w.right(), y + tilt)], rng);
            }
            (Some(w), 1) if o.boxed.is_some() => {
                let c = jitter(w.center(), 1.0, rng);
                let k = between(rng, 0.8, 1.8);
                let points = [
                    Point::new(c.x - k, c.y),
                    Point::new(c.x - 0.3 * k, c.y + k),
                    Point::new(c.x + 1.4 * k, c.y - 1.5 * k),
                ];
                self.stroke(&points, rng);
            }
            (_, 2) => self.writing(r, rng),
            _ => self.stamp(r, rng),
        }
        self.labels[i] = MarkState::Foreign;
    }

    /// A few characters over or close to the option.
    fn writing(&mut self, r: Rect<Mm>, rng: &mut R) {
        let h = between(rng, 2.5, 4.5);
        let mut x = r.x + between(rng, 0.0, 0.4) * r.w;
        let y = r.center().y - h / 2.0 + between(rng, -1.5, 1.5);
        let from = x;
        let text = ["父", "山田", "3", "太郎", "午後", "アメ"];
        for c in text[rng.random_range(0..text.len())].chars() {
            let mut hand = *self.hand;
            hand.pen.width *= 0.9;
            self.filled
                .pen
                .character(c, Rect::new(x, y, h, h), &hand, rng);
            x += h;
        }
        self.written.push(Rect::new(from, y, x - from, h));
    }

    /// A seal, a date stamp or a piece of a postmark; red ink lies on the other sheet.
    fn stamp(&mut self, r: Rect<Mm>, rng: &mut R) {
        let size = between(rng, 7.0, 26.0);
        let pen = Pen {
            rgb: [200, 40, 40],
            width: between(rng, 0.4, 0.9),
            strength: between(rng, 0.4, 0.95),
            grain: 0.2,
        };
        let away = size / 2.0 * between(rng, 0.0, 1.0);
        let turn = between(rng, 0.0, std::f64::consts::TAU);
        let c: P = Point::new(
            r.center().x + away * turn.cos(),
            r.center().y + away * turn.sin(),
        );
        let red = rng.random_bool(0.6);
        let sheet = if red {
            &mut self.filled.seal
        } else {
            &mut self.filled.pen
        };
        for k in [1.0, 0.8] {
            let points: Vec<P> = (0..=40)
                .map(|i| f64::from(i) / 40.0 * std::f64::consts::TAU)
                .map(|a| {
                    Point::new(
                        c.x + size / 2.0 * k * a.cos(),
                        c.y + size / 2.0 * k * a.sin(),
                    )
                })
                .collect();
            sheet.stroke(&points, pen, rng);
            if rng.random_bool(0.5) {
                break;
            }
        }
        for dy in [-0.12, 0.12] {
            let y = c.y + dy * size;
            let half = 0.35 * size;
            sheet.stroke(
                &[Point::new(c.x - half, y), Point::new(c.x + half, y)],
                pen,
                rng,
            );
        }
    }
}

/// Ink far from every question: a crease, dots.
pub(crate) fn stray(filled: &mut Filled, size: Size, hand: &Hand, rng: &mut R) {
    if rng.random_bool(0.1) {
        let y = between(rng, 0.0, size.h);
        let pen = Pen {
            rgb: [90, 90, 90],
            width: 0.15,
            strength: between(rng, 0.2, 0.6),
            grain: 0.1,
        };
        filled.pen.stroke(
            &[
                Point::new(0.0, y),
                Point::new(size.w, y + between(rng, -3.0, 3.0)),
            ],
            pen,
            rng,
        );
    }
    for _ in 0..rng.random_range(0..4) {
        let p: P = Point::new(
            between(rng, 1.0, size.w - 1.0),
            between(rng, 1.0, size.h - 1.0),
        );
        filled
            .pen
            .stroke(&[p, Point::new(p.x + 0.15, p.y + 0.1)], hand.pen, rng);
    }
}

fn at(r: Rect<Mm>, x: f64, y: f64) -> P {
    Point::new(r.x + x * r.w, r.y + y * r.h)
}

fn jitter(p: P, by: f64, rng: &mut R) -> P {
    Point::new(p.x + between(rng, -by, by), p.y + between(rng, -by, by))
}
