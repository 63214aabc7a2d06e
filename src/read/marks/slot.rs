//! The places on one side where a mark may stand, in the order of the form.

use crate::form::{BoxShape, Field, GridZone, MarkZone, Side, Zone};
use crate::geom::{Mm, Rect};

/// How far round a box or word its own marks may reach without a blank picture to subtract: what
/// lies farther away is print that nobody knows.
const NEAR: f64 = 0.8;

/// How far round a box or word ink is looked for when the blank form is known: a circle round a
/// word runs up to 3 mm outside it (people go round it, not along it).
pub(super) const RING: f64 = 3.5;

/// One option's place.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) value: String,
    /// Where a fill or tick is measured: the box, or the word where there is no box.
    pub(super) frame: Rect<Mm>,
    /// What a circle goes round: the word, else the box.
    pub(super) word: Option<Rect<Mm>>,
    /// There is a box; a word alone is marked only by circling it.
    pub(super) boxed: bool,
    pub(super) shape: BoxShape,
}

impl Slot {
    /// Everything that belongs to the option.
    pub(super) fn extent(&self) -> Rect<Mm> {
        self.word.map_or(self.frame, |w| self.frame.union(w))
    }

    /// The part of the page that is known and looked at.
    pub(super) fn near(&self) -> Rect<Mm> {
        self.frame.inflate(NEAR)
    }
}

/// The options of one field; a grid's columns one after the other.
#[derive(Clone, Debug)]
pub(super) struct FieldSlots {
    /// Index into `side.fields`.
    pub(super) field: usize,
    /// How many options each row of the question or column of the grid has, in order.
    pub(super) groups: Vec<usize>,
    pub(super) slots: Vec<Slot>,
}

impl FieldSlots {
    /// The paper to cut out for the whole field, inside the side.
    pub(super) fn area(&self, side: &Side, margin: f64) -> Option<Rect<Mm>> {
        let paper = Rect::new(0.0, 0.0, side.size.w, side.size.h);
        let all = self.slots.iter().map(Slot::extent).reduce(Rect::union)?;
        all.inflate(margin).intersection(paper)
    }
}

/// All options of the side.
pub(super) fn of_side(side: &Side) -> Vec<FieldSlots> {
    side.fields
        .iter()
        .enumerate()
        .filter_map(|(i, f)| of_field(i, f))
        .collect()
}

fn of_field(field: usize, f: &Field) -> Option<FieldSlots> {
    let (groups, slots) = match &f.zone {
        Zone::Marks(z) => (vec![z.options.len()], of_marks(z)),
        Zone::Grid(z) => (z.values.iter().map(Vec::len).collect(), of_grid(z)),
        _ => return None,
    };
    Some(FieldSlots {
        field,
        groups,
        slots,
    })
}

fn of_marks(zone: &MarkZone) -> Vec<Slot> {
    let slot = |o: &crate::form::MarkOption| {
        let frame = o.boxed.or(o.word)?;
        Some(Slot {
            value: o.value.clone(),
            frame,
            word: o.word,
            boxed: o.boxed.is_some(),
            shape: zone.shape,
        })
    };
    zone.options.iter().filter_map(slot).collect()
}

fn of_grid(zone: &GridZone) -> Vec<Slot> {
    let column = |(frames, values): (&Vec<Rect<Mm>>, &Vec<char>)| -> Vec<Slot> {
        let pairs = values.iter().zip(frames);
        pairs
            .map(|(value, frame)| Slot {
                value: value.to_string(),
                frame: *frame,
                word: None,
                boxed: true,
                shape: zone.shape,
            })
            .collect()
    };
    let columns = zone.columns.iter().zip(&zone.values);
    columns.flat_map(column).collect()
}
