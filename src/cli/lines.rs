//! The JSON line of a page: names are a contract.

use serde::Serialize;

use crate::batch::{PageEvent, RedecidedPage};
use crate::digest::Digest;
use crate::doubt::Doubt;
use crate::form::Role;
use crate::pipeline::{PageOutcome, PageRecord};
use crate::rejection::Rejection;
use crate::store::Recorded;
use crate::validate::{Status, Verdict};

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

    /// A page that was judged again.
    pub(super) fn redecided(event: &'a RedecidedPage<'_>) -> Self {
        let RedecidedPage { page, judged } = event;
        let mut line = Self {
            file: &page.origin.file,
            page: page.origin.page,
            sha256: page.origin.file_sha256,
            form: Some(&page.form.0),
            edition: Some(page.edition),
            side: Some(&page.side),
            key: page.key.as_deref(),
            outcome: "read",
            rejection: None,
            doubts: &judged.doubts,
            fields: Vec::new(),
            ms: 0.0,
        };
        line.judged(page.role, judged.verdicts.iter());
        line
    }

    fn read(&mut self, record: &'a PageRecord) {
        self.form = Some(&record.form.0);
        self.edition = Some(record.edition);
        self.side = Some(&record.side);
        self.key = record.key.key.as_deref();
        self.doubts = &record.doubts;
        self.judged(record.role, record.fields.iter().map(|f| &f.verdict));
    }

    fn judged(&mut self, role: Role, verdicts: impl Iterator<Item = &'a Verdict>) {
        self.fields = verdicts
            .map(|v| FieldLine {
                id: &v.field.0,
                value: &v.value,
                status: v.status,
                confidence: v.confidence.get(),
                doubts: &v.doubts,
            })
            .collect();
        let asked = self.fields.iter().any(|f| f.status == Status::Question);
        self.outcome = match role {
            Role::BatchHeader => "separator",
            Role::Reply if asked || !self.doubts.is_empty() => "review",
            Role::Reply => "read",
        };
    }
}
