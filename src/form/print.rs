//! The printed form as PDF: one set of pages for each recipient, exactly the paper's size.
//!
//! What all recipients share is one grey picture a side at 600 dpi, stored once; a recipient's own
//! barcodes and texts are a 1-bit stencil over it, so that ten thousand cards stay a small file.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::GrayImage;
use lopdf::{Document, Object, ObjectId, Stream, dictionary};

use super::draw::{self, DrawError, Values};
use super::types::{Form, Side};

/// Printers resolve this much, in pixels a millimetre: 600 dpi.
const PX_PER_MM: f64 = 600.0 / 25.4;
/// PDF's unit.
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// A form could not be printed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    #[error(transparent)]
    Draw(#[from] DrawError),
    #[error("the PDF cannot be written")]
    Write(#[from] std::io::Error),
}

/// Prints every side for every recipient, in order; without recipients, the blank form once.
pub fn pdf(form: &Form, recipients: &[Values]) -> Result<Vec<u8>, PrintError> {
    let mut document = Document::with_version("1.5");
    let parent = document.new_object_id();
    let shared: Vec<(&Side, ObjectId)> = form
        .sides
        .iter()
        .map(|s| Ok((s, base(s, &mut document)?)))
        .collect::<Result<_, PrintError>>()?;
    let nobody = [Values::default()];
    let mut pages = Vec::new();
    for values in if recipients.is_empty() {
        &nobody
    } else {
        recipients
    } {
        for (side, base) in &shared {
            pages.push(page(side, *base, values, parent, &mut document)?);
        }
    }
    let kids: Vec<Object> = pages.iter().map(|id| (*id).into()).collect();
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    document.set_object(
        parent,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count },
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

/// What all recipients share of a side.
fn base(side: &Side, document: &mut Document) -> Result<ObjectId, PrintError> {
    let gray = draw::side(side, PX_PER_MM, &Values::default())?;
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "ColorSpace" => "DeviceGray",
        "BitsPerComponent" => 8, "Width" => i64::from(gray.width()),
        "Height" => i64::from(gray.height()), "Filter" => "FlateDecode",
    };
    Ok(document.add_object(Stream::new(dict, deflate(gray.as_raw())?).with_compression(false)))
}

fn page(
    side: &Side,
    base: ObjectId,
    values: &Values,
    parent: ObjectId,
    document: &mut Document,
) -> Result<ObjectId, PrintError> {
    let (w, h) = (side.size.w * POINTS_PER_MM, side.size.h * POINTS_PER_MM);
    let mut images = dictionary! { "Base" => base };
    let mut content = format!("q {w:.4} 0 0 {h:.4} 0 0 cm /Base Do Q\n");
    let own = draw::personal(side, PX_PER_MM, values)?;
    if let Some((x, y, crop)) = inked(&own) {
        images.set("Own", stencil(&crop, document)?);
        let k = POINTS_PER_MM / PX_PER_MM;
        let (cw, ch) = (f64::from(crop.width()) * k, f64::from(crop.height()) * k);
        let (left, bottom) = (f64::from(x) * k, h - f64::from(y) * k - ch);
        let own = format!("q 0 g {cw:.4} 0 0 {ch:.4} {left:.4} {bottom:.4} cm /Own Do Q\n");
        content.push_str(&own);
    }
    let content = document.add_object(Stream::new(dictionary! {}, content.into_bytes()));
    Ok(document.add_object(dictionary! {
        "Type" => "Page", "Parent" => parent, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), Object::Real(w as f32), Object::Real(h as f32)],
        "Resources" => dictionary! { "XObject" => images },
    }))
}

/// The part of a picture that holds ink, with its left and top pixel.
fn inked(image: &GrayImage) -> Option<(u32, u32, GrayImage)> {
    let width = image.width() as usize;
    let mut bounds: Option<(u32, u32, u32, u32)> = None;
    for (y, row) in image.as_raw().chunks(width).enumerate() {
        let Some(first) = row.iter().position(|v| *v < 128) else {
            continue;
        };
        let last = row.iter().rposition(|v| *v < 128).unwrap_or(first);
        let (x0, x1, y) = (first as u32, last as u32, y as u32);
        bounds = Some(match bounds {
            None => (x0, y, x1, y),
            Some((l, t, r, _)) => (l.min(x0), t, r.max(x1), y),
        });
    }
    let (l, t, r, b) = bounds?;
    Some((
        l,
        t,
        image::imageops::crop_imm(image, l, t, r - l + 1, b - t + 1).to_image(),
    ))
}

