//! The second reader of marked options: what the trained network says of each, where the empty form
//! is known.
//!
//! The rules of the parent module decide first; the network has looked at the paper itself. What it
//! holds to be a correction, a cross, a second mark, a stamp or a remark is a question, whatever the
//! rules say. Where both read the same answer, the network must give it a fair chance; where the
//! rules read none or fewer, a good one; where they read another, it is a question. A chance is the
//! product of its parts, that one option is meant and that no other is; from which chance on an answer
//! is accepted was measured on made cards, for the parts are calibrated and their product is not.

mod doubts;

use super::{Decided, MarkState, OptionReading, pen};
use crate::doubt::{Doubt, Reason};
use crate::form::{CrossMeans, MarkZone};
pub(super) use doubts::before_the_law;
use doubts::{FOREIGN_DOUBT, beside, erased, hidden, is_run_into, is_written_at, not_meant, veto};

/// A correction that the form accepts is accepted from here on.
pub(super) const SURE: f64 = 0.999;

/// The network alone accepts nothing below this, and with the rules' consent nothing below that.
const ALONE: f64 = 0.92;
const TOGETHER: f64 = 0.8;

/// The same of a circle: of 1,680 on made sheets none was anything else, and where the network is less
/// sure it is of the options beside it.
const CIRCLED: f64 = 0.75;

/// What a legal choice needs.
pub(super) const CONSENT_CHANCE: f64 = 0.95;

/// From here on a kind is worth a doubt even where another is likelier.
const WORTH_A_DOUBT: f64 = 0.2;

/// A ring in a box encloses at least this share of it; a tick encloses nothing.
const RING: f64 = 0.12;

/// Whether an option's ink may be a cross, whatever the form says of crosses.
pub(super) fn may_be_crossed(option: &OptionReading) -> bool {
    let crosses = option.kinds.iter().filter(|k| k.0 == MarkState::Crossed);
    crosses.map(|k| k.1).sum::<f64>() >= WORTH_A_DOUBT
}

/// What an accepted answer counts at least against its field's target: a question, and not the
/// product of its options, is what was measured (`models/marks.md`): hardly a plain answer or blank
/// accepted on made sheets is wrong. A field that must be surer than this is asked.
const TRUSTED: f64 = 0.9995;

/// What an option's ink may mean.
#[derive(Clone, Copy, Debug, Default)]
struct Odds {
    answer: f64,
    none: f64,
    gone: f64,
    ghost: f64,
    cross: f64,
    foreign: f64,
}

impl Odds {
    /// What the network sees at the option, and how its ink compares with the page's answers.
    fn of(option: &OptionReading, cross: CrossMeans) -> Self {
        let mut odds = Self::seen(option, cross);
        if option.measures.red_pen.is_some() {
            odds.weigh(option.measures.pale);
        }
        odds
    }

    /// What the network sees at the option.
    fn seen(option: &OptionReading, cross: CrossMeans) -> Self {
        let mut odds = Self::default();
        for (kind, p) in &option.kinds {
            let part = match kind {
                MarkState::Tick | MarkState::Filled | MarkState::Circled => &mut odds.answer,
                MarkState::Empty | MarkState::Overflow => &mut odds.none,
                MarkState::Struck | MarkState::ScribbledOut => &mut odds.gone,
                MarkState::Ghost => &mut odds.ghost,
                MarkState::Foreign => &mut odds.foreign,
                MarkState::Crossed => match cross {
                    CrossMeans::Ask => &mut odds.cross,
                    CrossMeans::Selected => &mut odds.answer,
                    CrossMeans::No => &mut odds.none,
                },
            };
            *part += p;
        }
        odds
    }

    /// Adds what the network cannot see: how much paler than the page's answers the ink is.
    fn weigh(&mut self, pale: f64) {
        let weights = pen::weights(pale);
        self.answer *= weights.by_pen;
        self.gone *= weights.by_pen;
        self.cross *= weights.by_pen;
        self.ghost *= weights.ghost;
        let all = self.answer + self.none + self.gone + self.ghost + self.cross + self.foreign;
        *self = Self {
            answer: self.answer / all,
            none: self.none / all,
            gone: self.gone / all,
            ghost: self.ghost / all,
            cross: self.cross / all,
            foreign: self.foreign / all,
        };
    }

    /// That the person does not mean this option: what is most likely paper may as well be a speck
    /// or what is left of a rubbed-out mark.
    fn unmeant(self) -> f64 {
        self.none + self.ghost + self.foreign
    }

