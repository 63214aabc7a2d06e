//! Which stacks alarm, and how often without cause.

use rand::seq::SliceRandom as _;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::lang::Lang;
use crate::pipeline::PageOutcome;
use crate::read::{Content, MarkMeasures, MarkState, OptionReading};
use crate::store::fixtures::*;

/// A card that says this of `wish`; `?` asks, empty is blank.
fn card_of(key: u32, wish: &str) -> PageOutcome {
    let mut page = card(&key.to_string(), &[("wish", wish), ("name", "佐藤")]);
    record_of(&mut page).fields[0].reading.content = Content::Marks {
        options: vec![OptionReading {
            value: "yes".into(),
            state: MarkState::Tick,
            selected: crate::confidence::Confidence::CERTAIN,
            kinds: Vec::new(),
            measures: MarkMeasures::default(),
        }],
    };
    page
}

/// Cards of a lot: so many say yes, no, nothing, and are asked.
fn cards(first: u32, counts: [usize; 4]) -> Vec<PageOutcome> {
    let says = ["yes", "no", "", "?yes"];
    let all = counts.iter().zip(says).flat_map(|(n, says)| vec![says; *n]);
    (first..)
        .zip(all)
        .map(|(key, says)| card_of(key, says))
        .collect()
}

fn record(store: &mut Store, folder: &str, pages: &[PageOutcome]) -> RunId {
    let mut run = begin(store, false);
    record_all(store, &mut run, &format!("{folder}/a.tif"), pages);
    run.id().unwrap()
}

fn measures(store: &Store) -> Vec<Measure> {
    let all = alarms(store).unwrap().into_iter();
    all.map(|a| match a {
        Alarm::Lot(lot) => lot.measure,
        Alarm::Header(_) | Alarm::SameKey(_) | Alarm::Glass(_) => {
            panic!("neither headers nor keys nor dust here")
        }
    })
    .collect()
}

fn of_wish(value: &str) -> Measure {
    Measure::Answer {
        field: "wish".into(),
        value: value.into(),
    }
}

#[test]
fn a_lot_whose_answers_change_sides_is_said_and_an_equal_one_is_not() {
    let (_dir, mut store) = store();
    record(&mut store, "in/1", &cards(0, [60, 60, 10, 10]));
    record(&mut store, "in/2", &cards(1000, [55, 64, 11, 10]));
    assert_eq!(alarms(&store).unwrap(), []);
    let run = record(&mut store, "in/3", &cards(2000, [20, 100, 10, 10]));
    let all = alarms(&store).unwrap();
    assert_eq!(measures(&store), [of_wish("no"), of_wish("yes")]);
    let Alarm::Lot(first) = &all[0] else {
        panic!("a lot");
    };
    assert_eq!((first.pages, first.pages_before), (130, 260));
    assert_eq!(first.lots[0].folder, "in/3");
    assert!(all.iter().all(|a| a.last_run() == Some(run)));
    // Asked twice, said twice the same.
    assert_eq!(alarms(&store).unwrap(), all);
}

#[test]
fn blanks_questions_and_rejections_are_measures_of_their_own() {
    let (_dir, mut store) = store();
    record(&mut store, "in/1", &cards(0, [100, 100, 10, 10]));
    record(&mut store, "in/2", &cards(1000, [50, 50, 10, 70]));
    record(&mut store, "in/3", &cards(2000, [40, 40, 80, 10]));
    let mut bad = cards(3000, [100, 100, 10, 10]);
    let rejected = || rejected(crate::doubt::Reason::UnknownForm);
    bad.extend((0..30).map(|_| rejected()));
    record(&mut store, "in/4", &bad);
    let field = || "wish".to_owned();
    let all = measures(&store);
    assert!(
        all.contains(&Measure::Question { field: field() }),
        "{all:?}"
    );
    assert!(all.contains(&Measure::Blank { field: field() }), "{all:?}");
    assert!(all.contains(&Measure::Rejected), "{all:?}");
    for lang in [Lang::Ja, Lang::En] {
        let said = lines(&alarms(&store).unwrap(), lang);
        assert!(said.iter().any(|l| l.contains("in/3")), "{said:?}");
        assert!(said.last().unwrap().starts_with("→ "), "{said:?}");
        assert!(said.iter().any(|l| l.contains("form preview")), "{said:?}");
    }
}

#[test]
fn a_print_that_fits_worse_or_is_larger_is_said() {
    let (_dir, mut store) = store();
    let lot = |first, residual: f64, scale: f64| {
        let mut pages = cards(first, [60, 60, 0, 0]);
        for (page, n) in pages.iter_mut().zip(0_u32..) {
            let report = &mut record_of(page).registration;
            let noise = f64::from(n % 7) * 0.004;
            report.residual_rms_mm = residual + noise;
            report.scale_y = scale + noise / 10.0;
        }
        pages
    };
    record(&mut store, "in/1", &lot(0, 0.08, 1.0));
    record(&mut store, "in/2", &lot(1000, 0.09, 1.002));
    assert_eq!(alarms(&store).unwrap(), []);
    record(&mut store, "in/3", &lot(2000, 0.3, 1.0));
    record(&mut store, "in/4", &lot(3000, 0.08, 1.02));
    // Better than before is no alarm.
    record(&mut store, "in/5", &lot(4000, 0.01, 1.0));
    assert_eq!(measures(&store), [Measure::Residual, Measure::ScaleY]);
}

