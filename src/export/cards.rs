//! Pages to cards: the sides that carry one key make one row; what is not finished is withheld,
//! with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::doubt::Reason;
use crate::form::{FieldId, Form, FormId, Library, Role, Side};
use crate::store::{AnswerRow, AnswerStatus, Bucket, PageRow, Store, StoreError};

/// A finished card.
#[derive(Clone, Debug)]
pub struct Card {
    /// Names the row from export to export: `key:...`, or `page:...` on a form without keys.
    pub row: String,
    pub key: String,
    /// The file and page of each side, in the order of recording.
    pub sides: Vec<(String, u32)>,
    /// One a column of [`Cards::columns`]; `None` for what nobody can read.
    pub values: Vec<Option<String>>,
}

/// Why a card is not exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// A question is open.
    Question,
    /// The form asks for a key and the card has none.
    NoKey,
    /// Cards with one key and different answers.
    KeyDuplicate,
    /// A side with fields is not there.
    SideMissing,
    /// The form of that edition is not at hand: nothing says which sides and fields belong to the card.
    EditionUnknown,
    /// A character that the encoding lacks.
    Unmappable,
}

impl Withheld {
    /// The reason's stable code, where it has one.
    pub fn reason(self) -> Option<Reason> {
        Some(match self {
            Self::Question => return None,
            Self::NoKey => Reason::KeyUnreadable,
            Self::KeyDuplicate => Reason::KeyDuplicate,
            Self::SideMissing => Reason::SideMissing,
            Self::EditionUnknown => Reason::EditionUnknown,
            Self::Unmappable => Reason::Unmappable,
        })
    }

    /// Whether somebody must look: no answer of a reviewer lets the row go.
    pub fn wants_operator(self) -> bool {
        matches!(self, Self::EditionUnknown | Self::Unmappable)
    }
}

/// A form's cards.
#[derive(Clone, Debug)]
pub struct Cards {
    /// Field ids of all editions, in the order of the latest.
    pub columns: Vec<FieldId>,
    pub finished: Vec<Card>,
    /// Rows that wait, by reason.
    pub withheld: BTreeMap<Withheld, Vec<String>>,
    /// Cards that said the same as another with their key.
    pub merged: usize,
    pub editions: BTreeSet<u32>,
}

impl Cards {
    /// Puts a form's pages together.
    pub fn of(store: &Store, library: &Library, form: &FormId) -> Result<Self, StoreError> {
        let counts = |p: &PageRow| {
            p.form.as_ref() == Some(&form.0) && matches!(p.bucket, Bucket::Read | Bucket::Review)
        };
        let mut groups: Vec<(String, Vec<Page>)> = Vec::new();
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        for row in store.pages()?.into_iter().filter(counts) {
            let name = match row.key.as_deref() {
                Some(key) if !key.is_empty() => format!("key:{key}"),
                _ => format!("page:{}", row.id),
            };
            let at = *place.entry(name.clone()).or_insert(groups.len());
            if at == groups.len() {
                groups.push((name, Vec::new()));
            }
            let answers = store.answers(row.id)?;
            groups[at].1.push(Page { row, answers });
        }
        let editions = editions(library, form);
        let mut cards = Self {
            columns: columns(&editions, &groups),
            finished: Vec::new(),
            withheld: BTreeMap::new(),
            merged: 0,
            editions: groups
                .iter()
                .flat_map(|(_, g)| g.iter().filter_map(|p| p.row.edition))
                .collect(),
        };
        for (row, pages) in groups {
            cards.add(&editions, row, &pages);
        }
        Ok(cards)
    }

    fn add(&mut self, editions: &[&Form], row: String, pages: &[Page]) {
        match self.assemble(editions, &row, pages) {
            Ok(card) => self.finished.push(card),
            Err(why) => self.withheld.entry(why).or_default().push(row),
        }
    }

