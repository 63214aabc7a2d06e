//! The printed frame of a comb: where its lines really are in each cut, and how they go away
//! without taking the writing along.

use super::super::glyph::{Ink, Part};
use crate::stats::median;

/// Share of a side that is inked where a line is.
const LINE_SHARE: f64 = 0.55;
/// A found line counts only if at least this share of the comb's cells has one at that side:
/// otherwise a `1` close to the edge of an unframed cell would be a line.
const CELLS_WITH_LINE: f64 = 0.5;
/// How far a line may lie from where the other cells have theirs, in pixels of the cut.
const LINE_DRIFT: f64 = 4.0;

/// How far the blur of a line reaches into the cell, in pixels of the cut.
const RIM: usize = 4;

/// Where a cell lies in its cut: `margin` pixels of surroundings on each side; a line may lie up
/// to `inward` pixels inside the nominal edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) margin: usize,
    pub(super) inward: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Left,
    Right,
    Top,
    Bottom,
}

pub(super) const EDGES: [Edge; 4] = [Edge::Left, Edge::Right, Edge::Top, Edge::Bottom];

/// A line as a range of depths, counted from the cut's border inwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: usize,
    /// Exclusive.
    pub(super) end: usize,
}

/// A cut seen from one side: `depth` grows inwards, `along` runs along the side.
struct View {
    edge: Edge,
    width: usize,
    height: usize,
}

impl View {
    fn new(ink: &Ink, edge: Edge) -> Self {
        Self {
            edge,
            width: ink.width,
            height: ink.height,
        }
    }

    fn depth(&self) -> usize {
        if matches!(self.edge, Edge::Left | Edge::Right) {
            self.width
        } else {
            self.height
        }
    }

    fn length(&self) -> usize {
        if matches!(self.edge, Edge::Left | Edge::Right) {
            self.height
        } else {
            self.width
        }
    }

    fn at(&self, depth: usize, along: usize) -> (usize, usize) {
        match self.edge {
            Edge::Left => (depth, along),
            Edge::Right => (self.width - 1 - depth, along),
            Edge::Top => (along, depth),
            Edge::Bottom => (along, self.height - 1 - depth),
        }
    }
}

/// All runs at one side that are inked like a line.
fn runs(ink: &Ink, edge: Edge, bounds: Bounds) -> Vec<Run> {
    let view = View::new(ink, edge);
    let inner = view.length().saturating_sub(2 * bounds.margin);
    let (from, to) = (
        bounds.margin + inner / 10,
        bounds.margin + inner - inner / 10,
    );
    if to <= from {
        return Vec::new();
    }
    let reach = (bounds.margin + bounds.inward).min(view.depth());
    let is_line = |depth: usize| {
        let inked = (from..to).filter(|along| {
            let (x, y) = view.at(depth, *along);
            ink.is_ink(x, y)
        });
        inked.count() as f64 >= LINE_SHARE * (to - from) as f64
    };
    let mut out = Vec::new();
    let mut depth = 0;
    while depth < reach {
        let first = depth;
        while depth < reach && is_line(depth) {
            depth += 1;
        }
        if depth > first {
            out.push(Run { first, end: depth });
        }
        depth += 1;
    }
    out
}

/// The lines of a comb: for each cell and each edge (in the order of [`EDGES`]). `pale`: the same cells with
/// all that is a little darker than paper as ink. A gray frame is as good as paper beside a black pen, and as black as
/// ink in a cell without one.
pub(super) fn find(cells: &[Ink], pale: &[Ink], bounds: Bounds) -> Vec<[Option<Run>; 4]> {
    let mut out = vec![[None; 4]; cells.len()];
    for (slot, edge) in EDGES.into_iter().enumerate() {
        let both = cells.iter().zip(pale);
        let all: Vec<Vec<Run>> = both.map(|(c, p)| of_both(c, p, edge, bounds)).collect();
        let nominal = bounds.margin as f64 - 1.0;
        let firsts: Vec<Run> = all.iter().filter_map(|r| nearest(r, nominal)).collect();
        if (firsts.len() as f64) < CELLS_WITH_LINE * cells.len() as f64 {
            continue;
        }
        let Some(place) = median(firsts.iter().map(|r| r.first as f64)) else {
            continue;
        };
        let Some(thick) = median(firsts.iter().map(|r| (r.end - r.first) as f64)) else {
            continue;
        };
        for (cell, found) in out.iter_mut().zip(&all) {
            let run = nearest(found, place)
                .filter(|r| (r.first as f64 - place).abs() <= LINE_DRIFT)
                .or_else(|| within(found, place));
            // A stroke along the line makes it look thicker: only the line goes.
            cell[slot] = run.map(|r| Run {
                first: r.first,
                end: r.end.min(r.first + thick as usize + 1),
            });
        }
    }
    out
}

