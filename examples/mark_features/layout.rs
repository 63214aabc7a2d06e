//! Cards full of questions of every layout.

use hagaki::form::{
    Anchors, BoxShape, Corrected, CrossMeans, Field, FieldId, MarkOption, MarkZone, Side,
    ValueKind, Zone,
};
use hagaki::geom::{Rect, Size};
use hagaki::lang::Text;
use hagaki::synth::hand::between;
use rand::Rng;
use rand_chacha::ChaCha8Rng as R;

const WORDS: [&str; 16] = [
    "希望する",
    "希望しない",
    "未定",
    "はい",
    "いいえ",
    "有",
    "無",
    "男",
    "女",
    "必要",
    "不要",
    "その他",
    "会場で受ける",
    "同意します",
    "A",
    "1",
];

/// A card full of questions: boxes with words, words to circle, boxes alone, bubbles.
pub(crate) fn layout(rng: &mut R) -> Side {
    let mut fields = Vec::new();
    let mut y = between(rng, 5.0, 10.0);
    while y < 138.0 {
        let kind = rng.random_range(0..10);
        let height = between(rng, 3.0, 5.2);
        let options = row(kind, (y, height), rng);
        if options.len() > 1 {
            fields.push(question(fields.len(), options, kind));
        }
        y += height + between(rng, 3.2, 7.0);
    }
    Side {
        id: "answer".into(),
        size: Size { w: 100.0, h: 148.0 },
        anchors: Anchors::Auto,
        blank: None,
        key: None,
        mark: None,
        fields,
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: false,
    }
}

fn row(kind: u32, (y, height): (f64, f64), rng: &mut R) -> Vec<MarkOption> {
    let mut options = Vec::new();
    let mut x = between(rng, 5.0, 18.0);
    let gap = between(rng, 3.0, 8.0);
    let tight = between(rng, 0.8, 1.8);
    while options.len() < 6 {
        let label = WORDS[rng.random_range(0..WORDS.len())];
        let em = height.min(4.2) * 0.8;
        let wide = (label.chars().count() as f64 * em).max(3.5);
        let boxed = (kind != 6 && kind != 7).then(|| Rect::new(x, y, height, height));
        let start = boxed.map_or(x, |b| b.right() + tight);
        let word = match kind {
            0..=5 => Some(Rect::new(start, y - 0.3, wide + 0.6, height + 0.6)),
            6..=7 => Some(Rect::new(start, y - 0.8, wide + 2.4, height + 1.6)),
            _ => None,
        };
        let end = word.map_or(start + wide, Rect::right);
        if end > 96.0 {
            break;
        }
        options.push(MarkOption {
            value: format!("o{}", options.len()),
            label: label.into(),
            boxed,
            word,
        });
        x = end + gap;
    }
    options
}

fn question(n: usize, options: Vec<MarkOption>, kind: u32) -> Field {
    let zone = MarkZone {
        at_most: options.len(),
        at_least: 0,
        options,
        shape: if kind == 9 {
            BoxShape::Bubble
        } else {
            BoxShape::Square
        },
        cross_means: CrossMeans::Ask,
        corrected: Corrected::Ask,
    };
    Field {
        id: FieldId(format!("q{n}")),
        label: Text {
            ja: String::new(),
            en: String::new(),
        },
        required: false,
        consent: false,
        target_error: 0.001,
        ditto_from: None,
        zone: Zone::Marks(zone),
        value: ValueKind::Choice,
    }
}
