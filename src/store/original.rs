//! Where a page's own picture is, and what a person said of it before: what it takes to read the page
//! once more.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension};

use super::look::{bad_column, parsed};
use super::{BlobKind, Fault, PageId, Store, StoreError};
use crate::calendar::Day;
use crate::digest::Digest;
use crate::pipeline::Hints;
use crate::scan::{Origin, Region};

/// Where a page's own picture is.
#[derive(Clone, Debug)]
pub struct Original {
    pub page: PageId,
    pub origin: Origin,
    /// The part of the file's picture that the page is; `None` for the whole.
    pub region: Option<Region>,
    /// The file as it came, kept by its digest.
    pub path: PathBuf,
    /// The day the card was received.
    pub received: Day,
    /// What a person said of it before.
    pub hints: Hints,
}

impl Store {
    /// A page that was read or rejected; `None` for others, which nobody reads again.
    pub fn original(&self, page: PageId) -> Result<Option<Original>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(include_str!("sql/original.sql"))?;
            let found = one.query_row([page], |row| {
                let file_sha256: Digest = parsed(row, "sha256")?;
                Ok(Original {
                    page,
                    region: json(row, "region")?,
                    path: self.blobs.path(&file_sha256, BlobKind::Original),
                    origin: Origin {
                        file: row.get("name")?,
                        file_sha256,
                        page: row.get("page")?,
                    },
                    received: parsed(row, "received")?,
                    hints: json(row, "hints")?.unwrap_or_default(),
                })
            });
            Ok(found.optional()?)
        })
    }

    /// What a person said of the page at that place; nothing where it is not known yet.
    pub fn hints(&self, origin: &Origin) -> Result<Hints, StoreError> {
        let Some(page) = self.place_of(origin)? else {
            return Ok(Hints::default());
        };
        let original = self.original(page)?;
        Ok(original.map_or_else(Hints::default, |o| o.hints))
    }

    /// Who had the page read again as it stands now; `None` where the machine alone read it.
    pub fn repaired_by(&self, page: PageId) -> Result<Option<String>, StoreError> {
        self.read(|db| who_read(db, page, "hints"))
    }
}

/// Whose run made the page's outcome as it stands, where that has a value in `column`.
pub(super) fn who_read(
    db: &Connection,
    page: PageId,
    column: &'static str,
) -> Result<Option<String>, Fault> {
    let mut one = db.prepare_cached(&format!(
        "SELECT r.who FROM outcomes o JOIN runs r ON r.id = o.run_id
         WHERE o.page_id = ?1 AND o.current = 1 AND o.{column} IS NOT NULL",
    ))?;
    Ok(one.query_row([page], |r| r.get(0)).optional()?)
}

/// A column of JSON; `None` where nothing stands.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    name: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(name)?;
    let value = text.map(|json| serde_json::from_str(&json));
    value.transpose().map_err(|e| bad_column(name, e))
}
