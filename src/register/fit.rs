//! Least-squares transforms from pairs of paper points and pixels.

use crate::geom::{Mm, Point, Px, Transform};
use crate::linear::solve;

/// Where an anchor is on paper, and where it was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) mm: Point<Mm>,
    pub(crate) px: Point<Px>,
}

/// Distances in mm on paper between where the pairs are and where `fit` puts them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Residual {
    pub(crate) rms: f64,
    pub(crate) max: f64,
}

/// Scale, shear and turn of a fit at a point, against a page of `px_per_mm` (x, y).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) scale_x: f64,
    pub(crate) scale_y: f64,
    /// Difference of the angle between the axes from a right angle.
    pub(crate) shear_degrees: f64,
    pub(crate) turn_cw_degrees: f64,
}

/// Six numbers from at least three pairs that do not lie on a line.
pub(crate) fn affine(pairs: &[Pair]) -> Option<Transform<Mm, Px>> {
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let mean = |f: &dyn Fn(&Pair) -> f64| pairs.iter().map(f).sum::<f64>() / n;
    let (mx, my) = (mean(&|p| p.mm.x), mean(&|p| p.mm.y));
    let (ux, uy) = (mean(&|p| p.px.x), mean(&|p| p.px.y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    let (mut xu, mut yu, mut xv, mut yv) = (0.0, 0.0, 0.0, 0.0);
    for p in pairs {
        let (x, y, u, v) = (p.mm.x - mx, p.mm.y - my, p.px.x - ux, p.px.y - uy);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xu += x * u;
        yu += y * u;
        xv += x * v;
        yv += y * v;
    }
    let det = xx * yy - xy * xy;
    // Nearly on one line: the narrow side is under a twentieth of the long one.
    if det < 2.5e-3 * (xx + yy).powi(2) / 4.0 {
        return None;
    }
    let (a, b) = ((xu * yy - yu * xy) / det, (yu * xx - xu * xy) / det);
    let (d, e) = ((xv * yy - yv * xy) / det, (yv * xx - xv * xy) / det);
    Some(Transform::affine(
        a,
        b,
        ux - a * mx - b * my,
        d,
        e,
        uy - d * mx - e * my,
    ))
}

/// Turn, one scale and shift from two pairs.
pub(crate) fn similarity(p: Pair, q: Pair) -> Option<Transform<Mm, Px>> {
    let (x, y) = (q.mm.x - p.mm.x, q.mm.y - p.mm.y);
    let (u, v) = (q.px.x - p.px.x, q.px.y - p.px.y);
    let n = x * x + y * y;
    if n < 1.0 {
        return None;
    }
    let (a, d) = ((x * u + y * v) / n, (x * v - y * u) / n);
    let (c, f) = (
        p.px.x - a * p.mm.x + d * p.mm.y,
        p.px.y - d * p.mm.x - a * p.mm.y,
    );
    Some(Transform::affine(a, -d, c, d, a, f))
}

/// Eight numbers from at least four pairs; exact for four.
pub(crate) fn projective(pairs: &[Pair]) -> Option<Transform<Mm, Px>> {
    // Refines the affine fit: the rest is small, so linear equations weigh all pairs alike.
    let base = affine(pairs)?;
    if pairs.len() < 4 {
        return None;
    }
    let n = pairs.len() as f64;
    let (cx, cy) = (
        pairs.iter().map(|p| p.mm.x).sum::<f64>() / n,
        pairs.iter().map(|p| p.mm.y).sum::<f64>() / n,
    );
    let size = pairs
        .iter()
        .map(|p| (p.mm.x - cx).abs().max((p.mm.y - cy).abs()))
        .fold(1.0, f64::max);
    let scale = base.scale_at(Point::new(cx, cy)).max(1e-9) * size;
    let origin = base.apply(Point::new(cx, cy));
    let (mut normal, mut right) = ([[0.0; 8]; 8], [0.0; 8]);
    for p in pairs {
        let (x, y) = ((p.mm.x - cx) / size, (p.mm.y - cy) / size);
        let (u, v) = ((p.px.x - origin.x) / scale, (p.px.y - origin.y) / scale);
        let rows = [
            ([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u),
            ([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v),
        ];
        for (row, target) in rows {
            for i in 0..8 {
                for j in 0..8 {
                    normal[i][j] += row[i] * row[j];
                }
                right[i] += row[i] * target;
            }
        }
    }
    let h = solve(normal, right, 1e-12)?;
    let into =
        Transform::<Mm, Mm>::affine(1.0 / size, 0.0, -cx / size, 0.0, 1.0 / size, -cy / size);
    let middle =
        Transform::<Mm, Px>::from_matrix([h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1.0]);
    let out = Transform::<Px, Px>::affine(scale, 0.0, origin.x, 0.0, scale, origin.y);
    Some(into.then(&middle).then(&out))
}

impl Residual {
    pub(crate) fn of(misses: &[f64]) -> Self {
        let sum: f64 = misses.iter().map(|d| d * d).sum();
        Self {
            rms: (sum / misses.len().max(1) as f64).sqrt(),
            max: misses.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// Residuals of `pairs` under `fit`.
pub(crate) fn residual(fit: &Transform<Mm, Px>, pairs: &[Pair]) -> Residual {
    let misses: Vec<f64> = pairs.iter().map(|p| miss(fit, p)).collect();
    Residual::of(&misses)
}

/// How far one pair is off, in mm on paper.
pub(crate) fn miss(fit: &Transform<Mm, Px>, p: &Pair) -> f64 {
    fit.apply(p.mm).distance(p.px) / fit.scale_at(p.mm).max(1e-9)
}

/// Shape of `fit` at `at`, with pixels of `(kx, ky)` a millimetre.
pub(crate) fn shape(fit: &Transform<Mm, Px>, at: Point<Mm>, (kx, ky): (f64, f64)) -> Shape {
    let step = |dx: f64, dy: f64| {
        let (o, p) = (fit.apply(at), fit.apply(Point::new(at.x + dx, at.y + dy)));
        ((p.x - o.x) / kx, (p.y - o.y) / ky)
    };
    let (x, y) = (step(1.0, 0.0), step(0.0, 1.0));
    let (ax, ay) = (x.1.atan2(x.0).to_degrees(), y.1.atan2(y.0).to_degrees());
    let shear = (ay - ax - 90.0 + 540.0).rem_euclid(360.0) - 180.0;
    Shape {
        scale_x: x.0.hypot(x.1),
        scale_y: y.0.hypot(y.1),
        shear_degrees: shear,
        turn_cw_degrees: ax + shear / 2.0,
    }
}

/// An affine fit that leaves out pairs farther off than `tolerance` mm, worst first, as long as
/// `least` remain. Returns the fit and the pairs it kept.
pub(crate) fn robust_affine(
    pairs: &[Pair],
    tolerance: f64,
    least: usize,
) -> Option<(Transform<Mm, Px>, Vec<Pair>)> {
    let mut kept = pairs.to_vec();
    loop {
        let fit = affine(&kept)?;
        let worst = (0..kept.len())
            .max_by(|&a, &b| miss(&fit, &kept[a]).total_cmp(&miss(&fit, &kept[b])))?;
        if miss(&fit, &kept[worst]) <= tolerance {
            return Some((fit, kept));
        }
        if kept.len() <= least {
            return None;
        }
        kept.swap_remove(worst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(truth: &Transform<Mm, Px>) -> Vec<Pair> {
        let points = [
            (5.0, 5.0),
            (95.0, 6.0),
            (94.0, 140.0),
            (6.0, 142.0),
            (50.0, 70.0),
        ];
        points
            .iter()
            .map(|&(x, y)| Point::new(x, y))
            .map(|mm| Pair {
                mm,
                px: truth.apply(mm),
            })
            .collect()
    }

    #[test]
    fn fits_find_the_truth() {
        let truth = Transform::affine(11.7, -0.6, 40.0, 0.7, 11.9, 22.0);
        let found = affine(&pairs(&truth)).expect("spread");
        assert!(residual(&found, &pairs(&truth)).max < 1e-9);
        let bent = Transform::from_matrix([11.7, -0.6, 40.0, 0.7, 11.9, 22.0, 2e-4, -1e-4, 1.0]);
        let found = projective(&pairs(&bent)).expect("spread");
        assert!(residual(&found, &pairs(&bent)).max < 1e-6);
        let two = similarity(pairs(&truth)[0], pairs(&truth)[2]).expect("apart");
        assert!(residual(&two, &pairs(&truth)).max < 2.0);
    }

    #[test]
    fn points_on_a_line_fit_nothing() {
        let on_line: Vec<Pair> = (0..5)
            .map(|i| Pair {
                mm: Point::new(f64::from(i), 2.0 * f64::from(i)),
                px: Point::new(f64::from(i), 0.0),
            })
            .collect();
        assert!(affine(&on_line).is_none());
    }

    #[test]
    fn one_false_pair_is_left_out() {
        let truth = Transform::affine(11.7, -0.6, 40.0, 0.7, 11.9, 22.0);
        let mut wrong = pairs(&truth);
        wrong[1].px.x += 60.0;
        let (found, kept) = robust_affine(&wrong, 0.5, 4).expect("four agree");
        assert_eq!(kept.len(), 4);
        assert!(residual(&found, &pairs(&truth)).max < 1e-9);
    }

    #[test]
    fn the_shape_says_scale_and_turn() {
        let (sin, cos) = 0.05f64.sin_cos();
        let t = Transform::affine(10.2 * cos, -9.9 * sin, 0.0, 10.2 * sin, 9.9 * cos, 0.0);
        let s = shape(&t, Point::new(0.0, 0.0), (10.0, 10.0));
        assert!((s.scale_x - 1.02).abs() < 1e-9 && (s.scale_y - 0.99).abs() < 1e-9);
        assert!(
            s.shear_degrees.abs() < 1e-9 && (s.turn_cw_degrees - 0.05f64.to_degrees()).abs() < 1e-9
        );
    }
}
