//! The table of kinds, and what the second reader doubts.

use super::*;
use crate::confidence::Confidence;
use crate::read::MarkMeasures;
use MarkState::{
    Circled, Crossed, Empty, Filled, Foreign, Ghost, Overflow, ScribbledOut, Struck, Tick,
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
            relative: 1.0,
            box_all: 0.5,
            word_round: 1.0,
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
fn print_that_somebody_drew_along_makes_a_blank_a_question() {
    assert_eq!(asked(false, |m| m.bold = 0.4), [Doubt::new(Reason::Faint)]);
    assert_eq!(asked(false, |m| m.bold = 0.15), []);
    assert_eq!(asked(true, |m| m.bold = 0.4), []);
}

/// Why an answer of this kind with these measures, on a page whose pen is known, is asked about.
fn doubt_of(kind: MarkState, change: fn(&mut MarkMeasures)) -> Option<Reason> {
    let mut options = sure(&[Empty, kind, Empty]);
    for option in &mut options {
        option.measures.red_pen = Some(false);
        option.measures.palest = 0.6;
    }
    change(&mut options[1].measures);
    let got = second(&zone(), &options, rules("b", None));
    got.doubts.first().map(|d| d.reason)
}

#[test]
fn a_mark_with_less_ink_than_its_kind_has_is_a_question() {
    let ghost = Some(Reason::Ghost);
    for kind in [Tick, Filled, Circled] {
        assert_eq!(doubt_of(kind, |_| ()), None);
        assert_eq!(doubt_of(kind, |m| m.pale = 0.75), ghost);
        let pencil = |m: &mut MarkMeasures| (m.colored, m.pen_saturation) = (true, 0.2);
        assert_eq!(doubt_of(kind, pencil), ghost);
    }
    assert_eq!(doubt_of(Filled, |m| m.relative = 0.6), ghost);
    assert_eq!(doubt_of(Filled, |m| m.box_all = 0.01), ghost);
    assert_eq!(doubt_of(Tick, |m| m.box_all = 0.01), None);
    let bare = |m: &mut MarkMeasures| (m.box_round, m.word_round) = (0.0, 0.1);
    assert_eq!(doubt_of(Circled, bare), ghost);
    // On a page of pale answers a ring may be too pale to be called ink.
    let faint = |m: &mut MarkMeasures| (m.palest, m.word_round) = (0.15, 0.1);
    assert_eq!(doubt_of(Circled, faint), None);
}

#[test]
fn a_mark_that_covers_more_than_its_option_is_a_question() {
    for kind in [Tick, Filled] {
        assert_eq!(
            doubt_of(kind, |m| m.ring_share = 0.4),
            Some(Reason::Corrected)
        );
    }
    assert_eq!(doubt_of(Circled, |m| m.ring_share = 0.4), None);
}

#[test]
fn a_circled_word_whose_box_is_struck_is_a_question() {
    let answer = |change: fn(&mut MarkMeasures)| {
        let mut options = sure(&[Empty, Circled, Empty]);
        change(&mut options[1].measures);
        second(&zone(), &options, rules("b", None)).doubts
    };
    assert_eq!(answer(|_| ()), []);
    assert_eq!(answer(|m| m.box_line = 0.9), []);
    let struck = answer(|m| (m.box_line, m.box_inside) = (0.9, 0.16));
    assert_eq!(struck, [Doubt::new(Reason::Corrected)]);
}

#[test]
fn ink_that_may_take_an_answer_back_or_runs_on_is_a_question() {
    let reason = |answer: (MarkState, f64, MarkState), other: (MarkState, f64, MarkState)| {
        let mut options = sure(&[Empty, Empty, Empty]);
        options[1] = option("b", answer);
        options[2] = option("c", other);
        let got = second(&zone(), &options, rules("b", None));
        got.doubts.first().map(|d| d.reason)
    };
    let paper = (Empty, 0.999, Foreign);
    // Fills are told from scribbles less surely than other marks from strikes.
    assert_eq!(reason((Filled, 0.99, ScribbledOut), paper), None);
    assert_eq!(
        reason((Filled, 0.98, ScribbledOut), paper),
        Some(Reason::Corrected)
    );
    assert_eq!(reason((Tick, 0.99, Struck), paper), Some(Reason::Corrected));
    assert_eq!(reason((Tick, 0.996, Struck), paper), None);
    // A tail may reach the neighbor; what surely does is more than a tick.
    let tick = (Tick, 0.999, Empty);
    assert_eq!(reason(tick, (Overflow, 0.8, Empty)), None);
    assert_eq!(
        reason(tick, (Overflow, 0.95, Empty)),
        Some(Reason::Overflow)
    );
    assert_eq!(
        reason((Tick, 0.85, Overflow), paper),
        Some(Reason::Overflow)
    );
}

#[test]
fn what_is_as_dark_as_the_pages_answers_is_not_rubbed_out() {
    let reason = |ghost: f64, red_pen: Option<bool>| {
        let mut options = sure(&[Empty, Empty, Empty]);
        options[1] = option("b", (Tick, 1.0 - ghost, Ghost));
        options[1].measures.red_pen = red_pen;
        let got = second(&zone(), &options, rules("b", None));
        got.doubts.first().map(|d| d.reason)
    };
    assert_eq!(reason(0.3, Some(false)), None);
    // Where the page's pen is not known nothing says how dark its answers are.
    assert_eq!(reason(0.1, None), Some(Reason::Ghost));
}

#[test]
fn a_page_that_lost_print_is_not_believed_to_be_blank_unless_its_print_drops_out() {
    assert_eq!(asked(false, |m| m.lost = 0.2), [Doubt::new(Reason::Faint)]);
    assert_eq!(asked(false, |m| m.lost = 0.95), []);
    assert_eq!(asked(true, |m| m.lost = 0.2), []);
    assert_eq!(asked(false, |_| ()), []);
    assert_eq!(
        asked(false, |m| m.palest = 0.1),
        [Doubt::new(Reason::Faint)]
    );
    assert_eq!(asked(false, |m| m.palest = 0.3), []);
    for answered in [true, false] {
        assert_eq!(
            asked(answered, |m| m.unclear = 0.4),
            [Doubt::new(Reason::Faint)]
        );
        assert_eq!(asked(answered, |m| m.unclear = 0.29), []);
    }
    assert_eq!(asked(true, |m| m.unclear = 0.32), []);
    assert_eq!(
        asked(false, |m| m.unclear = 0.32),
        [Doubt::new(Reason::Faint)]
    );
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

/// What is asked of two answers of which the rules read only the first, with ink near the third option.
fn asked_of_two(kinds: [MarkState; 3], rules_read: &str, near: f64) -> Vec<Doubt> {
    let mut options = sure(&kinds);
    options[2].measures.near = near;
    let zone = MarkZone {
        at_most: 3,
        ..zone()
    };
    second(&zone, &options, rules(rules_read, None)).doubts
}

#[test]
fn an_answer_more_than_the_rules_read_is_accepted_and_one_less_is_not() {
    let two = [Tick, Circled, Empty];
    assert_eq!(asked_of_two(two, "a", 0.0), []);
    assert_eq!(asked_of_two(two, "", 0.0), []);
    for rules_read in ["a|b|c", "a|c"] {
        let asked = asked_of_two(two, rules_read, 0.0);
        assert_eq!(asked, [Doubt::new(Reason::LowConf)], "{rules_read}");
    }
}

#[test]
fn ink_near_an_option_is_writing_unless_a_ring_stands_beside_it() {
    assert_eq!(asked_of_two([Tick, Circled, Empty], "a", 3.0), []);
    let note = Doubt::new(Reason::MarginNote);
    assert_eq!(asked_of_two([Circled, Tick, Empty], "a", 3.0), [note]);
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

#[test]
fn the_law_looks_at_what_may_be_taken_back_and_at_ink_that_may_reach_another_option() {
    use MarkState::Filled;
    let filled = |gone| option("b", (Filled, 1.0 - gone, Struck));
    let seen = |o: &OptionReading, chosen| {
        let alone = std::slice::from_ref(o);
        before_the_law(alone, 0, (CrossMeans::Ask, |_: &OptionReading| chosen))
    };
    assert_eq!(seen(&filled(0.02), true), None);
    assert_eq!(seen(&filled(0.04), true), Some(Reason::Corrected));
    let reached = |p| option("a", (Overflow, p, Empty));
    assert_eq!(seen(&reached(0.3), false), None);
    assert_eq!(seen(&reached(0.5), false), Some(Reason::Overflow));
    let mut noted = filled(0.0);
    noted.measures.written = 0.2;
    assert_eq!(seen(&noted, true), Some(Reason::MarginNote));
    let mut faxed = filled(0.0);
    faxed.measures.lost = 0.2;
    assert_eq!(seen(&faxed, true), Some(Reason::Faint));
    let mut unclear = filled(0.0);
    unclear.measures.unclear = 0.32;
    assert_eq!(seen(&unclear, true), Some(Reason::Faint));
    let erased = option("b", (Tick, 0.92, Ghost));
    assert_eq!(seen(&erased, true), Some(Reason::Ghost));
    // Ink beside a tick is writing; beside a ring it may be a part of it.
    for (kind, reason) in [(Tick, Some(Reason::MarginNote)), (Circled, None)] {
        let mut beside = option("b", (kind, 0.9999, Empty));
        beside.measures.near = 4.0;
        assert_eq!(seen(&beside, true), reason);
        assert_eq!(seen(&beside, false), None);
    }
}

#[test]
fn a_rings_end_is_no_writing_at_the_empty_option_before_it() {
    let beside = |kind, written, near| {
        let mut empty = option("a", (Empty, 0.9999, Overflow));
        (empty.measures.written, empty.measures.near) = (written, near);
        let options = [empty, option("b", (kind, 0.9999, Empty))];
        let chosen = |o: &OptionReading| o.value == "b";
        before_the_law(&options, 0, (CrossMeans::Ask, chosen))
    };
    assert_eq!(beside(Circled, 0.4, 0.0), None);
    for (kind, written, near) in [(Circled, 0.8, 0.0), (Circled, 0.4, 1.0), (Tick, 0.4, 0.0)] {
        assert_eq!(beside(kind, written, near), Some(Reason::MarginNote));
    }
}
