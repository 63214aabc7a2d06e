//! Words for people, in both languages.

use std::fmt::Display;
use std::path::Path;

use super::exit::{Exit, Failure};
use crate::form::FormId;
pub(super) use crate::lang::shown;
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
    let path = shown_path(path);
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
    let path = shown_path(path);
    Failure::usage(both(
        format!("`{path}` を読めません: {why}"),
        format!("`{path}` cannot be read: {why}"),
    ))
}

/// A form that is not known here.
pub(super) fn no_form(name: &str, known: &[FormId]) -> Failure {
    let known: Vec<&str> = known.iter().map(|id| id.0.as_str()).collect();
    let known = known.join(", ");
    Failure::usage(both(
        format!("このキャンペーンに帳票 `{name}` はありません"),
        format!("the campaign has no form `{name}`"),
    ))
    .hint(both(
        format!("次のどれか: {known}"),
        format!("one of: {known}"),
    ))
}

/// A path that people named or a scanner made, as a terminal may show it.
pub(super) fn shown_path(path: &Path) -> String {
    shown(&path.to_string_lossy()).into_owned()
}

/// One of two texts.
pub(super) fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}
