-- Every part of a picture that is no picture of several cards itself.
SELECT p.id, p.region, o.hints
FROM pages w
JOIN files f ON f.id = w.file_id
JOIN outcomes s ON s.page_id = w.id AND s.current = 1 AND s.parts IS NOT NULL
JOIN pages p ON p.file_id = w.file_id AND p.page = w.page AND p.part > 0
JOIN outcomes o ON o.page_id = p.id AND o.current = 1 AND o.parts IS NULL
WHERE f.sha256 = ?1 AND f.name = ?2 AND w.page = ?3 AND w.part = 0
ORDER BY p.id
