//! Registration against the truth: drawn pages, worn in known ways, measured at every field.
//!
//! `HAGAKI_REGISTRATION_PAGES=2000 cargo test --release --test it registration -- --nocapture`
//! measures many pages, with `HAGAKI_REGISTRATION_KIND=Photo` those of one kind; without the variable
//! a few are enough for the floors.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use hagaki::form::draw::{self, Values};
use hagaki::form::ready::READY;
use hagaki::form::{BoxShape, CombFrame, Form, PrintItem, Side, Zone};
use hagaki::geom::{Dpi, Mm, Point, QuarterTurn, Rect};
use hagaki::identify::Candidate;
use hagaki::normalize::normalize;
use hagaki::normalize::outline::outlines;
use hagaki::register::{Registered, register};
use hagaki::scan::Scan;
use hagaki::synth::card_rng;
use hagaki::synth::geometry::{self, Bump, Fold, Geometry, Shades, Slip, Torn};
use image::{GrayImage, Luma};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A field read from farther off than this gives an answer to its neighbour, mm.
const FATAL: f64 = 0.8;
/// What 99 of 100 fields must keep to, mm.
const WANTED: f64 = 0.25;

/// Of the pages that are measured.
const SEED: u64 = 20_260_401;

/// Pages of a short measurement: two of each kind.
const FEW: u32 = 32;

fn pages_asked_for() -> Option<u32> {
    std::env::var("HAGAKI_REGISTRATION_PAGES")
        .ok()?
        .parse()
        .ok()
}

/// Postcards with little print and no printed marks.
const PLAIN: [(&str, &str); 3] = [
    (
        "plain-wish",
        include_str!("../cases/registration/plain-wish.toml"),
    ),
    (
        "plain-words",
        include_str!("../cases/registration/plain-words.toml"),
    ),
    (
        "plain-wide",
        include_str!("../cases/registration/plain-wide.toml"),
    ),
];

/// What is done to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Clean,
    Skew,
    PrintScale,
    Stretch,
    Slip,
    Curl,
    Bump,
    Torn,
    Folded,
    Photo,
    CoarseBlank,
    OtherWeight,
    MovedLines,
    DropOut,
    ShowThrough,
    Everything,
}

const KINDS: [Kind; 16] = [
    Kind::Clean,
    Kind::Skew,
    Kind::PrintScale,
    Kind::Stretch,
    Kind::Slip,
    Kind::Curl,
    Kind::Bump,
    Kind::Torn,
    Kind::Folded,
    Kind::Photo,
    Kind::CoarseBlank,
    Kind::OtherWeight,
    Kind::MovedLines,
    Kind::DropOut,
    Kind::ShowThrough,
    Kind::Everything,
];

/// One side with its picture as the print shop makes it.
struct Card {
    form: Arc<Form>,
    /// The same form with a blank of half the resolution.
    coarse: Arc<Form>,
    side: usize,
    print: GrayImage,
    thick: GrayImage,
    thin: GrayImage,
    dropped: GrayImage,
}

fn cards() -> Vec<Card> {
    let mut all = Vec::new();
    for ready in READY {
        let form = ready.load().unwrap();
        all.extend((0..form.sides.len()).map(|side| card(&form, side)));
    }
    for (name, toml) in PLAIN {
        let mut form = Form::parse(toml, name, &|_| Ok(white(name))).unwrap();
        for side in &mut form.sides {
            side.blank = Some(draw::blank(side).unwrap());
        }
        all.push(card(&form, 0));
    }
    all.retain(|c| c.shape().fields.iter().any(|f| f.zone.area().is_some()));
    all
}

/// A picture in place of the blank, of the shape of either postcard, until it is drawn.
fn white(name: &str) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let png = image::ImageFormat::Png;
    let (w, h) = if name.contains("wide") {
        (1480, 1000)
    } else {
        (1000, 1480)
    };
    GrayImage::from_pixel(w, h, Luma([255]))
        .write_to(&mut bytes, png)
        .unwrap();
    bytes.into_inner()
}

