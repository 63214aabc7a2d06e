//! Does the page's print agree with the form? A check that does not use the anchors.
//!
//! With a blank picture: tiles of it that hold print are correlated with the page, answers masked
//! out, one pixel of play each way. Without: the outlines that the form's text names must stand
//! where it says. A form upside down or another form fits its four corner squares as well as the
//! right one does; it does not pass this.

use super::{Registered, edges, prepared};
use crate::form::{Blank, Field, Side, Zone};
use crate::geom::{Mm, Rect};
use crate::normalize::outline::{Outline, outlines};
use crate::raster::Pattern;

/// Tiles of the blank: side in mm and resolution in px a mm.
const TILE: f64 = 10.0;
const SCALE: f64 = 3.0;
/// Tiles and outlines looked at, at most.
const MOST_TILES: usize = 60;
const MOST_OUTLINES: usize = 48;
/// Fewer tiles prove nothing.
const LEAST_TILES: usize = 3;
/// An outline's edge counts within this distance, mm.
const NEAR: f64 = 0.6;
/// Fewer edges than this prove nothing.
const LEAST_EDGES: usize = 6;
/// Boxes of which no edge is seen, as a share of all, and edges of the others, from which on the
/// page is another form. Of 152 registrations of real pages, of photos and of pale copies of them under their
/// own form three lack boxes, of one sheet each time: 0.11 to 0.21, where 0.48 to 0.75 of the other boxes' edges
/// are seen. 69 under a sister's form lack 0.15 to 0.25, where 0.84 to 0.92 are seen.
const MOST_AWAY: f64 = 0.1;
const CLEAR: f64 = 0.8;
/// Share of a box's side that is left out at each edge where its inside is looked at.
const RIM: f64 = 0.2;

/// Resolution in px a mm, margin in mm, and share of the way from paper to ink from which on a
/// pixel is ink, where the marks themselves are looked at.
const WRITING_SCALE: f64 = 4.0;
const AROUND: f64 = 5.0;
const INK: f64 = 0.4;
/// Fewer inked pixels than this prove nothing: one tick holds about 60.
const LEAST_INK: usize = 200;

/// The score of a page with nothing to check.
pub const NOTHING_TO_CHECK: f64 = 0.5;

/// How well the page's print agrees with the form, 0 to 1: the mean correlation of printed tiles,
/// or the share of box edges that are there; [`NOTHING_TO_CHECK`] when the form shows neither.
pub fn layout_score(page: &Registered<'_>) -> f64 {
    let by_blank = prepared::of(page.side, page.local.print()).and_then(|p| tiles(page, &p.tiles));
    by_blank
        .or_else(|| outlines_seen(page))
        .or_else(|| writing(page))
        .unwrap_or(NOTHING_TO_CHECK)
}

/// Whether the score is about print, not only about what people wrote.
pub(super) fn is_shown(page: &Registered<'_>) -> bool {
    let by_blank = prepared::of(page.side, page.local.print()).and_then(|p| tiles(page, &p.tiles));
    by_blank.or_else(|| outlines_seen(page)).is_some()
}

/// Where nothing is printed that a scan shows (drop-out colours), people's own marks tell: they
/// stand in the boxes. From 0.3 (none does) to 0.7 (all do), so that it never outweighs print;
/// `None` without enough ink. A turned page of 36 rows of boxes with gaps of a third: 0.52 against
/// 0.66 upright.
fn writing(page: &Registered<'_>) -> Option<f64> {
    let zones: Vec<Rect<Mm>> = page.side.fields.iter().flat_map(boxes).collect();
    let area = zones.iter().copied().reduce(Rect::union)?.inflate(AROUND);
    let cut = page.cut(area, WRITING_SCALE);
    let levels = page.levels;
    let dark = levels.paper - INK * (levels.paper - levels.ink);
    let mut inside = vec![false; (cut.gray.width() * cut.gray.height()) as usize];
    for zone in &zones {
        let px = |mm: f64| (mm * WRITING_SCALE).round().max(0.0) as u32;
        for y in px(zone.y - area.y)..px(zone.bottom() - area.y).min(cut.gray.height()) {
            for x in px(zone.x - area.x)..px(zone.right() - area.x).min(cut.gray.width()) {
                inside[(y * cut.gray.width() + x) as usize] = true;
            }
        }
    }
    let ink = cut
        .gray
        .pixels()
        .zip(&inside)
        .filter(|(p, _)| f64::from(p[0]) < dark);
    let (mut within, mut all) = (0usize, 0usize);
    for (_, is_inside) in ink {
        all += 1;
        within += usize::from(*is_inside);
    }
    (all >= LEAST_INK).then(|| 0.3 + 0.4 * within as f64 / all as f64)
}

/// The boxes of a marked question or a bubble grid.
fn boxes(field: &Field) -> Vec<Rect<Mm>> {
    match &field.zone {
        Zone::Marks(zone) => zone.options.iter().filter_map(|o| o.boxed).collect(),
        Zone::Grid(zone) => zone.columns.iter().flatten().copied().collect(),
        _ => Vec::new(),
    }
}

