//! People over a real socket: signing in, what a role reaches, what a stranger does not.

use super::tests::{Got, ONE, Serving, Window, between, lease, question, serve, value};
use super::*;
use crate::people;
use crate::store::fixtures::act;
use crate::store::{Change, Role};

const PASSWORD: &str = "correct horse 1";

pub(super) fn add(serving: &Serving, name: &str, roles: &[Role]) {
    let mut store = Store::open(serving.dir.path()).unwrap();
    let hash = people::hash(name, PASSWORD).unwrap();
    assert!(store.add_person(&act("op"), (name, roles), &hash).unwrap());
}

fn change(serving: &Serving, name: &str, what: Change<'_>) {
    let mut store = Store::open(serving.dir.path()).unwrap();
    assert!(store.change_person(&act("op"), name, what).unwrap());
}

/// Opens the page to sign in: its cookie and its token.
fn door(serving: &Serving) -> (String, String) {
    let got = serving.get("/sign-in", "");
    assert_eq!(got.status, 200, "{}", got.head);
    let token = between(&got.body, "name=\"token\" value=\"", "\"");
    (between(&got.head, "set-cookie: ", ";"), token)
}

fn send(serving: &Serving, (path, cookie): (&str, &str), body: &str) -> Got {
    let host = serving.host();
    serving.send(&format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\
         Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn try_in(serving: &Serving, name: &str, password: &str) -> Got {
    let (cookie, token) = door(serving);
    let body = format!("token={token}&name={name}&password={password}&to=/review");
    send(serving, ("/sign-in", &cookie), &body)
}

/// The session cookie of somebody who signed in.
pub(super) fn sign_in(serving: &Serving, name: &str) -> String {
    let got = try_in(serving, name, "correct%20horse%201");
    assert_eq!(got.status, 303, "{}", got.body);
    between(&got.head, "set-cookie: ", ";")
}

#[test]
fn with_people_nothing_is_shown_before_signing_in() {
    let serving = serve(ONE);
    let before = serving.window();
    let given = before.next();
    add(&serving, "sato", &[Role::Reviewer]);
    for path in ["/", "/review", "/kinds", "/progress", "/audit", "/nothing"] {
        let got = serving.get(path, "");
        assert_eq!(got.status, 303, "{path}");
        assert!(got.head.contains("location: /sign-in?to="), "{}", got.head);
    }
    // Who worked alone before is out too: his page, his lease, his picture.
    assert_eq!(before.answer(&given, "answer=blank").status, 401);
    assert_eq!(before.get(&format!("/picture/{}", given.0)).status, 303);
    assert_eq!(
        before.post("/kinds/screen", "form=wish&field=wish").status,
        401
    );
    assert_eq!(serving.get("/assets/review.css", "").status, 200);

    let cookie = sign_in(&serving, "sato");
    let window = serving.window_of(&cookie);
    let given = window.next();
    assert_eq!(window.answer(&given, "answer=illegible").status, 200);
    let store = Store::open(serving.dir.path()).unwrap();
    let said = store.audit().unwrap();
    let by = |what: &str| said.iter().any(|r| r.who == "sato" && r.what == what);
    assert!(by("sign-in") && by("review.show") && by("decision"));
    assert_eq!(store.audit_break().unwrap(), None);
}

#[test]
fn a_session_is_new_and_hardened_and_ends_with_signing_out() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    let (before, token) = door(&serving);
    let body = format!("token={token}&name=Ｓａｔｏ&password=correct+horse+1");
    let got = send(&serving, ("/sign-in", &before), &body);
    assert_eq!(got.status, 303, "{}", got.body);
    assert!(got.head.contains("location: /review\r\n"), "{}", got.head);
    assert!(
        got.head.contains("httponly; samesite=strict"),
        "{}",
        got.head
    );
    let cookie = between(&got.head, "set-cookie: ", ";");
    assert_ne!(cookie, before);
    // The name from before signing in opens nothing.
    assert_eq!(
        serving
            .get("/review", &format!("Cookie: {before}\r\n"))
            .status,
        303
    );
    let window = serving.window_of(&cookie);
    let forged = send(&serving, ("/sign-out", &cookie), "token=0");
    assert_eq!(forged.status, 403);
    let given = window.next();
    let leaving = format!("token={}&desk={}", window.token, window.desk);
    assert_eq!(send(&serving, ("/sign-out", &cookie), &leaving).status, 303);
    assert_eq!(window.answer(&given, "answer=blank").status, 401);
    let store = Store::open(serving.dir.path()).unwrap();
    assert_eq!(store.lease(&given.0).unwrap(), None);
}

#[test]
fn leaving_that_the_audit_does_not_hold_is_told() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    let cookie = sign_in(&serving, "sato");
    let window = serving.window_of(&cookie);
    let given = window.next();
    let db = rusqlite::Connection::open(serving.dir.path().join(crate::store::DATABASE)).unwrap();
    db.execute_batch(
        "CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.what = 'sign-out'
         BEGIN SELECT RAISE(ABORT, 'no room'); END",
    )
    .unwrap();
    let leaving = format!("token={}&desk={}", window.token, window.desk);
    let got = send(&serving, ("/sign-out", &cookie), &leaving);
    assert_eq!(got.status, 503, "{}", got.body);
    assert!(got.body.contains("the audit could not be told"));
    // He is out all the same, and what lay before him is free.
    assert_eq!(window.answer(&given, "answer=blank").status, 401);
    let store = Store::open(serving.dir.path()).unwrap();
    assert_eq!(store.lease(&given.0).unwrap(), None);
}

