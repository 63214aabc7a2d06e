//! What looks drawn: a thin tick on a page of filled bubbles is no fainter an answer than they are,
//! although it darkens its box far less.
//!
//! Where no blank picture is known, the look is held against the page's own boxes: print in the boxes comes
//! out otherwise from box to box, of one bit a pixel most of all, and what is left of it after subtraction may
//! look drawn too; but a stroke of a pen makes its box darker than the empty ones. A box's own outline is left
//! over the same way, and looks like a circle round it; the edge of a stain makes it dark without any ink.

use std::ops::Range;

use crate::doubt::{Doubt, Reason};
use crate::read::MarkMeasures;

use super::stroke::ROUND;

/// What such a stroke counts at least, against the clear marks of the page.
const DRAWN: f64 = 0.8;

/// A box that looks drawn and is not this many spreads darker than the empty ones shows print. On the real
/// marked pages without a blank picture 613 marked boxes that look drawn are eight and more spreads darker,
/// 27 empty ones less than two, and none lies between; slips of the feeder bring marked ones down to three.
const AS_EMPTY: f64 = 2.0;

/// From so many spreads on the ink is there, whatever it looks like.
const DARKER: f64 = 5.0;

/// An outline round a box that is no darker than this, against the clear marks of the page, may be the box's
/// own. Of 52 that were seen on the real marked pages without a blank picture, and on bent, dim and dirty copies
/// of them, 37 are marks and 0.8 and more, 15 are print or dirt and 0.42 at most.
const HOLLOW: f64 = 0.6;

/// A box that is this much darker than the empty ones, against the clear marks of the page, and shows no ink
/// may lie at the edge of a stain. Real marks without ink of their own, where what an empty box of the kind
/// looks like is not seen on the page, are darker: of 3,741 on the real marked pages and 17 worn copies of them
/// the palest 0.54.
const TINTED: Range<f64> = 0.3..0.53;

/// A dark box whose paper on one side is darker by this factor owes its darkness to a stain. On the real marked
/// pages without a blank picture, as they are and on dirty and dim copies, 31 empty boxes are such and none of
/// 12,691 marked ones; the sloppiest of those have 1.56.
const STAINED: f64 = 1.6;

/// A stroke as dark as this, across this much of its box, covering at least and at most these shares of
/// it. True of 864 of 1,349 marked and of none of 14,663 empty boxes of the real marked pages.
fn is_drawn(m: &MarkMeasures) -> bool {
    m.contrast >= 0.5 && m.span >= 0.6 && (0.08..0.5).contains(&m.box_share)
}

/// Lets what looks drawn count as a clear mark, unless it is only print that does.
pub(super) fn lift(m: &mut MarkMeasures) {
    if is_drawn(m) && (m.known || m.excess >= AS_EMPTY) {
        m.relative = m.relative.max(DRAWN);
    }
}

/// Whether there is an outline round the box and little inside it.
fn is_hollow(m: &MarkMeasures) -> bool {
    m.enclosure >= ROUND && m.relative < HOLLOW
}

/// Whether the box is dark and nothing in it is ink.
fn is_tinted(m: &MarkMeasures) -> bool {
    m.box_share <= 0.0 && m.contrast <= 0.0 && TINTED.contains(&m.relative)
}

/// Whether the paper beside the box is dark enough to make the box so.
fn is_stained(m: &MarkMeasures) -> bool {
    m.relative >= TINTED.start && m.beside >= STAINED * m.relative
}

