//! The checked types of a form. Built only by [`super::check`]; every invariant named here holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use image::GrayImage;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::policy::Policy;
use crate::calendar::Day;
use crate::charset::Charset;
use crate::digest::Digest;
use crate::geom::{Mm, Point, Rect, Size};
use crate::lang::Text;
use crate::lists::{Column, Counterpart, Keys, Lexicon, NamePart, Names, Places};

/// The name of a form: `[a-z0-9][a-z0-9-]*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct FormId(pub String);

/// The name of a field: 1-64 characters, none of them a control, a comma or a quote.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldId(pub String);

impl std::fmt::Display for FormId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for FieldId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a page of this form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Carries answers.
    Reply,
    /// A batch header or separator sheet: counted, its fields describe the batch.
    BatchHeader,
}

/// A form in one edition.
#[derive(Clone, Debug)]
pub struct Form {
    pub id: FormId,
    pub edition: u32,
    pub title: Text,
    pub role: Role,
    /// At least one; ids unique.
    pub sides: Vec<Side>,
    /// Of the text and the blank pictures: changes when anything that affects reading changes.
    pub digest: Digest,
}

/// One side of the paper.
#[derive(Clone, Debug)]
pub struct Side {
    pub id: String,
    pub size: Size,
    pub anchors: Anchors,
    /// The empty form, when there is a picture of it.
    pub blank: Option<Blank>,
    /// The barcode that names the recipient (or the batch).
    pub key: Option<Key>,
    /// A barcode that names the form, its edition or its side.
    pub mark: Option<FormMark>,
    /// In the order of the file, which is the order of export columns. Ids unique in the form.
    pub fields: Vec<Field>,
    /// What the drawn blank shows besides the fields' own boxes.
    pub print: Vec<PrintItem>,
    /// Rules between this side's fields.
    pub rules: Vec<Rule>,
    /// Ink outside every zone is reported as a margin note.
    pub margin_notes: bool,
}

/// A picture of the empty side. `px_per_mm` both ways; the picture covers the whole side.
#[derive(Clone, Debug)]
pub struct Blank {
    pub gray: Arc<GrayImage>,
    pub px_per_mm: f64,
}

