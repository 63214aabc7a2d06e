//! The form's rules once more, after a person's word: a number that was rightly blank may be missing
//! now, an answer may contradict the new one, or may have been read on the strength of the one that was
//! changed. A typed key says who is on the mailing list, and so what the answers should repeat of it.
//!
//! Only what the machine settled is asked about. What a person decided stands, and a field that waits
//! for a person anyway waits on. So a word that contradicts what people decided is objected to before
//! it is taken: nobody would be asked afterwards.

use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, FieldId, Library, Side};
use crate::store::{Answer, AnswerRow, AnswerStatus, QuestionRow, Store, StoreError, Subject};
use crate::validate::rules::{Known, What, findings};
use crate::validate::{self, leaning};

/// What the side's rules say once a word holds.
#[derive(Default)]
pub(super) struct Rechecked {
    /// What they ask about other fields.
    pub(super) raises: Vec<(FieldId, Doubt)>,
    /// What they have against the word itself, where nobody would be asked about it and this question
    /// is not about that.
    pub(super) against: Vec<Doubt>,
}

pub(super) fn recheck(
    store: &Store,
    library: &Library,
    (question, word): (&QuestionRow, &Answer),
) -> Result<Rechecked, StoreError> {
    let Some(side) = side_of(library, question) else {
        return Ok(Rechecked::default());
    };
    match &question.subject {
        Subject::Field(own) => of_field(store, side, (question, own, word)),
        Subject::Key => of_key(store, side, (question, word)),
        Subject::Page => Ok(Rechecked::default()),
    }
}

fn of_field(
    store: &Store,
    side: &Side,
    (question, own, word): (&QuestionRow, &FieldId, &Answer),
) -> Result<Rechecked, StoreError> {
    // Put on hold, the answer before it is as good or bad as it was.
    let leans = *word != Answer::Hold && leaning::concerns(side, own);
    // `required` alone looks at no other field.
    if side.rules.is_empty() && !leans {
        return Ok(Rechecked::default());
    }
    let answers = store.answers(question.page_id)?;
    // What an earlier word on this field asked about was settled, and waits on that word's account only.
    let raised = store.raised_by(question.page_id, &question.subject)?;
    let look = |id: &FieldId| {
        if id == own {
            return said(word);
        }
        match answers.iter().find(|row| row.field == id.0) {
            Some(row) if raised.contains(id) => read(&row.machine_value),
            Some(row) => known(row),
            None => Known::Open,
        }
    };
    // A page that was answered about was received on a day.
    let Some(original) = store.original(question.page_id)? else {
        return Ok(Rechecked::default());
    };
    let mut asked = of_rules(side, &look, original.received);
    if leans {
        let found = shaken(store, side, (question, own), &look)?;
        let new: Vec<_> = found.into_iter().filter(|f| !asked.contains(f)).collect();
        asked.extend(new);
    }
    let (mine, raises): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(field, _)| field == own);
    let mine = mine.into_iter().map(|(_, doubt)| doubt);
    // A blank that should not be one is what the person was shown.
    let is_new = |d: &Doubt| {
        d.reason != Reason::Required && question.doubts.iter().all(|q| q.reason != d.reason)
    };
    Ok(Rechecked {
        against: mine
            .filter(|d| is_new(d) && !is_asked(d, &raises, &answers))
            .collect(),
        raises,
    })
}

/// What the side's rules ask.
fn of_rules<'a>(
    side: &Side,
    look: &impl Fn(&FieldId) -> Known<'a>,
    received: Day,
) -> Vec<(FieldId, Doubt)> {
    if side.rules.is_empty() {
        return Vec::new();
    }
    let found = findings(side, look, received).into_iter();
    let asked = found.filter_map(|finding| match finding.what {
        What::Ask(doubt) => Some((finding.field, doubt)),
        What::NotApplicable => None,
    });
    asked.collect()
}

