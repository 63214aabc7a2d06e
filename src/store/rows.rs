//! The rows of a page, put in.

use rusqlite::{Connection, named_params};
use serde_json::json;

use super::{Fault, FileId, OutcomeId, PageId, RunId};
use crate::calendar::Day;
use crate::digest::Digest;
use crate::doubt::Doubt;
use crate::engine::Barcode;
use crate::form::{Role, Symbology};
use crate::pipeline::{FieldRecord, PageOutcome, PageRecord, RejectedPage};
use crate::validate::Status;

/// Pictures that were put down.
pub(super) struct Kept {
    pub album: Option<Digest>,
    pub members: Vec<Option<Digest>>,
}

pub(super) fn add_page(
    tx: &Connection,
    (file, page, pixels): (FileId, u32, Option<&Digest>),
) -> rusqlite::Result<PageId> {
    tx.prepare_cached("INSERT INTO pages (file_id, page, pixel_sha256) VALUES (?1, ?2, ?3)")?
        .execute((file, page, pixels.map(ToString::to_string)))?;
    Ok(PageId(tx.last_insert_rowid()))
}

pub(super) fn add_duplicate(
    tx: &Connection,
    run: RunId,
    page: (FileId, u32, Option<&Digest>),
    original: PageId,
) -> Result<PageId, Fault> {
    let page = add_page(tx, page)?;
    tx.prepare_cached(include_str!("sql/insert_duplicate.sql"))?
        .execute((page, run, original))?;
    Ok(page)
}

pub(super) fn add_outcome(
    tx: &Connection,
    page: PageId,
    (run, received): (RunId, Day),
    (outcome, kept): (&PageOutcome, &Kept),
) -> Result<OutcomeId, Fault> {
    let mut insert = tx.prepare_cached(include_str!("sql/insert_outcome.sql"))?;
    let received = received.to_string();
    let album = kept.album.map(|d| d.to_string());
    match outcome {
        PageOutcome::Read(record) => insert.execute(named_params! {
            ":page": page, ":run": run, ":received": received, ":outcome": "read",
            ":form": record.form.0, ":edition": record.edition,
            ":form_digest": record.form_digest.to_string(), ":side": record.side,
            ":role": role_name(record.role), ":key": record.key.key,
            ":key_symbology": record.key.symbology.map(Symbology::name),
            ":registration": json!(record.registration).to_string(),
            ":streaks": json!(record.streaks).to_string(),
            ":margin": json!(record.margin).to_string(),
            ":doubts": json!(page_doubts(record)).to_string(), ":album": album,
            ":picture": kept.members.last().copied().flatten().map(|d| d.to_string()),
        })?,
        PageOutcome::Separator { kind, .. } => insert.execute(named_params! {
            ":page": page, ":run": run, ":received": received, ":outcome": "separator",
            ":separator": kind,
            ":doubts": "[]", ":streaks": "[]",
        })?,
        PageOutcome::Rejected(RejectedPage {
            rejection, streaks, ..
        }) => insert.execute(named_params! {
            ":page": page, ":run": run, ":received": received, ":outcome": "rejected",
            ":doubts": "[]", ":streaks": json!(streaks).to_string(),
            ":reason": rejection.reason.code(), ":detail": rejection.detail,
            ":album": album,
            ":picture": kept.members[0].map(|d| d.to_string()),
        })?,
    };
    Ok(OutcomeId(tx.last_insert_rowid()))
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Reply => "reply",
        Role::BatchHeader => "batch-header",
    }
}

/// The doubts of a page and its key, each once.
pub(super) fn page_doubts(record: &PageRecord) -> Vec<&Doubt> {
    let mut all: Vec<&Doubt> = Vec::new();
    for doubt in record.key.doubts.iter().chain(&record.doubts) {
        if !all.contains(&doubt) {
            all.push(doubt);
        }
    }
    all
}

pub(super) fn barcodes(outcome: &PageOutcome) -> &[Barcode] {
    match outcome {
        PageOutcome::Read(record) => &record.barcodes,
        PageOutcome::Separator { barcodes, .. } => barcodes,
        PageOutcome::Rejected(page) => &page.barcodes,
    }
}

pub(super) fn add_barcodes(
    tx: &Connection,
    outcome: OutcomeId,
    barcodes: &[Barcode],
) -> Result<(), Fault> {
    let mut insert = tx.prepare_cached(include_str!("sql/insert_barcode.sql"))?;
    for (position, code) in barcodes.iter().enumerate() {
        let corners: Vec<[f64; 2]> = code.corners.iter().map(|p| [p.x, p.y]).collect();
        insert.execute((
            outcome,
            position as i64,
            code.symbology.name(),
            &code.text,
            json!(corners).to_string(),
            code.reader,
        ))?;
    }
    Ok(())
}

pub(super) fn add_reading(
    tx: &Connection,
    outcome: OutcomeId,
    position: usize,
    (field, crop): (&FieldRecord, Option<Digest>),
) -> Result<(), Fault> {
    let FieldRecord {
        reading, verdict, ..
    } = field;
    let area = reading.crop_area;
    let raw = json!({ "content": reading.content, "doubts": reading.doubts });
    tx.prepare_cached(include_str!("sql/insert_reading.sql"))?
        .execute(named_params! {
            ":outcome": outcome, ":position": position as i64, ":field": verdict.field.0,
            ":engine": reading.engine, ":raw": raw.to_string(),
            ":status": status_name(verdict.status), ":value": verdict.value,
            ":confidence": verdict.confidence.get(), ":doubts": json!(verdict.doubts).to_string(),
            ":crop": crop.map(|d| d.to_string()),
            ":area": json!([area.x, area.y, area.w, area.h]).to_string(),
        })?;
    Ok(())
}

pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Accepted => "accepted",
        Status::Blank => "blank",
        Status::Question => "question",
        Status::NotApplicable => "not_applicable",
    }
}
