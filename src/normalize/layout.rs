//! Whether a page could be a given side lying a given way round: a match at one cell a millimetre.
//!
//! The side is sketched once (from its blank picture, or from the marks and boxes that its text
//! names), the page is levelled to the same grid by its skew and its scale, and the sketch's dark
//! cells are correlated with the page over all shifts. Cheap enough to try every form in four
//! turns; good to about a millimetre, which is what registration starts from. The score is a
//! correlation, so scores of one page against sketches of the same kind can be compared; sketches
//! from text alone know nothing of printed words and score lower.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use image::GrayImage;

use super::Upright;
use super::grid::{Grid, draw};
use crate::form::Side;
use crate::geom::{Mm, Point, Px, QuarterTurn, Rect, Transform};
use crate::raster::sample_gray;

/// Shift looked for at least and at most, mm.
const LEAST_REACH: f64 = 8.0;
const MOST_REACH: f64 = 45.0;
/// Cuts that are tried where only the picture's size tells the scale, and the most that its two
/// directions may differ. The match forgives 1.5 mm at the edge, 1.5 % of an A4 sheet.
const CROPPED: [f64; 4] = [0.97, 0.985, 1.015, 1.03];
const MOST_CROPPED: f64 = 1.1;
/// A sheet seen from 45 degrees is shorter one way by this factor.
const MOST_FORESHORTENED: f64 = 1.42;
/// Room between paper and side that is more than margins of feeding, mm.
const SLACK: f64 = 6.0;
/// Shifts whose correlation is summed side by side: four vectors of the oldest processors.
const ABREAST: usize = 16;
/// Grids of a page that are kept, of 2 MB each for A4: four turns by resolution and by size, twice.
const KEPT: usize = 16;

/// Where a side lies on a page, if it is there.
#[derive(Clone, Copy, Debug)]
pub struct LayoutMatch {
    pub transform: Transform<Mm, Px>,
    /// Correlation of the layout at 1 mm, 0 to 1.
    pub score: f64,
}

/// A side at one cell a millimetre.
#[derive(Clone, Debug)]
pub struct Sketch {
    width: usize,
    height: usize,
    /// Cells with print: position and darkness.
    cells: Vec<(u16, u16, f32)>,
    sum: f64,
    spread: f64,
}

