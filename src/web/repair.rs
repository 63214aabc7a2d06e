//! Pages that the machine could not place, or that a person sent here: laid by hand, read again, or set
//! aside.
//!
//! Who may answer a page's question may have it read again: the same lease, token and roles. The
//! picture is decoded as in a run, in a process that may die, one at a time, and holds up nobody's
//! questions.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::desk::{failed, notice_of, or_failed, own, png, refused};
use super::gate::Visitor;
use super::once_more::OnceMore;
use super::pages::{html, page};
use super::repair_desk::page_question;
use super::repair_view::{Page, Result as Shown};
use super::repair_words::{Wish, Word, desk_of};
use super::words::Words;
use crate::lang::Lang;
use crate::review::repair::{self, Read, RepairError};
use crate::review::{Hints, Reply, desk};
use crate::store::{Bucket, May, Original, QuestionId, Store, StoreError};

pub(super) async fn repair(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = query.unwrap_or_default();
    page(&site, &visitor, ("/repair", &wanted), |f| Page {
        f,
        wanted: &wanted,
    })
}

/// The next page that waits, or that one.
pub(super) async fn next(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(wish): Form<Wish>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let Some(desk) = desk_of(&wish.desk, &visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let given = site.work({
        let desk = desk.clone();
        move |site: &Site, store: &mut Store| site.give(store, &desk, (&wish, may))
    });
    match given.await {
        Some(Ok(given)) => site.laid(desk, given, ("", lang)).await,
        Some(Err(e)) => refused(&e, lang),
        None => failed(lang),
    }
}

/// Reads the page as it was laid.
pub(super) async fn read(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let w = Words::of(lang);
    let Some(desk) = desk_of(&word.desk, &visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(hints) = word.hints() else {
        return notice_of(StatusCode::UNPROCESSABLE_ENTITY, w.bad_corners, lang);
    };
    let (lease, question) = (word.lease.clone(), QuestionId(word.question));
    let reply = Reply {
        insist: word.insist,
        ..site.taking(question, &desk, may)
    };
    match site
        .once_more((visitor, desk.clone()), (lease, reply), hints)
        .await
    {
        Ok(Again::Read(shown)) => html(&*shown),
        Ok(Again::Rejected(question)) => {
            let wish = Wish {
                desk: desk.id.clone(),
                question: Some(question.0),
                page: None,
                undo: false,
            };
            let given = site.work({
                let desk = desk.clone();
                move |site: &Site, store: &mut Store| site.give(store, &desk, (&wish, may))
            });
            match given.await {
                Some(Ok(given)) => site.laid(desk, given, (w.still_rejected, lang)).await,
                _ => failed(lang),
            }
        }
        Err(e) => refused_page(&e, lang),
    }
}

/// What the page is, if no card.
pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let reply = word.reply(&site, visitor.name(), may);
    let (Some(desk), Some(reply)) = (desk_of(&word.desk, &visitor), reply) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let given = site.work({
        let desk = desk.clone();
        move |site: &Site, store: &mut Store| {
            desk::answer(store, &site.library, &word.lease, &reply)?;
            let wish = Wish {
                desk: desk.id.clone(),
                question: None,
                page: None,
                undo: false,
            };
            site.give(store, &desk, (&wish, may))
        }
    });
    match given.await {
        Some(Ok(given)) => site.laid(desk, given, ("", lang)).await,
        Some(Err(e)) => refused(&e, lang),
        None => failed(lang),
    }
}

/// The page's own picture, of the question under that lease.
pub(super) async fn picture(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Path(lease): Path<String>,
) -> Response {
    let lang = visitor.lang;
    let job = move |_: &Site, store: &mut Store| -> Result<_, StoreError> {
        let Some(lease) = own(store, &lease, &visitor)? else {
            return Ok(None);
        };
        let page = store.page(store.question(lease.question)?.page_id)?;
        let covers = store.covers(page.outcome, Some(visitor.name()))?;
        Ok(store.original(page.id)?.map(|original| (original, covers)))
    };
    match site.work(job).await {
        Some(Ok(Some((original, covers)))) => match site.covered_sheet(original, covers).await {
            Ok(bytes) => png(Ok(Some(bytes))),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        Some(Ok(None)) => StatusCode::GONE.into_response(),
        Some(Err(_)) | None => or_failed(None, lang),
    }
}

/// What became of a page that was read again.
pub(super) enum Again {
    Read(Box<Shown>),
    /// It does not fit; this question waits now.
    Rejected(QuestionId),
}

impl OnceMore for Hints {
    type Read = Read;
    type Shown = Again;

    fn begin(
        &self,
        site: &Site,
        store: &Store,
        reply: &Reply,
    ) -> Result<(Original, Self), RepairError> {
        repair::begin(store, &site.library, (reply, self))
    }

    fn read(&self, site: &Site, original: &Original) -> Result<Read, RepairError> {
        site.bench.read(original, self, &site.library)
    }

    fn record(
        &self,
        (site, store): (&Site, &mut Store),
        by: (&Reply, Option<&str>),
        (original, read): (&Original, &Read),
        lang: Lang,
    ) -> Result<Again, RepairError> {
        let new = (read, &*site.bench.program);
        let page = repair::record(store, by, (original, self), new)?;
        let question = page_question(store, page)?;
        let rejected = store.page(page)?.bucket == Bucket::Rejected;
        if let Some(question) = question.filter(|_| rejected) {
            return Ok(Again::Rejected(question));
        }
        let shown = Shown::of(store, &site.library, (page, lang))?;
        Ok(Again::Read(Box::new(shown)))
    }
}

pub(super) fn refused_page(error: &RepairError, lang: Lang) -> Response {
    let w = Words::of(lang);
    let (status, text) = match error {
        RepairError::Review(error) => return refused(error, lang),
        RepairError::Hint(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.bad_corners),
        RepairError::Nothing => (StatusCode::UNPROCESSABLE_ENTITY, w.nothing_said),
        RepairError::Parts => (StatusCode::UNPROCESSABLE_ENTITY, w.bad_parts),
        RepairError::Picture(_) => (StatusCode::UNPROCESSABLE_ENTITY, w.no_original),
        _ => (StatusCode::SERVICE_UNAVAILABLE, w.reading_failed),
    };
    notice_of(status, text, lang)
}
