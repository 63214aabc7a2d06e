//! The bytes of a PDF. The beginning is given, so that no input is wasted on it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    hagaki_fuzz::decode_all(&[b"%PDF-1.7\n", bytes].concat());
});
