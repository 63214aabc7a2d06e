use std::collections::BTreeSet;

use image::{GrayImage, Luma};
use regex::Regex;

use super::*;
use crate::digest::Digest;
use crate::engine::barcodes::{Readers, drawn};
use crate::form::{Anchors, Blank, FormId, FormMark, Key, PrintItem, Role};
use crate::geom::{Rect, Size};
use crate::lang::Text;
use crate::normalize::normalize;
use crate::scan::Scan;

pub(crate) const CARD: Size = Size { w: 100.0, h: 148.0 };
pub(crate) const DPI: f64 = 200.0;

/// What is dark at a place of the upright paper, in mm.
pub(crate) type Paint<'a> = Box<dyn Fn(f64, f64) -> bool + 'a>;

/// The paper as scanned, turned and askew about its middle, on white.
pub(crate) fn scan(
    size: Size,
    turn: QuarterTurn,
    skew_cw_degrees: f64,
    paint: &dyn Fn(f64, f64) -> bool,
) -> Scan {
    let k = DPI / 25.4;
    let (w, h) = if turn.swaps_sides() {
        (size.h, size.w)
    } else {
        (size.w, size.h)
    };
    let (sin, cos) = (f64::from(turn.degrees()) + skew_cw_degrees)
        .to_radians()
        .sin_cos();
    let gray = GrayImage::from_fn((w * k) as u32, (h * k) as u32, |x, y| {
        let (dx, dy) = (f64::from(x) / k - w / 2.0, f64::from(y) / k - h / 2.0);
        let at = (
            cos * dx + sin * dy + size.w / 2.0,
            cos * dy - sin * dx + size.h / 2.0,
        );
        Luma([if paint(at.0, at.1) { 40 } else { 245 }])
    });
    crate::scan::drawn(gray, Some(DPI))
}

/// Frames and bars that differ from form to form.
fn print(seed: u32) -> Paint<'static> {
    let boxes: Vec<Rect<Mm>> = (0..14u32)
        .map(|i| {
            let v = (i + 1)
                .wrapping_mul(2_654_435_761)
                .wrapping_add(seed.wrapping_mul(40_503_721));
            let part = |shift: u32, most: f64| f64::from(v >> shift & 0xff) / 255.0 * most;
            Rect::new(
                6.0 + part(0, 62.0),
                8.0 + part(8, 120.0),
                6.0 + part(16, 20.0),
                3.0 + part(24, 6.0),
            )
        })
        .collect();
    Box::new(move |x, y| {
        boxes.iter().any(|b| {
            let inside = x > b.x && x < b.right() && y > b.y && y < b.bottom();
            let core =
                x > b.x + 0.6 && x < b.right() - 0.6 && y > b.y + 0.6 && y < b.bottom() - 0.6;
            inside && !core
        })
    })
}

pub(crate) fn with_symbol<'a>(
    base: &'a dyn Fn(f64, f64) -> bool,
    symbology: Symbology,
    text: &str,
    rect: Rect<Mm>,
) -> Paint<'a> {
    let cells = drawn::cells(symbology, text);
    Box::new(move |x, y| {
        if x < rect.x - 3.0 || x > rect.right() + 3.0 || y < rect.y - 2.0 || y > rect.bottom() + 2.0
        {
            return base(x, y);
        }
        let (c, r) = ((x - rect.x) / rect.w, (y - rect.y) / rect.h);
        let inside = (0.0..1.0).contains(&c) && (0.0..1.0).contains(&r);
        inside && {
            let row = &cells[(r * cells.len() as f64) as usize];
            row[(c * row.len() as f64) as usize]
        }
    })
}

