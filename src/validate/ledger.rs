//! What a person repeats of the mailing list, held against what it says of whose card it is.
//!
//! A list is written as an office writes: `625-0087`, `0773(62)1234`, a year in any calendar. So both
//! sides are brought into the form in which the field's value is kept before they are compared. A blank
//! says nothing against the list, and nothing is ever taken from it.

use super::parse::{self, EraGiven, Setting};
use super::{Context, Status, Verdict, fold};
use crate::calendar::Day;
use crate::charset::bare;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, ValueKind};

/// What stands between the digits of a number that is written for people.
const BETWEEN: &str = " -()./〒";

/// Asks about accepted answers that the list has otherwise. `fields`: one a verdict.
pub(super) fn resolve(fields: &[&Field], verdicts: &mut [Verdict], context: &Context<'_>) {
    let Some(key) = context.key else { return };
    for (field, verdict) in fields.iter().zip(verdicts) {
        if verdict.status == Status::Accepted
            && let Some(doubt) = contradicts(field, (key, &verdict.value), context.today)
        {
            verdict.ask(doubt);
        }
    }
}

/// The doubt where the mailing list says something else of the person with that key; `None` where it
/// says the same, or nothing.
pub fn contradicts(field: &Field, (key, value): (&str, &str), today: Day) -> Option<Doubt> {
    let known = field.lists.column.as_ref()?.of(key)?;
    let differs = !value.is_empty() && !is_same(field, (value, known), today);
    differs.then(|| Doubt::with(Reason::LedgerMismatch, known))
}

fn is_same(field: &Field, (value, known): (&str, &str), today: Day) -> bool {
    let folded = |text: &str| bare(&fold::narrow_hyphens(text));
    if folded(value) == folded(known) {
        return true;
    }
    let setting = Setting {
        today,
        era: EraGiven::NotAsked,
    };
    let parsed = parse::parse(field, known, &setting);
    if parsed.is_valid() && folded(&parsed.value) == folded(value) {
        return true;
    }
    let digits = digits(known);
    if value.is_empty() || !value.chars().all(|c| c.is_ascii_digit()) {
        return false;
    }
    // A spreadsheet drops the zeros in front; numbers of fixed length lose nothing by that.
    let zeros = matches!(field.value, ValueKind::Postal | ValueKind::Phone { .. });
    let cut = |text: &str| text.trim_start_matches('0').to_owned();
    digits == value || (zeros && !digits.is_empty() && cut(&digits) == cut(value))
}

/// The digits of a number as it is written; with anything else in it, no number.
fn digits(text: &str) -> String {
    let narrow = fold::digits(text);
    let all = narrow.chars().filter(|c| !BETWEEN.contains(*c));
    let all: String = all.collect();
    if all.chars().all(|c| c.is_ascii_digit()) {
        all
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::lists::Recipients;
    use crate::read::Content;
    use crate::validate::{fixtures, validate};

    fn listed(field: Field, value: &str) -> Field {
        let people = Recipients::new(
            vec!["it".into()],
            [("1".to_owned(), vec![value.to_owned()])],
        );
        let mut field = field;
        field.lists.column = people.column("it");
        field
    }

    #[track_caller]
    fn check(field: &Field, cases: &[(&str, &str, bool)]) {
        for (value, known, same) in cases {
            let field = listed(field.clone(), known);
            let doubt = contradicts(&field, ("1", value), fixtures::TODAY);
            assert_eq!(doubt.is_none(), *same, "`{value}` and `{known}`");
            if let Some(doubt) = doubt {
                assert_eq!(doubt, Doubt::with(Reason::LedgerMismatch, *known));
            }
            assert_eq!(contradicts(&field, ("2", value), fixtures::TODAY), None);
        }
    }

    #[test]
    fn a_list_says_the_same_in_other_writing() {
        check(
            &fixtures::comb(ValueKind::Postal, 7),
            &[
                ("6250087", "6250087", true),
                ("6250087", "625-0087", true),
                ("6250087", "〒６２５－００８７", true),
                ("0600001", "600001", true),
                ("6250087", "625-0086", false),
                ("6250087", "62500871", false),
                ("6250087", "x", false),
            ],
        );
        check(
            &fixtures::comb(ValueKind::Phone { area: None }, 11),
            &[
                ("0773621234", "0773-62-1234", true),
                ("0773621234", "0773(62)1234", true),
                ("0773621234", "773621234", true),
                ("0773621234", "0773-62-1235", false),
            ],
        );
        check(
            &fixtures::date(),
            &[
                ("1998-10-10", "1998-10-10", true),
                ("1998-10-10", "1998/10/10", true),
                ("1998-10-10", "H10.10.10", true),
                ("1998-10-10", "S10.10.10", false),
            ],
        );
        let line = |value| fixtures::line(value, true, Charset::Jis2);
        check(
            &line(ValueKind::Name),
            &[
                ("山田 太郎", "山田　太郎", true),
                ("山田太郎", "山田 太郎", true),
                ("山田太郎", "山田次郎", false),
            ],
        );
        check(
            &line(ValueKind::Address),
            &[
                ("舞鶴市南田辺1-2", "舞鶴市南田辺１－２", true),
                ("舞鶴市南田辺1-2", "舞鶴市南田辺1-3", false),
            ],
        );
        let code = ValueKind::Code {
            length: Vec::new(),
            pattern: None,
            check: None,
        };
        check(
            &fixtures::comb(code, 7),
            &[("6250087", "625-0087", true), ("0012", "12", false)],
        );
    }

    #[test]
    fn boxes_that_contradict_the_list_are_asked() {
        let read = |known: &str, key| {
            let field = listed(fixtures::comb(ValueKind::Postal, 7), known);
            let cells = fixtures::cells("6250087", 0.99999);
            let reading = fixtures::reading(&field, Content::Cells { cells });
            let context = Context {
                key,
                ..fixtures::context()
            };
            let side = fixtures::side(vec![field]);
            let verdict = validate(&side, &[reading], &context).remove(0);
            (verdict.status, verdict.doubts.first().map(|d| d.reason))
        };
        let accepted = (Status::Accepted, None);
        assert_eq!(read("625-0087", Some("1")), accepted);
        let asked = (Status::Question, Some(Reason::LedgerMismatch));
        assert_eq!(read("625-0001", Some("1")), asked);
        // Whose it is is not known, or the list does not hold him.
        assert_eq!(read("625-0001", None), accepted);
        assert_eq!(read("625-0001", Some("2")), accepted);
    }
}
