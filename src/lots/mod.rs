//! Alarms in the books: a lot that is unlike the lots before it, or does not hold as many cards as its
//! header says; a key on too many cards; and dust on the scanner's glass.
//!
//! Why: the print shop moves a question by 2.5 mm in the second print, every zone reads its
//! neighbour's box, and 6,000 answers change sides; no single card shows it. So each
//! lot ([`crate::store::LotRow`]) is held against the earlier lots of the same side of the same
//! edition: how well the pages fit the form, their scale, the share of each printed answer, of
//! blanks and of questions in each field, and the share of pages that could not be read.
//!
//! **What is alarmed** is a jump that is both sure (`CHANCE` a lot, shared out among its measures)
//! and large (5 points, `LEAST_SHARE`). A lot of fewer than 100 pages is judged together with the
//! lots that follow. The first lots of an edition are compared with nothing.
//!
//! **False alarms**: at most one lot in a hundred by construction; of simulated lots after four
//! others, with 19 measures (`tests`), 8 of 1,500 of 100 cards, 10 of 1,500 of 300, 0 of 60 of 1,500.
//! **What is seen**: in a lot of 300 cards a jump of 5 points where an answer was rare (up to 2 %), of
//! 7 at 10 %, of 11 where half gave it; 5 points of any answer from about 2,000 cards on. A true jump
//! from 30 to 50 % in 300 cards was seen in 95 of 100, to 37 % in 2,500 cards in 45 of 50.
//!
//! Counted is what the machine said, whatever people decided later: an alarm is about the machine's
//! eyes, and does not go away because its questions were answered.

mod glass;
mod header;
mod jump;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::store::{
    FieldCount, KeyCount, LotFit, LotId, LotRow, LotShift, Printed, RunId, Store, StoreError,
};

pub use glass::{GlassAlarm, PageName};
pub use header::{HeaderAlarm, held_pages};
use jump::{Gate, Jump, LEAST_PAGES, Share};
pub use words::lines;

/// The chance of a false alarm on one side of one form in one lot, all measures together.
const CHANCE: f64 = 0.01;

/// Answers, blanks and questions: points; what a city's answers differ by from one day to the next.
const LEAST_SHARE: f64 = 0.05;

/// Pages that could not be read: rare, so less is much.
const LEAST_REJECTED: f64 = 0.03;

/// Root mean square of the anchors' residuals, mm. A page is refused at 0.5; the real sets read at
/// 0.02 to 0.2.
const LEAST_RESIDUAL: f64 = 0.1;
const RESIDUAL_FLOOR: f64 = 0.01;

/// Scale of the print; rollers wear by 1 %.
const LEAST_SCALE: f64 = 0.01;
const SCALE_FLOOR: f64 = 0.0005;

/// How far one field has moved against its page, mm: a tenth of what the print shop's story moves,
/// and twice what a local correction leaves uncertain.
const LEAST_SHIFT: f64 = 0.3;
const SHIFT_FLOOR: f64 = 0.03;

/// A key on more cards than this is no person's: a clerk's test card, or a code printed on every card.
const MOST_SAME_KEY: u64 = 3;

/// What jumped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "measure", rename_all = "snake_case")]
pub enum Measure {
    /// Pages that could not be read, among all.
    Rejected,
    /// How far the anchors lie off, mm.
    Residual,
    ScaleX,
    ScaleY,
    /// How far a field lies off its page, mm to the right or down.
    ShiftX {
        field: String,
    },
    ShiftY {
        field: String,
    },
    /// Cards with this answer, among those whose field the machine settled.
    Answer {
        field: String,
        value: String,
    },
    /// Cards with the field left blank, among the same.
    Blank {
        field: String,
    },
    /// Cards whose field is a question.
    Question {
        field: String,
    },
}

/// One line of the books that an operator must look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    Lot(LotAlarm),
    Header(HeaderAlarm),
    /// Cards that carry one key, oftener than people answer.
    SameKey(KeyCount),
    Glass(GlassAlarm),
}

impl Alarm {
    /// The latest run that touched what the alarm is about.
    pub fn last_run(&self) -> Option<RunId> {
        match self {
            Self::Lot(alarm) => alarm.last_run,
            Self::Header(alarm) => alarm.lot.last_run,
            Self::SameKey(key) => Some(key.last_run),
            Self::Glass(alarm) => Some(alarm.last_run),
        }
    }
}

/// A lot that is unlike those before it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LotAlarm {
    /// One lot, or small ones that were judged together.
    pub lots: Vec<LotRow>,
    /// Which side of which form; `None` for pages that could not be read.
    pub printed: Option<Printed>,
    #[serde(flatten)]
    pub measure: Measure,
    /// A share, mm, or a scale.
    pub now: f64,
    pub before: f64,
    /// What the two were taken from.
    pub pages: u64,
    pub pages_before: u64,
    #[serde(skip)]
    last_run: Option<RunId>,
}

