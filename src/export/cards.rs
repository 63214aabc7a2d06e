//! Pages to cards: the sides that carry one key make one row; what is not finished is withheld,
//! with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::Withheld;
use crate::form::{FieldId, Form, FormId, Library, Role, Side};
use crate::lots;
use crate::store::{AnswerRow, AnswerStatus, Bucket, PageId, PageRow, Store, StoreError};

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

/// A card that waits.
#[derive(Clone, Debug)]
pub struct WithheldCard {
    /// As [`Card::row`].
    pub row: String,
    pub key: String,
    /// The file and page of everything that is there of it, in the order of recording.
    pub sides: Vec<(String, u32)>,
    pub why: Withheld,
}

/// A form's cards.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// Field ids of all editions, in the order of the latest.
    pub columns: Vec<FieldId>,
    pub finished: Vec<Card>,
    /// In the order of recording.
    pub withheld: Vec<WithheldCard>,
    /// Cards that said the same as another with their key.
    pub merged: usize,
    pub editions: BTreeSet<u32>,
}

/// The pages of a store, and those of lots on hold.
struct Recorded<'a> {
    store: &'a Store,
    pages: Vec<PageRow>,
    held: BTreeSet<PageId>,
}

impl<'a> Recorded<'a> {
    fn of(store: &'a Store) -> Result<Self, StoreError> {
        Ok(Self {
            store,
            pages: store.pages()?,
            held: lots::held_pages(store)?,
        })
    }

