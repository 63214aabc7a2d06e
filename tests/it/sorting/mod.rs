//! Twenty forms in one stack without barcodes, and pages of no form.
//!
//! `HAGAKI_SORTING_PAGES=200 cargo test --release --features tesseract --test it sorting -- --nocapture`
//! sorts so many pages of each form and as many strangers, on as many threads as there are cores,
//! and says what a page costs; without the variable one page of each form and one stranger of each
//! kind are enough for the floors. `HAGAKI_SORTING_SEED` makes other pages.

mod draft;
mod foreign;
mod forms;
mod stack;
mod tally;

use std::time::Duration;

use hagaki::form::Library;

use stack::Stack;
use tally::Tally;

/// Pages of known forms that may be refused: of 100.
const REFUSED: usize = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(clippy::print_stderr, reason = "the figures of a measurement")]
fn report(tally: &Tally) {
    for line in tally
        .wrong
        .iter()
        .chain(&tally.forced)
        .chain(&tally.refused)
    {
        eprintln!("{line}");
    }
    eprintln!("{:#?}", tally.reasons());
    eprintln!(
        "right {}, wrong {}, refused {}; foreign: unknown {}, forced {}; {:.1} ms a page",
        tally.right,
        tally.wrong.len(),
        tally.refused.len(),
        tally.unknown,
        tally.forced.len(),
        tally.each().as_secs_f64() * 1e3
    );
}

#[test]
fn a_mixed_stack_is_sorted_and_no_stranger_is_forced_into_a_form() {
    let stack = Stack::new();
    let forms = stack.library.forms().len();
    assert_eq!(forms, 20);
    let each = number("HAGAKI_SORTING_PAGES");
    let counts = match each {
        Some(each) => (each as u32, each as u32),
        None => (1, stack.kinds_of_strangers()),
    };
    let seed = number("HAGAKI_SORTING_SEED").unwrap_or(7);
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let tally = tally::run(&stack, counts, seed, jobs);
    report(&tally);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.forced.is_empty(), "{:#?}", tally.forced);
    let most = (REFUSED * forms * counts.0 as usize).div_ceil(100);
    assert!(tally.refused.len() <= most, "{:#?}", tally.refused);
    if each.is_some() {
        for forms in [1, 4, 20] {
            said(forms, cost(&stack, forms));
        }
    }
}

#[expect(clippy::print_stderr, reason = "the figures of a measurement")]
fn said(forms: usize, cost: Duration) {
    eprintln!("{forms:2} forms: {:.1} ms a page", cost.as_secs_f64() * 1e3);
}

/// Mean time of identification and proof with so many forms in the library, one thread, over 20
/// pages of one of them.
fn cost(stack: &Stack, forms: usize) -> Duration {
    let all = stack.library.forms();
    let first = all.iter().position(|f| f.id.0 == "club");
    let first = first.expect("it is there");
    let mut chosen: Vec<_> = all.to_vec();
    chosen.rotate_left(first);
    chosen.truncate(forms);
    let library = Library::new(chosen);
    let pages: Vec<_> = (0..20).map(|n| stack.page(first, n, 99)).collect();
    // The first page fills what is kept for each library.
    let _ = tally::sort(&pages[0], &library);
    let spent: Duration = pages.iter().map(|p| tally::sort(p, &library).1).sum();
    spent / pages.len() as u32
}
