//! Two readers of one box become one distribution.
//!
//! The network for boxes and the line recognizer were trained by different people on different
//! material and see different pictures of the ink, so their errors are nearly independent. Their
//! opinions are multiplied, each with a weight and a floor (a logarithmic opinion pool: Genest and
//! Zidek, Combining probability distributions, Statistical Science 1986). Weights and floors are
//! fitted to made cards that neither reader has seen (`training/fuse.py`) and held against real
//! hands: `models/README.md` has the table.

use std::collections::BTreeMap;

use super::search::{BLANK, Slot, UNREADABLE};
use crate::charset::{Charset, alike, large_kana};
use crate::doubt::{Doubt, Reason};
use crate::read::CellReading;

/// How much the two opinions count.
#[derive(Debug, PartialEq)]
pub(super) struct Pool {
    /// Exponents of the network's and of the line recognizer's probabilities.
    network: f64,
    line: f64,
    /// Exponent of what the line recognizer leaves to no single character, where the network is not
    /// itself in earnest about a rejection ([`EARNEST`]).
    rest: f64,
    /// What a reader leaves to a character that it does not name.
    network_floor: f64,
    line_floor: f64,
    /// What the two together, and not one alone, leave to a rejection is let off where it is less than this.
    let_off: f64,
}

/// Rows of digits in boxes: as [`LONE_DIGITS`], but for a faint rejection. Training shows one picture in
/// seven that is no single digit, cards far fewer, so a little is left to a rejection in box after box,
/// and over eleven boxes it adds up to a question. Where no box of the row is rejected in earnest, what
/// tells one digit from the next decides: 1,207 instead of 1,174 of 1,800 rows of made cards pass (three
/// seeds), seven wrong both times; of 2,000 rows of 50,000 other writers' digits 1,224 instead of 1,181,
/// 20 wrong both times; of the hand cards' 60 the same 43, none wrong; of 480 rows with a box that holds
/// no single digit the same eleven.
const DIGITS: Pool = Pool {
    let_off: 0.2,
    ..LONE_DIGITS
};
/// Digits one by one (ranks), and those of a line. With `digits-2`: the best likelihood is as good from
/// 0.7 to 0.8; more weight errs more. What keeps most numbers below 0.995 is a little left to a rejection
/// in box after box, where the line recognizer sees one digit plainly. Counted in full, its word there
/// lets 1,164 instead of 1,103 of 1,800 rows of made cards pass (two seeds; four wrong for three) and 43
/// instead of 38 of the hand cards' 60, none wrong; of 480 rows with a box that holds no single digit
/// (`training/cards.py --spoiled`) five instead of four.
const LONE_DIGITS: Pool = Pool {
    network: 0.8,
    line: 0.5,
    rest: 1.0,
    network_floor: 1e-4,
    line_floor: 1e-4,
    let_off: 0.0,
};
/// With `kana-2` and `jis1-3` as one network. The made cards alone would trust it more (1.4 and 0.5), but
/// their glyphs are fonts, as its training's were; on the hand cards the line recognizer is as good. At
/// 0.995 90 % of 898 names pass on made cards (seed 1), none wrong; 90 % of the hand cards' 60, none wrong.
/// On cards that nothing was chosen on (seed 2) 658 of 900 are accepted, none wrong. With `kana-3` in its place
/// the hand cards' hiragana names pass 28 times of 30 instead of 23, none wrong; of 660 made names (seeds 41 and
/// 42) 512 instead of 514, one wrong.
const KANA: Pool = Pool {
    network: 1.2,
    line: 0.7,
    rest: 0.7,
    network_floor: 1e-4,
    line_floor: 1e-3,
    let_off: 0.0,
};
/// With `jis1-3` the network is the better of the two: it counts more, and what it is half sure of is
/// asked however sure the line recognizer is. Rows of arbitrary kanji on made cards (two seeds): 51 %
/// pass at 0.995, 4 of 418 wrong, of these three 帥 that both read 師; see `models/README.md`.
const TEXT: Pool = Pool {
    network: 1.0,
    line: 0.4,
    rest: 0.4,
    network_floor: 1e-4,
    line_floor: 1e-4,
    let_off: 0.0,
};

/// A network that gives as much to a rejection means it: a digit written over another reads as one of
/// the two to the line recognizer (four of 480 rows pass where the network gave 0.26 to 0.42 and was
/// overruled).
const EARNEST: f64 = 0.2;

/// A line recognizer that gives as much to one character has an opinion.
const DECIDED: f64 = 0.5;

