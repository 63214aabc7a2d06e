//! All marked questions of one side, answered by one person.

use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::question::{self, Ask, Drawn, Question, Room, extent};
use super::{MarkKind, Marker};
use crate::form::draw::printed_areas;
use crate::form::{Corrected, CrossMeans, Field, GridZone, MarkOption, MarkZone, Side, Zone};
use crate::geom::{Mm, Point, Rect};
use crate::read::MarkState;
use crate::synth::inks::Inks;

/// Ink within this distance of an option is seen at it, in mm.
const NEAR: f64 = 0.3;

/// Points of a pen's way (0.08 mm apart) at an option from which its ink is seen there.
const SEEN: usize = 3;

/// The answer to one field of the side.
#[derive(Clone, Debug)]
pub struct FieldDrawn {
    /// Index into `side.fields`.
    pub field: usize,
    pub drawn: Drawn,
}

/// Answers every marked question and bubble grid of the side; each gets one of `kinds`.
pub fn draw(
    side: &Side,
    kinds: &[MarkKind],
    marker: &Marker,
    inks: &mut Inks,
    rng: &mut ChaCha8Rng,
) -> Vec<FieldDrawn> {
    let mut taken: Vec<Rect<Mm>> = side.fields.iter().flat_map(places).collect();
    taken.extend(printed_areas(side));
    let room = Room {
        paper: Rect::new(0.0, 0.0, side.size.w, side.size.h),
        taken: &taken,
    };
    let (mut all, mut traces) = (Vec::new(), Vec::new());
    for (i, field) in side.fields.iter().enumerate() {
        inks.take_trace();
        let drawn = match &field.zone {
            Zone::Marks(zone) => {
                let question = Question {
                    zone,
                    consent: field.consent,
                    room,
                };
                one(&question, kinds, marker, inks, rng)
            }
            Zone::Grid(zone) => grid((zone, room), marker, inks, rng),
            _ => continue,
        };
        all.push(FieldDrawn { field: i, drawn });
        traces.push(inks.take_trace());
    }
    reach(side, &mut all, &traces);
    write_near(side, &mut all);
    all
}

fn one(
    question: &Question<'_>,
    kinds: &[MarkKind],
    marker: &Marker,
    inks: &mut Inks,
    rng: &mut ChaCha8Rng,
) -> Drawn {
    let taken: Vec<MarkKind> = kinds
        .iter()
        .copied()
        .filter(|k| question.takes(*k))
        .collect();
    let kind = taken.choose(rng).copied().unwrap_or(MarkKind::Blank);
    question::draw(kind, question, marker, inks, rng)
}

