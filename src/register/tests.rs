//! Drawn pages with a known transform: what is registered is within 0.25 mm everywhere, and what
//! is not the form, or not this way round, is refused.

use std::sync::Arc;

use image::Luma;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::digest::Digest;
use crate::form::{
    AnchorMark, Blank, BoxShape, Corrected, CrossMeans, Field, FieldId, Form, FormId, MarkKind,
    MarkOption, MarkZone, Role, ValueKind, Zone,
};
use crate::geom::{QuarterTurn, Size};
use crate::lang::Text;
use crate::normalize::normalize;
use crate::scan::drawn;

mod bent;
mod lacking;
mod photos;

const SIZE: Size = Size { w: 100.0, h: 148.0 };
const BLANK_SCALE: f64 = 8.0;

/// What a card shows: words, answer boxes, and marks in the corners.
struct Card {
    words: Vec<Rect<Mm>>,
    boxes: Vec<Rect<Mm>>,
    marks: Vec<AnchorMark>,
}

fn card(seed: u64, kind: Option<MarkKind>) -> Card {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut words = Vec::new();
    for line in 0..14 {
        let (y, mut x) = (
            14.0 + 8.5 * f64::from(line),
            8.0 + rng.random_range(0.0..12.0),
        );
        while x < 88.0 && rng.random_bool(0.9) {
            // Characters of a few strokes each.
            for _ in 0..3 {
                let (dx, dy) = (rng.random_range(0.0..2.0), rng.random_range(0.0..2.4));
                words.push(Rect::new(x + dx, y, 0.35, 2.8));
                words.push(Rect::new(x, y + dy, 2.4, 0.35));
            }
            x += if rng.random_bool(0.25) { 9.0 } else { 3.2 };
        }
    }
    let boxes = (0..10)
        .map(|i| {
            Rect::new(
                12.0 + 8.0 * f64::from(i % 9),
                19.0 + 17.0 * f64::from(i % 7),
                4.0,
                4.0,
            )
        })
        .collect();
    let corners = [(6.0, 6.0), (94.0, 6.0), (6.0, 142.0), (94.0, 142.0)];
    let ls = [
        MarkKind::LTopLeft,
        MarkKind::LTopRight,
        MarkKind::LBottomLeft,
        MarkKind::LBottomRight,
    ];
    let marks = kind.map_or(Vec::new(), |kind| {
        let pick = |i: usize| {
            if kind == MarkKind::LTopLeft {
                ls[i]
            } else {
                kind
            }
        };
        let mark = |(i, &(x, y)): (usize, &(f64, f64))| AnchorMark {
            kind: pick(i),
            at: Point::new(x, y),
            size: 4.0,
            height: 4.0,
        };
        corners.iter().enumerate().map(mark).collect()
    });
    Card {
        words,
        boxes,
        marks,
    }
}

impl Card {
    /// The print as a lookup at 16 cells a millimetre.
    fn raster(&self) -> GrayImage {
        let mut out = GrayImage::from_pixel(1600, 2368, Luma([240]));
        let mut draw = |area: Rect<Mm>, inked: &dyn Fn(Point<Mm>) -> bool| {
            let cell = |mm: f64, most: u32| ((mm * 16.0).round().max(0.0) as u32).min(most);
            for y in cell(area.y, 2368)..cell(area.bottom(), 2368) {
                for x in cell(area.x, 1600)..cell(area.right(), 1600) {
                    let at = Point::new((f64::from(x) + 0.5) / 16.0, (f64::from(y) + 0.5) / 16.0);
                    if inked(at) {
                        out.put_pixel(x, y, Luma([30]));
                    }
                }
            }
        };
        for word in &self.words {
            draw(*word, &|_| true);
        }
        for r in &self.boxes {
            draw(r.inflate(0.15), &|p| !r.inflate(-0.15).contains(p));
        }
        for m in &self.marks {
            let around = Rect::new(m.at.x - m.size, m.at.y - m.size, 2.0 * m.size, 2.0 * m.size);
            draw(around, &|p| in_mark(m, p));
        }
        out
    }

