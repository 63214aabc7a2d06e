//! The progress bar: pages, pages a second, time left. On stderr, only for people.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Here;
use super::words::pick;

/// A bar over `total` things; hidden when nobody watches.
pub(super) fn bar(here: &Here, total: u64) -> ProgressBar {
    let hidden = here.everywhere.quiet || here.everywhere.no_progress;
    let target = if hidden {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr_with_hz(8)
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let template = pick(
        here.lang,
        "{bar:30} {pos}/{len} ページ  {per_sec}  残り {eta}  {msg}",
        "{bar:30} {pos}/{len} pages  {per_sec}  {eta} left  {msg}",
    );
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
