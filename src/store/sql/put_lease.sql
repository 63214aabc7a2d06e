INSERT INTO leases (question_id, token, desk, who, decision_id, entries, until)
SELECT id, :token, :desk, :who, decision_id, entries, :until FROM questions WHERE id = :question
ON CONFLICT (question_id) DO UPDATE SET
    token = excluded.token, desk = excluded.desk, who = excluded.who,
    decision_id = excluded.decision_id, entries = excluded.entries, until = excluded.until
