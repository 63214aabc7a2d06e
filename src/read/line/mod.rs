//! Reads a text line: cuts the zone out, takes the form's own print away, finds the writing, and
//! gives it to the line engines.
//!
//! Print is taken away where the blank form is dark and the page is no darker, except where
//! writing crosses it: a pixel of the form's line stays when ink stands on both sides of it. Ink
//! is what is darker than a share of the page's own contrast; specks below a size on paper do not
//! count. A zone without ink is blank and needs no engine.

mod across;
mod characters;
mod cuts;
mod edges;
mod ghosts;

use image::{GrayImage, Luma, imageops};

use super::{Content, Reading, TextReading};
use crate::charset::bare;
use crate::doubt::{Doubt, Reason};
use crate::engine::{EngineError, Engines, Expected, LineReader, LineReading, models};
use crate::form::{Field, LineZone, Shape};
use crate::geom::{Mm, Rect};
use crate::normalize::Levels;
use crate::raster::pieces;
use crate::register::Registered;

/// Cuts keep the page's own resolution within these bounds, in pixels a millimetre (150 to 400
/// dpi): less loses strokes, more costs time without gain at 48 pixels of height.
const MIN_SCALE: f64 = 6.0;
const MAX_SCALE: f64 = 15.75;
/// Ink is darker than the paper by this share of the page's contrast, and by this many levels.
const INK_SHARE: f64 = 0.3;
const INK_LEVELS: f64 = 18.0;
/// Pieces of ink smaller than this are specks, in square millimetres: a dot of a ball-pen is 0.1.
const SPECK: f64 = 0.05;
/// Less ink than this is no writing, in square millimetres: a short `1` has 1.
const WRITING: f64 = 0.25;
/// The form's print is thickened by this much before it is taken away, in mm: what registration
/// leaves open.
const PRINT_MARGIN: f64 = 0.2;
/// Paper round the writing that the engine sees, as a share of the writing's height.
const MARGIN: f64 = 0.2;

/// An engine's score from which a printed line counts as surely read. Of 3,000 drawn lines of 7 to
/// 11 printed digits at 200 and 300 dpi (skew, blur, noise, JPEG, bilevel; four typefaces) 2,995
/// score above it and none of them is wrong: at most 1 in 1,000 (95 %).
pub const SURE_PRINT: f64 = 0.9;

/// Reads one line zone.
pub fn read(
    page: &Registered<'_>,
    field: &Field,
    zone: &LineZone,
    engines: &Engines,
) -> Result<Reading, EngineError> {
    let mut doubts = Vec::new();
    let prepared = prepare(page, zone);
    if prepared.inside < 0.98 {
        doubts.push(Reason::OutOfPicture.into());
    }
    let mut crop_area = prepared.area;
    if prepared.runs_out {
        doubts.push(Reason::Overflow.into());
        // A person sees what the zone cuts off.
        crop_area = crop_area.union(edges::widened(page, zone));
    }
    let reading = |engine: String, content, doubts| Reading {
        field: field.id.clone(),
        engine,
        content,
        doubts,
        crop_area,
    };
    let Some(line) = prepared.writing else {
        let blank = text_of("ink", &LineReading::nothing(), prepared.ink_share);
        return Ok(reading(
            "ink".into(),
            Content::Text {
                readings: vec![blank],
            },
            doubts,
        ));
    };
    let line = if zone.vertical {
        imageops::rotate270(&line)
    } else {
        line
    };
    let mut readings = Vec::new();
    let mut names = Vec::new();
    let mut told = None;
    let lists = field.lists.lexicons();
    let expected = Expected {
        charset: &zone.charset,
        lists: &lists,
        shape: Shape::of(&field.value),
    };
    for engine in engines_for(zone, engines) {
        let read = ghosts::without_ghosts(engine.read(&line, &expected)?, &line);
        readings.push(text_of(engine.name(), &read, prepared.ink_share));
        names.push(engine.name().to_owned());
        told.get_or_insert(read);
    }
    let Some(told) = told else {
        doubts.push(Doubt::with(Reason::NoEngine, models::HOW_TO_INSTALL));
        return Ok(reading(String::new(), Content::Missing, doubts));
    };
    if !zone.printed || !is_settled(&readings) {
        let seen = (told.text.as_str(), told.characters.as_slice());
        let (cells, networks) = characters::read(&line, seen, zone, engines)?;
        readings[0].characters = cells;
        names.extend(networks.into_iter().map(str::to_owned));
    }
    Ok(reading(names.join("+"), Content::Text { readings }, doubts))
}

