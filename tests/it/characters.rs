//! The project's own networks on the shared hand cases: cards, scanned and drawn characters.
//!
//! The cards are laid onto their template by their four corner squares here, so that this measures
//! cutting and reading alone.

use std::collections::BTreeMap;
use std::path::Path;

use hagaki::charset::Charset;
use hagaki::engine::{Barcode, BarcodeReader, Engines, characters};
use hagaki::form::{Anchors, CombFrame, Side, Symbology};
use hagaki::geom::{Mm, Px, Rect, Size, Transform};
use hagaki::normalize::Levels;
use hagaki::read::CellReading;
use hagaki::read::comb::read_cells;
use hagaki::register::{Registered, RegistrationReport};
use image::GrayImage;

use crate::cases;

/// Template pixels a millimeter: 300 dpi.
const TEMPLATE: f64 = 300.0 / 25.4;

struct NoBarcodes;

impl BarcodeReader for NoBarcodes {
    fn read_zone(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
    fn read_page(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
}

fn gray_jpeg(path: &Path) -> GrayImage {
    let bytes = std::fs::read(path).unwrap();
    let picture = turbojpeg::decompress(&bytes, turbojpeg::PixelFormat::GRAY).unwrap();
    assert_eq!(picture.pitch, picture.width);
    GrayImage::from_raw(picture.width as u32, picture.height as u32, picture.pixels).unwrap()
}

/// Center of the dark 40 x 40 square near a corner.
fn square(gray: &GrayImage, right: bool, low: bool) -> (f64, f64) {
    let (w, h) = (i64::from(gray.width()), i64::from(gray.height()));
    let (x0, y0) = (
        if right { w - 260 } else { 0 },
        if low { h - 260 } else { 0 },
    );
    let dark = |x: i64, y: i64| gray.get_pixel(x as u32, y as u32)[0] < 100;
    let in_picture = |x: i64, y: i64| x >= 0 && y >= 0 && x < w && y < h;
    let share = |cx: i64, cy: i64| {
        let grid = (-16..=16)
            .step_by(4)
            .flat_map(|dy| (-16..=16).step_by(4).map(move |dx| (dx, dy)));
        grid.filter(|(dx, dy)| in_picture(cx + dx, cy + dy) && dark(cx + dx, cy + dy))
            .count()
    };
    let places = (0..260)
        .step_by(3)
        .flat_map(|dy| (0..260).step_by(3).map(move |dx| (dx, dy)));
    let (cx, cy) = places
        .map(|(dx, dy)| (x0 + dx, y0 + dy))
        .max_by_key(|p| share(p.0, p.1))
        .unwrap();
    let (mut n, mut sx, mut sy) = (0.0, 0.0, 0.0);
    for y in (cy - 36).max(0)..(cy + 36).min(h) {
        for x in (cx - 36).max(0)..(cx + 36).min(w) {
            if dark(x, y) {
                n += 1.0;
                sx += x as f64;
                sy += y as f64;
            }
        }
    }
    (sx / n, sy / n)
}

fn middle_of(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

/// Millimeters of the template to pixels of the page, least squares over the four squares.
fn fit(gray: &GrayImage) -> Transform<Mm, Px> {
    let paper = [
        (60.0, 60.0),
        (1121.0, 60.0),
        (60.0, 1688.0),
        (1121.0, 1688.0),
    ];
    let page = [
        square(gray, false, false),
        square(gray, true, false),
        square(gray, false, true),
        square(gray, true, true),
    ];
    // The squares form a rectangle, so the least-squares affinity follows from side means.
    let mean = |a: usize, b: usize| middle_of(page[a], page[b]);
    let (left, right, top, bottom) = (mean(0, 2), mean(1, 3), mean(0, 1), mean(2, 3));
    let (w, h) = (
        (paper[1].0 - paper[0].0) / TEMPLATE,
        (paper[2].1 - paper[0].1) / TEMPLATE,
    );
    let (a, d) = ((right.0 - left.0) / w, (right.1 - left.1) / w);
    let (b, e) = ((bottom.0 - top.0) / h, (bottom.1 - top.1) / h);
    let (mx, my) = (590.5 / TEMPLATE, 874.0 / TEMPLATE);
    let middle = mean(0, 3);
    let other = mean(1, 2);
    let (cx, cy) = middle_of(middle, other);
    Transform::affine(a, b, cx - a * mx - b * my, d, e, cy - d * mx - e * my)
}

fn side() -> Side {
    Side {
        id: "card".into(),
        size: Size {
            w: 1181.0 / TEMPLATE,
            h: 1748.0 / TEMPLATE,
        },
        anchors: Anchors::Marks(Vec::new()),
        blank: None,
        key: None,
        mark: None,
        fields: Vec::new(),
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: false,
    }
}

/// A picture as a registered page of the given transform.
fn with_page<T>(
    gray: GrayImage,
    to_px: Transform<Mm, Px>,
    use_it: impl FnOnce(&Registered<'_>) -> T,
) -> T {
    let scan = crate::pages::drawn(gray, None);
    let side = side();
    let report = RegistrationReport {
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
    };
    let levels = Levels {
        paper: 245.0,
        ink: 20.0,
    };
    use_it(&Registered {
        local: hagaki::register::Local::default(),
        scan: &scan,
        side: &side,
        to_px,
        levels,
        report,
    })
}

fn engines() -> Engines {
    Engines {
        barcodes: Box::new(NoBarcodes),
        characters: characters::networks().unwrap(),
        lines: None,
        print: None,
    }
}

type Truth = BTreeMap<(String, String), String>;

fn truth(root: &Path) -> Truth {
    let text = std::fs::read_to_string(root.join("truth.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|r| ((r[0].to_owned(), r[2].to_owned()), large(&r[4])))
        .collect()
}

/// Small kana as large ones: a single box cannot tell them apart.
fn large(text: &str) -> String {
    let small = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
    let large = "あいうえおつやゆよわアイウエオツヤユヨワ";
    text.chars()
        .map(|c| {
            small
                .chars()
                .position(|s| s == c)
                .map_or(c, |k| large.chars().nth(k).unwrap())
        })
        .collect()
}

const BLANK: char = ' ';
const REJECTED: char = '?';

/// The reading and how sure it is.
fn verdict(cell: &CellReading) -> (char, f64) {
    let best = cell
        .alternatives
        .first()
        .copied()
        .unwrap_or((REJECTED, 0.0));
    if cell.blank >= best.1.max(cell.reject) {
        (BLANK, cell.blank)
    } else if cell.reject > best.1 {
        (REJECTED, 0.0)
    } else {
        best
    }
}

/// Right and wrong answers with their certainty.
#[derive(Default)]
struct Tally {
    items: Vec<(f64, bool)>,
}

impl Tally {
    fn share(&self) -> f64 {
        self.items.iter().filter(|i| i.1).count() as f64 / self.items.len() as f64
    }

    /// Share that is surer than the surest wrong one.
    fn covered(&self) -> f64 {
        let wrong = self
            .items
            .iter()
            .filter(|i| !i.1)
            .map(|i| i.0)
            .fold(0.0, f64::max);
        self.items.iter().filter(|i| i.1 && i.0 > wrong).count() as f64 / self.items.len() as f64
    }
}

#[derive(Default)]
struct Field {
    boxes: Tally,
    whole: Tally,
    wrong: Vec<String>,
}

fn cells_of(template: &serde_json::Value, name: &str) -> Vec<Rect<Mm>> {
    let fields = template["fields"].as_array().unwrap();
    let field = fields.iter().find(|f| f["name"] == name).unwrap();
    let number = |v: &serde_json::Value, k: usize| v[k].as_f64().unwrap() / TEMPLATE;
    let cells = field["cells"].as_array().unwrap().iter();
    cells
        .map(|c| Rect::new(number(c, 0), number(c, 1), number(c, 2), number(c, 3)))
        .collect()
}

impl Field {
    fn add(&mut self, cells: &[CellReading], want: &str) {
        let want = want.chars().chain(std::iter::repeat(BLANK));
        let (mut all, mut least) = (true, 1.0f64);
        for (cell, want) in cells.iter().zip(want) {
            let (got, p) = verdict(cell);
            // A doubt about the ink is a question, whatever the network thinks.
            let p = if cell.doubts.is_empty() { p } else { 0.0 };
            self.boxes.items.push((p, got == want));
            if got != want {
                self.wrong.push(format!("{want} read {got} at {p:.3}"));
            }
            all &= got == want;
            least = least.min(p);
        }
        self.whole.items.push((least, all));
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a measurement")]
fn hand_cards_by_box_and_by_field() {
    let Some(root) = cases::family("hand") else {
        return;
    };
    let text = std::fs::read_to_string(root.join("templates/cards.json")).unwrap();
    let template: serde_json::Value = serde_json::from_str(&text).unwrap();
    let (truth, engines) = (truth(&root), engines());
    // Field, charset, floors: boxes right, fields right.
    let floors = [
        ("postal", Charset::Digits, 0.985, 0.90),
        ("tel", Charset::Digits, 0.985, 0.83),
        ("furigana", Charset::Hiragana, 0.995, 0.96),
        ("kana", Charset::Katakana, 0.99, 0.95),
    ];
    let mut fields: BTreeMap<&str, Field> = BTreeMap::new();
    let files: Vec<&String> = truth
        .keys()
        .filter(|k| k.1 == "postal")
        .map(|k| &k.0)
        .collect();
    let (mut reading, mut boxes_read) = (std::time::Duration::ZERO, 0u32);
    for file in &files {
        let gray = gray_jpeg(&root.join(file));
        let to_px = fit(&gray);
        with_page(gray, to_px, |page| {
            for (name, charset, ..) in &floors {
                let want = &truth[&((*file).clone(), (*name).to_owned())];
                let cells = cells_of(&template, name);
                let start = std::time::Instant::now();
                let read = read_cells(page, &cells, CombFrame::Boxes, charset, &engines);
                reading += start.elapsed();
                boxes_read += cells.len() as u32;
                let read = read.unwrap().unwrap();
                fields.entry(name).or_default().add(&read.cells, want);
            }
        });
    }
    eprintln!("{boxes_read} boxes, {:.2?} each", reading / boxes_read);
    for (name, _, boxes, whole) in floors {
        let f = &fields[name];
        eprintln!(
            "{name}: boxes {:.4} of {}, surer than any wrong one {:.3}; fields {:.3} of {}, surer {:.3}; {}",
            f.boxes.share(),
            f.boxes.items.len(),
            f.boxes.covered(),
            f.whole.share(),
            f.whole.items.len(),
            f.whole.covered(),
            f.wrong.join(", "),
        );
        assert!(
            f.boxes.share() >= boxes && f.whole.share() >= whole,
            "{name} fell below its floor"
        );
    }
}
