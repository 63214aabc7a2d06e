-- Files of which pages are not recorded. They wait while a run that began with the file or later did not
-- go to its end, and no run for new pages did after it.
SELECT f.name, f.sha256, f.pages - h.held AS missing,
       EXISTS (SELECT 1 FROM runs x
               WHERE x.id >= f.run_id AND x.finished_at IS NULL AND x.redecide = 0
                 AND NOT EXISTS (SELECT 1 FROM runs y
                                 WHERE y.id > x.id AND y.finished_at IS NOT NULL
                                   AND y.reread = 0 AND y.redecide = 0)) AS waits
FROM (SELECT g.id, (SELECT count(*) FROM pages p WHERE p.file_id = g.id AND p.part = 0) AS held
      FROM files g WHERE g.status = 'read') h
JOIN files f ON f.id = h.id
WHERE f.pages > h.held
ORDER BY f.id
