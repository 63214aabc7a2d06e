//! A picture of several cards, separated by hand: each is read by itself and is a page of its own.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::desk::{notice_of, own};
use super::gate::Visitor;
use super::kinds::form_title;
use super::pages::html;
use super::repair::{Word, desk_of, page_question, refused_page};
use super::words::Words;
use crate::form::Library;
use crate::lang::Lang;
use crate::review::repair::{self, RepairError};
use crate::review::{Hints, Reply, ReviewError};
use crate::scan::Region;
use crate::store::{Bucket, Kind, May, PageId, QuestionId, Store, StoreError, Wanted};

/// What became of the parts.
#[derive(Template)]
#[template(path = "repair-parts.html")]
struct Parts {
    w: &'static Words,
    whole: i64,
    cards: Vec<Part>,
    /// The first part that waits for a hand.
    next: Option<i64>,
    waiting: u64,
}

struct Part {
    place: String,
    form: String,
    key: String,
    /// How many questions it asks.
    asked: u32,
    waits: bool,
    other: bool,
}

pub(super) async fn separate(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Word>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let w = Words::of(lang);
    let Some(desk) = desk_of(&word.desk, &visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(parts) = parts_of(&word) else {
        return notice_of(StatusCode::UNPROCESSABLE_ENTITY, w.bad_parts, lang);
    };
    let reply = site.taking(QuestionId(word.question), &desk, may);
    match site.read_parts(visitor, word.lease, reply, parts).await {
        Ok(shown) => html(&shown),
        Err(e) => refused_page(&e, lang),
    }
}

/// The parts with what is said of all of them; `None` for numbers that are none.
fn parts_of(word: &Word) -> Option<Vec<(Region, Hints)>> {
    let hints = Hints {
        corners: None,
        key: None,
        ..word.hints()?
    };
    let numbers = word.parts.split_whitespace().map(str::parse);
    let numbers: Vec<f64> = numbers.collect::<Result<_, _>>().ok()?;
    let (parts, []) = numbers.as_chunks::<4>() else {
        return None;
    };
    let region = |[l, t, r, b]: &[f64; 4]| Region::new([*l, *t], [*r, *b]);
    let parts = parts
        .iter()
        .map(|part| Some((region(part)?, hints.clone())));
    parts.collect()
}

impl Site {
    async fn read_parts(
        self: &Arc<Self>,
        visitor: Visitor,
        lease: String,
        reply: Reply,
        parts: Vec<(Region, Hints)>,
    ) -> Result<Parts, RepairError> {
        let gone = || RepairError::Broken("the server ends".into());
        let lang = visitor.lang;
        let begun = self.work({
            let (lease, reply, parts) = (lease.clone(), reply.clone(), parts.clone());
            move |site: &Site, store: &mut Store| {
                let given = own(store, &lease, &visitor)?;
                if given.is_none_or(|g| g.question != reply.question) {
                    return Err(ReviewError::TakenBack.into());
                }
                repair::begin_separating(store, &site.library, (&reply, &parts))
            }
        });
        let original = begun.await.ok_or_else(gone)??;
        let turn = self.decoding.acquire().await.map_err(|_| gone())?;
        let reading = tokio::task::spawn_blocking({
            let (site, original, parts) = (Arc::clone(self), original.clone(), parts.clone());
            move || site.bench.read_parts(&original, &parts, &site.library)
        });
        let read = reading.await.map_err(|_| gone())??;
        drop(turn);
        let job = move |site: &Site, store: &mut Store| {
            let (by, new) = (
                (&reply, Some(lease.as_str())),
                (&read[..], &*site.bench.program),
            );
            let pages = repair::record_parts(store, by, (&original, &parts), new)?;
            Ok(Parts::of(
                store,
                &site.library,
                (original.page, &pages),
                lang,
            )?)
        };
        self.work(job).await.ok_or_else(gone)?
    }
}

impl Parts {
    fn of(
        store: &Store,
        library: &Library,
        (whole, pages): (PageId, &[PageId]),
        lang: Lang,
    ) -> Result<Self, StoreError> {
        let mut cards = Vec::new();
        let mut next = None;
        for page in pages {
            let row = store.page(*page)?;
            let waits = row.bucket == Bucket::Rejected;
            if waits && next.is_none() {
                next = page_question(store, *page)?.map(|question| question.0);
            }
            cards.push(Part {
                place: format!("{} [{}]", row.file, row.page),
                form: form_title(library, &row.form.unwrap_or_default(), lang),
                key: row.key.unwrap_or_else(|| "–".to_owned()),
                asked: row.questions_open,
                waits,
                other: !matches!(row.bucket, Bucket::Rejected | Bucket::Read | Bucket::Review),
            });
        }
        let wanted = Wanted {
            kind: Some(Kind::Page),
            ..Wanted::default()
        };
        Ok(Self {
            w: Words::of(lang),
            whole: whole.0,
            cards,
            next,
            waiting: store.count_open(&wanted)?,
        })
    }
}
