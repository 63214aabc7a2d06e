//! From which confidence a value may be accepted, so that a promise holds.
//!
//! **What speaks for what.** People are asked about what the machine is unsure of, so their answers
//! say nothing of what it accepted. Two strata are kept apart: fields that the machine *vouches* for,
//! known only where a random check drew them, and fields that people were *asked* about, known where
//! they answered. The error of what a threshold accepts is the mean of both, each weighted by how
//! many of its fields reach the threshold, known or not; so a higher threshold is judged by checks
//! alone, and a lower one by checks and by the answers in between. Answers given with the machine's
//! proposal in sight may agree too readily: only checks and double entry are blind.
//!
//! **The bound** is Clopper and Pearson's in each stratum, the allowed chance shared between them.
//!
//! **The search** is fixed-sequence testing as in Learn then Test (Angelopoulos, Bates, Candès,
//! Jordan, Lei, 2021; Bauer, Multiple testing in clinical trials, 1991): thresholds and their order
//! are fixed before any answer is seen. It begins at the threshold that the form's target gives, goes
//! down while each next one is proved and stops at the first that is not; that may fail one time in
//! forty. Where the first itself is not proved, the thresholds above it share the other fortieth
//! among them. Both together: what is called proved is wrong at most one time in twenty, for each
//! target by itself. Fields are taken as draws from one stream; a shift breaks that, and is looked
//! for apart ([`super::shift`]).
//!
//! What cannot be proved is not promised: the form's own threshold stays. Only where the answers
//! contradict the target is a higher one proposed without a proof.

use serde::Serialize;

use crate::stats::{Count, needed};

/// All that is called proved at one target is wrong with this chance at most.
pub const CHANCE: f64 = 0.05;

/// The thresholds that are tried, beside the form's own.
const LADDER: [f64; 18] = [
    0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.999_5, 0.999_8,
    0.999_9, 0.999_95, 0.999_99, 1.0,
];

/// Above every confidence: all is asked.
pub const ASK_ALL: f64 = 1.01;

/// A field that a threshold decides about: nothing else speaks against it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    pub confidence: f64,
    /// The machine vouches for it, or did until a check drew it.
    pub vouched: bool,
    /// Whether the machine is right, where a person said so.
    pub right: Option<bool>,
}

/// The error of what a threshold accepts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Risk {
    /// Fields that reach the threshold.
    pub accepted: u64,
    /// Of these, how many people checked or answered, and how many of them were wrong.
    pub known: u64,
    pub wrong: u64,
    /// Share wrong, as estimated.
    pub observed: f64,
    /// With the chance that was allowed, no larger and no smaller.
    pub at_most: f64,
    pub at_least: f64,
}

/// What may be said of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "lowercase")]
pub enum Standing {
    /// The error stays under the target, with 95 % confidence.
    Proven,
    /// Too little is known. So many checks more, without an error among them, would prove the form's
    /// own threshold; `None` where no number would.
    Unproven { checks: Option<u64> },
    /// The answers contradict the target at the form's own threshold.
    Missed,
}

/// What a target comes to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub target: f64,
    /// Accept from here.
    pub accept_from: f64,
    #[serde(flatten)]
    pub standing: Standing,
    #[serde(flatten)]
    pub risk: Risk,
    /// Fields that people are asked about at this threshold, those included that no threshold settles.
    pub asked: u64,
}

/// One stratum at a threshold.
#[derive(Clone, Copy, Debug, Default)]
struct Stratum {
    fields: u64,
    known: Count,
}

fn strata(items: &[Item], from: f64) -> [Stratum; 2] {
    let mut both = [Stratum::default(); 2];
    for item in items.iter().filter(|i| i.confidence >= from) {
        let stratum = &mut both[usize::from(item.vouched)];
        stratum.fields += 1;
        if let Some(right) = item.right {
            stratum.known.of += 1;
            stratum.known.hits += u64::from(!right);
        }
    }
    both
}

