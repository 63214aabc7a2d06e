//! The readings of a line that a code's pattern and length allow.

use super::Mask;
use super::guided::{Guide, with_alike};
use crate::form::{Spelled, Speller};

/// Of a field with at most so many characters all are tried, whatever the ink says: one that the
/// network does not see at all may still be the one.
const TRIED: usize = 64;

/// A code's shape as a guide.
pub(super) struct Shaped<'a> {
    speller: Speller<'a>,
    /// The field's characters where they are few.
    few: Vec<char>,
}

impl<'a> Shaped<'a> {
    pub(super) fn new(speller: Speller<'a>, mask: &Mask) -> Self {
        let few = if mask.of_char.len() <= TRIED {
            mask.of_char.keys().copied().collect()
        } else {
            Vec::new()
        };
        Self { speller, few }
    }
}

impl Guide for Shaped<'_> {
    type At = Spelled;

    fn start(&self) -> Spelled {
        self.speller.start()
    }

    fn ways(&mut self, seen: &[char], at: Spelled) -> Vec<(char, Spelled)> {
        let mut tried: Vec<char> = seen.iter().flat_map(|c| with_alike(*c)).collect();
        tried.extend(&self.few);
        tried.sort_unstable();
        tried.dedup();
        let after = |c: char| Some((c, self.speller.after(at, c)?));
        tried.into_iter().filter_map(after).collect()
    }

    fn is_whole(&self, at: Spelled) -> bool {
        self.speller.is_whole(at)
    }

    fn known(&self, at: Spelled) -> Spelled {
        at
    }
}

#[cfg(test)]
mod tests {
    use super::super::guided::Line;
    use super::super::{Step, step};
    use super::*;
    use crate::charset::Charset;
    use crate::form::{Shape, ValueKind};

    /// Classes: blank, then these.
    const ALPHABET: [char; 6] = ['A', '8', 'B', '1', 'I', '-'];

    fn shaped(pattern: &str, said: &[[(char, f32); 2]], free: &str) -> Vec<(String, f64)> {
        let value = ValueKind::Code {
            length: Vec::new(),
            pattern: Some(regex::Regex::new(pattern).expect("a pattern")),
            check: None,
        };
        let mask = Mask::new(&ALPHABET, &Charset::Only(ALPHABET.into_iter().collect()));
        let classes = ALPHABET.len() + 1;
        let mut rows = Vec::new();
        for step in said {
            let mut row = vec![0.0; classes];
            row[0] = 1.0 - step.iter().map(|(_, p)| p).sum::<f32>();
            for (c, p) in step {
                row[ALPHABET.iter().position(|a| a == c).expect("known") + 1] = *p;
            }
            rows.extend(row);
        }
        let steps: Vec<Step> = rows.chunks(classes).map(|r| step(r, &mask)).collect();
        let line = Line {
            rows: &rows,
            classes,
            steps: &steps,
            mask: &mask,
        };
        let speller = Shape::of(&value)
            .and_then(|s| s.speller())
            .expect("a shape");
        line.guided(Shaped::new(speller, &mask), free)
    }

    #[test]
    fn the_pattern_tells_what_was_meant() {
        let said = [
            [('8', 0.7), ('B', 0.25)],
            [('1', 0.9), ('I', 0.05)],
            [('8', 0.6), ('B', 0.3)],
        ];
        let found = shaped("^[AB][0-9]{2}$", &said, "818");
        assert_eq!(found[0].0, "B18");
        assert!((found[0].1 - (0.25f64 / 0.7).ln()).abs() < 0.1, "{found:?}");
        assert!(found[1].1 < -5.0, "what the ink does not say: {found:?}");
    }

    #[test]
    fn hyphens_that_the_pattern_lacks_are_passed_over() {
        let said = [
            [('A', 0.9), ('B', 0.0)],
            [('-', 0.9), ('B', 0.0)],
            [('I', 0.6), ('1', 0.3)],
        ];
        let found = shaped("^A[0-9]$", &said, "A-I");
        assert_eq!(found[0].0, "A-1");
    }
}
