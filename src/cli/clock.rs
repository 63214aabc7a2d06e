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
        .or_else(account)
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The name of the account that the process runs under, where the environment does not tell.
#[cfg(unix)]
fn account() -> Option<String> {
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    named(&accounts, rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn account() -> Option<String> {
    None
}

/// `sato:x:1000:...` is the account 1000.
#[cfg(unix)]
fn named(accounts: &str, uid: u32) -> Option<String> {
    let mut lines = accounts.lines().map(|line| line.split(':'));
    lines.find_map(|mut parts| {
        let name = parts.next()?;
        let own = parts.nth(1)?.parse() == Ok(uid);
        own.then(|| name.to_owned())
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\n# broken\nsato:x:1000:1000::/home/sato:\n";
        assert_eq!(named(accounts, 1000).as_deref(), Some("sato"));
        assert_eq!(named(accounts, 0).as_deref(), Some("root"));
        assert_eq!(named(accounts, 7), None);
    }
}
