//! The page under TLS, to a client that knows the certificate.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring,
};

use super::tests::{ONE, parts};
use super::tls::{Identity, make};
use super::*;
use crate::people;
use crate::store::Role;
use crate::store::fixtures::act;

struct Served {
    port: u16,
    certificate: CertificateDer<'static>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<(), WebError>>>,
    dir: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            thread.join().unwrap().unwrap();
        }
    }
}

/// The client looks at its own clock.
fn today() -> Day {
    let now = time::OffsetDateTime::now_utc();
    Day::new(now.year(), now.month().into(), now.day()).unwrap()
}

fn serve() -> Served {
    let dir = tempfile::tempdir().unwrap();
    let names = ["hagaki.example".to_owned()];
    let made = make(&names, today()).unwrap();
    let (certificate, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
    std::fs::write(&certificate, &made.certificate_pem).unwrap();
    std::fs::write(&key, &made.key_pem).unwrap();
    let identity = Identity::load(&certificate, &key).unwrap();
    let (campaign, mut parts) = parts(ONE);
    let hash = people::hash("sato", "correct horse 1").unwrap();
    let sato = ("sato", &[Role::Reviewer][..]);
    parts.store.add_person(&act("op"), sato, &hash).unwrap();
    let server = Server::bind(([0, 0, 0, 0], 0).into(), Some(identity)).unwrap();
    let port = server.address().port();
    let (stop, stopped) = oneshot::channel();
    Served {
        port,
        certificate: CertificateDer::from_pem_slice(made.certificate_pem.as_bytes()).unwrap(),
        stop: Some(stop),
        thread: Some(std::thread::spawn(move || server.serve(parts, stopped))),
        dir: campaign,
    }
}

impl Served {
    fn get(&self, host: &str, path: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("hagaki.example").unwrap();
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut stream = StreamOwned::new(client, stream);
        let asked = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(asked.as_bytes()).unwrap();
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        String::from_utf8_lossy(&all).into_owned()
    }
}

#[test]
fn under_tls_the_page_answers_to_its_names_and_its_cookie_stays_secure() {
    let served = serve();
    let port = served.port;
    let got = served.get(&format!("hagaki.example:{port}"), "/sign-in");
    assert!(got.starts_with("HTTP/1.1 200"), "{got}");
    let cookie = format!("set-cookie: __Host-hagaki-{port}=");
    assert!(got.contains(&cookie) && got.contains("; Secure"), "{got}");
    for stranger in [format!("evil.example:{port}"), "hagaki.example".to_owned()] {
        let got = served.get(&stranger, "/sign-in");
        assert!(got.starts_with("HTTP/1.1 421"), "{got}");
    }
    let got = served.get(&format!("hagaki.example:{port}"), "/review");
    assert!(got.starts_with("HTTP/1.1 303"), "{got}");
}

#[test]
fn who_speaks_no_tls_gets_nothing_and_holds_nobody_up() {
    let served = serve();
    let mut silent: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(("127.0.0.1", served.port)).unwrap())
        .collect();
    let mut plain = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
    plain
        .write_all(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut all = Vec::new();
    let _ = plain.read_to_end(&mut all);
    assert!(!String::from_utf8_lossy(&all).contains("HTTP"));
    let host = format!("localhost:{}", served.port);
    assert!(served.get(&host, "/sign-in").starts_with("HTTP/1.1 200"));
    silent.clear();
    assert!(served.dir.path().join("hagaki.db").exists());
}

#[test]
fn beyond_this_computer_a_server_needs_tls_and_people() {
    let plain = Server::bind(([0, 0, 0, 0], 0).into(), None);
    assert!(matches!(plain, Err(WebError::Plain)));
    let served = serve();
    drop(served);
    let (_dir, parts) = parts(ONE);
    let names = ["hagaki.example".to_owned()];
    let made = make(&names, today()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (certificate, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
    std::fs::write(&certificate, made.certificate_pem).unwrap();
    std::fs::write(&key, made.key_pem).unwrap();
    let identity = Identity::load(&certificate, &key).unwrap();
    let server = Server::bind(([0, 0, 0, 0], 0).into(), Some(identity)).unwrap();
    let (_stop, stopped) = oneshot::channel();
    let served = server.serve(parts, stopped);
    assert!(matches!(served, Err(WebError::Nobody)), "{served:?}");
}

#[test]
fn a_browser_may_leave_the_usual_port_out() {
    let names = ["Hagaki.Example".to_owned(), "2001:db8::1".to_owned()];
    let all = hosts(([0, 0, 0, 0], 443).into(), true, &names);
    for host in [
        "hagaki.example",
        "hagaki.example:443",
        "[2001:db8::1]",
        "localhost:443",
    ] {
        assert!(all.iter().any(|h| h == host), "{host} {all:?}");
    }
    assert!(!all.iter().any(|h| h.starts_with("0.0.0.0")));
    let other = hosts(([192, 0, 2, 1], 8443).into(), true, &[]);
    assert!(other.contains(&"192.0.2.1:8443".to_owned()));
    assert!(!other.contains(&"192.0.2.1".to_owned()));
}