/// A 1-bit mask that paints where the picture is dark.
fn stencil(image: &GrayImage, document: &mut Document) -> Result<ObjectId, PrintError> {
    let width = image.width() as usize;
    let mut bits = Vec::with_capacity(width.div_ceil(8) * image.height() as usize);
    for row in image.as_raw().chunks(width) {
        for eight in row.chunks(8) {
            let set = |byte: u8, (i, v): (usize, &u8)| byte | (u8::from(*v >= 128) << (7 - i));
            bits.push(eight.iter().enumerate().fold(0u8, set));
        }
    }
    let dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "ImageMask" => true, "BitsPerComponent" => 1,
        "Width" => i64::from(image.width()), "Height" => i64::from(image.height()),
        "Filter" => "FlateDecode",
    };
    Ok(document.add_object(Stream::new(dict, deflate(&bits)?).with_compression(false)))
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::ready;

    fn card() -> Form {
        ready::form("vaccine-intent")
            .expect("a ready form")
            .load()
            .expect("no fault")
    }

    #[test]
    fn every_recipient_gets_every_side_at_the_papers_size() {
        let recipients = [
            Values::with_key("1234567897"),
            Values::with_key("0000000018"),
        ];
        let bytes = pdf(&card(), &recipients).expect("printed");
        let document = Document::load_mem(&bytes).expect("a PDF");
        let pages = document.get_pages();
        assert_eq!(pages.len(), 4);
        for id in pages.values() {
            let page = document.get_dictionary(*id).expect("a page");
            let media = page
                .get(b"MediaBox")
                .and_then(Object::as_array)
                .expect("a size");
            let size: Vec<f32> = media.iter().filter_map(|v| v.as_float().ok()).collect();
            assert!((size[2] - 283.465).abs() < 0.01 && (size[3] - 419.528).abs() < 0.01);
        }
        let grays = document.objects.values().filter(|o| {
            o.as_stream()
                .is_ok_and(|s| s.dict.get(b"ColorSpace").is_ok())
        });
        assert_eq!(grays.count(), 2, "what is shared is stored once a side");
    }

    #[test]
    fn the_stencil_holds_the_recipients_barcode() {
        let form = card();
        let own = draw::personal(&form.sides[1], PX_PER_MM, &Values::with_key("1234567897"));
        let (_, _, crop) = inked(&own.expect("drawn")).expect("ink");
        let mut document = Document::with_version("1.5");
        let id = stencil(&crop, &mut document).expect("packed");
        let stream = document
            .get_object(id)
            .and_then(Object::as_stream)
            .expect("a stream");
        let bits = stream.decompressed_content().expect("flate");
        let row = (crop.width() as usize).div_ceil(8);
        let back = GrayImage::from_fn(crop.width(), crop.height(), |x, y| {
            let byte = bits[y as usize * row + x as usize / 8];
            image::Luma([if byte >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }])
        });
        let mut framed =
            GrayImage::from_pixel(crop.width() + 200, crop.height() + 200, image::Luma([255]));
        image::imageops::replace(&mut framed, &back, 100, 100);
        let view = zxingcpp::ImageView::from_slice(
            framed.as_raw(),
            framed.width(),
            framed.height(),
            zxingcpp::ImageFormat::Lum,
        );
        let found = zxingcpp::read().from(view.expect("a view")).expect("read");
        assert_eq!(
            found.first().map(zxingcpp::Barcode::text).as_deref(),
            Some("A1234567897A")
        );
    }

    #[test]
    fn a_form_without_recipients_is_printed_once() {
        let document = Document::load_mem(&pdf(&card(), &[]).expect("printed")).expect("a PDF");
        assert_eq!(document.get_pages().len(), 2);
    }
}
