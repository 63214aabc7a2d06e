//! Many questions of one field at once: the same word on each, one transaction.

use rusqlite::named_params;
use serde::Serialize;

use super::leases::{UNDO, give, renew, settle};
use super::{Desk, NewDecision, QuestionId, Settled, Store, StoreError, Term};

/// Which questions of a field.
#[derive(Clone, Debug)]
pub struct Group {
    pub form: String,
    pub field: String,
    /// Not these: they were looked at and are not what the machine read.
    pub but: Vec<QuestionId>,
}

/// A field with questions that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupField {
    pub form: String,
    pub field: String,
    pub waiting: u32,
    /// Of these, with a proposal and a picture.
    pub groupable: u32,
    /// Different proposals.
    pub kinds: u32,
}

impl Store {
    /// Gives the desk as many questions as there are tokens, at most: those whose proposal is the
    /// commonest first.
    pub fn lease_group(
        &mut self,
        (desk, tokens): (&Desk, &[String]),
        group: &Group,
        term: &Term,
    ) -> Result<Vec<(QuestionId, String)>, StoreError> {
        let but: Vec<i64> = group.but.iter().map(|id| id.0).collect();
        let but = serde_json::json!(but).to_string();
        self.write(|tx| {
            renew(tx, desk, term)?;
            let mut list = tx.prepare_cached(include_str!("sql/next_group.sql"))?;
            let found = list.query_map(
                named_params! {
                    ":form": group.form, ":field": group.field, ":but": but, ":undo": UNDO,
                    ":now": term.now, ":limit": tokens.len() as i64,
                },
                |r| r.get(0),
            )?;
            let found: Vec<QuestionId> = found.collect::<Result<_, _>>()?;
            let given: Vec<_> = found.into_iter().zip(tokens.iter().cloned()).collect();
            for (question, token) in &given {
                give(tx, (desk, token), *question, term)?;
            }
            Ok(given)
        })
    }

    /// Records a word on each question, under its own lease. A lease that no longer stands costs
    /// its own question only.
    pub fn decide_group(
        &mut self,
        words: &[(String, Vec<NewDecision>)],
    ) -> Result<Vec<Settled>, StoreError> {
        self.write(|tx| {
            words
                .iter()
                .map(|(token, decisions)| settle(tx, token, decisions))
                .collect()
        })
    }

    /// Fields with questions that wait, in the order of the forms.
    pub fn group_fields(&self) -> Result<Vec<GroupField>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached(include_str!("sql/group_fields.sql"))?;
            let rows = all.query_map(named_params! { ":undo": UNDO }, |r| {
                Ok(GroupField {
                    form: r.get("form")?,
                    field: r.get("field")?,
                    waiting: r.get("waiting")?,
                    groupable: r.get("groupable")?,
                    kinds: r.get("kinds")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
