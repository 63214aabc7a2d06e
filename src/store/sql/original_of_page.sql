SELECT coalesce(o.original_id, p.id)
FROM files f
JOIN pages p ON p.file_id = f.copy_of
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
WHERE f.id = ?1 AND p.page = ?2 AND p.part = 0
