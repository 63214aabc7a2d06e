//! Thresholds that were learnt, and the words of people that they are learnt from.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use super::look::parsed;
use super::{Act, CalibrationId, Fault, LotId, PageId, Store, StoreError, audit};
use crate::form::FieldId;

/// A calibration with its groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationRow {
    pub id: CalibrationId,
    pub at: String,
    pub who: String,
    pub cause: Cause,
    /// Each field is a group of its own; otherwise those of one form that one engine reads as one kind.
    pub each_field: bool,
    /// Pages up to here were learnt from.
    pub last_page: PageId,
    pub groups: Vec<GroupRow>,
}

/// Why thresholds changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// A person applied what was learnt.
    Decisions,
    /// New cards are unlike those that were learnt from.
    Shift,
    /// A person took everything back.
    Withdrawn,
}

impl Cause {
    const ALL: [(&'static str, Self); 3] = [
        ("decisions", Self::Decisions),
        ("shift", Self::Shift),
        ("withdrawn", Self::Withdrawn),
    ];

    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, cause)| *cause == self);
        found.map_or("", |(name, _)| name)
    }
}

impl std::str::FromStr for Cause {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(name, _)| *name == s);
        found
            .map(|(_, cause)| *cause)
            .ok_or_else(|| format!("`{s}` is no cause"))
    }
}

/// The fields that share a threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRow {
    pub form: String,
    pub engine: String,
    pub kind: String,
    pub fields: Vec<String>,
    pub target: f64,
    /// `None`: as the form's target says.
    pub accept_from: Option<f64>,
    /// `proven`, `unproven`, `missed` or `shifted`.
    pub standing: String,
    /// Of what is accepted, no more is wrong, with 95 % confidence.
    pub at_most: f64,
    pub known: u64,
    pub wrong: u64,
    /// How many fields had which confidence, as JSON.
    #[serde(skip)]
    pub spread: String,
}

/// What a person said is on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldWord {
    pub page: PageId,
    pub field: FieldId,
    /// Empty for blank; `None` where nobody can read it.
    pub value: Option<String>,
}

impl Store {
    /// The calibration in force.
    pub fn calibration(&self) -> Result<Option<CalibrationRow>, StoreError> {
        self.read(|db| {
            let mut latest =
                db.prepare_cached("SELECT * FROM calibrations ORDER BY id DESC LIMIT 1")?;
            let Some(mut row) = latest.query_row([], CalibrationRow::from_row).optional()? else {
                return Ok(None);
            };
            let mut all = db.prepare_cached(
                "SELECT * FROM calibrated_groups WHERE calibration_id = ?1 ORDER BY position",
            )?;
            let groups = all.query_map([row.id], GroupRow::from_row)?;
            row.groups = groups.collect::<Result<_, _>>()?;
            Ok(Some(row))
        })
    }

    /// Puts a calibration in force. `last_page`: `None` where all pages were learnt from.
    pub fn calibrate(
        &mut self,
        act: &Act,
        (cause, each_field, last_page): (Cause, bool, Option<PageId>),
        groups: &[GroupRow],
    ) -> Result<CalibrationId, StoreError> {
        self.write(|tx| {
            let newest: i64 =
                tx.query_row("SELECT coalesce(max(id), 0) FROM pages", [], |r| r.get(0))?;
            tx.execute(
                "INSERT INTO calibrations (at, who, cause, each_field, last_page)
                 VALUES (:at, :who, :cause, :each_field, :last_page)",
                named_params! {
                    ":at": act.at, ":who": act.who, ":cause": cause.name(),
                    ":each_field": each_field, ":last_page": last_page.map_or(newest, |id| id.0),
                },
            )?;
            let id = CalibrationId(tx.last_insert_rowid());
            for (position, group) in (0_i64..).zip(groups) {
                insert(tx, (id, position), group)?;
            }
            let learnt = groups.iter().filter(|g| g.accept_from.is_some()).count();
            let subject = format!(
                "calibration {id} {} {} groups, {learnt} with another threshold",
                cause.name(),
                groups.len()
            );
            audit::note(tx, act, "calibrate", &subject)?;
            Ok(id)
        })
    }

