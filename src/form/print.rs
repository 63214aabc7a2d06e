//! The printed form as PDF: one set of pages for each recipient, exactly the paper's size.
//!
//! What all recipients share is one grey picture a side at 600 dpi, stored once; a recipient's own
//! barcodes and texts are a 1-bit stencil over it, so that ten thousand cards stay a small file.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::GrayImage;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref};

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
    let mut printed = Printed::default();
    let shared: Vec<(&Side, Ref)> = form
        .sides
        .iter()
        .map(|s| Ok((s, printed.base(s)?)))
        .collect::<Result<_, PrintError>>()?;
    let nobody = [Values::default()];
    for values in if recipients.is_empty() {
        &nobody
    } else {
        recipients
    } {
        for (side, base) in &shared {
            printed.page(side, *base, values)?;
        }
    }
    Ok(printed.finish())
}

const BASE: Name<'_> = Name(b"Base");
const OWN: Name<'_> = Name(b"Own");

/// The file as it grows: catalog and tree of pages are written last.
struct Printed {
    pdf: Pdf,
    tree: Ref,
    next: Ref,
    pages: Vec<Ref>,
}

impl Default for Printed {
    fn default() -> Self {
        Self {
            pdf: Pdf::new(),
            tree: Ref::new(1),
            next: Ref::new(2),
            pages: Vec::new(),
        }
    }
}

impl Printed {
    /// What all recipients share of a side.
    fn base(&mut self, side: &Side) -> Result<Ref, PrintError> {
        let gray = draw::side(side, PX_PER_MM, &Values::default())?;
        let (id, data) = (self.next.bump(), deflate(gray.as_raw())?);
        let mut image = self.pdf.image_xobject(id, &data);
        image.filter(Filter::FlateDecode);
        image
            .width(gray.width() as i32)
            .height(gray.height() as i32);
        image.color_space().device_gray();
        image.bits_per_component(8);
        Ok(id)
    }

    fn page(&mut self, side: &Side, base: Ref, values: &Values) -> Result<(), PrintError> {
        let (w, h) = (side.size.w * POINTS_PER_MM, side.size.h * POINTS_PER_MM);
        let mut content = Content::new();
        place(&mut content, BASE, [0.0, 0.0, w, h]);
        let mut stencil = None;
        if let Some((x, y, crop)) = inked(&draw::personal(side, PX_PER_MM, values)?) {
            let k = POINTS_PER_MM / PX_PER_MM;
            let (cw, ch) = (f64::from(crop.width()) * k, f64::from(crop.height()) * k);
            place(
                &mut content,
                OWN,
                [f64::from(x) * k, h - f64::from(y) * k - ch, cw, ch],
            );
            stencil = Some(self.stencil(&crop)?);
        }
        let (content, words) = (content.finish(), self.next.bump());
        self.pdf.stream(words, &content);
        let id = self.next.bump();
        let mut page = self.pdf.page(id);
        page.parent(self.tree).contents(words);
        page.media_box(Rect::new(0.0, 0.0, w as f32, h as f32));
        let mut resources = page.resources();
        let mut images = resources.x_objects();
        images.pair(BASE, base);
        if let Some(stencil) = stencil {
            images.pair(OWN, stencil);
        }
        self.pages.push(id);
        Ok(())
    }

    /// A 1-bit mask that paints where the picture is dark.
    fn stencil(&mut self, image: &GrayImage) -> Result<Ref, PrintError> {
        let (id, data) = (self.next.bump(), deflate(&bits_of(image))?);
        let mut mask = self.pdf.image_xobject(id, &data);
        mask.filter(Filter::FlateDecode);
        mask.width(image.width() as i32)
            .height(image.height() as i32);
        mask.image_mask(true).bits_per_component(1);
        Ok(id)
    }

    fn finish(mut self) -> Vec<u8> {
        let catalog = self.next.bump();
        self.pdf.catalog(catalog).pages(self.tree);
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        let mut tree = self.pdf.pages(self.tree);
        tree.kids(self.pages).count(count);
        tree.finish();
        self.pdf.finish()
    }
}

/// Paints a picture into `[left, bottom, width, height]`, in points.
fn place(content: &mut Content, picture: Name<'_>, [left, bottom, w, h]: [f64; 4]) {
    let [left, bottom, w, h] = [left, bottom, w, h].map(|v| v as f32);
    content.save_state();
    content.transform([w, 0.0, 0.0, h, left, bottom]);
    content.x_object(picture);
    content.restore_state();
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

/// Rows of bits, filled up to whole bytes; 0 where the picture is dark.
fn bits_of(image: &GrayImage) -> Vec<u8> {
    let width = image.width() as usize;
    let mut bits = Vec::with_capacity(width.div_ceil(8) * image.height() as usize);
    for row in image.as_raw().chunks(width) {
        for eight in row.chunks(8) {
            let set = |byte: u8, (i, v): (usize, &u8)| byte | (u8::from(*v >= 128) << (7 - i));
            bits.push(eight.iter().enumerate().fold(0u8, set));
        }
    }
    bits
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use hayro::hayro_syntax::Pdf;

    use super::{GrayImage, PX_PER_MM, Values, bits_of, draw, inked, pdf};
    use crate::form::{Form, ready};

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
        let printed = Pdf::new(bytes.clone()).expect("a PDF");
        let pages = printed.pages();
        assert_eq!(pages.len(), 4);
        for page in pages.iter() {
            let (w, h) = page.render_dimensions();
            assert!((w - 283.465).abs() < 0.01 && (h - 419.528).abs() < 0.01);
        }
        let gray = b"/DeviceGray";
        let grays = bytes.windows(gray.len()).filter(|w| w == gray);
        assert_eq!(grays.count(), 2, "what is shared is stored once a side");
    }

    #[test]
    fn the_stencil_holds_the_recipients_barcode() {
        let form = card();
        let own = draw::personal(&form.sides[1], PX_PER_MM, &Values::with_key("1234567897"));
        let (_, _, crop) = inked(&own.expect("drawn")).expect("ink");
        let bits = bits_of(&crop);
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
        let printed = Pdf::new(pdf(&card(), &[]).expect("printed")).expect("a PDF");
        assert_eq!(printed.pages().len(), 2);
    }
}
