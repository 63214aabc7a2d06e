//! The adapter of zxing-cpp.

use image::GrayImage;
use zxingcpp::{BarcodeFormat, ImageFormat, ImageView, PointI, TextMode};

use crate::engine::Barcode;
use crate::form::Symbology;
use crate::geom::{Point, Px};

/// How many rows are looked at, and how much proof is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// A whole page, three times as fast as `Page`; finds three quarters.
    Quick,
    /// A whole page.
    Page,
    /// A cut-out that should hold the symbol.
    Zone,
}

/// Rows on which an EAN or UPC must read the same on a page. Both wrong reads of 430 pictures
/// with truth stood on 2 rows (one check digit lets every tenth through); 3 lose 3 right ones.
const LEAST_RETAIL_LINES: i32 = 3;

/// Every symbol of the list, in the order zxing-cpp finds them. A picture that it refuses holds
/// no barcode.
pub(super) fn read(picture: &GrayImage, symbologies: &[Symbology], effort: Effort) -> Vec<Barcode> {
    let (w, h) = picture.dimensions();
    let (Ok(width), Ok(height)) = (i32::try_from(w), i32::try_from(h)) else {
        return Vec::new();
    };
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let Ok(view) = ImageView::from_slice(picture.as_raw(), width, height, ImageFormat::Lum) else {
        return Vec::new();
    };
    let formats: Vec<BarcodeFormat> = symbologies
        .iter()
        .flat_map(|s| formats_of(*s))
        .copied()
        .collect();
    // Plain: the default writes control characters as `<GS>` and GS1 keys in brackets.
    let reader = zxingcpp::read()
        .formats(&formats)
        .text_mode(TextMode::Plain)
        .try_harder(effort != Effort::Quick)
        .try_downscale(true);
    let Ok(found) = reader.from(&view) else {
        return Vec::new();
    };
    let proven = |b: &&zxingcpp::Barcode| {
        effort == Effort::Zone
            || b.symbology() != BarcodeFormat::EANUPC
            || b.line_count() >= LEAST_RETAIL_LINES.min(height / 20)
    };
    found
        .iter()
        .filter(proven)
        .filter_map(|b| barcode(b, symbologies))
        .collect()
}

fn barcode(found: &zxingcpp::Barcode, wanted: &[Symbology]) -> Option<Barcode> {
    let symbology = symbology_of(found)?;
    if !found.is_valid() || !wanted.contains(&symbology) {
        return None;
    }
    let p = found.position();
    Some(Barcode {
        symbology,
        text: text(found),
        corners: [p.top_left, p.top_right, p.bottom_right, p.bottom_left].map(point),
        reader: "zxing-cpp",
    })
}

/// The binding cuts text at a NUL; such content is taken from the bytes (one character a byte when
/// they are not UTF-8), so that a cut number never looks like a whole one.
fn text(found: &zxingcpp::Barcode) -> String {
    let bytes = found.bytes();
    if !bytes.contains(&0) {
        return found.text();
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(binary) => binary.into_bytes().into_iter().map(char::from).collect(),
    }
}

fn point(p: PointI) -> Point<Px> {
    Point::new(f64::from(p.x), f64::from(p.y))
}

fn formats_of(symbology: Symbology) -> &'static [BarcodeFormat] {
    match symbology {
        Symbology::Codabar => &[BarcodeFormat::Codabar],
        Symbology::Code39 => &[BarcodeFormat::Code39],
        Symbology::Code93 => &[BarcodeFormat::Code93],
        Symbology::Code128 => &[BarcodeFormat::Code128],
        Symbology::Itf => &[BarcodeFormat::ITF],
        Symbology::Ean13 => &[BarcodeFormat::EAN13],
        Symbology::Ean8 => &[BarcodeFormat::EAN8],
        Symbology::UpcA => &[BarcodeFormat::UPCA],
        Symbology::UpcE => &[BarcodeFormat::UPCE],
        Symbology::Qr => &[BarcodeFormat::QRCodeModel1, BarcodeFormat::QRCodeModel2],
        Symbology::MicroQr => &[BarcodeFormat::MicroQRCode],
        Symbology::DataMatrix => &[BarcodeFormat::DataMatrix],
        Symbology::Pdf417 => &[BarcodeFormat::PDF417],
        Symbology::Aztec => &[BarcodeFormat::Aztec],
    }
}

/// The binding's `format` knows only some of the library's variants (Code 39 and ITF have more),
/// so the family is asked first, and `format` only where the binding lists every member.
fn symbology_of(found: &zxingcpp::Barcode) -> Option<Symbology> {
    Some(match found.symbology() {
        BarcodeFormat::Codabar => Symbology::Codabar,
        BarcodeFormat::Code39 => Symbology::Code39,
        BarcodeFormat::Code93 => Symbology::Code93,
        BarcodeFormat::Code128 => Symbology::Code128,
        BarcodeFormat::ITF => Symbology::Itf,
        BarcodeFormat::DataMatrix => Symbology::DataMatrix,
        BarcodeFormat::Aztec => Symbology::Aztec,
        BarcodeFormat::EANUPC => match found.format() {
            BarcodeFormat::EAN13 | BarcodeFormat::ISBN => Symbology::Ean13,
            BarcodeFormat::EAN8 => Symbology::Ean8,
            BarcodeFormat::UPCA => Symbology::UpcA,
            BarcodeFormat::UPCE => Symbology::UpcE,
            _ => return None,
        },
        BarcodeFormat::PDF417 => match found.format() {
            BarcodeFormat::MicroPDF417 => return None,
            _ => Symbology::Pdf417,
        },
        BarcodeFormat::QRCode => match found.format() {
            BarcodeFormat::MicroQRCode => Symbology::MicroQr,
            BarcodeFormat::RMQRCode => return None,
            _ => Symbology::Qr,
        },
        _ => return None,
    })
}
