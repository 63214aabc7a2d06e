//! Where a printed point ends up in a scan, and the scan: bent, stretched, cut and photographed
//! paper with a truth that is exact at every point.
//!
//! A point of the form goes the way of the paper. The printer scales and shifts it; the card curls
//! and has a bump; the feeder stretches it, unevenly along the page, and lays it down askew; a
//! camera looks at it from one side. Each step is a formula, so the truth needs no fit; the way
//! back, which drawing needs, is iterated at the corners of a grid and straight between them
//! (0.002 mm). Corners may be torn off, and an edge folded over: the flap shows bare paper.

use image::{GrayImage, Luma};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::geom::{Dpi, Mm, Point, Px, QuarterTurn, Rect, Size, Transform};

/// Pixels between two exact places of a drawn scan.
const GRID: u32 = 8;
/// Rounds of the way back; each leaves a tenth of the error of the one before.
const ROUNDS: usize = 6;

/// What happened to the sheet between the form and the pixels.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub dpi: Dpi,
    /// Size of the print against the form's, across and down: copiers and "fit to page".
    pub print_scale: (f64, f64),
    /// Shift of the print on its paper, mm.
    pub print_shift: (f64, f64),
    /// Most of the shift of a curled card, across and down, mm.
    pub curl: (f64, f64),
    pub bump: Option<Bump>,
    /// Stretch along the feed (down the paper), as a share.
    pub stretch: f64,
    pub slip: Slip,
    pub skew_cw_degrees: f64,
    pub turn: QuarterTurn,
    /// Where the paper lies on the bed, mm.
    pub shift: (f64, f64),
    /// Change of scale a mm towards the right and the lower edge: a camera held askew.
    pub perspective: (f64, f64),
    /// Bed round the paper, mm.
    pub border: f64,
    pub torn: Option<Torn>,
    pub fold: Option<Fold>,
}

/// A place where the paper does not lie flat.
#[derive(Clone, Copy, Debug)]
pub struct Bump {
    pub at: Point<Mm>,
    /// Standard deviation of its extent, mm.
    pub radius: f64,
    /// Shift in its middle, mm.
    pub shift: (f64, f64),
}

/// Uneven feed: the paper runs ahead and behind in waves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slip {
    /// Most of it, mm.
    pub depth: f64,
    /// Length of a wave along the feed, mm.
    pub wave: f64,
    pub phase: f64,
}

/// A corner that is gone: 0 to 3, clockwise from the top-left, and how far along both edges.
#[derive(Clone, Copy, Debug)]
pub struct Torn {
    pub corner: usize,
    pub reach: f64,
}

/// An edge folded over: 0 to 3, top, right, bottom, left.
#[derive(Clone, Copy, Debug)]
pub struct Fold {
    pub edge: usize,
    /// How far from the edge the crease is at its two ends, mm.
    pub depth: (f64, f64),
}

/// What the scanner sees at a point of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Print,
    /// The back of a folded edge.
    Bare,
    Bed,
}

impl Geometry {
    /// Flat, straight, at its own size.
    pub fn flat(dpi: Dpi) -> Self {
        Self {
            dpi,
            print_scale: (1.0, 1.0),
            print_shift: (0.0, 0.0),
            curl: (0.0, 0.0),
            bump: None,
            stretch: 0.0,
            slip: Slip::default(),
            skew_cw_degrees: 0.0,
            turn: QuarterTurn::None,
            shift: (0.0, 0.0),
            perspective: (0.0, 0.0),
            border: 0.0,
            torn: None,
            fold: None,
        }
    }

    /// The pixel where a point of the form is seen: the truth that registration must find.
    pub fn to_px(&self, size: Size, p: Point<Mm>) -> Point<Px> {
        let on_paper = self.printed(size, p);
        self.bed(size).apply(self.fed(self.curled(size, on_paper)))
    }