/// What stands on the answer that the word changes.
fn shaken<'a>(
    store: &Store,
    side: &Side,
    (question, own): (&QuestionRow, &FieldId),
    look: &dyn Fn(&FieldId) -> Known<'a>,
) -> Result<Vec<(FieldId, Doubt)>, StoreError> {
    let Some(page) = store.stored_page(question.page_id)? else {
        return Ok(Vec::new());
    };
    let is_ditto = |id: &FieldId| {
        let field = side.fields.iter().find(|f| f.id == *id);
        let readings = page.readings.iter().flatten();
        let reading = readings.into_iter().find(|r| r.field == *id);
        // Measures that this program does not know leave it open, and the answers are the same.
        field
            .zip(reading)
            .is_none_or(|(field, reading)| validate::is_ditto(field, reading, page.received))
    };
    let answers = leaning::Answers {
        now: look,
        machine: &page.verdicts,
        is_ditto: &is_ditto,
    };
    let mut found = leaning::shaken(side, own, &answers);
    // Written outside its era, and the person was told: there is no day that fits both.
    if question
        .doubts
        .iter()
        .any(|d| d.reason == Reason::EraOverrun)
    {
        found.retain(|(field, _)| field != own);
    }
    Ok(found)
}

/// What the mailing list says of whom a person's key names, against the answers that the machine accepted
/// before anybody knew whose they are.
fn of_key(
    store: &Store,
    side: &Side,
    (question, word): (&QuestionRow, &Answer),
) -> Result<Rechecked, StoreError> {
    let listed = side.fields.iter().any(|f| f.lists.column.is_some());
    let Answer::Value(key) = word else {
        return Ok(Rechecked::default());
    };
    let original = store.original(question.page_id)?;
    let Some(original) = original.filter(|_| listed) else {
        return Ok(Rechecked::default());
    };
    let answers = store.answers(question.page_id)?;
    let about = |field: &Field| {
        let row = answers.iter().find(|row| row.field == field.id.0)?;
        let doubt = validate::contradicts(field, (key, &row.machine_value), original.received)?;
        Some((field.id.clone(), doubt))
    };
    Ok(Rechecked {
        raises: side.fields.iter().filter_map(about).collect(),
        against: Vec::new(),
    })
}

/// Whether somebody is asked about this doubt: it concerns a field, too, that no person decided.
fn is_asked(doubt: &Doubt, raises: &[(FieldId, Doubt)], answers: &[AnswerRow]) -> bool {
    let is_decided = |field: &FieldId| {
        let row = answers.iter().find(|row| row.field == field.0);
        row.is_some_and(|row| row.status == AnswerStatus::Decided)
    };
    let mut about = raises.iter().filter(|(_, other)| other == doubt);
    about.any(|(field, _)| !is_decided(field))
}

pub(super) fn side_of<'a>(library: &'a Library, question: &QuestionRow) -> Option<&'a Side> {
    let form = library.find(question.form.as_deref()?, question.edition)?;
    let side = question.side.as_deref()?;
    form.sides.iter().find(|s| s.id == side)
}

fn said(word: &Answer) -> Known<'_> {
    match word {
        Answer::Value(text) if !text.is_empty() => Known::Value(text),
        Answer::Value(_) | Answer::Blank => Known::Blank,
        _ => Known::Open,
    }
}

fn read(value: &str) -> Known<'_> {
    if value.is_empty() {
        Known::Blank
    } else {
        Known::Value(value)
    }
}