#[test]
fn wrong_names_and_passwords_are_told_alike_and_throttled() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    add(&serving, "tanaka", &[Role::Reviewer]);
    change(&serving, "tanaka", Change::Active(false));
    for (name, password) in [
        ("sato", "wrong horse 22"),
        ("nobody", "correct%20horse%201"),
        ("tanaka", "correct%20horse%201"),
        ("%00", "some%20thing"),
        ("<b>", "some%20thing"),
    ] {
        let got = try_in(&serving, name, password);
        assert_eq!(got.status, 422, "{name}");
        assert!(got.body.contains("The name or the password is wrong"));
        assert!(
            !got.body.contains("<b>") && !got.body.contains("horse"),
            "{}",
            got.body
        );
    }
    for _ in 0..4 {
        assert_eq!(try_in(&serving, "sato", "wrong").status, 422);
    }
    // The clock stands still, so even the right password must wait; others need not.
    let got = try_in(&serving, "sato", "correct%20horse%201");
    assert_eq!(got.status, 429);
    assert!(got.head.contains("retry-after: 2"), "{}", got.head);
    add(&serving, "suzuki", &[Role::Reviewer]);
    sign_in(&serving, "suzuki");
    // No name that was only typed is written down.
    let store = Store::open(serving.dir.path()).unwrap();
    let said = store.audit().unwrap();
    let refused: Vec<&str> = said
        .iter()
        .filter(|r| r.what == "sign-in.refused")
        .map(|r| r.who.as_str())
        .collect();
    assert_eq!(refused.iter().filter(|who| **who == "sato").count(), 5);
    assert!(
        refused
            .iter()
            .all(|who| ["sato", "tanaka", "-"].contains(who))
    );
}

