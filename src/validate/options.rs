//! Choices and ranks as text: what a person types, or what an earlier value says.

use super::fold;
use super::parse::Parsed;
use crate::charset::Charset;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, ValueKind, Zone};

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

/// Whether the form itself offers what elsewhere means "none" or "as above": an option called 無, or a
/// character that its charset lists. A listed ditto mark stays one: the charset must list it to be read.
pub(super) fn is_answer(field: &Field, text: &str, elsewhere: Reason) -> bool {
    match &field.value {
        ValueKind::Choice | ValueKind::Multiple | ValueKind::Rank => {
            named(&options(field), text).is_some()
        }
        ValueKind::Text | ValueKind::Code { .. } => {
            elsewhere == Reason::NoneStated && is_listed(field, text)
        }
        _ => false,
    }
}

/// Whether the text is one character of those that the form lists one by one. Beside digits, letters or
/// kana a dash or slash is listed for what it parts or lengthens, and alone still means "none".
fn is_listed(field: &Field, text: &str) -> bool {
    let charset = match &field.zone {
        Zone::Comb(zone) => &zone.charset,
        Zone::Line(zone) => &zone.charset,
        _ => return false,
    };
    let mut chars = text.chars();
    let (Charset::Only(listed), Some(c), None) = (charset, chars.next(), chars.next()) else {
        return false;
    };
    let writes_words = |c: &char| c.is_ascii_alphanumeric() || matches!(c, 'ぁ'..='ヺ');
    let between = fold::is_hyphen(c) || matches!(c, '/' | '／');
    listed.contains(&c) && !(between && listed.iter().any(writes_words))
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
    use crate::validate::parse::parse;

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

    #[track_caller]
    fn check(field: &Field, text: &str, expected: Result<&str, Reason>) {
        let parsed = parse(field, text, &fixtures::setting());
        let reason = parsed.doubts.first().map(|d| d.reason);
        let said = reason.map_or(Ok(parsed.value.as_str()), Err);
        assert_eq!(said, expected, "`{text}`");
    }

    #[test]
    fn an_option_called_none_is_an_answer() {
        for at_most in [1, 2] {
            let field = fixtures::marks(&[("有", "有"), ("無", "無")], at_most);
            check(&field, "無", Ok("無"));
            check(&field, "なし", Err(Reason::NoneStated));
        }
        let signs = fixtures::marks(&[("○", "○"), ("×", "×"), ("n", "-"), ("s", "〃")], 1);
        check(&signs, "×", Ok("×"));
        check(&signs, "-", Ok("n"));
        check(&signs, "〃", Ok("s"));
        check(&signs, "無", Err(Reason::NoneStated));
        let labels = fixtures::marks(&[("yes", "あり"), ("no", "なし")], 1);
        check(&labels, "なし", Ok("no"));
        let ranks = fixtures::ranks(&["有", "無"], 2, false);
        check(&ranks, "無", Ok("無"));
        check(&ranks, "無>有", Ok("無>有"));
    }

    #[test]
    fn a_character_that_the_charset_lists_is_an_answer() {
        let boxed = |listed: &str, value| {
            let mut field = fixtures::comb(value, 1);
            if let Zone::Comb(zone) = &mut field.zone {
                zone.charset = fixtures::only(listed);
            }
            field
        };
        let code = ValueKind::Code {
            length: vec![1],
            pattern: None,
            check: None,
        };
        for field in [
            boxed("有無○×", ValueKind::Text),
            boxed("有無○×", code),
            fixtures::line(ValueKind::Text, false, fixtures::only("有無○×")),
        ] {
            check(&field, "無", Ok("無"));
            check(&field, "×", Ok("×"));
            check(&field, "-", Err(Reason::NoneStated));
            check(&field, "なし", Err(Reason::NoneStated));
        }
        check(&boxed("有無〃", ValueKind::Text), "〃", Err(Reason::Ditto));
        check(&boxed("○-", ValueKind::Text), "-", Ok("-"));
        for listed in ["0123456789-", "アイー-", "ABC/-"] {
            check(
                &boxed(listed, ValueKind::Text),
                "-",
                Err(Reason::NoneStated),
            );
        }
        let any = fixtures::line(ValueKind::Text, false, Charset::Jis2);
        check(&any, "無", Err(Reason::NoneStated));
    }
}
