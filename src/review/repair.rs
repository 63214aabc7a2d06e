//! Pages that the machine could not place, laid and read again as a person says.
//!
//! Reading takes a second and holds no store: [`begin`] looks what is to be read, [`Bench::read`]
//! reads it by the real journey, [`record`] puts the new reading beside the old one, if the question
//! is still the person's by then.

use std::fmt;
use std::sync::OnceLock;

use super::{Reply, ReviewError, is_his, key};
use crate::batch::{self, BatchError};
use crate::calendar::Day;
use crate::digest::Digest;
use crate::doubt::Doubt;
use crate::engine::Engines;
use crate::form::Library;
use crate::ingest::{Decoding, IngestError, Limits};
use crate::normalize;
use crate::pipeline::{HintFault, Hints, PageOutcome, Settings};
use crate::read::png_of;
use crate::restore::restore;
use crate::scan::{Region, Scan};
use crate::store::{
    Act, NewPart, Original, PageId, Purpose, QuestionId, QuestionState, Repaired, Rereading,
    RunInfo, Store, StoreError,
};

/// Longest side of the picture that a person lays by hand: a corner of a postcard is seen to 0.1 mm.
const SHEET_PX: u32 = 1800;

/// An A3 glass holds eight postcards.
pub const MOST_PARTS: usize = 8;

/// Cards that lie askew share a little of their rectangles; a card is not told twice.
const MOST_SHARED: f64 = 0.3;

/// A page was not read again; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    #[error(transparent)]
    Hint(#[from] HintFault),
    /// The word says nothing.
    #[error("nothing was said of how to read the page")]
    Nothing,
    /// No picture is separated that way.
    #[error("a picture is separated into 2 to {MOST_PARTS} parts that do not lie on each other")]
    Parts,
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
    /// What speaks against the key that was typed, now that the page's form is known.
    against_key: Vec<Doubt>,
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
        let read = batch::read_again(original, hints, &self.reader(original, library)?)?;
        let (outcome, pixels) = read.map_err(RepairError::Picture)?;
        Ok(Read {
            against_key: key::against(library, (original, hints), &outcome),
            outcome,
            pixels,
        })
    }

    /// Reads each part of the page by itself.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_parts(
        &self,
        original: &Original,
        parts: &[(Region, Hints)],
        library: &Library,
    ) -> Result<Vec<Read>, RepairError> {
        let read = batch::read_parts(original, parts, &self.reader(original, library)?)?;
        let all = read.map_err(RepairError::Picture)?.into_iter();
        Ok(all
            .map(|(outcome, pixels)| Read {
                outcome,
                pixels,
                against_key: Vec::new(),
            })
            .collect())
    }

    fn reader<'a>(
        &'a self,
        original: &Original,
        library: &'a Library,
    ) -> Result<batch::Reader<'a>, RepairError> {
        let engines = if let Some(engines) = self.engines.get() {
            engines
        } else {
            let loaded = (self.load)().map_err(RepairError::Broken)?;
            self.engines.get_or_init(|| loaded)
        };
        Ok(batch::Reader {
            library,
            engines,
            settings: Settings {
                today: original.received,
            },
            limits: self.limits,
            decoding: &self.decoding,
            jobs: 1,
        })
    }
}

