SELECT n.lot_id, n.place, v.file, v.page, o.streaks, o.run_id
FROM (SELECT id, lot_id, row_number() OVER (PARTITION BY lot_id ORDER BY id) AS place
      FROM pages WHERE lot_id IS NOT NULL) n
JOIN outcomes o ON o.page_id = n.id AND o.current = 1 AND o.streaks <> '[]'
JOIN page v ON v.page_id = n.id
ORDER BY n.lot_id, n.place
