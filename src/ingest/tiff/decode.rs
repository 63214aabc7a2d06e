//! A page by libtiff: strips and tiles as samples; what needs a color model through its RGBA reader.

use super::ffi::{Float, Handle, Long, Short};
use super::samples::{Alpha, Format, Meaning, Raw, Sample};
use crate::ingest::pixels;
use crate::ingest::{DecodedPage, IngestError, Limits, resolution};
use crate::scan::{Picture, Resolution};

const COMPRESSION_G3: [u16; 3] = [2, 3, 32771];
const COMPRESSION_G4: u16 = 4;
const COMPRESSION_OLD_JPEG: u16 = 6;
const COMPRESSION_JPEG: u16 = 7;

const PHOTOMETRIC_RGB: u16 = 2;
const PHOTOMETRIC_PALETTE: u16 = 3;
const PHOTOMETRIC_CMYK: u16 = 5;
const PHOTOMETRIC_YCBCR: u16 = 6;

/// A Group 3 page with errors on more than this share of its rows is refused; line noise on a fax
/// spoils a few rows, each of which ends at its own end-of-line code.
const SPOILED_ROWS: f64 = 0.02;

/// What a fax row is filled with before it is unpacked.
const UNTOUCHED: [u8; 2] = [0xa5, 0x5a];

/// Decodes the directory at `offset`.
pub(super) fn decode(
    bytes: &[u8],
    offset: u64,
    limits: &Limits,
) -> Result<DecodedPage, IngestError> {
    let mut tif = Handle::open(bytes, offset, limits.decode_bytes).map_err(IngestError::damaged)?;
    let size = (
        tif.long(Long::ImageWidth).unwrap_or(0),
        tif.long(Long::ImageLength).unwrap_or(0),
    );
    limits.check(size.0.into(), size.1.into(), 1)?;
    let resolution = tags_resolution(&tif);
    let orientation = tif.short(Short::Orientation).unwrap_or(1);
    let picture = decode_picture(&mut tif, size, limits)?;
    let turned = pixels::swaps_axes(orientation);
    Ok(DecodedPage {
        picture: pixels::orient(picture, orientation),
        resolution: if turned {
            resolution.map(resolution::swapped)
        } else {
            resolution
        },
    })
}

fn tags_resolution(tif: &Handle<'_>) -> Option<Resolution> {
    let (x, y) = (
        tif.float(Float::XResolution)?,
        tif.float(Float::YResolution)?,
    );
    resolution::from_unit(
        tif.short(Short::ResolutionUnit)?,
        f64::from(x),
        f64::from(y),
    )
}

fn decode_picture(
    tif: &mut Handle<'_>,
    size: (u32, u32),
    limits: &Limits,
) -> Result<Picture, IngestError> {
    let compression = tif.short(Short::Compression).unwrap_or(1);
    let Some(page) = Page::of(tif, size, compression) else {
        return through_rgba(tif, size, limits);
    };
    let held = 2 * page.channels as u64 + if page.meaning.colors() == 1 { 0 } else { 4 };
    limits.check(size.0.into(), size.1.into(), held)?;
    let picture = page.read(tif, limits)?;
    let messages = tif.messages();
    if is_fax(compression) {
        let allowed = if compression == COMPRESSION_G4 {
            0.0
        } else {
            f64::from(size.1) * SPOILED_ROWS
        };
        if messages.error_count as f64 > allowed {
            return Err(IngestError::damaged(tif.said()));
        }
        if let Some(early) = messages
            .warnings
            .iter()
            .find(|w| w.contains("Premature EOF"))
        {
            return Err(IngestError::truncated(early));
        }
    }
    Ok(picture)
}

fn is_fax(compression: u16) -> bool {
    compression == COMPRESSION_G4 || COMPRESSION_G3.contains(&compression)
}

/// A page whose samples are taken as they are.
struct Page {
    size: (u32, u32),
    bits: u16,
    format: Format,
    /// Samples a pixel in the file.
    stored: usize,
    /// Samples a pixel that are kept: the colors and alpha.
    channels: usize,
    separate: bool,
    meaning: Meaning,
    alpha: Alpha,
    fax: bool,
    rows_per_chunk: u32,
    /// Width of a tile, or of the page.
    chunk_width: u32,
}

