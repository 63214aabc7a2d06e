//! Where people write: not to be trusted as print.

use image::GrayImage;

use crate::form::{Blank, Side, Zone};
use crate::geom::{Mm, Rect, Transform};
use crate::normalize::outline::outlines;
use crate::raster::sample_gray;

/// Ink of an outline reaches this far into its box, mm.
const OUTLINE: f64 = 0.4;
/// And this far out of it.
const LINE: f64 = 0.5;

/// Areas of `side` that hold answers, without their printed outlines.
pub(crate) fn answers(side: &Side) -> Vec<Rect<Mm>> {
    let mut out = Vec::new();
    let inner = |r: Rect<Mm>| r.inflate(-OUTLINE.min(0.2 * r.w.min(r.h)));
    for field in &side.fields {
        match &field.zone {
            Zone::Marks(z) => out.extend(z.options.iter().filter_map(|o| o.boxed).map(inner)),
            Zone::Grid(z) => out.extend(z.columns.iter().flatten().copied().map(inner)),
            Zone::Comb(z) => out.extend(z.cells.iter().copied().map(inner)),
            Zone::Rank(z) => out.extend(z.options.iter().map(|o| inner(o.cell))),
            Zone::Line(z) => out.push(inner(z.area)),
            Zone::Barcode(z) => out.push(z.zone),
            Zone::Ink(z) => out.push(inner(z.area)),
            Zone::Picture(r) => out.push(inner(*r)),
        }
    }
    out.extend(side.key.iter().filter_map(|k| k.zone));
    out
}

/// The printed outlines of `side`, with the ink of their lines: a scanner may drop their color.
pub(super) fn frames(side: &Side) -> Vec<Rect<Mm>> {
    let all = side.fields.iter().flat_map(outlines);
    all.map(|o| o.area.inflate(LINE)).collect()
}

/// The pixels of a cut-out of `area` that lie in none of `areas`, row by row.
pub(crate) fn open(
    areas: &[Rect<Mm>],
    area: Rect<Mm>,
    px_per_mm: f64,
    (w, h): (u32, u32),
) -> impl Fn(u32, u32) -> bool + use<> {
    let mut free = vec![true; (w * h) as usize];
    // First pixel whose centre lies past a paper coordinate.
    let past = |mm: f64, from: f64, most: u32| {
        ((mm - from) * px_per_mm - 0.5)
            .ceil()
            .clamp(0.0, f64::from(most)) as usize
    };
    for r in areas.iter().filter(|r| r.intersection(area).is_some()) {
        let (x0, x1) = (past(r.x, area.x, w), past(r.right(), area.x, w));
        for y in past(r.y, area.y, h)..past(r.bottom(), area.y, h) {
            free[y * w as usize + x0..y * w as usize + x1].fill(false);
        }
    }
    move |x, y| free[(y * w + x) as usize]
}

/// A rectangle of the blank picture.
pub(crate) fn cut_blank(blank: &Blank, area: Rect<Mm>, px_per_mm: f64) -> GrayImage {
    let k = blank.px_per_mm;
    let to_blank = Transform::affine(k, 0.0, -0.5, 0.0, k, -0.5);
    sample_gray(&blank.gray, &to_blank, area, px_per_mm).0
}
