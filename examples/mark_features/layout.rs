//! Cards full of questions of every layout.

use hagaki::form::{
    Align, Anchors, BoxShape, Corrected, CrossMeans, Field, FieldId, MarkOption, MarkZone,
    PrintItem, Side, ValueKind, Zone,
};
use hagaki::geom::{Point, Rect, Size};
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

/// What is printed above and beside questions.
const PRINTED: [&str; 6] = [
    "問1 当てはまるものに○をつけてください。",
    "（複数回答可）",
    "問2",
    "※必ずお選びください",
    "接種を希望されますか",
    "Please choose one.",
];

/// A card full of questions: boxes with words, words to circle, boxes alone, bubbles, in rows and
/// in columns, with print between them.
pub(crate) fn layout(rng: &mut R) -> Side {
    let (mut fields, mut print) = (Vec::new(), Vec::new());
    let mut y = between(rng, 5.0, 10.0);
    while y < 138.0 {
        let kind = rng.random_range(0..10);
        let height = between(rng, 3.0, 5.2);
        if rng.random_bool(0.5) {
            let size = between(rng, 2.2, 3.4);
            print.push(text(between(rng, 4.0, 30.0), y, size, rng));
            y += size + between(rng, 0.6, 2.5);
        }
        let tall = rng.random_bool(0.2);
        let options = if tall {
            column(kind, (y, height), rng)
        } else {
            row(kind, (y, height), rng)
        };
        let bottom = options.iter().flat_map(|o| [o.boxed, o.word]).flatten();
        let bottom = bottom.map(Rect::bottom).fold(y + height, f64::max);
        if options.len() > 1 && bottom < 145.0 {
            fields.push(question(fields.len(), options, kind));
        }
        y = bottom + between(rng, 2.2, 7.0);
    }
    if rng.random_bool(0.3) {
        let x = between(rng, 1.5, 3.0);
        let rect = Rect::new(x, x, 100.0 - 2.0 * x, 148.0 - 2.0 * x);
        print.push(PrintItem::Box {
            rect,
            width: 0.3,
            gray: 0,
            fill: None,
        });
    }
    Side {
        id: "answer".into(),
        size: Size { w: 100.0, h: 148.0 },
        anchors: Anchors::Auto,
        blank: None,
        key: None,
        mark: None,
        fields,
        print,
        rules: Vec::new(),
        margin_notes: false,
    }
}

fn text(x: f64, y: f64, size: f64, rng: &mut R) -> PrintItem {
    PrintItem::Text {
        at: Point::new(x, y),
        text: PRINTED[rng.random_range(0..PRINTED.len())].into(),
        size,
        align: Align::Left,
        bold: rng.random_bool(0.2),
        vertical: false,
    }
}

/// Box, word and right end of an option.
fn place(kind: u32, (x, y, height): (f64, f64, f64), tight: f64, rng: &mut R) -> (MarkOption, f64) {
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
    let option = MarkOption {
        value: String::new(),
        label: label.into(),
        boxed,
        word,
    };
    (option, end)
}

fn row(kind: u32, (y, height): (f64, f64), rng: &mut R) -> Vec<MarkOption> {
    let mut options = Vec::new();
    let mut x = between(rng, 5.0, 18.0);
    let gap = between(rng, 1.5, 8.0);
    let tight = between(rng, 0.8, 1.8);
    while options.len() < 6 {
        let (option, end) = place(kind, (x, y, height), tight, rng);
        if end > 96.0 {
            break;
        }
        options.push(numbered(option, options.len()));
        x = end + gap;
    }
    options
}

fn column(kind: u32, (y, height): (f64, f64), rng: &mut R) -> Vec<MarkOption> {
    let x = between(rng, 5.0, 40.0);
    let (tight, pitch) = (between(rng, 0.8, 1.8), height + between(rng, 1.4, 4.0));
    let count = rng.random_range(2..6);
    let one = |i: usize| {
        let (option, _) = place(kind, (x, y + pitch * i as f64, height), tight, rng);
        numbered(option, i)
    };
    (0..count).map(one).collect()
}

fn numbered(option: MarkOption, i: usize) -> MarkOption {
    MarkOption {
        value: format!("o{i}"),
        ..option
    }
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
    Field::new(
        FieldId(format!("q{n}")),
        Zone::Marks(zone),
        ValueKind::Choice,
    )
}