/// From here on two readers that say the same settle a doubt about the ink of a box.
const AGREED: f64 = 0.995;

/// The most that the line recognizer is believed where no network knows the characters: it is no
/// gate for handwriting on its own.
const ALONE: f64 = 0.98;

/// What a reader says of one box: characters, [`BLANK`] and [`UNREADABLE`] with probabilities.
type Opinion = BTreeMap<char, f64>;

impl Pool {
    /// As fitted for the readers of this charset.
    pub(super) fn of(charset: &Charset) -> &'static Self {
        match charset {
            Charset::Digits => &DIGITS,
            Charset::Only(set) if set.iter().all(char::is_ascii_digit) => &LONE_DIGITS,
            Charset::Hiragana | Charset::Katakana | Charset::Kana => &KANA,
            _ => &TEXT,
        }
    }

    /// For digits that are no row of boxes.
    pub(super) fn of_lone_digits() -> &'static Self {
        &LONE_DIGITS
    }

    /// What one box may hold, as it counts for the row: its characters, nothing, or, unless that is let
    /// off, no single character.
    pub(super) fn slot(&self, cell: &CellReading) -> Slot {
        let mut said = self.said(cell);
        let rejected = said.iter().find(|(c, _)| *c == UNREADABLE);
        let rejected = rejected.map_or(0.0, |(_, p)| *p);
        let by_both = !cell.witness.is_empty() && !cell.alternatives.is_empty();
        if by_both && rejected < self.let_off {
            said.retain(|(c, _)| *c != UNREADABLE);
            for (_, p) in &mut said {
                *p /= 1.0 - rejected;
            }
        }
        said
    }

    /// What one box may hold: its characters, nothing, or no single character.
    fn said(&self, cell: &CellReading) -> Slot {
        let network = said_by_network(cell);
        let asked = network.values().any(|p| *p > 0.0);
        match (said_by_line(cell), asked) {
            (Some(line), true) => in_order(self.pooled(&network, &line)),
            (Some(line), false) => in_order(believed_alone(line)),
            (None, true) => in_order(network),
            (None, false) => vec![(BLANK, 1.0)],
        }
    }

    /// Whether both readers say the same so surely that this doubt about the ink is none: a stroke
    /// that touches the frame, strokes thicker than in the other boxes. Of 487 such boxes on 900 made
    /// cards one was read wrong; of 209 digits that were written over another and noticed (150 made
    /// cards) none was read so surely. Ink that was left out (`OVERFLOW`) is no such doubt: 2 of 54
    /// had lost a voicing mark.
    pub(super) fn settles(&self, cell: &CellReading, doubt: &Doubt) -> bool {
        let settled = matches!(doubt.reason, Reason::FrameTouch | Reason::Overwrite)
            && !cell.witness.is_empty()
            && !cell.alternatives.is_empty();
        settled && {
            let (best, sure) = self
                .said(cell)
                .first()
                .copied()
                .unwrap_or((UNREADABLE, 0.0));
            let first = |said: &Opinion| favorite(said).map(|(c, _)| c);
            let line = said_by_line(cell);
            sure >= AGREED
                && best != UNREADABLE
                && first(&said_by_network(cell)) == Some(best)
                && line.as_ref().and_then(first) == Some(best)
        }
    }

    fn pooled(&self, network: &Opinion, line: &Opinion) -> Opinion {
        // What the line recognizer does not give to one character is for none and for several.
        let rest = 1.0 - line.values().sum::<f64>();
        let rejected = network.get(&UNREADABLE).copied().unwrap_or(0.0);
        let of_rest = if rejected < EARNEST {
            self.rest
        } else {
            self.line
        };
        let weigh = |c: char| {
            let of_network = network.get(&c).copied().unwrap_or(0.0);
            let (of_line, counts) = match c {
                BLANK | UNREADABLE => (rest, of_rest),
                _ => (line.get(&c).copied().unwrap_or(0.0), self.line),
            };
            of_network.max(self.network_floor).powf(self.network)
                * of_line.max(self.line_floor).powf(counts)
        };
        let named = network.keys().chain(line.keys());
        let weights: Opinion = named.map(|c| (*c, weigh(*c))).collect();
        let total: f64 = weights.values().sum();
        weights.into_iter().map(|(c, w)| (c, w / total)).collect()
    }
}

