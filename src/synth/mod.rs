//! Filled, worn, scanned cards with their truth: for volume, never instead of real scans.
//!
//! A card is drawn in three steps that know nothing of the readers: [`answers`] chooses what a
//! person answers, [`hand`] writes it with a pen onto the printed form, [`wear`] lays the paper on
//! a scanner. The same seed makes the same bytes.
//!
//! For marks alone there is a finer hand: [`marks`] draws what people do at a question with
//! [`nib`]s, [`degrade`] wears the page as scanners, copiers and faxes do, [`volume`] makes pages of
//! both by the thousand.

pub mod answers;
pub mod cards;
pub mod degrade;
pub mod fill;
pub mod geometry;
pub mod hand;
pub mod inks;
mod lost;
pub mod marks;
pub mod nib;
pub mod strokes;
mod truth;
pub mod volume;
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
