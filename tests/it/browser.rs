//! The review page in a real Chromium, by keyboard only, against the real program.
//!
//! Where no Chromium is installed the tests say so and pass; `scripts/setup.sh` installs one, and
//! under `CI` its absence is a failure.

mod chromium;
mod covered;
mod golden;
mod looking;
mod repair;
mod session;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use crate::copies::copy_question;
use crate::people;
use crate::program::{self, Campaign};
use chromium::Chromium;

/// `hagaki review`, ended with the test, and a window on it.
struct Page {
    /// `None` for a second browser on the same server.
    server: Option<Child>,
    address: String,
    browser: Chromium,
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn open(campaign: &Campaign, query: &str) -> Option<Page> {
    let mut page = serve(campaign, &[])?;
    page.go(query);
    Some(page)
}

/// The server with further arguments, and a browser that shows nothing yet.
fn serve(campaign: &Campaign, more: &[&str]) -> Option<Page> {
    let browser = Chromium::start()?;
    let mut args = vec!["--lang", "en", "review"];
    args.extend(more);
    let mut server = campaign
        .command(&args)
        .env("USER", "sato")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut first)
        .unwrap();
    let address = first.trim().to_owned();
    let own = ["http://127.0.0.1:", "https://localhost:"];
    assert!(
        own.iter().any(|host| address.starts_with(host)),
        "{address}"
    );
    Some(Page {
        server: Some(server),
        address,
        browser,
    })
}

const SHOWN: &str = "document.querySelector('#stage section:not([hidden])')";

impl Page {
    /// Another person's browser on the same server.
    fn beside(&self) -> Option<Self> {
        Some(Self {
            server: None,
            address: self.address.clone(),
            browser: Chromium::start()?,
        })
    }

    /// Gives back what the window has, so that the next one is given the same.
    fn release(&mut self) {
        let leave = "window.left = false;
            const meta = (name) => (document.querySelector(`meta[name=\"${name}\"]`) || {}).content;
            if (!meta('desk')) { window.left = true; } else {
                fetch('/review/leave', { method: 'POST', headers: { 'x-hagaki-token': meta('token') },
                    body: new URLSearchParams({ desk: meta('desk') }) }).finally(() => { window.left = true; });
            }";
        self.browser
            .text(&format!("(() => {{ {leave} return ''; }})()"));
        self.browser.wait("window.left");
    }

    /// Puts the picture that was separated last together again, on the server alone.
    fn rejoin(&mut self) {
        let again = "window.joined = false;
            const meta = (name) => document.querySelector(`meta[name=\"${name}\"]`).content;
            const page = document.querySelector('section[data-kind=result]').dataset.page;
            fetch('/repair/next', { method: 'POST', headers: { 'x-hagaki-token': meta('token') },
                body: new URLSearchParams({ desk: meta('desk'), page }) }).finally(() => { window.joined = true; });";
        self.browser
            .text(&format!("(() => {{ {again} return ''; }})()"));
        self.browser.wait("window.joined");
    }

    /// Keeps what the window shows for a person to look at, where he named a folder for it.
    fn look(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("HAGAKI_SCREENS") else {
            return;
        };
        let lang = self.browser.text("document.documentElement.lang");
        let file = std::path::Path::new(&folder).join(format!("{name}-{lang}.png"));
        fs::write(file, self.browser.picture()).unwrap();
    }

    fn go(&mut self, query: &str) {
        let address = format!("{}review{query}", self.address);
        self.browser.go(&address);
        self.browser.wait(SHOWN);
    }

    /// Signs in by keyboard at the page that asks for it.
    fn sign_in(&mut self, name: &str, password: &str) {
        self.browser
            .wait("document.activeElement.matches('#name, #password')");
        if self.browser.text("document.activeElement.id") == "name" {
            self.browser.type_text(name);
            self.browser.press("Tab");
        }
        self.browser.type_text(password);
        self.browser.press("Enter");
    }

    /// Opens the review page as a person of that name, whose password is known.
    fn enter(&mut self, name: &str, query: &str) {
        let address = format!("{}review{query}", self.address);
        self.browser.navigate(&address);
        self.sign_in(name, &format!("{name} password 1"));
        self.browser.wait("location.pathname == '/review'");
        self.browser.wait(SHOWN);
    }

    fn leave(&mut self) {
        self.browser
            .text("(document.getElementById('out').click(), '')");
        self.browser.wait("location.pathname == '/sign-in'");
    }

