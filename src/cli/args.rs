//! What may be typed. Names and meanings are a contract: scripts outside depend on them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::lang::Lang;

/// Reads scanned reply postcards into rows that an office can trust.
#[derive(Debug, Parser)]
#[command(
    name = "hagaki",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    pub everywhere: Everywhere,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    every page recorded and the books balance (questions may be open)
  1    finished, but an operator must look
  2    wrong use
  3    a form, model or setting is invalid; nothing was done
  4    the store cannot be used
  5    the books do not balance
  130  interrupted; everything so far is kept";

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Everywhere {
    /// The campaign's folder (default: the one that holds hagaki.toml, upward from here)
    #[arg(long, global = true, value_name = "DIR", env = "HAGAKI_CAMPAIGN")]
    pub campaign: Option<PathBuf>,
    /// Pages read side by side (default: one a core)
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Print data as JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Print errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// No progress bar
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Language of words for people (default: the locale's)
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<LangArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LangArg {
    Ja,
    En,
}

impl From<LangArg> for Lang {
    fn from(arg: LangArg) -> Self {
        match arg {
            LangArg::Ja => Self::Ja,
            LangArg::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a campaign folder ready to run
    Init(InitArgs),
    /// Read scans: files and folders (default: the campaign's inbox)
    Run(RunArgs),
    /// Print the books: what came, what was read, what waits for whom
    Status,
    /// Serve the review page in the browser; or list, show and answer the questions here
    #[command(args_conflicts_with_subcommands = true)]
    Review(ReviewArgs),
    /// Add, list and disable the people who sign in to the review page
    #[command(subcommand)]
    People(PeopleCommand),
    /// Write finished rows as CSV with a manifest
    Export(ExportArgs),
    /// Check, draw, print and preview forms
    #[command(subcommand)]
    Form(FormCommand),
    /// Make filled, worn, scanned cards with their truth
    Synth(SynthArgs),
    /// Compare readings with the truth: right, asked, wrong
    Score(ScoreArgs),
    /// Learn thresholds from decisions; show what each target costs and what is proved of it
    Calibrate(CalibrateArgs),
    /// Show who did what, verify the chain, check accepted fields at random
    #[command(subcommand)]
    Audit(AuditCommand),
    /// List, install and verify recognition models
    #[command(subcommand)]
    Model(ModelCommand),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder to make
    pub dir: PathBuf,
    /// A ready form to start with; may be repeated (default: all ready forms)
    #[arg(long, value_name = "NAME")]
    pub form: Vec<String>,
    /// Start without any form
    #[arg(long, conflicts_with = "form")]
    pub no_forms: bool,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Files and folders of scans
    pub input: Vec<PathBuf>,
    /// Read pages again that are already recorded, with today's forms and program
    #[arg(long)]
    pub reread: bool,
    /// Judge what was read by today's rules, without looking at the pictures again; INPUT then
    /// names recorded files and folders (default: all)
    #[arg(long, conflicts_with_all = ["reread", "received"])]
    pub redecide: bool,
    /// With --redecide: only pages of this form
    #[arg(long, value_name = "NAME", requires = "redecide")]
    pub form: Option<String>,
    /// The day the cards were received (default: today)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub received: Option<String>,
}

#[derive(Debug, Args)]
pub struct ReviewArgs {
    #[command(flatten)]
    pub serve: ServeArgs,
    #[command(subcommand)]
    pub command: Option<ReviewCommand>,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The port to listen on (default: a free one)
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Where to listen; other than this computer only with people and under TLS
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub address: std::net::IpAddr,
    /// A host name or address by which browsers call this computer; may be repeated (with those in
    /// hagaki.toml)
    #[arg(long, value_name = "HOST")]
    pub name: Vec<String>,
    /// A certificate in PEM form (default: tls/cert.pem in the campaign)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its key (default: tls/key.pem in the campaign)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Make a certificate for the names and end
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key", "open"])]
    pub init_tls: bool,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Sign people out after so long without action
    #[arg(long, value_name = "SECONDS", default_value_t = crate::web::IDLE_SECONDS,
          value_parser = clap::value_parser!(i64).range(1..=43_200))]
    pub idle: i64,
}

#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Open questions and rejected pages
    List {
        /// Only this form
        #[arg(long)]
        form: Option<String>,
        /// Only this field
        #[arg(long)]
        field: Option<String>,
        /// Only this reason code
        #[arg(long)]
        reason: Option<String>,
    },
    /// One question: picture, proposal, alternatives, reasons
    Show {
        /// The question's number
        id: i64,
    },
    /// Answer a question
    Set(Box<SetArgs>),
}

#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Add a person; the password is asked for, or is the first line of a redirected input
    Add {
        /// The name to sign in with; it stands beside every decision
        name: String,
        /// operator, reviewer, verifier, exporter, auditor, form-editor; may be repeated
        #[arg(long, value_name = "ROLE", value_delimiter = ',', required = true)]
        role: Vec<String>,
    },
    /// Everybody with their roles
    List,
    /// Give a person other roles
    Roles {
        /// The person's name
        name: String,
        /// Each role from now on; may be repeated
        #[arg(long, value_name = "ROLE", value_delimiter = ',', required = true)]
        role: Vec<String>,
    },
    /// Set a new password; whoever is signed in with the old one is out
    Password {
        /// The person's name
        name: String,
    },
    /// Let a person in no more; what he decided stays
    Disable {
        /// The person's name
        name: String,
    },
    /// Let a person in again
    Enable {
        /// The person's name
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct SetArgs {
    /// The question's number; for a page about which nothing is asked, its place: "SCAN.tif[0]",
    /// or page:N with its number in the database where two pages have one place
    #[arg(value_name = "ID")]
    pub question: String,
    /// The answer; or @blank, @illegible, @hold; for keys and pages @accept. Of the page, whatever the
    /// question is about: @page asks about it as a whole; @attachment, @blank-page, @returned,
    /// @duplicate set it aside; @read-again reads it as --form, --turn, --corners and --key say;
    /// @separate makes a page of every --part, @rejoin takes that back
    #[arg(allow_hyphen_values = true)]
    pub value: String,
    /// Who decides (default: the user of this computer); where the campaign has people, the
    /// password is asked for
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub why: String,
    /// Take the value as typed even where the form's rules object
    #[arg(long)]
    pub insist: bool,
    /// Answer anew what another person answered; his word stays in the books
    #[arg(long)]
    pub over: bool,
    #[command(flatten)]
    pub again: AgainArgs,
}

/// What is said of a page that is read again.
#[derive(Debug, Args)]
pub struct AgainArgs {
    /// With @read-again: the form that the page is
    #[arg(long, value_name = "NAME")]
    pub form: Option<String>,
    /// With @read-again: its edition (default: the latest)
    #[arg(long, value_name = "N", requires = "form")]
    pub edition: Option<u32>,
    /// With @read-again: the form's side
    #[arg(long, value_name = "ID", requires = "form")]
    pub side: Option<String>,
    /// With @read-again: how far the page lies turned clockwise: 0, 90, 180 or 270
    #[arg(long, value_name = "DEGREES")]
    pub turn: Option<u32>,
    /// With @read-again: the side's corners clockwise from its own top left, as shares of the
    /// picture's width and height: "0.1,0.1 0.9,0.1 0.9,0.8 0.1,0.8"
    #[arg(
        long,
        value_name = "X,Y X,Y X,Y X,Y",
        requires = "form",
        allow_hyphen_values = true
    )]
    pub corners: Option<String>,
    /// With @read-again: the key as the picture shows it
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// With @separate, once for each card: its left top and right bottom, as shares of the picture's
    /// width and height: "0,0 0.5,1"
    #[arg(long, value_name = "X,Y X,Y")]
    pub part: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// utf8, utf8bom, cp932, excel (a wide file a form) or long (a line a field); default: the
    /// campaign's setting
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Where a `long` export goes (default: stdout)
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only this form
    #[arg(long)]
    pub form: Option<String>,
    /// Only rows that changed since they were last exported
    #[arg(long, conflicts_with_all = ["full", "resend"])]
    pub delta: bool,
    /// All finished rows (the default)
    #[arg(long, conflicts_with = "resend")]
    pub full: bool,
    /// The same bytes as export number SEQ
    #[arg(long, value_name = "SEQ")]
    pub resend: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum FormCommand {
    /// Check forms: every fault with its line and a hint
    Check {
        /// Form folders or form.toml files (default: the campaign's forms)
        forms: Vec<PathBuf>,
    },
    /// Draw the zones over the blank form or over a scan
    Preview {
        /// A form folder
        form: PathBuf,
        /// A scan to lay the zones on
        #[arg(long, value_name = "FILE")]
        scan: Option<PathBuf>,
        /// Where the pictures go (default: beside the form)
        #[arg(long, short, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Draw the blank sides as PNG, from the form file or from filled scans
    Draw {
        /// A form folder
        form: PathBuf,
        /// Learn the blank side from ten or more filled scans in this folder
        #[arg(long, value_name = "DIR")]
        from_scans: Option<PathBuf>,
        /// The side that the scans show (needed where the form has several)
        #[arg(long, value_name = "ID", requires = "from_scans")]
        side: Option<String>,
        /// Resolution in dots an inch
        #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u16).range(72..=1200))]
        dpi: u16,
        /// Where the pictures go (default: the form folder itself)
        #[arg(long, short, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Print the form as PDF, blank or for each key of a list
    Print {
        /// A form folder
        form: PathBuf,
        /// A text file with one key a line
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
        /// The PDF to write
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// Print the JSON schema of form.toml
    Schema,
}

#[derive(Debug, Args)]
pub struct SynthArgs {
    /// A ready form's name or a form folder
    pub form: String,
    /// How many cards
    #[arg(short, long, default_value_t = 20)]
    pub n: u32,
    /// The same seed makes the same cards
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Where the pictures and truth.csv go
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Answer only marked questions, each by one of these kinds of marks: all, plain (those that
    /// need no question), or names of blank, tick, long-tick, fill, small-ring, circle-word,
    /// circle-both, cross, struck, scribbled, correction, ghost, underline, stamp, dirt, remark,
    /// number, stray, two-marks
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub marks: Vec<String>,
    /// Wear the pages so, a card each in turn: all, or names of clean, blur, faint, jpeg, bilevel,
    /// copy, fax, dirty, red-form (with --marks; default: all)
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "marks")]
    pub wear: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The truth: file,page,field,type,value[,accept]
    pub truth: PathBuf,
    /// A long CSV (default: the campaign's readings)
    pub result: Option<PathBuf>,
    /// How many parts of the file's path name its family
    #[arg(long, default_value_t = 1)]
    pub family: usize,
    /// Count by the truth's notes as well: `a/b` counts for `a` and for `b`
    #[arg(long)]
    pub notes: bool,
    /// Count by field, kind and engine as well; of a campaign's own readings also the risk-coverage
    /// curve, and what was misread as report/confusions.html
    #[arg(long)]
    pub details: bool,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Who did what, as CSV
    Log,
    /// Check that no row was changed, taken out or put in
    Verify {
        /// A hash that was noted down earlier and must be among the rows
        #[arg(long, value_name = "HASH")]
        holds: Option<String>,
    },
    /// Draw accepted fields at random for a person to key blind; or report what was found
    Sample(SampleArgs),
}

#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Put the thresholds in force from now on
    #[arg(long)]
    pub apply: bool,
    /// Learn of each field alone, not of all fields of a kind together
    #[arg(long)]
    pub each_field: bool,
    /// Go back to the forms' own thresholds
    #[arg(long, conflicts_with_all = ["apply", "each_field"])]
    pub withdraw: bool,
}

#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Only this form
    #[arg(long, value_name = "NAME")]
    pub form: Option<String>,
    /// Only this field
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,
    /// Only this lot (`pages.lot_id` in hagaki.db)
    #[arg(long, value_name = "ID")]
    pub lot: Option<i64>,
    /// How many (default: by the number of accepted fields, JIS Z 9015-1 level II)
    #[arg(short, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub n: Option<u64>,
    /// The same seed draws the same fields (default: the sample's number)
    #[arg(long, allow_hyphen_values = true)]
    pub seed: Option<i64>,
    /// Report what people found, with the bound on the error of accepted fields
    #[arg(long, conflicts_with_all = ["form", "field", "lot", "n", "seed"])]
    pub report: bool,
    /// With --report: only this sample
    #[arg(long, value_name = "ID", requires = "report")]
    pub sample: Option<i64>,
    /// Send all that a sample with an error was drawn from, and nobody has looked at, to review
    #[arg(long = "return", value_name = "ID",
          conflicts_with_all = ["form", "field", "lot", "n", "seed", "report"])]
    pub returned: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// What is installed
    List,
    /// Verify a wheel or model file against its pinned digest and unpack it
    Install {
        /// rapidocr-3.10.0-py3-none-any.whl, or a model file
        file: PathBuf,
    },
    /// Check the digests of what is installed
    Verify,
}
