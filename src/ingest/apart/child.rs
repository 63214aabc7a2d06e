//! The worker's side: starts the process, asks it, and replaces it when it is gone.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use rustix::process::Signal;

use super::budget::Budget;
use super::wire::{self, Answer, Request, Task};
use super::{ARGUMENT, DecoderError};
use crate::digest::Digest;
use crate::ingest::{DecodedPage, Document, IngestError};

/// A process that died of something else than its bounds gets a second chance: the machine may have
/// ended it for reasons of its own.
const ATTEMPTS: u32 = 2;

pub(super) struct Child {
    program: PathBuf,
    running: Option<Running>,
}

struct Running {
    process: std::process::Child,
    socket: UnixStream,
    /// The file that it was given last.
    holds: Option<Digest>,
}

/// How a process ended that gave no answer.
enum End {
    OutOfTime,
    Died(ExitStatus),
}

impl Child {
    pub(super) fn new(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            running: None,
        }
    }

    pub(super) fn count(
        &mut self,
        document: &Document,
    ) -> Result<Result<u32, IngestError>, DecoderError> {
        Ok(match self.ask(document, Task::CountPages)? {
            Ok(Answer::Pages(count)) => Ok(count),
            Ok(Answer::Page(_)) => Err(IngestError::NoPages),
            Err(e) => Err(e),
        })
    }

    pub(super) fn page(
        &mut self,
        document: &Document,
        page: u32,
    ) -> Result<Result<DecodedPage, IngestError>, DecoderError> {
        Ok(match self.ask(document, Task::Page(page))? {
            Ok(Answer::Page(decoded)) => Ok(decoded),
            Ok(Answer::Pages(_)) => Err(IngestError::NoSuchPage { page }),
            Err(e) => Err(e),
        })
    }

    fn ask(
        &mut self,
        document: &Document,
        task: Task,
    ) -> Result<Result<Answer, IngestError>, DecoderError> {
        let budget = Budget::of(document.bytes().len(), &document.limits);
        for _ in 0..ATTEMPTS {
            let running = match self.running.take() {
                Some(running) => running,
                None => Running::start(&self.program).map_err(|e| self.broken(e.to_string()))?,
            };
            match running.ask(document, task, budget) {
                Ok((answer, running)) => {
                    self.running = Some(running);
                    return Ok(answer);
                }
                Err(End::OutOfTime) => {
                    return Ok(Err(IngestError::TooSlow {
                        seconds: budget.cpu_seconds,
                    }));
                }
                // It ended by its own will: it is not the program that it should be.
                Err(End::Died(status)) if status.signal().is_none() => {
                    return Err(self.broken(status.to_string()));
                }
                Err(End::Died(_)) => {}
            }
        }
        Ok(Err(IngestError::DecoderDied))
    }

    fn broken(&self, why: String) -> DecoderError {
        DecoderError {
            program: self.program.clone(),
            why,
        }
    }
}

impl Running {
    fn start(program: &Path) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let process = Command::new(program)
            .arg(ARGUMENT)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            // Ctrl-C is for the run, which lets the pages under way finish.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            process,
            socket,
            holds: None,
        })
    }

    /// The answer and the process for the next question.
    fn ask(
        mut self,
        document: &Document,
        task: Task,
        budget: Budget,
    ) -> Result<(Result<Answer, IngestError>, Self), End> {
        let until = Instant::now() + budget.wall();
        match self.converse(document, (task, budget), until) {
            Ok(answer) => Ok((answer, self)),
            Err(e) => {
                let late = matches!(
                    e.kind(),
                    io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
                );
                Err(self.end(late))
            }
        }
    }

    fn converse(
        &mut self,
        document: &Document,
        (task, budget): (Task, Budget),
        until: Instant,
    ) -> io::Result<Result<Answer, IngestError>> {
        let mut timed = Timed {
            socket: &self.socket,
            until,
        };
        let bytes = document.bytes();
        let known = self.holds == Some(document.sha256());
        let request = Request {
            task,
            limits: document.limits,
            budget,
            file: (!known).then_some(bytes.len() as u64),
        };
        wire::send(&mut timed, &request)?;
        if !known {
            timed.write_all(bytes)?;
            self.holds = Some(document.sha256());
        }
        wire::receive_answer(&mut timed, &document.limits)
    }

    /// Ends the process, where it has not ended, and says why it gave no answer.
    fn end(mut self, late: bool) -> End {
        // The status of a process that is dying already stays what it is.
        let _ = self.process.kill();
        if late {
            return End::OutOfTime;
        }
        match self.process.wait() {
            Ok(status) if status.signal() == Some(Signal::XCPU.as_raw()) => End::OutOfTime,
            Ok(status) => End::Died(status),
            Err(_) => End::OutOfTime,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A socket on which nothing is waited for beyond an instant.
struct Timed<'a> {
    socket: &'a UnixStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<std::time::Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(io::ErrorKind::TimedOut.into())
        } else {
            Ok(left)
        }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        self.socket.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        self.socket.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
