//! What a mark is made with, and how a line of it looks on paper.
//!
//! A line is a row of discs along a Catmull-Rom curve. Its width and darkness follow the pressure:
//! a hand in haste lands hard and lifts off while it still moves, so that a tail runs out thin. A
//! pencil touches only the peaks of the paper's tooth (a lattice noise of 0.1 mm that stays the
//! same under every line of the sheet), a ball-pen skips, a felt pen does neither.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::hand::{Sheet, between, smooth};
use super::inks::PAPER;
use crate::geom::{Mm, Point};

/// Distance of the peaks of paper, in mm: uncoated card of 190 to 210 g has 0.08 to 0.15 mm.
const TOOTH_MM: f64 = 0.11;

/// A writing tool with its ink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nib {
    /// The ink's colour where it covers wholly.
    pub rgb: [u8; 3],
    /// Width of a line under ordinary pressure, in mm.
    pub width: f64,
    /// How much of the paper a line covers, 0 to 1.
    pub strength: f64,
    /// How much the paper's tooth shows, 0 to 1.
    pub tooth: f64,
    /// Chance that a ball stops rolling, a millimetre.
    pub skips: f64,
}

impl Nib {
    /// What people have at hand: ball-pens mostly, pencils, felt pens. `weakest` is the palest ink
    /// that the scanner to come keeps.
    pub fn any(weakest: f64, rng: &mut ChaCha8Rng) -> Self {
        let nib = match rng.random_range(0..100) {
            0..52 => Self::ball(rng),
            52..64 => Self::felt(rng),
            64..86 => Self::soft_pencil(rng),
            _ => Self::hard_pencil(rng),
        };
        Self {
            strength: nib.strength.max(weakest),
            ..nib
        }
    }

    pub fn ball(rng: &mut ChaCha8Rng) -> Self {
        let rgb = match rng.random_range(0..10) {
            0..6 => [28, 28, 34],
            6..9 => [36, 46, 128],
            _ => [62, 40, 110],
        };
        Self {
            rgb,
            width: between(rng, 0.28, 0.6),
            strength: between(rng, 0.78, 1.0),
            tooth: between(rng, 0.0, 0.25),
            skips: between(rng, 0.0, 0.06),
        }
    }

    pub fn felt(rng: &mut ChaCha8Rng) -> Self {
        Self {
            rgb: [18, 18, 20],
            width: between(rng, 0.55, 1.2),
            strength: between(rng, 0.9, 1.0),
            tooth: 0.0,
            skips: 0.0,
        }
    }

    pub fn soft_pencil(rng: &mut ChaCha8Rng) -> Self {
        Self {
            rgb: [58, 58, 62],
            width: between(rng, 0.4, 0.9),
            strength: between(rng, 0.62, 0.95),
            tooth: between(rng, 0.3, 0.7),
            skips: 0.0,
        }
    }

    pub fn hard_pencil(rng: &mut ChaCha8Rng) -> Self {
        Self {
            rgb: [78, 78, 82],
            width: between(rng, 0.25, 0.45),
            strength: between(rng, 0.4, 0.68),
            tooth: between(rng, 0.35, 0.7),
            skips: 0.0,
        }
    }

    /// A pencil held lightly: 2H, or the end of an old hand's strength.
    pub fn faint_pencil(rng: &mut ChaCha8Rng) -> Self {
        Self {
            rgb: [92, 92, 96],
            width: between(rng, 0.3, 0.6),
            strength: between(rng, 0.3, 0.5),
            tooth: between(rng, 0.4, 0.8),
            skips: 0.0,
        }
    }

    /// The red ink pad of a personal seal.
    pub fn vermilion(rng: &mut ChaCha8Rng) -> Self {
        Self {
            rgb: [196, 48, 40],
            width: between(rng, 0.35, 0.6),
            strength: between(rng, 0.6, 0.95),
            tooth: between(rng, 0.1, 0.5),
            skips: 0.0,
        }
    }

    /// Darkness of a line against its paper, 0 to 1, the tooth's gaps counted in.
    pub fn contrast(&self) -> f64 {
        let [r, g, b] = self.rgb.map(f64::from);
        let dark = 1.0 - (0.299 * r + 0.587 * g + 0.114 * b) / f64::from(PAPER);
        dark * self.strength * (1.0 - 0.4 * self.tooth)
    }

    #[must_use]
    pub fn paler(self, share: f64) -> Self {
        Self {
            strength: self.strength * share,
            ..self
        }
    }

    #[must_use]
    pub fn wider(self, factor: f64) -> Self {
        Self {
            width: self.width * factor,
            ..self
        }
    }
}

/// How the hand presses along one line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Press {
    /// Overall, 1 for ordinary.
    pub force: f64,
    /// Share of the line over which the pen lifts off at its end, 0 to 1.
    pub flick: f64,
}

impl Press {
    pub const STEADY: Self = Self {
        force: 1.0,
        flick: 0.05,
    };

    /// Of a line that ends in the air.
    pub fn flicked(flick: f64) -> Self {
        Self { force: 1.0, flick }
    }

    /// Width at `along` (0 to 1), as a share of the nib's.
    fn at(self, along: f64) -> f64 {
        let landing = (0.75 + 6.0 * along).min(1.0);
        let lifting = if self.flick > 0.0 {
            ((1.0 - along) / self.flick).clamp(0.0, 1.0).sqrt()
        } else {
            1.0
        };
        self.force * landing * (0.25 + 0.75 * lifting)
    }
}

