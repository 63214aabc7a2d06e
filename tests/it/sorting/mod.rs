//! Twenty forms in one stack without barcodes, and pages of no form.
//!
//! `HAGAKI_SORTING_PAGES=200 cargo test --release --features tesseract --test it sorting -- --nocapture`
//! sorts so many pages of each form and as many strangers, on as many threads as there are cores,
//! and says what a page costs; without the variable one page of each form and one stranger of each
//! kind are enough for the floors. `HAGAKI_SORTING_STRANGERS` is another number of strangers,
//! `HAGAKI_SORTING_SEED` makes other pages, `HAGAKI_SORTING_ONLY=5/13,x/42` sorts these alone.

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

/// Sorts pages by the names that a run printed, `5/13` or `x/42`, with a comma between two, and leaves
/// their pictures in the folder of `HAGAKI_SORTING_SAVE`.
#[expect(clippy::print_stderr, reason = "a look at single pages")]
fn single(stack: &Stack, names: &str, seed: u64) {
    for name in names.split(',') {
        let (form, n) = name.split_once('/').expect("a form's place and a number");
        let n = n.parse().expect("a number");
        let page = match form.parse() {
            Ok(form) => stack.page(form, n, seed),
            Err(_) => stack.stranger(n, seed),
        };
        let (outcome, _) = tally::sort(&page, &stack.library);
        if let Some(folder) = std::env::var_os("HAGAKI_SORTING_SAVE") {
            let file = format!("{seed}-{}.png", name.replace('/', "-"));
            let picture = &page.scan.picture.gray;
            picture
                .save(std::path::Path::new(&folder).join(file))
                .expect("saved");
        }
        eprintln!("{name} {:?}: {outcome:?}", page.truth);
    }
}

#[test]
fn a_mixed_stack_is_sorted_and_no_stranger_is_forced_into_a_form() {
    let stack = Stack::new();
    let forms = stack.library.forms().len();
    assert_eq!(forms, 20);
    let each = number("HAGAKI_SORTING_PAGES");
    let counts = match each {
        Some(each) => {
            let strangers = number("HAGAKI_SORTING_STRANGERS").unwrap_or(each);
            (each as u32, strangers as u32)
        }
        None => (1, stack.kinds_of_strangers()),
    };
    let seed = number("HAGAKI_SORTING_SEED").unwrap_or(7);
    if let Ok(names) = std::env::var("HAGAKI_SORTING_ONLY") {
        return single(&stack, &names, seed);
    }
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
