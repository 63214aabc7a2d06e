//! Whether one lot is unlike the lots before it.
//!
//! Measured: a share (hits of trials), or the median of a measure of the pages. A jump is both too
//! large to be chance and large enough to matter.
//!
//! **Shares.** What the earlier lots say of the share is a beta distribution; what the lot should
//! then show is beta-binomial, and its two-sided tail is the probability of what it does show. No
//! normal approximation, so 3 of 100 after 0 of 300 is judged rightly too. Lots differ by nature
//! (the old answer first, a district sends late): how far the earlier lots differ among themselves
//! beyond chance widens the distribution (method of moments, from three earlier lots on).
//!
//! **Medians.** The standard error of a median from the pages' median absolute deviation, with the
//! same allowance for differences among lots. Robust against single bad pages.
//!
//! Earlier lots that were alarmed about the same measure are left out while they are the smaller
//! part: a shifted reprint is said of every lot that holds it. Once there are as many pages of them
//! as of the others, nobody knows which is normal; all count, and differ so much that only a third
//! kind of lot is alarmed. Without this one odd first lot would alarm about every lot after it.
//!
//! Source: own; beta-binomial prediction and the moments estimate of between-group variance are
//! textbook statistics. Error rates: `lots::tests`, by simulation.

use crate::stats::{self, ln_gamma};

/// Fewer pages than this are judged together with the lot that follows, and fewer before it are no
/// measure: a share of 100 has a standard error of up to 5 points.
pub(super) const LEAST_PAGES: u64 = 100;

/// Earlier lots from which their own spread can be told.
const LEAST_LOTS: usize = 3;

/// 1 / Φ⁻¹(3/4): standard deviations in a median absolute deviation.
const MAD: f64 = 1.4826;

/// Standard error of a median against that of a mean, √(π/2).
const MEDIAN: f64 = 1.2533;

/// Hits of trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub hits: u64,
    pub of: u64,
}

impl Share {
    pub(super) fn get(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }
}

/// How sure an alarm must be, and how large the jump.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    /// The most probable chance that is still alarmed.
    pub chance: f64,
    /// The least difference that is alarmed.
    pub least: f64,
    /// A fall is good news.
    pub rises_only: bool,
}

impl Gate {
    fn is_small(self, now: f64, before: f64) -> bool {
        let jump = now - before;
        let counted = if self.rises_only { jump } else { jump.abs() };
        counted < self.least
    }
}

/// A lot's value against what was before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Jump {
    pub now: f64,
    pub before: f64,
    pub pages: u64,
    pub pages_before: u64,
}

/// Earlier lots: those that are normal, and those that were alarmed.
#[derive(Debug)]
struct Earlier<L> {
    normal: Vec<L>,
    alarmed: Vec<L>,
    /// Pages of the normal lots less those of the alarmed ones.
    majority: i64,
}

impl<L: Copy> Earlier<L> {
    fn new() -> Self {
        Self {
            normal: Vec::new(),
            alarmed: Vec::new(),
            majority: 0,
        }
    }

    /// What the next lot is held against.
    fn measure(&self) -> Vec<L> {
        let mut lots = self.normal.clone();
        if self.majority <= 0 {
            lots.extend(&self.alarmed);
        }
        lots
    }

    fn add(&mut self, lot: L, pages: u64, jump: Option<&Jump>) {
        let pages = pages as i64;
        if jump.is_some() {
            self.alarmed.push(lot);
            self.majority -= pages;
        } else {
            self.normal.push(lot);
            self.majority += pages;
        }
    }
}

/// For each lot in order, whether its share jumps against those before.
pub(super) fn of_shares(lots: &[Share], gate: Gate) -> Vec<Option<Jump>> {
    let mut earlier = Earlier::new();
    let mut out = Vec::with_capacity(lots.len());
    for lot in lots {
        let jump = share_jump(&earlier.measure(), *lot, gate);
        earlier.add(*lot, lot.of, jump.as_ref());
        out.push(jump);
    }
    out
}

fn share_jump(before: &[Share], lot: Share, gate: Gate) -> Option<Jump> {
    let hits: u64 = before.iter().map(|s| s.hits).sum();
    let of: u64 = before.iter().map(|s| s.of).sum();
    if of < LEAST_PAGES || lot.of < LEAST_PAGES {
        return None;
    }
    let pooled = Share { hits, of };
    if gate.is_small(lot.get(), pooled.get()) {
        return None;
    }
    let chance = chance_of(lot, Belief::of(before, pooled));
    (chance < gate.chance).then(|| Jump {
        now: lot.get(),
        before: pooled.get(),
        pages: lot.of,
        pages_before: of,
    })
}

