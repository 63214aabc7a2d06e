//! `hagaki run`: files in, rows, questions and books out.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

use super::args::RunArgs;
use super::calibrate::watch_for_shift;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::words::{both, pick, shown, shown_path};
use super::{Here, clock, engines, progress, skipped, status};
use crate::batch::{self, BatchError, Input, Observer, PageEvent, Reader, Tally};
use crate::calibrate;
use crate::doubt::Reason;
use crate::form::Library;
use crate::ingest::{self, Decoding, Limits, SkipReason};
use crate::lang::Lang;
use crate::lots::Alarm;
use crate::pipeline::{PageOutcome, Settings};
use crate::store::{Purpose, RunId, RunInfo, Store, StoreError};
use crate::{books, report};

/// Set by the first Ctrl-C: pages under way are finished and recorded.
pub(super) static STOP: AtomicBool = AtomicBool::new(false);

pub(super) fn run(here: &Here, args: &RunArgs) -> Outcome {
    if args.redecide {
        return super::redecide::redecide(here, args);
    }
    listen_for_interruption();
    let campaign = here.campaign()?;
    let received = received_day(args)?;
    let input = discover(&campaign, args)?;
    let library = campaign.library()?;
    let engines = engines::load(here, &campaign)?;
    let mut store = open_store(&campaign)?;
    let _lock = campaign.lock()?;
    store
        .refresh_views(&library)
        .map_err(|e| store_failure(&e))?;

    let own = &library;
    let library = calibrate::in_force(&store, own).map_err(|e| store_failure(&e))?;
    let decoding = decoding()?;
    let reader = Reader {
        library: &library,
        engines: &engines,
        settings: Settings { today: received },
        limits: Limits::default(),
        decoding: &decoding,
        jobs: here.jobs(),
    };
    let mut screen = Screen::new(here, input.files.len() as u64);
    let info = RunInfo {
        program: concat!("hagaki ", env!("CARGO_PKG_VERSION")).to_owned(),
        who: clock::user(),
        at: clock::now(),
        received,
        purpose: if args.reread {
            Purpose::Reread
        } else {
            Purpose::Read
        },
    };
    let mut run = store.begin_run(info);
    let result = batch::run(&input, &reader, (&mut store, &mut run), &mut screen, &STOP);
    screen.bar.finish_and_clear();
    let tally = result.map_err(|e| batch_failure(&e))?;
    if !tally.interrupted {
        // What is missing else waits for the next run; a run that ended has left nothing.
        store
            .finish_run(&run, &clock::now())
            .map_err(|e| store_failure(&e))?;
    }
    let shifted = tally.pages_recorded > 0 && watch_for_shift(here, own, &mut store)?;
    let skipped = skipped::tell(here, &input.skipped);
    let look = unreadable(here, &tally) || tally.files_left > 0 || skipped || shifted;
    let end = End {
        run: run.id(),
        reading: true,
        interrupted: tally.interrupted,
        look,
    };
    close(here, (&campaign, &library), &store, &end)
}

/// How the work ended.
pub(super) struct End {
    /// `None` when nothing new was recorded.
    pub run: Option<RunId>,
    /// It was to read every page that waits.
    pub reading: bool,
    pub interrupted: bool,
    /// Something is for an operator to look at.
    pub look: bool,
}

