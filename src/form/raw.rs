//! The text of a form file as types: what may be written, before it is known to make sense.
//!
//! Unknown names are refused. [`At`] keeps the place of everything that can be wrong. A field
//! names its kind by its sub-table (`marks`, `comb`, ...): serde's tagged enums would lose places.

mod at;
mod matrix;
mod pieces;
mod short;
mod zones;

use schemars::JsonSchema;
use serde::Deserialize;

use super::policy::Policy;
use super::types::{Align, MarkKind, Role};
use crate::lists::NamePart;

pub use at::At;
pub use matrix::{RawMatrix, RawMatrixOption, RawMatrixRow};
pub(super) use pieces::{Pieces, SidePieces, parse};
pub use short::{RawCharset, RawCheck, RawCheckTable, RawColumns, RawLength, RawText};
pub use zones::{
    RawBarcode, RawComb, RawGrid, RawInk, RawLine, RawMarkOption, RawMarks, RawPicture, RawRank,
    RawRankOption,
};

/// x, y, width, height in millimetres from the top-left corner of the upright side.
pub type Quad = [f64; 4];
/// x, y or width, height in millimetres.
pub type Pair = [f64; 2];

/// A form of hagaki: one paper form in one edition.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawForm {
    /// The form's name: small letters, digits and hyphens.
    pub form: At<String>,
    /// Counts up with every changed print.
    pub edition: At<u32>,
    /// The form's title, plain or in both languages.
    pub title: RawText,
    /// `reply` (default) or `batch-header`.
    pub role: Option<Role>,
    /// The sides of the paper.
    #[serde(default)]
    pub side: Vec<RawSide>,
    /// Rules between fields of one side.
    #[serde(default)]
    pub rule: Vec<RawRule>,
}

/// One side of the paper.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSide {
    /// The side's name, for example `answer`.
    pub id: At<String>,
    /// Width and height in millimetres.
    pub size: At<Pair>,
    /// The picture of the empty side, beside the form file; default `blank-<id>.png` if there.
    pub blank: Option<At<String>>,
    /// `auto`: the side is found by patches of its blank picture.
    pub anchors: Option<At<RawAnchors>>,
    /// Printed marks by which the side is found: at least three.
    pub marks: Option<At<Vec<RawAnchorMark>>>,
    /// Ink outside every zone is reported (default true).
    pub margin_notes: Option<bool>,
    /// The barcode that names the recipient.
    pub key: Option<RawKey>,
    /// The barcode that names this form and side.
    pub mark: Option<RawFormMark>,
    /// The questions, in the order of export columns.
    #[serde(default)]
    pub field: Vec<RawField>,
    /// Questions that share their options, as rows of one table.
    #[serde(default)]
    pub matrix: Vec<RawMatrix>,
    /// What the drawn blank shows besides the fields' own boxes.
    #[serde(default)]
    pub print: Vec<RawPrint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawAnchors {
    Auto,
}

/// One printed mark.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAnchorMark {
    pub kind: MarkKind,
    /// Its centre; of an L corner the outer corner point.
    pub at: At<Pair>,
    /// Side of the square, width of the bar, diameter of the disc, arm length of the L or cross, in
    /// millimetres.
    pub size: At<f64>,
    /// Of a bar only.
    pub height: Option<At<f64>>,
}

/// The barcode that names the recipient (or the batch).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawKey {
    /// Where to look first.
    pub zone: Option<At<Quad>>,
    pub symbology: At<Vec<At<String>>>,
    /// A regular expression with a group named `key`.
    pub pattern: At<String>,
    pub check: Option<At<RawCheck>>,
    /// `false`: a page without a readable key is still read.
    pub required: Option<bool>,
    /// Columns of the mailing list that people see beside a question (default: none).
    #[serde(default)]
    pub record: Vec<String>,
}

/// A barcode that belongs to this side of this form and to no other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFormMark {
    pub symbology: At<Vec<At<String>>>,
    pub pattern: At<String>,
}

