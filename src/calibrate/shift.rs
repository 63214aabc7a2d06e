//! Whether new cards are like those that were learnt from.
//!
//! Another pen or another scanner shows in how sure the reader is before anybody has answered. Each
//! field of a lot is counted by its confidence, in tenths of a decade of 1 - confidence, those that no
//! threshold settles apart; Smirnov's test compares that with the cards of the calibration
//! ([`crate::stats::smirnov`]; two-sample tests on a model's outputs are what Rabanser, Günnemann and
//! Lipton, Failing loudly, 2019, found best for telling such shifts). A lot is called shifted
//! when the distance is both sure and large.
//!
//! What it cannot see: a shift that makes the reader wrong and leaves it as sure. Only checks do.

use serde::Serialize;

use crate::stats::{Distance, smirnov};

/// Bins of a [`Spread`]: asked whatever the confidence; then ten for each decade down to 1e-7.
const BINS: usize = 72;

/// The chance of a false alarm in one lot of one group: rare, as a campaign has many of both.
const SURE: f64 = 0.001;

/// Of the two distribution functions. On 2,000 fields a distance of 0.06 is sure, and changes the
/// share of questions by six points at most; lots differ as much by nature ([`crate::lots`]).
const LARGE: f64 = 0.1;

/// Fewer fields tell nothing.
const LEAST: u64 = 100;

/// How many fields had which confidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Spread(Vec<u64>);

impl Default for Spread {
    fn default() -> Self {
        Self(vec![0; BINS])
    }
}

impl Spread {
    /// Counts a field; `None` for one that is asked whatever its confidence.
    pub fn add(&mut self, confidence: Option<f64>) {
        let bin = confidence.map_or(0, |confidence| {
            let decades = -(1.0 - confidence).max(1e-9).log10();
            1 + ((10.0 * decades).max(0.0) as usize).min(BINS - 2)
        });
        self.0[bin] += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(&other.0) {
            *own += more;
        }
    }

    pub fn fields(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// How far a lot lies off; `None` while it is like the others, or too small to tell.
pub fn shifted(learnt: &Spread, lot: &Spread) -> Option<Distance> {
    if learnt.fields() < LEAST || lot.fields() < LEAST {
        return None;
    }
    let found = smirnov(&learnt.0, &lot.0)?;
    (found.distance >= LARGE && found.chance < SURE).then_some(found)
}

#[cfg(test)]
mod tests {
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Fields whose distance from certainty is about `doubt`.
    fn spread(rng: &mut ChaCha8Rng, n: u32, doubt: f64) -> Spread {
        let mut spread = Spread::default();
        for _ in 0..n {
            let asked = rng.random::<f64>() < 0.1;
            let confidence = 1.0 - doubt * rng.random::<f64>().powi(3);
            spread.add((!asked).then_some(confidence));
        }
        spread
    }

    #[test]
    fn another_pen_is_noticed_and_the_same_pen_is_not() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let learnt = spread(&mut rng, 2_000, 0.01);
        let mut alarms = |doubt: f64| {
            let lots = (0..200).map(|_| spread(&mut rng, 300, doubt));
            lots.filter(|lot| shifted(&learnt, lot).is_some()).count()
        };
        assert!(alarms(0.01) <= 2);
        assert!(alarms(0.03) >= 190);
    }

    #[test]
    fn few_fields_tell_nothing_and_every_confidence_has_its_bin() {
        let mut few = Spread::default();
        for confidence in [Some(0.0), Some(1.0), Some(0.5), None, Some(0.999_999_99)] {
            few.add(confidence);
        }
        assert_eq!(few.fields(), 5);
        assert_eq!(shifted(&few, &few), None);
        let text = serde_json::to_string(&few).unwrap();
        assert_eq!(serde_json::from_str::<Spread>(&text).unwrap(), few);
    }
}