    fn shown(&mut self, name: &str) -> String {
        self.browser
            .text(&format!("({SHOWN}.dataset.{name} || '')"))
    }

    fn answered(&mut self) -> u32 {
        self.browser
            .text("document.getElementById('answered').textContent")
            .parse()
            .unwrap()
    }

    /// Presses keys that answer the shown question and waits for the next one. What the form's rules
    /// refuse is insisted on.
    fn answer(&mut self, keys: &[&str]) -> f64 {
        let wanted = self.answered() + 1;
        for key in keys {
            self.browser.press(key);
        }
        let next = format!(
            "document.getElementById('answered').textContent == '{wanted}' \
             && document.getElementById('stage').dataset.took"
        );
        self.browser.wait(&format!("({next}) || ({REFUSED})"));
        if self.browser.text(&format!("!!({next})")) == "false" {
            self.browser.chord("Enter", chromium::CONTROL);
            self.browser.wait(&next);
        }
        let took = self.browser.text(
            "(() => { const s = document.getElementById('stage'); const t = s.dataset.took; \
             delete s.dataset.took; return t; })()",
        );
        took.parse().unwrap()
    }
}

const REFUSED: &str =
    "document.querySelector('#stage section:not([hidden]) [data-refused] .words')";

/// The samples once read, a copy for each test.
fn samples() -> Campaign {
    static READ: OnceLock<Campaign> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let forms = ["vaccine-intent", "resident-survey", "benefit-application"];
        let campaign = Campaign::new(&forms);
        for set in forms.iter().chain(&["foreign"]) {
            let scans = program::samples().join(set).to_string_lossy().into_owned();
            assert_eq!(campaign.hagaki(&["run", &scans]).code, 0);
        }
        campaign
    });
    let copy = Campaign::new(&[]);
    for entry in walkdir::WalkDir::new(read.root()) {
        let from = entry.unwrap().into_path();
        let to = copy.root().join(from.strip_prefix(read.root()).unwrap());
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    copy
}

fn waiting(campaign: &Campaign) -> usize {
    campaign
        .hagaki(&["--json", "review", "list"])
        .out
        .lines()
        .count()
}

/// Which keys settle what is shown, as a person would: accept what is there, type or tick what is
/// not, and set strange pages aside.
fn settle(page: &mut Page) -> f64 {
    let (kind, enter, shows) = (page.shown("kind"), page.shown("enter"), page.shown("shows"));
    match (kind.as_str(), enter.as_str(), shows.as_str()) {
        (_, "value" | "accept", "field" | "key") => page.answer(&["Enter"]),
        // A card must have one, so that no key says that there is none.
        (_, _, "key") => {
            page.browser.type_text("4709721692");
            page.answer(&["Enter"])
        }
        ("one", _, _) => page.answer(&["1"]),
        ("many", "", _) => page.answer(&["1", "Enter"]),
        _ => page.answer(&["F4"]),
    }
}

#[test]
fn fifty_questions_are_settled_by_keyboard_only() {
    let campaign = samples();
    let before = waiting(&campaign);
    let Some(mut page) = open(&campaign, "") else {
        return;
    };
    let wanted = before.min(50);
    assert!(wanted >= 40, "{before} questions are too few for this test");
    let mut took = Vec::new();
    for n in 0..wanted {
        let question = page.shown("question");
        took.push(settle(&mut page));
        assert_ne!(page.shown("question"), question, "answer {n}");
    }
    let left = waiting(&campaign);
    assert_eq!(before - left, wanted);
    took.sort_by(f64::total_cmp);
    let median = took[took.len() / 2];
    assert!(median < 100.0, "{median} ms from key to the next question");
    // The last word is taken back, and the question is open again.
    page.browser.chord("z", chromium::CONTROL);
    page.browser
        .wait(&format!("{SHOWN}.querySelector('[data-notice]')"));
    assert_eq!(waiting(&campaign), left + 1);
    // Looking back at an answer changes nothing, and Enter goes on to where one was.
    let here = page.shown("question");
    page.browser.press("PageUp");
    page.browser.wait(&format!("{SHOWN}.dataset.looking"));
    page.browser.press("Enter");
    page.browser
        .wait(&format!("{SHOWN}.dataset.question == '{here}'"));
    assert_eq!(waiting(&campaign), left + 1);
}

