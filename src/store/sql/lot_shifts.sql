SELECT p.lot_id, o.form, o.edition, o.side,
       json_extract(f.value, '$.field') AS field,
       json_extract(f.value, '$.dx_mm') AS dx,
       json_extract(f.value, '$.dy_mm') AS dy
FROM pages p
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
JOIN json_each(o.registration, '$.fields') f
WHERE p.lot_id IS NOT NULL AND o.outcome = 'read' AND o.role = 'reply'
  AND lower(json_extract(f.value, '$.proof')) <> 'missing'
ORDER BY o.form, o.edition, o.side, field, p.lot_id, p.id
