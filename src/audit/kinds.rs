//! Short names of what a field is, for tables of accuracy.

use crate::charset::Charset;
use crate::form::{Field, FieldId, Library, ValueKind, Zone};

/// What a field of an edition is; empty where the edition is not at hand.
pub fn kind_of(library: &Library, (form, edition): (&str, u32), field: &str) -> &'static str {
    let id = FieldId(field.to_owned());
    let form = library.find(form, Some(edition));
    form.and_then(|f| f.field(&id)).map_or("", |(_, f)| kind(f))
}

/// By the value where it has a structure, else by the characters it is written in.
pub fn kind(field: &Field) -> &'static str {
    match &field.value {
        ValueKind::Choice if field.consent => "consent",
        ValueKind::Choice => "choice",
        ValueKind::Multiple => "multiple",
        ValueKind::Rank => "rank",
        ValueKind::Number { .. } => "number",
        ValueKind::Code { .. } => "code",
        ValueKind::Postal => "postal",
        ValueKind::Phone { .. } => "phone",
        ValueKind::Date(_) => "date",
        ValueKind::BankAccount => "bank-account",
        ValueKind::Free => "free",
        ValueKind::Presence => "presence",
        ValueKind::Barcode => "barcode",
        ValueKind::Kana | ValueKind::Name | ValueKind::Address | ValueKind::Text => {
            written(&field.zone)
        }
    }
}

fn written(zone: &Zone) -> &'static str {
    match zone {
        Zone::Comb(comb) => match comb.charset {
            Charset::Digits => "digits",
            Charset::Hiragana => "hiragana",
            Charset::Katakana => "katakana",
            Charset::Kana => "kana",
            _ => "boxed-text",
        },
        Zone::Line(line) if line.printed => "printed-line",
        Zone::Line(_) => "written-line",
        _ => "text",
    }
}
