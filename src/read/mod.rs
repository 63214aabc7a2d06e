//! Fourth stage: the ink of each field becomes a reading: raw measures, alternatives with
//! probabilities, doubts. No decision is taken here; `validate` decides.

mod ink;
pub mod barcode;
pub mod comb;
pub mod key;
pub mod line;
pub mod margin;
pub mod marks;

use std::io::Cursor;

use image::{GrayImage, RgbImage};
use serde::Serialize;

use crate::charset::Charset;
use crate::confidence::Confidence;
use crate::doubt::Doubt;
use crate::engine::{EngineError, Engines};
use crate::form::{Field, FieldId, Zone};
use crate::geom::{Mm, Rect};
use crate::register::Registered;

/// What was read in one field. Serialised as it stands into the store: never changed, only added.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    pub field: FieldId,
    /// Names and model digests of the engines that took part, joined with `+`.
    pub engine: String,
    pub content: Content,
    /// What the reader noticed about the ink itself.
    pub doubts: Vec<Doubt>,
    /// What part of the page the crop shows.
    #[serde(skip)]
    pub crop_area: Rect<Mm>,
}

/// The kinds of readings.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    Marks {
        options: Vec<OptionReading>,
    },
    /// One list of options a column.
    Grid {
        columns: Vec<Vec<OptionReading>>,
    },
    Cells {
        cells: Vec<CellReading>,
    },
    /// One cell an option of a rank question.
    Ranks {
        cells: Vec<CellReading>,
    },
    Text {
        readings: Vec<TextReading>,
    },
    Barcode {
        text: Option<String>,
    },
    Ink {
        present: Confidence,
        share: f64,
        red_share: f64,
    },
    Picture {
        ink_share: f64,
    },
    /// The engine for this zone is not installed.
    Missing,
}

/// What the ink at one option looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkState {
    Empty,
    Tick,
    Filled,
    Circled,
    Crossed,
    Struck,
    ScribbledOut,
    Ghost,
    /// Ink of a neighbour that reaches in.
    Overflow,
    /// Ink beside the box that is no mark: an underline, a stamp, a postmark, dirt.
    Foreign,
}

/// One option of a question.
#[derive(Clone, Debug, Serialize)]
pub struct OptionReading {
    pub value: String,
    pub state: MarkState,
    /// Probability that the person meant to select this option.
    pub selected: Confidence,
    pub measures: MarkMeasures,
}

/// Raw measures of the ink that was added to the blank form. Shares are 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MarkMeasures {
    /// Added ink inside the box.
    pub box_share: f64,
    /// Added ink in the word's rectangle.
    pub word_share: f64,
    /// Added ink in the ring round box and word.
    pub ring_share: f64,
    /// Mean darkness of the inside relative to paper 0 and this page's ink 1.
    pub darkness: f64,
    /// How far this option stands out of the empty boxes of the page, in their spread.
    pub excess: f64,
    /// Added darkness of the inside against the clear marks of this page: 0 paper, 1 as they are.
    pub relative: f64,
    /// Longest extent of the ink in the box against the box, 0 to 1.
    pub span: f64,
    /// How far round the word an outline goes, 0 to 1.
    pub enclosure: f64,
    /// Strokes (connected pieces of added ink) that belong to this option.
    pub strokes: u32,
    /// Contrast of the added ink, 0 (paper) to 1 (the page's darkest ink).
    pub contrast: f64,
}

/// One box for a character.
#[derive(Clone, Debug, Serialize)]
pub struct CellReading {
    /// Best first, calibrated; empty when the box is blank.
    pub alternatives: Vec<(char, f64)>,
    pub blank: f64,
    pub reject: f64,
    pub doubts: Vec<Doubt>,
    /// Share of the box covered with added ink.
    pub ink_share: f64,
}

/// One engine's reading of a line.
#[derive(Clone, Debug, Serialize)]
pub struct TextReading {
    pub engine: String,
    pub text: String,
    pub score: f64,
    pub confidence: Option<Confidence>,
    pub alternatives: Vec<(String, f64)>,
    pub alphabet_doubt: bool,
    pub ink_share: f64,
}

/// Ink outside every zone of the side.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MarginInk {
    pub area_mm2: f64,
    pub pieces: u32,
    /// The largest pieces, for the picture.
    #[serde(skip)]
    pub where_: Vec<Rect<Mm>>,
}

/// A field's picture for people: levelled, with a margin, colour where the scan has it.
#[derive(Clone, Debug)]
pub struct Crop {
    /// PNG bytes.
    pub png: Vec<u8>,
}

/// Reads every field of a registered side, in the order of the form.
///
/// # Errors
/// Only when an engine breaks; whatever is on paper becomes a reading or a doubt.
pub fn read(page: &Registered<'_>, engines: &Engines) -> Result<Vec<Reading>, EngineError> {
    let survey = marks::Survey::of(page);
    page.side
        .fields
        .iter()
        .map(|f| read_surveyed(page, f, &survey, engines))
        .collect()
}

/// Reads one field.
///
/// # Errors
/// As [`read`].
pub fn read_field(
    page: &Registered<'_>,
    field: &Field,
    engines: &Engines,
) -> Result<Reading, EngineError> {
    let survey = match field.zone {
        Zone::Marks(_) | Zone::Grid(_) => marks::Survey::of(page),
        _ => marks::Survey::default(),
    };
    read_surveyed(page, field, &survey, engines)
}

/// Reads one field, given the marks of its page.
fn read_surveyed(
    page: &Registered<'_>,
    field: &Field,
    survey: &marks::Survey,
    engines: &Engines,
) -> Result<Reading, EngineError> {
    let of = |engine: &str, content| Reading {
        field: field.id.clone(),
        engine: engine.to_owned(),
        content,
        doubts: Vec::new(),
        crop_area: field.zone.area().unwrap_or(Rect::new(0.0, 0.0, 1.0, 1.0)),
    };
    Ok(match &field.zone {
        Zone::Marks(_) | Zone::Grid(_) => survey
            .reading(&field.id)
            .cloned()
            .unwrap_or_else(|| of("", Content::Missing)),
        Zone::Comb(zone) => match comb::read_comb(page, zone, engines)? {
            Some(read) => of(&read.engine, Content::Cells { cells: read.cells }),
            None => of("", Content::Missing),
        },
        Zone::Rank(zone) => {
            let cells: Vec<Rect<Mm>> = zone.options.iter().map(|o| o.cell).collect();
            match comb::read_cells(page, &cells, zone.frame, &Charset::Digits, engines)? {
                Some(read) => of(&read.engine, Content::Ranks { cells: read.cells }),
                None => of("", Content::Missing),
            }
        }
        Zone::Line(zone) => line::read(page, field, zone, engines)?,
        Zone::Barcode(zone) => {
            barcode::read_barcode_field(page, field, zone, engines.barcodes.as_ref())
        }
        Zone::Ink(zone) => of(ink::ENGINE, ink::presence(page, zone)),
        Zone::Picture(area) => of(ink::ENGINE, ink::picture(page, *area)),
    })
}

/// Encodes a grey picture as PNG; empty when it has no pixels.
pub fn png_of(gray: &GrayImage) -> Vec<u8> {
    encoded(|out| gray.write_to(out, image::ImageFormat::Png))
}

/// The same for colour.
pub fn png_of_color(color: &RgbImage) -> Vec<u8> {
    encoded(|out| color.write_to(out, image::ImageFormat::Png))
}

fn encoded(write: impl FnOnce(&mut Cursor<Vec<u8>>) -> image::ImageResult<()>) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write(&mut out).map_or_else(|_| Vec::new(), |()| out.into_inner())
}
