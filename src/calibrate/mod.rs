//! `hagaki calibrate`: thresholds from the campaign's own decisions, with what they promise.
//!
//! Learnt is for each group: fields of one form that one engine reads as one kind of value under one
//! target error, or each field alone. [`evidence`] says what the store knows, [`risk`] what that
//! proves, [`map`] how far confidences are what they say, [`shift`] whether new cards are like those
//! that were learnt from. Nothing changes until a person applies it; then stored readings are judged
//! anew by `hagaki run --redecide`. A threshold is bound to the engine that it was learnt of: another
//! model starts from the form's own target again.

pub mod evidence;
pub mod map;
pub mod plot;
pub mod risk;
pub mod shift;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use words::{shift_line, table};

use crate::form::{Learnt, Library};
use crate::stats::Distance;
use crate::store::{CalibrationRow, GroupRow, LotId, PageId, Store, StoreError};
use evidence::{Group, Key, Pages};
use map::Reliability;
use risk::{Plan, Risk, Standing};
use shift::Spread;

/// Targets that are shown for every group beside its own.
const TARGETS: [f64; 3] = [0.01, 0.001, 0.000_1];

/// How much stricter than the form's own target a group is read while new cards are unlike the old.
const STRICTER: f64 = 10.0;

/// What was learnt of a group.
#[derive(Clone, Debug, Serialize)]
pub struct Lesson {
    pub form: String,
    pub kind: &'static str,
    pub engine: String,
    pub fields: Vec<String>,
    /// Fields on all pages, and how many of them people were asked or checked.
    pub read: u64,
    pub known: u64,
    /// Without checks or double entry nothing is known of what the machine vouches for.
    pub checked: u64,
    /// The form's own threshold.
    pub start: f64,
    /// At the form's own target.
    pub own: Plan,
    pub targets: Vec<Plan>,
    pub curve: Vec<(f64, Risk)>,
    pub reliability: Reliability,
    #[serde(skip)]
    spread: Spread,
}

/// Everything that was learnt.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    pub each_field: bool,
    pub groups: Vec<Lesson>,
    pub shifts: Vec<Shift>,
    /// Pages that could not be judged from their measures.
    pub pages_left: u64,
}

/// A lot whose cards are unlike those that were learnt from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shift {
    pub lot: LotId,
    pub form: String,
    pub kind: String,
    pub fields: Vec<String>,
    #[serde(flatten)]
    pub distance: Distance,
}

/// Learns from everything in the store. Of a group that was found shifted only the cards that came
/// since speak: checks of the old ones prove nothing of the new.
pub fn learn(
    store: &Store,
    library: &Library,
    each_field: bool,
) -> Result<Calibration, StoreError> {
    let held = store.calibration()?;
    let all = Pages {
        after: None,
        each_field,
    };
    let (mut groups, pages_left) = evidence::gather(store, library, all)?;
    if let Some(held) = &held {
        let since = Pages {
            after: Some(held.last_page),
            each_field,
        };
        let is_shifted = |key: &Key| {
            held.groups
                .iter()
                .any(|g| g.standing == SHIFTED && g.is_of(key))
        };
        if groups.keys().any(is_shifted) {
            let (new, _) = evidence::gather(store, library, since)?;
            groups.retain(|key, _| !is_shifted(key));
            groups.extend(new.into_iter().filter(|(key, _)| is_shifted(key)));
        }
    }
    Ok(Calibration {
        each_field,
        groups: groups
            .iter()
            .map(|(key, group)| lesson(key, group))
            .collect(),
        shifts: match &held {
            Some(held) => shifts(store, library, held)?,
            None => Vec::new(),
        },
        pages_left,
    })
}

const SHIFTED: &str = "shifted";

impl GroupRow {
    fn is_of(&self, key: &Key) -> bool {
        self.form == key.form
            && self.engine == key.engine
            && self.kind == key.kind
            && self.target.to_bits() == key.target().to_bits()
            && (key.field.is_empty() || self.fields.contains(&key.field))
    }
}

fn lesson(key: &Key, group: &Group) -> Lesson {
    let items = &group.items;
    let plan = |target: f64| risk::plan(items, (group.start, target), group.stuck);
    let known = items.iter().filter(|i| i.right.is_some());
    Lesson {
        form: key.form.clone(),
        kind: key.kind,
        engine: key.engine.clone(),
        fields: group.fields.iter().cloned().collect(),
        read: group.spread.fields(),
        checked: known.clone().filter(|i| i.vouched).count() as u64,
        known: known.count() as u64,
        start: group.start,
        own: plan(key.target()),
        targets: TARGETS.into_iter().map(plan).collect(),
        curve: risk::curve(items),
        reliability: map::reliability(items),
        spread: group.spread.clone(),
    }
}

impl Calibration {
    /// What would hold once this is applied.
    pub fn rows(&self) -> Vec<GroupRow> {
        self.groups.iter().map(Lesson::row).collect()
    }

