//! Training data for the mark network: draws cards of random layout in memory, marks them as people
//! do, scans them, cuts every option's patch as the reader does, and writes a record an option: card
//! (u32), question (u16), option, label, kind of mark (255: by hand), wear (255), whether words or a
//! number stand beside it, whether anything is to be seen, then the patch's planes of tones and the one of places, 128 x 64 bytes each.
//!
//!     cargo run --release --example mark_features -- made|own CARDS SEED > patches.bin
//!
//! `made` marks and wears the cards by `synth::volume`, as `hagaki synth --marks` does; `own` by
//! this program alone, which shares nothing with it but pens and paper: a network that learns
//! from one hand only learns that hand. Options at which nothing can be seen are counted on
//! standard error instead: the reader does not ask the network about them.

#![expect(clippy::print_stderr, reason = "what was left out is worth a line")]

mod hand;
mod layout;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use hagaki::digest::Digest;
use hagaki::form::{Blank, Form, FormId, Role, Side, Zone, draw};
use hagaki::geom::{Mm, Px, Transform};
use hagaki::lang::Text;
use hagaki::read::MarkState;
use hagaki::read::marks::{Patch, patches};
use hagaki::register::{Local, Registered, RegistrationReport};
use hagaki::scan::{Origin, Picture, Resolution, Scan};
use hagaki::synth::card_rng;
use hagaki::synth::degrade::Degradation;
use hagaki::synth::fill::Filled;
use hagaki::synth::hand::{Hand, Sheet, between};
use hagaki::synth::marks::MarkKind;
use hagaki::synth::marks::question::OptionTruth;
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
    let mut out = BufWriter::new(io::stdout().lock());
    let mut unseen = BTreeMap::new();
    for card in 0..cards {
        let mut rng = card_rng(seed, card);
        let page = if source == "made" {
            made(card, &mut rng)?
        } else {
            own(&mut rng)?
        };
        for (option, patch) in measure(card, page, &mut rng) {
            if !patch.is_touched() {
                *unseen.entry(option.truth.state).or_insert(0u32) += 1;
            }
            if patch.is_touched() || option.truth.state != MarkState::Empty {
                out.write_all(&option.record(patch.is_touched()))?;
                out.write_all(&patch.bytes().collect::<Vec<u8>>())?;
            }
        }
    }
    out.flush()?;
    eprintln!("nothing to be seen: {unseen:?}");
    Ok(())
}

/// Which option a record is of, and what was done there.
struct Drawn {
    card: u32,
    question: u16,
    option: u8,
    truth: OptionTruth,
    kind: u8,
    wear: u8,
}

impl Drawn {
    fn record(&self, touched: bool) -> Vec<u8> {
        let mut out = self.card.to_le_bytes().to_vec();
        out.extend(self.question.to_le_bytes());
        let (label, written) = (self.truth.state as u8, u8::from(self.truth.written));
        out.extend([
            self.option,
            label,
            self.kind,
            self.wear,
            written,
            u8::from(touched),
        ]);
        out
    }
}

/// What the `own` marks are called, which have no kind and no degradation.
const BY_HAND: u8 = u8::MAX;

/// A scanned side with what was done at each option of each question.
struct Page {
    side: Side,
    blank: GrayImage,
    scan: Scan,
    to_px: Transform<Mm, Px>,
    labels: Vec<Vec<OptionTruth>>,
    kinds: Vec<u8>,
    wear: u8,
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
    let labels = page.fields.iter().map(|f| f.drawn.options.clone());
    let place = |kind: MarkKind| MarkKind::ALL.iter().position(|k| *k == kind).unwrap_or(0) as u8;
    let (scan, to_px) = page.scanned.scan()?;
    Ok(Page {
        blank: draw::side(page.side, SCALE, &draw::Values::default())?,
        scan,
        to_px,
        labels: labels.collect(),
        kinds: page.fields.iter().map(|f| place(f.drawn.kind)).collect(),
        wear: (card as usize % Degradation::ALL.len()) as u8,
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
            half_rows: false,
            origin,
            picture,
            resolution: Some(Resolution::square(wear.dpi)),
        },
        kinds: vec![BY_HAND; labels.len()],
        wear: BY_HAND,
        labels,
        side,
        blank,
    })
}

fn measure(card: u32, page: Page, rng: &mut ChaCha8Rng) -> Vec<(Drawn, Patch)> {
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
    let mut seen = patches(&registered);
    let mut all = Vec::new();
    for (q, (field, labels)) in side.fields.iter().zip(&page.labels).enumerate() {
        let patches = seen.remove(&field.id).unwrap_or_default();
        for (o, (patch, truth)) in patches.into_iter().zip(labels).enumerate() {
            let drawn = Drawn {
                card,
                question: q as u16,
                option: o as u8,
                truth: *truth,
                kind: page.kinds[q],
                wear: page.wear,
            };
            all.push((drawn, patch));
        }
    }
    all
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
        place: None,
    }
}
