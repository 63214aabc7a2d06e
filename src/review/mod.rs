//! Answering questions without a browser: what waits, what there is to see, and a person's word.
//!
//! What a person types passes the parser that the machine's readings pass, so both write a value
//! the same way; a key must fit its form and the mailing list (`key`). A person may insist on what the
//! paper says where the parser objects. [`desk`] hands the questions out to several people at once;
//! [`group`] answers many that look alike.

pub mod cover;
pub mod desk;
pub mod group;
mod key;
mod recheck;
pub mod repair;

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::calendar::Day;
use crate::doubt::{Doubt, Reason};
use crate::form::{Field, FieldId, FormId, Library, Side, ValueKind, Zone};
use crate::lang::Text;
use crate::lists::Column;
pub use crate::pipeline::Hints;
use crate::store::{
    Act, Answer, AnswerRow, Bucket, Entry, Kind, May, NewDecision, PageId, QuestionFilter,
    QuestionId, QuestionRow, QuestionState, Spoken, Store, StoreError, Subject,
};
use crate::validate::era;
use crate::validate::parse::{EraGiven, Setting, parse};

/// The words for answers that are no value, as typed at a terminal.
pub const WORDS: [(&str, Answer); 8] = [
    ("@blank", Answer::Blank),
    ("@illegible", Answer::Illegible),
    ("@hold", Answer::Hold),
    ("@accept", Answer::Accept),
    ("@attachment", Answer::Attachment),
    ("@blank-page", Answer::BlankPage),
    ("@returned", Answer::Returned),
    ("@duplicate", Answer::Duplicate),
];

/// Four corners as written: eight numbers, separated by blanks or commas.
pub fn corners(text: &str) -> Option<[[f64; 2]; 4]> {
    let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
    let numbers: Vec<f64> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
    let all: [f64; 8] = numbers.try_into().ok()?;
    Some([0, 2, 4, 6].map(|i| [all[i], all[i + 1]]))
}

/// What was typed, as an answer: one of [`WORDS`], else a value.
pub fn answer(typed: &str) -> Answer {
    let word = WORDS.iter().find(|(word, _)| *word == typed);
    word.map_or_else(
        || Answer::Value(typed.to_owned()),
        |(_, answer)| answer.clone(),
    )
}

/// What a person types for an answer of this name.
pub fn typed(name: &str) -> &'static str {
    let word = WORDS.iter().find(|(_, answer)| answer.name() == name);
    word.map_or("VALUE", |(word, _)| word)
}

/// An answer was not taken; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// The parser's reasons, and its suggestion when it has one.
    #[error("the value is not valid: {}", codes(.doubts))]
    Invalid {
        doubts: Vec<Doubt>,
        suggestion: Option<String>,
    },
    #[error("this question cannot be answered that way; it takes {}", .takes.join(", "))]
    NotAnAnswer { takes: Vec<&'static str> },
    #[error("question `{0}` was superseded by a later reading of the page")]
    Superseded(QuestionId),
    #[error("a decision needs the name of who takes it")]
    Nameless,
    /// The lease ran out and the question went to somebody else, or the answer came twice.
    #[error("the question was taken back; it is no longer yours to answer")]
    TakenBack,
    /// Nothing is overwritten silently.
    #[error("somebody answered this question meanwhile")]
    Meanwhile,
    /// A card without the key that its form wants would be withheld, and nobody would be asked again.
    #[error("the form wants a key here, and this answer gives none")]
    KeyWanted,
    /// Where several people must look, some speak first and others after them.
    #[error("this question needs a person with another role")]
    NotHis,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn codes(doubts: &[Doubt]) -> String {
    doubts
        .iter()
        .map(|d| d.reason.code())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A question with all that helps to answer it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub question: QuestionRow,
    /// What the machine thought of, likeliest first.
    pub alternatives: Vec<Alternative>,
    /// The words of others that differ, where this is to be settled.
    pub differing: Vec<Entry>,
    /// A PNG file; `None` when no picture was kept, or none was asked for.
    pub picture_file: Option<PathBuf>,
    /// The field's name on the form; `None` unless the form is at hand.
    #[serde(skip)]
    pub label: Option<Text>,
    /// The values to choose from, with what is printed beside them.
    pub options: Vec<(String, String)>,
    /// What the mailing list says of the recipient, as far as the form allows.
    pub record: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    pub text: String,
    /// A probability or a score, 0 to 1.
    pub weight: f64,
}

/// A person's reply to a question.
#[derive(Clone, Debug)]
pub struct Reply {
    pub question: QuestionId,
    pub answer: Answer,
    pub act: Act,
    pub why: String,
    /// Take the value as typed even where the parser objects.
    pub insist: bool,
    /// For dates that must not lie in the future.
    pub today: Day,
    /// What the person's roles let him answer.
    pub may: May,
}

/// What waits, oldest first.
pub fn list(store: &Store, filter: &QuestionFilter) -> Result<Vec<QuestionRow>, StoreError> {
    store.questions(filter)
}

/// A page that was named by its place, or by `page:` and its number, is not the one page that was meant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// Names come again: a scanner counts from 1 once more, a folder is emptied and filled.
    #[error("`{place}` is the place of {} pages", .pages.len())]
    Several { place: String, pages: Vec<Named> },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One of several pages at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub page: PageId,
    pub bucket: Bucket,
    /// See [`question_of`]; `None` also where the last one gave way to a later reading.
    pub question: Option<QuestionId>,
}

