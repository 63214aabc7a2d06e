//! What passes between a worker and its decoding process: the length of a JSON header, the header,
//! and the raw bytes of a file or of pixels.

use std::io::{self, Read, Write};

use image::{GrayImage, RgbImage};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::budget::Budget;
use crate::geom::Dpi;
use crate::ingest::{DecodedPage, IngestError, Limits};
use crate::scan::{Picture, Resolution};

/// No header comes near; a larger one is not ours.
const HEADER_BYTES: usize = 64 << 10;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Task {
    CountPages,
    Page(u32),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) task: Task,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    /// Length of the file that follows; `None`: the file of the request before.
    pub(super) file: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Pages(u32),
    Page(Header),
    Failed(IngestError),
}

/// A page whose pixels follow: grey, then color.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Header {
    width: u32,
    height: u32,
    color: bool,
    bilevel: bool,
    /// The bits of both numbers: a decimal in between could round.
    dpi: Option<(u64, u64)>,
}

/// What came back.
pub(super) enum Answer {
    Pages(u32),
    Page(DecodedPage),
}

/// Writes a header; what follows it is the caller's.
pub(super) fn send(to: &mut impl Write, header: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec(header)?;
    to.write_all(&(text.len() as u32).to_le_bytes())?;
    to.write_all(&text)
}

/// The next header; `None` when the other side has closed.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > HEADER_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let text = bytes(from, length)?;
    Ok(Some(serde_json::from_slice(&text)?))
}

pub(super) fn bytes(from: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut out = vec![0; length];
    from.read_exact(&mut out)?;
    Ok(out)
}

pub(super) fn send_answer(
    to: &mut impl Write,
    answer: Result<Answer, IngestError>,
) -> io::Result<()> {
    match answer {
        Err(e) => send(to, &Reply::Failed(e)),
        Ok(Answer::Pages(count)) => send(to, &Reply::Pages(count)),
        Ok(Answer::Page(page)) => {
            let (width, height) = page.picture.gray.dimensions();
            let header = Header {
                width,
                height,
                color: page.picture.color.is_some(),
                bilevel: page.picture.bilevel,
                dpi: page
                    .resolution
                    .map(|r| (r.x.get().to_bits(), r.y.get().to_bits())),
            };
            send(to, &Reply::Page(header))?;
            to.write_all(page.picture.gray.as_raw())?;
            page.picture
                .color
                .map_or(Ok(()), |color| to.write_all(color.as_raw()))
        }
    }
}

/// The answer of a process that a hostile file may have taken over: a size beyond the limits is
/// not believed.
pub(super) fn receive_answer(
    from: &mut impl Read,
    limits: &Limits,
) -> io::Result<Result<Answer, IngestError>> {
    let reply = receive(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let header = match reply {
        Reply::Failed(e) => return Ok(Err(e)),
        Reply::Pages(count) => return Ok(Ok(Answer::Pages(count))),
        Reply::Page(header) => header,
    };
    receive_page(from, header, limits).map(|page| Ok(Answer::Page(page)))
}

fn receive_page(from: &mut impl Read, header: Header, limits: &Limits) -> io::Result<DecodedPage> {
    let strange = || io::Error::from(io::ErrorKind::InvalidData);
    let (width, height) = (header.width, header.height);
    let held = if header.color { 4 } else { 1 };
    limits
        .check(width.into(), height.into(), held)
        .map_err(|_| strange())?;
    let pixels = width as usize * height as usize;
    let gray = GrayImage::from_raw(width, height, bytes(from, pixels)?).ok_or_else(strange)?;
    let color = if header.color {
        let raw = bytes(from, 3 * pixels)?;
        Some(RgbImage::from_raw(width, height, raw).ok_or_else(strange)?)
    } else {
        None
    };
    let dpi = |bits| Dpi::new(f64::from_bits(bits)).ok_or_else(strange);
    let resolution = match header.dpi {
        Some((x, y)) => Some(Resolution {
            x: dpi(x)?,
            y: dpi(y)?,
        }),
        None => None,
    };
    Ok(DecodedPage {
        picture: Picture {
            gray,
            color,
            bilevel: header.bilevel,
        },
        resolution,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(color: bool) -> DecodedPage {
        let gray = GrayImage::from_fn(7, 5, |x, y| image::Luma([(x * 31 + y) as u8]));
        DecodedPage {
            picture: Picture {
                color: color.then(|| image::DynamicImage::ImageLuma8(gray.clone()).into_rgb8()),
                gray,
                bilevel: !color,
            },
            resolution: Some(Resolution {
                x: Dpi::new(299.999_4).unwrap(),
                y: Dpi::new(1.0 / 3.0 * 600.0).unwrap(),
            }),
        }
    }

    #[test]
    fn a_page_passes_unchanged() {
        for color in [false, true] {
            let mut wire = Vec::new();
            send_answer(&mut wire, Ok(Answer::Page(page(color)))).unwrap();
            let answer = receive_answer(&mut wire.as_slice(), &Limits::default()).unwrap();
            let Ok(Answer::Page(got)) = answer else {
                panic!("no page");
            };
            let sent = page(color);
            assert_eq!(got.picture.gray, sent.picture.gray);
            assert_eq!(got.picture.color, sent.picture.color);
            assert_eq!(got.picture.bilevel, sent.picture.bilevel);
            assert_eq!(got.resolution, sent.resolution);
        }
    }

    #[test]
    fn an_error_keeps_its_words() {
        let mut wire = Vec::new();
        let sent = IngestError::truncated("12 of 99 rows");
        let words = (sent.code(), sent.to_string());
        send_answer(&mut wire, Err(sent)).unwrap();
        let answer = receive_answer(&mut wire.as_slice(), &Limits::default()).unwrap();
        let got = answer.err().unwrap();
        assert_eq!((got.code(), got.to_string()), words);
    }

    #[test]
    fn nothing_that_is_said_is_allocated_unchecked() {
        let header = Reply::Page(Header {
            width: 60_000,
            height: 60_000,
            color: true,
            bilevel: false,
            dpi: None,
        });
        let mut wire = Vec::new();
        send(&mut wire, &header).unwrap();
        assert!(receive_answer(&mut wire.as_slice(), &Limits::default()).is_err());
        let long = u32::MAX.to_le_bytes();
        assert!(receive::<Request>(&mut long.as_slice()).is_err());
        assert!(receive::<Request>(&mut [].as_slice()).unwrap().is_none());
    }
}
