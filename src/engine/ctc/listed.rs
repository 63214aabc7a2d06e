//! What a list holds that fits a line: prefix beam search under a prefix tree (Graves and Jaitly,
//! Towards end-to-end speech recognition with recurrent neural networks, ICML 2014, with the tree in
//! place of the language model).
//!
//! Behind a word of an open list (a town) anything may follow. Characters that only their neighbors
//! tell apart count for each other, since the list says which it is; spaces count for nothing.

use std::collections::BTreeMap;

use super::beam::{Ends, strongest};
use super::{FOLLOWED, Mask, NEGLIGIBLE, Step};
use crate::charset::alike;
use crate::lists::{Lexicon, Node};

/// Prefixes that the search keeps.
const BEAM: usize = 40;
/// Nodes with at most so many branches are followed into all of them, whatever the ink says: a
/// character that the network does not see at all may still be the one.
const BRANCHES: usize = 24;
/// What a character has at least.
const FLOOR: f64 = 1e-6;
/// Words that are returned.
const TOLD: usize = 4;

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

    /// The words of the list that fit best (behind a word of an open list whatever follows), with
    /// the logarithm of their probability against that of `free`, the reading without a list.
    pub(super) fn listed(&self, lexicon: &Lexicon, free: &str) -> Vec<(String, f64)> {
        let bare: String = free.chars().filter(|c| !c.is_whitespace()).collect();
        let of_free = self.ln_probability(&bare);
        let mut found: Vec<(String, f64)> = Search::new(self, lexicon)
            .run()
            .into_iter()
            .map(|text| {
                let score = self.ln_probability(&text) - of_free;
                (text, score)
            })
            .filter(|(_, score)| score.is_finite())
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(TOLD);
        found
    }
}

/// A beginning that the search keeps.
#[derive(Clone, Copy)]
struct Kept {
    /// `None` behind a word of an open list.
    node: Option<Node>,
    ends: Ends,
}

impl AsMut<Ends> for Kept {
    fn as_mut(&mut self) -> &mut Ends {
        &mut self.ends
    }
}

/// A beginning and whether it has left the list.
type Prefix = (String, bool);

struct Search<'a> {
    line: &'a Line<'a>,
    lexicon: &'a Lexicon,
    branches: BTreeMap<Node, Option<Vec<(char, Node)>>>,
}

impl<'a> Search<'a> {
    fn new(line: &'a Line<'a>, lexicon: &'a Lexicon) -> Self {
        Self {
            line,
            lexicon,
            branches: BTreeMap::new(),
        }
    }

    fn run(mut self) -> Vec<String> {
        let root = Kept {
            node: Some(self.lexicon.root()),
            ends: Ends::START,
        };
        let mut kept: Vec<(Prefix, Kept)> = vec![((String::new(), false), root)];
        for i in 0..self.line.steps.len() {
            let mut next: BTreeMap<Prefix, Kept> = BTreeMap::new();
            for (prefix, one) in &kept {
                self.follow(i, prefix, *one, &mut next);
            }
            kept = strongest(next, BEAM);
        }
        let whole = |one: &Kept| one.node.is_none_or(|n| self.lexicon.is_word(n));
        let mut texts: Vec<String> = Vec::new();
        for ((text, _), one) in kept {
            if whole(&one) && one.ends.total() > 0.0 && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.truncate(2 * TOLD);
        texts
    }

    fn follow(
        &mut self,
        i: usize,
        (text, free): &Prefix,
        Kept { node, ends }: Kept,
        next: &mut BTreeMap<Prefix, Kept>,
    ) {
        let line = self.line;
        let last = text.chars().next_back();
        let mut add = |text: String, free: bool, node: Option<Node>, more: Ends| {
            let kept = next.entry((text, free)).or_insert(Kept {
                node,
                ends: Ends::default(),
            });
            kept.ends.blank += more.blank;
            kept.ends.open += more.open;
        };
        let stays = Ends {
            blank: ends.total() * line.none(i),
            open: last.map_or(0.0, |c| ends.open * line.says(i, c)),
        };
        add(text.clone(), *free, node, stays);
        for (c, node) in self.ways(i, node) {
            let from = ends.before(last == Some(c));
            if from > 0.0 {
                let mut longer = text.clone();
                longer.push(c);
                let more = Ends {
                    open: from * line.says(i, c),
                    ..Ends::default()
                };
                add(longer, node.is_none(), node, more);
            }
        }
    }

    /// What may come next: branches of the list, and behind a word of an open list what the ink
    /// says.
    fn ways(&mut self, i: usize, node: Option<Node>) -> Vec<(char, Option<Node>)> {
        let seen = self.line.steps[i].chars.iter();
        let seen: Vec<char> = seen
            .filter(|(c, p)| *p > NEGLIGIBLE && !c.is_whitespace())
            .map(|(c, _)| *c)
            .collect();
        let anything = |ways: &mut Vec<(char, Option<Node>)>| {
            for c in seen.iter().take(FOLLOWED) {
                if !ways.iter().any(|(known, _)| known == c) {
                    ways.push((*c, None));
                }
            }
        };
        let mut ways = Vec::new();
        let Some(node) = node else {
            anything(&mut ways);
            return ways;
        };
        let lexicon = self.lexicon;
        let few = self
            .branches
            .entry(node)
            .or_insert_with(|| lexicon.children(node, BRANCHES));
        match few {
            Some(few) => ways.extend(few.iter().map(|(c, n)| (*c, Some(*n)))),
            None => {
                for c in seen.iter().flat_map(|c| with_alike(*c)) {
                    let child = lexicon.child(node, c);
                    if child.is_some() && !ways.iter().any(|(known, _)| *known == c) {
                        ways.push((c, child));
                    }
                }
            }
        }
        if lexicon.is_open() && lexicon.is_word(node) {
            anything(&mut ways);
        }
        ways
    }
}

fn with_alike(c: char) -> impl Iterator<Item = char> {
    let others = alike(c).chars().filter(move |other| *other != c);
    std::iter::once(c).chain(others)
}

#[cfg(test)]
mod tests {
    use super::super::{Mask, step};
    use super::*;
    use crate::charset::Charset;

