//! Right, asked or wrong: readings against the truth, by family and type.
//!
//! The truth is a table `file,page,field,type,value[,accept]`. A family is the first part of the
//! file's path. Several marks are joined with `|` in any order. Text is compared after NFKC and
//! without spaces, and has a character error rate besides. `accept` names other right values,
//! parted by `||`; `REVIEW` there says that asking is the right answer, `ONLY_REVIEW` that nothing
//! else is: an accepted value is wrong whatever it says. A `note` column, where there is one, is
//! counted as well: `kind/degradation` counts for both its parts.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::io::Read;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::export::LongRow;

mod detail;

pub use detail::{Confusion, Details, Named, Place, Point, Word, details, words};

/// The table cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreError {
    #[error("the table cannot be read")]
    Table(#[from] csv::Error),
}

/// A line of the truth.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Truth {
    pub file: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    pub field: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    symbology: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    accept: String,
    #[serde(default)]
    note: String,
}

/// What `accept` says where asking is right, and where nothing else is.
const REVIEW: &str = "REVIEW";
const ONLY_REVIEW: &str = "ONLY_REVIEW";

impl Truth {
    /// `single`, `multi`, `text...`, or anything else for values that are compared as they are.
    fn kind(&self) -> &str {
        let named = [&self.kind, &self.symbology]
            .into_iter()
            .find(|k| !k.is_empty());
        named.map_or("text", |k| k.as_str())
    }

    pub fn page(&self) -> u32 {
        self.page.trim().parse().unwrap_or(0)
    }

    fn family(&self, depth: usize) -> String {
        self.file
            .split('/')
            .take(depth)
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// Counts of one family and type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub fields: u64,
    /// Right, and not asked.
    pub right: u64,
    /// Asked, and the value was wrong or asking was wanted.
    pub asked_rightly: u64,
    /// Asked, although the value was right.
    pub asked_needlessly: u64,
    /// Wrong, and not asked: the number that matters.
    pub wrong: u64,
    /// No line.
    pub missing: u64,
    /// Of texts: characters in the truth, and edits that make the reading true.
    pub characters: u64,
    pub edits: u64,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.fields += other.fields;
        self.right += other.right;
        self.asked_rightly += other.asked_rightly;
        self.asked_needlessly += other.asked_needlessly;
        self.wrong += other.wrong;
        self.missing += other.missing;
        self.characters += other.characters;
        self.edits += other.edits;
    }
}

/// An accepted value that is false.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    pub file: String,
    pub page: u32,
    pub field: String,
    pub truth: String,
    pub value: String,
    pub note: String,
}

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub family: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Counts of one part of the truth's notes.
#[derive(Clone, Debug, Serialize)]
pub struct NoteLine {
    pub note: String,
    #[serde(flatten)]
    pub tally: Tally,
}

#[derive(Clone, Debug, Serialize)]
pub struct Score {
    /// By family, then type.
    pub lines: Vec<Line>,
    /// By part of the note; a line counts once for each part that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteLine>,
    pub total: Tally,
    pub wrong: Vec<Wrong>,
    /// By field, kind and engine, with the risk-coverage curve; filled in on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Details>,
}

/// Reads the truth.
pub fn read_truth(from: impl Read) -> Result<Vec<Truth>, ScoreError> {
    Ok(csv::Reader::from_reader(from)
        .deserialize()
        .collect::<Result<_, _>>()?)
}

/// Reads readings in the `long` form; pages and the review column may be missing.
pub fn read_result(from: impl Read) -> Result<Vec<LongRow>, ScoreError> {
    #[derive(Deserialize)]
    struct Loose {
        file: String,
        #[serde(default)]
        page: String,
        #[serde(default)]
        field: String,
        #[serde(default)]
        value: String,
        #[serde(default)]
        review: String,
    }
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(from).deserialize() {
        let Loose {
            file,
            page,
            field,
            value,
            review,
        } = row?;
        let review = u8::from(!["0", "", "no", "false"].contains(&review.as_str()));
        rows.push(LongRow {
            file,
            page: page.trim().parse().unwrap_or(0),
            field,
            value,
            review,
        });
    }
    Ok(rows)
}