fn known(row: &AnswerRow) -> Known<'_> {
    match row.status {
        AnswerStatus::Question | AnswerStatus::Illegible => Known::Open,
        _ => read(row.value.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
#[path = "leaning_tests.rs"]
mod leaning_tests;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{Profile, Request, export};
    use crate::form::{AgeRule, Condition, FormId, Rule};
    use crate::lang::Text;
    use crate::review::{Reply, ReviewError, answer, desk, set};
    use crate::store::fixtures::*;
    use crate::store::{Bucket, May, PageId, QuestionId, QuestionState};

    /// `wish == "yes"` asks for a telephone number; `wish == "no"` forbids a memo.
    fn ruled() -> Library {
        let wish = |value: &str| Condition::Equals(FieldId("wish".into()), value.into());
        let rule = |value: &str| Rule {
            when: Some(wish(value)),
            require: Vec::new(),
            forbid: Vec::new(),
            assert: None,
            age: None,
            message: Text::default(),
        };
        let rules = vec![
            Rule {
                require: vec![FieldId("phone".into())],
                ..rule("yes")
            },
            Rule {
                forbid: vec![FieldId("memo".into())],
                ..rule("no")
            },
        ];
        form_with(&["wish", "phone", "memo"], rules)
    }

    fn cards(fields: &[(&str, &str)]) -> (tempfile::TempDir, Store, Library) {
        let (dir, mut store) = store();
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[card("1", fields)]);
        (dir, store, ruled())
    }

    fn say(store: &mut Store, library: &Library, question: i64, typed: &str) {
        set(store, library, &reply(question, typed)).unwrap();
    }

    fn reply(question: i64, typed: &str) -> Reply {
        Reply {
            question: QuestionId(question),
            answer: answer(typed),
            act: act("sato"),
            why: String::new(),
            insist: false,
            today: "2024-05-01".parse().unwrap(),
            may: May::default(),
        }
    }

    /// What is objected to; the word is taken where it is nothing, or where it is said again.
    fn objection(store: &mut Store, library: &Library, question: i64, typed: &str) -> Vec<Reason> {
        let mut reply = reply(question, typed);
        match set(store, library, &reply) {
            Ok(_) => Vec::new(),
            Err(ReviewError::Invalid { doubts, .. }) => {
                reply.insist = true;
                set(store, library, &reply).unwrap();
                doubts.into_iter().map(|d| d.reason).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Holds the age as written against the birth date.
    fn aged() -> Library {
        let written = Rule {
            when: None,
            require: Vec::new(),
            forbid: Vec::new(),
            assert: None,
            age: Some(AgeRule {
                written: FieldId("age".into()),
                born: FieldId("born".into()),
            }),
            message: Text::default(),
        };
        form_with(&["born", "age", "memo"], vec![written])
    }

    fn open(store: &Store) -> Vec<(i64, String, &'static str)> {
        let all = store
            .questions(&crate::store::QuestionFilter::default())
            .unwrap();
        all.into_iter()
            .map(|q| (q.id.0, q.subject.field().to_owned(), q.reason.code()))
            .collect()
    }

    fn status(store: &Store, field: &str) -> (AnswerStatus, Option<String>) {
        let all = store.answers(PageId(1)).unwrap();
        let row = all.into_iter().find(|row| row.field == field).unwrap();
        (row.status, row.value)
    }

    #[test]
    fn a_word_asks_for_what_is_missing_now() {
        let (_dir, mut store, library) = cards(&[("wish", "?no"), ("phone", ""), ("memo", "x")]);
        say(&mut store, &library, 1, "yes");
        assert_eq!(open(&store), [(2, "phone".into(), "REQUIRED")]);
        assert_eq!(status(&store, "phone"), (AnswerStatus::Question, None));
        assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Review);
        // Another word on the same field: this is in order now, something else is not.
        say(&mut store, &library, 1, "no");
        assert_eq!(open(&store), [(3, "memo".into(), "CROSS_FIELD")]);
        assert_eq!(status(&store, "phone").0, AnswerStatus::Blank);
        assert_eq!(status(&store, "memo"), (AnswerStatus::Question, None));
        say(&mut store, &library, 3, "x");
        assert_eq!(open(&store), []);
        assert_eq!(status(&store, "memo").1.as_deref(), Some("x"));
        assert_eq!(store.page(PageId(1)).unwrap().bucket, Bucket::Read);
        assert_eq!(store.audit_break().unwrap(), None);
    }

    #[test]
    fn nobody_s_word_is_touched_and_nothing_is_asked_twice() {
        let (_dir, mut store, library) = cards(&[("wish", "?no"), ("phone", "?"), ("memo", "?x")]);
        say(&mut store, &library, 2, "@blank");
        say(&mut store, &library, 1, "yes");
        assert_eq!(open(&store), [(3, "memo".into(), "MULTI_MARK")]);
        assert_eq!(status(&store, "phone").0, AnswerStatus::Decided);
        say(&mut store, &library, 3, "@illegible");
        say(&mut store, &library, 1, "no");
        assert_eq!(open(&store), []);
    }

    #[test]
    fn a_word_that_is_taken_back_takes_its_questions_back() {
        let (_dir, mut store, library) = cards(&[("wish", "?no"), ("phone", ""), ("memo", "")]);
        say(&mut store, &library, 1, "yes");
        assert_eq!(open(&store).len(), 1);
        let token = "2".repeat(32);
        desk::undo(&mut store, (&sato(), &token), QuestionId(1), at(NOON)).unwrap();
        assert_eq!(open(&store), [(1, "wish".into(), "MULTI_MARK")]);
        assert_eq!(status(&store, "phone").0, AnswerStatus::Blank);
        let raised = store.question(QuestionId(2)).unwrap();
        assert_eq!(raised.state, QuestionState::Superseded);
    }

    #[test]
    fn a_changed_birth_date_is_held_against_the_age() {
        let fields = [("born", "?1990-04-01"), ("age", "34"), ("memo", "")];
        let (_dir, mut store, _) = cards(&fields);
        let library = aged();
        for (born, wanted) in [
            ("1990-04-01", None),
            ("1991-04-01", Some("AGE_OFF_BY_ONE")),
            ("1990-04-01", None),
            ("1970-04-01", Some("CROSS_FIELD")),
            // Said once more, or otherwise wrong, it is asked on.
            ("1970-04-01", Some("CROSS_FIELD")),
            ("1971-04-01", Some("CROSS_FIELD")),
            ("1990-04-01", None),
        ] {
            say(&mut store, &library, 1, born);
            let asked = open(&store).into_iter().map(|q| (q.1, q.2));
            let wanted = wanted.map(|code| ("age".to_owned(), code));
            assert_eq!(asked.collect::<Vec<_>>(), Vec::from_iter(wanted), "{born}");
        }
        // Whoever answers the age is not asked again by the next change, but who makes it is told.
        say(&mut store, &library, 1, "1970-04-01");
        let (age, ..) = open(&store)[0].clone();
        say(&mut store, &library, age, "54");
        let told = objection(&mut store, &library, 1, "1991-04-01");
        assert_eq!(told, [Reason::CrossField]);
        assert_eq!(open(&store), []);
        assert_eq!(
            status(&store, "age"),
            (AnswerStatus::Decided, Some("54".into()))
        );
    }

    #[test]
    fn a_word_against_another_person_s_word_must_be_said_twice() {
        let fields = [("born", "?1990-04-01"), ("age", "?34"), ("memo", "")];
        let (_dir, mut store, _) = cards(&fields);
        let library = aged();
        // As long as the other waits for a person there is nothing to contradict.
        assert_eq!(objection(&mut store, &library, 1, "1990-04-01"), []);
        let refused = set(&mut store, &library, &reply(2, "54"));
        assert!(matches!(refused, Err(ReviewError::Invalid { .. })));
        assert_eq!(open(&store), [(2, "age".into(), "MULTI_MARK")]);
        assert_eq!(objection(&mut store, &library, 2, "34"), []);
        let told = objection(&mut store, &library, 2, "54");
        assert_eq!(told, [Reason::CrossField]);
        assert_eq!(status(&store, "age").1.as_deref(), Some("54"));
        assert_eq!(status(&store, "born").1.as_deref(), Some("1990-04-01"));

        // A value that the form forbids beside one that stands.
        let (_dir, mut store, library) = cards(&[("wish", "no"), ("phone", ""), ("memo", "?")]);
        let told = objection(&mut store, &library, 1, "x");
        assert_eq!(told, [Reason::CrossField]);
    }

    #[test]
    fn a_delta_follows_what_a_correction_raised() {
        let (dir, mut store, library) = cards(&[("wish", "?no"), ("phone", ""), ("memo", "")]);
        say(&mut store, &library, 1, "no");
        let send = |store: &mut Store| {
            let request = Request {
                form: FormId("wish".into()),
                profile: Profile::named("utf8").unwrap(),
                delta: true,
                act: act("clerk"),
                day: "2024-05-01".parse().unwrap(),
                program: "hagaki 0".into(),
            };
            let sent = export(store, &library, dir.path(), &request).unwrap();
            let text = sent.path.map(|path| std::fs::read_to_string(path).unwrap());
            text.map(|text| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        };
        let first = send(&mut store).unwrap();
        assert!(first[0].contains("\"no\""), "{first:?}");
        say(&mut store, &ruled(), 1, "yes");
        // It waits for the telephone number now, and leaves again with both.
        assert_eq!(send(&mut store), None);
        say(&mut store, &ruled(), 2, "0312345678");
        let second = send(&mut store).unwrap();
        assert!(second[0].contains("\"yes\",\"0312345678\""), "{second:?}");
        assert!(second[0].ends_with("\"U\",\"2\""), "{second:?}");
    }
}
