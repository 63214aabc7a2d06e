//! A morning at the review page: what the page adds to a person's own time.
//!
//! Short here; `scripts/review-session.sh` is the full size at a person's pace.

use std::time::{Duration, Instant};

use super::{SHOWN, copy_question, open, samples, settle};

/// A person looks at a doubtful field for so long before he presses a key, in milliseconds.
fn pace() -> Duration {
    let given = std::env::var("HAGAKI_PACE_MS").ok();
    Duration::from_millis(given.map_or(20, |ms| ms.parse().unwrap()))
}

/// What every field may take beside the person, in milliseconds.
const MOST_ADDED: f64 = 100.0;

#[test]
#[expect(clippy::print_stderr, reason = "a measurement must be visible")]
fn a_session_at_a_person_s_pace_adds_next_to_nothing() {
    let wanted: usize = std::env::var("HAGAKI_SESSION").map_or(30, |n| n.parse().unwrap());
    let campaign = samples();
    copy_question(&campaign, "phone", wanted as u32);
    let Some(mut page) = open(&campaign, "?kind=field") else {
        return;
    };
    let (mut took, mut late) = (Vec::new(), 0);
    let picture = format!("{SHOWN}.querySelector('[data-picture]')");
    let ready = format!("!({picture}) || ({picture}).naturalWidth > 0");
    let begun = Instant::now();
    for _ in 0..wanted {
        std::thread::sleep(pace());
        took.push(settle(&mut page));
        if page.shown("kind") != "done" && page.browser.text(&ready) != "true" {
            late += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let mean = took.iter().sum::<f64>() / took.len() as f64;
    eprintln!(
        "{} fields in {seconds:.0} s, {} ms of a person each; the page added {mean:.1} ms on average, \
         median {:.1}, 99 % {:.1}, most {:.1}; {late} pictures came after their question",
        took.len(),
        pace().as_millis(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    // A figure holds only where nothing else runs: when a session was asked for.
    if std::env::var_os("HAGAKI_SESSION").is_some() {
        assert!(at(0.5) < MOST_ADDED, "{took:?}");
    }
    assert_eq!(took.len(), wanted);
}
