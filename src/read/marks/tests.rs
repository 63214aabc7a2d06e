//! Drawn cards: a blank with boxes and words, the same card marked by a made-up hand, half a
//! millimetre off, darker or fainter, read through the whole survey.

use std::sync::Arc;

use image::{GrayImage, Luma};

use super::*;
use crate::form::*;
use crate::geom::{Mm, Px, Size, Transform};
use crate::normalize::Levels;
use crate::read::MarkState;
use crate::register::RegistrationReport;
use crate::scan::{Origin, Picture, Scan};

const DPMM: f64 = 11.81;
const SIZE: (f64, f64) = (80.0, 40.0);

/// Three options side by side: a 4 mm box with a word beside it.
fn options() -> Vec<MarkOption> {
    let option = |value: &str, x: f64| MarkOption {
        value: value.into(),
        label: value.into(),
        boxed: Some(Rect::new(x, 15.0, 4.0, 4.0)),
        word: Some(Rect::new(x + 6.0, 14.5, 10.0, 5.0)),
    };
    vec![option("a", 8.0), option("b", 30.0), option("c", 52.0)]
}

struct Card {
    gray: GrayImage,
    shift: (f64, f64),
}

impl Card {
    fn blank(shift: (f64, f64)) -> Self {
        let px = |mm: f64| (mm * DPMM) as u32;
        let mut card = Self {
            gray: GrayImage::from_pixel(px(SIZE.0), px(SIZE.1), Luma([250])),
            shift,
        };
        for o in options() {
            let (b, w) = (o.boxed.unwrap(), o.word.unwrap());
            let c = b.corners();
            for i in 0..4 {
                card.line(
                    (c[i].x, c[i].y),
                    (c[(i + 1) % 4].x, c[(i + 1) % 4].y),
                    0.25,
                    20,
                );
            }
            // Strokes of a printed word.
            for k in 0..4 {
                let x = w.x + 1.0 + 2.4 * f64::from(k);
                card.line((x, w.y + 1.0), (x + 1.5, w.y + 4.0), 0.4, 20);
                card.line((x, w.y + 2.5), (x + 1.6, w.y + 2.5), 0.3, 20);
            }
        }
        card
    }

    /// A pen stroke of `width` mm.
    fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, gray: u8) {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) * DPMM * 2.0) as usize + 1;
        let r = width / 2.0 * DPMM;
        for i in 0..=steps {
            let t = i as f64 / steps as f64;
            let x = (from.0 + (to.0 - from.0) * t + self.shift.0) * DPMM;
            let y = (from.1 + (to.1 - from.1) * t + self.shift.1) * DPMM;
            for py in (y - r).floor() as i64..=(y + r).ceil() as i64 {
                for px in (x - r).floor() as i64..=(x + r).ceil() as i64 {
                    let inside = (px as f64 - x).hypot(py as f64 - y) <= r;
                    if inside
                        && px >= 0
                        && py >= 0
                        && px < i64::from(self.gray.width())
                        && py < i64::from(self.gray.height())
                    {
                        let p = self.gray.get_pixel_mut(px as u32, py as u32);
                        p.0[0] = p.0[0].min(gray);
                    }
                }
            }
        }
    }

    fn lines(&mut self, points: &[(f64, f64)], width: f64, gray: u8) {
        for pair in points.windows(2) {
            self.line(pair[0], pair[1], width, gray);
        }
    }

    /// A loop round the middle, `share` of the way.
    fn ring(&mut self, (cx, cy): (f64, f64), (rx, ry): (f64, f64), share: f64, gray: u8) {
        let n = 60;
        let points: Vec<(f64, f64)> = (0..=n)
            .map(|i| f64::from(i) / f64::from(n) * share * std::f64::consts::TAU)
            .map(|a| (cx + rx * a.cos(), cy + ry * a.sin()))
            .collect();
        self.lines(&points, 0.4, gray);
    }

    fn fill(&mut self, r: Rect<Mm>, gray: u8) {
        let mut y = r.y;
        while y < r.bottom() {
            self.line((r.x, y), (r.right(), y), 0.4, gray);
            y += 0.3;
        }
    }
}

/// The side of a card with that one field.
fn side(fields: Vec<Field>) -> Side {
    Side {
        id: "answer".into(),
        size: Size {
            w: SIZE.0,
            h: SIZE.1,
        },
        anchors: Anchors::Auto,
        blank: Some(Blank {
            gray: Arc::new(Card::blank((0.0, 0.0)).gray),
            px_per_mm: DPMM,
        }),
        key: None,
        mark: None,
        fields,
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: true,
    }
}

