//! The zones as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::short::{RawCharset, RawColumns, RawText};
use super::{Pair, Quad};
use crate::form::types::{BoxShape, CombFrame, Corrected, CrossMeans, InkKind};

/// Boxes or bubbles, each where it is printed.
pub(super) type Quads = Vec<At<Quad>>;

/// Printed options to mark.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMarks {
    /// How many may be marked (default 1: a single choice).
    pub at_most: Option<At<usize>>,
    /// How many must be marked (default 0).
    pub at_least: Option<At<usize>>,
    pub shape: Option<BoxShape>,
    /// What a cross in a box means: `ask` (default), `selected` or `no`.
    pub x_means: Option<CrossMeans>,
    /// What becomes of an answer beside a choice that was struck out: `ask` (default) or `accept`.
    pub corrected: Option<At<Corrected>>,
    pub options: At<Vec<At<RawMarkOption>>>,
}

/// One option: a box to mark, a word to circle, or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMarkOption {
    pub value: At<String>,
    pub label: Option<RawText>,
    #[serde(rename = "box")]
    pub boxed: Option<At<Quad>>,
    pub word: Option<At<Quad>>,
}

/// Columns of bubbles, one character each: `first`, `step`, `pitch` and `columns`, or `columns_at`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGrid {
    /// What the bubbles of a column stand for, in order; a list where each column has its own.
    pub values: At<RawColumns>,
    /// The first bubble of the first column.
    pub first: Option<At<Quad>>,
    /// From value to value.
    pub step: Option<At<Pair>>,
    /// From column to column.
    pub pitch: Option<At<Pair>>,
    pub columns: Option<At<usize>>,
    /// Every bubble of every column.
    pub columns_at: Option<At<Vec<At<Quads>>>>,
    pub shape: Option<BoxShape>,
}

/// Boxes for one character each: `cells`, `first` and `pitch`, or `cells_at`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawComb {
    pub cells: Option<At<usize>>,
    pub first: Option<At<Quad>>,
    /// From cell to cell, in millimetres.
    pub pitch: Option<At<f64>>,
    pub cells_at: Option<At<Quads>>,
    /// Default `digits`.
    pub charset: Option<At<RawCharset>>,
    pub frame: Option<CombFrame>,
}

/// Options ranked by writing 1, 2, 3 into a box beside each.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRank {
    /// The highest rank that may be given (default: the number of options).
    pub most: Option<At<u32>>,
    /// Ranks may leave gaps (default false).
    #[serde(default)]
    pub gaps: bool,
    pub frame: Option<CombFrame>,
    pub options: At<Vec<RawRankOption>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRankOption {
    pub value: At<String>,
    pub label: Option<RawText>,
    pub cell: At<Quad>,
}

/// A text line.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLine {
    pub area: At<Quad>,
    /// Default `jis2`.
    pub charset: Option<At<RawCharset>>,
    /// Printed by a machine rather than written by hand.
    #[serde(default)]
    pub printed: bool,
    /// Written from top to bottom.
    #[serde(default)]
    pub vertical: bool,
}

/// Another barcode than the key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBarcode {
    pub zone: At<Quad>,
    pub symbology: At<Vec<At<String>>>,
    pub pattern: Option<At<String>>,
}

/// Ink or no ink: a signature or a seal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawInk {
    pub area: At<Quad>,
    pub kind: InkKind,
}

/// Kept as a picture, never interpreted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPicture {
    pub area: At<Quad>,
}
