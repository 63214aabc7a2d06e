//! Passwords are asked for at the terminal without showing them, or read from a redirected input, so
//! that none stands in a command line or a shell's history.

use std::io::{self, IsTerminal as _};

use super::exit::Failure;
use super::words::both;
use crate::lang::{Lang, Text};

/// One password; `prompt` is asked where somebody sits at the terminal.
pub(super) fn ask(prompt: impl Into<Text>) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return line();
    }
    let prompt = prompt.into();
    let asked = format!("{} / {}: ", prompt.get(Lang::Ja), prompt.get(Lang::En));
    rpassword::prompt_password(asked).map_err(|e| unreadable(&e))
}

/// A new password, typed twice where somebody types it.
pub(super) fn ask_new(name: &str) -> Result<String, Failure> {
    let first = ask(both(
        format!("{name} の新しいパスワード"),
        format!("new password of {name}"),
    ))?;
    if io::stdin().is_terminal() {
        let second = ask(both("もう一度", "once more"))?;
        if second != first {
            return Err(Failure::usage(both(
                "2回の入力が違います。何も変えていません",
                "the two are different; nothing was changed",
            )));
        }
    }
    Ok(first)
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|e| unreadable(&e))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::usage(both(
        format!("パスワードを読めません: {error}"),
        format!("the password cannot be read: {error}"),
    ))
}
