//! Normalized cross-correlation of a masked pattern, by direct sums: patterns are small and
//! search ranges short, so this beats a Fourier transform and needs no padding.

use image::GrayImage;

/// Where a pattern fits best. Offsets in pixels of the searched picture, from the given place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    pub dx: f64,
    pub dy: f64,
    /// Correlation, -1 to 1.
    pub score: f64,
    /// The best score at least three pixels away from the peak: how unique it is.
    pub runner_up: f64,
}

/// The pixels of a patch that take part, in quarters of a grey level off their mean.
///
/// Sums are whole numbers, so their order does not matter, and rows are slices, so the compiler
/// can take sixteen pixels at a time.
#[derive(Clone, Debug)]
pub struct Pattern {
    width: i64,
    height: i64,
    runs: Vec<Run>,
    values: Vec<i16>,
    sum: f64,
    norm: f64,
}

/// Pixels of one row that take part.
#[derive(Clone, Copy, Debug)]
struct Run {
    x: u32,
    y: u32,
    length: u32,
}

impl Pattern {
    /// `None` when fewer than 30 pixels take part, or when they are all alike (a standard
    /// deviation below 4 levels is paper grain, not print). `mask` is true for pixels to use.
    pub fn new(patch: &GrayImage, mask: impl Fn(u32, u32) -> bool) -> Option<Self> {
        let (mut runs, mut used): (Vec<Run>, Vec<u8>) = (Vec::new(), Vec::new());
        for (x, y, p) in patch.enumerate_pixels().filter(|(x, y, _)| mask(*x, *y)) {
            match runs.last_mut() {
                Some(run) if run.y == y && run.x + run.length == x => run.length += 1,
                _ => runs.push(Run { x, y, length: 1 }),
            }
            used.push(p[0]);
        }
        let n = used.len() as f64;
        if n < 30.0 {
            return None;
        }
        let mean = used.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let values: Vec<i16> = used
            .iter()
            .map(|v| (4.0 * (f64::from(*v) - mean)).round() as i16)
            .collect();
        let sum: f64 = values.iter().map(|v| f64::from(*v)).sum();
        let squares: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
        let norm = (squares - sum * sum / n).max(0.0).sqrt();
        (norm > 16.0 * n.sqrt()).then(|| Self {
            width: i64::from(patch.width()),
            height: i64::from(patch.height()),
            runs,
            values,
            sum,
            norm,
        })
    }

    /// How many pixels take part.
    pub fn pixels(&self) -> usize {
        self.values.len()
    }

    /// Correlation with the pattern's top-left pixel at `(x, y)`; `None` when it does not fit.
    pub fn score(&self, picture: &GrayImage, x: i64, y: i64) -> Option<f64> {
        let (w, h) = (i64::from(picture.width()), i64::from(picture.height()));
        if x < 0 || y < 0 || x + self.width > w || y + self.height > h {
            return None;
        }
        let start = (y * w + x) as usize;
        let (raw, stride) = (&picture.as_raw()[start..], w as usize);
        let (mut sum, mut squares, mut product) = (0u64, 0u64, 0i64);
        let mut rest = self.values.as_slice();
        for run in &self.runs {
            let (values, after) = rest.split_at(run.length as usize);
            rest = after;
            let row = &raw[run.y as usize * stride + run.x as usize..][..values.len()];
            let (mut s, mut q, mut p) = (0u32, 0u32, 0i32);
            for (&g, &v) in row.iter().zip(values) {
                let g = i32::from(g);
                s += g as u32;
                q += (g * g) as u32;
                p += g * i32::from(v);
            }
            sum += u64::from(s);
            squares += u64::from(q);
            product += i64::from(p);
        }
        let (n, sum) = (self.values.len() as f64, sum as f64);
        let spread = squares as f64 - sum * sum / n;
        // Flat paper correlates with nothing.
        Some(if spread < 9.0 * n {
            0.0
        } else {
            (product as f64 - self.sum * sum / n) / (self.norm * spread.sqrt())
        })
    }

    /// The best place within `range` pixels of `(x, y)`, refined below a pixel by a parabola.
    pub fn search(&self, picture: &GrayImage, (x, y): (i64, i64), range: i64) -> Option<Peak> {
        let side = 2 * range + 1;
        let mut map = vec![-1.0f64; (side * side) as usize];
        for (i, cell) in map.iter_mut().enumerate() {
            let (dx, dy) = (i as i64 % side - range, i as i64 / side - range);
            if let Some(score) = self.score(picture, x + dx, y + dy) {
                *cell = score;
            }
        }
        let (best, &score) = map.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        if score <= -1.0 {
            return None;
        }
        let (bx, by) = (best as i64 % side, best as i64 / side);
        let at = |x: i64, y: i64| {
            let inside = x >= 0 && y >= 0 && x < side && y < side;
            if inside {
                map[(y * side + x) as usize]
            } else {
                -1.0
            }
        };
        let runner_up = map
            .iter()
            .enumerate()
            .filter(|(i, _)| {
                (*i as i64 % side - bx)
                    .abs()
                    .max((*i as i64 / side - by).abs())
                    >= 3
            })
            .map(|(_, s)| *s)
            .fold(-1.0, f64::max);
        let fx = parabola(at(bx - 1, by), score, at(bx + 1, by));
        let fy = parabola(at(bx, by - 1), score, at(bx, by + 1));
        Some(Peak {
            dx: (bx - range) as f64 + fx,
            dy: (by - range) as f64 + fy,
            score,
            runner_up,
        })
    }
}

/// Offset of the summit through three samples, -0.5 to 0.5.
pub fn parabola(left: f64, middle: f64, right: f64) -> f64 {
    if left <= -1.0 || right <= -1.0 {
        return 0.0;
    }
    let bend = left - 2.0 * middle + right;
    if bend >= -1e-12 {
        0.0
    } else {
        (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A soft-edged cross at `(cx, cy)`.
    fn cross(w: u32, h: u32, cx: f64, cy: f64) -> GrayImage {
        GrayImage::from_fn(w, h, |x, y| {
            let d = (f64::from(x) - cx).abs().min((f64::from(y) - cy).abs());
            Luma([(255.0 * (d / 2.0).min(1.0)) as u8])
        })
    }

    #[test]
    fn a_shift_is_found_below_a_pixel() {
        let pattern = Pattern::new(&cross(21, 21, 10.0, 10.0), |_, _| true).expect("print");
        let peak = pattern
            .search(&cross(60, 60, 31.4, 28.7), (20, 20), 6)
            .expect("inside");
        assert!(
            (peak.dx - 1.4).abs() < 0.15 && (peak.dy + 1.3).abs() < 0.15,
            "{peak:?}"
        );
        assert!(peak.score > 0.93 && peak.runner_up < 0.8, "{peak:?}");
    }

    #[test]
    fn blank_paper_is_no_pattern() {
        assert!(Pattern::new(&GrayImage::from_pixel(20, 20, Luma([250])), |_, _| true).is_none());
    }

    #[test]
    fn a_masked_pixel_does_not_count() {
        let mut filled = cross(21, 21, 10.0, 10.0);
        let pattern = Pattern::new(&filled, |x, y| !(x < 9 && y < 9)).expect("print");
        for (x, y) in (0..9).flat_map(|y| (0..9).map(move |x| (x, y))) {
            filled.put_pixel(x, y, Luma([0]));
        }
        assert!(pattern.score(&filled, 0, 0).expect("fits") > 0.999);
    }
}
