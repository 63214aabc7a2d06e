//! An answer as a person types it, for each field of the ready forms. A valid value is in its
//! canonical form: parsed again it stays what it is.
#![no_main]

use std::sync::LazyLock;

use hagaki::calendar::Day;
use hagaki::form::ready::READY;
use hagaki::form::{Era, Field, Form};
use hagaki::review;
use hagaki::validate::parse::{EraGiven, Setting, parse, parse_boxes};
use libfuzzer_sys::fuzz_target;

static FORMS: LazyLock<Vec<Form>> =
    LazyLock::new(|| READY.iter().filter_map(|f| f.load().ok()).collect());

fn check(field: &Field, text: &str, era: EraGiven) {
    let Some(today) = Day::new(2026, 11, 21) else {
        return;
    };
    let setting = Setting { today, era };
    let parsed = parse(field, text, &setting);
    if parsed.is_valid() {
        let again = parse(field, &parsed.value, &setting);
        assert!(again.is_valid(), "`{}` of {}", parsed.value, field.id);
        assert_eq!(again.value, parsed.value, "{}", field.id);
    }
    let _ = parse_boxes(field, text, &setting);
}

fuzz_target!(|text: &str| {
    let _ = review::answer(text);
    for field in FORMS.iter().flat_map(|f| &f.sides).flat_map(|s| &s.fields) {
        for era in [
            EraGiven::NotAsked,
            EraGiven::Open,
            EraGiven::Given(Era::Showa),
        ] {
            check(field, text, era);
        }
    }
});
