//! The pixels of a PDF picture, decoded natively.

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Object, Stream};
use hayro_ccitt::EncodingMode;

use super::color::{Decode, Space};
use super::filters::{self, Step};
use crate::ingest::pixels::Layout;
use crate::ingest::{IngestError, Limits, jpeg, still};
use crate::scan::Picture;

/// Decodes the picture; `None` when it needs the drawing engine (soft masks, color spaces that need
/// a color engine, a stencil in another ink than black).
pub(super) fn decode(
    stream: &Stream<'_>,
    ink_is_black: bool,
    limits: &Limits,
) -> Result<Option<Picture>, IngestError> {
    if filters::is_external(stream) {
        return Err(IngestError::damaged("the picture lies in another file"));
    }
    let Some(header) = Header::of(stream) else {
        return Ok(None);
    };
    if header.stencil && !ink_is_black {
        return Ok(None);
    }
    let mut steps = filters::steps(stream);
    let last = steps.pop_if(|step| is_picture_filter(step.filter));
    let bound = if last.is_some() {
        limits.file_bytes as usize
    } else {
        header.bytes(limits)?
    };
    let mut data = stream.raw_data();
    for step in &steps {
        data = filters::undo(step, &data, bound)?.into();
    }
    match last {
        None => header.raw(data.into_owned()).map(Some),
        Some(step) => header.packed(&step, &data, limits),
    }
}

/// The soft and stencil masks that belong to a picture.
pub(super) fn masks<'a>(stream: &Stream<'a>) -> Vec<Stream<'a>> {
    ["SMask", "Mask"]
        .iter()
        .filter_map(|key| stream.dict().get::<Stream<'a>>(key))
        .collect()
}

fn is_picture_filter(filter: Filter) -> bool {
    matches!(
        filter,
        Filter::DctDecode | Filter::JpxDecode | Filter::Jbig2Decode | Filter::CcittFaxDecode
    )
}

struct Header {
    width: u32,
    height: u32,
    bits: u8,
    stencil: bool,
    /// `None` for JPEG 2000 and JPEG without a color space: the stream tells.
    space: Option<Space>,
    decode: Decode,
}

