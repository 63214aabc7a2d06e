//! What marks and digits mean together: drawn by hand on a printed form, scanned, and read by the
//! real readers. Each case is drawn by several hands; a false answer is never accepted, and what is
//! plain is not asked about by most of them.

use hagaki::calendar::Day;
use hagaki::engine::barcodes::Readers;
use hagaki::engine::{Engines, characters};
use hagaki::form::draw::{self, Values};
use hagaki::form::{Form, Library, Side};
use hagaki::geom::{Dpi, Mm, Rect};
use hagaki::pipeline::{PageOutcome, Settings, process_page};
use hagaki::synth::card_rng;
use hagaki::synth::fill::Filled;
use hagaki::synth::hand::{Hand, Sheet};
use hagaki::synth::wear::{self, Mode, Wear};
use hagaki::validate::{Status, Verdict};
use image::imageops::grayscale;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

const DRAW: f64 = 240.0 / 25.4;
const HANDS: u32 = 6;

const FORM: &str = r#"
form = "decisions"
edition = 1
title = "Decisions"

[[side]]
id = "page"
size = [148, 200]
margin_notes = false
print = [
  { text = { at = [74, 8], text = "意見をお聞かせください", size = 6, align = "center", bold = true } },
  { text = { at = [10, 20], text = "窓口について、あてはまるものに印をつけてください。", size = 3.2 } },
  { text = { at = [10, 72], text = "送迎", size = 3.2 } },
  { text = { at = [10, 92], text = "会場の希望順位", size = 3.2 } },
  { text = { at = [10, 150], text = "人数", size = 3.2 } },
  { box = { rect = [6, 18, 136, 48], width = 0.3 } },
  { box = { rect = [6, 70, 136, 16], width = 0.3 } },
  { box = { rect = [6, 90, 136, 50], width = 0.3 } },
  { box = { rect = [6, 146, 136, 30], width = 0.3 } },
  { line = { from = [6, 182], to = [142, 182], width = 0.4 } },
  { text = { at = [74, 186], text = "ご協力ありがとうございました", size = 3.6, align = "center" } },
]

[[side.matrix]]
first = [80, 30, 4, 4]
step = [18, 0]
pitch = [0, 8]
options = [
  { value = "good", label = "良い" },
  { value = "fair", label = "普通" },
  { value = "poor", label = "悪い" } ]
rows = [ { id = "speed" }, { id = "care" }, { id = "words" }, { id = "place" } ]

[[side.field]]
id = "ride"
marks = { x_means = "XMEANS", corrected = "CORRECTED", options = [
  { value = "yes", label = "有", box = [40, 75, 4, 4], word = [46, 74.5, 6, 5] },
  { value = "no", label = "無", box = [70, 75, 4, 4], word = [76, 74.5, 6, 5] } ] }

[[side.field]]
id = "venue"
rank = { most = 3, options = [
  { value = "hall", label = "公会堂", cell = [100, 96, 7, 9] },
  { value = "school", label = "小学校", cell = [100, 110, 7, 9] },
  { value = "clinic", label = "保健所", cell = [100, 124, 7, 9] } ] }

[[side.field]]
id = "people"
comb = { cells = 4, first = [60, 152, 7, 9], pitch = 9 }
value = { code = { length = 4 } }
"#;

fn form(x_means: &str, corrected: &str) -> Form {
    let text = FORM
        .replace("XMEANS", x_means)
        .replace("CORRECTED", corrected);
    Form::parse(&text, "form.toml", &|_| {
        Err(std::io::ErrorKind::NotFound.into())
    })
    .unwrap()
}

fn engines() -> Engines {
    Engines {
        barcodes: Box::new(Readers),
        characters: characters::networks().unwrap(),
        lines: None,
        print: None,
    }
}

/// A person with a sheet: draws by the names of fields and options.
struct Person<'a> {
    side: &'a Side,
    pen: Sheet,
    hand: Hand,
    rng: ChaCha8Rng,
}

