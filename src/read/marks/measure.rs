//! Ink of one option as numbers.

use std::collections::HashSet;

use image::RgbImage;

use crate::read::MarkMeasures;

use super::expect::quantile;
use super::field::{FieldInk, RIM};
use super::plane::{PX_PER_MM, PxRect};
use super::shape::{self, Pixels};
use super::slot::RING;
use super::stroke::{INK, Stroke};

/// Darkness of empty boxes of a page varies at least this much (grain, print): the floor keeps one
/// very clean page from calling its own dust an answer.
const LEAST_SPREAD: f64 = 0.008;

/// From how many options the page's own spread is believed.
const SPREAD_FROM: usize = 12;
const DEFAULT_SPREAD: f64 = 0.015;

/// Added darkness inside a box that is surely a mark, whatever the page: a 0.4 mm pen stroke
/// through a 4 mm box adds 0.09 to 0.12.
const CLEAR: f64 = 0.06;

/// Less than this share of the page's darkest marks is tint or dirt rather than a clear mark.
const TINTED: f64 = 0.3;

/// A mark's ink lies this near to its box or word, in mm.
const AT: f64 = 2.0;

/// What a clear mark adds on a page that has none to compare with.
const DEFAULT_LEVEL: f64 = 0.22;

/// Directions of a stroke through the box, measured on its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Form {
    /// Both diagonals are drawn: a cross.
    pub(super) crossed: bool,
    /// A flat line runs through box or word from side to side.
    pub(super) struck: bool,
}

/// The page's own scale of marks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PageScale {
    /// Spread of the empty boxes' added darkness.
    pub(super) spread: f64,
    /// What a clear mark of this page adds inside a box.
    pub(super) level: f64,
}

impl PageScale {
    /// From the added darkness of every option of the page.
    pub(super) fn of(added: &[f64]) -> Self {
        let spread = if added.len() < SPREAD_FROM {
            DEFAULT_SPREAD
        } else {
            spread_of(added)
        };
        let clear: Vec<f64> = added
            .iter()
            .copied()
            .filter(|e| *e > CLEAR.max(6.0 * spread))
            .collect();
        Self {
            spread,
            level: level_of(clear),
        }
    }
}

/// The middle of the clear marks, tinted boxes left out: those far below the darkest marks.
fn level_of(clear: Vec<f64>) -> f64 {
    if clear.is_empty() {
        return DEFAULT_LEVEL;
    }
    let darkest = quantile(clear.clone(), 0.98);
    quantile(
        clear
            .into_iter()
            .filter(|e| *e >= TINTED * darkest)
            .collect(),
        0.5,
    )
}

/// Median distance from the median over the lower 70 %, as a standard deviation.
fn spread_of(added: &[f64]) -> f64 {
    let limit = quantile(added.to_vec(), 0.7);
    let low: Vec<f64> = added.iter().copied().filter(|e| *e <= limit).collect();
    let middle = quantile(low.clone(), 0.5);
    let spread = 1.4826 * quantile(low.iter().map(|e| (e - middle).abs()).collect(), 0.5);
    spread.clamp(LEAST_SPREAD, 0.04)
}

/// Measures of slot `i`, before its neighbours are looked at.
pub(super) fn measure(
    ink: &FieldInk,
    strokes: &[Stroke],
    i: usize,
    scale: PageScale,
) -> (MarkMeasures, Form) {
    let (frame, word) = (ink.frames[i], ink.words[i]);
    let both = frame.union(word);
    let ring = both.grown((3.0 * PX_PER_MM) as usize);
    let mine: Vec<&Stroke> = strokes.iter().filter(|s| s.owners.contains(&i)).collect();
    let all: Vec<&Stroke> = strokes.iter().collect();
    let (own_px, all_px) = (count(&mine, frame), count(&all, frame));
    let own = if all_px == 0 {
        1.0
    } else {
        own_px as f64 / all_px as f64
    };
    let darkness = ink.inside(i);
    let added = ink.added_inside(i) * own;
    let ring_area = (ring.area() - both.area()).max(1);
    let in_ring = |s: &[&Stroke]| (count(s, ring) - count(s, both)) as f64 / ring_area as f64;
    let share = |s: &[&Stroke], r: PxRect| count(s, r) as f64 / r.area() as f64;
    let mut measures = MarkMeasures {
        known: !ink.hidden.is_empty(),
        box_share: share(&mine, frame),
        word_share: share(&mine, word),
        ring_share: in_ring(&mine),
        box_all: share(&all, frame),
        word_all: share(&all, word),
        ring_all: in_ring(&all),
        faint: faint(ink, ring),
        own,
        darkness,
        excess: added / scale.spread,
        relative: added / scale.level,
        beside: ink.tint_beside(i) / scale.level,
        enclosure: mine.iter().map(|s| s.round).fold(0.0, f64::max),
        strokes: mine.len() as u32,
        contrast: contrast(ink, &mine, frame.shrunk(RIM).union(word)),
        missing: ink.missing(both.grown(PX_PER_MM as usize)),
        weight: ink.weights[i],
        ..MarkMeasures::default()
    };
    if measures.known {
        measures.peak = peak(ink, strokes, i);
    }
    spans(&mut measures, &mine, frame);
    if measures.known {
        shapes(&mut measures, (ink, strokes), i);
    }
    let form = Form {
        crossed: crossed(&mine, frame),
        struck: struck(&mine, frame, word),
    };
    (measures, form)
}

