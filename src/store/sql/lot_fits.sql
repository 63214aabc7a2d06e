SELECT p.lot_id, o.form, o.edition, o.side,
       json_extract(o.registration, '$.residual_rms_mm') AS residual,
       json_extract(o.registration, '$.scale_x') AS scale_x,
       json_extract(o.registration, '$.scale_y') AS scale_y
FROM pages p
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
WHERE p.lot_id IS NOT NULL AND o.outcome = 'read' AND o.role = 'reply'
ORDER BY o.form, o.edition, o.side, p.lot_id, p.id
