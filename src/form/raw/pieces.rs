//! Reads a form file piece by piece, so that one misspelt name does not hide the other faults:
//! serde stops at the first fault, so every side, field, printed thing and rule is its own piece.

use std::ops::Range;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{RawField, RawForm, RawMatrix, RawPrint, RawRule, RawSide};
use crate::form::fault::{Faults, nearest};

/// A form file as far as it could be read.
pub(in crate::form) struct Pieces {
    /// `None`: the head of the file is at fault.
    pub form: Option<RawForm>,
    pub sides: Vec<SidePieces>,
    pub rules: Vec<RawRule>,
}

/// A side as far as it could be read.
pub(in crate::form) struct SidePieces {
    /// `None`: the side's own table is at fault. Its `field`, `matrix` and `print` are empty.
    pub side: Option<RawSide>,
    pub fields: Vec<RawField>,
    pub print: Vec<RawPrint>,
    /// Ids of fields that are at fault: rules may name them.
    pub broken: Vec<String>,
}

/// `None` when the text is no TOML; the faults are gathered either way.
pub(in crate::form) fn parse(faults: &mut Faults<'_>) -> Option<Pieces> {
    let (root, errors) = DeTable::parse_recoverable(faults.source());
    let mut last_line = None;
    for error in &errors {
        // What follows on the same line is only an echo of the first slip.
        let at = error.span().map_or(0, |s| s.start);
        let line = faults
            .source()
            .get(..at)
            .map(|head| head.matches('\n').count());
        if line != last_line || line.is_none() {
            faults.add(&(at..at), error.message());
        }
        last_line = line;
    }
    if !errors.is_empty() {
        return None;
    }
    let span = root.span();
    let mut root = root.into_inner();
    let sides = take_tables(&mut root, "side");
    let rules = take_tables(&mut root, "rule");
    Some(Pieces {
        form: read(Spanned::new(span, DeValue::Table(root)), faults),
        sides: sides
            .into_iter()
            .map(|side| read_side(side, faults))
            .collect(),
        rules: rules
            .into_iter()
            .filter_map(|rule| read(rule, faults))
            .collect(),
    })
}

fn read_side(side: Spanned<DeValue<'_>>, faults: &mut Faults<'_>) -> SidePieces {
    let span = side.span();
    let DeValue::Table(mut table) = side.into_inner() else {
        faults.add(&span, "a side is a table");
        return SidePieces {
            side: None,
            fields: vec![],
            print: vec![],
            broken: vec![],
        };
    };
    let fields = take_tables(&mut table, "field");
    let matrices = take_tables(&mut table, "matrix");
    let print = take_tables(&mut table, "print");
    let mut pieces = SidePieces {
        side: read(Spanned::new(span, DeValue::Table(table)), faults),
        fields: Vec::new(),
        print: print
            .into_iter()
            .filter_map(|item| read(item, faults))
            .collect(),
        broken: Vec::new(),
    };
    for field in fields {
        let id = field
            .as_ref()
            .get("id")
            .and_then(|id| id.as_ref().as_str())
            .map(str::to_owned);
        match read(field, faults) {
            Some(field) => pieces.fields.push(field),
            None => pieces.broken.extend(id),
        }
    }
    for matrix in matrices {
        let rows = row_ids(matrix.as_ref());
        match read::<RawMatrix>(matrix, faults) {
            Some(matrix) => pieces.fields.extend(matrix.fields()),
            None => pieces.broken.extend(rows),
        }
    }
    // In the order of the file, whichever way each is written.
    pieces.fields.sort_by_key(|field| field.id.span.start);
    pieces
}

/// The ids of a matrix's rows, as far as they can be told.
fn row_ids(matrix: &DeValue<'_>) -> Vec<String> {
    let rows = matrix.get("rows").and_then(|rows| rows.as_ref().as_array());
    let ids = rows.into_iter().flatten().filter_map(|row| {
        let id = row.as_ref().get("id")?;
        id.as_ref().as_str().map(str::to_owned)
    });
    ids.collect()
}

/// Takes an array of tables out of `table`; anything else stays there and is a fault of its own.
fn take_tables<'i>(table: &mut DeTable<'i>, name: &str) -> Vec<Spanned<DeValue<'i>>> {
    let is_list = table.get(name).is_some_and(|v| {
        let list = v.as_ref().as_array();
        list.is_some_and(|list| list.iter().all(|item| item.as_ref().is_table()))
    });
    if !is_list {
        return Vec::new();
    }
    match table.remove(name).map(Spanned::into_inner) {
        Some(DeValue::Array(list)) => list.into_iter().collect(),
        _ => Vec::new(),
    }
}

fn read<'i, T: Deserialize<'i>>(piece: Spanned<DeValue<'i>>, faults: &mut Faults<'_>) -> Option<T> {
    let whole = piece.span();
    match T::deserialize(piece.into_deserializer()) {
        Ok(value) => Some(value),
        Err(error) => {
            let span = error.span().unwrap_or(whole);
            add_serde_fault(faults, &span, error.message());
            None
        }
    }
}

/// Says serde's message, and offers the nearest of the names it lists.
fn add_serde_fault(faults: &mut Faults<'_>, span: &Range<usize>, message: &str) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    match quoted.split_first() {
        Some((word, known)) if unknown => {
            let hint =
                nearest(word, known.iter().copied()).map(|name| format!("did you mean `{name}`?"));
            match hint {
                Some(hint) => faults.add_hint(span, short_message(message), hint),
                None => faults.add(span, message),
            }
        }
        _ => faults.add(span, message),
    }
}

/// Without the list of what was expected: the hint names the one that was meant.
fn short_message(message: &str) -> &str {
    message
        .split_once(", expected")
        .map_or(message, |(head, _)| head)
}
