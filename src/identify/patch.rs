//! Patch codes on separator sheets: four bars, two of them wide, at the edge of a page.
//!
//! Narrow bars and all gaps are 0.08 inch, wide bars 0.20 inch, 0.80 inch together, bars at least
//! 2 inches long (document-scanner practice). Rows and columns of the page at about 50 dpi are
//! scanned for four bars with those proportions and a quiet zone; enough neighbouring rows must
//! agree. Four of the six codes read as another one backwards, so a code is read from the nearer
//! edge of the page inwards, which holds for all four turns of a sheet.

use image::GrayImage;

use crate::normalize::Upright;
use crate::raster::{Ink, Reduced};

/// Wide is 1, from the edge inwards.
const CODES: [([bool; 4], char); 6] = [
    ([true, true, false, false], '1'),
    ([true, false, false, true], '2'),
    ([true, false, true, false], '3'),
    ([false, true, true, false], '4'),
    ([false, false, true, true], '6'),
    ([false, true, false, true], 't'),
];
/// Wide against narrow is 2.5; bars of 1.75 narrow ones and more are wide.
const WIDE_FROM: f64 = 1.75;
/// Share by which a bar or gap may miss its width: two pixels of blur at 50 dpi.
const WIDTH_TOLERANCE: f64 = 0.38;
/// Quiet zone on both sides in narrow bars (10 by the book, less beside a cropped edge).
const QUIET: f64 = 4.0;
/// Length of the bars against the width of the code: 2.5 by the book.
const LEAST_LENGTH: f64 = 1.8;
/// Narrow bar in millimetres where the resolution is known (2.03 by the book).
const NARROW_MM: (f64, f64) = (1.3, 3.0);
/// Width of the whole code against the longer side of the page.
const SHARE_OF_PAGE: (f64, f64) = (0.03, 0.35);

/// One row in which the bars stand.
#[derive(Clone, Copy, Debug)]
struct Hit {
    code: char,
    line: usize,
    start: usize,
    width: usize,
}

/// The code on the page: `1`, `2`, `3`, `4`, `6` or `t`.
pub(super) fn find(page: &Upright<'_>) -> Option<char> {
    let picture = small(page);
    let level = f64::midpoint(page.levels.paper, page.levels.ink) as u8;
    let ink = Ink::below(&picture.gray, level);
    let longer = picture.gray.width().max(picture.gray.height());
    let scale = |dpi: f64| dpi / 25.4 / f64::from(picture.factor);
    let resolution = page.scan.resolution;
    let rows = Grid {
        dark: &ink.dark,
        lines: lines(&picture.gray, false),
        longer,
    };
    let columns = Grid {
        dark: &ink.dark,
        lines: lines(&picture.gray, true),
        longer,
    };
    rows.find(resolution.map(|r| scale(r.x.get())))
        .or_else(|| columns.find(resolution.map(|r| scale(r.y.get()))))
}

/// The coarsest picture of the page in which a narrow bar still has about four pixels.
fn small<'p>(page: &'p Upright<'_>) -> &'p Reduced {
    let longer = page.tiny.gray.width().max(page.tiny.gray.height());
    if longer >= 260 {
        &page.tiny
    } else {
        &page.reduced
    }
}

/// Start and stride of each line, and how many pixels it has.
fn lines(gray: &GrayImage, columns: bool) -> Vec<(usize, usize, usize)> {
    let (w, h) = (gray.width() as usize, gray.height() as usize);
    if columns {
        (0..w).map(|x| (x, w, h)).collect()
    } else {
        (0..h).map(|y| (y * w, 1, w)).collect()
    }
}

struct Grid<'a> {
    dark: &'a [u8],
    lines: Vec<(usize, usize, usize)>,
    longer: u32,
}

