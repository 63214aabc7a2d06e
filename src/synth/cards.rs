//! Whole cards into a folder: pictures in the formats of real scanners, and `truth.csv`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use image::imageops::grayscale;
use image::{GrayImage, RgbImage};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::answers::{self, Answer};
use super::card_rng;
use super::fill::{self, Filled};
use super::hand::Hand;
use super::truth::{self, Row, Truth};
use super::wear::{self, Mode, Wear};
use super::write::{self, Pixels};
use crate::form::draw::{self, Values};
use crate::form::{Field, FieldId, Form, PrintItem, Side, checks};
use crate::geom::Dpi;
use crate::scan::Resolution;

/// The print and the ink are drawn at 300 dpi and scanned at any resolution.
const DRAW_DPI: f64 = 300.0;

/// Quality of JPEG as scanners set it, low to high.
const JPEG_QUALITY: std::ops::Range<i32> = 60..92;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub form: &'a Form,
    pub cards: u32,
    pub seed: u64,
    /// Start of file names and number of the first card, so that several forms share a folder.
    pub prefix: &'a str,
}

/// How a card's pages are put into files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    ColorJpeg,
    GrayJpeg,
    GrayPng,
    /// One multi-page file a card.
    TiffG4,
    Pdf,
}

impl Container {
    const ROUND: [Self; 5] = [
        Self::ColorJpeg,
        Self::GrayJpeg,
        Self::TiffG4,
        Self::GrayPng,
        Self::Pdf,
    ];

    fn mode(self) -> Mode {
        match self {
            Self::ColorJpeg | Self::Pdf => Mode::Color,
            Self::GrayJpeg | Self::GrayPng => Mode::Gray,
            Self::TiffG4 => Mode::Bilevel,
        }
    }
}

/// One scanned side with the truth about it.
struct Page<'a> {
    side: &'a Side,
    color: RgbImage,
    dpi: Dpi,
}

/// Makes the cards into `dir` and appends their truth to `dir/truth.csv`; `progress` is called
/// after each card.
///
/// # Errors
/// When a file cannot be written, or the form cannot be drawn.
pub fn make(order: &Order<'_>, dir: &Path, mut progress: impl FnMut()) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let folder = truth::folder_name(dir);
    let mut truth = Truth::open(&dir.join("truth.csv"))?;
    for card in 0..order.cards {
        let mut rng = card_rng(order.seed, card);
        let container = Container::ROUND[card as usize % Container::ROUND.len()];
        let answers = answers::choose(order.form, &mut rng);
        let pages = scan_card(order.form, &answers, container, &mut rng)?;
        let name = format!("{}{:04}", order.prefix, card + 1);
        for (file, page, side) in write_card(dir, &name, container, (&pages, &mut rng))? {
            side_truth(
                &mut truth,
                (&format!("{folder}/{file}"), page),
                side,
                &answers,
            )?;
        }
        progress();
    }
    truth.close()
}

fn scan_card<'a>(
    form: &'a Form,
    answers: &BTreeMap<FieldId, Answer>,
    container: Container,
    rng: &mut ChaCha8Rng,
) -> io::Result<Vec<Page<'a>>> {
    let hand = Hand::any(rng);
    let values = key_for(form, rng)
        .map(|k| Values::with_key(&k))
        .unwrap_or_default();
    let wear = Wear::any(rng, container.mode());
    let mut pages = Vec::new();
    for side in &form.sides {
        let blank = draw::side(side, DRAW_DPI / 25.4, &values).map_err(io::Error::other)?;
        let of = |field: &Field| answers.get(&field.id);
        let filled: Filled = fill::fill(side, of, DRAW_DPI / 25.4, &hand, rng);
        let sheet = wear::Sheet {
            blank: &blank,
            filled: &filled,
            pen: hand.pen,
            size: side.size,
        };
        let color = wear::scan(&sheet, &wear, rng);
        pages.push(Page {
            side,
            color,
            dpi: wear.dpi,
        });
    }
    Ok(pages)
}