fn card(form: &Form, side: usize) -> Card {
    let k = draw::BLANK_PX_PER_MM;
    let values = Values::with_key("0123456789");
    let shape = &form.sides[side];
    let print = draw::side(shape, k, &values)
        .unwrap_or_else(|_| draw::side(shape, k, &Values::default()).unwrap());
    let mut unseen = shape.clone();
    for field in &mut unseen.fields {
        hide(&mut field.zone);
    }
    let dropped = draw::side(&unseen, k, &values)
        .unwrap_or_else(|_| draw::side(&unseen, k, &Values::default()).unwrap());
    let mut coarse = form.clone();
    for side in &mut coarse.sides {
        if let Some(blank) = &mut side.blank {
            blank.gray = Arc::new(hagaki::raster::box_reduce(&blank.gray, 2));
            blank.px_per_mm /= 2.0;
        }
    }
    Card {
        thick: weighted(&print, true),
        thin: weighted(&print, false),
        dropped,
        print,
        form: Arc::new(form.clone()),
        coarse: Arc::new(coarse),
        side,
    }
}

impl Card {
    fn shape(&self) -> &Side {
        &self.form.sides[self.side]
    }
}

/// Frames in a drop-out color.
fn hide(zone: &mut Zone) {
    match zone {
        Zone::Marks(z) => z.shape = BoxShape::Unseen,
        Zone::Grid(z) => z.shape = BoxShape::Unseen,
        Zone::Comb(z) => z.frame = CombFrame::Unseen,
        Zone::Rank(z) => z.frame = CombFrame::Unseen,
        _ => {}
    }
}

/// Strokes thicker or thinner by 0.08 mm.
fn weighted(picture: &GrayImage, thicker: bool) -> GrayImage {
    let (w, h) = picture.dimensions();
    GrayImage::from_fn(w, h, |x, y| {
        let at = |dx: i64, dy: i64| {
            let x = (i64::from(x) + dx).clamp(0, i64::from(w) - 1) as u32;
            let y = (i64::from(y) + dy).clamp(0, i64::from(h) - 1) as u32;
            picture.get_pixel(x, y)[0]
        };
        let near = [at(0, 0), at(1, 0), at(-1, 0), at(0, 1), at(0, -1)];
        let edge = if thicker {
            near.iter().min()
        } else {
            near.iter().max()
        };
        let edge = edge.copied().unwrap_or(255);
        Luma([(u16::midpoint(u16::from(edge), u16::from(near[0]))) as u8])
    })
}

/// Lines, boxes and texts a little off, as another program sets them; the fields stay.
fn moved_lines(card: &Card, rng: &mut ChaCha8Rng) -> GrayImage {
    let mut side = card.shape().clone();
    for item in &mut side.print {
        let (dx, dy) = (rng.random_range(-0.2..0.2), rng.random_range(-0.2..0.2));
        match item {
            PrintItem::Text { at, .. } => *at = Point::new(at.x + dx, at.y + dy),
            PrintItem::Line { from, to, .. } => {
                *from = Point::new(from.x + dx, from.y + dy);
                *to = Point::new(to.x + dx, to.y + dy);
            }
            PrintItem::Box { rect, .. } => {
                *rect = Rect::new(rect.x + dx, rect.y + dy, rect.w, rect.h);
            }
            _ => {}
        }
    }
    let values = Values::with_key("0123456789");
    let k = draw::BLANK_PX_PER_MM;
    draw::side(&side, k, &values)
        .unwrap_or_else(|_| draw::side(&side, k, &Values::default()).unwrap())
}

/// Pen strokes at some of the fields: ticks, rings, and a scrawl over words.
fn write_on(sheet: &mut GrayImage, side: &Side, rng: &mut ChaCha8Rng) {
    for field in &side.fields {
        let Some(area) = field.zone.area() else {
            continue;
        };
        for _ in 0..rng.random_range(0..4) {
            let at = Point::<Mm>::new(
                area.x + rng.random_range(0.0..1.0) * area.w,
                area.y + rng.random_range(0.0..1.0) * area.h,
            );
            let (bend, mut angle) = (
                rng.random_range(-0.25..0.25),
                rng.random_range(0.0..std::f64::consts::TAU),
            );
            let mut p = at;
            for _ in 0..rng.random_range(8..60) {
                angle += bend;
                p = Point::new(p.x + 0.2 * angle.cos(), p.y + 0.2 * angle.sin());
                dot(sheet, p, 0.25);
            }
        }
    }
}

