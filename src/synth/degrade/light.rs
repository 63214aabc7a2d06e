//! What happens to grey levels: the paper laid on the glass, the lens, the copier's drum, dirt.

use image::{GenericImage, GrayImage, ImageBuffer, Pixel, RgbImage};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::geom::{Dpi, Mm, Point, Px, Size, Transform};
use crate::synth::hand::between;
use crate::synth::inks::PAPER;
use crate::synth::wear::Wear;

/// The darkest that a scanner shows of black ink.
const BLACK: f64 = 20.0;

/// How much of the other side's print shows through card stock, 0 to 1.
const THROUGH: std::ops::Range<f64> = 0.05..0.2;

/// Where the paper lies on the picture.
pub(super) struct Geometry {
    pub(super) to_px: Transform<Mm, Px>,
    to_mm: Option<Transform<Px, Mm>>,
    picture: (u32, u32),
    size: Size,
    backing: u8,
    /// From composed levels to the scanner's.
    tone: [u8; 256],
}

impl Geometry {
    pub(super) fn of(wear: &Wear, size: Size) -> Self {
        let to_px = wear.to_px(size);
        let tone = std::array::from_fn(|v| {
            let level = v as f64 / f64::from(PAPER);
            (BLACK + (wear.paper - BLACK) * level).clamp(0.0, 255.0) as u8
        });
        Self {
            to_px,
            to_mm: to_px.inverse(),
            picture: wear.scan_size(size),
            size,
            backing: wear.backing,
            tone,
        }
    }

    pub(super) fn lay(&self, paper: &GrayImage, k: f64) -> GrayImage {
        let mut out = GrayImage::from_pixel(self.picture.0, self.picture.1, [self.backing].into());
        self.each(&mut out, paper, k);
        out
    }

    pub(super) fn lay_color(&self, paper: &RgbImage, k: f64) -> RgbImage {
        let white = [self.backing; 3].into();
        let mut out = RgbImage::from_pixel(self.picture.0, self.picture.1, white);
        self.each(&mut out, paper, k);
        out
    }

    /// Fills `out` from `paper` by bilinear sampling, row by row.
    fn each<P: Pixel<Subpixel = u8>>(
        &self,
        out: &mut ImageBuffer<P, Vec<u8>>,
        paper: &ImageBuffer<P, Vec<u8>>,
        k: f64,
    ) {
        let Some(to_mm) = self.to_mm else { return };
        let n = usize::from(P::CHANNEL_COUNT);
        let (w, h) = (paper.width() as usize, paper.height() as usize);
        let from = paper.as_raw();
        let width = out.width() as usize;
        for (y, row) in out.as_mut().chunks_exact_mut(width * n).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(n).enumerate() {
                let p = to_mm.apply(Point::new(x as f64, y as f64));
                if p.x < 0.0 || p.y < 0.0 || p.x >= self.size.w || p.y >= self.size.h {
                    continue;
                }
                let (u, v) = ((p.x * k - 0.5).max(0.0), (p.y * k - 0.5).max(0.0));
                let (x0, y0) = ((u as usize).min(w - 1), (v as usize).min(h - 1));
                let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
                let (fx, fy) = ((u - x0 as f64) as f32, (v - y0 as f64) as f32);
                let at = |x: usize, y: usize, c: usize| f32::from(from[(y * w + x) * n + c]);
                for (c, value) in pixel.iter_mut().enumerate() {
                    let top = at(x0, y0, c) * (1.0 - fx) + at(x1, y0, c) * fx;
                    let bottom = at(x0, y1, c) * (1.0 - fx) + at(x1, y1, c) * fx;
                    *value = self.tone[(top * (1.0 - fy) + bottom * fy) as usize];
                }
            }
        }
    }
}

/// Noise of a sensor. The sum of four even numbers is near enough to a bell curve.
pub(super) fn noise<P: Pixel<Subpixel = u8>>(
    image: &mut ImageBuffer<P, Vec<u8>>,
    sigma: f64,
    rng: &mut ChaCha8Rng,
) {
    let scale = (sigma * 3f64.sqrt() / 2.0 / 127.5) as f32;
    let n = usize::from(P::CHANNEL_COUNT);
    for pixel in image.as_mut().chunks_exact_mut(n) {
        let sum: u16 = rng
            .random::<u32>()
            .to_le_bytes()
            .into_iter()
            .map(u16::from)
            .sum();
        let off = (f32::from(sum) - 510.0) * scale;
        for v in pixel {
            *v = (f32::from(*v) + off).clamp(0.0, 255.0) as u8;
        }
    }
}

/// The scanner's own sharpening: an unsharp mask, which JPEG turns into rings.
pub(super) fn sharpened(image: &RgbImage, amount: f64) -> RgbImage {
    let soft = image::imageops::fast_blur(image, 1.1);
    let mut out = image.clone();
    for (v, s) in out.as_mut().iter_mut().zip(soft.as_raw()) {
        let more = f64::from(*v) + amount * (f64::from(*v) - f64::from(*s));
        *v = more.clamp(0.0, 255.0) as u8;
    }
    out
}

