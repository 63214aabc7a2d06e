-- Whether this question is about the page and a person put the page on hold.
SELECT 1
FROM questions q
JOIN decisions d ON d.page_id = q.page_id AND d.kind = 'page'
WHERE q.page_id = ?1 AND q.id = ?2 AND q.kind = 'page' AND d.answer = 'hold' AND d.why <> 'undo'
  AND d.id = (SELECT max(x.id) FROM decisions x WHERE x.page_id = ?1 AND x.kind = 'page')
