//! JPEG by libjpeg-turbo: grey files straight to luminance, a cut file is an error.

use turbojpeg::{Colorspace, Decompressor, Image, PixelFormat};

use super::pixels::{self, Layout};
use super::{DecodedPage, IngestError, Limits, resolution};
use crate::scan::Resolution;

/// Scans of a progressive file beyond this are a bomb; scanners write about ten.
const MAX_SCANS: u32 = 500;

/// Decodes a JPEG file with its orientation and resolution.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<DecodedPage, IngestError> {
    let raw = decode_samples(bytes, limits)?;
    let layout = match raw.layout {
        Layout::Cmyk if has_adobe_marker(bytes) => Layout::InvertedCmyk,
        other => other,
    };
    let picture = pixels::picture(raw.size, raw.bytes, layout)?;
    let exif = Exif::read(bytes);
    let resolution = jfif_resolution(bytes).or(exif.resolution);
    let turned = pixels::swaps_axes(exif.orientation);
    Ok(DecodedPage {
        picture: pixels::orient(picture, exif.orientation),
        resolution: if turned {
            resolution.map(resolution::swapped)
        } else {
            resolution
        },
    })
}

/// Decoded samples without any interpretation of CMYK polarity.
pub(super) struct Samples {
    pub(super) size: (u32, u32),
    pub(super) bytes: Vec<u8>,
    pub(super) layout: Layout,
}

/// Decodes the samples of a JPEG stream; a PDF interprets them itself. Junk between the segments
/// and broken profiles, which libjpeg only warns of, are taken out for a second try; the coded
/// pixels are never mended.
pub(super) fn decode_samples(bytes: &[u8], limits: &Limits) -> Result<Samples, IngestError> {
    decode_strictly(bytes, limits).or_else(|error| match &error {
        IngestError::Damaged { .. } => tidied(bytes)
            .filter(|tidy| tidy.len() < bytes.len())
            .and_then(|tidy| decode_strictly(&tidy, limits).ok())
            .ok_or(error),
        _ => Err(error),
    })
}

fn decode_strictly(bytes: &[u8], limits: &Limits) -> Result<Samples, IngestError> {
    let mut decoder = Decompressor::new().map_err(IngestError::damaged)?;
    decoder
        .set_scan_limit(MAX_SCANS)
        .map_err(IngestError::damaged)?;
    let header = decoder.read_header(bytes).map_err(|e| failure(&e))?;
    let (layout, format) = match header.colorspace {
        Colorspace::Gray => (Layout::Gray, PixelFormat::GRAY),
        Colorspace::CMYK | Colorspace::YCCK => (Layout::Cmyk, PixelFormat::CMYK),
        _ => (Layout::Rgb, PixelFormat::RGB),
    };
    let size = (header.width as u32, header.height as u32);
    pixels::check(limits, size, layout)?;
    // A progressive file holds all its coefficients (16 bits a sample) before the first pixel.
    if header.is_progressive {
        let held = layout.bytes_per_pixel() + 2 * layout.channels() as u64;
        limits.check(u64::from(size.0), u64::from(size.1), held)?;
    }
    let pitch = header.width * layout.channels();
    let mut samples = vec![0; pitch * header.height];
    let output = Image {
        pixels: samples.as_mut_slice(),
        width: header.width,
        pitch,
        height: header.height,
        format,
    };
    match decoder.decompress(bytes, output) {
        // libjpeg keeps its first warning only: this one comes when every pixel is there.
        Err(e)
            if e.to_string()
                .contains("extraneous bytes before marker 0xd9") => {}
        other => other.map_err(|e| failure(&e))?,
    }
    Ok(Samples {
        size,
        bytes: samples,
        layout,
    })
}

fn failure(error: &turbojpeg::Error) -> IngestError {
    let words = error.to_string();
    if words.contains("remature end") {
        IngestError::truncated(words)
    } else {
        IngestError::damaged(words)
    }
}

/// The file with nothing before its first scan but the segments that its pixels need.
fn tidied(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xff, 0xd8];
    let mut end = 0;
    for (marker, payload) in segments(bytes) {
        end = payload.as_ptr_range().end as usize - bytes.as_ptr() as usize;
        // Of the application segments, JFIF and Adobe decide on colors.
        if (0xe1..=0xed).contains(&marker) || matches!(marker, 0xef | 0xfe) {
            continue;
        }
        out.extend_from_slice(&[0xff, marker]);
        out.extend_from_slice(&u16::try_from(payload.len() + 2).ok()?.to_be_bytes());
        out.extend_from_slice(payload);
    }
    let scan = bytes
        .get(end..)?
        .windows(2)
        .position(|w| w == [0xff, 0xda])?;
    out.extend_from_slice(&bytes[end + scan..]);
    Some(out)
}

/// The segments before the first scan: marker and payload.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut at = 2;
    std::iter::from_fn(move || {
        // Fill bytes, and the junk that some writers leave.
        at += bytes
            .get(at..)?
            .windows(2)
            .position(|w| w[0] == 0xff && !matches!(w[1], 0 | 0xff))?;
        let head = bytes.get(at..at + 4)?;
        if head[1] == 0xda {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let payload = bytes.get(at + 4..at + 2 + length.max(2))?;
        at += 2 + length.max(2);
        Some((head[1], payload))
    })
}

