//! The seams to what recognizes: small traits, and one adapter a file.
//!
//! The journey knows only the traits, so tests run it with drawn pictures and plain stand-ins,
//! and an engine that is not installed is simply absent: its fields become questions.

pub mod barcodes;
mod ctc;
pub mod lines;
pub mod models;
mod panel;
pub mod patches;
#[cfg(feature = "tesseract")]
pub mod tesseract;
pub mod characters;

use std::path::Path;
use std::sync::Arc;

use image::GrayImage;

use crate::charset::Charset;
use crate::confidence::Confidence;
use crate::form::{Shape, Symbology};
use crate::geom::{Point, Px};
use crate::lists::Lexicon;

/// A symbol that decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Barcode {
    pub symbology: Symbology,
    pub text: String,
    /// Corners in the picture that was given, clockwise from the symbol's own top-left.
    pub corners: [Point<Px>; 4],
    /// Which reader, for provenance: `zxing-cpp` or `rxing`.
    pub reader: &'static str,
}

/// Finds and decodes barcodes. An undecodable symbol is simply not in the list.
pub trait BarcodeReader: Send + Sync {
    /// A cut-out in which one of `symbologies` is expected (a zone with a margin): tries hard,
    /// with up-scaling and blur.
    fn read_zone(&self, zone: &GrayImage, symbologies: &[Symbology]) -> Vec<Barcode>;

    /// A whole page, all symbologies of the list.
    fn read_page(&self, page: &GrayImage, symbologies: &[Symbology]) -> Vec<Barcode>;
}

/// One boxed character, ready for a reader: a picture for each of [`CharacterReader::sides`], that
/// many pixels square, ink 1.0 on paper 0.0, row by row.
#[derive(Clone, Debug)]
pub struct Glyph(pub Vec<Vec<f32>>);

/// What a character reader thinks of one glyph.
#[derive(Clone, Debug, PartialEq)]
pub struct GlyphReading {
    /// Best first, at most five, calibrated, restricted to the charset.
    pub alternatives: Vec<(char, f64)>,
    /// Probability that the box is empty.
    pub blank: f64,
    /// Probability that it is no single character (struck, scribble, two characters).
    pub reject: f64,
}

/// Reads boxed characters.
pub trait CharacterReader: Send + Sync {
    /// Names and digests of the weights: `digits-1@4f0c...+jis1-3@21b7...`.
    fn name(&self) -> &str;

    /// Sides of the pictures that it takes of a glyph, in pixels.
    fn sides(&self) -> &[usize];

    /// Whether every character of the set is in the model's alphabet (folding allowed).
    fn knows(&self, charset: &Charset) -> bool;

    fn read(&self, glyphs: &[Glyph], charset: &Charset) -> Result<Vec<GlyphReading>, EngineError>;
}

/// A line of text as one engine reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct LineReading {
    pub text: String,
    /// The engine's own certainty, 0 to 1, not calibrated.
    pub score: f64,
    /// Calibrated for this kind of line, if it ever was.
    pub confidence: Option<Confidence>,
    /// Other readings with their scores, best first.
    pub alternatives: Vec<(String, f64)>,
    /// The ink may hold a character that the engine's alphabet lacks.
    pub alphabet_doubt: bool,
    /// Words of the lists that fit the ink best, with the natural logarithm of their probability
    /// against the text's: 0 is as probable.
    pub listed: Vec<(String, f64)>,
    /// The same of readings that the shape of a code allows; empty where the text itself fits it.
    pub shaped: Vec<(String, f64)>,
    /// One for each character of the text that is no space, in order; empty for engines that do not tell, and where
    /// the text is not what their best path says.
    pub characters: Vec<LineCharacter>,
}

impl LineReading {
    /// No ink, no text.
    pub fn nothing() -> Self {
        Self {
            text: String::new(),
            score: 1.0,
            confidence: None,
            alternatives: Vec::new(),
            alphabet_doubt: false,
            listed: Vec::new(),
            shaped: Vec::new(),
            characters: Vec::new(),
        }
    }
}

