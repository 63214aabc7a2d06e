//! Standard output: data or the result, for people and for other programs.
//!
//! Whoever reads may stop reading (`hagaki review list | head`). That is no failure of ours, and
//! nothing that a command does besides printing may stop for it: a run goes on and records. What was
//! not printed for another reason (a full disk behind `>`) is a failure, told once at the end.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;
use std::sync::PoisonError;

/// Why nothing more is printed; `None` while all is well.
static CLOSED: Mutex<Option<ErrorKind>> = Mutex::new(None);

/// Prints a line to standard output.
macro_rules! outln {
    ($($arg:tt)*) => {
        $crate::cli::out::line(::std::format_args!($($arg)*))
    };
}
pub(super) use outln;

pub(super) fn line(text: fmt::Arguments<'_>) {
    let mut closed = CLOSED.lock().unwrap_or_else(PoisonError::into_inner);
    if closed.is_none() {
        *closed = writeln!(io::stdout().lock(), "{text}")
            .err()
            .map(|e| e.kind());
    }
}

/// Everything that is still on its way, and whether all of it arrived that somebody wanted.
///
/// # Errors
/// When it could not be written though somebody was there to read.
pub(super) fn finish() -> io::Result<()> {
    let closed = *CLOSED.lock().unwrap_or_else(PoisonError::into_inner);
    let flushed = io::stdout().lock().flush().map_err(|e| e.kind());
    match closed.or(flushed.err()) {
        None | Some(ErrorKind::BrokenPipe) => Ok(()),
        Some(kind) => Err(kind.into()),
    }
}

/// Standard output for what writes itself; a closed pipe swallows the rest.
pub(super) struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match io::stdout().lock().write(bytes) {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match io::stdout().lock().flush() {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}
