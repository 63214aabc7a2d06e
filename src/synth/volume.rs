//! Pages of marks by the thousand: every kind of mark under every kind of wear, with its truth.
//!
//! Only marked questions and bubble grids are answered; the other fields of the form stay empty.
//! The truth's `note` says `kind/degradation`, and `/consent` where the law looks on. A mark of which
//! the scanner left nothing counts as not made: nobody could read it from the picture.

use std::fs;
use std::io;
use std::path::Path;

use image::GrayImage;
use rand_chacha::ChaCha8Rng;

use super::card_rng;
use super::cards::key_for;
use super::degrade::{Degradation, Scanned, Sheet};
use super::inks::Inks;
use super::lost;
use super::marks::MarkKind;
use super::marks::page::{self, FieldDrawn};
use super::marks::question::{Ask, extent};
use super::truth::{self, Row, Truth};
use crate::form::draw::{self, Values};
use crate::form::{Field, Form, PrintItem, Side, Zone};

/// The print is drawn at 300 dpi and scanned at any resolution.
const DRAW_PX_PER_MM: f64 = 300.0 / 25.4;

/// A line of less contrast than this may be asked about; on a legal choice more of it may.
const FAINT: f64 = 0.15;
const FAINT_CONSENT: f64 = 0.25;

/// Print that color drop-out is made for.
const RED: [u8; 3] = [226, 96, 88];
const BLACK: [u8; 3] = [0; 3];

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub form: &'a Form,
    pub cards: u32,
    pub seed: u64,
    /// Each question gets one of these.
    pub marks: &'a [MarkKind],
    /// Each card gets one of these, in turn.
    pub wears: &'a [Degradation],
}

/// One side, marked and scanned.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    pub side: &'a Side,
    pub degradation: Degradation,
    /// What was done at the marked questions and grids.
    pub fields: Vec<FieldDrawn>,
    pub scanned: Scanned,
}

/// Makes one card: its sides in the order of the form.
///
/// # Errors
/// When the form cannot be drawn.
pub fn card<'a>(
    form: &'a Form,
    marks: &[MarkKind],
    degradation: Degradation,
    rng: &mut ChaCha8Rng,
) -> io::Result<Vec<Page<'a>>> {
    let values = key_for(form, rng)
        .map(|k| Values::with_key(&k))
        .unwrap_or_default();
    let wear = degradation.wear(rng);
    let marker = degradation.marker(rng);
    let mut pages = Vec::new();
    for side in &form.sides {
        let print = draw::side(side, DRAW_PX_PER_MM, &values).map_err(io::Error::other)?;
        let mut inks = Inks::new(side.size, DRAW_PX_PER_MM);
        let mut fields = page::draw(side, marks, &marker, &mut inks, rng);
        let paper = if degradation == Degradation::RedForm {
            let mut paper = inks.onto(&print, RED);
            blacken(&mut paper, side, &values)?;
            paper
        } else {
            inks.onto(&print, BLACK)
        };
        let sheet = Sheet {
            paper: &paper,
            px_per_mm: DRAW_PX_PER_MM,
            size: side.size,
            back: &print,
        };
        let mut same = rng.clone();
        let scanned = degradation.scan(&sheet, &wear, rng);
        if degradation.loses_ink() {
            let paper = Inks::new(side.size, DRAW_PX_PER_MM).onto(&print, BLACK);
            let bare = Sheet {
                paper: &paper,
                ..sheet
            };
            let bare = degradation.scan(&bare, &wear, &mut same);
            lost::forget(side, &mut fields, &scanned, &bare);
        }
        for f in &mut fields {
            let field = &side.fields[f.field];
            if is_hard_to_see(field, marker.nib.contrast(), &scanned) {
                f.drawn.ask = f.drawn.ask.max(Ask::May);
            }
        }
        pages.push(Page {
            side,
            degradation,
            fields,
            scanned,
        });
    }
    Ok(pages)
}

/// Whether a person may be asked although the answer is plain: faint ink, a streak through it.
fn is_hard_to_see(field: &Field, contrast: f64, scanned: &Scanned) -> bool {
    let faint = if field.consent { FAINT_CONSENT } else { FAINT };
    let places = match &field.zone {
        Zone::Marks(zone) => zone.options.iter().map(extent).collect(),
        Zone::Grid(zone) => zone.columns.concat(),
        _ => Vec::new(),
    };
    contrast < faint || places.into_iter().any(|p| scanned.is_streaked(p))
}

/// What registration needs stays black on a red form: anchors and barcodes.
fn blacken(paper: &mut image::RgbImage, side: &Side, values: &Values) -> io::Result<()> {
    let mut kept = side.clone();
    kept.fields.clear();
    kept.print
        .retain(|p| matches!(p, PrintItem::Barcode { .. }));
    let print: GrayImage = draw::side(&kept, DRAW_PX_PER_MM, values).map_err(io::Error::other)?;
    for (to, from) in paper.pixels_mut().zip(print.pixels()) {
        if from[0] < 255 {
            to.0 = to.0.map(|v| v.min(from[0]));
        }
    }
    Ok(())
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
    for number in 0..order.cards {
        let mut rng = card_rng(order.seed, number);
        let degradation = order.wears[number as usize % order.wears.len()];
        let pages = card(order.form, order.marks, degradation, &mut rng)?;
        for page in &pages {
            let (bytes, end) = page.scanned.file()?;
            let side = if pages.len() > 1 {
                format!("_{}", page.side.id)
            } else {
                String::new()
            };
            let file = format!("{:05}{side}.{end}", number + 1);
            fs::write(dir.join(&file), bytes)?;
            rows(&mut truth, &format!("{folder}/{file}"), page)?;
        }
        progress();
    }
    truth.close()
}

fn rows(truth: &mut Truth, file: &str, page: &Page<'_>) -> io::Result<()> {
    for f in &page.fields {
        let field = &page.side.fields[f.field];
        let consent = if field.consent { "/consent" } else { "" };
        let (kind, wear) = (f.drawn.kind.name(), page.degradation.name());
        let note = format!("{kind}/{wear}{consent}");
        truth.row(&Row {
            file,
            page: 0,
            field,
            value: &f.drawn.value,
            accept: match f.drawn.ask {
                Ask::Needless => "",
                Ask::May => "REVIEW",
                Ask::Must => "ONLY_REVIEW",
            },
            note: &note,
        })?;
    }
    Ok(())
}
