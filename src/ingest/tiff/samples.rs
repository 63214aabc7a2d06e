//! Samples of any width as bytes, and what the photometric tag makes of them.

use crate::ingest::IngestError;
use crate::ingest::pixels::{self, Layout};
use crate::scan::Picture;

/// `SampleFormat`. Signed samples are taken as unsigned ones, as other readers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Unsigned,
    Float,
}

impl Format {
    pub(super) fn of(tag: u16) -> Self {
        match tag {
            3 => Self::Float,
            _ => Self::Unsigned,
        }
    }
}

/// How one sample is stored: 1 to 64 bits, in the machine's byte order from 16 bits on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) bits: u16,
    pub(super) format: Format,
    /// Keep the number (a palette index) instead of scaling it to 0..=255.
    pub(super) index: bool,
}

impl Sample {
    /// Unpacks `count` samples of a row into bytes with `step` between them.
    pub(super) fn unpack(self, row: &[u8], out: &mut [u8], step: usize, count: usize) {
        let out = out.iter_mut().step_by(step).take(count);
        match (self.bits, self.format) {
            (8, _) => out.zip(row).for_each(|(o, v)| *o = *v),
            (16, Format::Float) => each(out, row, |b: [u8; 2]| unit(half(u16::from_ne_bytes(b)))),
            (32, Format::Float) => each(out, row, |b| unit(f64::from(f32::from_ne_bytes(b)))),
            (64, Format::Float) => each(out, row, |b| unit(f64::from_ne_bytes(b))),
            (24, Format::Float) => each(out, row, |b: [u8; 3]| unit(float24(b))),
            (16, _) => each(out, row, |b| self.scaled(u64::from(u16::from_ne_bytes(b)))),
            (32, _) => each(out, row, |b| self.scaled(u64::from(u32::from_ne_bytes(b)))),
            (64, _) => each(out, row, |b| self.scaled(u64::from_ne_bytes(b))),
            (24, _) => each(out, row, |b: [u8; 3]| self.scaled(native24(b))),
            _ => self.unpack_bits(row, out),
        }
    }

    /// Odd widths lie packed, highest bit first.
    fn unpack_bits<'a>(self, row: &[u8], out: impl Iterator<Item = &'a mut u8>) {
        let bits = usize::from(self.bits);
        for (i, o) in out.enumerate() {
            let start = i * bits;
            let value = (start..start + bits).fold(0_u64, |sum, bit| {
                let byte = row.get(bit / 8).copied().unwrap_or(0);
                sum << 1 | u64::from(byte >> (7 - bit % 8) & 1)
            });
            *o = self.scaled(value);
        }
    }

    fn scaled(self, value: u64) -> u8 {
        if self.index {
            return value.min(255) as u8;
        }
        let top = if self.bits >= 64 {
            u64::MAX
        } else {
            (1 << self.bits) - 1
        };
        ((u128::from(value.min(top)) * 255 + u128::from(top / 2)) / u128::from(top)) as u8
    }
}

fn each<'a, const N: usize>(
    out: impl Iterator<Item = &'a mut u8>,
    row: &[u8],
    convert: impl Fn([u8; N]) -> u8,
) {
    for (o, chunk) in out.zip(row.as_chunks::<N>().0) {
        *o = convert(*chunk);
    }
}

fn native24([a, b, c]: [u8; 3]) -> u64 {
    let bytes = if cfg!(target_endian = "big") {
        [0, a, b, c]
    } else {
        [a, b, c, 0]
    };
    u64::from(u32::from_ne_bytes(bytes))
}

fn unit(value: f64) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    small_float(u32::from(bits), 5, 10)
}

/// Adobe's 24-bit float: 1 sign, 7 exponent and 16 mantissa bits.
fn float24(bytes: [u8; 3]) -> f64 {
    small_float(native24(bytes) as u32, 7, 16)
}

fn small_float(bits: u32, exponent_bits: u32, mantissa_bits: u32) -> f64 {
    let exponent = (bits >> mantissa_bits & ((1 << exponent_bits) - 1)) as i32;
    let fraction = f64::from(bits & ((1 << mantissa_bits) - 1)) / f64::from(1 << mantissa_bits);
    let bias = (1 << (exponent_bits - 1)) - 1;
    let magnitude = if exponent == 0 {
        fraction * f64::from(1 - bias).exp2()
    } else {
        (1.0 + fraction) * f64::from(exponent - bias).exp2()
    };
    let negative = bits >> (exponent_bits + mantissa_bits) & 1 == 1;
    if negative { -magnitude } else { magnitude }
}

/// `PhotometricInterpretation` as far as samples alone decide.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Cmyk,
    /// Red, green and blue of each index, 16 bits.
    Palette([Vec<u16>; 3]),
}

impl Meaning {
    pub(super) fn colors(&self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Cmyk => 4,
            _ => 1,
        }
    }
}

/// What lies behind the colors of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    /// The colors are already multiplied by it.
    Associated,
    Unassociated,
}

