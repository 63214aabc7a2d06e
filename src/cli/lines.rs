//! The JSON line of a page: names are a contract.

use serde::Serialize;

use crate::batch::PageEvent;
use crate::digest::Digest;
use crate::doubt::Doubt;
use crate::pipeline::{PageOutcome, PageRecord};
use crate::rejection::Rejection;
use crate::store::Recorded;
use crate::validate::Status;

#[derive(Serialize)]
pub(super) struct PageLine<'a> {
    file: &'a str,
    page: u32,
    sha256: Digest,
    form: Option<&'a str>,
    edition: Option<u32>,
    side: Option<&'a str>,
    key: Option<&'a str>,
    /// `read`, `review`, `rejected`, `duplicate` or `separator`.
    pub(super) outcome: &'static str,
    rejection: Option<&'a Rejection>,
    doubts: &'a [Doubt],
    fields: Vec<FieldLine<'a>>,
    ms: f64,
}

#[derive(Serialize)]
struct FieldLine<'a> {
    id: &'a str,
    value: &'a str,
    status: Status,
    confidence: f64,
    doubts: &'a [Doubt],
}

impl<'a> PageLine<'a> {
    pub(super) fn of(event: &'a PageEvent<'_>) -> Self {
        let mut line = Self {
            file: &event.origin.file,
            page: event.origin.page,
            sha256: event.origin.file_sha256,
            form: None,
            edition: None,
            side: None,
            key: None,
            outcome: "separator",
            rejection: None,
            doubts: &[],
            fields: Vec::new(),
            ms: (event.ms * 10.0).round() / 10.0,
        };
        match event.outcome {
            _ if matches!(event.recorded, Recorded::Duplicate { .. }) => line.outcome = "duplicate",
            Some(PageOutcome::Read(record)) => line.read(record),
            Some(PageOutcome::Rejected(page)) => {
                line.outcome = "rejected";
                line.rejection = Some(&page.rejection);
            }
            Some(PageOutcome::Separator { .. }) | None => {}
        }
        line
    }

    fn read(&mut self, record: &'a PageRecord) {
        self.form = Some(&record.form.0);
        self.edition = Some(record.edition);
        self.side = Some(&record.side);
        self.key = record.key.key.as_deref();
        self.doubts = &record.doubts;
        let asked = record
            .fields
            .iter()
            .any(|f| f.verdict.status == Status::Question);
        self.outcome = match record.role {
            crate::form::Role::BatchHeader => "separator",
            crate::form::Role::Reply if asked || !record.doubts.is_empty() => "review",
            crate::form::Role::Reply => "read",
        };
        self.fields = record
            .fields
            .iter()
            .map(|f| FieldLine {
                id: &f.verdict.field.0,
                value: &f.verdict.value,
                status: f.verdict.status,
                confidence: f.verdict.confidence.get(),
                doubts: &f.verdict.doubts,
            })
            .collect();
    }
}
