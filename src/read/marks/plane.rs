//! Darkness of a piece of paper as numbers: the working picture of the mark reader.

use crate::geom::{Mm, Rect};
use crate::register::Registered;

/// Pixels a millimetre of every working picture: about 200 dpi, a thin pen stroke is 3 px.
pub(crate) const PX_PER_MM: f64 = 8.0;

/// How much darker than the page's paper a patch's own paper may be (tinted columns), as a share
/// of the way to the page's ink.
const MAX_TINT: f64 = 0.35;

/// Side of the squares in which the local paper is measured, in px: 6 mm.
const TILE: usize = 48;

/// Darkness row by row: 0 is the paper around, 1 this page's ink; may leave 0 to 1 a little.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) w: usize,
    pub(crate) h: usize,
    pub(crate) v: Vec<f32>,
}

/// A rectangle of pixels inside a plane: `x0 <= x < x1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PxRect {
    pub(crate) x0: usize,
    pub(crate) y0: usize,
    pub(crate) x1: usize,
    pub(crate) y1: usize,
}

impl PxRect {
    pub(crate) fn area(self) -> usize {
        (self.x1 - self.x0) * (self.y1 - self.y0)
    }

    pub(crate) fn contains(self, x: usize, y: usize) -> bool {
        x >= self.x0 && x < self.x1 && y >= self.y0 && y < self.y1
    }

    pub(crate) fn center(self) -> (usize, usize) {
        (
            usize::midpoint(self.x0, self.x1),
            usize::midpoint(self.y0, self.y1),
        )
    }

    pub(crate) fn union(self, o: Self) -> Self {
        Self {
            x0: self.x0.min(o.x0),
            y0: self.y0.min(o.y0),
            x1: self.x1.max(o.x1),
            y1: self.y1.max(o.y1),
        }
    }

    /// Larger by some pixels each way; may leave the plane.
    pub(crate) fn grown(self, by: usize) -> Self {
        let (x0, y0) = (self.x0.saturating_sub(by), self.y0.saturating_sub(by));
        Self {
            x0,
            y0,
            x1: self.x1 + by,
            y1: self.y1 + by,
        }
    }

    pub(crate) fn holds(self, o: Self) -> bool {
        self.x0 <= o.x0 && self.y0 <= o.y0 && self.x1 >= o.x1 && self.y1 >= o.y1
    }

    pub(crate) fn clipped(self, w: usize, h: usize) -> Self {
        Self {
            x1: self.x1.min(w),
            y1: self.y1.min(h),
            ..self
        }
    }

    /// Moved by whole pixels, kept inside a plane of the size given.
    pub(crate) fn moved(self, dx: i32, dy: i32, (w, h): (usize, usize)) -> Self {
        let put = |v: usize, d: i32, most: usize| {
            (v as i64 + i64::from(d)).clamp(0, most as i64) as usize
        };
        let (x0, y0) = (put(self.x0, dx, w - 1), put(self.y0, dy, h - 1));
        Self {
            x0,
            y0,
            x1: put(self.x1, dx, w).max(x0 + 1),
            y1: put(self.y1, dy, h).max(y0 + 1),
        }
    }

    /// Shrunk by `share` of its size on each side.
    pub(crate) fn shrunk(self, share: f64) -> Self {
        let dx = ((self.x1 - self.x0) as f64 * share).round() as usize;
        let dy = ((self.y1 - self.y0) as f64 * share).round() as usize;
        let (x0, y0) = (self.x0 + dx, self.y0 + dy);
        Self {
            x0,
            y0,
            x1: (self.x1 - dx).max(x0 + 1),
            y1: (self.y1 - dy).max(y0 + 1),
        }
    }
}

impl Plane {
    pub(crate) fn filled(w: usize, h: usize, value: f32) -> Self {
        Self {
            w,
            h,
            v: vec![value; w * h],
        }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.v[y * self.w + x]
    }

    /// The pixels of `rect`, cut at `area`'s top-left corner and clipped to the plane.
    pub(crate) fn px_of(&self, rect: Rect<Mm>, area: Rect<Mm>) -> PxRect {
        let px = |mm: f64, most: usize| ((mm * PX_PER_MM).round().max(0.0) as usize).min(most);
        let x0 = px(rect.x - area.x, self.w - 1);
        let y0 = px(rect.y - area.y, self.h - 1);
        let x1 = px(rect.right() - area.x, self.w).max(x0 + 1);
        let y1 = px(rect.bottom() - area.y, self.h).max(y0 + 1);
        PxRect { x0, y0, x1, y1 }
    }

