SELECT p.id
FROM pages p
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
WHERE p.pixel_sha256 = ?1 AND o.outcome = 'read' AND o.role = 'reply'
ORDER BY p.id LIMIT 1
