SELECT p.lot_id, count(*) AS n, count(*) FILTER (WHERE o.outcome = 'rejected') AS rejected
FROM pages p
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
WHERE p.lot_id IS NOT NULL AND o.parts IS NULL
  AND (o.outcome = 'rejected' OR (o.outcome = 'read' AND o.role = 'reply'))
GROUP BY p.lot_id ORDER BY p.lot_id