/// The error of what is accepted from a confidence on. Where nothing is accepted, nothing is proved.
pub fn risk(items: &[Item], from: f64, chance: f64) -> Risk {
    let both = strata(items, from);
    let filled: Vec<Stratum> = both.into_iter().filter(|s| s.fields > 0).collect();
    let accepted: u64 = filled.iter().map(|s| s.fields).sum();
    let each = chance / filled.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Stratum) -> f64, nothing: f64| {
        if accepted == 0 {
            return nothing;
        }
        let sum: f64 = filled.iter().map(|s| s.fields as f64 * of(s)).sum();
        sum / accepted as f64
    };
    Risk {
        accepted,
        known: filled.iter().map(|s| s.known.of).sum(),
        wrong: filled.iter().map(|s| s.known.hits).sum(),
        observed: mean(&|s| s.known.share(), 0.0),
        at_most: mean(&|s| s.known.at_most(each), 1.0),
        at_least: mean(&|s| s.known.at_least(each), 0.0),
    }
}

/// The threshold for a target. `start`: the form's own; `stuck`: fields that no threshold settles.
pub fn plan(items: &[Item], (start, target): (f64, f64), stuck: u64) -> Plan {
    let half = CHANCE / 2.0;
    let (accept_from, standing, chance) = search(items, start, target);
    let below = items.iter().filter(|i| i.confidence < accept_from).count();
    Plan {
        target,
        accept_from,
        standing,
        risk: risk(items, accept_from, chance.min(half)),
        asked: below as u64 + stuck,
    }
}

fn search(items: &[Item], start: f64, target: f64) -> (f64, Standing, f64) {
    let half = CHANCE / 2.0;
    let proved = |from: f64, chance: f64| risk(items, from, chance).at_most <= target;
    let accepted = |from: f64| items.iter().filter(|i| i.confidence >= from).count();
    if proved(start, half) {
        let lower = LADDER.iter().rev().copied().filter(|t| *t < start);
        // A step that adds no field was tried on nothing: it is not taken.
        let mut best = (start, accepted(start));
        for from in lower.take_while(|t| proved(*t, half)) {
            if accepted(from) > best.1 {
                best = (from, accepted(from));
            }
        }
        return (best.0, Standing::Proven, half);
    }
    let higher: Vec<f64> = LADDER.iter().copied().filter(|t| *t > start).collect();
    let each = half / higher.len().max(1) as f64;
    if let Some(best) = higher.iter().find(|t| proved(**t, each)) {
        return (*best, Standing::Proven, each);
    }
    if risk(items, start, CHANCE).at_least > target {
        let fits = |t: &&f64| {
            let risk = risk(items, **t, CHANCE);
            risk.known > 0 && risk.observed <= target
        };
        let best = higher.iter().find(fits).copied().unwrap_or(ASK_ALL);
        return (best, Standing::Missed, half);
    }
    let checks = missing(items, (start, target), half);
    (start, Standing::Unproven { checks }, half)
}

/// How many checks more, none of them wrong, would prove the target.
fn missing(items: &[Item], (start, target): (f64, f64), chance: f64) -> Option<u64> {
    let [asked, vouched] = strata(items, start);
    let filled = [asked, vouched].iter().filter(|s| s.fields > 0).count();
    let each = chance / filled.max(1) as f64;
    let (open, other) = if vouched.fields > 0 {
        (vouched, asked)
    } else {
        (asked, vouched)
    };
    let total = (open.fields + other.fields) as f64;
    let of_other = if other.fields == 0 {
        0.0
    } else {
        other.fields as f64 * other.known.at_most(each)
    };
    let left = match open.fields {
        0 => target,
        fields => (target * total - of_other) / fields as f64,
    };
    let all = needed(open.known.hits, left.min(1.0), each)?;
    Some(all.saturating_sub(open.known.of))
}

