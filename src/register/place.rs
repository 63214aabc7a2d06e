//! Where a side lies on its page's picture: kept for those who later have the picture alone, and must find
//! a field on it without laying the page anew.

use serde::{Deserialize, Serialize};

use super::Registered;
use crate::geom::{Mm, Point, Px, Rect, Size, Transform};

/// A side and its corners on the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub width_mm: f64,
    pub height_mm: f64,
    /// Clockwise from the side's own top left, as shares of the picture's width and height.
    pub corners: [[f64; 2]; 4],
    /// How far the paper is bent at most, mm: so far may a point lie from where the corners lay it.
    pub bend_mm: f64,
}

impl Place {
    pub(super) fn of(page: &Registered<'_>) -> Self {
        let Size { w, h } = page.side.size;
        let (width, height) = (f64::from(page.scan.width()), f64::from(page.scan.height()));
        let share = |p: Point<Px>| [(p.x + 0.5) / width, (p.y + 0.5) / height];
        let corners = Rect::new(0.0, 0.0, w, h).corners();
        Self {
            width_mm: w,
            height_mm: h,
            corners: corners.map(|p| share(page.to_px.apply(p))),
            bend_mm: page.report.bend_mm,
        }
    }

    /// Millimetres of the side to pixels of the page's picture at that size, as it lies in its file; `None`
    /// where the corners span nothing.
    pub fn on_picture(&self, (width, height): (u32, u32)) -> Option<Transform<Mm, Px>> {
        let (width, height) = (f64::from(width), f64::from(height));
        let side = Rect::new(0.0, 0.0, self.width_mm, self.height_mm);
        let px = |[x, y]: [f64; 2]| Point::new(x * width - 0.5, y * height - 0.5);
        Transform::of_corners(side, self.corners.map(px))
    }
}
