//! Draws a side of a form: what `[[side.print]]` lists, the anchor marks, and the fields' own
//! boxes. One function draws the blank picture, the preview, the printed form and the test data.
//!
//! Printed things may hold placeholders, `{key}` or any other column of the recipients' list; what
//! names a placeholder without a value is left out, so the blank picture shows no recipient.

mod barcode;
mod fields;
mod print;

use std::collections::BTreeMap;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder as _};

use crate::geom::{Mm, Rect};
use crate::raster::Canvas;

use super::types::{AnchorMark, Anchors, Blank, Form, MarkKind, PrintItem, Side};

pub use barcode::{Modules, modules};

/// Pixels a millimetre of a blank picture that the program draws: 300 dpi.
pub const BLANK_PX_PER_MM: f64 = 300.0 / 25.4;
/// Arm thickness of L corners and crosses, as a share of the arm's length.
const ARM: f64 = 0.2;

/// What stands for the placeholders.
#[derive(Clone, Debug, Default)]
pub struct Values(pub BTreeMap<String, String>);

/// A side could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// Says no content: it may be a recipient's key.
    #[error("what a barcode should say cannot be drawn as `{symbology}`")]
    Barcode { symbology: &'static str },
    #[error("the picture cannot be written: {0}")]
    Png(String),
}

impl Values {
    /// Of one recipient: the key alone.
    pub fn with_key(key: &str) -> Self {
        Self(BTreeMap::from([("key".to_owned(), key.to_owned())]))
    }

    /// Puts the values in; `None` when a placeholder has none.
    pub fn fill(&self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else {
                break;
            };
            filled.push_str(&rest[..open]);
            filled.push_str(self.0.get(&rest[open + 1..open + length])?);
            rest = &rest[open + length + 1..];
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// Whether a printed thing differs from recipient to recipient.
pub fn is_personal(item: &PrintItem) -> bool {
    match item {
        PrintItem::Text { text, .. } => Values::default().fill(text).is_none(),
        PrintItem::Barcode { content, .. } => Values::default().fill(content).is_none(),
        _ => false,
    }
}

/// Draws a side wholly, for one recipient or (with no values) for none.
pub fn side(side: &Side, px_per_mm: f64, values: &Values) -> Result<GrayImage, DrawError> {
    let mut canvas = Canvas::new(side.size, px_per_mm);
    for item in &side.print {
        print::draw(item, values, &mut canvas)?;
    }
    if let Anchors::Marks(marks) = &side.anchors {
        for mark in marks {
            anchor(mark, &mut canvas);
        }
    }
    for field in &side.fields {
        fields::draw(field, &mut canvas);
    }
    Ok(canvas.into_image())
}

/// Draws only what differs from recipient to recipient: black on white.
pub fn personal(side: &Side, px_per_mm: f64, values: &Values) -> Result<GrayImage, DrawError> {
    let mut canvas = Canvas::new(side.size, px_per_mm);
    for item in side.print.iter().filter(|item| is_personal(item)) {
        print::draw(item, values, &mut canvas)?;
    }
    Ok(canvas.into_image())
}

/// The blank picture of a side that says what is printed on it.
pub fn blank(side_: &Side) -> Result<Blank, DrawError> {
    let gray = side(side_, BLANK_PX_PER_MM, &Values::default())?;
    let px_per_mm = f64::from(gray.width()) / side_.size.w;
    Ok(Blank {
        gray: std::sync::Arc::new(gray),
        px_per_mm,
    })
}

/// Every side as the file that lies beside its form: `blank-<side>.png`, 8-bit grey, 300 dpi.
pub fn blank_files(form: &Form) -> Result<Vec<(String, Vec<u8>)>, DrawError> {
    let file = |s: &Side| {
        let gray = side(s, BLANK_PX_PER_MM, &Values::default())?;
        Ok((format!("blank-{}.png", s.id), png(&gray)?))
    };
    form.sides.iter().map(file).collect()
}

/// An 8-bit grey PNG, as small as it gets.
pub fn png(gray: &GrayImage) -> Result<Vec<u8>, DrawError> {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    let (w, h) = gray.dimensions();
    let written = encoder.write_image(gray.as_raw(), w, h, ExtendedColorType::L8);
    written.map_err(|e| DrawError::Png(e.to_string()))?;
    Ok(bytes)
}

/// Where a recipient's own texts and barcodes stand: ink there is no margin note. A text is taken
/// to be as long as twenty half-width characters a placeholder.
pub fn personal_areas(side: &Side) -> Vec<Rect<Mm>> {
    let own = side.print.iter().filter(|item| is_personal(item));
    own.filter_map(print::area).collect()
}

/// Where all texts and barcodes of `[[side.print]]` stand, with a millimeter round each.
pub fn printed_areas(side: &Side) -> Vec<Rect<Mm>> {
    side.print.iter().filter_map(print::area).collect()
}

fn anchor(mark: &AnchorMark, canvas: &mut Canvas) {
    let (x, y, size) = (mark.at.x, mark.at.y, mark.size);
    let half = size / 2.0;
    let arm = size * ARM;
    let around = mark.around();
    // An L's arms run from its outer corner into the page.
    let (right, down) = match mark.kind {
        MarkKind::Square | MarkKind::Bar => return canvas.fill(around, 0),
        MarkKind::Disc => return canvas.disc(around, 0),
        MarkKind::Cross => {
            canvas.fill(Rect::new(x - half, y - arm / 2.0, size, arm), 0);
            return canvas.fill(Rect::new(x - arm / 2.0, y - half, arm, size), 0);
        }
        MarkKind::LTopLeft => (true, true),
        MarkKind::LTopRight => (false, true),
        MarkKind::LBottomLeft => (true, false),
        MarkKind::LBottomRight => (false, false),
    };
    let start = |at: f64, forward: bool, length: f64| if forward { at } else { at - length };
    canvas.fill(
        Rect::new(start(x, right, size), start(y, down, arm), size, arm),
        0,
    );
    canvas.fill(
        Rect::new(start(x, right, arm), start(y, down, size), arm, size),
        0,
    );
}

#[cfg(test)]
mod tests;
