//! The paper's own border in a photograph: a bright quadrilateral on something darker.
//!
//! White is what is bright in all three colors. The convex hull of the largest white area loses side after side, each time the one whose
//! neighbours meet with the least paper added, until four are left: print, a folded or torn corner
//! and a slightly bent edge do not matter. Each side is then measured again
//! on grey levels, as the line through the places where paper turns into background. Good to about
//! half a pixel of the small picture, 0.5 mm on a photo of an A4 sheet; fails where the paper
//! leaves the picture or lies on something as bright as itself, and a scan that is all paper has
//! no border to see. Edge collapse after the minimal enclosing polygon of Aggarwal, Chang and Yap
//! (1985); what is measured and the gates are own.

use image::{GrayImage, Luma, RgbImage};

use crate::geom::{Mm, Point, Px, QuarterTurn, Rect, Size, Transform};
use crate::raster::{Components, Ink, Reduced, histogram, otsu};
use crate::scan::Scan;

/// A border with less than this share of the picture inside is a label or a lamp.
const LEAST_AREA: f64 = 0.1;
/// The hull fills at least this share of its four sides' shape, and bright paper this share of it:
/// a sheet with every corner folded over 20 mm has 0.97, full print leaves 0.8.
const LEAST_HULL: f64 = 0.93;
const LEAST_BRIGHT: f64 = 0.7;
/// Paper and background differ by this many grey levels.
const LEAST_CONTRAST: u8 = 24;
/// Angles of a sheet seen from the side, degrees.
const ANGLES: std::ops::Range<f64> = 50.0..130.0;
/// A side is measured between these shares of its length, and this far to both sides of it, as a
/// share of the picture.
const MEASURED: (f64, f64) = (0.08, 0.92);
const REACH: f64 = 0.02;
/// Points a side is measured at.
const POINTS: u32 = 60;

/// Four corners in original pixels, clockwise from the one nearest to the picture's top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border(pub [Point<Px>; 4]);

impl Border {
    /// Paper of `size` whose content lies turned clockwise by `turn`, laid onto the border.
    pub fn place(&self, size: Size, turn: QuarterTurn) -> Option<Transform<Mm, Px>> {
        let mut corners = self.0;
        corners.rotate_left((turn.degrees() / 90) as usize);
        Transform::of_corners(Rect::new(0.0, 0.0, size.w, size.h), corners)
    }

    /// Means of the two sides that run across and of the two that run down, px.
    pub fn sides(&self) -> (f64, f64) {
        let [a, b, c, d] = self.0;
        (
            f64::midpoint(a.distance(b), d.distance(c)),
            f64::midpoint(a.distance(d), b.distance(c)),
        )
    }

    pub fn contains(&self, p: Point<Px>) -> bool {
        let c = &self.0;
        (0..4).all(|i| turn_of(c[i], c[(i + 1) % 4], p) >= 0.0)
    }

    /// The upright rectangle round the paper, in pixels of a smaller picture.
    pub(super) fn bounds_in(&self, picture: &Reduced) -> Rect<Px> {
        let corners = self.0.map(|c| picture.shrunk(c));
        Rect::around(&corners).unwrap_or(Rect::new(0.0, 0.0, 1.0, 1.0))
    }

    /// Marks what lies off the paper as backing: the table, the cloth, a neighbour.
    pub(super) fn part(&self, picture: &Reduced, found: &Components, backing: &mut [bool]) {
        for (c, off) in found.list.iter().zip(backing) {
            *off |= !self.contains(picture.grow(Point::new(c.cx, c.cy)));
        }
    }
}

/// The paper's border, when the whole of it is in the picture; `picture` is a smaller one of
/// `scan`.
pub(super) fn find(scan: &Scan, picture: &Reduced) -> Option<Border> {
    let whiteness = match &scan.picture.color {
        Some(color) => &least_channel(color, picture),
        None => &picture.gray,
    };
    let counts = histogram(whiteness, 1);
    let first = split(&counts)?;
    // Paper on something bright on something dark: part the brighter ones again.
    let mut bright = counts;
    bright[..usize::from(first)].fill(0);
    let levels = [Some(first), split(&bright)];
    let corners = levels
        .into_iter()
        .flatten()
        .find_map(|level| at_level(whiteness, level))?;
    Some(Border(corners.map(|c| picture.grow(c))))
}

