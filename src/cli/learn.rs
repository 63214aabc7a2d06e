//! `hagaki form draw --from-scans`: a blank picture learnt from filled scans.

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure, Outcome};
use super::form::{invalid, save};
use super::run::chain;
use super::words::{both, pick, shown_path, unreadable};
use super::{Here, progress};
use crate::digest::Digest;
use crate::form::library::{FORM_FILE, load_unlearnt};
use crate::form::{Form, draw};
use crate::ingest::{self, Limits, SkipReason, SourceFile};
use crate::lang::Lang;
use crate::learn::{self, LearnError, Learnt, LeftOut, Lesson};
use crate::restore::restore;
use crate::scan::{Origin, Picture, Scan};

/// More scans than this are not even opened.
const MOST_OPENED: usize = learn::MOST_SCANS;

/// Learns `blank-<side>.png` of a form folder and says how it came about.
pub(super) fn draw(
    here: &Here,
    (form, folder): (&Path, &Path),
    (scans, side, dpi): (&Path, Option<&str>, u16),
) -> Outcome {
    let form = load(form)?;
    let side = chosen(&form, side)?;
    let stack = open(here, scans)?;
    let lesson = Lesson {
        form: &form,
        side,
        scans: &stack.scans,
        px_per_mm: f64::from(dpi) / 25.4,
        jobs: here.jobs(),
    };
    let bar = progress::bar(here, learn::steps(stack.scans.len()));
    let learnt = learn::learn(&lesson, &|| bar.inc(1));
    bar.finish_and_clear();
    let unread = stack.say_unread(here);
    let learnt = learnt.map_err(|why| failure(&why, scans))?;
    tell(here, &learnt, &stack.names);
    let bytes = draw::png(&learnt.blank.gray).map_err(|e| Failure::invalid(chain(&e)))?;
    let path = folder.join(format!("blank-{}.png", form.sides[side].id));
    save(here, &path, |path| std::fs::write(path, &bytes))?;
    Ok(if unread { Exit::Look } else { Exit::Done })
}

fn load(named: &Path) -> Result<Form, Failure> {
    let file = if named.is_dir() {
        named.join(FORM_FILE)
    } else {
        named.to_path_buf()
    };
    if !file.is_file() {
        let path = named.display();
        let said = both(
            format!("`{path}` は帳票のフォルダーではありません"),
            format!("`{path}` is no form folder"),
        );
        return Err(Failure::usage(said).hint(both(
            "帳票は `form.toml` のあるフォルダーです",
            "a form is a folder with a `form.toml`",
        )));
    }
    load_unlearnt(&file).map_err(|faults| invalid(&faults))
}

fn chosen(form: &Form, side: Option<&str>) -> Result<usize, Failure> {
    let ids: Vec<&str> = form.sides.iter().map(|s| s.id.as_str()).collect();
    let found = match side {
        Some(id) => ids.iter().position(|known| *known == id),
        None => (ids.len() == 1).then_some(0),
    };
    found.ok_or_else(|| {
        let message = both(
            "スキャンがどの面を写したものか決まりません",
            "it is not clear which side the scans show",
        );
        Failure::usage(message).hint(format!("--side {}", ids.join(" | --side ")))
    })
}

/// The pages of a folder, and the files that cannot be read.
struct Stack {
    scans: Vec<Scan>,
    /// File and page of each scan, for people.
    names: Vec<String>,
    unread: Vec<String>,
}