/// The points of a risk-coverage curve: each threshold of the ladder with what it accepts.
pub fn curve(items: &[Item]) -> Vec<(f64, Risk)> {
    let at = |from: &f64| (*from, risk(items, *from, CHANCE));
    LADDER.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const START: f64 = 0.99;

    /// So many fields at a confidence, of which the first `known` are known and the first `wrong` of
    /// these wrong.
    fn fields(
        confidence: f64,
        vouched: bool,
        (n, known, wrong): (usize, usize, usize),
    ) -> Vec<Item> {
        let right = |i: usize| (i < known).then_some(i >= wrong);
        let item = |i| Item {
            confidence,
            vouched,
            right: right(i),
        };
        (0..n).map(item).collect()
    }

    #[test]
    fn asked_fields_prove_nothing_of_accepted_ones() {
        let mut items = fields(0.999, true, (5_000, 0, 0));
        items.extend(fields(0.9, false, (5_000, 5_000, 0)));
        let plan = plan(&items, (START, 0.01), 0);
        // 368 checks at a chance of one in forty.
        let unproven = Standing::Unproven { checks: Some(368) };
        assert_eq!((plan.accept_from, plan.standing), (START, unproven));
        assert_eq!((plan.risk.accepted, plan.risk.known), (5_000, 0));
        assert_eq!(plan.asked, 5_000);
    }

    #[test]
    fn checks_prove_the_threshold_and_answers_below_it_lower_it() {
        let mut items = fields(0.999, true, (5_000, 400, 0));
        let proven = plan(&items, (START, 0.01), 7);
        assert_eq!(
            (proven.accept_from, proven.standing),
            (START, Standing::Proven)
        );
        items.extend(fields(0.97, false, (500, 400, 0)));
        items.extend(fields(0.9, false, (500, 400, 100)));
        let lowered = plan(&items, (START, 0.015), 7);
        assert_eq!(lowered.standing, Standing::Proven);
        // Down to 0.95 nothing more is accepted; at 0.9 a quarter is wrong.
        assert!((lowered.accept_from - 0.97).abs() < 1e-12, "{lowered:?}");
        assert_eq!((lowered.asked, lowered.risk.accepted), (507, 5_500));
        assert!(lowered.risk.at_most <= 0.015);
    }

    #[test]
    fn errors_at_the_edge_raise_the_threshold() {
        let mut items = fields(0.992, true, (1_000, 500, 20));
        items.extend(fields(0.999_9, true, (9_000, 4_500, 0)));
        let raised = plan(&items, (START, 0.003), 0);
        assert_eq!(raised.standing, Standing::Proven);
        assert!((raised.accept_from - 0.995).abs() < 1e-12, "{raised:?}");
        assert_eq!(raised.asked, 1_000);
    }

    #[test]
    fn what_contradicts_the_target_is_called_missed() {
        let items = fields(0.992, true, (1_000, 300, 30));
        let missed = plan(&items, (START, 0.001), 0);
        assert_eq!(missed.standing, Standing::Missed);
        assert!((missed.accept_from - ASK_ALL).abs() < 1e-12);
        assert_eq!(missed.asked, 1_000);
    }

    #[test]
    fn nothing_known_proves_nothing() {
        for items in [Vec::new(), fields(0.999, true, (10, 0, 0))] {
            let plan = plan(&items, (START, 0.001), 3);
            assert!(
                matches!(
                    plan.standing,
                    Standing::Unproven {
                        checks: Some(3_688)
                    }
                ),
                "{plan:?}"
            );
            assert!((plan.accept_from - START).abs() < 1e-12);
        }
    }

    /// What is called proved although the error is a little above the target everywhere: one campaign
    /// in twenty at most. Where it is far below, most campaigns prove it.
    #[test]
    fn what_is_called_proved_holds() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut proved = |error: f64| {
            let campaign = |rng: &mut ChaCha8Rng| -> Vec<Item> {
                let one = |_| {
                    let confidence = 1.0 - 0.02 * rng.random::<f64>();
                    let vouched = confidence >= START;
                    let known = !vouched || rng.random::<f64>() < 0.6;
                    Item {
                        confidence,
                        vouched,
                        right: known.then_some(rng.random::<f64>() >= error),
                    }
                };
                (0..3_000).map(one).collect()
            };
            let runs = (0..400).filter(|_| {
                let plan = plan(&campaign(&mut rng), (START, 0.01), 0);
                plan.standing == Standing::Proven
            });
            runs.count()
        };
        // One in twenty of 400, and three standard deviations.
        let (broken, held) = (proved(0.0105), proved(0.003));
        assert!(broken <= 33, "{broken} of 400");
        assert!(held >= 240, "{held} of 400");
    }
}
