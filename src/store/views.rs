//! A view a form, with one typed column a field, so that staff can query answers with any SQLite
//! tool: `SELECT key, wish FROM answers_vaccine_intent WHERE questions_open = 0`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rusqlite::OptionalExtension;

use super::{Store, StoreError};
use crate::form::{Field, Form, Library, ValueKind};

/// The columns in front of the fields.
const OWN: &str = "page_id, file, page, edition, side, key, questions_open";

impl Store {
    /// Makes or renews the views of all forms; those that are as they should be stay untouched.
    pub fn refresh_views(&mut self, library: &Library) -> Result<(), StoreError> {
        let mut editions: BTreeMap<&str, Vec<&Form>> = BTreeMap::new();
        for form in library.forms() {
            editions.entry(&form.id.0).or_default().push(form);
        }
        for (id, forms) in editions {
            let name = view_name(id);
            let sql = view_sql(&name, id, &forms);
            let old: Option<String> = self.read(|db| {
                let mut view =
                    db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1")?;
                Ok(view.query_row([&name], |r| r.get(0)).optional()?)
            })?;
            if old.as_deref() != Some(&sql) {
                self.write(|tx| {
                    Ok(tx.execute_batch(&format!("DROP VIEW IF EXISTS {name};\n{sql}"))?)
                })?;
            }
        }
        Ok(())
    }
}

/// `answers_` and the form's name with `_` for `-`.
fn view_name(form: &str) -> String {
    format!("answers_{}", form.replace('-', "_"))
}

/// Fields of all editions, those of later ones first: one page a row, empty where a page's side
/// or edition has no such field.
fn view_sql(name: &str, id: &str, forms: &[&Form]) -> String {
    let mut columns = String::new();
    let mut names: BTreeSet<String> = OWN.split(", ").map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    let fields = forms
        .iter()
        .rev()
        .flat_map(|f| &f.sides)
        .flat_map(|s| &s.fields);
    for field in fields.filter(|f| seen.insert(&f.id)) {
        let column = free_name(&mut names, &field.id.0);
        let value = typed(field, "a.value");
        let _ = write!(
            columns,
            ",\n       max(CASE WHEN a.field = '{}' THEN {value} END) AS \"{}\"",
            field.id.0.replace('\'', "''"),
            column.replace('"', "\"\""),
        );
    }
    let own: Vec<String> = OWN.split(", ").map(|c| format!("p.{c}")).collect();
    format!(
        "CREATE VIEW {name} AS\nSELECT {}{columns}\nFROM page p\n\
         LEFT JOIN answer a ON a.page_id = p.page_id\n\
         WHERE p.form = '{id}' AND p.bucket IN ('read', 'review', 'header')\nGROUP BY p.page_id",
        own.join(", ")
    )
}

/// SQLite does not tell `A` from `a` in a column's name.
pub(crate) fn free_name(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}

fn typed(field: &Field, value: &str) -> String {
    match field.value {
        ValueKind::Number { .. } => {
            format!("CASE WHEN {value} <> '' THEN CAST({value} AS INTEGER) END")
        }
        _ => format!("CAST({value} AS TEXT)"),
    }
}
