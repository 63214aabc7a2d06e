//! Decides boxed characters: the best string under what the field allows.

use super::fuse::{self, Pool};
use super::names::{self, Said};
use super::parse::{self, Setting};
use super::places;
use super::search::{self, Slot};
use super::small;
use super::{Status, Verdict};
use crate::charset::bare;
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, Zone};
use crate::read::{CellReading, Reading};

/// Decides a row of boxes.
pub(super) fn decide(
    field: &Field,
    reading: &Reading,
    cells: &[CellReading],
    setting: &Setting,
) -> Verdict {
    let pool = pool_of(field);
    let mut slots = slots_of(field, cells);
    let mut small = small::propose(&mut slots, cells);
    let mut verdict = decide_slots(field, &slots, setting);
    let mut doubts = doubts_of(reading, cells, pool);
    let said = names::held_against(&slots, &field.lists, least_confidence(field));
    if let Some(said) = said.filter(|_| !verdict.value.is_empty()) {
        if let Said::Vouched(_) = said {
            // Two readers of another mind, and a third voice that knows which of the two is a name, and which
            // kana are small in it.
            doubts.retain(|doubt| doubt.reason != Reason::Disagree);
            small = false;
            // Strokes that cross frames made no other name of it, if none of them is a character by itself.
            if is_all_there(cells, &slots) {
                doubts.retain(|doubt| !crosses_a_frame(doubt));
            }
        }
        verdict = as_a_name(field, verdict, said, setting);
    }
    if let Some((code, sure)) = places::by_address(field, &slots) {
        verdict = with_address(field, verdict, (code, sure), &mut doubts);
    }
    if small {
        verdict.ask(Reason::LowConf.into());
    }
    for doubt in doubts {
        verdict.ask(doubt);
    }
    verdict
}

/// What a network and the line recognizer together hold of each box.
pub(super) fn slots_of(field: &Field, cells: &[CellReading]) -> Vec<Slot> {
    let pool = pool_of(field);
    cells.iter().map(|c| pool.slot(c)).collect()
}

fn pool_of(field: &Field) -> &'static Pool {
    match &field.zone {
        Zone::Comb(zone) => Pool::of(&zone.charset),
        _ => Pool::of_lone_digits(),
    }
}

/// The verdict on a postal code after what the card's address says of it. That vouches for a code where the readers
/// are of another mind, or where the ink is rather a code without a place; never for another one than the ink alone
/// is sure of.
fn with_address(
    field: &Field,
    mut verdict: Verdict,
    (code, sure): (String, f64),
    doubts: &mut Vec<Doubt>,
) -> Verdict {
    let least = least_confidence(field);
    if verdict.status == Status::Question {
        let confirmed = Verdict::decide_from(
            field,
            code.clone(),
            (Confidence::new(sure), least),
            Vec::new(),
        );
        if confirmed.status == Status::Accepted {
            doubts.retain(|doubt| doubt.reason != Reason::Disagree);
            return confirmed;
        }
    }
    if code != verdict.value && sure >= RATHER {
        let ink = std::mem::replace(&mut verdict.value, code);
        doubts.retain(|doubt| doubt.reason != Reason::Disagree);
        verdict.doubts.clear();
        let read = places::with_places(field, &ink);
        verdict.ask(Doubt::with(Reason::ZipAddrMismatch, read));
    }
    verdict
}

/// The verdict on a name after what the list of names said of it.
fn as_a_name(field: &Field, verdict: Verdict, said: Said, setting: &Setting) -> Verdict {
    let mut verdict = verdict;
    match said {
        Said::Vouched(name) if is_as_long(&name.text, &verdict.value) => {
            let sure = Confidence::new(name.share);
            let doubts = verdict.doubts.into_iter();
            let doubts = doubts.filter(|d| d.reason != Reason::LowConf).collect();
            Verdict::decide_from(
                field,
                names::in_place(&verdict.value, &name.text),
                (sure, least_confidence(field)),
                doubts,
            )
        }
        Said::AsWritten => verdict,
        Said::Rather(name) => {
            let ink = std::mem::replace(
                &mut verdict.value,
                parse::parse(field, &name, setting).value,
            );
            verdict.doubts.retain(|d| d.reason != Reason::LowConf);
            verdict.ask(Doubt::with(Reason::Disagree, ink));
            verdict
        }
        _ => {
            verdict.ask(Reason::LowConf.into());
            verdict
        }
    }
}