/// Compares; `depth` is how many parts of the path make a family.
pub fn score(truth: &[Truth], result: &[LongRow], depth: usize) -> Score {
    let read: HashMap<(&str, u32, &str), &LongRow> = result
        .iter()
        .map(|r| ((r.file.as_str(), r.page, r.field.as_str()), r))
        .collect();
    let mut lines: BTreeMap<(String, String), Tally> = BTreeMap::new();
    let mut notes: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in truth.iter().filter(|t| t.kind() != "meta") {
        let found = read.get(&(line.file.as_str(), line.page(), line.field.as_str()));
        let tally = judge(line, found.copied());
        if let Some(row) = found.filter(|_| tally.wrong > 0) {
            wrong.push(Wrong {
                file: line.file.clone(),
                page: line.page(),
                field: line.field.clone(),
                truth: line.value.clone(),
                value: row.value.clone(),
                note: line.note.clone(),
            });
        }
        lines
            .entry((line.family(depth), line.kind().to_owned()))
            .or_default()
            .add(&tally);
        for part in line.note.split('/').filter(|p| !p.is_empty()) {
            notes.entry(part).or_default().add(&tally);
        }
    }
    let mut total = Tally::default();
    for tally in lines.values() {
        total.add(tally);
    }
    let lines = lines.into_iter().map(|((family, kind), tally)| Line {
        family,
        kind,
        tally,
    });
    let notes = notes.into_iter().map(|(note, tally)| NoteLine {
        note: note.to_owned(),
        tally,
    });
    Score {
        lines: lines.collect(),
        notes: notes.collect(),
        total,
        wrong,
        details: None,
    }
}

fn judge(truth: &Truth, found: Option<&LongRow>) -> Tally {
    let mut tally = Tally {
        fields: 1,
        ..Tally::default()
    };
    let Some(row) = found else {
        tally.missing = 1;
        return tally;
    };
    if truth.kind().starts_with("text") {
        let (wanted, got) = (folded(&truth.value), folded(&row.value));
        tally.characters = wanted.len() as u64;
        // A reading much longer than the truth counts as wholly wrong, not as worse than that.
        tally.edits = edits(&wanted, &got).min(wanted.len().max(1)) as u64;
    }
    let right = truth.accept != ONLY_REVIEW && is_right(truth, &row.value);
    let count = match (row.review != 0, right) {
        (true, _) if truth.accept == REVIEW || !right => &mut tally.asked_rightly,
        (true, _) => &mut tally.asked_needlessly,
        (false, true) => &mut tally.right,
        (false, false) => &mut tally.wrong,
    };
    *count = 1;
    tally
}

/// Whether a value says what the truth says, written in the same or another way.
pub fn is_right(truth: &Truth, value: &str) -> bool {
    let same = match truth.kind() {
        "multi" | "single" => sorted(value) == sorted(&truth.value),
        _ => value == truth.value || folded(value) == folded(&truth.value),
    };
    let accepted = || truth.accept.split("||").any(|other| other.trim() == value);
    same || (!truth.accept.is_empty() && accepted())
}

fn sorted(options: &str) -> Vec<&str> {
    let mut all: Vec<&str> = options.split('|').collect();
    all.sort_unstable();
    all
}

fn folded(text: &str) -> Vec<char> {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Levenshtein's distance.
fn edits(wanted: &[char], got: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=got.len()).collect();
    for (row, a) in wanted.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in got.iter().enumerate() {
            let change = above[column] + usize::from(a != b);
            line.push(change.min(above[column + 1] + 1).min(line[column] + 1));
        }
        above = line;
    }
    above[got.len()]
}

impl Score {
    /// For people: a line a family and type, the sum below.
    pub fn table(&self) -> String {
        let mut out = heading("family", "type");
        for l in &self.lines {
            out.push_str(&table_line(&l.family, &l.kind, &l.tally));
        }
        out.push_str(&table_line("total", "", &self.total));
        out
    }

    /// For people: a line a part of the notes.
    pub fn notes_table(&self) -> String {
        let mut out = heading("note", "");
        for l in &self.notes {
            out.push_str(&table_line(&l.note, "", &l.tally));
        }
        out
    }
}

fn heading(first: &str, second: &str) -> String {
    format!(
        "{first:<34} {second:<12} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>6}\n",
        "fields", "right", "asked", "needless", "WRONG", "missing", "CER%"
    )
}

