//! What an export holds, for the clerk who checks that all of it arrived.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::table::Noticed;
use super::{Card, Withheld};
use crate::digest::Digest;
use crate::form::{FieldId, FormId, Library, ValueKind};
use crate::store::{ExportKind, ExportSeq};

/// Beside each exported file as `NAME.manifest.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    pub file: String,
    pub form: String,
    pub editions: BTreeSet<u32>,
    pub profile: String,
    pub encoding: &'static str,
    pub kind: ExportKind,
    pub sequence: ExportSeq,
    /// UTC.
    pub created_at: String,
    pub created_by: String,
    pub program: String,
    pub rows: usize,
    /// Of a delta: new, changed and gone rows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<&'static str, usize>,
    pub withheld: BTreeMap<Withheld, usize>,
    /// Cards that said the same as another with their key.
    pub merged: usize,
    /// Cells that nobody can read.
    pub unreadable: usize,
    /// Cells that a spreadsheet would take for a formula.
    pub formulas: usize,
    /// Cells whose line breaks became blanks.
    pub line_breaks_joined: usize,
    /// Variation selectors that the encoding lacks.
    pub selectors_dropped: usize,
    /// For each choice field: how many rows say what; what nobody can read under its token.
    pub choices: BTreeMap<String, BTreeMap<String, usize>>,
    /// Sum of the keys that are numbers, modulo 1,000,000,000.
    pub key_total: u64,
    pub key_least: Option<String>,
    pub key_greatest: Option<String>,
    pub sha256: Digest,
}

impl Manifest {
    pub(super) fn notice(&mut self, noticed: Noticed) {
        self.unreadable = noticed.unreadable;
        self.formulas = noticed.formulas;
        self.line_breaks_joined = noticed.line_breaks_joined;
        self.selectors_dropped = noticed.selectors_dropped;
    }

    pub(super) fn count(
        &mut self,
        choices: &BTreeSet<FieldId>,
        (columns, unreadable): (&[FieldId], &str),
        cards: &[Card],
    ) {
        for card in cards {
            for (column, value) in columns.iter().zip(&card.values) {
                if choices.contains(column) {
                    let counts = self.choices.entry(column.0.clone()).or_default();
                    for option in value.as_deref().unwrap_or(unreadable).split('|') {
                        *counts.entry(option.to_owned()).or_default() += 1;
                    }
                }
            }
            let digits = card.key.parse::<u64>().unwrap_or(0);
            self.key_total = (self.key_total + digits % 1_000_000_000) % 1_000_000_000;
        }
        let keys = || cards.iter().map(|c| &c.key).filter(|k| !k.is_empty());
        self.key_least = keys().min().cloned();
        self.key_greatest = keys().max().cloned();
    }
}

/// The fields of a form whose answers are counted.
pub(super) fn choice_fields(library: &Library, form: &FormId) -> BTreeSet<FieldId> {
    let forms = library.forms().iter().filter(|f| &f.id == form);
    let fields = forms.flat_map(|f| &f.sides).flat_map(|s| &s.fields);
    let choices = fields.filter(|f| matches!(f.value, ValueKind::Choice | ValueKind::Multiple));
    choices.map(|f| f.id.clone()).collect()
}
