//! Sampling of a paper rectangle through a transform: the one place where pixels are resampled.
//!
//! Bilinear at the destination's pixel centres; when the destination is coarser than half the
//! source, a box of source pixels is averaged first by sampling on a finer grid, so that thin
//! strokes do not vanish. Affine transforms step in fixed point; projective ones divide at each
//! sample.

use std::ops::Range;

use image::{GrayImage, Rgb, RgbImage};

use crate::geom::{Mm, Point, Px, Rect, Transform};

/// One in 32.32 fixed point: 8,000 steps keep an error below 1e-5 pixels.
const ONE: f64 = 4_294_967_296.0;
/// Samples of a row between two exact places of a bent page, at most.
const SPAN: u32 = 16;

/// Returns the cut-out and the share of it that lies inside `source`.
pub fn sample_gray(
    source: &GrayImage,
    to_px: &Transform<Mm, Px>,
    area: Rect<Mm>,
    px_per_mm: f64,
) -> (GrayImage, f64) {
    let (w, h) = cut_size(area, px_per_mm);
    let fine = oversampling(to_px, area, px_per_mm);
    let mut out = GrayImage::new(w, h);
    let mut inside = 0u64;
    let n = fine * fine;
    let mut cells = vec![(0u32, 0u32); w as usize];
    let step = 1.0 / (f64::from(fine) * px_per_mm);
    for (y, row) in out.chunks_exact_mut(w as usize).enumerate() {
        cells.fill((0, 0));
        for sub in 0..fine {
            let dy = (f64::from(y as u32 * fine + sub) + 0.5) * step;
            let start = Point::new(area.x + 0.5 * step, area.y + dy);
            Line::new(to_px, start, step).add_row(&mut cells, source, fine);
        }
        for (v, (sum, hit)) in row.iter_mut().zip(&cells) {
            *v = ((sum / n + 128) >> 8).min(255) as u8;
            inside += u64::from(2 * hit >= n);
        }
    }
    (out, inside as f64 / (f64::from(w) * f64::from(h)))
}

/// The same for colour, nearest pixel; outside is white.
pub fn sample_rgb(
    source: &RgbImage,
    to_px: &Transform<Mm, Px>,
    area: Rect<Mm>,
    px_per_mm: f64,
) -> RgbImage {
    let (w, h) = cut_size(area, px_per_mm);
    let mut out = RgbImage::new(w, h);
    let step = 1.0 / px_per_mm;
    for y in 0..h {
        let start = Point::new(area.x + 0.5 * step, area.y + (f64::from(y) + 0.5) * step);
        let mut line = Line::new(to_px, start, step);
        for x in 0..w {
            out.put_pixel(x, y, nearest(source, line.next_place()));
        }
    }
    out
}

/// A walk along a row of the cut-out: source positions in 32.32 fixed point.
enum Line<'a> {
    Affine {
        x: i64,
        y: i64,
        dx: i64,
        dy: i64,
    },
    Projective {
        to_px: &'a Transform<Mm, Px>,
        at: Point<Mm>,
        step: f64,
    },
}

impl<'a> Line<'a> {
    fn new(to_px: &'a Transform<Mm, Px>, at: Point<Mm>, step: f64) -> Self {
        if !to_px.is_affine() {
            return Self::Projective { to_px, at, step };
        }
        let (m, p) = (to_px.matrix(), to_px.apply(at));
        let fixed = |v: f64| (v * ONE).round() as i64;
        Self::Affine {
            x: fixed(p.x),
            y: fixed(p.y),
            dx: fixed(m[0] * step),
            dy: fixed(m[3] * step),
        }
    }

    #[inline]
    fn next_place(&mut self) -> (i64, i64) {
        match self {
            Self::Affine { x, y, dx, dy } => {
                let here = (*x, *y);
                (*x, *y) = (x.saturating_add(*dx), y.saturating_add(*dy));
                here
            }
            Self::Projective { to_px, at, step } => {
                let p = to_px.apply(*at);
                at.x += *step;
                ((p.x * ONE) as i64, (p.y * ONE) as i64)
            }
        }
    }

    /// Adds to each cell the next `fine` samples, and how many of them are within the picture.
    fn add_row(&mut self, cells: &mut [(u32, u32)], source: &GrayImage, fine: u32) {
        let inner = self.inner(source, cells.len() as u32 * fine);
        let from = inner.start.div_ceil(fine) as usize;
        let to = ((inner.end / fine) as usize).max(from);
        let (before, rest) = cells.split_at_mut(from);
        let (within, after) = rest.split_at_mut(to - from);
        self.add_each(before, source, fine);
        self.add_within(within, source, fine);
        self.add_each(after, source, fine);
    }

