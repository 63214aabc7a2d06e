-- Words of people who must not see each other's, before a decision is made of them.
CREATE TABLE entries (
    id          INTEGER PRIMARY KEY,
    question_id INTEGER NOT NULL REFERENCES questions,
    answer      TEXT    NOT NULL CHECK (answer IN ('value', 'blank', 'illegible', 'withdrawn')),
    value       TEXT,
    who         TEXT    NOT NULL CHECK (who <> ''),
    at          TEXT    NOT NULL,
    CHECK ((answer = 'value') = (value IS NOT NULL))
) STRICT;
CREATE INDEX entries_question ON entries (question_id, who, id);
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are added, never changed'); END;

-- By which policy a question is asked, and how many entries stand.
ALTER TABLE questions ADD COLUMN policy TEXT NOT NULL DEFAULT 'auto'
    CHECK (policy IN ('auto', 'single', 'double', 'double_blind'));
ALTER TABLE questions ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
-- How many stood when the question was given.
ALTER TABLE leases ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
