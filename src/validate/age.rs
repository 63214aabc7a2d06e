//! Ages as people write them beside a birth date.

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
