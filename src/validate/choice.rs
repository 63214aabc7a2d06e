//! Decides marked options: the table of what marks on the options of one question mean together.
//!
//! A mark counts against its neighbours as well as by itself: the same grey is an answer where the
//! rest of the row is clean paper, and nothing where every box looks like it.

mod law;
mod odds;
mod pen;

use super::Verdict;
use super::parse::{self, Setting};
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Corrected, CrossMeans, Field, MarkZone, ValueKind, Zone};
use crate::read::{Content, MarkState, OptionReading, Reading};

/// A mark alone in its row: added darkness against the page's clear marks at which it is as likely
/// an answer as not, and how fast it becomes sure. Of 1,900 single marks in the openmcr,
/// formscanner, sdaps and mcq rows none of an empty row stands above 0.25, and 3 real ones below 0.4.
const LONE_EVEN: f64 = 0.22;
const LONE_STEEP: f64 = 45.0;

/// The second mark of a row is nothing to worry about below this share of the first.
const FAR_BEHIND: f64 = 0.45;

/// A second mark this near to the first is an answer too; between the two shares it may be one
/// that was rubbed out.
const EQUAL: f64 = 0.75;

/// A row without an answer whose darkest box stands out this far (against clear marks of the page,
/// and against its neighbours) is shown to a person rather than called blank.
const FAINT_FROM: f64 = 0.15;

/// How much less a grey box means when its neighbours are as grey, and when the reader calls it
/// paper: 1,200 blank rows of the same pages hold no answer in either case.
const CROWD: f64 = 0.01;
const PAPER: f64 = 0.2;

/// What one option's ink says, before its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    No,
    /// Something, but less than an answer.
    Weak,
    Yes,
    /// A cross that the form does not explain.
    Cross,
    Struck,
    /// Ink at the option that is no mark of its box.
    Beside,
}

/// A decision on one question or one column.
struct Decided {
    value: String,
    confidence: f64,
    doubts: Vec<Doubt>,
}

impl Decided {
    fn asked(value: impl Into<String>, reason: Reason) -> Self {
        Self {
            value: value.into(),
            confidence: 0.0,
            doubts: vec![reason.into()],
        }
    }
}

/// Decides a question answered by marks. Does not look at `required`: the caller does.
pub(super) fn decide(field: &Field, reading: &Reading, setting: &Setting) -> Verdict {
    let decided = match (&field.zone, &reading.content) {
        (Zone::Marks(zone), Content::Marks { options }) => marks(zone, options),
        (Zone::Grid(_), Content::Grid { columns }) => as_written(field, grid(columns), setting),
        _ => Decided::asked("", Reason::NoEngine),
    };
    let mut doubts = reading.doubts.clone();
    for doubt in decided.doubts {
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    }
    if let (true, true, Content::Marks { options }) =
        (field.consent, doubts.is_empty(), &reading.content)
    {
        doubts = law::second_thoughts(field, options, &decided.value);
    }
    Verdict::decide(
        field,
        decided.value,
        Confidence::new(decided.confidence),
        doubts,
    )
}

fn marks(zone: &MarkZone, options: &[OptionReading]) -> Decided {
    if options.len() != zone.options.len() {
        return Decided::asked("", Reason::OutOfPicture);
    }
    let by_rules = if zone.at_most == 1 {
        single(options, zone.cross_means)
    } else {
        several(zone, options)
    };
    let decided = if odds::judged(options) {
        odds::second(zone, options, by_rules)
    } else {
        by_rules
    };
    accept_correction(zone, options, decided)
}

/// The answer that is left beside a struck one, where the form accepts corrections and the second
/// reader is as sure of strike and mark as it must be to accept anything alone.
fn accept_correction(zone: &MarkZone, options: &[OptionReading], decided: Decided) -> Decided {
    let corrected = decided.doubts == [Doubt::new(Reason::Corrected)] && !decided.value.is_empty();
    if zone.corrected != Corrected::Accept || !corrected || !odds::judged(options) {
        return decided;
    }
    let confidence = odds::left_over(options, &decided.value, zone.cross_means);
    if confidence < odds::SURE {
        return decided;
    }
    Decided {
        confidence,
        doubts: Vec::new(),
        ..decided
    }
}

fn sign(option: &OptionReading, cross: CrossMeans) -> Sign {
    let dark = if option.selected.get() >= 0.5 {
        Sign::Yes
    } else {
        Sign::Weak
    };
    match option.state {
        MarkState::Empty | MarkState::Overflow => Sign::No,
        MarkState::Foreign => Sign::Beside,
        MarkState::Circled => Sign::Yes,
        MarkState::Struck => Sign::Struck,
        MarkState::Crossed => match cross {
            CrossMeans::Ask => Sign::Cross,
            CrossMeans::Selected => dark,
            CrossMeans::No => Sign::No,
        },
        MarkState::Tick | MarkState::Filled | MarkState::ScribbledOut | MarkState::Ghost => dark,
    }
}

