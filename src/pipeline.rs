//! One page from pixels to verdicts: the journey in the order of the stages. Pure.

mod again;
mod beside;
mod hints;

use std::borrow::Cow;

use image::imageops::FilterType;

use crate::calendar::Day;
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::engine::{Barcode, EngineError, Engines};
use crate::form::{FieldId, FormId, Library, Policy, Role, Side};
use crate::geom::{Mm, Rect};
use crate::identify::{self, Candidate, Identified, KeyReading};
use crate::normalize;
use crate::prove;
use crate::read::{self, Content, Crop, MarginInk, Reading};
use crate::register::{Registered, RegistrationReport};
use crate::rejection::Rejection;
use crate::restore::{GlassStreak, restore};
use crate::scan::Scan;
use crate::validate::{self, Status, Verdict};

pub use again::process_page_with;
pub use hints::{HintFault, Hints};

/// Shorter than this no form can be registered (a postcard at 100 dpi is 394 px wide).
const SMALLEST_SIDE_PX: u32 = 200;

/// White border round a field's crop.
pub const CROP_MARGIN_MM: f64 = 2.0;

/// Crops for people: 8 px a millimetre is about 200 dpi.
const CROP_PX_PER_MM: f64 = 8.0;

/// Longest side of a page's thumbnail, in pixels.
const THUMBNAIL_PX: u32 = 900;

/// Where a page ends.
#[derive(Clone, Debug)]
pub enum PageOutcome {
    Read(Box<PageRecord>),
    /// A separator sheet without a form (patch code).
    Separator {
        kind: String,
        barcodes: Vec<Barcode>,
    },
    Rejected(RejectedPage),
}

impl PageOutcome {
    /// The file could not deliver the page: an operator must look.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Rejected(page) if page.rejection.reason == Reason::Unreadable)
    }
}

/// A page that was read: with or without questions.
#[derive(Clone, Debug)]
pub struct PageRecord {
    pub form: FormId,
    pub edition: u32,
    pub form_digest: Digest,
    pub side: String,
    pub role: Role,
    pub key: KeyReading,
    pub barcodes: Vec<Barcode>,
    pub registration: RegistrationReport,
    /// Doubts about the page as a whole (its key, margin notes).
    pub doubts: Vec<Doubt>,
    pub margin: MarginInk,
    /// The whole page, small, when anything on it is asked about; else empty.
    pub picture: Crop,
    /// What dust on the scanner's glass drew across it.
    pub streaks: Vec<GlassStreak>,
    /// In the order of the form.
    pub fields: Vec<FieldRecord>,
}

#[derive(Clone, Debug)]
pub struct FieldRecord {
    pub reading: Reading,
    pub verdict: Verdict,
    pub crop: Crop,
}

/// A page that a person must look at as a whole.
#[derive(Clone, Debug)]
pub struct RejectedPage {
    pub rejection: Rejection,
    pub barcodes: Vec<Barcode>,
    /// A small PNG of the whole page for the contact sheet, at most 900 px each way.
    pub thumbnail: Crop,
    pub streaks: Vec<GlassStreak>,
}

/// What does not change from page to page.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The day the cards were received.
    pub today: Day,
}

/// Reads one page.
///
/// # Errors
/// When an engine breaks; never for what is on the paper.
pub fn process_page(
    scan: &Scan,
    library: &Library,
    engines: &Engines,
    settings: &Settings,
) -> Result<PageOutcome, EngineError> {
    if scan.width().min(scan.height()) < SMALLEST_SIDE_PX {
        let detail = format!("{} x {} px", scan.width(), scan.height());
        let small = Rejection::new(Reason::PictureTooSmall, detail);
        return Ok(rejected(scan, small, Vec::new()));
    }
    restored_first(scan, |scan| {
        let upright = normalize::normalize(scan);
        let identified = identify::identify(&upright, library, engines.barcodes.as_ref());
        let lay = || prove::prove(&upright, &identified);
        outcome(scan, &identified, lay, (library, engines, settings), None)
    })
}

/// What becomes of a page that was identified, once `lay` has laid it onto a candidate.
fn outcome<'a>(
    scan: &Scan,
    identified: &'a Identified,
    lay: impl FnOnce() -> Result<(&'a Candidate, Registered<'a>), Rejection>,
    (library, engines, settings): (&Library, &Engines, &Settings),
    typed: Option<&str>,
) -> Result<PageOutcome, EngineError> {
    let barcodes = identified.barcodes.clone();
    if let Some(kind) = identified.separator.clone() {
        return Ok(PageOutcome::Separator { kind, barcodes });
    }
    match lay() {
        Ok((candidate, page)) => {
            let another = beside::is_another_card(&page, library, engines.barcodes.as_ref());
            let seen = (barcodes, another);
            let record = read_page(&page, candidate, seen, (engines, settings), typed)?;
            Ok(PageOutcome::Read(Box::new(record)))
        }
        Err(rejection) => Ok(rejected(scan, rejection, barcodes)),
    }
}

