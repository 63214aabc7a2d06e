//! Many reviewers at once, answering as fast as the server lets them: no answer is lost, none is
//! given twice, and a server that is killed in the middle loses nothing that it acknowledged.
//!
//! Small here; the full size is `scripts/review-at-volume.sh`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::copies::copy_question;
use crate::program::{self, Campaign};

const REVIEWERS: usize = 20;

fn size(name: &str, usual: u32) -> u32 {
    let given = std::env::var(name).ok();
    given.map_or(usual, |n| n.parse().unwrap())
}

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(campaign: &Campaign) -> Server {
    let mut child = campaign
        .command(&["--lang", "en", "review"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let port = line
        .trim()
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap();
    Server {
        port: port.parse().unwrap(),
        child,
    }
}

/// A browser's window on one connection.
struct Window {
    stream: BufReader<TcpStream>,
    host: String,
    cookie: String,
    token: String,
    desk: String,
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    text.split_once(from)?
        .1
        .split_once(to)
        .map(|(found, _)| found)
}

impl Window {
    /// `None` once the server is gone.
    fn open(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_nodelay(true).ok()?;
        let mut window = Self {
            stream: BufReader::new(stream),
            host: format!("127.0.0.1:{port}"),
            cookie: String::new(),
            token: String::new(),
            desk: String::new(),
        };
        let host = window.host.clone();
        let (head, body) = window.send(&format!("GET /review HTTP/1.1\r\nHost: {host}\r\n\r\n"))?;
        let meta = |name: &str| {
            between(&body, &format!("name=\"{name}\" content=\""), "\"").map(str::to_owned)
        };
        (window.token, window.desk) = (meta("token")?, meta("desk")?);
        between(&head, "set-cookie: ", ";")?.clone_into(&mut window.cookie);
        Some(window)
    }

    fn send(&mut self, request: &str) -> Option<(String, String)> {
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let long: usize = between(&head, "content-length: ", "\r\n")?.parse().ok()?;
        let mut body = vec![0; long];
        self.stream.read_exact(&mut body).ok()?;
        Some((head, String::from_utf8(body).ok()?))
    }

    fn post(&mut self, path: &str, fields: &str) -> Option<String> {
        let body = format!("desk={}&field=phone&{fields}", self.desk);
        let (head, body) = self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nX-Hagaki-Token: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.cookie,
            self.token,
            body.len()
        ))?;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}{body}");
        Some(body)
    }
}

/// What the server acknowledged to one reviewer, and how long each took, in milliseconds.
#[derive(Default)]
struct Work {
    said: Vec<(i64, String)>,
    took: Vec<f64>,
}

/// Answers until nothing waits or the server is gone. Every question gets a number of its own.
fn work(port: u16, count: &AtomicUsize) -> Work {
    let mut done = Work::default();
    let Some(mut window) = Window::open(port) else {
        return done;
    };
    let mut shown = window.post("/review/next", "");
    while let Some(body) = shown {
        let parts = (
            between(&body, "data-question=\"", "\""),
            between(&body, "data-lease=\"", "\""),
        );
        let (Some(question), Some(lease)) = parts else {
            break;
        };
        let id: i64 = question.parse().unwrap();
        let value = format!("03{id:08}");
        let begun = Instant::now();
        let word =
            format!("question={question}&lease={lease}&answer=value&value={value}&insist=true");
        shown = window.post("/review/answer", &word);
        if shown.is_some() {
            done.took.push(begun.elapsed().as_secs_f64() * 1000.0);
            done.said.push((id, value));
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
    done
}

/// How long an answer takes that no store is asked for, as many windows at once: what the machine and
/// the server's own parts cost at this moment.
fn bare(port: u16, times: u32) -> Vec<f64> {
    let Some(mut window) = Window::open(port) else {
        return Vec::new();
    };
    let request = format!(
        "GET /assets/icon.svg HTTP/1.1\r\nHost: {}\r\n\r\n",
        window.host
    );
    let mut took = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        assert!(window.send(&request).is_some(), "the server is gone");
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    took
}

/// The same of all reviewers.
fn bare_of_all(port: u16, times: u32) -> Vec<f64> {
    let each = times / REVIEWERS as u32 + 1;
    let all: Vec<Vec<f64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..REVIEWERS)
            .map(|_| scope.spawn(move || bare(port, each)))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut took = all.concat();
    took.sort_by(f64::total_cmp);
    took
}

/// What the store says: each answered question's value, and how many decisions there are.
fn recorded(campaign: &Campaign) -> (BTreeMap<i64, String>, usize) {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let mut all = db
        .prepare(
            "SELECT q.id, d.value FROM questions q JOIN decisions d ON d.id = q.decision_id
             WHERE q.state = 'answered'",
        )
        .unwrap();
    let rows = all.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    let rows: BTreeMap<i64, String> = rows.collect::<Result<_, _>>().unwrap();
    let decisions: u32 = db
        .query_row("SELECT count(*) FROM decisions", [], |r| r.get(0))
        .unwrap();
    (rows, decisions as usize)
}

fn asked(count: u32) -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let card = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &card.to_string_lossy()]).code, 0);
    copy_question(&campaign, "phone", count);
    campaign
}

