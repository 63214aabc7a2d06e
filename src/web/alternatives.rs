//! What else a line of text may be, as far as it helps.

use crate::doubt::{Doubt, Reason};
use crate::review::Alternative;

/// Alternatives beyond these help nobody.
const MOST_ALTERNATIVES: usize = 8;

/// Below this an alternative is noise.
const LEAST_WEIGHT: f64 = 0.005;

/// Something that a line may also be.
pub(super) struct Other {
    pub(super) text: String,
    pub(super) weight: String,
    /// May stand in the field as it is.
    pub(super) whole: bool,
}

/// The values that the reasons themselves name: the other reading, the days of each era, what the
/// mailing list says.
pub(super) fn candidates(doubts: &[Doubt]) -> Vec<String> {
    let names = |doubt: &Doubt| match (doubt.reason, &doubt.detail) {
        (Reason::Disagree | Reason::LedgerMismatch | Reason::EraOverrun, Some(detail)) => {
            vec![detail.clone()]
        }
        (Reason::EraMissing, Some(detail)) => detail.split(" / ").map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    doubts.iter().flat_map(names).collect()
}

/// What else it may be, besides what stands in the field: what was `named` first. Of single
/// characters only those are told that may be another one.
pub(super) fn others(
    named: impl IntoIterator<Item = String>,
    all: &[Alternative],
    start: &str,
) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
    for text in named {
        if text != start && !text.is_empty() && others.iter().all(|o| o.text != text) {
            others.push(Other {
                text,
                weight: String::new(),
                whole: true,
            });
        }
    }
    for alternative in all.iter().filter(|a| a.weight >= LEAST_WEIGHT) {
        let (text, weight) = (&alternative.text, percent(alternative.weight));
        match (text.split_once(' '), text.starts_with('[')) {
            (Some((place, character)), true) => {
                let part = format!("{character} {weight}");
                match others.iter_mut().find(|o| !o.whole && o.text == place) {
                    Some(known) => known.weight = format!("{} / {part}", known.weight),
                    None => others.push(Other {
                        text: place.to_owned(),
                        weight: part,
                        whole: false,
                    }),
                }
            }
            _ if text == start || text.is_empty() || others.iter().any(|o| o.text == *text) => {}
            _ => others.push(Other {
                text: text.clone(),
                weight,
                whole: true,
            }),
        }
    }
    others.retain(|o| o.whole || o.weight.contains('/'));
    others.truncate(MOST_ALTERNATIVES);
    others
}

pub(super) fn percent(weight: f64) -> String {
    match weight {
        w if w >= 0.995 => "99 %".to_owned(),
        w => format!("{:.0} %", w * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_otherwise_is_told() {
        let all: Vec<Alternative> = [
            ("0773", 0.9),
            ("0778", 0.08),
            ("0778", 0.01),
            ("", 0.5),
            ("[1] 0", 0.999),
            ("[2] 7", 0.67),
            ("[2] 1", 0.3),
            ("[2] 9", 0.001),
        ]
        .map(|(text, weight)| Alternative {
            text: text.into(),
            weight,
        })
        .into();
        let told: Vec<(String, String, bool)> = others([], &all, "0773")
            .into_iter()
            .map(|o| (o.text, o.weight, o.whole))
            .collect();
        assert_eq!(
            told,
            [
                ("0778".into(), "8 %".into(), true),
                ("[2]".into(), "7 67 % / 1 30 %".into(), false),
            ]
        );
    }

    #[test]
    fn what_the_reasons_name_can_be_taken_over_before_anything_else() {
        let doubts = [
            Doubt::with(Reason::LedgerMismatch, "山田太郎"),
            Doubt::with(Reason::EraMissing, "昭和27年10月12日 / 平成27年10月12日"),
            Doubt::with(Reason::PhoneFormat, "9"),
            Doubt::new(Reason::Disagree),
        ];
        let named = candidates(&doubts);
        let days = ["昭和27年10月12日", "平成27年10月12日"];
        assert_eq!(named, ["山田太郎", days[0], days[1]]);
        let all = [("山田太郎", 0.5), ("山田", 0.2)].map(|(text, weight)| Alternative {
            text: text.into(),
            weight,
        });
        let told: Vec<String> = others(named, &all, days[0])
            .into_iter()
            .map(|o| o.text)
            .collect();
        assert_eq!(told, ["山田太郎", days[1], "山田"]);
    }
}
