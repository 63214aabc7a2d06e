//! How alike the windows of this page must be, by the weight of their strokes.
//!
//! A fax, a copy or one bit a pixel loses print by its weight: hair lines and grey letters first,
//! titles never, and what is lost is lost all over the page. So lines and text are each put in the
//! order of their weight (darkness across a stroke), and a window is held against the hundred or so
//! nearest to it there: it is away when it is less than 0.55 as alike as their median, or three
//! standard deviations below it (of their upper half: wrong windows are in the lower). Print that is
//! no more alike than chance is not judged, but only where all lighter print is lost as well: a row
//! that an edition left out has lighter print beside it that is seen.

use super::print::{INK, Print};
use super::windows::{Window, cells};
use crate::stats;

/// A window less alike than this share of the usual is away. Between 0.5 and 0.6 the made pages
/// sort alike; another word's windows are at 0.2 to 0.5.
const AWAY: f64 = 0.55;
/// Share of a window's print that is line, from which on it is judged among lines.
const LINE: f64 = 0.5;
/// Fewer windows of a kind than this are held against all others.
const FEW: usize = 16;
/// A window is held against this share of its kind, and so many at least.
const SHARE: usize = 8;
const LEAST_NEAR: usize = 24;
/// Heavier print is at least so much as alike as lighter.
const NO_WORSE: f64 = 0.8;
/// Standard deviations that are left to a window.
const DEVIATIONS: f64 = 3.0;
/// From the median to the upper quartile, in standard deviations.
const QUARTILE: f64 = 0.67;
/// Other characters in their place are this much alike by chance.
const CHANCE: f64 = 0.25;

/// How alike a window is to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Expected {
    /// As windows of its weight are on this page.
    pub(super) usual: f64,
    /// At least; 0 where it is not judged.
    pub(super) least: f64,
    /// Print that the page usually shows in windows of its weight.
    pub(super) shown: f64,
    /// Most of its print is line rather than text.
    pub(super) is_line: bool,
}

/// For each window how alike it must be.
pub(super) fn expected(print: &Print, windows: &[Window]) -> Vec<Expected> {
    let all = quantile(windows.iter().map(|w| w.like), 0.5);
    let whole = Expected {
        usual: all,
        least: AWAY * all,
        shown: quantile(windows.iter().map(|w| w.shown), 0.5),
        is_line: false,
    };
    let each = windows.iter().map(|w| Expected {
        is_line: is_line(print, w),
        ..whole
    });
    let mut out: Vec<Expected> = each.collect();
    for of_lines in [false, true] {
        let mut kind: Vec<(f64, usize)> = (0..windows.len())
            .filter(|i| out[*i].is_line == of_lines)
            .map(|i| (weight(print, &windows[i]), i))
            .collect();
        if kind.len() < FEW {
            continue;
        }
        kind.sort_by(|a, b| a.0.total_cmp(&b.0));
        let likes: Vec<f64> = kind.iter().map(|(_, i)| windows[*i].like).collect();
        let shown: Vec<f64> = kind.iter().map(|(_, i)| windows[*i].shown).collect();
        let shown = near_quantiles(&shown, [0.5]);
        for (((_, i), (usual, least)), [shown]) in kind.iter().zip(by_weight(&likes)).zip(shown) {
            out[*i] = Expected {
                usual,
                least,
                shown,
                is_line: of_lines,
            };
        }
    }
    out
}

/// The places that one of `count` is held against.
fn near(place: usize, count: usize) -> std::ops::Range<usize> {
    let near = (count / SHARE).max(LEAST_NEAR).min(count);
    let from = place.saturating_sub(near / 2).min(count - near);
    from..from + near
}

/// For each place the [`quantile`]s of the values that it is held against. These are kept in order from one
/// place to the next.
fn near_quantiles<const N: usize>(values: &[f64], shares: [f64; N]) -> Vec<[f64; N]> {
    let (mut sorted, mut held): (Vec<f64>, _) = (Vec::new(), 0..0);
    let mut out = Vec::with_capacity(values.len());
    for place in 0..values.len() {
        let wanted = near(place, values.len());
        let rank = |sorted: &[f64], v: f64| sorted.partition_point(|o| o.total_cmp(&v).is_lt());
        for v in &values[held.end..wanted.end] {
            sorted.insert(rank(&sorted, *v), *v);
        }
        for v in &values[held.start..wanted.start] {
            sorted.remove(rank(&sorted, *v));
        }
        held = wanted;
        let last = sorted.len() - 1;
        let at = |share: f64| sorted[((share * sorted.len() as f64) as usize).min(last)];
        out.push(shares.map(at));
    }
    out
}

