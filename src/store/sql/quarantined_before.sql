SELECT id FROM files
WHERE name = ?2 AND status = 'quarantined'
  AND (sha256 = ?1 OR (sha256 IS NULL AND (?1 IS NULL OR reason <> ?3)))
ORDER BY sha256 IS NULL, id LIMIT 1
