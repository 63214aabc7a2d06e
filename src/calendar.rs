//! A civil day, as the caller says it is: the journey itself never reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A Gregorian day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i32,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// `None` for a day that does not exist.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let ok = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        ok.then_some(Self { year, month, day })
    }
}

impl FromStr for Day {
    type Err = String;

    /// `2024-02-29`; years of four digits at most.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next()?.parse::<u16>().ok();
        let (year, month, day) = (part(), part(), part());
        let small = |n: Option<u16>| u8::try_from(n?).ok();
        let parsed = year
            .filter(|y| (1..=9999).contains(y))
            .zip(small(month))
            .zip(small(day))
            .and_then(|((y, m), d)| Self::new(y.into(), m, d));
        parsed.ok_or_else(|| format!("`{text}` is not a day such as 2026-04-01"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// Days in a month by the Gregorian leap rule.
pub fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