/// Whether print needs no further reader: two engines say the same of it, and the first is sure.
fn is_settled(readings: &[TextReading]) -> bool {
    match readings {
        [first, others @ ..] => {
            let same = others.iter().all(|o| bare(&o.text) == bare(&first.text));
            first.score >= SURE_PRINT && !others.is_empty() && same
        }
        [] => true,
    }
}

/// The line recognizer first; for print also the second opinion, which reads horizontal lines only.
fn engines_for<'a>(zone: &LineZone, engines: &'a Engines) -> Vec<&'a dyn LineReader> {
    let print = engines
        .print
        .as_deref()
        .filter(|_| zone.printed && !zone.vertical);
    engines.lines.as_deref().into_iter().chain(print).collect()
}

fn text_of(engine: &str, read: &LineReading, ink_share: f64) -> TextReading {
    TextReading {
        engine: engine.to_owned(),
        text: read.text.trim().to_owned(),
        score: read.score,
        confidence: read.confidence,
        alternatives: read.alternatives.clone(),
        alphabet_doubt: read.alphabet_doubt,
        ink_share,
        listed: read.listed.clone(),
        shaped: read.shaped.clone(),
        characters: Vec::new(),
    }
}

/// A zone made ready.
struct Prepared {
    /// The writing with a little paper round it; `None` when there is none.
    writing: Option<GrayImage>,
    /// Share of the zone covered with added ink, specks left out.
    ink_share: f64,
    /// Share of the zone that lies in the picture.
    inside: f64,
    /// The zone, made as high as the writing.
    area: Rect<Mm>,
    /// The writing goes on beyond that, or another field's comes in.
    runs_out: bool,
}

fn prepare(page: &Registered<'_>, zone: &LineZone) -> Prepared {
    let area = zone.area;
    let scale = page.native_px_per_mm().clamp(MIN_SCALE, MAX_SCALE);
    let cut = page.cut(area, scale);
    let blank = page.cut_blank(area, scale);
    let threshold = ink_threshold(page.levels);
    let gray = match blank {
        Some(blank) => without_print(&cut.gray, &blank, threshold, PRINT_MARGIN * scale),
        None => cut.gray,
    };
    let (extent, ink) = writing_in(&gray, threshold, scale);
    let pixels = f64::from(gray.width()) * f64::from(gray.height());
    let mut prepared = Prepared {
        writing: None,
        ink_share: ink / pixels,
        inside: cut.inside,
        area,
        runs_out: false,
    };
    let Some(extent) = extent else {
        return prepared;
    };
    prepared.runs_out = edges::run_out(page, zone, extent, (scale, threshold));
    prepared.writing = Some(with_margin(&gray, extent));
    if let Some(higher) = across::heightened(page, zone, extent, (scale, threshold)) {
        let (whole, _) = writing_in(&higher.gray, threshold, scale);
        prepared.writing = Some(with_margin(&higher.gray, whole.unwrap_or(extent)));
        prepared.area = higher.area;
        prepared.runs_out |= higher.doubted;
    }
    prepared
}

/// The level below which a pixel is ink.
fn ink_threshold(levels: Levels) -> u8 {
    let step = (INK_SHARE * (levels.paper - levels.ink)).max(INK_LEVELS);
    (levels.paper - step).clamp(1.0, 254.0) as u8
}

