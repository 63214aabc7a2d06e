//! What an answer must be: kinds that fit the zone, patterns that compile, ranges that are sane.

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};

use crate::calendar::Day;
use crate::charset::Charset;

use super::check_digit;
use crate::form::fault::{Faults, nearest};
use crate::form::raw::{
    At, Empty, RawCharset, RawCode, RawDate, RawField, RawLength, RawPhone, RawValue,
};
use crate::form::types::{DateFormat, DateKind, FieldId, Symbology, ValueKind, Zone};

/// A compiled pattern may take this many bytes.
const PATTERN_BYTES: usize = 1 << 20;

const CHARSETS: [&str; 11] = [
    "digits", "upper", "latin", "alnum", "hiragana", "katakana", "kana", "jis1", "jis2", "ascii",
    "any",
];

pub(super) fn check(raw: &RawField, zone: &Zone, faults: &mut Faults<'_>) -> Option<ValueKind> {
    let Some(value) = &raw.value else {
        return Some(by_zone(zone));
    };
    let names = names(value);
    let (zone_name, fitting) = fitting(zone);
    let [name] = names.as_slice() else {
        let hint = format!("exactly one of {}", fitting.join(", "));
        faults.add_hint(&value.span, "an answer is of one kind", hint);
        return None;
    };
    if !fitting.contains(name) {
        let hint = format!("one of {}", fitting.join(", "));
        faults.add_hint(
            &value.span,
            format!("`{zone_name}` cannot hold a `{name}`"),
            hint,
        );
        return None;
    }
    kind(value, zone, faults)
}

/// What is asked where the form does not say.
fn by_zone(zone: &Zone) -> ValueKind {
    match zone {
        Zone::Marks(z) if z.at_most == 1 => ValueKind::Choice,
        Zone::Marks(_) => ValueKind::Multiple,
        Zone::Grid(_) => ValueKind::Code {
            length: vec![],
            pattern: None,
            check: None,
        },
        Zone::Comb(z) => match z.charset {
            Charset::Hiragana | Charset::Katakana | Charset::Kana => ValueKind::Kana,
            Charset::Digits => ValueKind::Code {
                length: vec![z.cells.len()],
                pattern: None,
                check: None,
            },
            _ => ValueKind::Text,
        },
        Zone::Rank(_) => ValueKind::Rank,
        Zone::Line(_) => ValueKind::Text,
        Zone::Barcode(_) => ValueKind::Barcode,
        Zone::Ink(_) => ValueKind::Presence,
        Zone::Picture(_) => ValueKind::Free,
    }
}

/// The zone's name, and the kinds of answer that it can hold.
fn fitting(zone: &Zone) -> (&'static str, &'static [&'static str]) {
    const WRITTEN: &[&str] = &[
        "number",
        "code",
        "postal",
        "phone",
        "date",
        "kana",
        "name",
        "address",
        "bank_account",
        "text",
    ];
    match zone {
        Zone::Marks(z) if z.at_most > 1 => ("marks", &["multiple"]),
        Zone::Marks(_) => ("marks", &["choice", "multiple"]),
        Zone::Grid(_) => ("grid", WRITTEN),
        Zone::Comb(_) => ("comb", WRITTEN),
        Zone::Rank(_) => ("rank", &["rank"]),
        Zone::Line(_) => (
            "line",
            &[
                "text",
                "name",
                "kana",
                "address",
                "number",
                "code",
                "postal",
                "phone",
                "date",
                "bank_account",
                "free",
            ],
        ),
        Zone::Barcode(_) => ("barcode", &["barcode", "code"]),
        Zone::Ink(_) => ("ink", &["presence"]),
        Zone::Picture(_) => ("picture", &["free"]),
    }
}

fn names(v: &RawValue) -> Vec<&'static str> {
    let given = [
        ("choice", v.choice.is_some()),
        ("multiple", v.multiple.is_some()),
        ("rank", v.rank.is_some()),
        ("number", v.number.is_some()),
        ("code", v.code.is_some()),
        ("postal", v.postal.is_some()),
        ("phone", v.phone.is_some()),
        ("date", v.date.is_some()),
        ("kana", v.kana.is_some()),
        ("name", v.name.is_some()),
        ("address", v.address.is_some()),
        ("bank_account", v.bank_account.is_some()),
        ("text", v.text.is_some()),
        ("free", v.free.is_some()),
        ("presence", v.presence.is_some()),
        ("barcode", v.barcode.is_some()),
    ];
    given
        .into_iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| name)
        .collect()
}