/// Prints the books, writes the contact sheet and decides how the run ended: an operator must look
/// also when it touched a lot that is unlike the ones before it.
pub(super) fn close(
    here: &Here,
    (campaign, library): (&Campaign, &Library),
    store: &Store,
    end: &End,
) -> Outcome {
    let books = books::Books::with_cards(store, library).map_err(|e| store_failure(&e))?;
    let shown = (library, &books.alarms[..]);
    let sheet = report::write_contact_sheet(store, shown, &campaign.report_dir(), here.lang)
        .map_err(|e| store_failure(&e))?;
    if !here.everywhere.json && !here.everywhere.quiet {
        outln!("{}", books.table(here.lang));
        status::print_places(here, campaign, Some(&sheet));
    }
    if end.interrupted {
        here.say(pick(
            here.lang,
            "中断しました。ここまでの結果は保存済みです。続きは: hagaki run",
            "interrupted; everything so far is kept. To go on: hagaki run",
        ));
        return Ok(Exit::Interrupted);
    }
    let balance = if end.reading {
        books.balances_at_end()
    } else {
        books.balances()
    };
    balance.map_err(|difference| unbalanced(&difference))?;
    let touched = |a: &&Alarm| end.run.is_some() && a.last_run() == end.run;
    let alarms = books.alarms.iter().filter(touched).count();
    if alarms > 0 {
        here.say(&match here.lang {
            Lang::Ja => {
                format!(
                    "今回の分に警告が {alarms} 件あります。受付簿（hagaki status）を見てください"
                )
            }
            Lang::En => format!("{alarms} alarms about what this run recorded: hagaki status"),
        });
    }
    Ok(if end.look || alarms > 0 {
        Exit::Look
    } else {
        Exit::Done
    })
}

fn unreadable(here: &Here, tally: &Tally) -> bool {
    let (files, pages) = (tally.files_quarantined, tally.pages_unreadable);
    if files + pages > 0 {
        here.say(&match here.lang {
            Lang::Ja => format!("読めないファイル {files} 件、読めないページ {pages} 件があります"),
            Lang::En => format!("{files} files and {pages} pages could not be read"),
        });
    }
    files + pages > 0
}

fn received_day(args: &RunArgs) -> Result<crate::calendar::Day, Failure> {
    let Some(text) = &args.received else {
        return Ok(clock::today());
    };
    text.parse().map_err(|_| {
        Failure::usage(both(
            format!("`{text}` は 2026-04-01 のような日付ではありません"),
            format!("`{text}` is not a day such as 2026-04-01"),
        ))
    })
}

/// Files are decoded in processes of this program.
pub(super) fn decoding() -> Result<Decoding, Failure> {
    // The link leads to the running program even after an update has replaced its file.
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return Ok(Decoding::Apart(running));
    }
    let named = std::env::current_exe().map_err(|e| {
        Failure::new(
            Exit::Store,
            both(
                format!("プログラム自身の場所が分かりません: {e}"),
                chain(&e),
            ),
        )
    })?;
    Ok(Decoding::Apart(named))
}

/// The files named, or the campaign's inbox. A named input that is not there is wrong use.
fn discover(campaign: &Campaign, args: &RunArgs) -> Result<Input, Failure> {
    let inputs: Vec<PathBuf> = if args.input.is_empty() {
        vec![campaign.inbox()]
    } else {
        args.input.clone()
    };
    for input in &inputs {
        if std::fs::symlink_metadata(input).is_err() {
            let name = shown_path(input);
            let text = both(
                format!("`{name}` が見つかりません"),
                format!("`{name}` is not there"),
            );
            return Err(Failure::usage(text).hint(both(
                "スキャン画像のファイルかフォルダーを指定してください",
                "name a file or folder of scans",
            )));
        }
    }
    let (files, skipped) = ingest::discover(&inputs);
    let (blocked, skipped): (Vec<_>, Vec<_>) = skipped
        .into_iter()
        .partition(|s| matches!(s.reason, SkipReason::Unreadable(_)));
    Ok(Input {
        files,
        skipped,
        blocked,
        reread: args.reread,
    })
}

pub(super) fn open_store(campaign: &Campaign) -> Result<Store, Failure> {
    Store::open(&campaign.root).map_err(|e| store_failure(&e))
}