    /// The same where any sample may lie outside.
    fn add_each(&mut self, cells: &mut [(u32, u32)], source: &GrayImage, fine: u32) {
        for (sum, hit) in cells {
            for _ in 0..fine {
                let value = self.next_sample(source);
                *sum += value.unwrap_or(255 << 8);
                *hit += u32::from(value.is_some());
            }
        }
    }

    /// The same where each has four pixels of the picture round it.
    fn add_within(&mut self, cells: &mut [(u32, u32)], source: &GrayImage, fine: u32) {
        let Self::Affine { x, y, dx, dy } = self else {
            return self.add_each(cells, source, fine);
        };
        let (raw, w) = (source.as_raw(), source.width() as usize);
        for (sum, hit) in cells {
            for _ in 0..fine {
                let i = (*y >> 32) as usize * w + (*x >> 32) as usize;
                let (above, below) = ([raw[i], raw[i + 1]], [raw[i + w], raw[i + w + 1]]);
                let part = |v: i64| ((v >> 24) & 255) as i32;
                *sum += blend(above, below, (part(*x), part(*y)));
                (*x, *y) = (*x + *dx, *y + *dy);
            }
            *hit += fine;
        }
    }

    /// Of the next `count` samples those that have four pixels of the picture round them.
    fn inner(&self, source: &GrayImage, count: u32) -> Range<u32> {
        let Self::Affine { x, y, dx, dy } = *self else {
            return 0..0;
        };
        let across = inner(x, dx, source.width(), count);
        let down = inner(y, dy, source.height(), count);
        let (start, end) = (across.start.max(down.start), across.end.min(down.end));
        start..end.max(start)
    }

    #[inline]
    fn next_sample(&mut self, source: &GrayImage) -> Option<u32> {
        value(source, self.next_place())
    }
}

/// The value at a place times 256; `None` outside the picture (half a pixel of border belongs to
/// it).
#[inline]
fn value(source: &GrayImage, (x, y): (i64, i64)) -> Option<u32> {
    let (w, h) = (i64::from(source.width()), i64::from(source.height()));
    let (x0, y0) = (x >> 32, y >> 32);
    let (fx, fy) = (((x >> 24) & 255) as i32, ((y >> 24) & 255) as i32);
    let raw = source.as_raw();
    let (a, b, c, d) = if x0 >= 0 && y0 >= 0 && x0 + 1 < w && y0 + 1 < h {
        let i = (y0 * w + x0) as usize;
        let j = i + w as usize;
        (raw[i], raw[i + 1], raw[j], raw[j + 1])
    } else {
        const HALF: i64 = 1 << 31;
        if x < -HALF || y < -HALF || x >= (w << 32) - HALF || y >= (h << 32) - HALF {
            return None;
        }
        let at = |x: i64, y: i64| raw[(y.clamp(0, h - 1) * w + x.clamp(0, w - 1)) as usize];
        (
            at(x0, y0),
            at(x0 + 1, y0),
            at(x0, y0 + 1),
            at(x0 + 1, y0 + 1),
        )
    };
    Some(blend([a, b], [c, d], (fx, fy)))
}

/// Of `count` places on a line, 32.32 fixed point, those from the middle of the first pixel of `size` up to
/// that of the last, the last itself left out.
fn inner(first: i64, by: i64, size: u32, count: u32) -> Range<u32> {
    let past = (i64::from(size) - 1) << 32;
    let within = |i: u32| {
        let at = first.saturating_add(by.saturating_mul(i64::from(i)));
        (0..past).contains(&at)
    };
    // Between two such places lie only such places.
    if count > 0 && within(0) && within(count - 1) {
        return 0..count;
    }
    if by == 0 {
        return 0..0;
    }
    let (first, by, past) = (i128::from(first), i128::from(by), i128::from(past));
    // Walking down is walking up from the other end.
    let (first, by) = if by > 0 {
        (first, by)
    } else {
        (past - 1 - first, -by)
    };
    // The first place that is not below `at`.
    let reaches = |at: i128| ((at - first).max(0) + by - 1) / by;
    let from = reaches(0).min(count.into()) as u32;
    let to = reaches(past).min(count.into()) as u32;
    from..to.max(from)
}

/// The value between four pixels, times 256; the parts of the way right and down in 256ths.
#[inline]
fn blend([a, b]: [u8; 2], [c, d]: [u8; 2], (right, down): (i32, i32)) -> u32 {
    let between = |a: i32, b: i32, part: i32| 256 * a + (b - a) * part;
    let top = between(a.into(), b.into(), right);
    let bottom = between(c.into(), d.into(), right);
    (between(top, bottom, down) >> 8) as u32
}

