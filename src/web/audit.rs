//! Who did what: whether the chain holds, and its latest rows. It holds no answer.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::gate::Visitor;
use super::pages::{Frame, page};
use super::{Site, desk};
use crate::store::{AuditRow, Store, StoreError};

/// So many rows fit a page that a person reads.
const MOST_ROWS: usize = 500;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    f: Frame,
    rows: Vec<AuditRow>,
    count: usize,
    /// The first row at which the chain breaks.
    breaks: Option<i64>,
}

pub(super) async fn audit(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let folder = site.folder.clone();
    // The whole chain is looked at, so nobody else waits for it.
    let seen = tokio::task::spawn_blocking(move || -> Result<_, StoreError> {
        let store = Store::open_read_only(&folder)?;
        store.steady(|store| Ok::<_, StoreError>((store.audit()?, store.audit_break()?)))
    });
    let Ok(Ok((mut rows, breaks))) = seen.await else {
        return desk::failed(visitor.lang);
    };
    let count = rows.len();
    rows.drain(..count.saturating_sub(MOST_ROWS));
    rows.reverse();
    let query = query.unwrap_or_default();
    page(&site, &visitor, ("/audit", &query), |f| Audit {
        f,
        rows,
        count,
        breaks,
    })
}
