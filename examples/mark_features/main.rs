//! Training data for the mark classifier: draws cards of random layout in memory, marks them as
//! people do, scans them, measures every option as the reader does, and prints a line an option:
//! `card,question,option,label,` and the inputs.
//!
//!     cargo run --release --example mark_features -- made|own CARDS SEED > data.csv
//!
//! `made` marks and wears the cards by `synth::volume`, as `hagaki synth --marks` does; `own` by
//! this program alone, which shares nothing with it but pens and paper: a classifier that learns
//! from one hand only learns that hand.

#![expect(clippy::print_stdout, reason = "the data is the result")]

mod hand;
mod layout;

use std::error::Error;
use std::sync::Arc;

use hagaki::digest::Digest;
use hagaki::form::{Blank, Form, FormId, Role, Side, Zone, draw};
use hagaki::geom::{Mm, Px, Transform};
use hagaki::lang::Text;
use hagaki::read::marks::{Survey, features};
use hagaki::read::{Content, MarkState};
use hagaki::register::{Local, Registered, RegistrationReport};
use hagaki::scan::{Origin, Picture, Resolution, Scan};
use hagaki::synth::card_rng;
use hagaki::synth::degrade::Degradation;
use hagaki::synth::fill::Filled;
use hagaki::synth::hand::{Hand, Sheet, between};
use hagaki::synth::marks::MarkKind;
use hagaki::synth::volume;
use hagaki::synth::wear::{self, Mode, Wear};
use image::GrayImage;
use image::imageops::grayscale;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The print is drawn at 300 dpi.
const SCALE: f64 = 300.0 / 25.4;

/// How far the registration is off, mm each way: the marks' own correction must bear it.
const OFF: f64 = 0.3;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [source, cards, seed] = args.as_slice() else {
        return Err("mark_features made|own CARDS SEED".into());
    };
    let (cards, seed): (u32, u64) = (cards.parse()?, seed.parse()?);
    println!("card,question,option,label,{}", features::NAMES.join(","));
    for card in 0..cards {
        let mut rng = card_rng(seed, card);
        let page = if source == "made" {
            made(card, &mut rng)?
        } else {
            own(&mut rng)?
        };
        measure(card, page, &mut rng);
    }
    Ok(())
}

/// A scanned side with what was done to it: a label an option.
struct Page {
    side: Side,
    blank: GrayImage,
    scan: Scan,
    to_px: Transform<Mm, Px>,
    labels: Vec<Vec<MarkState>>,
}

fn made(card: u32, rng: &mut ChaCha8Rng) -> Result<Page, Box<dyn Error>> {
    let form = Form {
        id: FormId("made".into()),
        edition: 1,
        title: Text::default(),
        role: Role::Reply,
        sides: vec![layout::layout(rng)],
        digest: Digest::of(b"made"),
    };
    // Three cards of four hold every kind of mark, the fourth only plain answers.
    let kinds: &[MarkKind] = if card % 4 == 3 {
        &MarkKind::PLAIN
    } else {
        &MarkKind::ALL
    };
    let wear = Degradation::ALL[card as usize % Degradation::ALL.len()];
    let pages = volume::card(&form, kinds, wear, rng)?;
    let page = pages.into_iter().next().ok_or("no side")?;
    let labels = page.fields.iter();
    let labels = labels.map(|f| f.drawn.options.iter().map(|o| o.state).collect());
    Ok(Page {
        blank: draw::side(page.side, SCALE, &draw::Values::default())?,
        scan: page.scanned.scan()?,
        to_px: page.scanned.to_px,
        labels: labels.collect(),
        side: page.side.clone(),
    })
}

fn own(rng: &mut ChaCha8Rng) -> Result<Page, Box<dyn Error>> {
    let side = layout::layout(rng);
    let blank = draw::side(&side, SCALE, &draw::Values::default())?;
    let mut filled = Filled {
        pen: Sheet::new(side.size, SCALE),
        seal: Sheet::new(side.size, SCALE),
    };
    let person = Hand::any(rng);
    let mut labels = Vec::new();
    for field in &side.fields {
        if let Zone::Marks(zone) = &field.zone {
            labels.push(hand::mark(&mut filled, zone, &person, rng));
        }
    }
    hand::stray(&mut filled, side.size, &person, rng);
    let mode = [Mode::Color, Mode::Gray, Mode::Gray, Mode::Bilevel][rng.random_range(0..4)];
    let wear = Wear {
        upside_down: false,
        ..Wear::any(rng, mode)
    };
    let sheet = wear::Sheet {
        blank: &blank,
        filled: &filled,
        pen: person.pen,
        size: side.size,
    };
    let color = wear::scan(&sheet, &wear, rng);
    let gray = grayscale(&color);
    let bilevel = mode == Mode::Bilevel;
    let picture = Picture {
        gray: if bilevel { wear::bilevel(&gray) } else { gray },
        color: (mode == Mode::Color).then_some(color),
        bilevel,
    };
    let origin = Origin {
        file: "made".into(),
        file_sha256: Digest::of(b""),
        page: 0,
    };
    Ok(Page {
        to_px: wear.to_px(side.size),
        scan: Scan {
            origin,
            picture,
            resolution: Some(Resolution::square(wear.dpi)),
        },
        labels,
        side,
        blank,
    })
}

fn measure(card: u32, page: Page, rng: &mut ChaCha8Rng) {
    let mut side = page.side;
    side.blank = Some(Blank {
        gray: Arc::new(page.blank),
        px_per_mm: SCALE,
    });
    let off = (between(rng, -OFF, OFF), between(rng, -OFF, OFF));
    let nudge = Transform::<Mm, Mm>::affine(1.0, 0.0, off.0, 0.0, 1.0, off.1);
    let registered = Registered {
        scan: &page.scan,
        side: &side,
        to_px: nudge.then(&page.to_px),
        levels: hagaki::normalize::normalize(&page.scan).levels,
        local: Local::default(),
        report: report(),
    };
    let survey = Survey::of(&registered);
    for (q, (field, labels)) in side.fields.iter().zip(&page.labels).enumerate() {
        let (Some(reading), Zone::Marks(zone)) = (survey.reading(&field.id), &field.zone) else {
            continue;
        };
        let Content::Marks { options } = &reading.content else {
            continue;
        };
        for (o, ((option, place), label)) in
            options.iter().zip(&zone.options).zip(labels).enumerate()
        {
            let has = (place.boxed.is_some(), place.word.is_some());
            let inputs = features::inputs(&option.measures, has);
            let line: Vec<String> = inputs.iter().map(|x| format!("{x:.4}")).collect();
            let label = serde_json::to_string(label).unwrap_or_default();
            let label = label.trim_matches('"');
            println!("{card},{q},{o},{label},{}", line.join(","));
        }
    }
}

fn report() -> RegistrationReport {
    RegistrationReport {
        method: "patches",
        anchors_found: 6,
        anchors_expected: 6,
        residual_rms_mm: 0.1,
        residual_max_mm: 0.2,
        turn_degrees: 0,
        skew_cw_degrees: 0.0,
        scale_x: 1.0,
        scale_y: 1.0,
        bend_mm: 0.0,
        layout_score: 1.0,
        fields: Vec::new(),
    }
}
