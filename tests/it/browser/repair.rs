//! Pages that the machine could not place, laid by hand in the browser.

use super::chromium::{Chromium, SHIFT};
use super::{open, waiting};
use crate::program::{self, Campaign};
use crate::repair::{both_are_right, corners, on_glass, side_by_side, two_cards};

/// A campaign with that picture upside down.
fn rejecting() -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let folder = campaign.beside("glass");
    let turned = image::imageops::rotate180(&two_cards());
    turned.save(folder.join("two.png")).unwrap();
    assert_eq!(campaign.hagaki(&["run", &folder.to_string_lossy()]).code, 0);
    campaign
}

/// The same with two cards of one size, as a scanner writes it.
fn rejecting_both() -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let glass = side_by_side(["0001_answer.jpg", "0002_answer.jpg"]);
    let folder = on_glass(&campaign, &image::imageops::rotate180(&glass));
    assert_eq!(campaign.hagaki(&["run", &folder]).code, 0);
    campaign
}

/// Where the chosen corner stands in the upright view, in pixels of the picture, and how many of them
/// a pixel of the screen is.
fn chosen(browser: &mut Chromium) -> (f64, f64, f64) {
    let said = browser.text(
        "(() => { const v = document.querySelector('[data-view]');
         const m = document.querySelector('.handle.on').getCTM();
         const b = v.viewBox.baseVal, r = v.getBoundingClientRect();
         const k = Math.max(b.width / r.width, b.height / r.height);
         const x = (m.e - (r.width - b.width / k) / 2) * k;
         const y = (m.f - (r.height - b.height / k) / 2) * k;
         return [x, y, k].join(); })()",
    );
    let all: Vec<f64> = said.split(',').map(|n| n.parse().unwrap()).collect();
    (all[0], all[1], all[2])
}

/// Moves the chosen corner to a place by its keys: coarse steps, then fine ones.
fn steer(browser: &mut Chromium, (x, y): (u32, u32)) {
    let to = (f64::from(x), f64::from(y));
    for (modifiers, step) in [(0, 10.0), (SHIFT, 1.0)] {
        let (x, y, k) = chosen(browser);
        for (off, keys) in [
            (to.0 - x, ["ArrowLeft", "ArrowRight"]),
            (to.1 - y, ["ArrowUp", "ArrowDown"]),
        ] {
            let times = (off.abs() / (k * step)).round() as u32;
            for _ in 0..times {
                browser.chord(keys[usize::from(off > 0.0)], modifiers);
            }
        }
    }
    let (x, y, k) = chosen(browser);
    let off = (x - to.0).hypot(y - to.1);
    assert!(off <= k, "{off} pixels from {to:?}");
}

/// Places all four corners by their keys.
fn lay(browser: &mut Chromium) {
    for (at, to) in (1..).zip(corners()) {
        browser.press(&format!("{at}"));
        steer(browser, to);
    }
}

/// The first card's answer is what it is in truth.
fn assert_right(campaign: &Campaign) {
    let rows = campaign.hagaki(&["export", "--profile", "long"]);
    let truth = std::fs::read_to_string(program::samples().join("vaccine-intent/truth.csv"));
    let truth = truth.unwrap();
    let start = "vaccine-intent/0001_answer.jpg,0,wish,";
    let wish = truth.lines().find_map(|l| l.strip_prefix(start)).unwrap();
    let wish = wish.split(',').nth(1).unwrap();
    let row = format!("glass/two.png,0,wish,{wish},");
    assert!(rows.out.contains(&row), "{row}\n{}", rows.out);
}

const RESULT: &str = "document.querySelector('section[data-kind=result]')";
const PAGE: &str = "document.querySelector('section[data-kind=page]')";

fn other_card_is_asked_about(browser: &mut Chromium) {
    // The other card is in the picture still, and would be lost without a word.
    browser.press("Enter");
    browser.wait(PAGE);
    let why = browser.text("document.querySelector('.repair .reasons').textContent");
    assert!(why.contains("重送"), "{why}");
    browser.press("a");
    browser.wait("document.querySelector('section[data-kind=done]')");
}

