SELECT name FROM files
WHERE status = 'quarantined' AND sha256 IS NULL AND reason <> ?1
ORDER BY id
