//! Pages that the machine could not place, laid and read again as a person says.
//!
//! Reading takes a second and holds no store: [`begin`] looks what is to be read, [`Bench::read`]
//! reads it by the real journey, [`record`] puts the new reading beside the old one, if the question
//! is still the person's by then.

use std::fmt;
use std::sync::OnceLock;

use super::{Reply, ReviewError, is_his};
use crate::batch::{self, BatchError};
use crate::digest::Digest;
use crate::engine::Engines;
use crate::form::Library;
use crate::ingest::{Decoding, IngestError, Limits};
use crate::normalize;
use crate::pipeline::{HintFault, Hints, PageOutcome, Settings};
use crate::read::png_of;
use crate::scan::Scan;
use crate::store::{
    Original, PageId, Purpose, QuestionId, QuestionState, Repaired, Rereading, RunInfo, Store,
    StoreError, Subject,
};

/// Longest side of the picture that a person lays by hand: a corner of a postcard is seen to 0.1 mm.
const SHEET_PX: u32 = 1800;

/// A page was not read again; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    #[error(transparent)]
    Hint(#[from] HintFault),
    /// The word says nothing.
    #[error("nothing was said of how to read the page")]
    Nothing,
    /// Its file does not give the picture back.
    #[error("the page's picture cannot be decoded: {0}")]
    Picture(IngestError),
    #[error("the page cannot be read here: {0}")]
    Broken(String),
    #[error(transparent)]
    Review(#[from] ReviewError),
}

impl From<BatchError> for RepairError {
    fn from(error: BatchError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<StoreError> for RepairError {
    fn from(error: StoreError) -> Self {
        Self::Review(error.into())
    }
}

/// Loads the engines; says why not in words.
pub type LoadEngines = Box<dyn Fn() -> Result<Engines, String> + Send + Sync>;

/// What pages are decoded and read with. The engines are loaded when the first page is read.
pub struct Bench {
    pub decoding: Decoding,
    pub limits: Limits,
    /// Name and version of the program, for the run's row.
    pub program: String,
    load: LoadEngines,
    engines: OnceLock<Engines>,
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench")
            .field("decoding", &self.decoding)
            .finish_non_exhaustive()
    }
}

/// A page's picture, and where its paper seems to be.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub png: Vec<u8>,
    /// Of the picture as it lies in the file.
    pub width: u32,
    pub height: u32,
    /// Clockwise from the one nearest to the picture's top left, as shares of width and height.
    pub corners: [[f64; 2]; 4],
}

/// A page as it reads now.
#[derive(Clone, Debug)]
pub struct Read {
    pub outcome: PageOutcome,
    pixels: Digest,
}

impl Bench {
    pub fn new((decoding, limits): (Decoding, Limits), program: &str, load: LoadEngines) -> Self {
        Self {
            decoding,
            limits,
            program: program.to_owned(),
            load,
            engines: OnceLock::new(),
        }
    }

    /// # Errors
    /// When the picture cannot be decoded.
    pub fn sheet(&self, original: &Original) -> Result<Sheet, RepairError> {
        let scan = batch::decode_again(original, (&self.decoding, self.limits))?;
        Ok(sheet_of(&scan.map_err(RepairError::Picture)?))
    }

    /// # Errors
    /// When the picture cannot be decoded or an engine breaks; never for what is on the paper.
    pub fn read(
        &self,
        original: &Original,
        hints: &Hints,
        library: &Library,
    ) -> Result<Read, RepairError> {
        let engines = if let Some(engines) = self.engines.get() {
            engines
        } else {
            let loaded = (self.load)().map_err(RepairError::Broken)?;
            self.engines.get_or_init(|| loaded)
        };
        let reader = batch::Reader {
            library,
            engines,
            settings: Settings {
                today: original.received,
            },
            limits: self.limits,
            decoding: &self.decoding,
            jobs: 1,
        };
        let read = batch::read_again(original, hints, &reader)?;
        let (outcome, pixels) = read.map_err(RepairError::Picture)?;
        Ok(Read { outcome, pixels })
    }
}

fn sheet_of(scan: &Scan) -> Sheet {
    let gray = &scan.picture.gray;
    let (width, height) = gray.dimensions();
    let upright = normalize::normalize(scan);
    let paper = upright
        .border
        .map_or_else(|| upright.paper.corners(), |border| border.0);
    let share = |v: f64, whole: u32| ((v + 0.5) / f64::from(whole.max(1))).clamp(0.0, 1.0);
    let shrink = f64::from(SHEET_PX) / f64::from(width.max(height).max(1));
    let png = if shrink < 1.0 {
        let side = |px: u32| ((f64::from(px) * shrink).round() as u32).max(1);
        let filter = image::imageops::FilterType::Triangle;
        png_of(&image::imageops::resize(
            gray,
            side(width),
            side(height),
            filter,
        ))
    } else {
        png_of(gray)
    };
    Sheet {
        png,
        width,
        height,
        corners: paper.map(|p| [share(p.x, width), share(p.y, height)]),
    }
}

/// What is to be read again: the page of a question about it that waits, or of its key.
///
/// # Errors
/// When the word fits no page, or the question is not this person's to answer.
pub fn begin(
    store: &Store,
    library: &Library,
    (reply, hints): (&Reply, &Hints),
) -> Result<Original, RepairError> {
    if reply.act.who.trim().is_empty() {
        return Err(ReviewError::Nameless.into());
    }
    if !hints.lays() && hints.key.is_none() {
        return Err(RepairError::Nothing);
    }
    hints.named(library)?;
    let question = store.question(reply.question)?;
    if question.state == QuestionState::Superseded {
        return Err(ReviewError::Superseded(question.id).into());
    }
    if !is_his(store, &question, reply)? {
        return Err(ReviewError::NotHis.into());
    }
    let original = match &question.subject {
        Subject::Field(_) => None,
        Subject::Key | Subject::Page => store.original(question.page_id)?,
    };
    original.ok_or_else(|| {
        let takes = super::takes(&question);
        ReviewError::NotAnAnswer { takes }.into()
    })
}

/// Puts the new reading beside the old one; `lease` as in [`Store::repair_page`].
///
/// # Errors
/// When the question is no longer the person's.
pub fn record(
    store: &mut Store,
    (reply, lease): (&Reply, Option<&str>),
    (original, hints): (&Original, &Hints),
    (read, program): (&Read, &str),
) -> Result<PageId, RepairError> {
    let info = RunInfo {
        program: program.to_owned(),
        who: reply.act.who.clone(),
        at: reply.act.at.clone(),
        received: original.received,
        purpose: Purpose::Reread,
    };
    let new = Rereading {
        original,
        pixels: &read.pixels,
        outcome: &read.outcome,
        hints,
    };
    let question: QuestionId = reply.question;
    match store.repair_page(&info, (question, lease), &new)? {
        Repaired::Done(_) => Ok(original.page),
        Repaired::TakenBack => Err(ReviewError::TakenBack.into()),
        Repaired::Meanwhile => Err(ReviewError::Meanwhile.into()),
    }
}
