//! The project's own networks for boxed characters, run by `rten`. Weights and cards are part of
//! the binary: these readers are always there.

use std::sync::Arc;

use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use serde::Deserialize;

use super::panel::Panel;
use super::{CharacterReader, EngineError, one_thread};
use crate::charset::{Charset, large_kana, small_kana};
use crate::digest::Digest;

/// Sides of the networks' inputs, in pixels: kanji need more than digits and kana.
const SIDES: [usize; 2] = [32, 48];

const BLANK: &str = "blank";
const REJECT: &str = "reject";

/// A network with its alphabet and its temperature.
pub struct Network {
    name: String,
    model: Model,
    classes: Vec<Class>,
    temperature: f64,
    side: usize,
    fitted: Option<Fitted>,
}

/// What a network may say of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Blank,
    Reject,
    Char(char),
}

/// Classes that compete for one picture, with the natural logarithms of their probabilities.
pub(super) type Opinion = Vec<(Class, f64)>;

/// What stands beside the weights; other keys of the file are for people.
#[derive(Deserialize)]
struct Card {
    name: String,
    sha256: String,
    input: usize,
    temperature: f64,
    classes: Vec<String>,
    panel: Option<Fitted>,
}

/// How this network and a second one are pooled: `training/panel.py`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Fitted {
    /// The name of the second one's card.
    pub(super) second: String,
    /// Exponents of the two.
    pub(super) weights: [f64; 2],
}

/// All networks of the project, in the order in which a charset looks for its reader.
pub fn networks() -> Result<Vec<Box<dyn CharacterReader>>, EngineError> {
    let jis1 = Arc::new(Network::jis1()?);
    Ok(vec![
        Box::new(Panel::with(Network::digits()?, &jis1)?),
        Box::new(Panel::with(Network::kana()?, &jis1)?),
        Box::new(Panel::alone(jis1)),
    ])
}

impl Network {
    /// Digits: `models/digits.md`.
    pub fn digits() -> Result<Self, EngineError> {
        Self::new(
            include_bytes!("../../models/digits.onnx"),
            include_str!("../../models/digits.toml"),
        )
    }

    /// Hiragana and katakana; small kana read as large ones: `models/kana.md`.
    pub fn kana() -> Result<Self, EngineError> {
        Self::new(
            include_bytes!("../../models/kana.onnx"),
            include_str!("../../models/kana.toml"),
        )
    }

    /// Kanji of JIS level 1, kana, digits and capitals: `models/jis1.md`.
    pub fn jis1() -> Result<Self, EngineError> {
        Self::new(
            include_bytes!("../../models/jis1.onnx"),
            include_str!("../../models/jis1.toml"),
        )
    }

    /// Loads weights and card; they must belong together.
    fn new(weights: &'static [u8], card: &str) -> Result<Self, EngineError> {
        let card: Card = toml::from_str(card).map_err(|e| unusable("card", &e.to_string()))?;
        let digest = Digest::of(weights);
        if digest.to_string() != card.sha256 {
            return Err(unusable(
                &card.name,
                "the weights are not those of the card",
            ));
        }
        let sane = card.temperature.is_finite() && card.temperature > 0.0;
        if !SIDES.contains(&card.input) || !sane {
            return Err(unusable(&card.name, "the card does not fit this program"));
        }
        let classes = card
            .classes
            .iter()
            .map(|c| class(c))
            .collect::<Option<Vec<_>>>();
        let classes = classes.ok_or_else(|| unusable(&card.name, "a class is no character"))?;
        let model =
            Model::load_static_slice(weights).map_err(|e| unusable(&card.name, &e.to_string()))?;
        let name = format!("{}@{}", card.name, digest.short());
        Ok(Self {
            name,
            model,
            classes,
            temperature: card.temperature,
            side: card.input,
            fitted: card.panel,
        })
    }

