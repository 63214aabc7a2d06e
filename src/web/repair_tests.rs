//! Pages laid by hand over a real socket, the contact sheet and the books.

use super::people_tests::{add, sign_in};
use super::tests::{Serving, between, lease, parts, question, serve_page, serve_parts};
use super::*;
use crate::doubt::{Doubt, Reason};
use crate::store::fixtures::{begin, card, record_all, record_of, rejected};
use crate::store::{Bucket, PageId, Role};

/// A picture without a form on it: white with a black bar.
fn picture() -> Vec<u8> {
    let page = image::GrayImage::from_fn(400, 592, |x, y| {
        image::Luma([if (40..360).contains(&x) && (50..60).contains(&y) {
            0
        } else {
            255
        }])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A server with one rejected page whose picture is there.
fn rejecting() -> Serving {
    serve_page("odd.png", &picture(), &rejected(Reason::UnknownForm))
}

const CORNERS: &str = "corners=0.05+0.05+0.95+0.05+0.95+0.95+0.05+0.95";
const SIDE: &str = "form=wish&edition=1&side=answer";

fn balanced(serving: &Serving) -> Store {
    let store = Store::open(serving.dir.path()).unwrap();
    let books = crate::books::Books::of(&store).unwrap();
    assert_eq!(books.balances(), Ok(()));
    assert_eq!(store.audit_break().unwrap(), None);
    store
}

#[test]
fn a_rejected_page_is_laid_by_hand_and_asks_about_every_field() {
    let serving = rejecting();
    let window = serving.window();
    let got = window.post("/repair/next", "");
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(
        got.body.contains("data-width=\"400\" data-height=\"592\""),
        "{}",
        got.body
    );
    let first = (lease(&got), question(&got));
    let seen = window.get(&format!("/repair/picture/{}", first.0));
    assert_eq!(seen.status, 200);
    assert!(
        seen.head.contains("content-type: image/png"),
        "{}",
        seen.head
    );

    let read = |(lease, question): &(String, String), more: &str| {
        let body = format!("lease={lease}&question={question}&{more}");
        window.post("/repair/read", &body)
    };
    for (foul, status) in [
        ("", 422),
        ("form=nothing", 422),
        (CORNERS, 422),
        ("form=wish&corners=1+2+3", 422),
        ("form=wish&corners=0+0+1+1+1+0+0+1", 422),
        ("form=wish&turn=45", 422),
        ("form=wish&turn=x", 422),
    ] {
        assert_eq!(read(&first, foul).status, status, "{foul}");
    }
    // The form alone is not enough: the page is rejected again, and stands before the same person.
    let got = read(&first, SIDE);
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("data-notice"), "{}", got.body);
    let second = (lease(&got), question(&got));
    assert_ne!(first, second);
    assert_eq!(read(&first, SIDE).status, 410);

    let got = read(&second, &format!("{SIDE}&{CORNERS}&key=0012"));
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("data-kind=\"result\""), "{}", got.body);
    assert_eq!(got.body.matches("to be asked").count(), 3, "{}", got.body);
    let store = balanced(&serving);
    let page = store.page(PageId(1)).unwrap();
    assert_eq!(
        (page.bucket, page.key.as_deref()),
        (Bucket::Review, Some("0012"))
    );
    let audit = store.audit().unwrap();
    let said = audit.iter().filter(|row| row.what == "page.repair");
    assert_eq!(said.filter(|row| row.who == "sato").count(), 2);
    // Not right: it waits again, for the same person.
    let got = window.post("/repair/next", "page=1");
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("value=\"0012\""), "{}", got.body);
    let third = (lease(&got), question(&got));
    assert_eq!(read(&third, &format!("{SIDE}&{CORNERS}")).status, 200);
    balanced(&serving);
}

