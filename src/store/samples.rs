//! Random checks of what the machine accepted: the draw, its questions, and what people made of it.
//!
//! Which fields are drawn follows from the seed alone: each candidate gets the SHA-256 of seed and
//! reading as its ticket, and the smallest tickets are drawn, in their order (as election audits
//! do: Rivest, Consistent sampling with replacement, 2018). Anybody can draw again with any SHA-256
//! and see the same fields; adding candidates never changes the order of the others. As the
//! questions stand in the drawn order, those that are answered are at any moment a random sample.
//!
//! A drawn field is asked as under the policy `double`: the machine's word is the first, and whoever
//! answers does not see it. Where they differ, a third word decides ([`super::entries`]). So a wrong
//! field is put right by the decision itself, and everything stands in the audit chain. Where a check
//! found an error, all that it was drawn from can be sent to people.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;

use super::ask::insert_question;
use super::entries::speak_all;
use super::{
    Act, Answer, Fault, LotId, NewDecision, OutcomeId, PageId, QuestionId, ReadingId, SampleId,
    Store, StoreError, Subject, UNDO, audit,
};
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::form::{FieldId, Policy};

/// Which accepted fields; every part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub form: Option<String>,
    pub field: Option<String>,
    pub lot: Option<LotId>,
}

/// A draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SampleRow {
    pub id: SampleId,
    pub at: String,
    pub who: String,
    pub seed: i64,
    /// What it was drawn from; `None` is all.
    pub form: Option<String>,
    pub field: Option<String>,
    pub lot: Option<LotId>,
    /// Accepted fields then.
    pub population: u64,
    pub size: u64,
}

/// What people made of a drawn field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nobody said anything yet.
    Open,
    /// A person reads it otherwise than the machine, and nobody has decided between them.
    Differs,
    Right,
    Wrong,
    /// The machine vouched for what nobody can read: an error as well.
    Illegible,
    /// Its page counts no more.
    Withdrawn,
}

/// A drawn field. Holds no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampledField {
    pub reading: ReadingId,
    pub page: PageId,
    pub form: String,
    pub edition: u32,
    pub field: String,
    pub engine: String,
    /// When it was drawn.
    pub confidence: f64,
    /// The open question about it.
    pub question: Option<QuestionId>,
    pub finding: Finding,
}

impl Store {
    /// How many accepted fields there are that nobody looked at.
    pub fn accepted_fields(&self, scope: &Scope) -> Result<u64, StoreError> {
        self.read(|db| Ok(candidates(db, scope, None)?.len() as u64))
    }

    /// Draws fields and asks about them. `size` says how many, of how many there are. `None` where
    /// nothing is left to draw.
    pub fn draw_sample(
        &mut self,
        act: &Act,
        (scope, seed): (&Scope, Option<i64>),
        size: impl FnOnce(u64) -> u64,
    ) -> Result<Option<SampleRow>, StoreError> {
        self.write(|tx| {
            let mut all = candidates(tx, scope, None)?;
            let population = all.len() as u64;
            let size = size(population).clamp(u64::from(population > 0), population);
            if size == 0 {
                return Ok(None);
            }
            let number: i64 =
                tx.query_row("SELECT coalesce(max(id), 0) + 1 FROM samples", [], |r| {
                    r.get(0)
                })?;
            let row = SampleRow {
                id: SampleId(number),
                at: act.at.to_string(),
                who: act.who.clone(),
                seed: seed.unwrap_or(number),
                form: scope.form.clone(),
                field: scope.field.clone(),
                lot: scope.lot,
                population,
                size,
            };
            all.sort_by_cached_key(|candidate| ticket(row.seed, candidate.reading));
            all.truncate(size as usize);
            keep(tx, act, &row, &all)?;
            Ok(Some(row))
        })
    }

    /// Sends what nobody looked at of the fields that a sample was drawn from to people; how many there
    /// are. They are asked openly: the machine's reading is what is to be confirmed.
    ///
    /// # Errors
    /// When there is no such sample.
    pub fn return_sample(&mut self, act: &Act, id: SampleId) -> Result<u64, StoreError> {
        self.write(|tx| {
            let row = tx
                .prepare_cached("SELECT * FROM samples WHERE id = ?1")?
                .query_row([id], SampleRow::from_row)
                .optional()?;
            let row = row.ok_or_else(|| StoreError::NoSuch {
                what: "sample",
                id: id.to_string(),
            })?;
            let scope = Scope {
                form: row.form,
                field: row.field,
                lot: row.lot,
            };
            let words: Vec<NewDecision> = candidates(tx, &scope, Some(&row.at))?
                .into_iter()
                .map(|candidate| NewDecision {
                    page: candidate.page,
                    subject: Subject::Field(candidate.field),
                    answer: Answer::Hold,
                    act: act.clone(),
                    why: UNDO.to_owned(),
                    raises: Vec::new(),
                })
                .collect();
            speak_all(tx, &words)?;
            let subject = format!("sample {id} returned {}", words.len());
            audit::note(tx, act, "sample.return", &subject)?;
            Ok(words.len() as u64)
        })
    }

