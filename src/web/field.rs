//! How a field is answered by keys: options of one key each, or a line to type in.

use crate::charset::Charset;
use crate::form::{Field, ValueKind, Zone};

/// The keys of options, in order. A form with more options than keys is answered with the mouse or
/// the tabulator for the rest.
pub(super) const OPTION_KEYS: &str = "123456789abcdefghijklmnopqrstuvwxyz";

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
    fn presence_and_options_take_single_keys() {
        let library = crate::store::fixtures::form(&["wish"]);
        let (_, wish) = library.forms()[0].field(&FieldId("wish".into())).unwrap();
        assert_eq!(entry(wish), Entry::One);
        let seal = field(line(Charset::Any), ValueKind::Presence);
        assert_eq!(entry(&seal), Entry::Presence);
    }
}
