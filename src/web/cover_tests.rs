//! What may be a My Number over a real socket: nothing of it leaves before somebody says that he looks.

use super::people_tests::{add, sign_in};
use super::tests::{Got, Serving, Window, lease, question, serve_page, value};
use super::*;
use crate::doubt::Reason;
use crate::store::Role;
use crate::store::fixtures::{SUSPECT_AREA, record_of, suspect, white};

const NUMBER: &str = "983205673214";

/// A server with one card that may hold a My Number, and questions about its key and the whole page. The
/// picture in its file is the side, 4 px a millimetre.
fn serving() -> Serving {
    let mut page = suspect("1", NUMBER);
    let record = record_of(&mut page);
    record.doubts.push(Reason::MarginNote.into());
    record.key.doubts.push(Reason::KeyUnknown.into());
    serve_page("card.png", &white(400, 592), &page)
}

/// The question about that field, as it is shown.
fn asked(window: &Window<'_>, field: &str) -> Got {
    let got = window.post("/review/next", &format!("field={field}"));
    assert_eq!(got.status, 200, "{}", got.body);
    got
}

fn uncover(window: &Window<'_>, lease: &str) -> Got {
    window.post("/review/uncover", &format!("lease={lease}"))
}

fn says_nothing(got: &Got) {
    let all = String::from_utf8_lossy(&got.bytes);
    for secret in [NUMBER, "picture of ?"] {
        assert!(!all.contains(secret), "{all}");
    }
}

/// How gray the picture of the side is in the middle of the covered field, and beside it.
fn shades(got: &Got) -> (u8, u8) {
    assert_eq!(got.status, 200, "{}", got.head);
    let png = image::load_from_memory(&got.bytes).unwrap().to_luma8();
    let at = |x: f64, y: f64| {
        let px = f64::from(png.width()) / 100.0;
        png.get_pixel((x * px) as u32, (y * px) as u32)[0]
    };
    let [x, y, w, h] = SUSPECT_AREA;
    (at(x + w / 2.0, y + h / 2.0), at(x + w / 2.0, y + 3.0 * h))
}

const PAINTED: (u8, u8) = (150, 255);
const PLAIN: (u8, u8) = (255, 255);

/// Who uncovered what, and whether the audit holds.
fn uncoverings(serving: &Serving) -> Vec<(String, String)> {
    let store = Store::open(serving.dir.path()).unwrap();
    assert_eq!(store.audit_break().unwrap(), None);
    let all = store.audit().unwrap();
    assert!(all.iter().all(|row| !row.subject.contains(NUMBER)));
    let own = all.into_iter().filter(|row| row.what == "review.uncover");
    own.map(|row| (row.who, row.subject)).collect()
}

#[test]
fn neither_picture_nor_value_leaves_before_somebody_uncovers_it() {
    let serving = serving();
    let window = serving.window();
    let got = asked(&window, "phone");
    let lease = lease(&got);
    says_nothing(&got);
    assert!(
        !got.body.contains(&format!("/picture/{lease}")),
        "{}",
        got.body
    );
    assert!(got.body.contains("data-covered"), "{}", got.body);
    assert!(got.body.contains("data-key=\"F3\""), "{}", got.body);
    assert!(got.body.contains("This may be a My Number"), "{}", got.body);
    let picture = serving.get(&format!("/picture/{lease}"), "");
    assert_eq!(picture.status, 404);
    says_nothing(&picture);
    let card = format!("/card/{lease}");
    assert_eq!(shades(&serving.get(&card, "")), PAINTED);
    assert_eq!(uncoverings(&serving), []);

    let open = uncover(&window, &lease);
    assert_eq!(open.status, 200, "{}", open.body);
    assert!(
        open.body.contains(&format!("value=\"{NUMBER}\"")),
        "{}",
        open.body
    );
    assert!(!open.body.contains("data-covered"), "{}", open.body);
    let picture = serving.get(&format!("/picture/{lease}"), "");
    assert_eq!(picture.body, format!("picture of ?{NUMBER}"));
    assert_eq!(shades(&serving.get(&card, "")), PLAIN);
    assert_eq!(uncover(&window, &lease).status, 200);
    let id = question(&got);
    let what = format!("question {id} page 1 field phone");
    assert_eq!(uncoverings(&serving), [("sato".to_owned(), what)]);
}

