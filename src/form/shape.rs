//! What a code may look like, told while it is spelled: its pattern as an automaton over characters,
//! and its lengths. A line reader follows it to the readings that the form allows. Hyphens that a
//! shape does not have are passed over: people group what they write.

use regex::Regex;
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

use super::ValueKind;
use crate::charset::{bare, is_dash};

/// An automaton that needs more than this is not built, in bytes: a code's pattern takes some
/// thousand.
const MOST: usize = 1 << 20;

/// Pattern and lengths of a code; either may be missing.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    pattern: Option<&'a Regex>,
    length: &'a [usize],
}

impl<'a> Shape<'a> {
    /// `None` for answers of which the form knows no such thing.
    pub fn of(value: &'a ValueKind) -> Option<Self> {
        match value {
            ValueKind::Code {
                length, pattern, ..
            } if !length.is_empty() || pattern.is_some() => Some(Self {
                pattern: pattern.as_ref(),
                length,
            }),
            _ => None,
        }
    }

    /// Whether a text is allowed, spaces left out, and hyphens where only that makes it fit.
    pub fn fits(&self, text: &str) -> bool {
        let allows = |text: &str| {
            let length = self.length.is_empty() || self.length.contains(&text.chars().count());
            length && self.pattern.is_none_or(|p| p.is_match(text))
        };
        let text = bare(text);
        allows(&text) || allows(&text.replace(is_dash, ""))
    }

    /// What follows the text as it is spelled; `None` where the pattern makes too large an automaton
    /// or looks at what no automaton sees (a Unicode word's end).
    pub fn speller(&self) -> Option<Speller<'a>> {
        let build = |pattern: &Regex| {
            let config = dense::Config::new()
                .start_kind(StartKind::Unanchored)
                .dfa_size_limit(Some(MOST))
                .determinize_size_limit(Some(MOST));
            dense::Builder::new()
                .configure(config)
                .build(pattern.as_str())
                .ok()
        };
        let dfa = match self.pattern {
            Some(pattern) => Some(build(pattern)?),
            None => None,
        };
        let unanchored = start::Config::new().anchored(Anchored::No);
        let start = match &dfa {
            Some(dfa) => Some(dfa.start_state(&unanchored).ok()?),
            None => None,
        };
        Some(Speller {
            dfa,
            length: self.length,
            start,
        })
    }
}

/// A shape ready to be spelled.
pub struct Speller<'a> {
    dfa: Option<dense::DFA<Vec<u32>>>,
    length: &'a [usize],
    start: Option<StateID>,
}

/// How far a text has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelled {
    /// Of the automaton; `None` without a pattern, and behind a match that nothing can undo.
    state: Option<StateID>,
    characters: usize,
}

impl Speller<'_> {
    /// The empty text.
    pub fn start(&self) -> Spelled {
        Spelled {
            state: self.start,
            characters: 0,
        }
    }

    /// The text with one more character; `None` where nothing that begins so is allowed.
    pub fn after(&self, at: Spelled, c: char) -> Option<Spelled> {
        self.longer(at, c).or(is_dash(c).then_some(at))
    }

    fn longer(&self, at: Spelled, c: char) -> Option<Spelled> {
        let characters = at.characters + 1;
        let longest = self.length.iter().max();
        if longest.is_some_and(|most| characters > *most) {
            return None;
        }
        let mut state = at.state;
        if let Some(dfa) = &self.dfa {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let Some(before) = state else { break };
                let next = dfa.next_state(before, byte);
                // A match is told one byte late; a pattern without `$` matches whatever follows.
                state = (!dfa.is_match_state(next)).then_some(next);
                if dfa.is_dead_state(next) || dfa.is_quit_state(next) {
                    return None;
                }
            }
        }
        Some(Spelled { state, characters })
    }

    /// Whether the text may end here.
    pub fn is_whole(&self, at: Spelled) -> bool {
        let length = self.length.is_empty() || self.length.contains(&at.characters);
        let ends = |state| {
            let dfa = self.dfa.as_ref()?;
            Some(dfa.is_match_state(dfa.next_eoi_state(state)))
        };
        length && at.state.is_none_or(|s| ends(s).unwrap_or(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(pattern: Option<&str>, length: &[usize]) -> ValueKind {
        ValueKind::Code {
            length: length.to_vec(),
            pattern: pattern.map(|p| Regex::new(p).expect("a pattern")),
            check: None,
        }
    }

    fn spelled(value: &ValueKind, text: &str) -> (bool, bool) {
        let shape = Shape::of(value).expect("a shape");
        let speller = shape.speller().expect("an automaton");
        let step = |at: Option<Spelled>, c| at.and_then(|at| speller.after(at, c));
        let at = text.chars().fold(Some(speller.start()), step);
        (at.is_some(), at.is_some_and(|at| speller.is_whole(at)))
    }

    #[test]
    fn a_beginning_may_go_on_and_a_whole_text_may_end() {
        let plate = code(Some(r"^[A-Z]{2}\d{3}$"), &[]);
        let either = code(Some("^(A|B2?)$"), &[]);
        let long = code(None, &[2, 4]);
        let loose = code(Some("K"), &[3]);
        let kana = code(Some("^[あ-ん]-[0-9]$"), &[]);
        let cases: [(&ValueKind, &str, (bool, bool)); 19] = [
            (&plate, "", (true, false)),
            (&plate, "K", (true, false)),
            (&plate, "K1", (false, false)),
            (&plate, "KA12", (true, false)),
            (&plate, "KA123", (true, true)),
            (&plate, "KA1234", (false, false)),
            (&either, "A", (true, true)),
            (&either, "B", (true, true)),
            (&either, "B2", (true, true)),
            (&either, "A2", (false, false)),
            (&long, "12", (true, true)),
            (&long, "123", (true, false)),
            (&long, "12345", (false, false)),
            (&loose, "1K2", (true, true)),
            (&loose, "112", (true, false)),
            (&kana, "か-1", (true, true)),
            (&plate, "KA-123", (true, true)),
            (&plate, "KA-12", (true, false)),
            (&kana, "か1", (false, false)),
        ];
        for (value, text, expected) in cases {
            assert_eq!(spelled(value, text), expected, "`{text}` under {value:?}");
            let shape = Shape::of(value).expect("a shape");
            assert_eq!(shape.fits(text), expected.1, "`{text}`");
        }
    }

    #[test]
    fn what_has_no_shape_has_none() {
        assert!(Shape::of(&code(None, &[])).is_none());
        assert!(Shape::of(&ValueKind::Name).is_none());
        let word = code(Some(r"^K\b"), &[]);
        let shape = Shape::of(&word).expect("a shape");
        assert!(shape.speller().is_none(), "a Unicode word's end");
    }
}
