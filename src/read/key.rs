//! The key of a page: the barcode that names the recipient.
//!
//! The zone of the form is cut out and read first, then symbols of the whole page count: those in
//! the zone, then any. A symbol is the key when its symbology is asked for, its text fits the
//! pattern and its check digit is right, never because it was found first. Two different keys, or
//! a wrong check digit, are a question; nothing is corrected.

use std::collections::BTreeSet;

use crate::doubt::{Doubt, Reason};
use crate::engine::{Barcode, BarcodeReader};
use crate::form::checks::verify;
use crate::form::{CheckDigit, Key, Symbology, Zone};
use crate::geom::{Mm, Point, Px, Rect};
use crate::identify::{KeyReading, captures, is_proven};
use crate::register::Registered;

/// Paper round a zone that is cut out with it: the quiet zone of a linear code is 2.5 mm, and the
/// print may stand a little beside.
const MARGIN_MM: f64 = 3.0;
/// A symbol of the page belongs to a zone, or to the side, when its middle lies this near.
const NEAR_MM: f64 = 5.0;
/// Scales of the cut against the page's own; cutting at the page's own scale blurs by up to half a
/// pixel, which fine bars at 200 dpi do not survive.
const SCALES: [f64; 2] = [1.0, 2.0];
/// No cut is finer than this, in pixels a millimetre (800 dpi).
const FINEST: f64 = 31.5;

/// What one symbol says.
enum Claim {
    Key(String, Symbology),
    /// The pattern fits, the check digit does not.
    Failed(String, Symbology),
}

/// Reads the key of a registered side. `barcodes`: every symbol found on the whole page. Without a
/// key in the form the reading is empty and without doubt.
pub fn read_key(
    page: &Registered<'_>,
    barcodes: &[Barcode],
    reader: &dyn BarcodeReader,
) -> KeyReading {
    let Some(key) = &page.side.key else {
        return KeyReading::default();
    };
    let elsewhere: Vec<&Barcode> = barcodes
        .iter()
        .filter(|b| is_on_side(page, b) && !in_field(page, middle_mm(page, b)))
        .collect();
    let mut claims = key
        .zone
        .map_or_else(Vec::new, |zone| claims_of_zone(page, key, zone, reader));
    claims.extend(elsewhere.iter().filter_map(|b| claim(key, b)));
    let mut reading = decide(&claims);
    let beside = barcodes.iter().filter(|b| !is_on_side(page, b));
    if names_another(key, beside, reading.key.as_deref()) {
        reading.doubts.push(Reason::DoubleFeedSuspect.into());
    }
    reading
}

/// Whether a symbol beside the side is another card's key: two cards lie in the picture, and one of
/// them would be lost without a word.
fn names_another<'b>(
    key: &Key,
    mut beside: impl Iterator<Item = &'b Barcode>,
    own: Option<&str>,
) -> bool {
    beside.any(|b| matches!(claim(key, b), Some(Claim::Key(text, _)) if Some(&*text) != own))
}

/// What the zone's own picture says, at the first scale that gives a key.
fn claims_of_zone(
    page: &Registered<'_>,
    key: &Key,
    zone: Rect<Mm>,
    reader: &dyn BarcodeReader,
) -> Vec<Claim> {
    let mut claims = Vec::new();
    for found in read_scales(page, zone, &key.symbologies, reader) {
        claims.extend(found.iter().filter_map(|b| claim(key, b)));
        if claims.iter().any(|c| matches!(c, Claim::Key(..))) {
            break;
        }
    }
    claims
}

/// The symbols of a zone with its margin, at one scale after the other (lazily).
pub(super) fn read_scales<'a>(
    page: &'a Registered<'_>,
    zone: Rect<Mm>,
    symbologies: &BTreeSet<Symbology>,
    reader: &'a dyn BarcodeReader,
) -> impl Iterator<Item = Vec<Barcode>> + 'a {
    let wanted: Vec<Symbology> = symbologies.iter().copied().collect();
    let native = page.native_px_per_mm();
    let scales = SCALES
        .iter()
        .map(move |s| s * native)
        .filter(move |s| *s <= FINEST.max(native));
    scales
        .map(move |scale| reader.read_zone(&page.cut(zone.inflate(MARGIN_MM), scale).gray, &wanted))
}