#[test]
fn a_picture_is_separated_once_and_put_together_by_who_did_it() {
    let serving = rejecting();
    let window = serving.window();
    let got = window.post("/repair/next", "");
    let (token, number) = (lease(&got), question(&got));
    let separate = |token: &str, more: &str| {
        let body = format!("lease={token}&question={number}&{more}");
        window.post("/repair/separate", &body)
    };
    let halves = "parts=0+0+0.5+1+0.5+0+1+1";
    for foul in [
        "",
        "parts=",
        "parts=0+0+0.5+1",
        "parts=0+0+0.5+1+0.5+0+1",
        "parts=0+0+0.5+1+0.5+0+1+x",
        "parts=0+0+0.5+1+0.2+0+0.7+1",
        "parts=0+0+0.5+1+0.5+0+1.5+1",
        "parts=0+0+0.5+1+0.5+0+1+1&form=nothing",
        "parts=0+0+0.5+1+0.5+0+1+1&turn=7",
        &format!("parts={}", ["0", "0", "1", "1"].repeat(500).join("+")),
    ] {
        assert_eq!(separate(&token, foul).status, 422, "{foul}");
    }
    assert_eq!(separate(&"0".repeat(32), halves).status, 410);
    let got = separate(&token, halves);
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(got.body.matches("data-part").count(), 2, "{}", got.body);
    assert_eq!(separate(&token, halves).status, 410);
    let store = balanced(&serving);
    let buckets: Vec<Bucket> = store.pages().unwrap().iter().map(|p| p.bucket).collect();
    assert_eq!(
        buckets,
        [Bucket::Separated, Bucket::Rejected, Bucket::Rejected]
    );
    // The first part comes next, as a picture of its own.
    let next = between(&got.body, "data-next=\"", "\"");
    let got = window.post("/repair/next", &format!("question={next}"));
    assert!(got.body.contains("odd.png#1"), "{}", got.body);
    assert!(
        got.body.contains("data-width=\"200\" data-height=\"592\""),
        "{}",
        got.body
    );
    assert!(got.body.contains("data-whole=\"1\""), "{}", got.body);
    let got = window.post("/repair/next", "page=1");
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("data-width=\"400\""), "{}", got.body);
    assert_eq!(
        balanced(&serving).page(PageId(2)).unwrap().bucket,
        Bucket::SetAside
    );
    assert_eq!(window.post("/repair/next", "page=1").status, 409);
}

#[test]
fn a_page_is_set_aside_and_taken_back() {
    let serving = rejecting();
    let window = serving.window();
    let got = window.post("/repair/next", "");
    let (lease, question) = (lease(&got), question(&got));
    let say = |what: &str| {
        let body = format!("lease={lease}&question={question}&answer={what}");
        window.post("/repair/answer", &body)
    };
    assert_eq!(say("value").status, 400);
    let got = say("returned");
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("data-kind=\"done\""), "{}", got.body);
    let bucket = |serving: &Serving| balanced(serving).page(PageId(1)).unwrap().bucket;
    assert_eq!(bucket(&serving), Bucket::SetAside);
    assert_eq!(say("returned").status, 410);
    let got = window.post("/repair/next", &format!("question={question}&undo=true"));
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(bucket(&serving), Bucket::Rejected);
}

