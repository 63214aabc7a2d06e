//! The ink of each field becomes a reading: raw measures, alternatives with
//! probabilities, doubts. No decision is taken here; `validate` decides.

mod glyph;
mod ink;
pub mod barcode;
pub mod comb;
pub mod key;
pub mod line;
pub mod margin;
pub mod marks;

use std::io::Cursor;

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::charset::Charset;
use crate::confidence::Confidence;
use crate::doubt::Doubt;
use crate::engine::{EngineError, Engines};
use crate::form::{Field, FieldId, Zone};
use crate::geom::{Mm, Rect};
use crate::register::Registered;

/// What was read in one field. Serialised as it stands into the store: never changed, only added.
/// Reads back from there, so that a later decision needs no pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub field: FieldId,
    /// Names and model digests of the engines that took part, joined with `+`.
    pub engine: String,
    pub content: Content,
    /// What the reader noticed about the ink itself.
    pub doubts: Vec<Doubt>,
    /// What part of the page the crop shows; of a stored reading nothing in particular.
    #[serde(skip, default = "unknown_area")]
    pub crop_area: Rect<Mm>,
}

fn unknown_area() -> Rect<Mm> {
    Rect::new(0.0, 0.0, 1.0, 1.0)
}

/// The kinds of readings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionReading {
    pub value: String,
    pub state: MarkState,
    /// Probability that the person meant to select this option.
    pub selected: Confidence,
    /// What the ink may be, calibrated, most likely first, the hopeless left out. Empty where no
    /// picture of the empty form tells the added ink from the print; then only rules look at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<(MarkState, f64)>,
    pub measures: MarkMeasures,
}

/// Raw measures of the ink that was added to the blank form. Shares are 0 to 1. A measure that an
/// older reading lacks is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkMeasures {
    /// The empty form is known, so that all ink round the option was added by somebody.
    pub known: bool,
    /// Added ink inside the box, in the word's rectangle, in the ring round both: the option's own.
    pub box_share: f64,
    pub word_share: f64,
    pub ring_share: f64,
    /// The same of everybody's ink.
    pub box_all: f64,
    pub word_all: f64,
    pub ring_all: f64,
    /// Ink too faint to be called so, as a share of box, word and ring together: a hard pencil held
    /// lightly, or the smear of one rubbed out.
    pub faint: f64,
    /// Share of the option's own ink among all ink in its box.
    pub own: f64,
    /// Mean darkness of the inside relative to paper 0 and this page's ink 1.
    pub darkness: f64,
    /// How far this option stands out of the empty boxes of the page, in their spread.
    pub excess: f64,
    /// Added darkness of the inside against the clear marks of this page: 0 paper, 1 as they are.
    pub relative: f64,
    /// Tint of the paper on the box's darkest side, on the same scale: a stain, or the edge of one.
    pub beside: f64,
    /// Contrast of the added ink, 0 (paper) to 1 (the page's darkest ink).
    pub contrast: f64,
    /// Spread of the added darkness over the inked pixels of the box: pencil is uneven.
    pub unevenness: f64,
    /// Longest extent of the ink in the box against the box, 0 to 1; the same across and down.
    pub span: f64,
    pub across: f64,
    pub down: f64,
    /// How far round the word one connected outline goes, 0 to 1.
    pub enclosure: f64,
    /// How far round box and word all strokes together go, 0 to 1, and which share of the ink near
    /// them lies well inside instead.
    pub box_round: f64,
    pub box_inside: f64,
    pub word_round: f64,
    pub word_inside: f64,
    /// Level lines: how much of the width the fullest one covers, and a clearly separate second.
    pub box_line: f64,
    pub box_line_two: f64,
    pub word_line: f64,
    pub word_line_two: f64,
    /// A cross: stations that the emptier diagonal passes, ink on the diagonals, free sides.
    pub cross_both: f64,
    pub cross_on: f64,
    pub cross_free: f64,
    /// Paper enclosed by ink, against the box's area.
    pub holes: f64,
    /// Mean width of the strokes, mm.
    pub thickness: f64,
    /// Strokes (connected pieces of added ink) that belong to this option.
    pub strokes: u32,
    /// Longest side of the largest of them, mm, and whether its lowest point lies in the box.
    pub extent: f64,
    pub turns_here: bool,
    /// Share of the own ink that lies farther than 3.5 mm from box and word.
    pub far: f64,
    /// Print of the form that is gone: painted over, or under tape.
    pub missing: f64,
    /// The scan has colour; how red and how colourful the own ink is.
    pub colored: bool,
    pub red: f64,
    pub saturation: f64,
    /// Share of the own ink that is red.
    pub red_share: f64,
    /// [`Self::peak`] of the palest tenth of the page's answers; 0 where too few of them are known.
    pub palest: f64,
    /// Whether most answers of the page are red; `None` where too few of them are known.
    pub red_pen: Option<bool>,
    /// How dark the page is along the print of the option's box, against the form's print, and how much more
    /// that is than at the question's other options (0: as they are): what was drawn on the print itself.
    /// 0 where the empty form is not known.
    pub weight: f64,
    pub bold: f64,
    /// How colorful the page's answers usually are, as [`Self::saturation`]; 0 where too few of them are known.
    pub pen_saturation: f64,
    /// The strongest other option of the question, as [`Self::relative`], and its outline.
    pub rival: f64,
    pub rival_round: f64,
    /// The probability that words or a number stand on the option or within 3.5 mm of it; 0 where
    /// the empty form is not known.
    pub written: f64,
    /// Ink in mm2 that stands within 3.5 mm of the option, touches none and encloses none: a number
    /// written instead of a mark, a part of a broken circle.
    pub near: f64,
    /// Ink in mm2 that stands farther off, touches nothing and is nearest to this option: a number
    /// or a remark in this page's pencil, however pale that is.
    pub apart: f64,
    /// Darkest added ink at the option: 0 paper, 1 the page's ink.
    pub peak: f64,
    /// How much paler that is than the answers of the page usually are, 0 to 1; 0 where too few of
    /// them are known.
    pub pale: f64,
    /// Share of the form's print at all options of the page that is not there: what thins print
    /// away, a fax, thins pencil away.
    pub lost: f64,
    /// Questions of the page where something may be drawn and nothing clearly is, for each that is
    /// clearly answered: what is left of pencil that a fax or a copier took away.
    pub unclear: f64,
}

