SELECT l.lot_id, p.form, p.side, p.key,
       p.outcome = 'read' AND coalesce(p.set_aside_as, '') NOT IN ('blank_page', 'duplicate')
           AS surely,
       count(*) AS n
FROM pages l
JOIN page p ON p.page_id = l.id
WHERE l.lot_id = ?1
  AND ((p.outcome = 'read' AND p.role = 'reply'
        AND coalesce(p.set_aside_as, '') <> 'attachment')
    OR (p.outcome = 'rejected' AND p.bucket <> 'separated' AND p.reason <> 'BLANK_PAGE'
        AND coalesce(p.set_aside_as, '') NOT IN ('attachment', 'blank_page')))
GROUP BY p.form, p.side, p.key, surely
ORDER BY p.form, p.side, p.key, surely
