//! Strokes: connected pieces of added ink, and the option each belongs to.

use super::plane::{PX_PER_MM, Plane, PxRect};

/// Added darkness from which a pixel is ink: print noise stays below, HB pencil pressed lightly
/// lies at 0.2 to 0.3 of the page's print.
pub(crate) const INK: f32 = 0.18;

/// Smaller pieces are grain, in px (0.11 mm2).
const GRAIN: usize = 7;

/// How far a stroke is followed under print from either side, in px: lines up to 1 mm.
const BRIDGE: usize = 6;

/// Where only the boxes are known, a loop has to lie this far outside its box, in px (0.5 mm): the
/// rest of an outline is no loop.
const CLEAR_OF_PRINT: usize = 4;

/// An underline lies this near to its word, in mm.
const BESIDE: f64 = 2.0;

/// A streak of dust on a scanner's glass is at least so long, at most so thick on the mean, and leaves
/// its direction by no more than its thickness and this share of its length (4 degrees), in mm.
const STREAK: f64 = 6.0;
const STREAK_THICK: f64 = 0.8;
const STREAK_SKEW: f64 = 0.07;

/// Angles at which an outline is looked for, all round.
const SPOKES: usize = 72;

/// A connected piece of added ink.
#[derive(Clone, Debug)]
pub(crate) struct Stroke {
    pub(crate) pixels: Vec<(u16, u16)>,
    pub(crate) bounds: PxRect,
    /// Its lowest pixel: where a tick turns.
    pub(crate) vertex: (usize, usize),
    /// Slots that it belongs to; a loop round two words belongs to both.
    pub(crate) owners: Vec<usize>,
    /// How far round those slots it goes, 0 to 1; 0 for what is no loop.
    pub(crate) round: f64,
}

impl Stroke {
    pub(crate) fn count_in(&self, r: PxRect) -> usize {
        self.pixels
            .iter()
            .filter(|(x, y)| r.contains(usize::from(*x), usize::from(*y)))
            .count()
    }

    /// Whether it is a thin straight line along or across the paper, as dust on the glass draws: long
    /// for its bounds, where a digit 1 is short and a crossing-out lies aslant.
    pub(crate) fn is_streak(&self) -> bool {
        let b = self.bounds;
        let (w, h) = ((b.x1 - b.x0) as f64, (b.y1 - b.y0) as f64);
        let (long, wide) = (w.max(h) / PX_PER_MM, w.min(h) / PX_PER_MM);
        let thick = self.pixels.len() as f64 / w.max(h) / PX_PER_MM;
        long >= STREAK && thick <= STREAK_THICK && wide <= STREAK_THICK + STREAK_SKEW * long
    }
}

/// All strokes of a field, largest first, each given to its owners. `hidden` tells which pixels
/// are ink under the form's own print: a stroke that crosses a printed line is still one stroke.
pub(super) fn strokes(
    added: &Plane,
    hidden: &[bool],
    frames: &[PxRect],
    words: &[PxRect],
) -> Vec<Stroke> {
    let mut all = bridged(pieces(added), hidden, added.w);
    all.sort_by_key(|s| std::cmp::Reverse(s.pixels.len()));
    for stroke in &mut all {
        (stroke.owners, stroke.round) = owners(stroke, frames, words);
        let printed = |i: &usize| !stroke.bounds.holds(frames[*i].grown(CLEAR_OF_PRINT));
        if hidden.is_empty() && stroke.owners.iter().any(printed) {
            stroke.round = 0.0;
        }
    }
    all
}

/// Joins pieces whose gap lies under print: every piece grows through hidden ink, and those that
/// meet are one.
fn bridged(found: Vec<Stroke>, hidden: &[bool], w: usize) -> Vec<Stroke> {
    if hidden.is_empty() || found.len() < 2 {
        return found;
    }
    let mut label = vec![u32::MAX; hidden.len()];
    let mut front = Vec::new();
    for (i, s) in found.iter().enumerate() {
        for &(x, y) in &s.pixels {
            let at = usize::from(y) * w + usize::from(x);
            label[at] = i as u32;
            front.push(at);
        }
    }
    let mut joined: Vec<usize> = (0..found.len()).collect();
    for _ in 0..BRIDGE {
        front = grow(&front, &mut label, (hidden, w), &mut joined);
    }
    merged(found, &joined)
}

