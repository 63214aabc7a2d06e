//! The line recognizer on real print: measured where its weights are installed and the shared
//! cases are present.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hagaki::charset::Charset;
use hagaki::engine::lines::LineEngine;
use hagaki::engine::models::{self, LINES};
use hagaki::engine::{Expected, LineReader, LineReading};
use image::{GrayImage, imageops};

/// The installed recognizer, or `None` (said on stderr).
#[expect(clippy::print_stderr, reason = "a skipped measurement must be visible")]
pub(crate) fn engine() -> Option<LineEngine> {
    let roots = models::roots(None, |name| std::env::var_os(name).map(PathBuf::from));
    let Some(path) = models::find(&roots, &LINES) else {
        eprintln!(
            "skipped: the line recognizer is not installed ({})",
            models::HOW_TO_INSTALL
        );
        return None;
    };
    Some(LineEngine::load(&path).unwrap())
}

/// One case: the cut-out and what stands there.
struct Line {
    name: String,
    picture: GrayImage,
    charset: Charset,
    truth: String,
}

/// Right, wrong, characters, milliseconds.
#[derive(Default)]
struct Tally {
    right: usize,
    lines: usize,
    ms: f64,
    low_right: f64,
    high_wrong: f64,
    alphabet: usize,
}

#[expect(clippy::print_stderr, reason = "the measurement is the point")]
fn measure(title: &str, reader: &dyn LineReader, lines: &[Line]) -> Tally {
    let mut tally = Tally {
        low_right: 1.0,
        ..Tally::default()
    };
    for line in lines {
        let start = Instant::now();
        let expected = Expected::any(&line.charset);
        let read = reader.read(&line.picture, &expected).unwrap();
        tally.ms += start.elapsed().as_secs_f64() * 1000.0;
        note(&mut tally, line, &read);
    }
    tally.ms /= lines.len().max(1) as f64;
    eprintln!(
        "{title}: {} of {} right, {:.1} ms a line; least sure right {:.3}, surest wrong {:.3}, {} alphabet doubts",
        tally.right, tally.lines, tally.ms, tally.low_right, tally.high_wrong, tally.alphabet,
    );
    tally
}

#[expect(clippy::print_stderr, reason = "what went wrong is the point")]
fn note(tally: &mut Tally, line: &Line, read: &LineReading) {
    let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let right = bare(&read.text) == bare(&line.truth);
    tally.lines += 1;
    tally.right += usize::from(right);
    tally.alphabet += usize::from(read.alphabet_doubt);
    if right {
        tally.low_right = tally.low_right.min(read.score);
    } else {
        tally.high_wrong = tally.high_wrong.max(read.score);
        eprintln!(
            "  {}: `{}` for `{}` ({:.3})",
            line.name, read.text, line.truth, read.score
        );
    }
}

