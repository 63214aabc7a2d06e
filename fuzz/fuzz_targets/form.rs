//! A form's text: checked to the end, every fault with a place inside the text.
#![no_main]

use std::io;

use hagaki::form::Form;
use hagaki::form::fault::explain;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let no_picture = |_: &str| Err(io::ErrorKind::NotFound.into());
    match Form::parse(source, "form.toml", &no_picture) {
        Ok(form) => assert!(!form.sides.is_empty()),
        Err(faults) => {
            assert!(!faults.is_empty());
            let lines = source.matches('\n').count() + 1;
            assert!(
                faults
                    .iter()
                    .all(|f| f.line <= lines && !f.message.is_empty())
            );
            let _ = explain(&faults, source);
        }
    }
});
