//! What a person answers: values that fit the form's kinds, now and then an answer that must be
//! asked about (two marks, a correction).

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use regex::Regex;

use crate::calendar::{Day, days_in};
use crate::form::checks;
use crate::form::{
    CheckDigit, DateFormat, DateKind, Era, Field, FieldId, Form, MarkZone, ValueKind, Zone,
};
use crate::validate::rules::{self, Known};

/// One in this many single choices carries a mark that a person must look at.
const ODD_MARK_EVERY: u32 = 25;

/// One in this many optional fields stays blank.
const BLANK_EVERY: u32 = 6;

/// What goes onto the paper in one field, and what a reader should make of it.
#[derive(Clone, Debug)]
pub struct Answer {
    pub written: Written,
    /// The canonical value; empty for blank.
    pub value: String,
    /// Asking a person is the right answer.
    pub ask: bool,
}

/// What the hand does.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    Nothing,
    /// Marks at options, by index, with how.
    Marks(Vec<(usize, Stroke)>),
    /// One character a cell; a space leaves it empty.
    Cells(String),
    Text(String),
    Signature(String),
    Seal,
}

/// How an option is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    Tick,
    Fill,
    /// A small circle in the box.
    Ring,
    Cross,
    /// An outline round the word.
    Circle,
    /// Marked, then cancelled by two lines.
    Struck,
}

const SURNAMES: &[(&str, &str)] = &[
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
];
const GIVEN_NAMES: &[(&str, &str)] = &[
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("一郎", "イチロウ"),
    ("和子", "カズコ"),
    ("清", "キヨシ"),
    ("幸子", "サチコ"),
    ("実", "ミノル"),
    ("久美子", "クミコ"),
    ("健一", "ケンイチ"),
    ("美咲", "ミサキ"),
];
const TOWNS: &[(&str, &str)] = &[
    ("6250087", "京都府舞鶴市余部下"),
    ("6240841", "京都府舞鶴市引土"),
    ("6008216", "京都府京都市下京区東塩小路町"),
    ("6500001", "兵庫県神戸市中央区加納町"),
    ("1000001", "東京都千代田区千代田"),
    ("5300001", "大阪府大阪市北区梅田"),
];
const MOBILE: &[&str] = &["090", "080", "070"];
const AREAS: &[&str] = &["0773", "075", "06", "03", "078"];

/// What one person is called and where they live: the same over all fields of a card.
struct Person {
    name: String,
    kana: String,
    postal: String,
    address: String,
}

impl Person {
    fn any(rng: &mut ChaCha8Rng) -> Self {
        let pick = |list: &'static [(&str, &str)], rng: &mut ChaCha8Rng| {
            list.choose(rng).copied().unwrap_or_default()
        };
        let (family, family_kana) = pick(SURNAMES, rng);
        let (given, given_kana) = pick(GIVEN_NAMES, rng);
        let (postal, town) = pick(TOWNS, rng);
        let address = format!(
            "{town}{}-{}",
            rng.random_range(1..40),
            rng.random_range(1..30)
        );
        Self {
            name: format!("{family}{given}"),
            kana: format!("{family_kana}{given_kana}"),
            postal: postal.into(),
            address,
        }
    }
}

/// Chooses all answers of one card.
pub fn choose(form: &Form, rng: &mut ChaCha8Rng) -> BTreeMap<FieldId, Answer> {
    let person = Person::any(rng);
    let mut all = BTreeMap::new();
    let mut eras: BTreeMap<FieldId, Era> = BTreeMap::new();
    for field in form.sides.iter().flat_map(|s| &s.fields) {
        let answer = match (&field.zone, &field.value) {
            (_, ValueKind::Date(kind)) => date(field, kind, &mut eras, rng),
            (Zone::Marks(zone), _) => marks(field, zone, rng),
            _ => written(field, &person, rng),
        };
        all.insert(field.id.clone(), answer);
    }
    for (field, era) in eras {
        if let Some((
            _,
            Field {
                zone: Zone::Marks(zone),
                ..
            },
        )) = form.field(&field)
        {
            all.insert(field, era_choice(zone, era, rng));
        }
    }
    obey(form, &mut all);
    all
}