fn dot(sheet: &mut GrayImage, p: Point<Mm>, radius: f64) {
    let k = draw::BLANK_PX_PER_MM;
    let px = |mm: f64| (mm * k).max(0.0) as u32;
    for y in px(p.y - radius)..=px(p.y + radius) {
        for x in px(p.x - radius)..=px(p.x + radius) {
            let off = (f64::from(x) / k - p.x).hypot(f64::from(y) / k - p.y);
            if off <= radius && x < sheet.width() && y < sheet.height() {
                sheet.put_pixel(x, y, Luma([40]));
            }
        }
    }
}

/// The wear that every page has.
fn everyday(rng: &mut ChaCha8Rng) -> Geometry {
    let dpi = [200.0, 240.0, 300.0][rng.random_range(0..3)];
    Geometry {
        print_shift: (rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)),
        print_scale: (
            rng.random_range(0.995..1.005),
            rng.random_range(0.995..1.005),
        ),
        skew_cw_degrees: rng.random_range(-1.5..1.5),
        shift: (rng.random_range(-3.0..3.0), rng.random_range(-3.0..3.0)),
        border: [2.0, 4.0, 6.0][rng.random_range(0..3)],
        ..Geometry::flat(Dpi::new(dpi).unwrap())
    }
}

fn worn(kind: Kind, side: &Side, rng: &mut ChaCha8Rng) -> Geometry {
    let mut g = everyday(rng);
    let sign = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
    let size = side.size;
    match kind {
        Kind::Skew => {
            g.skew_cw_degrees = rng.random_range(-8.0..8.0);
            g.border = 12.0;
        }
        Kind::PrintScale => {
            let (mean, off) = (rng.random_range(0.96..1.04), rng.random_range(-0.01..0.01));
            g.print_scale = (mean + off, mean - off);
        }
        Kind::Stretch => g.stretch = rng.random_range(-0.02..0.02),
        Kind::Slip => g.slip = slip(rng),
        Kind::Curl => {
            let most = rng.random_range(1.0..2.0);
            let turn: f64 = rng.random_range(0.0..std::f64::consts::FRAC_PI_2);
            g.curl = (sign * most * turn.cos(), most * turn.sin());
        }
        Kind::Bump => g.bump = Some(bump(size, rng)),
        Kind::Torn => {
            g.torn = Some(Torn {
                corner: rng.random_range(0..4),
                reach: rng.random_range(8.0..28.0),
            });
        }
        Kind::Folded => {
            g.fold = Some(Fold {
                edge: rng.random_range(0..4),
                depth: (rng.random_range(1.0..8.0), rng.random_range(1.0..8.0)),
            });
        }
        Kind::Photo => {
            let far = 0.12 / size.w.max(size.h);
            g.perspective = (rng.random_range(-far..far), rng.random_range(-far..far));
            g.skew_cw_degrees = rng.random_range(-4.0..4.0);
            g.border = 10.0;
        }
        Kind::Everything => {
            g.skew_cw_degrees = rng.random_range(-4.0..4.0);
            g.border = 8.0;
            let scale = rng.random_range(0.97..1.03);
            g.print_scale = (scale, scale * rng.random_range(0.995..1.005));
            g.stretch = rng.random_range(-0.01..0.01);
            g.slip = Slip {
                depth: 0.2,
                ..slip(rng)
            };
            g.curl = (
                sign * rng.random_range(0.0..0.5),
                rng.random_range(0.0..0.8),
            );
        }
        _ => {}
    }
    if rng.random_bool(0.2) {
        g.turn = QuarterTurn::ALL[rng.random_range(0..4)];
    }
    g
}

fn slip(rng: &mut ChaCha8Rng) -> Slip {
    Slip {
        depth: rng.random_range(0.2..0.5),
        wave: rng.random_range(70.0..160.0),
        phase: rng.random_range(0.0..6.0),
    }
}

fn bump(size: hagaki::geom::Size, rng: &mut ChaCha8Rng) -> Bump {
    let angle: f64 = rng.random_range(0.0..std::f64::consts::TAU);
    let depth = rng.random_range(0.5..1.5);
    Bump {
        at: Point::new(
            rng.random_range(0.15..0.85) * size.w,
            rng.random_range(0.15..0.85) * size.h,
        ),
        radius: rng.random_range(16.0..30.0),
        shift: (depth * angle.cos(), depth * angle.sin()),
    }
}

/// A page, its true places and what to register it with.
struct Page {
    scan: Scan,
    geometry: Geometry,
    candidate: Candidate,
}

