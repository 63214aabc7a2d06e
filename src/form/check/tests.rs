use std::io::{self, Cursor};

use image::{GrayImage, ImageFormat, Luma};
use proptest::prelude::*;

use super::Form;
use crate::form::fault::Fault;
use crate::form::told::told;
use crate::form::types::*;
use crate::geom::Rect;
use crate::lang::Lang;

/// The example of the design, wholly.
const CARD: &str = r#"form = "vaccine-intent"
edition = 3
title = { ja = "ワクチン接種 意向確認はがき", en = "Vaccination intent card" }

[[side]]
id = "answer"
size = [100, 148]
anchors = "auto"                  # patches of the blank picture; or marks = [...]
[side.key]
zone = [58, 6, 38, 12]
symbology = ["codabar", "code39", "code128", "itf", "qr"]
pattern = '^A?(?<key>\d{10})A?$'
check = "m10w2"

[[side.field]]
id = "wish"
label = { ja = "接種の希望", en = "Wishes vaccination" }
consent = true
required = true
marks = { at_most = 1, options = [
  { value = "yes", label = "希望する",   box = [12, 40, 4, 4], word = [17, 39.5, 16, 5] },
  { value = "no",  label = "希望しない", box = [40, 40, 4, 4], word = [45, 39.5, 19, 5] } ] }

[[side.field]]
id = "phone"
comb = { cells = 11, first = [12, 60, 5.5, 8], pitch = 6.4 }
value = { phone = { area = "0773" } }

[[side.field]]
id = "name"
line = { area = [12, 75, 70, 10], charset = "jis2" }
value = { name = {} }

[[rule]]
when = 'wish == "yes"'
require = ["phone"]
"#;

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = GrayImage::from_pixel(width, height, Luma([255]));
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a picture in memory");
    bytes.into_inner()
}

fn no_pictures(_: &str) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

/// A blank postcard at 5 px a millimetre under every name.
#[expect(clippy::unnecessary_wraps, reason = "a form asks for it in this shape")]
fn card_picture(_: &str) -> io::Result<Vec<u8>> {
    Ok(png(500, 740))
}

fn faults(source: &str) -> Vec<String> {
    let found = Form::parse(source, "form.toml", &card_picture)
        .err()
        .unwrap_or_default();
    found.iter().for_each(is_told_in_japanese);
    found.iter().map(ToString::to_string).collect()
}

fn is_told_in_japanese(fault: &Fault) {
    for sentence in [Some(&fault.message), fault.hint.as_ref()]
        .into_iter()
        .flatten()
    {
        let said = told(sentence, Lang::Ja);
        assert_ne!(said, *sentence, "src/form/told.rs lacks it");
    }
}

#[test]
fn the_example_of_the_design_parses() {
    let form = Form::parse(CARD, "form.toml", &card_picture).expect("no fault");
    assert_eq!((form.id.0.as_str(), form.edition), ("vaccine-intent", 3));
    assert_eq!(form.title.en, "Vaccination intent card");
    let side = &form.sides[0];
    assert!(matches!(side.anchors, Anchors::Auto));
    let blank = side.blank.as_ref().expect("given");
    assert!((blank.px_per_mm - 5.0).abs() < 1e-9);
    let key = side.key.as_ref().expect("given");
    assert_eq!(key.symbologies.len(), 5);
    assert_eq!(key.check, Some(CheckDigit::M10W2Split));
    let wish = &side.fields[0];
    assert!(wish.consent && wish.required && matches!(wish.value, ValueKind::Choice));
    let Zone::Comb(comb) = &side.fields[1].zone else {
        panic!("a comb")
    };
    assert_eq!(comb.cells.len(), 11);
    assert!((comb.cells[10].x - 76.0).abs() < 1e-9);
    let ValueKind::Phone { area } = &side.fields[1].value else {
        panic!("a phone")
    };
    assert_eq!(area.as_deref(), Some("0773"));
    let rule = &side.rules[0];
    assert_eq!(
        rule.when,
        Some(Condition::Equals(FieldId("wish".into()), "yes".into()))
    );
    assert_eq!(rule.require, [FieldId("phone".into())]);
}

