//! Runs the real binary in a campaign of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A campaign folder that is gone after the test.
pub(crate) struct Campaign {
    dir: TempDir,
}

/// What a call printed and how it ended.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Campaign {
    /// Made by `hagaki init` with the given ready forms; none for an empty list.
    pub(crate) fn new(forms: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("campaign").to_string_lossy().into_owned();
        let mut args = vec!["init".to_owned(), root];
        if forms.is_empty() {
            args.push("--no-forms".into());
        }
        for form in forms {
            args.extend(["--form".to_owned(), (*form).to_owned()]);
        }
        let said = said(program().args(args));
        assert_eq!(said.code, 0, "{}", said.err);
        Self { dir }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("campaign")
    }

    /// A folder beside the campaign.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        let dir = self.dir.path().join(name);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("--campaign").arg(self.root()).args(args);
        command
    }

    pub(crate) fn hagaki(&self, args: &[&str]) -> Said {
        said(&mut self.command(args))
    }
}

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hagaki"));
    command
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .env_remove("HAGAKI_CAMPAIGN");
    // The same on every machine: without the weights that a person may have installed.
    command
        .env_remove("HAGAKI_DATA")
        .env("XDG_DATA_HOME", "/nonexistent");
    command
}

pub(crate) fn said(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Said {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// Starts a command and waits until it has printed so many lines: the child, and the lines after them.
pub(crate) fn after_lines(
    command: &mut Command,
    count: usize,
) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed = lines.by_ref().take(count).map_while(Result::ok).count();
    assert_eq!(printed, count, "it ended before");
    (child, lines)
}

/// Starts a command and kills it when it has printed so many lines.
#[cfg(unix)]
pub(crate) fn killed_after(command: &mut Command, count: usize) {
    let (mut child, _lines) = after_lines(command, count);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The committed samples.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Makes a file look as if nobody had written to it for long: one that is broken and young is waited for.
pub(crate) fn age(path: &Path) {
    let now = fs::metadata(path).unwrap().modified().unwrap();
    let then = now - Duration::from_hours(1);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(then).unwrap();
}

/// Copies the files of one folder.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// A campaign that has read the survey sample.
pub(crate) fn read_survey() -> Campaign {
    let campaign = Campaign::new(&["resident-survey"]);
    let sample = samples().join("resident-survey");
    let said = campaign.hagaki(&["run", &sample.to_string_lossy()]);
    assert_eq!(said.code, 0, "{}", said.err);
    campaign
}
