//! Sample pages in bad light and through a streaked glass are read as they are without.

use std::path::Path;

use hagaki::calendar::Day;
use hagaki::engine::barcodes::Readers;
use hagaki::engine::{Engines, characters};
use hagaki::form::Library;
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::{PageOutcome, Settings, process_page};
use hagaki::scan::{Origin, Scan};
use hagaki::validate::Status;
use image::GrayImage;

use crate::pages::say;
use crate::program;

/// Half the light is gone in the far corner.
fn shaded(gray: &mut GrayImage) {
    let (w, h) = (f64::from(gray.width()), f64::from(gray.height()));
    for (x, y, pixel) in gray.enumerate_pixels_mut() {
        let far = 0.6 * f64::from(x) / w + 0.4 * f64::from(y) / h;
        pixel[0] = (f64::from(pixel[0]) * (1.0 - 0.5 * far.powf(1.5))) as u8;
    }
}

/// Three grains on the glass.
fn streaked(gray: &mut GrayImage) {
    let w = gray.width();
    for (x, _, pixel) in gray.enumerate_pixels_mut() {
        let on = [w / 4, 11 * w / 20, 4 * w / 5];
        if on.iter().any(|s| (*s..s + 2).contains(&x)) {
            pixel[0] = pixel[0].min(110);
        }
    }
}

/// Field, value and status of every field of a file's first page.
fn read(
    path: &Path,
    worn: fn(&mut GrayImage),
    with: (&Library, &Engines),
) -> Vec<(String, String, Status)> {
    let document = ingest::open(path, &Limits::default()).unwrap();
    let mut decoded = document.page(0).unwrap();
    worn(&mut decoded.picture.gray);
    decoded.picture.color = None;
    let origin = Origin {
        file: "worn".into(),
        file_sha256: document.sha256(),
        page: 0,
    };
    let settings = Settings {
        today: Day::new(2026, 4, 1).unwrap(),
    };
    let scan = Scan::new(origin, decoded.picture, decoded.resolution);
    match process_page(&scan, with.0, with.1, &settings).unwrap() {
        PageOutcome::Read(record) => record
            .fields
            .iter()
            .map(|f| {
                (
                    f.verdict.field.0.clone(),
                    f.verdict.value.clone(),
                    f.verdict.status,
                )
            })
            .collect(),
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn bad_light_and_streaks_change_no_answer() {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("form-templates");
    let library = Library::load(&forms).unwrap();
    let engines = Engines {
        barcodes: Box::new(Readers),
        characters: characters::networks().unwrap(),
        lines: None,
        print: None,
    };
    let with = (&library, &engines);
    let (mut kept, mut fields) = (0, 0);
    for file in [
        "resident-survey/0001.jpg",
        "resident-survey/0002.jpg",
        "vaccine-intent/0001_answer.jpg",
        "vaccine-intent/0002_answer.jpg",
    ] {
        let path = program::samples().join(file);
        let clean = read(&path, |_| {}, with);
        for (name, worn) in [
            ("shaded", shaded as fn(&mut GrayImage)),
            ("streaked", streaked),
        ] {
            let worn = read(&path, worn, with);
            assert_eq!(worn.len(), clean.len(), "{file} {name}");
            for (a, b) in clean.iter().zip(&worn) {
                fields += 1;
                kept += usize::from(a == b);
                let accepted = |s: Status| s != Status::Question;
                assert!(
                    a.1 == b.1 || !accepted(a.2) || !accepted(b.2),
                    "{file} {name}: {} is accepted otherwise",
                    a.0
                );
            }
        }
    }
    say(&format!("{kept} of {fields} fields as without"));
    assert!(100 * kept >= 90 * fields, "{kept} of {fields}");
}
