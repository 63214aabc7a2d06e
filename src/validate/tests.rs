use proptest::prelude::*;

use super::*;
use crate::charset::Charset;
use crate::form::{CheckDigit, Rule};
use crate::lang::Text;

fn named(mut field: Field, name: &str) -> Field {
    field.id = FieldId(name.into());
    field
}

fn date_with_era_field() -> Field {
    let mut field = named(fixtures::date(), "birth");
    if let ValueKind::Date(kind) = &mut field.value {
        kind.era_field = Some(FieldId("era".into()));
    }
    field
}

fn boxes(field: &Field, written: &str) -> Reading {
    fixtures::reading(
        field,
        Content::Cells {
            cells: fixtures::cells(written, 0.99999),
        },
    )
}

#[test]
fn control_characters_are_no_part_of_an_answer() {
    let code = ValueKind::Code {
        length: vec![3],
        pattern: None,
        check: None,
    };
    let text = ["~\u{b}\u{8}2", "1\u{0}2\u{7f}3"].map(|text| {
        let field = fixtures::comb(code.clone(), 3);
        let parsed = parse::parse(&field, text, &fixtures::setting());
        (parsed.is_valid(), parsed.value)
    });
    assert_eq!(text, [(false, "~2".to_owned()), (true, "123".to_owned())]);
    let name = fixtures::line(ValueKind::Text, false, Charset::Jis2);
    let parsed = parse::parse(&name, "東\u{8}町\n1", &fixtures::setting());
    assert_eq!(
        (parsed.is_valid(), parsed.value),
        (true, "東町\n1".to_owned())
    );
}

#[test]
fn a_date_takes_its_era_from_the_other_field() {
    // The era is a character box here: it stands for any field that names one.
    let era = named(fixtures::comb(ValueKind::Choice, 1), "era");
    let birth = date_with_era_field();
    let side = fixtures::side(vec![birth.clone(), era.clone()]);
    for (letter, expected) in [
        ("S", (Status::Accepted, "1965-05-06")),
        ("H", (Status::Question, "2028-05-06")),
        (" ", (Status::Question, "")),
        ("X", (Status::Question, "")),
    ] {
        let readings = [boxes(&birth, "400506"), boxes(&era, letter)];
        let verdicts = validate(&side, &readings, &fixtures::context());
        assert_eq!(
            (verdicts[0].status, verdicts[0].value.as_str()),
            expected,
            "{letter}"
        );
    }
}

#[test]
fn blank_required_fields_become_questions_and_others_stay_blank() {
    let mut must = named(fixtures::comb(ValueKind::Postal, 7), "must");
    must.required = true;
    let may = named(fixtures::comb(ValueKind::Postal, 7), "may");
    let side = fixtures::side(vec![must.clone(), may.clone()]);
    let readings = [boxes(&must, "       "), boxes(&may, "       ")];
    let verdicts = validate(&side, &readings, &fixtures::context());
    assert_eq!(verdicts[0].status, Status::Question);
    assert_eq!(verdicts[0].doubts, [Reason::Required.into()]);
    assert_eq!(verdicts[1].status, Status::Blank);
}

#[test]
fn rules_see_decided_values() {
    let count = named(
        fixtures::comb(
            ValueKind::Number {
                min: None,
                max: None,
            },
            2,
        ),
        "count",
    );
    let postal = named(fixtures::comb(ValueKind::Postal, 7), "postal");
    let rule = Rule {
        when: Some(crate::form::Condition::Greater(
            FieldId("count".into()),
            "0".into(),
        )),
        require: vec![FieldId("postal".into())],
        forbid: Vec::new(),
        assert: None,
        age: None,
        message: Text::default(),
    };
    let side = Side {
        rules: vec![rule],
        ..fixtures::side(vec![count.clone(), postal.clone()])
    };
    let asked = validate(
        &side,
        &[boxes(&count, " 2"), boxes(&postal, "       ")],
        &fixtures::context(),
    );
    assert_eq!(
        (asked[0].value.as_str(), asked[1].status),
        ("2", Status::Question)
    );
    let fine = validate(
        &side,
        &[boxes(&count, " 0"), boxes(&postal, "       ")],
        &fixtures::context(),
    );
    assert_eq!(fine[1].status, Status::Blank);
}