/// The page at that place, as questions name it: the file's name, then the page in brackets. Or the page
/// of that number: `page:7`.
///
/// # Errors
/// When there is no such page, or more than one: a scanner's names come again for other cards, and both
/// count. A picture that is the same as another's at this place is no other page.
pub fn page_at(store: &Store, place: &str) -> Result<PageId, PlaceError> {
    if let Some(number) = place.strip_prefix("page:").and_then(|n| n.parse().ok()) {
        return Ok(store.page(PageId(number))?.id);
    }
    let all = store.pages()?.into_iter();
    let found: Vec<_> = all
        .filter(|page| format!("{}[{}]", page.file, page.page) == place)
        .collect();
    let again = |of: Option<PageId>| of.is_some_and(|of| found.iter().any(|page| page.id == of));
    let own: Vec<_> = found.iter().filter(|page| !again(page.original)).collect();
    match own[..] {
        [page] => Ok(page.id),
        [] => Err(PlaceError::Store(StoreError::NoSuch {
            what: "page",
            id: place.to_owned(),
        })),
        _ => Err(PlaceError::Several {
            place: place.to_owned(),
            pages: own
                .iter()
                .map(|page| named(store, (page.id, page.bucket)))
                .collect::<Result<_, _>>()?,
        }),
    }
}

fn named(store: &Store, (page, bucket): (PageId, Bucket)) -> Result<Named, StoreError> {
    let question = question_of(store, page)?.filter(|q| q.state != QuestionState::Superseded);
    Ok(Named {
        page,
        bucket,
        question: question.map(|q| q.id),
    })
}

/// The question by which a page is meant: one that stands before one that gave way to a later reading,
/// the one about the page itself before those about its fields; `None` where nobody asked anything yet.
pub fn question_of(store: &Store, page: PageId) -> Result<Option<QuestionRow>, StoreError> {
    let filter = QuestionFilter {
        closed_too: true,
        page: Some(page),
        ..QuestionFilter::default()
    };
    let nearest = |q: &QuestionRow| {
        let stands = q.state != QuestionState::Superseded;
        (stands, q.subject.kind() == Kind::Page, q.id)
    };
    Ok(store.questions(&filter)?.into_iter().max_by_key(nearest))
}

/// One question with its picture put down as a file; what may be a My Number is covered.
pub fn show(store: &Store, library: &Library, id: QuestionId) -> Result<Shown, StoreError> {
    let mut shown = look(store, library, store.question(id)?)?;
    let png = cover::picture(store, &shown.question, None)?;
    shown.picture_file = png.map(|png| store.png_file(&png)).transpose()?;
    Ok(shown)
}

