//! Sends pages through identification and proof, and counts where they end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use hagaki::engine::{Barcode, BarcodeReader};
use hagaki::form::{Library, Symbology};
use hagaki::{identify, normalize, prove};
use image::GrayImage;

use super::stack::{Page, Stack, Truth};

/// No form of the stack has a barcode.
pub(crate) struct NoBarcodes;

impl BarcodeReader for NoBarcodes {
    fn read_zone(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }

    fn read_page(&self, _: &GrayImage, _: &[Symbology]) -> Vec<Barcode> {
        Vec::new()
    }
}

/// Where pages ended.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) right: u32,
    /// Accepted under another form, edition or turn: each with what it was.
    pub(crate) wrong: Vec<String>,
    /// Pages of known forms that were rejected.
    pub(crate) refused: Vec<String>,
    /// Foreign pages that were rejected.
    pub(crate) unknown: u32,
    /// Foreign pages taken for a form.
    pub(crate) forced: Vec<String>,
    /// Time in identification and proof, all threads together.
    pub(crate) spent: Duration,
}

/// Processor time of this thread where the system tells it (a busy machine does not count), else
/// the clock.
fn busy() -> Duration {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let nanos = told
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(
        || BEGUN.get_or_init(Instant::now).elapsed(),
        Duration::from_nanos,
    )
}

/// One page: the outcome in words, and the time it took.
pub(crate) fn sort(page: &Page, library: &Library) -> (Result<Truth, String>, Duration) {
    let upright = normalize::normalize(&page.scan);
    let begun = busy();
    let identified = identify::identify(&upright, library, &NoBarcodes);
    let proved = prove::prove(&upright, &identified);
    let spent = busy().saturating_sub(begun);
    let outcome = match proved {
        Ok((found, _)) => Ok(Truth::Form(
            found.form.id.0.clone(),
            found.form.edition,
            found.turn,
        )),
        Err(why) => Err(format!("{} {}", why.reason, why.detail)),
    };
    (outcome, spent)
}

impl Tally {
    fn count(&mut self, name: &str, truth: &Truth, outcome: Result<Truth, String>) {
        match (truth, outcome) {
            (Truth::Foreign(_), Err(_)) => self.unknown += 1,
            (Truth::Foreign(what), Ok(found)) => {
                self.forced.push(format!("{name} {what}: {found:?}"));
            }
            (truth, Ok(found)) if *truth == found => self.right += 1,
            (truth, Ok(found)) => self.wrong.push(format!("{name} {truth:?}: {found:?}")),
            (truth, Err(why)) => self.refused.push(format!("{name} {truth:?}: {why}")),
        }
    }

    /// Time a page.
    pub(crate) fn each(&self) -> Duration {
        let pages = self.right + self.unknown;
        let failed = self.wrong.len() + self.refused.len() + self.forced.len();
        self.spent / (pages + failed as u32).max(1)
    }

    /// Refused pages by the reason's words.
    pub(crate) fn reasons(&self) -> BTreeMap<String, u32> {
        let mut all = BTreeMap::new();
        for line in &self.refused {
            let why = line.rsplit(": ").next().unwrap_or_default().to_owned();
            *all.entry(why).or_default() += 1;
        }
        all
    }
}

/// All pages of a stack: `each` of every form and `foreign` strangers, on `jobs` threads.
pub(crate) fn run(stack: &Stack, (each, foreign): (u32, u32), seed: u64, jobs: usize) -> Tally {
    let forms = stack.library.forms().len() as u32;
    let total = forms * each + foreign;
    let next = AtomicU32::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= total {
                        return;
                    }
                    let (name, page) = if i < forms * each {
                        let (form, n) = (i % forms, i / forms);
                        (format!("{form}/{n}"), stack.page(form as usize, n, seed))
                    } else {
                        let n = i - forms * each;
                        (format!("x/{n}"), stack.stranger(n, seed))
                    };
                    let (outcome, spent) = sort(&page, &stack.library);
                    let mut all = tally.lock().expect("no thread panicked");
                    all.spent += spent;
                    all.count(&name, &page.truth, outcome);
                }
            });
        }
    });
    let mut tally = tally.into_inner().expect("no thread panicked");
    for list in [&mut tally.wrong, &mut tally.refused, &mut tally.forced] {
        list.sort();
    }
    tally
}
