//! The paper on a scanner: turned, shifted, stretched, dirty, on black or white backing.

use image::{GrayImage, Luma, Rgb, RgbImage};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::fill::Filled;
use super::hand::{Pen, between};
use crate::geom::{Dpi, Mm, Point, Px, Size, Transform};

/// What the scanner delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Color,
    Gray,
    /// One bit a pixel.
    Bilevel,
}

/// How one page was scanned.
#[derive(Clone, Copy, Debug)]
pub struct Wear {
    pub dpi: Dpi,
    pub mode: Mode,
    pub skew_cw_degrees: f64,
    pub upside_down: bool,
    /// Stretch along the feed, 1.0 for none.
    pub stretch: f64,
    /// Where the paper lies on the bed, in mm.
    pub shift: (f64, f64),
    /// White or black backing beyond the paper, in mm on each side.
    pub border: f64,
    pub backing: u8,
    /// Standard deviation of the sensor's noise in grey levels.
    pub noise: f64,
    /// Blur radius in pixels, 0 for none.
    pub blur: u32,
    /// Specks of dirt on the page.
    pub specks: u32,
    /// Brightness of the paper, 0 to 255.
    pub paper: f64,
}

impl Wear {
    /// The dirt of real life, from harmless to hard.
    pub fn any(rng: &mut ChaCha8Rng, mode: Mode) -> Self {
        let dpi = [200.0, 240.0, 300.0, 300.0, 300.0, 400.0][rng.random_range(0..6)];
        let skew = match rng.random_range(0..10) {
            0..7 => between(rng, -1.5, 1.5),
            7..9 => between(rng, -4.0, 4.0),
            _ => between(rng, -8.0, 8.0),
        };
        Self {
            dpi: Dpi::new(dpi).unwrap_or_else(|| unreachable!("a positive constant")),
            mode,
            skew_cw_degrees: skew,
            upside_down: rng.random_bool(0.2),
            stretch: between(rng, 0.995, 1.008),
            shift: (between(rng, -1.0, 1.0), between(rng, -1.5, 1.5)),
            border: [0.0, 2.0, 3.0, 6.0][rng.random_range(0..4)],
            backing: if rng.random_bool(0.3) { 12 } else { 250 },
            noise: between(rng, 1.0, 5.0),
            blur: u32::from(rng.random_bool(0.4)),
            specks: if rng.random_bool(0.3) {
                rng.random_range(3..25)
            } else {
                0
            },
            paper: between(rng, 225.0, 252.0),
        }
    }

    /// From the paper's millimetres to the scan's pixels: the truth that registration must find.
    pub fn to_px(&self, size: Size) -> Transform<Mm, Px> {
        let k = self.dpi.px_per_mm();
        let turn = self.skew_cw_degrees + if self.upside_down { 180.0 } else { 0.0 };
        let (s, c) = turn.to_radians().sin_cos();
        let (kx, ky) = (k, k * self.stretch);
        let (w, h) = self.scan_size(size);
        let (mx, my) = (
            f64::from(w) / 2.0 + self.shift.0 * k - 0.5,
            f64::from(h) / 2.0 + self.shift.1 * k - 0.5,
        );
        let (ox, oy) = (size.w / 2.0, size.h / 2.0);
        let (a, b, d, e) = (kx * c, -ky * s, kx * s, ky * c);
        Transform::affine(a, b, mx - a * ox - b * oy, d, e, my - d * ox - e * oy)
    }

    pub(super) fn scan_size(&self, size: Size) -> (u32, u32) {
        let k = self.dpi.px_per_mm();
        let side = |mm: f64| ((mm + 2.0 * self.border) * k).round() as u32;
        (side(size.w), side(size.h))
    }
}

/// One side ready to be scanned: the print and the ink at one scale.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    pub blank: &'a GrayImage,
    pub filled: &'a Filled,
    pub pen: Pen,
    pub size: Size,
}

