//! Ages by the law of 1902 (年齢計算ニ関スル法律): a year of age is complete at the end of the day
//! before the birthday.

use crate::calendar::Day;
use crate::doubt::Reason;

/// Above this an age is asked.
const PLAUSIBLE: i32 = 110;

/// Completed years on a day, as everyday life counts (one is older on the birthday itself). Someone
/// born on February 29 is older on March 1 of a common year.
pub fn age_on(birth: Day, on: Day) -> i32 {
    let before_birthday = (on.month, on.day) < (birth.month, birth.day);
    on.year - birth.year - i32::from(before_birthday)
}

/// Whether a legal age is reached on that day: it is at the end of the day before the birthday, so
/// someone born on April 1 has reached it on March 31.
pub fn has_reached(birth: Day, years: i32, on: Day) -> bool {
    age_on(birth, next(on)) >= years
}

/// The day after.
pub fn next(day: Day) -> Day {
    Day::new(day.year, day.month, day.day + 1)
        .or_else(|| Day::new(day.year, day.month + 1, 1))
        .unwrap_or(Day {
            year: day.year + 1,
            month: 1,
            day: 1,
        })
}

/// Compares a written age with the birth date: `None` when they agree; one off (a birthday near,
/// or counted the old way, one or two more) is a warning; anything else contradicts.
pub fn check_written(age: i32, birth: Day, on: Day) -> Option<Reason> {
    let real = age_on(birth, on);
    match age - real {
        _ if !(0..=PLAUSIBLE).contains(&real) => Some(Reason::Range),
        0 => None,
        -1..=2 => Some(Reason::AgeOffByOne),
        _ => Some(Reason::CrossField),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u8, d: u8) -> Day {
        Day::new(year, month, d).expect("a day")
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        let birth = day(1950, 4, 1);
        assert_eq!(age_on(birth, day(2026, 3, 31)), 75);
        assert_eq!(age_on(birth, day(2026, 4, 1)), 76);
        let leap = day(2004, 2, 29);
        assert_eq!(age_on(leap, day(2025, 2, 28)), 20);
        assert_eq!(age_on(leap, day(2025, 3, 1)), 21);
    }

    #[test]
    fn legal_ages_are_reached_the_day_before() {
        assert!(has_reached(day(2008, 4, 1), 18, day(2026, 3, 31)));
        assert!(!has_reached(day(2008, 4, 2), 18, day(2026, 3, 31)));
        assert!(has_reached(day(2004, 2, 29), 21, day(2025, 2, 28)));
        assert!(has_reached(day(2008, 1, 1), 18, day(2025, 12, 31)));
    }

    #[test]
    fn written_ages() {
        let birth = day(1950, 4, 1);
        let on = day(2026, 11, 21);
        assert_eq!(check_written(76, birth, on), None);
        assert_eq!(check_written(75, birth, on), Some(Reason::AgeOffByOne));
        assert_eq!(check_written(78, birth, on), Some(Reason::AgeOffByOne));
        assert_eq!(check_written(70, birth, on), Some(Reason::CrossField));
        assert_eq!(check_written(126, day(1900, 1, 1), on), Some(Reason::Range));
    }
}
