//! Which resolution tags are believed.

use crate::geom::Dpi;
use crate::scan::Resolution;

/// No office scanner works outside these.
const DPI_RANGE: std::ops::RangeInclusive<f64> = 50.0..=1300.0;
/// What programs write when they know nothing; 72 and 96 dpi also as whole pixels a metre.
const PLACEHOLDERS: [f64; 2] = [72.0, 96.0];
const PLACEHOLDER_SLACK: f64 = 0.05;
/// Fax pages have 204 x 98 dpi; more than this between the axes is a broken tag.
const AXES_RATIO: f64 = 2.6;
const CM_PER_INCH: f64 = 2.54;

/// The resolution when it is credible; both in dots an inch.
pub(super) fn credible(x: f64, y: f64) -> Option<Resolution> {
    let both_in_range = DPI_RANGE.contains(&x) && DPI_RANGE.contains(&y);
    let placeholder = PLACEHOLDERS
        .iter()
        .any(|p| (x - p).abs() < PLACEHOLDER_SLACK && (y - p).abs() < PLACEHOLDER_SLACK);
    let skewed = x.max(y) > x.min(y) * AXES_RATIO;
    if !both_in_range || placeholder || skewed {
        return None;
    }
    Some(Resolution {
        x: Dpi::new(x)?,
        y: Dpi::new(y)?,
    })
}

/// From the unit of a TIFF or EXIF tag: 2 inch, 3 centimeter; 1 is no unit.
pub(super) fn from_unit(unit: u16, x: f64, y: f64) -> Option<Resolution> {
    match unit {
        2 => credible(x, y),
        3 => credible(x * CM_PER_INCH, y * CM_PER_INCH),
        _ => None,
    }
}

/// From pixels a metre (PNG, BMP).
pub(super) fn from_metre(x: u32, y: u32) -> Option<Resolution> {
    credible(f64::from(x) * 0.0254, f64::from(y) * 0.0254)
}

/// With the axes swapped, for a picture that was turned by a quarter.
pub(super) fn swapped(resolution: Resolution) -> Resolution {
    Resolution {
        x: resolution.y,
        y: resolution.x,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_tags_are_not_believed() {
        let dpi =
            |r: Option<Resolution>| r.map(|r| (r.x.get().round() as u32, r.y.get().round() as u32));
        assert_eq!(dpi(credible(204.0, 98.0)), Some((204, 98)));
        assert_eq!(dpi(from_unit(3, 118.11, 118.11)), Some((300, 300)));
        assert_eq!(dpi(from_metre(11_811, 11_811)), Some((300, 300)));
        for (x, y) in [
            (72.0, 72.0),
            (96.0, 96.0),
            (0.0, 0.0),
            (f64::NAN, 300.0),
            (4e9, 4e9),
            (300.0, 60.0),
        ] {
            assert_eq!(dpi(credible(x, y)), None, "{x} x {y}");
        }
        assert_eq!(dpi(from_metre(2835, 2835)), None, "72 dpi in metres");
        assert_eq!(dpi(from_metre(3780, 3780)), None, "96 dpi in metres");
        assert_eq!(dpi(from_unit(1, 300.0, 300.0)), None, "no unit");
    }
}
