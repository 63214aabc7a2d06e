//! The books (受付簿): every file and page in one bucket, every field in one state, and proof that
//! the sums agree.
//!
//! Each identity compares two counts that are made in different places, so that a lost page shows:
//! what the files say they hold, and the cards that people separated out of pictures, against what was
//! recorded and what a run has yet to read; what was recorded against the buckets; the fields without an answer against the questions
//! that are open.

use std::fmt;
use std::fmt::Write;

use serde::Serialize;

use crate::doubt::Reason;
use crate::export::{self, Withheld};
use crate::form::Library;
use crate::lang::Lang;
use crate::lots::{self, Alarm};
use crate::store::{
    AnswerStatus, Bucket, Counted, FileCounts, Store, StoreError, UnfinishedFile, Wanted,
};

/// Everything that is counted, at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Books {
    pub files: FileCounts,
    /// Every bucket, empty ones too.
    pub pages: Vec<(Bucket, u64)>,
    /// Every state, empty ones too.
    pub fields: Vec<(AnswerStatus, u64)>,
    /// Open questions by kind: `field`, `key`, `page`.
    pub questions: Counted,
    /// The same as the review page counts them, as they come and go.
    #[serde(skip)]
    pub waiting: u64,
    pub reasons: Counted,
    pub rejections: Counted,
    pub quarantine: Counted,
    pub forms: Counted,
    /// Rows that left the house, by form.
    pub exported: Counted,
    /// Cards that nobody is asked about and that are not exported all the same; empty where the forms
    /// were not at hand.
    pub withheld: Vec<(Withheld, u64)>,
    /// Lots that are unlike the ones before them, and keys on too many cards.
    pub alarms: Vec<Alarm>,
    /// Pages of files that a run is reading, or had not read when it was ended: the next run reads them.
    pub pages_waiting: u64,
    /// Files of which pages are missing that should have been read.
    #[serde(skip)]
    pub unfinished: Vec<UnfinishedFile>,
    /// Pages that the files hold, that are in no bucket and do not wait to be read; 0 when all is well.
    pub difference: i64,
}

const PAGES_OF_FILES: &str = "pages in the files, pages recorded";
const PAGES_WAITING: &str = "pages that this run should have read, pages that it read";
const QUESTIONS: &str = "open questions, questions counted as waiting";
const PAGES_IN_BUCKETS: &str = "pages recorded, pages in a bucket";

/// In no bucket yet.
const WAITING: [&str; 2] = ["読取待ち", "waiting to be read"];

/// Counted in their own buckets.
const PARTS: [&str; 2] = ["切り分けたカード", "cards out of them"];

/// So many files are named; of more, how many there are.
const NAMED: usize = 3;

/// Two counts that should be equal and are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imbalance {
    pub what: &'static str,
    pub one: u64,
    pub other: u64,
    /// The files whose pages are missing, where files are counted.
    pub files: Vec<String>,
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} against {}", self.what, self.one, self.other)?;
        if !self.files.is_empty() {
            write!(f, " ({})", self.named("and {} more"))?;
        }
        Ok(())
    }
}

impl Imbalance {
    fn japanese(&self) -> String {
        let what = match self.what {
            PAGES_OF_FILES => "ファイルのページ数と記録したページ数",
            PAGES_WAITING => "今回読むはずのページ数と読んだページ数",
            PAGES_IN_BUCKETS => "記録したページ数と区分の合計",
            QUESTIONS => "未回答の質問数と確認待ちの数",
            _ => "回答のない項目数と項目の質問数",
        };
        let counts = format!("{what}が {} と {}", self.one, self.other);
        if self.files.is_empty() {
            return counts;
        }
        format!("{counts}（{}）", self.named("ほか {} 件"))
    }

    fn named(&self, more: &str) -> String {
        let mut names: Vec<String> = self.files.iter().take(NAMED).cloned().collect();
        if let Some(rest) = self.files.len().checked_sub(NAMED).filter(|n| *n > 0) {
            names.push(more.replace("{}", &rest.to_string()));
        }
        names.join(", ")
    }
}

/// The books do not balance: every identity that fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the books do not balance: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Unbalanced(pub Vec<Imbalance>);

