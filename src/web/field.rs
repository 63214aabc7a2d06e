//! How a field is answered by keys: options of one key each, or a line to type in.

use crate::charset::Charset;
use crate::form::{Field, ValueKind, Zone};
use crate::validate::fold;

/// The keys of options, in order. A form with more options than keys is answered with the mouse or
/// the tabulator for the rest.
pub(super) const OPTION_KEYS: &str = "123456789abcdefghijklmnopqrstuvwxyz";

/// The keys of options with these names: what a name says is its key where every name is a single
/// character of its own, so that a printed `5` is answered by `5` wherever it stands; else by place.
pub(super) fn option_keys(names: &[String]) -> Vec<String> {
    let printed: Vec<String> = names.iter().filter_map(|name| printed_key(name)).collect();
    let mut distinct = printed.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() == names.len() {
        return printed;
    }
    let by_place = OPTION_KEYS.chars().map(String::from);
    let by_place = by_place.chain(std::iter::repeat(String::new()));
    by_place.take(names.len()).collect()
}

/// The key on which a name stands, full width or in a circle as it may be.
fn printed_key(name: &str) -> Option<String> {
    let mut all = name.chars();
    let (Some(c), None) = (all.next(), all.next()) else {
        return None;
    };
    let key = fold::digits(&c.to_string());
    let is_key = |k: &String| k == "0" || OPTION_KEYS.contains(k.as_str());
    Some(key).filter(is_key)
}

/// How a field is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// One of the options: its key is the answer.
    One,
    /// Any of the options: their keys tick, Enter records.
    Many,
    /// Options in the order in which their keys are pressed.
    Ranked,
    /// Something is there, or it is blank.
    Presence,
    /// A line of text.
    Line(Line),
}

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) script: Script,
    /// So many characters are a whole answer: the last one records it.
    pub(super) full: Option<usize>,
}

/// Which characters, so that the keyboard fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Digits and signs: typed full width by mistake, they become half width.
    Digits,
    Latin,
    /// Kana and kanji.
    Japanese,
}

impl Script {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Latin => "latin",
            Self::Japanese => "japanese",
        }
    }

    /// For `inputmode`.
    pub(super) fn input_mode(self) -> &'static str {
        match self {
            Self::Digits => "numeric",
            Self::Latin | Self::Japanese => "text",
        }
    }

    /// For `lang`: a browser on Windows starts the input method by it.
    pub(super) fn lang(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::Digits | Self::Latin => "en",
        }
    }
}

/// How the field is answered.
pub(super) fn entry(field: &Field) -> Entry {
    match &field.value {
        ValueKind::Choice if is_optioned(field) => Entry::One,
        ValueKind::Multiple if is_optioned(field) => Entry::Many,
        ValueKind::Rank if is_optioned(field) => Entry::Ranked,
        ValueKind::Presence => Entry::Presence,
        value => Entry::Line(Line {
            script: script(value, &field.zone),
            full: full(value),
        }),
    }
}

fn is_optioned(field: &Field) -> bool {
    matches!(field.zone, Zone::Marks(_) | Zone::Rank(_))
}

fn script(value: &ValueKind, zone: &Zone) -> Script {
    match value {
        ValueKind::Number { .. }
        | ValueKind::Postal
        | ValueKind::Phone { .. }
        | ValueKind::BankAccount
        | ValueKind::Date(_) => Script::Digits,
        ValueKind::Kana | ValueKind::Name | ValueKind::Address | ValueKind::Free => {
            Script::Japanese
        }
        _ => match charset(zone) {
            Some(Charset::Digits) => Script::Digits,
            Some(Charset::Upper | Charset::Latin | Charset::Alnum | Charset::Ascii) | None => {
                Script::Latin
            }
            Some(_) => Script::Japanese,
        },
    }
}

fn charset(zone: &Zone) -> Option<&Charset> {
    match zone {
        Zone::Comb(zone) => Some(&zone.charset),
        Zone::Line(zone) => Some(&zone.charset),
        _ => None,
    }
}

/// Only where every whole answer has the same length.
fn full(value: &ValueKind) -> Option<usize> {
    match value {
        ValueKind::Postal => Some(7),
        ValueKind::Code { length, .. } => match length.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{CombFrame, CombZone, FieldId, LineZone};
    use crate::geom::Rect;

    fn field(zone: Zone, value: ValueKind) -> Field {
        Field::new(FieldId("x".into()), zone, value)
    }

    fn line(charset: Charset) -> Zone {
        Zone::Line(LineZone {
            area: Rect::new(0.0, 0.0, 1.0, 1.0),
            charset,
            printed: false,
            vertical: false,
        })
    }

    fn comb(charset: Charset) -> Zone {
        Zone::Comb(CombZone {
            cells: Vec::new(),
            charset,
            frame: CombFrame::Boxes,
        })
    }

    #[test]
    fn the_keyboard_fits_the_field() {
        let code = |length| ValueKind::Code {
            length,
            pattern: None,
            check: None,
        };
        let cases = [
            (
                comb(Charset::Digits),
                code(vec![7]),
                Script::Digits,
                Some(7),
            ),
            (
                comb(Charset::Digits),
                code(vec![7, 8]),
                Script::Digits,
                None,
            ),
            (comb(Charset::Alnum), code(vec![4]), Script::Latin, Some(4)),
            (
                comb(Charset::Digits),
                ValueKind::Postal,
                Script::Digits,
                Some(7),
            ),
            (
                comb(Charset::Digits),
                ValueKind::Phone { area: None },
                Script::Digits,
                None,
            ),
            (
                line(Charset::Katakana),
                ValueKind::Kana,
                Script::Japanese,
                None,
            ),
            (line(Charset::Jis2), ValueKind::Text, Script::Japanese, None),
            (line(Charset::Ascii), ValueKind::Text, Script::Latin, None),
        ];
        for (zone, value, script, full) in cases {
            let field = field(zone, value);
            assert_eq!(
                entry(&field),
                Entry::Line(Line { script, full }),
                "{field:?}"
            );
        }
    }

    #[test]
    fn a_printed_digit_is_its_own_key_and_words_are_chosen_by_place() {
        let keys = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            option_keys(&names).join("")
        };
        assert_eq!(keys(&["5", "4", "3", "2", "1"]), "54321");
        assert_eq!(keys(&["0", "1", "2", "9"]), "0129");
        assert_eq!(keys(&["３", "②", "1"]), "321");
        assert_eq!(keys(&["c", "b"]), "cb");
        for by_place in [["はい", "いいえ"], ["2", "2"], ["2", "その他"], ["-", "1"]] {
            assert_eq!(keys(&by_place), "12", "{by_place:?}");
        }
    }

    #[test]
    fn presence_and_options_take_single_keys() {
        let library = crate::store::fixtures::form(&["wish"]);
        let (_, wish) = library.forms()[0].field(&FieldId("wish".into())).unwrap();
        assert_eq!(entry(wish), Entry::One);
        let seal = field(line(Charset::Any), ValueKind::Presence);
        assert_eq!(entry(&seal), Entry::Presence);
    }
}
