//! The schema's steps: `user_version` counts how many ran. An entry is never changed or removed.

use rusqlite::{Connection, TransactionBehavior};

/// In order; the position is the version.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_lots.sql"),
    include_str!("migrations/0003_leases.sql"),
    include_str!("migrations/0004_people.sql"),
    include_str!("migrations/0005_entries.sql"),
    include_str!("migrations/0006_rechecks.sql"),
    include_str!("migrations/0007_samples.sql"),
    include_str!("migrations/0008_hints.sql"),
    include_str!("migrations/0009_calibrations.sql"),
    include_str!("migrations/0010_parts.sql"),
    include_str!("migrations/0011_waiting.sql"),
    include_str!("migrations/0012_streaks.sql"),
    include_str!("migrations/0013_keys.sql"),
    include_str!("migrations/0014_covers.sql"),
];

/// The schema this program writes.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Written into the file's header: `hgki`.
pub(super) const APPLICATION_ID: i64 = 0x6867_6b69;

/// What a file's header says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// Nothing in it yet.
    Empty,
    /// Ours, of this version.
    Ours(i64),
    /// Somebody else's.
    Foreign,
}

pub(super) fn header(db: &Connection) -> rusqlite::Result<Header> {
    let version: i64 = db.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let application: i64 = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    Ok(match (application, version, tables) {
        (APPLICATION_ID, _, _) => Header::Ours(version),
        (0, 0, 0) => Header::Empty,
        _ => Header::Foreign,
    })
}

/// Runs what has not run yet, all in one exclusive transaction.
pub(super) fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    migrate_with(db, MIGRATIONS)
}

/// A step may make a table anew that others refer to, so references are held against each other once
/// all steps ran.
fn migrate_with(db: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let enforced: bool = db.pragma_query_value(None, "foreign_keys", |r| r.get(0))?;
    db.pragma_update(None, "foreign_keys", false)?;
    let ran = run(db, steps);
    db.pragma_update(None, "foreign_keys", enforced)?;
    ran
}

fn run(db: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let done: i64 = tx.pragma_query_value(None, "user_version", |r| r.get(0))?;
    for (at, step) in steps
        .iter()
        .enumerate()
        .skip(usize::try_from(done).unwrap_or(0))
    {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", at as i64 + 1)?;
    }
    if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    }
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(header(&db), Ok(Header::Empty));
        migrate(&mut db).unwrap();
        migrate(&mut db).unwrap();
        assert_eq!(header(&db), Ok(Header::Ours(KNOWN)));
    }

    /// A store of the first schema, with two nights of pages in two folders.
    const OLD: &str = "
        INSERT INTO runs (id, program, who, reread, started_at)
        VALUES (1, 'hagaki 0', 'op', 0, '2024-05-01T14:59:59Z'),
               (2, 'hagaki 0', 'op', 0, '2024-05-01T15:00:00Z');
        INSERT INTO files (id, run_id, name, sha256, bytes, pages, status)
        SELECT value, 1, 'in/box ' || (value % 2) || '/' || value || '.tif',
               printf('%064d', value), 1, 1, 'read' FROM json_each('[1,2,3]')
        UNION ALL SELECT 4, 2, '4.tif', printf('%064d', 4), 1, 1, 'read';
        INSERT INTO pages (id, file_id, page) SELECT id + 10, id, 0 FROM files;
        INSERT INTO outcomes (page_id, run_id, current, outcome, doubts, reason)
        SELECT p.id, f.run_id, 1, 'rejected', '[]', 'UNKNOWN_FORM'
        FROM pages p JOIN files f ON f.id = p.file_id";

    #[test]
    fn what_is_there_already_gets_its_lot_and_its_day() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate_with(&mut db, &MIGRATIONS[..1]).unwrap();
        db.execute_batch(OLD).unwrap();
        migrate(&mut db).unwrap();
        assert_eq!(header(&db), Ok(Header::Ours(KNOWN)));
        let mut all = db
            .prepare(
                "SELECT p.id || ' ' || l.id || ' ' || l.received || ' ' || l.folder || ' '
                        || o.received
                 FROM pages p JOIN lots l ON l.id = p.lot_id JOIN outcomes o ON o.page_id = p.id
                 ORDER BY p.id",
            )
            .unwrap();
        let rows = all.query_map([], |r| r.get(0)).unwrap();
        let rows: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
        assert_eq!(
            rows,
            [
                "11 1 2024-05-01 in/box 1 2024-05-01",
                "12 2 2024-05-01 in/box 0 2024-05-01",
                "13 1 2024-05-01 in/box 1 2024-05-01",
                "14 3 2024-05-02  2024-05-02",
            ]
        );
    }

    #[test]
    fn a_table_made_anew_keeps_its_rows_and_what_refers_to_them() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "foreign_keys", true).unwrap();
        migrate_with(&mut db, &MIGRATIONS[..9]).unwrap();
        db.execute_batch(OLD).unwrap();
        let pages = "SELECT group_concat(id || ' ' || file_id || ' ' || page) FROM pages";
        let rows = |db: &Connection| db.query_row(pages, [], |r| r.get::<_, String>(0)).unwrap();
        let before = rows(&db);
        migrate(&mut db).unwrap();
        assert_eq!(rows(&db), before);
        let seen: i64 = db
            .query_row(
                "SELECT count(*) FROM page WHERE bucket = 'rejected'",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(seen, 4);
        // References are held from then on as before.
        assert!(db.execute_batch("DELETE FROM pages WHERE id = 11").is_err());
        let twice = "INSERT INTO pages (file_id, page) SELECT file_id, page FROM pages";
        assert!(db.execute_batch(twice).is_err());
    }

    #[test]
    fn a_failing_step_leaves_the_version_before_it() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate_with(&mut db, &MIGRATIONS[..1]).unwrap();
        let steps = [MIGRATIONS[0], "CREATE TABLE extra (x) STRICT; nonsense"];
        assert!(migrate_with(&mut db, &steps).is_err());
        assert_eq!(header(&db), Ok(Header::Ours(1)));
        let extra: i64 = db
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(extra, 0);
    }
}