/// The same without putting down the picture, of a question as this person may see it.
pub fn look(store: &Store, library: &Library, question: QuestionRow) -> Result<Shown, StoreError> {
    let field = field_of(library, &question);
    Ok(Shown {
        alternatives: question.raw.as_deref().map_or_else(Vec::new, alternatives),
        // What people entered says what stands there, too.
        differing: if question.covered {
            Vec::new()
        } else {
            store.differing(question.id)?
        },
        picture_file: None,
        label: field.map(|f| f.label.clone()),
        options: field.map_or_else(Vec::new, options),
        record: record(library, &question),
        question,
    })
}

/// What the mailing list says of whom the page's key names, as far as the form lets people see it.
fn record(library: &Library, question: &QuestionRow) -> Vec<(String, String)> {
    let form = question.form.as_deref();
    let form = form.and_then(|form| library.find(form, question.edition));
    let of_page = |side: &&Side| Some(&side.id) == question.side.as_ref();
    let side = form.and_then(|form| form.sides.iter().find(of_page));
    let (Some(shown), Some(key)) = (side.and_then(|s| s.key.as_ref()), &question.key) else {
        return Vec::new();
    };
    let said = |(name, column): &(String, Option<Arc<Column>>)| {
        let value = column.as_ref()?.of(key)?;
        Some((name.clone(), value.to_owned()))
    };
    shown.record.iter().filter_map(said).collect()
}

/// Who else answered the question last; `None` where it waits, or the last word is this person's.
pub fn answered_by_another(
    store: &Store,
    question: QuestionId,
    who: &str,
) -> Result<Option<String>, StoreError> {
    let last = store.answered_by(question)?;
    Ok(last.filter(|other| other != who))
}

/// Records a person's word. A question may be answered again: the latest word holds. Whoever lets
/// people do that asks [`answered_by_another`] before.
pub fn set(store: &mut Store, library: &Library, reply: &Reply) -> Result<Spoken, ReviewError> {
    let decisions = decisions(store, library, reply)?;
    Ok(store.decide(&decisions)?[0])
}

/// What a reply comes to, checked as a reading is: the word on its own subject first.
fn decisions(
    store: &Store,
    library: &Library,
    reply: &Reply,
) -> Result<Vec<NewDecision>, ReviewError> {
    if reply.act.who.trim().is_empty() {
        return Err(ReviewError::Nameless);
    }
    let question = store.question(reply.question)?;
    if question.state == QuestionState::Superseded {
        return Err(ReviewError::Superseded(question.id));
    }
    if !is_his(store, &question, reply)? {
        return Err(ReviewError::NotHis);
    }
    let takes = takes(&question);
    if !takes.contains(&reply.answer.name()) {
        return Err(ReviewError::NotAnAnswer { takes });
    }
    let answer = match (&reply.answer, &question.subject) {
        (Answer::Value(typed), Subject::Field(_)) => {
            checked(store, library, &question, (typed, reply))?
        }
        (Answer::Value(typed), Subject::Key) => {
            key::checked(library, &question, (typed, reply.insist))?
        }
        (Answer::Accept | Answer::Blank, Subject::Key) => {
            key::untyped(library, &question, &reply.answer)?
        }
        _ => reply.answer.clone(),
    };
    let decision = |page: PageId, answer: Answer| NewDecision {
        page,
        subject: question.subject.clone(),
        answer,
        act: reply.act.clone(),
        why: reply.why.clone(),
        raises: Vec::new(),
    };
    let rechecked = recheck::recheck(store, library, (&question, &answer))?;
    if !rechecked.against.is_empty() && !reply.insist {
        return Err(ReviewError::Invalid {
            doubts: rechecked.against,
            suggestion: None,
        });
    }
    let mut decisions = vec![NewDecision {
        raises: rechecked.raises,
        ..decision(question.page_id, answer)
    }];
    if question.reason == Reason::KeyDuplicate && reply.answer == Answer::Accept {
        // This card counts, so the other one with its key does not.
        let rivals = rivals(store, &question)?;
        decisions.extend(
            rivals
                .into_iter()
                .map(|page| decision(page, Answer::Duplicate)),
        );
    }
    Ok(decisions)
}

/// Whether the person's roles let him answer now; his own last word he may always mend.
fn is_his(store: &Store, question: &QuestionRow, reply: &Reply) -> Result<bool, StoreError> {
    if !store.is_spoken_about(question.id)? {
        return Ok(reply.may.first);
    }
    let own = store.own_entry(question.id, &reply.act.who)?;
    Ok(reply.may.verify || own.is_some())
}

