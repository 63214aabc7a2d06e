//! `hagaki score`: right, asked, silently wrong.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::Here;
use super::args::ScoreArgs;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::status::open_existing;
use super::words::{pick, unreadable};
use crate::export::{self, LongRow};
use crate::report;
use crate::score::{self as scoring, Details, Truth};
use crate::store::Store;

pub(super) fn score(here: &Here, args: &ScoreArgs) -> Outcome {
    let table = |path: &Path| File::open(path).map_err(|e| unreadable(path, &e));
    let truth = scoring::read_truth(table(&args.truth)?).map_err(|e| Failure::usage(chain(&e)))?;
    let (result, store) = if let Some(path) = &args.result {
        let rows = scoring::read_result(table(path)?).map_err(|e| Failure::usage(chain(&e)))?;
        (rows, None)
    } else {
        let store = open_existing(&here.campaign()?)?;
        let rows = export::long_rows(&store).map_err(|e| store_failure(&e))?;
        (rows, Some(store))
    };
    let mut score = scoring::score(&truth, &result, args.family);
    if args.details {
        score.details = Some(details(here, (&truth, &result), store.as_ref())?);
    }
    if !args.notes {
        score.notes.clear();
    }
    if here.everywhere.json {
        let text = serde_json::to_string_pretty(&score)
            .map_err(|e| Failure::new(Exit::Store, chain(&e)))?;
        outln!("{text}");
    } else {
        outln!("{}", score.table());
        if args.notes {
            outln!("{}", score.notes_table());
        }
        if let Some(details) = &score.details {
            outln!("{}", details.table());
        }
    }
    Ok(Exit::Done)
}

/// By field, kind and engine; of a campaign's own readings with the pictures of what was misread.
fn details(
    here: &Here,
    (truth, result): (&[Truth], &[LongRow]),
    store: Option<&Store>,
) -> Result<Details, Failure> {
    let Some(store) = store else {
        return Ok(scoring::details(truth, result, &BTreeMap::new()));
    };
    let words = scoring::words(store).map_err(|e| store_failure(&e))?;
    let details = scoring::details(truth, result, &words);
    let dir = here.campaign()?.report_dir();
    let sheet = report::write_confusions(store, &details.confusions, &dir, here.lang)
        .map_err(|e| store_failure(&e))?;
    let words = pick(here.lang, "読み違い", "confusions");
    here.say(&format!("{words}: {}", sheet.display()));
    Ok(details)
}
