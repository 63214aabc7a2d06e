//! The fields' own boxes: what a person fills in. Labels of options stand in their word's
//! rectangle, else beside their box. Frames lie outside the cells that are read.

use crate::form::types::{
    BoxShape, CombFrame, Field, GridZone, InkKind, MarkOption, MarkZone, RankZone, Zone,
};
use crate::geom::{Mm, Point, Rect};
use crate::raster::font::width_em;
use crate::raster::{Canvas, Lettering};

/// Thickness of boxes to mark and of cells to write in, in mm.
const FRAME: f64 = 0.25;
/// Thickness of rules and of frames round large areas, in mm.
const RULE: f64 = 0.2;
/// An option's label beside its box, in mm.
const LABEL_EM: f64 = 3.2;
const LABEL_GAP: f64 = 1.2;
/// The largest part of a word's rectangle that the word fills: less where a circle needs room.
const WORD_HEIGHT: f64 = 0.72;
const WORD_BESIDE: f64 = 0.94;
const WORD_CIRCLED: f64 = 0.72;
/// The sign in the place of a seal, as a share of its height.
const SEAL_SIGN: f64 = 0.36;
/// Print that writing may cover: letters in bubbles, the place of a seal.
const PALE: u8 = 150;
/// Height of a ladder's ticks, as a share of the cell.
const TICK: f64 = 0.35;

pub(super) fn draw(field: &Field, canvas: &mut Canvas) {
    match &field.zone {
        Zone::Marks(zone) => marks(zone, canvas),
        Zone::Grid(zone) => grid(zone, canvas),
        Zone::Comb(zone) => cells(&zone.cells, zone.frame, canvas),
        Zone::Rank(zone) => rank(zone, canvas),
        Zone::Line(zone) if zone.printed => {}
        Zone::Line(zone) => rule(zone.area, zone.vertical, canvas),
        Zone::Barcode(_) => {}
        Zone::Ink(zone) => match zone.kind {
            InkKind::Signature => rule(zone.area, false, canvas),
            InkKind::Seal => seal(zone.area, canvas),
        },
        Zone::Picture(area) => canvas.frame(*area, RULE, 0),
    }
}

fn marks(zone: &MarkZone, canvas: &mut Canvas) {
    // One size for all words of a question.
    let fits = |o: &MarkOption| {
        let part = if o.boxed.is_some() {
            WORD_BESIDE
        } else {
            WORD_CIRCLED
        };
        let wide = o
            .word
            .map(|word| part * word.w / width_em(&o.label).max(0.5))?;
        Some(wide.min(WORD_HEIGHT * o.word?.h))
    };
    let em = zone
        .options
        .iter()
        .filter_map(fits)
        .fold(f64::INFINITY, f64::min);
    for option in &zone.options {
        if let Some(boxed) = option.boxed {
            mark_box(boxed, zone.shape, canvas);
        }
        match (option.word, option.boxed) {
            (Some(word), boxed) => label_word(word, boxed.is_some(), &option.label, em, canvas),
            (None, Some(boxed)) => label_box(boxed, zone.shape, &option.label, canvas),
            (None, None) => {}
        }
    }
}

fn mark_box(area: Rect<Mm>, shape: BoxShape, canvas: &mut Canvas) {
    match shape {
        BoxShape::Square => canvas.frame(area, FRAME, 0),
        BoxShape::Bubble => canvas.ring(area, RULE, 0),
        BoxShape::Unseen => {}
    }
}

/// A word to circle stands in the middle; a word beside its box begins at the left.
fn label_word(word: Rect<Mm>, beside: bool, label: &str, em: f64, canvas: &mut Canvas) {
    let free = word.w - width_em(label) * em;
    let x = word.x + if beside { free.min(0.3) } else { free / 2.0 };
    canvas.text(
        label,
        Point::new(x, word.y + (word.h - em) / 2.0),
        Lettering::regular(em, 0),
    );
}

/// One letter stands pale in a bubble; anything else beside the box.
fn label_box(boxed: Rect<Mm>, shape: BoxShape, label: &str, canvas: &mut Canvas) {
    if shape == BoxShape::Bubble && label.chars().count() == 1 {
        return letter(boxed, label, canvas);
    }
    let y = boxed.center().y - LABEL_EM / 2.0;
    canvas.text(
        label,
        Point::new(boxed.right() + LABEL_GAP, y),
        Lettering::regular(LABEL_EM, 0),
    );
}

fn letter(area: Rect<Mm>, text: &str, canvas: &mut Canvas) {
    let em = 0.66 * area.h.min(area.w);
    let x = area.center().x - width_em(text) * em / 2.0;
    canvas.text(
        text,
        Point::new(x, area.center().y - em / 2.0),
        Lettering::regular(em, PALE),
    );
}

fn grid(zone: &GridZone, canvas: &mut Canvas) {
    for (column, values) in zone.columns.iter().zip(&zone.values) {
        for (bubble, value) in column.iter().zip(values) {
            mark_box(*bubble, zone.shape, canvas);
            if zone.shape == BoxShape::Bubble {
                letter(*bubble, &value.to_string(), canvas);
            }
        }
    }
}

fn cells(cells: &[Rect<Mm>], frame: CombFrame, canvas: &mut Canvas) {
    for (i, cell) in cells.iter().enumerate() {
        match frame {
            CombFrame::Boxes => canvas.frame(*cell, FRAME, 0),
            CombFrame::Ladder => ladder(*cell, i == 0, canvas),
            CombFrame::Unseen => {}
        }
    }
}

/// A line below, and a tick on the right (the first cell has one on the left as well).
fn ladder(cell: Rect<Mm>, first: bool, canvas: &mut Canvas) {
    canvas.fill(Rect::new(cell.x, cell.bottom(), cell.w, FRAME), 0);
    let tick = |x: f64| {
        let height = TICK * cell.h;
        Rect::new(x, cell.bottom() + FRAME - height, FRAME, height)
    };
    canvas.fill(tick(cell.right()), 0);
    if first {
        canvas.fill(tick(cell.x - FRAME), 0);
    }
}

fn rank(zone: &RankZone, canvas: &mut Canvas) {
    let boxes: Vec<Rect<Mm>> = zone.options.iter().map(|o| o.cell).collect();
    cells(&boxes, zone.frame, canvas);
    for option in &zone.options {
        label_box(option.cell, BoxShape::Square, &option.label, canvas);
    }
}

/// The line on which one writes: below the area, or left of vertical writing.
fn rule(area: Rect<Mm>, vertical: bool, canvas: &mut Canvas) {
    if vertical {
        canvas.fill(Rect::new(area.x - RULE, area.y, RULE, area.h), 0);
    } else {
        canvas.fill(Rect::new(area.x, area.bottom(), area.w, RULE), 0);
    }
}

fn seal(area: Rect<Mm>, canvas: &mut Canvas) {
    let side = area.w.min(area.h);
    let (x, y) = (area.center().x - side / 2.0, area.center().y - side / 2.0);
    canvas.ring(Rect::new(x, y, side, side), RULE, PALE);
    let em = SEAL_SIGN * side;
    canvas.text(
        "印",
        Point::new(x + (side - em) / 2.0, y + (side - em) / 2.0),
        Lettering::regular(em, PALE),
    );
}
