//! `hagaki run --redecide`: today's rules over what was measured before, without a picture.

use std::path::{Component, Path};

use indicatif::ProgressBar;

use super::args::RunArgs;
use super::exit::{Failure, Outcome};
use super::out::outln;
use super::run::{self, STOP, batch_failure, store_failure};
use super::status::open_existing;
use super::words::{both, shown_path};
use super::{Here, clock, progress};
use crate::batch::{self, RedecidedPage, Redecisions, Watcher};
use crate::calibrate;
use crate::lang::Lang;
use crate::store::{PageId, Purpose, RunInfo, Store};

pub(super) fn redecide(here: &Here, args: &RunArgs) -> Outcome {
    run::listen_for_interruption();
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    let _lock = campaign.lock()?;
    store
        .refresh_views(&library)
        .map_err(|e| store_failure(&e))?;
    let library = calibrate::in_force(&store, &library).map_err(|e| store_failure(&e))?;
    let pages = chosen(&store, args)?;
    let mut screen = Screen {
        here,
        bar: progress::bar(here, pages.len() as u64),
        changed: 0,
    };
    let mut run = store.begin_run(run_info());
    let both = (&mut store, &mut run);
    let result = batch::redecide(&pages, &library, both, &mut screen, &STOP);
    screen.bar.finish_and_clear();
    let done = result.map_err(|e| batch_failure(&e))?;
    store
        .finish_run(&run, &clock::now())
        .map_err(|e| store_failure(&e))?;
    tell(here, &done);
    let end = run::End {
        run: run.id(),
        reading: false,
        interrupted: done.interrupted,
        look: done.without_form + done.without_measures > 0,
    };
    run::close(here, (&campaign, &library), &store, &end)
}

/// The pages of the form and of the files that were named; all, when nothing was named.
fn chosen(store: &Store, args: &RunArgs) -> Result<Vec<PageId>, Failure> {
    let pages = store
        .read_pages(args.form.as_deref())
        .map_err(|e| store_failure(&e))?;
    let mut used = vec![false; args.input.len()];
    let mut of_input = |file: &str| {
        let mut any = args.input.is_empty();
        for (input, used) in args.input.iter().zip(&mut used) {
            let hit = names(input, file);
            *used |= hit;
            any |= hit;
        }
        any
    };
    let chosen: Vec<PageId> = pages
        .into_iter()
        .filter_map(|(page, file)| of_input(&file).then_some(page))
        .collect();
    if let Some((input, _)) = args.input.iter().zip(&used).find(|(_, used)| !**used) {
        let input = shown_path(input);
        let text = both(
            format!("`{input}` から読み取ったページはありません"),
            format!("no page was read from `{input}`"),
        );
        return Err(Failure::usage(text).hint("hagaki export --profile long"));
    }
    if let (Some(form), true) = (&args.form, chosen.is_empty()) {
        return Err(Failure::usage(both(
            format!("`{form}` として読み取ったページはありません"),
            format!("no page was read as `{form}`"),
        )));
    }
    Ok(chosen)
}

/// Whether a recorded file lies at or below an input. Its name begins with the last part of what
/// was typed when it was read, so any end of the path may name it.
fn names(input: &Path, file: &str) -> bool {
    let parts: Vec<String> = input
        .components()
        .filter(|c| matches!(c, Component::Normal(_)))
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    (0..parts.len()).any(|from| {
        let end = parts[from..].join("/");
        file.strip_prefix(&end)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn tell(here: &Here, done: &Redecisions) {
    let Redecisions {
        pages,
        changed,
        without_form,
        without_measures,
        under_changed_form,
        ..
    } = done;
    here.say(&match here.lang {
        Lang::Ja => format!("判定し直し: {pages} ページ、変わったページ {changed}"),
        Lang::En => format!("judged again: {pages} pages, {changed} with another result"),
    });
    if *under_changed_form > 0 {
        here.say(&match here.lang {
            Lang::Ja => format!(
                "  {under_changed_form} ページは、読み取り後に変更された帳票定義で判定しました。枠の位置を動かしたときは: hagaki run --reread"
            ),
            Lang::En => format!(
                "  {under_changed_form} pages by a form whose text changed since; where a zone moved: hagaki run --reread"
            ),
        });
    }
    if *without_form > 0 {
        here.say(&match here.lang {
            Lang::Ja => format!(
                "  {without_form} ページは判定できません。読み取ったときの版の帳票がないか、項目が変わっています: hagaki run --reread"
            ),
            Lang::En => format!(
                "  {without_form} pages were left: their form's edition is not here or asks other fields now; hagaki run --reread"
            ),
        });
    }
    if *without_measures > 0 {
        here.say(&match here.lang {
            Lang::Ja => format!(
                "  {without_measures} ページは別の版のプログラムの測定値なので判定できません: hagaki run --reread"
            ),
            Lang::En => format!(
                "  {without_measures} pages were left: another program measured them; hagaki run --reread"
            ),
        });
    }
}

/// What the operator sees while pages are judged.
struct Screen<'a> {
    here: &'a Here,
    bar: ProgressBar,
    changed: u64,
}

impl Watcher for Screen<'_> {
    fn settled(&mut self, changed: Option<&RedecidedPage<'_>>) {
        self.bar.inc(1);
        let Some(page) = changed else { return };
        self.changed += 1;
        let changed = self.changed;
        self.bar.set_message(match self.here.lang {
            Lang::Ja => format!("変更 {changed}"),
            Lang::En => format!("{changed} changed"),
        });
        let line = super::lines::PageLine::redecided(page);
        if self.here.everywhere.json
            && let Ok(text) = serde_json::to_string(&line)
        {
            outln!("{text}");
        }
    }
}

/// What the store is told of a run that judges again.
pub(super) fn run_info() -> RunInfo {
    RunInfo {
        program: concat!("hagaki ", env!("CARGO_PKG_VERSION")).to_owned(),
        who: clock::user(),
        at: clock::now(),
        received: clock::today(),
        purpose: Purpose::Redecide,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_input_names_what_was_read_from_it() {
        let cases = [
            ("inbox", "inbox/1.tif", true),
            ("./inbox/", "inbox/lot2/1.tif", true),
            ("/data/scans/lot2", "lot2/1.tif", true),
            ("/data/scans/lot2", "scans/lot2/1.tif", true),
            ("scans/lot2/1.tif", "scans/lot2/1.tif", true),
            ("1.tif", "1.tif", true),
            ("scans/lot2", "scans/lot20/1.tif", false),
            ("lot2", "scans/lot2/1.tif", false),
            ("/", "scans/lot2/1.tif", false),
        ];
        for (input, file, wanted) in cases {
            assert_eq!(names(&PathBuf::from(input), file), wanted, "{input} {file}");
        }
    }
}