#[test]
fn the_form_to_sign_in_takes_no_foreign_or_forged_page() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    let (cookie, token) = door(&serving);
    let (_, other) = door(&serving);
    let host = serving.host();
    let body = |token: &str| format!("token={token}&name=sato&password=correct+horse+1");
    let right = body(&token);
    let post = |more: &str, body: &str| {
        serving.send(&format!(
            "POST /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    let session = format!("Cookie: {cookie}\r\n");
    for (status, more, body) in [
        (403, session.clone(), body("0")),
        (403, session.clone(), body(&other)),
        (403, String::new(), right.clone()),
        (
            403,
            format!("{session}Origin: http://evil.example\r\n"),
            right.clone(),
        ),
        (403, format!("{session}Origin: null\r\n"), right.clone()),
        (
            403,
            format!("{session}Sec-Fetch-Site: cross-site\r\n"),
            right.clone(),
        ),
        (
            413,
            session.clone(),
            format!("{right}{}", "x".repeat(1 << 20)),
        ),
        (
            303,
            format!("{session}Sec-Fetch-Site: same-origin\r\n"),
            right.clone(),
        ),
    ] {
        let got = post(&more, &body);
        assert!(
            got.status == status || (status == 413 && got.status == 0),
            "{more}: {}",
            got.head
        );
        assert!(status == 303 || !got.head.contains("location"));
    }
    let to = format!("{right}&to=//evil.example");
    let got = post(&session, &to);
    assert!(got.head.contains("location: /review\r\n"), "{}", got.head);
}

const GETS: [&str; 7] = [
    "/review",
    "/kinds",
    "/progress",
    "/audit",
    "/repair",
    "/sheet",
    "/books",
];
const POSTS: [&str; 6] = [
    "/review/next",
    "/review/answer",
    "/review/back",
    "/kinds/screen",
    "/repair/next",
    "/repair/read",
];

#[test]
fn a_role_reaches_its_own_pages_and_nothing_behind_the_others() {
    let serving = serve(ONE);
    for role in Role::ALL {
        add(&serving, role.name(), &[role]);
    }
    add(&serving, "nobody", &[]);
    // Reached: yes or no, in the order of the paths.
    let cases = [
        ("operator", "nnynnyy", "nnnnnn"),
        ("reviewer", "yyynyyy", "yyyyyy"),
        ("verifier", "ynynnyy", "yyynnn"),
        ("exporter", "nnynnny", "nnnnnn"),
        ("auditor", "nnyynyy", "nnnnnn"),
        ("form-editor", "nnnnnnn", "nnnnnn"),
        ("nobody", "nnnnnnn", "nnnnnn"),
    ];
    for (name, pages, deeds) in cases {
        let cookie = sign_in(&serving, name);
        for (path, reached) in GETS.iter().zip(pages.chars()) {
            let got = serving.get(path, &format!("Cookie: {cookie}\r\n"));
            assert_eq!(
                got.status == 200,
                reached == 'y',
                "{name} {path} {}",
                got.status
            );
            assert!(
                reached == 'y' || got.status == 403,
                "{name} {path} {}",
                got.status
            );
        }
        let window = anywhere(&serving, cookie);
        for (path, reached) in POSTS.iter().zip(deeds.chars()) {
            let got = window.post(path, "form=wish&field=wish&lease=x&question=1&answer=blank");
            assert_eq!(
                got.status != 403,
                reached == 'y',
                "{name} {path} {}",
                got.status
            );
        }
        assert_eq!(
            window.post("/review/leave", "").status == 204,
            deeds.starts_with('y')
        );
    }
    assert_eq!(value(&serving, "phone"), None);
}

/// A window of the first page that the person may open.
fn anywhere(serving: &Serving, cookie: String) -> Window<'_> {
    let own = format!("Cookie: {cookie}\r\n");
    let mut page = serving.get("/", &own);
    if page.status == 303 {
        page = serving.get(&between(&page.head, "location: ", "\r\n"), &own);
    }
    Window {
        serving,
        cookie,
        token: between(&page.body, "name=\"token\" content=\"", "\""),
        desk: "0".repeat(32),
    }
}

#[test]
fn who_is_disabled_or_has_a_new_password_is_out_at_once() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    let window = serving.window_of(&sign_in(&serving, "sato"));
    let given = window.next();
    change(&serving, "sato", Change::Active(false));
    assert_eq!(window.answer(&given, "answer=blank").status, 401);
    change(&serving, "sato", Change::Active(true));
    let hash = people::hash("sato", "another horse 2").unwrap();
    change(&serving, "sato", Change::Password(&hash));
    assert_eq!(window.answer(&given, "answer=blank").status, 401);
    assert_eq!(try_in(&serving, "sato", "correct%20horse%201").status, 422);
    change(&serving, "sato", Change::Roles(&[Role::Auditor]));
    let got = try_in(&serving, "sato", "another%20horse%202");
    assert!(got.head.contains("location: /progress\r\n"), "{}", got.head);
    assert_eq!(value(&serving, "phone"), None);
}

#[test]
fn a_picture_and_a_lease_are_of_use_to_nobody_else() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Reviewer]);
    add(&serving, "tanaka", &[Role::Reviewer]);
    let sato = serving.window_of(&sign_in(&serving, "sato"));
    let tanaka = serving.window_of(&sign_in(&serving, "tanaka"));
    let got = sato.post("/review/next", "");
    let given = (lease(&got), question(&got));
    for path in [
        format!("/picture/{}", given.0),
        format!("/card/{}", given.0),
    ] {
        assert_eq!(tanaka.get(&path).status, 410, "{path}");
        assert_ne!(sato.get(&path).status, 410, "{path}");
    }
    assert_eq!(tanaka.answer(&given, "answer=blank").status, 410);
    // Nor with the other's window.
    let stolen = Window {
        serving: &serving,
        cookie: tanaka.cookie.clone(),
        token: tanaka.token.clone(),
        desk: sato.desk.clone(),
    };
    assert_eq!(stolen.answer(&given, "answer=blank").status, 410);
    assert_eq!(stolen.post("/review/leave", "").status, 204);
    assert_eq!(sato.answer(&given, "answer=illegible").status, 200);
}