/// Three lots of 120 cards; in the last, `wish` lies 2.5 mm lower, told by `proof`.
fn moved_in_the_last_lot(proof: (&str, &str)) -> (tempfile::TempDir, Store) {
    let (dir, mut store) = store();
    for lot in 0..3 {
        let pages = cards(lot * 1000, [60, 60, 0, 0]);
        record(&mut store, &format!("in/{lot}"), &pages);
    }
    let db = rusqlite::Connection::open(dir.path().join("hagaki.db")).unwrap();
    db.execute(
        "UPDATE outcomes SET registration = json_set(registration, '$.fields', json_array(
            json_object('field', 'wish', 'proof', iif(page_id > 240, ?2, ?1),
                        'dx_mm', 0.01 * (page_id % 5), 'dy_mm', iif(page_id > 240, 2.5, 0.0)),
            json_object('field', 'name', 'proof', 'missing', 'dx_mm', 9, 'dy_mm', page_id)))",
        [proof.0, proof.1],
    )
    .unwrap();
    (dir, store)
}

#[test]
fn a_field_that_moved_against_its_page_is_said() {
    // With a blank its print is followed; without one its boxes are seen elsewhere.
    for proof in [("print", "print"), ("outlines", "moved"), ("page", "moved")] {
        let (_dir, store) = moved_in_the_last_lot(proof);
        let field = "wish".to_owned();
        assert_eq!(measures(&store), [Measure::ShiftY { field }], "{proof:?}");
        assert!(lines(&alarms(&store).unwrap(), Lang::Ja)[0].contains("2.50 mm"));
    }
}

#[test]
fn small_lots_are_judged_together() {
    let (_dir, mut store) = store();
    record(&mut store, "in/0", &cards(0, [60, 60, 0, 0]));
    for lot in 1..=3 {
        assert_eq!(alarms(&store).unwrap(), [], "{lot}");
        record(
            &mut store,
            &format!("in/{lot}"),
            &cards(lot * 1000, [5, 35, 0, 0]),
        );
    }
    let all = alarms(&store).unwrap();
    let Alarm::Lot(first) = &all[0] else {
        panic!("a lot");
    };
    let folders: Vec<&str> = first.lots.iter().map(|l| l.folder.as_str()).collect();
    assert_eq!(folders, ["in/1", "in/2", "in/3"]);
    assert!(lines(&all, Lang::En)[0].contains("in/1 to 2024-05-01 in/3"));
}

#[test]
fn a_batch_header_begins_a_lot() {
    use crate::form::{FormId, Role};
    let (_dir, mut store) = store();
    let header = |key: &str| {
        let mut page = card(key, &[]);
        record_of(&mut page).role = Role::BatchHeader;
        record_of(&mut page).form = FormId("batch-header".into());
        page
    };
    let mut pages = vec![header("BATCH-20240501-001")];
    pages.extend(cards(0, [3, 0, 0, 0]));
    pages.push(header("BATCH-20240501-002"));
    pages.extend(cards(100, [4, 0, 0, 0]));
    record(&mut store, "in", &pages);
    // Another folder has no header above it.
    record(&mut store, "other", &cards(200, [2, 0, 0, 0]));
    let lots = store.lots().unwrap();
    let said: Vec<(&str, Option<&str>)> = lots
        .iter()
        .map(|l| (l.folder.as_str(), l.header.as_deref()))
        .collect();
    assert_eq!(
        said,
        [
            ("in", Some("BATCH-20240501-001")),
            ("in", Some("BATCH-20240501-002")),
            ("other", None),
        ]
    );
    let pages: Vec<usize> = store
        .lot_fits()
        .unwrap()
        .iter()
        .map(|f| f.pages.len())
        .collect();
    assert_eq!(pages, [3, 4, 2]);
}

