//! What left the house: each export with its bytes, each row with what it said then.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use super::look::parsed;
use super::{Act, BlobKind, ExportSeq, Store, StoreError, audit};
use crate::digest::Digest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// Every finished row.
    Full,
    /// What changed since it was last exported.
    Delta,
    /// The same bytes as before, again.
    Resend,
}

impl ExportKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
            Self::Resend => "resend",
        }
    }
}

impl std::str::FromStr for ExportKind {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = [Self::Full, Self::Delta, Self::Resend]
            .into_iter()
            .find(|k| k.name() == s);
        found.ok_or_else(|| format!("`{s}` is not a kind of export"))
    }
}

/// What an exported row is to the system that imports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Operation {
    #[serde(rename = "A")]
    Add,
    #[serde(rename = "U")]
    Update,
    #[serde(rename = "D")]
    Delete,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "A",
            Self::Update => "U",
            Self::Delete => "D",
        }
    }
}

impl std::str::FromStr for Operation {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = [Self::Add, Self::Update, Self::Delete]
            .into_iter()
            .find(|k| k.name() == s);
        found.ok_or_else(|| format!("`{s}` is not an operation"))
    }
}

/// One row of an export: what it is called, and a digest of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMark {
    pub row: String,
    pub op: Operation,
    /// From 1, one more with each change.
    pub revision: u32,
    pub value: Digest,
}

/// How a row last left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastExport {
    pub seq: ExportSeq,
    pub op: Operation,
    pub revision: u32,
    pub value: Digest,
}

/// An export about to be recorded.
#[derive(Clone, Debug)]
pub struct NewExport<'a> {
    /// From [`Store::next_export`].
    pub seq: ExportSeq,
    pub act: &'a Act,
    pub form: &'a str,
    pub profile: &'a str,
    pub kind: ExportKind,
    pub resend_of: Option<ExportSeq>,
    /// The file's name, never used before.
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// JSON.
    pub manifest: &'a str,
    pub rows: &'a [RowMark],
}

/// An export that was made.
#[derive(Clone, Debug, Serialize)]
pub struct ExportRow {
    pub seq: ExportSeq,
    pub at: String,
    pub who: String,
    pub form: String,
    pub profile: String,
    pub kind: ExportKind,
    pub resend_of: Option<ExportSeq>,
    pub name: String,
    pub sha256: Digest,
    #[serde(skip)]
    pub manifest: String,
}

impl ExportRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            at: row.get("at")?,
            who: row.get("who")?,
            form: row.get("form")?,
            profile: row.get("profile")?,
            kind: parsed(row, "kind")?,
            resend_of: row.get("resend_of")?,
            name: row.get("name")?,
            sha256: parsed(row, "sha256")?,
            manifest: row.get("manifest")?,
        })
    }
}

impl Store {
    /// The next free sequence number.
    pub fn next_export(&self) -> Result<ExportSeq, StoreError> {
        self.read(|db| {
            let next = db.query_row("SELECT coalesce(max(seq), 0) + 1 FROM exports", [], |r| {
                r.get(0)
            })?;
            Ok(next)
        })
    }

    /// Keeps the bytes, then records the export and its rows in one transaction.
    pub fn record_export(&mut self, export: &NewExport<'_>) -> Result<(), StoreError> {
        let sha256 = self.blobs.put(export.bytes, BlobKind::Csv)?;
        self.write(|tx| {
            tx.prepare_cached(include_str!("sql/insert_export.sql"))?
                .execute(named_params! {
                    ":seq": export.seq, ":at": export.act.at, ":who": export.act.who,
                    ":form": export.form, ":profile": export.profile, ":kind": export.kind.name(),
                    ":resend_of": export.resend_of, ":name": export.name,
                    ":sha256": sha256.to_string(), ":manifest": export.manifest,
                })?;
            let mut insert = tx.prepare_cached(include_str!("sql/insert_exported_row.sql"))?;
            for mark in export.rows {
                let value = mark.value.to_string();
                insert.execute((export.seq, &mark.row, mark.op.name(), mark.revision, value))?;
            }
            audit::note(tx, export.act, "export", &format!("export {}", export.seq))
        })
    }

    /// All exports, oldest first.
    pub fn exports(&self) -> Result<Vec<ExportRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT * FROM exports ORDER BY seq")?;
            let rows = all
                .query_map([], ExportRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    pub fn export(&self, seq: ExportSeq) -> Result<ExportRow, StoreError> {
        let found = self.read(|db| {
            let mut one = db.prepare_cached("SELECT * FROM exports WHERE seq = ?1")?;
            Ok(one.query_row([seq], ExportRow::from_row).optional()?)
        })?;
        found.ok_or(StoreError::NoSuch {
            what: "export",
            id: seq.to_string(),
        })
    }

    /// The stored bytes of an export.
    pub fn export_bytes(&self, export: &ExportRow) -> Result<Vec<u8>, StoreError> {
        self.blobs.read(&export.sha256, BlobKind::Csv)
    }

    /// How each row of a form last left under a profile.
    pub fn last_exported(
        &self,
        form: &str,
        profile: &str,
    ) -> Result<BTreeMap<String, LastExport>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/last_exported.sql"))?;
            let rows = all.query_map((form, profile), |r| {
                let last = LastExport {
                    seq: r.get("seq")?,
                    op: parsed(r, "op")?,
                    revision: r.get("revision")?,
                    value: parsed(r, "value_sha256")?,
                };
                Ok((r.get("row")?, last))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