    /// Pixels of the scan.
    pub fn scan_size(&self, size: Size) -> (u32, u32) {
        let (w, h) = if self.turn.swaps_sides() {
            (size.h, size.w)
        } else {
            (size.w, size.h)
        };
        let side = |mm: f64| ((mm + 2.0 * self.border) * self.dpi.px_per_mm()).round() as u32;
        (side(w), side(h))
    }

    /// What is seen at a point of the paper.
    pub fn seen(&self, size: Size, p: Point<Mm>) -> Seen {
        let paper = Rect::new(0.0, 0.0, size.w, size.h);
        if !paper.contains(p) {
            return Seen::Bed;
        }
        if let Some(torn) = self.torn {
            let c = paper.corners()[torn.corner % 4];
            if (c.x - p.x).abs() + (c.y - p.y).abs() < torn.reach {
                return Seen::Bed;
            }
        }
        let Some(fold) = self.fold else {
            return Seen::Print;
        };
        let (from, along) = match fold.edge % 4 {
            0 => (p.y, p.x / size.w),
            1 => (size.w - p.x, p.y / size.h),
            2 => (size.h - p.y, p.x / size.w),
            _ => (p.x, p.y / size.h),
        };
        let crease = fold.depth.0 + along * (fold.depth.1 - fold.depth.0);
        if from < crease {
            Seen::Bed
        } else if from < 2.0 * crease {
            Seen::Bare
        } else {
            Seen::Print
        }
    }

    fn printed(&self, size: Size, p: Point<Mm>) -> Point<Mm> {
        let (mx, my) = (size.w / 2.0, size.h / 2.0);
        Point::new(
            mx + (p.x - mx) * self.print_scale.0 + self.print_shift.0,
            my + (p.y - my) * self.print_scale.1 + self.print_shift.1,
        )
    }

    fn unprinted(&self, size: Size, p: Point<Mm>) -> Point<Mm> {
        let (mx, my) = (size.w / 2.0, size.h / 2.0);
        Point::new(
            mx + (p.x - self.print_shift.0 - mx) / self.print_scale.0,
            my + (p.y - self.print_shift.1 - my) / self.print_scale.1,
        )
    }

    fn curled(&self, size: Size, p: Point<Mm>) -> Point<Mm> {
        let (u, v) = (p.x / size.w, p.y / size.h);
        let pi = std::f64::consts::PI;
        // The curl's axis is a little slanted, so that it is not the same all over the card.
        let (mut dx, mut dy) = (
            self.curl.0 * (pi * u).sin() * (0.6 + 0.4 * v),
            self.curl.1 * (pi * v).sin() * (0.6 + 0.4 * u),
        );
        if let Some(bump) = self.bump {
            let far = (p.x - bump.at.x).powi(2) + (p.y - bump.at.y).powi(2);
            let share = (-far / (2.0 * bump.radius.powi(2))).exp();
            dx += bump.shift.0 * share;
            dy += bump.shift.1 * share;
        }
        Point::new(p.x + dx, p.y + dy)
    }

    fn fed(&self, p: Point<Mm>) -> Point<Mm> {
        let slip = self.slip;
        let wave = if slip.wave > 0.0 {
            slip.depth * (std::f64::consts::TAU * p.y / slip.wave + slip.phase).sin()
        } else {
            0.0
        };
        Point::new(p.x, p.y * (1.0 + self.stretch) + wave)
    }

    /// Flat fed paper to pixels.
    fn bed(&self, size: Size) -> Transform<Mm, Px> {
        let k = self.dpi.px_per_mm();
        let (w, h) = self.scan_size(size);
        let (ox, oy) = (size.w / 2.0, size.h * (1.0 + self.stretch) / 2.0);
        let turn = f64::from(self.turn.degrees()) + self.skew_cw_degrees;
        let (s, c) = turn.to_radians().sin_cos();
        let (px, py) = self.perspective;
        let about = Transform::<Mm, Mm>::affine(1.0, 0.0, -ox, 0.0, 1.0, -oy);
        let camera = Transform::<Mm, Mm>::from_matrix([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, px, py, 1.0]);
        let middle = (
            f64::from(w) / 2.0 - 0.5 + self.shift.0 * k,
            f64::from(h) / 2.0 - 0.5 + self.shift.1 * k,
        );
        let lay = Transform::<Mm, Px>::affine(k * c, -k * s, middle.0, k * s, k * c, middle.1);
        about.then(&camera).then(&lay)
    }

