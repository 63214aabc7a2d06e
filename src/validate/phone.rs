//! Telephone numbers of the Japanese numbering plan. A wrong number is worse than none: people
//! are found by it. So whatever does not fit the plan is a question, and a missing area code is
//! only suggested.

use super::fold;
use super::parse::Parsed;
use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};

/// From this day 060 numbers are mobile numbers (before, 060-4 was a transfer service).
const MOBILE_060_FROM: Day = Day {
    year: 2026,
    month: 7,
    day: 1,
};

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneKind {
    Fixed,
    Mobile,
    Ip,
    Pager,
    FreeCall,
    /// 0570, 0990.
    Service,
}

/// The kind of a national number (digits with the leading 0); `None` outside the plan.
pub fn kind_of(digits: &str, today: Day) -> Option<PhoneKind> {
    let d = digits.as_bytes();
    if d.first() != Some(&b'0') || !d.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let starts = |prefix: &str| digits.starts_with(prefix);
    let fourth =
        |allowed: std::ops::RangeInclusive<u8>| d.get(3).is_some_and(|c| allowed.contains(c));
    let mobile = starts("070")
        || starts("080")
        || starts("090")
        || (starts("060") && today >= MOBILE_060_FROM);
    match d.len() {
        11 if starts("0800") => Some(PhoneKind::FreeCall),
        11 if mobile && fourth(b'1'..=b'9') => Some(PhoneKind::Mobile),
        11 if starts("050") && fourth(b'1'..=b'9') => Some(PhoneKind::Ip),
        11 if starts("020") && fourth(b'1'..=b'9') => Some(PhoneKind::Pager),
        14 if starts("0200") => Some(PhoneKind::Pager),
        10 if starts("0120") => Some(PhoneKind::FreeCall),
        10 if starts("0570") || starts("0990") => Some(PhoneKind::Service),
        10 => is_fixed(d).then_some(PhoneKind::Fixed),
        _ => None,
    }
}

/// Area code + local code = 6 digits, then 4: `0[1-9]`, and no service prefix `0x0` (020, 050,
/// 060, 070, 080, 090 have other lengths).
fn is_fixed(d: &[u8]) -> bool {
    let service = d[2] == b'0' && matches!(d[1], b'2' | b'5'..=b'9');
    (b'1'..=b'9').contains(&d[1]) && !service
}

/// The value is the digits. `area` is the default area code for local numbers.
pub(super) fn parse(text: &str, area: Option<&str>, today: Day) -> Parsed {
    let Some(digits) = national_digits(text) else {
        return Parsed::doubtful("", Reason::PhoneFormat);
    };
    if let Some(kind) = kind_of(&digits, today) {
        let odd = kind == PhoneKind::Fixed && has_odd_local_code(text, &digits, area);
        return if odd || is_implausible(&digits) {
            Parsed::doubtful(digits, Reason::PhoneFormat)
        } else {
            Parsed::valid(digits)
        };
    }
    if let Some(full) = area.and_then(|a| with_area(a, &digits, today)) {
        return Parsed::doubtful(
            full,
            Doubt::with(Reason::AreaCodeAdded, area.unwrap_or_default()),
        );
    }
    let detail = digits.len().to_string();
    Parsed::doubtful(digits, Doubt::with(Reason::PhoneFormat, detail))
}

/// The digits of one number; `None` when there is anything but a number: words, an extension
/// (内線), someone else's line (呼出), FAX, two numbers.
fn national_digits(text: &str) -> Option<String> {
    let narrow = fold::digits(text);
    let narrow = narrow.trim();
    let narrow = ["TEL", "Tel", "tel", "電話", "携帯", "☎"]
        .iter()
        .find_map(|w| narrow.strip_prefix(w))
        .unwrap_or(narrow);
    let narrow = narrow.trim_start_matches([':', '.', ' ']);
    let (abroad, rest) = match narrow.strip_prefix("+81") {
        Some(rest) => (
            true,
            rest.trim_start_matches(['-', ' '])
                .trim_start_matches("(0)"),
        ),
        None => (false, narrow),
    };
    let written = |c: char| c.is_ascii_digit() || "-()（） .・".contains(c);
    if !rest.chars().all(written) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 | 15.. => None,
        _ if abroad && !digits.starts_with('0') => Some(format!("0{digits}")),
        _ => Some(digits),
    }
}

/// The local number (first digit 2-9) with its area code, when that gives a fixed number.
fn with_area(area: &str, local: &str, today: Day) -> Option<String> {
    let starts_local = local
        .bytes()
        .next()
        .is_some_and(|b| (b'2'..=b'9').contains(&b));
    let full = format!("{area}{local}");
    let fixed = kind_of(&full, today) == Some(PhoneKind::Fixed);
    (starts_local && (5..=8).contains(&local.len()) && fixed).then_some(full)
}

/// Whether the local code begins with 0 or 1, as by the plan none does, where the area code in front of it is
/// known: the form's own, or what is written apart. A 7 that was read as 1 looks so.
fn has_odd_local_code(text: &str, digits: &str, area: Option<&str>) -> bool {
    let narrow = fold::digits(text);
    let mut groups = narrow.split(|c: char| !c.is_ascii_digit());
    let apart = groups
        .find(|group| !group.is_empty())
        .filter(|group| (2..=5).contains(&group.len()));
    [area, apart]
        .into_iter()
        .flatten()
        .filter_map(|area| digits.strip_prefix(area))
        .any(|local| local.starts_with(['0', '1']))
}

