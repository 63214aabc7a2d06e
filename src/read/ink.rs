//! Ink or no ink: signatures, seals and the pictures of free text.

use crate::confidence::Confidence;
use crate::form::{InkKind, InkZone};
use crate::geom::{Mm, Rect};
use crate::read::Content;
use crate::register::Registered;

use super::marks::plane::{PX_PER_MM, Plane, blank_darkness, darkness};
use super::marks::stroke::{Stroke, pieces};
use super::marks::subtract::{added_to_form, best_shift};

/// Name and version, for provenance.
pub(super) const ENGINE: &str = "ink-1";

/// How far a zone may have moved against the registration, in px each way (0.5 mm).
const REACH: i32 = 4;

/// Paper round the zone that takes part when the blank form is taken away, in mm.
const SURROUND: f64 = 1.5;

/// Without a blank form, a piece this long against the zone, this thin (mm) and this near to the
/// zone's edge (mm) is its printed frame.
const LINE_SPAN: f64 = 0.3;
const LINE_THICK: f64 = 1.0;
const LINE_NEAR: f64 = 3.0;

/// Pieces no longer than this are dirt on the glass, in mm: the sdaps scans hold forty dots of up
/// to 0.8 mm in one empty box.
const DUST: f64 = 1.2;

/// Share of a zone that ink covers at which it is as likely there as not, and how fast it becomes
/// sure in the logarithm: a signature of two characters in a 60 x 12 mm zone covers 0.02, specks of
/// a dirty scan less than 0.0005.
const EVEN_SIGNATURE: f64 = 0.003;
/// A seal covers a tenth of its square or more even when faint.
const EVEN_SEAL: f64 = 0.015;
const STEEP: f64 = 6.0;

/// How much redder than green and blue a pixel of a seal is, 0 to 255.
const RED: i16 = 50;

/// Signature or seal.
pub(super) fn presence(page: &Registered<'_>, zone: &InkZone) -> Content {
    let share = added_share(page, zone.area);
    let red_share = red_share(page, zone.area);
    let (measure, even) = match zone.kind {
        InkKind::Signature => (share, EVEN_SIGNATURE),
        InkKind::Seal => (share.max(red_share), EVEN_SEAL),
    };
    let present = Confidence::new(1.0 / (1.0 + (even / measure.max(1e-9)).powf(STEEP)));
    Content::Ink {
        present,
        share,
        red_share,
    }
}

/// Free text: only whether there is any.
pub(super) fn picture(page: &Registered<'_>, area: Rect<Mm>) -> Content {
    Content::Picture {
        ink_share: added_share(page, area),
    }
}

/// Share of the area covered with ink that the form did not bring.
///
/// With a blank form the surroundings are looked at too: a frame printed along the zone's edge must
/// be known on both sides of it, or half a millimetre of misfit turns it into writing.
fn added_share(page: &Registered<'_>, area: Rect<Mm>) -> f64 {
    let page = &Registered {
        to_px: page.refined(area).0,
        ..page.clone()
    };
    let paper = Rect::new(0.0, 0.0, page.side.size.w, page.side.size.h);
    let wide = area.inflate(SURROUND).intersection(paper).unwrap_or(area);
    let (extra, known) = match blank_darkness(page, wide) {
        Some(blank) => {
            let dark = darkness(page, wide, false);
            let (dx, dy) = best_shift(&dark, &blank, dark.whole(), REACH);
            let extra = added_to_form(&dark, &blank.shifted(dx, dy));
            (extra.part(extra.px_of(area, wide)), true)
        }
        None => (darkness(page, area, false), false),
    };
    let ink: usize = pieces(&extra)
        .iter()
        .filter(|s| !is_dust(s) && (known || !is_line(s, &extra)))
        .map(|s| s.pixels.len())
        .sum();
    ink as f64 / extra.v.len() as f64
}

/// A dot: no stroke of a word is as short.
fn is_dust(stroke: &Stroke) -> bool {
    let b = stroke.bounds;
    ((b.x1 - b.x0).max(b.y1 - b.y0) as f64) < DUST * PX_PER_MM
}

