//! Fields and readings for the tests of this module.

use std::collections::BTreeSet;

use super::Context;
use super::parse::{EraGiven, Setting};
use crate::calendar::Day;
use crate::charset::Charset;
use crate::confidence::Confidence;
use crate::form::{
    Anchors, BoxShape, CombFrame, CombZone, Corrected, CrossMeans, DateFormat, DateKind, Field,
    FieldId, InkKind, InkZone, LineZone, MarkOption, MarkZone, RankOption, RankZone, Side,
    ValueKind, Zone,
};
use crate::geom::{Rect, Size};
use crate::read::{CellReading, Content, Reading, TextReading};

pub(super) const TODAY: Day = Day {
    year: 2026,
    month: 11,
    day: 21,
};

pub(super) fn context() -> Context<'static> {
    Context {
        today: TODAY,
        key: None,
    }
}

pub(super) fn setting() -> Setting {
    Setting {
        today: TODAY,
        era: EraGiven::NotAsked,
    }
}

pub(super) fn field(zone: Zone, value: ValueKind) -> Field {
    Field::new(FieldId("field".into()), zone, value)
}

pub(super) fn marks(options: &[(&str, &str)], at_most: usize) -> Field {
    let option = |(value, label): &(&str, &str)| MarkOption {
        value: (*value).into(),
        label: (*label).into(),
        boxed: Some(Rect::new(0.0, 0.0, 4.0, 4.0)),
        word: None,
    };
    let zone = MarkZone {
        options: options.iter().map(option).collect(),
        at_most,
        at_least: 0,
        shape: BoxShape::Square,
        cross_means: CrossMeans::Ask,
        corrected: Corrected::Ask,
    };
    let value = if at_most == 1 {
        ValueKind::Choice
    } else {
        ValueKind::Multiple
    };
    field(Zone::Marks(zone), value)
}

pub(super) fn ranks(values: &[&str], most: u32, gaps: bool) -> Field {
    let option = |value: &&str| RankOption {
        value: (*value).into(),
        label: (*value).into(),
        cell: Rect::new(0.0, 0.0, 6.0, 8.0),
    };
    let options = values.iter().map(option).collect();
    field(
        Zone::Rank(RankZone {
            options,
            most,
            gaps,
            frame: CombFrame::Boxes,
        }),
        ValueKind::Rank,
    )
}

pub(super) fn comb(value: ValueKind, cells: usize) -> Field {
    let cells = (0..cells)
        .map(|i| Rect::new(6.0 * i as f64, 0.0, 6.0, 8.0))
        .collect();
    field(
        Zone::Comb(CombZone {
            cells,
            charset: Charset::Digits,
            frame: CombFrame::Boxes,
        }),
        value,
    )
}

pub(super) fn line(value: ValueKind, printed: bool, charset: Charset) -> Field {
    let area = Rect::new(0.0, 0.0, 60.0, 8.0);
    field(
        Zone::Line(LineZone {
            area,
            charset,
            printed,
            vertical: false,
        }),
        value,
    )
}

pub(super) fn date() -> Field {
    let kind = DateKind {
        era_field: None,
        era: None,
        not_future: false,
        earliest: None,
        latest: None,
        format: DateFormat::Iso,
    };
    comb(ValueKind::Date(kind), 6)
}

pub(super) fn signature() -> Field {
    let zone = InkZone {
        area: Rect::new(0.0, 0.0, 40.0, 10.0),
        kind: InkKind::Signature,
    };
    field(Zone::Ink(zone), ValueKind::Presence)
}

pub(super) fn picture() -> Field {
    field(
        Zone::Picture(Rect::new(0.0, 0.0, 80.0, 30.0)),
        ValueKind::Free,
    )
}

pub(super) fn side(fields: Vec<Field>) -> Side {
    Side {
        id: "answer".into(),
        size: Size { w: 100.0, h: 148.0 },
        anchors: Anchors::Marks(Vec::new()),
        blank: None,
        key: None,
        mark: None,
        fields,
        print: Vec::new(),
        rules: Vec::new(),
        margin_notes: true,
    }
}

/// Boxes read as these characters, each with probability `p`; the rest goes to another digit, a
/// blank's to a `1`.
pub(super) fn cells(written: &str, p: f64) -> Vec<CellReading> {
    let cell = |c: char| {
        let blank = c == ' ';
        let other = if c == '7' || blank { '1' } else { '7' };
        let alternatives = if blank {
            vec![(other, 1.0 - p)]
        } else {
            vec![(c, p), (other, 1.0 - p)]
        };
        CellReading {
            witness: Vec::new(),
            alternatives,
            blank: if blank { p } else { 0.0 },
            reject: 0.0,
            doubts: Vec::new(),
            ink_share: if blank { 0.0 } else { 0.1 },
            extent: if blank { 0.0 } else { 0.7 },
        }
    };
    written.chars().map(cell).collect()
}

pub(super) fn text(text: &str, score: f64) -> TextReading {
    TextReading {
        engine: "test".into(),
        text: text.into(),
        score,
        confidence: None::<Confidence>,
        alternatives: Vec::new(),
        alphabet_doubt: false,
        ink_share: 0.1,
        listed: Vec::new(),
        shaped: Vec::new(),
        characters: Vec::new(),
    }
}

pub(super) fn reading(field: &Field, content: Content) -> Reading {
    Reading {
        field: field.id.clone(),
        engine: "test".into(),
        content,
        doubts: Vec::new(),
        crop_area: Rect::new(0.0, 0.0, 10.0, 10.0),
    }
}

/// The characters of a charset that a test lists.
pub(super) fn only(text: &str) -> Charset {
    Charset::Only(text.chars().collect::<BTreeSet<char>>())
}
