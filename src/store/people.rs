//! Who may sign in, and as what. A person is disabled, never taken out: decisions carry the name.

use std::fmt;
use std::str::FromStr;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use super::look::bad_column;
use super::{Act, Store, StoreError, audit};

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the scans; sees how far the work is.
    Operator,
    /// Answers questions.
    Reviewer,
    /// Speaks second and third where more than one person must look; nobody verifies himself.
    Verifier,
    /// Hands rows over.
    Exporter,
    /// Reads who did what.
    Auditor,
    /// Changes forms.
    FormEditor,
}

impl Role {
    pub const ALL: [Self; 6] = [
        Self::Operator,
        Self::Reviewer,
        Self::Verifier,
        Self::Exporter,
        Self::Auditor,
        Self::FormEditor,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Reviewer => "reviewer",
            Self::Verifier => "verifier",
            Self::Exporter => "exporter",
            Self::Auditor => "auditor",
            Self::FormEditor => "form-editor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|role| role.name() == s);
        found.ok_or_else(|| format!("`{s}` is not a role"))
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    pub name: String,
    pub roles: Vec<Role>,
    pub active: bool,
    /// Counts the changes of the password: what was signed in before one has ended.
    #[serde(skip)]
    pub epoch: u32,
}

/// What changes of a person.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// A hash in PHC form.
    Password(&'a str),
    Roles(&'a [Role]),
    Active(bool),
}

impl Store {
    /// Whether anybody must sign in.
    pub fn has_people(&self) -> Result<bool, StoreError> {
        self.read(|db| Ok(db.prepare_cached("SELECT 1 FROM people")?.exists([])?))
    }

    /// Everybody, by name.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT * FROM people ORDER BY name")?;
            let rows = all.query_map([], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub fn person(&self, name: &str) -> Result<Option<Person>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached("SELECT * FROM people WHERE name = ?1")?;
            Ok(one.query_row([name], from_row).optional()?)
        })
    }

    /// The hash of a person's password.
    pub fn password_hash(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached("SELECT password FROM people WHERE name = ?1")?;
            Ok(one.query_row([name], |r| r.get(0)).optional()?)
        })
    }

    /// `false` when the name is taken.
    pub fn add_person(
        &mut self,
        act: &Act,
        (name, roles): (&str, &[Role]),
        hash: &str,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let added = tx.execute(
                "INSERT INTO people (name, roles, password, active, epoch)
                 VALUES (?1, ?2, ?3, 1, 0) ON CONFLICT DO NOTHING",
                (name, joined(roles), hash),
            )?;
            if added == 1 {
                let subject = format!("person {name} {}", joined(roles));
                audit::note(tx, act, "people.add", &subject)?;
            }
            Ok(added == 1)
        })
    }

    /// `false` when there is no such person.
    pub fn change_person(
        &mut self,
        act: &Act,
        name: &str,
        change: Change<'_>,
    ) -> Result<bool, StoreError> {
        let (password, roles, active) = match change {
            Change::Password(hash) => (Some(hash), None, None),
            Change::Roles(roles) => (None, Some(joined(roles)), None),
            Change::Active(active) => (None, None, Some(active)),
        };
        self.write(|tx| {
            let found = tx.execute(
                "UPDATE people SET password = coalesce(:password, password),
                     epoch = epoch + (:password IS NOT NULL),
                     roles = coalesce(:roles, roles), active = coalesce(:active, active)
                 WHERE name = :name",
                named_params! {
                    ":name": name, ":password": password, ":roles": roles, ":active": active,
                },
            )?;
            let what = match change {
                Change::Password(_) => "people.password",
                Change::Roles(_) => "people.roles",
                Change::Active(true) => "people.enable",
                Change::Active(false) => "people.disable",
            };
            if found == 1 {
                let roles = roles.map_or_else(String::new, |r| format!(" {r}"));
                audit::note(tx, act, what, &format!("person {name}{roles}"))?;
            }
            Ok(found == 1)
        })
    }

    /// Notes that somebody signed in or out, or was refused.
    pub fn note_entry(&mut self, act: &Act, what: &str, from: &str) -> Result<(), StoreError> {
        self.write(|tx| audit::note(tx, act, what, from))
    }
}

fn joined(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|r| r.name()).collect();
    names.join(" ")
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Person> {
    let roles: String = row.get("roles")?;
    let roles = roles.split_whitespace().map(str::parse);
    Ok(Person {
        name: row.get("name")?,
        roles: roles
            .collect::<Result<_, String>>()
            .map_err(|e| bad_column("roles", e))?,
        active: row.get("active")?,
        epoch: row.get("epoch")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixtures::{act, store};

    const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA";

    #[test]
    fn people_are_added_changed_and_never_taken_out() {
        let (_dir, mut store) = store();
        assert!(!store.has_people().unwrap());
        let roles = [Role::Reviewer, Role::Auditor];
        assert!(
            store
                .add_person(&act("op"), ("sato", &roles), HASH)
                .unwrap()
        );
        assert!(!store.add_person(&act("op"), ("sato", &[]), HASH).unwrap());
        assert!(store.has_people().unwrap());
        let other = HASH.replace("m=8", "m=9");
        let changes = [
            Change::Password(&other),
            Change::Roles(&[Role::Verifier]),
            Change::Active(false),
        ];
        for change in changes {
            assert!(store.change_person(&act("op"), "sato", change).unwrap());
            assert!(!store.change_person(&act("op"), "tanaka", change).unwrap());
        }
        let person = store.person("sato").unwrap().unwrap();
        assert_eq!(person.roles, [Role::Verifier]);
        assert_eq!((person.active, person.epoch), (false, 1));
        assert_eq!(store.password_hash("sato").unwrap(), Some(other));
        assert_eq!(store.person("tanaka").unwrap(), None);
        assert!(store.db.execute("DELETE FROM people", []).is_err());
        let said: Vec<String> = store.audit().unwrap().into_iter().map(|r| r.what).collect();
        let all = [
            "people.add",
            "people.password",
            "people.roles",
            "people.disable",
        ];
        assert_eq!(said, all);
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn every_role_parses_as_it_prints() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