/// Draws one line through `points`; returns the curve that the pen followed.
pub fn line(
    sheet: &mut Sheet,
    points: &[Point<Mm>],
    (nib, press): (Nib, Press),
    rng: &mut ChaCha8Rng,
) -> Vec<Point<Mm>> {
    let curve = smooth(points);
    let last = curve.len().max(2) - 1;
    let beat = between(rng, 0.0, std::f64::consts::TAU);
    let mut resting = 0u32;
    for (i, p) in curve.iter().enumerate() {
        if nib.skips > 0.0 && resting == 0 && rng.random_bool(nib.skips * 0.08) {
            resting = rng.random_range(2..9);
        }
        if resting > 0 {
            resting -= 1;
            continue;
        }
        // The hand trembles slowly: 6 % of the width.
        let tremble = 1.0 + 0.06 * (beat + i as f64 * 0.11).sin();
        let share = press.at(i as f64 / last as f64) * tremble;
        let faded = nib.strength * (0.55 + 0.45 * share.min(1.0));
        let dab = Dab {
            radius: nib.width * share.max(0.2) / 2.0,
            strength: faded.min(1.0),
            tooth: nib.tooth * (1.3 - 0.5 * share.min(1.2)),
        };
        dab.put(sheet, *p);
    }
    curve
}

/// A broken line: straight from point to point, as a ruler or a hasty zigzag goes.
pub fn corners(points: &[Point<Mm>]) -> Vec<Point<Mm>> {
    // Doubled points make a Catmull-Rom curve turn sharply.
    points.iter().flat_map(|p| [*p, *p]).collect()
}

/// One touch of the pen.
struct Dab {
    radius: f64,
    strength: f64,
    tooth: f64,
}

impl Dab {
    fn put(&self, sheet: &mut Sheet, at: Point<Mm>) {
        let k = sheet.px_per_mm;
        let (cx, cy, r) = (at.x * k, at.y * k, self.radius * k);
        let (w, h) = (i64::from(sheet.ink.width()), i64::from(sheet.ink.height()));
        let reach = r.ceil() as i64 + 1;
        let span = |c: f64, most: i64| (c as i64 - reach).max(0)..(c as i64 + reach + 1).min(most);
        for y in span(cy, h) {
            for x in span(cx, w) {
                let d = (x as f64 - cx).hypot(y as f64 - cy);
                let edge = (r + 0.5 - d).clamp(0.0, 1.0);
                if edge <= 0.0 {
                    continue;
                }
                let cover = edge * self.strength * self.touch(x as f64 / k, y as f64 / k);
                let pixel = sheet.ink.get_pixel_mut(x as u32, y as u32);
                // A second line over the first darkens a little: pencil does, ink is full already.
                let before = f64::from(pixel[0]);
                let more = before + 0.06 * cover * (255.0 - before);
                pixel[0] = more.max(255.0 * cover).min(255.0) as u8;
            }
        }
    }

    /// What share of the ink reaches the paper here.
    fn touch(&self, x: f64, y: f64) -> f64 {
        if self.tooth <= 0.0 {
            return 1.0;
        }
        let height = lattice(x / TOOTH_MM, y / TOOTH_MM);
        (1.0 - self.tooth * 2.2 * (height - 0.35).max(0.0)).clamp(0.0, 1.0)
    }
}

/// Smooth noise of unit distance, 0 to 1, the same at the same place.
pub(super) fn lattice(x: f64, y: f64) -> f64 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let at = |dx: f64, dy: f64| scatter((x0 + dx) as i32, (y0 + dy) as i32);
    let top = at(0.0, 0.0) * (1.0 - fx) + at(1.0, 0.0) * fx;
    let bottom = at(0.0, 1.0) * (1.0 - fx) + at(1.0, 1.0) * fx;
    top * (1.0 - fy) + bottom * fy
}

fn scatter(x: i32, y: i32) -> f64 {
    let mut h = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    f64::from(h >> 8) / f64::from(1u32 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Size;
    use crate::synth::card_rng;

    fn drawn(nib: Nib, press: Press) -> Sheet {
        let mut sheet = Sheet::new(Size { w: 20.0, h: 10.0 }, 12.0);
        let ends = [Point::new(2.0, 5.0), Point::new(18.0, 5.0)];
        line(&mut sheet, &ends, (nib, press), &mut card_rng(1, 1));
        sheet
    }

    /// Mean ink of a column band, 0 to 255.
    fn ink(sheet: &Sheet, from: u32, to: u32) -> f64 {
        let all = sheet.ink.enumerate_pixels();
        let band = all.filter(|(x, _, _)| (from..to).contains(x));
        band.map(|(_, _, p)| f64::from(p[0])).sum::<f64>()
    }

    #[test]
    fn a_flicked_line_runs_out_thin() {
        let nib = Nib::ball(&mut card_rng(3, 1));
        let flicked = drawn(nib, Press::flicked(0.6));
        assert!(ink(&flicked, 180, 204) < 0.6 * ink(&flicked, 40, 64));
        let steady = drawn(nib, Press::STEADY);
        assert!(ink(&steady, 180, 204) > 0.8 * ink(&steady, 40, 64));
    }

    #[test]
    fn pencil_shows_the_paper_and_ink_does_not() {
        let full = |nib: Nib| {
            let sheet = drawn(nib, Press::STEADY);
            let row: Vec<u8> = (40..200).map(|x| sheet.ink.get_pixel(x, 60)[0]).collect();
            f64::from(*row.iter().min().unwrap()) / f64::from(*row.iter().max().unwrap())
        };
        let mut rng = card_rng(4, 1);
        assert!(full(Nib::soft_pencil(&mut rng)) < 0.7);
        assert!(full(Nib::felt(&mut rng)) > 0.85);
    }
}
