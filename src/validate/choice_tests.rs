//! The decision table, row by row.

use super::*;
use crate::form::{BoxShape, CheckDigit, GridZone, ValueKind};
use crate::read::MarkMeasures;
use crate::validate::{Status, fixtures};
use MarkState::{
    Circled, Crossed, Empty, Filled, Foreign, Ghost, Overflow, ScribbledOut, Struck, Tick,
};

/// An option with a state and its strength against the page's clear marks.
fn option(value: &str, (state, relative): (MarkState, f64)) -> OptionReading {
    let selected = match state {
        Empty | Overflow => 0.0005,
        Struck | Foreign => 0.3,
        Circled => 0.9995,
        _ => 1.0 / (1.0 + (-28.0 * (relative - 0.34)).exp()),
    };
    let measures = MarkMeasures {
        relative,
        excess: 40.0 * relative,
        box_all: 0.5 * relative,
        ..MarkMeasures::default()
    };
    OptionReading {
        value: value.into(),
        state,
        selected: Confidence::new(selected),
        kinds: Vec::new(),
        measures,
    }
}

fn read(field: &Field, marks: &[(MarkState, f64)]) -> Verdict {
    let values = ["a", "b", "c"];
    let options = values
        .iter()
        .zip(marks)
        .map(|(v, m)| option(v, *m))
        .collect();
    decide(
        field,
        &fixtures::reading(field, Content::Marks { options }),
        &fixtures::setting(),
    )
}

fn question(at_most: usize) -> Field {
    fixtures::marks(&[("a", "A"), ("b", "B"), ("c", "C")], at_most)
}

const PAPER: (MarkState, f64) = (Empty, 0.02);

struct Case {
    marks: [(MarkState, f64); 3],
    status: Status,
    value: &'static str,
    reason: Option<Reason>,
}

fn check(field: &Field, cases: &[Case]) {
    for case in cases {
        let got = read(field, &case.marks);
        let reasons: Vec<Reason> = got.doubts.iter().map(|d| d.reason).collect();
        let wanted: Vec<Reason> = case.reason.into_iter().collect();
        assert_eq!(
            (got.status, got.value.as_str(), reasons),
            (case.status, case.value, wanted),
            "{:?}",
            case.marks
        );
    }
}

fn accepted(marks: [(MarkState, f64); 3], value: &'static str) -> Case {
    Case {
        marks,
        status: Status::Accepted,
        value,
        reason: None,
    }
}

fn asked(marks: [(MarkState, f64); 3], value: &'static str, reason: Reason) -> Case {
    Case {
        marks,
        status: Status::Question,
        value,
        reason: Some(reason),
    }
}

#[test]
fn one_answer_of_several() {
    let blank = Case {
        marks: [PAPER; 3],
        status: Status::Blank,
        value: "",
        reason: None,
    };
    let cases = [
        blank,
        accepted([PAPER, (Tick, 1.0), PAPER], "b"),
        accepted([(Filled, 0.6), PAPER, PAPER], "a"),
        accepted([PAPER, PAPER, (Circled, 0.1)], "c"),
        accepted([(Tick, 1.0), (Overflow, 0.3), PAPER], "a"),
        asked([(Tick, 1.0), (Tick, 0.9), PAPER], "", Reason::MultiMark),
        asked([(Tick, 1.0), (Tick, 0.5), PAPER], "a", Reason::Ghost),
        asked([PAPER, (Tick, 0.2), PAPER], "b", Reason::Faint),
        asked([PAPER, (Crossed, 1.0), PAPER], "b", Reason::XMark),
        asked([(Tick, 1.0), (Crossed, 1.0), PAPER], "", Reason::XMark),
        asked([(Tick, 1.0), (Struck, 0.8), PAPER], "a", Reason::Corrected),
        asked([PAPER, (Struck, 0.8), PAPER], "", Reason::Struck),
        asked(
            [(ScribbledOut, 1.3), (Tick, 1.0), PAPER],
            "b",
            Reason::Corrected,
        ),
        asked([PAPER, (Foreign, 0.0), PAPER], "b", Reason::LowConf),
    ];
    check(&question(1), &cases);
}

#[test]
fn boxes_that_are_all_a_little_grey_are_blank() {
    let got = read(&question(1), &[(Tick, 0.15), (Tick, 0.14), (Tick, 0.13)]);
    assert_eq!((got.status, got.value.as_str()), (Status::Blank, ""));
}