fn claim(key: &Key, barcode: &Barcode) -> Option<Claim> {
    let wanted = key.symbologies.contains(&barcode.symbology);
    if !wanted || !is_proven(barcode, Some(&key.pattern), key.check.as_ref()) {
        return None;
    }
    let (text, checked) = captures(&key.pattern, barcode)?;
    let good = key
        .check
        .as_ref()
        .is_none_or(|check| verify(check, checked_text(check, barcode, &checked)));
    let symbology = barcode.symbology;
    Some(if good {
        Claim::Key(text, symbology)
    } else {
        Claim::Failed(text, symbology)
    })
}

/// Modulus 16 counts the start and stop letters, so it takes the whole symbol.
fn checked_text<'t>(check: &CheckDigit, barcode: &'t Barcode, checked: &'t str) -> &'t str {
    if *check == CheckDigit::M16 {
        &barcode.text
    } else {
        checked
    }
}

fn decide(claims: &[Claim]) -> KeyReading {
    let keys: Vec<(&String, Symbology)> = claims
        .iter()
        .filter_map(|c| match c {
            Claim::Key(text, symbology) => Some((text, *symbology)),
            Claim::Failed(..) => None,
        })
        .collect();
    let distinct: BTreeSet<&String> = keys.iter().map(|(text, _)| *text).collect();
    match (keys.first(), distinct.len()) {
        (Some((text, symbology)), 1) => KeyReading {
            key: Some((*text).clone()),
            symbology: Some(*symbology),
            doubts: Vec::new(),
        },
        (Some(_), _) => {
            let all: Vec<&str> = distinct.iter().map(|t| t.as_str()).collect();
            doubtful(None, Doubt::with(Reason::KeyAmbiguous, all.join(" / ")))
        }
        (None, _) => match claims.first() {
            Some(Claim::Failed(text, symbology)) => doubtful(
                Some(*symbology),
                Doubt::with(Reason::KeyCheckFail, text.clone()),
            ),
            _ => doubtful(None, Reason::KeyUnreadable.into()),
        },
    }
}

fn doubtful(symbology: Option<Symbology>, doubt: Doubt) -> KeyReading {
    KeyReading {
        key: None,
        symbology,
        doubts: vec![doubt],
    }
}

/// Whether a symbol stands on the side itself: where two cards lie on one glass, one card's key must
/// not become the other's.
fn is_on_side(page: &Registered<'_>, barcode: &Barcode) -> bool {
    let side = Rect::new(0.0, 0.0, page.side.size.w, page.side.size.h);
    middle_mm(page, barcode).is_some_and(|at| side.inflate(NEAR_MM).contains(at))
}

/// Where a symbol of the page stands on the paper.
fn middle_mm(page: &Registered<'_>, barcode: &Barcode) -> Option<Point<Mm>> {
    let middle: Point<Px> = Rect::around(&barcode.corners)?.center();
    Some(page.to_px.inverse()?.apply(middle))
}

