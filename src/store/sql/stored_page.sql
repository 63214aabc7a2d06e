SELECT o.*, o.id AS outcome_id, f.name AS file, f.sha256, p.page
FROM outcomes o
JOIN pages p ON p.id = o.page_id
JOIN files f ON f.id = p.file_id
WHERE o.page_id = ?1 AND o.current = 1 AND o.outcome = 'read'
