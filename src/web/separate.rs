//! A picture of several cards, separated by hand: each is read by itself and is a page of its own.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::desk::notice_of;
use super::gate::Visitor;
use super::kinds::form_title;
use super::once_more::OnceMore;
use super::pages::html;
use super::repair::refused_page;
use super::repair_desk::page_question;
use super::repair_words::{Word, desk_of};
use super::words::Words;
use crate::form::Library;
use crate::lang::Lang;
use crate::review::repair::{self, Read, RepairError};
use crate::review::{Hints, Reply};
use crate::scan::Region;
use crate::store::{Bucket, Kind, May, Original, PageId, QuestionId, Store, StoreError, Wanted};

/// What became of the parts.
#[derive(Template)]
#[template(path = "repair-parts.html")]
pub(super) struct Parts {
    w: &'static Words,
    whole: i64,
    cards: Vec<Part>,
    /// The first part that waits for a hand.
    next: Option<i64>,
    waiting: u64,
}

pub(super) struct Part {
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
    let given = (word.lease, reply);
    match site.once_more((visitor, desk), given, parts).await {
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

impl OnceMore for Vec<(Region, Hints)> {
    type Read = Vec<Read>;
    type Shown = Parts;

    fn begin(
        &self,
        site: &Site,
        store: &Store,
        reply: &Reply,
    ) -> Result<(Original, Self), RepairError> {
        let original = repair::begin_separating(store, &site.library, (reply, self))?;
        Ok((original, self.clone()))
    }

    fn read(&self, site: &Site, original: &Original) -> Result<Vec<Read>, RepairError> {
        site.bench.read_parts(original, self, &site.library)
    }

    fn record(
        &self,
        (site, store): (&Site, &mut Store),
        by: (&Reply, Option<&str>),
        (original, read): (&Original, &Vec<Read>),
        lang: Lang,
    ) -> Result<Parts, RepairError> {
        let new = (&read[..], &*site.bench.program);
        let pages = repair::record_parts(store, by, (original, self), new)?;
        let shown = Parts::of(store, &site.library, (original.page, &pages), lang)?;
        Ok(shown)
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
            waiting: store.count_wanted(&wanted)?,
        })
    }
}
