//! What waits for a person, and what people decided.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Serialize, Serializer};

use super::ask::{check_subject, current_outcome, insert_question, raise, set_aside_by};
use super::entries::speak_all;
use super::look::{Picture, doubts, parsed, picture};
use super::{
    Act, DecisionId, Fault, OutcomeId, PageId, QuestionId, Shows, Spoken, Step, Store, StoreError,
    audit,
};
use crate::doubt::{Doubt, Reason};
use crate::form::FieldId;

/// What a question or a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Field,
    Key,
    Page,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Key => "key",
            Self::Page => "page",
        }
    }
}

/// The same with the field's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Field(FieldId),
    /// The page's key.
    Key,
    /// The page as a whole.
    Page,
}

impl Subject {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Field(_) => Kind::Field,
            Self::Key => Kind::Key,
            Self::Page => Kind::Page,
        }
    }

    /// Empty for the key and the page.
    pub fn field(&self) -> &str {
        match self {
            Self::Field(id) => &id.0,
            Self::Key | Self::Page => "",
        }
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(match row.get_ref("kind")?.as_str()? {
            "field" => Self::Field(FieldId(row.get("field")?)),
            "key" => Self::Key,
            _ => Self::Page,
        })
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Field(id) => s.serialize_str(&id.0),
            Self::Key | Self::Page => s.serialize_str(&format!("@{}", self.kind().name())),
        }
    }
}

/// What a person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A field's value, or the page's key.
    Value(String),
    /// Nothing was answered.
    Blank,
    /// Nobody can read it.
    Illegible,
    /// Not now: the question stays open.
    Hold,
    /// The page or its key is right as it was read.
    Accept,
    /// The page is an enclosure, not a form.
    Attachment,
    /// The page is blank.
    BlankPage,
    /// The mailing came back undelivered.
    Returned,
    /// Another page holds this answer.
    Duplicate,
}

impl Answer {
    /// The name in the database; a value's text stands beside it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Blank => "blank",
            Self::Illegible => "illegible",
            Self::Hold => "hold",
            Self::Accept => "accept",
            Self::Attachment => "attachment",
            Self::BlankPage => "blank_page",
            Self::Returned => "returned",
            Self::Duplicate => "duplicate",
        }
    }

    /// Takes the page out of the answers.
    pub fn sets_aside(&self) -> bool {
        matches!(
            self,
            Self::Attachment | Self::BlankPage | Self::Returned | Self::Duplicate
        )
    }

    fn value(&self) -> Option<&str> {
        if let Self::Value(text) = self {
            Some(text)
        } else {
            None
        }
    }
}

/// A person's word on one subject.
#[derive(Clone, Debug)]
pub struct NewDecision {
    pub page: PageId,
    pub subject: Subject,
    pub answer: Answer,
    pub act: Act,
    /// A remark; may be empty.
    pub why: String,
    /// What the form's rules, and the mailing list, ask about other fields of the page once this holds.
    pub raises: Vec<(FieldId, Doubt)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionState {
    Open,
    Answered,
    /// A later reading of the page took its place.
    Superseded,
}

/// Something that waits, or waited, for a person.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionRow {
    pub id: QuestionId,
    pub page_id: PageId,
    pub subject: Subject,
    /// The first doubt's.
    pub reason: Reason,
    pub doubts: Vec<Doubt>,
    pub state: QuestionState,
    /// What is wanted of whom next. While it is not [`Step::Plain`], nothing here says what the
    /// machine reads.
    pub step: Step,
    pub file: String,
    pub page: u32,
    /// `None` on a rejected page.
    pub form: Option<String>,
    pub edition: Option<u32>,
    pub side: Option<String>,
    pub key: Option<String>,
    /// The machine's proposal; `None` unless about a field.
    pub proposal: Option<String>,
    pub confidence: Option<f64>,
    /// The raw reading as JSON: measures and alternatives.
    #[serde(skip)]
    pub raw: Option<String>,
    /// The picture to look at: the field's, or the whole page's.
    pub picture: Option<Picture>,
    /// Of which journey the picture is, and what it shows.
    #[serde(skip)]
    pub outcome: OutcomeId,
    #[serde(skip)]
    pub shows: Shows,
    /// The field may hold a My Number, and who asks has not uncovered it: nothing here says what was read,
    /// and there is no picture.
    pub covered: bool,
}

impl QuestionRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut question = Self::whole(row)?;
        if question.step != Step::Plain && question.state == QuestionState::Open {
            question.doubts.retain(|d| d.reason == Reason::ByPolicy);
            question.reason = Reason::ByPolicy;
            question.proposal = None;
            question.confidence = None;
            question.raw = None;
        }
        if question.covered {
            question.cover();
        }
        Ok(question)
    }

    /// Takes out what was read. A doubt's detail may be a reading too.
    fn cover(&mut self) {
        for doubt in &mut self.doubts {
            doubt.detail = None;
        }
        self.proposal = None;
        self.confidence = None;
        self.raw = None;
        self.picture = None;
    }

    fn whole(row: &Row<'_>) -> rusqlite::Result<Self> {
        let state = match row.get_ref("state")?.as_str()? {
            "open" => QuestionState::Open,
            "answered" => QuestionState::Answered,
            _ => QuestionState::Superseded,
        };
        let is_open = state == QuestionState::Open;
        Ok(Self {
            step: Step::of(parsed(row, "policy")?, row.get("entries")?, is_open),
            id: row.get("id")?,
            page_id: row.get("page_id")?,
            subject: Subject::from_row(row)?,
            reason: parsed(row, "reason")?,
            doubts: doubts(row, "doubts")?,
            state,
            file: row.get("file")?,
            page: row.get("page")?,
            form: row.get("form")?,
            edition: row.get("edition")?,
            side: row.get("side")?,
            key: row.get("key")?,
            proposal: row.get("proposal")?,
            confidence: row.get("confidence")?,
            raw: row.get("raw")?,
            picture: picture(row, "picture")?,
            outcome: row.get("outcome_id")?,
            shows: Shows::from_row(row)?,
            covered: row.get("covered")?,
        })
    }
}

