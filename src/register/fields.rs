//! Whether the print round each field stands where the form says, and the small correction that
//! it asks for.
//!
//! The print round a field (answers masked out) is looked for within 4 mm at 2 pixels a
//! millimetre: print that fits clearly better elsewhere has moved, as a reprint with a question
//! set 2.5 mm lower does. In place, its pieces are measured again below a pixel; their median
//! corrects the field, and their disagreement is the field's own residual. Print that answers
//! cover is looked for once more without the ink beside it (`covered`). Without a blank picture, or
//! where the print cannot be seen, the printed outlines of the boxes tell. A field whose print is
//! known and is not seen is doubted: nothing proves where it is.

use image::GrayImage;
use serde::Serialize;

use super::edges;
use super::prepared::{self, FieldPrint, Piece, Prepared, Print};
use super::view::Lay;
use super::{Registered, check, covered, moved};
use crate::form::{Blank, FieldId};
use crate::geom::{Mm, Point, Rect};
use crate::normalize::Upright;
use crate::normalize::outline::{Outline, OutlineShape, outlines};
use crate::raster::{Pattern, Peak};

/// Resolutions of the two searches, px a mm.
pub(super) const WIDE: f64 = 2.0;
pub(super) const FINE: f64 = 4.0;
/// Ranges in pixels of those: in place 1 mm, elsewhere 4 mm, pieces 1 mm.
const IN_PLACE: i64 = 2;
const ELSEWHERE: i64 = 8;
const PIECE_RANGE: i64 = 4;
/// Print elsewhere must fit by this much better to have moved, and as well as this.
const CLEARLY: f64 = 0.12;
const LEAST_ELSEWHERE: f64 = 0.5;
/// Print in place is seen from here on; pieces count from here on.
const LEAST_IN_PLACE: f64 = 0.35;
const LEAST_PIECE: f64 = 0.5;
/// Pieces of a field that disagree by more, or a field that is off by more, are no proof, mm; print
/// that fits better farther away than this has moved.
const MOST_RESIDUAL: f64 = 0.3;
const MOST_SHIFT: f64 = 0.6;
const MOVED: f64 = 0.8;
/// The same for both where only one piece tells, or the print is not clear.
const MOST_WEAK: f64 = 0.25;
const CLEAR: f64 = 0.6;
/// Share of the pieces that must be seen.
const LEAST_PIECES: f64 = 0.5;
/// How far from its middle a piece of print speaks for the paper, mm.
const SPEAKS_FOR: f64 = 40.0;
/// Print that strays so near to a field may have taken it along, mm: patches of A4 are 27 mm apart.
const STRAYS_NEAR: f64 = 25.0;
/// Outlines: reach, agreement and share of edges that must be there; fewer edges prove nothing.
const REACH: f64 = 1.5;
const NEAR: f64 = 0.6;
const AGREE: f64 = 0.35;
const LEAST_EDGES: usize = 4;
const LEAST_NEAR: f64 = 0.5;
const FEW_NEAR: f64 = 0.25;
/// A large shift is that of so many outlines, where a field has as many.
const LEAST_TOLD: usize = 3;
const MOST_OUTLINES: usize = 24;
/// A page that shows this share of the other fields' outlines hides none of these; from the lower
/// share on they are looked for elsewhere; and a field that shows so much of its own has not moved.
const SEEN_ELSEWHERE: f64 = 0.8;
const SOME_ELSEWHERE: f64 = 0.6;
const PLAIN: f64 = 0.75;

/// What shows where a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// The print round it.
    Print,
    /// The outlines of its boxes.
    Outlines,
    /// The page as a whole: nothing that a scan shows is printed at the field.
    Page,
    /// Nothing: what is printed there is not seen, or has moved.
    Missing,
    /// The outlines of its boxes are seen, and not where the form has them.
    Moved,
    /// The page as a whole, but what is printed at the field may be another form's: ink hides it.
    Hidden,
}

/// How one field fits.
#[derive(Clone, Debug, Serialize)]
pub struct FieldFit {
    pub field: FieldId,
    pub proof: Proof,
    /// The field's own correction, mm on paper.
    pub dx_mm: f64,
    pub dy_mm: f64,
    /// How far the pieces of its print are from where the correction puts them, mm.
    pub residual_mm: f64,
    /// Correlation of the print round it, 0 to 1; 0 when none is known.
    pub score: f64,
}

impl FieldFit {
    /// Nothing proves that the field is there.
    pub fn is_doubtful(&self) -> bool {
        matches!(self.proof, Proof::Missing | Proof::Moved | Proof::Hidden)
    }
}

