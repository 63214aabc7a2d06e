SELECT o.*, o.id AS outcome_id, f.name AS file, f.sha256, p.page,
       CASE k.answer WHEN 'value' THEN k.value WHEN 'blank' THEN NULL ELSE o.key END AS key_now
FROM outcomes o
JOIN pages p ON p.id = o.page_id
JOIN files f ON f.id = p.file_id
LEFT JOIN decisions k ON k.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = o.page_id AND x.kind = 'key' AND x.field = '')
WHERE o.page_id = ?1 AND o.current = 1 AND o.outcome = 'read'
