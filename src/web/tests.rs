//! The page over a real socket: what a browser gets, and what an attacker does not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;

use super::*;
use crate::digest::Digest;
use crate::doubt::{Doubt, Reason};
use crate::form::FieldId;
use crate::pipeline::PageOutcome;
use crate::scan::Origin;
use crate::store::fixtures::{self, NOON, at, begin, card, form, record_all};
use crate::store::{BlobKind, NewFile, PageId};

/// A server of its own, ended with the test.
pub(super) struct Serving {
    pub(super) dir: tempfile::TempDir,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), WebError>>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let (Some(stop), Some(thread)) = (self.stop.take(), self.thread.take()) {
            let _ = stop.send(());
            thread.join().unwrap().unwrap();
        }
    }
}

/// A reply, its header in lower case.
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
    /// The body as it came.
    pub(super) bytes: Vec<u8>,
}

/// A window with its session.
pub(super) struct Window<'a> {
    pub(super) serving: &'a Serving,
    pub(super) cookie: String,
    pub(super) token: String,
    pub(super) desk: String,
}

/// Reads pages in this process, without engines that are installed.
pub(super) fn bench() -> Bench {
    let load = || crate::engine::Engines::load(None).map_err(|e| e.to_string());
    let decoding = (
        crate::ingest::Decoding::Here,
        crate::ingest::Limits::default(),
    );
    Bench::new(decoding, "hagaki 0", Box::new(load))
}

/// A campaign of those cards, and what a server is made of.
pub(super) fn parts(pages: &[&[(&str, &str)]]) -> (tempfile::TempDir, SiteParts) {
    let (dir, mut store) = fixtures::store();
    let mut run = begin(&store, false);
    let cards: Vec<_> = (1..)
        .zip(pages)
        .map(|(n, fields)| card(&n.to_string(), fields))
        .collect();
    record_all(&mut store, &mut run, "a <b>.tif", &cards);
    let parts = SiteParts {
        store,
        library: form(&["wish", "phone", "memo"]),
        bench: bench(),
        clock: Clock {
            now: || at(NOON),
            today: || "2024-05-01".parse().unwrap(),
        },
        who: "sato".into(),
        lang: Lang::En,
        idle_seconds: IDLE_SECONDS,
        names: vec!["hagaki.example".into()],
    };
    (dir, parts)
}

pub(super) fn serve(pages: &[&[(&str, &str)]]) -> Serving {
    let (dir, parts) = parts(pages);
    serve_parts(dir, parts)
}

/// A server with one page that was recorded so, and the file in which it came.
pub(super) fn serve_page(name: &str, bytes: &[u8], page: &PageOutcome) -> Serving {
    let (dir, mut parts) = parts(&[]);
    let store = &mut parts.store;
    let file_sha256 = store.blobs().put(bytes, BlobKind::Original).unwrap();
    let mut run = begin(store, false);
    let file = NewFile {
        name,
        sha256: file_sha256,
        bytes: bytes.len() as u64,
        pages: 1,
    };
    store.record_file(&mut run, &file).unwrap();
    let origin = Origin {
        file: name.into(),
        file_sha256,
        page: 0,
    };
    let pixels = Digest::of(b"pixels");
    store.record_page(&mut run, &origin, &pixels, page).unwrap();
    serve_parts(dir, parts)
}

pub(super) fn serve_parts(dir: tempfile::TempDir, parts: SiteParts) -> Serving {
    let server = Server::bind(([127, 0, 0, 1], 0).into(), None).unwrap();
    let port = server.address().port();
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || server.serve(parts, stopped));
    Serving {
        dir,
        port,
        stop: Some(stop),
        thread: Some(thread),
    }
}

