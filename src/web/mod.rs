//! The review page: questions answered in a browser, by keyboard, from pictures.
//!
//! It binds to this computer, or elsewhere under TLS and with people who sign in. The person who started it works alone, until the campaign has
//! people: then everybody signs in, and roles say who reaches what. Nothing is loaded from elsewhere;
//! no page works as a frame, from another origin or under another host name; every change carries a
//! token that only a page of this server knows (`gate`). A picture is reached by the lease of its
//! question and by nothing else, so nobody sees what he was not given; what may be a My Number only who
//! says that he wants to (`review::cover`). Rules, leases and the audit
//! are `review`'s and `store`'s; here is only their face.

mod alternatives;
mod assets;
mod audit;
mod books;
mod desk;
mod door;
mod field;
mod gate;
mod kinds;
mod once_more;
mod pages;
mod password;
mod progress;
mod repair;
mod repair_desk;
mod repair_sheets;
mod repair_view;
mod repair_words;
mod rights;
mod secret;
mod separate;
mod sessions;
mod shape;
mod sheet;
mod sign_in;
pub mod tls;
mod uncover;
mod view;
mod words;
mod writer;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot};

use crate::calendar::Day;
use crate::form::Library;
use crate::lang::Lang;
use crate::people::throttle::Throttle;
use crate::review::repair::Bench;
use crate::store::{Store, StoreError, Timestamp};
use door::{Door, Peer};
use secret::Secret;
use sessions::Sessions;
use tls::Identity;
use writer::Writer;

/// More than any answer needs; a longer body is refused unread.
const MOST_BODY_BYTES: usize = 64 * 1024;

/// After Ctrl-C a request that is under way may still end, for so long.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

/// Where the time comes from: only `cli` reads the clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: fn() -> Timestamp,
    pub today: fn() -> Day,
}

/// What the page serves, and as whom.
#[derive(Debug)]
pub struct Site {
    writer: Writer,
    /// Looks only, and waits for no writer: for what every request asks.
    looks: Mutex<Store>,
    /// The campaign's.
    folder: PathBuf,
    library: Library,
    clock: Clock,
    /// The person who started the server; signs where the campaign has no people.
    who: String,
    sessions: Sessions,
    throttle: Mutex<Throttle>,
    /// Passwords looked at side by side.
    hashing: Semaphore,
    /// What pages are read again with, and pictures decoded side by side.
    bench: Bench,
    decoding: Semaphore,
    sheets: Mutex<repair_sheets::Sheets>,
    /// Where the browser asks for neither language.
    lang: Lang,
    secret: Secret,
    /// `host:port` as a browser may write it.
    hosts: Vec<String>,
    port: u16,
    is_encrypted: bool,
}