#[test]
fn the_page_follows_the_browser_s_language_and_the_person_s_choice() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    let title = |page: &mut Page| {
        page.browser
            .text("document.querySelector('section h2').textContent")
    };
    assert_eq!(title(&mut page), "電話番号");
    let question = page.shown("question");
    page.browser
        .text("(document.getElementById('language').click(), '')");
    page.browser.wait("document.documentElement.lang == 'en'");
    page.browser.wait(SHOWN);
    assert!(["Telephone", "Daytime telephone"].contains(&title(&mut page).as_str()));
    assert_eq!(page.shown("question"), question);
    assert!(page.browser.text("location.search").contains("field=phone"));
}

#[test]
fn a_missing_crop_is_said_and_the_card_and_hold_stay_at_hand() {
    let campaign = samples();
    for entry in walkdir::WalkDir::new(campaign.root().join("store")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|e| e == "zip") {
            fs::remove_file(path).unwrap();
        }
    }
    let Some(mut page) = open(&campaign, "?kind=field") else {
        return;
    };
    page.browser
        .wait(&format!("!{SHOWN}.querySelector('[data-missing]').hidden"));
    page.browser.press("F2");
    page.browser.wait(&format!(
        "!{SHOWN}.querySelector('[data-missing-card]').hidden"
    ));
    page.browser.press("Escape");
    page.browser
        .wait(&format!("{SHOWN}.querySelector('[data-card]').hidden"));
    let before = waiting(&campaign);
    page.answer(&["F9"]);
    assert_eq!(waiting(&campaign), before);
}

#[test]
fn a_wrong_value_is_refused_corrected_and_full_width_digits_are_understood() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    page.browser.type_text("１２");
    page.browser
        .wait(&format!("{SHOWN}.querySelector('input').value == '12'"));
    page.browser.press("Enter");
    page.browser
        .wait(&format!("{SHOWN}.querySelector('[data-refused] .words')"));
    page.browser.type_text("０３１２３４５６７８");
    page.answer(&["Enter"]);
    let rows = campaign.hagaki(&["export", "--profile", "long"]);
    assert!(rows.out.contains("phone,0312345678,"), "{}", rows.err);
}

#[test]
fn a_whole_number_goes_on_by_itself_and_a_held_key_answers_once() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=bank_code") else {
        return;
    };
    assert_eq!(
        page.browser
            .text(&format!("{SHOWN}.querySelector('input').dataset.full")),
        "4"
    );
    page.answer(&["0", "0", "0", "1"]);
    // Enter held down on a proposal answers it and not the ones behind it.
    page.go("?field=phone");
    let (question, before) = (page.shown("question"), waiting(&campaign));
    page.browser.hold_down("Enter", 5);
    page.browser
        .wait(&format!("{SHOWN}.dataset.question != '{question}'"));
    assert_eq!(waiting(&campaign), before - 1);
    assert_eq!(page.answered(), 1);
}

#[test]
fn nothing_lies_outside_the_window_at_three_sizes() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    for (width, height, zoom) in [(1280, 720, 1), (1920, 1080, 1), (1280, 720, 2)] {
        page.browser.resize((width, height), zoom);
        page.go("?field=phone");
        page.browser.wait(&format!(
            "{SHOWN}.querySelector('[data-picture]').naturalWidth"
        ));
        let fault = page.browser.text(OUTSIDE);
        assert_eq!(fault, "", "{width}x{height} at {zoom}00 %");
    }
}

/// Says which part of the page a person would have to scroll for, or that the crop is too small.
const OUTSIDE: &str = "(() => {
    const s = document.querySelector('#stage section:not([hidden])');
    const inside = (e) => { const r = e.getBoundingClientRect();
        return r.left >= 0 && r.top >= 0 && r.right <= innerWidth + 1 && r.bottom <= innerHeight + 1; };
    const keys = s.querySelector('.keys').getBoundingClientRect().top;
    for (const what of ['input.line', '.keys', '.reasons', 'h2'])
        if (!inside(s.querySelector(what))) return what;
    if (s.querySelector('input.line').getBoundingClientRect().bottom > keys + 1) return 'input under keys';
    if (document.documentElement.scrollWidth > innerWidth) return 'scrolls sideways';
    const p = s.querySelector('[data-picture]');
    const zoom = p.width / p.naturalWidth * devicePixelRatio;
    return zoom < 0.99 ? 'picture at ' + zoom : '';
})()";

