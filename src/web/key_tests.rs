//! A key that a person types in the browser, on a question and on a page to be laid by hand.

use std::sync::Arc;

use super::tests::{Serving, parts, serve_parts};
use super::*;
use crate::doubt::{Doubt, Reason};
use crate::form::{CheckDigit, Form, Library};
use crate::identify::tests::codabar_key;
use crate::lists::Recipients;
use crate::store::PageId;
use crate::store::fixtures::{begin, card, record_all, record_of};

/// A card whose key cannot be read, on a form whose keys have ten digits and a check digit; the mailing
/// list holds one person.
fn serving() -> Serving {
    let (dir, mut parts) = parts(&[]);
    let people = Recipients::new(Vec::new(), [("1234567897".to_owned(), Vec::new())]);
    let mut form = Form::clone(&parts.library.forms()[0]);
    let mut key = codabar_key(None);
    key.check = Some(CheckDigit::M10W2Split);
    form.sides[0].key = Some(key);
    parts.library = Library::new(vec![Arc::new(form)]).listed((None, None), &people);
    let mut page = card("", &[("wish", "yes")]);
    record_of(&mut page).key.doubts = vec![Doubt::new(Reason::KeyUnreadable)];
    let mut run = begin(&parts.store, false);
    record_all(&mut parts.store, &mut run, "a.tif", &[page]);
    serve_parts(dir, parts)
}

fn key(serving: &Serving) -> Option<String> {
    let store = Store::open(serving.dir.path()).unwrap();
    store.page(PageId(1)).unwrap().key
}

#[test]
fn a_key_that_is_none_is_refused_and_may_be_insisted_on() {
    let serving = serving();
    let window = serving.window();
    let given = window.next();
    for (typed, why) in [
        ("abc", "The format is wrong"),
        ("%3Dcmd", "The format is wrong"),
        ("123456789", "The format is wrong"),
        ("1234567891", "check digit is wrong"),
        ("%EF%BC%91234567891", "check digit is wrong"),
        ("1234567806", "not on the mailing list"),
    ] {
        let got = window.answer(&given, &format!("answer=value&value={typed}"));
        assert_eq!(got.status, 422, "{typed}: {}", got.body);
        assert!(got.body.contains(why), "{typed}: {}", got.body);
        assert!(got.body.contains("data-do=\"insist\""), "{}", got.body);
        assert_eq!(key(&serving), None, "{typed}");
    }
    let got = window.answer(&given, "answer=value&value=1234567806&insist=true");
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(key(&serving).as_deref(), Some("1234567806"));
}

#[test]
fn a_key_is_kept_without_what_does_not_belong_to_it() {
    let serving = serving();
    let window = serving.window();
    let given = window.next();
    // Full width, with blanks.
    let got = window.answer(&given, "answer=value&value=+%EF%BC%91234567897+");
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(key(&serving).as_deref(), Some("1234567897"));
}

#[test]
fn a_page_read_again_is_filed_under_no_key_that_is_none() {
    let serving = serving();
    let window = serving.window();
    let (lease, question) = window.next();
    let read = |more: &str| {
        let body = format!("lease={lease}&question={question}&form=wish&side=answer&{more}");
        window.post("/repair/read", &body)
    };
    let got = read("key=1234567891");
    assert_eq!(got.status, 422, "{}", got.body);
    assert!(got.body.contains("check digit is wrong"), "{}", got.body);
    assert!(got.body.contains("data-do=\"insist\""), "{}", got.body);
    // Insisted on, it goes as far as the picture, which this campaign does not have.
    let got = read("key=1234567891&insist=true");
    assert!(!got.body.contains("check digit"), "{}", got.body);
    let got = read("key=1234567897");
    assert!(!got.body.contains("check digit"), "{}", got.body);
    assert_eq!(key(&serving), None);
}
