//! What a window asks for: the next question, an answer recorded, a look back, pictures.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::gate::Visitor;
use super::pages::html;
use super::view::{Asked, Done, Notice, Question, Turn};
use super::words::Words;
use super::{Site, secret};
use crate::ingest::detail_of;
use crate::lang::Lang;
use crate::review::{self, Reply, ReviewError, cover, desk};
use crate::store::{Act, Answer, Desk, Kind, Lease, May, QuestionId, Store, StoreError, Wanted};

/// Which window, and what it wants to be asked.
#[derive(Debug, Deserialize)]
pub(super) struct Window {
    desk: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    held: String,
}

/// A word on a question.
#[derive(Debug, Deserialize)]
pub(super) struct Word {
    lease: String,
    question: i64,
    answer: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    insist: bool,
    #[serde(flatten)]
    window: Window,
}

/// A look at an earlier question.
#[derive(Debug, Deserialize)]
pub(super) struct Look {
    question: i64,
    #[serde(default)]
    undo: bool,
    #[serde(flatten)]
    window: Window,
}

impl Window {
    pub(super) fn desk(&self, visitor: &Visitor) -> Option<Desk> {
        secret::is_name(&self.desk).then(|| Desk {
            id: self.desk.clone(),
            who: visitor.name().to_owned(),
        })
    }

    fn wanted(&self, may: May) -> Wanted {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Wanted {
            form: given(&self.form),
            field: given(&self.field),
            reason: self.reason.parse().ok(),
            kind: match self.kind.as_str() {
                "field" => Some(Kind::Field),
                "key" => Some(Kind::Key),
                "page" => Some(Kind::Page),
                _ => None,
            },
            held: self.held == "1",
            may,
        }
    }
}

pub(super) async fn next(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(window): Form<Window>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let Some(desk) = window.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job =
        move |site: &Site, store: &mut Store| site.following(store, &desk, &window, (lang, may));
    or_failed(site.work(job).await, lang)
}

/// Records the word; the reply is one more question, to be shown after the next.
pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let (Some(desk), Some(answer)) = (word.window.desk(&visitor), said(&word)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job = move |site: &Site, store: &mut Store| {
        let reply = Reply {
            question: QuestionId(word.question),
            answer,
            act: Act {
                who: desk.who.clone(),
                at: (site.clock.now)(),
            },
            why: String::new(),
            insist: word.insist,
            today: (site.clock.today)(),
            may,
        };
        match desk::answer(store, &site.library, &word.lease, &reply) {
            Ok(_) => site.following(store, &desk, &word.window, (lang, may)),
            Err(e) => Ok(refused(&e, lang)),
        }
    };
    or_failed(site.work(job).await, lang)
}

/// Shows an answered question again; with `undo` it is open again.
pub(super) async fn back(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(look): Form<Look>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let Some(desk) = look.window.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job = move |site: &Site, store: &mut Store| {
        let w = Words::of(lang);
        let (id, now) = (QuestionId(look.question), (site.clock.now)());
        let token = fresh()?;
        let (done, turn) = if look.undo {
            (desk::undo(store, (&desk, &token), id, now), Turn::Undone)
        } else {
            (desk::back(store, (&desk, &token), id, now), Turn::LookedAt)
        };
        match done {
            Ok(()) => site.question(store, (&desk, token, id), &look.window, (lang, may, turn)),
            Err(ReviewError::Meanwhile) => Ok(notice_of(StatusCode::CONFLICT, w.no_undo, lang)),
            Err(e) => Ok(refused(&e, lang)),
        }
    };
    or_failed(site.work(job).await, lang)
}