#[test]
fn a_legal_choice_is_asked_for_any_other_ink() {
    let field = Field {
        consent: true,
        ..question(1)
    };
    let cases = [
        accepted([PAPER, (Tick, 1.0), PAPER], "b"),
        asked([(Tick, 1.0), (Overflow, 0.3), PAPER], "a", Reason::Overflow),
        asked([(Tick, 1.0), (Tick, 0.2), PAPER], "a", Reason::Ghost),
        asked(
            [(Tick, 1.0), (Foreign, 0.0), PAPER],
            "a",
            Reason::MarginNote,
        ),
        asked([(ScribbledOut, 1.2), PAPER, PAPER], "a", Reason::Corrected),
        asked([(Ghost, 0.55), PAPER, PAPER], "a", Reason::Corrected),
    ];
    check(&field, &cases);
}

#[test]
fn several_answers_stand_in_the_order_of_the_form() {
    let cases = [
        accepted([(Tick, 1.0), PAPER, (Tick, 0.9)], "a|c"),
        accepted([(Tick, 1.0), (Tick, 1.1), (Tick, 0.9)], "a|b|c"),
        asked([(Tick, 1.0), (Tick, 0.3), PAPER], "a", Reason::Ghost),
        asked([(Tick, 1.0), (Crossed, 1.0), PAPER], "a", Reason::XMark),
    ];
    check(&question(3), &cases);
    let two = [asked(
        [(Tick, 1.0), (Tick, 1.1), (Tick, 0.9)],
        "a|b|c",
        Reason::MultiMark,
    )];
    check(&question(2), &two);
}

#[test]
fn a_cross_means_what_the_form_says() {
    for (means, status, value) in [
        (CrossMeans::Ask, Status::Question, "b"),
        (CrossMeans::Selected, Status::Accepted, "b"),
        (CrossMeans::No, Status::Blank, ""),
    ] {
        let mut field = question(1);
        if let Zone::Marks(zone) = &mut field.zone {
            zone.cross_means = means;
        }
        let got = read(&field, &[PAPER, (Crossed, 1.0), PAPER]);
        assert_eq!(
            (got.status, got.value.as_str()),
            (status, value),
            "{means:?}"
        );
    }
}

#[test]
fn a_cross_on_a_legal_choice_is_asked_whatever_it_means() {
    for at_most in [1, 3] {
        let mut field = Field {
            consent: true,
            ..question(at_most)
        };
        if let Zone::Marks(zone) = &mut field.zone {
            zone.cross_means = CrossMeans::Selected;
        }
        let crossed = [PAPER, (Crossed, 1.0), PAPER];
        check(&field, &[asked(crossed, "b", Reason::XMark)]);
        let by_both = corrected(&field, [Empty, Crossed, Empty], 0.9999);
        assert_eq!(by_both.doubts, [Doubt::new(Reason::XMark)]);
        assert_eq!(
            (by_both.status, by_both.value.as_str()),
            (Status::Question, "b")
        );
        for plain in [Tick, Filled, Circled] {
            check(&field, &[accepted([PAPER, (plain, 1.0), PAPER], "b")]);
            let by_both = corrected(&field, [Empty, plain, Empty], 0.9999);
            assert_eq!(by_both.status, Status::Accepted, "{plain:?}");
        }
        field.consent = false;
        check(&field, &[accepted(crossed, "b")]);
    }
}

#[test]
fn a_grid_keeps_blank_columns_and_asks_for_double_ones() {
    let column = |marks: [(MarkState, f64); 3]| -> Vec<OptionReading> {
        ["a", "b", "c"]
            .iter()
            .zip(marks)
            .map(|(v, m)| option(v, m))
            .collect()
    };
    let (a, c, none) = (
        column([(Filled, 1.0), PAPER, PAPER]),
        column([PAPER, PAPER, (Filled, 1.0)]),
        column([PAPER; 3]),
    );
    let plain = grid(&[a.clone(), none.clone(), c.clone(), none.clone()]);
    assert_eq!((plain.value.as_str(), plain.doubts.len()), ("a c", 0));
    assert!(plain.confidence > 0.999);
    let double = grid(&[a, column([(Filled, 1.0), (Filled, 1.0), PAPER]), c]);
    assert_eq!(double.doubts.len(), 1);
}

