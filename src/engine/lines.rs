//! The line recognizer: PP-OCRv6 small, run by `rten`.
//!
//! Lines are scaled to 48 pixels of height, three equal channels, -1 (black) to 1 (white). The
//! network answers every 8 pixels of width. Its alphabet stands in the ONNX metadata. Weights are
//! no part of this project: `hagaki model install` brings them.
//!
//! Measured on this project's sets under the field's characters: printed lines 97 (200 dpi) to 99 %
//! exact (300 dpi), names in kanji 97 %, addresses 90 %. Its own certainty is no gate for
//! handwriting. The alphabet lacks 14 of the 2,965 kanji of JIS level 1 and 331 of level 2, ゐ and
//! ヱ. Boxes of digits and kana are read without the layer that tells all its characters apart
//! (`few`).

mod few;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use few::Few;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use rten::{Model, NodeId, RunOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::ctc::{self, Mask};
use super::{
    BOX_LINE_HEIGHT, BoxReading, EngineError, Expected, LineReader, LineReading, one_thread,
};
use crate::charset::Charset;
use crate::digest::Digest;

const NAME: &str = "pp-ocrv6-small";
/// Height of the network's input, in pixels.
const HEIGHT: u32 = BOX_LINE_HEIGHT;
/// Narrowest and widest input, in pixels: 2,400 is 50 times the height, more than any form line.
const MIN_WIDTH: u32 = 96;
const MAX_WIDTH: u32 = 2400;
/// The network answers every this many pixels.
const STRIDE: u32 = 8;
/// Two ways to the same probability differ by less.
const ROUNDING: f64 = 1e-3;

/// PP-OCRv6 small with its alphabet.
pub struct LineEngine {
    name: String,
    model: Model,
    /// Characters of the classes after the blank.
    alphabet: Vec<char>,
    /// A form has few charsets, but each mask looks at 18,000 characters.
    charsets: Mutex<Vec<(Charset, Arc<Known>)>>,
}

/// What is made once for a charset.
struct Known {
    mask: Mask,
    /// When the first row of boxes comes; `None` where the short way is not open.
    few: OnceLock<Option<Few>>,
}

impl LineEngine {
    /// Loads the weights (ONNX).
    pub fn load(path: &Path) -> Result<Self, EngineError> {
        let bytes =
            std::fs::read(path).map_err(|e| unusable(&format!("`{}`: {e}", path.display())))?;
        Self::from_bytes(bytes)
    }

    /// The same from memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, EngineError> {
        let name = format!("{NAME}@{}", Digest::of(&bytes).short());
        let model = Model::load(bytes).map_err(|e| unusable(&e.to_string()))?;
        let listed = model
            .metadata()
            .get("character")
            .ok_or_else(|| unusable("no alphabet"))?;
        // The space stands last and is not listed.
        let mut alphabet = listed
            .split('\n')
            .map(|line| line.chars().next())
            .collect::<Option<Vec<char>>>()
            .ok_or_else(|| unusable("an empty character in its alphabet"))?;
        alphabet.push(' ');
        Ok(Self {
            name,
            model,
            alphabet,
            charsets: Mutex::new(Vec::new()),
        })
    }

    /// Whether the network can write every character of `text`.
    pub fn knows(&self, text: &str) -> bool {
        text.chars().all(|c| self.alphabet.contains(&c))
    }

    fn known(&self, charset: &Charset) -> Arc<Known> {
        let charsets = self.charsets.lock();
        let mut charsets = charsets.unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = charsets.iter().find(|(c, _)| c == charset) {
            return Arc::clone(known);
        }
        let known = Arc::new(Known {
            mask: Mask::new(&self.alphabet, charset),
            few: OnceLock::new(),
        });
        charsets.push((charset.clone(), Arc::clone(&known)));
        known
    }