const QUESTIONS: &str = concat!(
    include_str!("sql/question.sql"),
    include_str!("sql/questions_where.sql")
);
const ONE_QUESTION: &str = concat!(include_str!("sql/question.sql"), "WHERE q.id = :id");

/// Which questions; every part that is given must fit.
#[derive(Clone, Debug, Default)]
pub struct QuestionFilter {
    /// Answered and superseded ones too.
    pub closed_too: bool,
    pub form: Option<String>,
    pub field: Option<String>,
    pub reason: Option<Reason>,
    pub kind: Option<Kind>,
    pub page: Option<PageId>,
    pub limit: Option<u32>,
}

impl Store {
    /// Questions, oldest first; what may be a My Number is covered.
    pub fn questions(&self, filter: &QuestionFilter) -> Result<Vec<QuestionRow>, StoreError> {
        self.read(|db| {
            let mut list = db.prepare_cached(QUESTIONS)?;
            let rows = list.query_map(
                named_params! {
                    ":closed": filter.closed_too, ":form": filter.form,
                    ":field": filter.field, ":reason": filter.reason.map(Reason::code),
                    ":kind": filter.kind.map(Kind::name), ":page": filter.page,
                    ":limit": filter.limit.map_or(-1, i64::from), ":who": None::<&str>,
                },
                QuestionRow::from_row,
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One question; what may be a My Number is covered.
    pub fn question(&self, id: QuestionId) -> Result<QuestionRow, StoreError> {
        self.question_as(id, None)
    }

    /// The same for that person: what he uncovered he sees.
    pub fn question_for(&self, id: QuestionId, who: &str) -> Result<QuestionRow, StoreError> {
        self.question_as(id, Some(who))
    }

    fn question_as(&self, id: QuestionId, who: Option<&str>) -> Result<QuestionRow, StoreError> {
        let found = self.read(|db| {
            let mut one = db.prepare_cached(ONE_QUESTION)?;
            let with = named_params! { ":id": id, ":who": who };
            Ok(one.query_row(with, QuestionRow::from_row).optional()?)
        })?;
        found.ok_or(StoreError::NoSuch {
            what: "question",
            id: id.to_string(),
        })
    }

    /// Who answered a question that does not wait any more.
    pub fn answered_by(&self, id: QuestionId) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let mut one = db.prepare_cached(
                "SELECT d.who FROM questions q JOIN decisions d ON d.id = q.decision_id
                 WHERE q.id = ?1 AND q.state = 'answered'",
            )?;
            Ok(one.query_row([id], |r| r.get(0)).optional()?)
        })
    }

    /// Adds people's decisions, all or none. The latest of a subject holds; its question closes,
    /// or stays open on [`Answer::Hold`]. Where several people must look, a word may be an entry.
    pub fn decide(&mut self, decisions: &[NewDecision]) -> Result<Vec<Spoken>, StoreError> {
        self.write(|tx| speak_all(tx, decisions))
    }
}

/// Adds a decision with a remark, whatever the question's policy: see [`speak_all`].
pub(super) fn add_decision_as(
    tx: &Connection,
    decision: &NewDecision,
    why: &str,
) -> Result<DecisionId, Fault> {
    let NewDecision {
        page,
        subject,
        answer,
        act,
        why: _,
        raises,
    } = decision;
    let (kind, field) = (subject.kind().name(), subject.field());
    check_subject(tx, *page, subject)?;
    tx.prepare_cached(include_str!("sql/insert_decision.sql"))?
        .execute(named_params! {
            ":page": page, ":kind": kind, ":field": field, ":answer": answer.name(),
            ":value": answer.value(), ":who": act.who, ":at": act.at, ":why": why,
        })?;
    let id = DecisionId(tx.last_insert_rowid());
    let state = if *answer == Answer::Hold {
        "open"
    } else {
        "answered"
    };
    let found = tx
        .prepare_cached(include_str!("sql/close_question.sql"))?
        .execute((page, kind, field, state, id))?;
    if found == 0 && *answer == Answer::Hold {
        // Nobody had asked; from now on somebody waits.
        let place = (*page, current_outcome(tx, *page)?);
        insert_question(tx, place, subject, &[Doubt::new(Reason::ManualHold)])?;
    }
    if subject.kind() == Kind::Page {
        // A page that is set aside needs no answers; one that is taken back needs them again.
        let all = if answer.sets_aside() {
            include_str!("sql/close_page_questions.sql")
        } else {
            include_str!("sql/reopen_page_questions.sql")
        };
        tx.prepare_cached(all)?
            .execute(named_params! { ":page": page, ":decision": id })?;
    }
    if let (false, Some(aside)) = (subject.kind() == Kind::Page, set_aside_by(tx, *page)?) {
        // A page that is set aside asks nothing, not even what was put on hold.
        tx.prepare_cached(include_str!("sql/close_page_questions.sql"))?
            .execute(named_params! { ":page": page, ":decision": aside })?;
    }
    if subject.kind() != Kind::Page {
        raise(tx, (*page, id), subject, raises)?;
    }
    audit::note(
        tx,
        act,
        "decision",
        &format!("decision {id} page {page} {kind} {field}"),
    )?;
    Ok(id)
}