/// How the side is found on a page.
#[derive(Clone, Debug)]
pub enum Anchors {
    /// Patches of the blank picture, chosen automatically. `blank` is `Some`.
    Auto,
    /// Printed marks, at least three, not on one line.
    Marks(Vec<AnchorMark>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnchorMark {
    pub kind: MarkKind,
    /// The middle; of an L corner the outer corner point.
    pub at: Point<Mm>,
    /// Side of the square, width of the bar, diameter of the disc, arm length of the L or cross.
    pub size: f64,
    /// Of a bar; for all others the same as `size`.
    pub height: f64,
}

impl AnchorMark {
    /// The box round a mark whose place is its middle.
    pub fn around(&self) -> Rect<Mm> {
        let (x, y) = (self.at.x - self.size / 2.0, self.at.y - self.height / 2.0);
        Rect::new(x, y, self.size, self.height)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    Square,
    /// A filled rectangle, as timing tracks have them.
    Bar,
    Disc,
    Cross,
    /// Two arms from the corner point: to the right and down for a top-left corner, and so on.
    LTopLeft,
    LTopRight,
    LBottomLeft,
    LBottomRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Symbology {
    Codabar,
    Code39,
    Code93,
    Code128,
    Itf,
    Ean13,
    Ean8,
    UpcA,
    UpcE,
    Qr,
    MicroQr,
    DataMatrix,
    Pdf417,
    Aztec,
}

impl Symbology {
    pub const ALL: [(&'static str, Self); 14] = [
        ("codabar", Self::Codabar),
        ("code39", Self::Code39),
        ("code93", Self::Code93),
        ("code128", Self::Code128),
        ("itf", Self::Itf),
        ("ean13", Self::Ean13),
        ("ean8", Self::Ean8),
        ("upca", Self::UpcA),
        ("upce", Self::UpcE),
        ("qr", Self::Qr),
        ("microqr", Self::MicroQr),
        ("datamatrix", Self::DataMatrix),
        ("pdf417", Self::Pdf417),
        ("aztec", Self::Aztec),
    ];

    /// The name in form files, the database and JSON.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, s)| *s == self)
            .map_or("", |(n, _)| n)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, s)| *s)
    }

    pub fn is_linear(self) -> bool {
        !matches!(
            self,
            Self::Qr | Self::MicroQr | Self::DataMatrix | Self::Pdf417 | Self::Aztec
        )
    }
}

/// Which barcode is the key: chosen by pattern, never "the first found".
#[derive(Clone, Debug)]
pub struct Key {
    /// Where to look first; the whole page is the fallback.
    pub zone: Option<Rect<Mm>>,
    pub symbologies: BTreeSet<Symbology>,
    /// Has a named group `key`.
    pub pattern: Regex,
    pub check: Option<CheckDigit>,
    /// `false`: a page without a readable key is still read (key empty, doubt on the page).
    pub required: bool,
    /// Columns of the mailing list that people see beside a question, in this order; `None` until the
    /// campaign's list is at hand.
    pub record: Vec<(String, Option<Arc<Column>>)>,
    /// Whose key the campaign's mailing list holds; `None` until that is at hand, where it holds nobody,
    /// and on a form that is no reply.
    pub listed: Option<Arc<Keys>>,
}

/// A barcode that belongs to this side of this form and to no other of the library.
#[derive(Clone, Debug)]
pub struct FormMark {
    pub symbologies: BTreeSet<Symbology>,
    pub pattern: Regex,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub id: FieldId,
    pub label: Text,
    pub required: bool,
    /// A legal choice: any doubt is a question.
    pub consent: bool,
    /// Accepted wrong answers a person is willing to live with, as a share; default 0.001.
    pub target_error: f64,
    /// Who must look, whatever the machine is sure of.
    pub policy: Policy,
    /// Thresholds that a campaign learnt, one an engine; empty as the form is loaded.
    pub learnt: Vec<Learnt>,
    /// Whose answer a ditto sign (`〃`, `同上`, `↓`) stands for: an earlier field of the side.
    pub ditto_from: Option<FieldId>,
    pub lists: FieldLists,
    pub zone: Zone,
    pub value: ValueKind,
}

/// What is known of a field's answers before anybody looks at the ink.
#[derive(Clone, Debug, Default)]
pub struct FieldLists {
    /// The form's own words.
    pub words: Option<Arc<Lexicon>>,
    /// The column of the mailing list that the person repeats.
    pub recipient: Option<String>,
    /// That column, where the campaign has a mailing list.
    pub column: Option<Arc<Column>>,
    /// Postal codes and addresses, where they are installed; only for such values.
    pub places: Option<Arc<Places>>,
    /// What the card's postal code may be, for an address, or its address, for a postal code, with
    /// probabilities that add up to at most 1; only while both are decided.
    pub paired: Vec<(String, f64)>,
    /// Surnames and given names in the field's spelling, where they are installed; only for names that have no
    /// other list.
    pub names: Option<Arc<Names>>,
    /// What of a name it is.
    pub part: NamePart,
    /// What the person wrote in the other spelling, once that is certain.
    pub counterpart: Option<Counterpart>,
}

impl FieldLists {
    /// Everything that a line may say.
    pub fn lexicons(&self) -> Vec<&Lexicon> {
        let words = self.words.as_deref();
        let column = self.column.as_deref().map(Column::words);
        let places = self.places.as_deref().map(Places::starts);
        words.into_iter().chain(column).chain(places).collect()
    }
}

/// From which confidence a value is accepted, learnt from decisions about one engine's readings.
#[derive(Clone, Debug, PartialEq)]
pub struct Learnt {
    /// As the reading names it; `None` is any.
    pub engine: Option<String>,
    pub accept_from: f64,
}

/// Accepted wrong answers when the form does not say: 1 in 1,000.
pub(super) const TARGET_ERROR: f64 = 0.001;

impl Field {
    /// A field of which the form says nothing more, under its own name.
    pub fn new(id: FieldId, zone: Zone, value: ValueKind) -> Self {
        Self {
            label: id.0.as_str().into(),
            id,
            required: false,
            consent: false,
            target_error: TARGET_ERROR,
            policy: Policy::Auto,
            learnt: Vec::new(),
            ditto_from: None,
            lists: FieldLists::default(),
            zone,
            value,
        }
    }

    /// What was learnt of this engine; `None` leaves it to the target error.
    pub fn learnt_of(&self, engine: &str) -> Option<f64> {
        let fits = |l: &&Learnt| l.engine.as_deref().is_none_or(|name| name == engine);
        self.learnt.iter().find(fits).map(|l| l.accept_from)
    }
}

/// Where a field is and how its ink becomes characters or choices.
#[derive(Clone, Debug)]
pub enum Zone {
    Marks(MarkZone),
    Grid(GridZone),
    Comb(CombZone),
    Rank(RankZone),
    Line(LineZone),
    /// Another barcode than the key.
    Barcode(BarcodeZone),
    /// Ink or no ink: signature, seal.
    Ink(InkZone),
    /// Kept as a picture, never interpreted.
    Picture(Rect<Mm>),
}

impl Zone {
    /// Everything that people write in or at: boxes, words, cells, areas.
    pub fn places(&self) -> Vec<Rect<Mm>> {
        match self {
            Self::Marks(z) => z
                .options
                .iter()
                .flat_map(|o| o.boxed.into_iter().chain(o.word))
                .collect(),
            Self::Grid(z) => z.columns.iter().flatten().copied().collect(),
            Self::Comb(z) => z.cells.clone(),
            Self::Rank(z) => z.options.iter().map(|o| o.cell).collect(),
            Self::Line(z) => vec![z.area],
            Self::Barcode(z) => vec![z.zone],
            Self::Ink(z) => vec![z.area],
            Self::Picture(r) => vec![*r],
        }
    }

    /// The smallest rectangle that holds all of the zone's places.
    pub fn area(&self) -> Option<Rect<Mm>> {
        self.places().into_iter().reduce(Rect::union)
    }
}

/// What is printed where a mark goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BoxShape {
    /// A rectangle in outline.
    Square,
    /// A circle or ellipse in outline (a bubble), perhaps with a letter in it.
    Bubble,
    /// Nothing that the scan shows (a drop-out colour).
    Unseen,
}

/// What a cross in a box means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrossMeans {
    /// A question for a person.
    Ask,
    Selected,
    No,
}