#[test]
fn a_rejected_page_is_repaired_by_hand_and_read_again() {
    let campaign = rejecting();
    let list = campaign.hagaki(&["--json", "review", "list"]).out;
    assert_eq!(
        (list.lines().count(), list.contains("@page")),
        (1, true),
        "{list}"
    );
    let Some(mut page) = open(&campaign, "?kind=page") else {
        return;
    };
    // From the question to the bench by one key.
    page.browser.press("F7");
    page.browser.wait("location.pathname == '/repair'");
    page.browser.wait(PAGE);
    page.browser
        .wait("document.activeElement.matches('[data-view]')");
    let says = |page: &mut super::Page, what: &str| {
        page.browser.text(&format!(
            "document.querySelector('[data-{what}]').textContent"
        ))
    };
    page.browser.press("r");
    page.browser.press("r");
    assert!(says(&mut page, "turn-says").contains("180"));
    // Turned alone it is still two cards.
    page.browser.press("Enter");
    page.browser.wait("document.querySelector('[data-notice]')");
    page.browser
        .wait("document.activeElement.matches('[data-view]')");
    assert!(says(&mut page, "turn-says").contains("180"));
    let name = "document.querySelector('[data-form]').selectedOptions[0].dataset";
    while page.browser.text(&format!("{name}.side")) != "answer" {
        page.browser.press("f");
    }
    lay(&mut page.browser);
    page.look("repair");
    page.browser.press("Enter");
    page.browser.wait(RESULT);
    page.look("repair-result");
    assert_right(&campaign);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // The machine's marks held, so not everything is asked; what is asked waits in the queue.
    let asked: usize = says(&mut page, "asked").parse().unwrap();
    assert_eq!(waiting(&campaign), asked);
    // Not right after all: it waits again, with what was said of it, and the key by hand.
    page.browser.chord("z", super::chromium::CONTROL);
    page.browser.wait(PAGE);
    page.browser.press("k");
    page.browser
        .wait("document.activeElement.matches('[data-key-line]')");
    page.browser.type_text("4709721692");
    page.browser.press("Escape");
    lay(&mut page.browser);
    page.browser.press("Enter");
    page.browser.wait(RESULT);
    assert!(
        page.browser
            .text(&format!("{RESULT}.textContent"))
            .contains("4709721692")
    );
    other_card_is_asked_about(&mut page.browser);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

const PARTS: &str = "document.querySelectorAll('[data-part]').length == 2";

#[test]
fn two_cards_in_one_picture_are_separated_by_keys() {
    let campaign = rejecting_both();
    let Some(mut page) = open(&campaign, "?kind=page") else {
        return;
    };
    page.browser.press("F7");
    page.browser.wait(PAGE);
    page.browser
        .wait("document.activeElement.matches('[data-view]')");
    // The picture lies upside down, which the parts need not be told.
    let line = "(() => { const l = document.querySelector('.cut.over').getBoundingClientRect();
                const v = document.querySelector('[data-turned] image').getBoundingClientRect();
                return [l.width < l.height, (l.left - v.left) / v.width].join(); })()";
    page.browser.press("s");
    page.browser.wait("document.querySelector('.cut.over')");
    let at = page.browser.text(line);
    assert!(
        at.starts_with("true,0.5") || at.starts_with("true,0.49"),
        "{at}"
    );
    page.browser.press("ArrowRight");
    let moved = page.browser.text(line);
    assert_ne!(moved, at);
    page.browser.press("ArrowLeft");
    assert_eq!(page.browser.text(line), at);
    page.look("repair-cut");
    // Above each other, one card, side by side again.
    page.browser.press("s");
    assert!(page.browser.text(line).starts_with("false"));
    page.browser.press("s");
    assert_eq!(
        page.browser.text("!!document.querySelector('.cut')"),
        "false"
    );
    page.browser.press("s");
    page.browser.press("Enter");
    page.browser.wait(PARTS);
    page.look("repair-parts");
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // Upside down the second card is seen first.
    let settled = both_are_right(&campaign, ["2", "1"]);
    assert!(settled.iter().all(|n| *n >= 2), "{settled:?}");
    // A mistake: back to one picture, and cut again.
    page.browser.chord("z", super::chromium::CONTROL);
    page.browser.wait(PAGE);
    assert_eq!(waiting(&campaign), 1);
    page.browser.wait("document.querySelector('.cut')");
    page.browser.press("Enter");
    page.browser.wait(PARTS);
    let again = both_are_right(&campaign, ["4", "3"]);
    assert_eq!(again, settled);
    page.browser.press("Enter");
    page.browser
        .wait("document.querySelector('section[data-kind=done]')");
    let asked = waiting(&campaign);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // What the cards ask is answered as on any other page.
    page.go("");
    for left in (0..asked).rev() {
        super::settle(&mut page);
        assert_eq!(waiting(&campaign), left);
    }
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

