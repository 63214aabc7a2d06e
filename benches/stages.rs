//! Milliseconds of one core: bare decoding, each stage, the whole page. Run with `cargo bench`.
//!
//! Absolute times are the machine's; the ratio to bare decoding of the same picture, in the same
//! run, is what `benches/README.md` keeps.
#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use hagaki::calendar::Day;
use hagaki::digest::Digest;
use hagaki::engine::Engines;
use hagaki::form::Library;
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::{self, Settings};
use hagaki::scan::{Origin, Scan};
use hagaki::{identify, normalize, read, register, validate};

/// The sample pages that stand for a card and a sheet.
const PAGES: [(&str, &str, u32); 3] = [
    ("postcard, grey JPEG", "vaccine-intent/0002_answer.jpg", 0),
    ("survey card, G4", "resident-survey/0003.tif", 0),
    ("A4, grey JPEG", "benefit-application/0002.jpg", 0),
];

fn bench(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = Library::load(&root.join("form-templates")).expect("the ready forms are valid");
    let engines = Engines::load(None).expect("the own networks load");
    let today = Day::new(2026, 4, 1).expect("a day");
    for (name, file, page) in PAGES {
        let bytes = std::fs::read(root.join("samples").join(file)).expect("a sample");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        let decode = || {
            let document = ingest::open_bytes(bytes.clone(), &Limits::default());
            document.expect("opens").page(page).expect("decodes")
        };
        group.bench_function("0 decode", |b| b.iter(|| black_box(decode())));
        let decoded = decode();
        let origin = Origin {
            file: file.into(),
            file_sha256: Digest::of(&bytes),
            page,
        };
        let scan = Scan {
            origin,
            picture: decoded.picture,
            resolution: decoded.resolution,
        };
        group.bench_function("1 normalize", |b| {
            b.iter(|| black_box(normalize::normalize(&scan)));
        });
        let upright = normalize::normalize(&scan);
        let barcodes = engines.barcodes.as_ref();
        group.bench_function("2 identify", |b| {
            b.iter(|| black_box(identify::identify(&upright, &library, barcodes)));
        });
        let identified = identify::identify(&upright, &library, barcodes);
        group.bench_function("3 register", |b| {
            b.iter(|| black_box(pipeline::prove(&upright, &identified).is_ok()));
        });
        let (candidate, _) = pipeline::prove(&upright, &identified).expect("a sample registers");
        let registered = register::register(&upright, candidate).expect("registers");
        group.bench_function("4 read", |b| {
            b.iter(|| black_box(read::read(&registered, &engines)));
        });
        let readings = read::read(&registered, &engines).expect("reads");
        let context = validate::Context { today, key: None };
        group.bench_function("5 validate", |b| {
            b.iter(|| black_box(validate::validate(registered.side, &readings, &context)));
        });
        let settings = Settings { today };
        group.bench_function("whole page after decoding", |b| {
            b.iter(|| black_box(pipeline::process_page(&scan, &library, &engines, &settings)));
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
