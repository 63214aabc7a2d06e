//! The sides that a page may show: named by a mark, else told by keys and layout.

use std::sync::Arc;

use super::Candidate;
use super::evidence::{captures, is_proven, spellings};
use super::layout::{self, Found};
use crate::engine::Barcode;
use crate::form::{Form, FormMark, Key, Library, Side};
use crate::geom::{Point, Px, QuarterTurn, Rect};
use crate::normalize::Upright;

/// So many are registered and compared: a wrong one costs as much as a right one.
const MOST_CANDIDATES: usize = 8;
/// A side without a whole blank picture is among so many: its print proves nothing afterwards.
const MOST_WITHOUT_BLANK: usize = 5;
/// So many are handed on in all, the rest for a page that none of the likely ones fits: of 16 forms
/// measured from real scans, pages of frames without a word had the right one as far down as the
/// 22nd. It bounds what a stranger costs.
const MOST: usize = 24;
/// What a symbol that fits the side's key adds to the layout's correlation: more than forms with
/// the same frame differ by, less than a form and a stranger do.
const KEY_BONUS: f64 = 0.15;
/// What the key standing where the turn would put it adds: an upside-down card with a symmetric
/// frame differs by less.
const TURN_BONUS: f64 = 0.1;
/// A second turn of the same side is kept when its score is at least this share of the best.
const CLOSE_CALL: f64 = 0.9;
/// The symbol may stand this far from its zone, as a share of the paper's diagonal.
const ZONE_REACH: f64 = 0.15;

struct Scored {
    candidate: Candidate,
    score: f64,
}

/// Sides whose mark a symbol of the page carries, best layout first.
pub(super) fn by_mark(
    page: &Upright<'_>,
    library: &Library,
    barcodes: &[Barcode],
) -> Vec<Candidate> {
    let sides = sides(library).filter(|(form, side)| {
        form.sides[*side]
            .mark
            .as_ref()
            .is_some_and(|m| barcodes.iter().any(|b| carries(m, b)))
    });
    let mut all = Vec::new();
    for (form, side) in sides {
        let mut turns = turns(page, form, side, barcodes, true);
        if turns.is_empty() {
            turns = QuarterTurn::ALL
                .map(|turn| scored(form, side, turn, None, 0.0))
                .into();
        }
        for one in &mut turns {
            one.candidate.by_barcode = true;
        }
        all.extend(turns);
    }
    let mut best = sorted(all);
    best.truncate(MOST_CANDIDATES);
    best
}

/// Sides whose layout the page could show, most likely first: the best, and others.
pub(super) fn by_layout(
    page: &Upright<'_>,
    library: &Library,
    barcodes: &[Barcode],
) -> (Vec<Candidate>, Vec<Candidate>) {
    let mut all = sorted(
        sides(library)
            .flat_map(|(form, side)| turns(page, form, side, barcodes, false))
            .collect(),
    );
    all.truncate(MOST);
    let most = |one: &Candidate| {
        if one.has_whole_blank() {
            MOST_CANDIDATES
        } else {
            MOST_WITHOUT_BLANK
        }
    };
    let ranked: Vec<(bool, Candidate)> = (0..)
        .zip(all)
        .map(|(rank, one)| (rank < most(&one), one))
        .collect();
    // Without a whole blank two ways round of one side are tried together or not at all: of a frame that
    // looks alike upside down the wrong one registers, too, and only the right one beside it shows that.
    let side = |one: &Candidate| (one.form.digest, one.side);
    let along: Vec<_> = ranked
        .iter()
        .filter(|(likely, one)| *likely && !one.has_whole_blank())
        .map(|(_, one)| side(one))
        .collect();
    let (best, others): (Vec<_>, Vec<_>) = ranked
        .into_iter()
        .partition(|(likely, one)| *likely || along.contains(&side(one)));
    let bare = |list: Vec<(bool, Candidate)>| list.into_iter().map(|(_, one)| one).collect();
    (bare(best), bare(others))
}

/// Sides of one form in some ways round, best layout first; where none matches, all of them.
pub(super) fn named(
    page: &Upright<'_>,
    form: &Arc<Form>,
    (sides, ways): (&[usize], &[QuarterTurn]),
    barcodes: &[Barcode],
) -> Vec<Candidate> {
    let mut all = Vec::new();
    for &side in sides {
        let mut found = turns(page, form, side, barcodes, true);
        found.retain(|one| ways.contains(&one.candidate.turn));
        if found.is_empty() {
            found.extend(ways.iter().map(|way| scored(form, side, *way, None, 0.0)));
        }
        all.extend(found);
    }
    sorted(all)
}

