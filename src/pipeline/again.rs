//! A page read once more, with what a person says of it.

use super::{Hints, PageOutcome, SMALLEST_SIDE_PX, Settings, outcome, rejected, restored_first};
use crate::doubt::Reason;
use crate::engine::{EngineError, Engines};
use crate::form::Library;
use crate::identify::{self, Candidate, Identified};
use crate::normalize::{self, Upright};
use crate::prove;
use crate::register::{self, Registered};
use crate::rejection::Rejection;
use crate::scan::Scan;

/// Reads one page as a person says; without a word it is [`super::process_page`]. A page that does
/// not fit what he says is rejected again, with the reason.
///
/// # Errors
/// When an engine breaks; never for what is on the paper.
pub fn process_page_with(
    scan: &Scan,
    hints: &Hints,
    library: &Library,
    (engines, settings): (&Engines, &Settings),
) -> Result<PageOutcome, EngineError> {
    let refuse = |reason, why: String| Ok(rejected(scan, Rejection::new(reason, why), Vec::new()));
    let named = match hints.named(library) {
        Ok(named) => named,
        Err(fault) => return refuse(Reason::UnknownForm, fault.to_string()),
    };
    if !hints.lays() && hints.key.is_none() {
        return super::process_page(scan, library, engines, settings);
    }
    if scan.width().min(scan.height()) < SMALLEST_SIDE_PX {
        let size = format!("{} x {} px", scan.width(), scan.height());
        return refuse(Reason::PictureTooSmall, size);
    }
    let turns = hints.turns();
    restored_first(scan, |scan| {
        let upright = normalize::normalize(scan);
        let reader = engines.barcodes.as_ref();
        let identified = if let Some(named) = &named {
            let told = (&named.form, &named.sides[..], &turns[..]);
            identify::identify_as(&upright, told, (library, reader))
        } else {
            let mut found = identify::identify(&upright, library, reader);
            let fits = |c: &Candidate| turns.contains(&c.turn);
            found.candidates.retain(fits);
            found.others.retain(fits);
            found
        };
        let lay = || placed(&upright, &identified, hints);
        let with = (library, engines, settings);
        outcome(scan, &identified, lay, with, hints.key.as_deref())
    })
}

/// Lays the page by the corners, or proves a candidate as ever.
fn placed<'a>(
    upright: &Upright<'a>,
    identified: &'a Identified,
    hints: &Hints,
) -> Result<(&'a Candidate, Registered<'a>), Rejection> {
    let size = (upright.scan.width(), upright.scan.height());
    if let (Some(corners), Some(candidate)) =
        (hints.corners_in(size), identified.candidates.first())
    {
        let page = register::register_by_hand(upright, candidate, corners)?;
        return Ok((candidate, page));
    }
    match prove::prove(upright, identified) {
        Err(why) if hints.form.is_some() && why.reason == Reason::UnknownForm => {
            // The form is known by now; it is its place that is not.
            let why = "the form that was named is not found on the page";
            Err(Rejection::new(Reason::RegResidual, why))
        }
        proved => proved,
    }
}
