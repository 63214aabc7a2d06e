//! How far a confidence is what it says: the isotonic map, and the expected calibration error.
//!
//! Each known field weighs as much as the fields of its stratum that it speaks for
//! ([`super::risk`]). The expected calibration error is the weighted mean distance of said and seen
//! (Naeini, Cooper, Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI
//! 2015), over bins that are narrow near 1, where the decisions are. What the map would make of it is
//! told by five-fold cross-validation, never on the fields that the map was fitted to.
//!
//! The map rises, so it changes no order: thresholds are set on the confidence as it was stored.

use serde::Serialize;

use super::risk::Item;
use crate::stats::{Count, Level, isotonic, mapped};

/// Lower edges of the bins.
const BINS: [f64; 12] = [
    0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.999_9,
];

const FOLDS: usize = 5;

/// Said and seen between two confidences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub known: u64,
    /// Mean confidence, and share right.
    pub said: f64,
    pub seen: f64,
    /// Of the share right, with 95 % confidence on each side.
    pub at_least: f64,
    pub at_most: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reliability {
    pub bins: Vec<Bin>,
    /// Expected calibration error as stored, and after the map; `None` where nothing is known.
    pub ece: Option<f64>,
    pub ece_mapped: Option<f64>,
    pub map: Vec<Level>,
}

/// Score, outcome and weight of each known field.
type Point = (f64, f64, f64);

pub fn reliability(items: &[Item]) -> Reliability {
    let points = points(items);
    Reliability {
        bins: bins(items),
        ece: ece(&points),
        ece_mapped: ece(&cross_validated(&points)),
        map: isotonic(&points),
    }
}

fn points(items: &[Item]) -> Vec<Point> {
    let weight = |vouched: bool| {
        let of = items.iter().filter(|i| i.vouched == vouched);
        let (all, known) = of.fold((0.0, 0.0), |(all, known), i| {
            (all + 1.0, known + f64::from(u8::from(i.right.is_some())))
        });
        if known > 0.0 { all / known } else { 0.0 }
    };
    let weights = [weight(false), weight(true)];
    let point = |i: &Item| {
        let right = i.right?;
        let weight = weights[usize::from(i.vouched)];
        Some((i.confidence, f64::from(u8::from(right)), weight))
    };
    items.iter().filter_map(point).collect()
}

fn bins(items: &[Item]) -> Vec<Bin> {
    let bin = |at: usize| {
        let above = BINS.get(at + 1).copied().unwrap_or(f64::INFINITY);
        let inside = |i: &&Item| i.confidence >= BINS[at] && i.confidence < above;
        let known: Vec<(f64, bool)> = items
            .iter()
            .filter(inside)
            .filter_map(|i| Some((i.confidence, i.right?)))
            .collect();
        let of = known.len() as u64;
        let right = known.iter().filter(|(_, right)| *right).count() as u64;
        let count = Count::new(right, of);
        let sum: f64 = known.iter().map(|(said, _)| said).sum();
        (of > 0).then(|| Bin {
            from: BINS[at],
            known: of,
            said: sum / of as f64,
            seen: count.share(),
            at_least: count.at_least(super::risk::CHANCE),
            at_most: count.at_most(super::risk::CHANCE),
        })
    };
    (0..BINS.len()).filter_map(bin).collect()
}

fn ece(points: &[Point]) -> Option<f64> {
    let mut sums = [(0.0, 0.0); BINS.len()];
    let mut total = 0.0;
    for (said, seen, weight) in points {
        let at = BINS.partition_point(|edge| edge <= said).saturating_sub(1);
        sums[at].0 += said * weight;
        sums[at].1 += seen * weight;
        total += weight;
    }
    let distance: f64 = sums.iter().map(|(said, seen)| (said - seen).abs()).sum();
    (total > 0.0).then(|| distance / total)
}

/// What a map fitted to the other folds says of each point.
fn cross_validated(points: &[Point]) -> Vec<Point> {
    let fold = |wanted: usize, inside: bool| {
        let all = points.iter().enumerate();
        all.filter(move |(at, _)| (fold_of(*at) == wanted) == inside)
            .map(|(_, p)| *p)
    };
    let mut out = Vec::new();
    for wanted in 0..FOLDS {
        let map = isotonic(&fold(wanted, false).collect::<Vec<_>>());
        out.extend(
            fold(wanted, true)
                .map(|(said, seen, weight)| (mapped(&map, said).unwrap_or(said), seen, weight)),
        );
    }
    out
}

/// By multiples of the golden ratio: evenly, and in step with nothing that repeats from card to card.
fn fold_of(at: usize) -> usize {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    (((at as f64 * GOLDEN).fract() * FOLDS as f64) as usize).min(FOLDS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says 0.97 and is right 80 % of the time; every second field is known.
    fn boastful(n: usize) -> Vec<Item> {
        let item = |i: usize| Item {
            confidence: 0.97,
            vouched: false,
            right: i.is_multiple_of(2).then_some(!i.is_multiple_of(10)),
        };
        (0..n).map(item).collect()
    }

    #[test]
    fn a_boastful_reader_is_found_out_and_the_map_mends_it() {
        let found = reliability(&boastful(1_000));
        assert!((found.ece.unwrap() - 0.17).abs() < 1e-9, "{found:?}");
        assert!(found.ece_mapped.unwrap() < 0.01, "{found:?}");
        assert_eq!(found.map.len(), 1);
        assert!((found.map[0].share - 0.8).abs() < 1e-9);
        assert_eq!((found.bins.len(), found.bins[0].known), (1, 500));
        assert!(found.bins[0].at_least < 0.8 && found.bins[0].at_most > 0.8);
    }

    #[test]
    fn each_stratum_weighs_as_many_fields_as_it_has() {
        let mut items = boastful(100);
        // A thousand are accepted and right; ten of them are known.
        items.extend((0..1_000).map(|i| Item {
            confidence: 1.0,
            vouched: true,
            right: (i < 10).then_some(true),
        }));
        let found = reliability(&items);
        assert!(
            (found.ece.unwrap() - 0.17 * 100.0 / 1_100.0).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn nothing_known_is_nothing_said() {
        let found = reliability(&[]);
        assert_eq!((found.ece, found.bins.len(), found.map.len()), (None, 0, 0));
    }
}
