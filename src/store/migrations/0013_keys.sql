-- A key that a person confirms, or puts on hold, is still the one that was read.
DROP VIEW page;
-- One row a page, in its bucket.
CREATE VIEW page AS
SELECT p.id AS page_id, CASE p.part WHEN 0 THEN f.name ELSE f.name || '#' || p.part END AS file,
       p.page, f.sha256, o.outcome,
       CASE
           WHEN o.reason = 'SEPARATED' THEN 'separated'
           WHEN o.outcome IN ('duplicate', 'separator') THEN o.outcome
           WHEN s.answer IN ('attachment', 'blank_page', 'returned', 'duplicate') THEN 'set_aside'
           WHEN o.outcome = 'rejected' THEN 'rejected'
           WHEN EXISTS (SELECT 1 FROM questions q WHERE q.page_id = p.id AND q.state = 'open')
               THEN 'review'
           WHEN o.role = 'batch-header' THEN 'header'
           ELSE 'read'
       END AS bucket,
       o.form, o.edition, o.side, o.role,
       CASE k.answer WHEN 'value' THEN k.value WHEN 'blank' THEN NULL ELSE o.key END AS key,
       o.key_symbology, o.separator, o.reason, s.answer AS set_aside_as, o.original_id,
       (SELECT count(*) FROM questions q WHERE q.page_id = p.id AND q.state = 'open')
           AS questions_open,
       o.id AS outcome_id, o.run_id, o.album_sha256, o.picture_sha256, p.part_of
FROM pages p
JOIN files f ON f.id = p.file_id
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
LEFT JOIN decisions s ON s.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = p.id AND x.kind = 'page' AND x.field = '')
LEFT JOIN decisions k ON k.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = p.id AND x.kind = 'key' AND x.field = '');