impl Unbalanced {
    /// One plain sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => {
                let all: Vec<String> = self.0.iter().map(Imbalance::japanese).collect();
                format!("受付簿が合いません: {}", all.join("、"))
            }
        }
    }
}

impl Books {
    /// Counts everything in one snapshot.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        store.steady(|store| {
            let files = store.count_files()?;
            let pages = store.count_pages()?;
            let fields = store.count_fields()?;
            let counted: u64 = pages.iter().map(|(_, n)| n).sum();
            let unfinished = store.unfinished_files()?;
            let waiting = unfinished.iter().filter(|f| f.waits);
            let pages_waiting: u64 = waiting.map(|f| f.missing).sum();
            Ok(Self {
                difference: (files.pages_declared + files.parts_declared) as i64
                    - (counted + pages_waiting) as i64,
                files,
                pages_waiting,
                unfinished,
                pages: Bucket::ALL.map(|b| (b, of(&pages, b.name()))).to_vec(),
                fields: AnswerStatus::ALL
                    .map(|s| (s, of(&fields, s.name())))
                    .to_vec(),
                questions: store.count_questions()?,
                waiting: store.count_open(&Wanted::default())?,
                reasons: store.count_reasons()?,
                rejections: store.count_rejections()?,
                quarantine: store.count_quarantine()?,
                forms: store.count_forms()?,
                exported: store.count_exported()?,
                withheld: Vec::new(),
                alarms: lots::alarms(store)?,
            })
        })
    }

    /// The same with the cards that the forms withhold.
    pub fn with_cards(store: &Store, library: &Library) -> Result<Self, StoreError> {
        store.steady(|store| {
            let mut books = Self::of(store)?;
            let all = export::withheld(store, library)?.into_iter();
            let stuck = all.filter(|(why, _)| why.wants_an_operator());
            books.withheld = stuck.map(|(why, n)| (why, n as u64)).collect();
            Ok(books)
        })
    }

    /// What to do about cards that are withheld, one line a reason.
    pub fn next_steps(&self, lang: Lang) -> Vec<&'static str> {
        let all = self.withheld.iter();
        all.filter_map(|(why, _)| why.next_step(lang)).collect()
    }

    /// How many fields are in that state.
    pub fn fields_in(&self, status: AnswerStatus) -> u64 {
        self.fields
            .iter()
            .find(|(s, _)| *s == status)
            .map_or(0, |(_, n)| *n)
    }

    /// Questions that wait, of all kinds.
    pub fn open(&self) -> u64 {
        self.questions.iter().map(|(_, n)| n).sum()
    }

    /// Whether every identity holds; pages may wait for a run that is under way or was ended early.
    pub fn balances(&self) -> Result<(), Unbalanced> {
        fault_of(self.faults())
    }

    /// The same after a run that went to its end: nothing waits any more.
    pub fn balances_at_end(&self) -> Result<(), Unbalanced> {
        let mut faults = self.faults();
        if self.pages_waiting > 0 {
            faults.push(Imbalance {
                what: PAGES_WAITING,
                one: self.pages_waiting,
                other: 0,
                files: self.unfinished.iter().map(|f| f.name.clone()).collect(),
            });
        }
        fault_of(faults)
    }

    fn faults(&self) -> Vec<Imbalance> {
        let in_buckets = self.pages.iter().map(|(_, n)| n).sum();
        let pairs = [
            (
                PAGES_OF_FILES,
                self.files.pages_declared + self.files.parts_declared,
                self.files.pages_recorded + self.pages_waiting,
            ),
            (PAGES_IN_BUCKETS, self.files.pages_recorded, in_buckets),
            (
                "fields without an answer, questions about fields",
                self.fields_in(AnswerStatus::Question),
                of(&self.questions, "field"),
            ),
            (QUESTIONS, self.open(), self.waiting),
        ];
        let unequal = pairs.into_iter().filter(|(_, one, other)| one != other);
        let lost = || self.unfinished.iter().filter(|f| !f.waits);
        unequal
            .map(|(what, one, other)| Imbalance {
                what,
                one,
                other,
                files: match what {
                    PAGES_OF_FILES => lost().map(|f| f.name.clone()).collect(),
                    _ => Vec::new(),
                },
            })
            .collect()
    }

    /// What is counted, section by section.
    pub fn sections(&self, lang: Lang) -> Vec<Section> {
        let name = |names| pick(lang, names).to_owned();
        let files = [
            (["読取", "read"], self.files.read),
            (["同一内容", "copies"], self.files.copies),
            (["読取不能", "unreadable"], self.files.quarantined),
            (["差替済", "replaced"], self.files.replaced),
        ];
        let mut of_files = Section {
            name: name(["ファイル", "Files"]),
            total: files.iter().map(|(_, n)| n).sum(),
            lines: files
                .map(|(names, n)| Line::new(pick(lang, names), n))
                .to_vec(),
        };
        of_files.lines.extend(reasons(lang, &self.quarantine));
        let of_pages = self.of_pages(lang);
        let fields = self.fields.iter();
        let of_fields = Section {
            name: name(["項目", "Fields"]),
            total: self.fields.iter().map(|(_, n)| n).sum(),
            lines: fields
                .map(|(s, n)| Line::new(pick(lang, status_name(*s)), n))
                .collect(),
        };
        let open = Section {
            name: name(["確認待ち", "Questions open"]),
            total: self.open(),
            lines: reasons(lang, &self.reasons),
        };
        let exported = self.exported.iter();
        let exported = Section {
            name: name(["出力済の行", "Rows exported"]),
            total: self.exported.iter().map(|(_, n)| n).sum(),
            lines: exported.map(|(form, n)| Line::new(form, n)).collect(),
        };
        let mut all = vec![of_files, of_pages, of_fields, open, exported];
        all.extend(self.of_withheld(lang));
        all
    }

    fn of_pages(&self, lang: Lang) -> Section {
        let mut of_pages = Section {
            name: pick(lang, ["受付ページ", "Pages received"]).to_owned(),
            total: self.files.pages_declared + self.files.parts_declared,
            lines: Vec::new(),
        };
        for (bucket, n) in &self.pages {
            let line = Line::new(pick(lang, bucket_name(*bucket)), n);
            of_pages.lines.push(line);
            if *bucket == Bucket::Rejected {
                of_pages.lines.extend(reasons(lang, &self.rejections));
            }
            if *bucket == Bucket::Separated && self.files.parts_declared > 0 {
                of_pages.lines.push(Line {
                    is_detail: true,
                    ..Line::new(pick(lang, PARTS), self.files.parts_declared)
                });
            }
        }
        if self.pages_waiting > 0 {
            let line = Line::new(pick(lang, WAITING), self.pages_waiting);
            of_pages.lines.push(line);
        }
        let difference = Line::new(pick(lang, ["差引", "difference"]), self.difference);
        of_pages.lines.push(difference);
        of_pages
    }

    fn of_withheld(&self, lang: Lang) -> Option<Section> {
        let counted = |(why, n): &(Withheld, u64)| Some((why.reason()?.code().to_owned(), *n));
        let counts: Counted = self.withheld.iter().filter_map(counted).collect();
        (!counts.is_empty()).then(|| Section {
            name: pick(lang, ["保留のカード", "Cards withheld"]).to_owned(),
            total: counts.iter().map(|(_, n)| n).sum(),
            lines: reasons(lang, &counts),
        })
    }

    /// The sheet that a clerk signs.
    pub fn table(&self, lang: Lang) -> String {
        let mut out = String::new();
        for Section { name, total, lines } in self.sections(lang) {
            section(&mut out, &name, total);
            for Line {
                name,
                count,
                words,
                is_detail,
            } in lines
            {
                let _ = if is_detail {
                    writeln!(out, "    {}{count:>9}  {words}", padded(&name, 28))
                } else {
                    writeln!(out, "  {}{count:>9}", padded(&name, 30))
                };
            }
        }
        for step in self.next_steps(lang) {
            let _ = writeln!(out, "  → {step}");
        }
        if !self.alarms.is_empty() {
            let count = self.alarms.len() as u64;
            section(&mut out, pick(lang, ["警告", "Alarms"]), count);
            for words in lots::lines(&self.alarms, lang) {
                let _ = writeln!(out, "  {words}");
            }
        }
        out
    }
}