/// What becomes of an answer beside a choice that was struck out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Corrected {
    /// A question for a person.
    #[default]
    Ask,
    /// The one that is left counts, where strike and mark are both beyond doubt.
    Accept,
}

/// A question answered by marking printed options.
#[derive(Clone, Debug)]
pub struct MarkZone {
    /// At least one; values unique.
    pub options: Vec<MarkOption>,
    /// How many may be marked; 1 is a single choice.
    pub at_most: usize,
    pub at_least: usize,
    pub shape: BoxShape,
    pub cross_means: CrossMeans,
    pub corrected: Corrected,
}

/// One option. At least one of `boxed` and `word` is there; a word is marked by circling it.
#[derive(Clone, Debug)]
pub struct MarkOption {
    pub value: String,
    pub label: String,
    pub boxed: Option<Rect<Mm>>,
    pub word: Option<Rect<Mm>>,
}

/// Columns of bubbles, one character each (a name or number filled in by bubbles).
#[derive(Clone, Debug)]
pub struct GridZone {
    /// What the bubbles of each column stand for, in order.
    pub values: Vec<Vec<char>>,
    /// `columns[c][v]` is the bubble of `values[c][v]`.
    pub columns: Vec<Vec<Rect<Mm>>>,
    pub shape: BoxShape,
}

/// Boxes for one character each.
#[derive(Clone, Debug)]
pub struct CombZone {
    /// In reading order; inner edges of the printed frame.
    pub cells: Vec<Rect<Mm>>,
    pub charset: Charset,
    pub frame: CombFrame,
}

/// What separates the cells of a comb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CombFrame {
    /// Lines all round each cell.
    Boxes,
    /// Ticks or a ladder: lines only below or between.
    Ladder,
    /// Nothing printed (or a drop-out colour).
    Unseen,
}

/// Options ranked by writing 1, 2, 3 into a box beside each.
#[derive(Clone, Debug)]
pub struct RankZone {
    pub options: Vec<RankOption>,
    /// The highest rank that may be given.
    pub most: u32,
    /// Ranks may leave gaps.
    pub gaps: bool,
    pub frame: CombFrame,
}

#[derive(Clone, Debug)]
pub struct RankOption {
    pub value: String,
    pub label: String,
    pub cell: Rect<Mm>,
}

/// A text line.
#[derive(Clone, Debug)]
pub struct LineZone {
    pub area: Rect<Mm>,
    pub charset: Charset,
    /// Printed by a machine rather than written by hand.
    pub printed: bool,
    /// Written from top to bottom.
    pub vertical: bool,
}

#[derive(Clone, Debug)]
pub struct BarcodeZone {
    pub zone: Rect<Mm>,
    pub symbologies: BTreeSet<Symbology>,
    pub pattern: Option<Regex>,
}

#[derive(Clone, Debug)]
pub struct InkZone {
    pub area: Rect<Mm>,
    pub kind: InkKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InkKind {
    Signature,
    Seal,
}

/// What the answer must be; each kind's rules stand where it is parsed, in `validate`.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// One of the options.
    Choice,
    /// Several options, joined with `|` in the order of the form.
    Multiple,
    /// Options in rank order, joined with `>`.
    Rank,
    Number {
        min: Option<i64>,
        max: Option<i64>,
    },
    /// Digits or letters of fixed length, perhaps with a check digit.
    Code {
        length: Vec<usize>,
        pattern: Option<Regex>,
        check: Option<CheckDigit>,
    },
    Postal,
    /// Digits only; `area` is the default area code for local numbers.
    Phone {
        area: Option<String>,
    },
    Date(DateKind),
    /// Kana of one script; the value keeps what was written.
    Kana,
    Name,
    Address,
    BankAccount,
    /// Text read by a line reader, kept as read.
    Text,
    /// Free text: kept as a picture, never interpreted.
    Free,
    /// `present` or blank.
    Presence,
    Barcode,
}

