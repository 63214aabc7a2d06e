//! One page of a mixed stack: filled by a hand, worn, scanned any way round.

use std::sync::{Arc, OnceLock};

use hagaki::digest::Digest;
use hagaki::form::draw::{self, Values};
use hagaki::form::{Form, Library};
use hagaki::geom::{Dpi, Mm, Point, QuarterTurn, Rect, Size};
use hagaki::raster::turned;
use hagaki::scan::{Origin, Picture, Resolution, Scan};
use hagaki::synth::degrade::{self, Degradation};
use hagaki::synth::fill::{self, Filled};
use hagaki::synth::hand::{Hand, Sheet, between};
use hagaki::synth::inks::Inks;
use hagaki::synth::marks::foreign as marks;
use hagaki::synth::wear::{self, Mode, Wear};
use hagaki::synth::{answers, card_rng};
use image::imageops::grayscale;
use image::{GrayImage, RgbImage};
use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::{foreign, forms};

/// Print and ink are drawn at 240 dpi and scanned at any resolution.
const DRAW: f64 = 240.0 / 25.4;

/// Clockwise, a quarter turn each.
const WAYS: [QuarterTurn; 4] = [
    QuarterTurn::None,
    QuarterTurn::Cw90,
    QuarterTurn::Half,
    QuarterTurn::Cw270,
];

/// A mixed stack, drawn page by page: the blanks are made once.
pub(crate) struct Stack {
    pub(crate) library: Library,
    known: Vec<(Arc<Form>, OnceLock<GrayImage>)>,
    unknown: Vec<(Arc<Form>, OnceLock<GrayImage>)>,
}

/// A scan and what it shows: a form of the library and how it lies, or a stranger's name.
pub(crate) struct Page {
    pub(crate) scan: Scan,
    pub(crate) truth: Truth,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Form(String, u32, QuarterTurn),
    Foreign(String),
}

impl Stack {
    pub(crate) fn new() -> Self {
        let library = forms::twenty();
        let lazy = |f: &Arc<Form>| (Arc::clone(f), OnceLock::new());
        Self {
            known: library.forms().iter().map(lazy).collect(),
            unknown: forms::unknown().iter().map(lazy).collect(),
            library,
        }
    }

    pub(crate) fn kinds_of_strangers(&self) -> u32 {
        (self.unknown.len() + foreign::KINDS) as u32
    }

    /// The `n`-th page of a form of the library, by its place there.
    pub(crate) fn page(&self, form: usize, n: u32, seed: u64) -> Page {
        let mut rng = card_rng(seed, form as u32 * 10_000 + n);
        let (form, blank) = &self.known[form];
        let (scan, turn) = filled(form, blank, &mut rng);
        Page {
            scan,
            truth: Truth::Form(form.id.0.clone(), form.edition, turn),
        }
    }

    /// The `n`-th page that no form of the library is: forms of others, and no forms.
    pub(crate) fn stranger(&self, n: u32, seed: u64) -> Page {
        let mut rng = card_rng(seed, 5_000_000 + n);
        let kind = (n % self.kinds_of_strangers()) as usize;
        if let Some((form, blank)) = self.unknown.get(kind) {
            let (scan, _) = filled(form, blank, &mut rng);
            let name = format!("{} {}", form.id, form.edition);
            return Page {
                scan,
                truth: Truth::Foreign(name),
            };
        }
        let kind = kind - self.unknown.len();
        let (print, size) = foreign::page(kind, DRAW, &mut rng);
        let hand = Hand::any(&mut rng);
        let mut ink = Filled {
            pen: Sheet::new(size, DRAW),
            seal: Sheet::new(size, DRAW),
        };
        if rng.random_bool(0.4) {
            remark(&mut ink.pen, size, &hand, &mut rng);
        }
        let places = [Rect::new(12.0, 0.6 * size.h, size.w - 24.0, 9.0)];
        let sheet = Filling {
            print: &print,
            ink: &ink,
            hand,
            size,
            places: &places,
        };
        let (scan, _) = scanned(&sheet, &mut rng);
        Page {
            scan,
            truth: Truth::Foreign(format!("kind {kind}")),
        }
    }
}

fn filled(form: &Form, blank: &OnceLock<GrayImage>, rng: &mut ChaCha8Rng) -> (Scan, QuarterTurn) {
    let side = &form.sides[0];
    let print = blank.get_or_init(|| draw::side(side, DRAW, &Values::default()).expect("drawable"));
    let hand = Hand::any(rng);
    let answers = answers::choose(form, rng);
    let mut ink = fill::fill(side, |f| answers.get(&f.id), DRAW, &hand, rng);
    if rng.random_bool(0.1) {
        remark(&mut ink.pen, side.size, &hand, rng);
    }
    let places: Vec<Rect<Mm>> = side.fields.iter().filter_map(|f| f.zone.area()).collect();
    let sheet = Filling {
        print,
        ink: &ink,
        hand,
        size: side.size,
        places: &places,
    };
    scanned(&sheet, rng)
}

/// A line written beside the questions, anywhere.
fn remark(pen: &mut Sheet, size: Size, hand: &Hand, rng: &mut ChaCha8Rng) {
    let width = between(rng, 25.0, 60.0);
    let at = (
        between(rng, 4.0, size.w - width),
        between(rng, 4.0, size.h - 12.0),
    );
    let area = Rect::new(at.0, at.1, width, between(rng, 5.0, 8.0));
    pen.line("よろしくお願いします", area, hand, rng);
}

/// A side with everything that people did to it.
struct Filling<'a> {
    print: &'a GrayImage,
    ink: &'a Filled,
    hand: Hand,
    size: Size,
    /// Where answers are written.
    places: &'a [Rect<Mm>],
}

