SELECT p.lot_id, o.form, o.edition, o.side, r.field, r.status,
       r.raw LIKE '{"content":{"kind":"marks"%' AS marks,
       CASE WHEN r.status = 'accepted' AND r.raw LIKE '{"content":{"kind":"marks"%'
            THEN r.value ELSE '' END AS value,
       count(*) AS n
FROM pages p
JOIN outcomes o ON o.page_id = p.id AND o.current = 1
JOIN readings r ON r.outcome_id = o.id
LEFT JOIN decisions s ON s.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = p.id AND x.kind = 'page' AND x.field = '')
WHERE p.lot_id IS NOT NULL AND o.outcome = 'read' AND o.role = 'reply'
  AND (s.answer IS NULL OR s.answer IN ('accept', 'hold'))
GROUP BY p.lot_id, o.form, o.edition, o.side, r.field, marks, r.status, 8
ORDER BY p.lot_id, o.form, o.edition, o.side, min(r.position), r.field, r.status, value
