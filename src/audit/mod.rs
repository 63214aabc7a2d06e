//! Proving what the machine accepted: how many fields are drawn, and what a check has shown.
//!
//! Only a random sample of *accepted* fields speaks for accepted fields: what people were asked
//! about is what the machine was unsure of. A check counts its errors and says how many there may be
//! among all, with 95 % confidence ([`crate::stats`]). An answer that differs from the machine's and
//! that nobody has decided on yet counts as an error in the bound, and so does a field that nobody
//! can read.

mod kinds;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use kinds::{kind, kind_of};
pub use words::{drawn, table};

use crate::form::Library;
use crate::stats::Count;
use crate::store::{Finding, PageId, SampleId, SampleRow, SampledField, Store, StoreError};

/// A bound may fail one time in twenty.
pub const CHANCE: f64 = 0.05;

/// Lot sizes up to which so many are drawn: general inspection level II of JIS Z 9015-1 (ISO
/// 2859-1), code letters A to Q.
const PLAN: [(u64, u64); 14] = [
    (8, 2),
    (15, 3),
    (25, 5),
    (50, 8),
    (90, 13),
    (150, 20),
    (280, 32),
    (500, 50),
    (1_200, 80),
    (3_200, 125),
    (10_000, 200),
    (35_000, 315),
    (150_000, 500),
    (500_000, 800),
];
const LARGEST: u64 = 1_250;

/// How many of a lot are drawn unless a person says otherwise.
pub fn plan(lot: u64) -> u64 {
    let row = PLAN.iter().find(|(most, _)| lot <= *most);
    row.map_or(LARGEST, |(_, size)| *size).min(lot)
}

/// What a part of a check has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shown {
    /// Drawn, and on a page that counts.
    pub drawn: u64,
    /// Answered, or differing: what the bound speaks of.
    pub checked: u64,
    pub wrong: u64,
    /// Of the wrong ones: nobody can read them.
    pub illegible: u64,
    /// A person reads it otherwise, and nobody has decided yet.
    pub differing: u64,
    /// Wait for a person.
    pub open: u64,
    /// Share wrong of those that are decided.
    pub error: f64,
    /// With 95 % confidence no more than this share is wrong; differing ones count as wrong.
    pub at_most: f64,
}

impl Shown {
    fn of<'a>(fields: impl Iterator<Item = &'a SampledField>) -> Self {
        let mut shown = Self::default();
        for field in fields {
            let (checked, wrong) = match field.finding {
                Finding::Withdrawn => continue,
                Finding::Open => {
                    shown.open += 1;
                    (0, 0)
                }
                Finding::Differs => {
                    shown.differing += 1;
                    (1, 0)
                }
                Finding::Right => (1, 0),
                Finding::Wrong => (1, 1),
                Finding::Illegible => {
                    shown.illegible += 1;
                    (1, 1)
                }
            };
            shown.drawn += 1;
            shown.checked += checked;
            shown.wrong += wrong;
        }
        let decided = Count::new(shown.wrong, shown.checked - shown.differing);
        shown.error = decided.share();
        shown.at_most = Count::new(shown.wrong + shown.differing, shown.checked).at_most(CHANCE);
        shown
    }
}

/// One field of a form, or one kind of value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub form: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    pub kind: &'static str,
    #[serde(flatten)]
    pub shown: Shown,
}

/// Where an accepted field was wrong; never what it said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wrong {
    pub page: PageId,
    pub form: String,
    pub field: String,
    pub confidence: f64,
    pub finding: Finding,
}

/// A check and what it has shown so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub sample: SampleRow,
    pub withdrawn: u64,
    pub total: Shown,
    pub kinds: Vec<Part>,
    pub fields: Vec<Part>,
    pub wrong: Vec<Wrong>,
}

/// What every check has shown, or the one that is named.
pub fn reports(
    store: &Store,
    library: &Library,
    only: Option<SampleId>,
) -> Result<Vec<Report>, StoreError> {
    let samples = store.samples()?.into_iter();
    let chosen = samples.filter(|s| only.is_none_or(|id| s.id == id));
    chosen
        .map(|sample| {
            let fields = store.sampled_fields(sample.id)?;
            Ok(report(library, sample, &fields))
        })
        .collect()
}

