//! Many questions from few scans: a page that asks is copied in the database, pictures and all, so
//! that a test of thousands reads no thousands of pages.

use crate::program::Campaign;

const COPY: &str = "
    CREATE TEMP TABLE chosen AS
        SELECT q.page_id, q.outcome_id FROM questions q
        JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
        WHERE q.state = 'open' AND q.field = :field AND r.value <> '' ORDER BY q.id LIMIT 1;
    CREATE TEMP TABLE n AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        SELECT i + 1000000 AS id FROM n;
    INSERT INTO pages (id, file_id, page, lot_id)
        SELECT n.id, p.file_id, n.id, p.lot_id
        FROM n, chosen c JOIN pages p ON p.id = c.page_id;
    INSERT INTO outcomes (id, page_id, run_id, current, outcome, form, edition, form_digest, side,
                          role, registration, margin, doubts, received, album_sha256,
                          picture_sha256)
        SELECT n.id, n.id, o.run_id, 1, o.outcome, o.form, o.edition, o.form_digest, o.side,
               o.role, o.registration, o.margin, o.doubts, o.received, o.album_sha256,
               o.picture_sha256
        FROM n, chosen c JOIN outcomes o ON o.id = c.outcome_id;
    INSERT INTO readings (outcome_id, position, field, engine, raw, status, value, confidence,
                          doubts, crop_sha256)
        SELECT n.id, r.position, r.field, r.engine, r.raw, r.status, r.value, r.confidence,
               r.doubts, r.crop_sha256
        FROM n, chosen c JOIN readings r ON r.outcome_id = c.outcome_id;
    INSERT INTO questions (page_id, outcome_id, kind, field, reason, doubts, state)
        SELECT n.id, n.id, q.kind, q.field, q.reason, q.doubts, 'open'
        FROM n, chosen c JOIN questions q ON q.outcome_id = c.outcome_id
        WHERE q.field = :field;";

/// Adds so many copies of a page with an open question on that field, which has a proposal. Only
/// that question is copied.
pub(crate) fn copy_question(campaign: &Campaign, field: &str, count: u32) {
    let mut db = rusqlite::Connection::open(campaign.root().join("hagaki.db")).unwrap();
    let tx = db.transaction().unwrap();
    let sql = COPY
        .replace(":field", &format!("'{field}'"))
        .replace(":count", &count.to_string());
    tx.execute_batch(&sql).unwrap();
    tx.commit().unwrap();
}
