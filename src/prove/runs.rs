//! How alike a stretch of text is, several windows together.
//!
//! On a blurred or faxed page other characters are half as alike as the right ones, by chance now and
//! then as much as a spoiled one. Windows side by side do not have that luck together: the mean of five,
//! about three characters, scatters so much less that other words stand out on any page that can be
//! read, the more as all of them are held to one shift: paper does not bend between two characters. The mean
//! is held against what is usual for windows of that weight on this page.

use super::expect::Expected;
use super::windows::{SHIFTS, Window};

/// Windows of a stretch: each is half over the next.
const LONG: usize = 5;
/// A stretch may lack so many windows that say nothing.
const GAPS: usize = 2;

/// Stretches less alike than `least`, 1 for as alike as usual. `text`: the windows that can be judged, in
/// any order.
pub(super) fn unlike(text: &[(Window, Expected)], least: f64) -> Vec<Vec<Window>> {
    let mut all: Vec<&(Window, Expected)> = text.iter().collect();
    all.sort_by_key(|(w, _)| (w.at.1, w.at.0));
    all.windows(LONG)
        .filter(|run| {
            let (first, last) = (run[0].0.at, run[LONG - 1].0.at);
            first.1 == last.1 && last.0 - first.0 < LONG + GAPS
        })
        .filter(|run| together(run) < least)
        .map(|run| run.iter().map(|(w, _)| *w).collect())
        .collect()
}

/// How alike the windows are at the shift that is best for all of them.
fn together(run: &[&(Window, Expected)]) -> f64 {
    let usual: f64 = run.iter().map(|(_, e)| e.usual).sum();
    let at = |shift: usize| {
        run.iter()
            .map(|(w, _)| f64::from(w.likes[shift]))
            .sum::<f64>()
    };
    (0..SHIFTS).map(at).fold(f64::MIN, f64::max) / usual.max(0.001)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a stretch is less alike than this.
    fn has_unlike(text: &[(Window, Expected)], least: f64) -> bool {
        !unlike(text, least).is_empty()
    }

    /// Windows of one row at the given columns.
    fn row(windows: &[(usize, f64)]) -> Vec<(Window, Expected)> {
        let window = |(column, like): &(usize, f64)| {
            let window = Window {
                at: (*column, 3),
                print: 40,
                like: *like,
                likes: [*like as f32; SHIFTS],
                own: 1.0,
                ink: 1.0,
                shown: 1.0,
            };
            let expected = Expected {
                usual: 0.8,
                least: 0.4,
                shown: 1.0,
                is_line: false,
            };
            (window, expected)
        };
        windows.iter().map(window).collect()
    }

    #[test]
    fn windows_side_by_side_count_together() {
        let usual: Vec<(usize, f64)> = (0..12).map(|x| (x, 0.8)).collect();
        assert!(!has_unlike(&row(&usual), 0.99));
        // Each above its own limit.
        let other: Vec<(usize, f64)> = (0..12)
            .map(|x| (x, if (4..9).contains(&x) { 0.48 } else { 0.8 }))
            .collect();
        assert!(has_unlike(&row(&other), 0.61));
        assert!(!has_unlike(&row(&other), 0.59));
        // The same five far apart, and too few.
        let apart: Vec<(usize, f64)> = (0..5).map(|x| (4 * x, 0.48)).collect();
        assert!(!has_unlike(&row(&apart), 1.1));
        assert!(!has_unlike(&row(&other[4..8]), 1.1));
    }

    #[test]
    fn all_of_them_must_be_alike_at_one_shift() {
        let mut all = row(&(0..5).map(|x| (x, 0.8)).collect::<Vec<_>>());
        for (i, (window, _)) in all.iter_mut().enumerate() {
            window.likes = [0.2; SHIFTS];
            window.likes[5 * i] = 0.8;
        }
        assert!(has_unlike(&all, 0.5));
    }

    #[test]
    fn another_row_is_another_stretch() {
        let mut two = row(&[(0, 0.48), (1, 0.48), (2, 0.48)]);
        let mut below = row(&[(3, 0.48), (4, 0.48), (5, 0.48)]);
        for (window, _) in &mut below {
            window.at.1 = 4;
        }
        two.extend(below);
        assert!(!has_unlike(&two, 1.1));
    }
}
