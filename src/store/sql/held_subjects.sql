SELECT d.kind, d.field
FROM decisions d
WHERE d.page_id = ?1 AND d.answer = 'hold'
  AND d.id = (SELECT max(x.id) FROM decisions x
              WHERE x.page_id = d.page_id AND x.kind = d.kind AND x.field = d.field)
  AND EXISTS (SELECT 1 FROM outcomes o WHERE o.id = ?2 AND o.outcome IN ('read', 'rejected')
              AND (d.kind = 'page' OR o.outcome = 'read'))
  -- A page whose answer was taken back waits only for what its reading asks.
  AND NOT (d.kind = 'page' AND d.why = 'undo')
  AND (d.kind <> 'field'
       OR EXISTS (SELECT 1 FROM readings r WHERE r.outcome_id = ?2 AND r.field = d.field))
ORDER BY d.id
