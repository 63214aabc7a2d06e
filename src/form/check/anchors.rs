//! By what a side is found: printed marks, or patches of its blank picture.

use crate::geom::{Mm, Point};

use super::place::{Page, length};
use crate::form::fault::Faults;
use crate::form::raw::{At, RawAnchorMark, RawSide};
use crate::form::types::{AnchorMark, Anchors, MarkKind};

/// Three marks closer to one line than this do not fix a page, in mm.
const MIN_OFF_LINE: f64 = 5.0;

/// `shown`: there is a blank picture, or one can be drawn.
pub(super) fn anchors(
    raw: &RawSide,
    page: Page,
    shown: bool,
    faults: &mut Faults<'_>,
) -> Option<Anchors> {
    match (&raw.anchors, &raw.marks) {
        (Some(auto), Some(_)) => {
            faults.add(&auto.span, "`anchors` and `marks` exclude each other");
            None
        }
        (None, Some(list)) => {
            let all: Vec<_> = list.iter().map(|m| anchor_mark(m, page, faults)).collect();
            let marks: Vec<AnchorMark> = all.into_iter().collect::<Option<_>>()?;
            well_placed(&marks, list, faults).then_some(Anchors::Marks(marks))
        }
        (_, None) if shown => Some(Anchors::Auto),
        (auto, None) => {
            let span = auto.as_ref().map_or(&raw.id.span, |a| &a.span);
            let message = "nothing on this side says where it lies: no blank picture and no marks";
            let hint = format!(
                "put `blank-{}.png` beside the form file (`hagaki form draw` makes one from \
                 `[[side.print]]`), or list `marks`",
                raw.id.value
            );
            faults.add_hint(span, message, hint);
            None
        }
    }
}

fn anchor_mark(raw: &RawAnchorMark, page: Page, faults: &mut Faults<'_>) -> Option<AnchorMark> {
    let at = page.point(&raw.at, faults);
    let size = length(&raw.size, 1.0..=30.0, faults);
    let height = match (&raw.height, raw.kind) {
        (Some(height), MarkKind::Bar) => length(height, 1.0..=30.0, faults),
        (None, MarkKind::Bar) => {
            let message = "a bar has a `size` (its width) and a `height`";
            faults.add(&raw.size.span, message);
            None
        }
        (Some(height), _) => {
            faults.add(&height.span, "only a bar has a `height`");
            None
        }
        (None, _) => size,
    };
    Some(AnchorMark {
        kind: raw.kind,
        at: at?,
        size: size?,
        height: height?,
    })
}

/// At least three marks, not on one line.
fn well_placed(
    marks: &[AnchorMark],
    raw: &At<Vec<RawAnchorMark>>,
    faults: &mut Faults<'_>,
) -> bool {
    if marks.len() < 3 {
        let message = format!("{} marks do not fix a page", marks.len());
        faults.add_hint(&raw.span, message, "list at least three, not on one line");
        return false;
    }
    let points: Vec<Point<Mm>> = marks.iter().map(|m| m.at).collect();
    let good = widest(&points) >= MIN_OFF_LINE;
    if !good {
        let hint = format!("at least one stands {MIN_OFF_LINE} mm off the line of the others");
        faults.add_hint(&raw.span, "the marks stand on one line", hint);
    }
    good
}

/// The largest distance of a point from the line through the two points farthest apart.
fn widest(points: &[Point<Mm>]) -> f64 {
    let pairs = points
        .iter()
        .enumerate()
        .flat_map(|(i, a)| points[..i].iter().map(move |b| (a, b)));
    let far = pairs.max_by(|x, y| x.0.distance(*x.1).total_cmp(&y.0.distance(*y.1)));
    let Some((a, b)) = far else { return 0.0 };
    let base = a.distance(*b).max(1e-9);
    let off = |p: &Point<Mm>| ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)).abs() / base;
    points.iter().map(off).fold(0.0, f64::max)
}
