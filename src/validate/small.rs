//! Small kana in boxes: ゃ or や, っ or つ.
//!
//! No reader of single boxes tells them apart, and a wrong one is another name. What tells is the
//! size against the row's other characters, and whether the language allows a small one there at
//! all: ゃゅょ stand behind a kana of the い column, っ stands before one of か さ た ぱ. Where it
//! does, anything not rather large is asked, and where it nearly always stands there (しょ, りゅ) what is
//! not larger than the others; where it does not, only what is clearly small.

use super::search::Slot;
use crate::charset::{katakana, large_kana, small_kana};
use crate::read::CellReading;

/// Up to here, against the lower middle of its neighbors, a character is clearly small: of 35 large
/// ones of the shared hand cards that have a small form the smallest is 0.81.
const SMALL: f64 = 0.72;
/// From here on it is taken for large: of 69 made small ones (0.45 to 0.68 of the box that others
/// get) 5 are larger, of 12 made large ones none is smaller.
const LARGE: f64 = 0.82;

/// The same where a small one is usual: of 29 made small ones none is larger, and of the names of a thousand people
/// six have a large one there (よしゆき, もりよし).
const LARGE_AGAINST_CUSTOM: f64 = 1.1;

/// What the line recognizer gives to the other size at most, where the size decides: of 248 large
/// kana on made lines that have a small form 1 % get more, of small ones none.
const AGAINST: f64 = 0.85;

/// Turns the best reading of what may be a small kana into the small one, where it is rather small.
/// Whether there is any, so that a person is asked.
pub(super) fn propose(slots: &mut [Slot], cells: &[CellReading]) -> bool {
    let best: Vec<Option<char>> = slots.iter().map(|s| s.first().map(|(c, _)| *c)).collect();
    let mut found = false;
    for (i, slot) in slots.iter_mut().enumerate() {
        let Some((c, _)) = slot.first_mut() else {
            continue;
        };
        let Some(size) = size_among(cells, i).filter(|_| small_kana(*c) != *c) else {
            continue;
        };
        let before = i.checked_sub(1).and_then(|k| best[k]);
        let after = best.get(i + 1).copied().flatten();
        let large = if is_usual(before, *c, after) {
            LARGE_AGAINST_CUSTOM
        } else {
            LARGE
        };
        let open = size > SMALL && size < large && allowed(before, *c, after);
        if size <= SMALL {
            *c = small_kana(*c);
        }
        found |= size <= SMALL || open;
    }
    found
}

/// The characters of a line as large as they are written, and whether one of them may be either. A
/// line shows how large its characters are, so that what the line recognizer says counts where the
/// size says the same; where no small one may stand, none does.
pub(super) fn settle(read: &[char], cells: &[CellReading]) -> (Vec<char>, bool) {
    let mut open = false;
    let settled = (0..read.len()).map(|i| {
        let large = large_kana(read[i]);
        let size = size_among(cells, i);
        if small_kana(large) == large {
            return large;
        }
        let around = (i.checked_sub(1).map(|k| read[k]), read.get(i + 1).copied());
        let small = size.is_some_and(|s| s <= SMALL);
        if !allowed(around.0.map(large_kana), large, around.1.map(large_kana)) {
            open |= small;
            return if small { read[i] } else { large };
        }
        let says_small: f64 = cells[i]
            .witness
            .iter()
            .filter(|(c, _)| *c == small_kana(large))
            .map(|(_, p)| p)
            .sum();
        match size {
            Some(s) if s >= LARGE && says_small < AGAINST => large,
            Some(s) if s <= SMALL && says_small > 1.0 - AGAINST => small_kana(large),
            _ => {
                open = true;
                read[i]
            }
        }
    });
    (settled.collect(), open)
}

/// The writing's longest side against the lower middle of the other boxes': voicing marks and long
/// strokes make characters large.
fn size_among(cells: &[CellReading], i: usize) -> Option<f64> {
    let mut others: Vec<f64> = (0..cells.len())
        .filter(|k| *k != i && cells[*k].extent > 0.0)
        .map(|k| cells[k].extent)
        .collect();
    others.sort_by(f64::total_cmp);
    let usual = *others.get(others.len().checked_sub(1)? / 2)?;
    (cells[i].extent > 0.0).then(|| cells[i].extent / usual)
}

