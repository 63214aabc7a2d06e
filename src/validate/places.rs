//! A postal code and an address of one card confirm or contradict each other.
//!
//! Digits and a written place are read by other networks and err on their own: that a misread code
//! stands for just the place that was misread from the address does not happen. So where they agree as
//! far as the town, what one reader alone was not sure of is sure; where they do not, a person is
//! asked. And each says which of the readings that the other's ink allows is meant: the code to the address
//! (`lines::hand`), the address to the code ([`by_address`]). Either hears only what the other's own ink says.

use super::boxes;
use super::lines::hand;
use super::search::{self, BLANK, Slot, UNREADABLE};
use super::{Status, Verdict, accepts, own_threshold};
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, ValueKind, Zone};
use crate::lists::{Agreement, Places};
use crate::read::{Content, Reading};

/// A reading less sure than this is confirmed by nothing.
const LEAST: f64 = 0.5;
/// What any other code weighs against the address's own: people write the code of where they moved from, or a wrong
/// one, but seldom one that their hand makes look like the right one.
const OF_ELSEWHERE: f64 = 0.0003;

/// Holds each postal code against its address: the first code of a side belongs to its first address.
pub(super) fn resolve(fields: &[&Field], verdicts: &mut [Verdict]) {
    for (code, address) in pairs(fields) {
        if let Some(places) = fields[code].lists.places.as_deref() {
            compare(places, fields, verdicts, (code, address));
        }
    }
}

/// Codes and addresses that belong together, by their places among the fields.
pub(super) fn pairs(fields: &[&Field]) -> impl Iterator<Item = (usize, usize)> + use<> {
    let of = |kind: fn(&ValueKind) -> bool| -> Vec<usize> {
        (0..fields.len())
            .filter(|i| kind(&fields[*i].value))
            .collect()
    };
    let codes = of(|k| matches!(k, ValueKind::Postal));
    let addresses = of(|k| matches!(k, ValueKind::Address));
    codes.into_iter().zip(addresses)
}

/// What a field of such a pair may hold by its own ink, with probabilities that add up to at most 1.
pub(super) fn said(field: &Field, reading: &Reading, verdict: &Verdict) -> Vec<(String, f64)> {
    if verdict.status == Status::Accepted {
        return vec![(verdict.value.clone(), verdict.confidence.get())];
    }
    match (&reading.content, &field.zone) {
        (Content::Cells { cells }, Zone::Comb(_)) => {
            search::best_strings(&boxes::slots_of(field, cells)).0
        }
        (Content::Text { readings }, Zone::Line(zone)) if !zone.printed => {
            hand::places_of(zone, readings)
        }
        _ => Vec::new(),
    }
}

/// A field with an answer, and with what the other one of its pair may say.
pub(super) fn heard(field: &Field, verdict: &Verdict, other: &[(String, f64)]) -> Option<Field> {
    if !matches!(verdict.status, Status::Question | Status::Accepted) || other.is_empty() {
        return None;
    }
    let mut field = field.clone();
    field.lists.paired = other.to_vec();
    Some(field)
}

/// Whether a code and an address go together as far as the town. The code of a whole city says nothing of the
/// town.
pub(super) fn agree(places: &Places, code: &str, address: &str) -> bool {
    let of_town = places.of(code).iter().all(|p| !p.town.is_empty());
    of_town && places.agreement(code, address) == Agreement::Town
}

/// How probable it is that the other field holds what goes with this one.
pub(super) fn support(paired: &[(String, f64)], agrees: impl Fn(&str) -> bool) -> f64 {
    let with = paired.iter().filter(|(other, _)| agrees(other));
    with.map(|(_, p)| p).sum()
}

/// The code of the card's address that the ink may be, and how sure it is against all others.
pub(super) fn by_address(field: &Field, slots: &[Slot]) -> Option<(String, f64)> {
    let (places, paired) = (field.lists.places.as_deref()?, &field.lists.paired);
    if paired.is_empty() {
        return None;
    }
    let (strings, rest) = search::best_strings(slots);
    let mut own = (String::new(), 0.0);
    let mut total = rest * OF_ELSEWHERE;
    for (boxes, p) in strings {
        let code = boxes.trim_matches(BLANK);
        let of_address = support(paired, |address| agree(places, code, address));
        // A box without a single digit may hold any.
        let against = if code.contains(UNREADABLE) {
            1.0
        } else {
            OF_ELSEWHERE
        };
        let weight = p * (of_address + against * (1.0 - of_address));
        total += weight;
        if of_address > OF_ELSEWHERE && weight > own.1 {
            own = (code.to_owned(), weight);
        }
    }
    (own.1 > 0.0).then(|| (own.0, own.1 / total))
}