    /// The point of the paper that a point of the flat bed shows.
    fn unbent(&self, size: Size, at: Point<Mm>) -> Point<Mm> {
        let mut p = at;
        for _ in 0..ROUNDS {
            let q = self.fed(self.curled(size, p));
            p = Point::new(p.x + at.x - q.x, p.y + at.y - q.y);
        }
        p
    }
}

/// How dark things are in a drawn scan, 0 to 255.
#[derive(Clone, Copy, Debug)]
pub struct Shades {
    pub paper: f64,
    pub bed: u8,
    /// The other side of the sheet shines through by this share.
    pub show_through: f64,
    /// Spread of the sensor's noise in grey levels.
    pub noise: f64,
}

/// Scans a printed and filled side, `sheet` at `px_per_mm`; `back` is the other side's picture at
/// the same scale.
pub fn scan(
    geometry: &Geometry,
    (sheet, px_per_mm, size): (&GrayImage, f64, Size),
    (back, shades): (&GrayImage, Shades),
    rng: &mut ChaCha8Rng,
) -> GrayImage {
    let (w, h) = geometry.scan_size(size);
    let Some(from_bed) = geometry.bed(size).inverse() else {
        return GrayImage::from_pixel(w, h, Luma([shades.bed]));
    };
    let exact = |x: u32, y: u32| {
        let at = Point::new(f64::from(x * GRID), f64::from(y * GRID));
        geometry.unbent(size, from_bed.apply(at))
    };
    let (columns, rows) = (w.div_ceil(GRID) + 1, h.div_ceil(GRID) + 1);
    let nodes: Vec<Point<Mm>> = (0..columns * rows)
        .map(|i| exact(i % columns, i / columns))
        .collect();
    let node = |i: u32, j: u32| nodes[(j * columns + i) as usize];
    GrayImage::from_fn(w, h, |x, y| {
        let (i, j) = (x / GRID, y / GRID);
        let (s, t) = (
            f64::from(x % GRID) / f64::from(GRID),
            f64::from(y % GRID) / f64::from(GRID),
        );
        let (a, b) = (node(i, j), node(i + 1, j));
        let (c, d) = (node(i, j + 1), node(i + 1, j + 1));
        let mix = |a: f64, b: f64, c: f64, d: f64| {
            (a * (1.0 - s) + b * s) * (1.0 - t) + (c * (1.0 - s) + d * s) * t
        };
        let at = Point::new(mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y));
        let level = match geometry.seen(size, at) {
            Seen::Bed => f64::from(shades.bed),
            Seen::Bare => shades.paper,
            Seen::Print => {
                let p = geometry.unprinted(size, at);
                let front = level(sheet, p, px_per_mm);
                let behind = if shades.show_through > 0.0 {
                    level(back, Point::new(size.w - p.x, p.y), px_per_mm)
                } else {
                    1.0
                };
                let paper = shades.paper * (1.0 - shades.show_through * (1.0 - behind));
                paper * front + 22.0 * (1.0 - front)
            }
        };
        let word: u32 = rng.random();
        // The sum of four even numbers is near enough to a bell curve.
        let sum: f64 = word
            .to_le_bytes()
            .iter()
            .map(|b| f64::from(*b) / 127.5 - 1.0)
            .sum();
        let grain = sum * shades.noise * 3f64.sqrt() / 2.0;
        Luma([(level + grain).round().clamp(0.0, 255.0) as u8])
    })
}

