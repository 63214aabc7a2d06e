//! A page where a person changes his own password.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Form, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::gate::Visitor;
use super::pages::{Frame, not_allowed, page};
use super::words::Words;
use super::{Site, desk};
use crate::people::{self, PasswordError};
use crate::store::{Act, Change, Store};

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    f: Frame,
    notice: String,
    changed: bool,
}

#[derive(Deserialize)]
pub(super) struct Passwords {
    token: String,
    old: String,
    new: String,
    again: String,
}

pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let changed = query.split('&').any(|pair| pair == "changed=1");
    site.password_page(&visitor, (&query, changed), "")
}

pub(super) async fn change(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(said): Form<Passwords>,
) -> Response {
    let w = Words::of(visitor.lang);
    let again = |status, notice: &str| {
        let mut answer = site.password_page(&visitor, ("", false), notice);
        *answer.status_mut() = status;
        answer
    };
    if !site.proves(&visitor, &said.token) {
        return again(StatusCode::FORBIDDEN, w.page_too_old);
    }
    let Some(who) = visitor.who.as_ref().filter(|who| who.signed_in) else {
        return not_allowed(&site, &visitor, true);
    };
    if said.new != said.again {
        return again(StatusCode::UNPROCESSABLE_ENTITY, w.two_differ);
    }
    // Whoever finds an open window guesses no faster than at the door.
    let (name, now) = (who.name.clone(), (site.clock.now)());
    if let Err(seconds) = site.throttle(|t| t.begin(&name, visitor.address, &now)) {
        let text = w.too_many_tries.replace("{}", &seconds.to_string());
        let mut answer = again(StatusCode::TOO_MANY_REQUESTS, &text);
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        return answer;
    }
    match site.checked(&name, said.old, visitor.address).await {
        Some(Ok(Some(_))) => site.throttle(|t| t.forgive(&name, visitor.address)),
        Some(Ok(None)) => return again(StatusCode::UNPROCESSABLE_ENTITY, w.wrong_password),
        Some(Err(_)) | None => return desk::failed(visitor.lang),
    }
    match site.set_password(name, said.new).await {
        Some(Ok(person)) => site.begin(&person, &visitor, "/password?changed=1"),
        Some(Err(PasswordError::Length | PasswordError::IsName)) => {
            again(StatusCode::UNPROCESSABLE_ENTITY, w.too_weak)
        }
        Some(Err(_)) | None => desk::failed(visitor.lang),
    }
}

impl Site {
    fn password_page(
        &self,
        visitor: &Visitor,
        (query, changed): (&str, bool),
        notice: &str,
    ) -> Response {
        if visitor.who.as_ref().is_none_or(|who| !who.signed_in) {
            return not_allowed(self, visitor, true);
        }
        let notice = notice.to_owned();
        page(self, visitor, ("/password", query), |f| Page {
            f,
            notice,
            changed,
        })
        .into_response()
    }

    /// Keeps the new password; every session of the old one is over. The person as he is then.
    async fn set_password(
        self: &Arc<Self>,
        name: String,
        new: String,
    ) -> Option<Result<crate::store::Person, PasswordError>> {
        let _turn = self.hashing.acquire().await.ok()?;
        let hashing = tokio::task::spawn_blocking({
            let name = name.clone();
            move || people::hash(&name, &new)
        });
        let hash = match hashing.await.ok()? {
            Ok(hash) => hash,
            Err(e) => return Some(Err(e)),
        };
        let job = move |site: &Site, store: &mut Store| {
            let act = Act {
                who: name.clone(),
                at: (site.clock.now)(),
            };
            store.change_person(&act, &name, Change::Password(&hash))?;
            store.person(&name)
        };
        Some(Ok(self.work(job).await?.ok()??))
    }
}