impl Serving {
    pub(super) fn send(&self, request: &str) -> Got {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // A server that refuses a long body may close before it was read.
        let _ = stream.write_all(request.as_bytes());
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let text = String::from_utf8_lossy(&all);
        let end = all.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Got {
            status: head
                .split(' ')
                .nth(1)
                .and_then(|s| s.parse().ok())
                .unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
            bytes: end.map_or_else(Vec::new, |end| all[end + 4..].to_vec()),
        }
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn get(&self, path: &str, more: &str) -> Got {
        let host = self.host();
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"
        ))
    }

    pub(super) fn window(&self) -> Window<'_> {
        self.window_of("")
    }

    /// A window with that session.
    pub(super) fn window_of(&self, cookie: &str) -> Window<'_> {
        let got = self.get("/review", &format!("Cookie: {cookie}\r\n"));
        assert_eq!(got.status, 200, "{}", got.head);
        let meta = |name: &str| between(&got.body, &format!("name=\"{name}\" content=\""), "\"");
        Window {
            serving: self,
            cookie: between(&got.head, "set-cookie: ", ";"),
            token: meta("token"),
            desk: meta("desk"),
        }
    }
}

pub(super) fn between(text: &str, from: &str, to: &str) -> String {
    let rest = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no `{from}` in {text}"))
        .1;
    rest.split_once(to).unwrap().0.to_owned()
}