impl Person<'_> {
    fn area(&self, field: &str, at: usize) -> Rect<Mm> {
        use hagaki::form::Zone;
        let field = self.side.fields.iter().find(|f| f.id.0 == field).unwrap();
        match &field.zone {
            Zone::Marks(z) => z.options[at].boxed.unwrap(),
            Zone::Rank(z) => z.options[at].cell,
            Zone::Comb(z) => z.cells[at],
            _ => panic!("no boxes"),
        }
    }

    fn word(&self, field: &str, at: usize) -> Rect<Mm> {
        use hagaki::form::Zone;
        let field = self.side.fields.iter().find(|f| f.id.0 == field).unwrap();
        match &field.zone {
            Zone::Marks(z) => z.options[at].word.unwrap(),
            _ => panic!("no words"),
        }
    }

    fn tick(&mut self, field: &str, at: usize) {
        let area = self.area(field, at);
        self.pen.tick(area, &self.hand, &mut self.rng);
    }

    fn cross(&mut self, field: &str, at: usize) {
        let area = self.area(field, at);
        self.pen.cross(area, &self.hand, &mut self.rng);
    }

    fn ring(&mut self, field: &str, at: usize) {
        let area = self.area(field, at).inflate(-0.3);
        self.pen.ring(area, 1.05, &self.hand, &mut self.rng);
    }

    /// Two lines through box and word.
    fn strike(&mut self, field: &str, at: usize) {
        let area = self.area(field, at).union(self.word(field, at));
        self.pen.strike(area, &self.hand, &mut self.rng);
    }

    fn write(&mut self, field: &str, at: usize, digit: char) {
        let area = self.area(field, at);
        assert!(self.pen.character(digit, area, &self.hand, &mut self.rng));
    }
}

/// Reads one sheet that `draw` was drawn on by the `n`-th hand.
fn read(form: &Form, n: u32, draw_on: &dyn Fn(&mut Person<'_>)) -> Vec<Verdict> {
    let side = &form.sides[0];
    let mut rng = card_rng(2_026, n);
    let mut hand = Hand::any(&mut rng);
    // Faint pencils are another matter.
    hand.pen.strength = hand.pen.strength.max(0.8);
    let mut person = Person {
        side,
        pen: Sheet::new(side.size, DRAW),
        hand,
        rng: card_rng(77, n),
    };
    draw_on(&mut person);
    let filled = Filled {
        pen: person.pen,
        seal: Sheet::new(side.size, DRAW),
    };
    let mut wear = Wear::any(&mut rng, Mode::Gray);
    wear.dpi = Dpi::new(240.0).unwrap();
    wear.upside_down = false;
    let blank = draw::side(side, DRAW, &Values::with_key("1")).unwrap();
    let sheet = wear::Sheet {
        blank: &blank,
        filled: &filled,
        pen: hand.pen,
        size: side.size,
    };
    let scan = crate::pages::drawn(
        grayscale(&wear::scan(&sheet, &wear, &mut rng)),
        Some(wear.dpi),
    );
    let library = Library::new(vec![Arc::new(form.clone())]);
    let settings = Settings {
        today: Day::new(2026, 4, 1).unwrap(),
    };
    match process_page(&scan, &library, &engines(), &settings).unwrap() {
        PageOutcome::Read(record) => record.fields.into_iter().map(|f| f.verdict).collect(),
        other => panic!("hand {n}: {other:?}"),
    }
}

/// Reads a case by every hand: how many accept what is expected of `field`, and how many ask.
/// Panics where something else is accepted.
#[track_caller]
fn by_every_hand(
    form: &Form,
    (field, expected): (&str, Option<&str>),
    draw_on: &dyn Fn(&mut Person<'_>),
) -> (u32, Vec<String>) {
    let (mut right, mut asked) = (0, Vec::new());
    for n in 0..HANDS {
        let verdicts = read(form, n, draw_on);
        let verdict = verdicts.iter().find(|v| v.field.0 == field).unwrap();
        match (verdict.status, expected) {
            (Status::Question, _) => {
                asked.extend(verdict.doubts.iter().map(|d| d.reason.code().to_owned()));
            }
            (_, Some(expected)) if verdict.value == expected => right += 1,
            _ => panic!("hand {n}: `{}` {:?}", verdict.value, verdict.status),
        }
    }
    (right, asked)
}

#[test]
fn rows_of_a_matrix_are_questions_of_their_own() {
    let form = form("ask", "ask");
    let answers = [
        ("speed", 0, "good"),
        ("care", 2, "poor"),
        ("words", 1, "fair"),
    ];
    let draw_on = |p: &mut Person<'_>| {
        for (row, at, _) in answers {
            p.tick(row, at);
        }
    };
    for (row, _, value) in answers {
        let (right, asked) = by_every_hand(&form, (row, Some(value)), &draw_on);
        assert!(right >= 4, "{row}: {right} of {HANDS}, {asked:?}");
    }
    let (blank, asked) = by_every_hand(&form, ("place", Some("")), &draw_on);
    assert!(blank >= 4, "{blank} of {HANDS}, {asked:?}");
}

#[test]
fn a_cross_means_what_the_form_says() {
    let draw_on = |p: &mut Person<'_>| p.cross("ride", 0);
    let (_, asked) = by_every_hand(&form("ask", "ask"), ("ride", None), &draw_on);
    assert!(asked.iter().all(|a| a == "X_MARK"), "{asked:?}");
    let (right, asked) = by_every_hand(&form("selected", "ask"), ("ride", Some("yes")), &draw_on);
    assert!(right >= 4, "{right} of {HANDS}, {asked:?}");
    let (right, asked) = by_every_hand(&form("no", "ask"), ("ride", Some("")), &draw_on);
    assert!(right >= 4, "{right} of {HANDS}, {asked:?}");
}

#[test]
fn where_every_box_has_a_ring_or_a_cross_only_the_ring_may_be_the_answer() {
    for x_means in ["ask", "selected", "no"] {
        let draw_on = |p: &mut Person<'_>| {
            p.ring("ride", 1);
            p.cross("ride", 0);
        };
        let form = form(x_means, "ask");
        by_every_hand(&form, ("ride", Some("no")), &draw_on);
    }
}

