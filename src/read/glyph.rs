//! How much pen there is at each pixel of a cell or a line, and the network's input made of it.
//!
//! `training/normalize.py` does the same; `models/*.md` states the recipe in words, and the
//! vectors of `models/vectors/` hold both sides to it.

use image::GrayImage;

use crate::engine::Glyph;
use crate::normalize::Levels;
use crate::raster::{Pieces, pieces};

/// From here on a pixel belongs to a stroke.
pub(super) const INK: f32 = 0.35;
/// Gray levels between paper and pen at least: keeps paper noise from becoming ink.
const LEAST_CONTRAST: i32 = 48;
/// Longer side of the character's box, as a share of the network's input's.
const BODY: f64 = 0.75;
/// Share of the cell's height: smaller marks are not blown up.
pub(super) const LEAST_SIDE: f64 = 0.30;
/// Share of the cell's area: smaller pieces are dirt.
const SPECK: f64 = 0.0012;
const FAINTEST_PEAK: f64 = 0.30;

/// Pixel ranges of a part of a picture: left, top, right, bottom (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) x0: usize,
    pub(super) y0: usize,
    pub(super) x1: usize,
    pub(super) y1: usize,
}

impl Part {
    pub(super) fn contains(self, x: usize, y: usize) -> bool {
        (self.x0..self.x1).contains(&x) && (self.y0..self.y1).contains(&y)
    }

    /// Without a rim of `n` pixels, where the part is large enough for one.
    pub(super) fn shrunk(self, n: usize) -> Self {
        let large = self.x1 > self.x0 + 4 * n && self.y1 > self.y0 + 4 * n;
        let n = if large { n } else { 0 };
        Self {
            x0: self.x0 + n,
            y0: self.y0 + n,
            x1: self.x1 - n,
            y1: self.y1 - n,
        }
    }

    pub(super) fn area(self) -> usize {
        self.x1.saturating_sub(self.x0) * self.y1.saturating_sub(self.y0)
    }
}

/// A picture of ink, 0 (paper) to 1 (pen), row by row.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// Paper and pen of a cell as gray values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellLevels {
    pub(super) paper: u8,
    pub(super) dark: u8,
}

impl CellLevels {
    /// Median and 0.5 % of the pixels in `part`.
    pub(super) fn of(gray: &GrayImage, part: Part) -> Self {
        let mut counts = [0usize; 256];
        for y in part.y0..part.y1 {
            for x in part.x0..part.x1 {
                counts[usize::from(gray.get_pixel(x as u32, y as u32)[0])] += 1;
            }
        }
        let level = |share: f64| {
            let need = ((share * part.area() as f64).ceil() as usize).max(1);
            let mut sum = 0;
            let found = counts.iter().position(|n| {
                sum += n;
                sum >= need
            });
            found.unwrap_or(255) as u8
        };
        Self {
            paper: level(0.5),
            dark: level(0.005),
        }
    }

    /// Where more than half of the cell is covered, by a blot or a felt pen, the median is ink: paper
    /// is then what it is elsewhere on the page. Without this such a cell reads as blank.
    pub(super) fn on(self, page: Levels) -> Self {
        let covered = page.darkness(self.paper.into()) > 0.5;
        Self {
            paper: if covered {
                page.paper.round() as u8
            } else {
                self.paper
            },
            ..self
        }
    }

    /// The levels of a cell in which nothing is written: all that is a little darker than paper is ink.
    pub(super) fn of_pale(self) -> Self {
        Self {
            dark: self.paper,
            ..self
        }
    }

    pub(super) fn contrast(self) -> i32 {
        i32::from(self.paper) - i32::from(self.dark)
    }
}

impl Ink {
    /// Ink of a whole picture under the given levels.
    pub(super) fn of(gray: &GrayImage, levels: CellLevels) -> Self {
        let contrast = levels.contrast().max(LEAST_CONTRAST) as f32;
        let paper = f32::from(levels.paper);
        let ink = |v: u8| (((paper - f32::from(v)) / contrast - 0.15) / 0.70).clamp(0.0, 1.0);
        Self {
            width: gray.width() as usize,
            height: gray.height() as usize,
            values: gray.pixels().map(|p| ink(p[0])).collect(),
        }
    }

