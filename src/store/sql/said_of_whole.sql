-- What people said of a picture while it was one page, as far as this part of it has the same.
SELECT d.kind, d.field
FROM decisions d
JOIN outcomes w ON w.id = :outcome AND w.outcome = 'read'
JOIN outcomes o ON o.page_id = :part AND o.current = 1 AND o.form = w.form AND o.side = w.side
WHERE d.page_id = :whole AND d.kind IN ('field', 'key') AND d.answer <> 'hold'
  AND d.id = (SELECT max(x.id) FROM decisions x
              WHERE x.page_id = d.page_id AND x.kind = d.kind AND x.field = d.field)
  AND (d.kind = 'key'
       OR EXISTS (SELECT 1 FROM readings r WHERE r.outcome_id = o.id AND r.field = d.field))
ORDER BY d.id
