//! Filled, worn, scanned cards with their truth: for volume, never instead of real scans.
//!
//! A card is drawn in three steps that know nothing of the readers: [`answers`] chooses what a
//! person answers, [`hand`] writes it with a pen onto the printed form, [`wear`] lays the paper on
//! a scanner. The same seed makes the same bytes.

pub mod answers;
pub mod cards;
pub mod fill;
pub mod hand;
pub mod strokes;
pub mod wear;
pub mod write;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A generator for one card: independent of how many cards are made and in what order.
pub fn card_rng(seed: u64, card: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(card));
    rng
}