fn has_adobe_marker(bytes: &[u8]) -> bool {
    segments(bytes).any(|(marker, payload)| marker == 0xee && payload.starts_with(b"Adobe"))
}

fn jfif_resolution(bytes: &[u8]) -> Option<Resolution> {
    let (_, jfif) = segments(bytes).find(|(m, p)| *m == 0xe0 && p.starts_with(b"JFIF\0"))?;
    let [unit, x1, x0, y1, y0] = *jfif.get(7..12)? else {
        return None;
    };
    let (x, y) = (u16::from_be_bytes([x1, x0]), u16::from_be_bytes([y1, y0]));
    // JFIF counts 1 for inches and 2 for centimeters, one less than TIFF.
    resolution::from_unit(u16::from(unit) + 1, f64::from(x), f64::from(y))
}

struct Exif {
    orientation: u16,
    resolution: Option<Resolution>,
}

impl Exif {
    fn read(bytes: &[u8]) -> Self {
        let none = Self {
            orientation: 1,
            resolution: None,
        };
        let block = segments(bytes).find(|(m, p)| *m == 0xe1 && p.starts_with(b"Exif\0\0"));
        let Some((_, payload)) = block else {
            return none;
        };
        let Ok(exif) = exif::Reader::new().read_raw(payload[6..].to_vec()) else {
            return none;
        };
        let number = |tag| exif.get_field(tag, exif::In::PRIMARY)?.value.get_uint(0);
        let ratio = |tag| match &exif.get_field(tag, exif::In::PRIMARY)?.value {
            exif::Value::Rational(r) => r.first().map(exif::Rational::to_f64),
            _ => None,
        };
        let unit = number(exif::Tag::ResolutionUnit).unwrap_or(2) as u16;
        let resolution = ratio(exif::Tag::XResolution)
            .zip(ratio(exif::Tag::YResolution))
            .and_then(|(x, y)| resolution::from_unit(unit, x, y));
        Self {
            orientation: number(exif::Tag::Orientation).unwrap_or(1) as u16,
            resolution,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, height: usize) -> Vec<u8> {
        let pixels: Vec<u8> = (0..width * height)
            .map(|i| if (i / 8) % 2 == 0 { 250 } else { 20 })
            .collect();
        let image = Image {
            pixels: pixels.as_slice(),
            width,
            pitch: width,
            height,
            format: PixelFormat::GRAY,
        };
        turbojpeg::compress(image, 95, turbojpeg::Subsamp::Gray)
            .unwrap()
            .to_vec()
    }

    /// A file with an EXIF block that holds the orientation tag alone.
    fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
        let mut out = vec![0xff, 0xd8, 0xff, 0xe1, 0, (tiff.len() + 2) as u8];
        out.extend_from_slice(&tiff);
        out.extend_from_slice(&jpeg[2..]);
        out
    }

    #[test]
    fn a_grey_file_is_luminance_and_the_orientation_is_applied() {
        let page = decode(&with_orientation(&drawn(64, 32), 6), &Limits::default()).unwrap();
        assert_eq!(
            (page.picture.gray.width(), page.picture.gray.height()),
            (32, 64)
        );
        assert!(page.picture.color.is_none() && !page.picture.bilevel);
    }

    #[test]
    fn the_jfif_density_is_the_resolution() {
        let mut jpeg = drawn(64, 32);
        let at = jpeg.windows(5).position(|w| w == b"JFIF\0").unwrap();
        jpeg[at + 7..at + 12].copy_from_slice(&[1, 0, 200, 0, 200]);
        let found = decode(&jpeg, &Limits::default())
            .unwrap()
            .resolution
            .unwrap();
        assert!((found.x.get() - 200.0).abs() < 1e-9);
    }

    #[test]
    fn a_cut_file_is_an_error_wherever_it_is_cut() {
        let jpeg = drawn(256, 256);
        for part in [30, 50, 90, 97] {
            let cut = &jpeg[..jpeg.len() * part / 100];
            assert!(decode(cut, &Limits::default()).is_err(), "{part} %");
        }
    }

    #[test]
    fn junk_between_segments_is_taken_out() {
        let mut jpeg = drawn(64, 32);
        let clean = decode(&jpeg, &Limits::default()).unwrap();
        let at = jpeg.windows(2).position(|w| w == [0xff, 0xdb]).unwrap();
        jpeg.splice(at..at, [1, 2, 3, 4]);
        assert_eq!(
            decode(&jpeg, &Limits::default()).unwrap().picture.gray,
            clean.picture.gray
        );
    }

    #[test]
    fn a_lying_header_is_refused_before_allocation() {
        let mut jpeg = drawn(64, 32);
        let at = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        jpeg[at + 5..at + 9].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
        assert_eq!(
            decode(&jpeg, &Limits::default()).unwrap_err().code(),
            "too_large"
        );
    }
}
