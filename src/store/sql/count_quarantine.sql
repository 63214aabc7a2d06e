SELECT f.reason, count(*)
FROM files f
WHERE f.status = 'quarantined' AND f.copy_of IS NULL AND f.reason <> 'SEEN_AGAIN'
  AND NOT EXISTS (SELECT 1 FROM files g WHERE g.name = f.name AND g.id > f.id
                  AND g.status = 'read')
GROUP BY f.reason ORDER BY f.reason
