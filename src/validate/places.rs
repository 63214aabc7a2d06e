//! A postal code and an address of one card confirm or contradict each other.
//!
//! Digits and a written place are read by other networks and err on their own: that a misread code
//! stands for just the place that was misread from the address does not happen. So where they agree as
//! far as the town, what one reader alone was not sure of is sure; where they do not, a person is
//! asked. A code that is certain says which of the places that the ink may be is meant (`lines::hand`).

use super::{Status, Verdict, accepts, own_threshold};
use crate::confidence::Confidence;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, ValueKind};
use crate::lists::{Agreement, Places};

/// A reading less sure than this is confirmed by nothing.
const LEAST: f64 = 0.5;

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

/// An address that is asked about, with the code that its person wrote, if that is certain.
pub(super) fn heard(
    fields: &[&Field],
    verdicts: &[Verdict],
    (code, address): (usize, usize),
) -> Option<Field> {
    let asked = verdicts[address].status == Status::Question;
    if !asked || verdicts[code].status != Status::Accepted {
        return None;
    }
    let mut field = fields[address].clone();
    field.lists.code = Some(verdicts[code].value.clone());
    Some(field)
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
    use crate::form::Learnt;
    use crate::lists::Place;
    use crate::validate::{boxes, fixtures};
    use std::sync::Arc;

    fn fields() -> [Field; 2] {
        let row = |code: &str, city: &str, town: &str| {
            (code.to_owned(), Place::listed("京都府", city, town))
        };
        let places = Arc::new(Places::new([
            row("6240853", "舞鶴市", "南田辺"),
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
}
