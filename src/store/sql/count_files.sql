SELECT count(*) FILTER (WHERE status = 'read' AND copy_of IS NULL) AS read,
       count(*) FILTER (WHERE copy_of IS NOT NULL) AS copies,
       count(*) FILTER (WHERE status = 'quarantined' AND copy_of IS NULL AND NOT later) AS quarantined,
       count(*) FILTER (WHERE status = 'quarantined' AND copy_of IS NULL AND later) AS replaced,
       coalesce(sum(pages), 0) AS pages_declared,
       (SELECT coalesce(sum(parts), 0) FROM outcomes) AS parts_declared,
       (SELECT count(*) FROM pages) AS pages_recorded
FROM (SELECT f.*, f.reason IS 'SEEN_AGAIN'
                  OR EXISTS (SELECT 1 FROM files g WHERE g.name = f.name AND g.id > f.id
                             AND g.status = 'read') AS later
      FROM files f)
