use super::*;
use crate::lang::Lang;

use crate::store::Cause;
use crate::store::fixtures::*;

#[test]
fn a_campaign_without_decisions_promises_nothing() {
    let (_dir, mut store) = store();
    let library = form(&["wish"]);
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "yes")])]);
    let learnt = learn(&store, &library, false).unwrap();
    // The fixture's reading is none of marks: the page is said to be left out.
    assert_eq!((learnt.groups.len(), learnt.pages_left), (0, 1));
    assert!(learnt.rows().is_empty());
    assert!(!learnt.must_look());
    for (lang, word) in [(Lang::Ja, "未証明"), (Lang::En, "unproven")] {
        assert!(table(&learnt, lang).contains(word));
        assert!(plot::svg(&learnt, lang).ends_with("</svg>\n"));
    }
}

fn row(accept_from: Option<f64>, standing: &str) -> GroupRow {
    GroupRow {
        form: "wish".into(),
        engine: "marks-1".into(),
        kind: "choice".into(),
        fields: vec!["wish".into()],
        target: 0.001,
        accept_from,
        standing: standing.into(),
        at_most: 1.0,
        known: 0,
        wrong: 0,
        spread: serde_json::to_string(&Spread::default()).unwrap(),
    }
}

#[test]
fn what_was_learnt_holds_for_its_engine_and_target_only() {
    let (_dir, mut store) = store();
    let library = form(&["wish", "phone"]);
    let groups = [row(Some(0.9), "proven")];
    store
        .calibrate(&act("kan"), (Cause::Decisions, false, None), &groups)
        .unwrap();
    let held = in_force(&store, &library).unwrap();
    let fields: Vec<_> = held.sides().flat_map(|(_, s)| &s.fields).collect();
    assert_eq!(fields[0].learnt_of("marks-1"), Some(0.9));
    assert_eq!(fields[0].learnt_of("marks-2"), None);
    assert!(fields[1].learnt.is_empty());
    // Taken back: the forms are as they were.
    store
        .calibrate(&act("kan"), (Cause::Withdrawn, false, None), &[])
        .unwrap();
    let held = in_force(&store, &library).unwrap();
    assert!(
        held.sides()
            .all(|(_, s)| s.fields.iter().all(|f| f.learnt.is_empty()))
    );
}

#[test]
fn a_spread_that_cannot_be_understood_is_an_error_and_no_empty_one() {
    let (_dir, mut store) = store();
    let library = form(&["wish"]);
    let torn = GroupRow {
        spread: "[1, 2".into(),
        ..row(None, "unproven")
    };
    store
        .calibrate(&act("kan"), (Cause::Decisions, false, None), &[torn])
        .unwrap();
    let held = store.calibration().unwrap().unwrap();
    let said = shifts(&store, &library, &held).unwrap_err().to_string();
    assert!(said.contains("spread") && said.contains("[1, 2"), "{said}");
}

#[test]
fn shifted_cards_are_read_ten_times_stricter_until_a_person_says_otherwise() {
    let library = form(&["wish"]);
    let held = |groups: Vec<GroupRow>| CalibrationRow {
        id: crate::store::CalibrationId(1),
        at: NOON.into(),
        who: "kan".into(),
        cause: Cause::Decisions,
        each_field: false,
        last_page: PageId(0),
        groups,
    };
    let shift = Shift {
        lot: LotId(1),
        form: "wish".into(),
        kind: "choice".into(),
        fields: vec!["wish".into()],
        distance: Distance {
            distance: 0.3,
            chance: 1e-9,
        },
    };
    for accept_from in [None, Some(0.9)] {
        let before = held(vec![row(accept_from, "proven")]);
        let after = stricter(&before, &library, std::slice::from_ref(&shift)).unwrap();
        assert!(
            (after[0].accept_from.unwrap() - 0.9999).abs() < 1e-12,
            "{after:?}"
        );
        assert_eq!(after[0].standing, SHIFTED);
        assert_eq!(
            stricter(&held(after), &library, std::slice::from_ref(&shift)),
            None
        );
    }
    assert_eq!(
        stricter(&held(vec![row(None, "unproven")]), &library, &[]),
        None
    );
    for lang in [Lang::Ja, Lang::En] {
        assert!(shift_line(&shift, lang).contains("0.30"));
    }
}
