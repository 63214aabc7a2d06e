//! Check digits by name.

use crate::form::fault::{Faults, nearest};
use crate::form::raw::{At, RawCheck, RawCheckTable};
use crate::form::types::CheckDigit;

const NAMES: [&str; 15] = [
    "m10w3",
    "m10w2",
    "m10w2-lump",
    "7dr",
    "7dsr",
    "9dr",
    "9dsr",
    "m11",
    "m16",
    "m43",
    "mynumber",
    "corporate",
    "resident",
    "insurer",
    "municipality",
];

pub(super) fn check(raw: &At<RawCheck>, faults: &mut Faults<'_>) -> Option<CheckDigit> {
    match &raw.value {
        RawCheck::Named(name) if name == "m11" => {
            let hint = "the office says which: { kind = \"m11\", weights = [2, 3, 4, 5, 6, 7], \
                        map0 = \"0\", map1 = \"0\" }";
            faults.add_hint(&raw.span, "`m11` needs its weights and its maps", hint);
            None
        }
        RawCheck::Named(name) => named(name, None).or_else(|| {
            unknown(&raw.span, name, faults);
            None
        }),
        RawCheck::Table(table) => from_table(table, faults),
    }
}

fn unknown(span: &std::ops::Range<usize>, name: &str, faults: &mut Faults<'_>) {
    let near = nearest(name, NAMES).map(|n| format!("did you mean `{n}`?"));
    let hint = near.unwrap_or_else(|| format!("one of {}", NAMES.join(", ")));
    faults.add_hint(span, format!("there is no check digit `{name}`"), hint);
}

/// `zero`: how `7dsr` and `9dsr` write a remainder of 0; by default as 7 and 9.
fn named(name: &str, zero: Option<u8>) -> Option<CheckDigit> {
    Some(match name {
        "m10w3" => CheckDigit::M10W3,
        "m10w2" => CheckDigit::M10W2Split,
        "m10w2-lump" => CheckDigit::M10W2Lump,
        "7dr" => CheckDigit::SevenDr,
        "7dsr" => CheckDigit::SevenDsr {
            zero: zero.unwrap_or(7),
        },
        "9dr" => CheckDigit::NineDr,
        "9dsr" => CheckDigit::NineDsr {
            zero: zero.unwrap_or(9),
        },
        "m16" => CheckDigit::M16,
        "m43" => CheckDigit::M43,
        "mynumber" => CheckDigit::MyNumber,
        "corporate" => CheckDigit::Corporate,
        "resident" => CheckDigit::ResidentCode,
        "insurer" => CheckDigit::Insurer,
        "municipality" => CheckDigit::Municipality,
        _ => return None,
    })
}

fn from_table(raw: &RawCheckTable, faults: &mut Faults<'_>) -> Option<CheckDigit> {
    let kind = raw.kind.as_str();
    let before = [&raw.map0, &raw.map1]
        .into_iter()
        .flatten()
        .map(|m| &m.span);
    if kind != "m11" {
        for span in before.chain(raw.weights.as_ref().map(|w| &w.span)) {
            faults.add(span, format!("`{kind}` takes no weights and maps"));
        }
        if let Some(zero) = raw.zero.as_ref().filter(|z| !zero_fits(kind, z.value)) {
            faults.add(
                &zero.span,
                format!("`{kind}` does not write a remainder of 0 as {}", zero.value),
            );
            return None;
        }
        let found = named(kind, raw.zero.as_ref().map(|z| z.value));
        if found.is_none() {
            unknown(&raw.kind.span, kind, faults);
        }
        return found;
    }
    if let Some(zero) = &raw.zero {
        faults.add_hint(
            &zero.span,
            "`m11` takes no `zero`",
            "write `map0` and `map1`",
        );
    }
    let weights = raw
        .weights
        .as_ref()
        .filter(|w| !w.is_empty() && w.iter().all(|n| (1..=99).contains(n)));
    let (map0, map1) = (one_char(raw.map0.as_ref()), one_char(raw.map1.as_ref()));
    if let (Some(w), Some(map0), Some(map1)) = (weights, map0, map1) {
        Some(CheckDigit::M11 {
            weights: w.value.clone(),
            map0,
            map1,
        })
    } else {
        let hint = "weights = [2, 3, 4, 5, 6, 7], map0 = \"0\", map1 = \"0\"";
        faults.add_hint(
            &raw.kind.span,
            "`m11` needs `weights`, `map0` and `map1`",
            hint,
        );
        None
    }
}

fn zero_fits(kind: &str, zero: u8) -> bool {
    matches!((kind, zero), ("7dsr", 0 | 7) | ("9dsr", 0 | 9))
}

fn one_char(raw: Option<&At<String>>) -> Option<char> {
    let mut chars = raw?.chars();
    chars.next().filter(|_| chars.next().is_none())
}
