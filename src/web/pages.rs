//! The pages that a browser opens.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};

use super::gate::Visitor;
use super::rights;
use super::view::Page;
use super::words::Words;
use super::{Site, secret};
use crate::digest::Digest;
use crate::lang::Lang;

/// A year: the choice of a language is no secret.
const LANG_SECONDS: u32 = 31_536_000;

pub(super) async fn home(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    match home_of(&visitor) {
        "/" => not_allowed(&site, &visitor, true),
        place => (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response(),
    }
}

/// The first page that a person may open; `/` where there is none.
pub(super) fn home_of(visitor: &Visitor) -> &'static str {
    let mut pages = rights::PAGES.into_iter();
    pages
        .find(|page| rights::may(visitor.roles(), page))
        .unwrap_or("/")
}

/// What a person may not see: a page for a window, a word for a script.
#[derive(Template)]
#[template(path = "not-allowed.html")]
struct NotAllowed {
    f: Frame,
}

pub(super) fn not_allowed(site: &Site, visitor: &Visitor, window: bool) -> Response {
    if !window {
        return (StatusCode::FORBIDDEN, Words::of(visitor.lang).not_allowed).into_response();
    }
    let mut response = page(site, visitor, ("/", ""), |f| NotAllowed { f });
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// What every page shows around its own part.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) w: &'static Words,
    pub(super) version: &'static str,
    pub(super) token: String,
    pub(super) desk: String,
    pub(super) who: String,
    /// Signed in, so he may sign out.
    pub(super) signed_in: bool,
    /// Pages in the menu: path and name.
    pub(super) menu: Vec<(&'static str, &'static str)>,
    /// The path of the page itself.
    pub(super) here: &'static str,
    /// The language that is not shown, and where to get it.
    pub(super) other: &'static str,
    pub(super) other_href: String,
}

/// A window that answers one question after another.
pub(super) async fn review(
    State(site): State<Arc<Site>>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = query.unwrap_or_default();
    let of = [
        site.folder.as_os_str().as_encoded_bytes(),
        visitor.name().as_bytes(),
    ];
    let memory = Digest::of_parts(of).to_string();
    page(&site, &visitor, ("/review", &wanted), |f| Page {
        f,
        wanted: &wanted,
        memory,
    })
}

/// A page at a path with its query. A language in the query becomes a cookie first.
pub(super) fn page<T: Template>(
    site: &Site,
    visitor: &Visitor,
    (path, query): (&'static str, &str),
    body: impl FnOnce(Frame) -> T,
) -> Response {
    if let Some(answer) = switched(path, query) {
        return answer;
    }
    let (Ok(fresh), Ok(desk)) = (secret::name(), secret::name()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let session = visitor.session.clone().unwrap_or(fresh);
    let other = match visitor.lang {
        Lang::Ja => "en",
        Lang::En => "ja",
    };
    let rest = without_lang(query);
    let and = if rest.is_empty() { "" } else { "&" };
    let w = Words::of(visitor.lang);
    let names = [
        w.title, w.by_kind, w.repair, w.progress, w.sheet, w.books, w.audit,
    ];
    let menu = rights::PAGES.into_iter().zip(names);
    let frame = Frame {
        w,
        menu: menu
            .filter(|(page, _)| rights::may(visitor.roles(), page))
            .collect(),
        signed_in: visitor.who.as_ref().is_some_and(|who| who.signed_in),
        version: env!("CARGO_PKG_VERSION"),
        token: site.secret.token(&session),
        desk,
        who: visitor.name().to_owned(),
        here: path,
        other,
        other_href: joined(path, &format!("{rest}{and}lang={other}")),
    };
    let cookie = site.session_cookie(&session);
    ([(SET_COOKIE, cookie)], html(&body(frame))).into_response()
}

/// A language in the query becomes a cookie, and the page is opened again without it.
pub(super) fn switched(path: &str, query: &str) -> Option<Response> {
    let lang = chosen(query)?;
    let cookie = format!("hagaki-lang={lang}; Path=/; SameSite=Strict; Max-Age={LANG_SECONDS}");
    let place = joined(path, &without_lang(query));
    let head = [(LOCATION, place), (SET_COOKIE, cookie)];
    Some((StatusCode::SEE_OTHER, head).into_response())
}

fn joined(path: &str, query: &str) -> String {
    match query {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

pub(super) async fn nothing(Extension(visitor): Extension<Visitor>) -> Response {
    (StatusCode::NOT_FOUND, Words::of(visitor.lang).not_found).into_response()
}

/// A template as a page.
pub(super) fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn chosen(query: &str) -> Option<&'static str> {
    query.split('&').find_map(|pair| match pair {
        "lang=ja" => Some("ja"),
        "lang=en" => Some("en"),
        _ => None,
    })
}

/// The rest of the query. It goes into a header, so only what a query may hold stays.
fn without_lang(query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("lang=") && !pair.is_empty())
        .collect();
    let plain = |c: &char| c.is_ascii_graphic();
    kept.join("&").chars().filter(plain).collect()
}
