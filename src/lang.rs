//! The two languages that people read.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The language of words for people; data never depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    Ja,
    #[default]
    En,
}

/// One text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub ja: String,
    pub en: String,
}

/// A name, a path or a system's own words: the same in both.
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            ja: text.clone(),
            en: text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Text {
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }

    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// A file's name, or other words from outside, as one line that a terminal only shows: what would move
/// the cursor, break the line or turn the direction of writing stands as its escape (`\u{1b}`).
pub fn shown(name: &str) -> Cow<'_, str> {
    let acts =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !name.contains(acts) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if acts(c) {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_outside_is_shown_and_does_nothing() {
        for plain in ["inbox/scan 1.tif", "はがき\\表.jpg", "\"a\"", ""] {
            assert!(matches!(shown(plain), Cow::Borrowed(text) if text == plain));
        }
        for (name, text) in [
            ("a\u{1b}[2Jb.tif", "a\\u{1b}[2Jb.tif"),
            ("a\nerror: b", "a\\nerror: b"),
            ("a\u{9b}31m\u{7f}", "a\\u{9b}31m\\u{7f}"),
            ("gpj.\u{202e}はがき", "gpj.\\u{202e}はがき"),
        ] {
            assert_eq!(shown(name), text);
        }
    }
}
