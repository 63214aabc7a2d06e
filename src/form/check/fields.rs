//! The fields of one side: ids, and zones of different fields apart.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::charset::Charset;
use crate::geom::{Mm, Rect};
use crate::lang::Text;
use crate::lists::Lexicon;

use super::place::Page;
use super::{text, values, zones};
use crate::form::fault::{Faults, nearest};
use crate::form::raw::{At, RawField};
use crate::form::types::{
    Corrected, Era, Field, FieldId, FieldLists, TARGET_ERROR, ValueKind, Zone,
};

/// Boxes of two fields may share this part of the smaller one.
const MAX_SHARED: f64 = 0.25;

pub(super) fn check(
    raw: &[RawField],
    page: Page,
    ids: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in raw {
        check_id(&field.id, ids, faults);
        let Some(checked) = check_field(field, page, faults) else {
            continue;
        };
        let other = fields.iter().find(|f| share_boxes(&f.zone, &checked.zone));
        if let Some(other) = other {
            let message = format!("`{}` lies on the boxes of `{}`", checked.id, other.id);
            faults.add(&field.id.span, message);
        }
        fields.push(checked);
    }
    check_era_fields(raw, &fields, faults);
    check_dittos(raw, &fields, faults);
    fields
}

fn check_id(id: &At<String>, ids: &mut BTreeSet<String>, faults: &mut Faults<'_>) {
    let illegal = |c: char| c.is_control() || matches!(c, ',' | '"' | '\'' | '`');
    if id.is_empty() || id.chars().count() > 64 || id.chars().any(illegal) || id.trim() != id.value
    {
        let message = format!("`{}` is no name for a field", id.value.escape_debug());
        faults.add_hint(
            &id.span,
            message,
            "1 to 64 characters, no comma, quote or control",
        );
    }
    if !ids.insert(id.value.clone()) {
        let message = format!("there are two fields `{}`", id.value);
        faults.add_hint(&id.span, message, "field ids are unique in the whole form");
    }
}

fn check_field(raw: &RawField, page: Page, faults: &mut Faults<'_>) -> Option<Field> {
    let zone = zones::check(raw, page, faults);
    check_consent(raw, faults);
    let target_error = raw.target_error.as_ref().map_or(TARGET_ERROR, |target| {
        if !(target.value > 0.0 && target.value <= 0.5) {
            let message = format!("a target error of {} is not possible", target.value);
            faults.add_hint(
                &target.span,
                message,
                "a share above 0 and at most 0.5: 0.001 is 1 in 1,000",
            );
        }
        target.value
    });
    let mut zone = zone?;
    let value = values::check(raw, &zone, faults)?;
    allow_hyphens(&mut zone, &value);
    let same = || Text {
        ja: raw.id.value.clone(),
        en: raw.id.value.clone(),
    };
    Some(Field {
        id: FieldId(raw.id.value.clone()),
        label: raw.label.as_ref().map_or_else(same, text),
        required: raw.required,
        consent: raw.consent.as_ref().is_some_and(|c| c.value),
        target_error,
        policy: raw.policy,
        learnt: Vec::new(),
        ditto_from: raw.ditto_from.as_ref().map(|id| FieldId(id.value.clone())),
        lists: lists(raw, faults),
        zone,
        value,
    })
}

/// The groups of a postal code and of a telephone number are parted by hyphens: on a line of digits they
/// are no foreign characters.
fn allow_hyphens(zone: &mut Zone, value: &ValueKind) {
    let grouped = matches!(value, ValueKind::Postal | ValueKind::Phone { .. });
    if let (Zone::Line(line), true) = (zone, grouped)
        && line.charset == Charset::Digits
    {
        line.charset = Charset::Only(('0'..='9').chain(['-']).collect());
    }
}

/// The form's own words, and the column that the person repeats.
fn lists(raw: &RawField, faults: &mut Faults<'_>) -> FieldLists {
    if let Some(words) = raw.words.as_ref().filter(|_| raw.line.is_none()) {
        faults.add(&words.span, "only a `line` can be read by a list of words");
    }
    let written = raw.line.is_some() || raw.comb.is_some();
    if let Some(column) = raw.recipient.as_ref().filter(|_| !written) {
        let message = "only a `line` or a `comb` can repeat the mailing list";
        faults.add(&column.span, message);
    }
    let words = raw.words.as_ref().filter(|w| !w.value.is_empty());
    let value = raw.value.as_ref().map(|v| &v.value);
    let name = value.and_then(|v| v.name.or(v.kana));
    FieldLists {
        part: name.and_then(|name| name.part).unwrap_or_default(),
        words: words.map(|w| Arc::new(Lexicon::new(w.value.clone(), false))),
        recipient: raw.recipient.as_ref().map(|c| c.value.clone()),
        ..FieldLists::default()
    }
}

