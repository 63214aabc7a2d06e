//! Marks as people make them, one question at a time, with what they mean.
//!
//! [`MarkKind`] names what a person does at a question; [`question::draw`] does it with a
//! [`Marker`] and says what a reader should make of it; [`page::draw`] does a whole side and says
//! where the ink of one question reaches into another. `lines` and `cancel` hold the shapes, `desk`
//! what is done with them, `foreign` what is no answer at all. The kinds and their meanings are those
//! of the offices' own rules (tick, circle round the word, double line with a seal, the number
//! instead).

mod cancel;
mod desk;
pub mod foreign;
pub mod lines;
pub mod page;
pub mod question;

use std::str::FromStr;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::hand::between;
use super::nib::Nib;
use crate::form::MarkOption;

/// What a person does at one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    /// Nothing.
    Blank,
    /// A short tick in the box.
    Tick,
    /// A tick whose tail runs 5 to 8 mm up and right, perhaps into a neighbour's box.
    LongTick,
    /// The box filled, by a zigzag, a spiral or solidly.
    Fill,
    /// A small circle in the box.
    SmallRing,
    /// A circle round the word, closed or open from 60 % of the way.
    CircleWord,
    /// A circle round box and word, or round a box that has no word.
    CircleBoth,
    /// A cross in the box.
    Cross,
    /// A mark or word cancelled by a double line, sometimes with a small red seal.
    Struck,
    /// A mark scribbled over.
    Scribbled,
    /// One option cancelled, another marked.
    Correction,
    /// A mark rubbed out or covered with correction fluid; mostly another one beside it.
    Ghost,
    /// A line under the word.
    Underline,
    /// A postmark, receipt stamp or seal over the question.
    Stamp,
    /// Smudges and specks at the question.
    Dirt,
    /// A remark written beside the choice.
    Remark,
    /// The option's number written instead of a mark.
    Number,
    /// A slip of the pen.
    Stray,
    /// Two options marked.
    TwoMarks,
}

impl MarkKind {
    pub const ALL: [Self; 19] = [
        Self::Blank,
        Self::Tick,
        Self::LongTick,
        Self::Fill,
        Self::SmallRing,
        Self::CircleWord,
        Self::CircleBoth,
        Self::Cross,
        Self::Struck,
        Self::Scribbled,
        Self::Correction,
        Self::Ghost,
        Self::Underline,
        Self::Stamp,
        Self::Dirt,
        Self::Remark,
        Self::Number,
        Self::Stray,
        Self::TwoMarks,
    ];

    /// Answers that need no question to a person.
    pub const PLAIN: [Self; 7] = [
        Self::Blank,
        Self::Tick,
        Self::LongTick,
        Self::Fill,
        Self::SmallRing,
        Self::CircleWord,
        Self::CircleBoth,
    ];

    /// The name in commands and in the truth's `note`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Tick => "tick",
            Self::LongTick => "long-tick",
            Self::Fill => "fill",
            Self::SmallRing => "small-ring",
            Self::CircleWord => "circle-word",
            Self::CircleBoth => "circle-both",
            Self::Cross => "cross",
            Self::Struck => "struck",
            Self::Scribbled => "scribbled",
            Self::Correction => "correction",
            Self::Ghost => "ghost",
            Self::Underline => "underline",
            Self::Stamp => "stamp",
            Self::Dirt => "dirt",
            Self::Remark => "remark",
            Self::Number => "number",
            Self::Stray => "stray",
            Self::TwoMarks => "two-marks",
        }
    }

    /// Whether it can be done at this option: nobody ticks a word that has no box.
    pub fn fits(self, option: &MarkOption) -> bool {
        let (boxed, word) = (option.boxed.is_some(), option.word.is_some());
        match self {
            Self::Tick
            | Self::LongTick
            | Self::Fill
            | Self::SmallRing
            | Self::CircleBoth
            | Self::Cross => boxed,
            Self::CircleWord | Self::Underline => word,
            _ => boxed || word,
        }
    }

    /// Whether it needs a second option to go to.
    pub fn needs_two(self) -> bool {
        matches!(self, Self::Correction | Self::TwoMarks)
    }
}

/// The name of no kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of mark")]
pub struct UnknownKind(String);

impl FromStr for MarkKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|k| k.name() == name);
        found.ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// One person's way of marking, the same over a whole card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marker {
    pub nib: Nib,
    /// 0 careful, 1 in haste: long tails, open circles, wide misses.
    pub haste: f64,
    /// Size of marks against their boxes, about 1.
    pub scale: f64,
}

impl Marker {
    /// Anybody, with ink no paler than `weakest`.
    pub fn any(weakest: f64, rng: &mut ChaCha8Rng) -> Self {
        let haste = rng.random::<f64>();
        Self {
            nib: Nib::any(weakest, rng),
            haste,
            scale: between(rng, 0.85, 1.1) + 0.12 * haste,
        }
    }

    /// The same hand at its next mark: no two are pressed alike.
    #[must_use]
    pub fn once_more(self, rng: &mut ChaCha8Rng) -> Self {
        let nib = self.nib.paler(between(rng, 0.85, 1.0));
        self.with(nib.wider(between(rng, 0.85, 1.15)))
    }

    #[must_use]
    pub fn with(self, nib: Nib) -> Self {
        Self { nib, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_agree() {
        for kind in MarkKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("ticks".parse::<MarkKind>().is_err());
    }
}