/// People mostly do as the form says: what a rule forbids stays empty.
fn obey(form: &Form, all: &mut BTreeMap<FieldId, Answer>) {
    for side in &form.sides {
        for rule in &side.rules {
            let look = |id: &FieldId| match all.get(id).map_or("", |a| a.value.as_str()) {
                "" => Known::Blank,
                value => Known::Value(value),
            };
            let when = rule.when.as_ref();
            if when.is_none_or(|when| rules::holds(side, when, &look) == Some(true)) {
                for field in &rule.forbid {
                    all.insert(field.clone(), blank());
                }
            }
        }
    }
}

fn blank() -> Answer {
    Answer {
        written: Written::Nothing,
        value: String::new(),
        ask: false,
    }
}

/// An optional field that stays blank.
fn skipped(field: &Field, rng: &mut ChaCha8Rng) -> bool {
    !field.required && rng.random_range(0..BLANK_EVERY) == 0
}

fn marks(field: &Field, zone: &MarkZone, rng: &mut ChaCha8Rng) -> Answer {
    let count = zone.options.len();
    if zone.at_most == 1 {
        if skipped(field, rng) {
            return blank();
        }
        let chosen = rng.random_range(0..count);
        let stroke = stroke_for(zone, chosen, rng);
        if count > 1 && rng.random_range(0..ODD_MARK_EVERY) == 0 {
            return odd_mark(zone, chosen, rng);
        }
        let value = zone.options[chosen].value.clone();
        let plain = zone.cross_means == crate::form::CrossMeans::Selected && !field.consent;
        let ask = stroke == Stroke::Cross && !plain;
        return Answer {
            written: Written::Marks(vec![(chosen, stroke)]),
            value,
            ask,
        };
    }
    let most = zone.at_most.min(count);
    let least = zone.at_least.max(usize::from(field.required)).min(most);
    let how_many = rng.random_range(least..=most.min(least + 3));
    let mut picked: Vec<usize> = (0..count).collect();
    picked.shuffle(rng);
    picked.truncate(how_many);
    picked.sort_unstable();
    let style = picked.first().map(|i| stroke_for(zone, *i, rng));
    let value: Vec<&str> = picked
        .iter()
        .map(|i| zone.options[*i].value.as_str())
        .collect();
    let marked = picked
        .iter()
        .map(|i| (*i, style.unwrap_or(Stroke::Tick)))
        .collect();
    let ask = style == Some(Stroke::Cross);
    Answer {
        written: Written::Marks(marked),
        value: value.join("|"),
        ask,
    }
}

/// Two marks, or a cancelled one and another: never to be accepted as it stands.
fn odd_mark(zone: &MarkZone, chosen: usize, rng: &mut ChaCha8Rng) -> Answer {
    let other = (chosen + rng.random_range(1..zone.options.len())) % zone.options.len();
    let first = if rng.random_bool(0.5) {
        Stroke::Struck
    } else {
        stroke_for(zone, other, rng)
    };
    let written = vec![(other, first), (chosen, stroke_for(zone, chosen, rng))];
    let value = zone.options[chosen].value.clone();
    Answer {
        written: Written::Marks(written),
        value,
        ask: true,
    }
}

fn stroke_for(zone: &MarkZone, option: usize, rng: &mut ChaCha8Rng) -> Stroke {
    let option = &zone.options[option];
    if option.boxed.is_none() {
        return Stroke::Circle;
    }
    match (option.word.is_some(), rng.random_range(0..20)) {
        (_, 0..11) => Stroke::Tick,
        (_, 11..14) => Stroke::Ring,
        (_, 14..17) | (false, 17..19) => Stroke::Fill,
        (true, 17..19) => Stroke::Circle,
        _ => Stroke::Cross,
    }
}

fn era_choice(zone: &MarkZone, era: Era, rng: &mut ChaCha8Rng) -> Answer {
    let chosen = zone
        .options
        .iter()
        .position(|o| era_named(&o.value) == Some(era));
    chosen.map_or_else(blank, |i| Answer {
        written: Written::Marks(vec![(i, stroke_for(zone, i, rng))]),
        value: zone.options[i].value.clone(),
        ask: false,
    })
}