fn check_consent(raw: &RawField, faults: &mut Faults<'_>) {
    let corrected = raw.marks.as_ref().and_then(|m| m.corrected.as_ref());
    let accepts = corrected.filter(|c| c.value == Corrected::Accept);
    if let (Some(accepts), true) = (accepts, raw.consent.as_ref().is_some_and(|c| c.value)) {
        let message = "a legal choice that was corrected is always a question";
        faults.add(&accepts.span, message);
    }
    let Some(consent) = raw
        .consent
        .as_ref()
        .filter(|c| c.value && raw.marks.is_none())
    else {
        return;
    };
    let hint = "only a choice by `marks` can be a legal choice";
    faults.add_hint(
        &consent.span,
        format!("`{}` has no marks to consent by", raw.id.value),
        hint,
    );
}

/// Whether two fields would read the same printed boxes.
fn share_boxes(a: &Zone, b: &Zone) -> bool {
    let (Some(area_a), Some(area_b)) = (a.area(), b.area()) else {
        return false;
    };
    if area_a.intersection(area_b).is_none() {
        return false;
    }
    let b = boxes(b);
    boxes(a)
        .iter()
        .any(|x| b.iter().any(|y| shared(*x, *y) > MAX_SHARED))
}

/// The printed boxes of a zone; words and areas may lie anywhere.
fn boxes(zone: &Zone) -> Vec<Rect<Mm>> {
    match zone {
        Zone::Marks(z) => z.options.iter().filter_map(|o| o.boxed).collect(),
        Zone::Grid(z) => z.columns.iter().flatten().copied().collect(),
        Zone::Comb(z) => z.cells.clone(),
        Zone::Rank(z) => z.options.iter().map(|o| o.cell).collect(),
        Zone::Line(_) | Zone::Barcode(_) | Zone::Ink(_) | Zone::Picture(_) => Vec::new(),
    }
}

/// The common part as a share of the smaller rectangle.
pub(super) fn shared(a: Rect<Mm>, b: Rect<Mm>) -> f64 {
    a.intersection(b)
        .map_or(0.0, |common| common.area() / a.area().min(b.area()))
}

/// `era_field` names a choice of eras, or one box for an era's letter, on the same side.
fn check_era_fields(raw: &[RawField], fields: &[Field], faults: &mut Faults<'_>) {
    for field in raw {
        let date = field.value.as_ref().and_then(|v| v.date.as_ref());
        let Some(era) = date.and_then(|d| d.era_field.as_ref()) else {
            continue;
        };
        if !raw.iter().any(|f| f.id.value == era.value) {
            let names = raw.iter().map(|f| f.id.value.as_str());
            let hint = nearest(era, names).map(|n| format!("did you mean `{n}`?"));
            let hint = hint.unwrap_or_else(|| "the era's field stands on the same side".into());
            faults.add_hint(
                &era.span,
                format!("there is no field `{}` here", era.value),
                hint,
            );
            continue;
        }
        let Some(target) = fields.iter().find(|f| f.id.0 == era.value) else {
            continue;
        };
        if !holds_an_era(target) {
            let hint = "its options are eras (M T S H R, or 明治 大正 昭和 平成 令和), each once";
            faults.add_hint(
                &era.span,
                format!("`{}` is no choice of eras", era.value),
                hint,
            );
        }
    }
}

/// `ditto_from` names an earlier field of the same side that is answered in the same way.
fn check_dittos(raw: &[RawField], fields: &[Field], faults: &mut Faults<'_>) {
    for (at, field) in raw.iter().enumerate() {
        let Some(from) = &field.ditto_from else {
            continue;
        };
        if field.line.is_none() && field.comb.is_none() {
            let message = format!(
                "`{}` is not written, so nobody writes 同上 there",
                field.id.value
            );
            faults.add_hint(
                &from.span,
                message,
                "`ditto_from` goes with `line` or `comb`",
            );
            continue;
        }
        let earlier = || raw[..at].iter().map(|f| f.id.value.as_str());
        if !earlier().any(|id| id == from.value) {
            let hint = nearest(from, earlier()).map(|n| format!("did you mean `{n}`?"));
            let hint = hint.unwrap_or_else(|| "it names a field above it on the same side".into());
            let message = format!("there is no field `{}` before this one", from.value);
            faults.add_hint(&from.span, message, hint);
            continue;
        }
        let checked = |id: &str| fields.iter().find(|f| f.id.0 == id);
        if let (Some(own), Some(other)) = (checked(&field.id), checked(from))
            && std::mem::discriminant(&own.value) != std::mem::discriminant(&other.value)
        {
            let message = format!("`{}` holds another kind of answer", from.value);
            faults.add_hint(&from.span, message, "both fields have the same `value`");
        }
    }
}

fn holds_an_era(field: &Field) -> bool {
    match (&field.zone, &field.value) {
        (Zone::Marks(z), ValueKind::Choice) => {
            z.options.iter().all(|o| Era::named(&o.value).is_some())
        }
        (Zone::Comb(z), _) => z.cells.len() == 1,
        _ => false,
    }
}
