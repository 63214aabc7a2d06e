//! What waits, and who did how much, for the people at work.

use rusqlite::named_params;
use serde::Serialize;

use super::{Store, StoreError, UNDO};
use crate::calendar::Day;

/// Open questions of one form, field and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingRow {
    /// `None` for pages that were not read.
    pub form: Option<String>,
    /// Empty for the key and the page.
    pub field: String,
    /// `field`, `key` or `page`.
    pub kind: String,
    pub reason: String,
    pub waiting: u32,
    /// Of these, put on hold by a person.
    pub held: u32,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonRow {
    pub who: String,
    pub today: u32,
    pub all: u32,
    /// Between two of today's decisions of his, pauses left out; `None` with fewer than two.
    pub seconds: Option<f64>,
}

/// A longer gap between two decisions is a pause, not work on a question: a doubtful number takes
/// five seconds, a name that must be looked up a minute.
const PAUSE_SECONDS: i64 = 120;

impl Store {
    /// Open questions, in the order of forms and fields.
    pub fn waiting_rows(&self) -> Result<Vec<WaitingRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/waiting_rows.sql"))?;
            let rows = all.query_map(named_params! { ":undo": UNDO }, |r| {
                Ok(WaitingRow {
                    form: r.get("form")?,
                    field: r.get("field")?,
                    kind: r.get("kind")?,
                    reason: r.get("reason")?,
                    waiting: r.get("waiting")?,
                    held: r.get("held")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// People by what they decided; `today` is a day in Japan.
    pub fn person_rows(&self, today: Day) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/person_rows.sql"))?;
            let rows = all.query_map(
                named_params! {
                    ":undo": UNDO, ":today": today.to_string(), ":pause": PAUSE_SECONDS,
                },
                |r| {
                    Ok(PersonRow {
                        who: r.get("who")?,
                        today: r.get("today")?,
                        all: r.get("all_days")?,
                        seconds: r.get("seconds")?,
                    })
                },
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Decisions in each hour of a day in Japan.
    pub fn decisions_by_hour(&self, today: Day) -> Result<[u32; 24], StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT CAST(strftime('%H', at, '+9 hours') AS INTEGER), count(*)
                 FROM (SELECT at FROM decisions WHERE why NOT IN (?2, 'agreed')
                       UNION ALL SELECT at FROM entries WHERE answer <> 'withdrawn')
                 WHERE date(at, '+9 hours') = ?1 GROUP BY 1",
            )?;
            let rows = all.query_map((today.to_string(), UNDO), |r| {
                Ok((r.get::<_, u8>(0)?, r.get::<_, u32>(1)?))
            })?;
            let mut hours = [0; 24];
            for row in rows {
                let (hour, count) = row?;
                if let Some(slot) = hours.get_mut(usize::from(hour)) {
                    *slot = count;
                }
            }
            Ok(hours)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::fixtures::*;
    use crate::store::{Act, Answer, NewDecision, UNDO};

    #[test]
    fn people_are_counted_by_day_and_pauses_are_no_work() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let cards: Vec<_> = (0..6)
            .map(|n| card(&n.to_string(), &[("wish", "?yes")]))
            .collect();
        let pages = record_all(&mut store, &mut run, "a", &cards);
        let mut say = |n: usize, who: &str, time: &str, why: &str| {
            let decision = NewDecision {
                act: Act {
                    who: who.into(),
                    at: at(time),
                },
                why: why.into(),
                ..says(pages[n].page(), "wish", Answer::Blank)
            };
            store.decide(&[decision]).unwrap();
        };
        // Midnight in Japan is three in the afternoon in UTC.
        say(0, "sato", "2024-05-01T14:59:59Z", "");
        say(1, "sato", "2024-05-01T15:00:00Z", "");
        say(2, "sato", "2024-05-01T15:00:04Z", "");
        say(2, "sato", "2024-05-01T15:00:06Z", UNDO);
        say(3, "sato", "2024-05-01T15:00:10Z", "");
        say(4, "sato", "2024-05-01T16:30:00Z", "");
        say(5, "tanaka", "2024-05-02T01:00:00Z", "");
        let today = "2024-05-02".parse().unwrap();
        let rows = store.person_rows(today).unwrap();
        assert_eq!(
            (rows[0].who.as_str(), rows[0].today, rows[0].all),
            ("sato", 4, 5)
        );
        assert_eq!(rows[0].seconds, Some(5.0));
        assert_eq!((rows[1].who.as_str(), rows[1].seconds), ("tanaka", None));
        let hours = store.decisions_by_hour(today).unwrap();
        assert_eq!((hours[0], hours[1], hours[10]), (3, 1, 1));
        assert_eq!(hours.iter().sum::<u32>(), 5);
    }

    #[test]
    fn what_waits_is_counted_by_field_and_reason() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let cards = [
            card("1", &[("wish", "?yes"), ("age", "?")]),
            card("2", &[("wish", "?no"), ("age", "7")]),
            rejected(crate::doubt::Reason::UnknownForm),
        ];
        let pages = record_all(&mut store, &mut run, "a", &cards);
        store
            .decide(&[says(pages[0].page(), "wish", Answer::Hold)])
            .unwrap();
        let rows = store.waiting_rows().unwrap();
        let seen: Vec<(&str, &str, u32, u32)> = rows
            .iter()
            .map(|r| (r.field.as_str(), r.reason.as_str(), r.waiting, r.held))
            .collect();
        assert_eq!(
            seen,
            [
                ("wish", "MULTI_MARK", 2, 1),
                ("age", "MULTI_MARK", 1, 0),
                ("", "UNKNOWN_FORM", 1, 0),
            ]
        );
        assert_eq!(rows[2].form, None);
    }
}
