use std::sync::{Arc, Mutex};

use super::*;
use crate::charset::Charset;
use crate::engine::{Barcode, BarcodeReader, Expected};
use crate::form::{Anchors, Blank, FieldId, Side, Symbology, ValueKind, Zone};
use crate::geom::{Mm, Px, Rect, Size, Transform};
use crate::register::RegistrationReport;
use crate::scan::{Scan, drawn};

const SCALE: f64 = 10.0;
const AREA: [f64; 4] = [5.0, 5.0, 50.0, 10.0];

/// A line engine that notes the sizes it was given.
#[derive(Default)]
struct Recorder(Arc<Mutex<Vec<(u32, u32)>>>);

impl LineReader for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn read(&self, line: &GrayImage, _: &Expected<'_>) -> Result<LineReading, EngineError> {
        self.0.lock().expect("no panic").push(line.dimensions());
        Ok(LineReading {
            text: " 7 ".into(),
            score: 0.9,
            ..LineReading::nothing()
        })
    }
}

struct NoBarcodes;

impl BarcodeReader for NoBarcodes {
    fn read_zone(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }

    fn read_page(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
}

/// A page of 60 x 20 mm with a printed baseline, and what else `draw` puts on it.
struct Page {
    scan: Scan,
    side: Side,
}

fn page(with_blank: bool, draw: impl Fn(&mut GrayImage)) -> Page {
    let mut blank = GrayImage::from_pixel(600, 200, Luma([250]));
    fill(&mut blank, [50, 140, 550, 144], 30);
    let mut gray = blank.clone();
    draw(&mut gray);
    let scan = drawn(gray, None);
    let blank = with_blank.then(|| Blank {
        gray: Arc::new(blank),
        px_per_mm: SCALE,
    });
    let side = Side {
        id: "s".into(),
        size: Size { w: 60.0, h: 20.0 },
        anchors: Anchors::Marks(Vec::new()),
        blank,
        key: None,
        mark: None,
        fields: Vec::new(),
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: false,
    };
    Page { scan, side }
}

fn fill(gray: &mut GrayImage, [x0, y0, x1, y1]: [u32; 4], level: u8) {
    for y in y0..y1 {
        for x in x0..x1 {
            gray.put_pixel(x, y, Luma([level]));
        }
    }
}

fn read_page(page: &Page, vertical: bool, installed: bool) -> (Reading, Vec<(u32, u32)>) {
    let registered = Registered {
        local: crate::register::Local::default(),
        scan: &page.scan,
        side: &page.side,
        to_px: Transform::<Mm, Px>::affine(SCALE, 0.0, -0.5, 0.0, SCALE, -0.5),
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
    let [x, y, w, h] = AREA;
    let zone = LineZone {
        area: Rect::new(x, y, w, h),
        charset: Charset::Digits,
        printed: false,
        vertical,
    };
    let field = Field::new(
        FieldId("name".into()),
        Zone::Line(zone.clone()),
        ValueKind::Text,
    );
    let seen = Arc::new(Mutex::new(Vec::new()));
    let recorder = Box::new(Recorder(Arc::clone(&seen))) as Box<dyn LineReader>;
    let engines = Engines {
        barcodes: Box::new(NoBarcodes),
        characters: Vec::new(),
        lines: installed.then_some(recorder),
        print: None,
    };
    let reading = read(&registered, &field, &zone, &engines).expect("reads");
    let sizes = seen.lock().expect("no panic").clone();
    (reading, sizes)
}

#[test]
fn the_forms_own_line_is_no_writing() {
    let (reading, seen) = read_page(&page(true, |_| {}), false, true);
    let Content::Text { readings } = &reading.content else {
        panic!("text")
    };
    assert_eq!(readings[0].text, "");
    assert!(readings[0].ink_share < 1e-9);
    assert!(seen.is_empty(), "no engine runs on a blank line");
}

#[test]
fn a_blank_line_needs_no_engine_and_a_written_one_says_which_is_missing() {
    let (blank, _) = read_page(&page(true, |_| {}), false, false);
    assert!(matches!(blank.content, Content::Text { .. }));
    let written = page(true, |gray| fill(gray, [100, 80, 130, 130], 60));
    let (reading, _) = read_page(&written, false, false);
    assert!(matches!(reading.content, Content::Missing));
    assert_eq!(reading.doubts[0].reason, Reason::NoEngine);
    assert!(
        reading.doubts[0]
            .detail
            .as_deref()
            .is_some_and(|d| d.contains("model install"))
    );
}

#[test]
fn the_engine_sees_the_writing_with_a_margin() {
    let written = page(true, |gray| fill(gray, [100, 80, 200, 120], 60));
    let (reading, seen) = read_page(&written, false, true);
    let Content::Text { readings } = &reading.content else {
        panic!("text")
    };
    assert_eq!(readings[0].text, "7");
    assert_eq!(seen, [(120, 60)]);
    let (_, turned) = read_page(&written, true, true);
    assert_eq!(turned, [(60, 120)]);
}

#[test]
fn specks_are_no_writing_and_a_faint_stroke_is() {
    let specks = page(true, |gray| {
        fill(gray, [100, 80, 102, 82], 60);
        fill(gray, [300, 80, 302, 82], 60);
    });
    assert!(read_page(&specks, false, true).1.is_empty());
    let faint = page(true, |gray| fill(gray, [100, 80, 140, 84], 175));
    assert_eq!(read_page(&faint, false, true).1.len(), 1);
}

#[test]
fn a_stroke_across_the_forms_line_stays_whole() {
    let written = page(true, |gray| fill(gray, [100, 80, 106, 149], 60));
    let registered = page(true, |_| {});
    let blank = registered.side.blank.as_ref().expect("a blank");
    let clean = without_print(&written.scan.picture.gray, &blank.gray, 180, 2.0);
    for y in 80..149 {
        assert!(clean.get_pixel(103, y)[0] < 180, "row {y}");
    }
    assert_eq!(clean.get_pixel(300, 142)[0], 255);
}

#[test]
fn without_a_blank_the_printed_line_counts_as_ink() {
    let (_, seen) = read_page(&page(false, |_| {}), false, true);
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_zone_outside_the_picture_is_doubted() {
    let mut cut = page(false, |_| {});
    cut.scan.picture.gray = imageops::crop_imm(&cut.scan.picture.gray, 0, 0, 300, 200).to_image();
    let (reading, _) = read_page(&cut, false, true);
    assert!(reading.doubts.contains(&Reason::OutOfPicture.into()));
}

/// Whether a line is said to run out of its zone, which ends at 550 and begins at 50 pixels. Then its
/// picture shows what lies beyond.
fn runs_out(page: &Page) -> bool {
    let (reading, _) = read_page(page, false, true);
    let doubted = reading.doubts.contains(&Reason::Overflow.into());
    let shown = if doubted { 58.0 } else { AREA[2] };
    assert!((reading.crop_area.w - shown).abs() < 1e-9, "{reading:?}");
    doubted
}

#[test]
fn writing_that_goes_on_beyond_its_zone_is_doubted() {
    // x of two characters, 30 px high, and whether more is written than the zone shows: where the empty
    // form is known, and where it may have printed what stands beside the zone.
    let cases = [
        ("ends before the end", [[480, 505], [515, 540]], [false; 2]),
        ("cut in two", [[500, 525], [535, 560]], [true; 2]),
        ("a hair stands over", [[490, 515], [525, 551]], [false; 2]),
        ("the next is beyond", [[520, 545], [555, 580]], [true; 2]),
        (
            "the next begins at the end",
            [[515, 540], [549, 575]],
            [true; 2],
        ),
        (
            "beyond a wide space",
            [[500, 525], [560, 585]],
            [true, false],
        ),
        ("too far off to go on", [[400, 425], [560, 585]], [false; 2]),
        (
            "begins before the zone",
            [[15, 40], [55, 80]],
            [true, false],
        ),
        ("cut in two at its begin", [[35, 65], [70, 95]], [true; 2]),
    ];
    for (what, characters, [of_known, of_unknown]) in cases {
        for (known, expected) in [(true, of_known), (false, of_unknown)] {
            let page = page(known, |gray| {
                if !known {
                    fill(gray, [50, 140, 550, 144], 250); // no ruled line, which would fill the zone
                }
                for [x0, x1] in characters {
                    fill(gray, [x0, 80, x1, 110], 60);
                }
            });
            assert_eq!(
                runs_out(&page),
                expected,
                "{what}, empty form known: {known}"
            );
        }
    }
}

#[test]
fn what_the_form_prints_beyond_the_zone_is_no_writing() {
    let writing = |gray: &mut GrayImage| fill(gray, [515, 80, 540, 110], 60);
    let mut unit = page(true, |gray| {
        writing(gray);
        fill(gray, [555, 80, 580, 110], 30);
    });
    assert!(runs_out(&unit), "the empty form does not show it");
    unit.side.blank.as_mut().expect("a blank").gray = Arc::new({
        let mut blank = GrayImage::from_pixel(600, 200, Luma([250]));
        fill(&mut blank, [50, 140, 550, 144], 30);
        fill(&mut blank, [555, 80, 580, 110], 30);
        blank
    });
    assert!(!runs_out(&unit));
    // Without an empty form: the ruled line goes on below the writing, the frame stands at its end.
    let ruled = page(false, |gray| {
        writing(gray);
        fill(gray, [450, 140, 590, 144], 30);
        fill(gray, [552, 20, 556, 180], 30);
    });
    assert!(!runs_out(&ruled));
}

#[test]
fn the_neighbor_zones_writing_is_no_part_of_the_line() {
    let mut page = page(true, |gray| {
        fill(gray, [515, 80, 540, 110], 60);
        fill(gray, [556, 80, 580, 110], 60);
    });
    assert!(runs_out(&page));
    let beside = Zone::Picture(Rect::new(55.2, 5.0, 4.0, 10.0));
    page.side.fields = vec![Field::new(FieldId("next".into()), beside, ValueKind::Text)];
    assert!(!runs_out(&page));
}

/// What the engine is shown of strokes on the test page, from which row of it on, and whether a person is asked.
fn shown(page: &Page) -> ((u32, u32), f64, bool) {
    let (reading, seen) = read_page(page, false, true);
    let [size] = seen[..] else {
        panic!("one line: {seen:?}")
    };
    let top = reading.crop_area.y * SCALE;
    let asked = reading.doubts.contains(&Reason::Overflow.into());
    (size, top.round(), asked)
}

#[test]
fn writing_across_the_upper_or_lower_edge_is_read_whole() {
    // The zone's rows are 50 to 150; a stroke gets 4 pixels of margin and 3 of paper beyond the edge.
    let cases: [(&str, &[[u32; 4]], _); 6] = [
        ("inside", &[[100, 60, 106, 120]], ((14, 68), 50.0, false)),
        (
            "a hair stands over",
            &[[100, 48, 106, 120]],
            ((14, 74), 50.0, false),
        ),
        ("above", &[[100, 30, 106, 120]], ((14, 97), 27.0, false)),
        ("below", &[[100, 80, 106, 165]], ((14, 92), 50.0, false)),
        (
            "a dot over the edge",
            &[[94, 52, 124, 112], [100, 38, 112, 46]],
            ((46, 85), 35.0, false),
        ),
        (
            "farther than is looked at",
            &[[100, 5, 106, 120]],
            ((14, 114), 10.0, true),
        ),
    ];
    for (what, strokes, expected) in cases {
        let page = page(true, |gray| {
            for s in strokes {
                fill(gray, *s, 60);
            }
        });
        assert_eq!(shown(&page), expected, "{what}");
    }
    let unknown = page(false, |gray| {
        fill(gray, [50, 140, 550, 144], 250);
        fill(gray, [100, 30, 106, 120], 60);
    });
    let (_, top, asked) = shown(&unknown);
    assert_eq!((top, asked), (50.0, false), "ink there may be the form's");
}

#[test]
fn what_else_stands_above_the_zone_is_not_read_with_it() {
    let writing = [[100, 30, 106, 120], [140, 70, 146, 120]];
    let alone = page(true, |gray| writing.iter().for_each(|s| fill(gray, *s, 60)));
    let beside = page(true, |gray| {
        for s in writing {
            fill(gray, s, 60);
        }
        fill(gray, [400, 30, 430, 45], 60);
    });
    assert_eq!(shown(&beside), shown(&alone));
}

#[test]
fn a_neighbors_stroke_that_comes_in_is_doubted() {
    let mut page = page(true, |gray| {
        fill(gray, [100, 70, 130, 110], 60);
        fill(gray, [300, 15, 310, 75], 60);
    });
    assert!(!shown(&page).2, "it is the line's own");
    let above = Zone::Picture(Rect::new(5.0, 1.0, 50.0, 3.9));
    page.side.fields = vec![Field::new(FieldId("above".into()), above, ValueKind::Text)];
    assert!(shown(&page).2);
}
