//! Streaks: a grain on the glass of a feeder draws one thin line along the whole way of the paper.
//!
//! Nothing that is printed or written runs from the first row of the paper to the last in one column
//! of pixels; so a column that is darker than both its sides wherever those are bare is such a streak,
//! and what it covers is filled in from its sides (linear interpolation across the line). A pen's line
//! that runs along within it is wider than a streak and has ink at its sides; what is darker than the streak
//! itself is kept.

use image::GrayImage;

use super::{Along, GlassStreak};
use crate::raster::quantile;
use crate::scan::Picture;
use crate::stats;

/// A streak is at most so wide, in mm, with its soft edges.
const WIDEST: f64 = 0.5;
/// Its sides are looked at so far beyond, in mm.
const BESIDE: f64 = 0.25;
/// So much darker than its sides, in levels.
const DARKER: i16 = 14;
/// Paper is at least this share of the page's typical level.
const BARE: f64 = 0.75;
/// So many of the bare rows show it, and so many rows are bare.
const SHOWN: f64 = 0.97;
const SEEN: f64 = 0.5;
/// The same in each part of its length: a form's line ends somewhere.
const PARTS: usize = 12;
const SHOWN_IN_PART: f64 = 0.8;
/// Rows that are looked at.
const ROWS: usize = 480;
/// Lines nearer to the picture's edge than this, in mm, are the paper's own edge.
const EDGE: f64 = 1.5;
/// Darker than the streak by so much is ink under it, in levels.
const INK: u8 = 24;
/// Without a resolution the picture's shorter side is taken for that of a postcard, in mm.
const SHORTER_SIDE: f64 = 100.0;

/// Columns, or rows, that a grain of dust darkened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Streak {
    along: Along,
    from: usize,
    /// One past the last.
    to: usize,
    /// Its level on bare paper.
    level: u8,
}

/// The streaks of a page.
pub(super) struct Found {
    pub(super) all: Vec<Streak>,
    per_mm: f64,
}

impl Found {
    /// Where they lie.
    pub(super) fn places(&self) -> Vec<GlassStreak> {
        let place = |streak: &Streak| GlassStreak {
            along: streak.along,
            at_mm: (streak.from + streak.to) as f64 / 2.0 / self.per_mm,
        };
        self.all.iter().map(place).collect()
    }
}

/// All streaks of a page. `px_per_mm`: `None` without a known resolution.
pub(super) fn find(gray: &GrayImage, px_per_mm: Option<f64>) -> Found {
    let shorter = f64::from(gray.width().min(gray.height()));
    let per_mm = px_per_mm.unwrap_or(shorter / SHORTER_SIDE);
    let mut all = Vec::new();
    for along in [Along::Columns, Along::Rows] {
        all.extend(Lines { gray, along }.streaks(per_mm));
    }
    Found { all, per_mm }
}

impl Along {
    fn of<T>(self, columns: T, rows: T) -> T {
        match self {
            Self::Columns => columns,
            Self::Rows => rows,
        }
    }
}

/// The picture as columns, or as rows.
struct Lines<'a> {
    gray: &'a GrayImage,
    along: Along,
}

