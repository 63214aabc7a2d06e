//! Rank questions: 1, 2, 3 written into a box beside each option.

use super::boxes;
use super::fuse::Pool;
use super::parse::Parsed;
use super::search::{self, BLANK, UNREADABLE};
use super::{Verdict, fold};
use crate::doubt::Reason;
use crate::form::{Field, RankZone};
use crate::read::{CellReading, Reading};

/// Decides a rank question. The value lists the options from rank 1 on, joined with `>`.
pub(super) fn decide(
    field: &Field,
    zone: &RankZone,
    reading: &Reading,
    cells: &[CellReading],
) -> Verdict {
    let pool = Pool::of_lone_digits();
    let slots: Vec<_> = cells.iter().map(|c| pool.slot(c)).collect();
    let found = search::choose(&slots, pass_rate(zone), |ranks| value_of(zone, ranks));
    let mut doubts = boxes::doubts_of(reading, cells, pool);
    doubts.extend(found.parsed.doubts.clone());
    let least = boxes::least_confidence(field);
    Verdict::decide_from(field, found.parsed.value, (found.confidence, least), doubts)
}

/// Of all ways to fill the boxes with blanks and ranks, the share that is a ranking.
fn pass_rate(zone: &RankZone) -> f64 {
    let (n, most) = (zone.options.len() as i32, f64::from(zone.most));
    // Rankings of length k: n (n-1) ... (n-k+1), for k = 0..=most.
    let mut rankings = 1.0;
    let mut ways = 1.0;
    for k in 0..zone.most.min(zone.options.len() as u32) {
        ways *= f64::from(n) - f64::from(k);
        rankings += ways;
    }
    (rankings / (most + 1.0).powi(n)).clamp(1e-3, 1.0)
}

/// The ranking that a row of boxes says.
fn value_of(zone: &RankZone, ranks: &str) -> Parsed {
    if ranks.contains(UNREADABLE) {
        return Parsed::doubtful("", Reason::LowConf);
    }
    let mut given: Vec<(u32, &str)> = Vec::new();
    for (c, option) in ranks.chars().zip(&zone.options) {
        if c == BLANK {
            continue;
        }
        match fold::digit_of(c).map(u32::from) {
            Some(rank) if (1..=zone.most).contains(&rank) => given.push((rank, &option.value)),
            _ => return Parsed::doubtful("", Reason::Range),
        }
    }
    given.sort_by_key(|(rank, _)| *rank);
    let value = given.iter().map(|(_, v)| *v).collect::<Vec<_>>().join(">");
    let repeated = given.windows(2).any(|w| w[0].0 == w[1].0);
    let gap = given
        .iter()
        .zip(1..)
        .any(|((rank, _), expected)| *rank != expected);
    match (repeated, gap && !zone.gaps) {
        (true, _) => Parsed::doubtful(value, Reason::RankRepeat),
        (_, true) => Parsed::doubtful(value, Reason::RankGap),
        _ => Parsed::valid(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Zone;
    use crate::validate::{Status, fixtures};

    #[track_caller]
    fn check(written: &str, gaps: bool, status: Status, value: &str, reason: Option<Reason>) {
        let field = fixtures::ranks(&["a", "b", "c"], 3, gaps);
        let Zone::Rank(zone) = &field.zone else {
            panic!("a rank zone")
        };
        let cells = fixtures::cells(written, 0.9999);
        let reading = fixtures::reading(
            &field,
            crate::read::Content::Ranks {
                cells: cells.clone(),
            },
        );
        let verdict = decide(&field, zone, &reading, &cells);
        assert_eq!(verdict.status, status, "`{written}`: {verdict:?}");
        assert_eq!(verdict.value, value, "`{written}`");
        assert_eq!(
            verdict.doubts.first().map(|d| d.reason),
            reason,
            "`{written}`"
        );
    }

    #[test]
    fn rankings() {
        check("213", false, Status::Accepted, "b>a>c", None);
        check(" 1 ", false, Status::Accepted, "b", None);
        check("   ", false, Status::Blank, "", None);
        check(
            "112",
            false,
            Status::Question,
            "a>b>c",
            Some(Reason::RankRepeat),
        );
        check("13 ", false, Status::Question, "a>b", Some(Reason::RankGap));
        check("13 ", true, Status::Accepted, "a>b", None);
        check("4  ", false, Status::Question, "", Some(Reason::Range));
    }

    #[test]
    fn a_ranking_is_a_weak_constraint() {
        let field = fixtures::ranks(&["a", "b", "c"], 3, false);
        let Zone::Rank(zone) = &field.zone else {
            panic!("a rank zone")
        };
        // 1 + 3 + 6 + 6 rankings of 4^3 ways.
        assert!((pass_rate(zone) - 0.25).abs() < 1e-9);
    }
}
