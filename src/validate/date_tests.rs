use super::*;
use proptest::prelude::*;

const TODAY: Day = Day {
    year: 2026,
    month: 11,
    day: 21,
};

fn kind() -> DateKind {
    DateKind {
        era_field: None,
        era: None,
        not_future: false,
        earliest: None,
        latest: None,
        format: DateFormat::Iso,
    }
}

fn setting() -> Setting {
    Setting {
        today: TODAY,
        era: EraGiven::NotAsked,
    }
}

#[track_caller]
fn check(text: &str, expected: Result<&str, (Reason, &str)>) {
    let parsed = parse(text, &kind(), &setting());
    match expected {
        Ok(value) => assert_eq!(parsed, Parsed::valid(value), "`{text}`"),
        Err((reason, value)) => {
            assert_eq!(
                parsed.doubts.first().map(|d| d.reason),
                Some(reason),
                "`{text}`"
            );
            assert_eq!(parsed.value, value, "`{text}`");
        }
    }
}

#[test]
fn the_vectors_of_the_era_boundaries() {
    check("昭和64年1月7日", Ok("1989-01-07"));
    check("昭和64年1月8日", Err((Reason::EraOverrun, "1989-01-08")));
    check("平成元年2月29日", Err((Reason::DateInvalid, "")));
    check("平成31年4月30日", Ok("2019-04-30"));
    check("令和元年5月1日", Ok("2019-05-01"));
    check("大正15年12月25日", Err((Reason::EraOverlap, "1926-12-25")));
    check("昭和元年12月24日", Err((Reason::DateInvalid, "")));
    check("昭和元年12月25日", Ok("1926-12-25"));
    check("明治45年7月30日", Err((Reason::EraOverlap, "1912-07-30")));
    check("R6.2.29", Ok("2024-02-29"));
    check("R5.2.29", Err((Reason::DateInvalid, "")));
    check("H01.01.08", Ok("1989-01-08"));
    check("昭和65年4月1日", Err((Reason::EraOverrun, "1990-04-01")));
    check("平成31年5月1日", Err((Reason::EraOverrun, "2019-05-01")));
    check("平成元年1月3日", Err((Reason::EraOverrun, "1989-01-03")));
    check("明治5年12月3日", Err((Reason::DateInvalid, "")));
    check("明治6年1月1日", Ok("1873-01-01"));
    check("18730101", Ok("1873-01-01"));
    check("18721231", Err((Reason::DateInvalid, "")));
    check("07730221", Err((Reason::DateInvalid, "")));
}

#[test]
fn an_overrun_names_the_right_era() {
    let parsed = parse("昭和65年4月1日", &kind(), &setting());
    assert_eq!(parsed.doubts[0].detail.as_deref(), Some("平成2年4月1日"));
    let eve = parse("平成元年1月3日", &kind(), &setting());
    assert_eq!(eve.doubts[0].detail.as_deref(), Some("昭和64年1月3日"));
    let first = parse("昭和64年1月8日", &kind(), &setting());
    assert_eq!(first.doubts[0].detail.as_deref(), Some("平成元年1月8日"));
}

#[test]
fn writings_of_one_day_meet() {
    let same = [
        "令和6年2月29日",
        "令和６年２月２９日",
        "令 6・2・29",
        "R6/2/29",
        "r6-2-29",
        "㋿6年2月29日",
        "令和六年二月二十九日",
        "2024年2月29日",
        "2024/02/29",
        "2024-02-29",
        "西暦2024年2月29日",
        "二〇二四年二月二九日",
        "20240229",
        "5060229",
        "R060229",
        "令和 6 年 2 月 29 日",
        "2024．2．29",
        "2024 2 29",
        "2024　2　29",
        "令和6 2 29",
        "令和 6 02 29",
        "2024年 2 29日",
        "西暦 2024 2 29",
        "西暦20240229",
        "R 060229",
    ];
    for text in same {
        check(text, Ok("2024-02-29"));
    }
    check("㍼64年1月7日", Ok("1989-01-07"));
    check("㍽元年8月1日", Ok("1912-08-01"));
    check("㍻2年8月1日", Ok("1990-08-01"));
    check("㍾45年7月29日", Ok("1912-07-29"));
}

#[test]
fn what_does_not_exist_or_is_no_date_is_asked() {
    for text in [
        "2024年4月31日",
        "2023/2/29",
        "令和6年13月1日",
        "令和0年1月1日",
    ] {
        check(text, Err((Reason::DateInvalid, "")));
    }
    for text in [
        "令和6年2月",
        "あした",
        "2024",
        "6.2",
        "令和2024年2月1日",
        "1/2/3/4",
        "令和",
    ] {
        check(text, Err((Reason::Pattern, "")));
    }
}