fn crosses_a_frame(doubt: &Doubt) -> bool {
    matches!(doubt.reason, Reason::FrameTouch | Reason::Overflow)
}

/// Whether no box that reads as empty holds a stroke that may be its own, and nothing crosses the last one: behind
/// it there may be more.
fn is_all_there(cells: &[CellReading], slots: &[Slot]) -> bool {
    let is_empty = |slot: &Slot| slot.first().is_none_or(|(c, _)| *c == search::BLANK);
    let crossed = |cell: &CellReading| cell.doubts.iter().any(crosses_a_frame);
    let hides = |(cell, slot): (&CellReading, &Slot)| is_empty(slot) && crossed(cell);
    !cells.last().is_some_and(crossed) && !cells.iter().zip(slots).any(hides)
}

fn is_as_long(one: &str, other: &str) -> bool {
    bare(one).chars().count() == bare(other).chars().count()
}

/// Decides independent places with alternatives: boxes, or columns of bubbles.
pub(super) fn decide_slots(field: &Field, slots: &[Slot], setting: &Setting) -> Verdict {
    let pass = parse::pass_rate(field);
    let found = search::choose(slots, pass, |text| parse::parse_boxes(field, text, setting));
    let least = least_confidence(field);
    Verdict::decide_from(
        field,
        found.parsed.value,
        (found.confidence, least),
        found.parsed.doubts,
    )
}

/// From here on the code of the card's address is proposed rather than what the ink alone says.
const RATHER: f64 = 0.5;

/// How much surer than the least sure accepted box string the accepted ones are on the whole: of
/// 16,119 held-out cells read at 0.99 and above 0.11 % are wrong, where 1 % is at the edge
/// (`models/digits.md`).
const EDGE: f64 = 5.0;

/// The confidence from which boxes are accepted, so that the field's target holds for what is
/// accepted as a whole.
pub(super) fn least_confidence(field: &Field) -> f64 {
    1.0 - (EDGE * field.target_error).min(0.05)
}

