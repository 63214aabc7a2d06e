//! The screens as they are laid out, at three sizes and in both languages: where the main parts of
//! each stand is held against a golden file, and on every screen nothing is cut off, lies on anything
//! else or makes the window scroll sideways.
//!
//! Boxes and not pixels: another Chromium draws other pixels, but puts the parts where they were.
//! `HAGAKI_GOLDEN=write` writes the files anew; `HAGAKI_SCREENS=DIR` keeps the pictures to look at.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::{Page, SHOWN, open, serve};
use crate::copies::copy_question;
use crate::people;
use crate::program::{self, Campaign};
use crate::repair::{on_glass, side_by_side};

/// Width and height of the window, and how much larger everything is.
const SIZES: [((u32, u32), u32); 3] = [((1280, 720), 1), ((1920, 1080), 1), ((1280, 720), 2)];

/// A part may stand so far from its place, in pixels of the page: other fonts are a little wider.
const NEAR: i64 = 24;

/// The parts that make a screen, as far as it has them.
const PARTS: &str =
    "['header.bar', 'nav', '.counts', '#language', 'h1', 'h2', '.where', '.reasons',
    'figure.picture', '[data-picture]', 'input.line', '.choices', '.says', '.others', '.keys',
    '[data-card]', '.sheet', '.bench', '[data-view]', '[data-loupe]', '.panel', '.lead', '.tiles',
    '.tile', '.figures-of', 'dl.figures', 'table', '.ledger', '.chart', 'form.sign-in', '#name',
    '#password', 'button.main']";

/// Says what is wrong on a screen, whatever it shows.
const FAULTS: &str = "(() => {
    const seen = (e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
        return r.width > 2 && r.height > 2 && s.visibility !== 'hidden'; };
    const name = (e) => `${e.tagName.toLowerCase()}.${e.className}[${e.textContent.trim().slice(0, 20)}]`;
    if (document.documentElement.scrollWidth > innerWidth) return 'scrolls sideways';
    const words = 'button, a, label, legend, h1, h2, h3, th, td, dt, dd, p, li, kbd, .tag';
    for (const e of [...document.querySelectorAll(words)].filter(seen)) {
        const cut = getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1;
        if (cut && !e.matches('[tabindex]')) return 'cut off: ' + name(e);
        const r = e.getBoundingClientRect();
        if (r.right > innerWidth + 1 || r.left < -1) return 'beside the window: ' + name(e);
    }
    const dialog = [...document.querySelectorAll('[role=dialog]')].find(seen);
    const keys = [...(dialog || document).querySelectorAll('button, a, input, select')].filter(seen);
    for (const [i, a] of keys.entries()) for (const b of keys.slice(i + 1)) {
        if (a.contains(b) || b.contains(a)) continue;
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const over = Math.min(p.right, q.right) - Math.max(p.left, q.left) > 2
            && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 2;
        const stays = [a, b].some((e) => e.closest('.keys') && getComputedStyle(e.closest('.keys')).position === 'sticky');
        if (over && !stays) return 'one on the other: ' + name(a) + ' ' + name(b);
    }
    return '';
})()";

/// Where the parts of the screen are: a line each.
fn parts(page: &mut Page) -> String {
    page.browser.text(&format!(
        "{PARTS}.map((what) => {{
            const all = [...document.querySelectorAll(what)];
            const e = all.find((e) => e.getBoundingClientRect().width > 0);
            if (!e) return '';
            const r = e.getBoundingClientRect();
            return [what, ...[r.left, r.top, r.width, r.height].map(Math.round)].join(' ');
        }}).filter((line) => line).join('\\n')"
    ))
}

fn golden(name: &str) -> PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/screens");
    folder.join(format!("{name}.txt"))
}

/// Parts with their boxes, under the size and language that they are of.
fn boxes(text: &str) -> Vec<(String, [i64; 4])> {
    let mut at = String::new();
    let mut all = Vec::new();
    for line in text.lines() {
        if let Some(screen) = line.strip_prefix("# ") {
            screen.clone_into(&mut at);
            continue;
        }
        let mut words: Vec<&str> = line.split(' ').collect();
        let numbers = words.split_off(words.len() - 4);
        let numbers: Vec<i64> = numbers.iter().map(|n| n.parse().unwrap()).collect();
        all.push((
            format!("{at}: {}", words.join(" ")),
            numbers.try_into().unwrap(),
        ));
    }
    all
}

/// Holds a screen against its golden file, in both languages at all sizes. `ready`: brings the page,
/// which was opened anew in that language, to where it is looked at.
fn hold(page: &mut Page, (name, path): (&str, &str), ready: &dyn Fn(&mut Page)) {
    let mut found = String::new();
    let joint = if path.contains('?') { "&" } else { "?" };
    for lang in ["ja", "en"] {
        page.release();
        let address = format!("{}{path}{joint}lang={lang}", page.address);
        page.browser.resize(SIZES[0].0, SIZES[0].1);
        page.browser.navigate(&address);
        page.browser
            .wait(&format!("document.documentElement.lang == '{lang}'"));
        ready(page);
        for ((width, height), zoom) in SIZES {
            page.browser.resize((width, height), zoom);
            page.browser.settled();
            let at = format!("{width}x{height} {zoom}00% {lang}");
            page.look(&format!("{name}-{width}-{zoom}00"));
            assert_eq!(page.browser.text(FAULTS), "", "{name} at {at}");
            let _ = writeln!(found, "# {at}\n{}", parts(page));
        }
    }
    let file = golden(name);
    if std::env::var_os("HAGAKI_GOLDEN").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, found).unwrap();
        return;
    }
    let wanted = fs::read_to_string(&file).unwrap_or_default();
    let (wanted, found) = (boxes(&wanted), boxes(&found));
    let names = |all: &[(String, [i64; 4])]| -> Vec<String> {
        all.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&found), names(&wanted), "{name}");
    for ((part, is), (_, was)) in found.iter().zip(&wanted) {
        let near = is.iter().zip(was).all(|(a, b)| {
            // Long parts are longer with other fonts.
            (a - b).abs() <= NEAR.max(b.abs() / 20)
        });
        assert!(near, "{name} {part}: {is:?}, was {was:?}");
    }
}

