//! From grey to ink: global and local thresholds.

use image::GrayImage;

use super::integral::Integral;

/// One byte a pixel, 1 where there is ink.
#[derive(Clone, Debug)]
pub struct Ink {
    pub width: usize,
    pub height: usize,
    pub dark: Vec<u8>,
}

impl Ink {
    /// Ink where the picture is darker than `level`.
    pub fn below(gray: &GrayImage, level: u8) -> Self {
        let dark = gray.as_raw().iter().map(|&v| u8::from(v < level)).collect();
        Self {
            width: gray.width() as usize,
            height: gray.height() as usize,
            dark,
        }
    }

    /// Ink where a pixel is darker than `share` of the mean of its neighbourhood of `radius`
    /// pixels, or darker than `black` in any case (the inside of large dark areas).
    pub fn local(gray: &GrayImage, radius: u32, share: f64, black: u8) -> Self {
        let (w, h) = (gray.width() as usize, gray.height() as usize);
        let table = Integral::new(gray);
        let (r, share) = (i64::from(radius), (share * 1024.0) as u64);
        let mut dark = vec![0u8; w * h];
        for (y, (line, out)) in gray
            .chunks_exact(w.max(1))
            .zip(dark.chunks_exact_mut(w.max(1)))
            .enumerate()
        {
            let y = y as i64;
            for (x, (&v, d)) in line.iter().zip(out.iter_mut()).enumerate() {
                // White is never ink: most of a page is decided here.
                if v >= 250 {
                    continue;
                }
                let x = x as i64;
                let (sum, n) = table.sum(x - r, y - r, x + r + 1, y + r + 1);
                *d = u8::from(
                    v < black || u64::from(v) * u64::from(n) * 1024 < u64::from(sum) * share,
                );
            }
        }
        Self {
            width: w,
            height: h,
            dark,
        }
    }

    pub fn share(&self) -> f64 {
        let n: usize = self.dark.iter().map(|&d| usize::from(d)).sum();
        n as f64 / self.dark.len().max(1) as f64
    }
}

/// Counts of the 256 levels, every `step`-th pixel each way.
pub fn histogram(gray: &GrayImage, step: usize) -> [u32; 256] {
    let mut counts = [0u32; 256];
    let w = (gray.width() as usize).max(1);
    for line in gray.as_raw().chunks_exact(w).step_by(step.max(1)) {
        for &v in line.iter().step_by(step.max(1)) {
            counts[usize::from(v)] += 1;
        }
    }
    counts
}

/// The level below which `share` of the pixels from level `from` to `to` lie; `to` where there are none.
pub fn quantile(counts: &[u32; 256], (from, to): (u8, u8), share: f64) -> f64 {
    let part = &counts[usize::from(from)..=usize::from(to)];
    let total: u32 = part.iter().sum();
    let mut seen = 0;
    for (v, &c) in part.iter().enumerate() {
        seen += c;
        if f64::from(seen) > share * f64::from(total) {
            return f64::from(from) + v as f64;
        }
    }
    f64::from(to)
}

/// Otsu's threshold: levels below it are the dark class. 128 for a flat picture.
pub fn otsu(counts: &[u32; 256]) -> u8 {
    let total: f64 = counts.iter().map(|&c| f64::from(c)).sum();
    let all: f64 = counts
        .iter()
        .enumerate()
        .map(|(v, &c)| v as f64 * f64::from(c))
        .sum();
    let (mut n, mut sum, mut best, mut at) = (0.0, 0.0, 0.0, (128.0, 1.0));
    for (v, &c) in counts.iter().enumerate() {
        n += f64::from(c);
        sum += v as f64 * f64::from(c);
        if n == 0.0 || n >= total {
            continue;
        }
        let between = n * (total - n) * (sum / n - (all - sum) / (total - n)).powi(2);
        if between > best * (1.0 + 1e-9) {
            (best, at) = (between, ((v + 1) as f64, 1.0));
        } else if between >= best * (1.0 - 1e-9) && best > 0.0 {
            // A plateau between two classes: take its middle.
            at = (at.0 + (v + 1) as f64, at.1 + 1.0);
        }
    }
    (at.0 / at.1).round().min(255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn otsu_parts_two_classes() {
        let mut counts = [0u32; 256];
        counts[40] = 100;
        counts[200] = 900;
        assert!((41..=200).contains(&otsu(&counts)));
        assert_eq!(otsu(&[0; 256]), 128);
    }

    #[test]
    fn a_local_threshold_follows_a_shadow() {
        // Paper from 240 down to 120, strokes at 60 % of it: no global level parts them.
        let paper = |x: u32| 240 - x;
        let gray = GrayImage::from_fn(120, 60, |x, y| {
            Luma([if y % 20 < 2 {
                paper(x) * 6 / 10
            } else {
                paper(x)
            } as u8])
        });
        let ink = Ink::local(&gray, 8, 0.85, 20);
        for y in 0..60 {
            for x in 0..120 {
                assert_eq!(ink.dark[y * 120 + x] == 1, y % 20 < 2, "({x}, {y})");
            }
        }
    }
}