impl Filling<'_> {
    /// The sheet in color: stamps, dirt, and correction tape over an answer and what stands round it.
    fn composed(&self, print_rgb: [u8; 3], rng: &mut ChaCha8Rng) -> RgbImage {
        let mut inks = Inks::new(self.size, DRAW);
        let anywhere = |rng: &mut ChaCha8Rng| {
            let (w, h) = (self.size.w, self.size.h);
            Point::new(between(rng, 10.0, w - 10.0), between(rng, 10.0, h - 10.0))
        };
        if rng.random_bool(0.25) {
            let at = anywhere(rng);
            marks::stamp(&mut inks, at, rng);
        }
        if rng.random_bool(0.15) {
            let at = anywhere(rng);
            marks::dirt(&mut inks, Rect::new(at.x, at.y, 6.0, 3.0), rng);
        }
        if let Some(place) = self.places.choose(rng)
            && rng.random_bool(0.15)
        {
            let (dx, dy) = (between(rng, -4.0, 4.0), between(rng, -2.5, 2.5));
            let width = between(rng, 10.0, 40.0).min(place.w + 4.0);
            let tape = Rect::new(place.x + dx, place.y + dy, width, between(rng, 4.0, 6.0));
            inks.cover(tape, rng);
        }
        let mut paper = inks.onto(self.print, print_rgb);
        lay(&self.ink.pen, self.hand.pen.rgb, &mut paper);
        lay(&self.ink.seal, [200, 40, 40], &mut paper);
        paper
    }
}

fn lay(sheet: &Sheet, rgb: [u8; 3], paper: &mut RgbImage) {
    for (pixel, ink) in paper.pixels_mut().zip(sheet.ink.pixels()) {
        let a = u32::from(ink[0]);
        for (v, c) in pixel.0.iter_mut().zip(rgb) {
            *v = ((u32::from(*v) * (255 - a) + u32::from(c) * a) / 255) as u8;
        }
    }
}

/// Half of the pages come from plain scanners, half from machines that wear them and from hands
/// that stamp, tape and soil them.
fn scanned(sheet: &Filling<'_>, rng: &mut ChaCha8Rng) -> (Scan, QuarterTurn) {
    let quarters = if rng.random_bool(0.25) {
        rng.random_range(0..4)
    } else {
        0
    };
    let way = WAYS[quarters as usize];
    let (picture, mut resolution, upside_down) = if rng.random_bool(0.5) {
        plain(sheet, way, rng)
    } else {
        worn(sheet, way, rng)
    };
    if way.swaps_sides() {
        resolution = Resolution {
            x: resolution.y,
            y: resolution.x,
        };
    }
    let whole = WAYS[((u32::from(upside_down) * 2 + quarters) % 4) as usize];
    // One file in eight does not say its resolution.
    let known = !rng.random_bool(0.125) || resolution.x != resolution.y;
    let scan = Scan {
        half_rows: false,
        origin: Origin {
            file: "stack/page.png".into(),
            file_sha256: Digest::of(b""),
            page: 0,
        },
        picture,
        resolution: known.then_some(resolution),
    };
    (scan, whole)
}

/// Large sheets at 400 dpi cost much and teach nothing.
fn bounded(mut wear: Wear, size: Size) -> Wear {
    if size.w * size.h > 40_000.0 && wear.dpi.get() > 300.0 {
        wear.dpi = Dpi::new(200.0).expect("positive");
    }
    wear
}

fn plain(
    sheet: &Filling<'_>,
    way: QuarterTurn,
    rng: &mut ChaCha8Rng,
) -> (Picture, Resolution, bool) {
    let mode = [Mode::Gray, Mode::Color, Mode::Bilevel][rng.random_range(0..3)];
    let wear = bounded(Wear::any(rng, mode), sheet.size);
    let paper = wear::Sheet {
        blank: sheet.print,
        filled: sheet.ink,
        pen: sheet.hand.pen,
        size: sheet.size,
    };
    let color = wear::scan(&paper, &wear, rng);
    let gray = grayscale(&color);
    let gray = if mode == Mode::Bilevel {
        wear::bilevel(&gray)
    } else {
        gray
    };
    let picture = Picture {
        color: (mode == Mode::Color && way == QuarterTurn::None).then_some(color),
        bilevel: mode == Mode::Bilevel,
        gray: turned(&gray, way),
    };
    (picture, Resolution::square(wear.dpi), wear.upside_down)
}

fn worn(
    sheet: &Filling<'_>,
    way: QuarterTurn,
    rng: &mut ChaCha8Rng,
) -> (Picture, Resolution, bool) {
    let degradation = *Degradation::ALL.choose(rng).expect("there are some");
    let wear = bounded(degradation.wear(rng), sheet.size);
    let rgb = match degradation {
        Degradation::RedForm => [226, 96, 88],
        _ => [0; 3],
    };
    let paper = sheet.composed(rgb, rng);
    let on_bed = degrade::Sheet {
        paper: &paper,
        px_per_mm: DRAW,
        size: sheet.size,
        back: sheet.print,
    };
    let (scan, _) = degradation
        .scan(&on_bed, &wear, rng)
        .scan()
        .expect("a picture");
    let picture = Picture {
        color: scan.picture.color.filter(|_| way == QuarterTurn::None),
        bilevel: scan.picture.bilevel,
        gray: turned(&scan.picture.gray, way),
    };
    let resolution = scan.resolution.unwrap_or(Resolution::square(wear.dpi));
    (picture, resolution, wear.upside_down)
}
