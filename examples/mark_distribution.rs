//! How near made marks are to real ones: the reader's raw measures of both, side by side.
//!
//!     cargo run --release --example mark_distribution -- CASES/omr [PAGES] [SEED]
//!
//! For every family of the real marked pages whose form is in `tests/cases`, the same form is drawn,
//! filled by `synth::marks` and worn by `synth::degrade`, and both go through the whole journey. A
//! line a measure says, for marked and for empty options: the Kolmogorov-Smirnov distance of the two
//! samples (0 the same, 1 apart) and the share of real options outside the made ones' 0.5 to 99.5 %
//! range. A mixture of many pens and machines cannot have one class's distribution; the second
//! figure is the one that must be small: it says that the made marks cover the real ones.
#![expect(clippy::print_stdout, reason = "the figures of a measurement")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::path::Path;

use hagaki::calendar::Day;
use hagaki::digest::Digest;
use hagaki::engine::Engines;
use hagaki::engine::barcodes::Readers;
use hagaki::form::Library;
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::{PageOutcome, PageRecord, Settings, process_page};
use hagaki::read::{Content, OptionReading};
use hagaki::scan::{Origin, Scan};
use hagaki::synth::card_rng;
use hagaki::synth::degrade::Degradation;
use hagaki::synth::marks::MarkKind;
use hagaki::synth::volume;

type Failure = Box<dyn Error>;

const FAMILIES: [&str; 4] = ["formscanner", "sdaps", "openmcr", "mcq_composite"];

/// What people do on bubble sheets and boxes without words.
const KINDS: [MarkKind; 12] = [
    MarkKind::Fill,
    MarkKind::Fill,
    MarkKind::Fill,
    MarkKind::Fill,
    MarkKind::Tick,
    MarkKind::Cross,
    MarkKind::Cross,
    MarkKind::SmallRing,
    MarkKind::LongTick,
    MarkKind::Dirt,
    MarkKind::Stray,
    MarkKind::Blank,
];

/// One kind of option in one family: a list of values a measure.
#[derive(Default)]
struct Sample(BTreeMap<String, Vec<f64>>);

impl Sample {
    fn add(&mut self, option: &OptionReading) -> Result<(), Failure> {
        let value = serde_json::to_value(option.measures)?;
        for (name, value) in value.as_object().into_iter().flatten() {
            if let Some(v) = value.as_f64() {
                self.0.entry(name.clone()).or_default().push(v);
            }
        }
        Ok(())
    }
}

/// Marked and empty options, real and made.
#[derive(Default)]
struct Both {
    real: [Sample; 2],
    made: [Sample; 2],
}

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [cases, rest @ ..] = &args[..] else {
        return Err("usage: mark_distribution CASES/omr [PAGES] [SEED]".into());
    };
    let number = |i: usize, default: u32| rest.get(i).map_or(Ok(default), |v| v.parse());
    let (pages, seed) = (number(0, 9)?, number(1, 7)?);
    let mut all = Both::default();
    for family in FAMILIES {
        let both = measure(Path::new(cases), family, (pages, u64::from(seed)))?;
        report(family, &both);
        for (to, from) in [(&mut all.real, both.real), (&mut all.made, both.made)] {
            for (to, from) in to.iter_mut().zip(from) {
                for (name, values) in from.0 {
                    to.0.entry(name).or_default().extend(values);
                }
            }
        }
    }
    report("all", &all);
    Ok(())
}

fn measure(cases: &Path, family: &str, (pages, seed): (u32, u64)) -> Result<Both, Failure> {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let library = Library::load(&forms.join(family)).map_err(|e| format!("{e}"))?;
    let mut both = Both::default();
    real(cases, family, (&library, &mut both.real))?;
    for card in 0..pages {
        for (form, i) in library.forms().iter().zip(0..) {
            let mut rng = card_rng(seed + i, card);
            let wear = Degradation::ALL[card as usize % Degradation::ALL.len()];
            for page in volume::card(form, &KINDS, wear, &mut rng)? {
                let Some(record) = read(&page.scanned.scan()?.0, &library)? else {
                    continue;
                };
                for f in &page.fields {
                    let id = &page.side.fields[f.field].id;
                    let marked = f.drawn.options.iter().map(|o| o.selected);
                    add(&record, &id.0, marked, &mut both.made)?;
                }
            }
        }
    }
    Ok(both)
}

