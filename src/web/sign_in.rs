//! Signing in and out. Needed as soon as the campaign has people (`hagaki people add`).

use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::Extension;
use axum::extract::{Form, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::gate::Visitor;
use super::kinds::encoded;
use super::pages::{home_of, html, switched};
use super::words::Words;
use super::{Site, rights, secret};
use crate::lang::Lang;
use crate::people::{self, throttle::Throttle};
use crate::store::{Act, Desk, Person, Store, StoreError};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn {
    w: &'static Words,
    version: &'static str,
    token: String,
    /// Where to go afterwards.
    to: String,
    name: String,
    notice: String,
    other: &'static str,
    other_href: String,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    token: String,
    name: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// What brought a person here.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    to: String,
    #[serde(default)]
    ended: String,
}

#[derive(Deserialize)]
pub(super) struct Leaving {
    token: String,
    #[serde(default)]
    desk: String,
}

/// The page to sign in.
pub(super) async fn form(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
    Form(wish): Form<Wish>,
) -> Response {
    let query = query.unwrap_or_default();
    if let Some(answer) = switched("/sign-in", &query) {
        return answer;
    }
    if visitor.who.is_some() {
        return see(home_of(&visitor));
    }
    let w = Words::of(visitor.lang);
    let notice = match wish.ended.as_str() {
        "" => "",
        _ => w.session_ended,
    };
    let page = Page {
        to: place(&wish.to).to_owned(),
        name: String::new(),
        notice: notice.to_owned(),
        status: StatusCode::OK,
    };
    site.sign_in_page(&visitor, page)
}

pub(super) async fn sign_in(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(said): Form<Credentials>,
) -> Response {
    let w = Words::of(visitor.lang);
    let again = |status, notice: String| {
        let page = Page {
            to: place(&said.to).to_owned(),
            name: said.name.chars().take(60).collect(),
            notice,
            status,
        };
        site.sign_in_page(&visitor, page)
    };
    if !site.proves(&visitor, &said.token) {
        return again(StatusCode::FORBIDDEN, w.page_too_old.to_owned());
    }
    let name = people::name(&said.name).unwrap_or_default();
    let now = (site.clock.now)();
    let counted = site.throttle(|t| t.begin(&name, visitor.address, &now));
    if let Err(seconds) = counted {
        let text = w.too_many_tries.replace("{}", &seconds.to_string());
        let mut answer = again(StatusCode::TOO_MANY_REQUESTS, text);
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        return answer;
    }
    match site
        .checked(&name, said.password.clone(), visitor.address)
        .await
    {
        Some(Ok(Some(person))) => {
            site.throttle(|t| t.forgive(&name, visitor.address));
            site.begin(&person, &visitor, place(&said.to))
        }
        Some(Ok(None)) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            w.wrong_password.to_owned(),
        ),
        Some(Err(_)) | None => again(StatusCode::SERVICE_UNAVAILABLE, w.store_failed.to_owned()),
    }
}

pub(super) async fn sign_out(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    Form(said): Form<Leaving>,
) -> Response {
    if !site.proves(&visitor, &said.token) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (Some(session), Some(who)) = (&visitor.session, visitor.who.clone()) else {
        return see("/sign-in");
    };
    // Whoever leaves is out, whatever the disk says.
    site.sessions.end(session);
    let (from, who) = (visitor.address, who.name);
    let job = move |site: &Site, store: &mut Store| -> Result<(), StoreError> {
        let noted = note(site, store, (&who, "sign-out"), from);
        noted.and(store.end_leases(&Desk { id: said.desk, who }))
    };
    match site.work(job).await {
        Some(Ok(())) => see("/sign-in"),
        Some(Err(_)) | None => site.unrecorded(&visitor),
    }
}

struct Page {
    to: String,
    name: String,
    notice: String,
    status: StatusCode,
}

