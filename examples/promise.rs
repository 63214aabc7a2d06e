//! The promise, measured: thresholds learnt on some made campaigns, held against others.
//!
//! `scripts/promise.sh` makes the campaigns; see there for what is measured, and what is not.
//!
//!     promise CARDS CHECKS LEARN... -- HOLD... [-- SHIFTED...]
//!
//! Each folder is a campaign that was read, with the `truth.csv` of its cards. Its truth is keyed into
//! it, so use copies. From the fields of the first folders campaigns of CARDS cards are drawn with
//! replacement: what the form's own threshold asks about is answered, of what it accepts CHECKS fields
//! a group are checked at random. What is learnt of them is held against as many cards drawn from each
//! of the second folders. The third are compared with the first by their confidences alone.
#![expect(clippy::print_stdout, reason = "a program for developers")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::path::Path;

use hagaki::calibrate::evidence::{Group, Key, Pages, gather};
use hagaki::calibrate::risk::{Item, Plan, Standing, plan, risk};
use hagaki::calibrate::shift::shifted;
use hagaki::form::{FieldId, Library};
use hagaki::score;
use hagaki::stats::Count;
use hagaki::store::{Act, Answer, NewDecision, Store, Subject};
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const TARGETS: [f64; 3] = [0.01, 0.001, 0.000_1];
const SEED: u64 = 20_000;

type Groups = BTreeMap<Key, Group>;
/// A campaign's fields, and its cards.
type Campaign = (Groups, u64);

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (cards, checks): (usize, usize) = (args[0].parse()?, args[1].parse()?);
    let mut folders = args[2..].split(|a| a == "--");
    let mut next = || -> Result<Vec<Campaign>, Box<dyn Error>> {
        folders
            .next()
            .unwrap_or_default()
            .iter()
            .map(|f| read(Path::new(f)))
            .collect()
    };
    let (learn, hold, shifted) = (next()?, next()?, next()?);
    let keys: Vec<Key> = learn.iter().flat_map(|(g, _)| g.keys().cloned()).collect();
    let mut keys: Vec<Key> = keys;
    keys.sort();
    keys.dedup();
    for key in &keys {
        of_group(key, (cards, checks), (&learn, &hold));
        of_shift(key, &learn, &hold, &shifted);
    }
    Ok(())
}

/// A campaign's fields with their truth, and how many cards it has.
fn read(folder: &Path) -> Result<Campaign, Box<dyn Error>> {
    let library = Library::load(&folder.join("forms"))?;
    let mut store = Store::open(folder)?;
    let truth = score::read_truth(File::open(folder.join("truth.csv"))?)?;
    let act = Act {
        who: "truth".into(),
        at: "2024-05-01T12:00:00Z".parse()?,
    };
    let mut words = Vec::new();
    let pages = store.pages()?;
    for page in &pages {
        for answer in store.answers(page.id)? {
            let is_here = |t: &&score::Truth| {
                t.file == page.file && t.page() == page.page && t.field == answer.field
            };
            let Some(line) = truth.iter().find(is_here) else {
                continue;
            };
            let right = score::is_right(line, &answer.machine_value);
            let value = if right {
                answer.machine_value
            } else {
                format!("not {}", answer.machine_value)
            };
            let said = if value.is_empty() {
                Answer::Blank
            } else {
                Answer::Value(value)
            };
            words.push(NewDecision {
                page: page.id,
                subject: Subject::Field(FieldId(answer.field)),
                answer: said,
                act: act.clone(),
                why: String::new(),
                raises: Vec::new(),
            });
        }
    }
    if store.words_on_fields()?.is_empty() {
        store.decide(&words)?;
    }
    let (groups, _) = gather(&store, &library, Pages::default())?;
    Ok((groups, pages.len() as u64))
}

