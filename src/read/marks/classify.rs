//! Measures to a kind of mark and the probability that it selects its option: the one place that
//! a trained classifier replaces.

use crate::confidence::Confidence;
use crate::read::{MarkMeasures, MarkState};

use super::measure::Form;
use super::stroke::ROUND;

/// Added darkness against the page's clear marks at which a mark is as likely as none, and how
/// fast it becomes sure. On 33 openmcr, formscanner, sdaps and mcq pages 2,150 marks lie at 0.41 and
/// above but for two at 0.17 and 0.24, 11,000 empty boxes at 0.25 and below but for one at 0.47.
const EVEN: f64 = 0.34;
const STEEP: f64 = 28.0;

/// Below this many spreads of the empty boxes it is paper, unless it is as dark as marks are.
const NOISE: f64 = 5.0;

/// Added darkness against the page's clear marks below which it is paper.
const PAPER: f64 = 0.12;

/// A fill covers at least this share of its box.
const FILL: f64 = 0.5;

/// Ink of an erased mark against ordinary marks of the page.
const ERASED: f64 = 0.62;

/// A scribble covers the box and this share of the ring round it.
const SCRIBBLE_RING: f64 = 0.25;

/// Added ink on the word, and round it, from which somebody wrote there: an underline of 15 x 0.5 mm
/// covers 0.03 of the ring, the rest of a word printed 0.25 mm off covers less than 0.01 of it.
const ON_WORD: f64 = 0.03;
const ROUND_WORD: f64 = 0.012;

/// What the ink of one option is.
pub(super) fn classify(m: &MarkMeasures, form: Form, (boxed, worded): (bool, bool)) -> MarkState {
    if m.own < 0.5 && m.box_share < 0.5 && m.relative < EVEN {
        return MarkState::Overflow;
    }
    if m.enclosure >= ROUND {
        return MarkState::Circled;
    }
    if form.struck {
        return MarkState::Struck;
    }
    if !boxed || is_paper(m) {
        return if worded && m.known && beside(m) {
            MarkState::Foreign
        } else {
            MarkState::Empty
        };
    }
    if m.relative < ERASED && m.span >= 0.5 && m.box_share >= FILL {
        return MarkState::Ghost;
    }
    if m.box_share > 0.8 && m.ring_share > SCRIBBLE_RING {
        return MarkState::ScribbledOut;
    }
    if form.crossed {
        return MarkState::Crossed;
    }
    if m.box_share >= FILL {
        MarkState::Filled
    } else {
        MarkState::Tick
    }
}

/// Ink on the word or round it that is neither circle nor strike: an underline, a tick on the word.
fn beside(m: &MarkMeasures) -> bool {
    m.word_share >= ON_WORD || m.ring_share >= ROUND_WORD
}

fn is_paper(m: &MarkMeasures) -> bool {
    m.relative < PAPER || (m.excess < NOISE && m.relative < EVEN)
}

/// The probability that the person selected the option, alone, before its neighbours are looked at.
pub(super) fn selected(m: &MarkMeasures, state: MarkState) -> Confidence {
    let darkness = 1.0 / (1.0 + (-STEEP * (m.relative - EVEN)).exp());
    let p = match state {
        MarkState::Circled => 0.9995,
        MarkState::Struck | MarkState::Foreign => 0.3,
        MarkState::Overflow => 0.02,
        MarkState::Empty if is_paper(m) => darkness.min(0.0005),
        _ => darkness,
    };
    Confidence::new(p)
}