/// The names of the answers that a subject takes.
pub fn takes(question: &QuestionRow) -> Vec<&'static str> {
    let rejected = question.form.is_none();
    match &question.subject {
        Subject::Field(_) => vec!["value", "blank", "illegible", "hold"],
        Subject::Key => vec!["value", "accept", "blank", "hold"],
        Subject::Page if rejected => {
            vec!["attachment", "blank_page", "returned", "duplicate", "hold"]
        }
        Subject::Page => {
            vec![
                "accept",
                "attachment",
                "blank_page",
                "returned",
                "duplicate",
                "hold",
            ]
        }
    }
}

/// The value in its canonical form.
fn checked(
    store: &Store,
    library: &Library,
    question: &QuestionRow,
    (typed, reply): (&str, &Reply),
) -> Result<Answer, ReviewError> {
    let Some(field) = field_of(library, question) else {
        return unchecked(typed, reply.insist);
    };
    let era = era_of(&store.answers(question.page_id)?, field);
    let setting = Setting {
        today: reply.today,
        era,
    };
    let parsed = parse(field, typed, &setting);
    match (parsed.is_valid(), reply.insist) {
        (true, _) if parsed.value.is_empty() => Ok(Answer::Blank),
        (true, _) => Ok(Answer::Value(parsed.value)),
        (false, true) => Ok(Answer::Value(typed.to_owned())),
        (false, false) => Err(ReviewError::Invalid {
            doubts: parsed.doubts,
            // What would be refused itself helps nobody.
            suggestion: Some(parsed.value)
                .filter(|v| !v.is_empty() && v != typed && parse(field, v, &setting).is_valid()),
        }),
    }
}

/// A value of a form, edition or field that is not at hand: nothing says what it may be.
fn unchecked(typed: &str, insist: bool) -> Result<Answer, ReviewError> {
    if insist {
        return Ok(Answer::Value(typed.to_owned()));
    }
    Err(ReviewError::Invalid {
        doubts: vec![Reason::EditionUnknown.into()],
        suggestion: None,
    })
}

/// What the page's era field says, where the form has one for this date.
fn era_of(answers: &[AnswerRow], field: &Field) -> EraGiven {
    let ValueKind::Date(kind) = &field.value else {
        return EraGiven::NotAsked;
    };
    let Some(era_field) = &kind.era_field else {
        return EraGiven::NotAsked;
    };
    let answer = answers.iter().find(|a| a.field == era_field.0);
    let named = answer.and_then(|a| a.value.as_deref()).and_then(era::named);
    named.map_or(EraGiven::Open, EraGiven::Given)
}

/// Other pages that count under the same form, side and key.
fn rivals(store: &Store, question: &QuestionRow) -> Result<Vec<PageId>, StoreError> {
    let own = store.page(question.page_id)?;
    let all = store.pages()?.into_iter().filter(|p| {
        p.id != own.id
            && p.key.is_some()
            && (&p.form, &p.side, &p.key) == (&own.form, &own.side, &own.key)
            && matches!(p.bucket, Bucket::Read | Bucket::Review)
    });
    Ok(all.map(|p| p.id).collect())
}

pub(crate) fn field_of<'a>(library: &'a Library, question: &QuestionRow) -> Option<&'a Field> {
    let Subject::Field(id) = &question.subject else {
        return None;
    };
    field_named(library, question.form.as_deref()?, (question.edition?, id))
}

fn field_named<'a>(
    library: &'a Library,
    form: &str,
    (edition, field): (u32, &FieldId),
) -> Option<&'a Field> {
    let id = FormId(form.to_owned());
    let form = library
        .forms()
        .iter()
        .find(|f| f.id == id && f.edition == edition)?;
    form.field(field).map(|(_, field)| field)
}

pub(crate) fn options(field: &Field) -> Vec<(String, String)> {
    match &field.zone {
        Zone::Marks(zone) => zone
            .options
            .iter()
            .map(|o| (o.value.clone(), o.label.clone()))
            .collect(),
        Zone::Rank(zone) => zone
            .options
            .iter()
            .map(|o| (o.value.clone(), o.label.clone()))
            .collect(),
        _ => Vec::new(),
    }
}

