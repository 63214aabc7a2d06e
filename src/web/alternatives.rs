//! What else a line of text may be, as far as it helps.

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

/// What else it may be, besides what stands in the field. Of single characters only those are
/// told that may be another one.
pub(super) fn others(all: &[Alternative], start: &str) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
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
        let told: Vec<(String, String, bool)> = others(&all, "0773")
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
}