#[test]
fn the_digest_holds_the_text_and_the_pictures() {
    let digest = |source: &str, width| {
        let form = Form::parse(source, "f", &|_| Ok(png(width, width * 148 / 100)));
        form.expect("no fault").digest
    };
    assert_eq!(digest(CARD, 500), digest(CARD, 500));
    assert_ne!(digest(CARD, 500), digest(CARD, 600));
    assert_ne!(
        digest(CARD, 500),
        digest(&CARD.replace("edition = 3", "edition = 4"), 500)
    );
}

/// One change of the example, and what is said about it: all faults, first lines only.
struct Case(&'static str, &'static str, &'static [&'static str]);

const CASES: &[Case] = &[
    Case(
        "edition = 3",
        "edition = 0",
        &["2:11: editions count from 1"],
    ),
    Case(
        "edition = 3",
        "edition = -1",
        &["2:11: invalid value: integer `-1`, expected u32"],
    ),
    Case("edition = 3\n", "", &["1:1: missing field `edition`"]),
    Case(
        "\"vaccine-intent\"",
        "\"Vaccine\"",
        &["1:8: `Vaccine` is no name for a form"],
    ),
    Case("form =", "form == ", &["1:7: extra `=`, expected nothing"]),
    Case("label =", "lable =", &["17:1: unknown field `lable`"]),
    Case(
        "[100, 148]",
        "[100, 1480]",
        &["7:8: a side of 100 x 1480 mm is not between 20 and 500 mm"],
    ),
    Case(
        "[58, 6, 38, 12]",
        "[58, 6, 48, 12]",
        &["10:8: [58, 6, 48, 12] lies outside the side of 100 x 148 mm"],
    ),
    Case(
        "[58, 6, 38, 12]",
        "[58, 6, 38]",
        &["10:8: invalid length 3, expected an array of length 4"],
    ),
    Case(
        "[58, 6, 38, 12]",
        "[58, 6, 38, nan]",
        &["10:8: [58, 6, 38, NaN] has no area"],
    ),
    Case(
        "\"itf\"",
        "\"itff\"",
        &["11:46: there is no symbology `itff`"],
    ),
    Case(
        "(?<key>",
        "(?<keys>",
        &["12:11: the pattern has no group `key`"],
    ),
    Case(
        "(?<key>",
        "(?<key",
        &["12:11: the pattern cannot be used: invalid capture group character"],
    ),
    Case(
        "\"m10w2\"",
        "\"m11w2\"",
        &["13:9: there is no check digit `m11w2`"],
    ),
    Case("consent = true", "consent = false", &[]),
    Case(
        "at_most = 1",
        "at_most = 3",
        &["20:21: at most 3 of 2 options is not possible"],
    ),
    Case(
        "value = \"no\",",
        "value = \"yes\",",
        &["22:13: there are two options `yes`"],
    ),
    Case(
        "box = [40, 40, 4, 4], word = [45, 39.5, 19, 5] ",
        "",
        &["22:13: option `no` is nowhere on the paper"],
    ),
    Case(
        "[40, 40, 4, 4]",
        "[14, 40, 4, 4]",
        &["22:3: option `no` lies on option `yes`"],
    ),
    Case(
        "cells = 11",
        "cells = 14",
        &["26:30: box 14: [95.2, 60, 5.5, 8] lies outside the side of 100 x 148 mm"],
    ),
    Case(
        "cells = 11",
        "cells = 4000000000",
        &["26:18: 4000000000 cells are not possible"],
    ),
    Case(
        "pitch = 6.4",
        "pitch = 5",
        &["26:56: cells of 5.5 mm every 5 mm overlap"],
    ),
    Case(
        "first = [12, 60, 5.5, 8], pitch = 6.4",
        "pitch = 6.4",
        &["26:8: a comb says where its cells are in one way"],
    ),
    Case("\"0773\"", "\"773\"", &["27:28: `773` is no area code"]),
    Case(
        "{ phone = {",
        "{ phome = {",
        &["27:11: unknown field `phome`"],
    ),
    Case(
        "{ name = {} }",
        "{ name = {}, kana = {} }",
        &["32:9: an answer is of one kind"],
    ),
    Case(
        "{ name = {} }",
        "{ choice = {} }",
        &["32:9: `line` cannot hold a `choice`"],
    ),
    Case(
        "\"jis2\"",
        "\"jis3\"",
        &["31:45: there is no charset `jis3`"],
    ),
    Case(
        "line = {",
        "picture = { area = [1, 1, 5, 5] }\nline = {",
        &["30:6: `name` has line and picture: one is allowed"],
    ),
    Case(
        "id = \"name\"",
        "id = \"phone\"",
        &["30:6: there are two fields `phone`"],
    ),
    Case(
        "id = \"name\"",
        "id = \"na,me\"",
        &["30:6: `na,me` is no name for a field"],
    ),
    Case(
        "'wish == \"yes\"'",
        "'wish == \"yess\"'",
        &["35:17: `wish` has no option `yess`"],
    ),
    Case(
        "'wish == \"yes\"'",
        "'wissh == \"yes\"'",
        &["35:9: there is no field `wissh`"],
    ),
    Case(
        "'wish == \"yes\"'",
        "'wish = \"yes\"'",
        &["35:14: `=` is not a comparison; write `==`"],
    ),
    Case(
        "'wish == \"yes\"'",
        "\"wish contains 'yes'\"",
        &["35:23: `wish` holds one value"],
    ),
    Case(
        "require = [\"phone\"]",
        "require = [\"fax\"]",
        &["36:12: there is no field `fax`"],
    ),
    Case(
        "require = [\"phone\"]",
        "",
        &["35:8: this rule asks for nothing"],
    ),
    Case(
        "anchors = \"auto\" ",
        "marks = [{ kind = \"disc\", at = [5, 5], size = 4 }] ",
        &["8:9: 1 marks do not fix a page"],
    ),
    Case(
        "anchors = \"auto\" ",
        "blank = \"../x.png\" ",
        &["8:9: `../x.png` is not a file name"],
    ),
    Case(
        "anchors = \"auto\" ",
        "anchors = \"manual\" ",
        &["8:11: unknown variant `manual`, expected `auto`"],
    ),
    Case(
        "{ name = {} }",
        "{ date = { earliest = \"2024-02-30\" } }",
        &["32:31: `2024-02-30` is no day"],
    ),
    Case(
        "{ name = {} }",
        "{ date = { earliest = \"2024-05-01\", latest = \"2024-04-01\" } }",
        &["32:54: `latest` is before `earliest`"],
    ),
    Case(
        "{ name = {} }",
        "{ date = { era_field = \"wish\" } }",
        &["32:32: `wish` is no choice of eras"],
    ),
    Case(
        "{ name = {} }",
        "{ code = { length = 0 } }",
        &["32:29: a code has at least one character"],
    ),
    Case(
        "{ phone = { area = \"0773\" } }",
        "{ code = { length = [7, 12] } }",
        &["27:29: 12 characters do not fit into 11 boxes"],
    ),
    Case(
        "{ name = {} }",
        "{ name = {} }\ntarget_error = 0.9",
        &["33:16: a target error of 0.9 is not possible"],
    ),
    Case(
        "{ name = {} }",
        "{ name = {} }\nconsent = true",
        &["33:11: `name` has no marks to consent by"],
    ),
];