/// Whether a place belongs to a barcode that is an answer of its own, and not to the key.
fn in_field(page: &Registered<'_>, at: Option<Point<Mm>>) -> bool {
    let Some(at) = at else { return false };
    let near = |zone: Rect<Mm>| zone.inflate(NEAR_MM).contains(at);
    let in_key = page
        .side
        .key
        .as_ref()
        .and_then(|k| k.zone)
        .is_some_and(near);
    !in_key
        && page.side.fields.iter().any(|f| match &f.zone {
            Zone::Barcode(z) => near(z.zone),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn barcode(symbology: Symbology, text: &str) -> Barcode {
        let corners = [Point::new(0.0, 0.0); 4];
        Barcode {
            symbology,
            text: text.into(),
            corners,
            reader: "zxing-cpp",
        }
    }

    fn key(check: Option<CheckDigit>, pattern: &str) -> Key {
        Key {
            zone: None,
            symbologies: BTreeSet::from([Symbology::Codabar, Symbology::Qr]),
            pattern: regex::Regex::new(pattern).unwrap(),
            check,
            required: true,
            record: Vec::new(),
            listed: None,
        }
    }

    #[track_caller]
    fn read(key: &Key, found: &[Barcode]) -> KeyReading {
        let claims: Vec<Claim> = found.iter().filter_map(|b| claim(key, b)).collect();
        decide(&claims)
    }

    const TEN: &str = r"^A?(?<key>\d{10})A?$";

    #[test]
    fn the_pattern_chooses_and_not_the_order() {
        let key = key(None, TEN);
        let web = barcode(Symbology::Qr, "https://example.jp/answer?id=0000000001");
        let code = barcode(Symbology::Codabar, "A0012345678A");
        for found in [[web.clone(), code.clone()], [code, web]] {
            let reading = read(&key, &found);
            assert_eq!(reading.key.as_deref(), Some("0012345678"));
            assert_eq!(reading.symbology, Some(Symbology::Codabar));
            assert_eq!(reading.doubts, []);
        }
    }

    #[test]
    fn two_different_keys_are_a_question_and_the_same_twice_is_none() {
        let key = key(None, TEN);
        let one = barcode(Symbology::Codabar, "A0012345678A");
        let same = barcode(Symbology::Qr, "0012345678");
        let other = barcode(Symbology::Qr, "0012345679");
        assert_eq!(
            read(&key, &[one.clone(), same]).key.as_deref(),
            Some("0012345678")
        );
        let reading = read(&key, &[one, other]);
        assert_eq!(reading.key, None);
        assert_eq!(reading.doubts[0].reason, Reason::KeyAmbiguous);
    }

    #[test]
    fn a_wrong_check_digit_is_a_question_and_never_mended() {
        let key = key(Some(CheckDigit::M10W2Split), r"^A?(?<key>\d{9})A?$");
        let right = read(&key, &[barcode(Symbology::Codabar, "A123456782A")]);
        assert_eq!(right.key.as_deref(), Some("123456782"));
        let wrong = read(&key, &[barcode(Symbology::Codabar, "A123456783A")]);
        assert_eq!(wrong.key, None);
        assert_eq!(wrong.doubts[0].reason, Reason::KeyCheckFail);
    }

    #[test]
    fn modulus_16_takes_the_start_and_stop_letters() {
        let key = key(Some(CheckDigit::M16), r"^A(?<key>\d{8})[0-9$:/.+-]A$");
        let reading = read(&key, &[barcode(Symbology::Codabar, "A12345678:A")]);
        assert_eq!(reading.key.as_deref(), Some("12345678"));
        let wrong = read(&key, &[barcode(Symbology::Codabar, "A12345679:A")]);
        assert_eq!(wrong.doubts[0].reason, Reason::KeyCheckFail);
    }

    #[test]
    fn a_check_digit_outside_the_key_stands_in_its_own_group() {
        let pattern = r"^A(?<checked>(?<key>\d{8})\d)A$";
        let key = key(Some(CheckDigit::M10W3), pattern);
        let reading = read(&key, &[barcode(Symbology::Codabar, "A123456784A")]);
        assert_eq!(reading.key.as_deref(), Some("12345678"));
    }

    #[test]
    fn another_card_s_key_beside_the_side_is_noticed() {
        let key = key(None, TEN);
        let other = barcode(Symbology::Codabar, "A0012345679A");
        let web = barcode(Symbology::Qr, "https://example.jp/answer?id=0000000001");
        let own = Some("0012345678");
        let twin = barcode(Symbology::Qr, "0012345678");
        assert!(names_another(&key, [&web, &other].into_iter(), own));
        assert!(names_another(&key, [&other].into_iter(), None));
        // The same card's other half, and codes of something else.
        assert!(!names_another(&key, [&twin, &web].into_iter(), own));
        assert!(!names_another(&key, [].into_iter(), own));
    }

    #[test]
    fn nothing_that_fits_is_an_unreadable_key() {
        let key = key(None, TEN);
        let short = barcode(Symbology::Codabar, "A001234567A");
        let foreign = barcode(Symbology::Code128, "0012345678");
        for found in [vec![], vec![short], vec![foreign]] {
            let reading = read(&key, &found);
            assert_eq!(reading.key, None);
            assert_eq!(reading.doubts[0].reason, Reason::KeyUnreadable);
        }
    }
}
