//! The general stream filters of PDF with a bound on what they unpack to.

use std::io::Read;

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use crate::ingest::IngestError;

/// A filter with its parameters.
pub(super) struct Step<'a> {
    pub(super) filter: Filter,
    pub(super) parameters: Dict<'a>,
}

/// The filters of a stream, in the order in which they are undone.
pub(super) fn steps<'a>(stream: &Stream<'a>) -> Vec<Step<'a>> {
    let dict = stream.dict();
    let entry = |short: &str, long: &str| dict.get::<Object<'a>>(short).or_else(|| dict.get(long));
    let parameters: Vec<Dict<'a>> = match entry("DP", "DecodeParms") {
        Some(Object::Dict(one)) => vec![one],
        Some(Object::Array(many)) => many
            .iter::<Object<'a>>()
            .map(|o| o.into_dict().unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    };
    let mut parameters = parameters.into_iter();
    stream
        .filters()
        .into_iter()
        .map(|filter| Step {
            filter,
            parameters: parameters.next().unwrap_or_default(),
        })
        .filter(|step| step.filter != Filter::Crypt)
        .collect()
}

/// Whether a stream's data lies in another file, which is never opened.
pub(super) fn is_external(stream: &Stream<'_>) -> bool {
    let names_filter = |o: &Object<'_>| matches!(o, Object::Name(_) | Object::Array(_));
    let file = stream.dict().get::<Object<'_>>("F");
    file.is_some_and(|f| !names_filter(&f))
        || stream.dict().get::<Array<'_>>("FFilter").is_some()
        || stream.dict().get::<Name<'_>>("FFilter").is_some()
}

/// Undoes one general filter; at most `bound` bytes come out.
pub(super) fn undo(step: &Step<'_>, data: &[u8], bound: usize) -> Result<Vec<u8>, IngestError> {
    match step.filter {
        Filter::FlateDecode => {
            let plain = inflate(data, unpredicted_bound(&step.parameters, bound))?;
            unpredict(plain, &step.parameters)
        }
        Filter::LzwDecode => {
            let early = step.parameters.get::<i32>("EarlyChange").unwrap_or(1) != 0;
            let plain = unlzw(data, early, unpredicted_bound(&step.parameters, bound))?;
            unpredict(plain, &step.parameters)
        }
        Filter::RunLengthDecode => run_lengths(data, bound),
        Filter::AsciiHexDecode => Ok(ascii_hex(data)),
        Filter::Ascii85Decode => Ok(ascii_85(data)),
        _ => Err(IngestError::damaged(
            "a picture filter inside a filter chain",
        )),
    }
}

/// A PNG predictor adds one byte a row.
fn unpredicted_bound(parameters: &Dict<'_>, bound: usize) -> usize {
    if parameters.get::<i32>("Predictor").unwrap_or(1) >= 10 {
        bound.saturating_mul(2)
    } else {
        bound
    }
}

/// Undoes deflate, with or without the zlib header. What was unpacked before a fault is returned:
/// the caller knows how much it needs.
pub(super) fn inflate(data: &[u8], bound: usize) -> Result<Vec<u8>, IngestError> {
    // Deflate makes at most 1032 bytes of one.
    let mut out = Vec::with_capacity(bound.min(data.len().saturating_mul(1032)) + 1);
    let read = flate2::read::ZlibDecoder::new(data)
        .take(bound as u64 + 1)
        .read_to_end(&mut out);
    if read.is_err() && out.is_empty() {
        let raw = flate2::read::DeflateDecoder::new(data)
            .take(bound as u64 + 1)
            .read_to_end(&mut out);
        if let (Err(e), true) = (raw, out.is_empty()) {
            return Err(IngestError::damaged(e));
        }
    }
    if out.len() > bound {
        Err(IngestError::TooMuchData)
    } else {
        Ok(out)
    }
}

const LZW_CLEAR: usize = 256;
const LZW_END: usize = 257;

fn unlzw(data: &[u8], early: bool, bound: usize) -> Result<Vec<u8>, IngestError> {
    let mut out: Vec<u8> = Vec::new();
    // Each code stands for a stretch of what was already written: its start and length.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let (mut width, mut bits, mut held) = (9, 0_u32, 0);
    let mut previous: Option<(usize, usize)> = None;
    for byte in data {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = (bits >> held & ((1 << width) - 1)) as usize;
        if code == LZW_END {
            break;
        }
        if code == LZW_CLEAR {
            table.clear();
            (width, previous) = (9, None);
            continue;
        }
        let at = out.len();
        let stretch = table.get(code.wrapping_sub(258)).copied();
        match (code, stretch, previous) {
            (0..256, ..) => out.push(code as u8),
            (_, Some((start, length)), _) => (0..length).for_each(|i| out.push(out[start + i])),
            (_, None, Some((start, length))) if code == table.len() + 258 => {
                (0..length).for_each(|i| out.push(out[start + i]));
                out.push(out[start]);
            }
            _ => return Err(IngestError::damaged("an LZW code that was never defined")),
        }
        if out.len() > bound {
            return Err(IngestError::TooMuchData);
        }
        if let Some((start, length)) = previous.filter(|_| table.len() < 4096 - 258) {
            table.push((start, length + 1));
        }
        previous = Some((at, out.len() - at));
        // The table of the reader is one entry behind that of the writer.
        let next = table.len() + 258 + usize::from(early);
        width = if next >= 2048 {
            12
        } else if next >= 1024 {
            11
        } else if next >= 512 {
            10
        } else {
            9
        };
    }
    Ok(out)
}