impl Page {
    /// `None` when the samples need a color model or are of no known kind.
    fn of(tif: &mut Handle<'_>, size: (u32, u32), compression: u16) -> Option<Self> {
        let photometric = tif.short(Short::Photometric)?;
        let stored = usize::from(tif.short(Short::SamplesPerPixel)?);
        let separate = tif.short(Short::PlanarConfig)? == 2 && stored > 1;
        let bits = tif.short(Short::BitsPerSample)?;
        let meaning = match photometric {
            0 => Meaning::WhiteIsZero,
            1 => Meaning::BlackIsZero,
            PHOTOMETRIC_RGB => Meaning::Rgb,
            PHOTOMETRIC_CMYK if tif.short(Short::InkSet) == Some(1) => Meaning::Cmyk,
            PHOTOMETRIC_PALETTE => Meaning::Palette(tif.color_map(bits)?),
            PHOTOMETRIC_YCBCR
                if compression == COMPRESSION_JPEG && !separate && tif.deliver_rgb() =>
            {
                Meaning::Rgb
            }
            _ => return None,
        };
        let colors = meaning.colors();
        if compression == COMPRESSION_OLD_JPEG || !(1..=64).contains(&bits) || stored < colors {
            return None;
        }
        let paints = matches!(
            meaning,
            Meaning::WhiteIsZero | Meaning::BlackIsZero | Meaning::Rgb
        );
        let alpha = match tif.extra_samples().first() {
            Some(1) if paints && stored > colors => Alpha::Associated,
            Some(2) if paints && stored > colors => Alpha::Unassociated,
            _ => Alpha::None,
        };
        let tiled = tif.is_tiled();
        let rows = if tiled {
            tif.long(Long::TileLength)
        } else {
            tif.long(Long::RowsPerStrip)
        };
        let rows_per_chunk = rows.filter(|r| *r > 0).unwrap_or(size.1);
        Some(Self {
            size,
            bits,
            format: Format::of(tif.short(Short::SampleFormat).unwrap_or(1)),
            stored,
            channels: colors + usize::from(alpha != Alpha::None),
            separate,
            meaning,
            alpha,
            fax: is_fax(compression),
            rows_per_chunk: if tiled {
                rows_per_chunk
            } else {
                rows_per_chunk.min(size.1)
            },
            chunk_width: if tiled {
                tif.long(Long::TileWidth)?
            } else {
                size.0
            },
        })
    }

    fn read(self, tif: &mut Handle<'_>, limits: &Limits) -> Result<Picture, IngestError> {
        let (count, chunk_bytes, row_bytes) = tif.chunks();
        limits.check_bytes(chunk_bytes)?;
        let per_row = if self.separate { 1 } else { self.stored };
        let needed =
            (u64::from(self.chunk_width) * per_row as u64 * u64::from(self.bits)).div_ceil(8);
        if row_bytes < needed || chunk_bytes < row_bytes {
            return Err(IngestError::damaged("the tags contradict each other"));
        }
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let across = u64::from(self.size.0.div_ceil(self.chunk_width.max(1)));
        let down = u64::from(self.size.1.div_ceil(self.rows_per_chunk));
        let planes = if self.separate {
            self.channels as u64
        } else {
            1
        };
        if u64::from(count) < across * down * planes || self.chunk_width == 0 {
            return Err(IngestError::truncated("strips are missing"));
        }
        let mut out = vec![0_u8; width * height * self.channels];
        let mut chunk = vec![0_u8; chunk_bytes as usize];
        for index in 0..(across * down * planes) as u32 {
            let at = Place::of(&self, u64::from(index), across, down);
            // Tiles are always whole; the last strip has only the page's last rows.
            let strip = (row_bytes as usize * at.rows).min(chunk.len());
            let wanted = if tif.is_tiled() { chunk.len() } else { strip };
            self.fill(tif, index, &mut chunk[..wanted], row_bytes as usize)?;
            self.place(&chunk, row_bytes as usize, &at, &mut out);
        }
        Raw {
            size: self.size,
            bytes: out,
            bits: self.bits,
            meaning: self.meaning,
            alpha: self.alpha,
        }
        .picture()
    }

