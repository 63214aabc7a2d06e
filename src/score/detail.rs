//! Right, asked and silently wrong by field, kind and engine, and what it costs to be surer.
//!
//! **Risk and coverage** (El-Yaniv and Wiener, On the foundations of noise-free selective
//! classification, JMLR 11, 2010): were only the surest readings accepted, so many of all fields, this
//! share of them would be wrong. Ordered is by what decides: fields with a doubt that no threshold
//! settles come last, the others by confidence. Judged is the machine's own value, whatever people
//! decided.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Tally, Truth, is_right, judge};
use crate::doubt::Reason;
use crate::export::LongRow;
use crate::store::{Bucket, Picture, Store, StoreError};

/// The machine's word on a field.
#[derive(Clone, Debug)]
pub struct Word {
    pub engine: String,
    pub value: String,
    pub confidence: f64,
    /// Nothing speaks against it but its confidence.
    pub open: bool,
    pub asked: bool,
    /// `None` also for what may be a My Number.
    pub crop: Option<Picture>,
    /// It may be a My Number.
    pub covered: bool,
}

/// File, page and field.
pub type Place = (String, u32, String);

/// The machine's word on every field of a campaign.
pub fn words(store: &Store) -> Result<BTreeMap<Place, Word>, StoreError> {
    let mut all = BTreeMap::new();
    for page in store.pages()? {
        let read = match (page.bucket, page.original) {
            (Bucket::Duplicate, Some(original)) => original,
            (Bucket::Read | Bucket::Review | Bucket::Header, _) => page.id,
            _ => continue,
        };
        for reading in store.readings(read)?.into_iter().filter(|r| r.current) {
            let place = (page.file.clone(), page.page, reading.field);
            let settles = |reason| matches!(reason, Reason::LowConf | Reason::ByPolicy);
            let covered = reading
                .doubts
                .iter()
                .any(|d| d.reason == Reason::MynumberSuspect);
            let word = Word {
                engine: reading.engine,
                value: reading.value,
                confidence: reading.confidence,
                open: reading.doubts.iter().all(|d| settles(d.reason)),
                asked: !reading.doubts.is_empty(),
                crop: reading.crop.filter(|_| !covered),
                covered,
            };
            all.insert(place, word);
        }
    }
    Ok(all)
}

/// Counts under one name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    pub name: String,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Were so many of all fields accepted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    pub coverage: f64,
    /// Of the least sure among them.
    pub confidence: f64,
    pub fields: u64,
    pub wrong: u64,
    pub error: f64,
}

/// The machine read something else than is on paper.
#[derive(Clone, Debug)]
pub struct Confusion {
    pub file: String,
    pub page: u32,
    pub field: String,
    pub truth: String,
    pub read: String,
    pub asked: bool,
    pub crop: Option<Picture>,
    /// It may be a My Number: to be shown to nobody in a file.
    pub covered: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Details {
    pub fields: Vec<Named>,
    pub kinds: Vec<Named>,
    /// The rest only where the machine's own words are at hand.
    pub engines: Vec<Named>,
    pub curve: Vec<Point>,
    /// Mean error over all coverages.
    pub area: Option<f64>,
    /// Silently wrong ones first.
    #[serde(skip)]
    pub confusions: Vec<Confusion>,
}

/// Shares of all fields at which the curve is told.
const COVERAGES: [f64; 10] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 1.0];

pub fn details(truth: &[Truth], result: &[LongRow], words: &BTreeMap<Place, Word>) -> Details {
    let read: BTreeMap<(&str, u32, &str), &LongRow> = result
        .iter()
        .map(|r| ((r.file.as_str(), r.page, r.field.as_str()), r))
        .collect();
    let (mut fields, mut kinds, mut engines) = (Counts::new(), Counts::new(), Counts::new());
    let mut judged = Vec::new();
    let mut confusions = Vec::new();
    for line in truth.iter().filter(|t| t.kind() != "meta") {
        let row = read.get(&(line.file.as_str(), line.page(), line.field.as_str()));
        let tally = judge(line, row.copied());
        add(&mut fields, &line.field, &tally);
        add(&mut kinds, line.kind(), &tally);
        let Some(word) = words.get(&(line.file.clone(), line.page(), line.field.clone())) else {
            continue;
        };
        add(&mut engines, &word.engine, &tally);
        let right = is_right(line, &word.value);
        judged.push((word.open, word.confidence, right));
        if !right {
            confusions.push(Confusion {
                file: line.file.clone(),
                page: line.page(),
                field: line.field.clone(),
                truth: line.value.clone(),
                read: word.value.clone(),
                asked: word.asked,
                crop: word.crop,
                covered: word.covered,
            });
        }
    }
    confusions.sort_by_key(|c| c.asked);
    let (curve, area) = curve(judged);
    Details {
        fields: named(fields),
        kinds: named(kinds),
        engines: named(engines),
        curve,
        area,
        confusions,
    }
}

type Counts = BTreeMap<String, Tally>;

fn add(counts: &mut Counts, name: &str, tally: &Tally) {
    counts.entry(name.to_owned()).or_default().add(tally);
}

fn named(counts: Counts) -> Vec<Named> {
    let one = |(name, tally)| Named { name, tally };
    counts.into_iter().map(one).collect()
}