    /// Name of the card and digest of the weights.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Side of the pictures that it takes, in pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    pub(super) fn fitted(&self) -> Option<&Fitted> {
        self.fitted.as_ref()
    }

    /// The raw logits of a batch, a row a picture, in the order of the card's classes. A picture is
    /// [`Self::side`] pixels square, row by row.
    pub fn logits(&self, pictures: &[&[f32]]) -> Result<Vec<Vec<f32>>, EngineError> {
        let size = self.side * self.side;
        let mut pixels = Vec::with_capacity(pictures.len() * size);
        for picture in pictures {
            if picture.len() != size {
                return Err(self.broken("a glyph has the wrong size"));
            }
            pixels.extend_from_slice(picture);
        }
        let input = NdTensor::from_data([pictures.len(), 1, self.side, self.side], pixels);
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let output = self
            .model
            .run_one(input.view().into(), Some(options))
            .map_err(|e| self.broken(&e.to_string()))?;
        let output: NdTensor<f32, 2> = output
            .try_into()
            .map_err(|_| self.broken("the output is no table of numbers"))?;
        if output.shape() != [pictures.len(), self.classes.len()] {
            return Err(self.broken("the output does not fit the classes"));
        }
        Ok((0..pictures.len())
            .map(|row| row_of(&output.view(), row))
            .collect())
    }

    fn broken(&self, why: &str) -> EngineError {
        EngineError::Run {
            name: self.name.clone(),
            why: why.to_owned(),
        }
    }

    /// Softmax at the card's temperature over the characters of `charset`, blank and reject, for
    /// each of the pictures.
    pub(super) fn opinions(
        &self,
        pictures: &[&[f32]],
        charset: &Charset,
    ) -> Result<Vec<Opinion>, EngineError> {
        let rows = self.logits(pictures)?;
        Ok(rows.iter().map(|row| self.opinion(row, charset)).collect())
    }

    fn opinion(&self, logits: &[f32], charset: &Charset) -> Opinion {
        let open = self.classes.iter().zip(logits);
        let scaled = open
            .filter(|(class, _)| class.is_open(charset))
            .map(|(class, v)| (*class, f64::from(*v) / self.temperature));
        normalized(scaled.collect())
    }

    /// Whether every character of the set is in the alphabet, small kana as large ones.
    pub(super) fn knows(&self, charset: &Charset) -> bool {
        let known = |c: char| self.classes.contains(&Class::Char(large_kana(c)));
        match charset {
            Charset::Only(set) => set.iter().all(|c| known(*c)),
            Charset::Digits => known('0'),
            Charset::Hiragana => known('あ'),
            Charset::Katakana => known('ア'),
            Charset::Kana => known('あ') && known('ア'),
            Charset::Upper => known('A'),
            Charset::Alnum => known('A') && known('0'),
            Charset::Jis1 => known('亜') && known('あ') && known('ア') && known('A') && known('0'),
            _ => false,
        }
    }
}

/// Logarithms of anything that is proportional to probabilities, made to add up to one.
pub(super) fn normalized(mut said: Opinion) -> Opinion {
    let top = said
        .iter()
        .map(|(_, v)| *v)
        .fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = said.iter().map(|(_, v)| (v - top).exp()).sum();
    for (_, v) in &mut said {
        *v -= top + total.ln();
    }
    said
}

impl Class {
    /// Whether the class competes under this charset.
    fn is_open(self, charset: &Charset) -> bool {
        match self {
            Self::Char(c) => charset.contains(c) || charset.contains(small_kana(c)),
            Self::Blank | Self::Reject => true,
        }
    }
}

fn class(text: &str) -> Option<Class> {
    match text {
        BLANK => Some(Class::Blank),
        REJECT => Some(Class::Reject),
        _ => {
            let mut chars = text.chars();
            let c = chars.next()?;
            chars.next().is_none().then_some(Class::Char(c))
        }
    }
}

fn row_of(table: &NdTensorView<'_, f32, 2>, row: usize) -> Vec<f32> {
    (0..table.size(1)).map(|k| table[[row, k]]).collect()
}

fn unusable(name: &str, why: &str) -> EngineError {
    EngineError::Model {
        name: name.to_owned(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Charset {
        Charset::named(name).expect("a charset")
    }

    #[test]
    fn each_charset_finds_its_network_or_none() {
        let all = networks().expect("networks");
        let first = |charset: &Charset| all.iter().position(|n| n.knows(charset));
        for (name, expected) in [
            ("digits", Some(0)),
            ("hiragana", Some(1)),
            ("katakana", Some(1)),
            ("kana", Some(1)),
            ("latin", None),
            ("jis1", Some(2)),
            ("alnum", Some(2)),
            ("jis2", None),
            ("any", None),
        ] {
            assert_eq!(first(&named(name)), expected, "{name}");
        }
        assert_eq!(first(&Charset::Only(['1', '2', '3'].into())), Some(0));
        assert_eq!(first(&Charset::Only(['ャ', 'ア'].into())), Some(1));
        assert_eq!(first(&Charset::Only(['1', 'ア'].into())), Some(2));
        assert_eq!(first(&Charset::Only(['有', '無'].into())), Some(2));
        assert_eq!(
            first(&Charset::Only(['M', 'T', 'S', 'H', 'R'].into())),
            Some(2)
        );
        assert_eq!(first(&Charset::Only(['弌'].into())), None);
    }

    #[test]
    fn weights_and_card_must_belong_together() {
        let weights = include_bytes!("../../models/digits.onnx");
        let card = include_str!("../../models/digits.toml");
        for (from, to) in [
            ("sha256 = \"", "sha256 = \"0"),
            ("\"reject\"", "\"two chars\""),
        ] {
            let fault = Network::new(weights, &card.replace(from, to))
                .err()
                .expect("refused");
            assert!(matches!(fault, EngineError::Model { .. }), "{fault}");
        }
    }

    #[test]
    fn a_picture_of_the_wrong_size_is_an_error() {
        let network = Network::digits().expect("digits");
        let fault = network.logits(&[&[0.0; 10]]).expect_err("refused");
        assert!(matches!(fault, EngineError::Run { .. }), "{fault}");
    }
}
