//! The network's last layer for the few characters that a box may hold.
//!
//! It tells 18,709 characters apart, which is a seventh of the time that a line costs; a box of digits
//! or kana may hold ten to two hundred of them. What is left to the others is scaled away
//! afterwards ([`ctc::single`]), so the columns of the others need not be computed: the run ends
//! before the last layer, and its columns under the mask are multiplied here. The reading is the same.

use rten::{Model, NodeId, RunOptions};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::super::ctc::{self, Mask};
use super::super::{BoxReading, one_thread};

/// What the last layer takes (1 x channels x 1 x steps), its weights (channels x classes) and what is
/// added. A network that has no such names is run to its end.
const SEEN: &str = "Add.207";
const WEIGHTS: &str = "linear_8.w_0";
const ADDED: &str = "linear_8.b_0";

/// With more characters than these (kanji) the network's own multiplication is faster.
const MOST: usize = 512;

/// The last layer under one charset, and where the network's run ends before it.
pub(super) struct Few {
    seen: NodeId,
    layer: Layer,
}

/// Columns of the layer.
struct Layer {
    /// Of these columns alone, in their order.
    mask: Mask,
    columns: Vec<Column>,
}

struct Column {
    weights: Vec<f32>,
    added: f32,
}

impl Few {
    /// `None` where the network or the charset is not one for this.
    pub(super) fn of(model: &Model, mask: &Mask) -> Option<Self> {
        let [seen, weights, added] = [SEEN, WEIGHTS, ADDED].map(|name| model.find_node(name));
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        let mut whole = model
            .run(Vec::new(), &[weights?, added?], Some(options))
            .ok()?
            .into_iter();
        let weights: NdTensor<f32, 2> = whole.next()?.try_into().ok()?;
        let added: NdTensor<f32, 1> = whole.next()?.try_into().ok()?;
        Some(Self {
            seen: seen?,
            layer: Layer::of(&weights, &added, mask)?,
        })
    }

    /// The tensor that it takes.
    pub(super) fn takes(&self) -> NodeId {
        self.seen
    }

    /// What stands in each of `boxes` parts of `steps` steps; `None` when `seen` is not what the layer
    /// takes.
    pub(super) fn read(
        &self,
        seen: &NdTensor<f32, 4>,
        parts: (usize, usize),
    ) -> Option<Vec<BoxReading>> {
        self.layer.read(seen, parts)
    }
}

impl Layer {
    fn of(weights: &NdTensor<f32, 2>, added: &NdTensor<f32, 1>, mask: &Mask) -> Option<Self> {
        let (places, mask) = mask.narrowed();
        let [channels, classes] = weights.shape();
        let few = places.len() <= MOST && places.iter().all(|place| *place < classes);
        if !few || added.shape() != [classes] {
            return None;
        }
        let column = |place: &usize| Column {
            weights: (0..channels).map(|c| weights[[c, *place]]).collect(),
            added: added[[*place]],
        };
        let columns = places.iter().map(column).collect();
        Some(Self { mask, columns })
    }

    fn read(
        &self,
        seen: &NdTensor<f32, 4>,
        (boxes, steps): (usize, usize),
    ) -> Option<Vec<BoxReading>> {
        let [_, channels, height, wide] = seen.shape();
        let fits = height == 1
            && wide >= boxes * steps
            && self.columns.iter().all(|c| c.weights.len() == channels);
        if !fits {
            return None;
        }
        let rows: Vec<f32> = (0..boxes * steps)
            .flat_map(|step| {
                let features: Vec<f32> = (0..channels).map(|c| seen[[0, c, 0, step]]).collect();
                self.probabilities(&features)
            })
            .collect();
        let classes = self.columns.len();
        let read = rows
            .chunks(steps * classes)
            .map(|part| ctc::single(part, classes, &self.mask));
        Some(read.collect())
    }

    /// Softmax over the columns.
    fn probabilities(&self, features: &[f32]) -> Vec<f32> {
        let logit = |column: &Column| {
            let products = column.weights.iter().zip(features);
            column.added + products.map(|(w, x)| w * x).sum::<f32>()
        };
        let logits: Vec<f32> = self.columns.iter().map(logit).collect();
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = logits.iter().map(|v| (v - top).exp()).collect();
        let total: f32 = weights.iter().sum();
        weights.iter().map(|w| w / total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;

    /// Classes: none, `1`, `7`, `戶`.
    const ALPHABET: [char; 3] = ['1', '7', '戶'];
    const CLASSES: usize = 4;
    /// A channel for each class that it speaks for.
    const CHANNELS: usize = 4;

    /// What is seen in a channel counts threefold for its class, and a little for the next.
    fn layer(charset: &Charset) -> Option<Layer> {
        let mut weights = NdTensor::zeros([CHANNELS, CLASSES]);
        for class in 0..CLASSES {
            weights[[class, class]] = 3.0;
            weights[[class, (class + 1) % CLASSES]] = 0.5;
        }
        let added = NdTensor::from_data([CLASSES], vec![0.1, 0.0, -0.1, 0.2]);
        Layer::of(&weights, &added, &Mask::new(&ALPHABET, charset))
    }

    /// A step a class; between two boxes of two steps each.
    fn seen(classes: &[usize]) -> NdTensor<f32, 4> {
        let mut out = NdTensor::zeros([1, CHANNELS, 1, classes.len()]);
        for (step, class) in classes.iter().enumerate() {
            out[[0, *class, 0, step]] = 2.0;
        }
        out
    }

    #[test]
    fn boxes_are_read_from_the_columns_of_their_characters() {
        let layer = layer(&Charset::Digits).expect("few characters");
        assert_eq!(layer.columns.len(), 3, "what no digit needs is left out");
        // Of a foreign character only what it gives to the digits and to none is left.
        let read = layer
            .read(&seen(&[1, 0, 0, 2, 3, 3]), (3, 2))
            .expect("fits");
        assert_eq!((read[0][0].0, read[1][0].0), ('1', '7'));
        assert!(read[0][0].1 > 0.95 && read[1][0].1 > 0.95, "{read:?}");
        assert!(read[2].iter().all(|(_, p)| *p < 0.5), "{read:?}");
        let whole = [3.0 * 2.0, 0.1 + 0.0, -0.1 + 0.5 * 2.0].map(f32::exp);
        let share = f64::from(whole[0] / whole.iter().sum::<f32>());
        let step = layer.read(&seen(&[1]), (1, 1)).expect("fits");
        assert!((step[0][0].1 - share).abs() < 1e-6, "{step:?}, {share}");
    }

    #[test]
    fn what_does_not_fit_is_not_read() {
        let layer = layer(&Charset::Digits).expect("few characters");
        assert!(layer.read(&seen(&[1, 0]), (2, 2)).is_none(), "too short");
        let narrow = NdTensor::zeros([1, CHANNELS - 1, 1, 4]);
        assert!(layer.read(&narrow, (2, 2)).is_none(), "other channels");
        let many: Vec<char> = ('一'..='鿿').take(MOST).collect();
        let mask = Mask::new(&many, &Charset::Any);
        let weights = NdTensor::zeros([1, MOST + 1]);
        let added = NdTensor::zeros([MOST + 1]);
        assert!(Layer::of(&weights, &added, &mask).is_none(), "too many");
    }
}