/// What the ink looks like; only where all print round the option is known.
fn shapes(m: &mut MarkMeasures, (ink, strokes): (&FieldInk, &[Stroke]), i: usize) {
    let (frame, word) = (ink.frames[i], ink.words[i]);
    let both = frame.union(word);
    let near = both
        .grown((RING * PX_PER_MM) as usize)
        .clipped(ink.added.w, ink.added.h);
    // A piece of a broken circle touches nothing and belongs to nobody: it may be this option's.
    let may_be = |s: &&Stroke| s.owners.is_empty() || s.owners.contains(&i);
    let mine: Pixels = pixels(strokes.iter().filter(|s| s.owners.contains(&i)));
    let shared: Pixels = pixels(strokes.iter().filter(may_be));
    let at_box = frame.grown((1.5 * PX_PER_MM) as usize);
    let here: Pixels = within(&mine, at_box);
    let outline = shape::outline(&shared, frame);
    (m.box_round, m.box_inside) = (outline.round, outline.inside);
    let outline = shape::outline(&shared, word);
    (m.word_round, m.word_inside) = (outline.round, outline.inside);
    (m.box_line, m.box_line_two) = shape::lines(&within(&shared, frame), frame);
    (m.word_line, m.word_line_two) = shape::lines(&within(&shared, word), word);
    let cross = shape::cross(&here, (frame.x1 - frame.x0).min(frame.y1 - frame.y0));
    (m.cross_both, m.cross_on, m.cross_free) = (cross.both, cross.on, cross.free);
    m.holes = shape::holes(&here, at_box);
    m.thickness = shape::thickness(&mine, near);
    m.unevenness = unevenness(ink, &within(&mine, frame));
    let outside = mine.iter().filter(|(x, y)| !near.contains(*x, *y)).count();
    m.far = outside as f64 / mine.len().max(1) as f64;
    let own = strokes.iter().filter(|s| s.owners.contains(&i));
    if let Some(largest) = own.max_by_key(|s| s.pixels.len()) {
        let b = largest.bounds;
        m.extent = (b.x1 - b.x0).max(b.y1 - b.y0) as f64 / PX_PER_MM;
        let (x, y) = largest.vertex;
        m.turns_here = frame.grown(PX_PER_MM as usize).contains(x, y);
    }
    if let Some(color) = &ink.color {
        m.colored = true;
        let hue = hue(color, &within(&mine, near));
        (m.red, m.saturation, m.red_share) = (hue.red, hue.saturation, hue.red_share);
    }
}

/// Added darkness from which a smoothed pixel is more than the scanner's noise (0.01 to 0.03 of the
/// way to ink), and less than ink.
const FAINT: std::ops::Range<f32> = 0.07..INK;

/// Share of faint pixels in `r`.
fn faint(ink: &FieldInk, r: PxRect) -> f64 {
    let r = r.clipped(ink.added.w, ink.added.h);
    let row = |y: usize| &ink.added.v[y * ink.added.w + r.x0..y * ink.added.w + r.x1];
    let in_row = |y: usize| row(y).iter().filter(|v| FAINT.contains(v)).count();
    (r.y0..r.y1).map(in_row).sum::<usize>() as f64 / r.area().max(1) as f64
}