fn compare(
    places: &Places,
    fields: &[&Field],
    verdicts: &mut [Verdict],
    (code, address): (usize, usize),
) {
    let value = |i: usize| verdicts[i].value.as_str();
    if value(code).is_empty() || value(address).is_empty() {
        return;
    }
    let accepted = |i: usize| verdicts[i].status == Status::Accepted;
    let both = accepted(code) && accepted(address);
    let differ = || Doubt::with(Reason::ZipAddrMismatch, named(places, value(code)));
    match places.agreement(value(code), value(address)) {
        Agreement::Town => {
            let whole = places.starts().contains(value(address));
            let town = places.of(value(code)).iter().all(|p| !p.town.is_empty());
            if town {
                confirm(fields[code], &mut verdicts[code]);
            }
            // What follows the town is confirmed by nothing.
            if town && whole {
                confirm(fields[address], &mut verdicts[address]);
            }
        }
        Agreement::City if both => {
            let doubt = differ();
            verdicts[code].ask(doubt);
        }
        Agreement::Mismatch if both => {
            let doubt = differ();
            verdicts[code].ask(doubt.clone());
            verdicts[address].ask(doubt);
        }
        _ => {}
    }
}

/// The places of a code, for the reviewer.
pub(super) fn named(places: &Places, code: &str) -> String {
    let of = places.of(code).iter();
    let mut all: Vec<String> = of
        .map(|p| format!("{}{}{}", p.prefecture, p.city, p.town))
        .collect();
    all.truncate(3);
    all.join(", ")
}

/// A code with its places, where it has any, for the reviewer.
pub(super) fn with_places(field: &Field, code: &str) -> String {
    match field.lists.places.as_deref() {
        Some(places) if places.knows(code) => format!("{code} {}", named(places, code)),
        _ => code.to_owned(),
    }
}

