//! Answers that stand on another field's answer, and lose their ground when a person changes that one:
//! a date on its era, a ditto sign on what it repeats, a postal code and an address on each other.
//!
//! The machine read `10.10.10` as 1998 because the era said so; were the date left alone when a person
//! corrects the era, a wrong day would go out that nobody vouched for.

use super::places;
use super::rules::Known;
use super::{Status, Verdict, date, era};
use crate::doubt::{Doubt, Reason};
use crate::form::{DateKind, Field, FieldId, Side, ValueKind};
use crate::lists::{Agreement, Places};

/// What holds of a page's answers, and what the machine had said.
pub struct Answers<'a, 'v> {
    /// What holds once the word does.
    pub now: &'a dyn Fn(&FieldId) -> Known<'v>,
    /// The machine's verdicts.
    pub machine: &'a [Verdict],
    /// Whether a ditto sign was read there.
    pub is_ditto: &'a dyn Fn(&FieldId) -> bool,
}

impl Answers<'_, '_> {
    /// The machine's value, accepted or only proposed; empty for a blank.
    fn was(&self, id: &FieldId) -> &str {
        self.verdict(id).map_or("", |v| v.value.as_str())
    }

    fn was_accepted(&self, id: &FieldId) -> bool {
        self.verdict(id)
            .is_some_and(|v| v.status == Status::Accepted)
    }

    fn verdict(&self, id: &FieldId) -> Option<&Verdict> {
        self.machine.iter().find(|v| v.field == *id)
    }
}

/// Whether a word on the field may concern others here.
pub fn concerns(side: &Side, own: &FieldId) -> bool {
    let any = |f: &Field| {
        let date = super::era_field(f).is_some_and(|era| era == own || f.id == *own);
        date || f.ditto_from.as_ref() == Some(own)
    };
    side.fields.iter().any(any) || pair(side, own).is_some()
}

/// What a word on the field says against others and, where it contradicts what they say, against
/// itself. It is for the caller to leave out what people settled.
pub fn shaken(side: &Side, own: &FieldId, answers: &Answers<'_, '_>) -> Vec<(FieldId, Doubt)> {
    let mut out = Vec::new();
    for field in &side.fields {
        if let (ValueKind::Date(kind), Some(era)) = (&field.value, super::era_field(field)) {
            if era == own && on_another_era((field, kind), own, answers) {
                let differ = Doubt::new(Reason::CrossField);
                out.push((field.id.clone(), differ.clone()));
                if matches!((answers.now)(own), Known::Value(_)) {
                    out.push((own.clone(), differ));
                }
            }
            if field.id == *own && is_outside((field, kind), era, answers) {
                out.push((own.clone(), Reason::CrossField.into()));
            }
        }
        if field.ditto_from.as_ref() == Some(own) && repeats_what_was((field, own), answers) {
            out.push((field.id.clone(), Reason::CrossField.into()));
        }
    }
    out.extend(
        pair(side, own).and_then(|(pair, places)| unconfirmed(pair, (own, places), answers)),
    );
    out
}

/// Whether a date stands that was read under another era than the one that holds now.
fn on_another_era(
    (field, kind): (&Field, &DateKind),
    own: &FieldId,
    answers: &Answers<'_, '_>,
) -> bool {
    let Known::Value(value) = (answers.now)(&field.id) else {
        return false;
    };
    let was = answers.was(own);
    match (answers.now)(own) {
        Known::Value(word) => match (era::named(word), date::day_of(value, kind.format)) {
            (Some(era), Some(day)) => !era::holds(era, day),
            _ => word != was,
        },
        // Nobody knows the era now that the date was read under.
        Known::Blank | Known::Open => {
            answers.was_accepted(own)
                && answers.was_accepted(&field.id)
                && value == answers.was(&field.id)
        }
    }
}

/// Whether the date that is given lies outside the era that stands.
fn is_outside(
    (field, kind): (&Field, &DateKind),
    era: &FieldId,
    answers: &Answers<'_, '_>,
) -> bool {
    let (Known::Value(value), Known::Value(word)) = ((answers.now)(&field.id), (answers.now)(era))
    else {
        return false;
    };
    let both = era::named(word).zip(date::day_of(value, kind.format));
    both.is_some_and(|(era, day)| !era::holds(era, day))
}