    /// Whether an operator must look: a target that is missed, or cards unlike those learnt from.
    pub fn must_look(&self) -> bool {
        let missed = |l: &Lesson| l.own.standing == Standing::Missed;
        self.groups.iter().any(missed) || !self.shifts.is_empty()
    }
}

impl Lesson {
    fn row(&self) -> GroupRow {
        let Plan {
            target,
            accept_from,
            standing,
            risk,
            ..
        } = &self.own;
        let (standing, accept_from) = match standing {
            Standing::Proven => ("proven", Some(*accept_from)),
            Standing::Missed => ("missed", Some(*accept_from)),
            Standing::Unproven { .. } => ("unproven", None),
        };
        GroupRow {
            form: self.form.clone(),
            engine: self.engine.clone(),
            kind: self.kind.to_owned(),
            fields: self.fields.clone(),
            target: *target,
            accept_from,
            standing: standing.to_owned(),
            at_most: risk.at_most,
            known: risk.known,
            wrong: risk.wrong,
            spread: serde_json::to_string(&self.spread).unwrap_or_default(),
        }
    }
}

/// The forms with the thresholds that hold now.
pub fn in_force(store: &Store, library: &Library) -> Result<Library, StoreError> {
    let Some(held) = store.calibration()? else {
        return Ok(library.clone());
    };
    Ok(library.learnt(&|form, field| {
        let of_field = held.groups.iter().filter(|g| {
            g.form == form.id.0
                && g.target.to_bits() == field.target_error.to_bits()
                && g.fields.contains(&field.id.0)
        });
        let learnt = of_field.filter_map(|g| {
            Some(Learnt {
                engine: Some(g.engine.clone()),
                accept_from: g.accept_from?,
            })
        });
        learnt.collect()
    }))
}

/// The lots since the calibration whose cards are unlike those that were learnt from.
pub fn shifts(
    store: &Store,
    library: &Library,
    held: &CalibrationRow,
) -> Result<Vec<Shift>, StoreError> {
    if held.groups.is_empty() {
        return Ok(Vec::new());
    }
    let since = Pages {
        after: Some(held.last_page),
        each_field: held.each_field,
    };
    let (groups, _) = evidence::gather(store, library, since)?;
    let mut found = Vec::new();
    for row in &held.groups {
        let learnt: Spread = serde_json::from_str(&row.spread).map_err(|_| unreadable(row))?;
        let of_row = groups.iter().filter(|(key, _)| row.is_of(key));
        let lots: BTreeMap<LotId, &Spread> = of_row
            .flat_map(|(_, group)| group.lots.iter().map(|(lot, spread)| (*lot, spread)))
            .collect();
        for (lot, spread) in lots {
            if let Some(distance) = shift::shifted(&learnt, spread) {
                found.push(Shift {
                    lot,
                    form: row.form.clone(),
                    kind: row.kind.clone(),
                    fields: row.fields.clone(),
                    distance,
                });
            }
        }
    }
    Ok(found)
}

/// Taken for nothing it would say of any lot that it is like the cards that were learnt from.
fn unreadable(row: &GroupRow) -> StoreError {
    StoreError::BadRow {
        expected: "the spread of a calibrated group",
        found: row.spread.chars().take(40).collect(),
    }
}

/// The groups as they must be read once shifts were found, ten times stricter than the form's own
/// target; `None` where they are so already.
pub fn stricter(
    held: &CalibrationRow,
    library: &Library,
    shifts: &[Shift],
) -> Option<Vec<GroupRow>> {
    let hit = |row: &GroupRow| {
        let same = |s: &Shift| s.form == row.form && s.kind == row.kind && s.fields == row.fields;
        row.standing != SHIFTED && shifts.iter().any(same)
    };
    if !held.groups.iter().any(hit) {
        return None;
    }
    let start = |row: &GroupRow| {
        let fields = library.sides().flat_map(|(form, side)| {
            side.fields
                .iter()
                .filter(move |f| form.id.0 == row.form && row.fields.contains(&f.id.0))
        });
        let starts = fields.map(crate::validate::own_threshold);
        starts.fold(1.0 - row.target, f64::min)
    };
    let strict = |row: &GroupRow| {
        let own = 1.0 - (1.0 - start(row)) / STRICTER;
        GroupRow {
            accept_from: Some(row.accept_from.map_or(own, |from| from.max(own))),
            standing: SHIFTED.to_owned(),
            ..row.clone()
        }
    };
    let rows = held.groups.iter();
    Some(
        rows.map(|row| if hit(row) { strict(row) } else { row.clone() })
            .collect(),
    )
}

/// The pages of shifted lots that came since the calibration.
pub fn pages_of(
    store: &Store,
    held: &CalibrationRow,
    shifts: &[Shift],
) -> Result<Vec<PageId>, StoreError> {
    let lots = store.lots_of_pages()?.into_iter();
    let hit =
        lots.filter(|(page, lot)| *page > held.last_page && shifts.iter().any(|s| s.lot == *lot));
    Ok(hit.map(|(page, _)| page).collect())
}

#[cfg(test)]
mod tests;