/// What the earlier lots say of a share: a beta distribution.
#[derive(Clone, Copy, Debug)]
struct Belief {
    a: f64,
    b: f64,
}

impl Belief {
    fn of(before: &[Share], pooled: Share) -> Self {
        let p = (pooled.hits as f64 + 0.5) / (pooled.of as f64 + 1.0);
        let alike = alikeness(before, p);
        let worth =
            1.0 / (1.0 / (pooled.of as f64 + 1.0) + alike * (1.0 + 1.0 / before.len() as f64));
        Self {
            a: worth * p,
            b: worth * (1.0 - p),
        }
    }
}

/// Variance of the lots' shares beyond chance, against p(1-p): 0 when they are alike.
fn alikeness(lots: &[Share], p: f64) -> f64 {
    let lots: Vec<&Share> = lots.iter().filter(|s| s.of > 0).collect();
    if lots.len() < LEAST_LOTS {
        return 0.0;
    }
    let all: f64 = lots.iter().map(|s| s.of as f64).sum();
    let squares: f64 = lots.iter().map(|s| (s.of as f64).powi(2)).sum();
    let spread: f64 = lots
        .iter()
        .map(|s| s.of as f64 * (s.get() - p).powi(2) / (p * (1.0 - p)))
        .sum();
    let freedom = lots.len() as f64 - 1.0;
    ((spread - freedom) / (all - squares / all)).clamp(0.0, 1.0)
}