/// The lines by the pen's levels, and those that only show as something pale.
fn of_both(ink: &Ink, pale: &Ink, edge: Edge, bounds: Bounds) -> Vec<Run> {
    let mut found = runs(ink, edge, bounds);
    let known = found.clone();
    let is_new = |r: &Run| known.iter().all(|k| r.end <= k.first || k.end <= r.first);
    found.extend(runs(pale, edge, bounds).into_iter().filter(is_new));
    found
}

/// The line where the other cells have theirs, in a run that begins farther out: in a cell of paper alone the
/// blurred rims of this line and of the neighbor's are one.
fn within(runs: &[Run], place: f64) -> Option<Run> {
    let first = place as usize;
    let run = runs.iter().find(|r| r.first <= first && first < r.end)?;
    Some(Run {
        first,
        end: run.end,
    })
}

/// By the outer rim: a stroke that touches the line from inside does not move it.
fn nearest(runs: &[Run], place: f64) -> Option<Run> {
    let away = |r: &Run| (r.first as f64 - place).abs();
    runs.iter()
        .copied()
        .min_by(|a, b| away(a).total_cmp(&away(b)))
}

/// The inside of a cell with the given lines; where none was found, up to the nominal edge.
pub(super) fn inside(ink: &Ink, lines: [Option<Run>; 4], bounds: Bounds) -> Part {
    let inset = lines.map(|run| run.map_or(bounds.margin, |r| r.end));
    Part {
        x0: inset[0],
        x1: ink.width.saturating_sub(inset[1]),
        y0: inset[2],
        y1: ink.height.saturating_sub(inset[3]),
    }
}

/// Blanks the lines except where a stroke crosses them; returns the inside of the cell.
pub(super) fn remove(ink: &mut Ink, lines: [Option<Run>; 4], bounds: Bounds) -> Part {
    for (edge, run) in EDGES.into_iter().zip(lines) {
        if let Some(run) = run {
            erase(ink, edge, run);
        }
    }
    inside(ink, lines, bounds)
}

/// Blanks what lies along the found lines inside the cell. In a cell of paper alone the levels are
/// so close that the blurred rim of a line is as dark as ink.
pub(super) fn clear_rims(ink: &mut Ink, lines: [Option<Run>; 4], bounds: Bounds) {
    for (edge, run) in EDGES.into_iter().zip(lines) {
        let Some(run) = run else { continue };
        let view = View::new(ink, edge);
        let end = (run.end + RIM).min(view.depth());
        for along in bounds.margin..view.length().saturating_sub(bounds.margin) {
            for depth in run.end..end {
                let (x, y) = view.at(depth, along);
                ink.values[y * ink.width + x] = 0.0;
            }
        }
    }
}

