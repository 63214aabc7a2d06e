//! Values with a short form: a plain string (or number) where a table (or list) may stand.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};

use super::At;

/// A text: plain (the same in both languages), or `{ ja = "...", en = "..." }`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawText {
    Plain(String),
    Both(RawBoth),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBoth {
    pub ja: Option<String>,
    pub en: Option<String>,
}

/// A set of characters: its name, or `{ only = "..." }`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawCharset {
    /// `digits upper latin alnum hiragana katakana kana jis1 jis2 ascii any`
    Named(String),
    Only(RawOnly),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOnly {
    pub only: String,
}

/// A check digit: its name, or a table with its settings.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawCheck {
    /// `m10w3 m10w2 m10w2-lump 7dr 7dsr 9dr 9dsr m16 m43 mynumber corporate resident insurer
    /// municipality`
    Named(String),
    Table(RawCheckTable),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCheckTable {
    pub kind: At<String>,
    /// Of `m11`: from the right, cycled.
    pub weights: Option<At<Vec<u32>>>,
    /// Of `m11`: the character written for a remainder of 0.
    pub map0: Option<At<String>>,
    /// Of `m11`: the character written for a remainder of 1.
    pub map1: Option<At<String>>,
    /// Of `7dsr` and `9dsr`: how a remainder of 0 is written.
    pub zero: Option<At<u8>>,
}

/// One length or several.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawLength {
    One(usize),
    Several(Vec<usize>),
}

/// The values of a grid's columns: one string for all of them, or a list with one for each.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub enum RawColumns {
    Alike(String),
    Each(Vec<String>),
}

/// What a short form or a table turns into.
trait TextOrTable: Sized {
    type Table: for<'de> Deserialize<'de>;
    const EXPECTING: &'static str;

    fn from_text(text: String) -> Self;
    fn from_table(table: Self::Table) -> Self;
}

struct ShortVisitor<T>(PhantomData<T>);

impl<'de, T: TextOrTable> Visitor<'de> for ShortVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTING)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from_text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Table::deserialize(MapAccessDeserializer::new(map)).map(T::from_table)
    }
}

macro_rules! text_or_table {
    ($type:ident, $plain:ident, $table:ident($inner:ty), $expecting:literal) => {
        impl TextOrTable for $type {
            type Table = $inner;
            const EXPECTING: &'static str = $expecting;

            fn from_text(text: String) -> Self {
                Self::$plain(text)
            }

            fn from_table(table: $inner) -> Self {
                Self::$table(table)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ShortVisitor(PhantomData))
            }
        }
    };
}

text_or_table!(
    RawText,
    Plain,
    Both(RawBoth),
    "a string or { ja = \"...\", en = \"...\" }"
);
text_or_table!(
    RawCharset,
    Named,
    Only(RawOnly),
    "a charset's name or { only = \"...\" }"
);
text_or_table!(
    RawCheck,
    Named,
    Table(RawCheckTable),
    "a check digit's name or { kind = ... }"
);

struct LengthVisitor;

impl<'de> Visitor<'de> for LengthVisitor {
    type Value = RawLength;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length or a list of lengths")
    }

    fn visit_i64<E: de::Error>(self, length: i64) -> Result<RawLength, E> {
        let one = usize::try_from(length).map(RawLength::One);
        one.map_err(|_| E::custom("a length is not negative"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawLength, A::Error> {
        let mut all = Vec::new();
        while let Some(length) = list.next_element()? {
            all.push(length);
        }
        Ok(RawLength::Several(all))
    }
}

struct ColumnsVisitor;

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = RawColumns;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of characters or a list of strings, one a column")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RawColumns, E> {
        Ok(RawColumns::Alike(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawColumns, A::Error> {
        let mut all = Vec::new();
        while let Some(values) = list.next_element()? {
            all.push(values);
        }
        Ok(RawColumns::Each(all))
    }
}

impl<'de> Deserialize<'de> for RawColumns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnsVisitor)
    }
}

impl<'de> Deserialize<'de> for RawLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LengthVisitor)
    }
}
