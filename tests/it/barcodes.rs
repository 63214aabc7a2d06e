//! Barcodes of other programs' test sets: at least what zxing-cpp reads, and nothing made up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use hagaki::engine::barcodes::Readers;
use hagaki::engine::{Barcode, BarcodeReader};
use hagaki::form::Symbology;
use image::GrayImage;

use crate::cases;

/// One picture of the set.
struct Case {
    file: String,
    /// `None`: a symbology that this program does not know.
    symbology: Option<Symbology>,
    kind: String,
    value: String,
}

fn truth(dir: &Path) -> Vec<Case> {
    let mut reader = csv::Reader::from_path(dir.join("truth.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| Case {
        file: row[0].to_owned(),
        symbology: Symbology::named(&row[1]),
        kind: row[2].to_owned(),
        value: row[3].to_owned(),
    })
    .collect()
}

/// Transparent parts are paper.
fn load(path: &Path) -> GrayImage {
    let picture = image::ImageReader::open(path)
        .unwrap()
        .with_guessed_format()
        .unwrap();
    let mut rgba = picture.decode().unwrap().to_rgba8();
    for p in rgba.pixels_mut() {
        let a = u16::from(p[3]);
        for c in 0..3 {
            p[c] = ((u16::from(p[c]) * a + 255 * (255 - a)) / 255) as u8;
        }
    }
    image::DynamicImage::ImageRgba8(rgba).to_luma8()
}

#[derive(Default)]
struct Tally {
    all: usize,
    page: usize,
    zone: usize,
    wrong: Vec<String>,
}

/// Symbols that must be read, by whole picture and by zone: what zxing-cpp's own tools read of the
/// same pictures. The others are measured and printed.
const FLOORS: [(&str, usize); 9] = [
    ("aztec", 25),
    ("codabar", 10),
    ("code128", 10),
    ("code39", 9),
    ("code93", 4),
    ("datamatrix", 42),
    ("itf", 13),
    ("pdf417", 26),
    ("qr", 61),
];

fn hex(text: &str) -> String {
    text.chars().fold(String::new(), |mut hex, c| {
        write!(hex, "{:02x}", c as u32).expect("a string takes it");
        hex
    })
}

fn says(found: &[Barcode], case: &Case) -> bool {
    found.iter().any(|b| match case.kind.as_str() {
        "hex" => hex(&b.text) == case.value,
        _ => b.text == case.value,
    })
}

/// A linear symbol with another number than the picture shows. The truth of retail codes may hold
/// an add-on that is not asked for, and a UPC-A is an EAN-13 that begins with 0.
fn is_wrong(found: &Barcode, case: &Case) -> bool {
    let number = |text: &str| text.trim().trim_start_matches('0').to_owned();
    found.reader == "zxing-cpp"
        && found.symbology.is_linear()
        && !number(&case.value).starts_with(&number(&found.text))
}

#[test]
fn barcodes_of_other_programs_are_read_and_none_is_made_up() {
    let Some(dir) = cases::family("barcodes") else {
        return;
    };
    let all: Vec<Symbology> = Symbology::ALL.iter().map(|(_, s)| *s).collect();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut made_up = Vec::new();
    for case in truth(&dir) {
        let picture = load(&dir.join(&case.file));
        let found = Readers.read_page(&picture, &all);
        if case.kind == "none" {
            made_up.extend(
                found
                    .iter()
                    .map(|b| format!("{} {}", case.file, b.symbology.name())),
            );
        }
        let (Some(symbology), true) = (case.symbology, case.kind != "unknown") else {
            continue;
        };
        let zone = Readers.read_zone(&picture, &[symbology]);
        let tally = tallies.entry(symbology.name()).or_default();
        tally.all += 1;
        tally.page += usize::from(says(&found, &case));
        tally.zone += usize::from(says(&zone, &case));
        let wrong = found.iter().chain(&zone).filter(|b| is_wrong(b, &case));
        tally
            .wrong
            .extend(wrong.map(|b| format!("{} as {}", case.file, b.symbology.name())));
    }
    report(&tallies);
    for (name, least) in FLOORS {
        let tally = &tallies[name];
        assert!(
            tally.page >= least,
            "{name}: {} of {} on the page",
            tally.page,
            tally.all
        );
        assert!(
            tally.zone >= least,
            "{name}: {} of {} in the zone",
            tally.zone,
            tally.all
        );
    }
    for (name, tally) in &tallies {
        assert!(tally.wrong.is_empty(), "{name} misread: {:?}", tally.wrong);
    }
    assert!(made_up.is_empty(), "found where nothing is: {made_up:?}");
}

#[expect(clippy::print_stderr, reason = "the figures are what the test is for")]
fn report(tallies: &BTreeMap<&str, Tally>) {
    for (name, t) in tallies {
        eprintln!(
            "{name:11} page {:3} zone {:3} of {:3}",
            t.page, t.zone, t.all
        );
    }
}

#[test]
fn japanese_text_in_a_qr_code_is_decoded() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/barcodes");
    let cases = [
        ("kanji-mode.png", "令和六年度 接種券 千代田区"),
        ("shift-jis-bytes.png", "ﾖﾔｸ予約番号ー０１２３"),
        ("utf8-bytes.png", "返信はがき①"),
    ];
    for (file, text) in cases {
        let found = Readers.read_page(&load(&dir.join(file)), &[Symbology::Qr]);
        let texts: Vec<&str> = found.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(texts, [text], "{file}");
    }
}
