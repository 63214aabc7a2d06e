//! The bytes of a picture of any kind: pages or an error, within the limits.
#![no_main]

use hagaki::ingest::Kind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if !matches!(Kind::of(bytes), Ok(kind) if kind != Kind::Pdf) {
        return;
    }
    hagaki_fuzz::decode_all(bytes);
});
