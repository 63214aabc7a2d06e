//! Refuses decompression bombs before the parser sees the file: hayro unpacks object streams,
//! contents and fonts whole. Pictures are bounded where they are decoded.

use super::filters;
use crate::ingest::IngestError;

/// What one stream that is no picture may unpack to; the contents of a drawn page are below 1 MiB.
const STREAM_BYTES: usize = 64 << 20;
/// The best that deflate can do.
const DEFLATE_RATIO: usize = 1032;
/// A stream's dictionary is looked for within so many bytes before its data.
const DICTIONARY_WITHIN: usize = 2048;

pub(super) fn refuse_bombs(bytes: &[u8]) -> Result<(), IngestError> {
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], b"stream") {
        let start = at + found;
        at = start + b"stream".len();
        if bytes[..start].ends_with(b"end") {
            continue;
        }
        let before = &bytes[start.saturating_sub(DICTIONARY_WITHIN)..start];
        let dictionary = &before[last(before, b" obj").unwrap_or(0)..];
        let deflated = count(dictionary, b"/FlateDecode") + count(dictionary, b"/Fl ");
        let packed =
            deflated + count(dictionary, b"/LZWDecode") + count(dictionary, b"/RunLengthDecode");
        if packed == 0 || find(dictionary, b"/Image").is_some() {
            continue;
        }
        if packed > 1 {
            return Err(IngestError::TooMuchData);
        }
        let data = bytes[at..].trim_ascii_start();
        let length = find(data, b"endstream").unwrap_or(data.len());
        if deflated == 1 && length > STREAM_BYTES / DEFLATE_RATIO {
            match filters::inflate(&data[..length], STREAM_BYTES) {
                Err(e @ IngestError::TooMuchData) => return Err(e),
                // A damaged or encrypted stream is the parser's affair.
                _ => at += length,
            }
        }
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // The first byte is searched alone: this runs over whole files.
    let mut at = 0;
    loop {
        at += haystack.get(at..)?.iter().position(|b| *b == needle[0])?;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

fn last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|w| w == needle)
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .filter(|w| *w == needle)
        .count()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn object(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let mut out = format!(
            "1 0 obj\n<< {dictionary} /Length {} >>\nstream\n",
            data.len()
        )
        .into_bytes();
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream\nendobj\n");
        out
    }

    fn zeros(bytes: usize) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![0; bytes]).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_bomb_of_objects_is_refused_and_a_long_stream_is_not() {
        let bomb = object(
            "/Type /ObjStm /Filter /FlateDecode",
            &zeros(STREAM_BYTES + 1),
        );
        assert_eq!(refuse_bombs(&bomb).unwrap_err().code(), "too_much_data");
        let long = object("/Filter /FlateDecode", &zeros(STREAM_BYTES / 2));
        assert!(refuse_bombs(&long).is_ok());
        let nested = object("/Filter [/FlateDecode /FlateDecode]", b"x");
        assert_eq!(refuse_bombs(&nested).unwrap_err().code(), "too_much_data");
    }
}
