//! Cells drawn here, read by the real networks.

use std::path::Path;
use std::sync::Arc;

use image::{GrayImage, Luma};

use super::*;
use crate::engine::characters::{Network, networks};
use crate::engine::{Barcode, BarcodeReader};
use crate::form::{Anchors, Blank, Side, Symbology};
use crate::geom::{Size, Transform};
use crate::normalize::Levels;
use crate::register::RegistrationReport;
use crate::scan::drawn;

/// Page pixels a millimeter.
const SCALE: f64 = 12.0;

struct NoBarcodes;

impl BarcodeReader for NoBarcodes {
    fn read_zone(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
    fn read_page(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
}

fn engines() -> Engines {
    Engines {
        barcodes: Box::new(NoBarcodes),
        characters: networks().expect("networks"),
        lines: None,
        print: None,
    }
}

/// A page of 80 x 20 mm, white, with four cells of 7 x 9 mm.
struct Sheet {
    gray: GrayImage,
    blank: Option<GrayImage>,
}

fn cells() -> Vec<Rect<Mm>> {
    (0..4)
        .map(|k| Rect::new(5.0 + 8.0 * f64::from(k), 5.0, 7.0, 9.0))
        .collect()
}

impl Sheet {
    fn empty() -> Self {
        Self {
            gray: GrayImage::from_pixel(960, 240, Luma([250])),
            blank: None,
        }
    }

    /// With lines of 0.3 mm round the cells.
    fn framed() -> Self {
        let mut sheet = Self::empty();
        for c in cells() {
            let corners = c.inflate(0.15).corners();
            for k in 0..4 {
                let (a, b) = (corners[k], corners[(k + 1) % 4]);
                sheet.line((a.x, a.y), (b.x, b.y), 0.3, 90);
            }
        }
        sheet
    }

    /// A stroke in millimeters with round ends.
    fn line(&mut self, a: (f64, f64), b: (f64, f64), width: f64, gray: u8) {
        for (x, y, p) in self.gray.enumerate_pixels_mut() {
            let at = ((f64::from(x) + 0.5) / SCALE, (f64::from(y) + 0.5) / SCALE);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx * dx + dy * dy;
            let t = (((at.0 - a.0) * dx + (at.1 - a.1) * dy) / length).clamp(0.0, 1.0);
            let away = (a.0 + t * dx - at.0).hypot(a.1 + t * dy - at.1);
            if away <= width / 2.0 {
                *p = Luma([gray.min(p[0])]);
            }
        }
    }

    /// A polyline on a 100 x 100 grid over the cell, like `training/styles.py`.
    fn write(&mut self, cell: usize, points: &[(f64, f64)]) {
        let c = cells()[cell];
        let at = |p: (f64, f64)| (c.x + c.w * p.0 / 100.0, c.y + c.h * p.1 / 100.0);
        for pair in points.windows(2) {
            self.line(at(pair[0]), at(pair[1]), 0.6, 30);
        }
    }

    fn read(self, charset: &Charset) -> Vec<CellReading> {
        let scan = drawn(self.gray, None);
        let blank = self.blank.map(|gray| Blank {
            gray: Arc::new(gray),
            px_per_mm: SCALE,
        });
        let side = Side {
            id: "drawn".into(),
            size: Size { w: 80.0, h: 20.0 },
            anchors: Anchors::Marks(Vec::new()),
            blank,
            key: None,
            mark: None,
            fields: Vec::new(),
            print: Vec::new(),
            rules: Vec::new(),
            margin_notes: false,
        };
        let page = Registered {
            local: crate::register::Local::default(),
            scan: &scan,
            side: &side,
            to_px: Transform::affine(SCALE, 0.0, -0.5, 0.0, SCALE, -0.5),
            levels: Levels {
                paper: 250.0,
                ink: 30.0,
            },
            report: RegistrationReport {
                method: "marks",
                anchors_found: 4,
                anchors_expected: 4,
                residual_rms_mm: 0.0,
                residual_max_mm: 0.0,
                turn_degrees: 0,
                skew_cw_degrees: 0.0,
                scale_x: 1.0,
                scale_y: 1.0,
                ..RegistrationReport::default()
            },
        };
        let found = read_cells(&page, &cells(), CombFrame::Boxes, charset, &engines());
        found
            .expect("the networks run")
            .expect("a network knows the charset")
            .cells
    }
}

const SEVEN: &[(f64, f64)] = &[(25.0, 20.0), (75.0, 20.0), (48.0, 85.0)];
const FOUR_LEFT: &[(f64, f64)] = &[(58.0, 15.0), (22.0, 62.0), (80.0, 62.0)];
const FOUR_RIGHT: &[(f64, f64)] = &[(58.0, 15.0), (58.0, 88.0)];

fn best(cell: &CellReading) -> Option<char> {
    cell.alternatives
        .first()
        .filter(|a| a.1 > cell.blank.max(cell.reject))
        .map(|a| a.0)
}

fn has(cell: &CellReading, reason: Reason) -> bool {
    cell.doubts.iter().any(|d| d.reason == reason)
}

#[test]
fn digits_in_boxes_are_read_and_blank_boxes_are_blank() {
    let mut sheet = Sheet::framed();
    sheet.write(0, SEVEN);
    sheet.write(1, FOUR_LEFT);
    sheet.write(1, FOUR_RIGHT);
    sheet.write(2, &[(50.0, 12.0), (50.0, 88.0)]);
    let cells = sheet.read(&Charset::Digits);
    assert_eq!(
        cells[..3].iter().map(best).collect::<Vec<_>>(),
        [Some('7'), Some('4'), Some('1')]
    );
    assert!(
        cells[..3]
            .iter()
            .all(|c| c.doubts.is_empty() && c.ink_share > 0.01),
        "{cells:?}"
    );
    assert!(
        cells[3].blank > 0.99 && cells[3].alternatives.is_empty(),
        "{:?}",
        cells[3]
    );
}

#[test]
fn a_one_that_touches_the_line_is_a_one() {
    let mut sheet = Sheet::framed();
    sheet.write(0, &[(4.0, 12.0), (4.0, 88.0)]);
    sheet.write(1, SEVEN);
    sheet.write(2, &[(96.0, 12.0), (96.0, 88.0)]);
    let cells = sheet.read(&Charset::Digits);
    assert_eq!(
        [best(&cells[0]), best(&cells[2])],
        [Some('1'), Some('1')],
        "{cells:?}"
    );
}

#[test]
fn a_stroke_across_the_frame_is_a_doubt_of_its_own_cell_only() {
    let mut sheet = Sheet::framed();
    sheet.write(1, &[(25.0, 20.0), (75.0, 20.0), (40.0, 108.0)]);
    let cells = sheet.read(&Charset::Digits);
    assert_eq!(best(&cells[1]), Some('7'));
    assert!(has(&cells[1], Reason::FrameTouch), "{cells:?}");
    assert!(cells[0].doubts.is_empty() && cells[2].doubts.is_empty());
}

#[test]
fn a_neighbors_tail_is_noticed_and_not_read() {
    let mut sheet = Sheet::framed();
    sheet.write(0, &[(20.0, 20.0), (85.0, 20.0), (50.0, 85.0)]);
    sheet.write(0, &[(50.0, 55.0), (152.0, 60.0)]);
    let cells = sheet.read(&Charset::Digits);
    assert!(has(&cells[1], Reason::Overflow), "{:?}", cells[1]);
    assert_eq!(best(&cells[1]), None);
}

#[test]
fn two_characters_and_struck_ones_are_no_digit() {
    let mut sheet = Sheet::framed();
    sheet.write(0, &[(10.0, 25.0), (42.0, 25.0), (24.0, 78.0)]);
    sheet.write(0, &[(58.0, 25.0), (92.0, 25.0), (72.0, 78.0)]);
    sheet.write(1, FOUR_LEFT);
    sheet.write(1, FOUR_RIGHT);
    for y in [40.0, 52.0, 64.0] {
        sheet.write(1, &[(5.0, y + 6.0), (96.0, y - 6.0)]);
    }
    let cells = sheet.read(&Charset::Digits);
    assert!(has(&cells[0], Reason::TwoInBox), "{:?}", cells[0]);
    assert!(
        cells[1].reject > 0.5 && has(&cells[1], Reason::Struck),
        "{:?}",
        cells[1]
    );
}

#[test]
fn a_box_more_than_half_covered_is_not_blank() {
    for from in [25.0, 40.0] {
        let mut sheet = Sheet::framed();
        sheet.write(0, SEVEN);
        let c = cells()[1];
        let at = |x: f64, y: f64| (c.x + c.w * x / 100.0, c.y + c.h * y / 100.0);
        sheet.line(at(50.0, from), at(50.0, 100.0 - from), 6.0, 30);
        let cells = sheet.read(&Charset::Digits);
        assert!(
            cells[1].blank < 0.5 && cells[1].ink_share > 0.5,
            "{:?}",
            cells[1]
        );
        assert!(has(&cells[1], Reason::Overwrite), "{:?}", cells[1]);
        assert_eq!(best(&cells[0]), Some('7'));
    }
}

#[test]
fn faint_pencil_is_read_with_a_doubt() {
    let mut sheet = Sheet::framed();
    let c = cells()[0];
    for pair in SEVEN.windows(2) {
        let at = |p: (f64, f64)| (c.x + c.w * p.0 / 100.0, c.y + c.h * p.1 / 100.0);
        sheet.line(at(pair[0]), at(pair[1]), 0.6, 205);
    }
    let cells = sheet.read(&Charset::Digits);
    assert_eq!(best(&cells[0]), Some('7'), "{:?}", cells[0]);
    assert!(has(&cells[0], Reason::Faint));
}

#[test]
fn what_the_blank_form_shows_in_a_cell_is_not_read() {
    let mut printed = Sheet::framed();
    // A printed hint like a slash in the second and third cell.
    for cell in [1, 2] {
        printed.write(cell, &[(70.0, 20.0), (30.0, 80.0)]);
    }
    let mut sheet = Sheet {
        gray: printed.gray.clone(),
        blank: Some(printed.gray.clone()),
    };
    sheet.write(2, SEVEN);
    let cells = sheet.read(&Charset::Digits);
    assert!(cells[1].blank > 0.99, "{:?}", cells[1]);
    let mut without = Sheet {
        gray: printed.gray,
        blank: None,
    };
    without.write(3, SEVEN);
    assert!(without.read(&Charset::Digits)[1].blank < 0.5);
}

#[test]
fn katakana_is_read_by_the_network_that_knows_it() {
    let mut sheet = Sheet::framed();
    sheet.write(0, &[(18.0, 22.0), (80.0, 22.0), (80.0, 82.0)]);
    sheet.write(0, &[(14.0, 82.0), (82.0, 82.0)]);
    sheet.write(1, &[(12.0, 36.0), (88.0, 36.0)]);
    sheet.write(1, &[(54.0, 10.0), (50.0, 60.0), (26.0, 92.0)]);
    let cells = sheet.read(&Charset::Katakana);
    assert_eq!(
        [best(&cells[0]), best(&cells[1])],
        [Some('コ'), Some('ナ')],
        "{cells:?}"
    );
}

#[test]
fn the_reader_in_rust_reaches_the_logits_of_the_training_code() {
    for (name, network) in [
        ("digits", Network::digits()),
        ("kana", Network::kana()),
        ("jis1", Network::jis1()),
    ] {
        let network = network.expect(name);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/vectors");
        let table = std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("vectors");
        let mut seen = 0;
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            let mut parts = line.split(' ');
            let file = folder.join(parts.next().expect("file"));
            let (_, sum) = (parts.next(), parts.next().expect("sum"));
            let expected: Vec<f32> = parts.map(|v| v.parse().expect("logit")).collect();
            let gray = image::open(&file).expect("picture").into_luma8();
            let (w, h) = (gray.width() as usize, gray.height() as usize);
            let whole = Part {
                x0: 0,
                y0: 0,
                x1: w,
                y1: h,
            };
            let ink = Ink::of(&gray, CellLevels::of(&gray, whole));
            let side = network.side();
            let glyph = ink
                .glyph((w as f64, h as f64), &[side])
                .unwrap_or(Glyph(vec![vec![0.0; side * side]]));
            let own_sum: f32 = glyph.0[0].iter().sum();
            assert!(
                (own_sum - sum.parse::<f32>().expect("sum")).abs() < 0.01,
                "{file:?}"
            );
            let logits = network.logits(&[&glyph.0[0]]).expect("runs").remove(0);
            let worst = logits
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(
                worst < 0.01 && logits.len() == expected.len(),
                "{file:?}: {worst}"
            );
            seen += 1;
        }
        assert_eq!(seen, 10);
    }
}

/// Digits as polylines on the cell.
const TWO: &[(f64, f64)] = &[
    (28.0, 34.0),
    (40.0, 20.0),
    (60.0, 20.0),
    (70.0, 34.0),
    (62.0, 52.0),
    (28.0, 80.0),
    (74.0, 80.0),
];
const ONE: &[(f64, f64)] = &[(50.0, 18.0), (50.0, 84.0)];

#[test]
fn a_digit_traced_over_another_is_a_question() {
    let overwritten = |sheet: Sheet| -> Vec<bool> {
        let cells = sheet.read(&Charset::Digits);
        let is = |c: &CellReading| c.doubts.contains(&Reason::Overwrite.into());
        cells.iter().map(is).collect()
    };
    let mut plain = Sheet::framed();
    for (cell, digit) in [TWO, SEVEN, ONE, TWO].into_iter().enumerate() {
        plain.write(cell, digit);
    }
    assert_eq!(overwritten(plain), [false; 4]);
    // Drawn again and again, a little off each time, until the new one shows.
    let mut traced = Sheet::framed();
    for (cell, digit) in [TWO, SEVEN, ONE, TWO].into_iter().enumerate() {
        traced.write(cell, digit);
    }
    for off in [4.0, 8.0, 11.0] {
        let again: Vec<_> = SEVEN.iter().map(|(x, y)| (x + off, y + off)).collect();
        traced.write(1, &again);
    }
    assert_eq!(overwritten(traced), [false, true, false, false]);
}

#[test]
fn the_blur_of_a_frame_is_no_ink_in_an_empty_box() {
    for sigma in [0.8, 1.2, 1.6, 2.0] {
        let mut sheet = Sheet::framed();
        sheet.write(0, SEVEN);
        sheet.gray = image::imageops::blur(&sheet.gray, sigma);
        let cells = sheet.read(&Charset::Katakana);
        for cell in &cells[1..] {
            assert!(
                cell.blank > 0.99 && cell.doubts.is_empty(),
                "{sigma}: {cell:?}"
            );
        }
    }
}
