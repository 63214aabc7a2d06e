//! The measures of one option as the classifier's inputs: every number between about 0 and 3, in
//! a fixed order that the weights depend on.

use crate::read::MarkMeasures;

/// How many inputs there are.
pub const INPUTS: usize = 41;

/// Names of the inputs, for the training data and the model's card.
pub const NAMES: [&str; INPUTS] = [
    "box_share",
    "word_share",
    "ring_share",
    "box_all",
    "word_all",
    "ring_all",
    "own",
    "darkness",
    "excess",
    "relative",
    "contrast",
    "unevenness",
    "across",
    "down",
    "enclosure",
    "box_round",
    "box_inside",
    "word_round",
    "word_inside",
    "box_line",
    "box_line_two",
    "word_line",
    "word_line_two",
    "cross_both",
    "cross_on",
    "cross_free",
    "holes",
    "thickness",
    "strokes",
    "extent",
    "turns_here",
    "far",
    "missing",
    "colored",
    "red",
    "saturation",
    "rival",
    "rival_round",
    "relative_to_rival",
    "boxed",
    "worded",
];

/// The inputs of one option; whether it has a box and a word is the form's to say.
pub fn inputs(m: &MarkMeasures, (boxed, worded): (bool, bool)) -> [f32; INPUTS] {
    let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
    let many = |x: f64| (1.0 + x.max(0.0)).ln();
    let all: [f64; INPUTS] = [
        m.box_share.sqrt(),
        m.word_share.sqrt(),
        m.ring_share.sqrt(),
        m.box_all.sqrt(),
        m.word_all.sqrt(),
        m.ring_all.sqrt(),
        m.own,
        m.darkness,
        many(m.excess) / 3.0,
        m.relative,
        m.contrast,
        m.unevenness,
        m.across,
        m.down,
        m.enclosure,
        m.box_round,
        m.box_inside,
        m.word_round,
        m.word_inside,
        m.box_line,
        m.box_line_two,
        m.word_line,
        m.word_line_two,
        m.cross_both,
        m.cross_on,
        m.cross_free,
        many(10.0 * m.holes),
        m.thickness,
        many(f64::from(m.strokes)),
        many(m.extent),
        flag(m.turns_here),
        m.far,
        m.missing,
        flag(m.colored),
        4.0 * m.red,
        2.0 * m.saturation,
        m.rival,
        m.rival_round,
        m.relative / (m.relative + m.rival).max(0.05),
        flag(boxed),
        flag(worded),
    ];
    all.map(|x| x.clamp(-3.0, 3.0) as f32)
}