    /// The likeliest meaning. Specks that may be more are left to the product: a one-bit scan is full
    /// of them.
    fn sign(self) -> Sign {
        if self.foreign >= FOREIGN_DOUBT {
            return Sign::Beside;
        }
        let all = [
            (self.none, Sign::No),
            (self.answer, Sign::Yes),
            (self.gone, Sign::Gone),
            (self.ghost, Sign::Ghost),
            (self.cross, Sign::Cross),
        ];
        let likelier = |a: (f64, Sign), b: (f64, Sign)| if b.0 > a.0 { b } else { a };
        all.into_iter().fold((-1.0, Sign::No), likelier).1
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    No,
    Yes,
    Gone,
    Ghost,
    Cross,
    Beside,
}

/// What both readers say together.
pub(super) fn second(zone: &MarkZone, options: &[OptionReading], by_rules: Decided) -> Decided {
    let cross = zone.cross_means;
    let by_network = if zone.at_most == 1 {
        single(options, cross)
    } else {
        several(zone, options)
    };
    let chosen = |o: &OptionReading| by_rules.value.split('|').any(|v| v == o.value);
    if let Some(reason) = options.iter().find_map(|o| veto(o, cross, chosen(o))) {
        return Decided::asked(by_network.value, reason);
    }
    let plain = by_network.doubts.is_empty();
    let same = by_rules.value == by_network.value;
    let least = |usual: f64| {
        let is_answer = |o: &&OptionReading| o.value == by_network.value;
        if options.iter().find(is_answer).is_some_and(is_circled) {
            CIRCLED.min(usual)
        } else {
            usual
        }
    };
    let agreed = same && plain && by_network.confidence >= least(TOGETHER);
    // What only the network sees is accepted, what the rules read otherwise is a question.
    let more = adds_to(&by_network.value, &by_rules.value);
    let alone = plain && more && by_network.confidence >= least(ALONE);
    let decided = match (agreed, alone, by_network.value.is_empty()) {
        (true, _, false) | (false, true, false) => trusted(by_network),
        (true, _, true) if by_rules.doubts.is_empty() => trusted(by_network),
        _ => return contested(by_rules, by_network),
    };
    if decided.value.is_empty() {
        return hidden(options, cross).map_or(decided, |reason| Decided::asked("", reason));
    }
    match after_all(options, &decided.value) {
        Some(reason) => Decided::asked(decided.value, reason),
        None => decided,
    }
}

/// Why an answer that both readers see may not be meant after all: what was done to its own ink, or
/// where that runs to.
fn after_all(options: &[OptionReading], value: &str) -> Option<Reason> {
    options.iter().find_map(|option| {
        if value.split('|').any(|v| v == option.value) {
            not_meant(option)
        } else {
            is_run_into(option).then_some(Reason::Overflow)
        }
    })
}

/// Whether `value` has all answers of `other` and more.
fn adds_to(value: &str, other: &str) -> bool {
    fn split(v: &str) -> Vec<&str> {
        v.split('|').filter(|v| !v.is_empty()).collect()
    }
    let (all, others) = (split(value), split(other));
    all.len() > others.len() && others.iter().all(|o| all.contains(o))
}

/// Whether the network holds the option's ink for a circle.
fn is_circled(option: &OptionReading) -> bool {
    is_likeliest(option, MarkState::Circled)
}

fn is_likeliest(option: &OptionReading, kind: MarkState) -> bool {
    option.kinds.first().is_some_and(|k| k.0 == kind)
}

/// Accepted by the thresholds above.
fn trusted(by_network: Decided) -> Decided {
    Decided {
        confidence: by_network.confidence.max(TRUSTED),
        ..by_network
    }
}

/// The readers do not agree, or neither is sure: the reason of the one that has a reason.
fn contested(by_rules: Decided, by_network: Decided) -> Decided {
    let doubts = if by_network.doubts.is_empty() {
        by_rules.doubts
    } else {
        by_network.doubts
    };
    Decided {
        value: by_network.value,
        confidence: 0.0,
        doubts: if doubts.is_empty() {
            vec![Reason::LowConf.into()]
        } else {
            doubts
        },
    }
}

/// The probability that exactly the options of `value` are meant, by the second reader.
pub(super) fn chance(options: &[OptionReading], value: &str, cross: CrossMeans) -> f64 {
    let odds: Vec<Odds> = options.iter().map(|o| Odds::of(o, cross)).collect();
    product(&odds, |i| value.split('|').any(|v| v == options[i].value))
}

/// Several answers: every option stands for itself.
fn several(zone: &MarkZone, options: &[OptionReading]) -> Decided {
    let odds: Vec<Odds> = options
        .iter()
        .map(|o| Odds::of(o, zone.cross_means))
        .collect();
    let yes: Vec<usize> = (0..odds.len())
        .filter(|i| odds[*i].sign() == Sign::Yes)
        .collect();
    let value: Vec<&str> = yes.iter().map(|i| options[*i].value.as_str()).collect();
    let reason = |(o, odds): (&OptionReading, &Odds)| match odds.sign() {
        Sign::No | Sign::Yes => None,
        Sign::Gone => Some(Reason::Struck),
        Sign::Ghost => Some(erased(o)),
        Sign::Cross => Some(Reason::XMark),
        Sign::Beside => Some(beside(o)),
    };
    let mut doubts: Vec<Doubt> = Vec::new();
    if let Some(reason) = options.iter().zip(&odds).find_map(reason) {
        doubts.push(reason.into());
    } else if yes.len() > zone.at_most {
        doubts.push(Reason::MultiMark.into());
    } else if (0..options.len()).any(|i| is_written_at(options, i)) {
        doubts.push(Reason::MarginNote.into());
    } else if !yes.is_empty() && yes.len() < zone.at_least {
        doubts.push(Reason::NoMark.into());
    }
    Decided {
        value: value.join("|"),
        confidence: product(&odds, |i| yes.contains(&i)),
        doubts,
    }
}

/// A question of one answer. A blank needs every option to be untouched.
fn single(options: &[OptionReading], cross: CrossMeans) -> Decided {
    let odds: Vec<Odds> = options.iter().map(|o| Odds::of(o, cross)).collect();
    let signs: Vec<Sign> = odds.iter().map(|o| o.sign()).collect();
    let at =
        |sign: Sign| -> Vec<usize> { (0..signs.len()).filter(|i| signs[*i] == sign).collect() };
    let (yes, crosses, gone) = (at(Sign::Yes), at(Sign::Cross), at(Sign::Gone));
    let only = match yes[..] {
        [one] => options[one].value.as_str(),
        _ => "",
    };
    if !crosses.is_empty() {
        return crossed(options, &odds, (&yes, &crosses));
    }
    if yes.len() > 1 {
        let all: Vec<&str> = yes.iter().map(|i| options[*i].value.as_str()).collect();
        return Decided {
            value: String::new(),
            confidence: 0.0,
            doubts: vec![Doubt::with(Reason::MultiMark, all.join("|"))],
        };
    }
    if !gone.is_empty() {
        let reason = if yes.is_empty() {
            Reason::Struck
        } else {
            Reason::Corrected
        };
        return Decided::asked(only, reason);
    }
    if let Some(i) = at(Sign::Ghost).first() {
        return Decided::asked(only, erased(&options[*i]));
    }
    if let Some(i) = at(Sign::Beside).first() {
        return Decided::asked(only, beside(&options[*i]));
    }
    let confidence = product(&odds, |i| yes.contains(&i));
    Decided {
        value: only.to_owned(),
        confidence,
        doubts: second_guess(options, &odds, confidence),
    }
}

/// Boxes that all carry a ring or a cross say it themselves: the ring is the answer. Any other
/// cross is a question.
fn crossed(
    options: &[OptionReading],
    odds: &[Odds],
    (yes, crosses): (&[usize], &[usize]),
) -> Decided {
    let ring =
        |i: usize| options[i].measures.holes >= RING || options[i].state == MarkState::Circled;
    let whole = yes.len() + crosses.len() == options.len();
    if let ([one], true) = (yes, whole && options.len() > 1)
        && ring(*one)
    {
        let sure = crosses.iter().map(|i| odds[*i].cross).product::<f64>();
        return Decided {
            value: options[*one].value.clone(),
            confidence: sure * odds[*one].answer,
            doubts: Vec::new(),
        };
    }
    let only = match (yes, crosses) {
        ([], [one]) => options[*one].value.as_str(),
        _ => "",
    };
    Decided::asked(only, Reason::XMark)
}

/// The probability that `value` alone is meant where another option was struck out.
pub(super) fn left_over(options: &[OptionReading], value: &str, cross: CrossMeans) -> f64 {
    let struck = |o: &OptionReading| -> f64 {
        let kinds = o.kinds.iter().filter(|k| k.0 == MarkState::Struck);
        kinds.map(|k| k.1).sum()
    };
    let one = |o: &OptionReading| {
        let odds = Odds::of(o, cross);
        if o.value == value {
            odds.answer
        } else {
            odds.unmeant() + struck(o)
        }
    };
    options.iter().map(one).product()
}

/// The probability that exactly these options are meant. What is left of a rubbed-out mark means
/// nothing; ink of no known kind means nothing beside an answer, and may be one in a blank question.
fn product(odds: &[Odds], meant: impl Fn(usize) -> bool) -> f64 {
    let blank = !(0..odds.len()).any(&meant);
    let one = |(i, o): (usize, &Odds)| match (meant(i), blank) {
        (true, _) => o.answer,
        (false, true) => o.none + o.ghost,
        (false, false) => o.unmeant(),
    };
    odds.iter().enumerate().map(one).product()
}

/// A reason that says more than a low confidence, where one kind stands out.
fn second_guess(options: &[OptionReading], odds: &[Odds], confidence: f64) -> Vec<Doubt> {
    if confidence > 1.0 - WORTH_A_DOUBT {
        return Vec::new();
    }
    let pairs = options.iter().zip(odds);
    let named = pairs.filter_map(|(option, o)| {
        let reason = if o.gone >= WORTH_A_DOUBT {
            Reason::Corrected
        } else if o.ghost >= WORTH_A_DOUBT {
            erased(option)
        } else if o.cross >= WORTH_A_DOUBT {
            Reason::XMark
        } else if o.foreign >= WORTH_A_DOUBT {
            beside(option)
        } else {
            return None;
        };
        Some(Doubt::new(reason))
    });
    named.take(1).collect()
}

/// Whether the classifier has judged every option.
pub(super) fn judged(options: &[OptionReading]) -> bool {
    !options.is_empty() && options.iter().all(|o| !o.kinds.is_empty())
}

#[cfg(test)]
#[path = "odds_tests.rs"]
mod tests;
