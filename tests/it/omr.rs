//! Real marked pages with truth: whole files through the whole journey, a floor a family.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hagaki::engine::Engines;
use hagaki::engine::barcodes::Readers;
use hagaki::export::LongRow;
use hagaki::form::{Blank, Form, Library};
use hagaki::ingest::{self, Limits};
use hagaki::pipeline::PageOutcome;
use hagaki::score::{Score, score};

use crate::cases;
use crate::pages::{outcomes, rows_of, say, truth};

/// What a family must reach.
struct Floor {
    family: &'static str,
    /// Right or rightly asked, share of the fields.
    good: f64,
    /// Asked although the value was right, share of the fields.
    needless: f64,
}

const FLOORS: [Floor; 5] = [
    Floor {
        family: "formscanner",
        good: 1.0,
        needless: 0.0,
    },
    Floor {
        family: "sdaps",
        good: 1.0,
        needless: 0.02,
    },
    Floor {
        family: "openmcr",
        good: 0.999,
        needless: 0.001,
    },
    Floor {
        family: "mcq_composite",
        good: 0.99,
        needless: 0.01,
    },
    // Two photos of under 40 dpi and a sheet 105 px wide are refused: 16 fields of 698.
    Floor {
        family: "omrchecker",
        good: 0.977,
        needless: 0.01,
    },
];

fn engines() -> Engines {
    Engines {
        barcodes: Box::new(Readers),
        characters: Vec::new(),
        lines: None,
        print: None,
    }
}

/// Forms of which the cases hold an unused copy: it is their blank picture, cut at its edges.
const UNUSED: [(&str, &str); 1] = [(
    "yes-no",
    "omrchecker/community/ibrahimkilic/yes_no_questionnarie.jpg",
)];

fn library(cases: &Path, family: &str) -> Library {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(family);
    let forms = Library::load(&dir).unwrap();
    let with_blank = |form: &Arc<Form>| {
        let mut form = Form::clone(form);
        let unused = UNUSED.iter().find(|(id, _)| *id == form.id.0);
        if let Some((_, file)) = unused {
            form.sides[0].blank = Some(unused_copy(&cases.join(file), form.sides[0].size.w));
        }
        Arc::new(form)
    };
    Library::new(forms.forms().iter().map(with_blank).collect())
}

fn unused_copy(path: &Path, width_mm: f64) -> Blank {
    let document = ingest::open(path, &Limits::default()).unwrap();
    let gray = document.page(0).unwrap().picture.gray;
    let px_per_mm = f64::from(gray.width()) / width_mm;
    Blank {
        gray: Arc::new(gray),
        px_per_mm,
    }
}

fn measure(dir: &Path, family: &str) -> Score {
    let truth = truth(dir, family);
    let library = library(dir, family);
    let files: BTreeSet<&str> = truth.iter().map(|t| t.file.as_str()).collect();
    let path = |file: &str| -> PathBuf { dir.join(file) };
    let rows: Vec<LongRow> = files
        .into_iter()
        .flat_map(|f| rows_of(&path(f), f, &library, &engines()))
        .collect();
    score(&truth, &rows, 1)
}

#[test]
fn real_marks_are_read_or_asked_and_never_wrong() {
    let Some(dir) = cases::family("omr") else {
        return;
    };
    let mut faults = Vec::new();
    for floor in FLOORS {
        let score = measure(&dir, floor.family);
        say(&score.table());
        let t = score.total;
        let share = |n: u64| n as f64 / t.fields.max(1) as f64;
        // A needless question is right as well: nothing false leaves the house.
        let good = share(t.right + t.asked_rightly + t.asked_needlessly);
        let needless = share(t.asked_needlessly);
        if t.wrong > 0 {
            faults.push(format!(
                "{}: silently wrong {:?}",
                floor.family, score.wrong
            ));
        }
        if good < floor.good || needless > floor.needless {
            faults.push(format!(
                "{}: good {good:.4}, needless {needless:.4}",
                floor.family
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The form that each page of a file is read under; `None` where it is under none.
fn forms_of(path: &Path, name: &str, library: &Library) -> Vec<Option<String>> {
    let form = |outcome| match outcome {
        PageOutcome::Read(record) => Some(record.form.0),
        _ => None,
    };
    outcomes(path, name, library, &engines())
        .into_iter()
        .map(form)
        .collect()
}

/// One page of each kind, as real stacks mix them: by corner marks, by frames without a word, in
/// drop-out colors, upside down.
const MIXED: [(&str, &[&str]); 5] = [
    (
        "formscanner/Questionnaire/Q00002.jpg",
        &["formscanner-questionnaire"],
    ),
    ("mcq_composite/sheet04.png", &["mcq-composite"]),
    ("openmcr/150q-core/a.jpg", &["openmcr-150q"]),
    ("openmcr/75q-core-1/scanned_page (1).png", &["openmcr-75q"]),
    (
        "sdaps/example.tif",
        &[
            "sdaps-ex1",
            "sdaps-ex2",
            "sdaps-ex1",
            "sdaps-ex2",
            "sdaps-ex2",
            "sdaps-ex1",
        ],
    ),
];

/// Each page is read under its own form among all those of the cases, the same way round as with its
/// family's alone; where its own is missing, under none: the forms of one family share their corner
/// marks and most of their boxes.
#[test]
fn a_page_is_read_under_its_own_form_or_none() {
    let Some(dir) = cases::family("omr") else {
        return;
    };
    let families = FLOORS.iter().map(|f| library(&dir, f.family));
    let all: Vec<Arc<Form>> = families.flat_map(|l| l.forms().to_vec()).collect();
    let whole = Library::new(all.clone());
    for (file, own) in MIXED {
        let without = |form: &&Arc<Form>| !own.contains(&form.id.0.as_str());
        let others = Library::new(all.iter().filter(without).cloned().collect());
        let path = dir.join(file);
        let read: Vec<Option<String>> = own.iter().map(|id| Some((*id).to_owned())).collect();
        assert_eq!(forms_of(&path, file, &whole), read, "{file}, all forms");
        let family = library(&dir, file.split('/').next().unwrap());
        let rows = |library| rows_of(&path, file, library, &engines());
        assert_eq!(rows(&whole), rows(&family), "{file}, all forms");
        let unknown = vec![None; own.len()];
        assert_eq!(
            forms_of(&path, file, &others),
            unknown,
            "{file}, without its own"
        );
    }
}