impl Lines<'_> {
    fn count(&self) -> usize {
        let (width, height) = self.gray.dimensions();
        self.along.of(width, height) as usize
    }

    fn length(&self) -> usize {
        let (width, height) = self.gray.dimensions();
        self.along.of(height, width) as usize
    }

    fn at(&self, line: usize, along: usize) -> u8 {
        let (x, y) = self.along.of((line, along), (along, line));
        self.gray.as_raw()[y * self.gray.width() as usize + x]
    }

    fn streaks(&self, per_mm: f64) -> Vec<Streak> {
        let widest = (WIDEST * per_mm).round().max(3.0) as usize;
        let beside = widest / 2 + (BESIDE * per_mm).round().max(1.0) as usize;
        let edge = ((EDGE * per_mm) as usize).max(beside);
        let step = (self.length() / ROWS).max(1);
        let along: Vec<usize> = (step / 2..self.length()).step_by(step).collect();
        if self.count() <= 2 * edge || along.len() < PARTS {
            return Vec::new();
        }
        let bare = self.bare_level(&along);
        let dark: Vec<bool> = (0..self.count())
            .map(|line| {
                (edge..self.count() - edge).contains(&line)
                    && self.is_streaked(line, (beside, bare), &along)
            })
            .collect();
        let mut found = Vec::new();
        let mut line = 0;
        while line < dark.len() {
            let to = (line..dark.len()).find(|k| !dark[*k]).unwrap_or(dark.len());
            if to > line {
                // Its soft edges go with it.
                let (from, past) = (line - 1, to + 1);
                if past - from <= widest + 2 {
                    found.push(Streak {
                        along: self.along,
                        from,
                        to: past,
                        level: self.level((from, past), (beside, bare), &along),
                    });
                }
            }
            line = to.max(line + 1);
        }
        found
    }

    /// From here on a pixel is paper.
    fn bare_level(&self, along: &[usize]) -> u8 {
        let some = (0..self.count()).step_by((self.count() / 64).max(1));
        let mut counts = [0u32; 256];
        for level in some.flat_map(|line| along.iter().map(move |a| self.at(line, *a))) {
            counts[usize::from(level)] += 1;
        }
        (BARE * quantile(&counts, (0, 255), 0.5)) as u8
    }

    /// The darker of both sides.
    fn side(&self, line: usize, beside: usize, along: usize) -> u8 {
        self.at(line - beside, along)
            .min(self.at(line + beside, along))
    }

    fn is_streaked(&self, line: usize, (beside, bare): (usize, u8), along: &[usize]) -> bool {
        let (mut seen, mut shown) = (0usize, 0usize);
        for part in along.chunks(along.len().div_ceil(PARTS)) {
            let (mut of, mut dark) = (0usize, 0usize);
            for a in part {
                let side = self.side(line, beside, *a);
                if side >= bare {
                    of += 1;
                    let here = i16::from(self.at(line, *a));
                    dark += usize::from(i16::from(side) - here >= DARKER);
                }
            }
            if (dark as f64) < SHOWN_IN_PART * of as f64 {
                return false;
            }
            seen += of;
            shown += dark;
        }
        seen as f64 >= SEEN * along.len() as f64 && shown as f64 >= SHOWN * seen as f64
    }

    /// How dark it is on bare paper: its darkest line's median.
    fn level(
        &self,
        (from, to): (usize, usize),
        (beside, bare): (usize, u8),
        along: &[usize],
    ) -> u8 {
        let of = |line: usize| {
            let on_paper = along
                .iter()
                .filter(|a| self.side(line, beside, **a) >= bare);
            stats::median(on_paper.map(|a| f64::from(self.at(line, *a)))).unwrap_or(0.0)
        };
        (from..to).map(of).fold(255.0, f64::min) as u8
    }
}

impl Streak {
    /// Fills in what it covers from both sides.
    pub(super) fn wipe(&self, picture: &mut Picture) {
        let (width, height) = picture.gray.dimensions();
        for along in 0..self.along.of(height, width) {
            let at = |line: usize| self.along.of((line as u32, along), (along, line as u32));
            let before = at(self.from - 1);
            let after = at(self.to);
            for line in self.from..self.to {
                let (x, y) = at(line);
                if picture.gray.get_pixel(x, y)[0] < self.level.saturating_sub(INK) {
                    continue;
                }
                let share = (line + 1 - self.from) as f32 / (self.to + 1 - self.from) as f32;
                let mix = |a: u8, b: u8| {
                    (f32::from(a) * (1.0 - share) + f32::from(b) * share).round() as u8
                };
                let gray = mix(
                    picture.gray.get_pixel(before.0, before.1)[0],
                    picture.gray.get_pixel(after.0, after.1)[0],
                );
                picture.gray.get_pixel_mut(x, y)[0] = gray;
                if let Some(color) = &mut picture.color {
                    let (a, b) = (
                        *color.get_pixel(before.0, before.1),
                        *color.get_pixel(after.0, after.1),
                    );
                    color.put_pixel(x, y, image::Rgb(std::array::from_fn(|c| mix(a[c], b[c]))));
                }
            }
        }
    }
}
