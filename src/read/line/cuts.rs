//! Where one character of a line ends and the next begins, given about where each stands.
//!
//! Paper between strokes may be a gap between characters or inside one (`川`, `い`). The gaps are
//! chosen together: each character's ink should lie about where the line recognizer saw it, be about
//! as wide as the others, and no stroke should be cut. The cheapest choice is found by dynamic
//! programming over the columns that hold least ink, as is usual for cutting strings of characters
//! (Casey and Lecolinet, A survey of methods and strategies in character segmentation, IEEE PAMI
//! 18(7), 1996).

/// Spread of a character's middle round the place where the recognizer saw it, and of its width
/// round the usual one; both against the height of the writing.
const PLACE: f64 = 0.3;
const WIDTH: f64 = 0.3;
/// Where the recognizer sees a character, left of its middle; against the height of the writing.
const AHEAD: f64 = 0.1;
/// The cost of a cut through as much ink as the writing is high.
const INK: f64 = 20.0;

/// A character to be found: the column about which it stands, and how wide it is against a kanji.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) at: f64,
    pub(super) width: f64,
}

/// Ink of each column of a line.
pub(super) struct Columns {
    ink: Vec<usize>,
    /// The next column with ink from here on, and one behind the last with ink before here.
    next: Vec<usize>,
    last: Vec<usize>,
    height: f64,
}

impl Columns {
    /// `ink`: inked pixels of each column; `height`: of the writing, in pixels.
    pub(super) fn new(ink: Vec<usize>, height: f64) -> Self {
        let n = ink.len();
        let (mut next, mut last) = (vec![n; n + 1], vec![0; n + 1]);
        for x in (0..n).rev() {
            next[x] = if ink[x] > 0 { x } else { next[x + 1] };
        }
        for x in 0..n {
            last[x + 1] = if ink[x] > 0 { x + 1 } else { last[x] };
        }
        Self {
            ink,
            next,
            last,
            height: height.max(1.0),
        }
    }

    /// The ink between two edges: its first column and one behind its last; `None` without any.
    fn within(&self, from: usize, to: usize) -> Option<(f64, f64)> {
        let (left, right) = (self.next[from], self.last[to]);
        (left < right).then_some((left as f64, right as f64))
    }

    /// Edges round each character, one more than there are characters: from the first column to
    /// behind the last. `None` when there is not ink enough for all.
    pub(super) fn edges(&self, expected: &[Expected]) -> Option<Vec<usize>> {
        let usual = self.usual_width(expected);
        let places = self.places(expected);
        let mut ways: Vec<Vec<Option<(f64, usize)>>> = vec![vec![None; places.len()]];
        ways[0][0] = Some((0.0, 0));
        for one in expected {
            let before = &ways[ways.len() - 1];
            let reach = |to: usize| {
                let from = |from: usize| {
                    let (cost, _) = before[from]?;
                    let own = self.cost(*one, usual, (places[from], places[to]))?;
                    Some((cost + own + self.through(places[to]), from))
                };
                (0..to).filter_map(from).min_by(|a, b| a.0.total_cmp(&b.0))
            };
            let next = (0..places.len()).map(reach).collect();
            ways.push(next);
        }
        let mut at = places.len() - 1;
        ways[expected.len()][at]?;
        let mut edges = vec![places[at]];
        for way in ways[1..].iter().rev() {
            at = way[at]?.1;
            edges.push(places[at]);
        }
        edges.reverse();
        Some(edges)
    }

    /// What it costs that a character is all ink between two edges.
    fn cost(&self, one: Expected, usual: f64, (from, to): (usize, usize)) -> Option<f64> {
        let (left, right) = self.within(from, to)?;
        let aside = f64::midpoint(left, right) - one.at - AHEAD * self.height;
        let wider = (right - left) - usual * one.width;
        Some((aside / (PLACE * self.height)).powi(2) + (wider / (WIDTH * self.height)).powi(2))
    }

    /// What a cut at this edge costs.
    fn through(&self, x: usize) -> f64 {
        let ink = self.ink.get(x).copied().unwrap_or(0);
        INK * ink as f64 / self.height
    }

    /// How wide a kanji of this line is: what the median character would have, were all as wide as
    /// their distance allows; never much wider than high.
    fn usual_width(&self, expected: &[Expected]) -> f64 {
        let mut pitches: Vec<f64> = expected
            .windows(2)
            .map(|pair| (pair[1].at - pair[0].at) * 2.0 / (pair[0].width + pair[1].width))
            .collect();
        pitches.sort_by(f64::total_cmp);
        let pitch = pitches.get(pitches.len() / 2).copied();
        pitch.map_or(self.height, |p| 0.8 * p).min(self.height)
    }

    /// Columns at which the line may be cut: the middle of each gap, and between two characters
    /// without one the column with least ink; the first and the last.
    fn places(&self, expected: &[Expected]) -> Vec<usize> {
        let n = self.ink.len();
        let mut places = vec![0, n];
        let mut start = None;
        for x in 0..n {
            match (self.ink[x] == 0, start) {
                (true, None) => start = Some(x),
                (false, Some(from)) => {
                    places.push(usize::midpoint(from, x));
                    start = None;
                }
                _ => {}
            }
        }
        for pair in expected.windows(2) {
            let (from, to) = (pair[0].at.max(0.0) as usize, (pair[1].at as usize).min(n));
            // A little further, as characters are seen left of their middle.
            let to = (to + (2.0 * AHEAD * self.height) as usize).min(n);
            let least = (from..to).min_by_key(|x| self.ink[*x]);
            places.extend(least.filter(|x| self.ink[*x] > 0));
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#`: a column full of ink, `-`: one with a thin stroke, `.`: paper.
    fn columns(drawn: &str) -> Columns {
        let ink = drawn.chars().map(|c| match c {
            '#' => 10,
            '-' => 1,
            _ => 0,
        });
        Columns::new(ink.collect(), 10.0)
    }

    fn cut(drawn: &str, at: &[f64]) -> Option<Vec<usize>> {
        let expected: Vec<Expected> = at
            .iter()
            .map(|at| Expected {
                at: *at,
                width: 1.0,
            })
            .collect();
        columns(drawn).edges(&expected)
    }

    #[test]
    fn a_gap_inside_a_character_is_no_cut() {
        //           0         1         2         3
        let drawn = "##########....###..#...####..##########";
        assert_eq!(cut(drawn, &[4.0, 20.0, 33.0]), Some(vec![0, 12, 28, 39]));
        // Without the one in the middle its strokes belong to nobody else.
        assert_eq!(cut("###..#...####", &[5.0]), Some(vec![0, 13]));
    }

    #[test]
    fn joined_characters_are_cut_where_least_ink_is() {
        let edges = cut("##########--##########", &[4.0, 15.0]).expect("cut");
        assert!((10..=11).contains(&edges[1]), "{edges:?}");
    }

    #[test]
    fn more_characters_than_ink_are_not_found() {
        assert_eq!(cut("##########", &[2.0, 20.0, 30.0]), None);
        assert_eq!(cut("....", &[1.0]), None);
        assert_eq!(cut("", &[]), Some(vec![0]));
    }
}