/// How strongly an option is marked: 1 is a clear mark of this page.
fn strength(option: &OptionReading) -> f64 {
    match option.state {
        MarkState::Circled => option.measures.relative.max(1.0),
        MarkState::Overflow | MarkState::Foreign => 0.0,
        _ => option.measures.relative,
    }
}

fn single(options: &[OptionReading], cross: CrossMeans) -> Decided {
    let options = &without_refusals(options, cross)[..];
    let signs: Vec<Sign> = options.iter().map(|o| sign(o, cross)).collect();
    let count = |s: Sign| signs.iter().filter(|x| **x == s).count();
    let mut order: Vec<usize> = (0..options.len()).collect();
    order.sort_by(|a, b| strength(&options[*b]).total_cmp(&strength(&options[*a])));
    if count(Sign::Cross) > 0 {
        let only = (count(Sign::Cross) == 1 && count(Sign::Yes) == 0)
            .then(|| signs.iter().position(|s| *s == Sign::Cross))
            .flatten();
        return Decided::asked(only.map_or("", |i| &options[i].value), Reason::XMark);
    }
    match count(Sign::Yes) {
        0 => none_clear(options, &signs, &order),
        1 => one_clear(options, &signs, &order),
        _ => many_clear(options, &signs, &order),
    }
}

/// Where a cross says no, its ink says nothing more.
fn without_refusals(options: &[OptionReading], cross: CrossMeans) -> Vec<OptionReading> {
    let mut options = options.to_vec();
    for option in &mut options {
        if cross == CrossMeans::No && option.state == MarkState::Crossed {
            option.state = MarkState::Empty;
            option.measures.relative = 0.0;
        }
    }
    options
}

/// Nothing reaches the strength of an answer by itself.
fn none_clear(options: &[OptionReading], signs: &[Sign], order: &[usize]) -> Decided {
    if signs.contains(&Sign::Struck) {
        return Decided::asked("", Reason::Struck);
    }
    let beside: Vec<usize> = (0..signs.len())
        .filter(|i| signs[*i] == Sign::Beside)
        .collect();
    if let [first, rest @ ..] = &beside[..] {
        let only = if rest.is_empty() {
            options[*first].value.as_str()
        } else {
            ""
        };
        return Decided::asked(only, Reason::LowConf);
    }
    let first = &options[order[0]];
    let (top, next) = (
        strength(first),
        order.get(1).map_or(0.0, |i| strength(&options[*i])),
    );
    let stands_out = top >= FAINT_FROM && next < FAR_BEHIND * top;
    if signs[order[0]] == Sign::Weak && stands_out {
        let confidence = lone(top);
        let doubts = if confidence < 0.99 {
            vec![Reason::Faint.into()]
        } else {
            Vec::new()
        };
        return Decided {
            value: first.value.clone(),
            confidence,
            doubts,
        };
    }
    let sign = signs[order[0]];
    let confidence = 1.0 - missed(top, sign, stands_out && sign != Sign::No);
    Decided {
        value: String::new(),
        confidence,
        doubts: Vec::new(),
    }
}

/// The probability that a row whose darkest box is this strong was answered all the same.
fn missed(top: f64, sign: Sign, stands_out: bool) -> f64 {
    let among_equals = if stands_out { 1.0 } else { CROWD };
    let as_paper = if sign == Sign::No { PAPER } else { 1.0 };
    lone(top) * among_equals * as_paper
}

/// The probability that a mark of this strength, alone in its row, is an answer.
fn lone(strength: f64) -> f64 {
    1.0 / (1.0 + (-LONE_STEEP * (strength - LONE_EVEN)).exp())
}

fn one_clear(options: &[OptionReading], signs: &[Sign], order: &[usize]) -> Decided {
    let Some(at) = signs.iter().position(|s| *s == Sign::Yes) else {
        return Decided::asked("", Reason::LowConf);
    };
    let answer = &options[at];
    let value = answer.value.clone();
    if signs.contains(&Sign::Struck) {
        return Decided::asked(value, Reason::Corrected);
    }
    let own = strength(answer);
    let rival = order.iter().find(|i| **i != at).map(|i| &options[*i]);
    let behind = rival.map_or(0.0, strength) / own.max(1e-6);
    if behind >= FAR_BEHIND && rival.is_some_and(|r| r.state != MarkState::Empty) {
        return Decided::asked(value, Reason::Ghost);
    }
    Decided {
        value,
        confidence: lone(own),
        doubts: Vec::new(),
    }
}

