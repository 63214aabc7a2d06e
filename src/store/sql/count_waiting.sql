SELECT count(*) AS waiting,
       coalesce(sum(d.id IS NOT NULL AND d.why <> :undo), 0) AS held,
       coalesce(sum(EXISTS (
           SELECT 1 FROM leases l
           WHERE l.question_id = q.id AND l.until > :now AND l.desk <> :desk)), 0) AS elsewhere,
       coalesce(sum(CASE
           WHEN q.policy IN ('auto', 'single') OR q.entries = 0 THEN NOT :first
           ELSE NOT :verify OR EXISTS (
               SELECT 1 FROM entries e
               WHERE e.question_id = q.id AND e.who = :who AND e.answer <> 'withdrawn'
                 AND e.id = (SELECT max(x.id) FROM entries x
                             WHERE x.question_id = e.question_id AND x.who = e.who))
       END), 0) AS others
FROM questions q
JOIN outcomes o ON o.id = q.outcome_id
LEFT JOIN decisions d ON d.id = q.decision_id
WHERE q.state = 'open'
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:field IS NULL OR q.field = :field)
  AND (:form IS NULL OR o.form = :form)
  AND (:reason IS NULL OR q.reason = :reason)