fn report(library: &Library, sample: SampleRow, fields: &[SampledField]) -> Report {
    let mut kinds: BTreeMap<&'static str, Vec<&SampledField>> = BTreeMap::new();
    let mut named: BTreeMap<(&str, &str), Vec<&SampledField>> = BTreeMap::new();
    for field in fields {
        let kind = kind_of(library, (&field.form, field.edition), &field.field);
        kinds.entry(kind).or_default().push(field);
        let place = (field.form.as_str(), field.field.as_str());
        named.entry(place).or_default().push(field);
    }
    let part = |(form, field): (&str, &str), of: &[&SampledField]| Part {
        form: form.to_owned(),
        field: field.to_owned(),
        kind: of
            .first()
            .map_or("", |f| kind_of(library, (&f.form, f.edition), &f.field)),
        shown: Shown::of(of.iter().copied()),
    };
    let wrong = fields.iter().filter(|f| {
        matches!(
            f.finding,
            Finding::Wrong | Finding::Illegible | Finding::Differs
        )
    });
    let wrong = wrong.map(|f| Wrong {
        page: f.page,
        form: f.form.clone(),
        field: f.field.clone(),
        confidence: f.confidence,
        finding: f.finding,
    });
    let is_withdrawn = |f: &&SampledField| f.finding == Finding::Withdrawn;
    Report {
        sample,
        withdrawn: fields.iter().filter(is_withdrawn).count() as u64,
        total: Shown::of(fields.iter()),
        kinds: kinds.values().map(|of| part(("", ""), of)).collect(),
        fields: named.iter().map(|(place, of)| part(*place, of)).collect(),
        wrong: wrong.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::*;
    use crate::store::{Answer, Scope};

    #[test]
    fn the_plan_is_the_standard_s() {
        let cases = [
            (0, 0),
            (1, 1),
            (8, 2),
            (9, 3),
            (501, 80),
            (1_200, 80),
            (1_201, 125),
            (10_000, 200),
            (35_001, 500),
            (150_000, 500),
            (500_001, 1_250),
        ];
        for (lot, size) in cases {
            assert_eq!(plan(lot), size, "{lot}");
        }
    }

    #[test]
    fn a_report_counts_by_field_and_bounds_the_error() {
        let (_dir, mut store) = store();
        let library = form(&["wish", "phone"]);
        let mut run = begin(&store, false);
        for n in 0..30 {
            let card = card(&n.to_string(), &[("wish", "yes"), ("phone", "0312345678")]);
            record_all(&mut store, &mut run, &format!("{n}.tif"), &[card]);
        }
        let drawn = store
            .draw_sample(&act("kan"), (&Scope::default(), None), |n| n)
            .unwrap()
            .unwrap();
        assert_eq!(drawn.seed, 1);
        let fields = store.sampled_fields(drawn.id).unwrap();
        // Forty are answered, the first of them otherwise than the machine, by two persons.
        for (at, field) in fields.iter().take(40).enumerate() {
            let machine = if field.field == "wish" {
                "yes"
            } else {
                "0312345678"
            };
            let value = if at == 0 { "other" } else { machine };
            let word = says(field.page, &field.field, Answer::Value(value.into()));
            store.decide(&[word]).unwrap();
        }
        let before = reports(&store, &library, Some(drawn.id)).unwrap().remove(0);
        assert_eq!((before.total.checked, before.total.open), (40, 20));
        assert_eq!((before.total.wrong, before.total.differing), (0, 1));
        // 1 of 40 is at most 11.3 % (95 %, one side).
        assert!((before.total.at_most - 0.1132).abs() < 1e-3, "{before:?}");
        let second = crate::store::NewDecision {
            act: act("ito"),
            ..says(
                fields[0].page,
                &fields[0].field,
                Answer::Value("other".into()),
            )
        };
        store.decide(&[second]).unwrap();
        let after = reports(&store, &library, None).unwrap().remove(0);
        assert_eq!((after.total.wrong, after.total.differing), (1, 0));
        assert!((after.total.error - 0.025).abs() < 1e-12);
        assert!((after.total.at_most - before.total.at_most).abs() < 1e-12);
        assert_eq!(after.wrong.len(), 1);
        let kinds: Vec<&str> = after.fields.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, ["phone", "choice"]);
        let all: u64 = after.kinds.iter().map(|k| k.shown.checked).sum();
        assert_eq!(all, 40);
        for lang in [crate::lang::Lang::Ja, crate::lang::Lang::En] {
            let text = table(&after, lang);
            assert!(
                text.contains("2.50") && !text.contains("0312345678"),
                "{text}"
            );
        }
    }
}