#[test]
fn blanks_between_digits_are_never_closed_up() {
    check("2011 1 15", Ok("2011-01-15"));
    check("2011 2 03", Ok("2011-02-03"));
    check("令和元 5 1", Ok("2019-05-01"));
    for text in [
        "2024 0229",
        "20240 229",
        "5 060229",
        "2024年1 2月3日",
        "2 0 2 4 0 2 2 9",
        "令和六年二月二 十九日",
    ] {
        check(text, Err((Reason::Pattern, "")));
    }
    let years = |text: &str| parse(text, &between("2000-01-01", "2030-12-31"), &setting());
    assert_eq!(years("2011 1 5"), Parsed::valid("2011-01-05"));
    assert_eq!(years("2011 1 15"), Parsed::valid("2011-01-15"));
}

#[test]
fn seven_digits_may_be_a_western_day_without_its_zeros() {
    for text in ["2011115", "1990115", "2050101"] {
        check(text, Err((Reason::Pattern, "")));
    }
    check("3400506", Ok("1965-05-06"));
    let codes = DateKind {
        format: DateFormat::EraCode,
        ..kind()
    };
    assert_eq!(
        parse("2050101", &codes, &setting()),
        Parsed::valid("2050101")
    );
    assert_eq!(day_of("2050101", DateFormat::EraCode), Day::new(1916, 1, 1));
}

fn between(earliest: &str, latest: &str) -> DateKind {
    DateKind {
        earliest: earliest.parse().ok(),
        latest: latest.parse().ok(),
        ..kind()
    }
}

/// The proposal and the days that a question names.
fn asked(text: &str, kind: &DateKind) -> (String, String) {
    let parsed = parse(text, kind, &setting());
    assert_eq!(parsed.doubts.len(), 1, "`{text}`: {parsed:?}");
    let doubt = &parsed.doubts[0];
    assert_eq!(doubt.reason, Reason::EraMissing, "`{text}`");
    (parsed.value, doubt.detail.clone().unwrap_or_default())
}

#[test]
fn a_short_year_may_stand_for_20yy_and_is_asked_unless_the_day_is_near() {
    let years = between("2000-01-01", "2030-12-31");
    let question = |value: &str, days: &str| (value.to_owned(), days.to_owned());
    for text in ["24/5/1", "240501", "24 5 1", "24年5月1日"] {
        assert_eq!(
            asked(text, &years),
            question("", "平成24年5月1日 / 2024年5月1日"),
            "{text}"
        );
    }
    assert_eq!(
        asked("11/1/5", &years),
        question("", "令和11年1月5日 / 2011年1月5日")
    );
    assert_eq!(
        parse_boxes("240501", &years, &setting()),
        parse("24/5/1", &years, &setting())
    );
    // The day near today is proposed among several, and taken where it is alone.
    assert_eq!(
        asked("8/11/3", &years),
        question("2026-11-03", "令和8年11月3日 / 2008年11月3日")
    );
    let month = between("2026-10-01", "2026-11-21");
    for text in ["8/11/3", "26/11/3", "081103", "261103"] {
        assert_eq!(
            parse(text, &month, &setting()),
            Parsed::valid("2026-11-03"),
            "{text}"
        );
    }
    // An only day far from today, as of a birth, is proposed.
    assert_eq!(
        asked("40.5.6", &between("1912-07-30", "2026-11-21")),
        question("1965-05-06", "昭和40年5月6日")
    );
}

#[test]
fn a_western_year_without_its_century_is_asked() {
    let (value, days) = asked("西暦24年5月1日", &kind());
    assert_eq!(
        (value.as_str(), days.as_str()),
        ("", "1924年5月1日 / 2024年5月1日")
    );
    let years = between("2000-01-01", "2030-12-31");
    for text in [
        "西暦24年5月1日",
        "西暦024年5月1日",
        "西暦240501",
        "西暦 24 5 1",
    ] {
        assert_eq!(asked(text, &years).0, "2024-05-01", "{text}");
    }
    let month = between("2026-10-01", "2026-11-21");
    assert_eq!(asked("西暦26年11月3日", &month).0, "2026-11-03");
    let assumed = DateKind {
        era: Some(Era::Reiwa),
        ..kind()
    };
    assert_eq!(asked("西暦26年11月3日", &assumed).0, "2026-11-03");
    for text in ["西暦令和6年2月1日", "西暦5060229", "西暦"] {
        check(text, Err((Reason::Pattern, "")));
    }
}

