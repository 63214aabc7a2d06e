//! A side's print, and what a page shows in its place, on one grid.

use std::sync::Arc;

use image::GrayImage;

use super::words::{Word, words};
use crate::form::kept::Kept;
use crate::form::{Blank, Side};
use crate::geom::{Mm, Point, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::{box_reduce, histogram};
use crate::register::{Registered, mask};

/// Cells a millimetre: a stroke of 0.25 mm fills one.
pub(crate) const SCALE: f64 = 4.0;
/// From this darkness on a cell is print: half of a thin line that falls between two cells.
pub(crate) const INK: u8 = 100;
/// Below this darkness a cell is bare: grey fields under a question are not print.
pub(crate) const BARE: u8 = 50;

/// Parts of a cell each way, to tell a thin black line from a wide grey one.
const FINE: u32 = 3;
/// Shortest line, cells: longer than strokes of the size of questions, shorter than a box.
const LINE: usize = 14;
/// Print whose darkest part is paler than this may vanish: in one bit a pixel, or as a drop-out
/// colour. Vermilion frames are 120 to 160.
const BLACK: u8 = 175;

/// Darkness of the empty side, 0 paper to 255 print.
pub(crate) struct Print {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) dark: Vec<u8>,
    /// The darkest of the cell and its eight neighbours.
    pub(crate) near: Vec<u8>,
    /// Print that is part of a straight line of 3.5 mm or more: frames, rules, boxes.
    pub(crate) line: Vec<bool>,
    /// Cells that answers may cover.
    pub(crate) hidden: Vec<bool>,
    /// Cells of all that people mark or write in, the words beside boxes too.
    pub(crate) asked: Vec<bool>,
    /// Its text where no answer may cover it.
    pub(crate) words: Vec<Word>,
}

static PRINTS: Kept<GrayImage, Print> = Kept::new();

impl Print {
    /// The print of a side, made once; `None` without a blank picture.
    pub(crate) fn of(side: &Side) -> Option<Arc<Self>> {
        let blank = side.blank.as_ref()?;
        Some(PRINTS.get(&blank.gray, || Self::new(side, blank)))
    }

    /// Width and height, cells.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn new(side: &Side, blank: &Blank) -> Self {
        let whole = Rect::new(0.0, 0.0, side.size.w, side.size.h);
        let fine = mask::cut_blank(blank, whole, SCALE * f64::from(FINE));
        let cut = box_reduce(&fine, FINE);
        let inside = |areas: &[Rect<Mm>]| -> Vec<bool> {
            let open = mask::open(areas, whole, SCALE, cut.dimensions());
            cut.enumerate_pixels()
                .map(|(x, y, _)| !open(x, y))
                .collect()
        };
        let hidden = inside(&mask::answers(side));
        let places: Vec<Rect<Mm>> = side.fields.iter().flat_map(|f| f.zone.places()).collect();
        let asked = inside(&places);
        let counts = histogram(&cut, 1);
        let paper = f64::from(level(&counts, 0.5));
        let blackest = f64::from(level(&histogram(&fine, 1), 0.001));
        let ink = blackest.min(paper - 60.0).max(0.0);
        let share = |v: u8| (255.0 * (paper - f64::from(v)) / (paper - ink).max(1.0)) as u8;
        let darkest = darkest_part(&fine, cut.dimensions());
        let firm = |(v, part): (&u8, u8)| match share(*v) {
            dark if share(part) >= BLACK => dark,
            dark => dark.min(INK - 1),
        };
        let dark: Vec<u8> = cut.as_raw().iter().zip(darkest).map(firm).collect();
        let (width, height) = (cut.width() as usize, cut.height() as usize);
        let line = lines(&dark, width);
        Self {
            near: darkest_near(&dark, width, height),
            words: words(&dark, width, |i| !line[i] && !hidden[i]),
            line,
            width,
            height,
            dark,
            hidden,
            asked,
        }
    }
}

/// The grey level below which that share of the pixels lies.
fn level(counts: &[u32; 256], share: f64) -> u8 {
    let total: u32 = counts.iter().sum();
    let mut seen = 0;
    for (v, c) in counts.iter().enumerate() {
        seen += c;
        if f64::from(seen) > share * f64::from(total) {
            return v as u8;
        }
    }
    255
}

/// The darkest part of each cell.
fn darkest_part(fine: &GrayImage, (w, h): (u32, u32)) -> Vec<u8> {
    let mut out = vec![255u8; (w * h) as usize];
    for (x, y, v) in fine.enumerate_pixels() {
        let (x, y) = (x / FINE, y / FINE);
        if x < w && y < h {
            let cell = &mut out[(y * w + x) as usize];
            *cell = (*cell).min(v[0]);
        }
    }
    out
}