/// A bubble filled in each column.
fn grid(
    (zone, room): (&GridZone, Room<'_>),
    marker: &Marker,
    inks: &mut Inks,
    rng: &mut ChaCha8Rng,
) -> Drawn {
    let (mut value, mut options) = (String::new(), Vec::new());
    for (column, values) in zone.columns.iter().zip(&zone.values) {
        let bubble = |(v, r): (&char, &Rect<Mm>)| MarkOption {
            value: v.to_string(),
            label: String::new(),
            boxed: Some(*r),
            word: None,
        };
        let zone = MarkZone {
            options: values.iter().zip(column).map(bubble).collect(),
            at_most: 1,
            at_least: 0,
            shape: zone.shape,
            cross_means: CrossMeans::Selected,
            corrected: Corrected::Ask,
        };
        let question = Question {
            zone: &zone,
            consent: false,
            room,
        };
        let drawn = question::draw(MarkKind::Fill, &question, marker, inks, rng);
        value.push_str(&drawn.value);
        options.extend(drawn.options);
    }
    Drawn {
        kind: MarkKind::Fill,
        value,
        ask: Ask::Needless,
        options,
        writing: None,
    }
}

/// The options of a field, in the order of the reader: a grid's columns one after the other.
pub fn places(field: &Field) -> Vec<Rect<Mm>> {
    match &field.zone {
        Zone::Marks(zone) => zone.options.iter().map(extent).collect(),
        Zone::Grid(zone) => zone.columns.concat(),
        other => other.area().into_iter().collect(),
    }
}

/// Marks options that another mark's ink runs into, and lets a person see them where that ink is
/// more than a tail.
fn reach(side: &Side, all: &mut [FieldDrawn], traces: &[Vec<Point<Mm>>]) {
    let kinds: Vec<MarkKind> = all.iter().map(|f| f.drawn.kind).collect();
    for (to, one) in all.iter_mut().enumerate() {
        let field = &side.fields[one.field];
        for (from, trace) in traces.iter().enumerate() {
            for (i, place) in places(field).into_iter().enumerate() {
                let near = place.inflate(NEAR);
                if trace.iter().filter(|p| near.contains(**p)).count() < SEEN {
                    continue;
                }
                let truth = &mut one.drawn.options[i];
                if truth.state == MarkState::Empty {
                    truth.state = MarkState::Overflow;
                } else if from == to {
                    continue;
                }
                if field.consent || !keeps_to_itself(kinds[from]) {
                    one.drawn.ask = one.drawn.ask.max(Ask::May);
                }
            }
        }
    }
}

/// A remark this near to an option may be about it, mm, where this much of its area is, mm2.
const ABOUT: f64 = 3.5;
const ABOUT_AREA: f64 = 2.0;

/// Tells options that words or a number stand beside, and lets a person see a question that another
/// question's remark may be about: one near it, and any on the side where the law looks on.
fn write_near(side: &Side, all: &mut [FieldDrawn]) {
    let written: Vec<(usize, Rect<Mm>)> = all
        .iter()
        .enumerate()
        .filter_map(|(i, f)| Some((i, f.drawn.writing?.inflate(-0.3))))
        .collect();
    for (to, one) in all.iter_mut().enumerate() {
        let field = &side.fields[one.field];
        if field.consent && !written.is_empty() {
            one.drawn.ask = one.drawn.ask.max(Ask::May);
        }
        for (i, place) in places(field).into_iter().enumerate() {
            for (from, text) in &written {
                let part = place.inflate(ABOUT).intersection(*text);
                if part.is_some_and(|p| p.area() >= ABOUT_AREA) {
                    one.drawn.options[i].written = true;
                    if *from != to {
                        one.drawn.ask = one.drawn.ask.max(Ask::May);
                    }
                }
            }
        }
    }
}

/// Marks whose ends may lie in a neighbour's place and still mean only their own option.
fn keeps_to_itself(kind: MarkKind) -> bool {
    matches!(
        kind,
        MarkKind::Tick
            | MarkKind::LongTick
            | MarkKind::Fill
            | MarkKind::SmallRing
            | MarkKind::CircleWord
            | MarkKind::CircleBoth
            | MarkKind::Cross
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Form, ready};
    use crate::synth::card_rng;

    fn form(name: &str) -> Form {
        ready::form(name).unwrap().load().unwrap()
    }

    /// Draws the answer side many times with one kind only: consent and answer of each question.
    fn drawn(kind: MarkKind, name: &str) -> Vec<(bool, Drawn)> {
        let form = form(name);
        let side = form.sides.last().unwrap();
        let mut all = Vec::new();
        for card in 0..20 {
            let mut rng = card_rng(5, card);
            let mut inks = Inks::new(side.size, 4.0);
            let marker = Marker::any(0.0, &mut rng);
            for f in draw(side, &[kind], &marker, &mut inks, &mut rng) {
                all.push((side.fields[f.field].consent, f.drawn));
            }
        }
        all
    }

    #[test]
    fn plain_answers_mean_one_option_and_need_no_question() {
        for kind in MarkKind::PLAIN {
            for (consent, one) in drawn(kind, "vaccine-intent") {
                let meant = one.options.iter().filter(|o| o.selected).count();
                let wanted = usize::from(one.kind != MarkKind::Blank);
                assert_eq!(
                    (meant, one.value.is_empty()),
                    (wanted, wanted == 0),
                    "{one:?}"
                );
                // A neighbour's ink may be asked about where the law looks on.
                assert!(one.ask == Ask::Needless || consent, "{one:?}");
            }
        }
    }

    #[test]
    fn what_is_taken_back_never_counts_and_consent_must_be_asked() {
        for kind in [MarkKind::Struck, MarkKind::Scribbled, MarkKind::Correction] {
            for (consent, one) in drawn(kind, "vaccine-intent") {
                let wanted = if consent { Ask::Must } else { Ask::May };
                assert!(one.ask >= wanted, "{one:?}");
                let back = |o: &&question::OptionTruth| {
                    matches!(o.state, MarkState::Struck | MarkState::ScribbledOut)
                };
                assert!(one.options.iter().filter(back).all(|o| !o.selected));
                assert_eq!(
                    one.value.is_empty(),
                    kind != MarkKind::Correction,
                    "{one:?}"
                );
            }
        }
    }

    #[test]
    fn a_long_tail_runs_into_its_neighbour_and_selects_nothing_there() {
        let all = drawn(MarkKind::LongTick, "resident-survey");
        let tails = all.iter().flat_map(|(_, d)| &d.options);
        let tails: Vec<_> = tails.filter(|o| o.state == MarkState::Overflow).collect();
        assert!(!tails.is_empty() && tails.iter().all(|o| !o.selected));
    }

    #[test]
    fn numbers_find_room_beside_the_print() {
        let sides = form("vaccine-intent").sides;
        let print = printed_areas(sides.last().unwrap());
        let written: Vec<Rect<Mm>> = drawn(MarkKind::Number, "vaccine-intent")
            .into_iter()
            .filter_map(|(_, one)| one.writing)
            .collect();
        // A quarter: the areas hold the space below a line.
        let on_print = |w: &&Rect<Mm>| {
            let parts = print
                .iter()
                .filter_map(|p| p.inflate(-1.0).intersection(**w));
            parts.map(Rect::area).sum::<f64>() > 0.25 * w.area()
        };
        let covering = written.iter().filter(on_print).count();
        assert!(!written.is_empty());
        assert_eq!(covering, 0, "of {}", written.len());
    }

    #[test]
    fn the_same_seed_makes_the_same_sheet() {
        let form = form("vaccine-intent");
        let side = &form.sides[1];
        let sheet = || {
            let mut rng = card_rng(9, 2);
            let mut inks = Inks::new(side.size, 4.0);
            let marker = Marker::any(0.0, &mut rng);
            draw(side, &MarkKind::ALL, &marker, &mut inks, &mut rng);
            let print = image::GrayImage::from_pixel(400, 592, [255].into());
            inks.onto(&print, [0; 3]).into_raw()
        };
        assert_eq!(sheet(), sheet());
    }
}
