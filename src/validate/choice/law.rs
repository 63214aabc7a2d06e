//! Legal choices: a false consent costs far more than a review.

use super::odds;
use crate::doubt::{Doubt, Reason};
use crate::form::{CrossMeans, Field, Zone};
use crate::read::{MarkState, OptionReading};

/// What a legal choice is asked for although the answer is plain: any ink at another option, an
/// answer that may be a deletion, a cross, whatever the form says that it means, and one that the second
/// reader would not bet on.
pub(super) fn second_thoughts(field: &Field, options: &[OptionReading], value: &str) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut doubt = |reason: Reason| {
        if !doubts.contains(&Doubt::new(reason)) {
            doubts.push(Doubt::new(reason));
        }
    };
    let judged = odds::judged(options);
    let crossed = is_crossed(options, value, judged);
    if crossed {
        doubt(Reason::XMark);
    }
    if let (Zone::Marks(zone), true) = (&field.zone, judged) {
        let cross = match zone.cross_means {
            CrossMeans::Selected => CrossMeans::Ask,
            other => other,
        };
        if !crossed && odds::chance(options, value, cross) < odds::CONSENT_CHANCE {
            doubt(Reason::LowConf);
        }
        let chosen = |o: &OptionReading| o.value == value;
        let seen = |k| odds::before_the_law(options, k, (zone.cross_means, chosen));
        (0..options.len()).filter_map(seen).for_each(&mut doubt);
    }
    for option in options {
        match (option.value == value, option.state) {
            (true, MarkState::ScribbledOut | MarkState::Ghost) => doubt(Reason::Corrected),
            (true, _) | (false, MarkState::Empty) => {}
            (false, MarkState::Overflow) => doubt(Reason::Overflow),
            (false, MarkState::Foreign) => doubt(Reason::MarginNote),
            (false, _) => doubt(Reason::Ghost),
        }
    }
    doubts
}

/// Whether one of the chosen options may be a cross, by the second reader where it judged them.
fn is_crossed(options: &[OptionReading], value: &str, judged: bool) -> bool {
    options
        .iter()
        .filter(|o| value.split('|').any(|v| v == o.value))
        .any(|o| {
            if judged {
                odds::may_be_crossed(o)
            } else {
                o.state == MarkState::Crossed
            }
        })
}