/// What is selected on a card, by the rules.
fn read(card: &Card) -> Vec<(String, MarkState, f64)> {
    options_of(card)
        .into_iter()
        .map(|o| (o.value, o.state, o.selected.get()))
        .collect()
}

/// A question with the three options, so much lower than they are printed.
fn field(id: &str, lower: f64) -> Field {
    let down = |r: Rect<Mm>| Rect::new(r.x, r.y + lower, r.w, r.h);
    let mut options = options();
    for option in &mut options {
        option.boxed = option.boxed.map(down);
        option.word = option.word.map(down);
    }
    let zone = MarkZone {
        options,
        at_most: 1,
        at_least: 0,
        shape: BoxShape::Square,
        cross_means: CrossMeans::Ask,
        corrected: Corrected::Ask,
    };
    Field::new(FieldId(id.into()), Zone::Marks(zone), ValueKind::Choice)
}

/// Reads a card against its blank.
fn options_of(card: &Card) -> Vec<OptionReading> {
    options_of_field(card, vec![field("wish", 0.0)])
}

/// The options of the first of the questions.
fn options_of_field(card: &Card, fields: Vec<Field>) -> Vec<OptionReading> {
    let first = fields[0].id.clone();
    let side = side(fields);
    let scan = Scan {
        half_rows: false,
        origin: Origin {
            file: "x".into(),
            file_sha256: crate::digest::Digest::of(b""),
            page: 0,
        },
        picture: Picture {
            gray: card.gray.clone(),
            color: None,
            bilevel: false,
        },
        resolution: None,
    };
    let page = Registered {
        local: crate::register::Local::default(),
        scan: &scan,
        side: &side,
        to_px: Transform::<Mm, Px>::affine(DPMM, 0.0, -0.5, 0.0, DPMM, -0.5),
        levels: Levels {
            paper: 250.0,
            ink: 20.0,
        },
        report: report(),
    };
    let survey = Survey::of(&page).unwrap();
    let reading = survey.reading(&first).unwrap();
    let Content::Marks { options } = &reading.content else {
        panic!("not marks")
    };
    options.clone()
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
        ..RegistrationReport::default()
    }
}

/// Asserts which options count as selected and with what states.
fn check(name: &str, card: &Card, states: [MarkState; 3]) {
    let got = read(card);
    let found: Vec<MarkState> = got.iter().map(|g| g.1).collect();
    assert_eq!(found, states, "{name}: {got:?}");
}

use MarkState::{Circled, Crossed, Empty, Filled, Foreign, Overflow, Struck, Tick};

#[test]
fn an_untouched_card_is_empty_even_half_a_millimetre_off() {
    for shift in [(0.0, 0.0), (0.4, 0.3), (-0.4, 0.2), (0.1, -0.45)] {
        check("blank", &Card::blank(shift), [Empty; 3]);
    }
}

#[test]
fn a_tick_is_read_in_heavy_pen_and_in_faint_pencil() {
    for gray in [30, 90, 150] {
        let mut card = Card::blank((0.2, -0.2));
        card.lines(&[(30.5, 16.5), (32.0, 18.5), (35.5, 13.5)], 0.5, gray);
        check("tick", &card, [Empty, Tick, Empty]);
        assert!(read(&card)[1].2 > 0.5, "grey {gray}");
    }
}

#[test]
fn a_long_tail_belongs_to_the_box_where_the_tick_turns() {
    let mut card = Card::blank((0.0, 0.0));
    // From a's box up and far to the right, through b's box.
    card.lines(
        &[(8.5, 16.5), (10.5, 18.5), (30.5, 17.5), (33.5, 16.0)],
        0.5,
        30,
    );
    let got = read(&card);
    assert!(matches!(got[0].1, Tick | Filled), "{got:?}");
    assert!(matches!(got[1].1, Overflow | Empty), "{got:?}");
    assert!(got[1].2 < 0.05, "{got:?}");
}

#[test]
fn a_filled_box_is_filled() {
    let mut card = Card::blank((0.2, 0.2));
    card.fill(Rect::new(52.2, 15.2, 3.6, 3.6), 60);
    check("fill", &card, [Empty, Empty, Filled]);
}

