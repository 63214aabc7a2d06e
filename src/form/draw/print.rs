//! What `[[side.print]]` lists.

use super::{DrawError, Values, barcode};
use crate::form::types::{Align, PrintItem};
use crate::geom::{Mm, Point, Rect};
use crate::raster::font::width_em;
use crate::raster::{Canvas, Lettering};

/// From line to line of a text, in ems.
const LEADING: f64 = 1.4;

/// Room for what stands for a placeholder: twenty half-width characters.
const PLACEHOLDER_EM: f64 = 10.0;
/// Round a recipient's own prints, in mm: placing errors of a printer.
const MARGIN: f64 = 1.0;

/// The Japan Post frame for a postal code, in mm, as the post office's manual prints it.
const POSTAL_BOX: (f64, f64) = (5.7, 8.0);
const POSTAL_GAPS: [f64; 6] = [1.3, 1.3, 1.9, 1.1, 1.1, 1.1];
const POSTAL_HYPHEN_Y: f64 = 4.0;
const POSTAL_HYPHEN: f64 = 1.1;
const POSTAL_WIDE: f64 = 0.5;
const POSTAL_NARROW: f64 = 0.3;
/// Vermilion as a grey scanner sees it: 60-75 % luminance.
const POSTAL_INK: u8 = 170;

pub(super) fn draw(
    item: &PrintItem,
    values: &Values,
    canvas: &mut Canvas,
) -> Result<(), DrawError> {
    match item {
        PrintItem::Text { text, .. } => {
            if let Some(text) = values.fill(text) {
                draw_text(item, &text, canvas);
            }
        }
        PrintItem::Line { from, to, width } => canvas.line(*from, *to, *width, 0),
        PrintItem::Box {
            rect,
            width,
            gray,
            fill,
        } => {
            if let Some(fill) = fill {
                canvas.fill(*rect, *fill);
            }
            if *width > 0.0 {
                canvas.frame(*rect, *width, *gray);
            }
        }
        PrintItem::Barcode {
            rect,
            symbology,
            content,
        } => {
            if let Some(content) = values.fill(content) {
                barcode::draw(&barcode::modules(*symbology, &content)?, *rect, canvas);
            }
        }
        PrintItem::PostalFrame { at } => postal_frame(*at, canvas),
    }
    Ok(())
}

fn draw_text(item: &PrintItem, text: &str, canvas: &mut Canvas) {
    let PrintItem::Text {
        at,
        size,
        align,
        bold,
        vertical,
        ..
    } = item
    else {
        return;
    };
    let lettering = Lettering {
        em: *size,
        ink: 0,
        bold: *bold,
    };
    for (i, line) in text.lines().enumerate() {
        let along = if *vertical {
            line.chars().count() as f64
        } else {
            width_em(line)
        } * size;
        let back = match align {
            Align::Left => 0.0,
            Align::Center => along / 2.0,
            Align::Right => along,
        };
        let down = i as f64 * LEADING * size;
        if *vertical {
            let start = Point::new(at.x - down, at.y - back);
            canvas.column(line, start, lettering);
        } else {
            canvas.text(line, Point::new(at.x - back, at.y + down), lettering);
        }
    }
}

/// The rectangle that a text or barcode fills, at most, once its placeholders have values.
pub(super) fn area(item: &PrintItem) -> Option<Rect<Mm>> {
    let PrintItem::Text {
        at,
        text,
        size,
        align,
        vertical,
        ..
    } = item
    else {
        let PrintItem::Barcode { rect, .. } = item else {
            return None;
        };
        return Some(rect.inflate(MARGIN));
    };
    let ems = |line: &str| {
        let literal: String = line
            .split('{')
            .map(|p| p.split_once('}').map_or(p, |x| x.1))
            .collect();
        let places = line.matches('{').count() as f64;
        let longest = if *vertical {
            2.0 * PLACEHOLDER_EM
        } else {
            PLACEHOLDER_EM
        };
        let set = if *vertical {
            literal.chars().count() as f64
        } else {
            width_em(&literal)
        };
        set + places * longest
    };
    let along = text.lines().map(ems).fold(0.0, f64::max) * size;
    let across = text.lines().count().max(1) as f64 * LEADING * size;
    let back = match align {
        Align::Left => 0.0,
        Align::Center => along / 2.0,
        Align::Right => along,
    };
    let rect = if *vertical {
        Rect::new(at.x + size - across, at.y - back, across, along)
    } else {
        Rect::new(at.x - back, at.y, along, across)
    };
    Some(rect.inflate(MARGIN))
}

/// The inner rectangles of the seven boxes.
pub(super) fn postal_boxes(at: Point<Mm>) -> Vec<Rect<Mm>> {
    let (w, h) = POSTAL_BOX;
    let mut x = at.x;
    let mut boxes = vec![Rect::new(x, at.y, w, h)];
    for gap in POSTAL_GAPS {
        x += w + gap;
        boxes.push(Rect::new(x, at.y, w, h));
    }
    boxes
}

fn postal_frame(at: Point<Mm>, canvas: &mut Canvas) {
    let boxes = postal_boxes(at);
    for (i, cell) in boxes.iter().enumerate() {
        canvas.frame(
            *cell,
            if i < 3 { POSTAL_WIDE } else { POSTAL_NARROW },
            POSTAL_INK,
        );
    }
    let gap = boxes[2].right();
    let middle = gap + POSTAL_GAPS[2] / 2.0;
    let y = at.y + POSTAL_HYPHEN_Y;
    let end = |side: f64| Point::new(middle + side * POSTAL_HYPHEN / 2.0, y);
    canvas.line(end(-1.0), end(1.0), POSTAL_WIDE, POSTAL_INK);
}