/// A key that the form prints and reads back: what the key's pattern finds in the printed barcode,
/// its check digit right.
pub(super) fn key_for(form: &Form, rng: &mut ChaCha8Rng) -> Option<String> {
    let side = form.sides.iter().find(|s| s.key.is_some())?;
    let key = side.key.as_ref()?;
    let contents: Vec<&String> = side.print.iter().filter_map(barcode_content).collect();
    let holds = |text: &str| {
        let values = Values::with_key(text);
        let printed = contents.iter().filter_map(|c| values.fill(c));
        let check = key.check.as_ref().is_none_or(|c| checks::verify(c, text));
        check
            && printed
                .into_iter()
                .any(|p| captured(&key.pattern, &p).as_deref() == Some(text))
    };
    let digits = |n: u32, rng: &mut ChaCha8Rng| -> String {
        (0..n)
            .map(|_| char::from(b'0' + rng.random_range(0..10u8)))
            .collect()
    };
    for _ in 0..4000 {
        let text = digits(rng.random_range(6..=14), rng);
        let batch = format!("BATCH-20260401-{}", digits(3, rng));
        if let Some(found) = [text, batch].into_iter().find(|t| holds(t)) {
            return Some(found);
        }
    }
    None
}

fn barcode_content(item: &PrintItem) -> Option<&String> {
    match item {
        PrintItem::Barcode { content, .. } if content.contains("{key}") => Some(content),
        _ => None,
    }
}

fn captured(pattern: &regex::Regex, printed: &str) -> Option<String> {
    Some(pattern.captures(printed)?.name("key")?.as_str().to_owned())
}

/// Writes the pages of one card; returns file, page number and side of each.
fn write_card<'a>(
    dir: &Path,
    name: &str,
    container: Container,
    (pages, rng): (&[Page<'a>], &mut ChaCha8Rng),
) -> io::Result<Vec<(String, u32, &'a Side)>> {
    let quality = rng.random_range(JPEG_QUALITY);
    let mut written = Vec::new();
    match container {
        Container::ColorJpeg | Container::GrayJpeg | Container::GrayPng => {
            for page in pages {
                let suffix = if pages.len() > 1 {
                    format!("_{}", page.side.id)
                } else {
                    String::new()
                };
                let (bytes, end) = single(page, container, quality)?;
                let file = format!("{name}{suffix}.{end}");
                fs::write(dir.join(&file), bytes)?;
                written.push((file, 0, page.side));
            }
        }
        Container::TiffG4 => {
            let bits = |p: &Page<'_>| wear::bilevel(&grayscale(&p.color));
            let all: Vec<GrayImage> = pages.iter().map(bits).collect();
            let of = |p: &Page<'_>| Resolution::square(p.dpi);
            let all: Vec<_> = all.iter().zip(pages.iter().map(of)).collect();
            let file = format!("{name}.tif");
            fs::write(dir.join(&file), write::tiff_g4(&all))?;
            written.extend(numbered(pages, &file));
        }
        Container::Pdf => {
            let mut all = Vec::new();
            for page in pages {
                let jpeg = write::jpeg(Pixels::Color(&page.color), page.dpi, quality)?;
                all.push((jpeg, page.color.dimensions(), page.dpi, true));
            }
            let file = format!("{name}.pdf");
            fs::write(dir.join(&file), write::pdf(&all))?;
            written.extend(numbered(pages, &file));
        }
    }
    Ok(written)
}

fn numbered<'a>(pages: &[Page<'a>], file: &str) -> Vec<(String, u32, &'a Side)> {
    pages
        .iter()
        .zip(0..)
        .map(|(p, i)| (file.to_owned(), i, p.side))
        .collect()
}

fn single(
    page: &Page<'_>,
    container: Container,
    quality: i32,
) -> io::Result<(Vec<u8>, &'static str)> {
    let gray = || grayscale(&page.color);
    Ok(match container {
        Container::ColorJpeg => (
            write::jpeg(Pixels::Color(&page.color), page.dpi, quality)?,
            "jpg",
        ),
        Container::GrayPng => (write::png(Pixels::Gray(&gray()), page.dpi)?, "png"),
        _ => (
            write::jpeg(Pixels::Gray(&gray()), page.dpi, quality)?,
            "jpg",
        ),
    })
}

fn side_truth(
    truth: &mut Truth,
    (file, page): (&str, u32),
    side: &Side,
    answers: &BTreeMap<FieldId, Answer>,
) -> io::Result<()> {
    for field in &side.fields {
        let Some(answer) = answers.get(&field.id) else {
            continue;
        };
        truth.row(&Row {
            file,
            page,
            field,
            value: &answer.value,
            accept: if answer.ask { "REVIEW" } else { "" },
            note: "made",
        })?;
    }
    Ok(())
}