/// Every alarm that stands, in the order of the lots.
pub fn alarms(store: &Store) -> Result<Vec<Alarm>, StoreError> {
    let lots: BTreeMap<LotId, LotRow> = store.lots()?.into_iter().map(|l| (l.id, l)).collect();
    let counted = Counted {
        fields: store.lot_fields()?,
        fits: store.lot_fits()?,
        shifts: store.lot_shifts()?,
        rejected: store.lot_rejections()?,
    };
    let mut found = counted.alarms(&lots);
    found.sort_by(|a, b| {
        let place = |a: &LotAlarm| (a.lots.first().map(|l| l.id), a.printed.clone());
        place(a).cmp(&place(b))
    });
    let keys = store.keys_oftener_than(MOST_SAME_KEY)?;
    let glass = glass::alarms(&store.streaked_pages()?, &lots);
    let headers = header::alarms(store, &lots)?;
    let all = headers.into_iter().map(Alarm::Header);
    let all = all.chain(found.into_iter().map(Alarm::Lot));
    let all = all.chain(keys.into_iter().map(Alarm::SameKey));
    Ok(all.chain(glass.into_iter().map(Alarm::Glass)).collect())
}

/// What the store counted, lot by lot.
struct Counted {
    fields: Vec<FieldCount>,
    fits: Vec<LotFit>,
    shifts: Vec<LotShift>,
    rejected: Vec<(LotId, u64, u64)>,
}

/// What one side of one edition shows in one lot.
#[derive(Clone, Debug, Default)]
struct Shown {
    pages: u64,
    shares: BTreeMap<Measure, Share>,
    medians: BTreeMap<Measure, Vec<f64>>,
}

impl Counted {
    fn alarms(&self, lots: &BTreeMap<LotId, LotRow>) -> Vec<LotAlarm> {
        let mut out = Vec::new();
        for (printed, shown) in self.by_side() {
            out.extend(of_side(Some(&printed), &shown, lots));
        }
        let rejected = self.rejected.iter().map(|(lot, of, hits)| {
            let share = Share {
                hits: *hits,
                of: *of,
            };
            let shown = Shown {
                pages: *of,
                shares: BTreeMap::from([(Measure::Rejected, share)]),
                ..Shown::default()
            };
            (*lot, shown)
        });
        out.extend(of_side(None, &rejected.collect(), lots));
        out
    }

    fn by_side(&self) -> BTreeMap<Printed, BTreeMap<LotId, Shown>> {
        let mut sides: BTreeMap<Printed, BTreeMap<LotId, Shown>> = BTreeMap::new();
        for fit in &self.fits {
            let lots = sides.entry(fit.printed.clone()).or_default();
            lots.entry(fit.lot).or_default().add_fit(fit);
        }
        for shift in &self.shifts {
            let lots = sides.entry(shift.printed.clone()).or_default();
            lots.entry(shift.lot).or_default().add_shift(shift);
        }
        for count in &self.fields {
            let lots = sides.entry(count.printed.clone()).or_default();
            lots.entry(count.lot).or_default().add_field(count);
        }
        for lots in sides.values_mut() {
            complete(lots);
        }
        sides
    }
}

impl Shown {
    fn add_fit(&mut self, fit: &LotFit) {
        self.pages += fit.pages.len() as u64;
        let take = |of: fn(&[f64; 3]) -> f64| fit.pages.iter().map(of).collect::<Vec<f64>>();
        self.medians.insert(Measure::Residual, take(|p| p[0]));
        self.medians.insert(Measure::ScaleX, take(|p| p[1]));
        self.medians.insert(Measure::ScaleY, take(|p| p[2]));
    }

    fn add_shift(&mut self, shift: &LotShift) {
        let field = || shift.field.clone();
        let across = shift.moved.iter().map(|m| m[0]).collect();
        let down = shift.moved.iter().map(|m| m[1]).collect();
        self.medians
            .insert(Measure::ShiftX { field: field() }, across);
        self.medians
            .insert(Measure::ShiftY { field: field() }, down);
    }

    /// Shares are taken of the fields that the machine settled; questions, of all that could have
    /// been asked.
    fn add_field(&mut self, count: &FieldCount) {
        let field = || count.field.clone();
        let mut add = |measure: Measure, hit: bool| {
            let share = self.shares.entry(measure).or_default();
            share.of += count.count;
            share.hits += if hit { count.count } else { 0 };
        };
        let (asked, blank) = (count.status == "question", count.status == "blank");
        if count.status == "not_applicable" {
            return;
        }
        add(Measure::Question { field: field() }, asked);
        if asked {
            return;
        }
        add(Measure::Blank { field: field() }, blank);
        if count.marks && !blank {
            for value in count.value.split('|') {
                let share = self.shares.entry(Measure::Answer {
                    field: field(),
                    value: value.to_owned(),
                });
                share.or_default().hits += count.count;
            }
        }
    }
}

