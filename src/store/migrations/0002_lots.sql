-- Lots, the day of receipt, and decisions taken again from stored readings.
ALTER TABLE runs ADD COLUMN redecide INTEGER NOT NULL DEFAULT 0 CHECK (redecide IN (0, 1));

-- What came in together: one day of receipt, one folder, one batch header sheet above it.
CREATE TABLE lots (
    id        INTEGER PRIMARY KEY,
    received  TEXT    NOT NULL CHECK (length(received) = 10),
    folder    TEXT    NOT NULL,
    header_id INTEGER REFERENCES pages
) STRICT;
CREATE UNIQUE INDEX lots_place ON lots (received, folder, coalesce(header_id, 0));

ALTER TABLE pages ADD COLUMN lot_id INTEGER REFERENCES lots;
CREATE INDEX pages_lot ON pages (lot_id);

-- The day that dates are held against, and whose raw measures were judged without pixels.
ALTER TABLE outcomes ADD COLUMN received TEXT CHECK (length(received) = 10);
ALTER TABLE outcomes ADD COLUMN redecided_from INTEGER REFERENCES outcomes;
CREATE INDEX decisions_key ON decisions (value) WHERE kind = 'key' AND answer = 'value';

-- What is there already: the day in Japan on which its run began; the folder in its file's name.
UPDATE outcomes SET received = (
    SELECT date(r.started_at, '+9 hours') FROM runs r WHERE r.id = outcomes.run_id);
CREATE TEMP TABLE old_pages AS
    SELECT p.id AS page_id, o.received,
           rtrim(rtrim(f.name, replace(f.name, '/', '')), '/') AS folder
    FROM pages p
    JOIN files f ON f.id = p.file_id
    JOIN outcomes o ON o.id = (SELECT min(x.id) FROM outcomes x WHERE x.page_id = p.id);
INSERT INTO lots (received, folder)
    SELECT received, folder FROM old_pages GROUP BY received, folder ORDER BY min(page_id);
UPDATE pages SET lot_id = (
    SELECT l.id FROM lots l
    JOIN old_pages n ON n.received = l.received AND n.folder = l.folder
    WHERE n.page_id = pages.id);
DROP TABLE old_pages;
