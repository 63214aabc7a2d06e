//! The empty form from filled ones: what most scans of a side share.
//!
//! One page lends the first frame; the others are laid onto it, first by their layout at a
//! millimetre (`group`), then by patches as any page onto its form. What most of them show is the
//! first picture; the form's own marks or boxes, found in it, say which millimetre is which
//! (`frame`). Then every page is registered to the picture, and the picture is made again of the
//! registered pages (`share`), twice. Pages that lack what the others share are left out.
//!
//! Positions are as good as registration (0.05 mm on average over ten pages); print comes out as
//! dark as most pages show it. What most people write at the same place to a tenth of a millimetre
//! would be taken for print; inside answers a darker share of the pages must agree. A picture is
//! refused when fewer than ten pages agree, or when its boxes do not stand where the form says.

mod frame;
mod group;
mod many;
mod share;
mod whole;

use std::sync::Arc;

use crate::form::{Anchors, Blank, Form, Side};
use crate::geom::{Mm, Px, QuarterTurn, Transform};
use crate::identify::Candidate;
use crate::normalize::{self, Upright};
use crate::prove::print::{Print, Seen};
use crate::register::{self, Registered};
use crate::scan::Scan;

use many::{Watch, each};
use share::{Pick, Placed};

/// Fewer agreeing pages are no majority worth a form.
pub const LEAST_SCANS: usize = 10;
/// More than this teach nothing new.
pub const MOST_SCANS: usize = 40;
/// Resolution of the pictures on the way, px a mm.
const DRAFT: f64 = 8.0;
/// A page with less ink than this share of its paper is blank.
const BLANK_INK: f64 = 0.001;
/// Shared print that a page may lack, as a share of all of it.
const MOST_LACKING: f64 = 0.06;
/// Ink of a picture, as a share of the side, under which nothing was learnt.
const LEAST_PRINT: f64 = 0.002;

/// What is to be learnt.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    pub form: &'a Form,
    /// Index into `form.sides`.
    pub side: usize,
    pub scans: &'a [Scan],
    /// Resolution of the picture.
    pub px_per_mm: f64,
    /// Threads.
    pub jobs: usize,
}

/// A picture of the empty side, and how it came about.
#[derive(Clone, Debug)]
pub struct Learnt {
    pub blank: Blank,
    pub report: Report,
}

/// How a picture came about. Scans by their place in the lesson.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub used: Vec<Used>,
    pub left_out: Vec<(usize, LeftOut)>,
    /// Share of the side that four fifths of the pages cover, 0 to 1.
    pub coverage: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct Used {
    pub scan: usize,
    /// Of the page's anchors against the picture, mm.
    pub residual_rms_mm: f64,
    pub residual_max_mm: f64,
}

/// Why a scan takes no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Next to nothing is on it.
    Blank,
    /// Its layout is another, or it lacks print that the others share.
    OtherPrint,
    /// It cannot be laid onto the others.
    NotRegistered,
    /// Enough others were there.
    Spare,
}

/// Nothing was learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    #[error("{given} scans are too few; at least {LEAST_SCANS} are needed")]
    TooFew { given: usize },
    #[error("only {agree} scans show the same print; at least {LEAST_SCANS} must")]
    NoAgreement { agree: usize },
    #[error("what the scans share does not fit the boxes and marks of side `{side}`")]
    OtherSide { side: String },
    #[error("the scans share hardly any print")]
    NoPrint,
}

/// How often `watch` is called for that many scans.
pub fn steps(scans: usize) -> u64 {
    5 * scans.min(MOST_SCANS) as u64
}