#[derive(Clone, Debug)]
pub struct DateKind {
    /// Which field holds the era (a choice of M T S H R or 明治 ...), when it is a field of its own.
    pub era_field: Option<FieldId>,
    /// The era when none is written or asked.
    pub era: Option<Era>,
    pub not_future: bool,
    pub earliest: Option<Day>,
    pub latest: Option<Day>,
    pub format: DateFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateFormat {
    /// `2024-02-29`
    Iso,
    /// `20240229`
    #[serde(alias = "yyyymmdd")]
    Compact,
    /// `5060229`: era code, year, month, day.
    #[serde(alias = "gyymmdd")]
    EraCode,
    /// `令和6年2月29日`
    Wareki,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Era {
    #[serde(alias = "明治", alias = "M")]
    Meiji,
    #[serde(alias = "大正", alias = "T")]
    Taisho,
    #[serde(alias = "昭和", alias = "S")]
    Showa,
    #[serde(alias = "平成", alias = "H")]
    Heisei,
    #[serde(alias = "令和", alias = "R")]
    Reiwa,
}

impl Era {
    /// By letter (`S`), kanji (`昭和`, `昭`), English name (`showa`) or ledger code (`3`).
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "M" | "m" | "明治" | "明" | "meiji" | "1" => Self::Meiji,
            "T" | "t" | "大正" | "大" | "taisho" | "2" => Self::Taisho,
            "S" | "s" | "昭和" | "昭" | "showa" | "3" => Self::Showa,
            "H" | "h" | "平成" | "平" | "heisei" | "4" => Self::Heisei,
            "R" | "r" | "令和" | "令" | "reiwa" | "5" => Self::Reiwa,
            _ => return None,
        })
    }
}

/// A check digit by name; `form::checks` computes them. The form says where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckDigit {
    M10W3,
    /// Luhn: products of ten and more add their digits.
    M10W2Split,
    M10W2Lump,
    SevenDr,
    /// `zero`: how a remainder of 0 is written, 7 or 0.
    SevenDsr {
        zero: u8,
    },
    NineDr,
    NineDsr {
        zero: u8,
    },
    /// Weights from the right, cycled; `map0`, `map1`: the digit for remainders 0 and 1.
    M11 {
        weights: Vec<u32>,
        map0: char,
        map1: char,
    },
    /// Codabar, start and stop included.
    M16,
    /// Code 39.
    M43,
    MyNumber,
    Corporate,
    ResidentCode,
    Insurer,
    Municipality,
}

/// `when` holds -> the rest must hold.
#[derive(Clone, Debug)]
pub struct Rule {
    pub when: Option<Condition>,
    /// These fields must not be blank.
    pub require: Vec<FieldId>,
    /// These fields must be blank.
    pub forbid: Vec<FieldId>,
    /// This must be true.
    pub assert: Option<Condition>,
    /// This age goes with this birth date.
    pub age: Option<AgeRule>,
    pub message: Text,
}

/// A written age beside a birth date, on the day that the card was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeRule {
    pub written: FieldId,
    pub born: FieldId,
}

/// A condition over values: `wish == "yes" and not blank(phone)`. Built by `check`, evaluated by
/// `validate::rules`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Equals(FieldId, String),
    Differs(FieldId, String),
    /// Numeric or, for dates in ISO, lexical order.
    Less(FieldId, String),
    LessOrEqual(FieldId, String),
    Greater(FieldId, String),
    GreaterOrEqual(FieldId, String),
    /// The field's value equals another field's.
    SameAs(FieldId, FieldId),
    /// A multiple choice contains the option.
    Contains(FieldId, String),
    Blank(FieldId),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// What the drawn blank shows.
#[derive(Clone, Debug)]
pub enum PrintItem {
    Text {
        at: Point<Mm>,
        text: String,
        /* mm, cap height of the em */ size: f64,
        align: Align,
        bold: bool,
        vertical: bool,
    },
    Line {
        from: Point<Mm>,
        to: Point<Mm>,
        width: f64,
    },
    Box {
        rect: Rect<Mm>,
        width: f64,
        gray: u8,
        fill: Option<u8>,
    },
    /// A barcode printed for each recipient: `{key}` in `content` is replaced.
    Barcode {
        rect: Rect<Mm>,
        symbology: Symbology,
        content: String,
    },
    /// The Japan Post frame for a postal code.
    PostalFrame { at: Point<Mm> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    Left,
    Center,
    Right,
}

impl Form {
    /// The side and the field of that name.
    pub fn field(&self, id: &FieldId) -> Option<(&Side, &Field)> {
        self.sides
            .iter()
            .find_map(|s| s.fields.iter().find(|f| &f.id == id).map(|f| (s, f)))
    }
}