pub(crate) fn form(
    name: &str,
    paint: &dyn Fn(f64, f64) -> bool,
    key: Option<Key>,
    mark: Option<FormMark>,
) -> Arc<Form> {
    let picture = scan(CARD, QuarterTurn::None, 0.0, paint).picture.gray;
    let side = Side {
        id: "answer".into(),
        size: CARD,
        anchors: Anchors::Auto,
        blank: Some(Blank {
            gray: Arc::new(picture),
            px_per_mm: DPI / 25.4,
        }),
        key,
        mark,
        fields: Vec::new(),
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: false,
    };
    Arc::new(Form {
        id: FormId(name.into()),
        edition: 1,
        title: Text::default(),
        role: Role::Reply,
        sides: vec![side],
        digest: Digest::of(name.as_bytes()),
    })
}

pub(crate) fn codabar_key(zone: Option<Rect<Mm>>) -> Key {
    Key {
        zone,
        symbologies: BTreeSet::from([Symbology::Codabar]),
        pattern: Regex::new(r"^A?(?<key>\d{10})A?$").unwrap(),
        check: None,
        required: true,
        record: Vec::new(),
        listed: None,
    }
}

/// No barcode is asked for, so nobody may look for one.
struct Nobody;

impl BarcodeReader for Nobody {
    fn read_zone(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        panic!("no form has a barcode")
    }

    fn read_page(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        panic!("no form has a barcode")
    }
}

#[test]
fn the_layout_tells_form_and_turn_among_twenty() {
    let names: Vec<String> = (0..20).map(|i| format!("form-{i:02}")).collect();
    let forms = names
        .iter()
        .zip(0..)
        .map(|(n, i)| form(n, &*print(i), None, None))
        .collect();
    let library = Library::new(forms);
    for (seed, turn) in [
        (3, QuarterTurn::None),
        (7, QuarterTurn::Half),
        (11, QuarterTurn::Cw90),
        (19, QuarterTurn::Cw270),
    ] {
        let paint = print(seed);
        let page = scan(CARD, turn, 1.5, &*paint);
        let found = identify(&normalize(&page), &library, &Nobody);
        let first = &found.candidates[0];
        assert_eq!(
            (first.form.id.0.as_str(), first.turn),
            (names[seed as usize].as_str(), turn)
        );
        assert!(!first.by_barcode && first.coarse.is_some());
        assert!(found.candidates.len() <= 8);
        assert!(found.candidates.len() + found.others.len() <= 24);
    }
}

/// Frames that look alike upside down, on forms whose print is not wholly known: however many of them
/// compete, a side is tried in both ways round or in none.
#[test]
fn two_ways_round_of_a_side_are_tried_together() {
    let alike = |seed: u32| -> Paint<'static> {
        let (one, two) = (print(seed), print(seed));
        Box::new(move |x, y| one(x, y) || two(CARD.w - x, CARD.h - y))
    };
    for count in 1..=8 {
        let forms = (0..count).map(|i| {
            let mut sketched = (*form(&format!("form-{i}"), &*alike(i), None, None)).clone();
            sketched.sides[0].print = vec![PrintItem::Box {
                rect: Rect::new(10.0, 10.0, 5.0, 5.0),
                width: 0.3,
                gray: 0,
                fill: None,
            }];
            Arc::new(sketched)
        });
        let library = Library::new(forms.collect());
        let paint = alike(0);
        let page = scan(CARD, QuarterTurn::None, 0.3, &*paint);
        let found = identify(&normalize(&page), &library, &Nobody);
        let first = &found.candidates[0];
        assert_eq!(first.form.id.0, "form-0");
        assert!(found.candidates.iter().all(|c| !c.has_whole_blank()));
        let names = |list: &[Candidate]| -> BTreeSet<String> {
            list.iter().map(|c| c.form.id.0.clone()).collect()
        };
        let (best, others) = (names(&found.candidates), names(&found.others));
        assert!(best.is_disjoint(&others), "{count}: {best:?} {others:?}");
        let turns = found
            .candidates
            .iter()
            .filter(|c| c.form.id == first.form.id);
        assert_eq!(turns.count(), 2, "{count}");
    }
}

