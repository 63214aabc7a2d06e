//! Template millimetres to page pixels, with the residual that proves it.
//!
//! Printed marks are tried first where the form has them, patches of the blank picture otherwise
//! (or when the marks do not hold). A transform is accepted only when its anchors agree (0.5 mm root
//! mean square, 0.8 mm at most), its scale and shape are what a scanner, copier or camera can do,
//! and the page's print stands where the form says ([`layout_score`]). Anything else is a
//! rejection: a page is never read with a transform that is not proved.

mod attempt;
mod bend;
mod boxes;
mod check;
mod choose;
mod consensus;
mod covered;
pub(crate) mod edges;
mod fields;
mod finder;
pub(crate) mod fit;
mod gate;
mod hand;
mod marks;
pub(crate) mod mask;
mod moved;
mod patches;
mod place;
mod prepared;
mod slip;
mod view;

pub use bend::Bend;
pub use check::{NOTHING_TO_CHECK, lacks_boxes, layout_score};
pub use fields::{FieldFit, Proof};
pub use place::Place;

use std::sync::Arc;

use image::{GrayImage, RgbImage};
use serde::Serialize;

use crate::doubt::Reason;
use crate::form::{Anchors, Field, Side};
use crate::geom::{Mm, Point, Px, Rect, Transform};
use crate::identify::Candidate;
use crate::normalize::{Levels, Upright};
use crate::raster::{sample_rgb, sample_rgb_bent};
use crate::rejection::Rejection;
use crate::scan::Scan;

use attempt::Attempt;
use prepared::Print;

/// A page laid onto its form. The only door through which later stages see pixels.
#[derive(Clone, Debug)]
pub struct Registered<'a> {
    pub scan: &'a Scan,
    pub side: &'a Side,
    pub to_px: Transform<Mm, Px>,
    pub levels: Levels,
    pub local: Local,
    pub report: RegistrationReport,
}

/// What the page does beside its transform.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// How the paper is bent; applied before the transform.
    pub bend: Bend,
    /// How each field fits, in the order of the form; empty when nobody looked.
    pub fits: Arc<[FieldFit]>,
    /// The form's frames are printed in a color that the scan has lost.
    pub frameless: bool,
}

/// How well the page fits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RegistrationReport {
    /// `marks`, `patches` or `hand`.
    pub method: &'static str,
    pub anchors_found: usize,
    pub anchors_expected: usize,
    /// Over the anchors that were kept, in mm on paper.
    pub residual_rms_mm: f64,
    pub residual_max_mm: f64,
    pub turn_degrees: u32,
    pub skew_cw_degrees: f64,
    /// The page's scale against the form: 1.0 when a millimetre is a millimetre (needs a credible
    /// resolution, else measured against the paper's size).
    pub scale_x: f64,
    pub scale_y: f64,
    /// How far the paper is bent at most, mm; 0 for a flat page.
    pub bend_mm: f64,
    /// Agreement of the page's print with the form, 0 to 1 ([`layout_score`]).
    pub layout_score: f64,
    pub fields: Vec<FieldFit>,
    /// Where the side lies on the picture; `None` until the page is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Local {
    fn print(&self) -> Print {
        if self.frameless {
            Print::WithoutFrames
        } else {
            Print::Whole
        }
    }
}

/// A cut-out: the form's rectangle at a fixed scale, levelled; its pixel (0, 0) is the centre of
/// the rectangle's top-left pixel.
#[derive(Clone, Debug)]
pub struct Cut {
    pub area: Rect<Mm>,
    pub px_per_mm: f64,
    pub gray: GrayImage,
    /// Share of the rectangle that lies inside the picture, 0 to 1.
    pub inside: f64,
}

/// Finds where `candidate`'s side lies on the page, or says why it does not.
///
/// # Errors
/// [`Reason::RegResidual`] when the anchors are not there, do not agree, or the print contradicts.
pub fn register<'a>(
    page: &Upright<'a>,
    candidate: &'a Candidate,
) -> Result<Registered<'a>, Rejection> {
    let side = candidate.side();
    let attempt = Attempt {
        page,
        side,
        turn: candidate.turn,
        coarse: candidate.coarse,
        hand: None,
    };
    let mut refused = None;
    if let Anchors::Marks(marks) = &side.anchors {
        match attempt.by_marks(marks) {
            Ok(done) => return Ok(done),
            Err(why) => refused = Some(why),
        }
    }
    for print in [Print::Whole, Print::WithoutFrames] {
        if side.blank.is_some() {
            match attempt.by_patches(print) {
                Ok(done) => return Ok(done),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
    }
    Err(refused.unwrap_or_else(|| refuse("the form has no anchors")))
}

/// The same from where a person says that the side's corners are, clockwise from its own top left.
/// Where anchors near to that prove a transform, it is theirs; else the page lies as he says, and
/// nothing of it [is proved](Registered::is_proved).
///
/// # Errors
/// When three of the corners lie on one line.
pub fn register_by_hand<'a>(
    page: &Upright<'a>,
    candidate: &'a Candidate,
    corners: [Point<Px>; 4],
) -> Result<Registered<'a>, Rejection> {
    let side = candidate.side();
    let whole = Rect::new(0.0, 0.0, side.size.w, side.size.h);
    let laid = Transform::of_corners(whole, corners);
    let laid = laid.ok_or_else(|| refuse("three corners lie on one line"))?;
    let attempt = Attempt {
        page,
        side,
        turn: candidate.turn,
        coarse: Some(laid),
        hand: Some(laid),
    };
    Ok(attempt.by_corners(&laid))
}

