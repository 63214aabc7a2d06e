//! Ink or no ink (signature, seal), pictures, and barcodes other than the key.

use super::parse::{self, Setting};
use super::{Verdict, target_confidence};
use crate::confidence::Confidence;
use crate::doubt::Reason;
use crate::form::{BarcodeZone, Field};
use crate::read::Reading;

/// The value of a field that holds ink.
pub const PRESENT: &str = "present";
/// A picture zone with less added ink than this (share of the zone) holds nothing: specks and
/// remains of the form's own lines stay below on registered cards.
const PICTURE_BLANK: f64 = 0.0005;

/// Signature or seal: `present`, or blank.
pub(super) fn ink(field: &Field, reading: &Reading, present: Confidence) -> Verdict {
    let doubts = reading.doubts.clone();
    let absent = Confidence::new(1.0 - present.get());
    if present > absent {
        Verdict::decide(field, PRESENT.into(), present, doubts)
    } else {
        Verdict::decide(field, String::new(), absent, doubts)
    }
}

/// Free text: kept as a picture, never interpreted. With ink on it, it waits for a person, who may
/// type it; without, it is blank.
pub(super) fn picture(field: &Field, reading: &Reading, ink_share: f64) -> Verdict {
    let mut doubts = reading.doubts.clone();
    if ink_share >= PICTURE_BLANK {
        doubts.push(Reason::PictureOnly.into());
    }
    let confidence = Confidence::new(target_confidence(field));
    Verdict::decide(field, String::new(), confidence, doubts)
}

/// A barcode: its text under the zone's pattern and the field's kind. A zone without a readable
/// symbol is asked when the form requires it, and blank otherwise.
pub(super) fn barcode(
    field: &Field,
    zone: &BarcodeZone,
    reading: &Reading,
    (text, setting): (Option<&str>, &Setting),
) -> Verdict {
    let mut doubts = reading.doubts.clone();
    let Some(text) = text else {
        return if field.required {
            doubts.push(Reason::KeyUnreadable.into());
            Verdict::question(field, String::new(), Confidence::NONE, doubts)
        } else {
            Verdict::decide(field, String::new(), Confidence::CERTAIN, doubts)
        };
    };
    if zone.pattern.as_ref().is_some_and(|p| !p.is_match(text)) {
        doubts.push(Reason::Pattern.into());
    }
    let parsed = parse::parse(field, text, setting);
    doubts.extend(parsed.doubts);
    Verdict::decide(field, parsed.value, Confidence::CERTAIN, doubts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Content;
    use crate::validate::{Status, fixtures};

    #[test]
    fn ink_is_present_blank_or_asked() {
        let field = fixtures::signature();
        for (p, status, value) in [
            (0.9999, Status::Accepted, PRESENT),
            (0.0001, Status::Blank, ""),
            (0.6, Status::Question, PRESENT),
            (0.3, Status::Question, ""),
        ] {
            let present = Confidence::new(p);
            let content = Content::Ink {
                present,
                share: 0.1,
                red_share: 0.0,
            };
            let verdict = ink(&field, &fixtures::reading(&field, content), present);
            assert_eq!(
                (verdict.status, verdict.value.as_str()),
                (status, value),
                "{p}"
            );
        }
    }

    #[test]
    fn pictures_are_blank_or_asked() {
        let field = fixtures::picture();
        for (share, status) in [
            (0.0, Status::Blank),
            (0.001, Status::Question),
            (0.05, Status::Question),
        ] {
            let reading = fixtures::reading(&field, Content::Picture { ink_share: share });
            assert_eq!(picture(&field, &reading, share).status, status, "{share}");
        }
    }
}
