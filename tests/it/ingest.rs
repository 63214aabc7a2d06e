//! Decoding: the shared decode cases, hostile files, and files cut and flipped here.

use std::path::{Path, PathBuf};
use std::time::Instant;

use hagaki::ingest::{self, Limits};

use crate::cases;

struct Case {
    file: String,
    pages: Option<u32>,
    /// Pixels for pictures, points for PDF.
    size: Option<(f64, f64)>,
    readable: bool,
    /// First 16 hex digits of the digest of the grey pixels.
    digest: String,
}

fn truth(dir: &Path) -> Vec<Case> {
    let mut reader = csv::Reader::from_path(dir.join("truth.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let size = row[4].trim_end_matches(" pt").split_once(" x ");
        Case {
            file: row[0].to_owned(),
            pages: row[3].parse().ok(),
            size: size.map(|(w, h)| (w.parse().unwrap(), h.parse().unwrap())),
            readable: row[6].starts_with("ok") || row[6].contains("libtiff:ok"),
            digest: row[7].to_owned(),
        }
    })
    .collect()
}

/// What is wrong with a readable case, if anything.
fn fault(dir: &Path, case: &Case, digests: &mut (u32, u32)) -> Option<String> {
    let document = match ingest::open(&dir.join(&case.file), &Limits::default()) {
        Ok(document) => document,
        Err(e) => return Some(format!("{}: {e}", e.code())),
    };
    if Some(document.page_count()) != case.pages {
        return Some(format!(
            "{} pages, not {:?}",
            document.page_count(),
            case.pages
        ));
    }
    for number in 0..document.page_count() {
        let page = match document.page(number) {
            Ok(page) => page,
            Err(e) => return Some(format!("page {number}: {}: {e}", e.code())),
        };
        let (width, height) = page.picture.gray.dimensions();
        let Some((w, h)) = case.size.filter(|_| number == 0) else {
            continue;
        };
        let pdf = Path::new(&case.file)
            .extension()
            .is_some_and(|e| e == "pdf");
        if !pdf && (f64::from(width), f64::from(height)) != (w, h) {
            return Some(format!("{width} x {height}, not {w} x {h}"));
        }
        // A PDF's pixels have the page's shape, to a pixel of rounding on the short side.
        // The truth has it before `/Rotate`.
        let off =
            |w: f64, h: f64| (f64::from(width) * h - f64::from(height) * w).abs() > (w + h) * 3.0;
        if pdf && off(w, h) && off(h, w) {
            return Some(format!("{width} x {height} has not the shape of {w} x {h}"));
        }
        if case.digest.len() == 16 && !case.digest.contains(' ') {
            let digest = hagaki::digest::Digest::of(page.picture.gray.as_raw()).to_string();
            let same = digest.starts_with(&case.digest);
            digests.1 += 1;
            digests.0 += u32::from(same);
            if !same && std::env::var_os("HAGAKI_VERBOSE").is_some() {
                say(&format!("  pixels differ: {}", case.file));
            }
        }
    }
    None
}

#[expect(clippy::print_stderr, reason = "a measurement must be visible")]
fn say(text: &str) {
    eprintln!("{text}");
}

#[test]
fn the_decode_cases_have_their_pages_and_sizes() {
    let Some(dir) = cases::family("decode") else {
        return;
    };
    let (mut right, mut readable, mut faults) = (0, 0, Vec::new());
    let mut digests = (0, 0);
    for case in truth(&dir) {
        let fault = fault(&dir, &case, &mut digests);
        if case.readable {
            readable += 1;
            right += u32::from(fault.is_none());
            faults.extend(fault.map(|f| format!("{}: {f}", case.file)));
        }
    }
    say(&format!(
        "decode: {right} of {readable} readable files right, pixels {digests:?}"
    ));
    for fault in &faults {
        say(&format!("  {fault}"));
    }
    assert!(
        digests.0 >= DIGEST_FLOOR,
        "{digests:?} pixels, the floor is {DIGEST_FLOOR}"
    );
    assert!(
        right >= RIGHT_FLOOR,
        "{right} of {readable} right, the floor is {RIGHT_FLOOR}"
    );
}

