//! What a count proves of a share: exact bounds, without a normal approximation.
//!
//! **Bounds** are Clopper and Pearson's (The use of confidence or fiducial limits illustrated in the
//! case of the binomial, Biometrika 26, 1934), one-sided: the share at which a count as good (or as
//! bad) as the one seen has exactly the chance that is allowed. They hold whatever the true share
//! is; for samples drawn without replacement they are on the safe side. The binomial tail is summed
//! term by term and the share found by bisection, so the only inexactness is that of [`ln_gamma`]:
//! tables are met to six digits (tests), with counts up to a million.
//!
//! **Smirnov's test** (Table for estimating the goodness of fit of empirical distributions, Annals
//! of Mathematical Statistics 19, 1948) tells whether two samples come from one distribution, by the
//! largest distance between their distribution functions. The limit formula is used, with Stephens'
//! correction for small samples (JRSS B 32, 1970); ties make it err on the side of no alarm.
//!
//! **Quantiles** are values that occur, the upper of two at a middle: nothing is interpolated.
//!
//! **Isotonic regression** by pooling adjacent violators (Ayer and others, Annals of Mathematical
//! Statistics 26, 1955): the rising map from score to share right that lies nearest to the data.

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    pub hits: u64,
    pub of: u64,
}

impl Count {
    pub fn new(hits: u64, of: u64) -> Self {
        Self {
            hits: hits.min(of),
            of,
        }
    }

    /// The share seen; 0 of nothing is 0.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }

    /// The largest share that does not make this count, or a smaller one, rarer than `chance`.
    /// 1 where nothing was counted.
    pub fn at_most(self, chance: f64) -> f64 {
        if self.hits >= self.of {
            return 1.0;
        }
        let (mut low, mut high) = (self.share(), 1.0);
        for _ in 0..BISECTIONS {
            let middle = f64::midpoint(low, high);
            if lower_tail(self, middle) > chance {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The smallest share that does not make this count, or a larger one, rarer than `chance`.
    pub fn at_least(self, chance: f64) -> f64 {
        let missed = Self::new(self.of - self.hits, self.of);
        if self.of == 0 {
            return 0.0;
        }
        1.0 - missed.at_most(chance)
    }
}

/// Enough to find a share to the last bit.
const BISECTIONS: u32 = 64;

/// How many must be counted, with so many hits among them, before the share is surely `share` at
/// most. `None` where no number of at most `MOST` does.
pub fn needed(hits: u64, share: f64, chance: f64) -> Option<u64> {
    const MOST: u64 = 1 << 32;
    if share <= 0.0 {
        return None;
    }
    let proves = |of: u64| Count::new(hits, of).at_most(chance) <= share;
    let mut high = hits + 1;
    while !proves(high) {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    let mut low = hits;
    while high - low > 1 {
        let middle = low.midpoint(high);
        if proves(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Probability of at most `count.hits` hits where each has probability `p`, for `p` above the share
/// seen: from there downwards the terms fall.
fn lower_tail(count: Count, p: f64) -> f64 {
    if p >= 1.0 {
        return 0.0;
    }
    let (n, mut k) = (count.of as f64, count.hits as f64);
    let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    let mut term = (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp();
    let mut tail = 0.0;
    while term > tail * 1e-17 {
        tail += term;
        if k == 0.0 {
            break;
        }
        term *= k * (1.0 - p) / ((n - k + 1.0) * p);
        k -= 1.0;
    }
    tail
}

/// Natural logarithm of the gamma function for positive numbers (Stirling's series after a shift
/// to 8 and above; exact to 1e-11).
pub fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 8.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y / 1680.0))) / x;
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

/// Two samples, counted into the same bins in order.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Distance {
    /// The largest distance between the two distribution functions, 0 to 1.
    pub distance: f64,
    /// The chance of such a distance between samples of one distribution.
    pub chance: f64,
}

/// The value below which `share` (0 to 1) of the others lie; `None` of none.
pub fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut all: Vec<f64> = values.into_iter().collect();
    let last = all.len().checked_sub(1)?;
    let at = ((share * all.len() as f64) as usize).min(last);
    Some(*all.select_nth_unstable_by(at, f64::total_cmp).1)
}

/// The upper of the two in the middle; `None` of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

/// Compares two samples; `None` where one of them is empty.
pub fn smirnov(one: &[u64], other: &[u64]) -> Option<Distance> {
    let (n, m) = (one.iter().sum::<u64>(), other.iter().sum::<u64>());
    if n == 0 || m == 0 {
        return None;
    }
    let (mut a, mut b, mut distance) = (0, 0, 0.0_f64);
    for (x, y) in one.iter().zip(other) {
        a += x;
        b += y;
        distance = distance.max((a as f64 / n as f64 - b as f64 / m as f64).abs());
    }
    let root = (n as f64 * m as f64 / (n + m) as f64).sqrt();
    let chance = kolmogorov((root + 0.12 + 0.11 / root) * distance);
    Some(Distance { distance, chance })
}

/// Probability that Kolmogorov's statistic is at least `x`.
fn kolmogorov(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let term = |k: u32| {
        let k2 = f64::from(k * k);
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        sign * (-2.0 * k2 * x * x).exp()
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// A step of an isotonic map: from this score on, so much is right.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Level {
    pub from: f64,
    pub share: f64,
}

/// The rising map nearest to points of score, what came out (0 or 1) and weight.
pub fn isotonic(points: &[(f64, f64, f64)]) -> Vec<Level> {
    struct Block {
        from: f64,
        sum: f64,
        weight: f64,
    }
    let mut sorted: Vec<&(f64, f64, f64)> = points.iter().filter(|p| p.2 > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    for (score, out, weight) in sorted {
        let same = |b: &&mut Block| b.from.total_cmp(score).is_eq();
        if let Some(block) = blocks.last_mut().filter(same) {
            block.sum += out * weight;
            block.weight += weight;
        } else {
            blocks.push(Block {
                from: *score,
                sum: out * weight,
                weight: *weight,
            });
        }
    }
    let mut pooled: Vec<Block> = Vec::new();
    for mut block in blocks {
        while let Some(below) =
            pooled.pop_if(|below| below.sum / below.weight >= block.sum / block.weight)
        {
            block.from = below.from;
            block.sum += below.sum;
            block.weight += below.weight;
        }
        pooled.push(block);
    }
    let level = |b: Block| Level {
        from: b.from,
        share: b.sum / b.weight,
    };
    pooled.into_iter().map(level).collect()
}

/// What an isotonic map says of a score; below its first step what that step says.
pub fn mapped(map: &[Level], score: f64) -> Option<f64> {
    let above = map.partition_point(|level| level.from <= score);
    map.get(above.saturating_sub(1)).map(|level| level.share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[track_caller]
    fn near(found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{found}, not {wanted}");
    }

    /// Published two-sided 95 % limits, so each side at 2.5 %.
    #[test]
    fn bounds_are_those_of_the_tables() {
        let cases = [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (2, 10, 0.0252, 0.5561),
            (5, 10, 0.1871, 0.8129),
            (10, 10, 0.6915, 1.0),
            (0, 100, 0.0, 0.0362),
            (1, 100, 0.0003, 0.0545),
            (3, 100, 0.0062, 0.0852),
            (10, 100, 0.0490, 0.1762),
            (50, 100, 0.3983, 0.6017),
            (1, 1000, 0.000_025, 0.005_559),
        ];
        for (hits, of, low, high) in cases {
            let count = Count::new(hits, of);
            near(count.at_least(0.025), low, 6e-5);
            near(count.at_most(0.025), high, 6e-5);
        }
    }

    /// With no hit the bound is 1 - chance^(1/n).
    #[test]
    fn no_hit_has_a_closed_form() {
        for of in [1, 2, 59, 600, 2_995, 29_956, 1_000_000_u64] {
            let exact = -(0.05_f64.ln() / of as f64).exp_m1();
            let found = Count::new(0, of).at_most(0.05);
            assert!((found / exact - 1.0).abs() < 1e-8, "{of}: {found} {exact}");
        }
        near(Count::default().at_most(0.05), 1.0, 0.0);
        near(Count::default().at_least(0.05), 0.0, 0.0);
    }

    /// Wilks' numbers, known from tolerance limits, and the rule of three.
    #[test]
    fn needed_numbers_are_those_of_the_tables() {
        let cases = [
            (0, 0.05, 59),
            (1, 0.05, 93),
            (2, 0.05, 124),
            (3, 0.05, 153),
            (0, 0.01, 299),
            (1, 0.01, 473),
            (0, 0.001, 2_995),
            (0, 0.0001, 29_956),
        ];
        for (hits, share, of) in cases {
            assert_eq!(needed(hits, share, 0.05), Some(of), "{hits} at {share}");
        }
        assert_eq!(needed(0, 0.0, 0.05), None);
    }

    /// The promise of a bound: the true share lies above it in at most one of twenty samples.
    #[test]
    fn the_bound_covers_as_often_as_it_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (share, of) in [(0.3, 20), (0.05, 80), (0.01, 315), (0.001, 1_250)] {
            let runs = 2_000;
            let missed = (0..runs)
                .filter(|_| {
                    let hits = (0..of).filter(|_| rng.random::<f64>() < share).count();
                    Count::new(hits as u64, of).at_most(0.05) < share
                })
                .count();
            // 5 % of 2,000 and three standard deviations.
            assert!(missed <= 130, "{share} of {of}: {missed} of {runs}");
        }
    }

    #[test]
    fn one_distribution_is_seldom_called_two_and_two_are_told_apart() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut sample = |n: u32, power: f64| {
            let mut bins = vec![0_u64; 50];
            for _ in 0..n {
                bins[(50.0 * rng.random::<f64>().powf(power)) as usize] += 1;
            }
            bins
        };
        let mut alarms = [0, 0];
        for _ in 0..500 {
            for (alarms, power) in alarms.iter_mut().zip([1.0, 1.5]) {
                let (one, other) = (sample(200, 1.0), sample(300, power));
                *alarms += u32::from(smirnov(&one, &other).unwrap().chance < 0.01);
            }
        }
        assert!(alarms[0] <= 12, "{alarms:?}");
        assert!(alarms[1] >= 300, "{alarms:?}");
        assert_eq!(smirnov(&[0, 0], &[1, 1]), None);
    }

    #[test]
    fn kolmogorov_s_distribution_is_the_table_s() {
        for (x, chance) in [(1.2238, 0.10), (1.3581, 0.05), (1.6276, 0.01)] {
            near(kolmogorov(x), chance, 1e-4);
        }
    }

    #[test]
    fn quantiles_are_values_that_occur() {
        let values = [3.0, 1.0, 4.0, 2.0];
        for (share, value) in [(0.0, 1.0), (0.24, 1.0), (0.25, 2.0), (0.5, 3.0), (1.0, 4.0)] {
            assert_eq!(quantile(values, share), Some(value), "{share}");
        }
        assert_eq!(median([2.0, 1.0, 9.0]), Some(2.0));
        assert_eq!(median([]), None);
    }

    #[test]
    fn violators_are_pooled() {
        let points = [
            (0.1, 0.0, 1.0),
            (0.2, 1.0, 1.0),
            (0.3, 0.0, 1.0),
            (0.9, 1.0, 2.0),
        ];
        let map = isotonic(&points);
        let shares: Vec<(f64, f64)> = map.iter().map(|l| (l.from, l.share)).collect();
        assert_eq!(shares, [(0.1, 0.0), (0.2, 0.5), (0.9, 1.0)]);
        assert_eq!(mapped(&map, 0.5), Some(0.5));
        assert_eq!(mapped(&map, 0.0), Some(0.0));
        assert_eq!(mapped(&[], 0.5), None);
    }

    proptest! {
        #[test]
        fn a_bound_is_a_bound(of in 1_u64..5_000, part in 0.0..1.0_f64, chance in 0.001..0.5_f64) {
            let count = Count::new((of as f64 * part) as u64, of);
            let (low, high) = (count.at_least(chance), count.at_most(chance));
            prop_assert!(low <= count.share() && count.share() <= high);
            prop_assert!(high >= Count::new(count.hits, of + 1).at_most(chance));
            prop_assert!(high <= Count::new(count.hits + 1, of).at_most(chance));
            prop_assert!(high <= count.at_most(chance / 2.0));
        }

        #[test]
        fn an_isotonic_map_rises_and_keeps_the_mean(
            points in prop::collection::vec((0.0..1.0_f64, prop::bool::ANY), 1..60)
        ) {
            let points: Vec<(f64, f64, f64)> =
                points.iter().map(|(x, y)| (*x, f64::from(u8::from(*y)), 1.0)).collect();
            let map = isotonic(&points);
            prop_assert!(map.windows(2).all(|w| w[0].from < w[1].from && w[0].share < w[1].share));
            let said: f64 = points.iter().filter_map(|p| mapped(&map, p.0)).sum();
            let seen: f64 = points.iter().map(|p| p.1).sum();
            prop_assert!((said - seen).abs() < 1e-9);
        }
    }
}