/// Tiles of the blank that hold print, at most [`MOST_TILES`].
pub(super) fn printed_tiles(
    side: &Side,
    blank: &Blank,
    hidden: &[Rect<Mm>],
) -> Vec<(Rect<Mm>, Pattern)> {
    let size = side.size;
    let (nx, ny) = (
        (size.w / TILE).floor().max(1.0),
        (size.h / TILE).floor().max(1.0),
    );
    // A large side offers far more tiles than are looked at: a checkerboard of them will do.
    let coarse = ((nx * ny) as usize).div_ceil(3 * MOST_TILES) as u32;
    let mut printed = Vec::new();
    for j in 0..ny as u32 {
        for i in (0..nx as u32).filter(|i| (i + j) % coarse == 0) {
            let area = Rect::new(
                f64::from(i) * size.w / nx,
                f64::from(j) * size.h / ny,
                TILE,
                TILE,
            );
            let print = prepared::pattern(blank, area, SCALE, hidden);
            printed.extend(print.map(|p| (area, p)));
        }
    }
    if printed.len() < LEAST_TILES {
        return Vec::new();
    }
    let step = printed.len().div_ceil(MOST_TILES);
    printed.into_iter().step_by(step).collect()
}

fn tiles(page: &Registered<'_>, printed: &[(Rect<Mm>, Pattern)]) -> Option<f64> {
    let mut scores: Vec<f64> = Vec::new();
    for (area, pattern) in printed {
        let cut = page.cut(area.inflate(1.0 / SCALE), SCALE);
        if cut.inside > 0.8 {
            scores.push(
                pattern
                    .search(&cut.gray, (1, 1), 1)
                    .map_or(0.0, |p| p.score.max(0.0)),
            );
        }
    }
    if scores.len() < LEAST_TILES {
        return None;
    }
    // Writing, stamps and a lost corner spoil tiles: the middle half and the best quarter count.
    scores.sort_by(f64::total_cmp);
    let kept = &scores[scores.len() / 4..];
    Some(kept.iter().sum::<f64>() / kept.len() as f64)
}

/// Share of box edges that are where the form says; `None` when too few are expected.
pub(super) fn outlines_seen(page: &Registered<'_>) -> Option<f64> {
    share_near(sampled(page, None))
}

/// The same of all fields but one.
pub(super) fn outlines_seen_beside(page: &Registered<'_>, field: usize) -> Option<f64> {
    share_near(sampled(page, Some(field)))
}

fn share_near(all: impl Iterator<Item = (Outline, edges::Found)>) -> Option<f64> {
    let (mut near, mut expected) = (0, 0);
    for (_, found) in all {
        near += found.near(NEAR);
        expected += found.expected;
    }
    (expected >= LEAST_EDGES).then(|| near as f64 / expected as f64)
}

/// At most [`MOST_OUTLINES`] boxes, evenly over the side's fields, one left out, and the edges found of each.
fn sampled(
    page: &Registered<'_>,
    left_out: Option<usize>,
) -> impl Iterator<Item = (Outline, edges::Found)> {
    let fields = page.side.fields.iter().enumerate();
    let kept = fields.filter(|(i, _)| Some(*i) != left_out);
    let all: Vec<Outline> = kept.flat_map(|(_, f)| outlines(f)).collect();
    let step = all.len().div_ceil(MOST_OUTLINES).max(1);
    let every = all.into_iter().step_by(step);
    every.map(move |outline| (outline, edges::find(page, &outline, edges::REACH)))
}

/// Whether the page prints some of the form's boxes plainly and lacks others altogether: another
/// sheet of the same family, laid by the corner marks that the family shares. A faint, faxed or
/// slanted page lacks edges here and there, of the boxes that it shows too. A box that someone filled
/// shows no edges, and is not lacking.
pub fn lacks_boxes(page: &Registered<'_>) -> bool {
    let boxes = sampled(page, None).filter(|(_, f)| f.expected > 0);
    let (shown, away): (Vec<_>, Vec<_>) = boxes.partition(|(_, f)| f.near(NEAR) > 0);
    let away = away
        .iter()
        .filter(|(o, _)| !is_filled(page, o.area))
        .count();
    let near: usize = shown.iter().map(|(_, f)| f.near(NEAR)).sum();
    let expected: usize = shown.iter().map(|(_, f)| f.expected).sum();
    let share = away as f64 / (away + shown.len()).max(1) as f64;
    share > MOST_AWAY && near as f64 >= CLEAR * expected as f64
}

/// Whether most of a box's inside is ink.
fn is_filled(page: &Registered<'_>, area: Rect<Mm>) -> bool {
    let inside = area.inflate(-RIM * area.w.min(area.h));
    let cut = page.cut(inside, WRITING_SCALE);
    let middle = f64::midpoint(page.levels.paper, page.levels.ink);
    let dark = cut.gray.pixels().filter(|p| f64::from(p[0]) < middle);
    2 * dark.count() >= cut.gray.pixels().len()
}