fn many_clear(options: &[OptionReading], signs: &[Sign], order: &[usize]) -> Decided {
    let yes: Vec<usize> = order
        .iter()
        .copied()
        .filter(|i| signs[*i] == Sign::Yes)
        .collect();
    let scribbled = |i: &&usize| options[**i].state == MarkState::ScribbledOut;
    let plain: Vec<usize> = yes.iter().copied().filter(|i| !scribbled(&i)).collect();
    if let ([only], true) = (&plain[..], plain.len() < yes.len()) {
        return Decided::asked(options[*only].value.clone(), Reason::Corrected);
    }
    let behind = strength(&options[yes[1]]) / strength(&options[yes[0]]).max(1e-6);
    if yes.len() == 2 && behind < EQUAL {
        return Decided::asked(options[yes[0]].value.clone(), Reason::Ghost);
    }
    let all: Vec<&str> = signs
        .iter()
        .zip(options)
        .filter(|(s, _)| **s == Sign::Yes)
        .map(|(_, o)| o.value.as_str())
        .collect();
    Decided {
        value: String::new(),
        confidence: 0.0,
        doubts: vec![Doubt::with(Reason::MultiMark, all.join("|"))],
    }
}

/// A question with several answers: each option stands for itself, measured against the strongest.
fn several(zone: &MarkZone, options: &[OptionReading]) -> Decided {
    let top = options.iter().map(strength).fold(0.0, f64::max);
    let (mut chosen, mut doubts, mut confidence) = (Vec::new(), Vec::new(), 1.0);
    let mut doubt = |reason: Reason| {
        if !doubts.contains(&Doubt::new(reason)) {
            doubts.push(Doubt::new(reason));
        }
    };
    for option in options {
        match sign(option, zone.cross_means) {
            Sign::Yes => {
                chosen.push(option.value.as_str());
                confidence *= if option.state == MarkState::Circled {
                    0.9995
                } else {
                    lone(strength(option))
                };
                if strength(option) < FAR_BEHIND * top {
                    doubt(Reason::Faint);
                }
            }
            Sign::Weak if strength(option) >= FAINT_FROM.max(0.25 * top) => doubt(Reason::Ghost),
            weak @ (Sign::Weak | Sign::No) => {
                confidence *= 1.0 - missed(strength(option), weak, false);
            }
            Sign::Cross => doubt(Reason::XMark),
            Sign::Struck => doubt(Reason::Struck),
            Sign::Beside => doubt(Reason::LowConf),
        }
    }
    if chosen.len() > zone.at_most {
        doubt(Reason::MultiMark);
    }
    if !chosen.is_empty() && chosen.len() < zone.at_least {
        doubt(Reason::NoMark);
    }
    Decided {
        value: chosen.join("|"),
        confidence,
        doubts,
    }
}

/// What the columns say as an answer of its kind, which may be too long, fail its check digit or be no
/// day. A blank column between two digits is a doubt: nobody knows which one was forgotten.
fn as_written(field: &Field, mut decided: Decided, setting: &Setting) -> Decided {
    let parsed = parse::parse(field, &decided.value, setting);
    let own = matches!(
        field.value,
        ValueKind::Number { .. } | ValueKind::Date(_) | ValueKind::Postal | ValueKind::Phone { .. }
    );
    let chars: Vec<char> = decided.value.trim().chars().collect();
    let digits = || chars.iter().all(|c| c.is_ascii_digit() || *c == ' ');
    if chars.contains(&' ') && digits() {
        decided.doubts.push(Reason::BoxCount.into());
    }
    if own && parsed.is_valid() {
        decided.value = parsed.value;
    }
    decided.doubts.extend(parsed.doubts);
    decided
}

/// One character a column; a blank column is a space, blanks at the end are dropped.
fn grid(columns: &[Vec<OptionReading>]) -> Decided {
    let (mut text, mut confidence) = (String::new(), 1.0);
    let mut doubts: Vec<Doubt> = Vec::new();
    for column in columns {
        let one = single(column, CrossMeans::Selected);
        text.push_str(if one.value.is_empty() {
            " "
        } else {
            &one.value
        });
        confidence *= one.confidence;
        for d in one.doubts {
            if !doubts.contains(&d) {
                doubts.push(d);
            }
        }
    }
    Decided {
        value: text.trim_end().to_owned(),
        confidence,
        doubts,
    }
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