    /// The pages of each card of a form, with the card's name; without answers.
    fn groups(&self, form: &FormId, editions: &[&Form]) -> Vec<(String, Vec<Page<'_>>)> {
        let mut groups: Vec<(String, Vec<Page<'_>>)> = Vec::new();
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        let of_form = |p: &&PageRow| {
            p.form.as_ref() == Some(&form.0)
                && matches!(p.bucket, Bucket::Read | Bucket::Review)
                && !holds_nothing(editions, p)
        };
        for row in self.pages.iter().filter(of_form) {
            let name = match row.key.as_deref() {
                Some(key) if !key.is_empty() => format!("key:{key}"),
                _ => format!("page:{}", row.id),
            };
            let at = *place.entry(name.clone()).or_insert(groups.len());
            if at == groups.len() {
                groups.push((name, Vec::new()));
            }
            groups[at].1.push(Page {
                row,
                answers: Vec::new(),
                held: self.held.contains(&row.id),
            });
        }
        groups
    }

    fn look(&self, pages: &mut [Page<'_>]) -> Result<(), StoreError> {
        for page in pages {
            page.answers = self.store.answers(page.row.id)?;
        }
        Ok(())
    }
}

/// How many cards wait, by reason, of all forms.
pub fn withheld(store: &Store, library: &Library) -> Result<BTreeMap<Withheld, usize>, StoreError> {
    let recorded = Recorded::of(store)?;
    let mut counts = BTreeMap::new();
    for form in reply_forms(store, library)? {
        let editions = editions(library, &form);
        let mut cards = Cards::default();
        for (row, mut pages) in recorded.groups(&form, &editions) {
            // What a card says does not matter here, but where two say it.
            if repeats_a_side(&pages) {
                recorded.look(&mut pages)?;
            }
            cards.add(&editions, row, &pages);
        }
        for card in cards.withheld {
            *counts.entry(card.why).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The forms that carry answers, each once. Also those that cards were read as whose folder is gone:
/// their cards are withheld, and somebody must hear of it.
pub fn reply_forms(store: &Store, library: &Library) -> Result<Vec<FormId>, StoreError> {
    let replies = library.forms().iter().filter(|f| f.role == Role::Reply);
    let mut names: Vec<FormId> = replies.map(|f| f.id.clone()).collect();
    names.extend(store.reply_forms()?);
    names.sort();
    names.dedup();
    Ok(names)
}

fn repeats_a_side(pages: &[Page<'_>]) -> bool {
    let sides: BTreeSet<_> = pages.iter().map(|p| &p.row.side).collect();
    sides.len() < pages.len()
}

/// Whether nothing can be lost with the page: its side asks nothing and names nobody.
fn holds_nothing(editions: &[&Form], page: &PageRow) -> bool {
    let form = editions.iter().find(|f| Some(f.edition) == page.edition);
    let mut sides = form.into_iter().flat_map(|f| &f.sides);
    let side = sides.find(|s| Some(&s.id) == page.side.as_ref());
    page.key.as_deref().unwrap_or_default().is_empty()
        && side.is_some_and(|s| s.fields.is_empty() && s.key.is_none())
}

impl Cards {
    /// Puts a form's pages together.
    pub fn of(store: &Store, library: &Library, form: &FormId) -> Result<Self, StoreError> {
        let recorded = Recorded::of(store)?;
        let editions = editions(library, form);
        let mut groups = recorded.groups(form, &editions);
        for (_, pages) in &mut groups {
            recorded.look(pages)?;
        }
        let pages = || groups.iter().flat_map(|(_, pages)| pages);
        let mut cards = Self {
            columns: columns(&editions, pages()),
            editions: pages().filter_map(|p| p.row.edition).collect(),
            ..Self::default()
        };
        for (row, pages) in groups {
            cards.add(&editions, row, &pages);
        }
        Ok(cards)
    }

    fn add(&mut self, editions: &[&Form], row: String, pages: &[Page<'_>]) {
        match self.assemble(editions, &row, pages) {
            Ok(card) => self.finished.push(card),
            Err(why) => self.withheld.push(WithheldCard {
                row,
                key: key_of(pages),
                sides: pages.iter().map(Page::place).collect(),
                why,
            }),
        }
    }

    fn assemble(
        &mut self,
        editions: &[&Form],
        row: &str,
        pages: &[Page<'_>],
    ) -> Result<Card, Withheld> {
        let known = |p: &Page<'_>| editions.iter().find(|f| Some(f.edition) == p.row.edition);
        // Before what waits: an answer to that could not be checked either.
        if !pages.iter().all(|p| known(p).is_some()) {
            return Err(Withheld::EditionUnknown);
        }
        if pages.iter().any(Page::waits) {
            return Err(Withheld::Question);
        }
        let mut sides: BTreeMap<&str, &Page<'_>> = BTreeMap::new();
        for page in pages {
            let side = page.row.side.as_deref().unwrap_or_default();
            match sides.get(side) {
                None => _ = sides.insert(side, page),
                Some(first) if first.says_the_same(page) => self.merged += 1,
                Some(_) => return Err(Withheld::KeyDuplicate),
            }
        }
        let key = key_of(pages);
        if let Some(form) = pages.first().and_then(known) {
            wants(form, &key, &sides)?;
        }
        if pages.iter().any(|p| p.held) {
            return Err(Withheld::Batch);
        }
        let mut used: Vec<&Page<'_>> = sides.into_values().collect();
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
        Ok(Card {
            row: row.to_owned(),
            key,
            values: values.collect(),
            sides: used.into_iter().map(Page::place).collect(),
        })
    }
}

fn key_of(pages: &[Page<'_>]) -> String {
    let first = pages.first();
    first.and_then(|p| p.row.key.clone()).unwrap_or_default()
}

/// What the form asks of a card before it may leave.
fn wants(form: &Form, key: &str, sides: &BTreeMap<&str, &Page<'_>>) -> Result<(), Withheld> {
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

struct Page<'a> {
    row: &'a PageRow,
    answers: Vec<AnswerRow>,
    /// Of a lot on hold.
    held: bool,
}

impl Page<'_> {
    fn place(&self) -> (String, u32) {
        (self.row.file.clone(), self.row.page)
    }

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
fn columns<'a>(editions: &[&Form], pages: impl Iterator<Item = &'a Page<'a>>) -> Vec<FieldId> {
    let known = editions
        .iter()
        .flat_map(|f| &f.sides)
        .flat_map(|s| &s.fields)
        .map(|f| f.id.clone());
    let read = pages.flat_map(|p| &p.answers);
    let mut seen = BTreeSet::new();
    known
        .chain(read.map(|a| FieldId(a.field.clone())))
        .filter(|id| seen.insert(id.clone()))
        .collect()
}
