//! A side's print, and what a page shows in its place, on one grid.

use std::sync::Arc;

use image::GrayImage;

use crate::form::kept::Kept;
use crate::form::{Blank, Side};
use crate::geom::{Mm, Point, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::{box_reduce, histogram};
use crate::register::{Registered, mask};

/// Cells a millimetre: a stroke of 0.25 mm fills one.
pub(super) const SCALE: f64 = 4.0;
/// From this darkness on a cell is print: half of a thin line that falls between two cells.
pub(super) const INK: u8 = 100;

/// Parts of a cell each way, to tell a thin black line from a wide grey one.
const FINE: u32 = 3;
/// Shortest line, cells: longer than strokes of the size of questions, shorter than a box.
const LINE: usize = 14;
/// Print whose darkest part is paler than this may vanish: in one bit a pixel, or as a drop-out
/// colour. Vermilion frames are 120 to 160.
const BLACK: u8 = 175;

/// Darkness of the empty side, 0 paper to 255 print.
pub(super) struct Print {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) dark: Vec<u8>,
    /// Print that is part of a straight line of 3.5 mm or more: frames, rules, boxes.
    pub(super) line: Vec<bool>,
    /// Cells that answers may cover.
    pub(super) hidden: Vec<bool>,
}

static PRINTS: Kept<GrayImage, Print> = Kept::new();

impl Print {
    /// The print of a side, made once; `None` without a blank picture.
    pub(super) fn of(side: &Side) -> Option<Arc<Self>> {
        let blank = side.blank.as_ref()?;
        Some(PRINTS.get(&blank.gray, || Self::new(side, blank)))
    }

    fn new(side: &Side, blank: &Blank) -> Self {
        let whole = Rect::new(0.0, 0.0, side.size.w, side.size.h);
        let fine = mask::cut_blank(blank, whole, SCALE * f64::from(FINE));
        let cut = box_reduce(&fine, FINE);
        let open = mask::open(&mask::answers(side), whole, SCALE, cut.dimensions());
        let hidden = cut
            .enumerate_pixels()
            .map(|(x, y, _)| !open(x, y))
            .collect();
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
        Self {
            line: lines(&dark, width),
            width,
            height,
            dark,
            hidden,
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

/// Darkness of a registered page on the grid of its side, with whether the cell is on the paper.
pub(super) struct Seen {
    pub(super) dark: Vec<u8>,
    pub(super) on_paper: Vec<bool>,
}

impl Seen {
    pub(super) fn of(upright: &Upright<'_>, page: &Registered<'_>) -> Self {
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
pub(super) mod drawn {
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

    pub(crate) fn print(inked: &dyn Fn(usize, usize) -> bool) -> Print {
        let (width, height) = SIZE;
        let cells = (0..width * height).map(|i| (i % width, i / width));
        let dark: Vec<u8> = cells
            .map(|(x, y)| if inked(x, y) { 200 } else { 0 })
            .collect();
        Print {
            line: lines(&dark, width),
            hidden: vec![false; dark.len()],
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
