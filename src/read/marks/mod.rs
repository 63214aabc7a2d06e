//! Marked options and bubble grids: which of them carry ink that the empty form does not explain,
//! and what that ink looks like.
//!
//! All options of the side are measured together, because the measure must follow the page: what
//! an empty box looks like (where there is no blank picture), how much empty boxes vary, and how
//! dark this person's marks are. One fixed darkness reads 521 of 1,440 pencil rows, the same rows
//! measured against their page 1,438 (mcq cases).
//!
//! `plane` cuts the paper out, `field` subtracts the empty form (`expect`, `subtract`), `stroke`
//! gives connected ink to the option it belongs to, `measure` and `shape` turn it into numbers.
//! The rules of `classify` say what the ink is and, where the empty form is known, a trained network
//! (`features`, `network`) says it a second time. `validate` decides.

mod beside;
mod classify;
mod expect;
pub mod features;
mod field;
mod measure;
mod network;
pub(super) mod plane;
mod shape;
mod slot;
pub(super) mod stroke;
pub(super) mod subtract;

use std::collections::BTreeMap;

use crate::doubt::{Doubt, Reason};
use crate::form::{Field, FieldId, Zone};
use crate::geom::Rect;
use crate::read::{Content, MarkMeasures, MarkState, OptionReading, Reading};
use crate::register::Registered;

use field::FieldInk;
use measure::{Form, PageScale};
use slot::FieldSlots;

/// Name and version of the rules, for provenance.
const RULES: &str = "marks-1";

/// What the guard before the network is worth: 1 in 20,000 options without any ink is an answer.
const UNTOUCHED: f64 = 0.99995;

/// Less likely kinds are not kept.
const HOPELESS: f64 = 0.0002;

/// The marks of one page, read together.
#[derive(Debug, Default)]
pub struct Survey {
    readings: BTreeMap<FieldId, Reading>,
}

impl Survey {
    /// Reads every marked question and grid of the side.
    pub fn of(page: &Registered<'_>) -> Self {
        let fields = slot::of_side(page.side);
        let inks = field::inks(page, &fields);
        let scale = PageScale::of(&added_darkness(&inks));
        let mut readings = BTreeMap::new();
        for (slots, ink) in fields.iter().zip(&inks) {
            let field = &page.side.fields[slots.field];
            let reading = reading(page, field, (slots, ink.as_ref()), scale);
            readings.insert(field.id.clone(), reading);
        }
        Self { readings }
    }

    /// The reading of a marked question or grid; `None` for other zones.
    pub fn reading(&self, field: &FieldId) -> Option<&Reading> {
        self.readings.get(field)
    }
}

fn added_darkness(inks: &[Option<FieldInk>]) -> Vec<f64> {
    let of = |ink: &FieldInk| -> Vec<f64> {
        (0..ink.frames.len()).map(|i| ink.added_inside(i)).collect()
    };
    inks.iter().flatten().flat_map(of).collect()
}

fn reading(
    page: &Registered<'_>,
    field: &Field,
    (slots, ink): (&FieldSlots, Option<&FieldInk>),
    scale: PageScale,
) -> Reading {
    let mut doubts = Vec::new();
    let options = ink.map_or_else(Vec::new, |ink| options(slots, ink, scale));
    if ink.is_none() || outside(page, slots) {
        doubts.push(Doubt::new(Reason::OutOfPicture));
    }
    if let Zone::Marks(_) = field.zone {
        doubts.extend(beside::doubt(page, slots));
    }
    let content = if let Zone::Grid(_) = field.zone {
        Content::Grid {
            columns: by_group(options, &slots.groups),
        }
    } else {
        Content::Marks { options }
    };
    let crop_area = field.zone.area().unwrap_or(Rect::new(0.0, 0.0, 1.0, 1.0));
    Reading {
        field: field.id.clone(),
        engine: if ink.is_some_and(|i| !i.hidden.is_empty()) {
            format!("{RULES}+{}", network::shipped().name)
        } else {
            RULES.into()
        },
        content,
        doubts,
        crop_area,
    }
}

/// A grid's options column by column; none where none was read.
fn by_group(options: Vec<OptionReading>, groups: &[usize]) -> Vec<Vec<OptionReading>> {
    let mut rest = options.into_iter();
    let columns = groups
        .iter()
        .map(|size| rest.by_ref().take(*size).collect());
    columns.filter(|c: &Vec<_>| !c.is_empty()).collect()
}

fn options(slots: &FieldSlots, ink: &FieldInk, scale: PageScale) -> Vec<OptionReading> {
    let strokes = stroke::strokes(&ink.added, &ink.hidden, &ink.frames, &ink.words);
    let (mut all, forms): (Vec<MarkMeasures>, Vec<Form>) = (0..slots.slots.len())
        .map(|i| measure::measure(ink, &strokes, i, scale))
        .unzip();
    let mut rest = &mut all[..];
    for size in &slots.groups {
        let (question, more) = rest.split_at_mut((*size).min(rest.len()));
        measure::with_rivals(question);
        rest = more;
    }
    let one = |((slot, measures), form): ((&slot::Slot, MarkMeasures), Form)| {
        let has = (slot.boxed, slot.word.is_some());
        let state = classify::classify(&measures, form, has);
        OptionReading {
            value: slot.value.clone(),
            state,
            selected: classify::selected(&measures, state),
            kinds: if measures.known {
                kinds_of(&measures, has)
            } else {
                Vec::new()
            },
            measures,
        }
    };
    slots.slots.iter().zip(all).zip(forms).map(one).collect()
}

/// What the ink of an option may be, most likely first, from its measures alone: a later version's
/// weights can look at stored measures again. Only for measures of a known empty form.
pub fn kinds_of(measures: &MarkMeasures, has: (bool, bool)) -> Vec<(MarkState, f64)> {
    if is_untouched(measures) {
        return vec![(MarkState::Empty, UNTOUCHED)];
    }
    let mut kinds = network::shipped().classify(&features::inputs(measures, has));
    kinds.retain(|k| k.1 >= HOPELESS);
    kinds
}

/// A physical guard before the network: nobody's ink on box and word, hardly any round them, and
/// the box no darker than the form's. Of the drawn cards' options only empty ones are like that.
fn is_untouched(m: &MarkMeasures) -> bool {
    m.box_all <= 0.0
        && m.word_all <= 0.0
        && m.ring_all < 0.002
        && m.relative < 0.06
        && m.missing < 0.05
}

/// Whether a box lies partly outside the picture, where nobody can see a mark.
fn outside(page: &Registered<'_>, slots: &FieldSlots) -> bool {
    let (w, h) = (f64::from(page.scan.width()), f64::from(page.scan.height()));
    let corners = slots.slots.iter().flat_map(|s| s.frame.corners());
    corners
        .map(|c| page.to_px.apply(c))
        .any(|p| p.x < -0.5 || p.y < -0.5 || p.x > w - 0.5 || p.y > h - 0.5)
}

#[cfg(test)]
mod tests;
