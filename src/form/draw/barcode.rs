//! Barcodes as modules; the symbols are made by zxing-cpp's writer (zint).

use zxingcpp::{BarcodeFormat, BarcodeWriter};

use super::DrawError;
use crate::form::types::Symbology;
use crate::geom::{Mm, Rect};
use crate::raster::Canvas;

/// A symbol as black and white cells; a linear one has one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    pub rows: Vec<Vec<bool>>,
}

/// Encodes `text`; `DrawError::Barcode` when the symbology cannot hold it.
pub fn modules(symbology: Symbology, text: &str) -> Result<Modules, DrawError> {
    let fault = || DrawError::Barcode {
        symbology: symbology.name(),
    };
    let format = match symbology {
        Symbology::Codabar => BarcodeFormat::Codabar,
        Symbology::Code39 => BarcodeFormat::Code39,
        Symbology::Code128 => BarcodeFormat::Code128,
        Symbology::Itf => BarcodeFormat::ITF,
        Symbology::Qr => BarcodeFormat::QRCode,
        _ => return Err(fault()),
    };
    let symbol = zxingcpp::create(format)
        .from_str(text)
        .map_err(|_| fault())?;
    let writer = BarcodeWriter::default()
        .scale(1)
        .add_hrt(false)
        .add_quiet_zones(false);
    let image = symbol.to_image_with(&writer).map_err(|_| fault())?;
    let width = usize::try_from(image.width()).map_err(|_| fault())?;
    let cells = image.data();
    let mut rows: Vec<Vec<bool>> = cells
        .chunks(width.max(1))
        .map(|row| row.iter().map(|v| *v < 128).collect())
        .collect();
    if symbology.is_linear() {
        rows.truncate(1);
    }
    if rows.is_empty() {
        Err(fault())
    } else {
        Ok(Modules { rows })
    }
}

/// Fills `rect` with the symbol; a square symbol stands in its middle.
pub(super) fn draw(modules: &Modules, rect: Rect<Mm>, canvas: &mut Canvas) {
    let columns = modules.rows.first().map_or(0, Vec::len).max(1);
    let linear = modules.rows.len() == 1;
    let side = rect.w.min(rect.h);
    let (area, cell) = if linear {
        (rect, (rect.w / columns as f64, rect.h))
    } else {
        let centered = Rect::new(
            rect.x + (rect.w - side) / 2.0,
            rect.y + (rect.h - side) / 2.0,
            side,
            side,
        );
        (
            centered,
            (side / columns as f64, side / modules.rows.len() as f64),
        )
    };
    for (y, row) in modules.rows.iter().enumerate() {
        let mut x = 0;
        // Runs, not cells: two neighbouring cells leave no pale seam.
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                let left = area.x + x as f64 * cell.0;
                let top = area.y + y as f64 * cell.1;
                canvas.fill(Rect::new(left, top, run.len() as f64 * cell.0, cell.1), 0);
            }
            x += run.len();
        }
    }
}