/// How light the picture is at a point of the form, 0 to 1; white outside.
fn level(picture: &GrayImage, p: Point<Mm>, px_per_mm: f64) -> f64 {
    let (x, y) = (p.x * px_per_mm - 0.5, p.y * px_per_mm - 0.5);
    let (w, h) = (picture.width(), picture.height());
    if x < 0.0 || y < 0.0 || x >= f64::from(w - 1) || y >= f64::from(h - 1) {
        return 1.0;
    }
    let (i, j) = (x as usize, y as usize);
    let (s, t) = (x - i as f64, y - j as f64);
    let stride = w as usize;
    let raw = &picture.as_raw()[j * stride + i..];
    let at = |k: usize| f64::from(raw[k]);
    let top = at(0) * (1.0 - s) + at(1) * s;
    let bottom = at(stride) * (1.0 - s) + at(stride + 1) * s;
    (top * (1.0 - t) + bottom * t) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::card_rng;

    const SIZE: Size = Size { w: 100.0, h: 148.0 };

    fn worn() -> Geometry {
        Geometry {
            print_scale: (1.02, 0.98),
            print_shift: (0.6, -0.4),
            curl: (0.8, 1.6),
            bump: Some(Bump {
                at: Point::new(40.0, 60.0),
                radius: 18.0,
                shift: (0.4, -0.8),
            }),
            stretch: 0.015,
            slip: Slip {
                depth: 0.4,
                wave: 90.0,
                phase: 1.0,
            },
            skew_cw_degrees: 5.0,
            shift: (2.0, -1.5),
            perspective: (3e-4, -2e-4),
            border: 10.0,
            ..Geometry::flat(Dpi::new(200.0).expect("positive"))
        }
    }

    #[test]
    fn the_way_back_leads_to_the_start() {
        let g = worn();
        let back = g.bed(SIZE).inverse().expect("a plane");
        for (x, y) in [(3.0, 4.0), (50.0, 74.0), (97.0, 12.0), (20.0, 140.0)] {
            let p = Point::new(x, y);
            let paper = g.unbent(SIZE, back.apply(g.to_px(SIZE, p)));
            let again = g.unprinted(SIZE, paper);
            assert!(again.distance(p) < 0.002, "{p:?} {again:?}");
        }
    }

    #[test]
    fn a_dot_is_drawn_where_the_truth_says() {
        let g = worn();
        let k = 12.0;
        let dot = Point::<Mm>::new(30.0, 55.0);
        let sheet = GrayImage::from_fn(1200, 1776, |x, y| {
            let p = Point::new((f64::from(x) + 0.5) / k, (f64::from(y) + 0.5) / k);
            Luma([if p.distance(dot) < 1.0 { 0 } else { 255 }])
        });
        let shades = Shades {
            paper: 240.0,
            bed: 250,
            show_through: 0.0,
            noise: 0.0,
        };
        let drawn = scan(&g, (&sheet, k, SIZE), (&sheet, shades), &mut card_rng(1, 1));
        let (mut n, mut sx, mut sy) = (0.0, 0.0, 0.0);
        for (x, y, p) in drawn.enumerate_pixels() {
            let dark = f64::from(255 - p[0]) - 20.0;
            if dark > 0.0 {
                n += dark;
                sx += dark * f64::from(x);
                sy += dark * f64::from(y);
            }
        }
        let truth = g.to_px(SIZE, dot);
        let seen = Point::new(sx / n, sy / n);
        assert!(seen.distance(truth) < 0.2, "{seen:?} {truth:?}");
    }

    #[test]
    fn torn_and_folded_paper_hides_its_print() {
        let g = Geometry {
            torn: Some(Torn {
                corner: 0,
                reach: 20.0,
            }),
            fold: Some(Fold {
                edge: 2,
                depth: (4.0, 6.0),
            }),
            ..worn()
        };
        assert_eq!(g.seen(SIZE, Point::new(5.0, 5.0)), Seen::Bed);
        assert_eq!(g.seen(SIZE, Point::new(50.0, 146.0)), Seen::Bed);
        assert_eq!(g.seen(SIZE, Point::new(50.0, 140.0)), Seen::Bare);
        assert_eq!(g.seen(SIZE, Point::new(50.0, 100.0)), Seen::Print);
        assert_eq!(g.seen(SIZE, Point::new(-1.0, 100.0)), Seen::Bed);
    }
}