/// Something happens at the window.
pub(super) async fn here(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(window): Form<Window>,
) -> Response {
    let Some(desk) = window.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job = move |site: &Site, store: &mut Store| {
        let term = desk::term((site.clock.now)());
        store.renew_leases(&desk, &term)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    or_failed(site.work(job).await, visitor.lang)
}

/// The window is closed: what it has goes back at once.
pub(super) async fn leave(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(window): Form<Window>,
) -> Response {
    let Some(desk) = window.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job = move |_: &Site, store: &mut Store| {
        store.end_leases(&desk)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    or_failed(site.work(job).await, visitor.lang)
}

/// The picture of the question under that lease.
pub(super) async fn picture(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Path(lease): Path<String>,
) -> Response {
    let lang = visitor.lang;
    let job = move |_: &Site, store: &mut Store| {
        let Some(lease) = own(store, &lease, &visitor)? else {
            return Ok(StatusCode::GONE.into_response());
        };
        let row = store.question_for(lease.question, visitor.name())?;
        Ok(png(cover::picture(store, &row, Some(visitor.name()))))
    };
    or_failed(site.work(job).await, lang)
}

/// The whole page of the question under that lease.
pub(super) async fn card(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Path(lease): Path<String>,
) -> Response {
    let lang = visitor.lang;
    let job = move |site: &Site, store: &mut Store| {
        let Some(lease) = own(store, &lease, &visitor)? else {
            return Ok(StatusCode::GONE.into_response());
        };
        let page = store.question(lease.question)?.page_id;
        let act = Act {
            who: lease.desk.who,
            at: (site.clock.now)(),
        };
        store.note_page_seen(&act, page)?;
        let page = store.page(page)?;
        Ok(png(cover::page(store, &page, Some(visitor.name()))))
    };
    or_failed(site.work(job).await, lang)
}

/// A lease that the visitor himself was given.
pub(super) fn own(
    store: &Store,
    token: &str,
    visitor: &Visitor,
) -> Result<Option<Lease>, StoreError> {
    let lease = store.lease(token)?;
    Ok(lease.filter(|lease| lease.desk.who == visitor.name()))
}

/// A token for a lease.
pub(super) fn fresh() -> Result<String, StoreError> {
    secret::name().map_err(|e| StoreError::Io {
        path: "random numbers".into(),
        source: std::io::Error::other(e),
    })
}

impl Site {
    /// One more question for the desk, or what is left to say.
    fn following(
        &self,
        store: &mut Store,
        desk: &Desk,
        window: &Window,
        (lang, may): (Lang, May),
    ) -> Result<Response, StoreError> {
        let (wanted, now) = (window.wanted(may), (self.clock.now)());
        let token = fresh()?;
        let found = desk::next(store, (desk, &token), &wanted, now.clone())?;
        match found {
            Some(id) => self.question(store, (desk, token, id), window, (lang, may, Turn::Asked)),
            None => Ok(html(&Done {
                w: Words::of(lang),
                left: store.count_wanted(&wanted)?,
                waiting: store.count_waiting(desk, &wanted, &now)?,
                held_shown: wanted.held,
            })),
        }
    }

    pub(super) fn question(
        &self,
        store: &Store,
        (desk, lease, id): (&Desk, String, QuestionId),
        window: &Window,
        (lang, may, turn): (Lang, May, Turn),
    ) -> Result<Response, StoreError> {
        let row = store.question_for(id, &desk.who)?;
        let shown = review::look(store, &self.library, row)?;
        let asked = Asked {
            lease,
            lang,
            waiting: store.count_wanted(&window.wanted(May::default()))?,
            who: &desk.who,
            may,
            turn,
            library: &self.library,
        };
        Ok(html(&Question::of(store, &shown, asked)?))
    }
}

fn said(word: &Word) -> Option<Answer> {
    Some(match word.answer.as_str() {
        "value" => Answer::Value(word.value.clone()),
        "blank" => Answer::Blank,
        "illegible" => Answer::Illegible,
        "hold" => Answer::Hold,
        "accept" => Answer::Accept,
        "attachment" => Answer::Attachment,
        "blank_page" => Answer::BlankPage,
        "returned" => Answer::Returned,
        "duplicate" => Answer::Duplicate,
        _ => return None,
    })
}

pub(super) fn png(picture: Result<Option<Vec<u8>>, StoreError>) -> Response {
    match picture {
        Ok(Some(bytes)) if !bytes.is_empty() => {
            ([(CONTENT_TYPE, "image/png")], bytes).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) fn refused(error: &ReviewError, lang: Lang) -> Response {
    let w = Words::of(lang);
    match error {
        ReviewError::Invalid { doubts, suggestion } => {
            let detail = |d: &crate::doubt::Doubt| match detail_of(d, lang) {
                Some(detail) => format!("{} ({detail})", d.reason.message(lang)),
                None => d.reason.message(lang).to_owned(),
            };
            let notice = Notice {
                w,
                text: w.refused,
                details: doubts.iter().map(detail).collect(),
                suggestion: suggestion.clone(),
                can_insist: true,
            };
            (StatusCode::UNPROCESSABLE_ENTITY, html(&notice)).into_response()
        }
        ReviewError::TakenBack => notice_of(StatusCode::GONE, w.taken_back, lang),
        ReviewError::Meanwhile
        | ReviewError::Superseded(_)
        | ReviewError::Store(StoreError::NoSuch { .. }) => {
            notice_of(StatusCode::CONFLICT, w.meanwhile, lang)
        }
        ReviewError::NotHis | ReviewError::Store(StoreError::SamePerson { .. }) => {
            notice_of(StatusCode::CONFLICT, w.not_his, lang)
        }
        ReviewError::KeyWanted => notice_of(StatusCode::UNPROCESSABLE_ENTITY, w.key_wanted, lang),
        ReviewError::NotAnAnswer { .. } | ReviewError::Nameless => {
            notice_of(StatusCode::BAD_REQUEST, w.refused, lang)
        }
        ReviewError::Store(_) => failed(lang),
    }
}

pub(super) fn notice_of(status: StatusCode, text: &'static str, lang: Lang) -> Response {
    let notice = Notice {
        w: Words::of(lang),
        text,
        details: Vec::new(),
        suggestion: None,
        can_insist: false,
    };
    (status, html(&notice)).into_response()
}

pub(super) fn failed(lang: Lang) -> Response {
    let text = Words::of(lang).store_failed;
    notice_of(StatusCode::SERVICE_UNAVAILABLE, text, lang)
}

pub(super) fn or_failed(done: Option<Result<Response, StoreError>>, lang: Lang) -> Response {
    match done {
        Some(Ok(response)) => response,
        Some(Err(_)) | None => failed(lang),
    }
}