fn draw_page(card: &Card, kind: Kind, rng: &mut ChaCha8Rng) -> Page {
    let side = card.shape();
    let geometry = worn(kind, side, rng);
    let mut sheet = match kind {
        Kind::OtherWeight if rng.random_bool(0.5) => card.thick.clone(),
        Kind::OtherWeight => card.thin.clone(),
        Kind::MovedLines => moved_lines(card, rng),
        Kind::DropOut => card.dropped.clone(),
        _ => card.print.clone(),
    };
    write_on(&mut sheet, side, rng);
    let photo = kind == Kind::Photo;
    let shades = Shades {
        paper: rng.random_range(225.0..250.0),
        bed: if rng.random_bool(0.4) { 14 } else { 250 },
        show_through: if kind == Kind::ShowThrough { 0.25 } else { 0.0 },
        noise: rng.random_range(1.0..6.0),
    };
    let k = f64::from(sheet.width()) / side.size.w;
    let gray = geometry::scan(
        &geometry,
        (&sheet, k, side.size),
        (&card.print, shades),
        rng,
    );
    let form = if kind == Kind::CoarseBlank {
        &card.coarse
    } else {
        &card.form
    };
    Page {
        scan: crate::pages::drawn(gray, (!photo).then_some(geometry.dpi)),
        geometry,
        candidate: Candidate {
            form: Arc::clone(form),
            side: card.side,
            turn: geometry.turn,
            coarse: None,
            score: 0.0,
            by_key: false,
            by_barcode: false,
        },
    }
}

/// What became of pages of one kind.
#[derive(Default)]
struct Tally {
    pages: u32,
    refused: BTreeMap<String, u32>,
    fields: u32,
    doubted: u32,
    /// Which fields, by form and name.
    who: BTreeMap<String, u32>,
    /// Of accepted fields, mm.
    residuals: Vec<f64>,
    /// Largest of the field's own residual that was told.
    told: f64,
}

