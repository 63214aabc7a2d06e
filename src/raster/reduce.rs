//! Smaller pictures by averaging whole boxes of pixels, and quarter turns.

use image::{GrayImage, imageops};

use crate::geom::{Point, Px, QuarterTurn, Transform};

/// A picture shrunk by a whole factor, with the way back to the original's pixels.
#[derive(Clone, Debug)]
pub struct Reduced {
    pub gray: GrayImage,
    /// Original pixels a reduced pixel covers each way; at least 1.
    pub factor: u32,
}

impl Reduced {
    pub fn new(source: &GrayImage, factor: u32) -> Self {
        let factor = factor.max(1);
        Self {
            gray: box_reduce(source, factor),
            factor,
        }
    }

    /// Original pixel coordinates to reduced ones.
    pub fn shrink<A>(&self, to_px: &Transform<A, Px>) -> Transform<A, Px> {
        let k = 1.0 / f64::from(self.factor);
        let c = 0.5 * k - 0.5;
        to_px.then(&Transform::affine(k, 0.0, c, 0.0, k, c))
    }

    /// An original pixel position in reduced pixels.
    pub fn shrunk(&self, p: Point<Px>) -> Point<Px> {
        let k = f64::from(self.factor);
        Point::new((p.x + 0.5) / k - 0.5, (p.y + 0.5) / k - 0.5)
    }

    /// A reduced pixel position in original pixels.
    pub fn grow(&self, p: Point<Px>) -> Point<Px> {
        let k = f64::from(self.factor);
        Point::new((p.x + 0.5) * k - 0.5, (p.y + 0.5) * k - 0.5)
    }
}

/// Averages `factor` x `factor` boxes; a rest at the right and bottom edge is dropped unless the
/// picture is smaller than one box.
pub fn box_reduce(source: &GrayImage, factor: u32) -> GrayImage {
    if factor <= 1 {
        return source.clone();
    }
    let (w, h) = (
        (source.width() / factor).max(1),
        (source.height() / factor).max(1),
    );
    let (k, stride) = (factor as usize, source.width() as usize);
    let raw = source.as_raw();
    let mut out = GrayImage::new(w, h);
    let mut down = vec![0u32; stride];
    for (y, row) in out.chunks_exact_mut(w as usize).enumerate() {
        let rows = (source.height() as usize - y * k).min(k);
        let columns = stride.min(k);
        down.fill(0);
        for line in raw[y * k * stride..].chunks_exact(stride).take(rows) {
            for (sum, v) in down.iter_mut().zip(line) {
                *sum += u32::from(*v);
            }
        }
        let n = (rows * columns) as u32;
        for (v, part) in row.iter_mut().zip(down.chunks(columns)) {
            *v = ((part.iter().sum::<u32>() + n / 2) / n) as u8;
        }
    }
    out
}

/// The picture turned clockwise by `turn`.
pub fn turned(source: &GrayImage, turn: QuarterTurn) -> GrayImage {
    match turn {
        QuarterTurn::None => source.clone(),
        QuarterTurn::Cw90 => imageops::rotate90(source),
        QuarterTurn::Half => imageops::rotate180(source),
        QuarterTurn::Cw270 => imageops::rotate270(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_reduced_pixel_is_the_mean_of_its_box() {
        let source = GrayImage::from_fn(7, 5, |x, y| Luma([(10 * x + y) as u8]));
        let small = box_reduce(&source, 2);
        assert_eq!(small.dimensions(), (3, 2));
        // (20 + 30 + 21 + 31) / 4, rounded half up.
        assert_eq!(small.get_pixel(1, 0)[0], 26);
        assert_eq!(box_reduce(&source, 9).dimensions(), (1, 1));
    }

    #[test]
    fn growing_undoes_shrinking() {
        let reduced = Reduced::new(&GrayImage::new(40, 40), 4);
        let identity = Transform::<Px, Px>::scale(1.0);
        let p = Point::new(13.0, 21.5);
        assert!(reduced.grow(reduced.shrink(&identity).apply(p)).distance(p) < 1e-9);
    }
}
