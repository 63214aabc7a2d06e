//! What looks drawn: a thin tick on a page of filled bubbles is no fainter an answer than they are,
//! although it darkens its box far less.
//!
//! Where no blank picture is known, the look is held against the page's own boxes. On a page of one bit a
//! pixel the print in the boxes comes out otherwise from box to box, and what is left of it after
//! subtraction looks drawn: then boxes do that are no darker than the empty ones, which a stroke of a pen
//! never leaves behind. Of the 44 real pages without a blank picture one has one such box as it was scanned;
//! the same pages made one-bit at three levels have 3 to 583 of up to 900 where letters stand in the boxes, and
//! none elsewhere.

use crate::doubt::{Doubt, Reason};
use crate::read::MarkMeasures;

/// What such a stroke counts at least, against the clear marks of the page.
const DRAWN: f64 = 0.8;

/// A box that looks drawn and is not this many spreads darker than the empty ones shows print.
const AS_EMPTY: f64 = 1.0;

/// So many of them, and the look says little on the page.
const MANY: usize = 3;

/// From so many spreads on the ink is there, whatever it looks like.
const DARKER: f64 = 5.0;

/// A stroke as dark as this, across this much of its box, covering at least and at most these shares of
/// it. True of 864 of 1,349 marked and of none of 14,663 empty boxes of the real marked pages.
fn is_drawn(m: &MarkMeasures) -> bool {
    m.contrast >= 0.5 && m.span >= 0.6 && (0.08..0.5).contains(&m.box_share)
}

/// Whether the look of the ink tells strokes from print on this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Tells,
    Deceives,
}

impl Look {
    pub(super) fn of<'a>(page: impl Iterator<Item = &'a MarkMeasures>) -> Self {
        let print = |m: &&MarkMeasures| !m.known && is_drawn(m) && m.excess < AS_EMPTY;
        if page.filter(print).count() >= MANY {
            Self::Deceives
        } else {
            Self::Tells
        }
    }

    /// Lets what looks drawn count as a clear mark, unless it is only print that does.
    pub(super) fn lift(self, m: &mut MarkMeasures) {
        if is_drawn(m) && !(self.deceives(m) && m.excess < AS_EMPTY) {
            m.relative = m.relative.max(DRAWN);
        }
    }

    /// The doubt of a question whose best answer may be print, or whose print may be an answer: nothing
    /// in it is plainly darker than an empty box, and something looks drawn.
    pub(super) fn doubt(self, question: &[MarkMeasures]) -> Option<Doubt> {
        let unsure = |m: &MarkMeasures| self.deceives(m) && is_drawn(m) && m.excess < DARKER;
        let plain = |m: &MarkMeasures| m.relative >= DRAWN && m.excess >= DARKER;
        let asked = question.iter().any(unsure) && !question.iter().any(plain);
        asked.then(|| Reason::LowConf.into())
    }

    fn deceives(self, m: &MarkMeasures) -> bool {
        self == Self::Deceives && !m.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box with a stroke across it, so many spreads darker than an empty one.
    fn stroke(excess: f64) -> MarkMeasures {
        MarkMeasures {
            contrast: 0.7,
            span: 0.8,
            box_share: 0.1,
            excess,
            relative: 0.02 * excess,
            ..MarkMeasures::default()
        }
    }

    fn paper() -> MarkMeasures {
        MarkMeasures::default()
    }

    fn lifted(look: Look, mut m: MarkMeasures) -> f64 {
        look.lift(&mut m);
        m.relative
    }

    #[test]
    fn a_thin_tick_counts_as_a_clear_mark() {
        let page = [stroke(6.0), stroke(2.5), paper(), paper()];
        let look = Look::of(page.iter());
        assert_eq!(look, Look::Tells);
        assert!((lifted(look, stroke(2.5)) - DRAWN).abs() < 1e-9);
        assert!(lifted(look, paper()) < 1e-9);
        assert_eq!(look.doubt(&[stroke(2.5), paper()]), None);
    }

    #[test]
    fn print_that_looks_drawn_is_no_mark_and_what_rests_on_looks_is_asked() {
        let mut page = vec![paper(); 20];
        page.extend([stroke(-1.0), stroke(0.3), stroke(0.0)]);
        let look = Look::of(page.iter());
        assert_eq!(look, Look::Deceives);
        assert!(lifted(look, stroke(0.3)) < 0.1);
        // What is a little darker may be either: it stays, and nothing rests on it alone.
        assert!((lifted(look, stroke(2.5)) - DRAWN).abs() < 1e-9);
        let asked = Some(Doubt::new(Reason::LowConf));
        assert_eq!(look.doubt(&[stroke(2.5), paper()]), asked);
        assert_eq!(look.doubt(&[stroke(0.3), paper()]), asked);
        assert_eq!(look.doubt(&[paper(), paper()]), None);
        let plain = MarkMeasures {
            relative: 1.1,
            ..stroke(12.0)
        };
        assert_eq!(look.doubt(&[stroke(0.3), plain]), None);
    }

    #[test]
    fn where_the_blank_is_known_nothing_deceives() {
        let known = |excess| MarkMeasures {
            known: true,
            ..stroke(excess)
        };
        let page = [known(0.0), known(0.0), known(0.0), known(0.0)];
        assert_eq!(Look::of(page.iter()), Look::Tells);
        assert_eq!(Look::Deceives.doubt(&[known(0.0)]), None);
        assert!((lifted(Look::Deceives, known(0.0)) - DRAWN).abs() < 1e-9);
    }
}
