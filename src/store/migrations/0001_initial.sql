-- The first schema. Never edited once released; docs/schema.md explains every table.
PRAGMA application_id = 0x68676b69;

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    program     TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    reread      INTEGER NOT NULL CHECK (reread IN (0, 1)),
    started_at  TEXT    NOT NULL,
    finished_at TEXT
) STRICT;

-- One row a content and name: the same bytes under a second name are a second row with `copy_of`.
CREATE TABLE files (
    id      INTEGER PRIMARY KEY,
    run_id  INTEGER NOT NULL REFERENCES runs,
    name    TEXT    NOT NULL,
    sha256  TEXT    CHECK (length(sha256) = 64),
    bytes   INTEGER CHECK (bytes >= 0),
    pages   INTEGER NOT NULL CHECK (pages >= 0),
    status  TEXT    NOT NULL CHECK (status IN ('read', 'quarantined')),
    copy_of INTEGER REFERENCES files,
    reason  TEXT,
    detail  TEXT,
    CHECK ((status = 'quarantined') = (reason IS NOT NULL)),
    CHECK (status = 'quarantined' OR sha256 IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX files_content ON files (sha256, name);
CREATE UNIQUE INDEX files_unreadable ON files (name) WHERE sha256 IS NULL;
CREATE INDEX files_name ON files (name);

CREATE TABLE pages (
    id           INTEGER PRIMARY KEY,
    file_id      INTEGER NOT NULL REFERENCES files,
    page         INTEGER NOT NULL CHECK (page >= 0),
    pixel_sha256 TEXT    CHECK (length(pixel_sha256) = 64),
    UNIQUE (file_id, page)
) STRICT;
CREATE INDEX pages_pixels ON pages (pixel_sha256);

-- What the journey made of a page; a re-read adds a row and takes `current` over.
CREATE TABLE outcomes (
    id             INTEGER PRIMARY KEY,
    page_id        INTEGER NOT NULL REFERENCES pages,
    run_id         INTEGER NOT NULL REFERENCES runs,
    current        INTEGER NOT NULL CHECK (current IN (0, 1)),
    outcome        TEXT    NOT NULL
                   CHECK (outcome IN ('read', 'rejected', 'separator', 'duplicate')),
    original_id    INTEGER REFERENCES pages,
    form           TEXT,
    edition        INTEGER,
    form_digest    TEXT,
    side           TEXT,
    role           TEXT    CHECK (role IN ('reply', 'batch-header')),
    key            TEXT,
    key_symbology  TEXT,
    separator      TEXT,
    registration   TEXT,
    margin         TEXT,
    doubts         TEXT    NOT NULL,
    reason         TEXT,
    detail         TEXT,
    album_sha256   TEXT    CHECK (length(album_sha256) = 64),
    picture_sha256 TEXT    CHECK (length(picture_sha256) = 64),
    CHECK ((outcome = 'duplicate') = (original_id IS NOT NULL)),
    CHECK ((outcome = 'rejected') = (reason IS NOT NULL)),
    CHECK ((outcome = 'separator') = (separator IS NOT NULL)),
    CHECK (outcome <> 'read' OR (form IS NOT NULL AND edition IS NOT NULL
           AND form_digest IS NOT NULL AND side IS NOT NULL AND role IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX outcomes_current ON outcomes (page_id) WHERE current = 1;
CREATE INDEX outcomes_page ON outcomes (page_id);
CREATE INDEX outcomes_key ON outcomes (form, key) WHERE current = 1 AND key IS NOT NULL;

CREATE TABLE barcodes (
    outcome_id INTEGER NOT NULL REFERENCES outcomes,
    position   INTEGER NOT NULL,
    symbology  TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    corners    TEXT    NOT NULL,
    reader     TEXT    NOT NULL,
    PRIMARY KEY (outcome_id, position)
) STRICT, WITHOUT ROWID;

-- The machine's words. Never changed, only added.
CREATE TABLE readings (
    id          INTEGER PRIMARY KEY,
    outcome_id  INTEGER NOT NULL REFERENCES outcomes,
    position    INTEGER NOT NULL,
    field       TEXT    NOT NULL,
    engine      TEXT    NOT NULL,
    raw         TEXT    NOT NULL,
    status      TEXT    NOT NULL
                CHECK (status IN ('accepted', 'blank', 'question', 'not_applicable')),
    value       TEXT    NOT NULL,
    confidence  REAL    NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    doubts      TEXT    NOT NULL,
    crop_sha256 TEXT    CHECK (length(crop_sha256) = 64),
    UNIQUE (outcome_id, field)
) STRICT;

-- People's words. Never changed, only added; the latest of a subject holds.
CREATE TABLE decisions (
    id      INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages,
    kind    TEXT    NOT NULL CHECK (kind IN ('field', 'key', 'page')),
    field   TEXT    NOT NULL,
    answer  TEXT    NOT NULL
            CHECK (answer IN ('value', 'blank', 'illegible', 'hold', 'accept', 'attachment',
                              'blank_page', 'returned', 'duplicate')),
    value   TEXT,
    who     TEXT    NOT NULL CHECK (who <> ''),
    at      TEXT    NOT NULL,
    why     TEXT    NOT NULL,
    CHECK ((kind = 'field') = (field <> '')),
    CHECK ((answer = 'value') = (value IS NOT NULL))
) STRICT;
CREATE INDEX decisions_subject ON decisions (page_id, kind, field, id);

CREATE TABLE questions (
    id          INTEGER PRIMARY KEY,
    page_id     INTEGER NOT NULL REFERENCES pages,
    outcome_id  INTEGER NOT NULL REFERENCES outcomes,
    kind        TEXT    NOT NULL CHECK (kind IN ('field', 'key', 'page')),
    field       TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    doubts      TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'answered', 'superseded')),
    decision_id INTEGER REFERENCES decisions,
    CHECK ((kind = 'field') = (field <> '')),
    CHECK (state <> 'answered' OR decision_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX questions_open ON questions (page_id, kind, field) WHERE state = 'open';
CREATE INDEX questions_page ON questions (page_id, state);

CREATE TABLE recipients (
    key         TEXT PRIMARY KEY,
    columns     TEXT NOT NULL,
    status      TEXT NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE exports (
    seq       INTEGER PRIMARY KEY,
    at        TEXT    NOT NULL,
    who       TEXT    NOT NULL,
    form      TEXT    NOT NULL,
    profile   TEXT    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('full', 'delta', 'resend')),
    resend_of INTEGER REFERENCES exports,
    name      TEXT    NOT NULL UNIQUE,
    sha256    TEXT    NOT NULL CHECK (length(sha256) = 64),
    manifest  TEXT    NOT NULL,
    CHECK ((kind = 'resend') = (resend_of IS NOT NULL))
) STRICT;

CREATE TABLE exported_rows (
    seq          INTEGER NOT NULL REFERENCES exports,
    row          TEXT    NOT NULL,
    op           TEXT    NOT NULL CHECK (op IN ('A', 'U', 'D')),
    revision     INTEGER NOT NULL CHECK (revision >= 1),
    value_sha256 TEXT    NOT NULL CHECK (length(value_sha256) = 64),
    PRIMARY KEY (seq, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX exported_rows_row ON exported_rows (row, seq);

-- Who did what, chained: each hash covers the row and the hash before it. No field values.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    prev    TEXT NOT NULL CHECK (length(prev) = 64),
    hash    TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;

-- What is never changed cannot be changed.
CREATE TRIGGER readings_stay BEFORE UPDATE ON readings
BEGIN SELECT RAISE(ABORT, 'readings are added, never changed'); END;
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are added, never changed'); END;
CREATE TRIGGER exported_rows_stay BEFORE UPDATE ON exported_rows
BEGIN SELECT RAISE(ABORT, 'exports are added, never changed'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is added to, never changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is added to, never changed'); END;

-- One row a field of every page that counts: what holds now.
CREATE VIEW answer AS
SELECT o.page_id, o.form, o.edition, o.side, o.role, r.id AS reading_id, r.position, r.field,
       CASE
           WHEN d.answer IS NULL THEN r.status
           WHEN d.answer = 'hold' THEN 'question'
           WHEN d.answer = 'illegible' THEN 'illegible'
           ELSE 'decided'
       END AS status,
       CASE
           WHEN d.answer IS NULL AND r.status <> 'question' THEN r.value
           WHEN d.answer = 'value' THEN d.value
           WHEN d.answer = 'blank' THEN ''
       END AS value,
       r.value AS machine_value, r.status AS machine_status, r.confidence, r.crop_sha256,
       o.album_sha256,
       d.who AS decided_by, d.at AS decided_at
FROM outcomes o
JOIN readings r ON r.outcome_id = o.id
LEFT JOIN decisions d ON d.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = o.page_id AND x.kind = 'field' AND x.field = r.field)
WHERE o.current = 1 AND o.outcome = 'read';

-- One row a page, in its bucket.
CREATE VIEW page AS
SELECT p.id AS page_id, f.name AS file, p.page, f.sha256, o.outcome,
       CASE
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
       o.id AS outcome_id, o.run_id, o.album_sha256, o.picture_sha256
FROM pages p
JOIN files f ON f.id = p.file_id
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
LEFT JOIN decisions s ON s.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = p.id AND x.kind = 'page' AND x.field = '')
LEFT JOIN decisions k ON k.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = p.id AND x.kind = 'key' AND x.field = '');
