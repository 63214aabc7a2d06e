//! Text for drawn forms, by the one embedded font (`BIZ UDGothic`, `assets/fonts/README.md`).
//!
//! The font is monospaced: full-width characters are one em wide, half-width ones half an em.
//! Outlines are filled with anti-aliasing; there is no hinting, so text looks alike at every
//! resolution.

use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, Glyph, Point, PxScale};
use image::{GrayImage, Luma};

static FONT: &[u8] = include_bytes!("../../assets/fonts/BIZUDGothic-Regular-subset.ttf");

/// How far a bold character is drawn twice, as a share of the em.
const BOLD_SHIFT: f64 = 0.035;
/// Characters that lie down in vertical text.
const TURNED: &str = "ー―－-~～〜…‥（）()「」『』【】［］〔〕＜＞＝=→←";
/// Characters that move to the top right of their cell in vertical text.
const SHIFTED: &str = "、。，．";

fn font() -> &'static FontRef<'static> {
    static PARSED: OnceLock<FontRef<'static>> = OnceLock::new();
    PARSED.get_or_init(|| FontRef::try_from_slice(FONT).expect("the embedded font parses"))
}

/// The typeface as a file, for pages that show what the forms show.
pub fn bytes() -> &'static [u8] {
    FONT
}

/// Whether the font can draw the character.
pub fn has(c: char) -> bool {
    font().glyph_id(c).0 != 0
}

/// The width of a line of text in ems.
pub fn width_em(text: &str) -> f64 {
    let font = font();
    let units = f64::from(font.units_per_em().unwrap_or(1000.0));
    let advance = |c: char| f64::from(font.h_advance_unscaled(font.glyph_id(c))) / units;
    text.chars().map(advance).sum()
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Pixels an em.
    pub em: f64,
    /// 0 black to 255 white.
    pub ink: u8,
    pub bold: bool,
}

/// Draws one line whose em boxes begin at the pixel position (`x`, `y`), to the right.
pub fn draw_line(image: &mut GrayImage, text: &str, (x, y): (f64, f64), style: Style) {
    let mut x = x;
    for c in text.chars() {
        draw_char(image, c, (x, y), style);
        x += width_em(c.encode_utf8(&mut [0; 4])) * style.em;
    }
}

/// Draws one column of em boxes downwards from (`x`, `y`), its top-left corner.
pub fn draw_column(image: &mut GrayImage, text: &str, (x, y): (f64, f64), style: Style) {
    for (i, c) in text.chars().enumerate() {
        let top = y + i as f64 * style.em;
        if TURNED.contains(c) {
            draw_turned(image, c, (x, top), style);
        } else if SHIFTED.contains(c) {
            draw_char(image, c, (x + 0.6 * style.em, top - 0.6 * style.em), style);
        } else {
            let indent = (1.0 - width_em(c.encode_utf8(&mut [0; 4]))) / 2.0;
            draw_char(image, c, (x + indent * style.em, top), style);
        }
    }
}

fn draw_char(image: &mut GrayImage, c: char, at: (f64, f64), style: Style) {
    let mut ink = |x: i64, y: i64, coverage: f64| blend(image, (x, y), style.ink, coverage);
    outline(c, at, style.em, &mut ink);
    if style.bold {
        outline(c, (at.0 + BOLD_SHIFT * style.em, at.1), style.em, &mut ink);
    }
}

/// The character a quarter turn clockwise in its em box.
fn draw_turned(image: &mut GrayImage, c: char, at: (f64, f64), style: Style) {
    let em = style.em.ceil() as i64;
    let indent = (1.0 - width_em(c.encode_utf8(&mut [0; 4]))) / 2.0;
    outline(
        c,
        (indent * style.em, 0.0),
        style.em,
        &mut |x, y, coverage| {
            let place = (at.0.round() as i64 + em - 1 - y, at.1.round() as i64 + x);
            blend(image, place, style.ink, coverage);
        },
    );
}

/// Calls `ink` with the coverage, 0 to 1, of every pixel of the character's outline.
fn outline(c: char, at: (f64, f64), em: f64, ink: &mut dyn FnMut(i64, i64, f64)) {
    let font = font();
    let units = font.units_per_em().unwrap_or(1000.0);
    let scale = PxScale::from(em as f32 * font.height_unscaled() / units);
    let baseline = at.1 + em * f64::from(font.ascent_unscaled() / font.height_unscaled());
    let position = Point {
        x: at.0 as f32,
        y: baseline as f32,
    };
    let glyph = Glyph {
        id: font.glyph_id(c),
        scale,
        position,
    };
    let Some(outlined) = font.outline_glyph(glyph) else {
        return;
    };
    let bounds = outlined.px_bounds();
    outlined.draw(|x, y, coverage| {
        let place = (
            bounds.min.x as i64 + i64::from(x),
            bounds.min.y as i64 + i64::from(y),
        );
        ink(place.0, place.1, f64::from(coverage));
    });
}

/// Lays `ink` over a pixel with the given coverage; outside the picture nothing happens.
pub(super) fn blend(image: &mut GrayImage, (x, y): (i64, i64), ink: u8, coverage: f64) {
    let inside = x >= 0 && y >= 0 && x < i64::from(image.width()) && y < i64::from(image.height());
    if !inside || coverage <= 0.0 {
        return;
    }
    let Luma([old]) = *image.get_pixel(x as u32, y as u32);
    let part = coverage.min(1.0);
    let new = f64::from(old) * (1.0 - part) + f64::from(ink) * part;
    image.put_pixel(x as u32, y as u32, Luma([new.round() as u8]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_holds_what_forms_print() {
        for c in "希望する・ｱ0Aぁヶ令和鷹㊞①〒￥～－髙□○".chars() {
            assert!(has(c), "{c}");
        }
        assert!(!has('😀'));
        assert!((width_em("希望") - 2.0).abs() < 1e-6);
        assert!((width_em("A1ｱ") - 1.5).abs() < 1e-6);
    }

    #[test]
    fn a_character_stays_in_its_em_box() {
        let style = Style {
            em: 20.0,
            ink: 0,
            bold: false,
        };
        for c in "国鬱gｱー".chars() {
            let mut image = GrayImage::from_pixel(40, 40, Luma([255]));
            draw_line(&mut image, &c.to_string(), (10.0, 10.0), style);
            let dark = image.enumerate_pixels().filter(|(_, _, p)| p[0] < 128);
            let (mut n, mut out) = (0, 0);
            for (x, y, _) in dark {
                n += 1;
                out += u32::from(!(9..=31).contains(&x) || !(9..=31).contains(&y));
            }
            assert!(n > 8 && out == 0, "{c}: {n} dark, {out} outside");
        }
    }

    #[test]
    fn a_long_mark_stands_in_vertical_text() {
        let mut image = GrayImage::from_pixel(20, 20, Luma([255]));
        draw_column(
            &mut image,
            "ー",
            (0.0, 0.0),
            Style {
                em: 20.0,
                ink: 0,
                bold: false,
            },
        );
        let dark: Vec<_> = image
            .enumerate_pixels()
            .filter(|(_, _, p)| p[0] < 128)
            .collect();
        let span = |of: fn(&(u32, u32, &Luma<u8>)) -> u32| {
            let (low, high) = (dark.iter().map(of).min(), dark.iter().map(of).max());
            high.zip(low).map_or(0, |(h, l)| h - l)
        };
        assert!(span(|p| p.1) > 2 * span(|p| p.0), "{} high", span(|p| p.1));
    }
}
