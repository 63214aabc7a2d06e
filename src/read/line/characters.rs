//! Cuts a line into characters where the line recognizer saw them, and shows each to the project's
//! own networks: a second reader that sees the same ink and no context.
//!
//! A piece of ink belongs to the character over whose part of the line most of it lies; a piece
//! that joins two characters is cut at the edge between them. On made lines (glyphs that no network
//! saw, three pens and scanners: `models/README.md`) the two readers err on other characters, so
//! that what both read alike may be believed, which the line recognizer's own certainty may not.

use image::GrayImage;

use super::super::CellReading;
use super::super::glyph::{CellLevels, INK, Ink, Part};
use super::cuts::{Columns, Expected};
use crate::charset::{Charset, alike, is_dash, large_kana};
use crate::engine::{CharacterReader, EngineError, Engines, Glyph, GlyphReading, LineCharacter};
use crate::form::LineZone;
use crate::raster::Pieces;

/// A piece of which this share lies over one character is wholly that character's.
const WHOLE: f64 = 0.7;
/// Height of a box that such characters would be written into, against their own.
const ROOM: f64 = 1.25;
/// A level stroke is so much wider than high, and no higher than this share of a box; how sure that
/// is. Own estimates: a `1` or a `7` is never so low, and ink that is is at most a `～`.
const DASH: f64 = 2.0;
const LOW: f64 = 0.35;
const SURE: f64 = 0.999;
/// From here on a network holds a place for empty.
const BLANK: f64 = 0.99;

/// What both readers see of the characters of `text`, spaces left out, and the networks that were
/// asked. `seen`: one each of them; nothing is told where they do not fit each other.
///
/// # Errors
/// When a network cannot run.
pub(super) fn read<'a>(
    line: &GrayImage,
    (text, seen): (&str, &[LineCharacter]),
    zone: &LineZone,
    engines: &'a Engines,
) -> Result<(Vec<CellReading>, Vec<&'a str>), EngineError> {
    let read: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if read.len() != seen.len() {
        return Ok((Vec::new(), Vec::new()));
    }
    let ink = ink_of(line);
    let expected: Vec<Expected> = read
        .iter()
        .zip(seen)
        .map(|(c, seen)| Expected {
            at: seen.at * ink.width as f64,
            width: width_of(*c),
        })
        .collect();
    let mut bodies = cut(&ink, &expected);
    if zone.vertical {
        bodies = bodies.into_iter().map(upright).collect();
    }
    let room = ROOM * usual_height(&bodies);
    let mut cells: Vec<CellReading> = seen
        .iter()
        .zip(&bodies)
        .map(|(seen, body)| unread(seen, body.as_ref(), room))
        .collect();
    let mut names = Vec::new();
    for task in tasks(&read, &zone.charset, engines) {
        let glyph = |place: &usize| {
            let (ink, _) = bodies[*place].as_ref()?;
            Some((*place, ink.glyph((room, room), task.reader.sides())?))
        };
        let (places, glyphs): (Vec<usize>, Vec<Glyph>) =
            task.places.iter().filter_map(glyph).unzip();
        for (place, said) in places.iter().zip(task.reader.read(&glyphs, &task.open)?) {
            tell(&mut cells[*place], said, read[*place]);
        }
        if !names.contains(&task.reader.name()) {
            names.push(task.reader.name());
        }
    }
    for (place, body) in bodies.iter().enumerate() {
        let unread = cells[place].alternatives.is_empty();
        if let Some((_, body)) = body.as_ref().filter(|_| unread && is_dash(read[place])) {
            cells[place].alternatives = dash(*body, room, read[place]);
        }
    }
    Ok((cells, names))
}

/// A character of a column that was laid on its side to be read as a line.
fn upright(body: Option<(Ink, Part)>) -> Option<(Ink, Part)> {
    let turned = body?.0.turned();
    let size = (turned.width as f64, turned.height as f64);
    turned.body(size).map(|body| (turned, body))
}

/// A level stroke is told by its shape: no network knows all the signs that are one.
fn dash(body: Part, room: f64, read: char) -> Vec<(char, f64)> {
    let (w, h) = ((body.x1 - body.x0) as f64, (body.y1 - body.y0) as f64);
    if w >= DASH * h && h <= LOW * room {
        vec![(read, SURE)]
    } else {
        Vec::new()
    }
}

/// Characters that one network is asked for.
struct Task<'a> {
    reader: &'a dyn CharacterReader,
    /// What it may say.
    open: Charset,
    /// Places in the text.
    places: Vec<usize>,
}