    /// Every draw, oldest first.
    pub fn samples(&self) -> Result<Vec<SampleRow>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT * FROM samples ORDER BY id")?;
            let rows = all.query_map([], SampleRow::from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The fields of a draw, in the order of their tickets.
    pub fn sampled_fields(&self, id: SampleId) -> Result<Vec<SampledField>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/sampled_fields.sql"))?;
            let rows = all.query_map([id], SampledField::from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A field that may be drawn.
struct Candidate {
    reading: ReadingId,
    page: PageId,
    outcome: OutcomeId,
    field: FieldId,
}

/// `before`: only on pages that were read by then.
fn candidates(
    db: &Connection,
    scope: &Scope,
    before: Option<&str>,
) -> Result<Vec<Candidate>, Fault> {
    let mut all = db.prepare_cached(include_str!("sql/accepted_fields.sql"))?;
    let rows = all.query_map(
        named_params! {
            ":form": scope.form, ":field": scope.field, ":lot": scope.lot, ":before": before,
        },
        |r| {
            Ok(Candidate {
                reading: r.get("reading_id")?,
                page: r.get("page_id")?,
                outcome: r.get("outcome_id")?,
                field: FieldId(r.get("field")?),
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The SHA-256 of `SEED,READING`.
fn ticket(seed: i64, reading: ReadingId) -> Digest {
    Digest::of(format!("{seed},{reading}").as_bytes())
}

fn keep(tx: &Connection, act: &Act, row: &SampleRow, drawn: &[Candidate]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO samples (id, at, who, seed, form, field, lot_id, population, size)
         VALUES (:id, :at, :who, :seed, :form, :field, :lot, :population, :size)",
        named_params! {
            ":id": row.id, ":at": row.at, ":who": row.who, ":seed": row.seed, ":form": row.form,
            ":field": row.field, ":lot": row.lot, ":population": row.population as i64,
            ":size": row.size as i64,
        },
    )?;
    let mut insert = tx.prepare_cached("INSERT INTO sample_fields VALUES (?1, ?2, ?3)")?;
    for (position, candidate) in (0_i64..).zip(drawn) {
        insert.execute((row.id, position, candidate.reading))?;
        let place = (candidate.page, candidate.outcome);
        let subject = Subject::Field(candidate.field.clone());
        insert_question(tx, place, &subject, &[blind()])?;
    }
    let ids: Vec<String> = drawn.iter().map(|c| c.reading.to_string()).collect();
    let list = Digest::of(ids.join(",").as_bytes());
    let subject = format!(
        "sample {} seed {} drew {} of {} readings sha256 {list}",
        row.id, row.seed, row.size, row.population
    );
    audit::note(tx, act, "sample", &subject)
}

/// What makes a question ask for a word that is given without sight of the machine's.
fn blind() -> Doubt {
    Doubt::with(Reason::ByPolicy, Policy::Double.name())
}

/// Adds to what is asked about a page, whose current outcome this is, the fields that are being
/// checked: another judgement of the page ends no check, and shows nobody what the machine reads.
pub(super) fn still_checked(
    tx: &Connection,
    (page, outcome): (PageId, OutcomeId),
    asked: &mut Vec<(Subject, Vec<Doubt>)>,
) -> Result<(), Fault> {
    let mut list = tx.prepare_cached(include_str!("sql/sampled_open.sql"))?;
    let fields = list.query_map((page, outcome), |r| Ok(FieldId(r.get(0)?)))?;
    for field in fields {
        let subject = Subject::Field(field?);
        match asked.iter_mut().find(|(s, _)| *s == subject) {
            Some((_, doubts)) if doubts.contains(&blind()) => {}
            Some((_, doubts)) => doubts.push(blind()),
            None => asked.push((subject, vec![blind()])),
        }
    }
    Ok(())
}

impl SampleRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            who: row.get("who")?,
            seed: row.get("seed")?,
            form: row.get("form")?,
            field: row.get("field")?,
            lot: row.get("lot_id")?,
            population: row.get::<_, i64>("population")?.unsigned_abs(),
            size: row.get::<_, i64>("size")?.unsigned_abs(),
        })
    }
}

impl SampledField {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let question: Option<QuestionId> = row.get("question_id")?;
        let answer: Option<String> = row.get("answer")?;
        let same: Option<bool> = row.get("same")?;
        let entered = row.get::<_, i64>("entries")? > 0;
        let finding = match (answer.as_deref(), same) {
            (Some("value" | "blank"), Some(true)) => Finding::Right,
            (Some("value" | "blank"), _) => Finding::Wrong,
            (Some("illegible"), _) => Finding::Illegible,
            _ if question.is_none() => Finding::Withdrawn,
            _ if entered => Finding::Differs,
            _ => Finding::Open,
        };
        Ok(Self {
            reading: row.get("reading_id")?,
            page: row.get("page_id")?,
            form: row.get("form")?,
            edition: row.get("edition")?,
            field: row.get("field")?,
            engine: row.get("engine")?,
            confidence: row.get("confidence")?,
            question,
            finding,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::*;
    use crate::store::{AnswerStatus, QuestionFilter, RunInfo, Spoken, Step};

    /// So many cards, each with an accepted wish and telephone number and an asked name.
    fn campaign(cards: u32) -> (tempfile::TempDir, Store) {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        for n in 0..cards {
            let card = card(
                &n.to_string(),
                &[("wish", "yes"), ("phone", "0312345678"), ("name", "?x")],
            );
            record_all(&mut store, &mut run, &format!("{n}.tif"), &[card]);
        }
        (dir, store)
    }

    fn only(field: &str) -> Scope {
        Scope {
            field: Some(field.into()),
            ..Scope::default()
        }
    }

    fn draw(store: &mut Store, scope: &Scope, seed: i64, size: u64) -> Option<SampleRow> {
        store
            .draw_sample(&act("kan"), (scope, Some(seed)), |_| size)
            .unwrap()
    }

    fn findings(store: &Store, id: i64) -> Vec<Finding> {
        let all = store.sampled_fields(SampleId(id)).unwrap();
        all.iter().map(|f| f.finding).collect()
    }

    #[test]
    fn the_seed_says_what_is_drawn() {
        let drawn = |seed| {
            let (_dir, mut store) = campaign(20);
            let row = draw(&mut store, &Scope::default(), seed, 8).unwrap();
            assert_eq!((row.population, row.size), (40, 8));
            let all = store.sampled_fields(row.id).unwrap();
            let last = store.audit().unwrap().pop().unwrap();
            assert_eq!(last.what, "sample");
            assert!(
                last.subject
                    .starts_with(&format!("sample 1 seed {seed} drew 8 of 40"))
            );
            assert_eq!(store.audit_break().unwrap(), None);
            all.iter().map(|f| f.reading).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn a_sample_returns_what_it_was_drawn_from_and_nobody_looked_at() {
        let (_dir, mut store) = campaign(3);
        let phones = only("phone");
        let row = draw(&mut store, &phones, 1, 1).unwrap();
        let drawn = store.sampled_fields(row.id).unwrap()[0].page;
        // What is read after the draw is of another lot.
        let mut later = store.begin_run(RunInfo {
            at: at("2024-05-02T01:00:00Z"),
            ..begin(&store, false).info().clone()
        });
        let card = card("9", &[("phone", "0312345678")]);
        record_all(&mut store, &mut later, "later.tif", &[card]);
        assert_eq!(store.return_sample(&act("kan"), row.id).unwrap(), 2);
        let open = store.questions(&QuestionFilter::default()).unwrap();
        let phones: Vec<_> = open
            .iter()
            .filter(|q| q.subject.field() == "phone")
            .collect();
        assert_eq!(phones.len(), 3, "two returned, one still checked");
        for asked in phones {
            let is_returned = asked.page_id != drawn;
            assert_eq!(asked.reason == Reason::ManualHold, is_returned);
            assert_eq!(
                asked.proposal.is_some(),
                is_returned,
                "only a check is blind"
            );
        }
        // By kind they wait among what is read alike, and nothing is returned twice.
        let groups = store.group_fields().unwrap();
        let phone = groups.iter().find(|g| g.field == "phone").unwrap();
        assert_eq!(phone.waiting, 2);
        assert_eq!(store.return_sample(&act("kan"), row.id).unwrap(), 0);
        let last = store.audit().unwrap().pop().unwrap();
        assert_eq!(
            (last.what.as_str(), last.subject.as_str()),
            ("sample.return", "sample 1 returned 0")
        );
        assert!(store.return_sample(&act("kan"), SampleId(9)).is_err());
    }

    #[test]
    fn each_field_is_drawn_equally_often() {
        let (_dir, store) = campaign(10);
        let all = store
            .read(|db| candidates(db, &Scope::default(), None))
            .unwrap();
        let mut times = vec![0_u32; all.len()];
        for seed in 0..2_000 {
            let mut order: Vec<usize> = (0..all.len()).collect();
            order.sort_by_key(|i| ticket(seed, all[*i].reading));
            for i in &order[..5] {
                times[*i] += 1;
            }
        }
        // 500 each, standard deviation 19.
        assert!(times.iter().all(|n| (420..580).contains(n)), "{times:?}");
    }

    #[test]
    fn only_what_was_accepted_and_seen_by_nobody_is_drawn() {
        let (_dir, mut store) = campaign(3);
        let wish = only("wish");
        store
            .decide(&[says(PageId(1), "wish", Answer::Value("no".into()))])
            .unwrap();
        store
            .decide(&[says_of_page(PageId(2), Answer::Returned)])
            .unwrap();
        assert_eq!(store.accepted_fields(&wish).unwrap(), 1);
        let row = draw(&mut store, &wish, 1, 100).unwrap();
        assert_eq!((row.population, row.size), (1, 1));
        assert_eq!(draw(&mut store, &wish, 1, 100), None);
        let other = Scope {
            form: Some("other".into()),
            ..Scope::default()
        };
        assert_eq!(draw(&mut store, &other, 1, 100), None);
    }

    #[test]
    fn nobody_sees_the_machine_s_word_and_errors_become_decisions() {
        let (_dir, mut store) = campaign(2);
        let wish = only("wish");
        draw(&mut store, &wish, 1, 2).unwrap();
        let filter = QuestionFilter {
            field: wish.field.clone(),
            ..QuestionFilter::default()
        };
        let asked = store.questions(&filter).unwrap();
        assert_eq!(asked.len(), 2);
        for question in &asked {
            assert_eq!(question.step, Step::Blind);
            assert_eq!((&question.proposal, question.confidence), (&None, None));
            assert_eq!(question.raw, None);
        }
        // While it is checked it does not leave the house.
        let row = |store: &Store| store.answers(asked[0].page_id).unwrap().remove(0);
        assert_eq!(row(&store).status, AnswerStatus::Question);
        assert_eq!(findings(&store, 1), [Finding::Open, Finding::Open]);

        let word = |at: usize, value: &str, who: &str| crate::store::NewDecision {
            act: act(who),
            ..says(asked[at].page_id, "wish", Answer::Value(value.into()))
        };
        assert_eq!(
            store.decide(&[word(0, "no", "sato")]).unwrap(),
            [Spoken::Entered]
        );
        store.decide(&[word(1, "yes", "sato")]).unwrap();
        assert_eq!(findings(&store, 1), [Finding::Differs, Finding::Right]);
        store.decide(&[word(0, "no", "ito")]).unwrap();
        assert_eq!(findings(&store, 1), [Finding::Wrong, Finding::Right]);
        assert_eq!(row(&store).status, AnswerStatus::Decided);
        assert_eq!(row(&store).value.as_deref(), Some("no"));
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn a_page_that_counts_no_more_is_withdrawn_and_what_nobody_can_read_is_an_error() {
        let (_dir, mut store) = campaign(2);
        let wish = only("wish");
        draw(&mut store, &wish, 1, 2).unwrap();
        let drawn = store.sampled_fields(SampleId(1)).unwrap();
        store
            .decide(&[says_of_page(drawn[0].page, Answer::Returned)])
            .unwrap();
        let unread = |who| crate::store::NewDecision {
            act: act(who),
            ..says(drawn[1].page, "wish", Answer::Illegible)
        };
        store.decide(&[unread("sato")]).unwrap();
        store.decide(&[unread("ito")]).unwrap();
        assert_eq!(
            findings(&store, 1),
            [Finding::Withdrawn, Finding::Illegible]
        );
    }

    #[test]
    fn a_check_outlives_a_second_reading() {
        let (_dir, mut store) = campaign(1);
        draw(&mut store, &Scope::default(), 1, 2).unwrap();
        let mut run = begin(&store, true);
        let again = card(
            "0",
            &[("wish", "?no"), ("phone", "0312345678"), ("name", "?x")],
        );
        record_all(&mut store, &mut run, "0.tif", &[again]);
        let open = store.questions(&QuestionFilter::default()).unwrap();
        let steps: Vec<(&str, Step)> = open.iter().map(|q| (q.subject.field(), q.step)).collect();
        let wanted = [
            ("wish", Step::Blind),
            ("name", Step::Plain),
            ("phone", Step::Blind),
        ];
        assert_eq!(steps, wanted);
        assert_eq!(findings(&store, 1), [Finding::Open, Finding::Open]);
    }
}
