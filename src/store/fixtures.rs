//! Pages for tests of what is kept: made up, without pixels.

use std::fmt::Write;

use rusqlite::types::ValueRef;

use super::*;
use crate::confidence::Confidence;
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::engine::Barcode;
use crate::form::{FieldId, FormId, Role, Symbology};
use crate::geom::{Point, Rect};
use crate::identify::KeyReading;
use crate::pipeline::{FieldRecord, PageOutcome, PageRecord, RejectedPage};
use crate::read::{Content, Crop, MarginInk, Reading};
use crate::register::RegistrationReport;
use crate::rejection::Rejection;
use crate::scan::Origin;
use crate::validate::{Status, Verdict};

pub(crate) const NOON: &str = "2024-05-01T12:00:00Z";

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub(crate) fn act(who: &str) -> Act {
    Act {
        who: who.into(),
        at: at(NOON),
    }
}

/// The tab in which one person answers.
pub(crate) fn sato() -> Desk {
    Desk {
        id: "1".repeat(32),
        who: "sato".into(),
    }
}

/// The next question, given to her for five minutes; what proves it.
pub(crate) fn lease(store: &mut Store) -> String {
    let term = Term {
        now: at(NOON),
        until: at("2024-05-01T12:05:00Z"),
    };
    let token = "2".repeat(32);
    let given = store.lease_next((&sato(), &token), &Wanted::default(), &term);
    assert!(given.unwrap().is_some());
    token
}

/// A change that is well in itself and with which no commit goes through: it belongs to nothing.
pub(crate) fn orphan(store: &mut Store) -> Result<(), StoreError> {
    store.write(|tx| {
        let sql = "PRAGMA defer_foreign_keys = ON; INSERT INTO sample_fields VALUES (9, 0, 9);";
        Ok(tx.execute_batch(sql)?)
    })
}

pub(crate) fn begin(store: &Store, reread: bool) -> Run {
    let purpose = if reread {
        Purpose::Reread
    } else {
        Purpose::Read
    };
    begin_for(store, purpose)
}

pub(crate) fn begin_for(store: &Store, purpose: Purpose) -> Run {
    let info = RunInfo {
        program: "hagaki 0".into(),
        who: "op".into(),
        at: at(NOON),
        received: "2024-05-01".parse().unwrap(),
        purpose,
    };
    store.begin_run(info)
}

/// One field: its status and value; `?` in front asks, a blank is the empty text.
pub(crate) fn field(id: &str, says: &str) -> FieldRecord {
    let (status, value) = match says.strip_prefix('?') {
        Some(proposal) => (Status::Question, proposal),
        None if says.is_empty() => (Status::Blank, ""),
        None => (Status::Accepted, says),
    };
    let asks = status == Status::Question;
    let doubts = if asks {
        vec![Doubt::new(Reason::MultiMark)]
    } else {
        Vec::new()
    };
    let id = FieldId(id.into());
    FieldRecord {
        reading: Reading {
            field: id.clone(),
            engine: "marks-0".into(),
            content: Content::Picture { ink_share: 0.25 },
            doubts: Vec::new(),
            crop_area: Rect::new(0.0, 0.0, 1.0, 1.0),
        },
        verdict: Verdict {
            field: id,
            status,
            value: value.into(),
            confidence: Confidence::new(if asks { 0.5 } else { 0.9999 }),
            doubts,
        },
        crop: Crop {
            png: format!("picture of {says}").into_bytes(),
        },
    }
}

/// A card of the form `wish`, with a key unless `key` is empty.
pub(crate) fn card(key: &str, fields: &[(&str, &str)]) -> PageOutcome {
    let key = (!key.is_empty()).then(|| key.to_owned());
    let code = |text: &String| Barcode {
        symbology: Symbology::Codabar,
        text: text.clone(),
        corners: [Point::new(1.0, 2.0); 4],
        reader: "zxing-cpp",
    };
    PageOutcome::Read(Box::new(PageRecord {
        form: FormId("wish".into()),
        edition: 1,
        form_digest: Digest::of(b"wish 1"),
        side: "answer".into(),
        role: Role::Reply,
        barcodes: key.iter().map(code).collect(),
        key: KeyReading {
            key,
            symbology: Some(Symbology::Codabar),
            doubts: Vec::new(),
        },
        registration: RegistrationReport {
            method: "marks",
            anchors_found: 4,
            anchors_expected: 4,
            residual_rms_mm: 0.1,
            residual_max_mm: 0.2,
            turn_degrees: 0,
            skew_cw_degrees: 0.5,
            scale_x: 1.0,
            scale_y: 1.0,
            ..RegistrationReport::default()
        },
        doubts: Vec::new(),
        margin: MarginInk::default(),
        picture: Crop { png: Vec::new() },
        streaks: Vec::new(),
        fields: fields.iter().map(|(id, says)| field(id, says)).collect(),
    }))
}