/// What is usual and what is least; `likes` from the lightest print to the heaviest.
fn by_weight(likes: &[f64]) -> Vec<(f64, f64)> {
    let usual: Vec<(f64, f64)> = near_quantiles(likes, [0.5, 0.75])
        .into_iter()
        .map(|[median, upper]| (median, (upper - median) / QUARTILE))
        .collect();
    let deviation = quantile(usual.iter().map(|u| u.1), 0.5);
    let (mut best, mut is_firm) = (0.0f64, false);
    usual
        .into_iter()
        .map(|(median, own)| {
            best = best.max(median);
            let floor = NO_WORSE * best;
            let (usual, deviation) = if median < floor {
                (floor, own.min(deviation))
            } else {
                (median, own)
            };
            let least = (AWAY * usual).min(usual - DEVIATIONS * deviation);
            is_firm |= least >= CHANCE;
            let least = if is_firm { least.max(CHANCE) } else { 0.0 };
            (usual, least)
        })
        .collect()
}

/// Whether a window's print is line rather than text.
fn is_line(print: &Print, window: &Window) -> bool {
    let (mut lines, mut count) = (0u32, 0u32);
    for i in printed(print, window) {
        lines += u32::from(print.line[i]);
        count += 1;
    }
    f64::from(lines) >= LINE * f64::from(count)
}

/// Mean darkness across the strokes, the same wherever they lie between the cells.
fn weight(print: &Print, window: &Window) -> f64 {
    let at = |i: Option<usize>| {
        i.and_then(|i| print.dark.get(i))
            .map_or(0, |v| u32::from(*v))
    };
    let (mut sum, mut count) = (0u32, 0u32);
    for i in printed(print, window) {
        let three = |step: usize| at(i.checked_sub(step)) + at(Some(i)) + at(Some(i + step));
        sum += three(1).min(three(print.width));
        count += 1;
    }
    f64::from(sum) / f64::from(count.max(1))
}

fn printed<'a>(print: &'a Print, window: &Window) -> impl Iterator<Item = usize> + 'a {
    let open = |i: &usize| !print.hidden[*i] && print.dark[*i] >= INK;
    cells(print.size(), window.at, 0).filter(open)
}

/// The value below which that share of the others lies; 0 of none.
pub(super) fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    stats::quantile(values, share).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_kept_in_order_are_those_of_each_place() {
        for count in [1, 2, 23, 24, 25, 200, 777] {
            let values: Vec<f64> = (0..count).map(|i| f64::from(i * i % 31)).collect();
            let found = near_quantiles(&values, [0.1, 0.5, 0.75]);
            assert_eq!(found.len(), values.len());
            for (place, found) in found.into_iter().enumerate() {
                let around = || values[near(place, values.len())].iter().copied();
                let each = [0.1, 0.5, 0.75].map(|share| quantile(around(), share));
                let bits = |values: [f64; 3]| values.map(f64::to_bits);
                assert_eq!(bits(found), bits(each), "{place} of {count}");
            }
        }
    }

    #[test]
    fn the_lightest_print_may_be_lost_all_over_and_nothing_else() {
        // 100 of each weight, from light to heavy.
        let of = |likes: [f64; 4]| {
            let each = |like: f64| (0..100).map(move |i| like + 0.001 * f64::from(i % 5));
            let all: Vec<f64> = likes.into_iter().flat_map(each).collect();
            by_weight(&all).iter().map(|e| e.1).collect::<Vec<f64>>()
        };
        let least = of([0.05, 0.9, 0.9, 0.95]);
        assert!(least[20] <= 0.0, "hair lines");
        assert!(least[150] > 0.45, "{}", least[150]);
        // A row that is not there: heavier than print that is.
        let least = of([0.9, 0.9, 0.02, 0.9]);
        assert!(least[250] > 0.3, "{}", least[250]);
    }

    #[test]
    fn an_uneven_page_is_held_against_what_it_reaches() {
        let noisy: Vec<f64> = (0..200)
            .map(|i| 0.5 + 0.2 * f64::from(i % 7) / 6.0)
            .collect();
        let least: Vec<f64> = by_weight(&noisy).iter().map(|(_, least)| *least).collect();
        assert!(least.iter().all(|l| (0.2..0.4).contains(l)), "{least:?}");
    }
}