/// The page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("`{address}` cannot be listened on: {source}")]
    Address {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the server could not be started: {0}")]
    Start(#[from] std::io::Error),
    #[error("this system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("other computers are served under TLS only")]
    Plain,
    #[error("other computers are served only where people sign in")]
    Nobody,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// So long without a request, and a person is signed out.
pub const IDLE_SECONDS: i64 = 1800;

/// Each takes 19 MiB and a core for some 30 ms.
const PASSWORDS_AT_ONCE: usize = 2;

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    address: SocketAddr,
    identity: Option<Identity>,
}

impl Server {
    /// Listens; port 0 takes a free one. Beyond this computer it needs a certificate.
    pub fn bind(wanted: SocketAddr, identity: Option<Identity>) -> Result<Self, WebError> {
        if !wanted.ip().is_loopback() && identity.is_none() {
            return Err(WebError::Plain);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let fault = |source| WebError::Address {
            address: wanted,
            source,
        };
        let listener = runtime.block_on(TcpListener::bind(wanted)).map_err(fault)?;
        let address = listener.local_addr()?;
        Ok(Self {
            runtime,
            listener,
            address,
            identity,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until something is sent through `stop`, or its sender is gone.
    pub fn serve(self, site: SiteParts, stop: oneshot::Receiver<()>) -> Result<(), WebError> {
        let site = Arc::new(site.at(self.address, self.identity.is_some())?);
        let Self {
            runtime,
            listener,
            identity,
            ..
        } = self;
        let (ended, end) = oneshot::channel();
        let served = runtime.block_on(async {
            let app = router(site).into_make_service_with_connect_info::<Peer>();
            let serving =
                axum::serve(Door::open(listener, identity)?, app).with_graceful_shutdown(async {
                    let _ = stop.await;
                    let _ = ended.send(());
                });
            let late = async {
                let _ = end.await;
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                served = async { serving.await } => served,
                () = late => Ok(()),
            }
        });
        runtime.shutdown_timeout(GRACE);
        Ok(served?)
    }
}

/// What a site is made of.
#[derive(Debug)]
pub struct SiteParts {
    pub store: Store,
    pub library: Library,
    pub bench: Bench,
    pub clock: Clock,
    pub who: String,
    pub lang: Lang,
    /// See [`IDLE_SECONDS`].
    pub idle_seconds: i64,
    /// Host names and addresses by which other computers may call this one.
    pub names: Vec<String>,
}

impl SiteParts {
    fn at(self, address: SocketAddr, is_encrypted: bool) -> Result<Site, WebError> {
        if !address.ip().is_loopback() && !self.store.has_people()? {
            return Err(WebError::Nobody);
        }
        let folder = self.store.folder().to_owned();
        Ok(Site {
            hosts: hosts(address, is_encrypted, &self.names),
            port: address.port(),
            is_encrypted,
            looks: Mutex::new(Store::open_read_only(&folder)?),
            folder,
            sessions: Sessions::new(self.idle_seconds),
            throttle: Mutex::default(),
            hashing: Semaphore::new(PASSWORDS_AT_ONCE),
            writer: Writer::start(self.store)?,
            library: self.library,
            bench: self.bench,
            decoding: Semaphore::new(1),
            sheets: Mutex::default(),
            clock: self.clock,
            who: self.who,
            lang: self.lang,
            secret: Secret::new()?,
        })
    }
}

/// As what a browser may address this server.
fn hosts(address: SocketAddr, is_encrypted: bool, names: &[String]) -> Vec<String> {
    let written = |name: &str| match name.parse() {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => name.to_ascii_lowercase(),
    };
    let own = ["127.0.0.1", "localhost", "::1"].map(written);
    let mut all: Vec<String> = own.into();
    if !address.ip().is_unspecified() {
        all.push(written(&address.ip().to_string()));
    }
    all.extend(names.iter().map(|name| written(name)));
    let port = address.port();
    let usual = port == if is_encrypted { 443 } else { 80 };
    let with_port: Vec<String> = all.iter().map(|host| format!("{host}:{port}")).collect();
    // A browser leaves the usual port out.
    with_port
        .into_iter()
        .chain(all.into_iter().filter(|_| usual))
        .collect()
}

impl Site {
    /// Works with the store on the thread that does nothing else; the answer comes once what was
    /// written is kept.
    async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&Self, &mut Store) -> T + Send + 'static,
    ) -> Option<T> {
        let site = Arc::clone(self);
        self.writer.done(move |store| job(&site, store)).await
    }

    /// Looks at a few rows, at once: no writer is waited for.
    fn look<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.looks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/review", get(pages::review))
        .route("/review/next", post(desk::next))
        .route("/review/answer", post(desk::answer))
        .route("/review/back", post(desk::back))
        .route("/review/uncover", post(uncover::uncover))
        .route("/review/here", post(desk::here))
        .route("/review/leave", post(desk::leave))
        .route("/kinds", get(kinds::kinds))
        .route("/kinds/screen", post(kinds::screen))
        .route("/repair", get(repair::repair))
        .route("/repair/next", post(repair::next))
        .route("/repair/read", post(repair::read))
        .route("/repair/answer", post(repair::answer))
        .route("/repair/separate", post(separate::separate))
        .route("/repair/picture/{lease}", get(repair::picture))
        .route("/sheet", get(sheet::sheet))
        .route("/sheet/picture/{question}", get(sheet::picture))
        .route("/books", get(books::books))
        .route("/progress", get(progress::progress))
        .route("/audit", get(audit::audit))
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/password", get(password::form).post(password::change))
        .route("/picture/{lease}", get(desk::picture))
        .route("/card/{lease}", get(desk::card))
        .route("/assets/{name}", get(assets::asset))
        .fallback(pages::nothing)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&site),
            gate::gate,
        ))
        .with_state(site)
}

#[cfg(test)]
mod cover_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod repair_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