#[test]
fn a_struck_choice_beside_another_is_asked_unless_the_form_accepts_corrections() {
    let draw_on = |p: &mut Person<'_>| {
        p.tick("ride", 0);
        p.strike("ride", 0);
        p.tick("ride", 1);
    };
    let (_, asked) = by_every_hand(&form("ask", "ask"), ("ride", None), &draw_on);
    assert!(asked.len() >= HANDS as usize, "{asked:?}");
    // Accepted or asked, never the one that was struck out, never both.
    by_every_hand(&form("ask", "accept"), ("ride", Some("no")), &draw_on);
    let only_struck = |p: &mut Person<'_>| {
        p.tick("ride", 0);
        p.strike("ride", 0);
    };
    let (_, asked) = by_every_hand(&form("ask", "accept"), ("ride", None), &only_struck);
    assert!(asked.len() >= HANDS as usize, "{asked:?}");
}

#[test]
fn ranks_are_read_in_their_order_and_never_guessed() {
    let form = form("ask", "ask");
    let ranks = |ranks: &'static [(usize, char)]| {
        move |p: &mut Person<'_>| {
            for (at, rank) in ranks {
                p.write("venue", *at, *rank);
            }
        }
    };
    let plain = ranks(&[(0, '2'), (1, '1'), (2, '3')]);
    let (right, asked) = by_every_hand(&form, ("venue", Some("school>hall>clinic")), &plain);
    assert!(right >= 4, "{right} of {HANDS}, {asked:?}");
    let twice = ranks(&[(0, '2'), (1, '2')]);
    by_every_hand(&form, ("venue", None), &twice);
    let gap = ranks(&[(0, '3'), (1, '1')]);
    by_every_hand(&form, ("venue", None), &gap);
    let ticked = |p: &mut Person<'_>| {
        p.tick("venue", 0);
        p.tick("venue", 2);
    };
    by_every_hand(&form, ("venue", None), &ticked);
}

#[test]
fn a_digit_written_over_another_is_a_question() {
    let form = form("ask", "ask");
    let written = |over: bool| {
        move |p: &mut Person<'_>| {
            for (at, digit) in "0472".chars().enumerate() {
                p.write("people", at, digit);
            }
            for _ in 0..if over { 3 } else { 0 } {
                p.write("people", 1, '9');
            }
        }
    };
    by_every_hand(&form, ("people", Some("0472")), &written(false));
    by_every_hand(&form, ("people", None), &written(true));
}