/// Reads the scan as [`restore`] leaves it and, where that fits no form, as it came: what was taken for a
/// streak may be a line of the form, in a picture that was cut along its frame.
fn restored_first(
    scan: &Scan,
    read: impl Fn(&Scan) -> Result<PageOutcome, EngineError>,
) -> Result<PageOutcome, EngineError> {
    let restored = restore(scan);
    match (read(&restored.scan)?, &restored.scan) {
        (PageOutcome::Rejected(refused), Cow::Owned(_)) => match read(scan)? {
            // The reason is the better picture's, the picture is the file's.
            PageOutcome::Rejected(_) => Ok(PageOutcome::Rejected(RejectedPage {
                thumbnail: thumbnail(scan),
                streaks: restored.streaks,
                ..refused
            })),
            as_it_came => Ok(as_it_came),
        },
        (PageOutcome::Read(mut record), _) => {
            record.streaks = restored.streaks;
            Ok(PageOutcome::Read(record))
        }
        (outcome, _) => Ok(outcome),
    }
}

/// `another`: a second card lies in the picture. `typed`: the key as a person says it; what the machine
/// reads of it is kept all the same.
fn read_page(
    page: &Registered<'_>,
    candidate: &Candidate,
    (barcodes, another): (Vec<Barcode>, bool),
    (engines, settings): (&Engines, &Settings),
    typed: Option<&str>,
) -> Result<PageRecord, EngineError> {
    let mut key = read::key::read_key(page, &barcodes, engines.barcodes.as_ref());
    let suspect = Doubt::new(Reason::DoubleFeedSuspect);
    if another && !key.doubts.contains(&suspect) {
        key.doubts.push(suspect);
    }
    let mut readings = read::read(page, engines)?;
    doubt_places(page, &mut readings);
    doubt_half_rows(page, &mut readings);
    let margin = if page.side.margin_notes {
        read::margin::read(page)
    } else {
        MarginInk::default()
    };
    let context = validate::Context {
        today: settings.today,
        key: typed.or(key.key.as_deref()),
    };
    let noticed = (&key.doubts[..], &margin);
    let Judgement { verdicts, doubts } = judge(page.side, &readings, noticed, &context);
    let asks = !doubts.is_empty() || verdicts.iter().any(|v| v.status == Status::Question);
    let fields = readings
        .into_iter()
        .zip(verdicts)
        .map(|(reading, verdict)| {
            let crop = crop_of(page, reading.crop_area);
            FieldRecord {
                reading,
                verdict,
                crop,
            }
        })
        .collect();
    Ok(PageRecord {
        form: candidate.form.id.clone(),
        edition: candidate.form.edition,
        form_digest: candidate.form.digest,
        side: page.side.id.clone(),
        role: candidate.form.role,
        key,
        barcodes,
        registration: page.placed_report(),
        picture: if asks {
            overview(page)
        } else {
            Crop { png: Vec::new() }
        },
        streaks: Vec::new(),
        doubts,
        margin,
        fields,
    })
}

/// A field that nothing proves to be where the form says is asked about, whatever was read there;
/// on a page that only a person's hand laid, every field. A barcode proves its own place.
fn doubt_places(page: &Registered<'_>, readings: &mut [Reading]) {
    for (i, reading) in readings.iter_mut().enumerate() {
        let barcode = matches!(reading.content, Content::Barcode { .. });
        if (!page.is_proved() || page.doubts_field(i)) && !barcode {
            reading.doubts.push(Reason::LocalResidual.into());
        }
    }
}

/// A pen's stroke is two or three rows high in a fax in standard mode, and a tick struck out may look like
/// a tick: what somebody consents to is asked.
fn doubt_half_rows(page: &Registered<'_>, readings: &mut [Reading]) {
    if !page.scan.half_rows {
        return;
    }
    for (reading, field) in readings.iter_mut().zip(&page.side.fields) {
        if field.consent {
            reading.doubts.push(Reason::LowConf.into());
        }
    }
}

/// What the rules say of a page's readings.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// One a reading.
    pub verdicts: Vec<Verdict>,
    /// About the page and its key.
    pub doubts: Vec<Doubt>,
}

/// Judges what was read on a side, without pixels: the same for a fresh page and for one that is
/// judged again. `noticed`: doubts that only the pixels give (about the key), and the margin's ink.
pub fn judge(
    side: &Side,
    readings: &[Reading],
    (noticed, margin): (&[Doubt], &MarginInk),
    context: &validate::Context<'_>,
) -> Judgement {
    let mut doubts = noticed.to_vec();
    doubts.extend(validate::key::unknown(side, context.key));
    let mut verdicts = validate::validate(side, readings, context);
    if side.margin_notes && read::margin::is_note(margin) {
        doubts.push(Reason::MarginNote.into());
        doubt_consent(side, &mut verdicts);
    }
    ask_by_policy(side, &mut verdicts);
    Judgement { verdicts, doubts }
}