#[test]
fn a_header_that_names_another_number_of_cards_is_said() {
    use crate::form::{FormId, Role};
    let (_dir, mut store) = store();
    let header = |key: &str, count: &str| {
        let mut page = card(key, &[("count", count)]);
        record_of(&mut page).role = Role::BatchHeader;
        record_of(&mut page).form = FormId("batch-header".into());
        page
    };
    let mut pages = vec![header("BATCH-20240501-001", "3")];
    pages.extend(cards(0, [3, 0, 0, 0]));
    pages.push(header("BATCH-20240501-002", "4"));
    pages.extend(cards(100, [2, 0, 0, 0]));
    pages.push(separator());
    pages.push(rejected(crate::doubt::Reason::BlankPage));
    pages.push(rejected(crate::doubt::Reason::UnknownForm));
    pages.push(header("BATCH-20240501-003", "?9"));
    let run = record(&mut store, "in", &pages);
    let all = alarms(&store).unwrap();
    let [Alarm::Header(alarm)] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!((alarm.expected, alarm.least, alarm.most), (4, 2, 3));
    assert_eq!(alarm.lot.header.as_deref(), Some("BATCH-20240501-002"));
    assert_eq!(all[0].last_run(), Some(run));
    for (lang, said) in [
        (
            Lang::Ja,
            [
                "見出しの枚数は 4 枚、読み取ったカードは 2～3 枚",
                "数え直し",
            ],
        ),
        (Lang::En, ["says 4 cards, 2 to 3 came in", "set aside"]),
    ] {
        let lines = lines(&all, lang).join("\n");
        for words in said {
            assert!(lines.contains(words), "{words}: {lines}");
        }
    }
    assert_eq!(held_pages(&store).unwrap().len(), 6);
}

#[test]
fn one_key_on_many_cards_is_said_without_the_key() {
    let (_dir, mut store) = store();
    let pages: Vec<PageOutcome> = (0..3).map(|_| card_of(4711, "yes")).collect();
    record(&mut store, "in", &pages);
    assert_eq!(alarms(&store).unwrap(), []);
    let run = record(&mut store, "more", &pages[..1]);
    let all = alarms(&store).unwrap();
    let [Alarm::SameKey(key)] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!((key.pages, key.file.as_str(), key.page), (4, "in/a.tif", 0));
    assert_eq!(all[0].last_run(), Some(run));
    for lang in [Lang::Ja, Lang::En] {
        let said = lines(&all, lang).join("\n");
        assert!(
            !said.contains("4711") && said.contains("in/a.tif[0]"),
            "{said}"
        );
    }
}

/// A drawn stack: how many of `n` cards say what, each share moved by `by` points.
fn drawn(rng: &mut ChaCha8Rng, n: u64, by: f64) -> Shown {
    const SHARES: [f64; 16] = [
        0.6, 0.3, 0.08, 0.02, 0.2, 0.1, 0.7, 0.3, 0.05, 0.03, 0.1, 0.2, 0.01, 0.5, 0.15, 0.4,
    ];
    let mut shown = Shown {
        pages: n,
        ..Shown::default()
    };
    for (k, share) in SHARES.iter().enumerate() {
        let share = if k == 1 { share + by } else { *share };
        let hits = (0..n).filter(|_| rng.random::<f64>() < share).count() as u64;
        let measure = of_wish(&k.to_string());
        shown.shares.insert(measure, Share { hits, of: n });
    }
    for measure in [Measure::Residual, Measure::ScaleX, Measure::ScaleY] {
        let base = if measure == Measure::Residual {
            0.08
        } else {
            1.0
        };
        let pages = (0..n).map(|_| base + 0.02 * rng.random::<f64>()).collect();
        shown.medians.insert(measure, pages);
    }
    shown
}

/// How many of so many stacks of one more lot after four alarm.
fn alarmed(stacks: u32, n: u64, by: f64) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_127);
    (0..stacks)
        .filter(|_| {
            let mut lots: BTreeMap<LotId, Shown> = (1..=4)
                .map(|id| (LotId(id), drawn(&mut rng, n, 0.0)))
                .collect();
            // What the earlier lots say among themselves is not counted here.
            let before = of_side(None, &lots, &BTreeMap::new()).len();
            lots.insert(LotId(5), drawn(&mut rng, n, by));
            of_side(None, &lots, &BTreeMap::new()).len() > before
        })
        .count()
}

#[test]
fn false_alarms_stay_below_one_lot_in_a_hundred() {
    for (stacks, pages) in [(1500, 100), (1500, 300), (60, 1500)] {
        let found = alarmed(stacks, pages, 0.0);
        assert!(
            found * 100 <= stacks as usize,
            "{found} of {stacks} lots of {pages}"
        );
    }
}

#[test]
fn what_a_lot_can_show_it_does_show() {
    // From 30 to 50 % in 300 cards; from 30 to 37 % in 2,500.
    assert!(alarmed(100, 300, 0.2) >= 90);
    assert!(alarmed(50, 2500, 0.07) >= 42);
}

mod order {
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3))]

        #[test]
        fn the_order_of_the_cards_in_a_lot_changes_nothing(seed in any::<u64>()) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let lots = [[40, 60, 5, 5], [45, 50, 5, 10], [5, 90, 15, 5]];
            let said = |rng: Option<&mut ChaCha8Rng>| {
                let (_dir, mut store) = store();
                let mut rng = rng;
                for (n, counts) in (0..).zip(lots) {
                    let mut pages = cards(n * 1000, counts);
                    if let Some(rng) = &mut rng {
                        pages.shuffle(rng);
                    }
                    record(&mut store, &format!("in/{n}"), &pages);
                }
                alarms(&store).unwrap()
            };
            let straight = said(None);
            prop_assert!(!straight.is_empty());
            prop_assert_eq!(said(Some(&mut rng)), straight);
        }
    }
}
