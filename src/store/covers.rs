//! Fields that may hold a My Number, and who looked at which.
//!
//! Such a field is covered: whoever asks for its question gets neither its picture nor what was read, until he
//! uncovers it. That is for one person at a time, because the law asks who has seen a My Number: what one person
//! uncovered stays covered for the next, who may answer without looking. It is for a field of a page and not
//! for a question, because a page that is read again asks anew about the paper that he has seen already.
//! It outlives his answer: else whoever answers blindly and goes back would look unrecorded.

use rusqlite::{Row, named_params};

use super::original::json;
use super::{Act, OutcomeId, PageId, QuestionId, Store, StoreError, audit};
use crate::geom::{Mm, Rect};
use crate::register::Place;

/// Which part of a side a kept picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shows {
    /// The whole page.
    Page,
    /// A field, without the margin round it; `None` in readings made before that was kept.
    Field(Option<Rect<Mm>>),
}

impl Shows {
    /// What the row's picture shows: its `area` where it has a crop of its own.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let crop: Option<String> = row.get("crop_sha256")?;
        Ok(match crop {
            Some(_) => Self::Field(area(row)?),
            None => Self::Page,
        })
    }
}

/// What is covered on a page, for somebody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Covers {
    /// Where the side lies on the page's own picture; `None` in readings made before that was kept.
    pub place: Option<Place>,
    /// The picture was made by another journey than the one that read the fields, and may lie otherwise.
    pub elsewhere: bool,
    /// One a field; `None` as for [`Shows::Field`].
    pub areas: Vec<Option<Rect<Mm>>>,
}

impl Covers {
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }
}

impl Store {
    /// What stays covered on pictures of that journey for that person; for `None` all that ever was.
    pub fn covers(&self, outcome: OutcomeId, who: Option<&str>) -> Result<Covers, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/covers.sql"))?;
            let mut rows = all.query(named_params! { ":outcome": outcome, ":who": who })?;
            let mut covers = Covers::default();
            while let Some(row) = rows.next()? {
                covers.place = json(row, "place")?;
                covers.elsewhere = !row.get::<_, bool>("own")?;
                covers.areas.push(area(row)?);
            }
            Ok(covers)
        })
    }

    /// The fields of a page, as it was read last, that may hold a My Number, whoever looked at them.
    pub fn suspects(&self, page: PageId) -> Result<Vec<String>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT s.field FROM mynumber_suspect s JOIN outcomes o ON o.id = s.outcome_id
                 WHERE o.page_id = ?1 AND o.current = 1",
            )?;
            let rows = all.query_map([page], |r| r.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Uncovers the question's field for that person, and notes it; nothing where it is not covered for him.
    pub fn uncover(&mut self, act: &Act, question: QuestionId) -> Result<(), StoreError> {
        if !self.question_for(question, &act.who)?.covered {
            return Ok(());
        }
        self.write(|tx| {
            let (page, field): (PageId, String) = tx
                .prepare_cached("SELECT page_id, field FROM questions WHERE id = ?1")?
                .query_row([question], |r| Ok((r.get(0)?, r.get(1)?)))?;
            let new = tx
                .prepare_cached(
                    "INSERT INTO uncoverings (page_id, field, who, at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute((page, &field, &act.who, &act.at))?;
            if new == 1 {
                let what = format!("question {question} page {page} field {field}");
                audit::note(tx, act, "review.uncover", &what)?;
            }
            Ok(())
        })
    }
}

/// The rectangle in the column `area`.
fn area(row: &Row<'_>) -> rusqlite::Result<Option<Rect<Mm>>> {
    let four: Option<[f64; 4]> = json(row, "area")?;
    Ok(four.map(|[x, y, w, h]| Rect::new(x, y, w, h)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubt::Reason;
    use crate::store::fixtures::*;
    use crate::store::{QuestionFilter, Store};

    const NUMBER: &str = "983205673214";

    fn recorded(store: &mut Store) -> PageId {
        let mut run = begin(store, false);
        record_all(store, &mut run, "a", &[suspect("1", NUMBER)])[0].page()
    }

    #[test]
    fn a_question_that_may_hold_a_my_number_says_nothing_until_it_is_uncovered() {
        let (_dir, mut store) = store();
        let page = recorded(&mut store);
        let all = store.questions(&QuestionFilter::default()).unwrap();
        let (phone, memo) = (&all[0], &all[1]);
        assert_eq!((phone.covered, memo.covered), (true, false));
        assert!(!format!("{phone:?}").contains(NUMBER), "{phone:?}");
        let codes: Vec<Reason> = phone.doubts.iter().map(|d| d.reason).collect();
        assert_eq!(codes, [Reason::Disagree, Reason::MynumberSuspect]);
        assert_eq!(store.suspects(page).unwrap(), ["phone"]);

        store.uncover(&act("sato"), phone.id).unwrap();
        store.uncover(&act("sato"), phone.id).unwrap();
        store.uncover(&act("sato"), memo.id).unwrap();
        let seen = store.question_for(phone.id, "sato").unwrap();
        assert_eq!(seen.proposal.as_deref(), Some(NUMBER));
        assert!(seen.picture.is_some() && !seen.covered);
        assert!(store.question_for(phone.id, "suzuki").unwrap().covered);
        assert!(store.question(phone.id).unwrap().covered);
        let told = store.audit().unwrap().into_iter();
        let told: Vec<_> = told.filter(|r| r.what == "review.uncover").collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            told[0].subject,
            format!("question {} page {page} field phone", phone.id)
        );
    }

    #[test]
    fn a_page_is_covered_as_it_was_read_last_and_elsewhere_where_another_journey_made_its_picture()
    {
        let (_dir, mut store) = store();
        let page = recorded(&mut store);
        let now = |store: &Store| {
            let outcome = store.page(page).unwrap().outcome;
            store.covers(outcome, None).unwrap()
        };
        let covers = now(&store);
        let [x, y, w, h] = SUSPECT_AREA;
        assert_eq!(covers.areas, [Some(Rect::new(x, y, w, h))]);
        assert_eq!(
            (covers.elsewhere, covers.place.map(|p| p.width_mm)),
            (false, Some(100.0))
        );
        let mut run = begin(&store, true);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::RegResidual)]);
        assert_eq!((now(&store).elsewhere, now(&store).areas.len()), (true, 1));
        let mut run = begin(&store, true);
        record_all(&mut store, &mut run, "a", &[card("1", &[("phone", "?12")])]);
        assert!(now(&store).is_empty());
    }

    #[test]
    fn what_may_be_a_my_number_is_never_among_many_alike() {
        use crate::store::{Desk, Group, Term};

        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let pages = [suspect("1", NUMBER), card("2", &[("phone", "?0773123456")])];
        record_all(&mut store, &mut run, "a", &pages);
        let fields = store.group_fields().unwrap();
        let phone = fields.iter().find(|f| f.field == "phone").unwrap();
        assert_eq!((phone.waiting, phone.groupable, phone.kinds), (2, 1, 1));
        let desk: Desk = sato();
        let term = Term {
            now: at(NOON),
            until: at("2024-05-01T12:05:00Z"),
        };
        let group = Group {
            form: "wish".into(),
            field: "phone".into(),
            but: Vec::new(),
        };
        let tokens = ["3".repeat(32), "4".repeat(32)];
        let given = store.lease_group((&desk, &tokens), &group, &term).unwrap();
        assert_eq!(given.len(), 1);
        let row = store.question(given[0].0).unwrap();
        assert_eq!(row.proposal.as_deref(), Some("0773123456"));
    }
}
