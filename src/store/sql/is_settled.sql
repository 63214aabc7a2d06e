SELECT 1
FROM outcomes o
JOIN readings r ON r.outcome_id = o.id AND r.field = ?2
WHERE o.page_id = ?1 AND o.current = 1 AND o.outcome = 'read' AND r.status <> 'question'
  AND NOT EXISTS (SELECT 1 FROM questions q
                  WHERE q.page_id = ?1 AND q.kind = 'field' AND q.field = ?2 AND q.state = 'open')
  AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.page_id = ?1 AND d.kind = 'page'
                  AND d.answer IN ('attachment', 'blank_page', 'returned', 'duplicate')
                  AND d.id = (SELECT max(x.id) FROM decisions x
                              WHERE x.page_id = ?1 AND x.kind = 'page'))
