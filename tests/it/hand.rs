//! Real handwriting in boxes with truth: whole cards through the whole journey, by one reader of each
//! box and by two.

use std::path::Path;

use hagaki::engine::barcodes::Readers;
use hagaki::engine::{Engines, LineReader, characters};
use hagaki::export::LongRow;
use hagaki::form::Library;
use hagaki::score::{Truth, score};

use crate::pages::{rows_of, say, truth};
use crate::{cases, lines};

/// The fields that a person wrote; the serial number is printed.
const WRITTEN: [&str; 5] = ["postal", "tel", "furigana", "kana", "kanji"];

fn engines(lines: Option<Box<dyn LineReader>>) -> Engines {
    Engines {
        barcodes: Box::new(Readers),
        characters: characters::networks().unwrap(),
        lines,
        print: None,
    }
}

/// Right, needlessly asked, silently wrong, of how many written fields.
fn measure(cases: &Path, engines: &Engines) -> [u64; 4] {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/hand");
    let library = Library::load(&forms).unwrap();
    let all = truth(cases, "cards");
    let named = |t: &&Truth| WRITTEN.iter().any(|f| t.field == *f);
    let truth: Vec<Truth> = all.iter().filter(named).cloned().collect();
    let mut files: Vec<&str> = truth.iter().map(|t| t.file.as_str()).collect();
    files.dedup();
    let rows: Vec<LongRow> = files
        .iter()
        .flat_map(|f| rows_of(&cases.join(f), f, &library, engines))
        .collect();
    let score = score(&truth, &rows, 1);
    say(&score.table());
    let t = score.total;
    [t.right, t.asked_needlessly, t.wrong, t.fields]
}

/// Wrong is never accepted; with the second reader more than four of five fields are.
#[test]
fn handwriting_in_boxes_is_read_or_asked_and_never_wrong() {
    let Some(dir) = cases::family("hand") else {
        return;
    };
    let [right, _, wrong, fields] = measure(&dir, &engines(None));
    assert_eq!((wrong, fields), (0, 150), "by the networks alone");
    assert!(right >= 25, "by the networks alone: {right} right");
    let Some(line_engine) = lines::engine() else {
        return;
    };
    let [right, needless, wrong, _] = measure(&dir, &engines(Some(Box::new(line_engine))));
    assert_eq!(wrong, 0, "by both readers");
    assert!(
        right >= 124 && needless <= 22,
        "by both readers: {right} right, {needless} needlessly asked"
    );
}