fn at_level(gray: &GrayImage, level: u8) -> Option<[Point<Px>; 4]> {
    let hull = hull(&brightest(gray, level)?);
    let rough = four_sides(&hull)?;
    if !is_sheet(&rough, &hull, (gray, level)) {
        return None;
    }
    let sides: Vec<Side> = (0..4)
        .map(|i| measured(gray, level, (rough[i], rough[(i + 1) % 4])))
        .collect::<Option<_>>()?;
    let corner = |i: usize| sides[(i + 3) % 4].meets(&sides[i]);
    Some([corner(0)?, corner(1)?, corner(2)?, corner(3)?])
}

/// The least of the three colors, four samples a pixel of `picture`: paper is white, and bright
/// wood or cloth is not.
fn least_channel(color: &RgbImage, picture: &Reduced) -> GrayImage {
    let (w, h) = picture.gray.dimensions();
    let k = picture.factor;
    let (near, far) = (k / 4, (3 * k / 4).min(k - 1));
    let (most_x, most_y) = (color.width() - 1, color.height() - 1);
    GrayImage::from_fn(w, h, |x, y| {
        let least = |dx: u32, dy: u32| {
            let at = color.get_pixel((x * k + dx).min(most_x), (y * k + dy).min(most_y));
            u32::from(at.0.into_iter().min().unwrap_or(0))
        };
        let sum = least(near, near) + least(far, near) + least(near, far) + least(far, far);
        Luma([(sum / 4) as u8])
    })
}

/// The level between the darker and the brighter of what is counted, when they differ.
fn split(counts: &[u32; 256]) -> Option<u8> {
    let level = otsu(counts);
    let mean = |from: usize, to: usize| {
        let n: u32 = counts[from..to].iter().sum();
        let sum: f64 = (from..to).map(|v| v as f64 * f64::from(counts[v])).sum();
        (n > 0).then(|| sum / f64::from(n))
    };
    let (dark, bright) = (mean(0, usize::from(level))?, mean(usize::from(level), 256)?);
    (bright - dark >= f64::from(LEAST_CONTRAST)).then(|| f64::midpoint(dark, bright) as u8)
}

/// Outermost points of each row of the largest bright area, its print closed.
fn brightest(gray: &GrayImage, level: u8) -> Option<Vec<Point<Px>>> {
    let (w, h) = (gray.width() as usize, gray.height() as usize);
    let bright = gray
        .as_raw()
        .iter()
        .map(|v| u8::from(*v >= level))
        .collect();
    let ink = Ink {
        width: w,
        height: h,
        dark: bright,
    };
    let found = Components::find(&ink);
    let largest = (0..found.list.len()).max_by_key(|i| found.list[*i].area)?;
    let mut ends: Vec<Option<(u32, u32)>> = vec![None; h];
    for run in found.runs.iter().filter(|r| r.owner as usize == largest) {
        let row = &mut ends[run.y as usize];
        let (x0, x1) = row.unwrap_or((run.x0, run.x1));
        *row = Some((x0.min(run.x0), x1.max(run.x1)));
    }
    let rows = ends
        .iter()
        .enumerate()
        .filter_map(|(y, e)| Some((y, (*e)?)));
    let points = rows.flat_map(|(y, (x0, x1))| {
        [f64::from(x0), f64::from(x1) - 1.0].map(|x| Point::new(x, y as f64))
    });
    Some(points.collect())
}

