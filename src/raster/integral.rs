//! Sums over rectangles in constant time.

use image::GrayImage;

/// Summed-area table; `at(x, y)` is the sum of all pixels above and left of it.
#[derive(Clone, Debug)]
pub struct Integral {
    width: usize,
    height: usize,
    sums: Vec<u32>,
}

impl Integral {
    /// Pictures above 16 million pixels would overflow a cell; sums wrap, and differences over
    /// rectangles of up to 16 million pixels stay right.
    pub fn new(gray: &GrayImage) -> Self {
        let (w, h) = (gray.width() as usize, gray.height() as usize);
        let stride = w + 1;
        let mut sums = vec![0u32; stride * (h + 1)];
        for (y, line) in gray.as_raw().chunks_exact(w.max(1)).enumerate() {
            let (above, below) = sums.split_at_mut((y + 1) * stride);
            let above = &above[y * stride..];
            let mut run = 0u32;
            for (x, &v) in line.iter().enumerate() {
                run = run.wrapping_add(u32::from(v));
                below[x + 1] = above[x + 1].wrapping_add(run);
            }
        }
        Self {
            width: w,
            height: h,
            sums,
        }
    }

    /// Sum over `[x0, x1) x [y0, y1)`, clipped to the picture, and the pixels in it.
    pub fn sum(&self, x0: i64, y0: i64, x1: i64, y1: i64) -> (u32, u32) {
        let cx = |v: i64| v.clamp(0, self.width as i64) as usize;
        let cy = |v: i64| v.clamp(0, self.height as i64) as usize;
        let (x0, x1, y0, y1) = (cx(x0), cx(x1), cy(y0), cy(y1));
        if x1 <= x0 || y1 <= y0 {
            return (0, 0);
        }
        let at = |x: usize, y: usize| self.sums[y * (self.width + 1) + x];
        let sum = at(x1, y1)
            .wrapping_sub(at(x0, y1))
            .wrapping_sub(at(x1, y0))
            .wrapping_add(at(x0, y0));
        (sum, ((x1 - x0) * (y1 - y0)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_sum_is_the_sum_of_its_pixels() {
        let gray = GrayImage::from_fn(9, 7, |x, y| Luma([(x * 7 + y * 3) as u8]));
        let table = Integral::new(&gray);
        let slow: u32 = (2..5)
            .flat_map(|y| (3..8).map(move |x| (x, y)))
            .map(|(x, y)| u32::from(gray.get_pixel(x, y)[0]))
            .sum();
        assert_eq!(table.sum(3, 2, 8, 5), (slow, 15));
        assert_eq!(table.sum(-5, -5, 100, 100).1, 63);
        assert_eq!(table.sum(4, 4, 4, 9), (0, 0));
    }
}