/// Decoded bytes of a page: `channels` a pixel, of which the colors come first, then alpha.
pub(super) struct Raw {
    pub(super) size: (u32, u32),
    pub(super) bytes: Vec<u8>,
    pub(super) bits: u16,
    pub(super) meaning: Meaning,
    pub(super) alpha: Alpha,
}

impl Raw {
    /// Makes the picture.
    pub(super) fn picture(mut self) -> Result<Picture, IngestError> {
        let (width, height) = self.size;
        if self.alpha == Alpha::Associated {
            self.on_white();
        }
        let plain = self.alpha == Alpha::None;
        match self.meaning {
            Meaning::Rgb => pixels::picture(
                self.size,
                self.bytes,
                if plain { Layout::Rgb } else { Layout::Rgba },
            ),
            Meaning::Cmyk => pixels::picture(self.size, self.bytes, Layout::Cmyk),
            Meaning::Palette(ref map) => {
                let rgb = through_palette(&self.bytes, map);
                let mut picture = pixels::picture(self.size, rgb, Layout::Rgb)?;
                picture.bilevel = self.bits == 1 && picture.color.is_none();
                Ok(picture)
            }
            Meaning::WhiteIsZero | Meaning::BlackIsZero => {
                let step = if plain { 1 } else { 2 };
                if matches!(self.meaning, Meaning::WhiteIsZero) {
                    self.bytes.iter_mut().step_by(step).for_each(|v| *v = !*v);
                }
                if plain {
                    return pixels::gray_picture(width, height, self.bytes, self.bits == 1);
                }
                pixels::picture(self.size, self.bytes, Layout::GrayAlpha)
            }
        }
    }

    /// Colors that are multiplied by alpha lie on white by adding what is missing.
    fn on_white(&mut self) {
        let colors = self.meaning.colors();
        let white_is_zero = matches!(self.meaning, Meaning::WhiteIsZero | Meaning::Cmyk);
        for pixel in self.bytes.chunks_exact_mut(colors + 1) {
            let missing = if white_is_zero {
                0
            } else {
                255 - pixel[colors]
            };
            pixel[..colors]
                .iter_mut()
                .for_each(|c| *c = c.saturating_add(missing));
            pixel[colors] = 255;
        }
    }
}

fn through_palette(indices: &[u8], map: &[Vec<u16>; 3]) -> Vec<u8> {
    // Some writers give 8-bit values where the standard has 16.
    let eight_bit = map.iter().flatten().all(|v| *v < 256);
    let byte = |v: u16| if eight_bit { v as u8 } else { (v >> 8) as u8 };
    let table: Vec<[u8; 3]> = (0..256)
        .map(|i| [0, 1, 2].map(|c| map[c].get(i).map_or(0, |v| byte(*v))))
        .collect();
    indices
        .iter()
        .flat_map(|i| table[usize::from(*i)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(bits: u16, format: Format, row: &[u8], count: usize) -> Vec<u8> {
        let mut out = vec![0; count];
        Sample {
            bits,
            format,
            index: false,
        }
        .unpack(row, &mut out, 1, count);
        out
    }

    #[test]
    fn samples_of_every_width_span_black_to_white() {
        use Format::{Float, Unsigned};
        assert_eq!(unpacked(1, Unsigned, &[0b0100_0000], 3), [0, 255, 0]);
        assert_eq!(
            unpacked(2, Unsigned, &[0b00_01_10_11], 4),
            [0, 85, 170, 255]
        );
        assert_eq!(unpacked(4, Unsigned, &[0x0f, 0x80], 3), [0, 255, 136]);
        assert_eq!(unpacked(12, Unsigned, &[0xff, 0xf0, 0x00], 2), [255, 0]);
        assert_eq!(unpacked(16, Unsigned, &[0, 0, 255, 255], 2), [0, 255]);
        assert_eq!(unpacked(32, Unsigned, &[255; 4], 1), [255]);
        assert_eq!(unpacked(64, Unsigned, &[255; 8], 1), [255]);
        assert_eq!(unpacked(32, Float, &0.5_f32.to_ne_bytes(), 1), [128]);
        assert_eq!(unpacked(16, Float, &0x3c00_u16.to_ne_bytes(), 1), [255]);
        assert_eq!(unpacked(64, Float, &f64::NAN.to_ne_bytes(), 1), [0]);
    }

    #[test]
    fn planes_are_laid_side_by_side() {
        let mut out = [0; 6];
        let sample = Sample {
            bits: 8,
            format: Format::Unsigned,
            index: false,
        };
        sample.unpack(&[1, 2], &mut out[1..], 3, 2);
        assert_eq!(out, [0, 1, 0, 0, 2, 0]);
    }

    #[test]
    fn premultiplied_black_on_nothing_is_paper() {
        let raw = Raw {
            size: (2, 1),
            bytes: vec![0, 0, 0, 255],
            bits: 8,
            meaning: Meaning::BlackIsZero,
            alpha: Alpha::Associated,
        };
        assert_eq!(raw.picture().unwrap().gray.as_raw(), &[255, 0]);
    }
}
