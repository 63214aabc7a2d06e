//! What a form prints around its answers, from the form's own text: box outlines, bubbles, ladders.

use crate::form::{BoxShape, CombFrame, Field, Zone};
use crate::geom::{Mm, Rect};

/// A printed outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    pub area: Rect<Mm>,
    pub shape: OutlineShape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineShape {
    /// Four lines.
    Frame,
    /// An ellipse.
    Bubble,
    /// A line below only.
    Below,
}

/// The outlines of a field, in the order of its boxes; empty when nothing is printed or the
/// outline is in a drop-out color.
pub fn outlines(field: &Field) -> Vec<Outline> {
    let all = |areas: Vec<Rect<Mm>>, shape: Option<OutlineShape>| match shape {
        Some(shape) => areas
            .into_iter()
            .map(|area| Outline { area, shape })
            .collect(),
        None => Vec::new(),
    };
    match &field.zone {
        Zone::Marks(z) => all(
            z.options.iter().filter_map(|o| o.boxed).collect(),
            of_box(z.shape),
        ),
        Zone::Grid(z) => all(
            z.columns.iter().flatten().copied().collect(),
            of_box(z.shape),
        ),
        Zone::Comb(z) => all(z.cells.clone(), of_frame(z.frame)),
        Zone::Rank(z) => all(
            z.options.iter().map(|o| o.cell).collect(),
            of_frame(z.frame),
        ),
        Zone::Line(_) | Zone::Barcode(_) | Zone::Ink(_) | Zone::Picture(_) => Vec::new(),
    }
}

fn of_box(shape: BoxShape) -> Option<OutlineShape> {
    match shape {
        BoxShape::Square => Some(OutlineShape::Frame),
        BoxShape::Bubble => Some(OutlineShape::Bubble),
        BoxShape::Unseen => None,
    }
}

fn of_frame(frame: CombFrame) -> Option<OutlineShape> {
    match frame {
        CombFrame::Boxes => Some(OutlineShape::Frame),
        CombFrame::Ladder => Some(OutlineShape::Below),
        CombFrame::Unseen => None,
    }
}