/// The network that knows the field's characters reads them all. Where none does, a digit goes to
/// the one for digits, a level stroke to none, and anything else to the one that knows most, the
/// last.
fn tasks<'a>(read: &[char], charset: &Charset, engines: &'a Engines) -> Vec<Task<'a>> {
    let networks = &engines.characters;
    let knowing = |charset: &Charset| networks.iter().find(|n| n.knows(charset));
    let all: Vec<usize> = (0..read.len()).collect();
    if let Some(reader) = knowing(charset) {
        return vec![Task {
            reader: reader.as_ref(),
            open: charset.clone(),
            places: all,
        }];
    }
    let (digits, others): (Vec<usize>, Vec<usize>) = all
        .iter()
        .filter(|p| !is_dash(read[**p]))
        .partition(|p| read[**p].is_ascii_digit());
    let of_digits = knowing(&Charset::Digits).map(|reader| Task {
        reader: reader.as_ref(),
        open: Charset::Digits,
        places: digits,
    });
    let of_others = networks.last().map(|reader| Task {
        reader: reader.as_ref(),
        open: open_to(charset),
        places: others,
    });
    of_digits
        .into_iter()
        .chain(of_others)
        .filter(|t| !t.places.is_empty())
        .collect()
}

/// The field's characters and those that nobody tells from them without their neighbors.
fn open_to(charset: &Charset) -> Charset {
    match charset {
        Charset::Only(set) => {
            let more = set.iter().flat_map(|c| alike(*c).chars());
            Charset::Only(set.iter().copied().chain(more).collect())
        }
        other => other.clone(),
    }
}

/// Ink under the levels of the line as a whole.
pub(super) fn ink_of(line: &GrayImage) -> Ink {
    let whole = Part {
        x0: 0,
        y0: 0,
        x1: line.width() as usize,
        y1: line.height() as usize,
    };
    Ink::of(line, CellLevels::of(line, whole))
}

/// How wide people write a character, against a kanji.
fn width_of(c: char) -> f64 {
    match c {
        '0'..='9' => 0.6,
        '!'..='~' => 0.5,
        _ if large_kana(c) != c => 0.6,
        _ => 1.0,
    }
}

/// The ink of each character, with the box round it; `None` where there is none.
fn cut(ink: &Ink, expected: &[Expected]) -> Vec<Option<(Ink, Part)>> {
    let inked = |x: usize| (0..ink.height).filter(|y| ink.is_ink(x, *y)).count();
    let columns = Columns::new((0..ink.width).map(inked).collect(), ink.height as f64);
    let Some(edges) = columns.edges(expected) else {
        return expected.iter().map(|_| None).collect();
    };
    let over = |x: usize| edges[1..].iter().position(|to| x < *to);
    let found = ink.pieces();
    let owner = owners(&found, ink.width, expected.len(), over);
    let whose = |i: usize| {
        let label = found.labels[i] as usize;
        let own = owner[label.checked_sub(1)?];
        own.or_else(|| over(i % ink.width))
    };
    let whose: Vec<Option<usize>> = (0..ink.values.len()).map(whose).collect();
    let mut spans = vec![(ink.width, 0); expected.len()];
    for (i, k) in whose.iter().enumerate() {
        if let Some(span) = k.map(|k| &mut spans[k]) {
            *span = (span.0.min(i % ink.width), span.1.max(i % ink.width + 1));
        }
    }
    let one = |(k, (left, right)): (usize, &(usize, usize))| {
        let (left, right) = (left.saturating_sub(2), (right + 2).min(ink.width));
        let around = (left < right).then(|| ink.columns(left..right))?;
        let at = |i: usize| i / around.width * ink.width + left + i % around.width;
        let own = around.near(|i| whose[at(i)] == Some(k));
        let size = own.height as f64;
        own.body((size, size)).map(|body| (own, body))
    };
    spans.iter().enumerate().map(one).collect()
}

/// The character to which each piece belongs as a whole; `None` for a piece that is to be cut.
fn owners(
    found: &Pieces,
    width: usize,
    characters: usize,
    over: impl Fn(usize) -> Option<usize>,
) -> Vec<Option<usize>> {
    let mut lies = vec![vec![0usize; characters]; found.all.len()];
    for (i, label) in found.labels.iter().enumerate().filter(|(_, l)| **l > 0) {
        if let Some(k) = over(i % width) {
            lies[*label as usize - 1][k] += 1;
        }
    }
    let most = |(counts, piece): (&Vec<usize>, &crate::raster::Piece)| {
        let (k, n) = counts.iter().enumerate().max_by_key(|(_, n)| **n)?;
        (*n as f64 >= WHOLE * piece.area as f64).then_some(k)
    };
    lies.iter().zip(&found.all).map(most).collect()
}

