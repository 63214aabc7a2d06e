//! Whether readings belong to a side: a form that changed under its edition asks other questions.

use std::collections::BTreeSet;

use crate::form::{Field, FieldId, Side, Zone};
use crate::read::{Content, OptionReading, Reading};

/// The side has exactly these fields, and each is answered the way it was read: as many boxes, the
/// same options in the same order. Says nothing of where the zones lie.
pub fn fits(side: &Side, readings: &[Reading]) -> bool {
    let asked: BTreeSet<&FieldId> = side.fields.iter().map(|f| &f.id).collect();
    let read: BTreeSet<&FieldId> = readings.iter().map(|r| &r.field).collect();
    let belongs = |r: &Reading| {
        let field = side.fields.iter().find(|f| f.id == r.field);
        field.is_some_and(|f| field_fits(f, &r.content))
    };
    asked == read && readings.len() == read.len() && readings.iter().all(belongs)
}

fn field_fits(field: &Field, content: &Content) -> bool {
    match (&field.zone, content) {
        (_, Content::Missing)
        | (Zone::Line(_), Content::Text { .. })
        | (Zone::Barcode(_), Content::Barcode { .. })
        | (Zone::Ink(_), Content::Ink { .. })
        | (Zone::Picture(_), Content::Picture { .. }) => true,
        (Zone::Marks(zone), Content::Marks { options }) => {
            // Cut off by the picture's edge, a question has no options at all.
            options.is_empty()
                || options
                    .iter()
                    .map(value)
                    .eq(zone.options.iter().map(|o| &o.value))
        }
        (Zone::Grid(zone), Content::Grid { columns }) => {
            columns.is_empty() || columns.len() == zone.columns.len()
        }
        (Zone::Comb(zone), Content::Cells { cells }) => cells.len() == zone.cells.len(),
        (Zone::Rank(zone), Content::Ranks { cells }) => cells.len() == zone.options.len(),
        _ => false,
    }
}

fn value(option: &OptionReading) -> &String {
    &option.value
}