    fn form(&self, blank: Option<&GrayImage>) -> Arc<Form> {
        let field = |(i, r): (usize, &Rect<Mm>)| {
            Field::new(
                FieldId(format!("f{i}")),
                Zone::Marks(MarkZone {
                    options: vec![MarkOption {
                        value: "x".into(),
                        label: "x".into(),
                        boxed: Some(*r),
                        word: None,
                    }],
                    at_most: 1,
                    at_least: 0,
                    shape: BoxShape::Square,
                    cross_means: CrossMeans::Ask,
                    corrected: Corrected::Ask,
                }),
                ValueKind::Choice,
            )
        };
        let side = Side {
            id: "answer".into(),
            size: SIZE,
            anchors: if self.marks.is_empty() {
                Anchors::Auto
            } else {
                Anchors::Marks(self.marks.clone())
            },
            blank: blank.map(|raster| Blank {
                gray: Arc::new(crate::raster::box_reduce(raster, 2)),
                px_per_mm: BLANK_SCALE,
            }),
            key: None,
            mark: None,
            fields: self.boxes.iter().enumerate().map(field).collect(),
            print: Vec::new(),
            rules: Vec::new(),
            margin_notes: false,
        };
        Arc::new(Form {
            id: FormId("drawn".into()),
            edition: 1,
            title: Text::default(),
            role: Role::Reply,
            sides: vec![side],
            digest: Digest::of(b""),
        })
    }
}

fn in_mark(m: &AnchorMark, p: Point<Mm>) -> bool {
    let (dx, dy) = (p.x - m.at.x, p.y - m.at.y);
    let half = m.size / 2.0;
    let arm = |sx: f64, sy: f64| {
        let (u, v) = (dx * sx, dy * sy);
        u >= 0.0 && v >= 0.0 && ((u < m.size && v < 0.6) || (v < m.size && u < 0.6))
    };
    match m.kind {
        MarkKind::Square | MarkKind::Bar => dx.abs() < half && dy.abs() < m.height / 2.0,
        MarkKind::Disc => dx.hypot(dy) < half,
        MarkKind::Cross => {
            (dx.abs() < half && dy.abs() < 0.3) || (dy.abs() < half && dx.abs() < 0.3)
        }
        MarkKind::LTopLeft => arm(1.0, 1.0),
        MarkKind::LTopRight => arm(-1.0, 1.0),
        MarkKind::LBottomLeft => arm(1.0, -1.0),
        MarkKind::LBottomRight => arm(-1.0, -1.0),
    }
}

/// What happens to a card on its way into a file.
#[derive(Clone, Copy)]
struct Wear {
    dpi: f64,
    skew: f64,
    turn: QuarterTurn,
    stretch: (f64, f64),
    perspective: f64,
    /// A corner torn off (0-3, clockwise from the top-left), with 16 mm of paper.
    torn: Option<usize>,
    black_border: bool,
    scribbles: u32,
    seed: u64,
}

const CLEAN: Wear = Wear {
    dpi: 200.0,
    skew: 0.0,
    turn: QuarterTurn::None,
    stretch: (1.0, 1.0),
    perspective: 0.0,
    torn: None,
    black_border: false,
    scribbles: 0,
    seed: 1,
};

fn truth(wear: &Wear, (w, h): (f64, f64)) -> Transform<Mm, Px> {
    let k = wear.dpi / 25.4;
    let angle = (f64::from(wear.turn.degrees()) + wear.skew).to_radians();
    let (sin, cos) = angle.sin_cos();
    let p = wear.perspective;
    let about = Transform::<Mm, Mm>::affine(1.0, 0.0, -50.0, 0.0, 1.0, -74.0);
    let stretch = Transform::<Mm, Mm>::affine(wear.stretch.0, 0.0, 0.0, 0.0, wear.stretch.1, 0.0);
    let bend = Transform::<Mm, Mm>::from_matrix([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, p, 0.7 * p, 1.0]);
    let turn = Transform::<Mm, Px>::affine(k * cos, -k * sin, w / 2.0, k * sin, k * cos, h / 2.0);
    about.then(&stretch).then(&bend).then(&turn)
}

