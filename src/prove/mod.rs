//! Of the sides that a page may be, the one that its print proves.
//!
//! Registration proves a transform, not a form: editions of one card share nine tenths of their
//! print, and the anchors of one agree on the other. Each candidate is registered, most likely
//! first; one whose print is not all there (`whole`), or that has other print besides
//! (`extra`), is no match, whatever its score. Of several that stand, each pair is decided where
//! their prints differ (`duel`). What no duel can decide is an unknown form: a person looks at it.
//! Candidates whose layout fits far worse than one that stands, and those whose print is plainly
//! not on the page as that one lays it, are not registered, so that the cost of a page grows little
//! with the library.

mod bare;
mod duel;
mod expect;
mod extra;
mod places;
pub(crate) mod print;
mod runs;
mod whole;
mod windows;
mod words;

use std::sync::Arc;

use crate::doubt::Reason;
use crate::geom::{Mm, Transform};
use crate::identify::{Candidate, Identified};
use crate::normalize::Upright;
use crate::register::{self, Registered};
use crate::rejection::Rejection;

use duel::Winner;
use print::{Print, Seen};

/// A page with less ink than this share of its paper is blank: 0.05 % is a 3 mm dot on a postcard,
/// less than any printed form and more than dust.
const BLANK_INK_SHARE: f64 = 0.0005;

/// A candidate whose layout scores this much less than the best one, or than one that stands, is
/// not tried. Of 120 made pages of twenty forms the right one was first on 117 and at most 0.044
/// behind; another way round or another size is 0.2 behind.
const FAR_BEHIND: f64 = 0.3;
const BEHIND_STANDING: f64 = 0.12;

/// A layout score that no wrong form reached on the samples: no further side without a whole blank
/// picture is tried.
const SURE_LAYOUT: f64 = 0.9;

/// Less is no proof for a side without a whole blank picture that identification holds unlikely:
/// the right ones of real pages scored 0.67 and more, a wrong form 0.37, the right one upside down
/// 0.53.
const LEAST_LAYOUT: f64 = 0.6;

/// Two sides without whole blank pictures whose layout scores are nearer than this cannot be told
/// apart.
const LAYOUT_MARGIN: f64 = 0.03;

/// A candidate that registered and whose print is there.
struct Standing<'a> {
    candidate: &'a Candidate,
    page: Registered<'a>,
    /// `None` when the side has no whole blank picture.
    print: Option<(Arc<Print>, Seen)>,
    /// All its print was seen; never without a blank picture.
    is_whole: bool,
    layout: f64,
}

/// The most likely side that the page does not fit, and what speaks against it.
struct Refused<'a> {
    candidate: &'a Candidate,
    why: Rejection,
}

impl Refused<'_> {
    /// For the person who lays the page by hand: what to try first, and what to look for.
    fn told(&self) -> String {
        let (form, side) = (&self.candidate.form, &self.candidate.side().id);
        let nearest = format!("{} {} {side}", form.id, form.edition);
        let why = &self.why.detail;
        format!("no form of the library fits; nearest {nearest}: {why}")
    }
}

impl Standing<'_> {
    /// Whether the page, laid onto this side, shows that it is not the candidate's: of the same
    /// frame, with other print in it. Then it need not be registered.
    fn rules_out(&self, other: &Candidate) -> bool {
        let Some((print, seen)) = &self.print else {
            return false;
        };
        if other.turn != self.candidate.turn || !other.has_whole_blank() {
            return false;
        }
        Print::of(other.side())
            .filter(|p| (p.width, p.height) == (print.width, print.height))
            .and_then(|p| whole::lack(&p, seen))
            .is_some_and(|lack| lack.is_another())
    }
}

/// Registers the candidates and takes the one that the page's own print proves.
///
/// # Errors
/// The rejection when none fits, or two of them fit equally well.
pub fn prove<'a>(
    upright: &Upright<'a>,
    identified: &'a Identified,
) -> Result<(&'a Candidate, Registered<'a>), Rejection> {
    let mut refused: Option<Refused<'_>> = None;
    let mut standing = all_standing(upright, identified, &identified.candidates, &mut refused);
    if standing.is_empty() {
        standing = all_standing(upright, identified, &identified.others, &mut refused);
        standing.retain(|one| one.print.is_some() || one.layout >= LEAST_LAYOUT);
    }
    if standing.is_empty() {
        return Err(why_unproved(upright, identified, refused));
    }
    let winner = winner(&standing).ok_or_else(|| {
        let why = "two forms, or one form two ways round, fit equally well";
        Rejection::new(Reason::UnknownForm, why)
    })?;
    let one = standing.swap_remove(winner);
    Ok((one.candidate, one.page))
}

