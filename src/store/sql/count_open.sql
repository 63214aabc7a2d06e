SELECT count(*)
FROM questions q
WHERE q.state = 'open'
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:field IS NULL OR q.field = :field)
  AND (:reason IS NULL OR q.reason = :reason)
  AND (:form IS NULL
       OR EXISTS (SELECT 1 FROM outcomes o WHERE o.id = q.outcome_id AND o.form = :form))