/// Whether nothing but confidence decides, the confidence, and whether it is right.
fn curve(mut judged: Vec<(bool, f64, bool)>) -> (Vec<Point>, Option<f64>) {
    judged.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let all = judged.len();
    let mut wrong = Vec::with_capacity(all);
    for (_, _, right) in &judged {
        wrong.push(wrong.last().copied().unwrap_or(0_u64) + u64::from(!right));
    }
    let point = |coverage: &f64| {
        let fields = ((all as f64 * coverage).ceil() as usize).clamp(1, all);
        Point {
            coverage: *coverage,
            confidence: judged[fields - 1].1,
            fields: fields as u64,
            wrong: wrong[fields - 1],
            error: wrong[fields - 1] as f64 / fields as f64,
        }
    };
    if all == 0 {
        return (Vec::new(), None);
    }
    let sum: f64 = (1_u32..)
        .zip(&wrong)
        .map(|(n, w)| *w as f64 / f64::from(n))
        .sum();
    (
        COVERAGES.iter().map(point).collect(),
        Some(sum / all as f64),
    )
}

impl Details {
    /// For people: by field, kind and engine, then the curve.
    pub fn table(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let parts = [
            ("field", &self.fields),
            ("kind", &self.kinds),
            ("engine", &self.engines),
        ];
        for (heading, lines) in parts.iter().filter(|(_, lines)| !lines.is_empty()) {
            out.push_str(&super::heading(heading, ""));
            for line in *lines {
                let short: String = line.name.chars().take(34).collect();
                out.push_str(&super::table_line(&short, "", &line.tally));
            }
            out.push('\n');
        }
        if let Some(area) = self.area {
            let _ = writeln!(
                out,
                "{:>9} {:>12} {:>8} {:>7} {:>8}",
                "coverage%", "confidence", "fields", "wrong", "error%"
            );
            for p in &self.curve {
                let _ = writeln!(
                    out,
                    "{:>9} {:>12.6} {:>8} {:>7} {:>8.3}",
                    100.0 * p.coverage,
                    p.confidence,
                    p.fields,
                    p.wrong,
                    100.0 * p.error
                );
            }
            let _ = writeln!(out, "area under the curve: {:.3} %", 100.0 * area);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{read_result, read_truth};

    const TRUTH: &str = "file,field,type,value\na,q1,single,yes\na,q2,single,no\n\
        a,phone,digits,0773\nb,q1,single,yes\n";

    fn word(value: &str, confidence: f64, open: bool) -> Word {
        Word {
            engine: if value.starts_with('0') {
                "boxes"
            } else {
                "marks"
            }
            .into(),
            value: value.into(),
            confidence,
            open,
            asked: !open,
            crop: None,
            covered: false,
        }
    }

    #[test]
    fn counts_by_field_kind_and_engine_and_the_curve() {
        let truth = read_truth(TRUTH.as_bytes()).unwrap();
        let result =
            "file,field,value,review\na,q1,yes,0\na,q2,yes,0\na,phone,0773,1\nb,q1,yes,1\n";
        let result = read_result(result.as_bytes()).unwrap();
        let words = [
            (("a", "q1"), word("yes", 0.999, true)),
            (("a", "q2"), word("yes", 0.99, true)),
            (("a", "phone"), word("0773", 0.9, true)),
            // Doubted, so it comes last however sure.
            (("b", "q1"), word("no", 1.0, false)),
        ];
        let words = words
            .into_iter()
            .map(|((file, field), word)| ((file.to_owned(), 0, field.to_owned()), word))
            .collect();
        let found = details(&truth, &result, &words);
        let names = |lines: &[Named]| -> Vec<(String, u64, u64)> {
            let one = |l: &Named| (l.name.clone(), l.tally.fields, l.tally.wrong);
            lines.iter().map(one).collect()
        };
        let engines = [("boxes".to_owned(), 1, 0), ("marks".to_owned(), 3, 1)];
        assert_eq!(names(&found.engines), engines);
        assert_eq!(found.fields.len(), 3);
        assert_eq!(names(&found.kinds)[1], ("single".to_owned(), 3, 1));
        let at = |coverage: f64| {
            let point = found
                .curve
                .iter()
                .find(|p| (p.coverage - coverage).abs() < 1e-9);
            point.map(|p| (p.fields, p.wrong)).unwrap()
        };
        assert_eq!((at(0.5), at(0.7), at(1.0)), ((2, 1), (3, 1), (4, 2)));
        let area = (0.0 + 0.5 + 1.0 / 3.0 + 0.5) / 4.0;
        assert!((found.area.unwrap() - area).abs() < 1e-12);
        let read: Vec<(&str, bool)> = found
            .confusions
            .iter()
            .map(|c| (c.read.as_str(), c.asked))
            .collect();
        assert_eq!(read, [("yes", false), ("no", true)]);
        assert!(found.table().contains("marks"));
    }

    #[test]
    fn without_the_machine_s_words_there_is_no_curve() {
        let truth = read_truth(TRUTH.as_bytes()).unwrap();
        let found = details(&truth, &[], &BTreeMap::new());
        assert_eq!(
            (found.fields.len(), found.curve.len(), found.area),
            (3, 0, None)
        );
        assert_eq!(found.kinds[0].tally.missing, 1);
    }
}
