//! What the picture says of itself before any form is known. Measured, not resampled.
//!
//! The page is averaged down to about 150 dpi once; paper, levels, ink and skew are measured
//! there, and later stages look for anchors in the same small picture. Cannot fail: a page that
//! shows nothing keeps the whole picture as paper and a skew of 0.

pub mod border;
mod grid;
pub mod layout;
pub mod outline;
mod paper;
mod skew;

use crate::geom::{Point, Px, Rect};
use crate::raster::{Components, Ink, Reduced, histogram, otsu, quantile};
use crate::scan::Scan;

use border::Border;
use layout::LeveledPages;

/// Ink is darker than this share of its neighbourhood's mean: pencil at 15 % contrast is seen,
/// paper grain (2-3 % after averaging) is not.
const INK_SHARE: f64 = 0.85;
/// The small picture's resolution lies between this and twice this, in dpi.
const REDUCED_DPI: f64 = 140.0;
/// The border is measured in a picture of at least so many pixels.
const BORDER_SIDE: u32 = 400;
/// Without a resolution: the small picture's longer side is at least this many pixels.
const REDUCED_SIDE: u32 = 1300;

/// A page with its measured geometry. `skew_cw_degrees` is how far the content is turned clockwise
/// against the nearest quarter turn, -45 to 45; levelling means turning it back.
#[derive(Clone, Debug)]
pub struct Upright<'a> {
    pub scan: &'a Scan,
    /// The paper without the scanner's backing; the whole picture when no edge is seen.
    pub paper: Rect<Px>,
    /// The paper's four sides, where they are seen on something darker.
    pub border: Option<Border>,
    pub skew_cw_degrees: f64,
    pub levels: Levels,
    /// Share of the paper covered with ink, 0 to 1.
    pub ink_share: f64,
    /// The page at about 150 dpi.
    pub reduced: Reduced,
    /// The page at about 50 dpi.
    pub tiny: Reduced,
    /// Connected ink of `reduced`, and which of it is the scanner's backing.
    pub found: Components,
    pub backing: Vec<bool>,
    pub leveled: LeveledPages,
}

/// Grey levels of this page, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Typical bare paper.
    pub paper: f64,
    /// Typical print or dark ink.
    pub ink: f64,
}

impl Levels {
    /// How dark a grey level is: 0 bare paper, 1 print.
    pub fn darkness(&self, gray: f64) -> f64 {
        (self.paper - gray) / (self.paper - self.ink).max(1.0)
    }
}

/// Measures paper, levels, skew and ink of a scan.
pub fn normalize(scan: &Scan) -> Upright<'_> {
    let reduced = Reduced::new(&scan.picture.gray, reduction(scan));
    let gray = &reduced.gray;
    let counts = histogram(gray, 2);
    let dark = otsu(&counts);
    let black = f64::from(dark).min(0.5 * median(&counts, dark, 255)) as u8;
    // A neighbourhood of about 5 mm: wider than any stroke, narrower than a shadow.
    let radius = (gray.width().min(gray.height()) / 40).clamp(4, 32);
    let ink = Ink::local(gray, radius, INK_SHARE, black);
    let found = Components::find(&ink);
    let mut backing = paper::backing(&found, &ink);
    let tiny = Reduced {
        gray: crate::raster::box_reduce(gray, 3),
        factor: 3 * reduced.factor,
    };
    let large = tiny.gray.width().max(tiny.gray.height()) >= BORDER_SIDE;
    let border = border::find(scan, if large { &tiny } else { &reduced });
    let small_paper = match border {
        // Nothing else says how large the paper is.
        Some(border) if scan.resolution.is_none() => border.bounds_in(&reduced),
        _ => paper::rectangle(&found, &backing, &ink),
    };
    if let Some(border) = border {
        border.part(&reduced, &found, &mut backing);
    }
    let levels = levels((gray, &reduced), &ink, (&found, &backing), border);
    let aspect = scan.resolution.map_or(1.0, |r| r.x.get() / r.y.get());
    let edges = skew::Edges::collect(gray, &ink, &found, &backing, levels);
    let k = f64::from(reduced.factor);
    Upright {
        scan,
        paper: Rect::new(
            k * small_paper.x,
            k * small_paper.y,
            k * small_paper.w,
            k * small_paper.h,
        ),
        border,
        skew_cw_degrees: edges.stretched(aspect).skew_cw_degrees(),
        levels,
        ink_share: paper::ink_area(&found, &backing) / small_paper.area().max(1.0),
        reduced,
        tiny,
        found,
        backing,
        leveled: LeveledPages::default(),
    }
}

/// Whole factor that brings the page to about 150 dpi.
fn reduction(scan: &Scan) -> u32 {
    let by_size = scan.width().max(scan.height()) / REDUCED_SIDE;
    let factor = match scan.resolution {
        Some(r) => (r.x.get().min(r.y.get()) / REDUCED_DPI) as u32,
        None => by_size,
    };
    // A wrong tag must not shrink a page to nothing, nor leave a giant.
    factor.clamp(1, 12).min(2 * by_size.max(1)).max(by_size / 3)
}

/// Median level among `[from, to]`.
fn median(counts: &[u32; 256], from: u8, to: u8) -> f64 {
    quantile(counts, (from, to), 0.5)
}

fn levels(
    (gray, reduced): (&image::GrayImage, &Reduced),
    ink: &Ink,
    (found, backing): (&Components, &[bool]),
    border: Option<Border>,
) -> Levels {
    let (mut dark, mut bare) = ([0u32; 256], [0u32; 256]);
    let width = ink.width;
    for run in found.runs.iter().filter(|r| !backing[r.owner as usize]) {
        let row = run.y as usize * width;
        for &v in &gray.as_raw()[row + run.x0 as usize..row + run.x1 as usize] {
            dark[usize::from(v)] += 1;
        }
    }
    let on_paper = |i: usize| {
        let at = Point::new((i % width) as f64, (i / width) as f64);
        border.is_none_or(|b| b.contains(reduced.grow(at)))
    };
    let pixels = gray.as_raw().iter().zip(&ink.dark).enumerate().step_by(7);
    for (_, (&v, _)) in pixels.filter(|(i, (_, d))| **d == 0 && on_paper(*i)) {
        bare[usize::from(v)] += 1;
    }
    let seen: u32 = dark.iter().sum();
    let paper = if bare.iter().sum::<u32>() == 0 {
        255.0
    } else {
        median(&bare, 0, 255)
    };
    // The dark quarter: thin strokes are diluted by their edges.
    let print = if seen < 50 {
        0.25 * paper
    } else {
        quantile(&dark, (0, 255), 0.25)
    };
    Levels {
        paper,
        ink: print.min(paper - 20.0).max(0.0),
    }
}

#[cfg(test)]
mod tests;