fn era_named(text: &str) -> Option<Era> {
    Some(match text.chars().next()? {
        'M' | '明' | '1' => Era::Meiji,
        'T' | '大' | '2' => Era::Taisho,
        'S' | '昭' | '3' => Era::Showa,
        'H' | '平' | '4' => Era::Heisei,
        'R' | '令' | '5' => Era::Reiwa,
        _ => return None,
    })
}

fn written(field: &Field, person: &Person, rng: &mut ChaCha8Rng) -> Answer {
    if skipped(field, rng) {
        return blank();
    }
    let answer = |written, value: &str| Answer {
        written,
        value: value.to_owned(),
        ask: false,
    };
    match (&field.zone, &field.value) {
        (Zone::Comb(zone), kind) => {
            let text = characters(kind, zone.cells.len(), person, rng);
            answer(Written::Cells(text.clone()), &text)
        }
        (Zone::Rank(zone), _) => ranks(zone, rng),
        (Zone::Line(_), ValueKind::Address) => {
            answer(Written::Text(person.address.clone()), &person.address)
        }
        (Zone::Line(_), ValueKind::Kana) => {
            answer(Written::Text(person.kana.clone()), &person.kana)
        }
        (Zone::Line(_), _) => answer(Written::Text(person.name.clone()), &person.name),
        (Zone::Ink(zone), _) => match zone.kind {
            crate::form::InkKind::Signature => {
                answer(Written::Signature(person.name.clone()), "present")
            }
            crate::form::InkKind::Seal => answer(Written::Seal, "present"),
        },
        (Zone::Picture(_), _) => {
            let remark = "駅から遠いので送迎希望";
            Answer {
                written: Written::Text(remark.into()),
                value: String::new(),
                ask: true,
            }
        }
        (Zone::Grid(zone), _) => {
            let length = rng.random_range(1..=zone.columns.len());
            let columns = zone.values.iter().take(length);
            let text: String = columns.filter_map(|values| values.choose(rng)).collect();
            Answer {
                ask: is_out_of_range(&field.value, &text),
                ..answer(Written::Cells(text.clone()), &text)
            }
        }
        (Zone::Marks(_) | Zone::Barcode(_), _) => blank(),
    }
}

/// Whether a number is none that the form takes.
fn is_out_of_range(kind: &ValueKind, text: &str) -> bool {
    match (kind, text.parse::<i64>()) {
        (ValueKind::Number { min, max }, Ok(n)) => {
            min.is_some_and(|m| n < m) || max.is_some_and(|m| n > m)
        }
        _ => false,
    }
}

fn characters(kind: &ValueKind, cells: usize, person: &Person, rng: &mut ChaCha8Rng) -> String {
    let digits = |n: usize, rng: &mut ChaCha8Rng| -> String {
        (0..n)
            .map(|_| char::from(b'0' + rng.random_range(0..10u8)))
            .collect()
    };
    match kind {
        ValueKind::Postal => person.postal.clone(),
        ValueKind::Phone { .. } => phone(cells, rng),
        ValueKind::Kana | ValueKind::Name => person.kana.chars().take(cells).collect(),
        ValueKind::Number { min, max } => {
            let top = 10i64.saturating_pow(cells.min(9) as u32) - 1;
            let (low, high) = (min.unwrap_or(0).max(0), max.unwrap_or(top).min(top));
            rng.random_range(low..=high.max(low)).to_string()
        }
        ValueKind::BankAccount => digits(cells.min(7), rng),
        ValueKind::Code {
            length,
            check,
            pattern,
        } => {
            let n = length.first().copied().unwrap_or(cells).min(cells);
            checked_code(n, (check.as_ref(), pattern.as_ref()), rng)
        }
        _ => digits(cells, rng),
    }
}