/// Kilobytes of memory that the process holds.
fn held(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = between(&status, "VmRSS:", "kB").unwrap_or("0");
    line.trim().parse().unwrap()
}

#[test]
#[expect(clippy::print_stderr, reason = "a measurement must be visible")]
fn twenty_reviewers_lose_nothing_and_answer_nothing_twice() {
    let questions = size("HAGAKI_LOAD", 400);
    let campaign = asked(questions);
    let server = serve(&campaign);
    let answered = AtomicUsize::new(0);
    let begun = Instant::now();
    let (all, memory) = thread::scope(|scope| {
        let (port, count) = (server.port, &answered);
        let threads: Vec<_> = (0..REVIEWERS)
            .map(|_| scope.spawn(move || work(port, count)))
            .collect();
        while answered.load(Ordering::Relaxed) < questions as usize / 4 {
            thread::yield_now();
            assert!(begun.elapsed() < Duration::from_mins(10), "no answers");
        }
        let early = held(server.child.id());
        let all: Vec<Work> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        (all, (early, held(server.child.id())))
    });
    let seconds = begun.elapsed().as_secs_f64();
    let mut took: Vec<f64> = all.iter().flat_map(|w| w.took.clone()).collect();
    took.sort_by(f64::total_cmp);
    let said: Vec<(i64, String)> = all.into_iter().flat_map(|w| w.said).collect();
    let (stored, decisions) = recorded(&campaign);
    assert_eq!(said.len(), questions as usize + 1);
    assert_eq!(decisions, said.len());
    assert_eq!(stored, said.into_iter().collect());
    let at = |all: &[f64], share: f64| all[((all.len() - 1) as f64 * share) as usize];
    let bare = bare_of_all(server.port, questions);
    eprintln!(
        "{} answers of {REVIEWERS} reviewers in {seconds:.1} s: median {:.1} ms, 99 % {:.1} ms, \
         most {:.1} ms; memory {} kB after a quarter, {} kB at the end. Answers without the store: \
         median {:.1} ms, 99 % {:.1} ms",
        took.len(),
        at(&took, 0.5),
        at(&took, 0.99),
        at(&took, 1.0),
        memory.0,
        memory.1,
        at(&bare, 0.5),
        at(&bare, 0.99),
    );
    // Flat in the number of answers: what is left is the allocator's and SQLite's caches.
    assert!(memory.1 < memory.0 + 20_000, "{memory:?}");
}

#[test]
fn a_killed_server_keeps_every_answer_it_acknowledged() {
    let kills = size("HAGAKI_KILLS", 3);
    let campaign = asked(kills * 600);
    let mut acknowledged: BTreeMap<i64, String> = BTreeMap::new();
    for kill in 0..kills as usize {
        let mut server = serve(&campaign);
        let answered = AtomicUsize::new(0);
        let all: Vec<Work> = thread::scope(|scope| {
            let (port, count) = (server.port, &answered);
            let threads: Vec<_> = (0..REVIEWERS)
                .map(|_| scope.spawn(move || work(port, count)))
                .collect();
            // Each time at another moment of the work.
            let begun = Instant::now();
            while answered.load(Ordering::Relaxed) < 25 + 7 * kill {
                thread::yield_now();
                assert!(begun.elapsed() < Duration::from_mins(2), "no answers");
            }
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        for (question, value) in all.into_iter().flat_map(|w| w.said) {
            let twice = acknowledged.insert(question, value);
            assert_eq!(twice, None, "question {question} was answered twice");
        }
        let (stored, _) = recorded(&campaign);
        for (question, value) in &acknowledged {
            assert_eq!(stored.get(question), Some(value), "kill {kill}");
        }
    }
}