/// One step of growth; what meets another label is joined with it.
fn grow(
    front: &[usize],
    label: &mut [u32],
    (hidden, w): (&[bool], usize),
    joined: &mut [usize],
) -> Vec<usize> {
    let mut next = Vec::new();
    for &at in front {
        let own = label[at];
        let (x, y) = (at % w, at / w);
        let h = hidden.len() / w;
        for ny in y.saturating_sub(1)..(y + 2).min(h) {
            for nx in x.saturating_sub(1)..(x + 2).min(w) {
                let n = ny * w + nx;
                if label[n] == u32::MAX && hidden[n] {
                    label[n] = own;
                    next.push(n);
                } else if label[n] != u32::MAX && label[n] != own {
                    let (a, b) = (root(joined, own as usize), root(joined, label[n] as usize));
                    joined[a.max(b)] = a.min(b);
                }
            }
        }
    }
    next
}

fn root(joined: &[usize], mut i: usize) -> usize {
    while joined[i] != i {
        i = joined[i];
    }
    i
}

fn merged(found: Vec<Stroke>, joined: &[usize]) -> Vec<Stroke> {
    let mut out: Vec<Option<Stroke>> = vec![None; found.len()];
    for (i, s) in found.into_iter().enumerate() {
        let slot = &mut out[root(joined, i)];
        match slot {
            None => *slot = Some(s),
            Some(whole) => {
                whole.bounds = whole.bounds.union(s.bounds);
                if s.vertex.1 > whole.vertex.1 {
                    whole.vertex = s.vertex;
                }
                whole.pixels.extend(s.pixels);
            }
        }
    }
    out.into_iter().flatten().collect()
}

/// Connected pieces of ink, grain left out, without owners.
pub(crate) fn pieces(added: &Plane) -> Vec<Stroke> {
    pieces_from(added, INK)
}

/// The same of everything at least as dark as `ink`.
pub(super) fn pieces_from(added: &Plane, ink: f32) -> Vec<Stroke> {
    let mut seen = vec![false; added.v.len()];
    let mut out = Vec::new();
    for start in 0..added.v.len() {
        if seen[start] || added.v[start] < ink {
            continue;
        }
        let stroke = flood((added, ink), &mut seen, start);
        if stroke.pixels.len() >= GRAIN {
            out.push(stroke);
        }
    }
    out
}

/// Pieces whose bounds lie within `gap` px of each other as one; without owners.
pub(super) fn joined(found: Vec<Stroke>, gap: usize) -> Vec<Stroke> {
    let near = |a: PxRect, b: PxRect| {
        let a = a.grown(gap);
        a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
    };
    let mut out: Vec<Stroke> = Vec::new();
    for mut whole in found {
        while let Some(i) = out.iter().position(|s| near(whole.bounds, s.bounds)) {
            let other = out.swap_remove(i);
            whole.bounds = whole.bounds.union(other.bounds);
            whole.pixels.extend(other.pixels);
        }
        out.push(whole);
    }
    out
}

fn flood((added, ink): (&Plane, f32), seen: &mut [bool], start: usize) -> Stroke {
    let (w, h) = (added.w, added.h);
    let mut stack = vec![start];
    seen[start] = true;
    let (x, y) = (start % w, start / w);
    let mut bounds = PxRect {
        x0: x,
        y0: y,
        x1: x + 1,
        y1: y + 1,
    };
    let mut vertex = (x, y);
    let mut pixels = Vec::new();
    while let Some(i) = stack.pop() {
        let (x, y) = (i % w, i / w);
        pixels.push((x as u16, y as u16));
        bounds.x0 = bounds.x0.min(x);
        bounds.x1 = bounds.x1.max(x + 1);
        bounds.y0 = bounds.y0.min(y);
        bounds.y1 = bounds.y1.max(y + 1);
        if y > vertex.1 {
            vertex = (x, y);
        }
        for ny in y.saturating_sub(1)..(y + 2).min(h) {
            for nx in x.saturating_sub(1)..(x + 2).min(w) {
                let n = ny * w + nx;
                if !seen[n] && added.v[n] >= ink {
                    seen[n] = true;
                    stack.push(n);
                }
            }
        }
    }
    Stroke {
        pixels,
        bounds,
        vertex,
        owners: Vec::new(),
        round: 0.0,
    }
}

/// A loop belongs to every word that it goes round. Anything else belongs to one box: the one its
/// lowest point lies in or within 1 mm of, if it has ink there; else the one that holds most of it.
fn owners(stroke: &Stroke, frames: &[PxRect], words: &[PxRect]) -> (Vec<usize>, f64) {
    if let Some(several) = round_several(stroke, frames, words) {
        return several;
    }
    let round = |i: usize| enclosure(stroke, frames[i], words[i]);
    let rounded: Vec<usize> = (0..frames.len()).filter(|&i| round(i) >= ROUND).collect();
    if let Some(&first) = rounded.first() {
        return (rounded, round(first));
    }
    let one = owner(stroke, frames, words);
    let share = one.map_or(0.0, round);
    (one.into_iter().collect(), share)
}