/// Where along the line a character stands, and what may stand there alone.
#[derive(Clone, Debug, PartialEq)]
pub struct LineCharacter {
    /// Where the engine sees it, about its middle, as a share of the line's width.
    pub at: f64,
    pub read: BoxReading,
}

/// What a line reader sees in one box: characters of the charset with the probability that the box
/// holds this one alone, best first, at most five. Not calibrated and not scaled: what lacks to 1
/// is for no character, for several, and for one outside the charset.
pub type BoxReading = Vec<(char, f64)>;

/// What the form knows of a line before anybody reads it.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The characters that it may hold.
    pub charset: &'a Charset,
    /// Words that it may say.
    pub lists: &'a [&'a Lexicon],
    /// What a code may look like.
    pub shape: Option<Shape<'a>>,
}

impl<'a> Expected<'a> {
    /// Any text of these characters.
    pub fn any(charset: &'a Charset) -> Self {
        Self {
            charset,
            lists: &[],
            shape: None,
        }
    }
}

/// Reads one line of text.
pub trait LineReader: Send + Sync {
    fn name(&self) -> &str;

    /// `line`: 8-bit grey, dark ink on light paper, one horizontal line with a small margin. Engines that
    /// cannot use lists or a shape leave [`LineReading::listed`] and [`LineReading::shaped`] empty.
    fn read(&self, line: &GrayImage, expected: &Expected<'_>) -> Result<LineReading, EngineError>;

    /// Reads a line that was laid out of `boxes` parts of equal width, each a multiple of 8 pixels,
    /// on a height of [`BOX_LINE_HEIGHT`], with at most one character in the middle of each. `None`
    /// when the engine does not tell where along the line it sees a character.
    fn read_boxes(
        &self,
        _line: &GrayImage,
        _boxes: usize,
        _charset: &Charset,
    ) -> Result<Option<Vec<BoxReading>>, EngineError> {
        Ok(None)
    }
}

/// Height in pixels of the lines that [`LineReader::read_boxes`] takes.
pub const BOX_LINE_HEIGHT: u32 = 48;

/// An engine broke: wrong weights, out of memory. Stops the batch; never used for what is on paper.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    #[error("model `{name}` cannot be used: {why}")]
    Model { name: String, why: String },
    #[error("engine `{name}` failed: {why}")]
    Run { name: String, why: String },
}

/// Everything that recognizes, as installed here.
pub struct Engines {
    pub barcodes: Box<dyn BarcodeReader>,
    /// Own networks, always there; the first that knows a charset reads it.
    pub characters: Vec<Box<dyn CharacterReader>>,
    /// Handwritten and printed lines; absent until its weights are installed.
    pub lines: Option<Box<dyn LineReader>>,
    /// Second opinion on printed lines; absent without Tesseract.
    pub print: Option<Box<dyn LineReader>>,
}
impl Engines {
    /// Every engine that is installed here. `lines`: the weights of the line recognizer, where a
    /// person installed them ([`models::find`]).
    ///
    /// # Errors
    /// When an engine that is there cannot be used.
    pub fn load(lines: Option<&Path>) -> Result<Self, EngineError> {
        let lines = lines.map(lines::LineEngine::load).transpose()?;
        Ok(Self {
            barcodes: Box::new(barcodes::Readers),
            characters: characters::networks()?,
            lines: lines.map(|engine| Box::new(engine) as Box<dyn LineReader>),
            print: installed_tesseract(),
        })
    }
}

#[cfg(feature = "tesseract")]
fn installed_tesseract() -> Option<Box<dyn LineReader>> {
    tesseract::Tesseract::find().map(|engine| Box::new(engine) as Box<dyn LineReader>)
}

#[cfg(not(feature = "tesseract"))]
fn installed_tesseract() -> Option<Box<dyn LineReader>> {
    None
}

/// A pool of one thread for each calling thread: pages are read in parallel, so the networks must
/// neither spread over all cores nor queue behind each other.
fn one_thread() -> Arc<rten::ThreadPool> {
    thread_local! {
        static POOL: Arc<rten::ThreadPool> = Arc::new(rten::ThreadPool::with_num_threads(1));
    }
    POOL.with(Arc::clone)
}
