SELECT id FROM files
WHERE sha256 = ?1 AND name <> ?2 AND status = ?3 AND copy_of IS NULL
ORDER BY id LIMIT 1