fn sides(library: &Library) -> impl Iterator<Item = (&Arc<Form>, usize)> {
    library
        .forms()
        .iter()
        .flat_map(|f| (0..f.sides.len()).map(move |side| (f, side)))
}

/// Highest score first; equal ones stay in the order of the library.
fn sorted(mut all: Vec<Scored>) -> Vec<Candidate> {
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    all.into_iter().map(|s| s.candidate).collect()
}

/// The turns in which the page could be this side: the best, and others that come close (all that
/// match, when `every`).
fn turns(
    page: &Upright<'_>,
    form: &Arc<Form>,
    side: usize,
    barcodes: &[Barcode],
    every: bool,
) -> Vec<Scored> {
    let shape = &form.sides[side];
    let symbols: Vec<&Barcode> = barcodes.iter().filter(|b| speaks_for(shape, b)).collect();
    let mut found: Vec<Scored> = Vec::new();
    for turn in QuarterTurn::ALL {
        let Some(layout) = layout::find(page, form, side, turn) else {
            continue;
        };
        let key = if symbols.is_empty() { 0.0 } else { KEY_BONUS };
        let lies = symbols.iter().any(|b| stands_in_zone(page, shape, turn, b));
        let score = layout.score + key + if lies { TURN_BONUS } else { 0.0 };
        let mut one = scored(form, side, turn, Some(layout), score);
        one.candidate.by_key = lies;
        found.push(one);
    }
    let top = found.iter().map(|s| s.score).fold(0.0, f64::max);
    found.retain(|s| every || s.score >= CLOSE_CALL * top);
    found
}

fn scored(
    form: &Arc<Form>,
    side: usize,
    turn: QuarterTurn,
    layout: Option<Found>,
    score: f64,
) -> Scored {
    let coarse = layout.map(|l| l.transform);
    let candidate = Candidate {
        form: Arc::clone(form),
        side,
        turn,
        coarse,
        score,
        by_key: false,
        by_barcode: false,
    };
    Scored { candidate, score }
}

fn carries(mark: &FormMark, barcode: &Barcode) -> bool {
    mark.symbologies.contains(&barcode.symbology)
        && is_proven(barcode, Some(&mark.pattern), None)
        && spellings(barcode)
            .iter()
            .any(|text| mark.pattern.is_match(text))
}

/// Whether a symbol could be this side's key.
fn speaks_for(side: &Side, barcode: &Barcode) -> bool {
    side.key.as_ref().is_some_and(|key| fits(key, barcode))
}

fn fits(key: &Key, barcode: &Barcode) -> bool {
    key.symbologies.contains(&barcode.symbology) && captures(&key.pattern, barcode).is_some()
}

/// Whether the symbol stands about where the side's key zone lies under `turn`, and is read in the
/// direction that a zone of that shape is printed in.
fn stands_in_zone(page: &Upright<'_>, side: &Side, turn: QuarterTurn, barcode: &Barcode) -> bool {
    let Some(zone) = side.key.as_ref().and_then(|k| k.zone) else {
        return false;
    };
    let paper = page.paper;
    let share = (zone.center().x / side.size.w, zone.center().y / side.size.h);
    let (x, y) = match turn {
        QuarterTurn::None => share,
        QuarterTurn::Cw90 => (1.0 - share.1, share.0),
        QuarterTurn::Half => (1.0 - share.0, 1.0 - share.1),
        QuarterTurn::Cw270 => (share.1, 1.0 - share.0),
    };
    let expected = Point::<Px>::new(paper.x + x * paper.w, paper.y + y * paper.h);
    let near = expected.distance(middle(barcode)) < ZONE_REACH * paper.w.hypot(paper.h);
    let wide = zone.w >= 1.3 * zone.h;
    near && (!wide || reads_along(barcode) == turn)
}

fn middle(barcode: &Barcode) -> Point<Px> {
    Rect::around(&barcode.corners).map_or(barcode.corners[0], Rect::center)
}

/// The quarter turn of a symbol's reading direction against left to right: the corners come in
/// the symbol's own order, and every symbology tells its beginning from its end.
fn reads_along(barcode: &Barcode) -> QuarterTurn {
    let [from, to, ..] = barcode.corners;
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    match (dx.abs() >= dy.abs(), dx >= 0.0, dy >= 0.0) {
        (true, true, _) => QuarterTurn::None,
        (true, false, _) => QuarterTurn::Half,
        (false, _, true) => QuarterTurn::Cw90,
        (false, _, false) => QuarterTurn::Cw270,
    }
}