#[test]
fn a_mark_names_the_form_whatever_the_layout_says() {
    let (one, two) = (print(1), print(2));
    let mark = |text: &str| FormMark {
        symbologies: BTreeSet::from([Symbology::Qr]),
        pattern: Regex::new(text).unwrap(),
    };
    let library = Library::new(vec![
        form("one", &*one, None, Some(mark("^F1$"))),
        form("two", &*two, None, Some(mark("^F2$"))),
    ]);
    // The mark of the second form on the print of the first.
    let paint = with_symbol(
        &*one,
        Symbology::Qr,
        "F2",
        Rect::new(80.0, 130.0, 10.0, 10.0),
    );
    let page = scan(CARD, QuarterTurn::Half, -1.0, &*paint);
    let found = identify(&normalize(&page), &library, &Readers);
    assert!(!found.candidates.is_empty());
    assert!(
        found
            .candidates
            .iter()
            .all(|c| c.form.id.0 == "two" && c.by_barcode)
    );
    assert_eq!(found.barcodes[0].text, "F2");
}

#[test]
fn a_key_in_its_zone_tells_which_way_up_a_symmetric_card_lies() {
    // The same frame seen from both ends.
    let frame = |x: f64, y: f64| {
        let inside = x > 10.0 && x < 90.0 && y > 30.0 && y < 118.0;
        inside && !(x > 11.0 && x < 89.0 && y > 31.0 && y < 117.0)
    };
    let zone = Rect::new(48.0, 8.0, 44.0, 8.0);
    let library = Library::new(vec![form(
        "card",
        &frame,
        Some(codabar_key(Some(zone))),
        None,
    )]);
    let paint = with_symbol(&frame, Symbology::Codabar, "A0012345678A", zone);
    for turn in QuarterTurn::ALL {
        let page = scan(CARD, turn, 0.8, &*paint);
        let found = identify(&normalize(&page), &library, &Readers);
        assert_eq!(found.candidates[0].turn, turn);
        assert_eq!(found.barcodes[0].text, "A0012345678A");
    }
}

#[test]
fn patch_codes_are_separators_in_all_turns() {
    let codes = [
        ("1", "1100"),
        ("2", "1001"),
        ("3", "1010"),
        ("4", "0110"),
        ("6", "0011"),
        ("t", "0101"),
    ];
    let library = Library::new(vec![form("card", &*print(5), None, None)]);
    let a5 = Size { w: 148.0, h: 210.0 };
    for (name, wide) in codes {
        // Bars across the sheet, the first nearest to the top edge.
        let mut edges = Vec::new();
        let mut y = 14.0;
        for bar in wide.chars() {
            let width = if bar == '1' { 5.08 } else { 2.03 };
            edges.push((y, y + width));
            y += width + 2.03;
        }
        let paint = |x: f64, y: f64| {
            (44.0..104.0).contains(&x) && edges.iter().any(|(from, to)| y >= *from && y < *to)
        };
        for (turn, skew) in QuarterTurn::ALL.into_iter().zip([0.0, 2.0, -3.0, 1.0]) {
            let page = scan(a5, turn, skew, &paint);
            let found = identify(&normalize(&page), &library, &Nobody);
            assert_eq!(found.separator, Some(format!("patch-{name}")), "{turn:?}");
            assert!(found.candidates.is_empty());
        }
    }
}

#[test]
fn forms_and_barcodes_are_no_patch_codes() {
    for seed in 0..8 {
        let paint = print(seed);
        let coded = with_symbol(
            &*paint,
            Symbology::Code39,
            "PATCH-2",
            Rect::new(10.0, 60.0, 80.0, 40.0),
        );
        for turn in QuarterTurn::ALL {
            assert_eq!(
                patch::find(&normalize(&scan(CARD, turn, 0.5, &*paint))),
                None
            );
            assert_eq!(
                patch::find(&normalize(&scan(CARD, turn, 0.0, &*coded))),
                None
            );
        }
    }
}