impl Header {
    fn of(stream: &Stream<'_>) -> Option<Self> {
        let dict = stream.dict();
        let either =
            |long: &str, short: &str| dict.get::<i64>(long).or_else(|| dict.get::<i64>(short));
        let stencil = dict
            .get::<bool>("ImageMask")
            .or_else(|| dict.get::<bool>("IM"))
            .unwrap_or(false);
        if dict.contains_key("SMask")
            || dict.contains_key("Mask")
            || dict.get::<i32>("SMaskInData").unwrap_or(0) > 0
        {
            return None;
        }
        let named = dict
            .get::<Object<'_>>("ColorSpace")
            .or_else(|| dict.get("CS"));
        let space = match named {
            Some(object) if !stencil => Some(Space::of(&object)?),
            _ => None,
        };
        Some(Self {
            width: either("Width", "W")
                .and_then(|v| u32::try_from(v).ok())
                .unwrap_or(0),
            height: either("Height", "H")
                .and_then(|v| u32::try_from(v).ok())
                .unwrap_or(0),
            bits: if stencil {
                1
            } else {
                either("BitsPerComponent", "BPC").unwrap_or(8).clamp(0, 255) as u8
            },
            stencil,
            space,
            decode: Decode::of(dict.get::<Array<'_>>("Decode").or_else(|| dict.get("D"))),
        })
    }

    fn space(&self) -> Space {
        self.space.clone().unwrap_or(Space::Gray)
    }

    fn row_bytes(&self) -> usize {
        (self.width as usize * self.space().components() * usize::from(self.bits)).div_ceil(8)
    }

    /// Checks the size and gives the bytes that unpacked samples may have.
    fn bytes(&self, limits: &Limits) -> Result<usize, IngestError> {
        let components = self.space().components() as u64;
        // Bytes of 8 bits become the picture without a copy.
        let packed = if self.bits == 8 {
            0
        } else {
            u64::from(self.bits.div_ceil(8))
        };
        let held = components * (1 + packed) + if components == 3 { 1 } else { 4 };
        limits.check(self.width.into(), self.height.into(), held)?;
        // Writers pad: a row more is no bomb.
        Ok(self.row_bytes() * (self.height as usize + 1) + 4096)
    }

    /// Samples that only general filters had packed.
    fn raw(&self, mut data: Vec<u8>) -> Result<Picture, IngestError> {
        if ![1, 2, 4, 8, 16].contains(&self.bits) {
            return Err(IngestError::damaged(format!(
                "{} bits a component",
                self.bits
            )));
        }
        let (space, row) = (self.space(), self.row_bytes());
        let needed = row * self.height as usize;
        if data.len() < needed {
            return Err(IngestError::truncated(format!(
                "{} of {needed} bytes",
                data.len()
            )));
        }
        if self.bits == 8 {
            data.truncate(needed);
            return self.finish((self.width, self.height), &space, data);
        }
        let across = self.width as usize * space.components();
        let indexed = matches!(space, Space::Indexed { .. });
        let mut out = Vec::with_capacity(across * self.height as usize);
        for line in data[..needed].chunks_exact(row) {
            unpack(line, self.bits, across, indexed, &mut out);
        }
        self.finish((self.width, self.height), &space, out)
    }

    /// Applies `Decode` and the color space; of a stencil, 0 is ink.
    fn finish(
        &self,
        size: (u32, u32),
        space: &Space,
        mut components: Vec<u8>,
    ) -> Result<Picture, IngestError> {
        let indexed = matches!(space, Space::Indexed { .. });
        self.decode
            .apply(&mut components, space.components(), self.bits, indexed);
        space.picture(size, components, self.bits)
    }

    fn packed(
        &self,
        step: &Step<'_>,
        data: &[u8],
        limits: &Limits,
    ) -> Result<Option<Picture>, IngestError> {
        match step.filter {
            Filter::DctDecode => self.jpeg(data, limits),
            Filter::JpxDecode if matches!(self.space, Some(Space::Indexed { .. })) => Ok(None),
            Filter::JpxDecode => still::jpeg2000_picture(data, limits).map(Some),
            Filter::Jbig2Decode => self.jbig2(&step.parameters, data, limits).map(Some),
            _ => self.fax(&step.parameters, data, limits).map(Some),
        }
    }

    fn jpeg(&self, data: &[u8], limits: &Limits) -> Result<Option<Picture>, IngestError> {
        let decoded = jpeg::decode_samples(data, limits)?;
        let own = match decoded.layout {
            Layout::Gray => Space::Gray,
            Layout::Rgb => Space::Rgb,
            _ => Space::Cmyk,
        };
        let space = self
            .space
            .clone()
            .filter(|s| s.components() == own.components())
            .unwrap_or(own);
        let whole = Self {
            bits: 8,
            decode: self.decode.clone(),
            space: None,
            ..*self
        };
        whole.finish(decoded.size, &space, decoded.bytes).map(Some)
    }

    fn jbig2(
        &self,
        parameters: &Dict<'_>,
        data: &[u8],
        limits: &Limits,
    ) -> Result<Picture, IngestError> {
        let settings = hayro_jbig2::DecodeSettings::default();
        let globals = match parameters.get::<Stream<'_>>("JBIG2Globals") {
            None => None,
            Some(stream) => {
                let mut bytes = stream.raw_data();
                for step in filters::steps(&stream) {
                    bytes = filters::undo(&step, &bytes, limits.file_bytes as usize)?.into();
                }
                Some(hayro_jbig2::Globals::new(&bytes, &settings).map_err(IngestError::damaged)?)
            }
        };
        let page = hayro_jbig2::Page::new_embedded(data, globals.as_ref(), &settings)
            .map_err(IngestError::damaged)?;
        let picture = still::jbig2_picture(&page, limits)?;
        self.bits_finished(
            (picture.gray.width(), picture.gray.height()),
            picture.gray.into_raw(),
        )
    }

