//! Dates as people write them: 和暦 and Western, in words, signs or boxes.
//!
//! A two-digit year without an era is resolved only when exactly one era gives a day that the
//! form allows; otherwise it is a question with the candidates. Errors of eras (昭和65年) are
//! converted by arithmetic as a suggestion, never silently.

use super::era::{self, EraDay};
use super::fold;
use super::parse::{EraGiven, Parsed, Setting};
use super::search::BLANK;
use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{DateFormat, DateKind, Era};

/// A date as written, before it is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    era: Option<Era>,
    year: u32,
    /// Four digits were written: the Western calendar.
    western: bool,
    month: u8,
    day: u8,
}

/// Parses a written date.
pub(super) fn parse(text: &str, kind: &DateKind, setting: &Setting) -> Parsed {
    match written(text) {
        Some(date) => resolve(date, kind, setting),
        None => Parsed::doubtful("", Reason::Pattern),
    }
}

/// Parses boxes by position: 6 (yy mm dd), 7 (era yy mm dd) or 8 (yyyy mm dd). Other numbers of
/// boxes are read as text. A day, month or year right-aligned in its boxes is whole; one that
/// leaves its last box empty is asked.
pub(super) fn parse_boxes(boxes: &str, kind: &DateKind, setting: &Setting) -> Parsed {
    let cells: Vec<char> = boxes.chars().collect();
    let (era, rest) = match cells.len() {
        7 => (era::named(&cells[0].to_string()), &cells[1..]),
        6 | 8 => (None, &cells[..]),
        _ => {
            let joined: String = cells.iter().filter(|c| **c != BLANK).collect();
            let parsed = parse(&joined, kind, setting);
            let gap = boxes.trim_matches(BLANK).contains(BLANK);
            return if gap {
                parsed.and(Reason::BoxCount)
            } else {
                parsed
            };
        }
    };
    if cells.len() == 7 && era.is_none() {
        return Parsed::doubtful("", Reason::EraMissing);
    }
    let year_boxes = rest.len() - 4;
    let parts = [
        &rest[..year_boxes],
        &rest[year_boxes..year_boxes + 2],
        &rest[year_boxes + 2..],
    ];
    let [
        Some((year, gap_y)),
        Some((month, gap_m)),
        Some((day, gap_d)),
    ] = parts.map(group)
    else {
        return Parsed::doubtful("", Reason::BoxCount);
    };
    let western = year_boxes == 4 && year >= 1000;
    let (month, day) = (
        u8::try_from(month).unwrap_or(0),
        u8::try_from(day).unwrap_or(0),
    );
    let parsed = resolve(
        Written {
            era,
            year,
            western,
            month,
            day,
        },
        kind,
        setting,
    );
    if gap_y || gap_m || gap_d {
        parsed.and(Reason::BoxCount)
    } else {
        parsed
    }
}

/// The number in a group of boxes, and whether it is not right-aligned. `None` when empty or not
/// digits.
fn group(cells: &[char]) -> Option<(u32, bool)> {
    let text: String = cells.iter().collect();
    let number = text.trim_matches(BLANK);
    let gap = text.ends_with(BLANK) || number.contains(BLANK);
    let digits: Option<String> = number
        .chars()
        .filter(|c| *c != BLANK)
        .map(|c| Some(char::from(b'0' + fold::digit_of(c)?)))
        .collect();
    digits
        .filter(|d| !d.is_empty())?
        .parse()
        .ok()
        .map(|n| (n, gap))
}

/// Finds era, year, month and day in a text.
fn written(text: &str) -> Option<Written> {
    let narrow = fold::narrow_hyphens(text).replace(' ', "");
    let narrow = narrow.strip_prefix("西暦").unwrap_or(&narrow).to_owned();
    let (era, rest) = match era::split_prefix(&narrow) {
        Some((era, rest)) if !rest.is_empty() => (Some(era), rest),
        _ => (None, narrow.as_str()),
    };
    let rest = rest.strip_suffix('日').unwrap_or(rest);
    if rest.chars().all(|c| c.is_ascii_digit()) {
        return compact(era, rest);
    }
    let rest = rest
        .strip_prefix('元')
        .map_or_else(|| rest.to_owned(), |r| format!("1{r}"));
    let parts: Vec<&str> = rest
        .split(['年', '月', '.', '/', '-', '・', '．', ','])
        .collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let western = year.chars().count() == 4 && number(year)? >= 1000;
    if era.is_some() && western {
        return None;
    }
    Some(Written {
        era,
        year: number(year)?,
        western,
        month: u8::try_from(number(month)?).ok()?,
        day: u8::try_from(number(day)?).ok()?,
    })
}

