//! The Japanese eras since 1868 (JIS X 0301), and days named by them.
//!
//! A day belongs to one era here: the first day of the new one. Old registers write the two days
//! 1912-07-30 and 1926-12-25 in both eras; that is [`Reason::EraOverlap`].

use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{DateFormat, Era};

use super::fold;
use super::parse::Parsed;

/// The Gregorian calendar starts here (明治6年1月1日); earlier days are lunisolar.
pub(super) const GREGORIAN_FROM: Day = Day {
    year: 1873,
    month: 1,
    day: 1,
};
/// Written era years above this are slips of the pen, not overruns.
const MAX_YEAR: u32 = 99;

struct Row {
    era: Era,
    name: &'static str,
    short: char,
    letter: char,
    code: char,
    square: char,
    first: Day,
    /// The last day; `None` for the present era.
    last: Option<Day>,
}

const fn day(year: i32, month: u8, day: u8) -> Day {
    Day { year, month, day }
}

const TABLE: [Row; 5] = [
    Row {
        era: Era::Meiji,
        name: "明治",
        short: '明',
        letter: 'M',
        code: '1',
        square: '㍾',
        first: day(1868, 1, 25),
        last: Some(day(1912, 7, 29)),
    },
    Row {
        era: Era::Taisho,
        name: "大正",
        short: '大',
        letter: 'T',
        code: '2',
        square: '㍽',
        first: day(1912, 7, 30),
        last: Some(day(1926, 12, 24)),
    },
    Row {
        era: Era::Showa,
        name: "昭和",
        short: '昭',
        letter: 'S',
        code: '3',
        square: '㍼',
        first: day(1926, 12, 25),
        last: Some(day(1989, 1, 7)),
    },
    Row {
        era: Era::Heisei,
        name: "平成",
        short: '平',
        letter: 'H',
        code: '4',
        square: '㍻',
        first: day(1989, 1, 8),
        last: Some(day(2019, 4, 30)),
    },
    Row {
        era: Era::Reiwa,
        name: "令和",
        short: '令',
        letter: 'R',
        code: '5',
        square: '㋿',
        first: day(2019, 5, 1),
        last: None,
    },
];

fn row(era: Era) -> &'static Row {
    TABLE
        .iter()
        .find(|r| r.era == era)
        .expect("the table holds every era")
}

/// All eras, oldest first.
pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

/// The era by any of its names: `昭和`, `昭`, `S`, `s`, `㍼`, `3`, `showa`.
pub fn named(text: &str) -> Option<Era> {
    let narrow = fold::narrow(text.trim());
    let (era, rest) = split_prefix(&narrow)?;
    if rest.trim().is_empty() {
        return Some(era);
    }
    let roman = ["meiji", "taisho", "showa", "heisei", "reiwa"];
    let at = roman
        .iter()
        .position(|r| text.trim().eq_ignore_ascii_case(r))?;
    Some(ALL[at])
}

/// The era named at the start of `text` (already narrow), and the rest. A code (1-5) counts only
/// when it stands alone.
pub(super) fn split_prefix(text: &str) -> Option<(Era, &str)> {
    for r in &TABLE {
        let lower = r.letter.to_ascii_lowercase();
        let rest = text
            .strip_prefix(r.name)
            .or_else(|| text.strip_prefix([r.short, r.letter, lower, r.square]))
            .or_else(|| (text.len() == 1 && text.starts_with(r.code)).then_some(""));
        if let Some(rest) = rest {
            return Some((r.era, rest));
        }
    }
    None
}

/// The era of a code digit, 1 to 5.
pub(super) fn by_code(code: char) -> Option<Era> {
    TABLE.iter().find(|r| r.code == code).map(|r| r.era)
}

/// The Gregorian year of an era's year.
pub fn gregorian_year(era: Era, year: u32) -> i32 {
    row(era).first.year + i32::try_from(year).unwrap_or(i32::MAX / 2) - 1
}

/// The era and its year of a day; `None` before the Gregorian calendar.
pub fn of(date: Day) -> Option<(Era, u32)> {
    let r = TABLE.iter().rev().find(|r| r.first <= date)?;
    let year = u32::try_from(date.year - r.first.year + 1).ok()?;
    (date >= GREGORIAN_FROM).then_some((r.era, year))
}

/// Whether a day may be written in that era: the two days on which old registers write both belong to
/// either.
pub fn holds(era: Era, date: Day) -> bool {
    let shared = match era {
        Era::Meiji => Some(row(Era::Taisho).first),
        Era::Taisho => Some(row(Era::Showa).first),
        _ => None,
    };
    let (first, last) = (row(era).first, row(era).last);
    let within = first <= date && last.is_none_or(|last| date <= last);
    within || shared == Some(date)
}

/// `令和6年2月29日`; 元年 for the first year. `None` before the Gregorian calendar.
pub fn shown(date: Day) -> Option<String> {
    let (era, year) = of(date)?;
    let year = if year == 1 {
        "元".to_owned()
    } else {
        year.to_string()
    };
    Some(format!(
        "{}{year}年{}月{}日",
        row(era).name,
        date.month,
        date.day
    ))
}

/// A day in the form's format; `None` when an era is asked and the day has none.
pub fn format(date: Day, format: DateFormat) -> Option<String> {
    Some(match format {
        DateFormat::Iso => date.to_string(),
        DateFormat::Compact => format!("{:04}{:02}{:02}", date.year, date.month, date.day),
        DateFormat::EraCode => {
            let (era, year) = of(date)?;
            format!("{}{year:02}{:02}{:02}", row(era).code, date.month, date.day)
        }
        DateFormat::Wareki => shown(date)?,
    })
}

