//! The adapter of rxing, the second reader: asked only where the first is silent.
//!
//! rxing may panic on odd input and misreads codes that have no check digit, so it runs inside a
//! guard and its results carry its name; who uses them asks for a pattern and a check.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use rxing::{BarcodeFormat, DecodeHints};

use super::{ladder, scaled};
use crate::engine::Barcode;
use crate::form::Symbology;
use crate::geom::{Point, Px, Rect};

/// rxing hands out positions in this table instead of Codabar characters when start and stop are
/// asked for.
const CODABAR: [char; 20] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '$', ':', '/', '.', '+', 'A', 'B', 'C',
    'D',
];

/// Larger pictures are no zones; rxing takes seconds for them.
const MOST_PIXELS: u64 = 1_000_000;

/// At most one symbol: as it is, else doubled.
pub(super) fn read(zone: &GrayImage, symbologies: &[Symbology]) -> Vec<Barcode> {
    if u64::from(zone.width()) * u64::from(zone.height()) > MOST_PIXELS {
        return Vec::new();
    }
    if let Some(found) = once(zone, symbologies) {
        return vec![found];
    }
    let Some(doubled) = ladder::doubled(zone, ladder::LINEAR) else {
        return Vec::new();
    };
    once(&doubled, symbologies)
        .map(|b| scaled(b, 2.0))
        .into_iter()
        .collect()
}

fn once(picture: &GrayImage, symbologies: &[Symbology]) -> Option<Barcode> {
    let formats: HashSet<BarcodeFormat> = symbologies.iter().map(|s| format_of(*s)).collect();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut hints = DecodeHints {
            PossibleFormats: Some(formats),
            TryHarder: Some(true),
            ReturnCodabarStartEnd: Some(true),
            ..DecodeHints::default()
        };
        let (w, h) = picture.dimensions();
        rxing::helpers::detect_in_luma_slice_with_hints(picture.as_raw(), w, h, None, &mut hints)
    }));
    let found = result.ok()?.ok()?;
    let symbology = symbology_of(*found.getBarcodeFormat())?;
    let text = match symbology {
        Symbology::Codabar => codabar_text(found.getText())?,
        _ => found.getText().to_owned(),
    };
    let points: Vec<Point<Px>> = found
        .getPoints()
        .iter()
        .map(|p| Point::new(f64::from(p.x), f64::from(p.y)))
        .collect();
    let corners = Rect::around(&points)?.corners();
    Some(Barcode {
        symbology,
        text,
        corners,
        reader: "rxing",
    })
}

/// Table positions to characters; characters stay as they are.
fn codabar_text(raw: &str) -> Option<String> {
    let one = |c: char| {
        CODABAR
            .get(c as usize)
            .or_else(|| CODABAR.iter().find(|a| **a == c))
    };
    raw.chars().map(|c| one(c).copied()).collect()
}

fn format_of(symbology: Symbology) -> BarcodeFormat {
    PAIRS
        .iter()
        .find(|(s, _)| *s == symbology)
        .map_or(BarcodeFormat::QR_CODE, |(_, f)| *f)
}

fn symbology_of(format: BarcodeFormat) -> Option<Symbology> {
    PAIRS.iter().find(|(_, f)| *f == format).map(|(s, _)| *s)
}

const PAIRS: [(Symbology, BarcodeFormat); 14] = [
    (Symbology::Codabar, BarcodeFormat::CODABAR),
    (Symbology::Code39, BarcodeFormat::CODE_39),
    (Symbology::Code93, BarcodeFormat::CODE_93),
    (Symbology::Code128, BarcodeFormat::CODE_128),
    (Symbology::Itf, BarcodeFormat::ITF),
    (Symbology::Ean13, BarcodeFormat::EAN_13),
    (Symbology::Ean8, BarcodeFormat::EAN_8),
    (Symbology::UpcA, BarcodeFormat::UPC_A),
    (Symbology::UpcE, BarcodeFormat::UPC_E),
    (Symbology::Qr, BarcodeFormat::QR_CODE),
    (Symbology::MicroQr, BarcodeFormat::MICRO_QR_CODE),
    (Symbology::DataMatrix, BarcodeFormat::DATA_MATRIX),
    (Symbology::Pdf417, BarcodeFormat::PDF_417),
    (Symbology::Aztec, BarcodeFormat::AZTEC),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_positions_become_codabar_characters() {
        assert_eq!(
            codabar_text("\u{10}\u{3}\u{f}\u{13}").as_deref(),
            Some("A3+D")
        );
        assert_eq!(codabar_text("A3+D").as_deref(), Some("A3+D"));
        assert_eq!(codabar_text("A3xD"), None);
    }

    #[test]
    fn every_symbology_has_its_format() {
        for (_, s) in Symbology::ALL {
            assert_eq!(symbology_of(format_of(s)), Some(s));
        }
    }
}
