SELECT r.*, o.album_sha256, o.current, runs.program
FROM outcomes o
JOIN readings r ON r.outcome_id = o.id
JOIN runs ON runs.id = o.run_id
WHERE o.page_id = ?1
ORDER BY o.id, r.position
