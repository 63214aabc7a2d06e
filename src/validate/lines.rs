//! Decides lines of text from the readings of one or two engines.
//!
//! Handwriting of which the characters or the lists are known is decided by `hand`.
//!
//! A line engine's own score does not gate handwriting: on kanji names at a score above 0.9 it
//! still errs in 1 of 80 lines, on free kana in 1 of 20. So handwriting of which nothing else is known is
//! accepted only when two independent engines say the same, or when it is the page's key. Print is
//! accepted when the engine is sure and either the field's structure (length, pattern, check
//! digit, a plan of numbers, a date) or a second engine confirms it; where that engine is of another mind,
//! as Tesseract often is of kana, the networks that look at single characters may confirm it as well.
//! What no reader tells apart in print (O and 0, I and 1) the form must: `twins`.

pub(super) mod hand;
mod house;
mod twins;

use super::parse::{self, Parsed, Setting};
use super::search::RUNNER_UP;
use super::{Context, Status, Verdict};
use crate::charset::{self, Charset, bare, large_kana};
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, LineZone, ValueKind};
use crate::read::line::SURE_PRINT;
use crate::read::{Reading, TextReading};

/// From this score on a second engine is a witness, for or against; below it guesses.
const WITNESS_SCORE: f64 = 0.5;
/// What the line recognizer gives to another character than the one it reads, from which on it hesitates.
const HESITATES: f64 = 0.05;
/// More ink than this (share of the zone) without a character read is a question, not a blank.
const INK: f64 = 0.002;

/// Decides a line.
pub(super) fn decide(
    field: &Field,
    zone: &LineZone,
    reading: &Reading,
    setting: &Setting,
    context: &Context<'_>,
) -> Verdict {
    let texts = match &reading.content {
        crate::read::Content::Text { readings } => readings.as_slice(),
        _ => &[],
    };
    let written: Vec<&TextReading> = texts.iter().filter(|t| !t.text.trim().is_empty()).collect();
    let Some(first) = written.first() else {
        return blank(field, reading, texts);
    };
    let mut verdict = of_writing(field, zone, (reading, &written), setting, context);
    if let Some(fitting) = shaped(field, first, &verdict, setting) {
        verdict.value = fitting;
    }
    verdict
}

/// What a question about a code proposes: not what its length, pattern or check digit forbids, where the
/// ink says nearly as much of a reading that they allow. It stays a question.
fn shaped(
    field: &Field,
    first: &TextReading,
    verdict: &Verdict,
    setting: &Setting,
) -> Option<String> {
    let forbids = |d: &Doubt| {
        matches!(
            d.reason,
            Reason::Length | Reason::Pattern | Reason::CheckDigit
        )
    };
    let asked = verdict.status == Status::Question && verdict.doubts.iter().any(forbids);
    let likely = first
        .shaped
        .iter()
        .filter(|(_, score)| asked && score.exp() >= RUNNER_UP);
    let mut parsed = likely.map(|(text, _)| parse::parse(field, text, setting));
    parsed.find(Parsed::is_valid).map(|p| p.value)
}

