//! A list of words as a prefix tree: the words sorted, a node being the range of those that share a
//! beginning. Takes little more memory than the words.

use crate::charset::bare;

/// Words of a list. Spaces are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon {
    text: String,
    /// Where each word begins in `text`, in the order of the words, and the end of the last.
    starts: Vec<u32>,
    /// Anything may follow a word: a house number behind a town.
    open: bool,
}

/// Words that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    from: u32,
    to: u32,
    /// Bytes of the beginning.
    depth: u32,
}

impl Lexicon {
    /// Of words in any order, each counted once; empty ones are left out.
    pub fn new(words: impl IntoIterator<Item = String>, open: bool) -> Self {
        let mut words: Vec<String> = words.into_iter().map(|word| bare(&word)).collect();
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        let mut starts = Vec::with_capacity(words.len() + 1);
        let mut text = String::with_capacity(words.iter().map(String::len).sum());
        for word in &words {
            starts.push(text.len() as u32);
            text.push_str(word);
        }
        starts.push(text.len() as u32);
        Self { text, starts, open }
    }

    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether anything may follow a word.
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn contains(&self, word: &str) -> bool {
        self.position(word).is_some()
    }

    /// The words in their order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|k| self.word(k))
    }

    /// Where in their order a word stands.
    pub fn position(&self, word: &str) -> Option<usize> {
        let node = self.walk(word).filter(|node| self.is_word(*node));
        node.map(|node| node.from as usize)
    }

    /// The node of all words.
    pub fn root(&self) -> Node {
        Node {
            from: 0,
            to: self.len() as u32,
            depth: 0,
        }
    }

    /// Whether the node's beginning is a word itself.
    pub fn is_word(&self, node: Node) -> bool {
        node.from < node.to && self.word(node.from).len() as u32 == node.depth
    }

    /// The words that go on with `c`.
    pub fn child(&self, node: Node, c: char) -> Option<Node> {
        let before = |word: &str| next(word, node.depth).is_none_or(|d| d < c);
        let until = |word: &str| next(word, node.depth).is_none_or(|d| d <= c);
        let from = self.first(node, before);
        let to = self.first(node, until);
        (from < to).then_some(Node {
            from,
            to,
            depth: node.depth + c.len_utf8() as u32,
        })
    }

    /// The characters that words go on with, at most `most` of them and `None` when there are more.
    pub fn children(&self, node: Node, most: usize) -> Option<Vec<(char, Node)>> {
        let mut found = Vec::new();
        let mut at = node.from;
        while at < node.to {
            let Some(c) = next(self.word(at), node.depth) else {
                at += 1;
                continue;
            };
            let rest = Node { from: at, ..node };
            let child = self.child(rest, c)?;
            found.push((c, child));
            at = child.to;
            if found.len() > most {
                return None;
            }
        }
        Some(found)
    }

    /// The longest word that `text` begins with.
    pub fn longest_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut node = self.root();
        let mut found = None;
        for (at, c) in text.char_indices() {
            let Some(child) = self.child(node, c) else {
                break;
            };
            node = child;
            if self.is_word(node) {
                found = Some(&text[..at + c.len_utf8()]);
            }
        }
        found
    }

    fn walk(&self, text: &str) -> Option<Node> {
        text.chars()
            .try_fold(self.root(), |node, c| self.child(node, c))
    }

    fn word(&self, k: u32) -> &str {
        let k = k as usize;
        &self.text[self.starts[k] as usize..self.starts[k + 1] as usize]
    }

    /// The first word of the node for which `before` is no longer true.
    fn first(&self, node: Node, before: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (node.from, node.to);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.word(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The character of a word behind so many bytes.
fn next(word: &str, depth: u32) -> Option<char> {
    word[depth as usize..].chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lexicon(words: &[&str]) -> Lexicon {
        Lexicon::new(words.iter().map(|w| (*w).to_owned()), false)
    }

    #[test]
    fn words_are_found_and_beginnings_are_not() {
        let towns = lexicon(&[
            "舞鶴市浜",
            "舞鶴市 北吸",
            "綾部市",
            "舞鶴市",
            "舞鶴市浜",
            "",
        ]);
        assert_eq!(towns.len(), 4);
        for (text, known) in [
            ("舞鶴市浜", true),
            ("舞鶴市北吸", true),
            ("舞鶴市", true),
            ("舞鶴", false),
            ("舞鶴市浜町", false),
            ("", false),
        ] {
            assert_eq!(towns.contains(text), known, "`{text}`");
        }
        assert_eq!(towns.longest_start("舞鶴市浜1-2"), Some("舞鶴市浜"));
        assert_eq!(towns.longest_start("舞鶴市余部"), Some("舞鶴市"));
        assert_eq!(towns.longest_start("京都市"), None);
    }

    #[test]
    fn children_are_the_next_characters() {
        let towns = lexicon(&["ab", "ac", "acd", "b"]);
        let chars = |node| -> Vec<char> {
            let all = towns.children(node, 9).expect("few");
            all.into_iter().map(|(c, _)| c).collect()
        };
        let a = towns.child(towns.root(), 'a').expect("a");
        assert_eq!(chars(towns.root()), ['a', 'b']);
        assert_eq!(chars(a), ['b', 'c']);
        assert!(!towns.is_word(a));
        let ac = towns.child(a, 'c').expect("ac");
        assert!(towns.is_word(ac));
        assert_eq!(chars(ac), ['d']);
        assert_eq!(towns.children(towns.root(), 1), None);
        assert_eq!(towns.child(ac, 'b'), None);
    }

    proptest! {
        #[test]
        fn what_goes_in_is_found(words in prop::collection::vec("[あ-お一二]{0,4}", 0..30), other in "[あ-お一二]{1,4}") {
            let list = Lexicon::new(words.clone(), false);
            for word in words.iter().filter(|w| !w.is_empty()) {
                prop_assert!(list.contains(word));
            }
            prop_assert_eq!(list.contains(&other), words.contains(&other));
        }
    }
}