#[test]
fn the_auditor_sees_who_did_what_and_whether_the_chain_holds() {
    let serving = serve(ONE);
    add(&serving, "kanri", &[Role::Auditor]);
    let cookie = sign_in(&serving, "kanri");
    let page = |more: &str| {
        serving
            .get("/audit", &format!("Cookie: {cookie}{more}\r\n"))
            .body
    };
    let body = page("");
    assert!(body.contains("<td>people.add</td>"), "{body}");
    assert!(body.contains("The chain holds"), "{body}");
    assert!(page("; hagaki-lang=ja").contains("監査記録"));
    let db = rusqlite::Connection::open(serving.dir.path().join("hagaki.db")).unwrap();
    db.execute_batch("DROP TRIGGER audit_stays; UPDATE audit SET who = 'x' WHERE seq = 2")
        .unwrap();
    assert!(page("").contains("tampered with, first at row 2"));
}

#[test]
fn a_person_changes_his_own_password_and_his_other_windows_end() {
    let serving = serve(ONE);
    // Who works alone has none.
    assert_eq!(serving.get("/password", "").status, 403);
    add(&serving, "sato", &[Role::Exporter]);
    let (here, elsewhere) = (sign_in(&serving, "sato"), sign_in(&serving, "sato"));
    let got = serving.get("/password", &format!("Cookie: {here}\r\n"));
    assert_eq!(got.status, 200);
    let token = between(&got.body, "name=\"token\" content=\"", "\"");
    let say = |token: &str, old: &str, new: &str, again: &str| {
        let body = format!("token={token}&old={old}&new={new}&again={again}");
        send(&serving, ("/password", &here), &body)
    };
    let (old, new) = ("correct+horse+1", "battery+staple+2");
    for (status, token, old, new, again) in [
        (403, "0", old, new, new),
        (422, &token, "wrong", new, new),
        (422, &token, old, new, "other"),
        (422, &token, old, "short", "short"),
        (422, &token, old, "satosatosato", "satosatosato"),
    ] {
        let got = say(token, old, new, again);
        assert_eq!(got.status, status, "{new}: {}", got.body);
        assert!(got.body.contains("role=\"alert\""), "{}", got.body);
    }
    let got = say(&token, old, new, new);
    assert_eq!(got.status, 303, "{}", got.body);
    let fresh = between(&got.head, "set-cookie: ", ";");
    assert!(
        got.head.contains("location: /password?changed=1"),
        "{}",
        got.head
    );
    let open = |cookie: &str| {
        serving
            .get("/books", &format!("Cookie: {cookie}\r\n"))
            .status
    };
    assert_eq!(
        (open(&fresh), open(&here), open(&elsewhere)),
        (200, 303, 303)
    );
    assert_eq!(try_in(&serving, "sato", old).status, 422);
    assert_eq!(try_in(&serving, "sato", new).status, 303);
    let store = Store::open(serving.dir.path()).unwrap();
    let audit = store.audit().unwrap();
    let said = audit
        .iter()
        .find(|row| row.what == "people.password")
        .unwrap();
    assert_eq!(
        (said.who.as_str(), said.subject.as_str()),
        ("sato", "person sato")
    );
}

#[test]
fn an_open_window_is_no_place_to_guess_a_password() {
    let serving = serve(ONE);
    add(&serving, "sato", &[Role::Exporter]);
    let cookie = sign_in(&serving, "sato");
    let got = serving.get("/password", &format!("Cookie: {cookie}\r\n"));
    let token = between(&got.body, "name=\"token\" content=\"", "\"");
    let body = format!("token={token}&old=wrong&new=battery+staple+2&again=battery+staple+2");
    let tries: Vec<u16> = (0..12)
        .map(|_| send(&serving, ("/password", &cookie), &body).status)
        .collect();
    assert_eq!(tries[0], 422);
    assert_eq!(tries[11], 429, "{tries:?}");
}
