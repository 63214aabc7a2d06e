//! A child process records, and is killed, runs out of room, or finds the door locked.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::super::fixtures::*;
use super::super::*;
use crate::digest::Digest;
use crate::doubt::Reason;
use crate::pipeline::PageOutcome;

/// Tells a child where to record; without it the child's entry does nothing.
const CHILD: &str = "HAGAKI_TEST_STORE_CHILD";
const PAGES: u32 = 150;

fn page(number: u32) -> PageOutcome {
    match number % 10 {
        7 => rejected(Reason::UnknownForm),
        3 => card(
            &number.to_string(),
            &[("wish", "?yes"), ("phone", "0773"), ("name", "")],
        ),
        _ => card(
            &number.to_string(),
            &[("wish", "yes"), ("phone", "0773"), ("name", "佐藤")],
        ),
    }
}

fn record_from_where_it_stopped(
    dir: &Path,
    mut acknowledged: impl FnMut(u32),
) -> Result<(), StoreError> {
    let mut store = Store::open(dir)?;
    let mut run = begin(&store, false);
    let sha256 = Digest::of(b"in/a.tif");
    let file = NewFile {
        name: "in/a.tif",
        sha256,
        bytes: 9,
        pages: PAGES,
    };
    store.record_file(&mut run, &file)?;
    for number in 0..PAGES {
        let mut outcome = page(number);
        if let PageOutcome::Read(record) = &mut outcome {
            for field in &mut record.fields {
                field.crop.png = format!("{number} {}", field.verdict.field).into_bytes();
            }
        }
        let pixels = Digest::of(&number.to_le_bytes());
        store.record_page(&mut run, &origin("in/a.tif", number), &pixels, &outcome)?;
        acknowledged(number);
    }
    store.finish_run(&run, &at(NOON))
}

/// Not a test of its own: what the child processes below run.
#[test]
#[expect(
    clippy::print_stdout,
    reason = "the parent reads what was acknowledged"
)]
fn child() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    match record_from_where_it_stopped(Path::new(&dir), |n| println!("\nack {n}")) {
        Ok(()) => println!("\nend"),
        Err(e) => println!("\nerror {e:?}"),
    }
}

fn child_command(dir: &Path, shell: &str) -> Command {
    let mut command = Command::new("sh");
    let run = format!("{shell} exec \"$0\" --exact store::tests::crash::child --nocapture");
    command
        .arg("-c")
        .arg(run)
        .arg(std::env::current_exe().unwrap());
    command
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Reads what the child acknowledges until there are `enough`.
fn acknowledged(child: &mut Child, enough: u32) -> Option<u32> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acks = lines
        .map_while(Result::ok)
        .filter_map(|l| l.strip_prefix("ack ")?.parse().ok());
    let mut last = None;
    for ack in acks {
        last = Some(ack);
        if ack >= enough {
            break;
        }
    }
    last
}

/// Nothing half there: every page whole, every picture that a row names in its place.
fn check_whole(store: &Store) {
    let fine: String = store
        .db
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(fine, "ok");
    for row in store.pages().unwrap() {
        let readings = store.readings(row.id).unwrap();
        assert_eq!(
            readings.len(),
            if row.bucket == Bucket::Rejected { 0 } else { 3 }
        );
        for picture in readings.iter().filter_map(|r| r.crop).chain(row.picture) {
            let bytes = store.picture(&picture).unwrap();
            assert_eq!(Digest::of(&bytes), picture.sha256);
        }
    }
    assert_eq!(store.audit_break().unwrap(), None);
}