/// The doubts of the zone and of each box, each once, and whether the readers contradict each other;
/// without those that both readers settle.
pub(super) fn doubts_of(reading: &Reading, cells: &[CellReading], pool: &Pool) -> Vec<Doubt> {
    let mut all: Vec<Doubt> = Vec::new();
    let of_cells = cells
        .iter()
        .flat_map(|c| c.doubts.iter().filter(|d| !pool.settles(c, d)));
    for doubt in reading.doubts.iter().chain(of_cells) {
        if !all.contains(doubt) {
            all.push(doubt.clone());
        }
    }
    if cells.iter().any(fuse::contradicted) {
        all.push(Reason::Disagree.into());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::form::{CheckDigit, ValueKind};
    use crate::lists::{Name, Names, Spelling};
    use crate::validate::fixtures;
    use std::sync::Arc;

    type Expected = (Status, &'static str, Option<Reason>);

    #[track_caller]
    fn check(value: ValueKind, written: &str, p: f64, (status, text, reason): Expected) {
        let field = fixtures::comb(value, written.chars().count());
        let cells = fixtures::cells(written, p);
        let reading = fixtures::reading(
            &field,
            crate::read::Content::Cells {
                cells: cells.clone(),
            },
        );
        let verdict = decide(&field, &reading, &cells, &fixtures::setting());
        assert_eq!(verdict.status, status, "`{written}`: {verdict:?}");
        assert_eq!(verdict.value, text, "`{written}`");
        assert_eq!(
            verdict.doubts.first().map(|d| d.reason),
            reason,
            "`{written}`: {verdict:?}"
        );
    }

    const SURE: f64 = 0.99999;

    fn phone() -> ValueKind {
        ValueKind::Phone {
            area: Some("0773".into()),
        }
    }

    #[test]
    fn phones_may_leave_a_box_on_either_side() {
        check(
            phone(),
            "09012345678",
            SURE,
            (Status::Accepted, "09012345678", None),
        );
        check(
            phone(),
            "0773621234 ",
            SURE,
            (Status::Accepted, "0773621234", None),
        );
        check(
            phone(),
            " 0773621234",
            SURE,
            (Status::Accepted, "0773621234", None),
        );
        check(phone(), "           ", SURE, (Status::Blank, "", None));
        check(
            phone(),
            "0773 621234",
            SURE,
            (Status::Question, "0773621234", Some(Reason::BoxCount)),
        );
        check(
            phone(),
            "621234     ",
            SURE,
            (Status::Question, "0773621234", Some(Reason::AreaCodeAdded)),
        );
        check(
            phone(),
            "090123456  ",
            SURE,
            (Status::Question, "090123456", Some(Reason::PhoneFormat)),
        );
    }

    #[test]
    fn weak_characters_are_asked_with_the_proposal() {
        check(
            ValueKind::Postal,
            "6240853",
            SURE,
            (Status::Accepted, "6240853", None),
        );
        check(
            ValueKind::Postal,
            "6240853",
            0.99,
            (Status::Question, "6240853", Some(Reason::LowConf)),
        );
        check(
            ValueKind::Postal,
            "62408 3",
            SURE,
            (Status::Question, "624083", Some(Reason::Length)),
        );
    }

    #[test]
    fn a_failing_check_digit_is_asked() {
        let code = || ValueKind::Code {
            length: vec![9],
            pattern: None,
            check: Some(CheckDigit::M10W2Split),
        };
        check(
            code(),
            "123456782",
            SURE,
            (Status::Accepted, "123456782", None),
        );
        check(
            code(),
            "123456784",
            SURE,
            (Status::Question, "123456784", Some(Reason::CheckDigit)),
        );
    }

    #[test]
    fn one_empty_box_stands_between_surname_and_given_name() {
        let sure = |text: &'static str| (Status::Accepted, text, None);
        let asked = |text: &'static str| (Status::Question, text, Some(Reason::BoxCount));
        check(
            ValueKind::Name,
            "山田 太郎  ",
            SURE,
            sure("山田\u{3000}太郎"),
        );
        check(
            ValueKind::Kana,
            " ヤマダ タロウ",
            SURE,
            sure("ヤマダ\u{3000}タロウ"),
        );
        check(
            ValueKind::Kana,
            "ヤマダ  タロウ",
            SURE,
            asked("ヤマダタロウ"),
        );
        check(ValueKind::Name, "山 田太 郎", SURE, asked("山田太郎"));
    }

    /// A row of boxes for a name: each box what network and line recognizer say of it, best first.
    fn named(boxes: &[&[(char, f64)]]) -> Verdict {
        let mut field = fixtures::comb(ValueKind::Name, boxes.len());
        let names = Names::new(
            Spelling::Written,
            [("渡辺", 1000), ("山田", 1000)].map(|(name, n)| Name::counted(name, n)),
            ["清", "太郎"].map(|name| Name::counted(name, 1)),
        );
        field.lists.names = Some(Arc::new(names));
        if let Zone::Comb(zone) = &mut field.zone {
            zone.charset = Charset::Jis1;
        }
        let mut cells = fixtures::cells(&"山".repeat(boxes.len()), SURE);
        for (cell, said) in cells.iter_mut().zip(boxes) {
            cell.alternatives = said.to_vec();
            cell.witness = said.to_vec();
        }
        let content = crate::read::Content::Cells {
            cells: cells.clone(),
        };
        let reading = fixtures::reading(&field, content);
        decide(&field, &reading, &cells, &fixtures::setting())
    }

    #[test]
    fn a_list_of_names_vouches_corrects_nothing_and_asks_the_rest() {
        let said = |verdict: &Verdict| (verdict.status, verdict.value.clone());
        let thick = [('波', 0.93), ('渡', 0.06)];
        let rather = named(&[&thick, &[('辺', 0.99)], &[('清', 0.99)]]);
        assert_eq!(said(&rather), (Status::Question, "渡辺清".to_owned()));
        assert_eq!(rather.doubts, [Doubt::with(Reason::Disagree, "波辺清")]);
        // By the ink alone it would be asked: 0.9 of a box.
        let half_sure = [('太', 0.9), ('大', 0.05)];
        let vouched = named(&[
            &[('山', 0.99)],
            &[('田', 0.99)],
            &half_sure,
            &[('郎', 0.99)],
        ]);
        assert_eq!(said(&vouched), (Status::Accepted, "山田太郎".to_owned()));
        let unknown = named(&[&[('山', SURE)], &[('田', SURE)], &[('勉', SURE)]]);
        assert_eq!(said(&unknown), (Status::Question, "山田勉".to_owned()));
        assert_eq!(unknown.doubts, [Reason::LowConf.into()]);
    }

    #[test]
    fn a_listed_name_may_cross_its_frames_unless_a_character_may_be_missing() {
        let mut field = fixtures::comb(ValueKind::Kana, 6);
        let names = Names::new(
            Spelling::Kana,
            [Name::counted("さとう", 1000)],
            ["きよ", "きよし"].map(|name| Name::counted(name, 1)),
        );
        field.lists.names = Some(Arc::new(names));
        if let Zone::Comb(zone) = &mut field.zone {
            zone.charset = Charset::Hiragana;
        }
        let said = |text: &str, crossed: usize| {
            let mut cells = fixtures::cells(text, SURE);
            cells[crossed].doubts.push(Reason::Overflow.into());
            let content = crate::read::Content::Cells {
                cells: cells.clone(),
            };
            let reading = fixtures::reading(&field, content);
            let verdict = decide(&field, &reading, &cells, &fixtures::setting());
            (verdict.status, verdict.value)
        };
        let name = || "さとうきよ".to_owned();
        assert_eq!(said("さとうきよ ", 4), (Status::Accepted, name()));
        // What crosses into the empty box may be a character of its own.
        assert_eq!(said("さとうきよ ", 5), (Status::Question, name()));
        // What crosses the last box may run on behind it.
        let whole = |status| (status, "さとうきよし".to_owned());
        assert_eq!(said("さとうきよし", 2), whole(Status::Accepted));
        assert_eq!(said("さとうきよし", 5), whole(Status::Question));
    }

    #[test]
    fn an_unreadable_box_is_a_question() {
        let field = fixtures::comb(ValueKind::Postal, 7);
        let mut cells = fixtures::cells("6240853", SURE);
        cells[3].alternatives = vec![('0', 0.3)];
        cells[3].reject = 0.7;
        let reading = fixtures::reading(
            &field,
            crate::read::Content::Cells {
                cells: cells.clone(),
            },
        );
        let verdict = decide(&field, &reading, &cells, &fixtures::setting());
        assert_eq!(verdict.status, Status::Question);
        assert_eq!(verdict.value, "6240853");
    }

    #[test]
    fn a_doubt_of_one_box_is_a_doubt_of_the_field() {
        let field = fixtures::comb(ValueKind::Postal, 7);
        let mut cells = fixtures::cells("6240853", SURE);
        cells[2].doubts.push(Reason::FrameTouch.into());
        let reading = fixtures::reading(
            &field,
            crate::read::Content::Cells {
                cells: cells.clone(),
            },
        );
        let verdict = decide(&field, &reading, &cells, &fixtures::setting());
        assert_eq!(verdict.status, Status::Question);
        assert_eq!(verdict.doubts, [Reason::FrameTouch.into()]);
    }

    #[test]
    fn two_readers_settle_what_one_cannot() {
        let field = fixtures::comb(ValueKind::Postal, 7);
        let decided = |reason: Reason, seen: &str| {
            let mut cells = fixtures::cells("6240853", SURE);
            for (cell, c) in cells.iter_mut().zip(seen.chars()) {
                cell.witness = vec![(c, 0.9999)];
            }
            cells[2].doubts.push(reason.into());
            let reading = fixtures::reading(
                &field,
                crate::read::Content::Cells {
                    cells: cells.clone(),
                },
            );
            let verdict = decide(&field, &reading, &cells, &fixtures::setting());
            let reasons: Vec<Reason> = verdict.doubts.iter().map(|d| d.reason).collect();
            (verdict.status, verdict.value, reasons)
        };
        let value = || "6240853".to_owned();
        for reason in [Reason::FrameTouch, Reason::Overwrite] {
            let settled = (Status::Accepted, value(), Vec::new());
            assert_eq!(decided(reason, "6240853"), settled);
        }
        for reason in [Reason::Overflow, Reason::Struck, Reason::Faint] {
            let asked = (Status::Question, value(), vec![reason]);
            assert_eq!(decided(reason, "6240853"), asked);
        }
        let (status, _, reasons) = decided(Reason::FrameTouch, "6270853");
        assert_eq!(status, Status::Question);
        assert!(reasons.contains(&Reason::Disagree) && reasons.contains(&Reason::FrameTouch));
    }
}
