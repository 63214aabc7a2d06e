SELECT k.form, k.side, k.n, p.file, p.page, k.last_run
FROM (SELECT form, side, count(*) AS n, min(page_id) AS first, max(run_id) AS last_run
      FROM page
      WHERE role = 'reply' AND key IS NOT NULL AND bucket IN ('read', 'review')
      GROUP BY form, side, key
      HAVING count(*) > ?1) k
JOIN page p ON p.page_id = k.first
ORDER BY k.form, k.side, k.first