/// Where [`suspect`] has the field that may hold a My Number, in mm.
pub(crate) const SUSPECT_AREA: [f64; 4] = [10.0, 20.0, 60.0, 10.0];

/// A card whose `phone` may be a My Number, beside a `memo` below it that is asked too. Its page's picture
/// is white, 2 px a millimetre, and fills the picture in its file.
pub(crate) fn suspect(key: &str, number: &str) -> PageOutcome {
    use crate::register::Place;

    let asked = format!("?{number}");
    let mut page = card(key, &[("phone", &asked), ("memo", "?ink")]);
    let record = record_of(&mut page);
    let [x, y, w, h] = SUSPECT_AREA;
    record.fields[0].reading.crop_area = Rect::new(x, y, w, h);
    record.fields[0].verdict.doubts = vec![
        Doubt::with(Reason::Disagree, number),
        Doubt::new(Reason::MynumberSuspect),
    ];
    record.fields[1].reading.crop_area = Rect::new(10.0, 60.0, 60.0, 10.0);
    record.fields[1].crop.png = white(128, 28);
    record.picture.png = white(200, 296);
    record.registration.place = Some(Place {
        width_mm: 100.0,
        height_mm: 148.0,
        corners: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
        bend_mm: 0.0,
    });
    page
}

/// A white picture as PNG.
pub(crate) fn white(width: u32, height: u32) -> Vec<u8> {
    crate::read::png_of(&image::GrayImage::from_pixel(
        width,
        height,
        image::Luma([255]),
    ))
}

pub(crate) fn record_of(outcome: &mut PageOutcome) -> &mut PageRecord {
    match outcome {
        PageOutcome::Read(record) => record,
        _ => panic!("not a read page"),
    }
}

pub(crate) fn rejected(reason: Reason) -> PageOutcome {
    PageOutcome::Rejected(RejectedPage {
        rejection: Rejection::new(reason, "for a test"),
        barcodes: Vec::new(),
        thumbnail: Crop {
            png: b"thumbnail".to_vec(),
        },
        streaks: Vec::new(),
    })
}

pub(crate) fn separator() -> PageOutcome {
    PageOutcome::Separator {
        kind: "patch-t".into(),
        barcodes: Vec::new(),
    }
}

pub(crate) fn origin(file: &str, page: u32) -> Origin {
    Origin {
        file: file.into(),
        file_sha256: Digest::of(file.as_bytes()),
        page,
    }
}

/// Records a file of those pages, each with pixels of its own.
pub(crate) fn record_all(
    store: &mut Store,
    run: &mut Run,
    file: &str,
    pages: &[PageOutcome],
) -> Vec<Recorded> {
    let sha256 = Digest::of(file.as_bytes());
    let new = NewFile {
        name: file,
        sha256,
        bytes: 9,
        pages: u32::try_from(pages.len()).unwrap(),
    };
    store.record_file(run, &new).unwrap();
    let mut all = Vec::new();
    for (page, outcome) in (0..).zip(pages) {
        let pixels = Digest::of(format!("{file} {page}").as_bytes());
        all.push(
            store
                .record_page(run, &origin(file, page), &pixels, outcome)
                .unwrap(),
        );
    }
    all
}

pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

/// A decision on a field by a person.
pub(crate) fn says(page: PageId, field: &str, answer: Answer) -> NewDecision {
    let subject = Subject::Field(FieldId(field.into()));
    NewDecision {
        page,
        subject,
        answer,
        act: act("sato"),
        why: String::new(),
        raises: Vec::new(),
    }
}

/// The same on the page as a whole.
pub(crate) fn says_of_page(page: PageId, answer: Answer) -> NewDecision {
    NewDecision {
        page,
        subject: Subject::Page,
        answer,
        act: act("sato"),
        why: String::new(),
        raises: Vec::new(),
    }
}

