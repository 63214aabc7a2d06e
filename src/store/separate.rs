//! A picture of several cards, separated: each card is a page of its own, which the journey reads and
//! people answer as any other. The picture stays as it is, under all of them.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde_json::json;

use super::ask::{current_outcome, insert_question};
use super::questions::add_decision_as;
use super::record::{NewPage, Recorded};
use super::repair::{claim, finish, json as json_column, keep_hints};
use super::rows::Kept;
use super::{
    Act, Answer, Fault, NewDecision, Original, OutcomeId, PageId, QuestionId, Repaired, Run, RunId,
    RunInfo, Store, StoreError, Subject, audit,
};
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::pipeline::{Hints, PageOutcome};
use crate::scan::{Origin, Region};

/// The remark of the decisions that take parts out of the answers again.
const REJOINED: &str = "rejoined";

/// One card of several, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct NewPart<'a> {
    /// Of the picture in the file.
    pub region: Region,
    pub pixels: &'a Digest,
    pub outcome: &'a PageOutcome,
    pub hints: &'a Hints,
}

/// A part that is read again, where it lies.
#[derive(Clone, Debug)]
pub struct PartToRead {
    pub page: PageId,
    pub region: Region,
    pub hints: Hints,
}

impl Store {
    /// Makes a page of every part, as a person's answer to `question`: leases as in
    /// [`Store::repair_page`]. The page itself asks nothing any more and counts as separated.
    pub fn separate_page(
        &mut self,
        info: &RunInfo,
        (question, lease): (QuestionId, Option<&str>),
        (original, parts): (&Original, &[NewPart<'_>]),
    ) -> Result<Repaired<Vec<PageId>>, StoreError> {
        let albums = parts.iter().map(|part| self.put_album(part.outcome));
        let albums: Vec<Kept> = albums.collect::<Result<_, _>>()?;
        let run = self.begin_run(info.clone());
        self.write(|tx| {
            if let Some(refused) = claim(tx, question, lease)? {
                return Ok(refused);
            }
            let row = run.row(tx)?;
            close(tx, (original.page, row), parts.len())?;
            let mut pages = Vec::new();
            for (part, kept) in parts.iter().zip(&albums) {
                pages.push(add_part(tx, (row, info), original, (part, kept))?);
            }
            finish(tx, row, info)?;
            let named: Vec<String> = pages.iter().map(ToString::to_string).collect();
            let subject = format!("page {} into {}", original.page, named.join(" "));
            audit::note(tx, &run.act(), "page.separate", &subject)?;
            Ok(Repaired::Done(pages))
        })
    }

    /// Takes a separation back: its parts count no more, and the page waits as before. Only while
    /// nobody but `info.who` said anything of the parts.
    pub fn rejoin_page(
        &mut self,
        info: &RunInfo,
        page: PageId,
    ) -> Result<Repaired<QuestionId>, StoreError> {
        let run = self.begin_run(info.clone());
        self.write(|tx| {
            let parts = parts_now(tx, page)?;
            if parts.is_empty() || is_used(tx, &parts, &info.who)? {
                return Ok(Repaired::Meanwhile);
            }
            let row = run.row(tx)?;
            for part in parts {
                set_aside(tx, part, &run.act())?;
            }
            tx.execute("UPDATE outcomes SET current = 0 WHERE page_id = ?1", [page])?;
            tx.prepare_cached(include_str!("sql/rejoin_outcome.sql"))?
                .execute(named_params! { ":page": page, ":run": row })?;
            let outcome = current_outcome(tx, page)?;
            let why = Doubt::new(Reason::ManualHold);
            insert_question(tx, (page, outcome), &Subject::Page, &[why])?;
            let question = QuestionId(tx.last_insert_rowid());
            finish(tx, row, info)?;
            audit::note(tx, &run.act(), "page.rejoin", &format!("page {page}"))?;
            Ok(Repaired::Done(question))
        })
    }

    /// The parts that a page is separated into; none where it is not.
    pub fn parts_of(&self, page: PageId) -> Result<Vec<PageId>, StoreError> {
        self.read(|db| parts_now(db, page))
    }

    /// Who separated the page, where it is.
    pub fn separated_by(&self, page: PageId) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT r.who FROM outcomes o JOIN runs r ON r.id = o.run_id
                 WHERE o.page_id = ?1 AND o.current = 1 AND o.parts IS NOT NULL",
            )?;
            Ok(one.query_row([page], |r| r.get(0)).optional()?)
        })
    }

    /// What is to be read at the place of a page that was separated; empty where it was not.
    pub fn parts_at(&self, origin: &Origin) -> Result<Vec<PartToRead>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/parts_to_read.sql"))?;
            let file = (origin.file_sha256.to_string(), &origin.file, origin.page);
            let rows = all.query_map(file, PartToRead::from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Puts another reading of a part beside the old one.
    pub fn reread_part(
        &mut self,
        run: &mut Run,
        (page, origin): (PageId, &Origin),
        (pixels, outcome): (&Digest, &PageOutcome),
    ) -> Result<Recorded, StoreError> {
        let info = run.info().clone();
        let kept = self.put_album(outcome)?;
        let again = NewPage {
            origin,
            pixels,
            outcome,
            info: &info,
        };
        let recorded = Recorded::Reread(page);
        let row = self.write(|tx| {
            let row = run.row(tx)?;
            tx.execute("UPDATE outcomes SET current = 0 WHERE page_id = ?1", [page])?;
            again.add_journey(tx, (row, recorded), &kept)?;
            Ok(row)
        })?;
        run.keep(Some(row));
        Ok(recorded)
    }
}