/// One card's questions, and a page that was rejected.
fn campaign() -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let card = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &card.to_string_lossy()]).code, 0);
    let glass = side_by_side(["0001_answer.jpg", "0002_answer.jpg"]);
    let folder = on_glass(&campaign, &glass);
    assert_eq!(campaign.hagaki(&["run", &folder]).code, 0);
    campaign
}

fn shown(page: &mut Page) {
    page.browser.wait(SHOWN);
    page.browser.wait(&format!(
        "(p => !p || p.naturalWidth > 0)({SHOWN}.querySelector('[data-picture]'))"
    ));
}

const BENCH: &str = "document.querySelector('section[data-kind=page] [data-view]')";

#[test]
fn screens_of_the_review_page_are_as_they_were() {
    let campaign = campaign();
    let Some(mut page) = open(&campaign, "") else {
        return;
    };
    let plain = |page: &mut Page| page.browser.wait("document.querySelector('h1')");
    for name in ["books", "sheet", "progress"] {
        hold(&mut page, (name, name), &plain);
    }
    copy_question(&campaign, "phone", 40);
    hold(&mut page, ("question", "review?field=phone"), &shown);
    hold(&mut page, ("question-name", "review?field=name"), &shown);
    hold(&mut page, ("question-page", "review?kind=page"), &shown);
    hold(
        &mut page,
        ("question-card", "review?field=phone"),
        &|page| {
            shown(page);
            page.browser.press("F2");
            page.browser.wait(&format!(
                "{SHOWN}.querySelector('[data-card] img').naturalWidth > 0"
            ));
        },
    );
    hold(&mut page, ("refused", "review?field=phone"), &|page| {
        shown(page);
        page.browser.type_text("12");
        page.browser.press("Enter");
        page.browser
            .wait(&format!("{SHOWN}.querySelector('[data-refused] .words')"));
    });
    hold(&mut page, ("done", "review?field=nothing"), &|page| {
        page.browser.wait(SHOWN);
    });
    hold(&mut page, ("kinds", "kinds"), &plain);
    let grid = "kinds?form=vaccine-intent&field=phone";
    hold(&mut page, ("grid", grid), &|page| {
        page.browser
            .wait("document.querySelectorAll('.tile').length > 30");
        page.browser
            .wait("[...document.querySelectorAll('.tile img')].every(i => i.naturalWidth > 0)");
        page.browser.press("ArrowRight");
        page.browser.press(" ");
    });
}

#[test]
fn screens_of_the_repair_page_are_as_they_were() {
    let campaign = campaign();
    let Some(mut page) = open(&campaign, "") else {
        return;
    };
    hold(&mut page, ("repair", "repair"), &|page| {
        page.browser.wait(BENCH);
        page.browser.press("2");
        page.browser.wait("document.querySelector('.handle.on')");
    });
    hold(&mut page, ("repair-cut", "repair"), &|page| {
        page.browser.wait(BENCH);
        page.browser.press("s");
        page.browser.wait("document.querySelector('.cut')");
    });
    hold(&mut page, ("repair-parts", "repair"), &|page| {
        page.browser.wait(BENCH);
        page.browser.press("s");
        page.browser.press("Enter");
        page.browser
            .wait("document.querySelectorAll('[data-part]').length == 2");
        // As it was, for the next language.
        let lang = page.browser.text("document.documentElement.lang");
        if lang == "ja" {
            page.rejoin();
        }
    });
}

#[test]
fn screens_of_people_are_as_they_were() {
    let campaign = campaign();
    people::add(&campaign, "sato", "reviewer,auditor");
    let Some(mut page) = serve(&campaign, &[]) else {
        return;
    };
    let plain = |page: &mut Page| page.browser.wait("document.querySelector('h1')");
    hold(&mut page, ("sign-in", "sign-in"), &plain);
    page.enter("sato", "?field=phone");
    hold(&mut page, ("password", "password"), &plain);
    hold(&mut page, ("signed-in", "review?field=phone"), &shown);
}

#[test]
fn a_refusal_is_seen_in_a_small_window() {
    let campaign = campaign();
    let Some(mut page) = open(&campaign, "") else {
        return;
    };
    page.browser.resize((1280, 720), 2);
    page.go("?field=phone");
    shown(&mut page);
    page.browser.type_text("12");
    page.browser.press("Enter");
    let why = format!("{SHOWN}.querySelector('[data-refused] .words')");
    page.browser.wait(&why);
    page.browser.settled();
    page.look("refused-small");
    let seen = page.browser.text(&format!(
        "(() => {{ const r = {why}.getBoundingClientRect();
         const keys = {SHOWN}.querySelector('.keys').getBoundingClientRect();
         return [r.top >= 0, r.bottom <= keys.top + 1].join(); }})()"
    ));
    assert_eq!(seen, "true,true");
}