/// Decides what is written; `written`: what the engines read of it, the first line recognizer first.
fn of_writing(
    field: &Field,
    zone: &LineZone,
    (reading, written): (&Reading, &[&TextReading]),
    setting: &Setting,
    context: &Context<'_>,
) -> Verdict {
    let first = written[0];
    let told = !first.characters.is_empty() || !first.listed.is_empty();
    if told && !zone.printed {
        return hand::decide(field, zone, (first, &reading.doubts), setting, context);
    }
    let twins = twins::settle(field, zone, &first.text, setting);
    let (parsed, open) = (twins.parsed, twins.open);
    let witnesses: Vec<Parsed> = written[1..]
        .iter()
        .filter(|t| t.score >= WITNESS_SCORE)
        .map(|t| twins::settle(field, zone, &t.text, setting).parsed)
        .collect();
    let mut doubts = reading.doubts.clone();
    doubts.extend(parsed.doubts.clone());
    if first.alphabet_doubt {
        doubts.push(Reason::Alphabet.into());
    }
    let against = witnesses
        .iter()
        .find(|w| bare(&w.value) != bare(&parsed.value));
    if let Some(other) = against {
        doubts.push(Doubt::with(Reason::Disagree, other.value.clone()));
    }
    let second = !witnesses.is_empty() && against.is_none();
    let listed = context
        .key
        .is_some_and(|k| !parsed.value.is_empty() && k == parsed.value);
    let confirmed = if zone.printed {
        first.score >= SURE_PRINT && (listed || !open && (is_structured(field, zone) || second))
    } else {
        second || listed
    };
    let rival = against.map(|other| other.value.clone());
    let verdict = finish(field, parsed, confirmed, first, doubts);
    let unsure = |d: &Doubt| matches!(d.reason, Reason::LowConf | Reason::Disagree);
    let told_apart = !open && told && !hesitates(first, rival.as_deref());
    let asked = verdict.status == Status::Question && verdict.doubts.iter().all(unsure);
    if zone.printed && told_apart && asked {
        let third = hand::decide(field, zone, (first, &reading.doubts), setting, context);
        if third.status == Status::Accepted && bare(&third.value) == bare(&verdict.value) {
            return third;
        }
    }
    verdict
}

/// Whether the engines hesitate between characters that the networks, which see one at a time, do not
/// tell apart: large and small kana, ケ and ヶ, a dash and ー.
fn hesitates(first: &TextReading, rival: Option<&str>) -> bool {
    let alike = |a: char, b: char| {
        a != b && (large_kana(a) == large_kana(b) || charset::alike(a).contains(b))
    };
    let read: Vec<char> = bare(&first.text).chars().collect();
    let within = read.iter().zip(&first.characters).any(|(c, cell)| {
        let other = |(d, p): &(char, f64)| *p >= HESITATES && alike(*c, *d);
        cell.witness.iter().any(other)
    });
    let rival: Vec<char> = rival.map(bare).unwrap_or_default().chars().collect();
    let differing = || read.iter().zip(&rival).filter(|(a, b)| a != b);
    let between = read.len() == rival.len()
        && differing().count() > 0
        && differing().all(|(a, b)| alike(*a, *b));
    within || between
}

/// Accepts what is confirmed. An engine without a calibrated confidence that is confirmed counts as
/// just good enough for the field; it never counts as better.
fn finish(
    field: &Field,
    parsed: Parsed,
    confirmed: bool,
    first: &TextReading,
    doubts: Vec<Doubt>,
) -> Verdict {
    let confidence = match (first.confidence, confirmed) {
        (Some(calibrated), true) if calibrated.get() >= super::target_confidence(field) => {
            calibrated
        }
        (_, true) => Confidence::new(super::target_confidence(field)),
        (calibrated, false) => {
            let below = super::target_confidence(field) - f64::EPSILON;
            Confidence::new(
                calibrated
                    .map_or(first.score, Confidence::get)
                    .min(below)
                    .min(0.99),
            )
        }
    };
    if !confirmed && doubts.is_empty() {
        return Verdict::question(
            field,
            parsed.value,
            confidence,
            vec![Reason::LowConf.into()],
        );
    }
    Verdict::decide(field, parsed.value, confidence, doubts)
}

/// Whether the field itself tells most wrong readings: a structure, or so few characters that the
/// engine has little to confuse.
fn is_structured(field: &Field, zone: &LineZone) -> bool {
    let few = match &zone.charset {
        Charset::Digits => true,
        Charset::Only(set) => set.iter().all(|c| c.is_ascii() && !c.is_ascii_alphabetic()),
        _ => false,
    };
    few || match &field.value {
        ValueKind::Code {
            length,
            pattern,
            check,
        } => !length.is_empty() || pattern.is_some() || check.is_some(),
        ValueKind::Number { min, max } => min.is_some() && max.is_some(),
        ValueKind::Postal
        | ValueKind::Phone { .. }
        | ValueKind::Date(_)
        | ValueKind::BankAccount => true,
        _ => false,
    }
}

