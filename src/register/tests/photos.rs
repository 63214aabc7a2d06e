//! Photos of a card on a table: no resolution, the sheet seen from the side.

use super::*;
use crate::normalize::layout::by_border;

/// Corners of the card in the picture, clockwise, and how bright the table is.
#[derive(Clone, Copy)]
struct Shot {
    name: &'static str,
    corners: [(f64, f64); 4],
    table: u8,
    turn: QuarterTurn,
}

const SIZE_PX: (u32, u32) = (1500, 2000);

fn shots() -> [Shot; 3] {
    let shot = |name, corners, table, turn| Shot {
        name,
        corners,
        table,
        turn,
    };
    [
        shot(
            "from the front",
            [
                (420.0, 330.0),
                (1080.0, 320.0),
                (1240.0, 1560.0),
                (290.0, 1580.0),
            ],
            40,
            QuarterTurn::None,
        ),
        shot(
            "from the side",
            [
                (300.0, 300.0),
                (1190.0, 380.0),
                (1210.0, 1620.0),
                (240.0, 1700.0),
            ],
            120,
            QuarterTurn::None,
        ),
        shot(
            "lying across",
            [
                (90.0, 700.0),
                (1380.0, 620.0),
                (1420.0, 1450.0),
                (160.0, 1560.0),
            ],
            70,
            QuarterTurn::Cw270,
        ),
    ]
}

fn laid(shot: &Shot) -> Transform<Mm, Px> {
    let mut corners = shot.corners.map(|(x, y)| Point::new(x, y));
    corners.rotate_left((shot.turn.degrees() / 90) as usize);
    Transform::of_corners(Rect::new(0.0, 0.0, SIZE.w, SIZE.h), corners).expect("a sheet")
}

fn photo(raster: &GrayImage, shot: &Shot) -> (Scan, Transform<Mm, Px>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let to_px = laid(shot);
    let back = to_px.inverse().expect("a sheet is not flat");
    let paper = Rect::new(0.0, 0.0, SIZE.w, SIZE.h);
    let level = |p: Point<Mm>| {
        if !paper.contains(p) {
            return f64::from(shot.table);
        }
        // A lamp on one side.
        let light = 0.8 + 0.15 * p.x / SIZE.w;
        let cell = |mm: f64, most: u32| ((mm * 16.0) as u32).min(most - 1);
        light * f64::from(raster.get_pixel(cell(p.x, 1600), cell(p.y, 2368))[0])
    };
    let gray = GrayImage::from_fn(SIZE_PX.0, SIZE_PX.1, |x, y| {
        let mut sum = 0.0;
        for (ox, oy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
            sum += level(back.apply(Point::new(f64::from(x) + ox, f64::from(y) + oy)));
        }
        Luma([(sum / 4.0 + rng.random_range(-6.0..6.0)).clamp(0.0, 255.0) as u8])
    });
    let (mut scan, _) = scan(&GrayImage::new(1600, 2368), &CLEAN);
    scan.picture.gray = gray;
    scan.resolution = None;
    (scan, to_px)
}

#[track_caller]
fn check_shot(shot: &Shot, (form, raster): (&Arc<Form>, &GrayImage), limit: f64) {
    let (scan, truth) = photo(raster, shot);
    let page = normalize(&scan);
    let by_border = by_border(&page, &form.sides[0], shot.turn).expect("the sheet's border");
    for c in Rect::<Mm>::new(0.0, 0.0, SIZE.w, SIZE.h).corners() {
        let off = by_border.apply(c).distance(truth.apply(c)) / truth.scale_at(c);
        assert!(off < 0.6, "{}: border off by {off:.2} mm", shot.name);
    }
    let candidate = candidate(form, shot.turn);
    let done = register(&page, &candidate);
    let done = done.unwrap_or_else(|why| panic!("{}: {}", shot.name, why.detail));
    let off = error(&done, &truth);
    assert!(
        off < limit,
        "{}: off by {off:.3} mm, {:?}",
        shot.name,
        done.report
    );
}

#[test]
fn a_sheet_on_a_table_registers_by_its_marks_from_any_side() {
    for kind in [MarkKind::Disc, MarkKind::LTopLeft] {
        let card = card(1, Some(kind));
        let (raster, form) = (card.raster(), card.form(None));
        for shot in shots() {
            check_shot(&shot, (&form, &raster), 0.3);
        }
    }
}

#[test]
fn a_sheet_on_a_table_registers_by_its_print_and_never_wrong() {
    let card = card(1, None);
    let raster = card.raster();
    let form = card.form(Some(&raster));
    check_shot(&shots()[0], (&form, &raster), 0.3);
    // A steeper view may be refused, never laid wrong.
    for shot in &shots()[1..] {
        let (scan, truth) = photo(&raster, shot);
        let page = normalize(&scan);
        let candidate = candidate(&form, shot.turn);
        if let Ok(done) = register(&page, &candidate) {
            let off = error(&done, &truth);
            assert!(off < 0.3, "{}: off by {off:.3} mm", shot.name);
        }
    }
}

#[test]
fn another_card_on_the_table_is_refused() {
    let (own, other) = (card(1, None), card(2, None));
    let form = own.form(Some(&own.raster()));
    for shot in shots() {
        let (scan, _) = photo(&other.raster(), &shot);
        let page = normalize(&scan);
        for turn in QuarterTurn::ALL {
            let why = register(&page, &candidate(&form, turn)).expect_err(shot.name);
            assert_eq!(why.reason, Reason::RegResidual);
        }
    }
}

#[test]
fn a_sheet_that_leaves_the_picture_has_no_border() {
    let card = card(1, None);
    for corners in [
        [
            (-40.0, 330.0),
            (1080.0, 320.0),
            (1240.0, 1560.0),
            (-60.0, 1580.0),
        ],
        [
            (420.0, 330.0),
            (1080.0, 320.0),
            (1240.0, 2060.0),
            (290.0, 2080.0),
        ],
    ] {
        let shot = Shot {
            corners,
            ..shots()[0]
        };
        let (scan, _) = photo(&card.raster(), &shot);
        assert_eq!(normalize(&scan).border, None);
    }
}
