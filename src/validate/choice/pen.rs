//! What the paleness of ink says of its kind: no window round one option tells a soft pencil from what
//! an eraser left of a hard one, and the other answers of the page do.
//!
//! The network's probabilities are multiplied by how often ink of a kind is this pale (Bayes' rule).
//! The network sees the same ink's absolute darkness, so that the two are not independent; an exponent
//! below 1 allows for it. Measured on made sheets of seeds other than those of the figures in
//! `models/marks.md`.

/// Below this paleness: which share of 8,882 answers, of 467 rubbed-out marks and of 2,805 options of
/// blank questions with some ink made sheets have from there down to the row before.
const PALENESS: [(f64, f64, f64, f64); 10] = [
    (0.1, 0.802, 0.135, 0.145),
    (0.2, 0.111, 0.036, 0.032),
    (0.3, 0.040, 0.024, 0.021),
    (0.4, 0.018, 0.030, 0.017),
    (0.5, 0.010, 0.030, 0.020),
    (0.6, 0.0057, 0.041, 0.0225),
    (0.7, 0.0042, 0.056, 0.023),
    (0.8, 0.0045, 0.137, 0.0275),
    (0.9, 0.0030, 0.265, 0.147),
    (1.0, 0.0013, 0.246, 0.545),
];

/// How much of that the network does not know already.
const INDEPENDENT: f64 = 0.6;

/// What the probabilities of a mark by the page's pen and of a rubbed-out one are multiplied by, those
/// of no mark being left as they are.
pub(super) struct Weights {
    pub(super) by_pen: f64,
    pub(super) ghost: f64,
}

/// The weights of ink this much paler than the page's answers (0 to 1).
pub(super) fn weights(pale: f64) -> Weights {
    let last = PALENESS[PALENESS.len() - 1];
    let (_, answers, ghosts, blanks) = *PALENESS.iter().find(|row| pale < row.0).unwrap_or(&last);
    Weights {
        by_pen: (answers / blanks).powf(INDEPENDENT),
        ghost: (ghosts / blanks).powf(INDEPENDENT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paler_the_ink_the_less_an_answer_and_the_more_a_rubbed_out_one() {
        let at: Vec<f64> = (0..10)
            .map(|i| weights(f64::from(i) / 10.0 + 0.05))
            .map(|w| w.by_pen / w.ghost)
            .collect();
        assert!(at.windows(2).all(|p| p[1] < p[0]), "{at:?}");
        assert!(at[0] > 2.0 && at[9] < 0.1);
        assert!(weights(1.0).by_pen < 0.1 && weights(0.0).by_pen > 1.0);
    }
}