/// A long thin piece along the edge: the zone's printed frame, or what of it reaches in.
fn is_line(stroke: &Stroke, plane: &Plane) -> bool {
    let b = stroke.bounds;
    let (w, h) = ((b.x1 - b.x0) as f64, (b.y1 - b.y0) as f64);
    let long = w > LINE_SPAN * plane.w as f64 || h > LINE_SPAN * plane.h as f64;
    let thick = stroke.pixels.len() as f64 / w.max(h) / PX_PER_MM;
    let near = (LINE_NEAR * PX_PER_MM) as usize;
    let at_edge = b.x1 < near || b.y1 < near || b.x0 + near > plane.w || b.y0 + near > plane.h;
    let round = w > 0.9 * plane.w as f64 && h > 0.9 * plane.h as f64;
    long && thick < LINE_THICK && (at_edge || round)
}

/// Share of the area that is red; 0 for scans without colour.
fn red_share(page: &Registered<'_>, area: Rect<Mm>) -> f64 {
    let Some(color) = page.cut_color(area, PX_PER_MM / 2.0) else {
        return 0.0;
    };
    let red = |p: &&image::Rgb<u8>| i16::from(p.0[0]) - i16::from(p.0[1].max(p.0[2])) > RED;
    color.pixels().filter(red).count() as f64 / f64::from(color.width() * color.height())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use image::{GrayImage, Luma};

    use super::*;
    use crate::form::{Anchors, Blank, Side};
    use crate::geom::{Px, Size, Transform};
    use crate::normalize::Levels;
    use crate::register::RegistrationReport;
    use crate::scan::{Origin, Picture, Scan};

    const DPMM: f64 = 8.0;
    const ZONE: (f64, f64, f64, f64) = (6.0, 6.0, 48.0, 14.0);

    /// A sheet with a printed frame along the zone's edge, `shift` px off, and a pen stroke.
    fn sheet(shift: u32, stroke: bool) -> GrayImage {
        let mut gray = GrayImage::from_pixel(480, 200, Luma([250]));
        let px = |mm: f64| (mm * DPMM) as u32 + shift;
        let (x0, y0) = (px(ZONE.0), px(ZONE.1));
        let (x1, y1) = (px(ZONE.0 + ZONE.2), px(ZONE.1 + ZONE.3));
        // A thin line just outside of the zone: half a pixel of misfit brings it in.
        (x0..=x1).for_each(|x| {
            gray.put_pixel(x, y0 - 1, Luma([20]));
            gray.put_pixel(x, y1, Luma([20]));
        });
        (y0..=y1).for_each(|y| {
            gray.put_pixel(x0 - 1, y, Luma([20]));
            gray.put_pixel(x1, y, Luma([20]));
        });
        if stroke {
            for (x, t) in (x0 + 60..x0 + 160).flat_map(|x| (0..3).map(move |t| (x, t))) {
                gray.put_pixel(x, y0 + 50 + t, Luma([60]));
            }
        }
        gray
    }

    fn share(shift: u32, stroke: bool) -> f64 {
        let side = Side {
            id: "answer".into(),
            size: Size { w: 60.0, h: 25.0 },
            anchors: Anchors::Auto,
            blank: Some(Blank {
                gray: Arc::new(sheet(0, false)),
                px_per_mm: DPMM,
            }),
            key: None,
            mark: None,
            fields: Vec::new(),
            print: Vec::new(),
            rules: Vec::new(),
            margin_notes: true,
        };
        let scan = Scan {
            half_rows: false,
            origin: Origin {
                file: "x".into(),
                file_sha256: crate::digest::Digest::of(b""),
                page: 0,
            },
            picture: Picture {
                gray: sheet(shift, stroke),
                color: None,
                bilevel: false,
            },
            resolution: None,
        };
        let page = Registered {
            scan: &scan,
            side: &side,
            to_px: Transform::<Mm, Px>::affine(DPMM, 0.0, -0.5, 0.0, DPMM, -0.5),
            levels: Levels {
                paper: 250.0,
                ink: 20.0,
            },
            local: crate::register::Local::default(),
            report: RegistrationReport::default(),
        };
        added_share(&page, Rect::new(ZONE.0, ZONE.1, ZONE.2, ZONE.3))
    }

    #[test]
    fn a_frame_along_the_edge_is_no_writing() {
        for shift in 0..4 {
            let empty = share(shift, false);
            assert!(empty < 1e-9, "{shift} px off: {empty}");
            assert!(share(shift, true) > 0.004, "{shift} px off");
        }
    }
}
