//! Painting over a part of a picture.

use image::{ImageBuffer, Pixel};

use crate::geom::{Point, Px, Rect};

/// Plain gray, so that nobody takes it for paper or ink.
const COVER: u8 = 150;

/// Paints over every pixel whose center lies in a convex quadrilateral, its corners clockwise.
pub fn paint_over<P: Pixel<Subpixel = u8>>(
    picture: &mut ImageBuffer<P, Vec<u8>>,
    corners: [Point<Px>; 4],
) {
    let Some(bounds) = Rect::around(&corners) else {
        return;
    };
    let last = |v: f64, most: u32| (v.floor().max(-1.0) + 1.0).min(f64::from(most)) as u32;
    let first = |v: f64, most: u32| v.ceil().clamp(0.0, f64::from(most)) as u32;
    let (width, height) = picture.dimensions();
    for y in first(bounds.y, height)..last(bounds.bottom(), height) {
        for x in first(bounds.x, width)..last(bounds.right(), width) {
            if is_inside(&corners, Point::new(f64::from(x), f64::from(y))) {
                picture.get_pixel_mut(x, y).channels_mut().fill(COVER);
            }
        }
    }
}

/// Whether the point lies to the right of every edge, or on it.
fn is_inside(corners: &[Point<Px>; 4], p: Point<Px>) -> bool {
    (0..4).all(|i| {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) >= 0.0
    })
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    fn painted(corners: [(f64, f64); 4]) -> Vec<(u32, u32)> {
        let mut page = GrayImage::from_pixel(8, 6, Luma([255]));
        paint_over(&mut page, corners.map(|(x, y)| Point::new(x, y)));
        let covered = page.enumerate_pixels().filter(|(_, _, p)| p[0] == COVER);
        covered.map(|(x, y, _)| (x, y)).collect()
    }

    #[test]
    fn an_upright_box_is_painted_to_its_edges_and_no_further() {
        let all = painted([(1.0, 2.0), (3.0, 2.0), (3.0, 3.5), (1.0, 3.5)]);
        assert_eq!(all, [(1, 2), (2, 2), (3, 2), (1, 3), (2, 3), (3, 3)]);
    }

    #[test]
    fn what_reaches_over_the_picture_is_painted_as_far_as_there_is_one() {
        let whole = painted([(-9.0, -9.0), (99.0, -9.0), (99.0, 99.0), (-9.0, 99.0)]);
        assert_eq!(whole.len(), 48);
        let beside = painted([(-9.0, -9.0), (-2.0, -9.0), (-2.0, -2.0), (-9.0, -2.0)]);
        assert_eq!(beside, []);
    }

    #[test]
    fn a_turned_box_is_painted_whichever_corner_comes_first() {
        let diamond = [(3.0, 0.0), (5.0, 2.0), (3.0, 4.0), (1.0, 2.0)];
        let mut turned = diamond;
        turned.rotate_left(2);
        assert_eq!(painted(diamond), painted(turned));
        assert_eq!(painted(diamond).len(), 13);
    }
}