/// What a raw reading thought of: options with how likely they were meant, lines as each engine
/// read them, cells as `[3] 7`.
fn alternatives(raw: &str) -> Vec<Alternative> {
    let raw: serde_json::Value = serde_json::from_str(raw).unwrap_or_default();
    let content = &raw["content"];
    let list = |name: &str| content[name].as_array().cloned().unwrap_or_default();
    let mut all: Vec<Alternative> = Vec::new();
    for option in list("options") {
        all.extend(alternative(&option["value"], &option["selected"]));
    }
    for reading in list("readings") {
        all.extend(alternative(&reading["text"], &reading["score"]));
        for other in reading["alternatives"].as_array().into_iter().flatten() {
            all.extend(alternative(&other[0], &other[1]));
        }
    }
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    for (at, cell) in (1..).zip(list("cells")) {
        let others = cell["alternatives"].as_array().into_iter().flatten();
        let numbered = others.filter_map(|o| alternative(&o[0], &o[1]));
        all.extend(numbered.map(|a| Alternative {
            text: format!("[{at}] {}", a.text),
            ..a
        }));
    }
    all
}

fn alternative(text: &serde_json::Value, weight: &serde_json::Value) -> Option<Alternative> {
    Some(Alternative {
        text: text.as_str()?.to_owned(),
        weight: weight.as_f64()?,
    })
}

