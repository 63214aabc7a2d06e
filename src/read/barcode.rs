//! Another barcode than the key: a sticker, a serial number.

use std::collections::BTreeSet;

use super::key::read_scales;
use super::{Content, Reading};
use crate::doubt::{Doubt, Reason};
use crate::engine::{Barcode, BarcodeReader};
use crate::form::{BarcodeZone, Field};
use crate::identify::is_proven;
use crate::raster::{histogram, otsu};
use crate::register::Registered;

/// Share of a zone that is dark when something stands in it: a symbol is dark on 20 % and more.
const PRINT_SHARE: f64 = 0.04;

/// Reads a barcode field: the one text in its zone that fits. Several different ones, or print
/// that does not decode, are doubts; an empty zone is `None` without doubt.
pub fn read_barcode_field(
    page: &Registered<'_>,
    field: &Field,
    zone: &BarcodeZone,
    reader: &dyn BarcodeReader,
) -> Reading {
    let (mut texts, mut engine) = (BTreeSet::new(), "zxing-cpp");
    for found in read_scales(page, zone.zone, &zone.symbologies, reader) {
        for barcode in found.iter().filter(|b| fits(zone, b)) {
            texts.insert(barcode.text.clone());
            engine = barcode.reader;
        }
        if !texts.is_empty() {
            break;
        }
    }
    let mut doubts = Vec::new();
    if texts.len() > 1 {
        let all: Vec<&str> = texts.iter().map(String::as_str).collect();
        doubts.push(Doubt::with(Reason::Disagree, all.join(" / ")));
    }
    if texts.is_empty() && has_print(page, zone) {
        doubts.push(Reason::LowConf.into());
    }
    let text = if texts.len() == 1 {
        texts.pop_first()
    } else {
        None
    };
    Reading {
        field: field.id.clone(),
        engine: engine.to_owned(),
        content: Content::Barcode { text },
        doubts,
        crop_area: zone.zone,
    }
}

fn fits(zone: &BarcodeZone, barcode: &Barcode) -> bool {
    zone.symbologies.contains(&barcode.symbology)
        && is_proven(barcode, zone.pattern.as_ref(), None)
        && zone
            .pattern
            .as_ref()
            .is_none_or(|p| p.is_match(&barcode.text))
}

/// Whether the zone holds as much ink as a symbol would.
fn has_print(page: &Registered<'_>, zone: &BarcodeZone) -> bool {
    let cut = page.cut(zone.zone, page.native_px_per_mm().min(8.0));
    let counts = histogram(&cut.gray, 1);
    let paper_and_ink = f64::midpoint(page.levels.paper, page.levels.ink);
    let level = f64::from(otsu(&counts)).min(paper_and_ink) as usize;
    let dark: u32 = counts[..level].iter().sum();
    let all: u32 = counts.iter().sum();
    f64::from(dark) > PRINT_SHARE * f64::from(all.max(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::barcodes::Readers;
    use crate::form::{FieldId, Form, Symbology, ValueKind, Zone};
    use crate::geom::{QuarterTurn, Rect, Transform};
    use crate::identify::tests::{CARD, DPI, codabar_key, form, scan, with_symbol};
    use crate::normalize::Levels;
    use crate::read::key::read_key;
    use crate::register::RegistrationReport;
    use crate::scan::Scan;

    const KEY: Rect<crate::geom::Mm> = Rect::new(48.0, 8.0, 44.0, 8.0);
    const STICKER: Rect<crate::geom::Mm> = Rect::new(8.0, 120.0, 30.0, 20.0);

    fn registered<'a>(scan: &'a Scan, form: &'a Arc<Form>) -> Registered<'a> {
        let k = DPI / 25.4;
        let report = RegistrationReport {
            method: "marks",
            anchors_found: 4,
            anchors_expected: 4,
            residual_rms_mm: 0.0,
            residual_max_mm: 0.0,
            turn_degrees: 0,
            skew_cw_degrees: 0.0,
            scale_x: 1.0,
            scale_y: 1.0,
            ..RegistrationReport::default()
        };
        Registered {
            local: crate::register::Local::default(),
            scan,
            side: &form.sides[0],
            to_px: Transform::affine(k, 0.0, -0.5, 0.0, k, -0.5),
            levels: Levels {
                paper: 245.0,
                ink: 40.0,
            },
            report,
        }
    }

    fn sticker() -> (Field, BarcodeZone) {
        let zone = BarcodeZone {
            zone: STICKER,
            symbologies: BTreeSet::from([Symbology::Codabar]),
            pattern: None,
        };
        let field = Field::new(
            FieldId("sticker".into()),
            Zone::Barcode(zone.clone()),
            ValueKind::Barcode,
        );
        (field, zone)
    }

    fn answer(paint: &dyn Fn(f64, f64) -> bool) -> (Option<String>, Vec<Doubt>) {
        let form = form("card", paint, None, None);
        let scan = scan(CARD, QuarterTurn::None, 0.0, paint);
        let (field, zone) = sticker();
        let reading = read_barcode_field(&registered(&scan, &form), &field, &zone, &Readers);
        let Content::Barcode { text } = reading.content else {
            panic!("no barcode content")
        };
        (text, reading.doubts)
    }

    #[test]
    fn a_sticker_is_read_an_empty_place_is_blank_and_a_smear_is_a_doubt() {
        let bare = |_: f64, _: f64| false;
        let (text, doubts) = answer(&*with_symbol(
            &bare,
            Symbology::Codabar,
            "A314159A",
            Rect::new(9.0, 124.0, 28.0, 10.0),
        ));
        assert_eq!((text.as_deref(), doubts), (Some("A314159A"), vec![]));
        assert_eq!(answer(&bare), (None, vec![]));
        let smear = |x: f64, y: f64| (x * y * 0.7).sin() > 0.4;
        let (text, doubts) = answer(&smear);
        assert_eq!((text, doubts[0].reason), (None, Reason::LowConf));
    }

    #[test]
    fn the_key_is_read_in_its_zone_without_the_page_and_not_from_a_sticker() {
        let bare = |_: f64, _: f64| false;
        let keyed = with_symbol(&bare, Symbology::Codabar, "A0012345678A", KEY);
        let stuck = Rect::new(8.0, 124.0, 44.0, 10.0);
        let both = with_symbol(&*keyed, Symbology::Codabar, "A9999999999A", stuck);
        let mut form = form("card", &bare, Some(codabar_key(Some(KEY))), None);
        let scan = scan(CARD, QuarterTurn::None, 0.0, &*both);
        let page_symbols = Readers.read_page(&scan.picture.gray, &[Symbology::Codabar]);
        assert_eq!(page_symbols.len(), 2);
        let alone = read_key(&registered(&scan, &form), &[], &Readers);
        assert_eq!(alone.key.as_deref(), Some("0012345678"));
        // A second number that nobody asked for may be another person's.
        let asked = read_key(&registered(&scan, &form), &page_symbols, &Readers);
        assert_eq!(
            (asked.key, asked.doubts[0].reason),
            (None, Reason::KeyAmbiguous)
        );
        // The same number where a sticker is an answer says nothing of the key.
        if let Some(form) = Arc::get_mut(&mut form) {
            form.sides[0].fields.push(sticker().0);
        }
        let told = read_key(&registered(&scan, &form), &page_symbols, &Readers);
        assert_eq!(told.key.as_deref(), Some("0012345678"));
    }
}
