SELECT count(*) AS waiting,
       coalesce(sum(d.id IS NOT NULL AND d.why <> :undo), 0) AS held,
       (SELECT count(*) FROM leases l JOIN questions x ON x.id = l.question_id
        WHERE l.until > :now AND x.state = 'open' AND l.desk <> :desk) AS elsewhere
FROM questions q
JOIN outcomes o ON o.id = q.outcome_id
LEFT JOIN decisions d ON d.id = q.decision_id
WHERE q.state = 'open'
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:field IS NULL OR q.field = :field)
  AND (:form IS NULL OR o.form = :form)
  AND (:reason IS NULL OR q.reason = :reason)
