//! The decoding process: requests in at its standard input, a socket, answers out at the same.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use super::wire::{self, Answer, Request, Task};
use crate::ingest::{IngestError, Kind, Limits, Pages};

/// Answers requests until the worker closes the socket.
///
/// # Errors
/// When the standard input is no socket, or the worker is gone.
pub fn serve() -> io::Result<()> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut file = File::default();
    while let Some(request) = wire::receive::<Request>(&mut socket)? {
        request.budget.enforce()?;
        if let Some(length) = request.file {
            file = File::default();
            file.bytes = Arc::new(wire::bytes(&mut socket, length as usize)?);
        }
        let answer = file.answer(request.task, &request.limits);
        wire::send_answer(&mut socket, answer)?;
    }
    Ok(())
}

/// The file at hand. A document of many pages is opened once.
#[derive(Default)]
struct File {
    bytes: Arc<Vec<u8>>,
    opened: Option<(Kind, Pages)>,
}

impl File {
    fn answer(&mut self, task: Task, limits: &Limits) -> Result<Answer, IngestError> {
        let (kind, pages) = if let Some(opened) = self.opened.take() {
            opened
        } else {
            let kind = Kind::of(&self.bytes)?;
            (kind, Pages::open(kind, &self.bytes, limits)?)
        };
        let answer = match task {
            Task::CountPages => Ok(Answer::Pages(pages.count())),
            Task::Page(page) => pages
                .decode(kind, &self.bytes, page, limits)
                .map(Answer::Page),
        };
        self.opened = Some((kind, pages));
        answer
    }
}