    /// Classes: blank, then these.
    const ALPHABET: [char; 7] = ['東', '西', '束', '町', '1', '2', ' '];

    fn row(said: &[(char, f32)]) -> Vec<f32> {
        let mut row = vec![0.0; ALPHABET.len() + 1];
        row[0] = 1.0 - said.iter().map(|(_, p)| p).sum::<f32>();
        for (c, p) in said {
            let at = ALPHABET.iter().position(|a| a == c).expect("known");
            row[at + 1] = *p;
        }
        row
    }

    fn listed(words: &[&str], open: bool, rows: &[Vec<f32>], free: &str) -> Vec<(String, f64)> {
        let mask = Mask::new(&ALPHABET, &Charset::Jis2);
        let steps: Vec<Step> = rows.iter().map(|r| step(r, &mask)).collect();
        let line = Line {
            rows: &rows.concat(),
            classes: ALPHABET.len() + 1,
            steps: &steps,
            mask: &mask,
        };
        let list = Lexicon::new(words.iter().map(|w| (*w).to_owned()), open);
        line.listed(&list, free)
    }

    #[test]
    fn the_list_decides_between_what_looks_alike() {
        let rows = [
            row(&[('束', 0.7), ('東', 0.2)]),
            row(&[]),
            row(&[('町', 0.9)]),
        ];
        let found = listed(&["東町", "西町"], false, &rows, "束町");
        assert_eq!(found[0].0, "東町");
        assert!((found[0].1 - (0.2f64 / 0.7).ln()).abs() < 0.05, "{found:?}");
        assert!(found[1].0 == "西町" && found[1].1 < -5.0, "{found:?}");
    }

    #[test]
    fn behind_a_word_of_an_open_list_anything_follows() {
        let rows = [
            row(&[('西', 0.9)]),
            row(&[('町', 0.9)]),
            row(&[(' ', 0.8)]),
            row(&[('1', 0.6), ('2', 0.3)]),
        ];
        let found = listed(&["東町", "西町"], true, &rows, "西町 1");
        assert_eq!(found[0].0, "西町1");
        assert!(found[0].1.abs() < 0.3, "{found:?}");
        let closed = listed(&["東町", "西町"], false, &rows, "西町 1");
        assert!(closed[0].0 == "西町" && closed[0].1 < -0.5, "{closed:?}");
    }

    #[test]
    fn an_empty_list_holds_nothing() {
        assert!(listed(&[], true, &[row(&[('西', 0.9)])], "西").is_empty());
    }

    #[test]
    fn a_texts_probability_is_the_sum_over_its_paths() {
        let rows = [row(&[('1', 0.5)]), row(&[('1', 0.5)])];
        let mask = Mask::new(&ALPHABET, &Charset::Jis2);
        let steps: Vec<Step> = rows.iter().map(|r| step(r, &mask)).collect();
        let line = Line {
            rows: &rows.concat(),
            classes: ALPHABET.len() + 1,
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
