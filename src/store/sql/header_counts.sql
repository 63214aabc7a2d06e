SELECT l.id AS lot_id, a.value, h.file, h.page
FROM lots l
JOIN page h ON h.page_id = l.header_id
JOIN answer a ON a.page_id = l.header_id AND a.field = 'count'
WHERE h.role = 'batch-header' AND h.bucket IN ('header', 'review')
  AND a.status IN ('accepted', 'decided')
ORDER BY l.id