#[test]
fn a_short_year_without_era_is_resolved_only_when_one_day_is_allowed() {
    let open = parse("6年2月3日", &kind(), &setting());
    assert_eq!(open.doubts[0].reason, Reason::EraMissing);
    let names = open.doubts[0].detail.clone().unwrap_or_default();
    assert!(names.contains("昭和6年") && names.contains("平成6年") && names.contains("令和6年"));
    let entry = parse("8年11月3日", &kind(), &setting());
    assert_eq!(
        (entry.value.as_str(), entry.doubts[0].reason),
        ("2026-11-03", Reason::EraMissing)
    );
    let window = DateKind {
        earliest: Day::new(2026, 10, 1),
        not_future: true,
        ..kind()
    };
    assert_eq!(
        parse("8年11月3日", &window, &setting()),
        Parsed::valid("2026-11-03")
    );
    let assumed = DateKind {
        era: Some(Era::Reiwa),
        ..kind()
    };
    assert_eq!(
        parse("8.11.3", &assumed, &setting()),
        Parsed::valid("2026-11-03")
    );
}

#[test]
fn limits_are_doubts() {
    let past = DateKind {
        not_future: true,
        ..kind()
    };
    assert_eq!(
        parse("2026-11-22", &past, &setting()).doubts[0].reason,
        Reason::DateFuture
    );
    assert!(parse("2026-11-21", &past, &setting()).is_valid());
    let window = DateKind {
        earliest: Day::new(2026, 1, 1),
        latest: Day::new(2026, 12, 31),
        ..kind()
    };
    assert_eq!(
        parse("2025-12-31", &window, &setting()).doubts[0].reason,
        Reason::Range
    );
    assert_eq!(
        parse("2027-01-01", &window, &setting()).doubts[0].reason,
        Reason::Range
    );
}

#[test]
fn the_era_field_counts_and_must_agree() {
    let with = |era| Setting { today: TODAY, era };
    let showa = with(EraGiven::Given(Era::Showa));
    assert_eq!(
        parse("40.5.6", &kind(), &showa),
        Parsed::valid("1965-05-06")
    );
    assert_eq!(
        parse("H2.5.6", &kind(), &showa).doubts[0].reason,
        Reason::CrossField
    );
    let open = parse("40.5.6", &kind(), &with(EraGiven::Open));
    assert_eq!(open.doubts[0].reason, Reason::EraMissing);
}

#[test]
fn boxes_are_read_by_position() {
    let reiwa = Setting {
        today: TODAY,
        era: EraGiven::Given(Era::Reiwa),
    };
    let read = |boxes: &str| parse_boxes(boxes, &kind(), &reiwa);
    assert_eq!(read("060229"), Parsed::valid("2024-02-29"));
    assert_eq!(read(" 6 229"), Parsed::valid("2024-02-29"));
    assert_eq!(read("6  229").doubts[0].reason, Reason::BoxCount);
    assert_eq!(read("6  229").value, "2024-02-29");
    assert_eq!(read("06  29").doubts[0].reason, Reason::BoxCount);
    assert_eq!(read("06  29").value, "");
    let none = |boxes: &str| parse_boxes(boxes, &kind(), &setting());
    // Empty boxes part what stands beside them.
    assert_eq!(none("2011 1 15").value, "2011-01-15");
    assert_eq!(none("2011  1 15").doubts[0].reason, Reason::BoxCount);
    assert_eq!(none(" 20240229 "), Parsed::valid("2024-02-29"));
    assert_eq!(none("20240229"), Parsed::valid("2024-02-29"));
    assert_eq!(none("5060229"), Parsed::valid("2024-02-29"));
    assert_eq!(none("R060229"), Parsed::valid("2024-02-29"));
    assert_eq!(none("X060229").doubts[0].reason, Reason::EraMissing);
}

#[test]
fn formats_are_the_forms() {
    for (format, value) in [
        (DateFormat::Compact, "20240229"),
        (DateFormat::EraCode, "5060229"),
        (DateFormat::Wareki, "令和6年2月29日"),
    ] {
        let kind = DateKind { format, ..kind() };
        assert_eq!(parse("R6.2.29", &kind, &setting()), Parsed::valid(value));
        assert_eq!(day_of(value, format), Day::new(2024, 2, 29));
    }
}

proptest! {
    #[test]
    fn every_value_parses_back_to_its_day(
        year in 1873..2036i32, month in 1..=12u8, d in 1..=28u8, which in 0..4usize,
    ) {
        let format = [DateFormat::Iso, DateFormat::Compact, DateFormat::EraCode, DateFormat::Wareki][which];
        let day = Day { year, month, day: d };
        let value = era::format(day, format).expect("has an era");
        prop_assert_eq!(day_of(&value, format), Some(day));
        let kind = DateKind { format, ..kind() };
        prop_assert_eq!(parse(&value, &kind, &setting()), Parsed::valid(value.clone()));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,20}", boxes in "[0-9SRH ]{0,9}") {
        let _ = parse(&text, &kind(), &setting());
        let _ = parse_boxes(&boxes, &kind(), &setting());
    }
}