    /// Unpacks a strip or tile. The fax codecs say nothing when a strip ends early with an end
    /// code and leave the rest of the buffer as it was: two patterns in the last row tell.
    fn fill(
        &self,
        tif: &mut Handle<'_>,
        index: u32,
        chunk: &mut [u8],
        row_bytes: usize,
    ) -> Result<(), IngestError> {
        let wanted = chunk.len();
        let last_row = wanted.saturating_sub(row_bytes)..wanted;
        for pattern in UNTOUCHED {
            if self.fax {
                chunk[last_row.clone()].fill(pattern);
            }
            let came = tif.read_chunk(index, chunk);
            if came.is_none_or(|came| came < wanted) {
                return Err(IngestError::truncated(tif.said()));
            }
            if !self.fax || chunk[last_row.clone()].iter().any(|byte| *byte != pattern) {
                return Ok(());
            }
        }
        Err(IngestError::truncated(
            "the fax data ends before the last row",
        ))
    }

    /// Copies a strip or tile to its place.
    fn place(&self, chunk: &[u8], row_bytes: usize, at: &Place, out: &mut [u8]) {
        let stride = self.size.0 as usize * self.channels;
        let index = matches!(self.meaning, Meaning::Palette(_));
        let sample = Sample {
            bits: self.bits,
            format: self.format,
            index,
        };
        let mut unpacked = vec![0_u8; self.chunk_width as usize * self.stored];
        for (row, source) in chunk.chunks_exact(row_bytes).take(at.rows).enumerate() {
            let start = (at.top + row) * stride + at.left * self.channels;
            let target = &mut out[start..start + at.columns * self.channels];
            if self.separate {
                sample.unpack(source, &mut target[at.plane..], self.channels, at.columns);
            } else if self.bits == 1 && self.stored == 1 && !index {
                expand_bits(source, target);
            } else if self.stored == self.channels {
                sample.unpack(source, target, 1, target.len());
            } else {
                let count = at.columns * self.stored;
                sample.unpack(source, &mut unpacked, 1, count);
                for (pixel, all) in target
                    .chunks_exact_mut(self.channels)
                    .zip(unpacked.chunks(self.stored))
                {
                    pixel.copy_from_slice(&all[..self.channels]);
                }
            }
        }
    }
}

/// Where a strip or tile lies on the page.
struct Place {
    plane: usize,
    left: usize,
    top: usize,
    columns: usize,
    rows: usize,
}

impl Place {
    fn of(page: &Page, index: u64, across: u64, down: u64) -> Self {
        let in_plane = index % (across * down);
        let left = (in_plane % across) as usize * page.chunk_width as usize;
        let top = (in_plane / across) as usize * page.rows_per_chunk as usize;
        Self {
            plane: (index / (across * down)) as usize,
            left,
            top,
            columns: (page.size.0 as usize - left).min(page.chunk_width as usize),
            rows: (page.size.1 as usize - top).min(page.rows_per_chunk as usize),
        }
    }
}

/// The eight pixels of each byte.
static PIXELS_OF_BYTE: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte][bit] = if byte >> (7 - bit) & 1 == 1 { 255 } else { 0 };
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// One bit a pixel to 0 and 255.
fn expand_bits(source: &[u8], target: &mut [u8]) {
    for (pixels, byte) in target.chunks_mut(8).zip(source) {
        pixels.copy_from_slice(&PIXELS_OF_BYTE[usize::from(*byte)][..pixels.len()]);
    }
}

fn through_rgba(
    tif: &mut Handle<'_>,
    size: (u32, u32),
    limits: &Limits,
) -> Result<Picture, IngestError> {
    // The library's words, RGBA bytes, color and grey.
    limits.check(size.0.into(), size.1.into(), 12)?;
    let (_, chunk_bytes, _) = tif.chunks();
    limits.check_bytes(chunk_bytes)?;
    let raster = tif
        .read_rgba(size.0, size.1)
        .ok_or_else(|| IngestError::damaged(tif.said()))?;
    let bytes: Vec<u8> = raster.iter().flat_map(|word| word.to_le_bytes()).collect();
    drop(raster);
    // Colors of the reader are multiplied by alpha already.
    Raw {
        size,
        bytes,
        bits: 8,
        meaning: Meaning::Rgb,
        alpha: Alpha::Associated,
    }
    .picture()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_black_and_white() {
        let mut out = [7; 10];
        expand_bits(&[0b1010_0000, 0b0100_0000], &mut out);
        assert_eq!(out, [255, 0, 255, 0, 0, 0, 0, 0, 0, 255]);
    }
}
