//! The ink that people add to one printed side, in layers, and the sheet that they make together.

use image::{GrayImage, Rgb, RgbImage};
use rand_chacha::ChaCha8Rng;

use super::hand::Sheet;
use super::nib::{self, Nib, Press};
use crate::geom::{Mm, Point, Rect, Size};

/// What bare paper is on a composed sheet: correction fluid is lighter than the paper.
pub const PAPER: u8 = 240;

/// Correction fluid and tape.
const FLUID: [u8; 3] = [250, 250, 248];

/// One colour of ink.
#[derive(Clone, Debug)]
struct Layer {
    sheet: Sheet,
    rgb: [u8; 3],
}

/// Everything added to a side: ink, correction fluid over it, ink over that.
#[derive(Clone, Debug)]
pub struct Inks {
    size: Size,
    px_per_mm: f64,
    under: Vec<Layer>,
    fluid: Option<Layer>,
    over: Vec<Layer>,
    trace: Vec<Point<Mm>>,
}

impl Inks {
    pub fn new(size: Size, px_per_mm: f64) -> Self {
        Self {
            size,
            px_per_mm,
            under: Vec::new(),
            fluid: None,
            over: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Draws one line on top of everything.
    pub fn line(&mut self, points: &[Point<Mm>], with: (Nib, Press), rng: &mut ChaCha8Rng) {
        let (size, k) = (self.size, self.px_per_mm);
        let sheet = layer(&mut self.over, with.0.rgb, (size, k));
        let curve = nib::line(sheet, points, with, rng);
        self.trace.extend(curve);
    }

    /// Draws one line that fluid may cover later.
    pub fn line_under(&mut self, points: &[Point<Mm>], with: (Nib, Press), rng: &mut ChaCha8Rng) {
        let (size, k) = (self.size, self.px_per_mm);
        let sheet = layer(&mut self.under, with.0.rgb, (size, k));
        nib::line(sheet, points, with, rng);
    }

    /// Covers `area` with correction fluid or tape, print and all.
    pub fn cover(&mut self, area: Rect<Mm>, rng: &mut ChaCha8Rng) {
        let (size, k) = (self.size, self.px_per_mm);
        let fluid = self.fluid.get_or_insert_with(|| Layer {
            sheet: Sheet::new(size, k),
            rgb: FLUID,
        });
        let brush = Nib {
            rgb: FLUID,
            width: 1.6,
            strength: 0.97,
            tooth: 0.0,
            skips: 0.0,
        };
        let rows = (area.h / 0.9).ceil().max(1.0) as u32;
        for row in 0..=rows {
            let y = area.y + area.h * f64::from(row) / f64::from(rows);
            let ends = [Point::new(area.x, y), Point::new(area.right(), y)];
            nib::line(&mut fluid.sheet, &ends, (brush, Press::STEADY), rng);
        }
    }

    /// Where the pen went since the last call.
    pub fn take_trace(&mut self) -> Vec<Point<Mm>> {
        std::mem::take(&mut self.trace)
    }

    /// The printed side with all ink on it, bare paper at `PAPER`. `print` is printed in
    /// `print_rgb`.
    pub fn onto(&self, print: &GrayImage, print_rgb: [u8; 3]) -> RgbImage {
        let tones: [[u8; 3]; 256] = std::array::from_fn(|v| {
            let v = v as u32;
            print_rgb.map(|c| ((u32::from(PAPER) * v + u32::from(c) * (255 - v)) / 255) as u8)
        });
        let mut out = RgbImage::new(print.width(), print.height());
        for (to, from) in out.pixels_mut().zip(print.pixels()) {
            *to = Rgb(tones[usize::from(from[0])]);
        }
        for layer in self.under.iter().chain(&self.fluid).chain(&self.over) {
            lay(layer, &mut out);
        }
        out
    }
}

fn layer(layers: &mut Vec<Layer>, rgb: [u8; 3], (size, k): (Size, f64)) -> &mut Sheet {
    let at = layers.iter().position(|l| l.rgb == rgb).unwrap_or_else(|| {
        let sheet = Sheet::new(size, k);
        layers.push(Layer { sheet, rgb });
        layers.len() - 1
    });
    &mut layers[at].sheet
}

fn lay(layer: &Layer, out: &mut RgbImage) {
    let [r, g, b] = layer.rgb.map(u32::from);
    let ink = layer.sheet.ink.as_raw().iter();
    for (pixel, ink) in out.as_mut().chunks_exact_mut(3).zip(ink) {
        if *ink == 0 {
            continue;
        }
        let a = u32::from(*ink);
        for (v, c) in pixel.iter_mut().zip([r, g, b]) {
            *v = ((u32::from(*v) * (255 - a) + c * a) / 255) as u8;
        }
    }
}
