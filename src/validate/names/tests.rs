//! Lists of names against what the readers say.

use std::sync::Arc;

use super::*;
use crate::lists::{Counterpart, Name};

fn held_against(slots: &[Slot], names: &Names, least: f64) -> Said {
    let lists = FieldLists {
        names: Some(Arc::new(names.clone())),
        ..FieldLists::default()
    };
    super::held_against(slots, &lists, least).expect("a list")
}

fn names() -> Names {
    let family = [("渡辺", 1000), ("佐藤", 2000), ("林", 500), ("小林", 1000)];
    let family = family.map(|(name, n)| Name::counted(name, n));
    let given = ["清", "貴也", "大和", "和", "一郎"];
    Names::new(
        Spelling::Written,
        family,
        given.map(|name| Name::counted(name, 1)),
    )
}

/// Each place: the best character and others, with what they have.
fn row(places: &[&[(char, f64)]]) -> Vec<Slot> {
    places.iter().map(|p| p.to_vec()).collect()
}

fn sure(text: &str) -> Vec<Slot> {
    text.chars().map(|c| vec![(c, 0.999)]).collect()
}

#[test]
fn a_known_name_is_vouched_for_and_another_is_not() {
    let said = |text: &str| held_against(&sure(text), &names(), 0.995);
    for text in ["渡辺清", "佐藤貴也", "小林大和", "林一郎", "  渡辺 清 "] {
        assert!(
            matches!(said(text), Said::Vouched(_)),
            "`{text}`: {:?}",
            said(text)
        );
    }
    for text in ["波辺清", "渡辺某", "渡辺", "清", "", "渡 辺 清", "大和小林"] {
        assert_eq!(said(text), Said::Nothing, "`{text}`");
    }
}

#[test]
fn the_list_tells_look_alikes_apart_that_the_ink_does_not() {
    let thick = row(&[
        &[('波', 0.97), ('渡', 0.003)],
        &[('辺', 0.99)],
        &[('清', 0.99)],
    ]);
    let said = held_against(&thick, &names(), 0.995);
    assert_eq!(said, Said::Rather("渡辺清".into()));
    // What neither reader has thought of is not proposed, and not vouched for.
    let unseen = row(&[
        &[('佐', 0.99)],
        &[('藤', 0.99)],
        &[('貫', 0.99)],
        &[('也', 0.99)],
    ]);
    assert_eq!(held_against(&unseen, &names(), 0.995), Said::Nothing);
}

#[test]
fn a_gap_says_where_the_given_name_begins() {
    let one_way = held_against(&sure("小林 大和"), &names(), 0.995);
    assert!(matches!(one_way, Said::Vouched(_)), "{one_way:?}");
    assert_eq!(
        held_against(&sure("小 林大和"), &names(), 0.995),
        Said::Nothing
    );
}

#[test]
fn a_list_does_not_vouch_for_what_can_hardly_be_read() {
    let with = |last: &[(char, f64)]| {
        let places = row(&[&[('佐', 0.99)], &[('藤', 0.99)], &[('和', 0.99)]]);
        let mut slots = places;
        slots[2] = last.to_vec();
        held_against(&slots, &names(), 0.995)
    };
    assert!(matches!(
        with(&[('和', 0.85), (UNREADABLE, 0.15)]),
        Said::Vouched(_)
    ));
    assert_eq!(with(&[('和', 0.7), (UNREADABLE, 0.3)]), Said::Nothing);
    assert_eq!(
        with(&[('和', 0.5), ('知', 0.4), ('私', 0.1)]),
        Said::Nothing
    );
    assert_eq!(with(&[(UNREADABLE, 1.0)]), Said::Nothing);
}

#[test]
fn two_names_that_the_ink_does_not_tell_apart_are_asked() {
    let either = row(&[
        &[('佐', 0.99)],
        &[('藤', 0.99)],
        &[('和', 0.9), ('清', 0.1)],
    ]);
    assert_eq!(held_against(&either, &names(), 0.995), Said::Nothing);
}

fn readings() -> Names {
    let family = [
        ("さとう", 2000),
        ("わたなべ", 1000),
        ("しようじ", 10),
        ("しょうじ", 200),
    ];
    let given = [
        ("きよし", 30),
        ("しょうた", 60),
        ("あきほ", 8),
        ("あきま", 1),
    ];
    let counted = |all: &[(&str, u32)]| -> Vec<Name> {
        all.iter()
            .map(|(name, n)| Name::counted(*name, *n))
            .collect()
    };
    Names::new(Spelling::Kana, counted(&family), counted(&given))
}

#[test]
fn kana_are_vouched_for_in_either_script_and_either_size() {
    for (written, name) in [
        ("さとうきよし", "さとうきよし"),
        ("サトウ キヨシ", "サトウキヨシ"),
        ("わたなべしようた", "わたなべしょうた"),
        ("ワタナベショウタ", "ワタナベショウタ"),
    ] {
        match held_against(&sure(written), &readings(), 0.995) {
            Said::Vouched(vouched) => assert_eq!(vouched.text, name, "{written}"),
            other => panic!("{written}: {other:?}"),
        }
    }
    // Both sizes are names: the ink says which, and not surely enough.
    let either = held_against(&sure("しようじきよし"), &readings(), 0.995);
    assert_eq!(either, Said::Nothing);
}