fn kind(value: &At<RawValue>, zone: &Zone, faults: &mut Faults<'_>) -> Option<ValueKind> {
    let v = &value.value;
    if let Some(number) = &v.number {
        if number
            .min
            .zip(number.max)
            .is_some_and(|(min, max)| min > max)
        {
            faults.add(&value.span, "`min` is greater than `max`");
            return None;
        }
        return Some(ValueKind::Number {
            min: number.min,
            max: number.max,
        });
    }
    if let Some(raw) = &v.code {
        return code(raw, zone, faults);
    }
    if let Some(raw) = &v.phone {
        return phone(raw, faults);
    }
    if let Some(raw) = &v.date {
        return date(raw, faults).map(ValueKind::Date);
    }
    let plain = [
        (v.choice, ValueKind::Choice),
        (v.multiple, ValueKind::Multiple),
        (v.rank, ValueKind::Rank),
        (v.postal, ValueKind::Postal),
        (v.kana.map(|_| Empty {}), ValueKind::Kana),
        (v.name.map(|_| Empty {}), ValueKind::Name),
        (v.address, ValueKind::Address),
        (v.bank_account, ValueKind::BankAccount),
        (v.text, ValueKind::Text),
        (v.free, ValueKind::Free),
        (v.presence, ValueKind::Presence),
        (v.barcode, ValueKind::Barcode),
    ];
    plain
        .into_iter()
        .find(|(given, _)| given.is_some())
        .map(|(_, kind)| kind)
}

fn code(raw: &RawCode, zone: &Zone, faults: &mut Faults<'_>) -> Option<ValueKind> {
    let room = match zone {
        Zone::Comb(z) => Some(z.cells.len()),
        Zone::Grid(z) => Some(z.columns.len()),
        _ => None,
    };
    let length = raw.length.as_ref().map_or(Vec::new(), |l| match &l.value {
        RawLength::One(n) => vec![*n],
        RawLength::Several(all) => all.clone(),
    });
    let mut good = true;
    if let Some(span) = raw.length.as_ref().map(|l| &l.span) {
        if length.is_empty() || length.iter().any(|n| !(1..=1000).contains(n)) {
            faults.add(span, "a code has at least one character");
            good = false;
        }
        if let Some((n, room)) = room.and_then(|r| length.iter().find(|n| **n > r).map(|n| (n, r)))
        {
            faults.add(span, format!("{n} characters do not fit into {room} boxes"));
            good = false;
        }
    }
    let regex = raw.pattern.as_ref().map(|p| pattern(p, None, faults));
    let check = raw.check.as_ref().map(|c| check_digit::check(c, faults));
    good &= !matches!(regex, Some(None)) && !matches!(check, Some(None));
    good.then_some(ValueKind::Code {
        length,
        pattern: regex.flatten(),
        check: check.flatten(),
    })
}

fn phone(raw: &RawPhone, faults: &mut Faults<'_>) -> Option<ValueKind> {
    if let Some(area) = &raw.area {
        let digits = area.chars().all(|c| c.is_ascii_digit());
        if !digits || !area.starts_with('0') || !(2..=5).contains(&area.len()) {
            let message = format!("`{}` is no area code", area.value);
            faults.add_hint(
                &area.span,
                message,
                "2 to 5 digits, the first a 0: \"0773\"",
            );
            return None;
        }
    }
    Some(ValueKind::Phone {
        area: raw.area.as_ref().map(|a| a.value.clone()),
    })
}

