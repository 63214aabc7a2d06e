//! Looking back, taking back, and what survives a reload or a server that was started anew.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::{Campaign, Page, SHOWN, chromium, open, samples};
use crate::copies::copy_question;

/// What was recorded last of a question: the answer and its value.
fn recorded(campaign: &Campaign, question: &str) -> (String, String) {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let sql = "SELECT d.answer || CASE d.why WHEN 'undo' THEN ' undone' ELSE '' END,
                      coalesce(d.value, '')
               FROM questions q JOIN decisions d ON d.id = q.decision_id WHERE q.id = ?1";
    db.query_row(sql, [question], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
}

fn go_back(page: &mut Page, to: &str) {
    page.browser.press("PageUp");
    page.browser.wait(&format!(
        "{SHOWN}.dataset.looking && {SHOWN}.dataset.question == '{to}'"
    ));
}

fn take_back(page: &mut Page, what: &str) {
    page.browser.chord("z", chromium::CONTROL);
    page.browser.wait(&format!(
        "!{SHOWN}.dataset.looking && {SHOWN}.dataset.question == '{what}'
         && {SHOWN}.querySelector('[data-notice]')"
    ));
}

fn text(page: &mut Page, what: &str) -> String {
    page.browser
        .text(&format!("{SHOWN}.querySelector('{what}').textContent"))
}

#[test]
fn what_is_looked_at_is_what_is_taken_back() {
    let campaign = samples();
    copy_question(&campaign, "phone", 6);
    let Some(mut page) = open(&campaign, "?field=phone&reason=LOW_CONF") else {
        return;
    };
    let mut answered = Vec::new();
    for _ in 0..3 {
        answered.push(page.shown("question"));
        page.answer(&["F8"]);
    }
    let here = page.shown("question");
    // Back one by one, and on again to where one was.
    for question in answered.iter().rev() {
        go_back(&mut page, question);
    }
    for question in answered[1..].iter().chain([&here]) {
        page.browser.press("PageDown");
        page.browser
            .wait(&format!("{SHOWN}.dataset.question == '{question}'"));
    }
    go_back(&mut page, &answered[2]);
    go_back(&mut page, &answered[1]);
    take_back(&mut page, &answered[1]);
    let states: Vec<String> = answered.iter().map(|q| recorded(&campaign, q).0).collect();
    assert_eq!(states, ["illegible", "hold undone", "illegible"]);
}

#[test]
fn the_last_answers_are_taken_back_after_a_reload_too() {
    let campaign = samples();
    copy_question(&campaign, "phone", 6);
    let Some(mut page) = open(&campaign, "?field=phone&reason=LOW_CONF") else {
        return;
    };
    let mut answered = Vec::new();
    for _ in 0..3 {
        answered.push(page.shown("question"));
        page.answer(&["F8"]);
    }
    // Also what is only looked at when the window is loaded again.
    go_back(&mut page, &answered[2]);
    page.go("?field=phone&reason=LOW_CONF");
    for question in answered.iter().rev() {
        take_back(&mut page, question);
        assert_eq!(recorded(&campaign, question).0, "hold undone");
    }
}

#[test]
fn an_answered_question_says_what_was_answered() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=name") else {
        return;
    };
    for (key, name) in [("F8", "判読不能"), ("F4", "空欄"), ("F9", "保留")] {
        let question = page.shown("question");
        page.answer(&[key]);
        go_back(&mut page, &question);
        let said = text(&mut page, "[data-notice]");
        assert!(said.contains(name), "{key}: {said}");
        let value = page
            .browser
            .text(&format!("{SHOWN}.querySelector('input').value"));
        assert_eq!(value, "", "{key}: the machine's reading as if recorded");
        page.browser.press("PageDown");
        page.browser.wait(&format!("!{SHOWN}.dataset.looking"));
    }
}

