//! Registration by printed marks.
//!
//! Connected ink of a mark's size and build is a candidate; two candidates for two marks give a
//! turn, a scale and a shift, which predict where the other marks are. Hypotheses whose turn or
//! scale the page cannot have are dropped at once; the one that explains most marks with least
//! distance wins, so blobs, bars and borders drop out because they do not fit together. Positions
//! are then measured on grey levels: the centre of darkness of squares, discs and crosses, and the
//! crossing of the two outer edges of an L. Good to 0.1 pixels of 150 dpi, 0.02 mm.

use super::finder::{Spot, spots};
use super::fit::{Pair, affine, shape, similarity};
use crate::form::{AnchorMark, Side};
use crate::geom::{Mm, Point, Px, QuarterTurn, Transform};
use crate::normalize::Upright;
use crate::normalize::layout::scales;

/// A hypothesis may be turned this far from the measured skew (a photo, a page without lines).
const TURN_SLACK_DEGREES: f64 = 8.0;
/// Scales against the page's resolution or paper: prints at 95-105 %, photos with margins more.
const SCALE_RANGE: (f64, f64) = (0.8, 1.2);
/// A mark may lie this far from where two others put it, as a share of the side's diagonal
/// (perspective of a photo; false marks are sorted out by the fit that follows).
const REACH_SHARE: f64 = 0.05;
/// A mark may lie this far from where the paper's border puts it, mm: a print may stand 5 mm off
/// on its sheet, and a curled edge moves it as far.
const BY_BORDER: f64 = 10.0;
/// The marks may correct the border's scale by this share and its angles by so many degrees: a
/// corner of an A4 sheet found 3 mm off, over the distance of its marks.
const MOST_SCALED: f64 = 0.03;
const MOST_TURNED: f64 = 1.5;
/// Hypotheses handed on.
const MOST: usize = 4;

/// Assignments of candidates to marks, the best first. Positions in original pixels.
pub(super) fn assignments(
    page: &Upright<'_>,
    side: &Side,
    marks: &[AnchorMark],
    turn: QuarterTurn,
) -> Vec<Vec<Pair>> {
    let mut best: Vec<(usize, f64, Vec<Pair>)> = Vec::new();
    for (kx, ky) in scales(page, side, turn) {
        let per_mm = (kx * ky).sqrt() / f64::from(page.reduced.factor);
        let found = spots(page, marks, turn, per_mm);
        let search = Search {
            page,
            side,
            marks,
            turn,
            scale: (kx * ky).sqrt(),
            found,
        };
        search.run(&mut best);
    }
    best.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
    best.into_iter()
        .take(MOST)
        .map(|(_, _, pairs)| pairs)
        .collect()
}

/// The marks that are where the paper's own border puts them. Positions in original pixels.
pub(super) fn near(
    page: &Upright<'_>,
    marks: &[AnchorMark],
    turn: QuarterTurn,
    laid: &Transform<Mm, Px>,
) -> Vec<Pair> {
    let place = |mark: &AnchorMark| {
        let scale = laid.scale_at(mark.at);
        let per_mm = scale / f64::from(page.reduced.factor);
        let expected = laid.apply(mark.at);
        let off = |s: &Spot| s.at.distance(expected) / scale;
        let spots = spots(page, std::slice::from_ref(mark), turn, per_mm);
        let nearest = spots.into_iter().flatten().filter(|s| off(s) < BY_BORDER);
        let best = nearest.min_by(|a, b| {
            let odd = |s: &Spot| off(s) / BY_BORDER + s.oddness;
            odd(a).total_cmp(&odd(b))
        })?;
        Some(Pair {
            mm: mark.at,
            px: best.at,
        })
    };
    marks.iter().filter_map(place).collect()
}

