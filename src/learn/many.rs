//! The same for each page, on several threads, in order.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads, and who is told of each step.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) jobs: usize,
    pub(super) tick: &'a (dyn Fn() + Sync),
}

/// The results in the order of `all`, whatever the number of threads.
pub(super) fn each<'a, T: Sync, R: Send>(
    all: &'a [T],
    watch: Watch<'_>,
    work: impl Fn(&'a T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(all.len()));
    std::thread::scope(|scope| {
        for _ in 0..watch.jobs.clamp(1, all.len().max(1)) {
            scope.spawn(|| {
                while let Some((i, one)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    all.get(i).map(|one| (i, one))
                } {
                    let result = work(one);
                    let mut list = done.lock().unwrap_or_else(PoisonError::into_inner);
                    list.push((i, result));
                    (watch.tick)();
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}