#[test]
fn an_order_is_shown_as_it_will_be_recorded() {
    let campaign = samples();
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let asked = "INSERT INTO questions (page_id, outcome_id, kind, field, reason, doubts, state)
        SELECT o.page_id, o.id, 'field', r.field, 'FAINT', '[{\"reason\":\"FAINT\"}]', 'open'
        FROM outcomes o JOIN readings r ON r.outcome_id = o.id
        WHERE o.current = 1 AND r.field = 'priorities' AND r.value LIKE '%>%>%'
          AND r.status <> 'question' ORDER BY o.id LIMIT 1";
    assert_eq!(db.execute(asked, []).unwrap(), 1);
    let Some(mut page) = open(&campaign, "?field=priorities&reason=FAINT") else {
        return;
    };
    let order = |page: &mut Page| {
        page.browser.text(&format!(
            "[...{SHOWN}.querySelectorAll('.choice')].map((c) => [c.dataset.value,
                c.querySelector('[data-order]').textContent]).filter((c) => c[1])
                .sort((a, b) => a[1] - b[1]).map((c) => c[0]).join('>')"
        ))
    };
    while page.shown("start").is_empty() {
        page.answer(&["F9"]);
    }
    let (question, start) = (page.shown("question"), page.shown("start"));
    assert_eq!(order(&mut page), start);
    // The first key begins anew.
    page.browser.press("3");
    page.browser.press("1");
    let new = order(&mut page);
    assert_eq!(new.split('>').count(), 2, "{new}");
    page.answer(&["Enter"]);
    assert_eq!(
        recorded(&campaign, &question),
        ("value".into(), new.clone())
    );
    go_back(&mut page, &question);
    assert_eq!(order(&mut page), new);
}

/// Says whose words are broken up, or what lies outside of what a person sees.
const FAULT: &str = "(() => {
    const s = document.querySelector('#stage section:not([hidden])');
    for (const label of s.querySelectorAll('.choice .label')) {
        const em = parseFloat(getComputedStyle(label).fontSize);
        const wide = label.getBoundingClientRect().width;
        if (label.textContent.length > 1 && wide < 2 * em) return label.textContent + ' collapsed';
    }
    const picture = s.querySelector('figure.picture');
    if (s.dataset.shows !== 'key' && picture.scrollWidth > picture.clientWidth + 1) return 'cut';
    const choices = s.querySelector('.choices');
    const keys = s.querySelector('.keys').getBoundingClientRect().top;
    return choices && choices.getBoundingClientRect().bottom > keys + 1 ? 'under the keys' : '';
})()";

#[test]
fn choices_and_pictures_are_whole_in_every_window() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?form=resident-survey") else {
        return;
    };
    let mut seen = 0;
    while page.shown("kind") != "done" {
        page.browser.wait(&format!(
            "(p => !p || p.hidden || p.naturalWidth > 0)({SHOWN}.querySelector('[data-picture]'))"
        ));
        for size in [(1000, 600), (1920, 1080), (1280, 720)] {
            page.browser.resize(size, 1);
            page.browser.settled();
            let question = page.shown("question");
            let fault = page.browser.text(FAULT);
            assert_eq!(fault, "", "question {question} at {size:?}");
        }
        seen += 1;
        page.answer(&["F9"]);
    }
    assert!(seen > 5, "{seen} questions are too few for this test");
}

#[test]
fn a_typed_answer_outlives_the_server() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    let question = page.shown("question");
    page.browser.type_text("0312345678");
    let mut server = page.server.take().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    page.browser.press("Enter");
    page.browser
        .wait("document.getElementById('says').textContent != ''");
    let port = page.address.trim_end_matches('/').rsplit(':').next();
    let args = ["--lang", "en", "review", "--port", port.unwrap()];
    let mut command = campaign.command(&args);
    let command = command.env("USER", "sato").stdout(Stdio::piped());
    let mut server = command.stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut first)
        .unwrap();
    page.server = Some(server);
    page.answer(&["Enter"]);
    let word = ("value".into(), "0312345678".into());
    assert_eq!(recorded(&campaign, &question), word);
}

#[test]
fn what_is_on_hold_does_not_count_as_waiting() {
    let campaign = samples();
    let Some(mut page) = open(&campaign, "?field=bank_code") else {
        return;
    };
    let waits = |page: &mut Page| {
        let text = "document.getElementById('waiting').textContent";
        page.browser.text(text).parse::<u32>().unwrap()
    };
    while page.shown("kind") != "done" {
        page.answer(&["F9"]);
    }
    assert_eq!(waits(&mut page), 0);
    page.go("?field=bank_code&held=1");
    assert!(waits(&mut page) > 0);
}
