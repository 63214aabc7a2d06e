-- Thresholds learnt from the campaign's own decisions. The latest calibration holds, whole.
CREATE TABLE calibrations (
    id         INTEGER PRIMARY KEY,
    at         TEXT    NOT NULL,
    who        TEXT    NOT NULL CHECK (who <> ''),
    cause      TEXT    NOT NULL CHECK (cause IN ('decisions', 'shift', 'withdrawn')),
    each_field INTEGER NOT NULL CHECK (each_field IN (0, 1)),
    last_page  INTEGER NOT NULL
) STRICT;
CREATE TABLE calibrated_groups (
    calibration_id INTEGER NOT NULL REFERENCES calibrations,
    position       INTEGER NOT NULL,
    form           TEXT    NOT NULL,
    engine         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    fields         TEXT    NOT NULL,
    target         REAL    NOT NULL,
    accept_from    REAL,
    standing       TEXT    NOT NULL
                   CHECK (standing IN ('proven', 'unproven', 'missed', 'shifted')),
    at_most        REAL    NOT NULL,
    known          INTEGER NOT NULL,
    wrong          INTEGER NOT NULL,
    spread         TEXT    NOT NULL,
    PRIMARY KEY (calibration_id, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER calibrations_stay BEFORE UPDATE ON calibrations
BEGIN SELECT RAISE(ABORT, 'calibrations are added, never changed'); END;
CREATE TRIGGER calibrated_groups_stay BEFORE UPDATE ON calibrated_groups
BEGIN SELECT RAISE(ABORT, 'calibrations are added, never changed'); END;
