//! Zones: exactly one a field, its boxes on the page and apart.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::geom::{Mm, Rect};

use super::cells::{comb, grid, rank};
use super::fields::shared;
use super::place::Page;
use super::text;
use super::values::{charset, pattern, symbologies};
use crate::charset::Charset;
use crate::form::fault::Faults;
use crate::form::raw::{At, Quad, RawField, RawMarkOption, RawMarks, RawText};
use crate::form::types::{
    BarcodeZone, BoxShape, CrossMeans, InkZone, LineZone, MarkOption, MarkZone, Zone,
};
use crate::lang::Lang;

/// More boxes than this in one field are a slip of the pen.
pub(super) const MAX_BOXES: usize = 2000;
/// Boxes of one field may share this part of the smaller one: rounding, touching frames.
const MAX_SHARED: f64 = 0.05;

pub(super) fn check(raw: &RawField, page: Page, faults: &mut Faults<'_>) -> Option<Zone> {
    let given = [
        ("marks", raw.marks.is_some()),
        ("grid", raw.grid.is_some()),
        ("comb", raw.comb.is_some()),
        ("rank", raw.rank.is_some()),
        ("line", raw.line.is_some()),
        ("barcode", raw.barcode.is_some()),
        ("ink", raw.ink.is_some()),
        ("picture", raw.picture.is_some()),
    ];
    let names: Vec<&str> = given
        .iter()
        .filter(|(_, is)| *is)
        .map(|(name, _)| *name)
        .collect();
    if names.len() != 1 {
        let all: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        let message = match names.as_slice() {
            [] => format!("`{}` does not say where it is answered", raw.id.value),
            several => format!(
                "`{}` has {}: one is allowed",
                raw.id.value,
                several.join(" and ")
            ),
        };
        faults.add_hint(
            &raw.id.span,
            message,
            format!("exactly one of {}", all.join(", ")),
        );
    }
    let found = [
        raw.marks
            .as_ref()
            .and_then(|z| marks(z, page, faults))
            .map(Zone::Marks),
        raw.grid
            .as_ref()
            .and_then(|z| grid(z, page, faults))
            .map(Zone::Grid),
        raw.comb
            .as_ref()
            .and_then(|z| comb(z, page, faults))
            .map(Zone::Comb),
        raw.rank
            .as_ref()
            .and_then(|z| rank(z, page, faults))
            .map(Zone::Rank),
        area_zone(raw, page, faults),
    ];
    found
        .into_iter()
        .flatten()
        .next()
        .filter(|_| names.len() == 1)
}

/// The zones that are one rectangle.
fn area_zone(raw: &RawField, page: Page, faults: &mut Faults<'_>) -> Option<Zone> {
    if let Some(z) = &raw.line {
        let area = page.rect(&z.area, faults);
        let charset = z
            .charset
            .as_ref()
            .map_or(Some(Charset::Jis2), |c| charset(c, faults));
        let (printed, vertical) = (z.printed, z.vertical);
        return Some(Zone::Line(LineZone {
            area: area?,
            charset: charset?,
            printed,
            vertical,
        }));
    }
    if let Some(z) = &raw.barcode {
        let zone = page.rect(&z.zone, faults);
        let symbologies = symbologies(&z.symbology, faults);
        let pattern = z.pattern.as_ref().map(|p| pattern(p, None, faults));
        let pattern = pattern.flatten();
        return Some(Zone::Barcode(BarcodeZone {
            zone: zone?,
            symbologies: symbologies?,
            pattern,
        }));
    }
    if let Some(z) = &raw.ink {
        return Some(Zone::Ink(InkZone {
            area: page.rect(&z.area, faults)?,
            kind: z.kind,
        }));
    }
    raw.picture
        .as_ref()
        .and_then(|z| page.rect(&z.area, faults))
        .map(Zone::Picture)
}

fn marks(raw: &At<RawMarks>, page: Page, faults: &mut Faults<'_>) -> Option<MarkZone> {
    if raw.options.is_empty() {
        faults.add(&raw.options.span, "there is no option to mark");
        return None;
    }
    let values = raw.options.iter().map(|o| &o.value.value);
    let mut good = check_values(values, &['|'], faults);
    let options: Vec<_> = raw
        .options
        .iter()
        .map(|o| mark_option(&o.value, page, faults))
        .collect();
    let options: Vec<MarkOption> = options.into_iter().collect::<Option<_>>()?;
    good &= options_apart(&options, &raw.options, faults);
    let count = options.len();
    let at_most = raw.at_most.as_ref().map_or(1, |n| n.value);
    let at_least = raw.at_least.as_ref().map_or(0, |n| n.value);
    if let Some(most) = raw
        .at_most
        .as_ref()
        .filter(|n| n.value == 0 || n.value > count)
    {
        faults.add(
            &most.span,
            format!("at most {} of {count} options is not possible", most.value),
        );
        good = false;
    }
    if let Some(least) = raw.at_least.as_ref().filter(|n| n.value > at_most) {
        let message = format!(
            "at least {} and at most {at_most} exclude each other",
            least.value
        );
        faults.add(&least.span, message);
        good = false;
    }
    let shape = raw.shape.unwrap_or(BoxShape::Square);
    let cross_means = raw.x_means.unwrap_or(CrossMeans::Ask);
    good.then_some(MarkZone {
        options,
        at_most,
        at_least,
        shape,
        cross_means,
        corrected: raw.corrected.as_ref().map(|c| c.value).unwrap_or_default(),
    })
}

