-- Fields of a page that are being checked: drawn, asked, and not yet answered.
SELECT DISTINCT q.field
FROM questions q
JOIN outcomes o ON o.page_id = q.page_id
JOIN readings r ON r.outcome_id = o.id AND r.field = q.field
JOIN sample_fields s ON s.reading_id = r.id
WHERE q.page_id = ?1 AND q.kind = 'field' AND q.state = 'open'
  AND EXISTS (SELECT 1 FROM readings n WHERE n.outcome_id = ?2 AND n.field = q.field)
ORDER BY q.field
