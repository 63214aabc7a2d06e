//! A field that may hold a My Number: covered until a key says that somebody looks.

use super::{Campaign, Page, SHOWN, open, samples};

/// Makes one open question about that field one that may hold a My Number; what the machine read there.
fn suspect(campaign: &Campaign, field: &str) -> String {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    // A reading is never changed, but for a test.
    db.execute_batch("DROP TRIGGER readings_stay").unwrap();
    let one = "SELECT r.id, r.value FROM readings r JOIN questions q
               ON q.outcome_id = r.outcome_id AND q.field = r.field
               WHERE q.state = 'open' AND r.field = ?1 AND r.value <> '' ORDER BY q.id LIMIT 1";
    let (reading, value): (i64, String) = db
        .query_row(one, [field], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap();
    let doubts = r#"[{"reason":"MYNUMBER_SUSPECT"}]"#;
    db.execute(
        "UPDATE readings SET doubts = ?2 WHERE id = ?1",
        (reading, doubts),
    )
    .unwrap();
    db.execute(
        "UPDATE questions SET doubts = ?2, reason = 'MYNUMBER_SUSPECT'
         WHERE state = 'open' AND field = ?3
           AND outcome_id = (SELECT outcome_id FROM readings WHERE id = ?1)",
        (reading, doubts, field),
    )
    .unwrap();
    value
}

fn there(page: &mut Page, what: &str) -> bool {
    let found = format!("!!{SHOWN}.querySelector('{what}')");
    page.browser.text(&found) == "true"
}

#[test]
fn a_key_uncovers_what_may_be_a_my_number_and_keeps_what_was_typed() {
    let campaign = samples();
    let value = suspect(&campaign, "phone");
    let Some(mut page) = open(&campaign, "?reason=MYNUMBER_SUSPECT") else {
        return;
    };
    assert!(there(&mut page, "[data-covered]") && !there(&mut page, "[data-picture]"));
    let html = page.browser.text("document.documentElement.outerHTML");
    assert!(!html.contains(&value), "what was read is in the page");
    page.look("covered");
    page.browser.press("F2");
    let card = format!("{SHOWN}.querySelector('[data-card] img')");
    page.browser
        .wait(&format!("{card}.complete && {card}.naturalWidth > 0"));
    page.look("covered-card");
    page.browser.press("Escape");
    page.browser
        .wait("document.activeElement.matches('input.line')");
    page.browser.type_text("12");
    page.browser.press("F3");
    let picture = format!("{SHOWN}.querySelector('[data-picture]')");
    page.browser
        .wait(&format!("{picture} && {picture}.naturalWidth > 0"));
    assert!(!there(&mut page, "[data-covered]"));
    let line = format!("{SHOWN}.querySelector('input').value");
    assert_eq!(page.browser.text(&line), "12");
    let read = format!("{SHOWN}.querySelector('.says b').textContent");
    assert_eq!(page.browser.text(&read), value);
    page.look("uncovered");
    page.browser.press("F2");
    page.browser
        .wait(&format!("{card}.complete && {card}.naturalWidth > 0"));
    page.look("uncovered-card");
    let told = campaign.hagaki(&["audit", "log"]).out;
    assert_eq!(told.matches("review.uncover").count(), 1, "{told}");
}