/// The real pages of a family with their truth.
fn real(
    cases: &Path,
    family: &str,
    (library, samples): (&Library, &mut [Sample; 2]),
) -> Result<(), Failure> {
    #[derive(serde::Deserialize)]
    struct Row {
        file: String,
        page: u32,
        field: String,
        #[serde(rename = "type")]
        kind: String,
        value: String,
        accept: String,
    }
    let mut fields: BTreeMap<(String, u32), Vec<Row>> = BTreeMap::new();
    for row in csv::Reader::from_reader(File::open(cases.join("truth.csv"))?).deserialize() {
        let row: Row = row?;
        let ours = row.file.split('/').next() == Some(family) && row.accept.is_empty();
        if ours && ["single", "multi", "grid"].contains(&row.kind.as_str()) {
            fields
                .entry((row.file.clone(), row.page))
                .or_default()
                .push(row);
        }
    }
    let pages: BTreeSet<(String, u32)> = fields.keys().cloned().collect();
    for (file, page) in pages {
        let document = ingest::open(&cases.join(&file), &Limits::default())?;
        let decoded = document.page(page)?;
        let at = origin(document.sha256(), page);
        let scan = Scan::new(at, decoded.picture, decoded.resolution);
        let Some(record) = read(&scan, library)? else {
            continue;
        };
        for row in fields.get(&(file, page)).into_iter().flatten() {
            let columns = row.kind == "grid";
            let values: Vec<String> = if columns {
                row.value.chars().map(String::from).collect()
            } else {
                row.value.split('|').map(str::to_owned).collect()
            };
            let marked = options(&record, &row.field).map(|(column, o)| {
                if columns {
                    values.get(column) == Some(&o.value)
                } else {
                    values.contains(&o.value)
                }
            });
            let marked: Vec<bool> = marked.collect();
            add(&record, &row.field, marked.into_iter(), samples)?;
        }
    }
    Ok(())
}

fn origin(file_sha256: Digest, page: u32) -> Origin {
    Origin {
        file: String::new(),
        file_sha256,
        page,
    }
}

fn read(scan: &Scan, library: &Library) -> Result<Option<Box<PageRecord>>, Failure> {
    let engines = Engines {
        barcodes: Box::new(Readers),
        characters: Vec::new(),
        lines: None,
        print: None,
    };
    let today = Day::new(2026, 4, 1).ok_or("a day")?;
    Ok(
        match process_page(scan, library, &engines, &Settings { today })? {
            PageOutcome::Read(record) => Some(record),
            _ => None,
        },
    )
}

/// The options of a field with their column.
fn options<'a>(
    record: &'a PageRecord,
    field: &str,
) -> impl Iterator<Item = (usize, &'a OptionReading)> {
    let found = record.fields.iter().find(|f| f.reading.field.0 == field);
    let columns: Vec<&[OptionReading]> = match found.map(|f| &f.reading.content) {
        Some(Content::Marks { options }) => vec![options],
        Some(Content::Grid { columns }) => columns.iter().map(Vec::as_slice).collect(),
        _ => Vec::new(),
    };
    let numbered = columns.into_iter().enumerate();
    numbered.flat_map(|(c, options)| options.iter().map(move |o| (c, o)))
}

fn add(
    record: &PageRecord,
    field: &str,
    marked: impl Iterator<Item = bool>,
    samples: &mut [Sample; 2],
) -> Result<(), Failure> {
    for ((_, option), marked) in options(record, field).zip(marked) {
        samples[usize::from(!marked)].add(option)?;
    }
    Ok(())
}

fn report(name: &str, both: &Both) {
    for (i, class) in ["marked", "empty"].into_iter().enumerate() {
        let (real, made) = (&both.real[i].0, &both.made[i].0);
        let count = |s: &BTreeMap<String, Vec<f64>>| s.values().next().map_or(0, Vec::len);
        println!(
            "{name}, {class}: {} real, {} made",
            count(real),
            count(made)
        );
        for (measure, real) in real {
            let Some(made) = made.get(measure) else {
                continue;
            };
            // A measure that this reader does not take.
            if real.iter().chain(made).all(|v| *v == 0.0) {
                continue;
            }
            let (distance, outside) = compare(real, made);
            println!("  {measure:<14} KS {distance:.3}  outside {outside:.4}");
        }
    }
}

/// Kolmogorov-Smirnov distance, and the share of `real` outside the 0.5 to 99.5 % range of `made`.
fn compare(real: &[f64], made: &[f64]) -> (f64, f64) {
    let sorted = |v: &[f64]| {
        let mut v = v.to_vec();
        v.sort_by(f64::total_cmp);
        v
    };
    let (real, made) = (sorted(real), sorted(made));
    let below = |v: &[f64], x: f64| v.partition_point(|w| *w <= x) as f64 / v.len().max(1) as f64;
    let points = real.iter().chain(&made);
    let distance = points
        .map(|x| (below(&real, *x) - below(&made, *x)).abs())
        .fold(0.0, f64::max);
    let at = |share: f64| made[((made.len() - 1) as f64 * share).round() as usize];
    let (low, high) = (at(0.005), at(0.995));
    let outside = real.iter().filter(|x| **x < low || **x > high).count();
    (distance, outside as f64 / real.len().max(1) as f64)
}