/// A part of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub total: u64,
    pub lines: Vec<Line>,
}

/// A line of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    /// As it is printed.
    pub count: String,
    /// What a reason's code means; else empty.
    pub words: &'static str,
    /// Part of the line above it.
    pub is_detail: bool,
}

impl Line {
    fn new(name: &str, count: impl fmt::Display) -> Self {
        Self {
            name: name.to_owned(),
            count: count.to_string(),
            words: "",
            is_detail: false,
        }
    }
}

fn fault_of(faults: Vec<Imbalance>) -> Result<(), Unbalanced> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Unbalanced(faults))
    }
}

fn of(counts: &Counted, name: &str) -> u64 {
    counts
        .iter()
        .find(|(n, _)| n == name)
        .map_or(0, |(_, n)| *n)
}

fn pick(lang: Lang, [ja, en]: [&'static str; 2]) -> &'static str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn bucket_name(bucket: Bucket) -> [&'static str; 2] {
    match bucket {
        Bucket::Read => ["読取済", "read"],
        Bucket::Review => ["要確認", "in review"],
        Bucket::Rejected => ["読取不可", "rejected"],
        Bucket::SetAside => ["対象外", "set aside"],
        Bucket::Duplicate => ["重複", "duplicate"],
        Bucket::Separator => ["仕切り", "separator"],
        Bucket::Header => ["束見出し", "batch header"],
        Bucket::Separated => ["切り分けた画像", "separated pictures"],
    }
}

fn status_name(status: AnswerStatus) -> [&'static str; 2] {
    match status {
        AnswerStatus::Accepted => ["自動確定", "accepted"],
        AnswerStatus::Blank => ["無記入", "blank"],
        AnswerStatus::NotApplicable => ["該当なし", "not applicable"],
        AnswerStatus::Question => ["確認待ち", "question"],
        AnswerStatus::Decided => ["担当者確定", "decided"],
        AnswerStatus::Illegible => ["判読不能", "illegible"],
    }
}

fn section(out: &mut String, name: &str, total: u64) {
    let _ = writeln!(out, "{}{total:>9}", padded(name, 32));
}

fn reasons(lang: Lang, counts: &Counted) -> Vec<Line> {
    let one = |(code, n): &(String, u64)| Line {
        words: code.parse::<Reason>().map_or("", |r| r.message(lang)),
        is_detail: true,
        ..Line::new(code, n)
    };
    counts.iter().map(one).collect()
}

/// Filled up to so many columns of a terminal; a Japanese character takes two.
fn padded(text: &str, columns: usize) -> String {
    let wide = |c: char| if c < '\u{1100}' { 1 } else { 2 };
    let taken: usize = text.chars().map(wide).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::store::fixtures::*;
    use crate::store::{Answer, NewFile, Quarantine};

    #[test]
    fn every_page_and_field_is_in_one_place() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let fields = [("wish", "?yes"), ("phone", ""), ("name", "佐藤")];
        let pages = [
            card("1", &fields),
            card("2", &[("wish", "yes")]),
            rejected(Reason::UnknownForm),
            separator(),
            rejected(Reason::BlankPage),
        ];
        let recorded = record_all(&mut store, &mut run, "in/a.tif", &pages);
        let copy = NewFile {
            name: "in/b.tif",
            sha256: Digest::of(b"in/a.tif"),
            bytes: 9,
            pages: 5,
        };
        store.record_copy(&mut run, &copy).unwrap();
        store
            .decide(&[says_of_page(recorded[4].page(), Answer::BlankPage)])
            .unwrap();
        let bad = Quarantine {
            name: "in/c.tif",
            sha256: None,
            bytes: None,
            reason: Reason::Unreadable,
            detail: "",
        };
        store.quarantine_file(&mut run, &bad).unwrap();

        let books = Books::of(&store).unwrap();
        assert_eq!(books.balances(), Ok(()));
        let pages: Vec<u64> = books.pages.iter().map(|(_, n)| *n).collect();
        assert_eq!(pages, [1, 1, 1, 1, 5, 1, 0, 0]);
        let fields: Vec<u64> = books.fields.iter().map(|(_, n)| *n).collect();
        assert_eq!(fields, [2, 1, 0, 1, 0, 0]);
        assert_eq!((books.difference, books.open()), (0, 2));
        let sheet = books.table(Lang::Ja);
        for words in [
            "受付ページ",
            "差引",
            "UNKNOWN_FORM",
            "登録されていない帳票です",
            "重複",
        ] {
            assert!(sheet.contains(words), "{words} in\n{sheet}");
        }
        assert!(
            books
                .table(Lang::En)
                .contains("  difference                            0\n")
        );
    }

    #[test]
    fn a_page_that_was_never_recorded_waits_for_its_run_and_shows_when_that_has_ended() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let file = NewFile {
            name: "a",
            sha256: Digest::of(b"a"),
            bytes: 1,
            pages: 3,
        };
        store.record_file(&mut run, &file).unwrap();
        let page = card("1", &[("wish", "yes")]);
        store
            .record_page(&mut run, &origin("a", 0), &Digest::of(b"p"), &page)
            .unwrap();
        // Under way, or ended early: the rest waits, and that is said.
        let books = Books::of(&store).unwrap();
        assert_eq!((books.difference, books.pages_waiting), (0, 2));
        assert_eq!(books.balances(), Ok(()));
        let line = "  waiting to be read                    2\n";
        assert!(books.table(Lang::En).contains(line));
        assert!(books.table(Lang::Ja).contains("読取待ち"));
        let Unbalanced(faults) = books.balances_at_end().unwrap_err();
        assert_eq!((faults.len(), faults[0].one, faults[0].other), (1, 2, 0));
        assert_eq!(faults[0].files, ["a"]);

        // Ended well: what is missing is lost, and the file is named.
        store.finish_run(&run, &at(NOON)).unwrap();
        let books = Books::of(&store).unwrap();
        assert_eq!((books.difference, books.pages_waiting), (2, 0));
        let lost = books.balances().unwrap_err();
        let Unbalanced(faults) = &lost;
        assert_eq!((faults.len(), faults[0].one, faults[0].other), (1, 3, 1));
        for lang in [Lang::Ja, Lang::En] {
            let said = lost.message(lang);
            assert!(said.ends_with("(a)") || said.ends_with("（a）"), "{said}");
        }
        assert!(!books.table(Lang::En).contains("waiting to be read"));
    }

    #[test]
    fn what_an_old_run_left_waits_for_the_run_that_goes_on() {
        let (_dir, mut store) = store();
        let mut killed = begin(&store, false);
        let file = |name| NewFile {
            name,
            sha256: Digest::of(name.as_bytes()),
            bytes: 1,
            pages: 2,
        };
        store.record_file(&mut killed, &file("a")).unwrap();
        let mut next = begin(&store, false);
        store.record_file(&mut next, &file("b")).unwrap();
        assert_eq!(Books::of(&store).unwrap().pages_waiting, 4);
        store.finish_run(&next, &at(NOON)).unwrap();
        // A run went to its end and left all of it: nothing is waited for.
        let books = Books::of(&store).unwrap();
        assert_eq!((books.pages_waiting, books.difference), (0, 4));
        let Unbalanced(faults) = books.balances().unwrap_err();
        assert_eq!(faults[0].files, ["a", "b"]);
    }

    #[test]
    fn many_files_are_counted_and_three_are_named() {
        let fault = Imbalance {
            what: PAGES_OF_FILES,
            one: 9,
            other: 4,
            files: ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec(),
        };
        assert!(fault.to_string().ends_with("(a, b, c, and 2 more)"));
        assert!(fault.japanese().ends_with("（a, b, c, ほか 2 件）"));
    }

    #[test]
    fn a_question_that_got_lost_shows() {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "?yes")])]);
        let other = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
        other
            .execute_batch("UPDATE questions SET state = 'superseded'")
            .unwrap();
        let Unbalanced(faults) = Books::of(&store).unwrap().balances().unwrap_err();
        assert_eq!((faults[0].one, faults[0].other), (1, 0));
    }
}
