-- Who sits before which question, and what the review page looks for.
CREATE TABLE leases (
    question_id INTEGER PRIMARY KEY REFERENCES questions,
    token       TEXT NOT NULL UNIQUE CHECK (length(token) = 32),
    desk        TEXT NOT NULL,
    who         TEXT NOT NULL CHECK (who <> ''),
    decision_id INTEGER REFERENCES decisions,
    until       TEXT NOT NULL
) STRICT;
CREATE INDEX leases_desk ON leases (desk);
CREATE INDEX questions_waiting ON questions (kind, field, id) WHERE state = 'open';
CREATE INDEX decisions_who ON decisions (who, id);
