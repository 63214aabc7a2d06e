//! Dashes that the line recognizer sees where nothing is written.
//!
//! Between a family and a given name people leave a wide space, and under a charset of kana the
//! recognizer takes it for a long vowel (`ハセ　ケンジロウ`, `ハセーケンジロウ`) with 0.5 to 0.9: on 300
//! made cards in 24 katakana names. A stroke that is there has ink about where it is seen.

use image::GrayImage;

use super::characters::ink_of;
use crate::charset::is_dash;
use crate::engine::LineReading;

/// How far to both sides of the place where a dash is seen it must have ink, against the line's
/// height. A written dash is 0.3 to 0.9 of a character wide.
const REACH: f64 = 0.3;
/// Paper as wide as this about that place, against the line's height, is a space: print sets names so
/// close to it that ink lies within reach.
const SPACE: f64 = 0.5;

/// The reading without the dashes that have no ink.
pub(super) fn without_ghosts(mut read: LineReading, line: &GrayImage) -> LineReading {
    let seen = read.text.chars().filter(|c| !c.is_whitespace()).count();
    if read.characters.len() != seen || !read.text.chars().any(is_dash) {
        return read;
    }
    let ink = ink_of(line);
    let (width, height) = (ink.width as f64, ink.height as f64);
    let inked = |x: &usize| (0..ink.height).any(|y| ink.is_ink(*x, y));
    let written = |at: f64| {
        let from = (at * width - REACH * height).max(0.0) as usize;
        let to = ((at * width + REACH * height).ceil() as usize).min(ink.width);
        let middle = ((at * width) as usize).min(ink.width);
        let paper = (0..middle).rev().take_while(|x| !inked(x)).count()
            + (middle..ink.width).take_while(|x| !inked(x)).count();
        (from..to).any(|x| inked(&x)) && (paper as f64) < SPACE * height
    };
    let mut characters = std::mem::take(&mut read.characters).into_iter();
    let mut text = String::new();
    for c in read.text.chars() {
        let Some(character) = (!c.is_whitespace()).then(|| characters.next()).flatten() else {
            text.push(c);
            continue;
        };
        if !is_dash(c) || written(character.at) {
            text.push(c);
            read.characters.push(character);
        }
    }
    read.text = text;
    read
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::engine::LineCharacter;

    /// A line of 200 x 40 pixels with strokes over these columns.
    fn line(strokes: &[std::ops::Range<u32>]) -> GrayImage {
        GrayImage::from_fn(200, 40, |x, y| {
            let inked = (18..22).contains(&y) && strokes.iter().any(|s| s.contains(&x));
            Luma([if inked { 30 } else { 240 }])
        })
    }

    fn reading(text: &str, at: &[f64]) -> LineReading {
        let character = |at: &f64| LineCharacter {
            at: *at,
            read: Vec::new(),
        };
        LineReading {
            text: text.into(),
            characters: at.iter().map(character).collect(),
            ..LineReading::nothing()
        }
    }

    #[test]
    fn a_dash_without_ink_was_never_written() {
        let gap = line(&[0..60, 140..200]);
        let seen = [0.1, 0.25, 0.5, 0.75, 0.9];
        let read = without_ghosts(reading("ハセーケン", &seen), &gap);
        assert_eq!((read.text.as_str(), read.characters.len()), ("ハセケン", 4));
        // With its stroke it stays.
        let stroke = line(&[0..60, 90..112, 140..200]);
        let read = without_ghosts(reading("ハセーケン", &seen), &stroke);
        assert_eq!(
            (read.text.as_str(), read.characters.len()),
            ("ハセーケン", 5)
        );
        // Print sets the names nearer to the space than a dash may reach.
        let narrow = line(&[0..89, 112..200]);
        let read = without_ghosts(reading("ハセーケン", &seen), &narrow);
        assert_eq!(read.text, "ハセケン");
        // Another character without ink is for the networks to miss.
        let read = without_ghosts(reading("ハセノケン", &seen), &gap);
        assert_eq!(read.text, "ハセノケン");
    }

    #[test]
    fn a_reading_that_tells_no_places_stays_as_it_is() {
        let gap = line(&[0..60, 140..200]);
        assert_eq!(
            without_ghosts(reading("ハセーケン", &[]), &gap).text,
            "ハセーケン"
        );
    }
}