/// Digits plainly marked in columns, a blank one for every space.
fn marked_in_columns(value: ValueKind, text: &str) -> Verdict {
    let bubble = |digit: char, c: char| {
        let mark = if digit == c { (Filled, 1.0) } else { PAPER };
        option(&digit.to_string(), mark)
    };
    let column = |c| ('0'..='9').map(|digit| bubble(digit, c)).collect();
    let zone = Zone::Grid(GridZone {
        columns: Vec::new(),
        values: Vec::new(),
        shape: BoxShape::Bubble,
    });
    let field = fixtures::field(zone, value);
    let content = Content::Grid {
        columns: text.chars().map(column).collect(),
    };
    let reading = fixtures::reading(&field, content);
    decide(&field, &reading, &fixtures::setting())
}

fn code(check: Option<CheckDigit>) -> ValueKind {
    ValueKind::Code {
        length: Vec::new(),
        pattern: None,
        check,
    }
}

#[test]
fn what_is_marked_in_columns_is_held_against_its_kind() {
    let age = || ValueKind::Number {
        min: Some(10),
        max: Some(99),
    };
    let lengthy = ValueKind::Code {
        length: vec![4],
        pattern: None,
        check: None,
    };
    let split = || code(Some(CheckDigit::M10W2Split));
    for (value, text, expected, reason) in [
        (age(), "31", "31", None),
        (age(), "05", "05", Some(Reason::Range)),
        (age(), "1 ", "1", Some(Reason::Range)),
        (code(None), "0012", "0012", None),
        (code(None), "12 4", "12 4", Some(Reason::BoxCount)),
        (lengthy, "123", "123", Some(Reason::Length)),
        (split(), "123456782", "123456782", None),
        (split(), "123456784", "123456784", Some(Reason::CheckDigit)),
    ] {
        let verdict = marked_in_columns(value, text);
        let first = verdict.doubts.first().map(|d| d.reason);
        assert_eq!(
            (verdict.value.as_str(), first),
            (expected, reason),
            "`{text}`"
        );
    }
}

#[test]
fn twelve_marked_digits_that_may_be_a_my_number_are_asked() {
    let read = |check, text| marked_in_columns(code(check), text);
    let asked = read(None, "983205673214");
    assert_eq!(asked.doubts, [Doubt::new(Reason::MynumberSuspect)]);
    assert_eq!(asked.value, "983205673214");
    for other in [
        read(None, "983205673215"),
        read(Some(CheckDigit::MyNumber), "983205673214"),
    ] {
        assert_eq!(other.status, Status::Accepted, "{other:?}");
    }
}

/// A correction that both readers see the same way: `p` sure of every option.
fn corrected(field: &Field, states: [MarkState; 3], p: f64) -> Verdict {
    let values = ["a", "b", "c"];
    let options = values
        .iter()
        .zip(states)
        .map(|(value, state)| OptionReading {
            kinds: vec![(state, p), (Filled, 1.0 - p)],
            ..option(value, (state, if state == Empty { 0.02 } else { 0.9 }))
        })
        .collect();
    decide(
        field,
        &fixtures::reading(field, Content::Marks { options }),
        &fixtures::setting(),
    )
}

#[test]
fn what_is_left_beside_a_struck_choice_is_accepted_only_where_the_form_says_so() {
    let mut field = question(1);
    let struck_and_ticked = [Struck, Tick, Empty];
    let asked = corrected(&field, struck_and_ticked, 0.9999);
    assert_eq!(
        (asked.status, asked.value.as_str()),
        (Status::Question, "b")
    );
    assert_eq!(asked.doubts, [Doubt::new(Reason::Corrected)]);
    if let Zone::Marks(zone) = &mut field.zone {
        zone.corrected = Corrected::Accept;
    }
    let accepted = corrected(&field, struck_and_ticked, 0.9999);
    assert_eq!(
        (accepted.status, accepted.value.as_str()),
        (Status::Accepted, "b")
    );
    for (states, p) in [
        (struck_and_ticked, 0.99),
        ([Struck, Empty, Empty], 0.9999),
        ([ScribbledOut, Tick, Empty], 0.9999),
        ([Struck, Tick, Tick], 0.9999),
        ([Struck, Crossed, Empty], 0.9999),
    ] {
        let got = corrected(&field, states, p);
        assert_eq!(got.status, Status::Question, "{states:?}");
    }
    field.consent = true;
    let consent = corrected(&field, struck_and_ticked, 0.9999);
    assert_eq!(consent.status, Status::Question);
}
