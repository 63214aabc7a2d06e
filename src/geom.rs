//! Points, rectangles and projective transforms, tagged with their unit.
//!
//! Two planes exist: paper millimetres ([`Mm`], origin at the page's top-left corner, the form's
//! upright position) and page pixels ([`Px`], origin at the centre of the top-left pixel). In both
//! x grows to the right and y grows downwards; angles are clockwise degrees. The tag makes it a
//! compile error to hand a paper rectangle to something that wants pixels.

use std::fmt;
use std::marker::PhantomData;

/// Paper millimetres from the page's top-left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mm {}

/// Picture pixels from the centre of the top-left pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Px {}

/// A point in the plane `U`.
pub struct Point<U> {
    pub x: f64,
    pub y: f64,
    unit: PhantomData<U>,
}

impl<U> Point<U> {
    pub const fn new(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            unit: PhantomData,
        }
    }

    /// Euclidean distance in the plane's unit.
    pub fn distance(self, other: Self) -> f64 {
        let (dx, dy) = (self.x - other.x, self.y - other.y);
        (dx * dx + dy * dy).sqrt()
    }
}

impl<U> Clone for Point<U> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<U> Copy for Point<U> {}
impl<U> PartialEq for Point<U> {
    fn eq(&self, other: &Self) -> bool {
        (self.x, self.y) == (other.x, other.y)
    }
}
impl<U> fmt::Debug for Point<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:.3}, {:.3})", self.x, self.y)
    }
}

/// An axis-parallel rectangle: left, top, width, height. Width and height are positive.
pub struct Rect<U> {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
    unit: PhantomData<U>,
}

impl<U> Rect<U> {
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self {
            x,
            y,
            w,
            h,
            unit: PhantomData,
        }
    }

    pub fn right(self) -> f64 {
        self.x + self.w
    }

    pub fn bottom(self) -> f64 {
        self.y + self.h
    }

    pub fn area(self) -> f64 {
        self.w * self.h
    }

    pub fn center(self) -> Point<U> {
        Point::new(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// The corners, clockwise from the top-left.
    pub fn corners(self) -> [Point<U>; 4] {
        [
            Point::new(self.x, self.y),
            Point::new(self.right(), self.y),
            Point::new(self.right(), self.bottom()),
            Point::new(self.x, self.bottom()),
        ]
    }

    /// Grown by `margin` on all four sides; negative shrinks, never below a tenth of the size.
    #[must_use]
    pub fn inflate(self, margin: f64) -> Self {
        let grow_w = (2.0 * margin).max(-0.9 * self.w);
        let grow_h = (2.0 * margin).max(-0.9 * self.h);
        Self::new(
            self.x - grow_w / 2.0,
            self.y - grow_h / 2.0,
            self.w + grow_w,
            self.h + grow_h,
        )
    }

    pub fn contains(self, p: Point<U>) -> bool {
        p.x >= self.x && p.x <= self.right() && p.y >= self.y && p.y <= self.bottom()
    }

    /// The common part, if it has an area.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (r, b) = (
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        );
        (r > x && b > y).then(|| Self::new(x, y, r - x, b - y))
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (r, b) = (
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        );
        Self::new(x, y, r - x, b - y)
    }

    /// The smallest rectangle that holds all `points`; `None` for an empty slice.
    pub fn around(points: &[Point<U>]) -> Option<Self> {
        let first = points.first()?;
        let (mut x0, mut y0, mut x1, mut y1) = (first.x, first.y, first.x, first.y);
        for p in points {
            x0 = x0.min(p.x);
            y0 = y0.min(p.y);
            x1 = x1.max(p.x);
            y1 = y1.max(p.y);
        }
        Some(Self::new(x0, y0, x1 - x0, y1 - y0))
    }
}

impl<U> Clone for Rect<U> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<U> Copy for Rect<U> {}
impl<U> PartialEq for Rect<U> {
    fn eq(&self, other: &Self) -> bool {
        (self.x, self.y, self.w, self.h) == (other.x, other.y, other.w, other.h)
    }
}
impl<U> fmt::Debug for Rect<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "[{:.3}, {:.3}, {:.3}, {:.3}]",
            self.x, self.y, self.w, self.h
        )
    }
}

/// A width and a height, both positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    pub w: f64,
    pub h: f64,
}

/// A resolution in dots an inch; positive and finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Dpi(f64);

impl Dpi {
    /// `None` unless `value` is finite and positive.
    pub fn new(value: f64) -> Option<Self> {
        (value.is_finite() && value > 0.0).then_some(Self(value))
    }

    pub fn get(self) -> f64 {
        self.0
    }

    pub fn px_per_mm(self) -> f64 {
        self.0 / 25.4
    }
}

/// A projective transform (homography) from plane `A` to plane `B`; affine ones have a last row
/// of `0 0 1`. Row-major, normalised so that the last element is 1.
pub struct Transform<A, B> {
    m: [f64; 9],
    planes: PhantomData<(A, B)>,
}

impl<A, B> Transform<A, B> {
    /// From a row-major 3x3 matrix whose last element is not zero.
    pub fn from_matrix(m: [f64; 9]) -> Self {
        let k = m[8];
        Self {
            m: m.map(|v| v / k),
            planes: PhantomData,
        }
    }