/// Cells in a row or column of print at least [`LINE`] long.
fn lines(dark: &[u8], width: usize) -> Vec<bool> {
    let height = dark.len() / width;
    let mut out = vec![false; dark.len()];
    let mut runs = |count: usize, length: usize, at: &dyn Fn(usize, usize) -> usize| {
        for i in 0..count {
            let mut from = 0;
            for j in 0..=length {
                if j < length && dark[at(i, j)] >= INK {
                    continue;
                }
                if j - from >= LINE {
                    (from..j).for_each(|k| out[at(i, k)] = true);
                }
                from = j + 1;
            }
        }
    };
    runs(height, width, &|y, x| y * width + x);
    runs(width, height, &|x, y| y * width + x);
    out
}

fn darkest_near(dark: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut across = dark.to_vec();
    for (from, to) in dark.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        for x in 0..width {
            to[x] = from[x.saturating_sub(1)]
                .max(from[x])
                .max(from[(x + 1).min(width - 1)]);
        }
    }
    let mut out = across.clone();
    for y in 0..height {
        let (a, b) = (y.saturating_sub(1) * width, (y + 1).min(height - 1) * width);
        for x in 0..width {
            out[y * width + x] = across[a + x].max(across[y * width + x]).max(across[b + x]);
        }
    }
    out
}

/// Darkness of a registered page on the grid of its side, with whether the cell is on the paper.
pub(crate) struct Seen {
    pub(crate) dark: Vec<u8>,
    pub(crate) on_paper: Vec<bool>,
}

impl Seen {
    pub(crate) fn of(upright: &Upright<'_>, page: &Registered<'_>) -> Self {
        let size = page.side.size;
        let whole = Rect::<Mm>::new(0.0, 0.0, size.w, size.h);
        let cut = page.cut(whole, SCALE).gray;
        let levels = upright.levels;
        let table: Vec<u8> = (0..=255u8)
            .map(|v| (255.0 * levels.darkness(f64::from(v)).clamp(0.0, 1.0)) as u8)
            .collect();
        let dark: Vec<u8> = cut
            .as_raw()
            .iter()
            .map(|v| table[usize::from(*v)])
            .collect();
        Self {
            on_paper: on_paper(upright, &page.to_px, cut.dimensions()),
            dark,
        }
    }
}

fn on_paper(
    upright: &Upright<'_>,
    to_px: &Transform<Mm, crate::geom::Px>,
    (w, h): (u32, u32),
) -> Vec<bool> {
    let mut out = Vec::with_capacity((w * h) as usize);
    for y in 0..h {
        for x in 0..w {
            let at = Point::new((f64::from(x) + 0.5) / SCALE, (f64::from(y) + 0.5) / SCALE);
            out.push(upright.paper.contains(to_px.apply(at)));
        }
    }
    out
}

/// Drawn prints and pages for the tests of this stage.
#[cfg(test)]
pub(crate) mod drawn {
    use super::*;

    pub(crate) const SIZE: (usize, usize) = (280, 224);

    /// Short strokes all over, the same for a seed: about a tenth of the cells.
    pub(crate) fn strokes(seed: usize) -> impl Fn(usize, usize) -> bool {
        move |x, y| {
            let block = (x / 6) * 7 + (y / 5) * 13 + seed * 31;
            match (block * 2_654_435_761) >> 7 & 7 {
                0 => x % 6 == 2,
                1 => y % 5 == 2,
                _ => false,
            }
        }
    }

    /// Characters of two strokes across and two down, other ones for another seed.
    pub(crate) fn letters(seed: usize) -> impl Fn(usize, usize) -> bool {
        move |x, y| {
            let (column, row) = (x / 13, y / 15);
            let mixed = (column * 7_919) ^ (row * 104_729) ^ (seed * 1_299_709);
            let hash = (mixed.wrapping_mul(2_654_435_761) >> 12) % 14_641;
            let (x, y) = (x % 13, y % 15);
            let across = y == hash % 11 || y == hash / 11 % 11;
            let down = x == hash / 121 % 11 || x == hash / 1_331;
            x < 11 && y < 11 && (across || down)
        }
    }

    pub(crate) fn print(inked: &dyn Fn(usize, usize) -> bool) -> Print {
        let (width, height) = SIZE;
        let cells = (0..width * height).map(|i| (i % width, i / width));
        let dark: Vec<u8> = cells
            .map(|(x, y)| if inked(x, y) { 200 } else { 0 })
            .collect();
        let line = lines(&dark, width);
        Print {
            near: darkest_near(&dark, width, height),
            words: words(&dark, width, |i| !line[i]),
            line,
            hidden: vec![false; dark.len()],
            asked: vec![false; dark.len()],
            width,
            height,
            dark,
        }
    }

    pub(crate) fn seen(dark: u8, inked: &dyn Fn(usize, usize) -> bool) -> Seen {
        let (width, height) = SIZE;
        let cells = (0..width * height).map(|i| (i % width, i / width));
        Seen {
            dark: cells
                .map(|(x, y)| if inked(x, y) { dark } else { 4 })
                .collect(),
            on_paper: vec![true; width * height],
        }
    }
}