/// Scans a side.
pub fn scan(sheet: &Sheet<'_>, wear: &Wear, rng: &mut ChaCha8Rng) -> RgbImage {
    let (w, h) = wear.scan_size(sheet.size);
    let to_mm = wear.to_px(sheet.size).inverse();
    let mut out = RgbImage::from_pixel(w, h, Rgb([wear.backing; 3]));
    let Some(to_mm) = to_mm else { return out };
    let k = sheet.filled.pen.px_per_mm;
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let p = to_mm.apply(Point::new(f64::from(x), f64::from(y)));
        if p.x < 0.0 || p.y < 0.0 || p.x >= sheet.size.w || p.y >= sheet.size.h {
            continue;
        }
        let at = (p.x * k, p.y * k);
        let print = sample(sheet.blank, at) / 255.0;
        let ink = sample(&sheet.filled.pen.ink, at) / 255.0;
        let seal = sample(&sheet.filled.seal.ink, at) / 255.0;
        let channel = |pen: u8, red: f64| {
            let paper = wear.paper * print + 20.0 * (1.0 - print);
            let inked = paper * (1.0 - ink) + f64::from(pen) * ink;
            inked * (1.0 - seal) + red * seal
        };
        let [r, g, b] = sheet.pen.rgb;
        *pixel = Rgb([channel(r, 205.0), channel(g, 50.0), channel(b, 50.0)].map(|v| v as u8));
    }
    specks(&mut out, wear, rng);
    let mut out = if wear.blur > 0 {
        image::imageops::fast_blur(&out, 0.7)
    } else {
        out
    };
    noise(&mut out, wear.noise, rng);
    out
}

/// One bit a pixel, by one threshold as simple scanners do.
pub fn bilevel(gray: &GrayImage) -> GrayImage {
    GrayImage::from_fn(gray.width(), gray.height(), |x, y| {
        Luma([if gray.get_pixel(x, y)[0] < 150 {
            0
        } else {
            255
        }])
    })
}

fn sample(image: &GrayImage, (x, y): (f64, f64)) -> f64 {
    let (w, h) = (image.width() - 1, image.height() - 1);
    let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
    let (x0, y0) = ((x as u32).min(w), (y as u32).min(h));
    let (x1, y1) = ((x0 + 1).min(w), (y0 + 1).min(h));
    let (fx, fy) = (x - f64::from(x0), y - f64::from(y0));
    let at = |x, y| f64::from(image.get_pixel(x, y)[0]);
    let top = at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx;
    let bottom = at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx;
    top * (1.0 - fy) + bottom * fy
}

fn specks(image: &mut RgbImage, wear: &Wear, rng: &mut ChaCha8Rng) {
    for _ in 0..wear.specks {
        let (cx, cy) = (
            rng.random_range(0..image.width()),
            rng.random_range(0..image.height()),
        );
        let r = between(rng, 0.05, 0.25) * wear.dpi.px_per_mm();
        let dark = rng.random_range(60..170u8);
        let reach = r.ceil() as u32;
        for y in cy.saturating_sub(reach)..(cy + reach).min(image.height()) {
            for x in cx.saturating_sub(reach)..(cx + reach).min(image.width()) {
                if f64::from(x.abs_diff(cx)).hypot(f64::from(y.abs_diff(cy))) <= r {
                    image.put_pixel(x, y, Rgb([dark; 3]));
                }
            }
        }
    }
}

/// The sum of four even numbers is near enough to a bell curve.
fn noise(image: &mut RgbImage, sigma: f64, rng: &mut ChaCha8Rng) {
    let scale = sigma * 3f64.sqrt() / 2.0;
    for pixel in image.pixels_mut() {
        let word: u32 = rng.random();
        let sum: f64 = word
            .to_le_bytes()
            .iter()
            .map(|b| f64::from(*b) / 127.5 - 1.0)
            .sum();
        for v in &mut pixel.0 {
            *v = (f64::from(*v) + sum * scale).round().clamp(0.0, 255.0) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::card_rng;

    #[test]
    fn the_truth_transform_keeps_the_middle_in_the_middle() {
        let mut rng = card_rng(1, 1);
        let size = Size { w: 100.0, h: 148.0 };
        for _ in 0..20 {
            let wear = Wear::any(&mut rng, Mode::Gray);
            let (w, h) = wear.scan_size(size);
            let p = wear.to_px(size).apply(Point::new(50.0, 74.0));
            let k = wear.dpi.px_per_mm();
            let middle = Point::new(f64::from(w) / 2.0 - 0.5, f64::from(h) / 2.0 - 0.5);
            assert!(p.distance(middle) <= 2.0 * k, "{p:?}");
        }
    }
}
