//! One side: its size, its anchors, its key, its blank picture.

use std::sync::Arc;

use image::{ImageFormat, ImageReader, Limits};

use crate::geom::Size;

use super::anchors::anchors;
use super::place::{LARGEST, Page, SMALLEST};
use super::values::{pattern, symbologies};
use super::{Ids, PictureLoader, check_digit, fields, print};
use crate::form::draw;
use crate::form::fault::Faults;
use crate::form::raw::{At, Pair, RawKey, RawSide, SidePieces};
use crate::form::types::{Blank, FormMark, Key, Side};

/// Pictures larger than this each way are refused before they are decoded.
const MAX_PICTURE_PX: u32 = 20_000;
/// How far a blank picture's proportions may be from the paper's.
const MAX_STRETCH: f64 = 0.02;

/// What all sides of a form share.
pub(super) struct Context<'a> {
    pub ids: &'a mut Ids,
    pub pictures: PictureLoader<'a>,
    /// What the form's digest is made of.
    pub digested: &'a mut Vec<Vec<u8>>,
}

pub(super) fn check(
    pieces: &SidePieces,
    context: &mut Context<'_>,
    faults: &mut Faults<'_>,
) -> Option<Side> {
    let size = pieces
        .side
        .as_ref()
        .and_then(|side| size(&side.size, faults));
    let page = Page { size };
    let fields = fields::check(&pieces.fields, page, &mut context.ids.fields, faults);
    let print: Vec<_> = pieces
        .print
        .iter()
        .filter_map(|p| print::item(p, page, faults))
        .collect();
    let raw = pieces.side.as_ref()?;
    side_id(raw, context.ids, faults);
    let blank = size.map(|size| blank(raw, size, context, faults));
    let key = raw.key.as_ref().and_then(|raw| key(raw, page, faults));
    let mark = raw.mark.as_ref().and_then(|mark| {
        let symbologies = symbologies(&mark.symbology, faults);
        let pattern = pattern(&mark.pattern, None, faults);
        Some(FormMark {
            symbologies: symbologies?,
            pattern: pattern?,
        })
    });
    let blank = match blank {
        Some(Ok(blank)) => blank,
        // What depends on a picture or size at fault is not judged.
        Some(Err(AtFault)) | None => return None,
    };
    let can_draw = !print.is_empty();
    let anchors = anchors(raw, page, blank.is_some() || can_draw, faults)?;
    let mut side = Side {
        id: raw.id.value.clone(),
        size: size?,
        anchors,
        blank,
        key,
        mark,
        fields,
        print,
        rules: Vec::new(),
        margin_notes: raw.margin_notes.unwrap_or(true),
    };
    if side.blank.is_none() && can_draw && faults.is_empty() {
        side.blank = drawn_blank(&side, raw, faults);
    }
    Some(side)
}

/// The picture that the program itself draws of a side that says what is printed on it.
fn drawn_blank(side: &Side, raw: &RawSide, faults: &mut Faults<'_>) -> Option<Blank> {
    match draw::blank(side) {
        Ok(blank) => Some(blank),
        Err(error) => {
            faults.add(&raw.id.span, error.to_string());
            None
        }
    }
}

fn key(raw: &RawKey, page: Page, faults: &mut Faults<'_>) -> Option<Key> {
    let zone = raw.zone.as_ref().map(|zone| page.rect(zone, faults));
    let symbologies = symbologies(&raw.symbology, faults);
    let pattern = pattern(&raw.pattern, Some("key"), faults);
    let check = raw.check.as_ref().map(|c| check_digit::check(c, faults));
    Some(Key {
        zone: zone.flatten(),
        symbologies: symbologies?,
        pattern: pattern?,
        check: check.flatten(),
        required: raw.required.unwrap_or(true),
        record: raw.record.iter().map(|name| (name.clone(), None)).collect(),
        listed: None,
    })
}

fn side_id(raw: &RawSide, ids: &mut Ids, faults: &mut Faults<'_>) {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let id = &raw.id;
    if id.is_empty() || id.len() > 64 || !id.chars().all(legal) {
        let message = format!("`{}` is no name for a side", id.value);
        faults.add_hint(
            &id.span,
            message,
            "letters, digits, hyphens and underscores",
        );
    }
    if !ids.sides.insert(id.value.clone()) {
        faults.add(&id.span, format!("there are two sides `{}`", id.value));
    }
}

fn size(raw: &At<Pair>, faults: &mut Faults<'_>) -> Option<Size> {
    let [w, h] = raw.value;
    let range = SMALLEST..=LARGEST;
    if range.contains(&w) && range.contains(&h) {
        return Some(Size { w, h });
    }
    let message = format!("a side of {w} x {h} mm is not between {SMALLEST} and {LARGEST} mm");
    faults.add_hint(
        &raw.span,
        message,
        "write [width, height] in mm: a postcard is [100, 148]",
    );
    None
}

/// A fault that is already told.
struct AtFault;

/// The blank picture that is named, or the one of the default name if it is there.
fn blank(
    raw: &RawSide,
    size: Size,
    context: &mut Context<'_>,
    faults: &mut Faults<'_>,
) -> Result<Option<Blank>, AtFault> {
    let name = match &raw.blank {
        Some(named) if !is_plain_name(named) => {
            let hint = "the picture lies beside the form file: write its name without a folder";
            faults.add_hint(
                &named.span,
                format!("`{}` is not a file name", named.value),
                hint,
            );
            return Err(AtFault);
        }
        Some(named) => named.value.clone(),
        None => format!("blank-{}.png", raw.id.value),
    };
    let span = raw.blank.as_ref().map_or(&raw.id.span, |b| &b.span);
    let bytes = match (context.pictures)(&name) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && raw.blank.is_none() => {
            return Ok(None);
        }
        Err(e) => {
            faults.add(
                span,
                format!("the blank picture `{name}` cannot be read: {e}"),
            );
            return Err(AtFault);
        }
    };
    match decode(&bytes, size) {
        Ok(blank) => {
            context.digested.push(bytes);
            Ok(Some(blank))
        }
        Err(why) => {
            faults.add(span, format!("the blank picture `{name}` {why}"));
            Err(AtFault)
        }
    }
}

/// A name without a folder, so that a form never reads outside its own.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

fn decode(bytes: &[u8], size: Size) -> Result<Blank, String> {
    let mut reader = ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_PICTURE_PX);
    limits.max_image_height = Some(MAX_PICTURE_PX);
    reader.limits(limits);
    let picture = reader
        .decode()
        .map_err(|e| format!("is no PNG that can be used: {e}"))?;
    let gray = picture.into_luma8();
    let (x, y) = (
        f64::from(gray.width()) / size.w,
        f64::from(gray.height()) / size.h,
    );
    if (x / y - 1.0).abs() > MAX_STRETCH {
        return Err(format!(
            "of {} x {} pixels does not have the proportions of {} x {} mm",
            gray.width(),
            gray.height(),
            size.w,
            size.h
        ));
    }
    if x < 2.0 {
        return Err(format!(
            "has only {x:.1} pixels a millimetre; at least 2 are needed"
        ));
    }
    Ok(Blank {
        gray: Arc::new(gray),
        px_per_mm: x,
    })
}