/// Whether the line recognizer is decided for another character than the network: then no
/// arithmetic settles it, a person does.
pub(super) fn contradicted(cell: &CellReading) -> bool {
    let of_line = said_by_line(cell).and_then(|said| favorite(&said));
    let of_network = favorite(&said_by_network(cell));
    match (of_network, of_line) {
        (Some((c, p)), Some((d, q))) => p > 0.0 && q >= DECIDED && c != d,
        _ => false,
    }
}

/// What a reader thinks most likely.
fn favorite(said: &Opinion) -> Option<(char, f64)> {
    let best = said.iter().max_by(|a, b| a.1.total_cmp(b.1));
    best.map(|(c, p)| (*c, *p))
}

/// What looks like the line recognizer's favorite and is told from it only by its neighbors (二 and
/// ニ) speaks for it: the network sees no neighbors.
fn said_by_network(cell: &CellReading) -> Opinion {
    let mut said = Opinion::new();
    let seen = said_by_line(cell).and_then(|line| favorite(&line));
    for (c, p) in &cell.alternatives {
        let read = seen.map_or(
            *c,
            |(read, _)| if alike(read).contains(*c) { read } else { *c },
        );
        *said.entry(read).or_default() += p.max(0.0);
    }
    said.insert(BLANK, cell.blank.max(0.0));
    said.insert(UNREADABLE, cell.reject.max(0.0));
    said
}

/// A small kana counts for its large one, as the network has it; `None` when the line recognizer
/// was not asked.
fn said_by_line(cell: &CellReading) -> Option<Opinion> {
    let mut said = Opinion::new();
    for (c, p) in &cell.witness {
        *said.entry(large_kana(*c)).or_default() += p.max(0.0);
    }
    (!said.is_empty()).then_some(said)
}

fn believed_alone(line: Opinion) -> Opinion {
    let mut said: Opinion = line.into_iter().map(|(c, p)| (c, ALONE * p)).collect();
    let rest = 1.0 - said.values().sum::<f64>();
    said.insert(UNREADABLE, rest.max(0.0));
    said
}

