//! Lots: what came in together, and what the books count in each.
//!
//! A lot is one day of receipt, one folder, and the sheet that heads the batch where there is one: a
//! batch header, or a patch sheet that ends a batch. A page belongs to the lot that was begun last
//! in its folder on its day, so a run that was cut short goes on in the same lot.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use super::look::{bad_column, parsed};
use super::record::RunInfo;
use super::{Fault, LotId, PageId, RunId, Store, StoreError};
use crate::calendar::Day;
use crate::form::Role;
use crate::pipeline::PageOutcome;
use crate::restore::GlassStreak;

/// The patch sheet that stands between batches; 2 and T may stand between documents.
const BATCH_PATCH: &str = "patch-3";

/// A lot, as people name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotRow {
    pub id: LotId,
    pub received: Day,
    /// The folder in the names of its files; empty for files that were named one by one.
    pub folder: String,
    /// The number on the batch header, as decided, else as read.
    pub header: Option<String>,
    /// A run recorded, or decided again, one of its pages.
    #[serde(skip)]
    pub last_run: Option<RunId>,
}

/// A side of an edition of a form: what a print shop prints.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Printed {
    pub form: String,
    pub edition: u32,
    pub side: String,
}

/// How often the machine said something of a field in a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldCount {
    pub lot: LotId,
    pub printed: Printed,
    pub field: String,
    /// The field is answered by marks, so its values are few.
    pub marks: bool,
    /// `accepted`, `blank`, `question` or `not_applicable`.
    pub status: String,
    /// Empty unless accepted.
    pub value: String,
    pub count: u64,
}

/// How the pages of a lot fit their form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LotFit {
    pub lot: LotId,
    pub printed: Printed,
    /// Residual (root mean square, mm) and the two scales of each page.
    pub pages: Vec<[f64; 3]>,
}

/// How far a field lies off the pages of a lot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LotShift {
    pub lot: LotId,
    pub printed: Printed,
    pub field: String,
    /// To the right and down, mm; of the pages on which its print was found.
    pub moved: Vec<[f64; 2]>,
}

/// A page that dust on the scanner's glass drew across.
#[derive(Clone, Debug, PartialEq)]
pub struct StreakedPage {
    pub lot: LotId,
    /// Its place among the pages of its lot, from 1.
    pub place: u64,
    pub file: String,
    pub page: u32,
    pub streaks: Vec<GlassStreak>,
    /// The run that recorded it, or judged it again.
    pub run: RunId,
}

/// One key on more pages than people send back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyCount {
    pub form: String,
    pub side: String,
    pub pages: u64,
    /// Where the first of them is.
    pub file: String,
    pub page: u32,
    /// The latest run that recorded one of them, or judged it again.
    #[serde(skip)]
    pub last_run: RunId,
}

/// The lot of a fresh page, begun where there is none; `page` is in it.
pub(super) fn assign(
    tx: &Connection,
    info: &RunInfo,
    (page, file): (PageId, &str),
    outcome: Option<&PageOutcome>,
) -> Result<(), Fault> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let place = (info.received.to_string(), folder);
    let lot = if outcome.is_some_and(heads_a_batch) {
        begin(tx, &place, Some(page))?
    } else {
        let open: Option<LotId> = tx
            .prepare_cached(
                "SELECT id FROM lots WHERE received = ?1 AND folder = ?2 ORDER BY id DESC LIMIT 1",
            )?
            .query_row((&place.0, folder), |r| r.get(0))
            .optional()?;
        match open {
            Some(lot) => lot,
            None => begin(tx, &place, None)?,
        }
    };
    tx.prepare_cached("UPDATE pages SET lot_id = ?2 WHERE id = ?1")?
        .execute((page, lot))?;
    Ok(())
}

fn begin(
    tx: &Connection,
    (received, folder): &(String, &str),
    header: Option<PageId>,
) -> Result<LotId, Fault> {
    tx.prepare_cached("INSERT INTO lots (received, folder, header_id) VALUES (?1, ?2, ?3)")?
        .execute((received, folder, header))?;
    Ok(LotId(tx.last_insert_rowid()))
}

fn heads_a_batch(outcome: &PageOutcome) -> bool {
    match outcome {
        PageOutcome::Read(record) => record.role == Role::BatchHeader,
        PageOutcome::Separator { kind, .. } => kind == BATCH_PATCH,
        PageOutcome::Rejected(_) => false,
    }
}

impl LotRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            received: parsed(row, "received")?,
            folder: row.get("folder")?,
            header: row.get("header")?,
            last_run: row.get("last_run")?,
        })
    }
}

