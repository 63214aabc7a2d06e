//! What the store knows of each field that a threshold decides about.
//!
//! Every page is judged again from its stored measures as if any confidence were enough: what is still
//! asked then, no threshold settles; the rest is held against people's words.

use std::collections::{BTreeMap, BTreeSet};

use super::risk::Item;
use super::shift::Spread;
use crate::audit::kind;
use crate::doubt::Reason;
use crate::form::Role;
use crate::form::{Field, FieldId, Learnt, Library, Side};
use crate::pipeline;
use crate::store::{Bucket, Finding, LotId, PageId, Store, StoreError, StoredPage};
use crate::validate::{self, Context, Status, Verdict};

/// Fields that share a threshold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub form: String,
    pub kind: &'static str,
    pub engine: String,
    /// Empty where all fields of the kind are one group.
    pub field: String,
    /// The target error, as bits: equal targets only are pooled.
    target: u64,
}

impl Key {
    pub fn target(&self) -> f64 {
        f64::from_bits(self.target)
    }
}

/// What is known of a group.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub fields: BTreeSet<String>,
    /// The confidence from which the form's own target accepts.
    pub start: f64,
    pub items: Vec<Item>,
    /// Fields that no threshold settles.
    pub stuck: u64,
    pub spread: Spread,
    pub lots: BTreeMap<LotId, Spread>,
    /// Items that were drawn from one field alone.
    narrow: Vec<usize>,
}

impl Group {
    /// A check of one field proves nothing of the others that share its threshold: where it found no
    /// error it is a mere answer. An error counts in any case.
    fn count_what_was_drawn_from_it(&mut self) {
        if self.fields.len() > 1 {
            for at in &self.narrow {
                let item = &mut self.items[*at];
                item.vouched &= item.right != Some(true);
            }
        }
    }
}

/// Which pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pages {
    /// Only pages after this one.
    pub after: Option<PageId>,
    /// A group for each field.
    pub each_field: bool,
}

/// Everything known, by group. The second number counts pages that could not be judged: their
/// edition is not here, or another program measured them.
pub fn gather(
    store: &Store,
    library: &Library,
    pages: Pages,
) -> Result<(BTreeMap<Key, Group>, u64), StoreError> {
    let known = Known::of(store)?;
    let open = library.learnt(&|_, _| vec![ANY]);
    let mut groups = BTreeMap::new();
    let mut left = 0;
    for row in store.pages()? {
        let counts = matches!(row.bucket, Bucket::Read | Bucket::Review);
        if !counts || pages.after.is_some_and(|last| row.id <= last) {
            continue;
        }
        let Some(page) = store.stored_page(row.id)? else {
            continue;
        };
        if page.role != Role::Reply {
            continue;
        }
        match judged(&page, &open) {
            Some((side, verdicts)) => {
                let seen = Seen {
                    page: &page,
                    side,
                    known: &known,
                    each_field: pages.each_field,
                };
                seen.add(&verdicts, &mut groups);
            }
            None => left += 1,
        }
    }
    for group in groups.values_mut() {
        group.count_what_was_drawn_from_it();
    }
    Ok((groups, left))
}

/// Any engine, any confidence.
const ANY: Learnt = Learnt {
    engine: None,
    accept_from: 0.0,
};

fn judged<'a>(page: &StoredPage, open: &'a Library) -> Option<(&'a Side, Vec<Verdict>)> {
    let readings = page.readings.as_ref()?;
    let form = open.find(&page.form.0, Some(page.edition))?;
    let side = form.sides.iter().find(|s| s.id == page.side)?;
    if !validate::fits(side, readings) {
        return None;
    }
    let context = Context {
        today: page.received,
        key: page.key.as_deref(),
    };
    let noticed = pipeline::noticed(&page.doubts);
    let judged = pipeline::judge(side, readings, (&noticed, &page.margin), &context);
    Some((side, judged.verdicts))
}

/// People's words and what checks drew.
struct Known {
    words: BTreeMap<(PageId, FieldId), Option<String>>,
    drawn: BTreeMap<(PageId, FieldId), Drawn>,
    lots: BTreeMap<PageId, LotId>,
}

/// A field of a check.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    finding: Finding,
    /// Out of one field alone.
    narrow: bool,
}

impl Known {
    fn of(store: &Store) -> Result<Self, StoreError> {
        let words = store.words_on_fields()?.into_iter();
        let mut drawn = BTreeMap::new();
        for sample in store.samples()? {
            for field in store.sampled_fields(sample.id)? {
                let one = Drawn {
                    finding: field.finding,
                    narrow: sample.field.is_some(),
                };
                drawn.insert((field.page, FieldId(field.field)), one);
            }
        }
        Ok(Self {
            words: words.map(|w| ((w.page, w.field), w.value)).collect(),
            drawn,
            lots: store.lots_of_pages()?.into_iter().collect(),
        })
    }
}

/// One page, judged as if any confidence were enough.
struct Seen<'a> {
    page: &'a StoredPage,
    side: &'a Side,
    known: &'a Known,
    each_field: bool,
}

impl Seen<'_> {
    fn add(&self, verdicts: &[Verdict], groups: &mut BTreeMap<Key, Group>) {
        let readings = self.page.readings.iter().flatten();
        for ((verdict, stored), reading) in verdicts.iter().zip(&self.page.verdicts).zip(readings) {
            let field = self.side.fields.iter().find(|f| f.id == verdict.field);
            let Some(field) = field.filter(|_| verdict.status != Status::NotApplicable) else {
                continue;
            };
            let key = self.key(field, &reading.engine);
            let group = groups.entry(key).or_default();
            group.fields.insert(field.id.0.clone());
            group.start = validate::own_threshold(field);
            let place = (self.page.id, field.id.clone());
            let item = is_open_to(verdict).then(|| self.item(verdict, stored, &place));
            let confidence = item.map(|i| i.confidence);
            group.spread.add(confidence);
            if let Some(lot) = self.known.lots.get(&self.page.id) {
                group.lots.entry(*lot).or_default().add(confidence);
            }
            match item {
                Some(item) => {
                    if self.known.drawn.get(&place).is_some_and(|d| d.narrow) {
                        group.narrow.push(group.items.len());
                    }
                    group.items.push(item);
                }
                None => group.stuck += 1,
            }
        }
    }

    fn key(&self, field: &Field, engine: &str) -> Key {
        Key {
            form: self.page.form.0.clone(),
            kind: kind(field),
            engine: engine.to_owned(),
            field: if self.each_field {
                field.id.0.clone()
            } else {
                String::new()
            },
            target: field.target_error.to_bits(),
        }
    }

    fn item(&self, verdict: &Verdict, stored: &Verdict, place: &(PageId, FieldId)) -> Item {
        let word = self.known.words.get(place);
        let drawn = self.known.drawn.get(place).map(|d| d.finding);
        let settled = matches!(stored.status, Status::Accepted | Status::Blank);
        Item {
            confidence: verdict.confidence.get(),
            vouched: drawn.is_some() || (settled && word.is_none()),
            right: match (word, drawn) {
                (Some(word), _) => Some(word.as_ref() == Some(&verdict.value)),
                (None, Some(Finding::Differs)) => Some(false),
                (None, _) => None,
            },
        }
    }
}

/// Whether a threshold decides about it: nothing speaks against it but, perhaps, the form's wish that
/// a person looks in any case.
fn is_open_to(verdict: &Verdict) -> bool {
    match verdict.status {
        Status::Accepted | Status::Blank => true,
        Status::Question => verdict.doubts.iter().all(|d| d.reason == Reason::ByPolicy),
        Status::NotApplicable => false,
    }
}
