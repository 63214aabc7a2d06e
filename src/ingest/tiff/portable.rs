//! A page by the pure-Rust `tiff` crate: the common kinds (no Group 3, no YCbCr JPEG).

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use crate::ingest::pixels::{self, Layout};
use crate::ingest::{DecodedPage, IngestError, Limits, resolution};
use crate::scan::Picture;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Decodes the directory at `offset`.
pub(super) fn decode(
    bytes: &[u8],
    offset: u64,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    let mut bounds = tiff::decoder::Limits::default();
    bounds.decoding_buffer_size = limits.decode_bytes as usize;
    let mut reader = Decoder::new(Cursor::new(bytes))
        .map_err(failure)?
        .with_limits(bounds);
    while reader.ifd_pointer().map(|p| p.0) != Some(offset) {
        if !reader.more_images() {
            return Err(IngestError::damaged("the directory is out of reach"));
        }
        reader.next_image().map_err(failure)?;
    }
    let (width, height) = reader.dimensions().map_err(failure)?;
    limits.check(width.into(), height.into(), 8)?;
    let orientation = tag_number(&mut reader, Tag::Orientation).unwrap_or(1) as u16;
    let ratio = |reader: &mut Reader<'_>, tag| reader.get_tag(tag).ok()?.into_f64().ok();
    let unit = tag_number(&mut reader, Tag::ResolutionUnit).unwrap_or(2) as u16;
    let resolution = ratio(&mut reader, Tag::XResolution)
        .zip(ratio(&mut reader, Tag::YResolution))
        .and_then(|(x, y)| resolution::from_unit(unit, x, y));
    let turned = pixels::swaps_axes(orientation);
    Ok(DecodedPage {
        picture: pixels::orient(picture(&mut reader, (width, height))?, orientation),
        resolution: if turned {
            resolution.map(resolution::swapped)
        } else {
            resolution
        },
    })
}

fn tag_number(reader: &mut Reader<'_>, tag: Tag) -> Option<u32> {
    reader.get_tag_u32(tag).ok()
}

fn picture(reader: &mut Reader<'_>, size: (u32, u32)) -> Result<Picture, IngestError> {
    let color = reader.colortype().map_err(failure)?;
    let samples = match reader.read_image().map_err(failure)? {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples
            .into_iter()
            .map(|v| ((u32::from(v) * 255 + 32_767) / 65_535) as u8)
            .collect(),
        _ => return Err(unsupported("samples of this width")),
    };
    match color {
        // The crate has turned min-is-white to min-is-black already.
        ColorType::Gray(1) => pixels::gray_picture(size.0, size.1, bits(&samples, size), true),
        ColorType::Gray(8 | 16) => pixels::picture(size, samples, Layout::Gray),
        ColorType::GrayA(8 | 16) => pixels::picture(size, samples, Layout::GrayAlpha),
        ColorType::RGB(8 | 16) => pixels::picture(size, samples, Layout::Rgb),
        ColorType::RGBA(8 | 16) => pixels::picture(size, samples, Layout::Rgba),
        ColorType::CMYK(8 | 16) => pixels::picture(size, samples, Layout::Cmyk),
        _ => Err(unsupported("colors of this kind")),
    }
}

fn bits(packed: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let row = |y: u32| {
        packed
            .chunks((width as usize).div_ceil(8))
            .nth(y as usize)
            .unwrap_or_default()
    };
    (0..height)
        .flat_map(|y| {
            (0..width as usize).map(move |x| row(y).get(x / 8).map_or(0, |b| b >> (7 - x % 8) & 1))
        })
        .map(|bit| 0_u8.wrapping_sub(bit))
        .collect()
}

fn unsupported(what: &str) -> IngestError {
    IngestError::Unsupported {
        kind: format!("TIFF with {what} (built without libtiff):"),
    }
}

fn failure(error: TiffError) -> IngestError {
    match error {
        TiffError::UnsupportedError(e) => IngestError::Unsupported {
            kind: format!("TIFF ({e})"),
        },
        TiffError::LimitsExceeded => IngestError::TooMuchData,
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            IngestError::truncated(e)
        }
        other => IngestError::damaged(other),
    }
}
