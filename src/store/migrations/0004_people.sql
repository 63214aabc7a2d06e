-- Who may sign in. Without a row the person at the computer works alone, under his own name.
CREATE TABLE people (
    name     TEXT    PRIMARY KEY CHECK (name <> ''),
    roles    TEXT    NOT NULL,
    password TEXT    NOT NULL CHECK (password LIKE '$argon2id$%'),
    active   INTEGER NOT NULL CHECK (active IN (0, 1)),
    epoch    INTEGER NOT NULL
) STRICT;
CREATE TRIGGER people_stay BEFORE DELETE ON people
BEGIN SELECT RAISE(ABORT, 'people are disabled, never taken out'); END;
