//! What most pages show, pixel by pixel.
//!
//! Every page's darkness (0 paper to 1 print, by its own levels) is sampled on the side's grid. A
//! pixel is as dark as a low quantile of the pages: print is dark on nearly all of them, writing
//! on few. Inside and round answers the quantile is lower: most people may tick the same box.

use std::sync::Arc;

use image::GrayImage;

use super::many::{Watch, each};
use crate::form::{Blank, Side};
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::sample_gray;

/// Pages, as a share, that may be paler than the picture: print that a few pages lost to light,
/// dirt or one bit a pixel stays.
const PRINT: f64 = 0.4;
/// The same round answers.
const ANSWERS: f64 = 0.15;
/// Ticks and circles leave their boxes and words by so much, mm.
const AROUND: f64 = 4.0;
/// Darkness that is paper's grain, and from which on it is print.
const GRAIN: (f64, f64) = (0.06, 0.14);
/// Rows that are worked on at a time.
const STRIP: u32 = 64;

/// A page and where it lies.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) page: &'a Upright<'a>,
    pub(super) to_px: Transform<Mm, Px>,
}

/// For what a picture is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// To register pages: answers do not take part.
    Print,
    /// To be kept: no answer may show.
    Blank,
}

/// The shared picture at about `px_per_mm`.
pub(super) fn picture(
    placed: &[Placed<'_>],
    side: &Side,
    (px_per_mm, pick): (f64, Pick),
    jobs: usize,
) -> Blank {
    let w = (side.size.w * px_per_mm).round().max(1.0) as u32;
    let px_per_mm = f64::from(w) / side.size.w;
    let h = (side.size.h * px_per_mm).round().max(1.0) as u32;
    let answers = match pick {
        Pick::Print => Vec::new(),
        Pick::Blank => answers(side),
    };
    let strips: Vec<u32> = (0..h).step_by(STRIP as usize).collect();
    let watch = Watch { jobs, tick: &|| () };
    let rows = each(&strips, watch, |top| {
        let rows = STRIP.min(h - top);
        let area = Rect::new(
            0.0,
            f64::from(*top) / px_per_mm,
            f64::from(w) / px_per_mm,
            f64::from(rows) / px_per_mm,
        );
        strip(placed, area, px_per_mm, &answers)
    });
    let gray = GrayImage::from_raw(w, h, rows.concat()).unwrap_or_else(|| GrayImage::new(w, h));
    Blank {
        px_per_mm,
        gray: Arc::new(gray),
    }
}

/// Grey levels of one strip.
fn strip(placed: &[Placed<'_>], area: Rect<Mm>, px_per_mm: f64, answers: &[Rect<Mm>]) -> Vec<u8> {
    let cuts: Vec<GrayImage> = placed
        .iter()
        .map(|p| sample_gray(&p.page.scan.picture.gray, &p.to_px, area, px_per_mm).0)
        .collect();
    let tables: Vec<[u8; 256]> = placed.iter().map(|p| darkness(p.page)).collect();
    let near: Vec<&Rect<Mm>> = answers
        .iter()
        .filter(|r| r.intersection(area).is_some())
        .collect();
    let (width, count) = (cuts[0].width(), placed.len());
    let at = |share: f64| ((share * count as f64) as usize).min(count - 1);
    let mut values = vec![0u8; count];
    let mut out = Vec::with_capacity(cuts[0].len());
    for i in 0..cuts[0].len() {
        for ((v, cut), table) in values.iter_mut().zip(&cuts).zip(&tables) {
            *v = table[usize::from(cut.as_raw()[i])];
        }
        let (x, y) = (i as u32 % width, i as u32 / width);
        let place = Point::new(
            area.x + (f64::from(x) + 0.5) / px_per_mm,
            area.y + (f64::from(y) + 0.5) / px_per_mm,
        );
        let answered = near.iter().any(|r| r.contains(place));
        let rank = at(if answered { ANSWERS } else { PRINT });
        out.push(255 - *values.select_nth_unstable(rank).1);
    }
    out
}

/// Grey level to darkness, 0 to 255, without the paper's grain.
fn darkness(page: &Upright<'_>) -> [u8; 256] {
    let mut table = [0u8; 256];
    for (v, dark) in table.iter_mut().enumerate() {
        let share = page.levels.darkness(v as f64).clamp(0.0, 1.0);
        let (none, all) = GRAIN;
        let kept = ((share - none) / (all - none)).clamp(0.0, 1.0);
        *dark = (255.0 * share * kept).round() as u8;
    }
    table
}

fn answers(side: &Side) -> Vec<Rect<Mm>> {
    let zones = side.fields.iter().filter_map(|f| f.zone.area());
    let keys = side.key.iter().filter_map(|k| k.zone);
    zones.chain(keys).map(|r| r.inflate(AROUND)).collect()
}

/// Share of the side that four fifths of the pages cover.
pub(super) fn coverage(placed: &[Placed<'_>], side: &Side) -> f64 {
    let (nx, ny) = (40, 40);
    let mut covered = 0;
    for i in 0..nx * ny {
        let at = Point::new(
            (f64::from(i % nx) + 0.5) * side.size.w / f64::from(nx),
            (f64::from(i / nx) + 0.5) * side.size.h / f64::from(ny),
        );
        let on = placed.iter().filter(|p| {
            let gray = &p.page.scan.picture.gray;
            let (w, h) = (f64::from(gray.width()), f64::from(gray.height()));
            Rect::new(0.0, 0.0, w, h).contains(p.to_px.apply(at))
        });
        covered += u32::from(5 * on.count() >= 4 * placed.len());
    }
    f64::from(covered) / f64::from(nx * ny)
}
