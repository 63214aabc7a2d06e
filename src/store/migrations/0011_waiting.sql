-- How many questions are open, by what people choose from. It is said with every answer, so it is
-- counted as they come and go.
CREATE TABLE waiting (
    kind   TEXT    NOT NULL,
    field  TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    form   TEXT    NOT NULL,
    open   INTEGER NOT NULL CHECK (open >= 0),
    PRIMARY KEY (kind, field, reason, form)
) STRICT, WITHOUT ROWID;
INSERT INTO waiting
    SELECT q.kind, q.field, q.reason, coalesce(o.form, ''), count(*)
    FROM questions q JOIN outcomes o ON o.id = q.outcome_id
    WHERE q.state = 'open' GROUP BY 1, 2, 3, 4;
CREATE TRIGGER waiting_begins AFTER INSERT ON questions WHEN new.state = 'open'
BEGIN
    INSERT INTO waiting
        SELECT new.kind, new.field, new.reason, coalesce(o.form, ''), 1
        FROM outcomes o WHERE o.id = new.outcome_id
        ON CONFLICT DO UPDATE SET open = open + 1;
END;
CREATE TRIGGER waiting_changes AFTER UPDATE OF state ON questions
WHEN (old.state = 'open') <> (new.state = 'open')
BEGIN
    INSERT INTO waiting
        SELECT new.kind, new.field, new.reason, coalesce(o.form, ''), 1
        FROM outcomes o WHERE o.id = new.outcome_id AND new.state = 'open'
        ON CONFLICT DO UPDATE SET open = open + 1;
    UPDATE waiting SET open = open - 1
        WHERE new.state <> 'open' AND kind = new.kind AND field = new.field
          AND reason = new.reason
          AND form = (SELECT coalesce(o.form, '') FROM outcomes o WHERE o.id = new.outcome_id);
END;
