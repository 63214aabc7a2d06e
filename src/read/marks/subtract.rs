//! Taking the empty form away: where its print really lies, and what remains.

use super::plane::{Plane, PxRect};
use super::stroke::INK;

/// Expected print covers what lies this near to it, in px (0.25 mm): what registration leaves open.
const FORGIVEN: usize = 2;

/// What the expected print, spread by the misregistration forgiven, does not explain; expected is
/// what other boxes of the same page show.
pub(crate) fn added(dark: &Plane, expected: &Plane) -> Plane {
    let spread = expected.dilated(FORGIVEN);
    let v = dark
        .v
        .iter()
        .zip(&spread.v)
        .map(|(d, e)| (d - e).max(0.0))
        .collect();
    Plane {
        w: dark.w,
        h: dark.h,
        v,
    }
}

/// Print of the form explains ink up to this many times its own darkness, and nothing is darker
/// than ink: a page full of pencil calls its pencil ink, and its print is darker still; thin lines
/// are paler in the form's picture than on paper. Without it every third made card in pencil
/// showed all its bold print as added ink.
const PRINT_GAIN: f32 = 1.5;

/// What the empty form, spread by the misregistration forgiven, does not explain.
pub(crate) fn added_to_form(dark: &Plane, form: &Plane) -> Plane {
    let spread = form.dilated(FORGIVEN);
    let one = |(d, e): (&f32, &f32)| (d.min(1.0) - PRINT_GAIN * e).max(0.0);
    let v = dark.v.iter().zip(&spread.v).map(one).collect();
    Plane {
        w: dark.w,
        h: dark.h,
        v,
    }
}

/// Which pixels are dark where print was expected: print, or ink on top of it.
pub(crate) fn under_print(dark: &Plane, expected: &Plane) -> Vec<bool> {
    let spread = expected.dilated(FORGIVEN);
    dark.v
        .iter()
        .zip(&spread.v)
        .map(|(d, e)| *d >= INK && *e >= INK)
        .collect()
}

/// How dark the page is where the form prints, and right beside that, against the form's own print in `r`: ink
/// drawn along the print of one option sets it apart from the others, for what the scanner does to print it does
/// to all of them. 0 where nothing is printed.
pub(crate) fn weight(dark: &Plane, form: &Plane, r: PxRect) -> f64 {
    let (dark, form) = (dark.part(r), form.part(r));
    let near = form.dilated(FORGIVEN);
    let print: f32 = form.v.iter().filter(|e| **e >= INK).sum();
    let on = |(d, e): (&f32, &f32)| if *e >= INK { d.min(1.0) } else { 0.0 };
    let found: f32 = dark.v.iter().zip(&near.v).map(on).sum();
    if print < LEAST_PRINT {
        0.0
    } else {
        f64::from(found / print)
    }
}

/// So much print says how dark print is, px of full ink: 0.5 mm2.
const LEAST_PRINT: f32 = 32.0;

/// Print at least this dark counts as print, and is gone where the page is lighter than that
/// nearby: print that a scanner loses altogether is thinner than what a form prints.
const PRINT: f32 = 0.5;
const LIGHT: f32 = 0.15;

/// Pixel by pixel: print of the form that is not on the page, and print of the form.
pub(crate) fn gone(dark: &Plane, expected: &Plane) -> Vec<(bool, bool)> {
    let spread = dark.dilated(FORGIVEN);
    let one = |(d, e): (&f32, &f32)| (*e >= PRINT && *d < LIGHT, *e >= PRINT);
    spread.v.iter().zip(&expected.v).map(one).collect()
}

/// The shift (px, at most `reach` each way) at which the printed lines of `expected` are best
/// covered by ink on the page; extra ink on the page costs nothing, so a mark cannot pull it.
/// Among equals the smallest shift wins.
pub(crate) fn best_shift(dark: &Plane, expected: &Plane, region: PxRect, reach: i32) -> (i32, i32) {
    let printed = lines_of(expected, region);
    let cost = |dx: i32, dy: i32| -> f64 {
        let missing = |&(x, y, e): &(i32, i32, f32)| {
            let (px, py) = (x + dx, y + dy);
            let inside = px >= 0 && py >= 0 && (px as usize) < dark.w && (py as usize) < dark.h;
            let d = if inside {
                dark.at(px as usize, py as usize)
            } else {
                0.0
            };
            f64::from((e - d).max(0.0))
        };
        printed.iter().map(missing).sum::<f64>() * (1.0 + 0.01 * f64::from(dx.abs() + dy.abs()))
    };
    let mut best = ((0, 0), cost(0, 0));
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let c = cost(dx, dy);
            if c < best.1 - 1e-9 {
                best = ((dx, dy), c);
            }
        }
    }
    best.0
}

/// The printed pixels, at most some 4,000 of them.
fn lines_of(expected: &Plane, region: PxRect) -> Vec<(i32, i32, f32)> {
    let step = (region.area() / 40_000 + 1).min(4);
    let mut out = Vec::new();
    for y in (region.y0..region.y1).step_by(step) {
        for x in region.x0..region.x1 {
            let e = expected.at(x, y);
            if e >= 0.2 {
                out.push((x as i32, y as i32, e));
            }
        }
    }
    let keep = out.len() / 4000 + 1;
    out.into_iter().step_by(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_darker_than_the_pages_ink_is_still_print() {
        let mut form = Plane::filled(9, 9, 0.0);
        form.v[40] = 0.8;
        let mut dark = Plane::filled(9, 9, 0.0);
        (dark.v[40], dark.v[72]) = (1.2, 0.4);
        let got = added_to_form(&dark, &form);
        assert!(got.v[40] < 1e-6 && (got.v[72] - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_shift_is_found_in_spite_of_added_ink() {
        let mut expected = Plane::filled(40, 40, 0.0);
        let mut dark = Plane::filled(40, 40, 0.0);
        for i in 10..30 {
            for (x, y) in [(i, 10), (i, 29), (10, i), (29, i)] {
                expected.v[y * 40 + x] = 1.0;
                dark.v[(y + 2) * 40 + x + 1] = 1.0;
            }
        }
        dark.v[20 * 40..20 * 40 + 40].fill(1.0);
        let all = PxRect {
            x0: 0,
            y0: 0,
            x1: 40,
            y1: 40,
        };
        assert_eq!(best_shift(&dark, &expected, all, 3), (1, 2));
    }
}
