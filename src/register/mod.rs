//! Third stage: template millimetres to page pixels, with the residual that proves it.
//!
//! Printed marks are tried first where the form has them, patches of the blank picture otherwise
//! (or when the marks do not hold). A transform is accepted only when its anchors agree (0.5 mm
//! root mean square, 0.8 mm at most), its scale and shape are what a scanner, copier or camera can
//! do, and the page's print stands where the form says ([`layout_score`]). Anything else is a
//! rejection: a page is never read with a transform that is not proved.

mod bend;
mod check;
mod choose;
mod consensus;
pub(crate) mod edges;
mod fields;
mod finder;
pub(crate) mod fit;
mod marks;
pub(crate) mod mask;
mod patches;
mod prepared;
mod view;

pub use bend::Bend;
pub use check::{NOTHING_TO_CHECK, layout_score};
pub use fields::{FieldFit, Proof};

use std::sync::Arc;

use image::{GrayImage, RgbImage};
use serde::Serialize;

use crate::doubt::Reason;
use crate::form::{AnchorMark, Anchors, Side};
use crate::geom::{Mm, Point, Px, QuarterTurn, Rect, Transform};
use crate::identify::Candidate;
use crate::normalize::layout::{match_layout, scales};
use crate::normalize::{Levels, Upright};
use crate::raster::{sample_rgb, sample_rgb_bent};
use crate::rejection::Rejection;
use crate::scan::Scan;

use fit::{Pair, Residual, Shape};
use prepared::Print;

/// Residuals of a page that may be read, mm (domain.md 2.6 sends more than 0.8 mm to review).
const MOST_RMS: f64 = 0.5;
const MOST_MAX: f64 = 0.8;
/// Above this an affine fit of marks is tried again as a projective one, mm.
const TRY_PROJECTIVE: f64 = 0.25;
/// Scale against the page's resolution, where the file says one.
const SCALE_RANGE: (f64, f64) = (0.88, 1.12);
/// Difference of the two scales: feeders stretch by 2 %, prints by another 1 %.
const MOST_ANISOTROPY: f64 = 0.04;
/// Feeders shear a page by 0.3 degrees; three marks prove nothing else, so they get less.
const MOST_SHEAR: f64 = 1.0;
const MOST_SHEAR_OF_THREE: f64 = 0.5;
/// Change of scale over the side in a photo.
const MOST_PERSPECTIVE: f64 = 0.25;
/// A bent page is refused when two fields are not found, and one in so many.
const MOST_LOST: usize = 4;
/// Fewer of the frames than this: their color was dropped. Chance finds one edge in five.
const FRAMELESS: f64 = 0.3;
/// Least agreement of the page's print with the form.
const LEAST_LAYOUT: f64 = 0.35;

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
    /// `marks` or `patches`.
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

fn refuse(why: impl Into<String>) -> Rejection {
    Rejection::new(Reason::RegResidual, why)
}

/// One side, one way round, on one page.
struct Attempt<'p, 'a> {
    page: &'p Upright<'a>,
    side: &'a Side,
    turn: QuarterTurn,
    coarse: Option<Transform<Mm, Px>>,
}

/// A transform with the anchors that made it.
struct Fitted {
    to_px: Transform<Mm, Px>,
    residual: Residual,
    kept: usize,
}

/// Where the anchors come from.
#[derive(Clone, Copy)]
struct Method {
    name: &'static str,
    expected: usize,
    print: Print,
}

