//! What may be a My Number is covered; whoever wants to see it says so, and that is recorded.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Site;
use super::desk::{Window, notice_of, or_failed};
use super::gate::Visitor;
use super::view::Turn;
use super::words::Words;
use crate::lang::Lang;
use crate::store::{Act, Desk, May, Store, StoreError};

/// A wish to see what is covered in the question under a lease.
#[derive(Debug, Deserialize)]
pub(super) struct Uncover {
    lease: String,
    #[serde(flatten)]
    window: Window,
}

/// Uncovers the field of a question, which is recorded, and shows the question once more.
pub(super) async fn uncover(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(word): Form<Uncover>,
) -> Response {
    let (lang, may) = (visitor.lang, May::of(visitor.roles()));
    let Some(desk) = word.window.desk(&visitor) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let job =
        move |site: &Site, store: &mut Store| site.uncovered(store, &desk, &word, (lang, may));
    or_failed(site.work(job).await, lang)
}

impl Site {
    /// The question under that lease once more, uncovered.
    fn uncovered(
        &self,
        store: &mut Store,
        desk: &Desk,
        word: &Uncover,
        (lang, may): (Lang, May),
    ) -> Result<Response, StoreError> {
        let lease = store.lease(&word.lease)?.filter(|l| l.desk == *desk);
        let Some(lease) = lease else {
            return Ok(notice_of(
                StatusCode::GONE,
                Words::of(lang).taken_back,
                lang,
            ));
        };
        let act = Act {
            who: desk.who.clone(),
            at: (self.clock.now)(),
        };
        store.uncover(&act, lease.question)?;
        let own = store.answered_by(lease.question)?.as_ref() == Some(&desk.who);
        let turn = if own { Turn::LookedAt } else { Turn::Asked };
        let given = (desk, word.lease.clone(), lease.question);
        self.question(store, given, &word.window, (lang, may, turn))
    }
}
