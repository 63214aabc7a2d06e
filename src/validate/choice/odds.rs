//! The second reader of marked options: what the trained network says of each, where the empty form
//! is known.
//!
//! The rules of the parent module decide first; the network has looked at the paper itself. What it
//! holds to be a correction, a cross, a second mark, a stamp or a remark is a question, whatever the
//! rules say. Where both read the same answer, the network must give it a fair chance; where the
//! rules read none, a good one; where they read another, it is a question. A chance is the product of
//! its parts, that one option is meant and that no other is; from which chance on an answer is
//! accepted was measured on made cards, for the parts are calibrated and their product is not.

use super::{Decided, MarkState, OptionReading, pen};
use crate::doubt::{Doubt, Reason};
use crate::form::{CrossMeans, MarkZone};
use crate::read::MarkMeasures;

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

/// Words or a number beside an option make a question from this probability on; where nothing else was
/// answered or the law looks on, from the lower ones.
const WRITTEN: f64 = 0.7;
const WRITTEN_BLANK: f64 = 0.1;
pub(super) const CONSENT_WRITTEN: f64 = 0.1;

/// From here on a kind is worth a doubt even where another is likelier.
const WORTH_A_DOUBT: f64 = 0.2;

/// A ring in a box encloses at least this share of it; a tick encloses nothing.
const RING: f64 = 0.12;

/// A stamp or seal is redder than this, or longer than people's marks, mm.
const RED: f64 = 0.12;
const STAMP: f64 = 14.0;

/// Print gone under correction tape or fluid, share of the print at an option.
const TAPED: f64 = 0.3;

/// Faint pixels at an option (share) from which somebody drew there although nothing is dark enough
/// to be called ink, and hardly any ink (share of the ring) explains them as its edges: a circle
/// of 40 x 0.4 mm covers 0.08. A question that looks blank is then asked.
const FAINT: f64 = 0.05;
const BARE: f64 = 0.01;

/// Ink near an option of a question that looks blank, mm2: a digit 1 of 2.5 mm covers 0.8.
const WRITING: f64 = 0.8;

/// Share of the form's print that a page lost with which pencil may be lost as well. A page that
/// lost nearly all of it was scanned so that the print drops out.
const LOST: std::ops::Range<f64> = 0.05..0.6;

/// An answer this much paler than the page's others is asked about where it may be a rubbed-out one: on
/// made sheets, by the network's own odds, 28 of 3,511 right answers and 21 of 49 wrong ones. From 0.4
/// on 6 right ones of 4,160 more are accepted and 2 wrong ones. [`GHOST`] holds at any paleness; at
/// 0.12 it is 11 and 1.
const PALE: f64 = 0.3;
const GHOST_WHERE_PALE: f64 = 0.01;
const GHOST: f64 = 0.08;

/// From here on an answer may be a stamp or a remark, or a mark other than a fill a strike: of 3,560
/// right answers on made sheets 13 and 6 are asked for it, of 17 wrong ones 3 and 1.
const BESIDE: f64 = 0.05;
const CROSSED_OUT: f64 = 0.03;

/// Ink at an option that the network holds this much for an answer makes a blank a question, however
/// pale it is.
const MAYBE: f64 = 0.1;

/// A page that lost this share of its print lost parts of its marks: nothing on it is accepted (21 of
/// 3,560 right answers on made sheets, 2 of 17 wrong ones).
const LOST_MUCH: std::ops::Range<f64> = 0.15..0.6;

/// Where the palest tenth of the page's answers is this pale others are not seen at all (7 of 597 right
/// blanks on made sheets, 4 of 8 wrong ones).
const HARDLY_SEEN: f64 = 0.12;

/// An answer with this share of red ink among answers of another color may be a seal.
const SEAL: f64 = 0.3;

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

