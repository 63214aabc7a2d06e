//! Words for people, in both languages.

use crate::lang::Lang;

pub(super) fn error(lang: Lang) -> &'static str {
    pick(lang, "エラー", "error")
}

pub(super) fn hint(lang: Lang) -> &'static str {
    pick(lang, "次に", "hint")
}

/// One of two texts.
pub(super) fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}