#[test]
fn a_loop_round_the_word_circles_its_option_from_sixty_percent_on() {
    for share in [0.75, 1.0] {
        let mut card = Card::blank((0.1, 0.3));
        card.ring((41.0, 17.0), (6.5, 4.0), share, 40);
        check("ring", &card, [Empty, Circled, Empty]);
    }
}

#[test]
fn half_a_loop_is_no_circle() {
    let mut card = Card::blank((0.0, 0.0));
    card.ring((41.0, 17.0), (6.5, 4.0), 0.4, 40);
    assert!(read(&card).iter().all(|o| o.1 != Circled));
}

#[test]
fn a_loop_round_two_options_circles_both() {
    let mut card = Card::blank((0.0, 0.0));
    card.ring((27.0, 17.0), (24.0, 5.5), 1.0, 40);
    let got = read(&card);
    assert_eq!((got[0].1, got[1].1), (Circled, Circled), "{got:?}");
}

#[test]
fn a_cross_is_a_cross() {
    let mut card = Card::blank((0.0, 0.2));
    card.line((8.3, 15.3), (11.7, 18.7), 0.4, 40);
    card.line((11.7, 15.3), (8.3, 18.7), 0.4, 40);
    check("cross", &card, [Crossed, Empty, Empty]);
}

#[test]
fn a_double_line_through_word_and_box_strikes_the_option() {
    let mut card = Card::blank((0.2, 0.0));
    card.line((29.5, 16.8), (46.5, 17.0), 0.4, 40);
    card.line((29.5, 17.8), (46.5, 17.9), 0.4, 40);
    check("struck", &card, [Empty, Struck, Empty]);
    assert!(read(&card)[1].2 < 0.5);
}

#[test]
fn dust_is_not_an_answer() {
    let mut card = Card::blank((0.0, 0.0));
    card.line((31.5, 16.5), (31.7, 16.6), 0.3, 40);
    assert!(read(&card).iter().all(|o| o.2 < 0.05), "{:?}", read(&card));
}

#[test]
fn an_underlined_word_is_noticed_and_selects_nothing() {
    let mut card = Card::blank((0.0, 0.0));
    card.line((36.0, 20.6), (46.0, 20.8), 0.5, 30);
    check("underline", &card, [Empty, Foreign, Empty]);
    assert!(read(&card)[1].2 < 0.5);
}

#[test]
fn a_tick_on_the_word_is_noticed_and_selects_nothing() {
    let mut card = Card::blank((0.0, 0.0));
    card.lines(&[(38.0, 16.5), (40.0, 18.8), (44.5, 13.5)], 0.6, 30);
    check("tick on the word", &card, [Empty, Foreign, Empty]);
}

/// The network's likeliest kinds.
fn kinds(card: &Card) -> Vec<MarkState> {
    options_of(card).iter().map(|o| o.kinds[0].0).collect()
}

#[test]
fn the_network_names_what_it_sees() {
    assert_eq!(kinds(&Card::blank((0.3, -0.2))), [Empty; 3]);
    let mut card = Card::blank((0.2, -0.2));
    card.lines(&[(30.5, 16.5), (32.0, 18.5), (35.5, 13.5)], 0.5, 90);
    card.ring((63.0, 17.0), (7.0, 4.0), 1.0, 40);
    card.line((7.5, 16.8), (24.5, 17.0), 0.4, 40);
    card.line((7.5, 17.9), (24.5, 18.0), 0.4, 40);
    assert_eq!(kinds(&card), [Struck, Tick, Circled]);
}

#[test]
fn writing_near_an_option_is_measured_and_a_loop_round_it_is_not() {
    let digit = |gray: u8| {
        let mut card = Card::blank((0.0, 0.0));
        card.lines(&[(4.2, 15.0), (6.2, 15.0), (5.0, 19.0)], 0.5, gray);
        let near: Vec<f64> = options_of(&card).iter().map(|o| o.measures.near).collect();
        near
    };
    for gray in [60, 200] {
        let near = digit(gray);
        assert!(
            near[0] > 1.0 && near[1] < 0.01 && near[2] < 0.01,
            "{near:?}"
        );
    }
    let mut card = Card::blank((0.0, 0.0));
    card.ring((41.0, 17.0), (6.5, 4.0), 1.0, 40);
    assert!(options_of(&card).iter().all(|o| o.measures.near < 0.01));
}

