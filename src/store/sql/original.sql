SELECT f.name, f.sha256, p.page, p.region, o.received, o.hints
FROM outcomes o
JOIN pages p ON p.id = o.page_id
JOIN files f ON f.id = p.file_id
WHERE o.page_id = ?1 AND o.current = 1 AND o.outcome IN ('read', 'rejected') AND o.parts IS NULL
