//! `hagaki score`: right, asked, silently wrong.

use std::fs::File;
use std::path::Path;

use super::Here;
use super::args::ScoreArgs;
use super::exit::{Exit, Failure, Outcome};
use super::out::outln;
use super::run::{chain, store_failure};
use super::status::open_existing;
use super::words::unreadable;
use crate::{export, score as scoring};

pub(super) fn score(here: &Here, args: &ScoreArgs) -> Outcome {
    let table = |path: &Path| File::open(path).map_err(|e| unreadable(path, &e));
    let truth = scoring::read_truth(table(&args.truth)?).map_err(|e| Failure::usage(chain(&e)))?;
    let result = if let Some(path) = &args.result {
        scoring::read_result(table(path)?).map_err(|e| Failure::usage(chain(&e)))?
    } else {
        let store = open_existing(&here.campaign()?)?;
        export::long_rows(&store).map_err(|e| store_failure(&e))?
    };
    let mut score = scoring::score(&truth, &result, args.family);
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
    }
    Ok(Exit::Done)
}