/// Of 270. The rest are refused rightly: a page of 35,000 x 35,000 pixels (1.2 GB of grey) is over
/// the limits; a tile of which 6,731 of 11,457 bytes are there is cut off, whatever a lenient reader
/// makes of it; and two PDFs in one file, the second with a password, of which reading the first would
/// lose the second without a word.
const RIGHT_FLOOR: u32 = 267;
/// Of 41. One lossy JPEG 2000 rounds otherwise.
const DIGEST_FLOOR: u32 = 40;

/// The hostile inputs: `HAGAKI_BROKEN` names the folder that the cases' `broken/make.py DIR open`
/// has filled; that takes minutes, so it is not done here.
fn broken_dir() -> Option<PathBuf> {
    let dir = std::env::var_os("HAGAKI_BROKEN")
        .map(PathBuf::from)
        .filter(|d| d.is_dir());
    if dir.is_none() {
        say("skipped: hostile inputs (set HAGAKI_BROKEN to the folder made by `broken/make.py`)");
    }
    dir
}

/// Pages that were read and the codes of those that were not.
fn read_all(path: &Path) -> Result<(u32, Vec<&'static str>), &'static str> {
    let document = ingest::open(path, &Limits::default()).map_err(|e| e.code())?;
    let mut refused = Vec::new();
    let mut read = 0;
    for number in 0..document.page_count() {
        match document.page(number) {
            Ok(_) => read += 1,
            Err(e) => refused.push(e.code()),
        }
    }
    Ok((read, refused))
}

#[test]
fn broken_and_hostile_files_end_as_expected() {
    let Some(dir) = broken_dir() else { return };
    let (files, skipped) = ingest::discover(std::slice::from_ref(&dir));
    let base = dir.file_name().unwrap().to_string_lossy().into_owned();
    let mut faults = Vec::new();
    let mut count = 0;
    for row in csv::Reader::from_path(dir.join("truth.csv"))
        .unwrap()
        .records()
        .map(Result::unwrap)
    {
        let (file, expect, pages) = (&row[0], &row[1], row[2].parse::<u32>().ok());
        let name = format!("{base}/{file}");
        count += 1;
        let Some(source) = files.iter().find(|f| f.name == name) else {
            let left = skipped.iter().any(|s| s.name == name);
            if !left || !matches!(expect, "skip" | "either") {
                faults.push(format!(
                    "{file}: expected {expect}, was not found (skipped: {left})"
                ));
            }
            continue;
        };
        let start = Instant::now();
        let result = read_all(&source.path);
        let seconds = start.elapsed().as_secs_f64();
        let good = match (expect, &result) {
            // A superuser reads what the owner may not.
            ("reject", Ok((1, _))) => file == "fs/noperm.png",
            ("reject", Ok((read, _))) => *read == 0,
            ("ok", Ok((read, refused))) => refused.is_empty() && Some(*read) == pages,
            ("ok", Err(_)) | ("skip", Ok(_)) => false,
            _ => true,
        };
        if std::env::var_os("HAGAKI_VERBOSE").is_some() {
            say(&format!("  {expect:7} {seconds:7.3} s  {file}: {result:?}"));
        }
        if !good || seconds > row[3].parse().unwrap() {
            faults.push(format!(
                "{file}: expected {expect}, got {result:?} in {seconds:.1} s"
            ));
        }
        let panics = |codes: &[&str]| codes.contains(&"decoder_panic");
        if result
            .as_ref()
            .map_or_else(|e| panics(&[e]), |(_, refused)| panics(refused))
        {
            say(&format!("  caught a panic: {file}"));
        }
    }
    say(&format!(
        "broken: {} of {count} as expected",
        count - faults.len()
    ));
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Small files of each kind, drawn here.
fn seeds() -> Vec<Vec<u8>> {
    use image::{DynamicImage, GrayImage, ImageFormat, Luma};
    use std::io::Cursor;
    let drawn = GrayImage::from_fn(64, 48, |x, y| Luma([(x * 3 + y * 5) as u8]));
    let written = |format| {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageLuma8(drawn.clone())
            .write_to(&mut out, format)
            .unwrap();
        out.into_inner()
    };
    let mut tiff = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff)
        .unwrap()
        .with_compression(tiff::encoder::Compression::Lzw);
    for _ in 0..2 {
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(64, 48, drawn.as_raw())
            .unwrap();
    }
    let format = turbojpeg::PixelFormat::GRAY;
    let pixels = drawn.as_raw().as_slice();
    let source = turbojpeg::Image {
        pixels,
        width: 64,
        pitch: 64,
        height: 48,
        format,
    };
    let jpeg = turbojpeg::compress(source, 80, turbojpeg::Subsamp::Gray)
        .unwrap()
        .to_vec();
    let mut pdf = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages \
        /Kids [3 0 R] /Count 1 >> endobj\n3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 64 48] \
        /Contents 5 0 R /Resources << /XObject << /I 4 0 R >> >> >> endobj\n5 0 obj << /Length 26 >> \
        stream\nq 64 0 0 48 0 0 cm /I Do Q\nendstream endobj\n4 0 obj << /Subtype /Image /Width 64 /Height 48 \
        /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode >> stream\n"
        .to_vec();
    pdf.extend_from_slice(&jpeg);
    pdf.extend_from_slice(b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n");
    vec![
        written(ImageFormat::Png),
        written(ImageFormat::Bmp),
        tiff.into_inner(),
        jpeg,
        pdf,
    ]
}

#[test]
fn the_seeds_are_readable() {
    for (i, seed) in seeds().into_iter().enumerate() {
        let document = ingest::open_bytes(seed, &Limits::default()).unwrap();
        assert_eq!(
            document.page(0).unwrap().picture.gray.dimensions(),
            (64, 48),
            "seed {i}"
        );
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, ..Default::default() })]

    /// Cuts and flips of valid files end in pages or errors, and never in a crash.
    #[test]
    fn cut_and_flipped_files_never_crash(
        which in 0..5_usize,
        keep in 0.0..1.2_f64,
        flips in proptest::collection::vec((0.0..1.0_f64, 0..8_u32), 0..12),
    ) {
        let mut bytes = seeds().swap_remove(which);
        let length = bytes.len();
        for (at, bit) in flips {
            bytes[(at * length as f64) as usize] ^= 1 << bit;
        }
        bytes.truncate((keep * length as f64) as usize);
        let limits = Limits { page_pixels: 4_000_000, decode_bytes: 64 << 20, ..Limits::default() };
        if let Ok(document) = ingest::open_bytes(bytes, &limits) {
            for number in 0..document.page_count().min(10) {
                if let Ok(page) = document.page(number) {
                    let color = page.picture.color.as_ref().map(image::RgbImage::dimensions);
                    assert!(color.is_none_or(|c| c == page.picture.gray.dimensions()));
                }
            }
        }
    }
}

/// 1225 x 1633 pixels would be nearest; they are 425 too many.
#[test]
fn a_drawn_page_is_not_rounded_beyond_its_bound() {
    let pdf = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages \
        /Kids [3 0 R] /Count 1 >> endobj\n3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] \
        >> endobj\ntrailer << /Root 1 0 R >>\n";
    let limits = Limits {
        page_pixels: 2_000_000,
        ..Limits::default()
    };
    let document = ingest::open_bytes(pdf.to_vec(), &limits).unwrap();
    let size = document.page(0).unwrap().picture.gray.dimensions();
    assert_eq!(size, (1224, 1632));
}

#[test]
fn a_pdf_that_needs_a_password_says_so_and_an_owners_password_does_not_matter() {
    let Some(dir) = cases::family("decode") else {
        return;
    };
    assert_eq!(
        read_all(&dir.join("serenity-pdf/password-is-sup.pdf")),
        Err("encrypted")
    );
    assert_eq!(
        read_all(&dir.join("pdfjs-other/empty_protected.pdf")),
        Ok((1, vec![]))
    );
}
