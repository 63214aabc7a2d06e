//! A field's own small correction: paper bends, curls and is fed unevenly.

use super::{Registered, edges, mask};
use crate::form::Blank;
use crate::geom::{Mm, Px, Rect, Transform};
use crate::normalize::outline::{Outline, outlines};
use crate::raster::Pattern;

/// Largest correction, mm.
const MOST: f64 = 1.5;
/// Print round the field that takes part, mm.
const MARGIN: f64 = 4.0;
/// Resolution of the correlation, px a mm.
const SCALE: f64 = 4.0;
/// A weaker match corrects nothing.
const LEAST_SCORE: f64 = 0.55;
/// Edges must agree to this, mm.
const AGREE: f64 = 0.35;

/// The page's transform corrected round `area`, and how far that moved it in mm; 0 when nothing
/// printed there could be found again.
pub(super) fn refined(page: &Registered<'_>, area: Rect<Mm>) -> (Transform<Mm, Px>, f64) {
    let by_blank = page
        .side
        .blank
        .as_ref()
        .and_then(|blank| by_blank(page, blank, area));
    let Some((dx, dy)) = by_blank.or_else(|| by_outlines(page, area)) else {
        return (page.to_px, 0.0);
    };
    let shift = Transform::<Mm, Mm>::affine(1.0, 0.0, dx, 0.0, 1.0, dy);
    (shift.then(&page.to_px), dx.hypot(dy))
}

fn by_blank(page: &Registered<'_>, blank: &Blank, area: Rect<Mm>) -> Option<(f64, f64)> {
    let wide = area.inflate(MARGIN);
    let whole = Rect::new(0.0, 0.0, page.side.size.w, page.side.size.h);
    let wide = wide.intersection(whole)?;
    let hidden = mask::answers(page.side);
    let picture = mask::cut_blank(blank, wide, SCALE);
    let open = mask::open(&hidden, wide, SCALE, picture.dimensions());
    let pattern = Pattern::new(&picture, open)?;
    let range = (MOST * SCALE) as i64;
    let cut = page.cut(wide.inflate((range + 1) as f64 / SCALE), SCALE);
    let peak = pattern.search(&cut.gray, (range + 1, range + 1), range)?;
    // At the edge of the search, or alike somewhere else (a grid of equal boxes): not proved.
    let limit = range as f64 - 0.5;
    let proved = peak.score > LEAST_SCORE
        && peak.dx.abs() < limit
        && peak.dy.abs() < limit
        && peak.score - peak.runner_up > 0.03;
    proved.then_some((peak.dx / SCALE, peak.dy / SCALE))
}

fn by_outlines(page: &Registered<'_>, area: Rect<Mm>) -> Option<(f64, f64)> {
    let near: Vec<Outline> = page
        .side
        .fields
        .iter()
        .flat_map(outlines)
        .filter(|o| o.area.intersection(area).is_some())
        .take(24)
        .collect();
    let (mut across, mut down) = (Vec::new(), Vec::new());
    for outline in &near {
        let found = edges::find(page, outline, MOST);
        across.extend(pair(found.left, found.right));
        down.extend(pair(found.top, found.bottom));
    }
    match (agreed(&mut across), agreed(&mut down)) {
        (Some(dx), Some(dy)) => Some((dx, dy)),
        (Some(dx), None) => Some((dx, 0.0)),
        (None, Some(dy)) => Some((0.0, dy)),
        (None, None) => None,
    }
}

/// The middle of two opposite edges: line widths cancel.
fn pair(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let (a, b) = (a?, b?);
    ((a - b).abs() < 2.0 * AGREE).then_some(f64::midpoint(a, b))
}

/// The median, when two thirds of the values lie near it.
fn agreed(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = *values.get(values.len() / 2)?;
    let near = values
        .iter()
        .filter(|v| (**v - middle).abs() <= AGREE)
        .count();
    (3 * near >= 2 * values.len()).then_some(middle)
}
