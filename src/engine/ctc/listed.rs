//! What a list holds that fits a line. Behind a word of an open list (a town) anything may follow.

use std::collections::BTreeMap;

use super::FOLLOWED;
use super::guided::{Guide, with_alike};
use crate::charset::alike;
use crate::lists::{Lexicon, Node};

/// Nodes with at most so many branches are followed into all of them, whatever the ink says: a
/// character that the network does not see at all may still be the one.
const BRANCHES: usize = 24;

/// A list's prefix tree as a guide.
pub(super) struct Listed<'a> {
    lexicon: &'a Lexicon,
    branches: BTreeMap<Node, Option<Vec<(char, Node)>>>,
}

impl<'a> Listed<'a> {
    pub(super) fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            lexicon,
            branches: BTreeMap::new(),
        }
    }
}

/// Within a word, or behind one of an open list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    Within(Node),
    Behind(Node),
}

impl Guide for Listed<'_> {
    type At = At;

    fn start(&self) -> At {
        At::Within(self.lexicon.root())
    }

    /// Branches of the list, and behind a word of an open list what the ink says: of what looks alike
    /// one, for it is as probable as the others.
    fn ways(&mut self, seen: &[char], at: At) -> Vec<(char, At)> {
        let anything = |ways: &mut Vec<(char, At)>, word: Node| {
            for c in seen.iter().take(FOLLOWED) {
                let alike = |known: char| known == *c || alike(known).contains(*c);
                if !ways.iter().any(|(known, _)| alike(*known)) {
                    ways.push((*c, At::Behind(word)));
                }
            }
        };
        let mut ways = Vec::new();
        let node = match at {
            At::Within(node) => node,
            At::Behind(word) => {
                anything(&mut ways, word);
                return ways;
            }
        };
        let lexicon = self.lexicon;
        let few = self
            .branches
            .entry(node)
            .or_insert_with(|| lexicon.children(node, BRANCHES));
        match few {
            Some(few) => ways.extend(few.iter().map(|(c, n)| (*c, At::Within(*n)))),
            None => {
                for c in seen.iter().flat_map(|c| with_alike(*c)) {
                    let known = ways.iter().any(|(known, _)| *known == c);
                    if let Some(child) = lexicon.child(node, c).filter(|_| !known) {
                        ways.push((c, At::Within(child)));
                    }
                }
            }
        }
        if lexicon.is_open() && lexicon.is_word(node) {
            anything(&mut ways, node);
        }
        ways
    }

    fn is_whole(&self, at: At) -> bool {
        match at {
            At::Within(node) => self.lexicon.is_word(node),
            At::Behind(_) => true,
        }
    }

    fn known(&self, at: At) -> At {
        match at {
            At::Within(node) | At::Behind(node) => At::Within(node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::guided::Line;
    use super::super::{Mask, Step, step};
    use super::*;
    use crate::charset::Charset;

    /// Classes: blank, then these.
    const ALPHABET: [char; 12] = [
        '東', '西', '束', '町', '1', '2', ' ', 'ー', '-', 'カ', '力', '石',
    ];

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
        line.guided(Listed::new(&list), free)
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
    fn what_follows_crowds_out_no_other_word() {
        let rows = [
            row(&[('西', 0.9), ('東', 0.05)]),
            row(&[('町', 0.9)]),
            row(&[('1', 0.3), ('2', 0.3), ('束', 0.2)]),
            row(&[('1', 0.3), ('2', 0.3), ('束', 0.2)]),
            row(&[('町', 0.3), ('2', 0.3), ('束', 0.2)]),
        ];
        let found = listed(&["東町", "西町"], true, &rows, "西町12");
        let of = |word: &str| found.iter().filter(|(t, _)| t.starts_with(word)).count();
        assert!(of("西町") >= 4 && of("東町") >= 2, "{found:?}");
        assert!(
            found
                .iter()
                .any(|(t, _)| t.starts_with("東町") && t.len() > 6)
        );
    }

    #[test]
    fn of_what_looks_alike_behind_a_word_the_lines_own_reading_stands() {
        let rows = [
            row(&[('東', 0.9)]),
            row(&[('町', 0.9)]),
            row(&[('ー', 0.5), ('-', 0.3)]),
            row(&[('ー', 0.3), ('-', 0.5)]),
            row(&[('1', 0.9)]),
        ];
        for free in ["東町-1", "東町ー1"] {
            let found = listed(&["東町"], true, &rows, free);
            let of = found.iter().map(|(text, _)| text.as_str());
            let of: Vec<&str> = of
                .filter(|t| t.chars().count() == 4 && t.ends_with('1'))
                .collect();
            assert_eq!(of, [free]);
        }
    }

    #[test]
    fn words_that_only_their_neighbors_tell_apart_are_told_side_by_side() {
        let rows = [row(&[('カ', 0.5), ('力', 0.4)]), row(&[('石', 0.9)])];
        for open in [true, false] {
            let found = listed(&["カ石", "力石"], open, &rows, "力石");
            let of = |word: &str| found.iter().find(|(t, _)| t == word).map(|(_, p)| *p);
            assert!(
                of("カ石").is_some() && of("カ石") == of("力石"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn an_empty_list_holds_nothing() {
        assert!(listed(&[], true, &[row(&[('西', 0.9)])], "西").is_empty());
    }
}
