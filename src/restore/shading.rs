//! Shading correction: paper is as bright as its light, and light falls off smoothly.
//!
//! The paper's level is taken in tiles, as a high percentile, so that print and writing do not count; a
//! polynomial of two variables is fitted to its logarithm and fitted again without the tiles that stand
//! off (pictures, tinted panels, the table under a photo). After Lu, Su and Tan, Document image binarization
//! using background estimation and stroke edges, International Journal on Document Analysis and Recognition
//! 13 (2010), who smooth rows and columns by polynomials until the ink drops out; here one surface does for the
//! whole page, so that nothing as small as a panel is taken for light.

use image::GrayImage;

use crate::linear::solve;
use crate::raster::quantile;
use crate::scan::Picture;

/// Tiles along the longer side: 4 to 5 mm of a sheet, 2 mm of a postcard.
const TILES: usize = 64;
/// Paper is this percentile of a tile.
const PAPER: f64 = 0.8;
/// Darker tiles than this share of the brightest are no paper in any light.
const LEAST_LIGHT: f64 = 0.3;
/// Highest power of the polynomial: a fold or a shaded corner, and nothing as small as a panel.
const DEGREE: usize = 4;
const TERMS: usize = (DEGREE + 1) * (DEGREE + 2) / 2;
/// How far the logarithm of a tile's level may stand off to count in the next round.
const ROUNDS: [f64; 5] = [0.5, 0.3, 0.18, 0.1, 0.1];
/// So many of the tiles must lie on the surface, and on the mean so near to it: else it is no light.
const AGREE: f64 = 0.7;
const NEAR: f64 = 0.035;
/// Less uneven light than this, brightest to darkest, is left to the local thresholds.
const UNEVEN: f64 = 1.25;
/// The gain is worked out once in so many pixels of a row.
const STEP: usize = 16;

/// How bright the paper is over the picture.
#[derive(Clone, Debug)]
pub(super) struct Shading {
    /// Of `x^i y^j`, `i + j <= DEGREE`, `x` and `y` from -1 to 1.
    terms: [f64; TERMS],
    /// Logarithms of the darkest and of the brightest paper that was seen.
    range: (f64, f64),
}

/// The middle of a tile, from -1 to 1, and the logarithm of its paper's level.
struct Tile {
    at: (f64, f64),
    level: f64,
}

/// The shading of a page, or `None` where the light is even or what is uneven is not light.
pub(super) fn measure(gray: &GrayImage) -> Option<Shading> {
    let mut tiles = tiles(gray);
    let brightest = tiles.iter().map(|t| t.level).fold(0.0, f64::max);
    tiles.retain(|t| t.level >= brightest + LEAST_LIGHT.ln());
    let all = tiles.len();
    if all < 4 * TERMS {
        return None;
    }
    let mut terms = fit(&tiles)?;
    for off in ROUNDS {
        let near: Vec<Tile> = tiles
            .into_iter()
            .filter(|t| (t.level - value(&terms, t.at)).abs() <= off)
            .collect();
        terms = fit(&near)?;
        tiles = near;
    }
    let off = tiles
        .iter()
        .map(|t| (t.level - value(&terms, t.at)).powi(2));
    let off = (off.sum::<f64>() / tiles.len() as f64).sqrt();
    if off > NEAR || (tiles.len() as f64) < AGREE * all as f64 {
        return None;
    }
    let seen = tiles.iter().map(|t| value(&terms, t.at));
    let range = seen.fold((f64::MAX, f64::MIN), |r, v| (r.0.min(v), r.1.max(v)));
    (range.1 - range.0 >= UNEVEN.ln()).then_some(Shading { terms, range })
}

impl Shading {
    /// Brings all paper to the level of the brightest.
    pub(super) fn even(&self, picture: &mut Picture) {
        let size = picture.gray.dimensions();
        self.apply(&mut picture.gray, size, 1);
        if let Some(color) = &mut picture.color {
            self.apply(color, size, 3);
        }
    }

    fn apply(&self, samples: &mut [u8], (width, height): (u32, u32), channels: usize) {
        let (w, h) = (width as usize, height as usize);
        let mut gains = Vec::with_capacity(w / STEP + 2);
        for (y, row) in samples.chunks_exact_mut(w * channels).enumerate() {
            let v = place(y, h);
            gains.clear();
            gains.extend((0..=w / STEP + 1).map(|k| self.gain((place(k * STEP, w), v))));
            for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let (k, part) = (x / STEP, (x % STEP) as f32 / STEP as f32);
                let gain = gains[k] + (gains[k + 1] - gains[k]) * part;
                for value in pixel {
                    *value = (f32::from(*value) * gain).round().min(255.0) as u8;
                }
            }
        }
    }

    fn gain(&self, at: (f64, f64)) -> f32 {
        let level = value(&self.terms, at).clamp(self.range.0, self.range.1);
        (self.range.1 - level).exp() as f32
    }
}

/// A pixel's place along a side, -1 to 1.
fn place(pixel: usize, side: usize) -> f64 {
    2.0 * (pixel as f64 + 0.5) / side as f64 - 1.0
}

fn tiles(gray: &GrayImage) -> Vec<Tile> {
    let (w, h) = (gray.width() as usize, gray.height() as usize);
    let side = (w.max(h) / TILES).max(4);
    // 64 pixels of a tile tell its paper.
    let step = (side / 8).max(1);
    let mut tiles = Vec::new();
    for y0 in (0..h.saturating_sub(side - 1)).step_by(side) {
        for x0 in (0..w.saturating_sub(side - 1)).step_by(side) {
            let mut counts = [0u32; 256];
            for y in (y0..y0 + side).step_by(step) {
                let row = &gray.as_raw()[y * w + x0..y * w + x0 + side];
                for level in row.iter().step_by(step) {
                    counts[usize::from(*level)] += 1;
                }
            }
            let level = quantile(&counts, (0, u8::MAX), PAPER);
            tiles.push(Tile {
                at: (place(x0 + side / 2, w), place(y0 + side / 2, h)),
                level: level.max(1.0).ln(),
            });
        }
    }
    tiles
}

/// The products `x^i y^j`.
fn powers((x, y): (f64, f64)) -> [f64; TERMS] {
    let mut out = [0.0; TERMS];
    let mut k = 0;
    for i in 0..=DEGREE {
        for j in 0..=DEGREE - i {
            out[k] = x.powi(i as i32) * y.powi(j as i32);
            k += 1;
        }
    }
    out
}

fn value(terms: &[f64; TERMS], at: (f64, f64)) -> f64 {
    terms.iter().zip(powers(at)).map(|(t, p)| t * p).sum()
}

/// Least squares by the normal equations.
fn fit(tiles: &[Tile]) -> Option<[f64; TERMS]> {
    let (mut normal, mut right) = ([[0.0; TERMS]; TERMS], [0.0; TERMS]);
    for tile in tiles {
        let powers = powers(tile.at);
        for ((row, target), p) in normal.iter_mut().zip(&mut right).zip(powers) {
            for (cell, q) in row.iter_mut().zip(powers) {
                *cell += p * q;
            }
            *target += p * tile.level;
        }
    }
    solve(normal, right, 1e-9 * tiles.len() as f64)
}
