//! What the drawn blank shows: on the page, and drawable.

use super::place::{Page, length};
use super::values::symbology;
use crate::form::fault::Faults;
use crate::form::raw::{RawPrint, RawPrintBarcode, RawPrintBox, RawPrintLine, RawPrintText};
use crate::form::types::{Align, PrintItem, Symbology};

/// Thickness of a line when the form does not say, in mm.
const LINE_WIDTH: f64 = 0.2;
/// What can be drawn.
const DRAWABLE: [Symbology; 5] = [
    Symbology::Codabar,
    Symbology::Code39,
    Symbology::Code128,
    Symbology::Itf,
    Symbology::Qr,
];

pub(super) fn item(raw: &RawPrint, page: Page, faults: &mut Faults<'_>) -> Option<PrintItem> {
    let spans = [
        raw.text.as_ref().map(|p| &p.span),
        raw.line.as_ref().map(|p| &p.span),
        raw.boxed.as_ref().map(|p| &p.span),
        raw.barcode.as_ref().map(|p| &p.span),
        raw.postal_frame.as_ref().map(|p| &p.span),
    ];
    let mut given = spans.into_iter().flatten();
    let first = given.next().cloned();
    if let Some(second) = given.next() {
        let hint = "give each its own `[[side.print]]`";
        faults.add_hint(second, "one thing is printed at a time", hint);
        return None;
    }
    if first.is_none() {
        faults.add(
            &(0..0),
            "a `[[side.print]]` is a text, line, box, barcode or postal_frame",
        );
        return None;
    }
    if let Some(raw) = &raw.text {
        return text(raw, page, faults);
    }
    if let Some(raw) = &raw.line {
        return line(raw, page, faults);
    }
    if let Some(raw) = &raw.boxed {
        return boxed(raw, page, faults);
    }
    if let Some(raw) = &raw.barcode {
        return barcode(raw, page, faults);
    }
    let at = page.point(&raw.postal_frame.as_ref()?.at, faults)?;
    Some(PrintItem::PostalFrame { at })
}

fn text(raw: &RawPrintText, page: Page, faults: &mut Faults<'_>) -> Option<PrintItem> {
    let at = page.point(&raw.at, faults);
    let size = length(&raw.size, 0.5..=50.0, faults);
    Some(PrintItem::Text {
        at: at?,
        text: raw.text.value.clone(),
        size: size?,
        align: raw.align.unwrap_or(Align::Left),
        bold: raw.bold,
        vertical: raw.vertical,
    })
}

fn line(raw: &RawPrintLine, page: Page, faults: &mut Faults<'_>) -> Option<PrintItem> {
    let (from, to) = (page.point(&raw.from, faults), page.point(&raw.to, faults));
    let width = raw
        .width
        .as_ref()
        .map_or(Some(LINE_WIDTH), |w| length(w, 0.05..=20.0, faults));
    Some(PrintItem::Line {
        from: from?,
        to: to?,
        width: width?,
    })
}

fn boxed(raw: &RawPrintBox, page: Page, faults: &mut Faults<'_>) -> Option<PrintItem> {
    let rect = page.rect(&raw.rect, faults);
    let width = raw
        .width
        .as_ref()
        .map_or(Some(LINE_WIDTH), |w| length(w, 0.0..=20.0, faults));
    Some(PrintItem::Box {
        rect: rect?,
        width: width?,
        gray: raw.gray,
        fill: raw.fill,
    })
}

fn barcode(raw: &RawPrintBarcode, page: Page, faults: &mut Faults<'_>) -> Option<PrintItem> {
    let rect = page.rect(&raw.rect, faults);
    let symbology = symbology(&raw.symbology, faults)?;
    if !DRAWABLE.contains(&symbology) {
        let names = DRAWABLE.map(Symbology::name).join(", ");
        let message = format!("`{}` cannot be drawn", symbology.name());
        faults.add_hint(&raw.symbology.span, message, format!("one of {names}"));
        return None;
    }
    if raw.content.is_empty() {
        faults.add(&raw.content.span, "a barcode says something");
        return None;
    }
    Some(PrintItem::Barcode {
        rect: rect?,
        symbology,
        content: raw.content.value.clone(),
    })
}