/// The doubt of a question whose best answer may be print, or whose print may be an answer: nothing in it
/// is plainly darker than an empty box, and something looks drawn, tinted or stained; or a box looks circled,
/// not marked.
pub(super) fn doubt(question: &[MarkMeasures]) -> Option<Doubt> {
    let unknown = || question.iter().filter(|m| !m.known);
    let unsure =
        |m: &MarkMeasures| is_drawn(m) && m.excess < DARKER || is_tinted(m) || is_stained(m);
    let plain = |m: &MarkMeasures| m.relative >= DRAWN && m.excess >= DARKER && !is_stained(m);
    let asked = unknown().any(unsure) && !question.iter().any(plain);
    (asked || unknown().any(is_hollow)).then(|| Reason::LowConf.into())
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

    fn lifted(mut m: MarkMeasures) -> f64 {
        lift(&mut m);
        m.relative
    }

    #[test]
    fn a_thin_tick_counts_as_a_clear_mark() {
        assert!((lifted(stroke(6.0)) - DRAWN).abs() < 1e-9);
        assert!(lifted(paper()) < 1e-9);
        assert_eq!(doubt(&[stroke(6.0), paper()]), None);
    }

    #[test]
    fn print_that_looks_drawn_is_no_mark_and_what_rests_on_looks_is_asked() {
        assert!(lifted(stroke(0.3)) < 0.1);
        // What is a little darker may be either: it stays, and nothing rests on it alone.
        assert!((lifted(stroke(2.5)) - DRAWN).abs() < 1e-9);
        let asked = Some(Doubt::new(Reason::LowConf));
        assert_eq!(doubt(&[stroke(2.5), paper()]), asked);
        assert_eq!(doubt(&[stroke(0.3), paper()]), asked);
        assert_eq!(doubt(&[paper(), paper()]), None);
        let plain = MarkMeasures {
            relative: 1.1,
            ..stroke(12.0)
        };
        assert_eq!(doubt(&[stroke(0.3), plain]), None);
    }

    #[test]
    fn an_outline_round_an_empty_box_is_asked() {
        let outline = |relative| MarkMeasures {
            enclosure: 0.8,
            excess: 6.0,
            relative,
            ..MarkMeasures::default()
        };
        assert_eq!(
            doubt(&[outline(0.05), paper()]),
            Some(Doubt::new(Reason::LowConf))
        );
        assert_eq!(doubt(&[outline(0.9), paper()]), None);
        let known = MarkMeasures {
            known: true,
            ..outline(0.05)
        };
        assert_eq!(doubt(&[known, paper()]), None);
    }

    #[test]
    fn a_dark_box_without_ink_is_asked_unless_another_is_marked() {
        let tinted = MarkMeasures {
            relative: 0.51,
            excess: 23.0,
            ..MarkMeasures::default()
        };
        let plain = MarkMeasures {
            relative: 1.0,
            ..tinted
        };
        let asked = Some(Doubt::new(Reason::LowConf));
        assert_eq!(doubt(&[tinted, paper()]), asked);
        assert_eq!(doubt(&[tinted, plain]), None);
        let inked = MarkMeasures {
            box_share: 0.05,
            contrast: 0.4,
            ..tinted
        };
        assert_eq!(doubt(&[inked, paper()]), None);
    }

    #[test]
    fn a_box_at_the_edge_of_a_stain_is_asked_unless_another_is_marked() {
        let box_ = |relative, beside| MarkMeasures {
            box_share: 0.1,
            contrast: 0.4,
            excess: 30.0,
            relative,
            beside,
            ..MarkMeasures::default()
        };
        let asked = Some(Doubt::new(Reason::LowConf));
        let (edge, sloppy) = (box_(0.68, 1.27), box_(0.9, 1.2));
        assert_eq!(doubt(&[edge, paper()]), asked);
        assert_eq!(doubt(&[box_(1.0, 2.0), paper()]), asked);
        assert_eq!(doubt(&[edge, sloppy]), None);
        assert_eq!(doubt(&[sloppy, paper()]), None);
        let known = MarkMeasures {
            known: true,
            ..edge
        };
        assert_eq!(doubt(&[known, paper()]), None);
    }

    #[test]
    fn where_the_blank_is_known_the_look_is_enough() {
        let known = |excess| MarkMeasures {
            known: true,
            ..stroke(excess)
        };
        assert_eq!(doubt(&[known(0.0)]), None);
        assert!((lifted(known(0.0)) - DRAWN).abs() < 1e-9);
    }
}