/// Learns the blank picture of a side. `watch` is called for each step on each page.
///
/// # Errors
/// When too few scans agree, or what they share is not this side.
pub fn learn(lesson: &Lesson<'_>, watch: &(dyn Fn() + Sync)) -> Result<Learnt, LearnError> {
    let side = &lesson.form.sides[lesson.side];
    if lesson.scans.len() < LEAST_SCANS {
        let given = lesson.scans.len();
        return Err(LearnError::TooFew { given });
    }
    let watch: Watch<'_> = Watch {
        jobs: lesson.jobs,
        tick: watch,
    };
    let part = &lesson.scans[..lesson.scans.len().min(MOST_SCANS)];
    let pages = each(part, watch, normalize::normalize);
    let class = Class {
        form: lesson.form,
        side,
        pages: &pages,
        watch,
    };
    let (places, rough) = class.group()?;
    let (places, better) = class.again(&places, &rough)?;
    let to_frame = frame::correction(&better, side).unwrap_or_else(|| Transform::scale(1.0));
    let better = class.picture(&moved(&places, &to_frame), (DRAFT, Pick::Print))?;
    let (places, _) = class.again(&moved(&places, &to_frame), &better)?;
    let blank = class.picture(&places, (lesson.px_per_mm, Pick::Blank))?;
    let mut report = class.report(&places);
    let spare = lesson.scans.len() - part.len();
    report
        .left_out
        .extend((0..spare).map(|i| (part.len() + i, LeftOut::Spare)));
    Ok(Learnt { blank, report })
}

/// Where a page lies, or why it takes no part.
type Place = Result<Fit, LeftOut>;

#[derive(Clone, Copy, Debug)]
struct Fit {
    turn: QuarterTurn,
    to_px: Transform<Mm, Px>,
    rms: f64,
    max: f64,
}

/// The pages of one lesson.
struct Class<'a> {
    form: &'a Form,
    side: &'a Side,
    pages: &'a [Upright<'a>],
    watch: Watch<'a>,
}

impl Class<'_> {
    /// The largest group of pages that show one print which fits the side's boxes, laid into the
    /// side's millimetres, and the first picture.
    fn group(&self) -> Result<(Vec<Place>, Blank), LearnError> {
        let mut failed = LearnError::NoAgreement { agree: 0 };
        for found in group::find(self.pages, self.side, self.watch) {
            match self.first_picture(&found) {
                Ok(done) => return Ok(done),
                Err(why) => failed = worse(failed, why),
            }
        }
        Err(failed)
    }

    fn first_picture(&self, found: &group::Group) -> Result<(Vec<Place>, Blank), LearnError> {
        let bare = Side {
            fields: Vec::new(),
            key: None,
            ..self.side.clone()
        };
        let places = self.registered(&found.places, &found.picture, &bare);
        let rough = self.picture(&places, (DRAFT, Pick::Print))?;
        let Some((turn, to_frame)) = frame::find(&rough, self.side) else {
            let side = self.side.id.clone();
            return Err(LearnError::OtherSide { side });
        };
        let mut places = moved(&places, &to_frame);
        for fit in places.iter_mut().flatten() {
            fit.turn = plus(fit.turn, turn);
        }
        let rough = self.picture(&places, (DRAFT, Pick::Print))?;
        Ok((places, rough))
    }

    /// Registers the pages to the picture, and makes the picture of those that show all of it.
    fn again(&self, places: &[Place], picture: &Blank) -> Result<(Vec<Place>, Blank), LearnError> {
        let places = self.registered(places, picture, self.side);
        let better = self.picture(&places, (DRAFT, Pick::Print))?;
        Ok((places, better))
    }

    /// Lays every page that takes part onto `picture`.
    fn registered(&self, places: &[Place], picture: &Blank, side: &Side) -> Vec<Place> {
        let with_answers = !side.fields.is_empty();
        let side = Side {
            anchors: Anchors::Auto,
            blank: Some(picture.clone()),
            mark: None,
            print: Vec::new(),
            rules: Vec::new(),
            ..side.clone()
        };
        let form = Arc::new(Form {
            sides: vec![side],
            ..self.form.clone()
        });
        let all: Vec<(&Upright<'_>, &Place)> = self.pages.iter().zip(places).collect();
        each(&all, self.watch, |(page, place)| {
            let fit = (**place)?;
            let candidate = Candidate {
                form: Arc::clone(&form),
                side: 0,
                turn: fit.turn,
                coarse: Some(fit.to_px),
                score: 0.0,
                by_key: false,
                by_barcode: false,
            };
            let page: &Upright<'_> = page;
            let found = register::register(page, &candidate);
            let found = found.map_err(|_| LeftOut::NotRegistered)?;
            // The first picture is one page with its writing: nobody else has that.
            if with_answers && lacks(page, &found) {
                return Err(LeftOut::OtherPrint);
            }
            Ok(Fit {
                turn: fit.turn,
                to_px: found.to_px,
                rms: found.report.residual_rms_mm,
                max: found.report.residual_max_mm,
            })
        })
    }

    /// What the placed pages share.
    fn picture(
        &self,
        places: &[Place],
        (px_per_mm, pick): (f64, Pick),
    ) -> Result<Blank, LearnError> {
        let placed: Vec<Placed<'_>> = placed(self.pages, places);
        if placed.len() < LEAST_SCANS {
            let agree = placed.len();
            return Err(LearnError::NoAgreement { agree });
        }
        let blank = share::picture(&placed, self.side, (px_per_mm, pick), self.watch.jobs);
        let ink = blank.gray.pixels().filter(|p| p[0] < 128).count() as f64;
        if ink < LEAST_PRINT * blank.gray.len() as f64 {
            return Err(LearnError::NoPrint);
        }
        Ok(blank)
    }

    fn report(&self, places: &[Place]) -> Report {
        let mut report = Report {
            coverage: share::coverage(&placed(self.pages, places), self.side),
            ..Report::default()
        };
        for (scan, place) in places.iter().enumerate() {
            match place {
                Ok(fit) => report.used.push(Used {
                    scan,
                    residual_rms_mm: fit.rms,
                    residual_max_mm: fit.max,
                }),
                Err(why) => report.left_out.push((scan, *why)),
            }
        }
        report
    }
}