/// The median of the characters' heights, in pixels.
fn usual_height(bodies: &[Option<(Ink, Part)>]) -> f64 {
    let mut heights: Vec<usize> = bodies
        .iter()
        .flatten()
        .map(|(_, body)| body.y1 - body.y0)
        .collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).copied().unwrap_or(1) as f64
}

/// A character before any network looked at it.
fn unread(seen: &LineCharacter, body: Option<&(Ink, Part)>, room: f64) -> CellReading {
    let share = |(ink, _): &(Ink, Part)| {
        let inked = ink.values.iter().filter(|v| **v >= INK).count();
        (inked as f64 / (room * room).max(1.0)).min(1.0)
    };
    let longest = |(_, b): &(Ink, Part)| (b.x1 - b.x0).max(b.y1 - b.y0) as f64 / room.max(1.0);
    CellReading {
        alternatives: Vec::new(),
        witness: seen.read.clone(),
        blank: if body.is_some() { 0.0 } else { 1.0 },
        reject: 0.0,
        doubts: Vec::new(),
        ink_share: body.map_or(0.0, share),
        extent: body.map_or(0.0, longest),
    }
}

/// Writes down what the network says. What looks like the line's own character and is told from it
/// by its neighbors only speaks for it.
fn tell(cell: &mut CellReading, said: GlyphReading, read: char) {
    cell.blank = said.blank;
    cell.reject = said.reject;
    if said.blank >= BLANK {
        return;
    }
    let of_shape = |c: char| c == read || alike(read).contains(c);
    let shape: f64 = said
        .alternatives
        .iter()
        .filter(|(c, _)| of_shape(*c))
        .map(|(_, p)| p)
        .sum();
    let mut told: Vec<(char, f64)> = said
        .alternatives
        .into_iter()
        .filter(|(c, _)| !of_shape(*c))
        .collect();
    if shape > 0.0 {
        told.push((read, shape));
    }
    told.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    cell.alternatives = told;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#` is ink.
    fn ink(rows: &[&str]) -> Ink {
        let values = rows.iter().flat_map(|r| r.chars());
        Ink {
            width: rows[0].len(),
            height: rows.len(),
            values: values.map(|c| if c == '#' { 1.0 } else { 0.0 }).collect(),
        }
    }

    fn spans(ink: &Ink, at: &[f64]) -> Vec<Option<(usize, usize)>> {
        let expected: Vec<Expected> = at
            .iter()
            .map(|at| Expected {
                at: *at,
                width: 1.0,
            })
            .collect();
        let size = |(_, b): &(Ink, Part)| (b.x1 - b.x0, b.y1 - b.y0);
        let bodies = cut(ink, &expected);
        bodies.iter().map(|b| b.as_ref().map(size)).collect()
    }

    #[test]
    fn a_piece_belongs_to_the_character_over_which_it_lies() {
        // The first reaches over the second: no column between them is empty.
        let row = ink(&[
            "##########........",
            "##########........",
            "######............",
            "######.....#######",
            "######.....#######",
            "######.....#######",
            "######...#########",
            "######...#########",
        ]);
        assert_eq!(spans(&row, &[3.0, 13.0]), [Some((10, 8)), Some((9, 5))]);
    }

    #[test]
    fn without_ink_for_all_nobody_has_any() {
        let row = ink(&["####....", "####....", "####....", "####...."]);
        assert_eq!(spans(&row, &[1.0, 6.0]), [None, None]);
    }

    #[test]
    fn a_column_on_its_side_is_set_upright() {
        // An L whose foot points right, laid a quarter to the left.
        let lying = ink(&["....#", "....#", "#####", "#####"]);
        let (turned, body) = upright(Some((
            lying,
            Part {
                x0: 0,
                y0: 0,
                x1: 5,
                y1: 4,
            },
        )))
        .expect("ink");
        assert_eq!((body.x1 - body.x0, body.y1 - body.y0), (4, 5));
        assert!(turned.is_ink(0, 0) && !turned.is_ink(3, 0) && turned.is_ink(3, 4));
    }

    #[test]
    fn only_a_level_low_stroke_is_a_dash() {
        let part = |w, h| Part {
            x0: 0,
            y0: 0,
            x1: w,
            y1: h,
        };
        assert_eq!(dash(part(30, 6), 50.0, '-').len(), 1);
        assert!(dash(part(10, 40), 50.0, '-').is_empty());
        assert!(dash(part(30, 20), 50.0, '-').is_empty());
        assert!(is_dash('ー') && is_dash('一') && !is_dash('1'));
    }
}
