//! Dates as people write them: 和暦 and Western, in words, signs or boxes.
//!
//! A year of one or two digits without an era may count in any era or stand for 20yy. It is resolved
//! only where the form allows one of these days alone, and that lies within a year of today, as the
//! day of writing does; otherwise it is a question with the candidates. Errors of eras (昭和65年) are
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
    calendar: Calendar,
    year: u32,
    month: u8,
    day: u8,
}

/// What a written year counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// Four digits.
    Western,
    /// 西暦 with fewer than four digits: the century is missing.
    Century,
    Era(Era),
    /// The era by its code, in front of six digits.
    Code(Era),
    /// Neither an era nor four digits.
    Open,
}

/// Parses a written date.
pub(super) fn parse(text: &str, kind: &DateKind, setting: &Setting) -> Parsed {
    match written(text) {
        Some(date) if kind.format == DateFormat::EraCode || !may_lack_a_zero(date) => {
            resolve(date, kind, setting)
        }
        _ => Parsed::doubtful("", Reason::Pattern),
    }
}

/// Seven digits that begin with 19 or 20 are the era code of nobody alive, and what is left of a Western
/// day without its zeros (2011115).
fn may_lack_a_zero(date: Written) -> bool {
    match date.calendar {
        Calendar::Code(Era::Meiji) => date.year >= 90,
        Calendar::Code(Era::Taisho) => date.year < 10,
        _ => false,
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
            let parsed = parse(boxes.trim_matches(BLANK), kind, setting);
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
    let calendar = match era {
        Some(era) => Calendar::Era(era),
        None if year_boxes == 4 && year >= 1000 => Calendar::Western,
        None => Calendar::Open,
    };
    let (month, day) = (
        u8::try_from(month).unwrap_or(0),
        u8::try_from(day).unwrap_or(0),
    );
    let parsed = resolve(
        Written {
            calendar,
            year,
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

/// Finds calendar, year, month and day in a text. A blank between two digits parts them.
fn written(text: &str) -> Option<Written> {
    let narrow = fold::without_blanks(&fold::narrow_hyphens(text));
    let (said, narrow) = match narrow.strip_prefix("西暦") {
        Some(rest) => (Calendar::Century, rest),
        None => (Calendar::Open, narrow.as_str()),
    };
    let (calendar, rest) = match (era::split_prefix(narrow), said) {
        (Some((_, rest)), Calendar::Century) if !rest.is_empty() => return None,
        (Some((era, rest)), _) if !rest.is_empty() => (Calendar::Era(era), rest),
        _ => (said, narrow),
    };
    let rest = rest.strip_suffix('日').unwrap_or(rest);
    if rest.chars().all(|c| c.is_ascii_digit()) {
        return compact(calendar, rest);
    }
    let rest = rest
        .strip_prefix('元')
        .map_or_else(|| rest.to_owned(), |r| format!("1{r}"));
    let parts: Vec<&str> = rest
        .split(['年', '月', '.', '/', '-', '・', '．', ',', ' '])
        .collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let western = year.chars().count() == 4 && number(year)? >= 1000;
    let calendar = match calendar {
        Calendar::Era(_) if western => return None,
        _ if western => Calendar::Western,
        other => other,
    };
    Some(Written {
        calendar,
        year: number(year)?,
        month: u8::try_from(number(month)?).ok()?,
        day: u8::try_from(number(day)?).ok()?,
    })
}

/// `20240229`, `5060229` (era code), `060229`, each also behind an era or 西暦 where that makes sense.
fn compact(calendar: Calendar, digits: &str) -> Option<Written> {
    let (calendar, year, rest) = match (digits.len(), calendar) {
        (8, Calendar::Open | Calendar::Century) => (Calendar::Western, &digits[..4], &digits[4..]),
        (7, Calendar::Open) => {
            let era = era::by_code(digits.chars().next()?)?;
            (Calendar::Code(era), &digits[1..3], &digits[3..])
        }
        (6, calendar) => (calendar, &digits[..2], &digits[2..]),
        _ => return None,
    };
    Some(Written {
        calendar,
        year: year.parse().ok()?,
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
    let given = match (date.calendar, setting.era) {
        (Calendar::Western, _) => return western(date, kind, setting.today),
        (Calendar::Century, _) => return without_century(date, kind, setting.today),
        (Calendar::Era(written) | Calendar::Code(written), EraGiven::Given(asked))
            if written != asked =>
        {
            return Parsed::doubtful("", Reason::CrossField);
        }
        (Calendar::Era(era) | Calendar::Code(era), _) | (Calendar::Open, EraGiven::Given(era)) => {
            Some(era)
        }
        (Calendar::Open, EraGiven::NotAsked) => kind.era,
        (Calendar::Open, EraGiven::Open) => None,
    };
    match given {
        Some(era) => in_era(era, date, kind, setting.today),
        None => without_era(date, kind, setting.today),
    }
}

fn western(date: Written, kind: &DateKind, today: Day) -> Parsed {
    let day = Day::new(i32::try_from(date.year).unwrap_or(0), date.month, date.day);
    match day {
        Some(day) if day < era::GREGORIAN_FROM => lunisolar(),
        Some(day) => within(day, as_format(day, kind.format), kind, today),
        None => Parsed::doubtful("", Reason::DateInvalid),
    }
}

/// A day before the Gregorian calendar: nobody who writes a card means it, but a misread 9 looks like a 0.
fn lunisolar() -> Parsed {
    Parsed::doubtful("", Doubt::with(Reason::DateInvalid, "lunisolar"))
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
        None => lunisolar(),
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

/// A day that a date without its era or century may mean.
struct Candidate {
    day: Day,
    parsed: Parsed,
    /// For people, by the calendar in which the year was counted.
    shown: String,
}

impl Candidate {
    /// `None` where the form does not allow the day.
    fn of(day: Day, shown: String, kind: &DateKind, today: Day) -> Option<Self> {
        let parsed = within(day, as_format(day, kind.format), kind, today);
        let allowed = parsed.is_valid() && day <= latest_thinkable(kind, today);
        allowed.then_some(Self { day, parsed, shown })
    }

    fn in_era(era: Era, date: Written, kind: &DateKind, today: Day) -> Option<Self> {
        match era::resolve(era, date.year, date.month, date.day) {
            EraDay::Day(day) => Self::of(day, era::shown(day)?, kind, today),
            _ => None,
        }
    }

    fn in_century(first: i32, date: Written, kind: &DateKind, today: Day) -> Option<Self> {
        let year = i32::try_from(date.year).ok().filter(|y| *y < 100)?;
        let day = Day::new(first + year, date.month, date.day)?;
        let shown = format!("{}年{}月{}日", day.year, day.month, day.day);
        Self::of(day, shown, kind, today)
    }

    /// As the day of writing is: in the year of today or next to it.
    fn is_near(&self, today: Day) -> bool {
        (self.day.year - today.year).abs() <= 1
    }
}

/// The only day that the form allows, where it may be the day of writing; else a question with all
/// candidates.
fn without_era(date: Written, kind: &DateKind, today: Day) -> Parsed {
    let by_era = era::ALL
        .into_iter()
        .filter_map(|era| Candidate::in_era(era, date, kind, today));
    let all: Vec<Candidate> = by_era
        .chain(Candidate::in_century(2000, date, kind, today))
        .collect();
    match &all[..] {
        [only] if only.is_near(today) => only.parsed.clone(),
        _ => which(&all, today),
    }
}

/// 西暦24年 is always a question.
fn without_century(date: Written, kind: &DateKind, today: Day) -> Parsed {
    let both = [1900, 2000].into_iter();
    let all: Vec<Candidate> = both
        .filter_map(|first| Candidate::in_century(first, date, kind, today))
        .collect();
    which(&all, today)
}

/// Asks which day is meant. Proposes the one near today, or the only one.
fn which(all: &[Candidate], today: Day) -> Parsed {
    if all.is_empty() {
        return Parsed::doubtful("", Reason::DateInvalid);
    }
    let near: Vec<&Candidate> = all.iter().filter(|c| c.is_near(today)).collect();
    let likely = match (&near[..], all) {
        ([one], _) => Some(*one),
        ([], [one]) => Some(one),
        _ => None,
    };
    let value = likely.map_or("", |c| c.parsed.value.as_str());
    let names: Vec<&str> = all.iter().map(|c| c.shown.as_str()).collect();
    Parsed::doubtful(value, Doubt::with(Reason::EraMissing, names.join(" / ")))
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
    let iso = resolve(written(value)?, &free, &setting);
    let mut parts = iso.value.split('-').map(str::parse::<i32>);
    let (Some(Ok(y)), Some(Ok(m)), Some(Ok(d))) = (parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    Day::new(y, u8::try_from(m).ok()?, u8::try_from(d).ok()?)
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
