//! One way of laying a side onto a page: anchors, fit, gate, and each field's own place.

use super::bend::Bend;
use super::fit::{self, Pair, Residual};
use super::prepared::{self, Print};
use super::view::Lay;
use super::{
    Local, Registered, RegistrationReport, boxes, check, fields, gate, layout_score, marks,
    patches, refuse, slip,
};
use crate::form::{AnchorMark, Side};
use crate::geom::{Mm, Px, QuarterTurn, Transform};
use crate::normalize::Upright;
use crate::normalize::layout::{by_border, match_layout};
use crate::rejection::Rejection;

/// Residuals of a page that may be read, mm: from 0.8 on a field may be its neighbor's.
const MOST_RMS: f64 = 0.5;
const MOST_MAX: f64 = 0.8;
/// Above this an affine fit of marks is tried again as a projective one, mm.
const TRY_PROJECTIVE: f64 = 0.25;
/// A bent page is refused when two fields are not found, and one in so many.
const MOST_LOST: usize = 4;
/// Fewer of the frames than this: their color was dropped. Chance finds one edge in five.
const FRAMELESS: f64 = 0.3;
/// Least agreement of the page's print with the form.
const LEAST_LAYOUT: f64 = 0.35;
/// Less says that the feeder may have slipped, and no slip is believed that does not reach the second. Of 33
/// real pages that run 2 % too fast none has less than 0.9 as they are laid now; seven had 0.13 to 0.32
/// without; two that a sister's form laid had 0.62, and were found out by the slip.
const MAY_SLIP: f64 = 0.8;
const LEAST_SLIPPED: f64 = 0.6;

/// One side, one way round, on one page.
pub(super) struct Attempt<'p, 'a> {
    pub(super) page: &'p Upright<'a>,
    pub(super) side: &'a Side,
    pub(super) turn: QuarterTurn,
    pub(super) coarse: Option<Transform<Mm, Px>>,
    /// Where a person laid it.
    pub(super) hand: Option<Transform<Mm, Px>>,
}

