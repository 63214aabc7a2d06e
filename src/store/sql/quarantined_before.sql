SELECT id FROM files
WHERE name = ?2 AND status = 'quarantined' AND (sha256 IS NULL OR sha256 = ?1)
ORDER BY id LIMIT 1