impl Site {
    pub(super) fn throttle<T>(&self, with: impl FnOnce(&mut Throttle) -> T) -> T {
        with(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at a password, on a thread that may wait; the audit says how it went.
    pub(super) async fn checked(
        self: &Arc<Self>,
        name: &str,
        password: String,
        from: IpAddr,
    ) -> Option<Result<Option<Person>, StoreError>> {
        // Each takes memory and a core for a while.
        let _turn = self.hashing.acquire().await.ok()?;
        let wanted = name.to_owned();
        let known = self.look(|store| {
            let hash = store.password_hash(&wanted)?;
            Ok::<_, StoreError>((store.person(&wanted)?, hash))
        });
        let (person, hash) = match known {
            Ok(known) => known,
            Err(e) => return Some(Err(e)),
        };
        let right =
            tokio::task::spawn_blocking(move || people::is_right(&password, hash.as_deref()));
        let right = right.await.ok()?;
        // A name that nobody has is not written down: it may be a password in the wrong place.
        let who = person.as_ref().map_or("-", |p| &p.name).to_owned();
        let person = person.filter(|p| right && p.active);
        let what = if person.is_some() {
            "sign-in"
        } else {
            "sign-in.refused"
        };
        let noted = self.work(move |site, store| note(site, store, (&who, what), from));
        Some(noted.await?.map(|()| person))
    }

    pub(super) fn begin(&self, person: &Person, visitor: &Visitor, to: &str) -> Response {
        let Ok(session) = self.sessions.begin(person, &(self.clock.now)()) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        if let Some(old) = &visitor.session {
            self.sessions.end(old);
        }
        let to = if to.is_empty() || !rights::may(&person.roles, path_of(to)) {
            rights::PAGES
                .into_iter()
                .find(|page| rights::may(&person.roles, page))
                .unwrap_or("/")
        } else {
            to
        };
        let cookie = self.session_cookie(&session);
        let place = [(LOCATION, to.to_owned()), (SET_COOKIE, cookie)];
        (StatusCode::SEE_OTHER, place).into_response()
    }

    /// The page after a leaving that the audit does not hold.
    fn unrecorded(&self, visitor: &Visitor) -> Response {
        let notice = Words::of(visitor.lang).sign_out_unrecorded.to_owned();
        let gone = Visitor {
            session: None,
            who: None,
            ..visitor.clone()
        };
        let page = Page {
            to: String::new(),
            name: String::new(),
            notice,
            status: StatusCode::SERVICE_UNAVAILABLE,
        };
        self.sign_in_page(&gone, page)
    }

    fn sign_in_page(&self, visitor: &Visitor, page: Page) -> Response {
        let Ok(fresh) = secret::name() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let session = visitor.session.clone().unwrap_or(fresh);
        let other = match visitor.lang {
            Lang::Ja => "en",
            Lang::En => "ja",
        };
        let body = SignIn {
            w: Words::of(visitor.lang),
            version: env!("CARGO_PKG_VERSION"),
            token: self.secret.token(&session),
            other_href: format!("/sign-in?to={}&lang={other}", encoded(&page.to)),
            to: page.to,
            name: page.name,
            notice: page.notice,
            other,
        };
        let cookie = [(SET_COOKIE, self.session_cookie(&session))];
        (page.status, cookie, html(&body)).into_response()
    }
}

fn note(
    site: &Site,
    store: &mut Store,
    (who, what): (&str, &str),
    from: IpAddr,
) -> Result<(), StoreError> {
    let act = Act {
        who: who.to_owned(),
        at: (site.clock.now)(),
    };
    store.note_entry(&act, what, &format!("address {from}"))
}

fn see(place: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
}

/// A place of this server to go to: one of its pages, with what a query may hold; else nothing.
fn place(wanted: &str) -> &str {
    let known = rights::PAGES.contains(&path_of(wanted));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/?&=_.-%|".contains(&b);
    if known && wanted.bytes().all(plain) {
        wanted
    } else {
        ""
    }
}

fn path_of(place: &str) -> &str {
    place.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_this_server_is_gone_to() {
        for fine in ["/review", "/review?field=phone", "/audit"] {
            assert_eq!(place(fine), fine);
        }
        for foul in [
            "//evil.example",
            "https://evil.example/review",
            "/\\evil.example",
            "/review\r\nSet-Cookie: a=b",
            "/review?x=<script>",
            "/sign-in",
            "/nothing",
            "javascript:alert(1)",
        ] {
            assert_eq!(place(foul), "", "{foul}");
        }
    }
}