fn run_lengths(data: &[u8], bound: usize) -> Result<Vec<u8>, IngestError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&length) = data.get(at).filter(|l| **l != 128) {
        let count = usize::from(length);
        if count < 128 {
            out.extend_from_slice(&data[at + 1..(at + 2 + count).min(data.len())]);
            at += count + 2;
        } else {
            let Some(&byte) = data.get(at + 1) else { break };
            out.resize(out.len() + 257 - count, byte);
            at += 2;
        }
        if out.len() > bound {
            return Err(IngestError::TooMuchData);
        }
    }
    Ok(out)
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|b| **b != b'>')
        .filter_map(|b| (*b as char).to_digit(16).map(|d| d as u8))
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

fn ascii_85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group = Vec::with_capacity(5);
    let start = if data.starts_with(b"<~") { 2 } else { 0 };
    for byte in data[start..].iter().take_while(|b| **b != b'~') {
        match byte {
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => {}
        }
        if group.len() == 5 {
            flush_85(&mut group, &mut out);
        }
    }
    if group.len() > 1 {
        flush_85(&mut group, &mut out);
    }
    out
}

fn flush_85(group: &mut Vec<u8>, out: &mut Vec<u8>) {
    let count = group.len();
    group.resize(5, 84);
    let value = group.drain(..).fold(0_u32, |sum, d| {
        sum.wrapping_mul(85).wrapping_add(u32::from(d))
    });
    out.extend_from_slice(&value.to_be_bytes()[..count - 1]);
}

/// Undoes a PNG or TIFF predictor.
fn unpredict(data: Vec<u8>, parameters: &Dict<'_>) -> Result<Vec<u8>, IngestError> {
    let number = |key: &str, default: i32| parameters.get::<i32>(key).unwrap_or(default);
    let predictor = number("Predictor", 1);
    if predictor < 2 {
        return Ok(data);
    }
    let (colors, bits, columns) = (
        number("Colors", 1),
        number("BitsPerComponent", 8),
        number("Columns", 1),
    );
    let sane = (1..=32).contains(&colors)
        && [1, 2, 4, 8, 16].contains(&bits)
        && (1..=200_000).contains(&columns);
    if !sane {
        return Err(IngestError::damaged("absurd predictor parameters"));
    }
    let pixel_bits = (colors * bits) as usize;
    let (pixel, row) = (
        pixel_bits.div_ceil(8),
        (pixel_bits * columns as usize).div_ceil(8),
    );
    if predictor == 2 {
        return tiff_rows(data, row, pixel, bits);
    }
    Ok(png_rows(&data, row, pixel))
}

fn tiff_rows(
    mut data: Vec<u8>,
    row: usize,
    pixel: usize,
    bits: i32,
) -> Result<Vec<u8>, IngestError> {
    if bits != 8 {
        return Err(IngestError::Unsupported {
            kind: format!("PDF (TIFF predictor with {bits} bits)"),
        });
    }
    for line in data.chunks_mut(row) {
        for i in pixel..line.len() {
            line[i] = line[i].wrapping_add(line[i - pixel]);
        }
    }
    Ok(data)
}

/// Rows of one filter byte and `row` bytes (PNG specification, 9.2).
fn png_rows(data: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out = vec![0; data.len().div_ceil(row + 1) * row];
    let mut above = vec![0; row];
    for (source, line) in data.chunks(row + 1).zip(out.chunks_exact_mut(row)) {
        let (kind, body) = (source[0], &source[1..]);
        line[..body.len()].copy_from_slice(body);
        for i in 0..body.len() {
            let left = if i >= pixel { line[i - pixel] } else { 0 };
            let corner = if i >= pixel { above[i - pixel] } else { 0 };
            let guess = match kind {
                1 => left,
                2 => above[i],
                3 => u16::midpoint(left.into(), above[i].into()) as u8,
                4 => paeth(left, above[i], corner),
                _ => 0,
            };
            line[i] = line[i].wrapping_add(guess);
        }
        above.copy_from_slice(line);
    }
    let missing = (row + 1 - data.len() % (row + 1)) % (row + 1);
    out.truncate(out.len() - missing.min(row));
    out
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |v: u8| (guess - i16::from(v)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_filters_round() {
        assert_eq!(
            run_lengths(&[2, 7, 8, 9, 254, 5, 128, 99], 99).unwrap(),
            [7, 8, 9, 5, 5, 5]
        );
        assert_eq!(ascii_hex(b"4A 4b 5>"), [0x4a, 0x4b, 0x50]);
        assert_eq!(ascii_85(b"<~87cURD]i,\"Ebo80~>"), b"Hello World!");
        // The example of PDF 32000-1, 7.4.4.2.
        let packed = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
        assert_eq!(
            unlzw(&packed, true, 99).unwrap(),
            [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]
        );
    }

    #[test]
    fn png_rows_add_what_they_predict() {
        // Sub, then Up, of rows of 3 one-byte pixels.
        assert_eq!(
            png_rows(&[1, 1, 1, 1, 2, 1, 1, 1], 3, 1),
            [1, 2, 3, 2, 3, 4]
        );
        // A cut last row stays cut.
        assert_eq!(png_rows(&[0, 9, 9, 9, 0, 8], 3, 1), [9, 9, 9, 8]);
    }

    #[test]
    fn nothing_unpacks_beyond_its_bound() {
        let runs: Vec<u8> = [129, 0].repeat(100);
        assert_eq!(
            run_lengths(&runs, 1000).unwrap_err().code(),
            "too_much_data"
        );
        assert_eq!(
            unlzw(&[0, 0, 0, 0], true, 2).unwrap_err().code(),
            "too_much_data"
        );
    }
}