/// Matches `side` lying turned clockwise by `turn`; `None` when nothing of the side is known to
/// match, or the paper cannot hold it that way round.
pub fn match_layout(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Option<LayoutMatch> {
    match_sketch(page, &Sketch::of(side)?, side, turn)
}

/// The same with a sketch that is already there.
pub fn match_sketch(
    page: &Upright<'_>,
    sketch: &Sketch,
    side: &Side,
    turn: QuarterTurn,
) -> Option<LayoutMatch> {
    let guesses = guesses(page, side, turn);
    let found = guesses
        .into_iter()
        .filter_map(|(guess, reach)| sketch.find(page, &guess, reach));
    found.max_by(|a, b| a.score.total_cmp(&b.score))
}

/// Scales that the page may have under `turn`, in pixels a millimetre along the picture's x and y:
/// by its resolution, and by the paper's size where that says something else.
pub fn scales(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Vec<(f64, f64)> {
    let (w, h) = if turn.swaps_sides() {
        (side.size.h, side.size.w)
    } else {
        (side.size.w, side.size.h)
    };
    let mut found = Vec::new();
    if let Some(r) = page.scan.resolution {
        found.push((r.x.px_per_mm(), r.y.px_per_mm()));
    }
    let (kx, ky) = (page.paper.w / w, page.paper.h / h);
    let by_paper = kx.min(ky);
    let alike = kx.max(ky) < 1.15 * by_paper;
    let news = found
        .iter()
        .all(|(x, y)| (by_paper / x.min(*y) - 1.0).abs() > 0.03);
    if (alike && news) || found.is_empty() {
        found.push((by_paper, by_paper));
    }
    found
}

/// The same with what a photo cut at its paper may be beside: a picture that is its own only
/// measure is often cut a little too wide or too narrow.
fn likely_scales(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Vec<(f64, f64)> {
    let mut found = scales(page, side, turn);
    if page.scan.resolution.is_some() || page.border.is_some() {
        return found;
    }
    let (w, h) = if turn.swaps_sides() {
        (side.size.h, side.size.w)
    } else {
        (side.size.w, side.size.h)
    };
    let (kx, ky) = (page.paper.w / w, page.paper.h / h);
    if kx.max(ky) < MOST_CROPPED * kx.min(ky) {
        found.push((kx, ky));
        found.extend(CROPPED.map(|f| (f * kx, f * ky)));
    }
    found
}

/// Millimetres to pixels for a page of that scale whose middle is the paper's middle.
pub fn centered(
    page: &Upright<'_>,
    side: &Side,
    turn: QuarterTurn,
    (kx, ky): (f64, f64),
) -> Transform<Mm, Px> {
    let angle = (f64::from(turn.degrees()) + page.skew_cw_degrees).to_radians();
    let (sin, cos) = angle.sin_cos();
    let (a, b, d, e) = (kx * cos, -kx * sin, ky * sin, ky * cos);
    let (mx, my) = (side.size.w / 2.0, side.size.h / 2.0);
    let middle = page.paper.center();
    Transform::affine(
        a,
        b,
        middle.x - a * mx - b * my,
        d,
        e,
        middle.y - d * mx - e * my,
    )
}

/// The side laid onto the paper's own border; `None` where no border is seen, or the side has
/// another shape than the paper can have as it is seen.
pub fn by_border(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Option<Transform<Mm, Px>> {
    let border = page.border?;
    let (w, h) = if turn.swaps_sides() {
        (side.size.h, side.size.w)
    } else {
        (side.size.w, side.size.h)
    };
    let (across, down) = border.sides();
    let seen = (across / w) / (down / h);
    (seen > 1.0 / MOST_FORESHORTENED && seen < MOST_FORESHORTENED)
        .then(|| border.place(side.size, turn))?
}

fn guesses(page: &Upright<'_>, side: &Side, turn: QuarterTurn) -> Vec<(Transform<Mm, Px>, f64)> {
    let (w, h) = if turn.swaps_sides() {
        (side.size.h, side.size.w)
    } else {
        (side.size.w, side.size.h)
    };
    let mut found = Vec::new();
    if let Some(guess) = by_border(page, side, turn) {
        found.push((guess, LEAST_REACH));
        if page.scan.resolution.is_none() {
            return found;
        }
    }
    for (kx, ky) in likely_scales(page, side, turn) {
        let (paper_w, paper_h) = (page.paper.w / kx, page.paper.h / ky);
        // Less than four fifths of the side could be on the picture.
        if paper_w.min(w) * paper_h.min(h) < 0.8 * w * h {
            continue;
        }
        let room = (paper_w - w).max(paper_h - h) / 2.0;
        let reach = (room + SLACK).clamp(LEAST_REACH, MOST_REACH);
        found.push((centered(page, side, turn, (kx, ky)), reach));
    }
    found
}

impl Sketch {
    /// `None` when the side shows nothing.
    pub fn of(side: &Side) -> Option<Self> {
        let (w, h) = (side.size.w.round().max(1.0), side.size.h.round().max(1.0));
        let mut grid = Grid::new(w as usize, h as usize);
        if let Some(blank) = &side.blank {
            let k = blank.px_per_mm;
            let to_px = Transform::affine(k, 0.0, -0.5, 0.0, k, -0.5);
            let (cut, _) = sample_gray(&blank.gray, &to_px, Rect::new(0.0, 0.0, w, h), 1.0);
            let paper = f32::from(cut.as_raw().iter().copied().max().unwrap_or(255)).max(1.0);
            for (cell, v) in grid.dark.iter_mut().zip(cut.as_raw()) {
                *cell = 1.0 - f32::from(*v) / paper;
            }
        } else {
            draw(side, &mut grid);
        }
        let grid = grid.blurred();
        let n = grid.dark.len() as f64;
        let sum: f64 = grid.dark.iter().map(|d| f64::from(*d)).sum();
        let squares: f64 = grid.dark.iter().map(|d| f64::from(*d).powi(2)).sum();
        let dark = grid.dark.iter().enumerate().filter(|(_, d)| **d > 0.02);
        let cells: Vec<_> = dark
            .map(|(i, d)| ((i % grid.width) as u16, (i / grid.width) as u16, *d))
            .collect();
        let spread = (squares - sum * sum / n).max(0.0).sqrt();
        (cells.len() >= 8 && spread > 0.1).then_some(Self {
            width: grid.width,
            height: grid.height,
            cells,
            sum,
            spread,
        })
    }

    fn find(
        &self,
        page: &Upright<'_>,
        guess: &Transform<Mm, Px>,
        reach: f64,
    ) -> Option<LayoutMatch> {
        let reach = reach.ceil() as usize;
        let field = page
            .leveled
            .get(page, guess, (self.width, self.height), reach);
        let side = 2 * reach + 1;
        // Every second shift first: the blur makes neighbours alike.
        let mut best = (f64::MIN, 0, 0);
        for y in (0..side).step_by(2) {
            for first in (0..side).step_by(2 * ABREAST) {
                let products = self.products(&field.pairs, first, y);
                let shifts = (first..side).step_by(2).zip(products);
                for (x, product) in shifts {
                    let score = self.correlation(&field, product, x, y);
                    if score > best.0 {
                        best = (score, x, y);
                    }
                }
            }
        }
        let (_, cx, cy) = best;
        for y in cy.saturating_sub(1)..=(cy + 1).min(side - 1) {
            for x in cx.saturating_sub(1)..=(cx + 1).min(side - 1) {
                let score = self.correlation(&field, self.product(&field, x, y), x, y);
                if score > best.0 {
                    best = (score, x, y);
                }
            }
        }
        let (score, x, y) = best;
        let shift = Transform::<Mm, Mm>::affine(
            1.0,
            0.0,
            x as f64 - reach as f64,
            0.0,
            1.0,
            y as f64 - reach as f64,
        );
        (score > 0.0).then(|| LayoutMatch {
            transform: shift.then(guess),
            score: score.min(1.0),
        })
    }

    /// Products with the page's cells that start at `(x, y)`, and at every second one right of it. The
    /// sums are in the order of [`Self::product`], but many go abreast.
    fn products(&self, pairs: &[Plane; 2], x: usize, y: usize) -> [f32; ABREAST] {
        let mut products = [0f32; ABREAST];
        for &(cx, cy, v) in &self.cells {
            let at = x + usize::from(cx);
            let plane = &pairs[at % 2];
            let start = (y + usize::from(cy)) * plane.stride + at / 2;
            if let Some(seen) = plane.dark[start..].first_chunk::<ABREAST>() {
                for (product, dark) in products.iter_mut().zip(seen) {
                    *product += v * dark;
                }
            }
        }
        products
    }

    fn product(&self, field: &Leveled, x: usize, y: usize) -> f32 {
        let start = &field.dark[y * field.width + x..];
        let mut product = 0f32;
        for &(cx, cy, v) in &self.cells {
            product += v * start[usize::from(cy) * field.width + usize::from(cx)];
        }
        product
    }

    /// Correlation with the page's cells that start at `(x, y)`, of their product.
    fn correlation(&self, field: &Leveled, product: f32, x: usize, y: usize) -> f64 {
        let n = (self.width * self.height) as f64;
        let (sum, squares) = field.window(x, y, self.width, self.height);
        let spread = (squares - sum * sum / n).max(1e-9).sqrt();
        (f64::from(product) - self.sum * sum / n) / (self.spread * spread).max(1e-6)
    }
}

/// Every second column of the page's cells, and room for the shifts that go abreast.
#[derive(Debug)]
struct Plane {
    stride: usize,
    dark: Vec<f32>,
}

impl Plane {
    fn of(grid: &Grid, parity: usize) -> Self {
        let stride = grid.width.div_ceil(2);
        let mut dark = Vec::with_capacity(stride * grid.height + ABREAST);
        for row in grid.dark.chunks_exact(grid.width) {
            dark.extend(row.iter().skip(parity).step_by(2));
            dark.resize(dark.len().next_multiple_of(stride), 0.0);
        }
        dark.resize(dark.len() + ABREAST, 0.0);
        Self { stride, dark }
    }
}

/// The page at one cell a millimetre, with sums over any window.
#[derive(Debug)]
struct Leveled {
    width: usize,
    dark: Vec<f32>,
    sums: Vec<(f64, f64)>,
    /// Its even columns and its odd ones: every second shift lies side by side.
    pairs: [Plane; 2],
}

/// The page on the grids that were matched last: sides of one size lie on the same. Of one page, whose
/// paper and levels do not change once anything was matched.
#[derive(Clone, Debug, Default)]
pub struct LeveledPages(Arc<Mutex<VecDeque<Kept>>>);

/// A grid: where its cells lie on the page, how many there are, and how far round them one looks; and
/// the page on it.
type Kept = (([f64; 9], (usize, usize), usize), Arc<Leveled>);

impl LeveledPages {
    fn get(
        &self,
        page: &Upright<'_>,
        guess: &Transform<Mm, Px>,
        size: (usize, usize),
        reach: usize,
    ) -> Arc<Leveled> {
        let wanted = (*guess.matrix(), size, reach);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, leveled)) = kept.iter().find(|(grid, _)| *grid == wanted) {
            return Arc::clone(leveled);
        }
        let leveled = Arc::new(Leveled::new(page, guess, size, reach));
        kept.push_back((wanted, Arc::clone(&leveled)));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        leveled
    }
}

impl Leveled {
    fn new(
        page: &Upright<'_>,
        guess: &Transform<Mm, Px>,
        (w, h): (usize, usize),
        reach: usize,
    ) -> Self {
        let edge = reach as f64;
        let area = Rect::new(-edge, -edge, w as f64 + 2.0 * edge, h as f64 + 2.0 * edge);
        let (cut, _) = sample_gray(&page.tiny.gray, &page.tiny.shrink(guess), area, 1.0);
        let mut grid = Grid::new(w + 2 * reach, h + 2 * reach);
        fill_from(&mut grid, &cut, page, guess, edge);
        grid.bleach_blobs();
        let grid = grid.blurred();
        let stride = grid.width + 1;
        let mut sums = vec![(0.0, 0.0); stride * (grid.height + 1)];
        for y in 0..grid.height {
            let mut run = (0.0, 0.0);
            for x in 0..grid.width {
                let v = f64::from(grid.dark[y * grid.width + x]);
                run = (run.0 + v, run.1 + v * v);
                let above = sums[y * stride + x + 1];
                sums[(y + 1) * stride + x + 1] = (above.0 + run.0, above.1 + run.1);
            }
        }
        Self {
            width: grid.width,
            pairs: [0, 1].map(|parity| Plane::of(&grid, parity)),
            dark: grid.dark,
            sums,
        }
    }

    fn window(&self, x: usize, y: usize, w: usize, h: usize) -> (f64, f64) {
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        let (a, b, c, d) = (at(x + w, y + h), at(x, y + h), at(x + w, y), at(x, y));
        (a.0 - b.0 - c.0 + d.0, a.1 - b.1 - c.1 + d.1)
    }
}

/// Darkness of the page's cells; off the paper is bare.
fn fill_from(
    grid: &mut Grid,
    cut: &GrayImage,
    page: &Upright<'_>,
    guess: &Transform<Mm, Px>,
    edge: f64,
) {
    for (x, y, v) in cut.enumerate_pixels() {
        let at = Point::new(f64::from(x) + 0.5 - edge, f64::from(y) + 0.5 - edge);
        if page.paper.contains(guess.apply(at)) {
            let dark = page.levels.darkness(f64::from(v[0])).clamp(0.0, 1.0);
            grid.dark[y as usize * grid.width + x as usize] = dark as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_abreast_have_the_sums_of_each_alone() {
        for (width, reach) in [(57, 8), (60, 17), (61, 20)] {
            let mut grid = Grid::new(width, 50);
            for (i, dark) in grid.dark.iter_mut().enumerate() {
                *dark = (i * i % 97) as f32 / 97.0;
            }
            let size = (width - 2 * reach, 50 - 2 * reach);
            let all = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
            let some = all.filter(|(x, y)| (x * 3 + y * 5) % 7 < 3);
            let cells = some.map(|(x, y)| (x as u16, y as u16, ((x * y) % 11) as f32 / 11.0));
            let sketch = Sketch {
                width: size.0,
                height: size.1,
                cells: cells.collect(),
                sum: 0.0,
                spread: 1.0,
            };
            let field = Leveled {
                width,
                pairs: [0, 1].map(|parity| Plane::of(&grid, parity)),
                dark: grid.dark,
                sums: Vec::new(),
            };
            let side = 2 * reach + 1;
            for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
                let (first, k) = (x - x % (2 * ABREAST), x % (2 * ABREAST));
                let abreast = sketch.products(&field.pairs, first + k % 2, y)[k / 2];
                let alone = sketch.product(&field, x, y);
                assert_eq!(abreast.to_bits(), alone.to_bits(), "{x} {y} of {width}");
            }
        }
    }
}
