//! Drawing in millimetres: anti-aliased lines, frames, discs and text on a grey picture.
//!
//! A shape is its signed distance: a pixel is covered by the part of it that lies inside, taken
//! from the distance of its centre to the edge. Exact for straight edges, within 2 levels of 255
//! for circles over 1 mm. A paper point (x, y) lies at pixel (x k - 0.5, y k - 0.5).

use image::{GrayImage, Luma};

use super::font::{self, Style, blend};
use crate::geom::{Mm, Point, Rect, Size};

/// How a text is set on paper.
#[derive(Clone, Copy, Debug)]
pub struct Lettering {
    /// Millimetres an em.
    pub em: f64,
    /// 0 black to 255 white.
    pub ink: u8,
    pub bold: bool,
}

impl Lettering {
    pub fn regular(em: f64, ink: u8) -> Self {
        Self {
            em,
            ink,
            bold: false,
        }
    }
}

/// A sheet of paper being drawn on.
pub struct Canvas {
    image: GrayImage,
    px_per_mm: f64,
}

impl Canvas {
    /// White paper of that size.
    pub fn new(size: Size, px_per_mm: f64) -> Self {
        let pixels = |mm: f64| (mm * px_per_mm).round().clamp(1.0, 20_000.0) as u32;
        let image = GrayImage::from_pixel(pixels(size.w), pixels(size.h), Luma([255]));
        Self { image, px_per_mm }
    }

    /// A picture to draw on.
    pub fn on(image: GrayImage, px_per_mm: f64) -> Self {
        Self { image, px_per_mm }
    }

    pub fn into_image(self) -> GrayImage {
        self.image
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, rect: Rect<Mm>, ink: u8) {
        self.shape(rect, ink, |p| box_distance(p, rect));
    }

    /// Draws the four sides of a rectangle; the line lies outside it, so that `rect` stays free.
    pub fn frame(&mut self, rect: Rect<Mm>, width: f64, ink: u8) {
        let outer = rect.inflate(width);
        self.shape(outer, ink, |p| {
            box_distance(p, outer).max(-box_distance(p, rect))
        });
    }

    /// A straight line with flat ends.
    pub fn line(&mut self, from: Point<Mm>, to: Point<Mm>, width: f64, ink: u8) {
        let Some(bounds) = Rect::around(&[from, to]) else {
            return;
        };
        let length = from.distance(to).max(1e-9);
        let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
        self.shape(bounds.inflate(width), ink, |p| {
            let (dx, dy) = (p.x - from.x, p.y - from.y);
            let (along, across) = (dx * ux + dy * uy, dy * ux - dx * uy);
            (across.abs() - width / 2.0).max(-along).max(along - length)
        });
    }

    /// Fills the ellipse in `rect`.
    pub fn disc(&mut self, rect: Rect<Mm>, ink: u8) {
        self.shape(rect, ink, |p| ellipse_distance(p, rect));
    }

    /// Draws the outline of the ellipse in `rect`; the line lies inside it.
    pub fn ring(&mut self, rect: Rect<Mm>, width: f64, ink: u8) {
        let inner = rect.inflate(-width);
        self.shape(rect, ink, |p| {
            ellipse_distance(p, rect).max(-ellipse_distance(p, inner))
        });
    }

    /// A line of text; `at` is the top-left corner of its first em box.
    pub fn text(&mut self, text: &str, at: Point<Mm>, lettering: Lettering) {
        let (at, style) = (self.pixel(at), self.style(lettering));
        font::draw_line(&mut self.image, text, at, style);
    }

    /// A column of text; `at` is the top-left corner of its first em box.
    pub fn column(&mut self, text: &str, at: Point<Mm>, lettering: Lettering) {
        let (at, style) = (self.pixel(at), self.style(lettering));
        font::draw_column(&mut self.image, text, at, style);
    }

    fn style(&self, lettering: Lettering) -> Style {
        Style {
            em: lettering.em * self.px_per_mm,
            ink: lettering.ink,
            bold: lettering.bold,
        }
    }

    fn pixel(&self, at: Point<Mm>) -> (f64, f64) {
        (at.x * self.px_per_mm, at.y * self.px_per_mm)
    }

