SELECT q.id
FROM questions q
JOIN outcomes o ON o.id = q.outcome_id
LEFT JOIN decisions d ON d.id = q.decision_id
WHERE q.state = 'open'
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:field IS NULL OR q.field = :field)
  AND (:form IS NULL OR o.form = :form)
  AND (:reason IS NULL OR q.reason = :reason)
  -- What was taken back waits like what nobody answered yet.
  AND (d.id IS NOT NULL AND d.why <> :undo) = :held
  AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.question_id = q.id AND l.until > :now)
  -- Whoever spoke already is not asked again; what others spoke about needs a verifier.
  AND CASE
        WHEN q.policy IN ('auto', 'single') OR q.entries = 0 THEN :first
        ELSE :verify AND NOT EXISTS (
            SELECT 1 FROM entries e
            WHERE e.question_id = q.id AND e.who = :who AND e.answer <> 'withdrawn'
              AND e.id = (SELECT max(x.id) FROM entries x
                          WHERE x.question_id = e.question_id AND x.who = e.who))
      END
ORDER BY q.kind, q.field, q.id
LIMIT 1