fn date(raw: &RawDate, faults: &mut Faults<'_>) -> Option<DateKind> {
    let earliest = raw.earliest.as_ref().map(|d| day(d, faults));
    let latest = raw.latest.as_ref().map(|d| day(d, faults));
    if matches!(earliest, Some(None)) || matches!(latest, Some(None)) {
        return None;
    }
    let (earliest, latest) = (earliest.flatten(), latest.flatten());
    if let Some(span) = raw.latest.as_ref().map(|d| &d.span)
        && earliest
            .zip(latest)
            .is_some_and(|(first, last)| first > last)
    {
        faults.add(span, "`latest` is before `earliest`");
        return None;
    }
    Some(DateKind {
        era_field: raw.era_field.as_ref().map(|f| FieldId(f.value.clone())),
        era: raw.era,
        not_future: raw.not_future,
        earliest,
        latest,
        format: raw.format.unwrap_or(DateFormat::Iso),
    })
}

fn day(raw: &At<String>, faults: &mut Faults<'_>) -> Option<Day> {
    let parsed = parse_day(raw);
    if parsed.is_none() {
        let message = format!("`{}` is no day", raw.value);
        faults.add_hint(&raw.span, message, "write \"YYYY-MM-DD\"");
    }
    parsed
}

fn parse_day(text: &str) -> Option<Day> {
    let parts: Vec<&str> = text.split('-').collect();
    let [y, m, d] = parts.as_slice() else {
        return None;
    };
    let shaped = y.len() == 4 && m.len() == 2 && d.len() == 2;
    let digits = parts.iter().all(|p| p.chars().all(|c| c.is_ascii_digit()));
    if !shaped || !digits {
        return None;
    }
    Day::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
}

/// Compiles a pattern; `group` must be one of its named groups.
pub(super) fn pattern(
    raw: &At<String>,
    group: Option<&str>,
    faults: &mut Faults<'_>,
) -> Option<Regex> {
    match RegexBuilder::new(raw).size_limit(PATTERN_BYTES).build() {
        Ok(regex) => {
            let Some(group) = group else {
                return Some(regex);
            };
            if regex.capture_names().flatten().any(|name| name == group) {
                return Some(regex);
            }
            let hint = format!("put the part that is the key into (?<{group}>...)");
            faults.add_hint(
                &raw.span,
                format!("the pattern has no group `{group}`"),
                hint,
            );
            None
        }
        Err(error) => {
            let text = error.to_string();
            let why = text
                .lines()
                .last()
                .unwrap_or("")
                .trim_start_matches("error: ")
                .to_owned();
            faults.add(&raw.span, format!("the pattern cannot be used: {why}"));
            None
        }
    }
}

/// The named symbologies: at least one.
pub(super) fn symbologies(
    raw: &At<Vec<At<String>>>,
    faults: &mut Faults<'_>,
) -> Option<BTreeSet<Symbology>> {
    if raw.is_empty() {
        faults.add(&raw.span, "name at least one symbology");
        return None;
    }
    let found: Vec<_> = raw.iter().map(|name| symbology(name, faults)).collect();
    found.into_iter().collect()
}

pub(super) fn symbology(name: &At<String>, faults: &mut Faults<'_>) -> Option<Symbology> {
    let found = Symbology::named(name);
    if found.is_none() {
        let all = Symbology::ALL.map(|(n, _)| n);
        let near = nearest(name, all).map(|n| format!("did you mean `{n}`?"));
        let hint = near.unwrap_or_else(|| format!("one of {}", all.join(", ")));
        faults.add_hint(
            &name.span,
            format!("there is no symbology `{}`", name.value),
            hint,
        );
    }
    found
}

pub(super) fn charset(raw: &At<RawCharset>, faults: &mut Faults<'_>) -> Option<Charset> {
    match &raw.value {
        RawCharset::Named(name) => Charset::named(name).or_else(|| {
            let near = nearest(name, CHARSETS).map(|n| format!("did you mean `{n}`?"));
            let hint = near.unwrap_or_else(|| {
                format!("one of {}, or {{ only = \"...\" }}", CHARSETS.join(", "))
            });
            faults.add_hint(&raw.span, format!("there is no charset `{name}`"), hint);
            None
        }),
        RawCharset::Only(list) if list.only.is_empty() => {
            faults.add(&raw.span, "a charset has at least one character");
            None
        }
        RawCharset::Only(list) => Some(Charset::Only(list.only.chars().collect())),
    }
}