impl<'a> Attempt<'_, 'a> {
    fn by_marks(&self, marks: &[AnchorMark]) -> Result<Registered<'a>, Rejection> {
        let assigned = marks::assignments(self.page, self.side, marks, self.turn);
        let mut refused = refuse("too few printed marks");
        let method = Method {
            name: "marks",
            expected: marks.len(),
            print: Print::Whole,
        };
        let mut best: Option<(f64, Registered<'a>)> = None;
        for fitted in assigned.iter().flat_map(|pairs| Self::fits(pairs)) {
            match self.proved(&fitted, (Bend::default(), method)) {
                Ok(done) => {
                    // More marks first, then better print.
                    let worth = done.report.layout_score + done.report.anchors_found as f64;
                    if best.as_ref().is_none_or(|b| worth > b.0 + 1e-9) {
                        best = Some((worth, done));
                    }
                }
                Err(why) => refused = why,
            }
            if best
                .as_ref()
                .is_some_and(|b| b.1.report.anchors_found == marks.len())
            {
                break;
            }
        }
        let flat = best.map(|b| b.1).ok_or(refused)?;
        self.with_fields(self.bent(flat))
    }

    /// The same page with the bend that its print shows, when that fits better.
    fn bent(&self, flat: Registered<'a>) -> Registered<'a> {
        let Some(prepared) = prepared::of(self.side, flat.local.print()) else {
            return flat;
        };
        let bend = patches::bend_of(self.page, self.side, &prepared, &flat.to_px);
        let Some((bend, _)) = bend.filter(|(bend, _)| !bend.is_flat()) else {
            return flat;
        };
        let mut bent = flat.clone();
        bent.local.bend = bend;
        bent.report.bend_mm = bent.local.bend.most();
        bent.report.layout_score = layout_score(&bent);
        if bent.report.layout_score >= flat.report.layout_score {
            bent
        } else {
            flat
        }
    }

    /// Looks at every field. On a page that is not flat, fields that are not found say that the
    /// bend is not the paper's: then nothing else of it is believed.
    fn with_fields(&self, mut page: Registered<'a>) -> Result<Registered<'a>, Rejection> {
        let frames = check::outlines_seen(&page);
        page.local.frameless |= frames.is_some_and(|seen| seen < FRAMELESS);
        let prepared = prepared::of(self.side, page.local.print());
        let fits = fields::fits(self.page, &page, prepared.as_deref());
        let lost = fits.iter().filter(|f| f.is_doubtful()).count();
        let flat = page.local.bend.is_flat() && page.to_px.is_affine();
        if !flat && lost >= 2 && MOST_LOST * lost >= fits.len() {
            return Err(refuse("the page is bent more than its print tells"));
        }
        page.report.fields.clone_from(&fits);
        page.local.fits = fits.into();
        Ok(page)
    }

    /// Transforms worth proving: of all pairs, and of all but one.
    fn fits(pairs: &[Pair]) -> Vec<Fitted> {
        let mut out = Vec::new();
        let whole = fit::affine(pairs).map(|t| (t, fit::residual(&t, pairs)));
        if let Some((to_px, residual)) = whole {
            out.push(Fitted {
                to_px,
                residual,
                kept: pairs.len(),
            });
            if residual.max < TRY_PROJECTIVE {
                return out;
            }
        }
        if let Some(to_px) = fit::projective(pairs) {
            out.push(Fitted {
                to_px,
                residual: fit::residual(&to_px, pairs),
                kept: pairs.len(),
            });
        }
        for left_out in 0..pairs.len() {
            let mut rest = pairs.to_vec();
            rest.remove(left_out);
            if let Some(to_px) = fit::affine(&rest) {
                out.push(Fitted {
                    to_px,
                    residual: fit::residual(&to_px, &rest),
                    kept: rest.len(),
                });
            }
        }
        out
    }

    fn by_patches(&self, print: Print) -> Result<Registered<'a>, Rejection> {
        let Some(prepared) = prepared::of(self.side, print) else {
            return Err(refuse("the form has no picture"));
        };
        let layout = || match_layout(self.page, self.side, self.turn).map(|m| m.transform);
        let Some(coarse) = self.coarse.or_else(layout) else {
            return Err(refuse("the page's layout is another"));
        };
        let Some(found) = patches::find(self.page, self.side, &prepared, &coarse) else {
            return Err(refuse("too little of the form's print is on the page"));
        };
        let fitted = Fitted {
            to_px: found.lay.to_px,
            residual: Residual::of(&found.misses),
            kept: found.misses.len(),
        };
        let method = Method {
            name: "patches",
            expected: found.tried,
            print,
        };
        let done = self.proved(&fitted, (found.lay.bend, method))?;
        self.with_fields(done)
    }

    /// The gate: residual, shape, print.
    fn proved(
        &self,
        fitted: &Fitted,
        (bend, method): (Bend, Method),
    ) -> Result<Registered<'a>, Rejection> {
        let Residual { rms, max } = fitted.residual;
        if !(rms <= MOST_RMS && max <= MOST_MAX) {
            return Err(refuse(format!(
                "anchors are off by {rms:.2} mm, at most {max:.2} mm"
            )));
        }
        let shape = self.plausible(fitted)?;
        let report = RegistrationReport {
            method: method.name,
            anchors_found: fitted.kept,
            anchors_expected: method.expected,
            residual_rms_mm: rms,
            residual_max_mm: max,
            turn_degrees: self.turn.degrees(),
            skew_cw_degrees: signed(shape.turn_cw_degrees - f64::from(self.turn.degrees())),
            scale_x: shape.scale_x,
            scale_y: shape.scale_y,
            bend_mm: bend.most(),
            layout_score: 0.0,
            fields: Vec::new(),
        };
        let mut done = Registered {
            scan: self.page.scan,
            side: self.side,
            to_px: fitted.to_px,
            levels: self.page.levels,
            local: Local {
                bend,
                frameless: method.print == Print::WithoutFrames,
                ..Local::default()
            },
            report,
        };
        let score = layout_score(&done);
        if score < LEAST_LAYOUT {
            return Err(refuse(format!(
                "the print does not fit the form ({score:.2})"
            )));
        }
        done.report.layout_score = score;
        Ok(done)
    }

    fn plausible(&self, fitted: &Fitted) -> Result<Shape, Rejection> {
        let size = self.side.size;
        let middle = Point::new(size.w / 2.0, size.h / 2.0);
        let unit = scales(self.page, self.side, self.turn)[0];
        let shape = fit::shape(&fitted.to_px, middle, unit);
        let ratio = shape.scale_x / shape.scale_y;
        let scale_known = self.page.scan.resolution.is_some();
        let by_any = scales(self.page, self.side, self.turn)
            .iter()
            .any(|(kx, ky)| {
                let s = fit::shape(&fitted.to_px, middle, (*kx, *ky));
                let mean = (s.scale_x * s.scale_y).sqrt();
                mean > SCALE_RANGE.0 && mean < SCALE_RANGE.1
            });
        let shear = shape.shear_degrees.abs();
        let corners = Rect::new(0.0, 0.0, size.w, size.h).corners();
        let local = corners.map(|c| fitted.to_px.scale_at(c));
        let (low, high) = local
            .iter()
            .fold((f64::MAX, 0.0f64), |(l, h), s| (l.min(*s), h.max(*s)));
        let flat = fitted.to_px.is_affine();
        let why = if scale_known && !by_any {
            "scale"
        } else if flat && (ratio - 1.0).abs() > MOST_ANISOTROPY {
            "stretch"
        } else if flat
            && shear
                > if fitted.kept <= 3 {
                    MOST_SHEAR_OF_THREE
                } else {
                    MOST_SHEAR
                }
        {
            "shear"
        } else if !flat && (high / low - 1.0 > MOST_PERSPECTIVE || shear > 12.0) {
            "perspective"
        } else {
            return Ok(shape);
        };
        Err(refuse(format!("no scanner makes such a {why}")))
    }
}

/// An angle between -180 and 180 degrees.
fn signed(degrees: f64) -> f64 {
    (degrees + 540.0).rem_euclid(360.0) - 180.0
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

    /// Whether nothing proves where the `index`-th field of the side is.
    pub fn doubts_field(&self, index: usize) -> bool {
        let fit = self.local.fits.get(index);
        fit.is_some_and(FieldFit::is_doubtful)
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