fn printed(row: &Row<'_>) -> rusqlite::Result<Printed> {
    Ok(Printed {
        form: row.get("form")?,
        edition: row.get("edition")?,
        side: row.get("side")?,
    })
}

/// Whether a row goes on with the same lot and side.
fn is_of(row: &Row<'_>, lot: LotId, printed: &Printed) -> rusqlite::Result<bool> {
    Ok(row.get::<_, LotId>("lot_id")? == lot
        && row.get_ref("form")?.as_str()? == printed.form
        && row.get::<_, u32>("edition")? == printed.edition
        && row.get_ref("side")?.as_str()? == printed.side)
}

impl Store {
    /// Every lot that has pages, in the order in which they were begun.
    pub fn lots(&self) -> Result<Vec<LotRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lots.sql"))?;
            let rows = all
                .query_map([], LotRow::from_row)?
                .collect::<Result<_, _>>()?;
            Ok(rows)
        })
    }

    /// What the machine said of the fields, lot by lot; cards that were set aside do not count.
    pub fn lot_fields(&self) -> Result<Vec<FieldCount>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lot_fields.sql"))?;
            let rows = all.query_map([], |r| {
                Ok(FieldCount {
                    lot: r.get("lot_id")?,
                    printed: printed(r)?,
                    field: r.get("field")?,
                    marks: r.get("marks")?,
                    status: r.get("status")?,
                    value: r.get("value")?,
                    count: r.get::<_, u32>("n")?.into(),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How the pages that were read fit their forms, one row a lot and side.
    pub fn lot_fits(&self) -> Result<Vec<LotFit>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lot_fits.sql"))?;
            let mut rows = all.query([])?;
            let mut fits: Vec<LotFit> = Vec::new();
            while let Some(row) = rows.next()? {
                let page = [
                    row.get("residual")?,
                    row.get("scale_x")?,
                    row.get("scale_y")?,
                ];
                match fits.last_mut() {
                    Some(fit) if is_of(row, fit.lot, &fit.printed)? => fit.pages.push(page),
                    _ => fits.push(LotFit {
                        lot: row.get("lot_id")?,
                        printed: printed(row)?,
                        pages: vec![page],
                    }),
                }
            }
            Ok(fits)
        })
    }

    /// How far single fields lie off their pages, one row a lot, side and field; empty where
    /// registration does not measure it.
    pub fn lot_shifts(&self) -> Result<Vec<LotShift>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lot_shifts.sql"))?;
            let mut rows = all.query([])?;
            let mut shifts: Vec<LotShift> = Vec::new();
            while let Some(row) = rows.next()? {
                let moved = [row.get("dx")?, row.get("dy")?];
                let field: String = row.get("field")?;
                match shifts.last_mut() {
                    Some(s) if s.field == field && is_of(row, s.lot, &s.printed)? => {
                        s.moved.push(moved);
                    }
                    _ => shifts.push(LotShift {
                        lot: row.get("lot_id")?,
                        printed: printed(row)?,
                        field,
                        moved: vec![moved],
                    }),
                }
            }
            Ok(shifts)
        })
    }

    /// Pages of each lot: how many were read as replies or could not be, and how many could not.
    pub fn lot_rejections(&self) -> Result<Vec<(LotId, u64, u64)>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/lot_rejections.sql"))?;
            let rows = all.query_map([], |r| {
                let (all, rejected): (u32, u32) = (r.get("n")?, r.get("rejected")?);
                Ok((r.get("lot_id")?, all.into(), rejected.into()))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Pages with streaks, lot by lot in the order in which they came.
    pub fn streaked_pages(&self) -> Result<Vec<StreakedPage>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/streaked_pages.sql"))?;
            let rows = all.query_map([], |r| {
                Ok(StreakedPage {
                    lot: r.get("lot_id")?,
                    place: r.get::<_, u32>("place")?.into(),
                    file: r.get("file")?,
                    page: r.get("page")?,
                    streaks: serde_json::from_str(r.get_ref("streaks")?.as_str()?)
                        .map_err(|e| bad_column("streaks", e))?,
                    run: r.get("run_id")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keys that stand on more than `most` pages that count, one row a key.
    pub fn keys_oftener_than(&self, most: u64) -> Result<Vec<KeyCount>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/frequent_keys.sql"))?;
            let rows = all.query_map([most as i64], |r| {
                Ok(KeyCount {
                    form: r.get("form")?,
                    side: r.get("side")?,
                    pages: r.get::<_, u32>("n")?.into(),
                    file: r.get("file")?,
                    page: r.get("page")?,
                    last_run: r.get("last_run")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
