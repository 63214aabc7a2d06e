-- The commonest value first, so that a screen shows as many alike as there are.
WITH waiting AS (
    SELECT q.id, r.value, count(*) OVER (PARTITION BY r.value) AS alike
    FROM questions q
    JOIN outcomes o ON o.id = q.outcome_id
    JOIN readings r ON r.outcome_id = q.outcome_id AND r.field = q.field
    LEFT JOIN decisions d ON d.id = q.decision_id
    WHERE q.state = 'open' AND q.kind = 'field' AND q.policy IN ('auto', 'single') AND q.field = :field AND o.form = :form
      AND r.value <> '' AND r.crop_sha256 IS NOT NULL
      -- A covered field is looked at by itself.
      AND NOT EXISTS (SELECT 1 FROM mynumber_suspect s
                      WHERE s.outcome_id = q.outcome_id AND s.field = q.field)
      AND (d.id IS NULL OR d.why = :undo)
      AND NOT EXISTS (SELECT 1 FROM json_each(:but) b WHERE b.value = q.id)
      AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.question_id = q.id AND l.until > :now)
)
SELECT id, value FROM waiting ORDER BY alike DESC, value, id LIMIT :limit