/// Twice the area of a triangle, positive when it runs clockwise on the page.
fn turn_of(a: Point<Px>, b: Point<Px>, c: Point<Px>) -> f64 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// Convex hull, clockwise (Andrew's monotone chain).
fn hull(points: &[Point<Px>]) -> Vec<Point<Px>> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let chain = |points: &mut dyn Iterator<Item = &Point<Px>>| {
        let mut out: Vec<Point<Px>> = Vec::new();
        for p in points {
            while out.len() >= 2 && turn_of(out[out.len() - 2], out[out.len() - 1], *p) <= 0.0 {
                out.pop();
            }
            out.push(*p);
        }
        out.pop();
        out
    };
    let mut all = chain(&mut sorted.iter());
    all.extend(chain(&mut sorted.iter().rev()));
    all
}

fn area(polygon: &[Point<Px>]) -> f64 {
    let n = polygon.len();
    let cross = |i: usize| {
        let (p, q) = (polygon[i], polygon[(i + 1) % n]);
        p.x * q.y - p.y * q.x
    };
    (0..n).map(cross).sum::<f64>() / 2.0
}

/// Lets the hull's sides grow into each other until four are left; the corners begin with the one
/// nearest to the top left.
fn four_sides(hull: &[Point<Px>]) -> Option<[Point<Px>; 4]> {
    let mut shape = hull.to_vec();
    while shape.len() > 4 {
        let n = shape.len();
        let grown = |i: usize| {
            let (before, from, to, after) = (
                shape[(i + n - 1) % n],
                shape[i],
                shape[(i + 1) % n],
                shape[(i + 2) % n],
            );
            let tip = crossing((before, from), (after, to))?;
            // The neighbors meet on the outer side of the edge.
            let more = -turn_of(from, to, tip);
            (more >= 0.0).then_some((more, tip, i))
        };
        let (_, tip, i) = (0..n)
            .filter_map(grown)
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        shape[i] = tip;
        shape.remove((i + 1) % n);
    }
    let mut corners: [Point<Px>; 4] = shape.try_into().ok()?;
    let first = (0..4).min_by(|a, b| {
        let sum = |i: usize| corners[i].x + corners[i].y;
        sum(*a).total_cmp(&sum(*b))
    })?;
    corners.rotate_left(first);
    Some(corners)
}

/// Where two lines through two points each cross; `None` for parallels.
fn crossing((a, b): (Point<Px>, Point<Px>), (c, d): (Point<Px>, Point<Px>)) -> Option<Point<Px>> {
    let (ux, uy, vx, vy) = (b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y);
    let det = ux * vy - uy * vx;
    if det.abs() < 1e-9 {
        return None;
    }
    let t = ((c.x - a.x) * vy - (c.y - a.y) * vx) / det;
    Some(Point::new(a.x + t * ux, a.y + t * uy))
}

/// The gates: size, shape, brightness, and that no side is the picture's own edge.
fn is_sheet(corners: &[Point<Px>; 4], hull: &[Point<Px>], (gray, level): (&GrayImage, u8)) -> bool {
    let (w, h) = (f64::from(gray.width()), f64::from(gray.height()));
    let whole = area(corners);
    let angle = |i: usize| {
        let (p, o, q) = (corners[(i + 3) % 4], corners[i], corners[(i + 1) % 4]);
        let (a, b) = ((p.y - o.y).atan2(p.x - o.x), (q.y - o.y).atan2(q.x - o.x));
        (a - b).to_degrees().rem_euclid(360.0)
    };
    let edge = 0.004 * w.max(h) + 1.0;
    let outside =
        |p: &Point<Px>| p.x < edge || p.y < edge || p.x > w - 1.0 - edge || p.y > h - 1.0 - edge;
    whole > LEAST_AREA * w * h
        && area(hull) > LEAST_HULL * whole
        && (0..4).all(|i| ANGLES.contains(&angle(i)))
        && !corners.iter().any(outside)
        && bright_share(&Border(*corners), (gray, level)) > LEAST_BRIGHT
}

fn bright_share(shape: &Border, (gray, level): (&GrayImage, u8)) -> f64 {
    let (mut seen, mut lit) = (0usize, 0usize);
    for (x, y, v) in gray.enumerate_pixels() {
        if shape.contains(Point::new(f64::from(x), f64::from(y))) {
            seen += 1;
            lit += usize::from(v[0] >= level);
        }
    }
    lit as f64 / seen.max(1) as f64
}

