//! What every request must pass, and what every reply carries.
//!
//! - A host name that is not this computer's is refused: a foreign name may be made to point here
//!   (DNS rebinding).
//! - A change needs the token of the session, which stands in the page and which no other origin
//!   can read, and comes from this origin where the browser says from where.
//! - Replies forbid frames, foreign content and inline script, and are kept by no cache: they show
//!   people's answers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Site, secret};
use crate::lang::Lang;

/// The header that carries the token.
pub(super) const TOKEN: &str = "x-hagaki-token";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The session's name, from its cookie; `None` at the first visit.
    pub(super) session: Option<String>,
    pub(super) who: String,
    pub(super) lang: Lang,
}

pub(super) async fn gate(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut request = request;
    let headers = request.headers();
    let visitor = visitor(&site, headers);
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if !is_ours(&site, headers) {
        refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "this server has another name",
        )
    } else if !safe && !may_change(&site, headers, &visitor) {
        refuse(StatusCode::FORBIDDEN, "this page is too old; load it again")
    } else {
        request.extensions_mut().insert(visitor);
        next.run(request).await
    };
    harden(response.headers_mut());
    response
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, why).into_response()
}

fn harden(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

fn is_ours(site: &Site, headers: &HeaderMap) -> bool {
    let host = text(headers, &HOST).map(str::to_ascii_lowercase);
    host.is_some_and(|host| site.hosts.contains(&host))
}

fn may_change(site: &Site, headers: &HeaderMap, visitor: &Visitor) -> bool {
    let own = |origin: &str| {
        let host = origin.strip_prefix("http://");
        host.is_some_and(|h| site.hosts.iter().any(|own| own == h))
    };
    let from_here = text(headers, &ORIGIN).is_none_or(own);
    let fetched = text(headers, &HeaderName::from_static("sec-fetch-site"));
    let same = fetched.is_none_or(|site| site == "same-origin");
    let token = text(headers, &HeaderName::from_static(TOKEN)).unwrap_or_default();
    let session = visitor.session.as_deref();
    from_here && same && session.is_some_and(|s| site.secret.proves(s, token))
}

fn visitor(site: &Site, headers: &HeaderMap) -> Visitor {
    let session = cookie(headers, &site.cookie()).filter(|name| secret::is_name(name));
    let lang = match cookie(headers, "hagaki-lang").as_deref() {
        Some("ja") => Lang::Ja,
        Some("en") => Lang::En,
        _ => wished(headers).unwrap_or(site.lang),
    };
    Visitor {
        session,
        who: site.who.clone(),
        lang,
    }
}

impl Site {
    /// The session cookie's name. Cookies do not tell ports apart, and two campaigns may be open.
    pub(super) fn cookie(&self) -> String {
        let port = self.hosts[0].rsplit(':').next().unwrap_or_default();
        format!("hagaki-{port}")
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).into_iter();
    let pairs = all
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The first of the browser's languages that is spoken here.
fn wished(headers: &HeaderMap) -> Option<Lang> {
    let wish = text(headers, &HeaderName::from_static("accept-language"))?;
    let mut ranked: Vec<(f64, &str)> = wish.split(',').map(weighed).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.iter().find_map(|(weight, tag)| {
        let main = tag
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match main.as_str() {
            "ja" if *weight > 0.0 => Some(Lang::Ja),
            "en" if *weight > 0.0 => Some(Lang::En),
            _ => None,
        }
    })
}

/// `ja;q=0.5` as its weight and its tag.
fn weighed(part: &str) -> (f64, &str) {
    let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
    let weight = rest.trim().strip_prefix("q=").map(str::parse);
    (weight.map_or(1.0, |w| w.unwrap_or(0.0)), tag.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_s_first_known_language_is_taken() {
        let cases = [
            ("ja,en-US;q=0.9,en;q=0.8", Some(Lang::Ja)),
            ("en-GB", Some(Lang::En)),
            ("fr, en;q=0.4, ja;q=0.6", Some(Lang::Ja)),
            ("de", None),
            ("ja;q=0, en;q=0.1", Some(Lang::En)),
            (";;;,,,q=", None),
        ];
        for (wish, lang) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("accept-language", HeaderValue::from_static(wish));
            assert_eq!(wished(&headers), lang, "{wish}");
        }
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; hagaki-lang=ja;b=2"));
        assert_eq!(cookie(&headers, "hagaki-lang").as_deref(), Some("ja"));
        assert_eq!(cookie(&headers, "hagaki"), None);
    }
}