fn open(here: &Here, folder: &Path) -> Result<Stack, Failure> {
    if !folder.exists() {
        let why = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(unreadable(folder, &why));
    }
    let (files, skipped) = ingest::discover(&[PathBuf::from(folder)]);
    let mut stack = Stack {
        scans: Vec::new(),
        names: Vec::new(),
        unread: skipped
            .iter()
            .filter(|s| matches!(s.reason, SkipReason::Unreadable(_)))
            .map(|s| format!("{}: {}", shown_path(&s.path), s.reason.code()))
            .collect(),
    };
    let bar = progress::bar(here, files.len() as u64);
    for file in &files {
        if stack.scans.len() < MOST_OPENED {
            stack.add(file, here.lang);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(stack)
}

impl Stack {
    fn add(&mut self, file: &SourceFile, lang: Lang) {
        let shown = shown_path(&file.path);
        let document = match ingest::open(&file.path, &Limits::default()) {
            Ok(document) => document,
            Err(why) => return self.unread.push(format!("{shown}: {}", why.message(lang))),
        };
        for page in 0..document.page_count() {
            if self.scans.len() >= MOST_OPENED {
                return;
            }
            match document.page(page) {
                Ok(decoded) => {
                    self.names.push(format!("{shown} ({})", page + 1));
                    let origin = Origin {
                        file: String::new(),
                        file_sha256: Digest::of(b""),
                        page,
                    };
                    let picture = Picture {
                        // Colour is not learnt, and forty pages of it would be much.
                        color: None,
                        ..decoded.picture
                    };
                    let scan = Scan::new(origin, picture, decoded.resolution);
                    self.scans.push(restore(&scan).scan.into_owned());
                }
                Err(why) => {
                    let why = why.message(lang);
                    self.unread.push(format!("{shown} ({}): {why}", page + 1));
                }
            }
        }
    }

    /// Whether some file could not be read; each is named.
    fn say_unread(&self, here: &Here) -> bool {
        let word = pick(here.lang, "読めないファイル", "unreadable");
        for line in &self.unread {
            here.say(&format!("{word}: {line}"));
        }
        !self.unread.is_empty()
    }
}

/// How many scans took part, which did not and why, how well they agree.
fn tell(here: &Here, learnt: &Learnt, names: &[String]) {
    let report = &learnt.report;
    for (scan, why) in &report.left_out {
        let name = names.get(*scan).map_or("", String::as_str);
        let word = pick(here.lang, "使わなかったスキャン", "left out");
        here.say(&format!("{word}: {name}: {}", reason(*why, here.lang)));
    }
    let count = report.used.len() as f64;
    let mean = report.used.iter().map(|u| u.residual_rms_mm).sum::<f64>() / count.max(1.0);
    let worst = report
        .used
        .iter()
        .map(|u| u.residual_max_mm)
        .fold(0.0, f64::max);
    let (used, all) = (report.used.len(), report.used.len() + report.left_out.len());
    let covered = 100.0 * report.coverage;
    let size = learnt.blank.gray.dimensions();
    here.say(&match here.lang {
        Lang::Ja => format!(
            "{all} 枚のうち {used} 枚から作成：ずれ 平均 {mean:.2} mm、最大 {worst:.2} mm、\
             面の {covered:.0} % を確認、{} x {} 画素",
            size.0, size.1
        ),
        Lang::En => format!(
            "learnt from {used} of {all} scans: residual {mean:.2} mm on average, {worst:.2} mm at \
             most, {covered:.0} % of the side covered, {} x {} pixels",
            size.0, size.1
        ),
    });
}

fn reason(why: LeftOut, lang: Lang) -> &'static str {
    match why {
        LeftOut::Blank => pick(lang, "白紙", "blank"),
        LeftOut::OtherPrint => pick(lang, "印刷がほかと違う", "other print than the rest"),
        LeftOut::NotRegistered => pick(
            lang,
            "位置を合わせられない",
            "cannot be laid onto the others",
        ),
        LeftOut::Spare => pick(lang, "十分な枚数がある", "enough others were there"),
    }
}

fn failure(why: &LearnError, scans: &Path) -> Failure {
    let least = learn::LEAST_SCANS;
    let ja = match why {
        LearnError::TooFew { given } => {
            format!("スキャンが {given} 枚しかありません（{least} 枚以上必要）")
        }
        LearnError::NoAgreement { agree } => {
            format!("同じ印刷と認められるスキャンが {agree} 枚しかありません（{least} 枚以上必要）")
        }
        LearnError::OtherSide { side } => {
            format!("スキャンに共通の印刷が、面「{side}」の枠の位置と合いません")
        }
        LearnError::NoPrint => "スキャンに共通の印刷がほとんどありません".into(),
    };
    let hint = match why {
        LearnError::OtherSide { .. } => both(
            "form.toml の位置（mm）と、フォルダーにある面を確かめてください",
            "check the millimetres in form.toml, and which side the folder holds",
        ),
        _ => both(
            "同じ版の同じ面を、記入の異なる人から集めてください",
            "collect the same side of one edition, filled by different people",
        ),
    };
    let path = scans.display();
    let said = both(format!("`{path}`: {ja}"), format!("`{path}`: {why}"));
    Failure::new(Exit::Look, said).hint(hint)
}