    fn fax(
        &self,
        parameters: &Dict<'_>,
        data: &[u8],
        limits: &Limits,
    ) -> Result<Picture, IngestError> {
        let flag = |key: &str, default: bool| parameters.get::<bool>(key).unwrap_or(default);
        let number = |key: &str| {
            parameters
                .get::<i64>(key)
                .and_then(|v| u32::try_from(v).ok())
        };
        let columns = number("Columns").unwrap_or(1728);
        let rows = if self.height > 0 {
            self.height
        } else {
            number("Rows").unwrap_or(0)
        };
        limits.check(columns.into(), rows.into(), 3)?;
        let settings = hayro_ccitt::DecodeSettings {
            columns,
            rows,
            end_of_block: flag("EndOfBlock", true),
            end_of_line: flag("EndOfLine", false),
            rows_are_byte_aligned: flag("EncodedByteAlign", false),
            encoding: match parameters.get::<i32>("K").unwrap_or(0) {
                k if k < 0 => EncodingMode::Group4,
                0 => EncodingMode::Group3_1D,
                _ => EncodingMode::Group3_2D,
            },
            strict: false,
        };
        let wanted = columns as usize * rows as usize;
        let mut sink = FaxRows {
            columns: columns as usize,
            wanted,
            pixels: Vec::with_capacity(wanted),
        };
        let mut context = hayro_ccitt::DecoderContext::new(settings);
        let end = hayro_ccitt::decode(data, &mut sink, &mut context);
        let came = sink.pixels.len() / columns as usize;
        if sink.pixels.len() < wanted {
            let why = end.err().map(|e| format!(" ({e})")).unwrap_or_default();
            return Err(IngestError::truncated(format!(
                "{came} of {rows} rows{why}"
            )));
        }
        if flag("BlackIs1", false) {
            sink.pixels.iter_mut().for_each(|v| *v = !*v);
        }
        self.bits_finished((columns, rows), sink.pixels)
    }

    /// Finishes a picture of one bit a pixel, given as 0 and 255.
    fn bits_finished(&self, size: (u32, u32), mut pixels: Vec<u8>) -> Result<Picture, IngestError> {
        let space = self.space();
        let space = if space.components() == 1 {
            space
        } else {
            Space::Gray
        };
        if matches!(space, Space::Indexed { .. }) {
            for v in &mut pixels {
                *v &= 1;
            }
        }
        Self {
            bits: 1,
            decode: self.decode.clone(),
            space: None,
            ..*self
        }
        .finish(size, &space, pixels)
    }
}

/// One row's components of 1, 2, 4 or 16 bits as bytes: indices as they are, others spread over
/// 0..=255.
fn unpack(line: &[u8], bits: u8, count: usize, indexed: bool, out: &mut Vec<u8>) {
    if bits == 16 {
        out.extend(line.chunks_exact(2).take(count).map(|pair| pair[0]));
        return;
    }
    let per_byte = usize::from(8 / bits);
    let top = (1_u8 << bits) - 1;
    let scale = if indexed { 1 } else { 255 / top };
    out.extend((0..count).map(|i| {
        let shift = 8 - usize::from(bits) * (i % per_byte + 1);
        (line[i / per_byte] >> shift & top) * scale
    }));
}

struct FaxRows {
    columns: usize,
    wanted: usize,
    pixels: Vec<u8>,
}

impl hayro_ccitt::Decoder for FaxRows {
    fn push_row(&mut self, changes: &[u32]) {
        if self.pixels.len() >= self.wanted {
            return;
        }
        let start = self.pixels.len();
        self.pixels.resize(start + self.columns, 255);
        for span in changes.chunks(2) {
            let end = span
                .get(1)
                .map_or(self.columns, |e| *e as usize)
                .min(self.columns);
            if let Some(black) = self.pixels.get_mut(start + span[0] as usize..start + end) {
                black.fill(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_every_width_are_spread() {
        let unpacked = |line: &[u8], bits, count, indexed| {
            let mut out = Vec::new();
            unpack(line, bits, count, indexed, &mut out);
            out
        };
        assert_eq!(unpacked(&[0b1010_0000], 1, 4, false), [255, 0, 255, 0]);
        assert_eq!(unpacked(&[0b1110_0100], 2, 4, false), [255, 170, 85, 0]);
        assert_eq!(unpacked(&[0xf1], 4, 2, true), [15, 1]);
        assert_eq!(
            unpacked(&[0x80, 0xff, 0x10, 0x00], 16, 2, false),
            [0x80, 0x10]
        );
    }

    #[test]
    fn fax_rows_begin_white() {
        use hayro_ccitt::Decoder as _;
        let mut rows = FaxRows {
            columns: 6,
            wanted: 12,
            pixels: Vec::new(),
        };
        rows.push_row(&[1, 3]);
        rows.push_row(&[5]);
        rows.push_row(&[0]);
        assert_eq!(
            rows.pixels,
            [255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0]
        );
    }
}