/// The darkest ink at slot `i` that is not another's: so dark at least are as many pixels as a stroke of
/// 0.3 x 1 mm has. What belongs to no slot here and comes in from outside the field's picture is another
/// question's mark, a stamp or a line.
fn peak(ink: &FieldInk, strokes: &[Stroke], i: usize) -> f64 {
    const STROKE: usize = 19;
    let (w, h) = (ink.added.w, ink.added.h);
    let at = ink.frames[i].union(ink.words[i]);
    let at = at.grown((AT * PX_PER_MM) as usize).clipped(w, h);
    let comes_in = |b: PxRect| b.x0 == 0 || b.y0 == 0 || b.x1 >= w || b.y1 >= h;
    let is_others = |s: &&Stroke| match s.owners[..] {
        [] => comes_in(s.bounds),
        _ => !s.owners.contains(&i),
    };
    let taken: Pixels = pixels(strokes.iter().filter(is_others));
    let taken: HashSet<(usize, usize)> = within(&taken, at).into_iter().collect();
    let free = |x: usize, y: usize| (!taken.contains(&(x, y))).then(|| ink.added.at(x, y));
    let mut all: Vec<f32> = (at.y0..at.y1)
        .flat_map(|y| (at.x0..at.x1).map(move |x| (x, y)))
        .filter_map(|(x, y)| free(x, y))
        .collect();
    if all.len() <= STROKE {
        return 0.0;
    }
    let (_, dark, _) = all.select_nth_unstable_by(STROKE, |a, b| b.total_cmp(a));
    f64::from(*dark)
}

/// Looks at the neighbours: the strongest other option, the fullest other outline, the boldest print.
pub(super) fn with_rivals(all: &mut [MarkMeasures]) {
    let weights: Vec<f64> = all.iter().map(|m| m.weight).collect();
    for (i, m) in all.iter_mut().enumerate() {
        let others = weights
            .iter()
            .enumerate()
            .filter(|(k, w)| *k != i && **w > 0.0);
        let usual = quantile(others.map(|(_, w)| *w).collect(), 0.5);
        if m.weight > 0.0 && usual > 0.0 {
            m.bold = m.weight / usual - 1.0;
        }
    }
    let round = |m: &MarkMeasures| m.enclosure.max(m.word_round);
    let own: Vec<(f64, f64)> = all.iter().map(|m| (m.relative, round(m))).collect();
    for (i, m) in all.iter_mut().enumerate() {
        let others = own.iter().enumerate().filter(|(k, _)| *k != i);
        for (_, (relative, round)) in others {
            m.rival = m.rival.max(*relative);
            m.rival_round = m.rival_round.max(*round);
        }
    }
}

fn count(strokes: &[&Stroke], r: PxRect) -> usize {
    strokes.iter().map(|s| s.count_in(r)).sum()
}

fn pixels<'s>(strokes: impl Iterator<Item = &'s Stroke>) -> Pixels {
    let all = strokes.flat_map(|s| &s.pixels);
    all.map(|(x, y)| (usize::from(*x), usize::from(*y)))
        .collect()
}

fn within(ink: &Pixels, r: PxRect) -> Pixels {
    ink.iter()
        .copied()
        .filter(|(x, y)| r.contains(*x, *y))
        .collect()
}

/// Standard deviation of the added darkness over its mean.
fn unevenness(ink: &FieldInk, at: &Pixels) -> f64 {
    let n = at.len().max(1) as f64;
    let value = |&(x, y): &(usize, usize)| f64::from(ink.added.at(x, y));
    let mean = at.iter().map(value).sum::<f64>() / n;
    let variance = at.iter().map(|p| (value(p) - mean).powi(2)).sum::<f64>() / n;
    variance.sqrt() / mean.max(0.05)
}

/// A pixel this much redder than green and blue is red ink, 0 to 1.
const RED_INK: f64 = 0.2;

#[derive(Default)]
struct Hue {
    /// Mean redness (red above the other two) and mean saturation, 0 to 1.
    red: f64,
    saturation: f64,
    /// Share of red pixels.
    red_share: f64,
}

fn hue(color: &RgbImage, at: &Pixels) -> Hue {
    let mut sum = Hue::default();
    for &(x, y) in at {
        let [r, g, b] = color.get_pixel(x as u32, y as u32).0.map(f64::from);
        let red = (r - g.max(b)).max(0.0) / 255.0;
        sum.red += red;
        sum.saturation += (r.max(g).max(b) - r.min(g).min(b)) / 255.0;
        sum.red_share += f64::from(u8::from(red >= RED_INK));
    }
    let n = at.len().max(1) as f64;
    Hue {
        red: sum.red / n,
        saturation: sum.saturation / n,
        red_share: sum.red_share / n,
    }
}

