SELECT d.field
FROM decisions d
WHERE d.page_id = ?1 AND d.kind = 'field' AND d.answer <> 'hold'
  AND d.id = (SELECT max(x.id) FROM decisions x
              WHERE x.page_id = d.page_id AND x.kind = d.kind AND x.field = d.field)
ORDER BY d.id