/// All digits behind the 0 alike, or a block of zeros for the subscriber.
fn is_implausible(digits: &str) -> bool {
    let rest = &digits.as_bytes()[1..];
    rest.iter().all(|b| *b == rest[0]) || digits.ends_with("0000")
}

/// With hyphens where the plan fixes them (3-4-4, 4-3-3, 4-3-4, 2-4-4); else the bare digits.
pub fn shown(digits: &str, today: Day) -> String {
    let at: &[usize] = match kind_of(digits, today) {
        Some(PhoneKind::Mobile | PhoneKind::Ip) => &[3, 7],
        Some(PhoneKind::FreeCall | PhoneKind::Service) => &[4, 7],
        Some(PhoneKind::Fixed) if digits.starts_with("03") || digits.starts_with("06") => &[2, 6],
        _ => &[],
    };
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if at.contains(&i) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day {
        year: 2026,
        month: 11,
        day: 21,
    };

    #[test]
    fn the_kinds_of_the_plan() {
        let cases = [
            ("0773621234", Some(PhoneKind::Fixed)),
            ("0312345678", Some(PhoneKind::Fixed)),
            ("09012345678", Some(PhoneKind::Mobile)),
            ("07012345678", Some(PhoneKind::Mobile)),
            ("06012345678", Some(PhoneKind::Mobile)),
            ("05012345678", Some(PhoneKind::Ip)),
            ("09002345678", None),
            ("0901234567", None),
            ("090123456789", None),
            ("0120123456", Some(PhoneKind::FreeCall)),
            ("08001234567", Some(PhoneKind::FreeCall)),
            ("0570123456", Some(PhoneKind::Service)),
            ("0990123456", Some(PhoneKind::Service)),
            ("02012345678", Some(PhoneKind::Pager)),
            ("02041234567", Some(PhoneKind::Pager)),
            ("02001234567890", Some(PhoneKind::Pager)),
            ("02001234567", None),
            ("0012345678", None),
            ("1234567890", None),
            ("110", None),
            ("", None),
        ];
        for (digits, kind) in cases {
            assert_eq!(kind_of(digits, TODAY), kind, "`{digits}`");
        }
        let before = Day {
            year: 2026,
            month: 6,
            day: 30,
        };
        assert_eq!(kind_of("06012345678", before), None);
    }

    #[test]
    fn numbers_as_people_write_them() {
        let cases = [
            ("0773-62-1234", "0773621234"),
            ("(0773)62-1234", "0773621234"),
            ("0773(62)1234", "0773621234"),
            ("090 1234 5678", "09012345678"),
            ("+81 90-1234-5678", "09012345678"),
            ("０９０−１２３４−５６７８", "09012345678"),
            ("TEL 0773-62-1234", "0773621234"),
            ("+81(0)773-62-1234", "0773621234"),
        ];
        for (text, digits) in cases {
            assert_eq!(parse(text, None, TODAY), Parsed::valid(digits), "`{text}`");
        }
    }

    #[test]
    fn a_missing_area_code_is_only_suggested() {
        let parsed = parse("62-1234", Some("0773"), TODAY);
        assert_eq!(parsed.value, "0773621234");
        assert_eq!(parsed.doubts[0].reason, Reason::AreaCodeAdded);
        assert_eq!(
            parse("62-1234", None, TODAY).doubts[0].reason,
            Reason::PhoneFormat
        );
        assert_eq!(
            parse("12-1234", Some("0773"), TODAY).doubts[0].reason,
            Reason::PhoneFormat
        );
    }

    #[test]
    fn what_is_no_single_plausible_number_is_asked() {
        let odd = [
            "0773-62-0000",
            "0111111111",
            "09099999999x",
            "0773-62-123",
            "077362123456",
            "119",
            "0773-62-1234 内線12",
            "呼出 0773-62-1234",
            "FAX 0773-62-1234",
            "0773-62-1234 090-1234-5678",
            "0773-62-1234/1235",
            "090-1234-567",
            "0773-12-3456",
            "(0773)02-3456",
            "0773123456",
            "03-0234-5678",
        ];
        for text in odd {
            let parsed = parse(text, Some("0773"), TODAY);
            assert_eq!(
                parsed.doubts.first().map(|d| d.reason),
                Some(Reason::PhoneFormat),
                "`{text}`"
            );
        }
    }

    #[test]
    fn a_local_code_is_doubted_only_where_it_is_known() {
        for text in [
            "0773123456",
            "0312345678",
            "+81 773-12-3456",
            "0120-123-456",
            "090-1234-5678",
        ] {
            assert!(parse(text, None, TODAY).is_valid(), "`{text}`");
        }
        let parsed = parse("0773-12-3456", None, TODAY);
        assert_eq!(parsed, Parsed::doubtful("0773123456", Reason::PhoneFormat));
    }

    #[test]
    fn hyphens_only_where_the_plan_fixes_them() {
        assert_eq!(shown("09012345678", TODAY), "090-1234-5678");
        assert_eq!(shown("0120123456", TODAY), "0120-123-456");
        assert_eq!(shown("08001234567", TODAY), "0800-123-4567");
        assert_eq!(shown("0312345678", TODAY), "03-1234-5678");
        assert_eq!(shown("0773621234", TODAY), "0773621234");
    }
}