    /// What people said of fields, as it holds now.
    pub fn words_on_fields(&self) -> Result<Vec<FieldWord>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/words_on_fields.sql"))?;
            let rows = all.query_map([], |r| {
                let value: Option<String> = r.get("value")?;
                let is_blank = r.get_ref("answer")?.as_str()? == "blank";
                Ok(FieldWord {
                    page: r.get("page_id")?,
                    field: FieldId(r.get("field")?),
                    value: if is_blank { Some(String::new()) } else { value },
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The lot of each page.
    pub fn lots_of_pages(&self) -> Result<Vec<(PageId, LotId)>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(
                "SELECT id, lot_id FROM pages WHERE lot_id IS NOT NULL ORDER BY id",
            )?;
            let rows = all.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn insert(
    tx: &Connection,
    (id, position): (CalibrationId, i64),
    group: &GroupRow,
) -> Result<(), Fault> {
    tx.prepare_cached(include_str!("sql/insert_calibrated_group.sql"))?
        .execute(named_params! {
            ":calibration": id, ":position": position, ":form": group.form,
            ":engine": group.engine, ":kind": group.kind, ":fields": json!(group.fields).to_string(),
            ":target": group.target, ":accept_from": group.accept_from,
            ":standing": group.standing, ":at_most": group.at_most, ":known": group.known as i64,
            ":wrong": group.wrong as i64, ":spread": group.spread,
        })?;
    Ok(())
}

impl CalibrationRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            who: row.get("who")?,
            cause: parsed(row, "cause")?,
            each_field: row.get("each_field")?,
            last_page: row.get("last_page")?,
            groups: Vec::new(),
        })
    }
}

impl GroupRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            form: row.get("form")?,
            engine: row.get("engine")?,
            kind: row.get("kind")?,
            fields: serde_json::from_str(row.get_ref("fields")?.as_str()?).unwrap_or_default(),
            target: row.get("target")?,
            accept_from: row.get("accept_from")?,
            standing: row.get("standing")?,
            at_most: row.get("at_most")?,
            known: row.get::<_, i64>("known")?.unsigned_abs(),
            wrong: row.get::<_, i64>("wrong")?.unsigned_abs(),
            spread: row.get("spread")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Answer;
    use crate::store::fixtures::*;

    #[test]
    fn the_latest_calibration_holds_and_stands_in_the_chain() {
        let (_dir, mut store) = store();
        assert_eq!(store.calibration().unwrap(), None);
        let group = GroupRow {
            form: "wish".into(),
            engine: "marks-0".into(),
            kind: "choice".into(),
            fields: vec!["wish".into(), "ride".into()],
            target: 0.001,
            accept_from: Some(0.98),
            standing: "proven".into(),
            at_most: 0.0009,
            known: 4_000,
            wrong: 0,
            spread: "[1,2]".into(),
        };
        let say = |store: &mut Store, cause, groups: &[GroupRow]| {
            store
                .calibrate(&act("kan"), (cause, false, None), groups)
                .unwrap()
        };
        say(&mut store, Cause::Decisions, std::slice::from_ref(&group));
        let held = store.calibration().unwrap().unwrap();
        assert_eq!((held.cause, &held.groups), (Cause::Decisions, &vec![group]));
        say(&mut store, Cause::Withdrawn, &[]);
        let held = store.calibration().unwrap().unwrap();
        assert_eq!((held.id, held.groups.len()), (CalibrationId(2), 0));
        let chain = store.audit().unwrap();
        assert_eq!(
            chain[0].subject,
            "calibration 1 decisions 1 groups, 1 with another threshold"
        );
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn words_are_what_people_last_said_is_on_paper() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let fields = [
            ("wish", "?yes"),
            ("phone", "?1"),
            ("name", "?x"),
            ("age", "?3"),
        ];
        record_all(&mut store, &mut run, "a", &[card("1", &fields)]);
        let mut say = |field: &str, answer| {
            store.decide(&[says(PageId(1), field, answer)]).unwrap();
        };
        say("wish", Answer::Value("no".into()));
        say("phone", Answer::Blank);
        say("name", Answer::Illegible);
        say("age", Answer::Value("4".into()));
        say("age", Answer::Hold);
        let words = store.words_on_fields().unwrap();
        let words: Vec<(&str, Option<&str>)> = words
            .iter()
            .map(|w| (w.field.0.as_str(), w.value.as_deref()))
            .collect();
        assert_eq!(
            words,
            [("wish", Some("no")), ("phone", Some("")), ("name", None)]
        );
        assert_eq!(store.lots_of_pages().unwrap().len(), 1);
    }
}
