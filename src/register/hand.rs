//! Registration from four corners that a person placed.
//!
//! A hand on a screen is good to about a millimetre, so the corners are where the anchors are looked
//! for and not the answer: marks within 10 mm of where the corners put them, patches within 4 mm,
//! under the same gate as on any page. Where that fails (the print is faded, the form is drawn over,
//! the camera stood too low) the page lies as the person says; each field still follows its own
//! print within its small reach, but nothing proves any of it.

use super::attempt::{Attempt, signed};
use super::bend::Bend;
use super::fit;
use super::prepared::Print;
use super::{Registered, RegistrationReport, lacks_boxes, layout_score, marks};
use crate::form::Anchors;
use crate::geom::{Mm, Point, Px, Transform};
use crate::normalize::layout::scales;

/// The method's name in a report.
pub(super) const METHOD: &str = "hand";

impl<'a> Attempt<'_, 'a> {
    pub(super) fn by_corners(&self, laid: &Transform<Mm, Px>) -> Registered<'a> {
        if let Anchors::Marks(all) = &self.side.anchors {
            let near = marks::near(self.page, all, self.turn, laid);
            let proved = self.by_tries(all, Self::fits(&near));
            // Marks alone do not tell a form from its sister.
            let own = |page: &Registered<'_>| self.side.blank.is_some() || !lacks_boxes(page);
            if let Some(page) = proved.ok().filter(own) {
                return page;
            }
        }
        if self.side.blank.is_some() {
            for print in [Print::Whole, Print::WithoutFrames] {
                if let Ok(page) = self.by_patches(print) {
                    return page;
                }
            }
        }
        self.as_said(laid)
    }

    /// The page as the corners lay it.
    fn as_said(&self, laid: &Transform<Mm, Px>) -> Registered<'a> {
        let middle = Point::new(self.side.size.w / 2.0, self.side.size.h / 2.0);
        let unit = scales(self.page, self.side, self.turn)[0];
        let shape = fit::shape(laid, middle, unit);
        let mut page = self.laid(*laid, (Bend::default(), Print::Whole));
        page.report = RegistrationReport {
            method: METHOD,
            turn_degrees: self.turn.degrees(),
            skew_cw_degrees: signed(shape.turn_cw_degrees - f64::from(self.turn.degrees())),
            scale_x: shape.scale_x,
            scale_y: shape.scale_y,
            layout_score: layout_score(&page),
            ..RegistrationReport::default()
        };
        self.looked_at(page)
    }
}
