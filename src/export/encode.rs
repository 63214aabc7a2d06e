//! Text to bytes without silent replacement.
//!
//! CP932 as Windows writes it (`encoding_rs`, WHATWG `Shift_JIS`). A few characters that look and
//! mean the same are folded first; each remaining character must come back from its bytes as
//! itself, or it is reported.

use encoding_rs::SHIFT_JIS;
use unicode_normalization::char::compose;

use super::Encoding;

/// A value in the file's encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// Variation selectors that were left out.
    pub selectors_dropped: usize,
}

/// Characters that the encoding lacks, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmappable(pub Vec<char>);

/// Encodes a value; no byte-order mark.
pub fn encode(text: &str, encoding: Encoding) -> Result<Encoded, Unmappable> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => Ok(Encoded {
            bytes: text.as_bytes().to_vec(),
            selectors_dropped: 0,
        }),
        Encoding::Cp932 => cp932(text),
    }
}

fn cp932(text: &str) -> Result<Encoded, Unmappable> {
    if text.is_ascii() {
        return Ok(Encoded {
            bytes: text.as_bytes().to_vec(),
            selectors_dropped: 0,
        });
    }
    let (folded, selectors_dropped) = fold(text);
    let lacking: Vec<char> = folded.chars().filter(|c| !survives(*c)).collect();
    if !lacking.is_empty() {
        return Err(Unmappable(lacking));
    }
    let (bytes, _, _) = SHIFT_JIS.encode(&folded);
    Ok(Encoded {
        bytes: bytes.into_owned(),
        selectors_dropped,
    })
}

/// Characters that Windows writes in another form that looks the same in CP932.
fn fold(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut selectors = 0;
    for c in text.chars() {
        match c {
            '\u{301C}' => out.push('\u{FF5E}'),
            '\u{2013}' | '\u{2014}' => out.push('\u{2015}'),
            '\u{2011}' | '\u{2212}' => out.push('\u{FF0D}'),
            '\u{A5}' => out.push('\u{FFE5}'),
            '\u{A0}' => out.push(' '),
            '\u{3099}' | '\u{309A}' => {
                let joined = out.chars().next_back().and_then(|base| compose(base, c));
                if joined.is_some() {
                    out.pop();
                }
                out.push(joined.unwrap_or(c));
            }
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => selectors += 1,
            _ => out.push(c),
        }
    }
    (out, selectors)
}

/// Whether the character comes back from its bytes as itself.
fn survives(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let mut text = [0; 4];
    let text = c.encode_utf8(&mut text);
    let (bytes, _, replaced) = SHIFT_JIS.encode(text);
    !replaced && SHIFT_JIS.decode_without_bom_handling(&bytes).0 == *text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: Result<&[u8], &str>) {
        let got = encode(text, Encoding::Cp932);
        let got = got
            .map(|e| e.bytes)
            .map_err(|Unmappable(all)| all.into_iter().collect());
        assert_eq!(
            got,
            wanted.map(<[u8]>::to_vec).map_err(String::from),
            "{text}"
        );
    }

    #[test]
    fn windows_characters_have_windows_bytes() {
        check(
            "①㈱㍻Ⅲ",
            Ok(&[0x87, 0x40, 0x87, 0x8A, 0x87, 0x7E, 0x87, 0x56]),
        );
        check(
            "髙﨑德濵",
            Ok(&[0xFB, 0xFC, 0xFA, 0xB1, 0xFA, 0xBA, 0xFB, 0x4D]),
        );
        check("〜～", Ok(&[0x81, 0x60, 0x81, 0x60]));
        check("−－‑", Ok(&[0x81, 0x7C, 0x81, 0x7C, 0x81, 0x7C]));
        check(
            "–—―‐",
            Ok(&[0x81, 0x5C, 0x81, 0x5C, 0x81, 0x5C, 0x81, 0x5D]),
        );
        check("¥", Ok(&[0x81, 0x8F]));
        check("か\u{3099}", Ok(&[0x82, 0xAA]));
        check("ｱ", Ok(&[0xB1]));
        check("a\u{A0}b", Ok(b"a b"));
    }

    #[test]
    fn nothing_is_replaced_in_silence() {
        check("𠮷野家", Err("𠮷"));
        check("a·b", Err("·"));
        check("㋿㍿ヷ", Err("㋿㍿ヷ"));
        check("\u{E000}", Err("\u{E000}"));
        // Encodes to the tilde's byte, and would come back as one.
        check("‾", Err("‾"));
        check("x\u{3099}", Err("\u{3099}"));
    }

    #[test]
    fn a_dropped_selector_is_counted() {
        let got = encode("葛\u{E0100}城", Encoding::Cp932).unwrap();
        assert_eq!(
            (got.bytes, got.selectors_dropped),
            (vec![0x8A, 0x8B, 0x8F, 0xE9], 1)
        );
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in "\\PC{0,12}") {
            if let Ok(encoded) = encode(&text, Encoding::Cp932) {
                let (back, _, broken) = SHIFT_JIS.decode(&encoded.bytes);
                prop_assert!(!broken);
                prop_assert_eq!(back.into_owned(), fold(&text).0);
            }
        }
    }
}