impl Grid<'_> {
    /// `scale`: pixels a millimetre along the lines, when known.
    fn find(&self, scale: Option<f64>) -> Option<char> {
        let mut hits = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            hits.extend(self.hits_in(index, *line, scale));
        }
        longest(&hits)
    }

    fn hits_in(
        &self,
        index: usize,
        (start, stride, count): (usize, usize, usize),
        scale: Option<f64>,
    ) -> Vec<Hit> {
        let bars = runs((0..count).map(|i| self.dark[start + i * stride] != 0));
        let mut hits = Vec::new();
        for (at, four) in bars.windows(4).enumerate() {
            let before = at.checked_sub(1).map_or(0, |i| bars[i].1);
            let after = bars.get(at + 4).map_or(count, |b| b.0);
            let Some((wide, narrow)) = proportions(four) else {
                continue;
            };
            // A page edge right beside the code is quiet enough.
            let quiet = |free: usize, edge: bool| edge || free as f64 >= QUIET * narrow;
            let is_quiet = quiet(four[0].0 - before, at == 0)
                && quiet(after - four[3].1, at + 4 == bars.len());
            let width = four[3].1 - four[0].0;
            if !is_quiet || !self.size_fits(width, narrow, scale) {
                continue;
            }
            let backwards = count - four[3].1 < four[0].0;
            if let Some(code) = code(wide, backwards) {
                hits.push(Hit {
                    code,
                    line: index,
                    start: four[0].0,
                    width,
                });
            }
        }
        hits
    }

    fn size_fits(&self, width: usize, narrow: f64, scale: Option<f64>) -> bool {
        let share = width as f64 / f64::from(self.longer.max(1));
        let on_page = share > SHARE_OF_PAGE.0 && share < SHARE_OF_PAGE.1;
        on_page && scale.is_none_or(|s| narrow / s > NARROW_MM.0 && narrow / s < NARROW_MM.1)
    }
}

/// Dark stretches `[start, end)`.
fn runs(dark: impl Iterator<Item = bool>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut end) = (None, 0);
    for (i, is_dark) in dark.enumerate() {
        end = i + 1;
        match (is_dark, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                found.push((from, i));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| (from, end)));
    found
}

/// Which of four bars are wide, and how wide a narrow one is; `None` unless two are wide, and
/// bars and gaps have their widths.
fn proportions(four: &[(usize, usize)]) -> Option<([bool; 4], f64)> {
    let width = (four[3].1 - four[0].0) as f64;
    // Two wide, two narrow bars and three gaps are ten narrow bars.
    let narrow = width / 10.0;
    if narrow < 1.5 {
        return None;
    }
    let fits = |measured: usize, nominal: f64| {
        (measured as f64 / narrow - nominal).abs() <= WIDTH_TOLERANCE * nominal + 0.5 / narrow
    };
    let mut wide = [false; 4];
    for (flag, bar) in wide.iter_mut().zip(four) {
        let measured = bar.1 - bar.0;
        *flag = measured as f64 >= WIDE_FROM * narrow;
        if !fits(measured, if *flag { 2.5 } else { 1.0 }) {
            return None;
        }
    }
    let gaps_fit = four.windows(2).all(|pair| fits(pair[1].0 - pair[0].1, 1.0));
    (gaps_fit && wide.iter().filter(|w| **w).count() == 2).then_some((wide, narrow))
}

fn code(mut wide: [bool; 4], backwards: bool) -> Option<char> {
    if backwards {
        wide.reverse();
    }
    CODES
        .iter()
        .find(|(bars, _)| *bars == wide)
        .map(|(_, name)| *name)
}

/// The code of the longest stack of neighbouring lines that agree, if the bars are long enough.
fn longest(hits: &[Hit]) -> Option<char> {
    let mut stacks: Vec<(Hit, Hit, usize)> = Vec::new();
    for hit in hits {
        let near = stacks.iter_mut().find(|(_, last, _)| {
            last.code == hit.code
                && hit.line - last.line <= 3
                && last.start.abs_diff(hit.start) <= hit.width / 8
        });
        match near {
            Some((_, last, count)) => {
                *last = *hit;
                *count += 1;
            }
            None => stacks.push((*hit, *hit, 1)),
        }
    }
    let best = stacks.into_iter().max_by_key(|(_, _, count)| *count)?;
    let (first, last, count) = best;
    let length = last.line - first.line + 1;
    let long = length as f64 >= LEAST_LENGTH * first.width as f64;
    (long && 10 * count >= 7 * length).then_some(first.code)
}
