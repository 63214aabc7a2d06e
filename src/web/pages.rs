//! The pages that a browser opens.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};

use super::gate::Visitor;
use super::view::Page;
use super::words::Words;
use super::{Site, secret};
use crate::lang::Lang;

/// A year: the choice of a language is no secret.
const LANG_SECONDS: u32 = 31_536_000;

pub(super) async fn home() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/review")]).into_response()
}

/// What every page shows around its own part.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) w: &'static Words,
    pub(super) version: &'static str,
    pub(super) token: String,
    pub(super) desk: String,
    pub(super) who: String,
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
    page(&site, &visitor, ("/review", &wanted), |f| Page {
        f,
        wanted: &wanted,
    })
}

/// A page at a path with its query. A language in the query becomes a cookie first.
pub(super) fn page<T: Template>(
    site: &Site,
    visitor: &Visitor,
    (path, query): (&'static str, &str),
    body: impl FnOnce(Frame) -> T,
) -> Response {
    if let Some(lang) = chosen(query) {
        let cookie = format!("hagaki-lang={lang}; Path=/; SameSite=Strict; Max-Age={LANG_SECONDS}");
        let place = joined(path, &without_lang(query));
        return (
            StatusCode::SEE_OTHER,
            [(LOCATION, place), (SET_COOKIE, cookie)],
        )
            .into_response();
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
    let frame = Frame {
        w: Words::of(visitor.lang),
        version: env!("CARGO_PKG_VERSION"),
        token: site.secret.token(&session),
        desk,
        who: visitor.who.clone(),
        here: path,
        other,
        other_href: joined(path, &format!("{rest}{and}lang={other}")),
    };
    let cookie = format!(
        "{}={session}; Path=/; HttpOnly; SameSite=Strict",
        site.cookie()
    );
    ([(SET_COOKIE, cookie)], html(&body(frame))).into_response()
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
