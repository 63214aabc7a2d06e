//! Looking at pages and answers as they stand now.

use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::{BlobKind, OutcomeId, PageId, ReadingId, Store, StoreError, album};
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::form::FormId;

/// A kept picture: which one, in which album. See [`Store::picture`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Picture {
    pub sha256: Digest,
    #[serde(skip)]
    pub album: Digest,
}

/// Where a page is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Every field is settled.
    Read,
    /// A question is open.
    Review,
    /// Could not be read; waits for a person.
    Rejected,
    /// A person said that it holds no answers of its own.
    SetAside,
    /// The same picture as another page.
    Duplicate,
    Separator,
    /// A batch header.
    Header,
    /// A picture of several cards, each of which is a page of its own.
    Separated,
}

impl Bucket {
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Review,
        Self::Rejected,
        Self::SetAside,
        Self::Duplicate,
        Self::Separator,
        Self::Header,
        Self::Separated,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::SetAside => "set_aside",
            Self::Duplicate => "duplicate",
            Self::Separator => "separator",
            Self::Header => "header",
            Self::Separated => "separated",
        }
    }
}

impl FromStr for Bucket {
    type Err = StoreError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || StoreError::BadRow {
            expected: "a bucket",
            found: s.to_owned(),
        };
        Self::ALL
            .into_iter()
            .find(|b| b.name() == s)
            .ok_or_else(bad)
    }
}

/// A page as it stands now; a row of the view `page`.
#[derive(Clone, Debug, Serialize)]
pub struct PageRow {
    pub id: PageId,
    pub file: String,
    pub page: u32,
    pub sha256: String,
    pub bucket: Bucket,
    pub form: Option<String>,
    pub edition: Option<u32>,
    pub side: Option<String>,
    /// As decided, else as read.
    pub key: Option<String>,
    pub key_symbology: Option<String>,
    /// Why it was rejected.
    pub reason: Option<Reason>,
    /// Whose duplicate it is.
    pub original: Option<PageId>,
    /// The page whose picture this is a part of.
    pub part_of: Option<PageId>,
    pub questions_open: u32,
    pub outcome: OutcomeId,
    /// The whole page, where it was rejected or anything on it is asked.
    pub picture: Option<Picture>,
}

impl PageRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let reason: Option<String> = row.get("reason")?;
        Ok(Self {
            id: row.get("page_id")?,
            file: row.get("file")?,
            page: row.get("page")?,
            sha256: row.get("sha256")?,
            bucket: parsed(row, "bucket")?,
            form: row.get("form")?,
            edition: row.get("edition")?,
            side: row.get("side")?,
            key: row.get("key")?,
            key_symbology: row.get("key_symbology")?,
            reason: reason.and_then(|r| r.parse().ok()),
            original: row.get("original_id")?,
            part_of: row.get("part_of")?,
            questions_open: row.get("questions_open")?,
            outcome: row.get("outcome_id")?,
            picture: picture(row, "picture_sha256")?,
        })
    }
}

/// What holds of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerStatus {
    Accepted,
    Blank,
    NotApplicable,
    /// Open.
    Question,
    /// A person answered.
    Decided,
    /// A person says that nobody can read it.
    Illegible,
}

impl AnswerStatus {
    pub const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Blank,
        Self::NotApplicable,
        Self::Question,
        Self::Decided,
        Self::Illegible,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Blank => "blank",
            Self::NotApplicable => "not_applicable",
            Self::Question => "question",
            Self::Decided => "decided",
            Self::Illegible => "illegible",
        }
    }
}

impl FromStr for AnswerStatus {
    type Err = StoreError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let bad = || StoreError::BadRow {
            expected: "a field's status",
            found: s.to_owned(),
        };
        Self::ALL
            .into_iter()
            .find(|b| b.name() == s)
            .ok_or_else(bad)
    }
}

/// A field as it stands now; a row of the view `answer`.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerRow {
    pub page_id: PageId,
    pub field: String,
    pub status: AnswerStatus,
    /// `None` while open, and for what nobody can read.
    pub value: Option<String>,
    /// The machine's proposal, whatever was decided.
    pub machine_value: String,
    pub confidence: f64,
    pub crop: Option<Picture>,
    pub decided_by: Option<String>,
}

impl AnswerRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            page_id: row.get("page_id")?,
            field: row.get("field")?,
            status: parsed(row, "status")?,
            value: row.get("value")?,
            machine_value: row.get("machine_value")?,
            confidence: row.get("confidence")?,
            crop: picture(row, "crop_sha256")?,
            decided_by: row.get("decided_by")?,
        })
    }
}

/// The machine's word on a field, of now or of before.
#[derive(Clone, Debug, Serialize)]
pub struct ReadingRow {
    pub id: ReadingId,
    pub outcome: OutcomeId,
    /// Of the page's latest journey.
    pub current: bool,
    pub program: String,
    pub field: String,
    pub engine: String,
    /// JSON.
    pub raw: String,
    pub status: AnswerStatus,
    pub value: String,
    pub confidence: f64,
    pub doubts: Vec<Doubt>,
    pub crop: Option<Picture>,
}

