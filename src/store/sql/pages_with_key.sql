SELECT page_id FROM page
WHERE page_id IN (
    SELECT page_id FROM outcomes WHERE form = ?1 AND key = ?3 AND current = 1
    UNION
    SELECT page_id FROM decisions WHERE kind = 'key' AND answer = 'value' AND value = ?3)
  AND form = ?1 AND side = ?2 AND key = ?3 AND page_id <> ?4 AND role = 'reply'
  AND bucket IN ('read', 'review')
ORDER BY page_id