    fn few<'k>(&self, known: &'k Known) -> Option<&'k Few> {
        let made =
            || Few::of(&self.model, &known.mask).filter(|few| self.says_the_same(few, &known.mask));
        known.few.get_or_init(made).as_ref()
    }

    /// Whether a stroke reads as it does by the whole network. The runtime joins operations when it
    /// loads one, so that a tensor may be gone, and other weights may end in another layer.
    fn says_the_same(&self, few: &Few, mask: &Mask) -> bool {
        let (input, _) = input_of(&stroke());
        let parts = (1, (MIN_WIDTH / STRIDE) as usize);
        let seen = self.run_to(&input, few.takes()).ok();
        let by_few = seen.and_then(|seen| few.read(&seen, parts));
        let rows = self.run(&input).ok();
        let by_all = rows.map(|rows| self.boxes_of(&rows, parts, mask));
        match (by_few, by_all) {
            (Some(few), Some(all)) => are_alike(&few, &all),
            _ => false,
        }
    }

    /// What rows of all classes say of each of `boxes` parts of `steps` steps.
    fn boxes_of(
        &self,
        rows: &[f32],
        (boxes, steps): (usize, usize),
        mask: &Mask,
    ) -> Vec<BoxReading> {
        let classes = self.alphabet.len() + 1;
        rows.chunks(steps * classes)
            .take(boxes)
            .map(|part| ctc::single(part, classes, mask))
            .collect()
    }

    /// Class probabilities, a row a step.
    fn run(&self, input: &NdTensor<f32, 4>) -> Result<Vec<f32>, EngineError> {
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let output = self
            .model
            .run_one(input.view().into(), Some(options))
            .map_err(|e| self.broken(&e.to_string()))?;
        let output: NdTensor<f32, 3> = output
            .try_into()
            .map_err(|_| self.broken("the output is no table of numbers"))?;
        let [lines, _, classes] = output.shape();
        if lines != 1 || classes != self.alphabet.len() + 1 {
            return Err(self.broken("the output does not fit the alphabet"));
        }
        Ok(output.to_vec())
    }

    /// A run that ends at a tensor within.
    fn run_to(
        &self,
        input: &NdTensor<f32, 4>,
        end: NodeId,
    ) -> Result<NdTensor<f32, 4>, EngineError> {
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let inputs = self.model.input_ids().iter();
        let inputs = inputs.map(|id| (*id, input.view().into())).collect();
        let mut outputs = self
            .model
            .run(inputs, &[end], Some(options))
            .map_err(|e| self.broken(&e.to_string()))?;
        let seen = outputs.pop().and_then(|value| value.try_into().ok());
        seen.ok_or_else(|| self.broken("the output is no table of numbers"))
    }

    fn broken(&self, why: &str) -> EngineError {
        EngineError::Run {
            name: self.name.clone(),
            why: why.to_owned(),
        }
    }
}

impl LineReader for LineEngine {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&self, line: &GrayImage, expected: &Expected<'_>) -> Result<LineReading, EngineError> {
        let known = self.known(expected.charset);
        let mask = &known.mask;
        if mask.is_empty() || line.width() == 0 || line.height() == 0 {
            return Err(self.broken("the line is empty or its charset has no known character"));
        }
        let (input, width) = input_of(line);
        let rows = self.run(&input)?;
        let to_share = |steps: f64| {
            let x = steps * f64::from(STRIDE);
            (x / f64::from(width)).min(1.0)
        };
        let read = ctc::decode(&rows, self.alphabet.len() + 1, (mask, expected), to_share);
        Ok(LineReading {
            text: read.text,
            score: read.score,
            confidence: None,
            alternatives: read.alternatives,
            alphabet_doubt: read.alphabet_doubt,
            listed: read.listed,
            shaped: read.shaped,
            characters: read.characters,
        })
    }

    fn read_boxes(
        &self,
        line: &GrayImage,
        boxes: usize,
        charset: &Charset,
    ) -> Result<Option<Vec<BoxReading>>, EngineError> {
        let known = self.known(charset);
        let pitch = line.width() / (boxes.max(1) as u32);
        let fits = pitch > 0
            && pitch.is_multiple_of(STRIDE)
            && line.width() == pitch * boxes as u32
            && line.width() <= MAX_WIDTH
            && line.height() == HEIGHT;
        if known.mask.is_empty() || !fits {
            return Ok(None);
        }
        let (input, _) = input_of(line);
        let parts = (boxes, (pitch / STRIDE) as usize);
        let Some(few) = self.few(&known) else {
            return Ok(Some(self.boxes_of(&self.run(&input)?, parts, &known.mask)));
        };
        let seen = self.run_to(&input, few.takes())?;
        let read = few.read(&seen, parts).map(Some);
        read.ok_or_else(|| self.broken("its last layer does not fit the row"))
    }
}