impl Tally {
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.residuals.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (share * sorted.len() as f64) as usize;
        sorted
            .get(at.min(sorted.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    }

    fn fatal(&self) -> usize {
        self.residuals.iter().filter(|r| **r > FATAL).count()
    }

    fn refusals(&self) -> u32 {
        self.refused.values().sum()
    }

    fn line(&self, name: &str) -> String {
        format!(
            "{name:12} pages {:5} refused {:4} fields {:6} doubted {:5}  p50 {:.3} p90 {:.3} p99 {:.3} max {:.3}  over {FATAL} mm: {}",
            self.pages,
            self.refusals(),
            self.fields,
            self.doubted,
            self.quantile(0.5),
            self.quantile(0.9),
            self.quantile(0.99),
            self.quantile(1.0),
            self.fatal()
        )
    }

    fn add(&mut self, other: &Self) {
        self.pages += other.pages;
        self.fields += other.fields;
        self.doubted += other.doubted;
        self.residuals.extend(&other.residuals);
        self.told = self.told.max(other.told);
        for (why, n) in &other.refused {
            *self.refused.entry(why.clone()).or_default() += n;
        }
        for (who, n) in &other.who {
            *self.who.entry(who.clone()).or_default() += n;
        }
    }
}

/// How far a field is from where the page says, mm on paper: the worst of its middle and corners.
fn off(page: &Registered<'_>, area: Rect<Mm>, geometry: &Geometry) -> f64 {
    let size = page.side.size;
    let corners = area.corners();
    let points = corners.iter().copied().chain([area.center()]);
    points
        .map(|p| {
            let seen = page.placed(area, p);
            seen.distance(geometry.to_px(size, p)) / geometry.dpi.px_per_mm()
        })
        .fold(0.0, f64::max)
}

/// Counts what becomes of a page; says what is wrong with it.
fn measure(page: &Page, tally: &mut Tally) -> Vec<String> {
    let mut wrong = Vec::new();
    tally.pages += 1;
    let upright = normalize(&page.scan);
    match register(&upright, &page.candidate) {
        Err(why) => {
            wrong.push(format!("refused: {}", why.detail));
            *tally.refused.entry(why.detail).or_default() += 1;
        }
        Ok(done) => {
            for (i, field) in done.side.fields.iter().enumerate() {
                let Some(area) = field.zone.area() else {
                    continue;
                };
                tally.fields += 1;
                if done.doubts_field(i) {
                    tally.doubted += 1;
                    let name = format!("{} {}", page.candidate.form.id, field.id);
                    *tally.who.entry(name).or_default() += 1;
                } else {
                    let off = off(&done, area, &page.geometry);
                    if off > FATAL {
                        let (r, fit) = (&done.report, &done.report.fields[i]);
                        wrong.push(format!(
                            "{off:.3} mm, {} of {} anchors, bend {:.2} mm: {fit:?}",
                            r.anchors_found, r.anchors_expected, r.bend_mm
                        ));
                    }
                    tally.residuals.push(off);
                }
            }
        }
    }
    wrong
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures of a measurement")]
fn every_field_is_where_the_registration_says() {
    let pages = pages_asked_for().unwrap_or(FEW);
    let only = std::env::var("HAGAKI_REGISTRATION_KIND").ok();
    let cards = cards();
    let mut by_kind: BTreeMap<Kind, Tally> = BTreeMap::new();
    for i in 0..pages {
        let mut rng = card_rng(SEED, i);
        let kind = KINDS[i as usize % KINDS.len()];
        if only.as_ref().is_some_and(|o| *o != format!("{kind:?}")) {
            continue;
        }
        let card = &cards[(i as usize / KINDS.len()) % cards.len()];
        let page = draw_page(card, kind, &mut rng);
        let tally = by_kind.entry(kind).or_default();
        for wrong in measure(&page, tally) {
            let form = &card.form.id;
            eprintln!("page {i}, {kind:?} of {form}: {wrong}: {:?}", page.geometry);
        }
    }
    let mut all = Tally::default();
    for (kind, tally) in &by_kind {
        eprintln!("{}", tally.line(&format!("{kind:?}")));
        for (why, n) in &tally.refused {
            eprintln!("             {n} x {why}");
        }
        all.add(tally);
    }
    eprintln!("{}", all.line("all"));
    eprintln!("doubted: {:?}", all.who);
    assert_eq!(all.fatal(), 0, "fields read from the wrong place");
    assert!(all.quantile(0.99) < WANTED, "{:.3}", all.quantile(0.99));
}

/// One question and the texts beside it, printed lower than the form says.
fn reprinted(side: &Side, field: usize, by: f64) -> Side {
    let mut out = side.clone();
    let block = side.fields[field].zone.area().unwrap().inflate(3.0);
    for item in &mut out.print {
        if let PrintItem::Text { at, .. } = item
            && at.y > block.y
            && at.y < block.bottom()
        {
            *at = Point::new(at.x, at.y + by);
        }
    }
    lower(&mut out.fields[field].zone, by);
    out
}

fn lower(zone: &mut Zone, by: f64) {
    let down = |r: &mut Rect<Mm>| *r = Rect::new(r.x, r.y + by, r.w, r.h);
    match zone {
        Zone::Marks(z) => {
            for option in &mut z.options {
                option.boxed.iter_mut().for_each(down);
                option.word.iter_mut().for_each(down);
            }
        }
        Zone::Grid(z) => z.columns.iter_mut().flatten().for_each(down),
        Zone::Comb(z) => z.cells.iter_mut().for_each(down),
        Zone::Rank(z) => z.options.iter_mut().for_each(|o| down(&mut o.cell)),
        Zone::Line(z) => down(&mut z.area),
        Zone::Barcode(z) => down(&mut z.zone),
        Zone::Ink(z) => down(&mut z.area),
        Zone::Picture(r) => down(r),
    }
}

/// A page of the second print: one field of `card` lies lower by so much.
fn of_second_print(card: &Card, (field, by): (usize, f64), rng: &mut ChaCha8Rng) -> Scan {
    let side = card.shape();
    let k = draw::BLANK_PX_PER_MM;
    let moved = reprinted(side, field, by);
    let values = Values::with_key("0123456789");
    let mut sheet = draw::side(&moved, k, &values)
        .unwrap_or_else(|_| draw::side(&moved, k, &Values::default()).unwrap());
    write_on(&mut sheet, &moved, rng);
    let geometry = everyday(rng);
    let shades = Shades {
        paper: 240.0,
        bed: 250,
        show_through: 0.0,
        noise: 3.0,
    };
    let k = f64::from(sheet.width()) / side.size.w;
    let print = (&sheet, k, side.size);
    let gray = geometry::scan(&geometry, print, (&sheet, shades), rng);
    crate::pages::drawn(gray, Some(geometry.dpi))
}

/// The side as it lies, without a barcode or a layout that says so.
fn upright(form: &Arc<Form>, side: usize) -> Candidate {
    Candidate {
        form: Arc::clone(form),
        side,
        turn: QuarterTurn::None,
        coarse: None,
        score: 0.0,
        by_key: false,
        by_barcode: false,
    }
}

/// The print shop moved one question by 2.5 mm in the second print.
#[test]
fn a_shifted_reprint_is_never_read_silently() {
    let (mut asked, mut silent) = (0, Vec::new());
    for (c, card) in cards().iter().enumerate() {
        let side = card.shape();
        let marked = side
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| matches!(f.zone, Zone::Marks(_) | Zone::Comb(_) | Zone::Rank(_)));
        // Frames that moved were once taken for frames that the scan had lost, on the telephone number.
        let most = if pages_asked_for().is_some() { 9 } else { 2 };
        let tried = marked
            .enumerate()
            .filter(|(n, (_, field))| *n < most || field.id.0 == "phone");
        for (_, (i, field)) in tried {
            let by = if (c + i).is_multiple_of(2) { 2.5 } else { -2.5 };
            let mut rng = card_rng(77, (100 * c + i) as u32);
            let scan = of_second_print(card, (i, by), &mut rng);
            match register(&normalize(&scan), &upright(&card.form, card.side)) {
                Ok(page) if !page.doubts_field(i) => {
                    silent.push(format!(
                        "{} {} by {by}: {:?}",
                        card.form.id, field.id, page.report.fields[i]
                    ));
                }
                _ => asked += 1,
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
    assert!(asked >= 8, "{asked}");
}

/// The same where the form has no picture of its blank: the outlines of boxes tell.
#[test]
fn a_shifted_reprint_of_a_form_without_a_blank_is_never_read_silently() {
    let (mut silent, mut needless, mut seen) = (Vec::new(), Vec::new(), [0_usize, 0]);
    for (c, card) in cards().iter().enumerate() {
        let side = card.shape();
        if !matches!(side.anchors, hagaki::form::Anchors::Marks(_)) {
            continue;
        }
        let mut bare = (*card.form).clone();
        for side in &mut bare.sides {
            side.blank = None;
        }
        let bare = Arc::new(bare);
        let boxed = side.fields.iter().enumerate();
        let boxed = boxed.filter(|(_, f)| !outlines(f).is_empty());
        let most = if pages_asked_for().is_some() { 99 } else { 4 };
        for (i, _) in boxed.take(most) {
            for by in [0.0, 2.5, -2.5, 5.0] {
                let mut rng = card_rng(79, (100 * c + i) as u32);
                let scan = of_second_print(card, (i, by), &mut rng);
                let upright_page = normalize(&scan);
                let candidate = upright(&bare, card.side);
                let Ok(page) = register(&upright_page, &candidate) else {
                    continue;
                };
                let fit = &page.report.fields[i];
                let told = format!("{} by {by}: {fit:?}", card.form.id);
                if by.abs() < FATAL {
                    needless.extend(fit.is_doubtful().then_some(told));
                    continue;
                }
                let followed = (fit.dy_mm - by).abs() < 0.25;
                seen[usize::from(followed)] += 1;
                silent.extend((!fit.is_doubtful()).then_some(told));
            }
        }
    }
    assert!(needless.is_empty(), "{needless:#?}");
    // Strokes may hide what moved on one page; the lot has more. How far it moved is known where
    // enough of the boxes are seen.
    let all = seen[0] + seen[1];
    assert!(all >= 30 && 20 * silent.len() <= all, "{all}: {silent:#?}");
    assert!(4 * seen[1] >= all, "{seen:?}");
}

/// Bumps on A4 that are narrower than its patches lie apart, under fields with nothing but a line near.
#[test]
fn a_bump_between_the_patches_is_not_read_past() {
    let cards = cards();
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for i in [358, 582, 1030, 1142, 1478] {
        let card = &cards[(i as usize / KINDS.len()) % cards.len()];
        assert_eq!(card.form.id.0, "benefit-application");
        let page = draw_page(card, Kind::Bump, &mut card_rng(SEED, i));
        wrong.extend(measure(&page, &mut tally));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // These pages were chosen for it: most others have no field asked.
    assert!(2 * tally.doubted <= tally.fields, "{:?}", tally.who);
}
