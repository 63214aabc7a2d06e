SELECT page_id FROM page
WHERE form = ?1 AND side = ?2 AND key = ?3 AND page_id <> ?4 AND role = 'reply'
  AND bucket IN ('read', 'review')
ORDER BY page_id