fn truth(family: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(family.join("truth.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn jpeg(path: &Path) -> GrayImage {
    let bytes = std::fs::read(path).unwrap();
    let picture = turbojpeg::decompress(&bytes, turbojpeg::PixelFormat::GRAY).unwrap();
    let rows = picture
        .pixels
        .chunks(picture.pitch)
        .flat_map(|row| &row[..picture.width]);
    GrayImage::from_raw(
        picture.width as u32,
        picture.height as u32,
        rows.copied().collect(),
    )
    .unwrap()
}

/// Where the middle of the black square near this corner is.
fn square(gray: &GrayImage, x: f64, y: f64) -> (f64, f64) {
    let (mut sum_x, mut sum_y, mut n) = (0.0, 0.0, 0.0);
    for py in (y - 55.0) as u32..(y + 55.0) as u32 {
        for px in (x - 55.0) as u32..(x + 55.0) as u32 {
            if px < gray.width() && py < gray.height() && gray.get_pixel(px, py)[0] < 90 {
                sum_x += f64::from(px);
                sum_y += f64::from(py);
                n += 1.0;
            }
        }
    }
    (sum_x / n, sum_y / n)
}

/// The zone of a card, cut by the affine transform of three of its squares.
fn card_zone(gray: &GrayImage, [x, y, w, h]: [f64; 4]) -> GrayImage {
    let origin = square(gray, 60.0, 60.0);
    let right = square(gray, 1121.0, 60.0);
    let down = square(gray, 60.0, 1688.0);
    GrayImage::from_fn(w as u32, h as u32, |px, py| {
        let (u, v) = (
            (x + f64::from(px) - 60.0) / 1061.0,
            (y + f64::from(py) - 60.0) / 1628.0,
        );
        let sx = origin.0 + u * (right.0 - origin.0) + v * (down.0 - origin.0);
        let sy = origin.1 + u * (right.1 - origin.1) + v * (down.1 - origin.1);
        let inside =
            sx >= 0.0 && sy >= 0.0 && sx < f64::from(gray.width()) && sy < f64::from(gray.height());
        if inside {
            *gray.get_pixel(sx as u32, sy as u32)
        } else {
            image::Luma([255])
        }
    })
}

/// The part with ink, with a margin.
fn trimmed(gray: &GrayImage) -> GrayImage {
    let dark: Vec<(u32, u32)> = gray
        .enumerate_pixels()
        .filter(|(_, _, p)| p[0] < 140)
        .map(|(x, y, _)| (x, y))
        .collect();
    let Some(x0) = dark.iter().map(|p| p.0).min() else {
        return gray.clone();
    };
    let x1 = dark.iter().map(|p| p.0).max().unwrap() + 1;
    let (y0, y1) = (
        dark.iter().map(|p| p.1).min().unwrap(),
        dark.iter().map(|p| p.1).max().unwrap() + 1,
    );
    let m = (y1 - y0) / 5 + 2;
    let (left, top) = (x0.saturating_sub(m), y0.saturating_sub(m));
    let (right, bottom) = ((x1 + m).min(gray.width()), (y1 + m).min(gray.height()));
    imageops::crop_imm(gray, left, top, right - left, bottom - top).to_image()
}

fn serials(hand: &Path) -> Vec<Line> {
    let zone = [80.0, 1405.0, 620.0, 70.0];
    truth(hand)
        .iter()
        .filter(|r| r["file"].starts_with("cards/") && r["field"] == "serial")
        .map(|r| {
            let gray = jpeg(&hand.join(&r["file"]));
            Line {
                name: r["file"].clone(),
                picture: trimmed(&card_zone(&gray, zone)),
                charset: Charset::Only("0123456789-".chars().collect()),
                truth: r["value"].clone(),
            }
        })
        .collect()
}

fn form_fields(ocr: &Path) -> Vec<Line> {
    truth(ocr)
        .iter()
        .filter(|r| r["file"].starts_with("ja_form/"))
        .map(|r| {
            let gray = jpeg(&ocr.join(&r["file"]));
            let n: Vec<u32> = r["bbox"].split(' ').map(|v| v.parse().unwrap()).collect();
            let cut = imageops::crop_imm(&gray, n[0], n[1], n[2], n[3]).to_image();
            Line {
                name: format!("{} {}", r["file"], r["field"]),
                picture: trimmed(&cut),
                charset: Charset::Jis2,
                truth: r["value"].clone(),
            }
        })
        .collect()
}

#[test]
fn printed_serials_of_the_cards() {
    let (Some(engine), Some(hand)) = (engine(), crate::cases::family("hand")) else {
        return;
    };
    let lines = serials(&hand);
    let tally = measure("card serials", &engine, &lines);
    assert_eq!((tally.right, tally.lines), (30, 30));
}

#[test]
fn printed_fields_of_japanese_forms() {
    let (Some(engine), Some(ocr)) = (engine(), crate::cases::family("ocr")) else {
        return;
    };
    let lines = form_fields(&ocr);
    let tally = measure("form fields", &engine, &lines);
    assert!(
        tally.right * 100 >= tally.lines * 90,
        "{} of {}",
        tally.right,
        tally.lines
    );
}

#[cfg(feature = "tesseract")]
#[test]
fn the_second_opinion_on_the_same_print() {
    use hagaki::engine::tesseract::Tesseract;
    let Some(engine) = Tesseract::find() else {
        return;
    };
    if let Some(hand) = crate::cases::family("hand") {
        measure("card serials, Tesseract", &engine, &serials(&hand));
    }
    if let Some(ocr) = crate::cases::family("ocr") {
        measure("form fields, Tesseract", &engine, &form_fields(&ocr));
    }
}