/// Probability of a lot at least this far out, both ways.
fn chance_of(lot: Share, Belief { a, b }: Belief) -> f64 {
    let (of, hits) = (lot.of as f64, lot.hits as f64);
    let log_at = |k: f64| {
        ln_gamma(of + 1.0) - ln_gamma(k + 1.0) - ln_gamma(of - k + 1.0) + ln_beta(k + a, of - k + b)
            - ln_beta(a, b)
    };
    // From the hits outwards the terms fall; each follows from the one before it.
    let up = hits >= of * a / (a + b);
    let (mut k, mut term, mut tail) = (hits, log_at(hits).exp(), 0.0);
    loop {
        tail += term;
        let ratio = if up {
            (of - k) * (k + a) / ((k + 1.0) * (of - k - 1.0 + b))
        } else {
            k * (of - k + b) / ((of - k + 1.0) * (k - 1.0 + a))
        };
        k += if up { 1.0 } else { -1.0 };
        if !(0.0..=of).contains(&k) || term < tail * 1e-12 {
            return (2.0 * tail).min(1.0);
        }
        term *= ratio;
    }
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// For each lot in order, whether the median of its pages jumps against those before. Values need
/// not be sorted. `floor`: the least spread of single pages that is believed.
pub(super) fn of_medians(lots: &[Vec<f64>], gate: Gate, floor: f64) -> Vec<Option<Jump>> {
    let mut earlier: Earlier<&[f64]> = Earlier::new();
    let mut out = Vec::with_capacity(lots.len());
    for lot in lots {
        let jump = median_jump(&earlier.measure(), lot, (gate, floor));
        earlier.add(lot, lot.len() as u64, jump.as_ref());
        out.push(jump);
    }
    out
}

fn median_jump(before: &[&[f64]], lot: &[f64], (gate, floor): (Gate, f64)) -> Option<Jump> {
    let pooled: Vec<f64> = before.iter().flat_map(|l| l.iter().copied()).collect();
    let (n, all) = (lot.len() as u64, pooled.len() as u64);
    if n < LEAST_PAGES || all < LEAST_PAGES {
        return None;
    }
    let (now, usual) = (median(lot), median(&pooled));
    if gate.is_small(now, usual) {
        return None;
    }
    let off: Vec<f64> = pooled.iter().map(|v| (v - usual).abs()).collect();
    let single = (MEDIAN * MAD * median(&off)).max(floor);
    let error = single.powi(2) * (1.0 / n as f64 + 1.0 / all as f64);
    let z = (now - usual) / (error + between(before, single)).sqrt();
    (two_sided(z) < gate.chance).then_some(Jump {
        now,
        before: usual,
        pages: n,
        pages_before: all,
    })
}

/// Variance of the lots' medians beyond chance, for one more lot.
fn between(lots: &[&[f64]], single: f64) -> f64 {
    let lots: Vec<&&[f64]> = lots.iter().filter(|l| !l.is_empty()).collect();
    if lots.len() < LEAST_LOTS {
        return 0.0;
    }
    let k = lots.len() as f64;
    let medians: Vec<f64> = lots.iter().map(|l| median(l)).collect();
    let mean = medians.iter().sum::<f64>() / k;
    let variance = medians.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (k - 1.0);
    let chance = lots
        .iter()
        .map(|l| single.powi(2) / l.len() as f64)
        .sum::<f64>()
        / k;
    (variance - chance).max(0.0) * (1.0 + 1.0 / k)
}

/// 0 for none.
fn median(values: &[f64]) -> f64 {
    stats::median(values.iter().copied()).unwrap_or(0.0)
}

/// Probability of a standard normal farther out than `z`, both ways (Abramowitz and Stegun 7.1.26;
/// wrong by less than 2e-7).
fn two_sided(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    (poly * (-x * x).exp()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gamma_function_is_a_factorial() {
        let mut factorial = 1.0_f64;
        for n in 1..30 {
            assert!(
                (ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-10,
                "{n}"
            );
            factorial *= f64::from(n);
        }
        let half = std::f64::consts::PI.sqrt().ln();
        assert!((ln_gamma(0.5) - half).abs() < 1e-10);
    }

    #[test]
    fn all_outcomes_of_a_lot_together_are_certain() {
        // Both tails of every outcome: the sum over all x of P(x) is one.
        let belief = Belief { a: 3.5, b: 40.5 };
        let n = 60_u64;
        let point = |hits: u64| {
            let at_least = |hits| chance_of(Share { hits, of: n }, belief) / 2.0;
            // Above the mean the tail of x less the tail of x + 1 is the point.
            at_least(hits) - if hits < n { at_least(hits + 1) } else { 0.0 }
        };
        let above: f64 = (10..=n).map(point).sum();
        let tail = chance_of(Share { hits: 10, of: n }, belief) / 2.0;
        assert!((above - tail).abs() < 1e-9, "{above} {tail}");
    }

    #[test]
    fn the_normal_tail_is_the_table_s() {
        for (z, p) in [(1.959_964, 0.05), (2.575_829, 0.01), (3.290_527, 0.001)] {
            assert!((two_sided(z) - p).abs() < 1e-6, "{z}");
        }
    }

    #[test]
    fn a_jump_needs_size_and_certainty() {
        let gate = Gate {
            chance: 5e-4,
            least: 0.05,
            rises_only: false,
        };
        let check = |before: (u64, u64), now: (u64, u64), wanted: bool| {
            let share = |(hits, of)| Share { hits, of };
            let got = of_shares(&[share(before), share(now)], gate)[1].is_some();
            assert_eq!(got, wanted, "{before:?} {now:?}");
        };
        check((20, 1000), (21, 300), true); // 2 % to 7 % in 300 cards
        check((500, 1000), (165, 300), false); // 50 % to 55 %: chance
        check((25_000, 50_000), (2750, 5000), true); // the same in 5,000
        check((25_000, 50_000), (2700, 5000), false); // sure, but 4 points
        check((0, 300), (6, 100), true); // never before
        check((0, 300), (4, 50), false); // too few cards
        check((0, 50), (60, 100), false); // too few before
    }

    #[test]
    fn lots_that_always_differ_alarm_later() {
        let gate = Gate {
            chance: 5e-4,
            least: 0.05,
            rises_only: false,
        };
        let share = |hits| Share { hits, of: 500 };
        let alike = [share(100), share(101), share(99), share(100), share(140)];
        let unlike = [share(80), share(120), share(90), share(110), share(140)];
        assert!(of_shares(&alike, gate)[4].is_some());
        assert!(of_shares(&unlike, gate).iter().all(Option::is_none));
    }

    #[test]
    fn a_lot_that_was_alarmed_is_no_measure() {
        let gate = Gate {
            chance: 5e-4,
            least: 0.05,
            rises_only: false,
        };
        let lots = [(200, 2000), (300, 1000), (300, 1000), (100, 1000)];
        let lots = lots.map(|(hits, of)| Share { hits, of });
        let said: Vec<bool> = of_shares(&lots, gate).iter().map(Option::is_some).collect();
        assert_eq!(said, [false, true, true, false]);
    }

    #[test]
    fn single_bad_pages_do_not_move_a_median() {
        let gate = Gate {
            chance: 5e-4,
            least: 0.1,
            rises_only: true,
        };
        let pages = |at: f64| {
            (0..150)
                .map(|i| at + 0.001 * f64::from(i % 20))
                .collect::<Vec<_>>()
        };
        let mut dirty = pages(0.1);
        dirty[..40].fill(5.0);
        let lots = [pages(0.1), dirty, pages(0.3)];
        let said: Vec<bool> = of_medians(&lots, gate, 0.01)
            .iter()
            .map(Option::is_some)
            .collect();
        assert_eq!(said, [false, false, true]);
    }
}
