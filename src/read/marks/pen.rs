//! How dark this person's marks are: what a rubbed-out mark is paler than.
//!
//! A window round one option does not tell a soft pencil from what an eraser left of a hard one; the
//! other answers of the page do.

use crate::read::{MarkState, OptionReading};

use super::expect::quantile;

/// From this many answers on the page's own pen is believed.
const ENOUGH: usize = 4;

/// What the network holds for a mark with at least this probability speaks for the pen.
const CLEAR: f64 = 0.8;

/// A mark of a red pen is red in more than this share of its ink.
const RED: f64 = 0.5;

/// Where the network gives all but paper, a neighbor's tail and dirt less than this, nothing is drawn.
const VAGUE: f64 = 0.05;

/// Tells every option of the page how many questions are unclear for each that is clearly answered
/// (one more than there are, so that a page without answers counts as well). `questions`: the options
/// of one each, judged by the network.
pub(super) fn tell_unclear(questions: &mut [Vec<&mut OptionReading>]) {
    let clear = |q: &Vec<&mut OptionReading>| q.iter().any(|o| is_mark(o));
    let vague = |q: &Vec<&mut OptionReading>| !clear(q) && q.iter().any(|o| may_be_drawn(o));
    let answered = questions.iter().filter(|q| clear(q)).count();
    let unclear = questions.iter().filter(|q| vague(q)).count();
    let share = unclear as f64 / (answered + 1) as f64;
    for option in questions.iter_mut().flatten() {
        option.measures.unclear = share;
    }
}

/// Whether the network would not swear that nobody drew here.
fn may_be_drawn(option: &OptionReading) -> bool {
    use MarkState::{Empty, Foreign, Overflow};
    let drawn = option.kinds.iter();
    let drawn = drawn.filter(|(kind, _)| !matches!(kind, Empty | Overflow | Foreign));
    drawn.map(|k| k.1).sum::<f64>() >= VAGUE
}

/// Tells every option how much paler its ink is than the answers of the page, and returns how dark
/// those are (0 paper, 1 the page's ink); `None` where there are too few.
pub(super) fn tell_paleness<'r>(
    options: impl Iterator<Item = &'r mut OptionReading>,
) -> Option<f64> {
    let mut options: Vec<&mut OptionReading> = options.collect();
    let of = |measure: fn(&OptionReading) -> f64| -> Vec<f64> {
        let marks = options.iter().filter(|o| is_mark(o));
        marks.map(|o| measure(o)).collect()
    };
    let (mut marks, colors) = (of(|o| o.measures.peak), of(|o| o.measures.saturation));
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
    let color = quantile(colors, 0.5);
    for option in &mut options {
        option.measures.palest = marks[marks.len() / 10];
        option.measures.red_pen = Some(red_pen);
        option.measures.pen_saturation = color;
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
    fn the_pages_pen_has_the_color_of_most_of_its_answers() {
        let mut all = options(&[(MarkState::Tick, 0.5); 5]);
        for (option, saturation) in all.iter_mut().zip([0.2, 0.0, 0.3, 0.25, 0.15]) {
            option.measures.saturation = saturation;
        }
        tell_paleness(all.iter_mut());
        assert!(
            all.iter()
                .all(|o| (o.measures.pen_saturation - 0.2).abs() < 1e-9)
        );
    }

    #[test]
    fn questions_where_something_is_left_and_nothing_is_clear_are_counted() {
        let mut all = options(&[
            (MarkState::Tick, 0.4),
            (MarkState::Empty, 0.0),
            (MarkState::Empty, 0.0),
            (MarkState::Empty, 0.0),
            (MarkState::Empty, 0.0),
        ]);
        all[1].kinds = vec![(MarkState::Empty, 0.9), (MarkState::Circled, 0.1)];
        all[2].kinds = vec![(MarkState::Empty, 0.9), (MarkState::Ghost, 0.1)];
        all[3].kinds = vec![(MarkState::Empty, 0.6), (MarkState::Foreign, 0.4)];
        let mut questions: Vec<Vec<&mut OptionReading>> = all.iter_mut().map(|o| vec![o]).collect();
        tell_unclear(&mut questions);
        assert!(all.iter().all(|o| (o.measures.unclear - 1.0).abs() < 1e-9));
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
