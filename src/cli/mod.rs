//! The command line: arguments -> a command -> an exit code. The only place that prints, reads the
//! clock and asks who is sitting here.

mod args;
mod audit;
mod calibrate;
mod campaign;
mod clock;
mod engines;
mod exit;
mod export;
mod form;
mod init;
mod learn;
mod lines;
mod lists;
mod model;
mod out;
mod password;
mod people;
mod progress;
mod redecide;
mod repair;
mod review;
mod run;
mod score;
mod serve;
mod skipped;
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
            errln(format_args!("{words}"));
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
                (Lang::Ja, Some(said)) => errln(format_args!(
                    "{}: {said}\n{}: hagaki --help",
                    words::error(Lang::Ja),
                    words::hint(Lang::Ja)
                )),
                _ => {
                    let _ = e.print();
                }
            }
            return Exit::Usage.into();
        }
    };
    let here = Here::new(cli.everywhere);
    let done = dispatch(&here, cli.command);
    let printed = out::finish().map_err(|e| unprinted(&e));
    match done.and_then(|exit| printed.map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            let message = failure.message.get(here.lang);
            errln(format_args!("{}: {message}", words::error(here.lang)));
            if let Some(hint) = &failure.hint {
                let hint = hint.get(here.lang);
                errln(format_args!("{}: {hint}", words::hint(here.lang)));
            }
            failure.exit.into()
        }
    }
}

/// Words on stderr. That nobody reads them stops nothing.
fn errln(words: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

fn unprinted(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Store,
        words::both(
            format!("結果を書き出せません: {error}"),
            format!("the result could not be written: {error}"),
        ),
    )
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
        Command::Calibrate(args) => calibrate::calibrate(here, &args),
        Command::Audit(command) => audit::audit(here, &command),
        Command::Model(command) => model::model(here, &command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "hagaki", &mut out::Out);
            Ok(Exit::Done)
        }
    }
}

fn locale_lang() -> Lang {
    let japanese = sys_locale::get_locale().is_some_and(|l| l.to_lowercase().starts_with("ja"));
    if japanese { Lang::Ja } else { Lang::En }
}
