//! The one place that reads the clock and asks who is sitting here.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::calendar::Day;
use crate::store::Timestamp;

/// Now, in UTC, to the second.
#[expect(
    clippy::expect_used,
    reason = "the format is the one that a timestamp parses"
)]
pub(super) fn now() -> Timestamp {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let text = OffsetDateTime::now_utc()
        .format(format)
        .expect("a date can be written");
    text.parse().expect("a formatted time is a timestamp")
}

/// Today in Japan, where the offices are: nine hours before UTC's day ends.
pub(super) fn today() -> Day {
    let now = OffsetDateTime::now_utc() + time::Duration::hours(9);
    Day {
        year: now.year(),
        month: now.month().into(),
        day: now.day(),
    }
}

/// The name of this computer's user.
pub(super) fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}
