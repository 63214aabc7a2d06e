//! `hagaki people`, and answers that are signed with a password, through the program.

use std::io::Write as _;
use std::process::Stdio;

use crate::program::{self, Campaign, Said};

/// Runs the program with that text as its input.
pub(crate) fn with_input(campaign: &Campaign, args: &[&str], input: &str) -> Said {
    let mut command = campaign.command(args);
    command
        .env("USER", "op")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that fails early does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Adds a person whose password is the name and ` password 1`.
pub(crate) fn add(campaign: &Campaign, name: &str, roles: &str) {
    let args = ["people", "add", name, "--role", roles];
    let said = with_input(campaign, &args, &format!("{name} password 1\n"));
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn people_are_added_listed_changed_and_disabled() {
    let campaign = Campaign::new(&[]);
    let said = with_input(&campaign, &["people", "list"], "");
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    add(&campaign, "Sato", "reviewer,verifier");
    add(&campaign, "tanaka", "auditor");
    assert_eq!(
        with_input(&campaign, &["people", "disable", "tanaka"], "").code,
        0
    );
    let roles = [
        "people", "roles", "sato", "--role", "exporter", "--role", "operator",
    ];
    assert_eq!(with_input(&campaign, &roles, "").code, 0);
    let said = with_input(&campaign, &["--json", "people", "list"], "");
    assert_eq!(
        said.out,
        "{\"name\":\"sato\",\"roles\":[\"operator\",\"exporter\"],\"active\":true}\n\
         {\"name\":\"tanaka\",\"roles\":[\"auditor\"],\"active\":false}\n"
    );
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let mut all = db
        .prepare("SELECT who || ' ' || what FROM audit ORDER BY seq")
        .unwrap();
    let rows = all.query_map([], |r| r.get(0)).unwrap();
    let rows: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
    let said = [
        "op people.add",
        "op people.add",
        "op people.disable",
        "op people.roles",
    ];
    assert_eq!(rows, said);
}

#[test]
fn where_there_are_people_an_answer_is_signed_with_a_password() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let scans = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &scans.to_string_lossy()]).code, 0);
    let list = campaign.hagaki(&["--json", "review", "list"]);
    let question: serde_json::Value =
        serde_json::from_str(list.out.lines().next().unwrap()).unwrap();
    let id = question["id"].to_string();
    add(&campaign, "sato", "reviewer");
    add(&campaign, "tanaka", "auditor");
    let set = |name: &str, password: &str| {
        let args = [
            "--lang",
            "en",
            "review",
            "set",
            &id,
            "@illegible",
            "--by",
            name,
        ];
        with_input(&campaign, &args, password)
    };
    for (name, password, why) in [
        ("sato", "", "is wrong"),
        ("sato", "tanaka password 1\n", "is wrong"),
        ("op", "sato password 1\n", "is wrong"),
        ("tanaka", "tanaka password 1\n", "has no role"),
    ] {
        let said = set(name, password);
        assert_eq!(said.code, 2, "{name} {}", said.err);
        assert!(said.err.contains(why), "{name} {}", said.err);
    }
    let said = set("Sato", "sato password 1\n");
    assert_eq!(said.code, 0, "{}", said.err);
    let left = campaign.hagaki(&["--json", "review", "list"]);
    assert!(!left.out.contains(&format!("{{\"id\":{id},")));
}

#[test]
fn what_cannot_be_done_with_people_is_said_and_changes_nothing() {
    let campaign = Campaign::new(&[]);
    add(&campaign, "sato", "reviewer");
    let before = with_input(&campaign, &["--json", "people", "list"], "").out;
    for (args, input, why) in [
        (
            &["people", "add", "SATO", "--role", "auditor"][..],
            "some password\n",
            "is there already",
        ),
        (
            &["people", "add", "a b", "--role", "auditor"],
            "some password\n",
            "cannot be used",
        ),
        (
            &["people", "add", "x", "--role", "root"],
            "some password\n",
            "one of: operator,",
        ),
        (
            &["people", "add", "x", "--role", "auditor"],
            "short\n",
            "10 to 200",
        ),
        (
            &["people", "add", "x", "--role", "auditor"],
            "",
            "10 to 200",
        ),
        (
            &["people", "add", "suzuki", "--role", "auditor"],
            "suzuki-123\n",
            "more than the person's name",
        ),
        (
            &["people", "password", "nobody"],
            "some password\n",
            "there is nobody",
        ),
        (&["people", "disable", "nobody"], "", "there is nobody"),
        (&["people", "add", "x"], "", "--role"),
    ] {
        let mut all = vec!["--lang", "en"];
        all.extend(args);
        let said = with_input(&campaign, &all, input);
        assert_eq!(said.code, 2, "{args:?} {}", said.err);
        assert!(said.err.contains(why), "{args:?} {}", said.err);
        assert!(!said.err.contains("some password"));
    }
    let after = with_input(&campaign, &["--json", "people", "list"], "").out;
    assert_eq!(after, before);
}