/// One box for a character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellReading {
    /// What the network for boxes reads: best first, calibrated; empty when the box is blank or no
    /// such network knows the charset.
    pub alternatives: Vec<(char, f64)>,
    /// What the line recognizer sees in the box ([`crate::engine::BoxReading`]); empty when it was
    /// not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witness: Vec<(char, f64)>,
    pub blank: f64,
    pub reject: f64,
    pub doubts: Vec<Doubt>,
    /// Share of the box covered with added ink.
    pub ink_share: f64,
    /// Longest side of the writing as a share of the box's height; 0 for none, and in readings made
    /// before it was measured.
    #[serde(default)]
    pub extent: f64,
}

/// One engine's reading of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextReading {
    pub engine: String,
    pub text: String,
    pub score: f64,
    pub confidence: Option<Confidence>,
    pub alternatives: Vec<(String, f64)>,
    pub alphabet_doubt: bool,
    pub ink_share: f64,
    /// Words of the field's lists that fit the ink best ([`crate::engine::LineReading::listed`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<(String, f64)>,
    /// Readings that the shape of a code allows, where the text does not fit it
    /// ([`crate::engine::LineReading::shaped`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shaped: Vec<(String, f64)>,
    /// What both readers see of each character of `text`, spaces left out: the line recognizer is
    /// the witness, a network that sees no context gives the alternatives. Empty where the engine
    /// does not tell its characters' places, and in readings made before they were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<CellReading>,
}

/// Ink outside every zone of the side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    let survey = marks::Survey::of(page)?;
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
        Zone::Marks(_) | Zone::Grid(_) => marks::Survey::of(page)?,
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
        crop_area: field.zone.area().unwrap_or_else(unknown_area),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubt::Reason;

    fn cell() -> CellReading {
        CellReading {
            alternatives: vec![('ア', 0.75), ('7', 0.125)],
            witness: vec![('ア', 0.5)],
            blank: 0.0625,
            reject: 0.0,
            doubts: vec![Doubt::with(Reason::TwoInBox, "2")],
            ink_share: 0.1,
            extent: 0.75,
        }
    }

    fn option() -> OptionReading {
        OptionReading {
            value: "はい".into(),
            state: MarkState::ScribbledOut,
            selected: Confidence::new(0.123_456_789),
            kinds: vec![(MarkState::ScribbledOut, 0.9), (MarkState::Filled, 0.1)],
            measures: MarkMeasures {
                box_share: 1.0 / 3.0,
                strokes: 3,
                ..MarkMeasures::default()
            },
        }
    }

    fn contents() -> Vec<Content> {
        let text = TextReading {
            engine: "e".into(),
            text: "文字".into(),
            score: 0.5,
            confidence: Some(Confidence::new(0.9)),
            alternatives: vec![("文宇".into(), 0.1)],
            alphabet_doubt: true,
            ink_share: 0.02,
            listed: vec![("文字".into(), -0.5)],
            shaped: vec![("文子".into(), -0.7)],
            characters: vec![cell()],
        };
        vec![
            Content::Marks {
                options: vec![option()],
            },
            Content::Grid {
                columns: vec![vec![option()], Vec::new()],
            },
            Content::Cells {
                cells: vec![cell()],
            },
            Content::Ranks {
                cells: vec![cell()],
            },
            Content::Text {
                readings: vec![text],
            },
            Content::Barcode { text: None },
            Content::Ink {
                present: Confidence::NONE,
                share: 0.1,
                red_share: 0.2,
            },
            Content::Picture { ink_share: 0.3 },
            Content::Missing,
        ]
    }

    #[test]
    fn a_stored_reading_reads_back_as_it_was() {
        for content in contents() {
            let reading = Reading {
                field: FieldId("q1".into()),
                engine: "marks-1".into(),
                content,
                doubts: vec![Reason::OutOfPicture.into(), Doubt::with(Reason::Ghost, "b")],
                crop_area: unknown_area(),
            };
            let stored = serde_json::to_string(&reading).unwrap();
            let back: Reading = serde_json::from_str(&stored).unwrap();
            assert_eq!(back, reading);
        }
    }

    #[test]
    fn a_measure_that_an_older_reading_lacks_is_zero() {
        let got: MarkMeasures = serde_json::from_str(r#"{"box_share":0.5}"#).unwrap();
        assert_eq!((got.box_share, got.enclosure), (0.5, 0.0));
    }
}
