//! Choices and ranks as text: what a person types, or what an earlier value says.

use super::fold;
use super::parse::Parsed;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, Zone};

/// The options of a field: value and label, in the order of the form.
fn options(field: &Field) -> Vec<(&str, &str)> {
    match &field.zone {
        Zone::Marks(z) => z
            .options
            .iter()
            .map(|o| (o.value.as_str(), o.label.as_str()))
            .collect(),
        Zone::Rank(z) => z
            .options
            .iter()
            .map(|o| (o.value.as_str(), o.label.as_str()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The value of an option named by its value or its label.
fn named<'a>(options: &[(&'a str, &str)], text: &str) -> Option<&'a str> {
    let text = text.trim();
    let by_value = options.iter().find(|(value, _)| *value == text);
    let narrow = fold::narrow(text);
    let by_label = || {
        options
            .iter()
            .find(|(_, label)| fold::narrow(label) == narrow)
    };
    by_value.or_else(by_label).map(|(value, _)| *value)
}

/// One option. A field that is no list of options (a single character box) keeps the text.
pub(super) fn choice(field: &Field, text: &str) -> Parsed {
    let options = options(field);
    if options.is_empty() {
        return Parsed::valid(text);
    }
    match named(&options, text) {
        Some(value) => Parsed::valid(value),
        None => Parsed::doubtful("", Reason::Pattern),
    }
}

/// Options joined with `|`, put in the order of the form.
pub(super) fn multiple(field: &Field, text: &str) -> Parsed {
    let options = options(field);
    if options.is_empty() {
        return Parsed::valid(text);
    }
    let chosen: Option<Vec<&str>> = text.split('|').map(|t| named(&options, t)).collect();
    let Some(chosen) = chosen else {
        return Parsed::doubtful("", Reason::Pattern);
    };
    let in_order: Vec<&str> = options
        .iter()
        .map(|(value, _)| *value)
        .filter(|v| chosen.contains(v))
        .collect();
    let most = match &field.zone {
        Zone::Marks(z) => z.at_most,
        _ => usize::MAX,
    };
    let value = in_order.join("|");
    if in_order.len() > most {
        Parsed::doubtful(value, Reason::MultiMark)
    } else {
        Parsed::valid(value)
    }
}

/// Options joined with `>`, best first, none twice.
pub(super) fn rank(field: &Field, text: &str) -> Parsed {
    let options = options(field);
    let chosen: Option<Vec<&str>> = text.split('>').map(|t| named(&options, t)).collect();
    let Some(chosen) = chosen else {
        return Parsed::doubtful("", Reason::Pattern);
    };
    let value = chosen.join(">");
    let repeated = (1..chosen.len()).any(|i| chosen[..i].contains(&chosen[i]));
    let most = match &field.zone {
        Zone::Rank(z) => z.most as usize,
        _ => usize::MAX,
    };
    match (repeated, chosen.len() > most) {
        (true, _) => Parsed::doubtful(value, Reason::RankRepeat),
        (_, true) => Parsed::doubtful(value, Doubt::with(Reason::Range, most.to_string())),
        _ => Parsed::valid(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::fixtures;

    #[test]
    fn options_by_value_or_label_in_the_forms_order() {
        let field = fixtures::marks(&[("yes", "希望する"), ("no", "希望しない")], 2);
        assert_eq!(choice(&field, "no"), Parsed::valid("no"));
        assert_eq!(choice(&field, "希望する"), Parsed::valid("yes"));
        assert_eq!(choice(&field, "maybe").doubts[0].reason, Reason::Pattern);
        assert_eq!(multiple(&field, "no|yes"), Parsed::valid("yes|no"));
        assert_eq!(multiple(&field, "no|x").doubts[0].reason, Reason::Pattern);
        let single = fixtures::marks(&[("a", "A"), ("b", "B")], 1);
        assert_eq!(multiple(&single, "a|b").doubts[0].reason, Reason::MultiMark);
    }

    #[test]
    fn ranks_are_lists_without_repeats() {
        let field = fixtures::ranks(&["a", "b", "c"], 2, false);
        assert_eq!(rank(&field, "c>a"), Parsed::valid("c>a"));
        assert_eq!(rank(&field, "c>c").doubts[0].reason, Reason::RankRepeat);
        assert_eq!(rank(&field, "a>b>c").doubts[0].reason, Reason::Range);
        assert_eq!(rank(&field, "a>z").doubts[0].reason, Reason::Pattern);
    }
}