#[test]
fn a_cut_in_the_wrong_place_is_taken_back() {
    let campaign = rejecting_both();
    let Some(mut page) = open(&campaign, "?kind=page") else {
        return;
    };
    page.browser.press("F7");
    page.browser.wait(PAGE);
    page.browser
        .wait("document.activeElement.matches('[data-view]')");
    // Cut through a card: no half of it is taken for one.
    page.browser.press("s");
    page.browser.wait("document.querySelector('.cut')");
    for _ in 0..16 {
        page.browser.press("ArrowLeft");
    }
    page.browser.press("Enter");
    page.browser.wait(PARTS);
    page.look("repair-parts-waiting");
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
    // The part that waits comes next: to be laid, cut again, or put together with the other.
    page.browser.press("Enter");
    page.browser.wait(PAGE);
    let place = "document.querySelector('.where').textContent";
    page.browser.wait(&format!("{place}.includes('two.png#')"));
    page.browser.press("1");
    page.browser.wait("document.querySelector('.handle.on')");
    page.look("repair-part");
    page.browser.press("w");
    page.browser
        .wait(&format!("{PAGE} && !{place}.includes('#')"));
    assert_eq!(waiting(&campaign), 1);
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

#[test]
fn any_question_leads_to_its_page_and_back() {
    let campaign = super::samples();
    let before = waiting(&campaign);
    let Some(mut page) = open(&campaign, "?field=phone") else {
        return;
    };
    let on_bench = |page: &mut super::Page| {
        page.browser.wait("location.pathname == '/repair'");
        page.browser.wait(PAGE);
        page.browser
            .wait("document.activeElement.matches('[data-view]')");
    };
    let asked = page.shown("question");
    page.browser.press("F7");
    on_bench(&mut page);
    page.look("repair-sent");
    assert_eq!(waiting(&campaign), before + 1);
    // Nothing to mend: as it was read, and back to where one was.
    page.browser.press("a");
    page.browser
        .wait("document.querySelector('section[data-kind]:not([data-kind=page])') || document.querySelector('.repair').dataset.question");
    page.browser
        .wait("document.getElementById('answered').textContent == '1'");
    assert_eq!(waiting(&campaign), before);
    page.browser.press("F7");
    page.browser.wait("location.pathname == '/review'");
    page.browser.wait(super::SHOWN);
    assert!(page.browser.text("location.search").contains("field=phone"));
    assert_eq!(page.shown("question"), asked);
    // The same from a crop among many.
    page.browser.navigate(&format!("{}kinds", page.address));
    page.browser.wait("document.querySelector('main td a')");
    page.browser
        .text("(document.querySelector('main td a').click(), '')");
    page.browser.wait("document.querySelector('.tile')");
    page.browser.press("F7");
    on_bench(&mut page);
    assert_eq!(waiting(&campaign), before + 1);
    page.browser.press("e");
    page.browser
        .wait("document.getElementById('answered').textContent == '1'");
    assert!(waiting(&campaign) < before, "its fields are asked no more");
    page.browser.press("F7");
    page.browser.wait("document.querySelector('.tile, .empty')");
    assert_eq!(campaign.hagaki(&["status"]).code, 0);
}

#[test]
fn a_page_by_hand_fits_its_window_at_three_sizes() {
    let campaign = rejecting();
    let Some(mut page) = open(&campaign, "?kind=page") else {
        return;
    };
    for (width, height, zoom, lang) in [
        (1280, 720, 1, "ja"),
        (1920, 1080, 1, "en"),
        (1280, 720, 2, "ja"),
        (1280, 720, 2, "en"),
    ] {
        page.browser.resize((width, height), zoom);
        let address = format!("{}repair?lang={lang}", page.address);
        page.browser.navigate(&address);
        page.browser.wait(PAGE);
        page.browser.press("2");
        page.look(&format!("repair-{width}-{zoom}00"));
        let fault = page.browser.text(OUTSIDE);
        assert_eq!(fault, "", "{width}x{height} at {zoom}00 % in {lang}");
        for path in ["sheet", "books", "progress"] {
            page.browser.navigate(&format!("{}{path}", page.address));
            page.browser.wait("document.querySelector('h1')");
            page.look(&format!("{path}-{width}-{zoom}00"));
            let wide = page
                .browser
                .text("document.documentElement.scrollWidth > innerWidth");
            assert_eq!(
                wide, "false",
                "{path} at {width}x{height} and {zoom}00 % in {lang}"
            );
        }
    }
}

#[test]
fn a_person_changes_his_password_by_keyboard() {
    let campaign = rejecting();
    crate::people::add(&campaign, "sato", "reviewer");
    let Some(mut page) = super::serve(&campaign, &[]) else {
        return;
    };
    let address = format!("{}password", page.address);
    page.browser.navigate(&address);
    page.sign_in("sato", "sato password 1");
    page.browser.wait("document.getElementById('out')");
    page.browser.navigate(&address);
    page.browser.wait("document.activeElement.id == 'old'");
    page.look("password");
    for text in [
        "sato password 1",
        "another password 2",
        "another password 2",
    ] {
        page.browser.type_text(text);
        page.browser.press("Tab");
    }
    page.browser.press("Enter");
    page.browser
        .wait("document.querySelector('[role=status].notice')");
    page.look("password-changed");
    page.leave();
    page.sign_in("sato", "another password 2");
    page.browser.wait("document.getElementById('out')");
}

/// Says which part a person would have to scroll for.
const OUTSIDE: &str = "(() => {
    const inside = (e) => { const r = e.getBoundingClientRect();
        return r.left >= 0 && r.top >= 0 && r.right <= innerWidth + 1 && r.bottom <= innerHeight + 1; };
    for (const what of ['h2', '.reasons', '[data-view]', '[data-loupe]', '[data-form]',
                        '[data-key-line]', '.keys'])
        if (!inside(document.querySelector('.repair ' + what))) return what;
    const keys = document.querySelector('.repair .keys').getBoundingClientRect().top;
    if (document.querySelector('[data-key-line]').getBoundingClientRect().bottom > keys + 1) return 'under keys';
    return document.documentElement.scrollWidth > innerWidth ? 'scrolls sideways' : '';
})()";