impl ReadingRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            outcome: row.get("outcome_id")?,
            current: row.get("current")?,
            program: row.get("program")?,
            field: row.get("field")?,
            engine: row.get("engine")?,
            raw: row.get("raw")?,
            status: parsed(row, "status")?,
            value: row.get("value")?,
            confidence: row.get("confidence")?,
            doubts: doubts(row, "doubts")?,
            crop: picture(row, "crop_sha256")?,
        })
    }
}

impl Store {
    /// Every page in the order of recording.
    pub fn pages(&self) -> Result<Vec<PageRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT * FROM page ORDER BY page_id")?;
            let rows = all
                .query_map([], PageRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    pub fn page(&self, id: PageId) -> Result<PageRow, StoreError> {
        let found = self.read(|db| {
            let mut one = db.prepare_cached("SELECT * FROM page WHERE page_id = ?1")?;
            Ok(one.query_row([id], PageRow::from_row).optional()?)
        })?;
        found.ok_or(StoreError::NoSuch {
            what: "page",
            id: id.to_string(),
        })
    }

    /// A page's fields in the order of the form; empty unless it was read.
    pub fn answers(&self, page: PageId) -> Result<Vec<AnswerRow>, StoreError> {
        self.read(|db| {
            let mut all =
                db.prepare_cached("SELECT * FROM answer WHERE page_id = ?1 ORDER BY position")?;
            let rows = all
                .query_map([page], AnswerRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// All readings a page ever had, oldest first.
    pub fn readings(&self, page: PageId) -> Result<Vec<ReadingRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/readings_of_page.sql"))?;
            let rows = all
                .query_map([page], ReadingRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// A picture's PNG bytes.
    pub fn picture(&self, picture: &Picture) -> Result<Vec<u8>, StoreError> {
        let path = self.blobs.path(&picture.album, BlobKind::Album);
        let taken = File::open(&path).and_then(|album| album::take(album, &picture.sha256));
        taken.map_err(|e| StoreError::io(&path, e))
    }

    /// A picture's PNG bytes as a file of its own, for programs that show files.
    pub fn png_file(&self, png: &[u8]) -> Result<PathBuf, StoreError> {
        let digest = self.blobs.put(png, BlobKind::Png)?;
        Ok(self.blobs.path(&digest, BlobKind::Png))
    }

    /// The forms that pages which count now were read as and that carry answers, in order.
    pub fn reply_forms(&self) -> Result<Vec<FormId>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT DISTINCT form FROM page
                 WHERE role = 'reply' AND bucket IN ('read', 'review') ORDER BY form",
            )?;
            let rows = all
                .query_map([], |r| r.get(0).map(FormId))?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// The forms that pages were read as, in order.
    pub fn forms(&self) -> Result<Vec<FormId>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT DISTINCT form FROM outcomes WHERE form IS NOT NULL ORDER BY form",
            )?;
            let rows = all
                .query_map([], |r| r.get(0).map(FormId))?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }
}

pub(super) fn bad_column(
    name: &str,
    why: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let why: Box<dyn std::error::Error + Send + Sync> = why.into();
    let why = format!("column `{name}`: {why}").into();
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, why)
}

/// A text column as a type of ours.
pub(super) fn parsed<T: FromStr>(row: &Row<'_>, name: &str) -> rusqlite::Result<T>
where
    T::Err: std::fmt::Display,
{
    let text = row.get_ref(name)?.as_str()?;
    text.parse()
        .map_err(|e: T::Err| bad_column(name, e.to_string()))
}

/// The picture whose digest stands in that column, in the row's album.
pub(super) fn picture(row: &Row<'_>, name: &str) -> rusqlite::Result<Option<Picture>> {
    let of = |name: &str| -> rusqlite::Result<Option<Digest>> {
        let text: Option<String> = row.get(name)?;
        text.map(|t| t.parse().map_err(|e: String| bad_column(name, e)))
            .transpose()
    };
    let both = of(name)?.zip(of("album_sha256")?);
    Ok(both.map(|(sha256, album)| Picture { sha256, album }))
}

/// A JSON list of doubts.
pub(super) fn doubts(row: &Row<'_>, name: &str) -> rusqlite::Result<Vec<Doubt>> {
    #[derive(serde::Deserialize)]
    struct Stored {
        reason: String,
        detail: Option<String>,
    }
    let stored: Vec<Stored> =
        serde_json::from_str(row.get_ref(name)?.as_str()?).map_err(|e| bad_column(name, e))?;
    let one = |d: Stored| {
        let reason = d.reason.parse().map_err(|e: String| bad_column(name, e))?;
        Ok(Doubt {
            reason,
            detail: d.detail,
        })
    };
    stored.into_iter().map(one).collect()
}
