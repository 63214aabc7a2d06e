//! How sure the machine is.

use serde::{Deserialize, Deserializer, Serialize};

/// A calibrated probability of being right, 0 to 1. A number that was never calibrated on
/// held-out samples is a score and must not be put in here.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Confidence(f64);

impl Confidence {
    pub const CERTAIN: Self = Self(1.0);
    pub const NONE: Self = Self(0.0);

    /// Clamps into 0..=1; not-a-number becomes 0.
    pub fn new(p: f64) -> Self {
        if p.is_nan() {
            Self(0.0)
        } else {
            Self(p.clamp(0.0, 1.0))
        }
    }

    pub fn get(self) -> f64 {
        self.0
    }

    /// Both must hold and are independent.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

impl<'de> Deserialize<'de> for Confidence {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        f64::deserialize(d).map(Self::new)
    }
}