/// What the form wants a person to see is a question, however sure the machine is; it says by which
/// policy. What the form's rules make meaningless is not asked.
fn ask_by_policy(side: &Side, verdicts: &mut [Verdict]) {
    for verdict in verdicts {
        let field = side.fields.iter().find(|f| f.id == verdict.field);
        let policy = field.map_or(Policy::Auto, |f| f.policy);
        if policy != Policy::Auto && verdict.status != Status::NotApplicable {
            verdict.ask(Doubt::with(Reason::ByPolicy, policy.name()));
        }
    }
}

/// A remark anywhere on the side may be about what was consented to.
fn doubt_consent(side: &Side, verdicts: &mut [Verdict]) {
    let legal = |id: &FieldId| side.fields.iter().any(|f| f.id == *id && f.consent);
    for verdict in verdicts {
        let settled = matches!(verdict.status, Status::Accepted | Status::Blank);
        if settled && legal(&verdict.field) {
            verdict.ask(Reason::MarginNote.into());
        }
    }
}

/// Which of a page's doubts were noticed in its pixels, the rest being [`judge`]'s own.
pub fn noticed(doubts: &[Doubt]) -> Vec<Doubt> {
    let own = |d: &&Doubt| !matches!(d.reason, Reason::MarginNote | Reason::KeyUnknown);
    doubts.iter().filter(own).cloned().collect()
}

/// The field's picture for people, in colour where the scan has it.
fn crop_of(page: &Registered<'_>, area: Rect<Mm>) -> Crop {
    let area = area.inflate(CROP_MARGIN_MM);
    let scale = page.native_px_per_mm().min(CROP_PX_PER_MM);
    let png = match page.cut_color(area, scale) {
        Some(color) => read::png_of_color(&color),
        None => read::png_of(&page.cut(area, scale).gray),
    };
    Crop { png }
}

fn rejected(scan: &Scan, rejection: Rejection, barcodes: Vec<Barcode>) -> PageOutcome {
    PageOutcome::Rejected(RejectedPage {
        rejection,
        barcodes,
        thumbnail: thumbnail(scan),
        streaks: Vec::new(),
    })
}

/// The page as it lies in the file, at most [`THUMBNAIL_PX`] each way.
fn thumbnail(scan: &Scan) -> Crop {
    let gray = &scan.picture.gray;
    let longest = gray.width().max(gray.height()).max(1);
    let shrink = (f64::from(THUMBNAIL_PX) / f64::from(longest)).min(1.0);
    let side = |px: u32| ((f64::from(px) * shrink).round() as u32).max(1);
    let (w, h) = (side(gray.width()), side(gray.height()));
    Crop {
        png: read::png_of(&image::imageops::resize(gray, w, h, FilterType::Triangle)),
    }
}

/// The side, upright and levelled, small enough to look at as a whole.
fn overview(page: &Registered<'_>) -> Crop {
    let size = page.side.size;
    let scale = f64::from(THUMBNAIL_PX) / size.w.max(size.h);
    let cut = page.cut(Rect::new(0.0, 0.0, size.w, size.h), scale);
    Crop {
        png: read::png_of(&cut.gray),
    }
}

/// A page that its file could not deliver.
pub fn undecodable(detail: impl Into<String>) -> PageOutcome {
    PageOutcome::Rejected(RejectedPage {
        rejection: Rejection::new(Reason::Unreadable, detail),
        barcodes: Vec::new(),
        thumbnail: Crop { png: Vec::new() },
        streaks: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::scan::drawn;

    /// Paper with one dark line from edge to edge.
    fn lined() -> Scan {
        let ink = |x: u32| if (200..202).contains(&x) { 60 } else { 240 };
        drawn(GrayImage::from_fn(600, 800, |x, _| Luma([ink(x)])), None)
    }

    fn refused(scan: &Scan, why: &str) -> PageOutcome {
        rejected(scan, Rejection::new(Reason::UnknownForm, why), Vec::new())
    }

    fn is_lined(scan: &Scan) -> bool {
        scan.picture.gray.get_pixel(200, 400)[0] < 100
    }

    #[test]
    fn a_page_whose_line_is_the_forms_is_read_as_it_came() {
        let read = |scan: &Scan| {
            Ok(if is_lined(scan) {
                PageOutcome::Separator {
                    kind: "with its line".into(),
                    barcodes: Vec::new(),
                }
            } else {
                refused(scan, "without its line")
            })
        };
        let outcome = restored_first(&lined(), read).expect("no engine");
        assert!(matches!(outcome, PageOutcome::Separator { .. }));
    }

    #[test]
    fn a_page_that_fits_nothing_either_way_is_refused_once_and_shown_as_it_came() {
        let scan = lined();
        let read = |scan: &Scan| {
            let why = if is_lined(scan) {
                "as it came"
            } else {
                "restored"
            };
            Ok(refused(scan, why))
        };
        let PageOutcome::Rejected(page) = restored_first(&scan, read).expect("no engine") else {
            panic!("refused both ways");
        };
        assert_eq!(page.rejection.detail, "restored");
        assert_eq!(page.thumbnail.png, thumbnail(&scan).png);
    }
}
