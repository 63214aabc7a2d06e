-- What is covered on a picture of that journey. One that read nothing (a page that was rejected, or put
-- together again, after it had been read) says nothing of fields: the last one before it that did counts.
SELECT s.field, s.area, o.registration -> '$.place' AS place, o.id = :outcome AS own
FROM outcomes o
JOIN mynumber_suspect s ON s.outcome_id = o.id
WHERE o.id = (SELECT max(x.id) FROM outcomes x JOIN outcomes t ON t.page_id = x.page_id
              WHERE t.id = :outcome AND x.id <= :outcome AND x.outcome = 'read')
  AND NOT EXISTS (SELECT 1 FROM uncoverings u
                  WHERE u.page_id = o.page_id AND u.field = s.field AND u.who = :who)
ORDER BY s.field
