//! Pages that are bent, of forms whose blank is not known: their boxes tell.

use super::*;

/// Four rows of nine boxes, so many mm apart, and marks in the corners.
pub(super) fn rows(apart: f64) -> Card {
    let place = |i: u32| {
        let (row, column) = (f64::from(i / 9), f64::from(i % 9));
        Rect::new(8.0 + 9.6 * column, 24.0 + apart * row, 6.0, 6.0)
    };
    Card {
        words: Vec::new(),
        boxes: (0..36).map(place).collect(),
        ..card(1, Some(MarkKind::Square))
    }
}

/// Twelve rows of nine small boxes, so many mm apart.
fn small_rows(apart: f64) -> Card {
    let place = |i: u32| {
        let (row, column) = (f64::from(i / 9), f64::from(i % 9));
        Rect::new(10.0 + 9.6 * column, 20.0 + apart * row, 2.6, 2.6)
    };
    Card {
        words: Vec::new(),
        boxes: (0..108).map(place).collect(),
        ..card(1, Some(MarkKind::Square))
    }
}

type Shift = fn(Point<Mm>) -> (f64, f64);

/// The raster as it shows when each point of the paper lies off by `shift` (mm).
fn bent(raster: &GrayImage, shift: Shift) -> GrayImage {
    let (w, h) = raster.dimensions();
    GrayImage::from_fn(w, h, |x, y| {
        let (dx, dy) = shift(Point::new(f64::from(x) / 16.0, f64::from(y) / 16.0));
        let from = |v: u32, by: f64, most: u32| {
            (f64::from(v) - by * 16.0).clamp(0.0, f64::from(most) - 1.0) as u32
        };
        *raster.get_pixel(from(x, dx, w), from(y, dy, h))
    })
}

/// Largest error over the boxes, each with its own correction, mm.
fn off(page: &Registered<'_>, (truth, shift): (&Transform<Mm, Px>, Shift)) -> f64 {
    let boxes = page.side.fields.iter().filter_map(|f| f.zone.area());
    boxes
        .map(|area| {
            let at = area.center();
            let (dx, dy) = shift(at);
            let seen = page.placed(area, at);
            seen.distance(truth.apply(Point::new(at.x + dx, at.y + dy))) / truth.scale_at(at)
        })
        .fold(0.0, f64::max)
}

fn registered(card: &Card, shift: Shift, judge: impl Fn(&Registered<'_>, f64)) {
    let (raster, form) = (bent(&card.raster(), shift), card.form(None));
    let (scan, truth) = scan(&raster, &CLEAN);
    let page = normalize(&scan);
    let candidate = candidate(&form, CLEAN.turn);
    let done = register(&page, &candidate).unwrap_or_else(|why| panic!("{}", why.detail));
    judge(&done, off(&done, (&truth, shift)));
}

#[test]
fn waves_and_slips_are_followed() {
    let bends: [(&str, Shift); 3] = [
        ("a wave", |p| {
            let wave = |v: f64| 0.5 * (std::f64::consts::TAU * v / 80.0).sin();
            (0.0, wave(p.x))
        }),
        ("a curl", |p| {
            (0.0, 1.2 * (std::f64::consts::PI * p.x / 100.0).sin())
        }),
        ("a slip", |p| (0.0, 0.02 * (p.y - 60.0).max(0.0))),
    ];
    for (name, shift) in bends {
        registered(&rows(30.0), shift, |page, off| {
            assert!(page.report.bend_mm > 0.2, "{name}: {:?}", page.report);
            assert!(off < 0.25, "{name}: off by {off:.2} mm");
        });
    }
}

/// As far as 2 % move the middle of A4: farther than half a small box, and than its edges are looked for.
#[test]
fn a_slip_by_more_than_half_a_box_is_followed() {
    let slips: [(&str, Shift); 3] = [
        ("from the middle on", |p| {
            (0.0, 0.04 * (p.y - 74.0).max(0.0))
        }),
        ("up to the middle", |p| (0.0, 0.035 * (80.0 - p.y).max(0.0))),
        ("sideways", |p| (-0.05 * (p.x - 40.0).max(0.0), 0.0)),
    ];
    for (name, shift) in slips {
        registered(&small_rows(9.0), shift, |page, off| {
            assert!(page.report.bend_mm > 0.9, "{name}: {:?}", page.report);
            assert!(off < 0.25, "{name}: off by {off:.2} mm");
        });
    }
}

#[test]
fn no_slip_makes_one_sheet_of_another() {
    let slip: Shift = |p| (0.0, 0.04 * (p.y - 74.0).max(0.0));
    let form = small_rows(9.0).form(None);
    for apart in [8.4, 7.8, 9.7] {
        let (scan, _) = scan(&bent(&small_rows(apart).raster(), slip), &CLEAN);
        let page = normalize(&scan);
        let candidate = candidate(&form, CLEAN.turn);
        if let Ok(done) = register(&page, &candidate) {
            assert!(done.local.bend.is_flat(), "{apart}: {:?}", done.report);
        }
    }
}

#[test]
fn a_flat_page_has_no_bend() {
    registered(
        &rows(30.0),
        |_| (0.0, 0.0),
        |page, off| {
            assert!(page.local.bend.is_flat() && off < 0.1, "{off:.2}");
        },
    );
}

#[test]
fn a_row_that_was_printed_lower_is_no_bend() {
    let lower: Shift = |p| {
        (
            0.0,
            if (44.0..58.0).contains(&p.y) {
                1.2
            } else {
                0.0
            },
        )
    };
    registered(&rows(12.0), lower, |page, _| {
        assert!(page.local.bend.is_flat(), "{:?}", page.report);
    });
}