/// So many cards' fields of a group, drawn with replacement, known throughout.
fn draw(key: &Key, from: &[Campaign], cards: usize, rng: &mut ChaCha8Rng) -> (Vec<Item>, u64, f64) {
    let all: Vec<&Group> = from.iter().filter_map(|(g, _)| g.get(key)).collect();
    let pages: u64 = from.iter().map(|(_, n)| n).sum();
    let known: Vec<Item> = all
        .iter()
        .flat_map(|g| g.items.iter().copied())
        .filter(|i| i.right.is_some())
        .collect();
    let stuck: u64 = all.iter().map(|g| g.stuck).sum();
    let start = all.first().map_or(1.0, |g| g.start);
    let times = cards as f64 / pages.max(1) as f64;
    let count = (known.len() as f64 * times).round() as usize;
    let items = (0..count).filter(|_| !known.is_empty()).map(|_| {
        let item = known[rng.random_range(0..known.len())];
        Item {
            vouched: item.confidence >= start,
            ..item
        }
    });
    (
        items.collect(),
        (stuck as f64 * times).round() as u64,
        start,
    )
}

fn of_group(key: &Key, (cards, checks): (usize, usize), (learn, hold): (&[Campaign], &[Campaign])) {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let (mut items, stuck, start) = draw(key, learn, cards, &mut rng);
    let distinct: usize = learn
        .iter()
        .filter_map(|(g, _)| g.get(key))
        .map(|g| g.items.len())
        .sum();
    let mut vouched: Vec<usize> = (0..items.len()).filter(|i| items[*i].vouched).collect();
    vouched.shuffle(&mut rng);
    for at in vouched.iter().skip(checks) {
        items[*at].right = None;
    }
    println!(
        "{} [{}]: {} fields drawn from {distinct}, {} of {} accepted checked",
        key.form,
        key.kind,
        items.len(),
        checks.min(vouched.len()),
        vouched.len()
    );
    for target in TARGETS {
        let learnt: Plan = plan(&items, (start, target), stuck);
        let mut kept = 0;
        let mut errors = Vec::new();
        for campaign in hold {
            let (drawn, _, _) = draw(key, std::slice::from_ref(campaign), cards, &mut rng);
            let found = risk(&drawn, learnt.accept_from, 0.05);
            kept += u32::from(found.observed <= target);
            errors.push(format!("{:.4}", 100.0 * found.observed));
        }
        let own: Vec<Item> = hold
            .iter()
            .filter_map(|(g, _)| g.get(key))
            .flat_map(|g| g.items.iter().copied())
            .collect();
        let accepted = own.iter().filter(|i| i.confidence >= learnt.accept_from);
        let wrong = accepted.clone().filter(|i| i.right == Some(false)).count();
        let of = accepted.count();
        println!(
            "  target {:>6}% {:<9} from {:<8} promised {:>7.4}%  questions {:>5.1}%  kept {kept} of {}: {} %  (themselves {wrong} of {of}, at most {:.3}%)",
            100.0 * target,
            match learnt.standing {
                Standing::Proven => "proven",
                Standing::Unproven { .. } => "unproven",
                Standing::Missed => "missed",
            },
            learnt.accept_from,
            100.0 * learnt.risk.at_most,
            100.0 * learnt.asked as f64 / (items.len() as u64 + stuck).max(1) as f64,
            hold.len(),
            errors.join(" "),
            100.0 * Count::new(wrong as u64, of as u64).at_most(0.05),
        );
    }
}

fn of_shift(key: &Key, learn: &[Campaign], hold: &[Campaign], other: &[Campaign]) {
    let mut learnt = hagaki::calibrate::shift::Spread::default();
    for group in learn.iter().filter_map(|(g, _)| g.get(key)) {
        learnt.merge(&group.spread);
    }
    for (name, campaigns) in [("same profile", hold), ("other profile", other)] {
        let all: Vec<&Group> = campaigns.iter().filter_map(|(g, _)| g.get(key)).collect();
        let noticed = all
            .iter()
            .filter(|g| shifted(&learnt, &g.spread).is_some())
            .count();
        let asked = |from: f64| {
            let below: usize = all
                .iter()
                .map(|g| g.items.iter().filter(|i| i.confidence < from).count() + g.stuck as usize)
                .sum();
            let fields: u64 = all.iter().map(|g| g.spread.fields()).sum();
            100.0 * below as f64 / fields.max(1) as f64
        };
        let start = all.first().map_or(1.0, |g| g.start);
        println!(
            "  {name}: noticed in {noticed} of {}; asked {:.1}% by the form's target, {:.1}% ten times stricter",
            all.len(),
            asked(start),
            asked(1.0 - (1.0 - start) / 10.0)
        );
    }
}
