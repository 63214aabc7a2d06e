//! Words for people, in both languages.

use std::fmt::Display;
use std::path::Path;

use super::exit::{Exit, Failure};
use crate::lang::{Lang, Text};

pub(super) fn error(lang: Lang) -> &'static str {
    pick(lang, "エラー", "error")
}

pub(super) fn hint(lang: Lang) -> &'static str {
    pick(lang, "次に", "hint")
}

/// A sentence in both languages.
pub(super) fn both(ja: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(ja, en)
}

/// A file or folder of a person's choice that cannot be written.
pub(super) fn unwritable(path: &Path, why: &dyn Display) -> Failure {
    let path = path.display();
    let text = both(
        format!("`{path}` に書き込めません: {why}"),
        format!("`{path}` cannot be written: {why}"),
    );
    Failure::new(Exit::Store, text).hint(both(
        "書き込みの権限とディスクの空きを確認してください",
        "check the permissions and the free space",
    ))
}

/// A file that a person named and that cannot be read.
pub(super) fn unreadable(path: &Path, why: &dyn Display) -> Failure {
    let path = path.display();
    Failure::usage(both(
        format!("`{path}` を読めません: {why}"),
        format!("`{path}` cannot be read: {why}"),
    ))
}

/// One of two texts.
pub(super) fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}
