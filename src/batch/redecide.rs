//! Judging stored readings again by today's rules: no file, no pixels, one transaction a page.
//!
//! A page is judged by the edition that it was read as, on the day it was received. Its form's text
//! may have changed (other rules, another target error, another meaning of a cross), but it must
//! ask the same fields in the same way; where a zone moved, only `--reread` helps, because what was
//! measured was measured there. A page whose verdicts come out as they were is left alone, so doing
//! it twice changes nothing, and a run that was cut short goes on where it stopped.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::BatchError;
use crate::digest::Digest;
use crate::form::{Library, Side};
use crate::pipeline::{self, Judgement};
use crate::store::{PageId, Recorded, Run, Store, StoredPage};
use crate::validate::{self, Context};

/// A page that got other verdicts.
pub struct RedecidedPage<'a> {
    pub page: &'a StoredPage,
    pub judged: &'a Judgement,
}

/// Who wants to know how it goes.
pub trait Watcher {
    /// One page is settled.
    fn settled(&mut self, changed: Option<&RedecidedPage<'_>>);
}

/// What became of the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Redecisions {
    pub pages: u64,
    /// Other verdicts stand beside the old ones now.
    pub changed: u64,
    /// The edition that they were read as is not here, or it asks other fields by now.
    pub without_form: u64,
    /// Read by a program that measured other things.
    pub without_measures: u64,
    /// Judged, and the form's text is not the one that they were read with.
    pub under_changed_form: u64,
    pub interrupted: bool,
}

/// Judges the pages again, in the order given. `stop` ends it between two pages.
///
/// # Errors
/// When the store breaks.
pub fn redecide(
    pages: &[PageId],
    library: &Library,
    (store, run): (&mut Store, &mut Run),
    watcher: &mut dyn Watcher,
    stop: &AtomicBool,
) -> Result<Redecisions, BatchError> {
    let mut done = Redecisions::default();
    for id in pages {
        if stop.load(Ordering::Relaxed) {
            done.interrupted = true;
            break;
        }
        let Some(page) = store.stored_page(*id)? else {
            watcher.settled(None);
            continue;
        };
        done.pages += 1;
        let judged = judge(&page, library, &mut done);
        let Some((found, judged)) = judged.filter(|(_, j)| page.differs_from(j)) else {
            watcher.settled(None);
            continue;
        };
        let recorded = store.redecide_page(run, &page, (&found.digest, &judged))?;
        let changed = matches!(recorded, Recorded::Redecided(_)).then_some(RedecidedPage {
            page: &page,
            judged: &judged,
        });
        done.changed += u64::from(changed.is_some());
        watcher.settled(changed.as_ref());
    }
    Ok(done)
}

/// What a page is judged by.
struct Found<'a> {
    side: &'a Side,
    digest: Digest,
}

/// `None`, counted, where there is nothing to judge it by.
fn judge<'a>(
    page: &StoredPage,
    library: &'a Library,
    done: &mut Redecisions,
) -> Option<(Found<'a>, Judgement)> {
    let Some(readings) = &page.readings else {
        done.without_measures += 1;
        return None;
    };
    let found = side_of(page, library).filter(|f| validate::fits(f.side, readings));
    let Some(found) = found else {
        done.without_form += 1;
        return None;
    };
    done.under_changed_form += u64::from(found.digest != page.form_digest);
    let context = Context {
        today: page.received,
        key: page.key.as_deref(),
    };
    let noticed = pipeline::noticed(&page.doubts);
    let judged = pipeline::judge(found.side, readings, (&noticed, &page.margin), &context);
    Some((found, judged))
}

fn side_of<'a>(page: &StoredPage, library: &'a Library) -> Option<Found<'a>> {
    let form = library.find(&page.form.0, Some(page.edition))?;
    let side = form.sides.iter().find(|s| s.id == page.side)?;
    Some(Found {
        side,
        digest: form.digest,
    })
}

#[cfg(test)]
#[path = "redecide_tests.rs"]
mod tests;
