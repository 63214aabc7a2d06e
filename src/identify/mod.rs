//! Which form, which side, which way round, whose.
//!
//! All barcodes of the page are read once. A symbol that a form's mark names decides the form;
//! symbols that fit a key's pattern speak for a form; the rest is told by the layout, among the
//! sides that this paper could be. Nothing is decided here that registration does not prove.

mod candidates;
mod evidence;
mod layout;
mod patch;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::doubt::Doubt;
use crate::engine::{Barcode, BarcodeReader};
use crate::form::{Form, Library, PrintItem, Side, Symbology, Zone};
use crate::geom::{Mm, Px, QuarterTurn, Transform};
use crate::normalize::Upright;

pub use evidence::{captures, is_proven};
pub(crate) use evidence::{is_guard, spellings};

/// A hypothesis that registration must prove.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub form: Arc<Form>,
    /// Index into `form.sides`.
    pub side: usize,
    /// How the page lies in the file.
    pub turn: QuarterTurn,
    /// A first guess of the transform, when layout matching made one.
    pub coarse: Option<Transform<Mm, Px>>,
    /// How well the layout fits and what the barcodes say for it: compares candidates of one page.
    pub score: f64,
    /// A barcode fits this side's key and stands in its zone.
    pub by_key: bool,
    /// A barcode named this form: no other candidate may win.
    pub by_barcode: bool,
}

impl Candidate {
    pub fn side(&self) -> &Side {
        &self.form.sides[self.side]
    }

    /// Whether a blank picture tells all that the side prints. Drawn from a list of frames without
    /// one word it is a sketch, enough to lay a page by.
    pub fn has_whole_blank(&self) -> bool {
        let side = self.side();
        let words = |p: &PrintItem| matches!(p, PrintItem::Text { .. });
        side.blank.is_some() && (side.print.is_empty() || side.print.iter().any(words))
    }
}

/// What the page's barcodes and layout say.
#[derive(Clone, Debug, Default)]
pub struct Identified {
    /// Every symbol found on the page.
    pub barcodes: Vec<Barcode>,
    /// Most likely first; empty = unknown form.
    pub candidates: Vec<Candidate>,
    /// Less likely ones, in the same order: only for a page that none of the candidates fits.
    pub others: Vec<Candidate>,
    /// A patch-code or separator sheet without a form: its kind (`patch-2`, `patch-t`, ...).
    pub separator: Option<String>,
}

/// The key of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyReading {
    /// The named group of the pattern; `None` when nothing fits.
    pub key: Option<String>,
    pub symbology: Option<Symbology>,
    pub doubts: Vec<Doubt>,
}

/// Names the forms that the page may be, most likely first.
///
/// A patch code makes the page a separator, unless a barcode names a form: a batch header sheet
/// may carry both.
pub fn identify(page: &Upright<'_>, library: &Library, reader: &dyn BarcodeReader) -> Identified {
    let wanted: Vec<Symbology> = symbologies(library).into_iter().collect();
    let barcodes = match wanted.as_slice() {
        [] => Vec::new(),
        wanted => reader.read_page(&page.scan.picture.gray, wanted),
    };
    let named = candidates::by_mark(page, library, &barcodes);
    if !named.is_empty() {
        return Identified {
            barcodes,
            candidates: named,
            ..Identified::default()
        };
    }
    if let Some(kind) = patch::find(page) {
        return Identified {
            barcodes,
            separator: Some(format!("patch-{kind}")),
            ..Identified::default()
        };
    }
    let (candidates, others) = candidates::by_layout(page, library, &barcodes);
    Identified {
        barcodes,
        candidates,
        others,
        separator: None,
    }
}

/// The same for a form that a person names: these sides of it, in these ways round. Nothing else is
/// compared, and what the person says is still to be proved.
pub fn identify_as(
    page: &Upright<'_>,
    (form, sides, turns): (&Arc<Form>, &[usize], &[QuarterTurn]),
    (library, reader): (&Library, &dyn BarcodeReader),
) -> Identified {
    let wanted: Vec<Symbology> = symbologies(library).into_iter().collect();
    let barcodes = match wanted.as_slice() {
        [] => Vec::new(),
        wanted => reader.read_page(&page.scan.picture.gray, wanted),
    };
    Identified {
        candidates: candidates::named(page, form, (sides, turns), &barcodes),
        barcodes,
        ..Identified::default()
    }
}

/// Every symbology that some form of the library asks for.
fn symbologies(library: &Library) -> BTreeSet<Symbology> {
    let mut all = BTreeSet::new();
    for (_, side) in library.sides() {
        all.extend(side.key.iter().flat_map(|k| &k.symbologies));
        all.extend(side.mark.iter().flat_map(|m| &m.symbologies));
        for field in &side.fields {
            if let Zone::Barcode(zone) = &field.zone {
                all.extend(&zone.symbologies);
            }
        }
    }
    all
}

#[cfg(test)]
pub(crate) mod tests;
