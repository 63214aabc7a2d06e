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
//! (`patch`, `network`) looks at the paper itself and says it a second time. `validate` decides.

mod beside;
mod classify;
mod drawn;
mod expect;
mod field;
mod measure;
mod network;
mod patch;
mod pen;
pub(super) mod plane;
mod shape;
mod slot;
pub(super) mod stroke;
pub(super) mod subtract;

use std::collections::BTreeMap;

use crate::doubt::{Doubt, Reason};
use crate::engine::EngineError;
use crate::form::{Field, FieldId, Side, Zone};
use crate::geom::{Mm, Rect};
use crate::read::{Content, MarkMeasures, OptionReading, Reading};
use crate::register::Registered;

use beside::Beside;
use field::FieldInk;
use measure::{Form, PageScale};
pub use patch::Patch;
use slot::FieldSlots;

/// Name and version of the rules, for provenance.
const RULES: &str = "marks-1";

/// The marks of one page, read together.
#[derive(Debug, Default)]
pub struct Survey {
    readings: BTreeMap<FieldId, Reading>,
}

impl Survey {
    /// Reads every marked question and grid of the side.
    ///
    /// # Errors
    /// When the network's runtime fails.
    pub fn of(page: &Registered<'_>) -> Result<Self, EngineError> {
        let fields = slot::of_side(page.side);
        let zones = places(page.side);
        let inks = field::inks(page, &fields);
        let scale = PageScale::of(&added_darkness(&inks));
        let mut readings = BTreeMap::new();
        for (slots, ink) in fields.iter().zip(&inks) {
            let field = &page.side.fields[slots.field];
            let measured = ink.as_ref().map(|ink| Measured::of(slots, ink, scale));
            let mut reading = reading(page, field, slots, measured);
            if let Some(patches) = ink.as_ref().and_then(|i| cut(page, (slots, i), &zones)) {
                reading.engine = format!("{RULES}+{}", network::name());
                add(&mut reading.content, network::look(&patches)?);
            }
            readings.insert(field.id.clone(), reading);
        }
        tell_lost_print(&mut readings);
        tell_unclear(&mut readings);
        let pen = pen::tell_paleness(
            readings
                .values_mut()
                .flat_map(|r| options_mut(&mut r.content)),
        );
        for slots in &fields {
            let field = &page.side.fields[slots.field];
            if let (Zone::Marks(_), Some(reading)) = (&field.zone, readings.get_mut(&field.id)) {
                tell_writing(reading, beside::look(page, slots, pen));
            }
        }
        Ok(Self { readings })
    }

    /// The reading of a marked question or grid; `None` for other zones.
    pub fn reading(&self, field: &FieldId) -> Option<&Reading> {
        self.readings.get(field)
    }
}

/// Tells every option how much of the form's print at all options of the page is not there.
fn tell_lost_print(readings: &mut BTreeMap<FieldId, Reading>) {
    let mut all: Vec<&mut OptionReading> = readings
        .values_mut()
        .flat_map(|r| options_mut(&mut r.content))
        .collect();
    let missing: f64 = all.iter().map(|o| o.measures.missing).sum();
    let lost = missing / all.len().max(1) as f64;
    for option in &mut all {
        option.measures.lost = lost;
    }
}

/// Tells every option that the network has judged how much of the page is unclear.
fn tell_unclear(readings: &mut BTreeMap<FieldId, Reading>) {
    let judged = |options: &Vec<&mut OptionReading>| options.iter().all(|o| !o.kinds.is_empty());
    let mut questions: Vec<_> = readings
        .values_mut()
        .map(|r| options_mut(&mut r.content))
        .filter(judged)
        .collect();
    pen::tell_unclear(&mut questions);
}

fn options_mut(content: &mut Content) -> Vec<&mut OptionReading> {
    match content {
        Content::Marks { options } => options.iter_mut().collect(),
        Content::Grid { columns } => columns.iter_mut().flatten().collect(),
        _ => Vec::new(),
    }
}