/// A measured shift.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shift {
    pub(super) dx: f64,
    pub(super) dy: f64,
    residual: f64,
    pub(super) score: f64,
}

impl Shift {
    /// The same place, told from one that lies so far off the form's.
    pub(super) fn from(self, (dx, dy): (f64, f64)) -> Self {
        Self {
            dx: self.dx + dx,
            dy: self.dy + dy,
            ..self
        }
    }
}

/// Every field of the side, in the order of the form.
pub(super) fn fits(
    page: &Upright<'_>,
    laid: &Registered<'_>,
    (prepared, strays): (Option<&Prepared>, &[Point<Mm>]),
) -> Vec<FieldFit> {
    let frames_are_seen = !laid.local.frameless;
    let side = laid.side;
    let with_frames = laid
        .local
        .frameless
        .then(|| prepared::of(side, Print::Whole))
        .flatten();
    let one = |(i, field): (usize, &crate::form::Field)| {
        let print = prepared
            .and_then(|p| p.fields.get(i))
            .filter(|p| p.is_there());
        let lay = Lay {
            to_px: laid.to_px,
            bend: laid.local.bend.clone(),
        };
        let by_print = print.map(|p| {
            let seen = of_print(page, &lay, (p, strays), None);
            match (seen, &side.blank) {
                (Err(Unseen::Nothing), Some(blank)) => {
                    of_print(page, &lay, (p, strays), Some(blank))
                }
                (seen, _) => seen,
            }
        });
        let frames = with_frames.as_ref().and_then(|p| p.fields.get(i));
        let found = match by_print {
            Some(Ok(_)) if frames.is_some_and(|p| frames_moved(page, &lay, p)) => {
                Some((Proof::Missing, Shift::default()))
            }
            Some(Ok(shift)) => Some((Proof::Print, shift)),
            // It fits elsewhere: no outline may speak for it.
            Some(Err(Unseen::Moved(shift))) => Some((Proof::Missing, shift)),
            Some(Err(Unseen::Nothing)) | None => None,
        };
        let own: Vec<Outline> = outlines(field);
        let found = found.or_else(|| {
            let tried = frames_are_seen && !own.is_empty();
            tried.then(|| of_outlines(laid, (i, &own)))?
        });
        let expected = print.is_some();
        let (proof, shift) = found.unwrap_or_else(|| {
            let proof = if expected {
                Proof::Missing
            } else {
                Proof::Page
            };
            (proof, Shift::default())
        });
        FieldFit {
            field: field.id.clone(),
            proof,
            dx_mm: shift.dx,
            dy_mm: shift.dy,
            residual_mm: shift.residual,
            score: shift.score,
        }
    };
    side.fields.iter().enumerate().map(one).collect()
}

/// Why print proves nothing.
enum Unseen {
    Nothing,
    /// So far, where that is known.
    Moved(Shift),
}

/// Where the field's print is; with `under`, the blank, where it is under ink that the blank lacks.
fn of_print(
    page: &Upright<'_>,
    lay: &Lay,
    (print, strays): (&FieldPrint, &[Point<Mm>]),
    under: Option<&Blank>,
) -> Result<Shift, Unseen> {
    let Some(whole) = &print.whole else {
        return Err(Unseen::Nothing);
    };
    let (near, far) = search(page, lay, (print.area, whole), under).ok_or(Unseen::Nothing)?;
    if is_elsewhere(&near, &far) {
        return Err(Unseen::Moved(Shift::default()));
    }
    let least = under.map_or(LEAST_IN_PLACE, |_| CLEAR);
    if near.score < least {
        return Err(Unseen::Nothing);
    }
    let (seen, mut across, mut down) =
        pieces(page, lay, (print, under)).ok_or(Unseen::Moved(Shift::default()))?;
    let few = (seen.len() as f64) < LEAST_PIECES * print.pieces.len() as f64;
    let faint = near.score < CLEAR && seen.len() < 2;
    let spread = print.area.inflate(STRAYS_NEAR);
    let strayed = strays.iter().any(|p| spread.contains(*p));
    if few || faint || !reaches(print.area, (&seen, strayed)) {
        return Err(Unseen::Nothing);
    }
    let (dx, dy) = (median(&mut across), median(&mut down));
    let widest = |values: &[f64], middle: f64| {
        let off = values.iter().map(|v| (v - middle).abs());
        off.fold(0.0, f64::max)
    };
    let residual = widest(&across, dx).hypot(widest(&down, dy));
    let shift = Shift {
        dx,
        dy,
        residual,
        score: near.score,
    };
    // A weak match that is off as well proves nothing.
    let weak = across.len().max(down.len()) < 2 || near.score < CLEAR;
    let (most, spread) = if weak {
        (MOST_WEAK, MOST_WEAK)
    } else {
        (MOST_SHIFT, MOST_RESIDUAL)
    };
    if dx.hypot(dy) > most || residual > spread {
        return Err(Unseen::Moved(shift));
    }
    Ok(shift)
}