/// The other side's print, mirrored and soft.
pub(super) fn show_through(paper: &mut RgbImage, back: &GrayImage, rng: &mut ChaCha8Rng) {
    let soft = image::imageops::fast_blur(back, 2.5);
    let share = between(rng, THROUGH.start, THROUGH.end);
    let (dx, dy) = (rng.random_range(0..30u32), rng.random_range(0..30u32));
    let width = soft.width();
    for (x, y, pixel) in paper.enumerate_pixels_mut() {
        let (bx, by) = ((width - 1 - x).saturating_sub(dx), y + dy);
        let Some(b) = soft.get_pixel_checked(bx, by) else {
            continue;
        };
        let kept = 1.0 - share * (1.0 - f64::from(b[0]) / 255.0);
        for v in &mut pixel.0 {
            *v = (f64::from(*v) * kept) as u8;
        }
    }
}

/// A round spot of `level`.
fn spot<I: GenericImage>(image: &mut I, (cx, cy): (u32, u32), r: f64, level: I::Pixel) {
    let reach = r.ceil() as u32;
    for y in cy.saturating_sub(reach)..(cy + reach + 1).min(image.height()) {
        for x in cx.saturating_sub(reach)..(cx + reach + 1).min(image.width()) {
            if f64::from(x.abs_diff(cx)).hypot(f64::from(y.abs_diff(cy))) <= r {
                image.put_pixel(x, y, level);
            }
        }
    }
}

/// Specks of 0.05 to 0.25 mm all over.
pub(super) fn specks(image: &mut RgbImage, wear: &Wear, rng: &mut ChaCha8Rng) {
    for _ in 0..rng.random_range(20..90) {
        let at = (
            rng.random_range(0..image.width()),
            rng.random_range(0..image.height()),
        );
        let r = between(rng, 0.05, 0.25) * wear.dpi.px_per_mm();
        let level = rng.random_range(60..190u8);
        spot(image, at, r, [level, level, level - 8].into());
    }
}

/// Streaks of one to three pixels from top to bottom; returns where, as a range of x.
pub(super) fn streaks(image: &mut RgbImage, rng: &mut ChaCha8Rng) -> Vec<(u32, u32)> {
    let mut all = Vec::new();
    for _ in 0..rng.random_range(1..3) {
        let x = rng.random_range(0..image.width());
        let end = (x + rng.random_range(1..4)).min(image.width());
        let share = between(rng, 0.35, 0.9);
        let light = rng.random_bool(0.3);
        for y in 0..image.height() {
            let share = share * between(rng, 0.85, 1.0);
            for x in x..end {
                for v in &mut image.get_pixel_mut(x, y).0 {
                    let level = f64::from(*v);
                    let to = if light { 255.0 } else { level * 0.35 };
                    *v = (level + share * (to - level)) as u8;
                }
            }
        }
        all.push((x, end));
    }
    all
}

/// A copy of a copy: the drum's curve, toner specks, the lid's shadow at the edges.
pub(super) fn copied(gray: &GrayImage, dpi: Dpi, rng: &mut ChaCha8Rng) -> GrayImage {
    let k = dpi.px_per_mm();
    let soft = image::imageops::fast_blur(gray, (between(rng, 0.06, 0.1) * k) as f32);
    // The level that becomes middle grey: a high one fattens lines, a low one thins them.
    let middle = between(rng, 120.0, 190.0);
    let hardness = between(rng, 0.025, 0.07);
    let ground = between(rng, 225.0, 255.0);
    let curve: Vec<u8> = (0..256)
        .map(|v| {
            let s = 1.0 / (1.0 + (-hardness * (f64::from(v) - middle)).exp());
            (12.0 + (ground - 12.0) * s) as u8
        })
        .collect();
    let mut out = soft;
    for v in out.as_mut() {
        *v = curve[usize::from(*v)];
    }
    for _ in 0..rng.random_range(30..250) {
        let at = (
            rng.random_range(0..out.width()),
            rng.random_range(0..out.height()),
        );
        spot(&mut out, at, between(rng, 0.03, 0.15) * k, [30].into());
    }
    shadow(&mut out, k, rng);
    image::imageops::fast_blur(&out, 0.5)
}

/// A dark edge of 1 to 4 mm at one or two sides.
fn shadow(image: &mut GrayImage, k: f64, rng: &mut ChaCha8Rng) {
    let (left, top) = (rng.random_bool(0.5), rng.random_bool(0.5));
    let reach = between(rng, 1.0, 4.0) * k;
    let dark = between(rng, 0.3, 0.9);
    let (w, h) = image.dimensions();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let from_side = f64::from(if left { x } else { w - 1 - x });
        let from_end = f64::from(if top { y } else { h - 1 - y });
        let depth = 1.0 - from_side.min(from_end) / reach;
        if depth > 0.0 {
            pixel[0] = (f64::from(pixel[0]) * (1.0 - dark * depth)) as u8;
        }
    }
}
