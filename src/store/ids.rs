//! Names of rows, as types of their own, and the moments and people that rows carry.

use std::fmt;
use std::str::FromStr;

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use serde::Serialize;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map(Self)
            }
        }
    )+};
}

ids! {
    /// A call of the program that recorded something.
    RunId,
    /// A content under a name.
    FileId,
    /// A picture in a file.
    PageId,
    /// What came in together.
    LotId,
    /// One journey of a page.
    OutcomeId,
    /// The machine's word on one field.
    ReadingId,
    /// Something that waits for a person.
    QuestionId,
    /// A person's word.
    DecisionId,
    /// The sequence number of an export.
    ExportSeq,
    /// A random check.
    SampleId,
    /// Thresholds that were learnt.
    CalibrationId,
}

/// A moment in UTC, `2024-02-29T23:59:59Z`. Passed in: the store reads no clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// So many seconds later; the same moment where the calendar ends.
    #[must_use]
    pub fn plus_seconds(&self, seconds: i64) -> Self {
        use time::format_description::well_known::Rfc3339;
        let later = time::OffsetDateTime::parse(&self.0, &Rfc3339)
            .ok()
            .and_then(|t| t.checked_add(time::Duration::seconds(seconds)))
            .and_then(|t| t.format(&Rfc3339).ok())
            .and_then(|text| text.parse().ok());
        later.unwrap_or_else(|| self.clone())
    }

    /// How many seconds this is after another moment; negative when it is before it.
    pub fn seconds_since(&self, earlier: &Self) -> i64 {
        use time::format_description::well_known::Rfc3339;
        let parse = |text: &str| time::OffsetDateTime::parse(text, &Rfc3339).ok();
        let both = parse(&self.0).zip(parse(&earlier.0));
        both.map_or(0, |(later, earlier)| (later - earlier).whole_seconds())
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        use time::format_description::well_known::Rfc3339;
        let whole = s.len() == 20 && s.ends_with('Z') && s.as_bytes()[10] == b'T';
        if whole && time::OffsetDateTime::parse(s, &Rfc3339).is_ok() {
            return Ok(Self(s.to_owned()));
        }
        Err(format!(
            "`{s}` is not a UTC time such as 2024-02-29T23:59:59Z"
        ))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// Who acts, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// A person's or account's name; not empty.
    pub who: String,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_utc_to_the_second() {
        assert!("2024-02-29T23:59:59Z".parse::<Timestamp>().is_ok());
        for bad in [
            "2024-02-30T00:00:00Z",
            "2024-02-29",
            "2024-02-29T23:59:59+09:00",
            "",
            "é",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }
}
