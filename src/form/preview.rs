//! A picture of a side with its zones laid over it: what the author of a form looks at.

use image::{DynamicImage, GrayImage, Rgb, RgbImage};

use crate::geom::{Mm, Point, Rect};
use crate::raster::{Canvas, Lettering};

use super::draw::{self, DrawError, Values};
use super::types::{Anchors, Side, Zone};

/// Size of an id over its zone, in mm.
const ID_EM: f64 = 2.0;
/// Thickness of a zone's outline, in mm.
const OUTLINE: f64 = 0.25;
/// How strongly a zone is tinted and outlined, 0 to 1.
const TINT: f64 = 0.16;
const STRONG: f64 = 0.9;

/// Colours of what is laid over a page.
const BOX: Rgb<u8> = Rgb([0, 90, 200]);
const WORD: Rgb<u8> = Rgb([0, 140, 60]);
const CELL: Rgb<u8> = Rgb([210, 100, 0]);
const AREA: Rgb<u8> = Rgb([130, 40, 170]);
const KEY: Rgb<u8> = Rgb([210, 0, 40]);
const ANCHOR: Rgb<u8> = Rgb([0, 150, 160]);

/// The zones over the side's blank picture, or over what the form draws where it has none.
pub fn preview(side: &Side) -> Result<RgbImage, DrawError> {
    let gray = match &side.blank {
        Some(blank) => blank.gray.as_ref().clone(),
        None => draw::side(side, draw::BLANK_PX_PER_MM, &Values::default())?,
    };
    Ok(overlay(side, &DynamicImage::ImageLuma8(gray).into_rgb8()))
}

/// The zones over a picture of the whole side, upright: a scan cut out by its registration.
pub fn overlay(side: &Side, page: &RgbImage) -> RgbImage {
    let mut out = page.clone();
    let k = f64::from(page.width()) / side.size.w;
    let zones = zones(side);
    for color in [BOX, WORD, CELL, AREA, KEY, ANCHOR] {
        let mut tint = Canvas::new(side.size, k);
        let mut strong = Canvas::new(side.size, k);
        for (_, place) in zones.iter().filter(|(c, _)| *c == color) {
            tint.fill(place.rect, 0);
            strong.frame(place.rect, OUTLINE, 0);
            if let Some(id) = place.id {
                strong.text(id, id_place(place.rect), Lettering::regular(ID_EM, 0));
            }
        }
        lay_over(&mut out, &tint.into_image(), color, TINT);
        lay_over(&mut out, &strong.into_image(), color, STRONG);
    }
    out
}

struct Place<'s> {
    rect: Rect<Mm>,
    /// Written over the first place of a field.
    id: Option<&'s str>,
}

/// Above the zone, or inside it at the top of the page.
fn id_place(rect: Rect<Mm>) -> Point<Mm> {
    let above = rect.y - ID_EM - 2.0 * OUTLINE;
    Point::new(rect.x, if above < 0.0 { rect.y } else { above })
}

fn zones(side: &Side) -> Vec<(Rgb<u8>, Place<'_>)> {
    let mut found = Vec::new();
    let key = side.key.as_ref().and_then(|k| k.zone);
    found.extend(key.map(|rect| {
        (
            KEY,
            Place {
                rect,
                id: Some("key"),
            },
        )
    }));
    if let Anchors::Marks(marks) = &side.anchors {
        found.extend(marks.iter().map(|m| {
            (
                ANCHOR,
                Place {
                    rect: m.around(),
                    id: None,
                },
            )
        }));
    }
    for field in &side.fields {
        for (i, (color, rect)) in places(&field.zone).into_iter().enumerate() {
            let id = (i == 0).then_some(field.id.0.as_str());
            found.push((color, Place { rect, id }));
        }
    }
    found
}

fn places(zone: &Zone) -> Vec<(Rgb<u8>, Rect<Mm>)> {
    match zone {
        Zone::Marks(z) => {
            let both = |o: &super::types::MarkOption| {
                [o.boxed.map(|r| (BOX, r)), o.word.map(|r| (WORD, r))]
                    .into_iter()
                    .flatten()
            };
            z.options.iter().flat_map(both).collect()
        }
        Zone::Grid(z) => z.columns.iter().flatten().map(|r| (BOX, *r)).collect(),
        Zone::Comb(z) => z.cells.iter().map(|r| (CELL, *r)).collect(),
        Zone::Rank(z) => z.options.iter().map(|o| (CELL, o.cell)).collect(),
        Zone::Line(z) => vec![(AREA, z.area)],
        Zone::Barcode(z) => vec![(KEY, z.zone)],
        Zone::Ink(z) => vec![(AREA, z.area)],
        Zone::Picture(area) => vec![(AREA, *area)],
    }
}

/// Tints `out` where `layer` is dark.
fn lay_over(out: &mut RgbImage, layer: &GrayImage, color: Rgb<u8>, strength: f64) {
    for (pixel, ink) in out.pixels_mut().zip(layer.pixels()) {
        if ink[0] == 255 {
            continue;
        }
        let part = strength * (255.0 - f64::from(ink[0])) / 255.0;
        for (value, tone) in pixel.0.iter_mut().zip(color.0) {
            *value = (f64::from(*value) * (1.0 - part) + f64::from(tone) * part).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    #[test]
    fn every_zone_is_tinted_and_named() {
        let source = include_str!("check/every.toml");
        let form = Form::parse(source, "f", &|_| Err(std::io::ErrorKind::NotFound.into()));
        let side = &form.expect("no fault").sides[0];
        let plain = RgbImage::from_pixel(1000, 1480, Rgb([255; 3]));
        let seen = overlay(side, &plain);
        for field in &side.fields {
            for (color, rect) in places(&field.zone) {
                let at = rect.center();
                let pixel = seen.get_pixel((at.x * 10.0) as u32, (at.y * 10.0) as u32);
                let nearest = (0..3).min_by_key(|i| pixel[*i]);
                let darkest = (0..3).min_by_key(|i| color[*i]);
                assert!(pixel.0 != [255; 3] && nearest == darkest, "{}", field.id);
            }
            let top = id_place(field.zone.area().expect("has boxes"));
            let row = (top.x * 10.0) as u32..((top.x + 6.0) * 10.0) as u32;
            let dark = row.filter(|x| {
                let column = ((top.y * 10.0) as u32)..((top.y + ID_EM) * 10.0) as u32;
                column
                    .into_iter()
                    .any(|y| seen.get_pixel(*x, y).0.iter().any(|v| *v < 120))
            });
            assert!(dark.count() > 5, "no id over {}", field.id);
        }
    }
}