    /// A copy of the pixels in `r`, which lies inside.
    pub(crate) fn part(&self, r: PxRect) -> Self {
        let rows = self.v.chunks_exact(self.w).take(r.y1).skip(r.y0);
        Self {
            w: r.x1 - r.x0,
            h: r.y1 - r.y0,
            v: rows
                .flat_map(|row| row[r.x0..r.x1].iter().copied())
                .collect(),
        }
    }

    pub(crate) fn mean(&self, r: PxRect) -> f64 {
        let sum: f64 = (r.y0..r.y1)
            .map(|y| {
                self.v[y * self.w + r.x0..y * self.w + r.x1]
                    .iter()
                    .map(|v| f64::from(*v))
                    .sum::<f64>()
            })
            .sum();
        sum / r.area() as f64
    }

    /// The darkest value within `radius` px each way: forgives a misregistration of that much.
    pub(crate) fn dilated(&self, radius: usize) -> Self {
        let w = self.w;
        let mut rows = self.clone();
        for (row, source) in rows.v.chunks_exact_mut(w).zip(self.v.chunks_exact(w)) {
            for d in 1..=radius.min(w - 1) {
                darken(&mut row[d..], &source[..w - d]);
                darken(&mut row[..w - d], &source[d..]);
            }
        }
        let mut out = rows.clone();
        for d in 1..=radius.min(self.h - 1) {
            darken(&mut out.v[d * w..], &rows.v);
            darken(&mut out.v, &rows.v[d * w..]);
        }
        out
    }

    pub(crate) fn whole(&self) -> PxRect {
        PxRect {
            x0: 0,
            y0: 0,
            x1: self.w,
            y1: self.h,
        }
    }

    /// Makes `r` paper.
    pub(crate) fn erase(&mut self, r: PxRect) {
        for y in r.y0..r.y1 {
            self.v[y * self.w + r.x0..y * self.w + r.x1].fill(0.0);
        }
    }

    /// Mean of 3 x 3: takes the grain out of bilevel pencil.
    pub(crate) fn smoothed(&self) -> Self {
        let w = self.w;
        let mut sums = Vec::with_capacity(self.v.len());
        for row in self.v.chunks_exact(w) {
            for x in 0..w {
                let near = &row[x.saturating_sub(1)..(x + 2).min(w)];
                sums.push(near.iter().map(|v| f64::from(*v)).sum::<f64>());
            }
        }
        let mut v = Vec::with_capacity(self.v.len());
        for y in 0..self.h {
            let (y0, y1) = (y.saturating_sub(1), (y + 2).min(self.h));
            for x in 0..w {
                let columns = (x + 2).min(w) - x.saturating_sub(1);
                let sum: f64 = (y0..y1).map(|y| sums[y * w + x]).sum();
                v.push((sum / ((y1 - y0) * columns) as f64) as f32);
            }
        }
        Self { w, h: self.h, v }
    }

    /// Moved by whole pixels; what comes in from outside is paper.
    pub(crate) fn shifted(&self, dx: i32, dy: i32) -> Self {
        let mut out = Self::filled(self.w, self.h, 0.0);
        for y in 0..self.h {
            for x in 0..self.w {
                let (sx, sy) = (x as i32 - dx, y as i32 - dy);
                let inside = sx >= 0 && sy >= 0 && (sx as usize) < self.w && (sy as usize) < self.h;
                if inside {
                    out.v[y * self.w + x] = self.at(sx as usize, sy as usize);
                }
            }
        }
        out
    }
}

/// Each value becomes the darker of it and the other's, as far as there are others.
fn darken(values: &mut [f32], others: &[f32]) {
    for (value, other) in values.iter_mut().zip(others) {
        *value = value.max(*other);
    }
}

/// Darkness of `area` on the page against the paper around it. `drop_color` looks through the
/// clearest of the three colour channels, where a drop-out colour is nearly paper.
pub(crate) fn darkness(page: &Registered<'_>, area: Rect<Mm>, drop_color: bool) -> Plane {
    darkness_at(page, area, PX_PER_MM, drop_color)
}

/// The same at any scale.
pub(super) fn darkness_at(
    page: &Registered<'_>,
    area: Rect<Mm>,
    px_per_mm: f64,
    drop_color: bool,
) -> Plane {
    let color = drop_color
        .then(|| page.cut_color(area, px_per_mm))
        .flatten();
    let (w, h, gray): (u32, u32, Vec<u8>) = if let Some(c) = color {
        (
            c.width(),
            c.height(),
            c.pixels().map(|p| p.0[0].max(p.0[1]).max(p.0[2])).collect(),
        )
    } else {
        let cut = page.cut(area, px_per_mm).gray;
        (cut.width(), cut.height(), cut.into_raw())
    };
    let (w, h) = (w as usize, h as usize);
    let range = (page.levels.paper - page.levels.ink).max(1.0);
    let papers = local_paper(&gray, (w, h), page.levels.paper, range);
    let mut v = Vec::with_capacity(w * h);
    for (y, row) in gray.chunks_exact(w).enumerate() {
        for (tile, part) in row.chunks(TILE).enumerate() {
            let paper = f64::from(papers.at(tile, y / TILE));
            let dark = |g: &u8| ((paper - f64::from(*g)) / range).clamp(0.0, 1.2) as f32;
            v.extend(part.iter().map(dark));
        }
    }
    Plane { w, h, v }
}