fn table_line(first: &str, second: &str, t: &Tally) -> String {
    let errors = match t.characters {
        0 => String::new(),
        n => format!("{:.1}", 100.0 * t.edits as f64 / n as f64),
    };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{first:<34} {second:<12} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {errors:>6}",
        t.fields, t.right, t.asked_rightly, t.asked_needlessly, t.wrong, t.missing
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUTH: &str = "file,page,field,type,value,accept\n\
        a/1.png,0,q0,single,no,ONLY_REVIEW\n\
        a/1.png,0,q1,single,yes,\n\
        a/1.png,0,q2,multi,a|b,\n\
        a/1.png,0,q3,single,no,REVIEW\n\
        a/1.png,0,q4,digits,0773,\n\
        b/2.png,1,name,text_hand,佐藤 太郎,佐藤太||サトウ\n\
        b/2.png,1,note,meta,x,\n\
        b/2.png,1,kana,text_hand,さとう,\n";

    /// What each field's line says, and the count it must fall into.
    #[track_caller]
    fn check(field: &str, value: &str, review: u8, wanted: fn(&Tally) -> u64) {
        let truth = read_truth(TRUTH.as_bytes()).unwrap();
        let truth: Vec<Truth> = truth.into_iter().filter(|t| t.field == field).collect();
        let row = LongRow {
            file: truth[0].file.clone(),
            page: truth[0].page(),
            field: field.into(),
            value: value.into(),
            review,
        };
        let score = score(&truth, &[row], 1);
        assert_eq!(wanted(&score.total), 1, "{score:?}");
        let t = score.total;
        let sum = t.right + t.asked_rightly + t.asked_needlessly + t.wrong + t.missing;
        assert_eq!((t.fields, sum), (1, 1));
    }

    #[test]
    fn every_line_falls_into_one_count() {
        check("q1", "yes", 0, |t| t.right);
        check("q1", "yes", 1, |t| t.asked_needlessly);
        check("q1", "no", 1, |t| t.asked_rightly);
        check("q1", "no", 0, |t| t.wrong);
        check("q2", "b|a", 0, |t| t.right);
        check("q2", "b", 0, |t| t.wrong);
        check("q3", "no", 1, |t| t.asked_rightly);
        check("q3", "no", 0, |t| t.right);
        check("q0", "no", 1, |t| t.asked_rightly);
        check("q0", "no", 0, |t| t.wrong);
        check("q4", "０７７３", 0, |t| t.right);
        check("name", "佐藤\u{3000}太郎", 0, |t| t.right);
        check("name", "佐藤太", 0, |t| t.right);
        check("name", "サトウ", 0, |t| t.right);
        check("name", "佐藤", 0, |t| t.wrong);
    }

    #[test]
    fn families_types_and_character_errors_are_counted() {
        let truth = read_truth(TRUTH.as_bytes()).unwrap();
        let result = "file,page,field,value\nb/2.png,1,kana,さとお\nb/2.png,1,name,佐藤 次郎\n";
        let result = read_result(result.as_bytes()).unwrap();
        let score = score(&truth, &result, 1);
        let lines: Vec<(&str, &str, u64)> = score
            .lines
            .iter()
            .map(|l| (l.family.as_str(), l.kind.as_str(), l.tally.fields))
            .collect();
        let wanted = [
            ("a", "digits", 1),
            ("a", "multi", 1),
            ("a", "single", 3),
            ("b", "text_hand", 2),
        ];
        assert_eq!(lines, wanted);
        assert_eq!((score.total.missing, score.total.wrong), (5, 2));
        assert_eq!((score.total.characters, score.total.edits), (7, 2));
        assert_eq!(score.wrong[1].field, "kana");
        assert!(score.table().contains("28.6"), "{}", score.table());
    }

    #[test]
    fn a_note_counts_for_each_of_its_parts() {
        let truth = "file,field,type,value,note\n\
            a/1,q1,single,yes,tick/fax\na/1,q2,single,no,tick/copy\na/1,q3,single,no,\n";
        let truth = read_truth(truth.as_bytes()).unwrap();
        let result = "file,field,value\na/1,q1,yes\na/1,q2,yes\na/1,q3,no\n";
        let score = score(&truth, &read_result(result.as_bytes()).unwrap(), 1);
        let notes: Vec<(&str, u64, u64)> = score
            .notes
            .iter()
            .map(|n| (n.note.as_str(), n.tally.right, n.tally.wrong))
            .collect();
        assert_eq!(notes, [("copy", 0, 1), ("fax", 1, 0), ("tick", 1, 1)]);
        assert_eq!(score.wrong[0].note, "tick/copy");
    }

    #[test]
    fn distance_counts_edits() {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        for (a, b, n) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 7 - 4),
        ] {
            assert_eq!(edits(&chars(a), &chars(b)), n, "{a} {b}");
        }
    }
}
