//! `hagaki synth`: made cards with their truth.

use std::path::Path;
use std::str::FromStr;

use super::args::SynthArgs;
use super::exit::{Exit, Failure, Outcome};
use super::form::load_form;
use super::words::{both, unwritable};
use super::{Here, progress};
use crate::synth::cards;
use crate::synth::degrade::Degradation;
use crate::synth::marks::MarkKind;
use crate::synth::volume;

pub(super) fn synth(here: &Here, args: &SynthArgs) -> Outcome {
    let form = load_form(here, Path::new(&args.form))?;
    let marks = marks(&args.marks)?;
    let wears = named(&args.wear, &Degradation::ALL)?;
    let bar = progress::bar(here, u64::from(args.n));
    let made = if marks.is_empty() {
        let order = cards::Order {
            form: &form,
            cards: args.n,
            seed: args.seed,
            prefix: "",
        };
        cards::make(&order, &args.output, || bar.inc(1))
    } else {
        let order = volume::Order {
            form: &form,
            cards: args.n,
            seed: args.seed,
            marks: &marks,
            wears: &wears,
        };
        volume::make(&order, &args.output, || bar.inc(1))
    };
    bar.finish_and_clear();
    made.map_err(|e| unwritable(&args.output, &e))?;
    here.say(&format!("{} -> {}", args.n, args.output.display()));
    Ok(Exit::Done)
}

fn marks(names: &[String]) -> Result<Vec<MarkKind>, Failure> {
    match names {
        [] => Ok(Vec::new()),
        [plain] if plain == "plain" => Ok(MarkKind::PLAIN.to_vec()),
        names => named(names, &MarkKind::ALL),
    }
}

/// All of them for `all` or no name.
fn named<T>(names: &[String], all: &[T]) -> Result<Vec<T>, Failure>
where
    T: FromStr<Err: std::error::Error> + Copy,
{
    if names.is_empty() || names == ["all"] {
        return Ok(all.to_vec());
    }
    let one = |name: &String| {
        name.parse::<T>().map_err(|e| {
            Failure::usage(both(
                format!("`{name}` という名前はありません"),
                e.to_string(),
            ))
            .hint(both(
                "名前の一覧: hagaki synth --help",
                "hagaki synth --help lists the names",
            ))
        })
    };
    names.iter().map(one).collect()
}