    fn assemble(
        &mut self,
        editions: &[&Form],
        row: &str,
        pages: &[Page],
    ) -> Result<Card, Withheld> {
        let known = |p: &Page| editions.iter().find(|f| Some(f.edition) == p.row.edition);
        // Before what waits: an answer to that could not be checked either.
        if !pages.iter().all(|p| known(p).is_some()) {
            return Err(Withheld::EditionUnknown);
        }
        if pages.iter().any(Page::waits) {
            return Err(Withheld::Question);
        }
        let mut sides: BTreeMap<&str, &Page> = BTreeMap::new();
        for page in pages {
            let side = page.row.side.as_deref().unwrap_or_default();
            match sides.get(side) {
                None => _ = sides.insert(side, page),
                Some(first) if first.says_the_same(page) => self.merged += 1,
                Some(_) => return Err(Withheld::KeyDuplicate),
            }
        }
        let key = pages
            .first()
            .and_then(|p| p.row.key.clone())
            .unwrap_or_default();
        if let Some(form) = pages.first().and_then(known) {
            wants(form, &key, &sides)?;
        }
        let mut used: Vec<&Page> = sides.into_values().collect();
        used.sort_by_key(|p| p.row.id);
        let said: BTreeMap<&str, &AnswerRow> = used
            .iter()
            .flat_map(|p| &p.answers)
            .map(|a| (a.field.as_str(), a))
            .collect();
        let values = self.columns.iter().map(|c| match said.get(c.0.as_str()) {
            Some(a) if a.status == AnswerStatus::Illegible => None,
            Some(a) => Some(a.value.clone().unwrap_or_default()),
            None => Some(String::new()),
        });
        let values = values.collect();
        let sides = used
            .iter()
            .map(|p| (p.row.file.clone(), p.row.page))
            .collect();
        Ok(Card {
            row: row.to_owned(),
            key,
            sides,
            values,
        })
    }
}

/// What the form asks of a card before it may leave.
fn wants(form: &Form, key: &str, sides: &BTreeMap<&str, &Page>) -> Result<(), Withheld> {
    // A ledger takes a row without a key for a new person.
    let keyed = form
        .sides
        .iter()
        .any(|s| s.key.as_ref().is_some_and(|k| k.required));
    if keyed && key.is_empty() {
        return Err(Withheld::NoKey);
    }
    let mut asking = form.sides.iter().filter(|s| !s.fields.is_empty());
    let there = |s: &Side| sides.contains_key(s.id.as_str());
    // Without keys nothing says which pages belong together: each is a row of its own.
    let whole = if key.is_empty() {
        asking.any(there)
    } else {
        asking.all(there)
    };
    if whole {
        Ok(())
    } else {
        Err(Withheld::SideMissing)
    }
}

struct Page {
    row: PageRow,
    answers: Vec<AnswerRow>,
}

impl Page {
    fn waits(&self) -> bool {
        self.row.bucket == Bucket::Review
            || self
                .answers
                .iter()
                .any(|a| a.status == AnswerStatus::Question)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let said = |p: &Self| -> Vec<(String, Option<String>)> {
            p.answers
                .iter()
                .map(|a| (a.field.clone(), a.value.clone()))
                .collect()
        };
        said(self) == said(other)
    }
}

/// The form's editions that carry answers, latest first.
fn editions<'a>(library: &'a Library, form: &FormId) -> Vec<&'a Form> {
    let of_form = library.forms().iter().map(AsRef::as_ref);
    let mut all: Vec<&Form> = of_form
        .filter(|f: &&Form| &f.id == form && f.role == Role::Reply)
        .collect();
    all.sort_by_key(|f| std::cmp::Reverse(f.edition));
    all
}

/// Of the library's form; what only older readings have comes after, as it came in.
fn columns(editions: &[&Form], groups: &[(String, Vec<Page>)]) -> Vec<FieldId> {
    let known = editions
        .iter()
        .flat_map(|f| &f.sides)
        .flat_map(|s| &s.fields)
        .map(|f| f.id.clone());
    let read = groups
        .iter()
        .flat_map(|(_, pages)| pages)
        .flat_map(|p| &p.answers);
    let mut seen = BTreeSet::new();
    known
        .chain(read.map(|a| FieldId(a.field.clone())))
        .filter(|id| seen.insert(id.clone()))
        .collect()
}