fn mark_option(raw: &RawMarkOption, page: Page, faults: &mut Faults<'_>) -> Option<MarkOption> {
    if raw.boxed.is_none() && raw.word.is_none() {
        let message = format!("option `{}` is nowhere on the paper", raw.value.value);
        faults.add_hint(
            &raw.value.span,
            message,
            "give it a `box` to mark or a `word` to circle",
        );
        return None;
    }
    let mut place = |quad: &Option<At<Quad>>| match quad {
        Some(quad) => page.rect(quad, faults).map(Some),
        None => Some(None),
    };
    let (boxed, word) = (place(&raw.boxed), place(&raw.word));
    let (value, label) = (
        raw.value.value.clone(),
        option_label(raw.label.as_ref(), &raw.value),
    );
    Some(MarkOption {
        value,
        label,
        boxed: boxed?,
        word: word?,
    })
}

/// The words printed beside an option; its value when it has none.
pub(super) fn option_label(label: Option<&RawText>, value: &str) -> String {
    label.map_or_else(|| value.to_owned(), |l| text(l).get(Lang::Ja).to_owned())
}

/// Values are not empty, hold none of the signs that `join` values, and are unique.
pub(super) fn check_values<'r>(
    values: impl IntoIterator<Item = &'r At<String>>,
    join: &[char],
    faults: &mut Faults<'_>,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut good = true;
    for value in values {
        let illegal = |c: char| c.is_control() || join.contains(&c);
        if value.is_empty() || value.chars().any(illegal) {
            let message = format!("`{}` is no value for an option", value.value.escape_debug());
            let signs: Vec<String> = join.iter().map(|c| format!("`{c}`")).collect();
            let hint = format!(
                "not empty, without {} and control characters",
                signs.join(", ")
            );
            faults.add_hint(&value.span, message, hint);
            good = false;
        } else if !seen.insert(&value.value) {
            faults.add(
                &value.span,
                format!("there are two options `{}`", value.value),
            );
            good = false;
        }
    }
    good
}

/// No place of one option may lie on a place of another.
fn options_apart(
    options: &[MarkOption],
    raw: &At<Vec<At<RawMarkOption>>>,
    faults: &mut Faults<'_>,
) -> bool {
    let places = |o: &MarkOption| o.boxed.into_iter().chain(o.word).collect::<Vec<_>>();
    let mut good = true;
    for (i, option) in options.iter().enumerate() {
        let clash = options[..i].iter().find(|other| {
            places(other)
                .iter()
                .any(|a| places(option).iter().any(|b| shared(*a, *b) > MAX_SHARED))
        });
        if let Some(other) = clash {
            let message = format!("option `{}` lies on option `{}`", option.value, other.value);
            faults.add(&raw[i].span, message);
            good = false;
        }
    }
    good
}

/// Says the first box that is not on the page.
pub(super) fn all_on_page<'r>(
    boxes: impl IntoIterator<Item = &'r Rect<Mm>>,
    span: &Range<usize>,
    page: Page,
    faults: &mut Faults<'_>,
) -> bool {
    let outside = boxes
        .into_iter()
        .enumerate()
        .find_map(|(i, b)| page.outside(*b).map(|o| (i, o)));
    if let Some((i, (message, hint))) = outside {
        faults.add_hint(span, format!("box {}: {message}", i + 1), hint);
        return false;
    }
    true
}

/// Says the first two boxes that overlap.
pub(super) fn boxes_apart(
    boxes: &[Rect<Mm>],
    span: &Range<usize>,
    faults: &mut Faults<'_>,
) -> bool {
    for (i, b) in boxes.iter().enumerate() {
        if let Some(j) = boxes[..i].iter().position(|a| shared(*a, *b) > MAX_SHARED) {
            faults.add(span, format!("boxes {} and {} overlap", j + 1, i + 1));
            return false;
        }
    }
    true
}