fn sheet_of(scan: &Scan) -> Sheet {
    let gray = &scan.picture.gray;
    let (width, height) = gray.dimensions();
    let restored = restore(scan).scan;
    let upright = normalize::normalize(&restored);
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

/// What is to be read again: the page of a question, whatever it is about; and what is said of it, with a
/// typed key as it is kept.
///
/// # Errors
/// When the word fits no page, the key is none of its form and the person does not insist, or the
/// question is not this person's to answer.
pub fn begin(
    store: &Store,
    library: &Library,
    (reply, hints): (&Reply, &Hints),
) -> Result<(Original, Hints), RepairError> {
    if reply.act.who.trim().is_empty() {
        return Err(ReviewError::Nameless.into());
    }
    if !hints.lays() && hints.key.is_none() {
        return Err(RepairError::Nothing);
    }
    hints.named(library)?;
    let original = asked_about(store, reply)?;
    let question = store.question(reply.question)?;
    let hints = key::hinted(library, (&question, &original), (reply, hints))?;
    Ok((original, hints))
}

/// The page of a question that is this person's to answer. Pages are laid and set aside by who speaks
/// first; who looks after others settles what they said of fields.
fn asked_about(store: &Store, reply: &Reply) -> Result<Original, ReviewError> {
    if !reply.may.first {
        return Err(ReviewError::NotHis);
    }
    let question = store.question(reply.question)?;
    if question.state == QuestionState::Superseded {
        return Err(ReviewError::Superseded(question.id));
    }
    if !is_his(store, &question, reply)? {
        return Err(ReviewError::NotHis);
    }
    let original = store.original(question.page_id)?;
    original.ok_or(ReviewError::Meanwhile)
}

/// The question about the page as a whole, which a person opens where nobody asked: he saw in the
/// picture of a field, say, that it holds two cards. What people said of its fields stays.
///
/// # Errors
/// When the question that he looked at is not his to answer, or its page is read by nobody.
pub fn ask(store: &mut Store, reply: &Reply) -> Result<QuestionId, ReviewError> {
    if reply.act.who.trim().is_empty() {
        return Err(ReviewError::Nameless);
    }
    let original = asked_about(store, reply)?;
    done(store.ask_about_page(&reply.act, original.page)?)
}

/// Puts the new reading beside the old one; `lease` as in [`Store::repair_page`].
///
/// # Errors
/// When the question is no longer the person's, or the key that he typed is none of the form that the
/// page turned out to be, and he does not insist.
pub fn record(
    store: &mut Store,
    (reply, lease): (&Reply, Option<&str>),
    (original, hints): (&Original, &Hints),
    (read, program): (&Read, &str),
) -> Result<PageId, RepairError> {
    if !read.against_key.is_empty() && !reply.insist {
        return Err(RepairError::Review(ReviewError::Invalid {
            doubts: read.against_key.clone(),
            suggestion: None,
        }));
    }
    let info = run_of(&reply.act, (original, program));
    let new = Rereading {
        original,
        pixels: &read.pixels,
        outcome: &read.outcome,
        hints,
    };
    let question: QuestionId = reply.question;
    done(store.repair_page(&info, (question, lease), &new)?)?;
    Ok(original.page)
}

fn done<T>(repaired: Repaired<T>) -> Result<T, ReviewError> {
    match repaired {
        Repaired::Done(what) => Ok(what),
        Repaired::TakenBack => Err(ReviewError::TakenBack),
        Repaired::Meanwhile => Err(ReviewError::Meanwhile),
    }
}

fn run_of(act: &Act, (original, program): (&Original, &str)) -> RunInfo {
    RunInfo {
        program: program.to_owned(),
        who: act.who.clone(),
        at: act.at.clone(),
        received: original.received,
        purpose: Purpose::Reread,
    }
}

/// What is to be separated: the page of a question, whatever it is about, whose picture holds several
/// cards. The parts are of the page as it is shown.
///
/// # Errors
/// When the parts are no cards side by side, a word fits no page, or the question is not this
/// person's to answer.
pub fn begin_separating(
    store: &Store,
    library: &Library,
    (reply, parts): (&Reply, &[(Region, Hints)]),
) -> Result<Original, RepairError> {
    if reply.act.who.trim().is_empty() {
        return Err(ReviewError::Nameless.into());
    }
    let mut pairs = (0..parts.len()).flat_map(|i| (0..i).map(move |k| (i, k)));
    let overlaps = pairs.any(|(i, k)| parts[i].0.shared_with(parts[k].0) > MOST_SHARED);
    if !(2..=MOST_PARTS).contains(&parts.len()) || overlaps {
        return Err(RepairError::Parts);
    }
    for (_, hints) in parts {
        hints.named(library)?;
    }
    Ok(asked_about(store, reply)?)
}

/// Makes a page of every part as it was read; `lease` as in [`Store::separate_page`].
///
/// # Errors
/// When the question is no longer the person's.
pub fn record_parts(
    store: &mut Store,
    (reply, lease): (&Reply, Option<&str>),
    (original, parts): (&Original, &[(Region, Hints)]),
    (read, program): (&[Read], &str),
) -> Result<Vec<PageId>, RepairError> {
    let info = run_of(&reply.act, (original, program));
    let of_file = |part: Region| original.region.map_or(part, |whole| whole.within(part));
    let new: Vec<NewPart<'_>> = parts
        .iter()
        .zip(read)
        .map(|((region, hints), read)| NewPart {
            region: of_file(*region),
            pixels: &read.pixels,
            outcome: &read.outcome,
            hints,
        })
        .collect();
    let made = store.separate_page(&info, (reply.question, lease), (original, &new))?;
    Ok(done(made)?)
}

/// Takes a separation back, for whoever made it: the page waits again.
///
/// # Errors
/// When somebody else made it, or somebody spoke about its parts meanwhile.
pub fn rejoin(
    store: &mut Store,
    (act, today): (&Act, Day),
    (page, program): (PageId, &str),
) -> Result<QuestionId, ReviewError> {
    if store.separated_by(page)?.as_deref() != Some(act.who.as_str()) {
        return Err(ReviewError::NotHis);
    }
    let info = RunInfo {
        program: program.to_owned(),
        who: act.who.clone(),
        at: act.at.clone(),
        received: today,
        purpose: Purpose::Reread,
    };
    done(store.rejoin_page(&info, page)?)
}
