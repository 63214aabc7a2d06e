//! Boxed characters: each cell is cut from the page, its frame, what is printed in it and what
//! reaches in from the neighbours go away. What is left goes to two readers that err differently:
//! box by box to the project's own network, and laid out as a line to the line recognizer.

mod frame;
mod row;

use image::GrayImage;

use self::frame::Bounds;
use super::CellReading;
use super::glyph::{CellLevels, INK, Ink, Part};
use crate::charset::Charset;
use crate::doubt::{Doubt, Reason};
use crate::engine::{CharacterReader, EngineError, Engines, Glyph};
use crate::form::{CombFrame, CombZone};
use crate::geom::{Mm, Rect};
use crate::raster::{Piece, Pieces};
use crate::register::{Cut, Registered};

/// Scale of the cuts. A line of 0.3 mm is three pixels.
const PX_PER_MM: f64 = 10.0;
/// Surroundings of a cell, and how far inside its nominal edge a line may lie, in pixels.
const BOUNDS: Bounds = Bounds {
    margin: 8,
    inward: 7,
};
/// Pixels of a character outside its box from which on it counts as crossing the frame.
const CROSSING: usize = 6;
/// Share of the cell that a neighbor's stroke must cover to be worth a doubt.
const OVERFLOW_SHARE: f64 = 0.006;
/// Share of a box from which on it holds a blot rather than a character.
const COVERED: f64 = 0.5;
/// Contrast of the writing against the page's own ink below which it is faint.
const FAINT: f64 = 0.25;
/// Strokes so much thicker than in the other boxes of a row were drawn twice; fewer boxes say
/// nothing.
const TWICE: f64 = 1.6;
const LEAST_OTHERS: usize = 2;
/// Probability of a box without any ink to be blank: the rest is for ink that no scan shows.
const CERTAINLY_BLANK: f64 = 0.9999;
/// From here on a box counts as blank and has no alternatives.
const BLANK: f64 = 0.99;
/// From here on the doubt says why the box holds no single character.
const REJECTED: f64 = 0.5;

/// The cells of one field, in reading order.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The network's name and digest.
    pub engine: String,
    pub cells: Vec<CellReading>,
}

/// Reads a comb; `None` when no network knows its charset.
///
/// # Errors
/// When the network cannot run.
pub fn read_comb(
    page: &Registered<'_>,
    zone: &CombZone,
    engines: &Engines,
) -> Result<Option<Cells>, EngineError> {
    read_cells(page, &zone.cells, zone.frame, &zone.charset, engines)
}

