//! Symbols drawn for tests; the writer is zint, which shares no code with the readers.

use image::{GrayImage, Luma};
use zxingcpp::{BarcodeFormat, BarcodeWriter};

use crate::form::Symbology;

/// A symbol as cells, `true` is dark; a linear one has one row.
pub(crate) fn cells(symbology: Symbology, text: &str) -> Vec<Vec<bool>> {
    let format = match symbology {
        Symbology::Codabar => BarcodeFormat::Codabar,
        Symbology::Code39 => BarcodeFormat::Code39,
        Symbology::Code93 => BarcodeFormat::Code93,
        Symbology::Code128 => BarcodeFormat::Code128,
        Symbology::Itf => BarcodeFormat::ITF,
        Symbology::Ean13 => BarcodeFormat::EAN13,
        Symbology::Ean8 => BarcodeFormat::EAN8,
        Symbology::UpcA => BarcodeFormat::UPCA,
        Symbology::UpcE => BarcodeFormat::UPCE,
        Symbology::Qr => BarcodeFormat::QRCode,
        Symbology::MicroQr => BarcodeFormat::MicroQRCode,
        Symbology::DataMatrix => BarcodeFormat::DataMatrix,
        Symbology::Pdf417 => BarcodeFormat::PDF417,
        Symbology::Aztec => BarcodeFormat::Aztec,
    };
    let symbol = zxingcpp::create(format).from_str(text).unwrap();
    let writer = BarcodeWriter::default()
        .scale(1)
        .add_hrt(false)
        .add_quiet_zones(false);
    let picture = symbol.to_image_with(&writer).unwrap();
    let width = picture.width() as usize;
    let mut rows: Vec<Vec<bool>> = picture
        .data()
        .chunks(width)
        .map(|row| row.iter().map(|v| *v < 128).collect())
        .collect();
    if symbology.is_linear() {
        rows.truncate(1);
    }
    rows
}

/// The symbol as a scanner sees it: modules of `module` pixels (not whole ones), soft edges, a
/// quiet zone of ten modules, linear codes 60 pixels high.
pub(crate) fn zone(symbology: Symbology, text: &str, module: f64) -> GrayImage {
    let cells = cells(symbology, text);
    let quiet = 10.0 * module;
    let row = if cells.len() == 1 { 60.0 } else { module };
    let w = cells[0].len() as f64 * module + 2.0 * quiet;
    let h = cells.len() as f64 * row + 2.0 * quiet;
    let dark = |x: f64, y: f64| {
        let (c, r) = ((x - quiet) / module, (y - quiet) / row);
        c >= 0.0
            && r >= 0.0
            && cells
                .get(r as usize)
                .and_then(|row| row.get(c as usize))
                .is_some_and(|d| *d)
    };
    GrayImage::from_fn(w.ceil() as u32, h.ceil() as u32, |x, y| {
        let inside = (0..16).filter(|i| {
            let (dx, dy) = (
                f64::from(i % 4) / 4.0 + 0.125,
                f64::from(i / 4) / 4.0 + 0.125,
            );
            dark(f64::from(x) + dx, f64::from(y) + dy)
        });
        Luma([(240 - inside.count() * 13) as u8])
    })
}
