//! Arguments -> run -> exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "tesseract")]
    hagaki::engine::tesseract::limit_threads();
    hagaki::cli::main()
}