/// A measured side: a point and a direction.
struct Side {
    at: Point<Px>,
    along: (f64, f64),
}

impl Side {
    fn meets(&self, other: &Self) -> Option<Point<Px>> {
        let ahead = |s: &Self| Point::new(s.at.x + s.along.0, s.at.y + s.along.1);
        crossing((self.at, ahead(self)), (other.at, ahead(other)))
    }
}

/// The line where paper ends along a rough side, whose paper lies on the right hand.
fn measured(gray: &GrayImage, level: u8, (from, to): (Point<Px>, Point<Px>)) -> Option<Side> {
    let length = from.distance(to);
    let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
    let reach = (REACH * f64::from(gray.width().max(gray.height()))).max(3.0);
    let ends = (0..=POINTS).filter_map(|i| {
        let t = MEASURED.0 + (MEASURED.1 - MEASURED.0) * f64::from(i) / f64::from(POINTS);
        let at = |off: f64| {
            let (x, y) = (from.x + t * length * ux, from.y + t * length * uy);
            Point::new(x - off * uy, y + off * ux)
        };
        Some((t * length, end_of_paper(gray, level, reach, &at)?))
    });
    let mut points: Vec<(f64, f64)> = ends.collect();
    if points.len() < POINTS as usize / 2 {
        return None;
    }
    let (a, b) = trimmed_line(&mut points);
    let place = |t: f64| {
        let off = a + b * t;
        Point::<Px>::new(from.x + t * ux - off * uy, from.y + t * uy + off * ux)
    };
    let (p, q) = (place(0.0), place(length));
    Some(Side {
        at: p,
        along: (q.x - p.x, q.y - p.y),
    })
}

/// The first crossing of `level` on the way in, px from the rough side.
fn end_of_paper(
    gray: &GrayImage,
    level: u8,
    reach: f64,
    at: &dyn Fn(f64) -> Point<Px>,
) -> Option<f64> {
    let level = f64::from(level);
    let value = |off: f64| bilinear(gray, at(off));
    let steps = (2.0 * reach / 0.5) as u32;
    let mut last = (-reach, value(-reach)?);
    if last.1 >= level {
        return None;
    }
    for i in 1..=steps {
        let off = -reach + 0.5 * f64::from(i);
        let v = value(off)?;
        if v >= level {
            return Some(last.0 + (off - last.0) * (level - last.1) / (v - last.1));
        }
        last = (off, v);
    }
    None
}

fn bilinear(gray: &GrayImage, p: Point<Px>) -> Option<f64> {
    let inside = p.x >= 0.0
        && p.y >= 0.0
        && p.x < f64::from(gray.width()) - 1.0
        && p.y < f64::from(gray.height()) - 1.0;
    if !inside {
        return None;
    }
    let (x, y) = (p.x as u32, p.y as u32);
    let (s, t) = (p.x.fract(), p.y.fract());
    let v = |dx: u32, dy: u32| f64::from(gray.get_pixel(x + dx, y + dy)[0]);
    let (top, low) = (
        v(0, 0) * (1.0 - s) + v(1, 0) * s,
        v(0, 1) * (1.0 - s) + v(1, 1) * s,
    );
    Some(top * (1.0 - t) + low * t)
}

/// Least squares `v = a + b t`, three times without the points farthest off.
fn trimmed_line(points: &mut Vec<(f64, f64)>) -> (f64, f64) {
    for _ in 0..3 {
        let (a, b) = line(points);
        let off = |p: &(f64, f64)| (p.1 - a - b * p.0).abs();
        points.sort_by(|p, q| off(p).total_cmp(&off(q)));
        points.truncate((points.len() * 4 / 5).max(4));
    }
    line(points)
}

fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n;
    let (mt, mv) = (mean(|p| p.0), mean(|p| p.1));
    let tt: f64 = points.iter().map(|p| (p.0 - mt).powi(2)).sum();
    let tv: f64 = points.iter().map(|p| (p.0 - mt) * (p.1 - mv)).sum();
    let b = tv / tt.max(1e-9);
    (mv - b * mt, b)
}