#[test]
fn kana_that_are_no_name_stand_as_written_unless_a_name_is_near() {
    let said = |slots: &[Slot]| held_against(slots, &readings(), 0.995);
    assert_eq!(said(&sure("むくへらゆせ")), Said::AsWritten);
    assert_eq!(said(&sure("さとうとらきち")), Said::AsWritten);
    // One character is another than a name's, and the ink half thinks of that.
    let mut near = sure("わたなべきよい");
    near[6] = vec![('い', 0.99), ('し', 0.01)];
    assert_eq!(said(&near), Said::Rather("わたなべきよし".into()));
    // A name that is written in many ways is likelier than one in one way.
    let mut either = sure("さとうあきほ");
    either[5] = vec![('ほ', 0.7), ('ま', 0.3)];
    let Said::Nothing = said(&either) else {
        panic!("{:?}", said(&either));
    };
    either[5] = vec![('ほ', 0.97), ('ま', 0.03)];
    assert!(matches!(said(&either), Said::Vouched(_)));
}

#[test]
fn a_name_takes_the_places_of_the_characters_and_leaves_the_spaces() {
    assert_eq!(
        in_place("さとう しようた", "さとうしょうた"),
        "さとう しょうた"
    );
    assert_eq!(in_place("さとう", "さとうきよし"), "さとうきよし");
}

/// All other people.
const OTHERS: (&str, u32) = ("ほか", 1_000_000);

/// Both lists, of names that are read alike and of one that is not.
fn both() -> (Names, Arc<Names>) {
    let read = |name: &str, count, reading: &str| Name {
        name: name.into(),
        count,
        readings: vec![reading.into()],
    };
    let family = [
        read("渡辺", 1000, "わたなべ"),
        read("山崎", 1000, "やまざき"),
        read("岩崎", 900, "いわさき"),
        read("他", 1_000_000, "ほか"),
    ];
    let given = [
        read("貴", 1, "たかし"),
        read("貫", 1, "とおる"),
        read("正恭", 1, "まさやす"),
        read("他", 90_000, "ほか"),
    ];
    let written = Names::new(Spelling::Written, family, given);
    let family = [
        ("わたなべ", 1000),
        ("やまざき", 1000),
        ("いわさき", 900),
        OTHERS,
    ];
    let given = [("たかし", 20), ("とおる", 20), ("まさやす", 20), OTHERS];
    let counted = |all: [(&str, u32); 4]| all.map(|(name, n)| Name::counted(name, n));
    let kana = Names::new(Spelling::Kana, counted(family), counted(given));
    (written, Arc::new(kana))
}

/// What is said of kanji whose last character may be one of two, beside these kana.
fn beside(kana: Option<&str>, row: &[Slot]) -> Said {
    let (written, names) = both();
    let lists = FieldLists {
        names: Some(Arc::new(written)),
        counterpart: kana.map(|text| Counterpart {
            text: text.into(),
            names,
        }),
        ..FieldLists::default()
    };
    super::held_against(row, &lists, 0.995).expect("a list")
}

#[test]
fn the_kana_tell_which_of_two_names_was_written() {
    let mut thick = sure("渡辺貴");
    thick[2] = vec![('貫', 0.8), ('貴', 0.2)];
    let vouched = |said: Said| match said {
        Said::Vouched(name) => name.text,
        other => format!("{other:?}"),
    };
    assert_eq!(beside(None, &thick), Said::Nothing);
    assert_eq!(vouched(beside(Some("わたなべたかし"), &thick)), "渡辺貴");
    assert_eq!(vouched(beside(Some("ワタナベトオル"), &thick)), "渡辺貫");
    // Read as nobody on the list is, they say nothing.
    assert_eq!(beside(Some("わたなべきよし"), &thick), Said::Nothing);
    // 山崎 is read in two ways, and the list knows one.
    thick[0] = vec![('山', 0.6), ('岩', 0.4)];
    thick[1] = vec![('崎', 0.99)];
    thick[2] = vec![('貴', 0.99)];
    assert_eq!(vouched(beside(Some("やまさきたかし"), &thick)), "山崎貴");
}

#[test]
fn a_name_that_no_list_holds_may_sound_like_one_that_it_does() {
    let mut alike = sure("渡辺正恭");
    alike[3] = vec![('泰', 0.9), ('恭', 0.1)];
    let said = beside(Some("わたなべまさやす"), &alike);
    assert_eq!(said, Said::Rather("渡辺正恭".into()));
}

#[test]
fn a_field_of_its_own_holds_a_surname_or_a_given_name_and_no_other() {
    let said = |text: &str, part: NamePart| {
        let lists = FieldLists {
            names: Some(Arc::new(names())),
            part,
            ..FieldLists::default()
        };
        let said = super::held_against(&sure(text), &lists, 0.995).expect("a list");
        matches!(said, Said::Vouched(_))
    };
    assert!(said("渡辺", NamePart::Family) && said("清", NamePart::Given));
    assert!(!said("渡辺", NamePart::Whole) && !said("渡辺", NamePart::Given));
    assert!(!said("波辺", NamePart::Family) && !said("渡辺清", NamePart::Family));
}
