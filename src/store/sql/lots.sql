SELECT l.id, l.received, l.folder, h.key AS header, max(o.run_id) AS last_run
FROM lots l
JOIN pages p ON p.lot_id = l.id
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
LEFT JOIN page h ON h.page_id = l.header_id
GROUP BY l.id ORDER BY l.id
