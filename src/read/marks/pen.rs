//! How dark this person's marks are: what a rubbed-out mark is paler than.
//!
//! A window round one option does not tell a soft pencil from what an eraser left of a hard one; the
//! other answers of the page do.

use crate::read::{MarkState, OptionReading};

/// From this many answers on the page's own pen is believed.
const ENOUGH: usize = 4;

/// What the network holds for a mark with at least this probability speaks for the pen.
const CLEAR: f64 = 0.8;

/// A mark of a red pen is red in more than this share of its ink.
const RED: f64 = 0.5;

/// Tells every option how much paler its ink is than the answers of the page, and returns how dark
/// those are (0 paper, 1 the page's ink); `None` where there are too few.
pub(super) fn tell_paleness<'r>(
    options: impl Iterator<Item = &'r mut OptionReading>,
) -> Option<f64> {
    let mut options: Vec<&mut OptionReading> = options.collect();
    let mut marks: Vec<f64> = options
        .iter()
        .filter(|o| is_mark(o))
        .map(|o| o.measures.peak)
        .collect();
    if marks.len() < ENOUGH {
        return None;
    }
    let red = options
        .iter()
        .filter(|o| is_mark(o) && o.measures.red_share >= RED)
        .count();
    let red_pen = 2 * red > marks.len();
    marks.sort_by(f64::total_cmp);
    let pen = marks[marks.len() / 2];
    for option in &mut options {
        option.measures.palest = marks[marks.len() / 10];
        option.measures.red_pen = Some(red_pen);
        option.measures.pale = (1.0 - option.measures.peak / pen).clamp(0.0, 1.0);
    }
    Some(pen)
}

fn is_mark(option: &OptionReading) -> bool {
    option.kinds.first().is_some_and(|(kind, p)| {
        let nothing = matches!(
            kind,
            MarkState::Empty | MarkState::Overflow | MarkState::Ghost | MarkState::Foreign
        );
        !nothing && *p >= CLEAR
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::Confidence;
    use crate::read::MarkMeasures;

    fn options(of: &[(MarkState, f64)]) -> Vec<OptionReading> {
        let one = |&(kind, peak): &(MarkState, f64)| OptionReading {
            value: String::new(),
            state: MarkState::Empty,
            selected: Confidence::NONE,
            kinds: vec![(kind, 0.99)],
            measures: MarkMeasures {
                peak,
                ..MarkMeasures::default()
            },
        };
        of.iter().map(one).collect()
    }

    #[test]
    fn a_mark_is_compared_with_the_others_of_the_page() {
        let mut all = options(&[
            (MarkState::Tick, 0.4),
            (MarkState::Circled, 0.5),
            (MarkState::Struck, 0.5),
            (MarkState::Tick, 0.6),
            (MarkState::Ghost, 0.1),
            (MarkState::Empty, 0.0),
        ]);
        assert_eq!(tell_paleness(all.iter_mut()), Some(0.5));
        let pale: Vec<f64> = all.iter().map(|o| o.measures.pale).collect();
        let wanted = [0.2, 0.0, 0.0, 0.0, 0.8, 1.0];
        assert!(
            pale.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9),
            "{pale:?}"
        );
        assert!(all.iter().all(|o| o.measures.red_pen == Some(false)));
    }

    #[test]
    fn too_few_marks_tell_nothing() {
        let mut all = options(&[(MarkState::Tick, 0.5); 3]);
        assert_eq!(tell_paleness(all.iter_mut()), None);
        assert!(
            all.iter()
                .all(|o| o.measures.pale == 0.0 && o.measures.red_pen.is_none())
        );
    }
}
