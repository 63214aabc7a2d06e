//! What every request must pass, and what every reply carries.
//!
//! - A host name that is not this computer's is refused: a foreign name may be made to point here
//!   (DNS rebinding).
//! - Where the campaign has people, everything but the page to sign in needs a session that stands,
//!   and each page a role (`rights`).
//! - A change needs the token of the session, which stands in the page and which no other origin
//!   can read, and comes from this origin where the browser says from where.
//! - Replies forbid frames, foreign content and inline script, and are kept by no cache: they show
//!   people's answers.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, HOST, HeaderName, LOCATION, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::door::Peer;
use super::kinds::encoded;
use super::pages::not_allowed;
use super::rights::{Needs, needs};
use super::words::Words;
use super::{Site, secret};
use crate::lang::Lang;
use crate::store::{Role, StoreError};

/// The header that carries the token.
pub(super) const TOKEN: &str = "x-hagaki-token";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: a browser would then send no origin with the form to sign in.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The session's name, from its cookie; `None` at the first visit.
    pub(super) session: Option<String>,
    /// `None`: the campaign has people and nobody signed in.
    pub(super) who: Option<Who>,
    pub(super) lang: Lang,
    pub(super) address: IpAddr,
}

/// A person at a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
    /// Else he started the server himself and works alone.
    pub(super) signed_in: bool,
}

impl Visitor {
    pub(super) fn name(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.name)
    }

    pub(super) fn roles(&self) -> &[Role] {
        self.who.as_ref().map_or(&[], |who| &who.roles)
    }
}

pub(super) async fn gate(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut request = request;
    let mut response = match admitted(&site, &request) {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(refusal) => *refusal.0,
    };
    harden(response.headers_mut());
    response
}

/// What somebody gets instead of what he asked for.
struct Refusal(Box<Response>);

impl Refusal {
    fn of(response: Response) -> Self {
        Self(Box::new(response))
    }
}

/// Who asks, where what he asks for is his; else what to tell him.
fn admitted(site: &Site, request: &Request) -> Result<Visitor, Refusal> {
    let headers = request.headers();
    if !is_ours(site, headers) {
        return Err(Refusal::of(refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "this server has another name",
        )));
    }
    let visitor = visitor(site, request).map_err(|_| {
        let lang = wished(headers).unwrap_or(site.lang);
        let words = Words::of(lang);
        Refusal::of(refuse(StatusCode::SERVICE_UNAVAILABLE, words.store_failed))
    })?;
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    let needs = needs(path);
    if needs != Needs::Nobody && visitor.who.is_none() {
        return Err(Refusal::of(to_sign_in(&visitor, (request, safe))));
    }
    if !needs.met_by(visitor.roles()) {
        return Err(Refusal::of(not_allowed(site, &visitor, safe)));
    }
    // A form of its own carries the token among its fields.
    let has_token = FORMS.contains(&path) || shows_token(site, headers, &visitor);
    let proved = has_token && from_here(site, headers);
    if !safe && !proved {
        return Err(Refusal::of(refuse(
            StatusCode::FORBIDDEN,
            "this page is too old; load it again",
        )));
    }
    Ok(visitor)
}

/// Plain forms, whose handlers look at the token.
const FORMS: [&str; 3] = ["/sign-in", "/sign-out", "/password"];

/// A window goes to the page to sign in and comes back afterwards; a script is told.
fn to_sign_in(visitor: &Visitor, (request, safe): (&Request, bool)) -> Response {
    let words = Words::of(visitor.lang);
    if !safe {
        return refuse(StatusCode::UNAUTHORIZED, words.session_ended);
    }
    let ended = match visitor.session {
        Some(_) => "&ended=1",
        None => "",
    };
    let here = request.uri().path_and_query().map_or("/", |p| p.as_str());
    let place = format!("/sign-in?to={}{ended}", encoded(here));
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
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

/// Where the browser says from where a request comes, it is from a page of this server.
fn from_here(site: &Site, headers: &HeaderMap) -> bool {
    let own = |origin: &str| {
        let host = origin.strip_prefix(site.scheme());
        host.is_some_and(|h| site.hosts.iter().any(|own| own == h))
    };
    let fetched = text(headers, &HeaderName::from_static("sec-fetch-site"));
    text(headers, &ORIGIN).is_none_or(own) && fetched.is_none_or(|site| site == "same-origin")
}

fn shows_token(site: &Site, headers: &HeaderMap, visitor: &Visitor) -> bool {
    let token = text(headers, &HeaderName::from_static(TOKEN)).unwrap_or_default();
    site.proves(visitor, token)
}

fn visitor(site: &Site, request: &Request) -> Result<Visitor, StoreError> {
    let headers = request.headers();
    let session = cookie(headers, &site.cookie()).filter(|name| secret::is_name(name));
    let lang = match cookie(headers, "hagaki-lang").as_deref() {
        Some("ja") => Lang::Ja,
        Some("en") => Lang::En,
        _ => wished(headers).unwrap_or(site.lang),
    };
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    Ok(Visitor {
        who: site.who(session.as_deref())?,
        session,
        lang,
        address: peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.0.ip()),
    })
}

impl Site {
    /// Whose window it is. Looked up anew each time: who is disabled, or whose password changed, is
    /// out at once.
    fn who(&self, session: Option<&str>) -> Result<Option<Who>, StoreError> {
        self.look(|store| {
            if !store.has_people()? {
                return Ok(Some(Who {
                    name: self.who.clone(),
                    roles: Role::ALL.to_vec(),
                    signed_in: false,
                }));
            }
            let now = (self.clock.now)();
            let Some((name, epoch)) = session.and_then(|s| self.sessions.look(s, &now)) else {
                return Ok(None);
            };
            let person = store.person(&name)?;
            let person = person.filter(|p| p.active && p.epoch == epoch);
            Ok(person.map(|person| Who {
                name: person.name,
                roles: person.roles,
                signed_in: true,
            }))
        })
    }

    /// Whether the token is the one of the visitor's session.
    pub(super) fn proves(&self, visitor: &Visitor, token: &str) -> bool {
        let session = visitor.session.as_deref();
        session.is_some_and(|s| self.secret.proves(s, token))
    }

    pub(super) fn session_cookie(&self, session: &str) -> String {
        let secure = if self.is_encrypted { "; Secure" } else { "" };
        format!(
            "{}={session}; Path=/; HttpOnly; SameSite=Strict{secure}",
            self.cookie()
        )
    }

    fn scheme(&self) -> &'static str {
        if self.is_encrypted {
            "https://"
        } else {
            "http://"
        }
    }

    /// The session cookie's name. Cookies do not tell ports apart, and two campaigns may be open.
    pub(super) fn cookie(&self) -> String {
        // No other computer may set a cookie of the first kind.
        let kind = if self.is_encrypted { "__Host-" } else { "" };
        format!("{kind}hagaki-{}", self.port)
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
