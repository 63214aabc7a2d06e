//! Writes a card's answers onto a sheet with one hand.

use rand_chacha::ChaCha8Rng;

use super::answers::{Answer, Stroke, Written};
use super::hand::{Hand, Pen, Sheet, between};
use crate::form::{Field, MarkOption, Side, Zone};
use crate::geom::{Mm, Point, Rect};

/// The ink that a person adds to one side: pen and red seal apart, because they differ in colour.
#[derive(Clone, Debug)]
pub struct Filled {
    pub pen: Sheet,
    pub seal: Sheet,
}

/// Fills one side. `answers` gives the answer of a field; absent fields stay empty.
pub fn fill<'a>(
    side: &Side,
    answers: impl Fn(&Field) -> Option<&'a Answer>,
    px_per_mm: f64,
    hand: &Hand,
    rng: &mut ChaCha8Rng,
) -> Filled {
    let mut filled = Filled {
        pen: Sheet::new(side.size, px_per_mm),
        seal: Sheet::new(side.size, px_per_mm),
    };
    for field in &side.fields {
        if let Some(answer) = answers(field) {
            write(&mut filled, field, &answer.written, (hand, rng));
        }
    }
    filled
}

fn write(filled: &mut Filled, field: &Field, written: &Written, hand: (&Hand, &mut ChaCha8Rng)) {
    let (hand, rng) = hand;
    match (written, &field.zone) {
        (Written::Marks(marks), Zone::Marks(zone)) => {
            for (option, stroke) in marks {
                mark(
                    &mut filled.pen,
                    &zone.options[*option],
                    *stroke,
                    (hand, rng),
                );
            }
        }
        (Written::Cells(text), Zone::Comb(zone)) => {
            for (c, cell) in text.chars().zip(&zone.cells) {
                filled.pen.character(c, *cell, hand, rng);
            }
        }
        (Written::Cells(text), Zone::Rank(zone)) => {
            for (c, option) in text.chars().zip(&zone.options).filter(|(c, _)| *c != ' ') {
                filled.pen.character(c, option.cell, hand, rng);
            }
        }
        (Written::Cells(text), Zone::Grid(zone)) => {
            let columns = zone.columns.iter().zip(&zone.values);
            for (c, (column, values)) in text.chars().zip(columns) {
                if let Some(at) = values.iter().position(|v| *v == c) {
                    filled.pen.fill(column[at], hand, rng);
                }
            }
        }
        (Written::Text(text) | Written::Signature(text), zone) => {
            if let Some(area) = zone.area() {
                filled.pen.line(text, upper_line(area), hand, rng);
            }
        }
        (Written::Seal, zone) => {
            if let Some(area) = zone.area() {
                seal(&mut filled.seal, area, rng);
            }
        }
        _ => {}
    }
}

/// People write at the top of a tall box, at most 9 mm high.
fn upper_line(area: Rect<Mm>) -> Rect<Mm> {
    Rect::new(area.x, area.y, area.w, area.h.min(9.0))
}

fn mark(sheet: &mut Sheet, option: &MarkOption, stroke: Stroke, hand: (&Hand, &mut ChaCha8Rng)) {
    let (hand, rng) = hand;
    let cell = option.boxed.or(option.word);
    let Some(cell) = cell else { return };
    match stroke {
        Stroke::Tick => sheet.tick(cell, hand, rng),
        Stroke::Fill => sheet.fill(cell, hand, rng),
        Stroke::Ring => sheet.ring(cell.inflate(-0.15 * cell.w), 1.05, hand, rng),
        Stroke::Cross => sheet.cross(cell, hand, rng),
        Stroke::Circle => {
            let extent = between(rng, 0.85, 1.1);
            sheet.ring(option.word.unwrap_or(cell).inflate(1.2), extent, hand, rng);
        }
        Stroke::Struck => {
            if option.boxed.is_some() {
                sheet.tick(cell, hand, rng);
            } else {
                sheet.ring(cell.inflate(1.2), 1.0, hand, rng);
            }
            let area = option.word.map_or(cell, |w| w.union(cell));
            sheet.strike(area.inflate(0.8), hand, rng);
        }
    }
}

/// A round red seal of about 10 mm with a few strokes inside.
fn seal(sheet: &mut Sheet, area: Rect<Mm>, rng: &mut ChaCha8Rng) {
    let size = (area.w.min(area.h) * 0.85).min(10.5);
    let at = area.center();
    let ring = Rect::new(at.x - size / 2.0, at.y - size / 2.0, size, size);
    let pen = Pen {
        rgb: [200, 40, 40],
        width: 0.7,
        strength: 0.9,
        grain: 0.1,
    };
    let mut hand = Hand::any(rng);
    hand.pen = pen;
    sheet.ring(ring, 1.0, &hand, rng);
    for k in 0..3 {
        let y = ring.y + size * (0.3 + 0.2 * f64::from(k));
        let points = [
            Point::new(ring.x + 0.25 * size, y),
            Point::new(ring.x + 0.75 * size, y),
        ];
        sheet.stroke(&points, pen, rng);
    }
    let x = at.x;
    sheet.stroke(
        &[
            Point::new(x, ring.y + 0.2 * size),
            Point::new(x, ring.y + 0.8 * size),
        ],
        pen,
        rng,
    );
}
