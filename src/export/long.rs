//! One line a field, questions included: `file,page,field,value,review`. Not for ledgers: it shows
//! what was read, for measuring. A file of it says nothing of what may be a My Number and waits.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::store::{AnswerRow, AnswerStatus, Bucket, PageId, Store, StoreError};

/// A line; what is under question has the machine's proposal for its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongRow {
    pub file: String,
    /// From 0.
    pub page: u32,
    pub field: String,
    pub value: String,
    /// 1 for an open question.
    pub review: u8,
}

/// Every field of every page that was read, in the order of recording; a duplicate repeats its
/// original's lines under its own name.
pub fn long_rows(store: &Store) -> Result<Vec<LongRow>, StoreError> {
    rows(store, |_| Ok(Vec::new()))
}

/// The same with no value for the waiting fields of a page that `left_out` names.
fn rows(
    store: &Store,
    left_out: impl Fn(PageId) -> Result<Vec<String>, StoreError>,
) -> Result<Vec<LongRow>, StoreError> {
    store.steady(|store| {
        let mut rows = Vec::new();
        for page in store.pages()? {
            let read = match (page.bucket, page.original) {
                (Bucket::Duplicate, Some(original)) => original,
                (Bucket::Read | Bucket::Review | Bucket::Header, _) => page.id,
                _ => continue,
            };
            let left_out = left_out(read)?;
            for answer in store.answers(read)? {
                let mut row = line(&page.file, page.page, answer);
                if row.review == 1 && left_out.contains(&row.field) {
                    row.value.clear();
                }
                rows.push(row);
            }
        }
        Ok(rows)
    })
}

/// The same as CSV, without what may be a My Number and was not answered.
pub fn write_long(store: &Store, out: impl Write) -> Result<usize, super::ExportError> {
    let rows = rows(store, |page| store.suspects(page))?;
    let mut csv = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(out);
    csv.write_record(["file", "page", "field", "value", "review"])?;
    for row in &rows {
        csv.serialize(row)?;
    }
    csv.flush().map_err(csv::Error::from)?;
    Ok(rows.len())
}

fn line(file: &str, page: u32, answer: AnswerRow) -> LongRow {
    LongRow {
        file: file.to_owned(),
        page,
        field: answer.field,
        review: (answer.status == AnswerStatus::Question).into(),
        value: answer.value.unwrap_or(answer.machine_value),
    }
}
