-- Random checks of what the machine accepted.
CREATE TABLE samples (
    id         INTEGER PRIMARY KEY,
    at         TEXT    NOT NULL,
    who        TEXT    NOT NULL CHECK (who <> ''),
    seed       INTEGER NOT NULL,
    form       TEXT,
    field      TEXT,
    lot_id     INTEGER REFERENCES lots,
    population INTEGER NOT NULL,
    size       INTEGER NOT NULL CHECK (size BETWEEN 1 AND population)
) STRICT;
CREATE TABLE sample_fields (
    sample_id  INTEGER NOT NULL REFERENCES samples,
    position   INTEGER NOT NULL,
    reading_id INTEGER NOT NULL REFERENCES readings,
    PRIMARY KEY (sample_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX sample_fields_reading ON sample_fields (reading_id);
CREATE TRIGGER samples_stay BEFORE UPDATE ON samples
BEGIN SELECT RAISE(ABORT, 'samples are added, never changed'); END;
CREATE TRIGGER sample_fields_stay BEFORE UPDATE ON sample_fields
BEGIN SELECT RAISE(ABORT, 'samples are added, never changed'); END;
