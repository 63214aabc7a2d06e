-- The parts of a separated page, as long as they are that page's.
SELECT p.id
FROM outcomes o
JOIN pages p ON p.part_of = o.page_id
WHERE o.page_id = ?1 AND o.current = 1
  AND EXISTS (SELECT 1 FROM outcomes x WHERE x.page_id = p.id AND x.run_id = o.run_id)
ORDER BY p.id
