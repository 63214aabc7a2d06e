SELECT p.id, f.name
FROM pages p
JOIN files f ON f.id = p.file_id
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
WHERE o.outcome = 'read' AND (?1 IS NULL OR o.form = ?1)
ORDER BY p.id