/// The error that says more.
fn worse(old: LearnError, new: LearnError) -> LearnError {
    match (&old, &new) {
        (LearnError::NoAgreement { agree: a }, LearnError::NoAgreement { agree: b }) if a > b => {
            old
        }
        (LearnError::OtherSide { .. }, LearnError::NoAgreement { .. }) => old,
        _ => new,
    }
}

fn placed<'a>(pages: &'a [Upright<'a>], places: &[Place]) -> Vec<Placed<'a>> {
    let both = pages.iter().zip(places);
    both.filter_map(|(page, place)| {
        let to_px = place.ok()?.to_px;
        Some(Placed { page, to_px })
    })
    .collect()
}

/// Whether the page lacks more of the shared print than dirt and folds explain.
fn lacks(page: &Upright<'_>, found: &Registered<'_>) -> bool {
    missing_print(page, found).is_some_and(|share| share > MOST_LACKING)
}

/// The share of its side's print that a registered page lacks, 0 to 1; `None` without a blank
/// picture.
fn missing_print(upright: &Upright<'_>, page: &Registered<'_>) -> Option<f64> {
    let print = Print::of(page.side)?;
    let lack = whole::lack(&print, &Seen::of(upright, page));
    Some(lack.missing / lack.print.max(1.0))
}

/// The places with the side's millimetres changed: `change` leads from the new to the old ones.
fn moved(places: &[Place], change: &Transform<Mm, Mm>) -> Vec<Place> {
    let one = |place: &Place| {
        place.map(|fit| Fit {
            to_px: change.then(&fit.to_px),
            ..fit
        })
    };
    places.iter().map(one).collect()
}

fn plus(a: QuarterTurn, b: QuarterTurn) -> QuarterTurn {
    let sum = (a.degrees() + b.degrees()) % 360;
    let all = QuarterTurn::ALL.into_iter();
    all.into_iter()
        .find(|t| t.degrees() == sum)
        .unwrap_or(QuarterTurn::None)
}
