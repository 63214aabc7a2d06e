//! A table of questions that share their options, written once: every row becomes a field.

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::short::RawText;
use super::zones::{RawMarkOption, RawMarks};
use super::{Pair, Quad, RawField};
use crate::form::policy::Policy;
use crate::form::types::{BoxShape, Corrected, CrossMeans};

/// Rows of boxes under the same headings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMatrix {
    /// The options, from left to right (or as `step` goes).
    pub options: At<Vec<RawMatrixOption>>,
    /// The questions, from top to bottom (or as `pitch` goes).
    pub rows: Vec<RawMatrixRow>,
    /// The first box of the first row.
    pub first: At<Quad>,
    /// From option to option.
    pub step: At<Pair>,
    /// From row to row.
    pub pitch: At<Pair>,
    pub at_most: Option<At<usize>>,
    pub at_least: Option<At<usize>>,
    pub shape: Option<BoxShape>,
    pub x_means: Option<CrossMeans>,
    pub corrected: Option<At<Corrected>>,
    /// A row left blank is a question for a person (default false).
    #[serde(default)]
    pub required: bool,
    pub consent: Option<At<bool>>,
    pub target_error: Option<At<f64>>,
    /// Who must look at each row (default `auto`).
    #[serde(default)]
    pub policy: Policy,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMatrixOption {
    pub value: At<String>,
    pub label: Option<RawText>,
}

/// One question: a field of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMatrixRow {
    /// The export column.
    pub id: At<String>,
    pub label: Option<RawText>,
}

impl RawMatrix {
    /// The rows as fields.
    pub(in crate::form) fn fields(&self) -> Vec<RawField> {
        let rows = self.rows.iter().enumerate();
        rows.map(|(row, question)| self.field(row, question))
            .collect()
    }

    fn field(&self, row: usize, question: &RawMatrixRow) -> RawField {
        let options = self.options.iter().enumerate();
        let options = options.map(|(column, option)| At {
            value: RawMarkOption {
                value: option.value.clone(),
                label: option.label.clone(),
                boxed: Some(self.boxed(row, column)),
                word: None,
            },
            span: option.value.span.clone(),
        });
        let marks = RawMarks {
            at_most: self.at_most.clone(),
            at_least: self.at_least.clone(),
            shape: self.shape,
            x_means: self.x_means,
            corrected: self.corrected.clone(),
            options: At {
                value: options.collect(),
                span: self.options.span.clone(),
            },
        };
        RawField {
            id: question.id.clone(),
            label: question.label.clone(),
            required: self.required,
            consent: self.consent.clone(),
            target_error: self.target_error.clone(),
            policy: self.policy,
            ditto_from: None,
            words: None,
            recipient: None,
            marks: Some(At {
                value: marks,
                span: question.id.span.clone(),
            }),
            grid: None,
            comb: None,
            rank: None,
            line: None,
            barcode: None,
            ink: None,
            picture: None,
            value: None,
        }
    }

    fn boxed(&self, row: usize, column: usize) -> At<Quad> {
        let [x, y, w, h] = self.first.value;
        let (row, column) = (row as f64, column as f64);
        let shift = |axis: usize| column * self.step.value[axis] + row * self.pitch.value[axis];
        At {
            value: [x + shift(0), y + shift(1), w, h],
            span: self.first.span.clone(),
        }
    }
}