/// What only its readers' certainty speaks against counts as sure as the form's own target asks. A
/// threshold that was learnt may ask for more than that, and was learnt of confirmed answers as sure as this
/// too: so what is surer by itself is not judged otherwise than what is not.
fn confirm(field: &Field, verdict: &mut Verdict) {
    let unsure = |d: &Doubt| matches!(d.reason, Reason::LowConf | Reason::Disagree);
    let confirmed = matches!(verdict.status, Status::Question | Status::Accepted)
        && verdict.doubts.iter().all(unsure)
        && verdict.confidence.get() >= LEAST;
    if !confirmed {
        return;
    }
    let own = own_threshold(field);
    let sure = Confidence::new(verdict.confidence.get().max(own));
    if accepts(field, sure, own) {
        verdict.status = Status::Accepted;
        verdict.doubts.clear();
        verdict.confidence = sure;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::form::{FieldId, Learnt};
    use crate::lists::Place;
    use crate::validate::{boxes, fixtures};
    use std::sync::Arc;

    fn fields() -> [Field; 2] {
        let row = |code: &str, city: &str, town: &str| {
            (code.to_owned(), Place::listed("京都府", city, town))
        };
        let places = Arc::new(Places::new([
            row("6240853", "舞鶴市", "南田辺"),
            row("6240353", "舞鶴市", "北吸"),
            row("6240000", "舞鶴市", ""),
            row("6230001", "綾部市", "味方町"),
        ]));
        let mut code = fixtures::comb(ValueKind::Postal, 7);
        let mut address = fixtures::line(ValueKind::Address, false, Charset::Jis2);
        for field in [&mut code, &mut address] {
            field.lists.places = Some(Arc::clone(&places));
        }
        [code, address]
    }

    /// Value, confidence and reason of code and address.
    type Said = [(&'static str, f64, Option<Reason>); 2];

    /// What becomes of them by the form's own target.
    #[track_caller]
    fn check(said: Said, expected: [(Status, Option<Reason>); 2]) {
        let verdicts = resolved(&fields(), said);
        let found: Vec<(Status, Option<Reason>)> = verdicts
            .iter()
            .map(|v| (v.status, v.doubts.first().map(|d| d.reason)))
            .collect();
        assert_eq!(found, expected, "{verdicts:?}");
    }

    fn resolved(fields: &[Field; 2], said: Said) -> Vec<Verdict> {
        let fields: Vec<&Field> = fields.iter().collect();
        let mut verdicts: Vec<Verdict> = fields
            .iter()
            .zip(said)
            .map(|(field, (value, sure, why))| {
                let doubts: Vec<Doubt> = why.into_iter().map(Doubt::from).collect();
                let least = boxes::least_confidence(field);
                Verdict::decide_from(field, value.into(), (Confidence::new(sure), least), doubts)
            })
            .collect();
        resolve(&fields, &mut verdicts);
        verdicts
    }

    const ACCEPTED: (Status, Option<Reason>) = (Status::Accepted, None);
    const UNSURE: (Status, Option<Reason>) = (Status::Question, Some(Reason::LowConf));
    const DIFFER: (Status, Option<Reason>) = (Status::Question, Some(Reason::ZipAddrMismatch));

    #[test]
    fn what_agrees_confirms_each_other() {
        let code = |sure| ("6240853", sure, None);
        check(
            [code(0.9), ("京都府舞鶴市南田辺", 0.999, None)],
            [ACCEPTED, ACCEPTED],
        );
        check(
            [code(0.999), ("舞鶴市南田辺", 0.8, None)],
            [ACCEPTED, ACCEPTED],
        );
        check(
            [code(0.9), ("舞鶴市南田辺", 0.8, None)],
            [ACCEPTED, ACCEPTED],
        );
        // Too unsure to be confirmed, or doubtful for another reason.
        check(
            [code(0.4), ("舞鶴市南田辺", 0.999, None)],
            [UNSURE, ACCEPTED],
        );
        check(
            [
                ("6240853", 0.999, Some(Reason::Overflow)),
                ("舞鶴市南田辺", 0.999, None),
            ],
            [(Status::Question, Some(Reason::Overflow)), ACCEPTED],
        );
    }

    #[test]
    fn what_was_learnt_holds_for_what_is_confirmed_too() {
        let said = [("6240853", 0.9, None), ("舞鶴市南田辺", 0.8, None)];
        let own = fields().map(|f| own_threshold(&f));
        let with = |accept_from: [f64; 2]| {
            let mut fields = fields();
            for (field, accept_from) in fields.iter_mut().zip(accept_from) {
                field.learnt = vec![Learnt {
                    engine: None,
                    accept_from,
                }];
            }
            resolved(&fields, said)
        };
        let stricter = own.map(|least| 1.0 - (1.0 - least) / 10.0);
        for verdict in with(stricter) {
            assert_eq!(verdict.status, Status::Question, "{verdict:?}");
            assert_eq!(verdict.doubts, [Reason::LowConf.into()]);
        }
        // As at the form's own target, and where anything is open for learning: the same certainty.
        for accept_from in [own, [0.0; 2]] {
            for (verdict, own) in with(accept_from).iter().zip(own) {
                assert_eq!(verdict.status, Status::Accepted, "{verdict:?}");
                assert_eq!(verdict.confidence, Confidence::new(own));
            }
        }
    }

    #[test]
    fn nothing_confirms_a_house_number_or_the_code_of_a_whole_city() {
        check(
            [("6240853", 0.9, None), ("舞鶴市南田辺1-2", 0.9, None)],
            [ACCEPTED, UNSURE],
        );
        check(
            [("6240000", 0.9, None), ("舞鶴市南田辺", 0.999, None)],
            [UNSURE, ACCEPTED],
        );
    }

    #[test]
    fn what_contradicts_is_asked() {
        let sure = |code, address| [(code, 0.999, None), (address, 0.999, None)];
        check(sure("6230001", "舞鶴市南田辺"), [DIFFER, DIFFER]);
        check(sure("6240853", "舞鶴市北吸"), [DIFFER, ACCEPTED]);
        check(
            [("6230001", 0.9, None), ("舞鶴市南田辺", 0.999, None)],
            [UNSURE, ACCEPTED],
        );
    }

    #[test]
    fn a_blank_says_nothing() {
        check(
            [("6240853", 0.9, None), ("", 0.999, None)],
            [UNSURE, (Status::Blank, None)],
        );
    }

    /// The boxes of a code, those of `also` as likely another digit by so much, and the places that an address
    /// may be with the logarithms of their scores.
    fn read(
        written: &str,
        also: &[(usize, char, f64)],
        listed: &[(&str, f64)],
    ) -> Vec<(Status, String, Option<Reason>)> {
        let [mut code, mut address] = fields();
        code.id = FieldId("code".into());
        address.id = FieldId("address".into());
        let mut cells = fixtures::cells(written, 0.9999);
        for (k, other, p) in also {
            let own = written.chars().nth(*k).expect("a box");
            cells[*k].alternatives = vec![(own, 1.0 - p), (*other, *p)];
        }
        let boxes = fixtures::reading(&code, Content::Cells { cells });
        let mut text = fixtures::text(listed.first().map_or("", |(text, _)| text), 0.9);
        text.listed = listed.iter().map(|(t, s)| ((*t).to_owned(), *s)).collect();
        let line = fixtures::reading(
            &address,
            Content::Text {
                readings: vec![text],
            },
        );
        let side = fixtures::side(vec![code, address]);
        let verdicts = crate::validate::validate(&side, &[boxes, line], &fixtures::context());
        let each = verdicts.into_iter();
        each.map(|v| (v.status, v.value, v.doubts.first().map(|d| d.reason)))
            .collect()
    }

    const ADDRESS: &[(&str, f64)] = &[("京都府舞鶴市南田辺", 0.0)];

    fn accepted(text: &str) -> (Status, String, Option<Reason>) {
        (Status::Accepted, text.into(), None)
    }

    fn asked(text: &str, why: Reason) -> (Status, String, Option<Reason>) {
        (Status::Question, text.into(), Some(why))
    }

    #[test]
    fn an_address_says_which_code_the_ink_is() {
        // The ink is rather a code that no place has: by itself it is never mended.
        let slip = (4, '8', 0.4);
        let alone = read("6240153", &[slip], &[]);
        assert_eq!(alone[0], asked("6240853", Reason::ZipUnknown));
        assert_eq!(read("6240153", &[slip], ADDRESS)[0], accepted("6240853"));
        // Too little speaks for the address's code to accept it: it is proposed.
        let slight = (4, '8', 0.01);
        let proposed = asked("6240853", Reason::ZipAddrMismatch);
        assert_eq!(read("6240153", &[slight], ADDRESS)[0], proposed);
        // Nothing does.
        let other = read("6240153", &[], ADDRESS);
        assert_eq!(other[0], asked("6240153", Reason::ZipUnknown));
    }

    #[test]
    fn a_sure_code_is_asked_where_the_address_has_another_that_the_ink_may_be() {
        let sure = |also: &[(usize, char, f64)], place| read("6240353", also, &[(place, 0.0)]);
        let slight = (4, '8', 0.004);
        let of_its_own = sure(&[slight], "京都府舞鶴市北吸");
        assert_eq!(
            of_its_own,
            [accepted("6240353"), accepted("京都府舞鶴市北吸")]
        );
        let differ = asked("6240853", Reason::ZipAddrMismatch);
        assert_eq!(sure(&[slight], "京都府舞鶴市南田辺")[0], differ);
    }

    #[test]
    fn the_code_that_the_ink_is_is_shown_with_its_places() {
        let [code, _] = fields();
        let shown = with_places(&code, "6240353");
        assert_eq!(shown, "6240353 京都府舞鶴市北吸");
        assert_eq!(with_places(&code, "6240153"), "6240153");
    }

    #[test]
    fn both_are_settled_where_each_is_asked_alone() {
        // Another town is nearly as likely by the ink, and so is another code.
        let either: &[(&str, f64)] = &[("京都府綾部市味方町", 0.0), ("京都府舞鶴市南田辺", -1.0)];
        let alone = read("       ", &[], either);
        assert_eq!(alone[1], asked("京都府綾部市味方町", Reason::LowConf));
        let slip = (4, '8', 0.6);
        let both = read("6240153", &[slip], either);
        assert_eq!(both, [accepted("6240853"), accepted("京都府舞鶴市南田辺")]);
    }
}