#[test]
fn a_missing_engine_is_a_question() {
    let field = fixtures::line(ValueKind::Name, false, Charset::Jis2);
    let side = fixtures::side(vec![field.clone()]);
    let reading = fixtures::reading(&field, Content::Missing);
    let verdicts = validate(&side, &[reading], &fixtures::context());
    assert_eq!(verdicts[0].status, Status::Question);
    assert_eq!(verdicts[0].doubts, [Reason::NoEngine.into()]);
}

#[test]
fn an_accepted_verdict_never_carries_a_doubt() {
    let field = fixtures::comb(ValueKind::Postal, 7);
    let sure = Confidence::CERTAIN;
    let verdict = Verdict::decide(&field, "6240853".into(), sure, vec![Reason::Faint.into()]);
    assert_eq!(verdict.status, Status::Question);
    let weak = Verdict::decide(
        &field,
        "6240853".into(),
        Confidence::new(0.9989),
        Vec::new(),
    );
    assert_eq!(
        (weak.status, &weak.doubts[..]),
        (Status::Question, &[Reason::LowConf.into()][..])
    );
    let mut asked = Verdict::decide(&field, "6240853".into(), sure, Vec::new());
    assert_eq!(asked.status, Status::Accepted);
    asked.ask(Reason::Late.into());
    asked.ask(Reason::Late.into());
    assert_eq!((asked.status, asked.doubts.len()), (Status::Question, 1));
}

fn kinds() -> Vec<Field> {
    let date = fixtures::date();
    let luhn = Some(CheckDigit::M10W2Split);
    let mut all = vec![
        date,
        fixtures::marks(&[("a", "A"), ("b", "B")], 2),
        fixtures::ranks(&["a", "b"], 2, false),
    ];
    for value in [
        ValueKind::Number {
            min: Some(0),
            max: Some(99),
        },
        ValueKind::Code {
            length: vec![7, 12],
            pattern: None,
            check: luhn,
        },
        ValueKind::Postal,
        ValueKind::Phone {
            area: Some("0773".into()),
        },
        ValueKind::Kana,
        ValueKind::Name,
        ValueKind::Address,
        ValueKind::BankAccount,
        ValueKind::Text,
    ] {
        all.push(fixtures::line(
            value,
            false,
            fixtures::only("0123456789あア山"),
        ));
    }
    all
}

proptest! {
    #[test]
    fn no_text_panics_and_a_valid_value_parses_to_itself(text in "\\PC{0,24}", which in 0..12usize) {
        let field = &kinds()[which];
        let setting = fixtures::setting();
        let parsed = parse::parse(field, &text, &setting);
        if parsed.is_valid() {
            prop_assert_eq!(parse::parse(field, &parsed.value, &setting), parsed);
        }
        let _ = parse::parse_boxes(field, &text, &setting);
    }

    #[test]
    fn written_numbers_and_codes_come_back(
        n in 0..100i64, code in "[0-9]{7}", phone in "0[789]0[1-9][0-9]{3}[1-9]{4}", which in 0..4usize,
    ) {
        let setting = fixtures::setting();
        let (kind, text) = match which {
            0 => (ValueKind::Number { min: None, max: None }, n.to_string()),
            1 => (ValueKind::Postal, code),
            2 => (ValueKind::BankAccount, code),
            _ => (ValueKind::Phone { area: None }, phone),
        };
        let field = fixtures::line(kind, false, Charset::Digits);
        let parsed = parse::parse(&field, &text, &setting);
        prop_assert!(parsed.doubts.iter().all(|d| d.reason == Reason::PhoneFormat));
        prop_assert_eq!(parsed.value, text);
    }
}
