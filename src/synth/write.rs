//! Pictures as scanners write them: PNG, JPEG, G4 in multi-page TIFF, PDF; with resolution tags.

use std::io::{self, Cursor};

use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use flate2::Crc;
use image::{GrayImage, ImageFormat, RgbImage};
use pdf_writer::{Content, Filter, Name, Pdf, Rect, Ref};
use turbojpeg::{PixelFormat, Subsamp};

use crate::geom::Dpi;
use crate::scan::Resolution;

/// A picture to be written.
#[derive(Clone, Copy, Debug)]
pub enum Pixels<'a> {
    Color(&'a RgbImage),
    Gray(&'a GrayImage),
}

/// PNG with its resolution.
pub fn png(pixels: Pixels<'_>, dpi: Dpi) -> io::Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    match pixels {
        Pixels::Color(i) => i.write_to(&mut out, ImageFormat::Png),
        Pixels::Gray(i) => i.write_to(&mut out, ImageFormat::Png),
    }
    .map_err(io::Error::other)?;
    let mut bytes = out.into_inner();
    let per_meter = (dpi.get() / 0.0254).round() as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(per_meter.to_be_bytes());
    chunk.extend(per_meter.to_be_bytes());
    chunk.push(1);
    let mut crc = Crc::new();
    crc.update(&chunk);
    let mut whole = 9u32.to_be_bytes().to_vec();
    whole.extend(chunk);
    whole.extend(crc.sum().to_be_bytes());
    // The signature is 8 bytes, IHDR with length, name and checksum 25.
    bytes.splice(33..33, whole);
    Ok(bytes)
}

/// Baseline JPEG with its resolution in the JFIF header.
pub fn jpeg(pixels: Pixels<'_>, dpi: Dpi, quality: i32) -> io::Result<Vec<u8>> {
    let (pixels, (width, height), format, subsamp): (&[u8], _, _, _) = match pixels {
        Pixels::Color(i) => (
            i.as_raw(),
            i.dimensions(),
            PixelFormat::RGB,
            Subsamp::Sub2x2,
        ),
        Pixels::Gray(i) => (i.as_raw(), i.dimensions(), PixelFormat::GRAY, Subsamp::Gray),
    };
    let (width, height) = (width as usize, height as usize);
    let image = turbojpeg::Image {
        pixels,
        width,
        pitch: width * format.size(),
        height,
        format,
    };
    let mut bytes = turbojpeg::compress(image, quality, subsamp)
        .map_err(io::Error::other)?
        .to_vec();
    if bytes.get(6..10) == Some(b"JFIF") {
        let d = (dpi.get().round() as u16).to_be_bytes();
        bytes[13..18].copy_from_slice(&[1, d[0], d[1], d[0], d[1]]);
    }
    Ok(bytes)
}

/// A multi-page TIFF of G4 strips; a pixel darker than 128 is black.
pub fn tiff_g4(pages: &[(&GrayImage, Resolution)]) -> Vec<u8> {
    let mut out = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (page, resolution) in pages {
        let strip = g4(page);
        let strip_at = out.len() as u32;
        let strip_bytes = strip.len() as u32;
        out.extend(strip);
        out.resize(out.len().next_multiple_of(4), 0);
        let resolution_at = out.len() as u32;
        for dpi in [resolution.x, resolution.y] {
            out.extend((dpi.get().round() as u32).to_le_bytes());
            out.extend(1u32.to_le_bytes());
        }
        let directory_at = out.len() as u32;
        out[link..link + 4].copy_from_slice(&directory_at.to_le_bytes());
        let entries: [(u16, u16, u32); 12] = [
            (256, 4, page.width()),
            (257, 4, page.height()),
            (258, 3, 1),
            (259, 3, 4),
            (262, 3, 0),
            (273, 4, strip_at),
            (277, 3, 1),
            (278, 4, page.height()),
            (279, 4, strip_bytes),
            (282, 5, resolution_at),
            (283, 5, resolution_at + 8),
            (296, 3, 2),
        ];
        out.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            out.extend(tag.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(1u32.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        link = out.len();
        out.extend(0u32.to_le_bytes());
    }
    out
}

fn g4(page: &GrayImage) -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::new());
    let width = page.width() as u16;
    for row in page.rows() {
        let pels = row.map(|p| {
            if p[0] < 128 {
                Color::Black
            } else {
                Color::White
            }
        });
        match encoder.encode_line(pels, width) {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
    match encoder.finish() {
        Ok(writer) => writer.finish(),
        Err(never) => match never {},
    }
}

/// A JPEG, its width and height in pixels, its resolution, whether it is in color.
pub type JpegPage = (Vec<u8>, (u32, u32), Dpi, bool);

/// A PDF whose pages are one JPEG each, at its own size on paper.
pub fn pdf(pages: &[JpegPage]) -> Vec<u8> {
    const PICTURE: Name<'_> = Name(b"P");
    let (mut pdf, mut next) = (Pdf::new(), Ref::new(1));
    let (catalog, tree) = (next.bump(), next.bump());
    let mut kids = Vec::with_capacity(pages.len());
    for (jpeg, (w, h), dpi, color) in pages {
        let [picture, words, id] = [next.bump(), next.bump(), next.bump()];
        let mut image = pdf.image_xobject(picture, jpeg);
        image.filter(Filter::DctDecode);
        image.bits_per_component(8);
        image.width(*w as i32).height(*h as i32);
        if *color {
            image.color_space().device_rgb();
        } else {
            image.color_space().device_gray();
        }
        drop(image);
        let points = |px: u32| (f64::from(px) * 72.0 / dpi.get()) as f32;
        let (pw, ph) = (points(*w), points(*h));
        let mut content = Content::new();
        content.transform([pw, 0.0, 0.0, ph, 0.0, 0.0]);
        content.x_object(PICTURE);
        pdf.stream(words, &content.finish());
        let mut page = pdf.page(id);
        page.parent(tree).contents(words);
        page.media_box(Rect::new(0.0, 0.0, pw, ph));
        page.resources().x_objects().pair(PICTURE, picture);
        kids.push(id);
    }
    pdf.catalog(catalog).pages(tree);
    let count = kids.len() as i32;
    pdf.pages(tree).kids(kids).count(count);
    pdf.finish()
}
