//! `hagaki synth`: made cards with their truth.

use std::path::Path;

use super::args::SynthArgs;
use super::exit::{Exit, Failure, Outcome};
use super::form::load_form;
use super::{Here, progress};
use crate::synth::cards::{self, Order};

pub(super) fn synth(here: &Here, args: &SynthArgs) -> Outcome {
    let form = load_form(here, Path::new(&args.form))?;
    let bar = progress::bar(here, u64::from(args.n));
    let order = Order {
        form: &form,
        cards: args.n,
        seed: args.seed,
        prefix: "",
    };
    let made = cards::make(&order, &args.output, || bar.inc(1));
    bar.finish_and_clear();
    made.map_err(|e| Failure::new(Exit::Store, format!("`{}`: {e}", args.output.display())))?;
    here.say(&format!("{} -> {}", args.n, args.output.display()));
    Ok(Exit::Done)
}