    pub(super) fn is_ink(&self, x: usize, y: usize) -> bool {
        self.values[y * self.width + x] >= INK
    }

    /// Mean width of the strokes in pixels: twice the ink over its outline, as for long strips; 0
    /// without ink.
    pub(super) fn thickness(&self) -> f64 {
        let (w, h) = (self.width, self.height);
        let ink = |x: usize, y: usize| x < w && y < h && self.is_ink(x, y);
        let (mut area, mut outline) = (0usize, 0usize);
        for y in 0..h {
            for x in (0..w).filter(|x| self.is_ink(*x, y)) {
                area += 1;
                let sides = [
                    ink(x.wrapping_sub(1), y),
                    ink(x + 1, y),
                    ink(x, y.wrapping_sub(1)),
                    ink(x, y + 1),
                ];
                outline += sides.iter().filter(|s| !**s).count();
            }
        }
        // A slanted edge has 4/pi as many pixel sides as its length.
        let length = outline as f64 * std::f64::consts::FRAC_PI_4;
        if outline == 0 {
            0.0
        } else {
            2.0 * area as f64 / length
        }
    }

    pub(super) fn pieces(&self) -> Pieces {
        let mask: Vec<bool> = self.values.iter().map(|v| *v >= INK).collect();
        pieces(&mask, self.width)
    }

    /// A reader's input, the character centered and scaled, once for each of `sides`; `None` when
    /// nothing but specks is left. `cell`: width and height of the box in pixels of this picture.
    pub(super) fn glyph(&self, cell: (f64, f64), sides: &[usize]) -> Option<Glyph> {
        let (clean, bounds) = self.without_specks(cell.0 * cell.1)?;
        let least = LEAST_SIDE * cell.1;
        let pictures = sides.iter().map(|side| clean.picture(bounds, least, *side));
        Some(Glyph(pictures.collect()))
    }

    /// `bounds`, taken for `least` pixels large at least, in the middle of `side` x `side` pixels.
    fn picture(&self, bounds: Part, least: f64, side: usize) -> Vec<f32> {
        let (w, h) = (
            (bounds.x1 - bounds.x0) as f64,
            (bounds.y1 - bounds.y0) as f64,
        );
        let window = w.max(h).max(least) / BODY;
        let step = window / side as f64;
        let left = (bounds.x0 + bounds.x1) as f64 / 2.0 - window / 2.0;
        let top = (bounds.y0 + bounds.y1) as f64 / 2.0 - window / 2.0;
        let rows = self.shrunk_rows(top, step, side);
        let mut out = Vec::with_capacity(side * side);
        for row in &rows {
            for i in 0..side {
                out.push(overlap_sum(row, left + step * i as f64, step));
            }
        }
        let peak = out.iter().copied().fold(FAINTEST_PEAK, f64::max);
        out.into_iter()
            .map(|v| (v / peak).min(1.0) as f32)
            .collect()
    }

    /// The box round everything that is no speck; `None` when nothing else is there. `cell`: as for
    /// [`Self::glyph`].
    pub(super) fn body(&self, cell: (f64, f64)) -> Option<Part> {
        self.without_specks(cell.0 * cell.1)
            .map(|(_, bounds)| bounds)
    }

    /// A part of the picture in `w` x `h` pixels, each the mean of what it covers.
    pub(super) fn scaled(&self, part: Part, (w, h): (usize, usize)) -> Vec<f64> {
        let step_x = (part.x1 - part.x0) as f64 / w as f64;
        let step_y = (part.y1 - part.y0) as f64 / h as f64;
        let rows = self.shrunk_rows(part.y0 as f64, step_y, h);
        let across = |row: &Vec<f64>| -> Vec<f64> {
            (0..w)
                .map(|k| overlap_sum(row, part.x0 as f64 + step_x * k as f64, step_x))
                .collect()
        };
        rows.iter().flat_map(across).collect()
    }

    /// The ink of the kept pieces with their soft rims; the rest is paper.
    pub(super) fn only(&self, found: &Pieces, kept: &[bool]) -> Self {
        let is_kept = |i: usize| found.labels[i] > 0 && kept[found.labels[i] as usize - 1];
        self.near(is_kept)
    }