/// The border's transform with the small affine correction that at least three marks ask for:
/// print stands a little off on its sheet, and an edge is a little curled. `None` when they ask
/// for more than that: then one of them is something else.
pub(super) fn corrected(laid: &Transform<Mm, Px>, pairs: &[Pair]) -> Option<Transform<Mm, Px>> {
    let back = laid.inverse()?;
    // Where the border puts each mark on paper, as if paper were pixels.
    let on_paper = |p: &Pair| {
        let seen = back.apply(p.px);
        Pair {
            mm: p.mm,
            px: Point::new(seen.x, seen.y),
        }
    };
    let moved: Vec<Pair> = pairs.iter().map(on_paper).collect();
    let small = affine(&moved)?;
    let form = shape(&small, Point::new(0.0, 0.0), (1.0, 1.0));
    let scaled = |s: f64| (s - 1.0).abs() < MOST_SCALED;
    let turned = (form.turn_cw_degrees + 180.0).rem_euclid(360.0) - 180.0;
    let is_small = scaled(form.scale_x)
        && scaled(form.scale_y)
        && form.shear_degrees.abs() < MOST_TURNED
        && turned.abs() < MOST_TURNED;
    let small = Transform::<Mm, Mm>::from_matrix(*small.matrix());
    is_small.then(|| small.then(laid))
}

struct Search<'a> {
    page: &'a Upright<'a>,
    side: &'a Side,
    marks: &'a [AnchorMark],
    turn: QuarterTurn,
    scale: f64,
    /// Candidates a mark.
    found: Vec<Vec<Spot>>,
}

impl Search<'_> {
    fn run(&self, best: &mut Vec<(usize, f64, Vec<Pair>)>) {
        let n = self.marks.len();
        for i in 0..n {
            for j in i + 1..n {
                if self.marks[i].at.distance(self.marks[j].at) < 0.3 * self.diagonal() {
                    continue;
                }
                for a in &self.found[i] {
                    for b in &self.found[j] {
                        self.hypothesis((i, a), (j, b), best);
                    }
                }
            }
        }
    }

    fn diagonal(&self) -> f64 {
        self.side.size.w.hypot(self.side.size.h)
    }

    fn hypothesis(
        &self,
        (i, a): (usize, &Spot),
        (j, b): (usize, &Spot),
        best: &mut Vec<(usize, f64, Vec<Pair>)>,
    ) {
        let p = Pair {
            mm: self.marks[i].at,
            px: a.at,
        };
        let q = Pair {
            mm: self.marks[j].at,
            px: b.at,
        };
        let Some(guess) = similarity(p, q) else {
            return;
        };
        if !self.plausible(&guess) {
            return;
        }
        let reach = REACH_SHARE * self.diagonal();
        let (mut pairs, mut cost) = (Vec::new(), 0.0);
        for (k, mark) in self.marks.iter().enumerate() {
            let expected = guess.apply(mark.at);
            let near = if k == i {
                Some((a, 0.0))
            } else if k == j {
                Some((b, 0.0))
            } else {
                self.found[k]
                    .iter()
                    .map(|s| (s, s.at.distance(expected) / self.scale))
                    .filter(|(_, d)| *d < reach)
                    .min_by(|x, y| (x.1 + x.0.oddness).total_cmp(&(y.1 + y.0.oddness)))
            };
            if let Some((spot, d)) = near {
                cost += d + spot.oddness;
                pairs.push(Pair {
                    mm: mark.at,
                    px: spot.at,
                });
            }
        }
        if pairs.len() >= 3 {
            keep(best, pairs, cost);
        }
    }

    fn plausible(&self, guess: &Transform<Mm, Px>) -> bool {
        let m = guess.matrix();
        let scale = m[0].hypot(m[3]) / self.scale;
        let turn = m[3].atan2(m[0]).to_degrees();
        let expected = f64::from(self.turn.degrees()) + self.page.skew_cw_degrees;
        let off = (turn - expected + 540.0).rem_euclid(360.0) - 180.0;
        scale > SCALE_RANGE.0 && scale < SCALE_RANGE.1 && off.abs() < TURN_SLACK_DEGREES
    }
}

/// Keeps the few best, each assignment once.
fn keep(best: &mut Vec<(usize, f64, Vec<Pair>)>, pairs: Vec<Pair>, cost: f64) {
    let same = |other: &[Pair]| {
        other.len() == pairs.len()
            && other
                .iter()
                .zip(&pairs)
                .all(|(a, b)| a.px == b.px && a.mm == b.mm)
    };
    if let Some(old) = best.iter_mut().find(|(_, _, other)| same(other)) {
        old.1 = old.1.min(cost);
        return;
    }
    best.push((pairs.len(), cost, pairs));
    if best.len() > 4 * MOST {
        best.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
        best.truncate(MOST);
    }
}