/// An answer that nobody gave in a lot is an answer with a share of 0 there; all answers of a field
/// share the trials of its blanks.
fn complete(lots: &mut BTreeMap<LotId, Shown>) {
    let measures: BTreeSet<Measure> = lots
        .values()
        .flat_map(|s| s.shares.keys().cloned())
        .collect();
    for shown in lots.values_mut() {
        for measure in &measures {
            let of = match measure {
                Measure::Answer { field, .. } => {
                    let blank = Measure::Blank {
                        field: field.clone(),
                    };
                    shown.shares.get(&blank).map_or(0, |s| s.of)
                }
                _ => shown.shares.get(measure).map_or(0, |s| s.of),
            };
            shown.shares.entry(measure.clone()).or_default().of = of;
        }
    }
}

/// The alarms of one side of one edition.
fn of_side(
    printed: Option<&Printed>,
    shown: &BTreeMap<LotId, Shown>,
    rows: &BTreeMap<LotId, LotRow>,
) -> Vec<LotAlarm> {
    let parts = together(shown);
    let shares: BTreeSet<&Measure> = shown.values().flat_map(|s| s.shares.keys()).collect();
    let medians: BTreeSet<&Measure> = shown.values().flat_map(|s| s.medians.keys()).collect();
    let chance = CHANCE / (shares.len() + medians.len()).max(1) as f64;
    let mut out = Vec::new();
    let mut say = |measure: &Measure, jumps: Vec<Option<Jump>>| {
        for (part, jump) in parts.iter().zip(jumps) {
            out.extend(jump.map(|j| alarm((part, rows), printed, (measure, j))));
        }
    };
    for measure in shares {
        let one = |id: &LotId| shown[id].shares.get(measure).copied().unwrap_or_default();
        let sum = |part: &Vec<LotId>| {
            part.iter().map(one).fold(Share::default(), |a, b| Share {
                hits: a.hits + b.hits,
                of: a.of + b.of,
            })
        };
        let series: Vec<Share> = parts.iter().map(sum).collect();
        say(
            measure,
            jump::of_shares(&series, gate_of(measure, chance).0),
        );
    }
    for measure in medians {
        let one = |id: &LotId| {
            shown[id]
                .medians
                .get(measure)
                .into_iter()
                .flatten()
                .copied()
        };
        let join = |part: &Vec<LotId>| part.iter().flat_map(one).collect();
        let series: Vec<Vec<f64>> = parts.iter().map(join).collect();
        let (gate, floor) = gate_of(measure, chance);
        say(measure, jump::of_medians(&series, gate, floor));
    }
    out
}

/// What is alarmed of a measure, and the least spread of its pages that is believed.
fn gate_of(measure: &Measure, chance: f64) -> (Gate, f64) {
    let (least, floor, rises_only) = match measure {
        Measure::Rejected => (LEAST_REJECTED, 0.0, true),
        Measure::Question { .. } => (LEAST_SHARE, 0.0, true),
        Measure::Answer { .. } | Measure::Blank { .. } => (LEAST_SHARE, 0.0, false),
        Measure::Residual => (LEAST_RESIDUAL, RESIDUAL_FLOOR, true),
        Measure::ScaleX | Measure::ScaleY => (LEAST_SCALE, SCALE_FLOOR, false),
        Measure::ShiftX { .. } | Measure::ShiftY { .. } => (LEAST_SHIFT, SHIFT_FLOOR, false),
    };
    let gate = Gate {
        chance,
        least,
        rises_only,
    };
    (gate, floor)
}

/// Lots in order, small ones with those that follow; what is left at the end is too small still
/// and is not judged.
fn together(shown: &BTreeMap<LotId, Shown>) -> Vec<Vec<LotId>> {
    let mut parts = Vec::new();
    let (mut part, mut pages) = (Vec::new(), 0);
    for (id, lot) in shown {
        part.push(*id);
        pages += lot.pages;
        if pages >= LEAST_PAGES {
            parts.push(std::mem::take(&mut part));
            pages = 0;
        }
    }
    parts
}

fn alarm(
    (part, rows): (&[LotId], &BTreeMap<LotId, LotRow>),
    printed: Option<&Printed>,
    (measure, jump): (&Measure, Jump),
) -> LotAlarm {
    let lots: Vec<LotRow> = part.iter().filter_map(|id| rows.get(id).cloned()).collect();
    LotAlarm {
        last_run: lots.iter().filter_map(|l| l.last_run).max(),
        lots,
        printed: printed.cloned(),
        measure: measure.clone(),
        now: jump.now,
        before: jump.before,
        pages: jump.pages,
        pages_before: jump.pages_before,
    }
}

#[cfg(test)]
mod tests;
