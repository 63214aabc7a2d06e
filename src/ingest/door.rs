//! The door around every decoder: a panic behind it is an error of one page, and says nothing on
//! the terminal.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::IngestError;

thread_local! {
    static BEHIND: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; its panic becomes [`IngestError::DecoderPanic`].
pub(super) fn behind_door<T>(
    work: impl FnOnce() -> Result<T, IngestError>,
) -> Result<T, IngestError> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !BEHIND.get() {
                usual(info);
            }
        }));
    });
    let outer = BEHIND.replace(true);
    // A document keeps no half-changed state: its parts are read-only or behind their own locks.
    let result = catch_unwind(AssertUnwindSafe(work));
    BEHIND.set(outer);
    result.unwrap_or_else(|panic| {
        let fixed = panic.downcast_ref::<&str>().map(ToString::to_string);
        let words = fixed
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(IngestError::decoder_panic(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_door_opens_again() {
        let broken: Result<(), _> = behind_door(|| panic!("index {} out of range", 7));
        let message = broken.unwrap_err().to_string();
        assert!(message.contains("index 7 out of range"), "{message}");
        assert!(!BEHIND.get());
        assert_eq!(behind_door(|| Ok(5)).unwrap(), 5);
    }
}