/// Reads single boxes that belong together: a comb, or the boxes of a rank question.
///
/// # Errors
/// When the network cannot run.
pub fn read_cells(
    page: &Registered<'_>,
    cells: &[Rect<Mm>],
    frame: CombFrame,
    charset: &Charset,
    engines: &Engines,
) -> Result<Option<Cells>, EngineError> {
    let network = engines.characters.iter().find(|r| r.knows(charset));
    if network.is_none() && engines.lines.is_none() {
        return Ok(None);
    }
    let written = write_ups(page, cells, frame);
    let mut names = Vec::new();
    let mut readings = match network {
        Some(reader) => {
            names.push(reader.name());
            by_network(&written, reader.as_ref(), charset)?
        }
        None => written.iter().map(unread).collect(),
    };
    if let Some(lines) = &engines.lines {
        let boxes: Vec<Option<(&Ink, Part)>> = written
            .iter()
            .map(|w| w.body.map(|body| (&w.ink, body)))
            .collect();
        if let Some(seen) = row::read(&boxes, lines.as_ref(), charset)? {
            names.push(lines.name());
            for (reading, witness) in readings.iter_mut().zip(seen) {
                reading.witness = witness;
            }
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(Cells {
        engine: names.join("+"),
        cells: readings,
    }))
}

/// What is written in one cell, ready for the network.
struct Written {
    ink: Ink,
    /// The box round the ink that is no speck; `None`: nothing but paper.
    body: Option<Part>,
    /// Width and height of the cell in pixels of `ink`.
    size: (f64, f64),
    inside: Part,
    ink_share: f64,
    doubts: Vec<Doubt>,
}

fn write_ups(page: &Registered<'_>, cells: &[Rect<Mm>], frame: CombFrame) -> Vec<Written> {
    let margin = BOUNDS.margin as f64 / PX_PER_MM;
    let cuts: Vec<_> = cells
        .iter()
        .map(|c| page.cut(c.inflate(margin), PX_PER_MM))
        .collect();
    let levels = |cut: &Cut| CellLevels::of(&cut.gray, core_of(&cut.gray)).on(page.levels);
    let inks: Vec<Ink> = cuts
        .iter()
        .map(|cut| Ink::of(&cut.gray, levels(cut)))
        .collect();
    let lines = match frame {
        CombFrame::Unseen => vec![[None; 4]; cells.len()],
        CombFrame::Boxes | CombFrame::Ladder => {
            let pale = cuts
                .iter()
                .map(|cut| Ink::of(&cut.gray, levels(cut).of_pale()));
            frame::find(&inks, &pale.collect::<Vec<_>>(), BOUNDS)
        }
    };
    let page_contrast = (page.levels.paper - page.levels.ink).max(1.0);
    let mut out = Vec::with_capacity(cells.len());
    for (k, cut) in cuts.iter().enumerate() {
        // Now that the lines are known, a stroke close to them counts for the levels too.
        let levels = CellLevels::of(
            &cut.gray,
            frame::inside(&inks[k], lines[k], BOUNDS).shrunk(2),
        )
        .on(page.levels);
        let mut ink = Ink::of(&cut.gray, levels);
        let inside = frame::remove(&mut ink, lines[k], BOUNDS);
        if let Some(blank) = page.cut_blank(cut.area, PX_PER_MM) {
            without_print(&mut ink, &blank, inside);
        }
        let contrast = f64::from(levels.contrast()) / page_contrast;
        if contrast < FAINT {
            frame::clear_rims(&mut ink, lines[k], BOUNDS);
        }
        let mut written = separate(&ink, inside, cells[k]);
        if cut.inside < 0.98 {
            written.doubts.push(Reason::OutOfPicture.into());
        }
        if written.body.is_some() && contrast < FAINT {
            written.doubts.push(Reason::Faint.into());
        }
        if written.ink_share > COVERED {
            written.doubts.push(Reason::Overwrite.into());
        }
        out.push(written);
    }
    doubt_overwritten(&mut out);
    out
}

/// Strokes much thicker than those of the other boxes were drawn twice: somebody wrote one digit
/// over another, and no reader knows which was meant.
fn doubt_overwritten(cells: &mut [Written]) {
    let thick: Vec<f64> = cells
        .iter()
        .map(|c| c.body.map_or(0.0, |_| c.ink.thickness()))
        .collect();
    for (i, cell) in cells.iter_mut().enumerate() {
        let mut others: Vec<f64> = (0..thick.len())
            .filter(|k| *k != i && thick[*k] > 0.0)
            .map(|k| thick[k])
            .collect();
        others.sort_by(f64::total_cmp);
        let usual = others.get(others.len() / 2).copied().unwrap_or(f64::MAX);
        if others.len() >= LEAST_OTHERS && thick[i] >= TWICE * usual {
            cell.doubts.push(Reason::Overwrite.into());
        }
    }
}

/// The middle of a cut, where no frame can be: paper and pen are measured there.
fn core_of(gray: &GrayImage) -> Part {
    let (w, h) = (gray.width() as usize, gray.height() as usize);
    let inset = |n: usize| (BOUNDS.margin + BOUNDS.inward).min(n / 3);
    Part {
        x0: inset(w),
        y0: inset(h),
        x1: w - inset(w),
        y1: h - inset(h),
    }
}

/// Takes away what the blank form shows inside the cell, but not a stroke that runs over it.
fn without_print(ink: &mut Ink, blank: &GrayImage, inside: Part) {
    const REACH: usize = 2;
    if blank.width() as usize != ink.width || blank.height() as usize != ink.height {
        return;
    }
    let print = Ink::of(blank, CellLevels::of(blank, core_of(blank)));
    let near = |at: &dyn Fn(usize, usize) -> bool, x: usize, y: usize| {
        (y.saturating_sub(REACH)..(y + REACH + 1).min(print.height)).any(|ny| {
            (x.saturating_sub(REACH)..(x + REACH + 1).min(print.width)).any(|nx| at(nx, ny))
        })
    };
    let printed: Vec<bool> = (0..ink.values.len())
        .map(|i| {
            let (x, y) = (i % ink.width, i / ink.width);
            inside.contains(x, y) && near(&|nx, ny| print.is_ink(nx, ny), x, y)
        })
        .collect();
    let written: Vec<bool> = ink
        .values
        .iter()
        .zip(&printed)
        .map(|(v, p)| *v >= INK && !p)
        .collect();
    let width = ink.width;
    for (i, value) in ink.values.iter_mut().enumerate() {
        let (x, y) = (i % width, i / width);
        if printed[i] && !near(&|nx, ny| written[ny * width + nx], x, y) {
            *value = 0.0;
        }
    }
}

/// Keeps the pieces that belong to this cell; notes what crosses its frame, in or out.
fn separate(ink: &Ink, inside: Part, cell: Rect<Mm>) -> Written {
    let found = ink.pieces();
    let within = within(&found, ink.width, inside);
    let mine = |k: usize| {
        let piece = &found.all[k];
        2 * within[k].area >= piece.area && !comes_from_outside(piece, &within[k], ink, inside)
    };
    let mut doubts = Vec::new();
    let crossing = |k: usize| mine(k) && found.all[k].area - within[k].area >= CROSSING;
    if (0..found.all.len()).any(crossing) {
        doubts.push(Reason::FrameTouch.into());
    }
    let foreign: usize = (0..found.all.len())
        .filter(|k| !mine(*k))
        .map(|k| within[k].area)
        .sum();
    if foreign as f64 > OVERFLOW_SHARE * inside.area() as f64 {
        doubts.push(Reason::Overflow.into());
    }
    let kept: Vec<bool> = (0..found.all.len()).map(mine).collect();
    let clean = ink.only(&found, &kept);
    let inked = clean.values.iter().filter(|v| **v >= INK).count();
    let size = (cell.w * PX_PER_MM, cell.h * PX_PER_MM);
    let body = clean.body(size);
    let ink_share = (inked as f64 / inside.area().max(1) as f64).min(1.0);
    Written {
        ink: clean,
        body,
        size,
        inside,
        ink_share,
        doubts,
    }
}

/// The share of each piece that lies inside the cell: its pixels and their box.
fn within(found: &Pieces, width: usize, inside: Part) -> Vec<Piece> {
    let none = Piece {
        area: 0,
        x0: usize::MAX,
        y0: usize::MAX,
        x1: 0,
        y1: 0,
    };
    let mut out = vec![none; found.all.len()];
    for y in inside.y0..inside.y1 {
        for x in inside.x0..inside.x1 {
            if let Some(k) = (found.labels[y * width + x] as usize).checked_sub(1) {
                let part = &mut out[k];
                part.area += 1;
                part.x0 = part.x0.min(x);
                part.y0 = part.y0.min(y);
                part.x1 = part.x1.max(x + 1);
                part.y1 = part.y1.max(y + 1);
            }
        }
    }
    out
}

/// A piece that leaves the cut and reaches less than two thirds into the cell either way: the tail
/// of a neighbor's character.
fn comes_from_outside(piece: &Piece, within: &Piece, ink: &Ink, inside: Part) -> bool {
    let leaves = piece.x0 == 0 || piece.y0 == 0 || piece.x1 == ink.width || piece.y1 == ink.height;
    let small = |from: usize, to: usize, whole: usize| 3 * to.saturating_sub(from) < 2 * whole;
    leaves
        && small(within.x0, within.x1, inside.x1.saturating_sub(inside.x0))
        && small(within.y0, within.y1, inside.y1.saturating_sub(inside.y0))
}

/// A box before any network looked at it.
fn unread(cell: &Written) -> CellReading {
    CellReading {
        alternatives: Vec::new(),
        witness: Vec::new(),
        blank: cell.body.map_or(CERTAINLY_BLANK, |_| 0.0),
        reject: 0.0,
        doubts: cell.doubts.clone(),
        ink_share: cell.ink_share,
        extent: cell
            .body
            .map_or(0.0, |b| (b.x1 - b.x0).max(b.y1 - b.y0) as f64 / cell.size.1),
    }
}

fn by_network(
    written: &[Written],
    reader: &dyn CharacterReader,
    charset: &Charset,
) -> Result<Vec<CellReading>, EngineError> {
    let glyphs: Vec<Glyph> = written
        .iter()
        .filter_map(|w| w.ink.glyph(w.size, reader.sides()))
        .collect();
    let mut read = reader.read(&glyphs, charset)?.into_iter();
    let mut out = Vec::with_capacity(written.len());
    for cell in written {
        let mut reading = unread(cell);
        if cell.body.is_some()
            && let Some(glyph) = read.next()
        {
            reading.blank = glyph.blank;
            reading.reject = glyph.reject;
            if glyph.blank < BLANK {
                reading.alternatives = glyph.alternatives;
            }
            if glyph.reject >= REJECTED {
                reading
                    .doubts
                    .push(why_rejected(&cell.ink, cell.inside).into());
            }
        }
        out.push(reading);
    }
    Ok(out)
}

/// What a rejected box looks like: the picture decides, the words only help the reviewer.
fn why_rejected(ink: &Ink, inside: Part) -> Reason {
    let found = ink.pieces();
    let total: usize = found.all.iter().map(|p| p.area).sum();
    let large: Vec<&Piece> = found.all.iter().filter(|p| 5 * p.area >= total).collect();
    let apart = |a: &Piece, b: &Piece| a.x1 <= b.x0 || b.x1 <= a.x0;
    if large.iter().any(|a| large.iter().any(|b| apart(a, b))) {
        return Reason::TwoInBox;
    }
    let widest = found.all.iter().map(|p| p.x1 - p.x0).max().unwrap_or(0);
    if 10 * widest >= 8 * (inside.x1.saturating_sub(inside.x0)) {
        return Reason::Struck;
    }
    Reason::Overwrite
}

#[cfg(test)]
mod tests;
