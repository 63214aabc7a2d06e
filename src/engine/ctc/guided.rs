//! Readings that fit what the form knows of the answer: prefix beam search under a guide (Graves and
//! Jaitly, Towards end-to-end speech recognition with recurrent neural networks, ICML 2014, with a
//! prefix tree or a pattern's automaton in place of the language model).
//!
//! Characters that only their neighbors tell apart count for each other, since the guide says which it
//! is; spaces count for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::beam::{Ends, strongest};
use super::{Mask, NEGLIGIBLE, Step};
use crate::charset::{alike, bare};

/// Prefixes that the search keeps, and how many of them at least are the guide's own: where anything may follow, what
/// the ink alone says would crowd them out.
const BEAM: usize = 40;
const OWN: usize = 16;
/// What a character has at least.
const FLOOR: f64 = 1e-6;
/// Readings that are returned, and as many more of the guide's own; besides, the best of as many beginnings: how
/// a house number may be read crowds out no other town.
const TOLD: usize = 4;

/// Says what may follow a beginning.
pub(super) trait Guide {
    /// Where a beginning has led to.
    type At: Copy + Ord;

    fn start(&self) -> Self::At;

    /// What may come next. `seen`: what the ink says here, likeliest first.
    fn ways(&mut self, seen: &[char], at: Self::At) -> Vec<(char, Self::At)>;

    /// Whether the answer may end here.
    fn is_whole(&self, at: Self::At) -> bool;

    /// Where the guide's own knowledge ended of what has led here: here, or before anything followed.
    fn known(&self, at: Self::At) -> Self::At;

    /// Whether the guide knows all that has led here.
    fn is_own(&self, at: Self::At) -> bool {
        self.known(at) == at
    }
}

/// Takes the first `most`, and of the others what is the guide's own until there are `own` of those.
fn first<T>(all: Vec<T>, (most, own): (usize, usize), is_own: impl Fn(&T) -> bool) -> Vec<T> {
    let mut owned = 0;
    let ranked = all.into_iter().enumerate();
    let kept = ranked.filter(|(rank, one)| {
        let is_own = is_own(one);
        owned += usize::from(is_own);
        *rank < most || is_own && owned <= own
    });
    kept.map(|(_, one)| one).collect()
}

/// The steps of a line with all that the network says of them.
pub(super) struct Line<'a> {
    pub(super) rows: &'a [f32],
    pub(super) classes: usize,
    pub(super) steps: &'a [Step],
    pub(super) mask: &'a Mask,
}

impl Line<'_> {
    fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.classes..(i + 1) * self.classes]
    }

    /// The probability of "no new character".
    fn none(&self, i: usize) -> f64 {
        self.steps[i].blank
    }

    /// The probability of a character, or of one that looks like it.
    fn says(&self, i: usize, c: char) -> f64 {
        let row = self.row(i);
        let of = |c: char| -> f64 {
            let classes = self.mask.classes_of(c).iter();
            classes.map(|k| f64::from(row[*k])).sum()
        };
        let group = alike(c);
        let said: f64 = if group.is_empty() {
            of(c)
        } else {
            group.chars().map(of).sum()
        };
        (said * self.steps[i].scale).max(FLOOR)
    }

    /// The logarithm of the probability of a text: the sum over all paths (the forward algorithm of
    /// Graves et al. 2006).
    pub(super) fn ln_probability(&self, text: &str) -> f64 {
        let chars: Vec<char> = text.chars().collect();
        // Paths that stand behind k characters, the last step being none or the k-th character.
        let mut none = vec![0.0; chars.len() + 1];
        let mut open = vec![0.0; chars.len() + 1];
        none[0] = 1.0;
        let mut ln = 0.0;
        for i in 0..self.steps.len() {
            let blank = self.none(i);
            for k in (0..=chars.len()).rev() {
                let stays = (none[k] + open[k]) * blank;
                if k > 0 {
                    let repeated = k > 1 && chars[k - 1] == chars[k - 2];
                    let before = none[k - 1] + if repeated { 0.0 } else { open[k - 1] };
                    open[k] = (open[k] + before) * self.says(i, chars[k - 1]);
                }
                none[k] = stays;
            }
            let most = none.iter().chain(&open).copied().fold(0.0, f64::max);
            if most <= 0.0 {
                return f64::NEG_INFINITY;
            }
            none.iter_mut().chain(&mut open).for_each(|p| *p /= most);
            ln += most.ln();
        }
        ln + (none[chars.len()] + open[chars.len()]).ln()
    }

    /// The readings under the guide that fit best, with the logarithm of their probability against
    /// that of `free`, the reading without it.
    pub(super) fn guided(&self, guide: impl Guide, free: &str) -> Vec<(String, f64)> {
        let free = bare(free);
        let of_free = self.ln_probability(&free);
        let mut found = Search { line: self, guide }.run();
        for whole in &mut found {
            whole.score = self.ln_probability(&whole.text) - of_free;
        }
        found.retain(|whole| whole.score.is_finite());
        found.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            let as_free = (a.text != free).cmp(&(b.text != free));
            by_score.then(as_free).then_with(|| a.text.cmp(&b.text))
        });
        // Two words of a list are two answers, however alike they look.
        let mut shapes = BTreeSet::new();
        found.retain(|whole| shapes.insert((whole.known, shape_of(&whole.text))));
        let (mut owned, mut beginnings) = (0, BTreeSet::new());
        let ranked = found.into_iter().enumerate();
        let told = ranked.filter(|(rank, whole)| {
            owned += usize::from(whole.own);
            let is_best = beginnings.insert(whole.known);
            *rank < TOLD || whole.own && owned <= TOLD || is_best && beginnings.len() <= TOLD
        });
        told.map(|(_, whole)| (whole.text, whole.score)).collect()
    }
}

