//! The books on a page of their own, as `hagaki status` prints them, and whether they balance.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::gate::Visitor;
use super::pages::{Frame, page};
use super::{Site, desk};
use crate::books::{self, Section};
use crate::lots;
use crate::store::{Store, StoreError};

#[derive(Template)]
#[template(path = "books.html")]
struct Books {
    f: Frame,
    sections: Vec<Section>,
    next_steps: Vec<&'static str>,
    alarms: Vec<String>,
    /// Why they do not balance.
    fault: Option<String>,
}

pub(super) async fn books(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let (folder, shared) = (site.folder.clone(), Arc::clone(&site));
    // Everything is counted, so nobody else waits for it.
    let counted = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
        books::Books::with_cards(&Store::open_read_only(&folder)?, &shared.library)
    });
    let Ok(Ok(counted)) = counted.await else {
        return desk::failed(visitor.lang);
    };
    let lang = visitor.lang;
    let query = query.unwrap_or_default();
    page(&site, &visitor, ("/books", &query), |f| Books {
        f,
        sections: counted.sections(lang),
        next_steps: counted.next_steps(lang),
        alarms: lots::lines(&counted.alarms, lang),
        fault: counted.balances().err().map(|e| e.message(lang)),
    })
}