#[test]
fn two_hundred_crops_are_confirmed_by_kind() {
    let campaign = samples();
    copy_question(&campaign, "phone", 200);
    let Some(mut page) = open(&campaign, "?kind=page") else {
        return;
    };
    let before = waiting(&campaign);
    let address = format!("{}kinds?form=vaccine-intent&field=phone", page.address);
    page.browser.go(&address);
    let tiles = "document.querySelectorAll('.tile').length";
    page.browser.wait(&format!("{tiles} == 60"));
    // Handwriting of some length is read in a wide tile only.
    let width = page
        .browser
        .text("document.querySelector('.tile').offsetWidth");
    assert!(width.parse::<u32>().unwrap() >= 480, "{width}");
    // The second one is not what the machine read: it stays a question and does not come again.
    page.browser.press("ArrowRight");
    page.browser.press(" ");
    let wrong = page
        .browser
        .text("document.querySelector('.tile[aria-pressed=true]').dataset.question");
    let mut done = 0;
    for screen in [59, 60, 60] {
        done += screen;
        // Not before each of them was on the screen.
        let pressed = confirm_screen(&mut page, done);
        assert!(pressed > 1, "confirmed unseen");
        page.browser.wait(&format!("{tiles} > 0"));
        let again = format!("!!document.querySelector('.tile[data-question=\"{wrong}\"]')");
        assert_eq!(page.browser.text(&again), "false");
    }
    assert_eq!(before - waiting(&campaign), done);
    page.browser.chord("z", chromium::CONTROL);
    page.browser.wait(&format!(
        "document.getElementById('answered').textContent == '{}'",
        done - 60
    ));
    assert_eq!(before - waiting(&campaign), done - 60);
    let list = campaign.hagaki(&["--json", "review", "list"]);
    assert!(list.out.contains(&format!("{{\"id\":{wrong},")), "{wrong}");
}

/// Presses Enter until so many crops are confirmed in all; how often.
fn confirm_screen(page: &mut Page, done: usize) -> u32 {
    let answered = "document.getElementById('answered').textContent";
    for pressed in 1..=60 {
        page.browser
            .wait("[...document.querySelectorAll('.tile img')].every(i => i.complete)");
        let last = page
            .browser
            .text("String(document.querySelector('[data-first-key]').hidden)");
        page.browser.press("Enter");
        if last == "true" {
            page.browser.wait(&format!("{answered} == '{done}'"));
            return pressed;
        }
    }
    panic!("never at the last crop")
}

#[test]
fn people_sign_in_work_and_are_signed_out_after_a_time() {
    let campaign = samples();
    people::add(&campaign, "sato", "reviewer");
    let Some(mut page) = serve(&campaign, &["--idle", "5"]) else {
        return;
    };
    let before = waiting(&campaign);
    let wanted = format!("{}review?field=phone&kind=field", page.address);
    page.browser.navigate(&wanted);
    page.sign_in("sato", "not the password");
    page.browser.wait("document.querySelector('[role=alert]')");
    page.sign_in("sato", "sato password 1");
    // Where one wanted to go, with the whole query.
    page.browser.wait(SHOWN);
    let query = page.browser.text("location.search");
    assert_eq!(query, "?field=phone&kind=field");
    page.answer(&["F8"]);
    assert_eq!(waiting(&campaign), before - 1);
    let menu = "[...document.querySelectorAll('nav a')].map(a => a.pathname).join()";
    assert_eq!(
        page.browser.text(menu),
        "/review,/kinds,/repair,/progress,/sheet,/books"
    );
    // Nothing happens for a while; the next key leads to the page to sign in, and back.
    page.browser
        .wait("(window.until ||= Date.now() + 6500) < Date.now()");
    page.browser.press("F8");
    page.browser.wait("location.pathname == '/sign-in'");
    page.browser.wait("document.querySelector('[role=alert]')");
    assert_eq!(waiting(&campaign), before - 1);
    page.sign_in("sato", "sato password 1");
    page.browser.wait(SHOWN);
    let says = "document.getElementById('says').textContent";
    assert_eq!(
        page.browser.text(says),
        "直前の回答は記録されていません。もう一度回答してください"
    );
    page.answer(&["F8"]);
    assert_eq!(waiting(&campaign), before - 2);
    page.browser
        .text("(document.getElementById('out').click(), '')");
    page.browser.wait("location.pathname == '/sign-in'");
    page.browser.navigate(&wanted);
    page.browser.wait("location.pathname == '/sign-in'");
    let said = campaign.hagaki(&["people", "list"]);
    assert!(said.out.contains("sato"), "{}", said.err);
}