/// Nothing was read: blank when there is no ink either.
fn blank(field: &Field, reading: &Reading, texts: &[TextReading]) -> Verdict {
    let inked = texts.iter().any(|t| t.ink_share > INK);
    let mut doubts = reading.doubts.clone();
    if inked {
        doubts.push(Reason::LowConf.into());
        return Verdict::question(field, String::new(), Confidence::NONE, doubts);
    }
    Verdict::decide(field, String::new(), Confidence::CERTAIN, doubts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Zone;
    use crate::read::{CellReading, Content};
    use crate::validate::fixtures;

    struct Case {
        printed: bool,
        value: ValueKind,
        readings: &'static [(&'static str, f64)],
        key: Option<&'static str>,
        expected: (Status, &'static str, Option<Reason>),
    }

    fn decided(field: &Field, readings: Vec<TextReading>, context: &Context<'_>) -> Verdict {
        let Zone::Line(zone) = &field.zone else {
            panic!("a line zone")
        };
        let reading = fixtures::reading(field, Content::Text { readings });
        decide(field, zone, &reading, &fixtures::setting(), context)
    }

    #[track_caller]
    fn check(case: Case) {
        let field = fixtures::line(case.value, case.printed, Charset::Jis2);
        let readings = case
            .readings
            .iter()
            .map(|(t, s)| fixtures::text(t, *s))
            .collect();
        let context = Context {
            key: case.key,
            ..fixtures::context()
        };
        let verdict = decided(&field, readings, &context);
        let reason = verdict.doubts.first().map(|d| d.reason);
        assert_eq!(
            (verdict.status, verdict.value.as_str(), reason),
            case.expected
        );
    }

    fn code() -> ValueKind {
        ValueKind::Code {
            length: vec![4],
            pattern: None,
            check: None,
        }
    }

    #[test]
    fn handwriting_needs_a_second_witness() {
        let name = || ValueKind::Name;
        let ask = |printed, value, readings, expected| {
            check(Case {
                printed,
                value,
                readings,
                key: None,
                expected,
            });
        };
        ask(
            false,
            name(),
            &[("山田太郎", 0.999)],
            (Status::Question, "山田太郎", Some(Reason::LowConf)),
        );
        ask(
            false,
            name(),
            &[("山田太郎", 0.9), ("山田太郎", 0.8)],
            (Status::Accepted, "山田太郎", None),
        );
        ask(
            false,
            name(),
            &[("山田太郎", 0.9), ("山田大郎", 0.8)],
            (Status::Question, "山田太郎", Some(Reason::Disagree)),
        );
        ask(
            false,
            code(),
            &[("1234", 0.99)],
            (Status::Question, "1234", Some(Reason::LowConf)),
        );
        check(Case {
            printed: false,
            value: code(),
            readings: &[("1234", 0.99)],
            key: Some("1234"),
            expected: (Status::Accepted, "1234", None),
        });
    }

    #[test]
    fn print_needs_a_sure_engine_and_a_confirmation() {
        let ask = |value, readings, expected| {
            check(Case {
                printed: true,
                value,
                readings,
                key: None,
                expected,
            });
        };
        ask(code(), &[("2345", 0.95)], (Status::Accepted, "2345", None));
        ask(
            code(),
            &[("2345", 0.85)],
            (Status::Question, "2345", Some(Reason::LowConf)),
        );
        ask(
            code(),
            &[("234", 0.95)],
            (Status::Question, "234", Some(Reason::Length)),
        );
        ask(
            ValueKind::Text,
            &[("申請書", 0.95)],
            (Status::Question, "申請書", Some(Reason::LowConf)),
        );
        ask(
            ValueKind::Text,
            &[("申請書", 0.95), ("申請書", 0.6)],
            (Status::Accepted, "申請書", None),
        );
        ask(
            ValueKind::Text,
            &[("申請書", 0.95), ("申請者", 0.6)],
            (Status::Question, "申請書", Some(Reason::Disagree)),
        );
        ask(
            ValueKind::Text,
            &[("申 請書", 0.95), ("申請書", 0.6)],
            (Status::Accepted, "申 請書", None),
        );
        // Below its witness score the second engine guesses: it neither helps nor harms.
        ask(
            code(),
            &[("2345", 0.95), ("2Z45", 0.2)],
            (Status::Accepted, "2345", None),
        );
        ask(
            ValueKind::Text,
            &[("申請書", 0.95), ("申請書", 0.2)],
            (Status::Question, "申請書", Some(Reason::LowConf)),
        );
    }

    /// Print that the line recognizer and the networks read as `text`, one character of the first perhaps as
    /// `rather` as well, and that Tesseract reads as `second`.
    fn by_three(text: &str, rather: Option<(char, f64)>, second: &str) -> Verdict {
        let cell = |c: char| CellReading {
            witness: [(c, 0.999)].into_iter().chain(rather).collect(),
            extent: if large_kana(c) == c { 0.8 } else { 0.4 },
            ..fixtures::cells(&large_kana(c).to_string(), 0.9999).remove(0)
        };
        let first = TextReading {
            characters: text.chars().map(cell).collect(),
            ..fixtures::text(text, 0.8)
        };
        let field = fixtures::line(ValueKind::Kana, true, Charset::Hiragana);
        let readings = vec![first, fixtures::text(second, 0.9)];
        decided(&field, readings, &fixtures::context())
    }

    #[test]
    fn the_networks_settle_print_that_two_engines_read_differently() {
        let status = |text, rather, second| by_three(text, rather, second).status;
        assert_eq!(status("やまざき", None, "ます"), Status::Accepted);
        assert_eq!(status("しょうじ", None, "おもの"), Status::Accepted);
        // But not what they do not tell apart, whoever hesitates.
        assert_eq!(status("しょうじ", None, "しようじ"), Status::Question);
        let small = Some(('よ', 0.3));
        assert_eq!(status("しょうじ", small, "おもの"), Status::Question);
        assert_eq!(status("やまざき", small, "ます"), Status::Accepted);
    }

    #[test]
    fn printed_digits_are_structure_enough() {
        for (charset, status) in [
            (fixtures::only("0123456789-"), Status::Accepted),
            (fixtures::only("0123O"), Status::Question),
            (Charset::Digits, Status::Accepted),
            (Charset::Alnum, Status::Question),
        ] {
            let field = fixtures::line(ValueKind::Text, true, charset.clone());
            let readings = vec![fixtures::text("0123", 0.99)];
            let verdict = decided(&field, readings, &fixtures::context());
            assert_eq!(verdict.status, status, "{charset:?}");
        }
    }

    #[test]
    fn no_ink_is_blank_and_unread_ink_is_not() {
        let field = fixtures::line(ValueKind::Text, false, Charset::Jis2);
        for (ink_share, status) in [(0.0, Status::Blank), (0.05, Status::Question)] {
            let empty = TextReading {
                ink_share,
                ..fixtures::text("", 0.0)
            };
            let verdict = decided(&field, vec![empty], &fixtures::context());
            assert_eq!(verdict.status, status);
        }
    }

    #[test]
    fn a_question_about_a_code_proposes_what_its_pattern_allows() {
        let value = ValueKind::Code {
            length: Vec::new(),
            pattern: Some(regex::Regex::new("^[A-Z][0-9]{3}$").expect("a pattern")),
            check: None,
        };
        let close = [("B123", -1.0)];
        let far = [("Q123", -9.0)];
        let second = [("81", -0.1), ("E123", -2.0)];
        let cases = [
            (close.as_slice(), "B123"),
            (&far, "8123"),
            (&second, "E123"),
            (&[], "8123"),
        ];
        for (shaped, expected) in cases {
            for printed in [true, false] {
                let field = fixtures::line(value.clone(), printed, Charset::Alnum);
                let first = TextReading {
                    shaped: shaped.iter().map(|(t, p)| ((*t).to_owned(), *p)).collect(),
                    ..fixtures::text("8123", 0.99)
                };
                let verdict = decided(&field, vec![first], &fixtures::context());
                let got = (verdict.status, verdict.value.as_str());
                assert_eq!(got, (Status::Question, expected), "{shaped:?}");
                assert!(verdict.doubts.contains(&Reason::Pattern.into()));
            }
        }
    }
}
