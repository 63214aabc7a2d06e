//! Prefix beam search (Graves and Jaitly 2014, without a language model): the most probable texts,
//! and what every such search needs, with a list ([`super::listed`]) or without.

use std::collections::BTreeMap;

use super::{FOLLOWED, NEGLIGIBLE, Step};

/// Prefixes that the search keeps.
const BEAM: usize = 8;

/// Probability of a prefix that ends in a blank, and in its last character.
#[derive(Clone, Copy, Default)]
pub(super) struct Ends {
    pub(super) blank: f64,
    pub(super) open: f64,
}

impl Ends {
    /// Of a search that has read nothing yet.
    pub(super) const START: Self = Self {
        blank: 1.0,
        open: 0.0,
    };

    pub(super) fn total(self) -> f64 {
        self.blank + self.open
    }

    /// What a next character follows: the same one again only a blank.
    pub(super) fn before(self, repeated: bool) -> f64 {
        if repeated { self.blank } else { self.total() }
    }
}

/// Prefix beam search: the most probable texts, best first.
pub(super) fn search(steps: &[Step]) -> Vec<(String, f64)> {
    let mut kept = vec![(String::new(), Ends::START)];
    for s in steps {
        let mut next: BTreeMap<String, Ends> = BTreeMap::new();
        for (text, ends) in &kept {
            let last = text.chars().next_back();
            let same = next.entry(text.clone()).or_default();
            same.blank += ends.total() * s.blank;
            for &(c, p) in s
                .chars
                .iter()
                .take(FOLLOWED)
                .filter(|(_, p)| *p > NEGLIGIBLE)
            {
                if last == Some(c) {
                    next.entry(text.clone()).or_default().open += ends.open * p;
                }
                let from = ends.before(last == Some(c));
                if from > 0.0 {
                    let mut longer = text.clone();
                    longer.push(c);
                    next.entry(longer).or_default().open += from * p;
                }
            }
        }
        kept = strongest(next, BEAM);
    }
    kept.into_iter()
        .map(|(text, ends)| (text, ends.total()))
        .filter(|(_, p)| *p > 0.0)
        .collect()
}

/// The best `most` prefixes, scaled so that long lines do not run out of numbers.
pub(super) fn strongest<P: Ord>(all: BTreeMap<P, Ends>, most: usize) -> Vec<(P, Ends)> {
    let mut list: Vec<(P, Ends)> = all.into_iter().collect();
    list.sort_by(|(p, a), (q, b)| b.total().total_cmp(&a.total()).then_with(|| p.cmp(q)));
    list.truncate(most);
    let top = list.first().map_or(0.0, |(_, ends)| ends.total());
    if top > 0.0 {
        for (_, ends) in &mut list {
            ends.blank /= top;
            ends.open /= top;
        }
    }
    list
}
