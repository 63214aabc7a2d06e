//! Dust on the scanner's glass: the same line on one page after another.
//!
//! One page's line may be a fold or a long pen stroke; dust stays where it is while cards pass over it. So
//! an alarm is a line that stands at one place, within the slack of a feeder, on at least [`LEAST_PAGES`]
//! pages of a lot that follow each other closely: in a duplex scan each glass has every second page.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::restore::{Along, GlassStreak};
use crate::stats;
use crate::store::{LotId, LotRow, RunId, StreakedPage};

/// So many pages show it.
const LEAST_PAGES: usize = 5;
/// At most so many pages on, it is seen again: every second one, and one of them missed.
const REACH: u64 = 4;
/// Paper slides sideways in a feeder, and its edge is where the picture begins; mm.
const SLACK: f64 = 2.0;

/// A place of the glass that wants cleaning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GlassAlarm {
    pub lot: LotRow,
    pub along: Along,
    /// From the picture's left edge, or from its top: the median, in mm.
    pub at_mm: f64,
    /// How many pages show it, the first and the last of them.
    pub pages: u64,
    pub first: PageName,
    pub last: PageName,
    #[serde(skip)]
    pub(super) last_run: RunId,
}

/// A page as people find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageName {
    pub file: String,
    pub page: u32,
}

/// `pages` stand lot by lot in the order in which they came.
pub(super) fn alarms(pages: &[StreakedPage], lots: &BTreeMap<LotId, LotRow>) -> Vec<GlassAlarm> {
    let of_lot = |of: &[StreakedPage]| {
        let lot = of.first().and_then(|page| lots.get(&page.lot));
        lot.map_or_else(Vec::new, |lot| in_lot(of, lot))
    };
    pages
        .chunk_by(|a, b| a.lot == b.lot)
        .flat_map(of_lot)
        .collect()
}

/// One line on pages that follow each other.
struct Track<'a> {
    seen: Vec<(&'a StreakedPage, GlassStreak)>,
}

impl Track<'_> {
    fn goes_on_at(&self, page: &StreakedPage, streak: &GlassStreak) -> bool {
        self.seen.last().is_some_and(|(last, before)| {
            page.place > last.place
                && page.place - last.place <= REACH
                && before.along == streak.along
                && (before.at_mm - streak.at_mm).abs() <= SLACK
        })
    }

    fn alarm(&self, lot: &LotRow) -> Option<GlassAlarm> {
        let ((first, streak), (last, _)) = (self.seen.first()?, self.seen.last()?);
        let name = |page: &StreakedPage| PageName {
            file: page.file.clone(),
            page: page.page,
        };
        (self.seen.len() >= LEAST_PAGES).then(|| GlassAlarm {
            lot: lot.clone(),
            along: streak.along,
            at_mm: stats::median(self.seen.iter().map(|(_, s)| s.at_mm)).unwrap_or(streak.at_mm),
            pages: self.seen.len() as u64,
            first: name(first),
            last: name(last),
            last_run: self
                .seen
                .iter()
                .map(|(page, _)| page.run)
                .max()
                .unwrap_or(last.run),
        })
    }
}

fn in_lot(pages: &[StreakedPage], lot: &LotRow) -> Vec<GlassAlarm> {
    let mut tracks: Vec<Track<'_>> = Vec::new();
    for page in pages {
        for streak in &page.streaks {
            let nearest = tracks
                .iter_mut()
                .filter(|track| track.goes_on_at(page, streak))
                .min_by(|a, b| {
                    let off = |track: &Track<'_>| {
                        let last = track.seen.last().map_or(0.0, |(_, s)| s.at_mm);
                        (last - streak.at_mm).abs()
                    };
                    off(a).total_cmp(&off(b))
                });
            match nearest {
                Some(track) => track.seen.push((page, *streak)),
                None => tracks.push(Track {
                    seen: vec![(page, *streak)],
                }),
            }
        }
    }
    tracks.iter().filter_map(|track| track.alarm(lot)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Day;

    fn lot() -> LotRow {
        LotRow {
            id: LotId(7),
            received: "2026-11-01".parse::<Day>().expect("a day"),
            folder: "in".into(),
            header: None,
            last_run: None,
        }
    }

    /// Pages of one lot: their places, and where lines run down them.
    fn said(pages: &[(u64, &[f64])]) -> Vec<(u64, i64)> {
        let page = |(place, at): &(u64, &[f64])| StreakedPage {
            lot: LotId(7),
            place: *place,
            file: format!("{place}.tif"),
            page: 0,
            streaks: at
                .iter()
                .map(|at_mm| GlassStreak {
                    along: Along::Columns,
                    at_mm: *at_mm,
                })
                .collect(),
            run: RunId(1),
        };
        let pages: Vec<StreakedPage> = pages.iter().map(page).collect();
        let lots = BTreeMap::from([(LotId(7), lot())]);
        alarms(&pages, &lots)
            .iter()
            .map(|a| (a.pages, a.at_mm.round() as i64))
            .collect()
    }

    #[test]
    fn five_pages_in_a_row_are_dust_and_four_are_not() {
        let at: &[f64] = &[57.0];
        let five: Vec<(u64, &[f64])> = (1..=5).map(|place| (place, at)).collect();
        assert_eq!(said(&five), [(5, 57)]);
        assert_eq!(said(&five[..4]), []);
        // The feeder lets paper slide.
        assert_eq!(
            said(&[
                (1, &[57.0]),
                (2, &[58.5]),
                (3, &[56.8]),
                (4, &[57.1]),
                (5, &[58.0])
            ]),
            [(5, 57)]
        );
    }

    #[test]
    fn folds_at_changing_places_and_far_apart_are_not_dust() {
        let folds: Vec<[f64; 1]> = (0..9).map(|k| [f64::from(k) * 9.0]).collect();
        let pages: Vec<(u64, &[f64])> = (1..).zip(folds.iter().map(|f| &f[..])).collect();
        assert_eq!(said(&pages), []);
        let at: &[f64] = &[57.0];
        let rare: Vec<(u64, &[f64])> = (1..9).map(|k| (10 * k, at)).collect();
        assert_eq!(said(&rare), []);
    }

    #[test]
    fn each_glass_of_a_duplex_scan_is_said_once() {
        let (front, back): (&[f64], &[f64]) = (&[20.0], &[80.0]);
        let pages: Vec<(u64, &[f64])> = (1..=12)
            .map(|place| (place, if place % 2 == 1 { front } else { back }))
            .collect();
        assert_eq!(said(&pages), [(6, 20), (6, 80)]);
        let both: &[f64] = &[20.0, 80.0];
        let pages: Vec<(u64, &[f64])> = (1..=5).map(|place| (place, both)).collect();
        assert_eq!(said(&pages), [(5, 20), (5, 80)]);
    }

    #[test]
    fn a_line_across_is_another_than_one_down() {
        let at = |along, place| StreakedPage {
            lot: LotId(7),
            place,
            file: "a.tif".into(),
            page: place as u32,
            streaks: vec![GlassStreak { along, at_mm: 30.0 }],
            run: RunId(2),
        };
        let way = |place: u64| [Along::Columns, Along::Rows][usize::from(place > 4)];
        let pages: Vec<StreakedPage> = (1..=9).map(|place| at(way(place), place)).collect();
        let found = alarms(&pages, &BTreeMap::from([(LotId(7), lot())]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].along, found[0].pages), (Along::Rows, 5));
        assert_eq!((found[0].first.page, found[0].last.page), (5, 9));
    }
}