/// An upright stroke on paper.
fn stroke() -> GrayImage {
    let inked = |x: u32, y: u32| x.abs_diff(MIN_WIDTH / 2) <= 2 && (6..HEIGHT - 6).contains(&y);
    GrayImage::from_fn(MIN_WIDTH, HEIGHT, |x, y| {
        Luma([if inked(x, y) { 20 } else { 255 }])
    })
}

/// The same but for rounding, which may also leave out a character that has next to nothing.
fn are_alike(some: &[BoxReading], others: &[BoxReading]) -> bool {
    let of = |read: &BoxReading, c: char| read.iter().find(|(d, _)| *d == c).map_or(0.0, |r| r.1);
    let within =
        |a: &BoxReading, b: &BoxReading| a.iter().all(|(c, p)| (p - of(b, *c)).abs() < ROUNDING);
    let same = |(a, b)| within(a, b) && within(b, a);
    some.len() == others.len() && some.iter().zip(others).all(same)
}

/// The line as the network takes it, and the width that the line itself has in it. Behind short
/// lines stands the line's own paper.
fn input_of(line: &GrayImage) -> (NdTensor<f32, 4>, u32) {
    let wanted = f64::from(line.width()) * f64::from(HEIGHT) / f64::from(line.height());
    let width = (wanted.ceil() as u32).clamp(STRIDE, MAX_WIDTH);
    let scaled = imageops::resize(line, width, HEIGHT, FilterType::Triangle);
    let padded = width.next_multiple_of(STRIDE).max(MIN_WIDTH);
    let paper = brightest(&scaled);
    let plane = (padded * HEIGHT) as usize;
    let mut pixels = vec![level(paper); 3 * plane];
    for (x, y, p) in scaled.enumerate_pixels() {
        let at = (y * padded + x) as usize;
        for channel in 0..3 {
            pixels[channel * plane + at] = level(p[0]);
        }
    }
    let shape = [1, 3, HEIGHT as usize, padded as usize];
    (NdTensor::from_data(shape, pixels), width)
}

fn level(gray: u8) -> f32 {
    f32::from(gray) / 127.5 - 1.0
}

/// The level that 90 % of the pixels do not pass: the paper of a line.
fn brightest(gray: &GrayImage) -> u8 {
    let mut counts = [0usize; 256];
    for p in gray.pixels() {
        counts[usize::from(p[0])] += 1;
    }
    let mut left = gray.pixels().len() / 10;
    for (value, n) in counts.iter().enumerate().rev() {
        if *n > left {
            return value as u8;
        }
        left -= n;
    }
    255
}

fn unusable(why: &str) -> EngineError {
    EngineError::Model {
        name: NAME.into(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_scaled_to_the_networks_height_and_padded_with_paper() {
        let line = GrayImage::from_pixel(40, 24, Luma([200]));
        let (input, width) = input_of(&line);
        assert_eq!((input.shape(), width), ([1, 3, 48, 96], 80));
        let last = input[[0, 2, 47, 95]];
        assert!((last - level(200)).abs() < 1e-6);
        let long = GrayImage::new(100_000, 10);
        assert_eq!(input_of(&long).1, MAX_WIDTH);
    }

    #[test]
    fn readings_are_alike_but_for_rounding() {
        let one = vec![vec![('1', 0.98), ('7', 0.01)], Vec::new()];
        let rounded = vec![
            vec![('1', 0.980_1), ('7', 0.01), ('4', 0.000_1)],
            Vec::new(),
        ];
        assert!(are_alike(&one, &rounded) && are_alike(&rounded, &one));
        for other in [
            vec![vec![('1', 0.97), ('7', 0.01)], Vec::new()],
            vec![vec![('1', 0.98), ('4', 0.01)], Vec::new()],
            vec![vec![('1', 0.98)], Vec::new()],
            vec![vec![('1', 0.98), ('7', 0.01)]],
        ] {
            assert!(!are_alike(&one, &other), "{other:?}");
        }
    }

    #[test]
    fn what_is_no_model_is_an_error() {
        assert!(matches!(
            LineEngine::from_bytes(b"no model".to_vec()),
            Err(EngineError::Model { .. })
        ));
        assert!(matches!(
            LineEngine::load(Path::new("/no/such/model.onnx")),
            Err(EngineError::Model { .. })
        ));
    }
}
