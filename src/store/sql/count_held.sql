SELECT count(*)
FROM questions q
JOIN decisions d ON d.id = q.decision_id
JOIN outcomes o ON o.id = q.outcome_id
WHERE q.state = 'open' AND q.decision_id IS NOT NULL
  AND d.why <> :undo
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:field IS NULL OR q.field = :field)
  AND (:form IS NULL OR o.form = :form)
  AND (:reason IS NULL OR q.reason = :reason)
