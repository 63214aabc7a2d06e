SELECT o.form, q.field, q.kind, q.reason, count(*) AS waiting,
       count(*) FILTER (WHERE d.id IS NOT NULL AND d.why <> :undo) AS held
FROM questions q
JOIN outcomes o ON o.id = q.outcome_id
LEFT JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
LEFT JOIN decisions d ON d.id = q.decision_id
WHERE q.state = 'open'
GROUP BY o.form, q.kind, q.field, q.reason
ORDER BY o.form IS NULL, o.form, q.kind, min(r.position), q.field, waiting DESC, q.reason