fn said(store: &Store) -> String {
    dump(store, &["runs", "audit", "outcomes.run_id", "files.run_id"])
        .lines()
        .filter(|l| !l.starts_with("runs:") && !l.starts_with("audit:"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let straight = tempfile::tempdir().unwrap();
    record_from_where_it_stopped(straight.path(), |_| ()).unwrap();
    let expected = said(&Store::open(straight.path()).unwrap());

    let dir = tempfile::tempdir().unwrap();
    for enough in [0, 3, 40, 41, 97, 120] {
        let mut child = child_command(dir.path(), "").spawn().unwrap();
        let last = acknowledged(&mut child, enough);
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(dir.path()).unwrap();
        check_whole(&store);
        let kept = store.pages().unwrap().len() as u32;
        assert!(
            last.is_some_and(|n| n < kept),
            "acknowledged {last:?}, kept {kept}"
        );
    }
    record_from_where_it_stopped(dir.path(), |_| ()).unwrap();
    let store = Store::open(dir.path()).unwrap();
    check_whole(&store);
    assert_eq!(said(&store), expected);
}

#[cfg(unix)]
#[test]
fn without_room_the_run_stops_and_goes_on_later() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    // 512-byte blocks: no file may pass 128 KiB; the write fails instead of killing.
    let limited = child_command(dir.path(), "trap '' XFSZ; ulimit -f 256;")
        .output()
        .unwrap();
    let said_by_child = String::from_utf8_lossy(&limited.stdout).into_owned();
    assert!(said_by_child.contains("error Full"), "{said_by_child}");
    let acks = said_by_child.matches("\nack ").count();
    assert!(acks > 0 && acks < PAGES as usize, "{acks}");
    let store = Store::open(dir.path()).unwrap();
    check_whole(&store);
    assert_eq!(store.pages().unwrap().len(), acks);
    drop(store);
    record_from_where_it_stopped(dir.path(), |_| ()).unwrap();
    assert_eq!(
        Store::open(dir.path()).unwrap().pages().unwrap().len(),
        PAGES as usize
    );
}

#[test]
fn a_full_database_says_so_and_keeps_what_it_has() {
    let (_dir, mut store) = store();
    let pages: i64 = store
        .db
        .pragma_query_value(None, "page_count", |r| r.get(0))
        .unwrap();
    store
        .db
        .pragma_update(None, "max_page_count", pages + 2)
        .unwrap();
    let mut run = begin(&store, false);
    let file = NewFile {
        name: "a",
        sha256: Digest::of(b"a"),
        bytes: 1,
        pages: 100,
    };
    store.record_file(&mut run, &file).unwrap();
    let full = (0..100).find_map(|n| {
        let pixels = Digest::of(&[n]);
        store
            .record_page(&mut run, &origin("a", n.into()), &pixels, &page(n.into()))
            .err()
    });
    assert!(matches!(full, Some(StoreError::Full { .. })), "{full:?}");
    check_whole(&store);
}

#[test]
fn a_locked_store_says_so() {
    let (dir, first) = store();
    first.db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut second = Store::open_waiting(dir.path(), Duration::from_millis(20)).unwrap();
    let mut run = begin(&second, false);
    let file = NewFile {
        name: "a",
        sha256: Digest::of(b"a"),
        bytes: 1,
        pages: 1,
    };
    let got = second.record_file(&mut run, &file);
    assert!(matches!(got, Err(StoreError::Locked { .. })), "{got:?}");
    assert_eq!(run.id(), None);
    first.db.execute_batch("ROLLBACK").unwrap();
    second.record_file(&mut run, &file).unwrap();
}

#[test]
fn a_store_held_alone_cannot_be_opened() {
    let (dir, first) = store();
    first
        .db
        .execute_batch("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE")
        .unwrap();
    let got = Store::open_waiting(dir.path(), Duration::from_millis(20));
    // Under WAL a reader gets in while nothing is being recovered; a writer never does.
    let locked = match got {
        Err(e) => e,
        Ok(mut second) => {
            let mut run = begin(&second, false);
            let file = NewFile {
                name: "a",
                sha256: Digest::of(b"a"),
                bytes: 1,
                pages: 1,
            };
            second.record_file(&mut run, &file).unwrap_err()
        }
    };
    assert!(matches!(locked, StoreError::Locked { .. }), "{locked:?}");
}

#[test]
fn what_is_not_ours_or_newer_is_refused() {
    let (dir, store) = store();
    store.db.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let newer = Store::open(dir.path()).unwrap_err();
    assert!(
        matches!(newer, StoreError::TooNew { found: 99, .. }),
        "{newer:?}"
    );
    let newer = Store::open_read_only(dir.path()).unwrap_err();
    assert!(matches!(newer, StoreError::TooNew { .. }), "{newer:?}");

    let other = tempfile::tempdir().unwrap();
    let db = Connection::open(other.path().join(DATABASE)).unwrap();
    db.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(db);
    assert!(matches!(
        Store::open(other.path()),
        Err(StoreError::Damaged { .. })
    ));

    let garbage = tempfile::tempdir().unwrap();
    fs::write(garbage.path().join(DATABASE), vec![b'x'; 5000]).unwrap();
    assert!(matches!(
        Store::open(garbage.path()),
        Err(StoreError::Damaged { .. })
    ));

    let nowhere = garbage.path().join("nowhere");
    assert!(matches!(
        Store::open(&nowhere),
        Err(StoreError::Missing { .. })
    ));
    assert!(matches!(
        Store::open_read_only(&nowhere),
        Err(StoreError::Missing { .. })
    ));
}

#[test]
fn a_read_only_store_can_be_looked_at_but_not_written() {
    let (dir, mut store) = store();
    let mut run = begin(&store, false);
    record_all(&mut store, &mut run, "a", &[card("1", &[])]);
    drop(store);
    let mut looking = Store::open_read_only(dir.path()).unwrap();
    assert_eq!(looking.pages().unwrap().len(), 1);
    let file = NewFile {
        name: "b",
        sha256: Digest::of(b"b"),
        bytes: 1,
        pages: 1,
    };
    let got = looking.record_file(&mut run, &file);
    assert!(matches!(got, Err(StoreError::ReadOnly { .. })), "{got:?}");
    drop(looking);

    let path = dir.path().join(DATABASE);
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    assert!(matches!(
        Store::open(dir.path()),
        Err(StoreError::ReadOnly { .. })
    ));
}