fn erase(ink: &mut Ink, edge: Edge, run: Run) {
    let view = View::new(ink, edge);
    // The soft rims of the line: one pixel more on either side.
    let outer = run.first.saturating_sub(1);
    let inner = (run.end + 1).min(view.depth());
    for along in 0..view.length() {
        let stroke = |depths: std::ops::Range<usize>, ink: &Ink| {
            depths.into_iter().any(|d| {
                let (x, y) = view.at(d, along);
                ink.is_ink(x, y)
            })
        };
        let inside = stroke(inner..(inner + 2).min(view.depth()), ink);
        let outside = stroke(outer.saturating_sub(2)..outer, ink);
        if inside && outside {
            continue;
        }
        let from = if outside { run.first } else { outer };
        let to = if inside { run.end } else { inner };
        for depth in from..to {
            let (x, y) = view.at(depth, along);
            ink.values[y * ink.width + x] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        margin: 8,
        inward: 7,
    };

    /// A cut of a 60 x 80 cell with 2-pixel lines at its nominal edges, moved by `shift`.
    fn framed(shift: usize) -> Ink {
        let mut ink = Ink {
            width: 76,
            height: 96,
            values: vec![0.0; 76 * 96],
        };
        for y in 6..90 {
            for x in 6..70 {
                let on = |v: usize, edge: usize| v + 2 > edge && v < edge + 1;
                let (left, right) = (7 + shift, 68 + shift);
                if on(x, left) || on(x, right) || on(y, 7) || on(y, 88) {
                    ink.values[y * 76 + x] = 1.0;
                }
            }
        }
        ink
    }

    /// The lines where nothing is pale.
    fn found(cells: &[Ink]) -> Vec<[Option<Run>; 4]> {
        find(cells, cells, BOUNDS)
    }

    fn stroke(ink: &mut Ink, x: std::ops::Range<usize>, y: std::ops::Range<usize>) {
        for y in y {
            for x in x.clone() {
                ink.values[y * ink.width + x] = 1.0;
            }
        }
    }

    fn total(ink: &Ink, part: Part) -> f32 {
        (part.y0..part.y1)
            .flat_map(|y| (part.x0..part.x1).map(move |x| (x, y)))
            .map(|(x, y)| ink.values[y * ink.width + x])
            .sum()
    }

    #[test]
    fn the_frame_of_an_empty_cell_goes_wherever_it_lies() {
        for shift in 0..3 {
            let mut ink = framed(shift);
            let lines = found(std::slice::from_ref(&ink));
            assert!(
                lines[0].iter().all(Option::is_some),
                "shift {shift}: {lines:?}"
            );
            let inside = remove(&mut ink, lines[0], BOUNDS);
            assert!(total(&ink, inside) < 0.5, "shift {shift}");
        }
    }

    #[test]
    fn a_one_on_the_left_line_stays() {
        let mut cells = vec![framed(0), framed(0), framed(0)];
        // A vertical stroke 4 pixels wide that touches the inner rim of the line.
        stroke(&mut cells[1], 8..12, 20..80);
        let lines = found(&cells);
        let inside = remove(&mut cells[1], lines[1], BOUNDS);
        let kept = total(&cells[1], inside);
        assert!(kept >= 0.6 * 4.0 * 60.0, "{kept}");
    }

    #[test]
    fn a_one_near_the_edge_of_an_unframed_cell_is_no_line() {
        let blank = Ink {
            width: 76,
            height: 96,
            values: vec![0.0; 76 * 96],
        };
        let mut cells = vec![blank; 4];
        stroke(&mut cells[2], 10..13, 12..84);
        assert!(found(&cells).iter().flatten().all(Option::is_none));
    }

    #[test]
    fn a_line_that_runs_together_with_the_neighbors_is_found() {
        let mut cells: Vec<Ink> = (0..3).map(|_| framed(0)).collect();
        // The neighbor's right line and the gap between the two, as dark as this cell's left one.
        stroke(&mut cells[1], 0..9, 6..90);
        let lines = found(&cells);
        let first = |cell: usize| lines[cell][0].map(|run| run.first);
        assert_eq!(first(1), first(0));
        let inside = remove(&mut cells[1], lines[1], BOUNDS);
        assert!(total(&cells[1], inside) < 0.5);
    }

    #[test]
    fn a_gray_frame_is_found_beside_a_black_pen() {
        // Four of five cells are written in: there the frame is no ink by the pen's levels.
        let written = || {
            let mut ink = framed(0);
            ink.values.iter_mut().for_each(|v| *v *= 0.3);
            stroke(&mut ink, 30..36, 20..70);
            ink
        };
        let mut cells: Vec<Ink> = (0..4).map(|_| written()).collect();
        cells.push(framed(0));
        let pale: Vec<Ink> = vec![framed(0); 5];
        assert!(found(&cells).iter().flatten().all(Option::is_none));
        let lines = find(&cells, &pale, BOUNDS);
        assert!(lines.iter().flatten().all(Option::is_some), "{lines:?}");
    }

    #[test]
    fn a_stroke_across_the_line_keeps_its_bridge() {
        let mut ink = framed(0);
        stroke(&mut ink, 30..34, 60..95);
        let lines = found(std::slice::from_ref(&ink));
        remove(&mut ink, lines[0], BOUNDS);
        assert!((60..95).all(|y| ink.is_ink(31, y)));
        assert!(!ink.is_ink(50, 87));
    }
}
