//! One thread works with the store for all requests. What waits while the disk is written is done
//! together next: each request in a part of its own, all kept by one commit, and none of them is
//! answered before that commit stands on the disk. So twenty people wait for the disk once, and what
//! a person was told is recorded survives whatever happens a moment later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::store::Store;

/// So many requests are kept by one commit at most, so that the first of them does not wait long.
const MOST_TOGETHER: usize = 64;

/// Work with the store; says afterwards, once it is kept or is not, how it went.
type Job = Box<dyn FnOnce(&mut Store) -> Told + Send>;
type Told = Box<dyn FnOnce(bool) + Send>;

/// Where work for the store is left.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(store: Store) -> std::io::Result<Self> {
        let (jobs, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || work(store, &waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// What the job says; `None` where it failed altogether or nothing was kept.
    pub(super) async fn done<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            // A job that panicked left no half change: every change is a part of its own.
            let said = catch_unwind(AssertUnwindSafe(|| job(store))).ok();
            Box::new(move |kept| {
                if kept {
                    let _ = tell.send(said);
                }
            })
        });
        self.jobs.as_ref()?.send(job).ok()?;
        told.await.ok().flatten()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn work(mut store: Store, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut told = Vec::new();
        let kept = store.together(|store| {
            told.push(first(store));
            while told.len() < MOST_TOGETHER
                && let Ok(job) = waiting.try_recv()
            {
                told.push(job(store));
            }
        });
        for tell in told {
            tell(kept.is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::{act, begin, card, orphan, record_all, says, store};
    use crate::store::{Answer, PageId};

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    }

    #[test]
    fn what_fails_or_panics_costs_nobody_else_his_change() {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        let page = card("1", &[("wish", "?yes"), ("phone", "?0773")]);
        record_all(&mut store, &mut run, "a", &[page]);
        let writer = Writer::start(store).unwrap();
        let say = |field: &'static str, value: &str| {
            let word = says(PageId(1), field, Answer::Value(value.into()));
            writer.done(move |store: &mut Store| store.decide(&[word]).is_ok())
        };
        let panics = writer.done(|_: &mut Store| -> bool { panic!("in a job") });
        let (good, bad, none, other) = runtime().block_on(async {
            tokio::join!(
                say("wish", "no"),
                say("nothing", "x"),
                panics,
                say("phone", "1")
            )
        });
        assert_eq!(
            (good, bad, none, other),
            (Some(true), Some(false), None, Some(true))
        );
        drop(writer);
        let store = Store::open(dir.path()).unwrap();
        let answers = store.answers(PageId(1)).unwrap();
        assert_eq!(answers[0].value.as_deref(), Some("no"));
        assert_eq!(answers[1].value.as_deref(), Some("1"));
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn a_commit_that_fails_is_told_to_nobody_as_done() {
        let (dir, store) = store();
        let writer = Writer::start(store).unwrap();
        let said = runtime().block_on(writer.done(|store: &mut Store| orphan(store).is_ok()));
        assert_eq!(said, None, "it was well until the commit");
        let note = |store: &mut Store| store.note_entry(&act("sato"), "a", "b").is_ok();
        assert_eq!(runtime().block_on(writer.done(note)), Some(true));
        drop(writer);
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(store.audit().unwrap().len(), 1);
    }

    #[test]
    fn nobody_is_told_of_what_was_not_kept() {
        let (dir, store) = store();
        let writer = Writer::start(store).unwrap();
        let note =
            || writer.done(|store: &mut Store| store.note_entry(&act("sato"), "a", "b").is_ok());
        let runtime = runtime();
        assert_eq!(runtime.block_on(note()), Some(true));
        // Another program holds a reading transaction open at the end of the log: commits still go
        // through. A writer elsewhere makes the whole batch wait, and fail after its patience.
        let other = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(runtime.block_on(note()), Some(false));
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(runtime.block_on(note()), Some(true));
    }
}