#[cfg(test)]
mod double_tests;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::scan::Origin;
    use crate::store::fixtures::*;
    use crate::store::{AnswerStatus, NewFile};

    fn reply(question: QuestionId, typed: &str) -> Reply {
        Reply {
            question,
            answer: answer(typed),
            act: act("sato"),
            why: String::new(),
            insist: false,
            today: Day::new(2024, 5, 1).unwrap(),
            may: May::default(),
        }
    }

    #[test]
    fn a_typed_answer_is_checked_as_a_reading_is() {
        let (_dir, mut store) = store();
        let library = form(&["wish", "phone"]);
        let mut run = begin(&store, false);
        let page = card("1", &[("wish", "?yes"), ("phone", "?0773")]);
        let page = record_all(&mut store, &mut run, "a", &[page])[0].page();
        let open = list(&store, &QuestionFilter::default()).unwrap();
        let (wish, phone) = (open[0].id, open[1].id);

        let wrong = set(&mut store, &library, &reply(wish, "perhaps"));
        assert!(
            matches!(wrong, Err(ReviewError::Invalid { .. })),
            "{wrong:?}"
        );
        let wrong = set(&mut store, &library, &reply(wish, "@returned"));
        assert!(
            matches!(wrong, Err(ReviewError::NotAnAnswer { .. })),
            "{wrong:?}"
        );
        let mut nameless = reply(wish, "no");
        nameless.act.who = " ".into();
        assert!(matches!(
            set(&mut store, &library, &nameless),
            Err(ReviewError::Nameless)
        ));
        assert_eq!(list(&store, &QuestionFilter::default()).unwrap().len(), 2);

        set(&mut store, &library, &reply(wish, "no")).unwrap();
        set(&mut store, &library, &reply(phone, "０９０-1234-5678")).unwrap();
        let answers = store.answers(page).unwrap();
        assert_eq!(answers[0].value.as_deref(), Some("no"));
        assert_eq!(answers[1].value.as_deref(), Some("09012345678"));
        assert_eq!(answers[1].decided_by.as_deref(), Some("sato"));

        let insisting = Reply {
            insist: true,
            ..reply(phone, "12")
        };
        set(&mut store, &library, &insisting).unwrap();
        assert_eq!(store.answers(page).unwrap()[1].value.as_deref(), Some("12"));
        set(&mut store, &library, &reply(phone, "@illegible")).unwrap();
        assert_eq!(
            store.answers(page).unwrap()[1].status,
            AnswerStatus::Illegible
        );
    }

    #[test]
    fn a_question_is_shown_with_its_picture_and_options() {
        let (_dir, mut store) = store();
        let library = form(&["wish"]);
        let mut run = begin(&store, false);
        record_all(&mut store, &mut run, "a", &[card("1", &[("wish", "?yes")])]);
        let shown = show(&store, &library, QuestionId(1)).unwrap();
        assert_eq!(shown.options[0], ("yes".to_owned(), "希望する".to_owned()));
        let picture = std::fs::read(shown.picture_file.unwrap()).unwrap();
        assert_eq!(picture, b"picture of ?yes");
        assert!(show(&store, &library, QuestionId(9)).is_err());
    }

    #[test]
    fn what_may_be_a_my_number_is_shown_by_no_command_and_answered_all_the_same() {
        let number = "983205673214";
        let (_dir, mut store) = store();
        let library = form(&["phone", "memo"]);
        let mut run = begin(&store, false);
        let page = record_all(&mut store, &mut run, "a", &[suspect("1", number)])[0].page();
        let all = list(&store, &QuestionFilter::default()).unwrap();
        let shown = show(&store, &library, all[0].id).unwrap();
        let said = format!("{:?} {}", all[0], serde_json::to_string(&shown).unwrap());
        assert!(!said.contains(number), "{said}");
        assert!(shown.question.covered && shown.picture_file.is_none());
        assert!(shown.alternatives.is_empty());
        assert!(!all[1].covered && all[1].proposal.is_some());
        let word = Reply {
            answer: Answer::Illegible,
            ..reply(all[0].id, "")
        };
        set(&mut store, &library, &word).unwrap();
        let status = store.answers(page).unwrap()[0].status;
        assert_eq!(status, AnswerStatus::Illegible);
    }

    #[test]
    fn a_rejected_page_takes_only_what_it_can_be() {
        let (_dir, mut store) = store();
        let library = form(&["wish"]);
        let mut run = begin(&store, false);
        let pages = [rejected(Reason::UnknownForm)];
        let page = record_all(&mut store, &mut run, "a", &pages)[0].page();
        for wrong in ["yes", "@accept", "@illegible"] {
            assert!(
                set(&mut store, &library, &reply(QuestionId(1), wrong)).is_err(),
                "{wrong}"
            );
        }
        set(&mut store, &library, &reply(QuestionId(1), "@attachment")).unwrap();
        assert_eq!(store.page(page).unwrap().bucket, Bucket::SetAside);
    }

    #[test]
    fn a_key_that_the_form_wants_cannot_be_waved_through() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let mut page = card("", &[("wish", "yes")]);
        record_of(&mut page).key.doubts = vec![Reason::KeyUnreadable.into()];
        let page = record_all(&mut store, &mut run, "a", &[page])[0].page();
        let free = form(&["wish"]);
        let mut keyed = crate::form::Form::clone(&free.forms()[0]);
        keyed.sides[0].key = Some(crate::identify::tests::codabar_key(None));
        let keyed = Library::new(vec![Arc::new(keyed)]);
        for word in ["@accept", "@blank"] {
            let said = set(&mut store, &keyed, &reply(QuestionId(1), word));
            assert!(matches!(said, Err(ReviewError::KeyWanted)), "{said:?}");
        }
        assert_eq!(store.page(page).unwrap().bucket, Bucket::Review);
        set(&mut store, &keyed, &reply(QuestionId(1), "0000000018")).unwrap();
        // Right as it stands: the page keeps it.
        set(&mut store, &keyed, &reply(QuestionId(1), "@accept")).unwrap();
        let row = store.page(page).unwrap();
        assert_eq!(row.key.as_deref(), Some("0000000018"));
        // Where the form wants no key, a person may say that there is none.
        set(&mut store, &free, &reply(QuestionId(1), "@blank")).unwrap();
        assert_eq!(store.page(page).unwrap().key, None);
    }

    #[test]
    fn of_two_cards_with_one_key_a_person_picks_one() {
        let (_dir, mut store) = store();
        let library = form(&["wish"]);
        let mut run = begin(&store, false);
        let cards = [card("7", &[("wish", "yes")]), card("7", &[("wish", "no")])];
        let pages = record_all(&mut store, &mut run, "a", &cards);
        set(&mut store, &library, &reply(QuestionId(1), "@accept")).unwrap();
        assert_eq!(
            store.page(pages[0].page()).unwrap().bucket,
            Bucket::SetAside
        );
        assert_eq!(store.page(pages[1].page()).unwrap().bucket, Bucket::Read);
    }

    #[test]
    fn a_value_that_nothing_can_check_is_refused_unless_a_person_insists() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let page = card("1", &[("wish", "?yes"), ("phone", "?0773")]);
        let page = record_all(&mut store, &mut run, "a", &[page])[0].page();
        // The form of today's library has no such field; another has no such form.
        for library in [form(&["name"]), Library::new(Vec::new())] {
            for typed in ["banana", "yes"] {
                let said = set(&mut store, &library, &reply(QuestionId(1), typed));
                let Err(ReviewError::Invalid { doubts, .. }) = said else {
                    panic!("`{typed}`: {said:?}");
                };
                assert_eq!(doubts, [Reason::EditionUnknown.into()]);
            }
            set(&mut store, &library, &reply(QuestionId(1), "@blank")).unwrap();
            let insisting = Reply {
                insist: true,
                ..reply(QuestionId(1), "banana")
            };
            set(&mut store, &library, &insisting).unwrap();
        }
        let answers = store.answers(page).unwrap();
        assert_eq!(answers[0].value.as_deref(), Some("banana"));
    }

    #[test]
    fn a_place_that_two_cards_share_names_neither() {
        let (_dir, mut store) = store();
        let mut run = begin(&store, false);
        let first = [card("1", &[("wish", "?yes")]), separator()];
        let first = record_all(&mut store, &mut run, "in/card.tif", &first);
        assert_eq!(page_at(&store, "in/card.tif[0]").unwrap(), first[0].page());
        assert!(matches!(
            page_at(&store, "in/card.tif[7]"),
            Err(PlaceError::Store(StoreError::NoSuch { .. }))
        ));
        // Another day the scanner counts from the beginning.
        let other = NewFile {
            name: "in/card.tif",
            sha256: Digest::of(b"other bytes"),
            bytes: 9,
            pages: 1,
        };
        store.record_file(&mut run, &other).unwrap();
        let (second, pixels) = (card("2", &[("wish", "no")]), Digest::of(b"other pixels"));
        let place = Origin {
            file_sha256: other.sha256,
            ..origin("in/card.tif", 0)
        };
        let second = store
            .record_page(&mut run, &place, &pixels, &second)
            .unwrap()
            .page();
        let Err(PlaceError::Several { pages, .. }) = page_at(&store, "in/card.tif[0]") else {
            panic!("one of two was taken");
        };
        let found: Vec<_> = pages.iter().map(|p| (p.page, p.question)).collect();
        assert_eq!(
            found,
            [(first[0].page(), Some(QuestionId(1))), (second, None)]
        );
        let by_number = format!("page:{second}");
        assert_eq!(page_at(&store, &by_number).unwrap(), second);
        assert_eq!(page_at(&store, "in/card.tif[1]").unwrap(), first[1].page());
        assert!(page_at(&store, "page:99").is_err());
    }

    #[test]
    fn alternatives_come_from_every_kind_of_reading() {
        let check = |raw: &str, wanted: &[(&str, f64)]| {
            let wanted: Vec<Alternative> = wanted
                .iter()
                .map(|(t, w)| Alternative {
                    text: (*t).to_owned(),
                    weight: *w,
                })
                .collect();
            assert_eq!(alternatives(raw), wanted, "{raw}");
        };
        check(
            r#"{"content":{"kind":"marks","options":[{"value":"a","selected":0.1},{"value":"b","selected":0.8}]}}"#,
            &[("b", 0.8), ("a", 0.1)],
        );
        check(
            r#"{"content":{"kind":"text","readings":[{"text":"x","score":0.5,"alternatives":[["y",0.25]]}]}}"#,
            &[("x", 0.5), ("y", 0.25)],
        );
        check(
            r#"{"content":{"kind":"cells","cells":[{"alternatives":[]},{"alternatives":[["7",0.75],["1",0.25]]}]}}"#,
            &[("[2] 7", 0.75), ("[2] 1", 0.25)],
        );
        check("nonsense", &[]);
    }
}