pub(super) fn store_failure(error: &StoreError) -> Failure {
    let cause = std::error::Error::source(error).map(chain);
    let said = |lang| match &cause {
        Some(cause) => format!("{}: {cause}", error.message(lang)),
        None => error.message(lang),
    };
    let failure = Failure::new(Exit::Store, both(said(Lang::Ja), said(Lang::En)));
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

pub(super) fn batch_failure(error: &BatchError) -> Failure {
    match error {
        BatchError::Store(e) => store_failure(e),
        BatchError::Engine(_) => Failure::invalid(both(
            format!("認識モデルを使えません: {}", chain(error)),
            chain(error),
        ))
        .hint(both(
            "hagaki model verify で導入済みのモデルを確認できます",
            "hagaki model verify checks the installed models",
        )),
        BatchError::Decoder(_) => Failure::new(
            Exit::Store,
            both(
                format!("画像を展開するプロセスを使えません: {}", chain(error)),
                chain(error),
            ),
        )
        .hint(both(
            "プログラムを入れ直し、メモリの空きを確認してください。ここまでの結果は保存済みです",
            "install the program again and check the free memory; what was recorded is kept",
        )),
        BatchError::WorkerLost => Failure::new(
            Exit::Unbalanced,
            both("読み取りの処理が結果を返さずに終わりました", chain(error)),
        ),
    }
}

pub(super) fn unbalanced(difference: &books::Unbalanced) -> Failure {
    Failure::new(
        Exit::Unbalanced,
        both(difference.message(Lang::Ja), difference.message(Lang::En)),
    )
    .hint(both(
        "hagaki run で、足りないページを保管庫（store/）の原本から読みます。それでも同じなら、挙げたファイルを inbox に戻してもう一度実行してください",
        "hagaki run reads what is missing from the originals in store/; where that does not help, put the named files back into the inbox and run it again",
    ))
}

/// An error with its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = inner.source();
    }
    text
}

pub(super) fn listen_for_interruption() {
    // A second Ctrl-C ends the program at once: SQLite keeps what was committed.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::abort();
        }
    });
}

/// What the operator sees while pages are read.
struct Screen<'a> {
    here: &'a Here,
    bar: ProgressBar,
    asked: u64,
    rejected: u64,
}

impl<'a> Screen<'a> {
    fn new(here: &'a Here, files: u64) -> Self {
        Self {
            here,
            bar: progress::bar(here, files),
            asked: 0,
            rejected: 0,
        }
    }
}

impl Observer for Screen<'_> {
    fn more_pages(&mut self, pages: u64) {
        self.bar.inc_length(pages);
    }

    fn passed(&mut self, pages: u64) {
        self.bar.inc(pages);
    }

    fn page(&mut self, event: &PageEvent<'_>) {
        self.bar.inc(1);
        if let Some(PageOutcome::Rejected(page)) = event.outcome
            && page.rejection.reason == Reason::Unreadable
        {
            self.quarantined(&event.origin.file, "", &page.rejection.detail);
        }
        let line = super::lines::PageLine::of(event);
        match line.outcome {
            "review" => self.asked += 1,
            "rejected" => self.rejected += 1,
            _ => {}
        }
        let (asked, rejected) = (self.asked, self.rejected);
        self.bar.set_message(match self.here.lang {
            Lang::Ja => format!("要確認 {asked}  不読 {rejected}"),
            Lang::En => format!("{asked} to review, {rejected} rejected"),
        });
        if self.here.everywhere.json
            && let Ok(text) = serde_json::to_string(&line)
        {
            outln!("{text}");
        }
    }

    fn quarantined(&mut self, name: &str, _code: &str, detail: &str) {
        let (here, bar) = (self.here, &self.bar);
        let words = ingest::told(detail, here.lang);
        bar.suspend(|| here.say(&format!("{}: {words}", shown(name))));
    }

    fn lost(&mut self, name: &str, _code: &str, detail: &str) {
        let (here, bar) = (self.here, &self.bar);
        let words = ingest::told(detail, here.lang);
        let name = shown(name);
        let said = match here.lang {
            Lang::Ja => format!("{name}: 前回の続きを保管庫の原本から読めません。{words}"),
            Lang::En => format!("{name}: its rest cannot be read from the store: {words}"),
        };
        bar.suspend(|| here.say(&said));
    }

    fn left(&mut self, name: &str) {
        let (here, bar) = (self.here, &self.bar);
        let name = shown(name);
        let said = match here.lang {
            Lang::Ja => format!("{name}: まだ書き込み中のため、次回に読みます: hagaki run"),
            Lang::En => format!("{name}: still being written, left for the next run: hagaki run"),
        };
        bar.suspend(|| here.say(&said));
    }
}
