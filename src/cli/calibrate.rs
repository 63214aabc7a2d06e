//! `hagaki calibrate`: thresholds from decisions, and what becomes of them when cards change.

use std::path::Path;

use super::args::CalibrateArgs;
use super::campaign::Campaign;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::redecide;
use super::run::{STOP, batch_failure, chain, store_failure};
use super::status::open_existing;
use super::words::{pick, unwritable};
use super::{Here, clock};
use crate::batch::{self, RedecidedPage, Watcher};
use crate::calibrate::{self, Calibration, plot};
use crate::form::Library;
use crate::lang::Lang;
use crate::store::{Act, Cause, Store};

pub(super) fn calibrate(here: &Here, args: &CalibrateArgs) -> Outcome {
    let campaign = here.campaign()?;
    let library = campaign.library()?;
    let mut store = open_existing(&campaign)?;
    if args.withdraw {
        let how = (Cause::Withdrawn, false, None);
        store
            .calibrate(&act(), how, &[])
            .map_err(|e| store_failure(&e))?;
        here.say(pick(
            here.lang,
            "学習したしきい値を取り消しました。読み取り済みの分に反映するには: hagaki run --redecide",
            "thresholds are the forms' own again. For what was read already: hagaki run --redecide",
        ));
        return Ok(Exit::Done);
    }
    let learnt =
        calibrate::learn(&store, &library, args.each_field).map_err(|e| store_failure(&e))?;
    draw(here, &campaign, &learnt)?;
    if here.everywhere.json {
        let text =
            serde_json::to_string(&learnt).map_err(|e| Failure::new(Exit::Store, chain(&e)))?;
        outln!("{text}");
    } else {
        outln!("{}", calibrate::table(&learnt, here.lang).trim_end());
    }
    if args.apply {
        let how = (Cause::Decisions, args.each_field, None);
        store
            .calibrate(&act(), how, &learnt.rows())
            .map_err(|e| store_failure(&e))?;
        here.say(pick(
            here.lang,
            "しきい値を適用しました。読み取り済みの分に反映するには: hagaki run --redecide",
            "applied. For what was read already: hagaki run --redecide",
        ));
    } else {
        here.say(pick(
            here.lang,
            "何も変えていません。適用するには: hagaki calibrate --apply",
            "nothing was changed; to apply it: hagaki calibrate --apply",
        ));
    }
    Ok(if learnt.must_look() {
        Exit::Look
    } else {
        Exit::Done
    })
}

fn act() -> Act {
    Act {
        who: clock::user(),
        at: clock::now(),
    }
}

/// Puts the picture beside the other reports.
fn draw(here: &Here, campaign: &Campaign, learnt: &Calibration) -> Result<(), Failure> {
    let path = campaign.report_dir().join("calibration.svg");
    let write = |path: &Path| {
        std::fs::create_dir_all(campaign.report_dir())?;
        std::fs::write(path, plot::svg(learnt, here.lang))
    };
    write(&path).map_err(|e| unwritable(&path, &e))?;
    here.say(&format!(
        "{}: {}",
        pick(here.lang, "図", "plot"),
        path.display()
    ));
    Ok(())
}

/// Looks whether what came in is unlike what the thresholds were learnt from. Where it is, it is read
/// ten times stricter than the form asks for, at once, until a person calibrates anew. Returns
/// whether an operator must look.
pub(super) fn watch_for_shift(
    here: &Here,
    library: &Library,
    store: &mut Store,
) -> Result<bool, Failure> {
    let Some(held) = store.calibration().map_err(|e| store_failure(&e))? else {
        return Ok(false);
    };
    let shifts = calibrate::shifts(store, library, &held).map_err(|e| store_failure(&e))?;
    let Some(rows) = calibrate::stricter(&held, library, &shifts) else {
        return Ok(false);
    };
    for shift in &shifts {
        here.say(&calibrate::shift_line(shift, here.lang));
    }
    let how = (Cause::Shift, held.each_field, Some(held.last_page));
    store
        .calibrate(&act(), how, &rows)
        .map_err(|e| store_failure(&e))?;
    let strict = calibrate::in_force(store, library).map_err(|e| store_failure(&e))?;
    let pages = calibrate::pages_of(store, &held, &shifts).map_err(|e| store_failure(&e))?;
    let mut run = store.begin_run(redecide::run_info());
    let done = batch::redecide(&pages, &strict, (&mut *store, &mut run), &mut Silent, &STOP)
        .map_err(|e| batch_failure(&e))?;
    store
        .finish_run(&run, &clock::now())
        .map_err(|e| store_failure(&e))?;
    let changed = done.changed;
    here.say(&match here.lang {
        Lang::Ja => format!(
            "目標の 10 倍厳しいしきい値で判定し直しました（{changed} ページが変わりました）。抜き取りで確かめてから: hagaki calibrate --apply"
        ),
        Lang::En => format!(
            "judged again, ten times stricter than the target: {changed} pages changed. Check some, then: hagaki calibrate --apply"
        ),
    });
    Ok(true)
}

struct Silent;

impl Watcher for Silent {
    fn settled(&mut self, _: Option<&RedecidedPage<'_>>) {}
}