#[test]
fn a_page_is_given_to_one_person_and_only_to_who_may_answer_first() {
    let serving = rejecting();
    for (name, roles) in [
        ("sato", &[Role::Reviewer][..]),
        ("suzuki", &[Role::Reviewer]),
        ("tanaka", &[Role::Verifier, Role::Auditor]),
    ] {
        add(&serving, name, roles);
    }
    let (sato, suzuki) = (sign_in(&serving, "sato"), sign_in(&serving, "suzuki"));
    let (sato, suzuki) = (serving.window_of(&sato), serving.window_of(&suzuki));
    let got = sato.post("/repair/next", "");
    let (lease, question) = (lease(&got), question(&got));
    let none = suzuki.post("/repair/next", "");
    assert!(none.body.contains("data-kind=\"done\""), "{}", none.body);
    let same = suzuki.post("/repair/next", &format!("question={question}"));
    assert_eq!(same.status, 409, "{}", same.body);
    assert_eq!(suzuki.get(&format!("/repair/picture/{lease}")).status, 410);
    let body = format!("lease={lease}&question={question}&{SIDE}&{CORNERS}");
    assert_eq!(suzuki.post("/repair/read", &body).status, 410);
    let cookie = sign_in(&serving, "tanaka");
    let tanaka = serving.window_of(&cookie);
    for path in ["/repair/next", "/repair/read", "/repair/answer"] {
        assert_eq!(tanaka.post(path, &body).status, 403, "{path}");
    }
    assert_eq!(tanaka.get(&format!("/repair/picture/{lease}")).status, 403);
    // In a second window of the same person the page moves there.
    let second = serving.window_of(&sato.cookie);
    let got = second.post("/repair/next", &format!("question={question}"));
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(sato.post("/repair/read", &body).status, 410);
    // What nobody had read again is not opened anew by its number.
    assert_eq!(second.post("/repair/next", "page=1").status, 409);
}

#[test]
fn a_page_without_its_file_can_still_be_set_aside() {
    let (dir, mut parts) = parts(&[]);
    let mut run = begin(&parts.store, false);
    let pages = [rejected(Reason::Unreadable)];
    record_all(&mut parts.store, &mut run, "gone.tif", &pages);
    let serving = serve_parts(dir, parts);
    let window = serving.window();
    let got = window.post("/repair/next", "");
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body.contains("cannot be opened"), "{}", got.body);
    let (lease, question) = (lease(&got), question(&got));
    assert_eq!(window.get(&format!("/repair/picture/{lease}")).status, 404);
    let body = format!("lease={lease}&question={question}&{SIDE}");
    assert_eq!(window.post("/repair/read", &body).status, 422);
    let body = format!("lease={lease}&question={question}&answer=blank_page");
    assert_eq!(window.post("/repair/answer", &body).status, 200);
    balanced(&serving);
}

#[test]
fn the_contact_sheet_shows_what_waits_and_no_word_that_is_to_be_entered_unseen() {
    let (dir, mut parts) = parts(&[]);
    let mut run = begin(&parts.store, false);
    let mut page = card("1", &[("phone", "?0312345678"), ("memo", "?plainly <b>")]);
    let blind = Doubt::with(Reason::ByPolicy, "double_blind");
    record_of(&mut page).fields[0].verdict.doubts = vec![blind];
    record_all(
        &mut parts.store,
        &mut run,
        "a.tif",
        &[page, rejected(Reason::UnknownForm)],
    );
    let serving = serve_parts(dir, parts);
    let window = serving.window();
    let got = window.get("/sheet");
    assert_eq!(got.status, 200);
    assert!(
        got.body.contains("plainly &#60;b&#62;?") || got.body.contains("plainly &lt;b&gt;?"),
        "{}",
        got.body
    );
    assert!(!got.body.contains("0312345678"), "{}", got.body);
    assert!(got.body.contains("/repair?question="), "{}", got.body);
    let id = between(&got.body, "/sheet/picture/", "\"");
    assert_eq!(window.get(&format!("/sheet/picture/{id}")).status, 200);
    for foul in ["0", "99", "x", "..%2f..%2fhagaki.db"] {
        assert_eq!(
            window.get(&format!("/sheet/picture/{foul}")).status,
            404,
            "{foul}"
        );
    }
    let audit = balanced(&serving).audit().unwrap();
    assert!(
        audit
            .iter()
            .any(|row| row.what == "review.sheet" && row.who == "sato")
    );
    let books = window.get("/books");
    assert!(books.body.contains("data-balanced"), "{}", books.body);
    assert!(books.body.contains("UNKNOWN_FORM"), "{}", books.body);
    add(&serving, "export", &[Role::Exporter]);
    let cookie = sign_in(&serving, "export");
    let get = |path: &str| serving.get(path, &format!("Cookie: {cookie}\r\n")).status;
    assert_eq!(get("/books"), 200);
    assert_eq!(get("/sheet"), 403);
    assert_eq!(get(&format!("/sheet/picture/{id}")), 403);
    assert_eq!(get("/repair"), 403);
}

