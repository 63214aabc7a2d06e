-- A person's word may raise a question about a field that the machine had settled: it is open then.
ALTER TABLE questions ADD COLUMN raised_by INTEGER REFERENCES decisions;
DROP VIEW answer;
-- One row a field of every page that counts: what holds now.
CREATE VIEW answer AS
SELECT o.page_id, o.form, o.edition, o.side, o.role, r.id AS reading_id, r.position, r.field,
       CASE
           WHEN d.answer IS NULL AND q.id IS NOT NULL THEN 'question'
           WHEN d.answer IS NULL THEN r.status
           WHEN d.answer = 'hold' THEN 'question'
           WHEN d.answer = 'illegible' THEN 'illegible'
           ELSE 'decided'
       END AS status,
       CASE
           WHEN d.answer IS NULL AND q.id IS NULL AND r.status <> 'question' THEN r.value
           WHEN d.answer = 'value' THEN d.value
           WHEN d.answer = 'blank' THEN ''
       END AS value,
       r.value AS machine_value, r.status AS machine_status, r.confidence, r.crop_sha256,
       o.album_sha256,
       d.who AS decided_by, d.at AS decided_at
FROM outcomes o
JOIN readings r ON r.outcome_id = o.id
LEFT JOIN questions q ON q.page_id = o.page_id AND q.kind = 'field' AND q.field = r.field
    AND q.state = 'open'
LEFT JOIN decisions d ON d.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = o.page_id AND x.kind = 'field' AND x.field = r.field)
WHERE o.current = 1 AND o.outcome = 'read';
