//! The project's own networks for boxed characters, run by `rten`. Weights and cards are part of
//! the binary: these readers are always there.

use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use serde::Deserialize;

use super::{CharacterReader, EngineError, Glyph, GlyphReading, one_thread};
use crate::charset::{Charset, large_kana, small_kana};
use crate::digest::Digest;

/// Sides of the networks' inputs, in pixels: kanji need more than digits and kana.
const SIDES: [usize; 2] = [32, 48];

/// How many alternatives a reading keeps.
const ALTERNATIVES: usize = 5;

/// Glyphs that go through the network at once: bounds the memory of a long comb.
const BATCH: usize = 64;

const BLANK: &str = "blank";
const REJECT: &str = "reject";

/// A network with its alphabet and its temperature.
pub struct Network {
    name: String,
    model: Model,
    classes: Vec<Class>,
    temperature: f64,
    side: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Blank,
    Reject,
    Char(char),
}

/// What stands beside the weights; other keys of the file are for people.
#[derive(Deserialize)]
struct Card {
    name: String,
    sha256: String,
    input: usize,
    temperature: f64,
    classes: Vec<String>,
}

/// All networks of the project, in the order in which a charset looks for its reader.
pub fn networks() -> Result<Vec<Box<dyn CharacterReader>>, EngineError> {
    Ok(vec![
        Box::new(Network::digits()?),
        Box::new(Network::kana()?),
        Box::new(Network::jis1()?),
    ])
}

impl Network {
    /// Digits, 80,000 parameters: `models/digits.md`.
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
        })
    }

    /// The raw logits of a batch, a row a glyph, in the order of the card's classes.
    pub fn logits(&self, glyphs: &[Glyph]) -> Result<Vec<Vec<f32>>, EngineError> {
        let size = self.side * self.side;
        let mut pixels = Vec::with_capacity(glyphs.len() * size);
        for glyph in glyphs {
            if glyph.0.len() != size {
                return Err(self.broken("a glyph has the wrong size"));
            }
            pixels.extend_from_slice(&glyph.0);
        }
        let input = NdTensor::from_data([glyphs.len(), 1, self.side, self.side], pixels);
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let output = self
            .model
            .run_one(input.view().into(), Some(options))
            .map_err(|e| self.broken(&e.to_string()))?;
        let output: NdTensor<f32, 2> = output
            .try_into()
            .map_err(|_| self.broken("the output is no table of numbers"))?;
        if output.shape() != [glyphs.len(), self.classes.len()] {
            return Err(self.broken("the output does not fit the classes"));
        }
        Ok((0..glyphs.len())
            .map(|row| row_of(&output.view(), row))
            .collect())
    }

    fn broken(&self, why: &str) -> EngineError {
        EngineError::Run {
            name: self.name.clone(),
            why: why.to_owned(),
        }
    }

    /// Softmax at the card's temperature over the characters of `charset`, blank and reject.
    fn reading(&self, logits: &[f32], charset: &Charset) -> GlyphReading {
        let scaled = |v: f32| f64::from(v) / self.temperature;
        let open: Vec<(Class, f64)> = self
            .classes
            .iter()
            .zip(logits)
            .filter(|(class, _)| class.is_open(charset))
            .map(|(class, v)| (*class, scaled(*v)))
            .collect();
        let top = open
            .iter()
            .map(|(_, v)| *v)
            .fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = open.iter().map(|(_, v)| (v - top).exp()).sum();
        let mut out = GlyphReading {
            alternatives: Vec::new(),
            blank: 0.0,
            reject: 0.0,
        };
        for (class, v) in open {
            let p = (v - top).exp() / total;
            match class {
                Class::Blank => out.blank = p,
                Class::Reject => out.reject = p,
                Class::Char(c) => out.alternatives.push((c, p)),
            }
        }
        // Stable: equal probabilities stay in the order of the classes.
        out.alternatives.sort_by(|a, b| b.1.total_cmp(&a.1));
        out.alternatives.truncate(ALTERNATIVES);
        out
    }
}

impl CharacterReader for Network {
    fn name(&self) -> &str {
        &self.name
    }

    fn side(&self) -> usize {
        self.side
    }

    fn knows(&self, charset: &Charset) -> bool {
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

    fn read(&self, glyphs: &[Glyph], charset: &Charset) -> Result<Vec<GlyphReading>, EngineError> {
        let mut out = Vec::with_capacity(glyphs.len());
        for batch in glyphs.chunks(BATCH) {
            for row in self.logits(batch)? {
                out.push(self.reading(&row, charset));
            }
        }
        Ok(out)
    }
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
    fn probabilities_add_up_and_stay_in_the_charset() {
        let network = Network::digits().expect("digits");
        let side = network.side();
        let mut pixels = vec![0.0; side * side];
        for y in 4..side - 4 {
            pixels[y * side + side / 2 - 1] = 1.0;
            pixels[y * side + side / 2] = 1.0;
        }
        let glyphs = vec![Glyph(pixels); 70];
        let some = Charset::Only(['2', '3'].into());
        let read = network.read(&glyphs, &some).expect("runs");
        assert_eq!(read.len(), 70);
        let total: f64 = read[0].alternatives.iter().map(|a| a.1).sum();
        assert!((total + read[0].blank + read[0].reject - 1.0).abs() < 1e-9);
        assert!(read[0].alternatives.iter().all(|a| "23".contains(a.0)));
        assert!(
            read.iter().all(|r| r == &read[0]),
            "a batch changes nothing"
        );
        let all = network.read(&glyphs[..1], &Charset::Digits).expect("runs");
        assert_eq!(all[0].alternatives[0].0, '1');
        assert_eq!(all[0].alternatives.len(), 5);
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
    fn a_glyph_of_the_wrong_size_is_an_error() {
        let network = Network::digits().expect("digits");
        let fault = network
            .read(&[Glyph(vec![0.0; 10])], &Charset::Digits)
            .expect_err("refused");
        assert!(matches!(fault, EngineError::Run { .. }), "{fault}");
    }
}