/// Whether a ditto sign stands for an answer that is another one now.
fn repeats_what_was((field, own): (&Field, &FieldId), answers: &Answers<'_, '_>) -> bool {
    let Known::Value(value) = (answers.now)(&field.id) else {
        return false;
    };
    answers.was_accepted(&field.id)
        && value == answers.was(&field.id)
        && (answers.now)(own) != Known::Value(value)
        && (answers.is_ditto)(&field.id)
}

/// A postal code and its address, of which the field is one, where places are known.
fn pair<'a>(side: &'a Side, own: &FieldId) -> Option<([&'a Field; 2], &'a Places)> {
    let fields: Vec<&Field> = side.fields.iter().collect();
    let mut pairs = places::pairs(&fields);
    let (code, address) = pairs.find(|(c, a)| [c, a].iter().any(|i| fields[**i].id == *own))?;
    let places = fields[code].lists.places.as_deref()?;
    Some(([fields[code], fields[address]], places))
}

/// The other one of the two, where both no longer go together.
fn unconfirmed(
    [code, address]: [&Field; 2],
    (own, places): (&FieldId, &Places),
    answers: &Answers<'_, '_>,
) -> Option<(FieldId, Doubt)> {
    let other = if code.id == *own { address } else { code };
    let Known::Value(_) = (answers.now)(&other.id) else {
        return None;
    };
    let before = places.agreement(answers.was(&code.id), answers.was(&address.id));
    let confirmed = before == Agreement::Town;
    let both = ((answers.now)(&code.id), (answers.now)(&address.id));
    let (Known::Value(code_now), Known::Value(address_now)) = both else {
        let doubt = Doubt::new(Reason::ZipAddrMismatch);
        return confirmed.then(|| (other.id.clone(), doubt));
    };
    let asks = match places.agreement(code_now, address_now) {
        Agreement::Town => false,
        Agreement::Mismatch => true,
        // As when both were read: a city that fits leaves the code in doubt.
        Agreement::City => confirmed || other.id == code.id,
        Agreement::Unknown => confirmed,
    };
    let named = places::named(places, code_now);
    let doubt = if named.is_empty() {
        Doubt::new(Reason::ZipAddrMismatch)
    } else {
        Doubt::with(Reason::ZipAddrMismatch, named)
    };
    asks.then(|| (other.id.clone(), doubt))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::charset::Charset;
    use crate::confidence::Confidence;
    use crate::lists::Place;
    use crate::validate::fixtures;

    /// What the machine said of each field (`?` in front: only proposed), what a person says of the first
    /// one, and which fields that asks about.
    #[track_caller]
    fn check(fields: Vec<Field>, said: &[&str], word: Known<'static>, expected: &[(&str, Reason)]) {
        let side = fixtures::side(fields);
        let machine: Vec<Verdict> = side
            .fields
            .iter()
            .zip(said)
            .map(|(field, said)| {
                let (status, value) = match said.strip_prefix('?') {
                    Some(value) => (Status::Question, value),
                    None if said.is_empty() => (Status::Blank, ""),
                    None => (Status::Accepted, *said),
                };
                let mut verdict =
                    Verdict::question(field, value.into(), Confidence::NONE, Vec::new());
                verdict.status = status;
                verdict
            })
            .collect();
        let own = side.fields[0].id.clone();
        let now = |id: &FieldId| match machine.iter().find(|v| v.field == *id) {
            _ if *id == own => word,
            Some(v) if v.status == Status::Accepted => Known::Value(v.value.as_str()),
            Some(v) if v.status == Status::Blank => Known::Blank,
            _ => Known::Open,
        };
        let answers = Answers {
            now: &now,
            machine: &machine,
            is_ditto: &|id| id.0.starts_with("ditto"),
        };
        assert!(concerns(&side, &own));
        let found: Vec<(String, Reason)> = shaken(&side, &own, &answers)
            .into_iter()
            .map(|(field, doubt)| (field.0, doubt.reason))
            .collect();
        let expected: Vec<(String, Reason)> =
            expected.iter().map(|(f, r)| ((*f).into(), *r)).collect();
        assert_eq!(found, expected, "{word:?} after {said:?}");
    }

    fn named(id: &str, field: Field) -> Field {
        Field {
            id: FieldId(id.into()),
            ..field
        }
    }

    fn eras() -> Vec<Field> {
        let era = fixtures::marks(&[("S", "昭和"), ("H", "平成")], 1);
        let mut born = fixtures::date();
        if let ValueKind::Date(kind) = &mut born.value {
            kind.era_field = Some(FieldId("era".into()));
        }
        vec![named("era", era), named("born", born)]
    }

    #[test]
    fn a_date_is_asked_when_its_era_becomes_another() {
        let asked = [("born", Reason::CrossField), ("era", Reason::CrossField)];
        let born = ["H", "1998-10-10"];
        check(eras(), &born, Known::Value("S"), &asked);
        check(eras(), &born, Known::Value("H"), &[]);
        // The date fits the era that was only proposed otherwise.
        check(eras(), &["?S", "1998-10-10"], Known::Value("H"), &[]);
        check(eras(), &["?H", "1998-10-10"], Known::Value("S"), &asked);
        // What the date was read under is gone.
        check(eras(), &born, Known::Blank, &asked[..1]);
        check(eras(), &born, Known::Open, &asked[..1]);
        // What waits for a person waits on.
        check(eras(), &["H", "?1998-10-10"], Known::Value("S"), &[]);
        // It was in the word's era all along.
        check(eras(), &["H", "1989-01-07"], Known::Value("S"), &[]);
    }

    #[test]
    fn a_date_outside_the_era_that_stands_contradicts_it() {
        let mut both = eras();
        both.reverse();
        let own = [("born", Reason::CrossField)];
        let said = ["?1998-10-10", "S"];
        check(both.clone(), &said, Known::Value("1998-10-10"), &own);
        check(both.clone(), &said, Known::Value("1935-10-10"), &[]);
        check(
            both,
            &["?1998-10-10", "?S"],
            Known::Value("1998-10-10"),
            &[],
        );
    }

    #[test]
    fn a_ditto_sign_is_asked_when_what_it_repeats_changes() {
        let line = |id: &str| {
            let line = fixtures::line(ValueKind::Text, false, Charset::Jis2);
            Field {
                ditto_from: (id != "first").then(|| FieldId("first".into())),
                ..named(id, line)
            }
        };
        let all = || vec![line("first"), line("ditto"), line("written")];
        let said = ["東町", "東町", "東町"];
        let asked = [("ditto", Reason::CrossField)];
        check(all(), &said, Known::Value("西町"), &asked);
        check(all(), &said, Known::Blank, &asked);
        check(all(), &said, Known::Value("東町"), &[]);
        check(all(), &["東町", "?東町", "東町"], Known::Value("西町"), &[]);
    }

    #[test]
    fn a_code_and_an_address_that_no_longer_agree_are_asked() {
        let row = |code: &str, city: &str, town: &str| {
            (code.to_owned(), Place::listed("京都府", city, town))
        };
        let places = Arc::new(Places::new([
            row("6240853", "舞鶴市", "南田辺"),
            row("6250036", "舞鶴市", "浜"),
            row("6230001", "綾部市", "味方町"),
        ]));
        let fields = |code_first: bool| {
            let code = named("code", fixtures::comb(ValueKind::Postal, 7));
            let address = fixtures::line(ValueKind::Address, false, Charset::Jis2);
            let mut both = vec![code, named("address", address)];
            for field in &mut both {
                field.lists.places = Some(Arc::clone(&places));
            }
            if !code_first {
                both.reverse();
            }
            both
        };
        let read = ["6240853", "舞鶴市南田辺"];
        let asked = [("address", Reason::ZipAddrMismatch)];
        check(fields(true), &read, Known::Value("6250036"), &asked);
        check(fields(true), &read, Known::Value("6230001"), &asked);
        check(fields(true), &read, Known::Value("6240853"), &[]);
        check(fields(true), &read, Known::Blank, &asked);
        let read = ["舞鶴市南田辺", "6240853"];
        let asked = [("code", Reason::ZipAddrMismatch)];
        check(fields(false), &read, Known::Value("舞鶴市浜"), &asked);
        check(
            fields(false),
            &read,
            Known::Value("京都府舞鶴市南田辺1-2"),
            &[],
        );
        // They had not confirmed each other.
        let other = ["?6230001", "舞鶴市南田辺"];
        check(fields(true), &other, Known::Blank, &[]);
    }
}
