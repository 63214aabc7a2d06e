-- Several cards in one picture: each is a page of its own, a part of the picture.
CREATE TEMP TABLE old_pages AS SELECT * FROM pages;
DROP VIEW page;
DROP TABLE pages;
CREATE TABLE pages (
    id           INTEGER PRIMARY KEY,
    file_id      INTEGER NOT NULL REFERENCES files,
    page         INTEGER NOT NULL CHECK (page >= 0),
    part         INTEGER NOT NULL DEFAULT 0 CHECK (part >= 0),
    part_of      INTEGER REFERENCES pages,
    region       TEXT,
    pixel_sha256 TEXT    CHECK (length(pixel_sha256) = 64),
    lot_id       INTEGER REFERENCES lots,
    UNIQUE (file_id, page, part),
    CHECK ((part = 0) = (part_of IS NULL)),
    CHECK ((part = 0) = (region IS NULL))
) STRICT;
INSERT INTO pages (id, file_id, page, pixel_sha256, lot_id)
    SELECT id, file_id, page, pixel_sha256, lot_id FROM old_pages ORDER BY id;
DROP TABLE old_pages;
CREATE INDEX pages_pixels ON pages (pixel_sha256);
CREATE INDEX pages_lot ON pages (lot_id);
CREATE INDEX pages_part_of ON pages (part_of) WHERE part_of IS NOT NULL;

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
       CASE WHEN k.answer = 'value' THEN k.value WHEN k.answer IS NULL THEN o.key END AS key,
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

-- Into how many pages a person separated the picture.
ALTER TABLE outcomes ADD COLUMN parts INTEGER CHECK (parts >= 2);