/// The candidates that register and whose print is there.
fn all_standing<'a>(
    upright: &Upright<'a>,
    identified: &'a Identified,
    candidates: &'a [Candidate],
    refused: &mut Option<Refused<'a>>,
) -> Vec<Standing<'a>> {
    let mut standing: Vec<Standing<'a>> = Vec::new();
    let mut least = f64::MIN;
    let mut is_sure = false;
    for candidate in candidates {
        // Sketches score low on photos: they are tried however far behind.
        if candidate.has_whole_blank() {
            least = least.max(candidate.score - FAR_BEHIND);
            if candidate.score < least {
                continue;
            }
        } else if is_sure {
            continue;
        }
        if standing.iter().any(|one| one.rules_out(candidate)) {
            continue;
        }
        match stand(upright, candidate, is_alone(candidate, identified)) {
            Ok(one) => {
                if one.print.is_some() {
                    least = least.max(candidate.score - BEHIND_STANDING);
                } else {
                    is_sure |= one.layout >= SURE_LAYOUT;
                }
                let named = candidate.by_barcode && one.is_whole;
                standing.push(one);
                if named {
                    break;
                }
            }
            Err(why) => {
                let first = Refused { candidate, why };
                *refused = refused.take().or(Some(first));
            }
        }
    }
    standing
}

/// Registers a candidate and looks whether its print is there. One that a barcode names needs no
/// such proof.
fn stand<'a>(
    upright: &Upright<'a>,
    candidate: &'a Candidate,
    alone: bool,
) -> Result<Standing<'a>, Rejection> {
    let mut page = register::register(upright, candidate)?;
    let whole = candidate.has_whole_blank();
    let print = Print::of(page.side).filter(|_| whole);
    let print = print.map(|print| (print, Seen::of(upright, &page)));
    let mut is_whole = false;
    if let Some((print, seen)) = &print
        && let Some(lack) = whole::lack(print, seen)
    {
        let against = lack.against(alone);
        is_whole = against.is_none();
        if is_whole {
            page.doubt_fields_at(&lack.unreadable);
        }
        if let Some(why) = against.filter(|_| !candidate.by_barcode) {
            return Err(Rejection::new(Reason::RegResidual, why));
        }
        if !candidate.by_barcode && extra::has_print(print, seen) {
            let why = "the page has print that the form does not have";
            return Err(Rejection::new(Reason::RegResidual, why));
        }
    }
    if page.side.blank.is_none() && !candidate.by_barcode && register::lacks_boxes(&page) {
        let why = "the page lacks boxes that the form has";
        return Err(Rejection::new(Reason::RegResidual, why));
    }
    Ok(Standing {
        layout: page.report.layout_score,
        candidate,
        page,
        print,
        is_whole,
    })
}

/// Whether a key speaks for the candidate, or no other side is nearly as likely: then print that a
/// page shows too badly to judge is no reason to think of an edition that nobody knows.
fn is_alone(candidate: &Candidate, identified: &Identified) -> bool {
    let same = |other: &Candidate| {
        (&other.form.digest, other.side) == (&candidate.form.digest, candidate.side)
    };
    let near = |other: &Candidate| other.score >= candidate.score - BEHIND_STANDING;
    candidate.by_key || identified.candidates.iter().all(|c| same(c) || !near(c))
}

/// The one that wins against each other.
fn winner(standing: &[Standing<'_>]) -> Option<usize> {
    let beats = |i: usize, j: usize| decide(&standing[i], &standing[j]) == Winner::First;
    let mut champion = 0;
    for i in 1..standing.len() {
        if !beats(champion, i) {
            champion = i;
        }
    }
    let mut others = (0..standing.len()).filter(|i| *i != champion);
    others.all(|i| beats(champion, i)).then_some(champion)
}

fn decide(one: &Standing<'_>, two: &Standing<'_>) -> Winner {
    let back = two.page.to_px.inverse();
    if let (Some((first, seen)), Some((second, _)), Some(back)) = (&one.print, &two.print, back) {
        let across: Transform<Mm, Mm> = one.page.to_px.then(&back);
        return duel::duel((first, second), seen, &across);
    }
    let lead = one.layout - two.layout;
    let key = |one: &Standing<'_>| {
        let candidate = one.candidate;
        (candidate.form.digest, candidate.side, candidate.turn)
    };
    if key(one) == key(two) && lead >= 0.0 || lead >= LAYOUT_MARGIN {
        Winner::First
    } else if lead <= -LAYOUT_MARGIN {
        Winner::Second
    } else {
        Winner::Nobody
    }
}

/// A blank page is called blank; a page whose barcode names a form but does not fit it is a
/// registration failure; everything else is an unknown form.
fn why_unproved(
    upright: &Upright<'_>,
    identified: &Identified,
    refused: Option<Refused<'_>>,
) -> Rejection {
    if upright.ink_share < BLANK_INK_SHARE {
        return Rejection::new(Reason::BlankPage, "no print and no writing");
    }
    let named = identified.candidates.iter().any(|c| c.by_barcode);
    match refused {
        Some(nearest) if named => nearest.why,
        Some(nearest) => Rejection::new(Reason::UnknownForm, nearest.told()),
        None => Rejection::new(Reason::UnknownForm, "no form of the library fits"),
    }
}