#[test]
fn writing_between_two_questions_belongs_to_the_nearer_one() {
    let mut card = Card::blank((0.0, 0.0));
    card.lines(&[(5.2, 15.6), (5.2, 18.4)], 0.5, 60);
    let rows = |first: &str| {
        let mut rows = vec![field("here", 0.0), field("below", 6.5)];
        rows.sort_by_key(|f| f.id.0 != first);
        options_of_field(&card, rows)
    };
    let near = |first: &str| rows(first)[0].measures.near;
    assert!(near("here") > 0.8, "{}", near("here"));
    assert!(near("below") < 0.01, "{}", near("below"));
}

#[test]
fn the_top_of_a_ring_in_the_row_below_is_no_writing() {
    let mut card = Card::blank((0.0, 0.0));
    card.ring((41.0, 27.0), (6.5, 6.5), 0.9, 40);
    let options = options_of_field(&card, vec![field("here", 0.0), field("below", 10.0)]);
    let beside = |o: &OptionReading| o.measures.near + o.measures.apart;
    assert!(options.iter().all(|o| beside(o) < 0.01), "{options:?}");
}

#[test]
fn a_number_in_pieces_away_from_the_options_is_measured() {
    let mut card = Card::blank((0.0, 0.0));
    card.lines(&[(74.0, 15.0), (74.0, 16.2)], 0.5, 60);
    card.lines(&[(74.0, 16.9), (74.0, 18.2)], 0.5, 60);
    let apart: f64 = options_of(&card).iter().map(|o| o.measures.apart).sum();
    assert!(apart > 0.8, "{apart}");
}

#[test]
fn the_ring_of_the_row_below_does_not_make_a_pale_mark_dark() {
    let mut card = Card::blank((0.0, 0.0));
    card.lines(&[(30.5, 16.5), (32.0, 18.5), (34.5, 14.5)], 0.5, 190);
    let peak = |card: &Card| {
        options_of_field(card, vec![field("here", 0.0)])[1]
            .measures
            .peak
    };
    let alone = peak(&card);
    card.ring((38.0, 28.0), (9.0, 7.6), 1.0, 40);
    let beside = peak(&card);
    assert!((0.1..0.4).contains(&alone), "{alone}");
    assert!((beside - alone).abs() < 0.05, "{alone} {beside}");
}

#[test]
fn the_paper_beside_a_box_is_darker_at_a_stains_edge_and_not_at_a_filled_box() {
    let mut card = Card::blank((0.0, 0.0));
    // A stain over the right half of the middle box and far beyond, a fill in the first.
    card.fill(Rect::new(32.0, 11.0, 3.7, 12.0), 110);
    card.fill(Rect::new(8.2, 15.2, 3.6, 3.6), 40);
    let all: Vec<MarkMeasures> = options_of(&card).iter().map(|o| o.measures).collect();
    let [filled, stained, empty] = all[..] else {
        panic!("three options")
    };
    assert!(stained.beside > 0.5, "{}", stained.beside);
    assert!(
        filled.relative > 0.8 && filled.beside < 0.1,
        "{}",
        filled.beside
    );
    assert!(empty.beside < 0.1);
}

#[test]
fn print_that_is_gone_is_told_to_every_option() {
    let mut card = Card::blank((0.0, 0.0));
    let px = |mm: f64| (mm * DPMM) as u32;
    for y in px(13.0)..px(21.0) {
        for x in px(29.0)..px(48.0) {
            card.gray.put_pixel(x, y, Luma([250]));
        }
    }
    let lost: Vec<f64> = options_of(&card).iter().map(|o| o.measures.lost).collect();
    assert!(lost.iter().all(|l| (0.2..0.5).contains(l)), "{lost:?}");
}

#[test]
fn print_that_somebody_drew_along_is_bolder_than_the_others() {
    let bold = |card: &Card| -> Vec<f64> {
        let all = options_of(card);
        all.iter().map(|o| o.measures.bold).collect()
    };
    let mut card = Card::blank((0.3, 0.2));
    let untouched = bold(&card);
    assert!(untouched.iter().all(|b| b.abs() < 0.15), "{untouched:?}");
    // The middle box's frame, drawn over and a little thicker.
    let corners = [(30.1, 15.1), (33.9, 15.1), (33.9, 18.9), (30.1, 18.9)];
    card.lines(&[&corners[..], &corners[..1]].concat(), 0.7, 40);
    let traced = bold(&card);
    assert!(traced[1] > 0.3, "{traced:?}");
    assert!(traced[0] < 0.1 && traced[2] < 0.1, "{traced:?}");
}