/// Extent of the ink in the box against the box's own, 0 to 1.
fn spans(m: &mut MarkMeasures, mine: &[&Stroke], frame: PxRect) {
    let inside = within(&pixels(mine.iter().copied()), frame);
    if let Some(f) = shape::bounds(&inside) {
        m.across = (f.x1 - f.x0) as f64 / (frame.x1 - frame.x0) as f64;
        m.down = (f.y1 - f.y0) as f64 / (frame.y1 - frame.y0) as f64;
        m.span = m.across.max(m.down).min(1.0);
    }
}

/// Darkness of the darker half of the option's own ink.
fn contrast(ink: &FieldInk, mine: &[&Stroke], within: PxRect) -> f64 {
    let values = mine.iter().flat_map(|s| &s.pixels);
    let values = values.map(|(x, y)| (usize::from(*x), usize::from(*y)));
    let values: Vec<f64> = values
        .filter(|(x, y)| within.contains(*x, *y))
        .map(|(x, y)| f64::from(ink.added.at(x, y)))
        .filter(|v| *v >= f64::from(INK))
        .collect();
    quantile(values, 0.75).min(1.0)
}

/// Whether ink follows both diagonals of its own bounds from end to end, thinly.
fn crossed(mine: &[&Stroke], frame: PxRect) -> bool {
    let near = frame.grown((1.5 * PX_PER_MM) as usize);
    let pixels: Vec<(f64, f64)> = mine
        .iter()
        .filter(|s| s.count_in(frame) > 0)
        .flat_map(|s| &s.pixels)
        .map(|(x, y)| (usize::from(*x), usize::from(*y)))
        .filter(|(x, y)| near.contains(*x, *y))
        .map(|(x, y)| (x as f64 + 0.5, y as f64 + 0.5))
        .collect();
    let bound = |f: fn(f64, f64) -> f64, v: &dyn Fn(&(f64, f64)) -> f64, from: f64| {
        pixels.iter().map(v).fold(from, f)
    };
    let (x0, x1) = (
        bound(f64::min, &|p| p.0, f64::MAX),
        bound(f64::max, &|p| p.0, f64::MIN),
    );
    let (y0, y1) = (
        bound(f64::min, &|p| p.1, f64::MAX),
        bound(f64::max, &|p| p.1, f64::MIN),
    );
    let (w, h) = (x1 - x0, y1 - y0);
    let least = 0.5 * (frame.x1 - frame.x0).min(frame.y1 - frame.y0) as f64;
    if pixels.is_empty() || w < least || h < least {
        return false;
    }
    // Five stations on each diagonal, and the middle of each side, which a cross leaves free.
    let (mut falling, mut rising, mut sides, mut on) =
        ([false; 5], [false; 5], [0usize; 4], 0usize);
    for (x, y) in &pixels {
        let (u, v) = (2.0 * (x - x0) / w - 1.0, 2.0 * (y - y0) / h - 1.0);
        let station = |t: f64| ((f64::midpoint(t, 1.0) * 5.0) as usize).min(4);
        if (u - v).abs() < 0.4 {
            falling[station(u)] = true;
            on += 1;
        } else if (u + v).abs() < 0.4 {
            rising[station(u)] = true;
            on += 1;
        }
        let far = u.abs().max(v.abs()) > 0.6 && u.abs().min(v.abs()) < 0.3;
        if far {
            let side = if u.abs() > v.abs() {
                usize::from(u > 0.0)
            } else {
                2 + usize::from(v > 0.0)
            };
            sides[side] += 1;
        }
    }
    let free = sides
        .iter()
        .filter(|n| (**n as f64) < 0.05 * pixels.len() as f64)
        .count();
    falling.iter().all(|h| *h)
        && rising.iter().all(|h| *h)
        && on as f64 > 0.75 * pixels.len() as f64
        && free >= 3
}

/// A flat stroke through box or word from side to side.
fn struck(mine: &[&Stroke], frame: PxRect, word: PxRect) -> bool {
    let through = |s: &Stroke, r: PxRect| {
        let (w, h) = ((r.x1 - r.x0) as f64, (r.y1 - r.y0) as f64);
        let (b, middle) = (s.bounds, (s.bounds.y0 + s.bounds.y1) as f64 / 2.0);
        let (bw, bh) = ((b.x1 - b.x0) as f64, (b.y1 - b.y0) as f64);
        let over = (b.x1.min(r.x1) as f64 - b.x0.max(r.x0) as f64) / w;
        let flat = bh < 0.35 * bw && bh < 0.45 * h.max(2.5 * PX_PER_MM);
        let at = (middle - r.y0 as f64) / h;
        flat && over > 0.85 && (0.2..0.8).contains(&at)
    };
    mine.iter()
        .any(|s| through(s, frame) || (word != frame && through(s, word)))
}
