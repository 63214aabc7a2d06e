//! Where the shared real cases are: `HAGAKI_CASES`, or `../shared/cases` beside the checkout.

use std::path::PathBuf;

/// The folder of a family, or `None` (said on stderr) where it is not present.
#[expect(clippy::print_stderr, reason = "a skipped measurement must be visible")]
pub(crate) fn family(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HAGAKI_CASES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/cases"),
        PathBuf::from,
    );
    let dir = root.join(name);
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("skipped: `{name}` cases are not present (set HAGAKI_CASES)");
    None
}