#[test]
fn under_tls_people_sign_in_and_answer() {
    let campaign = samples();
    people::add(&campaign, "sato", "reviewer");
    assert_eq!(campaign.hagaki(&["review", "--init-tls"]).code, 0);
    let Some(mut page) = serve(&campaign, &["--address", "0.0.0.0"]) else {
        return;
    };
    let before = waiting(&campaign);
    let address = format!("{}review?kind=field", page.address);
    page.browser.navigate(&address);
    page.sign_in("sato", "sato password 1");
    page.browser.wait(SHOWN);
    page.browser.wait("location.protocol == 'https:'");
    page.answer(&["F8"]);
    assert_eq!(waiting(&campaign), before - 1);
    // A script cannot read the session.
    assert_eq!(page.browser.text("document.cookie"), "");
}

#[test]
fn two_people_key_blindly_and_a_third_settles() {
    let campaign = people::doubly_keyed();
    let (_, machine) = people::phone_of(&campaign);
    for (name, role) in [
        ("sato", "reviewer"),
        ("tanaka", "verifier"),
        ("suzuki", "verifier"),
    ] {
        people::add(&campaign, name, role);
    }
    let Some(mut page) = serve(&campaign, &[]) else {
        return;
    };
    let words = [("sato", "0312345678"), ("tanaka", "0399998888")];
    for (name, value) in words {
        page.enter(name, "?field=phone");
        page.browser
            .wait(&format!("{SHOWN}.querySelector('[data-step]')"));
        let html = page.browser.text("document.documentElement.outerHTML");
        for secret in [machine.as_str(), words[0].1, words[1].1] {
            assert!(!html.contains(secret), "{name} sees {secret}");
        }
        page.browser.type_text(value);
        page.answer(&["Enter"]);
        // Nothing more for him, before and after looking at his own word again.
        page.browser
            .wait(&format!("{SHOWN}.dataset.kind == 'done'"));
        page.browser.press("PageUp");
        page.browser.wait(&format!(
            "{SHOWN}.querySelector('input').value == '{value}'"
        ));
        page.leave();
    }
    page.enter("suzuki", "?field=phone");
    page.browser
        .wait(&format!("{SHOWN}.querySelectorAll('.differs').length == 2"));
    page.browser.type_text("0399998888");
    page.answer(&["Enter"]);
    let rows = campaign.hagaki(&["export", "--profile", "long"]);
    assert!(rows.out.contains("phone,0399998888,"), "{}", rows.out);
}

/// Answers with Enter until nothing is left; the questions that were shown.
fn all_by_enter(page: &mut Page) -> Vec<String> {
    let mut seen = Vec::new();
    while page.shown("kind") != "done" {
        seen.push(page.shown("question"));
        page.answer(&["Enter"]);
    }
    seen
}

#[test]
fn two_people_at_once_are_shown_no_question_twice() {
    let campaign = samples();
    copy_question(&campaign, "phone", 60);
    for name in ["sato", "tanaka"] {
        people::add(&campaign, name, "reviewer");
    }
    let Some(mut left) = serve(&campaign, &[]) else {
        return;
    };
    let Some(mut right) = left.beside() else {
        return;
    };
    let asked = "SELECT count(*) FROM questions WHERE field = 'phone' AND state = 'open'";
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let before: u32 = db.query_row(asked, [], |r| r.get(0)).unwrap();
    left.enter("sato", "?field=phone&reason=LOW_CONF");
    right.enter("tanaka", "?field=phone&reason=LOW_CONF");
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(|| all_by_enter(&mut right));
        let own = all_by_enter(&mut left);
        (own, other.join().unwrap())
    });
    assert!(!one.is_empty() && !two.is_empty());
    let mut all: Vec<&String> = one.iter().chain(&two).collect();
    all.sort();
    let shown = all.len();
    all.dedup();
    assert_eq!(all.len(), shown, "a question was shown twice");
    let after: u32 = db.query_row(asked, [], |r| r.get(0)).unwrap();
    assert_eq!((before - after) as usize, shown);
    for (name, questions) in [("sato", one), ("tanaka", two)] {
        let own = "SELECT count(*) FROM decisions WHERE who = ?1";
        let own: u32 = db.query_row(own, [name], |r| r.get(0)).unwrap();
        assert_eq!(own as usize, questions.len(), "{name}");
    }
}