/// From here on the network's view of an option is a doubt: of the answer itself, and of the options
/// beside it.
const OWN_DOUBT: f64 = 0.08;
const OTHERS_DOUBT: f64 = 0.5;
const FOREIGN_DOUBT: f64 = 0.7;
const FOREIGN_BLANK: f64 = 0.2;

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
    let alone = plain && by_rules.value.is_empty() && by_network.confidence >= least(ALONE);
    let decided = match (agreed, alone, by_network.value.is_empty()) {
        (true, _, false) | (false, true, false) => trusted(by_network),
        (true, _, true) if by_rules.doubts.is_empty() => trusted(by_network),
        _ => return contested(by_rules, by_network),
    };
    if decided.value.is_empty() {
        return hidden(options, cross).map_or(decided, |reason| Decided::asked("", reason));
    }
    let mut answers = options
        .iter()
        .filter(|o| decided.value.split('|').any(|v| v == o.value));
    match answers.find_map(not_meant) {
        Some(reason) => Decided::asked(decided.value, reason),
        None => decided,
    }
}

/// Why what looks like an answer may not be one: what an eraser left, ink on a page that lost much,
/// a stamp, a remark or a strike.
fn not_meant(option: &OptionReading) -> Option<Reason> {
    let m = &option.measures;
    let (odds, seen) = (
        Odds::of(option, CrossMeans::Ask),
        Odds::seen(option, CrossMeans::Ask),
    );
    if m.pale >= PALE && odds.ghost >= GHOST_WHERE_PALE || odds.ghost >= GHOST {
        Some(erased(option))
    } else if LOST_MUCH.contains(&m.lost) {
        Some(Reason::Faint)
    } else if seen.foreign >= BESIDE {
        Some(beside(option))
    } else if !is_likeliest(option, MarkState::Filled) && seen.gone >= CROSSED_OUT {
        Some(Reason::Corrected)
    } else if m.red_pen == Some(false) && m.red_share >= SEAL {
        Some(Reason::StampOverlap)
    } else {
        None
    }
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

/// Why a question that looks blank may not be: words or a number near an option, pencil too faint to
/// be called ink, a page that lost part of its print and may have lost pencil too.
fn hidden(options: &[OptionReading], cross: CrossMeans) -> Option<Reason> {
    let any = |is: fn(&MarkMeasures) -> bool| options.iter().any(|o| is(&o.measures));
    let foreign = |o: &OptionReading| Odds::of(o, CrossMeans::Ask).foreign >= FOREIGN_BLANK;
    if any(|m| m.near >= WRITING || m.apart >= WRITING || m.written >= WRITTEN_BLANK)
        || options.iter().any(foreign)
    {
        Some(Reason::MarginNote)
    } else if any(|m| m.faint >= FAINT && m.ring_all < BARE)
        || any(|m| LOST.contains(&m.lost))
        || any(|m| m.palest > 0.0 && m.palest < HARDLY_SEEN)
        || options.iter().any(|o| Odds::seen(o, cross).answer >= MAYBE)
    {
        Some(Reason::Faint)
    } else {
        None
    }
}

/// The readers do not agree, or neither is sure: the reason of the one that has a reason.
fn contested(by_rules: Decided, by_network: Decided) -> Decided {
    let (value, doubts) = if by_network.doubts.is_empty() {
        (by_network.value, by_rules.doubts)
    } else {
        (by_network.value, by_network.doubts)
    };
    Decided {
        value,
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

/// Why the network would not accept: `chosen` tells the answer of the rules from the other options.
fn veto(option: &OptionReading, cross: CrossMeans, chosen: bool) -> Option<Reason> {
    let odds = Odds::of(option, cross);
    if odds.gone >= if chosen { OWN_DOUBT } else { OTHERS_DOUBT } {
        Some(Reason::Corrected)
    } else if option.measures.written >= WRITTEN {
        Some(Reason::MarginNote)
    } else if odds.foreign >= FOREIGN_DOUBT {
        Some(beside(option))
    } else {
        None
    }
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
    } else if options.iter().any(is_written_at) {
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

/// Ink beside an option that is no part of a circle round it.
fn is_written_at(option: &OptionReading) -> bool {
    let m = &option.measures;
    !is_circled(option) && (m.near >= WRITING || m.apart >= WRITING)
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

/// A mark that somebody took off the paper.
fn erased(option: &OptionReading) -> Reason {
    if option.measures.missing >= TAPED {
        Reason::Tape
    } else if option.measures.rival < 0.3 {
        Reason::Faint
    } else {
        Reason::Ghost
    }
}

/// Ink that is no mark of its option.
fn beside(option: &OptionReading) -> Reason {
    let m = &option.measures;
    if m.red >= RED || m.extent >= STAMP {
        Reason::StampOverlap
    } else {
        Reason::MarginNote
    }
}

/// Whether the classifier has judged every option.
pub(super) fn judged(options: &[OptionReading]) -> bool {
    !options.is_empty() && options.iter().all(|o| !o.kinds.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::Confidence;
    use MarkState::{
        Circled, Crossed, Empty, Foreign, Ghost, Overflow, ScribbledOut, Struck, Tick,
    };

    /// An option that the classifier is `p` sure of; the rest is `other`.
    fn option(value: &str, (state, p, other): (MarkState, f64, MarkState)) -> OptionReading {
        OptionReading {
            value: value.into(),
            state,
            selected: Confidence::NONE,
            kinds: vec![(state, p), (other, 1.0 - p)],
            measures: MarkMeasures {
                known: true,
                rival: 1.0,
                ..MarkMeasures::default()
            },
        }
    }

    fn sure(states: &[MarkState]) -> Vec<OptionReading> {
        let one = |(i, s): (usize, &MarkState)| {
            let other = if *s == Empty { Foreign } else { Empty };
            option(["a", "b", "c"][i], (*s, 0.9999, other))
        };
        states.iter().enumerate().map(one).collect()
    }

    #[track_caller]
    fn check(states: &[MarkState], value: &str, reason: Option<Reason>) {
        let got = single(&sure(states), CrossMeans::Ask);
        let reasons: Vec<Reason> = got.doubts.iter().map(|d| d.reason).collect();
        assert_eq!(
            (got.value.as_str(), reasons),
            (value, reason.into_iter().collect())
        );
        assert_eq!(got.confidence > 0.999, reason.is_none(), "{states:?}");
    }

    #[test]
    fn the_table_of_kinds() {
        check(&[Empty, Tick, Empty], "b", None);
        check(&[Empty, Circled, Overflow], "b", None);
        check(&[Empty, Empty, Empty], "", None);
        check(&[Tick, Tick, Empty], "", Some(Reason::MultiMark));
        check(&[Circled, Circled, Empty], "", Some(Reason::MultiMark));
        check(&[Struck, Tick, Empty], "b", Some(Reason::Corrected));
        check(&[Tick, ScribbledOut, Empty], "a", Some(Reason::Corrected));
        check(&[Struck, Empty, Empty], "", Some(Reason::Struck));
        check(&[Ghost, Tick, Empty], "b", Some(Reason::Ghost));
        check(&[Foreign, Empty, Empty], "", Some(Reason::MarginNote));
        check(&[Foreign, Tick, Empty], "b", Some(Reason::MarginNote));
        check(&[Crossed, Empty, Empty], "a", Some(Reason::XMark));
        check(&[Crossed, Tick, Empty], "", Some(Reason::XMark));
    }

    #[test]
    fn a_ring_among_crosses_is_the_answer_where_every_box_carries_one() {
        let mut options = sure(&[Crossed, Tick, Crossed]);
        let ticked = single(&options, CrossMeans::Ask);
        assert_eq!(ticked.doubts, [Doubt::new(Reason::XMark)]);
        options[1].measures.holes = 0.3;
        let ringed = single(&options, CrossMeans::Ask);
        assert_eq!((ringed.value.as_str(), ringed.doubts.len()), ("b", 0));
        assert!(ringed.confidence > 0.999);
    }

    fn zone() -> MarkZone {
        let field = crate::validate::fixtures::marks(&[("a", "A"), ("b", "B"), ("c", "C")], 1);
        match field.zone {
            crate::form::Zone::Marks(zone) => zone,
            _ => panic!("a marks zone"),
        }
    }

    fn rules(value: &str, doubt: Option<Reason>) -> Decided {
        Decided {
            value: value.into(),
            confidence: if doubt.is_some() { 0.0 } else { 0.9999 },
            doubts: doubt.into_iter().map(Doubt::new).collect(),
        }
    }

    #[track_caller]
    fn both(states: &[MarkState], by_rules: Decided, reason: Option<Reason>) {
        let got = second(&zone(), &sure(states), by_rules);
        let reasons: Vec<Reason> = got.doubts.iter().map(|d| d.reason).collect();
        assert_eq!(reasons, Vec::from_iter(reason), "{states:?}");
    }

    #[test]
    fn the_second_reader_doubts_and_accepts_what_it_is_sure_of() {
        both(&[Empty, Tick, Empty], rules("b", None), None);
        both(
            &[Empty, Struck, Empty],
            rules("b", None),
            Some(Reason::Corrected),
        );
        both(
            &[Tick, Tick, Empty],
            rules("b", None),
            Some(Reason::MultiMark),
        );
        both(
            &[ScribbledOut, Tick, Empty],
            rules("b", None),
            Some(Reason::Corrected),
        );
        both(
            &[Empty, Crossed, Empty],
            rules("b", None),
            Some(Reason::XMark),
        );
        both(
            &[Foreign, Tick, Empty],
            rules("b", None),
            Some(Reason::MarginNote),
        );
        both(
            &[Empty, Circled, Empty],
            rules("", Some(Reason::LowConf)),
            None,
        );
        both(
            &[Empty, Circled, Empty],
            rules("a", Some(Reason::Faint)),
            Some(Reason::Faint),
        );
        both(
            &[Empty, Empty, Empty],
            rules("", Some(Reason::Struck)),
            Some(Reason::Struck),
        );
    }

    #[test]
    fn a_question_that_looks_blank_is_asked_about_where_something_is_too_faint_to_read() {
        let mut options = sure(&[Empty, Empty, Empty]);
        options[1].measures.faint = 0.1;
        let got = second(&zone(), &options, rules("", None));
        assert_eq!(got.doubts, [Doubt::new(Reason::Faint)]);
        options[1].measures.ring_all = 0.011;
        assert!(second(&zone(), &options, rules("", None)).doubts.is_empty());
    }

    /// What is asked of an answer or a blank whose options have these measures, on a page whose pen is
    /// known not to be red.
    fn asked(chosen: bool, change: fn(&mut MarkMeasures)) -> Vec<Doubt> {
        let mut options = sure(&[Empty, if chosen { Tick } else { Empty }, Empty]);
        for option in &mut options {
            option.measures.red_pen = Some(false);
        }
        if chosen {
            options[1].kinds = vec![(Tick, 0.96), (Ghost, 0.04)];
        } else {
            options[1].measures.pale = 0.95;
        }
        change(&mut options[1].measures);
        let value = if chosen { "b" } else { "" };
        second(&zone(), &options, rules(value, None)).doubts
    }

    #[test]
    fn an_answer_by_another_pen_than_the_pages_is_a_question() {
        assert_eq!(asked(true, |_| ()), []);
        assert_eq!(asked(true, |m| m.pale = 0.5), [Doubt::new(Reason::Ghost)]);
        assert_eq!(
            asked(true, |m| m.red_share = 0.9),
            [Doubt::new(Reason::StampOverlap)]
        );
        let red = |m: &mut MarkMeasures| (m.red_share, m.red_pen) = (0.9, Some(true));
        assert_eq!(asked(true, red), []);
        // Where the page has too few answers to know its pen, paleness says nothing.
        let alone = |m: &mut MarkMeasures| (m.pale, m.red_pen) = (0.0, None);
        assert_eq!(asked(true, alone), []);
    }

    #[test]
    fn a_page_that_lost_much_is_not_believed_unless_its_print_drops_out() {
        assert_eq!(asked(true, |m| m.lost = 0.2), [Doubt::new(Reason::Faint)]);
        assert_eq!(asked(true, |m| m.lost = 0.95), []);
        assert_eq!(asked(false, |_| ()), []);
        assert_eq!(
            asked(false, |m| m.palest = 0.1),
            [Doubt::new(Reason::Faint)]
        );
        assert_eq!(asked(false, |m| m.palest = 0.3), []);
        assert_eq!(
            asked(false, |m| m.apart = 1.0),
            [Doubt::new(Reason::MarginNote)]
        );
    }

    #[test]
    fn ink_that_is_nothing_by_this_pen_does_not_stand_against_the_answer() {
        let mut options = sure(&[Empty, Tick, Empty]);
        options[0].kinds = vec![(Empty, 0.6), (Tick, 0.36), (Overflow, 0.04)];
        let confidence = |o: &[OptionReading]| single(o, CrossMeans::Ask).confidence;
        assert!(confidence(&options) < 0.7);
        for option in &mut options {
            option.measures.red_pen = Some(false);
        }
        options[0].measures.pale = 0.97;
        assert!(confidence(&options) > 0.98);
        // What the network holds for a possible answer is no blank, however pale.
        options[1] = option("b", (Empty, 0.9999, Foreign));
        options[1].measures.red_pen = Some(false);
        options[1].measures.pale = 0.97;
        let got = second(&zone(), &options, rules("", None));
        assert_eq!(got.doubts, [Doubt::new(Reason::Faint)]);
    }

    #[test]
    fn words_beside_an_option_are_a_question_whatever_was_answered() {
        for states in [[Empty, Empty, Empty], [Empty, Tick, Empty]] {
            let value = if states[1] == Tick { "b" } else { "" };
            let mut options = sure(&states);
            options[2].measures.written = 0.05;
            assert!(
                second(&zone(), &options, rules(value, None))
                    .doubts
                    .is_empty()
            );
            options[2].measures.written = 0.8;
            let got = second(&zone(), &options, rules(value, None));
            assert_eq!(got.doubts, [Doubt::new(Reason::MarginNote)]);
        }
    }

    #[test]
    fn what_the_two_read_differently_is_a_question() {
        let got = second(&zone(), &sure(&[Empty, Tick, Empty]), rules("a", None));
        assert_eq!(
            (got.value.as_str(), got.doubts),
            ("b", vec![Doubt::new(Reason::LowConf)])
        );
        let got = second(&zone(), &sure(&[Empty, Empty, Empty]), rules("a", None));
        assert_eq!(got.doubts, [Doubt::new(Reason::LowConf)]);
        let got = second(&zone(), &sure(&[Empty, Circled, Empty]), rules("", None));
        assert_eq!((got.value.as_str(), got.doubts.len()), ("b", 0));
    }

    #[test]
    fn doubt_at_a_neighbor_lowers_the_answer_and_dust_does_not() {
        let mut options = sure(&[Empty, Tick, Empty]);
        options[0] = option("a", (Empty, 0.9, Foreign));
        assert!(single(&options, CrossMeans::Ask).confidence > 0.999);
        options[0] = option("a", (Empty, 0.9, Tick));
        assert!(single(&options, CrossMeans::Ask).confidence < 0.91);
    }

    #[test]
    fn an_answer_that_the_second_reader_holds_for_unlikely_is_a_question() {
        let mut options = sure(&[Empty, Tick, Empty]);
        options[1] = option("b", (Tick, 0.95, Empty));
        assert!(
            second(&zone(), &options, rules("b", None))
                .doubts
                .is_empty()
        );
        options[1] = option("b", (Tick, 0.7, Empty));
        let got = second(&zone(), &options, rules("b", None));
        assert_eq!(
            (got.value.as_str(), got.doubts),
            ("b", vec![Doubt::new(Reason::LowConf)])
        );
    }

    #[test]
    fn a_stamp_a_tape_and_a_rubbed_out_mark_have_their_own_names() {
        let mut options = sure(&[Foreign, Tick]);
        options[0].measures.red = 0.5;
        let reason = |o: &[OptionReading]| single(o, CrossMeans::Ask).doubts[0].reason;
        assert_eq!(reason(&options), Reason::StampOverlap);
        let mut options = sure(&[Ghost, Tick]);
        options[0].measures.missing = 0.8;
        assert_eq!(reason(&options), Reason::Tape);
        options[0].measures = MarkMeasures::default();
        assert_eq!(reason(&options), Reason::Faint);
    }
}
