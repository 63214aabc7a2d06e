//! One bit a pixel: thresholds, and what a fax line makes of them.

use image::{GrayImage, Luma, imageops};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::picture::{Format, Pixels, Scanned};
use crate::geom::{Dpi, Mm, Px, Transform};
use crate::raster::Ink;
use crate::scan::Resolution;
use crate::synth::hand::between;

/// Levels of a hard threshold, low to high.
const HARD: std::ops::Range<u8> = 130..190;

/// Dots an inch of a fax: along the line, and across in fine and standard mode.
const FAX_X: f64 = 204.0;
const FAX_Y: [f64; 3] = [196.0, 196.0, 98.0];

fn black(is: bool) -> Luma<u8> {
    Luma([if is { 0 } else { 255 }])
}

/// By one level for the page, or by the paper round each pixel.
pub(super) fn threshold(gray: &GrayImage, rng: &mut ChaCha8Rng) -> GrayImage {
    if rng.random_bool(0.5) {
        let level = rng.random_range(HARD);
        return GrayImage::from_fn(gray.width(), gray.height(), |x, y| {
            black(gray.get_pixel(x, y)[0] < level)
        });
    }
    let radius = gray.width() / 30;
    let ink = Ink::local(gray, radius, between(rng, 0.7, 0.86), 60);
    GrayImage::from_fn(gray.width(), gray.height(), |x, y| {
        black(ink.dark[y as usize * ink.width + x as usize] > 0)
    })
}

/// A fax of a picture of 204 x 204 dots an inch: fewer rows, one threshold, rows lost.
pub(super) fn fax(gray: &GrayImage, to_px: Transform<Mm, Px>, rng: &mut ChaCha8Rng) -> Scanned {
    let rows = FAX_Y[rng.random_range(0..FAX_Y.len())];
    let share = rows / FAX_X;
    let height = (f64::from(gray.height()) * share).round() as u32;
    let small = imageops::resize(gray, gray.width(), height, imageops::FilterType::Triangle);
    let level = rng.random_range(HARD);
    let mut bits = GrayImage::from_fn(small.width(), height, |x, y| {
        black(small.get_pixel(x, y)[0] < level)
    });
    for _ in 0..rng.random_range(0..4) {
        lose_row(&mut bits, rng);
    }
    let scale = Transform::affine(1.0, 0.0, 0.0, 0.0, share, (share - 1.0) / 2.0);
    let dpi = |v: f64| Dpi::new(v).unwrap_or_else(|| unreachable!("a positive constant"));
    Scanned {
        pixels: Pixels::Bits(bits),
        resolution: Resolution {
            x: dpi(FAX_X),
            y: dpi(rows),
        },
        format: Format::G4,
        to_px: to_px.then(&scale),
        streaks: Vec::new(),
    }
}

/// A row with an error repeats the one above it, or stays white from somewhere on.
fn lose_row(bits: &mut GrayImage, rng: &mut ChaCha8Rng) {
    let y = rng.random_range(1..bits.height().max(2));
    let from = rng.random_range(0..bits.width());
    let repeat = rng.random_bool(0.6);
    for x in 0..bits.width() {
        if repeat {
            let above = *bits.get_pixel(x, y - 1);
            bits.put_pixel(x, y, above);
        } else if x >= from {
            bits.put_pixel(x, y, Luma([255]));
        }
    }
}
