//! The affine transform that most pairs agree with.
//!
//! Three pairs give a transform; the one that most others agree with wins, then it is fitted again
//! on all that agree (Fischler and Bolles 1981; the refit as in Chum, Matas and Kittler 2003). Few
//! pairs are tried in all triples; of many, a fixed number in a fixed order that looks random, so
//! that the same page gives the same transform. With 40 % true pairs 600 triples miss them once in
//! 10^17.

use super::fit::{Pair, affine, shape};
use crate::geom::{Mm, Px, Transform};

/// Triples that are tried at most.
const MOST_TRIPLES: usize = 600;
/// Refits of the best.
const REFITS: usize = 4;
/// What a page can look like before perspective and bending are known.
const MOST_SHEAR: f64 = 2.5;
const ANISOTROPY: std::ops::Range<f64> = 0.93..1.075;

/// The transform and the pairs within `tolerance` mm of it; `None` when fewer than `least` are.
pub(super) fn consensus(
    pairs: &[Pair],
    tolerance: f64,
    least: usize,
) -> Option<(Transform<Mm, Px>, Vec<Pair>)> {
    let mut best = Votes::default();
    for [i, j, k] in triples(pairs.len()) {
        let Some(fit) = affine(&[pairs[i], pairs[j], pairs[k]]).filter(is_page) else {
            continue;
        };
        let votes = Votes::of(&fit, pairs, tolerance);
        if votes.beats(&best) {
            best = votes;
        }
    }
    for _ in 0..REFITS {
        let Some(fit) = affine(&best.pairs(pairs)) else {
            break;
        };
        let votes = Votes::of(&fit, pairs, tolerance);
        if !votes.beats(&best) {
            break;
        }
        best = votes;
    }
    let kept = best.pairs(pairs);
    (kept.len() >= least).then(|| Some((affine(&kept)?, kept)))?
}

fn is_page(fit: &Transform<Mm, Px>) -> bool {
    let form = shape(fit, crate::geom::Point::new(0.0, 0.0), (1.0, 1.0));
    form.shear_degrees.abs() <= MOST_SHEAR && ANISOTROPY.contains(&(form.scale_x / form.scale_y))
}

#[derive(Default)]
struct Votes {
    who: Vec<usize>,
    cost: f64,
}

impl Votes {
    fn of(fit: &Transform<Mm, Px>, pairs: &[Pair], tolerance: f64) -> Self {
        let m = fit.matrix();
        // One scale for the whole page: affine.
        let k = (m[0] * m[4] - m[1] * m[3]).abs().sqrt().max(1e-9);
        let limit = (tolerance * k).powi(2);
        let mut votes = Self::default();
        for (i, p) in pairs.iter().enumerate() {
            let (dx, dy) = (
                m[0] * p.mm.x + m[1] * p.mm.y + m[2] - p.px.x,
                m[3] * p.mm.x + m[4] * p.mm.y + m[5] - p.px.y,
            );
            let off = dx * dx + dy * dy;
            if off < limit {
                votes.who.push(i);
                votes.cost += off;
            }
        }
        votes
    }

    fn beats(&self, other: &Self) -> bool {
        let (n, m) = (self.who.len(), other.who.len());
        n > m || (n == m && self.cost < other.cost - 1e-12)
    }

    fn pairs(&self, all: &[Pair]) -> Vec<Pair> {
        self.who.iter().map(|&i| all[i]).collect()
    }
}

/// All triples of `0..n`, or [`MOST_TRIPLES`] of them.
fn triples(n: usize) -> Vec<[usize; 3]> {
    let every = n * n.saturating_sub(1) * n.saturating_sub(2) / 6;
    if every <= MOST_TRIPLES {
        let rest = |i: usize, j: usize| (j + 1..n).map(move |k| [i, j, k]);
        return (0..n)
            .flat_map(|i| (i + 1..n).flat_map(move |j| rest(i, j)))
            .collect();
    }
    // A linear congruential generator (Knuth's MMIX constants), its upper bits.
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut out = Vec::with_capacity(MOST_TRIPLES);
    while out.len() < MOST_TRIPLES {
        let (i, j, k) = (next(), next(), next());
        if i != j && j != k && i != k {
            out.push([i, j, k]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Point;

    #[test]
    fn a_third_of_true_pairs_among_many_false_ones_is_found() {
        let truth = Transform::<Mm, Px>::affine(11.7, -0.6, 40.0, 0.7, 11.9, 22.0);
        let mut pairs = Vec::new();
        for i in 0..60u32 {
            let mm = Point::new(f64::from(i % 6) * 18.0, f64::from(i / 6) * 15.0);
            let mut px = truth.apply(mm);
            if i % 3 != 0 {
                px.x += f64::from(i * 37 % 91) - 45.0;
                px.y += f64::from(i * 53 % 83) - 41.0;
            }
            pairs.push(Pair { mm, px });
        }
        let (fit, kept) = consensus(&pairs, 0.3, 15).expect("twenty agree");
        assert!(kept.len() >= 20, "{}", kept.len());
        let at = Point::new(50.0, 70.0);
        assert!(fit.apply(at).distance(truth.apply(at)) < 1.5);
    }

    #[test]
    fn chance_agreements_are_no_consensus() {
        let pairs: Vec<Pair> = (0..40u32)
            .map(|i| Pair {
                mm: Point::new(f64::from(i % 6) * 18.0, f64::from(i / 6) * 15.0),
                px: Point::new(f64::from(i * 7919 % 1181), f64::from(i * 6007 % 1747)),
            })
            .collect();
        assert!(consensus(&pairs, 0.5, 8).is_none());
    }
}