impl PartToRead {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let whole = || rusqlite::Error::InvalidQuery;
        Ok(Self {
            page: row.get("id")?,
            region: json_column(row, "region")?.ok_or_else(whole)?,
            hints: json_column(row, "hints")?.unwrap_or_default(),
        })
    }
}

/// The page asks nothing any more; its journey so far stays in the books.
fn close(tx: &Connection, (page, run): (PageId, RunId), parts: usize) -> Result<(), Fault> {
    let old = current_outcome(tx, page)?;
    tx.execute("UPDATE outcomes SET current = 0 WHERE id = ?1", [old])?;
    tx.prepare_cached(include_str!("sql/separate_outcome.sql"))?
        .execute(named_params! { ":outcome": old, ":run": run, ":parts": parts as i64 })?;
    tx.execute(
        "UPDATE questions SET state = 'superseded' WHERE page_id = ?1 AND state = 'open'",
        [page],
    )?;
    Ok(())
}

fn add_part(
    tx: &Connection,
    (run, info): (RunId, &RunInfo),
    original: &Original,
    (part, kept): (&NewPart<'_>, &Kept),
) -> Result<PageId, Fault> {
    tx.prepare_cached(include_str!("sql/insert_part.sql"))?
        .execute(named_params! {
            ":page": original.page, ":region": json!(part.region).to_string(),
            ":pixels": part.pixels.to_string(),
        })?;
    let page = PageId(tx.last_insert_rowid());
    let new = NewPage {
        origin: &original.origin,
        pixels: part.pixels,
        outcome: part.outcome,
        info,
    };
    let outcome: OutcomeId = new.add_journey(tx, (run, Recorded::New(page)), kept)?;
    keep_hints(tx, outcome, part.hints)?;
    Ok(page)
}

fn parts_now(db: &Connection, page: PageId) -> Result<Vec<PageId>, Fault> {
    let mut all = db.prepare_cached(include_str!("sql/parts_now.sql"))?;
    let rows = all.query_map([page], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a part was separated itself, or somebody else spoke about one.
fn is_used(db: &Connection, parts: &[PageId], who: &str) -> Result<bool, Fault> {
    let mut one = db.prepare_cached(
        "SELECT 1 FROM decisions WHERE page_id = ?1 AND who <> ?2
         UNION ALL SELECT 1 FROM entries e JOIN questions q ON q.id = e.question_id
         WHERE q.page_id = ?1 AND e.who <> ?2
         UNION ALL SELECT 1 FROM outcomes
         WHERE page_id = ?1 AND current = 1 AND parts IS NOT NULL",
    )?;
    for part in parts {
        if one.exists((part, who))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The whole picture holds the card again.
fn set_aside(tx: &Connection, part: PageId, act: &Act) -> Result<(), Fault> {
    let word = NewDecision {
        page: part,
        subject: Subject::Page,
        answer: Answer::Duplicate,
        act: act.clone(),
        why: String::new(),
        raises: Vec::new(),
    };
    add_decision_as(tx, &word, REJOINED)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Books;
    use crate::store::fixtures::*;
    use crate::store::{
        Bucket, Desk, PageRow, Purpose, QuestionFilter, QuestionState, Term, Wanted,
    };

    fn info(who: &str) -> RunInfo {
        RunInfo {
            program: "hagaki 0".into(),
            who: who.into(),
            at: at(NOON),
            received: "2024-05-01".parse().unwrap(),
            purpose: Purpose::Reread,
        }
    }

    fn half(left: bool) -> Region {
        let from = if left { 0.0 } else { 0.5 };
        Region::new([from, 0.0], [from + 0.5, 1.0]).unwrap()
    }

    fn separate(
        store: &mut Store,
        (page, question, lease): (i64, i64, Option<&str>),
        outcomes: &[PageOutcome; 2],
    ) -> Repaired<Vec<PageId>> {
        let original = store.original(PageId(page)).unwrap().unwrap();
        let pixels = [Digest::of(b"left"), Digest::of(b"right")];
        let hints = Hints::default();
        let parts = [0, 1].map(|at| NewPart {
            region: half(at == 0),
            pixels: &pixels[at],
            outcome: &outcomes[at],
            hints: &hints,
        });
        let by = (QuestionId(question), lease);
        store
            .separate_page(&info("sato"), by, (&original, &parts))
            .unwrap()
    }

    fn rejecting() -> (tempfile::TempDir, Store) {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[rejected(Reason::UnknownForm)]);
        (dir, store)
    }

    fn pages(store: &Store) -> Vec<(String, Bucket)> {
        let all = store.pages().unwrap().into_iter();
        all.map(|PageRow { file, bucket, .. }| (file, bucket))
            .collect()
    }

    fn balanced(store: &Store) {
        assert_eq!(Books::of(store).unwrap().balances(), Ok(()));
        assert_eq!(store.audit_break().unwrap(), None);
    }

    fn two_cards() -> [PageOutcome; 2] {
        let phone = [("wish", "yes"), ("phone", "?0773")];
        [card("1", &phone), rejected(Reason::RegResidual)]
    }

    #[test]
    fn every_part_is_a_page_of_its_own_in_one_bucket() {
        let (_dir, mut store) = rejecting();
        let done = separate(&mut store, (1, 1, None), &two_cards());
        assert_eq!(done, Repaired::Done(vec![PageId(2), PageId(3)]));
        let wanted = [
            ("a".to_owned(), Bucket::Separated),
            ("a#1".to_owned(), Bucket::Review),
            ("a#2".to_owned(), Bucket::Rejected),
        ];
        assert_eq!(pages(&store), wanted);
        let old = store.question(QuestionId(1)).unwrap();
        assert_eq!(old.state, QuestionState::Superseded);
        let asked = store.questions(&QuestionFilter::default()).unwrap();
        let asked: Vec<_> = asked.iter().map(|q| (q.page_id, q.reason)).collect();
        assert_eq!(
            asked,
            [
                (PageId(2), Reason::MultiMark),
                (PageId(3), Reason::RegResidual)
            ]
        );
        // The whole is read again by nobody, the parts where they lie, on the whole's day.
        assert!(store.original(PageId(1)).unwrap().is_none());
        let part = store.original(PageId(3)).unwrap().unwrap();
        assert_eq!((part.region, part.origin.page), (Some(half(false)), 0));
        assert_eq!(part.received, "2024-05-01".parse().unwrap());
        let books = Books::of(&store).unwrap();
        assert_eq!(
            (books.files.pages_declared, books.files.parts_declared),
            (1, 2)
        );
        assert_eq!(books.difference, 0);
        assert!(
            books
                .table(crate::lang::Lang::En)
                .contains("cards out of them")
        );
        let said = store.audit().unwrap();
        let said = said.iter().find(|row| row.what == "page.separate").unwrap();
        assert_eq!(
            (said.who.as_str(), said.subject.as_str()),
            ("sato", "page 1 into 2 3")
        );
        balanced(&store);
        // The question is gone, and with it the right to do it again.
        assert!(store.question(QuestionId(1)).unwrap().state != QuestionState::Open);
    }

    #[test]
    fn a_part_that_was_lost_shows_in_the_books() {
        let (dir, mut store) = rejecting();
        separate(&mut store, (1, 1, None), &two_cards());
        let other = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
        other
            .execute_batch(
                "PRAGMA foreign_keys = OFF; DELETE FROM questions WHERE page_id = 3;
                 DELETE FROM outcomes WHERE page_id = 3; DELETE FROM pages WHERE id = 3",
            )
            .unwrap();
        let books = Books::of(&store).unwrap();
        assert_eq!(books.difference, 1);
        assert!(books.balances().is_err());
    }

    #[test]
    fn a_lease_separates_once() {
        let (_dir, mut store) = rejecting();
        let desk = Desk {
            id: "1".repeat(32),
            who: "sato".into(),
        };
        let term = Term {
            now: at(NOON),
            until: at("2024-05-01T12:05:00Z"),
        };
        let token = "2".repeat(32);
        store
            .lease_next((&desk, &token), &Wanted::default(), &term)
            .unwrap()
            .unwrap();
        let unknown = "3".repeat(32);
        let original = store.original(PageId(1)).unwrap().unwrap();
        let taken = separate(&mut store, (1, 1, Some(&unknown)), &two_cards());
        assert_eq!(taken, Repaired::TakenBack);
        let done = separate(&mut store, (1, 1, Some(&token)), &two_cards());
        assert!(matches!(done, Repaired::Done(_)));
        let info = info("sato");
        let again = store.separate_page(&info, (QuestionId(1), Some(&token)), (&original, &[]));
        assert_eq!(again.unwrap(), Repaired::TakenBack);
        let again = store.separate_page(&info, (QuestionId(1), None), (&original, &[]));
        assert_eq!(again.unwrap(), Repaired::Meanwhile);
        assert_eq!(pages(&store).len(), 3);
        balanced(&store);
    }

    #[test]
    fn a_separation_is_taken_back_while_nobody_else_spoke_of_its_parts() {
        let (_dir, mut store) = rejecting();
        separate(&mut store, (1, 1, None), &two_cards());
        let Repaired::Done(question) = store.rejoin_page(&info("sato"), PageId(1)).unwrap() else {
            panic!("not taken back");
        };
        let wanted = [Bucket::Rejected, Bucket::SetAside, Bucket::SetAside];
        let buckets: Vec<Bucket> = pages(&store).into_iter().map(|(_, b)| b).collect();
        assert_eq!(buckets, wanted);
        let asked = store.questions(&QuestionFilter::default()).unwrap();
        assert_eq!((asked.len(), asked[0].id), (1, question));
        balanced(&store);
        let again = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
        assert_eq!(again, Repaired::Meanwhile);
        // Separated once more, the new parts are counted on; a word of another keeps them.
        let cards = [card("1", &[("wish", "?yes")]), card("2", &[("wish", "no")])];
        separate(&mut store, (1, question.0, None), &cards);
        assert_eq!(pages(&store)[3].0, "a#3");
        let no = NewDecision {
            act: act("tanaka"),
            ..says(PageId(4), "wish", Answer::Value("no".into()))
        };
        store.decide(&[no]).unwrap();
        let kept = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
        assert_eq!(kept, Repaired::Meanwhile);
        assert_eq!(store.page(PageId(4)).unwrap().bucket, Bucket::Read);
        balanced(&store);
    }

    #[test]
    fn a_part_is_separated_again_and_read_again_where_it_lies() {
        let (_dir, mut store) = rejecting();
        let both = [rejected(Reason::UnknownForm), card("1", &[("wish", "yes")])];
        separate(&mut store, (1, 1, None), &both);
        let cards = [card("2", &[("wish", "yes")]), card("3", &[("wish", "no")])];
        let done = separate(&mut store, (2, 2, None), &cards);
        assert_eq!(done, Repaired::Done(vec![PageId(4), PageId(5)]));
        assert_eq!(store.page(PageId(5)).unwrap().file, "a#4");
        balanced(&store);
        let parts = store.parts_at(&origin("a", 0)).unwrap();
        let parts: Vec<PageId> = parts.iter().map(|part| part.page).collect();
        assert_eq!(parts, [3, 4, 5].map(PageId));
        assert!(store.parts_at(&origin("b", 0)).unwrap().is_empty());
        let mut run = begin(&store, true);
        let (pixels, read) = (Digest::of(b"p"), card("1", &[("wish", "no")]));
        let place = origin("a", 0);
        store
            .reread_part(&mut run, (PageId(3), &place), (&pixels, &read))
            .unwrap();
        let answers = store.answers(PageId(3)).unwrap();
        assert_eq!(answers[0].value.as_deref(), Some("no"));
        assert_eq!(store.readings(PageId(3)).unwrap().len(), 2);
        balanced(&store);
        // A part that was separated keeps the whole from being put together again.
        let whole = store.rejoin_page(&info("sato"), PageId(1)).unwrap();
        assert_eq!(whole, Repaired::Meanwhile);
    }
}
