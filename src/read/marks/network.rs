//! The trained classifier: measures of one option to the probabilities of what its ink is.
//!
//! A network of two hidden layers, trained and calibrated on drawn cards by `training/marks.py`;
//! figures, limits and data stand in `models/marks.md`. Weights are little-endian floats, layer by
//! layer, a row of inputs and then the bias for each output; the inputs' scaling is folded into
//! the first layer, the temperature is applied here. 30 microseconds an option.

use std::sync::LazyLock;

use serde::Deserialize;

use super::features::{INPUTS, NAMES};
use crate::read::MarkState;

const WEIGHTS: &[u8] = include_bytes!("../../../models/marks.bin");
const SETTINGS: &str = include_str!("../../../models/marks.toml");

/// What the weights are and how they are used.
#[derive(Deserialize)]
struct Settings {
    name: String,
    inputs: Vec<String>,
    hidden: Vec<usize>,
    classes: Vec<MarkState>,
    temperature: f64,
}

/// The network in memory.
pub(super) struct Network {
    pub(super) name: String,
    layers: Vec<Layer>,
    classes: Vec<MarkState>,
    temperature: f32,
}

struct Layer {
    outputs: usize,
    /// For each output the inputs' weights and the bias.
    rows: Vec<f32>,
}

/// The network that ships.
///
/// # Panics
/// Never with the files that are built in: every test of the marks reads by them.
pub(super) fn shipped() -> &'static Network {
    static NETWORK: LazyLock<Network> =
        LazyLock::new(|| Network::parse(SETTINGS, WEIGHTS).expect("the weights that are built in"));
    &NETWORK
}

impl Network {
    fn parse(settings: &str, weights: &[u8]) -> Option<Self> {
        let settings: Settings = toml::from_str(settings).ok()?;
        if settings.inputs != NAMES {
            return None;
        }
        let (floats, rest) = weights.as_chunks::<4>();
        let floats: Vec<f32> = floats.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let mut floats = &floats[..];
        let (mut layers, mut width) = (Vec::new(), INPUTS);
        for outputs in settings
            .hidden
            .iter()
            .copied()
            .chain([settings.classes.len()])
        {
            let (rows, after) = floats.split_at_checked(outputs * (width + 1))?;
            layers.push(Layer {
                outputs,
                rows: rows.to_vec(),
            });
            (floats, width) = (after, outputs);
        }
        (rest.is_empty() && floats.is_empty()).then_some(Self {
            name: settings.name,
            layers,
            classes: settings.classes,
            temperature: settings.temperature as f32,
        })
    }

    /// The probabilities of all classes, most likely first.
    pub(super) fn classify(&self, inputs: &[f32; INPUTS]) -> Vec<(MarkState, f64)> {
        let last = self.layers.len() - 1;
        let mut values = inputs.to_vec();
        for (i, layer) in self.layers.iter().enumerate() {
            values = layer.apply(&values);
            if i < last {
                for v in &mut values {
                    *v = v.max(0.0);
                }
            }
        }
        let most = values.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f64> = values
            .iter()
            .map(|v| f64::from((v - most) / self.temperature).exp())
            .collect();
        let sum: f64 = powers.iter().sum();
        let shares = powers.into_iter().map(|p| p / sum);
        let mut all: Vec<_> = self.classes.iter().copied().zip(shares).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }
}

impl Layer {
    fn apply(&self, inputs: &[f32]) -> Vec<f32> {
        let rows = self.rows.chunks_exact(inputs.len() + 1);
        let dot = |row: &[f32]| {
            let (weights, bias) = row.split_at(inputs.len());
            weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f32>() + bias[0]
        };
        let out: Vec<f32> = rows.map(dot).collect();
        debug_assert_eq!(out.len(), self.outputs);
        out
    }
}