/// Every row of every table, without the columns named in `but`.
pub(crate) fn dump(store: &Store, but: &[&str]) -> String {
    let mut out = String::new();
    let mut tables = store
        .db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap();
    let names = tables.query_map([], |r| r.get::<_, String>(0)).unwrap();
    for table in names.map(Result::unwrap) {
        let mut all = store
            .db
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .unwrap();
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let _ = write!(out, "{table}:");
            for (at, column) in columns.iter().enumerate() {
                let name = format!("{table}.{column}");
                if !but.contains(&name.as_str()) && !but.contains(&table.as_str()) {
                    let _ = write!(out, " {column}={}", text(row.get_ref(at).unwrap()));
                }
            }
            out.push('\n');
        }
    }
    out
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".into(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(x) => x.to_string(),
        ValueRef::Text(t) => String::from_utf8_lossy(t).into_owned(),
        ValueRef::Blob(b) => format!("{b:?}"),
    }
}

/// The form `wish` in one edition: a choice `wish` (yes, no), a `phone`, a `name` and a number
/// `age`, as many of them as asked for, on the side `answer`.
pub(crate) fn form(fields: &[&str]) -> crate::form::Library {
    form_with(fields, Vec::new())
}

/// The same under rules.
#[expect(clippy::too_many_lines, reason = "a form is long")]
pub(crate) fn form_with(fields: &[&str], rules: Vec<crate::form::Rule>) -> crate::form::Library {
    use crate::charset::Charset;
    use crate::form::{
        Anchors, BoxShape, Corrected, CrossMeans, DateFormat, DateKind, Field, Form, LineZone,
        MarkOption, MarkZone, Side, ValueKind, Zone,
    };
    use crate::geom::Size;
    use crate::lang::Text;

    let area = Rect::new(0.0, 0.0, 1.0, 1.0);
    let option = |value: &str, label: &str| MarkOption {
        value: value.into(),
        label: label.into(),
        boxed: Some(area),
        word: None,
    };
    let wish = MarkZone {
        options: vec![option("yes", "希望する"), option("no", "希望しない")],
        at_most: 1,
        at_least: 0,
        shape: BoxShape::Square,
        cross_means: CrossMeans::Ask,
        corrected: Corrected::Ask,
    };
    let line = LineZone {
        area,
        charset: Charset::Any,
        printed: false,
        vertical: false,
    };
    let date = DateKind {
        era_field: None,
        era: None,
        not_future: false,
        earliest: None,
        latest: None,
        format: DateFormat::Iso,
    };
    let field = |id: &str| {
        let (zone, value) = match id {
            "wish" => (Zone::Marks(wish.clone()), ValueKind::Choice),
            "phone" => (Zone::Line(line.clone()), ValueKind::Phone { area: None }),
            "age" => (
                Zone::Line(line.clone()),
                ValueKind::Number {
                    min: Some(0),
                    max: None,
                },
            ),
            "born" => (Zone::Line(line.clone()), ValueKind::Date(date.clone())),
            _ => (Zone::Line(line.clone()), ValueKind::Text),
        };
        let label = Text {
            ja: id.into(),
            en: id.into(),
        };
        Field {
            label,
            ..Field::new(FieldId(id.into()), zone, value)
        }
    };
    let side = Side {
        id: "answer".into(),
        size: Size { w: 100.0, h: 148.0 },
        anchors: Anchors::Marks(Vec::new()),
        blank: None,
        key: None,
        mark: None,
        fields: fields.iter().map(|id| field(id)).collect(),
        print: Vec::new(),
        rules,
        margin_notes: true,
    };
    let form = Form {
        id: FormId("wish".into()),
        edition: 1,
        title: Text::default(),
        role: Role::Reply,
        sides: vec![side],
        digest: Digest::of(b"wish 1"),
    };
    crate::form::Library::new(vec![std::sync::Arc::new(form)])
}

/// The same form with a second side, `back`.
pub(crate) fn two_sided(front: &[&str], back: &[&str]) -> crate::form::Library {
    let (front, back) = (form(front), form(back));
    let mut both = crate::form::Form::clone(&front.forms()[0]);
    let mut side = back.forms()[0].sides[0].clone();
    side.id = "back".into();
    both.sides.push(side);
    crate::form::Library::new(vec![std::sync::Arc::new(both)])
}