fn checked_code(
    n: usize,
    (check, pattern): (Option<&CheckDigit>, Option<&Regex>),
    rng: &mut ChaCha8Rng,
) -> String {
    for _ in 0..400 {
        let text: String = (0..n)
            .map(|_| char::from(b'0' + rng.random_range(0..10u8)))
            .collect();
        let fits = pattern.is_none_or(|p| p.is_match(&text));
        if fits && check.is_none_or(|c| checks::verify(c, &text)) {
            return text;
        }
    }
    String::new()
}

fn phone(cells: usize, rng: &mut ChaCha8Rng) -> String {
    let mobile = cells >= 11 && rng.random_bool(0.7);
    let (head, length) = if mobile {
        (MOBILE.choose(rng).copied().unwrap_or("090"), 11)
    } else {
        (AREAS.choose(rng).copied().unwrap_or("03"), 10)
    };
    let mut text = head.to_owned();
    text.push(char::from(b'2' + rng.random_range(0..8u8)));
    while text.len() < length {
        text.push(char::from(b'0' + rng.random_range(0..10u8)));
    }
    text
}

fn ranks(zone: &crate::form::RankZone, rng: &mut ChaCha8Rng) -> Answer {
    let mut order: Vec<usize> = (0..zone.options.len()).collect();
    order.shuffle(rng);
    order.truncate(zone.most as usize);
    let mut cells = vec![' '; zone.options.len()];
    for (rank, option) in order.iter().enumerate() {
        cells[*option] = char::from_digit(rank as u32 + 1, 10).unwrap_or(' ');
    }
    let value: Vec<&str> = order
        .iter()
        .map(|o| zone.options[*o].value.as_str())
        .collect();
    Answer {
        written: Written::Cells(cells.into_iter().collect()),
        value: value.join(">"),
        ask: false,
    }
}

/// First and last full calendar year of an era, and the year before its year 1.
fn era_years(era: Era) -> (i32, i32, i32) {
    match era {
        Era::Meiji => (1873, 1911, 1867),
        Era::Taisho => (1913, 1925, 1911),
        Era::Showa => (1927, 1988, 1925),
        Era::Heisei => (1990, 2018, 1988),
        Era::Reiwa => (2020, 2024, 2018),
    }
}

fn date(
    field: &Field,
    kind: &DateKind,
    eras: &mut BTreeMap<FieldId, Era>,
    rng: &mut ChaCha8Rng,
) -> Answer {
    let Zone::Comb(zone) = &field.zone else {
        return blank();
    };
    let era = kind.era.unwrap_or_else(|| {
        *[Era::Showa, Era::Showa, Era::Heisei, Era::Reiwa]
            .choose(rng)
            .unwrap_or(&Era::Showa)
    });
    let (first, last, before) = era_years(era);
    let low = kind.earliest.map_or(first, |d| d.year + 1).max(first);
    let high = kind.latest.map_or(last, |d| d.year - 1).min(last);
    let year = rng.random_range(low..=high.max(low));
    let month = rng.random_range(1..=12u8);
    let day = rng.random_range(1..=days_in(year, month));
    let Some(day) = Day::new(year, month, day) else {
        return blank();
    };
    if let Some(era_field) = &kind.era_field {
        eras.insert(era_field.clone(), era);
    }
    let shown = if zone.cells.len() >= 8 {
        year
    } else {
        year - before
    };
    let width = zone.cells.len().saturating_sub(4);
    let text = format!("{shown:0width$}{:02}{:02}", day.month, day.day);
    Answer {
        written: Written::Cells(text),
        value: printed(day, era, before, kind.format),
        ask: false,
    }
}

fn printed(day: Day, era: Era, before: i32, format: DateFormat) -> String {
    let code = match era {
        Era::Meiji => (1, "明治"),
        Era::Taisho => (2, "大正"),
        Era::Showa => (3, "昭和"),
        Era::Heisei => (4, "平成"),
        Era::Reiwa => (5, "令和"),
    };
    let n = day.year - before;
    match format {
        DateFormat::Iso => day.to_string(),
        DateFormat::Compact => day.to_string().replace('-', ""),
        DateFormat::EraCode => format!("{}{n:02}{:02}{:02}", code.0, day.month, day.day),
        DateFormat::Wareki => format!("{}{n}年{}月{}日", code.1, day.month, day.day),
    }
}
