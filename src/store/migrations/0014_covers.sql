-- The part of the side that a reading's picture shows without its margin, in millimetres, as JSON: x, y,
-- width, height. Empty in readings made before.
ALTER TABLE readings ADD COLUMN area TEXT;

-- Readings that may hold a My Number.
CREATE VIEW mynumber_suspect AS
SELECT r.outcome_id, r.field, r.area
FROM readings r
WHERE EXISTS (SELECT 1 FROM json_each(r.doubts) d
              WHERE d.value ->> 'reason' = 'MYNUMBER_SUSPECT');

-- Who uncovered such a field of a page, and may look at it from then on.
CREATE TABLE uncoverings (
    page_id INTEGER NOT NULL REFERENCES pages,
    field   TEXT    NOT NULL CHECK (field <> ''),
    who     TEXT    NOT NULL CHECK (who <> ''),
    at      TEXT    NOT NULL,
    PRIMARY KEY (page_id, field, who)
) STRICT;
CREATE TRIGGER uncoverings_stay BEFORE UPDATE ON uncoverings
BEGIN SELECT RAISE(ABORT, 'uncoverings are added, never changed'); END;