/// A text without what only its neighbors tell apart.
fn shape_of(text: &str) -> String {
    let shape = |c: char| alike(c).chars().next().unwrap_or(c);
    text.chars().map(shape).collect()
}

/// A reading of the whole line under a guide.
struct Whole<At> {
    text: String,
    /// Where the guide's knowledge of it ended.
    known: At,
    /// The guide knows all of it.
    own: bool,
    score: f64,
}

/// A character and those that only its neighbors tell from it.
pub(super) fn with_alike(c: char) -> impl Iterator<Item = char> {
    let others = alike(c).chars().filter(move |other| *other != c);
    std::iter::once(c).chain(others)
}

/// The search under way.
struct Search<'a, G> {
    line: &'a Line<'a>,
    guide: G,
}

impl<G: Guide> Search<'_, G> {
    /// Whole texts, not scored.
    fn run(mut self) -> Vec<Whole<G::At>> {
        let root = (String::new(), self.guide.start());
        let mut kept: Vec<((String, G::At), Ends)> = vec![(root, Ends::START)];
        for i in 0..self.line.steps.len() {
            let mut next = BTreeMap::new();
            for (prefix, ends) in &kept {
                self.follow(i, prefix, *ends, &mut next);
            }
            let guide = &self.guide;
            let is_own = |((_, at), _): &((String, G::At), Ends)| guide.is_own(*at);
            kept = first(strongest(next, usize::MAX), (BEAM, OWN), is_own);
        }
        let mut texts: Vec<Whole<G::At>> = Vec::new();
        for ((text, at), ends) in kept {
            let known = texts.iter().any(|other| other.text == text);
            if self.guide.is_whole(at) && ends.total() > 0.0 && !known {
                texts.push(Whole {
                    text,
                    known: self.guide.known(at),
                    own: self.guide.is_own(at),
                    score: 0.0,
                });
            }
        }
        texts
    }

    fn follow(
        &mut self,
        i: usize,
        (text, at): &(String, G::At),
        ends: Ends,
        next: &mut BTreeMap<(String, G::At), Ends>,
    ) {
        let line = self.line;
        let last = text.chars().next_back();
        let same = next.entry((text.clone(), *at)).or_default();
        same.blank += ends.total() * line.none(i);
        same.open += last.map_or(0.0, |c| ends.open * line.says(i, c));
        let seen = line.steps[i].chars.iter();
        let seen: Vec<char> = seen
            .filter(|(c, p)| *p > NEGLIGIBLE && !c.is_whitespace())
            .map(|(c, _)| *c)
            .collect();
        for (c, at) in self.guide.ways(&seen, *at) {
            let from = ends.before(last == Some(c));
            if from > 0.0 {
                let mut longer = text.clone();
                longer.push(c);
                next.entry((longer, at)).or_default().open += from * line.says(i, c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mask, step};
    use super::*;
    use crate::charset::Charset;

    #[test]
    fn a_texts_probability_is_the_sum_over_its_paths() {
        let rows: [[f32; 2]; 2] = [[0.5, 0.5]; 2];
        let mask = Mask::new(&['1'], &Charset::Digits);
        let steps: Vec<Step> = rows.iter().map(|r| step(r, &mask)).collect();
        let line = Line {
            rows: &rows.concat(),
            classes: 2,
            steps: &steps,
            mask: &mask,
        };
        for (text, p) in [("", 0.25), ("1", 0.75)] {
            assert!(
                (line.ln_probability(text).exp() - p).abs() < 1e-3,
                "`{text}`"
            );
        }
        assert!(line.ln_probability("11") < -10.0);
    }
}
