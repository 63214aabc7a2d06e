SELECT s.position, r.id AS reading_id, o.page_id, o.form, o.edition, r.field, r.engine,
       r.confidence, q.id AS question_id, coalesce(q.entries, 0) AS entries, d.answer,
       CASE d.answer WHEN 'value' THEN d.value = r.value WHEN 'blank' THEN r.value = '' END AS same
FROM sample_fields s
JOIN readings r ON r.id = s.reading_id
JOIN outcomes o ON o.id = r.outcome_id
LEFT JOIN questions q ON q.page_id = o.page_id AND q.kind = 'field' AND q.field = r.field
    AND q.state = 'open'
LEFT JOIN decisions d ON d.id = (
    SELECT max(x.id) FROM decisions x
    WHERE x.page_id = o.page_id AND x.kind = 'field' AND x.field = r.field)
WHERE s.sample_id = ?1
ORDER BY s.position