/// The scan and the true transform.
fn scan(raster: &GrayImage, wear: &Wear) -> (Scan, Transform<Mm, Px>) {
    let mut rng = ChaCha8Rng::seed_from_u64(wear.seed);
    let k = wear.dpi / 25.4;
    let (w, h) = if wear.turn.swaps_sides() {
        (148.0, 100.0)
    } else {
        (100.0, 148.0)
    };
    let room = if wear.skew.abs() > 5.0 { 1.2 } else { 1.07 };
    let (w, h) = ((w * k * room) as u32, (h * k * room) as u32);
    let to_px = truth(wear, (f64::from(w), f64::from(h)));
    let back = to_px.inverse().expect("a page is not flat");
    // Place, direction, length.
    let strokes: Vec<(Point<Mm>, (f64, f64), f64)> = (0..wear.scribbles)
        .map(|_| {
            let at = Point::new(rng.random_range(5.0..95.0), rng.random_range(5.0..140.0));
            let angle = rng.random_range(0.0..std::f64::consts::TAU);
            (at, angle.sin_cos(), rng.random_range(3.0..25.0))
        })
        .collect();
    let paper = Rect::new(0.0, 0.0, SIZE.w, SIZE.h);
    let backing = if wear.black_border { 15.0 } else { 250.0 };
    let level = |p: Point<Mm>| {
        let corner = wear.torn.map(|c| paper.corners()[c]);
        if !paper.contains(p)
            || corner.is_some_and(|c| (c.x - p.x).abs() + (c.y - p.y).abs() < 16.0)
        {
            return backing;
        }
        let pen = strokes.iter().any(|(at, (sin, cos), length)| {
            let (dx, dy) = (p.x - at.x, p.y - at.y);
            let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
            let near = along > 0.0 && along < *length && across.abs() < 1.3;
            near && (across - (along * 0.8).sin()).abs() < 0.25
        });
        if pen {
            60.0
        } else {
            f64::from(raster.get_pixel((p.x * 16.0) as u32, (p.y * 16.0) as u32)[0])
        }
    };
    let gray = GrayImage::from_fn(w, h, |x, y| {
        let mut sum = 0.0;
        for (ox, oy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
            sum += level(back.apply(Point::new(f64::from(x) + ox, f64::from(y) + oy)));
        }
        Luma([(sum / 4.0 + rng.random_range(-9.0..9.0)).clamp(0.0, 255.0) as u8])
    });
    (drawn(gray, Some(wear.dpi)), to_px)
}

fn candidate(form: &Arc<Form>, turn: QuarterTurn) -> Candidate {
    Candidate {
        form: form.clone(),
        side: 0,
        turn,
        coarse: None,
        score: 0.0,
        by_key: false,
        by_barcode: false,
    }
}

/// Largest error over the side's fields, mm.
fn error(page: &Registered<'_>, truth: &Transform<Mm, Px>) -> f64 {
    let fields = page.side.fields.iter().filter_map(|f| f.zone.area());
    fields
        .flat_map(Rect::corners)
        .map(|p| page.to_px.apply(p).distance(truth.apply(p)) / truth.scale_at(p))
        .fold(0.0, f64::max)
}

#[track_caller]
fn check(name: &str, (form, raster): (&Arc<Form>, &GrayImage), wear: &Wear, limit: f64) {
    let (scan, truth) = scan(raster, wear);
    let page = normalize(&scan);
    let candidate = candidate(form, wear.turn);
    match register(&page, &candidate) {
        Ok(done) => {
            let off = error(&done, &truth);
            assert!(off < limit, "{name}: off by {off:.3} mm, {:?}", done.report);
            // Who has the picture alone finds the fields where the page was laid.
            let place = Place::of(&done);
            let kept = place
                .on_picture((scan.width(), scan.height()))
                .expect("laid");
            let off = error(&done, &kept);
            assert!(off < 0.01, "{name}: kept {off:.3} mm off");
        }
        Err(why) => panic!("{name}: {}", why.detail),
    }
}

fn wears() -> Vec<(&'static str, Wear)> {
    let with = |name, seed, change: fn(&mut Wear)| {
        let mut wear = Wear { seed, ..CLEAN };
        change(&mut wear);
        (name, wear)
    };
    vec![
        ("clean", CLEAN),
        with("skewed", 2, |w| w.skew = -4.3),
        with("much skewed", 3, |w| w.skew = 8.0),
        with("upside down", 4, |w| {
            w.turn = QuarterTurn::Half;
            w.skew = 1.2;
        }),
        with("on its side", 5, |w| {
            w.turn = QuarterTurn::Cw90;
            w.skew = -0.8;
        }),
        with("on its other side", 6, |w| w.turn = QuarterTurn::Cw270),
        with("printed small", 7, |w| w.stretch = (0.95, 0.95)),
        with("printed large and stretched", 8, |w| {
            w.stretch = (1.03, 1.05);
            w.skew = 2.0;
        }),
        with("black border", 9, |w| {
            w.black_border = true;
            w.skew = 3.0;
        }),
        with("written all over", 10, |w| {
            w.scribbles = 40;
            w.skew = 0.5;
        }),
        with("300 dpi", 11, |w| {
            w.dpi = 300.0;
            w.skew = -1.0;
            w.scribbles = 10;
        }),
    ]
}

#[test]
fn marks_of_every_kind_register_within_a_quarter_millimetre() {
    for kind in [
        MarkKind::Square,
        MarkKind::Disc,
        MarkKind::Cross,
        MarkKind::LTopLeft,
    ] {
        let card = card(1, Some(kind));
        let (raster, form) = (card.raster(), card.form(None));
        for (name, wear) in wears() {
            check(&format!("{kind:?}, {name}"), (&form, &raster), &wear, 0.25);
        }
    }
}