    /// The pixels next to those that `is_mine` names (by their index); the rest is paper.
    pub(super) fn near(&self, is_mine: impl Fn(usize) -> bool) -> Self {
        let (w, h) = (self.width, self.height);
        let mut near = vec![false; w * h];
        for y in 0..h {
            for x in (0..w).filter(|x| is_mine(y * w + x)) {
                let columns = x.saturating_sub(1)..(x + 2).min(w);
                for row in y.saturating_sub(1)..(y + 2).min(h) {
                    near[row * w + columns.start..row * w + columns.end].fill(true);
                }
            }
        }
        let values = self.values.iter().zip(&near);
        Self {
            width: w,
            height: h,
            values: values
                .map(|(v, near)| if *near { *v } else { 0.0 })
                .collect(),
        }
    }

    /// Turned a quarter clockwise.
    pub(super) fn turned(&self) -> Self {
        let (w, h) = (self.width, self.height);
        // Row y of the new picture is the old column y from the bottom up.
        let at = |i: usize| self.values[(h - 1 - i % h) * w + i / h];
        Self {
            width: h,
            height: w,
            values: (0..w * h).map(at).collect(),
        }
    }

    /// Some of its columns.
    pub(super) fn columns(&self, x: std::ops::Range<usize>) -> Self {
        let rows = self.values.chunks_exact(self.width.max(1));
        Self {
            width: x.len(),
            height: self.height,
            values: rows.flat_map(|row| row[x.clone()].to_vec()).collect(),
        }
    }

    /// `count` rows, each the mean of `step` source rows.
    fn shrunk_rows(&self, top: f64, step: f64, count: usize) -> Vec<Vec<f64>> {
        (0..count)
            .map(|i| {
                let mut row = vec![0.0; self.width];
                for (y, share) in overlaps(top + step * i as f64, step, self.height) {
                    let source = &self.values[y * self.width..(y + 1) * self.width];
                    row.iter_mut()
                        .zip(source)
                        .for_each(|(sum, v)| *sum += share * f64::from(*v));
                }
                row
            })
            .collect()
    }

    /// Without the pieces that are dirt; the box of the rest, if there is any.
    fn without_specks(&self, cell_area: f64) -> Option<(Self, Part)> {
        let found = self.pieces();
        let least = SPECK * cell_area;
        let keep: Vec<bool> = found.all.iter().map(|p| p.area as f64 >= least).collect();
        let mut bounds: Option<Part> = None;
        for piece in found
            .all
            .iter()
            .zip(&keep)
            .filter(|(_, keep)| **keep)
            .map(|(p, _)| p)
        {
            let b = bounds.get_or_insert(Part {
                x0: piece.x0,
                y0: piece.y0,
                x1: piece.x1,
                y1: piece.y1,
            });
            b.x0 = b.x0.min(piece.x0);
            b.y0 = b.y0.min(piece.y0);
            b.x1 = b.x1.max(piece.x1);
            b.y1 = b.y1.max(piece.y1);
        }
        let bounds = bounds?;
        let mut clean = self.clone();
        for (value, label) in clean.values.iter_mut().zip(&found.labels) {
            if *label > 0 && !keep[*label as usize - 1] {
                *value = 0.0;
            }
        }
        Some((clean, bounds))
    }
}

/// Mean of `row` over the interval; outside the row is paper.
fn overlap_sum(row: &[f64], start: f64, step: f64) -> f64 {
    overlaps(start, step, row.len())
        .map(|(x, share)| share * row[x])
        .sum()
}

/// The pixels that `start..start + step` covers, with the share of the interval each takes.
fn overlaps(start: f64, step: f64, n: usize) -> impl Iterator<Item = (usize, f64)> {
    let first = (start.floor().max(0.0) as usize).min(n);
    let last = ((start + step).ceil().max(0.0) as usize).min(n);
    (first..last).filter_map(move |j| {
        let share = (start + step).min(j as f64 + 1.0) - start.max(j as f64);
        (share > 0.0).then_some((j, share / step))
    })
}
