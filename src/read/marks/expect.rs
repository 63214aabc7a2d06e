//! What an empty box looks like on this page.
//!
//! Where the blank form is known, it says so. Where it is not, the page says it itself: most boxes
//! of a page are empty, so a low quantile over boxes of one size, and of one printed letter where
//! there are enough of them, is the empty box, printed letter and outline included.

use std::collections::BTreeMap;

use super::plane::Plane;

/// Boxes of one size differ by no more than this each way, in px (0.375 mm).
const SAME_SIZE: usize = 3;

/// Which box counts as empty: over 12 openmcr and 4 mcq pages at most 40 % of the boxes of one
/// letter are marked, and the median would still hold.
const EMPTY_QUANTILE: f64 = 0.35;

/// From how many boxes of one size, and of one letter, the page's own boxes are trusted.
const SIZE_MEMBERS: usize = 4;
const LETTER_MEMBERS: usize = 8;

/// A letter's empty boxes may be this much darker than those of most letters; more means that
/// nearly all of them are marked, unless they are as alike as only print is (spread below
/// `PRINT_SPREAD`; hand-made marks of one page spread by 0.02 and more). Printed letters differ by
/// up to 0.12 (W) on openmcr and by 0.05 on mcq, the faintest marks there add 0.12.
const LETTER_MORE: f64 = 0.08;
const PRINT_MORE: f64 = 0.2;
const PRINT_SPREAD: f64 = 0.012;

/// A box as it stands on the page.
pub(super) struct Sample<'a> {
    pub(super) value: &'a str,
    /// The whole frame with its surroundings.
    pub(super) patch: Plane,
    /// Mean darkness of the inside.
    pub(super) inside: f64,
}

/// The empty box: its inside and, when enough boxes show it, its picture.
#[derive(Clone, Debug)]
pub(super) struct Empty {
    pub(super) inside: f64,
    pub(super) picture: Option<Plane>,
}

/// For each sample the empty box of its kind, or `None` where the page has too few like it.
pub(super) fn empties(samples: &[Sample<'_>]) -> Vec<Option<Empty>> {
    let mut out = vec![None; samples.len()];
    for class in size_classes(samples) {
        if class.len() < SIZE_MEMBERS {
            continue;
        }
        let common = empty_of(samples, &class);
        for &i in &class {
            out[i] = Some(common.clone());
        }
        for members in letters(samples, &class) {
            let own = empty_of(samples, &members);
            let more = own.inside - common.inside;
            if more <= LETTER_MORE
                || (more <= PRINT_MORE && spread(samples, &members) < PRINT_SPREAD)
            {
                for &i in &members {
                    out[i] = Some(own.clone());
                }
            }
        }
    }
    out
}

fn size_classes(samples: &[Sample<'_>]) -> Vec<Vec<usize>> {
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (i, s) in samples.iter().enumerate() {
        let fits = |c: &&mut Vec<usize>| {
            let first = &samples[c[0]].patch;
            first.w.abs_diff(s.patch.w) <= SAME_SIZE && first.h.abs_diff(s.patch.h) <= SAME_SIZE
        };
        match classes.iter_mut().find(fits) {
            Some(class) => class.push(i),
            None => classes.push(vec![i]),
        }
    }
    classes
}

fn letters(samples: &[Sample<'_>], class: &[usize]) -> Vec<Vec<usize>> {
    let mut by_value: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &i in class {
        by_value.entry(samples[i].value).or_default().push(i);
    }
    by_value
        .into_values()
        .filter(|m| m.len() >= LETTER_MEMBERS)
        .collect()
}

fn empty_of(samples: &[Sample<'_>], members: &[usize]) -> Empty {
    let inside = quantile(
        members.iter().map(|&i| samples[i].inside).collect(),
        EMPTY_QUANTILE,
    );
    let w = members
        .iter()
        .map(|&i| samples[i].patch.w)
        .min()
        .unwrap_or(0);
    let h = members
        .iter()
        .map(|&i| samples[i].patch.h)
        .min()
        .unwrap_or(0);
    let mut picture = Plane::filled(w, h, 0.0);
    for y in 0..h {
        for x in 0..w {
            let column = members
                .iter()
                .map(|&i| f64::from(samples[i].patch.at(x, y)))
                .collect();
            picture.v[y * w + x] = quantile(column, EMPTY_QUANTILE) as f32;
        }
    }
    Empty {
        inside,
        picture: Some(picture),
    }
}

/// Median distance of the insides from the empty one.
fn spread(samples: &[Sample<'_>], members: &[usize]) -> f64 {
    let inside: Vec<f64> = members.iter().map(|&i| samples[i].inside).collect();
    let middle = quantile(inside.clone(), EMPTY_QUANTILE);
    quantile(inside.iter().map(|v| (v - middle).abs()).collect(), 0.5)
}

/// The value below which `share` of `values` lie; 0 for none.
pub(super) fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f64 * share).round() as usize;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(value: &str, inside: f64) -> Sample<'_> {
        Sample {
            value,
            patch: Plane::filled(10, 10, inside as f32),
            inside,
        }
    }

    #[test]
    fn the_empty_box_is_what_most_boxes_show() {
        let samples: Vec<_> = (0..10)
            .map(|i| sample("a", if i < 3 { 0.8 } else { 0.3 }))
            .collect();
        let got = empties(&samples);
        assert!(
            got.iter()
                .all(|e| (e.as_ref().unwrap().inside - 0.3).abs() < 1e-9)
        );
    }

    #[test]
    fn a_letter_that_everybody_marked_is_not_taken_for_empty() {
        let mut samples: Vec<_> = (0..12)
            .map(|i| sample("yes", 0.5 + 0.03 * f64::from(i)))
            .collect();
        samples.extend((0..12).map(|_| sample("no", 0.3)));
        let got = empties(&samples);
        assert!((got[0].as_ref().unwrap().inside - 0.3).abs() < 1e-9);
    }

    #[test]
    fn few_boxes_say_nothing() {
        assert!(
            empties(&[sample("a", 0.1), sample("b", 0.2)])
                .iter()
                .all(Option::is_none)
        );
    }
}