    /// Inks every pixel by the part of it that lies inside; `distance` is in mm, negative inside.
    fn shape(&mut self, bounds: Rect<Mm>, ink: u8, distance: impl Fn(Point<Mm>) -> f64) {
        let k = self.px_per_mm;
        let clamp = |v: f64, end: u32| v.clamp(0.0, f64::from(end)) as u32;
        let (w, h) = self.image.dimensions();
        let xs = clamp(bounds.x * k - 1.0, w)..clamp(bounds.right() * k + 2.0, w);
        let ys = clamp(bounds.y * k - 1.0, h)..clamp(bounds.bottom() * k + 2.0, h);
        for y in ys {
            for x in xs.clone() {
                let p = Point::new((f64::from(x) + 0.5) / k, (f64::from(y) + 0.5) / k);
                let coverage = (0.5 - distance(p) * k).clamp(0.0, 1.0);
                blend(&mut self.image, (i64::from(x), i64::from(y)), ink, coverage);
            }
        }
    }
}

/// Signed distance to a rectangle's edge along the axes, negative inside.
fn box_distance(p: Point<Mm>, r: Rect<Mm>) -> f64 {
    let x = (r.x - p.x).max(p.x - r.right());
    let y = (r.y - p.y).max(p.y - r.bottom());
    x.max(y)
}

/// Signed distance to an ellipse, to first order.
fn ellipse_distance(p: Point<Mm>, r: Rect<Mm>) -> f64 {
    let (a, b) = (r.w / 2.0, r.h / 2.0);
    let (x, y) = (p.x - r.center().x, p.y - r.center().y);
    let (u, v) = (x / a, y / b);
    let value = (u * u + v * v).sqrt();
    let (gx, gy) = (u / a, v / b);
    let slope = (gx * gx + gy * gy).sqrt() / value.max(1e-9);
    if slope < 1e-9 {
        -a.min(b)
    } else {
        (value - 1.0) / slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(image: &GrayImage) -> f64 {
        image.pixels().map(|p| f64::from(255 - p[0]) / 255.0).sum()
    }

    #[test]
    fn shapes_cover_their_area() {
        let draw = |f: &dyn Fn(&mut Canvas)| {
            let mut canvas = Canvas::new(Size { w: 20.0, h: 20.0 }, 10.0);
            f(&mut canvas);
            ink(&canvas.into_image()) / 100.0
        };
        let r = Rect::new(5.03, 5.0, 8.0, 4.0);
        let cases = [
            (draw(&|c| c.fill(r, 0)), 32.0),
            (draw(&|c| c.frame(r, 0.5, 0)), 9.0 * 5.0 - 32.0),
            (draw(&|c| c.disc(Rect::new(4.0, 4.0, 8.0, 8.0), 0)), 50.27),
            (draw(&|c| c.disc(r, 0)), 25.13),
            (
                draw(&|c| c.line(Point::new(3.0, 3.0), Point::new(13.0, 13.0), 0.6, 0)),
                8.49,
            ),
            (
                draw(&|c| c.ring(Rect::new(4.0, 4.0, 8.0, 8.0), 0.5, 0)),
                50.27 - 38.48,
            ),
        ];
        for (i, (found, expected)) in cases.into_iter().enumerate() {
            assert!(
                (found / expected - 1.0).abs() < 0.02,
                "case {i}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn a_frame_leaves_its_inside_free() {
        let mut canvas = Canvas::new(Size { w: 20.0, h: 20.0 }, 10.0);
        canvas.frame(Rect::new(5.0, 5.0, 4.0, 4.0), 0.3, 0);
        let image = canvas.into_image();
        assert_eq!(
            (image.get_pixel(50, 50)[0], image.get_pixel(49, 60)[0]),
            (255, 0)
        );
    }

    #[test]
    fn drawing_outside_the_paper_does_nothing() {
        let mut canvas = Canvas::new(Size { w: 20.0, h: 20.0 }, 10.0);
        canvas.fill(Rect::new(-50.0, 90.0, 10.0, 10.0), 0);
        canvas.text("外", Point::new(-9.0, 30.0), Lettering::regular(4.0, 0));
        assert!(ink(&canvas.into_image()) < 1e-9);
    }
}