#[test]
fn the_last_ten_answers_are_taken_back_one_after_the_other() {
    let campaign = samples();
    copy_question(&campaign, "phone", 30);
    let Some(mut page) = open(&campaign, "?field=phone&reason=LOW_CONF") else {
        return;
    };
    let mut answered = Vec::new();
    for _ in 0..12 {
        answered.push(page.shown("question"));
        page.answer(&["Enter"]);
    }
    let left = waiting(&campaign);
    for n in 1..=10 {
        page.browser.chord("z", chromium::CONTROL);
        let back = &answered[answered.len() - n];
        page.browser
            .wait(&format!("{SHOWN}.dataset.question == '{back}'"));
        assert_eq!(waiting(&campaign), left + n);
    }
    // Not more than ten.
    let here = page.shown("question");
    page.browser.chord("z", chromium::CONTROL);
    page.browser
        .wait("document.getElementById('says').textContent != ''");
    assert_eq!(page.shown("question"), here);
    assert_eq!(waiting(&campaign), left + 10);
}

#[test]
fn every_key_of_a_question_does_what_its_button_says() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    let found = |campaign: &Campaign, question: &str| {
        let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
        let sql = "SELECT d.answer FROM questions q JOIN decisions d ON d.id = q.decision_id
                   WHERE q.id = ?1";
        db.query_row(sql, [question], |r| r.get::<_, String>(0))
            .unwrap()
    };
    // A number: half-width digits from the start, and the next question's picture is there already.
    let line = format!("{SHOWN}.querySelector('input.line')");
    let mode = page
        .browser
        .text(&format!("[{line}.inputMode, {line}.dataset.script].join()"));
    assert_eq!(mode, "numeric,digits");
    for (key, wanted) in [("F4", "blank"), ("F8", "illegible"), ("F9", "hold")] {
        let question = page.shown("question");
        page.browser.wait(
            "[...document.querySelectorAll('#stage section[hidden] [data-picture]')]
             .some(p => p.naturalWidth > 0)",
        );
        page.answer(&[key]);
        assert_eq!(found(&campaign, &question), wanted, "{key}");
    }
    // The whole card by one key, with the field framed on it.
    page.browser.press("F2");
    page.browser.wait(&format!(
        "{SHOWN}.querySelector('[data-card] img').naturalWidth > 0"
    ));
    let framed = page.browser.text(&format!(
        "(() => {{ const r = {SHOWN}.querySelector('[data-card] svg rect').getBoundingClientRect();
         const i = {SHOWN}.querySelector('[data-card] img').getBoundingClientRect();
         return r.width > 20 && r.left >= i.left && r.right <= i.right && r.top >= i.top
             && r.bottom <= i.bottom; }})()"
    ));
    assert_eq!(framed, "true");
    page.look("card");
    page.browser.press("F2");
    page.browser
        .wait(&format!("{SHOWN}.querySelector('[data-card]').hidden"));
    // The crop is at twice the paper's size or more: 96 pixels of the screen are an inch.
    let zoom = page.browser.text(&format!(
        "(() => {{ const p = {SHOWN}.querySelector('[data-picture]');
         return p.getBoundingClientRect().width / p.naturalWidth >= 0.99; }})()"
    ));
    assert_eq!(zoom, "true");
    // Kana and kanji are written as they come.
    page.go("?field=name");
    let mode = page.browser.text(&format!(
        "[{line}.lang, {line}.dataset.script, {line}.dataset.full].join()"
    ));
    assert_eq!(mode, "ja,japanese,0");
    page.browser.type_text("ヤマダ　ハナコ");
    assert_eq!(
        page.browser.text(&format!("{line}.value")),
        "ヤマダ　ハナコ"
    );
}

#[test]
fn the_recipient_s_record_stands_beside_the_question_as_text() {
    let campaign = crate::recipients::listed("\"宛名\"");
    let Some(mut page) = open(&campaign, "?kind=field") else {
        return;
    };
    let record = page.browser.text(&format!(
        "{SHOWN}.querySelector('[data-record]').textContent"
    ));
    assert_eq!(record, "宛名<b>送付先一</b>");
    page.look("question-record");
}