/// A transform with the anchors that made it.
pub(super) struct Fitted {
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
    pub(super) fn by_marks(&self, marks: &[AnchorMark]) -> Result<Registered<'a>, Rejection> {
        self.by_tries(marks, self.tries(marks))
    }

    /// The transform with most marks and best print that stands.
    pub(super) fn by_tries(
        &self,
        marks: &[AnchorMark],
        tries: Vec<Fitted>,
    ) -> Result<Registered<'a>, Rejection> {
        let mut refused = refuse("too few printed marks");
        let method = Method {
            name: "marks",
            expected: marks.len(),
            print: Print::Whole,
        };
        let mut best: Option<(f64, Registered<'a>)> = None;
        for fitted in tries {
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
        let bent = self.bent(flat.clone());
        if bent.report.layout_score >= MAY_SLIP {
            return self.with_fields(bent);
        }
        let slipped = self.slipped(&flat).map(|page| self.bent(page));
        let is_better = |page: &Registered<'_>| page.report.layout_score > bent.report.layout_score;
        self.with_fields(slipped.filter(is_better).unwrap_or(bent))
    }

    /// A flat page as a feeder's slip lays it, where all its marks are there, what lies between them is not,
    /// and no blank tells more.
    fn slipped(&self, flat: &Registered<'a>) -> Option<Registered<'a>> {
        let marks_hold = flat.report.anchors_found == flat.report.anchors_expected;
        let is_off = flat.report.layout_score < MAY_SLIP && flat.local.bend.is_flat();
        if !marks_hold || !is_off || self.side.blank.is_some() {
            return None;
        }
        let mut slipped = with_bend(flat, slip::bend_of(flat)?);
        slipped.report.layout_score = layout_score(&slipped);
        (slipped.report.layout_score >= LEAST_SLIPPED).then_some(slipped)
    }

    /// Transforms worth proving. Where the paper's own border is seen, the marks near to where it
    /// puts them come first, and its perspective stands in for a mark that is lost.
    fn tries(&self, marks: &[AnchorMark]) -> Vec<Fitted> {
        let laid = by_border(self.page, self.side, self.turn);
        let near = laid.map(|laid| marks::near(self.page, marks, self.turn, &laid));
        let near = near.unwrap_or_default();
        let mut tries = Vec::new();
        if near.len() >= 4 {
            tries.extend(Self::fits(&near));
        }
        let assigned = marks::assignments(self.page, self.side, marks, self.turn);
        tries.extend(assigned.iter().flat_map(|pairs| Self::fits(pairs)));
        tries.extend(
            laid.and_then(|laid| marks::corrected(&laid, &near))
                .map(|to_px| Fitted {
                    to_px,
                    residual: fit::residual(&to_px, &near),
                    kept: near.len(),
                }),
        );
        tries
    }

    /// The same page with the bend that its print shows, when that fits better.
    fn bent(&self, flat: Registered<'a>) -> Registered<'a> {
        let bend = match prepared::of(self.side, flat.local.print()) {
            Some(prepared) => patches::bend_of(self.page, self.side, &prepared, &flat.to_px)
                .map(|(bend, _)| bend)
                .filter(|bend| !bend.is_flat()),
            None => boxes::bend_of(&flat).filter(|bend| self.loses_none(&flat, bend)),
        };
        let Some(bend) = bend else {
            return flat;
        };
        let mut bent = with_bend(&flat, bend);
        bent.report.layout_score = layout_score(&bent);
        if bent.report.layout_score >= flat.report.layout_score {
            bent
        } else {
            flat
        }
    }

    /// Whether no more fields are lost with the bend than without: boxes of a grid that are taken for their
    /// neighbors agree with each other, but not with what is printed there.
    fn loses_none(&self, flat: &Registered<'a>, bend: &Bend) -> bool {
        let lost = |page: Registered<'a>| {
            let looked = self.looked_at(page);
            looked.local.fits.iter().filter(|f| f.is_doubtful()).count()
        };
        lost(with_bend(flat, bend.clone())) <= lost(flat.clone())
    }

    /// Looks at every field. On a page that is not flat, fields that are not found say that the
    /// bend is not the paper's: then nothing else of it is believed.
    fn with_fields(&self, page: Registered<'a>) -> Result<Registered<'a>, Rejection> {
        let page = self.looked_at(page);
        let fits = &page.local.fits;
        let lost = fits.iter().filter(|f| f.is_doubtful()).count();
        let flat = page.local.bend.is_flat() && page.to_px.is_affine();
        if !flat && lost >= 2 && MOST_LOST * lost >= fits.len() {
            return Err(refuse("the page is bent more than its print tells"));
        }
        Ok(page)
    }

    /// The page with each field's own place.
    pub(super) fn looked_at(&self, mut page: Registered<'a>) -> Registered<'a> {
        let frames = check::outlines_seen(&page);
        page.local.frameless |= frames.is_some_and(|seen| seen < FRAMELESS);
        let prepared = prepared::of(self.side, page.local.print());
        let lay = Lay {
            to_px: page.to_px,
            bend: page.local.bend.clone(),
        };
        let strays = prepared.as_deref();
        let strays = strays.map(|p| patches::strays(self.page, self.side, p, &lay));
        let known = (prepared.as_deref(), strays.as_deref().unwrap_or_default());
        let fits = fields::fits(self.page, &page, known);
        page.report.fields.clone_from(&fits);
        page.local.fits = fits.into();
        page
    }

    /// Transforms worth proving: of all pairs, and of all but one.
    pub(super) fn fits(pairs: &[Pair]) -> Vec<Fitted> {
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

    pub(super) fn by_patches(&self, print: Print) -> Result<Registered<'a>, Rejection> {
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

    /// The page as it lies by a transform that nothing has proved yet.
    pub(super) fn laid(
        &self,
        to_px: Transform<Mm, Px>,
        (bend, print): (Bend, Print),
    ) -> Registered<'a> {
        Registered {
            scan: self.page.scan,
            side: self.side,
            to_px,
            levels: self.page.levels,
            local: Local {
                bend,
                frameless: print == Print::WithoutFrames,
                ..Local::default()
            },
            report: RegistrationReport::default(),
        }
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
        let shape = gate::plausible(
            (self.page, self.side, self.turn),
            &fitted.to_px,
            (fitted.kept, self.hand.as_ref()),
        )?;
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
            place: None,
        };
        let mut done = self.laid(fitted.to_px, (bend, method.print));
        done.report = report;
        done.report.layout_score = layout_score(&done);
        if done.report.layout_score < LEAST_LAYOUT {
            done = self.slipped(&done).unwrap_or(done);
        }
        let score = done.report.layout_score;
        if score < LEAST_LAYOUT {
            return Err(refuse(format!(
                "the print does not fit the form ({score:.2})"
            )));
        }
        // Three marks fit any plane.
        let exact = method.name == "marks" && fitted.kept <= 3 && fitted.to_px.is_affine();
        if exact && !check::is_shown(&done) {
            return Err(refuse("three marks, and no print that proves them"));
        }
        Ok(done)
    }
}

fn with_bend<'a>(flat: &Registered<'a>, bend: Bend) -> Registered<'a> {
    let mut bent = flat.clone();
    bent.report.bend_mm = bend.most();
    bent.local.bend = bend;
    bent
}

/// An angle between -180 and 180 degrees.
pub(super) fn signed(degrees: f64) -> f64 {
    (degrees + 540.0).rem_euclid(360.0) - 180.0
}