/// The places of a row of `count` samples on a page that is not flat, in parts: exact at every `span`-th,
/// straight between them.
fn bent_row(
    place: &impl Fn(Point<Mm>) -> Point<Px>,
    start: Point<Mm>,
    (step, count, span): (f64, u32, u32),
    mut visit: impl FnMut(Range<u32>, Line<'_>),
) {
    let at = |i: u32| place(Point::new(start.x + f64::from(i) * step, start.y));
    let fixed = |v: f64| (v * ONE).round() as i64;
    let mut from = at(0);
    for first in (0..count).step_by(span as usize) {
        let last = (first + span).min(count);
        let to = at(last);
        let n = f64::from(last - first);
        let line = Line::Affine {
            x: fixed(from.x),
            y: fixed(from.y),
            dx: fixed((to.x - from.x) / n),
            dy: fixed((to.y - from.y) / n),
        };
        visit(first..last, line);
        from = to;
    }
}

/// [`sample_gray`] on a page that is not flat: `place` says where a point of the paper is seen,
/// `scale` how many pixels a millimetre has there.
pub fn sample_gray_bent(
    source: &GrayImage,
    (place, scale): (&impl Fn(Point<Mm>) -> Point<Px>, f64),
    area: Rect<Mm>,
    px_per_mm: f64,
) -> (GrayImage, f64) {
    let (w, h) = cut_size(area, px_per_mm);
    let fine = ((scale / px_per_mm).floor() as u32).clamp(1, 4);
    let n = fine * fine;
    let step = 1.0 / (f64::from(fine) * px_per_mm);
    let mut out = GrayImage::new(w, h);
    let mut inside = 0u64;
    let mut cells = vec![(0u32, 0u32); w as usize];
    for (y, row) in out.chunks_exact_mut(w as usize).enumerate() {
        cells.fill((0, 0));
        for sub in 0..fine {
            let dy = (f64::from(y as u32 * fine + sub) + 0.5) * step;
            let start = Point::new(area.x + 0.5 * step, area.y + dy);
            let span = SPAN / fine * fine;
            bent_row(place, start, (step, w * fine, span), |part, mut line| {
                let part = (part.start / fine) as usize..(part.end / fine) as usize;
                line.add_row(&mut cells[part], source, fine);
            });
        }
        for (v, (sum, hit)) in row.iter_mut().zip(&cells) {
            *v = ((sum / n + 128) >> 8).min(255) as u8;
            inside += u64::from(2 * hit >= n);
        }
    }
    (out, inside as f64 / (f64::from(w) * f64::from(h)))
}

/// [`sample_rgb`] on a page that is not flat.
pub fn sample_rgb_bent(
    source: &RgbImage,
    place: &impl Fn(Point<Mm>) -> Point<Px>,
    area: Rect<Mm>,
    px_per_mm: f64,
) -> RgbImage {
    let (w, h) = cut_size(area, px_per_mm);
    let mut out = RgbImage::new(w, h);
    let step = 1.0 / px_per_mm;
    for y in 0..h {
        let start = Point::new(area.x + 0.5 * step, area.y + (f64::from(y) + 0.5) * step);
        bent_row(place, start, (step, w, SPAN), |part, mut line| {
            for x in part {
                out.put_pixel(x, y, nearest(source, line.next_place()));
            }
        });
    }
    out
}

/// The pixel nearest to a place; white outside the picture.
fn nearest(source: &RgbImage, at: (i64, i64)) -> Rgb<u8> {
    let (x, y) = ((at.0 + (1 << 31)) >> 32, (at.1 + (1 << 31)) >> 32);
    let seen = x >= 0 && y >= 0 && x < i64::from(source.width()) && y < i64::from(source.height());
    if seen {
        *source.get_pixel(x as u32, y as u32)
    } else {
        Rgb([255; 3])
    }
}

/// Size in pixels of a cut-out; at least one, at most 8,000 each way.
fn cut_size(area: Rect<Mm>, px_per_mm: f64) -> (u32, u32) {
    let side = |mm: f64| (mm * px_per_mm).round().clamp(1.0, 8000.0) as u32;
    (side(area.w), side(area.h))
}

/// Source samples a destination pixel needs each way, 1 to 4.
fn oversampling(to_px: &Transform<Mm, Px>, area: Rect<Mm>, px_per_mm: f64) -> u32 {
    let ratio = to_px.scale_at(area.center()) / px_per_mm;
    (ratio.floor() as u32).clamp(1, 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_cut_at_native_scale_copies_the_pixels() {
        let source = GrayImage::from_fn(40, 30, |x, y| Luma([(x * 5 + y) as u8]));
        let to_px = Transform::affine(10.0, 0.0, -0.5, 0.0, 10.0, -0.5);
        let (cut, inside) = sample_gray(&source, &to_px, Rect::new(1.0, 1.0, 2.0, 1.0), 10.0);
        assert_eq!(cut.dimensions(), (20, 10));
        assert!((inside - 1.0).abs() < 1e-9);
        for (x, y, p) in cut.enumerate_pixels() {
            assert_eq!(p, source.get_pixel(x + 10, y + 10));
        }
    }

    #[test]
    fn outside_the_picture_is_white_and_counted() {
        let source = GrayImage::new(10, 10);
        let to_px = Transform::affine(10.0, 0.0, -0.5, 0.0, 10.0, -0.5);
        let (cut, inside) = sample_gray(&source, &to_px, Rect::new(0.0, 0.0, 2.0, 1.0), 10.0);
        assert_eq!(cut.get_pixel(15, 5)[0], 255);
        assert_eq!(cut.get_pixel(5, 5)[0], 0);
        assert!((inside - 0.5).abs() < 0.01);
    }

    #[test]
    fn places_within_are_those_that_a_walk_finds() {
        let half = 1i64 << 31;
        for first in [-5 * half, -1, 0, 1, half, 9 * half, 19 * half, 40 * half] {
            for by in [-3 * half, -half, -1, 0, 1, half, 3 * half] {
                for (size, count) in [(1, 5), (2, 5), (10, 30), (10, 1), (10, 0)] {
                    let past = (i64::from(size) - 1) << 32;
                    let is = |i: &u32| (0..past).contains(&(first + by * i64::from(*i)));
                    let walked: Vec<u32> = (0..count).filter(is).collect();
                    let found: Vec<u32> = inner(first, by, size, count).collect();
                    assert_eq!(found, walked, "{first} {by} {size} {count}");
                }
            }
        }
    }

    #[test]
    fn a_row_in_parts_is_the_row_sample_by_sample() {
        let source = GrayImage::from_fn(60, 50, |x, y| Luma([((x * 7) ^ (y * 13)) as u8]));
        let (sin, cos) = 0.3f64.sin_cos();
        let mut mixed = 0;
        for (kx, ky) in [(4.0, 4.0), (-9.0, 3.0), (17.0, 17.0)] {
            let rows = [kx * cos, -ky * sin, 20.0, kx * sin, ky * cos, 12.0];
            let [a, b, c, d, e, f] = rows;
            let to_px = Transform::<Mm, Px>::affine(a, b, c, d, e, f);
            for (fine, y) in (1..=3).flat_map(|fine| (0..4).map(move |y| (fine, y))) {
                let start = Point::new(-5.0, f64::from(y));
                let (mut parts, mut each) = (vec![(0, 0); 50], vec![(0, 0); 50]);
                Line::new(&to_px, start, 0.09).add_row(&mut parts, &source, fine);
                Line::new(&to_px, start, 0.09).add_each(&mut each, &source, fine);
                assert_eq!(parts, each);
                let some = |n: u32| each.iter().any(|c| c.1 == n);
                mixed += usize::from(some(0) && some(fine));
            }
        }
        assert!(mixed > 5, "{mixed}");
    }

    #[test]
    fn a_turned_ramp_keeps_its_values_affine_and_projective() {
        let source = GrayImage::from_fn(200, 200, |x, y| Luma([(x / 2 + y / 2) as u8]));
        let (sin, cos) = 0.2f64.sin_cos();
        for last in [0.0, 1e-7] {
            let m = [
                8.0 * cos,
                -8.0 * sin,
                60.0,
                8.0 * sin,
                8.0 * cos,
                30.0,
                last,
                0.0,
                1.0,
            ];
            let to_px = Transform::<Mm, Px>::from_matrix(m);
            let area = Rect::new(1.0, 1.0, 8.0, 6.0);
            let (cut, _) = sample_gray(&source, &to_px, area, 10.0);
            for (x, y, p) in cut.enumerate_pixels() {
                let at = Point::new(
                    1.0 + (f64::from(x) + 0.5) / 10.0,
                    1.0 + (f64::from(y) + 0.5) / 10.0,
                );
                let at = to_px.apply(at);
                assert!((f64::from(p[0]) - f64::midpoint(at.x, at.y)).abs() < 1.6);
            }
        }
    }

    #[test]
    fn a_coarse_cut_keeps_thin_strokes() {
        // A one-pixel line every eight pixels: an eighth of black at any phase.
        let source = GrayImage::from_fn(320, 320, |x, _| Luma([if x % 8 == 3 { 0 } else { 255 }]));
        let to_px = Transform::affine(16.0, 0.0, -0.5, 0.0, 16.0, -0.5);
        let (cut, _) = sample_gray(&source, &to_px, Rect::new(2.0, 2.0, 10.0, 10.0), 4.0);
        let mean = cut.as_raw().iter().map(|&v| f64::from(v)).sum::<f64>() / cut.len() as f64;
        assert!((mean - 223.0).abs() < 4.0, "{mean}");
    }
}
