//! The trained classifier: the paper at one option to the probabilities of what its ink is.
//!
//! A small convolutional network over the option's [`Patch`], trained and calibrated on drawn cards
//! by `training/marks.py`; figures, limits and data stand in `models/marks.md`.

use std::sync::LazyLock;

use super::patch::{COLUMNS, PLANES, Patch, ROWS};
use crate::engine::EngineError;
use crate::engine::patches::{PatchNetwork, PatchReading};
use crate::read::MarkState;

/// Less likely kinds are not kept.
const HOPELESS: f64 = 0.000_02;

/// What the guard before the network is worth: of 20,000 options of drawn cards at which nothing
/// can be seen one is an answer.
const UNTOUCHED: f64 = 0.99995;

/// What the network says of one option.
pub(super) struct Seen {
    /// What its ink may be, most likely first, the hopeless left out.
    pub(super) kinds: Vec<(MarkState, f64)>,
    /// The probability that words or a number stand on it or beside it.
    pub(super) written: f64,
}

/// The network in memory.
struct Network {
    net: PatchNetwork,
    classes: Vec<MarkState>,
}

/// The network that ships.
///
/// # Panics
/// Never with the files that are built in: every test of the marks reads by them.
fn shipped() -> &'static Network {
    static NETWORK: LazyLock<Network> =
        LazyLock::new(|| Network::built_in().expect("the weights that are built in"));
    &NETWORK
}

impl Network {
    fn built_in() -> Option<Self> {
        let weights = include_bytes!("../../../models/marks.onnx");
        let net = PatchNetwork::new(weights, include_str!("../../../models/marks.toml")).ok()?;
        let class = |name: &String| serde_json::from_value(name.as_str().into()).ok();
        let classes: Option<Vec<MarkState>> = net.classes().iter().map(class).collect();
        let fits = net.input() == [PLANES, ROWS, COLUMNS] && net.flags() == ["written"];
        let classes = classes.filter(|_| fits)?;
        Some(Self { net, classes })
    }
}

/// Name and digest of the weights.
pub(super) fn name() -> &'static str {
    shipped().net.name()
}

/// What the ink of each option is. Where nothing can be seen, nobody is asked.
///
/// # Errors
/// When the runtime fails.
pub(super) fn look(patches: &[Patch]) -> Result<Vec<Seen>, EngineError> {
    let network = shipped();
    let touched = patches.iter().filter(|p| p.is_touched());
    let planes: Vec<Vec<f32>> = touched.map(|p| p.planes().collect()).collect();
    let mut readings = network.net.classify(&planes)?.into_iter();
    let one = |patch: &Patch| {
        let reading = patch.is_touched().then(|| readings.next()).flatten();
        reading.map_or_else(untouched, |r| seen(network, &r))
    };
    Ok(patches.iter().map(one).collect())
}

fn untouched() -> Seen {
    Seen {
        kinds: vec![(MarkState::Empty, UNTOUCHED)],
        written: 0.0,
    }
}

fn seen(network: &Network, reading: &PatchReading) -> Seen {
    let all = network
        .classes
        .iter()
        .copied()
        .zip(reading.classes.iter().copied());
    let mut kinds: Vec<(MarkState, f64)> = all.filter(|k| k.1 >= HOPELESS).collect();
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    Seen {
        kinds,
        written: reading.flags[0],
    }
}