    /// `x' = a x + b y + c`, `y' = d x + e y + f`.
    #[expect(
        clippy::too_many_arguments,
        reason = "the six numbers of the formula, in its order"
    )]
    pub fn affine(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self {
            m: [a, b, c, d, e, f, 0.0, 0.0, 1.0],
            planes: PhantomData,
        }
    }

    /// The transform that lays the corners of `from`, clockwise from the top left, onto `to`; `None`
    /// when three of them lie on one line. (Heckbert 1989, square to quadrilateral.)
    pub fn of_corners(from: Rect<A>, to: [Point<B>; 4]) -> Option<Self> {
        let [p, q, r, s] = to;
        let (x1, x2, x3) = (q.x - r.x, s.x - r.x, p.x - q.x + r.x - s.x);
        let (y1, y2, y3) = (q.y - r.y, s.y - r.y, p.y - q.y + r.y - s.y);
        let det = x1 * y2 - x2 * y1;
        if det.abs() < 1e-9 || from.area() <= 0.0 {
            return None;
        }
        let (g, h) = ((x3 * y2 - x2 * y3) / det, (x1 * y3 - x3 * y1) / det);
        let square = Self::from_matrix([
            q.x - p.x + g * q.x,
            s.x - p.x + h * s.x,
            p.x,
            q.y - p.y + g * q.y,
            s.y - p.y + h * s.y,
            p.y,
            g,
            h,
            1.0,
        ]);
        let (w, h) = (1.0 / from.w, 1.0 / from.h);
        let unit = Transform::<A, A>::affine(w, 0.0, -from.x * w, 0.0, h, -from.y * h);
        Some(unit.then(&square))
    }

    pub fn scale(factor: f64) -> Self {
        Self::affine(factor, 0.0, 0.0, 0.0, factor, 0.0)
    }

    pub fn matrix(&self) -> &[f64; 9] {
        &self.m
    }

    pub fn is_affine(&self) -> bool {
        self.m[6].abs() < 1e-12 && self.m[7].abs() < 1e-12
    }

    pub fn apply(&self, p: Point<A>) -> Point<B> {
        let m = &self.m;
        let w = m[6] * p.x + m[7] * p.y + m[8];
        Point::new(
            (m[0] * p.x + m[1] * p.y + m[2]) / w,
            (m[3] * p.x + m[4] * p.y + m[5]) / w,
        )
    }

    /// The smallest upright rectangle round the image of `r`.
    pub fn bounds(&self, r: Rect<A>) -> Rect<B> {
        let c = r.corners().map(|p| self.apply(p));
        Rect::around(&c).unwrap_or(Rect::new(c[0].x, c[0].y, 0.0, 0.0))
    }

    /// The inverse; `None` when the transform flattens the plane.
    pub fn inverse(&self) -> Option<Transform<B, A>> {
        let [a, b, c, d, e, f, g, h, i] = self.m;
        let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        let adj = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        (det.abs() > 1e-15 && adj[8].abs() > 1e-15).then(|| Transform::from_matrix(adj))
    }

    /// First `self`, then `next`.
    pub fn then<C>(&self, next: &Transform<B, C>) -> Transform<A, C> {
        let (p, q) = (&next.m, &self.m);
        let mut out = [0.0; 9];
        for r in 0..3 {
            for c in 0..3 {
                out[3 * r + c] = (0..3).map(|k| p[3 * r + k] * q[3 * k + c]).sum();
            }
        }
        Transform::from_matrix(out)
    }

    /// Local scale at `p`: the square root of the area factor.
    pub fn scale_at(&self, p: Point<A>) -> f64 {
        let d = 1e-3;
        let o = self.apply(p);
        let x = self.apply(Point::new(p.x + d, p.y));
        let y = self.apply(Point::new(p.x, p.y + d));
        let cross = (x.x - o.x) * (y.y - o.y) - (x.y - o.y) * (y.x - o.x);
        (cross.abs()).sqrt() / d
    }
}

impl<A, B> Clone for Transform<A, B> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A, B> Copy for Transform<A, B> {}
impl<A, B> PartialEq for Transform<A, B> {
    fn eq(&self, other: &Self) -> bool {
        self.m == other.m
    }
}
impl<A, B> fmt::Debug for Transform<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transform{:?}", self.m)
    }
}

/// How far a page was turned from upright, clockwise, as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuarterTurn {
    None,
    Cw90,
    Half,
    Cw270,
}

impl QuarterTurn {
    pub const ALL: [Self; 4] = [Self::None, Self::Half, Self::Cw90, Self::Cw270];

    pub fn degrees(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Cw90 => 90,
            Self::Half => 180,
            Self::Cw270 => 270,
        }
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Cw90 | Self::Cw270)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_transform_then_its_inverse_is_the_identity(
            a in 0.5..2.0f64, b in -0.4..0.4f64, c in -50.0..50.0f64,
            d in -0.4..0.4f64, e in 0.5..2.0f64, f in -50.0..50.0f64,
            g in -1e-4..1e-4f64, h in -1e-4..1e-4f64,
            x in 0.0..200.0f64, y in 0.0..200.0f64,
        ) {
            let t = Transform::<Mm, Px>::from_matrix([a, b, c, d, e, f, g, h, 1.0]);
            let back = t.inverse().expect("invertible").apply(t.apply(Point::new(x, y)));
            prop_assert!(back.distance(Point::new(x, y)) < 1e-6);
        }
    }

    #[test]
    fn inflate_never_turns_a_rectangle_inside_out() {
        let r = Rect::<Mm>::new(0.0, 0.0, 2.0, 4.0).inflate(-10.0);
        assert!(r.w > 0.0 && r.h > 0.0);
    }

    #[test]
    fn scale_at_is_the_scale_of_a_similarity() {
        let t = Transform::<Mm, Px>::scale(11.8);
        assert!((t.scale_at(Point::new(10.0, 20.0)) - 11.8).abs() < 1e-6);
    }
}
