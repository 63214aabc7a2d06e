-- What the machine vouches for and nobody looked at.
SELECT r.id AS reading_id, o.page_id, o.id AS outcome_id, r.field
FROM outcomes o
JOIN readings r ON r.outcome_id = o.id
JOIN pages p ON p.id = o.page_id
WHERE o.current = 1 AND o.outcome = 'read' AND o.role = 'reply'
  AND r.status IN ('accepted', 'blank')
  AND (:form IS NULL OR o.form = :form)
  AND (:field IS NULL OR r.field = :field)
  AND (:lot IS NULL OR p.lot_id = :lot)
  -- Pages that were there at that time.
  AND (:before IS NULL OR julianday((SELECT min(u.started_at) FROM outcomes f
                                     JOIN runs u ON u.id = f.run_id WHERE f.page_id = p.id))
                          <= julianday(:before))
  AND NOT EXISTS (SELECT 1 FROM decisions d
                  WHERE d.page_id = o.page_id AND d.kind = 'field' AND d.field = r.field)
  AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.page_id = o.page_id AND q.kind = 'field'
                  AND q.field = r.field AND q.state = 'open')
  AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.page_id = o.page_id AND d.kind = 'page'
                  AND d.answer IN ('attachment', 'blank_page', 'returned', 'duplicate')
                  AND d.id = (SELECT max(x.id) FROM decisions x
                              WHERE x.page_id = o.page_id AND x.kind = 'page'))
ORDER BY r.id