#[test]
fn every_other_way_to_see_the_field_is_covered_too() {
    let serving = serving();
    let window = serving.window();
    // The page as its neighbor's, its key's and its own question shows it, the neighbor's crop, the sheet.
    let memo = asked(&window, "memo");
    assert!(memo.body.contains("What is gray"), "{}", memo.body);
    assert_eq!(
        shades(&serving.get(&format!("/card/{}", lease(&memo)), "")),
        PAINTED
    );
    let crop = serving.get(&format!("/picture/{}", lease(&memo)), "");
    assert_eq!(crop.bytes, white(128, 28));
    let mut page_question = String::new();
    for kind in ["key", "page"] {
        let got = window.post("/review/next", &format!("kind={kind}"));
        assert_eq!(
            shades(&serving.get(&format!("/picture/{}", lease(&got)), "")),
            PAINTED
        );
        let seen = serving.get(&format!("/sheet/picture/{}", question(&got)), "");
        assert_eq!(shades(&seen), PAINTED, "{kind}");
        page_question = question(&got);
    }
    let given = asked(&window, "phone");
    let phone = question(&given);
    let sheet = serving.get("/sheet", "");
    says_nothing(&sheet);
    assert!(
        !sheet.body.contains(&format!("/sheet/picture/{phone}\"")),
        "{}",
        sheet.body
    );
    assert!(
        sheet.body.contains("neither picture nor value"),
        "{}",
        sheet.body
    );
    let seen = serving.get(&format!("/sheet/picture/{phone}"), "");
    assert_eq!(seen.status, 404);
    says_nothing(&seen);
    // By kind, and the page as it lies in its file.
    says_nothing(&serving.get("/kinds", ""));
    let other = serving.window();
    says_nothing(&other.post("/kinds/screen", "form=wish&field=phone"));
    let laid = other.post("/repair/next", &format!("question={page_question}"));
    assert!(laid.body.contains("What is gray"), "{}", laid.body);
    let bench = format!("/repair/picture/{}", lease(&laid));
    assert_eq!(shades(&other.get(&bench)), PAINTED);
    // Whoever uncovers the field sees all of these whole, but for the sheet.
    assert_eq!(uncover(&window, &lease(&given)).status, 200);
    assert_eq!(shades(&other.get(&bench)), PLAIN);
    assert_eq!(
        shades(&serving.get(&format!("/card/{}", lease(&memo)), "")),
        PLAIN
    );
    says_nothing(&serving.get("/sheet", ""));
    says_nothing(&serving.get(&format!("/sheet/picture/{phone}"), ""));
    let seen = serving.get(&format!("/sheet/picture/{page_question}"), "");
    assert_eq!(shades(&seen), PAINTED);
}

#[test]
fn what_comes_with_an_answer_is_covered_and_an_answer_needs_no_look() {
    let serving = serving();
    let window = serving.window();
    let memo = asked(&window, "memo");
    // The next question is on its way before it is shown.
    let next = window.answer(&(lease(&memo), question(&memo)), "answer=blank&kind=field");
    assert_eq!(next.status, 200, "{}", next.body);
    says_nothing(&next);
    assert!(next.body.contains("data-start=\"\""), "{}", next.body);
    let phone = (lease(&next), question(&next));
    let refused = window.answer(&phone, "answer=accept");
    assert_eq!(refused.status, 400);
    assert_eq!(window.answer(&phone, "answer=illegible").status, 200);
    let back = format!("question={}&undo=false", phone.1);
    let back = window.post("/review/back", &back);
    says_nothing(&back);
    assert!(
        back.body.contains("Already answered: Illegible"),
        "{}",
        back.body
    );
    let given = (lease(&back), phone.1.clone());
    assert_eq!(
        window
            .answer(&given, "answer=value&value=0312345678")
            .status,
        200
    );
    assert_eq!(value(&serving, "phone").as_deref(), Some("0312345678"));
    let undone = window.post("/review/back", &format!("question={}&undo=true", phone.1));
    says_nothing(&undone);
    assert_eq!(uncoverings(&serving), []);
}

#[test]
fn uncovering_takes_the_window_s_own_lease_and_its_token() {
    let serving = serving();
    let window = serving.window();
    let lease = lease(&asked(&window, "phone"));
    let other = serving.window();
    for wrong in [uncover(&other, &lease), uncover(&window, &"0".repeat(32))] {
        assert_eq!(wrong.status, 410);
        says_nothing(&wrong);
    }
    let (host, cookie) = (serving.host(), &window.cookie);
    let own = format!("Host: {host}\r\nCookie: {cookie}\r\n");
    let token = format!("X-Hagaki-Token: {}\r\n", window.token);
    for more in [
        own.clone(),
        format!("{own}{token}Origin: http://evil.example\r\n"),
    ] {
        let got = window.post_as("/review/uncover", &format!("lease={lease}"), &more);
        assert_eq!(got.status, 403, "{more}");
        says_nothing(&got);
    }
    assert_eq!(window.get("/review/uncover").status, 405);
    assert_eq!(uncoverings(&serving), []);
    assert_eq!(serving.get(&format!("/picture/{lease}"), "").status, 404);
}

#[test]
fn what_one_person_uncovered_is_covered_for_the_next() {
    let serving = serving();
    for name in ["sato", "suzuki"] {
        add(&serving, name, &[Role::Reviewer]);
    }
    let sato = serving.window_of(&sign_in(&serving, "sato"));
    let lease = lease(&asked(&sato, "phone"));
    assert!(uncover(&sato, &lease).body.contains(NUMBER));
    assert_eq!(sato.post("/review/leave", "").status, 204);
    let suzuki = serving.window_of(&sign_in(&serving, "suzuki"));
    let got = asked(&suzuki, "phone");
    says_nothing(&got);
    let given = self::lease(&got);
    assert_eq!(shades(&suzuki.get(&format!("/card/{given}"))), PAINTED);
    assert!(uncover(&suzuki, &given).body.contains(NUMBER));
    let who: Vec<String> = uncoverings(&serving).into_iter().map(|u| u.0).collect();
    assert_eq!(who, ["sato", "suzuki"]);
    // He who uncovered it is shown it at once when it comes back to him.
    assert_eq!(suzuki.post("/review/leave", "").status, 204);
    assert!(asked(&sato, "phone").body.contains(NUMBER));
}
