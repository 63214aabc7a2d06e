//! A network over patches of paper, run by `rten`: planes of numbers in, calibrated probabilities
//! of classes that exclude each other and of flags that do not, out. What the planes and the classes mean is the caller's.

use rten::{Model, RunOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use serde::Deserialize;

use super::{EngineError, one_thread};
use crate::digest::Digest;

/// Patches that go through the network at once: bounds the memory of a sheet of bubbles.
const BATCH: usize = 32;

/// A network with its classes and its temperature.
pub struct PatchNetwork {
    name: String,
    model: Model,
    /// Planes, rows, columns.
    input: [usize; 3],
    classes: Vec<String>,
    flags: Vec<String>,
    temperature: f64,
}

/// What the network says of one patch.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchReading {
    /// The probability of each class; they add up to 1.
    pub classes: Vec<f64>,
    /// The probability of each flag.
    pub flags: Vec<f64>,
}

/// What stands beside the weights; other keys of the file are for people.
#[derive(Deserialize)]
struct Card {
    name: String,
    sha256: String,
    input: [usize; 3],
    temperature: f64,
    classes: Vec<String>,
    flags: Vec<String>,
}

impl PatchNetwork {
    /// Loads weights and card.
    ///
    /// # Errors
    /// When they do not belong together, or the runtime cannot load the weights.
    pub fn new(weights: &'static [u8], card: &str) -> Result<Self, EngineError> {
        let unusable = |name: &str, why: &str| EngineError::Model {
            name: name.to_owned(),
            why: why.to_owned(),
        };
        let card: Card = toml::from_str(card).map_err(|e| unusable("card", &e.to_string()))?;
        let digest = Digest::of(weights);
        if digest.to_string() != card.sha256 {
            let why = "the weights are not those of the card";
            return Err(unusable(&card.name, why));
        }
        if !(card.temperature.is_finite() && card.temperature > 0.0) {
            return Err(unusable(&card.name, "the temperature is no number above 0"));
        }
        let model =
            Model::load_static_slice(weights).map_err(|e| unusable(&card.name, &e.to_string()))?;
        Ok(Self {
            name: format!("{}@{}", card.name, digest.short()),
            model,
            input: card.input,
            classes: card.classes,
            flags: card.flags,
            temperature: card.temperature,
        })
    }

    /// The name and the digest of the weights, for provenance.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Planes, rows and columns of a patch.
    pub fn input(&self) -> [usize; 3] {
        self.input
    }

    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    pub fn flags(&self) -> &[String] {
        &self.flags
    }

    /// Reads patches: each holds all its planes, row by row.
    ///
    /// # Errors
    /// When the runtime fails or a patch has another size than the network's input.
    pub fn classify(&self, patches: &[Vec<f32>]) -> Result<Vec<PatchReading>, EngineError> {
        let mut out = Vec::with_capacity(patches.len());
        for batch in patches.chunks(BATCH) {
            out.extend(self.batch(batch)?);
        }
        Ok(out)
    }

    fn batch(&self, patches: &[Vec<f32>]) -> Result<Vec<PatchReading>, EngineError> {
        let broken = |why: &str| EngineError::Run {
            name: self.name.clone(),
            why: why.to_owned(),
        };
        let [planes, rows, columns] = self.input;
        if patches.iter().any(|p| p.len() != planes * rows * columns) {
            return Err(broken("a patch has the wrong size"));
        }
        let shape = [patches.len(), planes, rows, columns];
        let input = NdTensor::from_data(shape, patches.concat());
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let output = self
            .model
            .run_one(input.view().into(), Some(options))
            .map_err(|e| broken(&e.to_string()))?;
        let output: NdTensor<f32, 2> = output
            .try_into()
            .map_err(|_| broken("the output is no table of numbers"))?;
        let classes = self.classes.len();
        if output.shape() != [patches.len(), classes + self.flags.len()] {
            return Err(broken("the output does not fit the classes"));
        }
        let at = |i: usize, k: usize| f64::from(output[[i, k]]);
        let row = |i: usize| PatchReading {
            classes: softmax((0..classes).map(|k| at(i, k) / self.temperature).collect()),
            flags: (0..self.flags.len())
                .map(|k| 1.0 / (1.0 + (-at(i, classes + k)).exp()))
                .collect(),
        };
        Ok((0..patches.len()).map(row).collect())
    }
}

fn softmax(logits: Vec<f64>) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits.into_iter().map(|z| (z - top).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|p| p / sum).collect()
}