/// Whether a small form of `c` may stand between these two.
fn allowed(before: Option<char>, c: char, after: Option<char>) -> bool {
    match katakana(c) {
        'ヤ' | 'ユ' | 'ヨ' => stands(before, "キギシジチヂニヒビピミリ"),
        'ツ' => before.is_some() && stands(after, "カキクケコサシスセソタチツテトパピプペポ"),
        'ア' | 'エ' | 'オ' => stands(before, "フヴ"),
        'イ' => stands(before, "フヴテデ"),
        _ => false,
    }
}

/// Whether there is a neighbor, and it is one of these.
fn stands(c: Option<char>, list: &str) -> bool {
    c.is_some_and(|c| list.contains(katakana(c)))
}

/// Whether a small form of `c` is usual between these two, in names as elsewhere.
fn is_usual(before: Option<char>, c: char, after: Option<char>) -> bool {
    match katakana(c) {
        'ユ' => stands(before, "キギシジチヂニヒビピリ"),
        'ヨ' => stands(before, "ギシジチヂニヒビピリ"),
        'ツ' => before.is_some() && stands(after, "セタテトパピプペポ"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::fixtures;

    #[track_caller]
    fn check(written: &str, sizes: &[f64], expected: (&str, bool)) {
        let mut cells = fixtures::cells(written, 0.9999);
        for (cell, size) in cells.iter_mut().zip(sizes) {
            cell.extent = *size;
        }
        let mut slots: Vec<Slot> = written.chars().map(|c| vec![(c, 0.9999)]).collect();
        let asked = propose(&mut slots, &cells);
        let text: String = slots.iter().map(|s| s[0].0).collect();
        assert_eq!((text.as_str(), asked), expected, "{written} {sizes:?}");
    }

    #[test]
    fn what_is_clearly_small_is_proposed_small() {
        check("シヨウタ", &[0.7, 0.45, 0.7, 0.7], ("ショウタ", true));
        check("きようこ", &[0.7, 0.45, 0.7, 0.7], ("きょうこ", true));
        check("へやの", &[0.7, 0.4, 0.7], ("へゃの", true));
    }

    #[test]
    fn what_may_be_small_is_asked_unless_clearly_large() {
        check("シヨウタ", &[0.7, 0.55, 0.7, 0.7], ("シヨウタ", true));
        check("キヨウタ", &[0.7, 0.7, 0.7, 0.7], ("キヨウタ", false));
        check("はつとり", &[0.7, 0.55, 0.7, 0.7], ("はつとり", true));
        check("テイナ", &[0.7, 0.55, 0.7], ("テイナ", true));
    }

    #[test]
    fn where_small_ones_are_usual_only_what_is_larger_than_the_others_is_large() {
        check("シヨウタ", &[0.7, 0.7, 0.7, 0.7], ("シヨウタ", true));
        check("よしゆき", &[0.7, 0.7, 0.7, 0.7], ("よしゆき", true));
        check("よしゆき", &[0.7, 0.7, 0.8, 0.7], ("よしゆき", false));
    }

    #[test]
    fn where_no_small_one_may_stand_nothing_is_asked() {
        for written in ["ヤマモト", "コバヤシ", "マツモト", "ツノダ", "あおやま"]
        {
            check(written, &[0.7, 0.55, 0.7, 0.7], (written, false));
            check(written, &[0.55, 0.7, 0.55, 0.7], (written, false));
        }
        // Digits and kanji have no small form.
        check("0123", &[0.7, 0.2, 0.7, 0.7], ("0123", false));
    }

    #[test]
    fn readings_without_sizes_are_left_alone() {
        check("シヨウタ", &[0.0; 4], ("シヨウタ", false));
        check("ヨ", &[0.3], ("ヨ", false));
    }
}