#[test]
fn every_fault_says_where_and_what() {
    let mut wrong = Vec::new();
    for Case(from, to, expected) in CASES {
        assert!(CARD.contains(from), "{from}");
        let found = faults(&CARD.replacen(from, to, 1));
        let lines: Vec<&str> = found.iter().filter_map(|f| f.lines().next()).collect();
        let expected: Vec<String> = expected.iter().map(|e| format!("form.toml:{e}")).collect();
        if lines != expected {
            wrong.push(format!(
                "after {from:?} -> {to:?}\n  {lines:?}\n  {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_faults_are_told_at_once_with_hints() {
    let source = CARD
        .replace("edition = 3", "edition = 0")
        .replace("consent =", "concent =")
        .replace("cells = 11", "cells = 14")
        .replace("[12, 75, 70, 10]", "[12, 75, 170, 10]")
        .replace("\"phone\"]", "\"fone\"]");
    insta::assert_snapshot!(faults(&source).join("\n"), @r"
    form.toml:2:11: editions count from 1
    form.toml:18:1: unknown field `concent`
      hint: did you mean `consent`?
    form.toml:26:30: box 14: [95.2, 60, 5.5, 8] lies outside the side of 100 x 148 mm
      hint: it reaches from (95.2, 60) to (100.7, 68)
    form.toml:31:17: [12, 75, 170, 10] lies outside the side of 100 x 148 mm
      hint: it reaches from (12, 75) to (182, 85)
    form.toml:36:12: there is no field `fone`
      hint: did you mean `phone`?
    ");
}

#[test]
fn a_side_without_picture_and_marks_says_what_to_do() {
    let found = Form::parse(CARD, "form.toml", &no_pictures).expect_err("no anchors");
    assert_eq!((found.len(), found[0].line, found[0].column), (1, 8, 11));
    let hint = found[0].hint.as_deref().unwrap_or("");
    assert!(
        hint.contains("blank-answer.png") && hint.contains("hagaki form draw"),
        "{hint}"
    );
}

#[test]
fn a_picture_of_other_proportions_is_refused() {
    let found = Form::parse(CARD, "f", &|_| Ok(png(740, 500))).expect_err("it lies on its side");
    assert!(
        found[0].message.contains("does not have the proportions"),
        "{}",
        found[0]
    );
    let found = Form::parse(CARD, "f", &|_| Ok(b"GIF89a".to_vec())).expect_err("no PNG");
    assert!(found[0].message.contains("is no PNG"), "{}", found[0]);
}

#[test]
fn marks_on_one_line_are_refused() {
    let marks = |c: &str| {
        let mark = |at: &str| format!("{{ kind = \"square\", at = {at}, size = 5 }}");
        let list = [mark("[6, 6]"), mark("[94, 6]"), mark(c)].join(", ");
        faults(&CARD.replace("anchors = \"auto\"", &format!("marks = [{list}]")))
    };
    assert_eq!(marks("[50, 9]").len(), 1);
    assert_eq!(marks("[50, 140]"), Vec::<String>::new());
}

#[test]
fn a_rule_stays_on_one_side() {
    let other = "\n[[side]]\nid = \"back\"\nsize = [100, 148]\n[[side.field]]\nid = \"note\"\n\
                 picture = { area = [5, 5, 50, 50] }\n\n[[rule]]";
    let source = CARD
        .replace("\n[[rule]]", other)
        .replace("[\"phone\"]", "[\"note\"]");
    assert_eq!(
        faults(&source),
        ["form.toml:43:12: a rule holds between the fields of one side"]
    );
}

#[test]
fn an_age_is_a_number_beside_a_date() {
    let source = include_str!("every.toml");
    let wrong = |from: &str, to: &str| {
        let text = source.replace(from, to);
        assert_ne!(text, source);
        let faults = Form::parse(&text, "every.toml", &card_picture).err();
        let all = faults.unwrap_or_default().into_iter();
        all.map(|f| f.to_string()).collect::<Vec<_>>()
    };
    for (from, to, says) in [
        (
            "born = \"birth\" }",
            "born = \"age\" }",
            "`age` is not a date",
        ),
        (
            "written = \"age\"",
            "written = \"birth\"",
            "`birth` is not a number",
        ),
        (
            "written = \"age\"",
            "written = \"ages\"",
            "there is no field `ages`",
        ),
    ] {
        let faults = wrong(from, to);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(says), "{faults:?}");
    }
}

#[test]
fn every_zone_and_value_of_the_syntax_parses() {
    let source = include_str!("every.toml");
    let form = Form::parse(source, "every.toml", &card_picture);
    let form = form.unwrap_or_else(|f| {
        panic!(
            "{}",
            f.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        )
    });
    assert_eq!(form.sides[0].fields.len(), 17);
    assert_eq!(form.sides[0].print.len(), 5);
    assert_eq!(form.sides[0].rules.len(), 4);
}

#[test]
fn groups_of_a_number_on_a_line_are_parted_by_hyphens() {
    let line = |value: &str| {
        let zone = "line = { area = [12, 90, 70, 10], charset = \"digits\" }";
        let field = format!("[[side.field]]\nid = \"more\"\n{zone}\nvalue = {value}\n");
        let form = Form::parse(&card_with(&field), "f", &card_picture).expect("no fault");
        match &form.sides[0].fields.last().expect("a field").zone {
            Zone::Line(zone) => zone.charset.clone(),
            other => panic!("{other:?} is no line"),
        }
    };
    assert!(line("{ postal = {} }").contains('-'));
    assert!(line("{ phone = {} }").contains('-'));
    // A range of numbers, or a sign, must not become one number.
    assert!(!line("{ number = {} }").contains('-'));
    assert!(!line("{ code = { length = 11 } }").contains('-'));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = Form::parse(&text, "f", &no_pictures);
    }

    /// A valid form with pieces overwritten, so that the checks behind the parser are reached.
    #[test]
    fn no_damaged_form_panics(at in 0..CARD.len(), cut in 0..40usize, put in "[\\[\\]{}=,\"'0-9a-z.\n -]{0,12}") {
        let start = (0..=at).rev().find(|i| CARD.is_char_boundary(*i)).unwrap_or(0);
        let end = (start + cut..=CARD.len()).find(|i| CARD.is_char_boundary(*i)).unwrap_or(CARD.len());
        let damaged = format!("{}{put}{}", &CARD[..start], &CARD[end..]);
        if let Err(found) = Form::parse(&damaged, "f", &card_picture) {
            prop_assert!(!found.is_empty());
        }
    }
}

/// The card with more written before its rule.
fn card_with(more: &str) -> String {
    CARD.replace("[[rule]]", &format!("{more}\n[[rule]]"))
}

#[test]
fn a_matrix_is_a_field_a_row() {
    let source = card_with(
        r#"[[side.matrix]]
first = [20, 90, 4, 4]
step = [18, 0]
pitch = [0, 8]
required = true
options = [ { value = "good", label = "良い" }, { value = "poor" } ]
rows = [ { id = "speed", label = "待ち時間" }, { id = "care" } ]

[[side.field]]
id = "last"
marks = { options = [ { value = "x", box = [20, 120, 4, 4] } ] }
"#,
    );
    let form = Form::parse(&source, "form.toml", &card_picture).expect("no fault");
    let fields = &form.sides[0].fields;
    let ids: Vec<&str> = fields.iter().map(|f| f.id.0.as_str()).collect();
    assert_eq!(ids, ["wish", "phone", "name", "speed", "care", "last"]);
    assert!(fields[3].required && fields[3].label.ja == "待ち時間");
    let Zone::Marks(zone) = &fields[4].zone else {
        panic!("marks")
    };
    assert_eq!(zone.options[1].boxed, Some(Rect::new(38.0, 98.0, 4.0, 4.0)));
    assert_eq!(zone.options[1].value, "poor");
    let off = source.replace("pitch = [0, 8]", "pitch = [0, 80]");
    assert!(faults(&off)[0].contains("lies outside the side"));
    let unknown = source.replace("rows = [", "row = [");
    assert!(faults(&unknown)[0].contains("did you mean `rows`?"));
}

#[test]
fn dittos_name_an_earlier_field_of_the_same_kind() {
    let line = |ditto: &str| {
        card_with(&format!(
            "[[side.field]]\nid = \"again\"\nline = {{ area = [12, 90, 70, 10] }}\n\
             value = {{ name = {{}} }}\nditto_from = \"{ditto}\"\n"
        ))
    };
    let form = Form::parse(&line("name"), "form.toml", &card_picture).expect("no fault");
    let from = &form.sides[0].fields[3].ditto_from;
    assert_eq!(from, &Some(FieldId("name".into())));
    for (ditto, said) in [
        ("nome", "did you mean `name`?"),
        ("again", "there is no field `again` before this one"),
        ("phone", "holds another kind of answer"),
    ] {
        let found = faults(&line(ditto));
        assert!(found.len() == 1 && found[0].contains(said), "{found:?}");
    }
    let marks = CARD.replace("consent = true", "ditto_from = \"phone\"");
    assert!(faults(&marks)[0].contains("is not written"));
}

#[test]
fn a_legal_choice_never_accepts_corrections() {
    let accept = CARD.replace("at_most = 1,", "at_most = 1, corrected = \"accept\",");
    let found = faults(&accept);
    assert!(
        found.len() == 1 && found[0].contains("always a question"),
        "{found:?}"
    );
    let plain = accept.replace("consent = true\n", "");
    let form = Form::parse(&plain, "form.toml", &card_picture).expect("no fault");
    let Zone::Marks(zone) = &form.sides[0].fields[0].zone else {
        panic!("marks")
    };
    assert_eq!(zone.corrected, Corrected::Accept);
}

#[test]
fn bars_have_a_height_and_nothing_else_has() {
    let marks = |mark: &str| {
        let square = |at: &str| format!("{{ kind = \"square\", at = {at}, size = 5 }}");
        let list = [square("[6, 6]"), square("[94, 6]"), mark.to_owned()].join(", ");
        faults(&CARD.replace("anchors = \"auto\"", &format!("marks = [{list}]")))
    };
    let bar = "{ kind = \"bar\", at = [50, 140], size = 5, height = 2 }";
    assert_eq!(marks(bar), Vec::<String>::new());
    assert_eq!(marks(&bar.replace(", height = 2", "")).len(), 1);
    assert_eq!(marks(&bar.replace("bar", "disc")).len(), 1);
}

#[test]
fn columns_of_a_grid_may_have_their_own_values() {
    let grid = |values: &str| {
        card_with(&format!(
            "[[side.field]]\nid = \"roll\"\ngrid = {{ values = {values}, first = [10, 90, 3, 3], \
             step = [0, 4], pitch = [5, 0], columns = 3 }}\n"
        ))
    };
    let source = grid(r#"["EH", "0123456789", "0123456789"]"#);
    let form = Form::parse(&source, "form.toml", &card_picture).expect("no fault");
    let Zone::Grid(zone) = &form.sides[0].fields[3].zone else {
        panic!("a grid")
    };
    let sizes: Vec<usize> = zone.columns.iter().map(Vec::len).collect();
    assert_eq!((sizes, zone.values[0][1]), (vec![2, 10, 10], 'H'));
    for wrong in [
        r#"["EH", "01"]"#,
        r#"["EH", "", "01"]"#,
        r#""""#,
        r#"["EE", "01", "01"]"#,
    ] {
        assert_eq!(faults(&grid(wrong)).len(), 1, "{wrong}");
    }
    assert_eq!(faults(&grid(r#""0123456789""#)), Vec::<String>::new());
}