#[test]
fn any_one_mark_may_be_lost() {
    let card = card(1, Some(MarkKind::Square));
    let (raster, form) = (card.raster(), card.form(None));
    for corner in 0..4 {
        for black_border in [false, true] {
            let wear = Wear {
                torn: Some(corner),
                skew: 1.5,
                black_border,
                scribbles: 12,
                ..CLEAN
            };
            check(&format!("corner {corner}"), (&form, &raster), &wear, 0.25);
        }
    }
}

#[test]
fn a_photo_with_perspective_registers_by_four_marks() {
    let card = card(1, Some(MarkKind::Disc));
    let (raster, form) = (card.raster(), card.form(None));
    let wear = Wear {
        perspective: 4e-4,
        skew: 2.0,
        ..CLEAN
    };
    check("photo", (&form, &raster), &wear, 0.25);
}

#[test]
fn a_form_without_marks_registers_by_its_print() {
    let card = card(1, None);
    let raster = card.raster();
    let form = card.form(Some(&raster));
    for (name, wear) in wears() {
        check(name, (&form, &raster), &wear, 0.25);
    }
    for corner in 0..4 {
        let wear = Wear {
            torn: Some(corner),
            black_border: true,
            skew: -2.0,
            ..CLEAN
        };
        check(&format!("corner {corner}"), (&form, &raster), &wear, 0.25);
    }
}

#[test]
fn another_form_or_turn_is_refused() {
    for kind in [None, Some(MarkKind::Square)] {
        let (own, other) = (card(1, kind), card(2, kind));
        let mut other = Card {
            boxes: Vec::new(),
            ..other
        };
        other.boxes = own
            .boxes
            .iter()
            .map(|r| Rect::new(96.0 - r.x, r.y + 5.5, 4.0, 4.0))
            .collect();
        let raster = own.raster();
        let other_raster = other.raster();
        let form = own.form(kind.is_none().then_some(&raster));
        for seed in 0..3 {
            let wear = Wear {
                skew: f64::from(seed as u32) - 1.0,
                scribbles: 15,
                seed,
                ..CLEAN
            };
            let (foreign, _) = scan(&other_raster, &wear);
            let page = normalize(&foreign);
            for turn in QuarterTurn::ALL {
                let candidate = candidate(&form, turn);
                let done = register(&page, &candidate);
                assert!(
                    done.is_err(),
                    "{kind:?} {turn:?}: {:?}",
                    done.map(|d| d.report)
                );
            }
            let (own_scan, _) = scan(&raster, &wear);
            let page = normalize(&own_scan);
            for turn in &QuarterTurn::ALL[1..] {
                let candidate = candidate(&form, *turn);
                let done = register(&page, &candidate);
                assert!(
                    done.is_err(),
                    "{kind:?} {turn:?}: {:?}",
                    done.map(|d| d.report)
                );
            }
        }
    }
}

#[test]
fn a_blank_page_is_refused() {
    let card = card(1, Some(MarkKind::Square));
    let form = card.form(None);
    let empty = GrayImage::from_pixel(1600, 2368, Luma([240]));
    let (scan, _) = scan(&empty, &CLEAN);
    let page = normalize(&scan);
    let candidate = candidate(&form, QuarterTurn::None);
    let why = register(&page, &candidate).expect_err("nothing is there");
    assert_eq!(why.reason, Reason::RegResidual);
}

#[test]
fn a_field_that_has_moved_is_found_again() {
    let card = card(1, Some(MarkKind::Square));
    // The print of everything but the marks is 0.8 mm to the right and 0.5 mm down.
    let shifted = Card {
        words: card
            .words
            .iter()
            .map(|r| Rect::new(r.x + 0.8, r.y + 0.5, r.w, r.h))
            .collect(),
        boxes: card
            .boxes
            .iter()
            .map(|r| Rect::new(r.x + 0.8, r.y + 0.5, r.w, r.h))
            .collect(),
        marks: card.marks.clone(),
    };
    let raster = card.raster();
    for form in [card.form(None), card.form(Some(&raster))] {
        let (scan, truth) = scan(&shifted.raster(), &Wear { skew: 1.0, ..CLEAN });
        let page = normalize(&scan);
        let candidate = candidate(&form, QuarterTurn::None);
        let done = match register(&page, &candidate) {
            Ok(done) => done,
            Err(why) => panic!("{}", why.detail),
        };
        for area in done.side.fields.iter().filter_map(|f| f.zone.area()) {
            let (_, moved) = done.refined(area);
            let p = area.center();
            let expected = truth.apply(Point::new(p.x + 0.8, p.y + 0.5));
            let off = done.placed(area, p).distance(expected) / truth.scale_at(p);
            assert!(off < 0.2, "{area:?}: off by {off:.2} mm, moved {moved:.2}");
        }
    }
}