/// What a written era date means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum EraDay {
    Day(Day),
    /// A day written in the era that ended on it.
    Overlap(Day),
    /// Outside the era: the day by arithmetic, as a suggestion.
    Overrun(Day),
    Impossible(Doubt),
}

/// Resolves a written era date.
pub(super) fn resolve(era: Era, year: u32, month: u8, day: u8) -> EraDay {
    let r = row(era);
    let impossible = |why: &str| {
        EraDay::Impossible(if why.is_empty() {
            Reason::DateInvalid.into()
        } else {
            Doubt::with(Reason::DateInvalid, why)
        })
    };
    if year == 0 || year > MAX_YEAR {
        return impossible("");
    }
    let Some(date) = Day::new(gregorian_year(era, year), month, day) else {
        return impossible("");
    };
    if date < GREGORIAN_FROM {
        return impossible("lunisolar");
    }
    if date < r.first {
        // 平成元年1月1-7日 was still 昭和64, 令和元年1-4月 平成31: common slips of living people.
        return match era {
            Era::Heisei | Era::Reiwa => EraDay::Overrun(date),
            _ => impossible(""),
        };
    }
    match r.last {
        Some(last) if date > last => {
            let next_day_is_first_of_next = of(date).is_some_and(|(e, _)| row(e).first == date);
            let in_register = matches!(era, Era::Meiji | Era::Taisho);
            if next_day_is_first_of_next && in_register {
                EraDay::Overlap(date)
            } else {
                EraDay::Overrun(date)
            }
        }
        _ => EraDay::Day(date),
    }
}

impl EraDay {
    /// The day in the form's format, with the reason that goes with it.
    pub(super) fn into_parsed(self, format_as: DateFormat) -> (Option<Day>, Parsed) {
        let text = |date| format(date, format_as).unwrap_or_default();
        match self {
            Self::Day(date) => (Some(date), Parsed::valid(text(date))),
            Self::Overlap(date) => (Some(date), Parsed::doubtful(text(date), Reason::EraOverlap)),
            Self::Overrun(date) => {
                let detail = shown(date).unwrap_or_default();
                (
                    Some(date),
                    Parsed::doubtful(text(date), Doubt::with(Reason::EraOverrun, detail)),
                )
            }
            Self::Impossible(doubt) => (None, Parsed::doubtful("", doubt)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_of_two_eras_may_be_written_in_either() {
        let cases = [
            (Era::Meiji, (1912, 7, 29), true),
            (Era::Meiji, (1912, 7, 30), true),
            (Era::Meiji, (1912, 7, 31), false),
            (Era::Taisho, (1912, 7, 30), true),
            (Era::Taisho, (1926, 12, 25), true),
            (Era::Showa, (1926, 12, 24), false),
            (Era::Showa, (1989, 1, 7), true),
            (Era::Showa, (1989, 1, 8), false),
            (Era::Heisei, (1989, 1, 7), false),
            (Era::Reiwa, (2019, 5, 1), true),
            (Era::Reiwa, (2099, 1, 1), true),
        ];
        for (era, (y, m, d), wanted) in cases {
            assert_eq!(holds(era, day(y, m, d)), wanted, "{era:?} {y}-{m}-{d}");
        }
    }

    #[test]
    fn eras_by_any_name() {
        for name in [
            "昭和", "昭", "S", "s", "Ｓ", "㍼", "3", "３", "showa", " 昭和 ",
        ] {
            assert_eq!(named(name), Some(Era::Showa), "`{name}`");
        }
        for name in ["", "6", "X", "昭和5", "慶応"] {
            assert_eq!(named(name), None, "`{name}`");
        }
    }

    #[test]
    fn years_follow_the_table() {
        let cases = [
            (Era::Meiji, 6, 1873),
            (Era::Taisho, 15, 1926),
            (Era::Showa, 64, 1989),
            (Era::Heisei, 31, 2019),
            (Era::Reiwa, 6, 2024),
        ];
        for (era, year, gregorian) in cases {
            assert_eq!(gregorian_year(era, year), gregorian);
        }
    }

    #[test]
    fn formats() {
        let date = day(2024, 2, 29);
        assert_eq!(format(date, DateFormat::Iso).as_deref(), Some("2024-02-29"));
        assert_eq!(
            format(date, DateFormat::Compact).as_deref(),
            Some("20240229")
        );
        assert_eq!(
            format(date, DateFormat::EraCode).as_deref(),
            Some("5060229")
        );
        assert_eq!(
            format(date, DateFormat::Wareki).as_deref(),
            Some("令和6年2月29日")
        );
        assert_eq!(shown(day(2019, 5, 1)).as_deref(), Some("令和元年5月1日"));
        assert_eq!(shown(day(1872, 12, 31)), None);
        assert_eq!(shown(day(1912, 7, 30)).as_deref(), Some("大正元年7月30日"));
    }

    proptest! {
        #[test]
        fn every_day_since_1873_has_one_era_and_comes_back(
            year in 1873..2100i32, month in 1..=12u8, d in 1..=28u8,
        ) {
            let date = day(year, month, d);
            let (era, n) = of(date).expect("has an era");
            prop_assert_eq!(resolve(era, n, month, d), EraDay::Day(date));
        }
    }
}
