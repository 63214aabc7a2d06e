-- What may be a My Number is looked at by itself.
SELECT o.form, q.field, count(*) AS waiting,
       count(*) FILTER (WHERE r.value <> '' AND r.crop_sha256 IS NOT NULL AND s.field IS NULL)
           AS groupable,
       count(DISTINCT nullif(r.value, '')) FILTER (WHERE s.field IS NULL) AS kinds
FROM questions q
JOIN outcomes o ON o.id = q.outcome_id
JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
LEFT JOIN mynumber_suspect s ON s.outcome_id = q.outcome_id AND s.field = q.field
LEFT JOIN decisions d ON d.id = q.decision_id
WHERE q.state = 'open' AND q.kind = 'field' AND q.policy IN ('auto', 'single') AND (d.id IS NULL OR d.why = :undo)
GROUP BY o.form, q.field
ORDER BY o.form, min(r.position), q.field