fn refuse(why: impl Into<String>) -> Rejection {
    Rejection::new(Reason::RegResidual, why)
}

impl Registered<'_> {
    /// The transform corrected for the print round the field at `area`, and how far that moved it,
    /// mm: 0 when nothing printed there could be found again. The bend stays as it is.
    pub fn refined(&self, area: Rect<Mm>) -> (Transform<Mm, Px>, f64) {
        let (dx, dy) = self.correction(area);
        let shift = Transform::<Mm, Mm>::affine(1.0, 0.0, dx, 0.0, 1.0, dy);
        (shift.then(&self.to_px), dx.hypot(dy))
    }

    /// Where a point of the field at `area` is seen, with the page's bend and the field's own
    /// correction.
    pub fn placed(&self, area: Rect<Mm>, p: Point<Mm>) -> Point<Px> {
        let (dx, dy) = self.correction(area);
        let p = self.local.bend.apply(p);
        self.to_px.apply(Point::new(p.x + dx, p.y + dy))
    }

    fn correction(&self, area: Rect<Mm>) -> (f64, f64) {
        let fit = fields::field_at(self, area).and_then(|i| self.local.fits.get(i));
        fit.map_or((0.0, 0.0), |f| (f.dx_mm, f.dy_mm))
    }

    /// The report, with where the side lies on the picture.
    pub fn placed_report(&self) -> RegistrationReport {
        RegistrationReport {
            place: Some(Place::of(self)),
            ..self.report.clone()
        }
    }

    /// Whether anchors say where the page lies, and not only a person's hand.
    pub fn is_proved(&self) -> bool {
        self.report.method != hand::METHOD
    }

    /// Whether nothing proves where the `index`-th field of the side is.
    pub fn doubts_field(&self, index: usize) -> bool {
        let fit = self.local.fits.get(index);
        fit.is_some_and(FieldFit::is_doubtful)
    }

    /// Doubts the fields whose boxes or words lie in one of the areas.
    pub(crate) fn doubt_fields_at(&mut self, areas: &[Rect<Mm>]) {
        if areas.is_empty() {
            return;
        }
        let is_there = |field: &Field| {
            let places = field.zone.places();
            places
                .iter()
                .any(|p| areas.iter().any(|a| p.intersection(*a).is_some()))
        };
        let mut fits = self.local.fits.to_vec();
        for (fit, field) in fits.iter_mut().zip(&self.side.fields) {
            if is_there(field) {
                fit.proof = Proof::Hidden;
            }
        }
        self.report.fields.clone_from(&fits);
        self.local.fits = fits.into();
    }

    /// Pixels a millimetre in the page's own resolution, at the middle of the side.
    pub fn native_px_per_mm(&self) -> f64 {
        let middle = Point::new(self.side.size.w / 2.0, self.side.size.h / 2.0);
        self.to_px.scale_at(middle)
    }

    /// Cuts `area` out at `px_per_mm`, bilinear, once, straight from the scan. Outside the picture
    /// is paper white.
    pub fn cut(&self, area: Rect<Mm>, px_per_mm: f64) -> Cut {
        let lay = (&self.to_px, &self.local.bend);
        let (gray, inside) = view::cut(&self.scan.picture.gray, lay, area, px_per_mm);
        Cut {
            area,
            px_per_mm,
            gray,
            inside,
        }
    }

    /// The same in colour, when the scan has colour.
    pub fn cut_color(&self, area: Rect<Mm>, px_per_mm: f64) -> Option<RgbImage> {
        let color = self.scan.picture.color.as_ref()?;
        if self.local.bend.is_flat() {
            return Some(sample_rgb(color, &self.to_px, area, px_per_mm));
        }
        let place = |p: Point<Mm>| self.to_px.apply(self.local.bend.apply(p));
        Some(sample_rgb_bent(color, &place, area, px_per_mm))
    }

    /// The same rectangle of the blank form; `None` when the side has no blank picture.
    pub fn cut_blank(&self, area: Rect<Mm>, px_per_mm: f64) -> Option<GrayImage> {
        let blank = self.side.blank.as_ref()?;
        let to_blank =
            Transform::<Mm, Px>::affine(blank.px_per_mm, 0.0, -0.5, 0.0, blank.px_per_mm, -0.5);
        Some(crate::raster::sample_gray(&blank.gray, &to_blank, area, px_per_mm).0)
    }
}

#[cfg(test)]
mod tests;
