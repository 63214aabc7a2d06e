//! The command line: arguments -> a command -> an exit code. The only place that prints, reads the
//! clock and asks who is sitting here.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line speaks to people"
)]

mod args;
mod audit;
mod campaign;
mod clock;
mod engines;
mod exit;
mod export;
mod form;
mod init;
mod learn;
mod lines;
mod model;
mod password;
mod people;
mod progress;
mod redecide;
mod review;
mod run;
mod score;
mod serve;
mod status;
mod synth;
mod tls;
mod words;
mod wrong;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

pub use args::{Cli, Command, Everywhere};
pub use exit::{Exit, Failure, Outcome};

use crate::ingest;
use crate::lang::Lang;

/// What every command knows of its surroundings.
#[derive(Clone, Debug)]
pub struct Here {
    pub everywhere: Everywhere,
    pub lang: Lang,
}

impl Here {
    fn new(everywhere: Everywhere) -> Self {
        let lang = everywhere.lang.map_or_else(locale_lang, Lang::from);
        Self { everywhere, lang }
    }

    /// The campaign that the command works on.
    fn campaign(&self) -> Result<campaign::Campaign, Failure> {
        let here = std::env::current_dir().unwrap_or_else(|_| ".".into());
        campaign::Campaign::find(self.everywhere.campaign.as_deref(), &here)
    }

    /// Says something to a person, on stderr.
    fn say(&self, words: &str) {
        if !self.everywhere.quiet {
            eprintln!("{words}");
        }
    }

    fn jobs(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.everywhere.jobs.map_or(cores, usize::from)
    }
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    #[cfg(unix)]
    if std::env::args_os()
        .nth(1)
        .is_some_and(|a| a == ingest::apart::ARGUMENT)
    {
        return match ingest::apart::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            if !e.use_stderr() {
                let _ = e.print();
                return Exit::Done.into();
            }
            match (wrong::lang(), wrong::japanese(&e)) {
                (Lang::Ja, Some(said)) => eprintln!(
                    "{}: {said}\n{}: hagaki --help",
                    words::error(Lang::Ja),
                    words::hint(Lang::Ja)
                ),
                _ => {
                    let _ = e.print();
                }
            }
            return Exit::Usage.into();
        }
    };
    let here = Here::new(cli.everywhere);
    match dispatch(&here, cli.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!(
                "{}: {}",
                words::error(here.lang),
                failure.message.get(here.lang)
            );
            if let Some(hint) = &failure.hint {
                eprintln!("{}: {}", words::hint(here.lang), hint.get(here.lang));
            }
            failure.exit.into()
        }
    }
}

fn dispatch(here: &Here, command: Command) -> Outcome {
    match command {
        Command::Init(args) => init::init(here, &args),
        Command::Run(args) => run::run(here, &args),
        Command::Status => status::status(here),
        Command::Review(args) => match &args.command {
            Some(command) => review::review(here, command),
            None => serve::serve(here, &args.serve),
        },
        Command::People(command) => people::people(here, &command),
        Command::Export(args) => export::export(here, &args),
        Command::Form(command) => form::form(here, &command),
        Command::Synth(args) => synth::synth(here, &args),
        Command::Score(args) => score::score(here, &args),
        Command::Audit(command) => audit::audit(here, &command),
        Command::Model(command) => model::model(here, &command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "hagaki", &mut std::io::stdout());
            Ok(Exit::Done)
        }
    }
}

fn locale_lang() -> Lang {
    let japanese = sys_locale::get_locale().is_some_and(|l| l.to_lowercase().starts_with("ja"));
    if japanese { Lang::Ja } else { Lang::En }
}