impl Window<'_> {
    pub(super) fn post_as(&self, path: &str, body: &str, more: &str) -> Got {
        let body = format!("desk={}&{body}", self.desk);
        self.serving.send(&format!(
            "POST {path} HTTP/1.1\r\nConnection: close\r\n{more}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Got {
        let (host, token) = (self.serving.host(), &self.token);
        let more = format!(
            "Host: {host}\r\nOrigin: http://{host}\r\nCookie: x=1; {}\r\nX-Hagaki-Token: {token}\r\n",
            self.cookie
        );
        self.post_as(path, body, &more)
    }

    pub(super) fn get(&self, path: &str) -> Got {
        self.serving
            .get(path, &format!("Cookie: {}\r\n", self.cookie))
    }

    /// Lease and number of the next question.
    pub(super) fn next(&self) -> (String, String) {
        let got = self.post("/review/next", "");
        assert_eq!(got.status, 200, "{}", got.body);
        (lease(&got), question(&got))
    }

    pub(super) fn answer(&self, (lease, question): &(String, String), more: &str) -> Got {
        self.post(
            "/review/answer",
            &format!("lease={lease}&question={question}&{more}"),
        )
    }
}

pub(super) fn lease(got: &Got) -> String {
    between(&got.body, "data-lease=\"", "\"")
}

pub(super) fn question(got: &Got) -> String {
    between(&got.body, "data-question=\"", "\"")
}

pub(super) fn value(serving: &Serving, field: &str) -> Option<String> {
    let store = Store::open(serving.dir.path()).unwrap();
    let all = store.answers(PageId(1)).unwrap();
    all.into_iter().find(|a| a.field == field).unwrap().value
}

pub(super) const ONE: &[&[(&str, &str)]] = &[&[("wish", "?yes"), ("phone", "?0773")]];

#[test]
fn every_reply_is_hardened_and_kept_by_no_cache() {
    let serving = serve(ONE);
    for path in ["/", "/review", "/nothing", "/picture/0", "/card/0"] {
        let got = serving.get(path, "");
        for header in [
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "referrer-policy: same-origin",
            "frame-ancestors 'none'",
        ] {
            assert!(got.head.contains(header), "{path}: {header}\n{}", got.head);
        }
        assert!(!got.head.contains("unsafe"), "{}", got.head);
    }
    let page = serving.get("/review", "");
    for cookie in ["httponly", "samesite=strict"] {
        assert!(page.head.contains(cookie), "{}", page.head);
    }
    // Nothing inline, nothing from elsewhere.
    for foul in [
        "<style", " style=", " onclick", "<script>", "https://", "http://",
    ] {
        assert!(!page.body.contains(foul), "{foul}");
    }
    for asset in [
        "review.css",
        "review.js",
        "kinds.js",
        "repair.js",
        "icon.svg",
        "ud-gothic.ttf",
    ] {
        assert_eq!(serving.get(&format!("/assets/{asset}?1"), "").status, 200);
    }
}

#[test]
fn other_hosts_origins_and_tokens_are_refused() {
    let serving = serve(ONE);
    let window = serving.window();
    let stranger = serving.window();
    let (host, token, cookie) = (serving.host(), &window.token, &window.cookie);
    let own = format!("Host: {host}\r\n");
    let session = format!("Cookie: {cookie}\r\n");
    let proof = format!("X-Hagaki-Token: {token}\r\n");
    let port = serving.port;
    let cases = [
        (
            421,
            format!("Host: evil.example:{port}\r\n{session}{proof}"),
        ),
        (421, format!("Host: 127.0.0.1\r\n{session}{proof}")),
        (421, format!("{session}{proof}")),
        (403, format!("{own}{session}")),
        (403, format!("{own}{proof}")),
        (
            403,
            format!("{own}{session}X-Hagaki-Token: {}\r\n", "0".repeat(64)),
        ),
        (
            403,
            format!("{own}{session}X-Hagaki-Token: {}\r\n", stranger.token),
        ),
        (
            403,
            format!("{own}{session}{proof}Origin: http://evil.example\r\n"),
        ),
        (403, format!("{own}{session}{proof}Origin: null\r\n")),
        (
            403,
            format!("{own}{session}{proof}Origin: https://{host}\r\n"),
        ),
        (
            403,
            format!("{own}{session}{proof}Sec-Fetch-Site: cross-site\r\n"),
        ),
        (
            200,
            format!("{own}{session}{proof}Sec-Fetch-Site: same-origin\r\n"),
        ),
    ];
    for (status, more) in cases {
        let got = window.post_as("/review/next", "", &more);
        let plain_host_missing = !more.contains("Host") && got.status == 400;
        assert!(
            got.status == status || plain_host_missing,
            "{more}: {}",
            got.head
        );
    }
    let got = serving.send(&format!(
        "GET /review HTTP/1.1\r\nHost: evil.example:{port}\r\nConnection: close\r\n\r\n"
    ));
    assert_eq!(got.status, 421);
    assert!(!got.body.contains("token"));
}

#[test]
fn tricks_with_paths_reach_no_file() {
    let serving = serve(ONE);
    for path in [
        "/../hagaki.db",
        "/assets/../../hagaki.db",
        "/assets/..%2f..%2fhagaki.db",
        "/assets/%2e%2e/%2e%2e/hagaki.db",
        "/picture/..%2f..%2fhagaki.db",
        "/picture/%00",
        "/picture/'%20OR%201=1--",
        "/card/../../../../etc/passwd",
        "//etc/passwd",
        "/assets/review.js%00.css",
    ] {
        let got = serving.get(path, "");
        assert!(
            [400, 404, 410].contains(&got.status),
            "{path}: {}",
            got.head
        );
        assert!(!got.body.contains("SQLite") && !got.body.contains("root:"));
    }
}

#[test]
fn a_body_without_end_is_refused() {
    let serving = serve(ONE);
    let window = serving.window();
    let lease = window.next();
    let got = window.answer(
        &lease,
        &format!("answer=value&value={}", "9".repeat(1 << 20)),
    );
    assert!(got.status == 413 || got.status == 0, "{}", got.head);
    assert_eq!(value(&serving, "phone"), None);
    // What fits is still judged by the field's rules.
    let got = window.answer(
        &lease,
        &format!("answer=value&value={}", "9".repeat(60_000)),
    );
    assert_eq!(got.status, 422);
    assert_eq!(value(&serving, "phone"), None);
}

#[test]
fn a_lease_answers_once_and_shows_its_picture_until_then() {
    let serving = serve(ONE);
    let window = serving.window();
    let lease = window.next();
    let picture = format!("/picture/{}", lease.0);
    let got = serving.get(&picture, "");
    assert_eq!((got.status, got.body.as_str()), (200, "picture of ?0773"));
    assert!(got.head.contains("content-type: image/png"));
    let got = window.answer(&lease, "answer=value&value=%EF%BC%90312345678");
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(value(&serving, "phone").as_deref(), Some("0312345678"));
    for _ in 0..2 {
        assert_eq!(window.answer(&lease, "answer=blank").status, 410);
        assert_eq!(serving.get(&picture, "").status, 410);
    }
    assert_eq!(value(&serving, "phone").as_deref(), Some("0312345678"));
}

#[test]
fn an_answer_that_the_rules_refuse_is_recorded_only_on_insisting() {
    let serving = serve(ONE);
    let window = serving.window();
    let lease = window.next();
    let got = window.answer(&lease, "answer=value&value=12");
    assert_eq!(got.status, 422);
    assert!(got.body.contains("Not a telephone number"), "{}", got.body);
    for wrong in ["answer=returned", "answer=accept"] {
        assert_eq!(window.answer(&lease, wrong).status, 400, "{wrong}");
    }
    assert_eq!(window.answer(&lease, "answer=nonsense").status, 400);
    assert_eq!(value(&serving, "phone"), None);
    let got = window.answer(&lease, "answer=value&value=12&insist=true");
    assert_eq!(got.status, 200);
    assert_eq!(value(&serving, "phone").as_deref(), Some("12"));
}

#[test]
fn markup_and_formulas_are_text_in_and_out() {
    let foul = "?=cmd|'/c calc'!A1<script>alert(1)</script>\"'&";
    let serving = serve(&[&[("memo", foul)]]);
    let window = serving.window();
    let got = window.post("/review/next", "");
    assert!(!got.body.contains("<script"), "{}", got.body);
    assert!(got.body.contains("&#60;script&#62;"), "{}", got.body);
    assert!(got.body.contains("a &#60;b&#62;.tif"), "{}", got.body);
    let typed = "%3DHYPERLINK(%22x%22)%3Cimg%20src%3Dx%20onerror%3Dy%3E";
    let got = window.answer(
        &(lease(&got), question(&got)),
        &format!("answer=value&value={typed}"),
    );
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(
        value(&serving, "memo").as_deref(),
        Some("=HYPERLINK(\"x\")<img src=x onerror=y>")
    );
    let back = window.post("/review/back", "question=1&undo=false");
    assert!(!back.body.contains("<img src=x"), "{}", back.body);
}

#[test]
fn two_windows_of_one_person_do_not_collide() {
    let serving = serve(&[&[("wish", "?yes")], &[("wish", "?no")]]);
    let (left, right) = (serving.window(), serving.window());
    let (one, two) = (left.next(), right.next());
    assert_ne!(one.1, two.1);
    let nothing = left.post("/review/next", "");
    assert!(
        nothing.body.contains("Other people have"),
        "{}",
        nothing.body
    );
    assert_eq!(right.post("/review/leave", "").status, 204);
    assert_eq!(right.answer(&two, "answer=blank").status, 410);
    assert_eq!(left.next().1, two.1);
    assert_eq!(left.answer(&one, "answer=value&value=no").status, 200);
    assert_eq!(value(&serving, "wish").as_deref(), Some("no"));
}

#[test]
fn undo_shows_the_question_again_and_records_who_took_it_back() {
    let serving = serve(ONE);
    let window = serving.window();
    let first = window.next();
    assert_eq!(
        window
            .answer(&first, "answer=value&value=0312345678")
            .status,
        200
    );
    let back = window.post("/review/back", &format!("question={}&undo=false", first.1));
    assert!(back.body.contains("value=\"0312345678\""), "{}", back.body);
    assert_eq!(value(&serving, "phone").as_deref(), Some("0312345678"));
    let undone = window.post("/review/back", &format!("question={}&undo=true", first.1));
    assert_eq!(undone.status, 200);
    assert_eq!(value(&serving, "phone"), None);
    let again = (lease(&undone), question(&undone));
    assert_eq!(window.answer(&again, "answer=illegible").status, 200);
    assert_eq!(
        window.post("/review/back", "question=999&undo=true").status,
        409
    );
    let store = Store::open(serving.dir.path()).unwrap();
    let words = store.audit().unwrap();
    let words = words
        .iter()
        .filter(|r| r.what == "decision" && r.who == "sato");
    assert_eq!(words.count(), 3);
    assert_eq!(store.audit_break().unwrap(), None);
}

#[test]
fn the_language_is_the_browser_s_until_somebody_chooses() {
    let serving = serve(ONE);
    let says = |more: &str| serving.get("/review", more).body;
    assert!(says("").contains("<html lang=\"en\">"));
    assert!(says("Accept-Language: ja,en;q=0.5\r\n").contains("<html lang=\"ja\">"));
    let chosen = serving.get("/review?field=wish&lang=ja", "");
    assert_eq!(chosen.status, 303);
    assert!(
        chosen.head.contains("location: /review?field=wish\r\n"),
        "{}",
        chosen.head
    );
    let cookie = between(&chosen.head, "set-cookie: ", ";");
    assert!(says(&format!("Cookie: {cookie}\r\nAccept-Language: en\r\n")).contains("lang=\"ja\">"));
    let split = serving.get("/review?x=%0d%0aSet-Cookie:a=b&lang=ja", "");
    assert!(!split.head.contains("\r\nset-cookie: a="), "{}", split.head);
}

#[test]
fn a_picture_missing_from_the_store_is_said_and_not_fatal() {
    let serving = serve(ONE);
    let store = Store::open(serving.dir.path()).unwrap();
    let picture = store.answers(PageId(1)).unwrap()[0].crop.unwrap();
    std::fs::remove_file(store.blobs().path(&picture.album, BlobKind::Album)).unwrap();
    let window = serving.window();
    let first = window.next();
    assert_eq!(
        serving.get(&format!("/picture/{}", first.0), "").status,
        404
    );
    assert_eq!(serving.get(&format!("/card/{}", first.0), "").status, 404);
    assert_eq!(window.answer(&first, "answer=hold").status, 200);
}

#[test]
fn one_key_answers_an_option() {
    let serving = serve(&[&[("wish", "?yes")]]);
    let got = serving.window().post("/review/next", "");
    let keyed = "data-key=\"1\" data-answer=\"value\" data-value=\"yes\"";
    assert!(got.body.contains(keyed), "{}", got.body);
    assert!(got.body.contains("data-enter=\"value\""), "{}", got.body);
    let library = form(&["wish"]);
    assert!(library.forms()[0].field(&FieldId("wish".into())).is_some());
}

#[test]
fn many_alike_are_confirmed_together_and_taken_back_together() {
    let cards: Vec<&[(&str, &str)]> = (0..90)
        .map(|n| -> &[(&str, &str)] {
            match n {
                n if n % 9 == 0 => &[("phone", "?12")],
                _ => &[("phone", "?0312345678")],
            }
        })
        .collect();
    let serving = serve(&cards);
    let window = serving.window();
    let page = serving.get("/kinds", "");
    assert!(
        page.body.contains("/kinds?form=wish&#38;field=phone"),
        "{}",
        page.body
    );
    let screen =
        |more: &str| window.post("/kinds/screen", &format!("form=wish&field=phone&{more}"));
    let got = screen("");
    let leases: Vec<String> = got
        .body
        .split("data-lease=\"")
        .skip(1)
        .map(|part| part[..32].to_owned())
        .collect();
    assert_eq!(leases.len(), 60);
    let got = screen(&format!("right={}&but=2", leases[1..].join(",")));
    assert!(got.body.contains("data-done=\"59\""), "{}", got.body);
    assert_eq!(value(&serving, "phone"), None);
    let ids = between(&got.body, "data-last=\"", "\"");
    assert_eq!(ids.split(',').count(), 59);
    // A screen answers once.
    let again = screen(&format!("right={}", leases[1..].join(",")));
    assert!(again.body.contains("data-done=\"0\""), "{}", again.body);
    assert!(again.body.contains("59: not recorded"), "{}", again.body);
    let undone = screen(&format!("undo={ids}"));
    assert!(
        undone.body.contains("data-waiting=\"90\""),
        "{}",
        undone.body
    );
    let store = Store::open(serving.dir.path()).unwrap();
    assert_eq!(store.audit_break().unwrap(), None);
    assert_eq!(
        screen(&format!("right={}", vec!["0"; 500].join(","))).status,
        400
    );
}

#[test]
fn the_progress_page_counts_and_links_to_what_waits() {
    let serving = serve(&[&[("wish", "?yes"), ("memo", "?<b>")], &[("wish", "?no")]]);
    let window = serving.window();
    let first = window.next();
    assert_eq!(window.answer(&first, "answer=blank").status, 200);
    let got = serving.get("/progress", "Accept-Language: ja\r\n");
    assert_eq!(got.status, 200);
    let link = "/review?kind=field&#38;reason=MULTI_MARK&#38;form=wish&#38;field=wish";
    assert!(got.body.contains(link), "{}", got.body);
    assert!(got.body.contains("<td>sato</td>"), "{}", got.body);
    assert!(!got.body.contains("style="), "{}", got.body);
    assert_eq!(serving.get("/progress?lang=en", "").status, 303);
}

#[test]
fn what_was_answered_is_said_and_the_machine_s_badge_stays_with_its_own_word() {
    let serving = serve(&[&[("wish", "?yes"), ("phone", "?0773")]]);
    let window = serving.window();
    let phone = window.next();
    let wish = window.next();
    assert_eq!(window.answer(&phone, "answer=illegible").status, 200);
    assert_eq!(window.answer(&wish, "answer=value&value=no").status, 200);
    let look = |of: &(String, String)| {
        let got = window.post("/review/back", &format!("question={}&undo=false", of.1));
        assert_eq!(got.status, 200, "{}", got.body);
        got.body
    };
    let shown = look(&phone);
    assert!(shown.contains("Already answered: Illegible"), "{shown}");
    assert!(shown.contains("data-start=\"\""), "{shown}");
    assert!(shown.contains("data-other=\"0773\""), "{shown}");
    let shown = look(&wish);
    let choice = |value: &str| between(&shown, &format!("data-value=\"{value}\""), "</button>");
    assert!(choice("yes").contains("class=\"mark\""), "{shown}");
    assert!(!choice("yes").contains("aria-pressed"), "{shown}");
    assert!(choice("no").contains("aria-pressed=\"true\""), "{shown}");
    assert!(!choice("no").contains("class=\"mark\""), "{shown}");
}

#[test]
fn a_suggestion_that_would_be_refused_itself_is_not_made() {
    let serving = serve(ONE);
    let window = serving.window();
    let lease = window.next();
    let got = window.answer(&lease, "answer=value&value=090-1234-567");
    assert_eq!(got.status, 422);
    assert!(!got.body.contains("data-other"), "{}", got.body);
    assert!(got.body.contains("data-do=\"insist\""), "{}", got.body);
}

#[test]
fn marks_are_named_in_a_reason_as_they_are_printed() {
    let doubt = Doubt::with(Reason::MultiMark, "west|south");
    let options = [("west", "西"), ("south", "南"), ("east", "東")];
    let options = options.map(|(value, label)| (value.to_owned(), label.to_owned()));
    let why = view::why(&doubt, &options, Lang::Ja);
    assert_eq!(why.detail.as_deref(), Some("西・南"));
}

#[test]
fn a_page_without_picture_sends_nobody_to_a_key_that_it_does_not_have() {
    let (dir, mut made) = parts(ONE);
    let mut run = begin(&made.store, false);
    let pages = [fixtures::rejected(Reason::UnknownForm)];
    record_all(&mut made.store, &mut run, "b", &pages);
    let serving = serve_parts(dir, made);
    let got = serving.window().post("/review/next", "kind=page");
    assert!(got.body.contains("data-shows=\"page\""), "{}", got.body);
    assert!(!got.body.contains("F2"), "{}", got.body);
    assert!(got.body.contains("say what the page is"), "{}", got.body);
}
