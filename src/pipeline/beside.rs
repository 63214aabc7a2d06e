//! Another card beside the one that was read: two lie on one glass, or were fed together.
//!
//! What the card leaves of the picture on each of its four sides is looked at as a page of its own, if
//! it is as large as a card of the campaign. Only where a form is proved there is another card; dirt, a
//! desk and the scanner's backing prove none. A card that lies across two of these rests, and a paper
//! that is no form, are not noticed.

use crate::engine::BarcodeReader;
use crate::form::Library;
use crate::geom::{Point, Px, Rect, Size};
use crate::identify;
use crate::normalize;
use crate::prove::prove;
use crate::register::Registered;
use crate::scan::{Region, Scan};

/// A rest may be this share of a card's size and still hold it: a card is laid before it is known how
/// far it is stretched, and may be cut at the glass's edge.
const HOLDS: f64 = 0.9;

/// Whether a form of the library lies beside the card that was read.
pub(super) fn is_another_card(
    page: &Registered<'_>,
    library: &Library,
    reader: &dyn BarcodeReader,
) -> bool {
    let holds = |region: &Region| {
        let part = Scan {
            half_rows: page.scan.half_rows,
            origin: page.scan.origin.clone(),
            picture: region.cut(&page.scan.picture),
            resolution: page.scan.resolution,
        };
        let upright = normalize::normalize(&part);
        let identified = identify::identify(&upright, library, reader);
        prove(&upright, &identified).is_ok()
    };
    rests(page, library).iter().any(holds)
}

/// What the card leaves of the picture left, right, above and below it, as far as a card fits there.
fn rests(page: &Registered<'_>, library: &Library) -> Vec<Region> {
    let size = Size {
        w: f64::from(page.scan.width()),
        h: f64::from(page.scan.height()),
    };
    let card = around(page);
    let (left, top) = (card.x.max(0.0) / size.w, card.y.max(0.0) / size.h);
    let right = (card.x + card.w).min(size.w) / size.w;
    let bottom = (card.y + card.h).min(size.h) / size.h;
    let four = [
        ([0.0, 0.0], [left, 1.0]),
        ([right, 0.0], [1.0, 1.0]),
        ([0.0, 0.0], [1.0, top]),
        ([0.0, bottom], [1.0, 1.0]),
    ];
    let per_mm = page.native_px_per_mm();
    let fits = |([l, t], [r, b]): &([f64; 2], [f64; 2])| {
        let (w, h) = ((r - l) * size.w / per_mm, (b - t) * size.h / per_mm);
        library.sides().any(|(_, side)| {
            let (a, b) = (side.size.w.min(side.size.h), side.size.w.max(side.size.h));
            w.min(h) >= HOLDS * a && w.max(h) >= HOLDS * b
        })
    };
    let regions = four.into_iter().filter(fits);
    regions
        .filter_map(|(from, to)| Region::new(from, to))
        .collect()
}

/// The box round the side in the picture.
fn around(page: &Registered<'_>) -> Rect<Px> {
    let (w, h) = (page.side.size.w, page.side.size.h);
    let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
    let corners = corners.map(|(x, y)| page.to_px.apply(Point::new(x, y)));
    let least = |of: fn(&Point<Px>) -> f64| corners.iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&Point<Px>) -> f64| corners.iter().map(of).fold(f64::MIN, f64::max);
    let (left, top) = (least(|p| p.x), least(|p| p.y));
    Rect::new(left, top, most(|p| p.x) - left, most(|p| p.y) - top)
}