/// What the mark network would see at every option whose empty form is known: one patch an option,
/// in the order of the form. For its training.
pub fn patches(page: &Registered<'_>) -> BTreeMap<FieldId, Vec<Patch>> {
    let fields = slot::of_side(page.side);
    let zones = places(page.side);
    let one = |(slots, ink): (&FieldSlots, Option<FieldInk>)| {
        let patches = cut(page, (slots, &ink?), &zones)?;
        Some((page.side.fields[slots.field].id.clone(), patches))
    };
    let inks = field::inks(page, &fields);
    fields.iter().zip(inks).filter_map(one).collect()
}

/// Everything on the side that people write in or at.
fn places(side: &Side) -> Vec<Rect<Mm>> {
    side.fields.iter().flat_map(|f| f.zone.places()).collect()
}

/// The patches of one question's options; `None` where the empty form is not known.
fn cut(
    page: &Registered<'_>,
    (slots, ink): (&FieldSlots, &FieldInk),
    zones: &[Rect<Mm>],
) -> Option<Vec<Patch>> {
    let one = |slot| patch::patch(page, ink, slot, zones);
    slots.slots.iter().map(one).collect()
}

/// What the network saw, written beside what the rules say.
fn add(content: &mut Content, seen: Vec<network::Seen>) {
    for (option, seen) in options_mut(content).into_iter().zip(seen) {
        option.kinds = seen.kinds;
        option.measures.written = seen.written;
    }
}

/// What stands beside the question, written into its reading.
fn tell_writing(reading: &mut Reading, beside: Option<Beside>) {
    let Some(beside) = beside else { return };
    reading.doubts.extend(beside.doubt());
    let places = beside.near.into_iter().zip(beside.apart);
    for (option, (near, apart)) in options_mut(&mut reading.content).into_iter().zip(places) {
        (option.measures.near, option.measures.apart) = (near, apart);
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
    slots: &FieldSlots,
    measured: Option<Measured>,
) -> Reading {
    let mut doubts = Vec::new();
    if measured.is_none() || outside(page, slots) {
        doubts.push(Doubt::new(Reason::OutOfPicture));
    }
    let options = measured.map_or_else(Vec::new, |measured| {
        let (options, doubt) = measured.judged(slots);
        doubts.extend(doubt);
        options
    });
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
        engine: RULES.into(),
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

/// The options of one field, measured each by itself.
struct Measured {
    measures: Vec<MarkMeasures>,
    forms: Vec<Form>,
}

impl Measured {
    fn of(slots: &FieldSlots, ink: &FieldInk, scale: PageScale) -> Self {
        let strokes = stroke::strokes(&ink.added, &ink.hidden, &ink.frames, &ink.words);
        let (measures, forms) = (0..slots.slots.len())
            .map(|i| measure::measure(ink, &strokes, i, scale))
            .unzip();
        Self { measures, forms }
    }

    /// What each option's ink is, beside its neighbors.
    fn judged(mut self, slots: &FieldSlots) -> (Vec<OptionReading>, Option<Doubt>) {
        let mut doubt = None;
        let mut rest = &mut self.measures[..];
        for size in &slots.groups {
            let (question, more) = rest.split_at_mut((*size).min(rest.len()));
            for m in &mut *question {
                drawn::lift(m);
            }
            measure::with_rivals(question);
            doubt = doubt.or_else(|| drawn::doubt(question));
            rest = more;
        }
        let one = |((slot, measures), form): ((&slot::Slot, MarkMeasures), Form)| {
            let has = (slot.boxed, slot.word.is_some());
            let state = classify::classify(&measures, form, has);
            OptionReading {
                value: slot.value.clone(),
                state,
                selected: classify::selected(&measures, state),
                kinds: Vec::new(),
                measures,
            }
        };
        let options = slots.slots.iter().zip(self.measures).zip(self.forms);
        (options.map(one).collect(), doubt)
    }
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