/// `20240229`, `5060229` (era code), `060229`, each also behind an era where that makes sense.
fn compact(era: Option<Era>, digits: &str) -> Option<Written> {
    let (era, year, rest, western) = match (digits.len(), era) {
        (8, None) => (None, &digits[..4], &digits[4..], true),
        (7, None) => (
            Some(era::by_code(digits.chars().next()?)?),
            &digits[1..3],
            &digits[3..],
            false,
        ),
        (6, era) => (era, &digits[..2], &digits[2..], false),
        _ => return None,
    };
    Some(Written {
        era,
        year: year.parse().ok()?,
        western,
        month: rest[..2].parse().ok()?,
        day: rest[2..].parse().ok()?,
    })
}

/// ASCII or kanji digits, at most four.
fn number(text: &str) -> Option<u32> {
    let chars: Vec<char> = text.chars().collect();
    match chars.is_empty() || chars.len() > 4 {
        true => None,
        false if chars.iter().all(char::is_ascii_digit) => text.parse().ok(),
        false => fold::kanji_number(&chars),
    }
}

fn resolve(date: Written, kind: &DateKind, setting: &Setting) -> Parsed {
    if date.western {
        let day = Day::new(i32::try_from(date.year).unwrap_or(0), date.month, date.day);
        return match day {
            Some(day) => within(day, as_format(day, kind.format), kind, setting.today),
            None => Parsed::doubtful("", Reason::DateInvalid),
        };
    }
    let given = match (date.era, setting.era) {
        (Some(written), EraGiven::Given(asked)) if written != asked => {
            return Parsed::doubtful("", Reason::CrossField);
        }
        (Some(era), _) | (None, EraGiven::Given(era)) => Some(era),
        (None, EraGiven::NotAsked) => kind.era,
        (None, EraGiven::Open) => None,
    };
    match given {
        Some(era) => in_era(era, date, kind, setting.today),
        None => without_era(date, kind, setting.today),
    }
}

fn in_era(era: Era, date: Written, kind: &DateKind, today: Day) -> Parsed {
    let (day, parsed) = era::resolve(era, date.year, date.month, date.day).into_parsed(kind.format);
    match day {
        Some(day) => within(day, parsed, kind, today),
        None => parsed,
    }
}

fn as_format(day: Day, format: DateFormat) -> Parsed {
    match era::format(day, format) {
        Some(text) => Parsed::valid(text),
        None => Parsed::doubtful("", Doubt::with(Reason::DateInvalid, "lunisolar")),
    }
}

/// Adds the doubts of the form's limits.
fn within(day: Day, parsed: Parsed, kind: &DateKind, today: Day) -> Parsed {
    let mut parsed = parsed;
    if kind.not_future && day > today {
        parsed = parsed.and(Reason::DateFuture);
    }
    let early = kind.earliest.is_some_and(|e| day < e);
    let late = kind.latest.is_some_and(|l| day > l);
    if early || late {
        parsed = parsed.and(Reason::Range);
    }
    parsed
}

/// The one era that gives an allowed day; else a question with all candidates.
fn without_era(date: Written, kind: &DateKind, today: Day) -> Parsed {
    let mut candidates = Vec::new();
    for era in era::ALL {
        if let EraDay::Day(day) = era::resolve(era, date.year, date.month, date.day) {
            let parsed = within(day, as_format(day, kind.format), kind, today);
            if parsed.is_valid() && day <= latest_thinkable(kind, today) {
                candidates.push((day, parsed));
            }
        }
    }
    let bounded = kind.earliest.is_some();
    match &candidates[..] {
        [] => Parsed::doubtful("", Reason::DateInvalid),
        [(_, only)] if bounded => only.clone(),
        _ => {
            let near = |d: &Day| (d.year - today.year).abs() <= 1;
            let likely = candidates.iter().find(|(d, _)| near(d));
            let value = likely.map_or_else(String::new, |(_, p)| p.value.clone());
            let names: Vec<String> = candidates
                .iter()
                .filter_map(|(d, _)| era::shown(*d))
                .collect();
            Parsed::doubtful(value, Doubt::with(Reason::EraMissing, names.join(" / ")))
        }
    }
}

/// Ten years ahead, where the form sets no limit of its own.
fn latest_thinkable(kind: &DateKind, today: Day) -> Day {
    kind.latest.unwrap_or(Day {
        year: today.year + 10,
        month: 12,
        day: 31,
    })
}

/// The day behind a canonical value of this format.
pub fn day_of(value: &str, format: DateFormat) -> Option<Day> {
    let free = DateKind {
        era_field: None,
        era: None,
        not_future: false,
        earliest: None,
        latest: None,
        format: DateFormat::Iso,
    };
    if format == DateFormat::Compact && value.len() != 8 {
        return None;
    }
    let setting = Setting {
        today: Day {
            year: 9999,
            month: 12,
            day: 31,
        },
        era: EraGiven::NotAsked,
    };
    let iso = parse(value, &free, &setting);
    let mut parts = iso.value.split('-').map(str::parse::<i32>);
    let (Some(Ok(y)), Some(Ok(m)), Some(Ok(d))) = (parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    Day::new(y, u8::try_from(m).ok()?, u8::try_from(d).ok()?)
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