/// The print's best place near its own, and within [`ELSEWHERE`].
fn search(
    page: &Upright<'_>,
    lay: &Lay,
    (area, pattern): (Rect<Mm>, &Pattern),
    under: Option<&Blank>,
) -> Option<(Peak, Peak)> {
    let around = area.inflate((ELSEWHERE + 1) as f64 / WIDE);
    let (cut, _) = lay.cut(lay.small(page, area.center()), around, WIDE);
    let cut = uncovered(cut, under, (around, WIDE))?;
    let start = (ELSEWHERE + 1, ELSEWHERE + 1);
    let near = pattern.search(&cut, start, IN_PLACE)?;
    let far = pattern.search(&cut, start, ELSEWHERE)?;
    Some((near, far))
}

/// Print that fits clearly better away from its place has moved.
fn is_elsewhere(near: &Peak, far: &Peak) -> bool {
    let away = far.dx.hypot(far.dy) / WIDE;
    away > MOVED && far.score >= LEAST_ELSEWHERE && far.score > near.score + CLEARLY
}

/// Whether the frames of a field, where the page is held to have lost all frames, are seen elsewhere:
/// they moved, and the print beside them does not speak for them.
fn frames_moved(page: &Upright<'_>, lay: &Lay, print: &FieldPrint) -> bool {
    let whole = print.whole.as_ref();
    whole
        .and_then(|whole| search(page, lay, (print.area, whole), None))
        .is_some_and(|(near, far)| is_elsewhere(&near, &far))
}

/// The pieces of print that are seen, and how far those that tell a direction are off in it, mm.
type Seen<'p> = (Vec<&'p Piece>, Vec<f64>, Vec<f64>);

/// What is seen of the print's pieces; `None` where one is seen away from its place.
fn pieces<'p>(
    page: &Upright<'_>,
    lay: &Lay,
    (print, under): (&'p FieldPrint, Option<&Blank>),
) -> Option<Seen<'p>> {
    let (mut seen, mut across, mut down) = (Vec::new(), Vec::new(), Vec::new());
    for piece in &print.pieces {
        match of_piece(page, lay, piece, under) {
            Some(PieceAt::Near(dx, dy)) => {
                seen.push(piece);
                across.extend(piece.across.then_some(dx));
                down.extend(piece.down.then_some(dy));
            }
            Some(PieceAt::Away) => return None,
            None => {}
        }
    }
    Some((seen, across, down))
}

/// The cut-out as it is, or without the ink that the blank lacks.
fn uncovered(cut: GrayImage, under: Option<&Blank>, place: (Rect<Mm>, f64)) -> Option<GrayImage> {
    match under {
        Some(blank) => covered::without_ink(&cut, blank, place),
        None => Some(cut),
    }
}

/// Whether the pieces speak for all of the area: none of its corners may be far from all of them.
/// Where print has strayed near by, they must tell both directions: a line says nothing of where
/// along it one is.
fn reaches(area: Rect<Mm>, (seen, strayed): (&[&Piece], bool)) -> bool {
    let near = |c: Point<Mm>, tells: &dyn Fn(&Piece) -> bool| {
        let mut all = seen.iter().filter(|p| tells(p));
        all.any(|p| p.area.center().distance(c) < SPEAKS_FOR)
    };
    let told = |c: Point<Mm>| {
        if strayed {
            near(c, &|p| p.across) && near(c, &|p| p.down)
        } else {
            near(c, &|_| true)
        }
    };
    seen.is_empty() || area.corners().into_iter().all(told)
}

/// Where a piece of print is seen.
enum PieceAt {
    /// So far off its place, mm.
    Near(f64, f64),
    /// At the end of the search or past it.
    Away,
}

