use super::*;
use crate::confidence::Confidence;
use crate::validate::fixtures;

fn id(name: &str) -> FieldId {
    FieldId(name.into())
}

fn equals_to(name: &str, value: &str) -> Condition {
    Condition::Equals(id(name), value.into())
}

fn rule(when: Option<Condition>) -> Rule {
    Rule {
        when,
        require: Vec::new(),
        forbid: Vec::new(),
        assert: None,
        age: None,
        message: Text::default(),
    }
}

/// A side with `wish`, `phone` and `date`, and these rules.
fn side(rules: Vec<Rule>) -> Side {
    let mut fields = vec![
        fixtures::marks(&[("yes", "Yes"), ("no", "No")], 1),
        fixtures::comb(ValueKind::Phone { area: None }, 11),
        fixtures::comb(
            ValueKind::Number {
                min: None,
                max: None,
            },
            3,
        ),
    ];
    for (field, name) in fields.iter_mut().zip(["wish", "phone", "count"]) {
        field.id = id(name);
    }
    Side {
        rules,
        ..fixtures::side(fields)
    }
}

fn verdict(name: &str, status: Status, value: &str) -> Verdict {
    Verdict {
        field: id(name),
        status,
        value: value.into(),
        confidence: Confidence::CERTAIN,
        doubts: Vec::new(),
    }
}

/// Statuses and first reasons after the rules.
fn after(side: &Side, answers: &[(&str, Status, &str)]) -> Vec<(Status, Option<Reason>)> {
    let mut verdicts: Vec<Verdict> = answers
        .iter()
        .map(|(name, status, value)| verdict(name, *status, value))
        .collect();
    apply(side, &mut verdicts, Day::new(2024, 5, 1).unwrap());
    verdicts
        .iter()
        .map(|v| (v.status, v.doubts.first().map(|d| d.reason)))
        .collect()
}

#[test]
fn a_required_answer_is_asked_only_when_the_rule_applies() {
    let when = Some(equals_to("wish", "yes"));
    let side = side(vec![Rule {
        require: vec![id("phone")],
        ..rule(when)
    }]);
    let asked = (Status::Question, Some(Reason::Required));
    let blank = (Status::Blank, None);
    let cases = [
        ((Status::Accepted, "yes"), asked),
        ((Status::Accepted, "no"), blank),
        ((Status::Blank, ""), blank),
        ((Status::Question, "yes"), blank),
    ];
    for ((status, value), expected) in cases {
        let out = after(
            &side,
            &[("wish", status, value), ("phone", Status::Blank, "")],
        );
        assert_eq!(out[1], expected, "{status:?} {value}");
    }
}

#[test]
fn a_forbidden_answer_contradicts_and_a_blank_one_does_not_apply() {
    let when = Some(equals_to("wish", "no"));
    let side = side(vec![Rule {
        forbid: vec![id("phone")],
        ..rule(when)
    }]);
    let wish = ("wish", Status::Accepted, "no");
    let filled = after(&side, &[wish, ("phone", Status::Accepted, "0773621234")]);
    assert_eq!(filled[1], (Status::Question, Some(Reason::CrossField)));
    let blank = after(&side, &[wish, ("phone", Status::Blank, "")]);
    assert_eq!(blank[1], (Status::NotApplicable, None));
}

#[test]
fn a_required_field_that_does_not_apply_is_not_asked() {
    let when = Some(equals_to("wish", "no"));
    let mut side = side(vec![Rule {
        forbid: vec![id("phone")],
        ..rule(when)
    }]);
    side.fields[1].required = true;
    let out = after(
        &side,
        &[
            ("wish", Status::Accepted, "no"),
            ("phone", Status::Blank, ""),
        ],
    );
    assert_eq!(out[1], (Status::NotApplicable, None));
    let out = after(
        &side,
        &[
            ("wish", Status::Accepted, "yes"),
            ("phone", Status::Blank, ""),
        ],
    );
    assert_eq!(out[1], (Status::Question, Some(Reason::Required)));
}