/// A card that was read, with two of its fields asked about.
fn asking() -> Serving {
    let (dir, mut parts) = parts(&[]);
    let mut run = begin(&parts.store, false);
    let read = card("1", &[("wish", "?yes"), ("phone", "?0773")]);
    record_all(&mut parts.store, &mut run, "a.tif", &[read]);
    let serving = serve_parts(dir, parts);
    add(&serving, "sato", &[Role::Reviewer]);
    add(&serving, "suzuki", &[Role::Reviewer]);
    add(&serving, "tanaka", &[Role::Verifier]);
    serving
}

fn open_questions(serving: &Serving) -> usize {
    let store = balanced(serving);
    let filter = crate::store::QuestionFilter::default();
    store.questions(&filter).unwrap().len()
}

#[test]
fn a_page_is_sent_to_be_laid_by_hand_from_any_of_its_questions() {
    let serving = asking();
    let [sato, suzuki, tanaka] = ["sato", "suzuki", "tanaka"].map(|name| sign_in(&serving, name));
    let (window, other) = (serving.window_of(&sato), serving.window_of(&suzuki));
    let got = window.post("/review/next", "kind=field");
    assert!(got.body.contains("data-key=\"F7\""), "{}", got.body);
    let (token, field) = (lease(&got), question(&got));
    // What stands before somebody else is his; a verifier has no page to lay.
    let sent = format!("question={field}");
    assert_eq!(other.post("/repair/next", &sent).status, 409);
    let tanaka = serving.window_of(&tanaka);
    assert_eq!(tanaka.post("/repair/next", &sent).status, 403);
    assert_eq!(open_questions(&serving), 2);
    let said = format!("lease={token}&question={field}&answer=value&value=0312345678");
    assert_eq!(window.post("/review/answer", &said).status, 200);

    // He looks back at his own word and sees it: the page asks from now on, his word stays.
    let bench = serving.window_of(&sato);
    let got = bench.post("/repair/next", &sent);
    assert_eq!(got.status, 200, "{}", got.body);
    let page = question(&got);
    assert_ne!(page, field);
    assert!(got.body.contains("data-answer=\"accept\""), "{}", got.body);
    assert_eq!(open_questions(&serving), 2);
    let store = balanced(&serving);
    let word = store.answers(PageId(1)).unwrap()[1].value.clone();
    assert_eq!(word.as_deref(), Some("0312345678"));
    let audit = store.audit().unwrap();
    let seen = audit.iter().filter(|row| row.what == "review.page");
    assert_eq!(seen.map(|row| &*row.who).collect::<Vec<_>>(), ["sato"]);
    // Sent again it is the same question; for others it is before him.
    assert_eq!(other.post("/repair/next", &sent).status, 409);
    let got = bench.post("/repair/next", &sent);
    assert_eq!(question(&got), page);
    // A look, and nothing to mend: it is as it was.
    let right = format!("lease={}&question={page}&answer=accept", lease(&got));
    assert_eq!(bench.post("/repair/answer", &right).status, 200);
    assert_eq!(open_questions(&serving), 1);
    let left = balanced(&serving).page(PageId(1)).unwrap();
    assert_eq!((left.bucket, left.questions_open), (Bucket::Review, 1));
}

#[test]
fn a_word_on_the_page_is_refused_where_a_field_is_asked_about() {
    let serving = asking();
    let window = serving.window_of(&sign_in(&serving, "sato"));
    let got = window.post("/review/next", "kind=field");
    for word in ["attachment", "returned", "accept"] {
        let said = format!(
            "lease={}&question={}&answer={word}",
            lease(&got),
            question(&got)
        );
        assert_eq!(window.post("/review/answer", &said).status, 400, "{word}");
        assert_eq!(window.post("/repair/answer", &said).status, 400, "{word}");
    }
    assert_eq!(open_questions(&serving), 2);
}