fn of_piece(
    page: &Upright<'_>,
    lay: &Lay,
    piece: &Piece,
    under: Option<&Blank>,
) -> Option<PieceAt> {
    let around = piece.area.inflate((PIECE_RANGE + 1) as f64 / FINE);
    let (cut, inside) = lay.cut(&page.reduced, around, FINE);
    let cut = uncovered(cut, under, (around, FINE))?;
    let start = (PIECE_RANGE + 1, PIECE_RANGE + 1);
    let peak = piece.pattern.search(&cut, start, PIECE_RANGE)?;
    let limit = PIECE_RANGE as f64 - 0.5;
    let ends = (piece.across && peak.dx.abs() > limit) || (piece.down && peak.dy.abs() > limit);
    if inside < 0.9 || peak.score < LEAST_PIECE {
        None
    } else if ends {
        Some(PieceAt::Away)
    } else {
        Some(PieceAt::Near(peak.dx / FINE, peak.dy / FINE))
    }
}

fn of_outlines(page: &Registered<'_>, (index, own): (usize, &[Outline])) -> Option<(Proof, Shift)> {
    let step = own.len().div_ceil(MOST_OUTLINES).max(1);
    let seen = Sighting::of(page, own.iter().step_by(step), REACH);
    if seen.expected < LEAST_EDGES {
        return None;
    }
    let shift = seen.shift();
    let still = shift.dx.hypot(shift.dy) <= MOVED;
    if !still {
        return Some((Proof::Moved, shift));
    }
    // Where outlines are seen everywhere else on the page and not all of them here, these may have
    // moved: marks and letters hide some of them, never all.
    if shift.score < PLAIN {
        let others = check::outlines_seen_beside(page, index).unwrap_or(0.0);
        let looked = (others > SOME_ELSEWHERE).then(|| moved::outlines(page, own, shift.score));
        if let Some(moved) = looked.flatten() {
            return Some((Proof::Moved, moved));
        }
        if shift.score < FEW_NEAR && others > SEEN_ELSEWHERE {
            return Some((Proof::Missing, shift));
        }
    }
    (shift.score >= LEAST_NEAR).then_some((Proof::Outlines, shift))
}

/// What is seen of some outlines.
#[derive(Default)]
pub(super) struct Sighting {
    across: Vec<f64>,
    down: Vec<f64>,
    upright: usize,
    level: usize,
    expected: usize,
    outlines: usize,
    /// Lines below only: they tell nothing of where along them one is.
    ladder: bool,
}

impl Sighting {
    pub(super) fn of<'o>(
        page: &Registered<'_>,
        all: impl Iterator<Item = &'o Outline>,
        reach: f64,
    ) -> Self {
        let mut seen = Self {
            ladder: true,
            ..Self::default()
        };
        for outline in all {
            let found = edges::find(page, outline, reach);
            seen.upright += found.upright(NEAR);
            seen.level += found.level(NEAR);
            seen.expected += found.expected;
            seen.outlines += 1;
            seen.ladder &= outline.shape == OutlineShape::Below;
            seen.across.extend(found.across());
            seen.down.extend(found.down());
        }
        seen
    }

    /// Where they are, and the share of their edges that is in place: of the direction that shows
    /// less, for moved down, upright edges are still where they were.
    pub(super) fn shift(mut self) -> Shift {
        let weaker = if self.ladder {
            self.level
        } else {
            2 * self.level.min(self.upright)
        };
        Shift {
            dx: agreed(&mut self.across, self.outlines).unwrap_or(0.0),
            dy: agreed(&mut self.down, self.outlines).unwrap_or(0.0),
            residual: 0.0,
            score: weaker as f64 / self.expected.max(1) as f64,
        }
    }
}

/// The median, when two thirds of the values lie near it; a large one, when they are of half the outlines
/// and of more than two of many: of outlines too pale to see, strokes of the letters in them are all that is left.
fn agreed(values: &mut [f64], outlines: usize) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = *values.get(values.len() / 2)?;
    let near = values
        .iter()
        .filter(|v| (**v - middle).abs() <= AGREE)
        .count();
    let told = middle.abs() <= NEAR || (near >= LEAST_TOLD.min(outlines) && 2 * near >= outlines);
    (told && 3 * near >= 2 * values.len()).then_some(middle)
}

/// 0 of nothing.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 {
        0.0
    } else {
        f64::midpoint(values[(n - 1) / 2], values[n / 2])
    }
}

/// The field of `side` that shares most paper with `area`.
pub(super) fn field_at(page: &Registered<'_>, area: Rect<Mm>) -> Option<usize> {
    let shared = |i: usize| {
        let zone = page.side.fields[i].zone.area()?;
        Some(zone.intersection(area)?.area())
    };
    (0..page.side.fields.len())
        .filter_map(|i| Some((i, shared(i)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i)
}