/// The zone with the form's own print painted over, writing across it kept.
fn without_print(gray: &GrayImage, blank: &GrayImage, threshold: u8, margin: f64) -> GrayImage {
    let reach = margin.ceil() as i64;
    let print = thickened(blank, threshold, reach);
    let (w, h) = gray.dimensions();
    let paper = Luma([255]);
    let is_writing =
        |x: u32, y: u32| !print[(y * w + x) as usize] && gray.get_pixel(x, y)[0] < threshold;
    let mut out = gray.clone();
    for y in 0..h {
        for x in 0..w {
            if print[(y * w + x) as usize] && !crosses(&print, (w, h), (x, y), &is_writing) {
                out.put_pixel(x, y, paper);
            }
        }
    }
    out
}

/// The dark pixels of the blank, grown by `reach` each way.
fn thickened(blank: &GrayImage, threshold: u8, reach: i64) -> Vec<bool> {
    let (w, h) = (i64::from(blank.width()), i64::from(blank.height()));
    let grow = |mask: &[bool], dx: i64, dy: i64| -> Vec<bool> {
        let at = |x: i64, y: i64| {
            (-reach..=reach).any(|k| {
                let (x, y) = (x + k * dx, y + k * dy);
                x >= 0 && y >= 0 && x < w && y < h && mask[(y * w + x) as usize]
            })
        };
        (0..w * h).map(|i| at(i % w, i / w)).collect()
    };
    let dark: Vec<bool> = blank.pixels().map(|p| p[0] < threshold).collect();
    if !dark.contains(&true) {
        return dark;
    }
    grow(&grow(&dark, 1, 0), 0, 1)
}

/// Whether writing stands on both sides of the print at this pixel, up and down or left and right.
fn crosses(
    print: &[bool],
    (w, h): (u32, u32),
    (x, y): (u32, u32),
    is_writing: &impl Fn(u32, u32) -> bool,
) -> bool {
    let beyond = |dx: i64, dy: i64| {
        let (mut x, mut y) = (i64::from(x), i64::from(y));
        loop {
            (x, y) = (x + dx, y + dy);
            if x < 0 || y < 0 || x >= i64::from(w) || y >= i64::from(h) {
                return false;
            }
            let (px, py) = (x as u32, y as u32);
            if !print[(py * w + px) as usize] {
                return is_writing(px, py);
            }
        }
    };
    (beyond(0, -1) && beyond(0, 1)) || (beyond(-1, 0) && beyond(1, 0))
}

/// Left, top, right, bottom of the writing in pixels, and its ink in pixels; `None` when there is
/// too little of it.
fn writing_in(gray: &GrayImage, threshold: u8, scale: f64) -> (Option<[u32; 4]>, f64) {
    let mask: Vec<bool> = gray.pixels().map(|p| p[0] < threshold).collect();
    let found = pieces(&mask, gray.width() as usize);
    let per_mm2 = scale * scale;
    let (mut extent, mut ink) = (None, 0usize);
    for piece in found
        .all
        .iter()
        .filter(|p| p.area as f64 >= SPECK * per_mm2)
    {
        ink += piece.area;
        let own = [
            piece.x0 as u32,
            piece.y0 as u32,
            piece.x1 as u32,
            piece.y1 as u32,
        ];
        extent = Some(extent.map_or(own, |e: [u32; 4]| {
            [
                e[0].min(own[0]),
                e[1].min(own[1]),
                e[2].max(own[2]),
                e[3].max(own[3]),
            ]
        }));
    }
    let enough = ink as f64 >= WRITING * per_mm2;
    (extent.filter(|_| enough), ink as f64)
}

/// The writing with paper round it, as far as the zone goes.
fn with_margin(gray: &GrayImage, [x0, y0, x1, y1]: [u32; 4]) -> GrayImage {
    let margin = (MARGIN * f64::from((y1 - y0).min(x1 - x0).max(1))).ceil() as u32 + 2;
    let (x, y) = (x0.saturating_sub(margin), y0.saturating_sub(margin));
    let right = (x1 + margin).min(gray.width());
    let bottom = (y1 + margin).min(gray.height());
    imageops::crop_imm(gray, x, y, right - x, bottom - y).to_image()
}

#[cfg(test)]
mod tests;
