//! Whole files through the journey, in memory: what became of each page, and its rows.

use std::fs::File;
use std::path::Path;

use hagaki::calendar::Day;
use hagaki::digest::Digest;
use hagaki::engine::Engines;
use hagaki::export::LongRow;
use hagaki::form::Library;
use hagaki::geom::Dpi;
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::{PageOutcome, PageRecord, Settings, process_page};
use hagaki::scan::{Origin, Picture, Resolution, Scan};
use hagaki::score::{Truth, read_truth};
use hagaki::validate::Status;
use image::GrayImage;

/// The truth lines of one family.
pub(crate) fn truth(dir: &Path, family: &str) -> Vec<Truth> {
    let all = read_truth(File::open(dir.join("truth.csv")).unwrap()).unwrap();
    all.into_iter()
        .filter(|t| t.file.split('/').next() == Some(family))
        .collect()
}

/// A drawn page as if it had been scanned.
pub(crate) fn drawn(gray: GrayImage, dpi: Option<Dpi>) -> Scan {
    let origin = Origin {
        file: "drawn.png".into(),
        file_sha256: Digest::of(b""),
        page: 0,
    };
    let picture = Picture {
        gray,
        color: None,
        bilevel: false,
    };
    Scan::new(origin, picture, dpi.map(Resolution::square))
}

/// What becomes of every page of a file.
pub(crate) fn outcomes(
    path: &Path,
    name: &str,
    library: &Library,
    engines: &Engines,
) -> Vec<PageOutcome> {
    let document = match ingest::open(path, &Limits::default()) {
        Ok(document) => document,
        Err(why) => {
            say(&format!("{name}: {why}"));
            return Vec::new();
        }
    };
    let settings = Settings {
        today: Day::new(2026, 4, 1).unwrap(),
    };
    let read = |page| {
        let decoded = document.page(page).unwrap();
        let origin = Origin {
            file: name.to_owned(),
            file_sha256: document.sha256(),
            page,
        };
        let scan = Scan::new(origin, decoded.picture, decoded.resolution);
        process_page(&scan, library, engines, &settings).unwrap()
    };
    (0..document.page_count()).map(read).collect()
}

/// The rows of every page of a file; a page that is not read has none.
pub(crate) fn rows_of(
    path: &Path,
    name: &str,
    library: &Library,
    engines: &Engines,
) -> Vec<LongRow> {
    let mut rows = Vec::new();
    for (page, outcome) in (0..).zip(outcomes(path, name, library, engines)) {
        match outcome {
            PageOutcome::Read(record) => rows.extend(rows_of_page(name, page, &record)),
            PageOutcome::Rejected(r) => say(&format!("{name} page {page}: {:?}", r.rejection)),
            PageOutcome::Separator { kind, .. } => say(&format!("{name} page {page}: {kind}")),
        }
    }
    rows
}

fn rows_of_page(name: &str, page: u32, record: &PageRecord) -> Vec<LongRow> {
    let row = |f: &hagaki::pipeline::FieldRecord| LongRow {
        file: name.to_owned(),
        page,
        field: f.verdict.field.0.clone(),
        value: f.verdict.value.clone(),
        review: u8::from(f.verdict.status == Status::Question),
    };
    record.fields.iter().map(row).collect()
}

#[expect(clippy::print_stderr, reason = "the figures of a measurement")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