/// The paper level of each tile: the 85th percentile of its pixels and its neighbours', never far
/// from the page's paper.
fn local_paper(gray: &[u8], (w, h): (usize, usize), paper: f64, range: f64) -> Plane {
    let (tw, th) = (w.div_ceil(TILE), h.div_ceil(TILE));
    let mut out = Plane::filled(tw, th, paper as f32);
    for ty in 0..th {
        for tx in 0..tw {
            let mut histogram = [0u32; 256];
            let (y0, y1) = (
                (ty * TILE).saturating_sub(TILE / 4),
                ((ty + 1) * TILE + TILE / 4).min(h),
            );
            let (x0, x1) = (
                (tx * TILE).saturating_sub(TILE / 4),
                ((tx + 1) * TILE + TILE / 4).min(w),
            );
            for y in y0..y1 {
                for &g in &gray[y * w + x0..y * w + x1] {
                    histogram[usize::from(g)] += 1;
                }
            }
            let level = percentile_of(&histogram, 0.85);
            out.v[ty * tw + tx] = level.clamp(paper - MAX_TINT * range, paper) as f32;
        }
    }
    out
}

fn percentile_of(histogram: &[u32; 256], share: f64) -> f64 {
    let total: u32 = histogram.iter().sum();
    let goal = (f64::from(total) * share) as u32;
    let mut seen = 0;
    for (level, n) in histogram.iter().enumerate() {
        seen += n;
        if seen > goal {
            return level as f64;
        }
    }
    255.0
}

/// Darkness of the same area of the blank form, when there is a picture of it. A blank is clean:
/// its paper is its lightest level, its ink its darkest.
pub(crate) fn blank_darkness(page: &Registered<'_>, area: Rect<Mm>) -> Option<Plane> {
    blank_darkness_at(page, area, PX_PER_MM)
}

/// The same at any scale.
pub(super) fn blank_darkness_at(
    page: &Registered<'_>,
    area: Rect<Mm>,
    px_per_mm: f64,
) -> Option<Plane> {
    let cut = page.cut_blank(area, px_per_mm)?;
    let (w, h) = (cut.width() as usize, cut.height() as usize);
    let v = cut
        .into_raw()
        .into_iter()
        .map(|g| (255.0 - f32::from(g)) / 255.0)
        .collect();
    Some(Plane { w, h, v })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane of numbers that no two neighbors share.
    fn plane(w: usize, h: usize) -> Plane {
        let v = (0..w * h).map(|i| ((i * 37) % 101) as f32 / 101.0);
        Plane {
            w,
            h,
            v: v.collect(),
        }
    }

    /// What lies within `radius` of a pixel.
    fn around(p: &Plane, x: usize, y: usize, radius: usize) -> Vec<f32> {
        let range = |i: usize, most: usize| i.saturating_sub(radius)..(i + radius + 1).min(most);
        let row = |y: usize| range(x, p.w).map(move |x| p.at(x, y));
        range(y, p.h).flat_map(row).collect()
    }

    #[test]
    fn every_pixel_becomes_the_darkest_or_the_mean_of_its_neighbors() {
        for (w, h) in [(1, 1), (1, 5), (7, 2), (20, 13)] {
            let p = plane(w, h);
            let smooth = p.smoothed();
            for (x, y) in (0..w).flat_map(|x| (0..h).map(move |y| (x, y))) {
                let near = around(&p, x, y, 1);
                let mean = near.iter().map(|v| f64::from(*v)).sum::<f64>() / near.len() as f64;
                assert!(
                    (f64::from(smooth.at(x, y)) - mean).abs() < 1e-6,
                    "{x} {y} of {w} {h}"
                );
            }
            for radius in [0, 1, 3, 30] {
                let dark = p.dilated(radius);
                for (x, y) in (0..w).flat_map(|x| (0..h).map(move |y| (x, y))) {
                    let most = around(&p, x, y, radius).into_iter().fold(0.0, f32::max);
                    assert_eq!(
                        dark.at(x, y).to_bits(),
                        most.to_bits(),
                        "{x} {y} of {w} {h}"
                    );
                }
            }
        }
    }
}
