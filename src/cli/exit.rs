//! Exit codes: a public contract, one test each in `tests/it/exit_codes.rs`.

use std::process::ExitCode;

use crate::lang::Text;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every page recorded and the books balance.
    Done = 0,
    /// Finished, but an operator must look: unreadable files, a withheld row.
    Look = 1,
    /// Wrong use.
    Usage = 2,
    /// A form, model or setting is invalid; nothing was done.
    Invalid = 3,
    /// The store cannot be used.
    Store = 4,
    /// The books do not balance.
    Unbalanced = 5,
    /// Interrupted; everything so far is kept.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A failure of a command, with the code it ends with and the next step.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: Text,
    pub hint: Option<Text>,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<Text>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn usage(message: impl Into<Text>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub fn invalid(message: impl Into<Text>) -> Self {
        Self::new(Exit::Invalid, message)
    }
}

/// What a command returns.
pub type Outcome = Result<Exit, Failure>;