/// One question: exactly one of `marks`, `grid`, `comb`, `rank`, `line`, `barcode`, `ink` and
/// `picture` says where and how it is answered.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    /// The export column: 1 to 64 characters, no comma and no quote.
    pub id: At<String>,
    pub label: Option<RawText>,
    /// A blank answer is a question for a person (default false).
    #[serde(default)]
    pub required: bool,
    /// A legal choice: any doubt is a question (default false; only with `marks`).
    pub consent: Option<At<bool>>,
    /// Accepted wrong answers one is willing to live with, as a share (default 0.001).
    pub target_error: Option<At<f64>>,
    /// Who must look whatever the machine is sure of: nobody (`auto`, the default), one person
    /// (`single`), one who does not see the machine's word (`double`), or two who see nothing but the
    /// picture (`double_blind`).
    #[serde(default)]
    pub policy: Policy,
    /// The earlier field that a ditto sign stands for; without it such a sign is a question. Only
    /// with `line` and `comb`.
    pub ditto_from: Option<At<String>>,
    /// Words of which the answer is usually one; anything else is a question. Only with `line`.
    pub words: Option<At<Vec<String>>>,
    /// The column of the mailing list that the person repeats here: an answer that it confirms is
    /// accepted, another one is a question. Only with `line` and `comb`.
    pub recipient: Option<At<String>>,
    pub marks: Option<At<RawMarks>>,
    pub grid: Option<At<RawGrid>>,
    pub comb: Option<At<RawComb>>,
    pub rank: Option<At<RawRank>>,
    pub line: Option<At<RawLine>>,
    pub barcode: Option<At<RawBarcode>>,
    pub ink: Option<At<RawInk>>,
    pub picture: Option<At<RawPicture>>,
    /// What the answer must be; the default follows from the zone.
    pub value: Option<At<RawValue>>,
}

/// Nothing to say: `{}`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// What the answer must be: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawValue {
    pub choice: Option<Empty>,
    pub multiple: Option<Empty>,
    pub rank: Option<Empty>,
    pub number: Option<RawNumber>,
    pub code: Option<RawCode>,
    pub postal: Option<Empty>,
    pub phone: Option<RawPhone>,
    pub date: Option<RawDate>,
    pub kana: Option<RawName>,
    pub name: Option<RawName>,
    pub address: Option<Empty>,
    pub bank_account: Option<Empty>,
    pub text: Option<Empty>,
    pub free: Option<Empty>,
    pub presence: Option<Empty>,
    pub barcode: Option<Empty>,
}

/// A person's name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawName {
    /// `family` for the surname alone, `given` for the given name alone; the whole name without it.
    pub part: Option<NamePart>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNumber {
    pub min: Option<i64>,
    pub max: Option<i64>,
}

/// Digits or letters, perhaps of fixed length, perhaps with a check digit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCode {
    pub length: Option<At<RawLength>>,
    pub pattern: Option<At<String>>,
    pub check: Option<At<RawCheck>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPhone {
    /// The area code that local numbers lack, for example `0773`.
    pub area: Option<At<String>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDate {
    /// The choice field that holds the era.
    pub era_field: Option<At<String>>,
    /// The era when none is written or asked.
    pub era: Option<super::types::Era>,
    #[serde(default)]
    pub not_future: bool,
    /// `YYYY-MM-DD`
    pub earliest: Option<At<String>>,
    /// `YYYY-MM-DD`
    pub latest: Option<At<String>>,
    /// How the value is written: `iso` (default), `compact`, `era-code`, `wareki`.
    pub format: Option<super::types::DateFormat>,
}

/// `when` holds -> the rest must hold. All its fields are on one side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRule {
    pub when: Option<At<String>>,
    /// Fields that must not be blank.
    #[serde(default)]
    pub require: Vec<At<String>>,
    /// Fields that must be blank.
    #[serde(default)]
    pub forbid: Vec<At<String>>,
    /// A condition that must be true.
    pub assert: Option<At<String>>,
    /// A written age that goes with a birth date.
    pub age: Option<RawAgeRule>,
    pub message: Option<RawText>,
}

/// Which field holds the age, and which the birth date.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAgeRule {
    pub written: At<String>,
    pub born: At<String>,
}

/// Something printed: exactly one of its tables.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrint {
    pub text: Option<At<RawPrintText>>,
    pub line: Option<At<RawPrintLine>>,
    #[serde(rename = "box")]
    pub boxed: Option<At<RawPrintBox>>,
    pub barcode: Option<At<RawPrintBarcode>>,
    pub postal_frame: Option<At<RawPostalFrame>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrintText {
    /// The top of the first line: its left end, middle or right end, as `align` says.
    pub at: At<Pair>,
    pub text: At<String>,
    /// Height of a full-width character in millimetres.
    pub size: At<f64>,
    pub align: Option<Align>,
    #[serde(default)]
    pub bold: bool,
    #[serde(default)]
    pub vertical: bool,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrintLine {
    pub from: At<Pair>,
    pub to: At<Pair>,
    /// Thickness in millimetres (default 0.2).
    pub width: Option<At<f64>>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrintBox {
    pub rect: At<Quad>,
    /// Thickness of the frame in millimetres (default 0.2; 0 for none).
    pub width: Option<At<f64>>,
    /// Of the frame: 0 black (default) to 255 white.
    #[serde(default)]
    pub gray: u8,
    /// Of the inside; nothing when left out.
    pub fill: Option<u8>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPrintBarcode {
    pub rect: At<Quad>,
    pub symbology: At<String>,
    /// What the barcode says; `{key}` is the recipient's key.
    pub content: At<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPostalFrame {
    /// The inner top-left corner of the first box.
    pub at: At<Pair>,
}