/// Best first, adding up to 1 at most, the impossible left out.
fn in_order(said: Opinion) -> Slot {
    let total: f64 = said.values().sum();
    let scale = if total > 1.0 { 1.0 / total } else { 1.0 };
    let mut slot: Slot = said
        .into_iter()
        .map(|(c, p)| (c, p * scale))
        .filter(|(_, p)| *p > 0.0)
        .collect();
    slot.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    slot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::fixtures;

    fn cell(network: &[(char, f64)], reject: f64, witness: &[(char, f64)]) -> CellReading {
        CellReading {
            alternatives: network.to_vec(),
            witness: witness.to_vec(),
            reject,
            ..fixtures::cells("1", 1.0).remove(0)
        }
    }

    fn best(pool: &Pool, cell: &CellReading) -> (char, f64) {
        pool.slot(cell)[0]
    }

    #[test]
    fn agreement_is_surer_than_either_and_disagreement_is_unsure() {
        let alone = best(&DIGITS, &cell(&[('7', 0.97), ('1', 0.03)], 0.0, &[]));
        let agreed = [('7', 0.97), ('1', 0.03)];
        let agreed = best(&DIGITS, &cell(&agreed, 0.0, &[('7', 0.99), ('1', 0.01)]));
        let contradicted = cell(&[('7', 0.97), ('1', 0.03)], 0.0, &[('1', 0.9), ('7', 0.1)]);
        let contradicted = best(&DIGITS, &contradicted);
        assert_eq!((alone.0, agreed.0), ('7', '7'));
        assert!(agreed.1 > 0.98 && agreed.1 > alone.1, "{agreed:?}");
        assert!(contradicted.1 < alone.1 - 0.1, "{contradicted:?}");
    }

    #[test]
    fn a_decided_line_contradicts_and_an_undecided_one_does_not() {
        let of = |line: &[(char, f64)]| contradicted(&cell(&[('7', 0.97)], 0.0, line));
        assert!(of(&[('1', 0.6), ('7', 0.4)]));
        assert!(!of(&[('1', 0.4), ('7', 0.3)]));
        assert!(!of(&[('7', 0.6)]));
        assert!(!of(&[]));
        assert!(!contradicted(&cell(&[('ヤ', 0.97)], 0.0, &[('ャ', 0.9)])));
        // Only the neighbors tell these, and only the line recognizer sees them.
        let two = cell(&[('ニ', 0.97), ('三', 0.02)], 0.0, &[('二', 0.99)]);
        assert!(!contradicted(&two));
        let (read, sure) = best(&TEXT, &two);
        assert!(read == '二' && sure > 0.99, "{sure}");
        let line_only = CellReading {
            alternatives: Vec::new(),
            ..cell(&[], 0.0, &[('山', 1.0)])
        };
        assert!(!contradicted(&line_only));
    }

    #[test]
    fn what_the_line_gives_to_no_single_character_speaks_for_the_rejection() {
        let sure = best(&KANA, &cell(&[('か', 0.6)], 0.4, &[('か', 0.95)]));
        let torn = best(&KANA, &cell(&[('か', 0.6)], 0.4, &[('か', 0.05)]));
        assert_eq!(sure.0, 'か');
        assert_eq!(torn.0, UNREADABLE);
    }

    #[test]
    fn a_plain_digit_of_the_line_outweighs_a_faint_rejection_but_no_earnest_one() {
        let sure = |reject: f64| {
            let cell = cell(&[('8', 1.0 - reject)], reject, &[('8', 0.99)]);
            best(&LONE_DIGITS, &cell).1
        };
        assert!(sure(0.13) > 0.997, "{}", sure(0.13));
        assert!(sure(0.25) < 0.97, "{}", sure(0.25));
    }

    #[test]
    fn a_faint_rejection_is_let_off_in_a_row_of_digits_and_an_earnest_one_is_not() {
        let faint = cell(&[('8', 0.95)], 0.05, &[('8', 0.9)]);
        let earnest = cell(&[('8', 0.7)], 0.3, &[('8', 0.5)]);
        let rejected = |pool: &Pool, cell: &CellReading| {
            let slot = pool.slot(cell);
            slot.iter().any(|(c, _)| *c == UNREADABLE)
        };
        assert!(rejected(&LONE_DIGITS, &faint) && !rejected(&DIGITS, &faint));
        assert!(rejected(&DIGITS, &earnest));
        let total: f64 = DIGITS.slot(&faint).iter().map(|(_, p)| p).sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}");
        let one_reader = cell(&[('8', 0.95)], 0.05, &[]);
        assert!(rejected(&DIGITS, &one_reader), "nobody else has seen it");
        let (lone, row) = (best(&LONE_DIGITS, &faint), best(&DIGITS, &faint));
        assert!(row.0 == '8' && row.1 > lone.1, "{row:?}, {lone:?}");
        // A doubt about the ink is settled by all that is known of the box.
        let doubt = Reason::FrameTouch.into();
        assert!(lone.1 < AGREED && row.1 > AGREED && !DIGITS.settles(&faint, &doubt));
    }

    #[test]
    fn small_kana_count_for_their_large_ones() {
        let small = best(
            &KANA,
            &cell(&[('ヤ', 0.99)], 0.0, &[('ャ', 0.7), ('ヤ', 0.3)]),
        );
        assert_eq!(small.0, 'ヤ');
        assert!(small.1 > 0.99, "{small:?}");
    }

    #[test]
    fn one_reader_alone() {
        let line_only = CellReading {
            alternatives: Vec::new(),
            blank: 0.0,
            ..cell(&[], 0.0, &[('山', 1.0)])
        };
        assert_eq!(best(&TEXT, &line_only), ('山', ALONE));
        let network_only = cell(&[('7', 0.97), ('1', 0.03)], 0.0, &[]);
        assert_eq!(best(&DIGITS, &network_only), ('7', 0.97));
        let nobody = CellReading {
            alternatives: Vec::new(),
            blank: 0.0,
            ..cell(&[], 0.0, &[])
        };
        assert_eq!(DIGITS.slot(&nobody), [(BLANK, 1.0)]);
    }

    #[test]
    fn a_slot_is_a_distribution() {
        for (network, witness) in [
            (vec![('1', 0.5), ('7', 0.5)], vec![('4', 0.9)]),
            (vec![('1', 1.0)], vec![('1', 1.0)]),
            (vec![('1', 0.9), ('7', 0.9)], vec![]),
            (vec![('1', 0.9)], vec![('1', 0.6), ('7', 0.6)]),
        ] {
            let slot = DIGITS.slot(&cell(&network, 0.1, &witness));
            let total: f64 = slot.iter().map(|(_, p)| p).sum();
            assert!(total <= 1.0 + 1e-9, "{slot:?}");
            assert!(slot.iter().all(|(_, p)| p.is_finite() && *p > 0.0));
            assert!(slot.windows(2).all(|w| w[0].1 >= w[1].1));
        }
    }
}