#[test]
fn a_false_assertion_asks_about_every_field_it_names() {
    let assert = Condition::Or(vec![
        equals_to("wish", "no"),
        Condition::Greater(id("count"), "0".into()),
    ]);
    let side = side(vec![Rule {
        assert: Some(assert),
        ..rule(None)
    }]);
    let yes = ("wish", Status::Accepted, "yes");
    let out = after(&side, &[yes, ("count", Status::Accepted, "0")]);
    assert_eq!(out, [(Status::Question, Some(Reason::CrossField)); 2]);
    let out = after(&side, &[yes, ("count", Status::Accepted, "10")]);
    assert_eq!(out, [(Status::Accepted, None); 2]);
    let out = after(&side, &[yes, ("count", Status::Question, "0")]);
    assert_eq!(out[0], (Status::Accepted, None));
}

#[test]
fn conditions_have_three_values() {
    let side = side(Vec::new());
    let look = |id: &FieldId| match id.0.as_str() {
        "wish" => Known::Value("a|b"),
        "count" => Known::Value("9"),
        "phone" => Known::Blank,
        _ => Known::Open,
    };
    let open = || Condition::Blank(id("other"));
    let cases = [
        (Condition::Contains(id("wish"), "b".into()), Some(true)),
        (Condition::Contains(id("wish"), "c".into()), Some(false)),
        (Condition::Blank(id("phone")), Some(true)),
        (Condition::Less(id("count"), "10".into()), Some(true)),
        (
            Condition::GreaterOrEqual(id("count"), "10".into()),
            Some(false),
        ),
        (Condition::LessOrEqual(id("phone"), "1".into()), Some(false)),
        (Condition::Differs(id("phone"), "x".into()), Some(true)),
        (Condition::SameAs(id("wish"), id("wish")), Some(true)),
        (Condition::SameAs(id("wish"), id("phone")), Some(false)),
        (Condition::SameAs(id("wish"), id("other")), None),
        (open(), None),
        (Condition::Not(Box::new(open())), None),
        (
            Condition::And(vec![open(), Condition::Blank(id("count"))]),
            Some(false),
        ),
        (
            Condition::And(vec![open(), Condition::Blank(id("phone"))]),
            None,
        ),
        (
            Condition::Or(vec![open(), Condition::Blank(id("phone"))]),
            Some(true),
        ),
        (
            Condition::Or(vec![open(), Condition::Blank(id("count"))]),
            None,
        ),
    ];
    for (condition, expected) in cases {
        assert_eq!(holds(&side, &condition, &look), expected, "{condition:?}");
    }
}

#[test]
fn dates_compare_as_days_whatever_their_format() {
    let mut field = fixtures::date();
    field.id = id("date");
    if let ValueKind::Date(kind) = &mut field.value {
        kind.format = crate::form::DateFormat::Wareki;
    }
    let side = fixtures::side(vec![field]);
    let look = |_: &FieldId| Known::Value("令和6年10月1日");
    let before = Condition::Less(id("date"), "2024-12-01".into());
    assert_eq!(holds(&side, &before, &look), Some(true));
    let after = Condition::Greater(id("date"), "2024-12-01".into());
    assert_eq!(holds(&side, &after, &look), Some(false));
}

#[test]
fn a_written_age_goes_with_the_birth_date() {
    let mut side = side(vec![Rule {
        age: Some(AgeRule {
            written: id("count"),
            born: id("phone"),
        }),
        ..rule(None)
    }]);
    side.fields[1].value = fixtures::date().value;
    let reason = |age: (Status, &str), born: (Status, &str)| {
        let found = after(&side, &[("phone", born.0, born.1), ("count", age.0, age.1)]);
        assert_eq!(found[0], found[1], "both are asked, or neither");
        found[0].1
    };
    let (sure, asked, blank) = (Status::Accepted, Status::Question, Status::Blank);
    for (age, born, wanted) in [
        ("34", "1990-05-01", None),
        ("33", "1990-05-02", None),
        ("35", "1990-05-01", Some(Reason::AgeOffByOne)),
        ("33", "1990-05-01", Some(Reason::AgeOffByOne)),
        ("44", "1990-05-01", Some(Reason::CrossField)),
        ("99", "1890-05-01", Some(Reason::Range)),
    ] {
        assert_eq!(reason((sure, age), (sure, born)), wanted, "{age} {born}");
    }
    // What is not known yet is held against nothing.
    let found = after(
        &side,
        &[("phone", asked, "1990-05-01"), ("count", sure, "9")],
    );
    assert_eq!(found[1], (sure, None));
    let found = after(&side, &[("phone", blank, ""), ("count", sure, "9")]);
    assert_eq!(found[1], (sure, None));
}