/// A loop so large that it holds the middles of several options.
fn round_several(
    stroke: &Stroke,
    frames: &[PxRect],
    words: &[PxRect],
) -> Option<(Vec<usize>, f64)> {
    let held = |i: &usize| {
        let (x, y) = frames[*i].union(words[*i]).center();
        stroke.bounds.contains(x, y)
    };
    let inside: Vec<usize> = (0..frames.len()).filter(held).collect();
    let share = round_share(stroke, stroke.bounds.shrunk(0.15));
    (inside.len() > 1 && share >= ROUND).then_some((inside, share))
}

fn owner(stroke: &Stroke, frames: &[PxRect], words: &[PxRect]) -> Option<usize> {
    let held: Vec<(usize, usize)> = (0..frames.len())
        .map(|i| (i, held_by(stroke, frames[i], words[i])))
        .filter(|h| h.1 > 0)
        .collect();
    let near = PX_PER_MM as usize;
    let turns_at = |i: usize| {
        frames[i]
            .grown(near)
            .contains(stroke.vertex.0, stroke.vertex.1)
    };
    let at_vertex = held.iter().find(|(i, _)| turns_at(*i));
    let most = held.iter().max_by_key(|h| h.1);
    match (at_vertex, most) {
        // A broad scribble has no vertex: it belongs where nearly all of it lies.
        (Some(v), Some(m)) if m.1 > 4 * v.1 => Some(m.0),
        (Some(v), _) => Some(v.0),
        (None, Some(m)) => Some(m.0),
        (None, None) => beside(stroke, frames, words),
    }
}

/// The option next to which the stroke lies, when it touches none: an underline.
fn beside(stroke: &Stroke, frames: &[PxRect], words: &[PxRect]) -> Option<usize> {
    let (x, y) = stroke.bounds.center();
    let near = (BESIDE * PX_PER_MM) as usize;
    let next_to = |i: &usize| frames[*i].union(words[*i]).grown(near).contains(x, y);
    let found: Vec<usize> = (0..frames.len()).filter(next_to).collect();
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

fn held_by(stroke: &Stroke, frame: PxRect, word: PxRect) -> usize {
    stroke.count_in(frame).max(if word == frame {
        0
    } else {
        stroke.count_in(word)
    })
}

/// From this share of the way round, a line is a circle round its word.
pub(super) const ROUND: f64 = 0.6;

/// How far round box, word or both one stroke goes outside of them, 0 to 1.
pub(super) fn enclosure(stroke: &Stroke, frame: PxRect, word: PxRect) -> f64 {
    let both = frame.union(word);
    let spans = |r: PxRect| {
        let (b, need) = (stroke.bounds, 0.6);
        (b.x1 - b.x0) as f64 >= need * (r.x1 - r.x0) as f64
            && (b.y1 - b.y0) as f64 >= need * (r.y1 - r.y0) as f64
    };
    let mut best: f64 = 0.0;
    for r in [frame, word, both] {
        if spans(r) {
            best = best.max(round_share(stroke, r));
        }
    }
    best
}

/// Share of the directions from the middle of `r` in which the stroke lies in the ring round it
/// and hardly anything of it lies inside.
fn round_share(stroke: &Stroke, r: PxRect) -> f64 {
    let (cx, cy) = ((r.x0 + r.x1) as f64 / 2.0, (r.y0 + r.y1) as f64 / 2.0);
    let reach = 3.5 * PX_PER_MM;
    // The ellipse through the rectangle's corners, a little inside: people cut corners.
    let (rx, ry) = ((r.x1 - r.x0) as f64 / 2.0, (r.y1 - r.y0) as f64 / 2.0);
    let mut hit = [false; SPOKES];
    let mut inside = 0usize;
    for &(x, y) in &stroke.pixels {
        let (dx, dy) = (f64::from(x) + 0.5 - cx, f64::from(y) + 0.5 - cy);
        let (nx, ny) = (dx / rx, dy / ry);
        let rho = (nx * nx + ny * ny).sqrt();
        let beyond = (dx.abs() - rx).max(dy.abs() - ry);
        if rho < 0.6 {
            inside += 1;
        } else if rho >= 0.8 && beyond <= reach {
            let turn = ny.atan2(nx) / std::f64::consts::TAU + 0.5;
            hit[((turn * SPOKES as f64) as usize).min(SPOKES - 1)] = true;
        }
    }
    let hollow = (inside as f64) < 0.25 * stroke.pixels.len() as f64;
    if hollow {
        hit.iter().filter(|h| **h).count() as f64 / SPOKES as f64
    } else {
        0.0
    }
}