#[test]
fn other_computers_are_served_only_with_people_and_under_tls() {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let scans = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &scans.to_string_lossy()]).code, 0);
    let everywhere = ["--lang", "en", "review", "--address", "0.0.0.0"];
    let said = campaign.hagaki(&everywhere);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(
        said.err.contains("only where people sign in"),
        "{}",
        said.err
    );
    add(&campaign, "sato", "reviewer");
    let said = campaign.hagaki(&everywhere);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("--init-tls"), "{}", said.err);

    let init = [
        "--lang",
        "en",
        "review",
        "--init-tls",
        "--name",
        "hagaki.example",
    ];
    let said = campaign.hagaki(&init);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("SHA-256 "), "{}", said.out);
    let again = campaign.hagaki(&init);
    assert_eq!(again.code, 2, "{}", again.err);
    let key = campaign.root().join("tls/key.pem");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    std::fs::write(&key, "nonsense").unwrap();
    let said = campaign.hagaki(&everywhere);
    assert_eq!(said.code, 3, "{}", said.err);
}

/// A card whose telephone number two people must key without seeing any other word.
pub(crate) fn doubly_keyed() -> Campaign {
    let campaign = Campaign::new(&["vaccine-intent"]);
    let form = campaign.root().join("forms/vaccine-intent/form.toml");
    let text = std::fs::read_to_string(&form).unwrap();
    let text = text.replace(
        "id = \"phone\"\n",
        "id = \"phone\"\npolicy = \"double_blind\"\n",
    );
    std::fs::write(&form, text).unwrap();
    let scans = program::samples().join("vaccine-intent/0002_answer.jpg");
    assert_eq!(campaign.hagaki(&["run", &scans.to_string_lossy()]).code, 0);
    campaign
}

/// The number of the question, and what the machine reads there.
pub(crate) fn phone_of(campaign: &Campaign) -> (String, String) {
    let db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    db.query_row(
        "SELECT q.id, r.value FROM questions q
         JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
         WHERE q.field = 'phone' AND q.policy = 'double_blind'",
        [],
        |r| Ok((r.get::<_, i64>(0)?.to_string(), r.get(1)?)),
    )
    .unwrap()
}

#[test]
fn double_entry_holds_in_the_terminal_too() {
    let campaign = doubly_keyed();
    let (id, machine) = phone_of(&campaign);
    assert!(machine.len() >= 10, "{machine}");
    for args in [
        &["--json", "review", "list"][..],
        &["--json", "review", "show", &id],
        &["review", "show", &id],
    ] {
        let said = campaign.hagaki(args);
        assert!(said.out.contains("BY_POLICY"), "{}", said.out);
        assert!(!said.out.contains(&machine), "{}", said.out);
    }
    let set = |who: &str, value: &str| {
        campaign.hagaki(&["--lang", "en", "review", "set", &id, value, "--by", who])
    };
    let first = set("sato", "0312345678");
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(
        first.err.contains("another person's word is awaited"),
        "{}",
        first.err
    );
    assert_eq!(set("tanaka", "0399998888").code, 0);
    let again = set("sato", "0399998888");
    assert_eq!(again.code, 2, "{}", again.err);
    assert!(
        again.err.contains("somebody else must look"),
        "{}",
        again.err
    );
    let shown = campaign
        .hagaki(&["--lang", "en", "review", "show", &id])
        .out;
    assert!(
        shown.contains("0312345678") && shown.contains("0399998888"),
        "{shown}"
    );
    assert!(!shown.contains(&machine), "{shown}");
    assert_eq!(set("suzuki", "0399998888").code, 0);
    let rows = campaign.hagaki(&["export", "--profile", "long"]);
    assert!(rows.out.contains("phone,0399998888,"), "{}", rows.out);
}
