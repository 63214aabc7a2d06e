//! The page seen through a transform and a bend, in one of its smaller pictures.

use image::GrayImage;

use super::bend::Bend;
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::normalize::Upright;
use crate::raster::{Reduced, sample_gray, sample_gray_bent};

/// Print of 3 mm is three pixels high, px a mm; pages from scanners have 1.8 and more here.
const LEAST_SMALL: f64 = 1.0;

/// Where the form lies on a page.
#[derive(Clone, Debug)]
pub(super) struct Lay {
    pub(super) to_px: Transform<Mm, Px>,
    pub(super) bend: Bend,
}

impl Lay {
    pub(super) fn flat(to_px: Transform<Mm, Px>) -> Self {
        Self {
            to_px,
            bend: Bend::default(),
        }
    }

    pub(super) fn place(&self, p: Point<Mm>) -> Point<Px> {
        self.to_px.apply(self.bend.apply(p))
    }

    /// The smallest picture of the page that still shows print at `at`: of a small photo that is
    /// not the one at a third of its pixels.
    pub(super) fn small<'p>(&self, page: &'p Upright<'_>, at: Point<Mm>) -> &'p Reduced {
        let px_per_mm = self.to_px.scale_at(at) / f64::from(page.tiny.factor);
        if px_per_mm < LEAST_SMALL {
            &page.reduced
        } else {
            &page.tiny
        }
    }

    /// A rectangle of the form from a smaller picture of the page.
    pub(super) fn cut(&self, page: &Reduced, area: Rect<Mm>, px_per_mm: f64) -> (GrayImage, f64) {
        cut(
            &page.gray,
            (&page.shrink(&self.to_px), &self.bend),
            area,
            px_per_mm,
        )
    }
}

/// A rectangle of the form, and the share of it that lies inside the picture.
pub(super) fn cut(
    gray: &GrayImage,
    (to_px, bend): (&Transform<Mm, Px>, &Bend),
    area: Rect<Mm>,
    px_per_mm: f64,
) -> (GrayImage, f64) {
    if bend.is_flat() {
        return sample_gray(gray, to_px, area, px_per_mm);
    }
    let place = |p: Point<Mm>| to_px.apply(bend.apply(p));
    let scale = to_px.scale_at(area.center());
    sample_gray_bent(gray, (&place, scale), area, px_per_mm)
}
